"""YAML scalars as a spec reads them: one grammar for reading and for quoting.

An unquoted scalar is text unless its field takes a number, a boolean or null.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Any

__all__ = [
    "AMBIGUOUS_STARTS",
    "MAX_DIGITS",
    "NULLS",
    "PlainScalar",
    "UnquotedText",
    "parse_boolean",
    "parse_float",
    "parse_int",
    "parse_int_literal",
    "printed_number",
    "reads_as_text",
]

_INT = re.compile(
    r"""(?P<sign>[-+]?)(?:
        0o?(?=_*[0-7])(?P<octal>[0-7_]+)
        |0x(?=_*[0-9a-fA-F])(?P<hexadecimal>[0-9a-fA-F_]+)
        |0b(?=_*[01])(?P<binary>[01_]+)
        |(?P<decimal>0|[1-9][0-9_]*))""",
    re.VERBOSE,
)
_BASES = {"octal": 8, "hexadecimal": 16, "binary": 2, "decimal": 10}
_FLOAT = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
#: How YAML spells null where it stands unquoted.
NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEANS = {
    spelling: value
    for word, value in (
        ("true", True),
        ("yes", True),
        ("on", True),
        ("false", False),
        ("no", False),
        ("off", False),
    )
    for spelling in (word, word.title(), word.upper())
} | {"y": True, "Y": True, "n": False, "N": False}
# Whatever YAML 1.1 or 1.2, as PyYAML, libyaml's users and Go's yaml packages implement them, may resolve to
# something else than text: null, booleans, numbers (base 60 too), infinities, dates, merge and value keys.
_WORDS = NULLS | _BOOLEANS.keys() | {"<<", "="}
_NUMBER_LIKE = re.compile(
    r"""[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)
    |[-+]?(?:0[oO]?[0-7_]+|0[xX][0-9a-fA-F_]+|0[bB][01_]+)
    |[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?|[-+][0-9_]+
    |[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
    |[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?
        (?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?)?""",
    re.VERBOSE,
)
#: What a scalar starts with, two characters or all of it, where YAML may read something else than text in it.
AMBIGUOUS_STARTS = frozenset(
    {word[:2] for word in _WORDS}
    | {digit + after for digit in "0123456789" for after in ["", *"0123456789._:-eExXoObB"]}
    | {sign + after for sign in "-+" for after in "0123456789._"}
    | {"." + after for after in "0123456789_iInN"}
)

#: Python can be told to convert no longer runs of digits than this, and never refuses as many as these. No number of a
#: spec is near it.
MAX_DIGITS = 640


class UnquotedText(str):
    """Text in an unknown field that had no quotes in the file and is written without. It equals its text."""

    __slots__ = ()


class PlainScalar(str):
    """An unquoted scalar that YAML may read as something else than text.

    The hook of the field decides. It is not equal to quoted text: `8` and `"8"` differ.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return other.__class__ is PlainScalar and str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def printed(self) -> Any:
        """Return null, a boolean or a number if printing it gives this text, else the text."""
        text = str.__str__(self)
        if text == "true":
            return True
        if text == "false":
            return False
        if text == "null":
            return None
        return printed_number(text, UnquotedText(text))


def reads_as_text(text: str) -> bool:
    """Whether every YAML reader takes the unquoted scalar `text` for that text.

    >>> [text for text in ("a", "0123", "1.10", "yes", "2024-01-01", "12:30", "1e-4", "v2") if reads_as_text(text)]
    ['a', 'v2']
    """
    return text[:2] not in AMBIGUOUS_STARTS or (text not in _WORDS and _NUMBER_LIKE.fullmatch(text) is None)


def parse_boolean(text: str) -> bool | None:
    """Return the boolean that YAML 1.1 and Go's yaml package spell like this, or None."""
    return _BOOLEANS.get(text)


def parse_int(text: str) -> int | None:
    """Return the integer that an unquoted scalar gives an integer field, or None.

    >>> parse_int("017"), parse_int("0x1F"), parse_int("1_000"), parse_int("8.0"), parse_int("8.5")
    (15, 31, 1000, 8, None)
    """
    number = parse_int_literal(text)
    if number is None and not text.lstrip("+-").isdigit():  # 08 is neither octal nor decimal
        fraction = parse_float(text)
        number = int(fraction) if fraction is not None and fraction.is_integer() else None
    return number


def parse_int_literal(text: str) -> int | None:
    """Return the integer that an unquoted scalar is by its form, or None."""
    match = _INT.fullmatch(text)
    if match is None:
        return None
    kind = match.lastgroup
    assert kind is not None
    digits = match[kind].replace("_", "")
    if len(digits) > MAX_DIGITS:
        return None
    value = int(digits, _BASES[kind])
    return -value if match["sign"] == "-" else value


def parse_float(text: str) -> float | None:
    """Return the finite number that an unquoted scalar gives a number field, or None.

    >>> parse_float("0.5"), parse_float("1e3"), parse_float(".inf")
    (0.5, 1000.0, None)
    """
    if _FLOAT.fullmatch(text) is None:
        return None
    number = float(text)
    return number if isfinite(number) else None


def printed_number(text: str, otherwise: str) -> int | float | str:
    """Return the integer or float that prints as `text`, else `otherwise`."""
    if len(text.removeprefix("-")) <= MAX_DIGITS and _FLOAT.fullmatch(text) is not None:
        for convert in (int, float) if text.lstrip("-").isdigit() else (float,):
            number: int | float = convert(text)
            if str(number) == text:
                return number
    return otherwise
