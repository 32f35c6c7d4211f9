"""Names of fields: lowerCamelCase in files, snake_case in Python. And the nearest name to a misspelt one."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from functools import lru_cache
from typing import Any

__all__ = ["KnownNames", "json_name", "nearest", "python_name", "spelling_in"]

_ID = re.compile(r"(^|[a-z0-9])Id($|[A-Z0-9])")
_CAPITAL = re.compile(r"[A-Z]")
#: Characters of a misspelt name that are compared.
_LONGEST_COMPARED = 100


@lru_cache(maxsize=1024)
def json_name(name: str) -> str:
    """Return the name in files of a field in Python. A part `id` becomes `ID`, as in beaker-py.

    >>> json_name("host_networking"), json_name("gpuType"), json_name("node_id")
    ('hostNetworking', 'gpuType', 'nodeID')
    """
    if "_" not in name:
        return name
    first, *others = name.split("_")
    return _ID.sub(r"\1ID\2", first + "".join(part[:1].upper() + part[1:] for part in others)) or name


@lru_cache(maxsize=1024)
def python_name(name: str) -> str:
    """Return the name in Python of a field in files.

    >>> python_name("hostNetworking"), python_name("nodeID")
    ('host_networking', 'node_id')
    """
    return _CAPITAL.sub(lambda capital: "_" + capital[0].lower(), name.replace("ID", "Id")).lstrip("_")


def spelling_in(names: Container[Any], name: str) -> str | None:
    """Return how `names` spell a field, which may have its name in files or in Python; None if they do not have it.

    >>> spelling_in({"gpu_count": 1}, "gpuCount"), spelling_in({"gpu_count": 1}, "memory")
    ('gpu_count', None)
    """
    return next((each for each in (name, json_name(name), python_name(name)) if each in names), None)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most similar to `name`, or None if none is similar.

    >>> nearest("gpuCuont", ["cpuCount", "gpuCount"]), nearest("colour", ["cpuCount", "gpuCount"])
    ('gpuCount', None)
    """
    return _nearest(name[:_LONGEST_COMPARED], tuple(known))


@lru_cache(maxsize=4096)
def _nearest(name: str, known: tuple[str, ...]) -> str | None:
    return KnownNames(known).nearest(name)


class KnownNames:
    """Known names, prepared for many searches."""

    #: Of more names than this, only those are compared that start alike: each comparison takes some 10 µs.
    _MOST_COMPARED = 100

    def __init__(self, names: Iterable[str]) -> None:
        self._by_plain = {_plain(name): name for name in names}
        self._alike: dict[str, list[str]] = {}
        if len(self._by_plain) > self._MOST_COMPARED:
            for plain in self._by_plain:
                self._alike.setdefault(plain[:2], []).append(plain)

    def nearest(self, name: str, *, other_than: str | None = None) -> str | None:
        """Return the name that is most similar to `name`, or None if none is similar."""
        from difflib import get_close_matches

        wanted = _plain(name[:_LONGEST_COMPARED])
        candidates: Iterable[str] = self._by_plain
        if self._alike:
            candidates = self._alike.get(wanted[:2], [])
        candidates = [each for each in candidates if self._by_plain[each] != other_than][: self._MOST_COMPARED]
        matches = get_close_matches(wanted, candidates, n=1, cutoff=0.7)
        return self._by_plain[matches[0]] if matches else None


def _plain(text: str) -> str:
    return text.replace("_", "").replace("-", "").lower()
