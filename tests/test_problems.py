"""Problems and the exceptions that carry them: what a person reads, and what nobody may."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import re
import sys
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from beakerspec import (
    BeakerSpecError,
    EnvVar,
    ExperimentSpec,
    ExperimentSpecError,
    Problem,
    TaskSpec,
    UnknownFieldWarning,
    ValidationError,
    get_converter,
)
from beakerspec.problems import path_parts

each_error = pytest.mark.parametrize("error", [ValidationError, ExperimentSpecError])
each_protocol = pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))


def problem(message: str = "a message", **fields: Any) -> Problem:
    return Problem(rule="some-rule", message=message, **fields)


def error_of(call: Any, *args: Any, **keywords: Any) -> ValidationError:
    with pytest.raises(ValidationError) as refusal:
        call(*args, **keywords)
    return refusal.value


# Problem


def test_a_problem_has_the_documented_fields():
    fields = {"rule": "r", "severity": "warning", "message": "m", "path": "p", "hint": "h", "file": "f"}
    place = {"line": 1, "column": 2, "end_line": 3, "end_column": 4}
    full = Problem(**fields, **place)  # type: ignore[arg-type]
    assert {name: getattr(full, name) for name in (*fields, *place)} == {**fields, **place}


def test_a_problem_is_an_error_without_a_place_unless_it_is_said():
    least = Problem(rule="r", message="m")
    assert (least.severity, least.path, least.hint, least.file) == ("error", "", None, None)
    assert (least.line, least.column, least.end_line, least.end_column) == (None,) * 4


def test_a_problem_takes_keywords_only():
    with pytest.raises(TypeError):
        Problem("r", "error", "m")  # type: ignore[misc]


def test_a_problem_is_frozen_and_hashable():
    frozen: Any = problem()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        frozen.message = "another"
    assert hash(frozen) == hash(problem())
    assert not hasattr(frozen, "__dict__")


@each_protocol
def test_a_pickled_problem_comes_back_equal(protocol):
    placed = problem(file="f", line=1, column=2, path="a.b", hint="h", severity="warning")
    assert pickle.loads(pickle.dumps(placed, protocol)) == placed


def test_problems_are_ordered_by_place_and_those_without_one_come_first():
    ordered = [
        problem("a", path="z"),
        problem("b", path="z"),
        problem("z", file="a", line=1, column=9),
        problem("z", file="a", line=2, column=1),
        problem("y", file="a", line=2, column=10),
        problem("x", file="a", line=10, column=2),
        problem("w", file="b", line=1, column=1),
    ]
    ordered.reverse()
    assert sorted(ordered) == ordered[::-1]


PROBLEMS = st.builds(
    Problem,
    rule=st.sampled_from(["a", "b"]),
    message=st.sampled_from(["m", "n"]),
    path=st.sampled_from(["", "a", "b"]),
    file=st.none() | st.sampled_from(["f", "g"]),
    line=st.none() | st.integers(1, 12),
    column=st.none() | st.integers(1, 12),
)


@given(PROBLEMS, PROBLEMS)
def test_the_comparisons_of_problems_agree(one, other):
    assert (one < other) == (other > one)
    assert (one <= other) == (other >= one)
    assert one <= other or other <= one
    assert (one < other) == (one <= other and not other <= one)
    assert one != other or not (one < other or one > other)


@given(st.lists(PROBLEMS, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_problems_does_not_depend_on_how_they_came(problems, random):
    shuffled = list(problems)
    random.shuffle(shuffled)
    assert list(map(str, ValidationError(shuffled).problems)) == list(map(str, ValidationError(problems).problems))


def test_a_problem_is_compared_with_problems_only():
    for other in ("text", 5, None, ("a",)):
        assert problem() != other
        with pytest.raises(TypeError):
            assert problem() < other
        with pytest.raises(TypeError):
            assert problem() >= other


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "a message [some-rule]"),
        ({"path": "tasks[0].image"}, "tasks[0].image: a message [some-rule]"),
        ({"file": "a.yaml"}, "a.yaml: a message [some-rule]"),
        ({"file": "a.yaml", "path": "tasks"}, "a.yaml: tasks: a message [some-rule]"),
        ({"line": 3, "column": 7}, "<text>:3:7: a message [some-rule]"),
        ({"file": "a.yaml", "line": 3, "column": 7}, "a.yaml:3:7: a message [some-rule]"),
        (
            {"file": "a.yaml", "line": 3, "column": 7, "path": "tasks[0]"},
            "a.yaml:3:7: a message [some-rule]\n  in: tasks[0]",
        ),
        ({"severity": "warning", "path": "a"}, "a: warning: a message [some-rule]"),
        ({"hint": "do this"}, "a message [some-rule]\n  hint: do this"),
        ({"hint": "write\nit so"}, "a message [some-rule]\n  hint: write\n        it so"),
    ],
)
def test_a_problem_reads_as_one_block(fields, text):
    assert str(problem(**fields)) == text


# The exceptions


@each_error
def test_the_exceptions_are_value_errors_of_one_family(error):
    assert issubclass(error, BeakerSpecError)
    assert issubclass(error, ValueError)
    assert not issubclass(ValidationError, ExperimentSpecError)
    assert not issubclass(ExperimentSpecError, ValidationError)


@each_error
def test_problems_are_a_sorted_tuple_of_whatever_was_given(error):
    first, second = problem(path="a"), problem(path="b")
    for given_ones in ([second, first], (second, first), {second, first}, iter([second, first])):
        assert error(given_ones).problems == (first, second)
    assert type(error([]).problems) is tuple


@each_error
def test_an_exception_reads_as_one_block_for_each_problem(error):
    blocks = [problem(path="a", hint="h"), problem(path="b")]
    assert str(error(blocks)) == "\n".join(map(str, blocks))


@each_error
@each_protocol
def test_a_pickled_exception_comes_back_with_its_problems(error, protocol):
    raised = error([problem(path="b"), problem(path="a", line=1, column=1, hint="h")])
    again = pickle.loads(pickle.dumps(raised, protocol))
    assert type(again) is error
    assert again.problems == raised.problems
    assert str(again) == str(raised)


@each_error
def test_a_copied_exception_has_its_problems(error):
    raised = error([problem(path="a")])
    for again in (copy.copy(raised), copy.deepcopy(raised)):
        assert (type(again), again.problems, str(again)) == (error, raised.problems, str(raised))


@each_protocol
def test_the_exception_of_a_text_survives_pickling_with_its_source_lines(protocol):
    raised = error_of(ExperimentSpec.from_yaml, "budget: a\nbudget: b\n")
    assert "2 | budget: *" in str(raised)
    assert str(pickle.loads(pickle.dumps(raised, protocol))) == str(raised)


# What a person reads


def test_the_error_about_a_file_shows_the_source_under_the_exact_token(tmp_path):
    file = tmp_path / "spec.yaml"
    file.write_text(
        "version: v2\ntasks:\n- image: {docker: alpine}\n  replicas: two\n  context:\n    priority: hihg # soon\n",
        encoding="utf-8",
    )
    assert str(error_of(ExperimentSpec.from_file, file)).replace(str(file), "spec.yaml") == (
        'spec.yaml:4:13: expected an integer, got "two" [invalid-type]\n'
        "  4 |   replicas: two\n"
        "    |             ^~~\n"
        "  in: tasks[0].replicas\n"
        "spec.yaml:6:15: expected a priority: low, normal, high, urgent, immediate, preemptible, "
        'got "hihg" [invalid-value]\n'
        "  6 |     priority: hihg * ****\n"
        "    |               ^~~~\n"
        "  in: tasks[0].context.priority\n"
        "  hint: did you mean high?"
    )


def test_the_error_about_plain_data_names_the_path():
    assert str(error_of(ExperimentSpec.from_json, {"tasks": [{"image": {"docker": 1}}]})) == (
        "tasks[0].image.docker: expected a string, got 1 [invalid-type]\n  hint: quote it"
    )


def test_the_error_about_keywords_names_the_path():
    error = error_of(TaskSpec, image={}, env_vars=[{"name": "A"}, {"nmae": "B"}])
    assert [each.path for each in error.problems if each.severity == "error"] == ["env_vars[1].nmae"]
    assert "[unknown-field]" in str(error)


def test_the_error_about_a_rule_names_the_path():
    with pytest.raises(ExperimentSpecError) as broken:
        ExperimentSpec.new("b").validate()
    assert str(broken.value).startswith(
        "tasks[0].image: expected exactly one of beaker, docker, got neither [image-source]"
    )


def test_a_long_text_is_cut_short_in_a_message():
    error = error_of(TaskSpec, image={}, replicas="x" * 10_000, command="y" * 10_000)
    assert len(str(error)) < 500


def test_a_control_character_is_escaped_in_a_message():
    error = error_of(TaskSpec, image={}, replicas="\x1b[31mred\x07\u202e")
    assert all(character.isprintable() or character == "\n" for character in str(error))


@pytest.mark.parametrize("name", ["\ud800", "a\ud800", "\x1b", "a\nb", '"', "\\", "é", "a.b", "[0]", ""])
def test_any_name_can_be_part_of_a_path(name):
    for call in (
        lambda: TaskSpec(image={}, extra={name: {"a", "b"}}),
        lambda: TaskSpec.from_json({"image": {}, name: {"a", "b"}}),
        lambda: TaskSpec(image={}, constraints={name: {"a", "b"}}),
    ):
        error = error_of(call)
        str(error).encode()
        assert "\n" not in error.problems[0].path


# What nobody may read


def everything_said_by(error: BaseException) -> Iterator[str]:
    """All that an exception says to whoever prints, logs, pickles or sends it."""
    yield str(error)
    yield repr(error)
    yield repr(error.args)
    yield "".join(traceback.format_exception_only(type(error), error))
    yield repr(pickle.dumps(error))
    for each in getattr(error, "problems", ()):
        yield repr(attrs.asdict(each))


#: What stands in a message of no loader for another reason, and in none of the fragments below.
SECRETS = st.integers(10**14, 10**15 - 1).flatmap(
    lambda number: st.sampled_from(
        [
            *(f"q{number}z", str(number), f"{number}=", f"w {number} z", f"é{number}", f"{number}\n{number}"),
            *(
                f"{number}:{{",
                f"- {number}",
                f'"{number}',
                f"<{number}>",
                f"${{{number}}}",
                f"{{{{{number}",
                f"# {number}",
            ),
            *(number, -number, float(number), number + 0.5, number * 10**60),
        ]
    )
)


def digits_of(secret: Any) -> str:
    """What tells a secret from everything else, cut short as a message might cut it."""
    return "".join(character for character in repr(secret) if character.isdigit())[:12]


def misplaced(secret: Any) -> st.SearchStrategy[Any]:
    """What a task's `envVars` may be where someone got them wrong, with `secret` as a value of a variable."""
    values = st.sampled_from(
        [secret, [secret], {"value": secret}, {str(secret)[:3]: [secret]}, [[secret]], f"{secret}\ud800", None, True]
    )
    keys = st.sampled_from(["value", "valeu", "secret", "Value", "from", "default", "val_ue"])
    names = st.sampled_from(["A", "PATH", "", 5, None, True, ["A"], {"a": "b"}, "1", "a b"])
    variables = st.one_of(
        st.fixed_dictionaries({"name": names, "value": values}),
        st.dictionaries(keys, values, min_size=1, max_size=3),
        st.builds(lambda name, rest: {"name": name, **rest}, names, st.dictionaries(keys, values, max_size=3)),
        values,
        st.just(f"A={secret}"),
        st.just(["A", secret]),
    )
    return st.one_of(
        st.lists(variables, min_size=1, max_size=4),
        st.dictionaries(st.sampled_from(["A", "B", "name", "value"]), values, min_size=1),
        st.just(f"A={secret}"),
        st.just(secret),
        st.lists(st.just(secret), min_size=1).map(tuple),
        st.just([{"name": "A", "value": secret}, {"name": "A", "value": secret}, 5]),
    )


@st.composite
def leaky(draw: st.DrawFn) -> tuple[Any, dict[str, Any]]:
    """A secret, and a wrong experiment with it as a value of environment variables."""
    secret = draw(SECRETS)
    variables = misplaced(secret)
    key = st.sampled_from(["envVars", "envVars", "env_vars"])
    tasks = [
        {
            "image": draw(st.sampled_from([{"docker": "a"}, {"docker": 1}, None, "a"])),
            draw(key): draw(variables),
            **draw(st.sampled_from([{}, {"envVars": draw(variables)}, {"replicas": "x"}])),
        }
        for _ in range(draw(st.integers(1, 2)))
    ]
    return secret, {**draw(st.sampled_from([{}, {"budget": 1}, {"version": "v3"}])), "tasks": tasks}


def refusal_of(call: Any) -> tuple[BaseException | None, list[str]]:
    """What a call raised, if it did, and what it warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            call()
        except ValidationError as error:
            return error, [str(each.message) for each in caught]
    return None, [str(each.message) for each in caught]


def assert_kept(secret: Any, call: Any) -> None:
    """Check that nothing that a call says shows the secret."""
    error, said = refusal_of(call)
    if error is not None:
        said += everything_said_by(error)
    digits = digits_of(secret)
    assert not [each for each in said if digits in "".join(character for character in each if character not in "_,")]


@pytest.mark.slow
@given(leaky())
@example((123456789012345, {"tasks": [{"image": {}, "envVars": "A=123456789012345"}]}))
@example((123456789012345, {"tasks": [{"image": {}, "envVars": 123456789012345}]}))
@example((123456789012345, {"tasks": [{"image": 5, "env": {"A": 123456789012345}, "evnVars": [123456789012345]}]}))
@example((123456789012345, {"tasks": [{"spec": {"image": 5, "env": {"A": 123456789012345}}}]}))
@example((123456789012345, {"tasks": [{"image": {}, "envVars": [{"name": "A", "value": "123456789012345\ud800"}]}]}))
def test_no_error_about_plain_data_shows_the_value_of_a_variable(case):
    secret, data = case
    assert_kept(secret, lambda: ExperimentSpec.from_json(data))
    assert_kept(secret, lambda: ExperimentSpec.from_json(data, strict=True))


@pytest.mark.slow
@given(leaky())
def test_no_error_of_a_converter_shows_the_value_of_a_variable(case):
    secret, data = case
    assert_kept(secret, lambda: get_converter().structure([data], list[ExperimentSpec]))


@pytest.mark.slow
@given(leaky())
@example((123456789012345, {"tasks": [{"image": {}, "envVars": "A=123456789012345"}]}))
@example((123456789012345, {"tasks": [{"image": {}, "envVars": [{"name": "A", "value": "123456789012345\ud800"}]}]}))
def test_no_error_of_a_constructor_shows_the_value_of_a_variable(case):
    secret, data = case
    assert_kept(secret, lambda: ExperimentSpec(tasks=data["tasks"]))
    for task in data["tasks"]:
        variables = task.get("env_vars", task.get("envVars"))
        assert_kept(secret, lambda variables=variables: TaskSpec(image=5, env_vars=variables))
        assert_kept(secret, lambda variables=variables: TaskSpec.new("t", env_vars=variables))
        assert_kept(secret, lambda variables=variables: attrs.evolve(TaskSpec(image={}), env_vars=variables))


@pytest.mark.slow
@given(SECRETS)
def test_no_error_of_a_verb_shows_the_value_of_a_variable(secret):
    task = TaskSpec.new("t")
    for value in (secret, [secret], {"a": secret}, f"{secret}\ud800", (secret,)):
        assert_kept(secret, lambda value=value: task.with_env_var("A", value))
        assert_kept(secret, lambda value=value: task.with_env_var("A", secret=value))
        assert_kept(secret, lambda value=value: task.with_env_var(5, value))
        assert_kept(secret, lambda value=value: EnvVar(name=5, value=value))
        assert_kept(secret, lambda value=value: attrs.evolve(EnvVar(name="A"), value=value))


WRONG_VALUES = (
    "*{0}",
    "!{0} a",
    "!!{0} a",
    "%{0}",
    "@{0}",
    "|{0}",
    '"{0}',
    "'{0}",
    '"\\{0}"',
    '""{0}"',
    "''{0}'",
    "[{0}",
    "{{{0}: 1",
    "{{{0}: 1, {0}: 2}}",
    "{{{0}: !x 1}}",
    "{{{0}: {{{0}: [null, !x {0}]}}}}",
    "{{<<: {0}}}",
    "[*{0}, &{0} a]",
    "{{{{{0}}}}}",
    "{{{{.Env.A}}}}{0}",
    "a: {0}: b",
    "&{0} {{a: *{0}}}",
    "|\n    {0}\n   {0}",
    "\n    - {0}: 1\n      {0}: 2",
    "\t{0}",
    "{0}\n\t{0}",
    "{0}\n  {0}",
    "{0}\x00",
    "{0}\ud800",
)


@pytest.mark.parametrize("value", WRONG_VALUES)
@pytest.mark.parametrize("secret", ["q123456789012345z", "123456789012345"])
@pytest.mark.parametrize(
    "text",
    [
        "tasks:\n- image: {{docker: a}}\n  envVars:\n  - name: A\n    value: {0}\n",
        "tasks:\n- image: {{docker: a}}\n  envVars:\n  - {{name: A, value: {0}}}\n",
        "tasks: [{{image: {{docker: a}}, env_vars: [{{name: A, value: {0}}}]}}]\n",
    ],
    ids=["block", "flow in block", "flow"],
)
def test_no_error_about_the_text_of_a_variable_shows_its_value(text, value, secret):
    assert_kept(secret, lambda: ExperimentSpec.from_yaml(text.format(value.format(secret))))


@pytest.mark.parametrize(
    "value",
    [
        *("{0}", '""{0}"', '"{0}', '"\\{0}"', "1{0}", "-{0}", '"a" "{0}"', '["{0}"', '"a", "{0}"', '"{0}\n"'),
        *("'{0}'", '{{"{0}": 1, "{0}": 2}}', '{{"{0}" 1}}', "{{{0}: 1}}", '["{0}", NaN]', "NaN{0}", "tru{0}"),
        *("// {0}\n", "\x00{0}", '"{0}\\ud800"'),
    ],
)
@pytest.mark.parametrize("secret", ["q123456789012345z", "123456789012345"])
def test_no_error_about_the_json_of_a_variable_shows_its_value(tmp_path, value, secret):
    file = tmp_path / "a.json"
    text = f'{{"tasks": [{{"image": {{}}, "envVars": [{{"name": "A", "value": {value.format(secret)}}}]}}]}}'
    file.write_text(text, encoding="utf-8")
    assert_kept(secret, lambda: ExperimentSpec.from_file(file))


@pytest.mark.parametrize(
    "variables",
    [
        '[{{"name": "A"]}}, "value": "{0}"}}]',
        '[{{"name": "A"}}}}, "value": "{0}"}}]',
        '}} [{{"name": "A", "value": "{0}"}}]',
        '[{{"name": "A", "value": }}"{0}"}}]',
        '[{{"name": "A", "value": "x"}}]], [{{"value": "{0}"}}]',
        '[{{"name": "A" "value": "{0}"}}]',
        '[{{"name: "A", "value": "{0}"}}]',
        '[{{"name": "A", "value: "{0}"}}]',
        '[{{"name": "A", value": "{0}"}}]',
        '{{"A": "{0}"}}',
        '{{"A": "{0}"',
        '["A": "{0}"]',
        '["A={0}"',
        '}} "A={0}"',
        '" [["A", "{0}"], "{0}"]',
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.yaml"])
def test_no_error_about_brackets_and_quotes_shows_the_value_of_a_variable(tmp_path, name, variables):
    secret = "q123456789012345z"
    text = f'{{"tasks": [{{"image": 5, "envVars": {variables.format(secret)}, "replicas": 1}}]}}'
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert_kept(secret, lambda: ExperimentSpec.from_file(tmp_path / name))


@pytest.mark.parametrize("before", ["[", "{", "'", '"', "- ", "!x ", "&a *b ", "? ", "%", "\t", "@", "|"])
@pytest.mark.parametrize("variables", ["- {0}", "- name: A\n    value: {0}", "  A: {0}"])
def test_no_error_about_what_stands_before_the_variables_shows_the_value_of_one(before, variables):
    secret = "q123456789012345z"
    text = f"tasks:\n- image: 5\n  {before}envVars:\n  {variables.format(secret)}\n  replicas: 1\n"
    assert_kept(secret, lambda: ExperimentSpec.from_yaml(text))


def with_mistake(text: str, place: int, mistake: str) -> str:
    """A text with a mistake in it, but neither in a key nor in an indentation: these say what a value belongs to."""
    if not text[:place].rpartition("\n")[2].strip():
        place += len(text[place:]) - len(text[place:].lstrip(" "))
    for key in re.finditer(r"""["']?env(?:_?[vV]ars)?["']?:""", text):
        if key.start() <= place < key.end():
            place = key.end()
    return text[:place] + mistake + text[place:]


@pytest.mark.slow
@settings(max_examples=60)
@given(leaky(), st.integers(0, 400), st.sampled_from(["", "\t", "[", "&a *b", "!x ", "\0", "'", '"']))
def test_no_error_about_a_text_shows_the_value_of_a_variable(case, place, mistake):
    secret, data = case
    text = yaml.safe_dump(json.loads(json.dumps(data)), sort_keys=False, allow_unicode=True)
    for damaged in (text, text[:place], with_mistake(text, place, mistake), text.replace("- ", mistake + "- ", 1)):
        assert_kept(secret, lambda damaged=damaged: ExperimentSpec.from_yaml(damaged))


@pytest.mark.slow
@settings(max_examples=40)
@given(leaky(), st.integers(0, 300), st.sampled_from(["", ",", "[", '"', "\\", "\0", "NaN"]))
def test_no_error_about_a_file_shows_the_value_of_a_variable(tmp_path_factory, case, place, mistake):
    secret, data = case
    text = json.dumps(data)
    for name, content in (
        ("a.json", text),
        ("b.json", with_mistake(text, place, mistake)),
        ("c.yaml", text[:place]),
    ):
        file = tmp_path_factory.getbasetemp() / name
        file.write_bytes(content.encode("utf-8"))
        assert_kept(secret, lambda file=file: ExperimentSpec.from_file(file))


@pytest.mark.parametrize(
    "call",
    [
        lambda secret: EnvVar(name="A", value=f"{secret}\ud800"),
        lambda secret: EnvVar.from_json({"name": "A", "value": f"{secret}\ud800"}),
        lambda secret: TaskSpec.new("t").with_env_var("A", f"{secret}\ud800"),
        lambda secret: ExperimentSpec.from_yaml(f"tasks:\n- envVars: [{{name: A, value: {secret}"),
        lambda secret: ExperimentSpec.from_yaml(f"tasks:\n- envVars: [{{name: A, value: {secret}\ud800}}]"),
        lambda secret: ExperimentSpec.from_yaml(f"tasks:\n- envVars: [{{name: A, value: {secret}}}]".encode("utf-16")),
        lambda secret: ExperimentSpec.from_yaml(f"envVars: {secret}\n".encode() + b"\xff"),
    ],
)
def test_no_exception_that_an_error_came_from_holds_the_value_of_a_variable(call):
    secret = "q123456789012345z"
    error: BaseException | None = error_of(call, secret)
    while error is not None:
        assert secret not in str(error)
        assert secret not in repr(vars(error))
        assert secret not in repr(error.args)
        error = error.__cause__ or error.__context__


def test_no_exception_that_the_error_about_a_json_file_came_from_holds_the_value_of_a_variable(tmp_path):
    file = tmp_path / "a.json"
    file.write_text('{"tasks": [{"envVars": [{"name": "A", "value": "q123456789012345z"', encoding="utf-8")
    error: BaseException | None = error_of(ExperimentSpec.from_file, file)
    while error is not None:
        assert "q123456789012345z" not in repr(vars(error)) + repr(error.args)
        error = error.__cause__ or error.__context__


def test_no_problem_of_a_rule_shows_the_value_of_a_variable():
    secret = "q123456789012345z"
    spec = ExperimentSpec(tasks=[TaskSpec(image={}, env_vars=[{"name": "", "value": secret, "secret": secret}] * 2)])
    assert all(secret not in str(each) + repr(each) for each in spec.check())
    with pytest.raises(ExperimentSpecError) as broken:
        spec.validate()
    assert not [each for each in everything_said_by(broken.value) if secret in each]


def test_the_repr_of_a_variable_shows_its_value_and_says_so():
    assert "hunter2" in repr(EnvVar(name="A", value="hunter2"))
    assert "repr" in str(EnvVar.__doc__)


def test_a_logged_error_shows_no_value_of_a_variable(caplog):
    secret = "q123456789012345z"
    try:
        TaskSpec.from_json({"image": {}, "envVars": [{"name": "A", "value": f"{secret}\ud800"}]})
    except ValidationError:
        logging.getLogger(__name__).exception("refused")
    assert "envVars[0].value" in caplog.text
    assert secret not in caplog.text


def test_a_warning_about_a_variable_shows_no_value():
    with pytest.warns(UnknownFieldWarning) as caught:
        EnvVar.from_json({"name": "A", "valeu": "hunter2"})
    assert [str(each.message) for each in caught] == [
        'valeu: unknown field "valeu" in an environment variable (did you mean value?)'
    ]


def test_a_problem_is_equal_to_the_one_of_its_data_whatever_stands_in_a_value():
    [found] = [
        each
        for each in ExperimentSpec.from_json(
            {"tasks": [{"image": {"docker": "a"}, "name": "a {expected} {other}"}]}
        ).check()
        if each.rule == "task-name"
    ]
    assert Problem(**found.to_json()) == found


def test_a_long_path_is_not_kept_once_it_was_taken_apart() -> None:
    path = "key" * 1000
    before = sys.getrefcount(path)
    assert path_parts(path) == (path,)
    assert sys.getrefcount(path) == before
