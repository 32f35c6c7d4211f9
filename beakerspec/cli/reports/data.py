"""JSON, for programs: one document, or a line for each problem. Both are ASCII and are written problem by problem."""

from __future__ import annotations

import json
from collections.abc import Sequence

import attrs

from ...problems import Problem
from . import Report, Tally, Write

__all__ = ["JsonLinesReport", "JsonReport"]


class JsonLinesReport(Report):
    """Objects, each on a line of its own."""

    def add(self, file: str, problems: Sequence[Problem]) -> None:
        """Write an object for each problem."""
        for problem in problems:
            self._write(f"{_object(problem)}\n")

    def end(self, tally: Tally) -> None:
        """Write nothing more: every line is an object of the same kind."""


class JsonReport(Report):
    """One object: ``problems``, a list of objects, and what the `Tally` counts."""

    def __init__(self, write: Write, *, color: bool = False) -> None:
        super().__init__(write, color=color)
        self._before = '{"problems": ['

    def add(self, file: str, problems: Sequence[Problem]) -> None:
        """Write an object for each problem."""
        for problem in problems:
            self._write(f"{self._before}\n{_object(problem)}")
            self._before = ","

    def end(self, tally: Tally) -> None:
        """Close the list and add the counts."""
        opening = "" if self._before == "," else self._before
        counts = json.dumps(attrs.asdict(tally)).removeprefix("{")
        self._write(f"{opening}\n], {counts}\n")


def _object(problem: Problem) -> str:
    """All but the snippet, which is the file's own text: ``Problem(**json.loads(text))`` is the problem."""
    return json.dumps(problem.to_json())
