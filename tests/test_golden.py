"""Files beside what has to come of them, through the library and through the command.

Of a file that is refused, ``NAME.txt`` holds the whole report. Of any other, ``NAME.json`` holds the plain data.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from beakerspec import ExperimentSpec, ValidationError
from beakerspec.cli import main

GOLDEN = Path(__file__).parent / "golden"


def source_of(report: Path) -> Path:
    """The file that a report is about."""
    yaml = report.with_suffix(".yaml")
    return yaml if yaml.exists() else report.with_suffix(".json")


BAD = [source_of(report) for report in sorted(GOLDEN.glob("*.txt"))]
GOOD = sorted(path for path in GOLDEN.glob("*.yaml") if path.with_suffix(".json").exists())


def name_of(path: Path) -> str:
    return path.name


@pytest.fixture(autouse=True)
def in_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports name files as they were given, here without their folder."""
    monkeypatch.chdir(GOLDEN)


def wanted(path: Path) -> str:
    return path.with_suffix(".txt").read_bytes().decode().rstrip("\n")


def test_every_file_is_one_of_a_pair() -> None:
    paired = {path for pair in BAD for path in (pair, pair.with_suffix(".txt"))}
    paired |= {path for pair in GOOD for path in (pair, pair.with_suffix(".json"))}
    assert sorted(GOLDEN.iterdir()) == sorted(paired)


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_a_file_that_is_refused_gives_its_report(path: Path, matches_golden: Callable[[Path, str], bool]) -> None:
    # For the command an unknown field is an error. So it is with `strict`.
    with pytest.raises(ValidationError) as caught:
        ExperimentSpec.from_file(path.name, strict=True)
    assert matches_golden(path.with_suffix(".txt"), f"{caught.value}\n")


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_the_command_prints_the_same_report(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Of the rules about whole specs, which have files of their own, it is the one that reading knows with `strict`.
    assert main(["check", "--no-config", "--select", "unknown-field", path.name]) == 1
    *blocks, _ = capsys.readouterr().out.split("\n\n")
    assert "\n".join(blocks) == wanted(path)


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_no_report_shows_the_value_of_a_variable(path: Path) -> None:
    assert "0123456789abcdef" not in wanted(path)
    assert " hidden" not in wanted(path)


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_any_other_file_gives_its_data(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = ExperimentSpec.from_file(path.name).to_json()
    # As texts, in which 1, 1.0, true and "1" differ.
    assert json.dumps(found, indent=2) == json.dumps(json.loads(path.with_suffix(".json").read_text("utf-8")), indent=2)


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_the_command_finds_no_error_in_it(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--no-config", "--severity", "error", path.name]) == 0
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_its_data_is_a_spec_as_well(path: Path) -> None:
    assert ExperimentSpec.from_file(path.with_suffix(".json").name) == ExperimentSpec.from_file(path.name)
