"""Workers that apply a function to many items: the caller, processes, or an executor. Each item has one result."""

from __future__ import annotations

import os
import pickle
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from ..problems import printable_text
from .inputs import working_folder

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future
    from types import TracebackType

    from .processes import ProcessExecutor

__all__ = ["Failure", "WorkerCrashed", "Workers", "WorkersUnusable", "apply_to_each", "raised_text"]

T = TypeVar("T")
R = TypeVar("R")

#: Seconds that a chunk of items takes. With 0.02 to 0.1, two processes get as much done; with more, results come late.
_CHUNK_SECONDS = 0.05
#: The most items of a chunk. Dask needs about a millisecond for each chunk.
_LONGEST_CHUNK = 256
#: The most bytes that the items of a chunk carry.
_CHUNK_BYTES = 1_000_000
#: Values that are pickled together. In packets of 256, each value takes a third longer than in packets of 16.
_PACKET = 16
#: The workers of an executor, which does not tell how many it has. Twice as many chunks are in flight.
_WORKERS_OF_EXECUTOR = 32
#: Seconds that the caller works alone before it starts processes. Two processes take 0.25 s to start.
_SECONDS_ALONE = 0.1
#: Processes are started where applying the function takes at least so many times as long as pickling and unpickling
#: what it returns. On two cores, two processes then take 0.6 of the time of one; where both take as long, all of it.
_LEAST_WORK = 4.0
#: One in so many results is pickled to find out, which takes 1 to 2 % of the time.
_SAMPLED = 32


class WorkerCrashed(Exception):
    """The process that did the work has ended."""


class WorkersUnusable(RuntimeError):
    """No process can be started that does the work."""


class _NotDelivered(Exception):
    """Items or results cannot be unpickled."""


@attrs.frozen
class Failure:
    """What an item has in place of a result."""

    #: ``function-failed``, ``worker-crash`` or ``not-delivered``.
    rule: str
    #: What happened, without any of the item's data.
    message: str


def apply_to_each(
    function: Callable[[T], R],
    items: Iterable[T],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    ordered: bool = True,
    helps: bool = True,
) -> Generator[tuple[T, R | Failure], None, None]:
    """Each item with what the function returns for it, or why there is nothing. See `Workers`."""
    group = Workers(function, executor=executor, workers=workers, ordered=ordered, helps=helps)

    def results() -> Generator[tuple[T, R | Failure], None, None]:
        with group:
            yield from group.apply(items)

    return results()


class Workers(Generic[T, R]):
    """Workers that apply a function to many items, until the end of a ``with``.

    By default the caller is the only worker. With `workers` of 2 or more, that many processes work; function, items and
    results have to be picklable. If the caller `helps`, it works alone until it is known that processes pay, and until
    they are ready. With an `executor`, its workers work, and `workers` is their number. Results come in the order of
    the items or, if not `ordered`, as they are done.

    Items are taken a bounded number ahead of the results and, where `size` returns the bytes of one, a bounded number
    of bytes. If a chunk of items fails as a whole, since a process ended or the executor gave it up, its items are sent
    once more, one by one: the function may be called twice for an item.

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
        self._count = workers or (1 if executor is None else _WORKERS_OF_EXECUTOR)
        self._ordered = ordered
        self._helps = helps
        self._size = size
        self._processes: ProcessExecutor | None = None
        self._done_alone = 0
        self._seconds_alone = 0.0
        self._seconds_sampled = 0.0
        self._seconds_pickling = 0.0
        self._is_source_slow = False
        self._chunk_size = 1

    def __enter__(self) -> Workers[T, R]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._processes is not None:
            self._processes.shutdown()

    def apply(self, items: Iterable[T]) -> Iterator[tuple[T, R | Failure]]:
        """Each item once, with what the function returns for it, or why there is nothing.

        An exception of the iterable is raised after all results before it.
        """
        remaining = iter(items)
        executor = self._executor
        if executor is None:
            # multiprocessing needs the working directory, which may have been removed.
            if self._count == 1 or not working_folder():
                yield from self._alone(remaining, lambda: True)
                return
            if self._helps:
                yield from self._alone(remaining, lambda: not self._processes_pay())
            first = list(islice(remaining, 1))
            if not first:
                return
            remaining = chain(first, remaining)
            if self._processes is None:
                from .processes import ProcessExecutor

                self._processes = ProcessExecutor(self._count, self._function)
            executor = self._processes
            if self._helps:
                ready = [executor.submit(callable, self._function) for _ in range(self._count)]
                yield from self._alone(remaining, lambda: not any(future.done() for future in ready))
        yield from self._together(executor, remaining)

    def _alone(self, items: Iterator[T], goes_on: Callable[[], bool]) -> Iterator[tuple[T, R | Failure]]:
        while goes_on():
            for item in items:
                start = perf_counter()
                outcome = _attempt(self._function, item)
                seconds = perf_counter() - start
                if self._count > 1 and self._done_alone % _SAMPLED == 1:  # the first loads modules
                    self._seconds_sampled += seconds
                    self._seconds_pickling += _seconds_to_pickle(outcome)
                self._done_alone += 1
                self._seconds_alone += seconds
                yield item, outcome
                break
            else:
                return

    def _processes_pay(self) -> bool:
        is_enough = self._seconds_alone >= _SECONDS_ALONE
        return is_enough and self._seconds_sampled > _LEAST_WORK * self._seconds_pickling

    def _together(self, executor: Executor, items: Iterator[T]) -> Iterator[tuple[T, R | Failure]]:
        sent: deque[_Chunk] = deque()
        is_more = True
        error: Exception | None = None
        try:
            while is_more or sent:
                while is_more and len(sent) < 2 * self._count:
                    # If the source is slow, finished results go first: otherwise the workers wait for the consumer.
                    if self._is_source_slow and self._is_some_done(sent):
                        break
                    taken: list[T] = []
                    try:
                        is_more = self._take(items, taken)
                    except Exception as raised:
                        is_more, error = False, raised
                    if taken:
                        sent.append(self._send(executor, taken))
                    if self._is_some_done(sent):
                        break
                if sent:
                    yield from self._receive(executor, sent)
            if error is not None:
                raise error
        finally:
            for chunk in sent:
                chunk.future.cancel()

    def _is_some_done(self, sent: deque[_Chunk]) -> bool:
        """Whether a result can be returned now."""
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

    def _send(self, executor: Executor, items: list[T], *, is_last_try: bool = False) -> _Chunk:
        from concurrent.futures import Future

        try:
            # Dask takes equal calls for one call, also those of two runs: the name tells them apart.
            future = executor.submit(_apply_to_chunk, self._function, _Packed(items), os.urandom(8))
        except Exception as error:  # the executor is broken, or was shut down
            future = Future()
            future.set_exception(error)
        return _Chunk(items, future, is_last_try)

    def _receive(self, executor: Executor, sent: deque[_Chunk]) -> Iterator[tuple[T, R | Failure]]:
        """Return the results of the next chunk that is done, and send what failed once more, one by one."""
        from concurrent.futures import FIRST_COMPLETED, wait

        awaited = [sent[0]] if self._ordered else list(sent)
        wait([chunk.future for chunk in awaited], return_when=FIRST_COMPLETED)
        chunk = next(chunk for chunk in awaited if chunk.future.done())
        sent.remove(chunk)
        outcomes, failure = chunk.outcomes()
        yield from zip(chunk.items, outcomes, strict=False)
        missing = chunk.items[len(outcomes) :]
        if failure is None:
            if not chunk.is_last_try:
                self._chunk_size = min(chunk.next_size(), _LONGEST_CHUNK)
        elif chunk.is_last_try:
            yield missing[0], failure
        else:
            sent.extendleft([self._send(executor, [item], is_last_try=True) for item in missing][::-1])


@attrs.frozen(eq=False)
class _Chunk:
    """Items that were sent together."""

    items: list[Any]
    future: Future[_Packed]
    #: Whether this is a single item, which failed before.
    is_last_try: bool

    def outcomes(self) -> tuple[list[Any], Failure | None]:
        """The results of the items, and the failure that ended them before the last item, if there was one."""
        outcomes: list[Any] = []
        try:
            outcomes.extend(self.future.result().values())
        except WorkersUnusable:
            raise
        except WorkerCrashed as error:
            return outcomes, Failure("worker-crash", str(error))
        except _NotDelivered as error:
            return outcomes, Failure("not-delivered", f"no result came back: {error}")
        except Exception as error:
            return outcomes, _not_delivered(error)
        return outcomes, None

    def next_size(self) -> int:
        """The number of items that would take `_CHUNK_SECONDS`, going by this chunk."""
        size = len(self.items)
        fitting = int(size * _CHUNK_SECONDS / max(self.future.result().seconds, 1e-6))
        return max(1, min(fitting, 2 * size))


class _Packed:
    """Items or results. They are pickled only if they go to another process, and unpickled where they are used.

    Threads of an executor and the scheduler of Dask, which pass them on, see bytes only.
    """

    __slots__ = ("_packets", "_values", "seconds")

    def __init__(self, values: Sequence[Any], seconds: float = 0.0, packets: Sequence[bytes] = ()) -> None:
        self._values = values
        self._packets = packets
        #: How long it took to make the values.
        self.seconds = seconds

    def values(self) -> Iterator[Any]:
        """The values, unpickled. Raises `_NotDelivered` at the first that cannot be unpickled."""
        yield from self._values
        for packet in self._packets:
            try:
                values = pickle.loads(packet)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # its text may be a part of the data
                raise _NotDelivered(f"{type(error).__name__} when it was unpickled") from None
            yield from values

    def __reduce__(self) -> tuple[Any, ...]:
        starts = range(0, len(self._values), _PACKET)
        packets = self._packets or [p for start in starts for p in _pickled(self._values[start : start + _PACKET])]
        return _Packed, ((), self.seconds, packets)


def _pickled(values: Sequence[Any]) -> list[bytes]:
    """Packets of values, with a `Failure` in place of each value that cannot be pickled."""
    try:
        return [pickle.dumps(values, protocol=5)]
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if len(values) > 1:
            return [packet for value in values for packet in _pickled([value])]
        return [pickle.dumps([_not_delivered(error)])]


def _not_delivered(error: BaseException) -> Failure:
    text = printable_text(str(error))[:200]
    return Failure("not-delivered", f"no result came back: {type(error).__name__}{text and ': '}{text}")


def _apply_to_chunk(function: Callable[[Any], Any], items: _Packed, name: bytes) -> _Packed:
    """Apply the function to the items of a chunk. An item that could not be pickled has become a `Failure`."""
    start = perf_counter()
    outcomes = [item if isinstance(item, Failure) else _attempt(function, item) for item in items.values()]
    return _Packed(outcomes, perf_counter() - start)


def _attempt(function: Callable[[T], R], item: T) -> R | Failure:
    try:
        return function(item)
    except Exception as error:
        return Failure("function-failed", f"failed with {raised_text(error)}")


def _seconds_to_pickle(value: Any) -> float:
    """How long a result takes from process to process, without the way between them."""
    start = perf_counter()
    with suppress(Exception):
        pickle.loads(pickle.dumps(value, protocol=5))
    return perf_counter() - start


def raised_text(error: Exception) -> str:
    """The type of an exception, and where the function called and where it raised.

    The text of an exception is left out: it may be a part of the data.
    """
    frames = [*traceback.walk_tb(error.__traceback__)][1:]
    ends = (*frames[:1], *frames[-1:])
    places = dict.fromkeys(f"{os.path.basename(frame.f_code.co_filename)}:{line}" for frame, line in ends)
    return f"{type(error).__name__} ({', '.join(places)})" if places else type(error).__name__
