"""Loading in bulk through `beakerspec.load_many`, in each of its ways: what a worker does for one measurement."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.worker import memory_of

__all__ = ["Load", "load"]

_WORKERS = 2


@dataclass(frozen=True)
class Load:
    """What one run took."""

    #: From the first file to the last result. A cluster is there before, processes are started meanwhile.
    seconds: float
    #: The peak memory in bytes of the process and of all that work for it, added up. None where the system does
    #: not say.
    peak: int | None


def load(way: str, paths: Iterable[str], count: int) -> Load:
    """Load `count` files and let go of each. Raises `ValueError` when not each of them gives a spec.

    The ways are those of `benchmarks.run.WAYS`.
    """
    from beakerspec.bulk import load_many, map_specs

    with ExitStack() as stack:
        options: dict[str, Any] = {} if way == "alone" else {"workers": _WORKERS}
        results: Any = load_many
        if way == "mapped":
            results = partial(map_specs, attrgetter("budget"))
        elif way == "dask":
            distributed: Any = import_module("distributed")
            # The scheduler keeps a log of the last thousand calls: with ten, no growth of it hides that of the stream.
            import_module("dask.config").set({"distributed.admin.low-level-log-length": 10})
            cluster = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=_WORKERS, threads_per_worker=1, dashboard_address=None, silence_logs=50
                )
            )
            options["executor"] = stack.enter_context(distributed.Client(cluster)).get_executor()
        peak = None
        files = 0
        start = perf_counter()
        for result in results(paths, ordered=False, **options):
            if any(problem.severity == "error" for problem in result.problems):
                raise ValueError(f"{result.source}: {'; '.join(problem.message for problem in result.problems)}")
            files += 1
            if files == count:
                # The workers are about to end, and with them what the system knows of their memory.
                peak = _peak_of_all("self")
        seconds = perf_counter() - start
        if files != count:
            raise ValueError(f"{count} files gave {files} specs")
        return Load(seconds, peak)


def _peak_of_all(process: int | str) -> int | None:
    """The peaks of a process and of its children and their children, added up."""
    peak = memory_of(process, "VmHWM")
    if peak is None:
        return None
    for thread in Path(f"/proc/{process}/task").glob("*"):
        with suppress(OSError):  # threads come and go
            for child in (thread / "children").read_text().split():
                peak += _peak_of_all(int(child)) or 0
    return peak
