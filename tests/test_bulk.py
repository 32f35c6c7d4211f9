"""Many sources: each is reported once, in order, whatever is wrong with it and whoever does the work."""

from __future__ import annotations

import bz2
import copy
import gzip
import io
import itertools
import lzma
import multiprocessing
import operator
import os
import pickle
import re
import signal
import subprocess
import sys
import tarfile
import threading
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import experiment_specs

from beakerspec import ExperimentSpec, Problem
from beakerspec.bulk import Loaded, Mapped, Origin, load_many, map_specs
from beakerspec.bulk.workers import Failure, apply_to_each

SPEC = b"budget: ai2/demo\ntasks:\n- image: {docker: alpine}\n"


def names(results: Iterable[Loaded | Mapped[Any]]) -> list[str]:
    return [str(result.source) for result in results]


def rules(results: Iterable[Loaded | Mapped[Any]]) -> list[list[str]]:
    return [[problem.rule for problem in result.problems] for result in results]


def only(results: Iterable[Loaded]) -> Loaded:
    (result,) = results
    return result


def problem_of(results: Iterable[Loaded | Mapped[Any]]) -> Problem:
    (result,) = results
    (problem,) = result.problems
    return problem


def spec_of(budget: object) -> bytes:
    return f"version: v2\nbudget: {budget}\n".encode()


def budgets(results: Iterable[Loaded]) -> list[str | None]:
    return [None if result.spec is None else result.spec.budget for result in results]


def tar_of(files: Mapping[str, bytes], mode: str = "w") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def zip_of(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two specs, one of them in a folder, and what is none."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "b.yaml").write_bytes(spec_of("b"))
    (tmp_path / "inner" / "a.yml").write_bytes(spec_of("a"))
    (tmp_path / "inner" / "compose.yaml").write_text("services: {}\n")
    (tmp_path / "notes.txt").write_text("tasks: none\n")
    return tmp_path


# What sources stand for.


def test_a_path_as_text_is_a_source(folder: Path) -> None:
    assert budgets(load_many(str(folder / "b.yaml"))) == ["b"]


def test_a_path_object_is_a_source(folder: Path) -> None:
    assert budgets(load_many(folder / "b.yaml")) == ["b"]


def test_the_source_is_named_as_it_was_given(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert only(load_many("./b.yaml")).source == Origin("./b.yaml")


def test_a_file_without_a_known_ending_is_yaml(tmp_path: Path) -> None:
    (tmp_path / "spec").write_bytes(SPEC)
    assert budgets(load_many(tmp_path / "spec")) == ["ai2/demo"]


def test_a_json_file_is_read_as_json(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text('{"tasks": [], "budget": 3}')
    assert rules(load_many(tmp_path / "spec.json")) == [["invalid-type"]]


def test_a_folder_stands_for_the_specs_below_it(folder: Path) -> None:
    assert budgets(load_many(folder)) == ["b", "a"]


def test_a_folder_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / name).mkdir()
        for number in (2, 1):
            (tmp_path / name / f"{number}.yaml").write_bytes(spec_of(f"{name}{number}"))
    assert budgets(load_many(tmp_path)) == ["a1", "a2", "b1", "b2", "c1", "c2"]


def test_what_version_control_keeps_is_not_searched(folder: Path) -> None:
    (folder / ".git").mkdir()
    (folder / ".git" / "c.yaml").write_bytes(SPEC)
    assert budgets(load_many(folder)) == ["b", "a"]


def test_links_to_folders_are_not_followed(folder: Path) -> None:
    (folder / "inner" / "up").symlink_to(folder)
    assert budgets(load_many(folder)) == ["b", "a"]


def test_a_link_that_leads_nowhere_is_reported(folder: Path) -> None:
    (folder / "gone.yaml").symlink_to(folder / "nothing")
    assert rules(load_many(folder)) == [[], ["unreadable"], []]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_in_a_folder_are_left_alone(folder: Path) -> None:
    os.mkfifo(folder / "c.yaml")
    assert budgets(load_many(folder)) == ["b", "a"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_was_named_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.yaml")
    writer = threading.Thread(target=(tmp_path / "a.yaml").write_bytes, args=(spec_of("a"),))
    writer.start()
    assert budgets(load_many(tmp_path / "a.yaml")) == ["a"]
    writer.join()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a file without end")
def test_a_file_without_end_is_too_large(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("/dev/zero")
    assert rules(load_many(tmp_path / "a.yaml", max_size=1000)) == [["too-large"]]


def test_a_folder_that_is_named_like_a_file_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "runs.yaml").mkdir()
    (tmp_path / "runs.yaml" / "a.yaml").write_bytes(spec_of("a"))
    assert budgets(load_many(tmp_path / "runs.yaml")) == ["a"]


def test_a_file_that_was_named_is_a_spec_whatever_it_looks_like(folder: Path) -> None:
    assert rules(load_many(folder / "inner" / "compose.yaml")) == [["unknown-field"]]


def test_a_pattern_stands_for_what_matches_it(folder: Path) -> None:
    assert budgets(load_many(str(folder / "**" / "*.yml"))) == ["a"]


def test_what_a_pattern_matches_is_skipped_where_it_is_no_spec(folder: Path) -> None:
    assert budgets(load_many(str(folder / "inner" / "*"))) == ["a"]


def test_a_pattern_may_match_folders(folder: Path) -> None:
    assert budgets(load_many(str(folder / "in*"))) == ["a"]


def test_a_pattern_that_nothing_matches_is_reported(folder: Path) -> None:
    pattern = str(folder / "*.json")
    assert str(problem_of(load_many(pattern))) == f"{pattern}: cannot be read: no file matches [unreadable]"


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a[1].yaml").write_bytes(spec_of("a"))
    (tmp_path / "a1.yaml").write_bytes(spec_of("b"))
    assert budgets(load_many(str(tmp_path / "a[1].yaml"))) == ["a"]


def test_a_binary_file_is_read_from_where_it_stands(folder: Path) -> None:
    with open(folder / "b.yaml", "rb") as file:
        assert budgets(load_many(file)) == ["b"]
        assert not file.closed


def test_a_text_file_is_a_source(folder: Path) -> None:
    with open(folder / "b.yaml", encoding="utf-8") as file:
        assert names(load_many(file)) == [str(folder / "b.yaml")]


def test_a_file_without_a_name_is_a_source() -> None:
    assert only(load_many(io.StringIO("tasks: []"))).source == Origin("<file>")


def test_an_archive_that_was_opened_as_text_is_reported(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tar_of(MEMBERS))
    with open(tmp_path / "x.tar", encoding="utf-8") as file:
        problem = problem_of(load_many(file))
    assert problem.message == "cannot be read: an archive has to be opened in binary mode"


def test_a_pattern_may_match_archives(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tar_of({"a.yaml": spec_of("a")}))
    assert budgets(load_many(str(tmp_path / "*.tar"))) == ["a"]


def test_a_closed_file_is_reported(folder: Path) -> None:
    with open(folder / "b.yaml", "rb") as file:
        pass
    assert rules(load_many([file, folder / "b.yaml"])) == [["unreadable"], []]


def test_a_text_file_in_another_encoding_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"description: \xff\n")
    with open(tmp_path / "a.yaml", encoding="utf-8") as file:
        assert rules(load_many(file)) == [["unreadable"]]


def test_bytes_with_a_name_are_a_source() -> None:
    assert only(load_many(("a/b.yaml", SPEC))).source == Origin("a/b.yaml")


def test_sources_are_listed_in_any_iterable(folder: Path) -> None:
    sources = (source for source in ([folder / "b.yaml", ("c.yaml", spec_of("c"))], folder / "inner"))
    assert budgets(load_many(sources)) == ["b", "c", "a"]


def test_a_source_that_is_given_twice_is_reported_twice(folder: Path) -> None:
    assert budgets(load_many([folder / "b.yaml"] * 2)) == ["b", "b"]


@pytest.mark.parametrize("source", [b"tasks: []", 3, None, {"a.yaml": b"tasks: []"}])
def test_what_is_no_source_is_refused(source: Any) -> None:
    with pytest.raises(TypeError, match="expected a path, an open file, a tuple of a name and its data as bytes"):
        list(load_many([source]))


def test_nothing_is_taken_from_the_sources_before_it_is_needed() -> None:
    taken: list[int] = []

    def sources() -> Iterator[tuple[str, bytes]]:
        for number in itertools.count():
            taken.append(number)
            yield f"{number}.yaml", SPEC

    results = load_many(sources())
    next(results)
    next(results)
    assert taken == [0, 1]


def test_what_the_sources_raise_is_raised_behind_the_results_before() -> None:
    def sources() -> Iterator[tuple[str, bytes]]:
        yield "a.yaml", SPEC
        raise LookupError("the list ends here")

    with ThreadPoolExecutor() as executor:
        results = map_specs(lambda spec: time.sleep(0.2), sources(), executor=executor)
        assert str(next(results).source) == "a.yaml"
        with pytest.raises(LookupError, match="the list ends here"):
            next(results)


# Documents.


def test_each_document_is_a_result() -> None:
    assert budgets(load_many(("a.yaml", b"---\n".join(map(spec_of, "abc"))))) == ["a", "b", "c"]


def test_documents_have_an_index_and_a_line() -> None:
    results = load_many(("a.yaml", spec_of("a") + b"---\n" + spec_of("b")))
    assert [result.source for result in results] == [
        Origin("a.yaml", index=0, line=1),
        Origin("a.yaml", index=1, line=3),
    ]


def test_a_document_prints_as_its_place() -> None:
    assert names(load_many(("a.yaml", spec_of("a") + b"---\n" + spec_of("b")))) == ["a.yaml:1", "a.yaml:3"]


@pytest.mark.parametrize(
    "text",
    [
        SPEC,
        b"---\n" + SPEC,
        b"\xef\xbb\xbf---\n" + SPEC,
        b"# a comment\n---\n" + SPEC,
        b"\xef\xbb\xbf# a comment\n---\n" + SPEC,
        b"%YAML 1.1\n---\n" + SPEC,
        SPEC + b"...\n",
        SPEC + b"...  # the end\n# of it\n",
        SPEC + b"---\n",
        SPEC + b"---\n# nothing\n---\n",
        SPEC.replace(b"\n", b"\r\n") + b"---\r\n",
    ],
)
def test_a_single_document_has_no_index(text: bytes) -> None:
    result = only(load_many(("a.yaml", text)))
    assert (result.source, budgets([result])) == (Origin("a.yaml"), ["ai2/demo"])


def test_documents_of_a_file_with_old_line_ends_are_told_apart() -> None:
    text = b"---\r# a comment\r" + spec_of("a").replace(b"\n", b"\r") + b"---\r" + spec_of("b").replace(b"\n", b"\r")
    assert [(result.source.line, *budgets([result])) for result in load_many(("a.yaml", text))] == [(1, "a"), (5, "b")]


def test_empty_documents_are_counted_and_left_out() -> None:
    text = b"---\n# nothing\n--- # nothing\n--- {tasks: []}\n...\n---\n---\ntasks: []\n"
    assert [(result.source.index, result.source.line) for result in load_many(("a.yaml", text))] == [(2, 4), (4, 7)]


def test_a_document_may_start_behind_the_end_of_another() -> None:
    text = spec_of("a") + b"...\n" + spec_of("b")
    assert [(result.source.index, result.source.line) for result in load_many(("a.yaml", text))] == [(0, 1), (1, 4)]


def test_a_directive_belongs_to_the_document_behind_it() -> None:
    text = spec_of("a") + b"...\n%YAML 1.1\n---\n" + spec_of("b")
    assert budgets(load_many(("a.yaml", text))) == ["a", "b"]


def test_an_empty_file_is_reported_as_one_document() -> None:
    assert only(load_many(("a.yaml", b"# nothing\n"))).spec is None


def test_dashes_and_dots_inside_of_scalars_separate_nothing() -> None:
    text = b"description: |\n  a\n  ---\n  ...\n  b\nbudget: ---a\ntasks: []\n"
    assert only(load_many(("a.yaml", text))).spec == ExperimentSpec.from_yaml(text)


@pytest.mark.parametrize(
    ("mistake", "rule", "place", "message"),
    [
        (b"tasks: 3\n", "invalid-type", (5, 8, 5, 9), "expected a list, got a number"),
        (b"tasks: []\nbudget: a\nbudget: b\n", "duplicate-key", (7, 1, 7, 7), 'duplicate key "budget", first at 6:1'),
    ],
)
def test_problems_of_documents_are_placed_in_the_file(
    mistake: bytes, rule: str, place: tuple[int, ...], message: str
) -> None:
    text = spec_of("a") + b"# a comment\n---\n" + mistake + b"---\n" + spec_of("b")
    *_, result, _ = load_many(("a.yaml", text))
    (problem,) = result.problems
    assert (problem.rule, problem.message) == (rule, message)
    assert (problem.line, problem.column, problem.end_line, problem.end_column) == place


def test_a_line_that_a_syntax_error_names_is_one_of_the_file() -> None:
    *_, result = load_many(("a.yaml", spec_of("a") + b"---\ntasks: [1}\n"))
    assert re.search(r"\bline 4\b", result.problems[-1].message)


@pytest.mark.parametrize(
    ("mistake", "options", "message"),
    [
        (b"budget: \xff\n", {}, "expected UTF-8, got the byte 0xFF (byte 13 of the document)"),
        (b"budget: {{.Env.NO}}\n", {"env": {}}, "the template needs the environment variable NO"),
        (b"budget: " + b"x" * 100, {"max_size": 50}, "larger than 50 characters"),
    ],
)
def test_what_keeps_a_document_from_being_parsed_is_placed_in_the_file(
    mistake: bytes, options: dict[str, Any], message: str
) -> None:
    *_, result = load_many(("a.yaml", spec_of("a") + b"---\n" + mistake), **options)
    (problem,) = result.problems
    assert (problem.line, problem.end_line) == ((3, 3) if "max_size" in options else (4, 4))
    assert problem.message.startswith(message)


LINE_ENDS = st.lists(st.sampled_from([b"\n", b"\r", b"\r\n"]), max_size=5)


@pytest.mark.slow
@given(LINE_ENDS, LINE_ENDS)
@example([b"\r", b"\n"], [])
def test_lines_of_later_documents_are_counted_as_in_a_single_one(first: list[bytes], second: list[bytes]) -> None:
    comments = [b"# x" + b"".join(end + b"# y" for end in ends) for ends in (first, second)]
    *_, result = load_many(("a.yaml", b"tasks: []\n%b\n---\n%b\ntasks: 3\n" % tuple(comments)))
    assert [problem.line for problem in result.problems] == [5 + len(first) + len(second)]


def test_lines_of_json_lines_are_counted_as_in_a_single_document() -> None:
    *_, result = load_many(("a.jsonl", b'{"tasks":\r[]}\r\n{"tasks":\r3}\n'))
    assert (result.source.line, [problem.line for problem in result.problems]) == (3, [4])


@pytest.mark.parametrize("length", [65_536, 256_001, 256_001 + 65_536])
def test_a_line_end_of_two_characters_counts_once_wherever_a_file_is_cut(length: int) -> None:
    text = b"tasks: []\r\n".ljust(length - 1, b"#").replace(b"[]\r\n", b"[] #") + b"\r\n"
    results = list(load_many(("a.yaml", text + b"# x\r\n" * 100_000 + b"---\r\n" + spec_of("b"))))
    assert [result.source.line for result in results] == [1, 100_002]


@pytest.mark.slow
@given(st.lists(experiment_specs(), min_size=1, max_size=4), st.booleans())
def test_specs_written_behind_each_other_are_read_as_they_are(specs: list[ExperimentSpec], are_ended: bool) -> None:
    text = "".join(f"---\n{spec.to_yaml()}" + "...\n" * are_ended for spec in specs)
    assert [result.spec for result in load_many(("a.yaml", text.encode()))] == specs


def test_a_file_of_many_documents_is_read_document_by_document(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    count = 3000
    path.write_bytes(b"".join(b"---\n" + spec_of(f"b{number}") + b"# " + b"x" * 100 + b"\n" for number in range(count)))
    results = list(load_many(path))
    assert budgets(results) == [f"b{number}" for number in range(count)]
    assert results[-1].source == Origin(str(path), index=count - 1, line=4 * (count - 1) + 1)


def test_a_document_of_many_that_is_too_large_is_reported_and_the_others_are_not() -> None:
    long = b"---\ndescription: |\n" + b"  a long line of a long text\n" * 20_000
    results = load_many(("a.yaml", spec_of("a") + long + b"---\n" + spec_of("b")), max_size=100_000)
    assert rules(results) == [[], ["too-large"], []]


def test_a_large_document_alone_is_a_single_one() -> None:
    text = b"tasks: []\ndescription: |\n" + b"  a long line of a long text\n" * 20_000
    assert only(load_many(("a.yaml", text))).source == Origin("a.yaml")


@pytest.mark.parametrize("cut", range(5))
def test_documents_of_a_large_file_are_told_apart_wherever_it_is_cut(cut: int) -> None:
    first = spec_of("a") + b"# "
    text = first.ljust(256_000 - cut, b"x") + b"\n---\n" + spec_of("b") + b"---\n" + spec_of("c")
    results = list(load_many(("a.yaml", text)))
    assert budgets(results) == ["a", "b", "c"]
    assert [result.source.index for result in results] == [0, 1, 2]


@pytest.mark.parametrize("name", ["a.yaml", "a.jsonl"])
def test_a_line_without_end_is_not_kept(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"a" * 3_000_000)
    tracemalloc.start()
    found = rules(load_many(tmp_path / name, max_size=1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found, peak < 2_000_000) == ([["too-large"]], True)


def test_each_line_of_json_lines_is_a_result() -> None:
    text = b'{"tasks": [], "budget": "a"}\n\n{"tasks": [], "budget": "b"}'
    results = list(load_many(("a.jsonl", text)))
    assert budgets(results) == ["a", "b"]
    assert [result.source for result in results] == [
        Origin("a.jsonl", index=0, line=1),
        Origin("a.jsonl", index=1, line=3),
    ]


def test_json_lines_in_a_file_are_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(b'{"tasks": []}\r\n' * 3)
    assert names(load_many(path)) == [f"{path}:1", f"{path}:2", f"{path}:3"]


def test_problems_of_json_lines_are_placed_in_the_file() -> None:
    problem = problem_of(itertools.islice(load_many(("a.jsonl", b'{"tasks": []}\n{"tasks": 3}\n')), 1, None))
    assert (problem.line, problem.column) == (2, 11)


def test_a_line_of_json_lines_that_is_too_large_is_reported_and_the_others_are_not() -> None:
    text = b'{"tasks": []}\n' + b" " * 500_000 + b'1\n{"tasks": []}\n'
    assert rules(load_many(("a.jsonl", text), max_size=1000)) == [[], ["too-large"], []]


# Archives.

MEMBERS = {
    "runs/b.yaml": spec_of("b"),
    "runs/notes.txt": b"tasks: none\n",
    "runs/a.json": b'{"version": "v2", "tasks": [], "budget": "a"}',
    "compose.yaml": b"services: {}\n",
    "many.yaml": spec_of("c") + b"---\n" + spec_of("d"),
}
PATHS = ["runs/b.yaml", "runs/a.json", "many.yaml:1", "many.yaml:3"]


@pytest.mark.parametrize(
    ("ending", "pack"),
    [
        (".tar", bytes),
        (".tar.gz", gzip.compress),
        (".tgz", gzip.compress),
        (".tar.bz2", bz2.compress),
        (".tbz2", bz2.compress),
        (".tar.xz", lzma.compress),
        (".txz", lzma.compress),
    ],
)
def test_the_specs_in_a_tar_archive_are_results(ending: str, pack: Callable[[bytes], bytes]) -> None:
    results = list(load_many((f"x{ending}", pack(tar_of(MEMBERS)))))
    assert names(results) == [f"x{ending}/{path}" for path in PATHS]
    assert budgets(results) == ["b", "a", "c", "d"]


def test_the_specs_in_a_zip_archive_are_results() -> None:
    results = list(load_many(("x.zip", zip_of(MEMBERS))))
    assert names(results) == [f"x.zip/{path}" for path in PATHS]
    assert budgets(results) == ["b", "a", "c", "d"]


def test_an_archive_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(tar_of(MEMBERS)))
    with open(tmp_path / "x.tar.gz", "rb") as file:
        assert names(load_many([tmp_path / "x.tar.gz", file])) == [f"{tmp_path}/x.tar.gz/{path}" for path in PATHS] * 2


def test_the_origin_of_a_member_names_archive_and_member() -> None:
    result = next(load_many(("x.zip", zip_of(MEMBERS))))
    assert result.source == Origin("x.zip", "runs/b.yaml")


def test_a_problem_in_an_archive_names_archive_and_member() -> None:
    problem = problem_of(load_many(("x.zip", zip_of({"a.yaml": b"version: v2\ntasks: 3"}))))
    assert (problem.file, problem.line, problem.column) == ("x.zip/a.yaml", 2, 8)


def test_json_lines_in_an_archive_are_read_line_by_line() -> None:
    data = tar_of({"a.jsonl": b'{"version": "v2"}\n{"no": "spec"}\n{"version": "v2"}\n'})
    assert names(load_many(("x.tar", data))) == ["x.tar/a.jsonl:1", "x.tar/a.jsonl:3"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_a_link_in_a_tar_archive_is_reported_and_not_followed(kind: bytes) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("a.yaml", "notes.txt"):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    problem = problem_of(load_many(("x.tar", buffer.getvalue())))
    assert str(problem).splitlines()[0] == 'x.tar/a.yaml: cannot be read: it is a link to "/etc/passwd" [unreadable]'


def test_a_link_in_a_zip_archive_is_reported_and_not_followed() -> None:
    link = zipfile.ZipInfo("a.yaml")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "b.yaml")
    problem = problem_of(load_many(("x.zip", buffer.getvalue())))
    assert str(problem).splitlines()[0] == 'x.zip/a.yaml: cannot be read: it is a link to "b.yaml" [unreadable]'


def test_archives_in_an_archive_are_not_opened() -> None:
    assert names(load_many(("x.tar", tar_of({"y.tar": tar_of(MEMBERS), "z.zip": zip_of(MEMBERS)})))) == []


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".zip"])
def test_what_is_no_archive_is_reported(ending: str) -> None:
    assert rules(load_many([(f"x{ending}", b"no archive" * 100), ("a.yaml", SPEC)])) == [["broken-archive"], []]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_a_tar_archive_that_was_cut_gives_what_is_whole_and_is_reported(pack: Callable[[bytes], bytes]) -> None:
    ending = {gzip.compress: ".gz", bz2.compress: ".bz2", lzma.compress: ".xz"}.get(pack, "")
    noise = {f"{number}.yaml": b"# %d\ntasks: []\n" % number + os.urandom(2000).hex().encode() for number in range(9)}
    data = pack(tar_of(noise))
    *whole, last = load_many((f"x.tar{ending}", data[: len(data) * 2 // 3]))
    assert len(whole) < 9
    assert last.source == Origin(f"x.tar{ending}")
    assert [problem.rule for problem in last.problems] == ["broken-archive"]


def test_a_tar_archive_without_its_end_is_reported() -> None:
    data = tar_of({"a.yaml": SPEC, "b.yaml": SPEC})[:2048]  # two headers, two files, and nothing behind them
    assert rules(load_many(("x.tar", data))) == [[], [], ["broken-archive"]]


def test_a_tar_archive_with_rubbish_between_files_is_reported() -> None:
    data = tar_of({"a.yaml": SPEC, "b.yaml": SPEC})
    assert rules(load_many(("x.tar", data[:1024] + b"rubbish " * 64 + data[1536:]))) == [[], ["broken-archive"]]


def test_a_broken_file_in_a_zip_archive_is_reported_and_the_others_are_not() -> None:
    data = bytearray(zip_of({"a.yaml": spec_of("a"), "b.yaml": spec_of("b")}))
    data[data.index(b"a.yaml") + len("a.yaml") + 3] ^= 0xFF
    results = list(load_many(("x.zip", bytes(data))))
    assert (names(results), rules(results)) == (["x.zip/a.yaml", "x.zip/b.yaml"], [["broken-archive"], []])


def test_a_zip_archive_that_cannot_be_read_in_any_order_is_reported() -> None:
    class Pipe(io.BytesIO):
        name = "x.zip"

        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation("seek")

    assert rules(load_many(Pipe(zip_of(MEMBERS)))) == [["broken-archive"]]


@pytest.mark.parametrize("make", [tar_of, zip_of])
def test_an_archive_of_too_many_files_is_read_so_far(make: Callable[[Mapping[str, bytes]], bytes]) -> None:
    name = "x.zip" if make is zip_of else "x.tar"
    data = make({f"{number}.yaml": SPEC for number in range(5)})
    results = list(load_many((name, data), max_archive_members=3))
    assert rules(results) == [[], [], [], ["archive-limit"]]
    assert results[-1].problems[0].message == "holds more than 3 files"


@pytest.mark.parametrize("make", [tar_of, zip_of])
def test_an_archive_that_is_too_large_unpacked_is_read_so_far(make: Callable[[Mapping[str, bytes]], bytes]) -> None:
    name = "x.zip" if make is zip_of else "x.tar"
    data = make({"a.yaml": SPEC, "b.yaml": b"# " + b"x" * 100_000 + b"\ntasks: []", "c.yaml": SPEC})
    assert rules(load_many((name, data), max_archive_size=50_000)) == [[], ["archive-limit"]]


@pytest.mark.parametrize("make", [tar_of, zip_of])
def test_a_file_in_an_archive_that_is_too_large_is_reported(make: Callable[[Mapping[str, bytes]], bytes]) -> None:
    name = "x.zip" if make is zip_of else "x.tar"
    data = make({"a.yaml": b"tasks: []\n# " + b"x" * 1_000_000, "b.json": b'{"tasks": []}' + b" " * 1_000_000})
    assert rules(load_many((name, data), max_size=1000)) == [["too-large"], ["too-large"]]


@pytest.mark.parametrize("name", ["x.tar", "x.zip", "x"])
@pytest.mark.parametrize("file", ["a.json", "a.yaml"])
def test_a_file_that_was_found_is_reported_where_it_is_too_large_to_tell(tmp_path: Path, name: str, file: str) -> None:
    data = b'{"version": "v2", "description": "' + b"x" * 300_000 + b'", "tasks": []}'
    if name == "x":
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_bytes(data)
    else:
        (tmp_path / name).write_bytes((tar_of if name == "x.tar" else zip_of)({file: data}))
    for max_size, rule in ((1000, "too-large"), (299_000, "too-large"), (301_000, None)):
        found = rules(load_many(tmp_path / name, max_size=max_size))
        assert found == [[] if rule is None else [rule]]


def test_a_decompression_bomb_takes_no_memory() -> None:
    size = 30_000_000
    data = gzip.compress(tar_of({"a.yaml": b"tasks: []\n# " + bytes(size)}), 1)
    tracemalloc.start()
    found = rules(load_many(("x.tar.gz", data), max_size=1000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found, peak < 3_000_000) == ([["too-large"]], True)


@pytest.mark.parametrize("make", [tar_of, zip_of])
@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.yaml", b"--- \n" * 9),
        ("a.yaml", b"...\r" * 9),
        ("a.yaml", b"--- \n" * 100_000),
        ("a.yaml", b"# x\n...\n" * 50_000),
        ("a.jsonl", b"{}\n" * 9),
        ("a.jsonl", b"{}\n" * 100_000),
    ],
)
def test_the_documents_in_the_files_of_an_archive_count(
    make: Callable[[Mapping[str, bytes]], bytes], file: str, text: bytes
) -> None:
    name = "x.zip" if make is zip_of else "x.tar"
    results = list(load_many((name, make({"0.yaml": SPEC, file: text, "z.yaml": SPEC})), max_archive_members=6))
    assert rules(results) == [[], ["archive-limit"]]
    assert results[-1].problems[0].message == "holds more than 6 files, documents and records"


def test_one_document_in_each_file_counts_once() -> None:
    files = {"a.yaml": b"---\n" + SPEC, "b.yaml": b"---\n" + SPEC + b"#" * 300_000, "c.jsonl": b'{"version": "v2"}\n'}
    assert rules(load_many(("x.tar", tar_of(files)), max_archive_members=3)) == [[], [], []]


class Dashes(io.BytesIO):
    """A tar archive with one file of as many documents as there is room for, which remembers what was read of it."""

    name = "x.tar"
    asked = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.asked += len(data)
        return data


def test_no_more_of_an_archive_is_read_than_its_limit_needs() -> None:
    asked = []
    for size in (1_000_000, 4_000_000):
        file = Dashes(tar_of({"a.yaml": b"--- \n" * (size // 5)}))
        assert rules(load_many(file, max_archive_members=1000)) == [["archive-limit"]]
        asked.append(file.asked)
    assert asked[0] == asked[1] < 500_000


def calls_for(name: str, text: bytes) -> int:
    """How many functions are called while the file of an archive is loaded: of Python, and those that it calls in C."""
    data = tar_of({name: text})
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        for _ in load_many(("x.tar", data), max_size=100_000_000):
            pass
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a.yaml", b"#\n"),
        ("a.yaml", b"\n"),
        ("a.yaml", b"\r"),
        ("a.yaml", b"---x\r\n"),
        ("a.yaml", b"%%\n"),
        ("a.jsonl", b"\n"),
        ("a.jsonl", b" \r\n"),
    ],
)
def test_lines_without_a_document_are_passed_over_together(name: str, line: bytes) -> None:
    calls_for(name, line)  # loads what is loaded once
    calls = [calls_for(name, line * (size // len(line))) for size in (1_000_000, 2_000_000)]
    assert calls[1] <= 2.5 * calls[0]
    assert calls[1] < 5_000


def test_a_header_that_is_a_bomb_takes_no_memory() -> None:
    header = tarfile.TarInfo("long")
    header.type, header.size = tarfile.XHDTYPE, 30_000_000
    data = gzip.compress(header.tobuf(tarfile.USTAR_FORMAT) + bytes(header.size + 1024), 1)
    tracemalloc.start()
    found = rules(load_many(("x.tar.gz", data)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found, peak < 3_000_000) == ([["broken-archive"]], True)


@pytest.mark.parametrize("zeros", [512, 1024, 65_536])
def test_zeros_between_the_files_of_a_tar_archive_are_not_its_end(zeros: int) -> None:
    data = tar_of({"a.yaml": SPEC})[:1024] + bytes(zeros) + tar_of({"b.yaml": SPEC})
    assert rules(load_many(("x.tar", data))) == [[], ["broken-archive"]]


def test_a_tar_archive_may_end_with_any_number_of_zeros() -> None:
    data = tar_of({"a.yaml": SPEC})[:1024]
    for zeros in (512, 1024, 1500, 200_000):
        assert rules(load_many(("x.tar", data + bytes(zeros)))) == [[]]


def test_the_gaps_of_a_sparse_file_count() -> None:
    header = tarfile.TarInfo("a.yaml")
    header.type, header.size = tarfile.REGTYPE, 512
    header.pax_headers = {
        "GNU.sparse.major": "0",
        "GNU.sparse.minor": "1",
        "GNU.sparse.map": "0,512",
        "GNU.sparse.size": str(10**15),
    }
    data = header.tobuf(tarfile.PAX_FORMAT) + b"tasks: []\n".ljust(512) + bytes(1024)
    assert rules(load_many(("x.tar", data))) == [["archive-limit"]]


def test_nothing_is_unpacked_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(list(load_many([("x.tar", tar_of(MEMBERS)), ("x.zip", zip_of(MEMBERS))]))) == 8
    assert list(tmp_path.iterdir()) == []


# What is wrong with a source.


def test_a_spec_without_problems_has_none() -> None:
    assert only(load_many(("a.yaml", SPEC))) == Loaded(Origin("a.yaml"), ExperimentSpec.from_yaml(SPEC), ())


def test_unknown_fields_are_warnings_among_the_problems() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = only(load_many(("a.yaml", b"taskss: 3\n" + SPEC)))
    (problem,) = result.problems
    assert (problem.rule, problem.severity, problem.line) == ("unknown-field", "warning", 1)
    assert result.spec is not None


def test_strict_makes_unknown_fields_errors() -> None:
    result = only(load_many(("a.yaml", b"taskss: 3\n" + SPEC), strict=True))
    (problem,) = result.problems
    assert (problem.rule, problem.severity, result.spec) == ("unknown-field", "error", None)


def test_templates_are_expanded_from_env() -> None:
    sources = [("a.yaml", b"description: '{{.Env.NAME}}'\ntasks: []")]
    (result,) = load_many(sources, env={"NAME": "x"})
    assert result.spec is not None
    assert result.spec.description == "x"


def test_the_limits_of_a_document_hold_for_each() -> None:
    deep = b"tasks: []\na: [[[[1]]]]\n"
    assert rules(load_many([("a.yaml", deep), ("b.yaml", SPEC)], max_depth=4)) == [["too-deep"], []]


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "gone.yaml"
    problem = problem_of(load_many(path))
    assert str(problem) == f"{path}: cannot be read: No such file or directory [unreadable]"


def test_a_path_with_a_zero_byte_is_reported() -> None:
    assert rules(load_many(["a\0.yaml", "a\0.tar"])) == [["unreadable"], ["unreadable"]]


def test_a_folder_that_cannot_be_listed_is_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def failing(path: str) -> Any:
        if path.endswith("inner"):
            raise FileNotFoundError(2, "No such file or directory", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", failing)
    results = list(load_many(folder))
    assert (names(results), rules(results)) == (
        [str(folder / "b.yaml"), str(folder / "inner")],
        [[], ["unreadable"]],
    )


def ten_ways(folder: Path) -> list[Callable[[Path], None]]:
    """Ways to break a file."""

    def cut(path: Path) -> None:
        path.write_bytes(tar_of({"a.yaml": SPEC})[:700])

    def link(path: Path) -> None:
        path.unlink()
        path.symlink_to(folder / "nothing")

    texts = [
        b"",
        b"\xff\xfe" + SPEC,
        b"version: v2\ntasks: [1\n",
        SPEC + SPEC,
        b"version: v2\ntasks: 3\n",
        b"version: v2\ntasks:\n\t- image\n",
        b"\0" * 100,
        b"[" * 100_000,
        b"budget: !!python/object x\n" + SPEC,
    ]
    writers = [lambda path, text=text: path.write_bytes(text) for text in texts]
    return [*writers, Path.unlink, link, cut]


def test_broken_files_are_reported_once_and_the_others_are_loaded(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number:03}.yaml" for number in range(240)]
    for path in paths:
        path.write_bytes(spec_of(path.stem))
    broken = dict(zip(paths[::20], ten_ways(tmp_path), strict=True))
    for path, way in broken.items():
        way(path)
    results = list(load_many(paths))
    assert names(results) == list(map(str, paths))
    assert [Path(result.source.file) for result in results if result.spec is None] == list(broken)
    assert all(result.problems for result in results if result.spec is None)
    assert all(result.spec.budget == Path(result.source.file).stem for result in results if result.spec is not None)


def test_broken_files_that_were_found_are_reported_where_they_are_specs(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number:03}.yaml" for number in range(12)]
    for path, way in zip(paths, ten_ways(tmp_path), strict=True):
        path.write_bytes(spec_of(path.stem))
        way(path)
    results = list(load_many(tmp_path))
    assert {Path(result.source.file).stem: result.problems[0].rule for result in results} == {
        "002": "yaml-syntax",
        "003": "duplicate-key",
        "004": "invalid-type",
        "005": "yaml-syntax",
        "008": "unknown-tag",
        "010": "unreadable",
        "011": "encoding",
    }
    assert all(result.spec is None for result in results)


# Applying a function.


def test_a_function_is_applied_to_each_spec() -> None:
    sources = [("a.yaml", spec_of("a")), ("b.yaml", spec_of("b"))]
    assert list(map_specs(operator.attrgetter("budget"), sources)) == [
        Mapped(Origin("a.yaml"), "a"),
        Mapped(Origin("b.yaml"), "b"),
    ]


def test_a_function_is_not_called_where_there_is_no_spec() -> None:
    (result,) = map_specs(repr, ("a.yaml", b"tasks: 3"))
    assert (result.value, result.has_failed) == (None, True)


def test_warnings_go_with_the_value() -> None:
    (result,) = map_specs(operator.attrgetter("budget"), ("a.yaml", b"taskss: 3\n" + SPEC))
    assert (result.value, result.has_failed, rules([result])) == ("ai2/demo", False, [["unknown-field"]])


def test_what_a_function_raises_is_a_problem_without_its_text() -> None:
    def fails(spec: ExperimentSpec) -> None:
        raise ValueError(f"a secret of {spec.budget}")

    problem = problem_of(map_specs(fails, ("a.yaml", SPEC)))
    assert (problem.rule, problem.severity, problem.file) == ("function-failed", "error", "a.yaml")
    assert problem.message.startswith("the function failed with ValueError (test_bulk.py:")


def test_the_problem_of_a_function_has_the_line_of_its_document() -> None:
    *_, result = map_specs(int, ("a.yaml", spec_of("a") + b"---\n" + spec_of("b")))  # type: ignore[arg-type]
    assert str(result.problems[0]).splitlines()[0] == "a.yaml:3:1: the function failed with TypeError [function-failed]"


def test_a_function_may_stop_the_run() -> None:
    def stops(spec: ExperimentSpec) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(map_specs(stops, ("a.yaml", SPEC)))


# Results.


def test_results_are_frozen() -> None:
    result = only(load_many(("a.yaml", SPEC)))
    with pytest.raises(AttributeError):
        result.spec = None  # type: ignore[misc]


@pytest.mark.parametrize(
    "value",
    [
        Origin("x.zip", "a.yaml", 3, 17),
        Loaded(Origin("a.yaml"), ExperimentSpec(tasks=[]), (Problem(rule="r", message="m"),)),
        Mapped(Origin("a.yaml"), 3, (Problem(rule="r", message="m"),)),
    ],
)
def test_results_can_be_pickled_and_copied(value: Any) -> None:
    assert pickle.loads(pickle.dumps(value)) == value == copy.copy(value)


def test_a_name_that_a_terminal_would_act_on_is_printed_escaped() -> None:
    assert str(only(load_many(("a\x1b[31m.yaml", SPEC))).source) == "a\\u001b[31m.yaml"


# Whoever does the work.


class Recorder(Executor):
    """Does the work at once, through a pickle, and remembers what it was given."""

    def __init__(self) -> None:
        self.calls = 0

    def submit(self, function: Callable[..., Any], /, *args: Any, **keywords: Any) -> Future[Any]:
        self.calls += 1
        future: Future[Any] = Future()
        try:
            call, arguments, options = pickle.loads(pickle.dumps((function, args, keywords)))
            future.set_result(pickle.loads(pickle.dumps(call(*arguments, **options))))
        except Exception as error:
            future.set_exception(error)
        return future


@pytest.mark.parametrize("workers", [0, -1])
def test_fewer_than_one_worker_is_refused_at_once(workers: int) -> None:
    with pytest.raises(ValueError, match=f"expected at least 1 worker, got {workers}"):
        load_many("a.yaml", workers=workers)


@pytest.mark.slow
@given(st.lists(experiment_specs(), max_size=4))
def test_specs_arrive_from_elsewhere_as_they_are(specs: list[ExperimentSpec]) -> None:
    sources = [(f"{number}.yaml", spec.to_yaml().encode()) for number, spec in enumerate(specs)]
    arrived = [result.spec for result in load_many(sources, executor=Recorder())]
    assert arrived == specs == [result.spec for result in load_many(sources)]
    assert list(map(hash, arrived)) == list(map(hash, specs))


def test_what_a_spec_shares_is_still_shared_when_it_arrives() -> None:
    task = "- image: {docker: alpine}\n  envVars: [{name: A, value: b}]\n"
    (result,) = load_many(("a.yaml", f"tasks:\n{task * 2}".encode()), executor=Recorder())
    assert result.spec is not None
    first, second = result.spec.tasks
    assert first.image is second.image


def test_results_come_in_the_order_of_the_sources_by_default() -> None:
    def slow_first(spec: ExperimentSpec) -> str | None:
        time.sleep(0.2 * (spec.budget == "b0"))
        return spec.budget

    sources = [(f"{number}.yaml", spec_of(f"b{number}")) for number in range(40)]
    with ThreadPoolExecutor(4) as executor:
        results = map_specs(slow_first, sources, executor=executor)
        assert [result.value for result in results] == [f"b{number}" for number in range(40)]


@pytest.mark.slow
def test_results_may_come_as_they_are_done() -> None:
    def slow_first(spec: ExperimentSpec) -> str | None:
        time.sleep(0.5 * (spec.budget == "b0"))
        return spec.budget

    sources = [(f"{number}.yaml", spec_of(f"b{number}")) for number in range(40)]
    with ThreadPoolExecutor(4) as executor:
        values = [result.value for result in map_specs(slow_first, sources, executor=executor, ordered=False)]
    assert sorted(values, key=str) == sorted((f"b{number}" for number in range(40)), key=str)
    assert values[0] != "b0"


@pytest.mark.slow
def test_an_executor_of_processes_is_used_and_stays_open() -> None:
    context = multiprocessing.get_context("spawn")
    sources = [(f"{number}.yaml", spec_of(f"b{number}")) for number in range(100)]
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        assert budgets(load_many(sources, executor=executor)) == [f"b{number}" for number in range(100)]
        assert executor.submit(int, "3").result() == 3


def test_each_item_of_an_executor_that_breaks_is_reported_once() -> None:
    context = multiprocessing.get_context("spawn")
    items = [*map(str, range(30)), "__import__('os')._exit(1)", *map(str, range(30, 60))]
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        results = list(apply_to_each(eval, items, executor=executor))
    assert [item for item, _ in results] == items
    assert all(outcome == int(item) for item, outcome in results if not isinstance(outcome, Failure))
    assert {outcome.rule for _, outcome in results if isinstance(outcome, Failure)} == {"not-delivered"}


def test_an_executor_that_was_shut_down_is_reported_for_each_source() -> None:
    executor = ThreadPoolExecutor()
    executor.shutdown()
    results = list(load_many([("a.yaml", SPEC), ("b.yaml", SPEC)], executor=executor))
    assert (names(results), rules(results)) == (["a.yaml", "b.yaml"], [["not-delivered"]] * 2)


def test_what_cannot_travel_back_is_reported_and_the_rest_arrives() -> None:
    items = ["1", "lambda: 2", "3"]
    (_, first), (_, second), (_, third) = apply_to_each(eval, items, executor=Recorder())
    assert (first, third) == (1, 3)
    assert isinstance(second, Failure)
    assert second.rule == "not-delivered"


def test_what_cannot_be_unpacked_is_reported_and_the_rest_arrives_once() -> None:
    # The longer the run, the more items travel together.
    class_text = "type('E', (Exception,), {'__reduce__': lambda self: (int, ('x',))})()"
    items = [*map(str, range(200)), class_text, *map(str, range(200, 300))]
    results = list(apply_to_each(eval, items, executor=Recorder()))
    assert [item for item, _ in results] == items
    assert [outcome for _, outcome in results if not isinstance(outcome, Failure)] == list(range(300))


def endless() -> Iterator[tuple[str, bytes]]:
    for number in itertools.count():
        yield f"{number}.yaml", SPEC


class Late(Executor):
    """Starts its work after some time."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1)
        self._executor.submit(time.sleep, 0.3)
        self.calls = 0
        self.calls_at_start: list[int] = []
        self._executor.submit(lambda: self.calls_at_start.append(self.calls))

    def submit(self, function: Callable[..., Any], /, *args: Any, **keywords: Any) -> Future[Any]:
        self.calls += 1
        return self._executor.submit(function, *args, **keywords)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait, cancel_futures=cancel_futures)


def test_an_executor_has_a_bounded_number_of_calls_at_once() -> None:
    with Late() as executor:
        results = load_many(endless(), executor=executor)
        next(results)
        results.close()
    assert executor.calls_at_start == [64]


@pytest.mark.slow
@pytest.mark.parametrize("load", [load_many, partial(map_specs, repr)])
def test_an_executor_has_two_calls_for_each_of_its_workers(load: Callable[..., Any]) -> None:
    with Late() as executor:
        results = load(endless(), executor=executor, workers=3)
        next(results)
        results.close()
    assert executor.calls_at_start == [6]


@pytest.mark.slow
@pytest.mark.parametrize("load", [load_many, partial(map_specs, repr)])
def test_texts_that_are_sent_are_bounded_in_bytes(load: Callable[..., Any]) -> None:
    executor = Recorder()
    text = SPEC + b"#" * 20_000
    for _ in load([(f"{number}.yaml", text) for number in range(1000)], executor=executor):
        pass
    assert executor.calls >= 20


@pytest.mark.slow
def test_more_is_sent_while_a_slow_consumer_has_much_to_take() -> None:
    with Late() as executor:
        results = load_many(endless(), executor=executor)
        next(results)
        time.sleep(0.3)  # all that was sent is done
        for _ in range(2):
            next(results)
        results.close()
    assert executor.calls > 64


def test_what_is_ready_is_handed_over_while_the_sources_are_slow() -> None:
    asked = 0

    def sources() -> Iterator[tuple[str, bytes]]:
        nonlocal asked
        for asked in range(1020):
            time.sleep(0.06 * (asked >= 1000))  # up to there, chunks have grown
            yield f"{asked}.yaml", SPEC

    with ThreadPoolExecutor(2) as executor:
        for result in load_many(sources(), executor=executor):
            if str(result.source) == "1000.yaml":
                break
    assert asked < 1010


def peak_of(sources: Iterable[Any], executor: Executor | None = None) -> int:
    """The most memory that is taken while sources are loaded."""
    tracemalloc.start()
    for _ in load_many(sources, executor=executor):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.slow
@pytest.mark.parametrize("executor", [None, Recorder()])
def test_memory_does_not_grow_with_the_number_of_sources(executor: Executor | None) -> None:
    few, many = [[(f"{number}.yaml", SPEC) for number in range(count)] for count in (1000, 5000)]
    for _ in load_many(many, executor=executor):
        pass  # fills what is kept, such as names that were looked up
    # How much is on its way depends on how long it takes.
    assert peak_of(many, executor) < peak_of(few, executor) + (5_000 if executor is None else 800_000)


@pytest.mark.slow
@pytest.mark.parametrize("make", [tar_of, zip_of])
def test_memory_does_not_grow_with_the_files_in_an_archive(make: Callable[[Mapping[str, bytes]], bytes]) -> None:
    name = "x.zip" if make is zip_of else "x.tar"

    few, many = [make({f"{number}.yaml": SPEC for number in range(count)}) for count in (200, 1000)]
    for _ in load_many((name, many)):
        pass
    # The directory of a zip archive stands at its end, and is read at once.
    assert peak_of([(name, many)]) < peak_of([(name, few)]) + (800 * 1500 if make is zip_of else 10_000)


# Processes.


def children() -> set[int]:
    """The processes of this one, but for the one that Python starts beside the first process and keeps."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended
            for child in (task / "children").read_text().split():
                if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
                    found.add(int(child))
    return found


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for processes in /proc")


@pytest.mark.slow
@pytest.mark.parametrize("ordered", [True, False])
def test_processes_do_every_item_once(ordered: bool) -> None:
    crash, leave = "__import__('os').kill(__import__('os').getpid(), 9)", "__import__('os')._exit(3)"
    items = [*map(str, range(300)), crash, *map(str, range(300, 600)), leave, "1/0", "lambda: 1", "600"]
    results = list(apply_to_each(eval, items, workers=2, ordered=ordered, helps=False))
    outcomes = dict(results)
    assert sorted(outcomes) == sorted(items)
    if ordered:
        assert [item for item, _ in results] == items
    failures = {item: outcome for item, outcome in outcomes.items() if isinstance(outcome, Failure)}
    assert failures.pop(crash) == Failure("worker-crash", "the process was ended by SIGKILL")
    assert failures.pop(leave) == Failure("worker-crash", "the process ended with exit code 3")
    assert failures.pop("1/0") == Failure("function-failed", "failed with ZeroDivisionError (<string>:1)")
    assert failures.pop("lambda: 1").rule == "not-delivered"
    assert (failures, outcomes["600"]) == ({}, 600)


@pytest.mark.slow
def test_processes_load_what_one_does(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"{number:03}.yaml").write_bytes(spec_of(number) if number % 7 else b"tasks: 3")
    sources = [tmp_path, ("x.tar", tar_of(MEMBERS)), ("a.jsonl", b'{"tasks": []}\n' * 3), tmp_path / "gone.yaml"]
    get = operator.attrgetter("budget")
    assert list(map_specs(get, sources, workers=2)) == list(map_specs(get, sources))


@pytest.mark.slow
@needs_proc
def test_a_process_that_is_killed_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("beakerspec.bulk.workers._SECONDS_ALONE", 0)
    monkeypatch.setattr("beakerspec.bulk.workers._LEAST_WORK", 0)
    before = children()
    killed: set[int] = set()

    def sources() -> Iterator[tuple[str, bytes]]:
        for number in range(6000):
            if number in (2000, 3500, 5000):  # far apart: what is lost is loaded once more, and not a third time
                for child in list(children() - before - killed)[:1]:
                    os.kill(child, signal.SIGKILL)
                    killed.add(child)
            yield f"{number}.yaml", SPEC

    results = list(load_many(sources(), workers=2))
    assert len(killed) == 3
    assert names(results) == [f"{number}.yaml" for number in range(6000)]
    assert [result for result in results if result.spec is None] == []


@needs_proc
def test_few_files_start_no_process() -> None:
    before = children()
    results = load_many(endless(), workers=2)
    next(results)
    assert children() == before


@pytest.mark.slow
@needs_proc
def test_closing_the_iterator_ends_the_processes() -> None:
    before = children()
    results = apply_to_each(eval, itertools.repeat("3"), workers=2, helps=False)
    assert next(results) == ("3", 3)
    assert len(children() - before) == 2
    results.close()
    assert children() == before


@pytest.mark.slow
@needs_proc
def test_letting_go_of_the_iterator_ends_the_processes() -> None:
    before = children()
    for _ in apply_to_each(eval, itertools.repeat("3"), workers=2, helps=False):
        break
    assert children() == before


@pytest.mark.slow
@needs_proc
def test_processes_that_hang_are_ended() -> None:
    before = children()
    items = itertools.chain(["1"], itertools.repeat("__import__('time').sleep(1000)"))
    results = apply_to_each(eval, items, workers=2, helps=False)
    assert next(results) == ("1", 1)
    results.close()
    assert children() == before


@pytest.mark.slow
@needs_proc
def test_an_interrupt_of_the_terminal_is_left_to_the_caller() -> None:
    before = children()
    results = apply_to_each(eval, itertools.repeat("__import__('os').getpid()"), workers=2, helps=False)
    seen: set[int] = set()
    while len(seen) < 2:
        seen.add(next(results)[1])  # type: ignore[arg-type]
    for worker in seen:
        os.kill(worker, signal.SIGINT)
    for _ in range(1000):
        next(results)
    assert children() - before == seen
    results.close()


def test_a_function_that_no_module_holds_is_refused() -> None:
    with pytest.raises((pickle.PicklingError, AttributeError)):
        list(map_specs(lambda spec: spec.budget, [("a.yaml", SPEC)] * 2, workers=2))


def run_program(folder: Path, text: str) -> subprocess.Popen[str]:
    """A program with this text, in a process group of its own."""
    path = folder / "program.py"
    path.write_text(text)
    return subprocess.Popen(
        [sys.executable, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


ENDLESS = """
import itertools
from beakerspec.bulk.workers import apply_to_each
if __name__ == "__main__":
    for _ in apply_to_each(eval, itertools.repeat("3"), workers=2, helps=False):
        print("a result", flush=True)
        break
    for _ in apply_to_each(eval, itertools.repeat("3"), workers=2, helps=False):
        print("a result", flush=True)
"""


def has_ended(group: int) -> bool:
    """Whether all processes of a group end within some seconds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_an_interrupt_ends_all_processes(tmp_path: Path) -> None:
    program = run_program(tmp_path, ENDLESS)
    assert program.stdout is not None
    for _ in range(3):
        assert program.stdout.readline() == "a result\n"
    os.killpg(program.pid, signal.SIGINT)
    _, errors = program.communicate(timeout=20)
    assert has_ended(program.pid)
    assert "KeyboardInterrupt" in errors


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_processes_end_when_the_caller_is_killed(tmp_path: Path) -> None:
    program = run_program(tmp_path, ENDLESS)
    assert program.stdout is not None
    for _ in range(3):
        assert program.stdout.readline() == "a result\n"
    program.kill()
    program.communicate(timeout=20)
    assert has_ended(program.pid)


@pytest.mark.slow
def test_a_program_that_does_not_guard_its_start_is_told_so(tmp_path: Path) -> None:
    program = run_program(
        tmp_path,
        "from beakerspec.bulk import map_specs\n"
        "print(len(list(map_specs(repr, [('a.yaml', b'tasks: []')] * 9, workers=2))))\n",
    )
    output, errors = program.communicate(timeout=60)
    assert (output, program.returncode) == ("", 1)
    assert errors.endswith("and the function has to be one that they can import\n")
