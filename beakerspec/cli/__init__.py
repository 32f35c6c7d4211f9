"""The command line: `main` and its parser. Each command is a module with `add_parser` and `run`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .. import __version__
from . import check, streams

__all__ = ["COULD_NOT_RUN", "main"]

COULD_NOT_RUN = 2
_INTERRUPTED = 130
_PIPE_CLOSED = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 clean, 1 problems, 2 could not run."""
    try:
        streams.prepare()
        try:
            streams.require_output()
            options = _parser().parse_args(arguments)
            code: int = options.run(options)
        except SystemExit as leaving:  # argparse has shown its help, or what is wrong with the usage
            code = leaving.code if isinstance(leaving.code, int) else COULD_NOT_RUN
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        streams.discard_output()
        return _PIPE_CLOSED
    except KeyboardInterrupt:
        return _INTERRUPTED
    except OSError as error:
        streams.discard_output()
        streams.complain(os.fsdecode(error.filename) if error.filename else "output", error)
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
