"""The rules of the hardware that a task asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from ...fields.quantities import parse_size
from ...model import TaskResources
from ...problems import Problem, ValidationError, ValueText, show, unquoted
from .rule import Subject, broken, rule

#: A size in a decimal unit.
_DECIMAL = re.compile(r"([0-9]+) ?([kmgtpe])b?", re.IGNORECASE | re.ASCII)


def _resources(subject: Subject) -> Iterator[tuple[str, TaskResources]]:
    for index, task in enumerate(subject.spec.tasks):
        if task.resources is not None:
            yield f"tasks[{index}].resources", task.resources


def _sizes(subject: Subject) -> Iterator[tuple[str, str]]:
    for path, resources in _resources(subject):
        if resources.memory is not None:
            yield f"{path}.memory", resources.memory
        if resources.shared_memory is not None:
            yield f"{path}.sharedMemory", resources.shared_memory


@rule(
    "error",
    reads=("tasks[].resources.cpuCount",),
    bad="""
        tasks:
        - image: {docker: alpine}
          resources: {cpuCount: 0}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          resources: {cpuCount: 0.5}
    """,
)
def cpu_count(subject: Subject) -> Iterator[Problem]:
    """A task asks for no CPU cores, or for fewer.

    The number is above 0, and may have a fraction. Leave the field out for what is left of a node.
    """
    for path, resources in _resources(subject):
        if resources.cpu_count is not None and resources.cpu_count <= 0:
            yield broken(
                f"{path}.cpuCount",
                expected="a number above 0",
                found=ValueText(f"{resources.cpu_count:g}"),
                hint="leave the field out, or write a number such as 0.5",
            )


@rule(
    "error",
    reads=("tasks[].resources.gpuCount",),
    bad="""
        tasks:
        - image: {docker: alpine}
          resources: {gpuCount: -1}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          resources: {gpuCount: 0}
    """,
)
def gpu_count(subject: Subject) -> Iterator[Problem]:
    """A task asks for fewer than no GPUs.

    0 is a task without GPUs, as is one that leaves the field out.
    """
    for path, resources in _resources(subject):
        if resources.gpu_count is not None and resources.gpu_count < 0:
            yield broken(
                f"{path}.gpuCount", expected="at least 0", found=show(resources.gpu_count), hint="write 0 for none"
            )


@rule(
    "error",
    reads=("tasks[].resources.memory", "tasks[].resources.sharedMemory"),
    is_each=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          resources: {memory: 10Gi}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          resources: {memory: 10GiB}
    """,
)
def size(subject: Subject) -> Iterator[Problem]:
    """A size cannot be read, or is not above 0.

    It is a number and a unit: kB, MB, GB, … in powers of 1000, KiB, MiB, GiB, … in powers of 1024. Kubernetes' `Gi`
    is not among them. (Source: Beaker's own parser, the Go package bytefmt.)
    """
    for path, text in _sizes(subject):
        try:
            number = parse_size(text)
        except ValidationError as error:
            for problem in error.problems:
                yield attrs.evolve(problem, path=path)
        else:
            if number <= 0:
                hint = "leave the field out, or write a size such as 10GiB"
                yield broken(path, expected="a size above 0", found=show(text), hint=hint)


@rule(
    "warning",
    reads=("tasks[].resources.memory", "tasks[].resources.sharedMemory"),
    is_each=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          resources: {memory: 1024m}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          resources: {memory: 1024MiB}
    """,
)
def decimal_size(subject: Subject) -> Iterator[Problem]:
    """A size counts in powers of 1000, and its number is one for powers of 1024.

    `1024m` is 1,024,000,000 bytes, not 1 GiB: `m` and `mb` are powers of 1000 for Beaker, `mib` is a power of 1024.
    Only multiples of 1024 are reported: `10GB` may well be meant. (Source: Beaker's own parser, the Go
    package bytefmt.)
    """
    for path, text in _sizes(subject):
        match = _DECIMAL.fullmatch(text)
        if match is not None and len(match[1]) < 20 and int(match[1]) and int(match[1]) % 1024 == 0:
            unit = match[2].upper()
            yield broken(
                path,
                "{found} is {expected} bytes, in powers of 1000",
                found=unquoted(text),
                expected=ValueText(f"{parse_size(text):,}"),
                hint="write {suggestion} for powers of 1024",
                suggestion=ValueText(f"{match[1]}{unit}iB"),
            )
