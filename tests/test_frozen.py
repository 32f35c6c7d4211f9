"""The immutable sequence and mapping: equal to what they stand for, and never to be changed."""

from __future__ import annotations

import copy
import math
import operator
import pickle
import subprocess
import sys
from collections import OrderedDict, UserDict, deque
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beakerspec import (
    Constraints,
    EnvVar,
    ExperimentSpec,
    FrozenDict,
    FrozenList,
    ImageSource,
    TaskSpec,
    UnknownFieldWarning,
    ValidationError,
)

ITEMS = st.integers(-3, 3) | st.text(max_size=2) | st.booleans() | st.none() | st.floats(allow_nan=False)
LISTS = st.lists(ITEMS, max_size=5)
DICTS = st.dictionaries(st.text(max_size=2), ITEMS, max_size=4)
each_protocol = pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))


def words(*items: str | int | float) -> FrozenList[str | int | float]:
    """The sequence that a task stores."""
    command = TaskSpec(image={}, command=items).command
    assert command is not None
    return command


def settings(**items: Any) -> FrozenDict[Any]:
    """The mapping that a spec stores."""
    return ImageSource(extra=items).extra


# The sequence


def test_what_a_task_stores_is_the_public_sequence():
    assert type(words("echo")) is FrozenList
    assert isinstance(words("echo"), Sequence)


@given(LISTS)
def test_a_sequence_equals_the_list_and_the_tuple_of_its_items(items):
    frozen = FrozenList(items)
    assert frozen == items
    assert items == frozen
    assert frozen == tuple(items)
    assert tuple(items) == frozen
    assert frozen == FrozenList(items)


@given(LISTS)
def test_not_equal_agrees_with_equal(items):
    frozen = FrozenList(items)
    for other in (items, tuple(items), FrozenList(items)):
        assert operator.ne(frozen, other) is operator.ne(other, frozen) is False


@given(LISTS, LISTS)
def test_a_sequence_equals_no_list_of_other_items(items, others):
    for other in (others, tuple(others), FrozenList(others)):
        assert (FrozenList(items) == other) is (items == others)
        assert (other == FrozenList(items)) is (items == others)
        assert (FrozenList(items) != other) is (items != others)
        assert (other != FrozenList(items)) is (items != others)


@pytest.mark.parametrize("other", ["ab", {"a", "b"}, {"a": 1, "b": 2}, None, 5, deque("ab")])
def test_a_sequence_equals_nothing_that_is_no_list(other):
    assert operator.eq(words("a", "b"), other) is operator.eq(other, words("a", "b")) is False
    assert operator.ne(words("a", "b"), other) is operator.ne(other, words("a", "b")) is True


def test_a_sequence_of_sequences_equals_a_list_of_lists():
    expected = [["x", 1], [[]]]
    value = settings(a=expected)["a"]
    assert value == expected
    assert expected == value
    assert value == (("x", 1), ((),))
    assert value != [["x", 2], [[]]]


@given(LISTS)
def test_a_sequence_has_the_hash_of_the_tuple_that_it_equals(items):
    assert hash(FrozenList(items)) == hash(tuple(items))
    assert len({FrozenList(items), tuple(items)}) == 1


@given(LISTS, LISTS)
def test_a_sequence_is_joined_with_any_list(items, others):
    expected = items + others
    for other in (others, tuple(others), FrozenList(others)):
        joined = FrozenList(items) + other
        assert joined == expected
        assert type(joined) is FrozenList


@given(LISTS, LISTS)
def test_any_list_is_joined_with_a_sequence(items, others):
    for other in (others, tuple(others)):
        assert list(other + FrozenList(items)) == others + items


def test_a_list_that_is_extended_by_a_sequence_stays_a_list():
    arguments = ["--first"]
    arguments += words("--second")  # type: ignore[arg-type]
    arguments.append("--third")
    assert arguments == ["--first", "--second", "--third"]


def test_extending_a_sequence_in_place_makes_another():
    command = kept = words("echo")
    command += ["hello"]
    assert (command, kept) == (["echo", "hello"], ["echo"])
    assert type(command) is FrozenList


@pytest.mark.parametrize("other", ["ab", 5, None, {"a": 1}, {"a"}, iter("a")])
def test_a_sequence_is_joined_with_nothing_else(other):
    with pytest.raises(TypeError):
        words("a") + other
    with pytest.raises(TypeError):
        other + words("a")


@given(LISTS, st.slices(5))
def test_a_slice_is_a_sequence_of_the_same_type(items, part):
    assert FrozenList(items)[part] == items[part]
    assert type(FrozenList(items)[part]) is FrozenList


def test_a_slice_with_step_zero_is_an_error():
    with pytest.raises(ValueError, match="zero"):
        words("a")[::0]


@given(LISTS, st.integers(-7, 7))
def test_an_index_finds_what_it_finds_in_a_list(items, index):
    frozen = FrozenList(items)
    if -len(items) <= index < len(items):
        assert frozen[index] is items[index]
    else:
        with pytest.raises(IndexError):
            frozen[index]


@pytest.mark.parametrize("index", ["0", 0.0, None, (0,)])
def test_an_index_is_an_integer(index):
    with pytest.raises(TypeError):
        words("a")[index]


@given(LISTS, st.integers(-1, 3))
def test_a_repeated_sequence_is_one_of_the_same_type(items, times):
    assert FrozenList(items) * times == items * times
    assert times * FrozenList(items) == items * times
    assert type(FrozenList(items) * times) is type(times * FrozenList(items)) is FrozenList


@given(LISTS)
def test_a_sequence_is_read_like_a_list(items):
    frozen = FrozenList(items)
    assert list(frozen) == items
    assert list(reversed(frozen)) == items[::-1]
    assert (len(frozen), bool(frozen)) == (len(items), bool(items))
    assert all(item in frozen and frozen.index(item) == items.index(item) for item in items)
    assert all(frozen.count(item) == items.count(item) for item in items)


@given(LISTS)
def test_a_sequence_is_shown_as_a_list(items):
    assert repr(FrozenList(items)) == str(FrozenList(items)) == repr(items)


def test_a_sequence_cannot_be_changed():
    frozen: Any = words("a", "b")
    for change in (
        lambda: operator.setitem(frozen, 0, "c"),
        lambda: operator.setitem(frozen, slice(None), []),
        lambda: operator.delitem(frozen, 0),
        lambda: frozen.append("c"),
        lambda: frozen.extend(["c"]),
        lambda: frozen.sort(reverse=True),
        lambda: setattr(frozen, "colour", "red"),
    ):
        with pytest.raises((TypeError, AttributeError)):
            change()
    assert frozen == ["a", "b"]
    assert not hasattr(frozen, "__dict__")


@each_protocol
def test_a_pickled_sequence_comes_back_as_one(protocol):
    again = pickle.loads(pickle.dumps(words("a", 1), protocol))
    assert again == ["a", 1]
    assert type(again) is FrozenList


def test_a_copied_sequence_is_one():
    frozen = words("a")
    assert type(copy.copy(frozen)) is type(copy.deepcopy(frozen)) is FrozenList
    assert copy.copy(frozen) == copy.deepcopy(frozen) == frozen


# The mapping


def test_what_a_spec_stores_is_the_public_mapping():
    assert type(settings(a={"b": 1})["a"]) is FrozenDict
    assert isinstance(settings(a=1), Mapping)


@pytest.mark.slow
@given(DICTS)
def test_a_mapping_equals_the_dict_of_its_items(items):
    frozen = FrozenDict(items)
    for other in (items, OrderedDict(items), MappingProxyType(items), UserDict(items), FrozenDict(items)):
        assert frozen == other
        assert other == frozen
        assert operator.ne(frozen, other) is operator.ne(other, frozen) is False


@given(DICTS, DICTS)
def test_a_mapping_equals_no_dict_of_other_items(items, others):
    for other in (others, FrozenDict(others)):
        assert (FrozenDict(items) == other) is (items == others)
        assert (other == FrozenDict(items)) is (items == others)
        assert (FrozenDict(items) != other) is (items != others)


@pytest.mark.parametrize("other", [[("a", 1)], {"a"}, "a", None, 5])
def test_a_mapping_equals_nothing_that_is_no_mapping(other):
    assert operator.eq(settings(a=1), other) is operator.eq(other, settings(a=1)) is False
    assert operator.ne(settings(a=1), other) is operator.ne(other, settings(a=1)) is True


def test_a_mapping_of_mappings_equals_a_dict_of_dicts():
    expected = {"a": {"b": [{"c": 1}]}}
    value = settings(**expected)
    assert value == expected
    assert expected == value
    assert value != {"a": {"b": [{"c": 2}]}}


@given(DICTS, st.randoms(use_true_random=False))
def test_equal_mappings_have_one_hash_in_any_order(items, random):
    shuffled = list(items.items())
    random.shuffle(shuffled)
    assert FrozenDict(items) == FrozenDict(shuffled)
    assert hash(FrozenDict(items)) == hash(FrozenDict(shuffled))


@given(DICTS)
def test_a_mapping_is_read_like_a_dict(items):
    frozen = FrozenDict(items)
    assert list(frozen) == list(items)
    assert list(frozen.keys()) == list(items.keys())
    assert list(frozen.values()) == list(items.values())
    assert list(frozen.items()) == list(items.items())
    assert (len(frozen), bool(frozen)) == (len(items), bool(items))
    assert all(key in frozen and frozen[key] is frozen.get(key) for key in items)
    assert frozen.get("longer than any key", 5) == 5
    assert {**frozen} == items


@pytest.mark.parametrize("key", ["b", "", 1, None])
def test_a_missing_key_is_a_key_error(key):
    with pytest.raises(KeyError):
        settings(a=1)[key]


@given(DICTS)
def test_a_mapping_is_shown_as_a_dict(items):
    assert repr(FrozenDict(items)) == repr(items)


def test_a_mapping_cannot_be_changed():
    frozen: Any = settings(a={"b": 1})
    for target in (frozen, frozen["a"]):
        for change in (
            lambda target=target: operator.setitem(target, "a", 2),
            lambda target=target: operator.delitem(target, "a"),
            lambda target=target: target.update(a=2),
            lambda target=target: target.pop("a"),
            lambda target=target: target.setdefault("c", 2),
            lambda target=target: target.clear(),
            lambda target=target: setattr(target, "colour", "red"),
            lambda target=target: setattr(target, "_items", {}),
            lambda target=target: delattr(target, "_items"),
        ):
            with pytest.raises((TypeError, AttributeError)):
                change()
    assert frozen == {"a": {"b": 1}}
    assert not hasattr(frozen, "__dict__")


@each_protocol
def test_a_pickled_mapping_comes_back_as_one(protocol):
    frozen = settings(a={"b": [1, None]})
    hash(frozen)
    again = pickle.loads(pickle.dumps(frozen, protocol))
    assert again == {"a": {"b": [1, None]}}
    assert type(again) is type(again["a"]) is FrozenDict
    assert hash(again) == hash(frozen)


def test_a_copied_mapping_is_one():
    frozen = settings(a={"b": 1})
    assert copy.copy(frozen) == copy.deepcopy(frozen) == frozen
    assert type(copy.copy(frozen)) is type(copy.deepcopy(frozen)) is FrozenDict


def test_a_mapping_keeps_the_dict_that_it_was_made_of_apart():
    items = {"a": 1}
    frozen = FrozenDict(items)
    items["a"] = 2
    assert frozen == {"a": 1}


def test_the_hash_of_a_mapping_does_not_travel_to_another_process():
    code = "import pickle, sys; m = pickle.loads(sys.stdin.buffer.read()); print(hash(m) == hash(type(m)({'a': 'b'})))"
    frozen = FrozenDict({"a": "b"})
    hash(frozen)
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {code}"],
        input=pickle.dumps(frozen),
        capture_output=True,
        check=True,
    )
    assert run.stdout.split() == [b"True"]


# Frozen all the way down


def parts_of(value: Any) -> Iterator[Any]:
    """A value and all that it holds."""
    yield value
    if isinstance(value, tuple):
        inner = list(value)
    elif isinstance(value, Mapping):
        inner = [*value.keys(), *value.values()]
    elif attrs.has(type(value)):
        inner = [getattr(value, attribute.name) for attribute in attrs.fields(type(value))]
    else:
        inner = []
    for each in inner:
        yield from parts_of(each)


LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | st.text()


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Lists and mappings of every type that a caller may have, the frozen ones included."""
    lists = st.lists(inner, max_size=3)
    dicts = st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3)
    return st.one_of(
        lists,
        lists.map(tuple),
        lists.map(FrozenList),
        dicts,
        dicts.map(OrderedDict),
        dicts.map(MappingProxyType),
        dicts.map(FrozenDict),
    )


VALUES = st.recursive(LEAVES, nested, max_leaves=8)


@given(VALUES)
def test_nothing_that_a_spec_holds_can_be_changed(value):
    spec = ExperimentSpec(
        extra={"future": value},
        tasks=[TaskSpec(image={}, constraints=Constraints(future=value), env_vars=[EnvVar(name="A")])],
    )
    for each in parts_of(spec):
        assert (
            each is None or attrs.has(type(each)) or isinstance(each, (str, bool, int, float, FrozenList, FrozenDict))
        )
    assert hash(spec) == hash(pickle.loads(pickle.dumps(spec)))


@given(VALUES)
def test_nothing_that_a_loaded_spec_holds_can_be_changed(value):
    with pytest.warns(UnknownFieldWarning):
        task = TaskSpec.from_json({"image": {"future": value}, "constraints": {"future": value}})
    for each in parts_of(task):
        assert (
            each is None or attrs.has(type(each)) or isinstance(each, (str, bool, int, float, FrozenList, FrozenDict))
        )
    hash(task)


def test_a_list_inside_a_frozen_mapping_is_frozen_with_it():
    inner = [1]
    image = ImageSource(extra=FrozenDict({"a": FrozenDict({"b": inner})}))
    inner.append(2)
    assert image.extra == {"a": {"b": [1]}}


def test_a_list_inside_a_frozen_list_is_frozen_with_it():
    inner = [1]
    constraints = Constraints(future=FrozenList([inner]))
    inner.append(2)
    assert constraints["future"] == [[1]]


@pytest.mark.parametrize(
    "value",
    [
        FrozenDict({"a": math.nan}),
        FrozenDict({"a": object()}),
        FrozenDict({"a": "\ud800"}),
        FrozenDict({"\ud800": "a"}),
        FrozenDict({1: "a"}),  # type: ignore[dict-item]
        FrozenList([math.inf]),
        FrozenList([b"bytes"]),
        FrozenList(["\ud800"]),
    ],
    ids=["nan", "object", "text", "key", "number as key", "infinity", "bytes", "text in a list"],
)
def test_a_frozen_value_is_checked_like_any_other(value):
    with pytest.raises(ValidationError):
        ImageSource(extra={"future": value})
    with pytest.raises(ValidationError):
        Constraints(future=value)
    with pytest.raises(ValidationError):
        Constraints.from_json({"future": value})


def test_a_frozen_mapping_given_as_extra_is_checked_like_any_other():
    with pytest.raises(ValidationError):
        ImageSource(extra=FrozenDict({"a": math.nan}))


def test_types_of_scalars_are_kept():
    image = ImageSource(extra={"a": [1, 1.0, True, "1", None, False, 0, -0.0]})
    kept = image.extra["a"]
    assert [type(each) for each in kept] == [int, float, bool, str, type(None), bool, int, float]
    assert repr(kept) == "[1, 1.0, True, '1', None, False, 0, -0.0]"
