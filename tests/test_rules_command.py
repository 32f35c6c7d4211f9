"""``beakerspec rules``: the list of the rules, and what it says about each."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from beakerspec.checking.rules import RULES, Rule
from beakerspec.cli import main

#: Where a process finds the package that the tests find, and not the one of a working directory.
HERE = Path(__file__).parent

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)

#: Found while a file is read, needing facts of a site, and neither.
ALWAYS, SITE, PLAIN = "invalid-type", "unknown-cluster", "image-source"


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Any:
    """What the command prints."""

    def run(*arguments: str) -> str:
        assert main(["rules", *arguments]) == 0
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    return run


def rule_named(name: str) -> Rule:
    return next(rule for rule in RULES if rule.name == name)


# The list.


def test_each_rule_has_a_line_with_its_name_severity_and_summary(printed: Any) -> None:
    lines = printed().splitlines()
    assert [line.split()[:2] for line in lines] == [[rule.name, rule.severity] for rule in RULES]
    assert all(rule.summary in line for rule, line in zip(RULES, lines, strict=True))


def test_the_columns_of_the_list_are_aligned(printed: Any) -> None:
    starts = {line.index(rule.summary) for rule, line in zip(RULES, printed().splitlines(), strict=True)}
    assert len(starts) == 1


@pytest.mark.parametrize(
    ("name", "end"), [(ALWAYS, " (always, unsafe fix)"), (SITE, " (site, unsafe fix)"), (PLAIN, ".")]
)
def test_the_list_says_which_rules_always_hold_which_need_facts_of_the_site_and_which_are_fixed(
    printed: Any, name: str, end: str
) -> None:
    [line] = [line for line in printed().splitlines() if line.startswith(f"{name} ")]
    assert line.endswith(end)


def test_the_list_in_markdown_is_a_table(printed: Any) -> None:
    head, rule, *rows = printed("--format", "markdown").splitlines()
    columns = head.count("|")
    assert re.fullmatch(r"\|(-+\|)+", rule)
    assert {row.count("|") for row in (rule, *rows)} == {columns}
    assert [row.split("|")[1].strip() for row in rows] == [f"`{rule.name}`" for rule in RULES]


def test_the_list_in_json_has_all_that_is_known(printed: Any) -> None:
    described = json.loads(printed("--format", "json"))
    assert [each["name"] for each in described] == [rule.name for rule in RULES]
    for each, rule in zip(described, RULES, strict=True):
        for field in ("name", "severity", "summary", "why", "bad", "good", "settings", "is_fatal"):
            assert each[field] == getattr(rule, field)
        assert each["reads"] == list(rule.reads)


# One rule.


@each_rule
def test_a_rule_is_explained(printed: Any, rule: Rule) -> None:
    out = printed(rule.name)
    words = " ".join(out.split())
    assert out.startswith(f"{rule.name} ({rule.severity}")
    assert " ".join(rule.summary.split()) in words
    assert " ".join(rule.why.split()) in words
    assert all(field in words for field in rule.reads)


@each_rule
def test_an_explanation_shows_the_examples(printed: Any, rule: Rule) -> None:
    out = printed(rule.name)
    for title, example in (("Wrong:", rule.bad), ("Right:", rule.good), ("With these settings:", rule.settings)):
        assert (f"\n{title}\n" in out) is bool(example)
        if example.isascii() and example.isprintable():
            assert "".join(f"  {line}\n" for line in example.splitlines()) in out


@each_rule
def test_an_explanation_holds_nothing_that_a_terminal_acts_on_and_no_empty_part(printed: Any, rule: Rule) -> None:
    out = printed(rule.name)
    assert all(line.isprintable() for line in out.splitlines())
    assert "\n\n\n" not in out
    assert out.endswith("\n")
    assert not out.endswith("\n\n")


@each_rule
def test_what_is_said_about_a_rule_fits_100_columns(printed: Any, rule: Rule) -> None:
    said, _, _ = printed(rule.name).partition("\nWrong:\n")
    assert max(map(len, said.splitlines())) <= 100


@each_rule
def test_a_rule_is_explained_in_markdown(printed: Any, rule: Rule) -> None:
    out = printed(rule.name, "--format", "markdown")
    assert out.startswith(f"# {rule.name}\n\n{rule.summary}\n\n")
    assert out.count("```") == 2 * sum(map(bool, (rule.bad, rule.good, rule.settings)))
    assert "\n\n\n" not in out


def test_the_examples_of_a_rule_about_json_are_json(printed: Any) -> None:
    assert "```json\n" in printed("json-syntax", "--format", "markdown")


def test_a_rule_is_explained_in_json(printed: Any) -> None:
    [described] = [each for each in json.loads(printed("--format", "json")) if each["name"] == SITE]
    assert json.loads(printed(SITE, "--format", "json")) == described


def test_an_explanation_says_when_a_rule_holds(printed: Any) -> None:
    assert printed(ALWAYS).startswith(f"{ALWAYS} (error, always, unsafe fix)\n")
    assert printed(SITE).startswith(f"{SITE} (error, site, unsafe fix)\n")
    assert printed(PLAIN).startswith(f"{PLAIN} (error)\n")


def test_a_narrow_terminal_gets_narrow_lines() -> None:
    if os.name != "posix":
        pytest.skip("terminals as POSIX has them")
    controller, terminal = os.openpty()
    with mock.patch.dict(os.environ, {"COLUMNS": "40"}):
        subprocess.run([sys.executable, "-m", "beakerspec", "rules", PLAIN], stdout=terminal, cwd=HERE, check=True)
    os.close(terminal)
    out = os.read(controller, 100_000).decode().replace("\r\n", "\n")
    os.close(controller)
    said, _, _ = out.partition("\nWrong:\n")
    assert max(map(len, said.splitlines())) <= 40


# Wrong usage.


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("tiemout", "did you mean timeout?"),
        ("image_source", "did you mean image-source?"),
        ("no-tsaks", "did you mean no-tasks?"),
        ("quux", "`beakerspec rules` lists the rules"),
        ("", "`beakerspec rules` lists the rules"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_a_rule_that_is_not_there_is_explained_in_one_line(
    capsys: pytest.CaptureFixture[str], name: str, hint: str, form: str
) -> None:
    assert main(["rules", name, "--format", form]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"beakerspec: unknown rule {name}: {hint}\n"


def test_the_name_of_a_rule_does_not_act_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "a\x1b[31m\nb"]) == 2
    assert capsys.readouterr().err.rstrip("\n").isprintable()


def test_the_help_says_what_the_marks_mean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "--help"]) == 0
    out = capsys.readouterr().out
    assert [word for word in ('"always"', '"site"', "exit codes:", "NAME", "--format") if word not in out] == []
