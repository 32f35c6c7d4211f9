"""What is fuzzed: each target is a function that takes any bytes, and raises where a promise does not hold."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

from beakerspec import (
    ExperimentSpec,
    ExperimentSpecError,
    ValidationError,
    check,
    format_duration,
    parse_duration,
    parse_size,
)
from beakerspec.bulk import load_many
from beakerspec.bulk.splitting import documents, records
from beakerspec.checking.settings import Settings, SettingsError, read_settings
from beakerspec.checking.suppressions import find_suppressions
from beakerspec.documents.complete_reader import Located, locate_json, locate_yaml
from beakerspec.documents.fast_reader import Unusual, read_block
from beakerspec.documents.templates import TemplateError, expand
from beakerspec.files import read, read_json

__all__ = ["TARGETS", "WORDS"]

T = TypeVar("T")


def _text(data: bytes) -> str:
    return data.decode(errors="replace")


def _typed(data: Any) -> Any:
    """Plain data with the type of each part: a `PlainScalar` is another thing than the same text."""
    if isinstance(data, dict):
        return "mapping", [(_typed(key), _typed(value)) for key, value in data.items()]
    if isinstance(data, list):
        return "list", [_typed(value) for value in data]
    return type(data).__name__, str.__str__(data) if isinstance(data, str) else repr(data)


# Readers.

#: What a reader raises for a text that it leaves to the next one.
_LEFT = (Unusual, RecursionError)


def _attempt(reader: Callable[[str], Any], text: str) -> Any:
    try:
        return reader(text)
    except _LEFT:
        return None


def readers(data: bytes) -> None:
    """The quick readers of YAML and of JSON give what the complete ones give, or nothing."""
    text = _text(data).removeprefix("\ufeff")  # which is gone before any of them reads
    pairs: list[tuple[tuple[Callable[[str], Any], ...], Callable[[str], Located]]]
    pairs = [((read_block,), locate_yaml), ((read_json,), locate_json)]
    for quick, complete in pairs:
        located: Located | None = None
        for reader in quick:
            found = _attempt(reader, text)
            if found is not None:
                located = located or complete(text)
                assert not located.findings, (reader.__name__, located.findings)
                assert located.root is not None
                assert _typed(found) == _typed(located.root.data), reader.__name__


# The whole way of a spec.


def _validated(spec: ExperimentSpec) -> None:
    with suppress(ExperimentSpecError):
        spec.validate()


def _round_trips(spec: ExperimentSpec) -> None:
    """A spec is the same when it was written, as YAML and as JSON, and read again."""
    text = spec.to_yaml()
    assert ExperimentSpec.from_yaml(text) == spec
    assert ExperimentSpec.from_yaml(text).to_yaml() == text
    plain = spec.to_json()
    assert ExperimentSpec.from_json(plain) == spec
    assert ExperimentSpec.from_json(json.loads(json.dumps(plain, allow_nan=False))) == spec


def _attempt_spec(function: Callable[[], T]) -> T | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return function()
        except ValidationError as error:
            assert error.problems
            assert str(error)
            return None


def pipeline(data: bytes) -> None:
    """A YAML text is checked, loaded, written and loaded again."""
    problems = check(data, settings=Settings())
    assert "".join(map(str, problems)) is not None
    spec = _attempt_spec(lambda: ExperimentSpec.from_yaml(data))
    if spec is None:
        assert any(problem.severity == "error" for problem in problems)
        return
    _validated(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _round_trips(spec)


def json_text(data: bytes) -> None:
    """A JSON text is loaded, written and loaded again."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reading = read(ExperimentSpec, data, is_json=True)
        assert (reading.value is None) == any(problem.severity == "error" for problem in reading.problems)
        "".join(map(str, reading.problems))
        if reading.value is not None:
            _validated(reading.value)
            _round_trips(reading.value)


class _Draw:
    """Python data that looks like JSON, and some that does not, made of bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._next = 0

    def byte(self) -> int:
        self._next += 1
        return self._data[self._next - 1] if self._next <= len(self._data) else 0

    def name(self) -> str:
        names = _field_names()
        return names[self.byte() % len(names)]

    def text(self) -> str:
        kind = self.byte()
        if kind < 128:
            return _TEXTS[kind % len(_TEXTS)]
        start, self._next = self._next, self._next + kind % 16
        return self._data[start : self._next].decode(errors="surrogateescape" if kind % 2 else "replace")

    def value(self, depth: int = 0) -> Any:
        kind = self.byte() % 16
        if kind < 5 and depth < 20:
            return {self.name(): self.value(depth + 1) for _ in range(self.byte() % 6)}
        if kind < 8 and depth < 20:
            return [self.value(depth + 1) for _ in range(self.byte() % 5)]
        if kind < 12:
            return self.text()
        if kind < 15:
            return _SCALARS[self.byte() % len(_SCALARS)]
        return {_ODD_KEYS[self.byte() % len(_ODD_KEYS)]: self.value(depth + 1)} if depth < 20 else ()

    def edited(self, data: Any) -> None:
        """Change what is somewhere in a mapping or list that is not empty."""
        part, key = data, ""
        while True:
            keys = list(part) if isinstance(part, dict) else range(len(part))
            key = keys[self.byte() % len(keys)]
            inner = part[key]
            if not inner or not isinstance(inner, (dict, list)) or self.byte() % 4 == 0:
                break
            part = inner
        if isinstance(part, dict) and self.byte() % 3 == 0:
            key = self.name()
        part[key] = self.value(10)


@cache
def _field_names() -> list[str]:
    """The names of all fields, from the specs in the seeds' own words."""
    return [word.decode() for word in WORDS["pipeline"] if word.isalnum()]


_TEXTS = ["x", "", "1", "0123", "1.5", "true", "null", "10GiB", "1h30m", "a b", "é", "\n", " x", "v2", "high", "\0"]
_SCALARS = [
    *(None, True, False, 0, 1, -1, 2**31, 2**63, 2**64, 10**30, -(2**63), 0.0, -0.0, 0.5, 1e300, 5e-324),
    *(float("nan"), float("inf"), float("-inf"), 8.0, (), (1, 2), b"x", {1}, frozenset(), object, range(2), 1j),
]
#: A spec that is changed here and there.
_SPEC = """{"version": "v2", "budget": "b", "groups": ["g"], "retry": {"allowedTaskRetries": 1}, "tasks": [{"name": "a",
"image": {"beaker": "x"}, "command": ["a", 1, 1.5], "arguments": ["-x"], "envVars": [{"name": "A", "value": "1"}],
"datasets": [{"mountPath": "/d", "source": {"hostPath": "/x"}}], "result": {"path": "/r"}, "resources": {"gpuCount": 1,
"memory": "1 GiB"}, "context": {"priority": "high", "minRuntime": "1h"}, "constraints": {"cluster": ["c"], "more":
{"a": [1, null]}}, "replicas": 2, "timeout": 36, "new": {"x": [1, {}]}}]}"""
_ODD_KEYS = [None, 1, True, 1.5, "", "\ud800", ("a",), b"a"]


def json_data(data: bytes) -> None:
    """Any data is a spec or a `ValidationError`, and a spec is the same when it is loaded from what it gives."""
    draw = _Draw(data)
    value: Any
    if draw.byte() % 4:
        value = json.loads(_SPEC)
        for _ in range(1 + draw.byte() % 3):
            draw.edited(value)
    else:
        value = draw.value()
    with suppress(ValueError, RecursionError):
        value = json.loads(data)
    if not isinstance(value, dict) or "tasks" not in value:
        value = {"tasks": value if isinstance(value, list) else [value]}
    spec = _attempt_spec(lambda: ExperimentSpec.from_json(value))
    if spec is not None:
        _validated(spec)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _round_trips(spec)


# Parts.


def quantities(data: bytes) -> None:
    """A text is a size, or a duration that is written and read again, or a `ValidationError`."""
    text = _text(data)
    size = _attempt_spec(lambda: parse_size(text))
    assert size is None or 0 <= size < 2**63
    duration = _attempt_spec(lambda: parse_duration(text))
    if duration is not None:
        assert -(2**63) <= duration < 2**63
        assert parse_duration(format_duration(duration)) == duration
    # Both are fields of a task, too, and written as they were given.
    task = {"image": {"docker": "x"}, "timeout": text, "resources": {"memory": text}}
    spec = _attempt_spec(lambda: ExperimentSpec.from_json({"tasks": [task]}))
    if spec is not None:
        _round_trips(spec)


def templates(data: bytes) -> None:
    """Templates are expanded, and each character of the result has a place in the text."""
    head, _, rest = data.partition(b"\0")
    text, value = _text(rest), _text(head)
    env = {"A": value, "NAME": "x", "EMPTY": ""}
    try:
        expansion = expand(text, env)
    except TemplateError as error:
        assert error.problems
        for problem in error.problems:
            assert text.startswith("{{", problem.start)
            assert problem.start < problem.end <= len(text)
        assert str(error)
    else:
        places = [expansion.original(index) for index in range(len(expansion.text) + 1)]
        assert places == sorted(places)
        ends = [expansion.original(index, end=True) for index in range(len(expansion.text) + 1)]
        assert ends == sorted(ends)
        assert all(start <= len(text) for start in (*places, *ends))
        for index, place in enumerate(places[:-1]):
            assert text.startswith("{{", place) or text[place] == expansion.text[index]
            expansion.templates_in(index, index + 1)
        if "{{" not in text:
            assert expansion.text == text
    check(rest, env=env, settings=Settings())
    _attempt_spec(lambda: ExperimentSpec.from_yaml(rest, env=env))


def suppressions(data: bytes) -> None:
    """Comments that suppress rules are found in any text, and where they stand."""
    text = _text(data)
    found = find_suppressions(text)
    for each in (*found.names, *found.mistakes):
        assert 0 <= each.start <= each.end <= len(found.text)
    problems = check(data, settings=Settings())
    found.apply(problems, file=None, reported=lambda rule: True)


def settings(data: bytes) -> None:
    """A file is settings or a `SettingsError`."""
    with tempfile.TemporaryDirectory() as folder:
        for name in (".beakerspec.toml", "pyproject.toml"):
            path = os.path.join(folder, name)
            with open(path, "wb") as file:
                file.write(data)
            try:
                read_settings(path)
            except SettingsError as error:
                assert error.problems
                assert str(error)


# Archives and texts of several documents.


def _with_checksums(data: bytes) -> bytes:
    """A tar archive whose headers have the right checksums, so that what they say is looked at."""
    made = bytearray(data)
    for start in range(0, len(made) - 511, 512):
        block = made[start : start + 512]
        if re.fullmatch(rb"[0-7]{6}\0 ", block[148:156]):
            block[148:156] = b" " * 8
            made[start + 148 : start + 156] = b"%06o\0 " % sum(block)
    return bytes(made)


def _zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.yaml", data)
        archive.writestr("b.jsonl", data)
    return buffer.getvalue()


def _blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def archives(data: bytes) -> None:
    """Each archive gives results, each with a spec or with problems, and a text the same however it is cut."""
    # By what it looks like, since most of it would be refused at once as anything else.
    if data.startswith(b"PK"):
        sources = [("x.zip", data)]
    elif b"ustar" in data:
        tar = _with_checksums(data)
        sources = [("x.tar", data), ("x.tar", tar), ("x.tar.gz", gzip.compress(tar, 1))]
    elif data.startswith(b"\x1f\x8b"):
        sources = [("x.tar.gz", data)]
    else:
        sources = [("x.zip", _zipped(data)), ("a.yaml", data), ("a.jsonl", data), ("x.tar.xz", data), ("x.tbz2", data)]
    for source in sources:
        for result in load_many([source], max_archive_members=100, max_archive_size=1_000_000):
            assert result.spec is not None or any(problem.severity == "error" for problem in result.problems)
            "".join(map(str, result.problems))
    for split in (documents, records):
        assert list(split([data], 10**9)) == list(split(_blocks(data, 1 + len(data) // 100), 10**9))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "readers": readers,
    "pipeline": pipeline,
    "json-text": json_text,
    "json-data": json_data,
    "quantities": quantities,
    "templates": templates,
    "suppressions": suppressions,
    "settings": settings,
    "archives": archives,
}

_YAML_WORDS = rb"""
    : - ? [ ] { } , # & * ! !!str | > |- >+ |2 ' " % @ ` << <<: --- ... %YAML &a *a ~ null true yes 0x1F 0o17 017
    1_000 1e3 .inf 12:30 2020-01-01 \x41 \u00e9 \ud800 \" ''
""".split()
_FIELDS = rb"""
    version v2 v1 budget description groups retry allowedTaskRetries tasks name image docker beaker command arguments
    envVars value secret datasets mountPath subPath source url hostPath result path resources cpuCount gpuCount memory
    sharedMemory context priority preemptible cluster constraints hostname hostNetworking propagateFailure
    propagatePreemption synchronizedStartTimeout replicas leaderSelection timeout weka mode volume minRuntime autoResume
    imagee env_vars x
""".split()
_LINE_ENDS = [
    b"\n",
    b"\r\n",
    b"\r",
    b"\n  ",
    b"\n- ",
    b"\n    - ",
    b": ",
    b" #",
    b"\t",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
]
_SUPPRESSING = rb"""
    beakerspec: ignore ignore-file ignore-next-line all no-cluster missing-budget unknown-field
    beakerspec:ignore[no-cluster] beakerspec:ignore-file[budget,] [ ] ,
""".split()
#: What is put into the inputs of each target.
WORDS: dict[str, list[bytes]] = {
    "readers": [*_YAML_WORDS, *_FIELDS[:6], *_LINE_ENDS],
    "pipeline": [*_YAML_WORDS, *_FIELDS, *_LINE_ENDS],
    "json-text": [*_FIELDS, *rb'{ } [ ] , : " \u0000 \ud800 null true NaN 1e400 -0 1.5 "tasks": 0x1'.split()],
    "json-data": [bytes([byte]) for byte in range(0, 256, 5)],
    "quantities": "1 0 -1 +1 .5 1e3 h m s ms us µs ns hours k kb kib GiB eb _ 9223372036854775807 ١ ²".encode().split(),
    "templates": [
        *rb"{{ }} {{.Env.A}} {{.Env.NAME}} {{.Env.EMPTY}} {{- -}} ${{ .Env. ${X}".split(),
        b"\0",
        *_LINE_ENDS,
    ],
    "suppressions": [*_SUPPRESSING, *_YAML_WORDS, *_LINE_ENDS, b"{{.Env.A}}"],
    "settings": rb"""
        [tool.beakerspec] [site] [site.clusters."a"] clusters aliases gpus-per-node name = " ' { } [ ] , select ignore
        severity warnings-as-errors priorities min-timeout max-timeout host-paths require-budget budgets "error" "1h"
        "/a" 1979-05-27 inf nan 1e400 0x7fffffffffffffffff true
    """.split(),
    "archives": [
        *_LINE_ENDS,
        b"---\n",
        b"...\n",
        b"--- #",
        b"x",
        b"g",
        b"L",
        b"S",
        bytes(512),
        b"PK\3\4",
        b"13 path=a.yaml\n",
    ],
}
