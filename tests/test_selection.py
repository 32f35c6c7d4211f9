"""What paths stand for: files, folders, patterns, lists and standard input; and the values of templates."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beakerspec.checking.settings import Settings, SettingsError
from beakerspec.cli.exclusion import Exclusion
from beakerspec.cli.selection import Found, environment, files, parse_assignment, read_env_file

is_posix = pytest.mark.skipif(os.name != "posix", reason="links, pipes and permissions as POSIX has them")

Complaints = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"tasks: []\n")


def select(*paths: str, **options: Any) -> tuple[list[Found], Complaints]:
    complaints: Complaints = []

    def report(path: str, error: OSError | str) -> None:
        complaints.append((path, error if isinstance(error, str) else error.strerror or ""))

    return list(files(paths, report, **options)), complaints


def found(*paths: str, **options: Any) -> list[str]:
    """The files that paths stand for, where nothing is wrong with any."""
    selected, complaints = select(*paths, **options)
    assert complaints == []
    return [each.path.replace(os.sep, "/") for each in selected]


def named(*paths: str, **options: Any) -> list[str]:
    return [each.path for each in select(*paths, **options)[0] if each.is_named]


def listed(text: str | bytes, *paths: str) -> tuple[list[Found], Complaints]:
    """What a list on standard input gives."""
    data = text if isinstance(text, bytes) else text.encode()
    with mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(data))):
        return select(*paths, files_from="-")


# Files and folders


def test_a_file_stands_for_itself_and_is_named() -> None:
    make("a.yaml", "b")
    assert select("b", "a.yaml") == ([Found("b", True), Found("a.yaml", True)], [])


def test_a_file_that_is_missing_stands_for_itself() -> None:
    assert select("a.yaml") == ([Found("a.yaml", True)], [])


def test_a_folder_stands_for_the_files_below_it_in_order() -> None:
    names = ["a.yaml", "b.yml", "c.json", "b/a.yaml", "b/b.yaml", "b/a/a.yaml", "c/a.yaml"]
    make(*reversed(names), "d.txt", "yaml", "e.YAML~", "b/f.py")
    assert found(".") == [f"./{name}" for name in names]


def test_the_files_of_a_folder_are_not_named() -> None:
    make("a/a.yaml")
    assert select("a") == ([Found(os.path.join("a", "a.yaml"), False)], [])


@pytest.mark.parametrize("order", [1, -1])
def test_a_file_of_a_folder_that_is_given_too_is_named(order: int) -> None:
    make("a/a.yaml", "a/b.yaml")
    assert len(named(*["a", "./a/a.yaml"][::order])) == 1


def test_a_file_is_found_once_under_all_its_spellings(here: Path) -> None:
    make("a/b.yaml")
    assert found("a", ".", "a/b.yaml", "./a//b.yaml", "a/../a/b.yaml", str(here / "a"), str(here)) == ["a/b.yaml"]


@is_posix
def test_a_file_is_found_once_behind_links() -> None:
    make("a/b.yaml")
    Path("c").symlink_to("a")
    Path("d.yaml").symlink_to("a/b.yaml")
    assert found("a", "c", "c/b.yaml", "d.yaml") == ["a/b.yaml"]


@is_posix
def test_hard_links_are_files_of_their_own() -> None:
    make("a.yaml")
    Path("b.yaml").hardlink_to("a.yaml")
    assert found(".") == ["./a.yaml", "./b.yaml"]


@is_posix
def test_links_to_folders_are_not_followed() -> None:
    make("a/b.yaml")
    Path("a/c").symlink_to(".")
    Path("a/d.yaml").symlink_to("../a")
    assert found("a") == ["a/b.yaml"]


@is_posix
def test_a_link_to_a_folder_that_is_given_is_followed() -> None:
    make("a/b.yaml")
    Path("c").symlink_to("a")
    assert found("c") == ["c/b.yaml"]


@is_posix
def test_a_link_to_nowhere_is_found() -> None:
    Path("a.yaml").symlink_to("nowhere")
    assert found(".") == ["./a.yaml"]


@is_posix
def test_pipes_are_left_out_of_folders() -> None:
    os.mkfifo("a.yaml")
    assert found(".") == []


@is_posix
def test_a_pipe_that_is_given_is_taken() -> None:
    os.mkfifo("a.yaml")
    assert found("a.yaml") == ["a.yaml"]


def test_a_folder_with_the_name_of_a_file_is_a_folder() -> None:
    make("a.yaml/b.yaml")
    assert found(".") == found("./a.yaml") == ["./a.yaml/b.yaml"]


@pytest.mark.parametrize("name", [".git", ".hg", ".venv", "venv", "node_modules", ".tox"])
def test_what_tools_keep_is_left_out(name: str) -> None:
    make(f"{name}/a.yaml", f"a/{name}/a.yaml", "a/a.yaml")
    assert found(".") == ["./a/a.yaml"]


def test_what_tools_keep_is_taken_where_it_is_given() -> None:
    make(".venv/a/a.yaml")
    assert found(".venv") == [".venv/a/a.yaml"]


def test_other_hidden_files_and_folders_are_taken() -> None:
    make(".beaker/a.yaml", ".b.yaml")
    assert found(".") == ["./.b.yaml", "./.beaker/a.yaml"]


@is_posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_told(here: Path) -> None:
    make("a/a.yaml", "b/b.yaml")
    Path("a").chmod(0)
    try:
        assert select(".") == ([Found("./b/b.yaml", False)], [("./a", "Permission denied")])
    finally:
        Path("a").chmod(0o755)


def test_a_folder_that_goes_away_is_told() -> None:
    make("a/a.yaml", "b.yaml")
    complaints: list[str] = []
    selection = files(["."], lambda path, error: complaints.append(path))
    assert next(selection).path.endswith("b.yaml")
    Path("a/a.yaml").unlink()
    Path("a").rmdir()
    assert (list(selection), complaints) == ([], [os.path.join(".", "a")])


def test_files_are_given_before_all_folders_are_looked_into() -> None:
    make("a.yaml", "b/c.yaml")
    selection = files(["."], lambda path, error: pytest.fail(f"{path}: {error}"))
    assert next(selection).path.endswith("a.yaml")
    make("b/d.yaml")
    assert len(list(selection)) == 2


@is_posix
def test_a_folder_may_be_deeper_than_functions_call_each_other() -> None:
    depth = 1200
    os.makedirs("a")
    for level in range(1, depth):
        os.mkdir("a/" * level + "a")
    make("a/" * depth + "b.yaml")
    try:
        assert found("a") == ["a/" * depth + "b.yaml"]
    finally:  # as pytest could not
        os.unlink("a/" * depth + "b.yaml")
        for level in range(depth, 0, -1):
            os.rmdir("a/" * level)


# Patterns


def test_a_pattern_stands_for_what_matches_in_order() -> None:
    make("b.yaml", "a.yaml", "c.json", "d/a.yaml")
    assert select("*.yaml") == ([Found("a.yaml", False), Found("b.yaml", False)], [])


@pytest.mark.parametrize(
    ("pattern", "matching"),
    [
        ("**/*.yaml", ["a.yaml", "b/a.yaml", "b/c/a.yaml"]),
        ("b/**/*.yaml", ["b/a.yaml", "b/c/a.yaml"]),
        ("?/a.yaml", ["b/a.yaml"]),
        ("[ab].yaml", ["a.yaml"]),
        ("./b/*.yaml", ["b/a.yaml"]),
        ("b/../*.yaml", ["b/../a.yaml"]),
        ("*/c", ["b/c/a.yaml"]),
        ("*.txt", ["d.txt"]),
    ],
)
def test_a_pattern_may_say(pattern: str, matching: list[str]) -> None:
    make("a.yaml", "b/a.yaml", "b/c/a.yaml", "d.txt")
    assert found(pattern) == matching


def test_a_pattern_may_be_absolute(here: Path) -> None:
    make("a/b.yaml")
    assert found(f"{here}/**/*.yaml") == [f"{here.as_posix()}/a/b.yaml"]


def test_a_file_with_the_name_of_a_pattern_is_a_file() -> None:
    make("[a].yaml", "a.yaml")
    assert select("[a].yaml") == ([Found("[a].yaml", True)], [])


@pytest.mark.parametrize("pattern", ["*.yml", "b/*.yaml", "b/**/*.yaml", "[b].yaml"])
def test_a_pattern_that_matches_nothing_is_told(pattern: str) -> None:
    make("a.yaml")
    assert select(pattern) == ([], [(pattern, "no file matches")])


@pytest.mark.parametrize("pattern", ["a/" + 300 * "x" + "/*.yaml", "a/b**/*.yaml", "a/*" + 300 * "x" + "/*"])
def test_a_pattern_that_cannot_match_is_told(pattern: str) -> None:
    make("a/b.yaml")
    selected, complaints = select(pattern)
    assert (selected, [path for path, _ in complaints]) == ([], [pattern])


def test_the_others_are_found_where_a_pattern_matches_nothing() -> None:
    make("a.yaml")
    assert select("*.yml", "a.yaml")[0] == [Found("a.yaml", True)]


def test_a_file_that_matches_and_is_given_too_is_named() -> None:
    make("a.yaml", "b.yaml")
    assert select("*.yaml", "a.yaml")[0] == [Found("a.yaml", True), Found("b.yaml", False)]


@is_posix
def test_a_pattern_does_not_follow_links_in_circles() -> None:
    make("a/b.yaml")
    for name in ("c", "d", "e"):
        Path("a", name).symlink_to("../a")
    assert found("**/*.yaml") == ["a/b.yaml"]


@is_posix
def test_pipes_are_left_out_of_patterns() -> None:
    make("b.yaml")
    os.mkfifo("a.yaml")
    assert found("*.yaml") == ["b.yaml"]


# What is left out


def left_out(*paths: str, **options: Any) -> dict[str, str]:
    """The reasons for what is left out, with the working directory as a dot."""
    reasons: dict[str, str] = {}
    patterns = options.pop("patterns", ())
    exclusion = Exclusion(patterns, on_skip=reasons.__setitem__, **options)
    list(files(paths, lambda path, error: pytest.fail(f"{path}: {error}"), exclusion=exclusion))
    return {path: reason.replace(os.getcwd(), ".") for path, reason in reasons.items()}


def write(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("a.yaml", ["./b.yaml", "./d/b.yaml"]),
        ("/a.yaml", ["./b.yaml", "./d/a.yaml", "./d/b.yaml"]),
        ("./a.yaml", ["./b.yaml", "./d/a.yaml", "./d/b.yaml"]),
        ("d/a.yaml", ["./a.yaml", "./b.yaml", "./d/b.yaml"]),
        ("d", ["./a.yaml", "./b.yaml"]),
        ("d/", ["./a.yaml", "./b.yaml"]),
        ("*/b.*", ["./a.yaml", "./b.yaml", "./d/a.yaml"]),
        ("?.yaml/", ["./a.yaml", "./b.yaml", "./d/a.yaml", "./d/b.yaml"]),
        ("[!b].yaml", ["./b.yaml", "./d/b.yaml"]),
        ("**/d/**", ["./a.yaml", "./b.yaml"]),
    ],
)
def test_a_pattern_leaves_files_and_folders_out(pattern: str, kept: list[str]) -> None:
    make("a.yaml", "b.yaml", "d/a.yaml", "d/b.yaml")
    assert found(".", exclusion=Exclusion([pattern])) == kept


def test_a_pattern_may_be_absolute_when_it_leaves_out(here: Path) -> None:
    make("a/b.yaml", "c/b.yaml")
    assert found(".", exclusion=Exclusion([f"{here}/a/"])) == ["./c/b.yaml"]


def test_a_pattern_leaves_out_what_is_elsewhere(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("a/b.yaml", "a/c.yaml", "d/e")
    monkeypatch.chdir("d")
    assert found("../a", exclusion=Exclusion(["b.yaml"])) == ["../a/c.yaml"]


def test_a_pattern_of_many_wildcards_takes_no_time() -> None:
    make("a" * 200, "/".join("a" * 50) + "/b.yaml")
    write(".gitignore", f"{'*a' * 30}*b\n{'**/a/' * 30}c\n")
    assert found(".", exclusion=Exclusion(["*a" * 30 + "*b", "**/a/" * 30 + "c"])) != []


def test_a_later_pattern_takes_out_again_what_an_earlier_one_covers() -> None:
    make("a.yaml", "b.yaml")
    assert found(".", exclusion=Exclusion(["*.yaml", "!b.yaml"])) == ["./b.yaml"]


def test_a_file_that_is_named_is_left_out_on_demand_alone() -> None:
    make("a/b.yaml")
    assert named("a/b.yaml", exclusion=Exclusion(["a/"])) == ["a/b.yaml"]
    assert named("a/b.yaml", exclusion=Exclusion(["a/"], is_forced=True)) == []


def test_a_folder_that_is_named_is_left_out_on_demand_alone() -> None:
    make("a/b/c.yaml", "a/b/d.yaml")
    assert found("a/b", exclusion=Exclusion(["a/", "d.yaml"])) == ["a/b/c.yaml"]
    assert found("a/b", exclusion=Exclusion(["a/"], is_forced=True)) == []


def test_a_list_and_a_pattern_name_no_files() -> None:
    make("a/b.yaml", "c.yaml")
    assert found("*/*.yaml", "*.yaml", exclusion=Exclusion(["a"])) == ["c.yaml"]
    write("list", "a/b.yaml\nc.yaml\n")
    assert found(files_from="list", exclusion=Exclusion(["a"])) == ["c.yaml"]


def test_standard_input_is_left_out_by_its_name_on_demand() -> None:
    assert found("-", stdin_name="a/b.yaml", exclusion=Exclusion(["a/"])) == ["-"]
    assert found("-", stdin_name="a/b.yaml", exclusion=Exclusion(["a/"], is_forced=True)) == []


def test_settings_leave_out_what_they_exclude_from_their_folder_on() -> None:
    make("a/old/b.yaml", "a/c.yaml", "old/d.yaml")
    write("a/.beakerspec.toml", 'exclude = ["/old/"]')
    assert found(".") == ["./a/c.yaml", "./old/d.yaml"]
    assert left_out(".") == {os.path.join("./a", "old"): "excluded by ./a/.beakerspec.toml"}


def test_the_nearest_settings_say_what_is_excluded() -> None:
    make("a/x.yaml", "a/b/x.yaml", "c/d/x.yaml")
    write(".beakerspec.toml", 'exclude = ["x.yaml", "c/"]')
    for inner in ("a/b", "c/d"):
        write(f"{inner}/.beakerspec.toml", "")
    assert found(".") == ["./a/b/x.yaml"]


def test_settings_that_are_given_leave_out_everywhere() -> None:
    make("a/x.yaml", "b/y.yaml")
    write("b/.beakerspec.toml", 'exclude = ["y.yaml"]')
    given_settings = Settings(exclude=("x.yaml",), file=os.path.abspath("other.toml"))
    assert found(".", exclusion=Exclusion(settings=given_settings)) == ["./b/y.yaml"]


def test_settings_that_cannot_be_read_are_told_where_a_file_needs_them() -> None:
    make("a/x.yaml", "b/y.yaml")
    write("a/.beakerspec.toml", "exclude = 1")
    assert found("b") == ["b/y.yaml"]
    assert found(".", exclusion=Exclusion(["a"])) == ["./b/y.yaml"]
    with pytest.raises(SettingsError, match="exclude: expected a list"):
        found(".")


def test_in_a_repository_what_git_ignores_is_left_out() -> None:
    make(".git/HEAD", "a/b.yaml", "a/c.yaml", "d/b.yaml", "out/x/y.yaml")
    write(".gitignore", "# made by programs\n\nout/\n\n/a/b.yaml \r\n")
    assert found(".") == ["./a/c.yaml", "./d/b.yaml"]
    assert left_out(".") == {
        os.path.join("./a", "b.yaml"): "ignored by ./.gitignore",
        os.path.join(".", "out"): "ignored by ./.gitignore",
    }


def test_outside_of_a_repository_nothing_is_ignored() -> None:
    make("a/b.yaml")
    write(".gitignore", "a/\n")
    assert found(".") == ["./a/b.yaml"]


def test_a_repository_in_another_one_begins_anew() -> None:
    make(".git/HEAD", "a/.git/HEAD", "a/b.yaml", "c/b.yaml")
    write(".gitignore", "b.yaml\n")
    assert found(".") == ["./a/b.yaml"]


def test_what_git_ignores_is_taken_on_demand() -> None:
    make(".git/HEAD", "a/b.yaml")
    write(".gitignore", "a/\n")
    assert found(".", exclusion=Exclusion(reads_gitignore=False)) == ["./a/b.yaml"]
    assert found("a/b.yaml", exclusion=Exclusion(is_forced=True)) == ["a/b.yaml"]
    assert found("a") == ["a/b.yaml"]


def test_what_another_user_ignores_in_a_shared_folder_is_taken(give_away: Any) -> None:
    make(".git/HEAD", "a/b.yaml")
    write("a/.gitignore", "*\n")
    give_away(Path("a/.gitignore"))
    Path("a").chmod(0o1777)
    assert found(".") == ["./a/b.yaml"]


def test_a_folder_that_is_left_out_is_not_looked_into() -> None:
    make(".git/HEAD", "a/b.yaml", "a/c/b.yaml")
    write(".gitignore", "a\n")
    assert list(left_out(".")) == [os.path.join(".", "a")]


_LINES = st.lists(
    st.sampled_from(["", "!"]).flatmap(
        lambda sign: st.lists(
            st.sampled_from(
                ["a", "b", "*", "**", "?", "a*", "*.yaml", "b.yaml", "[ab]", "[!a]", "[]a]", "\\a", "a**b"]
            ),
            min_size=1,
            max_size=3,
        ).flatmap(
            lambda parts: st.sampled_from(["", "/"]).flatmap(
                lambda start: st.sampled_from(["", "/"]).map(lambda end: sign + start + "/".join(parts) + end)
            )
        )
    ),
    max_size=5,
)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
@given(st.dictionaries(st.sampled_from([".", "a", "a/b", "b"]), _LINES, min_size=1))
def test_git_ignores_the_same_files(tmp_path_factory: pytest.TempPathFactory, ignored: dict[str, list[str]]) -> None:
    top = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet", top], check=True)
    for folder in (".", "a", "b", "a/a", "a/b", "b/a", "b/b", "a/b/a"):
        (top / folder).mkdir(exist_ok=True)
        for name in ("a.yaml", "b.yaml", "ab.yaml"):
            (top / folder / name).touch()
    for folder, lines in ignored.items():
        (top / folder / ".gitignore").write_text("".join(f"{line}\n" for line in lines))
    listing = ["git", "ls-files", "--others", "--exclude-standard", "*.yaml"]
    listed = subprocess.run(listing, cwd=top, check=True, capture_output=True, text=True).stdout.split()
    assert sorted(os.path.relpath(each, top) for each in found(str(top))) == sorted(listed)


# Standard input and lists


def test_a_dash_stands_for_standard_input() -> None:
    make("-")
    assert select("-") == ([Found("-", True)], [])


def test_a_dash_that_is_given_twice_counts_once() -> None:
    assert select("-", "a", "-") == ([Found("-", True), Found("a", True)], [])


def test_a_file_called_dash_is_another_one() -> None:
    make("-")
    assert found("-", "./-") == ["-", "./-"]


def test_a_list_gives_one_path_a_line() -> None:
    make("b.yaml", "a.yaml", "a b.yaml")
    assert listed("b.yaml\n\na b.yaml\r\n\r\na.yaml") == (
        [Found("b.yaml", False), Found("a b.yaml", False), Found("a.yaml", False)],
        [],
    )


def test_a_list_may_stand_in_a_file() -> None:
    make("a.yaml")
    Path("list").write_text("a.yaml\n")
    assert select(files_from="list") == ([Found("a.yaml", False)], [])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_list_may_start_with_a_byte_order_mark(encoding: str) -> None:
    make("a.yaml", "é.yaml")
    Path("list").write_bytes("a.yaml\r\né.yaml\r\n".encode(encoding))
    assert select(files_from="list") == ([Found("a.yaml", False), Found("é.yaml", False)], [])


def test_a_list_comes_behind_the_paths() -> None:
    make("a.yaml", "b.yaml")
    assert listed("a.yaml\n", "b.yaml")[0] == [Found("b.yaml", True), Found("a.yaml", False)]


def test_a_file_of_a_list_that_is_given_too_is_named() -> None:
    make("a.yaml")
    assert listed("./a.yaml\n", "a.yaml")[0] == [Found("a.yaml", True)]


def test_files_of_other_names_in_a_list_are_left_out() -> None:
    make("a.yaml", "b.py", "README")
    assert listed("a.yaml\nb.py\nREADME\nmissing.py\n") == ([Found("a.yaml", False)], [])


def test_a_file_of_a_list_that_is_missing_is_given_all_the_same() -> None:
    assert listed("a.yaml\n") == ([Found("a.yaml", False)], [])


def test_a_folder_in_a_list_is_a_folder() -> None:
    make("a/b.yaml")
    assert listed("a\n")[0] == [Found(os.path.join("a", "b.yaml"), False)]


def test_a_list_holds_no_patterns() -> None:
    make("a.yaml")
    assert listed("*.yaml\n")[0] == [Found("*.yaml", False)]


def test_a_dash_in_a_list_is_the_name_of_a_folder() -> None:
    make("-/a.yaml")
    assert listed("-\n")[0] == [Found(os.path.join(".", "-", "a.yaml"), False)]


def test_an_empty_list_gives_nothing() -> None:
    assert listed("") == ([], [])


@is_posix
def test_a_list_may_hold_names_in_any_bytes() -> None:
    make(os.fsdecode(b"\xff.yaml"))
    assert listed(b"\xff.yaml\n") == ([Found(os.fsdecode(b"\xff.yaml"), False)], [])


@is_posix
def test_pipes_are_left_out_of_lists() -> None:
    os.mkfifo("a.yaml")
    assert listed("a.yaml\n") == ([], [])


def test_a_list_that_ends_its_paths_otherwise_is_told() -> None:
    assert listed("a.yaml\0b.yaml\0") == ([], [("-", "expected one path on each line, got a NUL character")])


def test_a_list_that_is_missing_is_told() -> None:
    assert select("a.yaml", files_from="list") == (
        [Found("a.yaml", True)],
        [("list", "No such file or directory")],
    )


def test_a_list_on_a_closed_standard_input_is_told() -> None:
    with mock.patch.object(sys, "stdin", None):
        assert select(files_from="-") == ([], [("-", "standard input is closed")])


def test_standard_input_cannot_be_a_list_and_a_spec() -> None:
    make("a.yaml")
    assert listed("a.yaml\n", "-") == (
        [Found("a.yaml", False)],
        [("-", "standard input cannot be both the list of files and a spec")],
    )


_NAMES = st.sampled_from(["a", "b", "a.yaml", "b.yml", "c.json", "d.txt", ".e.yaml", "-", "[a].yaml"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map("/".join)


@given(st.lists(_PATHS, max_size=8), st.lists(_PATHS, max_size=3))
def test_a_folder_stands_for_each_file_below_it_once(
    tmp_path_factory: pytest.TempPathFactory, paths: list[str], given_too: list[str]
) -> None:
    top = tmp_path_factory.mktemp("tree")
    for path in paths:
        target = top / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        except OSError:  # there is a file where this path has a folder
            continue
    expected = [str(path) for path in top.rglob("*") if path.is_file() and path.suffix in (".yaml", ".yml", ".json")]
    also = [str(top / path) for path in given_too if (top / path).is_file()]
    selected, complaints = select(str(top), *also)
    assert sorted(each.path for each in selected) == sorted({*expected, *also})
    assert complaints == []
    assert {each.path for each in selected if each.is_named} == set(also)


# The values of templates


def test_without_options_templates_are_not_expanded() -> None:
    assert environment() is None


def test_the_values_are_those_of_the_process_where_these_are_asked_for() -> None:
    with mock.patch.dict(os.environ, {"A": "1"}, clear=True):
        assert environment(expand_env=True) == {"A": "1"}


def test_single_values_come_over_files_over_the_process() -> None:
    with mock.patch.dict(os.environ, {"A": "1", "B": "1", "C": "1", "D": "1"}, clear=True):
        values = environment(
            expand_env=True,
            env_files=[{"B": "2", "C": "2", "D": "2"}, {"C": "3", "D": "3"}],
            assignments=[("D", "4"), ("E", "4"), ("E", "5")],
        )
    assert values == {"A": "1", "B": "2", "C": "3", "D": "4", "E": "5"}


@pytest.mark.parametrize("options", [{"env_files": [{"A": "2"}]}, {"assignments": [("A", "2")]}])
def test_values_that_are_given_are_all_that_there_are(options: Any) -> None:
    with mock.patch.dict(os.environ, {"B": "1"}):
        assert environment(**options) == {"A": "2"}


def test_an_empty_file_of_values_expands_templates() -> None:
    assert environment(env_files=[{}]) == {}


@pytest.mark.parametrize(
    ("text", "value"), [("A=1", "1"), ("A=", ""), ("A=b=c", "b=c"), ("A= 'x' ", " 'x' "), ("A=é\n", "é\n")]
)
def test_a_value_is_what_stands_behind_the_sign(text: str, value: str) -> None:
    assert parse_assignment(text) == ("A", value)


@pytest.mark.parametrize("text", ["hunter2", "=hunter2", "1=hunter2", "A-B=hunter2", " A=hunter2", "A\n=hunter2", ""])
def test_what_is_no_assignment_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ArgumentTypeError) as raised:
        parse_assignment(text)
    assert str(raised.value) == "expected NAME=VALUE, with letters, digits and underscores in the name"


def env_file(text: str | bytes) -> dict[str, str]:
    Path("values").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_env_file("values")


def refusal(text: str | bytes) -> str:
    with pytest.raises(ArgumentTypeError) as raised:
        env_file(text)
    return str(raised.value)


def test_a_file_of_values_is_read() -> None:
    text = "# why\nA=1\n\nexport B='x y' # z\nC=\nD=\"a\\nb\"\nA=2\n"
    assert env_file(text) == {"A": "2", "B": "x y", "C": "", "D": "a\nb"}


def test_references_in_a_file_of_values_are_kept() -> None:
    assert env_file("A=1\nB=${A}\n") == {"A": "1", "B": "${A}"}


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    assert env_file(b"\xef\xbb\xbfA=1\r\nB=2\r\n") == {"A": "1", "B": "2"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("A=1\nhunter2 hunter2\n", 2),
        ("A=1\n\n\nhunter2\n", 4),
        ("=hunter2\n", 1),
        ("A=1\nB='hunter2\n", 2),
        ("export hunter2\n", 1),
    ],
)
def test_a_line_that_gives_no_value_is_told_and_not_shown(text: str, line: int) -> None:
    assert refusal(text) == f"values:{line}: expected NAME=VALUE"


def test_a_file_of_values_in_another_encoding_is_told() -> None:
    assert refusal(b"A=1\nB=\xe9\n").startswith("values:2: expected UTF-8, got the byte 0xE9")


def test_a_file_of_values_that_is_missing_is_told() -> None:
    with pytest.raises(ArgumentTypeError) as raised:
        read_env_file("a\x1bb")
    assert str(raised.value) == "a\\u001bb: No such file or directory"


def test_without_a_reader_of_values_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dotenv.parser", None)
    assert refusal("A=1\n") == '--env-file requires: pip install "beakerspec[cli]"'


@given(st.text(), st.text())
def test_no_value_is_shown_by_a_refusal(before: str, secret: str) -> None:
    secret = f"hunter2{secret}"
    for text in (secret, f"{before}={secret}"):
        try:
            parse_assignment(text)
        except ArgumentTypeError as error:
            assert "hunter2" not in str(error)


def test_a_file_named_dash_that_a_pattern_finds_is_not_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-").write_text("tasks: []\n")
    assert [found.path for found in files(["?"], lambda *_: None)] == [os.path.join(".", "-")]
