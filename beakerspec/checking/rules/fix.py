"""How a finding is fixed: each rule that can be fixed has such a function beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

import attrs

from ...documents.complete_reader import locate_yaml
from ...editing.changes import Change, Put, Rename
from ...editing.written import for_json
from ...problems import Problem, path_parts

__all__ = ["Fix", "Fixer", "Mistake", "fixer", "suggested"]


@attrs.frozen
class Fix:
    """The changes that fix a finding."""

    changes: tuple[Change, ...]
    #: Whether the spec means the same as before.
    is_safe: bool


@attrs.frozen
class Mistake:
    """A finding, and the data that it is about."""

    problem: Problem
    #: The plain data that the file was read into.
    data: Mapping[str, Any]
    is_json: bool

    @cached_property
    def path(self) -> tuple[str | int, ...]:
        """Where it is."""
        return path_parts(self.problem.path)

    def at(self, *path: str | int) -> Any:
        """What stands at a path, or None."""
        value: Any = self.data
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    @property
    def value(self) -> Any:
        """What stands at its place, or None."""
        return self.at(*self.path)


Changes: TypeAlias = Callable[[Mistake], "Iterable[Change] | None"]


@attrs.frozen
class Fixer:
    """How the findings of a rule are fixed."""

    changes: Changes
    #: Whether the spec means the same afterwards: of all of its findings, or of one.
    is_safe: bool | Callable[[Mistake], bool]

    @property
    def safety(self) -> str:
        """For people: "safe", "unsafe", or "safe or unsafe"."""
        return "safe or unsafe" if callable(self.is_safe) else "safe" if self.is_safe else "unsafe"

    def fix(self, mistake: Mistake) -> Fix | None:
        """The fix of a finding, or None where it has none."""
        # A path that must not be shown leads nowhere.
        is_there = mistake.path and mistake.at(*mistake.path[:-1]) is not None
        changes = tuple(self.changes(mistake) or ()) if is_there else ()
        if not changes:
            return None
        return Fix(changes, self.is_safe(mistake) if callable(self.is_safe) else self.is_safe)


def fixer(*, is_safe: bool | Callable[[Mistake], bool] = False) -> Callable[[Changes], Fixer]:
    """Make a fixer of a function that gives the changes for a finding."""
    return lambda changes: Fixer(changes, is_safe)


def suggested(*, is_safe: bool | Callable[[Mistake], bool] = False) -> Fixer:
    """The fixer that writes what the finding suggests: as the key where it points at one, else as the value."""
    return Fixer(_as_suggested, is_safe)


def _as_suggested(mistake: Mistake) -> Iterable[Change] | None:
    problem = mistake.problem
    if problem.suggestion is None or "…" in problem.suggestion or not mistake.path:
        return None
    text = str.__str__(problem.suggestion)
    if problem.at_key:
        return [Rename(mistake.path, text)]
    read = locate_yaml(f"x: {text}")
    if read.findings or read.root is None:
        return None
    value = read.root.data["x"]
    return [Put(mistake.path, for_json(value) if mistake.is_json else value)]
