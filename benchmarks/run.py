"""What a run has measured: every value, and what is computed from them."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median
from typing import Any

from benchmarks.goals import CHECKED, FLAT_WITHIN, GOALS, TAKEN_FAST, Goal
from benchmarks.lineup import OURS, Contender
from benchmarks.steps import STEPS

__all__ = ["CORPORA", "MEASURES", "WAYS", "Measure", "Run", "Verdict", "machine", "spread"]

#: The ways of loading in bulk, and what the tables call them.
WAYS = {
    "alone": "one process",
    "processes": "two processes",
    "mapped": "two processes, `map_specs`",
    "dask": "Dask, two workers",
}
#: The kinds of files, and what the names and titles of the measures on them end in.
CORPORA = {"real": (" real", ", real files"), "generated": ("", "")}
#: From this number of files on, time and memory are to be flat.
_FLAT_FROM = 1_000
#: With fewer files, the start of processes is much of what loading them takes, and the goal says nothing.
_MANY = 10_000


@dataclass(frozen=True)
class Measure:
    """A row of the table. Times are in seconds and sizes in bytes; they are shown in `unit`."""

    name: str
    #: What the tables call it; what stands in braces are the numbers of files of the two streams.
    title: str
    unit: str
    #: How much one `unit` is.
    scale: float = 1.0
    #: Whether a ratio of two contenders says something.
    compared: bool = True


def _measures_of(corpus: str) -> list[Measure]:
    name, title = CORPORA[corpus]
    return [
        Measure(f"loaded{name}", f"files that load{title}", "%", 0.01, compared=False),
        Measure(f"changed{name}", f"files that load and change{title}", "%", 0.01, compared=False),
        *(Measure(f"{step.name}{name}", f"{step.title}{title}", "µs", 1e-6) for step in STEPS),
        Measure(f"from_file median{name}", f"`from_file`{title}, the median file", "µs", 1e-6),
    ]


MEASURES = (
    *(measure for corpus in CORPORA for measure in _measures_of(corpus)),
    Measure("import", "import, whole process", "ms", 1e-3),
    Measure("import_cold", "import with its files on the disk only", "ms", 1e-3),
    Measure("bare", "an interpreter that imports nothing", "ms", 1e-3, compared=False),
    Measure("modules", "modules loaded after the import", "number"),
    Measure("memory", "memory of a loaded spec, as Python counts it", "KB", 1e3),
    Measure("resident", "growth of the process for a loaded spec", "KB", 1e3),
    Measure("stream", "peak of a process that loads {0:,} files one by one", "MB", 1e6),
    Measure("long_stream", "peak of a process that loads {1:,} files one by one", "MB", 1e6),
)


@dataclass(frozen=True)
class Verdict:
    """A goal, and whether it is reached."""

    title: str
    #: What must hold, and what is wanted, in words.
    floor: str
    aim: str
    measured: float
    text: str


@dataclass
class Run:
    """All that is known about one run."""

    contenders: Sequence[Contender]
    #: What was measured on, in words: generated files, and real ones if there are any.
    corpora: Mapping[str, str]
    rounds: int
    imports: int
    machine: Mapping[str, str]
    #: How many files each of the two streams has.
    streams: tuple[int, int] = (0, 0)
    #: Contender → ``python`` and ``packages``.
    versions: dict[str, Any] = field(default_factory=dict[str, Any])
    #: Measure → contender → one value for each round.
    values: dict[str, dict[str, list[float]]] = field(default_factory=dict[str, dict[str, list[float]]])
    #: Measure → contender → the ratio of each round, over the files that both can load.
    ratios: dict[str, dict[str, list[float]]] = field(default_factory=dict[str, dict[str, list[float]]])
    #: Corpus → the shares of the files, and of the characters in them, that the fast reader takes.
    fast: dict[str, tuple[float, float]] = field(default_factory=dict[str, "tuple[float, float]"])
    #: Number of files → way → seconds a file and peak memory in bytes, one of each for each round.
    bulk: dict[int, dict[str, list[tuple[float, int | None]]]] = field(
        default_factory=dict[int, dict[str, list[tuple[float, "int | None"]]]]
    )
    #: What beakerspec's import has loaded, although it is to be loaded on demand only.
    eager: Sequence[str] = ()

    def add(self, measure: str, contender: Contender, value: float) -> None:
        """Keep one more value."""
        self.values.setdefault(measure, {}).setdefault(contender.name, []).append(value)

    def add_round(
        self, measure: str, taken: Mapping[Contender, Mapping[str, float]], middle: str | None = None
    ) -> None:
        """Keep what each contender took for each file that it can load, and the ratios to what `OURS` took for them.

        The measure is of all files together, and `middle`, if it is given, of the median file.
        """
        ours = next((times for contender, times in taken.items() if contender.name == OURS), {})
        for contender, times in taken.items():
            self.add(measure, contender, mean(times.values()))
            if middle is not None:
                self.add(middle, contender, median(times.values()))
            both = ours.keys() & times.keys()
            if both:
                whole = sum(times[file] for file in both) / sum(ours[file] for file in both)
                self.ratios.setdefault(measure, {}).setdefault(contender.name, []).append(whole)
                if middle is not None:
                    each = median(times[file] / ours[file] for file in both)
                    self.ratios.setdefault(middle, {}).setdefault(contender.name, []).append(each)

    def add_bulk(self, files: int, way: str, seconds: float, peak: int | None) -> None:
        """Keep one more load of so many files."""
        self.bulk.setdefault(files, {}).setdefault(way, []).append((seconds, peak))

    def title(self, measure: Measure) -> str:
        """What the tables call a measure."""
        return measure.title.format(*self.streams)

    def ratio(self, measure: str, against: str, of: str = OURS) -> float | None:
        """How often what one takes goes into what another takes.

        It is the median of the ratios of the rounds. None where one of the two was not measured, or took nothing. Of
        the measure ``bulk``, both are ways, and what they take is the time for the most files, if these are many.
        """
        if of == OURS and against in self.ratios.get(measure, {}):
            return median(self.ratios[measure][against])
        taken = self.values.get(measure, {})
        if measure == "bulk" and max(self.bulk, default=0) >= _MANY:
            most = self.bulk[max(self.bulk)]
            taken = {way: [seconds for seconds, _ in loads] for way, loads in most.items()}
        ours, theirs = taken.get(of), taken.get(against)
        if not ours or not theirs or not all(ours):  # with few files a process may not grow
            return None
        return median(other / own for own, other in zip(ours, theirs, strict=True))

    def verdicts(self) -> list[Verdict]:
        """Every goal that was measured."""
        found: list[Verdict] = []
        for corpus, (files, _) in self.fast.items():
            floor, aim = TAKEN_FAST
            title = f"share of files that the fast reader takes{CORPORA[corpus][1]}"
            found.append(Verdict(title, f"{floor:.0%}", f"{aim:.1%}", files, _verdict(files, floor, aim)))
        ending, corpus_title = CORPORA["real"]
        checked = self.values.get(f"check{ending}", {}).get(OURS)
        if checked:
            rate, (floor, aim) = 1 / median(checked), CHECKED
            title = f"files checked in a second{corpus_title}"
            found.append(Verdict(title, f"{floor:,}", f"{aim:,}", rate, _verdict(rate, floor, aim)))
        for goal in GOALS:
            for ending, _ in CORPORA.values():
                measure = goal.measure + ending
                ratio = self.ratio(measure, goal.against, goal.of)
                if ratio is None:
                    continue
                floor_text = f"{goal.floor:g}"
                text = _verdict(ratio, goal.floor, goal.aim)
                if goal.is_most:
                    text = _verdict(ratio, 1 / goal.floor, 1 / goal.aim)
                    ratio = 1 / ratio
                    floor_text = f"at most {goal.floor:g}"
                found.append(Verdict(self._title_of(goal, measure), floor_text, f"{goal.aim:g}", ratio, text))
        return found + self._flatness()

    def _title_of(self, goal: Goal, measure: str) -> str:
        titles = {contender.name: contender.title for contender in self.contenders}
        if goal.measure == "bulk":
            return f"in bulk, {WAYS[goal.of]} against {WAYS[goal.against]}"
        names = {measure.name: self.title(measure) for measure in MEASURES}
        return f"{names[measure]}, against {titles[goal.against]}"

    def _flatness(self) -> list[Verdict]:
        """How much more time and memory a file takes among the most files than among a thousand."""
        most = max(self.bulk, default=0)
        if most <= _FLAT_FROM or _FLAT_FROM not in self.bulk:
            return []
        found: list[Verdict] = []
        for way in self.bulk[most]:
            few, many = (list(zip(*self.bulk[files][way], strict=True)) for files in (_FLAT_FROM, most))
            for what, before, after in zip(("time for a file", "peak memory"), few, many, strict=True):
                if None not in (*before, *after):
                    growth = median(after) / median(before)
                    title = f"{what} among {most:,} files over that among {_FLAT_FROM:,}, {WAYS[way]}"
                    holds = "holds" if growth <= 1 + FLAT_WITHIN else "ABOVE THE LIMIT"
                    found.append(Verdict(title, f"at most {1 + FLAT_WITHIN:g}", "1", growth, holds))
        return found

    def json(self) -> dict[str, Any]:
        """Every value, for programs. Times are in seconds and sizes in bytes."""
        return {
            "machine": dict(self.machine),
            "corpora": dict(self.corpora),
            "taken by the fast reader": {
                corpus: {"files": files, "characters": characters} for corpus, (files, characters) in self.fast.items()
            },
            "rounds": self.rounds,
            "imports": self.imports,
            "streams": self.streams,
            "contenders": {
                contender.name: {"title": contender.title, **self.versions[contender.name]}
                for contender in self.contenders
            },
            "measures": {
                measure.name: {
                    "title": self.title(measure),
                    "values": taken,
                    "medians": {name: median(values) for name, values in taken.items()},
                    "spreads": {name: spread(values) for name, values in taken.items()},
                    "ratios": {
                        name: ratio
                        for name in taken
                        if name != OURS and measure.compared and (ratio := self.ratio(measure.name, name)) is not None
                    },
                }
                for measure in MEASURES
                if (taken := self.values.get(measure.name))
            },
            "bulk": [
                {"files": files, "way": way, "seconds a file": seconds, "peak": peak}
                for files, ways in self.bulk.items()
                for way, loads in ways.items()
                for seconds, peak in loads
            ],
            "goals": [vars(verdict) for verdict in self.verdicts()],
            "loaded eagerly": list(self.eager),
        }


def spread(values: Sequence[float]) -> float:
    """The median of the distances from the median."""
    middle = median(values)
    return median(abs(value - middle) for value in values)


def _verdict(measured: float, floor: float, aim: float) -> str:
    if measured >= aim:
        return "reaches the aim"
    return "holds the floor" if measured >= floor else "BELOW THE FLOOR"


def machine() -> dict[str, str]:
    """What the run is on: processor, number of cores, memory, operating system."""
    return {
        "Machine": f"{_processor()}, {os.cpu_count()} cores{_memory()}",
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


def _memory() -> str:
    try:
        return f", {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 1e9:.0f} GB of memory"
    except (AttributeError, OSError, ValueError):
        return ""


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.platform(terse=True)
    kernel = platform.release().partition("-")[0]  # what follows may name the machine
    return f"{name}, {platform.system()} {kernel}"
