"""Places, snippets and masking, on texts that parse and on texts that do not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from beakerspec.sources import Source

#: Texts with the value of a variable at each `@`. Many are no YAML, like a file while somebody edits it.
LAYOUTS = r"""
=== block list
envVars:
  - name: A
    value: @
=== value first
envVars:
  - value: @
    name: A
=== dashes not deeper
  envVars:
  - name: A
    value: @
=== snake case
env_vars:
- name: A
  value: @
=== in a task
tasks:
- name: x
  envVars:
  - name: A
    value: @
  image: {docker: x}
=== first key of a task
tasks:
- envVars:
  - name: A
    value: @
  image: {docker: x}
=== several
envVars:
- name: A
  value: @
- name: B
  value: '@'
- name: C
  value: "@"
=== secret
envVars:
- name: A
  secret: @
=== misspelt key
envVars:
- name: A
  vaule: @
=== unknown key
envVars:
- name: A
  content: @
=== item with an equals sign
envVars:
- TOKEN=@
- 'TOKEN=@'
=== item as a mapping
envVars:
- TOKEN: @
- OTHER: '@'
=== mapping
envVars:
  TOKEN: @
  OTHER: "a
@"
=== mapping with name and value
envVars:
  name: @
  value: @
=== old mapping
spec:
  env:
    TOKEN: @
    OTHER: @ @
  args: [x]
=== flow mapping
env: {TOKEN: @, OTHER: '@'}
=== literal
envVars:
- name: A
  value: |
    @

    a: @
     # @
- name: B
  value: x
=== folded
envVars:
- value: >-
    @
    name: @
  name: A
=== literal with an indicator
envVars:
- name: A
  value: |2- # @
     @
=== literal item
envVars:
- |
  TOKEN=@
  name: @
=== literal region
envVars: |
  TOKEN=@
  name: @
=== literal not deeper
envVars:
- name: A
  value: |
  @
  Key: @
x
@
image: x
=== literal at the margin
  envVars:
  - name: A
    value: |
-----BEGIN KEY-----
Info: @
@
----END
=== double quoted
envVars:
- name: A
  value: "@ \" @"
=== double quoted, over lines
envVars:
- name: A
  value: "a
  @

@: @
- @"
- name: B
  value: @
=== single quoted, over lines
  envVars:
  - name: A
    value: 'it''s
@
b: @'
  - name: B
    value: '@'
=== quoted with a hash
envVars:
- name: A
  value: 'a # b
@: @'
=== plain, over lines
envVars:
- name: A
  value: a
    @
    '@
=== value on the next line
envVars:
- name: A
  value:
    @
=== value on the next line, quoted
envVars:
- name: A
  value:
    "@
@"
=== plain with an apostrophe
envVars:
- name: A
  value: don't @
- name: B
  value: @
=== url
envVars:
- name: A
  value: https://user:@@host/#@?a=b
=== json in quotes
envVars:
- name: A
  value: '{"a": "@",
"b": {"name": "@"}
}'
- name: B
  value: @
=== json in the wrong quotes
envVars:
- name: A
  value: "{
"type": "x",
"key": "@"
}"
=== json without quotes
envVars:
- name: A
  value: {"name": "@",
"b": [{"name": "@", "value": "@"}]
}
=== anchor
envVars:
- name: A
  value: &a @
- name: B
  value: *a
=== alias
x: &b @
envVars:
- name: A
  value: *b
=== alias of a list item
x:
- &b @
- [&c "@", d]
envVars:
- name: A
  value: *b
- name: B
  value: *c
=== alias of an alias
x: &b {k: @}
y: &c {<<: *b}
envVars:
  <<: *c
=== alias of a mapping
x: &b
  TOKEN: @
env:
  <<: *b
  OTHER: @
=== alias as the value
envVars:
- name: A
  value: *@
=== tag as the value
envVars:
- name: A
  value: !@ @
=== tag of a literal
envVars:
- name: A
  value: !!str |
    @
=== anchor of the region
envVars: &env
- name: A
  value: @
=== tag of the region
envVars: !!seq
- name: A
  value: @
=== anchored list elsewhere
x-env: &env
- name: A
  value: @
- name: B
  value: 'a
@'
=== list elsewhere in flow
x: [{name: A, value: @}, {value: "@", name: B}]
=== list elsewhere in json
{"x": [{"name": "A", "value": "@"}, {"value": "@", "name": "B"}]}
=== merged variable
x: &v
  value: @
envVars:
- <<: *v
  name: A
- {<<: *v, name: B}
=== flow on one line
envVars: [{name: A, value: @}, {name: B, value: "b @"}]
=== flow over lines
envVars: [
  {name: A,
   value: @},
  {
  name: B, value: '@
@'}
]
=== flow at the margin
  envVars: [
{name: A, value: @},
{name: B,
value: @}
]
=== flow in a block list
envVars:
- {name: A, value: @}
- {value: "@", name: B},
- TOKEN=@
=== flow with brackets of the wrong kind
envVars: [{name: A, value: @], {name: B, value: @}}
x: @
=== flow that is not closed
envVars: [{name: A, value: x}, {name: B, value: @
=== flow that is closed too early
envVars: [{name: A, value: x}], {name: B, value: @}]
=== flow of texts
envVars: [TOKEN=@, 'TOKEN=@']
=== flow with a comma in a value
envVars: [{name: A, value: a,@}]
=== flow with a comment
envVars: [{name: A, value: x}, # @ don't
 {name: B, value: @}]
=== empty flow, then items
envVars: []
  - TOKEN=@
=== json
{
  "envVars": [
    {
      "name": "A",
      "value": "@"
    }
  ]
}
=== json on one line
{"tasks":[{"envVars":[{"name":"A","value":"@"}],"image":{"docker":"x"}}]}
=== json with an unknown key
{"tasks":[{"envVars":[{"name":"A","content":"@"},"@"],"image":1}]}
=== json with a mapping
{"spec": {"env": {"TOKEN": "@", "OTHER": "@"}}}
=== json with escapes
{"env": {"TOKEN": "\"@\\\"@"}}
=== json with an escaped key
{"\u0065nvVars": [{"name": "A", "v\u0061lue": "@"}], "x": 1}
=== json with the bracket below
{
  "envVars":
  [
  {"name": "A", "value": "@"}
  ]
}
=== explicit key
? envVars
: - name: A
    value: @
  - TOKEN=@
=== explicit value key
envVars:
- name: A
  ? value
  : @
=== quoted keys
'envVars':
- 'name': A
  'value': @
=== blank before the colon
envVars :
- name : A
  value : @
  vaule : @
=== no blank behind the colon
envVars:
- name:A
  value:@
=== comment in the region
envVars:
- name: A # @
# - name: B
#   value: @
  value: x # @
=== comment without a key
    envVars:
    - name: A
# @
      value: x
    # TOKEN=@
=== commented region
a: b
# envVars:
#   TOKEN: @
c: d
=== two values on a line
envVars:
- name: A value: @
- name: B, value: "x
@"
=== name that is none
envVars:
- name: a @
- name: "=@"
=== quote that is not closed
envVars:
- name: A
  value: "x
- name: B
  value: "@
@"
- name: C
  value: @
=== quote that is closed twice
envVars:
- name: A
  value: "x""
- name: B
  value: "@
@"
=== text behind a quote
envVars:
- name: A
  value: "x" @ "y
@"
=== items less indented
  envVars:
- name: A
  value: @
=== colon forgotten
envVars
- TOKEN=@
=== dash before the colon
  envVars- :
  - TOKEN=@
=== colon forgotten before a text
tasks:
- name: x
  envVars TOKEN=@
=== dash before the key
  image: x
  - envVars:
  - TOKEN=@
=== dash before the key of a mapping
  image: x
  - envVars:
    TOKEN: @
=== dash before the blanks
tasks:
- image: x
-   envVars:
  - TOKEN=@
=== dash before the blanks of an item
tasks:
- image: x
  envVars:
-   - TOKEN=@
=== dash in a mapping
  envVars:
    - name: @
    value: @
=== anchor and alias behind the key
envVars&a *b:
 A: @
=== anchor and alias before the key
  &a *benvVars: TOKEN=@
=== alias before the old key
spec: {&a *benv: TOKEN=@}
=== list below a stray anchor
&a *b  envVars:
    name: x
  env:
  - name: @
=== bracket before the key
tasks:
- image: x
  [envVars:
  - TOKEN=@
=== json with a bracket before the value
{"tasks":[{"image":null,"envVars":} "TOKEN=@"}]}
=== json with brackets before the value
{"tasks":[{"image":null,"envVars":}] ["TOKEN=@"]}]}
=== json with a bracket before the colon
{"tasks":[{"image":null,"envVars"}: "TOKEN=@"}]}
=== json with a comma before the colon
{"tasks":[{"image":null,"env",: ["TOKEN=@"]}]}
=== json with a bracket instead of the colon
{"tasks":[{"image":null,"envVars"} ["TOKEN=@"]}]}
=== json with a word before the key
{"tasks":[{"image":null,"NaNenvVars": ["TOKEN=@"]}]}
=== json with a word before the colon
{"tasks":[{"image":null,"envVars"NaN: ["TOKEN=@"]}]}
=== json with a bracket before the value of a mapping
{"tasks":[{"image":null,"envVars":{"A":} "@"}}]}
=== json with a bracket before a mapping
{"tasks":[{"image":null,"envVars":[{"name":"@","value":"@"}}]}
=== json with a quote before the value
{"tasks":[{"image":null,"envVars":"[{"name":"A","from":{"a":"@"}},{"b":"@"}]}]}
=== json with a quote before lists
{"tasks":[{"image":null,"envVars":" [["A", "@"], "@"]}]}
=== capitals
EnvVars:
- Name: A
  Value: @
- TOKEN=@
=== other words
environment:
- TOKEN=@
=== unquoted template
envVars:
- name: A
  value: {{.Env.@}}
- name: B
  value: @
"""


def layouts() -> Iterator[tuple[str, str]]:
    for layout in LAYOUTS.strip("\n").split("\n=== "):
        name, _, text = layout.removeprefix("=== ").partition("\n")
        yield name, text + "\n"


LAYOUT = {
    **dict(layouts()),
    "windows line ends": "envVars:\r\n- name: A\r\n  value: @\r\n- TOKEN=@\r\nx: y\r\n",
    "old line ends": "envVars:\r- name: A\r  value: |\r    @\r    @\r- TOKEN=@\rx: y\r",
    "tabs": "envVars:\n\t- name: A\n\t  value: @\n\t  @\n",
    "tabs after the key": "envVars:\t\n- name:\tA\n  value:\t@\t# @\n",
    "dash behind the key": "  envVars:- \n    A: @\n",
    "dash instead of the colon": "  envVars- \n    A: @\n",
    "tab before the key": "tasks:\n- image: x\n  \tenvVars:\n  - TOKEN=@\n",
    "other line breaks": "envVars:\u2028- name: A\u2028  value: @\x85- TOKEN=@\n",
    "wide characters": "envVars:\n- name: A\n  value: \u79d8\u5bc6@\u0301\n",
}

#: What may stand before and behind a layout and keep the text from parsing, or a scan from its place.
BEFORE = (
    "",
    "a: [\n",
    'a: "x\n',
    "a: 'x\n",
    "\tb: c\n",
    "b: {c: \n",
    "# don't\n",
    "x: |\n",
    "\ufeff",
    "- - -\n",
)
BEHIND = ("", "]\n", '"\n', "'\n", "}\n", "\tx: y\n", "image: x\n", "- \n", "a: [b\n")

# No letters of which a name in the layouts consists, so that a part of it cannot stand there by chance.
SECRETS = st.from_regex(r"\A[A-Za-z0-9]{8,20}\Z").filter(lambda secret: secret not in LAYOUTS)


def lines(text: str) -> list[str]:
    """The snippets of all lines, the source lines of them."""
    source = Source(text)
    starts = [0, *(index for index in range(1, len(text) + 1) if source.place(index)[1] == 1)]
    return [source.snippet(start, start).split("\n")[0] for start in starts]


def shown(text: str) -> str:
    """The text as snippets show it."""
    return "\n".join(lines(text))


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


def test_a_slice_is_masked() -> None:
    assert Source("value: 'hunter2 x'").slice(7, 18) == "******** **"


@pytest.mark.parametrize("name", LAYOUT)
@pytest.mark.parametrize("before", BEFORE)
def test_no_character_of_a_value_is_left_unmasked(name: str, before: str) -> None:
    secret = "Zq9XkP3vWt"
    for behind in BEHIND:
        text = before + LAYOUT[name].replace("@", secret) + behind
        source = Source(text)
        start = text.find(secret)
        while start >= 0:
            assert all(source.is_masked(index, index + 1) for index in range(start, start + len(secret))), behind
            start = text.find(secret, start + 1)


@given(
    st.sampled_from(sorted(LAYOUT)),
    SECRETS,
    st.sampled_from(BEFORE),
    st.sampled_from(BEHIND),
    st.integers(-3, 25),
)
def test_no_snippet_and_no_slice_shows_a_value(name: str, secret: str, before: str, behind: str, shift: int) -> None:
    text = before + LAYOUT[name].replace("@", secret) + behind
    source = Source(text)
    assert secret not in "\n".join(lines(text))
    start = max(0, text.index(secret) + shift)
    assert secret not in source.snippet(start, start + 10)
    assert secret not in source.slice(start - shift, start + len(secret))


@given(st.sampled_from(sorted(LAYOUT)), SECRETS, st.data())
def test_no_value_is_shown_where_the_text_ends_early(name: str, secret: str, data: st.DataObject) -> None:
    text = LAYOUT[name].replace("@", secret)
    text = text[: data.draw(st.integers(text.index(secret) + len(secret), len(text)))]
    if "alias" not in name and "merged" not in name:  # there, what makes it a value may come last
        assert secret not in "\n".join(lines(text))


@given(st.sampled_from(sorted(LAYOUT)), SECRETS)
def test_what_is_masked_keeps_its_width(name: str, secret: str) -> None:
    text = LAYOUT[name].replace("@", secret)
    source = Source(text)
    for start in range(len(text)):
        if source.place(start)[1] == 1:
            line = text[start:].split("\n")[0].split("\r")[0].replace("\t", " ")
            assert width(source.snippet(start, start).split("\n")[0]) == width(line)


@given(st.text(alphabet="envars:value -[]{}\"'\n\t#|&*x,", max_size=80), st.data())
@example("envVars:\n- name: \u79d8", None)
def test_any_text_has_snippets(text: str, data: st.DataObject | None) -> None:
    source = Source(text)
    index = data.draw(st.integers(0, len(text))) if data else len(text)
    line, marker = source.snippet(index, index + 5).split("\n")
    first, last = marked(line, marker)
    assert first < last


def test_a_wide_character_is_masked_by_two() -> None:
    assert shown("value: \u79d8\u5bc6!") == "value: *****"


def test_blanks_inside_a_value_stay_blank() -> None:
    assert shown("value: a\tb c") == "value: * * *"


def test_a_range_is_masked_if_one_character_is() -> None:
    source = Source("a: b\nvalue: x\n")
    ranges = [(0, 4), (0, 14), (12, 13), (12, 12), (11, 12), (13, 14)]
    assert [source.is_masked(start, end) for start, end in ranges] == [False, True, True, False, False, False]


def test_names_and_keys_of_a_list_stay_readable() -> None:
    text = "envVars:\n  - name: A  # x\n    value: b\n  - secret: c\n    name: 'B.c-d'\nimage: x"
    assert shown(text) == "envVars:\n  - name: A  # *\n    value: *\n  - secret: *\n    name: 'B.c-d'\nimage: x"


def test_misspelt_keys_stay_readable() -> None:
    assert shown("envVars:\n- naem: A\n  vaule: b\n  secrte: c") == "envVars:\n- naem: *\n  vaule: *\n  secrte: *"


def test_names_in_a_mapping_stay_readable() -> None:
    assert shown("env:\n  TOKEN: x\n  'B': y\nargs: [z]") == "env:\n  TOKEN: *\n  'B': *\nargs: [z]"


def test_names_in_json_stay_readable() -> None:
    text = '{"tasks":[{"envVars":[{"name":"A","value":"x"},{"value":"y","name":"B"}],"image":{"docker":"z"}}]}'
    assert shown(text) == text.replace('"x"', "***").replace('"y"', "***")


def test_names_in_json_over_lines_stay_readable() -> None:
    text = '{\n  "envVars": [\n    {\n      "name": "A",\n      "value": "x"\n    }\n  ],\n  "image": "y"\n}\n'
    assert shown(text) == text.replace('"x"', "***")


def test_names_in_flow_style_stay_readable() -> None:
    text = "x: {envVars: [{name: A, value: b c}, {secret: d, name: E}], image: y}"
    assert shown(text) == "x: {envVars: [{name: A, value: * *}, {secret: *, name: E}], image: y}"


def test_names_in_a_flow_mapping_stay_readable() -> None:
    assert shown("env: {A: b, 'C': d}\nx: y") == "env: {A: *, 'C': *}\nx: y"


def test_a_value_outside_of_a_list_of_variables_is_masked_alone() -> None:
    assert shown("x:\n- name: A\n  value: |\n    b\n- name: C\n") == "x:\n- name: A\n  value: *\n    *\n- name: C\n"


@pytest.mark.parametrize(
    "text",
    [
        "tasks:\n- envVars:\n- name: b\n  image: {docker: c}\n",
        "tasks:\n-   envVars:\n    image: {docker: c}\n-   name: d\n    image: {docker: c}\n",
        "arguments: [envVars, env, x]\ndescription: set envVars, env - or (env_vars) - as in x\nresult: {path: x}\n",
        "arguments:\n- |\n  ENV_VARS=b\n  envVars are many - b\n- d\n",
        "tasks: [{envVars: }, {image: b}]\nx: {envVars: [], y: b}\n",
        '{"tasks": [{"envVars": {}, "unknown": "b"}, {"result": "envVars", "y": "b"}]}',
    ],
)
def test_a_text_that_parses_is_not_taken_for_a_damaged_one(text: str) -> None:
    assert yaml.safe_load(text)
    assert shown(text) == text


@pytest.mark.parametrize("name", ["a b", "1A", "A=b", "'A b'", "{A: b}", "[A]", '"A\\x42"', "|\n    A"])
def test_a_name_that_is_none_is_masked(name: str) -> None:
    assert "A" not in shown(f"envVars:\n- name: {name}\n").removeprefix("envVars")


@pytest.mark.parametrize(
    "next_line",
    [
        "image: x",
        "- name: next",
        "---",
        "...",
        "result:",
        "datasets: [",
        "unknown: x",
        "<<: *x",
        "? key",
        "}",
        "]",
    ],
)
def test_a_region_ends_at_a_line_that_clearly_belongs_outside(next_line: str) -> None:
    if next_line == "? key":
        next_line += ": x"
    assert shown(f"  envVars:\n    - name: A\n      value: b\n{next_line}").endswith(next_line)


def test_a_comment_does_not_end_a_region() -> None:
    assert shown("  envVars:\n# a\n  - TOKEN=b\n") == "  envVars:\n# *\n  - *******\n"


def test_a_secret_as_the_source_of_a_dataset_is_no_value() -> None:
    text = "datasets:\n- mountPath: /x\n  source: {secret: name}\n- source:\n    secret: other\n"
    assert shown(text) == text


def test_an_anchor_that_no_variable_refers_to_is_not_masked() -> None:
    text = "x: &x shown\ny: *x\nenvVars:\n- name: A\n"
    assert shown(text) == text


def test_anchors_that_refer_to_each_other_without_end_are_masked() -> None:
    count = 20_000
    text = f"env: *a{count - 1}\n" + "".join(f"[&a{index} [*a{index - 1}, " for index in range(count))
    assert Source(text).is_masked(len(text) - 10, len(text))


@pytest.mark.parametrize("key", ["B", "name"])
def test_a_bracket_between_the_values_of_a_mapping_in_json_does_not_end_it(key: str) -> None:
    text = f'{{"tasks":[{{"envVars":{{"A":"b"}},"{key}":"hunter2"}},"image":"x"}}]}}'
    assert "hunter2" not in shown(text)
    assert shown(text).endswith('"image":"x"}]}')


def test_a_text_of_many_megabytes_is_masked_as_a_whole() -> None:
    text = "a: b\n" * 1_000_000
    source = Source(text)
    assert source.is_masked(0, 1)
    assert source.snippet(0, 1) == "** *\n^"
    assert source.slice(3, 4) == "*"


def variables(node: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """The key and value of every `envVars` and `env` below a node."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in ("envVars", "env"):
                yield key, value
            else:
                yield from variables(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from variables(item)


def values(node: yaml.Node) -> Iterator[yaml.Node]:
    """The values in the value of an `envVars` or `env`."""
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from (value for key, value in item.value if key.value != "name")
    else:
        yield from (value for _, value in node.value)


def test_real_specs_are_masked_in_their_variables_alone() -> None:
    folder = Path(__file__).parent.parent.parent / "shared" / "corpus"
    paths = sorted((*folder.glob("v2/*"), *folder.glob("v1/*")))
    if not paths:
        pytest.skip("the folder of real specs is not there")
    for path in paths:
        text = path.read_text(encoding="utf-8")
        source = Source(text)
        outside = 0
        root = yaml.compose(text)
        assert root is not None
        for key, region in variables(root):
            start: int = key.start_mark.index
            assert not source.is_masked(outside, start), path.name
            outside = region.end_mark.index
            for value in values(region):
                first, last = value.start_mark.index, value.end_mark.index
                readable = set(source.slice(first, last)) - set("* …")
                assert not readable, path.name
        assert not source.is_masked(outside, len(text)), path.name
