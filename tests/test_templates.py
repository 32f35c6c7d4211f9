"""Go templates: what is expanded, what is an error, and the way back to the text as it was written."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beakerspec.documents.templates import Expansion, TemplateError, TemplateProblem, expand, find_templates

ENV = {"A": "one", "B": "", "LONG": "a value of some length", "HOME": "/home/me"}

NAMES = ("A", "BB", "C_3", "_d")
PLAIN = st.text(alphabet="ab{} .\n\"'#é\U0001f600", max_size=12).filter(lambda text: "{{" not in text)
PIECES = st.lists(st.tuples(PLAIN.filter(lambda text: not text.endswith("{")), st.sampled_from(NAMES)), max_size=6)
VALUES = st.fixed_dictionaries({name: st.text(max_size=8) for name in NAMES})


def problems(text: str) -> list[TemplateProblem]:
    with pytest.raises(TemplateError) as caught:
        expand(text, ENV)
    return caught.value.problems


def test_a_template_becomes_the_value_of_its_variable() -> None:
    assert expand("budget: {{.Env.A}}\n", ENV).text == "budget: one\n"


@pytest.mark.parametrize("template", ["{{ .Env.A }}", "{{.Env.A   }}", "{{\t.Env.A}}"])
def test_blanks_inside_the_braces_are_allowed(template: str) -> None:
    assert expand(template, ENV).text == "one"


def test_several_templates_of_a_line_are_expanded() -> None:
    assert expand("{{.Env.A}}{{.Env.HOME}}/{{.Env.A}}", ENV).text == "one/home/me/one"


def test_a_template_in_a_comment_is_expanded_too() -> None:
    assert expand("a: b # {{.Env.A}}", ENV).text == "a: b # one"


def test_a_missing_name_in_a_comment_is_an_error_too() -> None:
    assert len(problems("# {{.Env.MISSING}}")) == 1


def test_a_value_that_looks_like_a_template_is_not_expanded_again() -> None:
    assert expand("{{.Env.A}}", {"A": "{{.Env.B}}", "B": "x"}).text == "{{.Env.B}}"


def test_a_text_without_templates_is_kept_as_the_same_object() -> None:
    text = "tasks: []\n" * 3
    assert expand(text, ENV).text is text


def test_single_braces_are_no_template() -> None:
    text = "a: {b: {c: d}}"
    assert expand(text, ENV).text == text


def test_a_missing_variable_is_an_error_that_names_it() -> None:
    (problem,) = problems("x: {{.Env.TOKEN}}")
    assert "TOKEN" in problem.problem.message


def test_the_hint_of_a_missing_variable_says_both_ways_to_give_it() -> None:
    hint = problems("x: {{.Env.TOKEN}}")[0].problem.hint
    assert hint is not None
    assert 'env={"TOKEN": "..."}' in hint
    assert "--expand-env" in hint


def test_an_error_says_where_the_template_stands() -> None:
    (problem,) = problems("x: {{.Env.TOKEN}}!")
    assert (problem.start, problem.end) == (3, 17)


@pytest.mark.parametrize("action", ["{{- .Env.A -}}", "{{.Env}}", "{{.Parameter.x}}", "{{.Env.A.B}}", "{{.env.A}}"])
def test_any_other_reference_is_an_error_that_quotes_it(action: str) -> None:
    (problem,) = problems(f"x: {action} y")
    assert problem.problem.found == action


@pytest.mark.parametrize(
    "action",
    [
        "{{ if .Env.A }}", "{{/* note */}}", "{{}}", "{{.Env.1A}}", "{{ .Env .A }}", "{{.Env.A | quote}}",
        "{{{.Env.A}}", "{{.Env.}}", "{{ \"hunter2\" }}", "{{ template" + " x" * 100 + " }}",
    ],
)  # fmt: skip
def test_any_other_action_is_an_error_that_does_not_show_it(action: str) -> None:
    (problem,) = problems(f"x: {action} y")
    assert (problem.start, problem.end, problem.problem.found) == (3, 3 + len(action), None)


def test_a_long_reference_is_quoted_in_sixty_characters() -> None:
    action = "{{.Env" + ".part" * 100 + "}}"
    (problem,) = problems(f"x: {action}")
    assert problem.problem.message.endswith(action[:59] + "…")


def test_an_action_that_may_hold_the_value_of_a_variable_is_masked() -> None:
    (problem,) = problems("envVars:\n- name: A\n  value: '{{ \"hunter2\" }}'\n")
    assert "hunter2" not in problem.problem.message


def test_a_reference_is_quoted_in_the_value_of_a_variable_too() -> None:
    (problem,) = problems("env:\n  INT: '{{.Parameter.uniformInt}}'\n")
    assert "{{.Parameter.uniformInt}}" in problem.problem.message


@pytest.mark.parametrize("end", ["", "\n}}", "\r\n}}", "\r}}"])
def test_a_template_that_is_not_closed_on_its_line_is_an_error(end: str) -> None:
    (problem,) = problems("x: {{ .Env.A" + end)
    assert (problem.start, problem.end) == (3, 12)
    assert "}}" in problem.problem.message


def test_an_unclosed_template_is_not_quoted() -> None:
    (problem,) = problems("value: {{ hunter2")
    assert "hunter2" not in problem.problem.message


def test_all_bad_templates_are_reported_at_once_in_order() -> None:
    text = "a: {{.Env.X}}\nb: {{.Env.A}}\nc: {{ range }}\nd: {{.Env.Y\ne: {{.Env.Z}}\n"
    assert [text[problem.start] + text[problem.start - 3] for problem in problems(text)] == [
        "{a",
        "{c",
        "{d",
        "{e",
    ]


def test_the_text_of_the_error_names_every_problem() -> None:
    with pytest.raises(TemplateError, match=r"(?s)variable X\b.*variable Y\b"):
        expand("{{.Env.X}}\n{{.Env.Y}}", {})


def test_the_error_can_be_pickled() -> None:
    with pytest.raises(TemplateError) as caught:
        expand("{{.Env.X}}", {})
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


def test_a_value_that_is_no_text_is_a_type_error_that_names_the_variable_only() -> None:
    with pytest.raises(TypeError, match=r"env\['A'\] must be text, got int") as caught:
        expand("{{.Env.A}}", {"A": 12345})  # type: ignore[dict-item]
    assert "12345" not in str(caught.value)


def test_a_value_of_a_variable_that_no_template_names_is_not_looked_at() -> None:
    assert expand("{{.Env.A}}", {"A": "x", "N": 1}).text == "x"  # type: ignore[dict-item]


def test_templates_are_found_whatever_their_action() -> None:
    text = "a {{.Env.A}} {{ if }} {b} {{ open"
    assert [(found.start, found.end, found.text, found.name) for found in find_templates(text)] == [
        (2, 12, "{{.Env.A}}", "A"),
        (13, 21, "{{ if }}", None),
    ]


def test_an_index_inside_a_value_leads_to_the_start_of_its_template() -> None:
    expansion = expand("x {{.Env.A}} y", ENV)
    assert [expansion.original(index) for index in range(8)] == [0, 1, 2, 2, 2, 12, 13, 14]


def test_the_end_of_a_range_inside_a_value_leads_to_the_end_of_its_template() -> None:
    expansion = expand("x {{.Env.A}} y", ENV)
    assert [expansion.original(index, end=True) for index in range(8)] == [0, 1, 2, 12, 12, 12, 13, 14]


def test_what_follows_an_empty_value_starts_behind_its_template() -> None:
    expansion = expand("x{{.Env.B}}y", ENV)
    assert (expansion.original(1), expansion.original(1, end=True)) == (11, 1)


def test_the_templates_of_a_range_are_those_whose_values_it_touches() -> None:
    expansion = expand("{{.Env.A}} {{ .Env.HOME }} {{.Env.A}}", ENV)
    assert expansion.templates_in(0, 3) == ("{{.Env.A}}",)
    assert expansion.templates_in(3, 4) == ()
    assert expansion.templates_in(2, 5) == ("{{.Env.A}}", "{{ .Env.HOME }}")
    assert expansion.templates_in(0, 100) == ("{{.Env.A}}", "{{ .Env.HOME }}")


def test_an_empty_value_belongs_to_the_range_at_whose_edge_it_stands() -> None:
    expansion = expand("ab{{.Env.B}}cd", ENV)
    assert expansion.templates_in(2, 3) == ("{{.Env.B}}",)
    assert expansion.templates_in(2, 2) == ("{{.Env.B}}",)
    assert expansion.templates_in(3, 4) == ()


def test_the_repr_shows_no_value() -> None:
    assert "value" not in repr(expand("{{.Env.LONG}}", ENV))


def split(pieces: list[tuple[str, str]], values: dict[str, str]) -> tuple[str, Expansion, list[tuple[int, int, bool]]]:
    """A text, its expansion, and for each part its length before and after and whether it is a template."""
    text = "".join(f"{plain}{{{{.Env.{name}}}}}" for plain, name in pieces)
    parts: list[tuple[int, int, bool]] = []
    for plain, name in pieces:
        parts += (len(plain), len(plain), False), (len(name) + 9, len(values[name]), True)
    return text, expand(text, values), parts


@given(PIECES, VALUES)
def test_every_character_that_is_not_expanded_leads_back_to_itself(
    pieces: list[tuple[str, str]], values: dict[str, str]
) -> None:
    text, expansion, parts = split(pieces, values)
    before = after = 0
    for length_before, length_after, is_template in parts:
        if not is_template:
            for offset in range(length_before):
                assert expansion.original(after + offset) == before + offset
                assert expansion.original(after + offset + 1, end=True) == before + offset + 1
                assert expansion.text[after + offset] == text[before + offset]
        before += length_before
        after += length_after


@given(PIECES, VALUES)
def test_every_character_of_a_value_leads_back_to_its_template(
    pieces: list[tuple[str, str]], values: dict[str, str]
) -> None:
    _, expansion, parts = split(pieces, values)
    before = after = 0
    for length_before, length_after, is_template in parts:
        if is_template:
            for offset in range(length_after):
                assert expansion.original(after + offset) == before
                assert expansion.original(after + offset + 1, end=True) == before + length_before
        before += length_before
        after += length_after


@given(PIECES, VALUES)
def test_the_way_back_never_turns_round(pieces: list[tuple[str, str]], values: dict[str, str]) -> None:
    text, expansion, _ = split(pieces, values)
    starts = [expansion.original(index) for index in range(len(expansion.text) + 1)]
    ends = [expansion.original(index, end=True) for index in range(len(expansion.text) + 1)]
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert starts[-1] == len(text)


@given(st.text(alphabet="{}. EnvA\n", max_size=40))
def test_any_text_is_expanded_or_refused_with_places_in_it(text: str) -> None:
    found: list[TemplateProblem] = []
    try:
        expand(text, ENV)
    except TemplateError as error:
        found = error.problems
    assert all(text.startswith("{{", problem.start) for problem in found)
    assert all(problem.start < problem.end <= len(text) for problem in found)


def test_many_templates_that_are_never_closed_are_one_problem() -> None:
    assert len(problems("{{" * 500_000)) == 1
