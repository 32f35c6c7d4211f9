"""The benchmarks: the corpus is what it says, what is computed is right, and nothing has rotted.

Setting up the contenders takes a network and minutes. So that is left to ``python -m benchmarks --quick``.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import mean, median
from typing import Any
from xml.etree import ElementTree

import pytest

from beakerspec import ExperimentSpec

ROOT = Path(__file__).parent.parent

#: Of all files of the corpus. Who changes the corpus on purpose changes this too: figures from before are
#: then no longer comparable.
DIGEST = "a67fcebdf92a0d53c20ba362a41f3a30898c0242d796f13021fa21238a70e5a6"


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
    contenders = import_module("benchmarks.lineup").CONTENDERS[:2]
    run = import_module("benchmarks.run").Run(
        contenders=contenders,
        corpora={"generated": "none"},
        rounds=2,
        imports=1,
        machine={"Machine": "none"},
        versions={contender.name: {"python": "cpython", "packages": {}} for contender in contenders},
    )
    for contender, values in zip(contenders, [(1e-6, 1e-6), (4e-6, 6e-6)], strict=True):
        for value in values:
            run.add("from_json", contender, value)
    return run


@pytest.fixture
def table(run: Any) -> Callable[[], list[str]]:
    """The lines of the report on the run as it is when this is called."""
    return lambda: import_module("benchmarks.report").markdown(run).splitlines()


@pytest.fixture
def files(corpus: Any, tmp_path: Path) -> list[Path]:
    paths: list[Path] = corpus.write(tmp_path / "corpus", 5, is_tame=True)
    return paths


@pytest.fixture
def environment(tmp_path: Path) -> Any:
    """The environment of the tests, in which beakerspec is but not pyperf."""
    return environment_of("beakerspec", tmp_path)


def environment_of(name: str, folder: Path) -> Any:
    """The environment of the tests as that of a contender, all of whose packages are there."""
    contenders = {contender.name: contender for contender in import_module("benchmarks.lineup").CONTENDERS}
    environment = import_module("benchmarks.environments").Environment(contenders[name], folder)
    environment.python = Path(sys.executable)
    return environment


@pytest.mark.slow
def test_the_corpus_has_the_same_bytes_everywhere(texts: list[str]) -> None:
    assert hashlib.sha256("".join(texts).encode()).hexdigest() == DIGEST


@pytest.mark.slow
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
        pytest.param(r"(?m): >$", 0.02, 0.06, id="a folded scalar"),
        pytest.param(r"(?m)(- |arguments: )python [^'\"\n]*\n +\S", 0.02, 0.06, id="a plain scalar over several lines"),
        pytest.param(r"(?m)value: (?:true|false)$", 0.3, 0.6, id="a boolean without quotes for a variable"),
        pytest.param(r"hostPath:", 0.1, 0.25, id="a host path"),
        pytest.param(r"[^\x00-\x7f]", 0.08, 0.16, id="text that is not ASCII"),
        pytest.param(r"(?m)^\{", 0.01, 0.05, id="one flow-style document"),
        pytest.param(r"(?m)command: \[", 0.3, 0.7, id="a command list in flow style"),
    ],
)
def test_the_share_of_files_with(texts: list[str], pattern: str, low: float, high: float) -> None:
    assert low <= mean(bool(re.search(pattern, text)) for text in texts) <= high


def test_the_largest_file_has_thousands_of_aliases(texts: list[str]) -> None:
    assert len(re.findall(r"[:-] \*\w+", max(texts, key=len))) >= 1_500


def test_tame_files_have_nothing_that_a_contender_refuses(corpus: Any) -> None:
    wild = re.compile(r"hostPath|priority: preemptible|value: (?:true|false|[0-9]+)$", re.MULTILINE)
    assert any(wild.search(spec.text) for spec in corpus.generate(40))
    for spec in corpus.generate(40, is_tame=True):
        assert not wild.search(spec.text)
        assert all(task.result and task.context for task in ExperimentSpec.from_yaml(spec.text).tasks)


def test_every_spec_is_valid(specs: list[ExperimentSpec]) -> None:
    for spec in specs:
        spec.validate()


@pytest.mark.slow
def test_many_specs_are_as_large_as_few_and_all_different(corpus: Any, tmp_path: Path) -> None:
    written = [path.read_bytes() for path in corpus.write_many(tmp_path, 250)]
    assert len(set(written)) == 250
    assert mean(map(len, written[:100])) == pytest.approx(mean(map(len, written[100:200])), rel=0.02)


@pytest.mark.slow
def test_every_step_works_with_beakerspec(files: list[Path], tmp_path: Path) -> None:
    steps = import_module("benchmarks.steps")
    ours = import_module("benchmarks.contenders.ours")
    for step in steps.STEPS:
        inputs = steps.Inputs(ours, list(map(str, files)), str(tmp_path / "target.yaml"))
        function, items = step.prepare(inputs)
        assert len([function(item) for item in items]) == len(files), step.name


def test_each_contender_has_a_module() -> None:
    for contender in import_module("benchmarks.lineup").CONTENDERS:
        assert find_spec(f"benchmarks.contenders.{contender.module}"), contender.name


def test_the_model_in_plain_cattrs_writes_what_it_reads(files: list[Path]) -> None:
    cattrs_model = import_module("benchmarks.contenders.cattrs_model")
    for file in files:
        given = ExperimentSpec.from_file(file)
        assert ExperimentSpec.from_json(cattrs_model.to_json(cattrs_model.from_file(str(file)))) == given


@pytest.mark.parametrize(
    ("given", "written"),
    [
        pytest.param({"tasks": [{"gpuCount": "1"}]}, {"tasks": [{"gpuCount": 1.0}]}, id="a number"),
        pytest.param({"command": ["1", "0.5"]}, {"command": [1, 0.5]}, id="numbers that print as they stand there"),
        pytest.param({"preemptible": "yes"}, {"preemptible": True}, id="a boolean"),
        pytest.param({"cluster": "a"}, {"cluster": ["a"]}, id="one item for a list"),
        pytest.param({"a": None, "b": ["x"]}, {"b": ["x"]}, id="a null"),
        pytest.param({"tasks": [{}]}, {"tasks": [{"hostNetworking": False, "context": {}}]}, id="defaults"),
        pytest.param({"timeout": "1h30m"}, {"timeout": 5_400_000_000_000}, id="a duration"),
    ],
)
def test_data_of_the_same_meaning_do_not_differ(given: Any, written: Any) -> None:
    assert import_module("benchmarks.likeness").difference(given, written) is None


def test_the_texts_of_a_file_are_what_stands_there(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text("a: &x {b: 0123, c: yes}\nd: {<<: *x, c: 12:30}\ne: ~\n", encoding="utf-8")
    assert import_module("benchmarks.likeness").texts(str(file)) == {
        "a": {"b": "0123", "c": "yes"},
        "d": {"b": "0123", "c": "12:30"},
        "e": None,
    }


@pytest.mark.parametrize(
    ("given", "written", "place"),
    [
        ({"tasks": [{"a": "x"}, {"a": "y"}]}, {"tasks": [{"a": "x"}, {"a": "z"}]}, "tasks[1].a"),
        ({"command": ["a", "b"]}, {"command": ["a"]}, "command"),
        ({"command": ["1"]}, {"command": [True]}, "command[0]"),
        ({"value": "0123"}, {"value": 83}, "value"),
        ({"value": "1.10"}, {"value": 1.1}, "value"),
        ({"value": "yes"}, {"value": True}, "value"),
        ({"value": "a"}, {"value": {}}, "value"),
        ({"timeout": "90m"}, {"timeout": 90}, "timeout"),
        ({"hostNetworking": "true"}, {}, "hostNetworking"),
        ({}, {"invented": 1}, "invented"),
    ],
)
def test_the_first_difference_is_placed(given: Any, written: Any, place: str) -> None:
    assert import_module("benchmarks.likeness").difference(given, written) == place


@pytest.mark.slow
def test_a_worker_finds_files_that_a_contender_refuses(environment: Any, files: list[Path], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("tasks: 3\n", encoding="utf-8")
    with environment.start([*files, wrong]) as worker:
        assert list(worker.ask("refused", step="from_file")) == [str(wrong)]


@pytest.mark.slow
def test_a_worker_finds_nothing_that_beakerspec_alters(environment: Any, files: list[Path]) -> None:
    with environment.start(files) as worker:
        assert worker.ask("altered", files=list(map(str, files))) == {}


def test_a_worker_finds_what_plain_cattrs_alters(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text("tasks: [{image: {docker: a}, envVars: [{name: A, value: 0123}]}]\n", encoding="utf-8")
    with environment_of("cattrs", tmp_path).start([file]) as worker:
        assert worker.ask("altered", files=[str(file)]) == {str(file): "tasks[0].envVars[0].value"}


def test_a_worker_says_what_the_fast_reader_takes(environment: Any, tmp_path: Path) -> None:
    for name, text in (("fast", "budget: abc\n"), ("slow", "budget: !!str a\n")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    with environment.start(()) as worker:
        taken = worker.ask("taken_fast", files=[str(tmp_path / "fast"), str(tmp_path / "slow")])
    assert taken == [0.5, pytest.approx(12 / 28)]


@pytest.mark.slow
def test_a_worker_says_what_a_loaded_spec_takes(environment: Any, files: list[Path]) -> None:
    size = mean(path.stat().st_size for path in files)
    with environment.start(files, files) as worker:
        assert size / 10 < worker.ask("traced_memory") < size * 10


def test_what_fails_in_a_worker_is_reported(environment: Any, files: list[Path]) -> None:
    failure = import_module("benchmarks.environments").BenchmarkError
    with (
        environment.start(files) as worker,
        pytest.raises(failure, match=r"beakerspec: 'nothing' failed:[^$]*AttributeError"),
    ):
        worker.ask("nothing")


@pytest.mark.slow
@pytest.mark.parametrize("way", ["alone", "processes", "mapped"])
def test_a_load_in_bulk_counts_what_it_gives(files: list[Path], way: str) -> None:
    load = import_module("benchmarks.bulk").load
    assert load(way, map(str, files), len(files)).seconds > 0
    with pytest.raises(ValueError, match="6 files gave 5 specs"):
        load(way, map(str, files), 6)


def test_a_ratio_is_the_median_of_the_ratios_of_the_rounds(run: Any) -> None:
    assert run.ratio("from_json", "beaker-py-1") == pytest.approx(5)


def test_a_ratio_is_over_the_files_that_both_load(run: Any) -> None:
    ours, theirs = run.contenders
    taken = {ours: {"a": 1e-6, "b": 1e-6, "c": 100e-6}, theirs: {"a": 2e-6, "b": 30e-6, "d": 1.0}}
    run.add_round("from_file", taken, "from_file median")
    assert run.ratio("from_file", "beaker-py-1") == pytest.approx(16)
    assert run.ratio("from_file median", "beaker-py-1") == pytest.approx(16)
    assert run.values["from_file"]["beakerspec"] == [pytest.approx(34e-6)]
    assert run.values["from_file median"]["beaker-py-1"] == [30e-6]


@pytest.mark.parametrize(
    ("times", "verdict"), [(0.2, "BELOW THE FLOOR"), (0.27, "holds the floor"), (0.4, "reaches the aim")]
)
def test_a_goal_may_be_bounded_from_above(run: Any, table: Callable[[], list[str]], times: float, verdict: str) -> None:
    run.contenders = import_module("benchmarks.lineup").CONTENDERS
    run.versions = {contender.name: {"python": "cpython", "packages": {}} for contender in run.contenders}
    for contender in run.contenders:
        if contender.name in {"beakerspec", "libyaml"}:
            run.add("from_file", contender, 1.0 if contender.name == "beakerspec" else times)
    assert f"| `from_file`, against libyaml alone | at most 4 | 3.2 | {1 / times:.2f} | {verdict} |" in table()


def test_the_report_says_what_the_fast_reader_takes(run: Any, table: Callable[[], list[str]]) -> None:
    run.fast["generated"] = (0.985, 0.9)
    assert "- Corpus: none; the fast reader takes 98.5% of them, with 90.0% of the characters" in table()
    assert "| share of files that the fast reader takes | 98% | 99.5% | 0.98 | holds the floor |" in table()


def test_there_is_no_ratio_to_nothing(run: Any) -> None:
    for contender, value in zip(run.contenders, (0.0, 1.0), strict=True):
        run.add("resident", contender, value)
    assert run.ratio("resident", "beaker-py-1") is None


def test_the_first_table_gives_median_and_spread(table: Callable[[], list[str]]) -> None:
    assert "| `from_json`, µs | 1 | 5 ± 1 |" in table()


def test_the_second_table_gives_ratios(table: Callable[[], list[str]]) -> None:
    assert "| `from_json` | 5 |" in table()


def test_what_has_no_ratio_is_in_the_first_table_only(run: Any, table: Callable[[], list[str]]) -> None:
    for contender in run.contenders:
        run.add("bare", contender, 0.01)
    assert [line for line in table() if "imports nothing" in line] == [
        "| an interpreter that imports nothing, ms | 10 | 10 |"
    ]


@pytest.mark.parametrize(
    ("times", "verdict"), [(2.0, "BELOW THE FLOOR"), (3.9, "holds the floor"), (5.1, "reaches the aim")]
)
def test_the_table_of_goals_says_what_holds(
    run: Any, table: Callable[[], list[str]], times: float, verdict: str
) -> None:
    run.values["from_json"]["beaker-py-1"] = [1e-6 * times] * 2
    assert f"| `from_json`, against beaker-py 1.38.1 | 3.8 | 5 | {times:.2f} | {verdict} |" in table()


def test_the_table_of_loads_gives_rate_ratio_and_memory(run: Any, table: Callable[[], list[str]]) -> None:
    run.add_bulk(1_000, "alone", 400e-6, 30_000_000)
    run.add_bulk(1_000, "processes", 200e-6, 90_000_000)
    assert "| 1,000 | two processes | 200 | 5,000 | 2 | 90 |" in table()


def test_two_processes_are_judged_by_many_files_only(run: Any, table: Callable[[], list[str]]) -> None:
    for files, seconds in ((1_000, 300e-6), (10_000, 220e-6)):
        assert not any("against one process" in line for line in table())
        run.add_bulk(files, "alone", 400e-6, None)
        run.add_bulk(files, "mapped", seconds, None)
    assert "| in bulk, two processes, `map_specs` against one process | 1.6 | 1.9 | 1.82 | holds the floor |" in table()


@pytest.mark.parametrize(("seconds", "verdict"), [(430e-6, "holds"), (450e-6, "ABOVE THE LIMIT")])
def test_time_is_flat_or_it_is_said(run: Any, table: Callable[[], list[str]], seconds: float, verdict: str) -> None:
    run.add_bulk(1_000, "alone", 400e-6, 30_000_000)
    run.add_bulk(100_000, "alone", seconds, 30_000_000)
    title = "time for a file among 100,000 files over that among 1,000, one process"
    assert f"| {title} | at most 1.1 | 1 | {seconds / 400e-6:.2f} | {verdict} |" in table()


def test_the_json_names_every_value(run: Any) -> None:
    assert run.json()["measures"]["from_json"]["values"] == {
        "beakerspec": [1e-6, 1e-6],
        "beaker-py-1": [4e-6, 6e-6],
    }


def test_the_chart_is_sound_and_shows_each_contender(run: Any) -> None:
    chart = ElementTree.fromstring(import_module("benchmarks.chart").chart(run))
    texts = [element.text for element in chart.iter("{http://www.w3.org/2000/svg}text")]
    assert {"from_json, µs", "beakerspec", "1", "beaker-py 1.38.1", "5"} <= set(texts)


def test_the_bar_of_what_takes_longer_is_longer(run: Any) -> None:
    chart = ElementTree.fromstring(import_module("benchmarks.chart").chart(run))
    ours, theirs = (float(bar.attrib["width"]) for bar in chart.iter("{http://www.w3.org/2000/svg}rect"))
    assert 0 < ours < theirs


@pytest.mark.slow
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


def test_without_valgrind_nothing_is_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert import_module("benchmarks.instructions").main([]) == 2
    assert "there is no valgrind" in capsys.readouterr().err


@pytest.fixture
def _valgrind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What runs a program like Valgrind, and says that each of its arguments has taken 1,000 instructions."""
    program = tmp_path / "valgrind"
    program.write_text('#!/bin/sh\nshift 2\n"$@" && echo "== Collected : ${#}000" >&2\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.usefixtures("_valgrind")
def test_a_revision_that_is_not_there_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert import_module("benchmarks.instructions").main(["--against", "no-such-revision"]) == 2
    assert "no revision and no folder with the package: no-such-revision" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.skipif(not (ROOT / "beakerspec").is_dir(), reason="needs the package beside the tests")
@pytest.mark.usefixtures("_valgrind")
def test_instructions_are_counted_on_given_files(files: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    (files[0].parent / "refused.yml").write_text("tasks: 3\n", encoding="utf-8")
    assert import_module("benchmarks.instructions").main(["--corpus", str(files[0].parent)]) == 0
    assert f"{len(files) + 1} real files" in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.skipif(not (ROOT / "beakerspec").is_dir(), reason="needs the package beside the tests")
@pytest.mark.usefixtures("_valgrind")
def test_instructions_are_not_counted_without_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert import_module("benchmarks.instructions").main(["--corpus", str(tmp_path / "empty")]) == 2
    assert "no *.yaml and no *.yml below" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
@pytest.mark.skipif(not (ROOT / "beakerspec").is_dir(), reason="needs the package beside the tests")
@pytest.mark.usefixtures("_valgrind")
def test_what_the_start_takes_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert import_module("benchmarks.instructions").main(["--against", str(ROOT), "--files", "2"]) == 0
    assert re.search(r"\| this checkout \| 500 \| \d+ \| \+0\.00% \|", capsys.readouterr().out)


@pytest.mark.slow
@pytest.mark.parametrize("module", ["benchmarks", "benchmarks.corpus", "benchmarks.instructions", "benchmarks.profile"])
def test_help_says_how_it_is_called(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith(f"usage: python -m {module} ")
