"""The JSON Schema says of a spec what beakerspec says, as far as a schema can, and explains every field."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from conftest import EXAMPLES, ROOT
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from strategies import LOOKALIKES, experiment_specs

from beakerspec import (
    DataMount,
    DataSource,
    EnvVar,
    ExperimentSpec,
    ExperimentSpecError,
    ImageSource,
    MountMode,
    Priority,
    SpecVersion,
    TaskContext,
    TaskResources,
    TaskSpec,
    ValidationError,
    check,
    parse_duration,
    parse_size,
)
from beakerspec.checking.rules import RULES, Rule
from beakerspec.checking.settings import Settings, read_settings
from beakerspec.cli import main
from beakerspec.docstrings import attribute_docs, docstring_of
from beakerspec.fields.names import json_name
from beakerspec.schema import FIELDS, TITLES, json_schema

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
GOLDEN = Path(__file__).parent / "golden"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real specs is not there")

#: What is an error for beakerspec and for no schema.
BEYOND_A_SCHEMA = {
    **dict.fromkeys(
        ("duplicate-task-name", "duplicate-env-var", "mount-overlap", "unknown-result", "result-cycle"),
        "a schema does not compare values at different places",
    ),
    "start-timeout": "a pattern does not count: 72h and 2h look alike",
}
#: What parsers of YAML do otherwise than beakerspec: rules, and files that show it.
OTHERWISE_PARSED = {
    **dict.fromkeys(("duplicate-key", "duplicate-keys.yaml", "key-given-twice.json"), "some take the last of two"),
    **dict.fromkeys(("json-syntax", "no-quotes.json", "trailing-comma.json"), "some of what is no JSON is YAML"),
    "odd-but-right.yaml": "it says that it is YAML 1.1, in which the keys `on` and 1 may be equal",
    "tabs-that-do-not-indent.yaml": "some refuse tabs between tokens",
    "too-many-values": "some write out all aliases, here a million values",
    "utf-16.yaml": "some read UTF-16",
}


# The YAML parsers, and the parsers of editors.


def plain(data: Any) -> Any:
    """Data as JSON has it. A date is the text that it is written as."""
    return json.loads(json.dumps(data, default=str))


def yaml_1_1(source: str | bytes) -> Any:
    return plain(yaml.load(source, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def yaml_1_2(source: str | bytes) -> Any:
    parser = YAML(typ="safe", pure=True)
    parser.version = (1, 2)
    return plain(parser.load(source))


#: What parsers raise for what they cannot read.
NO_DATA = (yaml.YAMLError, YAMLError, TypeError, ValueError)
LOADERS = (yaml_1_1, yaml_1_2)
Loader = Callable[[str | bytes], Any]


def accepts(source: str | bytes, load: Loader) -> bool:
    """Whether an editor with this parser finds nothing wrong."""
    try:
        data = load(source)
    except NO_DATA:
        return False
    return bool(VALIDATOR.is_valid(data))


def broken_rules(read: Callable[[], ExperimentSpec]) -> set[str]:
    """The rules of severity error that beakerspec finds broken."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read().validate()
    except (ValidationError, ExperimentSpecError) as error:
        return {problem.rule for problem in error.problems if problem.severity == "error"}
    return set()


@cache
def refusals(source: str) -> set[str]:
    """The rules for which beakerspec refuses YAML text, unknown fields among them."""
    return broken_rules(lambda: ExperimentSpec.from_yaml(source, strict=True))


# What it is.


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a schema."""
    if isinstance(schema, dict):
        yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


def test_it_is_a_schema_of_2020_12() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_pattern_is_one_for_python_and_for_editors() -> None:
    # Under the flag `u` of JavaScript, only signs that mean something may be escaped.
    patterns = [each["pattern"] for each in objects(SCHEMA) if isinstance(each.get("pattern"), str)]
    patterns += [name for each in objects(SCHEMA) for name in each.get("patternProperties", ())]
    assert patterns
    for pattern in patterns:
        re.compile(pattern)
        assert re.findall(r"\\(?![.+{])", pattern) == []


def test_it_is_the_callers_to_change() -> None:
    mine = json_schema()
    for each in list(objects(mine)):
        each.clear()
    assert json_schema() == SCHEMA


def test_a_change_in_one_place_is_none_in_another() -> None:
    ids = [id(each) for each in objects(SCHEMA)]
    assert len(ids) == len(set(ids))


# What it says about the fields.


def file_fields(cls: type[Any]) -> set[str]:
    """The fields of a class that a file can give."""
    return {field.name for field in attrs.fields(cls) if field.name.strip("_") not in ("extra", "extras")}


def plain_text(docstring: str) -> str:
    return " ".join(docstring.replace("`", "").split())


def schema_of(cls: type[Any]) -> dict[str, Any]:
    """The schema of the mappings that a class is made from, as it is where it occurs first."""
    return next(each for each in objects(SCHEMA) if each.get("title") == TITLES[cls] and "properties" in each)


@pytest.mark.parametrize("cls", TITLES)
def test_a_field_is_described_by_its_docstring(cls: type[Any]) -> None:
    docs = attribute_docs(cls)
    described = {name: each["description"] for name, each in schema_of(cls)["properties"].items()}
    assert described == {json_name(name): plain_text(docs[name]) for name in file_fields(cls)}


@pytest.mark.parametrize("cls", [ExperimentSpec, TaskSpec, EnvVar, DataMount])
def test_the_root_and_the_items_of_lists_are_described_by_the_first_paragraph_of_their_class(cls: type[Any]) -> None:
    assert schema_of(cls)["description"] == plain_text(docstring_of(cls).partition("\n\n")[0])


@pytest.mark.parametrize("enum", [MountMode, Priority, SpecVersion])
def test_a_member_of_an_enum_is_described_by_its_docstring(enum: type[Enum]) -> None:
    docs = attribute_docs(enum)
    described: dict[str, str] = {}
    for each in objects(SCHEMA):
        values = each.get("enum", ())
        if values and set(values) <= {member.value for member in enum}:
            described |= zip(values, each["enumDescriptions"], strict=True)
    if enum is Priority:
        priority = SCHEMA["properties"]["tasks"]["items"]["properties"]["context"]["properties"]["priority"]
        (deprecated,) = [each for each in priority["anyOf"] if each.get("title") == "Deprecated"]
        described["preemptible"] = deprecated["description"]
    assert described == {member.value: plain_text(docs[member.name]) for member in enum}


def test_a_description_is_plain_text_in_one_line() -> None:
    descriptions = [each["description"] for each in objects(SCHEMA) if isinstance(each.get("description"), str)]
    descriptions += [text for each in objects(SCHEMA) for text in each.get("enumDescriptions", ())]
    assert descriptions
    for description in descriptions:
        assert re.fullmatch(r"[A-Z][^`\n]*\.", description)


def test_every_class_has_a_title() -> None:
    found, pending = set(), [ExperimentSpec]
    while pending:
        cls: Any = pending.pop()
        found.add(cls)
        hints = " ".join(str(field.type) for field in attrs.fields(cls))
        pending += [other for other in TITLES if other not in found and re.search(rf"\b{other.__name__}\b", hints)]
    assert found == set(TITLES)


def test_the_table_of_rules_and_examples_names_fields_of_the_model_only() -> None:
    for cls, fields in FIELDS.items():
        assert fields.keys() <= file_fields(cls)


def test_a_field_needs_no_entry_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(FIELDS[TaskSpec], "timeout")
    timeout = json_schema()["properties"]["tasks"]["items"]["properties"]["timeout"]
    assert timeout["description"] == plain_text(attribute_docs(TaskSpec)["timeout"])
    assert timeout["anyOf"][0]["errorMessage"] == "Expected a duration, such as 90m, 1h30m or 300ms."


def test_the_fields_stand_in_the_order_of_the_classes() -> None:
    task = SCHEMA["properties"]["tasks"]["items"]["properties"]
    assert list(task) == [json_name(field.name) for field in attrs.fields(TaskSpec) if field.name != "extra"]


def test_a_default_is_that_of_the_class() -> None:
    task = SCHEMA["properties"]["tasks"]["items"]["properties"]
    defaults = {name: each["default"] for name, each in task.items() if "default" in each}
    assert defaults == {"hostNetworking": False, "leaderSelection": False}
    assert SCHEMA["properties"]["version"]["default"] == "v2"


def test_what_something_else_has_taken_the_place_of_is_marked_so() -> None:
    context = SCHEMA["properties"]["tasks"]["items"]["properties"]["context"]["properties"]
    assert {name for name, each in context.items() if each.get("deprecated")} == {"cluster", "preemptible"}


# Rules.


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.bad and rule.name not in OTHERWISE_PARSED], ids=lambda rule: rule.name
)
@pytest.mark.parametrize("load", LOADERS)
def test_what_breaks_a_rule_is_refused_where_a_schema_can_tell(rule: Rule, load: Loader) -> None:
    is_for_schemas = rule.severity == "error" and not rule.settings and rule.name not in BEYOND_A_SCHEMA
    assert accepts(rule.bad, load) is not is_for_schemas


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@pytest.mark.parametrize("load", LOADERS)
def test_what_keeps_a_rule_is_accepted(rule: Rule, load: Loader) -> None:
    assert accepts(rule.good, load)


# Files.


def specs_in(folder: Path) -> list[Path]:
    """The files of a folder, but for reports and what parsers read otherwise."""
    return sorted(
        path for path in folder.glob("*") if path.suffix in (".yaml", ".json") and path.name not in OTHERWISE_PARSED
    )


@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("path", [*specs_in(GOLDEN), *specs_in(ROOT / EXAMPLES)], ids=lambda path: path.name)
def test_a_file_is_accepted_where_beakerspec_takes_it(path: Path, load: Loader) -> None:
    refused = broken_rules(lambda: ExperimentSpec.from_file(path, strict=True))
    assert accepts(path.read_bytes(), load) is not bool(refused - BEYOND_A_SCHEMA.keys())


@pytest.mark.slow
@needs_corpus
@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("kind", ["v2", "v1", "go-template"])
def test_a_real_spec_is_accepted_exactly_where_beakerspec_takes_it(kind: str, load: Loader) -> None:
    differences = {}
    for path in specs_in(CORPUS / kind):
        text = re.sub(r"\{\{ *\.Env\.(\w+) *\}\}", r"value-of-\1", path.read_text(encoding="utf-8-sig"))
        refused = refusals(text)
        if accepts(text, load) is bool(refused):
            differences[path.name] = refused
    # The one spec that gives a key twice, where the parser takes the last.
    assert differences == ({"0999f1866edc.yaml": {"duplicate-key"}} if (kind, load) == ("v2", yaml_1_1) else {})


# Scalars: each kind of field with every scalar that some parser takes for something else.

PLACES = {
    "integer": "replicas: {}",
    "another integer": "resources:\n    gpuCount: {}",
    "number": "resources:\n    cpuCount: {}",
    "boolean": "propagateFailure: {}",
    "duration": "timeout: {}",
    "size": "resources:\n    memory: {}",
    "text": "name: {}",
    "name of a variable": "envVars:\n  - name: {}",
    "value of a variable": "envVars:\n  - name: NAME\n    value: {}",
    "word": "command:\n  - {}",
    "enum": "context:\n    priority: {}",
    "path": "datasets:\n  - source:\n      beaker: team/data\n    mountPath: {}",
    "cluster": "constraints:\n    cluster: {}",
    "host": "constraints:\n    hostname:\n    - {}",
}
#: Numbers for beakerspec that PyYAML takes for text, as it would were they quoted.
TEXT_FOR_PYYAML = {"08", "+.5"}
#: What PyYAML takes for text, and other parsers for numbers: how large it is, a pattern does not tell.
EXPONENTS = {"1e-4", "0e0", "1e400", "6.02e23", "+.5"}


def at(place: str, scalar: str) -> str:
    return "tasks:\n- image: {docker: alpine}\n  " + PLACES[place].format(scalar) + "\n"


def fits(place: str, value: Any) -> bool:
    """Whether a value is accepted at a place."""
    data = json.dumps(yaml_1_1(at(place, "SCALAR")))
    return bool(VALIDATOR.is_valid(json.loads(data.replace('"SCALAR"', json.dumps(value)))))


@cache
def values(load: Loader) -> dict[str, Any]:
    """What a parser makes of the scalars that it can read."""
    found = {}
    for scalar in LOOKALIKES:
        with suppress(*NO_DATA):
            (found[scalar],) = load(f"- {scalar}\n")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("place", PLACES)
def test_no_unquoted_scalar_that_beakerspec_takes_is_refused(place: str, load: Loader) -> None:
    refused = {scalar for scalar, value in values(load).items() if not fits(place, value)}
    wrongly = {scalar for scalar in refused if not refusals(at(place, scalar))}
    assert wrongly == (TEXT_FOR_PYYAML if (place, load) == ("number", yaml_1_1) else set())


@pytest.mark.slow
@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize("place", PLACES)
def test_an_unquoted_scalar_that_beakerspec_refuses_is_accepted_as_a_number_only(place: str, load: Loader) -> None:
    texts = {scalar for scalar, value in values(load).items() if isinstance(value, str) and fits(place, value)}
    assert {scalar for scalar in texts - EXPONENTS if refusals(at(place, scalar))} == set()


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_no_quoted_scalar_that_beakerspec_takes_is_refused(place: str) -> None:
    refused = {scalar for scalar in LOOKALIKES if not fits(place, scalar)}
    assert {scalar for scalar in refused if not refusals(at(place, json.dumps(scalar)))} == set()


@pytest.mark.parametrize(
    ("place", "scalar"),
    [
        *(("integer", scalar) for scalar in ("0", "-1", "8.5", '"8"', "two", "true", "[1]", "{a: 1}")),
        *(("another integer", scalar) for scalar in ("-1", "0.5", "'1'", "9223372036854775808")),
        *(("number", scalar) for scalar in ("0", "-0.5", '"1"', "half", "false")),
        *(("boolean", scalar) for scalar in ('"true"', "1", "0", "maybe", "[]")),
        *(("duration", scalar) for scalar in ("0", "-5", "0s", "-5s", "1.5", "1d", "5s!!", '""', "h", "true", "[1h]")),
        *(
            ("size", scalar)
            for scalar in ("0", "-1", "10Gi", '"1e9"', '" 1k"', '"1  k"', "1k k", "0GiB", "true", "many")
        ),
        *(("text", scalar) for scalar in ("[a]", "{a: b}")),
        *(("name of a variable", scalar) for scalar in ("A-B", "1A", "12", "", "~", '""', "é")),
        *(("value of a variable", scalar) for scalar in ("[a]", "{a: b}")),
        *(("word", scalar) for scalar in ("~", "[a]", "{a: b}")),
        *(("enum", scalar) for scalar in ("lo", "Low", "1", "true", "[low]")),
        *(("path", scalar) for scalar in ("data", "./data", "", "1", "true")),
        *(("cluster", scalar) for scalar in ("{a: b}", "[~]", "[[a]]")),
        *(("host", scalar) for scalar in ("~", "[a]")),
    ],
)
def test_a_value_that_a_field_cannot_have_is_refused(place: str, scalar: str) -> None:
    assert refusals(at(place, scalar))
    assert not accepts(at(place, scalar), yaml_1_1)
    assert not accepts(at(place, scalar), yaml_1_2)


@pytest.mark.parametrize(
    ("place", "template"),
    [("duration", "{}"), ("size", "{}GiB"), ("name of a variable", "{}_KEY"), ("enum", "{}"), ("path", "{}/data")],
)
def test_a_template_may_stand_where_a_text_has_a_form(place: str, template: str) -> None:
    assert accepts(at(place, json.dumps(template.format("{{.Env.NAME}}"))), yaml_1_2)


def has_form(parse: Callable[[str], int], text: str) -> bool:
    """Whether a text can be read and is above 0, as far as its signs tell: a pattern does not count."""
    try:
        parse(text)
    except ValidationError as error:
        hint = error.problems[0].hint
        assert hint is not None
        if not hint.startswith(("the largest size", "the longest duration")):
            return False
    return "-" not in text and re.search("[1-9]", text) is not None


#: Parts of durations. Spaces do not count, and the schema knows them between the parts only.
DURATION = st.lists(
    st.sampled_from(
        (
            *("1", "0", "90", "2.5", ".5", "3.", "1e2", "+", "-", "h", "m", "s", "ms", "us", "µs", "μs", "ns", "H"),
            *("Min", "hr", "hours", "Sec", "second", "minutes", "nanosecond", "d", "secs", "w", "."),
        )
    ),
    min_size=1,
    max_size=6,
).map("".join)
SIZE = st.lists(
    st.sampled_from(
        (
            *("1", "0", "10", "2.5", ".5", "3.", " ", "k", "K", "kb", "KiB", "mib", "Gi", "GB", "g", "tIb", "P"),
            *("EiB", "b", "B", "e9", "-", "+", "x", "ib", "."),
        )
    ),
    min_size=1,
    max_size=4,
).map("".join)


@given(DURATION)
@example("1h30m")
@example("5400")
@example("-1e2")
def test_a_duration_is_accepted_where_beakerspec_reads_it(text: str) -> None:
    assert fits("duration", text) is has_form(parse_duration, text)


@pytest.mark.parametrize("unit", "ns us µs μs ms s sec m min h hr".split())
def test_every_short_unit_of_a_duration_is_accepted(unit: str) -> None:
    assert parse_duration(f"5{unit}") > 0
    assert fits("duration", f"5{unit}")


@pytest.mark.parametrize("unit", "nanosecond microsecond millisecond second minute hour".split())
def test_every_long_unit_of_a_duration_is_accepted_in_singular_and_plural(unit: str) -> None:
    assert parse_duration(f"1 {unit}") > 0
    assert fits("duration", f"1 {unit}")
    assert fits("duration", f"5 {unit.title()}s")


@pytest.mark.parametrize("text", ["1 h", "2 hours 5 minutes", " 1h", "1h ", "+ 1h", "90 ", "1 h 30 m"])
def test_spaces_between_the_parts_of_a_duration_do_not_count(text: str) -> None:
    assert parse_duration(text) > 0
    assert fits("duration", text)


@given(SIZE)
@example("512 MiB")
@example("1024")
def test_a_size_is_accepted_where_beakerspec_reads_it(text: str) -> None:
    assert fits("size", text) is has_form(parse_size, text)


# Mappings: what may stand in them together, and what may be left empty.

IN_A_TASK = (
    *("image:", "image: {}", "image: alpine", "image: {docker: }", "image: {docker: ''}", "image: {docker: 1}"),
    *("image: {docker: a, beaker: }", "image: {docker: a, beaker: ''}", "image: {docker: '', beaker: b}"),
    *("image: {docker: a, beaker: b}", "image: {docker: '', beaker: ''}", "image: {docker: , beaker: }"),
    *("context:", "constraints:", "resources:", "result:", "envVars:", "datasets:", "command:", "arguments:", "name:"),
    *("result: {}", "result: {path: }", "result: {path: /a}", "hostNetworking:", "leaderSelection:", "replicas:"),
    *("context: {}", "resources: {}", "constraints: {}", "envVars: []", "datasets: []", "command: []"),
    *("envVars: [~]", "datasets: [~]", "envVars: {A: b}", "datasets: {}", "context: []", "resources: text"),
    *("context: {preemptible: true}", "context: {preemptible: , minRuntime: 1h}", "context: {min_runtime: -1}"),
    *("context: {preemptible: true, minRuntime: 1h}", "context: {preemptible: false, min_runtime: 1h}"),
    *("context: {preemptible: true, autoResume: true}", "context: {preemptible: true, auto_resume: false}"),
    *("context: {preemptible: true, minRuntime: , autoResume: }", "context: {minRuntime: 0, autoResume: false}"),
    *("context: {minRuntime: 0s}", "context: {cluster: a}", "context: {priority: preemptible}"),
    *("constraints: {'': [a]}", "constraints: {zone: [a], count: 1, other: {a: ~}}", "constraints: {cluster: }"),
    *("constraints: {hostname: }", "constraints: {hostname: a}", "constraints: {cluster: []}"),
    *("synchronizedStartTimeout: 172800000000000", "synchronizedStartTimeout: 172800000000001"),
    *("synchronized_start_timeout: 0", "host_networking: true", "leader_selection: 1", "propagate_failure:"),
    *("hostNetworking: true, host_networking: true", "hostNetworking: , host_networking: "),
    *("envVars: [{}]", "envVars: [{value: a}]", "envVars: [{name: A}]", "envVars: [{name: A, value: , secret: }]"),
    *("envVars: [{name: A, value: b, secret: c}]", "envVars: [{name: A, value: '', secret: c}]"),
    *("envVars: [{name: A, value: , secret: c}]", "envVars: [{name: A, value: b, secret: }]"),
    *("envVars: [{name: A, value: 0, secret: c}]", "env_vars: [{name: A, value: b}]", "env_vars: [{name: A-B}]"),
)
SOURCES = (
    *("{beaker: a}", "{hostPath: /a}", "{host_path: /a}", "{weka: a}", "{result: a}", "{secret: a}", "{volume: a}"),
    *("", "{}", "[]", "{beaker: }", "{beaker: ''}", "{beaker: '', weka: ''}", "{beaker: a, weka: b}"),
    *("{beaker: a, hostPath: }", "{beaker: , host_path: /a}", "{hostPath: /a, weka: b}", "{host_path: /a, weka: b}"),
    *("{host_path: /a, hostPath: /a}", "{host_path: /a, hostPath: }", "{secret: a, volume: b}", "{url: a}"),
    *(
        "{beaker: a, host_path: /a}",
        "{beaker: a, hostPath: /a}",
        "{beaker: , secret: , volume: a}",
        "{beaker: a, weka: b, volume: c}",
    ),
)


def mount(source: str, *others: str) -> str:
    return f"datasets: [{{{', '.join((f'source: {source}', *others))}}}]"


@pytest.mark.parametrize(
    "line",
    [
        *IN_A_TASK,
        *(mount(source, "mountPath: /data") for source in SOURCES),
        *(
            mount(source, "mount_path: /data", f"mode: {mode}")
            for source in SOURCES
            for mode in ("readonly", "readwrite")
        ),
        *(mount("{volume: a}", *others) for others in ((), ("mountPath: ",), ("mount_path: ",), ("mount_path: data",))),
        *(
            mount("{volume: a}", "mountPath: /a", other)
            for other in ("mount_path: /a", "sub_path: a", "mode: ", "x: y")
        ),
        "datasets: [{mountPath: /data}]",
    ],
)
@pytest.mark.parametrize("load", LOADERS)
def test_a_mapping_is_accepted_where_beakerspec_takes_it(line: str, load: Loader) -> None:
    image = "" if line.startswith("image") else "image: {docker: alpine}, "
    text = f"tasks: [{{{image}{line}}}]"
    assert accepts(text, load) is not bool(refusals(text) - {"unknown-result"})


@pytest.mark.parametrize("load", LOADERS)
@pytest.mark.parametrize(
    "line",
    [
        *("version:", "version: v2-alpha", "version: v1", "version: 2", "budget:", "budget: 1", "description: [a]"),
        *("groups:", "groups: []", "groups: [a, 1]", "groups: [~]", "groups: a", "tasks:", "tasks: []", "tasks: {}"),
        *("retry:", "retry: {}", "retry: 3", "task: []", "{}", "[]", "text", ""),
        *(f"retry: {{allowedTaskRetries: {number}}}" for number in ("", -1, 0, 10, 11, "3.0", 0.5, "two")),
        *("retry: {allowed_task_retries: 3}", "retry: {allowed_task_retries: 11}"),
        "retry: {allowed_task_retries: 3, allowedTaskRetries: 3}",
    ],
)
def test_an_experiment_is_accepted_where_beakerspec_takes_it(line: str, load: Loader) -> None:
    assert accepts(line, load) is not bool(refusals(line))


# Whole specs.


def kept(spec: ExperimentSpec) -> ExperimentSpec:
    """A spec that keeps the rules, with the texts and the shape of any one."""
    return attrs.evolve(
        spec,
        retry=None if spec.retry is None else {"allowed_task_retries": 3},
        tasks=[kept_task(task) for task in spec.tasks],
        extra={},
    )


def kept_task(task: TaskSpec) -> TaskSpec:
    variables, mounts, context = task.env_vars, task.datasets, task.context
    return attrs.evolve(
        task,
        image=ImageSource(docker=f"{task.image.docker}:latest"),
        env_vars=variables
        and [
            EnvVar(name=f"V{number}", value=each.value, secret=None if each.value else each.secret)
            for number, each in enumerate(variables)
        ],
        datasets=mounts
        and [
            attrs.evolve(each, mount_path=f"/{number}", source=DataSource(volume=each.mount_path), extra={})
            for number, each in enumerate(mounts)
        ],
        result=task.result and attrs.evolve(task.result, extra={}),
        context=TaskContext(cluster=context.cluster, priority=context.priority, auto_resume=context.auto_resume),
        resources=task.resources and TaskResources(cpu_count=1.5, gpu_count=8, memory="2.5GiB"),
        replicas=None if task.replicas is None else abs(task.replicas) // 2 + 1,
        timeout=None if task.timeout is None else abs(task.timeout) // 2 + 1,
        synchronized_start_timeout=None if task.synchronized_start_timeout is None else parse_duration("30m"),
        extra={},
    )


@pytest.mark.slow
@given(experiment_specs().map(kept))
def test_the_data_of_a_spec_that_keeps_the_rules_is_accepted(spec: ExperimentSpec) -> None:
    assert broken_rules(lambda: spec) == set()
    VALIDATOR.validate(plain(spec.to_json()))


@pytest.mark.slow
@given(experiment_specs(marked=False).map(kept))  # PyYAML cannot read each of the marked ones
def test_the_text_of_a_spec_that_keeps_the_rules_is_accepted(spec: ExperimentSpec) -> None:
    VALIDATOR.validate(yaml_1_1(spec.to_yaml()))


@pytest.mark.slow
@given(experiment_specs(marked=False))
def test_the_data_of_any_spec_is_accepted_where_beakerspec_takes_it(spec: ExperimentSpec) -> None:
    data = plain(spec.to_json())
    refused = broken_rules(lambda: ExperimentSpec.from_json(data, strict=True))
    if not refused:
        VALIDATOR.validate(data)
    elif refused - BEYOND_A_SCHEMA.keys() - {"size"}:  # in Python, a pattern's end is before a line break too
        assert not VALIDATOR.is_valid(data)


# The command.


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    output = capsys.readouterr().out
    assert json.loads(output) == SCHEMA
    assert output.endswith("}\n")
    assert output.isascii()


@pytest.mark.parametrize("option", ["-o", "--output"])
def test_the_command_writes_it_to_a_file(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "beakerspec.schema.json"
    path.write_text("old", encoding="utf-8")
    assert main(["schema", option, str(path)]) == 0
    assert json.loads(path.read_text(encoding="utf-8")) == SCHEMA
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "missing" / "beakerspec.schema.json"
    assert main(["schema", "-o", str(path)]) == 2
    assert str(path) in capsys.readouterr().err


# A site's names.

SITE_TOML = """
[site]
budgets = ["lab/a.b"]
priorities = ["low", "preemptible"]
[site.clusters]
"lab/large" = { aliases = ["lab/big (old)"] }
"lab/small" = {}
"""


@pytest.fixture
def of_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The schema that the command makes with settings."""
    (tmp_path / ".beakerspec.toml").write_text(SITE_TOML)
    monkeypatch.chdir(tmp_path)
    assert main(["schema", "--settings"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("text", "is_accepted"),
    [
        ("budget: lab/a.b", True),
        ("budget: ''", True),
        ("budget: '{{.Env.BUDGET}}'", True),
        ("budget: lab/axb", False),
        ("tasks: [{context: {priority: low}}]", True),
        ("tasks: [{context: {priority: preemptible}}]", True),
        ("tasks: [{context: {priority: high}}]", False),
        ("tasks: [{constraints: {cluster: [lab/large, lab/small]}}]", True),
        ("tasks: [{constraints: {cluster: [lab/big (old)]}}]", True),
        ("tasks: [{constraints: {cluster: ['{{.Env.CLUSTER}}']}}]", True),
        ("tasks: [{constraints: {cluster: [lab/lage]}}]", False),
        ("tasks: [{context: {cluster: lab/lage}}]", False),
        ("tasks: [{constraints: {cluster: null}}]", True),
    ],
)
def test_with_settings_only_the_names_of_the_site_are_accepted(of_site: Any, text: str, is_accepted: bool) -> None:
    data = {"tasks": [], **yaml.safe_load(text)}
    for task in data["tasks"]:
        task["image"] = {"docker": "a"}
    assert jsonschema.Draft202012Validator(of_site).is_valid(data) == is_accepted
    settings = Settings(site=read_settings(".beakerspec.toml").site, severity="error")
    if "{{" not in text:
        assert (not check(json.dumps(data), settings=settings)) == is_accepted


def test_with_settings_an_editor_is_offered_the_names_of_the_site(of_site: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(of_site)
    task = of_site["properties"]["tasks"]["items"]["properties"]
    assert of_site["properties"]["budget"]["anyOf"][0]["enum"] == ["lab/a.b"]
    assert task["constraints"]["properties"]["cluster"]["items"]["anyOf"][0]["enum"] == ["lab/large", "lab/small"]
    priority = task["context"]["properties"]["priority"]["anyOf"][0]
    assert priority["enum"] == ["low", "preemptible"]
    assert all(priority["enumDescriptions"][:1])


def test_what_the_settings_do_not_list_stays_open() -> None:
    schema = json_schema(budgets=["a"])
    assert schema["properties"]["tasks"] == SCHEMA["properties"]["tasks"]


def test_settings_may_be_given_by_their_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("site.toml").write_text(SITE_TOML)
    assert main(["schema", "--settings", "site.toml"]) == 0
    assert "lab/large" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "the settings list no clusters, budgets or priorities: add them under [site], or leave --settings out"),
        ("[site]\nbudgets = 1\n", "site.budgets: expected a list, got a number"),
    ],
)
def test_settings_without_names_of_a_site_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str | None, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    if text is not None:
        Path(".beakerspec.toml").write_text(text)
    assert main(["schema", "--settings"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err.strip().endswith(message)) == ("", True)
