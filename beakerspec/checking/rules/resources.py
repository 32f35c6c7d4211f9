"""The rules of the hardware that a task asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator

import attrs

from ...fields.quantities import parse_size
from ...model import TaskResources
from ...problems import Problem, ValidationError, ValueText, show, unquoted
from .fix import suggested
from .rule import Subject, broken, rule

#: A size in a decimal unit.
_DECIMAL = re.compile(r"([0-9]+) ?([kmgtpe])b?", re.IGNORECASE | re.ASCII)
_MEBIBYTE = 1 << 20
#: A bare number below this most likely counts GiB, and another one MiB.
_MOST_GIBIBYTES = 2000


def bytes_of(size: str | None) -> int:
    """The bytes of a size; 0 for none, and for one that the rule `size` reports."""
    try:
        return 0 if size is None else parse_size(size)
    except ValidationError:
        return 0


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
    """CPU count is not above 0.

    It may have a fraction. Remove the field to let Beaker assign the CPUs.
    """
    for path, resources in _resources(subject):
        if resources.cpu_count is not None and resources.cpu_count <= 0:
            yield broken(
                f"{path}.cpuCount",
                expected="a number above 0",
                found=ValueText(f"{resources.cpu_count:g}"),
                hint="remove the field, or write a number such as 0.5",
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
    """GPU count is negative.

    Write 0, or remove the field, for a task without GPUs.
    """
    for path, resources in _resources(subject):
        if resources.gpu_count is not None and resources.gpu_count < 0:
            yield broken(
                f"{path}.gpuCount", expected="at least 0", found=show(resources.gpu_count), hint="write 0 for no GPUs"
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
    fixer=suggested(),
)
def size(subject: Subject) -> Iterator[Problem]:
    """Invalid size.

    A size is a number above 0 and a unit: kB, MB, GB, … are powers of 1000, KiB, MiB, GiB, … powers of 1024.
    Kubernetes' `Gi` is not a unit. (Source: Beaker's own parser, the Go package bytefmt.)
    """
    for path, text in _sizes(subject):
        try:
            number = parse_size(text)
        except ValidationError as error:
            for problem in error.problems:
                yield attrs.evolve(problem, path=path)
        else:
            if number <= 0:
                hint = "remove the field, or write a size such as 10GiB"
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
    fixer=suggested(),
)
def decimal_size(subject: Subject) -> Iterator[Problem]:
    """Size in powers of 1000 that probably means powers of 1024.

    `1024m` is 1,024,000,000 bytes, not 1 GiB: for Beaker `m` and `mb` are powers of 1000, and `mib` is a power of
    1024. Only multiples of 1024 are reported: `10GB` may be what you mean. (Source: Beaker's own parser, the Go
    package bytefmt.)
    """
    for path, text in _sizes(subject):
        match = _DECIMAL.fullmatch(text)
        if match is not None and len(match[1]) < 20 and int(match[1]) % 1024 == 0 and bytes_of(text):
            unit = match[2].upper()
            yield broken(
                path,
                "{found} means {expected} bytes: its unit is a power of 1000",
                found=unquoted(text),
                expected=ValueText(f"{bytes_of(text):,}"),
                hint="for powers of 1024 write {suggestion}",
                suggestion=ValueText(f"{match[1]}{unit}iB"),
            )


@rule(
    "warning",
    reads=("tasks[].resources.memory", "tasks[].resources.sharedMemory"),
    is_each=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          resources: {memory: 64}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          resources: {memory: 64GiB}
    """,
    fixer=suggested(),
)
def bare_size(subject: Subject) -> Iterator[Problem]:
    """Size without a unit.

    It counts bytes: `memory: 64` is 64 bytes. Only sizes below 1 MiB are reported. (Source: Beaker's own parser, the
    Go package bytefmt.)
    """
    for path, text in _sizes(subject):
        number = text.strip()
        is_bare = len(number) < 20 and number.isascii() and number.replace(".", "", 1).isdecimal()
        if is_bare and 0 < bytes_of(number) < _MEBIBYTE:
            yield broken(
                path,
                "{found} without a unit means bytes",
                found=unquoted(number),
                hint="write {suggestion}",
                suggestion=ValueText(f"{number}{'GiB' if float(number) < _MOST_GIBIBYTES else 'MiB'}"),
            )
