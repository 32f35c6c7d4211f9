# mypy: disable-error-code="import-not-found"
"""The model as plain dataclasses, which a Retort of adaptix loads and dumps."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from adaptix import NameStyle, Retort, name_mapping

from benchmarks.contenders.common import VARIABLE, read_yaml, write_yaml
from benchmarks.contenders.common import new_task as task_maker


class SpecVersion(Enum):
    v2 = "v2"
    v2_alpha = "v2-alpha"


class Priority(Enum):
    low = "low"
    normal = "normal"
    high = "high"
    urgent = "urgent"
    immediate = "immediate"
    preemptible = "preemptible"


class MountMode(Enum):
    readonly = "readonly"
    readwrite = "readwrite"


@dataclass(kw_only=True)
class ImageSource:
    beaker: str | None = None
    docker: str | None = None


@dataclass(kw_only=True)
class EnvVar:
    name: str
    value: str | None = None
    secret: str | None = None


@dataclass(kw_only=True)
class DataSource:
    beaker: str | None = None
    host_path: str | None = None
    weka: str | None = None
    result: str | None = None
    secret: str | None = None
    volume: str | None = None


@dataclass(kw_only=True)
class DataMount:
    mount_path: str
    source: DataSource
    sub_path: str | None = None
    mode: MountMode | None = None


@dataclass(kw_only=True)
class ResultSpec:
    path: str


@dataclass(kw_only=True)
class TaskResources:
    cpu_count: float | None = None
    gpu_count: int | None = None
    memory: str | None = None
    shared_memory: str | None = None


@dataclass(kw_only=True)
class TaskContext:
    cluster: str | None = None
    priority: Priority | None = None
    preemptible: bool | None = None
    min_runtime: str | int | None = None
    auto_resume: bool | None = None


@dataclass(kw_only=True)
class Constraints:
    cluster: list[str] | None = None
    hostname: list[str] | None = None


@dataclass(kw_only=True)
class TaskSpec:
    image: ImageSource
    name: str | None = None
    result: ResultSpec | None = None
    context: TaskContext = field(default_factory=TaskContext)
    constraints: Constraints | None = None
    command: list[str | int | float] | None = None
    arguments: list[str | int | float] | None = None
    env_vars: list[EnvVar] | None = None
    datasets: list[DataMount] | None = None
    resources: TaskResources | None = None
    host_networking: bool = False
    replicas: int | None = None
    leader_selection: bool = False
    propagate_failure: bool | None = None
    propagate_preemption: bool | None = None
    synchronized_start_timeout: str | int | None = None
    timeout: str | int | None = None


@dataclass(kw_only=True)
class RetrySpec:
    allowed_task_retries: int | None = None


@dataclass(kw_only=True)
class ExperimentSpec:
    version: SpecVersion = SpecVersion.v2
    description: str | None = None
    budget: str | None = None
    groups: list[str] | None = None
    retry: RetrySpec | None = None
    tasks: list[TaskSpec] = field(default_factory=list)


_retort = Retort(recipe=[name_mapping(name_style=NameStyle.CAMEL, omit_default=True)])
from_json: Callable[[Any], ExperimentSpec] = _retort.get_loader(ExperimentSpec)
to_json: Callable[[ExperimentSpec], Any] = _retort.get_dumper(ExperimentSpec)


def from_file(path: str) -> ExperimentSpec:
    return from_json(read_yaml(path))


def to_file(spec: ExperimentSpec, path: str) -> None:
    write_yaml(to_json(spec), path)


new_task = task_maker(sys.modules[__name__])


def with_env_var(task: TaskSpec) -> TaskSpec:
    name, value = VARIABLE
    return replace(task, env_vars=[*(task.env_vars or ()), EnvVar(name=name, value=value)])


def with_name(task: TaskSpec) -> TaskSpec:
    return replace(task, name="renamed")


def with_description(spec: ExperimentSpec) -> ExperimentSpec:
    return replace(spec, description="described anew")
