"""A run as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from benchmarks.lineup import OURS
from benchmarks.run import MEASURES, WAYS, Measure, Run, spread

__all__ = ["markdown"]

_TIMES = """\
Times are for one file or one call: the median of the rounds, and behind ± the median of the distances from it. They are
means over the files that the contender loads, except in rows about the median file. All steps but `from_file` and
`check` start from plain data, and take the files whose data the contender loads. A file changes if what the contender
writes means something else than what stands in the file, such as 83 for `0123`.
"""
_RATIOS = """\
How many times what beakerspec takes: above 1 it takes less. It is the median of each round's own ratio, over the files
that both load: of their sums, or the median of the files' own ratios.
"""
_BULK = """\
`load_many` over files that are all different, in a new process each time; with `map_specs`, only the budget of each
spec travels back. The ratio is to one process with as many files; the peak memory is that of all processes together.
"""


def markdown(run: Run) -> str:
    """What a run has measured, on what, and with what."""
    lines = ["# beakerspec benchmarks", "", *_circumstances(run), "", _TIMES, *_medians(run)]
    if len(run.contenders) > 1 and any(contender.name == OURS for contender in run.contenders):
        lines += ["", _RATIOS, *_ratios(run)]
    if run.bulk:
        lines += ["", "## In bulk", "", _BULK, *_bulk(run)]
    verdicts = [
        _row([verdict.title, verdict.floor, verdict.aim, f"{verdict.measured:.2f}", verdict.text])
        for verdict in run.verdicts()
    ]
    if verdicts:
        loaded = " and ".join(run.eager) if run.eager else "neither cattrs nor yaml"
        lines += ["", "## Goals", "", "| goal | at least | aim | measured | |", "|---|--:|--:|--:|---|", *verdicts]
        lines += ["", f"`from beakerspec import ExperimentSpec` loads {loaded}."]
    return "\n".join(lines) + "\n"


def _circumstances(run: Run) -> Iterable[str]:
    for name, text in run.machine.items():
        yield f"- {name}: {text}"
    for contender in run.contenders:
        known = run.versions[contender.name]
        packages = ", ".join(f"{package} {number}" for package, number in known["packages"].items())
        yield f"- {contender.title}: {known['python']}, {packages}"
    for corpus, description in run.corpora.items():
        fast = ""
        if corpus in run.fast:
            files, characters = run.fast[corpus]
            fast = f"; the fast reader takes {files:.1%} of them, with {characters:.1%} of the characters"
        yield f"- Corpus: {description}{fast}"
    yield f"- Rounds: {run.rounds}, and {run.imports} for imports, in which the contenders take turns"


def _medians(run: Run) -> list[str]:
    lines = _head(["step", *(contender.title for contender in run.contenders)])
    for measure in MEASURES:
        taken = run.values.get(measure.name)
        if taken:
            cells = (_cell(taken.get(contender.name, ()), measure) for contender in run.contenders)
            lines.append(_row([f"{run.title(measure)}, {measure.unit}", *cells]))
    return lines


def _ratios(run: Run) -> list[str]:
    others = [contender for contender in run.contenders if contender.name != OURS]
    lines = _head(["step", *(contender.title for contender in others)])
    for measure in MEASURES:
        ratios = [run.ratio(measure.name, contender.name) for contender in others]
        if measure.compared and any(ratio is not None for ratio in ratios):
            lines.append(
                _row([run.title(measure), *("" if ratio is None else f"{_number(ratio)}" for ratio in ratios)])
            )
    return lines


def _bulk(run: Run) -> list[str]:
    lines = _head(["files", "way", "µs a file", "files a second", "ratio", "peak, MB"])
    for files, ways in run.bulk.items():
        alone = median(seconds for seconds, _ in ways["alone"])
        for way, loads in ways.items():
            times = [seconds for seconds, _ in loads]
            peaks = [peak for _, peak in loads if peak is not None]
            cells = [
                f"{files:,}",
                WAYS[way],
                _cell(times, Measure("bulk", "", "µs", 1e-6)),
                f"{1 / median(times):,.0f}",
                "" if way == "alone" else _number(alone / median(times)),
                _cell(peaks, Measure("peak", "", "MB", 1e6)),
            ]
            lines.append(_row(cells))
    return lines


def _head(titles: Sequence[str]) -> list[str]:
    return [_row(titles), _row(["---", *["--:"] * (len(titles) - 1)])]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(taken: Sequence[float], measure: Measure) -> str:
    if not taken:
        return ""
    middle = _number(median(taken) / measure.scale)
    distance = spread(taken) / measure.scale
    return f"{middle} ± {_number(distance)}" if distance else middle


def _number(value: float) -> str:
    """About three digits."""
    value = round(value, 9)  # what is left of a division is no fraction
    if value >= 100 or value == round(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
