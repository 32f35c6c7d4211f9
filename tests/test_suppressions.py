"""Comments that suppress problems: which comments count, for which lines, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from beakerspec.checking.adoption import Adopted, adopted
from beakerspec.checking.check import check_data
from beakerspec.checking.rules import RULES
from beakerspec.checking.settings import Settings
from beakerspec.checking.suppressions import SUPPRESSIBLE, find_suppressions
from beakerspec.documents import parsers
from beakerspec.problems import Problem

#: Any line of a text that names this one suppresses `no-cluster` there, if it is a comment.
MARK = "# beakerspec: ignore[no-cluster]"


@pytest.fixture(params=["libyaml", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers of PyYAML, one after the other."""
    if request.param == "python":
        monkeypatch.setattr(parsers, "CParser", None)
    elif parsers.CParser is None:
        pytest.skip("PyYAML was built without libyaml")


with_both_parsers = pytest.mark.usefixtures("parser")


def problem(rule: str = "no-cluster", line: int | None = 1, **more: Any) -> Problem:
    return Problem(rule=rule, message="found", line=line, column=1, **more)


def places(text: str) -> list[tuple[str, Any]]:
    """The rules that comments name, and the lines that they are for."""
    return [(each.rule, each.lines) for each in find_suppressions(text).names]


def lines(text: str, rule: str = "no-cluster") -> list[int]:
    """The lines on which a problem is suppressed."""
    suppressions = find_suppressions(text)
    return [
        line
        for line in range(1, text.count("\n") + text.count("\r") + 3)
        if suppressions.apply([problem(rule, line)], file=None, reported=nothing)[1]
    ]


def everything(rule: str) -> bool:
    return True


def nothing(rule: str) -> bool:
    return False


def remarks(text: str, *problems: Problem, reported: Any = everything) -> list[Problem]:
    """What is said about the comments themselves."""
    found, _ = find_suppressions(text).apply(problems, file="spec.yaml", reported=reported)
    return [each for each in found if each not in problems]


def remark(text: str) -> Problem:
    [only] = remarks(text)
    return only


# Which lines a comment is for


def test_a_comment_behind_content_is_for_its_line() -> None:
    assert lines(f"a: 1\nb: 2 {MARK}\nc: 3\n") == [2]


def test_a_comment_on_a_line_of_its_own_is_for_the_next_line() -> None:
    assert lines(f"a: 1\n  {MARK}\nb: 2\nc: 3\n") == [3]


@pytest.mark.parametrize("between", ["\n", "# why\n", "  \t\n", "\n\n# why\n\n", "---\n", "--- # why\n"])
def test_lines_without_content_may_stand_below_a_comment(between: str) -> None:
    assert lines(f"{MARK}\n{between}a: 1\nb: 2\n") == [2 + between.count("\n")]


def test_comments_above_a_line_stack() -> None:
    text = f"{MARK}\n# beakerspec: ignore[host-path]\n\n{MARK}\na: 1\n"
    assert places(text) == [("no-cluster", (5,)), ("host-path", (5,)), ("no-cluster", (5,))]


def test_comments_above_different_lines_do_not_mix() -> None:
    assert lines(f"{MARK}\na: 1\nb: 2\n{MARK}\nc: 3\nd: 4\n") == [2, 5]


def test_a_comment_above_nothing_is_for_no_line_with_content() -> None:
    assert lines(f"a: 1\n{MARK}\n# end\n") == [4]


def test_a_comment_behind_a_text_of_several_lines_is_for_its_first_line_too() -> None:
    assert lines(f'a: 1\nb: "x\n  # y\n  z" {MARK}\n') == [2, 4]


def test_a_comment_behind_a_plain_text_of_several_lines_is_for_its_first_line_too() -> None:
    assert lines(f"a: 1\nb: x\n  y {MARK}\n") == [2, 3]


def test_a_text_may_hold_what_looks_like_the_start_of_a_comment() -> None:
    assert lines(f'a: "x\n  # y" {MARK}\nb: 1\n') == [1, 2]


def test_a_comment_behind_a_key_is_for_the_line_of_the_key() -> None:
    assert lines(f"a: {MARK}\n  b: 1\n") == [1]


def test_a_comment_for_a_file_is_for_all_lines() -> None:
    assert lines("a: 1 # beakerspec: ignore-file[no-cluster]\nb: 2\n") == [1, 2, 3, 4]


def test_a_comment_for_a_file_is_for_problems_without_a_line_too() -> None:
    suppressions = find_suppressions("# beakerspec: ignore-file[no-cluster]\n")
    assert suppressions.apply([problem(line=None)], file=None, reported=everything) == ([], 1)


def test_a_comment_for_a_line_is_not_for_problems_without_a_line() -> None:
    suppressions = find_suppressions(MARK)
    assert suppressions.apply([problem(line=None)], file=None, reported=nothing) == ([problem(line=None)], 0)


def test_a_comment_is_for_the_rules_that_it_names_only() -> None:
    assert lines(f"a: 1 {MARK}\n", "host-path") == []


@pytest.mark.parametrize("rule", ["no-cluster", "host-path"])
def test_a_comment_may_name_several_rules(rule: str) -> None:
    assert lines("a: 1 # beakerspec: ignore[host-path , no-cluster,]\n", rule) == [1]


@pytest.mark.parametrize(
    "comment",
    [
        "#beakerspec:ignore[no-cluster]",
        "#  beakerspec:  ignore  [ no-cluster ]",
        "## beakerspec: ignore[no-cluster]",
        "# why # beakerspec: ignore[no-cluster]",
        "# beakerspec: ignore[no-cluster] chosen when it is started",
        "# beakerspec: ignore[no-cluster]: see [1]",
        "# beakerspec: ignore[host-path] # beakerspec: ignore[no-cluster]",
    ],
)
def test_a_comment_may_be_spaced_freely_and_say_more(comment: str) -> None:
    assert (lines(f"a: 1 {comment}\n"), lines(f"{comment}\na: 1\n")) == ([1], [2])


@pytest.mark.parametrize(
    "comment", ["# the beakerspec: ignore[no-cluster]", "# beakerspec ignore[no-cluster]", "# Beakerspec: ignore[x]"]
)
def test_other_comments_say_nothing(comment: str) -> None:
    assert (lines(f"a: 1 {comment}\n"), remarks(f"a: 1 {comment}\n")) == ([], [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(end: str) -> None:
    assert lines(end.join(["a: 1", f"b: 2 {MARK}", MARK, "", "# x", "c: |", f"  {MARK}", "d: 3"])) == [2, 6]


@with_both_parsers
@pytest.mark.parametrize("break_", ["\x85", "\u2028", "\u2029"])
def test_line_breaks_that_editors_do_not_know_count_no_lines(break_: str) -> None:
    assert lines(f"a: 1{break_}b: 2\nc: 3 {MARK}{break_}d: '{MARK}'\n") == [2]


def test_a_line_break_that_editors_do_not_know_ends_a_comment() -> None:
    assert remark("a: 1 # beakerspec: ignore[no-cluster\u2028b: 2]\n").message == "unclosed bracket"


def test_a_byte_order_mark_moves_nothing() -> None:
    mark = "\N{ZERO WIDTH NO-BREAK SPACE}"
    assert (remark(mark + MARK).column, lines(f"{mark}a: 1 {MARK}\n")) == (22, [1])


def test_wide_characters_count_one_column_each() -> None:
    assert remark(f"é: '😀' {MARK}\n").column == 29


# What is a comment

NO_COMMENTS = {
    "literal block": f"a: |\n  {MARK}\n  x\n",
    "folded block": f"a: >\n  x\n\n  {MARK}\n",
    "block that is stripped": f"a: |-\n  {MARK}\nb: 1\n",
    "block that is kept": f"a: |+\n  {MARK}\n\n\nb: 1\n",
    "block with its indentation": f"a: |2\n    x\n  {MARK}\n",
    "block with a comment in its header": f"a: | # why\n  {MARK}\n",
    "block with an anchor": f"a: &x |\n  {MARK}\n",
    "block with a tag on another line": f"a: !!str # why\n  |\n  {MARK}\n",
    "block behind a line break that editors do not know": f"a: |\u2028  {MARK}\n",
    "block in a list": f"- |\n  {MARK}\n- 1\n",
    "block at the end": f"a: |\n  {MARK}",
    "double quotes": f'a: "x {MARK}"\n',
    "double quotes over lines": f'a: "x\n  {MARK}\n  y"\n',
    "single quotes": f"a: 'it''s {MARK}'\n",
    "quotes in a flow list": f"a: [b, 'x {MARK}',\n '{MARK}']\n",
    "quoted key": f'"a {MARK}": 1\n',
    "quotes behind an anchor and a comment": f"a: &x # why\n  'x\n  {MARK}'\n",
    "plain text": "a: x#beakerspec: ignore[no-cluster]\n".replace(": ignore", ":ignore"),
    "plain text over lines": "a: x\n  y#beakerspec:ignore[no-cluster]\n",
}


@with_both_parsers
@pytest.mark.parametrize("name", NO_COMMENTS)
def test_what_stands_in_a_text_is_no_comment(name: str) -> None:
    assert find_suppressions(NO_COMMENTS[name]).names == ()


COMMENTS = {
    "in the header of a block": (f"a: | {MARK}\n  x\n", [1]),
    "behind a block, less indented": (f"a: |\n    x\n  {MARK}\nb: 1\n", [4]),
    "behind a block": (f"a: |\n  x\n\n{MARK}\nb: 1\n", [5]),
    "behind an empty block": (f"a: |\n{MARK}\nb: 1\n", [3]),
    "behind quotes with a sign of numbers in them": (f"a: 'x # y' {MARK}\n", [1]),
    "between an anchor and its text": (f"a: &x {MARK}\n  'y\n  z'\n", [1]),
    "in a flow list": (f"a: [b, {MARK}\n  c]\n", [1]),
    "on a line of its own in a flow list": (f"a: [b,\n  {MARK}\n  c]\n", [3]),
    "behind the start of a document": (f"--- {MARK}\na: 1\n", [1]),
    "behind the end of a document": (f"a: 1\n... {MARK}\n", [2]),
    "without a line end": (f"a: 1 {MARK}", [1]),
    "behind a dash": (f"- {MARK}\n  a: 1\n", [1]),
}


@with_both_parsers
@pytest.mark.parametrize("name", COMMENTS)
def test_comments_may_stand_wherever_yaml_has_them(name: str) -> None:
    text, expected = COMMENTS[name]
    assert lines(text) == expected


@with_both_parsers
@pytest.mark.parametrize(
    "rest", ['b: "open\n', "b: [\n", "b: c: d\n", "\tb: 1\n", "b: 'x' y\n", "b: *\n", "@\n", f'b: "{MARK}\n', "b: %\n"]
)
def test_comments_count_up_to_where_the_text_stops_being_yaml(rest: str) -> None:
    assert lines(f"a: 1 {MARK}\nb:\n  {MARK}\n{rest}c: 1 {MARK}\n")[0] == 1


@with_both_parsers
@pytest.mark.parametrize(
    "rest", [f'b: "x {MARK}": c\n', f'b: "x {MARK}\n', f"b: 'x {MARK}' y\n", f"b: -{MARK.replace(' ', '')}: c\n"]
)
def test_a_text_in_which_reading_stops_holds_no_comments(rest: str) -> None:
    assert lines(f"a: 1 {MARK}\n{rest}") == [1]


@with_both_parsers
def test_a_comment_before_the_place_where_reading_stops_counts() -> None:
    assert lines(f'a: 1\nb: {MARK}\n  {MARK}\n  "open\n') == [2, 4]


@with_both_parsers
def test_a_text_that_is_nested_too_deeply_is_looked_at_no_further() -> None:
    text = f"{MARK}\na: {'[' * 150}{']' * 150}\nb: 1 {MARK}\n"
    assert lines(text) == [2]
    assert len(find_suppressions(text, max_depth=200).names) == 2


def test_a_text_that_is_no_yaml_at_all_is_no_problem() -> None:
    assert find_suppressions(f"\ud800 {MARK}\n").names == ()


@pytest.mark.parametrize("template", ["{{.Env.A}}", "{{ .Env.A }}:latest", "a-{{.Env.A}}-b", "'{{.Env.A}}'", "{{"])
def test_templates_are_not_in_the_way(template: str) -> None:
    assert lines(f"a: {template} {MARK}\nb: |\n  {MARK}\n  {{{{.Env.B}}}}\nc: 1\n")[:1] == [1]


def test_templates_with_quotes_move_nothing() -> None:
    assert lines(f"""a: {{{{ "it's" }}}}:x {MARK}\nb: 'x' {MARK}\n""") == [1, 2]


def test_what_is_no_name_of_a_rule_is_not_shown() -> None:
    assert remark("# beakerspec: ignore[{{.Env.A}}]\n").found is None


def test_json_in_a_yaml_file_may_have_comments() -> None:
    assert lines(f'{{\n  "a": 1, {MARK}\n  "b": "{MARK}"\n}}\n') == [2]


# What is suppressed


def test_suppressed_problems_are_counted() -> None:
    problems = [problem(), problem("host-path"), problem()]
    assert find_suppressions(f"a: 1 {MARK}\n").apply(problems, file=None, reported=everything) == (
        [problem("host-path")],
        2,
    )


def test_without_comments_all_problems_remain() -> None:
    problems = [problem(), problem("host-path"), problem()]
    assert find_suppressions("a: 1\n").apply(problems, file=None, reported=everything) == (sorted(problems), 0)


def test_remarks_stand_among_the_problems_in_order() -> None:
    found, _ = find_suppressions(f"a: 1\nb: 2 {MARK}\nc: 3\n").apply(
        [problem("task-name", 1, file="f"), problem("task-name", 3, file="f")], file="f", reported=everything
    )
    assert [(each.rule, each.line) for each in found] == [
        ("task-name", 1),
        ("unused-suppression", 2),
        ("task-name", 3),
    ]


# Suppressions that suppress nothing


def test_a_name_that_suppresses_nothing_is_reported_at_its_place() -> None:
    assert remark("a: 1\nb: 2 # beakerspec: ignore[no-cluster]\n") == Problem(
        rule="unused-suppression",
        severity="warning",
        found="ignore[no-cluster]",
        message="unused suppression ignore[no-cluster]",
        hint="remove it",
        file="spec.yaml",
        line=2,
        column=27,
        end_line=2,
        end_column=37,
    )


def test_a_name_for_a_file_that_suppresses_nothing_is_reported() -> None:
    assert remark("# beakerspec: ignore-file[no-cluster]\n").message == "unused suppression ignore-file[no-cluster]"


def test_each_name_is_reported_by_itself() -> None:
    found = remarks("a: 1 # beakerspec: ignore[host-path, no-cluster,literal-secret]\n", problem())
    assert [each.column for each in found] == [27, 49]


def test_a_name_that_suppresses_something_is_not_reported() -> None:
    assert remarks(f"a: 1 {MARK}\n", problem(), problem()) == []


@pytest.mark.parametrize(
    "text",
    [
        "a: 1 # beakerspec: ignore[no-cluster, no-cluster]\n",
        f"{MARK}\na: 1 {MARK}\n",
        f"a: 1 {MARK} {MARK}\n",
    ],
)
def test_a_name_that_is_given_twice_is_unused_the_second_time(text: str) -> None:
    [found] = remarks(text, problem(line=text.count("\n")))
    assert found.column == text.splitlines()[-1].rindex("no-cluster") + 1


def test_a_name_for_a_file_is_unused_where_names_for_lines_do_its_work() -> None:
    [found] = remarks(f"# beakerspec: ignore-file[no-cluster]\na: 1 {MARK}\n", problem(line=2))
    assert found.line == 1


def test_nothing_is_said_about_rules_that_are_not_reported() -> None:
    assert remarks(f"a: 1 {MARK}\n", reported=lambda rule: rule != "no-cluster") == []


def test_unused_names_are_not_reported_where_that_is_switched_off() -> None:
    assert remarks(f"a: 1 {MARK}\n", reported=lambda rule: rule != "unused-suppression") == []


def test_nothing_is_said_about_unused_names_where_the_file_could_not_be_read() -> None:
    assert remarks(f"a: 1 {MARK}\n", problem("invalid-type", 1)) == []


# Comments that are wrong


@pytest.mark.parametrize(
    ("comment", "marked", "message", "hint"),
    [
        (
            "# beakerspec: ignore[no-clustr]",
            "no-clustr",
            'expected a rule name, got "no-clustr"',
            "did you mean no-cluster?",
        ),
        (
            "# beakerspec: ignore[ xyz ]",
            "xyz",
            'expected a rule name, got "xyz"',
            "`beakerspec rules` lists the rules",
        ),
        (
            "# beakerspec: ignore-file[yaml-syntax]",
            "yaml-syntax",
            "yaml-syntax cannot be suppressed: it keeps the file from being read",
            "remove it and fix the problem",
        ),
        (
            "# beakerspec: ignore[unused-suppression]",
            "unused-suppression",
            "a comment cannot suppress unused-suppression",
            "remove it, or add the rule to ignore in the settings",
        ),
        (
            "# beakerspec: ignroe[no-cluster]",
            "ignroe",
            'expected ignore or ignore-file, got "ignroe"',
            "did you mean ignore?",
        ),
        (
            "# beakerspec: ignore_file[no-cluster]",
            "ignore_file",
            'expected ignore or ignore-file, got "ignore_file"',
            "did you mean ignore-file?",
        ),
        (
            "# beakerspec: disable[no-cluster]",
            "disable",
            'expected ignore or ignore-file, got "disable"',
            "write ignore[RULE, …] or ignore-file[RULE, …]",
        ),
        (
            "# beakerspec: [no-cluster]",
            "beakerspec: [no-cluster]",
            "expected ignore or ignore-file, got none",
            "write ignore[RULE, …] or ignore-file[RULE, …]",
        ),
        (
            "# beakerspec: ignore",
            "ignore",
            "expected rule names in brackets after ignore, got none",
            "write ignore[RULE, …] or ignore-file[RULE, …]",
        ),
        (
            "# beakerspec: ignore-file[ , ]",
            "[ , ]",
            "expected rule names in brackets after ignore-file, got none",
            "write ignore[RULE, …] or ignore-file[RULE, …]",
        ),
        (
            "# beakerspec: ignore[no-cluster",
            "[",
            "unclosed bracket",
            "write ignore[RULE, …] or ignore-file[RULE, …]",
        ),
    ],
)
def test_a_comment_that_is_wrong_is_explained_at_its_place(comment: str, marked: str, message: str, hint: str) -> None:
    found = remark(f"a: 1\nb: 2 {comment}\n")
    assert (found.rule, found.message, found.hint) == ("invalid-suppression", message, hint)
    start = 6 + comment.index(marked)
    assert found.place == ("spec.yaml", 2, start, 2, start + len(marked))


@pytest.mark.parametrize("rule", ["invalid-suppression", "unused-suppression"])
def test_remarks_are_as_severe_as_their_rules(rule: str) -> None:
    found = remarks(f"a: 1 {MARK}\nb: 2 # beakerspec: ignore\n")
    assert [each.severity for each in found if each.rule == rule] == [
        each.severity for each in RULES if each.name == rule
    ]


def test_a_remark_shows_its_line() -> None:
    assert remark("a: 1 # beakerspec: ignore\n").snippet == ("*: * # beakerspec: ignore\n                   ^~~~~~")


def test_a_comment_that_is_wrong_suppresses_nothing() -> None:
    assert lines("a: 1 # beakerspec: ignore[no-cluster\n") == []


def test_the_right_names_count_beside_a_wrong_one() -> None:
    assert lines("a: 1 # beakerspec: ignore[no-clustr, no-cluster]\n") == [1]


def test_wrong_comments_are_reported_where_the_file_could_not_be_read() -> None:
    [found] = remarks("a: 1 # beakerspec: ignore\n", problem("invalid-type", 1))
    assert found.rule == "invalid-suppression"


def test_wrong_comments_are_not_reported_where_that_is_switched_off() -> None:
    assert remarks("a: 1 # beakerspec: ignore\n", reported=lambda rule: rule != "invalid-suppression") == []


def test_what_stands_beside_the_value_of_a_variable_is_not_shown() -> None:
    text = "tasks:\n- envVars:\n  - name: A\n    value: hunter2 # beakerspec: ignore[hunter3]\n"
    assert "hunter" not in str(remark(text))


def test_of_many_names_the_first_are_looked_at() -> None:
    found = remarks(f"a: 1 # beakerspec: ignore[{'no-cluster, ' * 5000}]\n")
    assert (len(found), found[-1].message) == (1001, "more than 1,000 rule names in comments")


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.name in SUPPRESSIBLE], ids=lambda rule: str(rule.name))
def test_every_rule_over_a_spec_can_be_suppressed(rule: Any) -> None:
    assert lines(f"a: 1 # beakerspec: ignore[{rule.name}]\n", rule.name) == [1]


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.name not in SUPPRESSIBLE], ids=lambda rule: str(rule.name)
)
def test_no_other_rule_can_be_suppressed(rule: Any) -> None:
    assert lines(f"a: 1 # beakerspec: ignore[{rule.name}]\n", rule.name) == []


# The whole check

SPEC = """\
version: v2
budget: lab/a
tasks:
- name: main
  image: {docker: alpine}
  result: {path: /out}
  resources:
    memory: 1024m  # beakerspec: ignore[decimal-size]
  # beakerspec: ignore[no-cluster]
  command: [echo]
"""


def test_a_check_takes_comments_into_account() -> None:
    checked = check_data(SPEC.encode(), settings=Settings())
    assert [(each.rule, each.line) for each in checked.problems] == [("no-cluster", 4), ("unused-suppression", 9)]
    assert checked.suppressed == 1


# Properties

_LINES = st.lists(
    st.sampled_from(
        ["", "echo", f"echo {MARK}", MARK, f"  {MARK}", "# why", "#", "'", '"', "- a: |", "key: x", "{[&*"]
    ),
    min_size=1,
    max_size=6,
)
_HEADERS = st.sampled_from(["|", ">", "|-", "|+", ">-", "|2", ">2+"])


@given(
    st.lists(st.tuples(_HEADERS, _LINES, st.booleans(), st.booleans()), min_size=1, max_size=4),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_stands_in_a_script_is_never_a_comment(blocks: list[tuple[str, list[str], bool, bool]], end: str) -> None:
    written, comments = ["tasks:"], []
    for header, script, in_header, behind in blocks:
        written.append(f"- command: {header}{' ' + MARK if in_header else ''}")
        comments += [len(written)] if in_header else []
        # The first line sets the indentation, where the header does not.
        written += ["      x" if "2" in header else "    x", *(f"    {line}" for line in script)]
        written.append(f"  image: x{' ' + MARK if behind else ''}")
        comments += [len(written)] if behind else []
    assert places(end.join(written)) == [("no-cluster", (line,)) for line in comments]


@given(st.lists(_LINES.map("\n".join), min_size=1, max_size=4), st.sampled_from(["|", ">", "'", '"', None]))
def test_what_stands_in_a_text_that_was_written_is_never_a_comment(values: list[str], style: str | None) -> None:
    text = yaml.safe_dump({"tasks": [{"command": values}]}, default_style=style, width=30)
    assert find_suppressions(text).names == ()


def _entries() -> st.SearchStrategy[str]:
    """An entry of a mapping, with `@` where its key stands and `#` where a comment may or may not be."""
    return st.sampled_from(
        [
            "@: | #\n  #\n  x #\n #\n",
            "@: >+ #\n\n   #\n  \n#\n",
            '@: "x #\n  #\n  \\"y" #\n',
            "@: 'x # ''\n\n  #' #\n",
            "@: x #\n",
            "@: x\n  y# z\n  - z #\n",
            "@: [a #\n  , 'b #', #\n  {c: d #\n}] #\n",
            "@: &@ #\n  #\n  'x\n  # y' #\n",
            "@: !!str &@ #\n  | #\n  #\n",
            "@: #\n  - | #\n    #\n   #\n  - #\n    a: b\n#\n",
            "#\n",
            "? @ #\n: #\n  x\n",
            "'@ #': \"#\"\n",
            "@: x\u2028  # y #\n",
        ]
    )


def _mapping(entries: list[str], end: str) -> str:
    text = "".join(entry.replace("@", f"k{number}") for number, entry in enumerate(entries))
    # In an unquoted text, a colon before a blank would end a key.
    return text.replace("#", MARK.replace(": ", ":")).replace("\n", end)


_TEXTS = st.builds(_mapping, st.lists(_entries(), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]))


@pytest.mark.slow
@with_both_parsers
@given(_TEXTS)
def test_a_comment_is_what_can_be_changed_without_a_change_of_the_data(text: str) -> None:
    def values(text: str) -> list[tuple[str, Any]]:
        return [(type(each).__name__, getattr(each, "value", None)) for each in _events(text)]

    expected = [
        index
        for index in _occurrences(text, "no-cluster")
        if values(text) == values(text[:index] + "XX" + text[index + 2 :])
    ]
    assert [each.start for each in find_suppressions(text).names] == expected


@pytest.mark.slow
@with_both_parsers
@given(_TEXTS, st.data(), st.sampled_from(["", "\n@", '"', "\n\tx: y", "]", ": b: c"]))
def test_what_follows_makes_no_comment_of_what_is_none(text: str, data: st.DataObject, rest: str) -> None:
    length = data.draw(st.integers(0, len(text)))
    comments = [each.start for each in find_suppressions(text).names]
    cut = [each.start for each in find_suppressions(text[:length] + rest).names]
    assert cut == comments[: len(cut)]


def _events(text: str) -> Iterator[Any]:
    parser = parsers.parser_of(text)
    while (event := parser.get_event()) is not None:
        yield event


def _occurrences(text: str, part: str) -> Iterator[int]:
    index = text.find(part)
    while index >= 0:
        yield index
        index = text.find(part, index + 1)


_RULES = st.sampled_from(["no-cluster", "host-path", "literal-secret", "yaml-syntax", "invalid-type"])
_COMMENTS = st.builds(
    "{} # beakerspec: {}[{}]".format,
    st.sampled_from(["", "a", "- |\n ", "'b'"]),
    st.sampled_from(["ignore", "ignore-file", "ignroe"]),
    st.lists(_RULES, max_size=3).map(", ".join),
)


@given(
    st.lists(st.one_of(_COMMENTS, st.just("- x"), st.text(max_size=5)), max_size=8).map("\n".join),
    st.lists(st.builds(problem, _RULES, st.one_of(st.none(), st.integers(1, 9)))),
)
def test_no_problem_is_lost_that_no_comment_names(text: str, problems: list[Problem]) -> None:
    found, suppressed = find_suppressions(text).apply(problems, file=None, reported=everything)
    remaining = [each for each in found if each.message == "found"]
    assert len(remaining) + suppressed == len(problems)
    named = {rule for rule in ("no-cluster", "host-path", "literal-secret") if rule in text}
    assert [each for each in remaining if each.rule not in named] == sorted(
        each for each in problems if each.rule not in named
    )


@given(st.text())
def test_any_text_has_comments_or_none(text: str) -> None:
    find_suppressions(f"{text}{MARK}{text}")


# Comments for all that is found.

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.yaml"))


def adopt(text: str | bytes) -> Adopted:
    data = text if isinstance(text, bytes) else text.encode()
    return adopted(data, partial(check_data, settings=Settings(ignore=("missing-budget",))), None)


def commented(before: str) -> str:
    """A text with the comments for its problems; each of them is suppressed."""
    result = adopt(before)
    assert result.checked.problems == ()
    return result.data.decode()


@with_both_parsers
@pytest.mark.parametrize(
    ("line", "commented_line"),
    [
        ("  replicas: 0", "  replicas: 0  # beakerspec: ignore[replicas]"),
        ("  replicas: 0  # why", "  replicas: 0  # why  # beakerspec: ignore[replicas]"),
        ("  replicas: 0 ", "  replicas: 0   # beakerspec: ignore[replicas]"),
        (
            "  replicas: 0  # beakerspec: ignore[replicas] why\n  resources: {gpuCount: -1, cpuCount: 0}",
            (
                "  replicas: 0  # beakerspec: ignore[replicas] why\n"
                "  resources: {gpuCount: -1, cpuCount: 0}  # beakerspec: ignore[gpu-count, cpu-count]"
            ),
        ),
        (
            "  resources: {gpuCount: -1, cpuCount: 0}  # beakerspec: ignore[cpu-count] why",
            "  resources: {gpuCount: -1, cpuCount: 0}  # beakerspec: ignore[cpu-count, gpu-count] why",
        ),
        (
            "  resources: {gpuCount:\n    -1,\n    }",
            "  resources: {gpuCount:\n    -1,  # beakerspec: ignore[gpu-count]\n    }",
        ),
        ("  labels: >\n    x\n\n    y", "  labels: >  # beakerspec: ignore[unknown-field]\n    x\n\n    y"),
        ("  labels: 'x\n\n    y'", "  labels: 'x\n\n    y'  # beakerspec: ignore[unknown-field]"),
        ("  labels: x\n    y", "  labels: x\n    y  # beakerspec: ignore[unknown-field]"),
        ("  labels: '# no comment'", "  labels: '# no comment'  # beakerspec: ignore[unknown-field]"),
    ],
)
def test_a_comment_for_a_problem_goes_behind_its_line(line: str, commented_line: str) -> None:
    start = "tasks:\n- image: {docker: a}\n  constraints: {cluster: [c]}\n"
    assert commented(f"{start}{line}\n  name: x\n") == f"{start}{commented_line}\n  name: x\n"


@pytest.mark.parametrize(("start", "end"), [("", ""), ("\ufeff", "\r\n"), ("", "\r"), ("# é\n---\n", "\n")])
def test_every_other_byte_stays(start: str, end: str) -> None:
    first = f"{start}tasks: [{{image: {{docker: a}}}}]"
    assert commented(first + end) == f"{first}  # beakerspec: ignore[no-cluster]{end}"


def test_what_cannot_be_suppressed_remains_and_the_rest_is_suppressed() -> None:
    result = adopt("tasks:\n- image: {docker: a}\n  replicas: many\n  labels: x\n")
    assert [each.rule for each in result.checked.problems] == ["invalid-type"]
    assert b"ignore[unknown-field]" in result.data


#: A task that cannot be loaded, since the name of a field that it needs is misspelt.
MISSPELT = "tasks:\n- imagee: {docker: a}\n  constraints: {cluster: b}\n"


def test_a_comment_on_a_misspelt_field_that_is_needed_lets_nothing_pass() -> None:
    text = MISSPELT.replace("a}", "a}  # beakerspec: ignore[unknown-field]")
    problems = check_data(text, settings=Settings()).problems
    assert [each.rule for each in problems if each.severity == "error"] == ["missing-field"]


def test_a_comment_on_an_unknown_field_changes_nothing_about_a_misspelt_one_elsewhere() -> None:
    text = f"{MISSPELT}  foo: 1  # beakerspec: ignore[unknown-field]\n"
    problems = check_data(text, settings=Settings()).problems
    assert [each.rule for each in problems if each.severity == "error"] == ["unknown-field"]


def test_no_comment_is_added_to_a_misspelt_field_that_is_needed() -> None:
    result = adopt(MISSPELT)
    assert [each.rule for each in result.checked.problems] == ["unknown-field"]
    assert result.data.decode().count("ignore[one-item-for-a-list]") == result.added == 1


@pytest.mark.parametrize("text", ["a: [", "\0", b"\xff", "", "- a", 2000 * "["])
def test_a_file_that_cannot_be_read_stays_as_it_is(text: str | bytes) -> None:
    result = adopt(text)
    assert (result.data, result.added) == (text if isinstance(text, bytes) else text.encode(), 0)


def test_of_more_problems_than_are_reported_those_that_are_reported_are_suppressed() -> None:
    result = adopt("tasks:\n" + 1200 * "- {image: {docker: a}}\n")
    assert result.added == 1000
    assert [each.rule for each in result.checked.problems] == ["too-many-problems"]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: str(path.stem))
def test_a_file_with_comments_for_its_problems_has_none_that_could_be_suppressed(path: Path) -> None:
    before = path.read_bytes()
    after = adopt(before)
    assert SUPPRESSIBLE.isdisjoint(each.rule for each in after.checked.problems)
    assert adopt(after.data).data == after.data
    if b"beakerspec:" not in before:
        assert re.sub(rb"  # beakerspec: ignore\[[^]]*\]", b"", after.data) == before
