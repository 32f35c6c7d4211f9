"""What several contenders do in the same way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["VARIABLE", "json_name", "new_task", "read_yaml", "write_yaml"]

#: The name and the value of the variable that `with_env_var` adds.
VARIABLE = ("BENCHMARK_POINT", "7")


def json_name(name: str) -> str:
    """The name of a field in a file: ``env_vars`` is ``envVars`` there."""
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


def read_yaml(path: str) -> Any:
    """The plain data of a YAML file, by PyYAML's fastest safe way."""
    from yaml import CSafeLoader, load

    with open(path, encoding="utf-8") as file:
        return load(file, CSafeLoader)


def write_yaml(data: Any, path: str) -> None:
    """Write plain data to a YAML file, by PyYAML's fastest safe way."""
    from yaml import CSafeDumper, dump

    with open(path, "w", encoding="utf-8") as file:
        dump(data, file, CSafeDumper, allow_unicode=True, sort_keys=False)


def new_task(model: Any, prefix: str = "") -> Callable[[str], Any]:
    """A function that makes a task of a given name, with the fields that most tasks have, from keywords.

    `model` has the classes, each under beakerspec's name behind the `prefix`.
    """
    image_source, context, constraints, variable, mount, source, result, resources, task = (
        getattr(model, f"{prefix}{name}")
        for name in (
            "ImageSource",
            "TaskContext",
            "Constraints",
            "EnvVar",
            "DataMount",
            "DataSource",
            "ResultSpec",
            "TaskResources",
            "TaskSpec",
        )
    )
    priority = getattr(model, "BeakerJobPriority" if prefix else "Priority").normal

    def make(name: str) -> Any:
        return task(
            name=name,
            image=image_source(beaker="otter-lab/heron-7b"),
            command=["python", "scripts/train.py"],
            arguments=["--learning_rate", "2e-5", "--seed", 7],
            env_vars=[
                variable(name="TRACKER_PROJECT", value="orchard-v3"),
                variable(name="LOG_LEVEL", value="info"),
                variable(name="HUB_TOKEN", secret="hub_token"),
            ],
            datasets=[mount(mount_path="/data/tidepool", source=source(beaker="otter-lab/tidepool"))],
            result=result(path="/results"),
            resources=resources(gpu_count=8, cpu_count=7.5, shared_memory="10GiB"),
            context=context(priority=priority, preemptible=True),
            constraints=constraints(cluster=["ai2/fjord-h100", "ai2/basalt-a100"]),
        )

    return make
