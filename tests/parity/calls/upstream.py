"""What beaker-py's own tests and the examples in its docstrings rely on, where no other call asks for it."""

from __future__ import annotations

from collections.abc import Callable

from .samples import Api, Json, folder, kind_of_error, whole_spec


def _says(phrase: str, fail: Callable[[], object]) -> Json:
    """Whether the call fails as a ValueError whose text has the phrase."""
    try:
        fail()
    except ValueError as error:
        return phrase in str(error)
    except Exception as error:  # `validate` of beaker-py raises no ValueError
        return ["not a ValueError", phrase in str(error)]
    return None


def _twins(api: Api) -> Json:
    return [{"name": "t", "image": {"docker": "d"}, "context": {}, "result": {"path": "/r"}} for _ in range(2)]


def text_about_no_source(api: Api) -> Json:
    return _says("Exactly one", api.DataSource)


def text_about_two_sources(api: Api) -> Json:
    return _says("Exactly one", lambda: api.DataSource(beaker="b", host_path="/h"))


def text_about_two_tasks_of_one_name(api: Api) -> Json:
    return _says("Duplicate task name", lambda: api.ExperimentSpec.from_json({"tasks": _twins(api)}))


def text_about_a_second_task_of_a_name(api: Api) -> Json:
    spec = whole_spec(api)
    return _says("A task with the name", lambda: spec.with_task(api.TaskSpec.new("t", docker_image="d")))


def text_about_clusters_given_twice(api: Api) -> Json:
    return _says("specified one way", lambda: api.TaskSpec.new("t", cluster="c", constraints={"cluster": ["d"]}))


def text_about_a_priority(api: Api) -> Json:
    return _says("priority", lambda: api.TaskContext(priority="highest"))


def text_about_no_image(api: Api) -> Json:
    return _says("image", lambda: api.ExperimentSpec.new("b").validate())


def kind_of_error_of_two_tasks_of_one_name(api: Api) -> Json:
    try:
        api.ExperimentSpec(tasks=_twins(api))
    except kind_of_error(api):
        return "the kind of all wrong data"
    return None


def source_in_the_spelling_of_files(api: Api) -> Json:
    return api.DataSource(hostPath="/h").host_path


def source_changed_in_place(api: Api) -> Json:
    source = api.DataSource(host_path="/h")
    source.host_path = "/i"
    return source.to_json()


def text_of_a_source(api: Api) -> Json:
    return str(api.DataSource(host_path="/h"))


def a_spec_comes_back_from_its_file(api: Api) -> Json:
    with folder() as place:
        spec = whole_spec(api)
        spec.to_file(place / "spec.yml")
        return api.ExperimentSpec.from_file(place / "spec.yml") == spec


def timeouts_of_each_kind(api: Api) -> Json:
    def timeout(value: Json) -> Json:
        return api.TaskSpec.from_json({**_twins(api)[0], "timeout": value}).timeout

    return [timeout("10m"), timeout(None), timeout(6e11)]


def clusters_are_a_list(api: Api) -> Json:
    return [isinstance(api.TaskSpec.new("t", cluster=given).constraints.cluster, list) for given in ("c", ["c", "d"])]


def clusters_in_each_way(api: Api) -> Json:
    tasks = [
        api.TaskSpec.new("t", constraints={"cluster": ["c"]}),
        api.TaskSpec.new("t", cluster="c"),
        api.TaskSpec.new("t", cluster=["c"]),
        api.TaskSpec.new("t", constraints=api.Constraints(cluster=["c"])),
    ]
    return [task.constraints.cluster == ["c"] for task in tasks]


def a_constraint_set_as_an_item(api: Api) -> Json:
    constraints = api.Constraints()
    constraints["cluster"] = ["c"]
    return constraints.to_json()


def a_constraint_that_nobody_knows_is_an_attribute(api: Api) -> Json:
    return hasattr(api.Constraints(cluster=["c"], gpus=["g"]), "gpus")


def a_new_task_has_no_cluster_in_its_context(api: Api) -> Json:
    return api.ExperimentSpec.new("b", cluster="c").tasks[0].context.cluster


def a_description_is_replaced(api: Api) -> Json:
    return api.ExperimentSpec(budget="b", description="old").with_description("new").description
