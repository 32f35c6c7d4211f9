"""Texts are changed in place: what is meant changes, and every other character stays."""

from __future__ import annotations

import difflib
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, ROOT
from edits import comments, fault_of, load, random_change, specs_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from beakerspec import EditError, EnvVar, ExperimentSpec, ImageSource, ValidationError, edit_text
from beakerspec.documents.complete_reader import locate_json, locate_yaml
from beakerspec.fields.paths import get, resolve

CORPUS = ROOT.parent / "shared" / "corpus" / "v2"

TASK = """\
# Written by hand.
version: v2
tasks:
- name: train  # the only one
  image: {docker: alpine}   # small

  # What runs.
  command: [python, 'train.py', "--lr", 0.1]
  envVars:
  - name: SEED  # fixed
    value: 1    # any
  - name: TOKEN
    secret: "token"
  resources: {gpuCount: 1, memory: '8 GiB'}
# The end.
"""

JSON = """\
{
    "version": "v2",
    "tasks": [
        {
            "name": "train",
            "image": {"docker": "alpine"},
            "arguments": ["--lr", 0.1],
            "resources": {
                "gpuCount": 1
            }
        }
    ]
}
"""


def lines_of(before: str, after: str) -> list[str]:
    """The lines of a diff that differ."""
    lines = (text.splitlines(keepends=True) for text in (before, after))
    return [line for line in difflib.ndiff(*lines) if line[:2] in ("- ", "+ ")]


def changed(path: str, value: Any, text: str = TASK, **options: Any) -> list[str]:
    """What a change does to the lines of a text."""
    return lines_of(text, edit_text(text, {path: value}, **options))


# Each kind of edit, in block style.


@pytest.mark.parametrize(
    ("path", "value", "lines"),
    [
        ("tasks[train].name", "test", ["- - name: train  # the only one\n", "+ - name: test  # the only one\n"]),
        ("tasks[train].envVars[SEED].value", 2, ["-     value: 1    # any\n", "+     value: 2    # any\n"]),
        ("tasks[train].envVars[TOKEN].secret", "t", ['-     secret: "token"\n', '+     secret: "t"\n']),
        ("tasks[train].replicas", 2, ["+   replicas: 2\n"]),
        ("budget", "lab/vision", ["+ budget: lab/vision\n"]),
        ("tasks[train].envVars[SEED]", None, ["-   - name: SEED  # fixed\n", "-     value: 1    # any\n"]),
        ("tasks[train].envVars[A].value", "b", ["+   - name: A\n", "+     value: b\n"]),
        ("tasks[train].envVars[+]", {"name": "A"}, ["+   - name: A\n"]),
        ("tasks[train].constraints.cluster", ["a", "b"], ["+   constraints:\n", "+     cluster: [a, b]\n"]),
        ("version", None, ["- version: v2\n"]),
    ],
)
def test_only_the_lines_that_are_meant_differ(path: str, value: Any, lines: list[str]) -> None:
    assert Counter(changed(path, value)) == Counter(lines)


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ("tasks[0].command[--lr]", 0.5, """  command: [python, 'train.py', "--lr", 0.5]"""),
        ("tasks[0].command[1]", "it's", """  command: [python, 'it''s', "--lr", 0.1]"""),
        ("tasks[0].command[+]", "a, b", """  command: [python, 'train.py', "--lr", 0.1, 'a, b']"""),
        ("tasks[0].command[0]", None, """  command: ['train.py', "--lr", 0.1]"""),
        ("tasks[0].command[--lr]", None, "  command: [python, 'train.py']"),
        ("tasks[0].command", ["a"], "  command: [a]"),
        ("tasks[0].resources.gpuCount", 8, "  resources: {gpuCount: 8, memory: '8 GiB'}"),
        ("tasks[0].resources.memory", "1 TiB", "  resources: {gpuCount: 1, memory: '1 TiB'}"),
        ("tasks[0].resources.gpuCount", None, "  resources: {memory: '8 GiB'}"),
        ("tasks[0].resources.memory", None, "  resources: {gpuCount: 1}"),
        ("tasks[0].resources.cpuCount", 2, "  resources: {cpuCount: 2, gpuCount: 1, memory: '8 GiB'}"),
        (
            "tasks[0].resources.sharedMemory",
            "1 GiB",
            "  resources: {gpuCount: 1, memory: '8 GiB', sharedMemory: 1 GiB}",
        ),
        ("tasks[0].image", {"beaker": "x: y"}, "  image: {beaker: 'x: y'}   # small"),
    ],
)
def test_a_collection_in_one_line_stays_in_it(path: str, value: Any, line: str) -> None:
    assert changed(path, value)[1:] == [f"+ {line}\n"]


def test_new_keys_stand_at_their_documented_place() -> None:
    text = "tasks:\n- image: {docker: a}\n  command: [b]\n  replicas: 1\n"
    edited = edit_text(text, {"tasks[0].arguments": ["c"], "tasks[0].name": "d", "version": "v2", "budget": "e"})
    assert edited == (
        "version: v2\nbudget: e\ntasks:\n"
        "- name: d\n  image: {docker: a}\n  command: [b]\n  arguments: [c]\n  replicas: 1\n"
    )


@pytest.mark.parametrize(("step", "list_step"), [(2, 0), (2, 2), (4, 0), (4, 4), (4, 2), (3, 1)])
def test_what_is_new_is_indented_as_the_file_is(step: int, list_step: int) -> None:
    pad, item = " " * (list_step + 2), " " * list_step
    text = f"tasks:\n{item}- name: a\n{pad}image:\n{pad}{' ' * step}docker: b\n"
    edited = edit_text(text, {"tasks[a].resources.gpuCount": 1, "tasks[a].envVars[A].value": "c"})
    assert edited == (
        f"{text}{pad}envVars:\n{pad}{item}- name: A\n{pad}{item}  value: c\n"
        f"{pad}resources:\n{pad}{' ' * step}gpuCount: 1\n"
    )


def test_comments_between_items_stay() -> None:
    text = "tasks:\n- name: a\n  arguments:\n  # one\n  - x  # is x\n  # two\n  - y\n  # three\n  - z\n  # four\n"
    edited = edit_text(text, {"tasks[a].arguments": ["x", "new", "z", "more"]})
    assert edited == (
        "tasks:\n- name: a\n  arguments:\n"
        "  # one\n  - x  # is x\n  # two\n  - new\n  # three\n  - z\n  - more\n  # four\n"
    )
    assert edit_text(text, {"tasks[a].arguments": ["x", "z"]}) == text.replace("  - y\n", "")
    assert edit_text(text, {"tasks[a].arguments": ["z"]}).count("#") == 4


@pytest.mark.parametrize(
    ("text", "edited"),
    [
        ("tasks: []\n", "tasks: [{name: a}]\n"),
        ("tasks: []  # none\n", "tasks: [{name: a}]  # none\n"),
        ("tasks:\nbudget: b\n", "tasks:\n- name: a\nbudget: b\n"),
        ("tasks:  # none\nbudget: b\n", "tasks:  # none\n- name: a\nbudget: b\n"),
        ("tasks: null\n", "tasks:\n- name: a\n"),
        ("budget: b\n", "budget: b\ntasks:\n- name: a\n"),
        ("{budget: b}\n", "{budget: b, tasks: [{name: a}]}\n"),
    ],
)
def test_the_first_item_can_be_added(text: str, edited: str) -> None:
    assert edit_text(text, {"tasks[+]": {"name": "a"}}) == edited


def test_the_last_item_leaves_an_empty_list() -> None:
    assert edit_text("tasks:\n- name: a  # gone\nbudget: b  # stays\n", {"tasks[a]": None}) == (
        "tasks: []\nbudget: b  # stays\n"
    )


def test_all_items_can_be_removed_at_once() -> None:
    text = "tasks:\n- name: a\n  envVars:\n  - name: A\n  - name: B\n- name: b\n  timeout: 1h\n"
    assert edit_text(text, {"tasks[0].envVars[*]": None, "tasks[*].timeout": None}) == (
        "tasks:\n- name: a\n  envVars: []\n- name: b\n"
    )
    assert edit_text(text, {"tasks[*]": None}) == "tasks: []\n"


def test_what_takes_the_place_of_an_item_keeps_its_name() -> None:
    text = "tasks:\n- name: a\n  envVars:\n  - name: A  # first\n    value: x\n"
    assert edit_text(text, {"tasks[a].envVars[A]": {"secret": "s"}}) == (
        "tasks:\n- name: a\n  envVars:\n  - name: A  # first\n    secret: s\n"
    )
    assert edit_text(text, {"tasks[a].envVars[A]": {"name": "B"}}) == (
        "tasks:\n- name: a\n  envVars:\n  - name: B  # first\n"
    )
    assert edit_text(text, {"tasks[0].envVars[0]": {"name": "B"}}) == (
        "tasks:\n- name: a\n  envVars:\n  - name: B  # first\n"
    )


def test_a_key_without_a_value_and_a_flag_can_be_removed() -> None:
    assert edit_text("budget:  # none\nversion: v2\n", {"budget": None}) == "version: v2\n"
    text = "tasks:\n- arguments: [--a, --flag, --b, 1]\n"
    assert edit_text(text, {"tasks[0].arguments[--flag]": None}) == text.replace("--flag, ", "")


# Line ends, and the end of a text.


@pytest.mark.parametrize("change", [{"budget": "b"}, {"tasks[0].arguments": ["a\nb\n", "c"]}, {"tasks[0].name": None}])
def test_windows_line_ends_stay(change: dict[str, Any]) -> None:
    assert edit_text(TASK.replace("\n", "\r\n"), change) == edit_text(TASK, change).replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("change", "edited"),
    [
        ({"budget": "c"}, "budget: c\ngroups: [x]"),
        ({"groups": ["z"]}, "budget: b\ngroups: [z]"),
        ({"retry.allowedTaskRetries": 1}, "budget: b\ngroups: [x]\nretry:\n  allowedTaskRetries: 1"),
        ({"groups": None}, "budget: b"),
        ({"budget": None}, "groups: [x]"),
    ],
)
def test_a_text_without_a_line_end_at_its_end_stays_so(change: dict[str, Any], edited: str) -> None:
    assert edit_text("budget: b\ngroups: [x]", change) == edited


def test_a_byte_order_mark_stays() -> None:
    assert edit_text(f"\ufeff{TASK}", {"budget": "b"}) == f"\ufeff{edit_text(TASK, {'budget': 'b'})}"
    assert edit_text('\ufeff{"budget": "a"}', {"budget": "b"}, is_json=True) == '\ufeff{"budget": "b"}'


def test_two_lines_are_removed_at_an_end_without_a_line_end() -> None:
    assert edit_text("budget: b\nversion: v2\ngroups: [x]", {"version": None, "groups": None}) == "budget: b"


def test_a_literal_block_at_the_end_of_a_text_has_its_line_end() -> None:
    edited = edit_text("budget: b", {"description": "two\nlines\n"})
    assert load(edited, is_json=False).description == "two\nlines\n"


# Quotes and styles of scalars.


@pytest.mark.parametrize(
    "value", ["plain", "two words", "yes", "0123", "1e-4", "~", "a: b", "a #b", "it's", "{{.Env.X}}"]
)
def test_quotes_stay_where_the_new_text_can_have_them(value: str) -> None:
    doubled = value.replace("'", "''")
    assert edit_text("budget: 'b'\n", {"budget": value}) == f"budget: '{doubled}'\n"
    assert edit_text('budget: "b"\n', {"budget": value}) == f'budget: "{value}"\n'


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        ("yes", "'yes'"),
        ("0123", "'0123'"),
        ("1e-4", "'1e-4'"),
        (1, "1"),
        (True, "true"),
        (0.5, "0.5"),
    ],
)
def test_quotes_are_added_where_a_text_would_be_read_as_something_else(value: Any, written: str) -> None:
    assert edit_text("budget: b\n", {"budget": value}) == f"budget: {written}\n"


@pytest.mark.parametrize("header", ["|", "|-", "|+", ">", ">-", "|2", "|2-"])
def test_one_word_of_a_block_scalar_changes_by_itself(header: str) -> None:
    lines = "    set -e\n    train --lr 0.1 \\\n      --seed 3\n\n    done\n"
    text = f"tasks:\n- name: a\n  command:\n  - bash\n  - {header}\n{lines}"
    edited = edit_text(text, {"tasks[a].command[--lr]": 0.5, "tasks[a].command[--seed]": 4})
    assert edited == text.replace("0.1", "0.5").replace("seed 3", "seed 4")


@pytest.mark.parametrize("value", ["\n", "\n\n", "a\n\n", "\na", " a\n", "a\n\n b\n", "a\n\nb\n"])
@pytest.mark.parametrize("step", [1, 2, 4])
def test_a_text_of_several_lines_is_indented_as_the_file_is(value: str, step: int) -> None:
    text = f"retry:\n{' ' * step}allowedTaskRetries: 1\nbudget: b\n"
    edited = edit_text(text, {"description": value, "retry.x": value, "y": [value, {"z": value}]})
    extra = load(edited, is_json=False).to_json()
    assert [extra["description"], extra["retry"]["x"], *extra["y"]] == [value, value, value, {"z": value}]
    assert not any(line != line.rstrip() for line in edited.splitlines())


def test_one_word_of_a_plain_scalar_over_several_lines_changes_by_itself() -> None:
    text = "description: one\n  two\n  three  # four\n"
    assert edit_text(text, {"description": "one two 3"}) == text.replace("three", "3")


def test_a_comment_stays_in_the_first_line_of_a_text_of_several_lines() -> None:
    text = "description: one  # why\nbudget: b\n"
    edited = edit_text(text, {"description": "two\nlines\n"})
    assert edited == "description: |  # why\n  two\n  lines\nbudget: b\n"
    assert comments(edited, is_json=False) == {"# why": 1}
    assert edit_text(edited, {"description": "one"}) == text
    assert edit_text(edited, {"description": "x\n\n"}) == "description: |+  # why\n  x\n\nbudget: b\n"


def test_another_text_takes_the_place_of_a_block_scalar() -> None:
    text = "description: |\n  one\n  two\nbudget: b\n"
    assert edit_text(text, {"description": "x"}) == "description: x\nbudget: b\n"
    assert edit_text(text, {"description": "x\ny\n"}) == "description: |\n  x\n  y\nbudget: b\n"


@given(texts(), st.sampled_from(["b", "'b'", '"b"', "|\n  b", ">-\n  b\n  b", "{b: c}", "[b]", "", "&x b", "!!str b"]))
def test_every_text_can_be_written_in_place_of_every_other_value(value: str, old: str) -> None:
    text = f"version: v2\nx: {old}\nbudget: z  # last\n"
    edited = edit_text(text, {"x": value})
    assert load(edited, is_json=False).extra["x"] == value
    assert edited.startswith("version: v2\nx:")
    assert edited.endswith("budget: z  # last\n")


# Options of command lines.


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("[--lr, 0.1]", 0.5, "[--lr, 0.5]"),
        ("[--lr, '0.1']", "0.5", "[--lr, '0.5']"),
        ("[--lr=0.1, x]", 0.5, "[--lr=0.5, x]"),
        ("['--lr=0.1']", "a b", "['--lr=a b']"),
        ("[bash, -c, train --lr 0.1 --x]", 0.5, "[bash, -c, train --lr 0.5 --x]"),
        ("[bash, -c, 'train --lr=0.1; x']", 0.5, "[bash, -c, 'train --lr=0.5; x']"),
        ("[bash, -c, 'train --lr \"0.1\"']", "a b", "[bash, -c, 'train --lr ''a b''']"),
        ("[train, x]", 0.5, "[train, x, --lr, 0.5]"),
        ("[--wd=0.1]", 0.5, "[--wd=0.1, --lr=0.5]"),
    ],
)
def test_the_value_of_an_option_changes(before: str, value: Any, after: str) -> None:
    text = f"tasks:\n- arguments: {before}  # all\n  image: {{docker: a}}\n"
    edited = edit_text(text, {"tasks[0].arguments[--lr]": value})
    assert edited == text.replace(before, after)
    assert str(load(edited, is_json=False).value("tasks[0].arguments[--lr]")) == str(value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("[--lr, 1, --lr, 2]", "2 times"),
        ("[train --lr 1; test --lr 2]", "2 times"),
        ("[--lr]", "without a value"),
        ("[--lr, --wd, 1]", "without a value"),
        ("[bash, -c, train it]", "line for a shell"),
        ("[bash, -c, 'bash -c ''train --lr 1''']", None),
    ],
)
def test_an_option_whose_place_is_not_clear_is_refused(arguments: str, message: str | None) -> None:
    value = 3 if message is not None else "a b"
    with pytest.raises(EditError, match=message or "needs quotes inside of quotes"):
        edit_text(f"tasks:\n- arguments: {arguments}\n", {"tasks[0].arguments[--lr]": value})


def test_an_option_is_removed_with_its_value() -> None:
    text = "tasks:\n- arguments:\n  - --lr  # rate\n  - 0.1\n  - --wd=3\n"
    assert edit_text(text, {"tasks[0].arguments[--lr]": None}) == "tasks:\n- arguments:\n  - --wd=3\n"
    assert edit_text(text, {"tasks[0].arguments[--wd]": None}) == text.replace("  - --wd=3\n", "")


def test_an_option_that_is_only_in_the_command_changes_there() -> None:
    text = "tasks:\n- command: [train, --lr, 1]\n  arguments: [x]\n"
    assert edit_text(text, {"tasks[0].arguments[--lr]": 2}) == text.replace("1", "2")


# Anchors, aliases and merge keys.

SHARED = """\
x-env: &env
- {name: A, value: one}
x-base: &base
  image: {docker: alpine}
  resources: &gpu {gpuCount: 1}
tasks:
- <<: *base
  name: a
  envVars: *env
- <<: *base
  name: b
  resources: *gpu
"""


@pytest.mark.parametrize(
    "path",
    ["tasks[a].envVars[A].value", "tasks[a].resources.gpuCount", "tasks[b].resources.gpuCount", "x-env[0].value"],
)
def test_a_change_of_a_value_that_another_place_uses_is_refused_with_both_lines_and_the_remedy(path: str) -> None:
    with pytest.raises(EditError, match=r"line \d+ uses .* line \d+.*--expand-aliases"):
        edit_text(SHARED, {path: 2})


@pytest.mark.parametrize(
    ("path", "edited"),
    [
        ("tasks[a].envVars[A].value", SHARED.replace(" *env", "\n  - name: A\n    value: '2'")),
        ("tasks[b].resources.gpuCount", SHARED.replace("resources: *gpu", "resources:\n    gpuCount: 2")),
        (
            "tasks[a].resources.gpuCount",
            SHARED.replace("  envVars: *env\n", "  envVars: *env\n  resources:\n    gpuCount: 2\n"),
        ),
    ],
)
def test_an_alias_is_expanded_on_demand(path: str, edited: str) -> None:
    value = "2" if path.endswith("value") else 2
    after = edit_text(SHARED, {path: value}, expand_aliases=True)
    assert load(after, is_json=False) == load(SHARED, is_json=False).with_value(path, value)
    assert after == edited


def test_a_value_changes_at_its_anchor_where_all_its_uses_change_alike() -> None:
    text = "tasks:\n- name: a\n  resources: &r {gpuCount: 1}\n- name: b\n  resources: *r\n"
    assert edit_text(text, {"tasks[*].resources.gpuCount": 2}) == text.replace("1", "2")


def test_a_new_value_may_stand_in_the_place_of_an_alias() -> None:
    text = "tasks:\n- name: a\n  resources: &r {gpuCount: 1}\n- name: b\n  resources: *r\n"
    assert edit_text(text, {"tasks[b].resources": {"gpuCount": 2}}) == text.replace(" *r", "\n    gpuCount: 2")


def test_an_anchor_stays_where_a_value_changes_behind_it() -> None:
    text = "tasks:\n- name: a\n  timeout: &t 1h\n- name: b\n  timeout: *t\n"
    assert edit_text(text, {"tasks[*].timeout": "2h"}) == text.replace("1h", "2h")


def test_an_anchor_that_is_used_elsewhere_cannot_be_removed() -> None:
    text = "tasks:\n- name: a\n  resources: &r {gpuCount: 1}\n- name: b\n  resources: *r\n"
    with pytest.raises(EditError, match="line 5 uses what stands on line 3"):
        edit_text(text, {"tasks[a]": None})


def test_a_value_that_a_merge_key_brings_can_be_overridden_by_one_that_is_given() -> None:
    edited = edit_text(SHARED, {"tasks[a].image": {"beaker": "x"}})
    assert lines_of(SHARED, edited) == ["+   image:\n", "+     beaker: x\n"]


def test_a_change_that_a_merge_key_would_carry_elsewhere_is_refused_with_that_place() -> None:
    with pytest.raises(EditError, match=r"tasks\[0\].replicas would change, too"):
        edit_text(SHARED, {"x-base.replicas": 2})


# JSON.


@pytest.mark.parametrize(
    ("path", "value", "lines"),
    [
        ("tasks[train].name", "é", ['-             "name": "train",\n', '+             "name": "é",\n']),
        ("tasks[train].arguments[--lr]", 1e-05, None),
        ("budget", "b", ['+     "budget": "b",\n']),
        ("tasks[train].resources.memory", "1 GiB", None),
        ("tasks[train].replicas", 2, None),
        ("tasks[train].envVars[A].value", "x", None),
        ("version", None, ['-     "version": "v2",\n']),
        ("tasks[train].arguments", None, ['-             "arguments": ["--lr", 0.1],\n']),
    ],
)
@pytest.mark.parametrize("form", ["pretty", "compact", "spaced"])
def test_json_stays_json_in_its_own_layout(path: str, value: Any, lines: list[str] | None, form: str) -> None:
    data = json.loads(JSON)
    compact = json.dumps(data, separators=(",", ":")) if form == "compact" else json.dumps(data)
    text = JSON if form == "pretty" else compact
    edited = edit_text(text, {path: value}, is_json=True)
    assert load(edited, is_json=True) == load(text, is_json=True).with_value(path, value)
    if form == "compact":
        assert edited == json.dumps(json.loads(edited), separators=(",", ":"), ensure_ascii=False)
    elif form == "spaced":
        assert edited == json.dumps(json.loads(edited), ensure_ascii=False)
    elif form == "pretty" and lines is not None:
        assert lines_of(text, edited) == lines


def test_what_is_new_in_json_is_laid_out_as_the_rest() -> None:
    edited = edit_text(JSON, {"tasks[train].context.priority": "high"}, is_json=True)
    assert lines_of(JSON, edited) == [
        '+             "context": {"priority": "high"},\n',
    ]
    indented = json.dumps(json.loads(JSON), indent=4)
    for path in ("context.priority", "envVars[A].value", "constraints.cluster[+]"):
        edited = edit_text(indented, {f"tasks[train].{path}": "high"}, is_json=True)
        assert edited == json.dumps(json.loads(edited), indent=4)


def test_a_json_object_may_lose_its_first_key_and_get_others() -> None:
    edited = edit_text(JSON, {"tasks[0]": {"image": {"docker": "b"}, "replicas": 2, "budget": "c"}}, is_json=True)
    assert [line.strip() for line in edited.splitlines()[3:-2]] == [
        "{",
        '"image": {"docker": "b"},',
        '"replicas": 2,',
        '"budget": "c"',
        "}",
    ]


def test_json_keeps_its_windows_line_ends_and_its_missing_line_end() -> None:
    text = JSON.replace("\n", "\r\n").rstrip()
    edited = edit_text(text, {"budget": "b", "tasks[0].resources": None}, is_json=True)
    assert edited.count("\n") == edited.count("\r\n")
    assert edited.endswith("}")


# What is refused, and what values are taken.


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("budget: [\n", "line 2 has to be fixed first"),
        ("budget: b\nbudget: c\n", r'line 2 has to be fixed first: duplicate key "budget", first at 1:1'),
        ("", "line 1 has to be fixed first"),
        ("- a\n", "line 1 has to be fixed first"),
        ("{}\n", "no mapping"),
        ("budget: b\n---\nbudget: c\n", "line 2"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_with_the_line(text: str, message: str) -> None:
    with pytest.raises(EditError, match=message):
        edit_text(text, {"budget": "x"})


def test_the_last_field_cannot_be_removed() -> None:
    with pytest.raises(EditError, match="no field would be left"):
        edit_text("budget: b\n", {"budget": None})


def test_no_value_of_a_variable_is_in_an_error() -> None:
    text = "tasks:\n- envVars:\n  - {name: A, value: hunter2, value: hunter2}\n"
    with pytest.raises(EditError) as error:
        edit_text(text, {"budget": "b"})
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("is_json", [False, True])
@pytest.mark.parametrize("value", [object(), float("nan"), float("inf"), b"x", {1: 2}, {"a": {2}}, "\ud800"])
def test_a_value_that_no_file_can_hold_is_refused(value: Any, is_json: bool) -> None:
    with pytest.raises(ValidationError):
        edit_text('{"budget": "b"}', {"x": value}, is_json=is_json)


def test_a_value_that_is_inside_of_itself_is_refused() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(ValidationError):
        edit_text("budget: b\n", {"x": value})


def test_parts_of_a_spec_are_taken_as_values() -> None:
    parts = {"tasks[0].image": ImageSource(beaker="x"), "tasks[0].envVars": [EnvVar(name="A", value="1")]}
    assert edit_text("tasks:\n- name: a\n", parts) == (
        "tasks:\n- name: a\n  image:\n    beaker: x\n  envVars:\n  - name: A\n    value: '1'\n"
    )


def test_changes_are_made_in_order() -> None:
    changes = {
        "tasks[a].name": "b",
        "tasks[b].replicas": 2,
        "tasks[0].envVars[A].value": "x",
        "tasks[0].envVars[0].value": "y",
    }
    assert (
        edit_text("tasks:\n- name: a\n", changes)
        == "tasks:\n- name: b\n  envVars:\n  - name: A\n    value: 'y'\n  replicas: 2\n"
    )


def test_nothing_to_do_gives_the_same_text() -> None:
    assert edit_text(TASK, {}) == TASK
    assert edit_text(TASK, {"tasks[0].name": "train", "tasks[0].resources.gpuCount": 1}) == TASK


def test_templates_stay_and_can_be_replaced() -> None:
    text = 'tasks:\n- name: {{.Env.NAME}}  # n\n  image: {docker: "{{ .Env.IMAGE }}"}\n  replicas: 1\n'
    assert edit_text(text, {"tasks[0].replicas": 2}) == text.replace("1", "2")
    assert edit_text(text, {"tasks[0].name": "a"}) == text.replace("{{.Env.NAME}}", "a")


# Properties.


def undone(text: str, path: str, value: Any, *, is_json: bool) -> str:
    """The text after a change and the change back."""
    root = (locate_json if is_json else locate_yaml)(text).root
    assert root is not None
    (place,) = resolve(root.data, path)
    old = get(root.data, place)
    edited = edit_text(text, {path: value}, is_json=is_json)
    return edit_text(edited, {path: old}, is_json=is_json)


#: Fields that no spec has, below mappings that are there.
_NEW = [("x-new", "a"), ("tasks[0].x-new", ["a", 1]), ("tasks[0].x-new", {"a": "b"}), ("x-new", "two\nlines\n")]


@pytest.mark.parametrize("is_windows", [False, True])
@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / EXAMPLES).iterdir()))
@pytest.mark.parametrize(
    ("path", "value"), [*_NEW, ("description", "abc"), ("tasks[0].name", "abc"), ("budget", "abc")]
)
def test_a_change_that_is_taken_back_gives_the_first_text(name: str, path: str, value: Any, is_windows: bool) -> None:
    text = (ROOT / EXAMPLES / name).read_text("utf-8")
    text = text.replace("\n", "\r\n") if is_windows else text
    assert undone(text, path, value, is_json=name.endswith(".json")) == text


def check_random_edits(folder: Path, number: int, seed: int) -> Counter[str]:
    """Make random changes of the specs of a folder, and say how many are refused."""
    chance = random.Random(seed)
    specs = [(name, text, is_json, load(text, is_json=is_json)) for name, text, is_json in specs_of(folder)]
    refused: Counter[str] = Counter()
    for _ in range(number):
        name, text, is_json, spec = chance.choice(specs)
        path, value = random_change(chance, spec)
        fault = fault_of(text, path, value, is_json=is_json)
        if fault is not None and fault.startswith("refused: line") and "uses what stands on line" in fault:
            refused[name] += 1
        else:
            assert fault is None, f"{name}: {path} = {value!r}: {fault}"
    return refused


def test_random_edits_of_the_examples_are_right() -> None:
    refused = check_random_edits(ROOT / EXAMPLES, 300, 1)
    assert all(name.startswith("pipeline.yaml") for name in refused)  # the one with aliases


@pytest.mark.slow
def test_many_random_edits_of_the_examples_are_right() -> None:
    check_random_edits(ROOT / EXAMPLES, 10_000, 2)


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real specs is not there")
def test_random_edits_of_real_specs_are_right() -> None:
    refused = check_random_edits(CORPUS, 3_000, 3)
    assert sum(refused.values()) < 30


def test_edited_examples_are_specs() -> None:
    text = (ROOT / EXAMPLES / "training.yaml").read_text("utf-8")
    assert ExperimentSpec.from_yaml(edit_text(text, {"tasks[train].replicas": 8})).tasks[0].replicas == 8


# Size.


def test_one_item_of_a_long_list_is_removed_in_time() -> None:
    items = "".join(f"  - a{index}\n" for index in range(3000))
    text = f"tasks:\n- name: a\n  arguments:\n{items}"
    assert edit_text(text, {"tasks[a].arguments[0]": None}) == text.replace("  - a0\n", "")


def test_a_long_list_can_be_replaced_by_another_one() -> None:
    text = "tasks:\n- arguments:\n" + "".join("  - a\n" for _ in range(2000))
    edited = edit_text(text, {"tasks[0].arguments": ["b"] * 2100})
    assert edited == "tasks:\n- arguments:\n" + "".join("  - b\n" for _ in range(2100))


def test_empty_lines_that_belong_to_a_text_stay_with_it() -> None:
    text = "version: v2\ntasks:\n- image: {docker: a}\n  command:\n  - |+\n    one\n\n\n- image: {docker: b}\n"
    assert edit_text(text, {"tasks[0].timeout": "1h"}) == text.replace("\n\n- image", "\n\n  timeout: 1h\n- image")
