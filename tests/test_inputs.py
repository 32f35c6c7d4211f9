"""What is loaded: which files folders and patterns stand for, from which folder, and what open files give."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import multiprocessing
import os
import tarfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from beakerspec.bulk import Loaded, load_many, map_specs
from beakerspec.model import ExperimentSpec

is_posix = pytest.mark.skipif(os.name != "posix", reason="Windows has neither these links nor these folders")


def spec_of(budget: str) -> bytes:
    return f"version: v2\nbudget: {budget}\n".encode()


def budget_of(spec: ExperimentSpec) -> str | None:
    return spec.budget


def names(results: Iterable[Loaded]) -> list[str]:
    return [str(result.source) for result in results]


def messages(results: Iterable[Loaded]) -> list[str | None]:
    """What is wrong with each, in one line."""
    return [str(result.problems[0]).splitlines()[0] if result.problems else None for result in results]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: with specs in a folder, in one below it and in one below that, and with what is no spec."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d" / "in" / "deep").mkdir(parents=True)
    for name in ("d/a.yaml", "d/in/b.yaml", "d/in/deep/c.yaml", "d/z.yaml"):
        (tmp_path / name).write_bytes(spec_of(Path(name).stem))
    (tmp_path / "d" / "in" / "notes.txt").write_text("none\n")
    return tmp_path


# Patterns.


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("d/**", ["d/a.yaml", "d/z.yaml", "d/in/b.yaml", "d/in/deep/c.yaml"]),
        ("d/**/**", ["d/a.yaml", "d/z.yaml", "d/in/b.yaml", "d/in/deep/c.yaml"]),
        ("**", ["d/a.yaml", "d/z.yaml", "d/in/b.yaml", "d/in/deep/c.yaml"]),
        ("d/**/*", ["d/a.yaml", "d/in/b.yaml", "d/in/deep/c.yaml", "d/z.yaml"]),
        ("**/*.yaml", ["d/a.yaml", "d/in/b.yaml", "d/in/deep/c.yaml", "d/z.yaml"]),
        ("*/in*", ["d/in/b.yaml", "d/in/deep/c.yaml"]),
        ("**/in/*.yaml", ["d/in/b.yaml"]),
        ("d/*/deep/c.yaml", ["d/in/deep/c.yaml"]),
        ("d/*/../a.yaml", ["d/in/../a.yaml"]),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_pattern_gives_each_file_once(pattern: str, found: list[str]) -> None:
    assert names(load_many(pattern)) == found


@pytest.mark.parametrize("pattern", ["d/a.yaml/*", "d/*/a.yaml/*", "d/*/b.yaml/c.yaml", "d/[\0]*", "\0/*", "*/\0"])
@pytest.mark.usefixtures("here")
def test_a_pattern_that_no_file_can_match_is_reported(pattern: str) -> None:
    (message,) = messages(load_many(pattern))
    assert message is not None
    assert message.endswith(": cannot be read: no file matches [unreadable]")


@is_posix
def test_a_pattern_follows_links_but_not_through_two_stars(here: Path) -> None:
    (here / "e").mkdir()
    (here / "e" / "link").symlink_to(here / "d" / "in")
    (here / "e" / "loop").symlink_to("loop")
    assert names(load_many("e/*/b.yaml")) == ["e/link/b.yaml"]
    assert names(load_many("e/link/*.yaml")) == ["e/link/b.yaml"]
    assert messages(load_many("e/**/b.yaml")) == ["e/**/b.yaml: cannot be read: no file matches [unreadable]"]


def test_a_pattern_finds_what_is_hidden(here: Path) -> None:
    (here / "d" / ".runs").mkdir()
    (here / "d" / ".runs" / ".h.yaml").write_bytes(spec_of("h"))
    assert names(load_many("d/**/*h.yaml")) == ["d/.runs/.h.yaml"]


@pytest.fixture
def closed(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, in which ``d/in`` can neither be listed nor passed through, not even by an administrator."""
    inside = str(here / "d" / "in")

    def guarded(function: Callable[..., Any], refused: str) -> Callable[..., Any]:
        def guard(path: Any = ".", *arguments: Any, **options: Any) -> Any:
            if not isinstance(path, int) and os.path.join(os.path.abspath(path), "").startswith(refused):
                raise PermissionError(13, "Permission denied", path)
            return function(path, *arguments, **options)

        return guard

    monkeypatch.setattr(os, "scandir", guarded(os.scandir, os.path.join(inside, "")))
    monkeypatch.setattr(os, "stat", guarded(os.stat, os.path.join(inside, "b")))
    return here


@pytest.mark.parametrize("pattern", ["d/**/*.yaml", "d/**/b.yaml", "d/*/*.yaml", "d/in/*", "d/in/**", "**/[ai]*", "d*"])
@pytest.mark.usefixtures("closed")
def test_a_folder_that_a_pattern_cannot_look_into_is_reported_once(pattern: str) -> None:
    found = [message for message in messages(load_many(pattern)) if message is not None]
    assert found == ["d/in: cannot be read: Permission denied [unreadable]"]


@pytest.mark.usefixtures("closed")
def test_a_file_that_a_pattern_cannot_look_for_is_reported() -> None:
    assert messages(load_many("d/*/b.yaml")) == ["d/in/b.yaml: cannot be read: Permission denied [unreadable]"]


@pytest.mark.usefixtures("closed")
def test_what_stands_beside_a_closed_folder_is_found() -> None:
    specs = [result for result in load_many("d/**") if result.spec is not None]
    assert names(specs) == ["d/a.yaml", "d/z.yaml"]


# Folders.


@is_posix
def test_a_link_to_itself_hides_no_other_file(here: Path) -> None:
    (here / "d" / "b.yaml").symlink_to("b.yaml")
    assert messages(load_many("d/in/..")) == [
        None,
        "d/in/../b.yaml: cannot be read: Too many levels of symbolic links [unreadable]",
        *[None] * 3,
    ]


def test_an_empty_path_is_no_folder(here: Path) -> None:
    assert messages(load_many("")) == ["cannot be read: No such file or directory [unreadable]"]


# The folder from which relative paths lead.


def elsewhere(folder: str) -> None:
    os.chdir(folder)


@pytest.fixture
def sources(here: Path) -> list[str]:
    """Relative paths of each kind."""
    with tarfile.open(here / "x.tar", "w") as archive:
        archive.add(here / "d" / "z.yaml", "e.yaml")
    (here / "large.yaml").write_bytes(b"---\n".join([spec_of("f") + b"#" * 300_000 + b"\n", spec_of("g")]))
    (here / "d.yaml").mkdir()
    for name in ("d.yaml/h.yaml", "[d].yaml"):
        (here / name).write_bytes(spec_of("h"))
    return ["d/a.yaml", "d/in", "*/in/**", "x.tar", "large.yaml", "d.yaml", "[d].yaml"]


NAMES = """
    d/a.yaml d/in/b.yaml d/in/deep/c.yaml d/in/b.yaml d/in/deep/c.yaml
    x.tar/e.yaml large.yaml:1 large.yaml:4 d.yaml/h.yaml [d].yaml
""".split()


def test_a_caller_may_change_its_folder_while_files_are_loaded(
    sources: list[str], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = load_many(sources)
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    found = list(results)
    assert (names(found), messages(found)) == (NAMES, [None] * 10)


def test_workers_may_be_in_another_folder(sources: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = str(tmp_path_factory.mktemp("elsewhere"))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=elsewhere, initargs=(folder,)) as executor:
        results = list(map_specs(budget_of, sources, executor=executor))
    assert [str(result.source) for result in results] == NAMES
    assert [result.value for result in results] == list("abcbczfghh")


@is_posix
def test_the_folder_of_the_caller_may_be_gone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "gone").mkdir()
    monkeypatch.chdir("gone")
    (here / "gone").rmdir()
    absolute = str(here / "d" / "a.yaml")
    assert messages(load_many([absolute, "a.yaml"])) == [
        None,
        "a.yaml: cannot be read: No such file or directory [unreadable]",
    ]


# Open files.


class Counted(io.StringIO):
    """A text that remembers how much was asked for."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.asked: list[int] = []

    def read(self, size: int | None = -1, /) -> str:
        assert size is not None
        self.asked.append(size)
        return super().read(size)


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_a_large_text_of_wide_characters_is_read_in_blocks(name: str) -> None:
    file = Counted("é" * 3_000_000)
    file.name = name
    (message,) = messages(load_many(file, max_size=100_000))
    assert message == f"{name}:1:1: larger than 100,000 characters [too-large]"
    assert (min(file.asked), max(file.asked)) == (0, 65_536)  # less than 0 asks for all that is left


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def changed(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(byte ^ 0xFF for byte in data[middle:])


@pytest.mark.parametrize("damage", [cut, changed])
@pytest.mark.parametrize("module", [gzip, bz2, lzma])
def test_an_open_file_that_cannot_be_unpacked_is_reported_and_the_others_are_loaded(
    module: Any, damage: Callable[[bytes], bytes]
) -> None:
    data = damage(module.compress(spec_of("a") + b"# " + os.urandom(2000).hex().encode()))
    results = list(load_many([module.open(io.BytesIO(data)), ("ok.yaml", spec_of("b"))]))
    assert [[problem.rule for problem in result.problems] for result in results] == [["unreadable"], []]


def test_an_open_file_whose_error_says_nothing_is_reported_by_its_kind() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise LookupError

    assert messages(load_many(Broken())) == ["<file>: cannot be read: LookupError [unreadable]"]
