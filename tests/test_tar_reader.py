"""Tar archives: all that tarfile and GNU tar write is read as tarfile reads it, and what is damaged is reported."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from beakerspec.bulk.tar_reader import read_tar

DATA = b"tasks: []\n"


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    made = tarfile.TarInfo(name)
    made.size, made.type = size, kind
    return made.tobuf(tarfile.USTAR_FORMAT)


def member(name: str, data: bytes, kind: bytes = tarfile.REGTYPE) -> bytes:
    return header(name, len(data), kind) + data + bytes(-len(data) % 512)


def record(key: bytes, value: bytes) -> bytes:
    """A record of a pax header, which starts with its own length."""
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest) + 1
    while len(rest) + len(str(length)) != length:
        length += 1
    return b"%d" % length + rest


def members_of(data: bytes) -> Iterator[tuple[str, bytes | None, str | None]]:
    for found in read_tar(io.BytesIO(data), lambda size: None):
        text = None
        if found.data is not None and not found.is_sparse:
            text = b"".join(iter(lambda file=found.data: file.read(700), b""))
        yield found.name, text, found.target


def names_of(data: bytes) -> list[str]:
    return [name for name, _, _ in members_of(data)]


def by_tarfile(data: bytes) -> Iterator[tuple[str, bytes | None, str | None]]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for found in archive:
            if found.isreg():
                file = archive.extractfile(found)
                assert file is not None
                yield found.name, None if found.issparse() else file.read(), None
            elif found.issym() or found.islnk():
                yield found.name, None, found.linkname


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files with long names and strange ones, links, an empty file, and files with gaps."""
    folder = tmp_path_factory.mktemp("tar")
    deep = folder / "t" / ("long" * 40) / ("folder" * 20)
    deep.mkdir(parents=True)
    for path in (folder / "t" / "a.yaml", folder / "t" / "é.yaml", deep / ("n" * 150 + ".yaml")):
        path.write_bytes(DATA * 100)
    (folder / "t" / "empty.yaml").touch()
    (folder / "t" / "link.yaml").symlink_to("x" * 200)
    os.link(folder / "t" / "a.yaml", folder / "t" / "hard.yaml")
    for name, count in (("one.bin", 1), ("many.bin", 200)):
        with (folder / "t" / name).open("wb") as file:
            file.truncate(200_000 * (count + 1))
            for number in range(count):
                file.seek(number * 200_000)
                file.write(b"x" * 5000)
    return folder


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_what_tarfile_writes_is_read_as_it_reads_it(folder: Path, form: int) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form, pax_headers={"comment": "for all"}) as archive:
        archive.add(folder / "t", "t")
    found = list(members_of(buffer.getvalue()))
    assert found == list(by_tarfile(buffer.getvalue()))
    assert len(found) == 8


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux") or not shutil.which("tar"), reason="needs GNU tar")
@pytest.mark.parametrize("sparse", ["", "0.0", "0.1", "1.0"])
@pytest.mark.parametrize("form", ["v7", "oldgnu", "gnu", "ustar", "pax"])
def test_what_gnu_tar_writes_is_read_as_tarfile_reads_it(folder: Path, form: str, sparse: str) -> None:
    options = ["--sparse", f"--sparse-version={sparse}", "--hole-detection=raw"] if sparse else []
    command = ["tar", "--create", f"--format={form}", *options, "t"]
    # It leaves out what a format has no room for.
    data = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
    if not data:
        pytest.skip("this tar knows no such options")
    found = list(members_of(data))
    assert found == list(by_tarfile(data))
    assert len(found) >= 6


def test_a_name_may_stand_in_a_pax_header_for_one_file() -> None:
    data = member("x", record(b"path", b"b/c.yaml") + record(b"mtime", b"1.5"), tarfile.XHDTYPE)
    assert names_of(data + member("a", DATA) + member("d", DATA) + bytes(1024)) == ["b/c.yaml", "d"]


def test_an_empty_record_gives_the_name_of_the_header() -> None:
    data = member("g", record(b"path", b"all"), tarfile.XGLTYPE) + member("x", record(b"path", b""), tarfile.XHDTYPE)
    assert names_of(data + member("a", DATA) + member("d", DATA) + bytes(1024)) == ["a", "all"]


@pytest.mark.parametrize(
    "text",
    [
        b"1" * 80_000,
        b"9999999999 path=a\n",
        b"8 path=a\n",
        b"11 path=abc",
        b"5 x\n\n",
        b"0 path=a\n",
        b"3 =\n",
        b"2 x=\n",
        record(b"size", b"1" * 80_000),
        record(b"size", b"-1"),
    ],
)
def test_a_damaged_pax_header_is_reported(text: bytes) -> None:
    with pytest.raises(tarfile.ReadError, match=r"a pax header is damaged|a size is not a number"):
        names_of(member("x", text, tarfile.XHDTYPE) + member("a", DATA) + bytes(1024))


def test_a_long_record_that_says_nothing_about_the_data_is_passed_over() -> None:
    data = member("x", record(b"comment", b"1" * 80_000), tarfile.XHDTYPE) + member("a", DATA) + bytes(1024)
    assert names_of(data) == ["a"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_any_number_of_headers_may_stand_before_a_file(kind: bytes) -> None:
    data = member("x", record(b"path", b"b"), kind) * 5000
    assert len(names_of(data + member("a", DATA) + bytes(1024))) == 1


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE])
def test_tarfile_is_asked_for_single_blocks_only(monkeypatch: pytest.MonkeyPatch, kind: bytes) -> None:
    """Its parser of pax headers takes time that grows with the square of the input."""
    asked: list[int] = []
    take_apart = tarfile.TarInfo.frombuf.__func__  # type: ignore[attr-defined]

    def counted(cls: type[tarfile.TarInfo], block: bytes, encoding: str, errors: str) -> tarfile.TarInfo:
        asked.append(len(block))
        return take_apart(cls, block, encoding, errors)

    monkeypatch.setattr(tarfile.TarInfo, "frombuf", classmethod(counted))
    monkeypatch.setattr(tarfile.TarInfo, "fromtarfile", None)
    names_of(member("x", record(b"comment", b"1" * 80_000), kind) + member("a", DATA) + bytes(1024))
    assert asked == [512, 512]


def test_a_negative_size_is_reported() -> None:
    block = bytearray(header("a", 0))
    block[124:136] = (2**96 - 5).to_bytes(12, "big")
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + sum(block[156:]) + 8 * 32)
    with pytest.raises(tarfile.ReadError, match="negative"):
        names_of(bytes(block) + bytes(1024))


@pytest.mark.parametrize("length", [0, 100, 512, 700, 1024])
def test_an_archive_without_its_end_is_reported(length: int) -> None:
    with pytest.raises(tarfile.ReadError, match=r"does not end|unexpected end"):
        names_of(member("a", DATA)[:length])


def test_a_map_of_a_sparse_file_that_never_ends_is_reported() -> None:
    pax = record(b"GNU.sparse.major", b"1") + record(b"GNU.sparse.realsize", b"9")
    data = member("x", pax, tarfile.XHDTYPE) + member("a", b"9999999999\n" + b"1\n" * 5000) + bytes(1024)
    with pytest.raises(tarfile.ReadError, match="unexpected end"):
        names_of(data)


@pytest.mark.parametrize("size", [1, 511, 513])
def test_a_stream_may_give_less_than_it_is_asked_for(size: int) -> None:
    class Slow(io.BytesIO):
        def read(self, wanted: int | None = -1, /) -> bytes:
            return super().read(min(size, wanted or 0))

    data = member("a", DATA * 100) + member("b", DATA) + bytes(1024)
    assert [found.name for found in read_tar(Slow(data), lambda size: None)] == ["a", "b"]
