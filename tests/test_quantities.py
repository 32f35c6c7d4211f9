"""Durations and sizes: both grammars row by row, and against oracles that compute with fractions."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from enum import IntEnum
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from beakerspec.fields.quantities import format_duration, parse_duration, parse_size
from beakerspec.problems import Problem, ValidationError

US, MS, S, M, H = 10**3, 10**6, 10**9, 60 * 10**9, 3600 * 10**9
INT64 = st.integers(-(2**63), 2**63 - 1)
MILLION = 1_000_000

DURATION_UNITS = {
    "ns": 1, "nanosecond": 1, "nanoseconds": 1,
    "us": US, "\u00b5s": US, "\u03bcs": US, "microsecond": US, "microseconds": US,
    "ms": MS, "millisecond": MS, "milliseconds": MS,
    "s": S, "sec": S, "second": S, "seconds": S,
    "m": M, "min": M, "minute": M, "minutes": M,
    "h": H, "hr": H, "hour": H, "hours": H,
}  # fmt: skip

SIZE_UNITS = {
    "": 1, "b": 1,
    "k": 10**3, "kb": 10**3, "kib": 2**10,
    "m": 10**6, "mb": 10**6, "mib": 2**20,
    "g": 10**9, "gb": 10**9, "gib": 2**30,
    "t": 10**12, "tb": 10**12, "tib": 2**40,
    "p": 10**15, "pb": 10**15, "pib": 2**50,
    "e": 10**18, "eb": 10**18, "eib": 2**60,
}  # fmt: skip


def refused_duration(value: object) -> Problem:
    with pytest.raises(ValidationError) as refusal:
        parse_duration(value)  # type: ignore[arg-type]
    (problem,) = refusal.value.problems
    assert problem.rule == "duration"
    return problem


def refused_size(text: object) -> Problem:
    with pytest.raises(ValidationError) as refusal:
        parse_size(text)  # type: ignore[arg-type]
    (problem,) = refusal.value.problems
    assert problem.rule == "size"
    return problem


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("-0", 0),
        ("+0", 0),
        ("0s", 0),
        ("5s", 5 * S),
        ("30s", 30 * S),
        ("1478s", 1478 * S),
        ("-5s", -5 * S),
        ("+5s", 5 * S),
        ("5.0s", 5 * S),
        ("5.6s", 5600 * MS),
        ("1.s", S),
        (".5s", 500 * MS),
        ("-.5s", -500 * MS),
        ("1.004s", 1004 * MS),
        ("1.0040s", 1004 * MS),
        ("100.00100s", 100 * S + MS),
        ("10ns", 10),
        ("11us", 11 * US),
        ("12\u00b5s", 12 * US),
        ("12\u03bcs", 12 * US),
        ("13ms", 13 * MS),
        ("15m", 15 * M),
        ("60m", H),
        ("48h", 48 * H),
        ("48h0m0s", 48 * H),
        ("1h30m", 90 * M),
        ("3h30m", 210 * M),
        ("10.5s4m", 4 * M + 10_500 * MS),
        ("-2m3.4s", -(2 * M + 3400 * MS)),
        ("1h2m3s4ms5us6ns", H + 2 * M + 3 * S + 4 * MS + 5 * US + 6),
        ("1h1h", 2 * H),
        ("52763797000ns", 52_763_797_000),
        ("9007199254740993ns", 2**53 + 1),
        ("9007199254.740993ms", 2**53 + 1),
        ("0.100000000000000000000h", 6 * M),
        ("0.830103483285477580700h", 49 * M + 48 * S + 372_539_827),
        ("0000000000000000000000000000005s", 5 * S),
        ("9223372036854775807ns", 2**63 - 1),
        ("9223372036854775.807us", 2**63 - 1),
        ("9223372036s854ms775us807ns", 2**63 - 1),
        ("-9223372036854775808ns", -(2**63)),
        ("-9223372036854ms775us808ns", -(2**63)),
        ("2562047h47m16.854775807s", 2**63 - 1),
        ("-2562047h47m16.854775808s", -(2**63)),
    ],
)
def test_what_go_reads_as_a_duration_is_read(text: str, nanoseconds: int) -> None:
    assert parse_duration(text) == nanoseconds


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("90", 90 * S),
        ("90.5", 90_500 * MS),
        ("-90", -90 * S),
        ("1e3", 1000 * S),
        ("1e-9", 1),
        ("1e3s", 1000 * S),
        ("1E3 s", 1000 * S),
        ("1e-3s", MS),
        ("-1e3s", -1000 * S),
        ("1e3ms", S),
        ("1e5h", 100_000 * H),
        ("1e3 minutes", 1000 * M),
        ("9e18ns", 9 * 10**18),
        ("1e-400s", 0),
        ("0e400s", 0),
        ("30min", 30 * M),
        ("2 hours", 2 * H),
        ("1.5 h", 90 * M),
        ("5 M", 5 * M),
        ("5MICROSECOND", 5 * US),
        (" 5s ", 5 * S),
        ("- 5 s", -5 * S),
        ("1 0 s", 10 * S),
        ("1.5ns", 1),
    ],
)
def test_what_beaker_py_1_reads_as_a_duration_is_read(text: str, nanoseconds: int) -> None:
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize(("unit", "factor"), DURATION_UNITS.items())
@pytest.mark.parametrize("between", ["", " "])
def test_every_unit_of_a_duration_is_read(unit: str, factor: int, between: str) -> None:
    assert parse_duration(f"2.5{between}{unit}") == 5 * factor // 2


@pytest.mark.parametrize("unit", [unit for unit in DURATION_UNITS if unit.isascii()])
def test_the_units_of_durations_are_read_in_any_case(unit: str) -> None:
    assert parse_duration(f"7{unit.upper()}") == parse_duration(f"7{unit.title()}") == parse_duration(f"7{unit}")


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1H30M", 90 * M),
        ("1h 30m", 90 * M),
        ("1 hour 30 minutes", 90 * M),
        ("+1e+3s", 1000 * S),
        ("1e3ms5s", 6 * S),
    ],
)
def test_the_two_ways_to_write_a_duration_can_be_mixed(text: str, nanoseconds: int) -> None:
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("4.35s", 4_350_000_000),
        ("4.35m", 261 * S),
        ("0.29h", 1044 * S),
        ("1.001ms", 1_001_000),
        ("9223372036.854775807s", 2**63 - 1),
    ],
)
def test_a_fraction_is_not_rounded_as_a_float_would_be(text: str, nanoseconds: int) -> None:
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0.9ns", 0),
        ("-0.9ns", 0),
        ("-1.9ns", -1),
        ("0.5ns0.5ns", 0),
        ("0.3333333333333333333h", 20 * M - 1),
        (f"0.{'9' * 400}s", S - 1),
        ("1e-10s", 0),
    ],
)
def test_each_number_is_truncated_toward_zero_to_whole_nanoseconds(text: str, nanoseconds: int) -> None:
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" ", id="blank"),
        pytest.param("s", id="unit-alone"),
        pytest.param("hours", id="name-alone"),
        pytest.param("-", id="sign-alone"),
        pytest.param("+", id="plus-alone"),
        pytest.param(".", id="point-alone"),
        pytest.param(".s", id="point-and-unit"),
        pytest.param("-.", id="sign-and-point"),
        pytest.param("+.s", id="no-digit"),
        pytest.param("e3s", id="exponent-alone"),
        pytest.param("1e", id="exponent-without-digits"),
        pytest.param("1es", id="exponent-without-digits-and-unit"),
        pytest.param("1e3e3s", id="two-exponents"),
        pytest.param("1e1.5s", id="fraction-in-exponent"),
        pytest.param("--5s", id="two-signs"),
        pytest.param("+-5s", id="two-different-signs"),
        pytest.param("1h-30m", id="sign-inside"),
        pytest.param("1.2.3s", id="two-points"),
        pytest.param("5s!!", id="rubbish-after"),
        pytest.param("!5s", id="rubbish-before"),
        pytest.param("5s,", id="comma"),
        pytest.param("1,5h", id="decimal-comma"),
        pytest.param("1_000s", id="underscore"),
        pytest.param("1d", id="day"),
        pytest.param("1w", id="week"),
        pytest.param("1M5", id="number-without-unit-after"),
        pytest.param("1h30", id="last-unit-missing"),
        pytest.param("30.h5", id="last-unit-missing-after-point"),
        pytest.param("5mins", id="plural-of-an-abbreviation"),
        pytest.param("5 secs", id="plural-of-sec"),
        pytest.param("5hrs", id="plural-of-hr"),
        pytest.param("1 hour and 30 minutes", id="and"),
        pytest.param("12:30:45", id="clock"),
        pytest.param("PT1H", id="iso-8601"),
        pytest.param("0x10s", id="hexadecimal"),
        pytest.param("infs", id="infinity"),
        pytest.param("nan", id="nan"),
        pytest.param("\u0663s", id="arabic-digit"),
        pytest.param("\uff15s", id="full-width-digit"),
        pytest.param("\u00b2s", id="superscript-digit"),
        pytest.param("1\u00a0s", id="no-break-space"),
        pytest.param("5\u017f", id="long-s"),
        pytest.param("5\u039cs", id="capital-mu"),
        pytest.param("5\u212as", id="kelvin"),
        pytest.param("\u22125s", id="minus-sign"),
        pytest.param("5s\n", id="newline-after"),
        pytest.param("\n5s", id="newline-before"),
        pytest.param("5\ts", id="tab"),
        pytest.param("5\rs", id="carriage-return"),
        pytest.param("5s\x00", id="nul"),
        pytest.param("5\x1fs", id="unit-separator"),
        pytest.param("5\ud800s", id="surrogate"),
        pytest.param("{{.Env.TIMEOUT}}", id="template"),
    ],
)
def test_text_outside_the_grammar_is_no_duration(text: str) -> None:
    assert refused_duration(text).message.startswith("expected a duration such as 90m, 1h30m or 300ms, got ")


@pytest.mark.parametrize(
    "value",
    [
        "9223372036854775808ns",
        "-9223372036854775809ns",
        "9223372036854775.808us",
        "9223372036854ms775us808ns",
        "-9223372036854ms775us809ns",
        "2562047h47m16.854775808s",
        "3000000h",
        "999999h999999h999999h",
        "1e400s",
        "-1e400s",
        f"1e{'9' * 400}s",
        "99999999999999999999",
        2**63,
        -(2**63) - 1,
        10**5000,
        2.0**63,
        1e300,
        timedelta.max,
        timedelta.min,
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_duration_beyond_64_bits_is_refused(value: object) -> None:
    assert "292 years" in (refused_duration(value).hint or "")


@pytest.mark.parametrize("number", [0, 1, -1, 90, 2**63 - 1, -(2**63)])
def test_an_integer_counts_nanoseconds(number: int) -> None:
    assert parse_duration(number) == number


@pytest.mark.parametrize(("number", "nanoseconds"), [(0.0, 0), (5e9, 5 * S), (-2.0, -2), (-(2.0**63), -(2**63))])
def test_an_integral_float_counts_nanoseconds(number: float, nanoseconds: int) -> None:
    result = parse_duration(number)
    assert result == nanoseconds
    assert type(result) is int


def test_an_integer_of_a_subclass_gives_a_plain_integer() -> None:
    class Patience(IntEnum):
        LONG = 3

    assert type(parse_duration(Patience.LONG)) is int


@pytest.mark.parametrize("number", [0.5, -1.5, 90.25, math.nan, math.inf, -math.inf])
def test_a_float_that_is_not_whole_is_no_duration(number: float) -> None:
    assert refused_duration(number).hint == ('write a string with a unit, such as "1.5h"')


@pytest.mark.parametrize("value", [True, False, None, b"5s", ["5s"], {"seconds": 5}, 5j], ids=repr)
def test_a_value_of_another_type_is_no_duration(value: object) -> None:
    assert refused_duration(value).hint == ('write a string such as "90m", or whole nanoseconds as a number')


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1d", "the units are h, m, s, ms, us and ns: write 24h"),
        ("1.5 days", "the units are h, m, s, ms, us and ns: write 36h"),
        ("1d12h", "the units are h, m, s, ms, us and ns: write 36h"),
        ("2w", "the units are h, m, s, ms, us and ns: write 336h"),
        ("5mins", "the units are h, m, s, ms, us and ns: write 5m"),
        ("12:30:45", "write 12h30m45s"),
        ("hours", "write a number before the unit, such as 90m"),
        ("", "write a number and a unit, such as 90m, or remove the field"),
        (" \t", "write a number and a unit, such as 90m, or remove the field"),
        (
            "5s!!",
            "write numbers, each with a unit h, m, s, ms, us or ns, as in 90m or 1h30m",
        ),
        (
            "9999999999d",
            "write numbers, each with a unit h, m, s, ms, us or ns, as in 90m or 1h30m",
        ),
    ],
)
def test_the_hint_says_how_to_mend_a_duration(text: str, hint: str) -> None:
    assert refused_duration(text).hint == hint


@pytest.mark.parametrize(
    "text",
    [
        "5s" * (MILLION // 2),
        "1" * MILLION,
        "1" * MILLION + "s",
        "0." + "1" * MILLION + "s",
        "1e" + "1" * MILLION,
        " " * MILLION,
        "." * MILLION,
        "s" * MILLION,
        "1.5" * MILLION,
        "\u00b5" * MILLION,
    ],
    ids=lambda text: text[:6],
)
def test_a_million_characters_are_no_duration(text: str) -> None:
    problem = refused_duration(text)
    assert problem.hint == "a duration is at most 500 characters long"
    assert len(problem.message) < 200


@pytest.mark.parametrize(
    "text", ["9" * 500, "1e" + "9" * 498, "." + "9" * 499, "." * 500, "1e9h" * 125, "9" * 499 + "d"]
)
def test_the_longest_text_that_is_looked_at_is_cheap(text: str) -> None:
    with suppress(ValidationError):
        parse_duration(text)


@pytest.fixture
def lowest_digit_limit() -> Iterator[None]:
    """Python set to refuse to convert more digits than 640, which is as low as that limit goes."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(640)
    yield
    sys.set_int_max_str_digits(before)


@pytest.mark.usefixtures("lowest_digit_limit")
@pytest.mark.parametrize("text", ["9" * 500, "9" * 501, "1e" + "9" * 498, "9" * 400 + "e" + "9" * 99, "9" * 10_000])
def test_many_digits_are_a_refusal_under_the_strictest_digit_limit(text: str) -> None:
    refused_duration(text)
    refused_size(text)


@pytest.mark.parametrize(
    ("value", "nanoseconds"),
    [
        (timedelta(0), 0),
        (timedelta(microseconds=1), US),
        (timedelta(microseconds=-1), -US),
        (timedelta(minutes=90), 90 * M),
        (timedelta(days=365 * 200, microseconds=1), 365 * 200 * 24 * H + US),
        (timedelta(days=-1, seconds=1, microseconds=999_999), -24 * H + S + 999_999 * US),
    ],
)
def test_a_timedelta_is_converted_exactly(value: timedelta, nanoseconds: int) -> None:
    assert parse_duration(value) == nanoseconds


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (-1, "-1ns"),
        (1_000, "1000ns"),
        (1_500, "1500ns"),
        (MS, "1ms"),
        (1500 * MS, "1500ms"),
        (S, "1s"),
        (-5 * S, "-5s"),
        (90 * S, "90s"),
        (60 * S, "1m"),
        (90 * M, "90m"),
        (60 * M, "1h"),
        (48 * H, "48h"),
        (2**63 - 1, "9223372036854775807ns"),
        (-(2**63), "-9223372036854775808ns"),
    ],
)
def test_a_duration_is_written_in_its_largest_whole_unit(nanoseconds: int, text: str) -> None:
    assert format_duration(nanoseconds) == text


@pytest.mark.parametrize(
    "value",
    [True, 1.0, "5s", None, timedelta(1), 2**63, -(2**63) - 1, 10**5000],
    ids=lambda v: type(v).__name__,
)
def test_only_integers_of_64_bits_are_written_as_durations(value: object) -> None:
    with pytest.raises(
        ValidationError, match="expected a whole number of nanoseconds that fits 64 bits, got "
    ) as refusal:
        format_duration(value)  # type: ignore[arg-type]
    assert [problem.rule for problem in refusal.value.problems] == ["duration"]


@given(INT64)
@example(-(2**63))
@example(2**63 - 1)
def test_what_is_written_is_read_as_the_same_duration(nanoseconds: int) -> None:
    assert parse_duration(format_duration(nanoseconds)) == nanoseconds


@given(st.integers(-2_000_000, 2_000_000), st.sampled_from([H, M, S, MS, 1]))
def test_a_round_duration_is_written_with_the_fewest_digits(count: int, factor: int) -> None:
    nanoseconds = count * factor
    written = format_duration(nanoseconds)
    fitting = [str(nanoseconds // size) for size in (H, M, S, MS, 1) if nanoseconds % size == 0]
    assert len(written.rstrip("hmns")) == min(map(len, fitting))


NUMBERS = st.one_of(
    st.builds("{}".format, st.integers(0, 10**6)),
    st.builds("{}.{}".format, st.integers(0, 10**6), st.text("0123456789", max_size=25)),
    st.builds(".{}".format, st.text("0123456789", min_size=1, max_size=25)),
    st.builds("{}e{}".format, st.integers(0, 10**6), st.integers(-30, 12)),
)
UNITS = st.sampled_from(sorted(DURATION_UNITS))
PARTS = st.lists(st.tuples(NUMBERS, UNITS), min_size=1, max_size=5)


def duration_oracle(text: str) -> int | None:
    """What a text lasts, by one regular expression and fractions for its numbers; None: refused."""
    text = text.replace(" ", "")
    number = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
    bare = re.fullmatch(rf"([-+]?)({number})", text)
    if bare:
        parts = [(bare[2], "s")]
    else:
        part = rf"({number})([A-Za-z\u00b5\u03bc]+)"
        parts = re.findall(part, text)
        if not re.fullmatch(rf"[-+]?(?:{part})+", text) or any(u.lower() not in DURATION_UNITS for _, u in parts):
            return None
    total = sum(math.floor(Fraction(digits) * DURATION_UNITS[unit.lower()]) for digits, unit in parts)
    total = -total if text.startswith("-") else total
    return total if -(2**63) <= total < 2**63 else None


def duration_or_none(value: object) -> int | None:
    """What `parse_duration` makes of a value; None where it refuses. Any other exception fails the test."""
    try:
        return parse_duration(value)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = error.problems
    assert [problem.rule for problem in problems] == ["duration"]
    assert problems[0].hint
    return None


@given(st.sampled_from(["", "-", "+"]), PARTS)
def test_a_written_duration_is_what_fractions_make_of_it(sign: str, parts: list[tuple[str, str]]) -> None:
    text = sign + "".join(digits + unit for digits, unit in parts)
    assert duration_or_none(text) == duration_oracle(text)


@given(st.text("0123456789.eE+- hHmMsSnNuU\u00b5\u03bcircodta\n_", max_size=16))
@example("1e-9")
@example("1e3e3s")
@example("1 h 3 0 m")
def test_any_text_is_the_duration_that_fractions_make_of_it_or_none(text: str) -> None:
    # A fraction with a large exponent is a large computation for the oracle.
    assume(not re.search(r"[eE][-+]?[0-9]{4}", text.replace(" ", "")))
    assert duration_or_none(text) == duration_oracle(text)


@given(PARTS)
def test_a_compound_duration_lasts_as_long_as_its_parts(parts: list[tuple[str, str]]) -> None:
    texts = [digits + unit for digits, unit in parts]
    lasting = [duration_or_none(text) for text in texts]
    assume(None not in lasting)
    total = sum(nanoseconds for nanoseconds in lasting if nanoseconds is not None)
    assume(total < 2**63)
    assert parse_duration("".join(texts)) == total


@given(PARTS)
def test_a_minus_turns_a_duration_around(parts: list[tuple[str, str]]) -> None:
    text = "".join(digits + unit for digits, unit in parts)
    nanoseconds = duration_or_none(text)
    assume(nanoseconds is not None)
    assert duration_or_none(f"-{text}") == -(nanoseconds or 0)


@pytest.mark.slow
@given(PARTS, st.data())
def test_spaces_and_case_do_not_count_in_a_duration(parts: list[tuple[str, str]], data: st.DataObject) -> None:
    text = "".join(digits + unit for digits, unit in parts)
    spaces = st.sampled_from(["", "", " ", "  "])
    cases = st.sampled_from([str.lower, lambda c: c.upper() if c.isascii() else c])
    loose = "".join(data.draw(cases)(character) + data.draw(spaces) for character in text)
    assert duration_or_none(loose) == duration_or_none(text)


ODDITIES = st.binary() | st.none() | st.booleans() | st.lists(st.text())


@given(st.text() | st.text("0123456789.eE+-hmsnud\u00b5 :wk") | ODDITIES)
def test_any_value_is_a_duration_or_a_validation_error(value: object) -> None:
    nanoseconds = duration_or_none(value)
    assert nanoseconds is None or (type(nanoseconds) is int and -(2**63) <= nanoseconds < 2**63)


@given(st.integers() | st.floats() | INT64)
def test_any_number_is_itself_or_a_validation_error(number: float) -> None:
    whole = math.isfinite(number) and number == int(number) and -(2**63) <= number < 2**63
    assert duration_or_none(number) == (int(number) if whole else None)


@given(st.timedeltas())
def test_any_timedelta_is_converted_exactly_or_a_validation_error(value: timedelta) -> None:
    exact = value // timedelta(microseconds=1) * US
    assert duration_or_none(value) == (exact if -(2**63) <= exact < 2**63 else None)


@pytest.mark.parametrize(("unit", "factor"), SIZE_UNITS.items())
@pytest.mark.parametrize("between", ["", " "])
def test_every_unit_of_a_size_is_read(unit: str, factor: int, between: str) -> None:
    assert parse_size(f"3{between}{unit}") == 3 * factor


@pytest.mark.parametrize("unit", SIZE_UNITS)
def test_the_units_of_sizes_are_read_in_any_case(unit: str) -> None:
    assert parse_size(f"3{unit.upper()}") == parse_size(f"3{unit.title()}") == parse_size(f"3{unit}")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("1024", 1024),
        ("1024k", 1_024_000),
        ("1024m", 1_024_000_000),
        ("10240 MB", 10_240_000_000),
        ("2.5", 2),
        ("2.5k", 2500),
        (".5 GiB", 2**29),
        ("2.", 2),
        ("2. kB", 2000),
        ("1.1gb", 1_100_000_000),
        ("1.25 GiB", 1_342_177_280),
        ("123.456g", 123_456_000_000),
        ("123.456 GiB", 132_559_870_623),
        ("0000.1 kB", 100),
        ("0001.0000 kB", 1000),
        ("1e", 10**18),
        ("1E", 10**18),
        ("1 e", 10**18),
        ("9223372036854775807", 2**63 - 1),
        ("9.223372036854775807eb", 2**63 - 1),
        ("7.99999999999999999914 EiB", 2**63 - 1),
    ],
)
def test_a_size_is_read_exactly(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(("text", "size"), [(".9", 0), ("1.9b", 1), ("0.0009999 k", 0), ("1.0009k", 1000)])
def test_a_size_is_truncated_to_whole_bytes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" ", id="blank"),
        pytest.param("GiB", id="unit-alone"),
        pytest.param(".", id="point-alone"),
        pytest.param(". B", id="point-and-unit"),
        pytest.param("1.2.3", id="two-points"),
        pytest.param("+1", id="plus"),
        pytest.param("-1", id="minus"),
        pytest.param(" 1", id="space-before"),
        pytest.param("1  GiB", id="two-spaces"),
        pytest.param("1  ", id="two-spaces-after"),
        pytest.param("1 GiB ", id="space-after-the-unit"),
        pytest.param("1 G iB", id="space-in-the-unit"),
        pytest.param("1 0", id="space-in-the-number"),
        pytest.param("1\tGiB", id="tab"),
        pytest.param("1\u00a0GiB", id="no-break-space"),
        pytest.param("1GiB\n", id="newline-after"),
        pytest.param("10Gi", id="kubernetes"),
        pytest.param("1bb", id="two-bs"),
        pytest.param("1bi", id="no-prefix"),
        pytest.param("1zb", id="zetta"),
        pytest.param("10 bytes", id="bytes"),
        pytest.param("10GBs", id="text-after-the-unit"),
        pytest.param("10GB 5MB", id="two-sizes"),
        pytest.param("1e9", id="exponent"),
        pytest.param("1e9k", id="exponent-and-unit"),
        pytest.param("1e-3", id="negative-exponent"),
        pytest.param("0x10", id="hexadecimal"),
        pytest.param("1_000", id="underscore"),
        pytest.param("1,024", id="comma"),
        pytest.param("inf", id="infinity"),
        pytest.param("nan", id="nan"),
        pytest.param("\u0661", id="arabic-digit"),
        pytest.param("1\u212a", id="kelvin"),
        pytest.param("1k\u0131b", id="dotless-i"),
        pytest.param("1\x00", id="nul"),
        pytest.param("1\ud800", id="surrogate"),
        pytest.param("{{.Env.MEMORY}}", id="template"),
    ],
)
def test_text_outside_the_grammar_is_no_size(text: str) -> None:
    assert refused_size(text).message.startswith("expected a size such as 10GiB, 512 MiB or 1.5GB, got ")


def test_one_space_may_stand_before_no_unit() -> None:
    assert parse_size("10 ") == 10


@pytest.mark.parametrize("text", ["9223372036854775808", "8.0 EiB", "8EiB", "10eb", "9" * 500])
def test_a_size_beyond_64_bits_is_refused(text: str) -> None:
    assert refused_size(text).hint == "the largest size is below 8EiB"


@pytest.mark.parametrize("value", [1024, 1.5, True, None, b"10GiB", ["10GiB"]], ids=repr)
def test_a_value_that_is_no_text_is_no_size(value: object) -> None:
    assert refused_size(value).hint == 'write a string such as "10GiB"'


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("10Gi", "write 10GiB"),
        ("512 mi", "write 512 MiB"),
        ("1e9", "exponents are not supported: write 1000000000"),
        ("1.5e3 MB", "exponents are not supported: write 1500000000"),
        ("+1", "write 1"),
        ("-1", "remove the sign"),
        ("10  GiB", "write 10 GiB"),
        (" 10GiB\n", "write 10GiB"),
        ("GiB", "write a number before the unit, such as 10GiB"),
        ("", "write a number and a unit, such as 10GiB, or remove the field"),
        (
            "1e30",
            "write a number and a unit: B, kB, MB, GB, TB, PB, EB, KiB, MiB, GiB, TiB, PiB or EiB",
        ),
        (
            "1 TUB",
            "write a number and a unit: B, kB, MB, GB, TB, PB, EB, KiB, MiB, GiB, TiB, PiB or EiB",
        ),
    ],
)
def test_the_hint_says_how_to_mend_a_size(text: str, hint: str) -> None:
    assert refused_size(text).hint == hint


@pytest.mark.parametrize(
    "text",
    [
        "1" * MILLION,
        "1" * MILLION + "k",
        "1." + "1" * MILLION,
        " " * MILLION,
        "k" * MILLION,
        "1e" + "1" * MILLION,
    ],
    ids=lambda text: text[:6],
)
def test_a_million_characters_are_no_size(text: str) -> None:
    problem = refused_size(text)
    assert problem.hint == "a size is at most 500 characters long"
    assert len(problem.message) < 200


def size_oracle(text: str) -> int | None:
    """The bytes of a text, by fractions; None: refused."""
    match = re.fullmatch(r"([0-9]+\.?[0-9]*|\.[0-9]+) ?([A-Za-z]*)", text)
    if match is None or match[2].lower() not in SIZE_UNITS:
        return None
    size = math.floor(Fraction(match[1]) * SIZE_UNITS[match[2].lower()])
    return size if size < 2**63 else None


def size_or_none(text: str) -> int | None:
    """What `parse_size` makes of a text; None where it refuses. Any other exception fails the test."""
    try:
        return parse_size(text)
    except ValidationError as error:
        problems = error.problems
    assert [problem.rule for problem in problems] == ["size"]
    assert problems[0].hint
    return None


@given(
    NUMBERS,
    st.sampled_from(["", " "]),
    st.sampled_from(sorted(SIZE_UNITS)),
    st.sampled_from([str.lower, str.upper]),
)
def test_a_written_size_is_what_fractions_make_of_it(
    number: str, between: str, unit: str, case: Callable[[str], str]
) -> None:
    text = number + between + case(unit)
    assert size_or_none(text) == size_oracle(text)


@given(st.text() | st.text("0123456789. kKmMgGtTpPeEbBiI+-\n", max_size=10))
def test_any_text_is_the_size_that_fractions_make_of_it_or_none(text: str) -> None:
    assert size_or_none(text) == size_oracle(text)


LOOSE_SIZES = st.tuples(
    st.sampled_from(["", "+", "-", " "]),
    NUMBERS,
    st.sampled_from(["", " ", "  ", "\t"]),
    st.sampled_from([*SIZE_UNITS, "Ki", "Mi", "Gi", "Ei", "bytes"]),
    st.sampled_from(["", " ", "\n", "."]),
).map("".join)


@given(LOOSE_SIZES)
def test_a_size_that_a_hint_proposes_is_read(text: str) -> None:
    if size_or_none(text) is None:
        proposal = re.search(r"write ([0-9.].*)", refused_size(text).hint or "")
        assert proposal is None or size_or_none(proposal[1]) is not None


LOOSE_PARTS = st.tuples(NUMBERS, st.sampled_from([*DURATION_UNITS, "d", "days", "wk", "mins", "years", ":30:45"]))


@given(st.lists(LOOSE_PARTS.map("".join), min_size=1, max_size=3).map("".join), st.sampled_from(["", "\n", ";"]))
def test_a_duration_that_a_hint_proposes_is_read(text: str, after: str) -> None:
    if duration_or_none(text + after) is None:
        proposal = re.search(r"write ([-0-9.].*)", refused_duration(text + after).hint or "")
        assert proposal is None or duration_or_none(proposal[1]) is not None
