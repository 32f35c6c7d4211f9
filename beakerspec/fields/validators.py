"""attrs validators: the rules of a whole object, checked on construction when all fields are set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

import attrs

from ..frozen import EMPTY, FrozenDict
from ..problems import Problem, Sentence, ValidationError, path_text, refuse, show
from .names import json_name

_SOURCES = ("beaker", "host_path", "weka", "result", "secret", "volume")
_sources_of = attrgetter(*_SOURCES)
_name_of = attrgetter("name")


def no_known_field(instance: Any, attribute: attrs.Attribute[Any], value: FrozenDict[Any]) -> None:
    """`extra` must not hold a field of the class."""
    if value is not EMPTY:
        names = set(type(instance).__slots__) - {"extra"}
        known = names | set(map(json_name, names))
        problems = [
            Problem(
                rule="two-spellings",
                message=Sentence("{found} is a known field and cannot be in extra"),
                found=name,
                path=path_text("extra", name),
                hint="pass it as a keyword",
            )
            for name in value
            if name in known
        ]
        if problems:
            raise ValidationError(problems)


def one_source(instance: Any, attribute: attrs.Attribute[Any], value: object) -> None:
    """Rule `data-source`: exactly one field of a data source is set, unknown fields included (beaker-py 1.38.1)."""
    if _sources_of(instance).count(None) == len(_SOURCES) - 1 and instance.extra is EMPTY:
        return
    names = [json_name(name) for name in _SOURCES]
    given = [json_name(name) for name in _SOURCES if getattr(instance, name) is not None]
    given += ["an unknown field" for item in instance.extra.values() if item is not None]
    if len(given) != 1:
        refuse(
            "data-source",
            expected=f"exactly one of {', '.join(names)}",
            found=" and ".join(given) or "none",
            hint="remove one of them" if given else None,
        )


def unique_task_names(instance: Any, attribute: attrs.Attribute[Any], value: Sequence[Any]) -> None:
    """Rule `duplicate-task-name`: the names of tasks differ (beaker-py 1.38.1)."""
    tasks = value if isinstance(value, (list, tuple)) else ()
    try:
        if len(set(map(_name_of, tasks))) == len(tasks):
            return
    except (AttributeError, TypeError):
        pass  # beside other problems the tasks may be plain data still
    first: dict[str, int] = {}
    problems = []
    for index, task in enumerate(tasks):
        name = task.get("name") if isinstance(task, Mapping) else getattr(task, "name", None)
        if isinstance(name, str) and first.setdefault(name, index) != index:
            problems.append(
                Problem(
                    rule="duplicate-task-name",
                    message=Sentence("duplicate task name {found}, first defined at {other}"),
                    found=show(name),
                    other=path_text("tasks", first[name], "name"),
                    path=path_text("tasks", index, "name"),
                    hint="rename one of them",
                )
            )
    if problems:
        raise ValidationError(problems)
