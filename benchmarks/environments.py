"""A virtual environment for each contender, made once and kept, and the worker processes that run in it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from benchmarks.lineup import SAMPLER, THIS_CHECKOUT, Contender

__all__ = ["BenchmarkError", "Environment", "Worker", "default_folder", "prepare"]

_ROOT = Path(__file__).parent.parent

#: The package is built from these alone, in a copy: building in place leaves files behind.
_SOURCES = ("beakerspec", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")

# The checkout goes to the end of the path and leaves it at once. What the worker imports later is what is
# installed, and `benchmarks` has become known by then.
_BOOT = """\
import sys
sys.path.append({root!r})
from benchmarks.worker import main
sys.path.remove({root!r})
main()
"""
_IMPORT = "import sys; sys.path.append({root!r}); {statement}"


_INSTALLED_AT_ONCE = 3


class BenchmarkError(Exception):
    """The benchmark cannot run. The text says why, and is meant for a person."""


class Environment:
    """The virtual environment of one contender."""

    def __init__(self, contender: Contender, folder: Path) -> None:
        self.contender = contender
        self.folder = folder
        self.python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def command(self, code: str) -> list[str]:
        """How to run some code in it, with neither the caller's variables nor its folder in the way."""
        return [str(self.python), "-I", "-X", "utf8", "-c", code]

    def import_command(self) -> list[str]:
        """How to import the contender and do no more. What it brings itself lies in the checkout."""
        return self.command(_IMPORT.format(root=str(_ROOT), statement=self.contender.import_statement))

    def modules(self) -> list[str]:
        """The names of all modules that are loaded once the contender is imported."""
        *command, code = self.import_command()
        done = subprocess.run([*command, f"{code}; print(*sys.modules)"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BenchmarkError(f"{self.contender.title}: {code!r} failed:\n{done.stderr[-2000:]}")
        return done.stdout.split()

    def forget(self) -> bool:
        """Have the system drop the files of the environment and of Python's library from its memory, if it can."""
        if not hasattr(os, "posix_fadvise"):
            return False
        for folder in (self.folder, Path(sysconfig.get_path("stdlib")), Path(__file__).parent):
            for path in folder.rglob("*.*"):
                if path.suffix in {".py", ".pyc", ".so"}:
                    with path.open("rb") as file:
                        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return True

    @contextmanager
    def start(self, files: Iterable[Path] | None, warm_up: Iterable[Path] = ()) -> Generator[Worker]:
        """A new process that has imported the contender, or nothing yet where no files are given.

        It ends with the block.
        """
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
            process = subprocess.Popen(
                self.command(_BOOT.format(root=str(_ROOT))),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
            )
            worker = Worker(self.contender, process, errors)
            try:
                if files is not None:
                    worker.knows = worker.ask(
                        "start",
                        module=self.contender.module,
                        packages=self.contender.packages,
                        files=[str(file) for file in files],
                        warm_up=[str(file) for file in warm_up],
                    )
                yield worker
            except BaseException:
                process.kill()
                raise
            finally:
                worker.close()


class Worker:
    """A process of a contender. It works only while `ask` waits for it."""

    def __init__(self, contender: Contender, process: subprocess.Popen[str], errors: TextIO) -> None:
        self.contender = contender
        #: What runs there: ``python`` and ``packages``, with their versions, and the names of its ``steps``.
        self.knows: dict[str, Any] = {}
        self._process = process
        self._errors = errors

    def ask(self, do: str, **details: Any) -> Any:
        """Have the worker do something, and wait for its answer. Raises `BenchmarkError` when it fails."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, **details}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._errors.seek(0)
            raise BenchmarkError(f"{self.contender.title}: the worker ended at {do!r}:\n{self._errors.read()[-2000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise BenchmarkError(f"{self.contender.title}: {do!r} failed:\n{answer['error'][-2000:]}")
        return answer["answer"]

    def close(self) -> None:
        """End the process, which stops where its input does."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def default_folder() -> Path:
    """Where environments are kept: a folder in the user's cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(cache) if cache else Path.home() / ".cache") / "beakerspec-benchmarks"


def prepare(contenders: Iterable[Contender], folder: Path) -> list[Environment]:
    """The environments of contenders, each made in `folder` if it is not there or no longer fits.

    It is made anew for another Python, other requirements, or, for the package of this checkout, another
    source. Raises `BenchmarkError` when that cannot be done.
    """
    with ThreadPoolExecutor(_INSTALLED_AT_ONCE) as pool:  # most of it is waiting
        return list(pool.map(lambda contender: _prepare(contender, folder), contenders))


def _prepare(contender: Contender, folder: Path) -> Environment:
    environment = Environment(contender, folder / f"{contender.name}-{sys.implementation.cache_tag}")
    stamp = environment.folder / "benchmarks-stamp.txt"
    contents = "\n".join([sys.version, SAMPLER, *contender.requirements])
    if THIS_CHECKOUT in contender.requirements:
        contents += f"\n{_digest()}"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == contents:
        return environment

    print(f"setting up {contender.title} in {environment.folder}", file=sys.stderr)
    try:
        shutil.rmtree(environment.folder, ignore_errors=True)
        environment.folder.parent.mkdir(parents=True, exist_ok=True)
        _run([sys.executable, "-m", "venv", str(environment.folder)], contender)
        with tempfile.TemporaryDirectory(prefix="benchmarks-") as copies:
            requirements = [
                str(_copy_of_checkout(Path(copies) / "checkout")) if requirement == THIS_CHECKOUT else requirement
                for requirement in contender.requirements
            ]
            pip = [str(environment.python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
            _run([*pip, SAMPLER, *requirements], contender)
        stamp.write_text(contents, encoding="utf-8")
    except OSError as error:
        raise BenchmarkError(f"{contender.title}: no environment in {environment.folder}: {error}") from error
    return environment


def _run(command: list[str], contender: Contender) -> None:
    # pip goes by its own variables, but must not take what lies on the caller's path for installed.
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        raise BenchmarkError(f"{contender.title}: {' '.join(command[:4])} … failed:\n{done.stdout[-2000:]}")


def _files() -> list[Path]:
    found: list[Path] = []
    for source in _SOURCES:
        path = _ROOT / source
        found += sorted(path.rglob("*")) if path.is_dir() else [path]
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


def _digest() -> str:
    digest = hashlib.sha256()
    for path in _files():
        digest.update(f"{path.relative_to(_ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _copy_of_checkout(folder: Path) -> Path:
    for path in _files():
        target = folder / path.relative_to(_ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return folder
