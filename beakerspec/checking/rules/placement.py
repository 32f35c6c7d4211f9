"""The rules of where a task runs, how urgent it is, and what interrupts it."""

from __future__ import annotations

from collections.abc import Iterator

from ...fields.names import nearest
from ...fields.quantities import format_duration
from ...model import Priority, TaskSpec, constraint_extras
from ...problems import DID_YOU_MEAN, Problem, ValueText, name_text, path_text, quoted, show
from ..site import Cluster, Site
from .rule import Subject, broken, rule

_KNOWN_CONSTRAINTS = ("cluster", "hostname")


def _known_constraint(name: str) -> str | None:
    """The known constraint that one of another name resembles."""
    return nearest(name, _KNOWN_CONSTRAINTS)


def _clusters(index: int, task: TaskSpec) -> Iterator[tuple[str, str]]:
    """The clusters that a task names, each with its path."""
    if task.constraints is not None:
        for number, name in enumerate(task.constraints.cluster or ()):
            yield f"tasks[{index}].constraints.cluster[{number}]", name
    if task.context.cluster:
        yield f"tasks[{index}].context.cluster", task.context.cluster


@rule(
    "warning",
    reads=(
        "tasks[].constraints",
        *(f"tasks[].context.{name}" for name in ("cluster", "preemptible", "minRuntime", "priority")),
    ),
    bad="""
        tasks:
        - image: {docker: alpine}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          constraints:
            cluster: [team/cluster]
    """,
)
def no_cluster(subject: Subject) -> Iterator[Problem]:
    """A task names no cluster and is not preemptible.

    Beaker refuses it unless the workspace says where it runs: only a preemptible task may run on any cluster. (Source:
    beaker-py 1.11.2.)
    """
    for index, task in enumerate(subject.spec.tasks):
        context, constraints = task.context, task.constraints
        # A slip in the name of one is what the rule unknown-constraint speaks of.
        is_placed = constraints is not None and bool(
            constraints.cluster or constraints.hostname or any(map(_known_constraint, constraint_extras(constraints)))
        )
        is_preemptible = (
            context.preemptible or context.min_runtime is not None or context.priority is Priority.preemptible
        )
        if not is_placed and not context.cluster and not is_preemptible:
            yield broken(
                f"tasks[{index}].constraints",
                "the task names no cluster, and is not preemptible",
                hint="name the clusters that it may run on:\nconstraints:\n  cluster: [NAME]"
                if constraints is None
                else "add the clusters that it may run on to its constraints:\ncluster: [NAME]",
            )


@rule(
    "warning",
    reads=("tasks[].context.cluster",),
    at_key=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          context: {cluster: team/cluster}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          constraints:
            cluster: [team/cluster]
    """,
)
def deprecated_cluster(subject: Subject) -> Iterator[Problem]:
    """A task names its cluster in its context.

    `constraints.cluster` has taken the place of `context.cluster`, and can name several. (Source: beaker-py 1.)
    """
    for index, task in enumerate(subject.spec.tasks):
        if task.context.cluster:
            path = f"tasks[{index}].context.cluster"
            yield broken(
                path,
                "context.cluster is deprecated",
                hint="remove it, and give the task:\nconstraints:\n  cluster: [{suggestion}]"
                if task.constraints is None
                else "remove it, and add it to the task's constraints:\ncluster: [{suggestion}]"
                if not task.constraints.cluster
                else "remove it, and have {suggestion} in constraints.cluster if the task may run there",
                suggestion=_yaml_text(task.context.cluster, path),
            )


@rule(
    "warning",
    reads=("tasks[].context.priority",),
    bad="""
        tasks:
        - image: {docker: alpine}
          context: {priority: preemptible}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          context: {priority: low, minRuntime: 0s, autoResume: true}
    """,
)
def deprecated_priority(subject: Subject) -> Iterator[Problem]:
    """A task has the priority `preemptible`.

    It is an old way to say that a task may be interrupted, and beaker-py 2 does not know it. (Source: beaker-py 2.)
    """
    for index, task in enumerate(subject.spec.tasks):
        context = task.context
        if context.priority is Priority.preemptible:
            is_alone = context.min_runtime is None and context.preemptible is None
            yield broken(
                f"tasks[{index}].context.priority",
                "preemptible is no priority any more",
                hint="write this in its place:\npriority: low\nminRuntime: 0s"
                if is_alone
                else "write low, or another one",
            )


@rule(
    "warning",
    reads=("tasks[].context.preemptible",),
    at_key=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          context: {preemptible: true}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          context: {minRuntime: 0s, autoResume: true}
    """,
)
def deprecated_preemptible(subject: Subject) -> Iterator[Problem]:
    """A task says whether it is preemptible.

    `minRuntime` has taken its place: for how long a started task is not interrupted. `autoResume` says whether it is
    started again. (Source: beaker-py 2.7.)
    """
    for index, task in enumerate(subject.spec.tasks):
        context = task.context
        if context.preemptible is not None and context.min_runtime is None and context.auto_resume is None:
            instead = "write this in its place:\nminRuntime: 0s\nautoResume: true"
            yield broken(
                f"tasks[{index}].context.preemptible",
                "preemptible is deprecated",
                hint=instead if context.preemptible else "write minRuntime: DURATION in its place, or leave it out",
            )


@rule(
    "error",
    reads=("tasks[].context.preemptible", "tasks[].context.minRuntime", "tasks[].context.autoResume"),
    at_key=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          context: {preemptible: true, minRuntime: 1h}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          context: {minRuntime: 1h}
    """,
)
def preemptible_conflict(subject: Subject) -> Iterator[Problem]:
    """A task has `preemptible` beside `minRuntime` or `autoResume`, which have taken its place.

    Beaker takes the old form or the new one, not both. (Source: beaker-py 2.7.)
    """
    for index, task in enumerate(subject.spec.tasks):
        context = task.context
        if context.preemptible is None:
            continue
        given = ["minRuntime"] if context.min_runtime is not None else []
        given += ["autoResume"] if context.auto_resume is not None else []
        if given:
            yield broken(
                f"tasks[{index}].context.preemptible",
                expected="preemptible or the fields that have taken its place",
                found=f"preemptible and {', '.join(given)}",
                hint="remove preemptible",
            )


@rule(
    "error",
    reads=("tasks[].context.minRuntime",),
    bad="""
        tasks:
        - image: {docker: alpine}
          context: {minRuntime: -5m}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          context: {minRuntime: 0s}
    """,
)
def min_runtime(subject: Subject) -> Iterator[Problem]:
    """The time for which a task is not interrupted is below 0.

    0s is a task that may be interrupted at any time. (Source: beaker-py 2.6.)
    """
    for index, task in enumerate(subject.spec.tasks):
        least = task.context.min_runtime
        if least is not None and least < 0:
            yield broken(
                f"tasks[{index}].context.minRuntime",
                expected="a duration of at least 0",
                found=ValueText(format_duration(least)),
                hint="write 0s for a task that may be interrupted at any time",
            )


@rule(
    "warning",
    reads=("tasks[].context.minRuntime", "tasks[].timeout"),
    bad="""
        tasks:
        - image: {docker: alpine}
          timeout: 1h
          context: {minRuntime: 2h}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          timeout: 2h
          context: {minRuntime: 1h}
    """,
)
def min_runtime_exceeds_timeout(subject: Subject) -> Iterator[Problem]:
    """A task is to run uninterrupted for longer than it may run at all.

    The timeout ends it before, so that one of the two durations is most likely a slip.
    """
    for index, task in enumerate(subject.spec.tasks):
        least, most = task.context.min_runtime, task.timeout
        if least is not None and most is not None and 0 < most < least:
            longest = ValueText(format_duration(most), f"tasks[{index}].timeout")
            yield broken(
                f"tasks[{index}].context.minRuntime",
                "{found} is more than the timeout of {expected}",
                found=ValueText(format_duration(least)),
                expected=longest,
                other=f"tasks[{index}].timeout",
                hint="write {expected} or less, or a longer timeout",
            )


@rule(
    "warning",
    reads=("tasks[].constraints.hostname", "tasks[].context.autoResume", "retry.allowedTaskRetries"),
    bad="""
        retry: {allowedTaskRetries: 3}
        tasks:
        - image: {docker: alpine}
          constraints: {hostname: [node-1]}
    """,
    good="""
        retry: {allowedTaskRetries: 3}
        tasks:
        - image: {docker: alpine}
          constraints: {cluster: [team/cluster]}
    """,
)
def hostname_with_retries(subject: Subject) -> Iterator[Problem]:
    """A task that is tried again, or resumed, is pinned to a host.

    When the host is what made it fail, it fails there again or waits for it. (Source: beaker-py 1.18.7.)
    """
    retry = subject.spec.retry
    is_retried = retry is not None and (retry.allowed_task_retries or 0) > 0
    for index, task in enumerate(subject.spec.tasks):
        if task.constraints is not None and task.constraints.hostname and (is_retried or task.context.auto_resume):
            again = "tried again" if is_retried else "resumed"
            yield broken(
                f"tasks[{index}].constraints.hostname",
                f"the task is {again} where it failed, since it is pinned to a host",
                hint="constrain it to a cluster instead",
            )


@rule(
    "warning",
    reads=("tasks[].constraints",),
    is_each=True,
    at_key=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          constraints: {clusters: [team/cluster]}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          constraints: {cluster: [team/cluster]}
    """,
)
def unknown_constraint(subject: Subject) -> Iterator[Problem]:
    """A constraint resembles a known one.

    Constraints may have any name, and one that no node knows leaves the task waiting or is ignored. One that resembles
    `cluster` or `hostname` is most likely a slip; about others nothing is said.
    """
    for index, task in enumerate(subject.spec.tasks):
        for name in constraint_extras(task.constraints) if task.constraints is not None else ():
            near = _known_constraint(name)
            if near is not None:
                yield broken(
                    path_text("tasks", index, "constraints", name),
                    "{found} is no known constraint",
                    found=name_text(name),
                    hint=DID_YOU_MEAN,
                    suggestion=near,
                )


def _by_name(site: Site) -> dict[str, Cluster]:
    return {name: cluster for cluster in site.clusters or () for name in (cluster.name, *cluster.aliases)}


@rule(
    "error",
    reads=("tasks[].constraints.cluster", "tasks[].context.cluster"),
    is_each=True,
    settings='[site.clusters]\n"team/cluster" = { aliases = ["team/old-name"] }',
    bad="""
        tasks:
        - image: {docker: alpine}
          constraints: {cluster: [team/clutser]}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          constraints: {cluster: [team/cluster, team/old-name]}
    """,
)
def unknown_cluster(subject: Subject) -> Iterator[Problem]:
    """A task names a cluster that is none of the site's.

    The settings of the site list the clusters that there are, with their aliases: `clusters`.
    """
    if subject.site.clusters is None:
        return
    known = _by_name(subject.site)
    for index, task in enumerate(subject.spec.tasks):
        for path, name in _clusters(index, task):
            if name not in known:
                near = nearest(name, known)
                hint = DID_YOU_MEAN if near else "name a cluster of the site, or add this one to its settings"
                yield broken(path, expected="a cluster of the site", found=show(name), hint=hint, suggestion=near)


@rule(
    "error",
    reads=("tasks[].resources.gpuCount", "tasks[].constraints.cluster", "tasks[].context.cluster"),
    settings='[site.clusters]\n"team/cluster" = { gpus-per-node = 8 }',
    bad="""
        tasks:
        - image: {docker: alpine}
          resources: {gpuCount: 16}
          constraints: {cluster: [team/cluster]}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          replicas: 2
          resources: {gpuCount: 8}
          constraints: {cluster: [team/cluster]}
    """,
)
def too_many_gpus(subject: Subject) -> Iterator[Problem]:
    """A task asks for more GPUs than a node has on any cluster that it names.

    One replica runs on one node, so that it would wait for ever. The settings of the site say how many GPUs the nodes
    of a cluster have: `gpus-per-node`.
    """
    if subject.site.clusters is None:
        return
    known = _by_name(subject.site)
    for index, task in enumerate(subject.spec.tasks):
        wanted = 0 if task.resources is None else task.resources.gpu_count or 0
        named = [known.get(name) for _, name in _clusters(index, task)] or list(subject.site.clusters)
        most = [None if cluster is None else cluster.gpus_per_node for cluster in named]
        counts = [count for count in most if count is not None]
        if counts and len(counts) == len(most) and wanted > max(counts):
            yield broken(
                f"tasks[{index}].resources.gpuCount",
                expected=f"at most {max(counts)}, the GPUs of a node",
                found=show(wanted),
                hint="ask for fewer and for more replicas, or name a cluster with larger nodes",
            )


@rule(
    "error",
    reads=("tasks[].context.priority",),
    settings='[site]\npriorities = ["low", "normal"]',
    bad="""
        tasks:
        - image: {docker: alpine}
          context: {priority: urgent}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          context: {priority: normal}
    """,
)
def disallowed_priority(subject: Subject) -> Iterator[Problem]:
    """A task has a priority that the site does not allow.

    The settings of the site list those that it allows: `priorities`.
    """
    allowed = subject.site.priorities
    if allowed is None:
        return
    for index, task in enumerate(subject.spec.tasks):
        priority = task.context.priority
        if priority is not None and priority.value not in allowed:
            yield broken(
                f"tasks[{index}].context.priority",
                expected=f"a priority of the site: {', '.join(allowed) or 'none'}",
                found=ValueText(priority.value),
                hint=f"write {allowed[-1]}" if allowed else "leave the field out",
            )


def _yaml_text(text: str, path: str) -> ValueText:
    """A text, which stands at `path`, as an item of a list in flow style."""
    return ValueText(text if text.replace("/", "").replace("-", "").isalnum() else quoted(text), path)
