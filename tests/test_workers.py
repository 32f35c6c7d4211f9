"""Work that is handed to others: what is started for it, when it is handed over, and what is left at the end."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from beakerspec.bulk.workers import Failure, apply_to_each

PROCESS = "__import__('os').getpid()"


def test_no_more_processes_are_started_than_there_is_work_for() -> None:
    started = [
        (outcome, [process.pid for process in multiprocessing.active_children()])
        for _, outcome in apply_to_each(eval, [PROCESS], workers=8, helps=False)
    ]
    assert started == [(started[0][0], [started[0][0]])]


@pytest.mark.slow
def test_all_processes_are_used_where_there_is_work_for_them() -> None:
    seen: set[Any] = set()
    for _, outcome in apply_to_each(eval, itertools.repeat(f"__import__('time').sleep(0.01) or {PROCESS}"), workers=3):
        seen.add(outcome)
        if len(seen - {os.getpid()}) == 3:
            break
    assert len(seen - {os.getpid()}) == 3


def test_what_is_done_is_handed_over_while_the_first_takes_long() -> None:
    asked = 0
    gate = threading.Event()

    def items() -> Iterator[int]:
        nonlocal asked
        for asked in itertools.count():
            time.sleep(0.06)
            yield asked

    def wait_for_first(item: int) -> int:
        if item == 0:
            gate.wait(30)
        return item

    with ThreadPoolExecutor(2) as executor:
        results = apply_to_each(wait_for_first, items(), executor=executor, ordered=False)
        assert next(results) == (1, 1)
        gate.set()
        results.close()
    assert asked < 10


def run(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """What a program does. It has to end by itself."""
    path = folder / "program.py"
    path.write_text(textwrap.dedent(text))
    return subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
def test_a_program_ends_although_work_is_left_that_nobody_asks_for(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        import itertools
        from beakerspec.bulk.workers import apply_to_each
        if __name__ == "__main__":
            items = itertools.chain(["1"], itertools.repeat("__import__('time').sleep(1000)"))
            results = apply_to_each(eval, items, workers=2, helps=False)
            print(next(results))
        """,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "('1', 1)\n", "")


IN_A_CYCLE = """
import gc, itertools, multiprocessing, os, threading, time
from beakerspec.bulk.workers import apply_to_each

class Collecting:
    '''Lets the collector run where it is pickled: in the thread that sends it to a process.'''
    is_on = False
    def __call__(self, item):
        time.sleep(abs(item))
        if item < 0:
            os._exit(3)
    def __reduce__(self):
        if Collecting.is_on:
            Collecting.is_on = False
            gc.collect()
        return Collecting, ()

class Item(Collecting):
    def __init__(self, seconds):
        self.seconds = seconds
    def __reduce__(self):
        super().__reduce__()
        return float, (self.seconds,)

class Holder:
    pass

if __name__ == "__main__":
    gc.disable()
    holder = Holder()
    holder.itself = holder
    holder.results = {run}
    next(holder.results)
    Collecting.is_on = True
    del holder
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and (Collecting.is_on or threading.active_count() > 1):
        time.sleep(0.01)
    print(Collecting.is_on, threading.active_count(), multiprocessing.active_children())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "results",
    [
        pytest.param(
            "apply_to_each(time.sleep, map(Item, [0.1, 1, 1, 1, 1]), workers=2, helps=False)", id="while sending"
        ),
        pytest.param("apply_to_each(Collecting(), [0.1, -0.6, 0.6, 0.6], workers=2, helps=False)", id="while starting"),
    ],
)
def test_a_run_may_be_collected_in_one_of_its_own_threads(results: str, tmp_path: Path) -> None:
    done = run(tmp_path, IN_A_CYCLE.replace("{run}", results))
    assert (done.returncode, done.stdout, done.stderr) == (0, "False 1 []\n", "")


def test_a_program_from_standard_input_is_told_to_be_a_file() -> None:
    text = """
from beakerspec.bulk.workers import apply_to_each
print(list(apply_to_each(eval, ["1"] * 9, workers=2, helps=False)))
"""
    done = subprocess.run([sys.executable, "-"], input=text, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("which is not in a file: put it into one\n")


def test_a_daemonic_process_is_told_that_it_cannot_start_others(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        import multiprocessing
        from beakerspec.bulk.workers import apply_to_each
        def work():
            try:
                list(apply_to_each(eval, ["1"], workers=2, helps=False))
            except RuntimeError as error:
                print(error)
        if __name__ == "__main__":
            process = multiprocessing.get_context("spawn").Process(target=work, daemon=True)
            process.start()
            process.join()
        """,
    )
    assert done.stdout == "a daemonic process cannot start others\n"


BUSY = """
import itertools, multiprocessing, os, signal, time
from beakerspec.bulk.workers import apply_to_each
if __name__ == "__main__":
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it is ignored
    items = itertools.chain(["1"], itertools.repeat("[0 for _ in __import__('itertools').repeat(0) if _]"))
    results = apply_to_each(eval, items, workers=2, helps=False)
    next(results)
    while len(workers := multiprocessing.active_children()) < 2:
        time.sleep(0.01)
    time.sleep(0.5)
    {action}
    print(*(worker.pid for worker in workers), flush=True)
    next(results)
"""


def are_gone(processes: list[int]) -> bool:
    """Whether all processes end within some seconds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        gone = 0
        for process in processes:
            try:
                os.kill(process, 0)
            except ProcessLookupError:
                gone += 1
        if gone == len(processes):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs signals and forks")
@pytest.mark.parametrize("way", ["SIGTERM", "SIGHUP", "SIGKILL"])
@pytest.mark.parametrize(
    "action", ["", "os.fork() or os.execlp('sleep', 'sleep', '30')", "os.fork() or time.sleep(30)"]
)
def test_busy_processes_end_with_their_caller_however_it_ends(way: str, action: str, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(BUSY.format(action=action))
    program = subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert program.stdout is not None
    workers = list(map(int, program.stdout.readline().split()))
    try:
        program.send_signal(getattr(signal, way))
        assert program.wait(timeout=60) == -getattr(signal, way)
        assert len(workers) == 2
        assert are_gone(workers)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)  # the forked child, and workers if they are left
        program.communicate(timeout=20)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs forks")
@pytest.mark.slow
@pytest.mark.parametrize("end", ["sys.exit(0)", "results.close() or sys.exit(0)", "os._exit(0)"])
def test_a_forked_child_that_ends_leaves_the_processes_alone(end: str, tmp_path: Path) -> None:
    done = run(
        tmp_path,
        f"""
        import itertools, os, sys, warnings
        from beakerspec.bulk.workers import apply_to_each
        if __name__ == "__main__":
            warnings.simplefilter("ignore")
            results = apply_to_each(eval, itertools.repeat("__import__('os').getpid()"), workers=2, helps=False)
            before = {{next(results)[1] for _ in range(2000)}}
            child = os.fork()
            if child == 0:
                {end}
            print(os.waitpid(child, 0)[1], {{next(results)[1] for _ in range(2000)}} <= before)
        """,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 True\n", "")


class _Unpickled:
    """Raises what is no `Exception` when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return sys.exit, ("the data",)


def answer(item: int) -> Any:
    """A number, or a result that cannot be unpickled, or one that cannot be pickled."""
    return _Unpickled() if item == 40 else (lambda: item) if item == 50 else item


@pytest.mark.slow
def test_a_result_that_cannot_be_unpickled_is_the_problem_of_its_item() -> None:
    outcomes = [outcome for _, outcome in apply_to_each(answer, range(100), workers=2, helps=False)]
    failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    assert [outcome for outcome in outcomes if not isinstance(outcome, Failure)] == [
        *range(40),
        *range(41, 50),
        *range(51, 100),
    ]
    assert failures[0] == Failure("not-delivered", "no result came back: SystemExit when it was unpickled")
    assert [failure.rule for failure in failures] == ["not-delivered"] * 2


def take_memory(item: int) -> int:
    """Take more memory than there is, for one item."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (1_000_000_000, 1_000_000_000))
    return len(bytes(2_000_000_000)) if item == 40 else item


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits memory")
def test_an_item_that_takes_too_much_memory_is_reported_and_the_others_are_done() -> None:
    outcomes = [outcome for _, outcome in apply_to_each(take_memory, range(100), workers=2, helps=False)]
    assert outcomes[:40] + outcomes[41:] == [*range(40), *range(41, 100)]
    assert isinstance(outcomes[40], Failure)
    assert outcomes[40].message.startswith("failed with MemoryError")


@pytest.mark.slow
def test_each_of_many_crashes_is_the_problem_of_its_item() -> None:
    crash = "__import__('os').kill(__import__('os').getpid(), 9)"
    items = [crash if number % 40 == 7 else f"'{number}' * 20_000" for number in range(200)]
    results = list(apply_to_each(eval, items, workers=3, helps=False))
    assert [item for item, _ in results] == items
    assert [item for item, outcome in results if isinstance(outcome, Failure)] == [crash] * 5


class Slow:
    """A result that takes long to pickle."""

    def __reduce__(self) -> tuple[Any, ...]:
        time.sleep(0.01)
        return Slow, ()


def slow(item: float) -> Slow:
    """Take some seconds for a result that takes 0.01 s to pickle."""
    time.sleep(item)
    return Slow()


@pytest.mark.slow
def test_the_caller_stays_alone_where_results_take_as_long_to_travel_as_to_make() -> None:
    for _ in apply_to_each(slow, [0.005] * 60, workers=2):
        assert not multiprocessing.active_children()


@pytest.mark.slow
def test_processes_are_started_where_results_travel_fast() -> None:
    started: set[int | None] = set()
    for _ in apply_to_each(time.sleep, [0.01] * 200, workers=2):
        started.update(process.pid for process in multiprocessing.active_children())
    assert len(started) == 2
