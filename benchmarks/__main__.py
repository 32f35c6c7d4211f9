"""``python -m benchmarks``: set up the contenders, let them take turns, print tables.

It ends with 0 also where a goal is missed, since a machine has its moods, and with 2 where it cannot run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter

from benchmarks import corpus
from benchmarks.contenders import CONTENDERS, OURS
from benchmarks.environments import BenchmarkError, Environment, default_folder, prepare
from benchmarks.report import Run, machine
from benchmarks.steps import STEPS

#: A round takes some 30 seconds, and all imports as long.
_ROUNDS, _IMPORTS = 7, 21
_QUICK_ROUNDS, _QUICK_IMPORTS, _QUICK_FILES = 2, 3, 12

#: Files that are read before the clock runs. They come from another seed, so that no measured file was seen
#: before.
_WARM_UP_FILES = 40
_WARM_UP_SEED = corpus.SEED + 1

#: What `import beakerspec` must not load before it is needed.
_ON_DEMAND = ("cattrs", "yaml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark that the command line asks for, and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        run = _run(options)
        if options.json is not None:
            options.json.write_text(json.dumps(run.json(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except (BenchmarkError, OSError) as error:
        print(f"cannot run: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print(run.markdown(), end="")
    return 0


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
    parser.add_argument("--json", metavar="FILE", type=Path, help="write every value to FILE, too")
    parser.add_argument(
        "--envs",
        metavar="DIR",
        type=Path,
        default=default_folder(),
        help="where environments are kept (default: %(default)s)",
    )
    parser.add_argument("--rounds", type=int, metavar="N", help=f"default: {_ROUNDS}, with --quick {_QUICK_ROUNDS}")
    return parser


def _run(options: argparse.Namespace) -> Run:
    known = {contender.name: contender for contender in CONTENDERS}
    unknown = [name for name in options.contenders if name not in known]
    if unknown:
        raise BenchmarkError(f"no contender {', '.join(unknown)}; there are {', '.join(known)}")
    contenders = [contender for contender in CONTENDERS if contender.name in options.contenders]
    rounds = options.rounds or (_QUICK_ROUNDS if options.quick else _ROUNDS)
    if rounds < 1:
        raise BenchmarkError(f"expected at least 1 round, got {rounds}")

    environments = [prepare(contender, options.envs.expanduser().absolute()) for contender in contenders]
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        warm_up = corpus.write(Path(folder) / "warm-up", _WARM_UP_FILES, _WARM_UP_SEED)
        files, description = _files(options, Path(folder) / "corpus", environments, warm_up)
        run = Run(
            contenders=contenders,
            corpus=description,
            rounds=rounds,
            imports=_QUICK_IMPORTS if options.quick else _IMPORTS,
            machine=machine(),
        )
        for number in range(rounds):
            _say(f"round {number + 1} of {rounds}")
            _take_turns(run, environments, files, warm_up, number)
        _say("memory")
        _measure_memory(run, environments, files, warm_up)
    _say("imports")
    _measure_imports(run, environments)
    return run


def _files(
    options: argparse.Namespace, folder: Path, environments: list[Environment], warm_up: list[Path]
) -> tuple[list[Path], str]:
    """The files that every contender accepts, and a description of them for the report."""
    if options.corpus is not None:
        found = sorted(
            path for path in options.corpus.rglob("*") if path.suffix in {".yaml", ".yml"} and path.is_file()
        )
        if not found:
            raise BenchmarkError(f"no *.yaml and no *.yml below {options.corpus}")
        source = f"real files in {options.corpus}"
        if options.quick:
            found = found[:: -(-len(found) // _QUICK_FILES)]
    else:
        found = corpus.write(folder, _QUICK_FILES if options.quick else corpus.FILES)
        source = f"generated, seed {corpus.SEED}"
    found = [path.absolute() for path in found]

    _say(f"checking which of {len(found)} files every contender accepts")
    refused: dict[str, str] = {}
    for environment in environments:
        contender = environment.contender
        with environment.start(found, warm_up) as worker:
            for step in ("from_file", "from_json"):
                if step in contender.steps:
                    reasons: dict[str, str] = worker.ask("refused", step=step)
                    _say(f"{contender.title}, {step}: {len(found) - len(reasons)} of {len(found)}")
                    refused.update(reasons)
    if refused and options.corpus is None:
        raise BenchmarkError("a generated file was refused: {}: {}".format(*next(iter(refused.items()))))
    accepted = [path for path in found if str(path) not in refused]
    if not accepted:
        raise BenchmarkError(f"none of {len(found)} files is accepted by every contender")
    sizes = [path.stat().st_size for path in accepted]
    figures = f"mean {sum(sizes) / len(sizes) / 1e3:.1f} KB, largest {max(sizes) / 1e3:.0f} KB"
    return accepted, f"{len(accepted)} of {len(found)} files that all accept ({source}), {figures}"


def _take_turns(run: Run, environments: list[Environment], files: list[Path], warm_up: list[Path], number: int) -> None:
    """One round: new processes for all, which take turns step by step. Each round begins with another."""
    with ExitStack() as stack:
        workers = [(one.contender, stack.enter_context(one.start(files, warm_up))) for one in environments]
        run.versions = {contender.name: worker.versions for contender, worker in workers}
        start = number % len(workers)
        for step in STEPS:
            for contender, worker in workers[start:] + workers[:start]:
                if step.name in contender.steps:
                    run.add(step.name, contender, worker.ask("measure", step=step.name))


def _measure_memory(run: Run, environments: list[Environment], files: list[Path], warm_up: list[Path]) -> None:
    """In processes that have measured nothing before. Once: it hardly varies, and tracing is slow."""
    for environment in environments:
        for measure, request in (("memory", "traced_memory"), ("resident", "resident_memory")):
            with environment.start(files, warm_up) as worker:
                taken = worker.ask(request)
            if taken is not None:
                run.add(measure, environment.contender, taken)


def _measure_imports(run: Run, environments: list[Environment]) -> None:
    """Whole processes, with bytecode and files at hand as a first process of each has just used them."""
    for environment in environments:
        contender = environment.contender
        modules = _python(environment, f"{contender.import_statement}; import sys; print(*sys.modules)").split()
        run.add("modules", contender, len(modules))
        if contender.name == OURS:
            run.eager = [name for name in _ON_DEMAND if name in modules]
    for number in range(run.imports):
        start = number % len(environments)
        for environment in environments[start:] + environments[:start]:
            for measure, code in (("import", environment.contender.import_statement), ("bare", "pass")):
                before = perf_counter()
                _python(environment, code)
                run.add(measure, environment.contender, perf_counter() - before)


def _python(environment: Environment, code: str) -> str:
    done = subprocess.run(environment.command(code), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchmarkError(f"{environment.contender.title}: {code!r} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
