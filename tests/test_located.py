"""The short ways to a place: what passes over most of a text says the same as what reads all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from strategies import experiment_specs

from beakerspec import Settings, check
from beakerspec.document import Document
from beakerspec.located import locate_some, locate_yaml
from beakerspec.problems import path_text
from beakerspec.yaml_reader import Unusual
from benchmarks.corpus import generate

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "v2"
SETTINGS = Settings()


def texts() -> list[str]:
    """Specs as people write them."""
    return [
        *(spec.text for spec in generate(25)),
        *(path.read_text("utf-8") for path in sorted(CORPUS.glob("*"))),
    ]


def paths_in(data: Any, *outer: str | int) -> Iterator[str]:
    """The paths of all that is in plain data, and of what is not there."""
    yield path_text(*outer)
    if isinstance(data, Mapping):
        yield path_text(*outer, "absent")
        for key, value in data.items():
            yield from paths_in(value, *outer, str(key))
    elif isinstance(data, list):
        yield path_text(*outer, len(data), "absent")
        for index, value in enumerate(data):
            yield from paths_in(value, *outer, index)


@pytest.fixture(scope="module")
def without_references() -> list[str]:
    """Specs in which nothing is wrong and nothing refers to another place."""
    return [
        text
        for text in texts()
        if not any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)) and not locate_yaml(text).findings
    ]


def differences(text: str) -> list[str]:
    """The paths whose places differ."""
    located = locate_yaml(text)
    assert located.root is not None
    paths = list(paths_in(located.root.data))
    some = locate_some(text, paths)
    return [
        f"{path}: {some.place(path, at_key=at_key)}, not {located.place(path, at_key=at_key)}"
        for path in paths
        for at_key in (False, True)
        if some.place(path, at_key=at_key) != located.place(path, at_key=at_key)
    ]


def test_every_place_is_that_of_the_whole_reading(without_references: list[str]) -> None:
    assert [each for text in without_references for each in differences(text)] == []


def test_a_place_alone_is_that_of_the_whole_reading(without_references: list[str]) -> None:
    for text in without_references[:12]:
        located = locate_yaml(text)
        assert located.root is not None
        for path in list(paths_in(located.root.data))[::17]:
            assert locate_some(text, [path]).place(path) == located.place(path)


@given(experiment_specs())
@settings(max_examples=60)
def test_places_in_what_is_written_are_those_of_the_whole_reading(spec: Any) -> None:
    assert differences(spec.to_yaml()) == []


@pytest.mark.parametrize("text", ["a: &a {b: 1}\nc: *a\n", "a: &a {b: 1}\nc:\n  <<: *a\n  d: 1\n"])
def test_a_reference_on_the_way_is_left_to_the_whole_reading(text: str) -> None:
    with pytest.raises(Unusual):
        locate_some(text, ["c.b"])


def test_a_report_is_the_same_where_every_line_is_searched_for_values(monkeypatch: pytest.MonkeyPatch) -> None:
    specs = texts()
    quick = [list(map(str, check(text, settings=SETTINGS))) for text in specs]
    monkeypatch.setattr(Document, "_is_public", lambda *_: False)
    assert quick == [list(map(str, check(text, settings=SETTINGS))) for text in specs]


LINES = [
    "tasks:\n- image: {docker: a}\n  envVars: [{name: A, value: hidden}]\n  replicas: 0\n",
    "tasks:\n- envVars: [{name: A, value: hidden}]\n  image: {}\n",
    "tasks:\n- {image: {docker: a}, replicas: 0, envVars: [{name: A,\n   value: hidden}]}\n",
    "tasks:\n- {envVars: [{name: A,\n   value: hidden}], replicas: 0, image: {docker: a}}\n",
    "tasks:\n- image: {docker: a}\n  replicas: 0\x85  envVars: [{name: A, value: hidden}]\n",
    "tasks:\r- envVars: [{name: A, value: hidden}]\r  image: {docker: a}\r  replicas: 0\r",
    "tasks:\n- image: {docker: a}\n  timeout: &t hidden\n  envVars: [{name: A, value: *t}]\n",
    "tasks:\n- envVars:\n  - {name: a-b, value: hidden}\n  image: {docker: a}\n",
    "tasks:\n- image: {docker: a}\n  envVars:\n  - name: A_TOKEN\n    value: hidden-token\n",
    "tasks:\n- image: {docker: a}\n  env: hidden\n  replicas: 0\n",
    "tasks:\n- image: {docker: a}\n  datasets:\n  - env: hidden\n    mountPath: data\n    source: {beaker: b}\n",
]


@pytest.mark.parametrize("text", LINES)
def test_no_report_shows_a_value_that_stands_near(text: str) -> None:
    found = check(text, settings=SETTINGS)
    assert found
    assert "hidden" not in "\n".join(map(str, found))
