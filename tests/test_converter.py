"""Plain data to specs and back: through `from_json`, and through a converter in a caller's own classes."""

from __future__ import annotations

import functools
import json
import warnings
from collections.abc import Callable
from enum import Enum
from types import MappingProxyType
from typing import Any, Optional

import attrs
import cattrs
import pytest
from cattrs.errors import BaseValidationError, ClassValidationError, IterableValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import OF_CLASS, experiment_specs, typed

from beakerspec import (
    BeakerSpecError,
    Constraints,
    DataMount,
    DataSource,
    EnvVar,
    ExperimentSpec,
    ImageSource,
    Priority,
    Problem,
    ResultSpec,
    RetrySpec,
    SpecVersion,
    TaskContext,
    TaskResources,
    TaskSpec,
    UnknownFieldWarning,
    ValidationError,
    get_converter,
)

IMAGE = {"docker": "alpine"}
BAD = {"tasks": [{"image": {"docker": 1}}]}
BAD_PATH = "tasks[0].image.docker"


class Colour(Enum):
    red = "red"


@attrs.define
class Launch:
    """A caller's class with a spec inside."""

    owner: str
    attempts: int
    spec: ExperimentSpec


@attrs.define
class Sweep:
    """A caller's class with specs inside everything that may hold one."""

    several: list[ExperimentSpec] = attrs.Factory(list)
    named: dict[str, ExperimentSpec] = attrs.Factory(dict)
    one: Optional[ExperimentSpec] = None  # noqa: UP045
    other: TaskSpec | None = None
    pair: tuple[ImageSource, int] | None = None
    launch: Launch | None = None
    launches: list[Launch] = attrs.Factory(list)


@attrs.define
class Own:
    """A caller's class without a spec."""

    text: str = ""
    number: int = 0
    fraction: float = 0.0
    flag: bool = False
    colour: Colour = Colour.red
    items: list[int] = attrs.Factory(list)
    words: tuple[str, ...] = ()
    table: dict[str, float] = attrs.Factory(dict)
    anything: Any = None


def problems_of(call: Any, *args: Any, **keywords: Any) -> tuple[Problem, ...]:
    with pytest.raises(ValidationError) as refusal:
        call(*args, **keywords)
    return refusal.value.problems


def paths_of(call: Any, *args: Any, **keywords: Any) -> list[str]:
    return [problem.path for problem in problems_of(call, *args, **keywords)]


# from_json and to_json


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::beakerspec.UnknownFieldWarning")
@settings(max_examples=30)
@given(experiment_specs(marked=False))
def test_a_converter_reads_and_writes_what_from_json_and_to_json_do(spec):
    converter = get_converter()
    assert typed(converter.unstructure(spec)) == typed(spec.to_json())
    assert typed(converter.structure(spec.to_json(), ExperimentSpec)) == typed(ExperimentSpec.from_json(spec.to_json()))


def test_the_written_data_is_plain():
    def check(value: Any) -> None:
        assert type(value) in {dict, list, str, int, float, bool, type(None)}
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(each)

    spec = ExperimentSpec.new(
        priority="low",
        cluster="c",
        command=["a", 1],
        constraints={"hostname": ["h"], "future": {"a": [1]}},
        timeout="1h",
        env_vars=[EnvVar(name="A", extra={"future": {"a": [1]}})],
        datasets=[DataMount.new("/d", beaker="b", mode="readonly")],
    )
    check(spec.to_json())


def test_fields_that_hold_something_are_written_under_the_names_of_files():
    task = TaskSpec.new("t", docker_image="alpine", timeout="1h", priority="low", resources={"cpuCount": 1})
    assert ExperimentSpec(tasks=[task]).to_json() == {
        "version": "v2",
        "tasks": [
            {
                "name": "t",
                "image": {"docker": "alpine"},
                "result": {"path": "/unused"},
                "context": {"priority": "low"},
                "resources": {"cpuCount": 1.0},
                "hostNetworking": False,
                "leaderSelection": False,
                "timeout": 3600 * 10**9,
            }
        ],
    }


def test_an_empty_context_is_written():
    assert TaskSpec(image={}).to_json()["context"] == {}


@pytest.mark.parametrize("cls", OF_CLASS, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize("data", [None, 5, True, "text", [], ["a"], b"bytes", {"a"}], ids=repr)
def test_what_is_no_mapping_is_refused(cls, data):
    (problem,) = problems_of(cls.from_json, data)
    assert (problem.rule, problem.path) == ("invalid-type", "")


@pytest.mark.parametrize("key", [1, None, True, 1.5, ("a",), b"name"])
def test_a_key_is_text(key):
    (problem,) = problems_of(TaskSpec.from_json, {"image": IMAGE, key: "x"})
    assert problem.rule == "key-type"


def test_any_mapping_is_read():
    nested = MappingProxyType({"tasks": (MappingProxyType({"image": MappingProxyType(IMAGE)}),)})
    assert ExperimentSpec.from_json(nested) == ExperimentSpec(tasks=[TaskSpec(image=IMAGE)])


def test_nothing_but_tasks_is_needed():
    assert ExperimentSpec.from_json({}) == ExperimentSpec()
    assert ExperimentSpec.from_json({"tasks": [{"image": {}}]}).tasks == [TaskSpec(image=ImageSource())]


def test_both_spellings_may_stand_in_one_mapping():
    task = TaskSpec.from_json(
        {
            "image": IMAGE,
            "host_networking": True,
            "leaderSelection": True,
            "env_vars": [{"name": "A"}],
            "resources": {"gpu_count": 1, "cpuCount": 2},
        }
    )
    assert task == TaskSpec(
        image=IMAGE,
        host_networking=True,
        leader_selection=True,
        env_vars=[EnvVar(name="A")],
        resources=TaskResources(gpu_count=1, cpu_count=2),
    )


def test_problems_name_the_spelling_that_was_used():
    data = {"image": IMAGE, "env_vars": [{"name": 1}], "resources": {"gpu_count": "1", "cpuCount": "2"}}
    assert paths_of(TaskSpec.from_json, data) == ["env_vars[0].name", "resources.cpuCount", "resources.gpu_count"]


@pytest.mark.parametrize("value", [1, None])
def test_both_spellings_of_one_field_are_an_error_even_if_one_is_null(value):
    (problem,) = problems_of(TaskResources.from_json, {"gpuCount": 1, "gpu_count": value})
    assert (problem.rule, problem.path) == ("two-spellings", "gpu_count")


def test_all_problems_are_reported_with_their_paths():
    data = {
        "version": "v3",
        "retry": {"allowedTaskRetries": "3"},
        "tasks": [
            {"image": {"docker": 1}, "command": ["a", True, None], "timeout": "1d"},
            {"image": None, "envVars": [{"value": "x"}, {"name": "A", "value": 5}]},
            5,
            {"image": IMAGE, "datasets": [{"mountPath": "/a", "source": {}}, {"source": {"beaker": "b", "weka": "w"}}]},
        ],
    }
    assert [(problem.path, problem.rule) for problem in problems_of(ExperimentSpec.from_json, data)] == [
        ("retry.allowedTaskRetries", "quoted-number"),
        ("tasks[0].command[1]", "invalid-type"),
        ("tasks[0].command[2]", "null-item"),
        ("tasks[0].image.docker", "invalid-type"),
        ("tasks[0].timeout", "duration"),
        ("tasks[1].envVars[0].name", "missing-field"),
        ("tasks[1].envVars[1].value", "invalid-type"),
        ("tasks[1].image", "missing-field"),
        ("tasks[2]", "invalid-type"),
        ("tasks[3].datasets[0].source", "data-source"),
        ("tasks[3].datasets[1].mountPath", "missing-field"),
        ("tasks[3].datasets[1].source", "data-source"),
        ("version", "invalid-value"),
    ]


def test_text_is_no_number_and_a_number_no_text():
    (problem,) = problems_of(TaskResources.from_json, {"gpuCount": "2"})
    assert problem.hint == "write 2 without quotes"
    (problem,) = problems_of(TaskResources.from_json, {"memory": 2})
    assert problem.hint == "quote it"


def test_one_text_for_the_clusters_is_read_as_a_list():
    assert TaskSpec.from_json({"image": {}, "constraints": {"cluster": "c"}}).constraints == Constraints(cluster=["c"])


def test_a_problem_names_the_nearest_allowed_value():
    (problem,) = problems_of(TaskContext.from_json, {"priority": "hihg"})
    assert "low, normal, high, urgent, immediate, preemptible" in problem.message
    assert problem.hint == "did you mean high?"


KEYS = (
    *("tasks", "image", "docker", "envVars", "env_vars", "name", "datasets", "source", "constraints", "spec"),
    *("result", "context", "resources", "cluster", "command", "path", "version", "timeout", "retry", "extra"),
)


@pytest.mark.slow
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just("a\ud800"),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(KEYS) | st.text(max_size=2) | st.integers(0, 1),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
@pytest.mark.filterwarnings("ignore::beakerspec.UnknownFieldWarning")
def test_any_data_is_a_spec_or_an_explained_error(data):
    for cls in (ExperimentSpec, TaskSpec):
        try:
            value = cls.from_json(data)
        except ValidationError as error:
            str(error).encode()
            assert all(problem.message and problem.rule for problem in error.problems)
            assert list(error.problems) == sorted(error.problems)
        else:
            json.dumps(value.to_json(), allow_nan=False).encode()
            hash(value)


# Old formats


def test_a_task_of_the_old_format_is_explained_and_nothing_else():
    data = {"version": "v1", "tasks": [{"name": 5, "spec": {"image": "x", "resultPath": "/out"}, "cluster": "c"}]}
    found = [problem for problem in problems_of(ExperimentSpec.from_json, data) if problem.path.startswith("tasks")]
    assert [(problem.rule, problem.path) for problem in found] == [("old-format", "tasks[0].spec")]
    assert "v1" in found[0].message
    assert "version: v2" in str(found[0].hint)


@pytest.mark.parametrize("variables", [{"A": "1"}, {}], ids=["some", "none"])
def test_a_mapping_of_variables_is_explained(variables):
    (problem,) = problems_of(TaskSpec.from_json, {"image": IMAGE, "envVars": variables})
    assert (problem.rule, problem.path) == ("invalid-type", "envVars")
    assert "- name: NAME\n  value: text" in str(problem.hint)


# Unknown fields


def test_an_unknown_field_is_kept_and_warned_of_with_the_nearest_name():
    with pytest.warns(UnknownFieldWarning, match=r"^tasks\[0\]\.hostNetwroking: .* \(did you mean hostNetworking\?\)"):
        spec = ExperimentSpec.from_json({"tasks": [{"image": IMAGE, "hostNetwroking": True}]})
    assert spec.tasks[0].extra == {"hostNetwroking": True}
    assert spec.to_json()["tasks"][0]["hostNetwroking"] is True


def test_an_unknown_field_that_resembles_none_is_warned_of():
    with pytest.warns(UnknownFieldWarning) as caught:
        ImageSource.from_json({"docker": "a", "colour": "red"})
    assert [str(each.message) for each in caught] == [
        'colour: unknown field "colour" in an image (the fields are beaker, docker)'
    ]


def test_each_unknown_field_is_warned_of():
    data = {
        "one": 1,
        "tasks": [
            {"image": {**IMAGE, "two": 2}},
            {"image": {**IMAGE, "two": 2}, "envVars": [{"name": "A", "three": 3}]},
        ],
    }
    with pytest.warns(UnknownFieldWarning) as caught:
        ExperimentSpec.from_json(data)
    assert sorted(str(each.message).partition(": ")[0] for each in caught) == [
        "one",
        "tasks[0].image.two",
        "tasks[1].envVars[0].three",
        "tasks[1].image.two",
    ]


def test_each_unknown_field_of_a_text_is_warned_of_at_its_line():
    image = "image: {docker: a, two: 2}"
    with pytest.warns(UnknownFieldWarning) as caught:
        ExperimentSpec.from_yaml(f"tasks:\n- {image}\n- {image}\n")
    assert [str(each.message).partition(": ")[0] for each in caught] == ["<text>:2:22", "<text>:3:22"]


def test_an_unknown_field_is_an_error_where_that_is_asked_for():
    data = {"tasks": [{"image": {**IMAGE, "dokcer": "x"}, "future": 1}], "tsaks": 5}
    found = problems_of(ExperimentSpec.from_json, data, strict=True)
    assert [(problem.rule, problem.path, (problem.hint or "").partition(" name,")[0]) for problem in found] == [
        ("unknown-field", "tasks[0].future", "the fields are"),
        ("unknown-field", "tasks[0].image.dokcer", "did you mean docker?"),
        ("unknown-field", "tsaks", "did you mean tasks?"),
    ]


def test_known_fields_are_no_error_where_unknown_ones_are():
    spec = ExperimentSpec.new("b", docker_image="alpine", cluster="c", constraints={"future": [1]})
    assert ExperimentSpec.from_json(spec.to_json(), strict=True) == spec
    assert get_converter(strict=True).structure(spec.to_json(), ExperimentSpec) == spec


def test_a_constraint_of_any_name_is_no_unknown_field():
    assert Constraints.from_json({"future": ["x"]}, strict=True) == Constraints(future=["x"])


# Where a warning is issued


YAML = "tasks:\n- image: {docker: a}\n  future: 1\n"
CALLS: dict[str, Callable[[], object]] = {
    "from_json of a part": lambda: ImageSource.from_json({"future": 1}),
    "from_json": lambda: ExperimentSpec.from_json({"tasks": [{"image": {"future": 1}}]}),
    "from_json of a constraint": lambda: TaskSpec.from_json({"image": {"future": 1}, "constraints": {"x": [1]}}),
    "from_yaml": lambda: ExperimentSpec.from_yaml(YAML),
    "converter": lambda: get_converter().structure({"future": 1}, ImageSource),
    "converter, nested": lambda: get_converter().structure({"one": {"future": 1}}, Sweep),
    "converter, list": lambda: get_converter().structure([{"future": 1}], list[ImageSource]),
    "constructor": lambda: TaskSpec(image={"future": 1}),
    "constructor, deeper": lambda: ExperimentSpec(tasks=[{"image": {"future": 1}}]),
    "new": lambda: TaskSpec.new("t", resources={"future": 1}),
    "new experiment": lambda: ExperimentSpec.new("b", env_vars=[{"name": "A", "future": 1}]),
    "with_task": lambda: ExperimentSpec().with_task({"image": {"future": 1}}),
    "evolve": lambda: attrs.evolve(TaskSpec(image={}), image={"future": 1}),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_warning_is_issued_once_and_at_the_line_of_the_caller(call):
    with pytest.warns(UnknownFieldWarning) as caught:
        call()
    assert [(each.filename, each.lineno) for each in caught] == [(__file__, call.__code__.co_firstlineno)]


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_warning_made_an_error_is_raised_as_itself(call):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UnknownFieldWarning) as raised:
            call()
    assert type(raised.value) is UnknownFieldWarning


@pytest.mark.parametrize(("name", "text"), [("a.yaml", YAML), ("a.json", '{"tasks": [{"image": {"future": 1}}]}')])
def test_a_warning_about_a_file_names_both_the_caller_and_the_place_in_the_file(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    load = lambda: ExperimentSpec.from_file(tmp_path / name)  # noqa: E731
    with pytest.warns(UnknownFieldWarning, match=r"a\.(yaml:3:3|json:1:23): ") as caught:
        load()
    assert [(each.filename, each.lineno) for each in caught] == [(__file__, load.__code__.co_firstlineno)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UnknownFieldWarning):
            load()


def test_a_warning_can_be_filtered_by_the_module_of_the_caller():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", module=__name__)
        ImageSource.from_json({"future": 1})
        ExperimentSpec.from_yaml(YAML)
        get_converter().structure({"one": {"future": 1}}, Sweep)
    assert caught == []


def test_a_warning_is_one_about_the_program():
    assert issubclass(UnknownFieldWarning, RuntimeWarning)


def test_a_hook_of_the_caller_that_calls_the_converter_raises_no_warning_as_bad_data():
    converter = get_converter()

    def structure_launch(data: Any, _: Any) -> Launch:
        return Launch("me", 1, converter.structure(data, ExperimentSpec))

    converter.register_structure_hook(Launch, structure_launch)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UnknownFieldWarning):
            converter.structure({"launches": [{"tasks": [], "future": 1}]}, Sweep)


# A converter in a caller's classes


def test_a_spec_inside_a_class_is_structured_and_unstructured():
    converter = get_converter()
    data = {"owner": "me", "attempts": 2, "spec": {"version": "v2", "budget": "b", "tasks": []}}
    launch = converter.structure(data, Launch)
    assert launch == Launch("me", 2, ExperimentSpec(budget="b"))
    assert converter.unstructure(launch) == data


def test_specs_inside_collections_are_structured_and_unstructured():
    converter = get_converter()
    spec = {"version": "v2", "tasks": []}
    data = {
        "several": [spec, spec],
        "named": {"a": spec},
        "one": spec,
        "other": TaskSpec(image=IMAGE).to_json(),
        "pair": [IMAGE, 1],
        "launch": None,
        "launches": [{"owner": "me", "attempts": 1, "spec": spec}],
    }
    sweep = converter.structure(data, Sweep)
    assert sweep.several == [ExperimentSpec()] * 2
    assert sweep.named == {"a": ExperimentSpec()}
    assert sweep.other == TaskSpec(image=IMAGE)
    assert sweep.pair == (ImageSource(docker="alpine"), 1)
    assert json.loads(json.dumps(converter.unstructure(sweep))) == data


@pytest.mark.parametrize(
    ("data", "cls", "path"),
    [
        (BAD, ExperimentSpec, BAD_PATH),
        ([{}, BAD], list[ExperimentSpec], f"[1].{BAD_PATH}"),
        ((BAD,), tuple[ExperimentSpec, ...], f"[0].{BAD_PATH}"),
        ({"a b": BAD}, dict[str, ExperimentSpec], f'["a b"].{BAD_PATH}'),
        ({7: BAD}, dict[int, ExperimentSpec], f"[7].{BAD_PATH}"),
        (BAD, ExperimentSpec | None, BAD_PATH),
        ({"owner": "me", "attempts": 1, "spec": BAD}, Launch, f"spec.{BAD_PATH}"),
        ({"several": [{}, BAD]}, Sweep, f"several[1].{BAD_PATH}"),
        ({"named": {"a": BAD}}, Sweep, f"named.a.{BAD_PATH}"),
        ({"one": BAD}, Sweep, f"one.{BAD_PATH}"),
        ({"other": {"image": {"docker": 1}}}, Sweep, "other.image.docker"),
        ({"launch": {"owner": "me", "attempts": 1, "spec": BAD}}, Sweep, f"launch.spec.{BAD_PATH}"),
        ({"launches": [{"owner": "me", "attempts": 1, "spec": BAD}]}, Sweep, f"launches[0].spec.{BAD_PATH}"),
    ],
)
def test_a_problem_of_a_spec_inside_has_its_whole_path(data, cls, path):
    (problem,) = problems_of(get_converter().structure, data, cls)
    assert (problem.rule, problem.path) == ("invalid-type", path)


def test_problems_of_all_specs_inside_are_reported_at_once():
    data = {"several": [BAD, 5, {"budget": 1}], "named": {"a": BAD}, "one": {"tasks": 5}}
    assert paths_of(get_converter().structure, data, Sweep) == [
        f"named.a.{BAD_PATH}",
        "one.tasks",
        "several[0].tasks[0].image.docker",
        "several[1]",
        "several[2].budget",
    ]


def test_the_callers_own_problems_stay_a_group_of_cattrs_with_those_of_the_specs_in_it():
    with pytest.raises(ClassValidationError) as raised:
        get_converter().structure({"owner": "me", "attempts": "many", "spec": BAD}, Launch)
    found = {type(each) for each in raised.value.exceptions}
    assert found == {ValueError, ValidationError}
    assert not isinstance(raised.value, BeakerSpecError)


def test_a_missing_field_of_the_caller_beside_a_wrong_spec_stays_a_group_of_cattrs():
    with pytest.raises(BaseValidationError) as raised:
        get_converter().structure({"launches": [{"attempts": 1, "spec": BAD}], "one": BAD}, Sweep)
    (launches,) = [each for each in raised.value.exceptions if isinstance(each, IterableValidationError)]
    (launch,) = launches.exceptions
    assert isinstance(launch, ClassValidationError)
    assert {type(each) for each in launch.exceptions} == {KeyError, ValidationError}


OWN_DATA = (
    *({"text": value} for value in (5, None, 1.5, True, b"x", "x")),
    *({"number": value} for value in ("3", 3.7, True, None, "x", [])),
    *({"fraction": value} for value in ("0.5", "nan", True, None, "x")),
    *({"flag": value} for value in ("false", 0, None, [])),
    *({"colour": value} for value in ("red", "blue", None)),
    *({"items": value} for value in (["1", 2.5], "12", None, 5, {"1": 2})),
    *({"words": value} for value in ("abc", [1, None], None)),
    *({"table": value} for value in ({1: "2"}, {"a": "x"}, [], None)),
    *({"anything": value} for value in ({"a": [1]}, None, "x")),
    {"unknown": 1},
    {"text": 1, "number": "x", "flag": "x"},
    5,
    None,
)


def outcome(converter: cattrs.Converter, data: Any) -> Any:
    """What a converter makes of data, or the errors that it raises."""
    try:
        return converter.structure(data, Own)
    except Exception as error:
        return type(error), [repr(each) for each in getattr(error, "exceptions", [error])]


@pytest.mark.parametrize("data", OWN_DATA, ids=str)
def test_the_callers_own_fields_are_structured_as_cattrs_does(data):
    assert repr(outcome(get_converter(), data)) == repr(outcome(cattrs.Converter(), data))


@pytest.mark.parametrize("data", [5, None, 1.5, "x"])
def test_plain_types_are_structured_as_cattrs_does(data):
    for cls in (str, int, float, bool, list[str], int | str, str | None):
        try:
            expected = cattrs.Converter().structure(data, cls)
        except Exception as error:
            with pytest.raises(type(error)):
                get_converter().structure(data, cls)
        else:
            assert get_converter().structure(data, cls) == expected


def test_a_callers_unknown_field_is_ignored_as_cattrs_does():
    assert get_converter(strict=True).structure({"future": 1}, Own) == Own()


def test_a_hook_for_text_changes_the_callers_classes_and_no_spec():
    converter = get_converter()
    converter.register_structure_hook(str, lambda data, _: f"<{data}>")
    launch = converter.structure({"owner": "me", "attempts": 1, "spec": {"budget": "b"}}, Launch)
    assert (launch.owner, launch.spec.budget) == ("<me>", "b")


def test_strict_counts_inside_the_callers_classes():
    data = {"one": {"future": 1}, "several": [{"tsaks": []}]}
    found = problems_of(get_converter(strict=True).structure, data, Sweep)
    assert [(problem.rule, problem.path, problem.hint) for problem in found] == [
        ("unknown-field", "one.future", "the fields are version, description, budget, groups, retry, tasks"),
        ("unknown-field", "several[0].tsaks", "did you mean tasks?"),
    ]


def test_an_unknown_field_inside_a_callers_class_is_warned_of_with_the_nearest_name():
    with pytest.warns(UnknownFieldWarning, match="did you mean tasks") as caught:
        sweep = get_converter().structure({"several": [{"tsaks": [1]}]}, Sweep)
    assert len(caught) == 1
    assert sweep.several[0].extra == {"tsaks": [1]}


@pytest.mark.parametrize(
    "part",
    [
        DataSource(weka="w"),
        DataMount.new("/d", weka="w"),
        EnvVar(name="A"),
        ResultSpec(path="/r"),
        RetrySpec(),
        TaskContext(priority=Priority.low),
        ExperimentSpec(version=SpecVersion.v2_alpha),
    ],
    ids=lambda part: type(part).__name__,
)
def test_an_instance_is_taken_as_it_is(part):
    assert get_converter().structure(part, type(part)) is part


# A converter is its owner's


def test_converters_do_not_influence_each_other():
    first, second = get_converter(), get_converter()
    assert first is not second
    first.register_structure_hook(ImageSource, lambda data, _: ImageSource(docker="hooked"))
    first.register_unstructure_hook(ImageSource, lambda image: "hooked")
    task = {"image": IMAGE}
    assert first.structure(task, TaskSpec).image == ImageSource(docker="hooked")
    assert first.unstructure(TaskSpec(image=IMAGE))["image"] == "hooked"
    for untouched in (second, get_converter()):
        assert untouched.structure(task, TaskSpec).image == ImageSource(docker="alpine")
        assert untouched.unstructure(TaskSpec(image=IMAGE))["image"] == IMAGE
    assert TaskSpec.from_json(task).image == ImageSource(docker="alpine")
    assert TaskSpec(image=IMAGE).to_json()["image"] == IMAGE
    assert "hooked" not in ExperimentSpec(tasks=[TaskSpec(image=IMAGE)]).to_yaml()


def test_a_strict_converter_leaves_others_lenient():
    strict, lenient = get_converter(strict=True), get_converter()
    with pytest.warns(UnknownFieldWarning):
        assert lenient.structure({"future": 1}, ImageSource).extra == {"future": 1}
    problems_of(strict.structure, {"future": 1}, ImageSource)
    with pytest.warns(UnknownFieldWarning):
        assert ImageSource.from_json({"future": 1}).extra == {"future": 1}


def test_a_converter_is_one_of_cattrs():
    assert isinstance(get_converter(), cattrs.Converter)


@pytest.mark.parametrize("strict", [False, True])
def test_a_copy_of_a_converter_works_like_it(strict):
    copy = get_converter(strict=strict).copy()
    assert copy.structure({"owner": "me", "attempts": "2", "spec": {}}, Launch) == Launch("me", 2, ExperimentSpec())
    assert copy.unstructure(ExperimentSpec()) == {"version": "v2", "tasks": []}
    assert paths_of(copy.structure, {"one": BAD}, Sweep) == [f"one.{BAD_PATH}"]
    if strict:
        problems_of(copy.structure, {"future": 1}, ImageSource)


def test_a_copy_of_a_converter_is_given_hooks_of_its_own():
    original = get_converter()
    copy = original.copy()
    copy.register_structure_hook(ImageSource, lambda data, _: ImageSource(docker="hooked"))
    assert copy.structure({"image": IMAGE}, TaskSpec).image == ImageSource(docker="hooked")
    assert original.structure({"image": IMAGE}, TaskSpec).image == ImageSource(docker="alpine")


def test_a_converter_takes_hooks_for_classes_of_the_callers():
    converter = get_converter()
    converter.register_structure_hook(
        Own, cattrs.gen.make_dict_structure_fn(Own, converter, _cattrs_forbid_extra_keys=True)
    )
    with pytest.raises(ClassValidationError):
        converter.structure({"future": 1}, Own)


def test_a_hook_of_a_converter_can_be_asked_for():
    hook = get_converter().get_structure_hook(ImageSource)
    assert hook(IMAGE, ImageSource) == ImageSource(docker="alpine")


def test_a_wrapped_method_is_the_caller_that_a_warning_names():
    wrapped = functools.partial(ImageSource.from_json, {"future": 1})
    with pytest.warns(UnknownFieldWarning) as caught:
        wrapped()
    assert [each.filename for each in caught] == [__file__]


def test_a_result_in_which_nothing_is_set_is_none_and_warns_of_nothing() -> None:
    @attrs.define
    class Launch:
        task: TaskSpec

    data = {"task": {"image": {"docker": "x"}, "result": {"path": None, "foo": None}}}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert get_converter().structure(data, Launch).task.result is None
