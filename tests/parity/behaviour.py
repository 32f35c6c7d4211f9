"""Calls that mean something in beaker-py and in beakerspec: what each returns or raises is compared.

Each function takes the module that holds the classes and returns JSON-compatible data.
"""

from __future__ import annotations

import builtins
import copy
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["BEHAVIOURS", "SIGNATURES", "outcome"]

#: JSON-compatible data.
Json = Any
#: The module with `ExperimentSpec` and the other classes, of either library.
Api = Any

Behaviour = Callable[[Api], Json]

#: The functions of this file that are compared, by their names.
BEHAVIOURS: dict[str, Behaviour] = {}

#: The methods whose positional parameters are compared.
SIGNATURES = [
    *("ExperimentSpec.new", "ExperimentSpec.from_json", "ExperimentSpec.to_json", "ExperimentSpec.from_file"),
    *("ExperimentSpec.to_file", "ExperimentSpec.with_task", "ExperimentSpec.with_description"),
    *("ExperimentSpec.with_retries", "ExperimentSpec.validate"),
    *(
        "TaskSpec.new",
        "TaskSpec.from_json",
        "TaskSpec.to_json",
        "TaskSpec.with_image",
        "TaskSpec.with_result",
    ),
    *("TaskSpec.with_context", "TaskSpec.with_name", "TaskSpec.with_command", "TaskSpec.with_arguments"),
    *(
        "TaskSpec.with_resources",
        "TaskSpec.with_dataset",
        "TaskSpec.with_env_var",
        "TaskSpec.with_constraint",
    ),
    "DataMount.new",
]


def outcome(behaviour: Behaviour, api: Api) -> Json:
    """``{"returns": value}``, or ``{"raises": name}`` with the nearest class that both libraries have."""
    try:
        return {"returns": behaviour(api)}
    except Exception as error:
        known = {*vars(builtins), "ExperimentSpecError"}
        return {"raises": next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in known)}


def compared(behaviour: Behaviour) -> Behaviour:
    """Enter the function in `BEHAVIOURS`."""
    BEHAVIOURS[behaviour.__name__] = behaviour
    return behaviour


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


def from_yaml_file(api: Api, text: str) -> Any:
    """The spec that a file with this text holds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "spec.yaml")
        path.write_text(text, encoding="utf-8")
        return api.ExperimentSpec.from_file(path)


def from_yaml_task(api: Api, fields: str) -> Json:
    """The task, as JSON, of a file whose one task has these fields beside the needed ones."""
    text = f"tasks:\n- image: {{docker: d}}\n  result: {{path: /r}}\n  context: {{}}\n  {fields}\n"
    return from_yaml_file(api, text).to_json()["tasks"][0]


@compared
def new_experiment_by_position(api: Api) -> Json:
    return api.ExperimentSpec.new("b", "t", "text", ["c", "e"], "i", None, "/r", "high").to_json()


@compared
def new_experiment_by_keyword(api: Api) -> Json:
    return api.ExperimentSpec.new(
        budget="b", task_name="t", cluster="c", docker_image="d", result_path="/r", replicas=2
    ).to_json()


@compared
def new_experiment_of_nothing(api: Api) -> Json:
    return api.ExperimentSpec.new().to_json()


@compared
def empty_experiment(api: Api) -> Json:
    return api.ExperimentSpec().to_json()


@compared
def new_task_by_position(api: Api) -> Json:
    return api.TaskSpec.new("t", "c", None, "d", "/r", "low", True).to_json()


@compared
def new_task_with_parts(api: Api) -> Json:
    return api.TaskSpec.new(
        "t",
        docker_image="d",
        command=["a", 1, 0.5],
        env_vars=[api.EnvVar(name="A")],
        resources=api.TaskResources(gpu_count=1),
        host_networking=True,
        timeout="1h",
    ).to_json()


@compared
def new_task_with_mappings(api: Api) -> Json:
    return api.TaskSpec.new("t", constraints={"cluster": ["c"]}, resources={"gpu_count": 1}).to_json()


@compared
def new_task_with_a_cluster_beside_constraints(api: Api) -> Json:
    return api.TaskSpec.new("t", cluster="c", constraints={"hostname": ["h"]}).to_json()


@compared
def new_task_with_two_clusters(api: Api) -> Json:
    return api.TaskSpec.new("t", cluster="c", constraints={"cluster": ["e"]}).to_json()


@compared
def new_task_with_a_tuple_of_clusters(api: Api) -> Json:
    return api.TaskSpec.new("t", cluster=("c", "e")).to_json()


@compared
def new_task_with_a_wrong_priority(api: Api) -> Json:
    return api.TaskSpec.new("t", priority="highest").to_json()


@compared
def new_task_with_an_enum(api: Api) -> Json:
    return api.TaskSpec.new("t", priority=api.Priority.high).to_json()


@compared
def new_mount_by_position(api: Api) -> Json:
    return api.DataMount.new("/m", "s", None, "/net/a").to_json()


@compared
def new_mount_of_two_sources(api: Api) -> Json:
    return api.DataMount.new("/m", beaker="b", weka="w").to_json()


@compared
def new_mount_of_no_source(api: Api) -> Json:
    return api.DataMount.new("/m").to_json()


@compared
def new_task_by_its_class(api: Api) -> Json:
    return whole_task(api).to_json()


@compared
def task_of_mappings(api: Api) -> Json:
    return api.TaskSpec(image={"docker": "d"}, result={"path": "/r"}, context={"priority": "low"}).to_json()


@compared
def task_without_an_image(api: Api) -> Json:
    return api.TaskSpec(result={"path": "/r"}, context={}).to_json()


@compared
def positional_arguments_of_a_class(api: Api) -> Json:
    return api.EnvVar("A", "x").to_json()


@compared
def unknown_keyword_of_a_class(api: Api) -> Json:
    return api.TaskContext(urgency="high").to_json()


@compared
def keyword_in_the_spelling_of_files(api: Api) -> Json:
    return api.TaskResources(gpuCount=1).to_json()


@compared
def unknown_keyword_of_new(api: Api) -> Json:
    return api.TaskSpec.new("t", gpus=1).to_json()


@compared
def unknown_keyword_of_with_resources(api: Api) -> Json:
    return whole_task(api).with_resources(gpus=1).to_json()


@compared
def duplicate_task_names(api: Api) -> Json:
    return api.ExperimentSpec(tasks=[api.TaskSpec.new("t"), api.TaskSpec.new("t")]).to_json()


@compared
def source_of_no_field(api: Api) -> Json:
    return api.DataSource().to_json()


@compared
def with_image(api: Api) -> Json:
    return whole_task(api).with_image(beaker="b").to_json()


@compared
def with_result(api: Api) -> Json:
    return whole_task(api).with_result(path="/other").to_json()


@compared
def with_context(api: Api) -> Json:
    return whole_task(api).with_context(cluster="c").to_json()


@compared
def with_name(api: Api) -> Json:
    return whole_task(api).with_name("other").to_json()


@compared
def with_command(api: Api) -> Json:
    return whole_task(api).with_command(["echo", 1]).to_json()


@compared
def with_arguments(api: Api) -> Json:
    return whole_task(api).with_arguments([]).to_json()


@compared
def with_resources(api: Api) -> Json:
    return whole_task(api).with_resources(gpu_count=8).to_json()


@compared
def with_dataset(api: Api) -> Json:
    return whole_task(api).with_dataset("/n", weka="w", sub_path="s").to_json()


@compared
def with_a_second_dataset_at_one_place(api: Api) -> Json:
    return whole_task(api).with_dataset("/m", weka="w").to_json()


@compared
def with_env_var(api: Api) -> Json:
    return whole_task(api).with_env_var("C", "x").to_json()


@compared
def with_env_var_of_a_secret(api: Api) -> Json:
    return whole_task(api).with_env_var("C", secret="s").to_json()


@compared
def with_env_var_in_a_bare_task(api: Api) -> Json:
    return api.TaskSpec.new("t").with_env_var("C", "x").to_json()


@compared
def with_env_var_again(api: Api) -> Json:
    return whole_task(api).with_env_var("A", secret="s").to_json()["envVars"]


@compared
def with_constraint(api: Api) -> Json:
    return whole_task(api).with_constraint(hostname=["h"]).to_json()


@compared
def with_constraint_again(api: Api) -> Json:
    return whole_task(api).with_constraint(cluster=["e"]).to_json()


@compared
def with_constraint_unlisted(api: Api) -> Json:
    return api.TaskSpec.new("t").with_constraint(gpu_memory=["big"]).to_json()


@compared
def with_methods_leave_the_task(api: Api) -> Json:
    task = whole_task(api)
    before = task.to_json()
    for other in (task.with_name("u"), task.with_command(["x"]), task.with_constraint(cluster=["e"])):
        other.with_env_var("C", "x")
    return task.to_json() == before


@compared
def with_task(api: Api) -> Json:
    return api.ExperimentSpec.new("b", docker_image="d").with_task(api.TaskSpec.new("t")).to_json()


@compared
def with_task_of_a_taken_name(api: Api) -> Json:
    return api.ExperimentSpec.new("b", "t").with_task(api.TaskSpec.new("t")).to_json()


@compared
def with_description(api: Api) -> Json:
    return api.ExperimentSpec.new("b", description="x").with_description("y").to_json()


@compared
def with_retries(api: Api) -> Json:
    return api.ExperimentSpec.new("b").with_retries(3).to_json()


@compared
def with_name_of_a_number(api: Api) -> Json:
    return whole_task(api).with_name(1).to_json()["name"]


@compared
def with_command_of_a_text(api: Api) -> Json:
    return whole_task(api).with_command("echo").to_json()["command"]


@compared
def with_retries_of_a_text(api: Api) -> Json:
    return api.ExperimentSpec.new("b").with_retries("3").to_json()["retry"]


@compared
def with_retries_of_words(api: Api) -> Json:
    return api.ExperimentSpec.new("b").with_retries("three").to_json()["retry"]


@compared
def with_constraint_of_a_text(api: Api) -> Json:
    return whole_task(api).with_constraint(cluster="e").to_json()["constraints"]["cluster"]


@compared
def set_a_field(api: Api) -> Json:
    task = whole_task(api)
    task.name = "other"
    return task.name


@compared
def set_a_constraint(api: Api) -> Json:
    task = whole_task(api)
    task.constraints["cluster"] = ["e"]
    return task.constraints.cluster


@compared
def append_to_a_command(api: Api) -> Json:
    task = whole_task(api)
    task.command.append("x")
    return task.command


@compared
def new_changes_its_constraints(api: Api) -> Json:
    constraints = api.Constraints(hostname=["h"])
    api.TaskSpec.new("t", cluster="c", constraints=constraints)
    return constraints.to_json()


@compared
def hash_a_spec(api: Api) -> Json:
    return isinstance(hash(whole_task(api)), int)


@compared
def equal_specs(api: Api) -> Json:
    return whole_task(api) == whole_task(api) and whole_task(api) != whole_task(api).with_name("u")


@compared
def lists_equal_lists(api: Api) -> Json:
    task = whole_task(api)
    return [task.command == ["python", 1], task.constraints.cluster == ["c"], task.arguments != ["--a"]]


@compared
def lists_of_specs(api: Api) -> Json:
    task = whole_task(api)
    return [
        len(task.env_vars),
        task.env_vars[-1].name,
        [each.name for each in task.env_vars],
        task.command[1:] == [1],
    ]


@compared
def enums_are_text(api: Api) -> Json:
    context = api.TaskContext(priority=api.Priority.high)
    return [
        context.priority == "high",
        isinstance(context.priority, str),
        str(context.priority),
        str(api.SpecVersion.v2),
    ]


@compared
def constraints_by_attribute_and_item(api: Api) -> Json:
    constraints = whole_task(api).constraints
    return [list(constraints.gpu_type), list(constraints["cluster"]), list(constraints["gpuType"])]


@compared
def fields_as_items(api: Api) -> Json:
    task = whole_task(api)
    return [task["name"], task["hostNetworking"], task["host_networking"]]


@compared
def unknown_item(api: Api) -> Json:
    return whole_task(api)["colour"]


@compared
def copies_and_pickles(api: Api) -> Json:
    task = whole_task(api)
    return [copy.copy(task) == task, copy.deepcopy(task) == task, pickle.loads(pickle.dumps(task)) == task]


@compared
def model_methods(api: Api) -> Json:
    return sorted(name for name in dir(api.TaskSpec) if name.startswith("model_"))


@compared
def pairs_of_a_spec(api: Api) -> Json:
    return [name for name, _ in api.EnvVar(name="A")]


@compared
def error_shows_the_document(api: Api) -> Json:
    try:
        api.ExperimentSpec.from_json({"tasks": [{"envVars": [{"name": "A", "value": "hush", "secret": 1}]}]})
    except ValueError as error:
        return "hush" in str(error)
    return None


@compared
def validate_a_right_spec(api: Api) -> Json:
    api.ExperimentSpec.new("b", docker_image="d").validate()
    return "valid"


@compared
def validate_no_image(api: Api) -> Json:
    api.ExperimentSpec.new("b").validate()
    return "valid"


@compared
def validate_two_images(api: Api) -> Json:
    api.ExperimentSpec.new("b", docker_image="d", beaker_image="b").validate()
    return "valid"


@compared
def validate_one_image_and_an_empty_one(api: Api) -> Json:
    api.ExperimentSpec.new("b", docker_image="d", beaker_image="").validate()
    return "valid"


@compared
def validate_an_empty_image(api: Api) -> Json:
    api.ExperimentSpec.new("b", docker_image="").validate()
    return "valid"


@compared
def file_and_back(api: Api) -> Json:
    spec = api.ExperimentSpec(budget="b", tasks=[whole_task(api)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "spec.yaml")
        spec.to_file(path)
        return api.ExperimentSpec.from_file(path) == spec


@compared
def file_of_text_in_quotes(api: Api) -> Json:
    return from_yaml_task(api, "envVars: [{name: A, value: '0123'}, {name: B, value: \"yes\"}, {name: C, value: x}]")


@compared
def file_of_numbers_as_text(api: Api) -> Json:
    return from_yaml_task(api, "envVars: [{name: A, value: 0123}, {name: B, value: 1.10}]")["envVars"]


@compared
def file_of_words_as_text(api: Api) -> Json:
    return from_yaml_task(api, "envVars: [{name: yes, value: off}, {name: B, value: true}]")["envVars"]


@compared
def file_of_times_and_dates_as_text(api: Api) -> Json:
    return from_yaml_task(api, "envVars: [{name: A, value: 12:30:45}, {name: B, value: 2024-01-01}]")["envVars"]


@compared
def file_with_a_command_of_numbers(api: Api) -> Json:
    return from_yaml_task(api, "command: [x, 1, 0.5, 1e-4, '2']")["command"]


@compared
def file_with_a_command_of_odd_numbers(api: Api) -> Json:
    return from_yaml_task(api, "command: [0123, 1.10, 0x10, 1_000, 12:30:45]")["command"]


@compared
def file_with_a_command_of_booleans(api: Api) -> Json:
    return from_yaml_task(api, "command: [true, no]")["command"]


@compared
def file_with_a_command_of_a_date(api: Api) -> Json:
    return from_yaml_task(api, "command: [2024-01-01]")["command"]


@compared
def file_with_a_number_of_base_60(api: Api) -> Json:
    return from_yaml_task(api, "replicas: 1:30")["replicas"]


@compared
def file_with_an_octal_number(api: Api) -> Json:
    return from_yaml_task(api, "replicas: 010")["replicas"]


@compared
def file_with_an_exponent_without_a_point(api: Api) -> Json:
    return from_yaml_task(api, "resources: {cpuCount: 1e1}")["resources"]


@compared
def file_with_booleans(api: Api) -> Json:
    return from_yaml_task(api, "hostNetworking: yes\n  propagateFailure: Off")


@compared
def file_with_a_key_given_twice(api: Api) -> Json:
    return from_yaml_task(api, "replicas: 1\n  replicas: 2")["replicas"]


@compared
def file_with_anchors_and_merge_keys(api: Api) -> Json:
    return (
        from_yaml_task(api, "resources: &big {gpuCount: 2, memory: 1GiB}")["resources"]
        == from_yaml_task(api, "resources: {<<: {gpuCount: 1, memory: 1GiB}, gpuCount: 2}")["resources"]
    )


@compared
def file_of_two_documents(api: Api) -> Json:
    return from_yaml_file(api, "budget: b\n---\nbudget: c\n").to_json()


@compared
def file_of_nothing(api: Api) -> Json:
    return from_yaml_file(api, "").to_json()


@compared
def file_of_a_list(api: Api) -> Json:
    return from_yaml_file(api, "- budget: b\n").to_json()


@compared
def file_with_an_unquoted_template(api: Api) -> Json:
    return from_yaml_task(api, "name: {{.Env.NAME}}")


@compared
def file_with_a_python_tag(api: Api) -> Json:
    return from_yaml_task(api, "name: !!python/name:os.system ''")


@compared
def file_with_a_null_result_path(api: Api) -> Json:
    return from_yaml_file(api, "tasks: [{image: {docker: d}, result: {path: }, context: {}}]").to_json()["tasks"]
