"""What is read and written: `from_file`, `to_file` and `to_json`."""

from __future__ import annotations

import io
import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .samples import Api, Json, folder, from_yaml_file, from_yaml_task, whole_spec, whole_task


def file_and_back(api: Api) -> Json:
    with folder() as place:
        path, spec = place / "spec.yaml", whole_spec(api)
        spec.to_file(path)
        return api.ExperimentSpec.from_file(path) == spec


def file_of_text_in_quotes(api: Api) -> Json:
    return from_yaml_task(api, "envVars: [{name: A, value: '0123'}, {name: B, value: \"yes\"}, {name: C, value: x}]")


def file_of_numbers_as_text(api: Api) -> Json:
    return from_yaml_task(api, "envVars: [{name: A, value: 0123}, {name: B, value: 1.10}]")["envVars"]


def file_of_words_as_text(api: Api) -> Json:
    return from_yaml_task(api, "envVars: [{name: yes, value: off}, {name: B, value: true}]")["envVars"]


def file_of_times_and_dates_as_text(api: Api) -> Json:
    return from_yaml_task(api, "envVars: [{name: A, value: 12:30:45}, {name: B, value: 2024-01-01}]")["envVars"]


def file_with_a_command_of_numbers(api: Api) -> Json:
    return from_yaml_task(api, "command: [x, 1, 0.5, 1e-4, '2']")["command"]


def file_with_a_command_of_odd_numbers(api: Api) -> Json:
    return from_yaml_task(api, "command: [0123, 1.10, 0x10, 1_000, 12:30:45]")["command"]


def file_with_a_command_of_booleans(api: Api) -> Json:
    return from_yaml_task(api, "command: [true, no]")["command"]


def file_with_a_command_of_a_date(api: Api) -> Json:
    return from_yaml_task(api, "command: [2024-01-01]")["command"]


def file_with_a_number_of_base_60(api: Api) -> Json:
    return from_yaml_task(api, "replicas: 1:30")["replicas"]


def file_with_an_octal_number(api: Api) -> Json:
    return from_yaml_task(api, "replicas: 010")["replicas"]


def file_with_an_exponent_without_a_point(api: Api) -> Json:
    return from_yaml_task(api, "resources: {cpuCount: 1e1}")["resources"]


def file_with_booleans(api: Api) -> Json:
    return from_yaml_task(api, "hostNetworking: yes\n  propagateFailure: Off")


def file_with_a_key_given_twice(api: Api) -> Json:
    return from_yaml_task(api, "replicas: 1\n  replicas: 2")["replicas"]


def file_with_anchors_and_merge_keys(api: Api) -> Json:
    return (
        from_yaml_task(api, "resources: &big {gpuCount: 2, memory: 1GiB}")["resources"]
        == from_yaml_task(api, "resources: {<<: {gpuCount: 1, memory: 1GiB}, gpuCount: 2}")["resources"]
    )


def file_of_two_documents(api: Api) -> Json:
    return from_yaml_file(api, "budget: b\n---\nbudget: c\n").to_json()


def file_of_nothing(api: Api) -> Json:
    return from_yaml_file(api, "").to_json()


def file_of_a_list(api: Api) -> Json:
    return from_yaml_file(api, "- budget: b\n").to_json()


def file_with_an_unquoted_template(api: Api) -> Json:
    return from_yaml_task(api, "name: {{.Env.NAME}}")


def file_with_a_python_tag(api: Api) -> Json:
    return from_yaml_task(api, "name: !!python/name:os.system ''")


def file_with_a_null_result_path(api: Api) -> Json:
    return from_yaml_file(api, "tasks: [{image: {docker: d}, result: {path: }, context: {}}]").to_json()["tasks"]


def from_file_of_a_path_of_any_kind(api: Api) -> Json:
    with folder() as place:
        path = place / "spec.yaml"
        path.write_text("budget: b\n", encoding="utf-8")
        return [api.ExperimentSpec.from_file(each).budget for each in (path, str(path), os.fsencode(path))]


def from_file_by_keyword(api: Api) -> Json:
    with folder() as place:
        path = place / "spec.yaml"
        path.write_text("budget: b\n", encoding="utf-8")
        return api.ExperimentSpec.from_file(path=path).budget


@contextmanager
def _descriptor(path: Path, flags: int) -> Iterator[int]:
    """A descriptor of the file, which is closed at the end if nobody has done so."""
    descriptor = os.open(path, flags)
    try:
        yield descriptor
    finally:
        with suppress(OSError):
            os.close(descriptor)


def from_file_of_a_descriptor(api: Api) -> Json:
    with folder() as place:
        path = place / "spec.yaml"
        path.write_text("budget: b\n", encoding="utf-8")
        with _descriptor(path, os.O_RDONLY) as descriptor:
            return api.ExperimentSpec.from_file(descriptor).budget


def from_file_of_an_open_file(api: Api) -> Json:
    return api.ExperimentSpec.from_file(io.StringIO("budget: b\n")).budget


def from_file_that_is_not_there(api: Api) -> Json:
    with folder() as place:
        return api.ExperimentSpec.from_file(place / "spec.yaml").budget


def from_file_of_a_folder(api: Api) -> Json:
    with folder() as place:
        return api.ExperimentSpec.from_file(place).budget


def from_file_of_no_name(api: Api) -> Json:
    return api.ExperimentSpec.from_file("").budget


def from_file_of_null(api: Api) -> Json:
    return api.ExperimentSpec.from_file(None).budget


def from_file_of_ten_million_characters(api: Api) -> Json:
    return len(from_yaml_file(api, f'description: "{"x" * 10_000_000}"\n').description)


def from_file_of_a_million_values(api: Api) -> Json:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 7):
        text += f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(from_yaml_file(api, f"{text}tasks: []\n").tasks)


def _written(api: Api, name: str = "spec.yaml", **fields: Json) -> str:
    """The text of a file that a spec of these fields is written to."""
    with folder() as place:
        path = place / name
        api.ExperimentSpec(**fields).to_file(path)
        return path.read_text(encoding="utf-8")


def to_file_of_a_path_of_any_kind(api: Api) -> Json:
    with folder() as place:
        path, spec = place / "spec.yaml", whole_spec(api)
        return [spec.to_file(each) for each in (path, str(path), os.fsencode(path))]


def to_file_of_a_descriptor(api: Api) -> Json:
    with folder() as place, _descriptor(place / "spec.yaml", os.O_WRONLY | os.O_CREAT) as descriptor:
        return whole_spec(api).to_file(descriptor)


def to_file_of_an_open_file(api: Api) -> Json:
    return whole_spec(api).to_file(io.StringIO())


def to_file_in_no_folder(api: Api) -> Json:
    with folder() as place:
        return whole_spec(api).to_file(place / "none" / "spec.yaml")


def to_file_of_a_folder(api: Api) -> Json:
    with folder() as place:
        return whole_spec(api).to_file(place)


def to_file_of_a_link(api: Api) -> Json:
    with folder() as place:
        path, link = place / "spec.yaml", place / "link.yaml"
        path.touch()
        link.symlink_to(path)
        whole_spec(api).to_file(link)
        return [link.is_symlink(), path.stat().st_size > 0]


def to_file_of_one_of_two_names(api: Api) -> Json:
    with folder() as place:
        path, other = place / "spec.yaml", place / "other.yaml"
        path.touch()
        os.link(path, other)
        whole_spec(api).to_file(path)
        return other.stat().st_size > 0


def to_file_keeps_the_mode(api: Api) -> Json:
    with folder() as place:
        path = place / "spec.yaml"
        path.touch()
        path.chmod(0o600)
        before = path.stat().st_mode
        whole_spec(api).to_file(path)
        return path.stat().st_mode == before


def to_file_that_fails(api: Api) -> Json:
    with folder() as place:
        path = place / "spec.yaml"
        path.write_text("before", encoding="utf-8")
        with suppress(Exception):
            whole_spec(api).with_task(api.TaskSpec.new("u", constraints={"gpu": object()})).to_file(path)
        return path.read_text(encoding="utf-8")


def file_of_json(api: Api) -> Json:
    return json.loads(_written(api, "spec.json", budget="b"))["budget"]


def file_of_json_in_capitals(api: Api) -> Json:
    return json.loads(_written(api, "spec.JSON", budget="b"))["budget"]


def file_of_signs(api: Api) -> Json:
    return ["é" in _written(api, name, budget="é") for name in ("spec.yaml", "spec.json")]


def file_of_a_duration(api: Api) -> Json:
    return "timeout: 90m" in _written(api, tasks=[api.TaskSpec.new("t", timeout="90m")])


def file_of_lines(api: Api) -> Json:
    return "description: |\n  a\n  b\n" in _written(api, description="a\nb\n")


def order_of_keys_in_a_file(api: Api) -> Json:
    return [line.partition(":")[0] for line in _written(api, budget="b", description="d").splitlines()]


def order_of_keys_of_a_spec(api: Api) -> Json:
    return list(whole_spec(api).with_description("d").with_retries(1).to_json())


def order_of_keys_of_a_task(api: Api) -> Json:
    return list(whole_task(api).to_json())


def order_of_keys_of_a_mount(api: Api) -> Json:
    return list(whole_task(api).to_json()["datasets"][0])


def order_of_constraints(api: Api) -> Json:
    return list(api.Constraints(z=["x"], hostname=["h"], cluster=["c"], a=["x"]).to_json())


def json_of_a_spec_is_plain(api: Api) -> Json:
    data = whole_task(api).to_json()
    parts = (data, data["command"], data["image"], data["resources"]["cpuCount"], data["context"]["priority"])
    return [type(part).__name__ for part in parts]


def json_of_numbers(api: Api) -> Json:
    task = api.TaskSpec.new("t", command=[2.0, 1e16, 1e-7, -0.0], timeout="90m", resources={"cpu_count": 4})
    return json.dumps([task.to_json()[name] for name in ("command", "timeout", "resources")])


def json_of_false_and_null(api: Api) -> Json:
    task = api.TaskSpec.new("t", preemptible=False, propagate_failure=False, constraints={"gpu": {"a": None}})
    return task.to_json()


def json_and_back(api: Api) -> Json:
    spec = whole_spec(api)
    return api.ExperimentSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
