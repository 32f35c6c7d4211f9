"""The command ``beakerspec set``: what it changes, what it refuses, and that a file is never left half changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest import mock

import pytest
from conftest import EXAMPLES, ROOT
from leaks import MARK, bases, leaks, random_texts
from test_cli import SECRET, completed, has_completion, is_linux, is_posix, run, start, write

from beakerspec import ExperimentSpec, edit_text

TEXT = """\
# Kept.
version: v2
budget: lab/vision  # paid by
tasks:
- name: train
  image: {docker: alpine}
  command: [bash, -c, "train --lr 0.1"]
  envVars:
  - name: TOKEN
    value: hunter2-SECRET
  constraints: {cluster: [lab/large]}
  resources: {gpuCount: 1}
- name: test
  image: {docker: alpine}
  arguments: [--lr=0.1]
  constraints: {cluster: [lab/large]}
"""
TWO = "tasks[train].resources.gpuCount=2"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    return write(tmp_path / "spec.yaml", TEXT)


def text_of(path: Path) -> str:
    return path.read_bytes().decode()


def is_refused(spec: Path, *arguments: str, says: str) -> None:
    """A refused change leaves the file as it was, says why, and shows no value of a variable."""
    before = spec.read_bytes(), spec.stat().st_mtime_ns
    done = run("set", spec, *arguments)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"beakerspec: {spec}: nothing is changed: ")
    assert says in done.err
    assert SECRET not in done.err
    assert (spec.read_bytes(), spec.stat().st_mtime_ns) == before


# What is changed.


@pytest.mark.parametrize(
    ("arguments", "old", "new"),
    [
        ([TWO], "gpuCount: 1", "gpuCount: 2"),
        (["budget=lab/other"], "lab/vision", "lab/other"),
        (["budget=0123"], "lab/vision", "'0123'"),
        (["budget=yes"], "lab/vision", "'yes'"),
        (["budget=a=b"], "lab/vision", "a=b"),
        (["budget=a: b"], "lab/vision", "'a: b'"),
        (["budget='0123'"], "lab/vision", "'0123'"),
        (["tasks[*].constraints.cluster=[a/b, c/d]"], "[lab/large]", "[a/b, c/d]"),
        (["tasks[*].arguments[--lr]=1e-4"], "0.1", "1e-4"),
        (["tasks[train].envVars[TOKEN].value=3"], SECRET, "'3'"),
        (["--delete", "tasks[train].envVars"], f"  envVars:\n  - name: TOKEN\n    value: {SECRET}\n", ""),
        (["--delete", "budget"], "budget: lab/vision  # paid by\n", ""),
        (["tasks[test].arguments[+]=x"], "[--lr=0.1]", "[--lr=0.1, x]"),
        (["tasks[1].name=other"], "name: test", "name: other"),
        (["tasks[train].image={beaker: a/b}"], "{docker: alpine}\n  command", "{beaker: a/b}\n  command"),
        (["budget=b", "tasks[test].name=c"], "x", "x"),
    ],
)
def test_a_change_is_made_in_place(spec: Path, arguments: list[str], old: str, new: str) -> None:
    assert run("set", spec, *arguments) == (0, "", "")
    if arguments[0] == "budget=b":
        assert text_of(spec) == TEXT.replace("lab/vision", "b").replace("name: test", "name: c")
    else:
        assert text_of(spec) == TEXT.replace(old, new)


def test_a_variable_is_set_in_all_tasks(spec: Path) -> None:
    assert run("set", spec, "--env", "SEED=3", "--secret", "TOKEN=hf") == (0, "", "")
    tasks = ExperimentSpec.from_file(spec).to_json()["tasks"]
    assert [task["envVars"] for task in tasks] == [
        [{"name": "TOKEN", "secret": "hf"}, {"name": "SEED", "value": "3"}],
        [{"name": "SEED", "value": "3"}, {"name": "TOKEN", "secret": "hf"}],
    ]


def test_a_secret_can_become_a_value(tmp_path: Path) -> None:
    spec = write(tmp_path / "a.yaml", "tasks:\n- image: {docker: a}\n  envVars:\n  - name: A\n    secret: s\n")
    assert run("set", spec, "--env", "A=1") == (0, "", "")
    assert text_of(spec).endswith("  - name: A\n    value: '1'\n")


def test_changes_are_made_in_order_and_those_of_options_last(spec: Path) -> None:
    done = run("set", "tasks[+]={name: new, image: {docker: x}}", spec, "--env", "A=1", "tasks[new].replicas=2")
    assert done == (0, "", "")
    assert text_of(spec) == (
        TEXT.replace("hunter2-SECRET\n", "hunter2-SECRET\n  - name: A\n    value: '1'\n").replace(
            "[--lr=0.1]\n", "[--lr=0.1]\n  envVars:\n  - name: A\n    value: '1'\n"
        )
        + "- name: new\n  image:\n    docker: x\n  replicas: 2\n  envVars:\n  - name: A\n    value: '1'\n"
    )


def test_several_files_are_changed_and_one_that_is_refused_stops_none(tmp_path: Path) -> None:
    files = [write(tmp_path / name, TEXT) for name in ("a.yaml", "b.yaml", "c.yaml")]
    write(files[1], TEXT.replace("train", "other"))
    done = run("set", TWO, *files)
    assert done.code == 1
    assert done.err.startswith(f"beakerspec: {files[1]}: nothing is changed: tasks[train].resources.gpuCount: no task")
    assert done.err.count("\n") == 1
    assert [text_of(file) for file in files] == [
        TEXT.replace("gpuCount: 1", "gpuCount: 2"),
        TEXT.replace("train", "other"),
        TEXT.replace("gpuCount: 1", "gpuCount: 2"),
    ]


def test_a_json_file_stays_json(tmp_path: Path) -> None:
    spec = tmp_path / "nightly.json"
    shutil.copy(ROOT / EXAMPLES / "nightly.json", spec)
    before = text_of(spec)
    changes = ["tasks[evaluate].resources.gpuCount=2", "tasks[0].command[--shots]=7", "tasks[0].timeout=3h"]
    assert run("set", spec, *changes) == (0, "", "")
    assert text_of(spec) == (
        before.replace('"gpuCount": 1', '"gpuCount": 2').replace('"--shots", 5', '"--shots", 7').replace('"2h"', '"3h"')
    )


def test_a_byte_order_mark_and_windows_line_ends_stay(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    before = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    spec.write_bytes(before)
    assert run("set", spec, TWO) == (0, "", "")
    assert spec.read_bytes() == before.replace(b"gpuCount: 1", b"gpuCount: 2")


def test_a_file_that_is_as_it_is_meant_to_be_is_not_written(spec: Path) -> None:
    os.utime(spec, (1, 1))
    assert run("set", spec, "budget=lab/vision") == (0, "", "")
    assert spec.stat().st_mtime == 1


def test_standard_input_goes_to_standard_output(spec: Path) -> None:
    assert run("set", "-", TWO, stdin=TEXT) == (0, TEXT.replace("gpuCount: 1", "gpuCount: 2"), "")
    assert run("set", "-", "budget=lab/vision", stdin=TEXT) == (0, TEXT, "")


def test_the_changed_text_can_go_elsewhere(spec: Path, tmp_path: Path) -> None:
    wanted = TEXT.replace("gpuCount: 1", "gpuCount: 2")
    other = tmp_path / "other.yaml"
    assert run("set", spec, TWO, "-o", other) == (0, "", "")
    assert run("set", spec, TWO, "-o", "-") == (0, wanted, "")
    assert run("set", "-", "budget=x", "-o", tmp_path / "third.yaml", stdin=TEXT) == (0, "", "")
    assert [text_of(spec), text_of(other)] == [TEXT, wanted]
    assert text_of(tmp_path / "third.yaml") == TEXT.replace("lab/vision", "x")


def test_a_difference_is_shown_and_nothing_written(spec: Path) -> None:
    done = run("set", spec, TWO, "--diff")
    lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert lines[:2] == [f"--- a/{spec}", f"+++ b/{spec}"]
    assert [line for line in lines[3:] if line[0] in "+-"] == [
        "-  resources: {gpuCount: 1}",
        "+  resources: {gpuCount: 2}",
    ]
    assert text_of(spec) == TEXT


def test_there_is_no_difference_where_nothing_changes(spec: Path) -> None:
    assert run("set", spec, "budget=lab/vision", "--diff") == (0, "", "")


def test_a_difference_says_where_a_line_end_is_missing(tmp_path: Path) -> None:
    spec = write(tmp_path / "spec.yaml", TEXT.rstrip())
    done = run("set", spec, "tasks[test].constraints.cluster=[x]", "--diff")
    assert done.out.count("\\ No newline at end of file\n") == 2


def test_aliases_are_expanded_on_demand(with_examples: Path) -> None:
    spec = with_examples / EXAMPLES / "pipeline.yaml"
    change = "tasks[score].resources.gpuCount=2"
    is_refused(spec, change, says="--expand-aliases")
    assert run("set", spec, change, "--expand-aliases") == (0, "", "")
    after = ExperimentSpec.from_file(spec)
    assert [task.resources.gpu_count for task in after.tasks if task.resources is not None] == [1, 2]


def test_what_is_wrong_already_stays_and_hinders_nothing(tmp_path: Path) -> None:
    spec = write(tmp_path / "spec.yaml", TEXT.replace("{gpuCount: 1}", "{gpuCount: -1, foo: 1}"))
    assert run("set", spec, "budget=x") == (0, "", "")


def test_an_error_can_be_removed(tmp_path: Path) -> None:
    spec = write(tmp_path / "spec.yaml", TEXT.replace("{gpuCount: 1}", "{gpuCount: many}"))
    assert run("set", spec, TWO) == (0, "", "")


# What is refused.


@pytest.mark.parametrize(
    ("argument", "says"),
    [
        ("tasks[train].resources.gpuCount=many", 'expected an integer, got "many" [invalid-type]'),
        ("tasks[train].resources.gpuCount=-1", "[gpu-count]"),
        ("tasks[train].replics=2", "did you mean replicas?"),
        ("tasks[tran].replicas=2", "no task is called tran: did you mean train?"),
        ("tasks[5].replicas=2", "tasks has 2 items"),
        ("tasks[*].arguments[--wd]=1", "line for a shell"),
        ("tasks[train].command=one text", "the change adds an error"),
        ("tasks[test].name=train", "the change adds an error"),
        ("tasks=x", "expected a list"),
        ("budget=[a", "the value for budget is not valid YAML"),
        ("budget={a: b}", "the change adds an error"),
        ("tasks.name=x", "is a list: choose an item"),
        ("tasks[train].envVars[*].valu=x", "unknown field"),
        (f"tasks[train].envVars[TOKEN]={SECRET}", "expected a mapping"),
        (f"tasks[train].envVars[TOKEN].value=[{SECRET}", "is not valid YAML"),
        (f"tasks[train].envVars[TOKEN].value.x={SECRET}", "has no fields"),
        (f"tasks[train].envVars[TOKEN].valeu={SECRET}", "did you mean value?"),
        (f"tasks[train].envVars=[{{name: A, value: {SECRET}, x: {SECRET}}}]", "unknown field"),
        (f"tasks[train].envVars={SECRET}", "expected a list"),
        (f"tasks[train].envVars[A B].value={SECRET}", "[env-name]"),
    ],
)
def test_a_change_that_is_wrong_is_refused_with_the_reason(spec: Path, argument: str, says: str) -> None:
    is_refused(spec, argument, says=says)


@pytest.mark.parametrize("path", ["description", "tasks[train].envVars[NEW]", "tasks[test].arguments[--no]"])
def test_what_is_to_be_deleted_must_be_there(spec: Path, path: str) -> None:
    is_refused(spec, "--delete", path, says="nothing")


def test_what_is_not_in_all_tasks_can_be_deleted_from_all(spec: Path) -> None:
    assert run("set", spec, "--delete", "tasks[*].envVars") == (0, "", "")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty document"),
        (b"tasks: [\n", "line 2 has to be fixed first"),
        (b"\xff\xfe\x00\x80", "it cannot be read"),
        (bytes(range(256)), "it cannot be read"),
        (b"a: 1\na: 2\n", "duplicate key"),
        (b"- a\n", "expected a mapping"),
        (b"null", "expected a mapping"),
        (b"x: " + b"[" * 300, "line 1 has to be fixed first"),
    ],
)
def test_a_file_that_is_no_spec_stays_as_it_is(tmp_path: Path, data: bytes, says: str) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_bytes(data)
    is_refused(spec, "budget=x", says=says)


@pytest.mark.slow
def test_a_file_that_is_too_large_stays_as_it_is(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_bytes(b"x: " + b"a" * 10_000_001)
    is_refused(spec, "budget=x", says="[too-large]")


@pytest.mark.slow
def test_no_message_about_a_file_shows_a_value_of_a_variable() -> None:
    changes = [
        "tasks[0].envVars[0].x=1",
        "tasks[0].envVars[*].name=A",
        f"tasks[0].envVars[NEW].value=[{MARK}",
        f"tasks[0].envVars[0]={MARK}",
        "tasks[none].replicas=1",
        "tasks[0].envVars=x",
        "tasks[0].replicas=many",
        "tasks[0]=x",
    ]
    said = []
    for number, (text, is_json) in enumerate([*bases()[::5], *random_texts(9, 200)]):
        if not is_json:
            said.append(run("set", "-", changes[number % len(changes)], stdin=text).err)
            said.append(run("set", "-", "budget=x", stdin=text).err)
    assert sum(map(bool, said)) > 50
    assert not leaks(said)


# What cannot be run.


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "expected FILE"),
        (["spec.yaml"], "expected PATH=VALUE"),
        (["budget=x"], "expected FILE"),
        (["spec.yaml", "spec.yaml", "budget=x", "-o", "x"], "--output takes the changes of one file"),
        (["spec.yaml", "--env", "A"], "argument --env: expected NAME=VALUE"),
        (["spec.yaml", "--env", f"1A={SECRET}"], "argument --env: expected NAME=VALUE"),
        (["spec.yaml", "--secret", f"{SECRET}"], "argument --secret: expected NAME=VALUE"),
        (["spec.yaml", "budget=x", "--unknown"], "unknown argument --unknown"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], says: str) -> None:
    done = run("set", *arguments)
    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert SECRET not in done.err


def test_the_help_shows_every_kind_of_path() -> None:
    done = run("set", "--help")
    assert done.code == 0
    for part in ("tasks[*]", "tasks[0]", "arguments[--lr]", "arguments[+]", "--delete", "--secret", "--expand-aliases"):
        assert part in done.out


def test_files_and_changes_may_stand_behind_options(spec: Path) -> None:
    assert run("set", "--env", "A=1", TWO, spec) == (0, "", "")
    assert "gpuCount: 2" in text_of(spec)


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_told_and_the_others_are_changed(spec: Path, name: str) -> None:
    done = run("set", spec.parent / name, spec, TWO)
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert done.err.startswith(f"beakerspec: {spec.parent / name}: ")
    assert "gpuCount: 2" in text_of(spec)


@is_posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written_stays_as_it_is(spec: Path) -> None:
    spec.chmod(0o444)
    spec.parent.chmod(0o555)
    try:
        assert run("set", spec, TWO) == (2, "", f"beakerspec: {spec}: Permission denied\n")
    finally:
        spec.parent.chmod(0o755)
    assert text_of(spec) == TEXT


@is_linux
def test_a_full_disk_is_told_with_the_file_that_was_to_be_written(spec: Path) -> None:
    done = run("set", spec, TWO, "-o", "/dev/full")
    assert done == (2, "", "beakerspec: /dev/full: No space left on device\n")
    with open("/dev/full", "wb") as full:
        done = start("set", spec, TWO, "-o", "-", stdout=full)
    assert (done.code, done.err) == (2, "beakerspec: output: No space left on device\n")
    assert text_of(spec) == TEXT


def test_a_file_that_another_program_changes_in_between_keeps_that_change(spec: Path) -> None:
    def change(*arguments: object, **options: object) -> str:
        spec.write_bytes(b"budget: other\n")
        return edit_text(TEXT, {"budget": "x"})

    with mock.patch("beakerspec.cli.set.change_text", change):
        done = run("set", spec, "budget=x")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"beakerspec: {spec}: another program has changed the file")
    assert text_of(spec) == "budget: other\n"
    assert [path.name for path in spec.parent.iterdir()] == ["spec.yaml"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_ends_early_leaves_the_old_file(spec: Path, error: BaseException) -> None:
    with mock.patch("os.fsync", side_effect=error):
        done = run("set", spec, TWO)
    assert done.code != 0
    assert text_of(spec) == TEXT
    assert [path.name for path in spec.parent.iterdir()] == ["spec.yaml"]


CHANGING = """
import sys
from beakerspec.cli import main
for number in range(10_000):
    main(["set", sys.argv[1], f"tasks[train].resources.gpuCount={number % 7 + 1}"])
    if number == 0:  # what takes long is loaded
        print(flush=True)
"""


@pytest.mark.slow
@is_posix
def test_a_file_is_whole_whenever_the_command_is_killed(spec: Path) -> None:
    whole = {edit_text(TEXT, {"tasks[train].resources.gpuCount": number}) for number in range(1, 8)}
    seen = set()
    for wait in range(8):
        with subprocess.Popen([sys.executable, "-c", CHANGING, spec], stdout=subprocess.PIPE) as program:
            assert program.stdout is not None
            program.stdout.readline()
            time.sleep(wait * 0.017)
            program.kill()
        seen.add(text_of(spec))
    assert len(seen) > 1
    assert seen <= whole


@is_linux
def test_a_pipe_is_not_changed_in_place(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(TEXT,))
    writer.start()
    done = run("set", pipe, TWO)
    writer.join()
    assert (done.code, done.out) == (2, "")
    assert done.err == f"beakerspec: {pipe}: not a regular file: use - for standard input and output\n"


def test_a_link_stays_a_link_and_the_mode_of_the_file_stays(spec: Path) -> None:
    link = spec.with_name("link.yaml")
    link.symlink_to(spec)
    spec.chmod(0o640)
    assert run("set", link, TWO) == (0, "", "")
    assert link.is_symlink()
    assert spec.stat().st_mode & 0o777 == 0o640
    assert "gpuCount: 2" in text_of(spec)


# Completion.


@pytest.mark.slow
@has_completion
@pytest.mark.parametrize(
    ("start_of", "wanted"),
    [
        ("bud", {"budget"}),
        ("tasks[train].resources.", {"tasks[train].resources.gpuCount", "tasks[train].resources.memory"}),
    ],
)
def test_a_shell_is_told_the_paths_of_the_file(tmp_path: Path, start_of: str, wanted: set[str]) -> None:
    spec = write(tmp_path / "spec.yaml", TEXT)
    for quote in ("", "'"):
        told = completed(tmp_path, f"beakerspec set {spec} {quote}{start_of}")
        assert wanted <= {each.strip("= '").replace("\\", "") for each in told}


@pytest.mark.slow
@has_completion
def test_a_shell_is_told_the_names_of_items(tmp_path: Path) -> None:
    spec = write(tmp_path / "spec.yaml", TEXT)
    told = " ".join(completed(tmp_path, f"beakerspec set {spec} tasks["))
    assert all(name in told for name in ("train", "test", "*"))
