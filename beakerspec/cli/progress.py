"""A line on the terminal that says how far a long run has come."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Counter", "bar"]

_ERASE = "\r\x1b[K"
#: Seconds: a run that is over sooner needs no line, and one that is not needs no more often a new one.
_BEFORE_FIRST = 1.0
_BETWEEN = 0.1


class Counter:
    """Counts files on standard error, where that is a terminal. Whoever prints something else calls `hide` first."""

    def __init__(self) -> None:
        self._done = 0
        self._is_shown = False
        self._stream: TextIO | None = None
        if sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
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


@contextmanager
def bar(count: Callable[[], int]) -> Generator[Callable[[], None], None, None]:
    """A bar with rate and remaining time on a terminal, where rich is installed (beakerspec[cli]); else nothing.

    Gives the function to call for each file that is done. `count` counts them beforehand, if there is a bar.
    """
    try:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    except ImportError:
        yield lambda: None
        return
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda: None
        return
    rate = TextColumn("{task.fields[rate]}")
    columns = (BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=count(), rate="")

        def advance() -> None:
            progress.advance(task)
            speed = progress.tasks[task].speed
            progress.update(task, rate="" if speed is None else f"{speed:,.0f} files/s")

        yield advance
