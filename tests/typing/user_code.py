"""What users of beakerspec write. Type checkers find nothing here in their strict modes (test_typing.py)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs

from beakerspec import (
    BeakerSpecError,
    Constraints,
    DataMount,
    DataSource,
    EditError,
    EnvVar,
    ExperimentSpec,
    ExperimentSpecError,
    Fixed,
    ImageSource,
    MountMode,
    Priority,
    Problem,
    ResultSpec,
    RetrySpec,
    SpecVersion,
    TaskContext,
    TaskResources,
    TaskSpec,
    ValidationError,
    edit_text,
    fix_text,
    get_converter,
)


def from_parts() -> ExperimentSpec:
    """Every class by its constructor."""
    task = TaskSpec(
        name="train",
        image=ImageSource(docker="alpine"),
        command=["sh", "-c", "echo", 1, 0.5],
        arguments=("--seed", 42),
        env_vars=[EnvVar(name="A", value="1"), EnvVar(name="B", secret="b")],
        datasets=[DataMount(mount_path="/data", source=DataSource(weka="w"), mode=MountMode.readwrite)],
        result=ResultSpec(path="/output"),
        resources=TaskResources(cpu_count=0.5, gpu_count=1, memory="1GiB", shared_memory="1GiB"),
        context=TaskContext(priority=Priority.normal, min_runtime="1h", auto_resume=True),
        constraints=Constraints(cluster=["ai2/one"], hostname=["h"], gpuType="a100"),
        host_networking=True,
        replicas=2,
        timeout=timedelta(hours=1),
        synchronized_start_timeout="30m",
    )
    return ExperimentSpec(
        version=SpecVersion.v2,
        description="typed",
        budget="ai2/demo",
        groups=["g"],
        retry=RetrySpec(allowed_task_retries=1),
        tasks=[task],
    )


def from_mappings() -> ExperimentSpec:
    """Mappings stand for instances."""
    task = TaskSpec(
        image={"docker": "alpine"},
        context={"priority": "low"},
        env_vars=[{"name": "A", "value": "1"}],
    )
    return ExperimentSpec(tasks=[task]).with_task({"name": "second", "image": {"beaker": "b"}})


def step_by_step() -> ExperimentSpec:
    """`new` and the `with_*` methods, chained."""
    task = (
        TaskSpec.new("main", cluster="ai2/one", docker_image="alpine", command=["echo"], priority="low")
        .with_image(beaker="b")
        .with_result(path="/output")
        .with_context(cluster="ai2/one", priority=Priority.high)
        .with_name("renamed")
        .with_command(["python", "-m", "train"])
        .with_arguments(["--epochs", 3])
        .with_resources(gpu_count=8, memory="64GiB")
        .with_dataset("/data", beaker="d", sub_path="train")
        .with_env_var("SEED", value="0123")
        .with_env_var("TOKEN", secret="TOKEN")
        .with_constraint(cluster=["ai2/one", "ai2/two"], gpuType="a100")
    )
    mount = DataMount.new("/more", host_path="/net/more")
    task = attrs.evolve(task, datasets=[*(task.datasets or ()), mount])
    return (
        ExperimentSpec.new(task_name="first", docker_image="alpine")
        .with_task(task)
        .with_description("d")
        .with_retries(3)
        .with_budget("ai2/demo")
    )


def look_up_and_change(spec: ExperimentSpec) -> ExperimentSpec:
    """Tasks, variables and options by name, and values by their path."""
    task: TaskSpec = spec.task("train").with_timeout(timedelta(hours=1)).with_replicas(None).without_dataset("/data")
    variable: EnvVar | None = task.env_var("SEED")
    if variable is not None:
        task = task.without_env_var(variable.name)
    option: str | int | float | None = task.argument("--lr")
    task = task.with_argument("--lr", 1e-4 if option is None else option)
    count: int = spec.value("tasks[train].resources.gpuCount")
    spec = spec.without_task("train").with_tasks([task, {"image": {"docker": "alpine"}}])
    return spec.map_tasks(lambda each: each.with_replicas(count)).with_value("tasks[*].resources.gpuCount", 8)


def edit(text: str) -> str:
    """Texts change in place."""
    try:
        text = edit_text(text, {"tasks[train].image": ImageSource(docker="alpine"), "budget": None, "groups": ["a"]})
    except EditError as error:
        return str(error)
    fixed: Fixed = fix_text(text, is_json=False, unsafe=True)
    return fixed.text if not fixed.problems else "\n".join(problem.message for problem in fixed.fixed)


def compare(task: TaskSpec) -> bool:
    """Sequences compare with lists and tuples, concatenate with them, and keep their type in slices."""
    if task.command is None or task.arguments is None:
        return task.command != ["echo"]
    first: str | int | float = task.command[0]
    longer = task.with_command(task.command + ["--more"])  # noqa: RUF005
    longer = longer.with_arguments(task.arguments[1:])
    return task.command == ["echo"] and longer.arguments == () and first == "echo"


def read(path: Path) -> dict[str, Any]:
    """Files, text and plain data in, the same out."""
    spec = ExperimentSpec.from_file(path)
    spec = ExperimentSpec.from_file(str(path), env={"NAME": "x"})
    spec.to_file(path.with_suffix(".copy.yaml"))
    text: str = ExperimentSpec.from_yaml(spec.to_yaml()).to_yaml()
    assert text
    for task in spec.tasks:
        for variable in task.env_vars or ():
            name: str = variable.name
            value: str | None = variable.value
            print(name, value)
        image = task.image
        print(image.beaker)
    data: dict[str, Any] = spec.to_json()
    return ExperimentSpec.from_json(data).to_json()


def constrain(constraints: Constraints) -> Any:
    """Extras of constraints are attributes and items; so are the fields of every class."""
    clusters = constraints.cluster
    for cluster in clusters or ():
        print(cluster.upper())
    return constraints.gpuType or constraints["gpuType"] or TaskSpec.new("t")["hostNetworking"]


def explain(path: Path) -> list[str]:
    """Everything that can be wrong is data."""
    try:
        spec = ExperimentSpec.from_file(path)
        spec.validate()
    except ValidationError as error:
        return [problem.message for problem in error.problems]
    except ExperimentSpecError as error:
        return [f"{problem.file}:{problem.line}:{problem.column} {problem.rule}" for problem in error.problems]
    except BeakerSpecError as error:
        return [str(error)]
    found: tuple[Problem, ...] = spec.check()
    return [problem.hint or problem.path for problem in sorted(found) if problem.severity == "warning"]


@attrs.frozen
class Launch:
    """A class of the user's own that embeds a spec."""

    owner: str
    spec: ExperimentSpec


def embed(data: object) -> tuple[Launch, Any]:
    """`get_converter` structures the user's own classes around the spec's."""
    converter = get_converter()
    launch = converter.structure(data, Launch)
    owner: str = launch.owner
    tasks = launch.spec.tasks
    print(owner, len(tasks), tasks[0].name)
    return launch, converter.unstructure(launch)
