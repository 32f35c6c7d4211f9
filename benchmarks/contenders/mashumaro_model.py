# mypy: disable-error-code="import-not-found, no-any-return", allow-subclassing-any
"""The model as dataclasses with the mixin of mashumaro, which generates code for each."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from mashumaro import DataClassDictMixin, field_options
from mashumaro.config import BaseConfig

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


class _Part(DataClassDictMixin):
    class Config(BaseConfig):
        omit_none = True
        serialize_by_alias = True


@dataclass(kw_only=True)
class ImageSource(_Part):
    beaker: str | None = None
    docker: str | None = None


@dataclass(kw_only=True)
class EnvVar(_Part):
    name: str
    value: str | None = None
    secret: str | None = None


@dataclass(kw_only=True)
class DataSource(_Part):
    beaker: str | None = None
    host_path: str | None = field(default=None, metadata=field_options(alias="hostPath"))
    weka: str | None = None
    result: str | None = None
    secret: str | None = None
    volume: str | None = None


@dataclass(kw_only=True)
class DataMount(_Part):
    mount_path: str = field(metadata=field_options(alias="mountPath"))
    source: DataSource
    sub_path: str | None = field(default=None, metadata=field_options(alias="subPath"))
    mode: MountMode | None = None


@dataclass(kw_only=True)
class ResultSpec(_Part):
    path: str


@dataclass(kw_only=True)
class TaskResources(_Part):
    cpu_count: float | None = field(default=None, metadata=field_options(alias="cpuCount"))
    gpu_count: int | None = field(default=None, metadata=field_options(alias="gpuCount"))
    memory: str | None = None
    shared_memory: str | None = field(default=None, metadata=field_options(alias="sharedMemory"))


@dataclass(kw_only=True)
class TaskContext(_Part):
    cluster: str | None = None
    priority: Priority | None = None
    preemptible: bool | None = None
    min_runtime: str | int | None = field(default=None, metadata=field_options(alias="minRuntime"))
    auto_resume: bool | None = field(default=None, metadata=field_options(alias="autoResume"))


@dataclass(kw_only=True)
class Constraints(_Part):
    cluster: list[str] | None = None
    hostname: list[str] | None = None


@dataclass(kw_only=True)
class TaskSpec(_Part):
    image: ImageSource
    name: str | None = None
    result: ResultSpec | None = None
    context: TaskContext = field(default_factory=TaskContext)
    constraints: Constraints | None = None
    command: list[str | int | float] | None = None
    arguments: list[str | int | float] | None = None
    env_vars: list[EnvVar] | None = field(default=None, metadata=field_options(alias="envVars"))
    datasets: list[DataMount] | None = None
    resources: TaskResources | None = None
    host_networking: bool = field(default=False, metadata=field_options(alias="hostNetworking"))
    replicas: int | None = None
    leader_selection: bool = field(default=False, metadata=field_options(alias="leaderSelection"))
    propagate_failure: bool | None = field(default=None, metadata=field_options(alias="propagateFailure"))
    propagate_preemption: bool | None = field(default=None, metadata=field_options(alias="propagatePreemption"))
    synchronized_start_timeout: str | int | None = field(
        default=None, metadata=field_options(alias="synchronizedStartTimeout")
    )
    timeout: str | int | None = None


@dataclass(kw_only=True)
class RetrySpec(_Part):
    allowed_task_retries: int | None = field(default=None, metadata=field_options(alias="allowedTaskRetries"))


@dataclass(kw_only=True)
class ExperimentSpec(_Part):
    version: SpecVersion = SpecVersion.v2
    description: str | None = None
    budget: str | None = None
    groups: list[str] | None = None
    retry: RetrySpec | None = None
    tasks: list[TaskSpec] = field(default_factory=list)


def from_json(data: Any) -> ExperimentSpec:
    return ExperimentSpec.from_dict(data)


def to_json(spec: ExperimentSpec) -> Any:
    return spec.to_dict()


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
