"""What `check` says about the files that it checks: `REPORTS` has the formats, one small module for each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Protocol

import attrs

from ...problems import Problem

__all__ = ["CLOSING_LINE", "REPORTS", "MakeReport", "Report", "Tally", "Write"]

#: Takes the next piece of the report, ends of lines included.
Write = Callable[[str], object]


@attrs.define
class Tally:
    """How many there were of what."""

    checked: int = 0
    """Specs that were checked."""
    skipped: int = 0
    """Files that were found and are not experiment specs."""
    unreadable: int = 0
    """Files that could not be read."""
    suppressed: int = 0
    """Problems that a comment in the file suppresses."""
    errors: int = 0
    """Problems of severity error."""
    warnings: int = 0
    """Problems of severity warning."""
    fixed: int = 0
    """Problems that were fixed."""
    fixable: int = 0
    """Reported problems that `--fix` can fix."""
    unsafe: int = 0
    """Reported problems that it can fix with `--unsafe-fixes` only."""


class Report(ABC):
    """A report in one format: `add` for each checked file in turn, then `end`.

    All that is said is stable: the same files give the same text in every run. `color` asks for colours where the
    format has them, which is in text alone.
    """

    def __init__(self, write: Write, *, color: bool = False) -> None:
        self._write = write
        self._color = color

    @abstractmethod
    def add(self, file: str, problems: Sequence[Problem]) -> None:
        """Report a file, by the name that it was given by, and all its problems, of which there may be none."""

    @abstractmethod
    def end(self, tally: Tally) -> None:
        """Close the report, once, also where no file was added."""


class MakeReport(Protocol):
    """What makes the reports of one format."""

    def __call__(self, write: Write, *, color: bool = False) -> Report:
        """Make a report that has not said anything yet."""
        ...


def _lazily(module: str, name: str) -> MakeReport:
    """What makes the reports of a class. Its module is imported when one is made: a run needs one of them."""

    def make(write: Write, *, color: bool = False) -> Report:
        report: Report = getattr(import_module(f".{module}", __name__), name)(write, color=color)
        return report

    return make


#: What makes a report, by the name of its format.
REPORTS: Mapping[str, MakeReport] = {
    "text": _lazily("text", "TextReport"),
    "concise": _lazily("concise", "ConciseReport"),
    "json": _lazily("data", "JsonReport"),
    "jsonl": _lazily("data", "JsonLinesReport"),
    "github": _lazily("github", "GitHubReport"),
    "sarif": _lazily("sarif", "SarifReport"),
    "junit": _lazily("junit", "JUnitReport"),
}

#: The formats of which `end` writes one more line, for people, which may be left out.
CLOSING_LINE = ("text", "concise", "github")
