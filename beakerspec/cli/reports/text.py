"""Text, for people: each problem as `str` gives it, in colours on a terminal, and a closing line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...problems import Part, Problem, rendered
from . import Report, Tally
from .wording import summary

__all__ = ["TextReport"]

# The parameters of ANSI's sequences for colours.
_PLACE = _CLOSING = "1"
_SEVERITIES = {"error": "1;31", "warning": "1;33"}
_MARGIN = "2"
_HINT = "36"


class TextReport(Report):
    """Blocks of lines, and a closing line."""

    def add(self, file: str, problems: Sequence[Problem]) -> None:
        """Write each problem, with a blank line after it."""
        for problem in problems:
            text = rendered(problem, _paint(problem)) if self._color else rendered(problem)
            self._write(f"{text}\n\n")

    def end(self, tally: Tally) -> None:
        """Write what was counted."""
        line = summary(tally)
        if self._color:
            worst = "error" if tally.errors else "warning" if tally.warnings else ""
            line = _painted(line, _SEVERITIES.get(worst, _CLOSING))
        self._write(f"{line}\n")


def _paint(problem: Problem) -> Callable[[str, Part], str]:
    """What lays the colours of a problem over its parts. Without their codes the text is the same."""
    severity = _SEVERITIES[problem.severity]
    colors: dict[Part, str] = {
        "place": _PLACE,
        "level": severity,
        "rule": severity,
        "margin": _MARGIN,
        "markers": severity,
        "hint": _HINT,
    }
    return lambda text, part: _painted(text, colors[part])


def _painted(text: str, color: str) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if text else ""
