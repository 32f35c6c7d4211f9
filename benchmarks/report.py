"""What a run has measured, as Markdown tables and as JSON."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.contenders import OURS, Contender
from benchmarks.goals import GOALS, Goal
from benchmarks.steps import STEPS

__all__ = ["MEASURES", "Measure", "Run", "machine"]


@dataclass(frozen=True)
class Measure:
    """A row of the table. Values are kept in the unit in which they were taken, and shown in `unit`."""

    name: str
    title: str
    unit: str
    #: How many of what was taken make one `unit`.
    scale: float = 1.0


MEASURES = (
    *(Measure(step.name, step.title, "µs", 1e3) for step in STEPS),
    Measure("import", "import, whole process", "ms", 1e-3),
    Measure("bare", "an interpreter that imports nothing", "ms", 1e-3),
    Measure("modules", "modules loaded after it", "number"),
    Measure("memory", "memory of a loaded spec, as Python counts it", "KB a spec", 1e3),
    Measure("resident", "growth of the process for a loaded spec", "KB a spec", 1e3),
)


_EXPLANATION = """\
Times are for one file, or one call that makes a changed copy: the median of the rounds, with the quartiles in
parentheses. A ratio is the median of each round's own ratio, and above 1 where beakerspec takes less."""


@dataclass
class Run:
    """All that is known about one run."""

    contenders: Sequence[Contender]
    #: What was measured on, in words.
    corpus: str
    rounds: int
    imports: int
    machine: Mapping[str, str]
    #: Contender → ``python`` and ``packages``.
    versions: dict[str, Any] = field(default_factory=dict[str, Any])
    #: Measure → contender → one value for each round.
    values: dict[str, dict[str, list[float]]] = field(default_factory=dict[str, dict[str, list[float]]])
    #: What beakerspec's import has loaded, although it is to be loaded on demand only.
    eager: Sequence[str] = ()

    def add(self, measure: str, contender: Contender, value: float) -> None:
        """Keep one more value."""
        self.values.setdefault(measure, {}).setdefault(contender.name, []).append(value)

    def ratio(self, measure: str, against: str) -> float | None:
        """How often what beakerspec takes goes into what another takes.

        It is the median of the ratios of the rounds. None where one of the two was not measured.
        """
        ours = self.values.get(measure, {}).get(OURS)
        theirs = self.values.get(measure, {}).get(against)
        if not ours or not theirs:
            return None
        return median(other / own for own, other in zip(ours, theirs, strict=True))

    def markdown(self) -> str:
        """Two tables, and what they were measured on and with."""
        lines = ["# beakerspec benchmarks", ""]
        lines += [f"- {name}: {text}" for name, text in self.machine.items()]
        for contender in self.contenders:
            known = self.versions[contender.name]
            packages = ", ".join(f"{package} {number}" for package, number in known["packages"].items())
            lines.append(f"- {contender.title}: {known['python']}, {packages}")
        lines += [
            f"- Corpus: {self.corpus}",
            f"- Rounds: {self.rounds}, and {self.imports} for imports, in which the contenders take turns",
            "",
            _EXPLANATION,
            "",
            *self._measured(),
        ]
        goals = self._goals()
        if goals:
            lines += ["", "| goal | at least | aim | measured | |", "|---|--:|--:|--:|---|", *goals]
            loaded = " and ".join(self.eager) if self.eager else "neither cattrs nor yaml"
            lines += ["", f"`from beakerspec import ExperimentSpec` loads {loaded}."]
        return "\n".join(lines) + "\n"

    def _measured(self) -> list[str]:
        heads, rules = ["step"], ["---"]
        compared = any(contender.name == OURS for contender in self.contenders)
        for contender in self.contenders:
            heads.append(contender.title)
            rules.append("--:")
            if compared and contender.name != OURS:
                heads.append("ratio")
                rules.append("--:")
        lines = [_row(heads), _row(rules)]
        for measure in MEASURES:
            taken = self.values.get(measure.name)
            if not taken:
                continue
            cells = [f"{measure.title}, {measure.unit}"]
            for contender in self.contenders:
                cells.append(_cell(taken.get(contender.name, ()), measure))
                if compared and contender.name != OURS:
                    ratio = None if measure.name == "bare" else self.ratio(measure.name, contender.name)
                    cells.append("" if ratio is None else _number(ratio))
            lines.append(_row(cells))
        return lines

    def _goals(self) -> list[str]:
        titles = {contender.name: contender.title for contender in self.contenders}
        names = {measure.name: measure.title for measure in MEASURES}
        lines: list[str] = []
        for goal in GOALS:
            ratio = self.ratio(goal.measure, goal.against)
            if ratio is not None:
                against = f"{names[goal.measure]}, against {titles[goal.against]}"
                figures = [f"{goal.floor:g}", f"{goal.aim:g}", f"{ratio:.1f}"]
                lines.append(_row([against, *figures, _verdict(goal, ratio)]))
        return lines

    def json(self) -> dict[str, Any]:
        """The same and every value, for programs. Times are in nanoseconds or, of processes, in seconds."""
        return {
            "machine": dict(self.machine),
            "corpus": self.corpus,
            "rounds": self.rounds,
            "imports": self.imports,
            "contenders": {
                contender.name: {"title": contender.title, **self.versions[contender.name]}
                for contender in self.contenders
            },
            "measures": {
                measure.name: {
                    "title": measure.title,
                    "unit": measure.unit,
                    "scale": measure.scale,
                    "values": self.values[measure.name],
                    "medians": {name: median(taken) for name, taken in self.values[measure.name].items()},
                    "ratios": {
                        contender.name: self.ratio(measure.name, contender.name)
                        for contender in self.contenders
                        if contender.name != OURS and self.ratio(measure.name, contender.name) is not None
                    },
                }
                for measure in MEASURES
                if measure.name in self.values
            },
            "goals": [
                {
                    "measure": goal.measure,
                    "against": goal.against,
                    "floor": goal.floor,
                    "aim": goal.aim,
                    "measured": ratio,
                    "verdict": _verdict(goal, ratio),
                }
                for goal in GOALS
                if (ratio := self.ratio(goal.measure, goal.against)) is not None
            ],
            "loaded eagerly": list(self.eager),
        }


def machine() -> dict[str, str]:
    """What the run is on: processor, number of cores, operating system."""
    return {
        "Machine": f"{_processor()}, {os.cpu_count()} cores",
        "System": f"{_system()}, {platform.machine()}",
    }


def _processor() -> str:
    if Path("/proc/cpuinfo").exists():
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            name, _, text = line.partition(":")
            if name.strip() == "model name":
                return text.strip()
    elif sys.platform == "darwin":
        asked = subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False
        )
        if asked.returncode == 0:
            return asked.stdout.strip()
    return platform.processor() or "unknown processor"


def _system() -> str:
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {platform.system()} {platform.release()}"
    except (OSError, KeyError):
        return platform.platform()


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(taken: Sequence[float], measure: Measure) -> str:
    if not taken:
        return ""
    if len(taken) == 1 or min(taken) == max(taken):
        return _number(taken[0] / measure.scale)
    low, _, high = quantiles((value / measure.scale for value in taken), n=4, method="inclusive")
    return f"{_number(median(taken) / measure.scale)} ({_number(low)} to {_number(high)})"


def _number(value: float) -> str:
    """About three digits."""
    if value >= 100 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _verdict(goal: Goal, ratio: float) -> str:
    if ratio >= goal.aim:
        return "reaches the aim"
    return "holds the floor" if ratio >= goal.floor else "BELOW THE FLOOR"
