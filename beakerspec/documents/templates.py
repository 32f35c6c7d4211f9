"""Go templates in the text of a spec, as Beaker's command line client expands them before it parses.

The one action that is known is ``{{.Env.NAME}}``, spaces inside the braces allowed. Any other is an error
that quotes it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from ..problems import Problem, Sentence

__all__ = [
    "GITHUB_EXPRESSION",
    "REFERENCE",
    "SHELL_EXPANSION",
    "SHELL_OR_GITHUB",
    "Expansion",
    "Template",
    "TemplateError",
    "TemplateProblem",
    "Unknown",
    "expand",
    "explained",
    "find_templates",
    "placeholder_in",
]

_LINE_END = re.compile(r"[\r\n]|\Z")
# What Go's template lexer takes for a field: letters, digits and underscores, no digit first.
_ENV = re.compile(r"\{\{[ \t]*\.Env\.(?P<name>[^\W\d]\w*)[ \t]*\}\}")
# An action that only refers to data and holds none, so that it can be quoted wherever it stands.
REFERENCE = re.compile(r"\{\{-?[ \t]*(?:\.[^\W\d]\w*)+[ \t]*-?\}\}")

#: How far around a part of a text the ends of its line are looked for.
_NEAR = 200
#: A longer reference is cut to this.
_LONGEST_QUOTED = 60

_NOT_EXPANDED = "Beaker's command line does not expand this template"
_EXPAND_HINT = "expand it with beakerspec check --expand-env, or from_file(path, env=os.environ)"
_SHELL = re.compile(r"\$(?:\{[A-Za-z_]\w*(?:[:#%/^,@?+=-][^{}]*)?\}|[A-Za-z_]\w*)")
#: What GitHub replaces in a workflow.
GITHUB_EXPRESSION = re.compile(r"\$\{\{(?:[^$\r\n]|\$(?!\{\{))*?\}\}")
#: What a shell replaces in a heredoc: ``$NAME``, ``${NAME}``, ``$(command)`` and a command in backticks, on one line.
SHELL_EXPANSION = re.compile(
    r"""(?<!\\)(?:\$(?:[A-Za-z_]\w*|[0-9@*\#?$!-]|\{(?:[^{}\r\n]|\{[^{}\r\n]*\})*\}"""
    r"""|\((?:[^()\r\n]|\((?:[^()\r\n]|\([^()\r\n]*\))*\))*\))|`[^`\r\n]*`)"""
)
SHELL_OR_GITHUB = re.compile(f"{GITHUB_EXPRESSION.pattern}|{SHELL_EXPANSION.pattern}")
_ANGLES = re.compile(r"\s*<[^<>]+>\s*")


def explained(text: str, start: int, end: int) -> Problem:
    """What a template between two indices of a text is, where it is not expanded, and what to do about it."""
    if text.startswith("{%", start):
        return _foreign("a Jinja template is not rendered", "render the file before it is checked and submitted")
    if text[max(start - 1, 0) : start] == "$":
        return _foreign(
            "only GitHub Actions expands this expression",
            "set an environment variable in the workflow, and write {{.Env.NAME}}",
        )
    template = Template(start, end, text[start:end])
    shown = template.text if len(template.text) <= _LONGEST_QUOTED else template.text[: _LONGEST_QUOTED - 1] + "…"
    found = shown if REFERENCE.fullmatch(template.text) is not None else None  # any other may hold anything
    if template.name is None:
        return Problem(
            rule="go-template",
            message=Sentence("Beaker's command line does not expand {found}") if found else _NOT_EXPANDED,
            found=found,
            hint="render the file before it is checked and submitted, or write {{.Env.NAME}}",
        )
    return Problem(
        rule="go-template",
        message=Sentence("Go template {found} is not expanded"),
        found=found,
        hint=_EXPAND_HINT,
    )


def _foreign(message: str, hint: str) -> Problem:
    # It is not quoted: it may hold anything.
    return Problem(rule="go-template", message=message, hint=hint)


def placeholder_in(text: str) -> str | None:
    """What to do about a value with a placeholder, or with a variable of a shell; None for another value."""
    if _ANGLES.fullmatch(text) is not None:
        return "replace the placeholder with a value"
    if _SHELL.search(text) is not None:
        return "Beaker does not expand shell variables: write the value, or {{.Env.NAME}}"
    return None


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
    #: Whether it is a reference to a variable that is not set.
    is_missing: bool = False


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


class Unknown:
    """A text in which other programs replace some parts before Beaker gets it, so that these parts are not known.

    In `text` words as long stand in their place, or blanks where one may stand for whole lines.
    """

    __slots__ = ("_ends", "_lines", "_starts", "text")

    def __init__(self, written: str, expansions: re.Pattern[str]) -> None:
        spans = [match.span() for match in expansions.finditer(written)]
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]
        self._lines = [start for start, end in spans if _is_line(written, start, end)]
        lines = set(self._lines)
        parts: list[str] = []
        done = 0
        for start, end in spans:
            parts += written[done:start], (" " if start in lines else "x") * (end - start)
            done = end
        self.text = "".join((*parts, written[done:]))

    def touches(self, start: int, end: int) -> bool:
        """Whether a part that is not known stands between two indices, or around the first."""
        index = bisect_right(self._ends, start)
        return index < len(self._starts) and self._starts[index] < max(end, start + 1)

    def has_lines(self, start: int, end: int) -> bool:
        """Whether whole lines may be missing between two indices."""
        index = bisect_left(self._lines, start)
        return index < len(self._lines) and self._lines[index] < end


def _is_line(text: str, start: int, end: int) -> bool:
    """Whether a part of a text is a line of its own, and not the value of the key in the line above."""
    before, line_end, indent = text[max(0, start - _NEAR) : start].rpartition("\n")
    rest, *behind = text[end : end + _NEAR].split("\n")
    if indent.strip() or rest.strip() or not (line_end or start == len(indent)):
        return False
    following = next((line for line in behind if line.strip()), "")
    return not before.rstrip().endswith(":") or following.startswith(indent)


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


def expand(text: str, env: Mapping[str, str], *, kept: Container[int] = ()) -> Expansion:
    """Replace each ``{{.Env.NAME}}`` by ``env["NAME"]``, in one pass: values are not expanded again.

    Go's template engine knows no YAML, so templates in comments and quotes are expanded too, and are errors
    there too. Those that start at the indices `kept` stay as they are. A `TemplateError` holds every template that
    cannot be expanded. A value that is no text is a `TypeError` that names the variable.
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
        if template.start in kept:
            continue
        if not closed:
            problems.append(_unclosed(template))
        elif name is None:
            problems.append(TemplateProblem(template.start, template.end, explained(text, *template[:2])))
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
    problem = Problem(
        rule="go-template",
        expected="}} on the same line as {{",
        found="the end of the line",
        hint="close it: {{.Env.NAME}}",
    )
    return TemplateProblem(template.start, template.end, problem)


def _missing(template: Template, name: str) -> TemplateProblem:
    problem = Problem(
        rule="go-template",
        message=f"the template needs the environment variable {name}, which is not set",
        hint=f"set it: {name}=... beakerspec check --expand-env ..., or beakerspec check --env {name}=...;\n"
        f'in Python pass env={{"{name}": "..."}}',
    )
    return TemplateProblem(template.start, template.end, problem, is_missing=True)
