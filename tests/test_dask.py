"""Work on a cluster: Dask's scheduler and two of its workers, in processes of their own."""

from __future__ import annotations

import operator
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from beakerspec import ExperimentSpec
from beakerspec.bulk import load_many, map_specs

distributed = pytest.importorskip("distributed")

# Dask and what it is built on warn of their own, now and then, and so do its threads when it ends.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("dask")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(folder)
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("specs")
    for number in range(1500):
        text = f"budget: b{number}\ntasks:\n- image: {{docker: alpine}}\n"
        (folder / f"{number:04}.yaml").write_text(text if number % 20 else "version: v2\ntasks: 3\n")
    return folder


@pytest.mark.slow
def test_a_cluster_loads_what_one_process_does(client: Any, folder: Path) -> None:
    results = list(load_many(folder, executor=client.get_executor()))
    assert results == list(load_many(folder))


@pytest.mark.slow
def test_a_cluster_reports_results_as_they_are_done(client: Any, folder: Path) -> None:
    results = list(load_many(folder, executor=client.get_executor(), ordered=False))
    assert sorted(results, key=lambda result: result.source.file) == list(load_many(folder))


@pytest.mark.slow
def test_a_cluster_applies_a_function_that_no_module_holds(client: Any, folder: Path) -> None:
    results = map_specs(lambda spec: spec.budget, folder, executor=client.get_executor())
    assert list(results) == list(map_specs(operator.attrgetter("budget"), folder))


@pytest.mark.slow
def test_a_second_run_does_its_own_work(client: Any) -> None:
    sources = [("a.yaml", b"tasks: []")] * 3

    def now(spec: ExperimentSpec) -> int:
        return time.time_ns()

    first, second = (map_specs(now, sources, executor=client.get_executor()) for _ in range(2))
    assert next(first).value != next(second).value
    first.close()
    second.close()


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_nothing(client: Any, folder: Path) -> None:
    def slow(spec: ExperimentSpec) -> str | None:
        time.sleep(0.01)
        return spec.budget

    sources = sorted(folder.iterdir())[:200]
    process, *_ = client.run(os.getpid).values()
    results = []
    for result in map_specs(slow, sources, executor=client.get_executor()):
        results.append(result)
        if len(results) == 20:
            os.kill(process, signal.SIGKILL)
    assert results == list(map_specs(operator.attrgetter("budget"), sources))


@pytest.mark.slow
def test_an_iterator_that_is_closed_leaves_the_cluster_at_work(client: Any, folder: Path) -> None:
    executor = client.get_executor()
    results = load_many([folder] * 1000, executor=executor)
    next(results)
    results.close()
    assert len(list(load_many(folder, executor=executor))) == 1500
