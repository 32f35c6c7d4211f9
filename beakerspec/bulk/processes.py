"""Processes that work for this one, and that end with it."""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from queue import Empty, SimpleQueue
from threading import RLock, Thread, current_thread
from typing import TYPE_CHECKING, Any

from ..problems import printable_text

if TYPE_CHECKING:
    from concurrent.futures import Future
    from multiprocessing.connection import Connection

__all__ = ["NotDelivered", "Processes", "WorkerCrashed", "WorkersUnusable", "error_text"]

#: Seconds that a process has for its end when it has stopped to answer.
_SECONDS_TO_END = 5
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


class WorkerCrashed(Exception):
    """The process that did the work has ended."""


class NotDelivered(Exception):
    """What a function gave cannot be sent from process to process."""


class WorkersUnusable(RuntimeError):
    """No process can be started that does the work."""


def error_text(error: Exception) -> str:
    """What the machinery raised, which has seen nothing of the data."""
    text = printable_text(str(error))[:200]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


class Processes:
    """Processes that do one function, each with a thread that sends it arguments and waits for what comes back.

    `concurrent.futures.ProcessPoolExecutor` can neither tell whose work ended a process, nor be rid of a process that
    hangs, and its processes stay when the caller's is killed. These end when the caller does, by whatever: they read
    from a connection of their own that ends then. They are spawned, since a fork of a process with threads may hang.
    """

    def __init__(self, most: int, function: Callable[[Any], Any]) -> None:
        self._most = most
        self._function = function
        self._workers: list[_Worker] = []
        self._calls: SimpleQueue[tuple[Any, Future[Any]] | None] = SimpleQueue()
        #: An entry for each worker that waits for a call. A semaphore could not be released by a thread that the
        #: collector has stopped in the middle of releasing it.
        self._idle: SimpleQueue[None] = SimpleQueue()
        # A program that ends does not wait for work that nobody asks for any more. This has to be registered later, and
        # so done earlier, than what multiprocessing does then: it ends processes, which would be started once more.
        import_module("multiprocessing.util")
        atexit.register(self.stop)

    def start(self) -> None:
        """Start all processes, before there is a call for each."""
        for _ in range(len(self._workers), self._most):
            self._start_one()
            self._idle.put(None)

    def is_ready(self) -> bool:
        """Whether a process takes work, or has ended without it."""
        return any(worker.is_ready() for worker in self._workers)

    def submit(self, argument: Any) -> Future[Any]:
        """What the function gives, or `WorkerCrashed`, `NotDelivered` or `WorkersUnusable`.

        A process is started for it where all others have work, and more are allowed.
        """
        from concurrent.futures import Future  # not needed by all who import this module

        if not self._is_one_idle() and len(self._workers) < self._most:
            self._start_one()
        future: Future[Any] = Future()
        self._calls.put((argument, future))
        return future

    def _is_one_idle(self) -> bool:
        """Whether a worker waits for a call. It is taken for no longer idle."""
        try:
            self._idle.get_nowait()
        except Empty:
            return False
        return True

    def _start_one(self) -> None:
        worker = _Worker(self._function)
        self._workers.append(worker)
        # At the end of the program nobody waits for such a thread.
        worker.thread = Thread(target=self._serve, args=(worker,), name="beakerspec", daemon=True)
        worker.thread.start()

    def _serve(self, worker: _Worker) -> None:
        while (call := self._calls.get()) is not None:
            argument, future = call
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(worker.call(argument))
                except Exception as error:
                    future.set_exception(error)
            del call, argument, future  # else they would live until the next ones come
            self._idle.put(None)

    def stop(self) -> None:
        """End the processes, whatever they do.

        It may be one of the own threads that lets go of the last reference to a run.
        """
        atexit.unregister(self.stop)
        for worker in self._workers:
            self._calls.put(None)
            worker.kill()
        for worker in self._workers:
            if worker.thread.is_alive() and worker.thread is not current_thread():
                worker.thread.join()
            worker.end()


class _Worker:
    """A process, and another one when that has ended."""

    #: Sends it what is to be done.
    thread: Thread

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function
        self._lock = RLock()
        self._is_stopped = False
        self._start()

    def _start(self) -> None:
        from multiprocessing import current_process, get_context

        if current_process().daemon:
            raise WorkersUnusable("a daemonic process cannot start others")
        with self._lock:
            if self._is_stopped:
                raise WorkerCrashed
            context = get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, self._function), name="beakerspec", daemon=True)
            try:
                process.start()
            except BaseException:
                ours.close()
                raise
            finally:
                theirs.close()
            self._process, self._connection, self._is_greeted = process, ours, False
            if self._is_stopped:  # by this thread, where the collector ran in it
                process.kill()
                process.join()

    def is_ready(self) -> bool:
        return self._is_greeted or self._connection.poll()

    def call(self, argument: Any) -> Any:
        """What the function gives. Raises `WorkerCrashed` where the process ends over it."""
        data = pickle.dumps(argument)
        self._greet()
        try:
            self._connection.send_bytes(data)
            answer = pickle.loads(self._connection.recv_bytes())
        except (EOFError, OSError):
            code = self.end()
            self._start()
            raise WorkerCrashed(_end_text(code)) from None
        if isinstance(answer, NotDelivered):
            raise answer
        return answer

    def _greet(self) -> None:
        """Wait until the process takes work."""
        for _ in range(_STARTS):
            if self._is_greeted:
                return
            try:
                self._connection.recv_bytes()
                self._is_greeted = True
            except (EOFError, OSError):
                if self.end() >= 0:
                    break
                self._start()  # that one was killed
        if not self._is_greeted:
            raise WorkersUnusable(_UNREADABLE if _is_main_gone() else _UNUSABLE)

    def end(self) -> int:
        """Wait for the end of the process, which no longer answers. Returns its exit code."""
        self._connection.close()
        self._process.join(_SECONDS_TO_END)
        self._process.kill()
        self._process.join()
        return self._process.exitcode or 0

    def kill(self) -> None:
        """End the process, and start no other."""
        with self._lock:
            self._is_stopped = True
            self._process.kill()


def _is_main_gone() -> bool:
    """Whether the main module has a name that leads to no file: so it is when it was read from standard input."""
    path = getattr(sys.modules.get("__main__"), "__file__", None)
    return path is not None and not os.path.exists(path)


def _end_text(code: int) -> str:
    if code >= 0:
        return f"the process ended with exit code {code}"
    with suppress(ValueError):
        return f"the process was ended by {signal.Signals(-code).name}"
    return f"the process was ended by signal {-code}"


def _serve(connection: Connection, function: Callable[[Any], Any]) -> None:
    """Do the function for whatever comes, until the connection ends: what a process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes of a terminal, and the caller ends them
    # Results live until they are sent. To look for cycles among them as often as Python does takes 3 % of the time.
    gc.freeze()
    gc.set_threshold(10_000)
    with suppress(EOFError, OSError):
        connection.send_bytes(b"")
        while True:
            data = connection.recv_bytes()
            try:
                answer = pickle.dumps(function(pickle.loads(data)))
            except Exception as error:
                answer = pickle.dumps(NotDelivered(error_text(error)))
            connection.send_bytes(answer)
