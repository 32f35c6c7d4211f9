"""The command line: what it prints, how it exits, and what never reaches a terminal."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import experiment_specs, texts

from beakerspec import __version__
from beakerspec.checking.rules import RULES
from beakerspec.cli import main

TASK = "- image: {docker: alpine}\n  constraints: {cluster: [lab/large]}\n"
GOOD = f"budget: lab/vision\ntasks:\n{TASK}"
BAD = f"{GOOD}  replicas: many\n"
WARNING = f"tasks:\n{TASK}"

#: What no output may hold.
SECRET = "hunter2-SECRET"

#: A character that a terminal acts on, or that makes a line look like another one.
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")

# A process finds the package where the tests find it, not in the working directory, and buffers its output.
HERE = Path(__file__).parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}

is_posix = pytest.mark.skipif(os.name != "posix", reason="signals, pipes and devices as POSIX has them")
is_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux's /proc and /dev/full")
#: The rules that a file breaks which gives no spec.
FATAL = {rule.name for rule in RULES if rule.is_fatal}

in_both_formats = pytest.mark.parametrize("form", ["text", "json"])


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


def run(*arguments: str | Path, stdin: bytes | str = b"", env: dict[str, str] | None = None) -> Outcome:
    """Call `main` here."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(3)]
    streams[0].buffer.write(stdin if isinstance(stdin, bytes) else stdin.encode())
    streams[0].seek(0)
    with (
        mock.patch.object(sys, "stdin", streams[0]),
        redirect_stdout(streams[1]),
        redirect_stderr(streams[2]),
        mock.patch.dict(os.environ, env or {}),
    ):
        try:
            code = main([str(each) for each in arguments])
        except SystemExit as error:
            assert isinstance(error.code, int)
            code = error.code
    written = []
    for stream in streams[1:]:
        stream.seek(0)
        written.append(stream.read())
    return Outcome(code, *written)


def command(*arguments: str | Path | bytes) -> list[Any]:
    return [sys.executable, "-m", "beakerspec", *arguments]


def start(*arguments: str | Path | bytes, env: dict[str, str] | None = None, **options: Any) -> Outcome:
    """Run the command in a process of its own."""
    return process(command(*arguments), env=env, **options)


def process(arguments: list[Any], env: dict[str, str] | None = None, **options: Any) -> Outcome:
    if "stdin" not in options:
        options.setdefault("input", b"")
    done = subprocess.run(
        arguments,
        env={**ENVIRONMENT, **(env or {})},
        cwd=HERE,
        timeout=60,
        check=False,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
    )
    out, err = ("" if each is None else each.decode("utf-8", "backslashreplace") for each in (done.stdout, done.stderr))
    return Outcome(done.returncode, out, err)


def report(*arguments: str | Path, **options: Any) -> dict[str, Any]:
    """The report that the command prints as JSON."""
    return json.loads(run("check", "--format", "json", *arguments, **options).out)  # type: ignore[no-any-return]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "good.yaml", GOOD)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return write(tmp_path / "bad.yaml", BAD)


SEVERAL = """\
version: v2
descripton: misspelt
tasks:
- name: train
  image:
    docker: alpine
  resources:
    gpuCount: "8"
  envVars:
  - name: TOKEN
    value: hunter2
    vaule: hunter3
  - value: hunter4
  timeout: 1d
- image: {docker: "it's é"}
  context:
    priority: hihg
  datasets:
  - mountPath: /data
    source: {beaker: a, weka: b}
"""

SEVERAL_OUT = """\
spec.yaml:1:1: warning: no budget [missing-budget]
  1 | version: v2
    | ^~~~~~~
  in: budget
  hint: add budget: NAME, unless the workspace has a default budget

spec.yaml:2:1: unknown field "descripton" in an experiment [unknown-field]
  2 | descripton: ********
    | ^~~~~~~~~~
  in: descripton
  hint: did you mean description?

spec.yaml:4:3: warning: the task has no cluster and is not preemptible [no-cluster]
  4 | - name: train
    |   ^~~~
  in: tasks[0].constraints
  hint: add to the task:
        constraints:
          cluster: [NAME]

spec.yaml:8:15: expected an integer, got "8" [quoted-number]
  8 |     gpuCount: "8"
    |               ^~~
  in: tasks[0].resources.gpuCount
  hint: write 8 without quotes

spec.yaml:12:5: unknown field "vaule" in an environment variable [unknown-field]
  12 |     vaule: *******
     |     ^~~~~
  in: tasks[0].envVars[0].vaule
  hint: did you mean value?

spec.yaml:13:5: name is missing [missing-field]
  13 |   - value: *******
     |     ^~~~~
  in: tasks[0].envVars[1].name

spec.yaml:14:12: expected a duration such as 90m, 1h30m or 300ms, got "1d" [duration]
  14 |   timeout: 1d
     |            ^~
  in: tasks[0].timeout
  hint: the units are h, m, s, ms, us and ns: write 24h

spec.yaml:17:15: expected a priority: low, normal, high, urgent, immediate, preemptible, got "hihg" [invalid-value]
  17 |     priority: hihg
     |               ^~~~
  in: tasks[1].context.priority
  hint: did you mean high?

spec.yaml:20:13: expected exactly one of beaker, hostPath, weka, result, secret, volume, got beaker and weka \
[data-source]
  20 |     source: {beaker: a, weka: b}
     |             ^~~~~~~~~~~~~~~~~~~~
  in: tasks[1].datasets[0].source
  hint: remove one of them

7 errors and 2 warnings in 1 spec; can be fixed: 1 with --fix and 4 more with --fix --unsafe-fixes
"""

BROKEN = """\
version: v2
tasks:
- name: a
  image:
    docker: alpine
    beaker: ai2/image
- name: b
  image: {}
  labels: [x]
"""

BROKEN_OUT = """\
spec.yaml:1:1: warning: no budget [missing-budget]
  1 | version: v2
    | ^~~~~~~
  in: budget
  hint: add budget: NAME, unless the workspace has a default budget

spec.yaml:3:3: warning: the task has no cluster and is not preemptible [no-cluster]
  3 | - name: a
    |   ^~~~
  in: tasks[0].constraints
  hint: add to the task:
        constraints:
          cluster: [NAME]

spec.yaml:5:5: expected exactly one of beaker, docker, got both [image-source]
  5 |     docker: alpine
    |     ^~~~~~
  in: tasks[0].image
  hint: remove one of them

spec.yaml:7:3: warning: the task has no cluster and is not preemptible [no-cluster]
  7 | - name: b
    |   ^~~~
  in: tasks[1].constraints
  hint: add to the task:
        constraints:
          cluster: [NAME]

spec.yaml:8:10: expected exactly one of beaker, docker, got neither [image-source]
  8 |   image: {}
    |          ^~
  in: tasks[1].image
  hint: add beaker: NAME or docker: TAG

spec.yaml:9:3: unknown field "labels" in a task [unknown-field]
  9 |   labels: [*]
    |   ^~~~~~
  in: tasks[1].labels
  hint: the fields are name, image, result, context, constraints, command, arguments, envVars, datasets, resources, \
hostNetworking, replicas, leaderSelection, propagateFailure, propagatePreemption, synchronizedStartTimeout, timeout

3 errors and 3 warnings in 1 spec
"""


@pytest.mark.parametrize(("text", "out"), [(SEVERAL, SEVERAL_OUT), (BROKEN, BROKEN_OUT)], ids=["reading", "rules"])
def test_all_problems_of_a_file_are_shown_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, out: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "spec.yaml", text)
    assert run("check", "spec.yaml") == (1, out, "")


def test_a_task_name_that_is_given_twice_is_shown_beside_other_problems() -> None:
    text = "tasks:\n- {name: a, image: {docker: x}, replicas: many}\n- {name: a, image: {docker: x}}\n"
    rules = {problem["rule"] for problem in report("--severity", "error", "-", stdin=text)["problems"]}
    assert rules == {"invalid-type", "duplicate-task-name"}


def test_a_file_without_problems_gives_one_line(good: Path) -> None:
    assert run("check", good) == (0, "no problems in 1 spec\n", "")


def test_the_summary_counts_files_and_problems(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", f"{BAD}{TASK}  replicas: many\n")
    write(tmp_path / "b.yaml", WARNING)
    write(tmp_path / "c.yaml", "on: push\n")
    done = run("check", tmp_path, tmp_path / "missing")
    assert done.out.splitlines()[-1] == (
        "2 errors and 1 warning in 2 specs; 1 file skipped: not an experiment spec; 1 file could not be read"
    )


@pytest.mark.slow
def test_large_counts_have_commas(tmp_path: Path) -> None:
    assert run("check", many_problems(tmp_path)).out.endswith("\n1,000 errors in 1 spec\n")


def test_a_json_file_has_places_too(tmp_path: Path) -> None:
    text = '{"budget": "a", "tasks": [\n  {"image": {"docker": 1}, "constraints": {"cluster": ["a"]}}\n]}\n'
    path = write(tmp_path / "spec.json", text)
    assert run("check", path).out == (
        f"{path}:2:24: expected a string, got 1 [invalid-type]\n"
        '  2 |   {"image": {"docker": 1}, "constraints": {"cluster": ["a"]}}\n'
        "    |                        ^\n"
        "  in: tasks[0].image.docker\n"
        "  hint: quote it\n"
        "\n"
        "1 error in 1 spec\n"
    )


@pytest.mark.parametrize("name", ["spec.json", "spec.yaml"])
def test_the_name_of_a_file_says_whether_it_is_json(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, "tasks: []\n")
    assert run("check", path).code == (1 if name == "spec.json" else 0)


@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (WARNING, 0), (BAD, 1), ("", 1), ("\x00", 1), ("a: [", 1)])
def test_the_exit_code_says_whether_there_are_problems(tmp_path: Path, text: str, code: int) -> None:
    assert run("check", write(tmp_path / "spec.yaml", text)).code == code


def test_the_exit_code_is_the_same_for_json(good: Path, bad: Path) -> None:
    assert [run("check", "--format", "json", path).code for path in (good, bad)] == [0, 1]


@pytest.mark.slow
@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (BAD, 1)])
def test_the_process_exits_with_the_code(tmp_path: Path, text: str, code: int) -> None:
    assert start("check", write(tmp_path / "spec.yaml", text)).code == code


def test_the_process_exits_with_2_where_it_could_not_run(tmp_path: Path) -> None:
    assert start("check", tmp_path / "missing.yaml").code == 2


def test_a_report_has_these_fields(bad: Path) -> None:
    assert report(bad) == {
        "checked": 1,
        "skipped": 0,
        "unreadable": 0,
        "suppressed": 0,
        "errors": 1,
        "warnings": 0,
        "fixed": 0,
        "fixable": 0,
        "unsafe": 0,
        "problems": [
            {
                "rule": "invalid-type",
                "severity": "error",
                "message": 'expected an integer, got "many"',
                "path": "tasks[0].replicas",
                "hint": None,
                "expected": "an integer",
                "found": '"many"',
                "suggestion": None,
                "other": None,
                "other_line": None,
                "other_column": None,
                "file": str(bad),
                "line": 5,
                "column": 13,
                "end_line": 5,
                "end_column": 17,
                "fix": None,
            }
        ],
    }


def test_source_lines_are_shown_as_they_are_where_that_is_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", "tasks: [{image: {docker: a}, envVars: [{name: A, value: hunter2}]}]\n")
    assert "hunter2" not in run("check", path).out
    assert "value: hunter2}" in run("check", "--show-source", path).out


@pytest.mark.parametrize("options", [("--format", "json"), ("-o", "report.txt")])
def test_no_file_and_no_other_program_gets_source_lines_as_they_are(
    good: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, str]
) -> None:
    monkeypatch.chdir(good.parent)
    done = run("check", "--show-source", *options, good)
    assert (done.code, done.out) == (2, "")
    assert "--show-source cannot be used" in done.err


def test_a_report_without_problems_is_a_report(good: Path) -> None:
    counts = dict.fromkeys(
        ("skipped", "unreadable", "suppressed", "errors", "warnings", "fixed", "fixable", "unsafe"), 0
    )
    assert report(good) == {"problems": [], "checked": 1, **counts}


def test_a_report_counts_what_was_skipped_and_what_was_not_read(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "on: push\n")
    found = report(tmp_path, tmp_path / "missing")
    assert (found["checked"], found["skipped"], found["unreadable"]) == (0, 1, 1)


def test_a_report_has_the_files_in_the_order_of_the_paths(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, BAD) for name in ("c.yaml", "a.yaml", "b.yaml")]
    assert [each["file"] for each in report(*paths)["problems"]] == [str(path) for path in paths]


def test_the_problems_of_a_file_are_in_the_order_of_their_places(tmp_path: Path) -> None:
    found = report(write(tmp_path / "a.yaml", SEVERAL))["problems"]
    places = [(each["line"], each["column"]) for each in found]
    assert places == sorted(places)
    assert len(places) == 9


def test_a_report_is_ascii(tmp_path: Path) -> None:
    out = run("check", "--format", "json", write(tmp_path / "日.yaml", f"budgét: é\n{GOOD}")).out
    assert out.isascii()
    assert "budgét" in json.loads(out)["problems"][0]["message"]


def test_a_report_holds_no_line_of_the_file(bad: Path) -> None:
    assert "replicas: many" not in run("check", "--format", "json", bad).out


def test_a_folder_stands_for_the_specs_below_it(tmp_path: Path) -> None:
    names = ["a.yaml", "b.yml", "c.json", ".hidden/e.yml", "deep/er/d.yaml"]
    for name in names:
        write(tmp_path / name, '{"version": "v2", "tasks": [], "budgt": ""}')
    found = report("--severity", "error", tmp_path)["problems"]
    assert [Path(each["file"]).relative_to(tmp_path).as_posix() for each in found] == names


@pytest.mark.parametrize("name", ["a.txt", "a.yaml.bak", "yaml", "a.py", "a.yaml~", "Makefile"])
def test_a_folder_does_not_stand_for_files_of_other_names(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, BAD)
    assert run("check", tmp_path) == (0, "no experiment specs found\n", "")


@pytest.mark.parametrize("name", ["a.txt", "spec", "a.yaml.bak"])
def test_a_file_of_any_name_is_checked_when_it_is_named(tmp_path: Path, name: str) -> None:
    assert run("check", write(tmp_path / name, BAD)).code == 1


@pytest.mark.parametrize(
    "text",
    [
        "on: push\njobs: {}\n",
        "name: conda\ndependencies:\n- python\n",
        "",
        "# tasks: none\n",
        "[1, 2]",
        "subtasks: []\n",
        "a: [tasks]\n",
        "- hosts: all\n  tasks:\n  - debug: {msg: a}\n",
    ],
)
def test_a_file_that_is_no_spec_is_skipped_in_a_folder(tmp_path: Path, text: str) -> None:
    write(tmp_path / "a.yaml", text)
    assert run("check", tmp_path) == (0, "no experiment specs found; 1 file skipped: not an experiment spec\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "version: v2\ntasks: []\nbudgt: a\n",
        "version: v2\ntasks:\n- image\n",
        "version: 2\ntasks:\n- image: {docker: a}\n",
        "{tasks: [{image: {docker: a}}], budgt: a}",
        '{"tasks": [{"image": {}}], "budgt": 1}',
        "'tasks':\n- image: {docker: a}\nbudgt: a\n",
        '{\n  "version": "v2", "tasks" : [\n',
        "tasks:\n- image:\n\t- a\n",
        "\ufefftasks:\n- image: {docker: a}\nbudgt: a\n",
        "tasks :\r\n- image: {docker: a}\r\nbudgt: a\r\n",
    ],
)
def test_a_file_that_looks_like_a_spec_is_checked_in_a_folder(tmp_path: Path, text: str) -> None:
    write(tmp_path / "a.yaml", text)
    assert run("check", tmp_path).code == 1


def test_what_becomes_of_each_file_can_be_shown(tmp_path: Path) -> None:
    spec = write(tmp_path / "a.yaml", GOOD)
    other = write(tmp_path / "b.yaml", "tasks: [arc:mc]\n")
    gone = tmp_path / "c.yaml"
    told = run("check", "--show-files", tmp_path, gone).err.splitlines()
    assert told[0] == f"beakerspec: {spec}: checked"
    assert told[1].startswith(f"beakerspec: {other}: skipped: not an experiment spec: ")
    assert told[2] == f"beakerspec: {gone}: could not be read"


def test_a_file_that_is_no_spec_is_checked_when_it_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", "on: push\n")
    done = report("--severity", "error", path)
    assert (done["checked"], done["skipped"], len(done["problems"])) == (1, 0, 1)


@pytest.mark.parametrize("first", ["folder", "file"])
def test_a_file_that_is_no_spec_is_checked_when_its_folder_is_named_too(tmp_path: Path, first: str) -> None:
    path = write(tmp_path / "a.yaml", "on: push\n")
    paths = [tmp_path, path] if first == "folder" else [path, tmp_path]
    done = report("--severity", "error", *paths)
    assert (done["checked"], len(done["problems"])) == (1, 1)


def test_the_files_of_a_folder_are_checked_in_the_order_of_their_names(tmp_path: Path) -> None:
    names = ["a.yaml", "b.yaml", "c.yaml", "b/a.yaml", "c/f.yaml", "c/d/e.yaml", "d/a.yaml"]
    for name in (*names[::2], *names[1::2]):
        write(tmp_path / name, BAD)
    found = re.findall(r"(\S+):5:13:", run("check", tmp_path).out)
    assert [Path(path).relative_to(tmp_path).as_posix() for path in found] == names


def test_a_folder_with_the_name_of_a_file_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "folder.yaml" / "a.yaml", BAD)
    assert len(report(tmp_path)["problems"]) == len(report(tmp_path / "folder.yaml")["problems"]) == 1


def test_a_folder_without_files_has_no_problem(tmp_path: Path) -> None:
    assert run("check", tmp_path) == (0, "no experiment specs found\n", "")


def test_several_paths_are_checked_in_the_order_given(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, BAD) for name in ("c.yaml", "a.yaml", "b.yaml")]
    assert re.findall(r"(\S+):5:13:", run("check", *paths).out) == [str(path) for path in paths]


def test_a_path_that_is_given_twice_is_checked_once(bad: Path) -> None:
    assert run("check", bad, bad) == run("check", bad)


def test_a_file_of_a_folder_that_is_given_too_is_checked_once(tmp_path: Path, bad: Path) -> None:
    assert report(tmp_path, bad) == report(bad, tmp_path) == report(bad)


def test_a_dash_stands_for_standard_input() -> None:
    done = run("check", "-", stdin=BAD)
    assert (done.code, done.out.splitlines()[0]) == (1, '<stdin>:5:13: expected an integer, got "many" [invalid-type]')


def test_standard_input_may_be_json() -> None:
    assert run("check", "-", stdin='{"tasks": [{"image": {"docker": "alpine"}}]}').code == 0


def test_standard_input_is_checked_whatever_it_looks_like() -> None:
    assert report("-", stdin="on: push\n")["checked"] == 1


def test_a_dash_that_is_given_twice_is_read_once() -> None:
    assert run("check", "-", "-", stdin=BAD) == run("check", "-", stdin=BAD)


@pytest.mark.parametrize("arguments", [("check", "-"), ("show", "-"), ("set", "-", "budget=a")])
def test_standard_input_without_an_end_is_too_large(arguments: tuple[str, ...]) -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            self.given = getattr(self, "given", 0) + len(buffer)
            assert self.given < 20_000_000
            buffer[:] = b"\n" * len(buffer)
            return len(buffer)

    output = io.StringIO()
    endless = io.TextIOWrapper(io.BufferedReader(Endless()))
    with mock.patch.object(sys, "stdin", endless), redirect_stdout(output), redirect_stderr(output):
        assert main(list(arguments)) == 1
    assert "[too-large]" in output.getvalue()


def test_a_dash_may_stand_among_files(good: Path) -> None:
    assert report(good, "-", stdin=BAD)["checked"] == 2


def test_a_file_called_dash_is_reached_by_a_longer_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "-", BAD)
    assert run("check", "./-").out.startswith("./-:5:13: ")


def test_a_process_reads_its_standard_input() -> None:
    assert start("check", "-", input=GOOD.encode()) == (0, "no problems in 1 spec\n", "")


def test_a_missing_file_could_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "missing.yaml"
    assert run("check", path) == (
        2,
        "no experiment specs found; 1 file could not be read\n",
        f"beakerspec: {path}: No such file or directory\n",
    )


def test_the_other_files_are_checked_where_one_is_missing(tmp_path: Path, bad: Path) -> None:
    done = report(tmp_path / "missing.yaml", bad)
    assert (done["checked"], done["unreadable"]) == (1, 1)
    assert [problem["rule"] for problem in done["problems"]] == ["unreadable", "invalid-type"]


def test_a_file_that_could_not_be_read_counts_more_than_problems(tmp_path: Path, bad: Path) -> None:
    assert run("check", bad, tmp_path / "missing.yaml").code == 2


@is_posix
def test_a_link_to_nowhere_in_a_folder_could_not_be_read(tmp_path: Path, bad: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to("nowhere")
    done = run("check", tmp_path)
    assert (done.code, done.err) == (2, f"beakerspec: {link}: No such file or directory\n")
    assert f"{bad}:5:13: " in done.out


@is_posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
@pytest.mark.parametrize("name", ["spec.yaml", "folder"])
def test_what_may_not_be_read_could_not_be_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write(path / "a.yaml" if name == "folder" else path, GOOD)
    path.chmod(0)
    try:
        done = run("check", path)
    finally:
        path.chmod(0o755)
    assert (done.code, done.err) == (2, f"beakerspec: {path}: Permission denied\n")


@is_linux
def test_a_file_whose_reading_fails_could_not_be_read() -> None:
    assert run("check", "/proc/self/mem")[::2] == (2, "beakerspec: /proc/self/mem: Input/output error\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ["chekc"],
        ["check"],
        ["--format", "json"],
        ["check", "--format", "xml", "a.yaml"],
        ["check", "--unknown", "a.yaml"],
        ["check", "--format"],
        ["check", "--color", "sometimes", "a.yaml"],
        ["check", "--severity", "info", "a.yaml"],
        ["check", "--config", "a.toml", "--no-config", "a.yaml"],
        ["check", "--select", "timeuot", "a.yaml"],
        ["check", "--select", "", "a.yaml"],
        ["check", "--ignore", "timeout,timeuot", "a.yaml"],
        ["check", "--ignore", "invalid-type", "a.yaml"],
        ["check", "--env", "A", "a.yaml"],
        ["check", "--env", "=a", "a.yaml"],
        ["check", "--env-file", "missing.env", "a.yaml"],
        ["rules", "timeout", "replicas"],
        ["rules", "--format", "sarif"],
    ],
    ids=lambda arguments: " ".join(arguments) or "nothing",
)
def test_a_wrong_usage_is_explained_in_one_line(arguments: Sequence[str]) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    usage, _, message = done.err.rstrip("\n").rpartition("\n")
    assert usage.startswith("usage: beakerspec ")
    assert re.match("beakerspec( check| rules)?: error: [^\n]+$", message)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["check"], "expected PATH or --files-from"),
        (["check", "--select", "timeuot", "a"], "did you mean timeout?"),
        (["check", "--ignore", "invalid-type", "a"], "invalid-type is always reported"),
        (["check", "--env", "A", "a"], "expected NAME=VALUE"),
        (["check", "--env-file", "missing.env", "a"], "missing.env: No such file or directory"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_a_wrong_usage_is_explained_in_words_of_its_own(arguments: Sequence[str], wanted: str) -> None:
    assert wanted in run(*arguments).err


def test_a_value_that_is_given_in_the_wrong_form_is_not_shown() -> None:
    assert SECRET not in run("check", "--env", SECRET, "-").err


def test_without_arguments_the_help_is_shown() -> None:
    done = run()
    assert (done.code, done.out) == (2, "")
    assert done.err == run("--help").out


@pytest.mark.parametrize(
    ("arguments", "usage", "hint"),
    [
        (["chekc", "a.yaml"], "usage: beakerspec [-h]", "unknown command chekc: did you mean check?"),
        (["frobnicate"], "usage: beakerspec [-h]", "unknown command frobnicate: the commands are init, check, "),
        (["check", "--fromat", "json", "a.yaml"], "usage: beakerspec check ", "did you mean --format?"),
        (["check", "--sevrity=error", "a.yaml"], "usage: beakerspec check ", "did you mean --severity?"),
        (["rules", "--fromat", "json"], "usage: beakerspec rules ", "did you mean --format?"),
        (["schema", "--ouput", "a"], "usage: beakerspec schema ", "did you mean --output?"),
    ],
)
def test_a_misspelt_command_or_option_is_answered_with_what_may_be_meant(
    arguments: Sequence[str], usage: str, hint: str
) -> None:
    done = run(*arguments)
    assert done.err.startswith(usage)
    assert hint in done.err


def test_the_help_fits_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    general = run("--help").out
    commands = re.findall("^    ([a-z]+) ", general, re.MULTILINE)
    assert "check" in commands
    for text in (general, *(run(command, "--help").out for command in commands)):
        assert max(map(len, text.splitlines())) <= 80, text


@pytest.mark.parametrize("option", ["-V", "--version"])
def test_the_version_has_a_short_option_too(option: str) -> None:
    assert run(option).out == f"beakerspec {__version__}\n"


def test_a_process_with_a_wrong_usage_exits_with_2() -> None:
    done = start()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("usage: beakerspec ")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["check", "--help"], ["check", "-h"]])
def test_help_is_given(arguments: Sequence[str]) -> None:
    done = run(*arguments)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("usage: beakerspec ")


def test_the_help_names_the_command() -> None:
    assert "    check " in run("--help").out


def test_the_help_of_the_command_names_its_options_and_exit_codes() -> None:
    out = run("check", "--help").out
    assert [each for each in ("--format", "--expand-env", "exit codes:", "0  ", "1  ", "2  ") if each not in out] == []


def test_the_version_is_given() -> None:
    assert start("--version") == (0, f"beakerspec {__version__}\n", "")


# What is reported.

MANY = "tasks:\n- image: {}\n  replicas: 0\n  timeout: 0s\n"


def rules_in(*arguments: str | Path, **options: Any) -> list[str]:
    return [problem["rule"] for problem in report(*arguments, **options)["problems"]]


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ([], ["missing-budget", "no-cluster", "image-source", "replicas", "timeout"]),
        (["--select", "replicas"], ["replicas"]),
        (["--select", "replicas, timeout"], ["replicas", "timeout"]),
        (["--select", "replicas", "--select=timeout"], ["replicas", "timeout"]),
        (["--select", "replicas,timeout", "--ignore", "timeout"], ["replicas"]),
        (["--ignore", "replicas,timeout", "--ignore", "no-cluster"], ["missing-budget", "image-source"]),
        (["--severity", "error"], ["image-source", "replicas", "timeout"]),
        (["--severity", "warning", "--ignore", "replicas,timeout"], ["missing-budget", "no-cluster", "image-source"]),
    ],
    ids=lambda each: " ".join(each) or "nothing",
)
def test_the_options_say_which_rules_are_reported(options: list[str], rules: list[str]) -> None:
    assert rules_in(*options, "-", stdin=MANY) == rules


def test_what_keeps_a_file_from_being_read_is_always_reported() -> None:
    assert rules_in("--select", "no-tasks", "-", stdin=BAD) == ["invalid-type"]


def test_warnings_alone_are_no_failure() -> None:
    done = run("check", "-", stdin=WARNING)
    assert (done.code, done.out.splitlines()[-1]) == (0, "1 warning in 1 spec")


def test_warnings_are_errors_on_demand() -> None:
    done = run("check", "--warnings-as-errors", "-", stdin=WARNING)
    assert (done.code, done.out.splitlines()[-1]) == (1, "1 error in 1 spec")
    assert "warning" not in done.out


def test_warnings_that_are_not_reported_are_no_errors() -> None:
    assert run("check", "--warnings-as-errors", "--severity", "error", "-", stdin=WARNING).code == 0


def test_what_a_comment_suppresses_is_counted() -> None:
    done = run("check", "-", stdin=f"{GOOD}  replicas: 0  # beakerspec: ignore[replicas]\n")
    assert done == (0, "no problems in 1 spec; 1 problem suppressed\n", "")


# Settings.


def test_the_settings_nearest_to_each_file_hold(tmp_path: Path) -> None:
    write(tmp_path / ".beakerspec.toml", 'ignore = ["replicas"]')
    write(tmp_path / "strict" / "pyproject.toml", "[tool.beakerspec]\nwarnings-as-errors = true\n")
    for path in (tmp_path / "a.yaml", tmp_path / "strict" / "b.yaml"):
        write(path, MANY)
    found = [(Path(each["file"]).name, each["rule"], each["severity"]) for each in report(tmp_path)["problems"]]
    assert ("a.yaml", "replicas", "error") not in found
    assert ("b.yaml", "replicas", "error") in found
    assert ("a.yaml", "missing-budget", "warning") in found
    assert ("b.yaml", "missing-budget", "error") in found


def test_the_settings_of_the_working_directory_hold_for_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / ".beakerspec.toml", 'select = ["timeout"]')
    assert rules_in("-", stdin=MANY) == ["timeout"]


@pytest.mark.parametrize(
    ("options", "rules"),
    [
        ([], ["timeout"]),
        (["--no-config"], ["missing-budget", "no-cluster", "image-source", "replicas", "timeout"]),
        (["--config", "other.toml"], ["replicas"]),
        (["--select", "image-source"], ["image-source"]),
        (["--ignore", "timeout"], []),
    ],
    ids=lambda each: " ".join(each) or "nothing",
)
def test_options_come_before_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], rules: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / ".beakerspec.toml", 'select = ["timeout"]')
    write(tmp_path / "other.toml", 'select = ["replicas"]')
    assert rules_in(*options, "-", stdin=MANY) == rules


def test_an_option_makes_warnings_no_errors_where_settings_do(tmp_path: Path) -> None:
    write(tmp_path / ".beakerspec.toml", "warnings-as-errors = true")
    path = write(tmp_path / "a.yaml", WARNING)
    assert [run("check", *options, path).code for options in ([], ["--no-warnings-as-errors"])] == [1, 0]


def test_an_option_lets_warnings_through_where_settings_do_not(tmp_path: Path) -> None:
    write(tmp_path / ".beakerspec.toml", 'severity = "error"')
    path = write(tmp_path / "a.yaml", WARNING)
    assert [rules_in(*options, path) for options in ([], ["--severity", "warning"])] == [[], ["missing-budget"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('ignroe = ["timeout"]', "did you mean ignore?"),
        ('ignore = ["timeuot"]', "did you mean timeout?"),
        ("ignore = [", "invalid TOML: "),
        ("[site]\nmin-timeout = 5", "expected a duration string"),
    ],
)
@pytest.mark.parametrize("is_named", [False, True])
def test_settings_that_cannot_be_read_are_explained_in_one_line(
    tmp_path: Path, text: str, message: str, is_named: bool
) -> None:
    config = write(tmp_path / ".beakerspec.toml", text)
    path = write(tmp_path / "a.yaml", GOOD)
    done = run("check", *(["--config", config] if is_named else []), path)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith(f"beakerspec: {config}: ")
    assert message in done.err


def test_settings_that_are_not_there_are_explained_in_one_line(tmp_path: Path, good: Path) -> None:
    config = tmp_path / "missing.toml"
    assert run("check", "--config", config, good) == (2, "", f"beakerspec: {config}: No such file or directory\n")


def test_settings_that_cannot_be_read_are_not_read_where_none_are_wanted(tmp_path: Path) -> None:
    write(tmp_path / ".beakerspec.toml", "ignroe = 1")
    assert run("check", "--no-config", write(tmp_path / "a.yaml", GOOD)).code == 0


def test_verbose_names_each_settings_file_once_with_the_folders_that_it_applies_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / ".git", "")
    for name in ("a.yaml", "b/c.yaml", "b/d/e.yaml", "b/d/f.yaml"):
        write(tmp_path / name, GOOD)
    config = write(tmp_path / "b" / ".beakerspec.toml", "")
    assert run("check", "--verbose", "a.yaml", "b") == (
        0,
        "no problems in 4 specs\n",
        (
            "beakerspec: settings for 1 file in the working directory: none\n"
            f"beakerspec: settings for 3 files in b and 1 other folder: {config}\n"
        ),
    )


def test_verbose_names_the_settings_of_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = write(tmp_path / ".beakerspec.toml", "")
    done = run("check", "-v", "-", stdin=GOOD)
    assert done.err == f"beakerspec: settings for 1 file in the working directory: {config}\n"


@pytest.mark.parametrize(("options", "name"), [(["--config", "other.toml"], "other.toml"), (["--no-config"], "none")])
def test_verbose_names_the_settings_that_an_option_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for each in (".beakerspec.toml", "other.toml"):
        write(tmp_path / each, "")
    done = run("check", "--verbose", *options, write(tmp_path / "a.yaml", GOOD))
    assert done.err == f"beakerspec: settings for 1 file in {tmp_path}: {name}\n"


@pytest.fixture
def foreign_settings(tmp_path: Path, give_away: Callable[[Path], None]) -> Path:
    """Settings that cannot be read, of another user in a shared folder below that of a repository."""
    if os.name != "posix":
        pytest.skip("owners as POSIX has them")
    write(tmp_path / ".git", "")
    config = write(tmp_path / "shared" / ".beakerspec.toml", "ignroe = 1")
    config.parent.chmod(0o1777)
    give_away(config)
    return config


def test_verbose_says_why_a_settings_file_is_ignored(foreign_settings: Path) -> None:
    path = write(foreign_settings.parent / "a.yaml", GOOD)
    assert run("check", "--verbose", path).err == (
        f"beakerspec: settings for 1 file in {path.parent}: none\n"
        f"beakerspec: {foreign_settings}: ignored: it belongs to another user, in a folder that others can write to\n"
    )


def test_a_settings_file_that_is_ignored_is_no_failure(foreign_settings: Path) -> None:
    path = write(foreign_settings.parent / "a.yaml", GOOD)
    assert run("check", path) == (0, "no problems in 1 spec\n", "")


# Where the files are listed.


def test_a_list_of_files_is_checked(tmp_path: Path, bad: Path, good: Path) -> None:
    listed = write(tmp_path / "list.txt", f"{bad}\n{good}\n{tmp_path / 'notes.md'}\n")
    assert report("--files-from", listed)["checked"] == 2
    assert report("--files-from", listed, write(tmp_path / "c.yaml", GOOD))["checked"] == 3


def test_a_list_of_files_may_come_from_standard_input(bad: Path, good: Path) -> None:
    assert report("--files-from", "-", stdin=f"{bad}\n{good}\n")["checked"] == 2


def test_a_list_of_files_that_is_not_there_could_not_be_read(tmp_path: Path) -> None:
    done = run("check", "--files-from", tmp_path / "list.txt")
    assert (done.code, done.err) == (2, f"beakerspec: {tmp_path / 'list.txt'}: No such file or directory\n")


def test_a_pattern_stands_for_the_files_that_match(tmp_path: Path) -> None:
    for name in ("a/b/c.yaml", "a/d.yaml", "e.yml"):
        write(tmp_path / name, GOOD)
    assert report(tmp_path / "**" / "*.yaml")["checked"] == 2


# Where the report goes.


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "github", "sarif", "junit"])
def test_a_report_is_written_to_a_file(tmp_path: Path, bad: Path, form: str) -> None:
    target = tmp_path / "report"
    done = run("check", "--format", form, "--output", target, bad)
    assert done == (1, "", "")
    assert target.read_bytes().decode() == run("check", "--format", form, bad).out


def test_a_report_takes_the_place_of_an_earlier_one(tmp_path: Path, good: Path) -> None:
    target = write(tmp_path / "report.txt", "before")
    target.chmod(0o640)
    assert run("check", "-o", target, good).code == 0
    assert target.read_text("utf-8") == "no problems in 1 spec\n"
    assert target.stat().st_mode & 0o777 == 0o640 or os.name != "posix"


@pytest.mark.parametrize("broken", ["settings", "template file", "usage"])
def test_an_earlier_report_is_kept_where_there_is_no_new_one(tmp_path: Path, good: Path, broken: str) -> None:
    target = write(tmp_path / "report.txt", "before")
    write(tmp_path / ".beakerspec.toml", "ignroe = 1" if broken == "settings" else "")
    options = {"settings": [], "template file": ["--env-file", tmp_path / "missing"], "usage": ["--unknown"]}[broken]
    assert run("check", "-o", target, *options, good).code == 2
    assert target.read_text("utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".beakerspec.toml", "good.yaml", "report.txt"]


def test_an_earlier_report_is_kept_after_an_interrupt(tmp_path: Path, good: Path) -> None:
    target = write(tmp_path / "report.txt", "before")
    with mock.patch("beakerspec.cli.check.check_data", side_effect=KeyboardInterrupt):
        assert run("check", "-o", target, good).code == 130
    assert target.read_text("utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.yaml", "report.txt"]


def test_a_report_that_cannot_be_written_is_an_error_that_says_so(tmp_path: Path, good: Path) -> None:
    target = tmp_path / "missing" / "report.txt"
    assert run("check", "-o", target, good) == (2, "", f"beakerspec: {target}: No such file or directory\n")


@is_linux
def test_a_report_for_a_full_disk_is_an_error_that_says_so(good: Path) -> None:
    assert run("check", "-o", "/dev/full", good) == (2, "", "beakerspec: /dev/full: No space left on device\n")


# Colours.

NO_COLORS = {"NO_COLOR": "", "FORCE_COLOR": ""}


@pytest.mark.parametrize(
    ("choice", "env", "is_colored"),
    [
        ("auto", {}, False),
        ("auto", {"FORCE_COLOR": "1"}, True),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("always", {}, True),
        ("always", {"NO_COLOR": "1"}, True),
        ("never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_a_text_is_colored_where_that_is_wanted(bad: Path, choice: str, env: dict[str, str], is_colored: bool) -> None:
    plain = run("check", "--color", "never", bad)
    done = run("check", "--color", choice, bad, env={**NO_COLORS, **env})
    assert ("\x1b[" in done.out) is is_colored
    assert re.sub("\x1b\\[[0-9;]*m", "", done.out) == plain.out


@pytest.mark.parametrize("form", ["json", "jsonl", "github", "sarif", "junit"])
def test_only_text_is_colored(bad: Path, form: str) -> None:
    assert "\x1b" not in run("check", "--color", "always", "--format", form, bad).out


def test_a_file_gets_no_colors(tmp_path: Path, bad: Path) -> None:
    run("check", "--color", "always", "-o", tmp_path / "report.txt", bad)
    assert "\x1b" not in (tmp_path / "report.txt").read_text("utf-8")


@pytest.mark.slow
@is_posix
@pytest.mark.parametrize(("env", "is_colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_a_terminal_gets_colors(bad: Path, env: dict[str, str], is_colored: bool) -> None:
    controller, terminal = os.openpty()
    done = start("check", bad, stdout=terminal, env={**NO_COLORS, "TERM": "xterm", **env})
    os.close(terminal)
    out = os.read(controller, 10_000).decode()
    os.close(controller)
    assert done.code == 1
    assert ("\x1b[1;31m" in out) is is_colored


# What a terminal shows meanwhile.


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_how_many_files_were_checked_and_nothing_in_the_end(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"{number}.yaml", GOOD)
    terminal = Terminal()
    with (
        mock.patch.multiple("beakerspec.cli.progress", _BEFORE_FIRST=0, _BETWEEN=0),
        mock.patch.dict(os.environ, {"TERM": "xterm"}),
        mock.patch.object(sys, "stderr", terminal),
        redirect_stdout(io.StringIO()),
    ):
        assert main(["check", str(tmp_path)]) == 0
    shown = terminal.getvalue().split("\r\x1b[K")  # which erases the line
    assert (len(shown), shown[-2], shown[-1]) == (5, "3 files", "")


def test_what_is_no_terminal_shows_nothing_meanwhile(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", GOOD)
    with mock.patch.multiple("beakerspec.cli.progress", _BEFORE_FIRST=0, _BETWEEN=0):
        assert run("check", tmp_path).err == ""


# Templates.

TEMPLATE = GOOD + "  replicas: {{.Env.REPLICAS}}\n"


def test_templates_are_expanded_on_demand() -> None:
    assert run("check", "--expand-env", "-", stdin=TEMPLATE, env={"REPLICAS": "2"}).code == 0


def test_templates_are_not_expanded_without_demand() -> None:
    [problem] = report("-", stdin=TEMPLATE, env={"REPLICAS": "2"})["problems"]
    assert (problem["rule"], problem["line"], problem["column"]) == ("go-template", 5, 13)
    assert "--expand-env" in problem["hint"]


def test_a_template_without_a_value_is_a_problem() -> None:
    [problem] = report("--expand-env", "-", stdin="budget: {{.Env.NO_SUCH_NAME}}\ntasks: []\n")["problems"]
    assert (problem["rule"], problem["line"], problem["column"]) == ("go-template", 1, 9)


def test_single_values_are_all_that_there_is() -> None:
    assert run("check", "--env", "REPLICAS=2", "-", stdin=TEMPLATE).code == 0
    assert rules_in("--env", "OTHER=2", "-", stdin=TEMPLATE, env={"REPLICAS": "2"}) == ["go-template"]


def test_values_come_from_a_file(tmp_path: Path) -> None:
    values = write(tmp_path / "values.env", "# a comment\nexport REPLICAS='2'\n")
    assert run("check", "--env-file", values, "-", stdin=TEMPLATE).code == 0


def test_a_single_value_comes_before_that_of_a_file_and_that_before_the_environment(tmp_path: Path) -> None:
    values = write(tmp_path / "values.env", "REPLICAS=0\n")
    expand = ["--expand-env", "--env-file", values]
    assert rules_in(*expand, "-", stdin=TEMPLATE, env={"REPLICAS": "2"}) == ["replicas"]
    assert rules_in(*expand, "--env", "REPLICAS=1", "-", stdin=TEMPLATE, env={"REPLICAS": "0"}) == []


@pytest.mark.parametrize("text", [f"A={SECRET}\n{SECRET}\n", f"A='{SECRET}\n", f"\n\n{SECRET} = \x00\n"])
def test_no_value_in_a_file_of_values_is_printed(tmp_path: Path, text: str) -> None:
    done = run("check", "--env-file", write(tmp_path / "values.env", text), "-", stdin=TEMPLATE)
    assert SECRET not in done.out + done.err


def test_templates_are_expanded_in_every_file(tmp_path: Path) -> None:
    for name in ("a.yaml", "b/c.yaml"):
        write(tmp_path / name, TEMPLATE)
    assert run("check", "--expand-env", tmp_path, env={"REPLICAS": "2"}).code == 0


#: Documents that are wrong in different ways, with a value that must not be shown at each `@`.
LEAKY = {
    "unknown field": "tasks:\n- image: {}\n  envVars:\n  - {name: A, value: '@', valeu: '@'}\n",
    "value as a number": "tasks:\n- image: {}\n  replicas: @\n",
    "value as an enum": "tasks:\n- image: {}\n  context: {priority: @}\n",
    "value as a duration": "tasks:\n- image: {}\n  timeout: @ @\n",
    "value as a version": "version: @\ntasks: []\n",
    "value as a key": "tasks: []\n@: 1\n",
    "value as a list": "tasks: @\n",
    "value as two task names": "tasks:\n- {name: @, image: {docker: a}}\n- {name: @, image: {docker: a}}\n",
    "value as a data source": "tasks:\n- image: {docker: a}\n  datasets:\n  - {mountPath: /a, source: {@: b, c: d}}\n",
    "value as two keys": "tasks: []\n@: 1\n@: 2\n",
    "value as an anchor": "tasks: []\nnotes: [&@ 1, *a@]\n",
    "mapping of variables": "tasks:\n- image: {}\n  envVars:\n    TOKEN: @\n",
    "items with an equals sign": "tasks:\n- image: {}\n  envVars:\n  - TOKEN=@\n",
    "list as a value": "tasks:\n- image: {}\n  envVars:\n  - name: A\n    value: [@]\n",
    "mapping as a value": "tasks:\n- image: {}\n  envVars:\n  - name: A\n    value: {a: @}\n",
    "given twice": "tasks:\n- image: {}\n  envVars:\n  - name: A\n    value: @\n    value: @\n",
    "open quotes": "tasks:\n- image: {}\n  envVars:\n  - name: A\n    value: '@\n",
    "open brace": "tasks:\n- image: {}\n  envVars: [{name: A, value: @\n",
    "bad indent": "tasks:\n- image: {}\n  envVars:\n  - name: A\n     value: @\n",
    "tab": "tasks:\n- image: {}\n  envVars:\n  - name: A\n\tvalue: @\n",
    "tag": "tasks:\n- image: {}\n  envVars:\n  - name: A\n    value: !@ @\n",
    "alias": "tasks:\n- image: {}\n  envVars:\n  - name: A\n    value: *@\n",
    "not text": "tasks:\n- image: {}\n  envVars:\n  - name: A\n    value: @\x00\n",
    "no root": "- envVars:\n  - name: A\n    value: @\n",
    "old format": "tasks:\n- spec:\n    env:\n      TOKEN: @\n    image: a\n",
    "json": '{"tasks": [{"image": {}, "envVars": [{"name": "A", "value": "@", "x": "@"}]}]}',
    "json that ends too soon": '{"tasks": [{"image": {}, "envVars": [{"name": "A", "value": "@"',
}

#: Those in which the value stands where the value of a variable does.
IN_VARIABLES = [name for name, text in LEAKY.items() if "env" in text]


@in_both_formats
@pytest.mark.parametrize("name", IN_VARIABLES)
def test_no_value_of_a_variable_is_printed(name: str, form: str) -> None:
    done = run("check", "--format", form, "-", stdin=LEAKY[name].replace("@", SECRET))
    assert done.code == 1
    assert SECRET not in done.out + done.err


@pytest.mark.parametrize("name", [name for name in IN_VARIABLES if "json" in name])
def test_no_value_of_a_variable_in_a_json_file_is_printed(tmp_path: Path, name: str) -> None:
    done = run("check", write(tmp_path / "spec.json", LEAKY[name].replace("@", SECRET)))
    assert done.code == 1
    assert SECRET not in done.out + done.err


@in_both_formats
@pytest.mark.parametrize("name", LEAKY)
@pytest.mark.parametrize(
    "secret",
    [SECRET, f'{SECRET}"\\', f"{SECRET} é\t: '", f"- {SECRET}\n{SECRET}", f"{SECRET} " * 100],
    ids=["word", "signs", "blanks", "lines", "long"],
)
def test_no_value_of_the_environment_is_printed(secret: str, name: str, form: str) -> None:
    text = LEAKY[name].replace("@", "{{.Env.TOKEN}}")
    done = run("check", "--format", form, "--expand-env", "-", stdin=text, env={"TOKEN": secret})
    assert done.code in (0, 1)
    assert SECRET not in done.out + done.err


@pytest.mark.parametrize("name", LEAKY)
def test_what_must_not_be_printed_is_part_of_a_problem(name: str) -> None:
    text = LEAKY[name].replace("@", "{{.Env.TOKEN}}")
    assert run("check", "--expand-env", "-", stdin=text, env={"TOKEN": SECRET}).code == 1


@pytest.mark.slow
@in_both_formats
@settings(max_examples=150)
@given(text=st.one_of(texts(), st.text()), place=st.sampled_from(list(LEAKY.values())))
@example(text="\x1b[31m", place="tasks:\n- image: {docker: x}\n  replicas: @\n")
def test_nothing_that_a_terminal_acts_on_is_printed(form: str, text: str, place: str) -> None:
    for spelled in (text, json.dumps(text), json.dumps(text)[1:-1], f"'{text}'"):
        done = run("check", "--format", form, "-", stdin=place.replace("@", spelled))
        assert done.code in (0, 1)
        assert RAW.search(done.out + done.err) is None


@pytest.mark.slow
@settings(max_examples=100)
@given(
    st.one_of(st.binary(max_size=60), st.builds(bytes.join, st.just(b"tasks:\n- "), st.lists(st.binary(max_size=9))))
)
def test_any_bytes_give_a_spec_or_problems(data: bytes) -> None:
    done = run("check", "-", stdin=data)
    assert done.code in (0, 1)
    assert RAW.search(done.out + done.err) is None


@pytest.mark.slow
@settings(max_examples=30)
@given(experiment_specs())
def test_what_was_written_can_be_read(spec: Any) -> None:
    found = {problem["rule"] for problem in report("-", stdin=spec.to_yaml())["problems"]}
    assert found.isdisjoint(FATAL - {"go-template"})  # which a spec may hold where it breaks a rule


@is_posix
@in_both_formats
@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\rb", "a\nb", "a\u202eb", "a\x9bb"])
def test_the_name_of_a_file_does_not_act_on_the_terminal(tmp_path: Path, name: str, form: str) -> None:
    path = write(tmp_path / f"{name}.yaml", BAD)
    done = run("check", "--format", form, path, tmp_path / f"{name} missing")
    assert done.code == 2
    assert RAW.search(done.out + done.err) is None
    assert done.err.count("\n") == 1


#: What GitHub runs: the first behind blanks at the start of a line, the second anywhere. Azure runs the third anywhere,
#: and TeamCity the fourth.
COMMANDS = re.compile(r"^\s*::|##\[|##vso\[|##teamcity\[", re.MULTILINE)
is_no_command = pytest.mark.parametrize(
    "name", ["::stop-commands::x", " ::stop-commands::x", "##[error]x", "a##vso[task.complete]x", "##teamcity[x]"]
)


@is_posix
@pytest.mark.parametrize("color", ["never", "always"])
@is_no_command
def test_the_name_of_a_file_is_no_command_for_a_ci_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, color: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / f"{name}.yaml", BAD)
    done = run("check", "--verbose", "--color", color, f"{name}.yaml", f"{name} missing", f"{name}/missing.yaml")
    assert COMMANDS.search(re.sub("\x1b\\[[0-9;]*m", "", done.out + done.err)) is None


@is_posix
@is_no_command
def test_the_name_of_a_settings_file_is_no_command_for_a_ci_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / f"{name}.toml", "a = 1\nb = 2\n")
    done = run("check", "--config", f"{name}.toml", "-")
    assert (done.err.count("\n"), COMMANDS.search(done.err)) == (2, None)


@is_no_command
def test_what_stands_in_a_file_is_no_command_for_a_ci_system(name: str) -> None:
    done = run("check", "-", stdin=f"tasks:\n- image: {{docker: '{name}'}}\n  replicas: '{name}'\n  '{name}': 1\n")
    assert (done.code, COMMANDS.search(done.out)) == (1, None)


def test_the_markers_stay_below_what_they_point_to_where_a_line_holds_a_command() -> None:
    out = run("check", "--severity", "error", "-", stdin="tasks: [{image: {docker: '##vso[x]'}, replicas: many}]\n").out
    _, source, markers, *_ = out.splitlines()
    assert source.index("many") == markers.index("^")


@is_no_command
def test_the_name_of_an_image_is_no_command_for_a_ci_system(name: str) -> None:
    out = run("summary", "-", stdin=f"tasks: [{{image: {{docker: '{name}'}}}}]\n").out
    assert COMMANDS.search(out) is None


@pytest.mark.slow
@is_posix
@in_both_formats
def test_the_name_of_a_file_may_hold_any_bytes(tmp_path: Path, form: str) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.yaml"
    try:
        with open(path, "wb") as file:
            file.write(BAD.encode())
    except OSError:
        pytest.skip("this file system allows no such name")
    done = start("check", "--format", form, path)
    assert (done.code, done.err) == (1, "")
    if form == "json":
        assert json.loads(done.out)["problems"][0]["file"] == os.fsdecode(path)
    else:
        assert done.out.startswith(f"{tmp_path}/caf\\udce9.yaml:5:13: ")


NARROW = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "ascii:strict"},
    {"PYTHONIOENCODING": "latin-1"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
]


@pytest.mark.slow
@in_both_formats
@pytest.mark.parametrize("env", NARROW, ids=lambda env: "-".join(env.values()))
def test_a_terminal_that_knows_few_characters_gets_escapes(tmp_path: Path, env: dict[str, str], form: str) -> None:
    path = write(tmp_path / "日é.yaml", "budget: a\ntasks:\n- {name: 日本\U0001f600, image: {docker: a}}\n")
    done = start("check", "--format", form, path, tmp_path / "日é missing", env=env)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "\\u672c" in done.out if form == "text" else json.loads(done.out)


def many_problems(tmp_path: Path) -> Path:
    return write(tmp_path / "many.yaml", "budget: lab/vision\ntasks:\n" + f"{TASK}  replicas: many\n" * 1000)


@pytest.mark.slow
@is_posix
@in_both_formats
def test_a_reader_that_leaves_early_gets_no_traceback(tmp_path: Path, form: str) -> None:
    with start_with_pipes("check", "--format", form, many_problems(tmp_path)) as early:
        assert early.stdout is not None
        assert early.stderr is not None
        early.stdout.read(1)
        early.stdout.close()
        assert early.stderr.read() == b""
        assert early.wait(60) == 141


@pytest.mark.slow
@is_posix
@pytest.mark.parametrize("arguments", [["check", "-"], ["--version"], ["check", "--help"]], ids=" ".join)
def test_a_reader_that_was_never_there_gets_no_traceback(arguments: list[str]) -> None:
    reading_end, writing_end = os.pipe()
    os.close(reading_end)
    done = start(*arguments, input=BAD.encode(), stdout=writing_end)
    os.close(writing_end)
    assert (done.code, done.err) == (141, "")


def interrupt(process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    time.sleep(0.5)  # until it waits for more, or for somebody to read what it has written
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    return process.returncode, err


def start_with_pipes(*arguments: str | Path) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    # A shell that runs the tests in the background makes them ignore interrupts, and so would the process.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            command(*arguments), env=ENVIRONMENT, cwd=HERE, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0
        )
    finally:
        signal.signal(signal.SIGINT, before)


def test_commands_are_imported_where_an_interrupt_gives_no_traceback() -> None:
    code = "import sys, beakerspec.cli; print('beakerspec.cli.check' in sys.modules)"
    assert process([sys.executable, "-c", code]).out == "False\n"


@pytest.mark.slow
@is_posix
def test_an_interrupt_while_a_file_is_read_gives_no_traceback(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Opening it waits until the other side does so too.
    with start_with_pipes("check", pipe) as process, open(pipe, "wb", buffering=0):
        assert interrupt(process) == (130, b"")


@pytest.mark.slow
@is_posix
def test_an_interrupt_while_standard_input_is_read_gives_no_traceback() -> None:
    with start_with_pipes("check", "-") as process:
        assert process.stdin is not None
        process.stdin.write(b"# more than a pipe holds\n" * 40_000)  # returns when most of it has been read
        assert interrupt(process) == (130, b"")


@pytest.mark.slow
@is_posix
def test_an_interrupt_while_problems_are_printed_gives_no_traceback(tmp_path: Path) -> None:
    with start_with_pipes("check", many_problems(tmp_path)) as process:
        assert process.stdout is not None
        process.stdout.read(1)  # a pipe does not hold all of them
        assert interrupt(process) == (130, b"")


@pytest.mark.slow
@is_linux
@pytest.mark.parametrize(
    "arguments", [["check", "-"], ["check", "--format", "json", "-"], ["--version"], ["--help"]], ids=" ".join
)
def test_a_full_disk_is_an_error_that_says_so(arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = start(*arguments, input=GOOD.encode(), stdout=full)
    assert (done.code, done.err) == (2, "beakerspec: output: No space left on device\n")


@is_linux
def test_a_full_disk_is_an_error_where_output_is_not_buffered(good: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = start("check", good, stdout=full, env={"PYTHONUNBUFFERED": "1"})
    assert (done.code, done.err) == (2, "beakerspec: output: No space left on device\n")


@pytest.mark.slow
@is_linux
def test_a_disk_that_gets_full_on_the_way_is_an_error_that_says_so(tmp_path: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = start("check", many_problems(tmp_path), stdout=full)
    assert (done.code, done.err) == (2, "beakerspec: output: No space left on device\n")


def with_closed(stream: int, *arguments: str | Path) -> Outcome:
    """Run the command with a stream closed: 0 for input, 1 for output, 2 for errors."""
    redirection = ("<&-", ">&-", "2>&-")[stream]
    return process(["/bin/sh", "-c", f'"$@" {redirection}', "sh", *command(*arguments)])


@is_posix
def test_a_closed_output_is_an_error_that_says_so(good: Path) -> None:
    done = with_closed(1, "check", good)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith("beakerspec: ")


@is_posix
def test_where_errors_cannot_be_shown_the_rest_is(tmp_path: Path, bad: Path) -> None:
    done = with_closed(2, "check", bad, tmp_path / "missing")
    assert (done.code, done.out) == (2, run("check", bad, tmp_path / "missing").out)


@is_posix
def test_where_errors_cannot_be_shown_a_wrong_usage_is_not_shown_as_output() -> None:
    assert with_closed(2, "check", "--unknown")[:2] == (2, "")


@is_posix
def test_a_closed_input_could_not_be_read() -> None:
    done = with_closed(0, "check", "-")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith("beakerspec: ")


def test_no_python_warning_is_printed(tmp_path: Path) -> None:
    path = write(tmp_path / "spec.yaml", GOOD + "budgt: a\n")
    done = process([sys.executable, "-W", "error", "-m", "beakerspec", "check", path])
    assert (done.code, done.err) == (1, "")


ONLY_THREE = """if True:
    import re, sys
    from importlib.metadata import PackageNotFoundError, distribution

    # The modules of the three libraries, and of what these need themselves.
    known = {"beakerspec", *sys.stdlib_module_names}
    libraries = ["attrs", "cattrs", "PyYAML"]
    for name in libraries:
        try:
            found = distribution(name)
        except PackageNotFoundError:  # it is for another Python
            continue
        known |= {file.parts[0].partition(".")[0] for file in found.files}
        needed = [re.match("[A-Za-z0-9._-]+", each)[0] for each in found.requires or () if "extra ==" not in each]
        libraries += [each for each in needed if each not in libraries]

    class Refuse:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] not in known:
                raise ModuleNotFoundError(f"{name} is not installed", name=name)

    sys.meta_path.insert(0, Refuse())
    from beakerspec.cli import main
    sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
@in_both_formats
def test_no_library_is_needed_but_the_three(tmp_path: Path, form: str) -> None:
    path = write(tmp_path / "spec.yaml", SEVERAL)
    done = process([sys.executable, "-c", ONLY_THREE, "check", "--format", form, path])
    assert done == run("check", "--format", form, path)


# Completion.

#: What the help says to put into the shell's start-up file, and what bash does when the tabulator is pressed: it calls
#: the function that was registered for the command.
COMPLETE = """
eval "$(beakerspec completion bash)"
COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9
read -r -a COMP_WORDS <<<"$1"
[ "${1%" "}" = "$1" ] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
function=$(complete -p beakerspec | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
"$function" beakerspec "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
has_completion = pytest.mark.skipif(
    shutil.which("bash") is None or importlib.util.find_spec("argcomplete") is None,
    reason="completion is that of bash and argcomplete",
)


def completed(tmp_path: Path, line: str) -> list[str]:
    """What bash is told about how a line may go on."""
    command = write(tmp_path / "bin" / "beakerspec", f'#!/bin/sh\nexec "{sys.executable}" -m beakerspec "$@"\n')
    command.chmod(0o755)
    # As with pipx, the scripts of argcomplete itself are not on the PATH.
    scripts = sysconfig.get_path("scripts")
    path = os.pathsep.join([str(command.parent), *(each for each in os.get_exec_path() if each != scripts)])
    done = process(["bash", "-c", COMPLETE, "bash", line], env={"PATH": path})
    assert done.code == 0, done.err
    return [each.strip() for each in done.out.splitlines()]


@has_completion
def test_a_shell_is_told_the_commands(tmp_path: Path) -> None:
    assert {"check", "rules"} <= set(completed(tmp_path, "beakerspec "))


@has_completion
def test_a_shell_is_told_the_options(tmp_path: Path) -> None:
    assert completed(tmp_path, "beakerspec check --se") == ["--select", "--severity"]


@has_completion
def test_a_shell_is_told_the_choices_of_an_option(tmp_path: Path) -> None:
    assert completed(tmp_path, "beakerspec check --format j") == ["json", "jsonl", "junit"]


@pytest.mark.slow
@has_completion
@pytest.mark.parametrize("line", ["beakerspec check --ignore no-", "beakerspec rules no-"])
def test_a_shell_is_told_the_names_of_rules(tmp_path: Path, line: str) -> None:
    assert sorted(completed(tmp_path, line)) == ["no-cluster", "no-tasks"]


@pytest.mark.slow
@has_completion
def test_a_shell_is_not_told_to_ignore_what_cannot_be_ignored(tmp_path: Path) -> None:
    assert "invalid-type" not in completed(tmp_path, "beakerspec check --ignore inv")
    assert "invalid-type" in completed(tmp_path, "beakerspec rules inv")


def test_a_shell_gets_no_answer_and_no_traceback_where_nothing_can_give_one(tmp_path: Path) -> None:
    shell = {"_ARGCOMPLETE": "1", "COMP_LINE": "beakerspec ", "COMP_POINT": "11"}
    done = process([sys.executable, "-c", ONLY_THREE, "--version"], env=shell)
    assert (done.code, done.err) == (0, "")


@has_completion
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_calls_the_command(shell: str) -> None:
    done = run("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert re.search(r"\bbeakerspec\b", done.out)
    assert "_ARGCOMPLETE" in done.out


@has_completion
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told_its_name(tmp_path: Path, shell: str) -> None:
    line, answer = "beakerspec completion ", tmp_path / "answer"
    asked = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_SHELL": shell,
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    start(env=asked)
    assert {"bash", "zsh", "fish"} <= {each.partition(":")[0].strip() for each in answer.read_text().split("\n")}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.slow
def test_the_shells_themselves_take_the_scripts(shell: str) -> None:
    if shutil.which(shell) is None or importlib.util.find_spec("argcomplete") is None:
        pytest.skip(f"{shell} or argcomplete is not installed")
    done = process([shell, "-n"], input=run("completion", shell).out.encode())
    assert (done.code, done.err) == (0, "")


def test_without_argcomplete_the_extra_is_named() -> None:
    done = process([sys.executable, "-c", ONLY_THREE, "completion", "bash"])
    assert (done.code, done.out) == (2, "")
    assert done.err == 'beakerspec: completion requires argcomplete: pip install "beakerspec[cli]"\n'


# One line a problem, statistics, and names for standard input.


def test_a_concise_report_has_a_line_for_each_problem(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.yaml", "budget: b\ntasks:\n- image: {docker: x}\n  replicas: 0\n  constraints: {cluster: [a]}\n"
    )
    done = run("check", "--format", "concise", path)
    assert done.out == f"{path}:4:13: error: expected at least 1, got 0 [replicas]\n1 error in 1 spec\n"


def test_errors_need_not_be_told_by_the_exit_code(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", BAD)
    assert run("check", path).code == 1
    assert run("check", "--exit-zero", path).code == 0
    assert run("check", "--exit-zero", tmp_path / "gone.yaml").code == 2


def test_statistics_count_the_problems_of_each_rule(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        write(tmp_path / name, "version: v2\ntasks:\n- image: {docker: x}\n")
    write(tmp_path / "c.yaml", "version: v2\nbudget: b\ntasks:\n- image: {docker: x}\n")
    assert run("check", "--statistics", tmp_path).err.split() == [
        *("beakerspec:", "3", "no-cluster"),
        *("beakerspec:", "2", "missing-budget"),
    ]


def test_standard_input_can_have_a_name() -> None:
    done = start("check", "--stdin-filename", "specs/a.json", "--format", "concise", "-", input=b"tasks: []")
    assert done.out.startswith("specs/a.json:1:1: error: ")
    assert "[json-syntax]" in done.out


@pytest.mark.parametrize("form", ["text", "concise", "github", "json"])
def test_a_quiet_report_has_no_closing_line(good: Path, bad: Path, form: str) -> None:
    whole, quiet = (run("check", *options, "--format", form, bad).out for options in ((), ("-q",)))
    assert quiet == (whole if form == "json" else whole.removesuffix("1 error in 1 spec\n"))
    assert (run("check", "-q", "--format", form, good).out == "") == (form != "json")


@pytest.mark.parametrize("severity", ["error", "warning", "off"])
def test_settings_give_rules_their_severity(tmp_path: Path, severity: str) -> None:
    write(tmp_path / ".beakerspec.toml", f'[rules]\nno-cluster = "{severity}"\n')
    write(tmp_path / "a.yaml", "budget: b\ntasks:\n- image: {docker: x}\n")
    done = run("check", "--format", "concise", tmp_path)
    assert done.code == (severity == "error")
    assert (f": {severity}: " in done.out) == (severity != "off")


def test_settings_ignore_rules_in_some_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / ".beakerspec.toml", '[per-file-ignores]\n"a.yaml" = ["no-cluster"]\n')
    for name in ("a.yaml", "b.yaml"):
        write(tmp_path / name, "budget: b\ntasks:\n- image: {docker: x}\n")
    monkeypatch.chdir(tmp_path)
    assert [each["file"] for each in report(".")["problems"]] == [os.path.join(".", "b.yaml")]


# What is left out.


def test_what_is_left_out_is_not_checked(tmp_path: Path) -> None:
    write(tmp_path / "old" / "a.yaml", BAD)
    write(tmp_path / "b.yaml", GOOD)
    done = run("check", "--exclude", "old/", "--show-files", tmp_path)
    assert done.out == "no problems in 1 spec\n"
    assert sorted(done.err.splitlines()) == [
        f"beakerspec: {tmp_path / 'b.yaml'}: checked",
        f"beakerspec: {tmp_path / 'old'}: skipped: excluded by --exclude",
    ]


@pytest.mark.parametrize(
    ("options", "code"),
    [((), 1), (("--force-exclude",), 0), (("--force-exclude", "--no-config"), 1), (("--force-exclude", "--config"), 0)],
)
def test_a_file_that_is_named_is_left_out_on_demand(tmp_path: Path, options: tuple[str, ...], code: int) -> None:
    path = write(tmp_path / "a.yaml", BAD)
    settings = write(tmp_path / ".beakerspec.toml", 'exclude = ["a.yaml"]\n')
    given_settings = [settings] if options[-1:] == ("--config",) else []
    assert run("check", *options, *given_settings, path).code == code


@pytest.mark.parametrize(("option", "checked"), [("--force-exclude", 1), ("--no-gitignore", 2)])
def test_what_git_ignores_is_checked_on_demand(tmp_path: Path, option: str, checked: int) -> None:
    write(tmp_path / ".git" / "HEAD", "")
    write(tmp_path / ".gitignore", "out/\n")
    write(tmp_path / "out" / "a.yaml", GOOD)
    write(tmp_path / "b.yaml", GOOD)
    assert report(option, tmp_path)["checked"] == checked


@pytest.mark.parametrize("pattern", ["[a", "../a", "a/./b"])
def test_a_pattern_that_matches_nothing_ever_is_refused(good: Path, pattern: str) -> None:
    done = run("check", "--exclude", pattern, good)
    assert done.code == 2
    assert done.err.endswith(f'argument --exclude: expected a pattern as in .gitignore, got "{pattern}"\n')


def test_a_pattern_of_the_working_directory_is_accepted(good: Path) -> None:
    assert run("check", "--exclude", "./old", good).code == 0


def test_what_is_left_out_is_not_added_up(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        write(tmp_path / name, GOOD)
    write(tmp_path / ".beakerspec.toml", 'exclude = ["a.yaml"]\n')
    figures = json.loads(run("summary", "--exclude", "b.yaml", "--format", "json", tmp_path).out)
    assert (figures["files"], figures["experiments"]) == (1, 1)


def test_wrong_settings_are_told_before_anything_is_added_up(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", GOOD)
    settings = write(tmp_path / ".beakerspec.toml", "exclude = 1\n")
    done = run("summary", tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"beakerspec: {settings}: exclude: expected a list, got a number\n"


# Adopting it.


def test_comments_are_added_for_what_is_there_today(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", f"{GOOD}  replicas: 0\n")
    other = write(tmp_path / "b.yaml", GOOD)
    mode = path.stat().st_mode
    done = run("check", "--add-ignores", tmp_path)
    assert done == (
        0,
        "no problems in 2 specs; 1 problem suppressed\n",
        "beakerspec: added comments for 1 problem in 1 file\n",
    )
    assert path.read_text() == f"{GOOD}  replicas: 0  # beakerspec: ignore[replicas]\n"
    assert (path.stat().st_mode, other.read_text()) == (mode, GOOD)
    again = run("check", "--add-ignores", tmp_path)
    assert (again.out, again.err) == (done.out, "beakerspec: added comments for 0 problems in 0 files\n")


@pytest.mark.parametrize(
    "lost",
    [
        "image: a, description: b",
        "image: a, blueprint: b",
        "image: a, env: [B]",
        "image: a, requirements: b",
        "image: a, datasetMounts: [b]",
        "image: a, datasetMounts: [{datasetId: a, containerPath: /b, other: c}]",
        "args: [a]",
    ],
)
def test_no_fix_loses_a_field_of_the_first_version(tmp_path: Path, lost: str) -> None:
    text = f"tasks:\n- spec: {{{lost}}}\n"
    path = write(tmp_path / "a.yaml", text)
    run("check", "--fix", "--unsafe-fixes", path)
    assert path.read_text() == text


def test_fixes_are_not_made_with_diff(tmp_path: Path) -> None:
    text = f"{GOOD}  resources: {{gpuCount: '8'}}\n"
    path = write(tmp_path / "a.yaml", text)
    assert run("check", "--fix", "--diff", path) == run("check", "--diff", path)
    assert path.read_text() == text


@is_posix
def test_the_name_of_a_file_in_a_difference_is_on_one_line(tmp_path: Path) -> None:
    path = write(tmp_path / "a\n\x1b[31m.yaml", f"{GOOD}  resources: {{gpuCount: '8'}}\n")
    first, second, *_ = run("check", "--diff", path).out.splitlines()
    assert (first, second) == (f"--- a/{tmp_path}/a\\n\\u001b[31m.yaml", f"+++ b/{tmp_path}/a\\n\\u001b[31m.yaml")


def test_comments_that_would_be_added_are_shown(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", f"{GOOD}  replicas: 0\n")
    done = run("check", "--add-ignores", "--diff", path)
    assert (done.code, path.read_text()) == (1, f"{GOOD}  replicas: 0\n")
    assert [line for line in done.out.splitlines() if line[:1] in "+-"][2:] == [
        "-  replicas: 0",
        "+  replicas: 0  # beakerspec: ignore[replicas]",
    ]
    assert "would add comments for 1 problem in 1 file" in done.err


def test_what_can_be_fixed_is_fixed_and_the_rest_gets_comments(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", f"{GOOD}  replicas: 0\n  resources: {{gpuCount: '8'}}\n")
    assert run("check", "--fix", "--add-ignores", path).code == 0
    assert path.read_text() == f"{GOOD}  replicas: 0  # beakerspec: ignore[replicas]\n  resources: {{gpuCount: 8}}\n"


def test_comments_are_added_for_the_rules_that_are_reported(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", f"tasks:\n{TASK}  replicas: 0\n")
    assert run("check", "--add-ignores", "--select", "replicas", path).code == 0
    assert path.read_text() == f"tasks:\n{TASK}  replicas: 0  # beakerspec: ignore[replicas]\n"


@pytest.mark.parametrize("name", [".beakerspec.toml", "pyproject.toml"])
def test_for_json_the_settings_are_given_that_ignore_what_is_there_today(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    settings = write(tmp_path / name, "[tool.beakerspec]\n" if name == "pyproject.toml" else "")
    path = write(tmp_path / "a[b].json", '{"tasks": [{"image": {"docker": "a"}, "replicas": 0}]}')
    before = path.read_text()
    monkeypatch.chdir(tmp_path)
    done = run("check", "--add-ignores", "-q", path)
    assert (done.code, path.read_text()) == (1, before)
    first, _, addition = done.err.partition("add this to ")
    assert first.endswith("for JSON and specs inside other files, ")
    named, _, addition = addition.partition(" instead of comments:\n")
    assert named == str(settings)
    settings.write_text(settings.read_text() + addition)
    assert run("check", path).out == "no problems in 1 spec\n"


@pytest.mark.parametrize(
    "text",
    [
        "[per-file-ignores]\n",
        '[per-file-ignores]\n"old/" = ["no-cluster"]\n\n[site]\nbudgets = []\n',
        '[per-file-ignores]\n"/a.json" = ["missing-budget"]\n"/b.json" = ["replicas"]\n',
        '[tool.beakerspec.per-file-ignores]\n"old/" = ["no-cluster"]\n',
        "[tool.beakerspec]\n[tool.beakerspec.per-file-ignores]\n",
    ],
)
@pytest.mark.parametrize("config", [False, True])
def test_a_table_that_is_in_the_settings_is_not_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, config: bool
) -> None:
    is_shared = text.startswith("[tool")
    settings = write(tmp_path / ("pyproject.toml" if is_shared else "own.toml" if config else ".beakerspec.toml"), text)
    options = ["--config", settings] if config else []
    path = write(tmp_path / "a.json", '{"tasks": [{"image": {"docker": "a"}, "replicas": 0}]}')
    monkeypatch.chdir(tmp_path)
    *_, first, line = run("check", "--add-ignores", *options, path).err.splitlines()
    table = "tool.beakerspec.per-file-ignores" if is_shared else "per-file-ignores"
    is_there = '"/a.json"' in text
    place = f"the table {table} in {settings}{', in place of those with the same pattern,' * is_there}"
    assert first.endswith(f", add these lines to {place} instead of comments:")
    lines = [each for each in text.splitlines() if not (is_there and each.startswith('"/a.json"'))]
    lines.insert(lines.index(f"[{table}]") + 1, line)
    settings.write_text("\n".join(lines))
    done = run("check", "--add-ignores", *options, path)
    assert (done.code, done.out, done.err.count("\n")) == (0, "no problems in 1 spec\n", 1)


def test_settings_for_a_file_elsewhere_are_given_for_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a" / "a.json", '{"tasks": [{"image": {"docker": "a"}, "replicas": 0}]}')
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "b")
    addition = run("check", "--add-ignores", path).err.partition(f"add this to {path.parent}{os.sep}.beakerspec.toml")[
        2
    ]
    write(path.parent / ".beakerspec.toml", addition.partition(" instead of comments:\n")[2])
    assert run("check", path).out == "no problems in 1 spec\n"


def test_settings_given_for_a_file_with_any_name_are_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "\N{ROCKET}.json", '{"tasks": [{"image": {"docker": "a"}, "replicas": 0}]}')
    monkeypatch.chdir(tmp_path)
    addition = run("check", "--add-ignores", ".").err.partition(" instead of comments:\n")[2]
    write(tmp_path / ".beakerspec.toml", addition)
    assert run("check", ".").out == "no problems in 1 spec\n"


def test_a_spec_inside_another_file_gets_no_comments(tmp_path: Path) -> None:
    path = write(tmp_path / "README.md", f"```yaml\n{GOOD}  replicas: 0\n```\n")
    before = path.read_text()
    done = run("check", "--embedded", "--add-ignores", path)
    assert (done.code, path.read_text()) == (1, before)
    assert done.err.endswith('README.md" = ["replicas"]\n')


def test_standard_input_gets_no_comments() -> None:
    done = run("check", "--add-ignores", "-")
    assert done.code == 2
    assert "--add-ignores changes files: it cannot be used with standard input" in done.err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", f"{GOOD}  replicas: 0\n")
    path.chmod(0o400)
    done = run("check", "--add-ignores", path)
    assert (done.code, done.err.splitlines()[0]) == (2, f"beakerspec: {path}: Permission denied")
