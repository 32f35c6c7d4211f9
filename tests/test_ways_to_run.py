"""Ways to run the command: with options of Python, without an environment, and in a working directory that is gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conftest import EXAMPLES, ROOT

import beakerspec

#: Where the package is, for a Python that does not look at PYTHONPATH.
PACKAGE = str(Path(beakerspec.__file__).parent.parent)
FOLDER = str(ROOT / EXAMPLES)
GOOD = str(ROOT / EXAMPLES / "hello.yaml")
BAD = "tasks:\n- image: {docker: alpine}\n  replicas: many\n  envVars: [{name: A, value: b}, {name: A, vaule: c}]\n"

is_posix = pytest.mark.skipif(os.name != "posix", reason="a working directory can be removed on POSIX only")

#: Runs command lines, each with the same standard input, and prints the exit code, output and errors of each as JSON.
DRIVER = """if True:
    import sys
    sys.path.insert(0, sys.argv[1])
    import io, json
    from contextlib import redirect_stderr, redirect_stdout
    from beakerspec.cli import main

    outcomes = []
    for arguments in json.loads(sys.argv[3]):
        sys.stdin = io.TextIOWrapper(io.BytesIO(sys.argv[2].encode()), encoding="utf-8")
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            code = main(arguments)
        outcomes.append([code, out.getvalue(), err.getvalue()])
    print(json.dumps(outcomes))
"""

#: Calls a function of the package, and prints what it gives.
CALLS = """if True:
    import sys
    sys.path.insert(0, sys.argv[1])
    import beakerspec
    from beakerspec import ExperimentSpec
    print(eval(sys.argv[3]))
"""


class Way(NamedTuple):
    """How a process is started."""

    options: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] | None = None
    is_folder_removed: bool = False


NORMAL = Way()
GONE = Way(is_folder_removed=True)
WAYS = {
    "without asserts": Way(("-O",)),
    "without docstrings": Way(("-OO",)),
    "with warnings as errors": Way(("-W", "error", "-X", "dev", "-X", "warn_default_encoding")),
    "isolated": Way(("-I",)),
    "without an environment": Way(environment=()),
    "with any digits": Way(environment=(("PYTHONINTMAXSTRDIGITS", "0"),)),
    "with few digits": Way(environment=(("PYTHONINTMAXSTRDIGITS", "640"),)),
    "in a removed folder": GONE,
}
COMMANDS = (
    ("check", FOLDER),
    ("check", GOOD),
    ("check", "-"),
    ("check", "--format", "github", "-"),
    ("check", "--format", "sarif", "-"),
    ("check", "--format", "junit", "-"),
    ("check", "--verbose", "--no-config", FOLDER),
    ("rules",),
    ("rules", "timeout"),
    ("schema",),
    ("summary", FOLDER),
)


def process(way: Way, code: str, argument: str, folder: Path) -> str:
    """What a new process prints that gets the package, a spec with mistakes and an argument."""
    command = [sys.executable, *way.options, "-c", code, PACKAGE, BAD, argument]
    if way.is_folder_removed:
        folder = folder / "removed"
        folder.mkdir()
        command = ["/bin/sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh", *command]
    # Windows starts no program without this one.
    needed = {name: value for name, value in os.environ.items() if name == "SYSTEMROOT"}
    environment = None if way.environment is None else needed | dict(way.environment)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout.decode()


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The outcome of each command, by the way it is run. All commands of a way share a process."""

    @cache
    def run(way: Way, commands: tuple[tuple[str, ...], ...] = COMMANDS) -> dict[tuple[str, ...], list[Any]]:
        if way.is_folder_removed and os.name != "posix":
            pytest.skip("a working directory can be removed on POSIX only")
        folder = tmp_path_factory.mktemp("run")
        return dict(zip(commands, json.loads(process(way, DRIVER, json.dumps(commands), folder)), strict=True))

    return run


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command).replace(str(ROOT), ""))
@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
def test_a_command_says_the_same_in_every_way_it_is_run(outcomes: Any, way: Way, command: tuple[str, ...]) -> None:
    assert outcomes(way)[command] == outcomes(NORMAL)[command]


def test_the_spec_with_mistakes_has_problems_to_compare(outcomes: Any) -> None:
    code, out, _ = outcomes(NORMAL)["check", "-"]
    assert (code, "did you mean value?" in out) == (1, True)


# In a working directory that is gone

NOT_THERE = "No such file or directory"
RELATIVE = {
    ("check", "a.yaml"): f"a.yaml: {NOT_THERE}",
    ("check", "--format", "sarif", "a.yaml"): f"a.yaml: {NOT_THERE}",
    ("check", "."): ".: the working directory was removed",
    ("check", "*.yaml"): "*.yaml: no file matches",
    ("check", "--files-from", "list", GOOD): f"list: {NOT_THERE}",
    ("check", "--config", "a.toml", GOOD): f"a.toml: {NOT_THERE}",
    ("check", "-o", "report.txt", GOOD): f"report.txt: {NOT_THERE}",
    ("schema", "-o", "schema.json"): f"schema.json: {NOT_THERE}",
    ("summary", "a.yaml"): f"a.yaml: cannot be read: {NOT_THERE} [unreadable]",
    ("summary", "."): ".: cannot be read: the working directory was removed [unreadable]",
    ("summary", "-o", "figures.txt", GOOD): f"figures.txt: {NOT_THERE}",
}


@is_posix
@pytest.mark.parametrize("command", RELATIVE, ids=lambda command: " ".join(command).replace(str(ROOT), ""))
def test_a_relative_path_in_a_removed_folder_is_one_error(outcomes: Any, command: tuple[str, ...]) -> None:
    code, _, err = outcomes(GONE, tuple(RELATIVE))[command]
    assert (code, err) == (2, f"beakerspec: {RELATIVE[command]}\n")


@pytest.mark.slow
@is_posix
@pytest.mark.parametrize(
    ("call", "result"),
    [
        ("[each.rule for each in beakerspec.check('tasks: []')]", "['missing-budget', 'no-tasks']"),
        ("ExperimentSpec.from_yaml('budget: a').budget", "a"),
        (f"len(ExperimentSpec.from_file({GOOD!r}).tasks)", "1"),
        (f"[len(each.spec.tasks) for each in beakerspec.load_many([{GOOD!r}])]", "[1]"),
        (f"[len(each.spec.tasks) for each in beakerspec.load_many([{GOOD!r}] * 50, workers=2)]", f"{[1] * 50}"),
    ],
    ids=["check", "from_yaml", "from_file", "load_many", "load_many with workers"],
)
def test_a_function_needs_no_working_folder(tmp_path: Path, call: str, result: str) -> None:
    assert process(GONE, CALLS, call, tmp_path).strip() == result
