"""Load specs from many sources, or apply a function to each: in this process, in several, or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

import attrs

from ..files import Reading, read
from ..limits import MAX_DEPTH, MAX_SIZE, MAX_VALUES, Limits
from ..model import ExperimentSpec
from ..problems import Problem
from ..structuring.converter import unknown_fields
from .inputs import Item, Origin, Scope, Source, divided, items_of, read_whole, unreadable, working_folder
from .splitting import Part, split
from .workers import Failure, Workers, raised_text

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ..checking.embedded import Embedded

__all__ = ["Loaded", "Mapped", "Origin", "load_many", "map_specs"]

T = TypeVar("T")
R = TypeVar("R", bound="Loaded | Mapped[Any]")

#: The most files of an archive, with the further documents in them, and the most bytes unpacked. A million specs fit.
MAX_ARCHIVE_MEMBERS = 1_000_000
MAX_ARCHIVE_SIZE = 10_000_000_000


@attrs.frozen
class Loaded:
    """A loaded spec, or the problems that prevent it."""

    source: Origin
    spec: ExperimentSpec | None
    #: What is wrong, in the order of the text. If there is a spec, they are warnings.
    problems: tuple[Problem, ...] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return Loaded, (self.source, self.spec, self.problems)


@attrs.frozen
class Mapped(Generic[T]):
    """What a function returned for a spec, or the problems that prevent it."""

    source: Origin
    #: What the function returned; None if it was not called or raised an exception.
    value: T | None
    #: What is wrong, in the order of the text. If the function returned, they are warnings.
    problems: tuple[Problem, ...] = ()

    @property
    def has_failed(self) -> bool:
        """Whether there is no value: the spec could not be loaded, or the function raised an exception."""
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
    embedded: bool = False,
    max_size: int = MAX_SIZE,
    max_depth: int = MAX_DEPTH,
    max_values: int = MAX_VALUES,
    max_archive_members: int = MAX_ARCHIVE_MEMBERS,
    max_archive_size: int = MAX_ARCHIVE_SIZE,
) -> Generator[Loaded, None, None]:
    """Load specs from many sources. A source that cannot be loaded has problems, and the others are loaded.

    A source is one of these, or an iterable of them, which is read no further ahead than needed:

    - a path. Its suffix tells the format: JSON (``.json``), JSON Lines (``.jsonl``, ``.ndjson``) with one result for
      each line that is not blank, or an archive (``.zip``, ``.tar``, ``.tar.gz``, ``.tgz``, ``.tar.bz2``, ``.tbz2``,
      ``.tar.xz``, ``.txz``), which is not unpacked to disk. All else is YAML, with one result for each document that
      is not empty.
    - a folder: all .yaml, .yml and .json files below it, sorted by name. Links to folders and the folders of version
      control and package managers are left out.
    - a pattern such as ``runs/**/*.yaml``: the files that match it and those below folders that match, each once.
    - an open file, text or binary, which is left open. The suffix of its name tells the format.
    - a tuple of a name and bytes.

    Files that were found in a folder, by a pattern or in an archive are skipped if they have no key ``tasks``: they are
    not specs. Files that were named are reported, and so are files that are too large to tell. In an archive, links are
    reported and other archives are not opened.

    By default the caller's process loads everything. With `workers` of 2 or more, up to that many processes load files
    if that is faster. A loaded spec is pickled to get back to the caller, which takes about as long as loading a small
    file: the caller goes on alone unless loading takes at least four times as long as pickling, measured on some files.
    To use processes for small files, return less than the spec with `map_specs`. To always use processes, pass an
    `executor`: any of `concurrent.futures`, or Dask's ``client.get_executor()``. It stays open; `workers` is then the
    number of its workers (default: 32), and at most twice as many chunks of sources are in flight. A program that
    starts processes has to do so under ``if __name__ == "__main__":``.

    Workers read the files that they load: on a cluster, files need the same names everywhere. Relative paths start at
    the caller's current folder. The caller reads open files and archives. A file that ends its process is loaded once
    more, then reported.

    Results come in the order of the sources or, if not `ordered`, as they are done; they wait while an iterable is slow
    to give its next source. Memory does not grow with the number of sources, except for the names in one folder or of
    one pattern, and the directory of a zip archive. Closing or deleting the iterator ends the work and the processes,
    and so does the end of the caller's process, however it ends.

    With `embedded`, specs inside GitHub workflows, Markdown (``.md``) and shell scripts (``.sh``, ``.bash``) are loaded
    too, each with the line where it starts. What GitHub or the shell would replace stays as it is written.

    With `env`, Go templates are expanded. Unknown fields are warnings; with `strict` they are errors. The limits hold
    for each document (`max_size` in bytes, `max_depth` in levels, `max_values` in values) and for each unpacked archive
    (`max_archive_size` in bytes; `max_archive_members` counts files and, in each file, documents after the first).

    Raises `ValueError` for `workers` below 1. The iterator raises `TypeError` for an object that is not a source, any
    exception of an iterable of sources, and `RuntimeError` if no process can be started.
    """
    scope = _scope(embedded, max_size, max_archive_members, max_archive_size)
    load = _Load(_reader(env, strict, Limits(max_size, max_depth, max_values)), scope)
    group = Workers(load, executor=executor, workers=workers, ordered=ordered, size=_size_of)
    return _results(group, Loaded, sources, scope)


def map_specs(
    function: Callable[[ExperimentSpec], T],
    sources: Source | Iterable[Any],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
    ordered: bool = True,
    strict: bool = False,
    env: Mapping[str, str] | None = None,
    embedded: bool = False,
    max_size: int = MAX_SIZE,
    max_depth: int = MAX_DEPTH,
    max_values: int = MAX_VALUES,
    max_archive_members: int = MAX_ARCHIVE_MEMBERS,
    max_archive_size: int = MAX_ARCHIVE_SIZE,
) -> Generator[Mapped[T], None, None]:
    """Load specs from many sources and apply a function to each in the process that loaded it.

    Arguments and errors are those of `load_many`, but with `workers` of 2 or more, processes are always used: only what
    the function returns travels. It has to be picklable, and so does the function: a function of a module, or any
    function with Dask. If the function raises an `Exception`, its type and place are an error among the problems of the
    source. Its text is left out, since it may be a part of the spec. The function may be called twice for a spec if a
    process ends.
    """
    scope = _scope(embedded, max_size, max_archive_members, max_archive_size)
    load = _Load(_reader(env, strict, Limits(max_size, max_depth, max_values)), scope)
    # The function may crash its process, so the caller does not call it.
    group = Workers(
        _Map(load, function), executor=executor, workers=workers, ordered=ordered, helps=False, size=_size_of
    )
    return _results(group, Mapped, sources, scope)


def _scope(embedded: bool, max_size: int, max_archive_members: int, max_archive_size: int) -> Scope:
    scope = Scope(working_folder(), max_size, max_archive_members, max_archive_size)
    if embedded:
        from ..checking.embedded import SUFFIXES

        scope = attrs.evolve(scope, other_suffixes=SUFFIXES)
    return scope


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
    group: Workers[Item, tuple[R, ...] | None],
    result: Callable[[Origin, None, tuple[Problem, ...]], R],
    sources: Any,
    scope: Scope,
) -> Generator[R, None, None]:
    def of(items: Iterable[Item]) -> Generator[R, None, None]:
        for item, outcome in group.apply(items):
            if isinstance(outcome, Failure):
                yield result(item.origin, None, (_problem(item.origin, outcome),))
            elif outcome is None:
                yield from of(divided(item, scope))
            else:
                yield from outcome

    with group:
        yield from of(items_of(sources, scope))


@attrs.frozen
class _Load:
    """Loads an item. Returns a result for each spec in it, or None if the item has to be divided first."""

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
        if self.scope.other_suffixes:
            from ..checking.embedded import embedded_in, holds_others

            embedded = embedded_in(data, item.origin.path, max_size)
            if embedded:
                return tuple(self._embedded(item.origin, embedded))
            if holds_others(item.origin.path, data):
                return () if len(data) <= max_size else (self._load(item.origin, data, is_json=False),)
        parts: Iterable[Part] = [Part(data)] if item.is_json else split(data, max_size)
        if item.is_found:
            from ..checking.check import looks_like_a_spec

            # If the text is too large, only its start may be here.
            parts = (part for part in parts if len(part.data) > max_size or looks_like_a_spec(part.data))
        return tuple(self._load(item.origin.of(part), part.data, item.is_json) for part in parts)

    def _embedded(self, origin: Origin, found: Iterable[Embedded]) -> Iterator[Loaded]:
        max_size = self.scope.max_size
        parts = ((each, part) for each in found for part in split(each.text.encode(errors="surrogateescape"), max_size))
        for number, (each, part) in enumerate(parts):
            inner = Origin(origin.file, origin.member, number, part.line or 1)
            loaded = self._load(inner, part.data.decode(errors="surrogateescape"), each.is_json)
            line, _ = each.place(inner.line, 1)
            yield Loaded(attrs.evolve(inner, line=line), loaded.spec, tuple(map(each.moved, loaded.problems)))

    def _load(self, origin: Origin, data: str | bytes, is_json: bool) -> Loaded:
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
