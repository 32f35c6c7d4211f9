"""The rules of a spec. Each is one function, and `RULES` is the list of them.

A function yields a problem for each place where a spec breaks the rule, with the path in a file's names. What a rule
says has a source in the format's documentation or in a client of Beaker.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any

import attrs

from ...documents.privacy import SHORTEST_VALUE
from ...model import ExperimentSpec
from ...problems import MOST_PROBLEMS, Problem, capped, in_order, path_parts, quoted, value_texts
from . import documents, environment, experiment, mounts, placement, resources, tasks
from .reading import READING_RULES
from .rule import Rule, Subject

__all__ = ["ERRORS", "RULES", "Rule", "Subject", "findings"]

RULES: tuple[Rule, ...] = (
    experiment.unknown_field,
    experiment.extension_field,
    experiment.old_version,
    experiment.missing_budget,
    experiment.required_budget,
    experiment.disallowed_budget,
    experiment.retry_limit,
    experiment.no_tasks,
    experiment.duplicate_task_name,
    tasks.task_name,
    tasks.image_source,
    tasks.command_is_a_shell_line,
    tasks.result_path,
    tasks.replicas,
    tasks.leader_without_host_networking,
    tasks.multi_node,
    tasks.start_timeout,
    tasks.short_start_timeout,
    tasks.timeout,
    tasks.timeout_bounds,
    environment.env_name,
    environment.duplicate_env_var,
    environment.env_source,
    environment.empty_env_var,
    environment.literal_secret,
    mounts.mount_path,
    mounts.mount_overlap,
    mounts.sub_path,
    mounts.mount_mode,
    mounts.data_source,
    mounts.unknown_result,
    mounts.result_cycle,
    mounts.host_path,
    resources.cpu_count,
    resources.gpu_count,
    resources.size,
    resources.decimal_size,
    resources.bare_size,
    placement.too_many_gpus,
    placement.gpu_share,
    placement.no_cluster,
    placement.unknown_cluster,
    placement.deprecated_cluster,
    placement.disallowed_priority,
    placement.deprecated_priority,
    placement.deprecated_preemptible,
    placement.preemptible_conflict,
    placement.min_runtime,
    placement.min_runtime_exceeds_timeout,
    placement.hostname_with_retries,
    placement.unknown_constraint,
    documents.python_name,
    documents.bare_duration,
    documents.unitless_duration,
    documents.go_duration,
    documents.one_item_for_a_list,
    documents.ambiguous_scalar,
    documents.placeholder,
    documents.foreign_template,
    *READING_RULES,
)


#: What `ExperimentSpec.validate` refuses. A field that this version does not know is kept, and is none of it.
ERRORS = tuple(rule for rule in RULES if rule.severity == "error" and rule is not experiment.unknown_field)


def findings(subject: Subject, rules: Iterable[Rule] = RULES) -> list[Problem]:
    """What the rules find in a spec, in the order of the paths.

    Of a value that a file uses several times, a rule that looks at each task by itself finds the same at each use, and
    what it finds at the first is told.
    """
    repeated = subject.repeated
    found: list[Problem] = []
    for rule in rules:
        if rule.find is None:
            continue
        for each in rule.find(subject):
            if not (repeated and not rule.is_relational and _is_in(each, repeated)):
                found.append(attrs.evolve(each, rule=rule.name, severity=rule.severity, at_key=rule.at_key))
        if len(found) > 2 * MOST_PROBLEMS:
            found = capped(found)
    if not subject.data:
        found = list(_without_values(found, subject.spec))
    return capped(in_order(found))


def _without_values(found: list[Problem], spec: ExperimentSpec) -> Iterator[Problem]:
    """The findings about a spec whose text is not at hand, without what another field has from a variable."""
    variables = [each for task in spec.tasks for each in task.env_vars or ()] if found else []
    values = {quoted(each.value)[1:-1] for each in variables if each.value and len(each.value) >= SHORTEST_VALUE}
    for problem in found:
        hidden: dict[str, Any] = {
            name: None for name, text in value_texts(problem) if any(value in text for value in values)
        }
        yield attrs.evolve(problem, **hidden) if hidden else problem


def _is_in(problem: Problem, places: Container[tuple[str | int, ...]]) -> bool:
    path = path_parts(problem.path)
    return any(path[:length] in places for length in range(1, len(path) + 1))
