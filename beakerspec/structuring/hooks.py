"""The hooks of the cattrs converter: one factory makes the functions of every class, from its attrs fields.

The functions are generated, as cattrs generates its own, but for one format: a field costs a dictionary look-up and
a class check where nothing is wrong, and every problem of a mapping is collected where something is. Against cattrs'
own functions with the same hooks, a file of 5 KB is structured in a third of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from enum import Enum
from typing import TYPE_CHECKING, Any, get_origin, get_type_hints

import attrs
import cattrs

from ..documents.anchors import LONGEST_WORD, WORDS, SharedList, SharedMapping, trim_words
from ..fields import converters as check
from ..fields.names import json_name, nearest
from ..fields.quantities import format_duration
from ..fields.scalars import UnquotedText
from ..frozen import EMPTY, MAX_LEVELS, FrozenDict, FrozenList, freeze, thaw
from ..model import (
    Constraints,
    EnvVar,
    ImageSource,
    ResultSpec,
    SpecPart,
    TaskSpec,
    broken_rules,
    constraint_extras,
    new_constraints,
    object_rules,
    parts_of,
    plan_of,
    some_type,
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
    path_text,
    refuse,
    show,
    two_spellings,
    within,
)

if TYPE_CHECKING:
    from typing_extensions import Self

StructureHook = Callable[[Any, Any], Any]
UnstructureHook = Callable[[Any], Any]

#: The fields of a task that stand first in what is written, in the order of the format's own examples.
_WRITTEN_FIRST: dict[type[SpecPart], tuple[str, ...]] = {
    TaskSpec: (
        "name",
        "image",
        "command",
        "arguments",
        "env_vars",
        "datasets",
        "result",
        "resources",
        "context",
    )
}


class Session:
    """One call of a converter: whether unknown fields are errors, and those that were seen."""

    __slots__ = ("_token", "is_yaml", "levels", "outer", "shares", "strict", "unknown")

    def __init__(
        self, *, strict: bool = False, shares: bool = False, is_yaml: bool = False, levels: int = MAX_LEVELS
    ) -> None:
        self.strict = strict
        #: Whether all hooks are the library's own, which know `Siblings`.
        self.shares = shares
        #: How deep a value of an unknown field may be nested; what a reader has bounded may be as deep as that.
        self.levels = levels
        #: Whether the data is from the YAML reader. Its scalars are equal only where they are the same.
        self.is_yaml = is_yaml
        self.unknown: list[tuple[type[SpecPart], str]] = []

    def __enter__(self) -> Self:
        trim_words()
        #: The call inside of which this one is made, by a hook of the caller's.
        self.outer = _session.get()
        self._token = _session.set(self)
        return self

    def __exit__(self, *failure: object) -> None:
        _session.reset(self._token)


class Siblings:
    """What the fields of an item of a list were, and were made into, for the next item to share.

    The tasks of a sweep differ in a name and an argument, and share their environment, mounts and resources. To find
    them equal takes a fifth of the time of making them again, and they take memory once.
    """

    __slots__ = ("_last",)
    #: Whether equal data is the same.
    is_exact = True

    def __init__(self) -> None:
        self._last: dict[str, tuple[Any, Any]] = {}

    def share(self, field: str, data: Any, build: Callable[[Any, Any], Any], part: Any) -> Any:
        """What `build` makes of a field's data, or what it made of the same data before."""
        last = self._last.get(field)
        if last is not None and (self.is_exact or _is_of_texts(last[1])) and last[0] == data:
            return last[1]
        value = build(data, part)
        if last is not None and value.__class__ is FrozenList and last[1].__class__ is FrozenList:
            value = _sharing_texts(value, last[1])
        self._last[field] = data, value
        return value

    def share_each(self, field: str, data: Any, hook: StructureHook, part: Any, hint: str | None) -> Any:
        """`share` for a list, of which some items may be the same where the whole is not."""
        last = self._last.get(field)
        value: FrozenList[Any] | None = None
        if last is not None and last[0].__class__ is list and data.__class__ is list:
            before, made = last
            is_exact = self.is_exact
            if is_exact and before == data:
                return made
            if is_exact or part in _OF_TEXTS:
                # Only what is new is made; where that fails, all is looked at once more.
                with suppress(ValidationError):
                    items = [
                        same if item == old and (is_exact or same.extra is EMPTY) else hook(item, part)
                        for item, old, same in zip(data, before, made, strict=False)
                    ]
                    value = FrozenList(items + [hook(item, part) for item in data[len(before) :]])
        if value is None:
            value = _each(hook, part, data, hint)
        self._last[field] = data, value
        return value


def _sharing_texts(words: FrozenList[Any], others: FrozenList[Any]) -> FrozenList[Any]:
    """A list of words, with the texts of another one in the places where they are the same."""
    shared = [
        other if word.__class__ is str and word == other else word for word, other in zip(words, others, strict=False)
    ]
    return FrozenList((*shared, *words[len(shared) :]))


class SiblingsInPython(Siblings):
    """`Siblings` for Python data, in which 1, 1.0 and True are equal: only parts that hold texts alone are shared."""

    __slots__ = ()
    is_exact = False


#: The classes with fields that hold texts alone.
_OF_TEXTS: frozenset[Any] = frozenset((EnvVar, ImageSource, ResultSpec))


def _is_of_texts(value: Any) -> bool:
    cls: Any = value.__class__
    return cls in _OF_TEXTS and value.extra is EMPTY


_session: ContextVar[Session | None] = ContextVar("beakerspec_session", default=None)


_TEXT_CONVERTERS = (check.text, check.optional_text, check.optional_confidential_text)

#: What a generated function does about one field. Only an absent or a wrong value leaves the straight path.
_FIELD = """
    item = get({name!r})
    if item is None:
        {if_absent}
    else:
        found += 1
        if {is_unchecked}:
            try:
                item = {value}
            except ValidationError as error:
                problems = add(problems, {name!r}, error, spelled)
    draft.{field} = item"""

_FUNCTION = """
def structure(data, siblings=None, extra=EMPTY, spelled=None, problems=None):
    if data.__class__ is not dict:
        return other(data)
    get = data.get
    draft = Draft()
    found = 0{fields}
    if found != len(data) and not data.keys() <= KNOWN:
        known, *others = sort_out(data)
        return structure(known, siblings, *others)
    draft.extra = extra
    if problems is not None:
        fail(draft, problems)
    draft.__class__ = cls{rules}
    return draft
"""


def structure_hook(cls: type[SpecPart], converter: cattrs.Converter) -> StructureHook:
    """The function that makes a `cls` from plain data, or raises `ValidationError` with all its problems."""
    fields = {json_name(field.name): field for field in attrs.fields(cls) if field.name != "extra"}
    names: dict[str, Any] = {
        "Draft": plan_of(cls).draft,
        "EMPTY": EMPTY,
        "KNOWN": frozenset(fields),
        "LONGEST_WORD": LONGEST_WORD,
        "ANY_SIBLINGS": (Siblings, SiblingsInPython),
        "SIBLINGS": (Siblings,),
        "ValidationError": ValidationError,
        "add": _add,
        "cls": cls,
        "each": _each,
        "fail": _fail(cls),
        "missing": _missing,
        "sort_out": _sort_out(cls, fields),
        "word": WORDS.setdefault,
    }
    of_fields = ""
    for name, field in fields.items():
        part, is_list = parts_of(cls)[field.name]
        names[f"default_{field.name}"] = field.default
        names[f"hint_{field.name}"] = field.metadata.get("not_a_list")
        names[f"part_{field.name}"] = part
        if part is None:
            names[f"make_{field.name}"] = field.converter if not is_list else _as_hook(field.converter)
        else:
            hook = converter.get_structure_hook(part)
            names[f"make_{field.name}"] = _unless_empty(hook) if field.metadata.get("none_if_empty") else hook
        is_text = field.converter in _TEXT_CONVERTERS
        if field.metadata.get("is_word"):
            is_text = False
            value = (
                "word(item, item) if item.__class__ is str and item.isascii() and len(item) <= LONGEST_WORD"
                " else make_{0}(item)"
            )
        elif part is None and not is_list:
            value = "make_{0}(item)"
        else:
            value = "make_{0}(item, part_{0})"
            shared = "siblings.share({0!r}, item, make_{0}, part_{0})"
            if part is not None and is_list:
                value = "each(make_{0}, part_{0}, item, hint_{0})"
                shared = "siblings.share_each({0!r}, item, make_{0}, part_{0}, hint_{0})"
            if cls is TaskSpec:  # only tasks have siblings
                known = "ANY_SIBLINGS" if part in _OF_TEXTS else "SIBLINGS"
                value = f"{shared} if siblings.__class__ in {known} else {value}"
        of_fields += _FIELD.format(
            name=name,
            field=field.name,
            if_absent=(
                f"problems = missing(problems, {name!r}, data, spelled)"
                if field.default is attrs.NOTHING
                else f"item = default_{field.name}"
            ),
            is_unchecked="item.__class__ is not str or not item.isascii()" if is_text else "True",
            value=value.format(field.name),
        )
    of_rules = ""
    for number, (field, rule) in enumerate(object_rules(cls)):
        names |= {f"rule_{number}": rule, f"field_{number}": field}
        of_rules += f"\n    rule_{number}(draft, field_{number}, draft.{field.name})"
    exec(_FUNCTION.format(fields=of_fields, rules=of_rules), names)
    structure: StructureHook = names["structure"]
    names["other"] = _other(cls, structure, ", ".join(list(fields)[:3]))
    return structure


def unstructure_hook(cls: type[SpecPart], converter: cattrs.Converter, *, for_yaml: bool) -> UnstructureHook:
    """The function that makes plain data from a `cls`, in the order in which it is written.

    For YAML, durations are texts and scalars that stood unquoted in unknown fields stay marked as such.
    """
    hints = get_type_hints(cls)
    fields = {field.name: field for field in attrs.fields(cls) if field.name != "extra"}
    first = _WRITTEN_FIRST.get(cls, ())
    names: dict[str, Any] = {
        "format_duration": format_duration,
        "format_number": _format_number,
        "thaw": thaw_marked if for_yaml else thaw,
    }
    lines = ["def unstructure(value):", "    out = {}"]
    for name in (*first, *(name for name in fields if name not in first)):
        part, is_list = parts_of(cls)[name]
        written = "item"
        if part is not None:
            names[f"hook_{name}"] = converter.get_unstructure_hook(part)
            written = f"[hook_{name}(each) for each in item]" if is_list else f"hook_{name}(item)"
        elif get_origin(some_type(hints[name])) is FrozenList:
            written = "list(item)"
        elif isinstance(some_type(hints[name]), type) and issubclass(some_type(hints[name]), Enum):
            written = "item._value_"
        elif for_yaml and fields[name].converter is check.optional_duration:
            written = "format_duration(item)"
        elif for_yaml and fields[name].converter is check.optional_number:
            written = "format_number(item)"
        lines.append(f"    item = value.{name}")
        lines.append("    if item is not None:")
        lines.append(f"        out[{json_name(name)!r}] = {written}")
    lines += ["    if value.extra:", "        out.update(thaw(value.extra))", "    return out"]
    exec("\n".join(lines), names)
    return names["unstructure"]  # type: ignore[no-any-return]


def structure_constraints(data: Any, _: Any = None) -> Constraints:
    """Make constraints from plain data: two known ones, and any other as it is, under the name that it has."""
    if data.__class__ is not dict:
        return _other(Constraints, structure_constraints, "cluster: [NAME]")(data)  # type: ignore[no-any-return]
    if len(data) == 1 and "cluster" in data:
        cluster = check.list_of_ascii(data["cluster"])
        if cluster is not None:
            return new_constraints(cluster, None, EMPTY)
    problems: list[Problem] = []
    known: dict[str, Any] = {"cluster": None, "hostname": None}
    extras: dict[str, Any] = {}
    spelled: dict[str, str] = {}
    for key, value in data.items():
        try:
            if not isinstance(key, str) or not key:
                refuse("key-type", expected="text as the name of a constraint", found=show(key), at_key=True)
            if key == "cluster":
                known[key] = check.optional_texts_or_one(value)
            elif key == "hostname":
                known[key] = check.optional_texts(value)
            else:
                name = json_name(key)
                if spelled.setdefault(name, key) != key:
                    problems.append(two_spellings(key, spelled[name]))
                extras[check.text(key)] = freeze(value, (_session.get() or Session()).levels)
        except ValidationError as error:
            problems += within(error.problems, key if isinstance(key, str) else show(key))
    if problems:
        raise ValidationError(problems)
    return new_constraints(known["cluster"], known["hostname"], extras)


def unstructure_constraints(constraints: Constraints, *, for_yaml: bool = False) -> dict[str, Any]:
    """Make plain data from constraints."""
    out: dict[str, Any] = {}
    if constraints.cluster is not None:
        out["cluster"] = list(constraints.cluster)
    if constraints.hostname is not None:
        out["hostname"] = list(constraints.hostname)
    out.update((thaw_marked if for_yaml else thaw)(constraint_extras(constraints)))
    return out


def unknown_field(cls: type[SpecPart], name: str, *outer: str | int) -> Problem:
    """The problem that a mapping of a class has a field that the class does not know."""
    return Problem(
        rule="unknown-field",
        message=Sentence("{found} is no field of {expected}"),
        expected=_WORDS.get(cls.__name__, cls.__name__),
        found=name_text(name),
        hint=DID_YOU_MEAN,
        suggestion=nearest_field(cls, name),
        path=path_text(*outer, name),
        at_key=True,
    )


def nearest_field(cls: type[SpecPart], name: str) -> str | None:
    """The field of a class that an unknown one resembles, by the file's name."""
    return nearest(name, [json_name(field.name) for field in attrs.fields(cls) if field.name != "extra"])


def thaw_marked(value: Any) -> Any:
    """`thaw`, with the scalars that stood unquoted in a file still marked."""
    if isinstance(value, FrozenDict):
        return {key: thaw_marked(item) for key, item in value.items()}
    if isinstance(value, FrozenList):
        return [thaw_marked(item) for item in value]
    return value


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
    ImageSource: "say where it is from:\nimage:\n  beaker: NAME  # or docker: TAG",
    ResultSpec: "write it below its key:\nresult:\n  path: PATH",
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


def _format_number(number: float) -> float | UnquotedText:
    """A number as it is written: YAML 1.1 knows no exponent without a point before it."""
    text = repr(number)
    return UnquotedText(text.replace("e", ".0e")) if "e" in text and "." not in text else number


def _sort_out(
    cls: type[SpecPart], fields: Mapping[str, attrs.Attribute[Any]]
) -> Callable[[dict[Any, Any]], tuple[dict[str, Any], FrozenDict[Any], dict[str, str], list[Problem] | None]]:
    """The function for a mapping that has other keys than the file's names of the fields.

    It gives the mapping under those names, the fields that are unknown, the spellings that were others, and the
    problems.
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
            current = _session.get() or Session()
            try:
                if not isinstance(key, str) or not key:
                    refuse("key-type", expected="text as the name of a field", found=show(key), at_key=True)
                extra[check.text(key)] = _frozen(value, current.levels)
                current.unknown.append((cls, key))
                if current.strict:
                    problems.append(unknown_field(cls, key))
            except ValidationError as error:
                problems += within(error.problems, key if isinstance(key, str) else show(key))
        return known, FrozenDict(extra) if extra else EMPTY, spelled, problems or None

    return sort_out


def _frozen(value: Any, levels: int) -> Any:
    """The value of an unknown field, frozen. Where in it a problem is would show what is in it."""
    try:
        return freeze(value, levels)
    except ValidationError as error:
        raise ValidationError([attrs.evolve(problem, path="") for problem in error.problems]) from None


def _add(
    problems: list[Problem] | None, name: str, error: ValidationError, spelled: Mapping[str, str] | None
) -> list[Problem]:
    problems = [] if problems is None else problems
    problems += within(error.problems, name if spelled is None else spelled.get(name, name))
    return capped(problems) if len(problems) > 2 * MOST_PROBLEMS else problems


def _missing(
    problems: list[Problem] | None, name: str, data: Mapping[str, Any], spelled: Mapping[str, str] | None
) -> list[Problem]:
    problems = [] if problems is None else problems
    written = name if spelled is None else spelled.get(name, name)
    message = Sentence("{expected} is required, but it is null" if name in data else "{expected} is missing")
    problems.append(Problem(rule="missing-field", message=message, expected=written, path=path_text(written)))
    return problems


def _fail(cls: type[SpecPart]) -> Callable[[Any, list[Problem]], None]:
    """The function that raises the problems of a mapping. Of a spec of the format before v2 only that is said."""

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


def _each(hook: StructureHook, part: type[Any], data: Any, hint: str | None) -> FrozenList[Any]:
    """A list of parts, with the problems of all of them."""
    if data.__class__ is list:
        # A hook takes the class that it makes, as cattrs has it, or what the items of a list share.
        siblings: Any = part
        if part is TaskSpec and len(data) > 1:
            current = _session.get()
            if current is not None and current.shares:
                siblings = Siblings() if current.is_yaml else SiblingsInPython()
        return check.list_of(lambda item: hook(item, siblings), data)
    if isinstance(data, SharedList):
        return data.once(part, lambda: _each(hook, part, list(data), hint))  # type: ignore[no-any-return]
    return check.list_of(lambda item: hook(item, part), data, hint=hint)


def _as_hook(convert: Any) -> StructureHook:
    """The converter of a field as a hook."""
    return lambda data, _: convert(data)


def _unless_empty(hook: StructureHook) -> StructureHook:
    """`hook`, but None for a mapping in which nothing is set: tools that always write the key leave it so."""

    def unless_empty(data: Any, cls: Any) -> Any:
        if data.__class__ is dict or isinstance(data, Mapping):
            for item in data.values():
                if item is not None:
                    break
            else:
                return None
        return hook(data, cls)

    return unless_empty


def _other(cls: type[SpecPart], structure: StructureHook, keys: str) -> Callable[[Any], Any]:
    """The function for what is no plain dict: an instance, an aliased mapping, another mapping, or a mistake."""

    def other(data: Any) -> Any:
        if isinstance(data, cls):
            return data
        if isinstance(data, SharedMapping):
            return data.once(cls, lambda: structure(dict(data), cls))
        if isinstance(data, Mapping):
            return structure(dict(data), cls)
        hint = _IF_TEXT.get(cls) if isinstance(data, str) else None
        return refuse("invalid-type", expected=f"a mapping ({keys}, …)", found=kind_of(data), hint=hint)

    return other
