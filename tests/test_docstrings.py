"""Every field and every member of an enum has a docstring where editors look, and programs can read it."""

from __future__ import annotations

import compileall
import json
import shutil
import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
import pytest

import beakerspec
from beakerspec import Constraints, EnvVar, MountMode, Priority, SpecVersion, TaskSpec, model, parse_duration
from beakerspec.docstrings import attribute_docs, docstring_of

PACKAGE = Path(beakerspec.__file__).parent
CLASSES = [
    cls
    for cls in (getattr(model, name) for name in model.__all__)
    if attrs.has(cls) and cls.__module__ == model.__name__
]
ENUMS = (MountMode, Priority, SpecVersion)


def output(*command: str, home: Path = PACKAGE.parent) -> str:
    """What a new Python prints whose `beakerspec` is the one in this folder."""
    return subprocess.run(
        [sys.executable, *command], cwd=home, capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout


# The docstrings of the model.


@pytest.mark.parametrize(
    ("cls", "field"),
    [
        (cls, field.name)
        for cls in CLASSES
        for field in attrs.fields(cls)
        if not field.name.startswith("_")  # what no user sees
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_a_field_has_a_docstring(cls: type[Any], field: str) -> None:
    assert field in attribute_docs(cls), f"write a docstring below {cls.__name__}.{field} in model.py"


@pytest.mark.parametrize("member", [member for enum in ENUMS for member in enum], ids=repr)
def test_a_member_of_an_enum_has_a_docstring(member: Enum) -> None:
    name = type(member).__name__
    assert member.name in attribute_docs(type(member)), f"write a docstring below {name}.{member.name} in model.py"


def test_every_enum_of_the_model_is_looked_at() -> None:
    enums = [each for each in vars(model).values() if isinstance(each, type) and issubclass(each, Enum) and [*each]]
    assert set(enums) == set(ENUMS)


@pytest.mark.parametrize("cls", [*CLASSES, *ENUMS], ids=lambda cls: cls.__name__)
def test_a_docstring_is_one_to_four_short_sentences(cls: type[Any]) -> None:
    for name, text in attribute_docs(cls).items():
        assert text[0].isupper(), name
        assert text.endswith("."), name
        assert len(text) < 250, name
        assert text.count(". ") < 4, name


# Reading docstrings.


class Documented:
    """A class."""

    plain = 1
    """An assignment."""
    annotated: int
    """An annotation.

    An example:
        indented
    """
    undocumented: int
    other = 2

    def method(self) -> None:
        """A method."""

    class Nested:
        field: int
        """A field of a nested class."""


class Derived(Documented):
    plain = 2
    """Another assignment."""
    more: int
    """One more."""


def undocumented() -> None: ...


def dropped(definition: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A class or function without its docstring, as Python has it under -OO."""
    monkeypatch.setattr(definition, "__doc__", None)
    return definition


def test_assignments_and_annotations_are_documented_by_what_stands_below() -> None:
    assert attribute_docs(Documented) == {
        "plain": "An assignment.",
        "annotated": "An annotation.\n\nAn example:\n    indented",
    }
    assert attribute_docs(Documented.Nested) == {"field": "A field of a nested class."}


def test_inherited_attributes_are_documented_and_may_be_documented_anew() -> None:
    assert attribute_docs(Derived) == {
        **attribute_docs(Documented),
        "plain": "Another assignment.",
        "more": "One more.",
    }


def test_a_subclass_of_a_part_has_the_docstrings_of_its_fields() -> None:
    class MyTask(TaskSpec):
        pass

    assert attribute_docs(MyTask) == attribute_docs(TaskSpec)


def test_the_docstrings_are_the_callers_to_change() -> None:
    attribute_docs(EnvVar).clear()
    assert attribute_docs(EnvVar)


@pytest.mark.parametrize("definition", [parse_duration, Documented, Documented.method, Constraints])
def test_a_docstring_that_python_dropped_is_read_from_the_source(
    definition: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = docstring_of(definition)
    assert kept
    assert docstring_of(dropped(definition, monkeypatch)) == kept


def test_what_has_no_docstring_has_an_empty_one() -> None:
    assert docstring_of(undocumented) == ""
    assert docstring_of(Derived) == ""
    assert docstring_of(len) != ""


def test_without_a_source_there_are_no_docstrings_but_those_that_python_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    namespace: dict[str, Any] = {"__name__": "a_module_that_no_file_holds"}
    exec('class Made:\n  """Made."""\n  field: int\n  """A field."""', namespace)
    assert attribute_docs(namespace["Made"]) == {}
    assert docstring_of(namespace["Made"]) == "Made."
    assert docstring_of(dropped(namespace["Made"], monkeypatch)) == ""


# Where Python keeps no docstrings.


@pytest.mark.slow
def test_the_schema_is_the_same_without_docstrings_in_memory() -> None:
    assert output("-OO", "-m", "beakerspec", "schema") == output("-m", "beakerspec", "schema")


@pytest.mark.slow
def test_a_distribution_without_sources_has_a_schema_without_descriptions(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "beakerspec", ignore=shutil.ignore_patterns("__pycache__"))
    assert compileall.compile_dir(tmp_path / "beakerspec", quiet=2, legacy=True)
    for source in (tmp_path / "beakerspec").rglob("*.py"):
        source.unlink()
    schema = json.loads(output("-OO", "-m", "beakerspec", "schema", home=tmp_path))
    assert schema["title"] == "Experiment"
    assert "description" not in schema["properties"]["tasks"]


def test_a_class_is_made_and_used_without_reading_docstrings() -> None:
    code = (
        "import sys; from beakerspec import TaskSpec; TaskSpec.new('t'); print('beakerspec.docstrings' in sys.modules)"
    )
    assert output("-c", code) == "False\n"
