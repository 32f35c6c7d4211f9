"""Work grows with the input, and not with its square: of twice the input it is at most two and a half times as much.

The work is counted in calls of Python functions, which are the same in every run.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from beakerspec import ExperimentSpec, Settings, ValidationError, check

SETTINGS = Settings()


def tasks(task: Callable[[int], str], count: int) -> str:
    return "tasks:\n" + "".join(f"- {{image: {{docker: a}}, {task(index)}}}\n" for index in range(count))


INPUTS: dict[str, Callable[[int], str]] = {
    "problems of an aliased task": lambda n: (
        "x: &a {image: {docker: a}, command: [" + "[]," * n + "]}\ntasks:\n" + "- *a\n" * n
    ),
    "unknown fields of an aliased task": lambda n: (
        "x: &a {image: {docker: a}, " + "".join(f"u{index}: 1, " for index in range(n)) + "}\ntasks:\n" + "- *a\n" * n
    ),
    "a broken task with many aliases": lambda n: (
        'x: &a {image: {docker: a}, resources: {gpuCount: "1"}}\ntasks:\n' + "- *a\n" * n
    ),
    "a problem in each task": lambda n: tasks(lambda index: f'name: t{index}, resources: {{gpuCount: "1"}}', n),
    "a finding in each task": lambda n: tasks(lambda index: f"name: t{index}, replicas: 0", n),
    "a task without an image each": lambda n: "tasks:\n" + "- {}\n" * n,
    "one name for all tasks": lambda n: tasks(lambda _: "name: a", n),
    "results of unknown tasks": lambda n: tasks(
        lambda index: f"name: task-{index}, datasets: [{{mountPath: /a, source: {{result: other-{index}}}}}]", n
    ),
    "cycles": lambda n: tasks(
        lambda index: (
            f"name: t{index}, datasets: [{{mountPath: /a, source: {{result: t{(index + 1) % n}}}}},"
            " {mountPath: /b, source: {result: t0}}]"
        ),
        n,
    ),
    "json in one line": lambda n: json.dumps({"tasks": [{"image": {"docker": "a"}, "replicas": "x"}] * n}),
}


def calls(function: Callable[[], Any]) -> int:
    """How many functions of Python are called."""
    count = 0

    def profile(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(before)
    return count


def load(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ExperimentSpec.from_yaml(text)
        except ValidationError as error:
            str(error)


def look(text: str) -> None:
    for problem in check(text, settings=SETTINGS):
        str(problem)


@pytest.mark.slow
@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("way", [load, look])
def test_the_work_grows_with_the_input(name: str, way: Callable[[str], None]) -> None:
    small, large = (INPUTS[name](count) for count in (60, 120))
    way(small)  # whatever is done once is done
    assert calls(lambda: way(large)) <= 2.5 * calls(lambda: way(small))


@pytest.mark.slow
@pytest.mark.parametrize("name", INPUTS)
def test_no_more_than_a_thousand_problems_are_kept(name: str) -> None:
    found = check(INPUTS[name](1100), settings=SETTINGS)
    assert len(found) <= 1001


@pytest.mark.slow
def test_the_problems_that_are_not_reported_are_counted() -> None:
    *found, more = check(tasks(lambda _: "replicas: two, timeout: 1d", 1500), settings=SETTINGS)
    assert len(found) == 1000
    assert (more.rule, more.severity, more.found) == ("too-many-problems", "error", "2000")
    assert more.message == "and 2000 more problems"


def test_warnings_that_are_not_reported_are_no_error() -> None:
    *_, more = check("budget: a\n" + tasks(lambda index: f"name: t{index}", 1500), settings=SETTINGS)
    assert (more.rule, more.severity, more.found) == ("too-many-problems", "warning", "500")


def test_a_problem_of_a_value_with_aliases_is_told_at_its_first_use() -> None:
    text = "x: &a {image: {docker: a}, replicas: two}\ntasks:\n- *a\n- *a\n"
    found = [(problem.rule, problem.path) for problem in check(text, settings=SETTINGS) if problem.severity == "error"]
    assert found == [("unknown-field", "x"), ("invalid-type", "tasks[0].replicas")]


def test_a_cycle_is_told_in_at_most_ten_names() -> None:
    [cycle] = [
        each
        for each in check(INPUTS["cycles"](30), settings=SETTINGS)
        if each.path.startswith("tasks[29]") and each.rule == "result-cycle" and "[0].source" in each.path
    ]
    assert cycle.message.count("→") == 11
    assert "… (30 tasks)" in cycle.message
