"""Texts that hold several documents, as a stream of these."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from typing import NamedTuple, Protocol

__all__ = ["Part", "documents", "lines_of", "records", "split"]

_BLOCK = 65_536
_BOM = b"\xef\xbb\xbf"
#: What starts a document. At the first column it is nothing else, not even inside of a literal or quoted scalar.
_START = re.compile(rb"---(?=[ \t\r\n]|\Z)")
#: That with nothing but a comment behind it, and what ends a document.
_BARE_START = re.compile(rb"---[ \t]*(?:(?<=[ \t])#|[\r\n]|\Z)")
_END = re.compile(rb"\.\.\.[ \t]*(?:(?<=[ \t])#|[\r\n]|\Z)")
_LATER_MARK = re.compile(rb"\n(?:---|\.\.\.)")


class Part(NamedTuple):
    """A document of a text."""

    data: bytes
    #: Which one it is, counted from 0; None for one that is alone.
    number: int | None = None
    #: The line at which it starts, counted from 1; None for one that is alone.
    line: int | None = None


class _Lines(Protocol):
    def readline(self, size: int, /) -> bytes: ...


def lines_of(file: _Lines) -> Iterator[bytes]:
    """The lines of a file; one that is very long comes in pieces."""
    return iter(partial(file.readline, _BLOCK), b"")


def records(lines: Iterable[bytes], max_size: int) -> Iterator[Part]:
    """The lines of JSON Lines that are not blank, each cut where it is seen to be too large."""
    count = number = 0
    kept: list[bytes] = []
    size = 0
    for line in chain(lines, [b""]):
        if size <= max_size:
            kept.append(line)
            size += len(line)
        if line.endswith(b"\n") or not line:
            number += 1
            data = b"".join(kept).rstrip(b"\r\n")
            if size > max_size or data.strip():
                yield Part(data, count, number)
                count += 1
            kept.clear()
            size = 0


def split(data: bytes, max_size: int) -> Iterator[Part]:
    """The documents of a YAML text that is in memory."""
    if _LATER_MARK.search(data) is None:
        return iter([Part(data)])
    return documents(lines_of(io.BytesIO(data)), max_size)


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
        is_whole, is_next_whole = is_next_whole, line.endswith(b"\n")
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
