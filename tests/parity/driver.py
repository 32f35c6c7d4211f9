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
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

#: JSON-compatible data.
Json = Any


def attempt(load: Any, source: Json) -> Json:
    """The `to_json` of what loading gives, or the name of the exception."""
    try:
        return load(source).to_json()
    except Exception as error:
        return type(error).__name__


def load_text(spec_class: Any, text: str) -> Any:
    """The spec that a file of this text holds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "spec.yaml")
        path.write_bytes(text.encode())
        return spec_class.from_file(path)


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
        answer["data"] = {name: attempt(spec_class.from_json, data) for name, data in request["data"].items()}
    if "texts" in request:
        answer["texts"] = {
            name: attempt(lambda text: load_text(spec_class, text), text) for name, text in request["texts"].items()
        }
    if "behaviour" in request:
        sys.path.append(str(Path(__file__).parents[1]))
        from parity.behaviour import BEHAVIOURS, SIGNATURES, outcome

        answer["behaviour"] = {name: outcome(behaviour, module) for name, behaviour in BEHAVIOURS.items()}
        answer["signatures"] = {name: positional(module, name) for name in SIGNATURES}
        answer["api"] = api_of(module)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
