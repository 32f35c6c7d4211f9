# mypy: disable-error-code="import-not-found, no-any-return", allow-subclassing-any
"""The model as plain models of pydantic 2, as its documentation writes them."""

from __future__ import annotations

import sys
from enum import Enum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

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


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class ImageSource(_Part):
    beaker: str | None = None
    docker: str | None = None


class EnvVar(_Part):
    name: str
    value: str | None = None
    secret: str | None = None


class DataSource(_Part):
    beaker: str | None = None
    host_path: str | None = None
    weka: str | None = None
    result: str | None = None
    secret: str | None = None
    volume: str | None = None


class DataMount(_Part):
    mount_path: str
    source: DataSource
    sub_path: str | None = None
    mode: MountMode | None = None


class ResultSpec(_Part):
    path: str


class TaskResources(_Part):
    cpu_count: float | None = None
    gpu_count: int | None = None
    memory: str | None = None
    shared_memory: str | None = None


class TaskContext(_Part):
    cluster: str | None = None
    priority: Priority | None = None
    preemptible: bool | None = None
    min_runtime: str | int | None = None
    auto_resume: bool | None = None


class Constraints(_Part):
    cluster: list[str] | None = None
    hostname: list[str] | None = None


class TaskSpec(_Part):
    image: ImageSource
    name: str | None = None
    result: ResultSpec | None = None
    context: TaskContext = Field(default_factory=TaskContext)
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


class RetrySpec(_Part):
    allowed_task_retries: int | None = None


class ExperimentSpec(_Part):
    version: SpecVersion = SpecVersion.v2
    description: str | None = None
    budget: str | None = None
    groups: list[str] | None = None
    retry: RetrySpec | None = None
    tasks: list[TaskSpec] = Field(default_factory=list)


def from_json(data: Any) -> ExperimentSpec:
    return ExperimentSpec.model_validate(data)


def to_json(spec: ExperimentSpec) -> Any:
    return spec.model_dump(mode="json", by_alias=True, exclude_none=True)


def from_file(path: str) -> ExperimentSpec:
    return from_json(read_yaml(path))


def to_file(spec: ExperimentSpec, path: str) -> None:
    write_yaml(to_json(spec), path)


new_task = task_maker(sys.modules[__name__])


def with_env_var(task: TaskSpec) -> TaskSpec:
    name, value = VARIABLE
    return task.model_copy(update={"env_vars": [*(task.env_vars or ()), EnvVar(name=name, value=value)]})


def with_name(task: TaskSpec) -> TaskSpec:
    return task.model_copy(update={"name": "renamed"})


def with_description(spec: ExperimentSpec) -> ExperimentSpec:
    return spec.model_copy(update={"description": "described anew"})
