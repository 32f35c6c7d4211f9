"""Specs to and from text and files."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from io import FileIO
from typing import Any, Generic, NoReturn, TypeVar

from .documents.document import Document, decode, expanded
from .documents.excerpts import Entry
from .documents.fast_reader import Unusual, read_block
from .documents.templates import Expansion, Unknown
from .documents.writer import write_yaml
from .limits import DEFAULT_LIMITS, MAX_DEPTH, Limits
from .model import ExperimentSpec, SpecPart
from .problems import Problem, ValidationError
from .structuring.converter import (
    problems_in,
    structure_hook_for,
    unknown_fields,
    unstructure_for_json,
    unstructure_for_yaml,
    warn,
)
from .structuring.mistakes import misspelt_for_missing
from .structuring.session import Session

__all__ = ["Reading", "contents", "load_file", "load_text", "read", "replace_file", "write_file", "yaml_text"]

T = TypeVar("T")
P = TypeVar("P", bound=SpecPart)


class Reading(Generic[T]):
    """The result of reading a text: a value, or the problems that prevent it."""

    __slots__ = ("data", "document", "has_unknown_fields", "problems", "value")

    def __init__(
        self,
        value: T | None,
        problems: Iterable[Problem] = (),
        document: Document | None = None,
        data: Any = None,
        has_unknown_fields: bool = False,
    ) -> None:
        self.value = value
        self.problems = tuple(problems)
        #: The text. It is read once more where a place in it is wanted.
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
    needs_places: bool = False,
    expansions: re.Pattern[str] | None = None,
    keeps_missing: bool = False,
) -> Reading[T]:
    """Read a document that starts on `first_line` of its file. Problems of the document are returned, not raised.

    With `shows_source`, snippets show the text as it is. With `needs_places`, the reading notes what it can of them,
    which saves a second one. What `expansions` match is replaced before Beaker gets the text, and is not judged. With
    `keeps_missing`, a field that is only misspelt is also reported as missing: see `misspelt_for_missing`.
    """
    if len(data) > limits.size:
        return Reading(None, [_too_large(limits, file, first_line)])
    text = data
    if not isinstance(text, str):
        text, problems = decode(text, file, first_line)
        if problems:
            return Reading(None, problems)
    elif text.startswith("\ufeff"):
        text = text[1:]
    del data  # of a large file there is room for one copy, not for two
    written = text
    unknown: Unknown | None = None
    if expansions is not None:
        unknown = Unknown(text, expansions)
        text = unknown.text
    expansion: Expansion | None = None
    if env is not None and "{{" in text:
        expansion, problems = expanded(text, env, file, first_line)
        if expansion is None:
            return Reading(None, problems)
        text = expansion.text
        if len(text) > limits.size:
            return Reading(None, [_too_large(limits, file, first_line, " with templates expanded")])

    document = Document(
        written,
        file=file,
        first_line=first_line,
        is_json=is_json,
        expansion=expansion,
        limits=limits,
        shows_source=shows_source,
        unknown=unknown,
    )
    try:
        return _read_document(cls, document, strict, needs_places, keeps_missing)
    except RecursionError:
        if limits.depth <= MAX_DEPTH:  # it is the caller that is nested deeply
            raise
        return Reading(None, [_of_all("too-deep", "nested too deeply", file, first_line)])


def _read_document(
    cls: type[T], document: Document, strict: bool, needs_places: bool, keeps_missing: bool
) -> Reading[T]:
    quick = read_json if document.is_json else read_block
    limits = document.limits
    is_located = False
    try:
        if not needs_places:
            plain = quick(document.text, limits)
        elif document.is_json or document.unknown is not None:
            raise Unusual  # the complete reader gives the data and all places
        else:
            entries: list[Entry] = []
            plain = read_block(document.text, limits, entries)
            document.entries = entries
    except (Unusual, RecursionError):
        is_located = True
        plain = document.data
        if plain is None:
            return Reading(None, document.problems(()), document)
    session = Session(strict=strict, shares=True, is_yaml=not document.is_json, levels=limits.depth)
    try:
        with session:
            value = structure_hook_for(cls)(plain, cls)
    except ValidationError:
        value = None
    if value is not None and not (is_located and document.located.findings):
        return Reading(value, (), document, plain, bool(session.unknown))
    data = document.data
    found = () if data is None else problems_in(data, cls, strict=strict, levels=limits.depth)
    problems = document.problems(found)
    return Reading(None, problems if keeps_missing else misspelt_for_missing(problems, cls), document, data)


def _too_large(limits: Limits, file: str | None, line: int, more: str = "") -> Problem:
    hint = "in Python, max_size changes the limit"
    return _of_all("too-large", f"larger than {limits.size:,} characters{more}", file, line, hint)


def _of_all(rule: str, message: str, file: str | None, line: int, hint: str | None = None) -> Problem:
    """A problem of a whole document."""
    return Problem(
        rule=rule,
        message=message,
        hint=hint,
        file=file,
        line=line,
        column=1,
        end_line=line,
        end_column=1,
    )


def load_text(cls: type[P], text: str | bytes, env: Mapping[str, str] | None, strict: bool, limits: Limits) -> P:
    """Read a YAML document, or raise `ValidationError`."""
    if not isinstance(text, (str, bytes)):
        kind = type(text).__name__
        raise TypeError(f"expected text or bytes, got {kind}: use from_file(path) or from_yaml(file.read())")
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
    """Return the bytes of a file, at most `limit` and one more."""
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
        for problem in reading.document.problems(list(unknown_fields(reading.value, reading.data))):
            warn(problem)
    return reading.value


def read_json(text: str, limits: Limits = DEFAULT_LIMITS) -> Any:
    """Return the plain data of a JSON document. Raises `Unusual` if anything is wrong with it."""
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
    """Raise `Unusual` if data is nested deeper or has more values than allowed."""
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
    """Return the text of a YAML document that reads back as an equal spec."""
    return write_yaml(unstructure_for_yaml(spec))


def write_file(spec: ExperimentSpec, path: str | os.PathLike[str]) -> None:
    """Write a spec, as JSON where the name ends in ``.json``. See `ExperimentSpec.to_file`."""
    name = os.fsdecode(path)
    if name.endswith(".json"):
        text = json.dumps(unstructure_for_json(spec), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    else:
        text = yaml_text(spec)
    replace_file(name, text.encode())


#: The errors of a file that can be written but not replaced: a read-only or sticky folder, a mount point, a group that
#: the user is not in. Not on Windows: there a file cannot be replaced while another program has it open, and should not
#: be written then.
_IRREPLACEABLE = (
    (errno.EACCES, errno.EBUSY, errno.EINVAL, errno.ENAMETOOLONG, errno.EPERM, errno.EROFS, errno.EXDEV)
    if os.name == "posix"
    else ()
)

#: The errors of a file system that has no fsync or no extended attributes.
_UNSUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)

_ACL = "system.posix_acl_access"
#: Signatures of the old text, and privileges that the kernel removes when a file is written.
_OF_THE_TEXT = {"security.capability", "security.evm", "security.ima"}


def replace_file(path: str, data: bytes, *, expected: bytes | None = None) -> None:
    """Replace a file in one step, or write to it where that is not possible.

    See `ExperimentSpec.to_file`. Anything but a regular file, such as a pipe, is written to directly. If other data is
    `expected` than what the file holds, or it is no regular file, it stays as it is, and an `OSError` says so.
    """
    try:
        old = None
        with suppress(FileNotFoundError):
            old = os.stat(path)
            if not stat.S_ISREG(old.st_mode):
                if expected is not None:
                    raise OSError(errno.EINVAL, "not a regular file: use - for standard input and output")
                with open(path, "wb", buffering=0) as file:
                    _write_all(file, data)
                return
            if not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if not _replaced(path, data, old, expected):
            _overwrite(path, data, expected)
    except OSError as error:
        # The caller knows the file under this name, and none of the temporary one.
        raise type(error)(error.errno, error.strerror, path) from None


def _require(path: str, expected: bytes | None) -> None:
    """Raise `OSError` if a file holds other data than expected."""
    if expected is not None and contents(path, len(expected) + 1) != expected:
        raise OSError(errno.EAGAIN, "another program has changed the file: run the command again")


def _replaced(path: str, data: bytes, old: os.stat_result | None, expected: bytes | None) -> bool:
    """Write a new file and rename it to `path`. Returns False, with nothing changed, if the old one must be kept."""
    folder, name = os.path.split(os.path.realpath(path) if os.path.islink(path) else path)
    # A killed program leaves this file behind. Some file systems allow names of 143 bytes only.
    start = os.fsencode(name)[:100].decode(errors="ignore")
    temporary = os.path.join(folder, f".{start}.beakerspec-{os.urandom(8).hex()}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        # A private file is private from the start.
        descriptor = os.open(temporary, flags, 0o666 if old is None else 0o600)
        with open(descriptor, "wb", buffering=0) as file:
            _write_all(file, data)
            if old is not None:
                _keep_access(descriptor, path, old)
            _sync(descriptor)
        _require(path, expected)
        os.replace(temporary, os.path.join(folder, name))
    except BaseException as error:
        with suppress(OSError):
            os.unlink(temporary)
        if old is not None and isinstance(error, OSError) and error.errno in _IRREPLACEABLE:
            return False
        raise
    return True


def _keep_access(descriptor: int, path: str, old: os.stat_result) -> None:
    """Copy the group, the owner if allowed, the extended attributes and the mode of the old file to the new one.

    Raises `OSError` if somebody would lose or gain access.
    """
    if sys.platform == "win32":
        return
    new = os.fstat(descriptor)
    mode = stat.S_IMODE(old.st_mode)
    attributes = _attributes(path)
    if new.st_gid != old.st_gid:
        os.fchown(descriptor, -1, old.st_gid)
    if new.st_uid != old.st_uid:
        try:
            os.fchown(descriptor, old.st_uid, -1)
        except OSError as error:
            # An ACL may allow the old owner less, once somebody else is the owner.
            if _ACL in attributes or error.errno not in _IRREPLACEABLE:
                raise
            mode &= ~stat.S_ISUID
    if sys.platform == "linux":
        for name in attributes:
            try:
                os.setxattr(descriptor, name, os.getxattr(path, name))
            except OSError as error:
                if name == _ACL or error.errno in (errno.EDQUOT, errno.EIO, errno.ENOSPC):
                    raise
        if _ACL not in attributes and _ACL in _attributes(descriptor):  # the default of the folder
            os.removexattr(descriptor, _ACL)
    # Only if the ACL has not set it: on some network file systems chmod changes the ACL.
    if stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
        os.fchmod(descriptor, mode)


def _attributes(file: str | int) -> list[str]:
    """The names of the extended attributes that a new text may have, too."""
    if sys.platform == "linux":
        try:
            return [name for name in os.listxattr(file) if name not in _OF_THE_TEXT]
        except OSError as error:
            if error.errno not in _UNSUPPORTED:
                raise
    return []


def _overwrite(path: str, data: bytes, expected: bytes | None) -> None:
    """Write to a file, and put the old text back if that fails."""
    _require(path, expected)
    with open(path, "r+b", buffering=0) as file:
        old = file.read()
        try:
            _rewrite(file, data)
        except BaseException:
            try:
                _rewrite(file, old)
            except OSError as error:
                raise OSError(error.errno, f"{error.strerror}: the file may be damaged") from None
            raise


def _rewrite(file: FileIO, data: bytes) -> None:
    file.seek(0)
    _write_all(file, data)
    file.truncate()
    _sync(file.fileno())


def _sync(descriptor: int) -> None:
    """Wait until a file is on the disk. Otherwise a crash could leave the new name with an empty file."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise


def _write_all(file: FileIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) or 0 :]
