"""YAML text to plain data, from the events of PyYAML's parser.

The events are read in one loop without recursion and without positions. Whatever is unusual ends the loop, and the
text is read once more by `complete_reader`, which knows every rule and the place of everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from ..limits import DEFAULT_LIMITS, Limits
from ..scalars import AMBIGUOUS_STARTS, NULLS, PlainScalar, reads_as_text
from .anchors import SharedList, SharedMapping

CParser: Any
try:
    from yaml.cyaml import CParser  # type: ignore[attr-defined]
except ImportError:  # PyYAML was built without libyaml
    CParser = None

__all__ = ["CParser", "Unusual", "parser_of", "read_events"]


_UNUSUAL_KEYS = NULLS | {"<<"}


class Unusual(Exception):
    """The text holds something that is wrong, or too rare to be looked for in the loop."""


def read_events(text: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The plain data of a document whose root is a mapping.

    A scalar is a `str`, a `PlainScalar` where it stands unquoted and YAML may read something else than text in it,
    or None. A collection with an anchor is a `SharedMapping` or a `SharedList`, one object wherever it is used.

    Raises `Unusual` for every mistake, and for tags, merge keys, and anchors and aliases at keys.
    """
    if CParser is None or "\ufeff" in text:
        raise Unusual
    max_depth, max_values = limits.depth, limits.values
    get_event: Callable[[], Any] = CParser(text).get_event
    get_event()  # the start of the stream
    if get_event().__class__ is not DocumentStartEvent:
        raise Unusual
    event = get_event()
    if event.__class__ is not MappingStartEvent or event.tag is not None:
        raise Unusual

    # Tags and anchors start with these. A shell's && is in every second spec, and is neither.
    is_careful = "!" in text or text.count("&") != 2 * text.count("&&")
    root: Any = {} if event.anchor is None else SharedMapping()
    node: Any = root
    anchors: dict[str | None, Any] = {}  # the scalar or collection, and the number of values in it
    open_anchors: dict[int, Any] = {}
    stack: list[Any] = []
    in_mapping = True
    key = ""
    values = 1
    while True:
        # The scalars up to the next collection, its end, or an alias: nine events of ten are handled here.
        if in_mapping:
            while True:
                event = get_event()
                if event.__class__ is not ScalarEvent:
                    if event.__class__ is not MappingEndEvent:
                        raise Unusual
                    break
                key = event.value
                if key in node or key in _UNUSUAL_KEYS:
                    raise Unusual
                if is_careful and (event.tag is not None or event.anchor is not None):
                    raise Unusual
                event = get_event()
                if event.__class__ is not ScalarEvent:
                    break
                value: Any = event.value
                if value[:2] in AMBIGUOUS_STARTS and event.implicit[0]:
                    value = _plain(value)
                if is_careful:
                    _keep_anchor(event, value, anchors)
                node[key] = value
        else:
            append = node.append
            while True:
                event = get_event()
                if event.__class__ is not ScalarEvent:
                    break
                value = event.value
                if value[:2] in AMBIGUOUS_STARTS and event.implicit[0]:
                    value = _plain(value)
                if is_careful:
                    _keep_anchor(event, value, anchors)
                append(value)
        kind: Any = event.__class__
        if kind is MappingEndEvent or kind is SequenceEndEvent:
            values += len(node)
            if open_anchors and id(node) in open_anchors:
                anchor, before, mark = open_anchors.pop(id(node))
                if anchors[anchor] is mark:  # else the name was given anew inside
                    anchors[anchor] = node, values - before
            if not stack:
                break
            node, in_mapping = stack.pop()
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            stack.append((node, in_mapping))
            if len(stack) >= max_depth or values > max_values:
                raise Unusual
            if is_careful and (event.anchor is not None or event.tag is not None):
                if event.tag is not None:
                    raise Unusual
                value = SharedMapping() if kind is MappingStartEvent else SharedList()
                anchors[event.anchor] = mark = (value, -1)
                open_anchors[id(value)] = event.anchor, values, mark
            else:
                value = {} if kind is MappingStartEvent else []
            if in_mapping:
                node[key] = value
            else:
                node.append(value)
            node = value
            in_mapping = kind is MappingStartEvent
        elif kind is AliasEvent and event.anchor in anchors:
            value, size = anchors[event.anchor]
            if size < 0:
                raise Unusual
            values += size
            if in_mapping:
                node[key] = value
            else:
                node.append(value)
        else:
            raise Unusual

    if values > max_values:
        raise Unusual
    if get_event().__class__ is not DocumentEndEvent or get_event().__class__ is not StreamEndEvent:
        raise Unusual
    return root  # type: ignore[no-any-return]


def _plain(value: str) -> str | None:
    """An unquoted scalar that starts as something else than text may."""
    if reads_as_text(value):
        return value
    return None if value in NULLS else PlainScalar(value)


def _keep_anchor(event: Any, value: str | None, anchors: dict[str | None, Any]) -> None:
    if event.tag is not None:
        raise Unusual
    if event.anchor is not None:
        anchors[event.anchor] = value, 0


class _PureParser(Reader, Scanner, Parser):
    """PyYAML's own parser, for where it was built without libyaml, reading what libyaml reads.

    The one place that relies on how PyYAML's scanner is divided into methods, since it has no options for these.
    """

    _BLOCK_HEADER = re.compile(r"([+-]?)([1-9]?)([+-]?)")

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_to_next_token(self) -> None:
        """Go to the next token: over tabs as well, where libyaml allows them between tokens."""
        while True:
            while self.peek() == " " or (self.peek() == "\t" and (self.flow_level > 0 or not self.allow_simple_key)):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in "\0\r\n\x85\u2028\u2029":
                    self.forward()
            if not self.scan_line_break():  # type: ignore[no-untyped-call]
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> Any:
        """Go over the blanks in or behind a plain scalar: over tabs, too."""
        length = 0
        while self.peek(length) in (" ", "\t"):
            length += 1
        blanks = self.prefix(length)
        if "\t" in blanks:
            self.forward(length)
            if self.peek() not in "\r\n\x85\u2028\u2029":
                return [blanks]
        return super().scan_plain_spaces(indent, start_mark)

    def scan_block_scalar_indicators(self, start_mark: Any) -> tuple[bool | None, int | None]:
        """Read what follows ``|`` and ``>``: a comment may stand directly behind it, and so may a tab."""
        match = self._BLOCK_HEADER.match(self.buffer, self.pointer)
        assert match is not None
        before, increment, after = match.groups()
        if before and after:
            return super().scan_block_scalar_indicators(start_mark)
        self.forward(match.end() - match.start())
        while self.peek() == "\t":
            self.forward()
        chomping = before or after
        return chomping == "+" if chomping else None, int(increment) if increment else None


def parser_of(text: str) -> Any:
    """A parser of the text with `get_event`, for whoever wants the events with their marks."""
    return _PureParser(text) if CParser is None else CParser(text)
