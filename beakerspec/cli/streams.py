"""The standard streams, which may be closed, full, or unable to show what there is to say."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, redirect_stderr, suppress
from typing import BinaryIO

from ..limits import MAX_SIZE
from ..problems import printable_text, without_commands

__all__ = [
    "COULD_NOT_RUN",
    "complain",
    "exit_code_of",
    "fail",
    "input_stream",
    "read_input",
    "require_writable",
    "say",
]

#: The exit code of a command that did not do its work.
COULD_NOT_RUN = 2
_INTERRUPTED = 130
_PIPE_CLOSED = 141


def exit_code_of(command: Callable[[], int]) -> int:
    """Run a command and return its exit code, also where argparse, Ctrl-C or an error of the system ends it."""
    with _taking_any_text():
        try:
            try:
                _require_output()
                code = command()
            except SystemExit as leaving:  # argparse has shown its help, or what is wrong with the usage
                code = leaving.code if isinstance(leaving.code, int) else COULD_NOT_RUN
            if sys.stdout is not None:
                sys.stdout.flush()
        except BrokenPipeError:
            _discard_output()
            return _PIPE_CLOSED
        except KeyboardInterrupt:
            return _INTERRUPTED
        except OSError as error:
            _discard_output()
            complain(os.fsdecode(error.filename) if error.filename else "output", error)
            return COULD_NOT_RUN
        return code


@contextmanager
def _taking_any_text() -> Generator[None, None, None]:
    """Let the streams take any text: what their encoding lacks is written as an escape.

    Errors go nowhere where standard error is closed.
    """
    if sys.stderr is None:
        # argparse would show how a command is used on standard output.
        with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stderr(nowhere), _taking_any_text():
            yield
        return
    streams = [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, io.TextIOWrapper)]
    before = [stream.errors for stream in streams]
    for stream in streams:
        stream.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        for stream, errors in zip(streams, before, strict=True):
            with suppress(OSError, ValueError):  # it may have been closed, or be unable to write what it holds
                stream.reconfigure(errors=errors)


def _require_output() -> None:
    """Raise `OSError` where standard output is closed: Python would drop what is printed."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")


def require_writable(path: str) -> None:
    """Raise `OSError` where it is known already that `replace_file` could not write a file: before a long run."""
    try:
        folder = os.path.dirname(os.path.realpath(path))
    except OSError as error:  # it is relative, and the working directory was removed
        raise FileNotFoundError(error.errno, error.strerror, path) from None
    try:
        status = os.stat(path)
    except FileNotFoundError:
        if not os.path.basename(path) or not os.path.isdir(folder):
            raise
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, "no permission to write to its folder", path) from None
    else:
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)


def input_stream() -> BinaryIO:
    """Standard input. Raises `OSError` where it is closed."""
    if sys.stdin is None:
        raise OSError(errno.EBADF, "standard input is closed")
    return sys.stdin.buffer


def read_input() -> bytes:
    """Return the bytes of standard input, at most `MAX_SIZE` and one more, as `contents` does for a file."""
    return input_stream().read(MAX_SIZE + 1)


def say(message: str) -> None:
    """Write a line to standard error, if it can be written."""
    with suppress(OSError):
        print(f"beakerspec: {without_commands(message)}", file=sys.stderr)


def complain(name: str, error: OSError) -> None:
    """Say what kept the command from reading or writing something."""
    say(f"{printable_text(name)}: {error.strerror or error}")


def fail(message: str) -> int:
    """Say what kept the command from running, and give its exit code."""
    say(message)
    return COULD_NOT_RUN


def _discard_output() -> None:
    """Send what is still to be written nowhere: Python would fail once more when it closes the stream."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
