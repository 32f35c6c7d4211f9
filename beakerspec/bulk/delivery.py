"""A function done for many items, here, in processes or by an executor: nothing is lost, and nothing comes twice."""

from __future__ import annotations

import os
import pickle
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from .inputs import working_folder
from .processes import NotDelivered, Processes, WorkerCrashed, WorkersUnusable, error_text

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future
    from types import TracebackType

__all__ = ["Crew", "Failure", "deliver"]

T = TypeVar("T")
R = TypeVar("R")

#: Seconds that a chunk is to take. With 0.02 to 0.1, two processes get as much done; with more, results come late.
_CHUNK_SECONDS = 0.05
#: Items of a chunk. Processes get as much done with 32 as with 256, and take a tenth less memory; what an executor does
#: about a chunk may take a millisecond, as with Dask.
_LONGEST_CHUNK = 32
_LONGEST_CHUNK_OF_EXECUTOR = 256
#: Values that are pickled together. Of 256, each takes a third longer than of 16.
_PACKET = 16
#: Bytes that the items of a chunk may carry before it is sent.
_CHUNK_BYTES = 1_000_000
#: Those who work for an executor of the caller's, which does not tell. It is sent twice as many chunks at once.
_WORKERS_OF_EXECUTOR = 32
#: Seconds of work that the caller does alone before it starts processes. Two of them take 0.25 s until they are ready.
_SECONDS_ALONE = 0.1


@attrs.frozen
class Failure:
    """Why there is no result for an item."""

    #: ``function-failed``, ``worker-crash`` or ``not-delivered``.
    rule: str
    #: What happened, without anything that the item holds.
    message: str


def deliver(
    function: Callable[[T], R],
    items: Iterable[T],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    ordered: bool = True,
    helps: bool = True,
) -> Generator[tuple[T, R | Failure], None, None]:
    """Each item with what the function gives for it, or why there is nothing: each exactly once. See `Crew`."""
    crew = Crew(function, executor=executor, workers=workers, ordered=ordered, helps=helps)

    def results() -> Generator[tuple[T, R | Failure], None, None]:
        with crew:
            yield from crew.run(items)

    return results()


class Crew(Generic[T, R]):
    """Those who do a function for many items, until the end of a ``with``.

    Without further arguments it is the caller alone. With more than one of `workers` it is so many processes, for
    which function, items and results have to be picklable, and where the caller `helps` it does what comes until the
    processes are ready, so that none are started for little work. With an `executor`, it is whoever that gives the
    work to, and `workers` says how many these are. Results come in the order of the items or, if not `ordered`, as they
    are there.

    Items are taken from their iterable a bounded number ahead of what was handed over and, where `size` tells how many
    bytes one carries, a bounded number of bytes. Where a chunk of them fails as a whole, since a process ended or the
    executor gave it up, they are done once more, one by one, so a function may be called a second time for an item.

    Raises `ValueError` for `workers` below 1.
    """

    def __init__(
        self,
        function: Callable[[T], R],
        *,
        executor: Executor | None = None,
        workers: int | None = None,
        ordered: bool = True,
        helps: bool = True,
        size: Callable[[T], int] | None = None,
    ) -> None:
        if workers is not None and workers < 1:
            raise ValueError(f"expected at least 1 worker, got {workers}")
        self._function = function
        self._executor = executor
        self._workers = workers or (1 if executor is None else _WORKERS_OF_EXECUTOR)
        self._ordered = ordered
        self._helps = helps
        self._size = size
        self._processes: Processes | None = None
        self._seconds_alone = 0.0
        self._is_source_slow = False
        self._chunk_size = 1
        self._chunks_sent = 0
        self._name = os.urandom(8).hex()

    def __enter__(self) -> Crew[T, R]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._processes is not None:
            self._processes.stop()

    def run(self, items: Iterable[T]) -> Iterator[tuple[T, R | Failure]]:
        """Each item with what the function gives for it, or why there is nothing: each exactly once.

        What the iterable raises is raised when everything before has been handed over.
        """
        remaining = iter(items)
        if self._executor is None:
            # multiprocessing asks for the working directory, which may have been removed.
            if self._workers == 1 or not working_folder():
                yield from self._alone(remaining, lambda: True)
                return
            if self._helps:
                yield from self._alone(remaining, lambda: self._seconds_alone < _SECONDS_ALONE)
            first = list(islice(remaining, 1))
            if not first:
                return
            remaining = chain(first, remaining)
            if self._processes is None:
                self._processes = Processes(self._workers, partial(_work, self._function))
            if self._helps:
                processes = self._processes
                processes.start()
                yield from self._alone(remaining, lambda: not processes.is_ready())
        yield from self._together(remaining)

    def _alone(self, items: Iterator[T], goes_on: Callable[[], bool]) -> Iterator[tuple[T, R | Failure]]:
        while goes_on():
            for item in items:
                start = perf_counter()
                outcome = _attempt(self._function, item)
                self._seconds_alone += perf_counter() - start
                yield item, outcome
                break
            else:
                return

    def _together(self, items: Iterator[T]) -> Iterator[tuple[T, R | Failure]]:
        at_once = 2 * self._workers
        sent: deque[_Chunk] = deque()
        is_more = True
        error: Exception | None = None
        try:
            while is_more or sent:
                while is_more and len(sent) < at_once:
                    # Where more takes long to come, what is done is handed over first. Else it would be the workers
                    # who wait, for a consumer that is slow.
                    if self._is_source_slow and self._is_some_done(sent):
                        break
                    taken: list[T] = []
                    try:
                        is_more = self._take(items, taken)
                    except Exception as raised:
                        is_more, error = False, raised
                    if taken:
                        sent.append(self._send(taken))
                    if self._is_some_done(sent):
                        break
                if sent:
                    yield from self._receive(sent)
            if error is not None:
                raise error
        finally:
            for chunk in sent:
                chunk.future.cancel()

    def _is_some_done(self, sent: deque[_Chunk]) -> bool:
        """Whether there is something to hand over."""
        return any(chunk.future.done() for chunk in (islice(sent, 1) if self._ordered else sent))

    def _take(self, items: Iterator[T], taken: list[T]) -> bool:
        """Take the items of a chunk, fewer where they come slowly. Returns whether there may be more."""
        deadline = monotonic() + _CHUNK_SECONDS
        bytes_left = _CHUNK_BYTES
        for item in items:
            taken.append(item)
            if self._size is not None:
                bytes_left -= self._size(item)
            self._is_source_slow = monotonic() > deadline
            if self._is_source_slow or bytes_left <= 0 or len(taken) >= self._chunk_size:
                return True
        return False

    def _send(self, items: list[T], *, is_last_try: bool = False) -> _Chunk:
        from concurrent.futures import Future

        parcel = _Parcel(items)
        self._chunks_sent += 1
        if self._processes is not None:
            return _Chunk(items, self._processes.submit(parcel), is_last_try)
        assert self._executor is not None
        try:
            # Dask takes equal calls for one, also of two runs, hence the name.
            future = self._executor.submit(_work, self._function, parcel, f"{self._name}-{self._chunks_sent}")
        except Exception as error:  # it is broken, or was shut down
            future = Future()
            future.set_exception(error)
        return _Chunk(items, future, is_last_try)

    def _receive(self, sent: deque[_Chunk]) -> Iterator[tuple[T, R | Failure]]:
        """Hand over the next chunk that is done, or send it once more, in pieces."""
        from concurrent.futures import FIRST_COMPLETED, wait

        awaited = [sent[0]] if self._ordered else list(sent)
        wait([chunk.future for chunk in awaited], return_when=FIRST_COMPLETED)
        chunk = next(chunk for chunk in awaited if chunk.future.done())
        sent.remove(chunk)
        for done, outcome in enumerate(chunk.outcomes()):
            if isinstance(outcome, _Undelivered):
                left = chunk.items[done:]
                if chunk.is_last_try:
                    yield left[0], outcome.failure()
                else:
                    sent.extendleft([self._send([item], is_last_try=True) for item in left][::-1])
                return
            yield chunk.items[done], outcome
        if not chunk.is_last_try:
            longest = _LONGEST_CHUNK_OF_EXECUTOR if self._processes is None else _LONGEST_CHUNK
            self._chunk_size = min(chunk.next_size(), longest)


@attrs.frozen(eq=False)
class _Chunk:
    """Some items that have been sent together."""

    items: list[Any]
    future: Future[_Parcel]
    #: Whether it is a single item, which failed before.
    is_last_try: bool

    def outcomes(self) -> Iterator[Any]:
        """What was done for the items, and `_Undelivered` as the last of them where more is missing."""
        try:
            yield from self.future.result().open()
        except WorkersUnusable:
            raise
        except Exception as error:
            yield _Undelivered(error)

    def next_size(self) -> int:
        """Of how many items a chunk takes as long as it should, going by this one."""
        size = len(self.items)
        fitting = int(size * _CHUNK_SECONDS / max(self.future.result().seconds, 1e-6))
        return max(1, min(fitting, 2 * size))


@attrs.frozen
class _Undelivered:
    """Why outcomes are missing."""

    error: Exception

    def failure(self) -> Failure:
        """What is reported for an item."""
        if isinstance(self.error, WorkerCrashed):
            return Failure("worker-crash", str(self.error))
        reason = str(self.error) if isinstance(self.error, NotDelivered) else error_text(self.error)
        return Failure("not-delivered", f"no result came back: {reason}")


class _Parcel:
    """Items or outcomes. They are packed only where they go to another process, and unpacked where they are wanted.

    So whoever passes them on, such as a thread of an executor or the scheduler of Dask, has bytes to handle.
    """

    __slots__ = ("_packets", "_values", "seconds")

    def __init__(self, values: Sequence[Any], seconds: float = 0.0, packets: Sequence[bytes] = ()) -> None:
        self._values = values
        self._packets = packets
        #: How long it took to make them.
        self.seconds = seconds

    def open(self) -> Iterator[Any]:
        """What is inside."""
        yield from self._values
        for packet in self._packets:
            try:
                values = pickle.loads(packet)
            except Exception as error:  # its text may be a part of the data
                raise NotDelivered(f"{type(error).__name__} when it was unpacked") from None
            yield from values

    def __reduce__(self) -> tuple[Any, ...]:
        packets = self._packets or [
            pickle.dumps(self._values[start : start + _PACKET], protocol=5)
            for start in range(0, len(self._values), _PACKET)
        ]
        return _Parcel, ((), self.seconds, packets)


def _work(function: Callable[[Any], Any], parcel: _Parcel, name: str = "") -> _Parcel:
    """Do the function for the items of a chunk."""
    start = perf_counter()
    outcomes = [_attempt(function, item) for item in parcel.open()]
    return _Parcel(outcomes, perf_counter() - start)


def _attempt(function: Callable[[T], R], item: T) -> R | Failure:
    try:
        return function(item)
    except Exception as error:
        return Failure("function-failed", f"failed with {raised_text(error)}")


def raised_text(error: Exception) -> str:
    """What a function raised, and where: where it was called, and where it was raised.

    The text of an exception is left out. It may be a part of the data.
    """
    frames = [*traceback.walk_tb(error.__traceback__)][1:]
    ends = (*frames[:1], *frames[-1:])
    places = dict.fromkeys(f"{os.path.basename(frame.f_code.co_filename)}:{line}" for frame, line in ends)
    return f"{type(error).__name__} ({', '.join(places)})" if places else type(error).__name__
