"""Paths such as ``tasks[train].envVars[SEED].value``: what they lead to, in specs and in plain data alike."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import experiment_specs

from beakerspec import EditError, ExperimentSpec, UnknownFieldWarning, ValidationError
from beakerspec.fields.paths import get, resolve

DATA: dict[str, Any] = {
    "version": "v2",
    "budget": "lab/vision",
    "tasks": [
        {
            "name": "train",
            "image": {"docker": "alpine"},
            "command": ["bash", "-c", "train --wd 1 --name='a b' --flag"],
            "arguments": ["--lr", 0.1, "--seed=3", "x"],
            "envVars": [{"name": "SEED", "value": "1"}, {"name": "0", "value": "zero"}],
            "datasets": [{"mountPath": "/data/a", "source": {"beaker": "set"}}],
            "resources": {"gpuCount": 8},
        },
        {"name": "my task [2]", "image": {"beaker": "x"}, "result": {"path": "/out"}},
    ],
}
SPEC = ExperimentSpec.from_json(DATA)

FOUND = [
    ("budget", "lab/vision"),
    ("tasks[0].name", "train"),
    ("tasks[train].resources.gpuCount", 8),
    ("tasks[train].resources.gpu_count", 8),
    ("tasks[ train ].resources", {"gpuCount": 8}),
    ('tasks["train"].envVars[SEED].value', "1"),
    ("tasks['train'].env_vars[SEED].value", "1"),
    ("tasks[0].envVars[0].value", "1"),
    ('tasks[0].envVars["0"].value', "zero"),
    ('tasks["my task [2]"].image.beaker', "x"),
    ("tasks[0].datasets[/data/a].source.beaker", "set"),
    ("tasks[0].datasets[/data/a].mountPath", "/data/a"),
    ("tasks[0].arguments[--lr]", 0.1),
    ("tasks[0].arguments[--seed]", "3"),
    ("tasks[0].arguments[--wd]", "1"),
    ("tasks[0].command[--name]", "a b"),
    ("tasks[0].command[--flag]", None),
    ("tasks[0].command[--other]", None),
    ("tasks[0].arguments[3]", "x"),
    ("tasks[1].timeout", None),
    ("tasks[1].resources.gpuCount", None),
    ("tasks[1].envVars[NEW].value", None),
]


def found(value: Any, path: str) -> Any:
    """What the one place of a path holds."""
    (place,) = resolve(value, path)
    return get(value, place)


@pytest.mark.parametrize(("path", "value"), FOUND)
def test_a_path_leads_to_its_value_in_a_spec(path: str, value: Any) -> None:
    got = SPEC.value(path)
    assert (got.to_json() if hasattr(got, "to_json") else got) == value


@pytest.mark.parametrize(("path", "value"), FOUND)
def test_a_path_leads_to_its_value_in_plain_data(path: str, value: Any) -> None:
    assert found(DATA, path) == value


def test_all_items_are_chosen_by_an_asterisk() -> None:
    assert SPEC.value("tasks[*].name") == ["train", "my task [2]"]
    assert SPEC.value("tasks[0].envVars[*].value") == ["1", "zero"]
    assert ExperimentSpec().value("tasks[*].name") == []


def test_a_quoted_asterisk_is_a_name() -> None:
    spec = SPEC.with_value('tasks[0].envVars["*"].value', "all")
    assert spec.value('tasks[0].envVars["*"].value') == "all"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "expected a path"),
        (".budget", "character 1"),
        ("budget.", "character 7"),
        ("tasks..name", "character 6"),
        ("tasks[0]name", "character 9"),
        ("tasks[0", "character 6"),
        ("tasks[]", "character 6"),
        ("tasks[0]]", "character 9"),
        ("tasks['a].name", "character 6"),
        ("1x", "character 1"),
        ("tasks[0].", "character 9"),
        (".".join(["a"] * 200), "at most 100 parts, and this one has 200"),
    ],
)
def test_what_is_no_path_is_refused_with_the_place(path: str, message: str) -> None:
    with pytest.raises(EditError, match=message):
        SPEC.value(path)
    with pytest.raises(EditError, match=message):
        resolve(DATA, path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("tasks[tran].name", "no task is called tran: did you mean train?"),
        ("tasks[zzzzzzz].name", "no task is called zzzzzzz: there are train, my task"),
        ("tasks[2].name", "tasks has 2 items, and the first is"),
        ("tasks[1].envVars[0]", "has no items"),
        ("tasks.name", "is a list: choose an item"),
        ("tasks[0].resources[x].y", "TaskResources has no field|is no list|has no fields"),
        ("budget[0]", "budget is no list"),
        ("budget.x", "budget is one value, and has no fields"),
        ("tasks[0].arguments[--lr].x", "nothing can follow the value of an option"),
        ("tasks[0].constraints.cluster[a]", "expected an index or"),
    ],
)
def test_a_path_that_leads_to_nothing_is_refused_with_what_there_is(path: str, message: str) -> None:
    spec = SPEC.with_value("tasks[0].constraints.cluster", ["a"])
    with pytest.raises(EditError, match=message):
        spec.value(path)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("budge", "ExperimentSpec has no field budge: did you mean budget?"),
        ("tasks[0].resources.gpuCuont", "did you mean gpuCount?"),
        ("tasks[0].zzz", "its fields are name, image"),
    ],
)
def test_a_spec_has_only_the_fields_of_the_format(path: str, message: str) -> None:
    with pytest.raises(EditError, match=message):
        SPEC.value(path)


def test_an_unknown_field_of_a_spec_is_found_and_a_file_may_get_a_new_one() -> None:
    with pytest.warns(UnknownFieldWarning):
        spec = ExperimentSpec.from_json({**DATA, "other": {"a": [1]}})
    assert spec.value("other.a[0]") == 1
    assert spec.with_value("other.a[0]", 2).extra["other"] == {"a": [2]}
    assert found(DATA, "new.field") is None


def test_two_items_of_one_name_need_an_index() -> None:
    data = {"tasks": [{"name": "a"}, {"name": "a"}]}
    with pytest.raises(EditError, match="2 tasks are called a: give the index"):
        resolve(data, "tasks[a].name")
    assert found(data, "tasks[1].name") == "a"


@pytest.mark.parametrize("item", ["A=1", 1, None, ["A"], {}, {"name": None}, {"name": ["A"]}])
def test_an_item_that_is_no_variable_has_no_name(item: Any) -> None:
    data = {"tasks": [{"envVars": [item, {"name": "A", "value": "x"}]}]}
    assert found(data, "tasks[0].envVars[A].value") == "x"


def test_an_option_given_twice_needs_an_index() -> None:
    with pytest.raises(EditError, match="2 times"):
        SPEC.with_value("tasks[0].arguments", ["--lr", 1, "--lr", 2]).value("tasks[0].arguments[--lr]")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("train --lr 1", "1"),
        ("train --lr=1;", "1"),
        ("train --lr\t-1", "-1"),
        ("train --lr \\\n  1 --x", "1"),
        ("train --lr 'a b'", "a b"),
        ('train --lr="a b" x', "a b"),
        ('bash -c "train --lr 1"', "1"),
        ("(train --lr 1)", "1"),
        ("train --lr --wd 1", None),
        ("train --lr-max 1", None),
        ("train x--lr 1", None),
        ("train --lr; 1", None),
        ("train --lr\n1", None),
    ],
)
def test_an_option_is_found_in_a_line_for_a_shell(line: str, value: str | None) -> None:
    spec = SPEC.with_value("tasks[0].arguments", ["-c", line])
    assert spec.value("tasks[0].arguments[--lr]") == value


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("tasks[0].resources.gpuCount", "many", r"tasks\[0\].resources.gpu_count: expected an integer"),
        ("tasks[train].replicas", "two", r"tasks\[0\].replicas"),
        ("tasks[0].envVars[0].name", None, r"tasks\[0\].envVars\[0\].name"),
    ],
)
def test_a_wrong_value_is_refused_with_its_whole_path(path: str, value: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SPEC.with_value(path, value)


def test_what_is_missing_around_a_value_is_made() -> None:
    spec = SPEC.with_value("tasks[1].envVars[A].value", "x").with_value("tasks[1].datasets[/b].source.weka", "w")
    assert spec.tasks[1].to_json()["envVars"] == [{"name": "A", "value": "x"}]
    assert spec.tasks[1].to_json()["datasets"] == [{"mountPath": "/b", "source": {"weka": "w"}}]


def test_a_change_leaves_the_spec_as_it_was_and_shares_the_rest() -> None:
    spec = SPEC.with_value("tasks[0].resources.gpuCount", 1)
    assert SPEC.tasks[0].resources is not None
    assert SPEC.tasks[0].resources.gpu_count == 8
    assert spec.tasks[1] is SPEC.tasks[1]
    assert spec.tasks[0].image is SPEC.tasks[0].image


@pytest.mark.parametrize(
    "path",
    [
        "budget",
        "tasks[1]",
        "tasks[0].envVars[SEED]",
        "tasks[0].arguments[--lr]",
        "tasks[0].arguments[--wd]",
        "tasks[0].command",
    ],
)
def test_none_removes_what_stands_at_a_path(path: str) -> None:
    spec = SPEC.with_value(path, None)
    with_it = [option for option in ("--lr", "--wd") if option in path]
    if with_it:
        assert not any(with_it[0] in str(item) for item in [*spec.tasks[0].command, *spec.tasks[0].arguments])
    elif path == "tasks[1]":
        assert len(spec.tasks) == 1
    else:
        assert spec.value(path) is None


@pytest.mark.parametrize(
    "path", ["description", "tasks[1].resources", "tasks[0].envVars[NEW]", "tasks[0].arguments[--no]"]
)
def test_there_must_be_something_to_remove(path: str) -> None:
    with pytest.raises(EditError, match=r"there is (nothing|no option)"):
        SPEC.with_value(path, None)


@given(experiment_specs(), st.integers(1, 100))
def test_a_value_that_is_put_is_found(spec: ExperimentSpec, replicas: int) -> None:
    for index in range(len(spec.tasks)):
        changed = spec.with_value(f"tasks[{index}].replicas", replicas)
        assert changed.value(f"tasks[{index}].replicas") == replicas
        assert changed.with_value(f"tasks[{index}].replicas", None).tasks[index].replicas is None


@given(st.text(st.sampled_from("tasks.[]*+0'\"\\ -x")))
def test_any_text_is_a_path_or_refused(path: str) -> None:
    for value in (SPEC, DATA):
        try:
            for place in resolve(value, path):
                get(value, place)
        except EditError as error:
            assert str(error)
