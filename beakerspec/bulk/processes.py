"""An executor of processes that names the call whose process ended, and whose processes end with the caller's."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

from .workers import WorkerCrashed, WorkersUnusable

__all__ = ["ProcessExecutor"]

#: How often a process is started that is killed before it takes work.
_STARTS = 3
_UNUSABLE = (
    "the worker processes ended before they took any work: a program that starts processes has to do so under "
    '`if __name__ == "__main__":`, since each of them imports its main module, and the function has to be one that '
    "they can import"
)
_UNREADABLE = (
    "the worker processes ended before they took any work: each of them imports the program's main module, which is "
    "not in a file: put it into one"
)


class ProcessExecutor(Executor):
    """Processes that apply one function, each a `ProcessPoolExecutor` with one process and one call at a time.

    A single pool of several processes breaks as a whole when one of them ends, and does not tell whose call ended it.
    A process starts when there is a call for it. It is spawned: a fork of a process with threads may hang.
    """

    def __init__(self, count: int, function: Callable[[Any], Any]) -> None:
        if multiprocessing.current_process().daemon:
            raise WorkersUnusable("a daemonic process cannot start others")
        pickle.dumps(function)  # raises here what would else be the failure of each call
        self._function = function
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="beakerspec")
        self._all: list[_Process] = []
        self._idle: list[_Process] = []
        self._is_shut_down = False
        self._caller = os.getpid(), threading.current_thread()
        _running.add(self)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called by a process. Its future raises `WorkerCrashed` or `WorkersUnusable`."""
        return self._threads.submit(self._call, fn, *args, **kwargs)

    def _call(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        process = self._idle_or_new()
        if self._is_shut_down:
            raise WorkerCrashed
        try:
            return process.call(fn, *args, **kwargs)
        except _Ended as ended:
            self._all.remove(process)
            raise WorkerCrashed(str(ended)) from None
        finally:
            if process in self._all:
                self._idle.append(process)

    def _idle_or_new(self) -> _Process:
        with suppress(IndexError):
            return self._idle.pop()
        for _ in range(_STARTS):
            if self._is_shut_down:
                raise WorkerCrashed
            try:
                process = _Process()
                self._all.append(process)
                process.call(callable, self._function)
            except _Ended as ended:
                if ended.code >= 0:
                    break
            except (OSError, RuntimeError) as error:  # the second where a system has no semaphores
                raise WorkersUnusable(f"cannot start a process: {error}") from None
            else:
                process.release_pipes()
                return process
        raise WorkersUnusable(_UNREADABLE if _is_main_gone() else _UNUSABLE)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Kill the processes, whatever they do.

        Garbage collection may call it in any thread, which may hold locks: only the thread that made this waits. In a
        child of ``os.fork()`` it does nothing.
        """
        caller, thread = self._caller
        if os.getpid() != caller:
            return
        self._is_shut_down = True
        for process in tuple(self._all):
            process.kill()
        if threading.current_thread() is thread:
            self._threads.shutdown(cancel_futures=True)
            for process in self._all:
                process.end()


class _Ended(Exception):
    """A process has ended."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        if self.code >= 0:
            return f"the process ended with exit code {self.code}"
        with suppress(ValueError):
            return f"the process was ended by {signal.Signals(-self.code).name}"
        return f"the process was ended by signal {-self.code}"


class _Process:
    """One process, which may end."""

    def __init__(self) -> None:
        self._context = _Context()
        self._pool = ProcessPoolExecutor(1, mp_context=self._context, initializer=_set_up)

    def call(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Have a function called. Raises `_Ended` if the process ends."""
        try:
            return self._pool.submit(fn, *args, **kwargs).result()
        except BrokenProcessPool:
            raise _Ended(self.end()) from None

    def release_pipes(self) -> None:
        """Close the process's ends of the pipes in this process.

        While they are open here, the pool waits for ever for the other half of a message if the process is killed in
        the middle of it.
        """
        pool: Any = self._pool
        pool._call_queue._reader.close()
        pool._result_queue._writer.close()

    def kill(self) -> None:
        """Kill the process, if it has started."""
        if self._context.process is not None and self._context.process.pid is not None:
            self._context.process.kill()

    def end(self) -> int:
        """Kill the process and wait for its end. Returns its exit code."""
        self.kill()
        self._pool.shutdown()
        return (self._context.process and self._context.process.exitcode) or 0


class _Context(SpawnContext):
    """Starts one process and keeps it, because the pool cannot kill it and does not tell its exit code."""

    process: _SpawnProcess | None = None

    def Process(self, *args: Any, **kwargs: Any) -> _SpawnProcess:  # type: ignore[override] # noqa: N802
        self.process = _SpawnProcess(*args, **kwargs)
        return self.process


class _SpawnProcess(SpawnProcess):
    """A process that a child of ``os.fork()`` does not wait for at its end. `multiprocessing` fails when it tries."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._caller = os.getpid()

    def start(self) -> None:
        """Start it with Ctrl-C blocked: else it would show a traceback while it imports. `_set_up` unblocks it."""
        if sys.platform == "win32":
            super().start()
            return
        resource_tracker.ensure_running()  # to start it unblocks Ctrl-C
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def join(self, timeout: float | None = None) -> None:
        if os.getpid() == self._caller:
            super().join(timeout)


def _set_up() -> None:
    """Prepare a process: Ctrl-C is for the caller, which ends its processes, and they end when it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_caller, name="beakerspec", daemon=True).start()


def _end_with_caller() -> None:
    caller = multiprocessing.parent_process()
    assert caller is not None
    # A child that the caller forked keeps the sentinel open, so the parent is looked at, too.
    while not wait([caller.sentinel], timeout=1) and os.getppid() == caller.pid:
        pass
    os._exit(1)


def _is_main_gone() -> bool:
    """Whether the main module is not in a file: so it is when it was read from standard input."""
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    return path is not None and not os.path.exists(path)


_running: weakref.WeakSet[ProcessExecutor] = weakref.WeakSet()


def _shut_down_all() -> None:
    for executor in tuple(_running):
        executor.shutdown()


# A program that ends does not wait for work that nobody asks for any more. concurrent.futures does wait, before what
# atexit runs; what is registered later runs earlier.
getattr(threading, "_register_atexit")(_shut_down_all)  # noqa: B009
