"""Many sources to specs, or to what a function makes of them: one after another, in processes, or on a cluster."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import attrs

from .converter import unknown_fields
from .delivery import Crew, Failure, raised_text
from .files import Reading, read
from .inputs import Item, Limits, Origin, Source, divided, items_of, read_whole, unreadable
from .limits import MAX_DEPTH, MAX_SIZE, MAX_VALUES
from .model import ExperimentSpec
from .problems import Problem, unique
from .splitting import Part, split

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["Loaded", "Mapped", "Origin", "load_many", "map_specs"]

T = TypeVar("T")
R = TypeVar("R", bound="Loaded | Mapped[Any]")

#: Files of an archive, and its bytes when it is unpacked: what a million specs take.
MAX_ARCHIVE_MEMBERS = 1_000_000
MAX_ARCHIVE_SIZE = 10_000_000_000


@attrs.frozen
class Loaded:
    """A spec that was loaded, or the problems why there is none."""

    source: Origin
    spec: ExperimentSpec | None
    #: What is wrong, placed and in order. Where there is a spec, they are warnings.
    problems: tuple[Problem, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return Loaded, (self.source, self.spec, self.problems)


@attrs.frozen
class Mapped(Generic[T]):
    """What a function made of a spec, or the problems why there is nothing."""

    source: Origin
    #: What the function returned; None where it did not.
    value: T | None
    #: What is wrong, placed and in order. Where the function returned something, they are warnings.
    problems: tuple[Problem, ...] = ()

    @property
    def has_failed(self) -> bool:
        """Whether there is no value, since there is no spec or the function raised something."""
        return any(problem.severity == "error" for problem in self.problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return Mapped, (self.source, self.value, self.problems)


def load_many(
    sources: Source | Iterable[Any],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    ordered: bool = True,
    strict: bool = False,
    env: Mapping[str, str] | None = None,
    max_size: int = MAX_SIZE,
    max_depth: int = MAX_DEPTH,
    max_values: int = MAX_VALUES,
    max_archive_members: int = MAX_ARCHIVE_MEMBERS,
    max_archive_size: int = MAX_ARCHIVE_SIZE,
) -> Generator[Loaded, None, None]:
    """Load specs from many sources. Whatever is wrong with one is among its problems, and the others go on.

    A source is one of these, or an iterable of them, which is read no further ahead than is needed:

    - a path. What its name ends in says what it is: JSON (``.json``), JSON Lines (``.jsonl``, ``.ndjson``) with one
      result for each line that is not blank, or an archive (``.zip``, ``.tar``, ``.tar.gz``, ``.tgz``, ``.tar.bz2``,
      ``.tbz2``, ``.tar.xz``, ``.txz``), which is not unpacked to disk. All else is YAML, with one result for each
      document that is not empty.
    - a folder, for all .yaml, .yml and .json files below it in the order of their names, without links to folders and
      without what version control and package managers keep.
    - a pattern such as ``runs/**/*.yaml``, for what matches it.
    - an open file, text or binary, which is left open. Its name says what it is.
    - a tuple of a name and bytes.

    Files that were only found, in a folder, through a pattern or in an archive, are skipped where they have no key
    ``tasks``: they are no specs. Those that were named are reported.

    By default the caller's process does it all. With `workers` of 2 or more, that many processes do it, which are
    started once there is enough to do; the program then has to start its work under ``if __name__ == "__main__":``,
    as with all processes of Python. With an `executor`, those do it that work for it: any of `concurrent.futures`, or
    Dask's ``client.get_executor()``. It stays open. Files are read where they are loaded, so that on a cluster they
    need the same names everywhere; open files and archives are read by the caller. A file over which a process ends
    is tried once more, then reported.

    Results come in the order of the sources or, if not `ordered`, as they are there. Memory does not grow with the
    number of sources, but for the names in one folder or of one pattern, and the directory of a zip archive. Closing
    the iterator, or letting go of it, ends the work and the processes.

    With `env`, Go templates are expanded. Unknown fields are warnings among the problems of a spec; with `strict` they
    are errors. The limits are for each document (`max_size` in bytes, `max_depth` in levels, `max_values` in values)
    and for each archive, unpacked.

    Raises `ValueError` for `workers` below 1 or together with an `executor`. The iterator raises `TypeError` for what
    is no source, what an iterable of sources raises, and `RuntimeError` where no processes can be started.
    """
    load = _Load(_reader(env, strict, max_size, max_depth, max_values), max_size)
    limits = Limits(max_size, max_archive_members, max_archive_size)
    crew = Crew(load, executor=executor, workers=workers, ordered=ordered)
    return _results(crew, Loaded, sources, limits)


def map_specs(
    function: Callable[[ExperimentSpec], T],
    sources: Source | Iterable[Any],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    ordered: bool = True,
    strict: bool = False,
    env: Mapping[str, str] | None = None,
    max_size: int = MAX_SIZE,
    max_depth: int = MAX_DEPTH,
    max_values: int = MAX_VALUES,
    max_archive_members: int = MAX_ARCHIVE_MEMBERS,
    max_archive_size: int = MAX_ARCHIVE_SIZE,
) -> Generator[Mapped[T], None, None]:
    """Load specs from many sources and apply a function to each, where it was loaded: only what it returns travels.

    All is as for `load_many`. With `workers` the function has to be one that a module holds, and what it returns has
    to be picklable. Where it raises an `Exception`, this is an error among the problems of that source, with its type
    and place but without its text, which may be a part of the spec. It may be called twice for a spec, if a process
    ended in between.
    """
    load = _Load(_reader(env, strict, max_size, max_depth, max_values), max_size)
    limits = Limits(max_size, max_archive_members, max_archive_size)
    # What the function does to its process is not known: it is not tried out on the caller's.
    crew = Crew(_Map(load, function), executor=executor, workers=workers, ordered=ordered, helps=False)
    return _results(crew, Mapped, sources, limits)


_Reader: TypeAlias = "Callable[..., Reading[ExperimentSpec]]"
#: The lines that a message names.
_LINES = re.compile(r"(?<= first at )\d+(?=:\d+$)|(?<= that starts on line )\d+(?=\)$)")


def _reader(env: Mapping[str, str] | None, strict: bool, max_size: int, max_depth: int, max_values: int) -> _Reader:
    return partial(
        read,
        ExperimentSpec,
        env=None if env is None else dict(env),  # os.environ does not travel
        strict=strict,
        max_size=max_size,
        max_depth=max_depth,
        max_values=max_values,
    )


def _results(
    crew: Crew[Item, tuple[R, ...] | None],
    result: Callable[[Origin, None, tuple[Problem, ...]], R],
    sources: Any,
    limits: Limits,
) -> Generator[R, None, None]:
    def of(items: Iterable[Item]) -> Generator[R, None, None]:
        for item, outcome in crew.run(items):
            if isinstance(outcome, Failure):
                yield result(item.origin, None, (_problem(item.origin, outcome),))
            elif outcome is None:
                yield from of(divided(item, limits))
            else:
                yield from outcome

    with crew:
        yield from of(items_of(sources, limits))


@attrs.frozen
class _Load:
    """Loads an item: a result for each spec in it, or None where it has to be divided first."""

    read: _Reader
    max_size: int

    def __call__(self, item: Item) -> tuple[Loaded, ...] | None:
        if item.problem is not None:
            return (Loaded(item.origin, None, (item.problem,)),)
        try:
            data = read_whole(item, self.max_size)
        except (OSError, ValueError) as error:
            return (Loaded(item.origin, None, (unreadable(item.origin.path, error),)),)
        if data is None:
            return None
        parts: Iterable[Part] = [Part(data)] if item.is_json else split(data, self.max_size)
        if item.is_found:
            from .checking import looks_like_a_spec

            parts = (part for part in parts if looks_like_a_spec(part.data))
        return tuple(self._load(item.origin.of(part), part.data, item.is_json) for part in parts)

    def _load(self, origin: Origin, data: bytes, is_json: bool) -> Loaded:
        reading = self.read(data, file=origin.path, is_json=is_json)
        problems = reading.problems
        if reading.value is not None and reading.has_unknown_fields and reading.document is not None:
            unknown = (attrs.evolve(problem, severity="warning") for problem in unknown_fields(reading.value))
            problems = tuple(unique(map(reading.document().placed, unknown)))
        if problems and origin.line is not None:
            problems = tuple(_moved(problem, origin.line - 1) for problem in problems)
        return Loaded(origin, reading.value, problems)


@attrs.frozen
class _Map(Generic[T]):
    """Loads an item and applies a function to each spec in it."""

    load: _Load
    function: Callable[[ExperimentSpec], T]

    def __call__(self, item: Item) -> tuple[Mapped[T], ...] | None:
        found = self.load(item)
        return None if found is None else tuple(map(self._map, found))

    def _map(self, loaded: Loaded) -> Mapped[T]:
        if loaded.spec is None:
            return Mapped(loaded.source, None, loaded.problems)
        try:
            return Mapped(loaded.source, self.function(loaded.spec), loaded.problems)
        except Exception as error:
            failure = Failure("function-failed", f"the function failed with {raised_text(error)}")
            return Mapped(loaded.source, None, (*loaded.problems, _problem(loaded.source, failure)))


def _moved(problem: Problem, lines: int) -> Problem:
    """A problem of a document, at its place in the file that holds the document further down."""
    if problem.line is None or problem.end_line is None:
        return problem
    message = _LINES.sub(lambda line: str(int(line[0]) + lines), problem.message)
    return attrs.evolve(problem, line=problem.line + lines, end_line=problem.end_line + lines, message=message)


def _problem(origin: Origin, failure: Failure) -> Problem:
    column = None if origin.line is None else 1
    return Problem(
        rule=failure.rule,
        message=failure.message,
        hint=_HINTS.get(failure.rule),
        file=origin.path,
        line=origin.line,
        column=column,
        end_line=origin.line,
        end_column=column,
    )


_HINTS = {
    "worker-crash": "load it alone to see why; a process that takes too much memory is killed",
    "function-failed": "call it for this spec alone to see more",
}
