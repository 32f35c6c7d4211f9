"""The names of fields: lowerCamelCase in files, snake_case in Python, and the nearest one to a misspelt one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

__all__ = ["json_name", "nearest", "python_name"]

_ID = re.compile(r"(^|[a-z0-9])Id($|[A-Z0-9])")
_CAPITAL = re.compile(r"[A-Z]")


@lru_cache(maxsize=1024)
def json_name(name: str) -> str:
    """A file's name of a field, from Python's. A part `id` is written `ID`, as beaker-py writes it.

    >>> json_name("host_networking"), json_name("gpuType"), json_name("node_id")
    ('hostNetworking', 'gpuType', 'nodeID')
    """
    if "_" not in name:
        return name
    first, *others = name.split("_")
    return _ID.sub(r"\1ID\2", first + "".join(part[:1].upper() + part[1:] for part in others)) or name


@lru_cache(maxsize=1024)
def python_name(name: str) -> str:
    """Python's name of a field, from a file's.

    >>> python_name("hostNetworking"), python_name("nodeID")
    ('host_networking', 'node_id')
    """
    return _CAPITAL.sub(lambda capital: "_" + capital[0].lower(), name.replace("ID", "Id")).lstrip("_")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that `name` resembles most, or None where none is near.

    >>> nearest("gpuCuont", ["cpuCount", "gpuCount"]), nearest("colour", ["cpuCount", "gpuCount"])
    ('gpuCount', None)
    """
    return _nearest(name[:100], tuple(known))


#: Of more names than this, only those are compared that start alike: each comparison takes some 10 µs.
_MOST_COMPARED = 100


@lru_cache(maxsize=4096)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    from difflib import get_close_matches

    def plain(text: str) -> str:
        return text.replace("_", "").replace("-", "").lower()

    wanted = plain(name)
    by_plain = {plain(each): each for each in known}
    candidates = list(by_plain)
    if len(candidates) > _MOST_COMPARED:
        candidates = [each for each in candidates if each[:2] == wanted[:2]][:_MOST_COMPARED]
    matches = get_close_matches(wanted, candidates, n=1, cutoff=0.7)
    return by_plain[matches[0]] if matches else None
