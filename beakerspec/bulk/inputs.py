"""The files, archives and texts of many sources, as a stream of items that can be sent to other processes."""

from __future__ import annotations

import errno
import io
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatch
from functools import partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeAlias

import attrs

from ..problems import Problem, printable_text, quoted
from .splitting import Part, count_marks, documents, records
from .tar_reader import Stream, read_tar

__all__ = [
    "PATTERN",
    "SUFFIXES",
    "Item",
    "Origin",
    "Report",
    "Scope",
    "Source",
    "divided",
    "files_below",
    "files_matching",
    "is_special",
    "items_of",
    "read_whole",
    "unreadable",
    "working_folder",
]

#: A path, a folder or a pattern; an open file; or a name with its data.
Source: TypeAlias = "str | os.PathLike[str] | IO[str] | IO[bytes] | tuple[str, bytes]"
#: Called with a path, and the reason why it cannot be listed.
Report: TypeAlias = "Callable[[str, OSError | str], None]"

#: Called with a path, and whether it is a folder: returns whether it is left out.
Skips: TypeAlias = "Callable[[str, bool], bool]"

#: The suffixes of specs.
SUFFIXES = (".yaml", ".yml", ".json")
_JSON_LINES = (".jsonl", ".ndjson")
#: The suffixes of tar archives, and the modules that decompress them.
_TARS = {
    ".tar": None,
    ".tar.gz": "gzip",
    ".tgz": "gzip",
    ".tar.bz2": "bz2",
    ".tbz2": "bz2",
    ".tar.xz": "lzma",
    ".txz": "lzma",
}
_ZIP = ".zip"
_ARCHIVES = (*_TARS, _ZIP)
#: A character that makes a path a pattern.
PATTERN = re.compile(r"[*?\[]")
#: The errors that tell that a path does not exist. Other errors may hide files, and are reported.
_IS_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL)
# The folders of version control and package managers. Other hidden folders may hold specs.
_NOT_SEARCHED = frozenset(".git .hg .svn .nox .tox .venv venv node_modules".split())
#: A text of more bytes is divided into its documents before they are loaded, so that not all are in memory at once. The
#: largest real spec is smaller.
_LARGE = 256_000
_BLOCK = 65_536


@attrs.frozen
class Origin:
    """Where a spec comes from. Its text opens in a terminal or an editor: ``sweep.yaml:120``."""

    #: The name of the file or archive.
    file: str
    #: The name of the file in the archive.
    member: str | None = None
    #: The number of the document in a YAML file with several, or of the record in JSON Lines, counted from 0.
    index: int | None = None
    #: The line where this document starts, counted from 1.
    line: int | None = None

    @property
    def path(self) -> str:
        """The name of the file, after the name of its archive if it is in one: ``runs.zip/a/b.yaml``."""
        return self.file if self.member is None else f"{self.file}/{self.member}"

    def of(self, part: Part) -> Origin:
        """The origin of a part of this file."""
        return self if part.line is None else Origin(self.file, self.member, part.number, part.line)

    def __str__(self) -> str:
        text = printable_text(self.path)
        return text if self.line is None else f"{text}:{self.line}"

    def __reduce__(self) -> tuple[Any, ...]:
        return Origin, (self.file, self.member, self.index, self.line)  # attrs' own takes four times as long


class Item(NamedTuple):
    """One file or text to load, which can be sent to another process."""

    origin: Origin
    #: The text; None for a file, which the process that loads it reads.
    data: bytes | None = None
    #: Whether it was found in a folder, by a pattern or in an archive: then it may not be a spec.
    is_found: bool = False
    #: Why there is nothing to load.
    problem: Problem | None = None

    @property
    def is_json(self) -> bool:
        """Whether it is read as JSON."""
        return self.origin.path.endswith((".json", *_JSON_LINES))


@attrs.frozen
class Scope:
    """Where relative paths start, and how much of a source is read."""

    #: The folder where relative paths start: the caller's when the run began, in all processes.
    folder: str
    #: The most bytes of a document.
    max_size: int
    #: The most files in an archive, with the documents and records after the first of each file.
    max_archive_members: int
    #: The most bytes of an unpacked archive.
    max_archive_size: int
    #: The endings of files that are not specs but may have specs in them; empty where these are not read.
    other_suffixes: tuple[str, ...] = ()

    def location(self, path: str) -> str:
        """The path from the current folder of any process."""
        return path and os.path.join(self.folder, path)

    def allow_unpacked(self, size: int) -> None:
        """Raise `_LimitReached` if `size` is more than an archive may have."""
        if size > self.max_archive_size:
            raise _LimitReached(f"holds more than {self.max_archive_size:,} bytes", "max_archive_size")


class _Count:
    """Counts the files of an archive, and the documents and records after the first of each file."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0

    def add(self, count: int = 1, kind: str = "files, documents and records") -> None:
        """Raise `_LimitReached` if there are more than an archive may have."""
        self._count += count
        if self._count > self._most:
            raise _LimitReached(f"holds more than {self._most:,} {kind}", "max_archive_members")


class _LimitReached(Exception):
    """An archive holds more than is allowed. Its arguments are the message and the parameter to raise."""


def items_of(sources: Source | Iterable[Any], scope: Scope) -> Iterator[Item]:
    """The items of sources, which are read as the items are used.

    If a source cannot be read, an item has the problem. Raises `TypeError` for an object that is not a source.
    """
    if isinstance(sources, (str, os.PathLike)):
        return _at(os.fsdecode(sources), scope)
    if isinstance(sources, Item):  # from a caller that lists files itself
        return iter([sources])
    if isinstance(sources, tuple) and len(sources) == 2 and isinstance(sources[1], bytes):
        origin = Origin(os.fsdecode(sources[0]))
        return _unpacked(origin, io.BytesIO(sources[1]), scope)
    if hasattr(sources, "read"):
        return _opened(sources, scope)
    if isinstance(sources, Iterable) and not isinstance(sources, (bytes, bytearray, memoryview, Mapping)):
        return chain.from_iterable(items_of(source, scope) for source in sources)
    kinds = "a path, an open file, a tuple of a name and its data as bytes, or several of these"
    raise TypeError(f"expected {kinds}, got {type(sources).__name__}")


def read_whole(item: Item, scope: Scope) -> bytes | None:
    """The text of an item, or None if it has to be `divided` first. Raises `OSError`.

    Of a text that is too large, one byte more than `max_size` is read.
    """
    if item.data is not None:
        return item.data
    path = scope.location(item.origin.file)
    try:
        with open(path, "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or path.endswith(scope.other_suffixes):
                return _at_most(file, scope.max_size + 1)
            return file.read() if status.st_size <= _LARGE else None
    except OSError:
        if os.path.isdir(path):
            return None
        raise


def divided(item: Item, scope: Scope) -> Iterator[Item]:
    """The documents in the file of an item, or the files below it if it is a folder."""
    path = item.origin.file
    if os.path.isdir(scope.location(path)):
        return _found(files_below, path, scope)
    return _read(item.origin, scope, is_found=item.is_found)


def _at(path: str, scope: Scope, *, is_found: bool = False) -> Iterator[Item]:
    """The items of a path: a file, even a missing one, the files below a folder, or those that match a pattern."""
    has_signs = PATTERN.search(path) is not None
    # On a network file system, the status of a file takes as long as reading it.
    if has_signs or not path.endswith(SUFFIXES):
        location = scope.location(path)
        if os.path.isdir(location):
            return _found(files_below, path, scope)
        if has_signs and not os.path.lexists(location):
            return _found(files_matching, path, scope)
        # Another process may not be able to open a pipe.
        if path.endswith((*_ARCHIVES, *_JSON_LINES)) or is_special(location):
            return _read(Origin(path), scope, is_found=is_found)
    return iter([Item(Origin(path), is_found=is_found)])


def _found(list_files: Callable[..., Iterator[str]], path: str, scope: Scope) -> Iterator[Item]:
    failed: list[Item] = []

    def report(path: str, error: OSError | str) -> None:
        failed.append(Item(Origin(path), problem=unreadable(path, error)))

    for file in list_files(path, report, base=scope.folder, suffixes=(*SUFFIXES, *scope.other_suffixes)):
        yield from failed
        failed.clear()
        yield from _at(file, scope, is_found=True)
    yield from failed


def _never(path: str, is_folder: bool) -> bool:
    return False


def files_below(
    folder: str,
    report: Report,
    *,
    base: str = "",
    skips: Skips = _never,
    suffixes: tuple[str, ...] = SUFFIXES,
) -> Iterator[str]:
    """The files below a folder that have one of the suffixes: first its own, then those of each folder in it.

    Both are sorted by name. Links to folders are not followed. Left out are pipes and devices, where reading would wait
    for a writer, the folders of version control and package managers, and what the caller `skips`. All names of one
    folder are in memory at once. A relative path starts at `base`.
    """
    folders = [folder]
    while folders:
        folder = folders.pop()
        files: list[str] = []
        inner: list[str] = []
        for entry, is_folder in _entries(folder, report, base):
            if is_folder:
                inner.append(entry.name)
            elif entry.name.endswith(suffixes) and (entry.is_file(follow_symlinks=False) or not is_special(entry.path)):
                files.append(entry.name)
        files.sort(reverse=True)
        while files:
            path = os.path.join(folder, files.pop())
            if not skips(path, False):
                yield path
        paths = (os.path.join(folder, name) for name in sorted(inner, reverse=True) if name not in _NOT_SEARCHED)
        folders += (path for path in paths if not skips(path, True))


def _entries(folder: str, report: Report, base: str) -> Iterator[tuple[os.DirEntry[str], bool]]:
    """The entries of a folder, each with whether it is a folder; a link to a folder is not."""
    try:
        with os.scandir(os.path.join(base, folder) or os.curdir) as entries:
            for entry in entries:
                yield entry, entry.is_dir(follow_symlinks=False)
    except OSError as error:
        report(folder or os.curdir, error)


def files_matching(
    pattern: str, report: Report, *, base: str = "", skips: Skips = _never, suffixes: tuple[str, ...] = SUFFIXES
) -> Iterator[str]:
    """The files that match a pattern and those below the folders that match, sorted by path.

    Each comes once, but for what the caller `skips`. A relative pattern starts at `base`.
    """
    failed: set[str] = set()

    def report_once(path: str, error: OSError | str) -> None:
        if failed.isdisjoint((path, os.path.dirname(path))):
            failed.add(path)
            report(path, error)

    def skips_others(path: str, is_folder: bool) -> bool:
        # What matches itself does not come a second time with the folder that it is in.
        return path in found or skips(path, is_folder)

    found = _matches(pattern, report_once, base)
    if not found and not failed:
        report(pattern, "no file matches")
    for path in sorted(found):
        location = os.path.join(base, path) or os.curdir
        if os.path.isdir(location):
            if not skips(path, True):
                yield from files_below(path, report_once, base=base, skips=skips_others, suffixes=suffixes)
        elif not is_special(location) and not skips(path, False):
            yield path


def _matches(pattern: str, report: Report, base: str) -> set[str]:
    """The paths that match a pattern, as in `pathlib`, which does not report the folders that it could not read.

    Hidden files match as others do, and ``**`` follows no links, which may form a circle.
    """
    path = Path(pattern)
    parts = path.relative_to(path.anchor).parts
    found = {path.anchor}
    for number, part in enumerate(parts, start=1):
        only_folders = number < len(parts)
        matches = (_matches_in(folder, part, report, base, only_folders) for folder in sorted(found))
        found = set(chain.from_iterable(matches))
    return found


def _matches_in(folder: str, part: str, report: Report, base: str, only_folders: bool) -> Iterator[str]:
    """The paths in a folder that match one part of a pattern."""
    if part == "**":
        folders = [folder]
        for each in folders:
            yield each
            inner = (entry.name for entry, is_folder in _entries(each, report, base) if is_folder)
            folders += [os.path.join(each, name) for name in sorted(inner)]
    elif PATTERN.search(part):
        for entry, is_folder in _entries(folder, report, base):
            if fnmatch(entry.name, part) and (
                is_folder or not only_folders or (entry.is_symlink() and os.path.isdir(entry.path))
            ):
                yield os.path.join(folder, entry.name)
    else:
        path = os.path.join(folder, part)
        try:
            if stat.S_ISDIR(os.stat(os.path.join(base, path)).st_mode) or not only_folders:
                yield path
        except ValueError:  # a NUL character
            pass
        except OSError as error:
            if error.errno not in _IS_NOT_THERE:
                report(path, error)


def is_special(path: str) -> bool:
    """Whether a path exists and is not a regular file, such as a pipe."""
    return os.path.exists(path) and not os.path.isfile(path)


def _read(origin: Origin, scope: Scope, *, is_found: bool = False) -> Iterator[Item]:
    def items() -> Iterator[Item]:
        with open(scope.location(origin.file), "rb") as stream:
            yield from _unpacked(origin, stream, scope, is_found=is_found)

    return _guarded(origin, items())


def _opened(file: Any, scope: Scope) -> Iterator[Item]:
    name = getattr(file, "name", None)
    origin = Origin(name if isinstance(name, str) else "<file>")  # a file without a name has its descriptor there

    def items() -> Iterator[Item]:
        is_text = isinstance(file.read(0), str)
        if is_text and origin.file.endswith(_ARCHIVES):
            raise ValueError("an archive has to be opened in binary mode")
        yield from _unpacked(origin, _Encoded(file) if is_text else file, scope)

    return _guarded(origin, items())


class _Encoded:
    """The bytes of a file that was opened as text. Decoding them reports characters that UTF-8 does not have."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def read(self, size: int, /) -> bytes:
        return self._file.read(size).encode(errors="surrogatepass")


def _unpacked(origin: Origin, stream: Any, scope: Scope, *, is_found: bool = False) -> Iterator[Item]:
    """The items in an open file, by the suffix of its name."""
    ending = next((ending for ending in _TARS if origin.file.endswith(ending)), None)
    if ending is not None:
        return _guarded(origin, _of_tar(origin, stream, scope, _TARS[ending]), is_archive=True)
    if origin.file.endswith(_ZIP):
        return _guarded(origin, _of_zip(origin, stream, scope), is_archive=True)
    return _of_text(origin, stream, scope, is_found=is_found)


def _of_tar(origin: Origin, stream: Stream, scope: Scope, compression: str | None) -> Iterator[Item]:
    if compression is not None:
        stream = import_module(compression).open(stream)
    count = _Count(scope.max_archive_members)
    for member in read_tar(stream, scope.allow_unpacked):
        count.add(kind="files")
        if member.name.endswith((*SUFFIXES, *_JSON_LINES, *scope.other_suffixes)):
            part = Origin(origin.file, member.name)
            if member.is_sparse:
                yield Item(part, problem=unreadable(part.path, "sparse files are not supported"))
            elif member.data is not None:
                yield from _of_text(part, member.data, scope, is_found=True, count=count)
            elif member.target is not None:
                yield _link(part, member.target)


def _of_zip(origin: Origin, stream: IO[bytes], scope: Scope) -> Iterator[Item]:
    from zipfile import ZipFile

    with ZipFile(stream) as archive:
        unpacked = 0
        count = _Count(scope.max_archive_members)
        for info in archive.infolist():
            count.add(kind="files")
            if info.is_dir() or not info.filename.endswith((*SUFFIXES, *_JSON_LINES, *scope.other_suffixes)):
                continue
            unpacked += info.file_size  # zipfile reads no more than this
            scope.allow_unpacked(unpacked)
            part = Origin(origin.file, info.filename)

            def items(part: Origin = part, info: Any = info) -> Iterator[Item]:
                with archive.open(info) as file:
                    if stat.S_ISLNK(info.external_attr >> 16):
                        yield _link(part, file.read(_BLOCK).decode(errors="replace"))
                    else:
                        yield from _of_text(part, file, scope, is_found=True, count=count)

            yield from _guarded(part, items(), is_archive=True, is_member=True)


def _link(origin: Origin, target: str) -> Item:
    problem = unreadable(origin.path, f"it is a link to {quoted(target[:200])}")
    return Item(origin, problem=attrs.evolve(problem, hint="its target is loaded if it is in the archive, too"))


def _of_text(
    origin: Origin, stream: Any, scope: Scope, *, is_found: bool, count: _Count | None = None
) -> Iterator[Item]:
    """The items of a text: its lines if it is JSON Lines, its documents if it is large, else the text itself.

    With `count`, each document or line after the first is counted, empty or not.
    """
    blocks = iter(partial(stream.read, _BLOCK), b"")
    if origin.path.endswith(_JSON_LINES):
        parts = records(blocks, scope.max_size)
        if count is not None:
            parts = _counted(parts, count)
    elif origin.path.endswith((".json", *scope.other_suffixes)):
        parts = iter([Part(_at_most(stream, scope.max_size + 1))])
    else:
        data = _at_most(stream, _LARGE + 1)
        if len(data) <= _LARGE:
            if count is not None:
                count.add(count_marks(data))
            yield Item(origin, data, is_found)
            return
        parts = documents(chain([data], blocks), scope.max_size, None if count is None else count.add)
    for part in parts:
        yield Item(origin.of(part), part.data, is_found)


def _counted(parts: Iterator[Part], count: _Count) -> Iterator[Part]:
    for number, part in enumerate(parts):
        if number:
            count.add()
        yield part


def _at_most(stream: Any, size: int) -> bytes:
    """Up to `size` bytes of a file. Of a text file, which is read in characters, they may be a block more."""
    parts: list[bytes] = []
    while size > 0 and (data := stream.read(min(size, _BLOCK))):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def _guarded(
    origin: Origin, items: Iterator[Item], *, is_archive: bool = False, is_member: bool = False
) -> Iterator[Item]:
    """The items and, if they cannot be read to the end, an item with the problem.

    A limit that a member reaches ends the whole archive.
    """
    try:
        yield from items
        return
    except _LimitReached as error:
        if is_member:
            raise
        problem = _failure(origin.path, error, is_archive)
    except Exception as error:  # damaged archives raise exceptions of many types
        problem = _failure(origin.path, error, is_archive)
    yield Item(origin, problem=problem)


def _failure(path: str, error: Exception, is_archive: bool) -> Problem:
    if isinstance(error, _LimitReached):
        message, parameter = error.args
        hint = f"the files before this point are loaded; raise {parameter} to load the rest"
        return Problem(rule="archive-limit", message=message, hint=hint, file=path)
    if not is_archive or (isinstance(error, OSError) and error.errno is not None):
        return unreadable(path, error)
    return Problem(rule="broken-archive", message=f"cannot be unpacked: {_reason(error)}", file=path)


def working_folder() -> str:
    """The folder where relative paths start; empty if it was removed: then only absolute paths work."""
    try:
        return os.getcwd()
    except OSError:
        return ""


def unreadable(path: str, error: Exception | str) -> Problem:
    """The problem of a file or folder that cannot be read."""
    return Problem(rule="unreadable", message=f"cannot be read: {_reason(error)}", file=path)


def _reason(error: Exception | str) -> str:
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return printable_text(text)[:200] or type(error).__name__
