"""Who does the work of a command: the process itself, others beside it, or a cluster."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from ..problems import printable_text

__all__ = ["add_options", "crew_of"]

#: A scheduler on the other side of the world answers in one.
_SECONDS_TO_ANSWER = 10


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who does the work."""
    group = parser.add_argument_group("work").add_mutually_exclusive_group()
    group.add_argument("--workers", metavar="N", type=_count, help="read files in so many processes (default: in one)")
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
def crew_of(options: argparse.Namespace) -> Generator[tuple[Executor | None, int | None], None, None]:
    """The executor that the options ask for, if they do, and the number of those who do the work.

    Raises `OSError` where no Dask cluster is reached.
    """
    if options.scheduler is None:
        yield None, options.workers
        return
    with _client(options.scheduler) as client:
        yield _Cluster(client), sum(client.nthreads().values()) or None


class _Cluster(Executor):
    """The workers of a cluster, while its scheduler is there. Dask itself takes work for one that is gone, too."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor: Executor = client.get_executor()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called by one of them. Raises `ConnectionError` where the scheduler is gone."""
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
        # Python 3.10 would show the traceback of a call that is interrupted.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        # Client itself would wait for ever for what takes the call and says nothing.
        arguments = distributed.Security().get_connection_args("client")
        calling = distributed.comm.connect(address, timeout=_SECONDS_TO_ANSWER, **arguments)
        (await asyncio.wait_for(calling, _SECONDS_TO_ANSWER + 1)).abort()

    try:
        asyncio.run(greet())
        return distributed.Client(address, timeout=_SECONDS_TO_ANSWER)
    except asyncio.TimeoutError:
        reason = f"it says nothing for {_SECONDS_TO_ANSWER} s"
    except Exception as error:  # of an address that is wrong, or that Dask is not set up for, it raises whatever
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
