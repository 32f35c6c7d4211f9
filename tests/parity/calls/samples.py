"""What the calls are about: specs with something in each part, and files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["Api", "Json", "folder", "from_yaml_file", "from_yaml_task", "kind_of_error", "whole_spec", "whole_task"]

#: JSON-compatible data.
Json = Any
#: The module with `ExperimentSpec` and the other classes, of either library.
Api = Any


def whole_task(api: Api) -> Any:
    """A task with something in each of its parts."""
    return api.TaskSpec(
        name="t",
        image=api.ImageSource(docker="d"),
        result=api.ResultSpec(path="/r"),
        context=api.TaskContext(priority="high"),
        constraints=api.Constraints(cluster=["c"], gpu_type=["g"]),
        command=["python", 1],
        arguments=["--a"],
        env_vars=[api.EnvVar(name="A", value="x"), api.EnvVar(name="B", secret="s")],
        datasets=[api.DataMount(mount_path="/m", source=api.DataSource(beaker="b"))],
        resources=api.TaskResources(cpu_count=1, gpu_count=2, memory="1GiB"),
    )


def whole_spec(api: Api) -> Any:
    """An experiment of that task."""
    return api.ExperimentSpec(budget="b", tasks=[whole_task(api)])


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder, which is deleted at the end."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def from_yaml_file(api: Api, text: str) -> Any:
    """The spec that a file with this text holds."""
    with folder() as place:
        path = place / "spec.yaml"
        path.write_text(text, encoding="utf-8")
        return api.ExperimentSpec.from_file(path)


def from_yaml_task(api: Api, fields: str) -> Json:
    """The task, as JSON, of a file whose one task has these fields beside the needed ones."""
    text = f"tasks:\n- image: {{docker: d}}\n  result: {{path: /r}}\n  context: {{}}\n  {fields}\n"
    return from_yaml_file(api, text).to_json()["tasks"][0]


def kind_of_error(api: Api) -> type[Exception]:
    """The class of what is raised where data cannot become a spec."""
    try:
        api.ExperimentSpec.from_json({"tasks": "x"})
    except ValueError as error:
        return type(error)
    raise AssertionError("a text was taken for tasks")
