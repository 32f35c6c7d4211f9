"""Values are shared between threads: hashed, pickled, evolved and written at once, with no difference and no leak."""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import attrs
import pytest

from beakerspec import (
    Constraints,
    DataMount,
    EnvVar,
    ExperimentSpec,
    ImageSource,
    Priority,
    ResultSpec,
    RetrySpec,
    TaskContext,
    TaskResources,
    TaskSpec,
    ValidationError,
    get_converter,
)

THREADS = 4
#: How often a value is hashed, pickled and evolved. A million is what the library promises; this shows most of it.
ROUNDS = int(os.environ.get("BEAKERSPEC_TEST_ROUNDS", "20000"))
#: Objects that the interpreter keeps of its own accord between two counts, such as free lists: not one for a round.
NOISE = 500


def experiment() -> ExperimentSpec:
    """An experiment with every class and every kind of value in it."""
    task = TaskSpec(
        name="train",
        image=ImageSource(docker="alpine", extra={"future": {"a": [1, "b", None]}}),
        result=ResultSpec(path="/out"),
        context=TaskContext(priority=Priority.low, min_runtime="1h"),
        constraints=Constraints(cluster=["c", "d"], gpu_type=["h100"]),
        command=["python", 1, 0.5],
        env_vars=[EnvVar(name="A", value="1"), EnvVar(name="B", secret="s")],
        datasets=[DataMount.new("/data", beaker="a", mode="readonly")],
        resources=TaskResources(cpu_count=1.5, gpu_count=2, memory="1 GiB"),
        timeout="90m",
    )
    return ExperimentSpec(
        budget="b", groups=["g"], retry=RetrySpec(allowed_task_retries=1), tasks=[task], extra={"future": [{"a": 1}]}
    )


class Expected:
    """What a round gives, worked out by one thread alone."""

    def __init__(self, spec: ExperimentSpec) -> None:
        self.spec = spec
        self.hash = hash(spec)
        self.pickled = pickle.dumps(spec)
        self.text = repr(spec)
        self.evolved = ExperimentSpec.from_json({**spec.to_json(), "budget": "other"})
        task = spec.tasks[0]
        self.task = attrs.evolve(task, env_vars=[*(task.env_vars or ()), EnvVar(name="C", value="3")])


def differences(expected: Expected, first: int, rounds: int) -> Iterator[str]:
    """What differs in any of the rounds, which are of three kinds."""
    spec = expected.spec
    for number in range(first, first + rounds):
        again = pickle.loads(expected.pickled) if number % 3 == 0 else spec
        if hash(again) != expected.hash:
            yield f"round {number}: the hash"
        if again != spec:
            yield f"round {number}: the pickled value"
        if pickle.dumps(spec) != expected.pickled:
            yield f"round {number}: the pickle"
        if attrs.evolve(again, budget="other") != expected.evolved:
            yield f"round {number}: the evolved value"
        if again.with_budget("other") != expected.evolved:
            yield f"round {number}: the value of a verb"
        if again.tasks[0].with_env_var("C", "3") != expected.task:
            yield f"round {number}: the task of a verb"
        if number % 100 == 0 and repr(again) != expected.text:
            yield f"round {number}: the repr"


@contextmanager
def eager_switches() -> Iterator[None]:
    """Threads take turns far more often than they would."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)


def in_threads(work: Callable[[int], object]) -> None:
    """Do `work(number)` in as many threads, started at once, and raise what the first that failed raised."""
    barrier = threading.Barrier(THREADS)
    failures: list[BaseException] = []

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    with eager_switches():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::beakerspec.UnknownFieldWarning")
def test_hashing_pickling_and_evolving_at_once_makes_no_difference_and_leaks_nothing():
    expected = Expected(experiment())
    found: list[str] = []

    def work(rounds: int) -> Callable[[int], None]:
        return lambda number: found.extend(differences(expected, number * rounds, rounds))

    in_threads(work(100))  # fills every cache
    gc.collect()
    objects, blocks = len(gc.get_objects()), sys.getallocatedblocks()
    in_threads(work(ROUNDS // THREADS))
    gc.collect()
    assert found == []
    assert len(gc.get_objects()) - objects < NOISE
    assert sys.getallocatedblocks() - blocks < NOISE


@pytest.mark.slow
def test_loading_and_writing_at_once_makes_no_difference_and_leaks_nothing():
    spec = attrs.evolve(experiment(), extra={}, tasks=[attrs.evolve(experiment().tasks[0], image={"docker": "a"})])
    text, data = spec.to_yaml(), spec.to_json()
    converter = get_converter()
    found: list[object] = []

    def work(rounds: int) -> Callable[[int], None]:
        def run(_: int) -> None:
            for _ in range(rounds):
                made = (
                    ExperimentSpec.from_yaml(text),
                    ExperimentSpec.from_json(data),
                    converter.structure(data, ExperimentSpec),
                )
                found.extend(each for each in made if each != spec)
                if spec.to_yaml() != text or spec.to_json() != data:
                    found.append("written")

        return run

    in_threads(work(20))
    gc.collect()
    objects, blocks = len(gc.get_objects()), sys.getallocatedblocks()
    in_threads(work(ROUNDS // THREADS // 50))
    gc.collect()
    assert found == []
    assert len(gc.get_objects()) - objects < NOISE
    assert sys.getallocatedblocks() - blocks < NOISE


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::beakerspec.UnknownFieldWarning")
def test_what_one_thread_asks_for_counts_in_no_other():
    data = {"tasks": [{"image": {"docker": "a", "future": 1}}]}
    strict, lenient = get_converter(strict=True), get_converter()
    text = "tasks: [{image: {docker: a, future: 1}}]"

    def work(number: int) -> None:
        for _ in range(ROUNDS // THREADS // 50):
            if number % 2:
                assert lenient.structure(data, ExperimentSpec).tasks[0].image.extra == {"future": 1}
                assert ExperimentSpec.from_yaml(text).tasks[0].image.extra == {"future": 1}
                assert ExperimentSpec.from_json(data).tasks[0].image.extra == {"future": 1}
            else:
                for call in (
                    lambda: strict.structure(data, ExperimentSpec),
                    lambda: ExperimentSpec.from_yaml(text, strict=True),
                    lambda: ExperimentSpec.from_json(data, strict=True),
                ):
                    with pytest.raises(ValidationError):
                        call()

    in_threads(work)


FIRST_USE = """
import sys, threading
import beakerspec
sys.setswitchinterval(1e-6)
barrier, made, failures = threading.Barrier(4), [], []

def work():
    barrier.wait()
    try:
        spec = beakerspec.ExperimentSpec.from_yaml("tasks: [{name: t, image: {docker: a}, constraints: {x: [1]}}]")
        task = spec.tasks[0].with_env_var("A", "1").with_name("u")
        made.append(beakerspec.ExperimentSpec.from_json(spec.with_task(task).to_json()).to_yaml())
    except BaseException as error:
        failures.append(repr(error))

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failures, failures
assert len(made) == 4 and len(set(made)) == 1, made
"""


@pytest.mark.slow
def test_threads_may_be_the_first_to_use_the_library():
    for _ in range(5):
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", f"import sys; sys.path[:] = {sys.path!r}\n{FIRST_USE}"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode, run.stderr) == (0, "")
