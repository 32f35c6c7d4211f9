"""Writing files: whole or not at all, with the mode and the links that were there."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from beakerspec import ExperimentSpec

OLD = ExperimentSpec.new("ai2/old", docker_image="alpine")
NEW = ExperimentSpec.new("ai2/new", docker_image="alpine", description="é\n\U0001f680\n", command=["echo", 1, 0.5])

is_posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes as POSIX has them")
is_no_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="who is root may write everything"
)
has_proc = pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="needs /proc")
has_full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_file_holds_the_text_in_utf_8(tmp_path: Path) -> None:
    NEW.to_file(tmp_path / "spec.yaml")
    assert (tmp_path / "spec.yaml").read_bytes() == NEW.to_yaml().encode()


@pytest.mark.parametrize("name", ["spec.yaml", "spec.yml", "spec", "spec.json", "spec.yaml.json", ".json", "json"])
def test_a_written_file_reads_back_as_an_equal_spec(tmp_path: Path, name: str) -> None:
    NEW.to_file(tmp_path / name)
    assert ExperimentSpec.from_file(tmp_path / name) == NEW


def test_a_json_file_holds_the_plain_data(tmp_path: Path) -> None:
    NEW.to_file(tmp_path / "spec.json")
    assert json.loads((tmp_path / "spec.json").read_text(encoding="utf-8")) == NEW.to_json()


def test_a_json_file_is_made_for_people_too(tmp_path: Path) -> None:
    ExperimentSpec(description="é").to_file(tmp_path / "spec.json")
    text = (tmp_path / "spec.json").read_bytes().decode()
    assert text == '{\n  "version": "v2",\n  "description": "é",\n  "tasks": []\n}\n'


@pytest.mark.parametrize("name", ["spec.yaml", "json", "spec.json.yaml", "spec.json5"])
def test_a_file_of_another_name_holds_yaml(tmp_path: Path, name: str) -> None:
    NEW.to_file(tmp_path / name)
    assert (tmp_path / name).read_bytes() == NEW.to_yaml().encode()


def test_a_path_may_be_text(tmp_path: Path) -> None:
    NEW.to_file(str(tmp_path / "spec.yaml"))
    assert ExperimentSpec.from_file(str(tmp_path / "spec.yaml")) == NEW


def test_a_path_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    NEW.to_file("spec.yaml")
    assert ExperimentSpec.from_file(tmp_path / "spec.yaml") == NEW


def test_an_old_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text("# a comment\n" * 1000)
    NEW.to_file(path)
    assert path.read_bytes() == NEW.to_yaml().encode()


def test_nothing_but_the_file_is_left(tmp_path: Path) -> None:
    for _ in range(3):
        NEW.to_file(tmp_path / "spec.yaml")
    assert os.listdir(tmp_path) == ["spec.yaml"]


@is_posix
@pytest.mark.parametrize(
    "name",
    ["\U0001f600" * 60 + ".yaml", "x" * 250 + ".yaml", "日" * 83 + ".yaml"],
    ids=["four bytes each", "one byte each", "three bytes each"],
)
def test_a_name_may_be_as_long_as_the_file_system_allows(tmp_path: Path, name: str) -> None:
    try:
        (tmp_path / name).touch()
    except OSError:
        pytest.skip("this file system allows no such name")
    NEW.to_file(tmp_path / name)
    assert os.listdir(tmp_path) == [name]


@is_posix
def test_a_name_may_hold_any_bytes(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n\x1b.yaml")
    try:
        (tmp_path / name).touch()
    except OSError:
        pytest.skip("this file system allows no such name")
    NEW.to_file(tmp_path / name)
    assert ExperimentSpec.from_file(tmp_path / name) == NEW


@is_posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755, 0o666])
def test_an_old_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "spec.yaml"
    path.touch()
    path.chmod(mode)
    with umask(0o027):
        NEW.to_file(path)
    assert oct(mode_of(path)) == oct(mode)


@is_posix
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_that_the_umask_gives(tmp_path: Path, mask: int, mode: int) -> None:
    with umask(mask):
        NEW.to_file(tmp_path / "spec.yaml")
    assert oct(mode_of(tmp_path / "spec.yaml")) == oct(mode)


@is_posix
def test_no_one_else_can_read_a_private_file_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "spec.yaml"
    path.touch()
    path.chmod(0o600)
    seen: list[int] = []
    chmod = os.chmod

    def watch(*arguments: Any, **keywords: Any) -> None:
        seen.extend(mode_of(each) for each in tmp_path.iterdir())
        chmod(*arguments, **keywords)

    for name in ("chmod", "fchmod"):
        monkeypatch.setattr(os, name, watch)
    with umask(0o022):
        NEW.to_file(path)
    assert [oct(mode) for mode in seen if mode & 0o077] == []


@is_posix
@pytest.mark.parametrize("target", ["real.yaml", "folder/real.yaml", "../other/real.yaml"])
def test_a_link_is_kept_and_its_target_replaced(tmp_path: Path, target: str) -> None:
    here = tmp_path / "here"
    for folder in (here, here / "folder", tmp_path / "other"):
        folder.mkdir()
    (here / target).write_text("old")
    (here / "spec.yaml").symlink_to(target)
    NEW.to_file(here / "spec.yaml")
    assert os.readlink(here / "spec.yaml") == target
    assert ExperimentSpec.from_file(here / target) == NEW


@is_posix
def test_a_link_to_a_link_is_kept(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("old")
    (tmp_path / "middle.yaml").symlink_to("real.yaml")
    (tmp_path / "spec.yaml").symlink_to("middle.yaml")
    NEW.to_file(tmp_path / "spec.yaml")
    assert [each.name for each in sorted(tmp_path.iterdir()) if each.is_symlink()] == ["middle.yaml", "spec.yaml"]
    assert ExperimentSpec.from_file(tmp_path / "real.yaml") == NEW


@is_posix
def test_the_target_of_a_link_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").touch()
    (tmp_path / "real.yaml").chmod(0o640)
    (tmp_path / "spec.yaml").symlink_to("real.yaml")
    NEW.to_file(tmp_path / "spec.yaml")
    assert oct(mode_of(tmp_path / "real.yaml")) == oct(0o640)


@is_posix
def test_the_target_of_a_link_is_made_where_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").symlink_to("real.yaml")
    NEW.to_file(tmp_path / "spec.yaml")
    assert (tmp_path / "spec.yaml").is_symlink()
    assert ExperimentSpec.from_file(tmp_path / "real.yaml") == NEW


@is_posix
def test_the_name_of_a_link_says_whether_it_is_json(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").touch()
    (tmp_path / "spec.json").symlink_to("real.yaml")
    NEW.to_file(tmp_path / "spec.json")
    assert ExperimentSpec.from_file(tmp_path / "spec.json") == NEW


def failing_replace(*arguments: object) -> None:
    raise OSError(errno.EIO, "the disk is gone")


def interrupted_replace(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_after_a_failure_the_old_file_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    OLD.to_file(tmp_path / "spec.yaml")
    monkeypatch.setattr(os, "replace", failing_replace)
    with pytest.raises(OSError, match="the disk is gone"):
        NEW.to_file(tmp_path / "spec.yaml")
    assert ExperimentSpec.from_file(tmp_path / "spec.yaml") == OLD


def test_after_a_failure_nothing_new_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", failing_replace)
    with pytest.raises(OSError, match="the disk is gone"):
        NEW.to_file(tmp_path / "spec.yaml")
    assert os.listdir(tmp_path) == []


def test_after_an_interrupt_nothing_new_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", interrupted_replace)
    with pytest.raises(KeyboardInterrupt):
        NEW.to_file(tmp_path / "spec.yaml")
    assert os.listdir(tmp_path) == []


def test_a_failure_names_the_path_that_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", failing_replace)
    with pytest.raises(OSError, match="the disk is gone") as caught:
        NEW.to_file(tmp_path / "spec.yaml")
    assert caught.value.filename == str(tmp_path / "spec.yaml")
    assert caught.value.filename2 is None


def test_a_failure_names_a_relative_path_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "replace", failing_replace)
    with pytest.raises(OSError, match="the disk is gone") as caught:
        NEW.to_file("spec.yaml")
    assert caught.value.filename == "spec.yaml"


@is_posix
def test_a_failure_names_the_link_that_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real.yaml").touch()
    (tmp_path / "spec.yaml").symlink_to("real.yaml")
    monkeypatch.setattr(os, "replace", failing_replace)
    with pytest.raises(OSError, match="the disk is gone") as caught:
        NEW.to_file(tmp_path / "spec.yaml")
    assert caught.value.filename == str(tmp_path / "spec.yaml")


LIMITED = """if True:
    import resource, sys
    from beakerspec import ExperimentSpec
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
    try:
        ExperimentSpec(description="a long text " * 10_000).to_file(sys.argv[1])
    except OSError as error:
        print(error.filename)
"""


@is_posix
@pytest.mark.parametrize("name", ["spec.yaml", "spec.json"])
def test_a_disk_that_gets_full_leaves_the_old_file_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    OLD.to_file(path)
    done = run(LIMITED, str(path))
    assert (done.stdout, done.stderr) == (f"{path}\n", "")
    assert ExperimentSpec.from_file(path) == OLD


@is_posix
def test_a_disk_that_gets_full_keeps_nothing_of_a_new_file(tmp_path: Path) -> None:
    run(LIMITED, str(tmp_path / "spec.yaml"))
    assert os.listdir(tmp_path) == []


def test_a_missing_folder_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "spec.yaml"
    with pytest.raises(FileNotFoundError) as caught:
        NEW.to_file(path)
    assert caught.value.filename == str(path)


def test_a_file_in_the_place_of_a_folder_is_an_error_that_names_the_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "spec.yaml"
    with pytest.raises(OSError, match=r"spec\.yaml") as caught:
        NEW.to_file(path)
    assert caught.value.filename == str(path)


@is_posix
def test_a_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError) as caught:
        NEW.to_file(tmp_path)
    assert caught.value.filename == str(tmp_path)
    assert os.listdir(tmp_path) == []


def test_an_empty_path_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        NEW.to_file("")


@is_posix
def test_a_link_to_itself_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").symlink_to("spec.yaml")
    with pytest.raises(OSError, match=r"spec\.yaml") as caught:
        NEW.to_file(tmp_path / "spec.yaml")
    assert caught.value.filename == str(tmp_path / "spec.yaml")


@is_posix
@is_no_root
def test_a_folder_that_may_not_be_written_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(PermissionError) as caught:
            NEW.to_file(tmp_path / "spec.yaml")
    finally:
        tmp_path.chmod(0o755)
    assert caught.value.filename == str(tmp_path / "spec.yaml")


@is_posix
@is_no_root
def test_a_file_that_may_not_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    OLD.to_file(path)
    path.chmod(0o444)
    with pytest.raises(PermissionError) as caught:
        NEW.to_file(path)
    assert caught.value.filename == str(path)
    assert ExperimentSpec.from_file(path) == OLD


@is_posix
def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(path.read_bytes()), daemon=True)
    reader.start()
    NEW.to_file(path)
    reader.join(10)
    assert read == [NEW.to_yaml().encode()]
    assert stat.S_ISFIFO(path.stat().st_mode)


@is_posix
@pytest.mark.parametrize("device", ["/dev/stdout", "/proc/self/fd/1", "/dev/fd/1"])
def test_standard_output_is_written_to_where_it_is_a_pipe(device: str) -> None:
    if not os.path.exists(device):
        pytest.skip(f"needs {device}")
    done = run("import sys; from beakerspec import *; ExperimentSpec().to_file(sys.argv[1])", device)
    assert (done.stdout, done.stderr) == (ExperimentSpec().to_yaml(), "")


@is_posix
def test_a_device_is_written_to() -> None:
    NEW.to_file("/dev/null")
    assert not stat.S_ISREG(os.stat("/dev/null").st_mode)


@has_full
def test_a_full_device_is_an_error_that_names_it() -> None:
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as caught:
        NEW.to_file("/dev/full")
    assert caught.value.filename == "/dev/full"


def test_a_reader_sees_the_old_file_or_the_new_one_and_nothing_between(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    small, large = OLD.to_yaml().encode(), NEW.with_description("a long text " * 20_000)
    whole = {small, large.to_yaml().encode()}
    OLD.to_file(path)
    done = threading.Event()
    seen: set[bytes] = set()

    def read() -> None:
        while not done.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    for _ in range(50):
        large.to_file(path)
        OLD.to_file(path)
    done.set()
    reader.join(10)
    assert seen <= whole


def test_several_writers_leave_one_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    specs = [NEW.with_description(f"{number} " * 10_000) for number in range(4)]
    failures: list[BaseException] = []

    def write(spec: ExperimentSpec) -> None:
        try:
            for _ in range(20):
                spec.to_file(path)
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=write, args=[spec]) for spec in specs]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(30)
    assert not failures
    assert os.listdir(tmp_path) == ["spec.yaml"]
    assert ExperimentSpec.from_file(path) in specs


@pytest.mark.parametrize("write", [ExperimentSpec.to_yaml, ExperimentSpec.to_json])
def test_what_is_in_a_file_is_what_the_spec_gives_later(tmp_path: Path, write: Callable[[ExperimentSpec], Any]) -> None:
    NEW.to_file(tmp_path / "spec.yaml")
    assert write(ExperimentSpec.from_file(tmp_path / "spec.yaml")) == write(NEW)
