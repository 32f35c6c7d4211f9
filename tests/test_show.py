"""``beakerspec show``: a spec as beakerspec understands it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
import yaml
from conftest import ROOT

from beakerspec import ExperimentSpec
from beakerspec.cli import main

TEXT = """\
x-image: &image {docker: "{{.Env.IMAGE}}"}
budget: Zürich
tasks:
- &first
  image: *image
  host_networking: true
  timeout: 1h30m
  command: [echo, 1, 1.10]
- <<: *first
  name: second
  host_networking: no
"""

SHOWN = """\
version: v2
budget: Zürich
tasks:
- image:
    docker: alpine
  command: [echo, 1, '1.10']
  context: {}
  hostNetworking: true
  timeout: 90m
- name: second
  image:
    docker: alpine
  command: [echo, 1, '1.10']
  context: {}
  timeout: 90m
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "launch.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return str(path)


def test_templates_aliases_and_merge_keys_are_replaced(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", spec, "--env", "IMAGE=alpine"]) == 0
    assert capsys.readouterr().out == SHOWN


def test_defaults_are_shown_on_request(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", spec, "--env", "IMAGE=alpine", "--defaults"]) == 0
    tasks = yaml.safe_load(capsys.readouterr().out)["tasks"]
    assert [(task["hostNetworking"], task["leaderSelection"]) for task in tasks] == [(True, False), (False, False)]


def test_json_holds_the_data_of_the_yaml(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", spec, "--env", "IMAGE=alpine", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == yaml.safe_load(SHOWN)


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(SHOWN.encode())))
    assert main(["show", "-"]) == 0
    assert capsys.readouterr().out == SHOWN


def test_a_spec_is_written_to_a_file(spec: str, tmp_path: Path) -> None:
    assert main(["show", spec, "--env", "IMAGE=alpine", "-o", str(tmp_path / "out.yaml")]) == 0
    assert (tmp_path / "out.yaml").read_text(encoding="utf-8") == SHOWN


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "examples").glob("**/*.yaml")), ids=lambda path: path.name)
def test_what_is_shown_reads_back_as_an_equal_spec(path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    code = main(["show", str(path)])
    shown = capsysbinary.readouterr()
    if code == 0:
        assert ExperimentSpec.from_yaml(shown.out) == ExperimentSpec.from_file(path)
    else:
        assert (code, shown.out) == (1, b"")


def test_a_file_that_is_no_spec_has_its_problems_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("tasks:\n- image: {docker: alpine}\n  replicas: many\n")
    assert main(["show", str(path)]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"{path}:3:13: " in shown.err


def test_a_misspelt_field_is_no_missing_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("tasks:\n- imagee: {docker: alpine}\n")
    assert main(["show", str(path)]) == 1
    assert capsys.readouterr().err.startswith(f'{path}:2:3: unknown field "imagee" in a task [unknown-field]\n')


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(tmp_path / "missing.yaml")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
