"""What beakerspec makes of an input, and the form in which outcomes are recorded and compared."""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from typing import Any

import beakerspec

__all__ = ["canonical", "digest", "marked", "read", "written"]

#: JSON-compatible data.
Json = Any


def marked(value: Json) -> Json:
    """The value with NaN and the infinities as ``{"$float": text}``, which JSON can hold."""
    if isinstance(value, dict):
        return {key: marked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [marked(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    return value


def canonical(value: Json) -> str:
    """Text that is equal for equal values of equal types: ``1``, ``1.0`` and ``true`` differ."""
    return json.dumps(marked(value), sort_keys=True)


def digest(value: Json) -> str:
    """A short text that changes with the value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]


def read(data: Json) -> beakerspec.ExperimentSpec | None:
    """The spec that beakerspec makes of the data; None where it refuses them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", beakerspec.UnknownFieldWarning)
        try:
            return beakerspec.ExperimentSpec.from_json(data)
        except beakerspec.ValidationError:
            return None


def written(spec: beakerspec.ExperimentSpec) -> dict[str, Json]:
    """What beakerspec writes for a spec, in both forms."""
    return {"json": marked(spec.to_json()), "yaml": spec.to_yaml()}
