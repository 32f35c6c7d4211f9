"""Immutable lists and mappings, equal to the lists and dicts of the same items."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex, TypeVar, overload

from .dumping import dump_as
from .limits import MAX_DEPTH
from .problems import Problem, ValidationError, kind_of, refuse, show, within
from .scalars import MAX_DIGITS, PlainScalar, UnquotedText

__all__ = ["EMPTY", "FrozenDict", "FrozenList", "freeze", "freeze_mapping", "to_plain"]

T = TypeVar("T")
V_co = TypeVar("V_co", covariant=True)


_ONLY_OF_LISTS = {name for name in dir(list) if not name.startswith("_")} - {*dir(tuple)}
_ONLY_OF_DICTS = {name for name in dir(dict) if not name.startswith("_")} - {*dir(Mapping)}
_NEW_LIST = "make a new list, such as [*items, item], and pass it to a with_... method or to attrs.evolve"
_NEW_DICT = "make a new mapping, such as {**items, key: value}, and pass it to attrs.evolve"


class FrozenList(tuple[T, ...]):
    """An immutable list: hashable, and equal to any list or tuple of the same items.

    >>> words = FrozenList(["echo", "hello"])
    >>> words == ["echo", "hello"], words[1:], words + ["world"]
    (True, ['hello'], ['echo', 'hello', 'world'])
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return tuple.__eq__(self, tuple(other) if isinstance(other, list) else other)

    def __ne__(self, other: object) -> bool:
        return tuple.__ne__(self, tuple(other) if isinstance(other, list) else other)

    __hash__ = tuple.__hash__

    def __add__(self, other: Sequence[T]) -> FrozenList[T]:  # type: ignore[override]
        if not isinstance(other, (list, tuple)):
            return NotImplemented
        return FrozenList(tuple.__add__(self, tuple(other)))

    def __radd__(self, other: Sequence[T]) -> Sequence[T]:
        # A list stays one: `+=` on a list comes here too.
        if isinstance(other, list):
            return [*other, *self]
        return FrozenList((*other, *self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, times: SupportsIndex) -> FrozenList[T]:
        return FrozenList(tuple.__mul__(self, times))

    __rmul__ = __mul__

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> FrozenList[T]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> T | FrozenList[T]:
        if isinstance(index, slice):
            return FrozenList(tuple.__getitem__(self, index))
        return tuple.__getitem__(self, index)

    if not TYPE_CHECKING:  # a type checker says that there is none

        def __getattr__(self, name: str) -> NoReturn:
            if name in _ONLY_OF_LISTS:
                raise AttributeError(f"FrozenList has no {name!r}, since it is immutable; {_NEW_LIST}")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

        def __setitem__(self, index: object, item: object) -> NoReturn:
            raise TypeError(f"a FrozenList is immutable; {_NEW_LIST}")

        def __delitem__(self, index: object) -> NoReturn:
            raise TypeError(f"a FrozenList is immutable; {_NEW_LIST}")

    def __copy__(self) -> FrozenList[T]:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> FrozenList[T]:
        return self

    def __repr__(self) -> str:
        return repr(list(self))


class FrozenDict(Mapping[str, V_co]):
    """An immutable mapping with text keys: hashable, and equal to any mapping with the same items.

    >>> FrozenDict({"a": 1}) == {"a": 1}
    True
    """

    __slots__ = ("_hash", "_items")
    _items: dict[str, V_co]
    _hash: int | None

    def __init__(self, items: Mapping[str, V_co] | Iterable[tuple[str, V_co]] = (), /) -> None:
        object.__setattr__(self, "_items", dict(items))
        object.__setattr__(self, "_hash", None)

    def __getitem__(self, key: str) -> V_co:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FrozenDict):
            return self._items == other._items
        if isinstance(other, Mapping):
            return self._items == dict(other)
        return NotImplemented

    def __hash__(self) -> int:
        known = self._hash
        if known is None:
            known = hash(frozenset(self._items.items()))
            object.__setattr__(self, "_hash", known)
        return known

    def __or__(self, other: Mapping[str, Any]) -> FrozenDict[Any]:
        return FrozenDict({**self._items, **other})

    def __setattr__(self, name: str, value: object = None) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    __delattr__ = __setattr__

    if not TYPE_CHECKING:  # a type checker says that there is none

        def __getattr__(self, name: str) -> NoReturn:
            if name in _ONLY_OF_DICTS:
                raise AttributeError(f"FrozenDict has no {name!r}, since it is immutable; {_NEW_DICT}")
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

        def __setitem__(self, key: object, item: object) -> NoReturn:
            raise TypeError(f"a FrozenDict is immutable; {_NEW_DICT}")

        def __delitem__(self, key: object) -> NoReturn:
            raise TypeError(f"a FrozenDict is immutable; {_NEW_DICT}")

    def __reduce__(self) -> tuple[type[FrozenDict[V_co]], tuple[dict[str, V_co]]]:
        return type(self), (self._items,)

    def __copy__(self) -> FrozenDict[V_co]:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> FrozenDict[V_co]:
        return self

    def __repr__(self) -> str:
        return repr(self._items)


_LARGEST: int = 10**MAX_DIGITS
#: Levels of nesting of a value in Python data. A spec with it, 6 levels itself, is one that can be read again.
MAX_LEVELS = MAX_DEPTH - 6
_SURROGATE = re.compile("[\ud800-\udfff]")

#: What `extra` is nearly always.
EMPTY: FrozenDict[Any] = FrozenDict()


def freeze(value: Any, levels: int = MAX_LEVELS) -> Any:
    """Return an immutable copy of plain data: text, numbers, booleans, null, lists and mappings of them.

    An unquoted scalar of a YAML file becomes null, a boolean or a number if printing that gives the same text.
    Otherwise it stays text, marked to be written without quotes.

    Raises `ValidationError` for any other value, including NaN, infinity and text that UTF-8 cannot encode.
    """
    cls = value.__class__
    if cls is str:
        return value if value.isascii() else encodable(value)
    if value is None or cls is bool or cls is UnquotedText:
        return value
    if cls is int or cls is float:
        return printable(value)
    if cls is PlainScalar:
        return value.printed()
    if levels <= 0:
        refuse("too-deep", "nested too deeply, or inside of itself")
    if isinstance(value, Mapping):
        return freeze_mapping(value, levels)
    if isinstance(value, (list, tuple)):
        return _freeze_list(value, levels)
    if isinstance(value, str):
        return encodable(str.__str__(value))
    return refuse(
        "invalid-type", expected="a string, a number, a boolean, null, a list or a mapping", found=kind_of(value)
    )


def freeze_mapping(value: Mapping[str, Any], levels: int = MAX_LEVELS) -> FrozenDict[Any]:
    """`freeze` for a mapping. Raises `ValidationError` for a key that is not text."""
    if not isinstance(value, Mapping):
        refuse("invalid-type", expected="a mapping", found=kind_of(value))
    items = {}
    problems: list[Problem] = []
    for key, item in value.items():
        if not isinstance(key, str) or not key:
            problems.append(Problem(rule="key-type", expected="a string as a key", found=kind_of(key)))
            continue
        try:
            items[encodable(str.__str__(key))] = freeze(item, levels - 1)
        except ValidationError as error:
            problems += within(error.problems, key)
    if problems:
        raise ValidationError(problems)
    if isinstance(value, FrozenDict) and all(items[key] is item for key, item in value.items()):
        return value
    return FrozenDict(items) if items else EMPTY


def _freeze_list(value: Sequence[Any], levels: int) -> FrozenList[Any]:
    items = []
    problems: list[Problem] = []
    for index, item in enumerate(value):
        try:
            items.append(freeze(item, levels - 1))
        except ValidationError as error:
            problems += within(error.problems, index)
    if problems:
        raise ValidationError(problems)
    if isinstance(value, FrozenList) and all(new is old for new, old in zip(items, value, strict=True)):
        return value
    return FrozenList(items)


def printable(number: int | float) -> int | float:
    """Return the number. Raises `ValidationError` if it is not finite or has more digits than Python prints."""
    if not -_LARGEST < number < _LARGEST:
        what = "a finite number" if isinstance(number, float) else f"an integer of at most {MAX_DIGITS} digits"
        refuse("invalid-value", expected=what, found=show(number))
    return number


def encodable(text: str) -> str:
    """Return the text. Raises `ValidationError` if UTF-8 cannot encode it (half of a surrogate pair)."""
    lone = _SURROGATE.search(text)
    if lone is not None:
        refuse("encoding", expected="a string that UTF-8 can encode", found=f"the lone surrogate U+{ord(lone[0]):04X}")
    return text


def to_plain(value: Any, *, marked: bool = False) -> Any:
    """Return the plain dicts, lists and scalars of a frozen value.

    With `marked`, text that had no quotes in the file stays an `UnquotedText`.
    """
    if isinstance(value, FrozenDict):
        return {key: to_plain(item, marked=marked) for key, item in value.items()}
    if isinstance(value, FrozenList):
        return [to_plain(item, marked=marked) for item in value]
    if value.__class__ is UnquotedText and not marked:
        return str.__str__(value)
    return value


dump_as(FrozenList, list)
dump_as(FrozenDict, dict)
