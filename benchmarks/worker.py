"""What runs in a contender's own environment. It takes requests and gives answers, one line of JSON each.

Times are taken by pyperf's `Runner`, in its mode for worker processes: it does the warm-up and the passes of one
step, while who asks for the steps lets the workers of all contenders take turns. Between two requests a worker
waits for its input and does nothing, so that another one has the machine.
"""

from __future__ import annotations

import gc
import io
import json
import logging
import os
import re
import sys
import tempfile
import traceback
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks.steps import STEPS, Call, Inputs

if TYPE_CHECKING:
    from benchmarks.bulk import Load

__all__ = ["listed", "main", "memory_of"]

_STEPS = {step.name: step for step in STEPS}

#: How often the corpus is loaded to see the process grow.
_FURTHER_PASSES = 3


class _Worker:
    """One contender with one corpus. Each public method answers the request of its name."""

    def __init__(self, target: str) -> None:
        """`target` is a file that may be written to."""
        self._target = target
        self._commands = 0

    def start(self, module: str, packages: list[str], files: list[str], warm_up: list[str]) -> dict[str, Any]:
        """Import the contender. `warm_up` holds other files than `files`, for a pass that does not count."""
        self._contender = import_module(f"benchmarks.contenders.{module}")
        self._inputs = Inputs(self._contender, files, self._target)
        self._chosen: dict[tuple[str, ...], Inputs] = {}
        self._warm_up = Inputs(self._contender, warm_up, self._target)
        return {
            "python": f"{sys.implementation.name} {sys.version.split()[0]}",
            "packages": {package: version(package) for package in packages},
            "steps": [name for name in _STEPS if hasattr(self._contender, name)],
        }

    def refused(self, step: str) -> dict[str, str]:
        """The files that the contender cannot load by a step, and why."""
        reasons: dict[str, str] = {}
        logging.disable()  # beaker-py 1 logs the whole document that it refuses
        for file in self._inputs.files:
            try:
                _run(_STEPS[step].prepare(Inputs(self._contender, [file], self._target)))
            except Exception as error:
                reasons[file] = f"{type(error).__name__}: {error}"
        logging.disable(logging.NOTSET)
        return reasons

    def altered(self, files: list[str]) -> dict[str, str]:
        """The files of which the contender writes other data than stands in them, and the first difference."""
        from benchmarks.likeness import difference, texts

        found: dict[str, str] = {}
        for file in files:
            written = json.loads(json.dumps(self._contender.to_json(self._contender.from_file(file)), default=str))
            different = difference(texts(file), written)
            if different is not None:
                found[file] = different
        return found

    def taken_fast(self, files: list[str]) -> tuple[float, float]:
        """The shares of the files, and of the characters in them, that beakerspec's fast reader takes."""
        fast_reader = import_module("beakerspec.documents.fast_reader")
        sizes: list[int] = []
        taken: list[int] = []
        for file in files:
            text = Path(file).read_text(encoding="utf-8-sig")
            sizes.append(len(text))
            with suppress(fast_reader.Unusual):
                fast_reader.read_block(text)
                taken.append(len(text))
        return len(taken) / len(sizes), sum(taken) / sum(sizes)

    def measure(self, step: str, files: list[str]) -> list[float]:
        """What a step takes for each of the files, in seconds: the median of the passes.

        Reading the clock is part of it, with some 0.05 µs.
        """
        plan = _STEPS[step]
        inputs = self._chosen.setdefault(tuple(files), Inputs(self._contender, files, self._target))
        corpora = iter([self._warm_up, *[inputs] * plan.passes])
        passes: list[list[float]] = []

        def one_pass(loops: int) -> float:
            call = plan.prepare(next(corpora))
            gc.collect()
            results, times = _timed(call)
            passes.append(times)
            del results, call
            return loops * sum(times)

        self._sampled(step, one_pass, warm_ups=1, values=plan.passes)
        return [median(times) for times in zip(*passes[1:], strict=True)]

    def command(self, command: list[str]) -> Any:
        """What a process takes from its start to its end, in seconds, as pyperf's JSON."""
        self._set_runner(warm_ups=0, values=1)
        self._commands += 1  # the name of a benchmark is used once only
        return _json(self._runner.bench_command(f"command {self._commands}", command))

    def bulk(self, way: str, listing: str, count: int) -> dict[str, Any]:
        """What loading the listed files in bulk takes for each, in seconds, as pyperf's JSON, and the peak memory."""
        from benchmarks.bulk import load

        loads: list[Load] = []

        def one_pass(loops: int) -> float:
            loads.append(load(way, listed(listing), count))
            return loops * loads[0].seconds / count

        return {"sampled": self._sampled(way, one_pass, warm_ups=0, values=1), "peak": loads[0].peak}

    def peak_memory(self, listing: str) -> int | None:
        """The most memory in bytes that the process had while it loaded the listed files one by one."""
        from_file = self._contender.from_file
        for file in listed(listing):
            from_file(file)
        return memory_of("self", "VmHWM")

    def traced_memory(self) -> float:
        """Bytes that Python has handed out for a loaded spec and not got back, on average over all files."""
        _run(_STEPS["from_file"].prepare(self._warm_up))
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        results = _run(_STEPS["from_file"].prepare(self._inputs))
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        return (after - before) / len(results)

    def resident_memory(self) -> float | None:
        """Bytes by which the process grows for a loaded spec, or None where the system does not say.

        What the process has grown by in a first pass is mostly room to work in, so further passes are
        measured. All results stay alive. This is to check the other figure by: what a contender allocates
        behind Python's back is only seen here, and what it shares between two loads of one file is counted
        for neither.
        """
        results = _run(_STEPS["from_file"].prepare(self._inputs))
        gc.collect()
        before = memory_of("self", "VmRSS")
        for _ in range(_FURTHER_PASSES):
            results += _run(_STEPS["from_file"].prepare(self._inputs))
        gc.collect()
        after = memory_of("self", "VmRSS")
        if before is None or after is None:
            return None
        return (after - before) / (_FURTHER_PASSES * len(self._inputs.files))

    @cached_property
    def _runner(self) -> Any:
        # Imported when a time is taken: it has no place where memory is measured.
        runner: Any = import_module("pyperf").Runner()
        runner.parse_args(["--worker", "--quiet", "--loops=1"])
        return runner

    def _set_runner(self, warm_ups: int, values: int) -> None:
        self._runner.args.warmups = warm_ups
        self._runner.args.values = values

    def _sampled(self, name: str, one_pass: Callable[[int], float], warm_ups: int, values: int) -> Any:
        self._set_runner(warm_ups, values)
        return _json(self._runner.bench_time_func(name, one_pass))


def _json(benchmark: Any) -> Any:
    text = io.StringIO()
    benchmark.dump(text)
    return json.loads(text.getvalue())


def _run(call: Call) -> list[Any]:
    """One pass. Its results stay alive until its end."""
    function, items = call
    return [function(item) for item in items]


def _timed(call: Call) -> tuple[list[Any], list[float]]:
    """One pass, and the seconds that each of its items took. Its results stay alive until its end."""
    function, items = call
    results: list[Any] = []
    times = [0.0] * len(items)
    for index, item in enumerate(items):
        start = perf_counter()
        result = function(item)
        times[index] = perf_counter() - start
        results.append(result)
    return results, times


def listed(listing: str) -> Iterator[str]:
    """The paths in a text file, one a line, read as they are asked for: a long list takes no memory."""
    with open(listing, encoding="utf-8") as lines:
        for line in lines:
            yield line.removesuffix("\n")


def memory_of(process: int | str, what: str) -> int | None:
    """Bytes that a process has (``VmRSS``) or had at its peak (``VmHWM``); None where the system does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(rf"^{what}:\s*(\d+) kB$", status, re.MULTILINE)
    return None if found is None else int(found[1]) * 1024


def main() -> None:
    """Answer requests until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a contender prints is no answer
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        worker = _Worker(str(Path(folder) / "spec.yaml"))
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = {"answer": getattr(worker, request.pop("do"))(**request)}
            except Exception:
                answer = {"error": traceback.format_exc()}
            print(json.dumps(answer), file=answers, flush=True)
