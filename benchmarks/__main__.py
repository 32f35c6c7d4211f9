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
from statistics import mean, median
from typing import Any

from benchmarks import corpus
from benchmarks.chart import chart
from benchmarks.environments import BenchmarkError, Environment, Worker, default_folder, prepare
from benchmarks.lineup import BULK, CONTENDERS, OURS, Contender
from benchmarks.report import markdown
from benchmarks.run import CORPORA, WAYS, Run, machine
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
    parser.add_argument("--corpus", metavar="DIR", type=Path, help="measure the steps on the YAML files below DIR, too")
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
        warm_up = corpus.write(folder / "warm-up", extent.warm_up, _WARM_UP_SEED, is_tame=True)
        corpora: dict[str, _Corpus] = {}
        if options.corpus is not None:
            corpora["real"] = _Corpus(_found(options.corpus, extent), "real files")
        generated = corpus.write(folder / "corpus", extent.files)
        corpora["generated"] = _Corpus(generated, f"generated files, seed {corpus.SEED}")
        tame = corpus.write(folder / "tame", extent.files, is_tame=True)
        listings = _Listings(folder, corpus.write_many(folder / "many", max(_CURVE)))
        run = Run(
            contenders=contenders,
            corpora={kind: each.described() for kind, each in corpora.items()},
            rounds=rounds,
            imports=extent.imports,
            streams=extent.streams,
            machine=machine(),
        )
        for kind, each in corpora.items():
            _say(f"which of {len(each.files)} {kind} files each contender loads")
            _look(run, kind, each, environments)
        for number in range(rounds):
            _say(f"round {number + 1} of {rounds}")
            for kind, each in corpora.items():
                _take_turns(run, kind, each, environments, warm_up, number)
        _say("memory")
        _measure_memory(run, environments, tame, warm_up, listings)
        _say("imports")
        _measure_imports(run, environments, extent)
        for environment in in_bulk:
            _measure_bulk(run, environment, extent, options.curve, listings)
    return run


class _Corpus:
    """Files to measure on, and which of them each contender loads."""

    def __init__(self, files: Sequence[Path], kind: str) -> None:
        self.files = [str(path.absolute()) for path in files]
        self.kind = kind
        #: Contender → `from_file` or `from_json` → files.
        self.loaded: dict[str, dict[str, list[str]]] = {}

    def described(self) -> str:
        sizes = [Path(file).stat().st_size / 1e3 for file in self.files]
        figures = f"mean {mean(sizes):.1f} KB, median {median(sizes):.1f} KB, largest {max(sizes):.0f} KB"
        return f"{len(sizes)} {self.kind}, {figures}"


def _found(folder: Path, extent: _Extent) -> list[Path]:
    found = sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml"} and path.is_file())
    if not found:
        raise BenchmarkError(f"no *.yaml and no *.yml below {folder}")
    return found[:: -(-len(found) // extent.files)] if extent is _QUICK else found


def _look(run: Run, kind: str, files: _Corpus, environments: list[Environment]) -> None:
    """Find out which files each contender loads, and which of these it changes."""
    ending, _ = CORPORA[kind]
    for environment in environments:
        contender = environment.contender
        with environment.start(map(Path, files.files)) as worker:
            steps = worker.knows["steps"]
            loaded = files.loaded[contender.name] = {}
            for step in ("from_file", "from_json"):
                refused = worker.ask("refused", step=step) if step in steps else files.files
                loaded[step] = [file for file in files.files if file not in refused]
            run.add(f"loaded{ending}", contender, len(loaded["from_file"]) / len(files.files))
            if "to_json" in steps:
                changed = worker.ask("altered", files=loaded["from_file"])
                run.add(f"changed{ending}", contender, len(changed) / len(files.files))
                for file, place in changed.items():
                    _say(f"{contender.title} changes {Path(file).name}: {place}")
            if contender.name == OURS:
                run.fast[kind] = tuple(worker.ask("taken_fast", files=files.files))
        _say(f"{contender.title}: {len(loaded['from_file'])}")


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


def _take_turns(
    run: Run, kind: str, corpus: _Corpus, environments: list[Environment], warm_up: list[Path], number: int
) -> None:
    """One round: new processes for all, which take turns step by step. Each round begins with another."""
    ending, _ = CORPORA[kind]
    with ExitStack() as stack:
        workers = [stack.enter_context(environment.start((), warm_up)) for environment in environments]
        run.versions = {worker.contender.name: worker.knows for worker in workers}
        for step in STEPS:
            taken: dict[Contender, dict[str, float]] = {}
            for worker in _from(workers, number):
                files = corpus.loaded[worker.contender.name][step.reads]
                if files and step.name in worker.knows["steps"]:
                    times = worker.ask("measure", step=step.name, files=files)
                    taken[worker.contender] = dict(zip(files, times, strict=True))
            middle = f"from_file median{ending}" if step.name == "from_file" else None
            run.add_round(f"{step.name}{ending}", taken, middle)


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
        if not environment.contender.has_result:
            continue
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
