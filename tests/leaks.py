"""Specs with marked values of environment variables, random edits of them, and all that beakerspec says about them."""

from __future__ import annotations

import io
import json
import random
import traceback
import warnings
from collections.abc import Iterable, Iterator
from functools import cache

import yaml
from conftest import ROOT
from layouts import LAYOUT

from beakerspec import BeakerSpecError, ExperimentSpec, Settings
from beakerspec.checking.check import check_data
from beakerspec.cli.reports import REPORTS, Tally

#: The marked value. No text but a value of a variable holds five characters of it that follow each other.
MARK = "Zq9XkP3vWt"
PARTS = [MARK[index : index + 5] for index in range(len(MARK) - 4)]

SETTINGS = Settings()
CORPUS = ROOT.parent / "shared" / "corpus"
#: How a value is written in the place of another one.
_STYLES = (MARK, f"'{MARK}'", f'"x {MARK} y"', f"{MARK} b", f'\'{{"a": "{MARK}"}}\'', f"a={MARK}", f"&v {MARK}")
_JSON_STYLES = (f'"{MARK}"', f'"x {MARK}"', f'"{{\\"a\\": \\"{MARK}\\"}}"')
_SIGNS = ":-[]{}'\"#&*!|>%@`,?\t\n =~aZ0é\\"

_OWN = (
    """\
version: v2
budget: team/project
x: &secret {marked}
tasks:
- name: train
  image: {{docker: alpine}}
  command: [python, train.py]
  arguments:
  - --lr
  - 1e-4
  envVars:
  - name: HF_TOKEN
    value: *secret
  - name: KEY
    value: |
      -----BEGIN-----
      {mark} b: c
      - {mark}
      -----END-----
  - {{name: A, value: {marked}}} # {mark}
  - name: FOLDED
    value: >-
      {mark}
      {mark}
  # envVars: X={mark}
  - name: LONG
    value: "{mark}
      {mark}"
  datasets:
  - mountPath: /data
    source: {{beaker: team/data}}
  result: {{path: /output}}
  resources: {{gpuCount: 1, memory: 10GiB}}
  constraints: {{cluster: [team/a, team/b]}}
""",
    """\
defaults: &defaults
  envVars: &env
  - name: API_KEY
    value: {marked}
tasks:
- <<: *defaults
  name: a
  image: {{beaker: x}}
  context: {{cluster: team/a, priority: high}}
- name: b
  image: {{beaker: x}}
  envVars: *env
  context: {{priority: low, preemptible: true}}
  replicas: 2
""",
    """\
tasks: [{{image: {{docker: a}}, timeout: 2h, envVars: [{{name: A, value: {marked}}}, {{name: B, secret: {mark}}}]}}]
""",
    "tasks:\n- image: {{docker: a}}\n  envVars: {{TOKEN: {mark}, OTHER: '{mark}'}}\n  replicas: 1\n",
)


@cache
def bases() -> list[tuple[str, bool]]:
    """Specs with marked values, real and own ones, and whether each is JSON."""
    made = [(text.format(mark=MARK, marked=style), False) for text in _OWN for style in _STYLES[:5]]
    paths = sorted((*CORPUS.glob("v2/*"), *CORPUS.glob("go-template/*"), *(ROOT / "tests/examples").glob("*.yaml")))
    texts = [path.read_text("utf-8") for path in paths if path.stat().st_size < 20_000]
    for index, text in enumerate(texts):
        marked = _marked(text, index)
        if MARK in marked:
            made.append((marked, False))
    for text, _ in [each for each in made[::9] if "{{" not in each[0]]:
        data = yaml.load(text, yaml.BaseLoader)
        made.append((json.dumps(data, indent=2), True))
        made.append((json.dumps(data), True))
    return made


def _marked(text: str, number: int) -> str:
    """A text whose values of variables are marked."""
    try:
        root = yaml.compose(text)
    except yaml.YAMLError:
        return text
    edits = sorted(_values(root), key=lambda node: -node.start_mark.index)
    for index, node in enumerate(edits):
        start, end = node.start_mark.index, node.end_mark.index
        if node.style in ("|", ">"):
            lines = text[start:end].split("\n")
            lines[1:] = [line[: len(line) - len(line.lstrip())] + MARK if line.strip() else line for line in lines[1:]]
            text = text[:start] + "\n".join(lines) + text[end:]
        else:
            styles = _JSON_STYLES if text.lstrip().startswith("{") else _STYLES[:-1]
            text = text[:start] + styles[(number + index) % len(styles)] + text[end:]
    return text


def _values(node: yaml.Node | None, is_variable: bool = False) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if is_variable and key.value in ("value", "secret") and isinstance(value, yaml.ScalarNode):
                yield value
            elif not is_variable:
                yield from _values(value, key.value in ("envVars", "env_vars"))
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _values(item, is_variable)


def edited(text: str, choice: random.Random) -> str:
    """A text after one random edit."""
    kind = choice.randrange(9)
    position = choice.randrange(len(text) + 1)
    lines = text.split("\n")
    line, other = choice.randrange(len(lines)), choice.randrange(len(lines))
    if kind == 0:
        return text[:position] + choice.choice(_SIGNS) + text[position:]
    if kind == 1:
        return text[:position] + text[position + 1 :]
    if kind == 2:
        return text[:position] + choice.choice(_SIGNS) + text[position + 1 :]
    if kind == 3:
        del lines[line]
    elif kind == 4:
        lines[line] = lines[other]
    elif kind == 5:
        lines[line], lines[other] = lines[other], lines[line]
    elif kind == 6:
        lines[line] = lines[line][choice.randrange(1, 5) :] if lines[line].startswith(" ") else lines[line]
    elif kind == 7:
        lines[line] = " " * choice.randrange(1, 4) + lines[line]
    else:
        named = [index for index, each in enumerate(lines) if "envVars" in each]
        if named and lines[named[0]].strip() == "envVars:":
            del lines[choice.choice(named)]
    return "\n".join(lines)


def reports(text: str | bytes, *, is_json: bool = False, env: dict[str, str] | None = None) -> Iterator[str]:
    """All that is said about a text: in every format, in exceptions and in warnings."""
    checked = check_data(text, file="spec.yaml", is_json=is_json, env=env, settings=SETTINGS)
    for problem in checked.problems:
        yield str(problem)
        yield repr(problem)
    for make in REPORTS.values():
        written = io.StringIO()
        report = make(written.write, color=False)
        report.add("spec.yaml", checked.problems)
        report.end(Tally(checked=1))
        yield written.getvalue()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            if is_json:
                spec = ExperimentSpec.from_json(json.loads(text))
            else:
                spec = ExperimentSpec.from_yaml(text, env=env)
            spec.validate()
        except (BeakerSpecError, ValueError) as error:
            if isinstance(error, BeakerSpecError):
                yield "".join(traceback.format_exception(error))
                yield repr(error)
        yield from (str(each.message) for each in caught)


def leaks(said: Iterable[str]) -> list[str]:
    """The reports that show a part of a mark."""
    return [each for each in said if any(part in each for part in PARTS)]


def random_texts(seed: int, count: int) -> Iterator[tuple[str, bool]]:
    """Edited specs, and whether each is JSON. The same seed gives the same ones."""
    choice = random.Random(seed)
    # A key is no value, and shown: where a value holds what looks like one, an edit may make it one.
    layouts = [text.replace("@", MARK) for text in LAYOUT.values() if "@:" not in text]
    for _ in range(count):
        if choice.random() < 0.1:
            text, is_json = choice.choice(layouts), False
        else:
            text, is_json = choice.choice(bases())
        for _ in range(choice.randrange(1, 4)):
            text = edited(text, choice)
        yield text, is_json


def main(minutes: float, seed: int) -> None:
    """Look for leaks for so long, and print what was found."""
    import time

    end = time.monotonic() + 60 * minutes
    texts = found = said = 0
    while time.monotonic() < end:
        seed += 1
        for text, is_json in random_texts(seed, 500):
            texts += 1
            all_reports = list(reports(text, is_json=is_json))
            said += len(all_reports)
            for leak in leaks(all_reports)[:1]:
                found += 1
                print(f"--- seed {seed}\n{text}\n>>> {leak}", flush=True)
    print(f"{texts:,} texts, {said:,} reports, {found} texts with a mark in a report")


if __name__ == "__main__":
    import sys

    main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
