"""How a problem can be fixed, as reports tell it. `problems` imports this when there is a fix: an import costs 2 ms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

__all__ = ["FixEdit", "ReportedFix"]


@attrs.frozen
class FixEdit:
    """Another text for a part of a file. Lines and columns count as those of a `Problem`."""

    line: int
    """The line where the part starts."""
    column: int
    """The column where it starts."""
    end_line: int
    """The line where it ends."""
    end_column: int
    """The column behind its last character; that of its start where the text is inserted."""
    text: str
    """What to write."""


def _edits(edits: Iterable[FixEdit | Mapping[str, Any]]) -> tuple[FixEdit, ...]:
    return tuple(edit if isinstance(edit, FixEdit) else FixEdit(**edit) for edit in edits)


@attrs.frozen(kw_only=True)
class ReportedFix:
    """How a problem can be fixed."""

    is_safe: bool
    """Whether the spec means the same afterwards."""
    edits: tuple[FixEdit, ...] = attrs.field(default=(), converter=_edits)
    """What to write, all at once. Empty where it was not asked for, or must not be shown."""
