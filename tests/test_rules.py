"""What `validate` raises and `check` returns, for each rule of a whole spec."""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from strategies import experiment_specs

from beakerspec import (
    BeakerSpecError,
    DataSource,
    ExperimentSpec,
    ExperimentSpecError,
    ImageSource,
    Problem,
    TaskSpec,
    ValidationError,
    rules,
)

# A long text in an example that fails must not hide why it fails.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")


def task(name: str | None = None, **image: Any) -> TaskSpec:
    return TaskSpec(name=name, image=image)


def spec(*tasks: Any) -> ExperimentSpec:
    return ExperimentSpec(tasks=tasks)


def broken(value: Any, **fields: Any) -> Any:
    """A copy with fields that no constructor checked."""
    changed = pickle.loads(pickle.dumps(value))
    for name, item in fields.items():
        object.__setattr__(changed, name, item)
    return changed


def a_warning(experiment: ExperimentSpec) -> Iterator[Problem]:
    yield Problem(rule="named-by-the-list-of-rules", message="this could be better", path="budget")


@pytest.fixture
def with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [rule for rule in rules.RULES if rule.name == "image-source"]
    monkeypatch.setattr(rules, "RULES", (*known, rules.Rule("a-warning", "warning", a_warning)))


def errors(experiment: ExperimentSpec) -> list[Problem]:
    return [problem for problem in experiment.check() if problem.severity == "error"]


@pytest.mark.parametrize("image", [{"docker": "alpine"}, {"beaker": "ai2/image"}])
def test_one_image_source_is_right(image: dict[str, Any]) -> None:
    assert errors(spec(task(**image))) == []


@pytest.mark.parametrize(
    "image", [{"docker": "alpine", "beaker": ""}, {"docker": "", "beaker": "ai2/image"}, {"docker": " "}]
)
def test_an_empty_text_counts_as_no_image_source(image: dict[str, Any]) -> None:
    assert errors(spec(task(**image))) == []


@pytest.mark.parametrize("image", [{}, {"docker": ""}, {"beaker": ""}, {"docker": "", "beaker": ""}])
def test_no_image_source_is_an_error(image: dict[str, Any]) -> None:
    [problem] = errors(spec(task(**image)))
    assert (problem.rule, problem.severity, problem.path) == ("image-source", "error", "tasks[0].image")


def test_two_image_sources_are_an_error() -> None:
    [problem] = errors(spec(task(docker="alpine", beaker="ai2/image")))
    assert (problem.rule, problem.severity, problem.path) == ("image-source", "error", "tasks[0].image")


def test_the_message_about_no_image_source_says_how_to_name_one() -> None:
    [problem] = errors(spec(task()))
    assert (problem.message, problem.hint) == (
        "expected exactly one of beaker, docker, got none",
        "name an image: beaker: NAME, or docker: TAG",
    )


def test_the_message_about_two_image_sources_says_to_keep_one() -> None:
    [problem] = errors(spec(task(docker="alpine", beaker="ai2/image")))
    assert (problem.message, problem.hint) == (
        "expected exactly one of beaker, docker, got beaker and docker",
        "keep one of them",
    )


def test_an_unknown_image_source_is_none_of_the_two() -> None:
    [problem] = errors(spec(TaskSpec(image=ImageSource(extra={"oci": "image"}))))
    assert problem.rule == "image-source"


def test_a_task_may_be_built_before_it_has_an_image() -> None:
    assert spec(TaskSpec.new("main")).with_description("no image yet").tasks[0].image == ImageSource()


def test_every_task_is_looked_at() -> None:
    found = errors(spec(task(), task(docker="alpine"), task(), task(beaker="a", docker="b")))
    assert [problem.path for problem in found] == ["tasks[0].image", "tasks[2].image", "tasks[3].image"]


def test_problems_stand_in_the_order_of_the_tasks() -> None:
    found = errors(spec(*(task() for _ in range(12))))
    assert [problem.path for problem in found] == [f"tasks[{index}].image" for index in range(12)]


@pytest.mark.parametrize("names", [("a", "a"), ("a", None, "b", "a"), ("", "")])
def test_a_task_name_that_is_given_twice_is_refused(names: tuple[str | None, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        spec(*(task(name, docker="alpine") for name in names))
    [problem] = caught.value.problems
    assert (problem.rule, problem.severity) == ("duplicate-task-name", "error")
    assert problem.path == f"tasks[{len(names) - 1}].name"


def test_the_message_about_a_task_name_names_the_other_task() -> None:
    with pytest.raises(ValidationError) as caught:
        spec(task("b"), task("a"), task("a"))
    assert [(problem.message, problem.hint) for problem in caught.value.problems] == [
        (
            'expected a name of its own for each task, got "a", which tasks[1] has already',
            "give one of them another name",
        )
    ]


def test_each_repetition_of_a_task_name_is_reported() -> None:
    with pytest.raises(ValidationError) as caught:
        spec(task("a"), task("b"), task("a"), task("b"), task("a"))
    assert [problem.path for problem in caught.value.problems] == ["tasks[2].name", "tasks[3].name", "tasks[4].name"]


def test_tasks_without_names_are_no_duplicates() -> None:
    assert errors(spec(task(docker="alpine"), task(docker="alpine"))) == []


def test_task_names_differ_by_case() -> None:
    assert errors(spec(task("a", docker="alpine"), task("A", docker="alpine"))) == []


def test_a_task_whose_name_is_taken_is_not_added() -> None:
    with pytest.raises(ValidationError, match="duplicate-task-name"):
        spec(task("a")).with_task(task("a"))


def test_a_task_name_that_no_constructor_checked_is_still_found() -> None:
    experiment = broken(spec(task("a", docker="alpine"), task("b", docker="alpine")))
    broken_task = broken(experiment.tasks[1], name="a")
    [problem] = errors(broken(experiment, tasks=(experiment.tasks[0], broken_task)))
    assert (problem.rule, problem.severity, problem.path) == ("duplicate-task-name", "error", "tasks[1].name")


@pytest.mark.parametrize("name", ["beaker", "host_path", "weka", "result", "secret", "volume"])
def test_one_data_source_is_right(name: str) -> None:
    fields: dict[str, Any] = {name: "a"}
    assert DataSource(**fields)[name] == "a"


def test_an_unknown_data_source_counts() -> None:
    assert DataSource(extra={"url": "https://host/file"})["url"] == "https://host/file"


@pytest.mark.parametrize(
    ("fields", "got"),
    [
        ({}, "none"),
        ({"beaker": "a", "weka": "b"}, "beaker and weka"),
        ({"host_path": "a", "secret": "b", "volume": "c"}, "hostPath and secret and volume"),
        ({"beaker": "a", "extra": {"url": "b"}}, "beaker and url"),
        ({"extra": {"url": "a", "uri": "b"}}, "url and uri"),
        ({"extra": {"url": None}}, "none"),
        ({"beaker": "", "weka": ""}, "beaker and weka"),
    ],
)
def test_any_other_number_of_data_sources_is_refused(fields: dict[str, Any], got: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DataSource(**fields)
    [problem] = caught.value.problems
    assert (problem.rule, problem.severity, problem.path) == ("data-source", "error", "")
    assert problem.message == f"expected exactly one of beaker, hostPath, weka, result, secret, volume, got {got}"


def test_a_data_source_is_refused_at_its_path_in_a_spec() -> None:
    mounts = [{"mountPath": "/a", "source": {"beaker": "a"}}, {"mountPath": "/b", "source": {}}]
    with pytest.raises(ValidationError) as caught:
        ExperimentSpec.from_json({"tasks": [{"image": {}}, {"image": {}, "datasets": mounts}]})
    [problem] = caught.value.problems
    assert (problem.rule, problem.path) == ("data-source", "tasks[1].datasets[1].source")


def test_a_data_source_that_no_constructor_checked_is_still_found() -> None:
    mount = {"mount_path": "/a", "source": {"beaker": "a"}}
    mounted = TaskSpec(image={"docker": "alpine"}, datasets=[mount, mount, mount])
    experiment = broken(spec(task(docker="alpine"), mounted))
    object.__setattr__(experiment.tasks[1].datasets[2], "source", broken(DataSource(beaker="a"), weka="b"))
    [problem] = errors(experiment)
    assert (problem.rule, problem.severity) == ("data-source", "error")
    assert problem.path == "tasks[1].datasets[2].source"


def test_validate_accepts_a_right_spec() -> None:
    spec(task("a", docker="alpine"), task("b", beaker="ai2/image")).validate()


def test_validate_accepts_a_spec_without_tasks() -> None:
    ExperimentSpec().validate()


def test_validate_raises_one_error_with_all_problems() -> None:
    experiment = spec(task(), task(docker="alpine"), task(docker="a", beaker="b"))
    with pytest.raises(ExperimentSpecError) as caught:
        experiment.validate()
    assert list(caught.value.problems) == errors(experiment)
    assert [problem.path for problem in caught.value.problems] == ["tasks[0].image", "tasks[2].image"]


def test_the_error_of_validate_is_text_for_a_person() -> None:
    with pytest.raises(ExperimentSpecError) as caught:
        spec(task(), task(docker="a", beaker="b")).validate()
    assert str(caught.value) == (
        "tasks[0].image: expected exactly one of beaker, docker, got none [image-source]\n"
        "  hint: name an image: beaker: NAME, or docker: TAG\n"
        "tasks[1].image: expected exactly one of beaker, docker, got beaker and docker [image-source]\n"
        "  hint: keep one of them"
    )


def test_the_error_of_validate_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="image-source") as caught:
        spec(task()).validate()
    assert isinstance(caught.value, BeakerSpecError)
    assert not isinstance(caught.value, ValidationError)


def test_the_error_of_validate_can_be_pickled() -> None:
    with pytest.raises(ExperimentSpecError) as caught:
        spec(task()).validate()
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), again.problems) == (ExperimentSpecError, caught.value.problems)
    assert copy.copy(caught.value).problems == caught.value.problems


def test_validate_changes_nothing() -> None:
    experiment = spec(task("a", docker="alpine"))
    before = pickle.dumps(experiment)
    experiment.validate()
    assert pickle.dumps(experiment) == before


@pytest.mark.usefixtures("with_a_warning")
def test_validate_does_not_raise_for_a_warning() -> None:
    spec(task(docker="alpine")).validate()


@pytest.mark.usefixtures("with_a_warning")
def test_validate_raises_errors_only() -> None:
    with pytest.raises(ExperimentSpecError) as caught:
        spec(task()).validate()
    assert [problem.rule for problem in caught.value.problems] == ["image-source"]


@pytest.mark.usefixtures("with_a_warning")
def test_check_returns_warnings_too() -> None:
    assert [(problem.rule, problem.severity) for problem in spec(task()).check()] == [
        ("a-warning", "warning"),
        ("image-source", "error"),
    ]


@pytest.mark.usefixtures("with_a_warning")
def test_a_warning_says_so() -> None:
    [problem] = spec(task(docker="alpine")).check()
    assert str(problem) == "budget: warning: this could be better [a-warning]"


def test_validate_does_not_raise_for_an_unknown_field() -> None:
    attrs.evolve(spec(task(docker="alpine")), extra={"descripton": "a"}).validate()


def test_check_issues_no_python_warning() -> None:
    experiment = attrs.evolve(spec(task()), extra={"descripton": "a"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        experiment.check()


def test_every_rule_has_a_name_of_its_own_in_kebab_case() -> None:
    names = [rule.name for rule in rules.RULES]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalpha() and name == name.lower() for name in names)


@settings(max_examples=50)
@given(experiment_specs())
def test_the_image_of_each_task_of_any_spec_is_looked_at(experiment: ExperimentSpec) -> None:
    with_one = [bool(each.image.beaker) != bool(each.image.docker) for each in experiment.tasks]
    assert [problem.path for problem in errors(experiment) if problem.rule == "image-source"] == [
        f"tasks[{index}].image" for index, has_one in enumerate(with_one) if not has_one
    ]


@settings(max_examples=50)
@given(experiment_specs())
def test_validate_raises_what_check_finds(experiment: ExperimentSpec) -> None:
    try:
        experiment.validate()
    except ExperimentSpecError as error:
        assert list(error.problems) == errors(experiment)
    else:
        assert errors(experiment) == []


def test_the_rules_are_the_same_for_a_loaded_spec() -> None:
    text = "tasks:\n- image: {}\n- image: {docker: a, beaker: b}\n"
    loaded = ExperimentSpec.from_yaml(text)
    assert loaded.check() == spec(task(), task(docker="a", beaker="b")).check()
