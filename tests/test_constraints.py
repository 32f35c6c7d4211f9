"""Constraints: two known ones and any other, under names that nothing of the class stands in the way of."""

from __future__ import annotations

import copy
import math
import pickle
import sys
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beakerspec import Constraints, FrozenConstraintsError, FrozenDict, FrozenList, Problem, TaskSpec, ValidationError

#: Names of constraints that are also names of something in Python, in the class or in its constructor.
AWKWARD = (
    "extra", "extras", "self", "cls", "name", "value", "items", "keys", "class", "from", "None", "print", "hash",
    "msg", "fields", "toJson", "fromJson", "to_json", "from_json", "a_b_id", "gpuType", "gpu_type", "gpu-type",
    "gpu type", "GPU", "ID", "x", "X", "_", "_x", "__x", "__class__", "__dict__", "__init__", "__getstate__",
    "__reduce__", "_extras", "_Constraints__x", "__beakerspec_extras__", "__attrs_attrs__", "1", "ä", "\ufb01",
    " ", "two\nlines", "node_id", "nodeID", "clusters", "Cluster", "hostName", "host_name",
)  # fmt: skip
ENVIRONMENT = {"Constraints": Constraints}

each_awkward_name = pytest.mark.parametrize("name", AWKWARD)


def problems_of(call: Any, *args: Any, **keywords: Any) -> tuple[Problem, ...]:
    with pytest.raises(ValidationError) as refusal:
        call(*args, **keywords)
    return refusal.value.problems


def test_constraints_may_be_empty():
    assert (Constraints().cluster, Constraints().hostname, Constraints().to_json()) == (None, None, {})


def test_any_other_keyword_is_a_constraint():
    constraints = Constraints(cluster=["c"], gpu_type=["h100", "a100"], future=5)
    assert constraints.to_json() == {"cluster": ["c"], "gpuType": ["h100", "a100"], "future": 5}


def test_one_cluster_is_a_list_of_one():
    assert Constraints(cluster="c") == Constraints.from_json({"cluster": "c"}) == Constraints(cluster=["c"])


@pytest.mark.parametrize("spelling", ["gpu_type", "gpuType"])
def test_a_constraint_is_read_in_either_spelling(spelling):
    for constraints in (
        Constraints(gpu_type=["h100"]),
        Constraints(gpuType=["h100"]),
        Constraints.from_json({"gpu_type": ["h100"]}),
        Constraints.from_json({"gpuType": ["h100"]}),
    ):
        assert constraints[spelling] == ["h100"]
        assert getattr(constraints, spelling) == ["h100"]


@pytest.mark.parametrize("spelling", ["node_id", "nodeID"])
def test_a_part_id_is_spelled_with_capitals_in_files(spelling):
    assert Constraints(node_id=["n"]).to_json() == {"nodeID": ["n"]}
    assert Constraints(node_id=["n"])[spelling] == ["n"]


def test_a_known_constraint_is_read_as_an_item():
    constraints = Constraints(cluster=["c"], hostname=["h"])
    assert (constraints["cluster"], constraints["hostname"]) == (["c"], ["h"])
    assert Constraints()["cluster"] is None


@pytest.mark.parametrize("name", ["gpu_type", "extra", "", "_extras", "to_json", "__class__"])
def test_an_item_that_is_not_there_is_a_key_error(name):
    with pytest.raises(KeyError):
        Constraints(cluster=["c"])[name]


@pytest.mark.parametrize("name", ["gpu_type", "extra", "_x", "__x__"])
def test_an_attribute_that_is_not_there_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=name):
        getattr(Constraints(cluster=["c"]), name)


@each_awkward_name
def test_a_loaded_constraint_keeps_the_name_that_it_had(name):
    constraints = Constraints.from_json({name: ["v"]})
    assert constraints.to_json() == {name: ["v"]}
    assert constraints[name] == ["v"]


@each_awkward_name
def test_a_keyword_is_stored_under_its_name_in_files(name):
    constraints = Constraints(**{name: ["v"]})
    assert constraints[name] == ["v"]
    (stored,) = constraints.to_json()
    assert "_" not in stored.strip("_")
    assert Constraints(**{stored: ["v"]}) == constraints


@each_awkward_name
def test_any_name_survives_every_way_of_copying(name):
    for constraints in (
        Constraints.from_json({"cluster": ["c"], name: ["v"]}),
        Constraints(cluster="c", **{name: ["v"]}),
    ):
        copies = [
            attrs.evolve(constraints),
            copy.copy(constraints),
            copy.deepcopy(constraints),
            eval(repr(constraints), dict(ENVIRONMENT)),
            Constraints.from_json(constraints.to_json()),
            *(pickle.loads(pickle.dumps(constraints, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),
        ]
        for each in copies:
            assert each == constraints
            assert each.to_json() == constraints.to_json()
            assert hash(each) == hash(constraints)


@pytest.mark.skipif(sys.version_info < (3, 13), reason="copy.replace is new in Python 3.13")
def test_copy_replace_keeps_any_name():
    for name in AWKWARD:
        constraints = Constraints.from_json({name: ["v"]})
        assert copy.replace(constraints) == constraints  # type: ignore[attr-defined]
        replaced = copy.replace(constraints, hostname=["h"])  # type: ignore[attr-defined]
        assert replaced.to_json() == {"hostname": ["h"], name: ["v"]}


@pytest.mark.parametrize("name", ["extra", "self", "items", "msg"])
def test_a_constraint_with_a_common_name_is_read_as_an_attribute(name):
    assert getattr(Constraints(**{name: ["v"]}), name) == ["v"]


def test_a_constraint_named_as_a_method_leaves_the_method_alone():
    constraints = Constraints(to_json=["v"])
    assert constraints["to_json"] == ["v"]
    assert constraints.to_json() == {"toJson": ["v"]}


# Two spellings


@pytest.mark.parametrize("names", [("gpu_type", "gpuType"), ("gpuType", "gpu_type")])
def test_two_spellings_of_one_keyword_are_an_error(names):
    (problem,) = problems_of(Constraints, **dict.fromkeys(names, "v"))
    assert (problem.rule, problem.path) == ("two-spellings", names[1])
    assert all(name in problem.message for name in names)


@pytest.mark.parametrize("names", [("gpu_type", "gpuType"), ("gpuType", "gpu_type")])
def test_two_spellings_of_one_loaded_name_are_an_error(names):
    (problem,) = problems_of(Constraints.from_json, dict.fromkeys(names, "v"))
    assert (problem.rule, problem.path) == ("two-spellings", names[1])


def test_a_loaded_spelling_gives_way_to_a_keyword():
    loaded = Constraints.from_json({"gpu_type": ["old"], "other": ["o"]})
    evolved = attrs.evolve(loaded, gpu_type=["new"])
    assert evolved.to_json() == {"other": ["o"], "gpuType": ["new"]}


# What a constraint holds


@pytest.mark.parametrize("value", ["text", "", 5, 0, -1.5, True, False, [], {}, [None, {"a": [1]}], {"a": {"b": []}}])
def test_a_constraint_keeps_any_plain_value(value):
    for constraints in (Constraints(future=value), Constraints.from_json({"future": value})):
        assert constraints.to_json() == {"future": value}
        assert type(constraints.to_json()["future"]) is type(value)


def test_null_takes_a_keyword_away_and_stays_in_loaded_data():
    assert Constraints(future=None) == Constraints()
    assert Constraints.from_json({"future": None}).to_json() == {"future": None}


def test_a_list_in_a_constraint_is_the_frozen_one():
    constraints = Constraints(future=["a", {"b": [1]}])
    assert type(constraints["future"]) is FrozenList
    assert type(constraints["future"][1]) is FrozenDict
    assert constraints["future"] == ["a", {"b": [1]}]


@pytest.mark.parametrize(
    ("value", "rule", "path"),
    [
        (math.nan, "invalid-value", "future"),
        ([1, math.inf], "invalid-value", "future[1]"),
        ({"a": b"bytes"}, "invalid-type", "future.a"),
        ({"a", "b"}, "invalid-type", "future"),
        (object(), "invalid-type", "future"),
        ({1: 2}, "key-type", "future"),
        ("\ud800", "encoding", "future"),
        (["\ud800"], "encoding", "future[0]"),
    ],
    ids=["nan", "infinity", "bytes", "set", "object", "key", "text", "item"],
)
def test_what_no_file_can_hold_is_refused(value, rule, path):
    for call in (lambda: Constraints(future=value), lambda: Constraints.from_json({"future": value})):
        (problem,) = problems_of(call)
        assert (problem.rule, problem.path) == (rule, path)


def test_a_name_that_no_file_can_hold_is_refused():
    for call in (lambda: Constraints(**{"\ud800": 1}), lambda: Constraints.from_json({"\ud800": 1})):
        (problem,) = problems_of(call)
        assert problem.rule == "encoding"


@pytest.mark.parametrize("key", ["", 1, None, True, 1.5, ("a",)])
def test_a_loaded_name_is_text_of_one_character_or_more(key):
    (problem,) = problems_of(Constraints.from_json, {key: ["v"]})
    assert problem.rule == "key-type"


def test_all_wrong_constraints_are_reported_at_once():
    found = problems_of(Constraints, cluster=[1], hostname="h", gpu_type={1, 2}, gpuType=["v"], future=math.nan)
    assert [(problem.path, problem.rule) for problem in found] == [
        ("cluster[0]", "invalid-type"),
        ("future", "invalid-value"),
        ("gpuType", "two-spellings"),
        ("gpu_type", "invalid-type"),
        ("hostname", "invalid-type"),
    ]


# Frozen


def test_setting_an_item_is_an_error_that_names_the_way():
    constraints: Any = Constraints(cluster=["c"])
    for name in ("cluster", "hostname", "gpuType"):
        with pytest.raises(FrozenConstraintsError, match="with_constraint"):
            constraints[name] = ["d"]
    assert constraints == Constraints(cluster=["c"])


def test_deleting_an_item_is_an_error_that_names_the_way():
    constraints: Any = Constraints(cluster=["c"], gpu_type=["h100"])
    for name in ("cluster", "gpuType", "future"):
        with pytest.raises(FrozenConstraintsError, match="with_constraint"):
            del constraints[name]
    assert constraints == Constraints(cluster=["c"], gpu_type=["h100"])


def test_the_error_about_an_item_is_one_of_attrs_and_can_be_pickled():
    with pytest.raises(attrs.exceptions.FrozenInstanceError) as refusal:
        Constraints()["cluster"] = ["c"]  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(refusal.value))
    assert type(again) is FrozenConstraintsError
    assert str(again) == str(refusal.value)


@pytest.mark.parametrize("name", ["cluster", "hostname", "gpu_type", "_extras", "extra"])
def test_no_attribute_can_be_set_or_deleted(name):
    constraints = Constraints(cluster=["c"], gpu_type=["h100"])
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(constraints, name, ["d"])
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        delattr(constraints, name)
    assert constraints == Constraints(cluster=["c"], gpu_type=["h100"])


def test_the_order_of_constraints_makes_no_difference():
    first, second = Constraints(a=[1], b=[2]), Constraints(b=[2], a=[1])
    assert first == second
    assert hash(first) == hash(second)


def test_constraints_that_differ_in_one_extra_are_not_equal():
    assert Constraints(a=[1]) != Constraints(a=[2])
    assert Constraints(a=[1]) != Constraints(b=[1])
    assert Constraints(a=[1]) != Constraints()


# Evolving


def test_evolve_changes_known_ones_and_keeps_the_others():
    before = Constraints(cluster=["c"], gpu_type=["h100"])
    assert attrs.evolve(before, cluster=["d"]) == Constraints(cluster=["d"], gpu_type=["h100"])
    assert attrs.evolve(before, cluster=["d"])["gpuType"] is before["gpuType"]


def test_evolve_changes_an_extra_and_keeps_the_others():
    before = Constraints(cluster=["c"], gpu_type=["h100"], future=[1])
    assert attrs.evolve(before, gpuType=["a100"]) == Constraints(cluster=["c"], gpu_type=["a100"], future=[1])
    assert attrs.evolve(before, gpu_type=None) == Constraints(cluster=["c"], future=[1])


@each_awkward_name
def test_a_verb_takes_any_name(name):
    task = TaskSpec.new("t", cluster="c").with_constraint(**{name: ["v"]})
    assert task.constraints is not None
    assert task.constraints[name] == ["v"]
    assert task.constraints.cluster == ["c"]
    assert task.with_constraint(**{name: None}) == TaskSpec.new("t", cluster="c")


def test_a_verb_takes_a_constraint_away():
    task = TaskSpec.new("t", cluster="c", constraints={"hostname": ["h"]}).with_constraint(hostname=None)
    assert task.constraints == Constraints(cluster=["c"])


def test_constraints_in_a_task_are_given_as_a_mapping():
    assert TaskSpec.new("t", constraints={"cluster": ["c"], "gpu_type": ["h100"]}).constraints == Constraints.from_json(
        {"cluster": ["c"], "gpu_type": ["h100"]}
    )


@pytest.mark.slow
@given(
    st.dictionaries(
        st.text(st.characters(exclude_characters="_", exclude_categories=["Cs"]), min_size=1, max_size=4),
        st.lists(st.text(max_size=2), max_size=2),
        max_size=3,
    )
)
def test_a_name_of_one_word_is_kept_as_it_is(extras):
    constraints = Constraints(**extras)
    assert constraints.to_json() == extras
    assert eval(repr(constraints), dict(ENVIRONMENT)) == constraints
    assert Constraints.from_json(extras) == constraints
