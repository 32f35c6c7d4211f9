"""The classes of a spec: every field with its default, what it takes and what it refuses, and every verb."""

from __future__ import annotations

import copy
import itertools
import math
import os
import pickle
import shutil
import subprocess
import sys
from array import array
from collections import deque
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from inspect import Parameter, signature
from types import MappingProxyType
from typing import Any, NamedTuple

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import OF_CLASS, typed

import beakerspec
from beakerspec import (
    Constraints,
    DataMount,
    DataSource,
    EditError,
    EnvVar,
    ExperimentSpec,
    ImageSource,
    MountMode,
    Priority,
    Problem,
    ResultSpec,
    RetrySpec,
    SpecVersion,
    TaskContext,
    TaskResources,
    TaskSpec,
    ValidationError,
)

SECOND = 10**9
INT64_MAX = 2**63 - 1
NAN, INFINITY = math.nan, math.inf
LONE_SURROGATE = "half of a pair: \ud800"
#: Stands for the default of a field that has none.
REQUIRED = object()


class Good(NamedTuple):
    """What a caller gives, and what is stored."""

    given: Any
    stored: Any


class Bad(NamedTuple):
    """What a caller gives, the rule that refuses it, and where in it."""

    given: Any
    rule: str
    inside: str = ""


class Kind(NamedTuple):
    """What all fields of one kind take and refuse."""

    good: tuple[Good, ...]
    bad: tuple[Bad, ...]


def same(*values: Any) -> tuple[Good, ...]:
    return tuple(Good(value, value) for value in values)


def refused(*values: Any, rule: str = "invalid-type", inside: str = "") -> tuple[Bad, ...]:
    return tuple(Bad(value, rule, inside) for value in values)


NO_LIST = (5, True, "echo hello", b"bytes", bytearray(b"bytes"), {"a": "b"}, {"a", "b"}, iter(["a"]))

TEXT = Kind(
    (*same("text", "", "0123", "yes", "żółw", "two\nlines\t"), Good(Priority.low, "low")),
    refused(0, 1, 1.5, True, b"bytes", ["a"], {"a": 1}, Decimal(1)) + refused(LONE_SURROGATE, rule="encoding"),
)
FLAG = Kind(same(True, False), refused(0, 1, 1.0, "", [], {}) + refused("true", "yes", rule="quoted-boolean"))
INTEGER = Kind(
    (*same(0, 3, -1, INT64_MAX, -INT64_MAX - 1), Good(8.0, 8), Good(-2.0, -2)),
    refused(True, False, "", 8.5, NAN, INFINITY, [1], {}, Decimal(2), Fraction(2))
    + refused("2", rule="quoted-number")
    + refused(INT64_MAX + 1, -INT64_MAX - 2, 1e300, 10**5000, rule="invalid-value"),
)
NUMBER = Kind(
    (*same(0.5, 0.0, -1.5), Good(2, 2.0)),
    refused(True, False, NAN, INFINITY, -INFINITY, 10**400, 10**5000, [1.5], {}, Decimal("0.5"))
    + refused("2", "0.5", rule="quoted-number"),
)
DURATION = Kind(
    (
        *same(0, 90, -5, INT64_MAX, -INT64_MAX - 1),
        Good(60.0, 60),
        Good("90", 90 * SECOND),
        Good("1h30m", 5400 * SECOND),
        Good("300ms", 300_000_000),
        Good("-5s", -5 * SECOND),
        Good("2 hours", 7200 * SECOND),
        Good(timedelta(minutes=1, microseconds=1), 60 * SECOND + 1000),
    ),
    refused(True, "", "s", "1d", "5s!!", 1.5, NAN, INFINITY, INT64_MAX + 1, 10**5000, "400000000h", rule="duration")
    + refused(timedelta.max, ["1h"], {"hours": 1}, rule="duration"),
)
TEXTS = Kind(
    (
        Good([], []),
        Good(["a", ""], ["a", ""]),
        Good(("ä",), ["ä"]),
        Good(deque(["a"]), ["a"]),
        Good([Priority.low], ["low"]),
    ),
    refused(*NO_LIST)
    + refused(["a", 1], ["a", True], ["a", ["b"]], inside="[1]")
    + refused([None], rule="null-item", inside="[0]")
    + refused(["a", LONE_SURROGATE], rule="encoding", inside="[1]"),
)
TEXTS_OR_ONE = Kind(
    (*TEXTS.good, Good("one", ["one"]), Good(Priority.low, ["low"])),
    tuple(bad for bad in TEXTS.bad if not isinstance(bad.given, str)) + refused(LONE_SURROGATE, rule="encoding"),
)
COMMAND = Kind(
    (
        Good([], []),
        Good(["echo", "ä", 1, -0.5], ["echo", "ä", 1, -0.5]),
        Good(("true",), ["true"]),
        Good(range(2), [0, 1]),
        Good([Priority.low], ["low"]),
    ),
    refused(*NO_LIST)
    + refused(["a", True], ["a", NAN], ["a", -INFINITY], ["a", b"b"], ["a", ["b"]], ["a", {"b": 1}], inside="[1]")
    + refused(["a", None], rule="null-item", inside="[1]")
    + refused([LONE_SURROGATE], rule="encoding", inside="[0]"),
)
VERSION = Kind(
    (*same(SpecVersion.v2), Good("v2", SpecVersion.v2), Good("v2-alpha", SpecVersion.v2_alpha)),
    refused("v1", "V2", "", 2, True, ["v2"], Priority.low, rule="invalid-value"),
)
PRIORITY = Kind(
    (
        *(Good(text, Priority(text)) for text in ("low", "normal", "high", "urgent", "immediate", "preemptible")),
        *same(Priority.high),
    ),
    refused("Low", "", "lowest", 1, False, ["low"], SpecVersion.v2, rule="invalid-value"),
)
MODE = Kind(
    (
        Good("readonly", MountMode.readonly),
        Good("readwrite", MountMode.readwrite),
        *same(MountMode.readonly),
    ),
    refused("ro", "", 0, True, {}, Priority.low, rule="invalid-value"),
)


def joined(outer: str, inner: str) -> str:
    """The path of a part of a part."""
    return outer + (inner if not inner or inner.startswith("[") else f".{inner}")


def part(good: Mapping[str, Any], stored: Any, other: Any, *bad: Bad) -> Kind:
    """The kind of a field that holds another class of the model: `good` is stored as `stored`, `other` as it is."""
    return Kind(
        (Good(good, stored), *same(stored, other), Good(MappingProxyType(dict(good)), stored)),
        (
            *refused("text", 5, True, ["text"], [], SpecVersion.v2, RetrySpec(), TaskResources),
            *bad,
            Bad({**good, 1: "text"}, "key-type", '["1"]'),
        ),
    )


def parts(kind: Kind) -> Kind:
    """The kind of a field that holds a list of what `kind` takes."""
    good, other = kind.good[0], kind.good[2].given
    return Kind(
        (
            Good([], []),
            Good([each.given for each in kind.good[:1]], [good.stored]),
            Good((good.stored,), [good.stored]),
        ),
        refused("text", 5, True, {}, {"name": "a"}, good.stored)
        + refused([None], rule="null-item", inside="[0]")
        + tuple(Bad([other, bad.given], bad.rule, joined("[1]", bad.inside)) for bad in kind.bad),
    )


IMAGE = part(
    {"docker": "alpine"}, ImageSource(docker="alpine"), ImageSource(), Bad({"docker": 1}, "invalid-type", "docker")
)
RESULT = part({"path": "/out"}, ResultSpec(path="/out"), ResultSpec(path=""), Bad({"path": 1}, "invalid-type", "path"))
CONTEXT = part(
    {"priority": "low", "minRuntime": "1h"},
    TaskContext(priority=Priority.low, min_runtime=3600 * SECOND),
    TaskContext(),
    Bad({"priority": "lowest"}, "invalid-value", "priority"),
    Bad({"autoResume": "yes"}, "quoted-boolean", "autoResume"),
    Bad({"auto_resume": "yes"}, "quoted-boolean", "auto_resume"),
)
CONSTRAINTS = part(
    {"cluster": "c", "gpuType": ["h100"]},
    Constraints(cluster=["c"], gpu_type=["h100"]),
    Constraints(),
    Bad({"hostname": [1]}, "invalid-type", "hostname[0]"),
)
RESOURCES = part(
    {"gpuCount": 2, "memory": "1 GiB"},
    TaskResources(gpu_count=2, memory="1 GiB"),
    TaskResources(),
    Bad({"gpuCount": "2"}, "quoted-number", "gpuCount"),
)
ENV_VARS = parts(
    part(
        {"name": "A", "value": "1"},
        EnvVar(name="A", value="1"),
        EnvVar(name="B"),
        Bad({"name": "A", "value": 1}, "invalid-type", "value"),
        Bad({"value": "1"}, "missing-field", "name"),
    )
)
SOURCE = part(
    {"hostPath": "/net/data"},
    DataSource(host_path="/net/data"),
    DataSource(beaker=""),
    Bad({}, "data-source"),
    Bad({"beaker": "a", "weka": "b"}, "data-source"),
    Bad({"beaker": 1}, "invalid-type", "beaker"),
)
DATASETS = parts(
    part(
        {"mountPath": "/data", "source": {"beaker": "a"}},
        DataMount(mount_path="/data", source=DataSource(beaker="a")),
        DataMount(mount_path="/more", source=DataSource(weka="w")),
        Bad({"mountPath": "/data"}, "missing-field", "source"),
        Bad({"mountPath": "/data", "source": {}}, "data-source", "source"),
    )
)
RETRY = Kind(
    (Good({"allowedTaskRetries": 3}, RetrySpec(allowed_task_retries=3)), *same(RetrySpec())),
    (
        *refused(3, "3", [], True, TaskContext()),
        Bad({"allowedTaskRetries": "3"}, "quoted-number", "allowedTaskRetries"),
    ),
)
TASKS = parts(
    part(
        {"name": "a", "image": {"docker": "alpine"}},
        TaskSpec(name="a", image=ImageSource(docker="alpine")),
        TaskSpec(image=ImageSource()),
        Bad({"name": "b"}, "missing-field", "image"),
        Bad({"image": {}, "replicas": True}, "invalid-type", "replicas"),
    )
)


class Field(NamedTuple):
    """A row of the format's table of fields."""

    owner: type[Any]
    name: str
    json_name: str
    default: Any
    kind: Kind

    def __str__(self) -> str:
        return f"{self.owner.__name__}.{self.name}"


FIELDS = (
    Field(ExperimentSpec, "version", "version", SpecVersion.v2, VERSION),
    Field(ExperimentSpec, "description", "description", None, TEXT),
    Field(ExperimentSpec, "budget", "budget", None, TEXT),
    Field(ExperimentSpec, "groups", "groups", None, TEXTS),
    Field(ExperimentSpec, "retry", "retry", None, RETRY),
    Field(ExperimentSpec, "tasks", "tasks", [], TASKS),
    Field(TaskSpec, "name", "name", None, TEXT),
    Field(TaskSpec, "image", "image", REQUIRED, IMAGE),
    Field(TaskSpec, "result", "result", None, RESULT),
    Field(TaskSpec, "context", "context", TaskContext(), CONTEXT),
    Field(TaskSpec, "constraints", "constraints", None, CONSTRAINTS),
    Field(TaskSpec, "command", "command", None, COMMAND),
    Field(TaskSpec, "arguments", "arguments", None, COMMAND),
    Field(TaskSpec, "env_vars", "envVars", None, ENV_VARS),
    Field(TaskSpec, "datasets", "datasets", None, DATASETS),
    Field(TaskSpec, "resources", "resources", None, RESOURCES),
    Field(TaskSpec, "host_networking", "hostNetworking", False, FLAG),
    Field(TaskSpec, "replicas", "replicas", None, INTEGER),
    Field(TaskSpec, "leader_selection", "leaderSelection", False, FLAG),
    Field(TaskSpec, "propagate_failure", "propagateFailure", None, FLAG),
    Field(TaskSpec, "propagate_preemption", "propagatePreemption", None, FLAG),
    Field(TaskSpec, "synchronized_start_timeout", "synchronizedStartTimeout", None, DURATION),
    Field(TaskSpec, "timeout", "timeout", None, DURATION),
    Field(ImageSource, "beaker", "beaker", None, TEXT),
    Field(ImageSource, "docker", "docker", None, TEXT),
    Field(EnvVar, "name", "name", REQUIRED, TEXT),
    Field(EnvVar, "value", "value", None, TEXT),
    Field(EnvVar, "secret", "secret", None, TEXT),
    Field(DataMount, "mount_path", "mountPath", REQUIRED, TEXT),
    Field(DataMount, "sub_path", "subPath", None, TEXT),
    Field(DataMount, "mode", "mode", None, MODE),
    Field(DataMount, "source", "source", REQUIRED, SOURCE),
    Field(DataSource, "beaker", "beaker", None, TEXT),
    Field(DataSource, "host_path", "hostPath", None, TEXT),
    Field(DataSource, "weka", "weka", None, TEXT),
    Field(DataSource, "result", "result", None, TEXT),
    Field(DataSource, "secret", "secret", None, TEXT),
    Field(DataSource, "volume", "volume", None, TEXT),
    Field(ResultSpec, "path", "path", REQUIRED, TEXT),
    Field(TaskResources, "cpu_count", "cpuCount", None, NUMBER),
    Field(TaskResources, "gpu_count", "gpuCount", None, INTEGER),
    Field(TaskResources, "memory", "memory", None, TEXT),
    Field(TaskResources, "shared_memory", "sharedMemory", None, TEXT),
    Field(TaskContext, "cluster", "cluster", None, TEXT),
    Field(TaskContext, "priority", "priority", None, PRIORITY),
    Field(TaskContext, "preemptible", "preemptible", None, FLAG),
    Field(TaskContext, "min_runtime", "minRuntime", None, DURATION),
    Field(TaskContext, "auto_resume", "autoResume", None, FLAG),
    Field(Constraints, "cluster", "cluster", None, TEXTS_OR_ONE),
    Field(Constraints, "hostname", "hostname", None, TEXTS),
    Field(RetrySpec, "allowed_task_retries", "allowedTaskRetries", None, INTEGER),
)
CLASSES = tuple(dict.fromkeys(field.owner for field in FIELDS))
WITH_EXTRA = tuple(cls for cls in CLASSES if cls is not Constraints)

#: The least that makes a value of each class.
LEAST: dict[type[Any], dict[str, Any]] = {cls: {} for cls in CLASSES} | {
    TaskSpec: {"image": ImageSource(docker="alpine")},
    EnvVar: {"name": "A"},
    DataSource: {"beaker": "a"},
    DataMount: {"mount_path": "/data", "source": DataSource(beaker="a")},
    ResultSpec: {"path": "/out"},
}

each_class = pytest.mark.parametrize("cls", CLASSES)
each_class_with_extra = pytest.mark.parametrize("cls", WITH_EXTRA)
each_field = pytest.mark.parametrize("field", FIELDS, ids=str)
each_protocol = pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))


def cases(kind: str) -> pytest.MarkDecorator:
    """Every field with each of the values that it takes ("good") or refuses ("bad")."""
    return pytest.mark.parametrize(
        ("field", "case"),
        [
            pytest.param(field, case, id=f"{field}-{number}")
            for field in FIELDS
            for number, case in enumerate(getattr(field.kind, kind))
        ],
    )


def keywords_with(field: Field, value: Any) -> dict[str, Any]:
    """The keywords that make a value of the field's class with `value` in that field."""
    if field.owner is DataSource:
        return {field.name: value}
    return {**LEAST[field.owner], field.name: value}


def plain(value: Any) -> Any:
    """The plain data of a keyword's value: what a file would hold."""
    return value.to_json() if isinstance(value, tuple(CLASSES)) else value


def data_with(field: Field, value: Any) -> dict[str, Any]:
    """The plain data of a value of the field's class with `value` in that field."""
    names = {each.name: each.json_name for each in FIELDS if each.owner is field.owner}
    keywords = keywords_with(field, value)
    return {names[name]: item if name == field.name else plain(item) for name, item in keywords.items()}


def problems_of(call: Any, *args: Any, **keywords: Any) -> tuple[Problem, ...]:
    with pytest.raises(ValidationError) as refusal:
        call(*args, **keywords)
    return refusal.value.problems


#: Any value of any class.
ANYTHING = st.one_of(*(OF_CLASS[cls]() for cls in CLASSES))

ENVIRONMENT = {name: getattr(beakerspec, name) for name in beakerspec.__all__}


def evaluated(value: object) -> Any:
    return eval(repr(value), dict(ENVIRONMENT))


def full_task() -> TaskSpec:
    """A task with a value in every field."""
    return TaskSpec(
        name="train",
        image=ImageSource(docker="alpine"),
        result=ResultSpec(path="/out"),
        context=TaskContext(priority=Priority.low),
        constraints=Constraints(cluster=["c"], hostname=["h"], gpu_type=["h100"]),
        command=["python"],
        arguments=["train.py", 1, 0.5],
        env_vars=[EnvVar(name="A", value="1"), EnvVar(name="B", secret="s"), EnvVar(name="C")],
        datasets=[DataMount.new("/data", beaker="a")],
        resources=TaskResources(gpu_count=2),
        host_networking=True,
        replicas=2,
        leader_selection=True,
        propagate_failure=False,
        propagate_preemption=False,
        synchronized_start_timeout="10m",
        timeout="90m",
        extra={"future": {"list": [1, "two"]}},
    )


def full_experiment() -> ExperimentSpec:
    """An experiment with a value in every field."""
    return ExperimentSpec(
        version="v2-alpha",
        description="what for",
        budget="ai2/budget",
        groups=["g"],
        retry=RetrySpec(allowed_task_retries=3),
        tasks=[full_task()],
        extra={"future": [{"a": 1}]},
    )


# Fields


@each_class
def test_a_class_has_the_documented_fields_in_the_documented_order(cls):
    names = [attribute.name for attribute in attrs.fields(cls) if not attribute.name.startswith("_")]
    extra = [] if cls is Constraints else ["extra"]
    assert names == [field.name for field in FIELDS if field.owner is cls] + extra


@each_field
def test_a_field_left_out_has_its_default(field):
    if field.default is REQUIRED:
        rest = {name: value for name, value in LEAST[field.owner].items() if name != field.name}
        with pytest.raises(TypeError, match=field.name):
            field.owner(**rest)
    else:
        rest = {"weka": "w"} if str(field) == "DataSource.beaker" else LEAST[field.owner]
        value = getattr(field.owner(**rest), field.name)
        assert value == field.default
        assert isinstance(value, bool) == isinstance(field.default, bool)


@cases("good")
def test_a_field_stores_what_it_takes(field, case):
    value = getattr(field.owner(**keywords_with(field, case.given)), field.name)
    assert value == case.stored
    assert repr(value) == repr(case.stored)


@cases("good")
def test_a_field_is_read_as_an_item_in_both_spellings(field, case):
    value = field.owner(**keywords_with(field, case.given))
    assert value[field.name] is value[field.json_name] is getattr(value, field.name)


@cases("bad")
def test_a_field_names_the_rule_and_the_place_of_what_it_refuses(field, case):
    (problem,) = problems_of(field.owner, **keywords_with(field, case.given))
    assert (problem.rule, problem.path) == (case.rule, joined(field.name, case.inside))
    assert problem.severity == "error"


@cases("good")
def test_loading_takes_what_the_constructor_takes(field, case):
    loaded = field.owner.from_json(data_with(field, case.given))
    assert loaded == field.owner(**keywords_with(field, case.given))


@cases("bad")
def test_loading_refuses_what_the_constructor_refuses(field, case):
    (problem,) = problems_of(field.owner.from_json, data_with(field, case.given))
    assert (problem.rule, problem.path) == (case.rule, joined(field.json_name, case.inside))


@each_field
def test_loading_takes_the_python_name_too_and_names_it_in_problems(field):
    good, bad = field.kind.good[0].given, field.kind.bad[0].given
    rest = {name: plain(value) for name, value in keywords_with(field, good).items()}
    rest.pop(field.name)
    assert field.owner.from_json({**rest, field.name: good}) == field.owner(**keywords_with(field, good))
    (problem,) = problems_of(field.owner.from_json, {**rest, field.name: bad})
    assert problem.path.startswith(field.name)


@each_field
def test_both_spellings_of_one_field_at_once_are_an_error(field):
    if field.name == field.json_name:
        return
    good = field.kind.good[0].given
    data = {**data_with(field, good), field.name: good}
    assert [(problem.rule, problem.path) for problem in problems_of(field.owner.from_json, data)] == [
        ("two-spellings", field.name)
    ]


@each_field
def test_null_in_loaded_data_is_a_field_left_out(field):
    data = data_with(field, None)
    if field.default is REQUIRED:
        (problem,) = problems_of(field.owner.from_json, data)
        assert (problem.rule, problem.path) == ("missing-field", field.json_name)
    else:
        data = data if field.owner is not DataSource else {"beaker": "a", "weka": "w", field.json_name: None}
        if field.owner is DataSource and field.name not in {"beaker", "weka"}:
            data["beaker"] = None
        assert field.owner.from_json(data)[field.name] == field.default


@each_field
def test_none_in_a_constructor_is_a_field_left_out(field):
    if field.default is REQUIRED:
        problems_of(field.owner, **keywords_with(field, None))
    else:
        keywords = keywords_with(field, None)
        if field.owner is DataSource:
            keywords["weka" if field.name == "beaker" else "beaker"] = "a"
        assert field.owner(**keywords)[field.name] == field.default


@cases("good")
def test_a_field_is_written_under_its_name_in_files(field, case):
    value = field.owner(**keywords_with(field, case.given))
    assert field.json_name in value.to_json()


@each_field
def test_a_field_that_holds_none_is_not_written(field):
    if field.default is None and field.owner is not DataSource:
        assert field.json_name not in field.owner(**LEAST[field.owner]).to_json()


@each_class
def test_all_problems_of_a_constructor_are_reported_at_once(cls):
    keywords = {field.name: field.kind.bad[0].given for field in FIELDS if field.owner is cls}
    if cls is not Constraints:
        keywords["extra"] = 5
    found = problems_of(cls, **keywords)
    assert sorted(problem.path for problem in found) == sorted(keywords)


@each_class
def test_all_problems_of_a_mapping_are_reported_at_once(cls):
    data = {field.json_name: field.kind.bad[0].given for field in FIELDS if field.owner is cls}
    assert sorted(problem.path for problem in problems_of(cls.from_json, data)) == sorted(data)


@pytest.mark.parametrize("make", [lambda data: ExperimentSpec(**data), ExperimentSpec.from_json])
def test_a_broken_rule_is_reported_beside_a_wrong_field(make):
    twins = [{"name": "a", "image": {"docker": "alpine"}}] * 2
    found = problems_of(make, {"budget": 1, "tasks": twins})
    assert [(problem.rule, problem.path) for problem in found] == [
        ("invalid-type", "budget"),
        ("duplicate-task-name", "tasks[1].name"),
    ]


def test_all_problems_of_a_deep_mapping_are_reported_at_once():
    found = problems_of(
        ExperimentSpec,
        budget=1,
        tasks=[
            {"image": {"docker": 1, "beaker": 2}, "envVars": [{"name": "A"}, {"name": 1}, {"value": 2}]},
            {"name": "b", "datasets": [{"mountPath": "/a", "source": {}}]},
        ],
    )
    assert [problem.path for problem in found] == [
        "budget",
        "tasks[0].envVars[1].name",
        "tasks[0].envVars[2].name",
        "tasks[0].envVars[2].value",
        "tasks[0].image.beaker",
        "tasks[0].image.docker",
        "tasks[1].datasets[0].source",
        "tasks[1].image",
    ]


@pytest.mark.parametrize("tasks", [[], [None], ["text"], [{}]])
def test_a_wrong_list_item_does_not_hide_a_later_one(tasks):
    found = problems_of(ExperimentSpec, tasks=[*tasks, 5])
    assert found[-1].path == f"tasks[{len(tasks)}]"


# Constructors


@each_class
def test_a_constructor_takes_keywords_only(cls):
    with pytest.raises(TypeError):
        cls("a")


@each_class_with_extra
def test_an_unknown_keyword_is_a_type_error(cls):
    with pytest.raises(TypeError, match="colour"):
        cls(**LEAST[cls], colour="red")


@each_class_with_extra
def test_an_unknown_keyword_beside_a_wrong_value_is_a_type_error(cls):
    with pytest.raises(TypeError):
        cls(**dict.fromkeys(LEAST[cls], 1), extra=5, colour="red")


def test_a_missing_keyword_beside_a_wrong_value_is_a_type_error():
    with pytest.raises(TypeError, match="image"):
        TaskSpec(name=1)


@each_class
def test_a_constructor_tells_its_keywords(cls):
    parameters = signature(cls).parameters
    known = [field.name for field in FIELDS if field.owner is cls]
    last = "extras" if cls is Constraints else "extra"
    assert list(parameters) == [*known, last]
    assert all(
        parameters[name].kind is Parameter.KEYWORD_ONLY
        and (parameters[name].default is Parameter.empty)
        == (name in {f.name for f in FIELDS if f.owner is cls and f.default is REQUIRED})
        for name in known
    )


@pytest.mark.parametrize("source", ["beaker", "host_path", "weka", "result", "secret", "volume"])
def test_one_source_of_data_is_enough(source):
    assert DataSource(**{source: "a"})[source] == "a"


@pytest.mark.parametrize(
    "sources",
    [
        {},
        {"beaker": None},
        {"beaker": "a", "weka": "b"},
        {"beaker": "", "weka": "b"},
        {"beaker": "a", "extra": {"url": "u"}},
    ],
)
def test_any_other_number_of_sources_is_refused(sources):
    (problem,) = problems_of(DataSource, **sources)
    assert (problem.rule, problem.path) == ("data-source", "")


def test_an_unknown_source_of_data_counts_as_one():
    assert DataSource(extra={"url": "https://example.com"}).extra == {"url": "https://example.com"}


def test_tasks_with_one_name_are_refused_at_the_later_one():
    task = full_task()
    (problem,) = problems_of(ExperimentSpec, tasks=[task, task.with_name("other"), task])
    assert (problem.rule, problem.path) == ("duplicate-task-name", "tasks[2].name")
    assert "tasks[0]" in problem.message


def test_tasks_without_a_name_may_be_many():
    task = attrs.evolve(full_task(), name=None)
    assert len(ExperimentSpec(tasks=[task, task]).tasks) == 2


@pytest.mark.parametrize("result", [{}, {"path": None}])
def test_a_result_without_a_path_is_no_result(result):
    assert TaskSpec(image={}, result=result).result is None
    assert TaskSpec.from_json({"image": {}, "result": result}).result is None


# Unknown fields


@each_class_with_extra
def test_unknown_fields_are_kept_and_written(cls):
    least = {} if cls is DataSource else LEAST[cls]
    value = cls(**least, extra={"future": {"a": [1, None]}})
    assert value.extra == {"future": {"a": [1, None]}}
    assert value["future"] == {"a": [1, None]}
    assert value.to_json()["future"] == {"a": [1, None]}


@each_class_with_extra
def test_a_known_field_has_no_place_in_extra(cls):
    for field in FIELDS:
        if field.owner is cls:
            for name in {field.name, field.json_name}:
                problems = problems_of(cls, **LEAST[cls], extra={name: "x"})
                assert {(problem.rule, problem.path) for problem in problems} == {("two-spellings", f"extra.{name}")}


@pytest.mark.parametrize(
    ("extra", "rule", "path"),
    [
        (5, "invalid-type", "extra"),
        ("text", "invalid-type", "extra"),
        (["future"], "invalid-type", "extra"),
        ({1: 2}, "key-type", "extra"),
        ({None: 2}, "key-type", "extra"),
        ({"": 2}, "key-type", "extra"),
        ({"a": {"": 2}}, "key-type", "extra.a"),
        ({"a": object()}, "invalid-type", "extra.a"),
        ({"a": {1, 2}}, "invalid-type", "extra.a"),
        ({"a": b"bytes"}, "invalid-type", "extra.a"),
        ({"a": [1, NAN]}, "invalid-value", "extra.a[1]"),
        ({"a": {"b": -INFINITY}}, "invalid-value", "extra.a.b"),
        ({"a": {"b": LONE_SURROGATE}}, "encoding", "extra.a.b"),
        ({"a b": {LONE_SURROGATE: 1}}, "encoding", 'extra["a b"]'),
        ({"a": {"b": {2: 1}}}, "key-type", "extra.a.b"),
    ],
)
def test_what_no_file_can_hold_is_refused_in_extra(extra, rule, path):
    (problem,) = problems_of(ImageSource, extra=extra)
    assert problem.rule == rule
    assert problem.path.startswith(path)


def nested(levels: int) -> list[Any]:
    """A list in as many lists."""
    deep: list[Any] = []
    for _ in range(levels):
        deep = [deep]
    return deep


@pytest.mark.parametrize("levels", [100, 300, 10_000])
def test_an_unknown_field_nested_too_deep_is_refused(levels):
    (problem,) = problems_of(ImageSource, extra={"a": nested(levels)})
    assert problem.rule == "too-deep"


@pytest.mark.filterwarnings("ignore::beakerspec.UnknownFieldWarning")
def test_what_is_nested_as_deep_as_may_be_is_written_and_read():
    deepest = 0
    for levels in range(80, 101):
        try:
            variable = EnvVar(name="A", extra={"a": nested(levels)})
        except ValidationError:
            break
        spec = ExperimentSpec(tasks=[TaskSpec(image={}, env_vars=[variable])])
        assert ExperimentSpec.from_yaml(spec.to_yaml()) == spec
        deepest = levels
    assert deepest >= 80


def test_an_unknown_field_that_contains_itself_is_refused():
    loop: dict[str, Any] = {}
    loop["again"] = loop
    (problem,) = problems_of(ImageSource, extra=loop)
    assert problem.rule == "too-deep"


def test_an_unknown_field_named_extra_is_a_field_like_others():
    with pytest.warns(beakerspec.UnknownFieldWarning):
        value = ImageSource.from_json({"docker": "a", "extra": 1})
    assert value.to_json() == {"docker": "a", "extra": 1}
    assert attrs.evolve(value, docker="b").to_json() == {"docker": "b", "extra": 1}
    assert evaluated(value) == value


@pytest.mark.parametrize("value", [10**5000, -(10**5000)], ids=["large", "small"])
@pytest.mark.parametrize(
    "make",
    [lambda value: {"tasks": [TaskSpec(image={}, command=[value])]}, lambda value: {"extra": {"a": [value]}}],
    ids=["command", "extra"],
)
def test_a_number_that_cannot_be_written_is_refused(make, value):
    (problem,) = problems_of(lambda: ExperimentSpec(**make(value)))
    assert problem.rule in {"invalid-type", "invalid-value"}


# Values


@each_class
def test_a_value_has_no_dict(cls):
    assert not hasattr(cls(**LEAST[cls]), "__dict__")


@each_class
def test_no_attribute_can_be_set_or_deleted(cls):
    value = cls(**LEAST[cls])
    before = repr(value)
    for name in [attribute.name for attribute in attrs.fields(cls)] + ["colour"]:
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(value, name, None)
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            delattr(value, name)
    assert repr(value) == before


@each_class
def test_no_item_can_be_set_or_deleted(cls):
    value = cls(**LEAST[cls])
    for name in [field.name for field in FIELDS if field.owner is cls]:
        with pytest.raises((TypeError, attrs.exceptions.FrozenInstanceError)):
            value[name] = None
        with pytest.raises((TypeError, attrs.exceptions.FrozenInstanceError)):
            del value[name]


@each_class
def test_an_item_of_another_name_is_a_key_error(cls):
    for name in ("colour", "", "__class__", "to_json", "_extras"):
        with pytest.raises(KeyError):
            cls(**LEAST[cls])[name]


@each_class
def test_a_value_is_no_sequence(cls):
    with pytest.raises(TypeError):
        list(cls(**LEAST[cls]))


@each_class
def test_a_value_equals_no_value_of_another_class(cls):
    value = cls(**LEAST[cls])
    assert all(value != other(**LEAST[other]) for other in CLASSES if other is not cls)
    assert value != LEAST[cls]


@each_field
def test_values_that_differ_in_one_field_are_not_equal(field):
    good = field.kind.good
    first = next(case for case in good if case.stored != good[0].stored)
    assert field.owner(**keywords_with(field, good[0].given)) != field.owner(**keywords_with(field, first.given))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::beakerspec.UnknownFieldWarning")
@given(ANYTHING)
def test_equal_values_have_one_hash(value):
    again = type(value).from_json(value.to_json())
    assert again == value
    assert hash(again) == hash(value)
    assert len({again, value}) == 1


@pytest.mark.slow
@given(ANYTHING)
def test_a_repr_evaluates_to_an_equal_value(value):
    again = evaluated(value)
    assert again == value
    assert repr(again) == repr(value)


@each_class
def test_a_repr_leaves_defaults_out(cls):
    assert repr(cls()) == f"{cls.__name__}()" if not LEAST[cls] else repr(cls(**LEAST[cls])).count("=") <= 3


def test_the_repr_of_a_whole_experiment_evaluates():
    assert evaluated(full_experiment()) == full_experiment()


@pytest.mark.slow
@given(ANYTHING, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_a_pickled_value_comes_back_equal(value, protocol):
    again = pickle.loads(pickle.dumps(value, protocol))
    assert typed(again) == typed(value)
    assert hash(again) == hash(value)


@each_protocol
def test_a_pickled_experiment_comes_back_frozen(protocol):
    again = pickle.loads(pickle.dumps(full_experiment(), protocol))
    assert again == full_experiment()
    assert again.to_json() == full_experiment().to_json()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        again.budget = "other"
    with pytest.raises(AttributeError):
        again.tasks.append(full_task())


def test_a_value_pickled_in_another_process_has_the_hash_of_this_one():
    code = "import sys, pickle; sys.stdout.buffer.write(pickle.dumps(eval(sys.argv[1])))"
    value = full_experiment()
    hash(value)
    run = subprocess.run(
        [sys.executable, "-c", f"from beakerspec import *; {code}", f"(lambda v: (hash(v), v)[1])({value!r})"],
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        check=True,
    )
    again = pickle.loads(run.stdout)
    assert again == value
    assert hash(again) == hash(value)


@pytest.mark.slow
@given(ANYTHING)
def test_a_copy_is_equal(value):
    assert typed(copy.copy(value)) == typed(copy.deepcopy(value)) == typed(value)


@pytest.mark.slow
@given(ANYTHING)
def test_evolving_nothing_gives_an_equal_value(value):
    assert typed(attrs.evolve(value)) == typed(value)


@cases("good")
def test_evolving_a_field_changes_it(field, case):
    before = field.owner(**keywords_with(field, field.kind.good[0].given))
    after = attrs.evolve(before, **{field.name: case.given})
    assert after == field.owner(**keywords_with(field, case.given))


@each_field
def test_evolving_to_what_a_field_refuses_is_an_error(field):
    before = field.owner(**keywords_with(field, field.kind.good[0].given))
    bad = field.kind.bad[0]
    (problem,) = problems_of(attrs.evolve, before, **{field.name: bad.given})
    assert (problem.rule, problem.path) == (bad.rule, field.name)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace is new in Python 3.13")
def test_copy_replace_changes_any_field():
    for field in FIELDS:
        before = field.owner(**keywords_with(field, field.kind.good[0].given))
        for case in field.kind.good:
            after = copy.replace(before, **{field.name: case.given})  # type: ignore[attr-defined]
            assert after == field.owner(**keywords_with(field, case.given))


@pytest.mark.parametrize("enum", [SpecVersion, Priority, MountMode])
def test_an_enum_member_is_its_text(enum):
    for member in enum:
        assert member == member.value == str(member) == f"{member}" == f"{member:s}" == enum(member.value)
        assert evaluated(member) is member
        assert pickle.loads(pickle.dumps(member)) is member
        assert hash(member) == hash(member.value)


def test_the_enums_have_the_documented_members():
    assert [member.value for member in SpecVersion] == ["v2", "v2-alpha"]
    assert [member.value for member in Priority] == ["low", "normal", "high", "urgent", "immediate", "preemptible"]
    assert [member.value for member in MountMode] == ["readonly", "readwrite"]


# What a caller gives stays the caller's


def test_changing_what_was_given_changes_no_spec():
    env_var = {"name": "A", "value": "1", "future": [1]}
    extra: dict[str, Any] = {"future": {"list": [{"a": 1}]}}
    gpu_types = ["h100"]
    command: list[str | int | float] = ["echo"]
    constraints = {"cluster": ["c"], "gpuType": gpu_types}
    env_vars = [env_var]
    with pytest.warns(beakerspec.UnknownFieldWarning):
        task = TaskSpec(image={}, command=command, env_vars=env_vars, constraints=constraints, extra=extra)
    before = repr(task)
    command.append("hello")
    env_var["future"].append(2)  # type: ignore[attr-defined]
    env_var["name"] = "B"
    env_vars.clear()
    gpu_types.append("a100")
    constraints["cluster"].append("d")
    extra["future"]["list"][0]["a"] = 2
    extra["other"] = 1
    assert repr(task) == before


def test_changing_loaded_data_changes_no_spec():
    data = full_experiment().to_json()
    with pytest.warns(beakerspec.UnknownFieldWarning):
        spec = ExperimentSpec.from_json(data)
    data["tasks"][0]["command"].append("x")
    data["tasks"][0]["future"]["list"].append("x")
    data["tasks"][0]["constraints"]["gpuType"].append("x")
    data["future"][0]["a"] = 2
    assert spec == full_experiment()


def test_changing_what_was_written_changes_no_spec():
    spec = full_experiment()
    data = spec.to_json()
    data["tasks"][0]["command"].append("x")
    data["tasks"][0]["future"]["list"].append("x")
    data["tasks"][0]["constraints"]["gpuType"].append("x")
    data["future"][0]["a"] = 2
    assert spec == full_experiment()
    assert spec.to_json() == full_experiment().to_json()


# new


POSITIONAL = {
    ExperimentSpec.new: {
        "budget": None,
        "task_name": "main",
        "description": None,
        "cluster": None,
        "beaker_image": None,
        "docker_image": None,
        "result_path": "/unused",
        "priority": None,
    },
    TaskSpec.new: {
        "name": Parameter.empty,
        "cluster": None,
        "beaker_image": None,
        "docker_image": None,
        "result_path": "/unused",
        "priority": None,
        "preemptible": None,
    },
    DataMount.new: {
        "mount_path": Parameter.empty,
        "sub_path": None,
        "beaker": None,
        "host_path": None,
        "weka": None,
        "result": None,
        "secret": None,
    },
    TaskSpec.with_env_var: {"self": Parameter.empty, "name": Parameter.empty, "value": None, "secret": None},
    TaskSpec.with_dataset: {"self": Parameter.empty, "mount_path": Parameter.empty},
    TaskSpec.with_name: {"self": Parameter.empty, "name": Parameter.empty},
    TaskSpec.with_command: {"self": Parameter.empty, "command": Parameter.empty},
    TaskSpec.with_arguments: {"self": Parameter.empty, "arguments": Parameter.empty},
    ExperimentSpec.with_task: {"self": Parameter.empty, "task": Parameter.empty},
    ExperimentSpec.with_description: {"self": Parameter.empty, "description": Parameter.empty},
    ExperimentSpec.with_retries: {"self": Parameter.empty, "allowed_task_retries": Parameter.empty},
}


@pytest.mark.parametrize("method", POSITIONAL, ids=lambda method: method.__qualname__)
def test_positional_parameters_are_those_of_beaker_py_and_later_ones_are_keywords(method):
    found = signature(method).parameters.values()
    positional = {each.name: each.default for each in found if each.kind is Parameter.POSITIONAL_OR_KEYWORD}
    assert list(positional.items()) == list(POSITIONAL[method].items())
    rest = {each.kind for each in found if each.name not in positional}
    assert rest <= {Parameter.KEYWORD_ONLY}


def test_a_new_experiment_has_one_task():
    spec = ExperimentSpec.new("ai2/b", "train", "what for", "ai2/c", None, "alpine", "/out", "low")
    assert spec == ExperimentSpec(
        budget="ai2/b",
        description="what for",
        tasks=[
            TaskSpec(
                name="train",
                image=ImageSource(docker="alpine"),
                result=ResultSpec(path="/out"),
                context=TaskContext(priority=Priority.low),
                constraints=Constraints(cluster=["ai2/c"]),
            )
        ],
    )


def test_a_new_experiment_needs_nothing():
    (task,) = ExperimentSpec.new().tasks
    assert (task.name, task.image, task.result) == ("main", ImageSource(), ResultSpec(path="/unused"))
    assert (task.constraints, task.context) == (None, TaskContext())


def test_a_new_task_takes_all_that_a_task_has():
    task = TaskSpec.new(
        "t",
        ["c", "d"],
        beaker_image="b",
        preemptible=True,
        min_runtime="1h",
        auto_resume=True,
        priority=Priority.high,
        constraints={"hostname": ["h"], "gpu_type": ["h100"]},
        command=["echo"],
        arguments=[1],
        env_vars=[{"name": "A"}],
        datasets=[DataMount.new("/data", weka="w")],
        resources={"gpuCount": 1},
        host_networking=True,
        replicas=2,
        leader_selection=True,
        propagate_failure=True,
        propagate_preemption=False,
        synchronized_start_timeout="5m",
        timeout=timedelta(hours=1),
        extra={"future": 1},
    )
    assert task == TaskSpec(
        name="t",
        image=ImageSource(beaker="b"),
        result=ResultSpec(path="/unused"),
        context=TaskContext(priority="high", preemptible=True, min_runtime=3600 * SECOND, auto_resume=True),
        constraints=Constraints.from_json({"cluster": ["c", "d"], "hostname": ["h"], "gpu_type": ["h100"]}),
        command=["echo"],
        arguments=[1],
        env_vars=[EnvVar(name="A")],
        datasets=[DataMount(mount_path="/data", source=DataSource(weka="w"))],
        resources=TaskResources(gpu_count=1),
        host_networking=True,
        replicas=2,
        leader_selection=True,
        propagate_failure=True,
        propagate_preemption=False,
        synchronized_start_timeout=300 * SECOND,
        timeout=3600 * SECOND,
        extra={"future": 1},
    )


def test_a_new_experiment_hands_every_keyword_to_its_task():
    keywords: dict[str, Any] = {
        "cluster": "c",
        "beaker_image": "b",
        "docker_image": "d",
        "result_path": None,
        "priority": "low",
        "preemptible": False,
        "min_runtime": "1h",
        "auto_resume": True,
        "command": ["echo"],
        "arguments": ["hello"],
        "env_vars": [EnvVar(name="A")],
        "datasets": [DataMount.new("/data", weka="w")],
        "resources": TaskResources(gpu_count=1),
        "host_networking": True,
        "replicas": 2,
        "leader_selection": True,
        "propagate_failure": True,
        "propagate_preemption": False,
        "synchronized_start_timeout": "5m",
        "timeout": "1h",
    }
    assert ExperimentSpec.new(task_name="t", **keywords).tasks == [TaskSpec.new("t", **keywords)]
    assert ExperimentSpec.new(constraints={"cluster": ["c"]}).tasks[0].constraints == Constraints(cluster=["c"])


def test_a_new_task_without_a_result_path_has_no_result():
    assert TaskSpec.new("t", result_path=None).result is None


@pytest.mark.parametrize("constraints", [{"cluster": ["c"]}, {"cluster": "c"}, Constraints(cluster=["c"])])
@pytest.mark.parametrize("new", [TaskSpec.new, ExperimentSpec.new])
def test_a_cluster_is_given_in_one_way_only(new, constraints):
    (problem,) = problems_of(new, "t", cluster="c", constraints=constraints)
    assert "only one way" in problem.message


def test_a_cluster_beside_other_constraints_joins_them():
    task = TaskSpec.new("t", cluster="c", constraints={"hostname": ["h"]})
    assert task.constraints == Constraints(cluster=["c"], hostname=["h"])


def test_a_new_mount_has_its_source():
    mount = DataMount.new("/data", "sub", None, "/net", mode="readwrite")
    assert mount == DataMount(
        mount_path="/data", sub_path="sub", mode=MountMode.readwrite, source=DataSource(host_path="/net")
    )
    assert DataMount.new("/data", volume="v").source == DataSource(volume="v")
    assert DataMount.new("/data", None, None, None, None, None, "s").source == DataSource(secret="s")


@pytest.mark.parametrize("sources", [{}, {"beaker": "a", "secret": "b"}])
def test_a_new_mount_has_exactly_one_source(sources):
    (problem,) = problems_of(DataMount.new, "/data", **sources)
    assert problem.rule == "data-source"


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [({"priority": "lowest"}, "invalid-value"), ({"docker_image": 1}, "invalid-type"), ({"timeout": "1d"}, "duration")],
)
def test_new_refuses_what_the_constructors_refuse(keywords, rule):
    (problem,) = problems_of(TaskSpec.new, "t", **keywords)
    assert problem.rule == rule


def test_new_knows_no_other_keyword():
    with pytest.raises(TypeError, match="hostNetworking"):
        TaskSpec.new("t", hostNetworking=True)


# with_…


class Verb(NamedTuple):
    """A call that makes a changed copy, the field that it changes, and what that field then holds."""

    method: str
    args: tuple[Any, ...]
    keywords: dict[str, Any]
    field: str
    expected: Any


MOUNT = DataMount.new("/data", beaker="a")
TASK_VERBS = (
    Verb("with_image", (), {"beaker": "b"}, "image", ImageSource(beaker="b")),
    Verb("with_image", (), {}, "image", ImageSource()),
    Verb("with_result", (), {"path": "/r"}, "result", ResultSpec(path="/r")),
    Verb("with_context", (), {"preemptible": True}, "context", TaskContext(preemptible=True)),
    Verb(
        "with_context",
        (),
        {"cluster": "c", "priority": "high", "min_runtime": "1h", "auto_resume": False},
        "context",
        TaskContext(cluster="c", priority=Priority.high, min_runtime=3600 * SECOND, auto_resume=False),
    ),
    Verb("with_context", (), {}, "context", TaskContext()),
    Verb("with_name", ("n",), {}, "name", "n"),
    Verb("with_command", (["echo", 1],), {}, "command", ["echo", 1]),
    Verb("with_arguments", (("a", 0.5),), {}, "arguments", ["a", 0.5]),
    Verb(
        "with_resources",
        (),
        {"cpu_count": 1, "memory": "1 GiB", "shared_memory": "1m"},
        "resources",
        TaskResources(cpu_count=1.0, memory="1 GiB", shared_memory="1m"),
    ),
    Verb("with_resources", (), {"gpu_count": 4}, "resources", TaskResources(gpu_count=4)),
    Verb(
        "with_dataset",
        ("/more",),
        {"sub_path": "s", "weka": "w", "mode": "readwrite"},
        "datasets",
        [MOUNT, DataMount.new("/more", "s", weka="w", mode="readwrite")],
    ),
    Verb("with_dataset", ("/data",), {"volume": "v"}, "datasets", [MOUNT, DataMount.new("/data", volume="v")]),
    Verb(
        "with_env_var",
        ("D", "4"),
        {},
        "env_vars",
        [EnvVar(name="A", value="1"), EnvVar(name="B", secret="s"), EnvVar(name="C"), EnvVar(name="D", value="4")],
    ),
    Verb(
        "with_env_var",
        ("B", "2"),
        {},
        "env_vars",
        [EnvVar(name="A", value="1"), EnvVar(name="B", value="2"), EnvVar(name="C")],
    ),
    Verb(
        "with_env_var",
        ("A",),
        {"secret": "z"},
        "env_vars",
        [EnvVar(name="A", secret="z"), EnvVar(name="B", secret="s"), EnvVar(name="C")],
    ),
    Verb(
        "with_constraint",
        (),
        {"hostname": ["i"], "gpu_memory": [80]},
        "constraints",
        Constraints(cluster=["c"], hostname=["i"], gpu_type=["h100"], gpu_memory=[80]),
    ),
    Verb("without_env_var", ("B",), {}, "env_vars", [EnvVar(name="A", value="1"), EnvVar(name="C")]),
    Verb("without_dataset", ("/data",), {}, "datasets", []),
    Verb("with_argument", ("--lr", 0.1), {}, "arguments", ["train.py", 1, 0.5, "--lr", 0.1]),
    Verb("with_timeout", ("2h",), {}, "timeout", 7200 * SECOND),
    Verb("with_timeout", (None,), {}, "timeout", None),
    Verb("with_replicas", (4,), {}, "replicas", 4),
    Verb("with_replicas", (None,), {}, "replicas", None),
    Verb("with_constraint", (), {}, "constraints", Constraints(cluster=["c"], hostname=["h"], gpu_type=["h100"])),
)
EXPERIMENT_VERBS = (
    Verb("with_task", (TaskSpec.new("b"),), {}, "tasks", [full_task(), TaskSpec.new("b")]),
    Verb("with_task", ({"image": {}},), {}, "tasks", [full_task(), TaskSpec(image=ImageSource())]),
    Verb("with_description", ("d",), {}, "description", "d"),
    Verb("with_description", (None,), {}, "description", None),
    Verb("with_budget", ("b",), {}, "budget", "b"),
    Verb("with_retries", (0,), {}, "retry", RetrySpec(allowed_task_retries=0)),
    Verb("with_tasks", ([TaskSpec.new("b"), {"image": {}}],), {}, "tasks", [TaskSpec.new("b"), TaskSpec(image={})]),
    Verb("with_tasks", ((),), {}, "tasks", []),
    Verb("map_tasks", (lambda task: task.with_replicas(3),), {}, "tasks", [full_task().with_replicas(3)]),
    Verb("without_task", ("train",), {}, "tasks", []),
    Verb("with_value", ("budget", "b"), {}, "budget", "b"),
    Verb("with_value", ("tasks[train].image.docker", "b"), {}, "tasks", [full_task().with_image(docker="b")]),
    Verb("with_value", ("retry", None), {}, "retry", None),
)
VERBS = [(full_task, verb) for verb in TASK_VERBS] + [(full_experiment, verb) for verb in EXPERIMENT_VERBS]
each_verb = pytest.mark.parametrize(
    ("make", "verb"), [pytest.param(*each, id=f"{each[1].method}-{n}") for n, each in enumerate(VERBS)]
)


def assert_shared(before: Any, after: Any, changed: str) -> None:
    """Check that all fields but one hold the very same objects in both."""
    for attribute in attrs.fields(type(before)):
        if attribute.name != changed and not attribute.name.startswith("_"):
            assert getattr(after, attribute.name) is getattr(before, attribute.name)


@each_verb
def test_a_verb_changes_its_field(make, verb):
    after = getattr(make(), verb.method)(*verb.args, **verb.keywords)
    assert getattr(after, verb.field) == verb.expected
    assert after == attrs.evolve(make(), **{verb.field: verb.expected})


@each_verb
def test_a_verb_shares_all_other_fields(make, verb):
    before = make()
    after = getattr(before, verb.method)(*verb.args, **verb.keywords)
    assert type(after) is type(before)
    assert_shared(before, after, verb.field)


@each_verb
def test_a_verb_leaves_the_original_as_it_was(make, verb):
    before = make()
    getattr(before, verb.method)(*verb.args, **verb.keywords)
    assert before == make()


@each_verb
def test_what_a_verb_makes_is_frozen_and_pickled_like_any_other(make, verb):
    after = getattr(make(), verb.method)(*verb.args, **verb.keywords)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(after, verb.field, None)
    assert pickle.loads(pickle.dumps(after)) == after
    assert evaluated(after) == after
    assert hash(evaluated(after)) == hash(after)


def test_items_of_a_list_are_shared_by_a_verb_that_adds_one():
    task, spec = full_task(), full_experiment()
    variables = task.env_vars
    assert variables is not None
    with_one_more = task.with_env_var("D").env_vars
    assert with_one_more is not None
    assert all(before is after for before, after in zip(variables, with_one_more, strict=False))
    assert spec.with_task(TaskSpec.new("b")).tasks[0] is spec.tasks[0]
    mounts = task.with_dataset("/more", weka="w").datasets
    assert mounts is not None
    assert task.datasets is not None
    assert mounts[0] is task.datasets[0]


def test_replacing_a_variable_shares_the_others():
    task = full_task()
    variables, after = task.env_vars, task.with_env_var("B", "2").env_vars
    assert variables is not None
    assert after is not None
    assert after[0] is variables[0]
    assert after[2] is variables[2]


def test_verbs_start_from_nothing():
    task = TaskSpec.new("t")
    assert task.with_env_var("A").env_vars == [EnvVar(name="A")]
    assert task.with_dataset("/data", beaker="a").datasets == [MOUNT]
    assert task.with_constraint(cluster="c").constraints == Constraints(cluster=["c"])
    assert ExperimentSpec().with_task({"image": {}}).tasks == [TaskSpec(image=ImageSource())]


def test_a_given_part_is_stored_as_it_is():
    image, task = ImageSource(docker="a"), full_task()
    assert TaskSpec(image=image).image is image
    assert ExperimentSpec(tasks=[task]).tasks[0] is task
    assert ExperimentSpec().with_task(task).tasks[0] is task


@pytest.mark.parametrize("task", [full_task(), {"name": "train", "image": {}}])
def test_a_task_of_a_known_name_is_not_added(task):
    (problem,) = problems_of(full_experiment().with_task, task)
    assert (problem.rule, problem.path) == ("duplicate-task-name", "tasks[1].name")


@pytest.mark.parametrize(
    ("method", "args", "keywords", "rule"),
    [
        ("with_image", (), {"docker": 1}, "invalid-type"),
        ("with_result", (), {"path": None}, "invalid-type"),
        ("with_context", (), {"priority": "lowest"}, "invalid-value"),
        ("with_context", (), {"min_runtime": "1d"}, "duration"),
        ("with_name", (1,), {}, "invalid-type"),
        ("with_command", ("echo hello",), {}, "invalid-type"),
        ("with_command", ([True],), {}, "invalid-type"),
        ("with_arguments", ([None],), {}, "null-item"),
        ("with_resources", (), {"gpu_count": "1"}, "quoted-number"),
        ("with_resources", (), {"cpu_count": NAN}, "invalid-type"),
        ("with_dataset", ("/data",), {}, "data-source"),
        ("with_dataset", ("/data",), {"beaker": "a", "weka": "w"}, "data-source"),
        ("with_dataset", ("/data",), {"beaker": "a", "mode": "ro"}, "invalid-value"),
        ("with_env_var", (1,), {}, "invalid-type"),
        ("with_env_var", ("A", 1), {}, "invalid-type"),
        ("with_env_var", ("A", LONE_SURROGATE), {}, "encoding"),
        ("with_constraint", (), {"hostname": "h"}, "invalid-type"),
        ("with_constraint", (), {"gpu_type": {1, 2}}, "invalid-type"),
        ("with_argument", ("--x", [1]), {}, "invalid-type"),
        ("with_argument", ("--x", True), {}, "invalid-type"),
        ("with_timeout", ("1d",), {}, "duration"),
        ("with_replicas", ("2",), {}, "quoted-number"),
    ],
)
def test_a_verb_refuses_what_its_field_refuses(method, args, keywords, rule):
    (problem,) = problems_of(getattr(full_task(), method), *args, **keywords)
    assert problem.rule == rule


@pytest.mark.parametrize(
    ("method", "args", "rule"),
    [
        ("with_task", (5,), "invalid-type"),
        ("with_task", ({},), "missing-field"),
        ("with_description", (1,), "invalid-type"),
        ("with_budget", (LONE_SURROGATE,), "encoding"),
        ("with_retries", ("3",), "quoted-number"),
        ("with_retries", (True,), "invalid-type"),
        ("with_tasks", ([5],), "invalid-type"),
        ("with_tasks", ([full_task(), full_task()],), "duplicate-task-name"),
        ("map_tasks", (lambda task: None,), "null-item"),
        ("with_value", ("tasks[0].replicas", "2"), "quoted-number"),
    ],
)
def test_a_verb_of_an_experiment_refuses_what_its_field_refuses(method, args, rule):
    (problem,) = problems_of(getattr(full_experiment(), method), *args)
    assert problem.rule == rule


@pytest.mark.parametrize(
    ("make", "method", "name", "message"),
    [
        (full_experiment, "task", "tran", "no task is called tran: did you mean train?"),
        (full_experiment, "without_task", "other", "no task is called other: there are train"),
        (ExperimentSpec, "task", "train", "no task is called train: there is none"),
        (full_task, "without_env_var", "D", "no variable is called D: there are A, B, C"),
        (full_task, "without_dataset", "/dat", "no dataset is mounted at /dat: did you mean /data?"),
        (lambda: TaskSpec.new("t"), "without_dataset", "/data", "no dataset is mounted at /data: there is none"),
    ],
)
def test_what_is_asked_for_by_name_must_be_there(make, method, name, message):
    with pytest.raises(EditError) as error:
        getattr(make(), method)(name)
    assert str(error.value) == message


def test_tasks_and_variables_are_found_by_their_name():
    spec = full_experiment()
    assert spec.task("train") is spec.tasks[0]
    assert spec.task("train").env_var("B") == EnvVar(name="B", secret="s")
    assert spec.task("train").env_var("D") is None
    assert TaskSpec.new("t").env_var("A") is None


@pytest.mark.parametrize(
    ("arguments", "value", "after"),
    [
        (["--lr", 0.1], 0.1, ["--lr", 2]),
        (["--lr=0.1"], "0.1", ["--lr=2"]),
        (["x", "--lr", "-1"], "-1", ["x", "--lr", 2]),
        (["-c", "train --lr 0.1 && echo"], "0.1", ["-c", "train --lr 2 && echo"]),
        (["--wd=1"], None, ["--wd=1", "--lr=2"]),
        ([], None, ["--lr", 2]),
        (None, None, ["--lr", 2]),
    ],
)
def test_the_value_of_an_option_is_found_and_replaced(arguments, value, after):
    task = TaskSpec.new("t", arguments=arguments)
    assert task.argument("--lr") == value
    changed = task.with_argument("--lr", 2)
    assert changed.arguments == after
    assert changed.argument("--lr") in (2, "2")


def test_an_option_of_the_command_is_found_there_and_those_of_the_arguments_come_first():
    task = TaskSpec.new("t", command=["train", "--lr", 1, "--seed", 5], arguments=["--seed", 6])
    assert (task.argument("--lr"), task.argument("--seed")) == (1, 6)
    changed = task.with_argument("--lr", 2).with_argument("--seed", 7)
    assert (changed.command, changed.arguments) == (["train", "--lr", 2, "--seed", 5], ["--seed", 7])


@pytest.mark.parametrize(
    ("items", "message"),
    [
        (["--lr", 1, "--lr", 2], "--lr is given 2 times"),
        (["--lr", "--seed", 3], "--lr is given without a value"),
        (["bash", "-c", "train it"], "--lr is not given: add it to the line for a shell by hand"),
    ],
)
def test_an_option_whose_value_has_no_clear_place_is_refused(items, message):
    with pytest.raises(EditError, match=message):
        TaskSpec.new("t", command=items).with_argument("--lr", 2)


@pytest.mark.parametrize(
    "line",
    [
        "train --lr $(cat lr) x",
        "train --lr `cat lr`",
        "train --lr=`cat lr`",
        'train --lr "$A"b',
        'train --lr a"b c"',
        "train --lr a\\ b",
        "train --lr ${A:-b c}",
        "train --lr $((1 + 2))",
        'bash -c "train --lr "$A" x"',
    ],
)
def test_a_value_that_a_shell_puts_together_is_left_to_people(line):
    task = TaskSpec.new("t", command=["bash", "-c", line])
    with pytest.raises(EditError, match="the value of --lr is not one plain word"):
        task.with_argument("--lr", 2)


#: Lines for a shell with an option, and values that need quotes or may be taken for something else.
LINES = [
    "train --lr 1 --wd 2",
    "train --lr=1",
    "train --lr '1' x",
    'train --lr "1" x',
    "bash -c 'train --lr 1'",
    'bash -c "train --lr 1"',
    'bash -c "train --lr=1 x"',
    "echo it\\'s; train --lr 1",
    'echo "it\'s" && train --lr 1',
    "(train --lr 1)",
    "X='a b' train \\\n  --lr 1",
]
OPTION_VALUES = [
    "2",
    "a b",
    "$HOME",
    "it's",
    'say "x"',
    "a;b",
    "`x`",
    "\\d",
    "*",
    "",
    "'",
    '"',
    "a'b\"c",
    "$(x)",
    "#x",
    "~",
]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize("line", LINES)
def test_a_shell_gets_the_value_of_an_option_that_was_put_into_its_line(line):
    shown = 'train() { printf "[%s]" "$@"; }; export -f train; '
    refused = 0
    for value in OPTION_VALUES:
        try:
            task = TaskSpec.new("t", command=["bash", "-c", line]).with_argument("--lr", value)
        except EditError:
            refused += 1
            continue
        assert task.argument("--lr") == value
        done = subprocess.run(
            ["bash", "-c", shown + str(task["command"][2])], capture_output=True, text=True, check=True
        )
        assert f"[--lr][{value}]" in done.stdout or f"[--lr={value}]" in done.stdout
    assert refused == 0 or line.startswith("bash")


def test_all_tasks_are_changed_and_a_task_that_stays_is_the_same_object():
    spec = ExperimentSpec(tasks=[TaskSpec.new("a"), TaskSpec.new("b")])
    changed = spec.map_tasks(lambda task: task.with_replicas(2) if task.name == "a" else task)
    assert [task.replicas for task in changed.tasks] == [2, None]
    assert changed.tasks[1] is spec.tasks[1]


@pytest.mark.parametrize("method", ["with_image", "with_context", "with_resources", "with_result"])
def test_a_verb_that_replaces_a_part_takes_its_fields_as_keywords_only(method):
    with pytest.raises(TypeError):
        getattr(full_task(), method)("a")
    with pytest.raises(TypeError):
        getattr(full_task(), method)(colour="red")


def test_a_task_without_an_image_can_be_built_and_only_validate_minds():
    spec = ExperimentSpec.new("ai2/b").with_description("step by step")
    with pytest.raises(beakerspec.ExperimentSpecError) as broken:
        spec.validate()
    assert [(problem.rule, problem.path) for problem in broken.value.problems] == [("image-source", "tasks[0].image")]
    ExperimentSpec(tasks=[spec.tasks[0].with_image(docker="alpine")]).validate()


def test_numbers_of_other_libraries_are_no_command():
    problems_of(TaskSpec, image={}, command=array("d", [NAN]))


class NamedTask(TaskSpec):
    """A class of the caller's own."""

    def shout(self) -> str:
        return (self.name or "").upper()


def test_a_subclass_is_made_from_plain_data():
    assert NamedTask.from_json({"name": "a", "image": {"docker": "alpine"}}).shout() == "A"


def test_a_changed_copy_is_of_the_same_subclass():
    assert NamedTask(name="a", image={"docker": "alpine"}).with_name("b").shout() == "B"


def test_a_subclass_in_an_experiment_stays_one_when_a_value_in_it_changes():
    spec = ExperimentSpec(tasks=[NamedTask(name="a", image={"docker": "alpine"})]).with_value("tasks[a].replicas", 2)
    assert isinstance(spec.tasks[0], NamedTask)


def test_a_copy_of_a_subclass_is_frozen():
    task = NamedTask.from_json({"image": {"docker": "alpine"}}).with_env_var("A", "1")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        task.name = "b"


def test_a_constructor_that_was_wrapped_before_its_first_call_stays_so():
    program = """if True:
        from beakerspec import RetrySpec
        calls = []
        init = RetrySpec.__init__
        RetrySpec.__init__ = lambda self, **keywords: (calls.append(1), init(self, **keywords))[1]
        print([RetrySpec(allowed_task_retries=number).allowed_task_retries for number in range(3)], len(calls))
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[0, 1, 2] 3\n"


class Undecided:
    def __bool__(self) -> bool:
        raise ValueError("the truth value of this is ambiguous")


def test_an_extra_that_is_neither_true_nor_false_is_refused():
    with pytest.raises(ValidationError, match="expected a mapping"):
        EnvVar(name="A", extra=Undecided())


def test_tasks_without_an_end_are_refused():
    with pytest.raises(ValidationError, match="expected a list"):
        ExperimentSpec(tasks=itertools.repeat(TaskSpec.new("a", docker_image="x")))


@attrs.frozen(kw_only=True)
class Sourced(EnvVar):
    """A variable that says where it comes from."""

    source: ImageSource


def test_unknown_fields_are_found_in_parts_that_subclasses_add():
    variables = [EnvVar(name="A"), Sourced(name="B", source=ImageSource(docker="x", extra={"dokcer": "y"}))]
    spec = ExperimentSpec(tasks=[TaskSpec(image={"docker": "x"}, env_vars=variables)])
    assert [problem.path for problem in spec.check() if problem.rule == "unknown-field"] == [
        "tasks[0].envVars[1].source.dokcer"
    ]


def test_parts_are_read_from_a_list_once():
    class Changing(list):
        def __iter__(self):
            found = iter([*super().__iter__()])
            self[:] = ["no variable"]
            return found

    variable = EnvVar(name="A", value="1")
    assert TaskSpec.new("a", docker_image="b", env_vars=Changing([variable])).env_vars == [variable]
