"""What specs ask for, in figures that can be added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import attrs

from ..model import ExperimentSpec, TaskSpec

__all__ = ["GROUPINGS", "Figures", "Summary", "summary_of"]

#: The figures are broken down by these.
GROUPINGS = ("cluster", "priority", "image", "budget")
#: Nanoseconds.
_HOUR = 3_600 * 10**9
#: The group of specs and tasks that name none.
_NONE = "(none)"


@attrs.define
class Figures:
    """How many experiments, tasks and GPUs there are."""

    experiments: int = 0
    tasks: int = 0
    #: Replicas of all tasks; a task without `replicas` has one.
    replicas: int = 0
    #: GPUs of all replicas.
    gpus: int = 0
    #: The most hours that these GPUs are used, from the timeouts of their tasks. Retries are not included.
    gpu_hours: float = 0.0
    #: The GPUs of tasks without a timeout, whose hours have no limit.
    gpus_without_timeout: int = 0

    def add(self, other: Figures) -> None:
        """Add other figures."""
        for name in attrs.fields_dict(Figures):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@attrs.define
class Summary:
    """Total figures, figures of each group, and the number of problems of each rule."""

    total: Figures = attrs.field(factory=Figures)
    #: By grouping and name. A task that names several clusters counts for each of them. A budget counts the whole
    #: experiment, even without tasks.
    groups: dict[str, dict[str, Figures]] = attrs.field(factory=lambda: {grouping: {} for grouping in GROUPINGS})
    #: The number of problems of each rule.
    problems: Counter[str] = attrs.field(factory=Counter)

    def add(self, other: Summary) -> None:
        """Add another summary."""
        self.total.add(other.total)
        for grouping, groups in other.groups.items():
            for name, figures in groups.items():
                self.groups[grouping].setdefault(name, Figures()).add(figures)
        self.problems.update(other.problems)


def summary_of(spec: ExperimentSpec) -> Summary:
    """The summary of one spec, with the problems that its rules find.

    >>> spec = ExperimentSpec.new("b", cluster="c", resources={"gpuCount": 8}, replicas=2, timeout="1h")
    >>> summary = summary_of(spec)
    >>> summary.total.gpus, summary.total.gpu_hours, summary.groups["cluster"]["c"].replicas
    (16, 16.0, 2)
    """
    summary = Summary(problems=Counter(problem.rule for problem in spec.check()))
    summary.total.experiments = 1
    for task in spec.tasks:
        figures = _figures_of(task)
        summary.total.add(figures)
        for grouping, names in _groups_of(task):
            groups = summary.groups[grouping]
            for name in names:
                groups.setdefault(name, Figures(experiments=1)).add(figures)
    summary.groups["budget"][spec.budget or _NONE] = attrs.evolve(summary.total)
    return summary


def _figures_of(task: TaskSpec) -> Figures:
    replicas = 1 if task.replicas is None else max(task.replicas, 0)
    count = 0 if task.resources is None else max(task.resources.gpu_count or 0, 0)
    gpus = replicas * count
    return Figures(
        tasks=1,
        replicas=replicas,
        gpus=gpus,
        gpu_hours=0.0 if task.timeout is None else gpus * max(task.timeout, 0) / _HOUR,
        gpus_without_timeout=gpus if task.timeout is None else 0,
    )


def _groups_of(task: TaskSpec) -> Iterator[tuple[str, set[str]]]:
    clusters = set((task.constraints.cluster if task.constraints is not None else None) or ())
    if task.context.cluster:
        clusters.add(task.context.cluster)
    yield "cluster", clusters or {_NONE}
    yield "priority", {_NONE if task.context.priority is None else task.context.priority.value}
    yield "image", {task.image.beaker or task.image.docker or _NONE}
