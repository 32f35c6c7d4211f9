"""The command line: `main` and its parser. Each command is a module with `add_parser` and `run`."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from .. import __version__
from . import check

__all__ = ["COULD_NOT_RUN", "main"]

COULD_NOT_RUN = 2
_INTERRUPTED = 130
_PIPE_CLOSED = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 clean, 1 problems, 2 could not run."""
    for stream in (sys.stdout, sys.stderr):
        # A file's name or text may hold what the terminal's encoding lacks.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone. Python would report it once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except KeyboardInterrupt:
        return _INTERRUPTED
    except OSError as error:
        print(f"beakerspec: {error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        return COULD_NOT_RUN
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="beakerspec", description="Check experiment specs for Beaker, AI2's cluster scheduler."
    )
    parser.add_argument("--version", action="version", version=f"beakerspec {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check.add_parser(commands)
    return parser
