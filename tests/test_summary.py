"""What specs ask for, added up: by the function for one, and by the command for many."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import experiment_specs

from beakerspec import ExperimentSpec
from beakerspec.cli import main
from beakerspec.summary import GROUPINGS, Figures, Summary, summary_of

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")


def task(**fields: Any) -> dict[str, Any]:
    return {"image": {"docker": "alpine"}, **fields}


def summary(*tasks: dict[str, Any], **fields: Any) -> Summary:
    return summary_of(ExperimentSpec.from_json({"tasks": list(tasks), **fields}))


def test_a_task_without_replicas_is_one() -> None:
    assert summary(task(), task(replicas=3)).total.replicas == 4


def test_gpus_are_those_of_all_replicas() -> None:
    assert summary(task(replicas=3, resources={"gpuCount": 8}), task(resources={"cpuCount": 1})).total.gpus == 24


def test_gpu_hours_are_gpus_times_the_timeout() -> None:
    assert summary(task(replicas=2, resources={"gpuCount": 4}, timeout="90m")).total.gpu_hours == 12


def test_gpus_without_a_timeout_count_apart() -> None:
    total = summary(task(resources={"gpuCount": 4}), task(resources={"gpuCount": 2}, timeout="1h")).total
    assert (total.gpus_without_timeout, total.gpu_hours) == (4, 2)


@pytest.mark.parametrize("fields", [{"replicas": -2}, {"resources": {"gpuCount": -8}}, {"timeout": -1}])
def test_a_number_that_breaks_a_rule_takes_nothing_away(fields: dict[str, Any]) -> None:
    total = summary(task(**{"replicas": 1, "resources": {"gpuCount": 1}, "timeout": "1h", **fields})).total
    assert min(total.replicas, total.gpus, total.gpu_hours) >= 0


def test_a_task_counts_for_each_of_its_clusters() -> None:
    both = task(constraints={"cluster": ["a", "b"]}, context={"cluster": "b"}, replicas=2)
    groups = summary(both, task(constraints={"cluster": ["a"]})).groups["cluster"]
    assert {name: figures.replicas for name, figures in groups.items()} == {"a": 3, "b": 2}


def test_an_experiment_counts_once_in_a_group() -> None:
    assert summary(task(), task(), budget="b").groups["budget"]["b"].experiments == 1


@pytest.mark.parametrize(
    ("grouping", "name"), [("cluster", "(none)"), ("priority", "(none)"), ("image", "alpine"), ("budget", "(none)")]
)
def test_what_a_task_does_not_name_is_a_group_of_its_own(grouping: str, name: str) -> None:
    assert list(summary(task()).groups[grouping]) == [name]


def test_problems_are_those_of_the_rules() -> None:
    assert summary(task(replicas=0), task(replicas=0)).problems == {"missing-budget": 1, "no-cluster": 2, "replicas": 2}


@given(st.lists(experiment_specs(), max_size=3))
@settings(max_examples=40)
def test_every_grouping_but_that_by_cluster_adds_up_to_the_total(specs: list[ExperimentSpec]) -> None:
    total = Summary()
    for spec in specs:
        total.add(summary_of(spec))
    for grouping in set(GROUPINGS) - {"cluster"}:
        added = Figures()
        for figures in total.groups[grouping].values():
            added.add(figures)
        assert (added.tasks, added.replicas, added.gpus) == (total.total.tasks, total.total.replicas, total.total.gpus)


SPEC = """\
budget: lab/vision
tasks:
- image: {docker: alpine}
  constraints: {cluster: [lab/large]}
  resources: {gpuCount: 8}
  timeout: 2h
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three specs, a file that is none, and one that cannot be read as one."""
    monkeypatch.chdir(tmp_path)
    for number in range(3):
        (tmp_path / f"{number}.yaml").write_text(SPEC)
    (tmp_path / "other.yaml").write_text("no: spec\n")
    (tmp_path / "broken.yaml").write_text("tasks: [")
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["summary", *arguments])
    return code, capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_the_command_says_how_much_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = printed(capsys, ".")
    assert out.splitlines()[:3] == [
        "4 files, 3 experiments, 3 tasks, 3 replicas",
        "24 GPUs, 48.0 GPU-hours at most; 0 GPUs without a timeout",
        "1 spec could not be read",
    ]
    assert code == 1


@pytest.mark.usefixtures("folder")
def test_json_has_all_figures(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, ".", "--format", "json")[1])
    assert (found["files"], found["failed"], found["experiments"], found["gpu_hours"]) == (4, 1, 3, 48)
    assert found["by_cluster"]["lab/large"]["gpus"] == 24
    assert found["problems"] == {"yaml-syntax": 1}


@pytest.mark.usefixtures("folder")
def test_csv_has_a_line_for_each_group(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(printed(capsys, ".", "--format", "csv")[1])))
    assert [row["grouping"] for row in rows] == ["total", *GROUPINGS]
    assert {row["gpus"] for row in rows} == {"24"}


def test_text_lists_twenty_groups_and_counts_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(25):
        Path(f"{number}.yaml").write_text(SPEC.replace("alpine", f"alpine:{number}"))
    assert "and 5 more, which --format json and csv list" in printed(capsys, ".")[1]


def test_an_archive_is_added_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with tarfile.open(folder / "specs.tar.gz", "w:gz") as archive:
        archive.add(folder / "0.yaml", "0.yaml")
        archive.add(folder / "1.yaml", "1.yaml")
    assert printed(capsys, "specs.tar.gz")[1].startswith("2 files, 2 experiments")


@pytest.mark.usefixtures("folder")
def test_a_path_that_is_not_there_is_a_run_that_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "0.yaml", "nowhere.yaml"]) == 2
    assert "nowhere.yaml" in capsys.readouterr().err


def test_a_report_is_written_in_one_step(folder: Path) -> None:
    assert main(["summary", "0.yaml", "-o", "report.txt"]) == 0
    assert (folder / "report.txt").read_text().startswith("1 file, 1 experiment, 1 task, 1 replica\n")


@pytest.mark.usefixtures("folder")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_a_run_that_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", "0.yaml", "-o", "/dev/full"]) == 2
    assert "/dev/full: No space left on device" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "summary"])
@pytest.mark.usefixtures("folder")
def test_two_processes_say_the_same_as_one(command: str) -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-m", "beakerspec", command, ".", "--workers", workers],
            capture_output=True,
            env={**os.environ, "NO_COLOR": "1"},
            check=False,
        ).stdout
        for workers in ("1", "2")
    ]
    assert outputs[0] == outputs[1] != b""


@pytest.mark.parametrize("command", ["check", "summary"])
@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5"])
def test_a_number_of_workers_is_at_least_one(command: str, number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, ".", f"--workers={number}"]) == 2
    assert "expected a number of at least 1" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "summary"])
def test_workers_and_a_scheduler_exclude_each_other(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, ".", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "not allowed with" in capsys.readouterr().err
