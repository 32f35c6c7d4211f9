"""What is left of a broken document, as a spec, so that the rules can be asked about it in the same run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, TypeAlias

import attrs

from .converter import problems_in, structure_hook_for
from .hooks import Session
from .model import DataSource, ExperimentSpec, SpecPart, parts_of, plan_of
from .names import json_name
from .problems import Problem, ValidationError, path_parts
from .rules import Rule

__all__ = ["Path", "is_about", "salvaged"]

#: How often what is broken is taken out and the rest tried: to take out one thing may break what is around it.
_MOST_ATTEMPTS = 5

#: The keys and indices that lead to a value.
Path: TypeAlias = "tuple[str | int, ...]"


def salvaged(data: Mapping[str, Any], broken: Iterable[str]) -> tuple[ExperimentSpec | None, list[Path]]:
    """The spec that is left of data without what is broken in it, and the paths of that.

    Of some paths it is known that they are broken; the others are found. A rule that reads what is at such a path is
    not to be believed: see `is_about`.
    """
    rest: Any = _copy(data)
    taken: list[Path] = []
    for _ in range(_MOST_ATTEMPTS):
        for path in map(tuple, map(path_parts, broken)):
            taken.append(tuple(json_name(part) if isinstance(part, str) else part for part in path))
            _take_out(rest, path)
        with Session(is_yaml=True), suppress(ValidationError):
            spec: ExperimentSpec = structure_hook_for(ExperimentSpec)(rest, ExperimentSpec)
            return spec, taken
        problems = problems_in(rest, ExperimentSpec, strict=False)
        broken = [problem.path for problem in problems if problem.severity == "error"]
    return None, taken


def _copy(data: Any) -> Any:
    """A copy of plain data in which nothing is shared: an alias may be broken for one field and right for another."""
    if isinstance(data, Mapping):
        return {key: _copy(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_copy(item) for item in data]
    return data


def _take_out(data: Any, path: Path) -> None:
    """Replace the innermost field or item of a path that the model knows by as little as can stand there."""
    cls: type[Any] | None = ExperimentSpec
    for depth, part in enumerate(path):
        is_last = depth == len(path) - 1
        if isinstance(data, dict) and isinstance(part, str):
            child = data.get(part)
            attribute = None if cls is None else plan_of(cls).attributes.get(part)
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
    return plan_of(cls).fields[attribute].default is attrs.NOTHING


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


def is_about(rule: Rule, problem: Problem, taken: Iterable[Path]) -> bool:
    """Whether what a rule found in a salvaged spec may be the fault of what was taken out of it.

    So it is where the rule reads a field that was taken out, or one inside of or around it: `Rule.reads` says which.
    """
    found = tuple(path_parts(problem.path))
    if rule.is_each:
        return any(found[: len(path)] == path for path in taken)
    return any(_overlaps(_steps(pattern), path, found) for pattern in rule.reads for path in taken)


def _overlaps(pattern: list[str], path: Path, found: Path) -> bool:
    for depth, (step, part) in enumerate(zip(pattern, path, strict=False)):
        if step == "[*]":
            continue
        if step == "[]":
            if depth < len(found) and found[depth] != part:
                return False
        elif step != part:
            return False
    return True
