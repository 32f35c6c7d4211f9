"""What specs ask for, added up: by the function for one, and by the command for many."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import experiment_specs

from beakerspec import ExperimentSpec
from beakerspec.bulk.processes import ProcessExecutor
from beakerspec.bulk.summary import GROUPINGS, Figures, Summary, summary_of
from beakerspec.cli import main


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


def test_an_experiment_without_tasks_has_a_budget() -> None:
    assert summary(budget="b").groups["budget"] == {"b": Figures(experiments=1)}


def test_the_figures_of_a_budget_are_not_those_of_the_total_when_more_is_added() -> None:
    first = summary(task(), budget="a")
    first.add(summary(task(), budget="b"))
    assert (first.total.tasks, first.groups["budget"]["a"].tasks) == (2, 1)


def test_problems_are_those_of_the_rules() -> None:
    assert summary(task(replicas=0), task(replicas=0)).problems == {"missing-budget": 1, "no-cluster": 2, "replicas": 2}


@pytest.mark.slow
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


@pytest.mark.slow
@given(st.lists(experiment_specs(), max_size=3))
@settings(max_examples=40)
def test_every_experiment_counts_for_one_budget_and_no_group_has_more_than_there_are(
    specs: list[ExperimentSpec],
) -> None:
    total = Summary()
    for spec in specs:
        total.add(summary_of(spec))
    assert sum(figures.experiments for figures in total.groups["budget"].values()) == len(specs)
    assert all(figures.experiments <= len(specs) for groups in total.groups.values() for figures in groups.values())


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
    (tmp_path / "broken.yaml").write_text("version: v2\ntasks: [")
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["summary", *arguments])
    return code, capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_the_command_says_how_much_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = printed(capsys, ".")
    assert out.splitlines()[:4] == [
        "5 files, 3 experiments, 3 tasks, 3 replicas",
        "24 GPUs, 48.0 GPU-hours at most; 0 GPUs without a timeout",
        "1 spec could not be read",
        "1 file skipped: not an experiment spec",
    ]
    assert code == 1


def test_a_misspelt_field_is_no_missing_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("version: v2\ntasks:\n- imagee: {docker: alpine}\n")
    assert main(["summary", str(path), "--format", "json"]) == 1
    shown = capsys.readouterr()
    assert shown.err == f'beakerspec: {path}:3:3: unknown field "imagee" in a task [unknown-field]\n'
    assert json.loads(shown.out)["problems"] == {"unknown-field": 1}


def test_tables_with_short_names_fit_80_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    wide = task(
        replicas=10_000, resources={"gpuCount": 8}, timeout="1h", constraints={"cluster": ["lab/large-cluster"]}
    )
    Path("a.json").write_text(json.dumps({"version": "v2", "tasks": [wide]}))
    assert max(map(len, printed(capsys, "a.json")[1].splitlines())) <= 80


@pytest.mark.usefixtures("folder")
def test_json_has_all_figures(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, ".", "--format", "json")[1])
    assert (found["files"], found["skipped"], found["failed"]) == (5, 1, 1)
    assert (found["experiments"], found["gpu_hours"]) == (3, 48)
    assert found["by_cluster"]["lab/large"]["gpus"] == 24
    assert found["problems"] == {"yaml-syntax": 1}


def rows(capsys: pytest.CaptureFixture[str], *paths: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed(capsys, *paths, "--format", "csv")[1])))


@pytest.mark.usefixtures("folder")
def test_csv_has_a_row_for_the_total_each_group_and_each_rule(capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(capsys, ".")
    assert [row["grouping"] for row in found] == ["total", *GROUPINGS, "rule"]
    assert {row["gpus"] for row in found[:-1]} == {"24"}


@pytest.mark.usefixtures("folder")
def test_only_the_total_in_csv_counts_files(capsys: pytest.CaptureFixture[str]) -> None:
    total, *others = rows(capsys, ".")
    assert (total["files"], total["skipped"], total["failed"], total["problems"]) == ("5", "1", "1", "1")
    assert {row["files"] + row["skipped"] + row["failed"] for row in others} == {""}


@pytest.mark.usefixtures("folder")
def test_a_rule_in_csv_has_problems_and_no_figures(capsys: pytest.CaptureFixture[str]) -> None:
    rule = rows(capsys, ".")[-1]
    assert {column: value for column, value in rule.items() if value} == {
        "grouping": "rule",
        "name": "yaml-syntax",
        "problems": "1",
    }


def test_csv_shows_no_control_character_and_leaves_a_sign_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(r'{budget: "=1+1\e[31m\n", tasks: []}')
    assert rows(capsys, str(path))[1]["name"] == r"=1+1\u001b[31m\n"


def test_the_columns_of_a_table_are_aligned_whatever_the_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    widths = {"\u8a08\u7b97": 4, "budget": 6, "e\u0301te\u0301": 3, "\u00e9t\u00e9": 3}
    for number, budget in enumerate(widths):
        (tmp_path / f"{number}.yaml").write_text(f"{{version: v2, budget: {budget}, tasks: []}}", "utf-8")
    lines = printed(capsys, str(tmp_path))[1].splitlines()
    for budget, width in widths.items():
        assert f"{budget}{' ' * (6 - width)}            1      0" in "\n".join(lines)


def test_text_lists_twenty_groups_and_counts_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(25):
        Path(f"{number}.yaml").write_text(SPEC.replace("alpine", f"alpine:{number}"))
    assert "and 5 more: see --format json or csv" in printed(capsys, ".")[1]


@pytest.mark.parametrize(
    "paths",
    [
        ["specs", "specs"],
        ["specs/a.yaml", "specs/a.yaml", "./specs/a.yaml", "specs"],
        ["specs", "specs/../specs/b.yaml", "."],
        ["specs/*.yaml", "**/a.yaml", "specs"],
    ],
)
def test_a_file_that_several_paths_stand_for_counts_once(
    paths: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("specs").mkdir()
    for name in "abc":
        Path(f"specs/{name}.yaml").write_text(SPEC)
    assert printed(capsys, *paths)[1].startswith("3 files, 3 experiments")


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_no_spec_is_reported_where_it_is_named_and_found_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = json.loads(printed(capsys, ".", "other.yaml", "--format", "json")[1])
    assert (found["files"], found["skipped"], found["experiments"]) == (5, 0, 4)
    assert found["problems"]["no-tasks"] == 1


@pytest.mark.parametrize("data", ["", "budget: [", "\0\0"])
def test_what_is_found_and_is_no_spec_is_counted(data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.yaml").write_text(SPEC)
    (tmp_path / "b.yaml").write_text(data)
    code, out = printed(capsys, str(tmp_path), "--format", "json")
    found = json.loads(out)
    assert (code, found["files"], found["skipped"], found["failed"], found["experiments"]) == (0, 2, 1, 0, 1)


def archives(folder: Path) -> None:
    """Each holds two specs and what is none."""
    parts = {"a.yaml": SPEC, "b.yaml": SPEC, "c.yaml": "no: spec\n"}
    with tarfile.open(folder / "specs.tar.gz", "w:gz") as archive, zipfile.ZipFile(folder / "specs.zip", "w") as other:
        for name, text in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
            other.writestr(name, text)
    lines = [json.dumps({"tasks": [task()]})] * 2
    (folder / "specs.jsonl").write_text("\n".join([*lines, '{"no": "spec"}', ""]))
    (folder / "specs.yaml").write_text("---\n".join(parts.values()))


@pytest.mark.parametrize(
    ("name", "counts", "found_counts"),
    [
        ("specs.tar.gz", (3, 1, 2), (3, 1, 2)),
        ("specs.zip", (3, 1, 2), (3, 1, 2)),
        # What is named is taken for a spec, whatever it looks like.
        ("specs.jsonl", (1, 0, 3), (1, 0, 2)),
        ("specs.yaml", (1, 0, 3), (1, 0, 2)),
    ],
)
def test_a_file_of_several_specs_is_added_up_however_it_was_named(
    name: str,
    counts: tuple[int, int, int],
    found_counts: tuple[int, int, int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    archives(tmp_path)
    for path, expected in ((name, counts), (f"?{name[1:]}", found_counts)):
        found = json.loads(printed(capsys, path, "--format", "json")[1])
        assert (found["files"], found["skipped"], found["experiments"]) == expected


def test_documents_that_are_sent_apart_are_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "---\n".join([SPEC] * 3 + [f"# {'x' * 300_000}\n", "no: spec\n"])
    (tmp_path / "large.yaml").write_text(text)
    (tmp_path / "other.yaml").write_text("no: spec\n" + text.replace("tasks:", "task:"))
    found = json.loads(printed(capsys, str(tmp_path), "--format", "json")[1])
    assert (found["files"], found["skipped"], found["experiments"]) == (2, 1, 3)


@pytest.mark.parametrize("name", ["empty.jsonl", "empty.zip"])
def test_a_file_that_holds_nothing_is_looked_at(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\5\6" + bytes(18) if name.endswith(".zip") else b"")
    code, out = printed(capsys, str(path))
    assert (code, out.splitlines()[0]) == (0, "1 file, 0 experiments, 0 tasks, 0 replicas")


def test_without_specs_there_are_no_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, str(tmp_path)) == (
        0,
        "0 files, 0 experiments, 0 tasks, 0 replicas\n0 GPUs, 0.0 GPU-hours at most; 0 GPUs without a timeout\n",
    )


def test_a_dash_is_standard_input() -> None:
    arguments = [sys.executable, "-m", "beakerspec", "summary", "-", "-"]
    done = subprocess.run(
        arguments, input=SPEC + "---\n" + SPEC + "---\ntasks: [", capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.startswith("1 file, 2 experiments")
    assert done.stderr.startswith("beakerspec: <stdin>:15:")


def test_a_closed_standard_input_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with mock.patch.object(sys, "stdin", None):
        assert main(["summary", "-"]) == 2
    assert "<stdin>: cannot be read: standard input is closed" in capsys.readouterr().err


def test_a_pattern_that_matches_nothing_is_told_and_the_others_are_added_up(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["summary", "[0-1].yaml", str(folder / "nothing*")])
    captured = capsys.readouterr()
    assert (code, captured.out.splitlines()[0]) == (2, "2 files, 2 experiments, 2 tasks, 2 replicas")
    assert "no file matches" in captured.err


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


@pytest.mark.slow
@pytest.mark.parametrize("command", ["check", "summary"])
@pytest.mark.usefixtures("folder")
def test_two_processes_say_the_same_as_one(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else so few files would be done before there are processes.
    monkeypatch.setattr("beakerspec.bulk.workers._SECONDS_ALONE", 0)
    monkeypatch.setattr("beakerspec.bulk.workers._LEAST_WORK", 0)
    sent: list[int] = []
    submit = ProcessExecutor.submit

    def submit_when_ready(self: ProcessExecutor, function: Any, /, *arguments: Any) -> Any:
        future = submit(self, function, *arguments)
        if function is callable:
            future.result()
        else:
            sent.append(1)
        return future

    monkeypatch.setattr(ProcessExecutor, "submit", submit_when_ready)
    codes = [main([command, ".", "--workers", "1"])]
    alone = capsys.readouterr()
    assert not sent
    codes.append(main([command, ".", "--workers", "2"]))
    assert sent
    assert (capsys.readouterr(), codes[1]) == (alone, codes[0])
    assert alone.out


@pytest.mark.parametrize("command", ["check", "summary"])
@pytest.mark.parametrize("number", ["0", "-1", "two", "1.5"])
def test_a_number_of_workers_is_at_least_one(command: str, number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, ".", f"--workers={number}"]) == 2
    assert "expected a number of at least 1" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "summary"])
def test_workers_and_a_scheduler_exclude_each_other(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, ".", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    *_, complaint = capsys.readouterr().err.splitlines()
    assert "--workers" in complaint
    assert "--scheduler" in complaint


@pytest.mark.parametrize("command", ["check", "summary"])
def test_without_dask_the_extra_is_named(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main([command, ".", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == (
        "",
        'beakerspec: --scheduler: a Dask cluster needs: pip install "beakerspec[dask]"\n',
    )


@pytest.mark.parametrize("command", ["check", "summary"])
@pytest.mark.parametrize("path", ["nowhere/report.txt", "new/", "0.yaml/report.txt", ".", ""])
def test_a_report_that_cannot_be_written_is_told_before_anything_is_read(
    path: str, command: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "broken.yaml", "-o", path]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"beakerspec: {path or 'output'}: ")
    assert "broken.yaml" not in line
    assert len(list(folder.iterdir())) == 5


@pytest.mark.parametrize("command", ["check", "summary"])
@pytest.mark.parametrize(("denied", "existing"), [("report.txt", True), (".", False)])
@pytest.mark.usefixtures("folder")
def test_a_report_that_may_not_be_written_is_told_before_anything_is_read(
    denied: str, existing: bool, command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if existing:
        Path("report.txt").write_text("old")
    may = os.access
    place = os.path.realpath(denied)
    monkeypatch.setattr(os, "access", lambda path, mode: os.path.realpath(path) != place and may(path, mode))
    assert main([command, "broken.yaml", "-o", "report.txt"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("beakerspec: report.txt: ")


@pytest.mark.parametrize("command", ["check", "summary"])
@pytest.mark.usefixtures("folder")
def test_a_report_may_replace_a_file_in_a_read_only_folder(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("report.txt").write_text("old")
    may = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: os.path.realpath(path) != os.path.realpath(".") and may(path, mode)
    )
    assert main([command, "0.yaml", "-o", "report.txt"]) == 0
    assert Path("report.txt").read_text() != "old"


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
@pytest.mark.usefixtures("folder")
def test_a_report_may_go_where_a_link_leads() -> None:
    Path("reports").mkdir()
    Path("link.txt").symlink_to("reports/new.txt")
    assert main(["summary", "0.yaml", "-o", "link.txt"]) == 0
    assert Path("reports/new.txt").read_text().startswith("1 file")
