"""Plain data to YAML text, through the events of PyYAML's emitter."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from yaml.emitter import Emitter
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from ..scalars import PlainScalar, UnquotedText, reads_as_text

try:
    from yaml.cyaml import CEmitter as FastEmitter  # type: ignore[attr-defined]
except ImportError:  # PyYAML was built without libyaml
    FastEmitter = Emitter  # type: ignore[assignment,misc]

__all__ = ["scalar_text", "write_yaml"]

# Events hold nothing of a document but in scalars, so that one of each serves all.
_OPENING = (StreamStartEvent(), DocumentStartEvent(explicit=False))
_CLOSING = (DocumentEndEvent(explicit=False), StreamEndEvent())
_MAPPING = MappingStartEvent(None, None, True, flow_style=False)
_MAPPING_END = MappingEndEvent()
_LIST = SequenceStartEvent(None, None, True, flow_style=False)
_FLOW_LIST = SequenceStartEvent(None, None, True, flow_style=True)
_LIST_END = SequenceEndEvent()
_PLAIN = (True, False)
_ANY = (True, True)
_QUOTED = (False, True)

#: Lists of words that stand in one line where it is no longer than this.
_FLOW_WIDTH = 80
_FLOW_KEYS = frozenset(("command", "arguments"))

# Only an escape keeps these: breaks and blanks that readers fold, and characters that YAML does not allow.
_NEEDS_ESCAPES = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
# A literal block keeps these lines as they are in every reader.
_LITERAL = re.compile(r"(?! )(?:[^\n]*[^\n ])?(?:\n(?:[^\n]*[^\n ])?)+")


def write_yaml(data: dict[str, Any]) -> str:
    """The text of a block-style document, its keys in the order of the mapping.

    Texts that a reader of YAML 1.1 or 1.2 would take for something else are quoted, texts of several lines are
    literal blocks, and short lists of words under `command` and `arguments` stand in one line.
    """
    text = _emitted(data, FastEmitter)
    # libyaml escapes what is beyond U+FFFF, emoji among it, where PyYAML's own emitter writes it.
    return text if "\\U" not in text else _emitted(data, Emitter)


def scalar_text(value: Any, *, in_flow: bool) -> str:
    """The text of a text, number, boolean or null; of a text of several lines, lines that are not indented.

    What was read without quotes and may be something else than text is written as it was.
    """
    if isinstance(value, PlainScalar):
        return str.__str__(value)
    event = _scalar(value, in_flow=in_flow)
    stream = io.StringIO()
    emit = Emitter(stream, width=2**30, allow_unicode=True).emit
    for each in (*_OPENING, _FLOW_LIST if in_flow else _MAPPING, *(() if in_flow else (_key("x"),)), event):
        emit(each)
    for each in (_LIST_END if in_flow else _MAPPING_END, *_CLOSING):
        emit(each)
    text = stream.getvalue()
    if in_flow:
        return text[1:-2]
    header, *lines = re.sub(r"\n\.\.\.\n\Z", "\n", text)[3:-1].split("\n")
    return "\n".join([header, *(line[2:] for line in lines)])


def _emitted(data: dict[str, Any], emitter: Callable[..., Any]) -> str:
    stream = io.StringIO()
    emit = emitter(stream, width=2**30, allow_unicode=True).emit
    for opening in _OPENING:
        emit(opening)
    _write_mapping(data, emit)
    for closing in _CLOSING:
        emit(closing)
    return stream.getvalue()


def _write_mapping(data: dict[str, Any], emit: Callable[[Any], None]) -> None:
    emit(_MAPPING)
    for key, value in data.items():
        emit(_key(key))
        if value.__class__ is list and key in _FLOW_KEYS and _is_short(value):
            emit(_FLOW_LIST)
            for item in value:
                emit(_scalar(item, in_flow=True))
            emit(_LIST_END)
        else:
            _write(value, emit)
    emit(_MAPPING_END)


def _write(value: Any, emit: Callable[[Any], None]) -> None:
    if value.__class__ is dict:
        _write_mapping(value, emit)
    elif value.__class__ is list:
        emit(_LIST)
        for item in value:
            _write(item, emit)
        emit(_LIST_END)
    else:
        emit(_scalar(value))


def _scalar(value: Any, *, in_flow: bool = False) -> ScalarEvent:
    if value.__class__ is not str:
        return ScalarEvent(None, None, _PLAIN, _printed(value))
    if _NEEDS_ESCAPES.search(value) is not None:
        return ScalarEvent(None, None, _QUOTED, value, style='"')
    if "\n" in value:
        is_literal = not in_flow and _LITERAL.fullmatch(value) is not None
        return ScalarEvent(None, None, _QUOTED, value, style="|" if is_literal else '"')
    if reads_as_text(value):
        return ScalarEvent(None, None, _ANY, value)
    return ScalarEvent(None, None, _QUOTED, value, style="'")


@lru_cache(maxsize=256)
def _key(name: str) -> ScalarEvent:
    """The event of a key. Events hold no state, and most keys are the same 50 in all documents."""
    if "\n" in name or _NEEDS_ESCAPES.search(name) is not None:
        return ScalarEvent(None, None, _QUOTED, name, style='"')
    return _scalar(name)


def _printed(value: Any) -> str:
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    return str.__str__(value) if value.__class__ is UnquotedText else repr(value)


def _is_short(items: list[Any]) -> bool:
    length = 0
    for item in items:
        if isinstance(item, (dict, list)):
            return False
        text = item if isinstance(item, str) else _printed(item)
        length += len(text) + 2
        if length > _FLOW_WIDTH or "\n" in text:
            return False
    return True
