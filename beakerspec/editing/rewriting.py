"""A text changed so that it reads as other data, and nothing else of it.

The data that is wanted is a changed copy of the data that was read: what did not change is the same object in both. So
the two are compared from the root down, only where they differ, and each difference becomes an edit of the text.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

import attrs

from ..documents.complete_reader import Node
from ..fields.paths import EditError
from ..model import ExperimentSpec, SpecPart, part_names, parts_of
from .layout import Entry, Layout
from .written import Writer

#: What is wanted of a value that goes.
_GONE = object()

#: What stands for itself in every style.
_HARMLESS = re.compile(r"[\w./=+-]*", re.ASCII)
#: Of a scalar in which more lines differ all of it is written anew.
_MOST_LINES = 50
#: The start of a literal or folded scalar, behind which a comment may stand.
_HEADER = re.compile(r"[|>][-+1-9]*")
#: A literal block, which needs the break behind its last line.
_LITERAL = re.compile(r"\|[1-9]?\+?(?:[ \t]+#.*)?\n")
#: Two lists are aligned up to this product of their lengths. Longer ones are compared by position: many equal items
#: would make that quadratic.
_MOST_PAIRS = 1_000_000

__all__ = ["Edit", "applied", "edits_for", "is_same"]


@attrs.frozen
class Edit:
    """Another text for what stands between two indices of a text."""

    start: int
    end: int
    text: str

    def without_blanks(self, text: str) -> Edit:
        """The same edit without the blanks that it starts with and that stand there already."""
        edit = self
        while text[edit.start : edit.end][:1] == edit.text[:1] == " ":
            edit = Edit(edit.start + 1, edit.end, edit.text[1:])
        return edit


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with all edits made. Those at one place are made in their order."""
    parts: list[str] = []
    index = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < index:
            raise EditError(f"two changes touch the same text: line {text.count(chr(10), 0, edit.start) + 1}")
        parts += text[index : edit.start], edit.text
        index = edit.end
    return "".join([*parts, text[index:]])


def is_same(one: Any, other: Any) -> bool:
    """Whether two values are read alike. Texts that YAML may read as something else differ with and without quotes."""
    if one is other:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(each, other[name]) for name, each in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return one.__class__ is other.__class__ and bool(one == other)


def edits_for(
    layout: Layout, wanted: Mapping[str, Any], *, expands: bool, keeps_comments: bool, given: Container[int]
) -> list[Edit]:
    """Return the edits after which the text reads as the wanted data.

    `given` are the identities of values that are not copied from the data. With `expands`, what an alias or a merge key
    stands for is written out where it is to differ. Without, that raises `EditError`. With `keeps_comments` the comment
    behind a removed line stays.
    """
    rewriter = _Rewriter(layout, expands=expands, keeps_comments=keeps_comments, given=given)
    if not rewriter.keeps_any(layout.root, wanted):
        raise EditError("no field would be left: delete the file, or write a new one")
    rewriter.change(layout.root, wanted, ExperimentSpec)
    newline = "\r\n" if "\r\n" in layout.text[: layout.text.find("\n") + 1] else "\n"
    return [
        attrs.evolve(edit, text=edit.text.replace("\r\n", "\n").replace("\n", newline))
        for edit in _apart(rewriter.edits)
    ]


def _apart(edits: Iterable[Edit]) -> Iterator[Edit]:
    """The edits in order. What comes behind a line that is removed takes its place."""
    last: Edit | None = None
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        is_inside = last is not None and edit.start == edit.end < last.end and not last.text
        if last is not None and is_inside and edit.text.startswith("\n"):
            yield Edit(last.end, last.end, edit.text[1:] + "\n")
        else:
            yield edit
            last = edit


class _Rewriter:
    def __init__(self, layout: Layout, *, expands: bool, keeps_comments: bool, given: Container[int]) -> None:
        self.layout = layout
        self.text = layout.text
        self.writer = Writer(layout)
        self.expands = expands
        self.keeps_comments = keeps_comments
        self.given = given
        self.edits: list[Edit] = []
        #: What is wanted of the values that changed, for the aliases of them.
        self.wanted: dict[int, Any] = {}
        #: Whether anything changed that an alias may stand for.
        self.may_differ = False

    def put(self, start: int, end: int, text: str) -> None:
        if end == len(self.text) and _LITERAL.search(text) is not None:
            text += "\n"
        self.edits.append(Edit(start, end, text))

    # -- a value --

    def change(self, node: Node, new: Any, cls: type[SpecPart] | None) -> None:
        """Change a collection in place. What it holds decides between its parts and all of it."""
        self.wanted[id(node)] = new
        self.may_differ |= bool(self.layout.anchor_of(node))
        if isinstance(node.data, dict):
            self.change_mapping(node, new, cls)
        else:
            self.change_list(node, new, cls)

    def change_part(self, around: Node, entry: Entry, new: Any, cls: type[SpecPart] | None) -> None:
        """Change what stands behind a key or a dash."""
        node = entry.node
        if entry.is_alias:
            if not is_same(self.wanted.get(id(node), node.data), new):
                self.may_write_out(new, entry.value_start, node)
                self.replace(around, entry, new)
            return
        is_unchanged = is_same(node.data, new)
        if is_unchanged and not self.may_differ:
            return
        is_mapping = isinstance(node.data, dict) and isinstance(new, dict) and self.keeps_any(node, new)
        if is_mapping or (isinstance(node.data, list) and isinstance(new, list) and node.data and new):
            self.change(node, new, cls)
        elif not is_unchanged:
            self.forget(node)
            self.wanted[id(node)] = new
            self.replace(around, entry, new)

    def forget(self, node: Node) -> None:
        """Note that a value goes with all that is in it, so that aliases of it cannot stay."""
        self.may_differ = True
        self.wanted[id(node)] = _GONE
        if isinstance(node.data, (dict, list)):
            for entry in self.layout.entries(node):
                if not entry.is_alias:
                    self.forget(entry.node)

    def may_write_out(self, new: Any, index: int, node: Node) -> None:
        if self.expands or id(new) in self.given:
            return
        line, of = (self.text.count("\n", 0, each) + 1 for each in (index, node.start))
        raise EditError(
            f"line {line} uses what stands on line {of}, and the two would differ: change both alike, or write out a "
            "copy with expand_aliases, on the command line --expand-aliases"
        )

    def replace(self, around: Node, entry: Entry, new: Any) -> None:
        """Write another value behind a key or a dash."""
        layout = self.layout
        start = entry.value_start if entry.is_alias else max(layout.value_start(entry.node), entry.value_start)
        anchor = "" if entry.is_alias else layout.anchor_of(entry.node)
        end = entry.value_end
        is_flow = isinstance(entry.node.data, (dict, list)) and not entry.node.is_block and not entry.is_alias
        if not around.is_block or (is_flow and isinstance(new, (dict, list))):
            text = self.same_style(entry, start, end, new) or self.writer.in_flow(new, layout.column(entry.start))
            is_apart = layout.is_json or start > entry.behind or not isinstance(entry.name, str)
            self.put(start, end, text if is_apart else f" {text}")
            return
        styled = self.same_style(entry, start, end, new)
        if styled is not None:
            self.put(start, end, styled)
            return
        column = layout.column(entry.start)
        write = self.writer.behind_key if isinstance(entry.name, str) else self.writer.behind_dash
        text = write(new, column)
        # It is one of the value itself, but for a block, where it is one of the last line.
        comment = layout.comment_behind(end)
        first, newline, rest = text.partition("\n")
        kept = comment if newline and "\n" not in self.text[start:end] else ""
        end += len(comment) if kept or entry.node.is_block else 0
        header = _HEADER.match(self.text, start)
        if header is not None:
            kept = layout.comment_behind(header.end())
        if newline and not self.text[end : layout.line_end(end)].strip():  # blanks would be part of the last line
            end = layout.line_end(end)
        self.put(entry.behind, end, f"{' ' + anchor if anchor else ''}{first}{kept}{newline}{rest}")

    def same_style(self, entry: Entry, start: int, end: int, new: Any) -> str | None:
        """The text of a scalar in the style of the one that stands there, or None where that is not possible."""
        old = self.text[start:end]
        if self.layout.is_json or entry.is_alias or new.__class__ is not str or not isinstance(entry.node.data, str):
            return None
        patched = self.patched(old, str.__str__(entry.node.data), new) if "\n" in old else None
        if patched is not None or not new.isprintable() or not new.isascii():
            return patched
        if old[:1] == "'":
            return "'" + new.replace("'", "''") + "'"
        if old[:1] == '"' and "\\" not in new and '"' not in new:
            return f'"{new}"'
        return None

    def patched(self, old: str, before: str, new: str) -> str | None:
        """The text of a scalar of several lines, changed only where its value differs."""
        lines, new_lines = before.split("\n"), new.split("\n")
        differing = [index for index, (line, other) in enumerate(zip(lines, new_lines, strict=False)) if line != other]
        if len(lines) != len(new_lines) or not 1 < len(differing) <= _MOST_LINES:
            return self.patched_once(old, before, new)
        text: str | None = old
        for index in differing:
            before, lines[index] = "\n".join(lines), new_lines[index]
            text = None if text is None else self.patched_once(text, before, "\n".join(lines))
        return text

    def patched_once(self, old: str, before: str, new: str) -> str | None:
        length = min(len(before), len(new))
        start = next((index for index in range(length) if before[index] != new[index]), length)
        stop = next((index for index in range(length - start) if before[-1 - index] != new[-1 - index]), length - start)
        removed, put = before[start : len(before) - stop], new[start : len(new) - stop]
        if "\n" in removed or "\n" in put or (old[:1] not in ("|", ">") and _HARMLESS.fullmatch(put) is None):
            return None
        line, other = (
            f"{before[:start].rpartition(chr(10))[2]}{each}{before[len(before) - stop :].partition(chr(10))[0]}"
            for each in (removed, put)
        )
        if not other.strip() or _blanks_around(line) != _blanks_around(other):
            return None  # what a line starts and ends with may say how it is read
        # The words around the change make its place unique.
        for context in (0, 8, 20, 60, 200):
            left = before[max(start - context, 0) : start].rpartition("\n")[2]
            right = before[len(before) - stop : len(before) - stop + context].partition("\n")[0]
            if old.count(left + removed + right) == 1:
                return old.replace(left + removed + right, left + put + right)
        return None

    # -- a mapping --

    def change_mapping(self, node: Node, new: Mapping[str, Any], cls: type[SpecPart] | None) -> None:
        entries = self.layout.entries(node)
        names = {} if cls is None else part_names(cls)
        parts = {} if cls is None else parts_of(cls)
        for name in node.inherited - new.keys():
            raise EditError(f"{name} comes from the merge key of line {self.line_of(node.merge)}: remove it there")
        renamed = self.renamed(node, entries, new)
        gone = [each for each in entries if each.name != "<<" and each.name not in new and each.name not in renamed]
        kept = [each for each in entries if each not in gone]
        for entry in gone:
            self.forget(entry.node)
        for entry in kept:
            name = renamed.get(entry.name, entry.name)
            if name == "<<" and entry.name not in node.keys:
                continue
            if name != entry.name:
                key = node.keys[entry.name]
                self.put(key.start, key.end, self.writer.key(str(name), in_flow=not node.is_block))
            part, _ = parts.get(names.get(str(name), ""), (None, False))
            self.change_part(node, entry, new[str(name)], part)
        added: dict[str, Any] = {}
        for name, value in new.items():
            if name in node.inherited:
                inherited = node.parts[name]
                if is_same(self.wanted.get(id(inherited), inherited.data), value):
                    continue
                self.may_write_out(value, entries[0].start, inherited)
            elif name in node.parts or name in renamed.values():
                continue
            added[name] = value
        self.remove(node, entries, gone)
        order = list(names)
        known = sorted(added, key=lambda name: order.index(name) if name in order else len(order))
        self.insert(node, kept, [(self.before(kept, name, order), name, added[name]) for name in known])

    def keeps_any(self, node: Node, new: Mapping[str, Any]) -> bool:
        """Whether a key of a mapping stays, under its own name or another one."""
        return not node.data.keys().isdisjoint(new) or bool(self.renamed(node, self.layout.entries(node), new))

    def line_of(self, nodes: tuple[Node, Node] | None) -> int:
        return 1 if nodes is None else self.text.count("\n", 0, nodes[0].start) + 1

    def renamed(self, node: Node, entries: list[Entry], new: Mapping[str, Any]) -> dict[str | int, str]:
        """The new names of keys whose value stays as it is."""
        own = {entry.name for entry in entries}
        added = [name for name in new if name not in node.parts]
        found: dict[str | int, str] = {}
        for old, part in node.parts.items():
            if old in own and old not in new:
                name = next((each for each in added if new[each] is part.data), None)
                if name is not None:
                    found[old] = name
                    added.remove(name)
        return found

    def before(self, kept: list[Entry], name: str, order: list[str]) -> Entry | None:
        """The entry behind which a new key stands, by the order of the documentation; None before all of them."""
        if name not in order:
            return kept[-1]
        earlier = [each for each in kept if each.name in order and order.index(str(each.name)) < order.index(name)]
        return max(earlier, key=lambda each: (order.index(str(each.name)), each.start), default=None)

    # -- a list --

    def change_list(self, node: Node, new: list[Any], cls: type[SpecPart] | None) -> None:
        entries = self.layout.entries(node)
        old = [
            self.wanted.get(id(entry.node), entry.node.data) if entry.is_alias else entry.node.data for entry in entries
        ]
        gone: list[Entry] = []
        pairs: list[tuple[Entry, Any]] = []
        added: list[tuple[Entry | None, str | None, Any]] = []
        for start, end, new_start, new_end in _runs_of(old, new):
            common = min(end - start, new_end - new_start)
            pairs += zip(entries[start : start + common], new[new_start:], strict=False)
            gone += entries[start + common : end]
            after = entries[start + common - 1] if start + common else None
            added += [(after, None, value) for value in new[new_start + common : new_end]]
        for entry in gone:
            self.forget(entry.node)
        for entry, value in pairs:
            self.change_part(node, entry, value, cls)
        self.remove(node, entries, gone)
        self.insert(node, [entry for entry, _ in pairs], added)

    # -- entries --

    def remove(self, node: Node, entries: list[Entry], gone: list[Entry]) -> None:
        """Remove entries, in block style with their lines and the comments behind them."""
        layout = self.layout
        if not gone:
            return
        places = {id(entry): index for index, entry in enumerate(entries)}
        indices = sorted(places[id(entry)] for entry in gone)
        if not node.is_block:
            for first, last in _runs(indices):
                if first > 0:
                    self.put(entries[first - 1].end, entries[last].end, "")
                else:
                    self.put(entries[first].start, entries[last + 1].start, "")
            return
        for index in indices:
            entry = entries[index]
            end = layout.line_end(entry.end)
            comment = layout.comment_behind(entry.end).strip() if self.keeps_comments else ""
            following = entries[index + 1] if index + 1 < len(entries) else None
            if comment:
                self.put(entry.start, end, comment)
            elif layout.is_first(entry.start):
                start = layout.line_start(entry.start)
                if end == len(self.text):  # the break before it goes in the place of the one behind it
                    while self.edits and self.edits[-1].end == start and not self.edits[-1].text:
                        start = self.edits.pop().start
                    start = layout.line_end(layout.line_start(start - 1)) if start else 0
                self.put(start, self.text.find("\n", end) + 1 or len(self.text), "")
            elif following is not None and not self.text[end : following.start].strip():
                self.put(entry.start, following.start, "")
            else:
                self.put(len(self.text[: entry.start].rstrip(" ")), end, "")

    def insert(self, node: Node, kept: list[Entry], added: list[tuple[Entry | None, str | None, Any]]) -> None:
        """Write new entries behind others, each in its place."""
        layout = self.layout
        column = layout.column(kept[0].start)
        if not node.is_block:
            separator, colon = self.separators(node)
            for after, name, value in added:
                text = self.writer.in_flow(value, column)
                if name is not None:
                    text = f"{self.writer.key(name, in_flow=True)}{colon}{text}"
                if after is None:
                    self.put(kept[0].start, kept[0].start, text + separator)
                else:
                    self.put(after.end, after.end, separator + text)
            return
        for after, name, value in added:
            if name is None:
                text = f"-{self.writer.behind_dash(value, column)}"
            else:
                text = self.writer.entry(name, value, column)
            if after is None:
                self.put(kept[0].start, kept[0].start, f"{text}\n{' ' * column}")
            else:
                end = layout.line_end(after.end)
                self.put(end, end, f"\n{' ' * column}{text}")

    def separators(self, node: Node) -> tuple[str, str]:
        """What stands between two entries of a collection in flow style, and between a key and its value."""
        has_blanks = not self.layout.is_json or self.layout.has_blanks
        separator, colon = (", ", ": ") if has_blanks else (",", ":")
        entries = self.layout.entries(node)
        if len(entries) > 1:
            between = self.text[entries[0].end : entries[1].start]
        else:
            opening = self.text[self.layout.value_start(node) + 1 : entries[0].start]
            between = f",{opening}" if "\n" in opening else separator
        if between.strip() == ",":
            separator = between.replace("\r\n", "\n")
        return separator, colon


def _blanks_around(line: str) -> tuple[int, int]:
    return len(line) - len(line.lstrip()), len(line) - len(line.rstrip())


def _runs(indices: list[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of each run of indices that follow each other."""
    start = previous = indices[0]
    for index in indices[1:]:
        if index != previous + 1:
            yield start, previous
            start = index
        previous = index
    yield start, previous


def _runs_of(old: list[Any], new: list[Any]) -> Iterator[tuple[int, int, int, int]]:
    """The runs of two lists that correspond to each other: their bounds in the first and in the second."""
    if len(old) == len(new):
        yield 0, len(old), 0, len(new)
        return
    shortest = min(len(old), len(new))
    head = next((index for index in range(shortest) if not is_same(old[index], new[index])), shortest)
    rest = shortest - head
    tail = next((index for index in range(rest) if not is_same(old[-1 - index], new[-1 - index])), rest)
    yield 0, head, 0, head
    middle, new_middle = ([*map(_key_of, each[head : len(each) - tail])] for each in (old, new))
    if len(middle) * len(new_middle) > _MOST_PAIRS:
        yield head, len(old) - tail, head, len(new) - tail
    else:
        matcher = SequenceMatcher(None, middle, new_middle, autojunk=False)
        for _, start, end, new_start, new_end in matcher.get_opcodes():
            yield head + start, head + end, head + new_start, head + new_end
    yield len(old) - tail, len(old), len(new) - tail, len(new)


def _key_of(value: Any) -> Any:
    """The same hashable value for values that are read alike."""
    if isinstance(value, dict):
        return frozenset((name, _key_of(each)) for name, each in value.items())
    if isinstance(value, list):
        return tuple(map(_key_of, value))
    return value.__class__, value
