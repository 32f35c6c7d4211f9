"""`beakerspec init`: specs to start from."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from beakerspec import ExperimentSpec
from beakerspec.cli import main

KINDS = ("small", "gpu", "multi-node", "pipeline")

SETTINGS = """
[site]
budgets = ["lab: vision", "lab/other"]
priorities = ["low", "high"]
min-timeout = "30m"
max-timeout = "12h"
require-budget = true
[site.clusters]
"lab/cpu" = { gpus-per-node = 0 }
"lab/small" = { gpus-per-node = 4, memory-per-gpu = "90GiB", cpus-per-gpu = 12 }
"""

in_each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@in_each_kind
@pytest.mark.parametrize("settings", ["", SETTINGS], ids=["no settings", "settings"])
def test_each_kind_passes_the_check(kind: str, settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(".beakerspec.toml").write_text(settings)
    assert main(["init", kind]) == 0
    assert capsys.readouterr().err == "beakerspec: wrote experiment.yaml\n"
    assert main(["check", "experiment.yaml"]) == 0
    assert capsys.readouterr().out == "no problems in 1 spec\n"


@in_each_kind
def test_each_kind_has_comments_and_short_lines(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", kind, "-o", "-"]) == 0
    text = capsys.readouterr().out
    assert re.search(r"\S  # \w", text)
    assert max(map(len, text.splitlines())) <= 90


def test_each_kind_is_what_it_is_called() -> None:
    specs = {}
    for kind in KINDS:
        assert main(["init", kind, "-o", f"{kind}.yaml"]) == 0
        specs[kind] = ExperimentSpec.from_file(f"{kind}.yaml").tasks
    assert all(len(tasks) == (2 if kind == "pipeline" else 1) for kind, tasks in specs.items())
    assert specs["multi-node"][0].replicas == 2
    assert specs["gpu"][0].resources is not None
    assert specs["gpu"][0].resources.gpu_count == 1
    assert specs["pipeline"][1].datasets is not None
    assert specs["pipeline"][1].datasets[0].source.result == "extract"


def test_the_help_lists_the_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--help"]) == 0
    listed = re.findall(r"^  ([a-z-]+)  +[a-z]", capsys.readouterr().out.partition("kinds:")[2], re.MULTILINE)
    assert tuple(listed) == KINDS


def test_a_misspelt_kind_is_answered_with_the_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "large"]) == 2
    message = capsys.readouterr().err
    assert all(kind in message for kind in KINDS)


@pytest.mark.parametrize(
    "is_link", [False, pytest.param(True, marks=pytest.mark.skipif(os.name != "posix", reason="links"))]
)
def test_a_file_that_is_there_is_kept(is_link: bool, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("experiment.yaml")
    if is_link:
        path.symlink_to("nowhere")
    else:
        path.write_text("mine")
    assert main(["init"]) == 2
    message = "beakerspec: experiment.yaml: already exists: choose another name with -o FILE\n"
    assert capsys.readouterr().err == message
    assert not is_link or not Path("nowhere").exists()
    assert is_link or path.read_text() == "mine"


def test_a_folder_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "-o", "a/b.yaml"]) == 2
    assert capsys.readouterr().err == "beakerspec: a/b.yaml: No such file or directory\n"


def test_json_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "-o", "a.json"]) == 2
    assert "expected a name that ends in .yaml" in capsys.readouterr().err
    assert not Path("a.json").exists()
