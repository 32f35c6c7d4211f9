"""The bar of ``summary``, on a terminal: what it shows meanwhile, what is left of it, and where there is none."""

from __future__ import annotations

import io
import os
import re
import select
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import TextIO
from unittest import mock

import pytest

from beakerspec.cli import main

pytest.importorskip("rich")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="terminals and pipes as POSIX has them")

SPEC = "budget: b\ntasks:\n- image: {docker: alpine}\n"


class Run:
    """``summary``, whose standard error is a terminal."""

    def __init__(self, *arguments: str, **env: str) -> None:
        self._controller, terminal = os.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "beakerspec", "summary", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=terminal,
            env={**os.environ, "NO_COLOR": "1", "FORCE_COLOR": "", "TERM": "xterm", "COLUMNS": "100", **env},
        )
        os.close(terminal)
        self.shown = ""

    def wait_for(self, pattern: str) -> None:
        """Wait until the terminal shows something."""
        while re.search(pattern, self.shown) is None:
            assert self._read(), f"expected {pattern}, got {self.shown[-1000:]!r}"

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def end(self) -> tuple[int, str]:
        """Wait for the end. Returns the exit code and what was printed."""
        while self._read():
            pass
        out, _ = self._process.communicate(timeout=60)
        return self._process.returncode, out.decode()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        os.close(self._controller)

    def _read(self) -> bool:
        assert select.select([self._controller], [], [], 60)[0], f"nothing more than {self.shown[-1000:]!r}"
        try:
            data = os.read(self._controller, 10_000)
        except OSError:  # the other end was closed, as Linux says it
            return False
        self.shown += data.decode()
        return bool(data)

    @property
    def left(self) -> list[str]:
        """The lines that are left on the terminal."""
        lines, row, column = [""], 0, 0
        # The ways in which a program may move the cursor up and down and to a column, and erase a line or all below.
        for part in re.findall(r"\x1b\[[\d;?]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+", self.shown):
            number = int(re.sub(r"\D", "", part) or 0) if part.startswith("\x1b") else 0
            if part == "\r":
                column = 0
            elif part == "\n":
                row += 1
                lines += [""] * (row == len(lines))
            elif re.fullmatch(r"\x1b\[\d*[ABEFG]", part):
                row += {"A": -1, "B": 1, "E": 1, "F": -1, "G": 0}[part[-1]] * (number or 1)
                lines += [""] * (row + 1 - len(lines))
                column = column if part[-1] in "AB" else number - 1 if part[-1] == "G" and number else 0
            elif re.fullmatch(r"\x1b\[[02]?[JK]", part):
                lines[row] = "" if number == 2 else lines[row][:column]
                del lines[row + 1 if part[-1] == "J" else len(lines) :]
            elif not part.startswith("\x1b"):
                lines[row] = lines[row].ljust(column)[:column] + part + lines[row][column + len(part) :]
                column += len(part)
        return [line.rstrip() for line in lines if line.strip()]


def awaited(pipe: str) -> TextIO:
    """A pipe, once somebody waits for what is written to it."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return open(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), "w")
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.01)


@pytest.fixture
def runs() -> Iterator[list[Run]]:
    """Those that are ended with the test."""
    runs: list[Run] = []
    yield runs
    for each in runs:
        each.close()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a spec and a file that is none, an archive of three, and two pipes, for which a run waits."""
    monkeypatch.chdir(tmp_path)
    Path("specs").mkdir()
    Path("specs/a.yaml").write_text(SPEC)
    Path("specs/b.yaml").write_text("no: spec\n")
    with zipfile.ZipFile("specs.zip", "w") as archive:
        for name in ("a.yaml", "b.yaml", "c.yaml"):
            archive.writestr(name, SPEC)
    os.mkfifo("pipe")
    os.mkfifo("last")
    return tmp_path


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_terminal_shows_files_specs_rate_and_nothing_in_the_end(runs: list[Run]) -> None:
    run = Run("specs", "./specs", "specs.zip", "pipe", "last")
    runs.append(run)
    run.wait_for(" of 5 files, ")
    with awaited("pipe") as pipe:
        time.sleep(0.2)  # a line that comes within 0.1 s of another is not shown
        pipe.write(SPEC)
    # An archive is one file, whatever it holds.
    run.wait_for(r"\b[34] of 5 files, 5 specs, \d+ specs/s")
    with awaited("last") as last:
        last.write(SPEC)
    code, out = run.end()
    assert (code, out.splitlines()[0]) == (0, "7 files, 6 experiments, 6 tasks, 6 replicas")
    assert run.left == []


@pytest.mark.usefixtures("here")
def test_what_is_said_meanwhile_stays_on_the_terminal_in_one_piece(runs: list[Run]) -> None:
    name = f"{'long' * 40}.yaml"
    Path(name).write_text("tasks: [")
    run = Run("specs", name, COLUMNS="60")
    runs.append(run)
    code, _ = run.end()
    assert code == 1
    assert " of 3 files, " in run.shown
    (line,) = run.left
    assert re.fullmatch(rf"beakerspec: {name}:\d.*\[yaml-syntax\]", line)


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_an_interrupt_removes_the_bar(runs: list[Run]) -> None:
    run = Run("specs", "pipe")
    runs.append(run)
    run.wait_for(" of 3 files, ")
    run.interrupt()
    assert run.end() == (130, "")
    assert run.left == []
    assert run.shown.rfind("\x1b[?25h") >= run.shown.rfind("\x1b[?25l")  # the cursor is there again, if it was gone


@pytest.mark.usefixtures("here")
def test_a_terminal_that_cannot_erase_shows_nothing(runs: list[Run]) -> None:
    run = Run("specs", TERM="dumb")
    runs.append(run)
    assert run.end()[0] == 0
    assert run.shown == ""


@pytest.mark.slow
@pytest.mark.parametrize("env", [{}, {"FORCE_COLOR": "1"}, {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "1"}])
@pytest.mark.usefixtures("here")
def test_what_is_no_terminal_gets_nothing(env: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "beakerspec", "summary", "specs"],
        capture_output=True,
        env={**os.environ, "TERM": "xterm", **env},
        check=True,
    )
    assert done.stderr == b""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.usefixtures("here")
def test_without_rich_there_is_no_bar() -> None:
    terminal = Terminal()
    with (
        mock.patch.dict(sys.modules, {"rich.console": None}),
        mock.patch.dict(os.environ, {"TERM": "xterm"}),
        mock.patch.object(sys, "stderr", terminal),
        redirect_stdout(io.StringIO()),
    ):
        assert main(["summary", "specs"]) == 0
    assert terminal.getvalue() == ""
