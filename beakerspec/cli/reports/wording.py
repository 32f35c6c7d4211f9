"""What several formats say in the same words."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from ...bulk.inputs import working_folder
from ...problems import Problem, printable_text
from . import Tally

__all__ = ["count", "explanation", "path_from_here", "path_in_repository", "printable_lines", "summary"]


def summary(tally: Tally) -> str:
    """The closing line, without its end."""
    counts = [count(tally.errors, "error")] if tally.errors else []
    counts += [count(tally.warnings, "warning")] if tally.warnings else []
    if tally.checked:
        parts = [f"{' and '.join(counts) or 'no problems'} in {count(tally.checked, 'spec')}"]
    else:
        parts = ["no experiment specs found"]
    if tally.skipped:
        parts.append(f"{count(tally.skipped, 'file')} skipped: not an experiment spec")
    if tally.unreadable:
        parts.append(f"{count(tally.unreadable, 'file')} could not be read")
    if tally.suppressed:
        parts.append(f"{count(tally.suppressed, 'problem')} suppressed")
    if tally.fixed:
        parts.append(f"{count(tally.fixed, 'problem')} fixed")
    if tally.fixable or tally.unsafe:
        safe = f"{tally.fixable:,} with --fix" if tally.fixable else ""
        more = f"{tally.unsafe:,} {'more ' if safe else ''}with --fix --unsafe-fixes" if tally.unsafe else ""
        parts.append(f"can be fixed: {' and '.join(each for each in (safe, more) if each)}")
    return "; ".join(parts)


def count(number: int, noun: str) -> str:
    """So many of something: ``1 error``, ``2,000 errors``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def explanation(problem: Problem) -> str:
    """All that a problem says beside its place in the file and its rule: several lines, the message first."""
    lines = [problem.message]
    if problem.path:
        lines.append(f"in: {problem.path}")
    if problem.hint is not None:
        lines.append(f"hint: {problem.hint}")
    return "\n".join(lines)


def printable_lines(text: str) -> str:
    """The text with an escape for every character, but for ends of lines, that a viewer may not show, or act on.

    None is left that XML 1.0 forbids, and none that UTF-8 cannot encode.
    """
    return "\n".join(map(printable_text, text.split("\n")))


def path_from_here(file: str) -> Path:
    """The path of a file: relative where it lies below the working directory, else as it was given."""
    path, here = Path(file), working_folder()
    return path.relative_to(here) if here and path.is_relative_to(here) else path


def path_in_repository(file: str) -> Path:
    """The path of a file for a service that shows the repository: relative to its top folder.

    That is ``GITHUB_WORKSPACE`` if the file is below it, else the nearest folder that contains ``.git``. Without
    either, the path is that of `path_from_here`.
    """
    here = working_folder()
    if file == "<stdin>":
        return Path(file)
    # Links in the way are kept: the service knows the names in the repository.
    path = Path(os.path.normpath(os.path.join(here, file)))
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if workspace and os.path.isabs(workspace) and path.is_relative_to(workspace):
        return path.relative_to(workspace)
    top = _top_folder(str(path.parent)) if path.is_absolute() else None
    return path_from_here(file) if top is None else path.relative_to(top)


@cache
def _top_folder(folder: str) -> str | None:
    """The nearest folder that contains ``.git``, from `folder` upwards."""
    if os.path.lexists(os.path.join(folder, ".git")):
        return folder
    outer = os.path.dirname(folder)
    return None if outer == folder else _top_folder(outer)
