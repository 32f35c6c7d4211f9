"""What every test file may rely on: where the project's files stand, and how Hypothesis runs."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

#: The folder that holds README.md and tests. The package itself may be installed elsewhere.
ROOT = Path(__file__).parent.parent

#: How the folder of examples is called where README.md names it.
EXAMPLES = "tests/examples"

# A busy machine makes single examples slow, and slow to draw, which says nothing about the code. Where builds are run,
# a failure has to be the same the next time, too, and every Python runs them.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, print_blob=True, max_examples=40)
settings.load_profile("ci" if os.environ.get("CI") else "default")

# What a shell starts in the background ignores interrupts, and so would the commands that tests interrupt.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew, to be read in the diff")


@pytest.fixture
def matches_golden(request: pytest.FixtureRequest) -> Callable[[Path, str], bool]:
    """Whether a golden file holds a text. With ``--update-golden`` the file is written first."""

    def matches(path: Path, text: str) -> bool:
        if request.config.getoption("--update-golden"):
            path.write_bytes(text.encode())
        return path.read_bytes().decode() == text

    return matches


@pytest.fixture
def give_away(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Make a file one that belongs to another user."""

    def give(path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, 4242, -1, follow_symlinks=False)
        else:  # who cannot give files away is somebody else from now on
            monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    return give


@pytest.fixture
def root() -> Path:
    """The folder that holds README.md and tests."""
    return ROOT


@pytest.fixture
def with_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory but for a copy of the examples, which a test may change."""
    shutil.copytree(ROOT / EXAMPLES, tmp_path / EXAMPLES)
    monkeypatch.chdir(tmp_path)
    return tmp_path
