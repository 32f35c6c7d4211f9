"""Text, for people: each problem as `str` gives it, in colours on a terminal, and a closing line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...problems import Problem
from . import Report, Tally
from .wording import summary

__all__ = ["TextReport", "rendered"]

# The parameters of ANSI's sequences for colours.
_PLACE = _CLOSING = "1"
_SEVERITIES = {"error": "1;31", "warning": "1;33"}
_MARGIN = "2"
_HINT = "36"

#: The markers below a source line, behind their margin.
_MARKERS = re.compile(r"^( +\| *)(\^~*)$", re.MULTILINE)
#: What stands to the left of a source line, of its markers, of the path, and (the group) of the hint.
_MARGINS = re.compile(r"^(?: +\d* +\|| +in:|( +hint:))", re.MULTILINE)


class TextReport(Report):
    """Blocks of lines, and a closing line."""

    def add(self, file: str, problems: Sequence[Problem]) -> None:
        """Write each problem, with a blank line after it."""
        for problem in problems:
            self._write(f"{rendered(problem, color=self._color)}\n\n")

    def end(self, tally: Tally) -> None:
        """Write what was counted."""
        line = summary(tally)
        if self._color:
            worst = "error" if tally.errors else "warning" if tally.warnings else ""
            line = _painted(line, _SEVERITIES.get(worst, _CLOSING))
        self._write(f"{line}\n")


def rendered(problem: Problem, *, color: bool) -> str:
    """A problem as `str` gives it. Colours are laid over that text: without their codes it is the same."""
    text = str(problem)
    if not color:
        return text
    severity = _SEVERITIES[problem.severity]
    level = "warning: " if problem.severity == "warning" else ""
    place, _, below = text.partition(f"{level}{problem.message} [{problem.rule}]")
    below = _MARKERS.sub(lambda match: match[1] + _painted(match[2], severity), below)
    below = _MARGINS.sub(lambda match: _painted(match[0], _HINT if match[1] else _MARGIN), below)
    said = f"{_painted(level, severity)}{problem.message} {_painted(f'[{problem.rule}]', severity)}"
    return _painted(place, _PLACE) + said + below


def _painted(text: str, color: str) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if text else ""
