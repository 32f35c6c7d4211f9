"""What can be fixed: the finding goes, nothing else comes, and every other character stays."""

from __future__ import annotations

import json
import os
import random
import shutil
import warnings
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from conftest import EXAMPLES, ROOT
from edits import comments
from leaks import PARTS, bases, random_texts
from test_cli import run, write

from beakerspec import ExperimentSpec, Problem, UnknownFieldWarning, ValidationError, fix_text
from beakerspec.checking.check import check_data
from beakerspec.checking.rules import RULES
from beakerspec.checking.settings import Settings, read_settings

GOLDEN = Path(__file__).parent / "golden_rules"
CORPUS = ROOT.parent / "shared" / "corpus" / "v2"

FIXABLE = {rule.name: rule for rule in RULES if rule.fixer is not None}


def settings_of(path: Path) -> Settings:
    files = (path.with_suffix(".toml"), path.with_name("settings.toml"))
    return next((read_settings(str(file)) for file in files if file.exists()), Settings())


#: The texts with a mistake of each rule: what it is called, the text, whether it is JSON, and the settings for it.
CASES = [
    (
        f"{path.parent.name}/{path.name}",
        path.read_bytes().decode("utf-8", "replace"),
        path.suffix == ".json",
        settings_of(path),
    )
    for path in sorted(GOLDEN.glob("*/bad*"))
    if path.suffix in (".yaml", ".json")
]
CASES += [
    (f"{name} example", rule.bad, rule.bad.startswith("{"), Settings())
    for name, rule in FIXABLE.items()
    if not rule.settings
]

each_case = pytest.mark.parametrize(
    ("text", "is_json", "settings"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
each_safety = pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "unsafe"])


def errors(problems: Iterable[Problem]) -> Counter[tuple[str, str]]:
    return Counter((problem.rule, problem.message) for problem in problems if problem.severity == "error")


def loaded(text: str, *, is_json: bool) -> Any:
    """The plain data of a spec, or None where the text gives none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownFieldWarning)
        try:
            spec = ExperimentSpec.from_json(json.loads(text)) if is_json else ExperimentSpec.from_yaml(text)
        except (ValidationError, ValueError):
            return None
    return spec.to_json()


def is_right(text: str, *, is_json: bool, unsafe: bool, settings: Settings) -> Counter[str]:
    """What holds for the fixes of every text. Returns how many problems of each rule were fixed."""
    before = check_data(text, is_json=is_json, settings=settings)
    fixed = fix_text(text, is_json=is_json, unsafe=unsafe, settings=settings)
    after = check_data(fixed.text, is_json=is_json, settings=settings)
    assert fixed.problems == after.problems
    assert not errors(after.problems) - errors(before.problems)
    # None of them is left that could be fixed, and fixing again changes nothing.
    again = fix_text(fixed.text, is_json=is_json, unsafe=unsafe, settings=settings)
    assert (again.text, again.fixed) == (fixed.text, ())
    if fixed.fixed:
        assert not comments(text, is_json=is_json) - comments(fixed.text, is_json=is_json)
        assert (
            fixed.text.count("\r") == text.count("\r")
            if "\r" not in text
            else "\n" not in fixed.text.replace("\r\n", "")
        )
    else:
        assert fixed.text == text
    data = loaded(text, is_json=is_json)
    if not unsafe and data is not None:
        assert loaded(fixed.text, is_json=is_json) == data
    return Counter(problem.rule for problem in fixed.fixed)


# Every rule that can be fixed.


@pytest.mark.parametrize("name", FIXABLE)
def test_a_rule_with_a_fix_has_an_example_in_which_the_finding_goes(name: str) -> None:
    fixed = 0
    for title, text, is_json, settings in CASES:
        if title.startswith((f"{name}/", f"{name} ")):
            before = Counter(problem.rule for problem in check_data(text, is_json=is_json, settings=settings).problems)
            outcome = fix_text(text, is_json=is_json, unsafe=True, settings=settings)
            after = Counter(problem.rule for problem in outcome.problems)
            fixed += before[name] - after[name]
    assert fixed > 0


@pytest.mark.parametrize("name", FIXABLE)
def test_a_rule_says_how_safe_its_fix_is(name: str) -> None:
    found = {
        problem.fix.is_safe
        for title, text, is_json, settings in CASES
        if title.startswith((f"{name}/", f"{name} "))
        for problem in check_data(text, is_json=is_json, settings=settings).problems
        if problem.rule == name and problem.fix is not None
    }
    safety = FIXABLE[name].fix
    assert found
    assert found <= {"safe": {True}, "unsafe": {False}, "safe or unsafe": {True, False}}[str(safety)]


@each_safety
@each_case
def test_fixes_of_an_example_are_right(text: str, is_json: bool, settings: Settings, unsafe: bool) -> None:
    is_right(text, is_json=is_json, unsafe=unsafe, settings=settings)


@each_case
def test_windows_line_ends_stay_where_something_is_fixed(text: str, is_json: bool, settings: Settings) -> None:
    if "\r" not in text:
        fixed = fix_text(text, is_json=is_json, unsafe=True, settings=settings).text
        windows = fix_text(text.replace("\n", "\r\n"), is_json=is_json, unsafe=True, settings=settings).text
        assert windows == fixed.replace("\n", "\r\n")


# Fixes as reports tell them.


def applied(text: str, edits: Iterable[dict[str, Any]]) -> str:
    """A text with the edits of a report made, as an editor makes them."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    spans = [
        (
            starts[edit["line"] - 1] + edit["column"] - 1,
            starts[edit["end_line"] - 1] + edit["end_column"] - 1,
            edit["text"],
        )
        for edit in edits
    ]
    spans = sorted(spans, key=lambda span: span[:2])
    for (_, end, _), (start, _, _) in pairwise(spans):
        assert end <= start, "edits overlap"
    for start, end, new in reversed(spans):
        text = text[:start] + new + text[end:]
    return text


@each_case
def test_the_edits_of_a_report_are_those_of_the_fix(text: str, is_json: bool, settings: Settings) -> None:
    checked = check_data(text, is_json=is_json, settings=settings, with_edits=True)
    fixable = [problem for problem in checked.problems if problem.fix is not None]
    for problem in fixable:
        assert problem.fix is not None
        if not problem.fix.edits:
            continue
        edited = applied(
            text,
            [{name: getattr(edit, name) for name in edit.__slots__ if name[0] != "_"} for edit in problem.fix.edits],
        )
        after = check_data(edited, is_json=is_json, settings=settings).problems
        assert not errors(after) - errors(checked.problems)
        if len(fixable) == 1:
            fixed = fix_text(text, is_json=is_json, unsafe=True, settings=settings)
            if len(fixed.fixed) == 1:
                assert edited == fixed.text


MIXED = """\
budget: b
tasks:
- name: a  # first
  image: {docker: alpine}
  constraints: {cluster: team/c}
  resources: {gpuCuont: 1, memory: 10Gi}  # é, here
  envVars: {A: hunter2}
  context:
    cluster: x  # gone
    priority: low
  host_networking: yes
"""


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    return write(tmp_path / "spec.yaml", MIXED)


def test_sarif_and_json_tell_the_same_edits(mixed: Path) -> None:
    told = json.loads(run("check", "--no-config", "--format", "json", mixed).out)["problems"]
    results = json.loads(run("check", "--no-config", "--format", "sarif", mixed).out)["runs"][0]["results"]
    names = {"startLine": "line", "startColumn": "column", "endLine": "end_line", "endColumn": "end_column"}
    by_sarif = [
        [
            {
                **{names[name]: number for name, number in each["deletedRegion"].items()},
                "text": each["insertedContent"]["text"],
            }
            for fix in result.get("fixes", ())
            for change in fix["artifactChanges"]
            for each in change["replacements"]
        ]
        for result in results
    ]
    assert by_sarif == [[] if problem["fix"] is None else problem["fix"]["edits"] for problem in told]
    assert sum(map(bool, by_sarif)) >= 4


def test_no_report_but_those_for_programs_pays_for_edits(mixed: Path) -> None:
    with mock.patch("beakerspec.checking.reported.edits_for", side_effect=AssertionError):
        assert run("check", "--no-config", mixed).code == 1


# No value of a variable is in an edit.


def edits_shown(text: str, *, is_json: bool) -> list[str]:
    checked = check_data(text, is_json=is_json, settings=Settings(), with_edits=True)
    return [edit.text for problem in checked.problems if problem.fix is not None for edit in problem.fix.edits]


def test_no_edit_shows_a_value_of_a_variable() -> None:
    shown = [each for text, is_json in [*bases(), *random_texts(5, 150)] for each in edits_shown(text, is_json=is_json)]
    assert shown
    assert not [each for each in shown if any(part in each for part in PARTS)]


def test_no_edit_shows_a_short_value_of_an_unknown_field_that_moves() -> None:
    text = "tasks:\n- image: {docker: a}\n  gpuCount: 7\n  resources:\n    cpuCount: 1\n"
    assert edits_shown(text, is_json=False) == []


@pytest.mark.slow
def test_no_edit_of_many_damaged_texts_shows_a_value_of_a_variable() -> None:
    for text, is_json in random_texts(6, 3000):
        assert not [each for each in edits_shown(text, is_json=is_json) if any(part in each for part in PARTS)]


# What is fixed where, and what is not.


def fixed(text: str, **options: Any) -> str:
    return fix_text(text, **options).text


TASK = "budget: b\ntasks:\n- image: {docker: a}\n  constraints: {cluster: [c/d]}\n"


def test_a_suppressed_finding_is_not_fixed() -> None:
    error = f"{TASK}  # beakerspec: ignore[quoted-boolean]\n  hostNetworking: 'true'\n"
    assert fixed(error) == error.replace("'true'", "true")  # nothing suppresses a rule that is always reported
    warning = f"{TASK}  host_networking: true  # beakerspec: ignore[python-name]\n"
    assert fixed(warning) == warning
    assert fixed(warning.replace("  # beakerspec: ignore[python-name]", "")) == f"{TASK}  hostNetworking: true\n"


def test_a_rule_that_is_ignored_is_not_fixed(tmp_path: Path) -> None:
    text = f"{TASK}  host_networking: true\n"
    write(tmp_path / "pyproject.toml", "[tool.beakerspec]\nignore = ['python-name']\n")
    spec = write(tmp_path / "spec.yaml", text)
    assert run("check", "--fix", spec).code == 0
    assert spec.read_text() == text
    assert fix_text(text, settings=Settings(ignore=("python-name",))).text == text


def test_a_byte_order_mark_of_a_text_stays() -> None:
    text = f"\ufeff{TASK}  hostNetworking: 'true'\n"
    assert fixed(text) == text.replace("'", "")


def test_a_text_that_cannot_be_read_is_not_fixed() -> None:
    text = "tasks:\n- image: {docker: a\n  hostNetworking: 'true'\n"
    assert fix_text(text).text == text


def test_a_value_that_is_used_twice_is_fixed_at_its_anchor() -> None:
    text = (
        "budget: b\ntasks:\n- name: a\n  image: {docker: a}\n  constraints: &c {cluster: c/d}  # shared\n"
        "- name: b\n  image: {docker: a}\n  constraints: *c\n"
    )
    assert fixed(text) == text.replace("c/d", "[c/d]")


def test_a_template_is_not_touched() -> None:
    text = f"{TASK}  timeout: '{{{{.Env.TIME}}}}'\n  host_networking: 'true'\n"
    assert fixed(text) == text.replace("host_networking: 'true'", "hostNetworking: true")
    assert fixed(text, env={"TIME": "1h"}) == fixed(text)


def test_a_fix_that_would_lose_a_comment_is_not_made() -> None:
    text = f"{TASK}  envVars:\n    # the first\n    A: x\n    B: z  # why\n"
    outcome = fix_text(text, unsafe=True)
    assert comments(outcome.text, is_json=False) == comments(text, is_json=False)


def test_one_fix_that_cannot_be_made_hinders_no_other() -> None:
    variables = "".join(
        f"- name: t{index}\n  image: {{docker: a}}\n  resources: {{gpuCount: '1'}}\n" for index in range(40)
    )
    text = f"budget: b\ntasks:\n- image: {{docker: a}}\n  envVars:\n    # kept\n    A: x\n{variables}"
    outcome = fix_text(text, unsafe=True)
    assert outcome.text.count("gpuCount: 1") == 40
    assert "# kept" in outcome.text


@pytest.mark.slow
def test_more_findings_than_a_report_holds_are_fixed() -> None:
    task = "- image: {docker: a}\n  resources: {gpuCount: '1'}\n  constraints: {cluster: [c/d]}\n"
    outcome = fix_text(f"budget: b\ntasks:\n{task * 1200}", settings=Settings(ignore=("task-name",)))
    assert "'" not in outcome.text


def test_the_meaning_of_a_duration_stays() -> None:
    text = f"{TASK}  timeout: 3600000000000\n"
    assert loaded(fixed(text), is_json=False) == loaded(text, is_json=False)
    assert fixed(text) != text


@pytest.mark.parametrize("name", sorted(path.name for path in (ROOT / EXAMPLES).iterdir()))
def test_there_is_nothing_to_fix_in_the_examples(name: str) -> None:
    text = (ROOT / EXAMPLES / name).read_text("utf-8")
    assert fix_text(text, is_json=name.endswith(".json")).text == text


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real specs is not there")
@each_safety
def test_fixes_of_real_specs_are_right(unsafe: bool) -> None:
    made: Counter[str] = Counter()
    for path in sorted(CORPUS.iterdir()):
        text = path.read_bytes().decode()
        for each in (text, text.replace("\r", "").replace("\n", "\r\n")) if len(text) < 5_000 else (text,):
            made += is_right(each, is_json=path.suffix == ".json", unsafe=unsafe, settings=Settings())
    assert made.total() > 20


@pytest.mark.slow
def test_fixes_of_damaged_specs_are_right() -> None:
    chance = random.Random(8)
    texts = [text for title, text, is_json, _ in CASES if not is_json and len(text) < 3_000]
    for _ in range(400):
        lines = chance.choice(texts).split("\n")
        lines[chance.randrange(len(lines))] += chance.choice(["  # more", "", " x", ": y", "'"])
        lines.insert(chance.randrange(len(lines)), chance.choice(lines))
        text = "\n".join(lines)
        before = check_data(text, settings=Settings())
        outcome = fix_text(text, unsafe=True)
        assert not errors(outcome.problems) - errors(before.problems)


# The command.


def test_fix_writes_the_file_and_reports_what_is_left(mixed: Path) -> None:
    done = run("check", "--no-config", "--fix", mixed)
    assert done.code == 1
    assert mixed.read_text("utf-8") == MIXED.replace("cluster: team/c", "cluster: [team/c]").replace(
        "host_networking: yes", "hostNetworking: true"
    )
    assert "[one-item-for-a-list]" not in done.out
    assert "[size]" in done.out
    assert done.out.endswith("with --fix --unsafe-fixes\n")
    assert "3 problems fixed" in done.out


def test_unsafe_fixes_are_made_on_demand(mixed: Path) -> None:
    run("check", "--no-config", "--fix", "--unsafe-fixes", mixed)
    text = mixed.read_text("utf-8")
    assert "resources: {gpuCount: 1, memory: 10GiB}  # é, here\n" in text
    assert "  envVars: [{name: A, value: hunter2}]\n" in text
    assert "# gone" in text


def test_a_second_run_has_nothing_to_fix(mixed: Path) -> None:
    run("check", "--no-config", "--fix", "--unsafe-fixes", mixed)
    os.utime(mixed, (1, 1))
    done = run("check", "--no-config", "--fix", "--unsafe-fixes", mixed)
    assert mixed.stat().st_mtime == 1
    assert "fixed" not in done.out.splitlines()[-1].replace("can be fixed", "")


def test_a_file_with_only_what_can_be_fixed_is_right_afterwards(tmp_path: Path) -> None:
    spec = write(tmp_path / "spec.yaml", f"{TASK}  hostNetworking: 'true'\n")
    assert run("check", "--no-config", spec).code == 1
    assert run("check", "--no-config", "--fix", spec).code == 0


def test_a_difference_is_shown_and_nothing_written(mixed: Path) -> None:
    done = run("check", "--no-config", "--diff", mixed)
    assert done.code == 1
    assert done.out.startswith(f"--- a/{mixed}\n+++ b/{mixed}\n@@")
    assert {line for line in done.out.splitlines()[3:] if line[0] in "+-"} == {
        "-  constraints: {cluster: team/c}",
        "+  constraints: {cluster: [team/c]}",
        "-  host_networking: yes",
        "+  hostNetworking: true",
    }
    assert mixed.read_text("utf-8") == MIXED


def test_no_difference_means_success(tmp_path: Path) -> None:
    spec = write(tmp_path / "spec.yaml", TASK)
    done = run("check", "--no-config", "--diff", spec)
    assert (done.code, done.out) == (0, "")


def test_standard_input_is_fixed_on_its_way_to_standard_output() -> None:
    done = run("check", "--no-config", "--fix", "-", stdin=f"{TASK}  hostNetworking: 'true'\n")
    assert (done.code, done.out) == (0, f"{TASK}  hostNetworking: true\n")
    assert run("check", "--no-config", "--fix", "-", stdin=TASK).out == TASK


def test_unsafe_fixes_alone_are_wrong_usage(mixed: Path) -> None:
    done = run("check", "--unsafe-fixes", mixed)
    assert (done.code, "--unsafe-fixes requires --fix or --diff" in done.err) == (2, True)


def test_a_byte_order_mark_stays_in_a_fixed_file(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_bytes(b"\xef\xbb\xbf" + f"{TASK}  hostNetworking: 'true'\n".encode())
    assert run("check", "--no-config", "--fix", spec).code == 0
    assert spec.read_bytes() == b"\xef\xbb\xbf" + f"{TASK}  hostNetworking: true\n".encode()


def test_a_json_file_is_fixed_as_json(tmp_path: Path) -> None:
    spec = tmp_path / "nightly.json"
    shutil.copy(ROOT / EXAMPLES / "nightly.json", spec)
    before = spec.read_text("utf-8")
    spec.write_text(before.replace('"gpuCount": 1', '"gpuCount": "1"').replace('["ai2/gpu-east"]', '"ai2/gpu-east"'))
    assert run("check", "--no-config", "--fix", spec).code == 0
    assert spec.read_text("utf-8") == before


@pytest.mark.parametrize("data", [b"\xff\xfe", b"", b"tasks: [", bytes(range(256))])
def test_a_file_that_cannot_be_read_is_not_fixed(tmp_path: Path, data: bytes) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_bytes(data)
    assert run("check", "--no-config", "--fix", "--unsafe-fixes", spec).code == 1
    assert spec.read_bytes() == data


def test_a_file_that_another_program_changes_in_between_keeps_that_change(mixed: Path) -> None:
    real = fix_text

    def change(*arguments: Any, **options: Any) -> Any:
        mixed.write_bytes(b"budget: other\n")
        return real(*arguments, **options)

    with mock.patch("beakerspec.cli.check.fix_text", change):
        done = run("check", "--no-config", "--fix", mixed)
    assert done.code == 2
    assert "another program has changed the file" in done.err
    assert mixed.read_bytes() == b"budget: other\n"


def test_workers_fix_files_too(tmp_path: Path) -> None:
    for index in range(30):
        write(tmp_path / f"{index}.yaml", f"{TASK}  hostNetworking: 'true'\n")
    assert run("check", "--no-config", "--fix", tmp_path).code == 0
    assert {path.read_text() for path in tmp_path.iterdir()} == {f"{TASK}  hostNetworking: true\n"}


def test_fields_that_belong_into_a_missing_part_are_moved_there_together() -> None:
    text = f"{TASK}  gpuCount: 2\n  memory: 4GiB\n"
    done = fix_text(text, unsafe=True)
    assert done.problems == ()
    assert ExperimentSpec.from_yaml(done.text).value("tasks[0].resources").to_json() == {
        "gpuCount": 2,
        "memory": "4GiB",
    }


def test_the_comment_behind_a_removed_line_stays() -> None:
    text = f"{TASK}  context:\n    priority: low\n    preemptible: false  # not yet\n"
    done = fix_text(text, unsafe=True)
    assert [problem.rule for problem in done.fixed] == ["deprecated-preemptible"]
    assert "    priority: low\n    # not yet\n" in done.text


@pytest.mark.parametrize("value", ["1", "abcd", "hunter2-SECRET"])
def test_a_report_has_no_edits_that_hold_a_value_of_a_variable(value: str) -> None:
    text = f'tasks:\n- image: {{docker: a}}\n  envVars:\n    TOKEN: "{value}"\n'
    [problem] = [
        each for each in check_data(text, settings=Settings(), with_edits=True).problems if each.severity == "error"
    ]
    assert problem.fix is not None
    assert problem.fix.edits == ()
