"""Lists of parts whose items share equal values."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ..documents.anchors import SharedList
from ..fields.converters import list_of
from ..frozen import EMPTY, FrozenList
from ..model import EnvVar, ImageSource, ResultSpec, TaskSpec
from ..problems import ValidationError
from .session import current_session, key_of

__all__ = ["OF_TEXTS", "Siblings", "SiblingsInPython", "structure_list"]


class Siblings:
    """The data of the fields of the previous item, and the values made of it, for the next item to share.

    The tasks of a sweep differ in a name and an argument and have the same environment, mounts and resources.
    Comparing these takes a fifth of the time of making them again, and they take memory once.
    """

    __slots__ = ("_last",)
    #: Whether equal data is the same.
    is_exact = True

    def __init__(self) -> None:
        self._last: dict[str, tuple[Any, Any]] = {}

    def share(self, field: str, data: Any, build: Callable[[Any, Any], Any], part: Any) -> Any:
        """Return what `build` makes of the data of a field, or the value that it made of equal data before."""
        last = self._last.get(field)
        if last is not None and (self.is_exact or _is_of_texts(last[1])) and last[0] == data:
            return last[1]
        value = build(data, part)
        if last is not None and value.__class__ is FrozenList and last[1].__class__ is FrozenList:
            value = _sharing_texts(value, last[1])
        self._last[field] = data, value
        return value

    def share_each(self, field: str, data: Any, hook: Callable[[Any, Any], Any], part: Any, hint: str | None) -> Any:
        """`share` for a list, item by item."""
        last = self._last.get(field)
        value: FrozenList[Any] | None = None
        if last is not None and last[0].__class__ is list and data.__class__ is list:
            before, made = last
            is_exact = self.is_exact
            if is_exact and before == data:
                return made
            if is_exact or part in OF_TEXTS:
                # Only what is new is made; where that fails, all is looked at once more.
                with suppress(ValidationError):
                    items = [
                        same if item == old and (is_exact or same.extra is EMPTY) else hook(item, part)
                        for item, old, same in zip(data, before, made, strict=False)
                    ]
                    value = FrozenList(items + [hook(item, part) for item in data[len(before) :]])
        if value is None:
            value = structure_list(hook, part, data, hint)
        self._last[field] = data, value
        return value


def _sharing_texts(words: FrozenList[Any], others: FrozenList[Any]) -> FrozenList[Any]:
    """Return a list of words that shares equal text at equal places with another list."""
    shared = [
        other if word.__class__ is str and word == other else word for word, other in zip(words, others, strict=False)
    ]
    return FrozenList((*shared, *words[len(shared) :]))


class SiblingsInPython(Siblings):
    """`Siblings` for Python data, where 1, 1.0 and True are equal: it shares only parts that hold nothing but text."""

    __slots__ = ()
    is_exact = False


#: The classes with fields that hold texts alone.
OF_TEXTS: frozenset[Any] = frozenset((EnvVar, ImageSource, ResultSpec))


def _is_of_texts(value: Any) -> bool:
    cls: Any = value.__class__
    return cls in OF_TEXTS and value.extra is EMPTY


def structure_list(hook: Callable[[Any, Any], Any], part: type[Any], data: Any, hint: str | None) -> FrozenList[Any]:
    """Return a list of parts. Raises the problems of all of them together."""
    if data.__class__ is list:
        # A hook takes the class that it makes, as cattrs has it, or what the items of a list share.
        siblings: Any = part
        if part is TaskSpec and len(data) > 1:
            current = current_session()
            if current is not None and current.shares:
                siblings = Siblings() if current.is_yaml else SiblingsInPython()
        return list_of(lambda item: hook(item, siblings), data)
    if isinstance(data, SharedList):
        return data.once(key_of(part), lambda: structure_list(hook, part, list(data), hint))  # type: ignore[no-any-return]
    return list_of(lambda item: hook(item, part), data, hint=hint)
