"""The command line: what it prints, how it exits, and what never reaches a terminal."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import experiment_specs, texts

from beakerspec import __version__
from beakerspec.cli import main

GOOD = "version: v2\ntasks:\n- image: {docker: alpine}\n"
BAD = "tasks:\n- image: {docker: alpine}\n  replicas: many\n"

# A long text in an example that fails must not hide why it fails.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

#: A character that a terminal acts on, or that makes a line look like another one.
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")

# A process finds the package where the tests find it, not in the working directory, and buffers its output.
HERE = Path(__file__).parent
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}

is_posix = pytest.mark.skipif(os.name != "posix", reason="signals, pipes and devices as POSIX has them")
is_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux's /proc and /dev/full")
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
spec.yaml:2:1: descripton is no field of an experiment [unknown-field]
  2 | descripton: misspelt
    | ^~~~~~~~~~
  in: descripton
  hint: did you mean description?

spec.yaml:8:15: expected an integer, got "8" [invalid-type]
  8 |     gpuCount: "8"
    |               ^~~
  in: tasks[0].resources.gpuCount
  hint: write 8 without quotes

spec.yaml:12:5: vaule is no field of an environment variable [unknown-field]
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
  hint: keep one of them

7 errors in 1 spec
"""

RULES = """\
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

RULES_OUT = """\
spec.yaml:5:5: expected exactly one of beaker, docker, got beaker and docker [image-source]
  5 |     docker: alpine
    |     ^~~~~~
  in: tasks[0].image
  hint: keep one of them

spec.yaml:8:10: expected exactly one of beaker, docker, got none [image-source]
  8 |   image: {}
    |          ^~
  in: tasks[1].image
  hint: name an image: beaker: NAME, or docker: TAG

spec.yaml:9:3: labels is no field of a task [unknown-field]
  9 |   labels: [x]
    |   ^~~~~~
  in: tasks[1].labels

3 errors in 1 spec
"""


@pytest.mark.parametrize(("text", "out"), [(SEVERAL, SEVERAL_OUT), (RULES, RULES_OUT)], ids=["reading", "rules"])
def test_all_problems_of_a_file_are_shown_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, out: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "spec.yaml", text)
    assert run("check", "spec.yaml") == (1, out, "")


def test_a_task_name_that_is_given_twice_is_shown_beside_other_problems() -> None:
    text = "tasks:\n- {name: a, image: {docker: x}, replicas: many}\n- {name: a, image: {docker: x}}\n"
    rules = {problem["rule"] for problem in report("-", stdin=text)["problems"]}
    assert rules == {"invalid-type", "duplicate-task-name"}


def test_a_file_without_problems_gives_one_line(good: Path) -> None:
    assert run("check", good) == (0, "no problem in 1 spec\n", "")


def test_the_summary_counts_files_and_problems(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", BAD + BAD.partition("\n")[2])
    write(tmp_path / "b.yaml", GOOD)
    write(tmp_path / "c.yaml", "on: push\n")
    done = run("check", tmp_path, tmp_path / "missing")
    assert done.out.splitlines()[-1] == (
        "2 errors in 2 specs; 1 file skipped: no experiment spec; 1 file could not be read"
    )


def test_large_counts_have_commas(tmp_path: Path) -> None:
    assert run("check", many_problems(tmp_path)).out.endswith("\n1,000 errors in 1 spec\n")


def test_a_json_file_has_places_too(tmp_path: Path) -> None:
    path = write(tmp_path / "spec.json", '{"tasks": [\n  {"image": {"docker": 1}}\n]}\n')
    assert run("check", path).out == (
        f"{path}:2:24: expected text, got 1 [invalid-type]\n"
        '  2 |   {"image": {"docker": 1}}\n'
        "    |                        ^\n"
        "  in: tasks[0].image.docker\n"
        "  hint: put it in quotes\n"
        "\n"
        "1 error in 1 spec\n"
    )


@pytest.mark.parametrize("name", ["spec.json", "spec.yaml"])
def test_the_name_of_a_file_says_whether_it_is_json(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, "tasks: []\n")
    assert run("check", path).code == (1 if name == "spec.json" else 0)


@pytest.mark.parametrize(("text", "code"), [(GOOD, 0), (BAD, 1), ("", 1), ("\x00", 1), ("a: [", 1)])
def test_the_exit_code_says_whether_there_are_problems(tmp_path: Path, text: str, code: int) -> None:
    assert run("check", write(tmp_path / "spec.yaml", text)).code == code


def test_the_exit_code_is_the_same_for_json(good: Path, bad: Path) -> None:
    assert [run("check", "--format", "json", path).code for path in (good, bad)] == [0, 1]


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
        "problems": [
            {
                "rule": "invalid-type",
                "severity": "error",
                "message": 'expected an integer, got "many"',
                "path": "tasks[0].replicas",
                "hint": None,
                "file": str(bad),
                "line": 3,
                "column": 13,
                "end_line": 3,
                "end_column": 17,
            }
        ],
    }


def test_a_report_without_problems_is_a_report(good: Path) -> None:
    assert report(good) == {"checked": 1, "skipped": 0, "unreadable": 0, "problems": []}


def test_a_report_counts_what_was_skipped_and_what_was_not_read(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "on: push\n")
    found = report(tmp_path, tmp_path / "missing")
    assert (found["checked"], found["skipped"], found["unreadable"]) == (0, 1, 1)


def test_a_report_does_not_depend_on_the_order_of_the_paths(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, SEVERAL) for name in ("c.yaml", "a.yaml", "b.yaml")]
    assert report(*paths) == report(*reversed(paths))


def test_the_problems_of_a_report_are_in_order(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, text) for name, text in (("b.yaml", SEVERAL), ("a.yaml", RULES))]
    places = [(each["file"], each["line"], each["column"]) for each in report(*paths)["problems"]]
    assert places == sorted(places)
    assert len(places) == 10


def test_a_report_is_ascii(tmp_path: Path) -> None:
    out = run("check", "--format", "json", write(tmp_path / "日.yaml", "budgét: é\n")).out
    assert out.isascii()
    assert "budgét" in json.loads(out)["problems"][0]["message"]


def test_a_report_holds_no_line_of_the_file(bad: Path) -> None:
    assert "replicas: many" not in run("check", "--format", "json", bad).out


def test_a_folder_stands_for_the_specs_below_it(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yml", "c.json", "deep/er/d.yaml", ".hidden/e.yml"):
        write(tmp_path / name, '{"tasks": [], "budgt": ""}')
    assert [Path(each["file"]).relative_to(tmp_path).as_posix() for each in report(tmp_path)["problems"]] == [
        *(".hidden/e.yml", "a.yaml", "b.yml", "c.json", "deep/er/d.yaml")
    ]


@pytest.mark.parametrize("name", ["a.txt", "a.yaml.bak", "yaml", "a.py", "a.yaml~", "Makefile"])
def test_a_folder_does_not_stand_for_files_of_other_names(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, BAD)
    assert run("check", tmp_path) == (0, "no problem in 0 specs\n", "")


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
    assert run("check", tmp_path) == (0, "no problem in 0 specs; 1 file skipped: no experiment spec\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "tasks: []\nbudgt: a\n",
        "version: v2\ntasks:\n- image\n",
        "{tasks: [], budgt: a}",
        '{"tasks": [], "budgt": 1}',
        "'tasks': []\nbudgt: a\n",
        '{\n  "version": "v2", "tasks" : [\n',
        "tasks:\n\t- image\n",
        "\ufefftasks: []\nbudgt: a\n",
        "tasks : []\r\nbudgt: a\r\n",
    ],
)
def test_a_file_that_looks_like_a_spec_is_checked_in_a_folder(tmp_path: Path, text: str) -> None:
    write(tmp_path / "a.yaml", text)
    assert run("check", tmp_path).code == 1


def test_a_file_that_is_no_spec_is_checked_when_it_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", "on: push\n")
    done = report(path)
    assert (done["checked"], done["skipped"], len(done["problems"])) == (1, 0, 1)


@pytest.mark.parametrize("first", ["folder", "file"])
def test_a_file_that_is_no_spec_is_checked_when_its_folder_is_named_too(tmp_path: Path, first: str) -> None:
    path = write(tmp_path / "a.yaml", "on: push\n")
    paths = [tmp_path, path] if first == "folder" else [path, tmp_path]
    done = report(*paths)
    assert (done["checked"], len(done["problems"])) == (1, 1)


def test_the_files_of_a_folder_are_checked_in_the_order_of_their_names(tmp_path: Path) -> None:
    names = ["a.yaml", "b.yaml", "c.yaml", "b/a.yaml", "c/f.yaml", "c/d/e.yaml", "d/a.yaml"]
    for name in (*names[::2], *names[1::2]):
        write(tmp_path / name, BAD)
    found = re.findall(r"(\S+):3:13:", run("check", tmp_path).out)
    assert [Path(path).relative_to(tmp_path).as_posix() for path in found] == names


def test_a_folder_with_the_name_of_a_file_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "folder.yaml" / "a.yaml", BAD)
    assert len(report(tmp_path)["problems"]) == len(report(tmp_path / "folder.yaml")["problems"]) == 1


def test_a_folder_without_files_has_no_problem(tmp_path: Path) -> None:
    assert run("check", tmp_path) == (0, "no problem in 0 specs\n", "")


def test_several_paths_are_checked_in_the_order_given(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, BAD) for name in ("c.yaml", "a.yaml", "b.yaml")]
    assert re.findall(r"(\S+):3:13:", run("check", *paths).out) == [str(path) for path in paths]


def test_a_path_that_is_given_twice_is_checked_once(bad: Path) -> None:
    assert run("check", bad, bad) == run("check", bad)


def test_a_file_of_a_folder_that_is_given_too_is_checked_once(tmp_path: Path, bad: Path) -> None:
    assert report(tmp_path, bad) == report(bad, tmp_path) == report(bad)


def test_a_dash_stands_for_standard_input() -> None:
    done = run("check", "-", stdin=BAD)
    assert (done.code, done.out.splitlines()[0]) == (1, '<stdin>:3:13: expected an integer, got "many" [invalid-type]')


def test_standard_input_may_be_json() -> None:
    assert run("check", "-", stdin='{"tasks": [{"image": {"docker": "alpine"}}]}').code == 0


def test_standard_input_is_checked_whatever_it_looks_like() -> None:
    assert report("-", stdin="on: push\n")["checked"] == 1


def test_a_dash_that_is_given_twice_is_read_once() -> None:
    assert run("check", "-", "-", stdin=BAD) == run("check", "-", stdin=BAD)


def test_a_dash_may_stand_among_files(good: Path) -> None:
    assert report(good, "-", stdin=BAD)["checked"] == 2


def test_a_file_called_dash_is_reached_by_a_longer_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "-", BAD)
    assert run("check", "./-").out.startswith("./-:3:13: ")


def test_a_process_reads_its_standard_input() -> None:
    assert start("check", "-", input=GOOD.encode()) == (0, "no problem in 1 spec\n", "")


def test_a_missing_file_could_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "missing.yaml"
    assert run("check", path) == (
        2,
        "no problem in 0 specs; 1 file could not be read\n",
        f"beakerspec: {path}: No such file or directory\n",
    )


def test_the_other_files_are_checked_where_one_is_missing(tmp_path: Path, bad: Path) -> None:
    done = report(tmp_path / "missing.yaml", bad)
    assert (done["checked"], done["unreadable"], len(done["problems"])) == (1, 1, 1)


def test_a_file_that_could_not_be_read_counts_more_than_problems(tmp_path: Path, bad: Path) -> None:
    assert run("check", bad, tmp_path / "missing.yaml").code == 2


@is_posix
def test_a_link_to_nowhere_in_a_folder_could_not_be_read(tmp_path: Path, bad: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to("nowhere")
    done = run("check", tmp_path)
    assert (done.code, done.err) == (2, f"beakerspec: {link}: No such file or directory\n")
    assert f"{bad}:3:13: " in done.out


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
        [],
        ["chekc"],
        ["check"],
        ["--format", "json"],
        ["check", "--format", "xml", "a.yaml"],
        ["check", "--unknown", "a.yaml"],
        ["check", "--format"],
    ],
    ids=lambda arguments: " ".join(arguments) or "nothing",
)
def test_a_wrong_usage_is_explained(arguments: Sequence[str]) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("usage: beakerspec ")


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


TEMPLATE = "tasks:\n- image: {docker: alpine}\n  replicas: {{.Env.REPLICAS}}\n"


def test_templates_are_expanded_on_demand() -> None:
    assert run("check", "--expand-env", "-", stdin=TEMPLATE, env={"REPLICAS": "2"}).code == 0


def test_templates_are_not_expanded_without_demand() -> None:
    [problem] = report("-", stdin=TEMPLATE, env={"REPLICAS": "2"})["problems"]
    assert (problem["rule"], problem["line"], problem["column"]) == ("go-template", 3, 13)
    assert "--expand-env" in problem["hint"]


def test_a_template_without_a_value_is_a_problem() -> None:
    [problem] = report("--expand-env", "-", stdin="budget: {{.Env.NO_SUCH_NAME}}\ntasks: []\n")["problems"]
    assert (problem["rule"], problem["line"], problem["column"]) == ("go-template", 1, 9)


def test_templates_are_expanded_in_every_file(tmp_path: Path) -> None:
    for name in ("a.yaml", "b/c.yaml"):
        write(tmp_path / name, TEMPLATE)
    assert run("check", "--expand-env", tmp_path, env={"REPLICAS": "2"}).code == 0


SECRET = "hunter2-SECRET"
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


@in_both_formats
@settings(max_examples=150)
@given(text=st.one_of(texts(), st.text()), place=st.sampled_from(list(LEAKY.values())))
@example(text="\x1b[31m", place="tasks:\n- image: {docker: x}\n  replicas: @\n")
def test_nothing_that_a_terminal_acts_on_is_printed(form: str, text: str, place: str) -> None:
    for spelled in (text, json.dumps(text), json.dumps(text)[1:-1], f"'{text}'"):
        done = run("check", "--format", form, "-", stdin=place.replace("@", spelled))
        assert done.code in (0, 1)
        assert RAW.search(done.out + done.err) is None


@settings(max_examples=100)
@given(
    st.one_of(st.binary(max_size=60), st.builds(bytes.join, st.just(b"tasks:\n- "), st.lists(st.binary(max_size=9))))
)
def test_any_bytes_give_a_spec_or_problems(data: bytes) -> None:
    done = run("check", "-", stdin=data)
    assert done.code in (0, 1)
    assert RAW.search(done.out + done.err) is None


@settings(max_examples=30)
@given(experiment_specs())
def test_what_was_written_can_be_read(spec: Any) -> None:
    found = report("-", stdin=spec.to_yaml())
    assert {problem["rule"] for problem in found["problems"]} <= {"image-source", "unknown-field"}


@is_posix
@in_both_formats
@pytest.mark.parametrize("name", ["a\x1b[31mb", "a\rb", "a\nb", "a\u202eb", "a\x9bb"])
def test_the_name_of_a_file_does_not_act_on_the_terminal(tmp_path: Path, name: str, form: str) -> None:
    path = write(tmp_path / f"{name}.yaml", BAD)
    done = run("check", "--format", form, path, tmp_path / f"{name} missing")
    assert done.code == 2
    assert RAW.search(done.out + done.err) is None
    assert done.err.count("\n") == 1


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
        assert done.out.startswith(f"{tmp_path}/caf\\udce9.yaml:3:13: ")


NARROW = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "ascii:strict"},
    {"PYTHONIOENCODING": "latin-1"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
]


@in_both_formats
@pytest.mark.parametrize("env", NARROW, ids=lambda env: "-".join(env.values()))
def test_a_terminal_that_knows_few_characters_gets_escapes(tmp_path: Path, env: dict[str, str], form: str) -> None:
    path = write(tmp_path / "日é.yaml", "budgét: 日本\U0001f600\ntasks: []\n")
    done = start("check", "--format", form, path, tmp_path / "日é missing", env=env)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "\\u672c" in done.out if form == "text" else json.loads(done.out)


def many_problems(tmp_path: Path) -> Path:
    return write(tmp_path / "many.yaml", "tasks:\n" + "- image: {docker: alpine}\n  replicas: many\n" * 1000)


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


@is_posix
def test_an_interrupt_while_a_file_is_read_gives_no_traceback(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Opening it waits until the other side does so too.
    with start_with_pipes("check", pipe) as process, open(pipe, "wb", buffering=0):
        assert interrupt(process) == (130, b"")


@is_posix
def test_an_interrupt_while_standard_input_is_read_gives_no_traceback() -> None:
    with start_with_pipes("check", "-") as process:
        assert process.stdin is not None
        process.stdin.write(b"# more than a pipe holds\n" * 40_000)  # returns when most of it has been read
        assert interrupt(process) == (130, b"")


@is_posix
def test_an_interrupt_while_problems_are_printed_gives_no_traceback(tmp_path: Path) -> None:
    with start_with_pipes("check", many_problems(tmp_path)) as process:
        assert process.stdout is not None
        process.stdout.read(1)  # a pipe does not hold all of them
        assert interrupt(process) == (130, b"")


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
def test_a_closed_input_could_not_be_read() -> None:
    done = with_closed(0, "check", "-")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert done.err.startswith("beakerspec: ")


def test_no_python_warning_is_printed(tmp_path: Path) -> None:
    path = write(tmp_path / "spec.yaml", GOOD + "budgt: a\n")
    done = process([sys.executable, "-W", "error", "-m", "beakerspec", "check", path])
    assert (done.code, done.err) == (1, "")


ONLY_THREE = """if True:
    import sys

    KNOWN = {"attr", "attrs", "cattr", "cattrs", "yaml", "_yaml", "beakerspec"}
    KNOWN |= {"exceptiongroup", "typing_extensions"}  # cattrs needs these
    KNOWN |= sys.stdlib_module_names

    class Refuse:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] not in KNOWN:
                raise ModuleNotFoundError(f"{name} is not installed", name=name)

    sys.meta_path.insert(0, Refuse())
    from beakerspec.cli import main
    sys.exit(main(sys.argv[1:]))
"""


@in_both_formats
def test_no_library_is_needed_but_the_three(tmp_path: Path, form: str) -> None:
    path = write(tmp_path / "spec.yaml", SEVERAL)
    done = process([sys.executable, "-c", ONLY_THREE, "check", "--format", form, path])
    assert done == run("check", "--format", form, path)
