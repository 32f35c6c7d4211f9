"""Values as they are written into a text that has its own layout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import attrs

from ..documents.complete_reader import locate_json, locate_yaml
from ..documents.writer import scalar_text
from ..model import SpecPart
from ..scalars import PlainScalar
from ..structuring.converter import unstructure_for_yaml
from .layout import Layout

__all__ = ["Writer", "as_read"]

#: A list of scalars stands in one line where the line is no longer than this.
_WIDTH = 100


def as_read(value: Any, *, is_json: bool) -> Any:
    """Return a value of Python, or a part of a spec, as it is when it has been read from a file."""
    if isinstance(value, SpecPart):
        value = unstructure_for_yaml(value)
    if is_json:
        root = locate_json(json.dumps({"": _for_json(value)})).root
    else:
        root = locate_yaml(f"x: {_in_flow(value)}").root
    assert root is not None
    return next(iter(root.data.values()))


def _for_json(value: Any) -> Any:
    """A value with numbers and booleans for the scalars that YAML reads as such."""
    if isinstance(value, Mapping):
        return {name: _for_json(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_for_json(each) for each in value]
    if isinstance(value, PlainScalar):
        return value.printed()
    return str.__str__(value) if isinstance(value, str) else value


def _in_flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return (
            f"{{{', '.join(f'{scalar_text(name, in_flow=True)}: {_in_flow(each)}' for name, each in value.items())}}}"
        )
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_in_flow, value))}]"
    return scalar_text(value, in_flow=True)


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
        indent = self.layout.step if self.layout.has_lines else None
        return json.dumps(value, ensure_ascii=False, indent=indent).replace("\n", "\n" + " " * column)

    def behind_key(self, value: Any, column: int) -> str:
        """The text of a value in block style, from behind the colon of a key that stands at the column."""
        if isinstance(value, Mapping) and value:
            column += self.layout.step
            return "\n" + " " * column + self._mapping(value, column)
        if isinstance(value, list) and not _is_short(value, column):
            column += self.layout.list_step
            return "\n" + " " * column + self._list(value, column)
        return " " + self._one(value, column + self.layout.step)

    def behind_dash(self, value: Any, column: int) -> str:
        """The text of an item in block style, from behind its dash at the column."""
        if isinstance(value, Mapping) and value:
            return " " + self._mapping(value, column + 2)
        if isinstance(value, list) and not _is_short(value, column):
            return " " + self._list(value, column + 2)
        return " " + self._one(value, column + 2)

    def entry(self, name: str, value: Any, column: int) -> str:
        """A key with its value, in block style."""
        return f"{self.key(name, in_flow=False)}:{self.behind_key(value, column)}"

    def _mapping(self, value: Mapping[str, Any], column: int) -> str:
        return f"\n{' ' * column}".join(self.entry(name, each, column) for name, each in value.items())

    def _list(self, value: list[Any], column: int) -> str:
        return f"\n{' ' * column}".join(f"-{self.behind_dash(each, column)}" for each in value)

    def _one(self, value: Any, column: int) -> str:
        if isinstance(value, (Mapping, list)):
            return _in_flow(value)
        return scalar_text(value, in_flow=False).replace("\n", "\n" + " " * column)


def _is_short(items: list[Any], column: int) -> bool:
    """Whether a list of scalars fits into one line."""
    if any(isinstance(item, (Mapping, list)) or (isinstance(item, str) and "\n" in item) for item in items):
        return False
    return column + len(_in_flow(items)) <= _WIDTH
