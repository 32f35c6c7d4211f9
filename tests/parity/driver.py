"""Runs inside the virtual environment of one release of beaker-py: a request on stdin, the answers on stdout.

`record` starts it as ``python driver.py MODULE CLASS``, where the class is the one of experiment specs.
"""

from __future__ import annotations

import importlib
import inspect
import json
import logging
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

#: JSON-compatible data.
Json = Any


def attempt(make: Callable[..., Json], *arguments: Any) -> Json:
    """What the function gives, or the name of the exception."""
    try:
        return make(*arguments)
    except Exception as error:
        return type(error).__name__


def load(spec_class: Any, name: str, content: bytes) -> Json:
    """The `to_json` of the spec that a file of this name and content holds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        return spec_class.from_file(path).to_json()


def positional(module: Any, name: str) -> Json:
    """The names of the positional parameters of a method, with their defaults; no default is left out."""
    owner, method = name.split(".")
    return [
        [parameter.name] if parameter.default is parameter.empty else [parameter.name, parameter.default]
        for parameter in inspect.signature(getattr(getattr(module, owner), method)).parameters.values()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]


def api_of(module: Any) -> Json:
    """The public names of the module, with the fields of its classes and the members of its enums."""
    return {
        name: sorted(getattr(thing, "model_fields", None) or (member.value for member in thing))
        for name in module.__all__
        for thing in [getattr(module, name)]
    }


def main() -> None:
    """Answer one request."""
    warnings.simplefilter("ignore")
    logging.disable()  # beaker-py logs each document that it refuses
    sys.path.append(str(Path(__file__).parents[1]))
    from parity.marks import marked

    module = importlib.import_module(sys.argv[1])
    spec_class = getattr(module, sys.argv[2])
    request = json.load(sys.stdin)
    answer: dict[str, Json] = {
        "packages": sorted(
            f"{each.metadata['Name']} {each.version}"
            for each in distributions()
            if each.metadata["Name"] not in ("pip", "setuptools", "wheel")
        )
    }
    if "data" in request:
        answer["data"] = {
            name: attempt(lambda data: spec_class.from_json(data).to_json(), data)
            for name, data in request["data"].items()
        }
    if "texts" in request:
        answer["texts"] = {
            name: attempt(load, spec_class, "spec.yaml", text.encode()) for name, text in request["texts"].items()
        }
    if "behaviour" in request:
        from parity.behaviour import BEHAVIOURS, SIGNATURES, outcome
        from parity.documents import DOCUMENTS, file_name
        from parity.values import VALUES

        answer["data"] |= {
            name: attempt(load, spec_class, file_name(name), content) for name, content in DOCUMENTS.items()
        }
        answer["data"] |= {name: attempt(make, module) for name, make in VALUES.items()}
        answer["behaviour"] = {name: outcome(behaviour, module) for name, behaviour in BEHAVIOURS.items()}
        answer["signatures"] = {name: positional(module, name) for name in SIGNATURES}
        answer["api"] = api_of(module)
    json.dump(marked(answer), sys.stdout)


if __name__ == "__main__":
    main()
