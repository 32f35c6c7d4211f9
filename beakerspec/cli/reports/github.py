"""GitHub's workflow commands, which its runner turns into annotations of the files.

The grammar is that of the runner: ``::error name=value,…::message``, on one line, where message and values have
different escapes. It takes no columns of a problem that spans lines.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...problems import Problem, printable_text
from . import Report, Tally
from .wording import explanation, path_in_repository, summary

__all__ = ["GitHubReport"]

_IN_MESSAGES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_MESSAGES | str.maketrans({":": "%3A", ",": "%2C"})


class GitHubReport(Report):
    """Commands, each on a line of its own, and a closing line, which is none."""

    def add(self, file: str, problems: Sequence[Problem]) -> None:
        """Write a command for each problem."""
        path = path_in_repository(file).as_posix()
        for problem in problems:
            self._write(f"{_command(path, problem)}\n")

    def end(self, tally: Tally) -> None:
        """Write what was counted."""
        self._write(f"{summary(tally)}\n")


def _command(path: str, problem: Problem) -> str:
    properties: dict[str, str | int | None] = {"file": path, "line": problem.line, "endLine": problem.end_line}
    if problem.line == problem.end_line:
        properties |= {"col": problem.column, "endColumn": problem.end_column}
    properties["title"] = problem.rule
    given = ",".join(
        f"{name}={_escaped(str(value), _IN_PROPERTIES)}" for name, value in properties.items() if value is not None
    )
    return f"::{problem.severity} {given}::{_escaped(explanation(problem), _IN_MESSAGES)}"


def _escaped(text: str, escapes: dict[int, str]) -> str:
    """The text with the runner's escapes, and printable where it has none."""
    return printable_text(text.translate(escapes))
