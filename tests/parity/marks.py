"""Values as the record holds them, and as they are compared. This module needs neither library."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

__all__ = ["canonical", "digest", "marked"]

#: JSON-compatible data.
Json = Any

#: Python prints no longer integer.
_LARGEST = 10**640


def marked(value: Any) -> Json:
    """The value with what JSON cannot hold as a mapping that names it.

    NaN and the infinities are ``{"$float": text}``, anything else ``{"$type": name}``.
    """
    if isinstance(value, dict):
        return {marked_key(key): marked(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [marked(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": str(value)}
    if value is None or isinstance(value, (str, float)) or (isinstance(value, int) and abs(value) < _LARGEST):
        return value
    return {"$type": type(value).__name__}


def marked_key(key: Any) -> str:
    """The key of a mapping, where it is no text as one that names its type."""
    return key if isinstance(key, str) else f"$type {type(key).__name__}"


def canonical(value: Json) -> str:
    """Text that is equal for equal values of equal types: ``1``, ``1.0`` and ``true`` differ."""
    return json.dumps(marked(value), sort_keys=True)


def digest(value: Json) -> str:
    """A short text that changes with the value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]
