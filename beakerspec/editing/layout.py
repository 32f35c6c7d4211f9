"""Where the parts of a text stand, and how it is laid out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

import attrs

from ..documents.complete_reader import Node

__all__ = ["Entry", "Layout"]

_PROPERTIES = re.compile(r"(?:(?:(?P<anchor>&[^\s,\[\]{}]+)|![^\s,\[\]{}]*)(?:\s+|$))+")
_GAP = re.compile(r"(?:\s|#[^\n]*|(?:[&!]\S*))+")
_BLANK_LINES = re.compile(r"(?:\r?\n[ \t]*)+\Z")
_KEEPS_LINES = re.compile(r"[|>][0-9]?\+")
_COMMENTS = re.compile(r"(?:^|(?<=[ \t\n\r]))(#.*)", re.MULTILINE)
_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")


@attrs.frozen
class Entry:
    """A key with its value, or an item of a list: what it is, and where it stands."""

    name: str | int
    node: Node
    #: From the key, or the dash of an item in block style, to the end of the value.
    start: int
    end: int
    #: From the value: what is written there, which may be an alias.
    value_start: int
    value_end: int
    is_alias: bool
    #: The end of the key with its colon, or of the dash; of an item in flow style its start.
    behind: int


class Layout:
    """A text and where its parts stand."""

    def __init__(self, text: str, root: Node, *, is_json: bool) -> None:
        self.text = text
        self.root = root
        self.is_json = is_json
        self._ends: dict[int, int] = {}

    def line_start(self, index: int) -> int:
        """The start of a line."""
        return self.text.rfind("\n", 0, index) + 1

    def line_end(self, index: int) -> int:
        """The end of a line, before its break."""
        end = self.text.find("\n", index)
        if end < 0:
            return len(self.text)
        return end - (self.text[index:end].endswith("\r"))

    def column(self, index: int) -> int:
        """How far from the start of its line something stands."""
        return index - self.line_start(index)

    def is_first(self, index: int) -> bool:
        """Whether nothing stands before it in its line."""
        return not self.text[self.line_start(index) : index].strip(" ")

    def comment_behind(self, index: int) -> str:
        """The comment that follows in the line, with the blanks before it."""
        match = _COMMENT.match(self.text, index)
        return match[0] if match is not None else ""

    def end_of(self, node: Node) -> int:
        """The end of a value, without the empty lines and the comments behind it."""
        if id(node) not in self._ends:
            self._ends[id(node)] = self._end_of(node)
        return self._ends[id(node)]

    def _end_of(self, node: Node) -> int:
        if node.is_block:
            return max((entry.end for entry in self.entries(node)), default=node.end)
        if isinstance(node.data, (dict, list)):
            return node.end
        written = self.text[self.value_start(node) : node.end]
        if written[:1] not in ("|", ">"):
            return node.end
        if _KEEPS_LINES.match(written) is not None:
            return node.end - (2 if written.endswith("\r\n") else written.endswith("\n"))
        blank = _BLANK_LINES.search(written)
        return node.end - (len(blank[0]) if blank is not None else 0)

    def value_start(self, node: Node) -> int:
        """Where a value starts behind its anchor and tag."""
        match = self._properties(node)
        return node.start if match is None else match.end()

    def anchor_of(self, node: Node) -> str:
        """The anchor of a value, as it is written, or an empty text."""
        match = self._properties(node)
        return "" if match is None else match["anchor"] or ""

    def _properties(self, node: Node) -> re.Match[str] | None:
        end = len(self.text) if isinstance(node.data, (dict, list)) else node.end
        return _PROPERTIES.match(self.text, node.start, end)

    def comments(self) -> Iterator[str]:
        """The comments of the text."""
        if self.is_json:
            return
        spans = sorted(self._scalars(self.root))
        for (_, start), (end, _) in zip([(0, 0), *spans], [*spans, (len(self.text), 0)], strict=True):
            for match in _COMMENTS.finditer(self.text, start, end):
                yield match[1].rstrip()

    def _scalars(self, node: Node) -> Iterator[tuple[int, int]]:
        """Where the keys and the scalars stand that are written in a collection."""
        for entry in self.entries(node):
            if isinstance(entry.name, str):
                yield entry.start, entry.behind
            if not entry.is_alias and isinstance(entry.node.data, (dict, list)):
                yield from self._scalars(entry.node)
            elif entry.value_start < entry.value_end:
                start = entry.value_start if entry.is_alias else self.value_start(entry.node)
                is_block = self.text[start : start + 1] in ("|", ">")  # a comment may stand in its first line
                yield self.line_end(start) if is_block else entry.value_start, entry.value_end

    def entries(self, node: Node) -> list[Entry]:
        """What stands in a collection itself, in the order of the text."""
        if isinstance(node.data, list):
            return list(self._items(node))
        found = [
            self._entry(name, key, node.parts[name], node.aliases.get(name))
            for name, key in node.keys.items()
            if name not in node.inherited
        ]
        if node.merge is not None:
            found.append(self._entry("<<", *node.merge, node.aliases.get("<<")))
        return sorted(found, key=lambda entry: entry.start)

    def _entry(self, name: str | int, key: Node, value: Node, alias: tuple[int, int] | None) -> Entry:
        colon = self.text.find(":", key.end)
        behind = colon + 1 if colon >= 0 and not self.text[key.end : colon].strip() else key.end
        if alias is not None:
            return Entry(name, value, key.start, alias[1], *alias, True, behind)
        if value.data is None and value.start == value.end:  # nothing is written
            return Entry(name, value, key.start, behind, behind, behind, False, behind)
        end = self.end_of(value)
        return Entry(name, value, key.start, end, value.start, end, False, behind)

    def _items(self, node: Node) -> Iterator[Entry]:
        dash_column = None
        for index, item in node.parts.items():
            alias = node.aliases.get(index)
            start, end = alias or (item.start, self.end_of(item))
            first = start
            if node.is_block:
                if dash_column is None:
                    dash_column = self.column(self._first_dash(node, start))
                first = self._dash(start, dash_column)
                if item.data is None and start == end:  # nothing is written
                    start = end = first + 1
            yield Entry(index, item, first, end, start, end, alias is not None, first + 1 if node.is_block else first)

    def _first_dash(self, node: Node, start: int) -> int:
        """The dash of the first item of a list in block style."""
        match = _GAP.match(self.text, node.start, start)
        return node.start if match is None else match.end()

    def _dash(self, start: int, column: int) -> int:
        """The dash of an item that starts at an index: the last one before it at the column of dashes."""
        line = self.line_start(start)
        while True:
            index = line + column
            if index <= start and self.text[index : index + 1] == "-" and not self.text[line:index].strip(" -"):
                return index
            if line == 0:
                return start
            line = self.line_start(line - 1)

    @cached_property
    def has_lines(self) -> bool:
        """Whether the text of the document has several lines."""
        return "\n" in self.text[self.root.start : self.end_of(self.root)]

    @cached_property
    def has_blanks(self) -> bool:
        """Whether blanks stand behind the colons of a JSON text."""
        entry = self.entries(self.root)[0]
        return entry.value_start > entry.behind

    @cached_property
    def has_short_lines(self) -> bool:
        """Whether a JSON text of several lines has a list or an object in one of them."""
        pending = [self.root]
        for node in pending:
            for part in node.parts.values():
                if part.parts and "\n" not in self.text[part.start : part.end]:
                    return True
                pending.append(part)
        return False

    @cached_property
    def _steps(self) -> tuple[int, int]:
        step: int | None = None
        list_step: int | None = None
        pending = [self.root]
        for node in pending:
            if step is not None and list_step is not None:
                break
            if not isinstance(node.data, (dict, list)) or not (node.is_block or self.is_json):
                continue
            for entry in self.entries(node):
                if entry.is_alias or entry.name == "<<" or not isinstance(entry.node.data, (dict, list)):
                    continue
                pending.append(entry.node)
                inner = self.entries(entry.node)
                if not isinstance(node.data, dict) or not inner or not self.is_first(inner[0].start):
                    continue
                difference = self.column(inner[0].start) - self.column(entry.start)
                if self.is_json or (entry.node.is_block and isinstance(entry.node.data, dict)):
                    step = step or difference
                elif entry.node.is_block and list_step is None:
                    list_step = difference
        return step or 2, list_step or 0

    @property
    def step(self) -> int:
        """By how much the text indents the keys of a mapping inside of a mapping."""
        return self._steps[0]

    @property
    def list_step(self) -> int:
        """By how much the text indents the dashes of a list inside of a mapping."""
        return self._steps[1]
