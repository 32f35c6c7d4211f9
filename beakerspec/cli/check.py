"""``beakerspec check``: report every problem of the given specs."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from typing import Any

import attrs

from ..checking import check_data, looks_like_a_spec
from ..problems import Problem
from .streams import complain, read_input

_SUFFIXES = (".yaml", ".yml", ".json")
_DESCRIPTION = """\
Report every problem of experiment specs: what keeps a file from being read, fields that are not known, and rules
that are broken, each with its line, its column and what to do about it.

A folder stands for all .yaml, .yml and .json files below it; those in it that are no experiment specs are skipped.
A dash stands for standard input.
"""
_EPILOG = """\
exit codes:
  0  no problem
  1  problems
  2  could not run: wrong usage, or a file that cannot be read
"""


def add_parser(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "check",
        help="report every problem of experiment specs",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or - for standard input")
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="text for people (the default), or json for programs",
    )
    parser.add_argument(
        "--expand-env",
        action="store_true",
        help="expand Go templates such as {{.Env.NAME}} from the environment, as Beaker's client does",
    )
    parser.set_defaults(run=run)


@attrs.define
class _Tally:
    checked: int = 0
    skipped: int = 0
    unreadable: int = 0
    problems: list[Problem] = attrs.field(factory=list)


def run(options: argparse.Namespace) -> int:
    """Check the paths and print what was found. Returns the exit code."""
    tally = _Tally()
    env = os.environ if options.expand_env else None
    for path, is_named in _files(options.paths, tally):
        try:
            data = read_input() if path == "-" else _read(path)
        except OSError as error:
            _report(path, error, tally)
            continue
        if not is_named and not looks_like_a_spec(data):
            tally.skipped += 1
            continue
        file = "<stdin>" if path == "-" else path
        found = check_data(data, file=file, is_json=path.endswith(".json"), env=env)
        tally.checked += 1
        tally.problems += found
        if options.format == "text":
            for problem in found:
                print(problem, end="\n\n")
    print(_summary(tally) if options.format == "text" else _json(tally))
    if tally.unreadable:
        return 2
    return 1 if any(problem.severity == "error" for problem in tally.problems) else 0


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _files(paths: list[str], tally: _Tally) -> Iterator[tuple[str, bool]]:
    """The files that the paths stand for, each once, and whether it was named itself."""
    seen: set[str] = set()

    def report(error: OSError) -> None:
        _report(os.fsdecode(error.filename), error, tally)

    named = {os.path.normpath(path) for path in paths}
    for path in paths:
        if path != "-" and os.path.isdir(path):
            for folder, folders, names in os.walk(path, onerror=report):
                folders.sort()
                for name in sorted(names):
                    found = os.path.join(folder, name)
                    plain = os.path.normpath(found)
                    # Reading a pipe would wait for whoever writes to it.
                    if name.endswith(_SUFFIXES) and plain not in seen and not _is_special(found):
                        seen.add(plain)
                        yield found, plain in named
        elif (plain := os.path.normpath(path)) not in seen:
            seen.add(plain)
            yield path, True


def _is_special(path: str) -> bool:
    """Whether a path is there and is no file, such as a pipe."""
    return os.path.exists(path) and not os.path.isfile(path)


def _report(path: str, error: OSError, tally: _Tally) -> None:
    tally.unreadable += 1
    complain(path, error)


def _summary(tally: _Tally) -> str:
    errors = sum(problem.severity == "error" for problem in tally.problems)
    warnings = len(tally.problems) - errors
    counts = [_count(errors, "error")] if errors else []
    counts += [_count(warnings, "warning")] if warnings else []
    parts = [f"{' and '.join(counts) or 'no problem'} in {_count(tally.checked, 'spec')}"]
    if tally.skipped:
        parts.append(f"{_count(tally.skipped, 'file')} skipped: no experiment spec")
    if tally.unreadable:
        parts.append(f"{_count(tally.unreadable, 'file')} could not be read")
    return "; ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _json(tally: _Tally) -> str:
    problems = [attrs.asdict(problem, filter=attrs.filters.exclude("snippet")) for problem in sorted(tally.problems)]
    return json.dumps(
        {
            "checked": tally.checked,
            "skipped": tally.skipped,
            "unreadable": tally.unreadable,
            "problems": problems,
        },
        indent=2,
    )
