"""The formats of a report: what each says, that nothing a problem holds can break one, and that others can read it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from junitparser import Failure, JUnitXml

from beakerspec import Problem, __version__
from beakerspec.checking.rules import RULES
from beakerspec.checking.rules.rule import Rule
from beakerspec.cli.reports import REPORTS, Tally
from beakerspec.problems import printable_text

Files = Mapping[str, Sequence[Problem]]

#: A sequence that a terminal takes for a colour.
COLOR = re.compile(r"\x1b\[[\d;]*m")

SCHEMA = json.loads(Path(__file__).with_name("schemas").joinpath("sarif-2.1.0.json").read_text("utf-8"))
SARIF = Draft202012Validator(SCHEMA)

each_format = pytest.mark.parametrize("form", REPORTS)


def report(form: str, files: Files, *, color: bool = False, **counts: int) -> str:
    """The whole report about some files, with further counts."""
    written: list[str] = []
    made = REPORTS[form](written.append, color=color)
    for file, problems in files.items():
        made.add(file, problems)
    severities = [problem.severity for problems in files.values() for problem in problems]
    tally = Tally(len(files), errors=severities.count("error"), warnings=severities.count("warning"))
    for name, number in counts.items():
        setattr(tally, name, number)
    made.end(tally)
    return "".join(written)


def sarif_run(files: Files, **counts: int) -> dict[str, Any]:
    (run,) = json.loads(report("sarif", files, **counts))["runs"]
    return run  # type: ignore[no-any-return]


def sarif_result(file: str = "a.yaml", **fields: Any) -> dict[str, Any]:
    (result,) = sarif_run({file: [problem(**fields)]})["results"]
    return result  # type: ignore[no-any-return]


def problem(message: str = "a message", **fields: Any) -> Problem:
    return Problem(**{"rule": "some-rule", "message": message, "file": "a.yaml", **fields})


ERROR = problem(
    "expected an integer, got many",
    rule="invalid-type",
    path="tasks[0].replicas",
    hint="write a number:\nreplicas: 2",
    line=3,
    column=13,
    end_line=3,
    end_column=17,
    snippet="  replicas: many\n            ^~~~",
)
WARNING = problem("no cluster is named", rule="no-cluster", severity="warning", line=12, column=1)
UNPLACED = problem("the file is empty", rule="empty-document")
ORDINARY: Files = {"a.yaml": [ERROR, WARNING], "good.yaml": [], "specs/b.yaml": [UNPLACED]}

NASTY = (
    *("\n", "\r\n", "a\nb", "\t", "\0", "\x1b[31m", "\x85", "\u2028", "\u202e", "\ufeff", "\ufffe", "\uffff"),
    *("::error::x", "a::b", "%", "%0A", "%25", "a,b=c", "file=x", "##[error]x", "]]>", "<!--", "&amp;", "<b>"),
    *("{0}", "{{.Env.A}}", "[a](1)", "  hint: x", "  in: x", "  3 | x", "    | ^~", "[some-rule]", "warning: "),
    *('"', "'", "é", "日本", "\U0001f600"),
)
texts = st.text(max_size=8) | st.lists(st.sampled_from(NASTY) | st.characters(), max_size=4).map("".join)
#: Names as a system gives them: bytes that are no UTF-8 are halves of surrogate pairs.
file_names = st.one_of(
    st.binary(min_size=1, max_size=8).map(os.fsdecode),
    st.lists(st.sampled_from(NASTY), min_size=1, max_size=3).map("".join),
    st.sampled_from(
        ["./a.yaml", "../a.yaml", "/a/b c.yaml", "a//b.yaml", "a:b.yaml", "http://a/b", "<stdin>", "C:\\a"]
    ),
)


@st.composite
def placed_problems(draw: st.DrawFn) -> Problem:
    """A problem with a place, or without one, as a reader makes it: only its texts are odd."""
    place: dict[str, Any] = {}
    if draw(st.booleans()):
        place["line"], place["column"] = draw(st.integers(1, 99)), draw(st.integers(1, 99))
        if draw(st.booleans()):
            place["end_line"] = place["line"] + draw(st.integers(0, 2))
            place["end_column"] = draw(st.integers(1, 99)) + (
                place["column"] if place["end_line"] == place["line"] else 0
            )
        if draw(st.booleans()):
            place["snippet"] = "replicas: many\n          ^~~~"
    return Problem(
        rule=draw(st.sampled_from(["no-cluster", "image-source", "not-a-rule"])),
        severity=draw(st.sampled_from(["error", "warning"])),
        message=draw(texts),
        path=draw(st.sampled_from(["", "tasks[0]"]) | texts),
        hint=draw(st.none() | texts),
        file=draw(file_names),
        **place,
    )


any_files = st.dictionaries(file_names, st.lists(placed_problems(), max_size=3), max_size=3)


# All formats


@each_format
def test_a_report_is_the_same_every_time(form: str) -> None:
    assert report(form, ORDINARY) == report(form, ORDINARY)


@each_format
def test_a_report_ends_with_its_line(form: str) -> None:
    assert report(form, ORDINARY).endswith("\n")
    assert not report(form, ORDINARY).endswith("\n\n")


@each_format
def test_no_path_of_this_machine_is_in_a_report(form: str) -> None:
    assert str(Path.cwd()) not in report(form, ORDINARY)


@each_format
def test_no_report_but_text_has_colors(form: str) -> None:
    assert ("\x1b" in report(form, ORDINARY, color=True)) == (form == "text")


@pytest.mark.parametrize("form", ["text", "json", "jsonl", "github"])
def test_a_problem_is_written_when_its_file_is_added(form: str) -> None:
    written: list[str] = []
    REPORTS[form](written.append).add("a.yaml", [ERROR])
    assert ERROR.message in "".join(written)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["json", "jsonl", "sarif", "junit"])
@given(files=any_files)
def test_what_programs_read_is_ascii(form: str, files: Files) -> None:
    assert report(form, files).isascii()


def test_a_format_is_imported_when_it_is_used() -> None:
    code = """
import sys
from beakerspec.cli.reports import REPORTS
REPORTS["text"](print)
print(*(name for name in sys.modules if name.startswith(("beakerspec.cli.reports.", "xml."))))
"""
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    assert set(done.stdout.split()) == {"beakerspec.cli.reports.text", "beakerspec.cli.reports.wording"}


# Text


@pytest.mark.slow
@given(any_files)
def test_text_is_each_problem_as_it_reads_and_a_blank_line(files: Files) -> None:
    blocks = [f"{problem}\n\n" for problems in files.values() for problem in problems]
    said = report("text", files)
    assert said.startswith("".join(blocks))
    assert said.removeprefix("".join(blocks)).count("\n") == 1


@pytest.mark.slow
@given(any_files)
@example({"a": [problem("a message", file="a message [some-rule]", path="x")]})
def test_colored_text_without_its_codes_is_plain_text(files: Files) -> None:
    assert COLOR.sub("", report("text", files, color=True)) == COLOR.sub("", report("text", files))


def test_an_error_has_a_bold_place_red_marks_and_a_hint_of_its_own_color() -> None:
    assert report("text", {"a.yaml": [ERROR]}, color=True).splitlines()[:-1] == [
        "\x1b[1ma.yaml:3:13: \x1b[0mexpected an integer, got many \x1b[1;31m[invalid-type]\x1b[0m",
        "\x1b[2m  3 |\x1b[0m   replicas: many",
        "\x1b[2m    |\x1b[0m             \x1b[1;31m^~~~\x1b[0m",
        "\x1b[2m  in:\x1b[0m tasks[0].replicas",
        "\x1b[36m  hint:\x1b[0m write a number:",
        "        replicas: 2",
        "",
    ]


def test_a_warning_has_yellow_marks() -> None:
    warning = problem("it is odd", severity="warning", line=12, column=4, snippet="a: ^\n   ^")
    assert report("text", {"a.yaml": [warning]}, color=True).splitlines()[:3] == [
        "\x1b[1ma.yaml:12:4: \x1b[0m\x1b[1;33mwarning: \x1b[0mit is odd \x1b[1;33m[some-rule]\x1b[0m",
        "\x1b[2m  12 |\x1b[0m a: ^",
        "\x1b[2m     |\x1b[0m    \x1b[1;33m^\x1b[0m",
    ]


@pytest.mark.parametrize(
    ("problems", "color"),
    [([WARNING, ERROR], "1;31"), ([WARNING], "1;33"), ([], "1")],
    ids=["error", "warning", "none"],
)
def test_the_closing_line_has_the_color_of_the_worst_problem(problems: Sequence[Problem], color: str) -> None:
    closing = report("text", {"a.yaml": problems}, color=True).splitlines()[-1]
    assert COLOR.findall(closing) == [f"\x1b[{color}m", "\x1b[0m"]


@pytest.mark.parametrize("form", ["text", "github"])
@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ({}, "no experiment specs found"),
        ({"skipped": 2}, "no experiment specs found; 2 files skipped: not an experiment spec"),
        ({"checked": 1}, "no problems in 1 spec"),
        ({"checked": 2000}, "no problems in 2,000 specs"),
        ({"checked": 3, "errors": 1}, "1 error in 3 specs"),
        ({"checked": 3, "warnings": 2}, "2 warnings in 3 specs"),
        (
            {"checked": 3, "errors": 2, "warnings": 1, "skipped": 4, "suppressed": 1},
            "2 errors and 1 warning in 3 specs; 4 files skipped: not an experiment spec; 1 problem suppressed",
        ),
        (
            {"checked": 1, "skipped": 1, "unreadable": 1, "suppressed": 2},
            (
                "no problems in 1 spec; 1 file skipped: not an experiment spec; 1 file could not be read; "
                "2 problems suppressed"
            ),
        ),
    ],
)
def test_the_closing_line_counts_what_there_was(form: str, counts: dict[str, int], line: str) -> None:
    assert report(form, {}, **counts) == f"{line}\n"


# JSON


@pytest.mark.slow
@given(any_files)
def test_nothing_that_a_problem_says_is_lost_in_json(files: Files) -> None:
    read = [Problem(**each) for each in json.loads(report("json", files))["problems"]]
    assert read == [problem for problems in files.values() for problem in problems]


@pytest.mark.slow
@given(any_files)
def test_nothing_that_a_problem_says_is_lost_in_lines_of_json(files: Files) -> None:
    read = [Problem(**json.loads(line)) for line in report("jsonl", files).splitlines()]
    assert read == [problem for problems in files.values() for problem in problems]


def test_json_has_the_counts_beside_the_problems() -> None:
    counts = {"checked": 3, "skipped": 4, "unreadable": 5, "suppressed": 6, "errors": 2, "warnings": 1}
    counts |= {"fixed": 0, "fixable": 0, "unsafe": 0}
    read = json.loads(report("json", ORDINARY, skipped=4, unreadable=5, suppressed=6))
    assert len(read.pop("problems")) == 3
    assert read == counts


def test_json_about_nothing_is_whole() -> None:
    assert json.loads(report("json", {}))["problems"] == []
    assert report("jsonl", {}) == ""


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_holds_no_line_of_the_file(form: str) -> None:
    assert "replicas: many" not in report(form, {"a.yaml": [ERROR]})


# GitHub


def annotations(text: str) -> list[tuple[str, dict[str, str], str]]:
    """The commands of a log, as GitHub's runner reads them: name, properties and message."""
    found = []
    for line in re.split(r"\r\n?|\n", text):
        command, separator, message = line.lstrip().removeprefix("::").partition("::")
        if line.lstrip().startswith("::") and separator:
            name, _, properties = command.partition(" ")
            pairs = [each.split("=", 1) for each in properties.strip().split(",") if each]
            values = {key: unescaped(value, "\r\n:,%") for key, value in pairs}
            found.append((name, values, unescaped(message, "\r\n%")))
    return found


def unescaped(text: str, signs: str) -> str:
    for sign in signs:
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text


def printable(text: str) -> str:
    """The text as a log can show it, but for the ends of lines, which GitHub has escapes for."""
    return "".join(each if each in "\r\n" else printable_text(each) for each in text)


def test_an_annotation_has_place_rule_and_message() -> None:
    assert report("github", {"a.yaml": [ERROR]}).splitlines()[0] == (
        "::error file=a.yaml,line=3,endLine=3,col=13,endColumn=17,title=invalid-type::"
        "expected an integer, got many%0Ain: tasks[0].replicas%0Ahint: write a number:%0Areplicas: 2"
    )


@pytest.mark.slow
@given(any_files)
def test_a_runner_reads_what_the_problems_say(files: Files) -> None:
    problems = [(file, problem) for file, problems in files.items() for problem in problems]
    text = report("github", files)
    assert text.count("\n") == len(problems) + 1
    found = annotations(text)
    assert [name for name, _, _ in found] == [problem.severity for _, problem in problems]
    for (_, properties, message), (file, problem) in zip(found, problems, strict=True):
        assert (properties["file"], properties["title"]) == (printable(Path(file).as_posix()), problem.rule)
        assert message.startswith(printable(problem.message))
        assert not problem.path or printable(f"in: {problem.path}") in message
        assert problem.hint is None or message.endswith(printable(f"hint: {problem.hint}"))


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ({}, ["file", "title"]),
        ({"line": 3, "column": 2}, ["file", "line", "title"]),
        ({"line": 3, "column": 2, "end_line": 4, "end_column": 1}, ["file", "line", "endLine", "title"]),
        (
            {"line": 3, "column": 2, "end_line": 3, "end_column": 2},
            ["file", "line", "endLine", "col", "endColumn", "title"],
        ),
    ],
    ids=["none", "a point", "several lines", "one line"],
)
def test_an_annotation_has_columns_where_the_problem_is_on_one_line(place: dict[str, int], names: list[str]) -> None:
    ((_, properties, _),) = annotations(report("github", {"a.yaml": [problem(**place)]}))
    assert list(properties) == names


# SARIF


def test_the_schema_of_sarif_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.slow
@given(any_files)
def test_sarif_is_valid(files: Files) -> None:
    SARIF.validate(json.loads(report("sarif", files)))


def test_sarif_about_nothing_is_valid() -> None:
    SARIF.validate(json.loads(report("sarif", {})))
    assert sarif_run({})["results"] == []


def test_sarif_about_every_rule_is_valid_and_explains_each() -> None:
    files = {"a.yaml": [problem(rule=rule.name, severity=rule.severity) for rule in RULES]}
    SARIF.validate(json.loads(report("sarif", files)))
    explained = {each["id"]: set(each) for each in sarif_run(files)["tool"]["driver"]["rules"]}
    parts = {"id", "shortDescription", "fullDescription", "defaultConfiguration", "help"}
    assert explained == {rule.name: parts for rule in RULES}


def test_a_result_of_sarif_has_all_that_the_problem_says() -> None:
    (result, _, _) = sarif_run(ORDINARY)["results"]
    assert result == {
        "ruleId": "invalid-type",
        "ruleIndex": 0,
        "level": "error",
        "message": {
            "text": "expected an integer, got many\nin: tasks[0].replicas\nhint: write a number:\nreplicas: 2",
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "a.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3, "startColumn": 13, "endLine": 3, "endColumn": 17},
                },
                "logicalLocations": [{"fullyQualifiedName": "tasks[0].replicas"}],
            }
        ],
        "partialFingerprints": {"path/v1": "tasks[0].replicas"},
    }


def test_a_run_of_sarif_says_what_made_it_and_what_its_columns_and_paths_are() -> None:
    run = sarif_run(ORDINARY)
    assert (run["tool"]["driver"]["name"], run["tool"]["driver"]["version"]) == ("beakerspec", __version__)
    assert run["columnKind"] == "unicodeCodePoints"
    assert list(run["originalUriBaseIds"]) == ["%SRCROOT%"]


def test_a_problem_without_a_line_is_at_the_first_line_in_sarif() -> None:
    assert sarif_result()["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_a_problem_without_a_path_has_no_logical_location_and_no_fingerprint_in_sarif() -> None:
    result = sarif_result()
    assert "logicalLocations" not in result["locations"][0]
    assert "partialFingerprints" not in result


def test_a_fingerprint_does_not_depend_on_the_line() -> None:
    one, other = (sarif_result(path="tasks[0]", line=line, column=1)["partialFingerprints"] for line in (3, 30))
    assert one == other != sarif_result(path="tasks[1]", line=3, column=1)["partialFingerprints"]


@pytest.mark.parametrize("severity", ["error", "warning"])
def test_the_level_of_a_result_is_the_severity_of_the_problem_and_not_of_its_rule(severity: str) -> None:
    assert sarif_result(rule="no-cluster", severity=severity)["level"] == severity


@pytest.mark.slow
@given(any_files)
def test_each_result_of_sarif_leads_to_its_rule(files: Files) -> None:
    run = sarif_run(files)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [result["ruleId"] for result in run["results"]]
    assert len(set(rules)) == len(rules)


def test_a_rule_that_is_not_known_is_named_in_sarif() -> None:
    assert sarif_run({"a.yaml": [problem(rule="not-a-rule")]})["tool"]["driver"]["rules"] == [{"id": "not-a-rule"}]


def test_sarif_explains_a_rule_with_its_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    def some_rule() -> None:
        """It is odd.

        It runs
        slowly.
        """

    rule = Rule(
        function=some_rule,
        severity="warning",
        bad="tasks:\n- odd\n",
        good="tasks: []\n",
        settings="[odd]\nnumber = 1",
    )
    monkeypatch.setattr("beakerspec.cli.reports.sarif.RULES", (rule,))
    assert sarif_run({"a.yaml": [problem()]})["tool"]["driver"]["rules"] == [
        {
            "id": "some-rule",
            "shortDescription": {"text": "It is odd."},
            "fullDescription": {"text": "It is odd. It runs slowly."},
            "defaultConfiguration": {"level": "warning"},
            "help": {
                "text": "It runs\nslowly.\n\nWith these settings:\n\n    [odd]\n    number = 1\n\n"
                "Wrong:\n\n    tasks:\n    - odd\n\nRight:\n\n    tasks: []",
                "markdown": "It runs\nslowly.\n\nWith these settings:\n\n```toml\n[odd]\nnumber = 1\n```\n\n"
                "Wrong:\n\n```yaml\ntasks:\n- odd\n```\n\nRight:\n\n```yaml\ntasks: []\n```",
            },
        }
    ]


@pytest.mark.parametrize(("unreadable", "successful"), [(0, True), (1, False)])
def test_a_run_in_which_a_file_could_not_be_read_is_not_successful(unreadable: int, successful: bool) -> None:
    run = sarif_run(ORDINARY, unreadable=unreadable)
    assert run["invocations"] == [{"executionSuccessful": successful}]


def test_sarif_shows_what_nobody_could_see() -> None:
    result = sarif_result(message="a\x1b\u202eb", path="c\udcff", hint="d\ne\ud800")
    assert result["message"]["text"] == "a\\u001b\\u202eb\nin: c\\udcff\nhint: d\ne\\ud800"
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "c\\udcff"}]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("specs/a.yaml", "specs/a.yaml"),
        ("./a.yaml", "a.yaml"),
        ("../a.yaml", "../a.yaml"),
        ("a b%.yaml", "a%20b%25.yaml"),
        ("a#?[].yaml", "a%23%3F%5B%5D.yaml"),
        ("http:a.yaml", "http%3Aa.yaml"),
        ("é.yaml", "%C3%A9.yaml"),
        ("a\n.yaml", "a%0A.yaml"),
        (os.fsdecode(b"\xff.yaml"), "%FF.yaml"),
        ("<stdin>", "%3Cstdin%3E"),
    ],
)
def test_a_relative_path_is_a_reference_in_sarif(file: str, uri: str) -> None:
    artifact = sarif_result(file)["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": uri, "uriBaseId": "%SRCROOT%"}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a folder, the working directory."""
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    top = tmp_path / "repository"
    (top / ".git").mkdir(parents=True)
    (top / "specs").mkdir()
    monkeypatch.chdir(top / "specs")
    return top


def paths_in_reports(file: str) -> tuple[str, str]:
    """The path of a file in annotations of GitHub and in SARIF."""
    uri = sarif_result(file)["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    annotation = re.search(r"file=([^,]*),", report("github", {file: [problem()]}))
    assert annotation is not None
    return annotation[1], uri


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("a.yaml", "specs/a.yaml"),
        ("./deep/a.yaml", "specs/deep/a.yaml"),
        ("../a.yaml", "a.yaml"),
        ("../other/a.yaml", "other/a.yaml"),
        ("{top}/specs/a.yaml", "specs/a.yaml"),
        ("<stdin>", "<stdin>"),
    ],
)
def test_services_are_told_paths_from_the_top_of_the_repository(repository: Path, file: str, path: str) -> None:
    annotation, uri = paths_in_reports(file.format(top=repository))
    assert (annotation, unquote_to_bytes(uri).decode()) == (path, path)


def test_the_workspace_of_github_comes_before_the_repository_in_it(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(repository.parent))
    assert paths_in_reports("a.yaml") == ("repository/specs/a.yaml",) * 2


def test_a_file_outside_the_workspace_has_the_path_in_its_own_repository(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(repository / "other"))
    assert paths_in_reports("a.yaml") == ("specs/a.yaml",) * 2


def test_an_absolute_path_outside_the_working_directory_is_a_uri_in_sarif(tmp_path: Path) -> None:
    artifact = sarif_result(str(tmp_path / "a b.yaml"))["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": (tmp_path / "a b.yaml").as_uri()}


@given(file_names)
def test_a_uri_of_sarif_leads_to_the_file(file: str) -> None:
    uri = sarif_result(file)["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    parts = urlsplit(uri)
    assert parts.scheme == ("file" if file.startswith("/") else "")
    assert not parts.query
    assert not parts.fragment
    assert unquote_to_bytes(parts.path) == os.fsencode(Path(file).as_posix())


@pytest.mark.parametrize("form", ["github", "sarif", "junit"])
def test_a_path_below_the_working_directory_is_told_from_there(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    unplaced = problem("a message", file=None)
    assert report(form, {str(tmp_path / "b" / "a.yaml"): [unplaced]}) == report(form, {"b/a.yaml": [unplaced]})


# JUnit


def suite_of(text: str) -> Any:
    """The one suite of a report, as junitparser reads it."""
    (suite,) = JUnitXml.fromstring(text.encode("ascii"))
    return suite


def test_junit_has_a_case_for_each_file_and_a_failure_for_those_with_errors() -> None:
    text = report("junit", {"a.yaml": [ERROR, WARNING], "b.yaml": [], "c.yaml": [WARNING], "d.yaml": [UNPLACED] * 3})
    assert (
        text
        == f"""\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="beakerspec" tests="4" failures="2" errors="0">
  <testsuite name="beakerspec" tests="4" failures="2" errors="0">
    <testcase classname="beakerspec" name="a.yaml">
      <failure type="invalid-type" message="expected an integer, got many">{ERROR}</failure>
      <system-out>{WARNING}</system-out>
    </testcase>
    <testcase classname="beakerspec" name="b.yaml" />
    <testcase classname="beakerspec" name="c.yaml">
      <system-out>{WARNING}</system-out>
    </testcase>
    <testcase classname="beakerspec" name="d.yaml">
      <failure type="empty-document" message="the file is empty (and 2 more)">{UNPLACED}

{UNPLACED}

{UNPLACED}</failure>
    </testcase>
  </testsuite>
</testsuites>
"""
    )


@pytest.mark.slow
@given(any_files)
def test_a_reader_of_junit_finds_the_files_and_their_problems(files: Files) -> None:
    suite = suite_of(report("junit", files))
    failing = [any(problem.severity == "error" for problem in problems) for problems in files.values()]
    assert (suite.tests, suite.failures, suite.errors) == (len(files), sum(failing), 0)
    for case, (file, problems), fails in zip(suite, files.items(), failing, strict=True):
        assert case.name == printable_text(Path(file).as_posix())
        assert [type(each) for each in case.result] == [Failure] * fails
        said = {"error": case.result[0].text if fails else "", "warning": case.system_out or ""}
        for problem in problems:
            assert "\n".join(map(printable_text, str(problem).split("\n"))) in said[problem.severity]


@pytest.mark.slow
@given(any_files)
def test_the_suite_of_junit_counts_what_is_in_it(files: Files) -> None:
    suites = ElementTree.fromstring(report("junit", files))
    for element in (suites, suites[0]):
        assert element.attrib == {
            "name": "beakerspec",
            "tests": str(len(suites[0])),
            "failures": str(len(suites.findall(".//failure"))),
            "errors": "0",
        }


def test_junit_about_nothing_is_a_suite_without_cases() -> None:
    assert suite_of(report("junit", {})).tests == 0
