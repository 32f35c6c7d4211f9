"""What is written: it reads back as the same spec, in every reader, and looks as a person would write it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from strategies import (
    BLANKS,
    LONG,
    LOOKALIKES,
    OF_CLASS,
    PLAIN,
    SYNTAX,
    command_items,
    durations,
    experiment_specs,
    names,
    plain_data,
    texts,
    typed,
)

from beakerspec import (
    Constraints,
    DataMount,
    DataSource,
    EnvVar,
    ExperimentSpec,
    ImageSource,
    ResultSpec,
    RetrySpec,
    TaskContext,
    TaskResources,
    TaskSpec,
    ValidationError,
    format_duration,
    parse_duration,
)
from beakerspec.documents import writer as yaml_writer

pytestmark = pytest.mark.filterwarnings("ignore::beakerspec.UnknownFieldWarning")

GROUPS = {"lookalikes": LOOKALIKES, "syntax": SYNTAX, "blanks": BLANKS, "long": LONG}


def yaml_1_1(text: str) -> Any:
    """What PyYAML, a reader of YAML 1.1, makes of a document."""
    return yaml.load(text, yaml.SafeLoader)


def yaml_1_2(text: str) -> Any:
    """What ruamel.yaml, a reader of YAML 1.2, makes of a document."""
    return YAML(typ="safe", pure=True).load(text)


READERS = {"YAML 1.1": yaml_1_1, "YAML 1.2": yaml_1_2}
in_every_reader = pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
of_every_group = pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)


def for_any_spec(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test with specs of all kinds."""
    return settings(max_examples=60)(given(experiment_specs())(test))


def for_any_plain_spec(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test with specs whose unknown fields hold what JSON can hold."""
    return settings(max_examples=60)(given(experiment_specs(marked=False))(test))


@contextmanager
def without_libyaml() -> Iterator[None]:
    """PyYAML's own emitter in the place of libyaml's, which a PyYAML may have been built without."""
    with mock.patch.object(yaml_writer, "FastEmitter", yaml.emitter.Emitter):
        yield


def with_text(text: str, number: int = 0) -> TaskSpec:
    """A task with `text` at every kind of place where a text can stand."""
    return TaskSpec(
        name=f"{number}: {text}",
        image={"docker": text},
        constraints=Constraints.from_json({"cluster": [text], "gpuType": text, "hosts": {"in": [text]}}),
        command=["echo", text],
        arguments=[text, "x" * 100],
        env_vars=[EnvVar(name=text, value=text)],
        datasets=[DataMount(mount_path=text, source={"beaker": text})],
        extra={f"note{text}": text, "notes": [text, {text or "empty": [[text]]}]},
    )


def as_a_reader_sees_it(spec: ExperimentSpec) -> dict[str, Any]:
    """The data of a written spec: that of `to_json`, but for durations, which are written as texts."""
    data = spec.to_json()
    for task in data["tasks"]:
        for place, name in (
            (task, "timeout"),
            (task, "synchronizedStartTimeout"),
            (task["context"], "minRuntime"),
        ):
            if name in place:
                place[name] = format_duration(place[name])
    return data


def differences(given: Any, read: Any, path: str = "") -> list[str]:
    """Where what was read is not what was given, types and order compared."""
    if isinstance(given, dict) and isinstance(read, dict) and typed(list(given)) == typed(list(read)):
        return [found for key in given for found in differences(given[key], read[key], f"{path}.{key}")]
    if isinstance(given, list) and isinstance(read, list) and len(given) == len(read):
        return [
            found for index, item in enumerate(given) for found in differences(item, read[index], f"{path}[{index}]")
        ]
    # YAML 1.1 takes 1e-05 for a text, and a command or an unknown field cannot spell that number in another way.
    if typed(given) == typed(read) or (isinstance(given, float) and read == repr(given)):
        return []
    return [f"{path}: {given!r} became {read!r}"[:500]]


def written(**fields: Any) -> str:
    """How fields of a task are written, without the lines that every task has."""
    start, *lines = ExperimentSpec(tasks=[TaskSpec(image={}, **fields)]).to_yaml().partition("- image: {}\n")[2:]
    lines = start.splitlines()
    for line in ("  context: {}", "  hostNetworking: false", "  leaderSelection: false"):
        lines.remove(line)
    return "".join(f"{line.removeprefix('  ')}\n" for line in lines)


def described(text: str) -> str:
    """How a text is written as a description."""
    return ExperimentSpec(description=text).to_yaml().partition("description:")[2].rpartition("\ntasks:")[0].lstrip(" ")


@pytest.mark.slow
@for_any_spec
def test_a_written_spec_reads_back_as_an_equal_one(spec: ExperimentSpec) -> None:
    assert ExperimentSpec.from_yaml(spec.to_yaml()) == spec


@pytest.mark.slow
@for_any_spec
def test_scalars_keep_their_types_and_fields_their_order(spec: ExperimentSpec) -> None:
    assert typed(ExperimentSpec.from_yaml(spec.to_yaml())) == typed(spec)


@pytest.mark.slow
@for_any_spec
def test_writing_what_was_read_changes_nothing(spec: ExperimentSpec) -> None:
    text = spec.to_yaml()
    assert ExperimentSpec.from_yaml(text).to_yaml() == text


@pytest.mark.slow
@for_any_spec
def test_a_written_spec_reads_back_from_bytes(spec: ExperimentSpec) -> None:
    assert ExperimentSpec.from_yaml(spec.to_yaml().encode()) == spec


@pytest.mark.slow
@for_any_spec
def test_without_libyaml_a_written_spec_reads_back_too(spec: ExperimentSpec) -> None:
    with without_libyaml():
        text = spec.to_yaml()
    assert typed(ExperimentSpec.from_yaml(text)) == typed(spec)


def test_a_pyyaml_that_was_built_without_libyaml_writes_specs() -> None:
    code = """if True:
        import sys
        sys.modules["yaml._yaml"] = None
        from beakerspec import ExperimentSpec
        spec = ExperimentSpec.new("ai2/budget", command=["echo", "a\\nb\\n", "0123"])
        assert ExperimentSpec.from_yaml(spec.to_yaml()) == spec
        import yaml
        print(yaml.__with_libyaml__)
    """
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("False\n", "")


@pytest.mark.slow
@for_any_plain_spec
def test_plain_data_reads_back_as_an_equal_spec(spec: ExperimentSpec) -> None:
    assert typed(ExperimentSpec.from_json(spec.to_json())) == typed(spec)


@pytest.mark.slow
@for_any_plain_spec
def test_plain_data_survives_json(spec: ExperimentSpec) -> None:
    assert typed(ExperimentSpec.from_json(json.loads(json.dumps(spec.to_json(), allow_nan=False)))) == typed(spec)


@pytest.mark.slow
@settings(max_examples=200)
@given(st.one_of([strategy(marked=False) for cls, strategy in OF_CLASS.items() if cls is not ExperimentSpec]))
def test_every_part_of_a_spec_reads_back_from_its_plain_data(part: Any) -> None:
    assert typed(type(part).from_json(part.to_json())) == typed(part)


@pytest.mark.slow
@for_any_spec
def test_plain_data_is_plain(spec: ExperimentSpec) -> None:
    def kinds(value: Any) -> set[type]:
        parts = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
        return {value.__class__}.union(*map(kinds, parts))

    assert kinds(spec.to_json()) <= {dict, list, str, int, float, bool, type(None)}


def test_changing_plain_data_does_not_change_the_spec() -> None:
    spec = ExperimentSpec(tasks=[TaskSpec(image={}, command=["a"], extra={"notes": {"of": ["me"]}})])
    data = spec.to_json()
    data["tasks"][0]["command"].append("b")
    data["tasks"][0]["notes"]["of"].append("you")
    assert spec.to_json()["tasks"][0]["command"] == ["a"]
    assert spec.to_json()["tasks"][0]["notes"] == {"of": ["me"]}


def test_none_is_left_out_of_plain_data_and_all_else_is_kept() -> None:
    spec = ExperimentSpec(
        tasks=[TaskSpec(image={}, timeout="90m", constraints={}, command=[], resources={}, extra={"a": None})]
    )
    assert spec.to_json() == {
        "version": "v2",
        "tasks": [
            {
                "image": {},
                "command": [],
                "resources": {},
                "context": {},
                "constraints": {},
                "hostNetworking": False,
                "leaderSelection": False,
                "timeout": 5_400_000_000_000,
                "a": None,
            }
        ],
    }


@pytest.mark.slow
@in_every_reader
@settings(max_examples=40)
@given(spec=experiment_specs(marked=False))
def test_every_reader_sees_the_data_of_the_spec(reader: Callable[[str], Any], spec: ExperimentSpec) -> None:
    assert not differences(as_a_reader_sees_it(spec), reader(spec.to_yaml()))


@pytest.mark.slow
@in_every_reader
@settings(max_examples=100)
@given(text=texts())
def test_every_reader_sees_a_text_as_that_text(reader: Callable[[str], Any], text: str) -> None:
    spec = ExperimentSpec(description=text, groups=[text], tasks=[with_text(text)])
    assert not differences(spec.to_json(), reader(spec.to_yaml()))


@pytest.mark.slow
@in_every_reader
@of_every_group
def test_every_reader_sees_an_awkward_text_as_that_text(reader: Callable[[str], Any], group: tuple[str, ...]) -> None:
    spec = ExperimentSpec(tasks=[with_text(text, number) for number, text in enumerate(group)])
    assert not differences(spec.to_json(), reader(spec.to_yaml()))


@pytest.mark.slow
@in_every_reader
@of_every_group
def test_without_libyaml_every_reader_sees_an_awkward_text_as_that_text(
    reader: Callable[[str], Any], group: tuple[str, ...]
) -> None:
    spec = ExperimentSpec(tasks=[with_text(text, number) for number, text in enumerate(group)])
    with without_libyaml():
        text = spec.to_yaml()
    assert not differences(spec.to_json(), reader(text))


@pytest.mark.slow
@in_every_reader
def test_every_reader_sees_each_short_text_as_that_text(reader: Callable[[str], Any]) -> None:
    signs = "0179+-._:exobaF~="
    short = ["".join(text) for length in (1, 2, 3) for text in product(signs, repeat=length)]
    read = reader(ExperimentSpec(groups=short).to_yaml())["groups"]
    assert [(text, each) for text, each in zip(short, read, strict=True) if each != text] == []


@pytest.mark.slow
@of_every_group
def test_an_awkward_text_reads_back(group: tuple[str, ...]) -> None:
    spec = ExperimentSpec(tasks=[with_text(text, number) for number, text in enumerate(group)])
    assert typed(ExperimentSpec.from_yaml(spec.to_yaml())) == typed(spec)


@pytest.mark.slow
@in_every_reader
@given(name=names(), value=plain_data(marked=False))
@settings(max_examples=100)
def test_every_reader_sees_a_constraint(reader: Callable[[str], Any], name: str, value: Any) -> None:
    task = TaskSpec(image={}, constraints=Constraints.from_json({f"my{name}": value}))
    spec = ExperimentSpec(tasks=[task])
    assert not differences(spec.to_json(), reader(spec.to_yaml()))


@pytest.mark.slow
@in_every_reader
@given(items=st.lists(command_items(), max_size=5))
@settings(max_examples=100)
def test_every_reader_sees_the_items_of_a_command(reader: Callable[[str], Any], items: list[Any]) -> None:
    spec = ExperimentSpec(tasks=[TaskSpec(image={}, command=items)])
    assert not differences(spec.to_json(), reader(spec.to_yaml()))


@pytest.mark.parametrize("fields", [{"command": [-0.0]}, {"resources": {"cpuCount": -0.0}}, {"extra": {"a": -0.0}}])
def test_a_negative_zero_keeps_its_sign(fields: dict[str, Any]) -> None:
    spec = ExperimentSpec(tasks=[TaskSpec(image={}, **fields)])
    assert typed(ExperimentSpec.from_yaml(spec.to_yaml())) == typed(spec)


@in_every_reader
@pytest.mark.parametrize("number", [1e-05, 5e-324, 1e16, -1.5e300, 2.5, 8.0])
def test_every_reader_sees_a_number_field_as_that_number(reader: Callable[[str], Any], number: float) -> None:
    spec = ExperimentSpec(tasks=[TaskSpec(image={}, resources={"cpuCount": number})])
    assert typed(reader(spec.to_yaml())["tasks"][0]["resources"]["cpuCount"]) == typed(number)


@pytest.mark.parametrize("number", [1e-05, 5e-324, 1e16, -1.5e300, 2.5, 8.0])
def test_a_number_of_a_command_is_written_as_python_prints_it(number: float) -> None:
    assert written(command=[number]) == f"command: [{number}]\n"


@given(st.one_of(st.integers(), st.integers(10**630, 10**640 - 1), st.integers(1 - 10**640, -(10**630))))
@settings(max_examples=50)
def test_an_integer_of_any_size_in_a_command_reads_back(number: int) -> None:
    spec = ExperimentSpec(tasks=[TaskSpec(image={}, command=[number])], extra={"number": number})
    assert typed(ExperimentSpec.from_yaml(spec.to_yaml())) == typed(spec)


@pytest.mark.parametrize("fields", [{"command": [10**5000]}, {"arguments": [-(10**5000)]}])
def test_an_integer_that_python_does_not_print_is_refused_in_a_command(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TaskSpec(image={}, **fields)


def test_an_integer_that_python_does_not_print_is_refused_in_an_unknown_field() -> None:
    with pytest.raises(ValidationError):
        ExperimentSpec(extra={"number": 10**5000})


def test_an_integer_that_python_does_not_print_is_refused_in_a_constraint() -> None:
    with pytest.raises(ValidationError):
        Constraints(number=[10**5000])


@pytest.mark.parametrize("extra", [{"": 1}, {"a": {"": 1}}, {"a": [{"": 1}]}])
def test_an_empty_name_is_refused_since_no_file_may_hold_one(extra: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ExperimentSpec(extra=extra)


def test_an_empty_name_of_a_constraint_is_refused_since_no_file_may_hold_one() -> None:
    with pytest.raises(ValidationError):
        Constraints.from_json({"": ["a"]})


@pytest.mark.parametrize("nest", [lambda part: [part], lambda part: {"in": part}], ids=["lists", "mappings"])
@pytest.mark.parametrize("place", ["experiment", "task", "source", "constraint"])
def test_the_deepest_unknown_field_that_is_accepted_reads_back(nest: Callable[[Any], Any], place: str) -> None:
    def spec(depth: int) -> ExperimentSpec:
        note: Any = "deep"
        for _ in range(depth):
            note = nest(note)
        fields: dict[str, Any] = {"image": {}}
        if place == "experiment":
            return ExperimentSpec(extra={"note": note})
        if place == "task":
            fields["extra"] = {"note": note}
        elif place == "source":
            fields["datasets"] = [DataMount(mount_path="/a", source=DataSource(beaker=None, extra={"note": note}))]
        else:
            fields["constraints"] = Constraints(note=note)
        return ExperimentSpec(tasks=[TaskSpec(**fields)])

    deepest = None
    for depth in range(50, 150):
        try:
            deepest = spec(depth)
        except ValidationError:
            break
    assert deepest is not None
    assert ExperimentSpec.from_yaml(deepest.to_yaml()) == deepest


@pytest.mark.parametrize(
    "text",
    [
        *("word", "two words", "v2", "1.2.3", "a1", "a:b", "a#b", "/a/b", "./a", "~/a", "ai2/x", "--flag", "-f"),
        *("--lr=1e-4", "http://a/b?c=d", "$HOME/a", "${A}", "it's", 'say "a"', "(a)", "a & b", "10GiB", "90m", "7b"),
        *("nullable", "yesterday", "nope", "online", "trueish", "é", "日本語", "a=b", "<a>", "+", "1 2", "x"),
    ],
)
def test_a_text_that_no_reader_takes_for_anything_else_stands_unquoted(text: str) -> None:
    assert described(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("0123", "1.10", "yes", "No", "on", "y", "12:30:45", "1e-4", "false", "null", "~", "2024-01-01", "0x1F"),
        *("", "- a", "a: b", "a #b", "#a", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a", "[a", "{a", " a", "a "),
        *("---", "...", "?", ": a", "{{.Env.A}}", "0o17", "+1", ".5", "5.", ".inf", ".nan", "+_", "-_1", "1_000"),
        *("<<", "=", "-"),
    ],
)
def test_a_text_that_some_reader_takes_for_something_else_stands_in_quotes(text: str) -> None:
    assert described(text) == f"'{text}'"


@pytest.mark.parametrize("text", ["a\tb", "a\x1bb", "a\x85b", "a\u2028b", "\ufeffa", "a\0b", "a\x7fb", "a\rb"])
def test_a_character_that_a_reader_may_change_is_escaped(text: str) -> None:
    line = described(text)
    assert line.startswith('"')
    assert line.isascii()
    assert line.isprintable()


@given(texts())
def test_no_control_character_stands_in_what_is_written(text: str) -> None:
    written = ExperimentSpec(description=text, tasks=[with_text(text)]).to_yaml()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", written)


@pytest.mark.parametrize("text", [text for text in PLAIN if text != "~"])
def test_a_scalar_of_an_unknown_field_that_stood_unquoted_is_written_so(text: str) -> None:
    spec = ExperimentSpec.from_yaml(f"tasks: []\nnote: {text}\n")
    assert spec.to_yaml() == f"version: v2\ntasks: []\nnote: {text}\n"


@pytest.mark.parametrize("text", [text for text in PLAIN if text != "~"])
def test_a_scalar_of_a_constraint_that_stood_unquoted_is_written_so(text: str) -> None:
    constraints = f"  constraints:\n    gpu:\n    - {text}\n    node:\n      of: {text}\n"
    spec = ExperimentSpec.from_yaml(f"tasks:\n- image: {{}}\n{constraints}")
    assert constraints in spec.to_yaml()


def test_a_null_of_an_unknown_field_is_written_as_a_word() -> None:
    assert ExperimentSpec.from_yaml("tasks: []\na: ~\nb:\n").to_yaml().endswith("\na: null\nb: null\n")


@pytest.mark.parametrize("text", ["0123", "1.10", "yes", "12:30", "2024-01-01", "null", "true", "1", "0.5", "=", ""])
def test_a_text_of_an_unknown_field_that_stood_in_quotes_is_written_so(text: str) -> None:
    spec = ExperimentSpec.from_yaml(f'tasks: []\nnote: "{text}"\n')
    assert spec.to_yaml() == f"version: v2\ntasks: []\nnote: '{text}'\n"


@pytest.mark.parametrize("text", ["0123", "1.10", "yes", "1e-4", "2024-01-01", "12:30:45", "True"])
def test_a_text_field_that_stood_unquoted_is_written_in_quotes(text: str) -> None:
    spec = ExperimentSpec.from_yaml(f"tasks:\n- image: {{}}\n  envVars:\n  - name: A\n    value: {text}\n")
    assert f"    value: '{text}'\n" in spec.to_yaml()


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("a\n", "|\n  a"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\nb\n", "|\n  a\n  b"),
        ("a\n\n", "|+\n  a\n"),
        ("a\n\n\nb\n\n\n", "|+\n  a\n\n\n  b\n\n"),
        ("a\n  b\n c\n", "|\n  a\n    b\n   c"),
        ("# a\nb: c\n- 'd\n", "|\n  # a\n  b: c\n  - 'd"),
        ("---\na\n...\n", "|\n  ---\n  a\n  ..."),
        ("\nécole\n", "|2\n\n  école"),
        ("0123\n", "|\n  0123"),
        ("a\\b\n", "|\n  a\\b"),
        (f"{'long ' * 100}line\nb\n", f"|\n  {'long ' * 100}line\n  b"),
    ],
)
def test_a_text_of_several_lines_is_a_literal_block(text: str, block: str) -> None:
    assert described(text) == block


def test_a_text_of_several_lines_with_an_emoji_is_a_literal_block() -> None:
    assert described("echo \U0001f680\ndone\n") == "|\n  echo \U0001f680\n  done"


@pytest.mark.parametrize("text", ["a \nb", "a\nb ", "a\tb\n", " a\nb", "a\r\nb\r\n", "a\n\x85"])
def test_a_text_that_a_literal_block_may_not_keep_is_in_double_quotes(text: str) -> None:
    assert described(text) == json.dumps(text).replace("\\u0085", "\\N")


def test_a_script_in_a_command_is_a_literal_block() -> None:
    assert written(command=["bash", "-c", "set -e\necho a\n"]) == ("command:\n- bash\n- -c\n- |\n  set -e\n  echo a\n")


def test_a_long_line_is_not_folded() -> None:
    text = "word " * 1000 + "."
    assert described(text) == text


def test_a_long_text_in_quotes_is_not_folded() -> None:
    assert described("- " + "word " * 1000 + ".") == "'- " + "word " * 1000 + ".'"


def test_a_long_text_with_escapes_is_not_folded() -> None:
    text = "\t" + "word " * 1000 + "."
    assert described(text) == json.dumps(text)


def test_a_short_command_stands_in_one_line() -> None:
    arguments = ["--steps", 100, 0.5, "--name", "0123", "--list=[1, 2]", "", "a: b", "{}"]
    assert written(command=["python", "train.py"], arguments=arguments) == (
        "command: [python, train.py]\n"
        "arguments: [--steps, 100, 0.5, --name, '0123', '--list=[1, 2]', '', 'a: b', '{}']\n"
    )


def test_a_long_command_stands_in_lines_of_its_own() -> None:
    items = [f"--option-number-{number}" for number in range(10)]
    assert written(command=items) == "command:\n" + "".join(f"- {item}\n" for item in items)


def test_no_line_of_a_short_command_is_long() -> None:
    for length in range(1, 200):
        line = written(command=["x" * 5] * length).splitlines()[0]
        assert len(line) < 100


def test_an_empty_command_is_kept() -> None:
    assert written(command=[], arguments=[]) == "command: []\narguments: []\n"


def test_lists_other_than_commands_stand_in_lines_of_their_own() -> None:
    assert written(constraints={"cluster": ["a", "b"], "command": [["c"]]}, extra={"notes": [[1], {"a": [2]}]}) == (
        "constraints:\n  cluster:\n  - a\n  - b\n  command:\n  - - c\nnotes:\n- - 1\n- a:\n  - 2\n"
    )


def test_what_is_used_twice_is_written_twice() -> None:
    task = TaskSpec(image={"docker": "alpine"}, env_vars=[EnvVar(name="A", value="b")], extra={"note": ["c"]})
    text = ExperimentSpec(tasks=[task, task]).to_yaml()
    first, second = text.partition("tasks:\n")[2].split("- image:")[1:]
    assert first == second


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("90m", "90m"),
        ("1h30m", "90m"),
        ("48h0m0s", "48h"),
        ("1.5s", "1500ms"),
        ("5us", "5000ns"),
        (1, "1ns"),
        (0, "0s"),
        ("-90s", "-90s"),
        ("60m", "1h"),
    ],
)
def test_a_duration_is_written_as_one_number_and_one_unit(given: str | int, text: str) -> None:
    assert written(timeout=given, synchronized_start_timeout=given) == (
        f"synchronizedStartTimeout: {text}\ntimeout: {text}\n"
    )


@given(durations())
def test_every_duration_is_one_number_and_one_unit(duration: int) -> None:
    text = ExperimentSpec(tasks=[TaskSpec(image={}, context={"min_runtime": duration})]).to_yaml()
    [line] = [line for line in text.splitlines() if "minRuntime" in line]
    assert re.fullmatch(r"    minRuntime: -?[0-9]+(h|m|s|ms|ns)", line)
    assert parse_duration(line.rpartition(" ")[2]) == duration


def test_an_unknown_field_with_the_name_of_a_duration_is_written_as_it_is() -> None:
    assert ExperimentSpec(extra={"timeout": 300}).to_yaml() == "version: v2\ntasks: []\ntimeout: 300\n"


def test_a_false_that_was_not_given_is_written() -> None:
    text = ExperimentSpec(tasks=[TaskSpec(image={})]).to_yaml()
    assert "\n  hostNetworking: false\n  leaderSelection: false\n" in text


def test_a_false_that_may_be_absent_is_written_where_it_was_given() -> None:
    assert written(propagate_failure=False) == "propagateFailure: false\n"


def test_an_empty_context_is_written() -> None:
    assert "\n  context: {}\n" in ExperimentSpec(tasks=[TaskSpec(image={})]).to_yaml()


def test_empty_parts_are_written() -> None:
    assert written(env_vars=[], datasets=[], resources={}, constraints={}) == (
        "envVars: []\ndatasets: []\nresources: {}\nconstraints: {}\n"
    )


WHOLE = ExperimentSpec(
    version="v2-alpha",
    description="Fine-tune on\ntwo nodes\n",
    budget="ai2/budget",
    groups=["ai2/group", "123"],
    retry=RetrySpec(allowed_task_retries=3, extra={"delay": "1m"}),
    tasks=[
        TaskSpec(
            timeout="1h30m",
            synchronized_start_timeout=300_000_000,
            propagate_preemption=False,
            propagate_failure=True,
            leader_selection=True,
            replicas=2,
            host_networking=True,
            resources=TaskResources(cpu_count=2.5, gpu_count=8, memory="1.5TiB", shared_memory="10"),
            datasets=[
                DataMount(mount_path="/data", sub_path="a/b", mode="readonly", source={"weka": "bucket"}),
                DataMount.new("/host", host_path="/net/nfs"),
                DataMount(mount_path="/old", source=DataSource(extra={"url": "https://host/x?a=b#c"})),
            ],
            env_vars=[
                EnvVar(name="NAME", value="yes"),
                EnvVar(name="TOKEN", secret="token"),
                EnvVar(name="EMPTY"),
                EnvVar(name="EMOJI", value="é"),
            ],
            arguments=["--lr", 0.0001, "--steps", 1000, "--seed", "0123", "--on", "on"],
            command=["bash", "-c", "set -e\n\npython train.py \\\n  --config '$CONFIG'  # the last\n"],
            constraints=Constraints(cluster=["ai2/a", "ai2/b"], hostname=["h1"], gpu_type=["h100"], node_id=7),
            context=TaskContext(
                cluster="ai2/old", priority="high", preemptible=True, min_runtime="30m", auto_resume=False
            ),
            result=ResultSpec(path="/results"),
            image=ImageSource(beaker="ai2/image"),
            name="train",
            extra={"labels": {"team": ["a", {"b": None}], "since": "2024-01-01"}, "debug": True},
        ),
        TaskSpec(image=ImageSource(docker="alpine:3.20")),
    ],
    extra={"workspace": "ai2/mine"},
)

TEXT = """\
version: v2-alpha
description: |
  Fine-tune on
  two nodes
budget: ai2/budget
groups:
- ai2/group
- '123'
retry:
  allowedTaskRetries: 3
  delay: 1m
tasks:
- name: train
  image:
    beaker: ai2/image
  command:
  - bash
  - -c
  - |
    set -e

    python train.py \\
      --config '$CONFIG'  # the last
  arguments: [--lr, 0.0001, --steps, 1000, --seed, '0123', --on, 'on']
  envVars:
  - name: NAME
    value: 'yes'
  - name: TOKEN
    secret: token
  - name: EMPTY
  - name: EMOJI
    value: é
  datasets:
  - mountPath: /data
    subPath: a/b
    mode: readonly
    source:
      weka: bucket
  - mountPath: /host
    source:
      hostPath: /net/nfs
  - mountPath: /old
    source:
      url: https://host/x?a=b#c
  result:
    path: /results
  resources:
    cpuCount: 2.5
    gpuCount: 8
    memory: 1.5TiB
    sharedMemory: '10'
  context:
    cluster: ai2/old
    priority: high
    preemptible: true
    minRuntime: 30m
    autoResume: false
  constraints:
    cluster:
    - ai2/a
    - ai2/b
    hostname:
    - h1
    gpuType:
    - h100
    nodeID: 7
  hostNetworking: true
  replicas: 2
  leaderSelection: true
  propagateFailure: true
  propagatePreemption: false
  synchronizedStartTimeout: 300ms
  timeout: 90m
  labels:
    team:
    - a
    - b: null
    since: '2024-01-01'
  debug: true
- image:
    docker: alpine:3.20
  context: {}
  hostNetworking: false
  leaderSelection: false
workspace: ai2/mine
"""


def test_a_whole_spec_is_written_in_the_documented_order_and_style() -> None:
    assert WHOLE.to_yaml() == TEXT


def test_without_libyaml_a_whole_spec_is_written_the_same() -> None:
    with without_libyaml():
        assert WHOLE.to_yaml() == TEXT


def test_the_written_text_is_the_whole_spec() -> None:
    assert typed(ExperimentSpec.from_yaml(TEXT).to_json()) == typed(WHOLE.to_json())


def test_plain_data_has_the_order_of_the_written_text() -> None:
    def keys(data: Any) -> list[Any]:
        if isinstance(data, dict):
            return [(key, keys(item)) for key, item in data.items()]
        return [keys(item) for item in data] if isinstance(data, list) else []

    assert keys(WHOLE.to_json()) == keys(yaml_1_1(TEXT))
