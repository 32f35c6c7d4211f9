"""Reading YAML: every rule of the format's reader, each with the exact place where it is broken.

Columns count characters from 1, so that most texts here are short enough to count them by eye.
"""

from __future__ import annotations

import os
import pickle
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from beakerspec import ExperimentSpec, Problem, UnknownFieldWarning, ValidationError
from beakerspec.checking.check import check
from beakerspec.checking.settings import Settings
from beakerspec.cli import main
from beakerspec.documents import parsers
from beakerspec.documents.anchors import SharedList, SharedMapping
from beakerspec.documents.complete_reader import locate_yaml
from beakerspec.documents.fast_reader import Unusual, read_block
from beakerspec.limits import Limits
from beakerspec.scalars import PlainScalar

TASK = "tasks:\n- image: {docker: x}\n"

ignore_unknown = pytest.mark.filterwarnings("ignore::beakerspec.problems.UnknownFieldWarning")


def problems(text: str | bytes, **keywords: Any) -> list[Problem]:
    """The errors. Unknown fields, where the texts keep anchors and the like, are warnings beside them."""
    with pytest.raises(ValidationError) as caught:
        ExperimentSpec.from_yaml(text, **keywords)
    return [problem for problem in caught.value.problems if problem.severity == "error"]


def only(text: str | bytes, **keywords: Any) -> Problem:
    (problem,) = problems(text, **keywords)
    return problem


def places(text: str | bytes, **keywords: Any) -> list[tuple[str, str]]:
    """The rule and the place of each problem, from start to end."""
    return [(problem.rule, place(problem)) for problem in problems(text, **keywords)]


def place(problem: Problem) -> str:
    """``line:column-column``, with the second line where that is another one."""
    end = f"{problem.end_column}" if problem.end_line == problem.line else f"{problem.end_line}:{problem.end_column}"
    return f"{problem.line}:{problem.column}-{end}"


def found(text: str | bytes, **keywords: Any) -> tuple[str, str, str]:
    """The rule, the place and the path of the one problem."""
    problem = only(text, **keywords)
    return problem.rule, place(problem), problem.path


def load(text: str | bytes, **keywords: Any) -> ExperimentSpec:
    return ExperimentSpec.from_yaml(text, **keywords)


# What the format asks for, and what real specs do.


def test_a_mapping_in_env_vars_is_explained() -> None:
    problem = only(TASK + "  envVars:\n    A: b\n")
    assert (problem.rule, place(problem), problem.path) == ("invalid-type", "4:5-6", "tasks[0].envVars")
    assert problem.message == "expected a list, got a mapping"
    assert problem.hint == "write a list:\nenvVars:\n- name: NAME\n  value: text"


def test_a_mapping_as_a_command_item_is_explained() -> None:
    problem = only(TASK + "  command:\n  - echo hello: world\n")
    assert (problem.rule, place(problem), problem.path) == ("invalid-type", "4:5-15", "tasks[0].command[0]")
    assert problem.hint is not None
    assert "quote it" in problem.hint


def test_a_list_as_a_command_item_is_refused() -> None:
    assert found(TASK + "  arguments: [a, [b]]\n") == ("invalid-type", "3:18-21", "tasks[0].arguments[1]")


def test_a_placeholder_for_a_number_is_explained() -> None:
    problem = only(TASK + "  resources:\n    gpuCount: <N>\n")
    assert (problem.rule, place(problem), problem.path) == ("invalid-type", "4:15-18", "tasks[0].resources.gpuCount")
    assert problem.hint == "replace the placeholder with a value"


def test_a_result_without_a_path_is_no_result() -> None:
    assert load(TASK + "  result: {path: }\n").tasks[0].result is None


@pytest.mark.parametrize("result", ["{}", "{path: ~}", "{path: null}", "", "~", "\n    path:"])
def test_an_empty_result_is_no_result(result: str) -> None:
    assert load(f"{TASK}  result: {result}\n").tasks[0].result is None


def test_a_missing_context_is_an_empty_one() -> None:
    spec = load(TASK)
    assert spec.tasks[0].context == load(TASK + "  context: {}\n").tasks[0].context


def test_a_missing_result_is_none() -> None:
    assert load(TASK).tasks[0].result is None


def test_a_missing_image_is_reported_at_its_task() -> None:
    problem = only("tasks:\n- name: a\n  replicas: 1\n")
    assert (problem.rule, place(problem), problem.path) == ("missing-field", "2:3-7", "tasks[0].image")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("  command: [a, ~]\n", "3:16-17"),
        ("  arguments:\n  - a\n  - null\n", "5:5-9"),
        ("  constraints: {cluster: [~]}\n", "3:27-28"),
        ("  constraints: {hostname: [a, null]}\n", "3:31-35"),
        ("  envVars: [~]\n", "3:13-14"),
        ("  datasets:\n  - ~\n", "4:5-6"),
    ],
)
def test_a_null_in_a_list_is_refused(text: str, where: str) -> None:
    assert places(TASK + text) == [("null-item", where)]


def test_a_null_task_is_refused() -> None:
    assert found("tasks: [~]\n") == ("null-item", "1:9-10", "tasks[0]")


def test_a_dash_with_nothing_behind_it_is_a_null() -> None:
    problem = only(TASK + "  command:\n  -\n  - a\n")
    assert (problem.rule, problem.line, problem.path) == ("null-item", 4, "tasks[0].command[0]")


@pytest.mark.parametrize("key", ["budget", "description", "retry", "groups", "version"])
def test_a_null_field_of_an_experiment_is_left_out(key: str) -> None:
    assert load(f"{key}:\n{TASK}") == load(TASK)


@pytest.mark.parametrize(
    "key", "name result context constraints command arguments envVars datasets resources replicas timeout".split()
)
def test_a_null_field_of_a_task_is_left_out(key: str) -> None:
    assert load(f"{TASK}  {key}: ~\n") == load(TASK)


def test_an_empty_list_is_kept() -> None:
    assert load(TASK + "  command: []\n").tasks[0].command == []


def test_one_cluster_is_a_list_of_one() -> None:
    constraints = load(TASK + "  constraints: {cluster: ai2/a}\n").tasks[0].constraints
    assert constraints is not None
    assert constraints.cluster == ["ai2/a"]


def test_one_cluster_is_text_as_written() -> None:
    constraints = load(TASK + "  constraints: {cluster: 0123}\n").tasks[0].constraints
    assert constraints is not None
    assert constraints.cluster == ["0123"]


@pytest.mark.parametrize("key", ["hostname: a", "cluster: {a: b}"])
def test_anything_else_has_to_be_a_list(key: str) -> None:
    assert only(f"{TASK}  constraints: {{{key}}}\n").rule == "invalid-type"


@pytest.mark.parametrize(
    ("text", "where", "path"),
    [
        ("tasks: {a: b}\n", "1:8-14", "tasks"),
        ("tasks: a\n", "1:8-9", "tasks"),
        ("tasks:\n  a: b\n", "2:3-4", "tasks"),
        ("tasks: [a]\n", "1:9-10", "tasks[0]"),
        ("tasks:\n- - a\n", "2:3-4", "tasks[0]"),
        ("tasks:\n- image: x\n", "2:10-11", "tasks[0].image"),
        ("tasks:\n- image:\n  - x\n", "3:3-4", "tasks[0].image"),
        (TASK + "  command: run it\n", "3:12-18", "tasks[0].command"),
        (TASK + "  resources: []\n", "3:14-16", "tasks[0].resources"),
        (TASK + "  datasets:\n    source: x\n", "4:5-11", "tasks[0].datasets"),
        (TASK + "  name: [a]\n", "3:9-12", "tasks[0].name"),
        (TASK + "  name: |\n    a\n  replicas: |\n    b\n", "5:13-7:1", "tasks[0].replicas"),
    ],
)
def test_a_value_of_the_wrong_kind_is_pointed_at(text: str, where: str, path: str) -> None:
    assert found(text) == ("invalid-type", where, path)


# Names.


def test_snake_case_names_are_read() -> None:
    assert load(TASK + "  host_networking: true\n  env_vars: [{name: A, value: b}]\n") == load(
        TASK + "  hostNetworking: true\n  envVars: [{name: A, value: b}]\n"
    )


def test_a_problem_names_a_field_as_the_file_does() -> None:
    assert found(TASK + "  resources: {gpu_count: x}\n") == (
        "invalid-type",
        "3:26-27",
        "tasks[0].resources.gpu_count",
    )


def test_both_spellings_of_a_field_are_refused() -> None:
    problem = only(TASK + "  host_networking: true\n  hostNetworking: true\n")
    assert problem.rule == "two-spellings"
    assert place(problem) in ("3:3-18", "4:3-17")
    assert "host_networking" in problem.message
    assert "hostNetworking" in problem.message


def test_both_spellings_of_a_constraint_are_refused() -> None:
    problem = only(TASK + "  constraints: {gpu_type: [a], gpuType: [b]}\n")
    assert (problem.rule, place(problem)) == ("two-spellings", "3:32-39")


def test_both_spellings_are_refused_even_where_one_is_null() -> None:
    assert only(TASK + "  host_networking: ~\n  hostNetworking: true\n").rule == "two-spellings"


@ignore_unknown
def test_a_name_in_other_capitals_is_no_known_field() -> None:
    assert load(TASK + "  HostNetworking: true\n").tasks[0].extra == {"HostNetworking": True}


def test_an_unknown_field_warns_with_its_place_at_the_caller() -> None:
    with pytest.warns(UnknownFieldWarning) as caught:
        load(TASK + "  resources: {gpuCuont: 1}\n")
    (warning,) = caught
    assert str(warning.message).startswith('<text>:3:15: unknown field "gpuCuont"')
    assert "did you mean gpuCount?" in str(warning.message)
    assert warning.filename == __file__.replace(".pyc", ".py") or warning.filename.endswith("test_reading.py")


def test_with_strict_an_unknown_field_is_an_error_at_its_key() -> None:
    problem = only(TASK + "  resources: {gpuCuont: 1}\n", strict=True)
    assert (problem.rule, place(problem), problem.hint) == ("unknown-field", "3:15-23", "did you mean gpuCount?")


# Keys.


@ignore_unknown
@pytest.mark.parametrize("key", "on off yes no true False 1 0123 1.10 2024-01-01 12:30 1e-4 .inf = y 0x1F".split())
def test_an_unquoted_key_is_its_text(key: str) -> None:
    (name,) = load(f"{key}: x\n{TASK}").extra
    assert (type(name), name) == (str, key)


@ignore_unknown
@pytest.mark.parametrize("key", ["on", "null", "~", "<<", "1", "a b", "é", "a: b", "#"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quoted_key_is_its_text(key: str, quote: str) -> None:
    assert load(f"{quote}{key}{quote}: x\n{TASK}").extra == {key: "x"}


@pytest.mark.parametrize("key", ["hostNetworking", "'hostNetworking'", '"hostNetworking"', "!!str hostNetworking"])
def test_a_key_names_a_field_however_it_is_written(key: str) -> None:
    assert load(f"{TASK}  {key}: true\n").tasks[0].host_networking is True


@pytest.mark.parametrize("key", ["~", "null", "Null", "NULL", "! ''"])
def test_a_null_key_is_refused(key: str) -> None:
    assert found(f"{TASK}  {key}: x\n") == ("key-type", f"3:3-{3 + len(key)}", "tasks[0]")


def test_an_empty_complex_key_is_refused() -> None:
    problem = only("? \n: x\n" + TASK)
    assert (problem.rule, problem.line, problem.message) == ("key-type", 1, "expected a string as a key, got null")


@pytest.mark.parametrize("key", ["''", '""'])
def test_an_empty_key_is_refused(key: str) -> None:
    problem = only(f"{key}: x\n" + TASK)
    assert (problem.rule, place(problem)) == ("key-type", "1:1-3")
    assert problem.message == "expected a string as a key, got an empty string"


@pytest.mark.parametrize(
    ("text", "where", "got"),
    [
        ("? [a]\n: x\n", "1:3-6", "a list"),
        ("[a]: x\n", "1:1-4", "a list"),
        ("{a: b}: x\n", "1:1-7", "a mapping"),
        ("?\n  a: b\n: x\n", "2:3-4", "a mapping"),
        ("? - a\n: x\n", "1:3-4", "a list"),
    ],
)
def test_a_collection_as_a_key_is_refused(text: str, where: str, got: str) -> None:
    problem = only(text + TASK)
    assert (problem.rule, place(problem)) == ("key-type", where)
    assert problem.message == f"expected a string as a key, got {got}"


def test_what_follows_a_bad_key_is_read_all_the_same() -> None:
    assert places(f"~: [!a x]\n? [a]\n: *b\n{TASK}") == [
        ("key-type", "1:1-2"),
        ("unknown-tag", "1:5-7"),
        ("key-type", "2:3-6"),
        ("undefined-alias", "3:3-5"),
    ]


def test_an_alias_may_be_a_key() -> None:
    assert load("budget: &k description\n*k : x\n" + TASK).description == "x"


def test_an_anchored_key_can_be_used_as_text() -> None:
    assert load("&k budget: x\ndescription: *k\n" + TASK).description == "budget"


def test_an_alias_to_a_mapping_is_no_key() -> None:
    assert found(TASK + "  resources: &r {gpuCount: 1}\n*r : x\n")[:2] == ("key-type", "4:1-3")


# Keys given twice.


def test_a_key_given_twice_is_refused_with_both_places() -> None:
    problem = only(TASK + "  name: a\n  replicas: 1\n  name: b\n")
    assert (problem.rule, place(problem), problem.path) == ("duplicate-key", "5:3-7", "tasks[0].name")
    assert problem.message == 'duplicate key "name", first at 3:3'


@pytest.mark.parametrize(
    ("text", "where", "first"),
    [
        ("budget: a\n'budget': b\n", "2:1-9", "1:1"),
        ('{budget: a, "budget": b}\n', "1:13-21", "1:2"),
        ("budget: a\n? budget\n: b\n", "2:3-9", "1:1"),
        ("&k budget: a\n*k : b\n", "2:1-3", "1:1"),
        ("budget: a\n!!str budget: b\n", "2:1-13", "1:1"),
        ("é: {b: 1, b: 2}\n", "1:11-12", "1:5"),
        ("budget:\nbudget: b\n", "2:1-7", "1:1"),
        ("a:\n- b: 1\n  c: 2\n  b: 3\n", "4:3-4", "2:3"),
        ("1: a\n'1': b\n", "2:1-4", "1:1"),
        ("'<<': a\n'<<': b\n", "2:1-5", "1:1"),
    ],
)
def test_a_key_given_twice_is_found_however_it_is_written(text: str, where: str, first: str) -> None:
    problem = only(text)
    assert (problem.rule, place(problem)) == ("duplicate-key", where)
    assert problem.message.endswith(f", first at {first}")


def test_a_key_given_three_times_is_refused_twice() -> None:
    assert places("budget: a\nbudget: b\nbudget: c\n") == [("duplicate-key", "2:1-7"), ("duplicate-key", "3:1-7")]


def test_a_key_given_twice_in_a_mapping_with_an_anchor_is_refused_once() -> None:
    assert places("a: &a {b: 1, b: 2}\nc: *a\n") == [("duplicate-key", "1:14-15")]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_first_place_of_a_key_counts_lines_as_the_second_does(line_end: str) -> None:
    problem = only(f"description: x{line_end}budget: a{line_end}budget: b{line_end}")
    assert place(problem) == "3:1-7"
    assert problem.message.endswith("first at 2:1")


@ignore_unknown
def test_the_same_key_in_two_mappings_is_no_duplicate() -> None:
    assert load("a: {b: 1}\nc: {b: 2}\n").extra == {"a": {"b": 1}, "c": {"b": 2}}


# Tags.


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("budget: !!int 3\n", "1:9-14"),
        ("budget: !x 3\n", "1:9-11"),
        ("budget: !<tag:x,2000:y> 3\n", None),
        ("budget: &a !!float 3\n", "1:12-19"),
        ("budget: !!float &a 3\n", "1:9-16"),
        ("budget: !!null ''\n", "1:9-15"),
        ("tasks: !!seq []\n", "1:8-13"),
        ("tasks: !!str []\n", "1:8-13"),
        ("a: !!set {b, c}\n", "1:4-9"),
        ("a: !!map {b: c}\n", "1:4-9"),
        ("a: [!!binary aGk=]\n", "1:5-13"),
        ("!!int budget: 3\n", "1:1-6"),
        ("!!map\nbudget: 3\n", "1:1-6"),
        ("a: !!python/object/apply:os.system [x]\n", "1:4-35"),
    ],
)
def test_a_tag_is_refused(text: str, where: str | None) -> None:
    problem = only(text)
    assert problem.rule == "unknown-tag"
    assert (place(problem) if where else problem.line) == (where or 1)


def test_the_tag_of_text_is_read() -> None:
    assert load("budget: !!str 1\n").budget == "1"


def test_a_lone_exclamation_mark_is_no_tag() -> None:
    assert load("tasks: ! []\nbudget: ! a\n") == load("tasks: []\nbudget: a\n")


def test_an_unresolved_tag_handle_is_refused() -> None:
    assert found("budget: !e!x 3\n")[:2] == ("yaml-syntax", "1:9-10")


# Anchors, aliases, merge keys.


def test_aliases_to_a_mapping_become_one_object() -> None:
    spec = load("tasks:\n- image: &i {docker: x}\n- image: *i\n- image: *i\n")
    assert spec.tasks[0].image is spec.tasks[1].image is spec.tasks[2].image


def test_aliases_to_a_task_become_one_object() -> None:
    spec = load("tasks:\n- &t\n  image: {docker: x}\n- *t\n")
    assert spec.tasks[0] is spec.tasks[1]


@ignore_unknown
def test_an_anchor_in_an_unknown_field_serves_every_type_that_uses_it() -> None:
    spec = load("x-parts: &p {docker: x, path: /r}\ntasks:\n- {image: *p, result: *p}\n- {image: *p, result: *p}\n")
    first, second = spec.tasks
    assert first.image is second.image
    assert first.result is second.result
    assert first.result is not None
    assert (first.image.docker, first.result.path) == ("x", "/r")
    assert spec.extra["x-parts"] == {"docker": "x", "path": "/r"}


def test_anchors_and_aliases_stand_everywhere() -> None:
    spec = load(
        "version: &version v2\n"
        "description: &text some text\n"
        "budget: *text\n"
        "groups: &groups [*text, &second b]\n"
        "retry: &retry\n  allowedTaskRetries: &number 3\n"
        "tasks: &tasks\n"
        "- &task\n"
        "  name: &name a\n"
        "  image: &image {docker: *second}\n"
        "  command: &command [*name, *number, &flag --x]\n"
        "  envVars: &vars\n"
        "  - &var {name: &A A, value: *text}\n"
        "  constraints: &c {cluster: *groups}\n"
        "- image: *image\n"
        "  name: &name b\n"
        "  command: *command\n"
        "  arguments: [*name, *flag]\n"
        "  replicas: *number\n"
        "  envVars: *vars\n"
        "  constraints: *c\n"
        "- image: *image\n"
        "  envVars: [*var]\n"
    )
    plain = load(
        "version: v2\ndescription: some text\nbudget: some text\ngroups: [some text, b]\n"
        "retry: {allowedTaskRetries: 3}\ntasks:\n"
        "- name: a\n  image: {docker: b}\n  command: [a, 3, --x]\n  envVars: [{name: A, value: some text}]\n"
        "  constraints: {cluster: [some text, b]}\n"
        "- name: b\n  image: {docker: b}\n  command: [a, 3, --x]\n  arguments: [b, --x]\n  replicas: 3\n"
        "  envVars: [{name: A, value: some text}]\n  constraints: {cluster: [some text, b]}\n"
        "- image: {docker: b}\n  envVars: [{name: A, value: some text}]\n"
    )
    assert spec == plain


def test_an_anchor_given_again_serves_from_there_on() -> None:
    assert load("groups: [&a x, *a, &a y, *a]\n").groups == ["x", "x", "y", "y"]


def test_an_alias_to_null_is_null() -> None:
    assert load("description: &n ~\nbudget: *n\n").budget is None


def test_an_empty_value_may_have_an_anchor() -> None:
    assert load("description: &n\nbudget: *n\n").budget is None


def test_an_alias_without_an_anchor_is_refused() -> None:
    assert found("budget: *nobody\n") == ("undefined-alias", "1:9-16", "budget")


def test_an_alias_before_its_anchor_is_refused() -> None:
    assert found("budget: *a\ndescription: &a x\n") == ("undefined-alias", "1:9-11", "budget")


def test_every_undefined_alias_is_reported() -> None:
    assert places("budget: *a\ndescription: *b\ngroups: [*c]\n") == [
        ("undefined-alias", "1:9-11"),
        ("undefined-alias", "2:14-16"),
        ("undefined-alias", "3:10-12"),
    ]


@pytest.mark.parametrize(
    ("text", "where", "path"),
    [
        ("a: &a [*a]\n", "1:8-10", "a[0]"),
        ("a: &a {b: *a}\n", "1:11-13", "a.…"),
        ("a: &a\n- b:\n  - *a\n", "3:5-7", "a[0].…[0]"),
        ("&a budget: x\nb: &b [[*b]]\n", "2:9-11", "b[0][0]"),
        ("--- &a\nb: *a\n", "2:4-6", "b"),
        ("a: &a {<<: *a}\n", "1:12-14", "a"),
    ],
)
def test_an_alias_that_contains_itself_is_refused(text: str, where: str, path: str) -> None:
    assert found(text) == ("recursive-alias", where, path)


def test_a_problem_in_an_aliased_mapping_is_reported_once_at_the_anchor() -> None:
    problem = only("tasks:\n- image: &i {docker: [x]}\n- image: *i\n- image: *i\n")
    assert (place(problem), problem.path) == ("2:22-25", "tasks[0].image.docker")


def test_a_problem_in_an_aliased_list_is_reported_once_at_the_anchor() -> None:
    problem = only(
        "tasks:\n- image: {docker: x}\n  command: &c [a, ~]\n- image: {docker: y}\n  command: *c\n  arguments: *c\n"
    )
    assert (problem.rule, place(problem)) == ("null-item", "3:19-20")


def test_a_scalar_that_one_of_its_users_cannot_read_is_reported_at_the_anchor() -> None:
    problem = only("budget: &n many\ntasks:\n- image: {docker: x}\n  replicas: *n\n")
    assert (problem.rule, place(problem), problem.path) == ("invalid-type", "1:9-16", "tasks[0].replicas")


def test_a_merge_key_adds_what_is_not_there() -> None:
    spec = load("tasks:\n- &t\n  image: {docker: x}\n  replicas: 2\n  name: a\n- <<: *t\n  name: b\n")
    assert (spec.tasks[1].name, spec.tasks[1].replicas) == ("b", 2)
    assert spec.tasks[1].image == spec.tasks[0].image


def test_an_own_key_before_a_merge_key_counts_as_well() -> None:
    assert load("tasks:\n- name: b\n  <<: {name: a, image: {docker: x}}\n").tasks[0].name == "b"


def test_of_several_merged_mappings_the_first_counts() -> None:
    spec = load("tasks:\n- <<: [{name: a}, {name: b, replicas: 3, image: {docker: x}}]\n")
    assert (spec.tasks[0].name, spec.tasks[0].replicas) == ("a", 3)


@ignore_unknown
def test_a_merged_mapping_may_have_merged_others() -> None:
    spec = load("a: &a {name: a, replicas: 1}\nb: &b {<<: *a, name: b}\ntasks:\n- {<<: *b, image: {docker: x}}\n")
    assert (spec.tasks[0].name, spec.tasks[0].replicas) == ("b", 1)
    assert spec.extra["b"] == {"name": "b", "replicas": 1}


def test_a_merge_key_works_at_the_root() -> None:
    assert load("<<: {budget: b}\ntasks: []\n").budget == "b"


def test_a_merge_key_works_in_a_variable() -> None:
    spec = load(TASK + "  envVars:\n  - &v {name: A, value: x}\n  - {<<: *v, name: B}\n")
    variables = spec.tasks[0].env_vars
    assert variables is not None
    assert [(each.name, each.value) for each in variables] == [("A", "x"), ("B", "x")]


def test_a_merge_key_works_in_constraints() -> None:
    constraints = load(TASK + "  constraints: {<<: {cluster: [a], zone: b}, zone: c}\n").tasks[0].constraints
    assert constraints is not None
    assert constraints.cluster == ["a"]
    assert constraints["zone"] == "c"


def test_a_merged_null_is_overridden_by_a_null() -> None:
    assert load("tasks:\n- <<: {name: a, image: {docker: x}}\n  name: ~\n").tasks[0].name is None


def test_a_problem_in_a_merged_mapping_is_reported_once_where_it_stands() -> None:
    assert places(
        "a: &d {replicas: x}\ntasks:\n- {image: {docker: x}, <<: *d}\n- {image: {docker: y}, <<: [*d]}\n"
    ) == [("invalid-type", "1:18-19")]


def test_a_problem_in_a_part_of_a_merged_mapping_is_reported_once() -> None:
    assert places(
        "a: &d {resources: {gpuCount: x}}\ntasks:\n- {image: {docker: x}, <<: *d}\n- {<<: *d, image: {docker: y}}\n"
    ) == [("invalid-type", "1:30-31")]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("<<: x\n", "1:5-6"),
        ("<<: [x]\n", "1:6-7"),
        ("<<: [{budget: b}, x, [y]]\n", None),
        ("a: &a x\n<<: *a\n", None),
        ("a: &a [x]\n<<: *a\n", None),
    ],
)
def test_only_mappings_are_merged(text: str, where: str | None) -> None:
    found = problems(text + TASK)
    assert {problem.rule for problem in found} == {"merge-key"}
    assert where is None or list(map(place, found)) == [where]


def test_each_item_that_cannot_be_merged_is_pointed_at() -> None:
    assert places("<<: [{budget: b}, x, [y]]\n") == [("merge-key", "1:19-20"), ("merge-key", "1:22-25")]


def test_merging_null_is_refused() -> None:
    problem = only("<<:\n" + TASK)
    assert (problem.rule, problem.line) == ("merge-key", 1)


# Documents.


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "   \n\n", "\ufeff", "---\n", "--- ~\n", "---\n...\n"])
def test_an_empty_document_is_refused(text: str) -> None:
    problem = only(text)
    assert problem.message == "expected a mapping with the fields of a spec, got an empty document"
    assert problem.line is not None


@pytest.mark.parametrize(
    ("text", "got", "where"),
    [
        ("- a\n", "a list", "1:1-2"),
        ("[a, b]\n", "a list", "1:1-7"),
        ("hello\n", "a string", "1:1-6"),
        ("'a: b'\n", "a string", "1:1-7"),
        ("--- |\n  a\n", "a string", "1:5-3:1"),
        ("# c\n42\n", "a number", "2:1-3"),
    ],
)
def test_a_root_that_is_no_mapping_is_refused(text: str, got: str, where: str) -> None:
    problem = only(text)
    assert (problem.rule, place(problem), problem.path) == ("invalid-type", where, "")
    assert problem.message == f"expected a mapping with the fields of a spec, got {got}"


@pytest.mark.parametrize("end", ["---\n", "--- \n", "---", "--- # nothing\n", "...\n---\n", "---\n---\n"])
def test_a_last_line_of_dashes_starts_no_second_document(end: str) -> None:
    assert load(TASK + end) == load(TASK)


@pytest.mark.parametrize("end", ["--- ~\n", "--- &a\n", "--- !!str\n", "---\na: b\n", "---\n---\n- a\n"])
def test_a_document_that_holds_something_is_a_second_one(end: str) -> None:
    assert [each.rule for each in problems(TASK + end)] == ["multiple-documents"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("budget: a\n---\nbudget: b\n", "2:1-4"),
        ("---\nbudget: a\n---\nbudget: b\n", "3:1-4"),
        ("budget: a\n...\n---\nbudget: b\n", "3:1-4"),
    ],
)
def test_a_second_document_is_refused(text: str, where: str) -> None:
    assert found(text)[:2] == ("multiple-documents", where)


def test_the_problems_of_the_first_document_are_reported_beside_the_second_one() -> None:
    assert places("retry: x\n---\na: b\n") == [("invalid-type", "1:8-9"), ("multiple-documents", "2:1-4")]


@pytest.mark.parametrize(
    "text", ["---\n{}", "{}...\n", "%YAML 1.1\n---\n{}", "{}\n...\n# the end\n", "# a\n---\n{}# b"]
)
def test_marks_of_one_document_are_read(text: str) -> None:
    text = text.replace("{}", "budget: a\n")
    assert load(text).budget == "a"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("budget: a: b\n", "1:10"),
        ("budget: @a\n", "1:9"),
        ("budget: `a\n", "1:9"),
        ("budget: %a\n", "1:9"),
        ("budget: [a, b\n", "1:9"),
        ("budget: {a: b\ntasks: []\n", "1:9"),
        ("budget: 'a' b\n", "1:13"),
        ("budget: a]\ntasks: ]\n", "2:8"),
        ("tasks:\n- a\n b\n  - c: d\n", "4:6"),
        ("budget: x\n  tasks: y\n", "2:3"),
        ("é日本: 'a' b\n", "1:10"),
    ],
)
def test_a_syntax_error_is_placed(text: str, where: str) -> None:
    problem = only(text)
    assert (problem.rule, f"{problem.line}:{problem.column}") == ("yaml-syntax", where)


def test_an_unknown_escape_is_placed_at_its_backslash_or_behind_it() -> None:
    problem = only('budget: "a\\q"\n')
    assert (problem.rule, problem.line) == ("yaml-syntax", 1)
    assert problem.column in (11, 12)  # as libyaml and PyYAML's own parser have it


def test_a_quote_that_is_never_closed_is_refused_with_the_line_where_it_opens() -> None:
    problem = only("description: x\nbudget: 'a\ntasks: []\n")
    assert problem.rule == "yaml-syntax"
    assert problem.hint == "close the string with ' on this line"
    assert problem.line == 2


def test_problems_before_a_syntax_error_are_reported_with_it() -> None:
    assert places("a: !x b\nb: *c\nbudget: @\n") == [
        ("unknown-tag", "1:4-6"),
        ("undefined-alias", "2:4-6"),
        ("yaml-syntax", "3:9-10"),
    ]


# Tabs.


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("tasks:\n\t- image: {docker: x}\n", "2:1-2"),
        ("\tbudget: a\n", "1:1-2"),
        ("tasks:\n- image:\n\t\tdocker: x\n", "3:1-2"),
        ("tasks:\n- image:\n  \tdocker: x\n", "3:3-4"),
        ("tasks:\n-\timage: {docker: x}\n", "2:2-3"),
        ("budget: |\n\ta\n", "2:1-2"),
    ],
)
def test_a_tab_as_indentation_is_refused(text: str, where: str) -> None:
    problem = only(text)
    assert (problem.rule, place(problem)) == ("yaml-syntax", where)
    assert problem.message == "indented with a tab"
    assert problem.hint == "indent with spaces"


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("budget:\ta\n", "a"),
        ("budget: a\tb\n", "a\tb"),
        ("budget: a\t# c\n", "a"),
        ("budget: 'a\tb'\n", "a\tb"),
        ("budget: |-\n  a\n  \tb\n", "a\n\tb"),
        ("budget: |-\n  a\tb\n", "a\tb"),
        ("budget: 'a\n\tb'\n", "a b"),
        ("budget: a\n#\tc\n", "a"),
        ("{budget:\ta,\tversion:\tv2}\t\n", "a"),
        ("{budget: a,\n\tversion: v2}\n", "a"),
        ("budget\t: a\n", "a"),
    ],
)
def test_a_tab_elsewhere_is_read(text: str, budget: str) -> None:
    assert load(text).budget == budget


# Encodings.


def test_bytes_are_utf_8() -> None:
    assert load("budget: é日本😀\n".encode()).budget == "é日本😀"


@pytest.mark.parametrize("text", ["budget: a\n", "budget: é\n"])
def test_a_byte_order_mark_is_allowed(text: str) -> None:
    assert load(b"\xef\xbb\xbf" + text.encode()) == load("\ufeff" + text) == load(text)


def test_a_byte_order_mark_takes_no_column() -> None:
    assert found(b"\xef\xbb\xbfbudget: @\n")[1] == found("\ufeffbudget: @\n")[1] == "1:9-10"


@pytest.mark.parametrize("text", ["budget: a\ufeffb\n", "\ufeff\ufeffbudget: a\n", "budget: a\n\ufefftasks: []\n"])
def test_a_byte_order_mark_within_the_text_is_refused_at_its_place(text: str) -> None:
    mark = text.rindex("\ufeff") - text.startswith("\ufeff")
    problem = only(text)
    assert (problem.rule, problem.line) == ("encoding", text.count("\n", 0, mark) + 1)


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_other_line_ends_are_read_as_line_feeds(line_end: str) -> None:
    text = "budget: a\ndescription: |\n  b\n  c\ntasks:\n- image: {docker: x}\n  name: 'd\n\n    e'\n"
    assert load(text.replace("\n", line_end)) == load(text)


def test_columns_are_right_with_windows_line_ends() -> None:
    assert places("budget: !x a\r\nretry: 1\r\n\r\ntasks: b\r\n") == [
        ("unknown-tag", "1:9-11"),
        ("invalid-type", "2:8-9"),
        ("invalid-type", "4:8-9"),
    ]


@pytest.mark.parametrize(
    ("data", "where", "byte"),
    [
        (b"budget: caf\xe9\n", "1:12-13", "0xE9 (byte 12 of the file)"),
        (b"budget: x\n# \xfcber\n", "2:3-4", "0xFC (byte 13 of the file)"),
        ("budget: é日😀".encode() + b"\xff\n", "1:12-13", "0xFF (byte 18 of the file)"),
        (b"\xef\xbb\xbfbudget: \x80\n", "1:9-10", "0x80 (byte 12 of the file)"),
        (b"budget: \xed\xa0\x80\n", "1:9-10", "0xED (byte 9 of the file)"),
        (b"budget: \xc0\xaf\n", "1:9-10", "0xC0 (byte 9 of the file)"),
        (b"budget: a\r\nname: \xe2\x82", "2:7-8", "0xE2 (byte 18 of the file)"),
        (b"\xe9", "1:1-2", "0xE9 (byte 1 of the file)"),
    ],
)
def test_a_byte_of_another_encoding_is_refused_at_its_place(data: bytes, where: str, byte: str) -> None:
    problem = only(data)
    assert (problem.rule, place(problem)) == ("encoding", where)
    assert problem.message == f"expected UTF-8, got the byte {byte}"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_as_such(encoding: str) -> None:
    problem = only("\ufeffbudget: é\n".encode(encoding))
    assert (problem.rule, place(problem)) == ("encoding", "1:1-2")
    assert problem.message == "expected UTF-8, got UTF-16"
    assert problem.hint == "save the file as UTF-8"


@pytest.mark.parametrize(("encoding", "where"), [("utf-16-le", "1:2-3"), ("utf-16-be", "1:1-2")])
def test_utf_16_without_a_mark_is_refused_at_the_first_nul(encoding: str, where: str) -> None:
    assert found("budget: a\n".encode(encoding))[:2] == ("encoding", where)


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\x7f", "\x80", "\ufffe", "\uffff"])
@pytest.mark.parametrize(
    ("text", "where"),
    [("budget: a@b\n", "1:10-11"), ("é: x\n# @\n", "2:3-4"), ("@", "1:1-2"), ("budget: '@'\n", "1:10-11")],
)
def test_a_character_that_yaml_does_not_allow_is_refused(character: str, text: str, where: str) -> None:
    problem = only(text.replace("@", character).encode())
    assert (problem.rule, place(problem)) == ("encoding", where)
    assert f"U+{ord(character):04X}" in problem.message


def test_half_of_a_surrogate_pair_in_a_text_is_refused() -> None:
    assert found("budget: a\ud800\n")[:2] == ("encoding", "1:10-11")


@pytest.mark.parametrize("escape", [r"\ud800", r"\udfff", r"\ud83d\ude00", r"\U00110000", r"\U0000d800"])
def test_an_escape_that_is_no_character_is_refused(escape: str) -> None:
    assert only(f'budget: "{escape}"\n').line == 1


def test_escapes_hold_what_cannot_stand_in_the_text() -> None:
    assert (
        load('budget: "\\0\\a\\e\\x7f\\x85\\u2028\\ufeff\\U0001F600"\n').budget
        == "\0\a\x1b\x7f\x85\u2028\ufeff\U0001f600"
    )


# Limits.


@ignore_unknown
def test_a_hundred_levels_are_read() -> None:
    assert load("a: " + "[" * 99 + "]" * 99 + "\n").extra["a"] is not None


@pytest.mark.parametrize("unusual", ["", "budget: !!str a\n"])
def test_more_than_a_hundred_levels_are_refused_at_the_first_that_is_too_deep(unusual: str) -> None:
    problem = only(unusual + "a: " + "[" * 100 + "]" * 100 + "\n")
    assert (problem.rule, problem.line, problem.column) == ("too-deep", 2 if unusual else 1, 103)
    assert "100 levels" in problem.message


@pytest.mark.parametrize(("depth", "where"), [(1, "2:1-2"), (2, "2:3-8"), (3, "2:10-11")])
def test_the_limit_of_levels_is_a_parameter(depth: int, where: str) -> None:
    problem = only(TASK, max_depth=depth)
    assert problem.rule == "too-deep"
    assert where.startswith(f"{problem.line}:{problem.column}-")


def test_a_spec_with_as_many_levels_as_the_limit_is_read() -> None:
    assert load(TASK, max_depth=4) == load(TASK)


@ignore_unknown
def test_the_limit_of_levels_can_be_raised() -> None:
    assert load("a: " + "[" * 150 + "]" * 150 + "\n", max_depth=200).extra["a"] is not None


@ignore_unknown
@pytest.mark.parametrize(
    "text", ["a: " + "[" * 5000 + "]" * 5000, "a: " + "[" * 5000, "a: " + "{b: " * 5000, "- " * 5000]
)
def test_a_limit_of_levels_that_is_far_too_high_breaks_nothing(text: str) -> None:
    try:
        load(text, max_depth=10**9)
    except ValidationError as error:
        assert error.problems[0].line == 1


#: A text, and the values in it: the root, everything in a list, and everything behind a key.
COUNTED = {
    TASK: 5,
    "budget: a\n": 2,
    "groups: [a, b, c]\n": 5,
    "groups: &g [a, b]\nx: *g\ny: [*g]\n": 11,
    "a: &a [x, x]\nb: &b [*a, *a]\nc: *b\n": 18,
}


@ignore_unknown
@pytest.mark.parametrize(("text", "values"), COUNTED.items())
@pytest.mark.parametrize("unusual", ["", "description: !!str a\n"])
def test_a_spec_with_as_many_values_as_the_limit_is_read(text: str, values: int, unusual: str) -> None:
    assert load(unusual + text, max_values=values + bool(unusual)) == load(unusual + text)


@pytest.mark.parametrize(("text", "values"), COUNTED.items())
@pytest.mark.parametrize("unusual", ["", "description: !!str a\n"])
def test_a_spec_with_more_values_than_the_limit_is_refused(text: str, values: int, unusual: str) -> None:
    problem = only(unusual + text, max_values=values - 1 + bool(unusual))
    assert problem.rule == "too-many-values"
    assert problem.line is not None


# The formats before this one.

V1 = """\
description: old
tasks:
- name: a
  spec:
    image: im_1
    resultPath: /results
    env: {A: hunter2hunter2}
- spec: {blueprint: bp_1}
"""


def test_a_spec_of_the_old_format_is_explained_once_for_each_task() -> None:
    assert places(V1) == [("old-format", "4:3-7"), ("old-format", "8:3-7")]


def test_the_explanation_of_the_old_format_shows_the_new_one() -> None:
    first, _ = problems(V1)
    assert first.hint is not None
    assert load(first.hint.partition("\n")[2].replace("NUMBER", "1")).tasks[0].name == "NAME"


def test_the_explanation_of_the_old_format_shows_no_value() -> None:
    with pytest.raises(ValidationError) as caught:
        load(V1)
    assert "hunter2" not in str(caught.value)


@ignore_unknown
def test_a_task_with_an_image_and_an_unknown_field_spec_is_not_of_the_old_format() -> None:
    assert load(TASK + "  spec: {a: b}\n").tasks[0].extra == {"spec": {"a": "b"}}


# Go templates.

HIDDEN = "hunter2hunter2"


def test_a_template_is_expanded_from_the_given_environment() -> None:
    spec = load("tasks:\n- image: {docker: {{.Env.NAME}}}\n  name: a-{{ .Env.N }}-b\n", env={"NAME": "x", "N": "1"})
    assert (spec.tasks[0].image.docker, spec.tasks[0].name) == ("x", "a-1-b")


def test_an_expanded_value_is_read_as_if_it_stood_in_the_file() -> None:
    spec = load(TASK + "  replicas: {{.Env.N}}\n  command: {{.Env.C}}\n", env={"N": "2", "C": "[a, 'b: c']"})
    assert spec.tasks[0].replicas == 2
    assert spec.tasks[0].command == ["a", "b: c"]


def test_templates_are_expanded_in_quotes_and_in_keys() -> None:
    spec = load("{{.Env.K}}: '{{.Env.V}}'\n", env={"K": "budget", "V": "it''s"})
    assert spec.budget == "it's"


def test_from_file_expands_from_the_environment_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("budget: {{.Env.BEAKERSPEC_BUDGET}}\n")
    monkeypatch.setenv("BEAKERSPEC_BUDGET", "b")
    assert ExperimentSpec.from_file(path, env=os.environ).budget == "b"


def test_the_command_expands_when_asked_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("tasks:\n- image: {docker: {{.Env.BEAKERSPEC_IMAGE}}}\n")
    monkeypatch.setenv("BEAKERSPEC_IMAGE", "x")
    assert main(["check", "--expand-env", str(path)]) == 0
    assert main(["check", str(path)]) == 1
    assert "[go-template]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "where", "path"),
    [
        ("budget: {{.Env.NAME}}\n", "1:9-22", "budget"),
        ("tasks:\n- image: {docker: {{.Env.NAME}}}\n", "2:19-32", "tasks[0].image.docker"),
        ("tasks:\n- image: {docker: x}\n  replicas: {{ .Env.NAME }}\n", "3:13-28", "tasks[0].replicas"),
        ("budget: {{.Env.A}}-{{.Env.B}}\n", "1:9-19", None),
        ("{{.Env.NAME}}: b\n", "1:1-14", ""),
        ("budget: '{{.Env.A}}' {{.Env.B}}\n", None, None),
    ],
)
def test_a_template_that_was_not_expanded_is_named_as_the_reason(
    text: str, where: str | None, path: str | None
) -> None:
    problem = problems(text)[0]
    assert problem.rule == "go-template"
    assert "is not expanded" in problem.message
    assert problem.hint is not None
    assert "--expand-env" in problem.hint
    assert where is None or place(problem) == where
    assert path is None or problem.path == path


@pytest.mark.parametrize("text", ["'{{.Env.A}}'", '"{{.Env.A}}"', "a-{{.Env.A}}", "|-\n  {{.Env.A}}"])
def test_a_template_that_does_not_keep_the_file_from_being_read_is_text(text: str) -> None:
    budget = load(f"budget: {text}\n").budget
    assert budget is not None
    assert "{{.Env.A}}" in budget


def test_every_name_that_is_missing_is_reported_at_its_place() -> None:
    found = problems("budget: é{{.Env.A}} {{.Env.B}}\n# {{ .Env.C }}\ndescription: {{.Env.A}}\n", env={"B": "x"})
    assert [(problem.rule, place(problem)) for problem in found] == [
        ("go-template", "1:10-20"),
        ("go-template", "2:3-15"),
        ("go-template", "3:14-24"),
    ]
    assert "environment variable A" in found[0].message
    assert "environment variable C" in found[1].message


#: Fields of every kind, and what stands in each of them without quotes.
FIELDS_OF_EVERY_KIND = (
    *("replicas: @", "hostNetworking: @", "timeout: @", "resources: {cpuCount: @}", "context: {priority: @}"),
    *("resources: {memory: @}", "envVars: [{name: @, value: a}]", "datasets: [{mountPath: @, source: {beaker: a}}]"),
)


@pytest.mark.parametrize("field", FIELDS_OF_EVERY_KIND)
@pytest.mark.parametrize(
    ("template", "hint"),
    [
        ("${{ inputs.a }}", "set an environment variable in the workflow"),
        ("{{ a }}", "render the file"),
        ("{{.Param.A}}", "render the file"),
        ("{{.Env.A}}", "--expand-env"),
        ("<A>", "replace the placeholder"),
        ("${A}", "does not expand shell variables"),
        ("$A", "does not expand shell variables"),
    ],
)
@pytest.mark.parametrize("quote", ["", '"'])
def test_what_is_not_replaced_has_its_own_remedy_in_every_kind_of_field(
    field: str, template: str, hint: str, quote: str
) -> None:
    found = check(
        TASK + f"  {field}\n".replace("@", quote + template + quote), settings=Settings(ignore=("placeholder",))
    )
    hints = [problem.hint or "" for problem in found if problem.rule not in ("missing-budget", "no-cluster")]
    is_right = template == "{{.Env.A}}" and quote and ("memory" in field or "name" in field or "mountPath" in field)
    assert hints or is_right
    assert all(hint in each for each in hints), hints


@pytest.mark.parametrize("text", ["{% if a %}\nbudget: b\n{% endif %}\n", "budget: {%- a %}\n"])
def test_statements_of_jinja_are_named_as_such(text: str) -> None:
    assert problems(text)[0].hint == "render the file before it is checked and submitted"


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("# {{.Env.NO}}\nbudget: a\n", True),
        ("budget: a  # {{.Env.NO}} and more\n", True),
        ("tasks:\n- image: {docker: a}\n  # replicas: {{.Env.NO}}\n", True),
        ("budget: {{.Env.A}}  # {{.Env.NO}}\n", True),
        ("budget: 'a # {{.Env.NO}}'\n", False),
        ("budget: a#{{.Env.NO}}\n", False),
        ("description: |\n  # {{.Env.NO}}\n", False),
        ("budget: {{.Env.NO}}  # {{.Env.NO}}\n", False),
        ("budget: 'a\n  # {{.Env.NO}}'\n", False),
    ],
)
def test_a_missing_value_of_a_template_in_a_comment_is_not_needed(text: str, is_right: bool) -> None:
    found = {each.rule for each in check(text, env={"A": "b"}, settings=Settings())}
    assert ("go-template" in found) is not is_right


def test_any_other_reference_is_an_error_that_quotes_it() -> None:
    problem = only("budget: {{.Param.A }}x\n", env={"A": HIDDEN})
    assert (problem.rule, place(problem)) == ("go-template", "1:9-22")
    assert problem.found == "{{.Param.A }}"


def test_any_other_action_is_an_error_that_does_not_show_it() -> None:
    problem = only(f'budget: {{{{ if "{HIDDEN}" }}}}x\n', env={})
    assert (problem.rule, problem.found) == ("go-template", None)


def test_an_open_template_is_an_error() -> None:
    assert found("budget: {{.Env.A\ntasks: []\n", env={"A": "x"})[0] == "go-template"


@pytest.mark.parametrize(
    "value", [HIDDEN, f"{HIDDEN}: x", f"x\ny: {HIDDEN}", f"'{HIDDEN}", f"[{HIDDEN}", f"\t@{HIDDEN}"]
)
def test_a_problem_in_an_expanded_value_is_placed_at_the_template(value: str) -> None:
    text = "budget: a\ntasks:\n- image: {docker: x}\n  replicas: {{.Env.N}}\n"
    found = problems(text, env={"N": value})
    assert [(problem.line, problem.column) for problem in found][0] in ((4, 13), (5, 1))
    assert all(HIDDEN not in str(problem) for problem in found)


def test_a_problem_behind_an_expanded_value_is_placed_in_the_text_as_written() -> None:
    text = "budget: {{.Env.A}}\nretry: {allowedTaskRetries: '{{.Env.A}}', x: !y z}\ntasks: a\n"
    assert places(text, env={"A": "many\n  lines of\n  text"}) == [
        ("invalid-type", "2:29-41"),
        ("unknown-tag", "2:46-48"),
        ("invalid-type", "3:8-9"),
    ]


def test_the_first_place_of_a_key_given_twice_is_that_in_the_text_as_written() -> None:
    problem = only("{x: {{.Env.A}}, budget: a, budget: b}\n", env={"A": "a longer value"})
    assert place(problem) == "1:28-34"
    assert problem.message.endswith("first at 1:17")


def test_the_line_where_something_starts_is_that_in_the_text_as_written() -> None:
    problem = only("budget: {{.Env.A}}\ngroups: [a}\n", env={"A": "|\n  a\n  b\n"})
    assert "line 2" in problem.message


def test_a_warning_about_an_expanded_file_is_placed_in_the_text_as_written() -> None:
    with pytest.warns(UnknownFieldWarning, match=r'^<text>:1:22: unknown field "zone" '):
        load("{budget: {{.Env.A}}, zone: x}\n", env={"A": HIDDEN})


def test_no_warning_shows_an_expanded_value() -> None:
    with pytest.warns(UnknownFieldWarning) as caught:
        load("a-{{.Env.A}}: b\n", env={"A": HIDDEN})
    assert all(HIDDEN not in str(warning.message) for warning in caught)


def test_an_expanded_document_written_again_holds_the_values() -> None:
    assert load("budget: {{.Env.A}}\n", env={"A": "b"}).to_json()["budget"] == "b"


#: Documents in which a value at the @ is where it can do harm.
HARMED = (
    "budget: @\n",
    "budget: '@'\n",
    'budget: "@"\n',
    "budget: |\n  @\n",
    "@: b\n",
    "# @\nretry: 3\n",
    "groups: [a, @]\n",
    TASK + "  envVars: [{name: A, value: @}]\n",
    TASK + "  envVars:\n  - name: @\n    value: [b]\n",
    TASK + "  envVars: {A: @}\n",
    TASK + "  command: [@, ~]\n",
    TASK + "  replicas: @\n",
    TASK + "  hostNetworking: @\n",
    TASK + "  timeout: @\n",
    TASK + "  context: {priority: @}\n",
    TASK + "  datasets:\n  - {mountPath: /a, source: {@: b}}\n",
    TASK + "  resources: {gpuCuont: @}\n",
    TASK + "  @\n",
    "@\n",
)


@pytest.mark.slow
@given(
    document=st.sampled_from(HARMED),
    before=st.sampled_from(["", "'", '"', "x: ", "\n", "\n- ", "[", "{", "&a ", "*", "!", "!!int ", "~\n", "  ", "\t"]),
    after=st.sampled_from(["", "'", '"', ": x", "\n", "]", "}", ",", " #", "\n? ", ": ", "\0", "\ufeff", "é"]),
    strict=st.booleans(),
)
@settings(max_examples=300)
def test_no_problem_and_no_warning_shows_an_expanded_value(
    document: str, before: str, after: str, strict: bool
) -> None:
    env = {"SECRET": f"{before}{HIDDEN}{after}"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            load(document.replace("@", "{{.Env.SECRET}}"), env=env, strict=strict)
        except ValidationError as error:
            assert HIDDEN not in str(error)
            assert HIDDEN not in repr(error)
            assert all(problem.line is not None for problem in error.problems)
    assert all(HIDDEN not in str(warning.message) for warning in caught)


# Places, order, and what an error holds.


def test_every_problem_of_a_file_is_reported_in_order() -> None:
    text = """\
# é 日本 comment
version: v3
budget: !x a
tasks:
- name: a
  image: {docker: "é😀", beaker: [y]}
  replicas: two
  envVars:
  - {name: é日, value: {a: b}}
  - A
  name: b
  context: {priority: hihg, minRuntime: 3d}
  command: ["é", ~, {a: b}]
- result: {path: [1]}
  datasets:
  - mountPath: /d
    source: {}
retry: *nobody
"""
    assert places(text) == [
        ("invalid-value", "2:10-12"),
        ("unknown-tag", "3:9-11"),
        ("invalid-type", "6:33-36"),
        ("invalid-type", "7:13-16"),
        ("invalid-type", "9:23-29"),
        ("invalid-type", "10:5-6"),
        ("duplicate-key", "11:3-7"),
        ("invalid-value", "12:23-27"),
        ("duration", "12:41-43"),
        ("null-item", "13:18-19"),
        ("invalid-type", "13:21-27"),
        ("missing-field", "14:3-9"),
        ("invalid-type", "14:18-21"),
        ("data-source", "17:13-15"),
        ("undefined-alias", "18:8-15"),
    ]


@pytest.mark.parametrize(
    ("before", "width"),
    [
        ("", 0),
        ("é", 1),
        ("日本", 2),
        ("😀", 1),
        ("e\u0301", 2),
        ("\u202e", 1),
        ("👩\u200d🚀", 3),
        ("\u2028".replace("\u2028", "\xa0"), 1),
    ],
)
def test_a_column_counts_characters(before: str, width: int) -> None:
    assert found(f"groups: ['{before}', [x]]\n")[1] == f"1:{14 + width}-{17 + width}"


def test_an_error_names_the_file_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spec.yaml").write_text("retry: 1\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValidationError, match=r"^spec\.yaml:1:8: "):
        ExperimentSpec.from_file("spec.yaml")


def test_a_text_has_no_file() -> None:
    assert only("retry: 1\n").file is None


def test_an_error_shows_the_line_and_what_is_wrong_in_it() -> None:
    with pytest.raises(ValidationError) as caught:
        load(TASK + "  resources: {gpuCount: two}\n")
    assert str(caught.value).splitlines()[:3] == [
        '<text>:3:25: expected an integer, got "two" [invalid-type]',
        "  3 |   resources: {gpuCount: two}",
        "    |                         ^~~",
    ]


SECRET_SPECS = (
    TASK + f"  envVars: [{{name: A, value: [{HIDDEN}]}}]\n",
    TASK + f"  envVars:\n    A: {HIDDEN}\n",
    TASK + f"  envVars: {HIDDEN}\n",
    TASK + f"  envVars: [{HIDDEN}]\n",
    TASK + f"  envVars: [{{name: A, value: '{HIDDEN}]\n",
    TASK + f"  envVars: [{{name: A, value: !x {HIDDEN}}}]\n",
    TASK + f"  envVars: [{{name: A, value: a: {HIDDEN}}}]\n",
    TASK + f"  envVars: [{{name: A, value: *{HIDDEN}}}]\n",
    TASK + f"  envVars: [{{name: A, {{value: {HIDDEN}}}: b}}]\n",
    TASK + f"  envVars: [{{name: A, vaule: {HIDDEN}, value: ~, x: !y z}}]\n",
    TASK + f"  envVars:\n  - name: A\n    value: @{HIDDEN}\n",
    TASK + f"  envVars:\n  - name: A\n    value: b\n    value: {HIDDEN}\n",
    TASK + f'  envVars:\n  - name: A\n    value: "\\q{HIDDEN}"\n',
    TASK + f"  envVars:\n  - name: A\n    value: {HIDDEN}\0\n",
    f"x: &x {HIDDEN}\n" + TASK + "  envVars: [{name: A, value: *x, secret: [a]}]\n  replicas: *x\n",
)


@pytest.mark.parametrize("text", SECRET_SPECS, ids=range(len(SECRET_SPECS)))
def test_no_error_shows_or_holds_the_value_of_a_variable(text: str) -> None:
    with pytest.raises(ValidationError) as caught, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load(text)
    error = caught.value
    assert HIDDEN not in str(error)
    assert HIDDEN not in repr(error)
    assert HIDDEN.encode() not in pickle.dumps(error)
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__


def test_a_file_that_is_not_there_is_an_operating_system_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ExperimentSpec.from_file(tmp_path / "nothing.yaml")


def test_from_file_and_from_yaml_read_the_same(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(TASK.encode())
    assert ExperimentSpec.from_file(path) == ExperimentSpec.from_file(str(path)) == load(TASK) == load(TASK.encode())


def test_the_command_reports_unknown_fields_beside_other_problems(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(TASK + "  replicas: two\n  nmae: a\n")
    assert main(["check", str(path)]) == 1
    out = capsys.readouterr().out
    assert ":3:13: " in out
    assert ":4:3: " in out


# Properties. Both readers, and both parsers of PyYAML, read the same.


@contextmanager
def pure_parser() -> Iterator[None]:
    """As where PyYAML was built without libyaml."""
    parser = parsers.CParser
    parsers.CParser = None
    try:
        yield
    finally:
        parsers.CParser = parser


def normal(data: object) -> object:
    """Plain data in a form in which 1, '1' and the unquoted scalar 1 are not equal, and keys have an order."""
    if isinstance(data, dict):
        return {"keys": [(type(key).__name__, str.__str__(key), normal(value)) for key, value in data.items()]}
    if isinstance(data, list):
        return [normal(value) for value in data]
    return type(data).__name__, None if data is None else str(data)


def sharing(data: Any) -> list[int]:
    """For each shared collection in the order of the document, the number of the object that it is."""
    numbers: dict[int, int] = {}
    order: list[int] = []
    kept: list[object] = []

    def walk(value: Any) -> None:
        if isinstance(value, (SharedMapping, SharedList)):
            kept.append(value)
            order.append(numbers.setdefault(id(value), len(numbers)))
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(part)

    walk(data)
    return order


FRAGMENTS = (
    *("\n", "\n  ", "\n- ", "\n  - ", "\n    ", "\r\n", " ", "\t", ":", ": ", "- ", "? ", "\n? ", "\n: ", ",", ", "),
    *("[", "]", "{", "}", "'", '"', "|\n", "|-\n    x\n", ">\n  ", "|+2\n    x\n\n", "#", " # c", "~", "null", "''"),
    *("key: ", "name: ", "a", "b c", "1", "0x1", "1.10", "true", "&a ", "*a", "&b ", "*b ", "!!str ", "! ", "!x "),
    *("<<: ", "<<: *a\n", "---\n", "...\n", "%YAML 1.1\n---\n", "%X\n", "\\", '"\\u00e9"', '"\\ud800"', "é", "日"),
    *("\x85", "\u2028", "\ufeff", "\0", "@", "`", "%", "=", "<", "?", "!"),
)
BASES = (
    """\
tasks:
- image: {docker: x}
  command: [a, 'b c', "d", 1.10]
  envVars:
  - name: A
    value: |
      x
      y
  - {name: B, value: "z"}
""",
    """\
budget: a
defaults: &d
  image: &i {docker: x}
  replicas: 1
tasks:
- <<: *d
  name: t
- image: *i
  arguments:
  - --x
  - "a
    b"
  constraints: {cluster: ai2/c, zone: 1.10}
""",
    "{tasks: [{image: {docker: x}, resources: {gpuCount: 1, memory: 1GiB}}], retry: {allowedTaskRetries: 3}}\n",
    "? version\n: v2\n? &k budget\n: !!str 1\ndescription: *k\n'groups': [*k, ! b]\ntasks: []\n",
)


@st.composite
def changed_specs(draw: st.DrawFn) -> str:
    """A spec in which some places are changed: still YAML about as often as not."""
    text = draw(st.sampled_from(BASES))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 0, 1, 2, 6])))
        text = text[:start] + draw(st.sampled_from((*FRAGMENTS, ""))) + text[end:]
    return text


#: Texts that look like YAML, and texts that nearly are specs.
yaml_like = st.one_of(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join), changed_specs())

#: Scalars with what they are read as: text, an unquoted scalar that may be more, or null.
SCALARS: dict[str, str | None] = {
    "a": "a",
    "a b": "a b",
    "é日": "é日",
    "1": PlainScalar("1"),
    "1.10": PlainScalar("1.10"),
    "no": PlainScalar("no"),
    "2024-01-01": PlainScalar("2024-01-01"),
    "~": None,
    "null": None,
    "'1'": "1",
    '"no"': "no",
    "''": "",
    "'it''s'": "it's",
    '"\\u00e9\\n"': "é\n",
    "!!str 1": "1",
    "!!str ~": "~",
    "! 1": PlainScalar("1"),
    "! '1'": PlainScalar("1"),
    "! a": "a",
    "-x": "-x",
    "a&b": "a&b",
    "a!": "a!",
    "a && b": "a && b",
}
KEYS: dict[str, str] = {
    **{key: key for key in ("a", "b", "on", "1", "é", "a b", "tasks", "name")},
    **{f"'{key}'": key for key in ("c", "null", "<<", "2")},
    '"d"': "d",
    "!!str e": "e",
    "! f": "f",
    "? g\n": "g",
}


#: Stands for the data of a collection that is not closed yet: an alias to it would be recursive.
_OPEN = object()


@attrs.define
class _Writer:
    """Draws a document with everything that YAML allows in one, and what has to be read from it."""

    draw: st.DrawFn
    anchors: dict[str, Any] = attrs.field(factory=dict)
    size: int = 0

    def value(self, indent: str, depth: int) -> tuple[str, Any]:
        """What stands behind ``key:`` or ``-``, to the end of the line at least, and its data."""
        draw = self.draw
        self.size += 1
        kinds = (
            ["scalar"] if depth > 3 or self.size > 25 else ["scalar", "scalar", "mapping", "list", "flow", "flow list"]
        )
        usable = sorted(name for name, data in self.anchors.items() if data is not _OPEN)
        if usable:
            kinds += ["alias", "alias"]
        kind = draw(st.sampled_from(kinds))
        if kind == "alias":
            name = draw(st.sampled_from(usable))
            return f" *{name}\n", self.anchors[name]
        anchor = draw(st.sampled_from([None, None, None, "x", "y", "z"]))
        mark = f" &{anchor}" if anchor else ""
        if anchor:
            self.anchors[anchor] = _OPEN
        data: Any
        if kind == "scalar":
            written = draw(st.sampled_from(list(SCALARS)))
            text, data = f"{mark} {written}\n", SCALARS[written]
        elif kind == "flow":
            text, data = (
                f"{mark} {{a: 1, 'b': [~, \"c\"], d: }}\n",
                {"a": PlainScalar("1"), "b": [None, "c"], "d": None},
            )
        elif kind == "flow list":
            text, data = f"{mark} [a, 1.0, {{b: c}}, ]\n", ["a", PlainScalar("1.0"), {"b": "c"}]
        elif kind == "list":
            parts = [self.value(indent + "  ", depth + 1) for _ in range(draw(st.integers(1, 3)))]
            text = f"{mark}\n" + "".join(f"{indent}-{part}" for part, _ in parts)
            data = [part for _, part in parts]
        else:
            text, data = self.mapping(indent, depth)
            text = f"{mark}\n{text}"
        if anchor and self.anchors[anchor] is _OPEN:  # else one inside has the name now
            self.anchors[anchor] = data
        return text, data

    def mapping(self, indent: str, depth: int) -> tuple[str, dict[str, Any]]:
        draw = self.draw
        lines: list[str] = []
        data: dict[str, Any] = {}
        merged: list[dict[str, Any]] = []
        keys = draw(st.lists(st.sampled_from(list(KEYS)), min_size=1, max_size=3, unique_by=KEYS.__getitem__))
        for key in keys:
            if KEYS[key] in data:
                continue
            if depth and draw(st.integers(0, 5)) == 0 and not merged:
                sources = [name for name, each in sorted(self.anchors.items()) if isinstance(each, dict)]
                if sources:
                    chosen = draw(st.lists(st.sampled_from(sources), min_size=1, max_size=2))
                    lines.append(f"{indent}<<: [{', '.join('*' + name for name in chosen)}]\n")
                    merged += [self.anchors[name] for name in chosen]
            text, value = self.value(indent + "  ", depth + 1)
            lines.append(f"{indent}{key}{indent if key.startswith('?') else ''}:{text}")
            data[KEYS[key]] = value
        for source in merged:
            data = data | {name: value for name, value in source.items() if name not in data}
        return "".join(lines), data


@st.composite
def legal_documents(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    return _Writer(draw).mapping("", 0)


def quickly(text: str, max_depth: int = 100, max_values: int = 10**6) -> dict[str, Any] | None:
    try:
        return read_block(text, Limits(depth=max_depth, values=max_values))
    except Unusual:
        return None


@pytest.mark.slow
@given(yaml_like)
@example("a: \ufeff")
@example("a: !")
@example("a: {b: &x c, d: *x}")
@settings(max_examples=600)
def test_whatever_the_fast_reader_takes_the_complete_one_reads_as_the_same(text: str) -> None:
    data = quickly(text)
    if data is None:
        return
    located = locate_yaml(text)
    assert list(located.findings) == []
    assert located.root is not None
    assert normal(located.root.data) == normal(data)
    assert sharing(located.root.data) == sharing(data)


@pytest.mark.slow
@given(legal_documents())
@settings(max_examples=200)
def test_a_legal_document_is_read_as_what_it_says(document: tuple[str, dict[str, Any]]) -> None:
    text, data = document
    located = locate_yaml(text)
    assert list(located.findings) == []
    assert located.root is not None
    assert normal(located.root.data) == normal(data)
    quick = quickly(text)
    assert quick is None or normal(quick) == normal(data)


@pytest.mark.slow
@given(legal_documents(), st.integers(1, 6), st.integers(1, 30))
@settings(max_examples=200)
def test_the_fast_reader_takes_nothing_that_is_beyond_the_limits(
    document: tuple[str, dict[str, Any]], max_depth: int, max_values: int
) -> None:
    text, _ = document
    if quickly(text, max_depth, max_values) is not None:
        assert not locate_yaml(text, Limits(depth=max_depth, values=max_values)).findings


def outcome(text: str | bytes) -> str:
    """The spec as its repr, which shows the types of all scalars, or that there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownFieldWarning)
        try:
            return repr(ExperimentSpec.from_yaml(text))
        except ValidationError as error:
            assert error.problems
            assert all(problem.line is not None for problem in error.problems)
            return "refused"


#: What PyYAML's own parser reads otherwise than libyaml does, and what to know it by: texts with one of these are not
#: compared. Each pattern finds too much rather than too little.
KNOWN_DIFFERENCES = {
    "a colon before a bracket or comma, as in {a:[b]} or {a:}, ends a key or is a mistake": r":[][{},]",
    "a question mark ends a word in brackets": r"\?",
    "a directive that is not known is passed over or refused": r"%",
    "a tab ends a word, and may not begin a line: it stands behind the sign of a key, an item or a collection": (
        r"(?<!:)(?<![\s\[{][\[{,-])(?<!^[\[{-])\t"
    ),
    "a comment follows the sign of a block scalar without a space, as in |#": r"[|>][-+0-9]*#",
}


@pytest.mark.slow
@given(yaml_like)
@example("a:\tb")
@example("{\t}")
@example("a: \ufeff")
@example("a: !")
@example("a: [!,]")
@example('a: "\\ud800"')
@settings(max_examples=400)
def test_both_parsers_of_pyyaml_give_the_same(text: str) -> None:
    assume(not any(re.search(pattern, text) for pattern in KNOWN_DIFFERENCES.values()))
    with_libyaml = outcome(text)
    with pure_parser():
        assert outcome(text) == with_libyaml


@given(legal_documents())
@settings(max_examples=100)
def test_the_pure_parser_reads_a_legal_document_as_what_it_says(document: tuple[str, dict[str, Any]]) -> None:
    text, data = document
    with pure_parser():
        located = locate_yaml(text)
    assert list(located.findings) == []
    assert located.root is not None
    assert normal(located.root.data) == normal(data)


@pytest.mark.parametrize(
    "text",
    [
        TASK + "  name: é\n  replicas: two\n  name: b\n",
        "a: &a [*a]\nb: *c\n~: d\n!x e: f\n",
        "budget: a\n---\nbudget: b\n",
        "<<: [a]\nretry: é\n",
        "tasks:\n\t- a\n",
        "",
    ],
)
def test_the_pure_parser_places_problems_as_libyaml_does(text: str) -> None:
    with_libyaml = places(text)
    with pure_parser():
        assert places(text) == with_libyaml


@pytest.mark.slow
@given(
    st.one_of(
        st.binary(max_size=60),
        yaml_like.map(str.encode),
        st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
)
@settings(max_examples=400)
def test_any_bytes_give_a_spec_or_a_validation_error(data: bytes) -> None:
    outcome(data)


@pytest.mark.slow
@given(st.one_of(yaml_like, st.text(max_size=40)), st.dictionaries(st.sampled_from(["A", "B"]), st.text(max_size=8)))
@settings(max_examples=200)
def test_any_text_with_templates_gives_a_spec_or_a_validation_error(text: str, env: dict[str, str]) -> None:
    text = text.replace("a", "{{.Env.A}}").replace("1", "{{ .Env.B }}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownFieldWarning)
        try:
            ExperimentSpec.from_yaml(text, env=env)
        except ValidationError as error:
            assert all(problem.line is not None for problem in error.problems)


# Properties. A mistake in a right spec is reported at its own place.

words = st.sampled_from(["a", "run", "x/y:1", "é", "1", "no", "0123", "a b", "--flag", "{{x}}", "it's", "a: b", ""])
names = st.sampled_from(["alpha", "beta", "gamma", "delta"])


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


tasks = st.builds(
    lambda required, optional: required | optional,
    st.fixed_dictionaries(
        {"image": st.one_of(words.map(lambda word: {"docker": word}), words.map(lambda word: {"beaker": word}))}
    ),
    some(
        command=st.lists(words, min_size=1, max_size=3),
        envVars=st.lists(
            st.fixed_dictionaries({"name": names}, optional={"value": words, "secret": words}), min_size=1, max_size=3
        ),
        datasets=st.lists(
            st.fixed_dictionaries({"mountPath": words, "source": words.map(lambda word: {"beaker": word})}),
            min_size=1,
            max_size=2,
        ),
        result=st.fixed_dictionaries({"path": words}),
        resources=some(gpuCount=st.integers(0, 8), cpuCount=st.floats(0.5, 8), memory=words),
        context=some(priority=st.sampled_from(["low", "high"]), preemptible=st.booleans(), cluster=words),
        constraints=some(cluster=st.lists(words, min_size=1, max_size=2), hostname=st.lists(words, max_size=1)),
        replicas=st.integers(1, 4),
        hostNetworking=st.booleans(),
        timeout=st.just("1h"),
    ),
)
specs = st.builds(
    lambda experiment, parts: ExperimentSpec.from_json(experiment | {"tasks": parts}),
    some(description=words, budget=words, retry=some(allowedTaskRetries=st.integers(0, 10))),
    st.lists(tasks, min_size=1, max_size=3),
)
#: A line of a file in block style that holds a key, and what follows it.
KEY_LINE = re.compile(r"(?P<before>[ -]*)(?P<key>[A-Za-z]+):(?P<value>.*)")
KINDS = {
    "int": {"gpuCount", "replicas", "allowedTaskRetries"},
    "number": {"cpuCount"},
    "boolean": {"hostNetworking", "preemptible"},
    "choice": {"priority", "version"},
    "duration": {"timeout"},
    "text": {"description", "budget", "docker", "beaker", "value", "secret", "mountPath", "path", "memory", "name"},
}


def planted(
    spec: ExperimentSpec, data: st.DataObject, keys: Callable[[str], bool], change: Callable[[re.Match[str]], str]
) -> tuple[str, int]:
    """The text of a spec with one line changed, and the number of that line."""
    lines = spec.to_yaml().splitlines()
    fitting = [
        number
        for number, line in enumerate(lines)
        if (match := KEY_LINE.fullmatch(line)) is not None and keys(match["key"]) and match["value"]
    ]
    assume(fitting)
    number = data.draw(st.sampled_from(fitting))
    match = KEY_LINE.fullmatch(lines[number])
    assert match is not None
    lines[number] = change(match)
    return "\n".join(lines) + "\n", number + 1


@pytest.mark.slow
@given(specs, st.data())
def test_a_misspelt_key_is_reported_at_its_place(spec: ExperimentSpec, data: st.DataObject) -> None:
    # A constraint of another name would be right.
    text, line = planted(
        spec,
        data,
        lambda key: key != "hostname",
        lambda match: f"{match['before']}{match['key']}z:{match['value']}",
    )
    changed = text.splitlines()[line - 1]
    column = len(changed) - len(changed.lstrip(" -")) + 1
    found = [(each.line, each.column) for each in problems(text, strict=True) if each.rule == "unknown-field"]
    assert found == [(line, column)]


@pytest.mark.slow
@given(specs, st.data())
def test_a_key_given_again_is_reported_at_its_place(spec: ExperimentSpec, data: st.DataObject) -> None:
    text, line = planted(
        spec,
        data,
        lambda key: True,
        lambda match: f"{match[0]}\n{match['before'].replace('-', ' ')}{match['key']}: again",
    )
    found = [(each.rule, each.line) for each in problems(text)]
    assert found == [("duplicate-key", line + 1)]


WRONG = {
    "int": "many",
    "number": "1:30",
    "boolean": "'yes'",
    "choice": "hihg",
    "duration": "3d",
    "text": "[a]",
}


@pytest.mark.slow
@given(specs, st.sampled_from(sorted(WRONG)), st.data())
def test_a_value_of_the_wrong_kind_is_reported_at_its_place(
    spec: ExperimentSpec, kind: str, data: st.DataObject
) -> None:
    text, line = planted(
        spec,
        data,
        lambda key: key in KINDS[kind],
        lambda match: f"{match['before']}{match['key']}: {WRONG[kind]}",
    )
    problem = only(text)
    changed = text.splitlines()[line - 1]
    assert (problem.line, problem.column) == (line, len(changed) - len(WRONG[kind]) + 1)


@pytest.mark.slow
@given(specs, st.integers(2, 4), st.data())
def test_every_mistake_of_several_is_reported_in_order(spec: ExperimentSpec, count: int, data: st.DataObject) -> None:
    lines = spec.to_yaml().splitlines()
    kind_of_key = {key: kind for kind, keys in KINDS.items() for key in keys}
    fitting = [
        number
        for number, line in enumerate(lines)
        if (match := KEY_LINE.fullmatch(line)) is not None and match["key"] in kind_of_key and match["value"]
    ]
    chosen = sorted(data.draw(st.lists(st.sampled_from(fitting), max_size=count, unique=True)))
    assume(chosen)
    for number in chosen:
        match = KEY_LINE.fullmatch(lines[number])
        assert match is not None
        lines[number] = f"{match['before']}{match['key']}: {WRONG[kind_of_key[match['key']]]}"
    assert [problem.line for problem in problems("\n".join(lines) + "\n")] == [number + 1 for number in chosen]
