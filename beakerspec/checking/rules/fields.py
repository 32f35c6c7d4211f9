"""The fields of a file as they stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import attrs

from ...documents.anchors import SharedList, SharedMapping
from ...fields import converters as check
from ...fields.names import json_name
from ...model import ExperimentSpec, SpecPart, part_names, parts_of
from ...problems import path_text

__all__ = ["BOOLEANS", "NUMBERS", "WrittenField", "repeated_uses", "written_fields"]

NUMBERS = (check.optional_integer, check.optional_number)
BOOLEANS = (check.boolean, check.optional_boolean)
#: The kinds of fields that a file can give in a way that a spec does not show.
_KINDS = (*NUMBERS, *BOOLEANS, check.optional_duration, check.optional_texts_or_one)


class WrittenField(NamedTuple):
    """A known field that a file gives."""

    parents: tuple[str | int, ...]
    #: The file's name of the field, and the spelling that the file has.
    name: str
    spelled: str
    #: The function that reads it.
    convert: Any
    value: Any

    @property
    def path(self) -> str:
        """Where it stands."""
        return path_text(*self.parents, self.spelled)


class _Known(NamedTuple):
    name: str
    convert: Any
    part: type[SpecPart] | None


_known_fields: dict[type[Any], dict[str, _Known]] = {}


def _known(cls: type[Any]) -> dict[str, _Known]:
    """The fields of a class that are worth a look, by both of their names."""
    if cls in _known_fields:
        return _known_fields[cls]
    known: dict[str, _Known] = {}
    for field in attrs.fields(cls):
        name = json_name(field.name)
        part, _ = parts_of(cls)[field.name]
        if part is not None and not _known(part):
            part = None
        if part is not None or name != field.name or field.converter in _KINDS:
            known[name] = known[field.name] = _Known(name, field.converter, part)
    _known_fields[cls] = known
    return known


def repeated_uses(data: Mapping[str, Any]) -> Iterator[tuple[str | int, ...]]:
    """The paths at which an aliased value is used again where a value of its class has been expected before."""
    seen: set[tuple[int, type[SpecPart] | None]] = set()
    pending: list[tuple[type[SpecPart] | None, Any, tuple[str | int, ...]]] = [(ExperimentSpec, data, ())]
    while pending:
        cls, value, path = pending.pop()
        if isinstance(value, (SharedMapping, SharedList)):
            if (id(value), cls) in seen:
                yield path
                continue
            seen.add((id(value), cls))
        if isinstance(value, dict) and cls is not None:
            names = part_names(cls)
            for name in reversed(value):
                if name in names and isinstance(value[name], (dict, list)):
                    pending.append((parts_of(cls)[names[name]][0], value[name], (*path, json_name(name))))
        elif isinstance(value, list):
            pending += [
                (cls, item, (*path, index))
                for index, item in reversed([*enumerate(value)])
                if isinstance(item, (dict, list))
            ]


def written_fields(data: Mapping[str, Any]) -> Iterator[WrittenField]:
    """The fields of a file that may be given in a way that the spec made of it does not show."""
    pending: list[tuple[type[SpecPart], Mapping[str, Any], tuple[str | int, ...]]] = [(ExperimentSpec, data, ())]
    while pending:
        cls, mapping, parents = pending.pop()
        known = _known(cls)
        for spelled, value in mapping.items():
            found = known.get(spelled)
            if found is None or value is None:
                continue
            name, convert, part = found
            yield WrittenField(parents, name, spelled, convert, value)
            if part is None:
                continue
            if isinstance(value, dict):
                pending.append((part, value, (*parents, spelled)))
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    if isinstance(item, dict):
                        pending.append((part, item, (*parents, spelled, index)))
