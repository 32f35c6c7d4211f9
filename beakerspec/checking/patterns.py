"""Patterns for paths, as in a `.gitignore`.

Git's rules are those of https://git-scm.com/docs/gitignore: the last pattern that matches a path decides, a pattern
with a slash before its end is anchored to the folder of its file, `!` takes a path out again, and what is in a folder
that a pattern matches is covered with the folder. Libraries for this match whole paths, and differ from git and from
release to release where a folder is taken out again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import count

import attrs

__all__ = ["Pattern", "Patterns", "read_pattern"]

_CHARACTERS = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": " \t",
    "digit": "0-9",
    "lower": "a-z",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9a-fA-F",
}
_SET = re.compile(r"\[(?P<negation>[!^]?)(?P<members>\]?(?:\\.|\[:[a-z]+:\]|[^\]\\])*)\]", re.DOTALL)
_MEMBER = re.compile(r"\[:(?P<kind>[a-z]+):\]|\\?(?P<character>.)", re.DOTALL)
# What a `*` and a `**` between slashes stand for.
_CHARACTERS_OF_NAME = "[^/]*?"
_FOLDERS = "(?:[^/]+/)*?"
#: Names of groups have to differ in a regular expression.
_NUMBERS = count()
_TRAILING_BLANKS = re.compile(r"(?<!\\)[ \t]+\Z")


@attrs.frozen
class Pattern:
    """One pattern."""

    _regex: re.Pattern[str]
    #: Whether it covers what it matches; else it takes that out again.
    covers: bool
    #: Whether it matches folders only.
    is_of_folders: bool
    #: Whether it matches the name alone, in any folder.
    is_of_names: bool

    def matches(self, path: str, is_folder: bool) -> bool:
        """Whether it matches a path itself, not only a folder on the way to it."""
        if self.is_of_folders and not is_folder:
            return False
        text = path.rpartition("/")[2] if self.is_of_names else path
        return self._regex.fullmatch(text) is not None


def read_pattern(line: str) -> Pattern | None:
    """The pattern on a line; None for a comment, an empty line and what can never match, which git passes over."""
    body = _TRAILING_BLANKS.sub("", line)
    if body.startswith("#"):
        return None
    covers = not body.startswith("!")
    body = body[not covers :]
    is_of_folders = body.endswith("/")
    body = body.removesuffix("/")
    is_of_names = "/" not in body
    try:
        regex = re.compile(_translated(body.removeprefix("/")), re.DOTALL)
    except (ValueError, re.error):
        return None
    return Pattern(regex, covers, is_of_folders, is_of_names)


def _translated(pattern: str) -> str:
    """The regular expression of a pattern. Raises `ValueError` for one that matches nothing."""
    if not pattern:
        raise ValueError
    *folders, last = pattern.split("/")
    if not {".", ".."}.isdisjoint((*folders, last)):
        raise ValueError
    parts = [_FOLDERS if part == "**" else f"{_part(part)}/" for part in folders]
    return _joined([*parts, ".+" if last == "**" else _part(last)], _FOLDERS)


def _joined(parts: Iterable[str], wildcard: str) -> str:
    """The parts as one regular expression, in which a wildcard keeps the first match of what follows it.

    A later match never helps where another wildcard follows, and to try all of them takes exponential time.
    """
    found = run = ""
    for part in parts:
        if part == wildcard:
            if run.startswith(wildcard):  # an atomic group, for Python 3.10, too
                group = f"g{next(_NUMBERS)}"
                run = f"(?=(?P<{group}>{run}))(?P={group})"
            found += run
            run = ""
        run += part
    return found + run


def _part(part: str) -> str:
    """The regular expression of what stands between two slashes."""
    found: list[str] = []
    index = 0
    while index < len(part):
        char = part[index]
        index += 1
        if char == "*":
            found.append(_CHARACTERS_OF_NAME)
            index += len(part) - index - len(part[index:].lstrip("*"))
        elif char == "?":
            found.append("[^/]")
        elif char == "[":
            match = _SET.match(part, index - 1)
            if match is None:
                raise ValueError
            found.append(f"(?!/)[{'^' if match['negation'] else ''}{_members(match['members'])}]")
            index = match.end()
        else:
            if char == "\\":
                char = part[index : index + 1]
                index += 1
                if not char:
                    raise ValueError
            found.append(re.escape(char))
    return _joined(found, _CHARACTERS_OF_NAME)


def _members(members: str) -> str:
    found = ""
    for member in _MEMBER.finditer(members):
        if member["kind"] is None:
            found += "-" if member[0] == "-" else re.escape(member["character"])
        elif member["kind"] in _CHARACTERS:
            found += _CHARACTERS[member["kind"]]
        else:
            raise ValueError
    return found


@attrs.frozen
class Patterns:
    """The patterns of one place, such as a file."""

    #: The absolute path of the folder from which they lead.
    folder: str
    patterns: tuple[Pattern, ...]
    #: The place.
    source: str = ""

    @classmethod
    def read(cls, folder: str, lines: Iterable[str], source: str) -> Patterns:
        """Those on the lines."""
        return cls(folder, tuple(filter(None, map(read_pattern, lines))), source)

    def decide(self, path: str, is_folder: bool) -> bool | None:
        """Whether they cover the absolute path of a file or folder itself; None where none matches."""
        return self._decide(self._relative(path), is_folder)

    def cover(self, path: str) -> bool:
        """Whether they cover a file, or a folder on the way to it."""
        return any(self._decide(each, is_folder) for each, is_folder in self._ways(path, is_folder=False))

    def sparing(self, folder: str) -> Patterns:
        """Those that do not cover a folder, nor one on the way to it."""
        ways = list(self._ways(folder, is_folder=True))
        kept = (each for each in self.patterns if not each.covers or not any(each.matches(*way) for way in ways))
        return attrs.evolve(self, patterns=tuple(kept))

    def _decide(self, path: str, is_folder: bool) -> bool | None:
        for pattern in reversed(self.patterns) if path else ():
            if pattern.matches(path, is_folder):
                return pattern.covers
        return None

    def _ways(self, path: str, *, is_folder: bool) -> Iterator[tuple[str, bool]]:
        path = self._relative(path)
        end = path.find("/")
        while end >= 0:
            yield path[:end], True
            end = path.find("/", end + 1)
        if path:
            yield path, is_folder

    def _relative(self, path: str) -> str:
        """The path from the folder, or from the folder that both are in; "" for that folder and what is around it."""
        start = os.path.join(self.folder, "")
        if not path.startswith(start):
            start = os.path.join(os.path.commonpath((self.folder, path)), "")
        path = path[len(start) :]
        return path if os.sep == "/" else path.replace(os.sep, "/")
