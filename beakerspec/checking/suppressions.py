"""Comments in a YAML file that suppress problems, and what is wrong with these comments.

``# beakerspec: ignore[no-cluster, host-path]`` behind a line's content, or on a line of its own above it, suppresses
the problems of these rules that start on that line. ``# beakerspec: ignore-file[no-cluster]``, anywhere, suppresses
those of the whole file. What follows the brackets is free for the reason.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import attrs
import yaml
from yaml.events import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from ..documents.document import placed_in
from ..documents.parsers import parser_of
from ..documents.privacy import ShownInDamaged
from ..documents.source_lines import Mask, Source
from ..documents.templates import find_templates
from ..fields.names import nearest
from ..limits import MAX_DEPTH
from ..problems import DID_YOU_MEAN, EXPECTED_GOT, Problem, Sentence, in_order, quoted
from .rules import RULES

__all__ = [
    "INVALID",
    "SUPPRESSIBLE",
    "UNUSED",
    "Suppression",
    "Suppressions",
    "find_suppressions",
    "with_suppressions",
]

#: What the rules about the comments themselves are called.
UNUSED = "unused-suppression"
INVALID = "invalid-suppression"

#: The rules that a comment may name. Of the others, those that keep a file from being read leave nothing that could
#: be right, and the two about comments are switched off in the settings.
SUPPRESSIBLE = frozenset(rule.name for rule in RULES if not rule.is_fatal) - {UNUSED, INVALID}

_NAMES = frozenset(rule.name for rule in RULES)
_LIKE_A_NAME = re.compile("[a-z_ -]{1,60}")

#: What comes after so many names is not looked at: each that is wrong, or unused, is a problem of its own.
_MOST = 1000

_WORDS = ("ignore", "ignore-file")
# YAML 1.1 ends a line at more characters than `Source` does, and a comment with it.
_DIRECTIVE = re.compile(
    r"#[ \t]*(?P<all>beakerspec:[ \t]*(?P<word>[\w-]*)[ \t]*(?P<brackets>\[(?P<names>[^\]\r\n\x85\u2028\u2029]*)\]?)?)"
)
_NAME = re.compile(r"[^\s,](?:[^,]*[^\s,])?")
# Lines without content, from the start of one on.
_NO_CONTENT = re.compile(r"(?:(?:---)?[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*")
_LINE_END = re.compile(r"\r\n|\r|\n")
_REST_OF_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
# The tag and the anchor of a scalar, and what stands between them and it.
_PROPERTIES = re.compile(r"(?:[&!]\S*(?:\s|(?<=\s)#[^\r\n\x85\u2028\u2029]*)*)*")
_BLOCK_HEADER = re.compile(r"[|>][^\r\n\x85\u2028\u2029]*")
# What may stand between two scalars and holds none.
_GAP = re.compile(r"(?:[\s:,?-]|(?<!\S)#[^\r\n\x85\u2028\u2029]*)*")

_LEVELS = {MappingStartEvent: 1, SequenceStartEvent: 1, MappingEndEvent: -1, SequenceEndEvent: -1}


@attrs.frozen
class Suppression:
    """One name of a rule in a comment, between two indices of the text."""

    rule: str
    start: int
    end: int
    #: The lines whose problems it suppresses, from 1 on; None for all, and for problems without a line.
    lines: tuple[int, ...] | None

    def __str__(self) -> str:
        return f"{'ignore-file' if self.lines is None else 'ignore'}[{self.rule}]"


@attrs.frozen
class _Mistake:
    start: int
    end: int
    problem: Problem


@attrs.frozen
class Suppressions:
    """The comments of one text."""

    text: str = attrs.field(default="", repr=False)
    names: tuple[Suppression, ...] = ()
    mistakes: tuple[_Mistake, ...] = ()

    def apply(
        self,
        problems: Iterable[Problem],
        *,
        file: str | None,
        reported: Callable[[str], bool],
        mask: Callable[[], Mask | None] | None = None,
    ) -> tuple[list[Problem], int]:
        """The problems that remain, in order, with those of the comments themselves, and how many were suppressed.

        `reported` says of a rule's name whether its problems are reported at all: a name of one that is not may be
        there for other settings, so that nothing is said about it. Nor is it where the file could not be read and
        most rules had nothing to look at. `mask` gives what of the text snippets do not show, where that is known.
        """
        by_place: dict[tuple[str, int | None], Suppression] = {}
        for each in self.names:
            for line in (None,) if each.lines is None else each.lines:
                by_place.setdefault((each.rule, line), each)
        remaining: list[Problem] = []
        used: set[Suppression] = set()
        suppressed = 0
        was_read = True
        for problem in problems:
            was_read = was_read and problem.rule in SUPPRESSIBLE
            by = by_place.get((problem.rule, problem.line)) or by_place.get((problem.rule, None))
            if by is None:
                remaining.append(problem)
            else:
                used.add(by)
                suppressed += 1
        source = Source(self.text, file)
        shown = cache(mask or (lambda: ShownInDamaged(self.text).mask))
        if was_read and reported(UNUSED):
            for each in self.names:
                if each not in used and reported(each.rule):
                    unused = Problem(
                        rule=UNUSED,
                        severity="warning",
                        message=Sentence("unused suppression {found}"),
                        found=str(each),
                        hint="remove it",
                    )
                    remaining.append(placed_in(source, unused, each.start, each.end, shown()))
        if reported(INVALID):
            for mistake in self.mistakes:
                remaining.append(placed_in(source, mistake.problem, mistake.start, mistake.end, shown()))
        return in_order(remaining), suppressed


_NONE = Suppressions()


def find_suppressions(text: str, max_depth: int = MAX_DEPTH) -> Suppressions:
    """The comments of a YAML text, which may hold Go templates and need not be well-formed.

    Where it stops being YAML, or is nested deeper than `max_depth` levels, nothing more is looked at.
    """
    text = text.removeprefix("\ufeff")
    if "beakerspec:" not in text:
        return _NONE
    names: list[Suppression] = []
    mistakes: list[_Mistake] = []
    for each in _parts(text, max_depth):
        if len(names) + len(mistakes) == _MOST:
            too_many = _invalid(f"more than {_MOST:,} rule names in comments", hint="use ignore-file")
            mistakes.append(_Mistake(each.start, each.end, too_many))
            break
        if isinstance(each, Suppression):
            names.append(each)
        else:
            mistakes.append(each)
    return Suppressions(text, tuple(names), tuple(mistakes))


def with_suppressions(text: str, rules: Mapping[int, Iterable[str]], max_depth: int = MAX_DEPTH) -> str:
    """A YAML text with comments that suppress rules on the lines that are given, as far as comments can.

    A comment goes behind its line, or behind the last line of a scalar that starts there, into brackets that are there
    already. There is none for what stands inside of a block scalar.
    """
    mark = text[: text.startswith("\ufeff")]
    text = text.removeprefix(mark)
    plain = _without_templates(text)
    scalars = _Scalars(plain, max_depth)
    starts = [0, *(each.end() for each in _LINE_END.finditer(text))]
    added: dict[int, list[str]] = {}
    for line, names in rules.items():
        end = _end_of_line(plain, starts[line - 1])
        span = scalars.span(end)
        while span is not None and span[0] != end:
            is_block = plain[span[0]] in "\r\n"
            end = -1 if is_block else _end_of_line(plain, span[1])
            span = None if is_block else scalars.span(end)
        if 0 <= end <= scalars.end:
            added.setdefault(end, []).extend(names)
    room = _MOST - len(find_suppressions(text, max_depth).names)
    parts: list[str] = [mark]
    done = 0
    for end, all_names in sorted(added.items()):
        names = list(dict.fromkeys(all_names))
        room -= len(names)
        if room < 0:
            break
        there = [
            each
            for each in _DIRECTIVE.finditer(plain, starts[bisect_right(starts, end) - 1], end)
            if each["word"] == "ignore" and _mistake(each) is None and scalars.around(each.start()) is None
        ]
        at = there[-1].end("names") if there else end
        joined = ", ".join(names)
        parts += text[done:at], f", {joined}" if there else f"  # beakerspec: ignore[{joined}]"
        done = at
    return "".join((*parts, text[done:]))


def _end_of_line(text: str, start: int) -> int:
    found = _LINE_END.search(text, start)
    return len(text) if found is None else found.start()


def _parts(text: str, max_depth: int) -> Iterator[Suppression | _Mistake]:
    """What the comments hold, in order."""
    plain = _without_templates(text)
    scalars = _Scalars(plain, max_depth)
    source = Source(text)
    content = 0
    for directive in _DIRECTIVE.finditer(plain):
        start = directive.start()
        if start >= scalars.end:
            return
        if scalars.around(start) is not None:
            continue
        mistake = _mistake(directive)
        if mistake is not None:
            yield mistake
            continue
        lines: tuple[int, ...] | None = None
        if directive["word"] == "ignore":
            line, column = source.place(start)
            line_start = start - column + 1
            before = plain[line_start:start].lstrip(" \t")
            if before and not (before[0] == "#" and scalars.around(start - len(before)) is None):
                # Behind content that began on an earlier line, it is meant for all of it.
                scalar = scalars.around(line_start)
                lines = (line,) if scalar is None else (source.place(scalar)[0], line)
            else:
                if start >= content:  # else another comment stands above the same line
                    content = _end(_NO_CONTENT, plain, _end(_REST_OF_LINE, plain, start))
                lines = (source.place(content)[0],)
        for name in _NAME.finditer(text, *directive.span("names")):
            yield _wrong_name(name) or Suppression(name[0], name.start(), name.end(), lines)


def _mistake(directive: re.Match[str]) -> _Mistake | None:
    """What is wrong with the form of a comment."""
    word = directive["word"]
    whole = "write ignore[RULE, …] or ignore-file[RULE, …]"
    if word not in _WORDS:
        near = nearest(word, _WORDS) if word else None
        start, end = directive.span("word" if word else "all")
        hint = whole if near is None else DID_YOU_MEAN
        found = _shown(word) if word else "none"
        return _Mistake(start, end, _invalid(expected="ignore or ignore-file", found=found, hint=hint, suggestion=near))
    if not directive["brackets"] or not _NAME.search(directive["names"]):
        start, end = directive.span("brackets" if directive["brackets"] else "word")
        names = f"rule names in brackets after {word}"
        return _Mistake(start, end, _invalid(expected=names, found="none", hint=whole))
    if not directive["brackets"].endswith("]"):
        start = directive.start("brackets")
        return _Mistake(start, start + 1, _invalid("unclosed bracket", hint=whole))
    return None


def _wrong_name(name: re.Match[str]) -> _Mistake | None:
    """Why a comment cannot name a rule, if it cannot."""
    rule = name[0]
    if rule in SUPPRESSIBLE:
        return None
    if rule in (UNUSED, INVALID):
        problem = _invalid(
            "a comment cannot suppress {found}", found=rule, hint="remove it, or add the rule to ignore in the settings"
        )
    elif rule in _NAMES:
        problem = _invalid(
            "{found} cannot be suppressed: it keeps the file from being read",
            found=rule,
            hint="remove it and fix the problem",
        )
    else:
        near = nearest(rule, SUPPRESSIBLE)
        hint = "`beakerspec rules` lists the rules" if near is None else DID_YOU_MEAN
        problem = _invalid(expected="a rule name", found=_shown(rule), hint=hint, suggestion=near)
    return _Mistake(name.start(), name.end(), problem)


def _invalid(message: str = EXPECTED_GOT, **fields: str | None) -> Problem:
    if (hint := fields.get("hint")) is not None:
        fields["hint"] = Sentence(hint)
    return Problem(rule=INVALID, severity="warning", message=Sentence(message), **fields)  # type: ignore[arg-type]


def _shown(word: str) -> str | None:
    """What a message shows of a comment: what looks like the name of a rule."""
    return quoted(word) if _LIKE_A_NAME.fullmatch(word) is not None else None


def _without_templates(text: str) -> str:
    """The text with a word as long in the place of each Go template: the client expands them before it parses."""
    if "{{" not in text:
        return text
    parts: list[str] = []
    done = 0
    for template in find_templates(text):
        parts += text[done : template.start], "x" * (template.end - template.start)
        done = template.end
    return "".join((*parts, text[done:]))


class _Scalars:
    """Where scalars hold what may look like a comment, or the start of a line."""

    def __init__(self, text: str, max_depth: int) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        done = depth = 0
        with suppress(yaml.YAMLError, UnicodeEncodeError):
            get_event: Callable[[], Any] = parser_of(text).get_event
            while depth <= max_depth:  # the parser's time grows with the square of the depth
                event = get_event()
                if event is None:
                    done = len(text)
                    break
                done = event.end_mark.index
                depth += _LEVELS.get(event.__class__, 0)
                if event.__class__ is ScalarEvent:
                    self._add(text, event)
        #: Where the text stops being YAML that is read, or its length.
        self.end = _end(_GAP, text, done)

    def _add(self, text: str, event: Any) -> None:
        if event.start_mark.line == event.end_mark.line and "#" not in event.value:
            return
        start = _end(_PROPERTIES, text, event.start_mark.index)
        header = _BLOCK_HEADER.match(text, start)
        if header is not None:
            start = header.end()
        self._starts.append(start)
        self._ends.append(event.end_mark.index)

    def around(self, index: int) -> int | None:
        """The start of the scalar that begins before an index and ends behind it."""
        span = self.span(index)
        return None if span is None else span[0]

    def span(self, index: int) -> tuple[int, int] | None:
        """The start and the end of that scalar."""
        found = bisect_right(self._starts, index) - 1
        return (self._starts[found], self._ends[found]) if found >= 0 and index < self._ends[found] else None


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Where the match of a pattern that always matches ends."""
    match = pattern.match(text, start)
    assert match is not None
    return match.end()
