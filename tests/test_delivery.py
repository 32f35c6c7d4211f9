"""Work that is handed to others: what is started for it, when it is handed over, and what is left at the end."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from beakerspec.bulk.delivery import deliver

PROCESS = "__import__('os').getpid()"


def test_no_more_processes_are_started_than_there_is_work_for() -> None:
    started = [
        (outcome, [process.pid for process in multiprocessing.active_children()])
        for _, outcome in deliver(eval, [PROCESS], workers=8, helps=False)
    ]
    assert started == [(started[0][0], [started[0][0]])]


@pytest.mark.slow
def test_all_processes_are_used_where_there_is_work_for_them() -> None:
    seen: set[Any] = set()
    for _, outcome in deliver(eval, itertools.repeat(f"__import__('time').sleep(0.01) or {PROCESS}"), workers=3):
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
        results = deliver(wait_for_first, items(), executor=executor, ordered=False)
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
        from beakerspec.bulk.delivery import deliver
        if __name__ == "__main__":
            items = itertools.chain(["1"], itertools.repeat("__import__('time').sleep(1000)"))
            results = deliver(eval, items, workers=2, helps=False)
            print(next(results))
        """,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "('1', 1)\n", "")


IN_A_CYCLE = """
import gc, itertools, multiprocessing, os, threading, time
from beakerspec.bulk.delivery import deliver

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
        pytest.param("deliver(time.sleep, map(Item, [0.1, 1, 1, 1, 1]), workers=2, helps=False)", id="while sending"),
        pytest.param("deliver(Collecting(), [0.1, -0.6, 0.6, 0.6], workers=2, helps=False)", id="while starting"),
    ],
)
def test_a_run_may_be_collected_in_one_of_its_own_threads(results: str, tmp_path: Path) -> None:
    done = run(tmp_path, IN_A_CYCLE.replace("{run}", results))
    assert (done.returncode, done.stdout, done.stderr) == (0, "False 1 []\n", "")


def test_a_program_from_standard_input_is_told_to_be_a_file() -> None:
    text = (
        "from beakerspec.bulk.delivery import deliver\nprint(list(deliver(eval, ['1'] * 9, workers=2, helps=False)))\n"
    )
    done = subprocess.run([sys.executable, "-"], input=text, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("which is not in a file: put it into one\n")


@pytest.mark.slow
def test_a_daemonic_process_is_told_that_it_cannot_start_others(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        """
        import multiprocessing
        from beakerspec.bulk.delivery import deliver
        def work():
            try:
                list(deliver(eval, ["1"], workers=2, helps=False))
            except RuntimeError as error:
                print(error)
        if __name__ == "__main__":
            process = multiprocessing.get_context("spawn").Process(target=work, daemon=True)
            process.start()
            process.join()
        """,
    )
    assert done.stdout == "a daemonic process cannot start others\n"
