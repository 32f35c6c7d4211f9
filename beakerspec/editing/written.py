"""Values as they are written into a text that has its own layout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from ..documents.complete_reader import locate_json, locate_yaml
from ..documents.writer import scalar_text
from ..frozen import freeze, to_plain
from ..model import SpecPart
from ..structuring.converter import unstructure_for_yaml
from .layout import Layout

__all__ = ["Writer", "as_read", "for_json"]

#: A list of scalars stands in one line where the line is no longer than this.
_WIDTH = 100


def as_read(value: Any, *, is_json: bool) -> Any:
    """Return plain data, or parts of a spec, as they are when they have been read from a file.

    Raises `ValidationError` for any other value.
    """
    value = to_plain(freeze(_plain_parts(value)), marked=not is_json)
    located = locate_json(json.dumps({"x": value})) if is_json else locate_yaml(f"x: {_in_flow(value)}")
    assert located.root is not None
    return located.root.data["x"]


def _plain_parts(value: Any) -> Any:
    """Plain data for a part of a spec, or a list of parts."""
    if isinstance(value, (list, tuple)):
        return [_plain_parts(each) if isinstance(each, SpecPart) else each for each in value]
    return unstructure_for_yaml(value) if isinstance(value, SpecPart) else value


def _in_flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            f"{{{', '.join(f'{scalar_text(name, in_flow=True)}: {_in_flow(each)}' for name, each in value.items())}}}"
        )
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_in_flow, value))}]"
    return scalar_text(value, in_flow=True)


def for_json(value: Any) -> Any:
    """What was read from YAML as it is when it has been read from JSON: with numbers and booleans for such scalars."""
    return to_plain(freeze(value))


@attrs.frozen
class Writer:
    """Writes values in the layout of a text."""

    layout: Layout

    def key(self, name: str, *, in_flow: bool) -> str:
        """The text of a key."""
        return json.dumps(name, ensure_ascii=False) if self.layout.is_json else scalar_text(name, in_flow=in_flow)

    def in_flow(self, value: Any, column: int) -> str:
        """The text of a value inside of brackets. What stands in it begins at the column, if it has several lines."""
        if not self.layout.is_json:
            return _in_flow(value)
        if not isinstance(value, (Mapping, list)) or not value:
            return json.dumps(value, ensure_ascii=False)
        layout = self.layout
        colon = ": " if layout.has_blanks else ":"
        inner = column + layout.step
        if isinstance(value, Mapping):
            opening, closing = "{}"
            parts = [
                f"{self.key(name, in_flow=True)}{colon}{self.in_flow(each, inner)}" for name, each in value.items()
            ]
        else:
            opening, closing = "[]"
            parts = [self.in_flow(each, inner) for each in value]
        items = value.values() if isinstance(value, Mapping) else value
        is_flat = not any(isinstance(each, (Mapping, list)) for each in items)
        if not layout.has_lines or (is_flat and layout.has_short_lines):
            return f"{opening}{', '.join(parts) if layout.has_blanks else ','.join(parts)}{closing}"
        lines = f",\n{' ' * inner}".join(parts)
        return f"{opening}\n{' ' * inner}{lines}\n{' ' * column}{closing}"

    def behind_key(self, value: Any, column: int) -> str:
        """The text of a value in block style, from behind the colon of a key that stands at the column."""
        if isinstance(value, Mapping) and value:
            column += self.layout.step
            return "\n" + " " * column + self._mapping(value, column)
        if isinstance(value, list) and not _is_short(value, column):
            column += self.layout.list_step
            return "\n" + " " * column + self._list(value, column)
        return " " + self._one(value, column, self.layout.step)

    def behind_dash(self, value: Any, column: int) -> str:
        """The text of an item in block style, from behind its dash at the column."""
        if isinstance(value, Mapping) and value:
            return " " + self._mapping(value, column + 2)
        if isinstance(value, list) and not _is_short(value, column):
            return " " + self._list(value, column + 2)
        return " " + self._one(value, column, 2)

    def entry(self, name: str, value: Any, column: int) -> str:
        """A key with its value, in block style."""
        return f"{self.key(name, in_flow=False)}:{self.behind_key(value, column)}"

    def _mapping(self, value: Mapping[str, Any], column: int) -> str:
        return f"\n{' ' * column}".join(self.entry(name, each, column) for name, each in value.items())

    def _list(self, value: list[Any], column: int) -> str:
        return f"\n{' ' * column}".join(f"-{self.behind_dash(each, column)}" for each in value)

    def _one(self, value: Any, column: int, step: int) -> str:
        if isinstance(value, (Mapping, list)):
            return _in_flow(value)
        header, *lines = scalar_text(value, in_flow=False).split("\n")
        if lines:  # where its first line is empty, a literal block says how far it is indented
            header = header.replace("2", str(step))
        return "\n".join([header, *(" " * (column + step) + line if line else "" for line in lines)])


def _is_short(items: list[Any], column: int) -> bool:
    """Whether a list of scalars fits into one line."""
    if any(isinstance(item, (Mapping, list)) or (isinstance(item, str) and "\n" in item) for item in items):
        return False
    return column + len(_in_flow(items)) <= _WIDTH
