"""A JSON Schema of experiment specs, for editors and for whoever checks specs without Python.

The types come from the attrs fields; what a field means, and what its rules allow, stands in a table of this module.

An editor's YAML parser hands on less than stands in the file: whether a scalar was quoted is gone, and `0123` may have
become a number. Where that leaves open whether beakerspec would take a value, the schema takes it: an error in an
editor is one for beakerspec too, but for templates without quotes and spaces inside the number of a duration.

What JSON Schema does not know, editors built on yaml-language-server read from keywords of their own, which others
ignore: ``errorMessage`` says what is wrong, ``doNotSuggest`` keeps a name that is accepted from being offered.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import Enum
from typing import Any, get_args, get_type_hints

import attrs

from . import __version__
from . import validators as check
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
from .names import json_name
from .quantities import parse_duration

__all__ = ["FIELDS", "PARTS", "Field", "json_schema"]

Schema = dict[str, Any]
Kind = tuple[Schema, ...]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = ("string", "number", "boolean", "null", "array", "object")
_INT64 = 2**63


def json_schema() -> dict[str, Any]:
    """A JSON Schema (2020-12) of an experiment spec, as new plain data that is the caller's.

    It accepts a file, as YAML parsers of version 1.1 and 1.2 see it, unless reading it fails or a rule of severity
    error is broken that a schema can express. Unknown fields are errors, and warnings are not in it.

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
    return json.loads(json.dumps(schema))  # type: ignore[no-any-return]


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
    "boolean": _also("A boolean", "string", pattern="^(?:[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)$"),
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


def _integer(minimum: int = -_INT64, maximum: int = _INT64 - 1) -> Kind:
    return {"type": "integer", "minimum": minimum, "maximum": maximum}, _ref("number")


def _number(**limits: float) -> Kind:
    return {"type": "number", **limits}, _ref("number")


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
        _ref("number"),
        _ref("template"),
    )


#: The alternatives of a field that its table leaves to the function that reads it.
_KINDS: dict[Any, Kind] = {
    check.text: _TEXT,
    check.optional_text: _TEXT,
    check.optional_confidential_text: _TEXT,
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
    """What an editor says about a field, and what the field's rules allow."""

    description: str
    #: The alternatives, where its type says less.
    kind: Kind | None = None
    examples: tuple[str, ...] = ()
    #: Whether something else has taken its place.
    is_deprecated: bool = False


#: The title of each class, and what it is where it is an item of a list.
PARTS: dict[type[SpecPart], tuple[str, str]] = {
    ExperimentSpec: ("Experiment", "An experiment for Beaker: tasks, and what holds for all of them."),
    RetrySpec: ("Retry", "How failed tasks are tried again."),
    TaskSpec: ("Task", "A task: an image, what runs in it, and what it needs to run."),
    ImageSource: ("Image", "Where the image comes from."),
    EnvVar: ("Environment variable", "An environment variable of the container. Without value and secret it is empty."),
    DataMount: ("Data mount", "Data that is mounted into the container."),
    DataSource: ("Data source", "Where mounted data comes from."),
    ResultSpec: ("Result", "What is kept when the task has run."),
    TaskResources: ("Resources", "The least hardware that the task needs."),
    TaskContext: ("Context", "How the task is run."),
    Constraints: ("Constraints", "Where the task may run."),
}

#: What there is to say about each field, by Python's name of it.
FIELDS: dict[type[SpecPart], dict[str, Field]] = {
    ExperimentSpec: {
        "version": Field("The version of the format. New specs say v2."),
        "description": Field("What the experiment is for, in your own words."),
        "budget": Field("The account that pays. It can be left out where the workspace has a default."),
        "groups": Field("Names of groups that the experiment joins."),
        "retry": Field("How failed tasks are tried again."),
        "tasks": Field("What runs. A task that mounts the result of another one waits for it."),
    },
    RetrySpec: {
        "allowed_task_retries": Field("How many failed tasks are tried again, from 0 to 10.", _integer(0, 10)),
    },
    TaskSpec: {
        "name": Field("The name, by which other tasks can mount this one's result. Each task has another."),
        "image": Field("The image that the container starts from: either beaker or docker."),
        "result": Field("What is kept when the task has run."),
        "context": Field("How the task is run: its priority, and whether it may be interrupted."),
        "constraints": Field("Where the task may run: names of constraints, each with a list of what it allows."),
        "command": Field(
            "What runs in the place of the image's entry point, one item for each word: [python, train.py]. No shell "
            'takes it apart unless it is named: [bash, -c, "python train.py | tee log"].'
        ),
        "arguments": Field("Words that follow the command, in the place of the image's own: [--epochs, 3]."),
        "env_vars": Field("Environment variables of the container, each with a value or a secret."),
        "datasets": Field("Data that is mounted into the container, each with a path and a source."),
        "resources": Field("The least hardware that the task needs. It waits until that is free."),
        "host_networking": Field(
            "Whether the container uses the network of its host. Replicas with a leader need it to reach each other."
        ),
        "replicas": Field("How many copies of the task run, 1 or more.", _integer(1)),
        "leader_selection": Field("Whether one of the replicas leads, and all of them are told its host name."),
        "propagate_failure": Field("Whether the whole experiment fails when this task fails."),
        "propagate_preemption": Field("Whether the other tasks are preempted when this one is."),
        "synchronized_start_timeout": Field(
            "For how long replicas wait for each other to be ready, up to 48h. A job that waits longer is canceled.",
            _duration(1, parse_duration("48h")),
            ("30m", "1h"),
        ),
        "timeout": Field(
            "For how long a job of the task may run: 48h or 1h30m. A bare number counts nanoseconds.",
            _duration(1),
            ("90m", "48h"),
        ),
    },
    ImageSource: {
        "beaker": Field("The name or ID of a Beaker image: team/trainer."),
        "docker": Field("The tag of a Docker image in a registry that the cluster can reach: alpine:3.20."),
    },
    EnvVar: {
        "name": Field(
            "The name: letters, digits and underscores, no digit first. Each variable of a task has another.",
            _VARIABLE_NAME,
        ),
        "value": Field("The value, as it stands here: true and 0123 need no quotes."),
        "secret": Field("The name of a secret of the workspace that holds the value."),
    },
    DataMount: {
        "mount_path": Field(
            "Where in the container: an absolute path that no other mount overlaps, such as /data.", _ABSOLUTE_PATH
        ),
        "sub_path": Field("A file or directory inside the source, from its root, that alone is mounted: images/train."),
        "mode": Field(
            "Whether the task may write to it. Beaker datasets and secrets are readonly, host paths and Weka buckets "
            "readwrite."
        ),
        "source": Field("Where the data comes from: exactly one kind of source."),
    },
    DataSource: {
        "beaker": Field("The name or ID of a Beaker dataset: team/corpus."),
        "host_path": Field("A path on the host that runs the task: /net/storage/corpus."),
        "weka": Field("The name of a Weka bucket."),
        "result": Field(
            "The name of another task of this experiment, whose result is mounted. This task waits until it has ended."
        ),
        "secret": Field("The name of a secret of the workspace, mounted as a file."),
        "volume": Field("The name of a volume."),
    },
    ResultSpec: {
        "path": Field("The directory in the container that is kept as the task's result: /output."),
    },
    TaskResources: {
        "cpu_count": Field("Logical CPU cores, fractions allowed: 4 or 0.5.", _number(exclusiveMinimum=0)),
        "gpu_count": Field("GPUs, 0 or more.", _integer(0)),
        "memory": Field(
            "System memory, a number and a unit: GiB and the like are powers of 1024, GB and G are powers of 1000.",
            _SIZE,
            ("16GiB", "1.5TiB"),
        ),
        "shared_memory": Field("The size of /dev/shm, a number and a unit.", _SIZE, ("1GiB", "10GiB")),
    },
    TaskContext: {
        "cluster": Field("The name of a cluster. Deprecated: write constraints.cluster.", is_deprecated=True),
        "priority": Field("How urgent the task is. One of a higher priority is placed before others in the queue."),
        "preemptible": Field(
            "Whether the task may be interrupted. Deprecated: minRuntime and autoResume have taken its place.",
            is_deprecated=True,
        ),
        "min_runtime": Field(
            "For how long the task, once started, is not interrupted: 2h or 30m.", _duration(0), ("30m", "2h")
        ),
        "auto_resume": Field("Whether the task is started again after it was interrupted."),
    },
    Constraints: {
        "cluster": Field("Names or IDs of the clusters that the task may run on."),
        "hostname": Field("Names of the hosts that the task may run on."),
    },
}

#: Members of enums that are read and no longer recommended.
_DEPRECATED = (Priority.preemptible,)

# The rules about several fields of a mapping. What has to be absent is null or not there.

_ABSENT: Schema = {"type": "null"}
_ABSENT_OR_EMPTY: Schema = {"type": ["string", "null"], "pattern": "^$"}


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
    DataSource: _exactly_one(*FIELDS[DataSource], message="Expected exactly one source."),
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
    title, description = PARTS[cls]
    hints = get_type_hints(cls)
    properties: Schema = {}
    patterns: Schema = {}
    required: list[str] = []
    rules = dict(_RULES.get(cls, {}))
    dependent: Schema = dict(rules.pop("dependentSchemas", {}))
    for field in attrs.fields(cls):
        if field.converter is check.extra_fields:
            continue
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
    parts = {
        "required": required,
        "properties": properties,
        "patternProperties": patterns,
        "additionalProperties": cls is Constraints,
        **rules,
        "dependentSchemas": dependent,
    }
    return {
        "title": title,
        "description": description,
        "type": ["object", "null"] if may_be_null else "object",
        **{keyword: part for keyword, part in parts.items() if part or part is False},
    }


def _field(cls: type[SpecPart], field: attrs.Attribute[Any], hint: Any, *, is_needed: bool) -> Schema:
    """The schema of a field's value."""
    about = FIELDS[cls][field.name]
    convert: Any = field.converter
    words: Schema = {"description": about.description}
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
    old = "|".join(member.value for member in enum if member in _DEPRECATED)
    return (
        {"enum": [member.value for member in enum if member not in _DEPRECATED]},
        *([_also("Deprecated", "string", pattern=f"^(?:{old})$")] if old else []),
        _ref("template"),
    )
