"""For every rule a spec that breaks it and one that does not, through the function and through the command.

In ``golden_rules/RULE/``, ``bad.txt`` is what is said about ``bad.yaml``, and so for ``bad-2.yaml`` and the like, where
a rule has more to say; about ``good.yaml`` nothing is said. The settings are those of ``settings.toml`` in the folder,
if it is there, and for a single file those of ``bad-2.toml`` and the like. In a folder for a rule about JSON all that
is ``.json``.
"""

from __future__ import annotations

import json
import re
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from beakerspec import ExperimentSpec, Problem, UnknownFieldWarning, ValidationError
from beakerspec.checking.check import check
from beakerspec.checking.rules import RULES
from beakerspec.checking.settings import Settings, read_settings
from beakerspec.cli import main

GOLDEN = Path(__file__).parent / "golden_rules"
BY_NAME = {rule.name: rule for rule in RULES}

#: A file that breaks it has ten million characters: tests/test_checking.py makes one.
WITHOUT_FILES = {"too-large", "too-many-problems"}

#: The rules whose suggestion stands inside of what is to be written.
INSIDE = {"one-item-for-a-list", "deprecated-cluster", "literal-secret"}

FILES = sorted(path for path in GOLDEN.glob("*/*") if path.suffix in (".yaml", ".json"))
BAD = [path for path in FILES if path.stem != "good"]
GOOD = [path for path in FILES if path.stem == "good"]


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


each_bad = pytest.mark.parametrize("path", BAD, ids=name_of)
each_good = pytest.mark.parametrize("path", GOOD, ids=name_of)
each_rule = pytest.mark.parametrize("name", sorted(BY_NAME.keys() - WITHOUT_FILES))


@pytest.fixture(autouse=True)
def in_their_folder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports name files as they were given, here without their folder."""
    if "path" in request.fixturenames:
        monkeypatch.chdir(request.getfixturevalue("path").parent)


def settings_file(path: Path) -> Path | None:
    files = (path.with_suffix(".toml"), path.with_name("settings.toml"))
    return next((file for file in files if file.exists()), None)


def settings_of(path: Path) -> Settings:
    file = settings_file(path)
    return Settings() if file is None else read_settings(file)


def options_of(path: Path) -> list[str]:
    file = settings_file(path)
    return ["--no-config"] if file is None else ["--config", file.name]


def problems_in(path: Path) -> tuple[Problem, ...]:
    return check(Path(path.name), settings=settings_of(path))


def wanted(path: Path) -> str:
    return path.with_suffix(".txt").read_bytes().decode()


def test_every_rule_has_its_folder_and_every_folder_its_rule() -> None:
    assert {folder.name for folder in GOLDEN.iterdir()} == BY_NAME.keys() - WITHOUT_FILES


@each_rule
def test_every_rule_has_a_bad_and_a_good_file(name: str) -> None:
    assert {path.stem for path in FILES if path.parent.name == name} >= {"bad", "good"}


def test_no_file_is_left_over() -> None:
    reports = [path.with_suffix(".txt") for path in BAD]
    found = {path for path in map(settings_file, FILES) if path is not None}
    assert sorted(GOLDEN.glob("*/*")) == sorted({*FILES, *reports, *found})


@each_bad
def test_a_bad_file_gives_its_report(path: Path, matches_golden: Callable[[Path, str], bool]) -> None:
    assert matches_golden(path.with_suffix(".txt"), "\n\n".join(map(str, problems_in(path))) + "\n")


@each_bad
def test_the_command_prints_the_same_report(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check", *options_of(path), path.name])
    report, _, summary = capsys.readouterr().out.rpartition("\n\n")
    assert report + "\n" == wanted(path)
    assert re.fullmatch(r".* in 1 spec(; can be fixed: .*)?\n", summary)
    assert code == (1 if BY_NAME[path.parent.name].severity == "error" else 0)


@each_bad
def test_a_bad_file_breaks_its_rule_alone(path: Path) -> None:
    rule = BY_NAME[path.parent.name]
    assert {(problem.rule, problem.severity) for problem in problems_in(path)} == {(rule.name, rule.severity)}


@each_bad
def test_a_bad_file_gives_a_spec_unless_its_rule_is_fatal(path: Path) -> None:
    def load() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UnknownFieldWarning)
            ExperimentSpec.from_file(path.name)

    if BY_NAME[path.parent.name].is_fatal:
        with pytest.raises(ValidationError, match=rf"\[{path.parent.name}\]"):
            load()
    else:
        load()


@each_bad
def test_a_rule_can_be_ignored_unless_it_is_fatal(path: Path) -> None:
    rule = BY_NAME[path.parent.name]
    optional = [each.name for each in RULES if not each.is_fatal]
    ignoring = settings_of(path).overridden(ignore=optional)
    assert bool(check(Path(path.name), settings=ignoring)) is rule.is_fatal


@each_good
def test_about_a_good_file_nothing_is_said(path: Path) -> None:
    assert problems_in(path) == ()


@each_good
def test_the_command_has_nothing_to_say_about_a_good_file(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *options_of(path), path.name]) == 0
    assert re.fullmatch(r"no problems in 1 spec(; \d problems? suppressed)?\n", capsys.readouterr().out)


@pytest.mark.parametrize("path", [path for path in GOOD if settings_file(path)], ids=name_of)
def test_a_rule_about_a_site_is_silent_without_its_facts(path: Path) -> None:
    bad = next(each for each in BAD if each.parent == path.parent)
    found = check(Path(bad.name), settings=Settings())
    assert path.parent.name not in {problem.rule for problem in found}


def mended(text: str, problem: Problem, replacement: str) -> str:
    """The text with what a problem marks replaced."""
    lines = text.splitlines(keepends=True)
    assert problem.line is not None
    assert problem.line == problem.end_line
    assert problem.column is not None
    assert problem.end_column is not None
    line = lines[problem.line - 1]
    marked = line[problem.column - 1 : problem.end_column - 1]
    if (problem.file or "").endswith(".json") and marked[0] == '"' and "quotes" not in (problem.hint or ""):
        replacement = json.dumps(replacement)
    lines[problem.line - 1] = line[: problem.column - 1] + replacement + line[problem.end_column - 1 :]
    return "".join(lines)


@each_bad
def test_what_a_hint_says_to_write_fixes_its_problem_and_makes_no_other(path: Path, tmp_path: Path) -> None:
    before = problems_in(path)
    for problem in before:
        if problem.suggestion is not None and problem.rule not in INSIDE:
            copy = tmp_path / path.name
            copy.write_bytes(mended(path.read_bytes().decode(), problem, problem.suggestion).encode())
            after = Counter(each.rule for each in check(copy, settings=settings_of(path)))
            after -= Counter(["unused-suppression"])  # one that can be read now may suppress nothing
            assert after == Counter(each.rule for each in before) - Counter([problem.rule]), problem.hint


def test_many_hints_say_what_to_write() -> None:
    assert sum(problem.suggestion is not None for path in BAD for problem in problems_at(path)) > 60


def problems_at(path: Path) -> tuple[Problem, ...]:
    return check(path, settings=settings_of(path))
