"""Where the time of `from_file` goes: ``python -m benchmarks.profile``, with a Python that has beakerspec.

Each stage holds the one before it, from libyaml alone to `from_file` as a whole. So what a part takes is the
difference of two stages, and the parts add up.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import Any

from beakerspec import ExperimentSpec, ValidationError
from beakerspec.documents.fast_reader import Unusual, read_block
from benchmarks import corpus

_ROUNDS, _QUICK_ROUNDS, _QUICK_FILES = 15, 2, 12


#: What a stage adds to the one before, the stage, and whether it takes a path instead of a text.
Stage = tuple[str, Callable[[Any], Any], bool]


def _yardsticks() -> list[Stage]:
    """What reading is measured against: libyaml, and the objects that PyYAML makes of its events."""
    from yaml._yaml import CParser  # some builds of PyYAML have none

    def parse(text: str) -> None:
        CParser(text).raw_parse()

    def parse_to_events(text: str) -> None:
        get_event = CParser(text).get_event
        while get_event() is not None:
            pass

    return [("libyaml", parse, False), ("PyYAML's events", parse_to_events, False)]


def _stages() -> list[Stage]:
    return [
        ("text to plain data", _plain_data, False),
        ("plain data to frozen objects", ExperimentSpec.from_yaml, False),
        ("opening, reading and decoding the file", ExperimentSpec.from_file, True),
    ]


def _plain_data(text: str) -> object:
    """What the converter gets."""
    return read_block(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.profile", description="Where from_file spends its time."
    )
    parser.add_argument("--quick", action="store_true", help="few files and rounds: shows that all works, no more")
    parser.add_argument("--corpus", metavar="DIR", type=Path, help="measure on the YAML files below DIR")
    options = parser.parse_args(arguments)
    try:
        stages = [*_yardsticks(), *_stages()]
    except ImportError as error:
        print(f"cannot run: {error}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        if options.corpus is None:
            files = corpus.write(Path(folder), _QUICK_FILES if options.quick else corpus.FILES)
        else:
            files = sorted(path for path in options.corpus.rglob("*") if path.suffix in {".yaml", ".yml"})
        usual = [str(path) for path in files if _is_usual(path)]
        if not usual:
            print("cannot run: no file that loads", file=sys.stderr)
            return 2
        taken = _measured(stages, usual, _QUICK_ROUNDS if options.quick else _ROUNDS)
    print(_table([title for title, _, _ in stages[2:]], taken, len(usual)))
    return 0


def _is_usual(path: Path) -> bool:
    """Whether a file loads, and by the fast way that the stages take apart."""
    try:
        ExperimentSpec.from_file(path)
        _plain_data(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, ValidationError, Unusual):
        return False
    return True


def _measured(stages: Sequence[Stage], files: Sequence[str], rounds: int) -> list[float]:
    """Microseconds a file for each stage: the median of rounds in which the stages take turns."""
    texts = [Path(file).read_text(encoding="utf-8") for file in files]
    taken: list[list[float]] = [[] for _ in stages]
    for _ in range(rounds):
        for (_, function, by_path), values in zip(stages, taken, strict=True):
            items = files if by_path else texts
            gc.collect()
            start = perf_counter_ns()
            results = [function(item) for item in items]
            values.append((perf_counter_ns() - start) / 1e3 / len(results))
            del results
    return [median(values) for values in taken]


def _table(titles: Sequence[str], taken: Sequence[float], files: int) -> str:
    lines = ["| part of `from_file` | µs a file | share |", "|---|--:|--:|"]
    whole = taken[-1]
    libyaml, events, *parts = taken
    for title, before, after in zip(titles, [0.0, *parts], parts, strict=False):
        lines.append(f"| {title} | {after - before:.0f} | {(after - before) / whole:.0%} |")
    lines.append(f"| together | {whole:.0f} | 100% |")
    beyond = (
        f"{whole / libyaml:.1f} times what libyaml takes ({libyaml:.0f} µs), "
        f"{whole / events:.2f} times what PyYAML's events take ({events:.0f} µs)"
    )
    return "\n".join([*lines, "", f"{files} files; {beyond}."])


if __name__ == "__main__":
    sys.exit(main())
