"""Changed texts on their way back into files."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from difflib import unified_diff

from ..files import replace_file
from ..problems import printable_text
from .selection import STANDARD_INPUT

__all__ = ["write_out"]


def write_out(file: str, old: bytes, new: bytes, *, diff: bool, output: str | None = None) -> None:
    """Write a changed text back to its file, to another one, or show the difference.

    What was read from standard input goes to standard output. Raises `OSError`, also where the file is no longer the
    one that was read.
    """
    if diff:
        sys.stdout.write("".join(_difference(file, old, new)))
    elif output is not None and output != STANDARD_INPUT:
        replace_file(output, new)
    elif file == STANDARD_INPUT or output is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(new)
    elif new != old:
        replace_file(file, new, expected=old)


def _difference(file: str, old: bytes, new: bytes) -> Iterator[str]:
    before, after = (each.decode().replace("\r\n", "\n").splitlines(keepends=True) for each in (old, new))
    name = printable_text(file)
    for line in unified_diff(before, after, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
