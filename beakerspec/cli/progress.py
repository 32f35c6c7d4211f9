"""A line on the terminal that shows the progress of a long run."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress
    from typing_extensions import Self

__all__ = ["Bar", "Counter", "bar"]

_ERASE = "\r\x1b[K"
#: Seconds before the line appears, and between two updates.
_BEFORE_FIRST = 1.0
_BETWEEN = 0.1


class Counter:
    """Counts files on standard error, if that is a terminal. Call `hide` before anything else is printed."""

    def __init__(self) -> None:
        self._done = 0
        self._is_shown = False
        self._stream: TextIO | None = None
        if _is_terminal(sys.stderr):
            self._stream = sys.stderr
            self._next = time.monotonic() + _BEFORE_FIRST

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.hide()

    def step(self) -> None:
        """Count one more file."""
        self._done += 1
        if self._stream is not None and time.monotonic() >= self._next:
            self._next = time.monotonic() + _BETWEEN
            self._stream.write(f"{_ERASE}{self._done:,} files")
            self._stream.flush()
            self._is_shown = True

    def hide(self) -> None:
        """Remove the line, until the next file is counted."""
        if self._stream is not None and self._is_shown:
            self._stream.write(_ERASE)
            self._stream.flush()
            self._is_shown = False


class Bar:
    """Shows how many files were started and how many specs are done, with the rate and the remaining time."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("looking for files", total=None)
        self._files = self._total = self._specs = 0
        self._start = self._next = 0.0

    def start(self, total: int) -> None:
        """Begin the work on `total` files."""
        self._start, self._total = time.monotonic(), total
        self._progress.reset(self._task, total=total)
        self._show()

    def show(self, *, files: int = 0, specs: int = 0) -> None:
        """Add to the files and the specs."""
        self._files += files
        self._specs += specs
        if time.monotonic() >= self._next:
            self._show()

    def _show(self) -> None:
        now = time.monotonic()
        self._next = now + _BETWEEN
        rate = self._specs / max(now - self._start, _BETWEEN)
        text = f"{self._files:,} of {self._total:,} files, {self._specs:,} specs, {rate:,.0f} specs/s"
        self._progress.update(self._task, completed=self._files, description=text)


@contextmanager
def bar() -> Generator[Bar | None, None, None]:
    """A bar on standard error if that is a terminal and rich is installed (beakerspec[cli]), else None."""
    # By itself, rich lets FORCE_COLOR decide what is a terminal.
    if not _is_terminal(sys.stderr):
        yield None
        return
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError:
        yield None
        return
    console = Console(stderr=True, force_terminal=True, soft_wrap=True)
    columns = BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar(progress)


def _is_terminal(stream: TextIO | None) -> bool:
    """Whether text that is written to a stream can be erased again."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
