"""Changes of what a text was read into, which reach every place that uses a changed value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import attrs

from ..documents.complete_reader import Node

__all__ = ["Change", "Put", "Remove", "Rename", "changed"]

Place: TypeAlias = tuple[str | int, ...]


@attrs.frozen
class Put:
    """Write another value, or one where none is. What is missing around it is made."""

    path: Place
    value: Any


@attrs.frozen
class Rename:
    """Give a key another name."""

    path: Place
    name: str


@attrs.frozen
class Remove:
    """Remove a key."""

    path: Place


Change: TypeAlias = Put | Rename | Remove


@attrs.define
class _Holder:
    """What changes in a mapping or list itself."""

    put: dict[str | int, Any] = attrs.field(factory=dict)
    renamed: dict[str | int, str] = attrs.field(factory=dict)
    removed: set[str | int] = attrs.field(factory=set)


def changed(root: Node, changes: Iterable[Change]) -> tuple[Any, list[Any]]:
    """Return the data of a document with changes made, and the values that are new in it.

    A value that the document uses at several places changes at all of them. What does not change is the same object.
    Raises `LookupError` where a path leads to nothing, and where two changes are about the same value.
    """
    holders: dict[int, _Holder] = {}
    values: dict[int, Any] = {}
    given: list[Any] = []
    for change in changes:
        node, part, made = _place(root, change)
        holder = holders.setdefault(id(node), _Holder())
        if part in holder.removed or part in holder.renamed or id(node.parts.get(part)) in values:
            raise LookupError("two changes of one value")
        if isinstance(change, Remove):
            holder.removed.add(part)
        elif isinstance(change, Rename):
            if change.name in node.parts:
                raise LookupError("the name is there already")
            holder.renamed[part] = change.name
        else:
            given.append(made)
            old = node.parts.get(part)
            if old is not None and part not in node.inherited and old.start != old.end:
                values[id(old)] = made
            else:
                holder.put[part] = _merged(holder.put.get(part), made)
    return _Rebuilding(holders, values).value(root), given


def _place(root: Node, change: Change) -> tuple[Node, str | int, Any]:
    """The collection that changes, the part of it, and the value for that part."""
    value = change.value if isinstance(change, Put) else None
    node = root
    for index, part in enumerate(change.path):
        found = node.part_named(part)
        rest = change.path[index + 1 :]
        if found is not None and not rest:
            return node, found, value
        inner = None if found is None else node.parts[found]
        if inner is None or not isinstance(inner.data, (dict, list)):
            if not isinstance(change, Put) or not isinstance(part, str) or not isinstance(node.data, dict):
                raise LookupError("nothing is there")
            for key in reversed(rest):
                value = {key: value}
            return node, part if found is None else found, value
        node = inner
    raise LookupError("no path")


def _merged(old: Any, new: Any) -> Any:
    """Two values for one new part: mappings together."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{name: _merged(old.get(name), value) for name, value in new.items()}}
    return new


class _Rebuilding:
    """The data of nodes, each made once."""

    def __init__(self, holders: dict[int, _Holder], values: dict[int, Any]) -> None:
        self.holders = holders
        self.values = values
        self.done: dict[int, Any] = {}

    def value(self, node: Node) -> Any:
        if id(node) in self.values:
            return self.values[id(node)]
        if not isinstance(node.data, (dict, list)):
            return node.data
        if id(node) not in self.done:
            self.done[id(node)] = self.collection(node)
        return self.done[id(node)]

    def collection(self, node: Node) -> Any:
        holder = self.holders.get(id(node))
        parts = {name: self.value(part) for name, part in node.parts.items()}
        if holder is None:
            if all(parts[name] is part.data for name, part in node.parts.items()):
                return node.data
            return parts if isinstance(node.data, dict) else list(parts.values())
        parts.update(holder.put)
        kept = {holder.renamed.get(name, name): value for name, value in parts.items() if name not in holder.removed}
        return kept if isinstance(node.data, dict) else list(kept.values())
