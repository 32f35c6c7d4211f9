"""The experiment spec as frozen attrs classes, and the methods that return changed copies.

Fields follow the order of the format's documentation. Each is also an item, under its name in Python or in files.
Constructors take keywords only and raise `ValidationError` with every problem of the object.

These functions call parts of the package that are above the model, and import them when they are called, so that
`import beakerspec` loads neither cattrs nor yaml:

- `structuring`: `from_json`, `to_json`, `_nested`
- `files`: `from_file`, `from_yaml`, `to_yaml`, `to_file`
- `checking`: `check`, `validate`
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from enum import Enum
from functools import cache, wraps
from keyword import iskeyword
from types import SimpleNamespace, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Literal,
    NoReturn,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import attrs

from .dumping import dump_as
from .fields import converters
from .fields.names import json_name, nearest, python_name, spelling_in
from .fields.validators import no_known_field, one_source, unique_task_names
from .frozen import EMPTY, MAX_LEVELS, FrozenDict, FrozenList, freeze
from .limits import MAX_DEPTH, MAX_SIZE, MAX_VALUES, Limits
from .problems import ExperimentSpecError, Problem, ValidationError, refuse, show, two_spellings, within

if TYPE_CHECKING:
    from typing import TypeAlias

    from typing_extensions import Self

__all__ = [
    "Constraints",
    "DataMount",
    "DataSource",
    "EnvVar",
    "ExperimentSpec",
    "FrozenConstraintsError",
    "ImageSource",
    "MountMode",
    "Priority",
    "ResultSpec",
    "RetrySpec",
    "SpecPart",
    "SpecVersion",
    "TaskContext",
    "TaskResources",
    "TaskSpec",
]

C = TypeVar("C", bound=type)

#: A text, an integer or a float: the items of `TaskSpec.command` and `TaskSpec.arguments`.
CommandItem: TypeAlias = str | int | float
#: A duration as given: nanoseconds, a text such as ``90m``, or a timedelta.
Duration: TypeAlias = int | float | str | timedelta
#: What a constraint takes: nearly always a list of texts.
ConstraintValue: TypeAlias = "Sequence[Any] | Mapping[str, Any] | str | int | float | bool | None"


class _TextEnum(str, Enum):
    """An enum of texts: its members are their values, and print as them."""

    def __str__(self) -> str:
        return str.__str__(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self._name_}"

    def __format__(self, spec: str) -> str:
        return str.__format__(self, spec)


dump_as(_TextEnum, str)


class SpecVersion(_TextEnum):
    """The version of the spec format."""

    v2 = "v2"
    """The current version. Write this one in new specs."""
    v2_alpha = "v2-alpha"
    """An old version: Beaker has required `v2` since 2022-04-20."""


class Priority(_TextEnum):
    """How urgent a task is."""

    low = "low"
    """The lowest priority."""
    normal = "normal"
    """Above `low` and below `high`. The default in Beaker's documentation of 2022."""
    high = "high"
    """Above `normal` and below `urgent`."""
    urgent = "urgent"
    """Above `high` and below `immediate`."""
    immediate = "immediate"
    """The highest priority. Since beaker-py 1.36.3."""
    preemptible = "preemptible"
    """Deprecated: beaker-py 2 does not know it. In beaker-py 1 it marks a task that may be interrupted."""


class MountMode(_TextEnum):
    """How a data source is mounted."""

    readonly = "readonly"
    """The task can read the data. The only mode of Beaker datasets and secrets."""
    readwrite = "readwrite"
    """The task can read and write the data. The only mode of host paths and Weka buckets."""


class SpecPart:
    """The base of all classes of the model."""

    __slots__ = ()
    if TYPE_CHECKING:
        __attrs_attrs__: ClassVar[tuple[attrs.Attribute[Any], ...]]

    def __getitem__(self, name: str) -> Any:
        """Return a field by its name in Python or in files, or an unknown field. Raises `KeyError`."""
        attribute = part_names(type(self)).get(name)
        if attribute is None and name != "extra":
            return self.extra[name]  # type: ignore[attr-defined]
        return getattr(self, attribute or name)

    __iter__ = None  # a `__getitem__` alone would make it look like a sequence

    def _spelling(self, name: str) -> str:
        """The name in files of a field, for paths. Raises `EditError` if there is no such field."""
        names = part_names(type(self))
        if name in names:
            return json_name(names[name])
        if name in self.extra:  # type: ignore[attr-defined]
            return name
        from .fields.paths import EditError

        known = dict.fromkeys(map(json_name, names.values()))
        near = nearest(name, known)
        raise EditError(
            f"{type(self).__name__} has no field {name}: "
            + (f"did you mean {near}?" if near else f"its fields are {', '.join(known)}")
        )

    def _with_item(self, name: str, value: Any) -> Self:
        """A copy with another value of a field, under its name in files. With None it has the field's default."""
        field = attrs.fields_dict(type(self)).get(part_names(type(self)).get(name, ""))
        if field is None:
            extra = {**self.extra, name: value}  # type: ignore[attr-defined]
            if value is None:
                del extra[name]
            return cast("Self", attrs.evolve(cast("Any", self), extra=extra))
        if value is None and field.default is not attrs.NOTHING:
            value = field.default
        return cast("Self", attrs.evolve(cast("Any", self), **{field.name: value}))

    if not TYPE_CHECKING:  # a type checker says that there is none

        def __setitem__(self, name: object, value: object) -> NoReturn:
            raise TypeError(how_to_change(self, name))

        def __delitem__(self, name: object) -> NoReturn:
            raise TypeError(how_to_change(self, name))

    def __repr__(self) -> str:
        """Return an expression for an equal value, with the fields that differ from their defaults."""
        given = [
            f"{attribute.name}={getattr(self, attribute.name)!r}"
            for attribute in attrs.fields(type(self))
            if not _is_default(attribute, getattr(self, attribute.name))
        ]
        return f"{type(self).__name__}({', '.join(given)})"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in attrs.fields(type(self))}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # The pickle may be of an earlier version, which did not know all fields.
        for field in attrs.fields(type(self)):
            object.__setattr__(self, field.name, state.get(field.name, field.default))

    @classmethod
    def from_json(cls, json_data: Mapping[str, Any], *, strict: bool = False) -> Self:
        """Make a value from plain data, as `json.load` returns it.

        Names may be lowerCamelCase or snake_case. Unknown fields are kept in `extra`, with an
        `UnknownFieldWarning`; with `strict` they are errors. Raises `ValidationError` with every problem.
        """
        from .structuring.converter import structure

        return structure(json_data, cls, strict=strict)

    def to_json(self) -> dict[str, Any]:
        """Return plain data for `json.dump`: names as in files, no None, durations as integer nanoseconds."""
        from .structuring.converter import unstructure

        return unstructure(self)


class FrozenSpecError(attrs.exceptions.FrozenInstanceError):
    """A spec or a part of it cannot be changed in place."""

    def __init__(self, message: str) -> None:
        super().__init__()
        self.msg = message

    def __str__(self) -> str:
        return self.msg


def how_to_change(value: SpecPart, name: object) -> str:
    """Return the message about an attempt to set or delete a field: it names the call that returns a changed copy."""
    cls = type(value)
    known = part_names(cls)
    attribute = known.get(name) if isinstance(name, str) else None
    if attribute is None:
        near = nearest(name, known.values()) if isinstance(name, str) else None
        hint = "" if near is None else f"; did you mean {near!r}?"
        return f"{cls.__name__} is frozen and has no field {name!r}{hint}"
    variable = python_name(cls.__name__).removesuffix("_spec").removeprefix("task_")
    call = f"attrs.evolve({variable}, {attribute}=...)"
    for verb in dir(cls):
        if verb.startswith("with_") and verb[5:] in (attribute, attribute.removesuffix("s")):
            call = f"{variable}.{verb}(...)"
    return f"{cls.__name__} is frozen: to change {attribute}, use {call}, which returns a changed copy"


def object_rules(cls: type[SpecPart]) -> Iterator[tuple[attrs.Attribute[Any], Callable[[Any, Any, Any], None]]]:
    """Yield the validators that data from a file can break, each with its field."""
    for field in attrs.fields(cls):
        rule = field.metadata.get("object_rule", field.validator)
        if rule is not None and rule is not no_known_field:
            yield field, rule


def broken_rules(cls: type[SpecPart], draft: Any, *, is_whole: bool = False) -> Iterator[Problem]:
    """Yield the problems that the validators find in an object whose wrong fields hold what was given.

    The validator of `extra` is about all fields together. It runs only if the object `is_whole`.
    """
    for field, rule in object_rules(cls):
        if is_whole or field.name != "extra":
            try:
                rule(draft, field, getattr(draft, field.name))
            except ValidationError as failure:
                yield from failure.problems


def _is_default(attribute: attrs.Attribute[Any], value: object) -> bool:
    return value.__class__ is attribute.default.__class__ and value == attribute.default


def _explains_changes(cls: C) -> C:
    """Make the errors of a frozen attrs class say how to get a changed copy."""

    def refuse(self: Any, name: str, value: object = None) -> NoReturn:
        raise FrozenConstraintsError if cls is Constraints else FrozenSpecError(how_to_change(self, name))

    cls.__setattr__ = cls.__delattr__ = refuse  # type: ignore[assignment, method-assign]
    return cls


def _reports_all(cls: C) -> C:
    """Make the constructor of an attrs class report the problems of all keywords: attrs stops at the first.

    Only a failed call pays for this: each keyword is then checked again, by itself.
    """
    init = cls.__init__  # type: ignore[misc]

    @wraps(init)
    def constructor(self: Any, /, **keywords: Any) -> None:
        try:
            init(self, **keywords)
        except ValidationError as error:
            raise ValidationError(_all_problems(cls, keywords) or error.problems) from None
        except TypeError:
            for name in keywords.keys() - attrs.fields_dict(cls).keys():
                near = nearest(name, part_names(cls).values())
                if near is not None:
                    raise TypeError(
                        f"{cls.__name__}() got an unexpected keyword argument {name!r}; did you mean {near!r}?"
                    ) from None
            raise

    cls.__init__ = constructor  # type: ignore[misc]
    return _explains_changes(cls)


def _all_problems(cls: type[Any], keywords: dict[str, Any]) -> list[Problem]:
    """Return the problems of each keyword of a constructor, and of the valid ones together."""
    problems: list[Problem] = []
    values = dict(keywords)
    for field in attrs.fields(cls):
        value = values.setdefault(field.name, field.default)
        try:
            values[field.name] = field.converter(value)
        except ValidationError as failure:
            problems += within(failure.problems, field.name)
    if not problems:
        return []
    problems += broken_rules(cls, SimpleNamespace(**values))
    return [
        problem if problem.in_python is None else attrs.evolve(problem, hint=problem.in_python) for problem in problems
    ]


def _nested(cls: type[Any], value: Any) -> Any:
    if value.__class__ is cls or isinstance(value, cls):
        return value
    from .structuring.converter import structure

    return structure(value, cls)


@_reports_all
@attrs.frozen(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False)
class ImageSource(SpecPart):
    """Where a task's image comes from: exactly one of these fields (rule `image-source`)."""

    beaker: str | None = attrs.field(default=None, converter=converters.optional_text)
    """The name or ID of a Beaker image, such as `team/trainer`."""
    docker: str | None = attrs.field(default=None, converter=converters.optional_text)
    """The tag of a Docker image in a registry that the cluster can reach, such as `alpine:3.20`."""
    extra: FrozenDict[Any] = attrs.field(default=EMPTY, converter=converters.extra_fields, validator=no_known_field)
    """Unknown fields, under their names in the file. They are kept and written back."""


@_reports_all
@attrs.frozen(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False)
class EnvVar(SpecPart):
    """An environment variable of a task's container. Without `value` and `secret` it is empty.

    Its `repr` shows the value. No error, warning or report of beakerspec does.
    """

    name: str = attrs.field(converter=converters.text)
    """The name, unique in the task, such as `LOG_LEVEL`.

    It consists of letters, digits and underscores, and does not start with a digit.
    """
    value: str | None = attrs.field(default=None, converter=converters.optional_confidential_text)
    """The value, a text. In a file, `true` and `0123` need no quotes."""
    secret: str | None = attrs.field(default=None, converter=converters.optional_confidential_text)
    """The name of a secret of the workspace that holds the value, such as `HF_TOKEN`."""
    extra: FrozenDict[Any] = attrs.field(default=EMPTY, converter=converters.extra_fields, validator=no_known_field)
    """Unknown fields, under their names in the file. They are kept and written back."""


@_reports_all
@attrs.frozen(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False)
class DataSource(SpecPart):
    """Where mounted data comes from: exactly one of these fields (rule `data-source`). An unknown field counts too."""

    beaker: str | None = attrs.field(default=None, converter=converters.optional_text)
    """The name or ID of a Beaker dataset, such as `team/corpus`."""
    host_path: str | None = attrs.field(default=None, converter=converters.optional_text)
    """A path on the host that runs the task, such as `/net/storage/corpus`."""
    weka: str | None = attrs.field(default=None, converter=converters.optional_text)
    """The name of a Weka bucket. Since beaker-py 1.30."""
    result: str | None = attrs.field(default=None, converter=converters.optional_text)
    """The name of another task of this experiment, such as `train`.

    Its result is mounted, and this task waits until it has succeeded.
    """
    secret: str | None = attrs.field(default=None, converter=converters.optional_text)
    """The name of a secret of the workspace, which is mounted as a text file."""
    volume: str | None = attrs.field(default=None, converter=converters.optional_text)
    """The name of a volume. Since beaker-py 2.8."""
    extra: FrozenDict[Any] = attrs.field(
        default=EMPTY,
        converter=converters.extra_fields,
        validator=[no_known_field, one_source],
        metadata={"object_rule": one_source},
    )
    """Unknown fields, under their names in the file. They are kept and written back."""


def _data_source(value: DataSource | Mapping[str, Any]) -> DataSource:
    return _nested(DataSource, value)  # type: ignore[no-any-return]


def _require_fewer(
    kept: Sequence[object], all_of_them: Sequence[object] | None, what: str, name: str, known: Sequence[str | None]
) -> None:
    """Raise `EditError` where nothing has the name of what is to go."""
    if len(kept) < len(all_of_them or ()):
        return
    from .fields.paths import EditError

    names = [each for each in known if each]
    near = nearest(name, names)
    hint = f"did you mean {near}?" if near else f"there are {', '.join(names)}" if names else "there is none"
    raise EditError(f"no {what} {name}: {hint}")


def _mount_mode(value: MountMode | Literal["readonly", "readwrite"] | None) -> MountMode | None:
    return None if value is None else converters.member(MountMode, value)


@_reports_all
@attrs.frozen(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False)
class DataMount(SpecPart):
    """Data that is mounted into a task's container."""

    mount_path: str = attrs.field(converter=converters.text)
    """Where the data appears in the container: an absolute path such as `/data`. Mounts must not overlap."""
    sub_path: str | None = attrs.field(default=None, converter=converters.optional_text)
    """A file or directory inside the source, such as `images/train`. Only this part is mounted."""
    mode: MountMode | None = attrs.field(default=None, converter=_mount_mode)
    """Whether the task may write to the data. Since beaker-py 2.8."""
    source: DataSource = attrs.field(converter=_data_source)
    """Where the data comes from."""
    extra: FrozenDict[Any] = attrs.field(default=EMPTY, converter=converters.extra_fields, validator=no_known_field)
    """Unknown fields, under their names in the file. They are kept and written back."""

    @classmethod
    def new(
        cls,
        mount_path: str,
        sub_path: str | None = None,
        beaker: str | None = None,
        host_path: str | None = None,
        weka: str | None = None,
        result: str | None = None,
        secret: str | None = None,
        *,
        volume: str | None = None,
        mode: MountMode | Literal["readonly", "readwrite"] | None = None,
    ) -> Self:
        """Make a mount and its source in one call. Give exactly one source.

        >>> DataMount.new("/data", beaker="ai2/dataset").source
        DataSource(beaker='ai2/dataset')
        """
        source = DataSource(beaker=beaker, host_path=host_path, weka=weka, result=result, secret=secret, volume=volume)
        return cls(mount_path=mount_path, sub_path=sub_path, mode=mode, source=source)


@_reports_all
@attrs.frozen(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False)
class ResultSpec(SpecPart):
    """The directory that is kept as a task's result."""

    path: str = attrs.field(converter=converters.text)
    """The directory in the container that is kept as the task's result: an absolute path such as `/output`."""
    extra: FrozenDict[Any] = attrs.field(default=EMPTY, converter=converters.extra_fields, validator=no_known_field)
    """Unknown fields, under their names in the file. They are kept and written back."""


@_reports_all
@attrs.frozen(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False)
class TaskResources(SpecPart):
    """The minimum hardware that a task needs."""

    cpu_count: float | None = attrs.field(default=None, converter=converters.optional_number)
    """The minimum number of logical CPU cores, above 0. Fractions such as `0.5` are allowed."""
    gpu_count: int | None = attrs.field(default=None, converter=converters.optional_integer)
    """The minimum number of GPUs, 0 or more."""
    memory: str | None = attrs.field(default=None, converter=converters.optional_text)
    """The minimum system memory: a number with a unit, such as `16GiB`.

    KiB, MiB and GiB are powers of 1024; KB, MB and GB are powers of 1000, and so are K, M and G.
    """
    shared_memory: str | None = attrs.field(default=None, converter=converters.optional_text)
    """The size of `/dev/shm`: a number with a unit, such as `10GiB`."""
    extra: FrozenDict[Any] = attrs.field(default=EMPTY, converter=converters.extra_fields, validator=no_known_field)
    """Unknown fields, under their names in the file. They are kept and written back."""


def _priority(value: Priority | str | None) -> Priority | None:
    return None if value is None else converters.member(Priority, value)


@_reports_all
@attrs.frozen(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False)
class TaskContext(SpecPart):
    """How a task is scheduled."""

    cluster: str | None = attrs.field(default=None, converter=converters.optional_text_of_one)
    """Deprecated: use `constraints.cluster`. The name or ID of the cluster that the task runs on."""
    priority: Priority | None = attrs.field(default=None, converter=_priority)
    """How urgent the task is. In the queue, tasks of higher priority come first."""
    preemptible: bool | None = attrs.field(default=None, converter=converters.optional_boolean)
    """Deprecated since beaker-py 2.7: use `minRuntime` and `autoResume`. Whether the task may be interrupted."""
    min_runtime: int | None = attrs.field(default=None, converter=converters.optional_duration)
    """How long the task runs before it may be interrupted.

    For example `2h`; a number counts nanoseconds. Since beaker-py 2.6.
    """
    auto_resume: bool | None = attrs.field(default=None, converter=converters.optional_boolean)
    """Whether the task is started again after an interruption. Since beaker-py 2.6."""
    extra: FrozenDict[Any] = attrs.field(default=EMPTY, converter=converters.extra_fields, validator=no_known_field)
    """Unknown fields, under their names in the file. They are kept and written back."""


class FrozenConstraintsError(FrozenSpecError):
    """A constraint cannot be set in place."""

    def __init__(self, *_: object) -> None:
        super().__init__(
            "constraints are frozen: task.with_constraint(name=[...]) returns a task with another constraint"
        )


class _Extras(FrozenDict[Any]):
    """The extras of constraints. Their own class tells them from a constraint that the caller gives."""

    __slots__ = ()


#: The keyword under which `attrs.evolve` and `copy.replace` hand the extras of the original to a constructor.
_EXTRAS = "__beakerspec_extras__"


@_explains_changes
@attrs.frozen(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False, init=False)
class Constraints(SpecPart):
    """Where a task may run: names of constraints, each with a list of allowed values.

    Constraints other than the two fields are kept as they are. A constraint given as a keyword is stored under its
    lowerCamelCase name, a loaded one under its name in the file. Both can be read as attributes and as items, in
    either spelling.

    >>> constraints = Constraints(cluster=["ai2/jupiter"], gpu_type=["h100"])
    >>> constraints["gpuType"], constraints.gpu_type, constraints.to_json()
    (['h100'], ['h100'], {'cluster': ['ai2/jupiter'], 'gpuType': ['h100']})
    """

    cluster: FrozenList[str] | None = attrs.field(default=None, converter=converters.optional_texts_or_one)
    """Names or IDs of the clusters that the task may run on, such as `[ai2/jupiter]`. Since beaker-py 1.11.2."""
    hostname: FrozenList[str] | None = attrs.field(default=None, converter=converters.optional_texts)
    """Names of the hosts that the task may run on. Since beaker-py 1.18.7."""
    _extras: FrozenDict[Any] = attrs.field(
        default=EMPTY, converter=converters.extra_fields, alias="__beakerspec_extras__"
    )

    def __init__(
        self,
        /,
        *,
        cluster: Sequence[str] | str | None = None,
        hostname: Sequence[str] | None = None,
        **extras: ConstraintValue,
    ) -> None:
        kept = cast("_Extras", extras.pop(_EXTRAS)) if isinstance(extras.get(_EXTRAS), _Extras) else NO_EXTRAS
        if not extras:
            try:
                self.__attrs_init__(cluster=cluster, hostname=hostname, **{_EXTRAS: kept})
            except ValidationError:
                pass  # all of its problems are wanted
            else:
                return
        given = {"cluster": cluster, "hostname": hostname, **extras}
        values: dict[str, Any] = checked_constraints(given, kept, are_keywords=True)
        self.__attrs_init__(**values)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_"):
            try:
                return _find_extra(self._extras, name)
            except KeyError:
                pass
        raise AttributeError(f"{type(self).__name__!r} object has no attribute or constraint {name!r}")

    def __getitem__(self, name: str) -> Any:
        if name in ("cluster", "hostname"):
            return getattr(self, name)
        return _find_extra(self._extras, name)

    def _spelling(self, name: str) -> str:
        return spelling_in(self._extras, name) or json_name(name)

    def _with_item(self, name: str, value: Any) -> Self:
        if name in ("cluster", "hostname"):
            return attrs.evolve(self, **{name: value})
        extras = {**self._extras, name: freeze(value)}
        if value is None:
            del extras[name]
        changed: dict[str, Any] = {_EXTRAS: _Extras(extras)}
        return attrs.evolve(self, **changed)

    def __setitem__(self, name: object, value: object) -> NoReturn:
        raise FrozenConstraintsError

    def __delitem__(self, name: object) -> NoReturn:
        raise FrozenConstraintsError

    def __repr__(self) -> str:
        items = {name: self[name] for name in ("cluster", "hostname") if self[name] is not None}
        items.update(self._extras)
        if any(json_name(name) != name or item is None for name, item in self._extras.items()):
            return f"Constraints.from_json({items!r})"
        words = [f"{name}={item!r}" for name, item in items.items() if _is_keyword(name)]
        others = {name: item for name, item in items.items() if not _is_keyword(name)}
        return f"Constraints({', '.join(words + ([f'**{others!r}'] if others else []))})"


def _is_keyword(name: str) -> bool:
    """Whether a name can be written as a keyword, and stays the same: Python changes some that are not ASCII."""
    return name.isascii() and name.isidentifier() and not iskeyword(name)


def _find_extra(extras: FrozenDict[Any], name: str) -> Any:
    spelling = spelling_in(extras, name)
    if spelling is None:
        raise KeyError(name)
    return extras[spelling]


NO_EXTRAS = _Extras()


def checked_constraints(
    given: Mapping[Any, Any], kept: Mapping[str, Any] = EMPTY, *, are_keywords: bool = False, levels: int = MAX_LEVELS
) -> dict[str, Any]:
    """Return the arguments of the attrs constructor of `Constraints` for the given constraints.

    A keyword is stored under its lowerCamelCase name and replaces what is `kept` under that name; None removes it. A
    name in data stays as it is. Raises `ValidationError` with every problem.
    """
    values: dict[str, Any] = {"cluster": None, "hostname": None}
    extras = dict(kept)
    spelled: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in given.items():
        try:
            if not isinstance(key, str) or not (json_name(key) if are_keywords else key):
                refuse("key-type", expected="a string as a constraint name", found=show(key), at_key=True)
            if key in values:
                values[key] = (converters.optional_texts_or_one if key == "cluster" else converters.optional_texts)(
                    value
                )
                continue
            name = json_name(key)
            if spelled.setdefault(name, key) != key:
                problems.append(two_spellings(key, spelled[name]))
            if are_keywords:
                for same in [each for each in extras if json_name(each) == name]:
                    del extras[same]
                if value is None:
                    continue
            extras[converters.text(name if are_keywords else key)] = freeze(value, levels)
        except ValidationError as error:
            problems += within(error.problems, key if isinstance(key, str) else show(key))
    if problems:
        raise ValidationError(problems)
    return {**values, _EXTRAS: _Extras(extras) if extras else NO_EXTRAS}


def constraint_extras(constraints: Constraints) -> FrozenDict[Any]:
    """The constraints other than the known ones, under the names that they are written with."""
    return constraints._extras  # pyright: ignore[reportPrivateUsage]


def _image_source(value: ImageSource | Mapping[str, Any]) -> ImageSource:
    return _nested(ImageSource, value)  # type: ignore[no-any-return]


def _result(value: ResultSpec | Mapping[str, Any] | None) -> ResultSpec | None:
    # A result without a path is written by tools that always write the key: no result (21 real specs).
    if isinstance(value, ResultSpec):
        return value
    if value is None or (isinstance(value, Mapping) and all(item is None for item in value.values())):
        return None
    return _nested(ResultSpec, value)  # type: ignore[no-any-return]


def _context(value: TaskContext | Mapping[str, Any] | None) -> TaskContext:
    return NO_CONTEXT if value is None else _nested(TaskContext, value)


def _constraints(value: Constraints | Mapping[str, Any] | None) -> Constraints | None:
    return None if value is None else _nested(Constraints, value)


def _resources(value: TaskResources | Mapping[str, Any] | None) -> TaskResources | None:
    return None if value is None else _nested(TaskResources, value)


def _env_var(value: EnvVar | Mapping[str, Any]) -> EnvVar:
    return _nested(EnvVar, value)  # type: ignore[no-any-return]


def _env_vars(value: Sequence[EnvVar | Mapping[str, Any]] | None) -> FrozenList[EnvVar] | None:
    return (
        None
        if value is None
        else converters.parts(
            EnvVar, _env_var, value, hint=_ENV_VARS_HINT, in_python="pass a list: [EnvVar(name=..., value=...), ...]"
        )
    )


def _data_mount(value: DataMount | Mapping[str, Any]) -> DataMount:
    return _nested(DataMount, value)  # type: ignore[no-any-return]


def _datasets(value: Sequence[DataMount | Mapping[str, Any]] | None) -> FrozenList[DataMount] | None:
    return None if value is None else converters.parts(DataMount, _data_mount, value)


_ENV_VARS_HINT = "write a list:\nenvVars:\n- name: NAME\n  value: text"

#: The context of a task that gives none. All such tasks share it.
NO_CONTEXT = TaskContext()


@_reports_all
@attrs.frozen(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False)
class TaskSpec(SpecPart):
    """A task: an image, the command that runs in it, and the data and hardware that it needs.

    >>> task = TaskSpec.new("hello", docker_image="hello-world").with_command(["echo", "hello"])
    >>> task.command == ["echo", "hello"]
    True
    """

    name: str | None = attrs.field(default=None, converter=converters.optional_text)
    """The name, unique in the experiment, such as `train`. Other tasks use it to mount this task's result."""
    image: ImageSource = attrs.field(converter=_image_source)
    """The image that the container starts from: either `beaker` or `docker`."""
    result: ResultSpec | None = attrs.field(default=None, converter=_result, metadata={"none_if_empty": True})
    """The directory that is kept as the task's result. beaker-py 1 requires this field."""
    context: TaskContext = attrs.field(default=NO_CONTEXT, converter=_context)
    """How the task is scheduled: its priority, and whether it may be interrupted. beaker-py requires this field."""
    constraints: Constraints | None = attrs.field(default=None, converter=_constraints)
    """Where the task may run: for each constraint a list of allowed values. Since beaker-py 1.11.2."""
    command: FrozenList[str | int | float] | None = attrs.field(default=None, converter=converters.optional_command)
    """The program to run and its first arguments, a list of words: `[python, train.py]`.

    It replaces the entry point of the image. No shell interprets it unless it names one:
    `[bash, -c, "python train.py | tee log"]`.
    """
    arguments: FrozenList[str | int | float] | None = attrs.field(default=None, converter=converters.optional_command)
    """Words that follow the command, such as `[--epochs, 3]`. They replace the default arguments of the image."""
    env_vars: FrozenList[EnvVar] | None = attrs.field(
        default=None, converter=_env_vars, metadata={"not_a_list": _ENV_VARS_HINT}
    )
    """Environment variables of the container, each with a value or a secret."""
    datasets: FrozenList[DataMount] | None = attrs.field(
        default=None,
        converter=_datasets,
        metadata={"not_a_list": "write a list:\ndatasets:\n- mountPath: PATH\n  source:\n    beaker: DATASET"},
    )
    """Data that is mounted into the container, each with a `mountPath` and a `source`."""
    resources: TaskResources | None = attrs.field(default=None, converter=_resources)
    """The minimum hardware that the task needs. The task waits until it is available."""
    host_networking: bool = attrs.field(default=False, converter=converters.boolean)
    """Whether the container uses the network of its host.

    Replicas with a leader need this to reach each other. Since beaker-py 1.18.0.
    """
    replicas: int | None = attrs.field(default=None, converter=converters.optional_integer)
    """How many copies of the task run, 1 or more. Since beaker-py 1.18.0."""
    leader_selection: bool = attrs.field(default=False, converter=converters.boolean)
    """Whether one of the replicas becomes the leader, and all replicas are told its host name.

    Since beaker-py 1.18.0.
    """
    propagate_failure: bool | None = attrs.field(default=None, converter=converters.optional_boolean)
    """Whether the whole experiment fails when this task fails. Since beaker-py 1.26.6."""
    propagate_preemption: bool | None = attrs.field(default=None, converter=converters.optional_boolean)
    """Whether all tasks are preempted when this task is. Since beaker-py 1.27.1."""
    synchronized_start_timeout: int | None = attrs.field(default=None, converter=converters.optional_duration)
    """How long a replica waits for all others to be ready, at most `48h`. Then it is canceled.

    For example `30m`; a number counts nanoseconds. Since beaker-py 1.26.7.
    """
    timeout: int | None = attrs.field(default=None, converter=converters.optional_duration)
    """How long a job of the task may run.

    For example `48h` or `1h30m`; a number counts nanoseconds. Since beaker-py 1.33.
    """
    extra: FrozenDict[Any] = attrs.field(default=EMPTY, converter=converters.extra_fields, validator=no_known_field)
    """Unknown fields, under their names in the file. They are kept and written back."""

    @classmethod
    def new(
        cls,
        name: str,
        cluster: str | Sequence[str] | None = None,
        beaker_image: str | None = None,
        docker_image: str | None = None,
        result_path: str | None = "/unused",
        priority: Priority | str | None = None,
        preemptible: bool | None = None,
        *,
        min_runtime: Duration | None = None,
        auto_resume: bool | None = None,
        constraints: Constraints | Mapping[str, Any] | None = None,
        command: Sequence[CommandItem] | None = None,
        arguments: Sequence[CommandItem] | None = None,
        env_vars: Sequence[EnvVar | Mapping[str, Any]] | None = None,
        datasets: Sequence[DataMount | Mapping[str, Any]] | None = None,
        resources: TaskResources | Mapping[str, Any] | None = None,
        host_networking: bool = False,
        replicas: int | None = None,
        leader_selection: bool = False,
        propagate_failure: bool | None = None,
        propagate_preemption: bool | None = None,
        synchronized_start_timeout: Duration | None = None,
        timeout: Duration | None = None,
        extra: Mapping[str, Any] = EMPTY,
    ) -> Self:
        """Make a task from the values that most tasks need. The keywords are those of the constructor.

        `cluster` is short for ``constraints={"cluster": ...}``; giving both is an error. With `result_path` None
        the task has no result, which beaker-py 1.x cannot load.
        """
        constraints = _constraints(constraints)
        if cluster is not None and constraints is not None and constraints.cluster:
            refuse(
                "two-spellings",
                "cluster and constraints.cluster are both given, and there is only one way at a time",
                path="cluster",
                hint="leave one of them out",
            )
        try:
            if cluster is not None:
                known = Constraints(cluster=cluster)
                constraints = known if constraints is None else attrs.evolve(constraints, cluster=known.cluster)
            image = ImageSource(beaker=beaker_image, docker=docker_image)
            result = None if result_path is None else ResultSpec(path=result_path)
        except ValidationError as error:
            given = {"beaker": "beaker_image", "docker": "docker_image", "path": "result_path"}
            raise ValidationError(
                attrs.evolve(problem, path=given.get(problem.path, problem.path)) for problem in error.problems
            ) from None
        return cls(
            name=name,
            image=image,
            result=result,
            context=TaskContext(
                priority=priority, preemptible=preemptible, min_runtime=min_runtime, auto_resume=auto_resume
            ),
            constraints=constraints,
            command=command,
            arguments=arguments,
            env_vars=env_vars,
            datasets=datasets,
            resources=resources,
            host_networking=host_networking,
            replicas=replicas,
            leader_selection=leader_selection,
            propagate_failure=propagate_failure,
            propagate_preemption=propagate_preemption,
            synchronized_start_timeout=synchronized_start_timeout,
            timeout=timeout,
            extra=extra,
        )

    def with_image(self, *, beaker: str | None = None, docker: str | None = None) -> Self:
        """Return a copy with another image.

        >>> TaskSpec.new("t", docker_image="old").with_image(beaker="new").image
        ImageSource(beaker='new')
        """
        return attrs.evolve(self, image=ImageSource(beaker=beaker, docker=docker))

    def with_result(self, *, path: str) -> Self:
        """Return a copy with another result."""
        return attrs.evolve(self, result=ResultSpec(path=path))

    def with_context(
        self,
        *,
        cluster: str | None = None,
        priority: Priority | str | None = None,
        preemptible: bool | None = None,
        min_runtime: Duration | None = None,
        auto_resume: bool | None = None,
    ) -> Self:
        """Return a copy with another context. It replaces the whole context."""
        context = TaskContext(
            cluster=cluster,
            priority=priority,
            preemptible=preemptible,
            min_runtime=min_runtime,
            auto_resume=auto_resume,
        )
        return attrs.evolve(self, context=context)

    def with_name(self, name: str) -> Self:
        """Return a copy with another name."""
        return attrs.evolve(self, name=name)

    def with_command(self, command: Sequence[CommandItem]) -> Self:
        """Return a copy with another command."""
        return attrs.evolve(self, command=command)

    def with_arguments(self, arguments: Sequence[CommandItem]) -> Self:
        """Return a copy with other arguments."""
        return attrs.evolve(self, arguments=arguments)

    def with_resources(
        self,
        *,
        cpu_count: float | None = None,
        gpu_count: int | None = None,
        memory: str | None = None,
        shared_memory: str | None = None,
    ) -> Self:
        """Return a copy with other resources. They replace all resources of the task."""
        resources = TaskResources(cpu_count=cpu_count, gpu_count=gpu_count, memory=memory, shared_memory=shared_memory)
        return attrs.evolve(self, resources=resources)

    def with_dataset(
        self,
        mount_path: str,
        *,
        sub_path: str | None = None,
        beaker: str | None = None,
        host_path: str | None = None,
        weka: str | None = None,
        result: str | None = None,
        secret: str | None = None,
        volume: str | None = None,
        mode: MountMode | Literal["readonly", "readwrite"] | None = None,
    ) -> Self:
        """Return a copy with one more mount. Give exactly one source."""
        mount = DataMount.new(
            mount_path,
            sub_path=sub_path,
            beaker=beaker,
            host_path=host_path,
            weka=weka,
            result=result,
            secret=secret,
            volume=volume,
            mode=mode,
        )
        return attrs.evolve(self, datasets=(*(self.datasets or ()), mount))

    def with_env_var(self, name: str, value: str | None = None, secret: str | None = None) -> Self:
        """Return a copy with an environment variable. It replaces the variable of the same name, if there is one.

        >>> task = TaskSpec.new("t").with_env_var("A", "1").with_env_var("B", "2").with_env_var("A", "3")
        >>> [(variable.name, variable.value) for variable in task.env_vars]
        [('A', '3'), ('B', '2')]
        """
        variable = EnvVar(name=name, value=value, secret=secret)
        known = self.env_vars or ()
        if name in [each.name for each in known]:
            variables = [variable if each.name == name else each for each in known]
        else:
            variables = [*known, variable]
        return attrs.evolve(self, env_vars=FrozenList(variables))

    def env_var(self, name: str) -> EnvVar | None:
        """Return the environment variable of a name, or None if there is none."""
        return next((variable for variable in self.env_vars or () if variable.name == name), None)

    def without_env_var(self, name: str) -> Self:
        """Return a copy without an environment variable. Raises `EditError` if there is none of that name."""
        kept = [variable for variable in self.env_vars or () if variable.name != name]
        _require_fewer(kept, self.env_vars, "variable is called", name, [each.name for each in self.env_vars or ()])
        return attrs.evolve(self, env_vars=kept)

    def without_dataset(self, mount_path: str) -> Self:
        """Return a copy without what is mounted at a path. Raises `EditError` if nothing is mounted there."""
        kept = [mount for mount in self.datasets or () if mount.mount_path != mount_path]
        known = [each.mount_path for each in self.datasets or ()]
        _require_fewer(kept, self.datasets, "dataset is mounted at", mount_path, known)
        return attrs.evolve(self, datasets=kept)

    def argument(self, option: str) -> CommandItem | None:
        """Return the value of an option of the arguments or of the command, or None if it is not given.

        It is the item behind the option, the rest of ``OPTION=VALUE``, or the word behind the option in a line for a
        shell. Raises `EditError` if the option is given several times.

        >>> TaskSpec.new("t", arguments=["--lr", 0.1, "--name=a"]).argument("--lr")
        0.1
        """
        from .fields.paths import get, option_in

        found = get(self, option_in(self, option))
        return None if found is None else cast("CommandItem", found)

    def with_argument(self, option: str, value: CommandItem) -> Self:
        """Return a copy with another value of an option, where it is given; else it is added to the arguments.

        See `argument`. Raises `EditError` if the option is given several times, or takes no value.

        >>> TaskSpec.new("t", command=["bash", "-c", "train --lr 0.1 --seed 3"]).with_argument("--lr", 0.2).command
        ['bash', '-c', 'train --lr 0.2 --seed 3']
        """
        from .fields.paths import option_in, put

        return cast("Self", put(self, option_in(self, option), value))

    def with_timeout(self, timeout: Duration | None) -> Self:
        """Return a copy that may run for another time: a text such as ``24h``, or nanoseconds. None is no limit."""
        return attrs.evolve(self, timeout=timeout)

    def with_replicas(self, replicas: int | None) -> Self:
        """Return a copy of which another number of copies runs."""
        return attrs.evolve(self, replicas=replicas)

    def with_constraint(self, /, **constraints: ConstraintValue) -> Self:
        """Return a copy with other constraints of these names. All others stay, and None removes a constraint.

        >>> TaskSpec.new("t", cluster="c").with_constraint(gpu_type=["h100"]).constraints
        Constraints(cluster=['c'], gpuType=['h100'])
        """
        known = Constraints() if self.constraints is None else self.constraints
        changed: Any = attrs.evolve(known, **cast("dict[str, Any]", constraints))
        return attrs.evolve(self, constraints=changed)


@_reports_all
@attrs.frozen(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False)
class RetrySpec(SpecPart):
    """How failed tasks are retried."""

    allowed_task_retries: int | None = attrs.field(default=None, converter=converters.optional_integer)
    """The maximum number of task retries in the experiment, from 0 to 10."""
    extra: FrozenDict[Any] = attrs.field(default=EMPTY, converter=converters.extra_fields, validator=no_known_field)
    """Unknown fields, under their names in the file. They are kept and written back."""


def _version(value: SpecVersion | str | None) -> SpecVersion:
    return SpecVersion.v2 if value is None else converters.member(SpecVersion, value)


def _retry(value: RetrySpec | Mapping[str, Any] | None) -> RetrySpec | None:
    return None if value is None else _nested(RetrySpec, value)


def _task(value: TaskSpec | Mapping[str, Any]) -> TaskSpec:
    return _nested(TaskSpec, value)  # type: ignore[no-any-return]


def _tasks(value: Sequence[TaskSpec | Mapping[str, Any]] | None) -> FrozenList[TaskSpec]:
    return NO_TASKS if value is None else converters.parts(TaskSpec, _task, value)


NO_TASKS: FrozenList[TaskSpec] = FrozenList()


@_reports_all
@attrs.frozen(kw_only=True, repr=False, weakref_slot=False, getstate_setstate=False)
class ExperimentSpec(SpecPart):
    """An experiment for Beaker: its tasks, and the settings that they share.

    >>> spec = ExperimentSpec.new("ai2/budget", docker_image="hello-world", cluster="ai2/cluster")
    >>> spec.tasks[0].name
    'main'
    """

    version: SpecVersion = attrs.field(default=SpecVersion.v2, converter=_version)
    """The version of the spec format."""
    description: str | None = attrs.field(default=None, converter=converters.optional_text)
    """What the experiment is for, in your own words."""
    budget: str | None = attrs.field(default=None, converter=converters.optional_text)
    """The account that pays, such as `lab/vision`. Optional where the workspace has a default.

    Since beaker-py 1.24.
    """
    groups: FrozenList[str] | None = attrs.field(default=None, converter=converters.optional_texts)
    """Names of the groups that the experiment joins, such as `[ablations]`. Since beaker-py 2.5."""
    retry: RetrySpec | None = attrs.field(default=None, converter=_retry)
    """How failed tasks are retried. Since beaker-py 1.32."""
    tasks: FrozenList[TaskSpec] = attrs.field(
        default=NO_TASKS,
        converter=_tasks,
        validator=unique_task_names,
        metadata={"not_a_list": "write a list:\ntasks:\n- name: NAME\n  image:\n    beaker: NAME  # or docker: TAG"},
    )
    """The tasks that run. A task that mounts the result of another task waits for it."""
    extra: FrozenDict[Any] = attrs.field(default=EMPTY, converter=converters.extra_fields, validator=no_known_field)
    """Unknown fields, under their names in the file. They are kept and written back."""

    @classmethod
    def new(
        cls,
        budget: str | None = None,
        task_name: str = "main",
        description: str | None = None,
        cluster: str | Sequence[str] | None = None,
        beaker_image: str | None = None,
        docker_image: str | None = None,
        result_path: str | None = "/unused",
        priority: Priority | str | None = None,
        *,
        preemptible: bool | None = None,
        min_runtime: Duration | None = None,
        auto_resume: bool | None = None,
        constraints: Constraints | Mapping[str, Any] | None = None,
        command: Sequence[CommandItem] | None = None,
        arguments: Sequence[CommandItem] | None = None,
        env_vars: Sequence[EnvVar | Mapping[str, Any]] | None = None,
        datasets: Sequence[DataMount | Mapping[str, Any]] | None = None,
        resources: TaskResources | Mapping[str, Any] | None = None,
        host_networking: bool = False,
        replicas: int | None = None,
        leader_selection: bool = False,
        propagate_failure: bool | None = None,
        propagate_preemption: bool | None = None,
        synchronized_start_timeout: Duration | None = None,
        timeout: Duration | None = None,
    ) -> Self:
        """Make an experiment of one task. From `cluster` on, the keywords are those of `TaskSpec.new`."""
        task = TaskSpec.new(
            task_name,
            cluster=cluster,
            beaker_image=beaker_image,
            docker_image=docker_image,
            result_path=result_path,
            priority=priority,
            preemptible=preemptible,
            min_runtime=min_runtime,
            auto_resume=auto_resume,
            constraints=constraints,
            command=command,
            arguments=arguments,
            env_vars=env_vars,
            datasets=datasets,
            resources=resources,
            host_networking=host_networking,
            replicas=replicas,
            leader_selection=leader_selection,
            propagate_failure=propagate_failure,
            propagate_preemption=propagate_preemption,
            synchronized_start_timeout=synchronized_start_timeout,
            timeout=timeout,
        )
        return cls(budget=budget, description=description, tasks=[task])

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        env: Mapping[str, str] | None = None,
        strict: bool = False,
        max_size: int = MAX_SIZE,
        max_depth: int = MAX_DEPTH,
        max_values: int = MAX_VALUES,
    ) -> Self:
        """Read a spec from a YAML file, or from a JSON file if its name ends in ``.json``.

        With `env`, such as `os.environ`, Go templates ``{{.Env.NAME}}`` are expanded first, as Beaker's client
        does. With `strict`, unknown fields are errors. `max_size`, `max_depth` and `max_values` bound the number of
        characters (of bytes in a file), the levels of nesting, and the number
        of values that the text stands for when its aliases are written out.

        Raises `ValidationError` with every problem at its place, `OSError` where the file cannot be read.
        """
        from .files import load_file

        return load_file(cls, path, env, strict, Limits(max_size, max_depth, max_values))

    @classmethod
    def from_yaml(
        cls,
        text: str | bytes,
        *,
        env: Mapping[str, str] | None = None,
        strict: bool = False,
        max_size: int = MAX_SIZE,
        max_depth: int = MAX_DEPTH,
        max_values: int = MAX_VALUES,
    ) -> Self:
        """Read a spec from the text of a YAML document. See `from_file`."""
        from .files import load_text

        return load_text(cls, text, env, strict, Limits(max_size, max_depth, max_values))

    def to_yaml(self) -> str:
        """Return the text of a YAML file that reads back as an equal spec, with the keys in the documented order."""
        from .files import yaml_text

        return yaml_text(self)

    def to_file(self, path: str | os.PathLike[str]) -> None:
        """Write the spec to a YAML file, or to a JSON file if its name ends in ``.json``.

        Durations are strings such as ``24h`` in both: Beaker's command line reads no numbers there.

        The file is replaced in one step: readers see the old text or the new one, and a failure leaves the old file
        as it was. It keeps its mode and group, its owner where the system allows that and, on Linux, its ACL and other
        extended attributes. A symbolic link stays, and its target is replaced; other hard links keep the old text.

        A file that can be written but not replaced is written in place. That is so on POSIX systems for a file mounted
        into a container, a file in a folder that is read-only or sticky, and a file whose group or ACL the new file
        could not have. Readers may then see a mix of both texts, and the file stays so if the program is killed. After
        any other failure the old text is put back; if that fails too, the error says that the file may be damaged.

        A killed program may leave a file ``.NAME.beakerspec-….tmp`` beside the file; it can be deleted.

        Raises `OSError` if the file cannot be written.
        """
        from .files import write_file

        write_file(self, path)

    def with_task(self, task: TaskSpec | Mapping[str, Any]) -> Self:
        """Return a copy with one more task, whose name must be new.

        >>> ExperimentSpec().with_task({"name": "a", "image": {"docker": "alpine"}}).tasks[0].name
        'a'
        """
        return attrs.evolve(self, tasks=(*self.tasks, _task(task)))

    def task(self, name: str) -> TaskSpec:
        """Return the task of a name. Raises `EditError` if there is none."""
        found = next((task for task in self.tasks if task.name == name), None)
        if found is None:
            _require_fewer(self.tasks, self.tasks, "task is called", name, [task.name for task in self.tasks])
        return cast("TaskSpec", found)

    def with_tasks(self, tasks: Sequence[TaskSpec | Mapping[str, Any]]) -> Self:
        """Return a copy with other tasks."""
        return attrs.evolve(self, tasks=tasks)

    def map_tasks(self, function: Callable[[TaskSpec], TaskSpec]) -> Self:
        """Return a copy in which each task is what a function makes of it.

        >>> spec = ExperimentSpec.new(docker_image="hello-world")
        >>> spec.map_tasks(lambda task: task.with_timeout("1h")).tasks[0].timeout
        3600000000000
        """
        return attrs.evolve(self, tasks=[function(task) for task in self.tasks])

    def without_task(self, name: str) -> Self:
        """Return a copy without a task. Raises `EditError` if there is none of that name."""
        kept = [task for task in self.tasks if task.name != name]
        _require_fewer(kept, self.tasks, "task is called", name, [task.name for task in self.tasks])
        return attrs.evolve(self, tasks=kept)

    def value(self, path: str) -> Any:
        """Return what stands at a path, or None where nothing does. Of a path with ``[*]`` that is a list.

        See `beakerspec.fields.paths` for what a path is. Raises `EditError` where it leads to nothing that there could
        be: a field that the format does not know, or a task of another name.

        >>> ExperimentSpec.new(docker_image="hello-world").value("tasks[main].image.docker")
        'hello-world'
        """
        from .fields.paths import get, has_every, resolve

        values = [get(self, place) for place in resolve(self, path)]
        return values if has_every(path) else values[0]

    def with_value(self, path: str, value: Any) -> Self:
        """Return a copy with another value at a path, in all places that it leads to. None removes what stands there.

        What is missing around it is made. `edit_text` does the same to a text. Raises `EditError` where the path leads
        to nothing that there could be (see `value`), and `ValidationError` where the value is not right.

        >>> spec = ExperimentSpec.new(docker_image="hello-world")
        >>> spec.with_value("tasks[*].resources.gpuCount", 8).tasks[0].resources
        TaskResources(gpu_count=8)
        """
        from .fields.paths import put, remove, resolve

        if value is None:
            return cast("Self", remove(self, path))
        changed = self
        for place in resolve(self, path):
            changed = put(changed, place, value)
        return changed

    def with_description(self, description: str | None) -> Self:
        """Return a copy with another description."""
        return attrs.evolve(self, description=description)

    def with_budget(self, budget: str | None) -> Self:
        """Return a copy with another budget."""
        return attrs.evolve(self, budget=budget)

    def with_retries(self, allowed_task_retries: int) -> Self:
        """Return a copy whose failed tasks are retried that many times."""
        return attrs.evolve(self, retry=RetrySpec(allowed_task_retries=allowed_task_retries))

    def check(self) -> tuple[Problem, ...]:
        """Return the errors and warnings of all rules.

        `beakerspec.check` takes a text or a file. It also finds what is lost when the text becomes a spec.
        """
        from .checking.rules import Subject, findings

        return tuple(findings(Subject(self)))

    def validate(self) -> None:
        """Raise `ExperimentSpecError` with every error that the rules find. Return None if there is none.

        An unknown field is not an error: it is kept and written back.

        >>> ExperimentSpec.new("ai2/budget").validate()
        Traceback (most recent call last):
            ...
        beakerspec.problems.ExperimentSpecError: tasks[0].image: ...
        """
        from .checking.rules import ERRORS, Subject, findings

        errors = findings(Subject(self), ERRORS)
        if errors:
            raise ExperimentSpecError(errors)


def some_type(hint: Any) -> Any:
    """The type of a field that may be None."""
    if get_origin(hint) in (Union, UnionType):
        others = [each for each in get_args(hint) if each is not type(None)]
        return others[0] if len(others) == 1 else hint
    return hint


_parts: dict[type[Any], dict[str, tuple[type[SpecPart] | None, bool]]] = {}


def parts_of(cls: type[Any]) -> dict[str, tuple[type[SpecPart] | None, bool]]:
    """Return for each field of a class the class of the model that it holds, and whether it is a list of them."""
    if cls not in _parts:
        _parts[cls] = {name: _part_of(hint) for name, hint in get_type_hints(cls).items()}
    return _parts[cls]


def _part_of(hint: Any) -> tuple[type[SpecPart] | None, bool]:
    hint = some_type(hint)
    is_list = get_origin(hint) is FrozenList
    part = get_args(hint)[0] if is_list else hint
    return (part if isinstance(part, type) and issubclass(part, SpecPart) else None), is_list


_names: dict[type[Any], dict[str, str]] = {}


def part_names(cls: type[Any]) -> dict[str, str]:
    """Return the attributes of a class that data can give, by their names in files and in Python."""
    if cls not in _names:
        fields = [field.name for field in attrs.fields(cls) if field.name.strip("_") not in ("extra", "extras")]
        _names[cls] = {name: field for field in fields for name in (field, json_name(field))}
    return _names[cls]


def class_at(path: Sequence[str | int], cls: type[SpecPart] | None = ExperimentSpec) -> type[SpecPart] | None:
    """Return the class of what stands at a path of a `cls`, in the names of files, or None if it has none."""
    for part in path:
        if isinstance(part, str):
            attribute = None if cls is None else part_names(cls).get(part)
            cls = None if cls is None or attribute is None else parts_of(cls)[attribute][0]
    return cls


@cache
def field_names() -> frozenset[str]:
    """Return the names of all fields of the format, in files and in Python."""
    names: set[str] = set()
    pending: list[type[Any]] = [ExperimentSpec]
    while pending:
        cls = pending.pop()
        names |= part_names(cls).keys()
        pending += [part for part, _ in parts_of(cls).values() if part is not None]
    return frozenset(names)
