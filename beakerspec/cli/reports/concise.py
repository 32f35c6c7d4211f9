"""One line a problem, for terminals and for tools that read ``file:line:column: message``."""

from __future__ import annotations

from collections.abc import Sequence

from ...problems import Problem, printable_text, without_commands
from . import Report, Tally
from .wording import summary

__all__ = ["ConciseReport"]


class ConciseReport(Report):
    """A line for each problem, and a closing line."""

    def add(self, file: str, problems: Sequence[Problem]) -> None:
        """Write a line for each problem."""
        for problem in problems:
            place = "" if problem.line is None else f":{problem.line}:{problem.column}"
            message = problem.message.replace("\n", " ")
            line = f"{printable_text(file)}{place}: {problem.severity}: {message} [{problem.rule}]"
            self._write(f"{without_commands(line)}\n")

    def end(self, tally: Tally) -> None:
        """Write what was counted."""
        self._write(f"{summary(tally)}\n")
