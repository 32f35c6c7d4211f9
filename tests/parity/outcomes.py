"""What beakerspec makes of the inputs, the files and the values of Python."""

from __future__ import annotations

import warnings
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import beakerspec

from .documents import DOCUMENTS, file_name
from .inputs import INPUTS
from .marks import digest, marked
from .values import VALUES

__all__ = ["digests", "made", "read", "written"]

#: JSON-compatible data.
Json = Any


def digests() -> dict[str, str]:
    """What tells whether a record is about the present inputs, files and values."""
    files = {name: content.decode("latin-1") for name, content in DOCUMENTS.items()}
    return {"inputs": digest(INPUTS), "files": digest(files), "values": digest(list(VALUES))}


def read(data: Json) -> beakerspec.ExperimentSpec | None:
    """The spec that beakerspec makes of the data; None where it refuses them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", beakerspec.UnknownFieldWarning)
        try:
            return beakerspec.ExperimentSpec.from_json(data)
        except beakerspec.ValidationError:
            return None


def made(name: str) -> Json:
    """What beakerspec makes of the input, file or value of this id, as JSON; None where it refuses it."""
    with warnings.catch_warnings(), suppress(beakerspec.ValidationError):
        warnings.simplefilter("ignore", beakerspec.UnknownFieldWarning)
        if name in INPUTS:
            return beakerspec.ExperimentSpec.from_json(INPUTS[name]).to_json()
        if name in VALUES:
            return VALUES[name](beakerspec)
        with TemporaryDirectory() as folder:
            path = Path(folder, file_name(name))
            path.write_bytes(DOCUMENTS[name])
            return beakerspec.ExperimentSpec.from_file(path).to_json()
    return None


def written(spec: beakerspec.ExperimentSpec) -> dict[str, Json]:
    """What beakerspec writes for a spec, in both forms."""
    return {"json": marked(spec.to_json()), "yaml": spec.to_yaml()}
