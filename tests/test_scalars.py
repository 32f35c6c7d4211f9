"""What each kind of field takes a scalar of a YAML document for, unquoted and quoted.

The tables are those of the format: a text field holds what stands in the file, and every other field says what it
cannot read, with the place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beakerspec import Constraints, ExperimentSpec, Problem, ValidationError

pytestmark = pytest.mark.filterwarnings("ignore::beakerspec.problems.UnknownFieldWarning")

TASK = "tasks:\n- image: {docker: x}\n"

# For each kind of field, the paths to some and for each a document that has a scalar there, at the @.

TEXT_FIELDS = {
    "description": "description: @\n" + TASK,
    "budget": "budget: @\n" + TASK,
    "groups.0": "groups:\n- @\n" + TASK,
    "tasks.0.name": TASK + "  name: @\n",
    "tasks.0.image.docker": "tasks:\n- image:\n    docker: @\n",
    "tasks.0.image.beaker": "tasks:\n- image:\n    beaker: @\n",
    "tasks.0.result.path": TASK + "  result:\n    path: @\n",
    "tasks.0.envVars.0.name": TASK + "  envVars:\n  - name: @\n",
    "tasks.0.envVars.0.value": TASK + "  envVars:\n  - name: A\n    value: @\n",
    "tasks.0.envVars.0.secret": TASK + "  envVars:\n  - name: A\n    secret: @\n",
    "tasks.0.datasets.0.mountPath": TASK + "  datasets:\n  - mountPath: @\n    source: {beaker: d}\n",
    "tasks.0.datasets.0.subPath": TASK + "  datasets:\n  - subPath: @\n    mountPath: /d\n    source: {beaker: d}\n",
    **{
        f"tasks.0.datasets.0.source.{source}": TASK
        + f"  datasets:\n  - mountPath: /d\n    source:\n      {source}: @\n"
        for source in ("beaker", "hostPath", "weka", "result", "secret", "volume")
    },
    "tasks.0.resources.memory": TASK + "  resources:\n    memory: @\n",
    "tasks.0.resources.sharedMemory": TASK + "  resources:\n    sharedMemory: @\n",
    "tasks.0.context.cluster": TASK + "  context:\n    cluster: @\n",
    "tasks.0.constraints.cluster.0": TASK + "  constraints:\n    cluster:\n    - @\n",
    "tasks.0.constraints.hostname.0": TASK + "  constraints:\n    hostname:\n    - @\n",
}
REQUIRED_TEXT_FIELDS = {path: TEXT_FIELDS[path] for path in ("tasks.0.envVars.0.name", "tasks.0.datasets.0.mountPath")}
# With no path, `result` is left out as a whole, and in a list a null is an error of its own.
OPTIONAL_TEXT_FIELDS = {
    path: document
    for path, document in TEXT_FIELDS.items()
    if path not in REQUIRED_TEXT_FIELDS and path != "tasks.0.result.path" and ".source." not in path and path[-1] != "0"
}
INT_FIELDS = {
    "tasks.0.replicas": TASK + "  replicas: @\n",
    "tasks.0.resources.gpuCount": TASK + "  resources: {gpuCount: @}\n",
    "retry.allowedTaskRetries": "retry:\n  allowedTaskRetries: @\n" + TASK,
}
FLOAT_FIELDS = {"tasks.0.resources.cpuCount": TASK + "  resources: {cpuCount: @}\n"}
BOOL_FIELDS = {
    "tasks.0.hostNetworking": TASK + "  hostNetworking: @\n",
    "tasks.0.leaderSelection": TASK + "  leaderSelection: @\n",
    "tasks.0.propagateFailure": TASK + "  propagateFailure: @\n",
    "tasks.0.propagatePreemption": TASK + "  propagatePreemption: @\n",
    "tasks.0.context.preemptible": TASK + "  context: {preemptible: @}\n",
    "tasks.0.context.autoResume": TASK + "  context:\n    autoResume: @\n",
}
COMMAND_FIELDS = {
    "tasks.0.command.0": TASK + "  command: [@]\n",
    "tasks.0.command.1": TASK + "  command:\n  - run\n  - @\n",
    "tasks.0.arguments.0": TASK + "  arguments: [@, --fast]\n",
}
EXTRA_FIELDS = {
    "zone": "zone: @\n" + TASK,
    "zone.nested": "zone:\n  nested: @\n" + TASK,
    "zone.0": "zone:\n- @\n" + TASK,
    "tasks.0.zone": TASK + "  zone: @\n",
    "tasks.0.resources.gpuType": TASK + "  resources:\n    gpuType: @\n",
    "tasks.0.constraints.zone": TASK + "  constraints:\n    zone: @\n",
    "tasks.0.constraints.zone.0": TASK + "  constraints:\n    zone:\n    - @\n",
}
DURATION_FIELDS = {
    "tasks.0.timeout": TASK + "  timeout: @\n",
    "tasks.0.synchronizedStartTimeout": TASK + "  synchronizedStartTimeout: @\n",
    "tasks.0.context.minRuntime": TASK + "  context: {minRuntime: @}\n",
}
CHOICE_FIELDS = {
    "version": "version: @\n" + TASK,
    "tasks.0.context.priority": TASK + "  context: {priority: @}\n",
    "tasks.0.datasets.0.mode": TASK + "  datasets:\n  - {mountPath: /d, source: {weka: d}, mode: @}\n",
}

#: Unquoted scalars that some reader of YAML takes for a number, a boolean, a date or what else there is.
LOOK_LIKE_MORE = (
    "0 8 -8 +8 0123 0o17 0x1F 0X1F 0b11 1_000 1__0 _1 089 1.10 0.50 .5 5. -1.5 +.5 1e-4 1e3 1E+3 1.5e+2 .inf -.inf "
    "+.Inf .nan .NaN 12:30:45 1:30 190:20:30.15 2024-01-01 2001-12-14t21:59:43.10-05:00 2001-12-14T21:59:43Z "
    "yes Yes YES no No NO on On ON off Off OFF true True TRUE false False FALSE y Y n N nul NuLL -~ = << v2 1.2.3 "
    "1,5 1e400 0x 0b2 0o8 1e5e5 9223372036854775808 -0 -0.0 +0 00 000123 1_0.5 --1 ..5 0.0.0 nan inf Infinity "
    "１２ ٣ é tRUE -- ... ---x <N> ${N} $(N) 1m 90s"
).split()
NULLS = ("", "~", "null", "Null", "NULL")


def read(document: str, scalar: str) -> ExperimentSpec:
    return ExperimentSpec.from_yaml(document.replace("@", scalar))


def field(spec: ExperimentSpec, path: str) -> Any:
    value: Any = spec
    for part in path.split("."):
        value = value[int(part) if part.isdigit() else part]
    return value


def outcome(value: object) -> tuple[str, str]:
    """A value with its type, so that 1, 1.0, True and '1' are four, and 0.0 and -0.0 are two."""
    return type(value).__name__, repr(value)


def values(document: str, path: str, scalars: Iterable[str]) -> dict[str, tuple[str, str]]:
    return {scalar: outcome(field(read(document, scalar), path)) for scalar in scalars}


def refusal(document: str, scalar: str) -> Problem:
    """The one problem of the document, which has to stand at the scalar and reach to its end."""
    with pytest.raises(ValidationError) as caught:
        read(document, scalar)
    (problem,) = caught.value.problems
    before = document[: document.index("@")]
    column = len(before) - before.rfind("\n")
    assert (problem.line, problem.column) == (before.count("\n") + 1, column)
    assert (problem.end_line, problem.end_column) == (problem.line, column + len(scalar))
    return problem


def every(fields: dict[str, str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("path", "document"), fields.items(), ids=list(fields))


# Text.


@every(TEXT_FIELDS)
def test_a_text_field_holds_an_unquoted_scalar_as_written(path: str, document: str) -> None:
    assert values(document, path, LOOK_LIKE_MORE) == {scalar: outcome(scalar) for scalar in LOOK_LIKE_MORE}


@every(TEXT_FIELDS)
@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_text_field_holds_a_quoted_scalar_as_written(path: str, document: str, quote: str) -> None:
    scalars = [*LOOK_LIKE_MORE, *NULLS]
    found = values(document, path, [f"{quote}{scalar}{quote}" for scalar in scalars])
    assert found == {f"{quote}{scalar}{quote}": outcome(scalar) for scalar in scalars}


def test_an_unquoted_scalar_in_brackets_is_text_as_well() -> None:
    scalars = [scalar for scalar in LOOK_LIKE_MORE if not set(scalar) & set(",{}")]
    text = f"groups: [{', '.join(scalars)}]\n" + TASK
    assert list(map(outcome, ExperimentSpec.from_yaml(text).groups or ())) == list(map(outcome, scalars))


@every(OPTIONAL_TEXT_FIELDS)
@pytest.mark.parametrize("null", NULLS)
def test_a_null_text_is_left_out(path: str, document: str, null: str) -> None:
    assert field(read(document, null), path) is None


@every(REQUIRED_TEXT_FIELDS)
@pytest.mark.parametrize("null", NULLS)
def test_a_null_text_that_is_required_is_missing(path: str, document: str, null: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(document, null)
    assert [problem.rule for problem in caught.value.problems] == ["missing-field"]


@pytest.mark.parametrize("scalar", ["|-\n  0123", ">-\n  0123", "|2-\n  0123"])
def test_a_block_scalar_is_text(scalar: str) -> None:
    assert read(TEXT_FIELDS["budget"], scalar).budget == "0123"


def test_a_folded_unquoted_scalar_is_text() -> None:
    assert read(TEXT_FIELDS["budget"], "12\n  34").budget == "12 34"


@pytest.mark.parametrize("scalar", ["[a]", "{a: b}"])
def test_a_collection_is_no_text(scalar: str) -> None:
    assert refusal(TEXT_FIELDS["budget"], scalar).rule == "invalid-type"


# Integers.

INTEGERS = {
    "0": 0,
    "8": 8,
    "-8": -8,
    "+8": 8,
    "10": 10,
    "017": 15,
    "-017": -15,
    "0_17": 15,
    "00": 0,
    "0o17": 15,
    "+0o17": 15,
    "0o_17": 15,
    "0x1F": 31,
    "0x1f": 31,
    "-0x1f": -31,
    "0x_1_f": 31,
    "0b101": 5,
    "-0b101": -5,
    "0b_1": 1,
    "1_000": 1000,
    "1_": 1,
    "8.0": 8,
    "-8.00": -8,
    "+8.0": 8,
    "9223372036854775807": 2**63 - 1,
    "-9223372036854775808": -(2**63),
    "0x7fffffffffffffff": 2**63 - 1,
}
NO_INTEGERS = (
    "8.5 -0.5 .5 08 -08 +08 089 -09 0x 0x_ 0b 0b_ 0b2 0o 0o_ 0o8 0_ 0xg 0X1F 0B1 0O7 _1 1_000.0 ++8 +-8 1e400 "
    "1:30 190:20:30 2024-01-01 .inf -.inf .nan yes true off ２ ٣ 8a a8 <N> $N 9223372036854775808 "
    "-9223372036854775809 0xffffffffffffffff 1e19"
).split()


@every(INT_FIELDS)
def test_an_integer_field_reads_every_spelling_of_yaml_1_1_and_1_2(path: str, document: str) -> None:
    assert values(document, path, INTEGERS) == {scalar: outcome(value) for scalar, value in INTEGERS.items()}


@pytest.mark.parametrize("scalar", NO_INTEGERS)
@every(INT_FIELDS)
def test_an_integer_field_refuses_what_is_no_integer(path: str, document: str, scalar: str) -> None:
    problem = refusal(document, scalar)
    assert problem.rule in ("invalid-type", "invalid-value")
    assert problem.message.startswith("expected an integer")


@pytest.mark.parametrize("scalar", ["9223372036854775808", "-9223372036854775809", "0xffffffffffffffff"])
def test_an_integer_of_more_than_64_bits_is_refused_as_such(scalar: str) -> None:
    problem = refusal(INT_FIELDS["tasks.0.replicas"], scalar)
    assert problem.rule == "invalid-value"
    assert "64 bits" in problem.message


@every(INT_FIELDS)
@pytest.mark.parametrize("scalar", ["'8'", '"8"'])
def test_a_quoted_integer_is_refused_with_the_advice_to_drop_the_quotes(path: str, document: str, scalar: str) -> None:
    problem = refusal(document, scalar)
    assert problem.rule == "quoted-number"
    assert problem.hint == "write 8 without quotes"


@pytest.mark.parametrize("scalar", ["<N>", "$N", "${N}"])
def test_a_placeholder_for_a_number_is_named_as_one(scalar: str) -> None:
    problem = refusal("tasks:\n- image: {docker: x}\n  resources:\n    gpuCount: @\n", scalar)
    assert "replace the placeholder" in (problem.hint or "") or "shell variables" in (problem.hint or "")


@every(INT_FIELDS)
@pytest.mark.parametrize("null", NULLS)
def test_a_null_integer_is_left_out(path: str, document: str, null: str) -> None:
    spec = read(document, null)
    assert field(spec, path) is None


# Numbers.

FLOATS = {
    "0": 0.0,
    "1": 1.0,
    "-1": -1.0,
    "1.5": 1.5,
    "0.50": 0.5,
    ".5": 0.5,
    "-.5": -0.5,
    "2.": 2.0,
    "+1.5": 1.5,
    "1e3": 1000.0,
    "1E-3": 0.001,
    "1.5e+2": 150.0,
    ".5e1": 5.0,
    "2.e1": 20.0,
    "017": 15.0,
    "0o17": 15.0,
    "0x10": 16.0,
    "0b11": 3.0,
    "1_000": 1000.0,
    "08.5": 8.5,
    "9223372036854775808": 2.0**63,
}
NO_FLOATS = (
    ".inf -.inf +.INF .nan .NaN inf nan Infinity 1e400 -1e400 1_0.5 1.5_0 1:30 1:30.5 0x 0x1.8 0b2 1.5.2 1e e1 . "
    "2024-01-01 1e5.5 true yes ٣ 1.٣ <N> 1.5GiB --1"
).split()


@every(FLOAT_FIELDS)
def test_a_number_field_reads_integers_and_decimals_as_floats(path: str, document: str) -> None:
    assert values(document, path, FLOATS) == {scalar: outcome(value) for scalar, value in FLOATS.items()}


@every(FLOAT_FIELDS)
@pytest.mark.parametrize("scalar", NO_FLOATS)
def test_a_number_field_refuses_what_is_no_finite_number(path: str, document: str, scalar: str) -> None:
    problem = refusal(document, scalar)
    assert problem.rule in ("invalid-type", "invalid-value")
    assert problem.message.startswith("expected a finite number")


@every(FLOAT_FIELDS)
@pytest.mark.parametrize(("scalar", "number"), [("'1.5'", "1.5"), ('"4"', "4")])
def test_a_quoted_number_is_refused_with_the_advice_to_drop_the_quotes(
    path: str, document: str, scalar: str, number: str
) -> None:
    assert refusal(document, scalar).hint == f"write {number} without quotes"


# Booleans.

TRUE = ("y", "Y", "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON")
FALSE = ("n", "N", "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF")
NO_BOOLEANS = "0 1 tRUE yEs oN t f 1.0 ja 2024-01-01 <B> enabled".split()


@every(BOOL_FIELDS)
def test_a_boolean_field_reads_the_spellings_of_yaml_1_1_and_of_go(path: str, document: str) -> None:
    wanted = {scalar: outcome(True) for scalar in TRUE} | {scalar: outcome(False) for scalar in FALSE}
    assert values(document, path, (*TRUE, *FALSE)) == wanted


@every(BOOL_FIELDS)
@pytest.mark.parametrize("scalar", NO_BOOLEANS)
def test_a_boolean_field_refuses_numbers_and_other_words(path: str, document: str, scalar: str) -> None:
    problem = refusal(document, scalar)
    assert problem.rule == "invalid-type"
    assert problem.message.startswith("expected true or false")


@every(BOOL_FIELDS)
@pytest.mark.parametrize(("scalar", "word"), [("'true'", "true"), ('"no"', "false"), ("'On'", "true")])
def test_a_quoted_boolean_is_refused_with_the_advice_to_drop_the_quotes(
    path: str, document: str, scalar: str, word: str
) -> None:
    assert refusal(document, scalar).hint == f"write {word} without quotes"


@pytest.mark.parametrize(
    ("key", "default"),
    [("hostNetworking", False), ("leaderSelection", False), ("propagateFailure", None), ("propagatePreemption", None)],
)
@pytest.mark.parametrize("null", NULLS)
def test_a_null_boolean_means_the_default(key: str, default: bool | None, null: str) -> None:
    assert ExperimentSpec.from_yaml(f"{TASK}  {key}: {null}\n").tasks[0][key] is default


# Items of commands.

COMMAND_NUMBERS: dict[str, int | float] = {
    "1": 1,
    "0": 0,
    "-1": -1,
    "123456789012345678901234567890": 123456789012345678901234567890,
    "0.5": 0.5,
    "-2.5": -2.5,
    "1.0": 1.0,
    "-0.0": -0.0,
    "1e-05": 1e-05,
    "1e+16": 1e16,
    "1.5e-07": 1.5e-07,
    "1e+300": 1e300,
}
COMMAND_TEXTS = (
    "1.10 0.50 .5 5. +1 -0 00 0123 0x10 0o17 0b1 1_000 1e-4 1e-5 1e3 1E+16 1e16 1e400 True true TRUE false False yes "
    "No on off y .inf -.inf .nan nan inf 2024-01-01 2001-12-14T21:59:43Z 12:30:45 1:30 = << --1 -- "
    "100000000000000000.0 0.1000000000000000055511151231257827 ٣ --lr=1e-4 9007199254740993.0"
).split()


@every(COMMAND_FIELDS)
def test_a_command_item_is_a_number_where_printing_it_gives_the_same_text(path: str, document: str) -> None:
    wanted = {scalar: outcome(value) for scalar, value in COMMAND_NUMBERS.items()}
    assert values(document, path, COMMAND_NUMBERS) == wanted


@every(COMMAND_FIELDS)
def test_any_other_unquoted_command_item_is_its_text(path: str, document: str) -> None:
    assert values(document, path, COMMAND_TEXTS) == {scalar: outcome(scalar) for scalar in COMMAND_TEXTS}


@every(COMMAND_FIELDS)
@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_quoted_command_item_is_text(path: str, document: str, quote: str) -> None:
    scalars = [*COMMAND_NUMBERS, *COMMAND_TEXTS, *NULLS]
    found = values(document, path, [f"{quote}{scalar}{quote}" for scalar in scalars])
    assert found == {f"{quote}{scalar}{quote}": outcome(scalar) for scalar in scalars}


@every(COMMAND_FIELDS)
@pytest.mark.parametrize("null", ["~", "null", "Null", "NULL"])
def test_a_null_command_item_is_refused(path: str, document: str, null: str) -> None:
    assert refusal(document, null).rule == "null-item"


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
def test_a_number_in_a_command_prints_as_it_stands_in_the_file(number: int | float) -> None:
    command = read(TASK + "  command:\n  - @\n", str(number)).tasks[0].command
    assert list(map(str, command or ())) == [str(number)]


@given(st.from_regex(r"\A[-+]?[0-9_.]{1,6}([eE][-+]?[0-9]{1,3})?\Z"))
def test_whatever_looks_like_a_number_in_a_command_prints_as_it_stands_in_the_file(scalar: str) -> None:
    command = read(TASK + "  command:\n  - @\n", scalar).tasks[0].command
    assert list(map(str, command or ())) == [scalar]


# Unknown fields and constraints.

EXTRAS: dict[str, object] = {
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "": None,
    "true": True,
    "false": False,
    "1": 1,
    "-1": -1,
    "123456789012345678901234567890": 123456789012345678901234567890,
    "0.5": 0.5,
    "-0.0": -0.0,
    "1e-05": 1e-05,
    "a100": "a100",
}
EXTRA_TEXTS = (
    "1.10 0.50 .5 5. +1 -0 00 0123 0x10 0o17 0b1 1_000 1e-4 1e3 1e400 True TRUE False yes No on off y n .inf -.inf "
    ".nan 2024-01-01 2001-12-14T21:59:43Z 12:30:45 1:30 ="
).split()


@every(EXTRA_FIELDS)
def test_an_unknown_field_holds_null_a_boolean_or_a_number_that_prints_as_written(path: str, document: str) -> None:
    assert values(document, path, EXTRAS) == {scalar: outcome(value) for scalar, value in EXTRAS.items()}


@every(EXTRA_FIELDS)
@pytest.mark.parametrize("scalar", EXTRA_TEXTS)
def test_any_other_unquoted_scalar_of_an_unknown_field_is_its_text(path: str, document: str, scalar: str) -> None:
    value = field(read(document, scalar), path)
    assert isinstance(value, str)
    assert value == scalar


@every(EXTRA_FIELDS)
@pytest.mark.parametrize("scalar", [*EXTRA_TEXTS, "true", "null", "1", "0.5"])
def test_an_unquoted_scalar_of_an_unknown_field_is_written_back_unquoted(path: str, document: str, scalar: str) -> None:
    written = read(document, scalar).to_yaml()
    last = path.rpartition(".")[2]
    assert f"{'- ' if last.isdigit() else last + ': '}{scalar}\n" in written


@every(EXTRA_FIELDS)
@pytest.mark.parametrize("scalar", [*EXTRA_TEXTS, "true", "null", "~", "", "1", "0.5"])
def test_a_quoted_scalar_of_an_unknown_field_is_written_back_quoted(path: str, document: str, scalar: str) -> None:
    spec = read(document, f'"{scalar}"')
    assert outcome(field(spec, path)) == outcome(scalar)
    assert outcome(field(ExperimentSpec.from_yaml(spec.to_yaml()), path)) == outcome(scalar)


def test_a_number_with_more_digits_than_python_prints_stays_text_in_an_unknown_field() -> None:
    digits = "1" * 5000
    assert read(EXTRA_FIELDS["zone"], digits).extra["zone"] == digits


# Durations and choices.


@every(DURATION_FIELDS)
def test_an_unquoted_number_in_a_duration_counts_nanoseconds(path: str, document: str) -> None:
    wanted = {"90": 90, "0x10": 16, "1_000": 1000, "90.0": 90, "1e9": 10**9}
    assert values(document, path, wanted) == {scalar: outcome(value) for scalar, value in wanted.items()}


@every(DURATION_FIELDS)
def test_text_in_a_duration_is_one_quoted_or_not(path: str, document: str) -> None:
    seconds = {"90m": 5400, "'90m'": 5400, '"90"': 90, "1h30m": 5400, "'2 hours'": 7200, "2 hours": 7200}
    wanted = {scalar: outcome(value * 10**9) for scalar, value in seconds.items()}
    assert values(document, path, seconds) == wanted


@every(DURATION_FIELDS)
@pytest.mark.parametrize("scalar", ["1d", "1:30", "2024-01-01", "''", "true", "5s!!", ".inf", "1e400", "90.5"])
def test_what_is_no_duration_is_refused_at_its_place(path: str, document: str, scalar: str) -> None:
    assert refusal(document, scalar).rule == "duration"


@pytest.mark.parametrize(
    ("path", "scalar"),
    [
        ("version", "v2"),
        ("version", "'v2-alpha'"),
        ("tasks.0.context.priority", "urgent"),
        ("tasks.0.context.priority", '"low"'),
        ("tasks.0.datasets.0.mode", "readwrite"),
    ],
)
def test_a_choice_is_read_quoted_or_not(path: str, scalar: str) -> None:
    assert field(read(CHOICE_FIELDS[path], scalar), path).value == scalar.strip("'\"")


@every(CHOICE_FIELDS)
@pytest.mark.parametrize("scalar", ["2", "no", "1.0", "v3", "''", "Urgent", "[urgent]"])
def test_an_unknown_choice_is_refused_with_those_that_are_known(path: str, document: str, scalar: str) -> None:
    problem = refusal(document, scalar)
    assert problem.rule == "invalid-value"
    allowed = {
        "version": "v2, v2-alpha",
        "tasks.0.context.priority": "low, normal, high, urgent, immediate, preemptible",
        "tasks.0.datasets.0.mode": "readonly, readwrite",
    }
    assert f": {allowed[path]}, got" in problem.message


def test_a_choice_that_resembles_a_known_one_is_named() -> None:
    assert refusal(CHOICE_FIELDS["tasks.0.context.priority"], "hihg").hint == "did you mean high?"


# One scalar for several fields, and tags.


def test_an_alias_to_a_scalar_is_read_by_each_field_in_its_own_way() -> None:
    spec = ExperimentSpec.from_yaml(
        "budget: &n 0123\nretry: {allowedTaskRetries: *n}\ntasks:\n- image: {docker: *n}\n"
        "  command: [*n]\n  resources: {cpuCount: *n}\n  constraints: {zone: *n}\n"
    )
    task = spec.tasks[0]
    assert spec.retry is not None
    assert task.resources is not None
    found: list[object] = [spec.budget, spec.retry.allowed_task_retries, task.image.docker]
    assert found == ["0123", 83, "0123"]
    assert task.command == ["0123"]
    assert task.resources.cpu_count == 83.0
    assert task.constraints == Constraints(zone="0123")


@every({"budget": TEXT_FIELDS["budget"], "tasks.0.command.0": COMMAND_FIELDS["tasks.0.command.0"]})
@pytest.mark.parametrize("scalar", ["!!str 1", "!!str '1'", "!!str true", "!!str ~", "!!str 0123"])
def test_a_scalar_tagged_as_text_is_text(path: str, document: str, scalar: str) -> None:
    assert outcome(field(read(document, scalar), path)) == outcome(scalar[6:].strip("'"))


def test_a_null_tagged_as_text_is_an_empty_text() -> None:
    assert read(TEXT_FIELDS["budget"], "!!str").budget == ""


def test_a_number_tagged_as_text_is_no_number() -> None:
    with pytest.raises(ValidationError, match="expected an integer"):
        read(INT_FIELDS["tasks.0.replicas"], "!!str 8")


@pytest.mark.parametrize(("scalar", "value"), [("! 8", 8), ("! '8'", 8), ('! "0x10"', 16)])
def test_a_lone_exclamation_mark_reads_a_scalar_as_unquoted(scalar: str, value: int) -> None:
    assert read(INT_FIELDS["tasks.0.replicas"], scalar).tasks[0].replicas == value


@pytest.mark.parametrize("scalar", ["! ''", "! '~'", "! null"])
def test_a_lone_exclamation_mark_reads_a_null_as_such(scalar: str) -> None:
    assert read(TEXT_FIELDS["budget"], scalar).budget is None


def test_a_lone_exclamation_mark_leaves_text_as_it_is() -> None:
    assert read(TEXT_FIELDS["budget"], "! a").budget == "a"


# Whatever the scalar.


@given(st.text(alphabet="0123456789_.+-eExXoObBaAfFnNtTrRuUyYsSlL~=<>:TZ ", max_size=12))
def test_a_text_field_holds_any_single_line_scalar_as_written(scalar: str) -> None:
    text = f"budget: {scalar}\n" + TASK
    try:
        budget = ExperimentSpec.from_yaml(text).budget
    except ValidationError as error:
        assert {problem.rule for problem in error.problems} <= {"yaml-syntax", "invalid-type"}
        return
    plain = scalar.strip(" ")
    if plain in NULLS:
        assert budget is None
    elif plain[0] not in ">!&*":
        assert outcome(budget) == outcome(plain)


@given(st.text(alphabet="0123456789_.+-eExXoObBaAfFnNtTrRuUyYsSlL~=<>:TZ ", max_size=12))
def test_a_quoted_scalar_is_text_whatever_it_looks_like(scalar: str) -> None:
    assert ExperimentSpec.from_yaml(f"budget: '{scalar}'\n" + TASK).budget == scalar
