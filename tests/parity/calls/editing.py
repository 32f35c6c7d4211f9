"""Making changed copies: the `with_…` methods."""

from __future__ import annotations

from .samples import Api, Json, whole_spec, whole_task


def with_image(api: Api) -> Json:
    return whole_task(api).with_image(beaker="b").to_json()


def with_result(api: Api) -> Json:
    return whole_task(api).with_result(path="/other").to_json()


def with_context(api: Api) -> Json:
    return whole_task(api).with_context(cluster="c").to_json()


def with_name(api: Api) -> Json:
    return whole_task(api).with_name("other").to_json()


def with_command(api: Api) -> Json:
    return whole_task(api).with_command(["echo", 1]).to_json()


def with_arguments(api: Api) -> Json:
    return whole_task(api).with_arguments([]).to_json()


def with_resources(api: Api) -> Json:
    return whole_task(api).with_resources(gpu_count=8).to_json()


def with_dataset(api: Api) -> Json:
    return whole_task(api).with_dataset("/n", weka="w", sub_path="s").to_json()


def with_a_second_dataset_at_one_place(api: Api) -> Json:
    return whole_task(api).with_dataset("/m", weka="w").to_json()


def with_env_var(api: Api) -> Json:
    return whole_task(api).with_env_var("C", "x").to_json()


def with_env_var_of_a_secret(api: Api) -> Json:
    return whole_task(api).with_env_var("C", secret="s").to_json()


def with_env_var_in_a_bare_task(api: Api) -> Json:
    return api.TaskSpec.new("t").with_env_var("C", "x").to_json()


def with_env_var_again(api: Api) -> Json:
    return whole_task(api).with_env_var("A", secret="s").to_json()["envVars"]


def with_constraint(api: Api) -> Json:
    return whole_task(api).with_constraint(hostname=["h"]).to_json()


def with_constraint_again(api: Api) -> Json:
    return whole_task(api).with_constraint(cluster=["e"]).to_json()


def with_constraint_unlisted(api: Api) -> Json:
    return api.TaskSpec.new("t").with_constraint(gpu_memory=["big"]).to_json()


def with_methods_leave_the_task(api: Api) -> Json:
    task = whole_task(api)
    before = task.to_json()
    for other in (task.with_name("u"), task.with_command(["x"]), task.with_constraint(cluster=["e"])):
        other.with_env_var("C", "x")
    return task.to_json() == before


def with_task(api: Api) -> Json:
    return api.ExperimentSpec.new("b", docker_image="d").with_task(api.TaskSpec.new("t")).to_json()


def with_task_of_a_taken_name(api: Api) -> Json:
    return api.ExperimentSpec.new("b", "t").with_task(api.TaskSpec.new("t")).to_json()


def with_description(api: Api) -> Json:
    return api.ExperimentSpec.new("b", description="x").with_description("y").to_json()


def with_retries(api: Api) -> Json:
    return api.ExperimentSpec.new("b").with_retries(3).to_json()


def with_name_of_a_number(api: Api) -> Json:
    return whole_task(api).with_name(1).to_json()["name"]


def with_command_of_a_text(api: Api) -> Json:
    return whole_task(api).with_command("echo").to_json()["command"]


def with_retries_of_a_text(api: Api) -> Json:
    return api.ExperimentSpec.new("b").with_retries("3").to_json()["retry"]


def with_retries_of_words(api: Api) -> Json:
    return api.ExperimentSpec.new("b").with_retries("three").to_json()["retry"]


def with_constraint_of_a_text(api: Api) -> Json:
    return whole_task(api).with_constraint(cluster="e").to_json()["constraints"]["cluster"]


def with_methods_by_keyword(api: Api) -> Json:
    task = whole_task(api).with_name(name="u").with_command(command=["x"]).with_arguments(arguments=["y"])
    task = task.with_dataset(mount_path="/n", weka="w").with_env_var(name="C", value="z")
    return whole_spec(api).with_task(task=task).with_description(description="d").to_json()


def with_image_of_nothing(api: Api) -> Json:
    return whole_task(api).with_image().to_json()["image"]


def with_image_by_position(api: Api) -> Json:
    return whole_task(api).with_image("b").to_json()


def with_image_of_two(api: Api) -> Json:
    return whole_task(api).with_image(beaker="b", docker="d").to_json()["image"]


def with_image_of_a_number(api: Api) -> Json:
    return whole_task(api).with_image(docker=1).to_json()


def with_result_of_nothing(api: Api) -> Json:
    return whole_task(api).with_result().to_json()


def with_result_of_null(api: Api) -> Json:
    return whole_task(api).with_result(path=None).to_json()


def with_context_of_nothing(api: Api) -> Json:
    return whole_task(api).with_context().to_json()["context"]


def with_context_of_an_unknown_priority(api: Api) -> Json:
    return whole_task(api).with_context(priority="highest").to_json()


def with_resources_of_nothing(api: Api) -> Json:
    return whole_task(api).with_resources().to_json()["resources"]


def with_resources_of_a_text(api: Api) -> Json:
    return whole_task(api).with_resources(gpu_count="2").to_json()["resources"]


def with_resources_of_a_boolean(api: Api) -> Json:
    return whole_task(api).with_resources(gpu_count=True).to_json()["resources"]


def with_null_for_what_may_be_left_out(api: Api) -> Json:
    task = whole_task(api).with_name(None).with_command(None).with_arguments(None)
    return whole_spec(api).with_description(None).with_retries(None).with_task(task).to_json()


def with_name_that_it_has(api: Api) -> Json:
    return whole_task(api).with_name("t") == whole_task(api)


def with_command_of_a_tuple(api: Api) -> Json:
    return whole_task(api).with_command(("echo", 1)).to_json()["command"]


def with_command_of_a_boolean(api: Api) -> Json:
    return whole_task(api).with_command(["echo", True]).to_json()["command"]


def with_command_of_null(api: Api) -> Json:
    return whole_task(api).with_command(["echo", None]).to_json()["command"]


def with_command_of_lists(api: Api) -> Json:
    return whole_task(api).with_command([["echo"]]).to_json()["command"]


def with_command_of_a_mapping(api: Api) -> Json:
    return whole_task(api).with_command({"echo": 1}).to_json()["command"]


def with_command_keeps_no_list(api: Api) -> Json:
    command = ["a"]
    task = whole_task(api).with_command(command)
    command.append("b")
    return task.to_json()["command"]


def with_arguments_of_a_text(api: Api) -> Json:
    return whole_task(api).with_arguments("--a").to_json()["arguments"]


def with_dataset_of_no_source(api: Api) -> Json:
    return whole_task(api).with_dataset("/n").to_json()


def with_dataset_of_two_sources(api: Api) -> Json:
    return whole_task(api).with_dataset("/n", beaker="b", weka="w").to_json()


def with_dataset_by_two_positions(api: Api) -> Json:
    return whole_task(api).with_dataset("/n", "s", beaker="b").to_json()


def with_dataset_of_a_mapping(api: Api) -> Json:
    return whole_task(api).with_dataset({"mount_path": "/n", "source": {"beaker": "b"}}).to_json()


def with_dataset_of_an_old_source(api: Api) -> Json:
    return whole_task(api).with_dataset("/n", url="https://example.com").to_json()


def with_env_var_of_a_number(api: Api) -> Json:
    return whole_task(api).with_env_var("C", 5).to_json()


def with_env_var_of_value_and_secret(api: Api) -> Json:
    return whole_task(api).with_env_var("C", "x", "s").to_json()["envVars"][-1]


def with_env_var_of_an_empty_text(api: Api) -> Json:
    return whole_task(api).with_env_var("C", "").to_json()["envVars"][-1]


def with_env_var_of_an_instance(api: Api) -> Json:
    return whole_task(api).with_env_var(api.EnvVar(name="C")).to_json()


def with_constraint_of_nothing(api: Api) -> Json:
    tasks = (whole_task(api), api.TaskSpec.new("t"))
    return [task.with_constraint().to_json()["constraints"] for task in tasks]


def with_constraint_of_null(api: Api) -> Json:
    return whole_task(api).with_constraint(cluster=None, gpu_type=None).to_json()["constraints"]


def with_constraint_in_the_other_spelling(api: Api) -> Json:
    return whole_task(api).with_constraint(gpuType=["h"]).to_json()["constraints"]


def with_constraint_of_a_mapping(api: Api) -> Json:
    return whole_task(api).with_constraint(gpu={"a_b": 1}).to_json()["constraints"]


def with_constraint_of_a_hostname_as_text(api: Api) -> Json:
    return whole_task(api).with_constraint(hostname="h").to_json()["constraints"]


def with_constraint_of_a_number(api: Api) -> Json:
    return whole_task(api).with_constraint(cluster=[1]).to_json()["constraints"]


def with_constraint_of_an_object(api: Api) -> Json:
    return "gpu" in whole_task(api).with_constraint(gpu=object()).to_json()["constraints"]


def with_constraint_by_position(api: Api) -> Json:
    return whole_task(api).with_constraint({"gpu": ["a"]}).to_json()


def with_constraint_named_self(api: Api) -> Json:
    return whole_task(api).with_constraint(self=["a"]).to_json()["constraints"]


def with_constraint_keeps_no_list(api: Api) -> Json:
    clusters = ["a"]
    task = whole_task(api).with_constraint(cluster=clusters)
    clusters.append("b")
    return task.to_json()["constraints"]["cluster"]


def with_task_of_a_mapping(api: Api) -> Json:
    task = {"name": "u", "image": {"docker": "d"}, "result": {"path": "/r"}, "context": {}}
    return [each.name for each in whole_spec(api).with_task(task).tasks]


def with_task_of_another_class(api: Api) -> Json:
    return len(whole_spec(api).with_task(api.EnvVar(name="A")).tasks)


def with_tasks_without_names(api: Api) -> Json:
    task = whole_task(api).with_name(None)
    return [each.name for each in whole_spec(api).with_task(task).with_task(task).tasks]


def with_two_tasks(api: Api) -> Json:
    return whole_spec(api).with_task(whole_task(api).with_name("u"), whole_task(api).with_name("v")).to_json()


def with_description_of_a_number(api: Api) -> Json:
    return whole_spec(api).with_description(5).to_json()["description"]


def with_description_of_half_a_surrogate_pair(api: Api) -> Json:
    return whole_spec(api).with_description("\ud800").to_json()["description"] == "\ud800"


def with_retries_of_odd_numbers(api: Api) -> Json:
    return [whole_spec(api).with_retries(number).to_json()["retry"] for number in (-1, 0, 2.0, 100)]


def with_retries_of_a_fraction(api: Api) -> Json:
    return whole_spec(api).with_retries(2.5).to_json()


def with_retries_of_a_boolean(api: Api) -> Json:
    return whole_spec(api).with_retries(True).to_json()["retry"]
