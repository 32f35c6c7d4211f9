"""What `validate` raises and `check` returns, for each rule of a whole spec, up to its bounds."""

from __future__ import annotations

import copy
import json
import pickle
import re
import warnings
from collections import Counter
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attrs
import pytest
from hypothesis import given, settings
from strategies import experiment_specs

from beakerspec import (
    BeakerSpecError,
    DataSource,
    ExperimentSpec,
    ExperimentSpecError,
    FrozenList,
    ImageSource,
    Problem,
    TaskSpec,
    ValidationError,
)
from beakerspec.checking.check import check
from beakerspec.checking.rules import RULES, Rule
from beakerspec.checking.settings import Settings, read_settings
from beakerspec.checking.site import Cluster, Site
from beakerspec.problems import path_parts

BY_NAME = {rule.name: rule for rule in RULES}
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def task(name: str | None = None, **image: Any) -> TaskSpec:
    return TaskSpec(name=name, image=image)


def spec(*tasks: Any) -> ExperimentSpec:
    return ExperimentSpec(tasks=tasks)


def changed(value: Any, **fields: Any) -> Any:
    """A copy with fields that no constructor checked."""
    copied = pickle.loads(pickle.dumps(value))
    for name, item in fields.items():
        object.__setattr__(copied, name, item)
    return copied


def errors(experiment: ExperimentSpec) -> list[Problem]:
    return [problem for problem in experiment.check() if problem.severity == "error"]


def found(rule: str, *tasks: dict[str, Any], **fields: Any) -> list[Problem]:
    """What a rule finds in an experiment; a task without an image has one."""
    assert rule in BY_NAME
    data = {**fields, "tasks": [{"image": {"docker": "alpine"}, **each} for each in tasks]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        experiment = ExperimentSpec.from_json(data)
    return [problem for problem in experiment.check() if problem.rule == rule]


def paths(rule: str, *tasks: dict[str, Any], **fields: Any) -> list[str]:
    return [problem.path for problem in found(rule, *tasks, **fields)]


def at(site: Site, *tasks: dict[str, Any], **fields: Any) -> dict[str, list[str]]:
    """The paths of what is found at a site, by rule."""
    data = {**fields, "tasks": [{"image": {"docker": "alpine"}, **each} for each in tasks]}
    by_rule: dict[str, list[str]] = {}
    for problem in check(json.dumps(data), settings=Settings(site=site)):
        by_rule.setdefault(problem.rule, []).append(problem.path)
    return by_rule


def in_text(rule: str, task: str) -> list[tuple[str, str | None]]:
    """The path and hint of what a rule finds in the text of a task."""
    text = "tasks:\n- image: {docker: alpine}\n" + "".join(f"  {line}\n" for line in task.splitlines())
    return [(each.path, each.hint) for each in check(text, settings=Settings()) if each.rule == rule]


def mount(path: str = "/data", **fields: Any) -> dict[str, Any]:
    return {"mountPath": path, "source": {"beaker": "lab/data"}, **fields}


def variables(*each: dict[str, Any]) -> dict[str, Any]:
    return {"envVars": list(each)}


# The rules themselves.


@each_rule
def test_a_rule_has_a_name_in_kebab_case(rule: Rule) -> None:
    assert re.fullmatch("[a-z]+(-[a-z]+)*", rule.name)


def test_no_two_rules_have_the_same_name() -> None:
    assert len(BY_NAME) == len(RULES)


@each_rule
def test_a_rule_says_in_one_sentence_what_is_wrong(rule: Rule) -> None:
    assert re.fullmatch(r"[A-Z][^\n]*\.", rule.summary)
    assert ". " not in rule.summary


@each_rule
def test_a_rule_says_why_it_matters(rule: Rule) -> None:
    assert re.search(r"[\w)`]\.\)?$", rule.why)


@each_rule
def test_what_cannot_be_turned_off_is_an_error(rule: Rule) -> None:
    assert not rule.is_fatal or rule.severity == "error"


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.find is None], ids=lambda rule: rule.name)
def test_what_is_found_while_a_file_is_read_is_fatal_but_for_suppressions(rule: Rule) -> None:
    assert rule.is_fatal is not rule.name.endswith("-suppression")


def part_of(cls: type[Any], name: str) -> tuple[Any, bool]:
    """The type of a field by its name in a file, and whether it holds a list of them."""
    for field in attrs.fields(cls):
        first, *others = field.name.split("_")
        if first + "".join(map(str.title, others)) == name:
            hint = get_type_hints(cls)[field.name]
            if get_origin(hint) in (Union, UnionType):
                hint = next(each for each in get_args(hint) if each is not type(None))
            is_list = get_origin(hint) is FrozenList
            return (get_args(hint)[0] if is_list else hint), is_list
    raise AssertionError(f"{cls.__name__} has no field {name}")


@each_rule
def test_a_rule_reads_fields_that_there_are(rule: Rule) -> None:
    for pattern in rule.reads:
        cls: Any = ExperimentSpec
        steps = pattern.split(".")
        for number, step in enumerate(steps):
            name, bracket, _ = step.partition("[")
            cls, is_list = part_of(cls, name)
            # The last one may be a list as a whole.
            assert bool(bracket) is is_list or number == len(steps) - 1, pattern


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.find is not None], ids=lambda rule: rule.name)
def test_a_rule_reads_fields_unless_it_is_about_any_field(rule: Rule) -> None:
    assert bool(rule.reads) is (
        rule.name not in ("unknown-field", "python-name", "ambiguous-scalar", "foreign-template", "extension-field")
    )


def rules_in_example(rule: Rule, text: str, tmp_path: Path) -> set[str]:
    config = tmp_path / "settings.toml"
    config.write_text(rule.settings, encoding="utf-8")
    path = tmp_path / ("spec.json" if rule.name == "json-syntax" else "spec.yaml")
    path.write_bytes(text.encode())
    return {problem.rule for problem in check(path, settings=read_settings(config))}


#: What breaks these is too long for an example.
WITHOUT_EXAMPLE = ("too-large", "too-many-problems")


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.name not in WITHOUT_EXAMPLE], ids=lambda rule: rule.name
)
def test_the_bad_example_of_a_rule_breaks_it(rule: Rule, tmp_path: Path) -> None:
    assert rule.name in rules_in_example(rule, rule.bad, tmp_path)


@each_rule
def test_the_good_example_of_a_rule_does_not_break_it(rule: Rule, tmp_path: Path) -> None:
    assert rule.name not in rules_in_example(rule, rule.good, tmp_path)


@each_rule
def test_the_good_example_of_a_rule_breaks_none_that_is_an_error(rule: Rule, tmp_path: Path) -> None:
    severities = {BY_NAME[name].severity for name in rules_in_example(rule, rule.good, tmp_path)}
    assert "error" not in severities


@each_rule
def test_the_examples_of_a_rule_end_in_one_line_end(rule: Rule) -> None:
    assert rule.good.endswith("\n")
    assert not rule.good.endswith("\n\n")
    assert bool(rule.bad) is (rule.name not in WITHOUT_EXAMPLE)


# `check` and `validate`.


def test_a_problem_has_the_name_and_the_severity_of_its_rule() -> None:
    for problem in ExperimentSpec.new(cluster="c").check():
        assert problem.severity == BY_NAME[problem.rule].severity


def test_check_returns_warnings_too() -> None:
    assert [(problem.rule, problem.severity) for problem in spec(task()).check()] == [
        ("missing-budget", "warning"),
        ("no-cluster", "warning"),
        ("image-source", "error"),
    ]


def test_a_warning_says_so() -> None:
    [problem] = [each for each in spec(task()).check() if each.rule == "missing-budget"]
    assert str(problem).startswith("budget: warning: no budget [missing-budget]\n")


def test_check_issues_no_python_warning() -> None:
    experiment = attrs.evolve(spec(task()), extra={"descripton": "a"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        experiment.check()


def test_an_unknown_field_is_an_error_of_check() -> None:
    [problem] = errors(attrs.evolve(spec(task(docker="alpine")), extra={"descripton": "a"}))
    assert (problem.rule, problem.path, problem.hint) == ("unknown-field", "descripton", "did you mean description?")


def test_validate_does_not_raise_for_an_unknown_field() -> None:
    attrs.evolve(spec(task(docker="alpine")), extra={"descripton": "a"}).validate()


def test_validate_does_not_raise_for_a_warning() -> None:
    assert spec(task(docker="alpine")).check()
    spec(task(docker="alpine")).validate()


def test_validate_accepts_a_right_spec() -> None:
    spec(task("a", docker="alpine"), task("b", beaker="ai2/image")).validate()


def test_validate_accepts_a_spec_without_tasks() -> None:
    ExperimentSpec().validate()


def test_validate_raises_all_errors_together_and_nothing_else() -> None:
    experiment = attrs.evolve(
        spec(
            TaskSpec(image={}, replicas=0, timeout="0s", resources={"gpu_count": -1, "memory": "1Gi"}),
            TaskSpec(image={"docker": "a", "beaker": "b"}, env_vars=[{"name": "a-b"}], result={"path": "a"}),
        ).with_retries(11),
        extra={"descripton": "a"},
    )
    with pytest.raises(ExperimentSpecError) as caught:
        experiment.validate()
    assert [problem.rule for problem in caught.value.problems] == [
        *("retry-limit", "image-source", "replicas", "gpu-count", "size", "timeout"),
        *("env-name", "image-source"),
    ]


def test_the_error_of_validate_is_text_for_a_person() -> None:
    with pytest.raises(ExperimentSpecError) as caught:
        spec(task(), task(docker="a", beaker="b")).validate()
    assert str(caught.value) == (
        "tasks[0].image: expected exactly one of beaker, docker, got neither [image-source]\n"
        "  hint: add beaker: NAME or docker: TAG\n"
        "tasks[1].image: expected exactly one of beaker, docker, got both [image-source]\n"
        "  hint: remove one of them"
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


def test_problems_stand_in_the_order_of_the_tasks() -> None:
    problems = errors(spec(*(task() for _ in range(12))))
    assert [problem.path for problem in problems] == [f"tasks[{index}].image" for index in range(12)]


def test_the_rules_are_the_same_for_a_loaded_spec() -> None:
    text = "tasks:\n- image: {}\n- image: {docker: a, beaker: b}\n"
    loaded = ExperimentSpec.from_yaml(text)
    assert loaded.check() == spec(task(), task(docker="a", beaker="b")).check()


def test_the_facts_of_a_site_are_unknown_to_a_spec() -> None:
    task = TaskSpec.new("a", "nowhere/cluster", docker_image="a", priority="urgent", resources={"gpu_count": 4096})
    assert errors(ExperimentSpec(budget="nobody", tasks=[task])) == []


@pytest.mark.slow
@settings(max_examples=50)
@given(experiment_specs())
def test_the_image_of_each_task_of_any_spec_is_looked_at(experiment: ExperimentSpec) -> None:
    with_one = [bool(each.image.beaker) != bool(each.image.docker) for each in experiment.tasks]
    assert [problem.path for problem in errors(experiment) if problem.rule == "image-source"] == [
        f"tasks[{index}].image" for index, has_one in enumerate(with_one) if not has_one
    ]


@pytest.mark.slow
@settings(max_examples=50)
@given(experiment_specs())
def test_validate_raises_what_check_finds_but_for_unknown_fields(experiment: ExperimentSpec) -> None:
    wanted = [problem for problem in errors(experiment) if problem.rule != "unknown-field"]
    try:
        experiment.validate()
    except ExperimentSpecError as error:
        assert list(error.problems) == wanted
    else:
        assert wanted == []


def is_in(data: Any, path: str) -> bool:
    """Whether all of a path but its end leads somewhere in plain data."""
    *outer, last = path_parts(path)
    for part in outer:
        data = data[part]
    return isinstance(data, list if isinstance(last, int) else dict)


@pytest.mark.slow
@settings(max_examples=50)
@given(experiment_specs())
def test_a_problem_of_any_spec_has_a_path_that_leads_to_it(experiment: ExperimentSpec) -> None:
    data = experiment.to_json()
    for problem in experiment.check():
        assert problem.rule in BY_NAME
        assert is_in(data, problem.path), problem


# The experiment.


@pytest.mark.parametrize(("fields", "number"), [({}, 1), ({"budget": ""}, 1), ({"budget": "lab/a"}, 0)])
def test_an_experiment_without_a_budget_is_found(fields: dict[str, Any], number: int) -> None:
    assert paths("missing-budget", {}, **fields) == ["budget"] * number


def test_a_budget_that_a_site_requires_takes_the_place_of_one_that_may_be_missing() -> None:
    assert at(Site(require_budget=True), {"constraints": {"cluster": ["a"]}}) == {"required-budget": ["budget"]}


def test_a_budget_that_a_site_requires_may_be_any() -> None:
    assert at(Site(require_budget=True), {"constraints": {"cluster": ["a"]}}, budget="b") == {}


@pytest.mark.parametrize(("budget", "is_found"), [("lab/a", False), ("lab/A", True), ("lab", True)])
def test_a_budget_is_one_of_those_of_the_site(budget: str, is_found: bool) -> None:
    assert ("disallowed-budget" in at(Site(budgets=("lab/a", "lab/b")), {}, budget=budget)) is is_found


def test_a_missing_budget_is_none_that_the_site_does_not_have() -> None:
    assert "disallowed-budget" not in at(Site(budgets=("lab/a",)), {})


@pytest.mark.parametrize("number", [None, 0, 1, 10])
def test_up_to_10_retries_are_right(number: int | None) -> None:
    assert found("retry-limit", retry={"allowedTaskRetries": number}) == []


@pytest.mark.parametrize("number", [-(2**63), -1, 11, 2**63 - 1])
def test_more_than_10_retries_and_fewer_than_none_are_an_error(number: int) -> None:
    assert paths("retry-limit", retry={"allowedTaskRetries": number}) == ["retry.allowedTaskRetries"]


def test_an_experiment_without_tasks_is_found() -> None:
    assert paths("no-tasks") == ["tasks"]
    assert paths("no-tasks", {}) == []


# Names of tasks.


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
            'duplicate task name "a", first defined at tasks[1].name',
            "rename one of them",
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
    experiment = changed(spec(task("a", docker="alpine"), task("b", docker="alpine")))
    renamed = changed(experiment.tasks[1], name="a")
    [problem] = errors(changed(experiment, tasks=(experiment.tasks[0], renamed)))
    assert (problem.rule, problem.severity, problem.path) == ("duplicate-task-name", "error", "tasks[1].name")


@pytest.mark.parametrize("name", ["a", "A.b-c_d", "0", "-", "train-1", None])
def test_letters_digits_dots_dashes_and_underscores_make_a_task_name(name: str | None) -> None:
    assert found("task-name", {"name": name}) == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("train model", "write train-model"),
        ("a/b:c", "write a-b-c"),
        ("(a)", "write a"),
        ("a\n", "write a"),
        ("é", "rename the task, or remove its name"),
        ("", "rename the task, or remove its name"),
    ],
)
def test_other_characters_in_a_task_name_are_found(name: str, hint: str) -> None:
    [problem] = found("task-name", {}, {"name": name})
    assert (problem.path, problem.hint) == ("tasks[1].name", hint)


# Images and commands.


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


def test_an_unknown_image_source_is_none_of_the_two() -> None:
    problems = errors(spec(TaskSpec(image=ImageSource(extra={"oci": "image"}))))
    assert [problem.rule for problem in problems] == ["image-source", "unknown-field"]


def test_a_task_may_be_built_before_it_has_an_image() -> None:
    assert spec(TaskSpec.new("main")).with_description("no image yet").tasks[0].image == ImageSource()


def test_every_task_is_looked_at() -> None:
    problems = errors(spec(task(), task(docker="alpine"), task(), task(beaker="a", docker="b")))
    assert [problem.path for problem in problems] == ["tasks[0].image", "tasks[2].image", "tasks[3].image"]


@pytest.mark.parametrize(
    ("command", "arguments", "found_at"),
    [
        (["python train.py"], None, ["command[0]"]),
        (["python\ttrain.py"], None, ["command[0]"]),
        (["python train.py"], ["--seed 1"], ["command[0]", "arguments[0]"]),
        (None, ["--seed 1"], ["arguments[0]"]),
        (["python", "train.py"], ["--seed 1"], ["arguments[0]"]),
        (["python"], None, []),
        ([" python "], None, []),
        (["python", "train.py --seed 1"], None, []),
        (["bash", "-c", "python train.py"], None, []),
        (["bash", "-c"], ["python train.py"], []),
        (["/usr/bin/env", "zsh"], ["python train.py"], []),
        (["python", "-c"], ["import train; train.main()"], []),
        ([1], [0.5], []),
        ([], [], []),
    ],
)
def test_a_lone_text_with_spaces_is_no_command_without_a_shell(
    command: Any, arguments: Any, found_at: list[str]
) -> None:
    given = {"command": command, "arguments": arguments}
    assert paths("command-is-a-shell-line", given) == sorted(f"tasks[0].{each}" for each in found_at)


@pytest.mark.parametrize(
    ("path", "hint"), [("out", "write /out"), ("./o", "write /./o"), ("", "write a path such as /output")]
)
def test_a_relative_result_path_is_found(path: str, hint: str) -> None:
    [problem] = found("result-path", {"result": {"path": path}})
    assert (problem.path, problem.hint) == ("tasks[0].result.path", hint)


def test_an_absolute_result_path_and_none_are_right() -> None:
    assert found("result-path", {"result": {"path": "/output"}}, {}) == []


# Replicas and how long they run.


@pytest.mark.parametrize(("number", "is_found"), [(None, False), (1, False), (64, False), (0, True), (-1, True)])
def test_there_is_at_least_one_replica(number: int | None, is_found: bool) -> None:
    assert paths("replicas", {"replicas": number}) == ["tasks[0].replicas"] * is_found


@pytest.mark.parametrize(
    ("leader", "host", "is_found"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_a_leader_without_the_network_of_its_host_is_found(leader: bool, host: bool, is_found: bool) -> None:
    given = {"leaderSelection": leader, "hostNetworking": host}
    assert paths("leader-without-host-networking", given) == ["tasks[0].leaderSelection"] * is_found


TOGETHER = {
    "replicas": 2,
    "leaderSelection": True,
    "hostNetworking": True,
    "propagateFailure": True,
    "propagatePreemption": True,
    "synchronizedStartTimeout": "30m",
}


def test_replicas_with_all_that_keeps_them_together_are_right() -> None:
    assert found("multi-node", TOGETHER) == []


@pytest.mark.parametrize("name", [*TOGETHER][2:])
def test_replicas_without_one_thing_that_keeps_them_together_are_found(name: str) -> None:
    [problem] = found("multi-node", {**TOGETHER, name: None})
    value = "30m" if name == "synchronizedStartTimeout" else "true"
    assert (problem.path, problem.hint) == ("tasks[0].replicas", f"add to the task:\n{name}: {value}")


@pytest.mark.parametrize("fields", [{"leaderSelection": False}, {"replicas": 1}, {"replicas": None}])
def test_replicas_without_a_leader_are_independent(fields: dict[str, Any]) -> None:
    given = {"replicas": 2, "leaderSelection": True, **fields}
    assert found("multi-node", given) == []


def test_replicas_may_say_that_they_do_not_end_together() -> None:
    assert found("multi-node", {**TOGETHER, "propagateFailure": False, "propagatePreemption": False}) == []


HOUR = 3_600 * 10**9
MINUTE = 60 * 10**9


@pytest.mark.parametrize(
    ("wait", "is_found"),
    [(None, False), (1, False), (48 * HOUR, False), (48 * HOUR + 1, True), (0, True), (-1, True)],
)
def test_replicas_wait_for_each_other_for_up_to_48_hours(wait: int | None, is_found: bool) -> None:
    given = {"synchronizedStartTimeout": wait}
    assert paths("start-timeout", given) == ["tasks[0].synchronizedStartTimeout"] * is_found


@pytest.mark.parametrize(
    ("wait", "replicas", "is_found"),
    [
        (5 * MINUTE - 1, 2, True),
        (1, 2, True),
        (5 * MINUTE, 2, False),
        (0, 2, False),
        (-1, 2, False),
        (None, 2, False),
        (MINUTE, 1, False),
        (MINUTE, None, False),
    ],
)
def test_replicas_that_wait_for_less_than_5_minutes_are_found(
    wait: int | None, replicas: int | None, is_found: bool
) -> None:
    given = {"synchronizedStartTimeout": wait, "replicas": replicas}
    assert paths("short-start-timeout", given) == ["tasks[0].synchronizedStartTimeout"] * is_found


@pytest.mark.parametrize(("timeout", "is_found"), [(None, False), (1, False), (0, True), (-1, True)])
def test_a_timeout_is_above_0(timeout: int | None, is_found: bool) -> None:
    assert paths("timeout", {"timeout": timeout}) == ["tasks[0].timeout"] * is_found


@pytest.mark.parametrize(
    ("timeout", "hint"),
    [
        ("9m59s", "write 10m"),
        ("10m", None),
        ("48h", None),
        ("48h0m1s", "write 48h"),
        (None, None),
        ("0s", None),
        ("-1h", None),
    ],
)
def test_a_timeout_keeps_the_bounds_of_its_site(timeout: str | None, hint: str | None) -> None:
    text = f"tasks:\n- image: {{docker: a}}\n  timeout: {timeout or '~'}\n"
    site = Site(min_timeout=10 * MINUTE, max_timeout=48 * HOUR)
    problems = [each for each in check(text, settings=Settings(site=site)) if each.rule == "timeout-bounds"]
    assert [problem.hint for problem in problems] == ([] if hint is None else [hint])


# Environment variables.


@pytest.mark.parametrize("name", ["A", "_", "a1", "_0", "PATH"])
def test_letters_digits_and_underscores_make_the_name_of_a_variable(name: str) -> None:
    assert found("env-name", variables({"name": name, "value": "a"})) == []


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("log-level", "write log_level"),
        ("1A", "write _1A"),
        ("a.b", "write a_b"),
        ("é", "rename the variable"),
        ("", "rename the variable"),
    ],
)
def test_other_characters_in_the_name_of_a_variable_are_an_error(name: str, hint: str) -> None:
    [problem] = found("env-name", variables({"name": name, "value": "a"}))
    assert (problem.path, problem.hint) == ("tasks[0].envVars[0].name", hint)


@pytest.mark.parametrize("name", ["a b", "A\n", "A=b"])
def test_a_variable_that_has_no_name_at_all_is_an_error_that_does_not_show_it(name: str) -> None:
    [problem] = found("env-name", variables({"name": name, "value": "a"}))
    assert (problem.found, problem.hint) == (None, None)


def test_each_repetition_of_a_variable_names_the_first() -> None:
    given = variables(*({"name": name, "value": "a"} for name in ("A", "B", "A", "A", "b")))
    problems = found("duplicate-env-var", given)
    assert [problem.path for problem in problems] == ["tasks[0].envVars[2].name", "tasks[0].envVars[3].name"]
    assert all("envVars[0]" in problem.message for problem in problems)


def test_tasks_may_have_a_variable_each() -> None:
    given = variables({"name": "A", "value": "a"})
    assert found("duplicate-env-var", given, given) == []


def test_a_variable_with_a_value_and_a_secret_is_an_error() -> None:
    assert paths("env-source", variables({"name": "A", "value": "a", "secret": "b"})) == ["tasks[0].envVars[0]"]


@pytest.mark.parametrize("fields", [{"value": "a"}, {"secret": "a"}, {"value": ""}, {}])
def test_a_variable_with_one_source_or_none_is_not(fields: dict[str, Any]) -> None:
    assert found("env-source", variables({"name": "A", **fields})) == []


@pytest.mark.parametrize(
    ("fields", "is_found"),
    [
        ({}, True),
        ({"value": None}, True),
        ({"value": ""}, False),
        ({"value": "a"}, False),
        ({"secret": "a"}, False),
        ({"valeu": "a"}, False),
    ],
)
def test_a_variable_without_value_and_secret_is_found(fields: dict[str, Any], is_found: bool) -> None:
    given = variables({"name": "A", **fields})
    assert paths("empty-env-var", given) == ["tasks[0].envVars[0]"] * is_found


#: What looks like a secret of no known kind.
WORD = "5a1f09c3d2e84b67"


@pytest.mark.parametrize(
    "name",
    [
        *("TOKEN", "HUB_TOKEN", "hub_token", "API_KEY", "X_API_KEY", "X_APIKEY", "SECRET", "X_SECRET"),
        *("PASSWORD", "DB_PASSWORD", "PASSWORD_2", "MYPASSWORDS", "AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_a_value_under_the_name_of_a_secret_is_found(name: str) -> None:
    [problem] = found("literal-secret", variables({"name": name, "value": WORD}))
    assert problem.path == "tasks[0].envVars[0].value"
    assert problem.hint == f"store it as a secret of the workspace and replace value with secret: {name}"


@pytest.mark.parametrize("name", ["TOKENS", "TOKENIZER", "KEY", "SECRETS_DIR", "API_KEY_FILE", "MAXTOKEN", "PASS"])
def test_a_value_under_another_name_is_none(name: str) -> None:
    assert found("literal-secret", variables({"name": name, "value": WORD})) == []


@pytest.mark.parametrize(
    "value",
    [
        *("", "none", "dummy", "0", "50256", "/run/token", "~/.token", "./token", "$TOKEN", "${TOKEN}", "<TOKEN>"),
        *("{{.Env.TOKEN}}", "xxxxxxxx", "********", "your-token", "CHANGE_ME", "replace me"),
    ],
)
def test_what_stands_for_a_secret_is_none(value: str) -> None:
    assert found("literal-secret", variables({"name": "HUB_TOKEN", "value": value})) == []


@pytest.mark.parametrize(
    "value",
    [
        *("ghp_" + "a1" * 18, "github_pat_" + "a1" * 20, "glpat-" + "a1" * 10, "hf_" + "a1" * 17),
        *("sk-ant-" + "a1" * 20, "xoxb-" + "1" * 20, "AKIA" + "A1" * 8, "pypi-" + "a1" * 20),
    ],
)
def test_the_value_of_a_known_kind_of_token_is_found_under_any_name(value: str) -> None:
    [problem] = found("literal-secret", variables({"name": "EXTRA", "value": value}))
    assert value not in f"{problem.message} {problem.hint}"


def test_a_secret_that_is_named_is_none_that_stands_in_the_file() -> None:
    assert found("literal-secret", variables({"name": "HUB_TOKEN", "secret": WORD})) == []


# Mounts.


@pytest.mark.parametrize(
    ("path", "hint"), [("data", "write /data"), ("./a", "write /./a"), ("", "write a path such as /data")]
)
def test_a_relative_mount_path_is_an_error(path: str, hint: str) -> None:
    [problem] = found("mount-path", {"datasets": [mount("/a"), mount(path)]})
    assert (problem.path, problem.hint) == ("tasks[0].datasets[1].mountPath", hint)


@pytest.mark.parametrize(
    ("first", "second", "number"),
    [
        ("/a", "/a", 1),
        ("/a", "/a/", 1),
        ("/a", "/a/b", 1),
        ("/a/b", "/a", 0),
        ("/a", "/a/b/c/d", 1),
        ("/", "/a", 1),
        ("/a", "/", 0),
        ("/a", "/A", 1),
        ("/a//b", "/a/b", 1),
        ("/a/./b", "/a/c/../b", 1),
    ],
)
def test_of_two_mounts_that_overlap_the_inner_or_later_is_found(first: str, second: str, number: int) -> None:
    [problem] = found("mount-overlap", {"datasets": [mount(first), mount(second)]})
    assert problem.path == f"tasks[0].datasets[{number}].mountPath"
    assert f"of datasets[{1 - number}]" in problem.message


@pytest.mark.parametrize(("first", "second"), [("/a", "/b"), ("/a", "/ab"), ("/a/b", "/a/c"), ("/a/b", "/ab")])
def test_mounts_side_by_side_are_right(first: str, second: str) -> None:
    assert found("mount-overlap", {"datasets": [mount(first), mount(second)]}) == []


def test_mounts_of_two_tasks_do_not_overlap() -> None:
    assert found("mount-overlap", {"datasets": [mount("/a")]}, {"datasets": [mount("/a")]}) == []


@pytest.mark.parametrize(
    ("path", "is_found"),
    [("a", False), ("a/b", False), ("..a/b..", False), ("", False), ("/a", True), ("..", True), ("a/../b", True)],
)
def test_a_sub_path_stays_inside_of_its_source(path: str, is_found: bool) -> None:
    assert paths("sub-path", {"datasets": [mount(subPath=path)]}) == ["tasks[0].datasets[0].subPath"] * is_found


MODES = {"beaker": "readonly", "secret": "readonly", "hostPath": "readwrite", "weka": "readwrite"}


@pytest.mark.parametrize("mode", [None, "readonly", "readwrite"])
@pytest.mark.parametrize("source", [*MODES, "result", "volume"])
def test_a_source_has_one_mode_or_any(source: str, mode: str | None) -> None:
    given = mount(source={source: "a"}, mode=mode)
    is_found = mode is not None and MODES.get(source, mode) != mode
    assert paths("mount-mode", {"datasets": [given]}) == ["tasks[0].datasets[0].mode"] * is_found


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
        ({"beaker": "a", "extra": {"url": "b"}}, "beaker and an unknown field"),
        ({"extra": {"url": "a", "uri": "b"}}, "an unknown field and an unknown field"),
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
    mounted = TaskSpec(image={"docker": "alpine"}, datasets=[mount("/a"), mount("/b"), mount("/c")])
    experiment = changed(spec(task(docker="alpine"), mounted))
    object.__setattr__(experiment.tasks[1].datasets[2], "source", changed(DataSource(beaker="a"), weka="b"))
    [problem] = errors(experiment)
    assert (problem.rule, problem.severity) == ("data-source", "error")
    assert problem.path == "tasks[1].datasets[2].source"


def waiting(name: str | None, *results: str) -> dict[str, Any]:
    """A task that mounts the results of others."""
    datasets = [mount(f"/{number}", source={"result": result}) for number, result in enumerate(results)]
    return {"name": name, "datasets": datasets}


@pytest.mark.parametrize(
    ("result", "hint"),
    [
        ("trian", "did you mean train?"),
        ("TRAIN", "did you mean train?"),
        ("else", 'the tasks are "label", "train"'),
        ("", 'the tasks are "label", "train"'),
    ],
)
def test_a_result_of_no_task_is_an_error(result: str, hint: str) -> None:
    [problem] = found("unknown-result", {"name": "train"}, {"name": "label"}, waiting(None, "train", result))
    assert (problem.path, problem.hint) == ("tasks[2].datasets[1].source.result", hint)


def test_a_result_may_be_that_of_a_later_task() -> None:
    assert found("unknown-result", waiting("a", "b"), {"name": "b"}) == []


def test_a_task_is_not_advised_to_wait_for_itself() -> None:
    [problem] = found("unknown-result", {"name": "label"}, waiting("train-2", "train-1"))
    assert "train-2" not in (problem.hint or "")


@pytest.mark.parametrize(
    ("tasks", "names"),
    [
        ([waiting("a", "a")], ["a"]),
        ([waiting("a", "b"), waiting("b", "a")], ["a", "b"]),
        ([waiting("a", "b"), waiting("b", "c"), waiting("c", "b")], ["b", "c"]),
        ([waiting("a", "d"), waiting("d"), waiting("b", "d", "c"), waiting("c", "b")], ["b", "c"]),
    ],
)
def test_tasks_that_wait_for_each_other_are_reported_once(tasks: list[dict[str, Any]], names: list[str]) -> None:
    [problem] = found("result-cycle", *tasks)
    assert sorted(set(re.findall('"(.)"', problem.message))) == names
    assert is_in({"tasks": tasks}, problem.path)


@pytest.mark.parametrize(
    "tasks",
    [
        [waiting("a"), waiting("b", "a"), waiting("c", "a", "b")],
        [waiting("a", "b", "c"), waiting("b", "c"), waiting("c")],
        [waiting(None, "a"), waiting("a", "missing")],
    ],
)
def test_tasks_that_wait_for_others_are_right(tasks: list[dict[str, Any]]) -> None:
    assert found("result-cycle", *tasks) == []


def test_two_circles_are_reported_each() -> None:
    tasks = [waiting("a", "b"), waiting("b", "a"), waiting("c", "d"), waiting("d", "c")]
    assert len(found("result-cycle", *tasks)) == 2


@pytest.mark.slow
def test_a_long_chain_of_results_is_followed_to_its_end() -> None:
    chain = [waiting(f"t{number}", f"t{(number + 1) % 3000}") for number in range(3000)]
    assert len(found("result-cycle", *chain)) == 1
    assert found("result-cycle", *chain[:-1], waiting("t2999")) == []


@pytest.mark.parametrize(
    ("path", "is_found"),
    [
        ("/net", False),
        ("/net/a/b", False),
        ("/raid/", False),
        ("//raid/a".replace("//", "/"), False),
        ("/var/beaker/share/a", False),
        ("/var/beaker", True),
        ("/network", True),
        ("/net/../home", True),
        ("/home/me", True),
        ("net", True),
        ("", True),
    ],
)
def test_a_path_of_one_host_alone_is_found(path: str, is_found: bool) -> None:
    given = {"datasets": [mount(source={"hostPath": path})]}
    assert paths("host-path", given) == ["tasks[0].datasets[0].source.hostPath"] * is_found


@pytest.mark.parametrize(("path", "is_found"), [("/mnt/a", False), ("/mnt/ab", True), ("/net", True)])
def test_a_site_has_paths_of_its_own(path: str, is_found: bool) -> None:
    site = Site(host_paths=("/mnt/a/",))
    assert ("host-path" in at(site, {"datasets": [mount(source={"hostPath": path})]})) is is_found


def test_a_site_may_have_the_root_of_its_hosts() -> None:
    assert "host-path" not in at(Site(host_paths=("/",)), {"datasets": [mount(source={"hostPath": "/a"})]})


# Resources.


@pytest.mark.parametrize(("number", "is_found"), [(None, False), (0.001, False), (96, False), (0, True), (-1.5, True)])
def test_a_task_has_more_than_no_cores(number: float | None, is_found: bool) -> None:
    assert paths("cpu-count", {"resources": {"cpuCount": number}}) == ["tasks[0].resources.cpuCount"] * is_found


@pytest.mark.parametrize(("number", "is_found"), [(None, False), (0, False), (8, False), (-1, True)])
def test_a_task_has_no_fewer_than_no_gpus(number: int | None, is_found: bool) -> None:
    assert paths("gpu-count", {"resources": {"gpuCount": number}}) == ["tasks[0].resources.gpuCount"] * is_found


@pytest.mark.parametrize("field", ["memory", "sharedMemory"])
@pytest.mark.parametrize(
    ("size", "is_found"),
    [
        *[(size, False) for size in (None, "1", "1b", "10GiB", "2.5 gb", "7EiB")],
        *[(size, True) for size in ("0", "0GiB", "0.9", "10Gi", "1e9", "+1", "", "8EiB")],
    ],
)
def test_a_size_can_be_read_and_is_above_0(field: str, size: str | None, is_found: bool) -> None:
    assert paths("size", {"resources": {field: size}}) == [f"tasks[0].resources.{field}"] * is_found


@pytest.mark.parametrize(
    ("size", "hint"),
    [
        ("1024m", "for powers of 1024 write 1024MiB"),
        ("4096 Mb", "for powers of 1024 write 4096MiB"),
        ("2048k", "for powers of 1024 write 2048KiB"),
        *[(size, None) for size in ("1000m", "10GB", "1024MiB", "1024", "1024b", "0m", "1024.5m", "nothing")],
    ],
)
def test_a_size_in_powers_of_1000_that_looks_like_one_of_1024_is_found(size: str, hint: str | None) -> None:
    problems = found("decimal-size", {"resources": {"sharedMemory": size}})
    assert [problem.hint for problem in problems] == ([] if hint is None else [hint])


# Where a task runs.


@pytest.mark.parametrize(
    "fields",
    [
        {"constraints": {"cluster": ["a"]}},
        {"constraints": {"hostname": ["a"]}},
        {"context": {"cluster": "a"}},
        {"context": {"preemptible": True}},
        {"context": {"priority": "preemptible"}},
    ],
)
def test_a_task_that_says_where_it_runs_is_right(fields: dict[str, Any]) -> None:
    assert found("no-cluster", fields) == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"constraints": {}},
        {"constraints": {"cluster": []}},
        {"constraints": {"gpuType": ["a"]}},
        {"context": {"cluster": ""}},
        {"context": {"preemptible": False, "priority": "low"}},
    ],
)
def test_a_task_that_does_not_say_where_it_runs_is_found(fields: dict[str, Any]) -> None:
    assert len(found("no-cluster", {"constraints": {"cluster": ["a"]}}, fields)) == 1


def test_a_cluster_in_the_context_is_found() -> None:
    assert paths("deprecated-cluster", {"context": {"cluster": "a"}}) == ["tasks[0].context.cluster"]
    assert found("deprecated-cluster", {"context": {"cluster": ""}}, {}) == []


@pytest.mark.parametrize("priority", ["low", "normal", "high", "urgent", "immediate", "preemptible", None])
def test_of_the_priorities_preemptible_is_an_old_one(priority: str | None) -> None:
    is_found = priority == "preemptible"
    assert paths("deprecated-priority", {"context": {"priority": priority}}) == ["tasks[0].context.priority"] * is_found


@pytest.mark.parametrize(
    ("context", "conflicts", "is_old"),
    [
        ({"preemptible": True}, False, True),
        ({"preemptible": False}, False, True),
        ({"preemptible": True, "minRuntime": 0}, True, False),
        ({"preemptible": False, "autoResume": True}, True, False),
        ({"preemptible": True, "autoResume": False}, True, False),
        ({"minRuntime": 0, "autoResume": True}, False, False),
        ({}, False, False),
    ],
)
def test_preemptible_is_old_and_conflicts_with_what_has_taken_its_place(
    context: dict[str, Any], conflicts: bool, is_old: bool
) -> None:
    where = ["tasks[0].context.preemptible"]
    assert paths("preemptible-conflict", {"context": context}) == where * conflicts
    assert paths("deprecated-preemptible", {"context": context}) == where * is_old


@pytest.mark.parametrize(("least", "is_found"), [(None, False), (0, False), (HOUR, False), (-1, True)])
def test_a_task_is_uninterrupted_for_no_less_than_no_time(least: int | None, is_found: bool) -> None:
    assert paths("min-runtime", {"context": {"minRuntime": least}}) == ["tasks[0].context.minRuntime"] * is_found


@pytest.mark.parametrize(
    ("least", "most", "is_found"),
    [
        (HOUR + 1, HOUR, True),
        (HOUR, HOUR, False),
        (HOUR, None, False),
        (None, HOUR, False),
        (HOUR, 0, False),
        (HOUR, -1, False),
    ],
)
def test_a_task_is_uninterrupted_for_no_longer_than_it_may_run(
    least: int | None, most: int | None, is_found: bool
) -> None:
    given = {"timeout": most, "context": {"minRuntime": least}}
    assert paths("min-runtime-exceeds-timeout", given) == ["tasks[0].context.minRuntime"] * is_found


@pytest.mark.parametrize(
    ("retries", "context", "hostname", "is_found"),
    [
        (1, {}, ["a"], True),
        (None, {"autoResume": True}, ["a"], True),
        (0, {}, ["a"], False),
        (None, {"autoResume": False}, ["a"], False),
        (3, {}, [], False),
        (3, {}, None, False),
    ],
)
def test_a_task_on_one_host_is_not_tried_again(
    retries: int | None, context: dict[str, Any], hostname: list[str] | None, is_found: bool
) -> None:
    given = {"context": context, "constraints": {"hostname": hostname}}
    problems = paths("hostname-with-retries", given, retry={"allowedTaskRetries": retries})
    assert problems == ["tasks[0].constraints.hostname"] * is_found


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("clusters", "cluster"),
        ("Cluster", "cluster"),
        ("clutser", "cluster"),
        ("hostnames", "hostname"),
        ("host-name", "hostname"),
        ("host_name", "hostname"),
        *[(name, None) for name in ("gpuType", "gpu", "budget", "rack", "host")],
    ],
)
def test_a_constraint_that_resembles_a_known_one_is_found(name: str, near: str | None) -> None:
    problems = found("unknown-constraint", {"constraints": {name: ["a"]}})
    assert [problem.hint for problem in problems] == ([] if near is None else [f"did you mean {near}?"])


SITE = Site(
    clusters=(
        Cluster(name="lab/large", aliases=("lab/big",), gpus_per_node=8),
        Cluster(name="lab/small", gpus_per_node=2),
        Cluster(name="lab/odd"),
    )
)


def test_the_clusters_of_a_site_are_known_by_all_their_names() -> None:
    given = {"constraints": {"cluster": ["lab/large", "lab/big", "lab/odd"]}, "context": {"cluster": "lab/small"}}
    assert "unknown-cluster" not in at(SITE, given)


def test_any_other_cluster_is_an_error_where_it_stands() -> None:
    given = {"constraints": {"cluster": ["lab/large", "lab/lagre"]}, "context": {"cluster": "LAB/SMALL"}}
    assert at(SITE, given)["unknown-cluster"] == ["tasks[0].constraints.cluster[1]", "tasks[0].context.cluster"]


def test_a_site_without_clusters_knows_none() -> None:
    assert "unknown-cluster" in at(Site(clusters=()), {"constraints": {"cluster": ["a"]}})


@pytest.mark.parametrize(
    ("clusters", "gpus", "is_found"),
    [
        (["lab/large"], 8, False),
        (["lab/large"], 9, True),
        (["lab/big"], 9, True),
        (["lab/small", "lab/large"], 8, False),
        (["lab/small"], 3, True),
        (["lab/small", "lab/odd"], 64, False),
        (["lab/small", "elsewhere"], 64, False),
        ([], 64, False),
    ],
)
def test_a_task_has_no_more_gpus_than_the_largest_node_that_it_may_run_on(
    clusters: list[str], gpus: int, is_found: bool
) -> None:
    given = {"constraints": {"cluster": clusters}, "resources": {"gpuCount": gpus}}
    assert ("too-many-gpus" in at(SITE, given)) is is_found


def test_a_task_that_names_no_cluster_may_run_on_any() -> None:
    site = attrs.evolve(SITE, clusters=(SITE.clusters or ())[:2])
    assert at(site, {"resources": {"gpuCount": 9}})["too-many-gpus"] == ["tasks[0].resources.gpuCount"]
    assert "too-many-gpus" not in at(site, {"resources": {"gpuCount": 8}}, {})


@pytest.mark.parametrize(("priority", "is_found"), [("low", False), ("high", True), (None, False)])
def test_a_priority_is_one_that_the_site_allows(priority: str | None, is_found: bool) -> None:
    assert ("disallowed-priority" in at(Site(priorities=("low",)), {"context": {"priority": priority}})) is is_found


# A file as it stands.


@pytest.mark.parametrize(
    ("text", "path", "hint"),
    [
        ("host_networking: true", "tasks[0].host_networking", "write hostNetworking"),
        ("resources: {gpu_count: 1}", "tasks[0].resources.gpu_count", "write gpuCount"),
        ("env_vars: [{name: A, value: a}]", "tasks[0].env_vars", "write envVars"),
        (
            "datasets: [{mount_path: /a, source: {beaker: a}}]",
            "tasks[0].datasets[0].mount_path",
            "write mountPath",
        ),
    ],
)
def test_a_name_in_python_is_found(text: str, path: str, hint: str) -> None:
    assert in_text("python-name", text) == [(path, hint)]


def test_a_constraint_and_an_unknown_field_have_the_names_that_they_have() -> None:
    assert in_text("python-name", "constraints: {gpu_type: [a]}\nhost_net: true") == []


DURATIONS = ("timeout: {}", "synchronizedStartTimeout: {}", "context: {{minRuntime: {}}}")


@pytest.mark.parametrize("field", DURATIONS)
@pytest.mark.parametrize(
    ("number", "hint"),
    [
        ("24", "write 24h, or 24m or 24s"),
        ("168", "write 168h, or 168m or 168s"),
        ("3600", "write 3600s, or 3600m or 3600h"),
        ("999999999", "write 999999999s, or 999999999m or 999999999h"),
        ("1000000000", "write 1s"),
        ("3600000000000", "write 1h"),
        ("1e+9", "write 1s"),
    ],
)
def test_a_number_for_a_duration_counts_nanoseconds(field: str, number: str, hint: str) -> None:
    assert [advice for _, advice in in_text("bare-duration", field.format(number))] == [hint]


@pytest.mark.parametrize("field", DURATIONS)
@pytest.mark.parametrize("text", ["1h", "1h30m", "90 s", '"90"', "~"])
def test_any_other_duration_is_no_bare_number(field: str, text: str) -> None:
    assert in_text("bare-duration", field.format(text)) == []


@pytest.mark.parametrize("number", [1, 10**9, 3600 * 10**9, 86_400_000_000_000])
def test_a_number_in_a_json_file_is_found_as_well(tmp_path: Path, number: int) -> None:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps({"tasks": [{"image": {"docker": "a"}, "timeout": number}]}), encoding="utf-8")
    assert "bare-duration" in {problem.rule for problem in check(path, settings=Settings())}


def test_a_minimum_runtime_of_0_needs_a_unit_too() -> None:
    assert in_text("bare-duration", "context: {minRuntime: 0}") == [("tasks[0].context.minRuntime", "write 0s")]


def test_of_a_timeout_of_0_its_own_rule_tells() -> None:
    assert in_text("bare-duration", "timeout: 0") == []


@pytest.mark.parametrize("field", DURATIONS)
@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("30min", "write 30m"),
        ("2 hours", "write 2h"),
        ("1.5 h", "write 90m"),
        ("1h 30m", "write 90m"),
        ("10 Min", "write 10m"),
        ('" 5m"', "write 5m"),
        ("1e3s", "write 1000s"),
        ("24H", "write 24h"),
    ],
)
def test_a_duration_that_only_beaker_py_reads_is_found(field: str, text: str, hint: str) -> None:
    assert [advice for _, advice in in_text("go-duration", field.format(text))] == [hint]


@pytest.mark.parametrize("field", DURATIONS)
@pytest.mark.parametrize("text", ["24h", "1h30m", "1.5h", ".5h", "300ms", "5us", "5\u00b5s", '"90"', "90", "1d", "~"])
def test_a_duration_that_go_reads_or_another_rule_finds_is_none(field: str, text: str) -> None:
    assert in_text("go-duration", field.format(text)) == []


@pytest.mark.parametrize("field", DURATIONS)
@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('"90"', "write 90s"),
        ("'7200'", "write 2h"),
        ('" 1.5 "', "write 1500ms"),
        ('"1."', "write 1s"),
        ('"0"', "write 0s"),
    ],
)
def test_a_text_without_a_unit_counts_seconds(field: str, text: str, hint: str) -> None:
    assert [advice for _, advice in in_text("unitless-duration", field.format(text))] == [hint]


@pytest.mark.parametrize("field", DURATIONS)
@pytest.mark.parametrize("text", ["90s", '"90s"', "90", "1h30m", '"2 hours"'])
def test_a_duration_with_a_unit_and_a_number_are_no_such_text(field: str, text: str) -> None:
    assert in_text("unitless-duration", field.format(text)) == []


def test_one_cluster_where_a_list_belongs_is_found() -> None:
    assert in_text("one-item-for-a-list", "constraints: {cluster: a}") == [
        ("tasks[0].constraints.cluster", 'write ["a"]')
    ]
    assert in_text("one-item-for-a-list", "constraints: {cluster: [a]}\ncontext: {cluster: a}") == []


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("replicas: 010", "write 8"),
        ("replicas: 0b11", "write 3"),
        ("replicas: 0o17", "write 15"),
        ("replicas: 1_000", "write 1000"),
        ("resources: {gpuCount: +0x1}", "write 1"),
        ("resources: {cpuCount: 1e3}", "write 1000"),
        ("resources: {cpuCount: 15e-1}", "write 1.5"),
        ("resources: {cpuCount: 1.5e0}", "write 1.5"),
        ("hostNetworking: yes", "write true"),
        ("leaderSelection: OFF", "write false"),
        ("propagateFailure: No", "write false"),
    ],
)
def test_a_scalar_that_versions_of_yaml_read_differently_is_found(text: str, hint: str) -> None:
    assert [advice for _, advice in in_text("ambiguous-scalar", text)] == [hint]


@pytest.mark.parametrize(
    "text",
    [
        *("replicas: 2", "replicas: +2", "replicas: 0x10", "replicas: 8.0", "replicas: 0"),
        *("resources: {cpuCount: 1.5}", "resources: {cpuCount: .5}", "resources: {cpuCount: 1.}"),
        *("resources: {cpuCount: 1.5e+3}", "hostNetworking: True", "hostNetworking: FALSE"),
        *("command: [010, yes, 1e3]", "envVars: [{name: A, value: yes}]", "constraints: {rack: yes}"),
    ],
)
def test_a_scalar_that_all_versions_read_alike_and_a_text_are_not(text: str) -> None:
    assert in_text("ambiguous-scalar", text) == []


def test_nothing_of_a_file_is_known_of_a_spec_that_was_made_of_it() -> None:
    text = "tasks:\n- image: {docker: a}\n  host_networking: yes\n  timeout: 3600\n  constraints: {cluster: a}\n"
    assert {problem.rule for problem in ExperimentSpec.from_yaml(text).check()} == {"missing-budget"}


# Several rules at once.


def test_each_rule_is_reported_for_itself() -> None:
    given = {
        "image": {},
        "replicas": 0,
        "timeout": 0,
        "envVars": [{"name": "a-b", "value": "a", "secret": "b"}, {"name": "a-b"}],
        "datasets": [mount("a", mode="readwrite"), mount("a")],
        "resources": {"cpuCount": 0, "gpuCount": -1, "memory": "1Gi", "sharedMemory": "1024m"},
        "context": {"preemptible": True, "minRuntime": -1},
    }
    data = {"retry": {"allowedTaskRetries": -1}, "tasks": [given]}
    assert Counter(problem.rule for problem in ExperimentSpec.from_json(data).check()) == Counter(
        {
            "missing-budget": 1,
            "retry-limit": 1,
            "image-source": 1,
            "replicas": 1,
            "timeout": 1,
            "env-name": 2,
            "env-source": 1,
            "duplicate-env-var": 1,
            "empty-env-var": 1,
            "mount-path": 2,
            "mount-overlap": 1,
            "mount-mode": 1,
            "cpu-count": 1,
            "gpu-count": 1,
            "size": 1,
            "decimal-size": 1,
            "preemptible-conflict": 1,
            "min-runtime": 1,
        }
    )


@pytest.mark.parametrize(
    ("size", "hint"),
    [("64", "write 64GiB"), ("1.5", "write 1.5GiB"), ("'512'", "write 512GiB"), ("8192", "write 8192MiB")],
)
@pytest.mark.parametrize("field", ["memory", "sharedMemory"])
def test_a_small_size_without_a_unit_is_found(size: str, hint: str, field: str) -> None:
    assert in_text("bare-size", f"resources: {{{field}: {size}}}") == [(f"tasks[0].resources.{field}", hint)]


@pytest.mark.parametrize("size", ["64GiB", "64b", "1048576", "68719476736", "0", "-1", "ten", "0" * 600, "1" * 600])
def test_another_size_is_no_bare_number(size: str) -> None:
    assert in_text("bare-size", f"resources: {{memory: {size}}}") == []


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("a/x, a/y", 'write ["a/x", "a/y"]'),
        ('"a/x,a/y"', 'write ["a/x", "a/y"]'),
        ("a/x", 'write ["a/x"]'),
        ("a/x,", 'write ["a/x"]'),
    ],
)
def test_commas_in_a_text_for_a_list_separate_its_items(written: str, hint: str) -> None:
    found = in_text(
        "one-item-for-a-list",
        f"constraints: {{cluster: {written}}}"
        if '"' in written or "," not in written
        else f"constraints:\n    cluster: {written}",
    )
    assert [advice for _, advice in found] == [hint]


SHARES = Settings(
    site=Site(clusters=(Cluster(name="a", memory_per_gpu=90 * 2**30, cpus_per_gpu=12), Cluster(name="b")))
)


@pytest.mark.parametrize(
    ("resources", "cluster", "hints"),
    [
        ("gpuCount: 1, memory: 256GiB", "a", ["write gpuCount: 3, or at most 90GiB"]),
        ("gpuCount: 2, memory: 180GiB", "a", []),
        ("gpuCount: 2, cpuCount: 24.5", "a", ["write gpuCount: 3, or at most 24"]),
        ("gpuCount: 0, memory: 256GiB", "a", []),
        ("memory: 256GiB", "a", []),
        ("gpuCount: 1, memory: 256GiB", "b", []),
        ("gpuCount: 1, memory: 256GiB", "other", []),
        ("gpuCount: 1, memory: lots", "a", []),
    ],
)
def test_more_than_the_share_of_the_gpus_is_found(resources: str, cluster: str, hints: list[str]) -> None:
    text = f"tasks:\n- image: {{docker: x}}\n  resources: {{{resources}}}\n  constraints: {{cluster: [{cluster}]}}\n"
    assert [each.hint for each in check(text, settings=SHARES) if each.rule == "gpu-share"] == hints


def test_a_field_for_anchors_is_a_warning_and_kept() -> None:
    text = "x-image: &a {docker: x}\ntasks:\n- image: *a\n"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        spec = ExperimentSpec.from_yaml(text, strict=True)
    assert spec.extra["x-image"] == {"docker": "x"}
    found = {each.rule: each.severity for each in check(text, settings=Settings())}
    assert found["extension-field"] == "warning"
    assert "unknown-field" not in found


def test_a_field_of_a_task_is_none_for_anchors() -> None:
    found = check("tasks:\n- image: {docker: x}\n  x-a: b\n", settings=Settings())
    assert "unknown-field" in {each.rule for each in found}


@pytest.mark.parametrize("size", ["9223372036854775808", "9223372036854775808 KB"])
def test_a_size_that_is_too_large_is_reported_once(size: str) -> None:
    task = TaskSpec.new("t", docker_image="alpine", cluster="c", resources={"memory": size})
    assert [problem.rule for problem in ExperimentSpec(budget="b", tasks=[task]).check()] == ["size"]
