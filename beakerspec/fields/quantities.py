"""Durations and byte sizes: text to exact integers, and durations back to text.

Text is never converted to a float: a float holds 53 bits, so ``4.35s`` would lose a nanosecond.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..problems import ValueText, refuse, show, unquoted

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

__all__ = ["format_duration", "format_size", "parse_duration", "parse_size"]

_SMALLEST, _LARGEST = -(2**63), 2**63 - 1

_MILLISECOND = 10**6
_SECOND = 10**9
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE

#: No text that means something is longer. Python can be told to refuse digits from 641 on (`int`'s limit
#: cannot be set lower), and never refuses as many as these.
_LONGEST = 500

#: With at most `_LONGEST` digits a larger exponent overflows 64 bits and a smaller one leaves nothing, so
#: exponents are cut to this: the result is the same, and no power of ten gets expensive.
_FAR = 2 * _LONGEST


def _by_name(*rows: tuple[str, int]) -> dict[str, int]:
    return {name: factor for names, factor in rows for name in names.split()}


#: Both micro signs, U+00B5 and U+03BC, as Go has them. The long names are beaker-py's.
_DURATION_UNITS = _by_name(
    ("ns nanosecond nanoseconds", 1),
    ("us \u00b5s \u03bcs microsecond microseconds", 1_000),
    ("ms millisecond milliseconds", _MILLISECOND),
    ("s sec second seconds", _SECOND),
    ("m min minute minutes", _MINUTE),
    ("h hr hour hours", _HOUR),
)

#: What people write and no client reads: good for a hint only.
_MISTAKEN_UNITS = _DURATION_UNITS | _by_name(
    ("nsec nsecs", 1),
    ("usec usecs", 1_000),
    ("msec msecs", _MILLISECOND),
    ("secs", _SECOND),
    ("mins", _MINUTE),
    ("hrs", _HOUR),
    ("d day days", 24 * _HOUR),
    ("w wk week weeks", 7 * 24 * _HOUR),
)

#: Nearly every duration in real specs is a few digits and one of these, as ``48h`` is, and that is read in a
#: third of the time that the whole grammar takes. Six digits of hours still fit 64 bits.
_ONE_LETTER = {"h": _HOUR, "m": _MINUTE, "s": _SECOND}
_FEW_DIGITS = 6

#: The units that durations are written in, the largest first: the ones that every known client reads.
_WRITTEN = (("h", _HOUR), ("m", _MINUTE), ("s", _SECOND), ("ms", _MILLISECOND), ("ns", 1))

_SIZE_LETTERS = "kmgtpe"
_SIZE_UNITS = {"": 1} | _by_name(
    ("b", 1),
    *((f"{letter} {letter}b", 1000**power) for power, letter in enumerate(_SIZE_LETTERS, 1)),
    *((f"{letter}ib", 1024**power) for power, letter in enumerate(_SIZE_LETTERS, 1)),
)

# The classes are spelled out: `\d` and `re.IGNORECASE` would let in other scripts' digits and letters.
_NUMBER = r"(?=\.?[0-9])([0-9]*)(?:\.([0-9]*))?(?:[eE]([-+]?[0-9]+))?"
_DURATION_PART = re.compile(_NUMBER + r"([A-Za-z\u00b5\u03bc]*)")
_SIZE = re.compile(_NUMBER + r" ?([A-Za-z]*)")
_SIZE_WITHOUT_ITS_B = re.compile(r"(.*)([kmgtpe])i", re.IGNORECASE | re.ASCII)
_CLOCK = re.compile(r"([0-9]{1,6}):([0-9]{2}):([0-9]{2})")


def parse_duration(value: str | int | float | datetime.timedelta) -> int:
    """Return the nanoseconds of a duration.

    Text is read as Go's ``time.ParseDuration`` and beaker-py 1 read it: an optional sign, then numbers with
    their units, in any case, where spaces do not count. The units are ``h``, ``m``, ``s``, ``ms``, ``us`` (or
    with a micro sign) and ``ns``, and their English names; a number may have a fraction and an exponent. One
    number without a unit counts seconds. What a number says below a nanosecond is dropped.

    >>> parse_duration("90m")
    5400000000000
    >>> parse_duration("1h30m") == parse_duration("1.5 hours") == parse_duration("5400")
    True
    >>> parse_duration("-300ms")
    -300000000

    A number that is not text, an `int` or a `float` without a fraction, counts nanoseconds already, and a
    `datetime.timedelta` is converted exactly.

    >>> parse_duration(300)
    300
    >>> import datetime
    >>> parse_duration(datetime.timedelta(seconds=1, microseconds=1))
    1000001000

    Anything else, and a duration that does not fit 64 bits with a sign (about 292 years), is a
    `ValidationError` of the rule ``duration``.

    >>> parse_duration("1d")
    Traceback (most recent call last):
    beakerspec.problems.ValidationError: expected a duration such as 90m, 1h30m or 300ms, got "1d" [duration]
      hint: the units are h, m, s, ms, us and ns: write 24h
    """
    nanoseconds = _nanoseconds(value)
    if nanoseconds is None or not _SMALLEST <= nanoseconds <= _LARGEST:
        hint, suggestion = _duration_hint(value, nanoseconds)
        refuse(
            "duration",
            expected="a duration such as 90m, 1h30m or 300ms",
            found=show(value),
            hint=hint,
            suggestion=suggestion,
        )
    return nanoseconds


def format_duration(nanoseconds: int) -> str:
    """Return the text of a duration: an integer and the largest unit of h, m, s, ms and ns that allows one.

    Takes integer nanoseconds. Every known client reads the text, and `parse_duration` gives the same number
    back. Anything but an `int`, and one that does not fit 64 bits with a sign, is a `ValidationError` of the
    rule ``duration``.

    >>> format_duration(5_400_000_000_000)
    '90m'
    >>> format_duration(-1_500_000_000)
    '-1500ms'
    >>> format_duration(0)
    '0s'
    """
    number = _whole_number(nanoseconds)
    if number is None or not _SMALLEST <= number <= _LARGEST:
        refuse(
            "duration",
            expected="a whole number of nanoseconds that fits 64 bits",
            found=show(nanoseconds),
            hint="parse_duration makes one of text, of other numbers and of a timedelta",
        )
    if number == 0:
        return "0s"
    unit, factor = next(row for row in _WRITTEN if number % row[1] == 0)
    return f"{number // factor}{unit}"


def format_size(number: int) -> str:
    """The text of bytes, as one whole number of the largest unit in powers of 1024 that fits.

    >>> format_size(90 * 2**30)
    '90GiB'
    """
    power = 0
    while power < len(_SIZE_LETTERS) and number and number % 1024 == 0:
        number //= 1024
        power += 1
    return f"{number}{_SIZE_LETTERS[power - 1].upper()}iB" if power else f"{number}B"


def parse_size(text: str) -> int:
    """Return the bytes of a size such as ``resources.memory``.

    The grammar is that of Beaker's own parser, the Go package ``bytefmt``: a number without a sign, which may
    have a fraction, at most one space, and a unit in any case. ``k`` or ``kb`` to ``e`` or ``eb`` are powers
    of 1000, ``kib`` to ``eib`` powers of 1024, ``b`` or no unit are bytes. What is below a byte is dropped.

    >>> parse_size("10GiB")
    10737418240
    >>> parse_size("2.5 gb")
    2500000000

    Anything else, and a size that does not fit 64 bits with a sign, is a `ValidationError` of the rule
    ``size``.

    >>> parse_size("10Gi")
    Traceback (most recent call last):
    beakerspec.problems.ValidationError: expected a size such as 10GiB, 512 MiB or 1.5GB, got "10Gi" [size]
      hint: write 10GiB
    """
    size = _read_size(text)
    if size is None or size > _LARGEST:
        hint, suggestion = _size_hint(text, size)
        refuse(
            "size",
            expected="a size such as 10GiB, 512 MiB or 1.5GB",
            found=show(text),
            hint=hint,
            suggestion=suggestion,
        )
    return size


def _whole_number(value: object) -> int | None:
    """Return the value as an `int` if it is one and no `bool`, else None."""
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _nanoseconds(value: object) -> int | None:
    """The nanoseconds of a duration of any kind, also when they do not fit 64 bits; None of anything else."""
    if isinstance(value, str):
        factor = _ONE_LETTER.get(value[-1:])
        if factor is not None:
            digits = value[:-1]
            if len(digits) <= _FEW_DIGITS and digits.isascii() and digits.isdigit():
                return int(digits) * factor
        return _read_duration(value, _DURATION_UNITS)
    if isinstance(value, float):
        return int(value) if value.is_integer() else None  # neither infinity nor NaN is an integer
    number = _whole_number(value)
    if number is not None:
        return number

    import datetime  # here, since few durations get this far, and importing this module is to be cheap

    if isinstance(value, datetime.timedelta):
        return (value.days * 86_400 + value.seconds) * _SECOND + value.microseconds * 1_000
    return None


def _scaled(whole: str, fraction: str | None, exponent: str | None, factor: int) -> int:
    """The number with these digits, times the factor, without what is left behind the point."""
    fraction = fraction or ""
    power = -len(fraction)
    if exponent is not None:
        power += max(-_FAR, min(int(exponent), _FAR))
    amount = int(whole + fraction) * factor
    shift: int = 10 ** abs(power)
    return amount * shift if power >= 0 else amount // shift


def _read_duration(text: str, units: Mapping[str, int]) -> int | None:
    """The nanoseconds of a text in the grammar, also when they do not fit 64 bits; None of any other text."""
    if len(text) > _LONGEST:
        return None
    text = text.replace(" ", "")
    position = start = 1 if text.startswith(("-", "+")) else 0
    total = 0
    # Each number is truncated by itself, as in Go, so that a whole lasts as long as its parts.
    while (part := _DURATION_PART.match(text, position)) is not None:
        whole, fraction, exponent, unit = part.groups()
        alone = position == start and part.end() == len(text)
        factor = _SECOND if not unit and alone else units.get(unit.lower())
        if factor is None:
            return None
        total += _scaled(whole, fraction, exponent, factor)
        position = part.end()
    if position == start or position < len(text):
        return None
    return -total if text.startswith("-") else total


def _read_size(text: object, *, exponents: bool = False) -> int | None:
    """The bytes of a text in the grammar, also when they do not fit 64 bits; None of anything else."""
    match = _SIZE.fullmatch(text) if isinstance(text, str) and len(text) <= _LONGEST else None
    if match is None:
        return None
    whole, fraction, exponent, unit = match.groups()
    factor = _SIZE_UNITS.get(unit.lower())
    if factor is None or (exponent and not exponents):
        return None
    return _scaled(whole, fraction, exponent, factor)


def _duration_hint(value: object, nanoseconds: int | None) -> tuple[str, ValueText | None]:
    """How to fix a value that `parse_duration` refuses, and what to write instead if that is known.

    The nanoseconds are given when they do not fit.
    """
    if nanoseconds is not None:
        return "the longest duration is 2562047h, 292 years", None
    if isinstance(value, float):
        return 'write a string with a unit, such as "1.5h"', None
    if not isinstance(value, str):
        return 'write a string such as "90m", or whole nanoseconds as a number', None
    if len(value) > _LONGEST:
        return f"a duration is at most {_LONGEST} characters long", None
    text = value.strip()
    if not text:
        return "write a number and a unit, such as 90m, or remove the field", None
    meant = _read_duration(text, _MISTAKEN_UNITS)
    if meant is not None and _SMALLEST <= meant <= _LARGEST:
        return "the units are h, m, s, ms, us and ns: write {suggestion}", ValueText(format_duration(meant))
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        return "write {suggestion}", ValueText("{}h{}m{}s".format(*clock.groups()))
    if text.lower() in _MISTAKEN_UNITS:
        return "write a number before the unit, such as 90m", None
    return "write numbers, each with a unit h, m, s, ms, us or ns, as in 90m or 1h30m", None


def _size_hint(text: object, size: int | None) -> tuple[str, ValueText | None]:
    """How to fix a value that `parse_size` refuses, and what to write instead if that is known.

    The bytes are given when they do not fit.
    """
    if size is not None:
        return "the largest size is below 8EiB", None
    if not isinstance(text, str):
        return 'write a string such as "10GiB"', None
    if len(text) > _LONGEST:
        return f"a size is at most {_LONGEST} characters long", None
    fixed = " ".join(text.split())
    if not fixed:
        return "write a number and a unit, such as 10GiB, or remove the field", None
    if fixed.startswith("-"):
        return "remove the sign", None
    fixed = fixed.removeprefix("+")
    without_b = _SIZE_WITHOUT_ITS_B.fullmatch(fixed)
    if without_b is not None:
        fixed = f"{without_b[1]}{without_b[2].upper()}iB"
    meant = _read_size(fixed)
    if meant is not None and meant <= _LARGEST:
        return "write {suggestion}", unquoted(fixed)
    meant = _read_size(fixed, exponents=True)
    if meant is not None and 0 < meant <= _LARGEST:
        return "exponents are not supported: write {suggestion}", ValueText(str(meant))
    if fixed.lower() in _SIZE_UNITS:
        return "write a number before the unit, such as 10GiB", None
    return "write a number and a unit: B, kB, MB, GB, TB, PB, EB, KiB, MiB, GiB, TiB, PiB or EiB", None
