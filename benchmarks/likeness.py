"""Whether what a contender writes means the same as what it was given."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

__all__ = ["difference"]

_DURATIONS = frozenset({"timeout", "synchronizedStartTimeout", "minRuntime"})
_UNITS = {"h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
#: What a field means that is not there. Contenders are free to write it or not.
_DEFAULTS: dict[str, Any] = {"version": "v2", "hostNetworking": False, "leaderSelection": False, "context": {}}


def difference(given: Any, written: Any, but: Collection[str] = (), place: str = "") -> str | None:
    """The first place where plain data differs in meaning, or None.

    A field that is null or has its default may be missing, and a duration is the same in nanoseconds. Fields whose
    names are among `but` may differ.
    """
    if isinstance(given, Mapping) and isinstance(written, Mapping):
        for key in dict.fromkeys([*given, *written]):
            if key in but:
                continue
            ours, theirs = (
                _DEFAULTS.get(key) if data.get(key) is None else _duration(key, data[key]) for data in (given, written)
            )
            found = difference(ours, theirs, but, f"{place}.{key}".removeprefix("."))
            if found is not None:
                return found
        return None
    if isinstance(given, list) and isinstance(written, list) and len(given) == len(written):
        for index, (ours, theirs) in enumerate(zip(given, written, strict=True)):
            found = difference(ours, theirs, but, f"{place}[{index}]")
            if found is not None:
                return found
        return None
    same = given == written and isinstance(given, (str, bool)) == isinstance(written, (str, bool))
    return None if same else place


def _duration(key: str, value: Any) -> Any:
    if key not in _DURATIONS or not isinstance(value, str):
        return value
    parts = re.findall(r"([0-9.]+) ?(h|ms|m|s|us|ns)", value)
    return sum(round(float(number) * _UNITS[unit]) for number, unit in parts)
