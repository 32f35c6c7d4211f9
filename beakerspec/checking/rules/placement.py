"""The rules of where a task runs, how urgent it is, and what interrupts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil

from ...editing.changes import Change, Put, Remove, Rename
from ...fields.names import nearest
from ...fields.quantities import format_duration, format_size
from ...model import Priority, TaskSpec, constraint_extras
from ...problems import (
    DID_YOU_MEAN,
    Problem,
    ValueText,
    joined,
    name_text,
    path_text,
    quoted,
    show,
    unquoted,
)
from ...scalars import parse_boolean
from ..site import Cluster, Site
from .fix import Mistake, fixer, suggested
from .resources import bytes_of
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
    """Task has no cluster and is not preemptible.

    Beaker refuses it unless the workspace has default clusters: only a preemptible task may run on any cluster.
    (Source: beaker-py 1.11.2.)
    """
    for index, task in enumerate(subject.spec.tasks):
        context, constraints = task.context, task.constraints
        # A misspelled one is reported by the rule unknown-constraint.
        is_placed = constraints is not None and bool(
            constraints.cluster or constraints.hostname or any(map(_known_constraint, constraint_extras(constraints)))
        )
        is_preemptible = (
            context.preemptible or context.min_runtime is not None or context.priority is Priority.preemptible
        )
        if not is_placed and not context.cluster and not is_preemptible:
            yield broken(
                f"tasks[{index}].constraints",
                "the task has no cluster and is not preemptible",
                hint="add to the task:\nconstraints:\n  cluster: [NAME]"
                if constraints is None
                else "add to its constraints:\ncluster: [NAME]",
            )


@fixer()
def _constraint(mistake: Mistake) -> Iterable[Change] | None:
    """The cluster as a constraint. Nothing where the task has other ones there."""
    task = mistake.path[:2]
    known = mistake.at(*task, "constraints", "cluster")
    if known is None:
        return [Remove(mistake.path), Put((*task, "constraints", "cluster"), [mistake.value])]
    return [Remove(mistake.path)] if mistake.value == known or mistake.value in known else None


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
    fixer=_constraint,
)
def deprecated_cluster(subject: Subject) -> Iterator[Problem]:
    """Deprecated field `context.cluster`.

    Use `constraints.cluster`, which can name several clusters. (Source: beaker-py 1.)
    """
    for index, task in enumerate(subject.spec.tasks):
        if task.context.cluster:
            path = f"tasks[{index}].context.cluster"
            yield broken(
                path,
                "context.cluster is deprecated",
                hint="remove it, and add to the task:\nconstraints:\n  cluster: [{suggestion}]"
                if task.constraints is None
                else "remove it, and add to the task's constraints:\ncluster: [{suggestion}]"
                if not task.constraints.cluster
                else "remove it; constraints.cluster has to contain {suggestion} if the task may run there",
                suggestion=_yaml_text(task.context.cluster, path),
            )


@fixer()
def _low_priority(mistake: Mistake) -> Iterable[Change]:
    """A low priority, and no time without preemption where nothing says how long."""
    context = mistake.path[:-1]
    changes: list[Change] = [Put(mistake.path, "low")]
    if mistake.at(*context).keys().isdisjoint(("minRuntime", "min_runtime", "preemptible")):
        changes.append(Put((*context, "minRuntime"), "0s"))
    return changes


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
    fixer=_low_priority,
)
def deprecated_priority(subject: Subject) -> Iterator[Problem]:
    """Deprecated priority `preemptible`.

    beaker-py 2 does not know this priority. `minRuntime: 0s` says that a task can be preempted at any time.
    (Source: beaker-py 2.)
    """
    for index, task in enumerate(subject.spec.tasks):
        context = task.context
        if context.priority is Priority.preemptible:
            is_alone = context.min_runtime is None and context.preemptible is None
            yield broken(
                f"tasks[{index}].context.priority",
                "priority preemptible is deprecated",
                hint="replace it with:\npriority: low\nminRuntime: 0s" if is_alone else "write low or another priority",
            )


@fixer()
def _min_runtime_instead(mistake: Mistake) -> Iterable[Change]:
    """The fields that replace it; nothing in the place of `false`, which is the default."""
    if parse_boolean(str(mistake.value).lower()):
        return [Rename(mistake.path, "autoResume"), Put((*mistake.path[:-1], "minRuntime"), "0s")]
    return [Remove(mistake.path)]


@fixer()
def _without_it(mistake: Mistake) -> Iterable[Change]:
    return [Remove(mistake.path)]


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
    fixer=_min_runtime_instead,
)
def deprecated_preemptible(subject: Subject) -> Iterator[Problem]:
    """Deprecated field `preemptible`.

    Use `minRuntime`, the time for which a started task is not preempted, and `autoResume`, which restarts it after
    that. (Source: beaker-py 2.7.)
    """
    for index, task in enumerate(subject.spec.tasks):
        context = task.context
        if context.preemptible is not None and context.min_runtime is None and context.auto_resume is None:
            instead = "replace it with:\nminRuntime: 0s\nautoResume: true"
            yield broken(
                f"tasks[{index}].context.preemptible",
                "field preemptible is deprecated",
                hint=instead if context.preemptible else "remove it, or replace it with minRuntime: DURATION",
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
    fixer=_without_it,
)
def preemptible_conflict(subject: Subject) -> Iterator[Problem]:
    """Field `preemptible` together with `minRuntime` or `autoResume`.

    Beaker refuses the deprecated field beside the fields that replace it. (Source: beaker-py 2.7.)
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
                f"preemptible cannot be set with {' or '.join(given)}",
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
    """Minimum runtime is negative.

    Write 0s for a task that can be preempted at any time. (Source: beaker-py 2.6.)
    """
    for index, task in enumerate(subject.spec.tasks):
        least = task.context.min_runtime
        if least is not None and least < 0:
            yield broken(
                f"tasks[{index}].context.minRuntime",
                expected="a duration of at least 0",
                found=ValueText(format_duration(least)),
                hint="write 0s for a task that can be preempted at any time",
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
    """Minimum runtime is longer than the timeout.

    The timeout stops the task first, so one of the two durations is probably wrong.
    """
    for index, task in enumerate(subject.spec.tasks):
        least, most = task.context.min_runtime, task.timeout
        if least is not None and most is not None and 0 < most < least:
            longest = ValueText(format_duration(most), f"tasks[{index}].timeout")
            yield broken(
                f"tasks[{index}].context.minRuntime",
                "minRuntime {found} is longer than the timeout of {expected}",
                found=ValueText(format_duration(least)),
                expected=longest,
                other=f"tasks[{index}].timeout",
                hint="write {expected} or less, or increase the timeout",
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
    """Retried or resumed task is pinned to a host.

    If the host made the task fail, the task fails there again or waits for the host. (Source: beaker-py 1.18.7.)
    """
    retry = subject.spec.retry
    is_retried = retry is not None and (retry.allowed_task_retries or 0) > 0
    for index, task in enumerate(subject.spec.tasks):
        if task.constraints is not None and task.constraints.hostname and (is_retried or task.context.auto_resume):
            again = "retried" if is_retried else "resumed"
            yield broken(
                f"tasks[{index}].constraints.hostname",
                f"the task is pinned to a host: it is {again} where it failed",
                hint="replace hostname with cluster: [NAME]",
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
    fixer=suggested(),
)
def unknown_constraint(subject: Subject) -> Iterator[Problem]:
    """Misspelled constraint.

    Constraints can have any name. One that no node knows is ignored or leaves the task waiting. A name that resembles
    `cluster` or `hostname` is probably misspelled; others are not reported.
    """
    for index, task in enumerate(subject.spec.tasks):
        for name in constraint_extras(task.constraints) if task.constraints is not None else ():
            near = _known_constraint(name)
            if near is not None:
                yield broken(
                    path_text("tasks", index, "constraints", name),
                    "unknown constraint {found}",
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
    fixer=suggested(),
)
def unknown_cluster(subject: Subject) -> Iterator[Problem]:
    """Unknown cluster.

    The site's settings list the clusters with their aliases: `clusters`.
    """
    if subject.site.clusters is None:
        return
    known = _by_name(subject.site)
    for index, task in enumerate(subject.spec.tasks):
        for path, name in _clusters(index, task):
            if name not in known:
                near = nearest(name, known)
                hint = DID_YOU_MEAN if near else "write a cluster of the site, or add this one to the site's settings"
                yield broken(path, "unknown cluster {found}", found=show(name), hint=hint, suggestion=near)


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
    """More GPUs than a node of any of its clusters has.

    One replica runs on one node, so it would wait forever. The site's settings say how many GPUs the nodes of a
    cluster have: `gpus-per-node`.
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
                expected=f"at most {max(counts)} GPUs, which is all that a node has",
                found=show(wanted),
                hint="use fewer GPUs and more replicas, or a cluster with larger nodes",
            )


@rule(
    "warning",
    reads=(
        *(f"tasks[].resources.{name}" for name in ("gpuCount", "memory", "cpuCount")),
        "tasks[].constraints.cluster",
        "tasks[].context.cluster",
    ),
    settings='[site.clusters]\n"team/cluster" = { memory-per-gpu = "90GiB", cpus-per-gpu = 12 }',
    bad="""
        tasks:
        - image: {docker: alpine}
          resources: {gpuCount: 1, memory: 256GiB}
          constraints: {cluster: [team/cluster]}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          resources: {gpuCount: 1, memory: 90GiB}
          constraints: {cluster: [team/cluster]}
    """,
)
def gpu_share(subject: Subject) -> Iterator[Problem]:
    """More memory or CPUs than the share of its GPUs.

    Beaker assigns further GPUs to such a task: with 90 GiB a GPU, 256 GiB take 3 GPUs. The site's settings say how
    much memory and how many CPUs the nodes of a cluster have for each GPU: `memory-per-gpu` and `cpus-per-gpu`.
    (Source: the format's documentation of 2022.)
    """
    known = _by_name(subject.site)
    for index, task in enumerate(subject.spec.tasks):
        resources = task.resources
        gpus = 0 if resources is None else resources.gpu_count or 0
        named = [cluster for _, name in _clusters(index, task) if (cluster := known.get(name)) is not None]
        if resources is None or gpus <= 0 or not named:
            continue
        memory = bytes_of(resources.memory)
        for field, amount, shares in (
            ("memory", memory, [cluster.memory_per_gpu for cluster in named]),
            ("cpuCount", resources.cpu_count or 0, [cluster.cpus_per_gpu for cluster in named]),
        ):
            given = [share for share in shares if share is not None]
            if not given or len(given) < len(shares):
                continue
            share = max(given)
            taken = ceil(amount / share)
            if taken > gpus:
                most = format_size(int(share * gpus)) if field == "memory" else f"{share * gpus:g}"
                yield broken(
                    f"tasks[{index}].resources.{field}",
                    "{found} is the share of {expected} GPUs, so Beaker assigns that many",
                    found=unquoted(resources.memory or "") if field == "memory" else ValueText(f"{amount:g}"),
                    expected=f"{taken}",
                    hint=f"write gpuCount: {taken}, or at most {most}",
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
    """Priority is not allowed at this site.

    The site's settings list the allowed ones: `priorities`.
    """
    allowed = subject.site.priorities
    if allowed is None:
        return
    for index, task in enumerate(subject.spec.tasks):
        priority = task.context.priority
        if priority is not None and priority.value not in allowed:
            yield broken(
                f"tasks[{index}].context.priority",
                expected=f"a priority that the site allows: {', '.join(allowed) or 'none'}",
                found=ValueText(priority.value),
                hint=f"write {allowed[-1]}" if allowed else "remove the field",
            )


def _yaml_text(text: str, path: str) -> ValueText:
    """A text at `path` as items of a list in flow style: several where commas separate them."""
    items = [item.strip() for item in text.split(",") if item.strip()] if "," in text else [text]
    plain = (item if item.replace("/", "").replace("-", "").isalnum() else quoted(item) for item in items)
    return joined([ValueText(item, path) for item in plain], ", ")
