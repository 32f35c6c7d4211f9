"""Divides a text into its documents or records.

A text comes in blocks. The loops run once for each document or record, not for each line: a small archive can hold a
text of a billion lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import NamedTuple

__all__ = ["Part", "count_marks", "documents", "records", "split"]

#: A line of more bytes comes in pieces.
_LONGEST_LINE = 65_536
_BOM = b"\xef\xbb\xbf"
#: The start of a document. In the first column, these characters never mean anything else, not even in a scalar.
_START = re.compile(rb"---(?=[ \t\r\n]|\Z)")
#: The start of a document with nothing but a comment after it, and the end of a document.
_BARE_START = re.compile(rb"---[ \t]*(?:(?<=[ \t])#|[\r\n]|\Z)")
_END = re.compile(rb"\.\.\.[ \t]*(?:(?<=[ \t])#|[\r\n]|\Z)")
#: Either of them below the first line. A search for a class of both line ends takes seven times as long.
_LATER_MARK = re.compile(rb"\n(?:---(?=[ \t\r\n])|\.\.\.[ \t]*(?:(?<=[ \t])#|(?=[\r\n])))")
_LATER_MARK_BEHIND_CR = re.compile(_LATER_MARK.pattern.replace(rb"\n", rb"[\r\n]", 1))
#: A quick test for either of them.
_ANY_MARK = re.compile(rb"\n(?:---|\.\.\.)")
_ANY_MARK_BEHIND_CR = re.compile(rb"\r(?:---|\.\.\.)")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n?|\n)")
#: The start of a line that is not empty. A comment is empty, and so is a directive before a document starts.
_FILLED = rb"[ \t\v\f]*[^\s#]"
_FILLED_BEFORE = rb"(?:[ \t\v\f]*[^\s#%]|[ \t\v\f]+%)"
_FILLED_LINES = {
    has_begun: (re.compile(line), re.compile(rb"[\r\n]" + line))
    for has_begun, line in ((True, _FILLED), (False, _FILLED_BEFORE))
}
_NOT_BLANK = re.compile(rb"\S")
_BLANKS = b" \t\n\r\v\f"


class Part(NamedTuple):
    """A document of a text."""

    data: bytes
    #: Its number, counted from 0; None for the only document.
    number: int | None = None
    #: The line where it starts, counted from 1; None for the only document.
    line: int | None = None


def _with_whole_line_ends(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks of a text, moved so that none ends between a carriage return and a line feed."""
    held = b""
    for block in blocks:
        data = held + block
        held = b"\r" if data.endswith(b"\r") else b""
        yield data[: len(data) - len(held)]
    yield held


def _line_ends(data: bytes) -> int:
    """The number of line ends: line feeds, carriage returns, and both together."""
    count = data.count(b"\n")
    return count + data.count(b"\r") - data.count(b"\r\n") if b"\r" in data else count


def _has_marks(data: bytes) -> bool:
    """Whether a document may start or end below the first line."""
    return _ANY_MARK.search(data) is not None or (b"\r" in data and _ANY_MARK_BEHIND_CR.search(data) is not None)


def count_marks(data: bytes) -> int:
    """How many lines below the first start or end a document."""
    return sum(1 for _ in _LATER_MARK_BEHIND_CR.finditer(data)) if _has_marks(data) else 0


def records(blocks: Iterable[bytes], max_size: int) -> Iterator[Part]:
    """The records of JSON Lines that are not blank. A record that is too large is cut.

    A record ends with a line feed, and may contain carriage returns.
    """
    count = 0
    number = first_line = 1
    kept: list[bytes] = []
    size = 0
    for block in chain(_with_whole_line_ends(blocks), [b"\n"]):
        start = 0
        while start < len(block):
            if not size:
                if block[start] in _BLANKS:
                    # Skip all blank lines together.
                    found = _NOT_BLANK.search(block, start)
                    begin = block.rfind(b"\n", start, len(block) if found is None else found.start()) + 1 or start
                    number += _line_ends(block[start:begin])
                    start = begin
                first_line = number
            end = block.find(b"\n", start) + 1 or len(block)
            piece = block[start:end]
            start = end
            if size <= max_size:
                kept.append(piece)
            size += len(piece)
            number += _line_ends(piece)
            if piece.endswith(b"\n"):
                data = b"".join(kept).rstrip(b"\r\n")
                if size > max_size or data.strip():
                    yield Part(data, count, first_line)
                    count += 1
                kept.clear()
                size = 0


def split(data: bytes, max_size: int) -> Iterator[Part]:
    """The documents of a YAML text in memory."""
    return documents([data], max_size) if _has_marks(data) else iter([Part(data)])


def documents(blocks: Iterable[bytes], max_size: int, passed: Callable[[], object] | None = None) -> Iterator[Part]:
    """The documents of a YAML text that are not empty. A document that is too large is cut.

    An empty text is one document. The only document of a text has neither number nor line if it starts on line 1.
    `passed` is called for each line below the first that starts or ends a document, empty or not.
    """
    found = _numbered(_pieces(blocks), max_size, passed)
    first = next(found)
    second = next(found, None)
    if second is not None:
        yield from chain([first, second], found)
    elif (first.number, first.line) == (0, 1):
        yield Part(first.data)
    else:
        yield first


def _pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a YAML text: a line, many whole lines, or a part of a very long line.

    A line that starts or ends a document is yielded by itself.
    """
    rest = b""
    for block in _with_whole_line_ends(blocks):
        data = rest + block
        cut = max(data.rfind(b"\n"), data.rfind(b"\r")) + 1
        lines, rest = data[:cut], data[cut:]
        is_unix = lines.count(b"\r") == lines.count(b"\r\n")
        later_mark = _LATER_MARK if is_unix else _LATER_MARK_BEHIND_CR
        start = 0
        while (line := _LINE.match(lines, start)) is not None:
            yield line[0]
            mark = later_mark.search(lines, line.end() - 1)
            start = cut if mark is None else mark.start() + 1
            if start > line.end():
                yield lines[line.end() : start]
        if len(rest) > _LONGEST_LINE:
            yield rest
            rest = b""
    if rest:
        yield rest


def _numbered(pieces: Iterable[bytes], max_size: int, passed: Callable[[], object] | None) -> Iterator[Part]:
    """The documents with their numbers, which count empty ones, too, and first lines. There is at least one."""
    kept: list[bytes] = []
    size = 0
    number, first_line, line_number = -1, 1, 1
    has_begun = is_filled = is_comment = is_any = False
    is_next_whole = True
    for piece in pieces:
        is_whole, is_next_whole = is_next_whole, piece.endswith((b"\n", b"\r"))
        text = piece
        starts = ends = False
        if is_whole:
            text = piece.removeprefix(_BOM) if line_number == 1 else piece
            starts = _START.match(text) is not None
            ends = not starts and _END.match(text) is not None
            if not is_next_whole:
                is_comment = (text[3:] if starts or ends else text).lstrip().startswith(b"#")
            if passed is not None and line_number > 1 and (starts or ends):
                passed()
        if ends or (starts and has_begun):
            if is_filled:
                yield Part(b"".join(kept), number, first_line)
                is_any = True
            kept, size, first_line = [], 0, line_number + ends
            has_begun = is_filled = False
        if starts:
            number += 1
            has_begun, is_filled = True, _BARE_START.match(text) is None
        elif not ends and not is_filled:
            if size > max_size:
                holds = True  # it is too large anyway
            elif is_whole and is_next_whole:
                first_line_filled, later_line_filled = _FILLED_LINES[has_begun]
                holds = first_line_filled.match(text) is not None or later_line_filled.search(text) is not None
            else:
                holds = not is_comment and text.strip() != b"" and (has_begun or not text.startswith(b"%"))
            if holds:
                number += not has_begun
                has_begun = is_filled = True
        line_number += _line_ends(piece)
        if not ends and size <= max_size:
            kept.append(piece)
            size += len(piece)
    if is_filled:
        yield Part(b"".join(kept), number, first_line)
    elif not is_any:
        yield Part(b"".join(kept), 0, 1)
