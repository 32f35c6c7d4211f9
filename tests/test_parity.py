"""beakerspec against the record of what beaker-py 1.38.1 and 2.8.1 do: see ``tests/parity/record.py``."""

from __future__ import annotations

import copy
import inspect
import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_args

import attrs
import pytest
from conftest import ROOT
from parity.behaviour import BEHAVIOURS, SIGNATURES, outcome
from parity.differences import DIFFERENCES, Difference, Kind, markdown
from parity.documents import DOCUMENTS
from parity.inputs import FIELDS, INPUTS
from parity.marks import canonical, marked
from parity.outcomes import digests, made, read, written
from parity.values import VALUES

import beakerspec

#: JSON-compatible data.
Json = Any

RECORD: Json = json.loads((ROOT / "tests" / "parity" / "record.json").read_text(encoding="utf-8"))

KINDS: tuple[Kind, ...] = get_args(Kind)

#: Fields that 1.38.1 does not know, and leaves out.
SINCE_2 = {"groups", "mode", "volume", "minRuntime", "autoResume"}
#: The class of what stands in a field of this kind.
CLASS_OF_ITEMS = {"tasks": "task", "env-vars": "env-var", "datasets": "mount"}
CLASS_OF_VALUE = {"retry", "image", "result", "context", "constraints", "resources", "source"}


def difference(name: str) -> Kind | None:
    """How beakerspec differs from beaker-py 1.38.1 about the input, file or value of this id."""
    data, recorded = made(name), RECORD["read"][name]
    if isinstance(recorded, str):  # the name of an exception
        return None if data is None else "accepts"
    if data is None:
        return "refuses"
    return None if canonical(data) == canonical(recorded) else "writes"


@pytest.fixture(scope="module")
def found() -> dict[str, Kind]:
    """How the two differ about each input, file and value that they differ about."""
    return {name: kind for name in RECORD["read"] if (kind := difference(name)) is not None}


def test_the_record_is_about_these_inputs_and_calls() -> None:
    about = {name: digest for name, digest in RECORD["about"].items() if name != "python"}
    recorded = [about, [*RECORD["behaviour"]], [*RECORD["signatures"]]]
    assert recorded == [digests(), sorted(BEHAVIOURS), sorted(SIGNATURES)], "run tests/parity/record.py"


@pytest.mark.parametrize("name", [*INPUTS, *DOCUMENTS, *VALUES])
def test_an_input_is_read_as_by_beaker_py_or_one_row_says_why_not(name: str) -> None:
    kind = difference(name)
    if kind is not None:
        rows = [row.name for row in DIFFERENCES if row.explains(kind, name)]
        given = INPUTS.get(name, DOCUMENTS.get(name))
        assert len(rows) == 1, f"{kind} {name} {given!r}; beaker-py: {RECORD['read'][name]!r}; rows: {rows}"


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_call_does_what_it_does_in_beaker_py_or_one_row_says_why_not(name: str) -> None:
    rows = [row for row in DIFFERENCES if name in row.behaviour]
    expected = [row.behaviour[name] for row in rows] or [RECORD["behaviour"][name]]
    assert [marked(outcome(BEHAVIOURS[name], beakerspec))] == expected


@pytest.mark.slow
def test_each_pattern_of_each_row_explains_a_difference(found: dict[str, Kind]) -> None:
    idle = [
        (row.name, kind, pattern)
        for row in DIFFERENCES
        for kind in KINDS
        for pattern in getattr(row, kind)
        if not any(one == kind and fnmatchcase(name, pattern) for name, one in found.items())
    ]
    assert idle == []


def test_each_call_of_each_row_differs() -> None:
    same = [
        (row.name, name)
        for row in DIFFERENCES
        for name, expected in row.behaviour.items()
        if expected == RECORD["behaviour"][name]
    ]
    assert same == []


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: row.name)
def test_a_row_explains_something(row: Difference) -> None:
    assert row.refuses or row.accepts or row.writes or row.behaviour


def test_the_page_of_the_differences_has_these_rows(matches_golden: Callable[[Path, str], bool]) -> None:
    assert matches_golden(ROOT / "tests" / "parity" / "README.md", markdown()), "pytest --update-golden"


@pytest.mark.parametrize("name", RECORD["api"])
def test_a_public_class_has_the_fields_or_members_of_beaker_pys(name: str) -> None:
    ours = getattr(beakerspec, name)
    names = {member.value for member in ours} if issubclass(ours, str) else {each.name for each in attrs.fields(ours)}
    assert set(RECORD["api"][name]) <= names


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_method_takes_the_positional_parameters_of_beaker_pys(name: str) -> None:
    owner, method = name.split(".")
    parameters = inspect.signature(getattr(getattr(beakerspec, owner), method)).parameters.values()
    positional = [
        [each.name] if each.default is each.empty else [each.name, each.default]
        for each in parameters
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    assert positional == RECORD["signatures"][name]


def test_the_record_holds_what_is_written_for_each_accepted_input() -> None:
    assert sorted(RECORD["written"]) == [name for name, data in INPUTS.items() if read(data) is not None]


def recorded_as_written(name: str) -> dict[str, Json]:
    """What beakerspec wrote for the input of this id when the record was made."""
    entry = RECORD["written"][name]
    return {"json": entry.get("json", RECORD["read"][name]), "yaml": entry["yaml"]}


@pytest.mark.parametrize("name", RECORD["written"])
def test_what_is_written_is_what_was_recorded(name: str) -> None:
    spec = read(INPUTS[name])
    assert spec is not None
    assert canonical(written(spec)) == canonical(recorded_as_written(name)), "if it is meant, record it"


@pytest.mark.parametrize("name", RECORD["made"])
def test_what_is_made_of_a_file_or_a_value_is_what_was_recorded(name: str) -> None:
    assert canonical(made(name)) == canonical(RECORD["made"][name]), "if it is meant, record it"


def known_fields(owner: str, fields: Json, release: str) -> Json:
    """The fields of a mapping of the class `owner` that this release of beaker-py knows, in its parts too."""
    kinds = {name: kind for each, name, kind in FIELDS if each == owner}
    if release == "1.38.1":
        kinds = {name: kind for name, kind in kinds.items() if name not in SINCE_2}
        if owner == "constraints":  # it keeps all, under names in lowerCamelCase, but for nulls
            return {camel_case(name): value for name, value in fields.items() if value is not None}
    elif owner == "source":  # it keeps all, and has forgotten the names of files
        return {
            re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", name): value for name, value in fields.items()
        }
    known = {}
    for name, value in fields.items():
        kind = kinds.get(name)
        if kind in CLASS_OF_VALUE:
            known[name] = known_fields(kind, value, release)
        elif kind in CLASS_OF_ITEMS:
            known[name] = [known_fields(CLASS_OF_ITEMS[kind], item, release) for item in value]
        elif kind is not None:
            known[name] = value
    return known


def camel_case(name: str) -> str:
    """The name in lowerCamelCase, as beaker-py 1.38.1 makes it."""
    first, *others = name.split("_")
    return re.sub("Id(?![a-z])", "ID", first + "".join(part.title() for part in others))


def read_by_1(data: Json) -> Json:
    """What beaker-py 1.38.1 is to make of what beakerspec writes: the same, where each task has a result."""
    if any("result" not in task for task in data["tasks"]):
        return "ValidationError"
    return known_fields("experiment", data, "1.38.1")


def read_by_2(data: Json) -> Json:
    """What beaker-py 2.8.1 is to make of what beakerspec writes: the same, but for its own faults."""
    data = known_fields("experiment", data, "2.8.1")
    data["version"] = data["version"].replace("-", "_")  # it writes the enum's name instead of its value
    for task in data["tasks"]:
        if task["context"].get("priority") == "preemptible":
            return "AttributeError"
        if {"minRuntime", "autoResume"} & {*task["context"]}:
            task["context"].pop("preemptible", None)  # on purpose: the server refuses both
        for name in ("command", "arguments"):
            if name in task:
                task[name] = [str(item) for item in task[name]]
    return data


def as_in_text(data: Json) -> Json:
    """The data, but for what YAML text does to them.

    Both releases compute durations with floats where they read text. PyYAML takes `1e-07` for text, which is
    the same in a command: a program gets text.
    """
    for task in data["tasks"] if isinstance(data, dict) else ():
        context = task.get("context", {})
        for fields, name in ((task, "timeout"), (task, "synchronizedStartTimeout"), (context, "minRuntime")):
            if name in fields:
                fields[name] = float(fields[name])
        for name in ("command", "arguments"):
            if name in task:
                task[name] = [str(item) for item in task[name]]
    return data


@pytest.mark.parametrize("release", ["1.38.1", "2.8.1"])
@pytest.mark.parametrize("name", RECORD["written"])
def test_what_is_written_means_the_same_to_beaker_py(name: str, release: str) -> None:
    entry, data = RECORD["written"][name], recorded_as_written(name)["json"]
    expected = (read_by_1 if release == "1.38.1" else read_by_2)(copy.deepcopy(data))
    from_json = entry.get(f"{release} reads json", data)
    from_yaml = copy.deepcopy(entry.get(f"{release} reads yaml", data))
    assert canonical(from_json) == canonical(expected)
    assert canonical(as_in_text(from_yaml)) == canonical(as_in_text(expected))
