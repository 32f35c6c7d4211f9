"""Real specs from public repositories: what stands in them is what the specs hold.

The folder of them lies beside the checkout and is no part of it; without it these tests are skipped.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints

import attrs
import pytest
import yaml

from beakerspec import (
    Constraints,
    ExperimentSpec,
    FrozenDict,
    FrozenList,
    TaskContext,
    UnknownFieldWarning,
    ValidationError,
    parse_duration,
)
from beakerspec.cli import main

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"

#: The one spec that gives a key twice.
TWICE = "0999f1866edc.yaml"
#: The one spec with templates that is no YAML when they are expanded.
BROKEN = "1b3c24b683bb.yaml"

SPECS = sorted(path for path in (CORPUS / "v2").glob("*") if path.name != TWICE)
TEMPLATES = sorted(path for path in (CORPUS / "go-template").glob("*") if path.name != BROKEN)
OLD = sorted((CORPUS / "v1").glob("*"))

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real specs is not there")


def name_of(path: Path) -> str:
    return path.name


def load(path: Path, env: dict[str, str] | None = None) -> ExperimentSpec:
    """The spec in a file, whose unknown fields are as they are."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownFieldWarning)
        return ExperimentSpec.from_file(path, env=env)


def environment(path: Path) -> dict[str, str]:
    """A value for every name that the templates of a file ask for."""
    names = re.findall(r"\{\{ *\.Env\.(\w+) *\}\}", path.read_text(encoding="utf-8"))
    return {name: f"value-of-{name}" for name in names}


def test_every_file_of_the_corpus_is_looked_at() -> None:
    listed = [json.loads(line)["file"] for line in (CORPUS / "MANIFEST.jsonl").read_text("utf-8").splitlines()]
    assert len(SPECS) + len(TEMPLATES) + len(OLD) + len((TWICE, BROKEN)) == len(listed)


# Each spec beside the nodes of its file.


def json_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


#: How YAML 1.2 and 1.1 spell what a plain scalar may be for a field of that kind.
INTEGER = re.compile(r"[-+]?[0-9]+(\.0*)?")
BOOLEANS = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False}


@attrs.define
class Comparison:
    """Walks a spec and the nodes of its file side by side, and notes what differs."""

    #: The scalar nodes that were compared, by their place.
    compared: set[int] = attrs.field(factory=set)
    texts: int = 0
    differences: list[str] = attrs.field(factory=list)

    def expect(self, node: yaml.Node, value: object, wanted: object) -> None:
        self.compared.add(node.start_mark.index)
        if type(value) is not type(wanted) or value != wanted:
            line = node.start_mark.line + 1
            self.differences.append(f"line {line}: {value!r} where the file says {node.value!r}")

    def part(self, part: Any, node: yaml.Node) -> None:
        """An object of the model and the mapping that it comes from."""
        assert isinstance(node, yaml.MappingNode)
        fields: dict[str, attrs.Attribute[Any]] = {}
        for field in attrs.fields(type(part)):
            fields |= {field.name: field, json_name(field.name): field}
        hints = get_type_hints(type(part))
        for key, value_node in node.value:
            field = fields.get(key.value)
            if isinstance(part, Constraints) and (field is None or field.name not in ("cluster", "hostname")):
                self.extra(part[key.value], value_node)
            elif field is None:
                self.extra(part.extra[key.value], value_node)
            else:
                self.value(getattr(part, field.name), hints[field.name], field, value_node)

    def value(self, value: Any, hint: Any, field: attrs.Attribute[Any], node: yaml.Node) -> None:
        """The value of a field, and the node behind its key."""
        if is_null(node):
            self.compared.add(node.start_mark.index)
            assert value == (TaskContext() if field.name == "context" else field.default)
        elif attrs.has(type(value)):
            self.part(value, node)
        elif isinstance(value, FrozenList) and isinstance(node, yaml.SequenceNode):
            assert len(value) == len(node.value)
            for item, item_node in zip(value, node.value, strict=True):
                if attrs.has(type(item)):
                    self.part(item, item_node)
                else:
                    self.scalar(item, hint, field, item_node)
        elif isinstance(value, FrozenList):
            assert field.name == "cluster"
            (item,) = value
            self.scalar(item, hint, field, node)
        else:
            self.scalar(value, hint, field, node)

    def scalar(self, value: Any, hint: Any, field: attrs.Attribute[Any], node: yaml.Node) -> None:
        if isinstance(value, Enum):
            self.expect(node, value.value, node.value)
        elif field.name in ("timeout", "synchronized_start_timeout", "min_runtime"):
            is_number = is_plain(node) and INTEGER.fullmatch(node.value)
            self.expect(node, value, parse_duration(int(node.value) if is_number else node.value))
        elif bool in (hint, *get_args(hint)):
            self.expect(node, value, BOOLEANS[node.value.lower()])
        elif field.name in ("command", "arguments"):
            if isinstance(value, str):
                self.text(value, node)
            else:
                assert is_plain(node)
                self.expect(node, str(value), node.value)
        elif float in (hint, *get_args(hint)):
            self.expect(node, value, float(node.value))
        elif int in (hint, *get_args(hint)):
            self.expect(node, value, int(float(node.value)))
        else:
            self.text(value, node)

    def text(self, value: Any, node: yaml.Node) -> None:
        self.texts += 1
        self.expect(node, value, node.value)

    def extra(self, value: Any, node: yaml.Node) -> None:
        """The value of an unknown field or constraint."""
        if isinstance(node, yaml.MappingNode):
            assert isinstance(value, FrozenDict)
            for key, value_node in node.value:
                self.extra(value[key.value], value_node)
        elif isinstance(node, yaml.SequenceNode):
            assert isinstance(value, FrozenList)
            for item, item_node in zip(value, node.value, strict=True):
                self.extra(item, item_node)
        elif isinstance(value, str):
            self.texts += 1
            self.expect(node, str.__str__(value), node.value)
        elif value is None:
            assert is_null(node)
            self.compared.add(node.start_mark.index)
        else:
            self.expect(
                node, {True: "true", False: "false"}[value] if value in (True, False) else str(value), node.value
            )


def is_plain(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style is None


def is_null(node: yaml.Node) -> bool:
    return is_plain(node) and node.value in ("", "~", "null", "Null", "NULL")


def scalars_below(node: yaml.Node) -> Iterator[yaml.Node]:
    """The scalars that stand for a value."""
    if isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from scalars_below(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from scalars_below(item)
    else:
        yield node


def compare(path: Path, env: dict[str, str] | None = None) -> Comparison:
    text = path.read_text(encoding="utf-8-sig")
    for name, value in (env or {}).items():
        text = re.sub(rf"\{{\{{ *\.Env\.{name} *\}}\}}", value, text)
    root = yaml.compose(text, yaml.SafeLoader)
    assert root is not None
    comparison = Comparison()
    comparison.part(load(path, env), root)
    for node in scalars_below(root):
        if node.start_mark.index not in comparison.compared:
            comparison.differences.append(f"line {node.start_mark.line + 1}: {node.value!r} is lost")
    return comparison


@pytest.mark.parametrize("path", SPECS, ids=name_of)
def test_a_spec_holds_every_scalar_of_its_file_as_written(path: Path) -> None:
    comparison = compare(path)
    assert comparison.differences == []
    assert comparison.texts > 0


@pytest.mark.slow
def test_there_are_thousands_of_texts_to_compare() -> None:
    assert sum(compare(path).texts for path in SPECS) > 3000


def exact(value: Any) -> Any:
    """A value in a form in which 1, 1.0, True and '1' are four."""
    if attrs.has(type(value)):
        return type(value).__name__, [
            (field.name, exact(getattr(value, field.name))) for field in attrs.fields(type(value))
        ]
    if isinstance(value, FrozenDict):
        return "mapping", sorted((key, exact(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return "list", [exact(item) for item in value]
    return type(value).__name__, repr(value)


@pytest.mark.parametrize("path", SPECS, ids=name_of)
def test_a_spec_written_and_read_again_is_the_same(path: Path) -> None:
    spec = load(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownFieldWarning)
        again = ExperimentSpec.from_yaml(spec.to_yaml())
    assert again == spec
    assert exact(again) == exact(spec)


@pytest.mark.parametrize("path", SPECS, ids=name_of)
def test_what_is_written_does_not_change_when_it_is_written_again(path: Path) -> None:
    written = load(path).to_yaml()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownFieldWarning)
        assert ExperimentSpec.from_yaml(written).to_yaml() == written


@pytest.mark.parametrize("path", SPECS, ids=name_of)
def test_plain_data_of_a_spec_gives_an_equal_one(path: Path) -> None:
    spec = load(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownFieldWarning)
        again = ExperimentSpec.from_json(spec.to_json())
    assert again == spec


# The others.


def test_the_spec_with_a_key_given_twice_is_refused_with_both_places() -> None:
    with pytest.raises(ValidationError) as caught:
        load(CORPUS / "v2" / TWICE)
    (problem,) = (each for each in caught.value.problems if each.severity == "error")
    assert problem.rule == "duplicate-key"
    lines = (CORPUS / "v2" / TWICE).read_text(encoding="utf-8").splitlines()
    first, second = (number for number, line in enumerate(lines, 1) if line.lstrip(" -").startswith("hostNetworking:"))
    column = lines[second - 1].index("hostNetworking") + 1
    assert (problem.line, problem.column, problem.end_column) == (second, column, column + len("hostNetworking"))
    assert problem.message.endswith(f"first at {first}:{lines[first - 1].index('hostNetworking') + 1}")


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_spec_with_templates_is_read_once_its_names_are_given(path: Path) -> None:
    env = environment(path)
    assert env
    assert compare(path, env).differences == []
    written = load(path, env).to_yaml()
    assert all(value in written for value in env.values())
    assert "{{" not in written


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_name_that_is_not_given_is_reported(path: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        load(path, {})
    found = {problem.message.split(" variable ")[1].split(",")[0] for problem in caught.value.problems}
    assert found == set(environment(path))
    assert {problem.rule for problem in caught.value.problems} == {"go-template"}


def test_the_broken_spec_with_templates_is_refused_at_its_place() -> None:
    path = CORPUS / "go-template" / BROKEN
    with pytest.raises(ValidationError) as caught:
        load(path, environment(path))
    (problem,) = caught.value.problems
    assert (problem.rule, problem.line) == ("yaml-syntax", 20)
    assert "value-of-" not in str(caught.value)


@pytest.mark.parametrize("path", OLD, ids=name_of)
def test_a_spec_of_the_old_format_is_explained_and_nothing_else_is_said(path: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        load(path)
    assert {problem.rule for problem in caught.value.problems} == {"old-format"}
    assert all(problem.line is not None and problem.hint is not None for problem in caught.value.problems)
    assert all(re.search(r"tasks\[\d+\]\.spec$", problem.path) for problem in caught.value.problems)


@pytest.mark.parametrize("path", OLD, ids=name_of)
def test_each_task_of_the_old_format_is_pointed_at(path: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        load(path)
    root = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    assert root is not None
    keys = {key.value: node for key, node in root.value}
    places = [
        (key.start_mark.line + 1, key.start_mark.column + 1)
        for task in keys["tasks"].value
        for key, _ in task.value
        if key.value == "spec"
    ]
    assert [(problem.line, problem.column) for problem in caught.value.problems] == places


def test_the_command_finds_the_same_errors_in_the_whole_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(CORPUS / "v2")]) == 1
    refused = set(re.findall(r"(\w+\.\w+):\d+:\d+: .*\[duplicate-key\]$", capsys.readouterr().out, re.MULTILINE))
    assert refused == {TWICE}
