"""Making specs: constructors, `new` and `from_json`."""

from __future__ import annotations

import copy
import json
from collections import OrderedDict

from .samples import Api, Json, whole_task


def new_experiment_by_position(api: Api) -> Json:
    return api.ExperimentSpec.new("b", "t", "text", ["c", "e"], "i", None, "/r", "high").to_json()


def new_experiment_by_keyword(api: Api) -> Json:
    return api.ExperimentSpec.new(
        budget="b", task_name="t", cluster="c", docker_image="d", result_path="/r", replicas=2
    ).to_json()


def new_experiment_of_nothing(api: Api) -> Json:
    return api.ExperimentSpec.new().to_json()


def empty_experiment(api: Api) -> Json:
    return api.ExperimentSpec().to_json()


def new_task_by_position(api: Api) -> Json:
    return api.TaskSpec.new("t", "c", None, "d", "/r", "low", True).to_json()


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


def new_task_with_mappings(api: Api) -> Json:
    return api.TaskSpec.new("t", constraints={"cluster": ["c"]}, resources={"gpu_count": 1}).to_json()


def new_task_with_a_cluster_beside_constraints(api: Api) -> Json:
    return api.TaskSpec.new("t", cluster="c", constraints={"hostname": ["h"]}).to_json()


def new_task_with_two_clusters(api: Api) -> Json:
    return api.TaskSpec.new("t", cluster="c", constraints={"cluster": ["e"]}).to_json()


def new_task_with_a_tuple_of_clusters(api: Api) -> Json:
    return api.TaskSpec.new("t", cluster=("c", "e")).to_json()


def new_task_with_a_wrong_priority(api: Api) -> Json:
    return api.TaskSpec.new("t", priority="highest").to_json()


def new_task_with_an_enum(api: Api) -> Json:
    return api.TaskSpec.new("t", priority=api.Priority.high).to_json()


def new_mount_by_position(api: Api) -> Json:
    return api.DataMount.new("/m", "s", None, "/net/a").to_json()


def new_mount_of_two_sources(api: Api) -> Json:
    return api.DataMount.new("/m", beaker="b", weka="w").to_json()


def new_mount_of_no_source(api: Api) -> Json:
    return api.DataMount.new("/m").to_json()


def new_task_by_its_class(api: Api) -> Json:
    return whole_task(api).to_json()


def task_of_mappings(api: Api) -> Json:
    return api.TaskSpec(image={"docker": "d"}, result={"path": "/r"}, context={"priority": "low"}).to_json()


def task_without_an_image(api: Api) -> Json:
    return api.TaskSpec(result={"path": "/r"}, context={}).to_json()


def positional_arguments_of_a_class(api: Api) -> Json:
    return api.EnvVar("A", "x").to_json()


def unknown_keyword_of_a_class(api: Api) -> Json:
    return api.TaskContext(urgency="high").to_json()


def keyword_in_the_spelling_of_files(api: Api) -> Json:
    return api.TaskResources(gpuCount=1).to_json()


def unknown_keyword_of_new(api: Api) -> Json:
    return api.TaskSpec.new("t", gpus=1).to_json()


def unknown_keyword_of_with_resources(api: Api) -> Json:
    return whole_task(api).with_resources(gpus=1).to_json()


def duplicate_task_names(api: Api) -> Json:
    return api.ExperimentSpec(tasks=[api.TaskSpec.new("t"), api.TaskSpec.new("t")]).to_json()


def source_of_no_field(api: Api) -> Json:
    return api.DataSource().to_json()


def new_task_of_too_many_positions(api: Api) -> Json:
    return api.TaskSpec.new("t", "c", None, "d", "/r", "low", True, {"cluster": ["c"]}).to_json()


def new_task_without_a_name(api: Api) -> Json:
    return api.TaskSpec.new().to_json()


def new_task_of_name_none(api: Api) -> Json:
    return api.TaskSpec.new(None).to_json()


def new_task_of_two_images(api: Api) -> Json:
    return api.TaskSpec.new("t", beaker_image="b", docker_image="d").to_json()["image"]


def new_task_with_an_image_of_its_own(api: Api) -> Json:
    return api.TaskSpec.new("t", image={"docker": "d"}).to_json()


def new_task_with_a_context_of_its_own(api: Api) -> Json:
    return api.TaskSpec.new("t", context={}).to_json()


def new_task_with_no_result(api: Api) -> Json:
    return "result" in api.TaskSpec.new("t", result_path=None).to_json()


def new_task_with_null_for_a_boolean(api: Api) -> Json:
    return api.TaskSpec.new("t", host_networking=None).to_json()["hostNetworking"]


def new_task_with_an_empty_cluster(api: Api) -> Json:
    return [api.TaskSpec.new("t", cluster=cluster).to_json()["constraints"] for cluster in ("", [])]


def new_task_with_a_cluster_beside_empty_ones(api: Api) -> Json:
    return [
        api.TaskSpec.new("t", cluster="c", constraints=constraints).to_json()["constraints"]
        for constraints in (None, {}, {"cluster": None}, {"cluster": []})
    ]


def new_task_with_constraints_in_snake_case(api: Api) -> Json:
    return api.TaskSpec.new("t", constraints={"gpu_type": ["g"]}).to_json()["constraints"]


def new_task_with_constraints_in_camel_case(api: Api) -> Json:
    return api.TaskSpec.new("t", constraints={"gpuType": ["g"]}).to_json()["constraints"]


def new_task_with_empty_parts(api: Api) -> Json:
    return api.TaskSpec.new(
        "t", command=[], arguments=[], env_vars=[], datasets=[], resources={}, constraints={}
    ).to_json()


def new_experiment_with_a_version(api: Api) -> Json:
    return api.ExperimentSpec.new("b", version="v2").to_json()


def new_experiment_with_a_retry(api: Api) -> Json:
    return api.ExperimentSpec.new("b", retry={"allowed_task_retries": 1}).to_json()


def new_experiment_of_nine_positions(api: Api) -> Json:
    return api.ExperimentSpec.new("b", "t", "text", "c", "i", None, "/r", "high", True).to_json()


def new_experiment_that_is_preemptible(api: Api) -> Json:
    return api.ExperimentSpec.new("b", preemptible=True).to_json()["tasks"][0]["context"]


def experiment_of_null(api: Api) -> Json:
    return api.ExperimentSpec(tasks=None, version=None).to_json()


def experiment_of_an_old_version(api: Api) -> Json:
    return api.ExperimentSpec(version="v1").to_json()


def task_without_a_result(api: Api) -> Json:
    return api.TaskSpec(image={"docker": "d"}, context={}).to_json()


def task_without_a_context(api: Api) -> Json:
    return api.TaskSpec(image={"docker": "d"}, result={"path": "/r"}).to_json()


def task_of_a_null_context(api: Api) -> Json:
    return api.TaskSpec(image={"docker": "d"}, result={"path": "/r"}, context=None).to_json()


def variable_without_a_name(api: Api) -> Json:
    return api.EnvVar(value="x").to_json()


def variable_of_name_none(api: Api) -> Json:
    return api.EnvVar(name=None).to_json()


def variable_of_value_and_secret(api: Api) -> Json:
    return api.EnvVar(name="A", value="x", secret="s").to_json()


def mount_without_a_source(api: Api) -> Json:
    return api.DataMount(mount_path="/m").to_json()


def result_without_a_path(api: Api) -> Json:
    return api.ResultSpec().to_json()


def source_of_two_fields(api: Api) -> Json:
    return api.DataSource(beaker="b", weka="w").to_json()


def source_of_an_empty_text(api: Api) -> Json:
    return api.DataSource(beaker="").to_json()


def source_of_an_empty_text_and_another(api: Api) -> Json:
    return api.DataSource(beaker="", weka="w").to_json()


def resources_of_nulls(api: Api) -> Json:
    return api.TaskResources(cpu_count=None, gpu_count=None, memory=None, shared_memory=None).to_json()


def constraints_by_position(api: Api) -> Json:
    return api.Constraints(["c"]).to_json()


def constraints_of_one_cluster_as_text(api: Api) -> Json:
    return api.Constraints(cluster="c").to_json()


def constraints_under_odd_names(api: Api) -> Json:
    names = ("GPU", "Cluster", "a-b", "a.b", "a b", "é", "self", "extra", "copy", "class", "gpu_type", "gpuType", "a_1")
    return [api.Constraints(**{name: ["x"]}).to_json() for name in names]


def constraints_of_an_underscore(api: Api) -> Json:
    return [api.Constraints(**{name: ["x"]}).to_json() for name in ("_a", "a_", "a__b")]


def constraints_of_ids(api: Api) -> Json:
    return [api.Constraints(**{name: ["x"]}).to_json() for name in ("node_id", "nodeID", "id", "ID", "node_ids")]


def constraints_of_capitals_after_an_underscore(api: Api) -> Json:
    return [api.Constraints(**{name: ["x"]}).to_json() for name in ("gpu_TYPE", "GPU_type")]


def constraints_in_two_spellings(api: Api) -> Json:
    return api.Constraints(gpuType=["x"], gpu_type=["y"]).to_json()


def constraints_of_null(api: Api) -> Json:
    return api.Constraints(gpu=None).to_json()


def constraints_of_mappings(api: Api) -> Json:
    return api.Constraints(gpu={"a_b": [{"cD": None}], "e": {}}).to_json()


def unknown_field_as_a_keyword_named_extra(api: Api) -> Json:
    return api.RetrySpec(allowed_task_retries=1, extra={"colour": "red"}).to_json()


def from_json_in_python_names(api: Api) -> Json:
    return api.DataMount.from_json({"mount_path": "/m", "source": {"host_path": "/net"}}).to_json()


def from_json_by_keyword(api: Api) -> Json:
    return api.EnvVar.from_json(json_data={"name": "A"}).to_json()


def from_json_by_two_positions(api: Api) -> Json:
    return api.EnvVar.from_json({"name": "A"}, True).to_json()


def from_json_of_parts_that_are_made(api: Api) -> Json:
    return api.ExperimentSpec.from_json({"tasks": [whole_task(api)]}).to_json()


def from_json_of_enums(api: Api) -> Json:
    return [
        api.TaskContext.from_json({"priority": api.Priority.low}).to_json(),
        api.ExperimentSpec.from_json({"version": api.SpecVersion.v2_alpha}).to_json(),
    ]


def from_json_of_an_instance(api: Api) -> Json:
    return api.EnvVar.from_json(api.EnvVar(name="A")).to_json()


def from_json_leaves_its_data(api: Api) -> Json:
    data = OrderedDict(name="t", image={"docker": "d"}, result={"path": "/r"}, context={}, constraints={"g": ["x"]})
    before = copy.deepcopy(data)
    api.TaskSpec.from_json(data)
    return data == before


def from_json_keeps_no_list(api: Api) -> Json:
    data = {"gpu": ["a"]}
    constraints = api.Constraints.from_json(data)
    data["gpu"].append("b")
    return constraints.to_json()


def constructor_keeps_no_list(api: Api) -> Json:
    command = ["a"]
    task = api.TaskSpec.new("t", command=command)
    command.append("b")
    return task.to_json()["command"]


def constraint_keeps_no_list(api: Api) -> Json:
    values = ["a"]
    constraints = api.Constraints(gpu=values)
    values.append("b")
    return constraints.to_json()


def durations_of_texts_and_numbers(api: Api) -> Json:
    return [api.TaskSpec.new("t", timeout=given).timeout for given in (" 1 h ", "90", "-5s", 2.0, -5, 0)]


def numbers_keep_their_kinds(api: Api) -> Json:
    made = [
        api.TaskResources(cpu_count=2).cpu_count,
        api.TaskResources(gpu_count=2.0).gpu_count,
        api.TaskSpec.new("t", replicas=-1).replicas,
        api.TaskSpec.new("t", timeout=2.0).timeout,
        *api.TaskSpec.new("t", command=[2, 2.0, "2"]).command,
    ]
    return [[type(each).__name__, each] for each in made]


def text_is_kept_as_it_is(api: Api) -> Json:
    texts = ["e\u0301", "a\0b", "\ufeff", " a ", "a\r\n", "x" * 1_000_000]
    return [api.ExperimentSpec(description=text).description == text for text in texts]


def specs_of_a_tuple_of_tasks(api: Api) -> Json:
    return api.ExperimentSpec(tasks=(whole_task(api),)).to_json()["tasks"][0]["name"]


def parts_as_mappings_in_each_spelling(api: Api) -> Json:
    return api.TaskSpec.new(
        "t",
        env_vars=[{"name": "A", "value": "x"}],
        datasets=[{"mountPath": "/m", "source": {"hostPath": "h"}}, {"mount_path": "/n", "source": {"host_path": "h"}}],
        resources={"gpuCount": 1, "cpu_count": 2},
    ).to_json()


def part_of_another_class(api: Api) -> Json:
    return api.TaskSpec(image=api.ResultSpec(path="/r"), result={"path": "/r"}, context={}).to_json()


def item_of_another_class(api: Api) -> Json:
    return api.TaskSpec.new("t", datasets=[api.EnvVar(name="A")]).to_json()


def enums_given_for_texts(api: Api) -> Json:
    low = api.Priority.low
    task = api.TaskSpec.new("t", command=[low], constraints={"cluster": [low], "gpu": [low]})
    return json.dumps(api.ExperimentSpec(description=low, tasks=[task]).to_json()["tasks"][0]["constraints"])


def empty_texts(api: Api) -> Json:
    return [
        api.EnvVar(name="").to_json(),
        api.ResultSpec(path="").to_json(),
        api.TaskResources(memory="").to_json(),
        api.DataMount.new("", beaker="").to_json(),
        api.TaskSpec.new("").to_json()["name"],
    ]
