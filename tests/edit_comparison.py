"""How many lines a diff has after a value has been changed: ``python tests/edit_comparison.py FILE PATH VALUE``.

The value is a number. beakerspec, ruamel.yaml and PyYAML make the change, and so does yq where it is installed.
"""

from __future__ import annotations

import difflib
import io
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML

from beakerspec import edit_text


def put(data: Any, path: str, value: int) -> None:
    """Change plain data in place. The path has names and indices only."""
    *parents, last = [int(part) if part.isdecimal() else part for part in re.findall(r"\w+", path)]
    for part in parents:
        data = data[part]
    data[last] = value


def texts(text: str, path: str, value: int) -> Iterator[tuple[str, str]]:
    """What each of them makes of a text."""
    yield "beakerspec", edit_text(text, {path: value})
    round_trip = YAML()
    round_trip.preserve_quotes = True
    round_trip.width = 4096
    data = round_trip.load(text)
    put(data, path, value)
    stream = io.StringIO()
    round_trip.dump(data, stream)
    yield "ruamel.yaml", stream.getvalue()
    data = yaml.safe_load(text)
    put(data, path, value)
    yield "PyYAML", yaml.safe_dump(data, sort_keys=False)
    program = shutil.which("yq")
    for options in (
        ([], ["-y"]) if program is not None else ()
    ):  # two programs have this name: one gives JSON without -y
        run = subprocess.run(
            [str(program), *options, f".{path} = {value}"], input=text, capture_output=True, text=True, check=False
        )
        if run.returncode == 0 and not run.stdout.startswith("{"):
            yield "yq", run.stdout
            break


def differing_lines(before: str, after: str) -> int:
    """How many lines a diff has, without its context."""
    return sum(line.startswith(("- ", "+ ")) for line in difflib.ndiff(before.splitlines(), after.splitlines()))


if __name__ == "__main__":
    file, path, value = sys.argv[1:]
    before = Path(file).read_text(encoding="utf-8")
    for name, after in texts(before, path, int(value)):
        print(f"{name}: a diff of {differing_lines(before, after)} lines")
