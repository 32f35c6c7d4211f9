"""What PyYAML's own dumpers write for values of the model, whichever of the two is imported first."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import yaml

from beakerspec import Constraints, DataMount, MountMode, Priority, SpecVersion, TaskSpec

DUMPERS = [getattr(yaml, name) for name in ("SafeDumper", "Dumper", "CSafeDumper", "CDumper") if hasattr(yaml, name)]


class OwnDumper(yaml.SafeDumper):
    """A dumper of a program, which has tables of its own."""


OwnDumper.add_multi_representer(complex, lambda dumper, value: dumper.represent_str(str(value)))


@pytest.mark.parametrize("dumper", [*DUMPERS, OwnDumper], ids=lambda dumper: dumper.__name__)
@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (TaskSpec.new("t", command=["a", 1, 0.5]).command, ["a", 1, 0.5]),
        (TaskSpec.new("t", command=[]).command, []),
        (Constraints(size={"a": ["b"]})["size"], {"a": ["b"]}),
        (Priority.high, "high"),
        (SpecVersion.v2_alpha, "v2-alpha"),
        (DataMount.new("/m", weka="w", mode=MountMode.readwrite).mode, "readwrite"),
    ],
    ids=repr,
)
def test_a_value_is_written_as_the_plain_one(dumper: Any, value: Any, plain: Any) -> None:
    assert yaml.dump({"key": value}, Dumper=dumper) == yaml.dump({"key": plain}, Dumper=dumper)


@pytest.mark.slow
@pytest.mark.parametrize(
    "imports",
    [
        "import beakerspec.model, yaml",
        "import yaml, beakerspec.model",
        "import beakerspec, yaml",
        "import yaml, beakerspec",
    ],
)
def test_the_order_of_imports_does_not_matter(imports: str) -> None:
    code = f"{imports}\ntask = beakerspec.TaskSpec.new('t', command=['a'])\nprint(yaml.safe_dump(task.command), end='')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "- a\n"


@pytest.mark.slow
def test_nothing_is_left_of_the_finder_once_pyyaml_is_imported() -> None:
    code = "import sys, beakerspec.model\nbefore = len(sys.meta_path)\nimport yaml\nprint(before - len(sys.meta_path))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
