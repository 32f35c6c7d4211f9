"""Which slip made a text invalid YAML. A parser gives up where the text cannot go on, often lines below the slip.

Each slip has a repair. It is the reason if the repaired text can be read beyond the place where the parser gave up.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from itertools import islice
from typing import Any

import attrs
import yaml
from yaml.events import ScalarEvent

from ..model import ExperimentSpec, SpecPart, field_names, part_names, parts_of
from .parsers import parser_of

__all__ = ["Slip", "find_slip", "missing_space"]

#: Each repair is read up to the place of the error: so many are tried, and none in a text that is longer up to there.
_MOST_REPAIRS = 24
_LONGEST = 300_000
#: Lines before the error that are looked at.
_LINES = 5
#: A line is indented by that many columns too few or too many, at most.
_MOST_COLUMNS = 3

_MISSING_SPACE = re.compile(
    r"(?P<before>[ \t]*(?:-[ \t]+)*)(?P<dash>-?)(?P<key>[A-Za-z_]+):(?P<after>(?!//)[^\s:][^\n]*|$|[ \t])"
)
_ODD_SPACE = re.compile("[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]")
_BAD_ESCAPE = re.compile(
    r"""\\(?:\\|(?P<bad>[^0abt\tnvfre "/\\N_LPxuU\n]|x(?![0-9a-fA-F]{2})|u(?![0-9a-fA-F]{4})|U(?![0-9a-fA-F]{8})))"""
)
_DASHES = re.compile(r"[ \t]*(?:-[ \t]+)*")
_TWO_COLONS = re.compile(r"[ \t]*(?:-[ \t]+)*[^\s\"'\[{#][^\n]*?:[ \t]+[^\s\"'\[{|>&*#][^\n]*?:(?:\s|$)")
_KEY = re.compile(r"""[ \t]*(?:-[ \t]+)*["']?(?P<key>[A-Za-z_]+)["']?[ \t]*:""")
_COMMENT = re.compile(r"(?:^|[ \t]+)#.*$")


@attrs.frozen
class Slip:
    """A slip between two indices of a text, and what to do about it."""

    start: int
    end: int
    message: str
    hint: str


@attrs.frozen
class _Line:
    number: int
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" "))

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns at which something starts: the line's, and that behind its dashes."""
        match = _DASHES.match(self.text)
        return (self.indent,) if match is None else (self.indent, match.end())

    @property
    def key(self) -> str | None:
        """The key at its start, behind dashes."""
        match = _KEY.match(self.text)
        return None if match is None else match["key"]


def missing_space(text: str) -> Slip | None:
    """The slip that no space is behind the colon or the dash of a field of the format, at the start of a text."""
    match = _MISSING_SPACE.match(text)
    if match is None or match["key"] not in field_names():
        return None
    start, end = match.span("key")
    if match["dash"]:
        return Slip(start - 1, end, "missing space after the dash", f"write - {match['key']}")
    if not match["after"].strip():
        return None
    return Slip(start, end + 1, "missing space after the colon", f"write a space after {match['key']}:")


def find_slip(text: str, index: int, context: int | None) -> Slip | None:
    """The slip that made a parser give up at an index, in what starts at another one; None if none is found."""
    if index > _LONGEST or text[index : index + 1] == "\t":
        return None
    certain = _in_a_scalar(text, index, context)
    if certain is not None:
        return certain
    here, before = text[index : index + 1], text[index - 1 : index]
    stop = text.find("\n", index)
    stop = len(text) if stop < 0 else stop
    for slip, repaired in islice(_candidates(text, index, context), _MOST_REPAIRS):
        if _reads_beyond(repaired, stop + len(repaired) - len(text)):
            return slip
    if here.isalnum() and before in ("'", '"'):
        other = "double" if before == "'" else "single"
        hint = f"use {other} quotes for a string that contains {before}"
        return Slip(index - 1, index, "this quote ends the string", hint)
    return None


def _in_a_scalar(text: str, index: int, context: int | None) -> Slip | None:
    """A slip that its own characters tell."""
    here, before = text[index : index + 1], text[index - 1 : index]
    if context is not None and text[context : context + 1] == '"':
        for escape in _BAD_ESCAPE.finditer(text, context, min(index + 2, len(text))):
            if escape["bad"] is not None:
                hint = "use single quotes for a string with backslashes"
                return Slip(escape.start(), escape.start() + 2, "invalid escape in a double-quoted string", hint)
    if before in ("*", "&") and here not in (" ", "\n", ""):
        index, here = index - 1, before
    if here in ("*", "&", "|", ">", "%", "@", "`") and here:
        message = f"an unquoted string cannot start with {here}"
        return Slip(index, index + 1, message, f"quote a string that starts with {here}")
    return None


def _candidates(text: str, index: int, context: int | None) -> Iterator[tuple[Slip, str]]:
    """What may be wrong, the most specific first, each with the text without it."""
    lines = list(_lines_before(text, index))
    for opened in _open_quotes(text, index):
        yield from _unclosed(text, opened)
    for line in lines:
        slip = missing_space(line.text)
        if slip is not None:
            moved = attrs.evolve(slip, start=line.start + slip.start, end=line.start + slip.end)
            at = moved.start + 1 if "dash" in slip.message else moved.end
            yield moved, f"{text[:at]} {text[at:]}"
        odd = _ODD_SPACE.search(line.text)
        if odd is not None:
            at = line.start + odd.start()
            name = f"U+{ord(odd[0]):04X}"
            message = f"this character, {name}, looks like a space and is none"
            repaired = text[: line.start] + _ODD_SPACE.sub(" ", line.text) + text[line.end :]
            yield Slip(at, at + 1, message, "replace it with a space"), repaired
    if lines and text[index : index + 1] == ":" and _TWO_COLONS.match(lines[0].text) is not None:
        return  # it is the string of this line that needs quotes
    yield from _unclosed(text, context)
    dashes = {line.indent for line in _lines_around(text, index) if line.text.lstrip().startswith("- ")}
    for line in lines:
        if line.indent in dashes:
            yield from _without_dash(text, line)
    yield from _indented(text, lines, index)


def _lines_before(text: str, index: int) -> Iterator[_Line]:
    """The line of an index and those before it that have content, the last first."""
    number = text.count("\n", 0, index)
    start = text.rfind("\n", 0, index) + 1
    found = 0
    while found <= _LINES:
        end = text.find("\n", start)
        line = _Line(number, start, text[start : end if end >= 0 else len(text)].rstrip("\r"))
        if line.text.strip() and line.text.lstrip()[0] != "#":
            yield line
            found += 1
        if start == 0:
            return
        start = text.rfind("\n", 0, start - 1) + 1
        number -= 1


def _open_quotes(text: str, index: int) -> Iterator[int]:
    """Quotes before an index that open a string of more than their line, the last first.

    Such a string goes on to the next quote, which is that of another one.
    """
    found: deque[int] = deque(maxlen=_LINES)
    with suppress(yaml.YAMLError, ValueError):
        get_event: Callable[[], Any] = parser_of(text).get_event
        while (event := get_event()) is not None and event.start_mark.index <= index:
            is_quoted = event.__class__ is ScalarEvent and event.style in ("'", '"')
            if is_quoted and event.end_mark.line > event.start_mark.line:
                found.append(text.index(event.style, event.start_mark.index))
    yield from reversed(found)


def _unclosed(text: str, context: int | None) -> Iterator[tuple[Slip, str]]:
    """Brackets and quotes that the end of their line may be meant to close."""
    opening = "" if context is None else text[context : context + 1]
    if context is None or opening not in ("[", "{", '"', "'") or not opening:
        return
    end = text.find("\n", context)
    end = len(text) if end < 0 else end
    comment = _COMMENT.search(text[context:end])
    end = context + comment.start() if comment is not None else context + len(text[context:end].rstrip())
    close = {"[": "]", "{": "}"}.get(opening, opening)
    if close == opening:
        slip = Slip(context, context + 1, "these quotes are not closed", f"close the string with {close} on this line")
        inner = len(text[context:end].rstrip("]}, "))
        yield slip, f"{text[: context + inner]}{close}{text[context + inner :]}"
    else:
        slip = Slip(context, context + 1, f"this {opening} is not closed", f"add {close} at the end of the line")
    yield slip, f"{text[:end]}{close}{text[end:]}"


def _without_dash(text: str, line: _Line) -> Iterator[tuple[Slip, str]]:
    """A line that may be an item of the list around it."""
    if line.text.lstrip()[:1] != "-":
        start = line.start + line.indent
        slip = Slip(start, line.end, "missing dash before an item of a list", 'start this line with "- "')
        yield slip, f"{text[:start]}- {text[start:]}"


def _indented(text: str, lines: list[_Line], index: int) -> Iterator[tuple[Slip, str]]:
    """Lines that may be meant to start at the column of a line near them, the likeliest first."""
    around = list(_lines_around(text, index))
    usual = Counter(column for line in around for column in line.columns)
    columns = {column for line in lines for column in line.columns} | set(_columns_behind(text, index))
    found: list[tuple[tuple[int, int, int], _Line, int]] = []
    for distance, line in enumerate(lines[:4]):
        for column in columns:
            if column != line.indent and abs(column - line.indent) <= _MOST_COLUMNS:
                rank = usual[line.indent] - usual[column]
                belongs = any(column == other.columns[-1] and _are_siblings(line.key, other.key) for other in around)
                if line.key is not None and not belongs:  # it would become a part of the string before it
                    continue
                found.append(((abs(column - line.indent), rank, distance), line, column))
    for _, line, column in sorted(found, key=lambda each: each[0]):
        start = line.start + line.indent
        message = f"this line is indented by {line.indent}, its siblings by {column}"
        repaired = f"{text[: line.start]}{' ' * column}{text[start:]}"
        yield Slip(start, line.end, message, f"indent it by {column}"), repaired


@cache
def _fields_of_classes() -> list[frozenset[str]]:
    """The names of the fields of each class of the model."""
    classes: list[type[SpecPart]] = [ExperimentSpec]
    for cls in classes:
        classes += [part for part, _ in parts_of(cls).values() if part is not None and part not in classes]
    return [frozenset(part_names(cls)) for cls in classes]


def _are_siblings(key: str | None, other: str | None) -> bool:
    """Whether a class has both fields."""
    return key != other and any(key in names and other in names for names in _fields_of_classes())


def _lines_around(text: str, index: int) -> Iterator[_Line]:
    start = text.rfind("\n", 0, max(index - 3000, 0)) + 1
    for line in text[start : index + 3000].split("\n"):
        if line.strip() and line.lstrip()[0] != "#":
            yield _Line(0, 0, line)


def _columns_behind(text: str, index: int) -> Iterator[int]:
    start = text.find("\n", index) + 1
    if start > 0:
        for line in text[start : start + 500].split("\n")[:2]:
            if line.strip():
                yield from _Line(0, 0, line).columns


def _reads_beyond(text: str, index: int) -> bool:
    """Whether a text can be read up to an index and further."""
    try:
        get_event: Callable[[], Any] = parser_of(text).get_event
        while (event := get_event()) is not None:
            if event.start_mark.index > index:
                return True
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return mark is not None and mark.index > index
    except (ValueError, yaml.YAMLError):
        return False
    return True
