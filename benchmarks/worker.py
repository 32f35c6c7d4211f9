"""What runs in a contender's own environment. It takes requests and gives answers, one line of JSON each.

Between two requests it waits for its input and does nothing, so that another worker has the machine.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import sys
import tempfile
import traceback
import tracemalloc
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from benchmarks.steps import STEPS, Call, Inputs

__all__ = ["main"]

_STEPS = {step.name: step for step in STEPS}

#: A worker repeats a step this often, on new objects each time, unless that takes longer than this many
#: seconds.
_PASSES = 5
_LONG_ENOUGH = 0.25

#: How often the corpus is loaded to see the process grow.
_FURTHER_PASSES = 3


class _Worker:
    """One contender with one corpus. Each public method answers the request of its name."""

    def __init__(self, target: str) -> None:
        """`target` is a file that may be written to."""
        self._target = target

    def start(self, experiment: str, packages: list[str], files: list[str], warm_up: list[str]) -> dict[str, Any]:
        """Import the contender. `warm_up` holds other files than `files`, for a pass that is not timed."""
        module, _, name = experiment.partition(":")
        self._experiment = getattr(import_module(module), name)
        self._inputs = Inputs(self._experiment, files, self._target)
        self._warm_up = Inputs(self._experiment, warm_up, self._target)
        return {
            "python": f"{sys.implementation.name} {sys.version.split()[0]}",
            "packages": {package: version(package) for package in packages},
        }

    def refused(self, step: str) -> dict[str, str]:
        """The files that the contender cannot load by a step, and why."""
        reasons: dict[str, str] = {}
        logging.disable()  # beaker-py 1 logs the whole document that it refuses
        for file in self._inputs.files:
            try:
                _run(_STEPS[step].prepare(Inputs(self._experiment, [file], self._target)))
            except Exception as error:
                reasons[file] = f"{type(error).__name__}: {error}"
        logging.disable(logging.NOTSET)
        return reasons

    def measure(self, step: str) -> float:
        """Nanoseconds that a step takes for a file, on average over all files."""
        plan = _STEPS[step]
        _run(plan.prepare(self._warm_up))
        elapsed = passes = 0
        while passes == 0 or (plan.repeat and passes < _PASSES and elapsed < _LONG_ENOUGH * 1e9):
            call = plan.prepare(self._inputs)
            gc.collect()
            start = perf_counter_ns()
            results = _run(call)
            elapsed += perf_counter_ns() - start
            passes += 1
            del results, call
        return elapsed / passes / len(self._inputs.files)

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
        if not Path("/proc/self/statm").exists():
            return None
        results = _run(_STEPS["from_file"].prepare(self._inputs))
        gc.collect()
        before = _resident()
        for _ in range(_FURTHER_PASSES):
            results += _run(_STEPS["from_file"].prepare(self._inputs))
        gc.collect()
        return (_resident() - before) / (_FURTHER_PASSES * len(self._inputs.files))


def _run(call: Call) -> list[Any]:
    """One pass. Its results stay alive until its end."""
    function, items = call
    return [function(item) for item in items]


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


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
