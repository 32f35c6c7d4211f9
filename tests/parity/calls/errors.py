"""What is refused, and how: exceptions, warnings, and `validate`."""

from __future__ import annotations

import logging
import warnings

from .samples import Api, Json, kind_of_error


def error_shows_the_document(api: Api) -> Json:
    try:
        api.ExperimentSpec.from_json({"tasks": [{"envVars": [{"name": "A", "value": "hush", "secret": 1}]}]})
    except ValueError as error:
        return "hush" in str(error)
    return None


def validate_a_right_spec(api: Api) -> Json:
    api.ExperimentSpec.new("b", docker_image="d").validate()
    return "valid"


def validate_no_image(api: Api) -> Json:
    api.ExperimentSpec.new("b").validate()
    return "valid"


def validate_two_images(api: Api) -> Json:
    api.ExperimentSpec.new("b", docker_image="d", beaker_image="b").validate()
    return "valid"


def validate_one_image_and_an_empty_one(api: Api) -> Json:
    api.ExperimentSpec.new("b", docker_image="d", beaker_image="").validate()
    return "valid"


def validate_an_empty_image(api: Api) -> Json:
    api.ExperimentSpec.new("b", docker_image="").validate()
    return "valid"


def classes_of_errors(api: Api) -> Json:
    return [issubclass(kind_of_error(api), ValueError), kind_of_error(api).__name__]


def errors_as_pydantic_lists_them(api: Api) -> Json:
    return hasattr(kind_of_error(api), "errors")


def error_of_a_broken_rule(api: Api) -> Json:
    try:
        api.ExperimentSpec.new("b").validate()
    except ValueError:
        return "a ValueError"
    except Exception:
        return "no ValueError"
    return None


def error_is_logged(api: Api) -> Json:
    messages: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    handler, root, disabled = Kept(), logging.getLogger(), logging.root.manager.disable
    logging.disable(logging.NOTSET)
    root.addHandler(handler)
    try:
        api.ExperimentSpec.from_json({"tasks": [{"envVars": [{"name": "A", "value": "hush"}]}]})
    except ValueError:
        return any("hush" in message for message in messages)
    finally:
        root.removeHandler(handler)
        logging.disable(disabled)
    return None


def from_json_of_null(api: Api) -> Json:
    return api.ExperimentSpec.from_json(None).to_json()


def from_json_of_a_list(api: Api) -> Json:
    return api.ExperimentSpec.from_json([]).to_json()


def from_json_of_a_text(api: Api) -> Json:
    return api.ExperimentSpec.from_json("{}").to_json()


def from_json_of_keys_that_are_no_text(api: Api) -> Json:
    return api.EnvVar.from_json({"name": "A", 1: "x"}).to_json()


def from_json_of_keys_in_a_part_that_are_no_text(api: Api) -> Json:
    return api.TaskSpec.from_json({"image": {1: "x"}, "result": {"path": "/r"}, "context": {}}).to_json()


def new_task_with_constraints_of_a_text(api: Api) -> Json:
    return api.TaskSpec.new("t", constraints="c").to_json()


def with_task_of_null(api: Api) -> Json:
    return api.ExperimentSpec().with_task(None).to_json()


def _warnings_about(api: Api, *fields: str) -> list[warnings.WarningMessage]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        for field in fields:
            api.RetrySpec.from_json({field: 1})
    return found


def unknown_field_warns(api: Api) -> Json:
    return [issubclass(each.category, RuntimeWarning) for each in _warnings_about(api, "colour")]


def unknown_field_warns_each_time(api: Api) -> Json:
    return len(_warnings_about(api, "shape", "shape"))


def unknown_field_warns_at_the_call(api: Api) -> Json:
    return [each.filename == __file__ for each in _warnings_about(api, "size")]


def unknown_field_is_named_in_its_warning(api: Api) -> Json:
    return ["weight" in str(each.message) for each in _warnings_about(api, "weight")]


def unknown_field_where_warnings_are_errors(api: Api) -> Json:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return api.RetrySpec.from_json({"age": 1}).to_json()


def validate_gives_nothing(api: Api) -> Json:
    return api.ExperimentSpec.new("b", docker_image="d").validate()


def validate_no_tasks(api: Api) -> Json:
    api.ExperimentSpec().validate()
    return "valid"


def validate_no_budget(api: Api) -> Json:
    api.ExperimentSpec.new(docker_image="d").validate()
    return "valid"


def validate_an_unknown_field(api: Api) -> Json:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        api.ExperimentSpec.from_json({"tasks": [], "colour": "red"}).validate()
    return "valid"


def _validated(api: Api, **fields: Json) -> Json:
    """What becomes of a task that is right but for these fields."""
    api.ExperimentSpec(budget="b", tasks=[api.TaskSpec.new("t", docker_image="d", **fields)]).validate()
    return "valid"


def validate_a_preemptible_task(api: Api) -> Json:
    return _validated(api, preemptible=True, priority="preemptible")


def validate_a_wrong_name_of_a_variable(api: Api) -> Json:
    return _validated(api, env_vars=[api.EnvVar(name="1 A", value="x")])


def validate_two_variables_of_one_name(api: Api) -> Json:
    return _validated(api, env_vars=[api.EnvVar(name="A", value="x"), api.EnvVar(name="A", value="y")])


def validate_a_variable_of_value_and_secret(api: Api) -> Json:
    return _validated(api, env_vars=[api.EnvVar(name="A", value="x", secret="s")])


def validate_a_relative_mount(api: Api) -> Json:
    return _validated(api, datasets=[api.DataMount.new("m", beaker="b")])


def validate_overlapping_mounts(api: Api) -> Json:
    return _validated(api, datasets=[api.DataMount.new(path, beaker="b") for path in ("/m", "/m/n")])


def validate_a_result_of_no_task(api: Api) -> Json:
    return _validated(api, datasets=[api.DataMount.new("/m", result="u")])


def validate_a_wrong_size(api: Api) -> Json:
    return _validated(api, resources=api.TaskResources(memory="much"))


def validate_no_cpus(api: Api) -> Json:
    return _validated(api, resources=api.TaskResources(cpu_count=0))


def validate_fewer_than_no_gpus(api: Api) -> Json:
    return _validated(api, resources=api.TaskResources(gpu_count=-1))


def validate_no_replicas(api: Api) -> Json:
    return _validated(api, replicas=0)


def validate_a_timeout_below_zero(api: Api) -> Json:
    return _validated(api, timeout=-1)


def validate_a_start_timeout_of_days(api: Api) -> Json:
    return _validated(api, synchronized_start_timeout="49h")


def validate_many_retries(api: Api) -> Json:
    api.ExperimentSpec.new("b", docker_image="d").with_retries(100).validate()
    return "valid"
