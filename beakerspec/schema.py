"""The JSON Schema of experiment specs, for editors and other programs.

Types and descriptions come from the model: from its attrs fields and the docstrings below them. What the rules allow
stands in a table of this module.

An editor's YAML parser hands on less than stands in the file: whether a scalar was quoted is gone, and `0123` may have
become a number. Where that leaves open whether beakerspec would take a value, the schema takes it: an error in an
editor is one for beakerspec too, but for templates without quotes and spaces inside the number of a duration.

What JSON Schema does not know, editors built on yaml-language-server read from keywords of their own, which others
ignore: ``errorMessage`` says what is wrong, ``enumDescriptions`` what the values of an enum mean, and ``doNotSuggest``
keeps a name that is accepted from being offered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, get_args, get_type_hints

import attrs

from . import __version__
from .docstrings import attribute_docs, docstring_of
from .fields import converters as check
from .fields.names import json_name
from .fields.quantities import parse_duration
from .model import (
    Constraints,
    DataMount,
    DataSource,
    EnvVar,
    ExperimentSpec,
    ImageSource,
    MountMode,
    Priority,
    ResultSpec,
    RetrySpec,
    SpecPart,
    TaskContext,
    TaskResources,
    TaskSpec,
    parts_of,
)

__all__ = ["FIELDS", "TITLES", "Field", "json_schema"]

Schema = dict[str, Any]
Kind = tuple[Schema, ...]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = ("string", "number", "boolean", "null", "array", "object")
_INT64 = 2**63


def json_schema(
    *,
    clusters: Iterable[str] | None = None,
    aliases: Iterable[str] = (),
    budgets: Iterable[str] | None = None,
    priorities: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Return a JSON Schema (2020-12) of an experiment spec, as new plain data that the caller may change.

    It accepts a file, as YAML parsers of version 1.1 and 1.2 see it, unless reading it fails or a rule of severity
    error is broken that a schema can express. Unknown fields are errors, and warnings are not in it.

    If the names of a site's clusters, budgets or priorities are given, editors offer them, and others are errors, but
    for `aliases` of the clusters.

    >>> json_schema()["properties"]["tasks"]["items"]["properties"]["replicas"]["anyOf"][0]["minimum"]
    1
    """
    schema = {
        "$schema": _DIALECT,
        "$comment": f"Made by beakerspec {__version__}.",
        **_object(ExperimentSpec),
        "$defs": _SHARED,
    }
    # What it is made of is used in several places, and the caller may want to change one of them.
    copy: dict[str, Any] = json.loads(json.dumps(schema))
    fields = copy["properties"]
    task = fields["tasks"]["items"]["properties"]
    if clusters is not None:
        known = list(clusters)
        for field in (task["constraints"]["properties"]["cluster"]["items"], task["context"]["properties"]["cluster"]):
            _restrict(field, known, "cluster", tuple(aliases))
    if budgets is not None:
        _restrict(fields["budget"], list(budgets), "budget", ("",))
    if priorities is not None:
        _restrict(task["context"]["properties"]["priority"], list(priorities), "priority")
    return copy


def _restrict(field: Schema, names: list[str], what: str, others: Iterable[str] = ()) -> None:
    """Let a field of the schema have only these names, which are offered, and others, which are not."""
    first, *rest = field["anyOf"]
    docs = dict(zip(first.get("enum", ()), first.get("enumDescriptions", ()), strict=False))
    choice: Schema = {"enum": names, "errorMessage": f"Expected a {what} of the site: {', '.join(names) or 'none'}."}
    if docs:
        choice["enumDescriptions"] = [docs.get(name, "") for name in names]
    accepted = "|".join(_SYNTAX.sub(r"\\\g<0>", other) for other in others)
    another = _also(f"Another name of a {what}", "string", pattern=f"^(?:{accepted})$")
    kept = [each for each in rest if each == _ref("leftOut")]
    field["anyOf"] = [choice, *([another] if others else []), _ref("template"), *kept]


#: What regular expressions do not take as it is.
_SYNTAX = re.compile(r"[\^$\\.*+?()[\]{}|/]")


# The alternatives that a field has for its value. The first is what an editor offers and what its messages are about.
# What `type` and `enum` name is offered, so that the others, which are accepted and not recommended, say what they are
# not. Their titles tell them from the first: without, yaml-language-server joins all of them into one explanation.


def _also(title: str, *types: str, **rest: Any) -> Schema:
    """An alternative of these types that no editor offers."""
    return {"title": title, "not": {"type": [each for each in _TYPES if each not in types]}, **rest}


_DIGITS = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_EXPONENT = r"[eE][-+]?[0-9]+"
#: Numbers that some parsers of YAML take for text. Any other that is text stood in quotes, which is an error.
_ODD_NUMBERS = (
    *("0o_*[0-7][0-7_]*", "0_+[0-7][0-7_]*", "0[0-7]+_[0-7_]*", "[1-9][0-9]*_[0-9_]*"),
    *("0x_*[0-9a-fA-F][0-9a-fA-F_]*", "0b_*[01][01_]*", f"{_DIGITS}{_EXPONENT}"),
)

#: What many fields have in common.
_SHARED: Schema = {
    "leftOut": _also("Left out", "null"),
    "template": _also("A template, expanded before the file is read", "string", pattern=r"\{\{"),
    "unquotedText": _also("A number or a boolean, read as its text", "number", "boolean"),
    "number": _also("A number", "string", pattern=f"^[-+]?(?:{'|'.join(_ODD_NUMBERS)})$"),
    "numberFrom0": _also("A number", "string", pattern=f"^\\+?(?:{'|'.join(_ODD_NUMBERS)})$"),
    "boolean": _also("A boolean", "string", pattern="^(?:[Yy]es|YES|[YyNn]|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)$"),
}


def _ref(name: str) -> Schema:
    assert name in _SHARED
    return {"$ref": f"#/$defs/{name}"}


_TEXT: Kind = ({"type": "string"}, _ref("unquotedText"))
_BOOLEAN: Kind = ({"type": "boolean"}, _ref("boolean"))
_ABSOLUTE_PATH: Kind = (
    {"type": "string", "pattern": "^/", "errorMessage": "Expected an absolute path, such as /data."},
    _ref("template"),
)
_VARIABLE_NAME: Kind = (
    {
        "type": "string",
        "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
        "errorMessage": "Expected a name of letters, digits and underscores, no digit first.",
    },
    _also("A boolean, read as its text", "boolean"),
    _ref("template"),
)
_NOT_ZERO = "(?=[^1-9]*[1-9])"
_SIZE: Kind = (
    {
        "type": "string",
        "pattern": rf"^{_NOT_ZERO}{_DIGITS} ?(?:[KkMmGgTtPpEe](?:[Ii]?[Bb])?|[Bb])?$",
        "errorMessage": "Expected a size above 0: a number and a unit, such as 16GiB, 512 MiB or 1.5TB.",
    },
    _also("A number of bytes", "number", minimum=1, maximum=_INT64 - 1),
    _ref("template"),
)


#: What `parse_duration` reads, both micro signs among it.
_DURATION_UNITS = (
    *("nanoseconds?", "microseconds?", "milliseconds?", "seconds?", "minutes?", "hours?"),
    *("ns", "us", "\u00b5s", "\u03bcs", "ms", "sec", "s", "min", "m", "hr", "h"),
)


def _in_any_case(word: str) -> str:
    return "".join(f"[{letter.upper()}{letter}]" if "a" <= letter <= "z" else letter for letter in word)


def _odd_number(minimum: float) -> Schema:
    """A number that YAML 1.1 takes for a text."""
    return _ref("number" if minimum < 0 else "numberFrom0")


def _integer(minimum: int = -_INT64, maximum: int = _INT64 - 1) -> Kind:
    return {"type": "integer", "minimum": minimum, "maximum": maximum}, _odd_number(minimum)


def _number(*, is_above_0: bool = False) -> Kind:
    limits = {"exclusiveMinimum": 0} if is_above_0 else {}
    return {"type": "number", **limits}, _odd_number(0 if is_above_0 else -1)


def _duration(minimum: int = -_INT64, maximum: int = _INT64 - 1) -> Kind:
    """A text, of which a pattern tells whether it is above or below 0 and no more, or nanoseconds."""
    sign = "[-+]?" if minimum < 0 else r"\+?"
    units = "|".join(_in_any_case(unit) for unit in _DURATION_UNITS)
    number = f"{_DIGITS}(?:{_EXPONENT})?"
    bound = " above 0" if minimum > 0 else ""
    return (
        {
            "type": "string",
            "pattern": f"^{_NOT_ZERO if minimum > 0 else ''} *{sign} *(?:(?:{number} *(?:{units}) *)+|{number} *)$",
            "errorMessage": f"Expected a duration{bound}, such as 90m, 1h30m or 300ms.",
        },
        _also("Nanoseconds", "number", multipleOf=1, minimum=minimum, maximum=maximum),
        _odd_number(minimum),
        _ref("template"),
    )


#: The alternatives of a field that its table leaves to the function that reads it.
_KINDS: dict[Any, Kind] = {
    **dict.fromkeys(check.OF_A_TEXT, _TEXT),
    check.optional_boolean: _BOOLEAN,
    check.boolean: _BOOLEAN,
    check.optional_integer: _integer(),
    check.optional_number: _number(),
    check.optional_duration: _duration(),
}
#: The functions that read lists of scalars. In a file all these scalars are texts.
_LISTS = (check.optional_texts, check.optional_texts_or_one, check.optional_command)


@attrs.frozen
class Field:
    """What the schema adds to what the model knows about a field."""

    #: The alternatives that the field's rules allow, where its type allows more.
    kind: Kind | None = None
    examples: tuple[str, ...] = ()
    is_deprecated: bool = False


#: What an editor calls each class.
TITLES: dict[type[SpecPart], str] = {
    ExperimentSpec: "Experiment",
    RetrySpec: "Retry",
    TaskSpec: "Task",
    ImageSource: "Image",
    EnvVar: "Environment variable",
    DataMount: "Data mount",
    DataSource: "Data source",
    ResultSpec: "Result",
    TaskResources: "Resources",
    TaskContext: "Context",
    Constraints: "Constraints",
}

#: The fields that have rules, examples, or a successor, by Python's names. All others follow from the model alone.
FIELDS: dict[type[SpecPart], dict[str, Field]] = {
    RetrySpec: {"allowed_task_retries": Field(_integer(0, 10))},
    TaskSpec: {
        "replicas": Field(_integer(1)),
        "synchronized_start_timeout": Field(_duration(1, parse_duration("48h")), ("30m", "1h")),
        "timeout": Field(_duration(1), ("90m", "48h")),
    },
    EnvVar: {"name": Field(_VARIABLE_NAME)},
    DataMount: {"mount_path": Field(_ABSOLUTE_PATH)},
    TaskResources: {
        "cpu_count": Field(_number(is_above_0=True)),
        "gpu_count": Field(_integer(0)),
        "memory": Field(_SIZE, ("16GiB", "1.5TiB")),
        "shared_memory": Field(_SIZE, ("1GiB", "10GiB")),
    },
    TaskContext: {
        "cluster": Field(is_deprecated=True),
        "preemptible": Field(is_deprecated=True),
        "min_runtime": Field(_duration(0), ("30m", "2h")),
    },
}

_NOTHING_BEYOND = Field()

#: Members of enums that are read and no longer recommended.
_DEPRECATED = (Priority.preemptible,)

# The rules about several fields of a mapping. What has to be absent is null or not there.

_ABSENT: Schema = {"type": "null"}
_ABSENT_OR_EMPTY: Schema = {"type": ["string", "null"], "pattern": "^$"}


def _file_fields(cls: type[SpecPart]) -> list[attrs.Attribute[Any]]:
    """The fields of a class that a file can give."""
    return [field for field in attrs.fields(cls) if field.converter is not check.extra_fields]


def _spellings(name: str) -> tuple[str, ...]:
    """A field's names in a file, its own first."""
    return tuple(dict.fromkeys((json_name(name), name)))


def _exclusion(given: str, *others: str, message: str, absent: Schema = _ABSENT, unset: Schema = _ABSENT) -> Schema:
    """What holds where a field is there: unless it is `unset`, the others are `absent`."""
    refused = {**absent, "errorMessage": message, "doNotSuggest": True}
    return {
        spelling: {
            "if": {"properties": {spelling: {"not": unset}}},
            "then": {"properties": {name: refused for other in others for name in _spellings(other)}},
        }
        for spelling in _spellings(given)
    }


def _exactly_one(*names: str, message: str, absent: Schema = _ABSENT) -> Schema:
    """Of these fields one is set. Of two, the later one is told."""
    exclusions: Schema = {}
    for index, name in enumerate(names[:-1], 1):
        exclusions |= _exclusion(name, *names[index:], message=message, absent=absent, unset=absent)
    return {
        "if": {"type": "object", "additionalProperties": absent},
        "then": {"type": "null", "errorMessage": message},
        "dependentSchemas": exclusions,
    }


def _only_mode(source: str, mode: MountMode) -> Iterator[Schema]:
    """Data from such a source is mounted in one mode."""
    others = "|".join(other for other in MountMode if other is not mode)
    for name in _spellings(source):
        is_given = {"required": [name], "properties": {name: {"not": _ABSENT}}}
        refused = {"pattern": f"^(?!(?:{others})$)", "errorMessage": f"Expected {mode}, the one mode of {name}."}
        yield {"if": {"properties": {"source": is_given}}, "then": {"properties": {"mode": refused}}}


_RULES: dict[type[SpecPart], Schema] = {
    ImageSource: _exactly_one(
        "beaker", "docker", message="Expected exactly one of beaker, docker.", absent=_ABSENT_OR_EMPTY
    ),
    EnvVar: {
        "dependentSchemas": _exclusion(
            "secret", "value", message="Expected one of value, secret, got both.", absent=_ABSENT_OR_EMPTY
        )
    },
    DataSource: _exactly_one(
        *(field.name for field in _file_fields(DataSource)), message="Expected exactly one source."
    ),
    DataMount: {
        # What a mapping needs stands in `required`, where an editor finds it. This one has two spellings.
        "if": {"required": ["mount_path"]},
        "else": {"required": ["mountPath"]},
        "dependentSchemas": {
            "source": {
                "allOf": [
                    *_only_mode("beaker", MountMode.readonly),
                    *_only_mode("secret", MountMode.readonly),
                    *_only_mode("host_path", MountMode.readwrite),
                    *_only_mode("weka", MountMode.readwrite),
                ]
            }
        },
    },
    TaskContext: {
        "dependentSchemas": {
            **_exclusion("min_runtime", "preemptible", message="Expected no preemptible beside minRuntime."),
            **_exclusion("auto_resume", "preemptible", message="Expected no preemptible beside autoResume."),
        }
    },
}


def _object(cls: type[SpecPart], *, may_be_null: bool = False, needs_nothing: bool = False) -> Schema:
    """The schema of a mapping. With `needs_nothing`, all of its fields may be left out."""
    hints = get_type_hints(cls)
    properties: Schema = {}
    patterns: Schema = {}
    required: list[str] = []
    rules = dict(_RULES.get(cls, {}))
    dependent: Schema = dict(rules.pop("dependentSchemas", {}))
    for field in _file_fields(cls):
        is_needed = field.default is attrs.NOTHING and not needs_nothing
        name = json_name(field.name)
        properties[name] = _field(cls, field, hints[field.name], is_needed=is_needed)
        if name != field.name:
            # Accepted, and offered by no editor.
            patterns[f"^{field.name}$"] = {**properties[name], "deprecated": True}
            dependent[field.name] = {
                **dependent.get(field.name, {}),
                "properties": {name: False},
                "errorMessage": f"{name} and {field.name} are two spellings of one field.",
            }
        elif is_needed:
            required.append(name)
    if cls is Constraints:  # any name goes, but for none
        rules["propertyNames"] = {"minLength": 1}
    if cls is ExperimentSpec:  # anchors for other places
        patterns["^x-"] = {}
    parts = {
        "required": required,
        "properties": properties,
        "patternProperties": patterns,
        "additionalProperties": cls is Constraints,
        **rules,
        "dependentSchemas": dependent,
    }
    return {
        "title": TITLES[cls],
        **_described(docstring_of(cls).partition("\n\n")[0]),
        "type": ["object", "null"] if may_be_null else "object",
        **{keyword: part for keyword, part in parts.items() if part or part is False},
    }


def _described(text: str) -> Schema:
    """The description that a docstring gives. None where there is no docstring, as without the source."""
    return {"description": _plain(text)} if text else {}


def _plain(docstring: str) -> str:
    """A docstring as plain text: in one line, and without the backticks around names and values."""
    return " ".join(docstring.replace("`", "").split())


def _field(cls: type[SpecPart], field: attrs.Attribute[Any], hint: Any, *, is_needed: bool) -> Schema:
    """The schema of a field's value."""
    about = FIELDS.get(cls, {}).get(field.name, _NOTHING_BEYOND)
    convert: Any = field.converter
    words = _described(attribute_docs(cls).get(field.name, ""))
    if about.is_deprecated:
        words |= {"deprecated": True, "doNotSuggest": True}
    if isinstance(field.default, (bool, str)):
        words["default"] = field.default
    if about.examples:
        words["examples"] = about.examples
    part, is_list = parts_of(cls)[field.name]
    if part is not None and not is_list:
        needs_nothing = bool(field.metadata.get("none_if_empty"))
        return {**_object(part, may_be_null=not is_needed, needs_nothing=needs_nothing), **words}
    if part is not None or convert in _LISTS:
        items = {"anyOf": _TEXT} if part is None else _object(part)
        words |= {"items": items, "errorMessage": field.metadata.get("not_a_list", "Expected a list.")}
        if convert is check.optional_texts_or_one:
            # A text or null may stand in the list's place. A `type` would have an editor offer that.
            return {**words, "if": {"type": "object"}, "then": {"type": "array", "errorMessage": "Expected a list."}}
        return {**words, "type": "array" if is_needed else ["array", "null"]}
    kind = about.kind or _KINDS.get(convert) or _enum(get_args(hint)[0] if get_args(hint) else hint)
    return {**words, "anyOf": [*kind, *([] if is_needed else [_ref("leftOut")])]}


def _enum(enum: type[Enum]) -> Kind:
    docs = attribute_docs(enum)
    current = [member for member in enum if member not in _DEPRECATED]
    words: Schema = {"enumDescriptions": [_plain(docs.get(member.name, "")) for member in current]} if docs else {}
    deprecated = [
        _also("Deprecated", "string", pattern=f"^{member.value}$", **_described(docs.get(member.name, "")))
        for member in enum
        if member in _DEPRECATED
    ]
    return {"enum": [member.value for member in current], **words}, *deprecated, _ref("template")
