"""The remaining data of a broken document, as a spec, so that the rules can be asked about it in the same run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, TypeAlias

import attrs

from ..documents.anchors import SharedList, SharedMapping
from ..fields.names import json_name
from ..model import DataSource, ExperimentSpec, SpecPart, part_names, parts_of
from ..problems import Problem, ValidationError, path_parts
from ..structuring.converter import problems_in, structure_hook_for
from ..structuring.session import Session
from .rules import Rule

__all__ = ["Path", "Taken", "in_names_of_file", "salvaged"]

#: How often what is broken is taken out and the rest tried: to take out one thing may break what is around it.
_MOST_ATTEMPTS = 5

#: The keys and indices that lead to a value.
Path: TypeAlias = "tuple[str | int, ...]"


def salvaged(data: Mapping[str, Any], broken: Iterable[str]) -> tuple[ExperimentSpec | None, list[Path]]:
    """The spec that is left of data without what is broken in it, and the paths of that.

    Of some paths it is known that they are broken; the others are found. A rule that reads what is at such a path is
    not to be believed: see `Taken`.
    """
    made: dict[tuple[int, Any], Any] = {}
    rest: Any = _copy(data, ExperimentSpec, made)
    shared = [copy for copy in made.values() if isinstance(copy, (SharedMapping, SharedList))]
    taken: list[Path] = []
    for _ in range(_MOST_ATTEMPTS):
        for path in map(tuple, map(path_parts, broken)):
            taken.append(in_names_of_file(path))
            _take_out(rest, path)
        for each in shared:  # they remember what they were made into
            each.built.clear()
        with Session(is_yaml=True), suppress(ValidationError):
            spec: ExperimentSpec = structure_hook_for(ExperimentSpec)(rest, ExperimentSpec)
            return spec, taken
        problems = problems_in(rest, ExperimentSpec, strict=False)
        broken = [problem.path for problem in problems if problem.severity == "error"]
    return None, taken


def in_names_of_file(path: Path) -> Path:
    """A path with the names of a file for those of Python."""
    return tuple(json_name(part) if isinstance(part, str) else part for part in path)


def _copy(data: Any, cls: type[SpecPart] | None, made: dict[tuple[int, Any], Any]) -> Any:
    """A copy of plain data. What is used several times is copied once for each class that it serves.

    An alias may be broken for one class and right for another.
    """
    key = (id(data), cls)
    if key in made:
        return made[key]
    copy: Any = data
    if isinstance(data, Mapping):
        copy = made[key] = SharedMapping() if isinstance(data, SharedMapping) else {}
        names = {} if cls is None else part_names(cls)
        for name, value in data.items():
            part = parts_of(cls)[names[name]][0] if cls is not None and name in names else None
            copy[name] = _copy(value, part, made)
    elif isinstance(data, list):
        copy = made[key] = SharedList() if isinstance(data, SharedList) else []
        copy += [_copy(item, cls, made) for item in data]
    return copy


def _take_out(data: Any, path: Path) -> None:
    """Replace the innermost field or item of a path that the model knows by as little as can stand there."""
    cls: type[Any] | None = ExperimentSpec
    for depth, part in enumerate(path):
        is_last = depth == len(path) - 1
        if isinstance(data, dict) and isinstance(part, str):
            child = data.get(part)
            attribute = None if cls is None else part_names(cls).get(part)
            if attribute is None or is_last or not isinstance(child, (dict, list)):
                if cls is not None and attribute is not None and _is_needed(cls, attribute):
                    data[part] = _least(parts_of(cls)[attribute][0])
                else:
                    data.pop(part, None)
                return
            assert cls is not None
            cls = parts_of(cls)[attribute][0]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            child = data[part]
            if is_last or not isinstance(child, dict):
                data[part] = _least(cls)
                return
        else:
            return
        data = child


def _is_needed(cls: type[SpecPart], attribute: str) -> bool:
    return attrs.fields_dict(cls)[attribute].default is attrs.NOTHING


def _least(cls: type[Any] | None) -> Any:
    """The least data that a part is made from, or a text."""
    if cls is None:
        return ""
    if cls is DataSource:  # one of its fields has to be set, no matter which
        return {"beaker": ""}
    parts = parts_of(cls)
    return {
        json_name(field.name): _least(parts[field.name][0])
        for field in attrs.fields(cls)
        if field.default is attrs.NOTHING
    }


_STEP = re.compile(r"\[\*?\]|\w+")


@cache
def _steps(pattern: str) -> list[str]:
    return _STEP.findall(pattern)


class Taken:
    """The paths of what was taken out of a document."""

    def __init__(self, paths: Iterable[Path]) -> None:
        #: The parts of the paths, each with those that follow; of a part where a path ends there is no more.
        self._parts: dict[str | int, Any] = {}
        self._known: dict[tuple[str, Path], bool] = {}
        for path in paths:
            parts = self._parts
            for part in path[:-1]:
                parts = parts.setdefault(part, {})
            parts[path[-1] if path else ""] = _End()

    def may_cause(self, rule: Rule, problem: Problem) -> bool:
        """Whether what a rule found in the rest may be the fault of what was taken out.

        So it is where the rule reads a field that was taken out, or one inside of or around it, as `Rule.reads` says.
        """
        if not self._parts:
            return False
        found = path_parts(problem.path)
        if rule.is_each:
            return self._has(found)
        return any(self._reaches(pattern, found) for pattern in rule.reads)

    def _reaches(self, pattern: str, found: Path) -> bool:
        """Whether a path leads to, into or around the fields of a pattern, seen from a place."""
        steps = _steps(pattern)
        # What a pattern looks at depends on the indices of the place that it names, and on nothing else of it.
        depths = [depth for depth, step in enumerate(steps) if step == "[]"]
        key = pattern, tuple(found[depth] for depth in depths if depth < len(found))
        if key not in self._known:
            self._known[key] = self._overlaps(steps, 0, found, self._parts)
        return self._known[key]

    def _overlaps(self, steps: list[str], depth: int, found: Path, parts: dict[str | int, Any]) -> bool:
        if depth == len(steps) or isinstance(parts, _End):
            return True
        step = steps[depth]
        if step == "[*]" or (step == "[]" and depth >= len(found)):
            return any(self._overlaps(steps, depth + 1, found, part) for part in parts.values())
        part = found[depth] if step == "[]" else step
        return part in parts and self._overlaps(steps, depth + 1, found, parts[part])

    def _has(self, found: Path) -> bool:
        """Whether a path is one of these, or leads into what one of them leads to."""
        parts: Any = self._parts
        for part in found:
            if isinstance(parts, _End) or part not in parts:
                break
            parts = parts[part]
        return isinstance(parts, _End)


class _End(dict[Any, Any]):
    """Where a path ends."""
