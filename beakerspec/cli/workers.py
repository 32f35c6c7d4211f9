"""Which workers read the files of a command: this process, several processes, or a Dask cluster."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from ..problems import printable_text

__all__ = ["add_options", "executor_of"]

#: Seconds that a scheduler has to answer. One on the other side of the world takes one.
_SECONDS_TO_ANSWER = 10


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose the workers."""
    group = parser.add_argument_group("work").add_mutually_exclusive_group()
    group.add_argument("--workers", metavar="N", type=_count, help="read files in N processes (default: 1)")
    group.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="read files on the Dask cluster whose scheduler is at HOST:PORT, where they need the same names as here: "
        "needs beakerspec[dask]",
    )


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError("expected a number of at least 1")
    return int(text)


@contextmanager
def executor_of(options: argparse.Namespace) -> Generator[tuple[Executor | None, int | None], None, None]:
    """The executor that the options ask for, or None, and the number of its workers.

    Raises `OSError` if no Dask scheduler answers.
    """
    if options.scheduler is None:
        yield None, options.workers
        return
    with _client(options.scheduler) as client:
        yield _Cluster(client), sum(client.nthreads().values()) or None


class _Cluster(Executor):
    """The workers of a cluster, while its scheduler is connected. Dask accepts work for a lost scheduler, too."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor: Executor = client.get_executor()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called by a worker. Raises `ConnectionError` if the scheduler is gone."""
        if self._client.status != "running":
            raise ConnectionError("the scheduler is gone")
        return self._executor.submit(fn, *args, **kwargs)


def _client(address: str) -> Any:
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise OSError(None, 'a Dask cluster needs: pip install "beakerspec[dask]"', "--scheduler") from None
    import asyncio

    async def greet() -> None:
        # Python 3.10 prints the traceback of an interrupted connection.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        # Client itself waits for ever for a server that accepts the connection and does not answer.
        arguments = distributed.Security().get_connection_args("client")
        calling = distributed.comm.connect(address, timeout=_SECONDS_TO_ANSWER, **arguments)
        (await asyncio.wait_for(calling, _SECONDS_TO_ANSWER + 1)).abort()

    try:
        asyncio.run(greet())
        return distributed.Client(address, timeout=_SECONDS_TO_ANSWER)
    except asyncio.TimeoutError:
        reason = f"no answer within {_SECONDS_TO_ANSWER} s"
    except Exception as error:  # for a wrong address, Dask raises exceptions of any type
        reason = _reason(error)
        if not address.rpartition(":")[2].isdigit():
            reason += "; expected HOST:PORT"
    raise OSError(None, f"no Dask scheduler answers at {printable_text(address)}: {reason}", "--scheduler")


def _reason(error: BaseException) -> str:
    text = printable_text(str(error)) or type(error).__name__
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, OSError) and error.strerror:
        return f"{text} ({error.strerror})"
    return text
