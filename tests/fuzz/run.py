"""Fuzz targets for a while, one after the other: with atheris where it is installed, else without coverage.

    python tests/fuzz/run.py [TARGET ...] [--seconds N]

Each finding is written to a file once, by the place where it was raised, and printed. With findings the exit status is
1. To keep one from coming back, put its file into the folder of the target's seeds.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, TracebackType

TESTS = Path(__file__).parent.parent
#: Seconds after which an input has to be done.
SLOW = 20
#: Seconds beyond its time after which a target is ended that does not end itself.
GRACE = 120


class Slow(Exception):
    """An input takes too long."""


class Session:
    """Runs one target on many inputs, and counts them."""

    def __init__(self, name: str, target: Callable[[bytes], None], end: float, folder: Path, report: Path) -> None:
        self._name = name
        self._target = target
        self._start = time.time()
        self._end = end
        self._folder = folder
        self._report = report
        self._runs = 0
        self._findings: dict[str, str] = {}
        if hasattr(signal, "SIGALRM"):
            signal.signal(signal.SIGALRM, _raise_slow)

    def __call__(self, data: bytes) -> None:
        """Run the target, and end the process when it is time: libFuzzer gives nothing back."""
        self._runs += 1
        try:
            with _bounded():
                self._target(data)
        except Exception as error:
            self._keep(data, error)
        if time.time() > self._end:
            self._finish()

    def _keep(self, data: bytes, error: Exception) -> None:
        place = _place(error.__traceback__)
        key = f"{type(error).__name__} at {place}"
        if key in self._findings:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._name}-{hashlib.sha256(data).hexdigest()[:12]}"
        path.write_bytes(data)
        self._findings[key] = str(path)
        print(f"{self._name}: {key}: {path}", flush=True)
        print("".join(traceback.format_exception(error))[-3000:], flush=True)

    def _finish(self) -> None:
        seconds = time.time() - self._start
        self._report.write_text(json.dumps({"runs": self._runs, "seconds": seconds, "findings": self._findings}))
        sys.stdout.flush()
        os._exit(0)


def _place(trace: TracebackType | None) -> str:
    """Where an error was raised: the last line of beakerspec, else of the target."""
    frames = traceback.extract_tb(trace)
    ours = [frame for frame in frames if "beakerspec" in Path(frame.filename).parts[-3:]] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" + f" from {frames[1 if len(frames) > 1 else 0].lineno}"


def _raise_slow(number: int, frame: FrameType | None) -> None:
    raise Slow(f"more than {SLOW} s")


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    if not hasattr(signal, "SIGALRM"):
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, SLOW)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def fuzz(name: str, end: float, seed: int, folder: Path, report: Path, uses_atheris: bool) -> None:
    """Fuzz one target up to a time. It ends the process."""
    sys.path.insert(0, str(TESTS))
    if uses_atheris:
        import atheris

        with atheris.instrument_imports(include=["beakerspec"]):
            from fuzz.targets import TARGETS, WORDS
    else:
        from fuzz.targets import TARGETS, WORDS
    from fuzz.mutation import LONGEST, SEEDS, mutations, seeds_of

    session = Session(name, TARGETS[name], end, folder, report)
    seeds = list(seeds_of(name).values())
    for data in seeds:
        session(data)
    if not uses_atheris:
        for data in mutations(seeds, WORDS[name], seed):
            session(data)
    with tempfile.TemporaryDirectory() as scratch:
        dictionary = Path(scratch, "words")
        escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in WORDS[name])
        dictionary.write_text("".join(f'"{word}"\n' for word in escaped))
        corpus = Path(scratch, "corpus")
        corpus.mkdir()
        options = [f"-max_len={LONGEST}", f"-seed={seed}", f"-dict={dictionary}", "-verbosity=0", "-rss_limit_mb=4096"]
        atheris.Setup([sys.argv[0], *options, str(corpus), str(SEEDS / name)], session)
        atheris.Fuzz()


def run(names: list[str], seconds: float, seed: int, folder: Path, uses_atheris: bool) -> int:
    """Fuzz targets in processes of their own, and print how often each ran and what it found."""
    print("with atheris" if uses_atheris else "without coverage: atheris is not installed, or not wanted", flush=True)
    print(f"the random numbers start from {seed}", flush=True)
    rows = []
    failed = False
    for name in names:
        with tempfile.TemporaryDirectory() as scratch:
            report = Path(scratch, "report")
            # Its time includes that of starting it, which with atheris takes some seconds.
            end = time.time() + seconds / len(names)
            command = [sys.executable, __file__, name, "--end", str(end), "--seed", str(seed)]
            command += ["--findings", str(folder), "--report", str(report)]
            command += [] if uses_atheris else ["--no-atheris"]
            status: int | str = "it did not end"
            # libFuzzer and atheris tell what they do, which is of interest where they fail.
            log = Path(scratch, "log")
            with log.open("wb") as errors, contextlib.suppress(subprocess.TimeoutExpired):
                timeout = seconds / len(names) + GRACE
                status = subprocess.run(command, stderr=errors, timeout=timeout, check=False).returncode
            found = json.loads(report.read_text()) if report.exists() else {"runs": 0, "seconds": 0, "findings": {}}
            if status != 0:
                found["findings"][f"exit status {status}"] = ""
                print(f"{name}: exit status {status}", log.read_text(errors="replace")[-3000:], sep="\n", flush=True)
            failed = failed or bool(found["findings"])
            rows.append((name, f"{found['runs']:,}", f"{found['seconds']:.0f}", str(len(found["findings"]))))
    for row in [("target", "runs", "seconds", "findings"), *rows]:
        print(f"{row[0]:14}" + "".join(f"{cell:>12}" for cell in row[1:]))
    return 1 if failed else 0


def main() -> int:
    """Run the command line."""
    names = sorted(path.name for path in (Path(__file__).parent / "seeds").iterdir())
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(names)} (default: all)")
    parser.add_argument("--seconds", type=float, default=60, help="for all of them together (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="where random numbers start from (default: another each time)")
    parser.add_argument("--findings", type=Path, default=Path("findings"), help="the folder to put findings into")
    parser.add_argument("--no-atheris", action="store_true", help="run without coverage")
    parser.add_argument("--end", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--report", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = [name for name in options.targets if name not in names]
    if unknown:
        parser.error(f"unknown target {unknown[0]}: choose from {', '.join(names)}")
    seed = random.randrange(1, 2**31) if options.seed is None else options.seed
    uses_atheris = not options.no_atheris and importlib.util.find_spec("atheris") is not None
    if options.report is not None:
        fuzz(options.targets[0], options.end, seed, options.findings, options.report, uses_atheris)
    return run(options.targets or names, options.seconds, seed, options.findings, uses_atheris)


if __name__ == "__main__":
    sys.exit(main())
