"""Fixes as reports tell them: the text to write, with places."""

from __future__ import annotations

from ..documents.document import Document
from ..editing.changes import changed
from ..editing.layout import Layout
from ..editing.rewriting import edits_for
from ..fields.paths import EditError
from ..reported_fix import FixEdit, ReportedFix
from .rules.fix import Fix

__all__ = ["reported_fix"]


def reported_fix(fix: Fix, document: Document, *, with_edits: bool, is_json: bool) -> ReportedFix:
    """Return what a report tells about a fix.

    The edits are left out where they would show what must not be shown, or where templates are expanded, so that the
    text that was read is not the one of the file.
    """
    edits = _edits(fix, document, is_json=is_json) if with_edits and document.expansion is None else ()
    return ReportedFix(is_safe=fix.is_safe, edits=edits)


def _edits(fix: Fix, document: Document, *, is_json: bool) -> tuple[FixEdit, ...]:
    root = document.located.root
    if root is None:
        return ()
    try:
        wanted, given = changed(root, fix.changes)
        edits = edits_for(
            Layout(document.text, root, is_json=is_json),
            wanted,
            expands=False,
            keeps_comments=True,
            given={id(value) for value in given},
        )
    except (EditError, LookupError):
        return ()
    if not all(document.may_show(edit.text, given) for edit in edits):
        return ()
    place = document.source.place
    return tuple(
        FixEdit(*place(edit.start), *place(edit.end), edit.text)
        for edit in (edit.without_blanks(document.text) for edit in edits)
    )
