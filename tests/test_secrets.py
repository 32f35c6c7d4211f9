"""No finding of a rule shows the value of a variable: of the spec, or of the environment that templates are from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beakerspec import Settings, check

SETTINGS = Settings()
EXPANDED = [
    'tasks:\n- {image: {docker: a}, name: "@"}\n',
    'tasks:\n- {image: {docker: a}, result: {path: "@"}}\n',
    'tasks:\n- {image: {docker: a}, resources: {memory: "@"}}\n',
    'tasks:\n- {image: {docker: a}, context: {cluster: "@"}}\n',
    'tasks:\n- {image: {docker: a}, constraints: {cluster: "@"}}\n',
    'tasks:\n- {image: {docker: a}, envVars: [{name: "@"}]}\n',
    'tasks:\n- {image: {docker: a}, envVars: [{name: A_TOKEN, value: "@"}]}\n',
    'tasks:\n- {image: {docker: a}, datasets: [{mountPath: "@", subPath: "/@", source: {hostPath: "@"}}]}\n',
    (
        'tasks:\n- {image: {docker: a}, datasets: [{mountPath: "/@", source: {weka: b}},'
        ' {mountPath: "/@/c", source: {weka: b}}]}\n'
    ),
    (
        'tasks:\n- {name: "@", image: {docker: a}}\n'
        '- {image: {docker: a}, datasets: [{mountPath: /a, source: {result: "@ "}}]}\n'
    ),
    'tasks:\n- {name: "@", image: {docker: a}, datasets: [{mountPath: /a, source: {result: "@"}}]}\n',
]


@pytest.mark.parametrize("text", EXPANDED)
@given(
    before=st.sampled_from(["", " ", "\n", "'", "\t", "-"]),
    after=st.sampled_from(["", " ", "\n", "\n\n", "''", "\\n", "\x7f", "/"]),
)
def test_no_finding_shows_an_expanded_value(text: str, before: str, after: str) -> None:
    found = check(text.replace("@", "{{.Env.S}}"), env={"S": f"{before}hunter two{after}"}, settings=SETTINGS)
    assert found
    assert "hunter" not in "\n".join(map(str, found))


SHARED = "tasks:\n- image: {docker: a}\n  envVars:\n  - {name: A, value: &b hunter}\n"


@pytest.mark.parametrize(
    "rest",
    [
        "  context: {cluster: *b}\n",
        "  datasets: [{mountPath: *b, source: {weka: a}}, {mountPath: *b, source: {weka: a}}]\n",
        "  result: {path: *b}\n",
        "  resources: {memory: *b}\n",
        "  datasets: [{mountPath: /a, source: {hostPath: *b}}]\n",
        "- {name: *b, image: {docker: a}}\n- {image: {docker: a}, datasets: [{mountPath: /a, source: {result: h}}]}\n",
    ],
)
def test_no_finding_shows_a_value_that_another_field_refers_to(rest: str) -> None:
    assert "hunter" not in "\n".join(map(str, check(SHARED + rest, settings=SETTINGS)))


@pytest.mark.parametrize("name", ["HF_TOKEN=hunter2", "hunter two", "hf_hunterABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"])
def test_no_finding_shows_what_is_no_name(name: str) -> None:
    text = f"tasks:\n- image: {{docker: a}}\n  envVars:\n  - name: {name}\n"
    assert "hunter" not in "\n".join(problem.message + str(problem.hint) for problem in check(text, settings=SETTINGS))


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ('tasks:\n- {image: {docker: a}, name: "train-{{.Env.S}}"}\n', set()),
        ('tasks:\n- {image: {docker: a}, result: {path: "{{.Env.S}}/x"}}\n', set()),
        (
            'tasks:\n- {image: {docker: a}, datasets: [{mountPath: "{{.Env.S}}/x", source: {weka: b}}]}\n',
            {"go-template"},
        ),
        (
            'tasks:\n- {image: {docker: a}, datasets: [{mountPath: /a, source: {result: "{{.Env.S}}"}}]}\n',
            {"go-template"},
        ),
    ],
)
def test_a_template_is_not_judged_by_what_it_is_not_yet(text: str, rules: set[str]) -> None:
    found = {problem.rule for problem in check(text, settings=SETTINGS)}
    assert found - {"missing-budget", "no-cluster"} == rules
