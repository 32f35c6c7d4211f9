"""The public names, their signatures and how their values are pickled: what programs rely on.

``pytest --update-golden`` records them anew, to be read in the diff. Pickles are recorded once and never renewed.
"""

from __future__ import annotations

import inspect
import json
import pickle
from base64 import b64decode
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

import beakerspec

RECORDED = Path(__file__).parent / "golden_surface"


def described(name: str, value: Any) -> Iterator[str]:
    """The lines that say how a name is called, and for a class its members or public methods."""
    if isinstance(value, type) and issubclass(value, Enum):
        yield f"{name}: {', '.join(value.__members__)}"
    elif not callable(value) or (isinstance(value, type) and issubclass(value, BaseException)):
        yield name
    else:
        signature = inspect.signature(value)
        bare = [each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()]
        yield f"{name}{signature.replace(parameters=bare, return_annotation=inspect.Signature.empty)}"
        for attribute in dir(value) if isinstance(value, type) else ():
            member = getattr(value, attribute)
            if not attribute.startswith("_") and getattr(member, "__module__", "").startswith("beakerspec"):
                yield from described(f"{name}.{attribute}", member)


def test_the_public_names_and_signatures_are_the_recorded_ones(matches_golden: Callable[[Path, str], bool]) -> None:
    lines = [line for name in sorted(beakerspec.__all__) for line in described(name, getattr(beakerspec, name))]
    assert matches_golden(RECORDED / "names.txt", "\n".join(lines) + "\n")


PICKLES = json.loads((RECORDED / "pickles.json").read_bytes())


@pytest.mark.parametrize("expression", PICKLES)
def test_an_earlier_pickle_is_read_as_an_equal_value(expression: str) -> None:
    value = eval(expression, {name: getattr(beakerspec, name) for name in beakerspec.__all__})
    assert pickle.loads(b64decode(PICKLES[expression])) == value


def test_a_pickle_of_a_version_without_a_field_gives_its_default() -> None:
    class_of, (_, *arguments), state = beakerspec.TaskSpec.new("t", docker_image="a", timeout="1h").__reduce_ex__(4)[:3]
    assert not isinstance(class_of, str)
    value = beakerspec.TaskSpec.__new__(beakerspec.TaskSpec, *arguments)
    value.__setstate__({name: item for name, item in state.items() if name != "timeout"})
    assert value == beakerspec.TaskSpec.new("t", docker_image="a")
