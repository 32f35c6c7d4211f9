"""Settings: where they are looked for, what they may say, and how everything that is wrong with them is told."""

from __future__ import annotations

import os
import pickle
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beakerspec import BeakerSpecError, check, parse_duration
from beakerspec.checking.rules import RULES
from beakerspec.checking.settings import Settings, SettingsError, SettingsFinder, read_settings, rule_names
from beakerspec.checking.site import Cluster, Site
from beakerspec.checking.suppressions import SUPPRESSIBLE
from beakerspec.frozen import FrozenDict
from beakerspec.model import Priority

is_posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and permissions as POSIX has them")

HOUR = parse_duration("1h")
TOML = "tomllib" if sys.version_info >= (3, 11) else "tomli"


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / ".beakerspec.toml"


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    return tmp_path / "pyproject.toml"


def read(path: Path, text: str | bytes) -> Settings:
    return read_settings(write(path, text))


def complaints(path: Path, text: str | bytes) -> list[str]:
    """What is wrong with settings, without the name of their file."""
    with pytest.raises(SettingsError) as raised:
        read(path, text)
    lines = str(raised.value).split("\n")
    assert all(line.startswith(f"{path}: ") for line in lines)
    return [line.removeprefix(f"{path}: ") for line in lines]


def complaint(path: Path, text: str | bytes) -> str:
    [only] = complaints(path, text)
    return only


def nearest(folder: Path) -> Settings:
    return SettingsFinder().settings_for(folder / "spec.yaml")


# What they say


def test_all_settings_are_read(own: Path) -> None:
    text = """
        select = ["no-cluster", "literal-secret"]
        ignore = ["missing-budget"]
        severity = "error"
        warnings-as-errors = true
        exclude = ["old/", "*.draft.yaml"]

        [rules]
        no-cluster = "error"
        task-name = "off"

        [per-file-ignores]
        "sweeps/" = ["missing-budget"]

        [site]
        priorities = ["low", "normal"]
        min-timeout = "10m"
        max-timeout = "48h"
        host-paths = ["/net", "/raid/a"]
        require-budget = true
        budgets = ["lab/vision"]

        [site.clusters]
        "lab/large" = { aliases = ["lab/big", "lab/huge"], gpus-per-node = 8 }
        "lab/small" = {}
    """
    assert read(own, text) == Settings(
        select=("no-cluster", "literal-secret"),
        ignore=("missing-budget",),
        severity="error",
        warnings_as_errors=True,
        exclude=("old/", "*.draft.yaml"),
        rules=FrozenDict({"no-cluster": "error", "task-name": "off"}),
        per_file_ignores=FrozenDict({"sweeps/": ("missing-budget",)}),
        site=Site(
            clusters=(
                Cluster(name="lab/large", aliases=("lab/big", "lab/huge"), gpus_per_node=8),
                Cluster(name="lab/small"),
            ),
            priorities=("low", "normal"),
            min_timeout=HOUR // 6,
            max_timeout=48 * HOUR,
            host_paths=("/net", "/raid/a"),
            require_budget=True,
            budgets=("lab/vision",),
        ),
        file=str(own),
    )


def test_an_empty_file_says_nothing(own: Path) -> None:
    assert read(own, "") == Settings(file=str(own))


def test_a_shared_file_says_it_in_a_table(shared: Path) -> None:
    text = '[project]\nname = "x"\n[tool.other]\nselect = 1\n[tool.beakerspec]\nseverity = "error"\n'
    assert read(shared, text) == Settings(severity="error", file=str(shared))


def test_a_shared_file_without_the_table_says_nothing(shared: Path) -> None:
    assert read(shared, '[project]\nname = "x"\n') == Settings(file=str(shared))


def test_without_settings_everything_is_reported() -> None:
    settings = Settings()
    assert (settings.select, settings.ignore, settings.severity, settings.warnings_as_errors) == (
        None,
        (),
        "warning",
        False,
    )


@pytest.mark.parametrize("rule", ["unused-suppression", "invalid-suppression", "unknown-field", "image-source"])
def test_whatever_is_found_in_a_spec_can_be_ignored(own: Path, rule: str) -> None:
    assert read(own, f'ignore = ["{rule}"]').ignore == (rule,)


@pytest.mark.parametrize("priority", list(Priority))
def test_every_priority_is_known(own: Path, priority: Priority) -> None:
    assert read(own, f'[site]\npriorities = ["{priority.value}"]').site.priorities == (priority.value,)


def test_a_cluster_may_have_no_gpus(own: Path) -> None:
    settings = read(own, "[site.clusters]\na = { gpus-per-node = 0 }")
    assert settings.site.clusters == (Cluster(name="a", gpus_per_node=0),)


def test_a_cluster_may_repeat_its_own_name(own: Path) -> None:
    assert read(own, '[site.clusters]\na = { aliases = ["a"] }').site.clusters == (Cluster(name="a", aliases=("a",)),)


def test_the_bounds_of_timeouts_may_be_equal(own: Path) -> None:
    site = read(own, '[site]\nmin-timeout = "60m"\nmax-timeout = "1h"').site
    assert (site.min_timeout, site.max_timeout) == (HOUR, HOUR)


def test_windows_line_ends_and_a_byte_order_mark_are_read(own: Path) -> None:
    assert read(own, b'\xef\xbb\xbfseverity = "error"\r\nignore = []\r\n').severity == "error"


# What is wrong with them


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'selct = ["no-cluster"]',
            (
                "selct: expected a setting: select, ignore, severity, warnings-as-errors, embedded, exclude, "
                'rules, per-file-ignores, site, got "selct"; did you mean select?'
            ),
        ),
        (
            "warnings_as_errors = true",
            (
                "warnings_as_errors: expected a setting: select, ignore, severity, warnings-as-errors, embedded, "
                'exclude, rules, per-file-ignores, site, got "warnings_as_errors"; did you mean warnings-as-errors?'
            ),
        ),
        (
            "[site]\nbudget = []",
            (
                "site.budget: expected a setting: clusters, priorities, min-timeout, max-timeout, host-paths, "
                'require-budget, budgets, got "budget"; did you mean budgets?'
            ),
        ),
        (
            "[site.clusters.a]\ngpus = 1",
            (
                "site.clusters.a.gpus: expected a setting: aliases, gpus-per-node, memory-per-gpu, cpus-per-gpu, "
                'got "gpus"'
            ),
        ),
        ('select = "no-cluster"', "select: expected a list, got a string; put it in brackets"),
        ("select = 1", "select: expected a list, got a number"),
        ("ignore = [1]", "ignore[0]: expected a string, got 1; quote it"),
        (
            'ignore = ["no-cluster", "no-clustr"]',
            'ignore[1]: expected a rule name, got "no-clustr"; did you mean no-cluster?',
        ),
        ('ignore = ["xyz"]', 'ignore[0]: expected a rule name, got "xyz"; `beakerspec rules` lists the rules'),
        (
            'select = ["yaml-syntax"]',
            "select[0]: yaml-syntax is always reported: it keeps a file from being read; remove it",
        ),
        ('exclude = "old"', "exclude: expected a list, got a string; put it in brackets"),
        (
            'exclude = ["old", "[a"]',
            'exclude[1]: expected a pattern as in .gitignore, such as "old/" or "*.draft.yaml", got "[a"',
        ),
        (
            '[rules]\nno-clustr = "error"',
            'rules.no-clustr: expected a rule name, got "no-clustr"; did you mean no-cluster?',
        ),
        (
            '[rules]\nno-cluster = "none"',
            'rules.no-cluster: expected a severity: error, warning, off, got "none"',
        ),
        (
            '[rules]\nyaml-syntax = "warning"',
            "rules.yaml-syntax: yaml-syntax is always reported: it keeps a file from being read; remove it",
        ),
        ("rules = 1", "rules: expected a table, got 1"),
        ("per-file-ignores = []", "per-file-ignores: expected a table, got a list"),
        (
            '[per-file-ignores]\n"a/" = ["no-clustr"]',
            'per-file-ignores["a/"][0]: expected a rule name, got "no-clustr"; did you mean no-cluster?',
        ),
        (
            '[per-file-ignores]\n"!a" = []',
            'per-file-ignores["!a"]: expected a pattern as in .gitignore, such as "sweeps/", got "!a"',
        ),
        ('severity = "eror"', 'severity: expected a severity: error, warning, got "eror"; did you mean error?'),
        ("severity = 1", "severity: expected a severity: error, warning, got 1"),
        (
            'warnings-as-errors = "true"',
            'warnings-as-errors: expected true or false, got "true"; write true without quotes',
        ),
        ("warnings-as-errors = 1", "warnings-as-errors: expected true or false, got 1"),
        ("site = 1", "site: expected a table, got 1"),
        (
            '[site]\npriorities = ["hihg"]',
            (
                "site.priorities[0]: expected a priority: low, normal, high, urgent, immediate, preemptible, "
                'got "hihg"; did you mean high?'
            ),
        ),
        ("[site]\nmin-timeout = 48", 'site.min-timeout: expected a duration string such as "48h", got 48'),
        (
            '[site]\nmin-timeout = "1d"',
            (
                'site.min-timeout: expected a duration such as 90m, 1h30m or 300ms, got "1d"; '
                "the units are h, m, s, ms, us and ns: write 24h"
            ),
        ),
        ('[site]\nmax-timeout = "0h"', 'site.max-timeout: expected a duration above 0, got "0h"'),
        (
            '[site]\nmin-timeout = "3h"\nmax-timeout = "2h"',
            "site.min-timeout: expected at most max-timeout, 2h, got 3h",
        ),
        ('[site]\nhost-paths = ["/net", "net"]', 'site.host-paths[1]: expected an absolute path, got "net"'),
        ("[site]\nrequire-budget = 1", "site.require-budget: expected true or false, got 1"),
        ('[site]\nbudgets = [""]', 'site.budgets[0]: expected a name, got ""'),
        ("[site]\nclusters = []", "site.clusters: expected a table, got a list"),
        ('[site]\nclusters = ["a"]', "site.clusters: expected a table, got a list"),
        ("[site.clusters]\na = 8", "site.clusters.a: expected a table, got 8"),
        (
            '[site.clusters]\n"lab/a" = { gpus-per-node = -1 }',
            'site.clusters["lab/a"].gpus-per-node: expected an integer of at least 0, got -1',
        ),
        (
            '[site.clusters]\na = { gpus-per-node = "8" }',
            'site.clusters.a.gpus-per-node: expected an integer, got "8"; write 8 without quotes',
        ),
        (
            '[site.clusters]\na = { aliases = ["x"] }\nb = { aliases = ["y", "x"] }',
            'site.clusters.b.aliases[1]: expected a name of only this cluster, got "x", which already names "a"',
        ),
        (
            '[site.clusters]\na = { aliases = ["b"] }\nb = {}',
            'site.clusters.a.aliases[0]: expected a name of only this cluster, got "b", which already names "b"',
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_key(own: Path, text: str, message: str) -> None:
    assert complaint(own, text) == message


def test_everything_that_is_wrong_is_told_at_once(own: Path) -> None:
    text = 'selct = 1\nseverity = 1\nignore = ["x", 1]\n[site]\nbudgets = 1\nhost-paths = ["a"]\n'
    assert [line.split(": ")[0] for line in complaints(own, text)] == [
        "ignore[0]",
        "ignore[1]",
        "selct",
        "severity",
        "site.budgets",
        "site.host-paths[0]",
    ]


def test_the_keys_of_a_shared_file_are_those_that_stand_in_it(shared: Path) -> None:
    assert complaint(shared, "[tool.beakerspec]\nseverity = 1\n").startswith("tool.beakerspec.severity: ")


@pytest.mark.parametrize("text", ["[tool]\nbeakerspec = 1\n", "tool.beakerspec = 1\n"])
def test_the_table_of_a_shared_file_has_to_be_one(shared: Path, text: str) -> None:
    assert complaint(shared, text) == "tool.beakerspec: expected a table, got 1"


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.name in SUPPRESSIBLE], ids=lambda rule: str(rule.name))
@pytest.mark.parametrize("key", ["select", "ignore"])
def test_every_rule_over_a_spec_can_be_named(own: Path, key: str, rule: object) -> None:
    name = getattr(rule, "name", "")
    assert getattr(read(own, f'{key} = ["{name}"]'), key) == (name,)


@pytest.mark.parametrize("text", ["severity =", "[site", 'select = ["a"\n', "a = 1\na = 2\n", "x = " + "9" * 5000])
def test_a_file_that_is_no_toml_is_told(own: Path, text: str) -> None:
    assert complaint(own, text).startswith("invalid TOML: ")


def test_a_mistake_in_the_toml_is_told_with_its_line(own: Path) -> None:
    assert re.search(r"\b3\b", complaint(own, 'severity = "error"\n\nsite = =\n'))


def test_a_file_that_is_nested_too_deeply_is_told(own: Path) -> None:
    assert complaint(own, "x = " + "[" * 100_000).startswith("invalid TOML: ")


def test_another_encoding_is_told_with_its_byte(own: Path) -> None:
    assert complaint(own, b"# caf\xe9\n").startswith("expected UTF-8, got the byte 0xE9 (byte 6 of the file)")


def test_a_folder_in_the_place_of_a_file_is_told(own: Path) -> None:
    own.mkdir()
    with pytest.raises(SettingsError) as raised:
        nearest(own.parent)
    assert str(raised.value) == f"{own}: not a file"


@is_posix
def test_a_pipe_in_the_place_of_a_file_is_not_read(own: Path) -> None:
    os.mkfifo(own)
    with pytest.raises(SettingsError, match="not a file"):
        nearest(own.parent)


def test_a_file_that_is_not_there_is_told(own: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        read_settings(own)
    assert str(raised.value) == f"{own}: No such file or directory"


@is_posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(own: Path) -> None:
    write(own, "").chmod(0)
    with pytest.raises(SettingsError, match="Permission denied"):
        nearest(own.parent)


def test_a_name_that_a_terminal_acts_on_is_escaped(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m.toml"
    with pytest.raises(SettingsError) as raised:
        read_settings(path)
    assert "\x1b" not in str(raised.value)


def test_a_key_that_a_terminal_acts_on_is_escaped(own: Path) -> None:
    assert "\x1b" not in complaint(own, '"a\\u001b[31m" = 1')


def test_the_error_is_one_of_ours_with_its_problems(own: Path) -> None:
    with pytest.raises(BeakerSpecError) as raised:
        read(own, "severity = 1\nselect = 1")
    assert [(each.file, each.path) for each in raised.value.problems] == [(str(own), "select"), (str(own), "severity")]


def test_the_error_can_be_pickled(own: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        read(own, "severity = 1")
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


_VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-5, 5), st.sampled_from(["x", "", "1h", "/a", "error", "no-cluster"])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b"]), inner)),
)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_toml(each)}' for key, each in value.items())} }}"
    return repr(value)


@pytest.mark.slow
@given(
    st.dictionaries(
        st.sampled_from(
            "select ignore severity warnings-as-errors site.priorities site.min-timeout site.max-timeout "
            "site.host-paths site.require-budget site.budgets site.clusters other site.other".split()
        ),
        _VALUES,
    )
)
def test_whatever_settings_say_they_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, object]
) -> None:
    path = tmp_path_factory.mktemp("settings") / ".beakerspec.toml"
    text = "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())
    try:
        read(path, text)
    except SettingsError as error:
        assert all(each.path for each in error.problems)


# Where tomli is missing


def test_without_a_reader_of_toml_the_extra_is_named(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, TOML, None)
    assert complaint(own, "") == 'reading it requires tomli; pip install "beakerspec[cli]"'


@pytest.mark.parametrize(
    "line",
    [
        "[tool.beakerspec]",
        " [ tool . beakerspec ] # why",
        "[\"tool\".'beakerspec']",
        "[tool.beakerspec.site]",
        "tool.beakerspec.severity = 'error'",
        "[tool]\nbeakerspec.severity = 'error'",
        "[tool]\n'beakerspec' = {}",
    ],
)
def test_without_a_reader_of_toml_a_shared_file_with_the_table_is_told(
    shared: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setitem(sys.modules, TOML, None)
    write(shared, f"[project]\nname = 'x'\n{line}\n")
    with pytest.raises(SettingsError, match="tomli"):
        nearest(shared.parent)


@pytest.mark.parametrize(
    "text", ["[project]\n", '[project]\ndependencies = [\n  "beakerspec==1",\n]\n', "[tool.beakerspecs]\n", "# [tool"]
)
def test_without_a_reader_of_toml_other_shared_files_are_passed_over(
    shared: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setitem(sys.modules, TOML, None)
    write(shared, text)
    assert nearest(shared.parent).file is None


# Where they are looked for


def test_the_nearest_file_holds(tmp_path: Path) -> None:
    write(tmp_path / ".beakerspec.toml", 'severity = "error"')
    near = write(tmp_path / "a" / ".beakerspec.toml", "")
    assert nearest(tmp_path / "a" / "b") == Settings(file=str(near))


def test_the_file_may_be_in_the_folder_itself(own: Path) -> None:
    write(own, "")
    assert nearest(own.parent).file == str(own)


def test_a_file_below_the_folder_does_not_hold(tmp_path: Path) -> None:
    write(tmp_path / "a" / ".beakerspec.toml", "")
    assert nearest(tmp_path).file is None


def test_a_folder_need_not_be_there(own: Path) -> None:
    write(own, "")
    assert nearest(own.parent / "missing" / "too").file == str(own)


@pytest.mark.parametrize("text", ["[project]\n", "[tool.other]\nbeakerspec = 1\n", "[broken", b"\xff", ""])
def test_a_shared_file_without_the_table_is_passed_over(own: Path, text: str | bytes) -> None:
    write(own, "")
    write(own.parent / "a" / "pyproject.toml", text)
    assert nearest(own.parent / "a" / "b").file == str(own)


@pytest.mark.parametrize(
    "text", ["[tool.beakerspec]\n", "tool.beakerspec = {}\n", "[tool]\nbeakerspec = {}\n", "[tool.beakerspec.site]\n"]
)
def test_a_shared_file_with_an_empty_table_holds(own: Path, text: str) -> None:
    write(own, 'severity = "error"')
    near = write(own.parent / "a" / "pyproject.toml", text)
    assert nearest(near.parent) == Settings(file=str(near))


def test_a_broken_shared_file_with_the_table_is_told(shared: Path) -> None:
    write(shared, "[tool.beakerspec]\nseverity =\n")
    with pytest.raises(SettingsError, match="invalid TOML"):
        nearest(shared.parent)


@pytest.mark.parametrize(
    "line",
    [
        "[tool.beakerspec",
        "[tool.beakerspec # why",
        "[tool.beakerspec}",
        "[[tool.beakerspec]",
        " [ tool . 'beakerspec'",
        "[tool.beakerspec.site",
        "tool.beakerspec",
        "tool.beakerspec {}",
    ],
)
def test_a_broken_header_of_the_table_is_told_as_other_broken_settings_are(shared: Path, own: Path, line: str) -> None:
    text = f"[project]\n{line}\nseverity = 'error'\n"
    write(shared, text)
    with pytest.raises(SettingsError) as raised:
        nearest(shared.parent)
    assert str(raised.value) == f"{shared}: {complaint(own, text)}"


@pytest.mark.parametrize(
    "line",
    [
        "[tool.beakerspecs",
        "[tool.beakerspec-extra",
        "[tool.other.beakerspec",
        "# [tool.beakerspec]",
        "x = '[tool.beakerspec]",
        'dependencies = [\n  "beakerspec"\n',
    ],
)
def test_a_broken_shared_file_that_does_not_open_the_table_is_passed_over(shared: Path, line: str) -> None:
    write(shared, f"[project]\n{line}\n[broken\n")
    assert nearest(shared.parent).file is None


def test_a_broken_shared_file_that_the_user_names_is_told(shared: Path) -> None:
    write(shared, "[broken\n")
    with pytest.raises(SettingsError, match="invalid TOML"):
        read_settings(shared)


def test_a_shared_file_without_the_table_that_the_user_names_holds_no_settings(shared: Path) -> None:
    write(shared, "[project]\n")
    assert read_settings(shared) == Settings(file=str(shared))


def test_of_two_files_in_a_folder_the_own_one_holds(own: Path, shared: Path) -> None:
    write(shared, '[tool.beakerspec]\nseverity = "error"\n')
    write(own, "")
    assert nearest(own.parent) == Settings(file=str(own))


def test_text_without_a_file_has_those_of_the_working_directory(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(own, "")
    monkeypatch.chdir(own.parent)
    assert SettingsFinder().settings_for(None).file == str(own)


@pytest.mark.parametrize("path", ["spec.yaml", "./spec.yaml", "b/../spec.yaml", "b/spec.yaml"])
def test_a_path_may_be_relative(own: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    write(own, "")
    monkeypatch.chdir(own.parent)
    assert SettingsFinder().settings_for(path).file == str(own)


def test_each_file_has_those_that_are_nearest_to_it(tmp_path: Path) -> None:
    first, second = (write(tmp_path / name / ".beakerspec.toml", "") for name in ("a", "a/b"))
    finder = SettingsFinder()
    files = ["a/b/c/x.yaml", "a/x.yaml", "a/b/x.yaml", "a/c/x.yaml", "x.yaml"]
    assert [finder.settings_for(tmp_path / file).file for file in files] == [
        str(second),
        str(first),
        str(second),
        str(first),
        None,
    ]


def test_a_settings_file_is_read_once(own: Path) -> None:
    write(own, "")
    finder = SettingsFinder()
    before = finder.settings_for(own.parent / "a" / "x.yaml")
    own.unlink()
    assert all(finder.settings_for(own.parent / each / "x.yaml") is before for each in ("a", "b", "", "b/c"))


def test_a_folder_without_settings_is_looked_into_once(own: Path) -> None:
    finder = SettingsFinder()
    finder.settings_for(own.parent / "x.yaml")
    write(own, "")
    assert finder.settings_for(own.parent / "y.yaml").file is None


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_the_search_ends_at_the_folder_of_the_repository(own: Path, kind: str) -> None:
    write(own, "")
    repository = own.parent / "a"
    write(repository / ".git" / "HEAD" if kind == "folder" else repository / ".git", "")
    assert nearest(repository / "b").file is None


def test_the_folder_of_the_repository_is_searched(own: Path) -> None:
    write(own, "")
    write(own.parent / ".git", "")
    assert nearest(own.parent / "a").file == str(own)


def test_the_search_starts_anew_for_each_repository(own: Path) -> None:
    write(own, "")
    write(own.parent / "a" / ".git", "")
    finder = SettingsFinder()
    files = [finder.settings_for(own.parent / name / "x.yaml").file for name in ("a/b", "c", "a")]
    assert files == [None, str(own), None]


# Whose they are


@is_posix
@pytest.mark.parametrize("mode", [0o1777, 0o777, 0o757, 0o1770], ids=oct)
def test_the_file_of_another_user_in_a_shared_folder_is_ignored(
    own: Path, give_away: Callable[[Path], None], mode: int
) -> None:
    give_away(write(own, 'severity = "error"'))
    own.parent.chmod(mode)
    finder = SettingsFinder()
    assert (finder.settings_for(own.parent / "x.yaml").file, finder.ignored) == (None, [str(own)])


@is_posix
@pytest.mark.parametrize("mode", [0o755, 0o700, 0o2775, 0o1755], ids=oct)
def test_the_file_of_another_user_in_any_other_folder_holds(
    own: Path, give_away: Callable[[Path], None], mode: int
) -> None:
    give_away(write(own, ""))
    own.parent.chmod(mode)
    assert nearest(own.parent).file == str(own)


@is_posix
def test_the_own_file_in_a_shared_folder_holds(own: Path) -> None:
    write(own, "")
    own.parent.chmod(0o1777)
    assert nearest(own.parent).file == str(own)


@is_posix
def test_the_file_of_another_user_is_ignored_whatever_is_wrong_with_it(
    own: Path, give_away: Callable[[Path], None]
) -> None:
    os.mkfifo(own)
    give_away(own)
    own.parent.chmod(0o1777)
    assert nearest(own.parent) == Settings()


@is_posix
def test_a_link_of_another_user_in_a_shared_folder_is_ignored(own: Path, give_away: Callable[[Path], None]) -> None:
    own.symlink_to(write(own.parent / "other.toml", ""))
    give_away(own)
    own.parent.chmod(0o1777)
    assert nearest(own.parent).file is None


@is_posix
def test_the_search_goes_on_where_a_file_is_ignored(own: Path, give_away: Callable[[Path], None]) -> None:
    write(own, "")
    foreign = write(own.parent / "a" / "pyproject.toml", "[tool.beakerspec]\n")
    give_away(foreign)
    foreign.parent.chmod(0o1777)
    assert nearest(foreign.parent).file == str(own)


@is_posix
def test_the_search_does_not_end_at_what_another_user_left_in_a_shared_folder(
    own: Path, give_away: Callable[[Path], None]
) -> None:
    write(own, "")
    repository = write(own.parent / "a" / ".git", "")
    give_away(repository)
    repository.parent.chmod(0o1777)
    assert nearest(repository.parent).file == str(own)


# What they are used for


def test_without_a_selection_all_rules_apply() -> None:
    assert all(Settings().applies(rule.name) for rule in RULES)


def test_with_a_selection_only_its_rules_apply() -> None:
    settings = Settings(select=("no-cluster",))
    assert (settings.applies("no-cluster"), settings.applies("host-path")) == (True, False)


def test_ignored_rules_do_not_apply() -> None:
    settings = Settings(ignore=("no-cluster",))
    assert (settings.applies("no-cluster"), settings.applies("host-path")) == (False, True)


def test_a_rule_that_is_selected_and_ignored_does_not_apply() -> None:
    assert not Settings(select=("no-cluster",), ignore=("no-cluster",)).applies("no-cluster")


@pytest.mark.parametrize("rule", ["yaml-syntax", "invalid-type", "missing-field"])
def test_what_keeps_a_file_from_being_read_always_applies(rule: str) -> None:
    assert Settings(select=(), ignore=(rule,)).applies(rule)


@pytest.mark.parametrize("rule", ["unused-suppression", "invalid-suppression"])
def test_the_rules_about_comments_can_be_left_out(rule: str) -> None:
    assert not Settings(ignore=(rule,)).applies(rule)


def test_options_replace_the_same_setting() -> None:
    settings = Settings(
        select=("no-cluster",), ignore=("host-path",), severity="error", warnings_as_errors=True, file="f"
    )
    replaced = settings.overridden(select=["task-name"], ignore=[], severity="warning", warnings_as_errors=False)
    assert replaced == Settings(select=("task-name",), file="f")


def test_an_empty_option_replaces_the_setting_too() -> None:
    assert Settings(select=("no-cluster",)).overridden(select=[]).select == ()


def test_options_that_are_not_given_replace_nothing() -> None:
    settings = Settings(
        select=("no-cluster",), ignore=("host-path",), severity="error", warnings_as_errors=True, file="f"
    )
    assert settings.overridden() == settings


def test_settings_can_be_pickled_and_hashed() -> None:
    settings = Settings(ignore=("no-cluster",), site=Site(clusters=(Cluster(name="a", aliases=("b",)),)))
    assert {pickle.loads(pickle.dumps(settings)): 1}[settings] == 1


def test_names_of_rules_are_given_back() -> None:
    assert rule_names(iter(["no-cluster", "unused-suppression"])) == ("no-cluster", "unused-suppression")


def test_wrong_names_of_rules_are_told_together() -> None:
    with pytest.raises(SettingsError) as raised:
        rule_names(["no-clustr", "host-path", "yaml-syntax"])
    assert sorted(str(raised.value).split("\n")) == [
        'expected a rule name, got "no-clustr"; did you mean no-cluster?',
        "yaml-syntax is always reported: it keeps a file from being read; remove it",
    ]


def test_a_rule_that_is_off_does_not_apply() -> None:
    settings = Settings(rules=FrozenDict({"no-cluster": "off"}))
    assert (settings.applies("no-cluster"), settings.applies("host-path")) == (False, True)


@pytest.mark.parametrize(
    ("severity", "kept"), [("error", [("replicas", "error")]), ("warning", []), ("off", [])], ids=str
)
def test_the_threshold_looks_at_the_severity_that_settings_give(severity: str, kept: list[tuple[str, str]]) -> None:
    settings = Settings(rules=FrozenDict({"replicas": severity, "missing-budget": "off"}), severity="error")
    assert found("tasks:\n- {image: {docker: a}, replicas: 0}", settings) == kept


def found(text: str, settings: Settings) -> list[tuple[str, str]]:
    return [(each.rule, each.severity) for each in check(text, settings=settings)]


def test_settings_give_a_rule_another_severity() -> None:
    settings = Settings(
        rules=FrozenDict({"no-cluster": "error", "missing-budget": "warning", "image-source": "warning"}),
    )
    assert found("tasks:\n- {image: {}, replicas: 1}", settings) == [
        ("missing-budget", "warning"),
        ("no-cluster", "error"),
        ("image-source", "warning"),
    ]


def test_warnings_count_as_errors_whatever_makes_them_warnings() -> None:
    settings = Settings(rules=FrozenDict({"replicas": "warning"}), warnings_as_errors=True, select=("replicas",))
    assert found("tasks:\n- {image: {docker: a}, replicas: 0}", settings) == [("replicas", "error")]


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("a/", ["a/x.yaml", "b/a/y.yaml"]),
        ("/a/", ["a/x.yaml"]),
        ("*.yaml", ["a/x.yaml", "b/a/y.yaml", "x.yaml"]),
        ("b/**/y.yaml", ["b/a/y.yaml"]),
    ],
)
def test_rules_are_ignored_in_the_files_that_a_pattern_matches(own: Path, pattern: str, matching: list[str]) -> None:
    write(own, f'ignore = ["no-cluster"]\n[per-file-ignores]\n"{pattern}" = ["missing-budget"]\n')
    files = [
        write(own.parent / name, "tasks:\n- {image: {docker: a}}\n") for name in ("a/x.yaml", "b/a/y.yaml", "x.yaml")
    ]
    clean = [file.relative_to(own.parent).as_posix() for file in files if not check(file)]
    assert clean == matching


def test_rules_are_not_ignored_in_a_text_without_a_file(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(own, '[per-file-ignores]\n"*" = ["missing-budget"]\n')
    monkeypatch.chdir(own.parent)
    assert "missing-budget" in [rule for rule, _ in found("tasks: []", SettingsFinder().settings_for(None))]


def test_settings_in_python_may_hold_lists() -> None:
    settings: Any = {"ignore": ["missing-budget"]}
    rules = {problem.rule for problem in check("tasks: []\n", settings=Settings(**settings))}
    assert rules
    assert "missing-budget" not in rules
