"""What can be fixed in a text, and the text with that fixed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from ..documents.complete_reader import Node
from ..editing.changes import changed
from ..editing.text import change_text
from ..fields.paths import EditError
from ..problems import TOO_MANY, Problem
from .check import Checked, check_data
from .rules.fix import Fix
from .settings import Settings

__all__ = ["Fixed", "fix_text", "new_errors"]

#: Fixes may make others possible. More rounds than these are not needed, and fixes that undo each other end.
_MOST_ROUNDS = 10
#: Nor are more texts tried in each: they single out a dozen fixes among a thousand.
_MOST_TRIES = 200


@attrs.frozen
class Fixed:
    """A text with problems fixed."""

    text: str
    #: The problems that were fixed, as they were found.
    fixed: tuple[Problem, ...]
    #: What is left.
    problems: tuple[Problem, ...]
    #: How many findings comments in the text suppress.
    suppressed: int = 0


def fix_text(
    text: str,
    *,
    is_json: bool = False,
    unsafe: bool = False,
    settings: Settings | None = None,
    file: str | None = None,
    env: Mapping[str, str] | None = None,
    shows_source: bool = False,
) -> Fixed:
    r"""Fix what can be fixed in the text of a spec, and leave every other character as it is.

    Safe fixes leave the meaning of the spec as it is. With `unsafe`, those are made too that may change it, such as
    another name for a field that looks misspelt. A fix that would add an error or lose a comment is not made.

    The text is YAML, or JSON if `is_json`. Only problems that the settings report are fixed; the default settings
    report all.

    >>> print(fix_text("tasks:\n- image: {docker: alpine}\n  resources: {gpuCount: '8'}  # all\n").text, end="")
    tasks:
    - image: {docker: alpine}
      resources: {gpuCount: 8}  # all
    """
    settings = Settings() if settings is None else settings

    def check(text: str) -> Checked:
        return check_data(text, file=file, is_json=is_json, env=env, settings=settings, shows_source=shows_source)

    checked = check(text)
    fixed: list[Problem] = []
    for _ in range(_MOST_ROUNDS):
        wanted = [each for each in checked.fixes if each[1].is_safe or unsafe]
        better = _with_most(text, wanted, checked, check, is_json=is_json)
        if better is None:
            break
        text, checked, problems = better
        fixed += problems
    return Fixed(text, tuple(fixed), checked.problems, checked.suppressed)


def _with_most(
    text: str, fixes: Sequence[tuple[Problem, Fix]], before: Checked, check: Any, *, is_json: bool
) -> tuple[str, Checked, list[Problem]] | None:
    """The text with as many fixes as can be made at once, or None if none can."""
    best: tuple[str, Checked] | None = None
    made: list[tuple[Problem, Fix]] = []
    pending = [fixes] if fixes else []
    for _ in range(_MOST_TRIES):
        if not pending:
            break
        group = pending.pop()
        edited = _edited(text, [fix for _, fix in (*made, *group)], is_json=is_json)
        after = None if edited in (None, text if best is None else best[0]) else check(edited)
        if edited is not None and after is not None and not new_errors(before.problems, after.problems):
            best = edited, after
            made += group
        elif len(group) > 1:  # one of them cannot be made with the others: each half by itself
            middle = len(group) // 2
            pending += group[middle:], group[:middle]
    return None if best is None else (*best, [problem for problem, _ in made])


def _edited(text: str, fixes: Iterable[Fix], *, is_json: bool) -> str | None:
    def change(root: Node) -> tuple[Any, list[Any]]:
        return changed(root, (each for fix in fixes for each in fix.changes))

    try:
        return change_text(text, change, is_json=is_json, keep_comments=True)
    except (EditError, LookupError):
        return None


def new_errors(before: Sequence[Problem], after: Iterable[Problem]) -> list[Problem]:
    """Return the errors of a changed text that its first text does not have.

    Of a text with more problems than are told, they are not known, and none is returned.
    """
    if any(problem.rule == TOO_MANY for problem in before):
        return []
    known = Counter((problem.rule, problem.message) for problem in before)
    added: list[Problem] = []
    for problem in after:
        key = problem.rule, problem.message
        known[key] -= 1
        if known[key] < 0 and problem.severity == "error":
            added.append(problem)
    return added
