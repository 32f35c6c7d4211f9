"""Comments for the problems that a file has today, so that `check` reports only what comes later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

import attrs

from ..files import read
from ..model import ExperimentSpec
from .check import Checked
from .fixes import new_errors
from .rules.experiment import unknown_field
from .suppressions import SUPPRESSIBLE, with_suppressions

__all__ = ["Adopted", "adopted"]


@attrs.frozen
class Adopted:
    """A file with comments, and what `check` reports of it."""

    data: bytes
    checked: Checked
    #: How many problems the new comments suppress.
    added: int = 0


def adopted(data: bytes, check: Callable[[bytes], Checked], env: Mapping[str, str] | None) -> Adopted:
    """The data of a YAML file with comments that suppress what `check` reports of it, as far as comments can.

    All else stays as it is: a comment that would change what the file means, or suppress nothing, is not added. Where
    one would hide how to spell a field that has to be there, none is added for unknown fields.
    """
    checked = check(data)
    for names in (SUPPRESSIBLE, SUPPRESSIBLE - {unknown_field.name}):
        rules: dict[int, list[str]] = {}
        for problem in checked.problems:
            if problem.rule in names and problem.line is not None:
                rules.setdefault(problem.line, []).append(problem.rule)
        if not rules:
            break
        with suppress(UnicodeDecodeError):
            changed = with_suppressions(data.decode(), rules).encode()
            now = check(changed)
            added = now.suppressed - checked.suppressed
            is_same = read(ExperimentSpec, changed, env=env).data == read(ExperimentSpec, data, env=env).data
            if added > 0 and is_same and not new_errors(checked.problems, now.problems):
                return Adopted(changed, now, added)
    return Adopted(data, checked)
