"""The model as attrs classes and a Converter of cattrs with nothing set but the names of the fields.

What attrs and cattrs cost without beakerspec's own hooks: nothing here is frozen, and nothing is checked.
"""

from __future__ import annotations

import sys
from enum import Enum
from typing import Any

from attrs import define, evolve, field, fields, has
from cattrs import Converter, override
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn
from cattrs.strategies import configure_union_passthrough

from benchmarks.contenders.common import VARIABLE, json_name, read_yaml, write_yaml
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


@define(kw_only=True)
class ImageSource:
    beaker: str | None = None
    docker: str | None = None


@define(kw_only=True)
class EnvVar:
    name: str
    value: str | None = None
    secret: str | None = None


@define(kw_only=True)
class DataSource:
    beaker: str | None = None
    host_path: str | None = None
    weka: str | None = None
    result: str | None = None
    secret: str | None = None
    volume: str | None = None


@define(kw_only=True)
class DataMount:
    mount_path: str
    source: DataSource
    sub_path: str | None = None
    mode: MountMode | None = None


@define(kw_only=True)
class ResultSpec:
    path: str


@define(kw_only=True)
class TaskResources:
    cpu_count: float | None = None
    gpu_count: int | None = None
    memory: str | None = None
    shared_memory: str | None = None


@define(kw_only=True)
class TaskContext:
    cluster: str | None = None
    priority: Priority | None = None
    preemptible: bool | None = None
    min_runtime: str | int | None = None
    auto_resume: bool | None = None


@define(kw_only=True)
class Constraints:
    cluster: list[str] | None = None
    hostname: list[str] | None = None


@define(kw_only=True)
class TaskSpec:
    image: ImageSource
    name: str | None = None
    result: ResultSpec | None = None
    context: TaskContext = field(factory=TaskContext)
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


@define(kw_only=True)
class RetrySpec:
    allowed_task_retries: int | None = None


@define(kw_only=True)
class ExperimentSpec:
    version: SpecVersion = SpecVersion.v2
    description: str | None = None
    budget: str | None = None
    groups: list[str] | None = None
    retry: RetrySpec | None = None
    tasks: list[TaskSpec] = field(factory=list)


def _converter() -> Converter:
    converter = Converter(omit_if_default=True)
    for union in (str | int | float, str | int | None):
        configure_union_passthrough(union, converter)

    @converter.register_structure_hook_factory(has)
    def structure(cls: Any) -> Any:
        return make_dict_structure_fn(cls, converter, **_renamed(cls))

    @converter.register_unstructure_hook_factory(has)
    def unstructure(cls: Any) -> Any:
        return make_dict_unstructure_fn(cls, converter, _cattrs_omit_if_default=True, **_renamed(cls))

    return converter


def _renamed(cls: Any) -> dict[str, Any]:
    return {each.name: override(rename=json_name(each.name)) for each in fields(cls)}


_converter_of_the_model = _converter()


def from_json(data: Any) -> ExperimentSpec:
    return _converter_of_the_model.structure(data, ExperimentSpec)


def to_json(spec: ExperimentSpec) -> Any:
    return _converter_of_the_model.unstructure(spec)


def from_file(path: str) -> ExperimentSpec:
    return from_json(read_yaml(path))


def to_file(spec: ExperimentSpec, path: str) -> None:
    write_yaml(to_json(spec), path)


new_task = task_maker(sys.modules[__name__])


def with_env_var(task: TaskSpec) -> TaskSpec:
    name, value = VARIABLE
    return evolve(task, env_vars=[*(task.env_vars or ()), EnvVar(name=name, value=value)])


def with_name(task: TaskSpec) -> TaskSpec:
    return evolve(task, name="renamed")


def with_description(spec: ExperimentSpec) -> ExperimentSpec:
    return evolve(spec, description="described anew")
