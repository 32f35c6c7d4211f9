"""Each target of the fuzzing holds for its seeds, past findings among them, and for some hundred mutations."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fuzz.mutation import SEEDS, mutations, seeds_of
from fuzz.targets import TARGETS, WORDS

#: How many mutations; of what takes longer, fewer.
COUNTS = dict.fromkeys(TARGETS, 300) | {"archives": 100, "pipeline": 150}


def test_every_target_has_seeds_and_words() -> None:
    assert sorted(path.name for path in SEEDS.iterdir()) == sorted(TARGETS) == sorted(WORDS)


@pytest.mark.parametrize(("target", "name"), [(target, name) for target in TARGETS for name in seeds_of(target)])
def test_a_seed_holds(target: str, name: str) -> None:
    TARGETS[target](seeds_of(target)[name])


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_mutations_of_the_seeds_hold(target: str) -> None:
    seeds = list(seeds_of(target).values())
    for data in itertools.islice(mutations(seeds, WORDS[target], 1), COUNTS[target]):
        try:
            TARGETS[target](data)
        except Exception as error:
            raise AssertionError(f"put this into tests/fuzz/seeds/{target}: {data!r}") from error


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SEEDS.parent / "run.py"), *arguments, "--findings", str(folder / "findings")]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)


@pytest.mark.slow
def test_a_run_counts_by_target(tmp_path: Path) -> None:
    done = run(tmp_path, "quantities", "templates", "--seconds", "1", "--no-atheris")
    assert done.returncode == 0, done.stdout
    assert [line.split()[0] for line in done.stdout.splitlines()[-3:]] == ["target", "quantities", "templates"]
    assert os.listdir(tmp_path) == []


def test_an_unknown_target_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "quantity")
    assert (done.returncode, "unknown target quantity" in done.stdout) == (2, True)
