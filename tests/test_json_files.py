"""Reading specs from ``.json`` files: the checks of YAML files, on what JSON still knows of a value."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from beakerspec import ExperimentSpec, Problem, UnknownFieldWarning, ValidationError
from beakerspec.cli import main
from beakerspec.files import Reading, read

TASK: dict[str, Any] = {"image": {"docker": "x"}}

ignore_unknown = pytest.mark.filterwarnings("ignore::beakerspec.problems.UnknownFieldWarning")

Load = Callable[..., ExperimentSpec]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Write a text to a file and read it."""

    def load(text: str | bytes, **keywords: Any) -> ExperimentSpec:
        path = tmp_path / "spec.json"
        path.write_bytes(text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)
        return ExperimentSpec.from_file(path, **keywords)

    return load


def problems(load: Load, text: str | bytes, **keywords: Any) -> list[Problem]:
    """The errors; unknown fields are warnings beside them."""
    with pytest.raises(ValidationError) as caught:
        load(text, **keywords)
    return [problem for problem in caught.value.problems if problem.severity == "error"]


def only(load: Load, text: str | bytes, **keywords: Any) -> Problem:
    (problem,) = problems(load, text, **keywords)
    return problem


def place(problem: Problem) -> str:
    end = f"{problem.end_column}" if problem.end_line == problem.line else f"{problem.end_line}:{problem.end_column}"
    return f"{problem.line}:{problem.column}-{end}"


def with_task(fields: str) -> str:
    """A spec of one task, whose further fields stand on line 3 from column 1 on."""
    return '{"tasks": [{\n"image": {"docker": "x"},\n' + fields + "\n}]}\n"


# What is read.


def test_a_spec_is_read(load: Load) -> None:
    data = {
        "version": "v2",
        "budget": "b",
        "tasks": [
            {
                "name": "é日😀",
                "image": {"beaker": "i"},
                "command": ["a", 1, 0.5],
                "resources": {"gpuCount": 2, "cpuCount": 1},
                "timeout": "90m",
                "hostNetworking": True,
                "result": {"path": "/r"},
                "constraints": {"cluster": "one", "zone": [1, None, {"a": False}]},
            }
        ],
    }
    assert load(json.dumps(data, ensure_ascii=False)) == ExperimentSpec.from_json(data)


def test_a_written_file_is_read_as_an_equal_spec(tmp_path: Path) -> None:
    spec = ExperimentSpec.from_json({"tasks": [{**TASK, "timeout": "1h30m", "command": ["a", 1.0, "1", "é\n"]}]})
    spec.to_file(tmp_path / "spec.json")
    assert repr(ExperimentSpec.from_file(tmp_path / "spec.json")) == repr(spec)


@pytest.mark.parametrize("text", ["\ufeff{}", "{}\r\n", " \t\r\n{}", "{\r\n}", "\ufeff\r\n{ }"])
def test_blanks_line_ends_and_a_byte_order_mark_are_allowed(load: Load, text: str) -> None:
    assert load(text) == ExperimentSpec()


def test_snake_case_names_are_read(load: Load) -> None:
    assert load(with_task('"host_networking": true')).tasks[0].host_networking is True


def test_a_null_is_left_out(load: Load) -> None:
    text = '{"budget": null, "tasks": [{"image": {"docker": "x"}, "result": {"path": null}, "hostNetworking": null}]}'
    assert load(text) == ExperimentSpec.from_json({"tasks": [TASK]})


def test_an_integer_may_be_written_with_a_fraction_of_zero(load: Load) -> None:
    replicas = load(with_task('"replicas": 2.0')).tasks[0].replicas
    assert (type(replicas), replicas) == (int, 2)


def test_a_number_field_holds_a_float(load: Load) -> None:
    resources = load(with_task('"resources": {"cpuCount": 2}')).tasks[0].resources
    assert resources is not None
    assert (type(resources.cpu_count), resources.cpu_count) == (float, 2.0)


def test_text_is_text_whatever_it_looks_like(load: Load) -> None:
    words = ["0123", "1.10", "yes", "null", "~", "12:30:45", "1e-4", "{{.Env.A}}", "*a", "!!int 3", "", "a: b", "#"]
    assert load(with_task(f'"command": {json.dumps(words)}')).tasks[0].command == words


def test_templates_are_expanded_when_an_environment_is_given(load: Load) -> None:
    spec = load('{"budget": "{{.Env.A}}", "retry": {"allowedTaskRetries": {{.Env.B}}}}', env={"A": "a", "B": "3"})
    assert spec.to_json() == {"version": "v2", "budget": "a", "retry": {"allowedTaskRetries": 3}, "tasks": []}


def test_templates_in_text_are_kept_without_an_environment(load: Load) -> None:
    assert load('{"budget": "{{.Env.A}}"}').budget == "{{.Env.A}}"


def test_an_unquoted_template_is_named_as_the_reason(load: Load) -> None:
    problem = problems(load, '{"budget": {{.Env.A}}}')[0]
    assert (problem.rule, place(problem)) == ("go-template", "1:12-22")


def test_an_unknown_field_warns_with_its_place(load: Load) -> None:
    with pytest.warns(
        UnknownFieldWarning, match=r'spec\.json:3:1: unknown field "nmae" in a task \(did you mean name\?\)'
    ):
        load(with_task('"nmae": "a"'))


def test_an_unknown_field_is_kept_as_it_is(load: Load) -> None:
    with pytest.warns(UnknownFieldWarning):
        extra = load('{"zone": [1, 1.0, true, null, "1", {"a": []}]}').extra
    assert repr(extra["zone"]) == "[1, 1.0, True, None, '1', {'a': []}]"


# Values of the wrong kind.


@pytest.mark.parametrize(
    ("fields", "where", "path"),
    [
        ('"name": 123', "3:9-12", "name"),
        ('"name": true', "3:9-13", "name"),
        ('"name": 1.10', "3:9-13", "name"),
        ('"name": -0', "3:9-11", "name"),
        ('"result": {"path": 1e5}', "3:20-23", "result.path"),
        ('"constraints": {"cluster": [1]}', "3:29-30", "constraints.cluster[0]"),
        ('"resources": {"memory": 10}', "3:25-27", "resources.memory"),
    ],
)
def test_a_number_or_boolean_in_a_text_field_has_to_be_quoted(load: Load, fields: str, where: str, path: str) -> None:
    problem = only(load, with_task(fields))
    assert (problem.rule, place(problem), problem.path) == ("invalid-type", where, f"tasks[0].{path}")
    assert problem.message.startswith("expected a string, got ")
    assert problem.hint == "quote it"


@pytest.mark.parametrize("value", ["hunter2hunter2", "31415926535"])
@pytest.mark.parametrize("form", ["[{}]", '[{{"name": "A", "value": [{}]}}]', '{{"A": {}}}', "{}"])
def test_no_problem_shows_the_value_of_a_variable(load: Load, form: str, value: str) -> None:
    shown = value if value.isdigit() else f'"{value}"'
    with pytest.raises(ValidationError) as caught:
        load(with_task('"envVars": ' + form.format(shown)))
    assert value not in str(caught.value)


def test_a_number_as_the_value_of_a_variable_is_not_shown(load: Load) -> None:
    with pytest.raises(ValidationError) as caught:
        load(with_task('"envVars": [{"name": "A", "value": 31415926535}]'))
    assert caught.value.problems[0].hint == "quote it"
    assert "31415926535" not in str(caught.value)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ('"replicas": "2"', "3:13-16"),
        ('"replicas": true', "3:13-17"),
        ('"replicas": 2.5', "3:13-16"),
        ('"replicas": 9223372036854775808', "3:13-32"),
        ('"resources": {"cpuCount": "1.5"}', "3:27-32"),
        ('"resources": {"cpuCount": false}', "3:27-32"),
        ('"resources": {"cpuCount": 1e400}', "3:27-32"),
        ('"hostNetworking": "true"', "3:19-25"),
        ('"hostNetworking": 1', "3:19-20"),
        ('"timeout": true', "3:12-16"),
        ('"timeout": 1.5', "3:12-15"),
        ('"timeout": 1e400', "3:12-17"),
        ('"context": {"priority": "hihg"}', "3:25-31"),
        ('"context": {"priority": 1}', "3:25-26"),
        ('"command": ["a", true]', "3:18-22"),
        ('"command": ["a", null]', "3:18-22"),
        ('"command": [1e400]', "3:13-18"),
        ('"command": [{"a": "b"}]', "3:13-23"),
        ('"command": "a"', "3:12-15"),
        ('"command": {}', "3:12-14"),
        ('"context": []', "3:12-14"),
        ('"envVars": {"A": "b"}', "3:12-22"),
        ('"datasets": [null]', "3:14-18"),
        ('"constraints": {"zone": 1e400}', "3:25-30"),
    ],
)
def test_a_value_of_the_wrong_kind_is_pointed_at(load: Load, fields: str, where: str) -> None:
    assert place(only(load, with_task(fields))) == where


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ('"replicas": "2"', "write 2 without quotes"),
        ('"resources": {"cpuCount": "1.5"}', "write 1.5 without quotes"),
        ('"hostNetworking": "true"', "write true without quotes"),
        ('"command": [true]', "quote it"),
    ],
)
def test_the_advice_is_about_the_quotes(load: Load, fields: str, hint: str) -> None:
    assert only(load, with_task(fields)).hint == hint


@pytest.mark.parametrize(("word", "width"), [("NaN", 3), ("Infinity", 8), ("-Infinity", 9)])
@pytest.mark.parametrize("key", ["cpuCount", "gpuCount", "memory", "unknown"])
def test_what_is_no_finite_number_is_refused(load: Load, key: str, word: str, width: int) -> None:
    problem = only(load, f'{{"tasks": [{{"image": {{"docker": "x"}},\n"resources": {{"{key}": {word}}}}}]}}')
    column = len(f'"resources": {{"{key}": ') + 1
    assert (problem.rule, place(problem)) == ("invalid-value", f"2:{column}-{column + width}")


def test_a_number_of_too_many_digits_is_refused(load: Load) -> None:
    problem = only(load, with_task(f'"replicas": {"1" * 5000}'))
    assert (problem.rule, place(problem)) == ("invalid-value", "3:13-5013")


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("[]", "a list"),
        ('"a"', "a string"),
        ("1", "a number"),
        ("null", "an empty document"),
        ("true", "a boolean"),
        ("[{}]", "a list"),
    ],
)
def test_a_root_that_is_no_mapping_is_refused(load: Load, text: str, got: str) -> None:
    problem = only(load, " " + text)
    assert (problem.rule, place(problem)) == ("invalid-type", f"1:2-{2 + len(text)}")
    assert problem.message == f"expected a mapping with the fields of a spec, got {got}"


def test_a_missing_field_is_reported_at_its_mapping(load: Load) -> None:
    problem = only(load, '{"tasks": [\n{"name": "a"}]}')
    assert (problem.rule, place(problem), problem.path) == ("missing-field", "2:1-2", "tasks[0].image")


def test_a_task_of_the_old_format_is_explained(load: Load) -> None:
    problem = only(load, '{"tasks": [{"spec": {"image": "x"}}]}')
    assert (problem.rule, place(problem)) == ("old-format", "1:13-19")


def test_both_spellings_of_a_field_are_refused(load: Load) -> None:
    problem = only(load, with_task('"hostNetworking": true, "host_networking": true'))
    assert problem.rule == "two-spellings"
    assert problem.line == 3


def test_an_empty_key_is_refused(load: Load) -> None:
    problem = only(load, '{"": 1}')
    assert (problem.rule, place(problem)) == ("key-type", "1:2-4")


# Keys given twice.


def test_a_key_given_twice_is_refused_with_both_places(load: Load) -> None:
    problem = only(load, '{"budget": "é",\n "tasks": [], "budget": "b"}')
    assert (problem.rule, place(problem), problem.path) == ("duplicate-key", "2:15-23", "budget")
    assert problem.message == 'duplicate key "budget", first at 1:2'


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"a": {"b": 1, "b": 2}}', "1:16-19"),
        ('{"budget": null, "budget": null}', "1:18-26"),
        ('{"budget": "a", "bud\\u0067et": "b"}', "1:17-30"),
        ('{"tasks": [], "tasks": [{}]}', "1:15-22"),
    ],
)
def test_a_key_given_twice_is_found_wherever_it_stands(load: Load, text: str, where: str) -> None:
    problem = only(load, text)
    assert (problem.rule, place(problem)) == ("duplicate-key", where)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_first_place_of_a_key_counts_lines_as_the_second_does(load: Load, line_end: str) -> None:
    problem = only(load, f'{{{line_end}"budget": "a",{line_end}"budget": "b"}}')
    assert place(problem) == "3:1-9"
    assert problem.message.endswith("first at 2:1")


# Texts that are no JSON.


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "1:1-1"),
        (" \n", "2:1-1"),
        ("{", "1:2-2"),
        ('{"a"', "1:5-5"),
        ('{"a": ', "1:7-7"),
        ('{"a": 1', "1:8-8"),
        ('{"a": [1', "1:9-9"),
        ('{"a" 1}', "1:6-7"),
        ("{'a': 1}", "1:2-5"),
        ("{a: 1}", "1:2-3"),
        ('{"a": b}', "1:7-8"),
        ("{\"a\": 'b'}", "1:7-10"),
        ('{"a": 1 "b": 2}', "1:9-12"),
        ('{"a": [1 2]}', "1:10-11"),
        ('{"a": 1,}', "1:9-10"),
        ('{"a": [1,]}', "1:10-11"),
        ('{"a": [,]}', "1:8-9"),
        ('{, "a": 1}', "1:2-3"),
        ('{"a": 1} x', "1:10-11"),
        ('{"a": 1}\n{"b": 2}', "2:1-2"),
        ('{"a": 1}}', "1:9-10"),
        ('{"a": 1} // c', "1:10-12"),
        ('# c\n{"a": 1}', "1:1-2"),
        ('{"a": +1}', "1:7-9"),
        ('{"a": .5}', "1:7-9"),
        ('{"a": True}', "1:7-11"),
        ("budget: a\n", "1:1-7"),
    ],
)
def test_a_syntax_error_is_placed(load: Load, text: str, where: str) -> None:
    problem = only(load, text)
    assert (problem.rule, place(problem)) == ("json-syntax", where)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"a": 01}', 1),
        ('{"a": 1.}', 1),
        ('{"a": 1e}', 1),
        ('{"a": -}', 1),
        ('{"a": "b', 1),
        ('{"a": "\\q"}', 1),
        ('{"a": "\\u12"}', 1),
        ('{\n"a": "b\nc"}', 2),
        ('{"a": "b\tc"}', 1),
    ],
)
def test_what_json_does_not_allow_is_refused(load: Load, text: str, line: int) -> None:
    problem = problems(load, text)[0]
    assert (problem.rule, problem.line) == ("json-syntax", line)


def test_columns_count_characters(load: Load) -> None:
    problem = only(load, '{"budget": "é日😀", "retry": x}')
    assert place(problem) == "1:28-29"


def test_a_trailing_comma_is_explained(load: Load) -> None:
    assert only(load, '{"a": 1,}').hint == "remove the comma before this"


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (b'{"budget": "caf\xe9"}', "1:16-17"),
        ('{"é": "'.encode() + b'\xff"}', "1:8-9"),
        ('\ufeff{"a": 1}'.encode("utf-16-le"), "1:1-2"),
        ('\ufeff{"a": 1}'.encode("utf-16-be"), "1:1-2"),
        (b'\xef\xbb\xbf{"a": "\x80"}', "1:8-9"),
    ],
)
def test_another_encoding_is_refused_at_its_byte(load: Load, data: bytes, where: str) -> None:
    problem = only(load, data)
    assert (problem.rule, place(problem)) == ("encoding", where)


@pytest.mark.parametrize("data", [b'\0{"a": 1}', b'{"a": "b\0c"}', '{"a": 1}'.encode("utf-16-le")])
def test_a_nul_byte_is_refused(load: Load, data: bytes) -> None:
    problem = problems(load, data)[0]
    assert problem.line == 1
    assert problem.column == data.index(b"\0") + 1


@pytest.mark.parametrize(
    "text",
    ['{"budget": "a\\ud800"}', with_task('"command": ["\\ude00"]'), '{"zone": ["\\ud800"]}', '{"a\\ud800": 1}'],
)
def test_half_of_a_surrogate_pair_is_refused(load: Load, text: str) -> None:
    problem = only(load, text)
    assert problem.rule == "encoding"
    assert problem.line is not None


def test_a_whole_surrogate_pair_is_a_character(load: Load) -> None:
    assert load('{"budget": "\\ud83d\\ude00"}').budget == "😀"


# Limits.


@ignore_unknown
def test_a_hundred_levels_are_read(load: Load) -> None:
    assert load('{"a": ' + "[" * 99 + "]" * 99 + "}").extra["a"] is not None


def test_more_than_a_hundred_levels_are_refused_at_the_first_that_is_too_deep(load: Load) -> None:
    problem = only(load, '{"a": ' + "[" * 100 + "]" * 100 + "}")
    assert (problem.rule, problem.line, problem.column) == ("too-deep", 1, 106)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_limit_of_levels_is_a_parameter(load: Load, depth: int) -> None:
    text = '{"tasks": [{"image": {"docker": "x"}}]}'
    problem = only(load, text, max_depth=depth)
    assert (problem.rule, problem.column) == ("too-deep", [11, 12, 22][depth - 1])
    assert load(text, max_depth=4) == ExperimentSpec.from_json({"tasks": [TASK]})


@ignore_unknown
@pytest.mark.parametrize(
    ("text", "values"), [('{"tasks": [{"image": {"docker": "x"}}]}', 5), ('{"a": [1, [2], {}]}', 6), ("{}", 1)]
)
def test_the_limit_of_values_is_a_parameter(load: Load, text: str, values: int) -> None:
    assert load(text, max_values=values) == load(text)
    assert only(load, text, max_values=values - 1).rule == "too-many-values"


@ignore_unknown
def test_a_limit_of_levels_that_is_far_too_high_breaks_nothing(load: Load) -> None:
    for text in ('{"a": ' + "[" * 5000 + "]" * 5000 + "}", '{"a": ' * 5000):
        try:
            load(text, max_depth=10**9)
        except ValidationError as error:
            assert error.problems[0].line == 1


# All of it.


def test_every_problem_is_reported_in_order(load: Load) -> None:
    text = """\
{
  "version": "v3",
  "budget": "é", "budget": 1,
  "tasks": [
    {"name": 1, "image": {"docker": "日", "beaker": []}, "command": ["é", null, NaN]},
    {"replicas": "2"},
    7
  ],
  "retry": []
}
"""
    assert [(problem.rule, place(problem)) for problem in problems(load, text)] == [
        ("invalid-value", "2:14-18"),
        ("duplicate-key", "3:18-26"),
        ("invalid-type", "5:14-15"),
        ("invalid-type", "5:52-54"),
        ("null-item", "5:74-78"),
        ("invalid-value", "5:80-83"),
        ("missing-field", "6:5-6"),
        ("quoted-number", "6:18-21"),
        ("invalid-type", "7:5-6"),
        ("invalid-type", "9:12-14"),
    ]


def test_the_command_reads_json_as_from_file_does(
    tmp_path: Path, load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ValidationError) as caught:
        load(with_task('"name": 1'))
    assert main(["check", str(tmp_path / "spec.json"), "--severity", "error"]) == 1
    assert capsys.readouterr().out.startswith(str(caught.value) + "\n")


# Properties.

json_like = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=4)
    ),
    lambda parts: st.one_of(
        st.lists(parts, max_size=3),
        st.dictionaries(
            st.sampled_from(
                "tasks name image docker beaker command envVars env_vars value datasets source mountPath result path "
                "resources gpuCount cpuCount context priority constraints cluster timeout version retry spec".split()
            ),
            parts,
            max_size=4,
        ),
    ),
    max_leaves=12,
)
specs_like = st.one_of(
    json_like,
    st.fixed_dictionaries(
        {
            "tasks": st.lists(
                st.builds(
                    lambda image, rest: image | rest,
                    st.just(TASK),
                    st.dictionaries(
                        st.sampled_from("name command envVars result resources context replicas timeout zone".split()),
                        json_like,
                        max_size=3,
                    ),
                ),
                max_size=2,
            )
        }
    ),
)


def reading(text: str | bytes) -> Reading[ExperimentSpec]:
    return read(ExperimentSpec, text, is_json=True)


@pytest.mark.slow
@given(specs_like, st.sampled_from([None, 1]))
@settings(max_examples=200)
def test_a_file_and_its_data_give_the_same(data: Any, indent: int | None) -> None:
    found = reading(json.dumps(data, indent=indent))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownFieldWarning)
        try:
            spec = ExperimentSpec.from_json(data)
        except ValidationError as error:
            assert found.value is None
            if isinstance(data, dict):
                wanted = {(problem.rule, problem.path) for problem in error.problems if problem.severity == "error"}
                seen = {(each.rule, each.path) for each in found.problems if each.severity == "error"}
                # Among what may be a variable, a report leaves out what it does not know for sure.
                assert seen == wanted or "…" in str(seen)
            return
    assert repr(found.value) == repr(spec)


FRAGMENTS = (
    *(
        '"',
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\n",
        "\\",
        "0",
        "1",
        "-",
        ".",
        "e5",
        "true",
        "nul",
        "NaN",
        '"a"',
        '"a": ',
    ),
    *("\t", "\0", "é", "\\ud800", "/", "'", "#", "{{.Env.A}}", "\ufeff", "1e400", "Infinity", '"tasks"', '""', "\x85"),
)


@st.composite
def json_texts(draw: st.DrawFn) -> str:
    """A JSON text in which some places are changed."""
    text = json.dumps(draw(specs_like), indent=draw(st.sampled_from([None, 1])), ensure_ascii=draw(st.booleans()))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.sampled_from([0, 0, 1, 2, 6])))
        text = text[:start] + draw(st.sampled_from((*FRAGMENTS, ""))) + text[end:]
    return text


@pytest.mark.slow
@given(st.one_of(json_texts(), st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join)))
@example("-")
@example("-a")
@example('{"a": -Infinityx}')
@settings(max_examples=400)
def test_any_text_gives_a_spec_or_problems_with_places(text: str) -> None:
    found = reading(text)
    assert (found.value is None) == bool(found.problems)
    assert all(problem.line is not None for problem in found.problems)


@given(st.binary(max_size=40))
def test_any_bytes_give_a_spec_or_problems_with_places(data: bytes) -> None:
    found = reading(data)
    assert (found.value is None) == bool(found.problems)
    assert all(problem.line is not None for problem in found.problems)


@pytest.mark.slow
@given(json_texts())
@settings(max_examples=200)
def test_what_python_reads_as_a_mapping_has_no_syntax_error(text: str) -> None:
    try:
        is_mapping = isinstance(json.loads(text), dict)
    except ValueError:
        is_mapping = False
    if is_mapping:
        assert "json-syntax" not in {problem.rule for problem in reading(text).problems}
