"""Go templates in the text of a spec, as Beaker's command line client expands them before it parses.

The one action that is known is ``{{.Env.NAME}}``, spaces inside the braces allowed. Any other is an error
that quotes it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..problems import Problem

__all__ = ["REFERENCE", "Expansion", "Template", "TemplateError", "TemplateProblem", "expand", "find_templates"]

_LINE_END = re.compile(r"[\r\n]|\Z")
# What Go's template lexer takes for a field: letters, digits and underscores, no digit first.
_ENV = re.compile(r"\{\{[ \t]*\.Env\.(?P<name>[^\W\d]\w*)[ \t]*\}\}")
# An action that only refers to data and holds none, so that it can be quoted wherever it stands.
REFERENCE = re.compile(r"\{\{-?[ \t]*(?:\.[^\W\d]\w*)+[ \t]*-?\}\}")

_LONGEST_QUOTED = 60


class Template(NamedTuple):
    """One ``{{ ... }}`` in a text: where it stands, and as it is written."""

    start: int
    end: int
    text: str

    @property
    def name(self) -> str | None:
        """The environment variable of ``{{.Env.NAME}}``; None for any other action."""
        match = _ENV.fullmatch(self.text)
        return match["name"] if match else None


class TemplateProblem(NamedTuple):
    """What is wrong with one template. The indices are those of the text before expansion."""

    start: int
    end: int
    problem: Problem


class TemplateError(Exception):
    """Templates that cannot be expanded: `problems` holds one entry for each, in the order of the text."""

    def __init__(self, problems: list[TemplateProblem]) -> None:
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(each.problem.message for each in self.problems)


class Expansion:
    """A text after its templates were expanded, which still knows where each part of it came from.

    `text` is the expanded text. All indices count characters from 0. The `repr` shows no value.
    """

    __slots__ = ("_ends", "_starts", "_templates", "text")

    def __init__(
        self, text: str, templates: tuple[Template, ...], starts: tuple[int, ...], ends: tuple[int, ...]
    ) -> None:
        self.text = text
        self._templates = templates
        self._starts = starts
        self._ends = ends

    def __repr__(self) -> str:
        return f"<Expansion of {len(self._templates)} templates>"

    def original(self, index: int, *, end: bool = False) -> int:
        """The index in the original text of an index in the expanded text.

        Inside an expanded value it is the start of the template. With `end` the index is the exclusive end of
        a range, and inside an expanded value the end of the template results.
        """
        found = (bisect_left if end else bisect_right)(self._starts, index) - 1
        if found < 0:
            return index
        template = self._templates[found]
        beyond = index - self._ends[found]
        if beyond < 0:
            return template.end if end else template.start
        return template.end + beyond

    def templates_in(self, start: int, end: int) -> tuple[str, ...]:
        """The templates, as written and each once, whose values the expanded range touches.

        A template with an empty value counts where it stands in the range or at its edge.
        """
        touched: dict[str, None] = {}
        for found in range(bisect_left(self._ends, start), len(self._templates)):
            first, last = self._starts[found], self._ends[found]
            if first > end:
                break
            overlaps = first < end and last > start
            if overlaps or first == last or start == end:
                touched[self._templates[found].text] = None
        return tuple(touched)


def _actions(text: str) -> Iterator[tuple[Template, bool]]:
    """Each ``{{`` up to its ``}}``, and whether that is there. If not, it runs to the end of the line."""
    line_end = -1
    start = text.find("{{")
    while start >= 0:
        if line_end < start:
            line_end = _line_end(text, start)
        close = text.find("}}", start + 2, line_end)
        end = close + 2 if close >= 0 else line_end
        yield Template(start, end, text[start:end]), close >= 0
        start = text.find("{{", end)


def _line_end(text: str, start: int) -> int:
    match = _LINE_END.search(text, start)
    return match.start() if match else len(text)


def find_templates(text: str) -> Iterator[Template]:
    """Each ``{{ ... }}`` that is closed on its line, whatever its action, in order."""
    return (template for template, closed in _actions(text) if closed)


def expand(text: str, env: Mapping[str, str]) -> Expansion:
    """Replace each ``{{.Env.NAME}}`` by ``env["NAME"]``, in one pass: values are not expanded again.

    Go's template engine knows no YAML, so templates in comments and quotes are expanded too, and are errors
    there too. A `TemplateError` holds every template that cannot be expanded. A value that is no text is a
    `TypeError` that names the variable.
    """
    if "{{" not in text:
        return Expansion(text, (), (), ())
    problems: list[TemplateProblem] = []
    parts: list[str] = []
    templates: list[Template] = []
    starts: list[int] = []
    ends: list[int] = []
    done = length = 0
    for template, closed in _actions(text):
        name = template.name
        if not closed:
            problems.append(_unclosed(template))
        elif name is None:
            problems.append(_unknown(template))
        elif name not in env:
            problems.append(_missing(template, name))
        else:
            value = _text(env[name], name)
            parts += text[done : template.start], value
            starts.append(length + template.start - done)
            length = starts[-1] + len(value)
            ends.append(length)
            templates.append(template)
            done = template.end
    if problems:
        raise TemplateError(problems)
    parts.append(text[done:])
    return Expansion("".join(parts), tuple(templates), tuple(starts), tuple(ends))


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        message = f"env[{name!r}] must be text, got {type(value).__name__}"
        raise TypeError(message)
    return value


def _unclosed(template: Template) -> TemplateProblem:
    # It is not quoted: what follows can be anything.
    return _problem(
        template,
        expected="}} on the same line as {{",
        found="the end of the line",
        hint="close it: {{.Env.NAME}}",
    )


def _unknown(template: Template) -> TemplateProblem:
    text = template.text
    if len(text) > _LONGEST_QUOTED:
        text = text[: _LONGEST_QUOTED - 1] + "…"
    return _problem(
        template,
        expected="a template such as {{.Env.NAME}}",
        # Any other action may hold anything.
        found=text if REFERENCE.fullmatch(template.text) is not None else None,
        hint="only environment variables are expanded: replace any other template with its value",
    )


def _missing(template: Template, name: str) -> TemplateProblem:
    return _problem(
        template,
        message=f"the template needs the environment variable {name}, which is not set",
        hint=f"set it: {name}=... beakerspec check --expand-env ..., or beakerspec check --env {name}=...;\n"
        f'in Python pass env={{"{name}": "..."}}',
    )


def _problem(template: Template, **fields: str | None) -> TemplateProblem:
    problem = Problem(rule="go-template", **fields)  # type: ignore[arg-type]
    return TemplateProblem(template.start, template.end, problem)
