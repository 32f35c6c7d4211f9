"""What hooks do about mistakes in data: unknown and missing fields, values of another kind.

The generated functions call these only where something is wrong or unusual.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

import attrs

from ..documents.anchors import SharedMapping
from ..fields.converters import text
from ..fields.names import json_name, nearest
from ..frozen import EMPTY, FrozenDict, freeze
from ..model import (
    DataMount,
    DataSource,
    EnvVar,
    ExperimentSpec,
    ImageSource,
    ResultSpec,
    RetrySpec,
    SpecPart,
    TaskContext,
    TaskResources,
    TaskSpec,
    broken_rules,
    class_at,
    part_names,
    parts_of,
)
from ..problems import (
    DID_YOU_MEAN,
    MOST_PROBLEMS,
    Problem,
    Sentence,
    ValidationError,
    capped,
    kind_of,
    name_text,
    path_parts,
    path_text,
    refuse,
    show,
    two_spellings,
    within,
)
from .session import Session, current_session, key_of

__all__ = [
    "StructureHook",
    "add",
    "failing",
    "is_extension",
    "meant_path",
    "missing",
    "misspelt_for_missing",
    "nearest_field",
    "other_than_dict",
    "sorting_out",
    "unknown_field",
    "unless_empty",
]

StructureHook = Callable[[Any, Any], Any]


def unknown_field(cls: type[SpecPart], name: str, *outer: str | int) -> Problem:
    """Return the problem that the mapping of a class has an unknown field."""
    near = nearest_field(cls, name)
    hint = DID_YOU_MEAN if near is not None else Sentence(_elsewhere(cls, name) or _all_fields(cls))
    return Problem(
        rule="unknown-field",
        message=Sentence("unknown field {found} in {expected}"),
        expected=_WORDS.get(cls.__name__, cls.__name__),
        found=name_text(name),
        hint=hint,
        suggestion=near,
        path=path_text(*outer, name),
        at_key=True,
    )


#: What other formats call a field, in lower case and without signs: the class that has it, and its name there.
_SYNONYMS: dict[str, tuple[type[SpecPart], str]] = {
    **dict.fromkeys(("gpu", "gpus", "numgpus", "ngpus", "accelerators"), (TaskResources, "gpuCount")),  # SkyPilot
    **dict.fromkeys(("cpu", "cpus", "numcpus", "ncpus"), (TaskResources, "cpuCount")),  # Docker, SkyPilot
    **dict.fromkeys(("mem", "ram", "memlimit", "memorylimit"), (TaskResources, "memory")),  # Slurm, Docker
    **dict.fromkeys(("shm", "shmsize"), (TaskResources, "sharedMemory")),  # Docker
    **dict.fromkeys(("env", "envs", "environment", "variables"), (TaskSpec, "envVars")),  # Kubernetes, SkyPilot, Docker
    **dict.fromkeys(("dockerimage", "container", "containerimage"), (TaskSpec, "image")),  # Kubernetes
    **dict.fromkeys(("entrypoint", "cmd", "run", "script"), (TaskSpec, "command")),  # Docker, SkyPilot, GitLab
    **dict.fromkeys(("args",), (TaskSpec, "arguments")),  # Kubernetes, the v1 format
    **dict.fromkeys(("volumes", "volumemounts", "mounts", "filemounts"), (TaskSpec, "datasets")),  # Docker, SkyPilot
    **dict.fromkeys(("nodes", "numnodes", "parallelism"), (TaskSpec, "replicas")),  # SkyPilot, Kubernetes
    **dict.fromkeys(("timelimit", "activedeadlineseconds"), (TaskSpec, "timeout")),  # Slurm, Kubernetes
    **dict.fromkeys(("nodeselector",), (TaskSpec, "constraints")),  # Kubernetes
    **dict.fromkeys(("retries", "maxretries", "backofflimit"), (RetrySpec, "allowedTaskRetries")),  # Kubernetes
    **dict.fromkeys(("job", "jobs"), (ExperimentSpec, "tasks")),  # GitHub Actions
}


def _synonym(name: str) -> tuple[type[SpecPart], str] | None:
    return _SYNONYMS.get(name.replace("_", "").replace("-", "").lower())


@cache
def _places() -> dict[type[SpecPart], list[tuple[type[SpecPart], str, bool]]]:
    """Where each class stands: the class around it, the field there, and whether that is a list."""
    places: dict[type[SpecPart], list[tuple[type[SpecPart], str, bool]]] = {ExperimentSpec: []}
    pending: list[type[SpecPart]] = [ExperimentSpec]
    for cls in pending:
        for field, (part, is_list) in parts_of(cls).items():
            if part is not None:
                places.setdefault(part, []).append((cls, json_name(field), is_list))
                if part not in pending:
                    pending.append(part)
    return places


def _owners(name: str) -> list[type[SpecPart]]:
    """The classes that have a field of this name, those where it is deprecated last."""
    owners = [cls for cls in _places() if name in part_names(cls)]
    return sorted(owners, key=lambda cls: cls is TaskContext and name == "cluster")


@attrs.frozen
class _Place:
    """Where a field belongs that stands in another mapping."""

    field: str
    #: The mapping around it: its class, and how many steps of the path are not on the way to it.
    around: type[SpecPart]
    up: int
    #: The key of the part in that mapping that the field belongs into, None for the mapping itself.
    into: str | None = None
    is_list: bool = False
    #: The key in that mapping on the way to where the field stands.
    beside: str | None = None
    #: Whether the mapping around it is on the way to where the field stands.
    is_reached: bool = True


def _place(cls: type[Any], name: str) -> _Place | None:
    """The nearest place where a field belongs that a class does not have."""
    synonym = _synonym(name)
    owners = _owners(name) if synonym is None else [synonym[0]]
    field = json_name(name) if synonym is None else synonym[1]
    inside = [(owner, *place) for owner in owners if owner is not cls for place in _places()[owner]]
    around, up, beside = cls, 0, None
    while True:
        if up and around in owners:
            return _Place(field, around, up, beside=beside)
        for _, outer, key, is_list in inside:
            if outer is around:
                return _Place(field, around, up, key, is_list, beside)
        if not _places()[around]:
            break
        around, beside, is_item = _places()[around][0]
        up += 2 if is_item else 1
    for _, outer, key, is_list in inside[:1]:
        return _Place(field, outer, up, key, is_list, is_reached=False)
    return None


def meant_path(cls: type[SpecPart], *path: str | int) -> tuple[str | int | None, ...] | None:
    """The path that is meant where the mapping of a class has an unknown field, as far as it is known.

    None in it stands for every index of a list.
    """
    *outer, name = path
    near = nearest_field(cls, str(name))
    if near is not None:
        return (*outer, near)
    place = _place(cls, str(name))
    if place is None:
        return None
    start = outer[: len(outer) - place.up] if place.is_reached else _path_to(place.around)
    inner = () if place.into is None else (place.into, None) if place.is_list else (place.into,)
    return (*start, *inner, place.field)


def misspelt_for_missing(problems: Sequence[Problem], cls: Any) -> list[Problem]:
    """Return the problems of data for a class, without missing fields that are there under a wrong name.

    The unknown field stays, as an error. If a mapping has one unknown field and lacks one, the first is taken for the
    second. Where `cls` is not a `SpecPart`, only fields with a similar name are found.
    """
    whole = cls if isinstance(cls, type) and issubclass(cls, SpecPart) else None
    by_parent: dict[tuple[str | int, ...], tuple[list[Problem], list[Problem]]] = {}
    for problem in problems:
        if problem.rule in ("missing-field", "unknown-field"):
            both = by_parent.setdefault(_parent(problem), ([], []))
            both[problem.rule == "unknown-field"].append(problem)
    missing = {problem.path for lacking, _ in by_parent.values() for problem in lacking}
    if not missing:
        return list(problems)
    misspelt: set[str] = set()
    errors: dict[Problem, Problem] = {}
    for parent, (lacking, unknown) in by_parent.items():
        for problem in unknown:
            meant = missing.intersection(path_text(*path) for path in _meant(problem, whole))
            changes: dict[str, Any] = {}
            is_only_one = whole is not None and len(unknown) == len(lacking) == 1 and problem.suggestion is None
            if is_only_one and lacking[0].path not in meant:
                meant = {lacking[0].path}
                # The name of a variable stands in the place of `name`.
                is_variable = problem.found is not None and class_at(parent, whole) is EnvVar
                changes["hint"] = Sentence("write:\n- name: {found}\n  value: …") if is_variable else DID_YOU_MEAN
                changes["suggestion"] = str(path_parts(lacking[0].path)[-1])
            if meant:
                misspelt |= meant
                errors[problem] = attrs.evolve(problem, severity="error", **changes)
    return [
        errors.get(problem, problem)
        for problem in problems
        if problem.rule != "missing-field" or problem.path not in misspelt
    ]


def _parent(problem: Problem) -> tuple[str | int, ...]:
    """The path of the mapping that has or lacks a field."""
    parts = path_parts(problem.path)
    # The path of a field whose name must not be shown ends with "…", which is not one of the parts.
    return parts if problem.path.endswith("…") else parts[:-1]


def _meant(problem: Problem, whole: type[SpecPart] | None) -> Iterator[tuple[str | int, ...]]:
    """The path that an unknown field is meant for, and that of the part around it, which it would bring with it."""
    parent = _parent(problem)
    if problem.suggestion is not None:
        yield (*parent, problem.suggestion)
        return
    name = path_parts(problem.path)[len(parent) :]
    around = class_at(parent, whole)
    meant = None if around is None or not name else meant_path(around, *parent, *name)
    for each in () if meant is None else (meant, meant[:-1]):
        if None not in each:
            yield tuple(part for part in each if part is not None)


def _path_to(cls: type[SpecPart]) -> tuple[str | int | None, ...]:
    path: tuple[str | int | None, ...] = ()
    while _places()[cls]:
        cls, key, is_list = _places()[cls][0]
        path = (key, *([None] if is_list else []), *path)
    return path


def _elsewhere(cls: type[SpecPart], name: str) -> str | None:
    """What to do about a field that another class has."""
    place = _place(cls, name)
    if place is None:
        return None
    outer = _WORDS[place.around.__name__]
    if place.is_reached:
        outer = re.sub("^an? ", "the ", outer)
    if place.into is None:
        what = f"{place.field} belongs to {outer}"
        if place.field != name:
            what = f"its name is {place.field}, and it belongs to {outer}"
        how = "without indentation" if place.around is ExperimentSpec else f"beside {place.beside}"
        return f"{what}: write it {how}"
    what = (
        f"{place.field} belongs in {place.into}"
        if place.field == name
        else f"its name is {place.field}, in {place.into}"
    )
    where = f" of {outer}" if place.up or not place.is_reached else ""
    return f"{what}{where}: move it there:\n{place.into}:\n{'- ' if place.is_list else '  '}{place.field}: …"


def _all_fields(cls: type[SpecPart]) -> str:
    names = [json_name(field.name) for field in attrs.fields(cls) if field.name != "extra"]
    return f"the fields are {', '.join(names)}"


def is_extension(cls: type[SpecPart], name: str) -> bool:
    """Whether an unknown field holds anchors for other places, as in docker compose."""
    return cls is ExperimentSpec and name.startswith("x-")


def nearest_field(cls: type[SpecPart], name: str) -> str | None:
    """Return the field of a class that an unknown one resembles or that has its meaning, by the file's name."""
    synonym = _synonym(name)
    if synonym is not None:
        return synonym[1] if synonym[0] is cls else None
    if name in _all_names():  # it is right in another place
        return None
    return nearest(name, [json_name(field.name) for field in attrs.fields(cls) if field.name != "extra"])


@cache
def _all_names() -> frozenset[str]:
    return frozenset(name for cls in _places() for name in part_names(cls))


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

#: What to write where another value stands for a mapping.
_SKELETONS: dict[type[SpecPart], str] = {
    ImageSource: "write:\nimage:\n  beaker: NAME  # or docker: TAG",
    ResultSpec: "write:\nresult:\n  path: PATH",
    EnvVar: "write:\n- name: NAME\n  value: TEXT",
    DataMount: "write:\n- mountPath: PATH\n  source:\n    beaker: DATASET",
    DataSource: "write:\nsource:\n  beaker: DATASET",
    RetrySpec: "write:\nretry:\n  allowedTaskRetries: NUMBER",
    TaskResources: "write:\nresources:\n  gpuCount: NUMBER",
    TaskContext: "write:\ncontext:\n  priority: normal",
    TaskSpec: "write:\n- name: NAME\n  image:\n    beaker: NAME  # or docker: TAG",
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
    hint = _SKELETONS[ImageSource] if name == "image" else None
    problems.append(
        Problem(rule="missing-field", message=message, expected=written, path=path_text(written), hint=hint)
    )
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
        current = current_session()
        if (current is None or not current.strict) and any(each.rule == "missing-field" for each in problems):
            # One of these may be meant for what is missing.
            unknown = (unknown_field(cls, name) for name in draft.extra if not is_extension(cls, name))
            problems += (attrs.evolve(each, severity="warning") for each in islice(unknown, MOST_PROBLEMS))
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
            return data.once(key_of(cls), lambda: structure(dict(data), cls))
        if isinstance(data, Mapping):
            return structure(dict(data), cls)
        hint = _SKELETONS.get(cls)
        if callable(getattr(data, "to_json", None)):  # of another library, such as beaker-py
            hint = f"use {cls.__name__}.from_json(value.to_json())"
        return refuse("invalid-type", expected=f"a mapping ({keys}, …)", found=kind_of(data), hint=hint)

    return other
