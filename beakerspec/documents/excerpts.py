"""The lines of a text that lead to some of its values: all that is to be read with places to place what is wrong there.

A file of a hundred lines has a few findings, and to read all of it with places takes four times as long as the fast
reader takes. This and reading what is left take as long as the fast reader, which tells where keys and dashes stand.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import compress
from typing import TypeAlias

__all__ = ["Entry", "excerpt"]

#: A key or dash: the number of lines behind its value, the level of the dash or 0, the level of the key and its name.
#: See `fast_reader` for levels.
Entry: TypeAlias = "tuple[int, int, int, str]"

_ANCHOR_OR_ALIAS = re.compile(r"[&*][A-Za-z0-9_-]")


def excerpt(text: str, entries: Sequence[Entry], names: Collection[str]) -> str:
    """Return a text in which the lines of some entries stand where they stood, with comments between them.

    These are the entries with keys of these names, and the items of lists at such keys; the keys and dashes that they
    are below; and the first one below each of these. Where an anchor or an alias is among them, those with any are,
    too. A value that ends up empty is none that a path of such names leads to.
    """
    lines = text.split("\n")
    count = len(lines) - text.endswith("\n")
    starts = [0, *(count - entry[0] for entry in entries)]

    def is_shared(index: int) -> bool:
        return any(map(_ANCHOR_OR_ALIAS.search, lines[starts[index] : starts[index + 1]]))

    indices = range(len(entries))
    kept = _kept(entries, names, ())
    if "&" in text and "*" in text and any(map(is_shared, compress(indices, kept))):
        kept = _kept(entries, names, set(filter(is_shared, indices)))
    pieces: list[str] = []
    done = 0
    for index in compress(indices, kept):
        start, end = starts[index : index + 2]
        if done < start:  # a comment as long as the lines between
            pieces.append("#" * (sum(map(len, lines[done:start])) + start - done - 1))
        pieces += lines[start:end]
        done = end
    if done < len(lines):
        pieces.append("")
    return "\n".join(pieces)


def _kept(entries: Sequence[Entry], names: Collection[str], shared: Collection[int]) -> bytearray:
    """For each entry, whether it is to be kept: for its name, since it is shared, or for another one."""
    kept = bytearray(len(entries))

    def keep(index: int) -> None:
        _, dash, level, key = entries[index]
        inside = level if key else dash
        kept[index] = True
        if index + 1 < len(entries):
            _, dash, level, _ = entries[index + 1]
            kept[index + 1] |= (dash or level) > inside

    keep(0)
    around = 0  # the level of the outermost entry so far of which those that it is below are to be kept
    items: list[tuple[int, int]] = []  # the levels and indices of items whose key is still to come
    index = len(entries)
    for _, dash, level, key in reversed(entries):
        index -= 1
        is_named = key in names
        if is_named or (dash or level) < around or index in shared:
            keep(index)
            around = dash or level
        if key:
            while items and items[-1][0] > level:
                _, item = items.pop()
                if is_named:
                    keep(item)
        if dash:
            items.append((dash, index))
    return kept
