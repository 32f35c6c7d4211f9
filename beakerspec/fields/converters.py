"""One converter for each kind of value that a field holds.

A converter takes what a caller or a file gives and returns the value to store. It is the attrs converter of a field,
and the hooks that load data call it too, so that both accept the same. For a value of the wrong kind it raises
`ValidationError`, with paths as seen from the value. A field that is null counts as left out: the converters named
``optional_…`` keep None, the others return the default of the field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from enum import Enum
from math import isfinite
from operator import is_
from typing import Any, NoReturn, TypeVar, cast

from ..frozen import EMPTY, FrozenDict, FrozenList, encodable, freeze, freeze_mapping, printable
from ..problems import (
    DID_YOU_MEAN,
    MOST_PROBLEMS,
    Problem,
    ValidationError,
    ValueText,
    capped,
    kind_of,
    refuse,
    show,
    unquoted,
    within,
)
from ..scalars import PlainScalar, parse_boolean, parse_float, parse_int, parse_int_literal, printed_number
from .names import nearest, python_name
from .quantities import parse_duration

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

_INT64 = 2**63
_ONLY_TEXT = {str}


def text(value: str) -> str:
    """Return text as it is, and an unquoted scalar of a file as it is written there."""
    if value.__class__ is str:
        return value if value.isascii() else encodable(value)
    if isinstance(value, str):
        return encodable(str.__str__(value))
    return _refuse_kind("a string", value, hint=_quoting_hint(value), in_python=_to_text(value))


def optional_text(value: str | None) -> str | None:
    """`text`, or None."""
    if value is None or (value.__class__ is str and value.isascii()):
        return value
    return text(value)


def optional_text_of_one(value: str | None) -> str | None:
    """`optional_text` for the cluster of a context, where a list means the field that takes several."""
    if isinstance(value, (list, tuple)):
        _refuse_kind(
            "a string",
            value,
            hint="remove it, and write, in the task:\nconstraints:\n  cluster: [NAME, NAME]  # it runs on one of these",
            in_python='use constraints={"cluster": [...]} of the task',
        )
    return optional_text(value)


def optional_confidential_text(value: str | None) -> str | None:
    """`text`, or None. No message shows the value."""
    if value is None:
        return None
    if isinstance(value, str):
        return text(value)
    return refuse(
        "invalid-type",
        expected="a string",
        found=kind_of(value),
        hint=_quoting_hint(value),
        in_python=_to_text(value),
    )


#: The converters of a field that holds one text.
OF_A_TEXT = (text, optional_text, optional_text_of_one, optional_confidential_text)


def optional_integer(value: int | None) -> int | None:
    """An integer of 64 bits, or None. A float without a fraction is an integer; a boolean and a text are errors."""
    if value.__class__ is int:
        number = value
    elif value is None:
        return None
    elif isinstance(value, PlainScalar):
        number = parse_int(str.__str__(value))
    elif isinstance(value, (int, float)) and not isinstance(value, (bool, Enum)) and value == value // 1:
        number = int(value)
    else:
        number = None
    if number is None:
        return _refuse_text("an integer", value, parse_int, "quoted-number")
    if not -_INT64 <= number < _INT64:
        return refuse("invalid-value", expected="an integer of 64 bits", found=show(value))
    return number


def optional_number(value: float | None) -> float | None:
    """A finite float, or None. An integer becomes a float; a boolean and a text are errors."""
    if isinstance(value, PlainScalar):
        spelled = str.__str__(value)
        number: float | None = parse_int_literal(spelled)
        if number is None:
            number = parse_float(spelled)
    elif value is None:
        return None
    elif isinstance(value, (int, float)) and not isinstance(value, (bool, Enum)):
        number = value
    else:
        number = None
    try:
        if number is not None and isfinite(number):
            return float(number)
    except OverflowError:
        pass
    return _refuse_text("a finite number", value, parse_float, "quoted-number")


def optional_boolean(value: bool | None) -> bool | None:
    """A boolean, or None. A number and a text are errors."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, PlainScalar):
        flag = parse_boolean(str.__str__(value))
        if flag is not None:
            return flag
    return _refuse_text("true or false", value, parse_boolean, "quoted-boolean")


def boolean(value: bool | None) -> bool:
    """`optional_boolean`, with None for False."""
    return bool(optional_boolean(value))


def optional_duration(value: int | float | str | timedelta | None) -> int | None:
    """A duration as integer nanoseconds, or None. See `quantities.parse_duration`."""
    if value is None:
        return None
    if type(value) is int and 0 <= value < _INT64:
        return value
    if isinstance(value, PlainScalar):
        spelled = str.__str__(value)
        number = parse_int(spelled)
        if number is None:
            fraction = parse_float(spelled)
            return parse_duration(spelled if fraction is None else fraction)
        return parse_duration(number)
    return parse_duration(value)


def command_item(value: str | int | float) -> str | int | float:
    """An item of a command: text, an integer or a finite float.

    An unquoted scalar of a file is a number if printing the number gives the same text, else it is text.
    """
    if isinstance(value, PlainScalar):
        spelled = str.__str__(value)
        return printed_number(spelled, spelled)
    if isinstance(value, str):
        return text(value)
    if value.__class__ is int or (value.__class__ is float and isfinite(value)):
        return printable(value)
    if isinstance(value, (int, float)) and not isinstance(value, (bool, Enum)) and isfinite(value):
        return printable(int(value) if isinstance(value, int) else float(value))
    hint = "quote it"
    if not isinstance(value, (bool, int, float)):
        hint = "quote it, or write its parts as separate items"
    return _refuse_kind("a string or a finite number", value, hint=hint, in_python=_to_text(value))


def optional_command(value: Sequence[str | int | float] | None) -> FrozenList[str | int | float] | None:
    """The items of a command, or None."""
    if value is None:
        return None
    if isinstance(value, str):
        hint = 'write each word as a list item, or [bash, -c, "the whole line"]'
        _refuse_kind(
            "a list", value, hint=hint, in_python="pass a list of words, such as shlex.split(line)", confidential=True
        )
    return list_of_ascii(value) or list_of(command_item, value)


def optional_texts(value: Sequence[str] | None) -> FrozenList[str] | None:
    """A list of texts, or None."""
    if value is None:
        return None
    if isinstance(value, str):
        _refuse_kind("a list", value, hint="put it in brackets", confidential=True)
    return list_of_ascii(value) or list_of(text, value)


def optional_texts_or_one(value: Sequence[str] | str | None) -> FrozenList[str] | None:
    """A list of texts, or None. One text is a list of one."""
    return FrozenList((text(value),)) if isinstance(value, str) else optional_texts(value)


def list_of_ascii(value: Any) -> FrozenList[Any] | None:
    """Return the list if it holds nothing but ASCII text, as nearly every list does, else None. This is cheap."""
    cls = value.__class__
    if (cls is list or cls is FrozenList) and set(map(type, value)) == _ONLY_TEXT and "".join(value).isascii():
        return value if cls is FrozenList else FrozenList(value)
    return None


def parts(
    cls: type[T],
    item: Callable[[Any], T],
    value: Iterable[Any],
    *,
    hint: str | None = None,
    in_python: str | None = None,
) -> FrozenList[T]:
    """`list_of` for parts of a spec. A list of nothing but such parts is taken as it is."""
    if value.__class__ in (list, FrozenList) and set(map(type, value)) <= {cls}:
        return value if isinstance(value, FrozenList) else FrozenList(value)
    return list_of(item, value, hint=hint, in_python=in_python)


def list_of(
    item: Callable[[Any], T], value: Iterable[Any], *, hint: str | None = None, in_python: str | None = None
) -> FrozenList[T]:
    """Return a list of what `item` makes of each item. Raises the problems of all items together."""
    if value.__class__ is not list and (
        isinstance(value, (str, bytes, bytearray, memoryview)) or not isinstance(value, Sequence)
    ):
        _refuse_kind("a list", value, hint=hint, in_python=in_python, confidential=True)
    items: list[T] = []
    problems: list[Problem] | None = None
    for index, each in enumerate(value):
        try:
            items.append(item(each))
        except ValidationError as error:
            problems = problems or []
            problems += within((_NULL_ITEM,) if each is None else error.problems, index)
            if len(problems) > 2 * MOST_PROBLEMS:
                problems = capped(problems)
    if problems is not None:
        raise ValidationError(problems)
    if isinstance(value, FrozenList) and all(map(is_, items, value)):
        return value
    return FrozenList(items)


_NULL_ITEM = Problem(
    rule="null-item", expected="a value", found="null", hint='remove the item, or write "" for an empty string'
)


def member(enum: type[E], value: object) -> E:
    """Return the member of an enum of texts with the given value."""
    if isinstance(value, str):  # so is a member
        found = enum._value2member_map_.get(str.__str__(value))
        if found is not None:
            return cast("E", found)
    allowed = [each.value for each in enum]
    return refuse(
        "invalid-value",
        expected=f"a {python_name(enum.__name__).replace('_', ' ')}: {', '.join(allowed)}",
        found=show(value),
        hint=DID_YOU_MEAN,
        suggestion=nearest(value, allowed) if isinstance(value, str) else None,
    )


def extra_fields(value: Mapping[str, Any] | None) -> FrozenDict[Any]:
    """Return unknown fields, frozen."""
    if value is None or value is EMPTY:  # nearly every part has none: to freeze it takes a tenth of a new task
        return EMPTY
    if isinstance(value, FrozenDict) and not value:  # the extras of most constraints: a tenth of a new task, too
        return value
    frozen = freeze(value) if isinstance(value, Mapping) else freeze_mapping(value)
    return cast("FrozenDict[Any]", frozen)


def mapping(value: object, what: str, hint: str | None = None) -> Mapping[Any, Any]:
    """The value, if it is a mapping."""
    if not isinstance(value, Mapping):
        _refuse_kind(f"a mapping ({what})", value, hint=hint, confidential=True)
    return value


def _refuse_kind(
    what: str,
    value: object,
    *,
    hint: str | None = None,
    in_python: str | None = None,
    suggestion: ValueText | None = None,
    confidential: bool = False,
    rule: str = "invalid-type",
) -> NoReturn:
    found = kind_of(value) if confidential else show(value)
    if isinstance(value, (list, tuple)) and not value:
        found = "an empty list"
    refuse(rule, expected=what, found=found, hint=hint, in_python=in_python, suggestion=suggestion)


def _refuse_text(what: str, value: object, parse: Callable[[str], object], if_quoted: str) -> NoReturn:
    """Refuse a value that is no number or boolean. Quoted text that would be one has a rule of its own."""
    rule, hint, suggestion = "invalid-type", None, None
    if isinstance(value, str) and not isinstance(value, PlainScalar):
        spelled = str.__str__(value)
        meant = parse(spelled)
        if meant is not None:
            rule, hint = if_quoted, "write {suggestion} without quotes"
            suggestion = unquoted(str(meant).lower() if isinstance(meant, bool) else spelled)
        elif spelled[:1] in ("<", "$", "{"):
            hint = "replace the placeholder with a value"
        elif spelled.lower() in ("none", "nil", "undefined"):
            hint = "remove the field"
    _refuse_kind(what, value, hint=hint, suggestion=suggestion, rule=rule)


def _to_text(value: object) -> str | None:
    """The hint for a value that a program gives where a text belongs. It does not show the value."""
    return None if value is None or isinstance(value, (list, tuple, Mapping)) else "pass a string: str(value)"


def _quoting_hint(value: object) -> str | None:
    return "quote it" if isinstance(value, (bool, int, float)) else None
