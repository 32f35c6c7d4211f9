"""YAML text to plain data, from the events of PyYAML's parser.

The events are read in one loop without recursion and without positions. Whatever is unusual ends the loop, and the
text is read once more by `located`, which knows every rule and the place of everything.
"""

from __future__ import annotations

from typing import Any

import yaml
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

from .scalars import AMBIGUOUS_STARTS, NULLS, PlainScalar, reads_as_text
from .shared import SharedList, SharedMapping

try:
    from yaml.cyaml import CParser
except ImportError:  # PyYAML was built without libyaml
    CParser = None

__all__ = ["CParser", "Unusual", "read_events"]


_UNUSUAL_KEYS = NULLS | {"<<"}


class Unusual(Exception):
    """The text holds something that is wrong, or too rare to be looked for in the loop."""


def read_events(text: str, max_depth: int, max_values: int) -> dict[str, Any]:
    """The plain data of a document whose root is a mapping.

    A scalar is a `str`, a `PlainScalar` where it stands unquoted and YAML may read something else than text in it,
    or None. A collection with an anchor is a `SharedMapping` or a `SharedList`, one object wherever it is used.

    Raises `Unusual` for every mistake, and for tags, merge keys, and anchors and aliases at keys.
    """
    if CParser is None:
        raise Unusual
    get_event = CParser(text).get_event
    get_event()  # the start of the stream
    if get_event().__class__ is not DocumentStartEvent:
        raise Unusual
    event = get_event()
    if event.__class__ is not MappingStartEvent or event.tag is not None:
        raise Unusual

    root: Any = {} if event.anchor is None else SharedMapping()
    node: Any = root
    anchors: dict[str, Any] = {}  # the scalar or collection, and the number of values in it
    open_anchors: dict[int, tuple[str, int]] = {}
    stack: list[Any] = []
    in_mapping = True
    key = ""
    values = 1
    while True:
        event = get_event()
        kind = event.__class__
        if in_mapping:
            if kind is ScalarEvent:
                key = event.value
                if event.tag is not None or event.anchor is not None or key in node:
                    raise Unusual
                if not event.implicit[0]:
                    if not key:
                        raise Unusual
                elif key in _UNUSUAL_KEYS:
                    raise Unusual
                event = get_event()
                kind = event.__class__
            elif kind is not MappingEndEvent:
                raise Unusual
        if kind is ScalarEvent:
            value: Any = event.value
            if event.implicit[0] and (not value or value[0] in AMBIGUOUS_STARTS) and not reads_as_text(value):
                value = None if value in NULLS else PlainScalar(value)
            if event.tag is not None:
                raise Unusual
            if event.anchor is not None:
                anchors[event.anchor] = value, 0
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            values += len(node)
            if values > max_values:
                raise Unusual
            if open_anchors and id(node) in open_anchors:
                anchor, before = open_anchors.pop(id(node))
                anchors[anchor] = node, values - before
            if not stack:
                break
            node, key, in_mapping = stack.pop()
            continue
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if event.tag is not None or len(stack) + 2 > max_depth:
                raise Unusual
            anchor = event.anchor
            if anchor is None:
                value = {} if kind is MappingStartEvent else []
            else:
                value = SharedMapping() if kind is MappingStartEvent else SharedList()
                open_anchors[id(value)] = anchor, values
                anchors.pop(anchor, None)
            if in_mapping:
                node[key] = value
            else:
                node.append(value)
            stack.append((node, key, in_mapping))
            node = value
            in_mapping = kind is MappingStartEvent
            continue
        elif kind is AliasEvent:
            if event.anchor not in anchors:
                raise Unusual
            value, size = anchors[event.anchor]
            values += size
        else:
            raise Unusual
        if in_mapping:
            node[key] = value
        else:
            node.append(value)

    if get_event().__class__ is not DocumentEndEvent or get_event().__class__ is not StreamEndEvent:
        raise Unusual
    return root  # type: ignore[no-any-return]


def parse_events(text: str) -> Any:
    """A parser of the text with `get_event`, for whoever wants the events with their marks."""
    if CParser is not None:
        return CParser(text)
    return yaml.Loader(text)
