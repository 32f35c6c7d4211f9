"""What an installed beakerspec is: light to import, typed, and described by its metadata."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.resources
import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageMetadata
from pathlib import Path

import pytest

import beakerspec


@pytest.fixture
def modules_after(with_examples: Path) -> Callable[[str], set[str]]:
    """A function that runs code in a new process and tells which modules it loaded."""

    def run(code: str) -> set[str]:
        # Were it loaded, it would be found: here it can be imported, even where it is not installed.
        (with_examples / "pydantic.py").write_text("", encoding="utf-8")
        code = f"{code}\nimport json, sys\nprint()\nprint(json.dumps(sorted(sys.modules)))"
        out = subprocess.run(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, encoding="utf-8", check=True
        ).stdout
        return set(json.loads(out.splitlines()[-1]))

    return run


@pytest.fixture
def metadata() -> PackageMetadata:
    """The metadata of the installed package."""
    try:
        return importlib.metadata.metadata("beakerspec")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("beakerspec is imported from a folder, not installed")


@pytest.mark.parametrize(
    "code",
    [
        "import beakerspec",
        "from beakerspec import ExperimentSpec",
        "from beakerspec import TaskSpec; TaskSpec.new('t').with_env_var('A', value='1')",
    ],
    ids=["the package", "a name of it", "a task"],
)
def test_importing_and_building_load_neither_cattrs_nor_yaml(
    modules_after: Callable[[str], set[str]], code: str
) -> None:
    assert modules_after(code).isdisjoint({"cattrs", "cattr", "yaml", "_yaml"})


EVERY_WAY = """
from beakerspec import ExperimentSpec
spec = ExperimentSpec.from_file("tests/examples/pipeline.yaml")
spec.validate()
spec.check()
spec.to_file("copy.yaml")
ExperimentSpec.from_json(spec.to_json())
"""

COMMAND_LINE = """
from beakerspec.cli import main
try:
    main(["check", "tests/examples"])
except SystemExit:
    pass
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    ["from beakerspec import *", EVERY_WAY, COMMAND_LINE],
    ids=["every name", "every way in and out", "the command line"],
)
def test_nothing_loads_pydantic(modules_after: Callable[[str], set[str]], code: str) -> None:
    loaded = modules_after(code)
    assert "pydantic" not in loaded
    assert "beakerspec" in loaded


@pytest.mark.parametrize("name", beakerspec.__all__)
def test_a_public_name_resolves(name: str) -> None:
    assert getattr(beakerspec, name) is not None


def test_public_names_are_listed_once_and_in_dir() -> None:
    assert len(set(beakerspec.__all__)) == len(beakerspec.__all__)
    assert set(beakerspec.__all__) <= set(dir(beakerspec))


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Experiment"):
        beakerspec.Experiment  # noqa: B018


def test_the_package_says_that_it_is_typed() -> None:
    assert importlib.resources.files("beakerspec").joinpath("py.typed").is_file()


def test_the_version_is_the_installed_one(metadata: PackageMetadata) -> None:
    assert beakerspec.__version__ == metadata["Version"]


def test_attrs_cattrs_and_pyyaml_are_all_that_is_required(metadata: PackageMetadata) -> None:
    required = [line for line in metadata.get_all("Requires-Dist") or () if "extra ==" not in line]
    names = [re.sub(r"[^\w.-].*", "", line).lower() for line in required]
    assert sorted(names) == ["attrs", "cattrs", "pyyaml"]


def test_the_command_is_installed(metadata: PackageMetadata) -> None:
    (script,) = importlib.metadata.entry_points(group="console_scripts", name="beakerspec")
    assert callable(script.load())
