"""``python -m benchmarks``: set up the contenders, let them take turns, print tables.

It ends with 0 also where a goal is missed, since a machine has its moods, and with 2 where it cannot run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import corpus
from benchmarks.chart import chart
from benchmarks.environments import BenchmarkError, Environment, Worker, default_folder, prepare
from benchmarks.lineup import BULK, CONTENDERS, OURS
from benchmarks.report import markdown
from benchmarks.run import WAYS, Run, machine
from benchmarks.steps import STEPS


@dataclass(frozen=True)
class _Extent:
    """How much is measured."""

    files: int
    #: Files that are read before the clock runs. They come from another seed, so that no measured file was seen
    #: before.
    warm_up: int
    rounds: int
    #: How often each contender is imported, and how often with its files on the disk only.
    imports: int
    cold_imports: int
    #: How many files are loaded one after another to see how much memory that takes.
    streams: tuple[int, int]
    #: How often the files of the curve are loaded: no more than `bulk_files` in all, but once at least.
    bulk_rounds: int
    bulk_files: int = 30_000


#: A round takes some 40 seconds, memory and the streams five minutes.
_FULL = _Extent(corpus.FILES, warm_up=40, rounds=7, imports=21, cold_imports=5, streams=(1_000, 5_000), bulk_rounds=5)
_QUICK = _Extent(files=12, warm_up=3, rounds=1, imports=1, cold_imports=1, streams=(20, 40), bulk_rounds=1)

#: The numbers of files on the curve.
_CURVE = (100, 1_000, 10_000, 100_000)

_WARM_UP_SEED = corpus.SEED + 1

#: What `import beakerspec` must not load before it is needed.
_ON_DEMAND = ("cattrs", "yaml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark that the command line asks for, and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        run = _run(options)
        table = markdown(run)
        if options.output is not None:
            _write(options.output, run, table)
    except (BenchmarkError, OSError) as error:
        print(f"cannot run: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print(table, end="")
    return 0


def _write(folder: Path, run: Run, table: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.md").write_text(table, encoding="utf-8")
    figures = json.dumps(run.json(), indent=2, ensure_ascii=False) + "\n"
    (folder / "results.json").write_text(figures, encoding="utf-8")
    (folder / "chart.svg").write_text(chart(run), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure beakerspec against what else reads specs, each in an environment of its own.",
    )
    parser.add_argument("--quick", action="store_true", help="few files and rounds: shows that all works, no more")
    parser.add_argument(
        "--contenders",
        metavar="NAMES",
        type=lambda text: text.split(","),
        default=[contender.name for contender in CONTENDERS],
        help=f"which ones, with commas between them: {', '.join(contender.name for contender in CONTENDERS)}",
    )
    parser.add_argument("--corpus", metavar="DIR", type=Path, help="measure on the YAML files below DIR")
    parser.add_argument(
        "--curve",
        metavar="N",
        type=int,
        choices=_CURVE,
        default=1_000,
        help="load up to N files in bulk, one of %(choices)s (default: %(default)s); 100000 take ten minutes more",
    )
    parser.add_argument(
        "--output", metavar="DIR", type=Path, help="write results.md, results.json and chart.svg to DIR, too"
    )
    parser.add_argument(
        "--envs",
        metavar="DIR",
        type=Path,
        default=default_folder(),
        help="where environments are kept (default: %(default)s)",
    )
    parser.add_argument(
        "--rounds", type=int, metavar="N", help=f"default: {_FULL.rounds}, with --quick {_QUICK.rounds}"
    )
    return parser


def _run(options: argparse.Namespace) -> Run:
    known = {contender.name: contender for contender in CONTENDERS}
    unknown = [name for name in options.contenders if name not in known]
    if unknown:
        raise BenchmarkError(f"no contender {', '.join(unknown)}; there are {', '.join(known)}")
    contenders = [contender for contender in CONTENDERS if contender.name in options.contenders]
    extent = _QUICK if options.quick else _FULL
    rounds = extent.rounds if options.rounds is None else options.rounds
    if rounds < 1:
        raise BenchmarkError(f"expected at least 1 round, got {rounds}")

    envs = options.envs.expanduser().absolute()
    environments = prepare(contenders, envs)
    in_bulk = prepare([BULK] if OURS in options.contenders else [], envs)
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name)
        warm_up = corpus.write(folder / "warm-up", extent.warm_up, _WARM_UP_SEED)
        files, description = _files(options.corpus, extent, folder / "corpus", environments)
        many = cycle(files) if options.corpus is not None else corpus.write_many(folder / "many", max(_CURVE))
        listings = _Listings(folder, many)
        run = Run(
            contenders=contenders,
            corpus=description,
            rounds=rounds,
            imports=extent.imports,
            streams=extent.streams,
            machine=machine(),
        )
        for number in range(rounds):
            _say(f"round {number + 1} of {rounds}")
            _take_turns(run, environments, files, warm_up, number)
        _say("memory")
        _measure_memory(run, environments, files, warm_up, listings)
        _say("imports")
        _measure_imports(run, environments, extent)
        for environment in in_bulk:
            _measure_bulk(run, environment, extent, options.curve, listings)
    return run


def _files(
    given: Path | None, extent: _Extent, folder: Path, environments: list[Environment]
) -> tuple[list[Path], str]:
    """The files that every contender accepts and means the same by, and a description of them for the report."""
    if given is not None:
        found = sorted(path for path in given.rglob("*") if path.suffix in {".yaml", ".yml"} and path.is_file())
        if not found:
            raise BenchmarkError(f"no *.yaml and no *.yml below {given}")
        source = "real files"
        if extent is _QUICK:
            found = found[:: -(-len(found) // extent.files)]
    else:
        found = corpus.write(folder, extent.files)
        source = f"generated, seed {corpus.SEED}"
    found = [path.absolute() for path in found]

    _say(f"checking which of {len(found)} files every contender accepts and writes as they are")
    accepted = found
    for environment in environments:
        refused = _refused(environment, accepted)
        if refused and given is None:
            raise BenchmarkError(
                "{}: a generated file was refused or altered: {}: {}".format(
                    environment.contender.title, *next(iter(refused.items()))
                )
            )
        accepted = [path for path in accepted if str(path) not in refused]
    if not accepted:
        raise BenchmarkError(f"none of {len(found)} files is accepted by every contender")
    sizes = [path.stat().st_size for path in accepted]
    figures = f"mean {sum(sizes) / len(sizes) / 1e3:.1f} KB, largest {max(sizes) / 1e3:.0f} KB"
    return accepted, f"{len(accepted)} of {len(found)} files that all accept ({source}), {figures}"


def _refused(environment: Environment, files: list[Path]) -> dict[str, str]:
    """The files that a contender cannot load, or writes as something else, and why."""
    refused: dict[str, str] = {}
    with environment.start(files) as worker:
        for step in {"from_file", "from_json"} & set(worker.knows["steps"]):
            refused |= worker.ask("refused", step=step)
    if "to_json" in worker.knows["steps"]:
        with environment.start(path for path in files if str(path) not in refused) as worker:
            refused |= worker.ask("altered", but=environment.contender.alters)
    _say(f"{environment.contender.title}: {len(files) - len(refused)} of {len(files)}")
    return refused


class _Listings:
    """Text files that list the paths of so many specs: a worker reads them line by line."""

    def __init__(self, folder: Path, paths: Iterable[Path]) -> None:
        self._folder = folder
        self._paths = iter(paths)
        self._lines: list[str] = []

    def of(self, count: int) -> str:
        """The path of the list of the first `count` specs, which are written when they are first needed."""
        listing = self._folder / f"{count}.txt"
        if not listing.exists():
            self._lines += [f"{path}\n" for path in islice(self._paths, max(0, count - len(self._lines)))]
            listing.write_text("".join(self._lines[:count]), encoding="utf-8")
        return str(listing)


def _take_turns(run: Run, environments: list[Environment], files: list[Path], warm_up: list[Path], number: int) -> None:
    """One round: new processes for all, which take turns step by step. Each round begins with another."""
    with ExitStack() as stack:
        workers = [stack.enter_context(environment.start(files, warm_up)) for environment in environments]
        run.versions = {worker.contender.name: worker.knows for worker in workers}
        for step in STEPS:
            for worker in _from(workers, number):
                if step.name in worker.knows["steps"]:
                    run.add(step.name, worker.contender, _value(worker.ask("measure", step=step.name)))


def _from(workers: Sequence[Worker], number: int) -> Iterator[Worker]:
    """All of them, beginning with another each time."""
    return islice(cycle(workers), number % len(workers), number % len(workers) + len(workers))


def _value(sampled: dict[str, Any]) -> float:
    """The value of one run of pyperf: the median of its passes, in seconds."""
    (benchmark,) = sampled["benchmarks"]
    values: list[float] = [value for run in benchmark["runs"] for value in run["values"]]
    return median(values)


def _measure_memory(
    run: Run, environments: list[Environment], files: list[Path], warm_up: list[Path], listings: _Listings
) -> None:
    """In processes that have measured nothing before. Once: it hardly varies, and tracing is slow."""
    few, many = map(listings.of, run.streams)
    for environment in environments:
        for measure, request, details in (
            ("memory", "traced_memory", {}),
            ("resident", "resident_memory", {}),
            ("stream", "peak_memory", {"listing": few}),
            ("long_stream", "peak_memory", {"listing": many}),
        ):
            with environment.start(() if details else files, warm_up) as worker:
                taken = worker.ask(request, **details)
            if taken is not None:
                run.add(measure, environment.contender, taken)


def _measure_imports(run: Run, environments: list[Environment], extent: _Extent) -> None:
    """Whole processes. A first one of each leaves bytecode, and files in the system's memory."""
    with ExitStack() as stack:
        workers = [stack.enter_context(environment.start(None)) for environment in environments]
        by_name = {environment.contender.name: environment for environment in environments}
        for environment in environments:
            modules = environment.modules()
            run.add("modules", environment.contender, len(modules))
            if environment.contender.name == OURS:
                run.eager = [name for name in _ON_DEMAND if name in modules]
        for number in range(extent.imports):
            for worker in _from(workers, number):
                environment = by_name[worker.contender.name]
                for measure, command in (("import", environment.import_command()), ("bare", environment.command(""))):
                    run.add(measure, worker.contender, _value(worker.ask("command", command=command)))
        for number in range(extent.cold_imports):
            for worker in _from(workers, number):
                environment = by_name[worker.contender.name]
                if environment.forget():
                    taken = _value(worker.ask("command", command=environment.import_command()))
                    run.add("import_cold", worker.contender, taken)


def _measure_bulk(run: Run, environment: Environment, extent: _Extent, most: int, listings: _Listings) -> None:
    """Each load in a new process; the ways take turns."""
    for files in (count for count in _CURVE if count <= most):
        _say(f"in bulk: {files:,} files")
        listing = listings.of(files)
        for _ in range(max(1, min(extent.bulk_rounds, extent.bulk_files // files))):
            for way in WAYS:
                with environment.start(None) as worker:
                    taken = worker.ask("bulk", way=way, listing=listing, count=files)
                run.add_bulk(files, way, _value(taken["sampled"]), taken["peak"])


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
