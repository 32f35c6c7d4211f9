"""Random changes of specs, and what holds for each: ``python tests/edits.py NUMBER SEED FOLDER``.

The edited text reads as the spec that the same change of the value gives, lines beside the change stay, no comment of
theirs is lost, and a change that is taken back gives the first text.
"""

from __future__ import annotations

import difflib
import random
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from beakerspec import EditError, ExperimentSpec, UnknownFieldWarning, ValidationError, edit_text
from beakerspec.documents.complete_reader import locate_json, locate_yaml
from beakerspec.editing.layout import Layout
from beakerspec.fields.paths import resolve
from beakerspec.problems import path_text

TEXTS = [
    "a",
    "two words",
    "x: y",
    "- dash",
    "#no comment",
    "it's",
    'say "x"',
    "yes",
    "0123",
    "1e-4",
    "null",
    "~",
    "",
    "é",
    "a #b",
    "*",
    "&a",
    "!x",
    "[x]",
    "{x}",
    "{{.Env.X}}",
    "\\d",
    "$HOME/x",
    "%",
    "@x",
    "`",
    "tail ",
    " lead",
    "line one\nline two\n",
    "one\n\n  two",
    "a\tb",
    "/data/set",
    "x" * 130,
]
NAMES = ["A", "SEED", "PYTHONPATH", "X_1"]


def random_change(random: random.Random, spec: ExperimentSpec) -> tuple[str, Any]:
    """A path into the spec and a value for it; None removes what stands there."""
    text = random.choice(TEXTS)
    count = random.randrange(1, 9)
    at_root = [
        ("budget", text),
        ("description", text),
        ("description", None),
        ("retry.allowedTaskRetries", count),
        ("groups", ["a", text]),
    ]
    if not spec.tasks or random.random() < 0.1:
        return random.choice(at_root)
    index = random.randrange(len(spec.tasks))
    task = spec.tasks[index]
    of_task: list[tuple[str, Any]] = [
        ("name", f"task-{count}"),
        ("timeout", f"{count}h"),
        ("timeout", None),
        ("resources.gpuCount", count),
        ("resources.cpuCount", count / 2),
        ("resources.memory", f"{count} GiB"),
        ("resources", None),
        ("context.priority", random.choice(["low", "high", "urgent"])),
        ("context.preemptible", random.random() < 0.5),
        ("constraints.cluster", ["ai2/a", text]),
        ("constraints.hostname", None),
        ("command", [text, "b", 1]),
        ("command", None),
        ("arguments[+]", random.choice([text, count, 0.5])),
        ("arguments[--seed]", count),
        ("result.path", f"/out/{count}"),
        ("image", {"beaker": f"image-{count}"}),
        ("hostNetworking", True),
        ("replicas", count),
        (f"envVars[{random.choice(NAMES)}].value", text),
        (f"envVars[{random.choice(NAMES)}].secret", "secret"),
        (f"datasets[/data{count}].source.beaker", "set"),
    ]
    for list_name, items in (("envVars", task.env_vars), ("datasets", task.datasets), ("arguments", task.arguments)):
        for item in range(min(len(items or ()), 3)):
            number = random.randrange(len(items or ()))
            of_task.append((f"{list_name}[{number}]", None if list_name != "arguments" or item else text))
            if list_name == "envVars":
                of_task.append((f"envVars[{number}].value", text))
            if list_name == "datasets":
                of_task.append((f"datasets[{number}].mountPath", f"/mnt/{count}"))
    if random.random() < 0.05:
        return f"tasks[{index}]", None
    if random.random() < 0.05:
        return "tasks[+]", {"name": f"new-{count}", "image": {"docker": text or "x"}, "command": ["a", text]}
    if random.random() < 0.1:
        path, value = random.choice(of_task[:10])
        return f"tasks[*].{path}", value
    path, value = random.choice(of_task)
    return f"tasks[{index}].{path}", value


def load(text: str, *, is_json: bool) -> ExperimentSpec:
    """The spec of a text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownFieldWarning)
        if is_json:
            import json

            return ExperimentSpec.from_json(json.loads(text))
        return ExperimentSpec.from_yaml(text)


def comments(text: str, *, is_json: bool) -> Counter[str]:
    """The comments of a text."""
    text = text.removeprefix("\ufeff")
    root = (locate_json if is_json else locate_yaml)(text).root
    assert root is not None
    return Counter(Layout(text, root, is_json=is_json).comments())


def lines_meant(text: str, path: str, *, is_json: bool) -> int:
    """How many lines of a text a change at a path may change or remove."""
    text = text.removeprefix("\ufeff")
    located = (locate_json if is_json else locate_yaml)(text)
    assert located.root is not None
    layout = Layout(text, located.root, is_json=is_json)
    number = 0
    for place in resolve(located.root.data, path):
        steps = located.steps(path_text(*(part for part in place if isinstance(part, (str, int)))))
        node = steps[-1].node
        if node is None:  # the line of what it is put into, if that is all in one
            number += 1
        else:
            start = node.start if steps[-1].key is None else steps[-1].key.start
            number += text.count("\n", start, layout.end_of(node)) + 1
    return number


def fault_of(text: str, path: str, value: Any, *, is_json: bool) -> str | None:
    """What is wrong with the outcome of a change, "refused" or None."""
    spec = load(text, is_json=is_json)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnknownFieldWarning)
            wanted = spec.with_value(path, value)
    except (EditError, ValidationError):
        return None  # the value is not right
    try:
        edited = edit_text(text, {path: value}, is_json=is_json)
    except EditError as error:
        return f"refused: {error}"
    got = load(edited, is_json=is_json)
    if got != wanted:
        return f"reads as another spec: {edited}"
    before, after = text.splitlines(keepends=True), edited.splitlines(keepends=True)
    differing = sum(
        end - start
        for kind, start, end, _, _ in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
        if kind != "equal"
    )
    # Where the last item goes, an empty list stays in the line of its key; in JSON a comma goes, too.
    if differing > lines_meant(text, path, is_json=is_json) + (2 if value is None else 0):
        return f"changed {differing} lines: {edited}"
    # What is replaced or removed as a whole goes with its comments.
    lost = comments(text, is_json=is_json) - comments(edited, is_json=is_json)
    if lost and value is not None and not isinstance(value, (list, dict)):
        return f"lost a comment: {lost}"
    return None


def specs_of(folder: Path) -> Iterator[tuple[str, str, bool]]:
    """Name and text of each spec of a folder that can be read, as it is and with Windows line ends."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".yaml", ".yml", ".json"):
            continue
        is_json = path.suffix == ".json"
        try:
            text = path.read_bytes().decode()
            load(text, is_json=is_json)
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            continue
        yield path.name, text, is_json
        if "\r" not in text:
            yield f"{path.name} with Windows line ends", text.replace("\n", "\r\n"), is_json


def run(number: int, seed: int, folder: Path) -> None:
    """Make random changes and print what is wrong."""
    chance = random.Random(seed)
    texts = list(specs_of(folder))
    specs = [load(text, is_json=is_json) for _, text, is_json in texts]
    counts: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    for _ in range(number):
        index = chance.randrange(len(texts))
        name, text, is_json = texts[index]
        path, value = random_change(chance, specs[index])
        try:
            fault = fault_of(text, path, value, is_json=is_json)
        except Exception as error:
            fault = f"{type(error).__name__}: {error}"
        kind = "right" if fault is None else fault.partition(":")[0]
        counts[kind] += 1
        if fault is not None and shown[kind] < 6:
            shown[kind] += 1
            print(f"{name}: {path} = {value!r}: {fault[:1500]}\n")
    print(dict(counts))


if __name__ == "__main__":
    run(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
