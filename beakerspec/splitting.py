"""Texts that hold several documents, as a stream of these."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

__all__ = ["Part", "documents", "lines_of", "records", "split"]

#: Bytes of a line from which on it comes in pieces.
_LONGEST_LINE = 65_536
_BOM = b"\xef\xbb\xbf"
#: What starts a document. At the first column it is nothing else, not even inside of a literal or quoted scalar.
_START = re.compile(rb"---(?=[ \t\r\n]|\Z)")
#: That with nothing but a comment behind it, and what ends a document.
_BARE_START = re.compile(rb"---[ \t]*(?:(?<=[ \t])#|[\r\n]|\Z)")
_END = re.compile(rb"\.\.\.[ \t]*(?:(?<=[ \t])#|[\r\n]|\Z)")
#: Either of them further down. A class of both line ends would take the search seven times as long.
_LATER_MARK = re.compile(rb"\n(?:---|\.\.\.)")
_LATER_MARK_BEHIND_CR = re.compile(rb"\r(?:---|\.\.\.)")


class Part(NamedTuple):
    """A document of a text."""

    data: bytes
    #: Which one it is, counted from 0; None for one that is alone.
    number: int | None = None
    #: The line at which it starts, counted from 1; None for one that is alone.
    line: int | None = None


def lines_of(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a text; one that is very long comes in pieces. They end as those of `sources.Source` do."""
    rest = b""
    for block in blocks:
        lines = (rest + block).splitlines(keepends=True)
        rest = lines.pop()  # it may go on, or end with half of a line end
        yield from lines
        if len(rest) > _LONGEST_LINE and not rest.endswith(b"\r"):
            yield rest
            rest = b""
    if rest:
        yield rest


def records(lines: Iterable[bytes], max_size: int) -> Iterator[Part]:
    """The records of JSON Lines that are not blank, each cut where it is seen to be too large.

    A record ends with a line feed, and may hold carriage returns.
    """
    count = 0
    number = first_line = 1
    kept: list[bytes] = []
    size = 0
    for line in chain(lines, [b""]):
        if size <= max_size:
            kept.append(line)
            size += len(line)
        number += line.endswith((b"\n", b"\r"))
        if line.endswith(b"\n") or not line:
            data = b"".join(kept).rstrip(b"\r\n")
            if size > max_size or data.strip():
                yield Part(data, count, first_line)
                count += 1
            kept.clear()
            size, first_line = 0, number


def split(data: bytes, max_size: int) -> Iterator[Part]:
    """The documents of a YAML text that is in memory."""
    if _LATER_MARK.search(data) is None and (b"\r" not in data or _LATER_MARK_BEHIND_CR.search(data) is None):
        return iter([Part(data)])
    return documents(lines_of([data]), max_size)


def documents(lines: Iterable[bytes], max_size: int) -> Iterator[Part]:
    """The documents of a YAML text that hold something, each cut where it is seen to be too large.

    A text that holds nothing is one document. One that is alone, and starts the text, has neither index nor line.
    """
    found = _numbered(lines, max_size)
    first = next(found)
    second = next(found, None)
    if second is not None:
        yield from chain([first, second], found)
    elif (first.number, first.line) == (0, 1):
        yield Part(first.data)
    else:
        yield first


def _numbered(lines: Iterable[bytes], max_size: int) -> Iterator[Part]:
    """The documents with their numbers, for which empty ones count too, and first lines. There is one at least."""
    kept: list[bytes] = []
    size = 0
    number, first_line, line_number = -1, 1, 0
    has_begun = is_filled = is_comment = is_any = False
    is_next_whole = True
    for line in lines:
        is_whole, is_next_whole = is_next_whole, line.endswith((b"\n", b"\r"))
        text = line
        starts = ends = False
        if is_whole:
            line_number += 1
            text = line.removeprefix(_BOM) if line_number == 1 else line
            starts = _START.match(text) is not None
            ends = _END.match(text) is not None
            is_comment = text.lstrip().startswith(b"#")
        if ends or (starts and has_begun):
            if is_filled:
                yield Part(b"".join(kept), number, first_line)
                is_any = True
            kept, size, first_line = [], 0, line_number + ends
            has_begun = is_filled = False
        if ends:
            continue
        if starts:
            number += 1
            has_begun, is_filled = True, _BARE_START.match(text) is None
        elif not is_filled and not is_comment and text.strip() and (has_begun or not text.startswith(b"%")):
            number += not has_begun
            has_begun = is_filled = True
        if size <= max_size:
            kept.append(line)
            size += len(line)
    if is_filled:
        yield Part(b"".join(kept), number, first_line)
    elif not is_any:
        yield Part(b"".join(kept), 0, 1)
