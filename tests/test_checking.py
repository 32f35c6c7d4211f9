"""`check`: everything that is wrong with a source in one run, each thing once, and nothing because of another thing."""

from __future__ import annotations

import io
import json
import os
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from strategies import LOOKALIKES, SYNTAX, experiment_specs, texts

from beakerspec import ExperimentSpec, Problem, ValidationError
from beakerspec.checking.check import check, check_data, looks_like_a_spec
from beakerspec.checking.rules import RULES
from beakerspec.checking.settings import Settings, SettingsError
from beakerspec.checking.site import Cluster, Site
from beakerspec.limits import MAX_DEPTH, MAX_SIZE

GOLDEN = Path(__file__).parent / "golden_rules"

#: A task that nothing can be said about.
TASK = "- image: {docker: alpine}\n  constraints: {cluster: [lab/large]}\n"
GOOD = f"budget: lab/vision\ntasks:\n{TASK}"
BAD = f"{GOOD}  replicas: 0\n"

SITE = Site(
    clusters=(Cluster(name="lab/large", gpus_per_node=8), Cluster(name="lab/small", gpus_per_node=1)),
    priorities=("low", "normal", "high"),
    min_timeout=60 * 10**9,
    max_timeout=48 * 3600 * 10**9,
    host_paths=("/net",),
    require_budget=True,
    budgets=("lab/vision",),
)

EVERYTHING = """\
version: v2
description: Everything that a spec can say
budget: lab/vision
groups: [lab/sweeps]
retry:
  allowedTaskRetries: 3
tasks:
- name: train
  image:
    beaker: lab/trainer
  command: [python, -m, trainer]
  arguments: [--seed, 1]
  envVars:
  - name: SEED
    value: 1
  - name: HUB_TOKEN
    secret: hub-token
  datasets:
  - mountPath: /data
    subPath: train
    mode: readonly
    source:
      beaker: lab/scenes
  - mountPath: /shared
    mode: readwrite
    source:
      hostPath: /net/shared
  result:
    path: /output
  resources:
    cpuCount: 8
    gpuCount: 4
    memory: 64GiB
    sharedMemory: 10GiB
  context:
    priority: normal
    minRuntime: 1h
    autoResume: true
  constraints:
    cluster: [lab/large]
    gpuType: [H100]
  hostNetworking: true
  leaderSelection: true
  propagateFailure: true
  propagatePreemption: true
  replicas: 2
  synchronizedStartTimeout: 30m
  timeout: 24h
- name: evaluate
  image:
    docker: python:3.12
  datasets:
  - mountPath: /model
    source:
      result: train
  constraints:
    cluster: [lab/small]
"""


def found(text: str, **options: Any) -> tuple[Problem, ...]:
    return check(text, **{"settings": Settings(), **options})


def rules_in(text: str, **options: Any) -> list[str]:
    return [problem.rule for problem in found(text, **options)]


def places(text: str, **options: Any) -> list[tuple[str, int | None, int | None]]:
    return [(problem.rule, problem.line, problem.column) for problem in found(text, **options)]


# Sources.


def opened(path: Path, mode: str) -> Iterator[Any]:
    with open(path, mode, encoding=None if "b" in mode else "utf-8") as file:
        yield file


@pytest.mark.parametrize(
    "source", [BAD, BAD.encode(), io.StringIO(BAD), io.BytesIO(BAD.encode())], ids=["str", "bytes", "text", "binary"]
)
def test_what_has_no_name_gives_problems_without_a_file(source: Any) -> None:
    [problem] = check(source, settings=Settings())
    assert (problem.rule, problem.file, problem.line, problem.column) == ("replicas", None, 5, 13)
    assert str(problem).startswith("<text>:5:13: ")


@pytest.mark.parametrize("kind", ["path", "r", "rb"])
def test_what_has_a_name_gives_problems_with_it(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(BAD.encode())
    for source in [path] if kind == "path" else opened(path, kind):
        [problem] = check(source, settings=Settings())
        assert (problem.rule, problem.file, problem.line) == ("replicas", str(path), 5)


@pytest.mark.parametrize("kind", ["path", "r", "rb"])
def test_what_has_a_name_that_ends_in_json_is_json(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "spec.json"
    path.write_bytes(GOOD.encode())
    for source in [path] if kind == "path" else opened(path, kind):
        assert [problem.rule for problem in check(source, settings=Settings())] == ["json-syntax"]


def test_a_file_that_was_opened_by_its_descriptor_has_no_name(tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_bytes(BAD.encode())
    with open(os.open(path, os.O_RDONLY), "rb") as file:
        [problem] = check(file, settings=Settings())
    assert (problem.rule, problem.file) == ("replicas", None)


def test_an_open_file_is_read_from_where_it_is() -> None:
    file = io.StringIO("no: [spec\n" + GOOD)
    file.readline()
    assert check(file, settings=Settings()) == ()


def test_a_text_is_never_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.yaml").write_text(GOOD, encoding="utf-8")
    assert rules_in("spec.yaml") == ["invalid-type"]


def test_a_file_that_cannot_be_read_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check(tmp_path / "missing.yaml", settings=Settings())


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
def test_columns_count_characters_behind_a_byte_order_mark(mark: bytes) -> None:
    text = "budget: lab/vision\ntasks: [{name: é, image: {docker: a}, constraints: {cluster: [a]}, replicas: 0}]\n"
    [name, replicas] = check(mark + text.encode(), settings=Settings())
    assert (name.rule, name.column, replicas.rule, replicas.column) == ("task-name", 16, "replicas", 78)


def test_the_lines_of_windows_count_once() -> None:
    assert places(BAD.replace("\n", "\r\n")) == places(BAD)


def test_nothing_is_said_about_a_good_spec() -> None:
    assert found(GOOD) == ()
    assert found(EVERYTHING, settings=Settings(site=SITE)) == ()


def test_a_problem_has_a_snippet() -> None:
    [problem] = found(BAD)
    assert problem.snippet == "  replicas: 0\n            ^"


# Settings.


def test_the_settings_nearest_to_a_file_hold(tmp_path: Path) -> None:
    (tmp_path / ".beakerspec.toml").write_text('ignore = ["replicas"]\n', encoding="utf-8")
    path = tmp_path / "deep" / "spec.yaml"
    path.parent.mkdir()
    path.write_bytes(BAD.encode())
    assert check(path) == ()
    with open(path, "rb") as file:
        assert check(file) == ()


def test_the_settings_nearest_to_the_working_directory_hold_for_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.beakerspec]\nignore = ["replicas"]\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert check(BAD) == check(io.StringIO(BAD)) == ()


def test_settings_that_are_given_take_the_place_of_those_that_stand_somewhere(tmp_path: Path) -> None:
    (tmp_path / ".beakerspec.toml").write_text('ignore = ["replicas"]\n', encoding="utf-8")
    path = tmp_path / "spec.yaml"
    path.write_bytes(BAD.encode())
    assert [problem.rule for problem in check(path, settings=Settings())] == ["replicas"]


def test_settings_that_cannot_be_read_are_an_error(tmp_path: Path) -> None:
    (tmp_path / ".beakerspec.toml").write_text("ignroe = []\n", encoding="utf-8")
    path = tmp_path / "spec.yaml"
    path.write_bytes(GOOD.encode())
    with pytest.raises(SettingsError, match="did you mean ignore"):
        check(path)


def test_only_what_is_selected_is_reported() -> None:
    text = "tasks:\n- image: {}\n  replicas: 0\n  timeout: 0s\n"
    assert rules_in(text, settings=Settings(select=("replicas", "timeout"))) == ["replicas", "timeout"]
    assert rules_in(text, settings=Settings(select=("replicas", "timeout"), ignore=("timeout",))) == ["replicas"]


def test_what_keeps_a_file_from_being_read_is_always_reported() -> None:
    optional = tuple(rule.name for rule in RULES if not rule.is_fatal)
    text = "tasks:\n- replicas: two\n"
    assert rules_in(text, settings=Settings(select=(), ignore=optional)) == ["missing-field", "invalid-type"]


def test_warnings_can_be_left_out_or_made_errors() -> None:
    text = f"tasks:\n{TASK}  replicas: 0\n"
    assert rules_in(text, settings=Settings(severity="error")) == ["replicas"]
    strict = found(text, settings=Settings(warnings_as_errors=True))
    assert [(problem.rule, problem.severity) for problem in strict] == [
        ("missing-budget", "error"),
        ("replicas", "error"),
    ]


def test_warnings_that_are_left_out_are_no_errors_either() -> None:
    assert rules_in(f"tasks:\n{TASK}", settings=Settings(severity="error", warnings_as_errors=True)) == []


def test_what_comments_suppress_is_counted() -> None:
    text = BAD.rstrip("\n") + "  # beakerspec: ignore[replicas]\n"
    checked = check_data(text.encode(), settings=Settings())
    assert (checked.problems, checked.suppressed) == ((), 1)


def test_what_settings_leave_out_is_not_counted_as_suppressed() -> None:
    text = BAD.rstrip("\n") + "  # beakerspec: ignore[replicas]\n"
    checked = check_data(text.encode(), settings=Settings(ignore=("replicas",)))
    assert (checked.problems, checked.suppressed) == ((), 0)


def test_a_comment_suppresses_what_is_found_beside_what_cannot_be_read() -> None:
    text = f"{BAD.rstrip()}  # beakerspec: ignore[replicas]\n  timeout: soon\n"
    assert rules_in(text) == ["duration"]


# Templates.


def test_a_template_is_named_where_it_was_not_expanded() -> None:
    assert places(f"{GOOD}  replicas: {{{{.Env.N}}}}\n") == [("go-template", 5, 13)]


def test_a_template_is_expanded_where_values_are_given() -> None:
    text = f"{GOOD}  replicas: {{{{.Env.N}}}}\n"
    assert rules_in(text, env={"N": "2"}) == []
    assert places(text, env={"N": "0"}) == [("replicas", 5, 13)]


def test_the_places_behind_a_template_are_those_of_the_file() -> None:
    text = f"description: '{{{{.Env.A}}}}'\n{GOOD}  resources: {{memory: '{{{{.Env.A}}}}', cpuCount: 0}}\n"
    short, long = (places(text, env={"A": value}) for value in ("1gb", "1000 gb"))
    assert short == long == [("cpu-count", 6, 47)]


def test_a_template_without_a_value_is_all_that_is_reported() -> None:
    assert rules_in(f"{BAD}  timeout: {{{{.Env.T}}}}\n", env={}) == ["go-template"]


#: For each rule a task whose `@` is a template, and a value of it that breaks the rule.
LEAKS = {
    "task-name": ("name: '@'", "hunter two"),
    "mount-path": ("datasets: [{mountPath: '@', source: {beaker: a}}]", "hunter2"),
    "mount-overlap": (
        "datasets: [{mountPath: '/@', source: {beaker: a}}, {mountPath: '/@/b', source: {beaker: a}}]",
        "hunter2",
    ),
    "sub-path": ("datasets: [{mountPath: /a, subPath: '/@', source: {beaker: a}}]", "hunter2"),
    "host-path": ("datasets: [{mountPath: /a, source: {hostPath: '@'}}]", "/hunter2"),
    "unknown-result": ("name: '@'\n  datasets: [{mountPath: /a, source: {result: a}}]", "hunter2"),
    "result-cycle": ("name: '@'\n  datasets: [{mountPath: /a, source: {result: '@'}}]", "hunter2"),
    "result-path": ("result: {path: '@'}", "hunter2"),
    "size": ("resources: {memory: '@'}", "4321Gi"),
    "decimal-size": ("resources: {memory: '@'}", "4096m"),
    "too-many-gpus": ("resources: {gpuCount: @}", "4321"),
    "unknown-cluster": ("constraints: {cluster: ['@']}", "lab/lagre"),
    "one-item-for-a-list": ("constraints: {cluster: '@'}", "hunter2"),
    "deprecated-cluster": ("context: {cluster: '@'}", "hunter2"),
    "disallowed-priority": ("context: {priority: @}", "urgent"),
    "invalid-value": ("context: {priority: @}", "hunter2"),
    "bare-duration": ("timeout: @", "4321"),
    "unitless-duration": ("timeout: '@'", "4321"),
    "duration": ("timeout: @", "4321d"),
    "timeout-bounds": ("timeout: @", "4321h"),
    "short-start-timeout": ("replicas: 2\n  synchronizedStartTimeout: @", "4321ms"),
    "start-timeout": ("synchronizedStartTimeout: @", "4321h"),
    "min-runtime": ("context: {minRuntime: @}", "-4321h"),
    "min-runtime-exceeds-timeout": ("timeout: 1h\n  context: {minRuntime: @}", "4321h"),
    "multi-node": ("leaderSelection: true\n  replicas: @", "4321"),
    "ambiguous-scalar": ("replicas: @", "0b10101"),
    "quoted-number": ("replicas: '@'", "4321"),
    "invalid-type": ("replicas: @", "hunter2"),
    "replicas": ("replicas: @", "-4321"),
    "unknown-field": ("'@': 1", "hunter2"),
    "unknown-constraint": ("constraints: {'@': [a]}", "clutser"),
    "env-name": ("envVars: [{name: '@', value: a}]", "hunter-2"),
    "empty-env-var": ("envVars: [{name: '@'}]", "hunter2"),
    "literal-secret": ("envVars: [{name: '@', value: 5a1f09c3}]", "hunter_token"),
    "duplicate-env-var": ("envVars: [{name: '@', value: a}, {name: '@', value: b}]", "hunter2"),
    "env-source": ("envVars: [{name: A, value: '@', secret: '@'}]", "hunter2"),
}


@pytest.mark.parametrize("rule", LEAKS)
def test_no_value_of_the_environment_is_shown(rule: str) -> None:
    task, value = LEAKS[rule]
    text = f"budget: lab/vision\ntasks:\n- image: {{docker: a}}\n  {task}\n".replace("@", "{{.Env.VALUE}}")
    problems = found(text, env={"VALUE": value}, settings=Settings(site=SITE))
    assert rule in [problem.rule for problem in problems]
    for problem in problems:
        assert value not in str(problem)
        assert value.strip("-dhms").replace(" ", "-") not in (problem.hint or "")


@pytest.mark.parametrize("value", ["hunter2", "sk-" + "a1" * 20])
def test_no_value_of_a_variable_is_shown(value: str) -> None:
    text = GOOD + f"  envVars:\n  - {{name: A_TOKEN, value: {value}, secret: a}}\n  - {{name: b-b, value: {value}}}\n"
    problems = found(text)
    assert {problem.rule for problem in problems} == {"env-source", "env-name", "literal-secret"}
    assert not any(value in str(problem) for problem in problems)


# JSON.


def in_json(tmp_path: Path, text: str) -> list[tuple[str, int | None, int | None]]:
    path = tmp_path / "spec.json"
    path.write_bytes(text.encode())
    return [(each.rule, each.line, each.column) for each in check(path, settings=Settings())]


JSON = """\
{
  "budget": "lab/vision",
  "tasks": [
    {
      "image": {"docker": "alpine"},
      "constraints": {"cluster": ["lab/large"]},
      %s
    }
  ]
}
"""


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('"replicas": 2', []),
        ('"replicas": 0', [("replicas", 7, 19)]),
        ('"replicas": "2"', [("quoted-number", 7, 19)]),
        ('"replicsa": 2', [("unknown-field", 7, 7)]),
        ('"host_networking": true', [("python-name", 7, 7)]),
        ('"timeout": 3600', [("bare-duration", 7, 18)]),
        ('"timeout": 3600000000000', [("bare-duration", 7, 18)]),
        ('"timeout": "3600"', [("unitless-duration", 7, 18)]),
        ('"replicas": 0, "timeout": "2d"', [("replicas", 7, 19), ("duration", 7, 33)]),
        ('"replicas": 0, "replicas": 2', [("replicas", 7, 19), ("duplicate-key", 7, 22)]),
    ],
)
def test_a_json_file_is_checked_as_a_yaml_file_is(
    tmp_path: Path, line: str, wanted: list[tuple[str, int, int]]
) -> None:
    assert in_json(tmp_path, JSON % line) == wanted


def test_one_cluster_for_a_list_of_them_is_found_in_json(tmp_path: Path) -> None:
    text = (JSON % '"replicas": 2').replace('["lab/large"]', '"lab/large"')
    assert in_json(tmp_path, text) == [("one-item-for-a-list", 6, 34)]


def test_nothing_in_a_json_file_is_a_comment(tmp_path: Path) -> None:
    text = JSON % '"description": "# beakerspec: ignore-file[replicas]", "replicas": 0'
    assert ("replicas", 7, 73) in in_json(tmp_path, text)


# Anchors, aliases and merge keys.


def test_a_problem_behind_an_alias_is_reported_once_where_it_stands() -> None:
    text = """\
budget: a
tasks:
- image: {docker: a}
  constraints: &c {cluster: [a]}
  resources: &r
    memory: 1Gi
    gpuCount: -1
- image: {docker: a}
  constraints: *c
  resources: *r
"""
    assert places(text) == [("size", 6, 13), ("gpu-count", 7, 15)]


def test_a_merged_field_is_reported_where_it_stands() -> None:
    text = """\
budget: a
tasks:
- image: {docker: a}
  constraints: &c {cluster: [a]}
  resources: &r {cpuCount: 1}
- image: {docker: a}
  constraints: *c
  resources:
    <<: *r
    gpuCount: -1
- image: {docker: a}
  constraints: *c
  resources: {<<: *r, cpuCount: 0}
- &t
  image: {docker: a}
  constraints: *c
  timeout: 0s
- {<<: *t, name: other}
"""
    assert places(text) == [("gpu-count", 10, 15), ("cpu-count", 13, 33), ("timeout", 17, 12)]


def test_an_alias_may_be_wrong_for_one_field_and_right_for_another() -> None:
    text = "budget: &x {docker: a}\ntasks:\n- image: *x\n  constraints: {cluster: [a]}\n  replicas: 0\n"
    assert places(text) == [("invalid-type", 1, 9), ("replicas", 5, 13)]


def test_a_problem_in_a_task_that_is_used_twice_is_reported_once() -> None:
    text = "budget: a\ntasks:\n- &t {image: {docker: a}, constraints: {cluster: [a]}, replicas: 0}\n- *t\n"
    assert places(text) == [("replicas", 3, 66)]


# Names in Python.


def test_names_in_python_are_read_and_reported_beside_what_is_wrong_behind_them() -> None:
    text = f"{GOOD}  env_vars:\n  - name: a-b\n    value: a\n  resources: {{gpu_count: -1}}\n"
    assert places(text) == [("python-name", 5, 3), ("env-name", 6, 11), ("python-name", 8, 15), ("gpu-count", 8, 26)]


def test_a_broken_field_under_its_name_in_python_is_known_as_that_field() -> None:
    text = (
        f"{GOOD}  datasets:\n  - mount_path: [/a]\n    source: {{beaker: a}}\n"
        "  - mount_path: /a\n    source: {host_path: [3]}\n"
    )
    assert [rule for rule in rules_in(text) if rule != "python-name"] == ["invalid-type", "invalid-type"]


# Everything at once.


def test_every_kind_of_problem_is_found_in_one_run() -> None:
    text = """\
version: v3
tasks:
- name: train model
  image: {docker: alpine}
  constraints: {rack: [a]}
  replicas: two
  replicas: 3
  timeout: 0s
  resources: {gpuCuont: 1, memory: 1Gi, cpuCount: "1"}
  envVars:
  - {name: A, value: a}
  - {name: A, value: !b b}
- name: label
  image: {docker: alpine}
  hostNetworking: yes
  datasets:
  - mountPath: data
    source: {}
  - mountPath: /data
    source: {result: trian}
- image: {}
  constraints: {cluster: lab/small, hostnames: [a]}
  context: {cluster: lab/small, priority: preemptible}
"""
    assert places(text) == [
        ("missing-budget", 1, 1),
        ("invalid-value", 1, 10),
        ("task-name", 3, 9),
        ("no-cluster", 5, 16),
        ("invalid-type", 6, 13),
        ("duplicate-key", 7, 3),
        ("timeout", 8, 12),
        ("unknown-field", 9, 15),
        ("size", 9, 36),
        ("quoted-number", 9, 51),
        ("duplicate-env-var", 12, 12),
        ("unknown-tag", 12, 22),
        ("no-cluster", 13, 3),
        ("ambiguous-scalar", 15, 19),
        ("mount-path", 17, 16),
        ("data-source", 18, 13),
        ("unknown-result", 20, 22),
        ("image-source", 21, 10),
        ("one-item-for-a-list", 22, 26),
        ("unknown-constraint", 22, 37),
        ("deprecated-cluster", 23, 13),
        ("deprecated-priority", 23, 43),
    ]


def test_a_task_may_lack_an_image_and_a_cluster() -> None:
    assert set(places("budget: a\ntasks:\n- name: train\n")) == {("missing-field", 3, 3), ("no-cluster", 3, 3)}


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        ("timeout: 2d\n  context: {minRuntime: 3600}", "bare-duration"),
        ("timeout: 2d\n  context: {minRuntime: '3600'}", "unitless-duration"),
        ("resources: {memory: [1], sharedMemory: 1Gi}", "size"),
        ("resources: {memory: [1], sharedMemory: 1024m}", "decimal-size"),
        ("context: {cluster: [a]}\n  constraints: {cluster: [lab/smal]}", "unknown-cluster"),
        ("constraints: {cluster: [lab/smal, [a]]}", "unknown-cluster"),
        ("constraints: {cluster: {a: b}, hostnames: [a]}", "unknown-constraint"),
    ],
)
def test_a_broken_field_hides_nothing_about_the_one_beside_it(task: str, wanted: str) -> None:
    text = f"budget: lab/vision\ntasks:\n- image: {{docker: a}}\n  {task}\n"
    assert wanted in rules_in(text, settings=Settings(site=SITE))


#: Lines of EVERYTHING, what takes their place, and what is then found where in that line.
MISTAKES = {
    "unknown-field": ("description: Everything that", "descripton: Everything that", "descripton"),
    "disallowed-budget": ("budget: lab/vision", "budget: lab/vison", "lab/vison"),
    "retry-limit": ("allowedTaskRetries: 3", "allowedTaskRetries: 11", "11"),
    "invalid-type": ("command: [python, -m, trainer]", "command: python -m trainer", "python -m trainer"),
    "null-item": ("arguments: [--seed, 1]", "arguments: [--seed, null]", "null"),
    "env-name": ("name: SEED", "name: my-seed", "my-seed"),
    "literal-secret": ("secret: hub-token", "value: 5a1f09c3d2e8", "5a1f09c3d2e8"),
    "sub-path": ("subPath: train", "subPath: /train", "/train"),
    "mount-mode": ("mode: readwrite", "mode: 'readonly'", "'readonly'"),
    "host-path": ("hostPath: /net/shared", "hostPath: /raid/shared", "/raid/shared"),
    "result-path": ("path: /output", "path: output", "output"),
    "quoted-number": ("cpuCount: 8", 'cpuCount: "8"', '"8"'),
    "too-many-gpus": ("gpuCount: 4", "gpuCount: 16", "16"),
    "size": ("memory: 64GiB", "memory: 64Gi", "64Gi"),
    "decimal-size": ("sharedMemory: 10GiB", "sharedMemory: 1024m", "1024m"),
    "invalid-value": ("priority: normal", "priority: nromal", "nromal"),
    "bare-duration": ("minRuntime: 1h", "minRuntime: 3600", "3600"),
    "unknown-constraint": ("gpuType: [H100]", "hostnames: [H100]", "hostnames"),
    "python-name": ("hostNetworking: true", "host_networking: true", "host_networking"),
    "ambiguous-scalar": ("propagateFailure: true", "propagateFailure: yes", "yes"),
    "undefined-alias": ("replicas: 2", "replicas: *two", "*two"),
    "start-timeout": ("synchronizedStartTimeout: 30m", "synchronizedStartTimeout: 72h", "72h"),
    "duration": ("timeout: 24h", "timeout: 2d", "2d"),
    "image-source": ("docker: python:3.12", 'docker: ""', "docker"),
    "mount-path": ("mountPath: /model", "mountPath: model", "model"),
    "unknown-result": ("result: train", "result: trian", "trian"),
    "unknown-cluster": ("cluster: [lab/small]", "cluster: [lab/smal]", "lab/smal"),
}


def with_mistakes(*rules: str) -> tuple[str, list[tuple[str, int, int]]]:
    """EVERYTHING with these mistakes, and where they are."""
    text = EVERYTHING
    for rule in rules:
        right, wrong, _ = MISTAKES[rule]
        assert text.count(f" {right}\n") == 1 or text.count(f"\n{right}") == 1
        text = text.replace(right, wrong)
    wanted = []
    for rule in rules:
        _, wrong, marked = MISTAKES[rule]
        [(number, line)] = [each for each in enumerate(text.splitlines(), 1) if wrong in each[1]]
        wanted.append((rule, number, line.index(wrong) + wrong.rindex(marked) + 1))
    return text, sorted(wanted, key=lambda place: place[1:])


@pytest.mark.parametrize("rule", MISTAKES)
def test_a_mistake_is_found_at_its_place_and_nothing_else_is(rule: str) -> None:
    text, wanted = with_mistakes(rule)
    assert places(text, settings=Settings(site=SITE)) == wanted


@pytest.mark.slow
@pytest.mark.parametrize("rule", MISTAKES)
def test_two_mistakes_are_found_each_at_its_place(rule: str) -> None:
    for other in MISTAKES:
        if other > rule:
            text, wanted = with_mistakes(rule, other)
            assert places(text, settings=Settings(site=SITE)) == wanted


def test_all_mistakes_are_found_together() -> None:
    text, wanted = with_mistakes(*MISTAKES)
    assert places(text, settings=Settings(site=SITE)) == wanted


@pytest.mark.parametrize("rule", MISTAKES)
def test_a_mistake_is_said_in_the_same_words_beside_one_that_keeps_the_file_from_being_read(rule: str) -> None:
    alone, _ = with_mistakes(rule)
    [problem] = found(alone, settings=Settings(site=SITE))
    # Only a text that can be read can be fixed.
    assert attrs.evolve(problem, fix=None) in found(f"{alone}groups: []\n", settings=Settings(site=SITE))


# Nothing because of another thing.


@pytest.mark.parametrize(
    ("task", "wanted"),
    [
        ("image: 3", "invalid-type"),
        ("image: {docker: [a]}", "invalid-type"),
        ("image:", "missing-field"),
        ("image: {docker: a}\n  replicas: two\n  synchronizedStartTimeout: 1m", "invalid-type"),
        ("image: {docker: a}\n  leaderSelection: 1", "invalid-type"),
        ("image: {docker: a}\n  leaderSelection: true\n  hostNetworking: 1", "invalid-type"),
        ("image: {docker: a}\n  context: {preemptible: 1, minRuntime: 1h}", "invalid-type"),
        ("image: {docker: a}\n  context: {minRuntime: 2h}\n  timeout: 1 hour or so", "duration"),
        ("image: {docker: a}\n  resources: {memory: [1]}", "invalid-type"),
        ("image: {docker: a}\n  envVars:\n  - {name: [A], value: a}\n  - {name: A, value: a}", "invalid-type"),
        ("image: {docker: a}\n  envVars:\n  - {value: a}\n  - {value: a}", "missing-field"),
        ("image: {docker: a}\n  envVars:\n  - {name: A, value: [a]}", "invalid-type"),
        ("image: {docker: a}\n  envVars: {A: a}", "invalid-type"),
        ("image: {docker: a}\n  datasets:\n  - {mountPath: [3], source: 3}", "invalid-type"),
        (
            "image: {docker: a}\n  datasets: [*m, {mountPath: [/a], source: {beaker: a}}]",
            "invalid-type undefined-alias",
        ),
        ("image: {docker: a}\n  datasets: [{source: {beaker: a}}, {source: {beaker: a}}]", "missing-field"),
        (
            "image: {docker: a}\n  datasets:\n  - {mountPath: /a, mode: readwrite, source: {beaker: [a]}}",
            "invalid-type",
        ),
        ("image: {docker: a}\n  datasets:\n  - {mountPath: /a, source: {result: [a]}}", "invalid-type"),
        ("image: {docker: a}\n  datasets:\n  - {mountPath: /a, source: {}}", "data-source"),
        ("image: {docker: a}\n  result: {path: [a]}", "invalid-type"),
        ("image: {docker: a}\n  command: {a: b}", "invalid-type"),
        ("image: {docker: a}\n  name: {a: b}", "invalid-type"),
    ],
)
def test_a_broken_field_is_all_that_is_found(task: str, wanted: str) -> None:
    text = f"budget: a\ntasks:\n- constraints: {{cluster: [a]}}\n  {task}\n"
    assert sorted({problem.rule for problem in found(text)}) == wanted.split()


@pytest.mark.parametrize(
    "constraints", ["3", "[lab/large]", "{cluster: {a: b}}", "{cluster: [null]}", "{hostname: a}", "!x {}", "*x"]
)
def test_broken_constraints_are_no_missing_cluster(constraints: str) -> None:
    text = f"budget: a\ntasks:\n- image: {{docker: a}}\n  constraints: {constraints}\n"
    assert "no-cluster" not in rules_in(text)


@pytest.mark.parametrize("name", ["[a]", "{a: b}", "!x a", "*x"])
def test_a_broken_name_of_a_task_is_no_missing_result(name: str) -> None:
    mount = "datasets: [{mountPath: /a, source: {result: a}}]"
    text = f"budget: a\ntasks:\n{TASK}  name: {name}\n{TASK}  {mount}\n"
    assert len(found(text)) == 1


@pytest.mark.parametrize("budget", ["[a]", "{a: b}", "!x a", "*x"])
def test_a_broken_budget_is_no_missing_one(budget: str) -> None:
    assert len(found(f"budget: {budget}\ntasks:\n{TASK}")) == 1


@pytest.mark.parametrize("tasks", ["3", "{name: a}", "!x []", "*x", "[3]", "[null]"])
def test_broken_tasks_are_no_missing_ones(tasks: str) -> None:
    assert len(found(f"budget: a\ntasks: {tasks}\n")) == 1


def test_about_a_spec_of_the_old_format_nothing_else_is_said() -> None:
    assert rules_in("tasks:\n- name: a b\n  spec: {image: a}\n  replicas: 0\n") == ["old-format"]


def test_what_has_a_tag_is_not_looked_at() -> None:
    assert rules_in(f"{GOOD}  replicas: !!int 2\n  timeout: !hours 2\n") == ["unknown-tag", "unknown-tag"]


def test_a_source_of_two_kinds_is_an_error_where_one_is_unknown() -> None:
    mount = "datasets: [{mountPath: /a, source: {beaker: a, s3: b}}]"
    assert "data-source" in rules_in(f"{GOOD}  {mount}\n")


@pytest.mark.parametrize(
    ("text", "misspelt"),
    [
        ("budgte: a\ntasks:\n" + TASK, "unknown-field"),
        ("budget: a\ntaks:\n" + TASK, "unknown-field"),
        ("budget: a\ntasks:\n- image: {dokcer: a}\n  constraints: {cluster: [a]}\n", "unknown-field"),
        ("budget: a\ntasks:\n- image: {docker: a}\n  constriants: {cluster: [a]}\n", "unknown-field"),
        ("budget: a\ntasks:\n- image: {docker: a}\n  constraints: {clusters: [a]}\n", "unknown-constraint"),
        (f"{GOOD}  envVars: [{{name: A, valeu: a}}]\n", "unknown-field"),
    ],
)
def test_what_a_misspelt_field_would_have_said_is_not_missed(text: str, misspelt: str) -> None:
    assert rules_in(text) == [misspelt]


@pytest.mark.parametrize("text", ["[1]", "text", "{}\n---\n{}", "", "a: [", "\x00", "a: *b", "<<: 1"])
def test_what_is_no_mapping_is_said_once(text: str) -> None:
    rules = [rule for rule in rules_in(text) if rule not in ("missing-budget", "no-tasks", "unknown-field")]
    assert len(rules) == 1


def paths_below(data: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    items: Any = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from paths_below(value, *path, key)


DATA = yaml.safe_load(EVERYTHING)


@pytest.mark.slow
@pytest.mark.parametrize("wrong", [{"?": [1]}, [[None]], "\ud800", -(2**70)], ids=["mapping", "list", "text", "number"])
def test_a_wrong_value_anywhere_is_all_that_is_found(wrong: Any) -> None:
    fatal = {rule.name for rule in RULES if rule.is_fatal}
    for path in paths_below(DATA):
        if path[:-1] == ("tasks",):  # with a task goes what another one waits for, and where it runs
            continue
        data = json.loads(json.dumps(DATA))
        outer = data
        for part in path[:-1]:
            outer = outer[part]
        outer[path[-1]] = wrong
        rules = set(rules_in(json.dumps(data), settings=Settings(site=SITE)))
        if rules & fatal:
            # What has become another mapping has a field that is unknown.
            assert rules - fatal <= ({"unknown-field"} if isinstance(wrong, dict) else set()), path


def test_a_missing_field_is_all_that_is_found() -> None:
    for path in [("tasks", 0, "image"), ("tasks", 0, "envVars", 0, "name"), ("tasks", 0, "datasets", 0, "source")]:
        data = json.loads(json.dumps(DATA))
        outer = data
        for part in path[:-1]:
            outer = outer[part]
        del outer[path[-1]]
        assert rules_in(json.dumps(data), settings=Settings(site=SITE)) == ["missing-field"], path


# Limits.


def test_a_text_of_more_characters_than_allowed_is_not_read() -> None:
    assert rules_in(GOOD, max_size=len(GOOD)) == []
    assert rules_in(GOOD, max_size=len(GOOD) - 1) == ["too-large"]


def test_a_file_of_more_bytes_than_are_read_at_all_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(GOOD.encode() + b"#" * (MAX_SIZE - len(GOOD)))
    assert check(path, settings=Settings()) == ()
    with path.open("ab") as file:
        file.write(b"#")
    [problem] = check(path, settings=Settings())
    assert (problem.rule, problem.file, problem.line, problem.column) == ("too-large", str(path), 1, 1)


def test_deeper_data_than_allowed_are_not_read() -> None:
    assert rules_in(GOOD, max_depth=5) == []
    assert rules_in(GOOD, max_depth=4) == ["too-deep"]
    levels = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert rules_in(f"{GOOD}x: {levels}\n") == ["unknown-field"]
    assert rules_in(f"{GOOD}x: [{levels}]\n") == ["too-deep"]


def test_more_values_than_allowed_are_not_read() -> None:
    assert rules_in(GOOD, max_values=9) == []
    assert rules_in(GOOD, max_values=8) == ["too-many-values"]


# Any text.

TEXTS = [
    path.read_text(encoding="utf-8-sig")
    for path in sorted(GOLDEN.glob("*/*.yaml"))
    if path.parent.name not in ("encoding", "too-many-values")
] + [EVERYTHING]

PIECES = (
    *(*LOOKALIKES, *SYNTAX, "tasks:", "- image: {}", "envVars:", "name: a", "value: a", "source:", "replicas: 0"),
    *("&a ", "*a", "<<: *a", "!!str ", "# beakerspec: ignore[timeout]", "\n", "  ", "- ", "{{.Env.A}}"),
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A text that is nearly a spec."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 3))):
        lines = text.split("\n")
        number = draw(st.integers(0, len(lines) - 1))
        line = lines[number]
        column = draw(st.integers(0, len(line)))
        lines[number : number + 1] = draw(
            st.sampled_from(
                (
                    [],
                    [line, line],
                    [f" {line}"],
                    [line[1:]],
                    [line[:column] + line[column + 1 :]],
                    [line[:column] + draw(st.sampled_from(PIECES)) + line[column:]],
                    [line.partition(":")[0] + ": " + draw(st.sampled_from(PIECES))],
                )
            )
        )
        text = "\n".join(lines)
    return text


def problems_of_loading(text: str, env: dict[str, str] | None) -> tuple[Problem, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ExperimentSpec.from_yaml(text, env=env)
        except ValidationError as error:
            return error.problems
    return ()


@pytest.mark.slow
@hypothesis_settings(max_examples=300)
@given(text=st.one_of(mutated(), mutated(), texts(), st.text()), env=st.sampled_from((None, {"A": "a: b"}, {})))
@example(text=f"{GOOD}  datasets: [{{mountPath: /a, source: {{beaker: a, s3: b}}}}]\n", env=None)
def test_check_finds_all_that_keeps_any_text_from_being_loaded(text: str, env: dict[str, str] | None) -> None:
    problems = found(text, env=env, settings=Settings(site=SITE))
    errors = [each for each in problems_of_loading(text, env) if each.severity == "error"]
    # Of a field with its name in Python the paths may differ.
    told = {(each.rule, each.place, each.message) for each in problems if each.severity == "error"}
    assert {(each.rule, each.place, each.message) for each in errors} - told == set()


@pytest.mark.slow
@hypothesis_settings(max_examples=300)
@given(st.one_of(mutated(), texts(), st.text()))
def test_what_keeps_a_text_from_being_loaded_has_an_error(text: str) -> None:
    problems = problems_of_loading(text, None)
    assert not problems or any(problem.severity == "error" for problem in problems)


@pytest.mark.slow
@hypothesis_settings(max_examples=300)
@given(st.one_of(mutated(), mutated(), texts()))
def test_what_check_finds_is_in_order_placed_and_said_once(text: str) -> None:
    problems = found(text)
    assert list(problems) == sorted(problems)
    assert all(problem.line is not None and problem.column is not None for problem in problems)
    said = [(problem.line, problem.column, problem.rule, problem.message) for problem in problems]
    assert len(set(said)) == len(said)


@hypothesis_settings(max_examples=100)
@given(st.binary(max_size=80))
def test_any_bytes_give_problems_or_none(data: bytes) -> None:
    for is_json in (False, True):
        check_data(data, is_json=is_json, settings=Settings())


@pytest.mark.slow
@hypothesis_settings(max_examples=60)
@given(experiment_specs(marked=False))
def test_a_spec_is_checked_as_its_text_is(spec: ExperimentSpec) -> None:
    in_text = Counter(rules_in(spec.to_yaml()))
    in_spec = Counter(problem.rule for problem in spec.check())
    # A text may have a template where a rule finds something, and what a misspelt field decides is not reported.
    templates = {"go-template", "foreign-template"}
    if in_spec["unknown-field"] or in_spec["unknown-constraint"] or in_text.keys() & templates:
        assert in_text.keys() <= {*in_spec, *templates}
    else:
        assert in_text == in_spec


# What looks like a spec.


@pytest.mark.parametrize(
    "text",
    [
        "version: v2\ntasks:\n- a",
        "version: 'v2-alpha' # old\n",
        "{version: v2, tasks: []}",
        "tasks:\n- image: {docker: a}\n",
        "'tasks':\n- 'image': {docker: a}\n",
        "\ufefftasks:\n- image:\n",
        "tasks :\r\n- image:\r\n",
        "tasks:\n\n  # first\n  -   name: a\n      image: b\n",
        "tasks:\n- name: a\n  # its image\n  image: b\n",
        "tasks:\n-\n  name: a\n  image: b\n",
        "tasks:\n- a\n- image: b\n",
        "tasks:\n- &a\n  image: b\n",
        "tasks: [{image: {docker: a}}]",
        "tasks: &tasks\n- image: b\n",
        "x: &a\n  image: b\ntasks:\n- *a\n",
        "x: &a\n  image: b\ntasks:\n- <<: *a\n",
        "tasks:\n- {name: a, image: {docker: a}}\n",
        "tasks:\n- name: a\n  spec: {image: a}\n",
        '{"tasks": [{"image": {}}]}',
        '{"version": "v2"}',
        "# a\n---\n{tasks: [{image: a}]}",
        "version: 2\ntasks:\n- image: {docker: a}\n",
        "a: [\ntasks:\n- image: a\n",
        "tasks:\n- image: a\n   name: b\n",
    ],
)
def test_what_has_tasks_with_images_or_a_version_looks_like_a_spec(text: str) -> None:
    assert looks_like_a_spec(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        *("", "subtasks: []", "a:\n  tasks: []", "# tasks: []", "- tasks: []", "a: {tasks: []}"),
        "tasks: []\n",
        "{tasks: []}",
        '{"tasks": [{"taskKey": "a"}]}',
        '{"tasks": ["image"], "version": "2.0.0"}',
        "image: a\ntasks:\n- name: b\n",
        "tasks: [arc:mc]\nimage: a\n",
        "tasks:\n  a:\n    image: b\n",
        "id: x\nnamespace: y\ntasks:\n- id: a\n  type: io.script\n  docker:\n    image: b\n",
        "tasks:\n- task_key: a\n  new_cluster: {image: b}\n",
        "tasks:\n- description: write the image\n  agent: painter\n",
        "version: '3'\ntasks:\n  build: {cmds: [make image]}\n",
        "tasks:\n- name: a\n  shell: b\n---\nimage: b\n",
        "app:\n  version: v2\n",
        "version: v2.1\n",
    ],
)
def test_what_has_none_does_not(text: str) -> None:
    assert not looks_like_a_spec(text.encode())


@pytest.mark.parametrize("text", ["tasks: [{image: {docker: a}}]\n", "tasks:\n- image: {docker: a}\n"])
def test_a_missing_budget_is_told_in_the_same_words_in_any_style(text: str) -> None:
    [problem] = [each for each in check(text, settings=Settings()) if each.rule == "missing-budget"]
    assert (problem.message, problem.hint) == (
        "no budget",
        "add budget: NAME, unless the workspace has a default budget",
    )
