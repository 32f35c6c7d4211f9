"""What is said about a field that is not known, and about values of another shape: what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
import yaml

from beakerspec import EnvVar, ExperimentSpec, Problem, TaskSpec, ValidationError, get_converter, load_many
from beakerspec.checking.check import check
from beakerspec.checking.settings import Settings

TASK = "tasks:\n- image: {docker: x}\n"


def hint_of(text: str) -> str:
    [problem] = [each for each in check(text, settings=Settings()) if each.rule == "unknown-field"]
    return problem.hint or ""


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (TASK + "  replcas: 2\n", "replicas"),
        (TASK + "  env: []\n", "envVars"),
        (TASK + "  environment: []\n", "envVars"),
        (TASK + "  entrypoint: [a]\n", "command"),
        (TASK + "  args: [a]\n", "arguments"),
        (TASK + "  volume-mounts: []\n", "datasets"),
        (TASK + "  num_nodes: 2\n", "replicas"),
        (TASK + "  resources: {gpus: 1}\n", "gpuCount"),
        (TASK + "  resources: {gpu: 1}\n", "gpuCount"),
        (TASK + "  resources: {cpus: 1}\n", "cpuCount"),
        (TASK + "  resources: {mem: 1GiB}\n", "memory"),
        (TASK + "  resources: {shm_size: 1GiB}\n", "sharedMemory"),
        ("tasks:\n- dockerImage: x\n", "image"),
        ("retry: {retries: 3}\n" + TASK, "allowedTaskRetries"),
        ("jobs: []\n", "tasks"),
    ],
)
def test_the_field_that_is_meant_is_named(text: str, field: str) -> None:
    assert hint_of(text) == f"did you mean {field}?"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (TASK + "  gpuCount: 8\n", "gpuCount belongs in resources: move it there:\nresources:\n  gpuCount: …"),
        (TASK + "  gpus: 8\n", "its name is gpuCount, in resources: move it there:\nresources:\n  gpuCount: …"),
        (TASK + "  priority: low\n", "priority belongs in context: move it there:\ncontext:\n  priority: …"),
        (
            TASK + "  context: {memory: 1GiB}\n",
            "memory belongs in resources of the task: move it there:\nresources:\n  memory: …",
        ),
        (TASK + "  path: /o\n", "path belongs in result: move it there:\nresult:\n  path: …"),
        (TASK + "  docker: x\n", "docker belongs in image: move it there:\nimage:\n  docker: …"),
        (
            TASK + "  retries: 3\n",
            (
                "its name is allowedTaskRetries, in retry of the experiment: move it there:\n"
                "retry:\n  allowedTaskRetries: …"
            ),
        ),
        (TASK + "  cluster: [a]\n", "cluster belongs in constraints: move it there:\nconstraints:\n  cluster: …"),
        (TASK + "  resources: {replicas: 2}\n", "replicas belongs to the task: write it beside resources"),
        (
            TASK + "  envVars: [{name: a, args: a}]\n",
            "its name is arguments, and it belongs to the task: write it beside envVars",
        ),
        ("tasks:\n- docker: x\n", "docker belongs in image: move it there:\nimage:\n  docker: …"),
        (
            TASK + "  datasets: [{mountPath: /d, beaker: a/b}]\n",
            "beaker belongs in source: move it there:\nsource:\n  beaker: …",
        ),
        ("gpuCount: 8\n" + TASK, "gpuCount belongs in resources of a task: move it there:\nresources:\n  gpuCount: …"),
        (TASK + "  budget: b\n", "budget belongs to the experiment: write it without indentation"),
    ],
)
def test_the_part_where_a_field_belongs_is_named(text: str, hint: str) -> None:
    assert hint_of(text) == hint


@pytest.mark.parametrize(
    "text",
    [
        "tasks:\n- docker: x\n",
        TASK + "  datasets: [{mountPath: /d, beaker: a/b}]\n",
        TASK + "  cluster: [a]\n",
        TASK + "  resources: {leaderSelection: true}\n  replicas: 2\n  propagateFailure: true\n",
        TASK + "  envVars: [{name: A}]\n  value: a\n",
        TASK + "  envVars: [{name: A}]\nvalue: a\n",
    ],
)
def test_a_field_in_another_place_is_not_missing_in_its_own_as_well(text: str) -> None:
    settings = Settings(ignore=("missing-budget",) if "cluster" in text else ("missing-budget", "no-cluster"))
    assert [each.rule for each in check(text, settings=settings)] == ["unknown-field"]


def test_else_the_fields_are_listed() -> None:
    assert hint_of(TASK + "  resources: {quux: 1}\n") == "the fields are cpuCount, gpuCount, memory, sharedMemory"


def test_a_field_that_is_meant_is_not_missing_as_well() -> None:
    found = check("tasks:\n- dockerImage: x\n", settings=Settings(ignore=("missing-budget", "no-cluster")))
    assert [each.rule for each in found] == ["unknown-field"]


def test_a_forgotten_tasks_gives_one_finding() -> None:
    text = (
        "version: v2\nname: a\nimage: {docker: x}\ncommand: [a]\nresources: {gpuCount: 1}\nenvVars: []\nreplicas: 2\n"
    )
    [problem] = check(text, settings=Settings())
    assert (problem.rule, problem.line, problem.message) == (
        "unknown-field",
        2,
        'tasks: is missing before "name", a field of a task',
    )


def test_a_file_of_another_program_gives_one_finding() -> None:
    text = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec: {template: {}}\n"
    [problem] = check(text, settings=Settings())
    assert (problem.rule, problem.line) == ("unknown-field", 1)
    assert "none of the fields is one of an experiment" in problem.message


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        ("datasets: [{path: /d, source: {beaker: a}}]", "did you mean mountPath?"),
        ("envVars: [{SEED: 1}]", 'write:\n- name: "SEED"\n  value: …'),
        ("envVars:\n  - SEED: 1", 'write:\n- name: "SEED"\n  value: …'),
        ("result: {mountPath: /o}", "did you mean path?"),
    ],
)
def test_an_unknown_field_where_one_is_missing_is_taken_for_it(field: str, hint: str) -> None:
    found = check(f"{TASK}  {field}\n", settings=Settings(ignore=("missing-budget", "no-cluster")))
    assert [(each.rule, each.hint) for each in found] == [("unknown-field", hint)]


#: Texts in which what seems to be missing is there under another name or in another place.
MISSPELT = [
    "tasks:\n- imagee: {docker: x}\n",
    "tasks:\n- dockerImage: x\n",
    "tasks:\n- docker: x\n",
    "tasks:\n- resources: {image: {docker: x}}\n",
    "tasks:\n- imagee: {docker: x}\n  future: 1\n",
    TASK + "  envVars: [{SEED: 1}]\n",
    TASK + "  datasets: [{path: /d, source: {beaker: a}}]\n",
    TASK + "  datasets: [{mountPath: /d, beaker: a/b}]\n",
]


def read_from_text(text: str, path: Path) -> tuple[Problem, ...]:
    with pytest.raises(ValidationError) as raised:
        ExperimentSpec.from_yaml(text)
    return raised.value.problems


def read_from_file(text: str, path: Path) -> tuple[Problem, ...]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValidationError) as raised:
        ExperimentSpec.from_file(path)
    return raised.value.problems


def read_with_many(text: str, path: Path) -> tuple[Problem, ...]:
    return next(load_many((str(path), text.encode()))).problems


def read_from_data(text: str, path: Path) -> tuple[Problem, ...]:
    with pytest.raises(ValidationError) as raised:
        ExperimentSpec.from_json(yaml.safe_load(text))
    return raised.value.problems


@pytest.mark.parametrize("text", MISSPELT)
@pytest.mark.parametrize("read", [read_from_text, read_from_file, read_with_many, read_from_data])
def test_a_misspelt_field_is_told_by_each_reader_as_by_check(
    read: Callable[[str, Path], tuple[Problem, ...]], text: str, tmp_path: Path
) -> None:
    wanted = {
        (problem.rule, problem.path, problem.message, problem.hint)
        for problem in check(text, settings=Settings(select=("unknown-field",)))
    }
    told = read(text, tmp_path / "spec.yaml")
    assert {(problem.rule, problem.path, problem.message, problem.hint) for problem in told} == wanted
    assert any(problem.severity == "error" for problem in told)


@pytest.mark.parametrize(
    ("part", "data", "hint"),
    [
        (TaskSpec, {"imagee": {"docker": "x"}}, "did you mean image?"),
        (TaskSpec, {"docker": "x"}, "docker belongs in image: move it there:\nimage:\n  docker: …"),
        (EnvVar, {"SEED": "1"}, 'write:\n- name: "SEED"\n  value: …'),
    ],
)
def test_a_misspelt_field_of_a_part_by_itself_is_not_missing_either(
    part: type[TaskSpec | EnvVar], data: dict[str, object], hint: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        part.from_json(data)
    assert [(each.rule, each.severity, each.hint) for each in raised.value.problems] == [
        ("unknown-field", "error", hint)
    ]


@attrs.frozen
class Launch:
    spec: ExperimentSpec


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("cls", "data", "path"),
    [
        (ExperimentSpec, {"tasks": [{"imagee": {"docker": "x"}}]}, "tasks[0].imagee"),
        (TaskSpec, {"docker": "x"}, "docker"),
        (Launch, {"spec": {"tasks": [{"imagee": {"docker": "x"}}]}}, "spec.tasks[0].imagee"),
    ],
)
def test_a_converter_does_not_tell_a_misspelt_field_as_missing(
    cls: type[object], data: dict[str, object], path: str, strict: bool
) -> None:
    with pytest.raises(ValidationError) as raised:
        get_converter(strict=strict).structure(data, cls)
    assert [(each.rule, each.severity, each.path) for each in raised.value.problems] == [
        ("unknown-field", "error", path)
    ]


def test_an_unknown_field_of_a_callers_class_is_not_taken_for_another_missing_one() -> None:
    with pytest.raises(ValidationError) as raised:
        get_converter().structure({"spec": {"tasks": [{"docker": "x"}]}}, Launch)
    assert [(each.rule, each.severity) for each in raised.value.problems] == [
        ("unknown-field", "warning"),
        ("missing-field", "error"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "x-a: &a {imagee: {docker: x}}\ntasks:\n- *a\n- *a\n",
        "tasks:\n- &a\n  imagee: {docker: x}\n- *a\n",
        TASK + "  envVars: &a\n  - nmae: A\n- image: {docker: x}\n  envVars: *a\n",
    ],
)
def test_a_misspelt_field_with_an_anchor_is_told_once(text: str) -> None:
    quiet = ("extension-field", "missing-budget", "no-cluster")
    assert [each.rule for each in check(text, settings=Settings(ignore=quiet))] == ["unknown-field"]
    with pytest.raises(ValidationError) as raised:
        ExperimentSpec.from_yaml(text)
    assert [(each.rule, each.severity) for each in raised.value.problems] == [("unknown-field", "error")]


def test_an_unknown_field_that_stands_for_no_missing_one_stays_a_warning() -> None:
    with pytest.raises(ValidationError) as raised:
        ExperimentSpec.from_yaml("tasks:\n- future: 1\n  other: 2\n")
    assert sorted((each.rule, each.severity) for each in raised.value.problems) == [
        ("missing-field", "error"),
        ("unknown-field", "warning"),
        ("unknown-field", "warning"),
    ]


@pytest.mark.parametrize(
    ("settings", "rules"),
    [
        (Settings(ignore=("unknown-field",)), ["missing-field"]),
        (Settings(rules={"unknown-field": "off"}), ["missing-field"]),
        (Settings(select=("replicas",)), ["missing-field"]),
        (Settings(rules={"unknown-field": "warning"}, select=("unknown-field",)), ["missing-field", "unknown-field"]),
        (Settings(rules={"unknown-field": "warning"}, severity="error"), ["missing-field"]),
    ],
)
def test_a_field_is_missing_where_the_misspelt_one_is_no_error(settings: Settings, rules: list[str]) -> None:
    found = check(
        "budget: a\ntasks:\n- imagee: {docker: x}\n",
        settings=attrs.evolve(settings, ignore=(*settings.ignore, "no-cluster")),
    )
    assert [each.rule for each in found] == rules


def test_a_missing_part_of_a_json_file_marks_the_opening_brace(tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text('{\n  "budget": "b",\n  "tasks": [\n    {\n      "name": "a"\n    }\n  ]\n}\n', encoding="utf-8")
    [problem] = [each for each in check(path, settings=Settings()) if each.rule == "missing-field"]
    assert (problem.line, problem.column, problem.end_line, problem.end_column) == (4, 5, 4, 6)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        (TASK + "  envVars: [SEED=1]\n", "write:\n- name: NAME\n  value: TEXT"),
        (TASK + "  datasets: [a/b:/data]\n", "write:\n- mountPath: PATH\n"),
        (TASK + "  datasets: {/data: a/b}\n", "write a list:\ndatasets:\n- mountPath: PATH\n"),
        (TASK + "  datasets: [{mountPath: /d, source: a/b}]\n", "write:\nsource:\n  beaker: DATASET"),
        ("retry: 3\n" + TASK, "write:\nretry:\n  allowedTaskRetries: NUMBER"),
        ("tasks:\n- name: a\n", "write:\nimage:\n"),
        ("tasks:\n- image:\n", "write:\nimage:\n"),
        ("tasks:\n- image: python\n", "write:\nimage:\n"),
        ("tasks:\n  train: {image: {docker: x}}\n", "write a list:\ntasks:\n- name: NAME\n"),
        (TASK + "  resources: {gpuCount: None}\n", "remove the field"),
        (
            TASK + "  context: {cluster: [a, b]}\n",
            "remove it, and write, in the task:\nconstraints:\n  cluster: [NAME, NAME]",
        ),
        (TASK + "  context:\n    cluster:\n    - a\n", "remove it, and write, in the task:\nconstraints:\n"),
        (TASK + "  result: /output\n", "write:\nresult:\n  path: PATH"),
    ],
)
def test_a_value_of_another_shape_comes_with_what_to_write(text: str, start: str) -> None:
    [problem] = [each for each in check(text, settings=Settings()) if each.severity == "error"]
    assert (problem.hint or "").startswith(start)


@pytest.mark.parametrize("comment", ["// a comment", "/* a comment */", "# a comment"])
def test_a_comment_in_json_is_named(tmp_path: Path, comment: str) -> None:
    path = tmp_path / "spec.json"
    path.write_text(f'{{\n  {comment}\n  "tasks": []\n}}\n', encoding="utf-8")
    [problem] = [each for each in check(path, settings=Settings()) if each.severity == "error"]
    assert (problem.line, problem.message, problem.hint) == (2, "JSON has no comments", "remove the comment")
