"""What the paths of a command stand for, and where the values of templates come from."""

from __future__ import annotations

import codecs
import io
import os
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from ..bulk.inputs import PATTERN, SUFFIXES, Report, files_below, files_matching, is_special, working_folder
from ..documents.document import decode
from ..problems import printable_text
from .exclusion import Exclusion
from .streams import input_stream

__all__ = [
    "STANDARD_INPUT",
    "Found",
    "add_template_options",
    "environment",
    "environment_of",
    "files",
    "parse_assignment",
    "read_env_file",
]

STANDARD_INPUT = "-"

# What a template can name.
_NAME = re.compile(r"[^\W\d]\w*")


class Found(NamedTuple):
    """A file that is to be read; ``-`` is standard input."""

    path: str
    #: Whether it was named itself: then it is a spec, whatever it looks like.
    is_named: bool


def files(
    paths: Sequence[str],
    report: Report,
    *,
    files_from: str | None = None,
    suffixes: tuple[str, ...] = SUFFIXES,
    exclusion: Exclusion | None = None,
    stdin_name: str | None = None,
) -> Iterator[Found]:
    """The files that the paths stand for, each once under all its spellings, in the order of the paths.

    A path stands for itself, be it there or not, and a dash for standard input. A folder stands for all files below
    it whose names end in one of the `suffixes`, in the order of their names; links to folders are not followed, pipes
    and devices are left out, and so is what version control and package managers keep (.git, .venv, node_modules
    and the like). A path that does not exist and holds ``*``, ``?`` or ``[`` is a pattern, in which ``**`` stands
    for any number of folders. `report` is called for what cannot be listed, which is not in the way of the others.

    `files_from` is a file with one more path on each line, or ``-`` for a list on standard input. It is made by
    programs such as ``git diff --name-only``, which list what is no spec as well. So its paths count as found, not
    as named, and files whose names have other endings are left out, as in a folder. There are no patterns in it.

    `exclusion` says what is left out, by default what git ignores. `stdin_name` is what standard input is called.
    Raises `SettingsError` where the exclusion does.
    """
    exclusion = exclusion or Exclusion()

    def real(path: str) -> str:
        try:
            return os.path.realpath(path)
        except OSError:  # it is relative, and the working directory was removed
            return path

    real_folder = cache(real)

    def identity(path: str) -> str:
        if path == STANDARD_INPUT:
            return path
        if os.path.islink(path):
            return real(path)
        folder, name = os.path.split(path)
        return os.path.join(real_folder(folder), name)

    if files_from == STANDARD_INPUT and STANDARD_INPUT in paths:
        report(STANDARD_INPUT, "standard input cannot be both the list of files and a spec")
        paths = [path for path in paths if path != STANDARD_INPUT]
    named = set(map(identity, paths))
    seen: set[str] = set()
    for path in _candidates(paths, files_from, report, suffixes, exclusion, stdin_name):
        file = identity(path)
        if file not in seen:
            seen.add(file)
            yield Found(path, file in named)


def _candidates(
    paths: Sequence[str],
    files_from: str | None,
    report: Report,
    suffixes: tuple[str, ...],
    exclusion: Exclusion,
    stdin_name: str | None,
) -> Iterator[str]:
    def below(folder: str) -> Iterator[str]:
        exclusion.enter(folder)
        return files_below(folder, report, skips=exclusion.skips, suffixes=suffixes)

    for path in paths:
        if path == STANDARD_INPUT:
            if stdin_name is None or not exclusion.skips_named(stdin_name):
                yield path
        elif os.path.normpath(path) == os.curdir and not working_folder():  # it would seem to be empty
            report(path, "the working directory was removed")
        elif os.path.isdir(path):
            yield from below(path)
        elif PATTERN.search(path) and not os.path.lexists(path):
            for found in files_matching(path, report, skips=exclusion.skips, suffixes=suffixes):
                # That file is none that a dash stands for.
                yield os.path.join(os.curdir, found) if found == STANDARD_INPUT else found
        elif not exclusion.skips_named(path):
            yield path
    if files_from is not None:
        for path in _listed(files_from, report):
            if os.path.isdir(path):
                yield from below(path)
            elif path.endswith(suffixes) and not is_special(path) and not exclusion.excludes(path):
                yield path


def _listed(files_from: str, report: Report) -> Iterator[str]:
    """The paths in a list."""
    try:
        if files_from == STANDARD_INPUT:
            data = input_stream().read()
        else:
            with open(files_from, "rb") as file:
                data = file.read()
    except OSError as error:
        report(files_from, error)
        return
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # as Windows PowerShell writes them
        data = data.decode("utf-16", "surrogatepass").encode("utf-8", "surrogatepass")
    for line in data.removeprefix(codecs.BOM_UTF8).split(b"\n"):
        path = os.fsdecode(line.removesuffix(b"\r"))
        if "\0" in path:
            report(files_from, "expected one path on each line, got a NUL character")
            return
        yield os.path.join(os.curdir, path) if path == STANDARD_INPUT else path


def add_template_options(parser: ArgumentParser) -> None:
    """Add the options that say what templates stand for: see `environment_of`."""
    templates = parser.add_argument_group(
        "templates", "Expand Go templates such as {{.Env.NAME}} as Beaker's command line does."
    )
    templates.add_argument("--expand-env", action="store_true", help="use the environment variables")
    templates.add_argument(
        "--env-file",
        metavar="FILE",
        action="append",
        default=[],
        type=read_env_file,
        help="use the variables in FILE, lines of NAME=VALUE; can be repeated",
    )
    templates.add_argument(
        "--env",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        type=parse_assignment,
        help="set this variable; can be repeated",
    )


def environment_of(options: Namespace) -> dict[str, str] | None:
    """What templates stand for with these options. See `environment`."""
    return environment(expand_env=options.expand_env, env_files=options.env_file, assignments=options.env)


def environment(
    *,
    expand_env: bool = False,
    env_files: Iterable[Mapping[str, str]] = (),
    assignments: Iterable[tuple[str, str]] = (),
) -> dict[str, str] | None:
    """The values of templates, or None where templates are not to be expanded.

    With `expand_env` they are those of the process. Files come over them, a later one over an earlier, and single
    assignments over all. Files or assignments alone are all that there is.
    """
    sources: list[Mapping[str, str]] = [os.environ] if expand_env else []
    sources += env_files
    sources += ({name: value} for name, value in assignments)
    return {name: value for source in sources for name, value in source.items()} if sources else None


def parse_assignment(text: str) -> tuple[str, str]:
    """The name and the value in ``NAME=VALUE``, for argparse. No message shows the text: it may be the value."""
    name, equals, value = text.partition("=")
    if not equals or not _NAME.fullmatch(name):
        raise ArgumentTypeError("expected NAME=VALUE, with letters, digits and underscores in the name")
    return name, value


def read_env_file(path: str) -> dict[str, str]:
    """The variables in a file of lines ``NAME=VALUE``, as python-dotenv reads it, for argparse.

    References to other variables are not expanded. No message shows a line: it may hold a value.
    """
    name = printable_text(path)
    try:
        from dotenv.parser import parse_stream
    except ImportError:
        raise ArgumentTypeError('--env-file requires: pip install "beakerspec[cli]"') from None
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise ArgumentTypeError(f"{name}: {error.strerror or error}") from None
    text, problems = decode(data, None)
    for problem in problems:
        raise ArgumentTypeError(f"{name}:{problem.line}: {problem.message}")
    values: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error or (binding.key is not None and binding.value is None):
            written = binding.original.string
            line = binding.original.line + written[: len(written) - len(written.lstrip())].count("\n")
            raise ArgumentTypeError(f"{name}:{line}: expected NAME=VALUE")
        if binding.key is not None and binding.value is not None:
            values[binding.key] = binding.value
    return values
