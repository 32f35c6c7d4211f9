"""The standard streams, which may be closed, full, or unable to show what there is to say."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress

from ..problems import printable_text

__all__ = ["complain", "discard_output", "prepare", "read_input", "require_output"]


def prepare() -> None:
    """Let the streams take any text: what their encoding lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def require_output() -> None:
    """Raise `OSError` where standard output is closed: Python would drop what is printed."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")


def read_input() -> bytes:
    """All of standard input."""
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return sys.stdin.buffer.read()


def complain(name: str, error: OSError) -> None:
    """Say on standard error what kept the command from its work."""
    if sys.stderr is not None:
        with suppress(OSError):
            print(f"beakerspec: {printable_text(name)}: {error.strerror or error}", file=sys.stderr)


def discard_output() -> None:
    """Send what is still to be written nowhere: Python would fail once more when it closes the stream."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
