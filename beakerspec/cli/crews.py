"""Who does the work of a command: the process itself, others beside it, or a cluster."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

__all__ = ["add_options", "executor_of"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who does the work."""
    group = parser.add_argument_group("work").add_mutually_exclusive_group()
    group.add_argument("--workers", metavar="N", type=_count, help="read files in so many processes (default: in one)")
    group.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="read files on a Dask cluster, where they need the same names as here: needs beakerspec[dask]",
    )


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("expected a number of at least 1")
    return int(text)


@contextmanager
def executor_of(address: str | None) -> Generator[Executor | None, None, None]:
    """An executor of the Dask cluster at that address, if there is one. Raises `OSError` where it is not reached."""
    if address is None:
        yield None
        return
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise OSError(None, 'a Dask cluster needs: pip install "beakerspec[dask]"', "--scheduler") from None
    try:
        client = distributed.Client(address)
    except (OSError, ValueError) as error:
        raise OSError(None, f"no Dask scheduler answers at {address}: {type(error).__name__}", "--scheduler") from None
    with client:
        yield client.get_executor()
