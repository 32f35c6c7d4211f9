"""What is in memory once: what is the same in neighbouring tasks."""

from __future__ import annotations

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
