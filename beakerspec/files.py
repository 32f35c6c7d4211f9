"""Specs to and from text and files."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from io import RawIOBase
from typing import Any, Generic, NoReturn, TypeVar

import yaml

from .block_reader import read_yaml
from .converter import problems_in, structure_hook_for, unknown_fields, unstructure, unstructure_for_yaml, warn
from .document import Document, decode, expanded
from .hooks import Session
from .limits import DEFAULT_LIMITS, Limits
from .model import ExperimentSpec, SpecPart
from .problems import Problem, ValidationError
from .templates import Expansion
from .yaml_reader import Unusual
from .yaml_writer import write_yaml

__all__ = ["Reading", "contents", "load_file", "load_text", "read", "replace_file", "write_file", "yaml_text"]

T = TypeVar("T")
P = TypeVar("P", bound=SpecPart)


class Reading(Generic[T]):
    """What a text was read into: a value, or the problems why there is none."""

    __slots__ = ("data", "document", "has_unknown_fields", "problems", "value")

    def __init__(
        self,
        value: T | None,
        problems: Iterable[Problem] = (),
        document: Callable[[], Document] | None = None,
        data: Any = None,
        has_unknown_fields: bool = False,
    ) -> None:
        self.value = value
        self.problems = tuple(problems)
        #: Reads the text once more, with the places of everything in it.
        self.document = document
        #: The plain data, as far as there is any.
        self.data = data
        self.has_unknown_fields = has_unknown_fields


def read(
    cls: type[T],
    data: str | bytes,
    *,
    file: str | None = None,
    first_line: int = 1,
    is_json: bool = False,
    env: Mapping[str, str] | None = None,
    strict: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    shows_source: bool = False,
) -> Reading[T]:
    """Read a document, which starts on `first_line` of its file, raising nothing that is about the document.

    With `shows_source`, snippets show the text as it is.
    """
    if len(data) > limits.size:
        return Reading(None, [_too_large(limits.size, file, first_line)])
    text = data
    if not isinstance(text, str):
        text, problems = decode(text, file, first_line)
        if problems:
            return Reading(None, problems)
    elif text.startswith("\ufeff"):
        text = text[1:]
    del data  # of a large file there is room for one copy, not for two
    written = text
    expansion: Expansion | None = None
    if env is not None and "{{" in text:
        expansion, problems = expanded(text, env, file, first_line)
        if expansion is None:
            return Reading(None, problems)
        text = expansion.text
        if len(text) > limits.size:
            return Reading(None, [_too_large(limits.size, file, first_line, " with its templates expanded")])

    def document() -> Document:
        return Document(
            written,
            file=file,
            first_line=first_line,
            is_json=is_json,
            expansion=expansion,
            limits=limits,
            shows_source=shows_source,
        )

    quick = read_json if is_json else read_yaml
    slow: Document | None = None
    try:
        plain = quick(text, limits)
    except (Unusual, yaml.YAMLError, UnicodeEncodeError, RecursionError):
        slow = document()
        plain = slow.data
        if plain is None:
            return Reading(None, slow.problems(()), document)
    value: T | None = None
    with (
        Session(strict=strict, shares=True, is_yaml=not is_json, levels=limits.depth) as current,
        suppress(ValidationError),
    ):
        value = structure_hook_for(cls)(plain, cls)
    if value is not None and (slow is None or not slow.located.findings):
        return Reading(value, (), document, plain, bool(current.unknown))
    located = slow or document()
    found = () if located.data is None else problems_in(located.data, cls, strict=strict, levels=limits.depth)
    return Reading(None, located.problems(found), lambda: located, located.data)


def _too_large(max_size: int, file: str | None, line: int, more: str = "") -> Problem:
    return Problem(
        rule="too-large",
        message=f"larger than {max_size:,} characters{more}",
        hint="no spec is that large; in Python, another max_size reads it all the same",
        file=file,
        line=line,
        column=1,
        end_line=line,
        end_column=1,
    )


def load_text(cls: type[P], text: str | bytes, env: Mapping[str, str] | None, strict: bool, limits: Limits) -> P:
    """Read a YAML document, or raise `ValidationError`."""
    return _loaded(read(cls, text, env=env, strict=strict, limits=limits))


def load_file(
    cls: type[P], path: str | os.PathLike[str], env: Mapping[str, str] | None, strict: bool, limits: Limits
) -> P:
    """Read a file, or raise `ValidationError`, or `OSError` where it cannot be read."""
    name = os.fsdecode(path)
    reading = read(
        cls,
        contents(path, limits.size),
        file=name,
        is_json=name.endswith(".json"),
        env=env,
        strict=strict,
        limits=limits,
    )
    return _loaded(reading)


def contents(path: str | os.PathLike[str], limit: int) -> bytes:
    """The bytes of a file. Of one with more than `limit` the first are read, one more than that."""
    with open(path, "rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        if stat.S_ISREG(status.st_mode) and status.st_size <= limit:
            return file.read()
        parts: list[bytes] = []
        room = limit + 1
        while room and (part := file.read(min(room, 1 << 20))):  # a pipe gives what there is at the time
            parts.append(part)
            room -= len(part)
        return b"".join(parts)


def _loaded(reading: Reading[P]) -> P:
    if reading.value is None:
        raise ValidationError(reading.problems)
    if reading.has_unknown_fields and reading.document is not None:
        for problem in reading.document().problems(list(unknown_fields(reading.value, reading.data))):
            warn(problem)
    return reading.value


def read_json(text: str, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The plain data of a JSON document. Raises `Unusual` for whatever is wrong with it."""
    try:
        data = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant)
    except ValueError:
        raise Unusual from None
    if data.__class__ is not dict:
        raise Unusual
    collections = text.count("[") + text.count("{")
    if collections > limits.depth or collections + text.count(",") + text.count(":") >= limits.values:
        _bound(data, limits)
    return data


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise Unusual
    return mapping


def _no_constant(name: str) -> NoReturn:
    raise Unusual


def _bound(data: Any, limits: Limits) -> None:
    """Raise `Unusual` where data is deeper, or of more values, than allowed."""
    level, values = [data], 1
    for _ in range(limits.depth):
        level = [
            part
            for each in level
            if isinstance(each, (dict, list))
            for part in (each.values() if isinstance(each, dict) else each)
        ]
        values += len(level)
        if not level:
            break
    if values > limits.values or any(isinstance(each, (dict, list)) for each in level):
        raise Unusual


def yaml_text(spec: SpecPart) -> str:
    """The text of a YAML document that reads back as an equal spec."""
    return write_yaml(unstructure_for_yaml(spec))


def write_file(spec: ExperimentSpec, path: str | os.PathLike[str]) -> None:
    """Write a spec, as JSON where the name ends in ``.json``. See `ExperimentSpec.to_file`."""
    name = os.fsdecode(path)
    if name.endswith(".json"):
        text = json.dumps(unstructure(spec), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    else:
        text = yaml_text(spec)
    replace_file(name, text.encode())


def replace_file(path: str, data: bytes) -> None:
    """Put `data` into the place of a file in one step, with the mode that the file had.

    What is no regular file, such as a pipe, is written to as it is.
    """
    try:
        mode = None
        with suppress(FileNotFoundError):
            status = os.stat(path)
            if not stat.S_ISREG(status.st_mode):
                with open(path, "wb", buffering=0) as file:
                    _write_all(file, data)
                return
            if not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            mode = stat.S_IMODE(status.st_mode)
        target = os.path.realpath(path) if os.path.islink(path) else path
        temporary = os.path.join(os.path.dirname(target), f".{os.urandom(8).hex()}.tmp")
        # What is to be private is so from the start.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(temporary, flags, 0o666 if mode is None else 0o600)
        try:
            with open(descriptor, "wb", buffering=0) as file:
                _write_all(file, data)
            if mode is not None:
                os.chmod(temporary, mode)
            os.replace(temporary, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        # The caller knows the file under this name, and none of the temporary one.
        raise type(error)(error.errno, error.strerror, path) from None


def _write_all(file: RawIOBase, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]
