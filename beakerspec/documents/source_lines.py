"""The text of a document as it stands in its file: places and snippets.

This serves the failure path only. The text need not be YAML: that is mostly why it is asked for. So nothing here
parses: it finds where lines start, and cuts a window around a place.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import cached_property
from io import StringIO
from itertools import accumulate
from typing import TypeAlias

__all__ = ["Mask", "Source"]

#: Columns of a snippet, and characters of a slice.
_SNIPPET_WIDTH = 120
_SLICE_LENGTH = 60
#: A long line is cut so that this many columns follow the place, where there are so many.
_WIDTH_BEHIND = 80

#: Gives one byte for each character between two indices of one line, 1 where the character is masked.
Mask: TypeAlias = "Callable[[int, int], bytearray]"

_LINE_END = re.compile(r"[\r\n]")
_NO_BLANK = re.compile(r"\S")


class Source:
    """The text of one document, and its file if it has one. Indices count characters from 0.

    Lines count from `first_line`, that of the file on which the document starts, and columns from 1, in characters.
    As in editors, a line ends with a line feed, a carriage return, or both; the other line breaks of YAML 1.1 are
    characters like any other.
    """

    def __init__(self, text: str, file: str | None = None, first_line: int = 1) -> None:
        self.text = text
        self.file = file
        self.first_line = first_line

    def __repr__(self) -> str:
        return f"<Source {self.file!r} of {len(self.text)} characters>"

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line starts."""
        starts = list(accumulate(map(len, StringIO(self.text, newline="")), initial=0))
        if self.text[-1:] not in "\r\n":  # the end of the text starts no new line
            starts.pop()
        return starts

    def place(self, index: int) -> tuple[int, int]:
        """The line and column of an index; ``len(text)`` is the place behind the last character."""
        index = min(max(index, 0), len(self.text))
        number = bisect_right(self._starts, index) - 1
        return self.first_line + number, 1 + index - self._starts[number]

    def line_start(self, index: int) -> int:
        """Where the line of an index starts."""
        return self._starts[bisect_right(self._starts, index) - 1]

    def slice(self, start: int, end: int) -> str:
        """The first line between two indices, in at most 60 characters; an ellipsis marks a cut."""
        start, end = self._clamped(start, end)
        line_end = _LINE_END.search(self.text, start, min(end, start + _SLICE_LENGTH + 1))
        stop = line_end.start() if line_end else min(end, start + _SLICE_LENGTH + 1)
        text = "".join(self._cell(char)[0] for char in self.text[start:stop])
        if len(text) > _SLICE_LENGTH or _NO_BLANK.search(self.text, stop, end):
            return text[: _SLICE_LENGTH - 1] + "…"
        return text

    def snippet(self, start: int, end: int, mask: Mask | None = None) -> str:
        """Two lines: the line that holds `start`, masked, and a marker under ``[start, end)``, ``^~~~``.

        They line up in a terminal. A long line is cut to about 120 columns around `start`, with an ellipsis
        at each cut. The marker ends with the line and is never empty.
        """
        start, end = self._clamped(start, end)
        if self._inside_line_end(start):
            start -= 1
        first = max(self.line_start(start), start - _SNIPPET_WIDTH - 1)
        last = min(len(self.text), start + _SNIPPET_WIDTH + 1)
        line_end = _LINE_END.search(self.text, start, last)
        if line_end:
            last = line_end.start()

        masked = bytearray(last - first) if mask is None else mask(first, last)
        line = self.text[first:last]
        if len(line) <= _SNIPPET_WIDTH and line.isascii() and line.isprintable():
            # As in most lines, nothing is cut, and each character is one column: with `_starts`, this takes a third off
            # the time to place a finding of a real file, 79 -> 54 us.
            shown = "".join(["*" if hides and char != " " else char for char, hides in zip(line, masked, strict=True)])
            return f"{shown}\n{' ' * (start - first)}^{'~' * (min(end, last) - start - 1)}"
        cells = [self._cell(char, is_masked) for char, is_masked in zip(line, masked, strict=True)]
        behind, room = _fitting(cells[start - first :], _WIDTH_BEHIND)
        before, room = _fitting(cells[: start - first][::-1], room + _SNIPPET_WIDTH - _WIDTH_BEHIND)
        more, _ = _fitting(cells[start - first + len(behind) :], room)
        behind += more
        before.reverse()
        left = "…" if start - len(before) > first else ""
        right = "…" if start + len(behind) < last else ""
        line = left + "".join(cell for cell, _ in before + behind) + right
        margin = len(left) + sum(width for _, width in before)
        marked = sum(width for _, width in behind[: end - start])
        return f"{line}\n{' ' * margin}^{'~' * (marked - 1)}"

    def _clamped(self, start: int, end: int) -> tuple[int, int]:
        start = min(max(start, 0), len(self.text))
        return start, min(max(end, start), len(self.text))

    def _inside_line_end(self, index: int) -> bool:
        return index > 0 and self.text.startswith("\n", index) and self.text[index - 1] == "\r"

    @staticmethod
    def _cell(char: str, is_masked: int = 0) -> tuple[str, int]:
        """What a terminal shows for one character, and the columns that it takes there."""
        is_masked = is_masked and not char.isspace()
        if " " <= char <= "~":
            return ("*" if is_masked else char), 1
        category = unicodedata.category(char)
        if char == "\t":
            char, width = " ", 1
        elif category in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            # Format characters too: one that turns the direction of writing makes a line read as another.
            char, width = "\N{REPLACEMENT CHARACTER}", 1
        elif category in ("Mn", "Me"):
            width = 0
        else:
            width = 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
        return ("*" * width if is_masked else char), width


def _fitting(cells: Iterable[tuple[str, int]], room: int) -> tuple[list[tuple[str, int]], int]:
    """The cells that fit into `room` columns, and the columns left.

    A cell without width counts as one column, so that the room bounds the characters too.
    """
    fitting: list[tuple[str, int]] = []
    for cell in cells:
        cost = max(1, cell[1])
        if cost > room:
            break
        room -= cost
        fitting.append(cell)
    return fitting, room
