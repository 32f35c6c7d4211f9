"""A document as it stands in its file, and the way from what is wrong with it to problems with places."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

import attrs
import yaml

from ..fields.names import python_name
from ..limits import Limits
from ..problems import TOO_MANY, Problem, ValueText, capped, path_parts, unique, value_texts
from .complete_reader import Finding, Located, Node, Step, locate_json, locate_yaml
from .excerpts import Entry, excerpt
from .parsers import parser_of
from .privacy import ShownInDamaged, ShownInTree
from .slips import missing_space
from .source_lines import Mask, Source
from .templates import Expansion, TemplateError, Unknown, expand, explained, find_templates, placeholder_in

__all__ = ["Document", "decode", "expanded", "placed_in"]

#: A statement of Jinja.
_STATEMENT = re.compile(r"\{%[-+ ]")
#: A variable of a shell, in which a flow mapping seems to open.
_SHELL_IN_FLOW = re.compile(r"\$\{[A-Za-z_]\w*\}")


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
        limits: Limits,
        shows_source: bool = False,
        unknown: Unknown | None = None,
    ) -> None:
        self.source = Source(text, file, first_line)
        self.file = file
        self.is_json = is_json
        self.expansion = expansion
        self.unknown = unknown
        self.text = expansion.text if expansion is not None else text if unknown is None else unknown.text
        self.limits = limits
        #: Where the keys and dashes of the text stand, if the fast reader has read it and told that.
        self.entries: list[Entry] = []
        #: Whether snippets show the text as it is.
        self.shows_source = shows_source

    @cached_property
    def located(self) -> Located:
        """The text read slowly."""
        locate = locate_json if self.is_json else locate_yaml
        return locate(self.text, self.limits)

    @cached_property
    def _shown(self) -> ShownInTree | ShownInDamaged:
        if not self.located.is_whole:
            return ShownInDamaged(self.source.text)
        return ShownInTree(self.source, self.located, self.expansion)

    @property
    def mask(self) -> Mask | None:
        """What of the text as written snippets do not show."""
        if self.shows_source:
            return None
        return self._shown.mask

    def may_show(self, text: str, values: Sequence[Any]) -> bool:
        """Whether a text may be shown that is made of values: none of them is hidden, or has one in it."""
        return self.shows_source or ("#" not in text and self._shown.may_show(text, values))

    @property
    def data(self) -> dict[str, Any] | None:
        """What the text was read into, mistakes left out, if it is a mapping."""
        root = self.located.root
        return root.data if root is not None and isinstance(root.data, dict) else None

    @property
    def has_mistakes(self) -> bool:
        """Whether something is wrong with the text itself. The fast reader reads no such text."""
        return not self.entries and bool(self.located.findings)

    def problems(self, found: Sequence[Problem]) -> list[Problem]:
        """The mistakes of the text itself and the problems found in its data, all placed, each one once."""
        text = excerpt(self.text, self.entries, _names(found)) if self.entries else None
        if text is not None:
            return self._of(text).problems(found)
        findings = [self._from_finding(each) for each in self.located.findings if not self._is_unknown(each)]
        # A mistake of the text leaves nothing behind that could be right, but for the first of two values.
        wrong = {each.problem.path for each in self.located.findings if each.problem.rule != "duplicate-key"}
        places = {problem.place for problem in findings}
        others = (self.placed(problem) for problem in found if problem.path not in wrong)
        return capped(unique([*findings, *(each for each in others if each is not None and each.place not in places)]))

    def _of(self, text: str) -> Document:
        """The same document, with no more of its text read slowly than an excerpt."""
        part = Document(
            self.source.text,
            file=self.file,
            first_line=self.source.first_line,
            is_json=self.is_json,
            expansion=self.expansion,
            limits=self.limits,
            shows_source=self.shows_source,
        )
        part.source = self.source  # which may know already where its lines start
        part.located = locate_yaml(text, self.limits)
        return part

    def placed(self, problem: Problem) -> Problem | None:
        """A problem at the place that its path leads to, without what must not be shown.

        A value that is a template yet cannot be judged: an error about it is that of the template, and of a warning
        nothing is left.
        """
        steps = self.located.steps(problem.path)
        place = self.located.place(steps, at_key=problem.at_key)
        if place is None or problem.rule == TOO_MANY:
            return attrs.evolve(problem, file=self.file)
        node = None if problem.at_key else _scalar(steps)
        if self._is_about_unknown(steps, steps[-1].key if problem.at_key and steps else node):
            return None
        texts = [text for _, text in value_texts(problem)]
        is_about_it = not texts or any(not text.paths for text in texts)
        if node is not None and self._template_in(node.start, node.end) is not None:
            if problem.severity == "warning":
                return None
            if is_about_it:
                return self._of_template(problem, *place)
        slip = missing_space(node.data) if node is not None and node.data.__class__ is str else None
        if slip is not None and problem.rule == "invalid-type":
            problem = attrs.evolve(problem, message=slip.message, hint=slip.hint)
        placeholder = None if node is None or not isinstance(node.data, str) else placeholder_in(node.data)
        if placeholder is not None and is_about_it:
            problem = attrs.evolve(problem, hint=placeholder, suggestion=None)
        other: int | None = None
        if problem.other is not None:
            other_place = self.located.place(self.located.steps(problem.other), at_key=problem.at_key)
            other = None if other_place is None else other_place[0]
        return self._at(problem, *place, other)

    def unknown_paths(self) -> Iterator[tuple[str | int, ...]]:
        """The paths of the values that are not known, each at its first use."""
        if self.unknown is None or self.located.root is None:
            return
        pending: list[tuple[tuple[str | int, ...], Node]] = [((), self.located.root)]
        seen: set[int] = set()
        while pending:
            path, node = pending.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            pending += (((*path, part), inner) for part, inner in node.parts.items())
            if not node.parts and self._touches_unknown(node.start, node.end):
                yield path

    def _is_about_unknown(self, steps: Sequence[Step], judged: Node | None) -> bool:
        """Whether a scalar is not known, or the collection to which the steps lead may have more than is known."""
        if self.unknown is None:
            return False
        if judged is not None:
            return self._touches_unknown(judged.start, judged.end)
        start, end, node = 0, len(self.text), self.located.root
        for step in steps:
            if step.node is None or node is None or not self._may_have_more(start, end):
                break
            start = step.node.start
            # A block collection ends where the next one starts.
            starts = (each.start for each in (*node.keys.values(), *node.parts.values()))
            end = min((each for each in starts if each > start), default=end)
            node = step.node
        return self._may_have_more(start, end)

    def _may_have_more(self, start: int, end: int) -> bool:
        return self.unknown is not None and self.unknown.has_lines(self._original(start), self._original(end))

    def _touches_unknown(self, start: int, end: int) -> bool:
        return self.unknown is not None and self.unknown.touches(self._original(start), self._original(end))

    def _is_unknown(self, finding: Finding) -> bool:
        if self.unknown is None:
            return False
        start, end = self._original(finding.start), self._original(finding.end)
        if finding.problem.rule.endswith("-syntax"):  # what is not known may stand before it in the line
            start, end = self.source.line_start(start), max(end, start + 1)
        return self.unknown.touches(start, end)

    def _from_finding(self, finding: Finding) -> Problem:
        rule = finding.problem.rule
        # What is wrong may be a template, at its place or, for a syntax error, before it in its line.
        start = finding.start
        if rule.endswith("-syntax"):
            start = max(self.text.rfind("\n", 0, start) + 1, start - 10_000)
            statement = _STATEMENT.search(self.text, start, min(finding.start + 2, start + 10_000))
            if statement is not None and self.expansion is None:
                return self._at(explained(self.text, *statement.span()), *statement.span())
            if _SHELL_IN_FLOW.match(self.text, max(finding.start - 1, 0)) is not None:
                problem = attrs.evolve(finding.problem, hint=placeholder_in("$NAME"))
                return self._at(problem, finding.start - 1, finding.end)
        if self._template_in(start, max(finding.end, finding.start + 1)) is not None:
            return self._of_template(finding.problem, start, finding.end)
        return self._at(finding.problem, finding.start, finding.end, finding.other)

    def _template_in(self, start: int, end: int) -> tuple[int, int] | None:
        """The first template, not expanded, that stands between two indices or around the first."""
        starts, ends = self._templates
        index = bisect_right(ends, start)
        return (starts[index], ends[index]) if index < len(starts) and starts[index] < end else None

    @cached_property
    def _templates(self) -> tuple[list[int], list[int]]:
        """Where the templates that are not expanded start and end."""
        found = [] if self.expansion is not None else list(find_templates(self.text))
        return [each.start for each in found], [each.end for each in found]

    def _of_template(self, problem: Problem, start: int, end: int) -> Problem:
        first, last = self._template_in(start, max(end, start + 1)) or (start, end)
        return self._at(attrs.evolve(explained(self.text, first, last), path=problem.path), first, last)

    def _at(self, problem: Problem, start: int, end: int, other: int | None = None) -> Problem:
        """A problem between two indices of the text that was read, without what must not be shown."""
        place = self._original(start), self._original(end, is_end=True)
        changes: dict[str, Any] = {}
        if other is not None:
            changes["other_line"], changes["other_column"] = self.source.place(self._original(other))
        changes["path"] = self._shown.path(self.located.steps(problem.path))
        if problem.other is not None:
            changes["other"] = self._shown.path(self.located.steps(problem.other))
        changes |= {name: self._shown_text(problem, text) for name, text in value_texts(problem)}
        return placed_in(self.source, problem, *place, self.mask, **changes)

    def _shown_text(self, problem: Problem, text: ValueText) -> str | None:
        """A text that is made of values, if all of them may be shown."""
        shown = self._shown
        if isinstance(shown, ShownInDamaged):
            return None
        for path in text.paths or (problem.path,):
            steps = self.located.steps(path)
            node = steps[-1].key if problem.at_key and not text.paths and steps else _scalar(steps)
            if not shown.shows(node):
                # What is written may be shown where what it was expanded to may not.
                if node is None or text.paths or self.expansion is None or not shown.shows_as_written(node):
                    return None
                return self.source.slice(self._original(node.start), self._original(node.end, is_end=True))
        return str.__str__(text)

    def _original(self, index: int, *, is_end: bool = False) -> int:
        """The index in the file of an index in the text that was read."""
        return index if self.expansion is None else self.expansion.original(index, end=is_end)


def _names(found: Sequence[Problem]) -> set[str]:
    """The names in the paths of problems, as they are and as Python spells them: a file may have either."""
    paths: set[str] = set()
    for problem in found:
        paths.add(problem.path)
        if problem.other is not None:
            paths.add(problem.other)
        for _, text in value_texts(problem):
            paths.update(text.paths)
    parts = {part for path in paths for part in path_parts(path) if isinstance(part, str)}
    return parts | set(map(python_name, parts))


def _scalar(steps: Sequence[Step]) -> Node | None:
    """The scalar that a path leads to. One text for a list is the first item of it."""
    for step in reversed(steps):
        if step.node is not None:
            return None if step.node.parts or isinstance(step.node.data, (dict, list)) else step.node
        if not isinstance(step.part, int):
            return None
    return None


def placed_in_damaged(source: Source, problem: Problem, start: int, end: int) -> Problem:
    """A problem between two indices of a source that was not read, with its snippet."""
    return placed_in(source, problem, start, end, ShownInDamaged(source.text).mask)


def placed_in(source: Source, problem: Problem, start: int, end: int, mask: Mask | None, **changes: Any) -> Problem:
    """A problem between two indices of a source, with its snippet, and with these other fields."""
    line, column = source.place(start)
    end_line, end_column = source.place(max(end, start))
    return attrs.evolve(
        problem,
        file=source.file,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        snippet=source.snippet(start, end, mask),
        **changes,
    )


def decode(data: bytes, file: str | None, first_line: int = 1) -> tuple[str, list[Problem]]:
    """The text of a file: UTF-8, with or without a byte-order mark. Anything else is a problem at its byte.

    The data may also be a document further down in the file, which starts on `first_line`.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        start = error.start
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            found = "UTF-32" if data.startswith(b"\xff\xfe\0\0") else "UTF-16"
            hint = "save the file as UTF-8"
        else:
            whole = "file" if first_line == 1 else "document"
            found = f"the byte 0x{data[start]:02X} (byte {start + 1} of the {whole})"
            hint = "save the file as UTF-8"
        # What surrounds the byte is enough for the place and the snippet.
        text = data[:start].decode("utf-8-sig") + "\N{REPLACEMENT CHARACTER}"
        rest = data[start + 1 : start + 200].decode("utf-8", "replace")
        source = Source(text + rest, file, first_line)
        problem = Problem(rule="encoding", expected="UTF-8", found=found, hint=hint)
        return "", [placed_in_damaged(source, problem, len(text) - 1, len(text))]
    return text.removeprefix("\ufeff"), []


def expanded(
    text: str, env: Mapping[str, str], file: str | None, first_line: int
) -> tuple[Expansion | None, list[Problem]]:
    """The text with its Go templates expanded, or the problems of those that cannot be."""
    try:
        return expand(text, env), []
    except TemplateError as error:
        missing = [each.start for each in error.problems if each.is_missing]
        kept = _in_comments(text, missing)
        if kept:
            with suppress(TemplateError):
                return expand(text, env, kept=kept), []
        error = TemplateError([each for each in error.problems if each.start not in kept])
        source = Source(text, file, first_line)
        return None, unique(placed_in_damaged(source, each.problem, each.start, each.end) for each in error.problems)


#: A line up to a comment that goes on to its end.
_COMMENT = re.compile(r"(?:^|.*?[ \t])#")


def _in_comments(text: str, starts: Sequence[int]) -> frozenset[int]:
    """Which of some templates, by their starts, are in comments of YAML.

    Beaker's command line writes "<no value>" for a missing value. In a comment that changes nothing.
    """
    candidates = []
    for start in starts:
        line = text.rfind("\n", 0, start) + 1
        if _COMMENT.match(text, line, start) is not None:
            candidates.append(start)
    if not candidates:
        return frozenset()
    plain = text
    for template in find_templates(text):
        plain = plain[: template.start] + "x" * (template.end - template.start) + plain[template.end :]
    found: set[int] = set()
    end = 0
    with suppress(yaml.YAMLError, UnicodeEncodeError):
        get_event = parser_of(plain).get_event
        while (event := get_event()) is not None:
            start = event.start_mark.index
            found.update(each for each in candidates if end <= each < start)
            end = event.end_mark.index
    return frozenset(found)
