"""What an error says to a program: how to change a frozen value, and how to give a constructor what it takes."""

from __future__ import annotations

import linecache
import traceback
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import attrs
import pytest

import beakerspec
from beakerspec import (
    CommandItem,
    Constraints,
    EnvVar,
    ExperimentSpec,
    ImageSource,
    MountMode,
    Priority,
    SpecVersion,
    TaskContext,
    TaskResources,
    TaskSpec,
    ValidationError,
    check,
    get_converter,
)
from beakerspec.checking.settings import Settings

TASK = TaskSpec.new("t", docker_image="a", command=["x"], env_vars=[EnvVar(name="A", value="1")]).with_resources(
    gpu_count=1
)
SPEC = ExperimentSpec(tasks=[TASK], extra={"x": {"a": 1}})


def assign(value: Any, name: str) -> Callable[[], None]:
    return lambda: setattr(value, name, None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (assign(TASK, "host_networking"), ["TaskSpec", "host_networking", "attrs.evolve(task, host_networking=...)"]),
        (assign(TASK, "name"), ["TaskSpec", "name", "task.with_name(...)"]),
        (assign(TASK, "env_vars"), ["TaskSpec", "env_vars", "task.with_env_var(...)"]),
        (assign(TASK, "envVars"), ["TaskSpec", "env_vars", "task.with_env_var(...)"]),
        (assign(TASK.resources, "gpu_count"), ["TaskResources", "attrs.evolve(resources, gpu_count=...)"]),
        (assign(SPEC, "tasks"), ["ExperimentSpec", "tasks", "experiment.with_tasks(...)"]),
        (assign(TASK, "tiemout"), ["TaskSpec", "'tiemout'", "did you mean 'timeout'?"]),
        (assign(Constraints(), "cluster"), ["task.with_constraint(name=[...])"]),
        (lambda: delattr(TASK, "name"), ["TaskSpec", "task.with_name(...)"]),
    ],
)
def test_an_error_about_setting_a_field_names_the_way(change: Callable[[], None], words: list[str]) -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError) as caught:
        change()
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ('task["name"] = "x"', ["TaskSpec", "task.with_name(...)"]),
        ('del task["hostNetworking"]', ["TaskSpec", "attrs.evolve(task, host_networking=...)"]),
        ("task.env_vars[0] = None", ["FrozenList", "[*items, item]"]),
        ("del task.command[0]", ["FrozenList", "[*items, item]"]),
        ('spec.extra["x"] = 1', ["FrozenDict", "{**items, key: value}"]),
        ('del spec.extra["x"]', ["FrozenDict", "{**items, key: value}"]),
    ],
)
def test_an_error_about_setting_an_item_names_the_way(statement: str, words: list[str]) -> None:
    with pytest.raises(TypeError) as caught:
        exec(statement, {"task": TASK, "spec": SPEC})
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        *(
            (TASK.env_vars, name)
            for name in ("append", "extend", "pop", "insert", "remove", "clear", "sort", "reverse")
        ),
        *((SPEC.extra, name) for name in ("update", "pop", "popitem", "setdefault", "clear")),
    ],
)
def test_an_error_about_a_method_of_lists_and_dicts_names_the_way(value: object, name: str) -> None:
    assert not hasattr(value, name)
    with pytest.raises(AttributeError, match=r"such as [\[{]\*+items"):
        getattr(value, name)


def test_any_other_attribute_is_missing_as_python_has_it() -> None:
    for value in (TASK.env_vars, SPEC.extra):
        with pytest.raises(AttributeError, match="object has no attribute 'colour'"):
            _ = value.colour  # type: ignore[union-attr]


class FromElsewhere:
    def to_json(self) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize(
    ("make", "path", "hint"),
    [
        (lambda: EnvVar(name="A", value=1), "value", "str("),  # type: ignore[arg-type]
        (lambda: ImageSource(docker=3), "docker", "str("),  # type: ignore[arg-type]
        (lambda: ImageSource(docker=Path()), "docker", "str("),  # type: ignore[arg-type]
        (lambda: TaskSpec.new("t", docker_image=Path()), "docker_image", "str("),  # type: ignore[arg-type]
        (lambda: TaskSpec.new("t", beaker_image=1), "beaker_image", "str("),  # type: ignore[arg-type]
        (lambda: TaskSpec.new("t", result_path=1), "result_path", "str("),  # type: ignore[arg-type]
        (lambda: TaskSpec.new("t", env_vars={"A": "1"}), "envVars", "[EnvVar(name=..., value=...), ...]"),  # type: ignore[arg-type]
        (lambda: TASK.with_command("python train.py"), "command", "shlex.split(line)"),
        (lambda: TASK.with_command(["a", Path()]), "command[1]", "str("),  # type: ignore[list-item]
        (lambda: attrs.evolve(TASK, image=FromElsewhere()), "image", "ImageSource.from_json(value.to_json())"),
    ],
)
def test_a_constructor_says_what_to_pass(make: Callable[[], object], path: str, hint: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make()
    (problem,) = caught.value.problems
    assert problem.path.replace("env_vars", "envVars") == path
    assert hint in (problem.hint or "")


def test_an_object_of_another_library_is_named_with_its_module() -> None:
    with pytest.raises(ValidationError, match=rf"{FromElsewhere.__module__}\.FromElsewhere"):
        attrs.evolve(TASK, image=FromElsewhere())


def test_data_from_a_file_keeps_the_hint_for_files() -> None:
    with pytest.raises(ValidationError) as caught:
        ExperimentSpec.from_json({"budget": 1})
    assert caught.value.problems[0].hint == "quote it"


def test_a_misspelt_keyword_names_the_one_that_is_meant() -> None:
    with pytest.raises(TypeError, match="'gpuCount'; did you mean 'gpu_count'"):
        TaskResources(gpuCount=1)  # type: ignore[call-arg]


def test_a_keyword_like_none_is_named_by_python() -> None:
    with pytest.raises(TypeError, match="'colour'"):
        TaskResources(colour=1)  # type: ignore[call-arg]


def test_an_open_file_is_no_text() -> None:
    with pytest.raises(TypeError, match="from_file"):
        ExperimentSpec.from_yaml(StringIO("tasks: []"))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["train.yaml", "specs/train.yml", "a.json"])
def test_the_name_of_a_file_is_no_text(name: str) -> None:
    hints = [problem.hint or "" for problem in check(name, settings=Settings())]
    assert any("Path(path)" in hint for hint in hints)


# The converter.


@attrs.frozen
class Launch:
    words: list[CommandItem]
    priority: Priority
    mode: MountMode
    version: SpecVersion


def test_a_class_of_the_callers_holds_what_a_spec_does() -> None:
    data = {"words": [1, "a", 0.5], "priority": "high", "mode": "readonly", "version": "v2"}
    launch = get_converter().structure(data, Launch)
    assert launch == Launch([1, "a", 0.5], Priority.high, MountMode.readonly, SpecVersion.v2)
    assert list(map(type, launch.words)) == [int, str, float]


def test_a_wrong_item_in_a_class_of_the_callers_is_a_problem() -> None:
    with pytest.raises(ValidationError, match="a string or a finite number"):
        get_converter().structure([True], list[CommandItem])


def test_a_duration_is_nanoseconds() -> None:
    from beakerspec.model import Duration

    converter = get_converter()
    assert converter.structure(["1s", 5, timedelta(microseconds=1)], list[Duration]) == [10**9, 5, 1000]  # type: ignore[misc]


def test_a_traceback_through_a_generated_function_shows_its_lines() -> None:
    converter = get_converter()

    def fail(data: object, cls: object) -> TaskContext:
        raise RuntimeError("the caller's own")

    converter.register_structure_hook(TaskContext, fail)
    with pytest.raises(RuntimeError) as caught:
        converter.structure({"tasks": [{"image": {"docker": "a"}, "context": {"priority": "low"}}]}, ExperimentSpec)
    frames = [frame for frame in traceback.extract_tb(caught.value.__traceback__) if "generated" in frame.filename]
    assert frames
    linecache.checkcache()
    assert all(frame.line for frame in frames)


def test_what_is_no_public_name_is_none() -> None:
    with pytest.raises(AttributeError, match="'ExperimentSpc'"):
        _ = beakerspec.ExperimentSpc  # type: ignore[attr-defined]


def test_names_that_beaker_py_has_too_are_not_imported_by_a_star() -> None:
    assert not {"Cluster", "Settings", "Site"} & set(beakerspec.__all__)
    assert beakerspec.Settings is Settings
