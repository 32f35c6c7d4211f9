"""What is in memory once: what is the same in neighbouring tasks, and the names that specs have in common."""

from __future__ import annotations

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beakerspec import ExperimentSpec

TWO_TASKS = """\
tasks:
- image: {docker: alpine}
  arguments: [--seed, 1, --rate, 2e-5, "7", --out, /results]
  envVars:
  - {name: LOG_LEVEL, value: info}
  - {name: SEED, value: "1"}
  resources: {gpuCount: 1}
- image: {docker: alpine}
  arguments: [--seed, 1.0, --rate, 2e-6, 7, --out, /results, --more]
  envVars:
  - {name: LOG_LEVEL, value: info}
  - {name: SEED, value: "2"}
  resources: {gpuCount: 1}
"""


def test_equal_parts_of_neighbouring_tasks_are_one_object() -> None:
    first, second = ExperimentSpec.from_yaml(TWO_TASKS).tasks
    assert first.image is second.image
    assert first.resources is second.resources
    assert first.env_vars is not None
    assert second.env_vars is not None
    assert first.env_vars[0] is second.env_vars[0]
    assert first.env_vars[1].name is second.env_vars[1].name


def test_equal_words_at_one_place_of_neighbouring_tasks_are_one_object() -> None:
    first, second = (task.arguments for task in ExperimentSpec.from_yaml(TWO_TASKS).tasks)
    assert first is not None
    assert second is not None
    assert [one is other for one, other in zip(first, second, strict=False)] == [
        *(True, False, True, False, False, True, True)
    ]
    assert list(map(repr, second)) == [
        "'--seed'",
        "1.0",
        "'--rate'",
        "'2e-6'",
        "7",
        "'--out'",
        "'/results'",
        "'--more'",
    ]


@given(st.lists(st.lists(st.sampled_from([0, 0.0, 1, 1.0, "1", "1.0", "a", ""]), max_size=4), max_size=4))
def test_sharing_changes_no_word(lists: list[list[int | float | str]]) -> None:
    data = {"tasks": [{"image": {"docker": "x"}, "command": words} for words in lists]}
    spec = ExperimentSpec.from_json(data)
    read = ExperimentSpec.from_yaml(spec.to_yaml())
    for found in (spec, read):
        assert [[*map(repr, task.command or ())] for task in found.tasks] == [[*map(repr, words)] for words in lists]


def test_specs_have_the_names_of_their_variables_in_common() -> None:
    first, second, third = (
        ExperimentSpec.from_yaml(TWO_TASKS),
        ExperimentSpec.from_yaml(TWO_TASKS),
        ExperimentSpec.from_json(json.loads(json.dumps(ExperimentSpec.from_yaml(TWO_TASKS).to_json()))),
    )
    names = [spec.tasks[0].env_vars[0].name for spec in (first, second, third) if spec.tasks[0].env_vars is not None]
    assert names[0] is names[1] is names[2]


@pytest.mark.slow
@pytest.mark.parametrize("length", [10, 99, 5_000])
def test_names_are_forgotten_where_there_are_too_many(length: int) -> None:
    def load(number: int) -> None:
        names = (f"N{number}_{index}".ljust(length, "_") for index in range(1_000))
        variables = "".join(f"  - {{name: {name}, value: x}}\n" for name in names)
        ExperimentSpec.from_yaml(f"tasks:\n- image: {{docker: x}}\n  envVars:\n{variables}")

    load(0)
    tracemalloc.start()
    try:
        for number in range(1, 21):
            load(number)
        assert tracemalloc.get_traced_memory()[0] < 1_500_000
    finally:
        tracemalloc.stop()
