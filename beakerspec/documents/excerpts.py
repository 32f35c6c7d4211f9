"""The lines of a text that lead to its problems: only these have to be read with places.

To read all of a real file with places takes four times as long as the fast reader takes. To make an excerpt and read
that takes as long as the fast reader, and `check` takes four fifths of the time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import compress
from typing import TypeAlias

__all__ = ["Entry", "excerpt"]

#: A key or dash: the number of lines after its value, the level of the dash or 0, the level of the key and its name.
#: See `fast_reader` for levels. Lines are counted from the end, since that is what the iterator over them tells.
Entry: TypeAlias = "tuple[int, int, int, str]"

_ANCHOR_OR_ALIAS = re.compile(r"(?:^|[\s\[{,:])[&*][A-Za-z0-9_-]")


def excerpt(text: str, entries: Sequence[Entry], names: Collection[str]) -> str | None:
    """Return a text in which every path of these names leads to the same places as in the whole text.

    The lines of the entries on these paths stand where they stood, with comments between them. They are the keys with
    these names, the items of lists at such keys, the keys and dashes around these, and the first entry below each.

    Returns None where an anchor or an alias is among them: then a path may lead to any line of the text, and what
    stands in another one may be what hides a value.
    """
    kept = _kept(entries, names)
    lines = text.split("\n")
    count = len(lines) - text.endswith("\n")
    has_anchors = "&" in text
    pieces: list[str] = []
    done = 0
    for index in compress(range(len(entries)), kept):
        start = count - entries[index - 1][0] if index else 0
        end = count - entries[index][0]
        if has_anchors and any(map(_ANCHOR_OR_ALIAS.search, lines[start:end])):
            return None
        if done < start:  # a comment as long as the lines between
            pieces.append("#" * (sum(map(len, lines[done:start])) + start - done - 1))
        pieces += lines[start:end]
        done = end
    if done < len(lines):  # the end of the last line
        pieces.append("")
    return "\n".join(pieces)


def _kept(entries: Sequence[Entry], names: Collection[str]) -> bytearray:
    """For each entry, whether it is on a path of these names, or the first one below such an entry."""
    kept = bytearray(len(entries))

    def keep(index: int) -> None:
        _, dash, level, key = entries[index]
        inside = level if key else dash
        kept[index] = True
        if index + 1 < len(entries):
            _, dash, level, _ = entries[index + 1]
            kept[index + 1] |= (dash or level) > inside

    keep(0)
    lowest = 0  # the level of the last kept entry: those before it at lower levels are around it
    items: list[tuple[int, int]] = []  # the levels and indices of items whose key is still to come
    index = len(entries)
    for _, dash, level, key in reversed(entries):
        index -= 1
        is_named = key in names
        if is_named or (dash or level) < lowest:
            keep(index)
            lowest = dash or level
        if key:
            while items and items[-1][0] > level:
                _, item = items.pop()
                if is_named:
                    keep(item)
        if dash:
            items.append((dash, index))
    return kept
