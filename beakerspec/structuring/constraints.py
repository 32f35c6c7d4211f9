"""Constraints to and from plain data, including those without a field."""

from __future__ import annotations

from typing import Any

from ..fields.converters import list_of_ascii
from ..frozen import to_plain
from ..model import NO_EXTRAS, Constraints, checked_constraints, constraint_extras
from .generated import draft_of
from .mistakes import other_than_dict
from .session import Session, current_session

__all__ = ["structure_constraints", "unstructure_constraints"]


def structure_constraints(data: Any, _: Any = None) -> Constraints:
    """Make constraints from plain data. Those without a field keep their name and value."""
    if data.__class__ is not dict:
        return other_than_dict(Constraints, structure_constraints, "cluster: [NAME]")(data)  # type: ignore[no-any-return]
    draft = draft_of(Constraints)()
    cluster = list_of_ascii(data["cluster"]) if len(data) == 1 and "cluster" in data else None
    if cluster is not None:  # as nearly all are
        draft.cluster, draft.hostname, draft._extras = cluster, None, NO_EXTRAS
    else:
        values = checked_constraints(data, levels=(current_session() or Session()).levels)
        draft.cluster, draft.hostname, draft._extras = values.values()
    draft.__class__ = Constraints
    return draft  # type: ignore[no-any-return]


def unstructure_constraints(constraints: Constraints, *, for_yaml: bool = False) -> dict[str, Any]:
    """Make plain data from constraints."""
    out: dict[str, Any] = {}
    if constraints.cluster is not None:
        out["cluster"] = list(constraints.cluster)
    if constraints.hostname is not None:
        out["hostname"] = list(constraints.hostname)
    extras = constraint_extras(constraints)
    if extras:
        out.update(to_plain(extras, marked=for_yaml))
    return out
