"""What hooks do about mistakes in data: unknown and missing fields, values of another kind.

The generated functions call these only where something is wrong or unusual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from ..documents.anchors import SharedMapping
from ..fields.converters import text
from ..fields.names import json_name, nearest
from ..frozen import EMPTY, FrozenDict, freeze
from ..model import ExperimentSpec, ImageSource, ResultSpec, SpecPart, broken_rules
from ..problems import (
    DID_YOU_MEAN,
    MOST_PROBLEMS,
    Problem,
    Sentence,
    ValidationError,
    capped,
    kind_of,
    name_text,
    path_text,
    refuse,
    show,
    two_spellings,
    within,
)
from .session import Session, current_session

__all__ = [
    "StructureHook",
    "add",
    "failing",
    "is_extension",
    "missing",
    "nearest_field",
    "other_than_dict",
    "sorting_out",
    "unknown_field",
    "unless_empty",
]

StructureHook = Callable[[Any, Any], Any]


def unknown_field(cls: type[SpecPart], name: str, *outer: str | int) -> Problem:
    """Return the problem that the mapping of a class has an unknown field."""
    return Problem(
        rule="unknown-field",
        message=Sentence("unknown field {found} in {expected}"),
        expected=_WORDS.get(cls.__name__, cls.__name__),
        found=name_text(name),
        hint=DID_YOU_MEAN,
        suggestion=nearest_field(cls, name),
        path=path_text(*outer, name),
        at_key=True,
    )


def is_extension(cls: type[SpecPart], name: str) -> bool:
    """Whether an unknown field holds anchors for other places, as in docker compose."""
    return cls is ExperimentSpec and name.startswith("x-")


def nearest_field(cls: type[SpecPart], name: str) -> str | None:
    """Return the field of a class that is most similar to an unknown one, by its name in files."""
    return nearest(name, [json_name(field.name) for field in attrs.fields(cls) if field.name != "extra"])


_V2_HINT = """write it as v2:
version: v2
tasks:
- name: NAME
  image:
    beaker: IMAGE  # was spec.image or spec.blueprint
  arguments: [WORD, WORD]  # was spec.args
  envVars:  # was spec.env
  - name: NAME
    value: TEXT
  datasets:  # was spec.datasetMounts
  - mountPath: PATH
    source:
      beaker: DATASET
  result:
    path: PATH  # was spec.resultPath
  resources:  # was spec.requirements
    gpuCount: NUMBER
  constraints:
    cluster: [CLUSTER]"""

#: What to write where a text stands for a mapping.
_IF_TEXT: dict[type[SpecPart], str] = {
    ImageSource: "write:\nimage:\n  beaker: NAME  # or docker: TAG",
    ResultSpec: "write:\nresult:\n  path: PATH",
}
#: What a message calls a mapping.
_WORDS = {
    "ExperimentSpec": "an experiment",
    "TaskSpec": "a task",
    "ImageSource": "an image",
    "EnvVar": "an environment variable",
    "DataSource": "a data source",
    "DataMount": "a data mount",
    "ResultSpec": "a result",
    "TaskResources": "the resources",
    "TaskContext": "the context",
    "RetrySpec": "retry",
}


def sorting_out(
    cls: type[SpecPart], fields: Mapping[str, attrs.Attribute[Any]]
) -> Callable[[dict[Any, Any]], tuple[dict[str, Any], FrozenDict[Any], dict[str, str], list[Problem] | None]]:
    """Return the function for a mapping with keys that are not the names of fields in files.

    It returns the mapping under those names, the unknown fields, the spellings that differ, and the problems.
    """
    by_python_name = {field.name: name for name, field in fields.items()}

    def sort_out(
        data: dict[Any, Any],
    ) -> tuple[dict[str, Any], FrozenDict[Any], dict[str, str], list[Problem] | None]:
        problems: list[Problem] = []
        known: dict[str, Any] = {}
        extra: dict[str, Any] = {}
        spelled: dict[str, str] = {}
        for key, value in data.items():
            name = key if key in fields else by_python_name.get(key)
            if name is not None:
                if name != key:
                    spelled[name] = key
                    if name in data:
                        problems.append(two_spellings(key, name))
                known[name] = value
                continue
            current = current_session() or Session()
            try:
                if not isinstance(key, str) or not key:
                    refuse("key-type", expected="a string as a field name", found=show(key), at_key=True)
                extra[text(key)] = _frozen(value, current.levels)
                if is_extension(cls, key):
                    continue
                current.unknown.append((cls, key))
                if current.strict:
                    problems.append(unknown_field(cls, key))
            except ValidationError as error:
                problems += within(error.problems, key if isinstance(key, str) else show(key))
        return known, FrozenDict(extra) if extra else EMPTY, spelled, problems or None

    return sort_out


def _frozen(value: Any, levels: int) -> Any:
    """Return the value of an unknown field, frozen. Problems have no path inside of it: that would show its keys."""
    try:
        return freeze(value, levels)
    except ValidationError as error:
        raise ValidationError([attrs.evolve(problem, path="") for problem in error.problems]) from None


def add(
    problems: list[Problem] | None, name: str, error: ValidationError, spelled: Mapping[str, str] | None
) -> list[Problem]:
    """Add the problems of a field, under its name in the data."""
    problems = [] if problems is None else problems
    problems += within(error.problems, name if spelled is None else spelled.get(name, name))
    return capped(problems) if len(problems) > 2 * MOST_PROBLEMS else problems


def missing(
    problems: list[Problem] | None, name: str, data: Mapping[str, Any], spelled: Mapping[str, str] | None
) -> list[Problem]:
    """Add the problem that a required field is missing."""
    problems = [] if problems is None else problems
    written = name if spelled is None else spelled.get(name, name)
    message = Sentence("{expected} is required, but it is null" if name in data else "{expected} is missing")
    problems.append(Problem(rule="missing-field", message=message, expected=written, path=path_text(written)))
    return problems


def failing(cls: type[SpecPart]) -> Callable[[Any, list[Problem]], None]:
    """Return the function that raises the problems of a mapping. For the v1 format it raises that one problem only."""

    def fail(draft: Any, problems: list[Problem]) -> None:
        if "spec" in draft.extra and any(problem.path == "image" for problem in problems):
            problems = [
                Problem(
                    rule="old-format",
                    message="a task with spec is of the v1 format, which Beaker no longer runs",
                    path="spec",
                    hint=_V2_HINT,
                    at_key=True,
                )
            ]
        is_whole = all(problem.rule == "unknown-field" for problem in problems)
        problems += broken_rules(cls, draft, is_whole=is_whole)
        raise ValidationError([each for each in problems if each.rule == "old-format"] or problems) from None

    return fail


def unless_empty(hook: StructureHook) -> StructureHook:
    """Return `hook`, but with None for a mapping in which nothing is set: some tools always write the key."""

    def checked(data: Any, cls: Any) -> Any:
        if data.__class__ is dict or isinstance(data, Mapping):
            for item in data.values():
                if item is not None:
                    break
            else:
                return None
        return hook(data, cls)

    return checked


def other_than_dict(cls: type[SpecPart], structure: StructureHook, keys: str) -> Callable[[Any], Any]:
    """Return the function for anything but a plain dict: an instance, an aliased or another mapping, or a mistake."""

    def other(data: Any) -> Any:
        if isinstance(data, cls):
            return data
        if isinstance(data, SharedMapping):
            return data.once(cls, lambda: structure(dict(data), cls))
        if isinstance(data, Mapping):
            return structure(dict(data), cls)
        hint = _IF_TEXT.get(cls) if isinstance(data, str) else None
        if callable(getattr(data, "to_json", None)):  # of another library, such as beaker-py
            hint = f"use {cls.__name__}.from_json(value.to_json())"
        return refuse("invalid-type", expected=f"a mapping ({keys}, …)", found=kind_of(data), hint=hint)

    return other
