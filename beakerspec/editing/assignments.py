"""Assignments such as ``tasks[train].resources.gpuCount=8``, as they are written on a command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import attrs

from ..documents.complete_reader import locate_yaml
from ..fields import converters
from ..fields.names import json_name
from ..fields.paths import ITEM_NAMES, EditError, Path, get, place_text, put, remove, resolve
from ..model import class_at, part_names
from ..scalars import NULLS, PlainScalar, reads_as_text
from .written import for_json

__all__ = ["Assignment", "completions", "parse_assignment"]

#: Everything before the first equals sign that is not in brackets.
_PATH = re.compile(
    r"""(?P<path>[A-Za-z_][\w-]*(?:[\w.-]|\[(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\]"'])*\])*)=(?P<value>.*)""", re.DOTALL
)

_TEXTS = (*converters.OF_A_TEXT, converters.optional_texts, converters.optional_texts_or_one)


@attrs.frozen
class Assignment:
    """A path and what is to stand there: a text as it is written on a command line, or None for nothing."""

    path: str
    text: str | None
    #: Whether there may be nothing that could be removed.
    is_optional: bool = False

    def apply(self, data: Any, *, is_json: bool) -> tuple[Any, list[Any]]:
        """Return a changed copy of the plain data of a spec, and the values that are new in it.

        Raises `EditError` where the path leads to nothing, and where the value is no YAML.
        """
        given: list[Any] = []
        if self.text is None:
            return remove(data, self.path, is_optional=self.is_optional), given
        places = resolve(data, self.path)
        if not places:
            raise EditError(f"{self.path}: the list has no items")
        for place in places:
            value = _value_of(self.text, place, get(data, place))
            given.append(for_json(value) if is_json else value)
            data = put(data, place, given[-1])
        return data, given


def parse_assignment(text: str) -> Assignment | None:
    """Return the assignment that a text is, or None."""
    match = _PATH.fullmatch(text)
    return None if match is None else Assignment(match["path"], match["value"])


def _value_of(text: str, place: Path, old: Any) -> Any:
    """The value that a text stands for, as it is when it has been read from a file.

    A list, a mapping and a quoted text are YAML. All else is the text itself where the field takes a text, and a number
    or boolean where it takes one.
    """
    if text.startswith(("[", "{", '"', "'")):
        located = locate_yaml(f"x: {text}")
        if located.findings or located.root is None or located.root.data.keys() != {"x"}:
            # What it is may be the value of a variable, and is not shown.
            why = located.findings[0].problem.message if located.findings else "it holds more than one value"
            raise EditError(f"the value for {place_text(place)} is not valid YAML: {why}")
        return located.root.data["x"]
    if reads_as_text(text) or text in NULLS:
        return text
    converter = _converter_at(place)
    if converter in _TEXTS:
        return text
    value = PlainScalar(text)
    if converter is converters.optional_command:
        is_number = isinstance(value.printed(), (int, float))
        return value if is_number and old.__class__ is not str else text
    return value


def _converter_at(place: Path) -> Any:
    """The function that reads what stands at a place, or None for an unknown field."""
    names = [part for part in place if isinstance(part, str)]
    cls = class_at(names[:-1])
    attribute = None if cls is None else part_names(cls).get(names[-1])
    return None if cls is None or attribute is None else attrs.fields_dict(cls)[attribute].converter


def completions(data: Any, start: str) -> Iterator[str]:
    """The paths, one part longer, that start with a text: for shells."""
    before = re.match(r"(?:.*[.\[])?", start, re.DOTALL)
    stem = "" if before is None else before[0]
    value = data
    names: list[str] = []
    if stem:
        try:
            place = resolve(data, stem[:-1])[0]
        except (EditError, IndexError):
            return
        value = get(data, place)
        names = [part for part in place if isinstance(part, str)]
    if stem.endswith("["):
        if isinstance(value, list):
            field = ITEM_NAMES.get(json_name(names[-1]))
            chosen = [] if field is None else [get(item, (field,)) for item in value]
            yield from (f"{stem}{name}]" for name in [*chosen, "*", *range(len(value))] if name is not None)
    elif (cls := class_at(names)) is not None:
        yield from (f"{stem}{name}" for name in dict.fromkeys(map(json_name, part_names(cls).values())))
