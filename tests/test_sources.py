"""Places and snippets."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beakerspec.documents.source_lines import Source


def width(text: str) -> int:
    """The columns of a text in a terminal, as far as the standard says."""
    columns = {"W": 2, "F": 2}
    return sum(
        0 if unicodedata.combining(char) else columns.get(unicodedata.east_asian_width(char), 1) for char in text
    )


def marked(source: str, marker: str) -> tuple[int, int]:
    """The first and last column of a marker, the end exclusive."""
    assert set(marker.strip()) <= set("^~")
    assert width(marker) <= max(width(source), 1) + 1
    return len(marker) - len(marker.lstrip()), len(marker)


def place_by_hand(text: str, index: int) -> tuple[int, int]:
    line, column = 1, 1
    for position in range(index):
        char, following = text[position], text[position + 1 : position + 2]
        if char == "\n" or (char == "\r" and following != "\n"):
            line, column = line + 1, 1
        else:
            column += 1
    return line, column


@pytest.mark.parametrize(
    ("index", "place"),
    [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (5, (3, 1)), (6, (3, 2)), (7, (4, 1)), (8, (4, 2))],
)
def test_a_place_counts_lines_and_columns_from_one(index: int, place: tuple[int, int]) -> None:
    assert Source("ab\n\r\nc\rd").place(index) == place


def test_the_end_of_the_text_has_a_place() -> None:
    assert Source("ab\nc").place(4) == (2, 2)


def test_the_end_of_a_text_that_ends_with_a_line_end_is_on_the_next_line() -> None:
    assert Source("ab\n").place(3) == (2, 1)


def test_an_empty_text_has_a_place() -> None:
    assert Source("").place(0) == (1, 1)


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_other_line_breaks_of_unicode_end_no_line(char: str) -> None:
    assert Source(f"a{char}b").place(2) == (1, 3)


@given(st.text(alphabet="ab\r\n\u2028"), st.data())
def test_every_place_is_that_of_a_count_by_hand(text: str, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(text)))
    assert Source(text).place(index) == place_by_hand(text, index)


@pytest.mark.slow
@pytest.mark.parametrize("line", ["x\r\n", "\n", "\r", "\n\r", "abc\r\n", "a" * 1000])
def test_places_of_a_long_text_do_not_depend_on_how_it_is_divided(line: str) -> None:
    text = line * (200_000 // len(line)) + "end"
    for shift in range(3):
        shifted = "y" * shift + text
        source = Source(shifted)
        for index in (0, 65_535, 65_536, 65_537, 65_538, 131_071, 131_072, 131_073, len(shifted)):
            assert source.place(index) == place_by_hand(shifted, index)


def test_places_in_a_text_of_many_lines_are_found() -> None:
    source = Source("a\n" * 5_000_000)
    assert [source.place(index)[0] for index in range(0, 10_000_000, 1000)] == list(range(1, 5_000_001, 500))


def test_a_snippet_marks_the_range_below_its_line() -> None:
    assert Source("a: b\nkey: [wrong]\nc").snippet(10, 17) == "key: [wrong]\n     ^~~~~~~"


def test_a_marker_ends_with_the_line() -> None:
    assert Source("a: bc\nd: e\n").snippet(3, 9) == "a: bc\n   ^~"


def test_an_empty_range_is_marked() -> None:
    assert Source("a: b").snippet(2, 2) == "a: b\n  ^"


def test_the_end_of_a_line_is_marked_behind_it() -> None:
    assert Source("ab\ncd").snippet(2, 3) == "ab\n  ^"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_snippet_holds_no_line_end(end: str) -> None:
    assert Source(f"ab{end}cd{end}ef").snippet(2 + len(end), 2 + len(end)) == "cd\n^"


def test_between_the_characters_of_a_line_end_is_the_end_of_the_line() -> None:
    assert Source("ab\r\ncd").snippet(3, 4) == "ab\n  ^"


def test_the_end_of_the_text_is_marked_on_its_last_line() -> None:
    assert Source("ab\ncd").snippet(5, 5) == "cd\n  ^"


def test_the_empty_last_line_has_a_snippet() -> None:
    assert Source("ab\n").snippet(3, 3) == "\n^"


def test_an_index_outside_the_text_counts_as_its_end() -> None:
    assert Source("ab").snippet(7, 9) == "ab\n  ^"


def test_a_tab_is_shown_as_one_blank() -> None:
    assert Source("a:\tb").snippet(3, 4) == "a: b\n   ^"


@pytest.mark.parametrize("char", ["\0", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\u200b", "\ufeff", "\ud800"])
def test_a_control_character_is_shown_as_a_replacement(char: str) -> None:
    assert Source(f"a{char}b").snippet(2, 3) == "a\ufffdb\n  ^"


def test_a_wide_character_takes_two_columns() -> None:
    assert Source("\u79d8\u5bc6: x").snippet(1, 4) == "\u79d8\u5bc6: x\n  ^~~~"


def test_a_combining_character_takes_no_column() -> None:
    assert Source("e\u0301: x").snippet(4, 5) == "e\u0301: x\n   ^"


def test_a_long_line_is_cut_at_its_end() -> None:
    line, marker = Source("k: " + "x" * 300).snippet(3, 303).split("\n")
    assert line == "k: " + "x" * 117 + "…"
    assert marker == "   ^" + "~" * 116


def test_a_long_line_is_cut_at_its_start() -> None:
    line, marker = Source("x" * 300 + ": y").snippet(302, 303).split("\n")
    assert line == "…" + "x" * 117 + ": y"
    assert marker == " " * 120 + "^"


def test_a_long_line_is_cut_at_both_sides() -> None:
    line, marker = Source("x" * 300 + "!" + "y" * 300).snippet(300, 301).split("\n")
    assert line == "…" + "x" * 40 + "!" + "y" * 79 + "…"
    assert marker == " " * 41 + "^"


def test_a_line_of_the_full_width_is_not_cut() -> None:
    line = "x" * 60 + "y" * 60
    assert [Source(line).snippet(index, index).split("\n")[0] for index in (0, 60, 120)] == [line] * 3


@given(st.text(alphabet="a \t\u79d8\u0301\0*", max_size=300), st.data())
def test_every_snippet_lines_up_and_is_short(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    snippet = Source(text).snippet(start, end)
    line, marker = snippet.split("\n")
    first, last = marked(line, marker)
    assert len(snippet) <= 250
    assert width(line) <= 122
    if not line.startswith("…"):
        assert first == width(text[:start].replace("\t", " "))
        if not line.endswith("…"):
            assert last == max(width(text[:end].replace("\t", " ")), first + 1)


@pytest.mark.slow
@pytest.mark.parametrize("char", ["a", "\n", "\r", "\u79d8"])
def test_a_snippet_of_a_huge_text_is_short(char: str) -> None:
    text = char * 30_000_000
    source = Source(text)
    for index in (0, 15_000_000, 30_000_000):
        source.place(index)
        assert len(source.snippet(index, len(text))) <= 250
        assert len(source.slice(index, len(text))) <= 60


def test_a_slice_is_the_text_between_two_indices() -> None:
    assert Source("a: bcd").slice(3, 5) == "bc"


def test_a_slice_of_sixty_characters_is_not_cut() -> None:
    assert Source("x" * 60).slice(0, 60) == "x" * 60


def test_a_longer_slice_is_cut_to_sixty_characters() -> None:
    assert Source("x" * 61).slice(0, 61) == "x" * 59 + "…"


def test_a_slice_ends_with_the_first_line() -> None:
    assert Source("ab\ncd").slice(0, 5) == "ab…"


def test_blanks_and_line_ends_at_the_end_of_a_slice_are_not_worth_an_ellipsis() -> None:
    assert Source("ab\n \n").slice(0, 5) == "ab"


@given(st.text(alphabet="envars:value -[]{}\"'\n\t#|&*x,", max_size=80), st.data())
@example("envVars:\n- name: \u79d8", None)
def test_any_text_has_snippets(text: str, data: st.DataObject | None) -> None:
    source = Source(text)
    index = data.draw(st.integers(0, len(text))) if data else len(text)
    line, marker = source.snippet(index, index + 5).split("\n")
    first, last = marked(line, marker)
    assert first < last


def test_a_masked_character_keeps_its_width() -> None:
    text = "a\u79d8 \tb"
    line, _ = Source(text).snippet(0, 1, lambda start, end: bytearray(b"\1" * (end - start))).split("\n")
    assert line == "***  *"
