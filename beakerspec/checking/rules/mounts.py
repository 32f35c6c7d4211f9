"""The rules of mounted data: where it is mounted, how, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from posixpath import normpath

import attrs

from ...fields.names import KnownNames
from ...fields.validators import one_source
from ...model import DataMount, ExperimentSpec, MountMode
from ...problems import DID_YOU_MEAN, Problem, ValueText, joined, quoted, show, unquoted
from .fix import suggested
from .rule import Subject, broken, by_constructor, rule

#: Where the hosts of Beaker keep what tasks may mount (146 of 149 real host paths are under the first).
_HOST_PATHS = ("/net", "/raid", "/var/beaker/share")
#: So many names of tasks stand in a message.
_MOST_NAMES = 10


def _mounts(subject: Subject) -> Iterator[tuple[str, DataMount]]:
    for index, task in enumerate(subject.spec.tasks):
        for number, mount in enumerate(task.datasets or ()):
            yield f"tasks[{index}].datasets[{number}]", mount


@rule(
    "error",
    reads=("tasks[].datasets[].mountPath",),
    bad="""
        tasks:
        - image: {docker: alpine}
          datasets:
          - mountPath: data
            source: {beaker: team/dataset}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          datasets:
          - mountPath: /data
            source: {beaker: team/dataset}
    """,
    fixer=suggested(),
)
def mount_path(subject: Subject) -> Iterator[Problem]:
    """Mount path is relative.

    It is an absolute path in the container. (Source: the format's documentation.)
    """
    for path, mount in _mounts(subject):
        if not mount.mount_path.startswith("/"):
            yield broken(
                f"{path}.mountPath",
                expected="an absolute path",
                found=show(mount.mount_path),
                hint="write {suggestion}" if mount.mount_path else "write a path such as /data",
                suggestion=unquoted(f"/{mount.mount_path}") if mount.mount_path else None,
            )


@rule(
    "error",
    reads=("tasks[].datasets[].mountPath",),
    bad="""
        tasks:
        - image: {docker: alpine}
          datasets:
          - mountPath: /data
            source: {beaker: team/dataset}
          - mountPath: /data/images
            source: {beaker: team/images}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          datasets:
          - mountPath: /data
            source: {beaker: team/dataset}
          - mountPath: /images
            source: {beaker: team/images}
    """,
)
def mount_overlap(subject: Subject) -> Iterator[Problem]:
    """Two mounts of a task overlap.

    They have the same path, or one is inside the other, so one hides the other or part of it. Paths that differ only
    in case count as the same, since some file systems do not distinguish them. (Source: the format's documentation.)
    """
    for index, task in enumerate(subject.spec.tasks):
        mounts = task.datasets
        if mounts is None or len(mounts) < 2:
            continue
        first: dict[str, int] = {}
        paths = [_plain_path(mount.mount_path) for mount in mounts]
        for number, path in enumerate(paths):
            first.setdefault(path, number)
        by_case: dict[str, int] = {}
        for number, path in enumerate(paths):
            other = by_case.setdefault(path.lower(), number)
            if other == number:
                # An outer one may stand before it or behind it; the inner one is what does not fit.
                other = next((first[outer] for outer in _outer_paths(path) if outer in first), number)
            if other != number:
                there = f"tasks[{index}].datasets[{other}].mountPath"
                yield broken(
                    f"tasks[{index}].datasets[{number}].mountPath",
                    "{found} overlaps with {expected} of datasets[" + str(other) + "]",
                    found=show(mounts[number].mount_path),
                    expected=show(mounts[other].mount_path, there),
                    other=there,
                    hint="use a path that is neither inside nor around another mount",
                )


def _plain_path(path: str) -> str:
    """A path without what does not matter: `normpath` keeps two slashes at the start, which no file system does."""
    return normpath(f"/{path.lstrip('/')}" if path.startswith("/") else path) if path else path


def _outer_paths(path: str) -> Iterator[str]:
    """The directories around a path, the innermost first."""
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)
    if path.startswith("/") and path != "/":
        yield "/"


@rule(
    "warning",
    reads=("tasks[].datasets[].subPath",),
    bad="""
        tasks:
        - image: {docker: alpine}
          datasets:
          - mountPath: /data
            subPath: ../other
            source: {beaker: team/dataset}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          datasets:
          - mountPath: /data
            subPath: images/train
            source: {beaker: team/dataset}
    """,
    fixer=suggested(),
)
def sub_path(subject: Subject) -> Iterator[Problem]:
    """Sub-path is absolute, or leads out of its source.

    It is a path relative to the root of the source. (Source: the format's documentation.)
    """
    for path, mount in _mounts(subject):
        inner = mount.sub_path
        if inner and (inner.startswith("/") or ".." in inner.split("/")):
            yield broken(
                f"{path}.subPath",
                expected="a relative path without ..",
                found=show(inner),
                hint="write {suggestion}",
                suggestion=unquoted(inner.lstrip("/")) if inner.strip("/") and ".." not in inner else None,
            )


@rule(
    "error",
    reads=("tasks[].datasets[].mode", "tasks[].datasets[].source"),
    bad="""
        tasks:
        - image: {docker: alpine}
          datasets:
          - mountPath: /data
            mode: readwrite
            source: {beaker: team/dataset}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          datasets:
          - mountPath: /data
            mode: readonly
            source: {beaker: team/dataset}
    """,
)
def mount_mode(subject: Subject) -> Iterator[Problem]:
    """Mount mode does not fit the source.

    Datasets and secrets are mounted read-only, host paths and Weka buckets read-write. (Source: beaker-py
    2.8.)
    """
    for path, mount in _mounts(subject):
        if mount.mode is None:
            continue
        source = mount.source
        given = [name for name in ("beaker", "secret", "hostPath", "weka") if source[name] is not None]
        for name in given:
            allowed = MountMode.readonly if name in ("beaker", "secret") else MountMode.readwrite
            if mount.mode is not allowed:
                yield broken(
                    f"{path}.mode",
                    expected=f"{allowed}, the only mode of a {name} source",
                    found=ValueText(mount.mode.value),
                    hint=f"write {allowed}, or remove the field",
                )


@rule(
    "error",
    reads=("tasks[].datasets[].source",),
    is_fatal=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          datasets:
          - mountPath: /data
            source: {beaker: team/dataset, weka: bucket}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          datasets:
          - mountPath: /data
            source: {weka: bucket}
    """,
)
def data_source(subject: Subject) -> Iterator[Problem]:
    """Data source does not have exactly one field.

    Exactly one field of `source` is set; unknown fields count. Any other spec cannot be loaded. (Source:
    beaker-py 1.38.1.)
    """
    for path, mount in _mounts(subject):
        for problem in by_constructor(one_source, mount.source, None):
            yield attrs.evolve(problem, path=f"{path}.source")


@rule(
    "error",
    reads=("tasks[*].name", "tasks[].datasets[].source.result"),
    bad="""
        tasks:
        - name: train
          image: {docker: alpine}
        - name: evaluate
          image: {docker: alpine}
          datasets:
          - mountPath: /model
            source: {result: trian}
    """,
    good="""
        tasks:
        - name: train
          image: {docker: alpine}
        - name: evaluate
          image: {docker: alpine}
          datasets:
          - mountPath: /model
            source: {result: train}
    """,
    fixer=suggested(),
)
def unknown_result(subject: Subject) -> Iterator[Problem]:
    """Mounted result is not of a task of this experiment.

    `source.result` is the name of another task of the same experiment. Its result is mounted when that task ends.
    (Source: the format's documentation.)
    """
    places = {task.name: index for index, task in enumerate(subject.spec.tasks) if task.name is not None}
    known = KnownNames(places)
    first = sorted(places)[: _MOST_NAMES + 2]
    for index, task in enumerate(subject.spec.tasks):
        for number, mount in enumerate(task.datasets or ()):
            result = mount.source.result
            if result is not None and result not in places:
                near = known.nearest(result, other_than=task.name)
                others = [name for name in first if name != task.name]
                yield broken(
                    f"tasks[{index}].datasets[{number}].source.result",
                    "unknown task {found}: source.result is the name of a task of this experiment",
                    expected=_names_text(others, places) if others else None,
                    found=show(result),
                    hint=DID_YOU_MEAN
                    if near
                    else "the tasks are {expected}"
                    if others
                    else "give the other task a name, and write it here",
                    suggestion=None if near is None else ValueText(near, f"tasks[{places[near]}].name"),
                )


def _names_text(names: Sequence[str], places: Mapping[str, int]) -> ValueText:
    """The first of these names of tasks."""
    shown = [ValueText(quoted(name), f"tasks[{places[name]}].name") for name in names[:_MOST_NAMES]]
    return joined([*shown, ValueText("…")] if len(names) > _MOST_NAMES else shown, ", ")


@rule(
    "error",
    reads=("tasks[].name", "tasks[].datasets[].source.result"),
    bad="""
        tasks:
        - name: train
          image: {docker: alpine}
          datasets:
          - mountPath: /scores
            source: {result: evaluate}
        - name: evaluate
          image: {docker: alpine}
          datasets:
          - mountPath: /model
            source: {result: train}
    """,
    good="""
        tasks:
        - name: train
          image: {docker: alpine}
        - name: evaluate
          image: {docker: alpine}
          datasets:
          - mountPath: /model
            source: {result: train}
    """,
)
def result_cycle(subject: Subject) -> Iterator[Problem]:
    """Tasks wait for each other's results.

    A task starts when the tasks whose results it mounts have ended, so none of these tasks ever starts.
    """
    waits = _waits(subject.spec)
    done: set[int] = set()
    for start in waits:
        # A walk without recursion: the tasks that lead to the one at hand, each with what is left to look at.
        trail: list[int] = []
        rest: list[Iterator[tuple[int, int]]] = []
        places: dict[int, int] = {}  # of the tasks on the trail
        pending = [] if start in done else [start]
        while pending or trail:
            if pending:
                index = pending.pop()
                places[index] = len(trail)
                trail.append(index)
                rest.append(iter(waits.get(index, ())))
            for number, other in rest[-1]:
                if other in places:
                    first = places[other]
                    length = len(trail) - first
                    yield _cycle(subject.spec, trail[first : first + _MOST_NAMES], length, trail[-1], number)
                elif other not in done:
                    pending.append(other)
                    break
            else:
                index = trail.pop()
                rest.pop()
                done.add(index)
                del places[index]


def _waits(spec: ExperimentSpec) -> dict[int, list[tuple[int, int]]]:
    """For each task that mounts results: which mount it is, and the task that it waits for."""
    by_name = {task.name: index for index, task in enumerate(spec.tasks) if task.name is not None}
    waits: dict[int, list[tuple[int, int]]] = {}
    for index, task in enumerate(spec.tasks):
        for number, mount in enumerate(task.datasets or ()):
            other = by_name.get(mount.source.result) if mount.source.result is not None else None
            if other is not None:
                waits.setdefault(index, []).append((number, other))
    return waits


def _cycle(spec: ExperimentSpec, members: Sequence[int], length: int, index: int, number: int) -> Problem:
    """The problem of a cycle of so many tasks, of which these are the first, at the mount that closes it."""
    names = [ValueText(quoted(spec.tasks[each].name or ""), f"tasks[{each}].name") for each in members]
    if length > len(members):
        names.append(ValueText(f"… ({length} tasks)", f"tasks[{members[0]}].name"))
    names.append(names[0])
    return broken(
        f"tasks[{index}].datasets[{number}].source.result",
        "task {found} waits for itself" if length == 1 else "tasks wait for each other: {found}",
        found=names[0] if length == 1 else joined(names, " → "),
        hint="remove one of these mounts",
    )


@rule(
    "warning",
    reads=("tasks[].datasets[].source.hostPath",),
    bad="""
        tasks:
        - image: {docker: alpine}
          datasets:
          - mountPath: /data
            source: {hostPath: /home/me/data}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          datasets:
          - mountPath: /data
            source: {hostPath: /net/storage/data}
    """,
)
def host_path(subject: Subject) -> Iterator[Problem]:
    """Host path is outside the shared directories.

    These are /net, /raid and /var/beaker/share unless the site's settings list others (`host-paths`). Any other path
    is on one host only, if a task may mount it at all. (Source: real specs.)
    """
    shared = subject.site.host_paths
    allowed = _HOST_PATHS if shared is None else shared
    for path, mount in _mounts(subject):
        source = mount.source.host_path
        if source is not None and not _is_below(_plain_path(source), allowed):
            yield broken(
                f"{path}.source.hostPath",
                expected=f"a path in {', '.join(allowed)}" if allowed else "no host path",
                found=show(source),
                hint="use a path that all hosts share, or a dataset",
            )


def _is_below(path: str, folders: tuple[str, ...]) -> bool:
    return any(f"{path}/".startswith(f"{folder.rstrip('/')}/") for folder in folders)
