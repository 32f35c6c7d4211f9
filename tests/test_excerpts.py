"""A report is the same where only the lines that lead to its problems are read with places."""

from __future__ import annotations

from unittest import mock

import pytest
from conftest import EXAMPLES, ROOT
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from test_checking import TEXTS, mutated
from test_fast_reader import CORPUS, GENERATED, blocks, changed_specs

from beakerspec import ExperimentSpec, Problem, Settings, check
from beakerspec.checking.site import Cluster, Site
from beakerspec.documents.fast_reader import Unusual
from beakerspec.files import read

SETTINGS = Settings(site=Site(clusters=(Cluster(name="lab/a"),)))


def report(text: str) -> str:
    """All that is told about a text, for people and for programs."""
    return "\n".join(f"{problem}\n{problem.to_json()}" for problem in check(text, settings=SETTINGS))


def agree(text: str) -> bool:
    """Whether the fast reader takes the text. Where it does, the reports have to agree."""
    if blocks(text) is None:
        return False
    with mock.patch("beakerspec.files.read_block", side_effect=Unusual):
        whole = report(text)
    assert report(text) == whole
    return True


TASK = "tasks:\n- image: {docker: alpine}\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "tasks:\n- name: a\n  image:\n    docker: b\n- constraints:\n    cluster: [c]\n", id="missing field"
        ),
        pytest.param("tasks:\n- {name: a}\n- {name: b}\n- {name: a}\n", id="items in flow style"),
        pytest.param(f"{TASK}  arguments:\n  - a\n  - |\n    name: b\n  - $X\n  - '<X>'\n", id="scalars in a list"),
        pytest.param("tasks:\n-\n  name: a b\n-\n  replicas: 0\n", id="items below their dashes"),
        pytest.param(f"{TASK}  x:\n  -\n    - a\n    - name: b\n  replicas: 0\n", id="lists in a list"),
        pytest.param(f"{TASK}  command: a\n    b\n\n    c\n  replicas: 0\n", id="scalar that goes on"),
        pytest.param(f"{TASK}  command:\n    a b\n    c\n  replicas:\n    0\n", id="scalars below their keys"),
        pytest.param(f"{TASK}  command: |+\n    a\n\n\n  # b\n  replicas: 0 # c\n", id="literal scalar"),
        pytest.param(f"{TASK}  command: [a,\n    'b\n    c', {{}}]\n  replicas: 0\n", id="flow list in several lines"),
        pytest.param(f"{TASK}  arguments:\n  - >1-\n    {{{{ x }}}}\n\n", id="literal scalar at the end"),
        pytest.param("'tasks':\n- \"name\": a b\n  'image': {docker: c}\n", id="keys in quotes"),
        pytest.param("tasks:\r\n- name: a\r\n  image: {docker: b}\r\n  replicas: 0\r\n", id="Windows line ends"),
        pytest.param(
            f"{TASK}  env_vars:\n  - name: A\n    value: b\n  - name: A\n    value: c\n", id="names in Python"
        ),
        pytest.param(f"{TASK}  envVars: {{A: b}}\n  constraints:\n    cluster: c\n", id="one item for a list"),
        pytest.param(
            "tasks:\n- name: a b\n  image: {docker: c}\n  envVars:\n  -\n    name: A\n    value: d\n",
            id="names elsewhere",
        ),
        pytest.param(f"{TASK}  timeout: 1h\n  context:\n    minRuntime: 2h\n", id="two places"),
        pytest.param(
            "tasks:\n- image: {docker: a}\n  datasets:\n  - mountPath: /b\n    source:\n      result: c\n"
            "- image:\n    docker: d\n  name: e\n",
            id="names of others",
        ),
        pytest.param("---\n# a\n\nbudget: '$X'\ntasks:\n# b\n", id="no tasks"),
        pytest.param(f"{TASK}  x-y: &a {{z: 1}}\n  replicas: 0\n  x-z: *a\n", id="aliases elsewhere"),
        pytest.param(f"{TASK}  replicas: 0", id="no end of the last line"),
        pytest.param("x: &a\n  replicas: 0\ntasks:\n- <<: *a\n- *a\n", id="alias on the way"),
        pytest.param(f"x: &a\n- lab/a\n- lab/b\n- lab/c\n{TASK}  constraints: {{cluster: *a}}\n", id="alias of a list"),
        pytest.param(f"x: &a\n- b\n- $X\n- '<X>'\n{TASK}  arguments: *a\n", id="alias of a list of scalars"),
        pytest.param(
            f"x: &a\n- name: A\n  value: b\n- name: B\n  value: c\n  foo: 1\n{TASK}  envVars: *a\n",
            id="alias of a list of mappings",
        ),
        pytest.param(
            "x: &a\n- image: {docker: b}\n- image: {docker: c}\n  name: d e\ntasks: *a\n", id="alias of tasks"
        ),
        pytest.param(
            "tasks: &a\n- image: {docker: b, c: d}\n  datasets:\n  - &e\n    mount_path: /f\n    source: {beaker: g}\n"
            "  - <<: *e\n    mountPath: /h\n",
            id="anchor around mistakes",
        ),
        pytest.param(f"{TASK}  command: &a_long_name # b\n  - echo\n  name: c d\n", id="anchor without an alias"),
    ],
)
def test_a_problem_is_told_alike(text: str) -> None:
    assert agree(text)


def test_a_name_in_python_leads_to_its_place_where_it_is_not_reported() -> None:
    text = f"{TASK}  replicas: 2\n  leader_selection: true\n"
    [problem] = check(text, settings=Settings(select=("leader-without-host-networking",)))
    assert (problem.line, problem.column) == (4, 21)


def test_the_other_place_of_a_problem_is_found() -> None:
    reading = read(ExperimentSpec, f"version: v2\nbudget: a\n{TASK}  replicas: 1\n", needs_places=True)
    assert reading.document is not None
    [problem] = reading.document.problems([Problem(rule="a", path="tasks[0].replicas", other="budget")])
    assert (problem.line, problem.other_line, problem.other_column) == (5, 2, 9)


@pytest.mark.parametrize(
    "text",
    [
        "tasks:\n- image: {docker: &a hidden value}\n  envVars:\n  - name: A\n    value: *a\n",
        "tasks:\n- image: {docker: b}\n  resources: &a\n    cpuCount: hidden value\n  x: *a\n",
        "tasks:\n- envVars:\n  - &a {name: hidden_value, foo: 1, value: c}\n  - <<: *a\n    value: d\n    name: B\n",
        "tasks:\n- image: &a\n    docker: hidden value\n  envVars:\n  - name: A\n    value: *a\n",
    ],
)
def test_what_an_alias_hides_is_hidden_where_it_stands(text: str) -> None:
    assert agree(text)
    assert "hidden" not in report(text)


def test_the_examples_are_told_alike() -> None:
    texts = [*TEXTS, *(path.read_text(encoding="utf-8") for path in (ROOT / EXAMPLES).rglob("*.yaml")), *GENERATED]
    assert sum(map(agree, texts)) >= len(GENERATED)


def test_real_specs_are_told_alike() -> None:
    texts = [path.read_bytes().decode() for path in CORPUS.rglob("*.yaml")]
    if not texts:
        pytest.skip("the corpus is not here")
    assert sum(map(agree, texts)) >= 0.9 * len(texts)


def test_changed_specs_are_told_alike() -> None:
    assert sum(map(agree, changed_specs(400))) >= 80


@pytest.mark.slow
@given(mutated())
@example(f"{TASK}  replicas: 0\n\n   \n")
@hypothesis_settings(max_examples=500)
def test_what_is_nearly_a_spec_is_told_alike(text: str) -> None:
    agree(text)
