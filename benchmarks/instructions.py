"""How many instructions it takes to load a file: ``python -m benchmarks.instructions``.

The Python has to have the dependencies of beakerspec.

Valgrind counts instructions, which do not depend on what else the machine does: two counts of the same code differ
by less than 0.1 %. So this is the figure to compare a change by::

    python -m benchmarks.instructions --against HEAD~1
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import corpus

_ROOT = Path(__file__).parent.parent
_FILES, _WARM_UP_FILES = 100, 20

# It loads some files, and then others if it is told to: what differs is what loading those takes. All that is done
# once only, such as the generation of code, is done with the first ones. Of real files some may not load.
_PROGRAM = """\
import os, sys, warnings
import beakerspec
warnings.simplefilter("ignore")
if os.path.dirname(os.path.dirname(beakerspec.__file__)) != os.getcwd():
    sys.exit(f"beakerspec was imported from {beakerspec.__file__}")
for folder in sys.argv[1:]:
    for name in sorted(os.listdir(folder)):
        try:
            beakerspec.ExperimentSpec.from_file(f"{folder}/{name}")
        except beakerspec.ValidationError:
            pass
"""


class _CannotCount(Exception):
    """Why nothing is counted, for a person."""


@dataclass(frozen=True)
class _Count:
    files: int
    size: int
    instructions: int

    def row(self, title: str, before: _Count | None) -> str:
        change = "" if before is None else f"{self.instructions / before.instructions - 1:+.2%}"
        cells = [title, f"{self.instructions / self.files:,.0f}", f"{self.instructions / self.size * 1e3:,.0f}", change]
        return f"| {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Count and print a table."""
    options = _parser().parse_args(arguments)
    try:
        print(_table(options))
    except (_CannotCount, OSError) as error:
        print(f"cannot run: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.instructions",
        description="Count the instructions that from_file takes, with Valgrind's callgrind.",
    )
    parser.add_argument(
        "--against",
        metavar="REVISION",
        help="compare with the package at a revision of git, or in a folder that holds it",
    )
    parser.add_argument(
        "--python",
        metavar="PYTHON",
        default=sys.executable,
        help="an interpreter that has attrs, cattrs and PyYAML (default: this one)",
    )
    parser.add_argument("--files", type=int, metavar="N", default=_FILES, help="how many files (default: %(default)s)")
    parser.add_argument("--corpus", metavar="DIR", type=Path, help="count on all YAML files below DIR instead")
    return parser


def _table(options: argparse.Namespace) -> str:
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise _CannotCount("there is no valgrind; install it with the system's package manager")
    if options.files < 1:
        raise _CannotCount(f"expected at least 1 file, got {options.files}")
    lines = ["| `from_file` | instructions a file | a KB | |", "|---|--:|--:|--:|"]
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as name:
        folder = Path(name).resolve()
        before = None
        if options.against is not None:
            _take(options.against, folder / "before")
            before = _count(valgrind, options, folder / "before")
            lines.append(before.row(options.against, None))
        # A copy, as the other one is: bytecode is not written into the checkout.
        _take(str(_ROOT), folder / "current")
        count = _count(valgrind, options, folder / "current")
        lines.append(count.row("this checkout", before))
    kind = "generated" if options.corpus is None else "real"
    return "\n".join([*lines, "", f"{count.files} {kind} files, {count.size / count.files / 1e3:.1f} KB on average."])


def _take(source: str, folder: Path) -> None:
    """Copy the package of another folder or of a revision into `folder`, which is new."""
    if (Path(source) / "beakerspec").is_dir():
        shutil.copytree(Path(source) / "beakerspec", folder / "beakerspec")
        return
    # An archive leaves nothing behind in the repository, as a worktree would do.
    archive = subprocess.run(
        ["git", "-C", str(_ROOT), "archive", "--format=zip", source, "beakerspec"], capture_output=True, check=False
    )
    if archive.returncode != 0:
        raise _CannotCount(f"no revision and no folder with the package: {source}\n{archive.stderr.decode().rstrip()}")
    with zipfile.ZipFile(io.BytesIO(archive.stdout)) as files:
        files.extractall(folder)


def _copied(source: Path, folder: Path) -> list[Path]:
    """Copy the YAML files below `source`, under names that are the same each time."""
    found = sorted(path for path in source.rglob("*") if path.suffix in {".yaml", ".yml"} and path.is_file())
    if not found:
        raise _CannotCount(f"no *.yaml and no *.yml below {source}")
    folder.mkdir()
    return [Path(shutil.copyfile(path, folder / f"{number:06}.yaml")) for number, path in enumerate(found)]


def _count(valgrind: str, options: argparse.Namespace, folder: Path) -> _Count:
    """Count with the package that lies in a folder."""
    python: str = options.python
    corpus.write(folder / "warm-up", _WARM_UP_FILES, corpus.SEED + 1)
    if options.corpus is None:
        files = corpus.write(folder / "corpus", options.files)
    else:
        files = _copied(options.corpus, folder / "corpus")

    def run(command: Sequence[str]) -> str:
        variables = {"PATH": os.defpath, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise _CannotCount(f"{python} failed:\n{done.stderr[-2000:].rstrip()}")
        return done.stderr

    # The folder in which it runs comes first on its path, and the names of the files are the same each time.
    program = (python, "-s", "-c", _PROGRAM, "warm-up")
    run(program)  # writes the bytecode
    counted = (valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null", *program)
    start, whole = (
        int(re.findall(r"Collected : (\d+)", run(command))[-1]) for command in (counted, (*counted, "corpus"))
    )
    return _Count(len(files), sum(path.stat().st_size for path in files), whole - start)


if __name__ == "__main__":
    sys.exit(main())
