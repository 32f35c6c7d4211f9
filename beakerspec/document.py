"""A document as it stands in its file, and the way from what is wrong with it to problems with places."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

import attrs

from .located import Finding, Located, locate_json, locate_some, locate_yaml
from .model import (
    DataMount,
    DataSource,
    EnvVar,
    ExperimentSpec,
    ImageSource,
    ResultSpec,
    RetrySpec,
    TaskContext,
    TaskResources,
    TaskSpec,
)
from .names import json_name
from .problems import GOT, KINDS, Problem, name_text, path_parts, path_text, quoted, unique
from .sources import Source
from .templates import Expansion, TemplateError, expand, find_templates
from .yaml_reader import Unusual

__all__ = ["Document", "decode", "expanded"]

#: The rules that are about a key and not about what stands behind it.
_AT_KEY = frozenset(
    (
        *("unknown-field", "two-spellings", "key-type", "old-format"),
        *("python-name", "unknown-constraint", "deprecated-cluster", "deprecated-preemptible", "preemptible-conflict"),
    )
)
#: The rules that a template breaks which stands where its value belongs.
_BY_TEMPLATE = frozenset(
    (
        *("yaml-syntax", "json-syntax", "key-type", "invalid-type", "invalid-value", "duration", "size"),
        *("mount-path", "mount-mode", "unknown-result", "env-name", "unknown-cluster", "disallowed-budget"),
    )
)
#: The rules whose messages name keys.
_ABOUT_NAMES = frozenset(("unknown-field", "two-spellings", "duplicate-key", "missing-field", "python-name"))
#: The keys that a path may name where the values of environment variables stand.
_SHOWN_NAMES = frozenset(
    ("tasks", "envVars", "env_vars", "name", "value", "secret", "image", "datasets", "constraints", "extra", "<<")
)
#: The names that the format itself gives.
_FORMAT_NAMES = frozenset(
    json_name(field.name)
    for cls in (
        *(ExperimentSpec, RetrySpec, TaskSpec, ImageSource, ResultSpec, TaskContext),
        *(EnvVar, DataMount, DataSource, TaskResources),
    )
    for field in attrs.fields(cls)
)
#: Those of them under which no value of an environment variable can stand.
_PUBLIC_NAMES = _FORMAT_NAMES - {"envVars", "value", "secret"}
#: Where environment variables may stand.
_HIDDEN_PATH = re.compile(r"env|extra", re.IGNORECASE)
_STRANGE_LINE_END = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
_KEY_OF_LINE = re.compile(r"[ \t]*(?:-[ \t]+)*(?P<key>[A-Za-z]+):(?![^\s])")
_EXPAND_HINT = "give the values: from_file(path, env=os.environ), or beakerspec check --expand-env"


class Document:
    """The text of a document, read slowly and with places on first use."""

    def __init__(
        self,
        text: str,
        *,
        file: str | None,
        first_line: int,
        is_json: bool,
        expansion: Expansion | None,
        max_depth: int,
        max_values: int,
        is_sound: bool = False,
    ) -> None:
        self.source = Source(text, file, first_line)
        self.file = file
        self.is_json = is_json
        self.expansion = expansion
        self.text = text if expansion is None else expansion.text
        self.max_depth = max_depth
        self.max_values = max_values
        #: Whether nothing is wrong with the text itself.
        self.is_sound = is_sound

    @cached_property
    def _is_ordinary(self) -> bool:
        """Whether nothing in the text refers to another place, and its lines are those that everybody sees."""
        # A shell's && is no anchor.
        return self.text.count("&") == 2 * self.text.count("&&") and _STRANGE_LINE_END.search(self.text) is None

    @cached_property
    def located(self) -> Located:
        """The text read slowly."""
        locate = locate_json if self.is_json else locate_yaml
        return locate(self.text, self.max_depth, self.max_values)

    @property
    def data(self) -> dict[str, Any] | None:
        """What the text was read into, mistakes left out, if it is a mapping."""
        root = self.located.root
        return root.data if root is not None and isinstance(root.data, dict) else None

    def problems(self, found: Sequence[Problem]) -> list[Problem]:
        """The mistakes of the text itself and the problems found in its data, all placed, each one once."""
        if self.is_sound and not self.is_json:
            with suppress(Unusual):
                some = locate_some(self.text, (problem.path for problem in found))
                return unique(self._placed(some, problem) for problem in found)
        findings = [self._from_finding(finding) for finding in self.located.findings]
        # A mistake of the text leaves nothing behind that could be right, but for the first of two values.
        wrong = {finding.path for finding in self.located.findings if finding.rule != "duplicate-key"}
        places = {problem.place for problem in findings}
        others = (self.placed(problem) for problem in found if problem.path not in wrong)
        return unique([*findings, *(problem for problem in others if problem.place not in places)])

    def placed(self, problem: Problem) -> Problem:
        """A problem at the place that its path leads to."""
        return self._placed(self.located, problem)

    def hides(self, path: str, *, is_far: bool) -> bool:
        """Whether what stands at a path is not to be shown: it is, or is made of, the value of a variable.

        So it is for what `is_far` wherever a value may have come from another place.
        """
        if is_far and (self.expansion is not None or not self._is_ordinary):
            return True
        if self._is_simple and not _HIDDEN_PATH.search(path):
            return False
        place = self.located.place(path)
        if place is None:
            return False
        if self.expansion is not None:
            if self.expansion.templates_in(*place):
                return True
            place = self._original(place[0]), self._original(place[1], end=True)
        return self.source.is_masked(*place)

    def has_template(self, path: str) -> bool:
        """Whether a template stands, unexpanded, in what is at a path."""
        if not self._has_templates:
            return False
        place = self.located.place(path)
        return place is not None and next(find_templates(self.text[slice(*place)]), None) is not None

    @cached_property
    def _has_templates(self) -> bool:
        """Whether templates may stand in the text, unexpanded."""
        return self.expansion is None and "{{" in self.text

    @property
    def _is_simple(self) -> bool:
        """Whether each value stands where it is used."""
        return self.is_sound and self.expansion is None and self._is_ordinary

    def _placed(self, located: Located, problem: Problem) -> Problem:
        place = located.place(problem.path, at_key=problem.rule in _AT_KEY)
        if place is None:
            return attrs.evolve(problem, file=self.file)
        if self._is_public(located, problem.path, place[0]):
            return placed_in(self.source, problem, *place, is_public=True)
        return self._at(problem, *place)

    def _is_public(self, located: Located, path: str, start: int) -> bool:
        """Whether the line of a place is that of a field, or of an item of a list, that holds no environment variable.

        This spares the search for what has to be masked where nothing can have to be: in a text that was read, where a
        line begins with the key that it belongs to and nothing refers to another place.
        """
        if not self._is_simple or not located.is_in_blocks(path):
            return False
        if not all(isinstance(part, int) or part in _PUBLIC_NAMES for part in path_parts(path)):
            return False
        line = _KEY_OF_LINE.match(self.text, self.text.rfind("\n", 0, start) + 1)
        return line is not None and line["key"] in _PUBLIC_NAMES

    def _from_finding(self, finding: Finding) -> Problem:
        message = finding.message
        if finding.elsewhere is not None:
            line, column = self.source.place(self._original(finding.elsewhere))
            message = message.replace("{elsewhere}", f"{line}:{column}").replace("{elsewhere_line}", str(line))
        problem = Problem(rule=finding.rule, message=message, hint=finding.hint, path=finding.path)
        return self._at(problem, finding.start, finding.end)

    def _original(self, index: int, *, end: bool = False) -> int:
        """The index in the file of an index in the text that was read."""
        return index if self.expansion is None else self.expansion.original(index, end=end)

    def _at(self, problem: Problem, start: int, end: int) -> Problem:
        if self.expansion is None:
            template = self._template_at(start, end, problem.rule)
            if template is not None:
                start, end, text = template
                message = f"{text} is a Go template, which has to be expanded before the file is read"
                problem = attrs.evolve(problem, rule="go-template", message=message, hint=_EXPAND_HINT)
            return placed_in(self.source, problem, start, end)
        is_expanded = bool(self.expansion.templates_in(start, end))
        start, end = self._original(start), self._original(end, end=True)
        expectation, got, value = problem.message.partition(GOT)
        if is_expanded and got and problem.rule in _BY_TEMPLATE and value not in KINDS:
            problem = attrs.evolve(problem, message=expectation + GOT + self.source.slice(start, end), hint=None)
        return placed_in(self.source, self._concealed(problem), start, end)

    def _concealed(self, problem: Problem) -> Problem:
        """A problem without the values of the environment that are in the text that was read, and in no message."""
        assert self.expansion is not None
        conceal = self.expansion.conceal
        problem = _without_names(problem, lambda name: name in _FORMAT_NAMES or name in self.source.text)
        expectation, got, value = problem.message.partition(GOT)
        # What was expected is in the library's own words, and names have been looked at.
        if got:
            message = expectation + got + conceal(value)
        else:
            message = expectation if problem.rule in _ABOUT_NAMES else conceal(expectation)
        hint = None if problem.hint is None else conceal(problem.hint)
        return attrs.evolve(problem, message=message, hint=hint, path=conceal(problem.path))

    def _template_at(self, start: int, end: int, rule: str) -> tuple[int, int, str] | None:
        """The template that makes a problem: one at its place or, for a syntax error, before it in its line."""
        if rule not in _BY_TEMPLATE or not self._has_templates:
            return None
        line_start = self.text.rfind("\n", 0, start) + 1
        line_end = self.text.find("\n", start)
        line = self.text[line_start : line_end if line_end >= 0 else len(self.text)][:10_000]
        for found in find_templates(line):
            first, last = line_start + found.start, line_start + found.end
            if (first <= start < last or start <= first < end) or (rule.endswith("-syntax") and last <= start):
                return first, last, self.source.slice(first, last)
        return None


def placed_in(source: Source, problem: Problem, start: int, end: int, *, is_public: bool = False) -> Problem:
    """A problem between two indices of a source, with its snippet. Masked values leave its message too.

    On a line that `is_public` there is nothing to mask.
    """
    line, column = source.place(start)
    end_line, end_column = source.place(max(end, start))
    if not is_public and source.is_masked(start, max(end, start + 1)):
        problem = _without_names(problem, lambda name: name in _SHOWN_NAMES)
        expectation, got, value = problem.message.partition(GOT)
        if got and value not in KINDS:
            # What to write instead may be made of it.
            problem = attrs.evolve(problem, message=f"{expectation}{GOT}a value that is not shown", hint=None)
        elif problem.rule == "yaml-syntax":
            problem = attrs.evolve(problem, message=re.sub(r"'[^']*'|\"[^\"]*\"", "…", problem.message))
    return attrs.evolve(
        problem,
        file=source.file,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        snippet=source.snippet(start, end, is_public=is_public),
    )


def _without_names(problem: Problem, is_shown: Callable[[str], bool]) -> Problem:
    """A problem in which the names of its path that are not to be shown are replaced, wherever they occur."""
    hidden = [name for name in path_parts(problem.path) if isinstance(name, str) and not is_shown(name)]
    texts = [problem.message, problem.hint or "", problem.path]
    for name in hidden:
        for spelling in (path_text(name), quoted(name), name_text(name), name):
            texts = [text.replace(spelling, "…") for text in texts]
    message, hint, path = texts
    return attrs.evolve(problem, message=message, hint=hint or None, path=path)


def decode(data: bytes, file: str | None, first_line: int = 1) -> tuple[str, list[Problem]]:
    """The text of a file: UTF-8, with or without a byte-order mark. Anything else is a problem at its byte.

    The data may also be a document further down in the file, which starts on `first_line`.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        start = error.start
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            wide = "UTF-32" if data.startswith(b"\xff\xfe\0\0") else "UTF-16"
            message, hint = f"expected UTF-8, got {wide}", "save the file as UTF-8"
        else:
            whole = "file" if first_line == 1 else "document"
            message = f"expected UTF-8, got the byte 0x{data[start]:02X} (byte {start + 1} of the {whole})"
            hint = "save the file as UTF-8; this byte is of another encoding"
        # What surrounds the byte is enough for the place and the snippet.
        text = data[:start].decode("utf-8-sig") + "\N{REPLACEMENT CHARACTER}"
        rest = data[start + 1 : start + 200].decode("utf-8", "replace")
        source = Source(text + rest, file, first_line)
        problem = Problem(rule="encoding", message=message, hint=hint)
        return "", [placed_in(source, problem, len(text) - 1, len(text))]
    return text.removeprefix("\ufeff"), []


def expanded(
    text: str, env: Mapping[str, str], file: str | None, first_line: int
) -> tuple[Expansion | None, list[Problem]]:
    """The text with its Go templates expanded, or the problems of those that cannot be."""
    try:
        return expand(text, env), []
    except TemplateError as error:
        source = Source(text, file, first_line)
        return None, unique(
            placed_in(source, Problem(rule="go-template", message=message, hint=hint), start, end)
            for start, end, message, hint in error.problems
        )
