"""The benchmarks: the corpus is what it says, what is computed is right, and nothing has rotted.

Setting up the contenders takes a network and minutes. So that is left to ``python -m benchmarks --quick``.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from statistics import mean, median
from typing import Any

import pytest

from beakerspec import ExperimentSpec

ROOT = Path(__file__).parent.parent

#: Of all files of the corpus. Who changes the corpus on purpose changes this too: figures from before are
#: then no longer comparable.
DIGEST = "b81864c887efb3299292d40a3cfc5c87947a0f9dfda64835fcd7b740a8fefa07"


@pytest.fixture(scope="module", autouse=True)
def _importable() -> Iterator[None]:
    """`benchmarks` stands beside the tests and is not installed; it goes behind all that is."""
    sys.path.append(str(ROOT))
    yield
    sys.path.remove(str(ROOT))


@pytest.fixture(scope="module")
def corpus() -> Any:
    return import_module("benchmarks.corpus")


@pytest.fixture(scope="module")
def texts(corpus: Any) -> list[str]:
    return [spec.text for spec in corpus.generate()]


@pytest.fixture(scope="module")
def specs(texts: list[str]) -> list[ExperimentSpec]:
    return [ExperimentSpec.from_yaml(text) for text in texts]


@pytest.fixture
def run() -> Any:
    """Two rounds of beakerspec and of one contender, which takes four and six times as long."""
    contenders = import_module("benchmarks.contenders").CONTENDERS[:2]
    run = import_module("benchmarks.report").Run(
        contenders=contenders,
        corpus="none",
        rounds=2,
        imports=1,
        machine={"Machine": "none"},
        versions={contender.name: {"python": "cpython", "packages": {}} for contender in contenders},
    )
    for contender, values in zip(contenders, [(1_000.0, 1_000.0), (4_000.0, 6_000.0)], strict=True):
        for value in values:
            run.add("from_json", contender, value)
    return run


def test_the_corpus_has_the_same_bytes_everywhere(texts: list[str]) -> None:
    assert hashlib.sha256("".join(texts).encode()).hexdigest() == DIGEST


def test_another_seed_gives_other_specs(corpus: Any, texts: list[str]) -> None:
    assert not {spec.text for spec in corpus.generate(20, corpus.SEED + 1)} & set(texts)


def test_written_files_are_the_generated_ones(corpus: Any, tmp_path: Path) -> None:
    paths = corpus.write(tmp_path / "new", 5)
    assert [(path.name, path.read_bytes().decode()) for path in paths] == [
        (spec.name, spec.text) for spec in corpus.generate(5)
    ]


def test_sizes_are_those_of_real_specs(texts: list[str]) -> None:
    sizes = [len(text.encode()) for text in texts]
    assert 1_600 <= median(sizes) <= 1_800
    assert 7_300 <= mean(sizes) <= 8_300
    assert 150_000 <= max(sizes) <= 165_000


def test_numbers_of_tasks_are_those_of_real_specs(specs: list[ExperimentSpec]) -> None:
    tasks = [len(spec.tasks) for spec in specs]
    assert (median(tasks), max(tasks)) == (1, 100)


def test_many_tasks_have_ten_to_twenty_variables(specs: list[ExperimentSpec]) -> None:
    variables = [len(task.env_vars or ()) for spec in specs for task in spec.tasks]
    assert 8 <= mean(variables) <= 18
    assert mean(10 <= count <= 20 for count in variables) >= 0.2


@pytest.mark.parametrize(
    ("pattern", "low", "high"),
    [
        pytest.param(r"(?m)['\"]python [^'\"\n]*\n +--", 0.4, 0.6, id="quoted text over several lines"),
        pytest.param(r"(?m)[:-] \|$", 0.05, 0.2, id="a literal block"),
        pytest.param(r"(?m)^ *# ", 0.3, 0.7, id="a comment"),
        pytest.param(r"(?m): \*\w+$", 0.03, 0.08, id="an alias"),
        pytest.param(r"[^\x00-\x7f]", 0.08, 0.16, id="text that is not ASCII"),
        pytest.param(r"(?m)^\{", 0.01, 0.05, id="one flow-style document"),
        pytest.param(r"(?m)command: \[", 0.3, 0.7, id="a command list in flow style"),
    ],
)
def test_the_share_of_files_with(texts: list[str], pattern: str, low: float, high: float) -> None:
    assert low <= mean(bool(re.search(pattern, text)) for text in texts) <= high


def test_every_spec_is_valid(specs: list[ExperimentSpec]) -> None:
    for spec in specs:
        spec.validate()


def test_every_step_works_with_beakerspec(corpus: Any, tmp_path: Path) -> None:
    files = [str(path) for path in corpus.write(tmp_path / "corpus", 5)]
    steps = import_module("benchmarks.steps")
    for step in steps.STEPS:
        function, items = step.prepare(steps.Inputs(ExperimentSpec, files, str(tmp_path / "target.yaml")))
        assert len([function(item) for item in items]) == len(files), step.name


def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds(run: Any) -> None:
    assert run.ratio("from_json", "beaker-py-1") == 5.0


def test_the_table_gives_median_quartiles_and_ratio(run: Any) -> None:
    assert "| `from_json`, µs | 1 | 5 (4.50 to 5.50) | 5 |" in run.markdown().splitlines()


@pytest.mark.parametrize(
    ("times", "verdict"), [(2.0, "BELOW THE FLOOR"), (3.5, "holds the floor"), (5.0, "reaches the aim")]
)
def test_the_table_of_goals_says_what_holds(run: Any, times: float, verdict: str) -> None:
    run.values["from_json"]["beaker-py-1"] = [1_000 * times] * 2
    goal = f"| `from_json`, against beaker-py 1.38.1 (pydantic) | 3.5 | 5 | {times:.1f} | {verdict} |"
    assert goal in run.markdown().splitlines()


def test_the_json_names_every_value(run: Any) -> None:
    assert run.json()["measures"]["from_json"]["values"] == {
        "beakerspec": [1_000.0, 1_000.0],
        "beaker-py-1": [4_000.0, 6_000.0],
    }


def test_the_profile_adds_up_to_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert import_module("benchmarks.profile").main(["--quick"]) == 0
    rows = re.findall(r"\| (\S[^|]*) \| (-?\d+) \| -?\d+% \|", capsys.readouterr().out)
    *parts, (_, whole) = rows
    assert sum(int(part) for _, part in parts) == pytest.approx(int(whole), abs=len(parts))


def test_an_unknown_contender_is_named_and_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert import_module("benchmarks.__main__").main(["--contenders", "beakerspec,nobody"]) == 2
    assert "no contender nobody; there are beakerspec, " in capsys.readouterr().err


def test_a_corpus_without_specs_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_module("benchmarks.profile").main(["--quick", "--corpus", str(tmp_path)]) == 2
    assert "no file that loads" in capsys.readouterr().err


@pytest.mark.parametrize("module", ["benchmarks", "benchmarks.corpus", "benchmarks.profile"])
def test_help_says_how_it_is_called(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"usage: python -m {module} ")
