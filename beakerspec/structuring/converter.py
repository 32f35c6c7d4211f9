"""The cattrs converter: every hook is registered here."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from enum import Enum
from functools import cache, partial
from typing import Any, TypeVar

import attrs
import cattrs
from cattrs.errors import BaseValidationError

from ..documents.anchors import SharedList, SharedMapping
from ..fields.converters import command_item, member
from ..fields.names import json_name, spelling_in
from ..fields.quantities import parse_duration
from ..frozen import MAX_LEVELS
from ..model import CommandItem, Constraints, Duration, MountMode, Priority, SpecPart, SpecVersion, parts_of
from ..problems import Problem, UnknownFieldWarning, ValidationError, capped, within, written_out
from .constraints import structure_constraints, unstructure_constraints
from .generated import structure_hook, unstructure_hook
from .mistakes import StructureHook, is_extension, meant_path, misspelt_for_missing, unknown_field
from .session import Session

__all__ = [
    "get_converter",
    "misspelt_fields",
    "structure",
    "structure_hook_for",
    "unknown_fields",
    "unstructure",
    "unstructure_for_json",
    "unstructure_for_yaml",
    "warn",
]

T = TypeVar("T")


def _member(data: Any, enum: type[Enum]) -> Enum:
    return member(enum, data)


#: The hooks that plain data becomes values by, beside those that are generated for each class of the model.
_STRUCTURE_HOOKS: tuple[tuple[Any, StructureHook], ...] = (
    (Constraints, structure_constraints),  # its two fields, and every other constraint as it is
    (CommandItem, lambda data, _: command_item(data)),  # exactly `str | int | float`
    (Duration, lambda data, _: parse_duration(data)),  # exactly `int | float | str | timedelta`, to nanoseconds
    (MountMode, _member),
    (Priority, _member),
    (SpecVersion, _member),
)


class SpecConverter(cattrs.Converter):
    """A cattrs converter with hooks for beakerspec's classes. All other classes are left to cattrs."""

    def __init__(
        self, *arguments: Any, strict: bool = False, for_yaml: bool = False, for_json: bool = False, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.strict = strict
        for kind, hook in _STRUCTURE_HOOKS:
            self.register_structure_hook(kind, hook)
        self.register_unstructure_hook(Constraints, partial(unstructure_constraints, for_yaml=for_yaml))

        # With the converter as their parameter, they serve the copies of this one as well.
        def structure_factory(cls: type[SpecPart], converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
            return structure_hook(cls, converter)

        def unstructure_factory(cls: type[SpecPart], converter: cattrs.Converter) -> Callable[[Any], Any]:
            return unstructure_hook(cls, converter, for_yaml=for_yaml, for_json=for_json)

        self.register_structure_hook_factory(_is_generated, structure_factory)
        self.register_unstructure_hook_factory(_is_generated, unstructure_factory)

    def copy(self, *arguments: Any, **options: Any) -> SpecConverter:
        """Return a copy that can be given other hooks. The arguments are those of `cattrs.Converter.copy`."""
        copy = super().copy(*arguments, **options)
        assert isinstance(copy, SpecConverter)
        copy.strict = self.strict
        return copy

    def structure(self, obj: Any, cl: type[T]) -> T:
        """Make a `cl` from plain data.

        Raises `ValidationError` for a spec, also inside other classes. If these have problems of their own, cattrs'
        exception group holds both. Unknown fields warn at the caller's line.
        """
        with Session(strict=self.strict) as current:
            try:
                value = super().structure(obj, cl)
            except ValidationError as error:
                raise ValidationError(misspelt_for_missing(error.problems, cl)) from None
            except BaseValidationError as group:
                problems = list(_problems_in(group))
                if None in problems:
                    raise
                known = [problem for problem in problems if problem is not None]
                raise ValidationError(misspelt_for_missing(known, cl)) from None
        warn_unknown(value, current)
        return value


def get_converter(*, strict: bool = False) -> cattrs.Converter:
    """Return a new cattrs converter that structures and unstructures specs, also inside your own classes.

    The caller may register further hooks on it: no other converter changes. With `strict`, unknown fields are errors
    instead of warnings.

    >>> import attrs
    >>> @attrs.frozen
    ... class Launch:
    ...     owner: str
    ...     spec: ExperimentSpec
    >>> converter = get_converter()
    >>> launch = converter.structure({"owner": "me", "spec": {"budget": "b", "tasks": []}}, Launch)
    >>> launch.spec.budget, converter.unstructure(launch)["spec"]
    ('b', {'version': 'v2', 'budget': 'b', 'tasks': []})
    """
    return SpecConverter(strict=strict)


def structure(data: Any, cls: type[T], *, strict: bool = False) -> T:
    """Make a `cls` from plain data, or raise `ValidationError` with every problem. Unknown fields warn."""
    value: T | None = None
    with Session(strict=strict, shares=True) as current, suppress(ValidationError):
        value = structure_hook_for(cls)(data, cls)
    if value is None:
        raise ValidationError(misspelt_for_missing(problems_in(data, cls, strict=strict), cls))
    warn_unknown(value, current)
    return value


def problems_in(data: Any, cls: type[Any], *, strict: bool, levels: int = MAX_LEVELS) -> tuple[Problem, ...]:
    """Return every problem of plain data, including unknown fields: as warnings unless `strict`.

    A missing field is most often a misspelt one: see `misspelt_for_missing`.
    """
    with Session(strict=True, levels=levels):
        try:
            structure_hook_for(cls)(data, cls)
        except ValidationError as error:
            return tuple(
                attrs.evolve(problem, severity="warning") if problem.rule == "unknown-field" and not strict else problem
                for problem in capped(written_out(error.problems))
            )
    return ()


def structure_hook_for(cls: type[Any]) -> Callable[[Any, Any], Any]:
    """Return the hook of the library's own converter for `cls`."""
    return _converter().get_structure_hook(cls)


def unstructure(value: SpecPart) -> dict[str, Any]:
    """Return the plain data of a spec or a part of it."""
    hook = _converter().get_unstructure_hook(value.__class__)
    return hook(value)  # type: ignore[no-any-return]


def unstructure_for_json(value: SpecPart) -> dict[str, Any]:
    """The plain data of a spec as it is written to a JSON file: durations as texts."""
    hook = _json_converter().get_unstructure_hook(value.__class__)
    return hook(value)  # type: ignore[no-any-return]


def unstructure_for_yaml(value: SpecPart) -> dict[str, Any]:
    """Return the plain data of a spec as YAML needs it: durations as text, unquoted scalars marked."""
    hook = _yaml_converter().get_unstructure_hook(value.__class__)
    return hook(value)  # type: ignore[no-any-return]


def warn_unknown(value: object, current: Session) -> None:
    """Issue the warnings about unknown fields when structuring is done.

    Inside a hook, a warning that `-W error` turns into an exception would be reported as bad data. There the outer
    call issues them.
    """
    if not current.unknown:
        return
    if current.outer is not None:
        current.outer.unknown += current.unknown
        return
    if isinstance(value, SpecPart):
        problems = list(unknown_fields(value))
    else:  # a class of the caller's with specs inside
        problems = [unknown_field(*seen) for seen in current.unknown]
    for problem in problems:
        warn(problem)


def warn(problem: Problem) -> None:
    """Issue a problem as a warning at the line that called beakerspec."""
    place = f"{problem.file or '<text>'}:{problem.line}:{problem.column}" if problem.line else problem.path
    text = f"{place}: {problem.message}" if place else problem.message
    if problem.hint is not None:
        text += f" ({problem.hint})"
    level, frame = 1, inspect.currentframe()
    # Code that attrs and cattrs generate has no module name.
    while frame is not None and _is_internal(frame.f_globals.get("__name__", "")):
        level, frame = level + 1, frame.f_back
    warnings.warn(text, UnknownFieldWarning, stacklevel=level)


def _is_internal(module: str) -> bool:
    return module.partition(".")[0] in ("", "attr", "builtins", "cattrs", __name__.partition(".")[0])


def unknown_fields(value: SpecPart, data: Mapping[str, Any] | None = None) -> Iterator[Problem]:
    """Yield a problem for each unknown field of a spec, at its path.

    For a value that the `data` of the spec uses several times, only the first use is reported.
    """
    for cls, path, name in _unknown(value, data):
        yield unknown_field(cls, name, *path)


def misspelt_fields(value: SpecPart, data: Mapping[str, Any] | None = None) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of each known field that is meant by an unknown one, at each use of a value that is used again."""
    # A value may have as many unknown fields as uses, so that what is meant is found once for all of these.
    known: dict[int, list[str]] = {}
    for part, path in _with_unknown_fields(value, data, each_use=True):
        cls = part.__class__
        if id(part) not in known:
            by_meaning = {meant_path(cls, *path, name): name for name in part.extra if not is_extension(cls, name)}
            known[id(part)] = [name for meant, name in by_meaning.items() if meant is not None]
        for name in known[id(part)]:
            yield from _with_indices(meant_path(cls, *path, name) or (), data)


def _with_indices(path: tuple[str | int | None, ...], data: Any) -> Iterator[tuple[str | int, ...]]:
    """Yield the paths in data with each index of a list in the place of None."""
    found: list[tuple[tuple[str | int, ...], Any]] = [((), data)]
    for part in path:
        if part is None:
            items = ((start, each) for start, each in found if isinstance(each, list))
            found = [((*start, index), item) for start, each in items for index, item in enumerate(each)]
        else:
            found = [((*start, part), _inside(each, part)) for start, each in found]
    for start, _ in found:
        yield start


def _inside(data: Any, part: str | int) -> Any:
    if isinstance(data, list):
        return data[part] if isinstance(part, int) and part < len(data) else None
    return data.get(spelling_in(data, str(part))) if isinstance(data, dict) else None


def _unknown(
    value: SpecPart, data: Mapping[str, Any] | None
) -> Iterator[tuple[type[SpecPart], tuple[str | int, ...], str]]:
    """Yield the class, path and name of each unknown field."""
    for part, path in _with_unknown_fields(value, data):
        for name in part.extra:
            if not is_extension(part.__class__, name):
                yield part.__class__, path, name


def _with_unknown_fields(
    value: SpecPart, data: Mapping[str, Any] | None, *, each_use: bool = False
) -> Iterator[tuple[Any, tuple[str | int, ...]]]:
    """Yield each part that has an unknown field with its path, that of its first use or, if asked for, of each."""
    seen: set[tuple[int, type[Any]]] = set()

    def walk(part: Any, path: tuple[str | int, ...], given: Any) -> Iterator[Any]:
        if isinstance(given, SharedMapping) and not each_use:
            if (id(given), part.__class__) in seen:
                return
            seen.add((id(given), part.__class__))
        for field, name, is_list in _nested_parts(part.__class__):
            inner = getattr(part, field)
            below = given.get(name, given.get(field)) if isinstance(given, dict) else None
            if not is_list:
                if inner is not None:
                    yield from walk(inner, (*path, name), below)
            elif inner:
                items = below if isinstance(below, list) else [None] * len(inner)
                if isinstance(below, SharedList) and not each_use:
                    if (id(below), part.__class__) in seen:
                        continue
                    seen.add((id(below), part.__class__))
                for index, item in enumerate(inner):
                    # Most are environment variables, which have neither.
                    if item.extra or _nested_parts(item.__class__):
                        yield from walk(item, (*path, name, index), items[index])
        if part.extra:
            yield part, path

    return walk(value, (), data)


@cache
def _nested_parts(cls: type[Any]) -> tuple[tuple[str, str, bool], ...]:
    """The fields of a class that hold other parts with an `extra`, their names in files, and which are lists."""
    return tuple(
        (field, json_name(field), is_list)
        for field, (of, is_list) in parts_of(cls).items()
        if of is not None and of is not Constraints
    )


def _is_generated(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, SpecPart) and attrs.has(cls)


def _problems_in(group: BaseValidationError, *outer: str | int) -> Iterator[Problem | None]:
    """The problems of an exception group of cattrs, None for an exception that is not ours."""
    for error in group.exceptions:
        path = list(outer)
        for note in getattr(error, "__notes__", ()):
            where = getattr(note, "name", getattr(note, "index", None))
            if where is not None:
                path.append(where)
        if isinstance(error, ValidationError):
            yield from within(error.problems, *path)
        elif isinstance(error, BaseValidationError):
            yield from _problems_in(error, *path)
        else:
            yield None


@cache
def _converter() -> SpecConverter:
    return SpecConverter()


@cache
def _yaml_converter() -> SpecConverter:
    return SpecConverter(for_yaml=True)


@cache
def _json_converter() -> SpecConverter:
    return SpecConverter(for_json=True)
