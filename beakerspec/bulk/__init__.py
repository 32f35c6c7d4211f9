"""Many sources to specs, or to what a function makes of them: one after another, in processes, or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import attrs

from ..files import Reading, read
from ..limits import MAX_DEPTH, MAX_SIZE, MAX_VALUES, Limits
from ..model import ExperimentSpec
from ..problems import Problem
from ..structuring.converter import unknown_fields
from .delivery import Crew, Failure, raised_text
from .inputs import Item, Origin, Scope, Source, divided, items_of, read_whole, unreadable, working_folder
from .splitting import Part, split

if TYPE_CHECKING:
    from concurrent.futures import Executor

__all__ = ["Loaded", "Mapped", "Origin", "load_many", "map_specs"]

T = TypeVar("T")
R = TypeVar("R", bound="Loaded | Mapped[Any]")

#: Files of an archive with the further documents in them, and its bytes when it is unpacked: what a million specs take.
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
    - a pattern such as ``runs/**/*.yaml``, for the files that match it and those below folders that do, each once.
    - an open file, text or binary, which is left open. Its name says what it is.
    - a tuple of a name and bytes.

    Files that were only found, in a folder, through a pattern or in an archive, are skipped where they have no key
    ``tasks``: they are no specs. Those that were named are reported, and so are those that are too large to tell. In
    an archive, links are reported and other archives are not opened.

    By default the caller's process does it all. With `workers` of 2 or more, that many processes do it, which are
    started once there is enough to do; the program then has to start its work under ``if __name__ == "__main__":``,
    as with all processes of Python. With an `executor`, those do it that work for it: any of `concurrent.futures`, or
    Dask's ``client.get_executor()``. It stays open. `workers` then says how many these are, 32 if it is not given: at
    most twice as many chunks of sources are sent ahead. Files are read where they are loaded, so that on a cluster
    they need the same names everywhere; a relative path leads from the folder that the caller is in now. Open files
    and archives are read by the caller. A file over which a process ends is tried once more, then reported.

    Results come in the order of the sources or, if not `ordered`, as they are there; they wait while an iterable takes
    long to give its next source. Memory does not grow with the number of sources, but for the names in one folder or of
    one pattern, and the directory of a zip archive. Closing the iterator, or letting go of it, ends the work and the
    processes.

    With `env`, Go templates are expanded. Unknown fields are warnings among the problems of a spec; with `strict` they
    are errors. The limits are for each document (`max_size` in bytes, `max_depth` in levels, `max_values` in values)
    and for each archive, unpacked: `max_archive_members` counts its files and, of a file that holds several, the
    documents or records behind the first, `max_archive_size` its bytes.

    Raises `ValueError` for `workers` below 1. The iterator raises `TypeError` for what is no source, what an iterable
    of sources raises, and `RuntimeError` where no processes can be started.
    """
    scope = Scope(working_folder(), max_size, max_archive_members, max_archive_size)
    load = _Load(_reader(env, strict, Limits(max_size, max_depth, max_values)), scope)
    crew = Crew(load, executor=executor, workers=workers, ordered=ordered, size=_size_of)
    return _results(crew, Loaded, sources, scope)


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

    All is as for `load_many`. Processes, other than those of Dask, need a function that a module holds, and what it
    returns has to be picklable. Where it raises an `Exception`, this is an error among the problems of that source,
    with its type and place but without its text, which may be a part of the spec. It may be called twice for a spec,
    if a process ended in between.
    """
    scope = Scope(working_folder(), max_size, max_archive_members, max_archive_size)
    load = _Load(_reader(env, strict, Limits(max_size, max_depth, max_values)), scope)
    # What the function does to its process is not known: it is not tried out on the caller's.
    crew = Crew(_Map(load, function), executor=executor, workers=workers, ordered=ordered, helps=False, size=_size_of)
    return _results(crew, Mapped, sources, scope)


_Reader: TypeAlias = "Callable[..., Reading[ExperimentSpec]]"


def _size_of(item: Item) -> int:
    return len(item.data or b"")


def _reader(env: Mapping[str, str] | None, strict: bool, limits: Limits) -> _Reader:
    return partial(
        read,
        ExperimentSpec,
        env=None if env is None else dict(env),  # os.environ does not travel
        strict=strict,
        limits=limits,
    )


def _results(
    crew: Crew[Item, tuple[R, ...] | None],
    result: Callable[[Origin, None, tuple[Problem, ...]], R],
    sources: Any,
    scope: Scope,
) -> Generator[R, None, None]:
    def of(items: Iterable[Item]) -> Generator[R, None, None]:
        for item, outcome in crew.run(items):
            if isinstance(outcome, Failure):
                yield result(item.origin, None, (_problem(item.origin, outcome),))
            elif outcome is None:
                yield from of(divided(item, scope))
            else:
                yield from outcome

    with crew:
        yield from of(items_of(sources, scope))


@attrs.frozen
class _Load:
    """Loads an item: a result for each spec in it, or None where it has to be divided first."""

    read: _Reader
    scope: Scope

    def __call__(self, item: Item) -> tuple[Loaded, ...] | None:
        if item.problem is not None:
            return (Loaded(item.origin, None, (item.problem,)),)
        try:
            data = read_whole(item, self.scope)
        except (OSError, ValueError) as error:
            return (Loaded(item.origin, None, (unreadable(item.origin.path, error),)),)
        if data is None:
            return None
        max_size = self.scope.max_size
        parts: Iterable[Part] = [Part(data)] if item.is_json else split(data, max_size)
        if item.is_found:
            from ..checking.check import looks_like_a_spec

            # Of what is too large only the start may be here.
            parts = (part for part in parts if len(part.data) > max_size or looks_like_a_spec(part.data))
        return tuple(self._load(item.origin.of(part), part.data, item.is_json) for part in parts)

    def _load(self, origin: Origin, data: bytes, is_json: bool) -> Loaded:
        reading = self.read(data, file=origin.path, first_line=origin.line or 1, is_json=is_json)
        problems = reading.problems
        if reading.value is not None and reading.has_unknown_fields and reading.document is not None:
            unknown = (
                attrs.evolve(problem, severity="warning") for problem in unknown_fields(reading.value, reading.data)
            )
            problems = tuple(reading.document.problems(list(unknown)))
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
