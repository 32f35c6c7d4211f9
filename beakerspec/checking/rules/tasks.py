"""The rules of a task: its name, image and command, its replicas, and how long it runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from posixpath import basename

from ...fields.quantities import format_duration, parse_duration
from ...model import TaskSpec
from ...problems import Problem, ValueText, show, unquoted
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
    """The name of a task has other characters than letters, digits, dots, dashes and underscores.

    Names stand in addresses and on command lines, and Beaker's own documentation uses no others.
    """
    for index, task in enumerate(subject.spec.tasks):
        name = task.name
        if name is not None and _NAME.fullmatch(name) is None:
            plain = _NOT_IN_A_NAME.sub("-", name[:100]).strip("-")
            yield broken(
                f"tasks[{index}].name",
                expected="a name of letters, digits, dots, dashes and underscores",
                found=show(name),
                hint="write {suggestion}" if plain else "give the task another name, or none",
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
    """An image comes from no source or from two.

    Exactly one of `beaker` and `docker` names the image that the task's container starts from; an empty text counts
    as none. Beaker refuses anything else. (Source: beaker-py 1.38.1.)
    """
    for index, task in enumerate(subject.spec.tasks):
        image = task.image
        if bool(image.beaker) is bool(image.docker):
            yield broken(
                f"tasks[{index}].image",
                expected="exactly one of beaker, docker",
                found="beaker and docker" if image.beaker else "none",
                hint="keep one of them" if image.beaker else "name an image: beaker: NAME, or docker: TAG",
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
    """A command is one text with spaces, and no shell is there to take it apart.

    Each item of `command` and `arguments` is one word of the program's command line, so that the whole line is taken
    for the name of a program, which is not found. Write each word as an item of its own, or put a shell before it:
    `[bash, -c, "python train.py --seed 1"]`.
    """
    for index, task in enumerate(subject.spec.tasks):
        command = task.command or ()
        for field, words, before in (("command", command, ()), ("arguments", task.arguments or (), command)):
            if len(words) == 1 and _is_a_line(words[0]) and not _takes_a_text(before):
                yield broken(
                    f"tasks[{index}].{field}[0]",
                    "this is one word, spaces included: no shell takes it apart",
                    hint="write each word as an item of its own, or put bash and -c before it",
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
    """A task has fewer than one replica.

    That many copies of it are to run, and Beaker refuses none. Leave the field out for one. (Source: beaker-py 1.18.)
    """
    for index, task in enumerate(subject.spec.tasks):
        if task.replicas is not None and task.replicas < 1:
            yield broken(
                f"tasks[{index}].replicas",
                expected="at least 1",
                found=show(task.replicas),
                hint="leave the field out for one, or the task for none",
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
    """A task selects a leader and does not use the host's network.

    The replicas are told the host name of their leader. Without `hostNetworking` each has a network of its own, and
    none of them is reached under the name of its host. (Source: beaker-gantry, pull request 65.)
    """
    for index, task in enumerate(subject.spec.tasks):
        if task.leader_selection and not task.host_networking:
            yield broken(
                f"tasks[{index}].leaderSelection",
                "the leader cannot be reached by its host name without hostNetworking",
                hint="set hostNetworking: true",
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
    """Replicas with a leader lack a setting that keeps them together.

    Such replicas work as one. They need the host's network to reach each other (`hostNetworking`), should start
    together (`synchronizedStartTimeout`), and when one of them fails or is preempted the others wait for it in vain
    unless they end with it (`propagateFailure`, `propagatePreemption`). Write `false` where that is not wanted.
    Replicas without a leader are independent, and nothing is said about them. (Source: beaker-py 1.26 and 1.27.)
    """
    for index, task in enumerate(subject.spec.tasks):
        if task.leader_selection and (task.replicas or 0) > 1:
            missing = [f"{name}: {value}" for name, value in _missing_together(task)]
            if missing:
                names = ", ".join(line.partition(":")[0] for line in missing)
                yield broken(
                    f"tasks[{index}].replicas",
                    "{found} replicas with a leader, without {expected}",
                    found=show(task.replicas),
                    expected=names,
                    hint="set " + missing[0] if len(missing) == 1 else "set\n" + "\n".join(missing),
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
    """Replicas wait for each other for no time at all, or for more than 48 hours.

    Beaker takes a `synchronizedStartTimeout` above 0 and up to 48h. (Source: beaker-py 1.26.7.)
    """
    for index, task in enumerate(subject.spec.tasks):
        wait = task.synchronized_start_timeout
        if wait is not None and not 0 < wait <= _LONGEST_START:
            yield broken(
                f"tasks[{index}].synchronizedStartTimeout",
                expected="a duration above 0 and up to 48h",
                found=ValueText(format_duration(wait)),
                hint="write 48h" if wait > 0 else "leave the field out, or write a duration such as 30m",
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
    """Replicas wait for each other for less than 5 minutes.

    Nodes fetch the image before they start, each in its own time, and all replicas fail when one is late.
    """
    for index, task in enumerate(subject.spec.tasks):
        wait = task.synchronized_start_timeout
        if wait is not None and 0 < wait < _SHORT_START and (task.replicas or 0) > 1:
            yield broken(
                f"tasks[{index}].synchronizedStartTimeout",
                "{found} is less than nodes may take to fetch the image",
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
    """A timeout is not above 0.

    A job of the task may run for that long. Leave the field out for no bound. (Source: beaker-py 1.33.)
    """
    for index, task in enumerate(subject.spec.tasks):
        if task.timeout is not None and task.timeout <= 0:
            yield broken(
                f"tasks[{index}].timeout",
                expected="a duration above 0",
                found=ValueText(format_duration(task.timeout)),
                hint="leave the field out for no bound, or write a duration such as 24h",
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
    """A timeout is shorter or longer than the site allows.

    The settings of the site give the bounds: `min-timeout` and `max-timeout`. A task without a timeout has none that
    could break them.
    """
    least, most = subject.site.min_timeout, subject.site.max_timeout
    if least is None and most is None:
        return
    bounds = [f"from {format_duration(least)}"] if least is not None else []
    bounds += [f"up to {format_duration(most)}"] if most is not None else []
    for index, task in enumerate(subject.spec.tasks):
        wait = task.timeout
        if wait is None or wait <= 0:  # the rule `timeout` speaks of the latter
            continue
        if (least is not None and wait < least) or (most is not None and wait > most):
            nearest_bound = least if least is not None and wait < least else most
            assert nearest_bound is not None
            yield broken(
                f"tasks[{index}].timeout",
                expected=f"a duration {' '.join(bounds)}",
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
)
def result_path(subject: Subject) -> Iterator[Problem]:
    """The path of a result is relative.

    It is a directory of the container, and what it would be relative to depends on the image.
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
