"""Writing files: whole or not at all, with the owner, the permissions and the links that were there."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from beakerspec import ExperimentSpec, TaskSpec

OLD = ExperimentSpec.new("ai2/old", docker_image="alpine")
NEW = ExperimentSpec.new("ai2/new", docker_image="alpine", description="é\n\U0001f680\n", command=["echo", 1, 0.5])

is_posix = pytest.mark.skipif(os.name != "posix", reason="modes, links and pipes as POSIX has them")
is_no_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="who is root may write everything"
)
is_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files to others"
)
has_attributes = pytest.mark.skipif(not hasattr(os, "setxattr"), reason="needs extended attributes")
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


def test_a_json_file_has_durations_that_every_client_reads(tmp_path: Path) -> None:
    context = {"minRuntime": 0, "autoResume": True}
    task = TaskSpec(image={"docker": "a"}, timeout="24h", synchronized_start_timeout="90s", context=context)
    ExperimentSpec(tasks=[task], extra={"timeout": 5}).to_file(tmp_path / "spec.json")
    written = json.loads((tmp_path / "spec.json").read_text(encoding="utf-8"))
    assert written["tasks"][0]["timeout"] == "24h"
    assert written["tasks"][0]["synchronizedStartTimeout"] == "90s"
    assert written["tasks"][0]["context"]["minRuntime"] == "0s"
    assert written["timeout"] == 5


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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


# What a file keeps. User 1001 is in the groups 3000 and 2000.

AS_ANOTHER_USER = """if True:
    import os, sys
    from beakerspec import ExperimentSpec
    os.chdir(sys.argv[1])
    spec = ExperimentSpec.new("ai2/new", docker_image="alpine")
    spec.to_file("/dev/null")  # imports everything, while that is allowed
    os.setgroups([2000])
    os.setgid(3000)
    os.setuid(1001)
    try:
        spec.to_file("spec.yaml")
    except OSError as error:
        print(type(error).__name__, error.filename)
"""


def shared(folder: Path, *, mode: int = 0o660, owner: int = 1000, group: int = 2000) -> Path:
    """A file of user 1000, in a folder that everybody may write."""
    folder.chmod(0o777)
    path = folder / "spec.yaml"
    OLD.to_file(path)
    os.chown(path, owner, group)
    path.chmod(mode)
    return path


def write_as_another_user(folder: Path) -> str:
    """What user 1001 is told who writes a spec to ``spec.yaml``."""
    done = run(AS_ANOTHER_USER, str(folder))
    assert done.stderr == ""
    return done.stdout


def access_of(path: Path) -> tuple[int, int, str]:
    status = path.stat()
    return status.st_uid, status.st_gid, oct(stat.S_IMODE(status.st_mode))


def is_new(path: Path) -> bool:
    return b"ai2/new" in path.read_bytes()


@is_root
@pytest.mark.parametrize("mode", [0o660, 0o640, 0o600, 0o2770])
def test_root_keeps_owner_group_and_mode(tmp_path: Path, mode: int) -> None:
    path = shared(tmp_path, mode=mode)
    NEW.to_file(path)
    assert access_of(path) == (1000, 2000, oct(mode))
    assert is_new(path)


@is_root
def test_a_shared_file_keeps_its_group(tmp_path: Path) -> None:
    path = shared(tmp_path)
    inode = path.stat().st_ino
    assert write_as_another_user(tmp_path) == ""
    assert access_of(path) == (1001, 2000, "0o660")
    assert is_new(path)
    assert path.stat().st_ino != inode


@is_root
def test_a_new_owner_gets_no_program_that_runs_as_them(tmp_path: Path) -> None:
    path = shared(tmp_path, mode=0o6770)
    write_as_another_user(tmp_path)
    assert access_of(path) == (1001, 2000, "0o2770")


@is_root
def test_a_file_whose_group_cannot_be_kept_is_written_in_place(tmp_path: Path) -> None:
    path = shared(tmp_path, mode=0o666, group=4000)
    inode = path.stat().st_ino
    assert write_as_another_user(tmp_path) == ""
    assert access_of(path) == (1000, 4000, "0o666")
    assert path.stat().st_ino == inode
    assert is_new(path)
    assert os.listdir(tmp_path) == ["spec.yaml"]


@is_root
def test_a_file_in_a_read_only_folder_is_written_in_place(tmp_path: Path) -> None:
    path = shared(tmp_path)
    tmp_path.chmod(0o755)
    assert write_as_another_user(tmp_path) == ""
    assert access_of(path) == (1000, 2000, "0o660")
    assert is_new(path)


@is_posix
@is_no_root
def test_a_file_of_ones_own_in_a_read_only_folder_is_written_in_place(tmp_path: Path) -> None:
    OLD.to_file(tmp_path / "spec.yaml")
    tmp_path.chmod(0o555)
    try:
        NEW.to_file(tmp_path / "spec.yaml")
    finally:
        tmp_path.chmod(0o755)
    assert ExperimentSpec.from_file(tmp_path / "spec.yaml") == NEW


@is_root
def test_a_new_file_in_a_read_only_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert write_as_another_user(tmp_path) == "PermissionError spec.yaml\n"
    assert os.listdir(tmp_path) == []


@is_root
def test_a_file_of_another_user_in_a_sticky_folder_is_written_in_place(tmp_path: Path) -> None:
    path = shared(tmp_path)
    tmp_path.chmod(0o1777)
    assert write_as_another_user(tmp_path) == ""
    assert access_of(path) == (1000, 2000, "0o660")
    assert is_new(path)
    assert os.listdir(tmp_path) == ["spec.yaml"]


@is_root
def test_a_file_that_may_only_be_read_stays(tmp_path: Path) -> None:
    path = shared(tmp_path, mode=0o644)
    assert write_as_another_user(tmp_path) == "PermissionError spec.yaml\n"
    assert ExperimentSpec.from_file(path) == OLD


@is_root
def test_a_file_that_can_be_neither_replaced_nor_read_stays(tmp_path: Path) -> None:
    path = shared(tmp_path, mode=0o620)
    tmp_path.chmod(0o755)
    assert write_as_another_user(tmp_path) == "PermissionError spec.yaml\n"
    assert ExperimentSpec.from_file(path) == OLD


ACL = "system.posix_acl_access"


def acl(**permissions: int) -> bytes:
    """An ACL that lets user 1002 read and write."""
    tags = {"owner": 1, "user": 2, "group": 4, "mask": 16, "others": 32}
    allowed = {"owner": 6, "user": 6, "group": 0, "mask": 6, "others": 0, **permissions}
    entries = [
        struct.pack("<HHI", tag, allowed[name], 1002 if name == "user" else 2**32 - 1) for name, tag in tags.items()
    ]
    return struct.pack("<I", 2) + b"".join(entries)


def set_attribute(path: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(path, name, value)
    except OSError as error:
        pytest.skip(f"this file system has no {name}: {error}")


@has_attributes
def test_a_file_keeps_its_extended_attributes(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    OLD.to_file(path)
    set_attribute(path, "user.origin", b"\0\xff")
    set_attribute(path, "user.empty", b"")
    NEW.to_file(path)
    assert os.getxattr(path, "user.origin") == b"\0\xff"
    assert os.getxattr(path, "user.empty") == b""
    assert is_new(path)


@has_attributes
def test_a_file_keeps_its_acl(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    OLD.to_file(path)
    set_attribute(path, ACL, acl())
    assert oct(mode_of(path)) == "0o660"
    NEW.to_file(path)
    assert os.getxattr(path, ACL) == acl()
    assert oct(mode_of(path)) == "0o660"
    assert is_new(path)


@has_attributes
def test_a_file_without_an_acl_gets_none_from_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    OLD.to_file(path)
    path.chmod(0o660)
    set_attribute(tmp_path, "system.posix_acl_default", acl())
    NEW.to_file(path)
    assert ACL not in os.listxattr(path)
    assert oct(mode_of(path)) == "0o660"


@is_root
@has_attributes
def test_an_owner_who_cannot_be_kept_keeps_what_the_acl_gives_them(tmp_path: Path) -> None:
    path = shared(tmp_path)
    set_attribute(path, ACL, acl(group=6))
    assert write_as_another_user(tmp_path) == ""
    assert access_of(path) == (1000, 2000, "0o660")
    assert os.getxattr(path, ACL) == acl(group=6)
    assert is_new(path)


@has_attributes
@pytest.mark.parametrize(("refused", "in_place"), [(ACL, True), ("user.origin", False)])
def test_a_file_whose_acl_cannot_be_copied_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str, in_place: bool
) -> None:
    path = tmp_path / "spec.yaml"
    OLD.to_file(path)
    set_attribute(path, ACL, acl())
    set_attribute(path, "user.origin", b"here")
    inode = path.stat().st_ino
    setxattr = os.setxattr

    def refuse(file: Any, name: str, value: bytes) -> None:
        if name == refused:
            raise PermissionError(errno.EPERM, "not you")
        setxattr(file, name, value)

    monkeypatch.setattr(os, "setxattr", refuse)
    NEW.to_file(path)
    assert is_new(path)
    assert os.getxattr(path, ACL) == acl()
    assert (path.stat().st_ino == inode) is in_place


@is_posix
def test_another_hard_link_keeps_the_old_text(tmp_path: Path) -> None:
    OLD.to_file(tmp_path / "spec.yaml")
    os.link(tmp_path / "spec.yaml", tmp_path / "other.yaml")
    NEW.to_file(tmp_path / "spec.yaml")
    assert ExperimentSpec.from_file(tmp_path / "spec.yaml") == NEW
    assert ExperimentSpec.from_file(tmp_path / "other.yaml") == OLD


@contextmanager
def mounted(*arguments: str) -> Iterator[None]:
    if shutil.which("mount") is None or subprocess.run(["mount", *arguments], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", arguments[-1]], check=True)


@is_root
def test_a_mounted_file_is_written_in_place(tmp_path: Path) -> None:
    OLD.to_file(tmp_path / "real.yaml")
    (tmp_path / "folder").mkdir()
    path = tmp_path / "folder" / "spec.yaml"
    path.touch()
    with mounted("--bind", str(tmp_path / "real.yaml"), str(path)):
        NEW.to_file(path)
        assert ExperimentSpec.from_file(path) == NEW
    assert ExperimentSpec.from_file(tmp_path / "real.yaml") == NEW
    assert os.listdir(tmp_path / "folder") == ["spec.yaml"]


LARGE = NEW.with_description("a long text " * 20_000)


@is_root
def test_on_a_full_disk_the_old_file_stays(tmp_path: Path) -> None:
    with mounted("-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)):
        path = tmp_path / "spec.yaml"
        OLD.to_file(path)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as caught:
            LARGE.to_file(path)
        assert caught.value.filename == str(path)
        assert ExperimentSpec.from_file(path) == OLD
        assert os.listdir(tmp_path) == ["spec.yaml"]


@is_root
def test_on_a_full_disk_the_old_text_of_a_mounted_file_is_put_back(tmp_path: Path) -> None:
    small, path = tmp_path / "small", tmp_path / "spec.yaml"
    small.mkdir()
    path.touch()
    with mounted("-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)):
        OLD.to_file(small / "real.yaml")
        with mounted("--bind", str(small / "real.yaml"), str(path)):
            with pytest.raises(OSError, match=f"{os.strerror(errno.ENOSPC)}: ") as caught:
                LARGE.to_file(path)
            assert caught.value.filename == str(path)
            assert ExperimentSpec.from_file(path) == OLD


def busy(*arguments: object) -> None:
    raise OSError(errno.EBUSY, "mounted")


@is_posix
@pytest.mark.parametrize(("old", "new"), [(OLD, NEW), (LARGE, OLD), (OLD, LARGE)], ids=["as long", "shorter", "longer"])
def test_a_file_that_is_written_in_place_holds_the_new_text_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: ExperimentSpec, new: ExperimentSpec
) -> None:
    path = tmp_path / "spec.yaml"
    old.to_file(path)
    monkeypatch.setattr(os, "replace", busy)
    new.to_file(path)
    assert path.read_bytes() == new.to_yaml().encode()
    assert os.listdir(tmp_path) == ["spec.yaml"]


def failing_fsync(failures: list[BaseException | None]) -> Callable[[int], None]:
    """Fails as given, once for each call, and not any more then."""

    def fsync(descriptor: int) -> None:
        if failures and (failure := failures.pop(0)) is not None:
            raise failure

    return fsync


@is_posix
@pytest.mark.parametrize("failure", [OSError(errno.EIO, "the disk is gone"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("old", [OLD, LARGE], ids=["short", "long"])
def test_the_old_text_is_put_back_where_writing_in_place_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: ExperimentSpec, failure: BaseException
) -> None:
    path = tmp_path / "spec.yaml"
    old.to_file(path)
    monkeypatch.setattr(os, "replace", busy)
    monkeypatch.setattr(os, "fsync", failing_fsync([None, failure]))
    with pytest.raises(type(failure)) as caught:
        NEW.to_file(path)
    assert "damaged" not in str(caught.value)
    assert path.read_bytes() == old.to_yaml().encode()


@is_posix
def test_the_error_says_so_if_the_old_text_cannot_be_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "spec.yaml"
    OLD.to_file(path)
    gone = OSError(errno.EIO, "the disk is gone")
    monkeypatch.setattr(os, "replace", busy)
    monkeypatch.setattr(os, "fsync", failing_fsync([None, gone, gone]))
    with pytest.raises(OSError, match="the disk is gone: the file may be damaged") as caught:
        NEW.to_file(path)
    assert caught.value.filename == str(path)


@pytest.mark.parametrize("existing", [True, False])
def test_the_text_is_on_the_disk_before_the_file_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, existing: bool
) -> None:
    path = tmp_path / "spec.yaml"
    if existing:
        OLD.to_file(path)
    calls: list[tuple[str, int]] = []
    fsync, replace = os.fsync, os.replace

    def note_fsync(descriptor: int) -> None:
        calls.append(("fsync", os.fstat(descriptor).st_size))
        fsync(descriptor)

    def note_replace(old: str, new: str) -> None:
        calls.append(("replace", os.stat(old).st_size))
        replace(old, new)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "replace", note_replace)
    NEW.to_file(path)
    size = len(NEW.to_yaml().encode())
    assert calls == [("fsync", size), ("replace", size)]


def test_a_file_system_without_fsync_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing_fsync([OSError(errno.EINVAL, "no fsync here")]))
    NEW.to_file(tmp_path / "spec.yaml")
    assert ExperimentSpec.from_file(tmp_path / "spec.yaml") == NEW


@pytest.mark.parametrize("name", ["spec.yaml", "x" * 200 + ".yaml", "\U0001f600" * 60])
def test_the_name_of_a_temporary_file_says_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    temporary: list[str] = []
    replace = os.replace

    def note(old: str, new: str) -> None:
        temporary.append(os.path.relpath(old, tmp_path))
        replace(old, new)

    monkeypatch.setattr(os, "replace", note)
    NEW.to_file(tmp_path / name)
    (found,) = temporary
    start = name.encode()[:100].decode()
    assert re.fullmatch(rf"\.{re.escape(start)}\.beakerspec-[0-9a-f]{{16}}\.tmp", found)
    assert len(found.encode()) <= 143


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # an open file that nobody closed
@pytest.mark.parametrize("existing", [True, False])
def test_an_interrupt_at_any_moment_leaves_the_old_file_or_the_new_one(tmp_path: Path, existing: bool) -> None:
    path = tmp_path / "spec.yaml"
    whole = {NEW.to_yaml(), OLD.to_yaml() if existing else None}
    seen: set[str | None] = set()

    def interrupted_at(moment: int) -> bool:
        passed = 0

        def trace(frame: Any, event: str, argument: object) -> Any:
            nonlocal passed
            if not frame.f_code.co_filename.endswith(os.path.join("beakerspec", "files.py")):
                return None
            frame.f_trace_opcodes = True
            if event == "opcode":
                passed += 1
                if passed == moment:
                    raise KeyboardInterrupt
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            NEW.to_file(path)
        except KeyboardInterrupt:
            return True
        finally:
            sys.settrace(before)
        return False

    def run_interrupted_at(moment: int) -> bool:
        # In a thread of its own: an interrupt that ends a handler may leave the exception that was handled behind.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(interrupted_at, moment).result()

    moment = 1
    while True:
        path.unlink(missing_ok=True)
        if existing:
            OLD.to_file(path)
        if not run_interrupted_at(moment):
            break
        assert set(os.listdir(tmp_path)) <= {"spec.yaml"}
        seen.add(path.read_text(encoding="utf-8") if path.exists() else None)
        moment += 1
    assert moment > 100
    assert seen == whole
