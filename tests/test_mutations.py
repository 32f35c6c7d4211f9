"""Every mistake that is planted into a spec is found, at its own place, and what follows from it is not reported too.

The specs are those that come with the project, generated ones, and real ones where they are there. Mistakes are made at
random places, the same ones in every run. ``BEAKERSPEC_TEST_ROUNDS=1000`` plants a thousand of each kind.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from conftest import EXAMPLES, ROOT
from mutations import MISTAKES, Mutation, SpecText, planted

from beakerspec import ExperimentSpec, Problem
from beakerspec.checking.check import check_data
from beakerspec.checking.settings import Settings
from beakerspec.problems import path_parts

#: How many mistakes of each kind are planted.
ROUNDS = int(os.environ.get("BEAKERSPEC_TEST_ROUNDS", "60"))

CORPUS = ROOT.parent / "shared" / "corpus" / "v2"
#: The golden files with anchors, merge keys, other spellings and rare styles.
GOLDEN = (
    *("anchors.yaml", "merge-keys-that-work.yaml", "odd-but-right.yaml", "one-flow-mapping.yaml"),
    *("result-without-a-path.yaml", "scalars.yaml", "snake-case-names.yaml"),
)
GENERATED = 40
#: A larger one takes longer to read than all others together.
LARGEST = 60_000

PIPELINE = """\
# All that a spec may hold, in block style.
version: v2-alpha
description: >-
  Prepare the data, train on it,
  # and score what comes out
budget: team/project
groups: [nightly, "second # one"]
retry:
  allowedTaskRetries: 2   # and no more

tasks:
  # first of all
  - name: prepare
    image: {docker: "python:3.12"}
    command: [bash, -c]
    arguments:
      - |
        # this is the script's own
        python prepare.py --out /output

        echo done
    envVars:
      - &quiet
        name: LOG_LEVEL
        value: error
      - name: STARTED_BY
        value: 'it''s me'
      - {name: HUB_TOKEN, secret: hub-token}
    datasets: &inputs
      - mountPath: /data
        subPath: raw/2
        mode: readonly
        source: {beaker: team/raw}
      - mountPath: /weights
        source:
          weka: bucket
    result: {path: /output}
    resources: &small
      cpuCount: 1.5
      memory: 16 GiB
      # for the loader's workers
      sharedMemory: 512MiB
    context: &patient
      priority: low
      minRuntime: 30m
      autoResume: true
    constraints:
      cluster:
        - team/a
        - team/b
      zone: north
    timeout: 12h

  - name: &trained train
    image:
      beaker: team/trainer
    command:
    - python
    - train.py
    - --lr
    - 1e-4
    envVars:
    - *quiet
    - name: SEED
      value: 7
    datasets:
    - mountPath: /prepared
      mode: readwrite
      source:
        hostPath: /net/prepared
    - mountPath: /input
      source: {result: prepare}
    result:
      path: "/output"
    resources:
      <<: *small
      gpuCount: 8
      sharedMemory: 10GiB
    replicas: 2
    leaderSelection: true
    hostNetworking: true
    propagateFailure: true
    propagatePreemption: true
    synchronizedStartTimeout: 1h30m
    context: *patient
    constraints:
      hostname: [node-1, node-2]
      gpuType: {name: h100, memory: 80}

  - name: score
    image: {docker: 'python:3.12'}
    arguments: [score.py, --input, /input, 0.5]
    datasets:
    - {mountPath: /input, source: {result: prepare}}
    - {mountPath: /model, source: {result: *trained}, mode: readonly}
    - {mountPath: /key, source: {secret: key}}
    resources: *small
    context: {priority: high, preemptible: false}
    constraints: {cluster: [team/a]}
  - name: again
    image: {docker: "python:3.12"}
    datasets: *inputs
    result: {path: /output}
    context: *patient
    constraints: {cluster: [team/a]}
"""

#: What a mistake brings with it that is not said for nothing: the rules, each with the fields whose key is misspelt.
CONSEQUENCES: dict[str, set[str]] = {
    "missing-field": {"task.image", "variable.name", "mount.mountPath", "mount.source", "result.path"},
    # Of a task that has another one merged into it.
    "duplicate-task-name": {"task.name"},
}


def read(path: Path) -> SpecText:
    return SpecText(path.name, path.read_text(encoding="utf-8-sig"), is_json=path.suffix == ".json")


def generated() -> Iterator[SpecText]:
    sys.path.append(str(ROOT))  # `benchmarks` stands beside the tests and is not installed
    try:
        specs = [spec for spec in import_module("benchmarks.corpus").generate(GENERATED) if len(spec.text) < LARGEST]
    finally:
        sys.path.remove(str(ROOT))
    for number, spec in enumerate(specs):
        yield SpecText(spec.name, spec.text)
        if number % 4 == 0:
            data = ExperimentSpec.from_yaml(spec.text).to_json()
            yield SpecText(f"{spec.name}.json", json.dumps(data, indent=2, ensure_ascii=False), is_json=True)


@cache
def specs_of(source: str) -> list[SpecText]:
    if source == "real":
        return [spec for spec in map(read, sorted(CORPUS.glob("*"))) if not errors(problems_of(spec))]
    files = [*sorted((ROOT / EXAMPLES).glob("*.*")), *(Path(__file__).parent / "golden" / name for name in GOLDEN)]
    pipeline = [SpecText("pipeline", PIPELINE), SpecText("pipeline with CRLF", PIPELINE.replace("\n", "\r\n"))]
    return [*map(read, files), *pipeline, *generated()]


SOURCES = [
    "own",
    pytest.param("real", marks=pytest.mark.skipif(not CORPUS.is_dir(), reason="the real specs are not there")),
]


def found_in(text: str, spec: SpecText) -> tuple[Problem, ...]:
    return check_data(text.encode(), is_json=spec.is_json, settings=Settings()).problems


@cache
def problems_of(spec: SpecText) -> tuple[Problem, ...]:
    return found_in(spec.text, spec)


def errors(problems: tuple[Problem, ...]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]


@attrs.frozen
class Outcome:
    """What is not as it should be, once a mistake has been planted."""

    #: The problems that are not found at their places.
    missed: list[str]
    #: What is reported beside them, neither a consequence nor there before.
    noise: list[str]


@cache
def outcome_of(kinds: tuple[str, ...], source: str, number: int) -> Outcome:
    mutation = planted(kinds, specs_of(source), random.Random(f"{source} {kinds} {number}"))
    where = f"{number}, {' and '.join(each.field for each in mutation.mistakes)} in {mutation.spec.name}"
    left = list(found_in(mutation.text, mutation.spec))
    missed: list[str] = []
    for wanted in mutation.wanted:
        hits = [
            problem
            for problem in left
            if (problem.rule, problem.line, problem.column) == (wanted.rule, wanted.line, wanted.column)
            and wanted.text in problem.message
        ]
        left = [problem for problem in left if problem not in hits]
        if not hits:
            missed.append(f"{where}: {wanted}")
    return Outcome(missed, [f"{where}: {problem}" for problem in left if is_noise(problem, mutation)])


def is_noise(problem: Problem, mutation: Mutation) -> bool:
    if CONSEQUENCES.get(problem.rule, set()) & {
        each.field for each in mutation.mistakes if each.rule in ("unknown-field", "unknown-constraint")
    }:
        return False
    # What is added to a text moves either the line or, in a list, the index of what was there before.
    return all(
        problem.rule != before.rule
        or (problem.path != before.path and problem.line != mutation.line(before.line or 1, before.column or 1))
        for before in problems_of(mutation.spec)
    )


def outcomes(kind: str, source: str) -> Iterator[Outcome]:
    for number in range(ROUNDS):
        kinds: tuple[str, ...] = (kind,)
        if kind == "two-at-once":
            kinds = tuple(random.Random(f"kinds {number}").choices(list(MISTAKES), k=2))
        yield outcome_of(kinds, source, number)


KINDS = [*MISTAKES, "two-at-once"]


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_mistake_is_found_at_its_own_place(kind: str, source: str) -> None:
    assert [missed for outcome in outcomes(kind, source) for missed in outcome.missed] == []


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_mistake_makes_nothing_else_wrong_that_was_right(kind: str, source: str) -> None:
    assert [noise for outcome in outcomes(kind, source) for noise in outcome.noise] == []


@pytest.mark.parametrize("source", SOURCES)
def test_the_specs_that_mistakes_are_planted_into_have_none(source: str) -> None:
    assert [(spec.name, each) for spec in specs_of(source) for each in errors(problems_of(spec))] == []


#: What stands in a path for a key that must not be shown.
HIDDEN = "…"


def followed(text: str, problem: Problem) -> str:
    """A text after the hint about an unknown field was followed to the letter."""
    root: Any = yaml.safe_load(text)
    path = list(path_parts(problem.path))
    mappings = [root]
    for part in path[:-1]:
        mappings.append(mappings[-1][part])
    value = mappings[-1].pop(path[-1])
    hint = problem.hint or ""
    if match := re.fullmatch(r"did you mean (\w+)\?", hint):
        mappings[-1][match[1]] = value
    elif match := re.match(
        r"(?:its name is )?(\w+)(?: belongs|,) in (\w+)(?: of (the|a) (\w+))?: move it there:\n\2:\n(- |  )\1: …", hint
    ):
        field, key, article, outer, start = match.groups()
        around = mappings[-1]
        if article is not None:
            around = root["tasks"][0] if article == "a" else mappings[{"experiment": 0, "task": 2, "data": 4}[outer]]
        inside = around.setdefault(key, [{}] if start == "- " else {})
        (inside[0] if isinstance(inside, list) else inside)[field] = value
    elif match := re.match(r"(?:its name is )?(\w+).* belongs to the [a-z ]+: write it beside (\w+)", hint):
        mappings[path.index(match[2])][match[1]] = value
    elif match := re.match(r"(?:its name is )?(\w+).* belongs to the experiment: write it without indentation", hint):
        root[match[1]] = value
    return str(yaml.safe_dump(root))


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", ["synonym", "misplaced"])
def test_the_hint_about_an_unknown_field_mends_it(kind: str, source: str) -> None:
    left: list[str] = []
    for number in range(ROUNDS):
        mutation = planted([kind], specs_of(source), random.Random(f"{source} {kind} {number}"))
        [problem] = [each for each in found_in(mutation.text, mutation.spec) if each.rule == "unknown-field"]
        if HIDDEN not in problem.path:  # a name behind a merge key: nothing says where it is to be moved
            after = check_data(followed(mutation.text, problem), settings=Settings()).problems
            left += [f"{number}: {each}" for each in after if (each.rule, each.path) == ("unknown-field", problem.path)]
    assert left == []
