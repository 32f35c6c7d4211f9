"""What the values are: fields and items, equality and hashes, lists, enums, copies."""

from __future__ import annotations

import copy
import json
import pickle
import weakref
from operator import add, eq

from .samples import Api, Json, whole_spec, whole_task


def set_a_field(api: Api) -> Json:
    task = whole_task(api)
    task.name = "other"
    return task.name


def set_a_constraint(api: Api) -> Json:
    task = whole_task(api)
    task.constraints["cluster"] = ["e"]
    return task.constraints.cluster


def append_to_a_command(api: Api) -> Json:
    task = whole_task(api)
    task.command.append("x")
    return task.command


def new_changes_its_constraints(api: Api) -> Json:
    constraints = api.Constraints(hostname=["h"])
    api.TaskSpec.new("t", cluster="c", constraints=constraints)
    return constraints.to_json()


def hash_a_spec(api: Api) -> Json:
    return isinstance(hash(whole_task(api)), int)


def equal_specs(api: Api) -> Json:
    return whole_task(api) == whole_task(api) and whole_task(api) != whole_task(api).with_name("u")


def lists_equal_lists(api: Api) -> Json:
    task = whole_task(api)
    return [task.command == ["python", 1], task.constraints.cluster == ["c"], task.arguments != ["--a"]]


def lists_of_specs(api: Api) -> Json:
    task = whole_task(api)
    return [
        len(task.env_vars),
        task.env_vars[-1].name,
        [each.name for each in task.env_vars],
        task.command[1:] == [1],
    ]


def enums_are_text(api: Api) -> Json:
    context = api.TaskContext(priority=api.Priority.high)
    return [
        context.priority == "high",
        isinstance(context.priority, str),
        str(context.priority),
        str(api.SpecVersion.v2),
    ]


def constraints_by_attribute_and_item(api: Api) -> Json:
    constraints = whole_task(api).constraints
    return [list(constraints.gpu_type), list(constraints["cluster"]), list(constraints["gpuType"])]


def fields_as_items(api: Api) -> Json:
    task = whole_task(api)
    return [task["name"], task["hostNetworking"], task["host_networking"]]


def unknown_item(api: Api) -> Json:
    return whole_task(api)["colour"]


def copies_and_pickles(api: Api) -> Json:
    task = whole_task(api)
    return [copy.copy(task) == task, copy.deepcopy(task) == task, pickle.loads(pickle.dumps(task)) == task]


def model_methods(api: Api) -> Json:
    return sorted(name for name in dir(api.TaskSpec) if name.startswith("model_"))


def pairs_of_a_spec(api: Api) -> Json:
    return [name for name, _ in api.EnvVar(name="A")]


def set_a_field_of_a_part(api: Api) -> Json:
    task = whole_task(api)
    task.image.docker = "e"
    return task.to_json()["image"]


def set_a_field_to_something_wrong(api: Api) -> Json:
    whole_task(api).replicas = "two"


def set_an_attribute_that_is_no_field(api: Api) -> Json:
    whole_task(api).colour = "red"


def set_a_constraint_as_an_attribute(api: Api) -> Json:
    constraints = whole_task(api).constraints
    constraints.gpu = ["h"]
    return constraints.to_json()


def delete_a_field(api: Api) -> Json:
    task = whole_task(api)
    del task.name
    return "name" in task.to_json()


def delete_a_constraint(api: Api) -> Json:
    constraints = whole_task(api).constraints
    del constraints["cluster"]
    return constraints.to_json()


def set_an_item_of_a_command(api: Api) -> Json:
    task = whole_task(api)
    task.command[0] = "bash"
    return task.to_json()["command"]


def add_to_a_command_in_place(api: Api) -> Json:
    task = whole_task(api)
    command = task.command
    command += ["x"]
    return [list(command), task.to_json()["command"]]


def sort_clusters_in_place(api: Api) -> Json:
    constraints = api.Constraints(cluster=["b", "a"])
    constraints.cluster.sort()
    return list(constraints.cluster)


def copy_a_command(api: Api) -> Json:
    return list(whole_task(api).command.copy())


def append_to_a_constraint(api: Api) -> Json:
    constraints = whole_task(api).constraints
    constraints.gpu_type.append("h")
    return list(constraints.gpu_type)


def change_what_to_json_gave(api: Api) -> Json:
    task = api.TaskSpec.new("t", docker_image="d", command=["a"], constraints={"gpu": {"a": ["b"]}})
    before = copy.deepcopy(task.to_json())
    data = task.to_json()
    data["command"].append("x")
    data["image"]["docker"] = "e"
    data["constraints"]["gpu"]["a"].append("c")
    return task.to_json() == before


def copies_are_the_value_itself(api: Api) -> Json:
    task = whole_task(api)
    return [copy.copy(task) is task, copy.deepcopy(task) is task, task.with_name("u").image is task.image]


def pickles_of_every_protocol(api: Api) -> Json:
    spec = whole_spec(api)
    protocols = range(pickle.HIGHEST_PROTOCOL + 1)
    return [pickle.loads(pickle.dumps(spec, protocol)) == spec for protocol in protocols]


def hash_each_class(api: Api) -> Json:
    parts = (
        *(api.ImageSource(docker="d"), api.EnvVar(name="A"), api.DataMount.new("/m", beaker="b"), api.RetrySpec()),
        *(api.ResultSpec(path="/r"), api.TaskResources(gpu_count=1), api.TaskContext(), api.Constraints()),
        *(api.ExperimentSpec(), whole_task(api), whole_spec(api)),
    )
    return [hash(part) == hash(copy.deepcopy(part)) for part in parts]


def specs_in_a_set(api: Api) -> Json:
    return [len({whole_task(api), whole_task(api)}), {whole_spec(api): 1}[whole_spec(api)]]


def hash_a_list(api: Api) -> Json:
    return isinstance(hash(whole_task(api).command), int)


def specs_equal_no_plain_data(api: Api) -> Json:
    task, image = whole_task(api), api.ImageSource(docker="d")
    return [task == task.to_json(), image == {"docker": "d"}, image == "d", task == None, image != None]  # noqa: E711


def specs_of_other_classes_are_different(api: Api) -> Json:
    return [api.ImageSource() == api.TaskContext(), api.ImageSource(beaker="b") == api.DataSource(beaker="b")]


def equality_of_what_is_unset(api: Api) -> Json:
    task = api.TaskSpec.new("t")
    return [
        api.EnvVar(name="A") == api.EnvVar(name="A", value=None),
        api.TaskContext(preemptible=False) == api.TaskContext(),
        api.TaskSpec.new("t", command=[]) == task,
        api.TaskSpec.new("t", constraints={}) == task,
        api.Constraints(gpu=["a"], host=["b"]) == api.Constraints(host=["b"], gpu=["a"]),
    ]


def equality_of_numbers(api: Api) -> Json:
    return [
        api.TaskSpec.new("t", command=[1]) == api.TaskSpec.new("t", command=[1.0]),
        api.TaskSpec.new("t", command=[1]) == api.TaskSpec.new("t", command=["1"]),
        api.TaskSpec.new("t", timeout="1h") == api.TaskSpec.new("t", timeout=3_600_000_000_000),
        api.Constraints(gpu=[1]) == api.Constraints(gpu=[1.0]),
    ]


def equality_of_enums_and_texts(api: Api) -> Json:
    return api.TaskContext(priority="low") == api.TaskContext(priority=api.Priority.low)


def equality_of_forms_of_text(api: Api) -> Json:
    return api.EnvVar(name="e\u0301") == api.EnvVar(name="\u00e9")


def equality_of_lists_and_tuples(api: Api) -> Json:
    return [
        whole_task(api).command == ("python", 1),
        api.Constraints(gpu=["a"]) == api.Constraints(gpu=("a",)),
        api.ExperimentSpec() == api.ExperimentSpec(tasks=[]),
    ]


def add_a_tuple_to_a_list(api: Api) -> Json:
    return list(add(whole_task(api).command, ("x",)))


def specs_have_no_order(api: Api) -> Json:
    return api.EnvVar(name="A") < api.EnvVar(name="B")


def specs_are_true(api: Api) -> Json:
    return [bool(each) for each in (api.ExperimentSpec(), api.ImageSource(), api.Constraints(), api.EnvVar(name=""))]


def length_of_a_spec(api: Api) -> Json:
    return len(whole_task(api))


def length_of_constraints(api: Api) -> Json:
    return len(whole_task(api).constraints)


def name_in_a_spec(api: Api) -> Json:
    return "name" in whole_task(api)


def name_in_constraints(api: Api) -> Json:
    return "cluster" in whole_task(api).constraints


def pairs_of_constraints(api: Api) -> Json:
    return [name for name, _ in api.Constraints(cluster=["c"], gpu=["g"])]


def dict_of_a_spec(api: Api) -> Json:
    return dict(api.EnvVar(name="A", value="x"))


def vars_of_a_spec(api: Api) -> Json:
    return sorted(vars(api.EnvVar(name="A")))


def weak_reference_to_a_spec(api: Api) -> Json:
    task = whole_task(api)
    return weakref.ref(task)() is task


def methods_of_pydantic_1(api: Api) -> Json:
    return sorted({"copy", "dict", "json", "parse_obj", "construct", "jsonify", "__fields__"} & {*dir(api.TaskSpec)})


def methods_of_a_mapping(api: Api) -> Json:
    return sorted({"get", "keys", "values", "items"} & {*dir(whole_task(api).constraints)})


def spec_as_json(api: Api) -> Json:
    return json.dumps(whole_task(api))


def lists_behave_as_lists(api: Api) -> Json:
    command = whole_task(api).command
    return [
        [*command],
        [*reversed(command)],
        [*(command[::-1])],
        [*(command * 2)],
        [*add(["x"], command)],
        [*add(command, ["x"])],
        eq(["python", 1], command),
        "python" in command,
        command.index(1),
        command.count("python"),
        json.dumps(command),
        str(command),
        pickle.loads(pickle.dumps(command)) == command,
        bool(api.TaskSpec.new("t", command=[]).command),
    ]


def lists_are_lists(api: Api) -> Json:
    return [isinstance(values, list) for values in (whole_task(api).command, whole_task(api).constraints.gpu_type)]


def list_as_yaml(api: Api) -> Json:
    import yaml

    return yaml.safe_dump(whole_task(api).command)


def mappings_in_constraints(api: Api) -> Json:
    gpu = api.Constraints(gpu={"a": {"b": ["c"]}}).gpu
    return [gpu["a"]["b"] == ["c"], gpu == {"a": {"b": ["c"]}}, len(gpu), [*gpu], "a" in gpu, gpu.get("d")]


def mappings_in_constraints_are_dicts(api: Api) -> Json:
    return isinstance(api.Constraints(gpu={"a": 1}).gpu, dict)


def mapping_in_constraints_as_json(api: Api) -> Json:
    return json.dumps(api.Constraints(gpu={"a": 1}).gpu)


def attributes_that_are_unset(api: Api) -> Json:
    task = api.TaskSpec.new("t")
    names = ("command", "arguments", "env_vars", "datasets", "resources", "constraints", "replicas", "timeout")
    return [[getattr(task, name) for name in names], task.host_networking, task.leader_selection, task.context.priority]


def attribute_in_the_spelling_of_files(api: Api) -> Json:
    return whole_task(api).hostNetworking


def attribute_that_is_no_field(api: Api) -> Json:
    return whole_task(api).colour


def constraint_that_is_unset(api: Api) -> Json:
    constraints = api.Constraints()
    return [constraints.cluster, constraints["hostname"], hasattr(constraints, "gpu"), getattr(constraints, "gpu", 1)]


def constraint_that_is_unset_as_an_item(api: Api) -> Json:
    return api.Constraints()["gpu"]


def constraint_as_an_attribute_of_the_other_spelling(api: Api) -> Json:
    return list(whole_task(api).constraints.gpuType)


def constraint_with_the_name_of_a_method(api: Api) -> Json:
    return list(api.Constraints(to_json=["x"])["to_json"])


def items_in_each_spelling(api: Api) -> Json:
    task = whole_task(api)
    names = ("leaderSelection", "leader_selection", "LeaderSelection", "leaderselection", "propagate_Failure")
    found = []
    for name in names:
        try:
            found.append(task[name])
        except KeyError:
            found.append("KeyError")
    return found


def items_of_items(api: Api) -> Json:
    task = whole_task(api)
    return [
        task["image"]["docker"],
        task["constraints"]["cluster"][0],
        task["envVars"][1]["secret"],
        task["datasets"][0]["source"]["host_path"],
        task["arguments"][0],
        task["timeout"],
    ]


def items_are_what_attributes_are(api: Api) -> Json:
    task = whole_task(api)
    return [task["image"] is task.image, isinstance(task["envVars"][0], api.EnvVar)]


def item_by_a_number(api: Api) -> Json:
    return whole_task(api)[0]


def item_that_is_a_method(api: Api) -> Json:
    return whole_task(api)["to_json"]


def item_named_extra(api: Api) -> Json:
    return dict(api.RetrySpec()["extra"])


def text_of_a_spec(api: Api) -> Json:
    variable = api.EnvVar(name="A", value="x")
    return [str(variable), str(variable) == repr(variable) == f"{variable}"]


def text_of_constraints(api: Api) -> Json:
    return repr(api.Constraints(cluster=["c"], gpu_type=["g"]))


def text_of_a_mount(api: Api) -> Json:
    return repr(api.DataMount.new("/m", beaker="b"))


def evaluated_text_of_a_spec(api: Api) -> Json:
    names = ("ImageSource", "ResultSpec", "TaskContext", "TaskSpec", "Constraints", "EnvVar", "DataMount", "DataSource")
    values = {name: getattr(api, name) for name in (*names, "TaskResources", "Priority")}
    return eval(repr(whole_task(api)), values) == whole_task(api)


def enums_by_value_and_name(api: Api) -> Json:
    return [
        api.Priority("low") is api.Priority.low,
        api.Priority["low"] is api.Priority.low,
        api.Priority(api.Priority.low) is api.Priority.low,
        api.SpecVersion["v2_alpha"] is api.SpecVersion("v2-alpha"),
        api.Priority.low.name,
        api.SpecVersion.v2_alpha.value,
    ]


def enum_by_a_value_in_capitals(api: Api) -> Json:
    return api.Priority("LOW").value


def enum_by_an_unknown_name(api: Api) -> Json:
    return api.Priority["lowest"].value


def enums_compare_as_texts(api: Api) -> Json:
    low = api.Priority.low
    return [
        [low == "low", eq("low", low), low != "low", low == "LOW", low == "high"],
        [low < "normal", low < api.Priority.high, sorted(map(str, api.Priority))],
        [hash(low) == hash("low"), {"low": 1}[low], {low: 1}["low"]],
        [add(low, "!"), low.upper(), low[0], len(low), f"very {low}"],
        [f"{low}", f"{low:>5}", f"{low!s}", json.dumps(low), json.dumps({low: 1})],
        [copy.copy(low) is low, pickle.loads(pickle.dumps(low)) is low, isinstance(low, str), bool(low)],
    ]


def enums_are_fixed(api: Api) -> Json:
    api.Priority.low = "high"


def order_of_priorities(api: Api) -> Json:
    return [each.value for each in api.Priority]


def text_of_a_priority_for_programmers(api: Api) -> Json:
    return repr(api.Priority.low)


def priority_of_a_task_is_an_enum(api: Api) -> Json:
    contexts = (api.TaskContext(priority="low"), api.TaskContext(priority=api.Priority.low))
    return [isinstance(context.priority, api.Priority) for context in contexts]


def version_of_a_spec_is_an_enum(api: Api) -> Json:
    specs = (api.ExperimentSpec(), api.ExperimentSpec(version="v2"))
    return [isinstance(spec.version, api.SpecVersion) for spec in specs]


def value_of_the_priority_of_a_task(api: Api) -> Json:
    return whole_task(api).context.priority.value


def priority_of_a_task_as_yaml(api: Api) -> Json:
    import yaml

    return yaml.safe_dump([whole_task(api).context.priority])


def priority_of_a_task_in_a_match(api: Api) -> Json:
    match whole_task(api).context.priority:
        case "high":
            return "matched"
    return "not matched"
