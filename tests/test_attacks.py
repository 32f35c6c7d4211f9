"""Files that are made to break a reader: each ends in an error with a place, soon and in little memory.

Each is read in a process of its own, since what a process once took of memory it does not give back.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from beakerspec.limits import MAX_SIZE

resource = pytest.importorskip("resource", reason="the memory of a process is measured with it")

MB = 2**20
#: What a file may take of memory, in bytes, beside five times its own size.
ALLOWANCE = 50 * MB

#: Reads a small right and a small wrong spec, so that everything is loaded, and then the files, one after the other.
#: Errors are printed, as who gets one does that. Linux hands `ru_maxrss` down from the parent process, so that its
#: own record goes first.
MEASURE = """
import json, resource, sys, time
from beakerspec import ExperimentSpec, ValidationError

def peak():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024

def read(path):
    before, start = peak(), time.process_time()
    found, loaded, text = [], True, ""
    try:
        ExperimentSpec.from_file(path)
    except ValidationError as error:
        loaded, text = False, str(error)
        found = [(each.rule, each.line, each.column) for each in error.problems if each.severity == "error"]
    return {
        "loaded": loaded,
        "problems": [*found[:20], *found[-1:]],
        "length": len(text),
        "seconds": time.process_time() - start,
        "memory": peak() - before,
    }

warm_up, *paths = sys.argv[1:]
for text in ('{"tasks": [{"image": {"docker": "x"}}]}', '{"tasks": [{"image": {"docker": [1]}}], "budget": "&"}'):
    with open(warm_up, "w") as file:
        file.write(text)
    read(warm_up)
print(json.dumps([read(path) for path in paths]))
"""


@attrs.frozen
class Attack:
    #: The parts of the file.
    parts: Callable[[], Iterator[bytes]]
    #: The rule of one of the problems, or None where the file is a spec after all.
    rule: str | None
    #: Where that problem stands; None where the parser decides.
    line: int | None = 1
    column: int | None = None


def once(data: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: iter([data])


def many(data: bytes, times: int, before: bytes = b"", after: bytes = b"") -> Callable[[], Iterator[bytes]]:
    def parts() -> Iterator[bytes]:
        yield before
        whole, rest = divmod(times, 4096)
        for _ in range(whole):
            yield data * 4096
        yield data * rest
        yield after

    return parts


def numbered(line: str, size: int, before: bytes = b"", after: bytes = b"") -> Callable[[], Iterator[bytes]]:
    """Lines that differ, of `size` bytes in all."""

    def parts() -> Iterator[bytes]:
        yield before
        written = number = 0
        while written < size:
            lines = "".join([line.format(each) for each in range(number, number + 4096)]).encode()
            number += 4096
            written += len(lines)
            yield lines
        yield after

    return parts


def laughs(first: str, other: str) -> bytes:
    return "".join(
        f"l{level}: &l{level} " + (first if level == 0 else other.format(*[f"*l{level - 1}"] * 9)) + "\n"
        for level in range(30)
    ).encode()


TASK = b"tasks:\n- image: {docker: x}\n"
DIGITS = b"1" * 1_000_000
NINE = ", ".join(["{}"] * 9)
LARGE = 100_000_000
#: Of the kinds of large files, one is this large for each way through the library; the others need not be.
LESS = 20_000_000
#: Just more values than are allowed, in as small a file as can be.
MILLION = 1_000_000

YAML = {
    "brackets": Attack(many(b"[", 1_000_000), "too-deep", column=101),
    "dashes": Attack(many(b"- ", 1_000_000), "too-deep", column=201),
    "braces": Attack(many(b"{", 1_000_000), "too-deep", column=101),
    "question marks": Attack(many(b"? ", 1_000_000), "too-deep", column=201),
    "mappings in braces": Attack(many(b"{a: ", 100_000), "too-deep", column=401),
    "mappings in lines": Attack(lambda: (b" " * level + b"a:\n" for level in range(3000)), "too-deep", 101, 101),
    "colons": Attack(many(b"a: ", 100_000), "yaml-syntax"),
    "brackets in a spec": Attack(many(b"[", 1_000_000, TASK + b"  command: "), "too-deep", 3, 109),
    "tags and brackets": Attack(many(b"!!str [", 100_000), "too-deep"),
    "billion laughs in lists": Attack(once(laughs("[x, x, x, x, x, x, x, x, x]", f"[{NINE}]")), "too-many-values", 7),
    "billion laughs in mappings": Attack(
        once(laughs("{a: x}", "{{" + ", ".join(f"k{number}: {{}}" for number in range(9)) + "}}")),
        "too-many-values",
        line=7,
    ),
    "billion laughs in merge keys": Attack(
        once(laughs("{a: x, b: y}", "{{<<: [" + NINE + "]}}")), "too-many-values", line=None
    ),
    "an alias in itself": Attack(once(b"a: &a [*a]\n"), "recursive-alias", column=8),
    "aliases in each other": Attack(once(b"a: &a\n  b: &b\n  - *a\n  - *b\n"), "recursive-alias", 3, 5),
    "a nul": Attack(once(TASK + b"  name: a\0b\n"), "encoding", 3, 10),
    "nuls": Attack(many(b"\0", 1_000_000), "encoding", column=1),
    "latin-1": Attack(once(TASK + b"  name: caf\xe9\n"), "encoding", 3, 12),
    "utf-16-le": Attack(once("\ufeffbudget: a\n".encode("utf-16-le")), "encoding", column=1),
    "utf-16-be": Attack(once("\ufeffbudget: a\n".encode("utf-16-be")), "encoding", column=1),
    "a long integer": Attack(once(TASK + b"  replicas: " + DIGITS + b"\n"), "invalid-type", 3, 13),
    "a long hexadecimal integer": Attack(once(TASK + b"  replicas: 0x" + DIGITS + b"\n"), "invalid-type", 3, 13),
    "a long number": Attack(once(TASK + b"  resources: {cpuCount: " + DIGITS + b"}\n"), "invalid-type", 3, 25),
    "a long fraction": Attack(once(TASK + b"  resources: {gpuCount: 1." + DIGITS + b"}\n"), "invalid-type", 3, 25),
    "a long duration": Attack(once(TASK + b"  timeout: " + DIGITS + b"\n"), "duration", 3, 12),
    "a long item of a command": Attack(once(TASK + b"  command: [" + DIGITS + b"]\n"), None),
    "a great integer": Attack(once(TASK + b"  replicas: 1e400\n"), "invalid-type", 3, 13),
    "a great number": Attack(once(TASK + b"  resources: {cpuCount: 1e400}\n"), "invalid-type", 3, 25),
    "a great item of a command": Attack(once(TASK + b"  command: [1e400]\n"), None),
    "underscores": Attack(once(TASK + b"  replicas: 1" + b"_" * 1_000_000 + b"x\n"), "invalid-type", 3, 13),
    "templates": Attack(many(b"{{.Env.A}}", 100_000, b"budget: "), "go-template", column=9),
    "open templates": Attack(many(b"{{", 500_000), "too-deep", column=101),
}
LARGE_YAML = {
    "a scalar": Attack(many(b"a", LARGE), "invalid-type", column=1),
    "a quoted scalar": Attack(many(b"a", LESS, b"'", b"'\n"), "invalid-type", column=1),
    "a key": Attack(many(b"a", LESS, b"", b": b\n"), "yaml-syntax"),
    "a comment": Attack(many(b"a", LESS, b"#"), "empty-document", column=1),
    "one key in many lines": Attack(many(b"a: b\n", LARGE // 5), "duplicate-key", line=2, column=1),
    "many keys in many lines": Attack(numbered("k{}: v\n", LARGE), "too-many-values", line=None),
    "many items in many lines": Attack(many(b"- a\n", LESS // 4), "too-many-values", line=None),
    "many values in a small file": Attack(many(b"a,", MILLION, b"x: [", b"]"), "too-many-values"),
    "many aliases": Attack(many(b"- *a\n", LESS // 5, b"x: &a []\ny:\n"), "too-many-values", line=None),
    "blank lines": Attack(many(b"\n", LESS), "empty-document", column=1),
    "a nul at the end": Attack(many(b"a", LESS, b"budget: ", b"\0\n"), "encoding", column=LESS + 9),
    "latin-1 at the end": Attack(many(b"a: b\n", LARGE // 5, b"", b"\xe9"), "encoding", LARGE // 5 + 1, 1),
}
JSON = {
    "brackets": Attack(many(b"[", 1_000_000), "too-deep", column=101),
    "braces": Attack(many(b'{"a":', 100_000), "too-deep", column=501),
    "closed brackets": Attack(once(b"[" * 1_000_000 + b"]" * 1_000_000), "too-deep", column=101),
    "a nul": Attack(once(b'{"budget": "a\0"}'), "json-syntax", column=14),
    "latin-1": Attack(once(b'{"budget": "\xe9"}'), "encoding", column=13),
    "utf-16-le": Attack(once('\ufeff{"budget": "a"}'.encode("utf-16-le")), "encoding", column=1),
    "utf-16-be": Attack(once('\ufeff{"budget": "a"}'.encode("utf-16-be")), "encoding", column=1),
    "a long integer": Attack(once(b'{"retry": {"allowedTaskRetries": ' + DIGITS + b"}}"), "invalid-value", column=34),
    "a long number": Attack(once(b'{"tasks": 1.' + DIGITS + b"}"), "invalid-type", column=11),
    "a long item of a command": Attack(
        once(b'{"tasks": [{"image": {"docker": "x"}, "command": [' + DIGITS + b"]}]}"), "invalid-value", column=51
    ),
    "a great number": Attack(
        once(b'{"tasks": [{"image": {"docker": "x"}, "resources": {"cpuCount": 1e400}}]}'), "invalid-type", column=65
    ),
    "a great integer": Attack(once(b'{"retry": {"allowedTaskRetries": 1e400}}'), "invalid-type", column=34),
    "a great item of a command": Attack(
        once(b'{"tasks": [{"image": {"docker": "x"}, "command": [1e400]}]}'), "invalid-type", column=51
    ),
}
LARGE_JSON = {
    "a word": Attack(many(b"a", LARGE), "json-syntax", column=1),
    "a text": Attack(many(b"a", LARGE, b'"', b'"'), "invalid-type", column=1),
    "an open text": Attack(many(b"a", LESS, b'{"a": "'), "json-syntax"),
    "many items": Attack(many(b"1,\n", LESS // 3, b'{"a": [', b"1]}"), "too-many-values", line=None),
    "many values in a small file": Attack(many(b"1,", MILLION, b'{"a": [', b"1]}"), "too-many-values"),
    "many keys": Attack(numbered('"k{}":1,\n', LESS, b"{", b'"a":1}'), "too-many-values", line=None),
    "one key": Attack(many(b'"a":1,\n', LESS // 7, b"{", b'"a":1}'), "duplicate-key", line=2, column=1),
    "blanks": Attack(many(b" ", LESS), "json-syntax", column=LESS + 1),
}


def measure(folder: Path, suffix: str, attacks: Iterable[Attack]) -> list[tuple[int, dict[str, Any]]]:
    """The size of each file, and what reading it gave and took."""
    paths = []
    for number, attack in enumerate(attacks):
        paths.append(folder / f"{number}.{suffix}")
        with paths[-1].open("wb") as file:
            file.writelines(attack.parts())
    sizes = [path.stat().st_size for path in paths]
    command = [sys.executable, "-W", "ignore", "-c", MEASURE, str(folder / f"warm-up.{suffix}"), *map(str, paths)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    finally:
        for path in paths:
            path.unlink()
    assert done.returncode == 0, done.stderr[-2000:]
    return list(zip(sizes, json.loads(done.stdout), strict=True))


def check(attack: Attack, size: int, found: dict[str, Any]) -> None:
    print(f"{size / MB:.1f} MB in {found['seconds']:.2f} s and {found['memory'] / MB:.1f} MB: {found['problems'][:3]}")
    assert found["loaded"] == (attack.rule is None and size <= MAX_SIZE)
    if size > MAX_SIZE:
        assert found["problems"][0] == ["too-large", 1, 1]
    elif attack.rule is not None:
        places = [(line, column) for rule, line, column in found["problems"] if rule == attack.rule]
        assert places
        assert attack.line in (None, places[0][0])
        assert attack.column in (None, places[0][1])
        assert all(line is not None and column is not None for _, line, column in found["problems"])
    assert found["memory"] < 5 * size + ALLOWANCE


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, tuple[int, dict[str, Any]]]]:
    """What reading each of the small files gave: one process serves all of a kind."""
    return {
        suffix: dict(zip(attacks, measure(tmp_path_factory.mktemp(suffix), suffix, attacks.values()), strict=True))
        for suffix, attacks in (("yaml", YAML), ("json", JSON))
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", YAML)
def test_a_small_attack_in_yaml_ends_in_an_error_with_a_place(name: str, small: Any) -> None:
    check(YAML[name], *small["yaml"][name])


@pytest.mark.slow
@pytest.mark.parametrize("name", JSON)
def test_a_small_attack_in_json_ends_in_an_error_with_a_place(name: str, small: Any) -> None:
    check(JSON[name], *small["json"][name])


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE_YAML)
def test_a_large_attack_in_yaml_ends_in_an_error_soon_and_in_little_memory(name: str, tmp_path: Path) -> None:
    ((size, found),) = measure(tmp_path, "yaml", [LARGE_YAML[name]])
    check(LARGE_YAML[name], size, found)


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE_JSON)
def test_a_large_attack_in_json_ends_in_an_error_soon_and_in_little_memory(name: str, tmp_path: Path) -> None:
    ((size, found),) = measure(tmp_path, "json", [LARGE_JSON[name]])
    check(LARGE_JSON[name], size, found)
