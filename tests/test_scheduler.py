"""``--scheduler``: commands that leave the work to a Dask cluster, and what they say where there is none."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import tarfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest

from beakerspec.cli import main
from beakerspec.cli.workers import executor_of

distributed = pytest.importorskip("distributed")

# Dask and what it is built on warn of their own, now and then, and so do its threads when it ends.
pytestmark = pytest.mark.filterwarnings("default")

SPEC = """\
budget: lab/vision
tasks:
- image: {docker: alpine}
  constraints: {cluster: [lab/large]}
"""

#: A scheduler without workers, which prints its address and works until it is killed.
SCHEDULER = """
import time, distributed
cluster = distributed.LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=None)
print(cluster.scheduler_address, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """That of a cluster whose two workers have another working directory than the command."""
    folder = tmp_path_factory.mktemp("dask")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(folder)
    ) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Specs, files that are none, and files that cannot be read as such, with settings for all of them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    Path("specs").mkdir()
    for number in range(100):
        text = "tasks: [" if number % 10 == 3 else "no: spec\n" if number % 10 == 5 else SPEC
        Path(f"specs/{number:03}.yaml").write_text(text)
    Path(".beakerspec.toml").write_text('ignore = ["no-cluster"]\n')
    return tmp_path


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A program that takes calls and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Python's, which ends with the test if not before."""
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def outcome(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main([*arguments])
    return code, *capsys.readouterr()


def refusal(capsys: pytest.CaptureFixture[str], address: str) -> str:
    """The line that says what is wrong with an address."""
    code, out, err = outcome(capsys, "summary", ".", "--scheduler", address)
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    return line


@pytest.mark.slow
@pytest.mark.parametrize("command", ["check", "summary"])
@pytest.mark.usefixtures("folder")
def test_a_cluster_says_the_same_as_one_process(command: str, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    alone = outcome(capsys, command, "specs", "nowhere.yaml")
    assert alone[0] == 2
    assert outcome(capsys, command, "specs", "nowhere.yaml", "--scheduler", address) == alone


@pytest.mark.slow
def test_a_cluster_is_sent_work_for_as_many_as_work_on_it(address: str) -> None:
    with executor_of(Namespace(scheduler=address, workers=None)) as (executor, workers):
        assert executor is not None
        assert workers == 2


@pytest.mark.slow
@pytest.mark.usefixtures("folder")
def test_an_archive_is_added_up_on_a_cluster(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with tarfile.open("specs.tar", "w") as archive:
        archive.add("specs")
    assert outcome(capsys, "summary", "specs.tar", "--scheduler", address)[1].startswith("100 files, 80 experiments")


@pytest.mark.parametrize("command", ["check", "summary"])
@pytest.mark.usefixtures("folder")
def test_standard_input_is_read_here_and_not_on_the_cluster(
    command: str, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(SPEC.encode()))):
        assert outcome(capsys, command, "-", "--scheduler", address)[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("address", "shown"),
    [
        *[(each, each) for each in ("nonsense://127.0.0.1:1", "tls://127.0.0.1:1", "tcp://127.0.0.1:1")],
        ("127.0.0.1:\x1b[31m", r"127.0.0.1:\u001b[31m"),
    ],
)
def test_an_address_without_a_scheduler_is_refused_with_the_reason(
    address: str, shown: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beakerspec.cli.workers._SECONDS_TO_ANSWER", 0.5)
    before, _, reason = refusal(capsys, address).partition(f"no Dask scheduler answers at {shown}: ")
    assert before == "beakerspec: --scheduler: "
    assert reason.isprintable()
    assert reason


@pytest.mark.parametrize("address", ["127.0.0.1", ""])
def test_an_address_without_a_port_is_refused_with_what_is_expected(
    address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beakerspec.cli.workers._SECONDS_TO_ANSWER", 0.5)
    assert refusal(capsys, address).endswith("expected HOST:PORT")


@pytest.mark.slow
def test_what_takes_the_call_and_says_nothing_is_no_scheduler(
    silent: socket.socket, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beakerspec.cli.workers._SECONDS_TO_ANSWER", 0.1)
    host, port = silent.getsockname()
    assert "no answer within 0.1 s" in refusal(capsys, f"{host}:{port}")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_an_interrupt_ends_the_wait_for_a_scheduler(silent: socket.socket, tmp_path: Path) -> None:
    host, port = silent.getsockname()
    with started("-m", "beakerspec", "summary", str(tmp_path), "--scheduler", f"{host}:{port}") as command:
        silent.settimeout(60)
        with silent.accept()[0]:
            command.send_signal(signal.SIGINT)
            assert command.communicate(timeout=60) == (b"", b"")
    assert command.returncode == 130


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
@pytest.mark.usefixtures("folder")
def test_a_scheduler_that_goes_away_leaves_no_file_without_a_word() -> None:
    os.mkfifo("pipe")
    with started("-c", SCHEDULER) as scheduler:
        assert scheduler.stdout is not None
        address = scheduler.stdout.readline().decode().strip()
        with started("-m", "beakerspec", "summary", "specs/000.yaml", "pipe", "--scheduler", address) as command:
            with open("pipe", "w") as pipe:  # which waits for the command to take it up
                scheduler.kill()
                scheduler.wait()
                pipe.write(SPEC)
            out, err = command.communicate(timeout=60)
    assert command.returncode == 1
    assert out.decode().startswith("2 files, 0 experiments")
    said = [line for line in err.decode().splitlines() if line.startswith("beakerspec: ")]
    assert [line.split(":")[1] for line in said] == [" specs/000.yaml", " pipe"]
