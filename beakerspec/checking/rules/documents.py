"""The rules of a file as it stands: what is gone once a spec has been made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from ...documents.templates import explained, find_templates, placeholder_in
from ...editing.changes import Change, Put
from ...fields import converters as check
from ...fields.quantities import format_duration, parse_duration
from ...model import ExperimentSpec
from ...problems import Problem, ValidationError, ValueText, name_text, path_text, show
from ...scalars import PlainScalar, parse_boolean
from .fields import BOOLEANS, NUMBERS
from .fix import Mistake, fixer, suggested
from .rule import Subject, broken, rule

# The numbers that YAML 1.1 and 1.2, and the libraries for them, read alike.
_CLEAR_NUMBER = re.compile(
    r"[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+|[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?|\.[0-9]+(?:[eE][-+][0-9]+)?"
)
_CLEAR_BOOLEAN = re.compile("true|True|TRUE|false|False|FALSE")
_SECOND = parse_duration("1s")
#: A number up to this, a week, most likely counts hours, and a larger one seconds.
_MOST_HOURS = 7 * 24
_DURATIONS = ("tasks[].timeout", "tasks[].synchronizedStartTimeout", "tasks[].context.minRuntime")
#: What Go's time.ParseDuration reads.
_GO_DURATION = re.compile(r"[-+]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+")


@rule(
    "warning",
    reads=(),
    at_key=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          host_networking: true
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          hostNetworking: true
    """,
    fixer=suggested(is_safe=True),
)
def python_name(subject: Subject) -> Iterator[Problem]:
    """Field under its Python name.

    beakerspec and beaker-py read both names. Beaker itself knows only the name for files, so other clients ignore the
    field.
    """
    for field in subject.fields:
        if field.spelled != field.name:
            yield broken(
                field.path,
                "{found} is the Python name of this field",
                found=name_text(field.spelled),
                hint="write {suggestion}",
                suggestion=field.name,
            )


def _is_exact(mistake: Mistake) -> bool:
    """Whether a number of nanoseconds is a duration that somebody may have meant."""
    return not 0 < (_bare_number(mistake.value) or 0) < _SECOND


@rule(
    "warning",
    reads=_DURATIONS,
    is_each=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          timeout: 3600
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          timeout: 1h
    """,
    fixer=suggested(is_safe=_is_exact),
)
def bare_duration(subject: Subject) -> Iterator[Problem]:
    """Duration without a unit.

    beaker-py reads a number as nanoseconds, so 3600 is over at once. Beaker's command line, which also reads JSON
    files, refuses numbers. (Source: beaker-py 1.26.7; issue 273 of beaker-py; Go's yaml package.)
    """
    for field in subject.fields:
        number = _bare_number(field.value) if field.convert is check.optional_duration else None
        # Other durations of 0 and below are refused by rules of their own.
        if number is None or (number <= 0 and field.name != "minRuntime"):
            continue
        quote = '"' if subject.is_json else ""
        units = ""
        if 0 < number < _SECOND:
            units = "hms" if number <= _MOST_HOURS else "smh"
        unit, others = units[:1], units[1:]
        first = f"{number}{unit}" if unit else format_duration(number)
        yield broken(
            field.path,
            "{found} without a unit means nanoseconds, and Beaker's command line refuses it",
            found=show(field.value),
            expected=ValueText(" or ".join(f"{quote}{number}{each}{quote}" for each in others)) if others else None,
            hint="write {suggestion}" + (", or {expected}" if others else ""),
            suggestion=ValueText(f"{quote}{first}{quote}"),
        )


def _bare_number(value: Any) -> int | None:
    """The nanoseconds of a duration that is given as a number."""
    if isinstance(value, PlainScalar) or not isinstance(value, str):
        try:
            return check.optional_duration(value)
        except ValidationError:
            return None
    return None


@rule(
    "warning",
    reads=_DURATIONS,
    is_each=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          timeout: "90"
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          timeout: 90s
    """,
    fixer=suggested(is_safe=True),
)
def unitless_duration(subject: Subject) -> Iterator[Problem]:
    """Duration is a string without a unit.

    beaker-py reads it as seconds, though the same number without quotes means nanoseconds. Beaker's command line
    refuses it. (Source: beaker-py 1.26.7.)
    """
    for field in subject.fields:
        value = field.value
        if (
            field.convert is check.optional_duration
            and isinstance(value, str)
            and _lacks_unit(value)
            and (number := _read(value)) is not None
        ):
            yield broken(
                field.path,
                "{found} has no unit: beaker-py reads seconds, and Beaker's command line refuses it",
                found=show(value),
                hint="write {suggestion}",
                suggestion=ValueText(format_duration(number)),
            )


@rule(
    "warning",
    reads=_DURATIONS,
    is_each=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          timeout: 30min
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          timeout: 30m
    """,
    fixer=suggested(is_safe=True),
)
def go_duration(subject: Subject) -> Iterator[Problem]:
    """Duration that only beaker-py reads.

    Beaker's command line reads durations as Go does: numbers with the units h, m, s, ms, us and ns, in lower case and
    without spaces. beaker-py also reads spellings such as `30min`, `2 hours` and `1h 30m`. (Source: issue 273 of
    beaker-py; Go's time.ParseDuration.)
    """
    for field in subject.fields:
        value = field.value
        if (
            field.convert is check.optional_duration
            and isinstance(value, str)
            and not _lacks_unit(value)
            and _GO_DURATION.fullmatch(value) is None
            and _bare_number(value) is None
            and (number := _read(value)) is not None
        ):
            quote = '"' if subject.is_json else ""
            yield broken(
                field.path,
                "Beaker's command line does not read the duration {found}",
                found=show(value),
                hint="write {suggestion}",
                suggestion=ValueText(f"{quote}{format_duration(number)}{quote}"),
            )


def _lacks_unit(text: str) -> bool:
    return text.__class__ is str and text.rstrip()[-1:] in tuple("0123456789.")


def _read(text: str) -> int | None:
    try:
        return parse_duration(text) if text.strip() else None
    except ValidationError:
        return None


def _is_one_item(mistake: Mistake) -> bool:
    return "," not in str(mistake.value)


@fixer(is_safe=_is_one_item)
def _list_of_one(mistake: Mistake) -> Iterable[Change]:
    """The item, or the items that commas separate, as a list."""
    value = mistake.value
    items = [value] if _is_one_item(mistake) else [item.strip() for item in value.split(",") if item.strip()]
    return [Put(mistake.path, items)]


@rule(
    "warning",
    reads=("tasks[].constraints.cluster",),
    bad="""
        tasks:
        - image: {docker: alpine}
          constraints: {cluster: team/cluster}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          constraints: {cluster: [team/cluster]}
    """,
    fixer=_list_of_one,
)
def one_item_for_a_list(subject: Subject) -> Iterator[Problem]:
    """Single string where a list belongs.

    beakerspec reads it as a list of one item; beaker-py refuses it. (Source: 27 of 783 real specs name one cluster
    like this.)
    """
    for field in subject.fields:
        if field.convert is check.optional_texts_or_one and isinstance(field.value, str):
            yield broken(
                field.path,
                "expected a list, got a single string",
                hint="write [{suggestion}]",
                suggestion=show(field.value) if "," not in field.value else _items(field.value),
            )


def _items(text: str) -> ValueText:
    """The items that commas separate, as those of a list in flow style."""
    return ValueText(", ".join(str.__str__(show(item.strip())) for item in text.split(",") if item.strip()))


@rule(
    "warning",
    reads=(),
    bad="""
        tasks:
        - image: {docker: alpine}
          replicas: 010
          hostNetworking: yes
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          replicas: 8
          hostNetworking: true
    """,
    fixer=suggested(is_safe=True),
)
def ambiguous_scalar(subject: Subject) -> Iterator[Problem]:
    """Number or boolean that YAML versions read differently.

    `010` is 8 in YAML 1.1 and 10 in YAML 1.2; `1e3` is a string in one and a number in the other, and `yes` a boolean
    in one and a string in the other. Beaker's own reader, in Go, follows parts of both.
    """
    for field in subject.fields:
        value = field.value
        if not isinstance(value, PlainScalar):
            continue
        text = str.__str__(value)
        if field.convert in NUMBERS and _CLEAR_NUMBER.fullmatch(text) is None:
            clear = _clear_number(field.convert, value)
        elif field.convert in BOOLEANS and _CLEAR_BOOLEAN.fullmatch(text) is None:
            clear = None if (flag := parse_boolean(text)) is None else str(flag).lower()
        else:
            continue
        if clear is not None:
            yield broken(
                field.path,
                "YAML 1.1 and 1.2 read {found} differently",
                found=show(value),
                hint="write {suggestion}",
                suggestion=ValueText(clear),
            )


def _clear_number(convert: Any, value: PlainScalar) -> str | None:
    try:
        number = convert(value)
    except ValidationError:
        return None
    return str(int(number)) if number == int(number) else str(number)


@rule(
    "warning",
    reads=("budget", "tasks[].image", "tasks[].constraints", "tasks[].context.cluster", "tasks[].datasets[].source"),
    is_each=True,
    bad="""
        tasks:
        - image: {docker: <IMAGE>}
    """,
    good="""
        tasks:
        - image: {docker: "{{.Env.IMAGE}}"}
    """,
)
def placeholder(subject: Subject) -> Iterator[Problem]:
    """Placeholder or shell variable where nothing replaces it.

    Beaker takes `<IMAGE>`, `$IMAGE` and `${IMAGE}` as they are. Its command line replaces {{.Env.IMAGE}} with an
    environment variable. Commands and the values of variables are not reported: a shell may read them.
    """
    for path, value in _names(subject.spec):
        hint = placeholder_in(value) if value and "{{" not in value else None
        if hint is not None:
            yield broken(path, "{found} is not replaced", found=show(value), hint=hint)


def _names(spec: ExperimentSpec) -> Iterator[tuple[str, str | None]]:
    """The texts that name something, each with its path."""
    yield "budget", spec.budget
    for index, task in enumerate(spec.tasks):
        outer = f"tasks[{index}]"
        yield f"{outer}.image.beaker", task.image.beaker
        yield f"{outer}.image.docker", task.image.docker
        yield f"{outer}.context.cluster", task.context.cluster
        if task.constraints is not None:
            for name in ("cluster", "hostname"):
                for number, value in enumerate(task.constraints[name] or ()):
                    yield f"{outer}.constraints.{name}[{number}]", value
        for number, mount in enumerate(task.datasets or ()):
            for name in ("beaker", "weka", "secret"):
                yield f"{outer}.datasets[{number}].source.{name}", mount.source[name]


@rule(
    "warning",
    reads=(),
    at_key=True,
    bad="""
        tasks:
        - image: {docker: "{{ image }}"}
    """,
    good="""
        tasks:
        - image: {docker: "{{.Env.IMAGE}}"}
    """,
)
def foreign_template(subject: Subject) -> Iterator[Problem]:
    """Template that Beaker's command line does not expand.

    It expands {{.Env.NAME}} in a whole file, in quotes and in commands, too, and fails at any other template, such as
    one of Jinja or of GitHub Actions. (Source: Beaker's command line, which uses Go's text/template.)
    """
    if not subject.may_hold("{{"):
        return
    seen: set[int] = set()
    pending: list[tuple[tuple[str | int, ...], Any]] = [((), subject.data)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, str):
            template = next((each for each in find_templates(value) if each.name is None), None)
            if template is not None:
                problem = explained(value, template.start, template.end)
                yield attrs.evolve(problem, path=path_text(*path))
        elif isinstance(value, (dict, list)) and id(value) not in seen:
            seen.add(id(value))
            parts = value.items() if isinstance(value, dict) else enumerate(value)
            pending += [((*path, key), part) for key, part in parts]
