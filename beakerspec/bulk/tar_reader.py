"""Reads the files in a tar archive, once from start to end.

`tarfile` only parses single header blocks here, with `TarInfo.frombuf`. Its own reader of pax headers has no limits: it
recurses for each header and, on Python 3.10 to 3.12, takes quadratic time for a run of digits (80 KB take 7 s). This
reader looks at each byte once and keeps no header.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from tarfile import TarInfo

__all__ = ["Stream", "TarMember", "read_tar"]

_BLOCK = 512
#: Bytes that are skipped at a time.
_MANY = 65_536
#: The most bytes of a header, such as a long name.
_LONGEST_HEADER = 1_000_000
#: The start of a record in a pax header, and a number of up to 64 bits in one.
_LENGTH = re.compile(rb"([0-9]{1,9}) ")
_NUMBER = re.compile(rb"[0-9]{1,19}")
#: The records of pax headers that matter for the data of a file.
_KEPT = frozenset(
    [b"path", b"linkpath", b"size", b"GNU.sparse.name", b"GNU.sparse.size", b"GNU.sparse.realsize", b"GNU.sparse.major"]
)


class Stream(Protocol):
    """An open binary file."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        ...


class TarMember(NamedTuple):
    """A file or a link in a tar archive. Its data can be read until the next member is asked for."""

    name: str
    #: None for a link.
    data: Stream | None
    #: The target of a link.
    target: str | None
    #: Whether the archive leaves out zeros of the file.
    is_sparse: bool


def read_tar(stream: Stream, allow: Callable[[int], object]) -> Iterator[TarMember]:
    """The files and links in a tar archive. `allow` is called with the total of bytes before each read, and may raise.

    Raises `tarfile.TarError` if the archive is damaged.
    """
    from tarfile import ReadError, TarInfo

    archive = _Input(stream, allow)
    for_all: dict[bytes, bytes] = {}
    for_next: dict[bytes, bytes] = {}
    while len(block := archive.read_all(_BLOCK)) == _BLOCK and block.strip(b"\0"):
        header = TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if header.type in (b"x", b"X"):
            for_next.update(_records(archive.read_header(header.size)))
        elif header.type == b"g":
            for_all.update(_records(archive.read_header(header.size)))
        elif header.type in (b"L", b"K"):
            key = b"path" if header.type == b"L" else b"linkpath"
            for_next[key] = archive.read_header(header.size).partition(b"\0")[0]
        else:
            yield from _member(archive, header, block, {**for_all, **for_next})
            for_next.clear()
    if len(block) < _BLOCK:
        raise ReadError("unexpected end of data")
    while rest := archive.read(_MANY):
        if rest.strip(b"\0"):
            raise ReadError("other data after the zeros that end an archive")


def _member(archive: _Input, header: TarInfo, block: bytes, records: dict[bytes, bytes]) -> Iterator[TarMember]:
    name = _text(records.get(b"GNU.sparse.name") or records.get(b"path")) or header.name
    size = _number(records[b"size"]) if records.get(b"size") else header.size
    real_size = records.get(b"GNU.sparse.size") or records.get(b"GNU.sparse.realsize")
    if header.islnk() or header.issym():
        yield TarMember(name, None, _text(records.get(b"linkpath")) or header.linkname, False)
        return
    if header.isdir() or header.isdev():
        return
    padding = -size % _BLOCK
    expected = size if real_size is None else _number(real_size)
    if header.type == b"S":
        expected = _size_with_gaps(archive, block)
    elif records.get(b"GNU.sparse.major") == b"1":
        size -= _skip_map(archive)
    if size < 0:
        raise _broken("the size of a file is negative")
    is_sparse = expected != size
    if is_sparse:
        archive.allow(archive.position + expected)
    data = _Data(archive, size)
    if header.isreg():
        yield TarMember(name, data, None, is_sparse)
    data.skip(size)
    archive.read_all(padding)


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The records of a pax header that matter for the data of a file."""
    start = 0
    while start < len(data) and data[start]:
        length = _LENGTH.match(data, start)
        end = start + int(length[1]) if length is not None else 0
        if length is None or not length.end() < end <= len(data) or data[end - 1] != 0x0A:
            raise _broken("a pax header is damaged")
        key, is_whole, value = data[length.end() : end - 1].partition(b"=")
        if not key or not is_whole:
            raise _broken("a pax header is damaged")
        if key in _KEPT:
            yield key, value
        start = end


def _size_with_gaps(archive: _Input, block: bytes) -> int:
    """The size of a file with the zeros that the old format of GNU tar leaves out.

    The blocks that list them are skipped.
    """
    goes_on = block[482]
    while goes_on:
        goes_on = archive.read_whole(_BLOCK)[504]
    field = block[483:495]
    if field[0] & 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if digits.strip(b"01234567"):
        raise _broken("the size of a sparse file is not a number")
    return int(digits or b"0", 8)


def _skip_map(archive: _Input) -> int:
    """Skip the map of a sparse file: a count, and twice as many numbers after it, in whole blocks."""
    block = archive.read_whole(_BLOCK)
    size = _BLOCK
    count, is_whole, _ = block.partition(b"\n")
    if not is_whole:
        raise _broken("the map of a sparse file is damaged")
    lines = 1 + 2 * _number(count) - block.count(b"\n")
    while lines > 0:
        lines -= archive.read_whole(_BLOCK).count(b"\n")
        size += _BLOCK
    return size


def _number(digits: bytes) -> int:
    if _NUMBER.fullmatch(digits) is None:
        raise _broken("a size is not a number")
    return int(digits)


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "surrogateescape").rstrip("/")


def _broken(reason: str) -> Exception:
    from tarfile import ReadError

    return ReadError(reason)


class _Input:
    """A stream that asks `allow` before it is read."""

    def __init__(self, stream: Stream, allow: Callable[[int], object]) -> None:
        self._stream = stream
        self.allow = allow
        #: Bytes that were read.
        self.position = 0

    def read(self, size: int) -> bytes:
        """Up to `size` bytes."""
        self.allow(self.position + size)
        data = self._stream.read(size) if size else b""
        self.position += len(data)
        return data

    def read_all(self, size: int) -> bytes:
        """`size` bytes, or fewer at the end of the stream."""
        data = self.read(size)
        while len(data) < size and (more := self.read(size - len(data))):
            data += more
        return data

    def read_whole(self, size: int) -> bytes:
        """Exactly `size` bytes."""
        data = self.read_all(size)
        if len(data) < size:
            raise _broken("unexpected end of data")
        return data

    def read_header(self, size: int) -> bytes:
        """The data of a header. Its padding is skipped."""
        if not 0 <= size <= _LONGEST_HEADER:
            raise _broken(f"a header of {size:,} bytes")
        data = self.read_whole(size)
        self.read_whole(-size % _BLOCK)
        return data


class _Data:
    """The data of one file in the archive."""

    def __init__(self, archive: _Input, size: int) -> None:
        self._input = archive
        self._left = size

    def read(self, size: int, /) -> bytes:
        wanted = min(size, self._left)
        data = self._input.read(wanted)
        if wanted and not data:
            raise _broken("unexpected end of data")
        self._left -= len(data)
        return data

    def skip(self, size: int) -> None:
        """Skip up to `size` bytes."""
        while self.read(min(size, _MANY)):
            pass
