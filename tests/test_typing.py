"""Type checkers see the annotations as meant: typical user code is clean, and a mistake in it is found."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import beakerspec

#: The folder that the package is imported from.
HOME = Path(beakerspec.__file__).parent.parent
CHECKOUT = (HOME / "setup.cfg").exists()

Checker = Callable[[Path], dict[int, str]]


def mypy(file: Path) -> dict[int, str]:
    """The first finding of strict mypy on each line of `file`."""
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--follow-imports=silent",
            "--no-error-summary",
            file.name,
        ],
        cwd=file.parent,
        # An installed package is found by itself, and mypy refuses to hear of site-packages a second time.
        env={**os.environ, "MYPYPATH": str(HOME) if CHECKOUT else ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode in {0, 1}, run.stderr
    found = re.findall(rf"^{re.escape(file.name)}:(\d+): error: (.+)$", run.stdout, re.MULTILINE)
    assert bool(found) == bool(run.returncode), run.stdout
    return {int(line): message for line, message in reversed(found)}


def pyright(file: Path) -> dict[int, str]:
    """The first finding of strict pyright on each line of `file`."""
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("pyright is not installed")
    settings = {"include": [file.name], "extraPaths": [str(HOME)], "typeCheckingMode": "strict"}
    (file.parent / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable],
        cwd=file.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode in {0, 1}, run.stderr
    report = json.loads(run.stdout)
    assert report["summary"]["filesAnalyzed"] == 1
    found = [(entry["range"]["start"]["line"] + 1, entry["message"]) for entry in report["generalDiagnostics"]]
    return dict(reversed(found))


@pytest.fixture(params=[mypy, pyright], ids=["mypy", "pyright"])
def checker(request: pytest.FixtureRequest) -> Checker:
    """A function that runs a type checker on one file."""
    found: Checker = request.param
    return found


def copied(name: str, folder: Path) -> Path:
    """A copy of a file of tests/typing in a folder where no settings of this project apply."""
    return Path(shutil.copy(Path(__file__).parent / "typing" / name, folder))


@pytest.mark.slow
def test_typical_user_code_is_clean(checker: Checker, tmp_path: Path) -> None:
    assert checker(copied("user_code.py", tmp_path)) == {}


@pytest.mark.slow
def test_wrong_lines_are_found_and_no_others(checker: Checker, tmp_path: Path) -> None:
    file = copied("wrong_code.py", tmp_path)
    lines = file.read_text(encoding="utf-8").splitlines()
    wrong = [number for number, line in enumerate(lines, 1) if line.endswith("# wrong")]
    assert sorted({*checker(file)}) == wrong


def test_typical_user_code_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(copied("user_code.py", tmp_path).parent)
    code = vars(importlib.import_module("user_code"))
    spec = code["from_parts"]()
    spec.to_file(tmp_path / "spec.yaml")
    assert code["read"](tmp_path / "spec.yaml") == spec.to_json()
    assert code["explain"](tmp_path / "spec.yaml") == ["replace hostname with cluster: [NAME]"]
    assert code["embed"]({"owner": "me", "spec": spec.to_json()})[0].spec == spec
    assert code["constrain"](spec.tasks[0].constraints) == "a100"
    assert [task.name for task in code["step_by_step"]().tasks] == ["first", "renamed"]
    assert code["compare"](code["from_mappings"]().tasks[0])
