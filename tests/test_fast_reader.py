"""The fast reader gives what the complete one gives, or leaves the text to it."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from conftest import EXAMPLES, ROOT
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import LOOKALIKES

from beakerspec.documents import fast_reader
from beakerspec.documents.anchors import SharedList, SharedMapping
from beakerspec.documents.complete_reader import locate_yaml
from beakerspec.documents.fast_reader import Unusual, read_block
from beakerspec.limits import Limits
from beakerspec.scalars import PlainScalar


def generated(count: int) -> list[str]:
    """Specs in the shape of real ones. `benchmarks` stands beside the tests and is not installed."""
    sys.path.append(str(ROOT))
    try:
        return [spec.text for spec in import_module("benchmarks.corpus").generate(count)]
    finally:
        sys.path.remove(str(ROOT))


GENERATED = generated(80)
CORPUS = ROOT.parent / "shared" / "corpus"


def blocks(text: str, max_depth: int = 100, max_values: int = 10**6) -> Any:
    """What the reader gives, or None where it leaves the text to the other one."""
    try:
        return read_block(text, Limits(depth=max_depth, values=max_values))
    except Unusual:
        return None


def complete(text: str) -> Any:
    """What the complete reader gives, or None where the text has a mistake."""
    located = locate_yaml(text)
    return None if located.root is None or located.findings else located.root.data


def typed(data: Any, seen: dict[int, int] | None = None) -> Any:
    """Plain data with the type of each part: a `PlainScalar` is another thing than the same text.

    What has an anchor is written out once, so that only one object is the same as one object.
    """
    seen = {} if seen is None else seen
    if isinstance(data, (SharedList, SharedMapping)):
        if id(data) in seen:
            return seen[id(data)]
        seen[id(data)] = len(seen)
    if isinstance(data, dict):
        return type(data), [(type(key), key, typed(value, seen)) for key, value in data.items()]
    if isinstance(data, list):
        return type(data), [typed(value, seen) for value in data]
    return type(data), None if data is None else str.__str__(data)


def agree(text: str) -> bool:
    """Whether the text was taken. Where it was, the readers have to agree."""
    data = blocks(text)
    if data is None:
        return False
    assert typed(data) == typed(complete(text))
    return True


# Whole files.


def test_most_specs_are_taken() -> None:
    taken = sum(agree(text) for text in GENERATED)
    assert taken >= 0.95 * len(GENERATED)


def test_the_examples_are_read_alike() -> None:
    paths = [path for path in (ROOT / EXAMPLES).rglob("*") if path.suffix in {".yaml", ".yml"}]
    assert paths
    for path in paths:
        agree(path.read_text(encoding="utf-8"))


def test_real_specs_are_read_alike_and_mostly_taken() -> None:
    texts = [path.read_bytes().decode() for path in CORPUS.rglob("*.yaml")]
    if not texts:
        pytest.skip("the corpus is not here")
    assert sum(agree(text) for text in texts) >= 0.92 * len(texts)  # some are templates


# The rules.


def shared(**values: str) -> SharedMapping:
    """A mapping with an anchor."""
    mapping = SharedMapping()
    mapping.update(values)
    return mapping


ONE = shared(b="c")

TAKEN = {
    # mappings
    "a: b": {"a": "b"},
    "a: b\n": {"a": "b"},
    "a:\n  b: c\n  d:\n     e: f\n": {"a": {"b": "c", "d": {"e": "f"}}},
    "a:\n b: c\nd: e\n": {"a": {"b": "c"}, "d": "e"},
    "a:\nb:   \nc: # d\n": {"a": None, "b": None, "c": None},
    "a-b_C1: c\n": {"a-b_C1": "c"},
    "unknown-key:\n- a-b: c\n  d-e: f\n- a-b: g\n": {"unknown-key": [{"a-b": "c", "d-e": "f"}, {"a-b": "g"}]},
    "é: é日\n": {"é": "é日"},
    "true: a\n": {"true": "a"},
    "_: a\n": {"_": "a"},
    f"{'k' * 200}: a\n": {"k" * 200: "a"},
    # lists
    "a:\n- b\n- c\nd: e\n": {"a": ["b", "c"], "d": "e"},
    "a:\n  - b\n  - c\nd: e\n": {"a": ["b", "c"], "d": "e"},
    "a:\n- b: c\n  d:\n  - e\n  f: g\n- h: i\n": {"a": [{"b": "c", "d": ["e"], "f": "g"}, {"h": "i"}]},
    "a:\n-   b: c\n    d: e\n- f: g\n": {"a": [{"b": "c", "d": "e"}, {"f": "g"}]},
    "a:\n-\n  b: c\n-\n- \n-  # d\n": {"a": [{"b": "c"}, None, None, None]},
    "a:\n-\n  - b\n-\n  - c\n": {"a": [["b"], ["c"]]},
    "a:\n- b:\n- c:\n    d: e\n": {"a": [{"b": None}, {"c": {"d": "e"}}]},
    "a:\n-  b\n- -c\n- --d e\n- -1\n": {"a": ["b", "-c", "--d e", PlainScalar("-1")]},
    # plain scalars
    "a: b c\n": {"a": "b c"},
    "a:   b  \n": {"a": "b"},
    "a: b \n": {"a": "b"},
    "a: b # c\n": {"a": "b"},
    "a: b#c\n": {"a": "b#c"},
    "a: b:c\n": {"a": "b:c"},
    "a: b :c\n": {"a": "b :c"},
    "a: http://b:1/c # d: e\n": {"a": "http://b:1/c"},
    'a: it\'s "so" [b], {c}\n': {"a": 'it\'s "so" [b], {c}'},
    "a: b\\nc\n": {"a": "b\\nc"},
    "a: \xa0b\n": {"a": "\xa0b"},
    "a: 1\nb: true\nc: 64 GiB\nd: train\n": {
        "a": PlainScalar("1"),
        "b": PlainScalar("true"),
        "c": "64 GiB",
        "d": "train",
    },
    "a: ~\nb: null\nc: Null\nd: nullish\n": {"a": None, "b": None, "c": None, "d": "nullish"},
    "a:\n  b\n": {"a": "b"},
    "a: # b\n\n  # c\n  1 # d\n": {"a": PlainScalar("1")},
    # quoted scalars
    "a: 'b'\nc: \"d\"\n": {"a": "b", "c": "d"},
    "a: ''\nb: \"\"\n": {"a": "", "b": ""},
    "a: '1'\nb: \"null\"\n": {"a": "1", "b": "null"},
    "a: 'it''s'\nb: ''''\n": {"a": "it's", "b": "'"},
    "a: '\\n'\n": {"a": "\\n"},
    'a: "b\\n\\t\\"c\\"\\\\ \\u00e9\\x41"\n': {"a": 'b\n\t"c"\\ éA'},
    "a: 'b: c'\n": {"a": "b: c"},
    "a:  'b' # c\n": {"a": "b"},
    "a: ' # b '\n": {"a": " # b "},
    "a: 'b\n  c'\n": {"a": "b c"},
    "a: 'b  \n\n\n    c\n  '\n": {"a": "b\n\nc "},
    "a: 'b\n  c  \n  d'\n": {"a": "b c d"},
    "a: '\n  b''\n  c'\n": {"a": " b' c"},
    'a: "b\nc"\nd: e\n': {"a": "b c", "d": "e"},
    'a: "b \\\n  c\\\n  \\ d\n  e"\n': {"a": "b c d e"},
    "a:\n  'b'\n": {"a": "b"},
    "a:\n- 'b\n  c'\n- d\n": {"a": ["b c", "d"]},
    # flow collections
    "a: [b, 'c', \"d\", 1, -e]\n": {"a": ["b", "c", "d", PlainScalar("1"), "-e"]},
    "a: []\nb: {}\nc: [ ]\n": {"a": [], "b": {}, "c": []},
    "a: [b, ]\nc: [ d ] # e\n": {"a": ["b"], "c": ["d"]},
    "a: ['', \"\", ~, null]\n": {"a": ["", "", None, None]},
    "a: ['b''c', \"d\\n\"]\n": {"a": ["b'c", "d\n"]},
    "a: [b:c, http://d, e f]\n": {"a": ["b:c", "http://d", "e f"]},
    "a: [\n  b, # c\n  # d\n  'e\n   f'\n]\ng: h\n": {"a": ["b", "e f"], "g": "h"},
    "a: [b #c\n]\n": {"a": ["b"]},
    "a: ['b\n  c\n  ']\n": {"a": ["b c "]},
    "a:\n  [b]\n": {"a": ["b"]},
    "a:\n- [b, c]\n- d\n": {"a": [["b", "c"], "d"]},
    "a: [[b], {c: d}]\n": {"a": [["b"], {"c": "d"}]},
    'a: {b: c, \'d\': "e", "f": 1}\n': {"a": {"b": "c", "d": "e", "f": PlainScalar("1")}},
    "a: {b: [c], d: {e: f}}\n": {"a": {"b": ["c"], "d": {"e": "f"}}},
    '{\n  "a": [\n    "b"\n  ],\n  "c": 1\n}\n# d\n\n': {"a": ["b"], "c": PlainScalar("1")},
    # literal scalars
    "a: |\n  b\n  c\nd: e\n": {"a": "b\nc\n", "d": "e"},
    "a: |-\n  b\n\n\nc: d\n": {"a": "b", "c": "d"},
    "a: |+\n  b\n\n\nc: d\n": {"a": "b\n\n\n", "c": "d"},
    "a: |+\n\n\n  b\n": {"a": "\n\nb\n"},
    "a: |+\n  b\n \n\n": {"a": "b\n\n\n"},
    "a: |\n\n   b\n     c\n    \n   # d\n # e\n": {"a": "\nb\n  c\n \n# d\n"},
    "a:\n- |\n  b: c\n- d: |-\n    e\n  f: g\n": {"a": ["b: c\n", {"d": "e", "f": "g"}]},
    "a: |  \n b\n": {"a": "b\n"},
    "a: | # b\n  c\n": {"a": "c\n"},
    "a: |\n  \n    b\n": {"a": "\nb\n"},
    "a: |\n  b": {"a": "b"},
    "a: |+\n  b\n\n  c": {"a": "b\n\nc"},
    "a: >\n  b\n  c": {"a": "b c"},
    "a: |\n  b\nc: d": {"a": "b\n", "c": "d"},
    # folded scalars, and indentation indicators
    "a: >\n  b\n  c\n\n  d\n   e\n  f\n\n\ng: h\n": {"a": "b c\nd\n e\nf\n", "g": "h"},
    "a: >-\n  b\n\n\n  c\n": {"a": "b\n\nc"},
    "a: >+\n\n  b\n\n": {"a": "\nb\n\n"},
    "a: |2\n   b\n  c\n": {"a": " b\nc\n"},
    "a:\n- |1-\n  b\n- >-1\n c\n d\n": {"a": [" b", "c d"]},
    # plain scalars in several lines
    "a: b\n\n  c\n": {"a": "b\nc"},
    "a: b\n\n  \n  c\n\n\n  d\ne: f\n": {"a": "b\n\nc\n\nd", "e": "f"},
    "a: b\n  c\n   d\ne: f\n": {"a": "b c d", "e": "f"},
    "a:\n  b\n  c\n\n  - d\ne: f\n": {"a": "b c\n- d", "e": "f"},
    "a:\n- b\n  c\n- 1\n  2\n": {"a": ["b c", "1 2"]},
    # anchors and aliases
    "a: &x 1\nb: *x\nc: &y\n": {"a": PlainScalar("1"), "b": PlainScalar("1"), "c": None},
    "a: [&x b, *x]\nc: {d: *x}\n": {"a": ["b", "b"], "c": {"d": "b"}},
    "a: [&x {b: c}, {d: *x}, *x]\n": {"a": [ONE, {"d": ONE}, ONE]},
    "a: &x\n  text\n  more\nb: *x # c\n": {"a": "text more", "b": "text more"},
    # keys in quotes
    '"a": b\n\'c d\': e\nf:\n- "g": h\n': {"a": "b", "c d": "e", "f": [{"g": "h"}]},
    # around all
    "a: b\r\nc: |\r\n  d\r\n  e\r\n": {"a": "b", "c": "d\ne\n"},
    "--- # c\na: b\n": {"a": "b"},
    # tabs
    "a: b\n  # c\td\n": {"a": "b"},
    "a: |\n  b\tc\n  \td\n": {"a": "b\tc\n\td\n"},
    "a: >\n  b\n  \tc\n  d\n": {"a": "b\n\tc\nd\n"},
    # merge keys
    "a: &x {b: c}\nd:\n  <<: *x\n  e: f\n": {"a": ONE, "d": {"e": "f", "b": "c"}},
    "a: &x\n  b: c\n  d: e\nf:\n- d: 1\n  <<: *x\n": {
        "a": shared(b="c", d="e"),
        "f": [{"d": PlainScalar("1"), "b": "c"}],
    },
    "a: &x {b: c}\nd: &y\n  <<: *x\n  e: f\ng:\n  <<: [*y, *x]\n": {
        "a": ONE,
        "d": shared(e="f", b="c"),
        "g": {"e": "f", "b": "c"},
    },
    "---\na: b\n": {"a": "b"},
    "# a\n\n  # b\n---  \n# c\na: b\n": {"a": "b"},
    "a: b\n# c\n\n   \n  # d\n": {"a": "b"},
    "a:\n# b\n    # c\n  d: e\n": {"a": {"d": "e"}},
    "a: b\n# c": {"a": "b"},
}

LEFT = [
    # mappings
    *("", "\n", "# a\n", "---\n", "a\n", "- a\n", "[a]\n", " a: b\n", "a: b\n c: d\n", "a:\n  b: c\n d: e\n"),
    *("a: b\na: c\n", "a:\n- b: 1\n  b: 2\n", "null: a\n", "~: a\n", ": a\n", "<<: a\n", "a : b\n"),
    *("? a\n: b\n", "a b: c\n", "1a: b\n", "-a: b\n", "a.b: c\n", "a: b: c\n", "a: b:\n", "a:b\n"),
    *("a:\n  b\n  c: d\n", "a:\nb\n", f"{'k' * 201}: a\n"),
    # lists
    *("a:\n - b\n- c\n", "a:\n  - b\n - c\n", "a:\n- b\n  - c\n", "a: - b\n", "a: b\n- c\n", "a:\n- b\n c: d\n"),
    *("a:\n- - b\n", "a:\n- b: c\n d: e\n", "a:\n  - b\n  c: d\n", "a:\n- b:\n - c\n"),
    # plain scalars
    *("a: @b\n", "a: `b`\n", "a: %b\n", "a: ,b\n", "a: ]\n", "a: }\n", "a: ?b\n", "a: :b\n", "a: ? b\n", "a: -\n"),
    *("a: *b\n", "a: !b c\n", "a: !!str 1\n", "a: b\tc\n", "a:\tb\n", "\ta: b\n", "a: b\t\n"),
    # quoted scalars
    *("a: 'b\n", "a: 'b' c\n", "a: 'b'#c\n", "a: 'b': c\n", 'a: "b\n', 'a: "\\q"\n', 'a: "\\ud800"\n', "a: ''b'\n"),
    *("a: 'b\n---\n c'\n", "a: 'b\n... c'\n", "a: 'b\n  c' d\n", "a: 'b\n  c': d\n"),
    *("a: 'b\tc'\n", "a: 'b\n\tc'\n", 'a: "b\\ \n  c"\n'.replace("\\ ", "\\  "), 'a: "\\x4"\n', 'a: "\\U00110000"\n'),
    # flow collections
    *("a: [b\n", "a: [b]c\n", "a: [b] c\n", "a: [,]\n", "a: [b,,c]\n", "a: [b: c]\n", "a: ['b': c]\n", "a: [? b]\n"),
    *(
        "a: [b\n  c]\n",
        "a: [- b]\n",
        "a: [b#c]\n",
        "a: [b #c]\n",
        "a: [#b\n]\n",
        "a: [*b]\n",
        "a: [&b *b]\n",
        "a: [&b [*b]]\n",
    ),
    *("a: {b}\n", "a: {b: }\n", "a: {b:c}\n", "a: {b: c, b: d}\n", "a: {null: b}\n", 'a: {"": b}\n', "a: {b: c: d}\n"),
    *("a: {b: c]\n", "a: [b}\n", "{a: b}: c\n", "{a: b}\nc: d\n", "{a: b}\n---\n", "a: {? b : c}\n", "{a: b\n"),
    f"a: {'[' * 10}{']' * 10}\n",
    # literal and folded scalars
    *("a: |# b\n  c\n", "a: |\nb: c\n", "a: |\n", "a: |\n   \n  b\n", "a: |\n  b\n  ", "a: |\n  \tb\n"),
    *("a: |\n    b\n  c\n", "a:\n  b: |\n  c\n", "a: |b\n", "a: |\n  b\n\tc\n", "a: |\t\n  b\n"),
    # merge keys
    *("<<: {a: b}\n", "a: &x b\n<<: *x\n", "a: &x [b]\n<<: *x\n", "a: &x {b: c}\n<<: *x\n<<: *x\n"),
    *("a: &x {b: c}\n'<<': *x\n", "a: &x {b: c}\n<<: [*x, d]\n", "a: &x {b: c}\nd: {<<: *x}\n", "a: &x\n  <<: *x\n"),
    # around all
    *("%YAML 1.1\n---\na: b\n", "--- a: b\n", "a: b\n---\nc: d\n", "a: b\n...\n", "a: b\rc: d\n"),
    *("\ufeffa: b\n", "a: \x00\n", "a: \x07\n", "a: \x7f\n", "a: \x85\n", "a: \u2028\n", "a: \ud800\n", "a: \ufffe\n"),
    *("a: é\x01\n", "a: é\x85b\n", "a: b # \x01\n"),
]


@pytest.mark.parametrize("text", TAKEN)
def test_what_keeps_to_the_rules_is_taken(text: str) -> None:
    assert typed(blocks(text)) == typed(TAKEN[text])
    assert agree(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x\n  b: &x 1\n  c: 2\nd: *x\n",
        "a: &x\n- &x 1\nd: *x\n",
        "a: &x\n  b: &x\n    c: d\ne: *x\n",
        "a: &x\n  b: 1\nc: &x\nd: *x\n",
        "a: &x\n  b: c\nd: *x\ne:\n- *x\n- *x\n",
        "a: &x {b: c}\nd: &y [*x]\n",
        "a: &x 1\nb: *x\nc: &x 2\nd: *x\n",
        "a: &x 1\nb: [*x, &x 2]\nc: *x\nd: *x\n",
        "a: &x {b: c}\nb: *x\nc: &x\n  d: *x\n",
    ],
)
def test_an_anchor_that_is_given_anew_is_read_alike(text: str) -> None:
    agree(text)


@pytest.mark.parametrize(
    "text",
    [
        *("a: &x &y b\n", "a: &x\n  &y b\n", "a: &x\n  b: *x\n", "a: &x [b]\nc: *xy\n", "a: &x *y\n", "a: &x |\n"),
        *("a: &x\n  b:\n    [*x]\n", "a: &x\n  b:\n    [*x]\nc: d\n", "a: &x\n- b:\n  - [*x]\n", "{a: &x [*x]}\n"),
        *("a: &\n", "a: *\n", "a: &é b\n", "a: *x y\n", "- &x a: b\n", "&x a: b\n", "a: &x\n*x : b\n", "a:\n  *x\n"),
        *(
            "a: |\n    a: b\n  c\n",
            "a: 'b'\n  c\n",
            "a: b # c\n  d\n",
            "a: b\n  c: d\n",
            "a: [b]\n  c\n",
            "a: b\n  c # d\n  e\n",
        ),
    ],
)
def test_what_only_looks_like_an_anchor_or_a_further_line_is_left(text: str) -> None:
    agree(text)
    assert blocks(text) is None


@pytest.mark.parametrize("text", LEFT)
def test_what_does_not_is_left_to_the_other_reader(text: str) -> None:
    assert blocks(text) is None


@pytest.mark.parametrize("text", LOOKALIKES)
@pytest.mark.parametrize("form", ["a: {}\n", "a:\n- {}\n", "a: [{}, b]\n", "a:\n  {}\n", "replicas: {} # b\n"])
def test_what_looks_like_a_number_is_read_alike(form: str, text: str) -> None:
    agree(form.replace("{}", text))


# Limits.


def nested(levels: int, form: str) -> str:
    """A document with so many collections in each other."""
    if form == "mappings":
        return "".join(f"{' ' * level}a:\n" for level in range(levels))
    if form == "lists":
        return "a:\n" + "".join(f"{' ' * level}-\n" for level in range(levels - 1))
    return f"a: {'[' * (levels - 1)}{']' * (levels - 1)}\n"


@pytest.mark.parametrize("form", ["mappings", "lists", "flow"])
@pytest.mark.parametrize("max_depth", [1, 2, 9, 10, 12, 30])
def test_no_deeper_text_is_taken_than_the_other_reader_allows(form: str, max_depth: int) -> None:
    assert blocks(nested(max_depth + 1, form), max_depth) is None


@pytest.mark.parametrize("form", ["mappings", "lists", "flow"])
def test_what_is_as_deep_as_a_spec_is_taken(form: str) -> None:
    assert blocks(nested(9, form)) is not None


@pytest.mark.parametrize("text", ["a:\n- b\n- c: [d, e]\n", "a: &x [1, 2, 3]\nb: *x\nc:\n- *x\n- *x\n"])
@pytest.mark.parametrize("max_values", range(1, 60))
def test_no_more_values_are_taken_than_the_other_reader_allows(text: str, max_values: int) -> None:
    if blocks(text, max_values=max_values) is not None:
        assert not locate_yaml(text, Limits(values=max_values)).findings


def test_values_of_aliases_count_as_often_as_they_are_used() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 9):
        lines += [f"a{level}: &a{level}", *[f"- *a{level - 1}"] * 10]
    assert blocks("\n".join(lines) + "\n") is None
    assert blocks("\n".join(lines[:40]) + "\n") is not None


def test_values_of_aliases_in_a_document_in_flow_style_count() -> None:
    levels = [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 9)]
    first = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]"
    assert blocks("{" + ", ".join([first, *levels]) + "}") is None
    assert blocks("{" + ", ".join([first, *levels[:3]]) + "}") is not None


def test_a_line_with_many_tokens_is_taken() -> None:
    assert blocks(f"a: [{', '.join(['[]'] * 100_000)}]\n") == {"a": [[]] * 100_000}


def test_equal_lines_of_a_long_text_are_read_alike() -> None:
    item = "- a: b\n  c: &x 'd'\n  e: f\n    g\n  h: *x\n  i: 1\n  j: |\n    e: f\n  k:\n  - l\n  - m\n    n\n"
    assert agree(f"a:\n{item * 200}")


def test_only_the_fields_of_the_format_are_remembered() -> None:
    read_block("secretOfMine:\n  budget: a\n  description: b\n")
    assert {key for _, _, key in fast_reader._LAYOUTS.values()} <= fast_reader._FIELDS
    assert any(key == "budget" for _, _, key in fast_reader._LAYOUTS.values())


# Properties.

SIGNS = (
    *(":", "-", "#", "'", '"', "[", "]", "{", "}", ",", "|", ">", "&", "*", "!", "%", "@", "?", "\t", "\n", " ", "\\"),
    *(": ", " #", "- ", "\n  ", "\n", "''", "\\n", '\\"', "|\n", "|+\n", "---", "---\n", "...\n", "~", "null", "<<"),
    *("{}", "[]", "\r\n", "\x85", "\u2028", "\ufeff", "é", "\xa0", "a", "a: ", "b:\n", "1", "{a: b}", "[a, 'b']"),
)
FRAGMENTS = (
    *(
        "k: &x\n  a: b\n",
        "k: &x\n- a\n",
        "k: &x [a, b]\n",
        "k: &y a\n",
        "k: *x\n",
        "- *x\n",
        "- &y\n  a: b\n",
        "- *y\n",
    ),
    *(
        "k: >\n  a\n  b\n\n  c\n",
        "k: >-\n  a\n   b\n",
        "k: |2\n   a\n  b\n",
        "- >1-\n  a\n b\n",
        "k: a\n  b\n",
        "k:\n  a\n  b\n",
    ),
    *(
        "- a\n  b\n",
        '"k": a\n',
        "'k': a\r\n",
        "  <<: *x\n",
        "<<: [*x, *y]\n",
        "k: {a: &y b, c: *y}\n",
        "k: [*x, &x [a]]\n",
    ),
    *("k: |\n  a\tb\n  \tc\n", "# a\tb\n", "k: a\n\n  b\n", 'k: "a\\x41\n  b\\\n  c"\n', "k: &x {a: b}\n"),
    *("a: b\n", "  - c\n", "- d: e\n", "k: 'x\n  y'\n", 'k: "x\n\n  y z"\n', "l: |\n  a\n   b\n\n", "l: |+\n    a\n\n"),
    *("f: [a, 'b', \"c\"]\n", "f: [\n  a,\n  'b c\n    d'\n  ]\n", "# c\n", "\n", "   \n", "x:\n  y:\n    z: 1\n"),
    *(
        "x:\n- a\n- b: c\n  d:\n  - e\n",
        "x: {}\n",
        "x: []\n",
        "x:\n  'a'\n",
        "x:\n  [a]\n",
        "-\n  a: b\n",
        "k: a:b#c\n",
    ),
    *("k: a # c\n", "k: ~\n", "k: -a\n", "k: - a\n", "k: |\n # a\n  b\n", "k:  'a'  # c\n", "k : a\n", 'k: "a\\nb"\n'),
    *('k: "a\\\n  b"\n', "  k: |-\n    a\n", "---\n", "- [a, b]\n- 'c\n  d'\n", "- |\n  a\n", "k: [a,b:c,d#e, f g]\n"),
    *("k: {a: b, 'c': [d, {e: f}]}\n", 'k: {\n  a: b,\n  # c\n  "d":\n    e # x\n  }\n', "k: ''\n", "64 GiB\n"),
)


def changed(text: str, rng: random.Random) -> str:
    """The text with a few signs put in, taken out or doubled, or lines moved to the left or right."""
    for _ in range(rng.choice((0, 1, 1, 2, 3))):
        index = rng.randrange(len(text) + 1)
        kind = rng.randrange(5)
        if kind <= 1:
            text = text[:index] + rng.choice(SIGNS) + text[index:]
        elif kind == 2:
            text = text[:index] + text[index + rng.randrange(1, 4) :]
        elif kind == 3:
            text = text[: index + 20] + text[index:]
        else:
            lines = text.split("\n")
            number = rng.randrange(len(lines))
            lines[number] = " " * rng.randrange(8) + lines[number].lstrip(" ")
            text = "\n".join(lines)
    return text


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Fragments at some indentation, or a part of a spec, changed here and there."""
    rng = draw(st.randoms(use_true_random=False))
    if draw(st.booleans()):
        lines = draw(st.sampled_from(GENERATED)).split("\n")
        start = rng.randrange(len(lines))
        part = lines[start : start + rng.randrange(1, 25)]
        indent = len(part[0]) - len(part[0].lstrip(" "))
        text = "\n".join(line[indent:] for line in part) + "\n"
    else:
        parts = []
        for fragment in draw(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=8)):
            indent = rng.choice((0, 0, 0, 1, 2, 2, 4))
            parts.append(re.sub("(?m)^(?=.)", " " * indent, fragment))
        text = "".join(parts)
    return changed(text, rng)


@pytest.mark.slow
@given(texts())
@example("a: 'b\n--- c'")
@example("a: |\n  b")
@settings(max_examples=500)
def test_whatever_is_taken_is_read_as_the_other_reader_reads_it(text: str) -> None:
    agree(text)


@pytest.mark.slow
@given(st.lists(st.sampled_from((*SIGNS, *FRAGMENTS)), max_size=8).map("".join))
@settings(max_examples=500)
def test_whatever_is_taken_of_signs_is_read_as_the_other_reader_reads_it(text: str) -> None:
    agree(text)


def changed_specs(count: int) -> Iterator[str]:
    """The first lines of generated specs, changed."""
    rng = random.Random(5)
    for _ in range(count):
        lines = rng.choice(GENERATED).split("\n")
        yield changed("\n".join(lines[: rng.randrange(3, 40)]) + "\n", rng)


def test_changed_specs_are_read_alike() -> None:
    assert sum(map(agree, changed_specs(1500))) >= 300
