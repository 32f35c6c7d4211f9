"""The rules of a whole spec. Each is one function, and `RULES` is the list of them.

A function yields a problem for each place where a spec breaks the rule, with the path in a file's names. What a rule
says has a source in the format's documentation or in a client of Beaker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs

from . import validators as check
from .model import DataSource, ExperimentSpec
from .problems import Problem, Severity, ValidationError, expected, path_text, within

__all__ = ["RULES", "Rule", "findings"]


@attrs.frozen
class Rule:
    """A rule: its stable name, how grave it is to break it, and the function that finds where it is broken."""

    name: str
    severity: Severity
    find: Callable[[ExperimentSpec], Iterator[Problem]]


def findings(spec: ExperimentSpec) -> tuple[Problem, ...]:
    """What all rules find in a spec, in the order of the paths."""
    return tuple(
        sorted(
            attrs.evolve(problem, rule=rule.name, severity=rule.severity)
            for rule in RULES
            for problem in rule.find(spec)
        )
    )


def image_source(spec: ExperimentSpec) -> Iterator[Problem]:
    """An image comes from exactly one source (beaker-py 1.38.1). An empty text is none."""
    for index, task in enumerate(spec.tasks):
        given = [name for name in ("beaker", "docker") if task.image[name]]
        if len(given) != 1:
            yield Problem(
                rule="image-source",
                message=expected("exactly one of beaker, docker", " and ".join(given) or "none"),
                path=path_text("tasks", index, "image"),
                hint="keep one of them" if given else "name an image: beaker: NAME, or docker: TAG",
            )


def duplicate_task_name(spec: ExperimentSpec) -> Iterator[Problem]:
    """Tasks that have names have different ones (beaker-py 1.38.1)."""
    yield from _broken(check.unique_task_names, spec, spec.tasks)


def data_source(spec: ExperimentSpec) -> Iterator[Problem]:
    """A data source has exactly one field set (beaker-py 1.38.1)."""
    for index, task in enumerate(spec.tasks):
        for number, mount in enumerate(task.datasets or ()):
            source: DataSource = mount.source
            path = ("tasks", index, "datasets", number, "source")
            yield from within(_broken(check.one_source, source, source.extra), *path)


def _broken(rule: Callable[[Any, Any, Any], None], instance: object, value: object) -> Iterator[Problem]:
    """The problems that a rule of the constructors finds."""
    try:
        rule(instance, None, value)
    except ValidationError as error:
        yield from error.problems


RULES = (
    Rule("image-source", "error", image_source),
    Rule("duplicate-task-name", "error", duplicate_task_name),
    Rule("data-source", "error", data_source),
)
