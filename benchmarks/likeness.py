"""Whether what a contender writes means the same as what stands in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["difference", "texts"]

_DURATIONS = frozenset({"timeout", "synchronizedStartTimeout", "minRuntime"})
_UNITS = {"h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}
#: The fields whose value is a number or a boolean. In all others it is a text, and `yes` and `0123` stay what they are.
_NUMBERS = frozenset({"gpuCount", "cpuCount", "replicas", "allowedTaskRetries"})
_BOOLEANS = frozenset(
    {"hostNetworking", "leaderSelection", "propagateFailure", "propagatePreemption", "preemptible", "autoResume"}
)
_TRUE = frozenset({"true", "yes", "on"})
#: What a field means that is not there. Contenders are free to write it or not.
_DEFAULTS: dict[str, Any] = {"version": "v2", "context": {}, **dict.fromkeys(_BOOLEANS - {"preemptible"}, "false")}


def texts(path: str) -> Any:
    """The data of a YAML file in which each scalar is the text that stands there, and null where it is none."""
    import yaml

    class Loader(yaml.SafeLoader):
        """Knows null and merge keys."""

    Loader.yaml_implicit_resolvers = {
        start: [each for each in resolvers if each[0].endswith((":null", ":merge"))]
        for start, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)


def difference(given: Any, written: Any, place: str = "") -> str | None:
    """The first place where what a contender has written differs in meaning from the texts of a file, or None.

    A field that is null or has its default may be missing, one item may stand for a list, and a duration is the same in
    nanoseconds.
    """
    if isinstance(written, list) and not isinstance(given, list):
        given = [given]
    if isinstance(given, Mapping) and isinstance(written, Mapping):
        for name in dict.fromkeys([*given, *written]):
            ours, theirs = (_DEFAULTS.get(name) if data.get(name) is None else data[name] for data in (given, written))
            found = difference(ours, theirs, f"{place}.{name}".removeprefix("."))
            if found is not None:
                return found
        return None
    if isinstance(given, list) and isinstance(written, list) and len(given) == len(written):
        for index, (ours, theirs) in enumerate(zip(given, written, strict=True)):
            found = difference(ours, theirs, f"{place}[{index}]")
            if found is not None:
                return found
        return None
    return None if _is_same(place.rpartition(".")[2], given, written) else place


def _is_same(field: str, given: Any, written: Any) -> bool:
    if given is None or written is None or not isinstance(given, str):
        return bool(given == written)
    if isinstance(written, (dict, list)):
        return False
    if field in _DURATIONS:
        return _nanoseconds(given) == _nanoseconds(str(written))
    if field in _BOOLEANS:
        return (given.lower() in _TRUE) == (str(written).lower() in _TRUE)
    if field in _NUMBERS:
        return float(given) == float(written)
    return given == (str(written).lower() if isinstance(written, bool) else str(written))


def _nanoseconds(duration: str) -> float:
    parts = re.findall(r"([0-9.]+) ?(h|ms|m|s|us|ns)", duration)
    return sum(round(float(number) * _UNITS[unit]) for number, unit in parts) if parts else float(duration)
