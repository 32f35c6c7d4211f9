"""The hooks for pre-commit, run by pre-commit itself in a repository of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

pytest.importorskip("pre_commit", reason="pre-commit is not installed")
pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
    pytest.mark.skipif(not (ROOT / "setup.cfg").exists(), reason="the hook is installed from the whole project"),
]

#: What pip makes the hook's environment from.
PROJECT = ("beakerspec", "setup.cfg", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml")


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def committed(folder: Path) -> str:
    """Make a repository of a folder, and return its commit."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "All of it")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository with the hooks, and its commit."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in PROJECT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    return folder, committed(folder)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environment of the hook."""
    return tmp_path_factory.mktemp("cache")


def run_hook(
    folder: Path, hooks: tuple[Path, str], cache: Path, hook: str = "beakerspec"
) -> subprocess.CompletedProcess[str]:
    """Run a hook on all files of a repository."""
    repository, revision = hooks
    (folder / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {repository}\n  rev: {revision}\n  hooks:\n  - id: {hook}\n"
    )
    committed(folder)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", "--all-files", "--color", "never"],
        cwd=folder,
        env={**environment, "PRE_COMMIT_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_hook_reports_a_mistake_and_stops_the_commit(tmp_path: Path, hooks: tuple[Path, str], cache: Path) -> None:
    (tmp_path / "launch.yaml").write_text("budget: b\ntasks:\n- image: {docker: alpine}\n  replicas: 0\n")
    ended = run_hook(tmp_path, hooks, cache)
    assert "launch.yaml:4:13: expected at least 1, got 0 [replicas]" in ended.stdout, ended.stdout + ended.stderr
    assert ended.returncode == 1


@pytest.mark.slow
def test_the_hook_passes_over_what_is_no_spec(tmp_path: Path, hooks: tuple[Path, str], cache: Path) -> None:
    (tmp_path / "mkdocs.yaml").write_text("site_name: not a spec\n")
    (tmp_path / "package.json").write_text('{"name": "no spec either"}\n')
    ended = run_hook(tmp_path, hooks, cache)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.slow
def test_the_hook_passes_over_what_settings_exclude(tmp_path: Path, hooks: tuple[Path, str], cache: Path) -> None:
    (tmp_path / "launch.yaml").write_text("budget: b\ntasks:\n- image: {docker: alpine}\n  replicas: 0\n")
    (tmp_path / ".beakerspec.toml").write_text('exclude = ["launch.*"]\n')
    ended = run_hook(tmp_path, hooks, cache)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.slow
def test_the_second_hook_fixes_a_file_and_stops_the_commit_until_it_is_added(
    tmp_path: Path, hooks: tuple[Path, str], cache: Path
) -> None:
    text = "budget: b\ntasks:\n- image: {docker: alpine}  # small\n  constraints: {cluster: CLUSTER}\n"
    launch = tmp_path / "launch.yaml"
    launch.write_text(text.replace("CLUSTER", "a"))
    (tmp_path / "mkdocs.yaml").write_text("site_name: 'true'\n")
    ended = run_hook(tmp_path, hooks, cache, "beakerspec-fix")
    assert (ended.returncode, launch.read_text()) == (1, text.replace("CLUSTER", "[a]")), ended.stdout + ended.stderr
    assert run_hook(tmp_path, hooks, cache, "beakerspec-fix").returncode == 0
