"""No report shows the value of a variable: of the spec, or of the environment that templates are from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from layouts import BEFORE, BEHIND, LAYOUT
from leaks import MARK, leaks, random_texts, reports

from beakerspec import EnvVar, ExperimentSpec, Settings, TaskSpec, ValidationError, check
from beakerspec.checking.check import check_data
from beakerspec.documents.document import Document
from beakerspec.limits import Limits

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


@pytest.mark.slow
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


# What stands in the variables of a spec.


def lines_as_shown(text: str, *, is_json: bool = False) -> str:
    """A text as snippets show it."""
    document = Document(text, file=None, first_line=1, is_json=is_json, expansion=None, limits=Limits())
    assert document.mask is not None
    shown = []
    start = 0
    for line in text.split("\n"):
        mask = document.mask(start, start + len(line))
        shown.append(
            "".join("*" if hidden and not char.isspace() else char for char, hidden in zip(line, mask, strict=True))
        )
        start += len(line) + 1
    return "\n".join(shown)


@pytest.mark.parametrize("name", LAYOUT)
@pytest.mark.parametrize("before", BEFORE)
def test_no_line_shows_a_value_in_any_layout(name: str, before: str) -> None:
    for behind in BEHIND:
        text = before + LAYOUT[name].replace("@", MARK) + behind
        assert leaks([lines_as_shown(text)]) == [], behind


@pytest.mark.parametrize("name", LAYOUT)
def test_no_report_shows_a_value_in_any_layout(name: str) -> None:
    assert leaks(reports(LAYOUT[name].replace("@", MARK))) == []


@pytest.mark.parametrize("name", LAYOUT)
def test_no_report_shows_a_value_where_the_text_ends_early(name: str) -> None:
    text = LAYOUT[name].replace("@", MARK)
    for end in range(text.index(MARK) + len(MARK), len(text), 3):
        assert leaks(reports(text[:end])) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_no_report_about_an_edited_spec_shows_a_value(seed: int) -> None:
    for text, is_json in random_texts(seed, 150):
        assert leaks(reports(text, is_json=is_json)) == [], text


def test_a_leak_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Document, "mask", None)
    assert any(leaks(reports(text, is_json=is_json)) for text, is_json in random_texts(1, 50))


TASK = "tasks:\n- image: {docker: a}\n"


@pytest.mark.parametrize(
    "text",
    [
        f"tasks: [{{image: {{docker: alpine}}, envVars: [{{name: HF_TOKEN, value: {MARK}}}]}}]\n",
        f"{TASK}  replicas: 0  # envVars: X={MARK}\n",
        f"{TASK}  replicas: 0\n  envVars: # {MARK}\n  - name: a-b # {MARK}\n    value: c\n",
        *(f"{TASK}  envVars:\n  {name}: {MARK}{MARK}\n" for name in ("TOKEN", "B", "nam", "value")),
        *(
            f"{TASK}  {key}: {value}\n"
            for key in ("vars", "variables", "secrets", "env vars", "environment", "env", "EnvVars", "envvars")
            for value in (
                MARK,
                f"[{MARK}]",
                f"[A={MARK}]",
                f"{{A: {MARK}}}",
                f"[{{name: A, value: {MARK}}}]",
                f"{{{MARK}: 1}}",
            )
        ),
        f"{TASK}  envVars:\n  - name: A\n    value: |\n      a\n ] {MARK}\n      b\n",
        f"{TASK}  envVars:\n  - name: A\n    value: a\n- name: KEY\n    value {MARK}\n  image: {{docker: a}}\n",
        f"- name: KEY\n  {MARK}\n",
        f"{TASK}  envVars:\n  - name: KEY\n      {MARK}\n",
        f"{TASK}  envVars:\n  - {{name: A, value {MARK}}}\n",
        f"{TASK}  envVars:\n  - {{name: A, value:, {MARK}}}\n",
        f"{TASK}  envVars:\n  - name: A={MARK}\n",
        f"{TASK}  envVars: {MARK}\n",
        f"{TASK}  envVars:\n  - {{name: A, value: {{{MARK}: 1}}}}\n",
        f"x: {{a: &b {MARK}}}\n{TASK}  envVars: [{{name: A, value: *b}}]\n",
        f"{TASK}  timeout: &b {MARK}\n  envVars: [{{name: A, value: *b}}]\n",
        f"{TASK}  command: &b [{MARK}, '']\n  replicas: 0\n  envVars: [{{name: A, value: *b}}]\n",
        f"{TASK}  replicas: 0\n  envVars: [*a, &b {{name: A, value: {MARK}}}]\n",
        f"d: &d {{envVars: [{{name: A, value: {MARK}}}]}}\ntasks:\n- <<: *d\n  image: {{docker: a}}\n  replicas: 0\n",
        f"{TASK}  envVars:\n  - {{<<: {{name: A, value: {MARK}}}, valeu: b}}\n",
        f"HF_TOKEN={MARK}\nB={MARK}\n",
        f"tasks:\n  envVars TOKEN {MARK}\n",
        f"tasks:\n- image:\n    envVars TOKEN {MARK}\n",
        f"export HF_TOKEN={MARK}\n",
        f'TOKEN="a: {MARK}"\n',
        f"- {MARK}\n",
        f"{MARK}\n",
        f"{TASK}  command: HF_TOKEN={MARK} python x\n",
        f"{TASK}  command: ['API_KEY={MARK} python x']\n",
        f"{TASK}  command: [--hf-token={MARK} a]\n",
        f"{TASK}  command: [\"DB_PASSWORD='{MARK} b' a\"]\n",
        f"{TASK}  command: [a hf_{MARK * 4}]\n",
        f"{TASK}  datasets:\n  - mountPath: /a\n    source: {{url: {MARK}, beaker: a}}\n",
        f"{TASK}  constraints: {{clusters: [{MARK}]}}\n",
        f"{TASK}  ? {MARK}\n",
        f"x: &a {MARK}\n{TASK}  *a : 1\n",
        # What the tree of the text has no place for, in which an alias may stand.
        f"{TASK}  name: &a a {MARK}\n  envVars: [{{name: A, value: b, value: *a}}]\n",
        f"{TASK}  name: &a a {MARK}\n  envVars: []\n  envVars: [{{name: A, value: *a}}]\n",
        f"{TASK}  name: &a a {MARK}\n  envVars: [{{name: A, value: b, <<: {{value: *a}}}}]\n",
        f"{TASK}  name: &a a {MARK}\n  envVars: [{{name: A, '': *a}}]\n",
        f"{TASK}  name: &a a {MARK}\n  envVars: [{{name: A, ? [*a] : b}}]\n",
        f"{TASK}  name: &a a {MARK}\n  envVars: [{{name: A, <<: *a}}]\n",
        f"{TASK}  name: &a a {MARK}\n  envVars: [{{name: A, *a : 1}}]\n",
        f"{TASK}  name: &a a {MARK}\n  envVars: {{*a : 1}}\n",
        f"{TASK}  name: &a a {MARK}\n  foo: 1\n  foo: *a\n",
        f"&k {MARK}: 1\n{TASK}  envVars: [{{name: A, value: *k}}]\n",
        f"{TASK}  &k {MARK}: 1\n  envVars: [{{name: A, value: *k}}]\n",
        # Comments inside of scalars.
        f"{TASK}  envVars:\n  - name: |- # {MARK}\n      b-c\n",
        f"{TASK}  envVars:\n  - name: &a # {MARK}\n      b-c\n",
        f"{TASK}  envVars:\n  - name: !!str # {MARK}\n      b-c\n",
        f"{TASK}  name: >- # envVars: X={MARK}\n    a b\n",
        # Secrets in commands, however they are written.
        f'tasks: [{{image: {{docker: a}}, command: [bash, -c, "HF_TOKEN={"a" * 230}{MARK}"], replicas: 0}}]\n',
        f'{TASK}  command: ["HF_TOKEN=\\"a {MARK}\\" python x"]\n',
        f"{TASK}  command: ['HF_TOKEN=''{MARK} b'' x']\n",
        f"{TASK}  command: ['HF_TOKEN=a\\ {MARK} x']\n",
        f'{TASK}  command: ["HF_TOKEN\\x3d{MARK} x"]\n',
        f"{TASK}  command: ['PASSWORD_{'a' * 30}={MARK} x']\n",
        f"x: {{{{ {MARK} }}}}\n",
        f"{TASK}  replicas: 0\n---\n{MARK}\n",
        f"{TASK}  replicas: 0\n  replicas: {MARK}\n",
    ],
)
def test_no_report_shows_what_may_be_a_value(text: str) -> None:
    assert check(text, settings=SETTINGS)
    assert leaks(reports(text)) == []


def test_no_report_shows_what_a_far_alias_brings_into_a_variable_where_a_byte_is_no_text() -> None:
    far = f"x: &a {MARK} \xff\n" + "".join(f"y{index}: 1\n" for index in range(500))
    text = f"{far}{TASK}  envVars: [{{name: A, value: *a}}]\n".encode("latin-1")
    assert leaks(reports(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "tasks: [{image: {docker: a}, name: '{{.Env.S}}'}, {image: {docker: a}, name: '{{.Env.S}}'}]",
        "tasks: [{image: {docker: a}, datasets: [{mountPath: /a, source: {'{{.Env.S}}': a, beaker: b}}]}]",
        "tasks: [{image: {docker: a}, '{{.Env.S}}': a}]",
        "tasks: [{image: {docker: a}, constraints: {'cluster{{.Env.S}}': a}}]",
        "tasks: [{image: {docker: a}, timeout: '{{.Env.S}}'}]",
        "tasks: [{image: {docker: a}, context: {priority: '{{.Env.S}}'}}]",
    ],
)
@pytest.mark.parametrize("value", [MARK, f"{MARK}'", f'"{MARK}"', f"\\x41{MARK}", f"{MARK}\n", f"é{MARK}"])
def test_no_report_shows_an_expanded_value_with_escapes(text: str, value: str) -> None:
    for quoted in (text, text.replace("'", '"')):
        assert leaks(reports(quoted, env={"S": value})) == []


def test_no_finding_about_a_task_shows_what_was_written_as_a_name() -> None:
    task = TaskSpec.new("t", docker_image="a").with_env_var(f"A={MARK}")
    assert leaks(map(str, ExperimentSpec(tasks=[task]).check())) == []


# What is shown all the same.


def test_the_names_of_the_format_and_of_variables_are_shown() -> None:
    text = "tasks:\n- envVars:\n  - name: 'B.c-d' # x\n    value: b\n    secret: c\n  image: {docker: x}\n"
    assert lines_as_shown(text) == (
        "tasks:\n- envVars:\n  - name: 'B.c-d' * *\n    value: *\n    secret: *\n  image: {docker: x}\n"
    )


def test_unknown_fields_are_shown_without_their_values() -> None:
    text = "tasks:\n- imagee: {docker: a}\n  env vars: [a]\n  x-y: b\n"
    assert lines_as_shown(text) == "tasks:\n- imagee: {******: *}\n  env vars: [*]\n  x-y: *\n"


def test_names_in_an_old_mapping_of_variables_are_shown() -> None:
    assert lines_as_shown("tasks:\n- envVars: {A: b, C: {d: e}}\n") == "tasks:\n- envVars: {A: *, C: {*: *}}\n"


def test_a_text_that_does_not_parse_shows_the_names_of_the_format_and_its_structure() -> None:
    text = "tasks:\n- name: a-b\n  image: {docker: a, [b}\n  unknown: {{.Env.A}}\n"
    assert lines_as_shown(text) == "tasks:\n- name: ***\n  image: {docker: ** [*}\n  *******: {{.Env.A}}\n"


def test_json_that_does_not_parse_shows_the_names_of_the_format_and_its_structure() -> None:
    assert lines_as_shown('{"tasks": [{"image": "a"}', is_json=True) == "{*tasks*: [{*image*: ***}"


def test_an_alias_in_the_place_of_a_known_key_is_shown_and_one_in_the_place_of_another_is_not() -> None:
    text = "description: &d image\nname: &n label\ntasks:\n- *d : {}\n  *n : {}\n"
    assert lines_as_shown(text).endswith("- *d : {}\n  ** : {}\n")


def test_a_directive_for_beakerspec_is_shown() -> None:
    text = "tasks: [] # beakerspec: ignore[no-tasks] because\n"
    assert lines_as_shown(text) == "tasks: [] # beakerspec: ignore[no-tasks] *******\n"


def test_the_source_is_shown_where_that_is_asked_for() -> None:
    text = f"{TASK}  envVars: [{{name: a-b, value: {MARK}}}]\n"
    checked = check_data(text, settings=SETTINGS, shows_source=True)
    assert any(MARK in (problem.snippet or "") for problem in checked.problems)
    assert not any(MARK in problem.message for problem in checked.problems)


def test_a_loaded_spec_does_not_show_what_an_alias_took_from_a_variable() -> None:
    text = f"{TASK}  envVars: [{{name: A, value: &b {MARK}}}]\n  datasets: [{{mountPath: *b, source: {{weka: x}}}}]\n"
    spec = ExperimentSpec.from_yaml(text)
    assert {problem.rule for problem in spec.check()} >= {"mount-path"}
    assert leaks(map(str, spec.check())) == []


def test_where_in_an_unknown_field_of_python_data_a_problem_is_stays_unsaid() -> None:
    with pytest.raises(ValidationError) as caught:
        EnvVar.from_json({"name": "A", "note": {MARK: {5551234: float("inf")}}})
    assert [problem.path for problem in caught.value.problems] == ["note"]
    assert "5551234" not in str(caught.value)
