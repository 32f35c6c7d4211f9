"""The rules of a task: its name, image and command, its replicas, and how long it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import basename

from ...fields.quantities import format_duration, parse_duration
from ...model import TaskSpec
from ...problems import Problem, ValueText, show, unquoted
from .fix import suggested
from .rule import Subject, broken, rule

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "fish", "busybox"))
_LONGEST_START = parse_duration("48h")
_SHORT_START = parse_duration("5m")


@rule(
    "warning",
    reads=("tasks[].name",),
    bad="""
        tasks:
        - name: train model
          image: {docker: alpine}
    """,
    good="""
        tasks:
        - name: train-model
          image: {docker: alpine}
    """,
)
def task_name(subject: Subject) -> Iterator[Problem]:
    """Task name has characters other than letters, digits, dots, dashes and underscores.

    Task names appear in URLs and on command lines, and Beaker's own documentation uses no other characters.
    """
    for index, task in enumerate(subject.spec.tasks):
        name = task.name
        if name is not None and _NAME.fullmatch(name) is None:
            plain = _NOT_IN_A_NAME.sub("-", name[:100]).strip("-")
            yield broken(
                f"tasks[{index}].name",
                "invalid task name {found}: use letters, digits, dots, dashes and underscores",
                found=show(name),
                hint="write {suggestion}" if plain else "rename the task, or remove its name",
                suggestion=ValueText(plain) if plain else None,
            )


@rule(
    "error",
    reads=("tasks[].image", "tasks[].image.beaker", "tasks[].image.docker"),
    bad="""
        tasks:
        - image: {beaker: team/image, docker: alpine}
    """,
    good="""
        tasks:
        - image: {beaker: team/image}
    """,
)
def image_source(subject: Subject) -> Iterator[Problem]:
    """Image does not have exactly one of `beaker` and `docker`.

    The field names the image that the task's container starts from; an empty string counts as unset. Beaker refuses
    anything else. (Source: beaker-py 1.38.1.)
    """
    for index, task in enumerate(subject.spec.tasks):
        image = task.image
        if bool(image.beaker) is bool(image.docker):
            yield broken(
                f"tasks[{index}].image",
                expected="exactly one of beaker, docker",
                found="both" if image.beaker else "neither",
                hint="remove one of them" if image.beaker else "add beaker: NAME or docker: TAG",
            )


@rule(
    "warning",
    reads=("tasks[].command", "tasks[].arguments"),
    bad="""
        tasks:
        - image: {docker: alpine}
          command: [python train.py --seed 1]
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          command: [python, train.py, --seed, 1]
    """,
)
def command_is_a_shell_line(subject: Subject) -> Iterator[Problem]:
    """Command is a single string with spaces, and no shell splits it.

    Each item of `command` and `arguments` is one word of the command line, so the whole line is taken as the name of a
    program, which does not exist. Write each word as a separate item, or run a shell: `[bash, -c, "python train.py
    --seed 1"]`.
    """
    for index, task in enumerate(subject.spec.tasks):
        command = task.command or ()
        for field, words, before, taken in (
            ("command", command, (), "the program name"),
            ("arguments", task.arguments or (), command, "one argument"),
        ):
            if len(words) == 1 and _is_a_line(words[0]) and not _takes_a_text(before):
                yield broken(
                    f"tasks[{index}].{field}[0]",
                    "no shell splits this command: the whole line is taken as " + taken,
                    hint="write each word as a separate item, or put bash, -c before it",
                )


def _is_a_line(word: object) -> bool:
    return isinstance(word, str) and len(word.split()) > 1


def _takes_a_text(words: Sequence[object]) -> bool:
    """Whether a shell is among the words, or what follows is the value of an option."""
    return any(isinstance(word, str) and basename(word) in _SHELLS for word in words) or (
        bool(words) and str(words[-1]).startswith("-")
    )


@rule(
    "error",
    reads=("tasks[].replicas",),
    bad="""
        tasks:
        - image: {docker: alpine}
          replicas: 0
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          replicas: 1
    """,
)
def replicas(subject: Subject) -> Iterator[Problem]:
    """Fewer than 1 replica.

    Beaker runs that many copies of the task and refuses 0. Remove the field for one copy. (Source: beaker-py 1.18.)
    """
    for index, task in enumerate(subject.spec.tasks):
        if task.replicas is not None and task.replicas < 1:
            yield broken(
                f"tasks[{index}].replicas",
                expected="at least 1",
                found=show(task.replicas),
                hint="remove the field for one replica, or remove the task",
            )


@rule(
    "warning",
    reads=("tasks[].leaderSelection", "tasks[].hostNetworking"),
    bad="""
        tasks:
        - image: {docker: alpine}
          leaderSelection: true
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          leaderSelection: true
          hostNetworking: true
    """,
)
def leader_without_host_networking(subject: Subject) -> Iterator[Problem]:
    """Leader selection without host networking.

    The replicas get the host name of their leader. Without `hostNetworking` each replica has its own network and
    cannot be reached at the name of its host. (Source: beaker-gantry, pull request 65.)
    """
    for index, task in enumerate(subject.spec.tasks):
        if task.leader_selection and not task.host_networking:
            yield broken(
                f"tasks[{index}].leaderSelection",
                "leaderSelection without hostNetworking: replicas cannot reach the leader by its host name",
                hint="add hostNetworking: true to the task",
            )


@rule(
    "warning",
    reads=(
        "tasks[].replicas",
        "tasks[].leaderSelection",
        "tasks[].hostNetworking",
        "tasks[].propagateFailure",
        "tasks[].propagatePreemption",
        "tasks[].synchronizedStartTimeout",
    ),
    bad="""
        tasks:
        - image: {docker: alpine}
          replicas: 2
          leaderSelection: true
          hostNetworking: true
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          replicas: 2
          leaderSelection: true
          hostNetworking: true
          propagateFailure: true
          propagatePreemption: true
          synchronizedStartTimeout: 30m
    """,
)
def multi_node(subject: Subject) -> Iterator[Problem]:
    """Multi-node task lacks a setting that keeps its replicas together.

    Replicas with a leader work as one job. They need the host's network to reach each other (`hostNetworking`) and
    should start together (`synchronizedStartTimeout`). If one fails or is preempted, the others hang unless they stop
    too (`propagateFailure`, `propagatePreemption`); write `false` if you do not want that. Replicas without a leader
    are independent and not reported. (Source: beaker-py 1.26 and 1.27.)
    """
    for index, task in enumerate(subject.spec.tasks):
        if task.leader_selection and (task.replicas or 0) > 1:
            missing = [f"{name}: {value}" for name, value in _missing_together(task)]
            if missing:
                names = ", ".join(line.partition(":")[0] for line in missing)
                yield broken(
                    f"tasks[{index}].replicas",
                    "multi-node task of {found} replicas without {expected}",
                    found=show(task.replicas),
                    expected=names,
                    hint="add to the task:\n" + "\n".join(missing),
                )


def _missing_together(task: TaskSpec) -> Iterator[tuple[str, str]]:
    if not task.host_networking:
        yield "hostNetworking", "true"
    if task.propagate_failure is None:
        yield "propagateFailure", "true"
    if task.propagate_preemption is None:
        yield "propagatePreemption", "true"
    if task.synchronized_start_timeout is None:
        yield "synchronizedStartTimeout", "30m"


@rule(
    "error",
    reads=("tasks[].synchronizedStartTimeout",),
    bad="""
        tasks:
        - image: {docker: alpine}
          synchronizedStartTimeout: 72h
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          synchronizedStartTimeout: 48h
    """,
)
def start_timeout(subject: Subject) -> Iterator[Problem]:
    """Synchronized start timeout is not above 0 and at most 48h.

    Beaker refuses other values of `synchronizedStartTimeout`. (Source: beaker-py 1.26.7.)
    """
    for index, task in enumerate(subject.spec.tasks):
        wait = task.synchronized_start_timeout
        if wait is not None and not 0 < wait <= _LONGEST_START:
            yield broken(
                f"tasks[{index}].synchronizedStartTimeout",
                expected="a duration above 0 and at most 48h",
                found=ValueText(format_duration(wait)),
                hint="write 48h" if wait > 0 else "remove the field, or write a duration such as 30m",
            )


@rule(
    "warning",
    reads=("tasks[].synchronizedStartTimeout", "tasks[].replicas"),
    bad="""
        tasks:
        - image: {docker: alpine}
          replicas: 2
          synchronizedStartTimeout: 1m
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          replicas: 2
          synchronizedStartTimeout: 30m
    """,
)
def short_start_timeout(subject: Subject) -> Iterator[Problem]:
    """Synchronized start timeout is under 5 minutes.

    Each node pulls the image before it starts. If one is not ready in time, all replicas fail.
    """
    for index, task in enumerate(subject.spec.tasks):
        wait = task.synchronized_start_timeout
        if wait is not None and 0 < wait < _SHORT_START and (task.replicas or 0) > 1:
            yield broken(
                f"tasks[{index}].synchronizedStartTimeout",
                "{found} may be too short: each node has to pull the image first",
                found=ValueText(format_duration(wait)),
                hint="write 5m or more",
            )


@rule(
    "error",
    reads=("tasks[].timeout",),
    bad="""
        tasks:
        - image: {docker: alpine}
          timeout: 0s
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          timeout: 24h
    """,
)
def timeout(subject: Subject) -> Iterator[Problem]:
    """Timeout is not above 0.

    Beaker stops the task's job after this time. Remove the field for no limit. (Source: beaker-py 1.33.)
    """
    for index, task in enumerate(subject.spec.tasks):
        if task.timeout is not None and task.timeout <= 0:
            yield broken(
                f"tasks[{index}].timeout",
                expected="a duration above 0",
                found=ValueText(format_duration(task.timeout)),
                hint="remove the field for no limit, or write a duration such as 24h",
            )


@rule(
    "error",
    reads=("tasks[].timeout",),
    settings='[site]\nmin-timeout = "10m"\nmax-timeout = "48h"',
    bad="""
        tasks:
        - image: {docker: alpine}
          timeout: 72h
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          timeout: 24h
    """,
)
def timeout_bounds(subject: Subject) -> Iterator[Problem]:
    """Timeout is shorter or longer than the site allows.

    The site's settings give the limits: `min-timeout` and `max-timeout`. A task without a timeout is not reported.
    """
    least, most = subject.site.min_timeout, subject.site.max_timeout
    if least is None and most is None:
        return
    bounds = [f"at least {format_duration(least)}"] if least is not None else []
    bounds += [f"at most {format_duration(most)}"] if most is not None else []
    for index, task in enumerate(subject.spec.tasks):
        wait = task.timeout
        if wait is None or wait <= 0:  # the rule `timeout` speaks of the latter
            continue
        if (least is not None and wait < least) or (most is not None and wait > most):
            nearest_bound = least if least is not None and wait < least else most
            assert nearest_bound is not None
            yield broken(
                f"tasks[{index}].timeout",
                expected=f"a timeout of {' and '.join(bounds)}",
                found=ValueText(format_duration(wait)),
                hint=f"write {format_duration(nearest_bound)}",
            )


@rule(
    "warning",
    reads=("tasks[].result.path",),
    bad="""
        tasks:
        - image: {docker: alpine}
          result: {path: output}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          result: {path: /output}
    """,
    fixer=suggested(),
)
def result_path(subject: Subject) -> Iterator[Problem]:
    """Result path is relative.

    It is a directory in the container. What a relative path starts from depends on the image.
    """
    for index, task in enumerate(subject.spec.tasks):
        if task.result is not None and not task.result.path.startswith("/"):
            yield broken(
                f"tasks[{index}].result.path",
                expected="an absolute path",
                found=show(task.result.path),
                hint="write {suggestion}" if task.result.path else "write a path such as /output",
                suggestion=unquoted(f"/{task.result.path}") if task.result.path else None,
            )
