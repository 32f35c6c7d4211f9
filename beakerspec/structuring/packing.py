"""Values as bytes for another process: pickled, the parts of specs in half the time that attrs' own way takes."""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Callable, Sequence
from typing import Any

import attrs

from .. import model
from ..frozen import FrozenList

__all__ = ["packed"]

_TEMPLATE = """
def {build}({names}):
    draft = Draft()
    {assignments}
    draft.__class__ = cls
    return draft

def reduce(value):
    return {build}, ({values},)
"""


def packed(values: Sequence[Any]) -> bytes:
    """What `pickle.loads` makes these values of again. What they share, they share then too."""
    buffer = io.BytesIO()
    pickler = pickle.Pickler(buffer, protocol=5)
    pickler.dispatch_table = copyreg.dispatch_table | _REDUCERS
    pickler.dump(values)
    return buffer.getvalue()


def _reducer(cls: type[Any]) -> Callable[[Any], Any]:
    """How a part of a spec is pickled: as a call with its fields, which are taken as they are.

    The function that is called is generated for the class, and stands in this module, where pickle looks for it.
    """
    names = [field.name for field in attrs.fields(cls)]
    build = f"build_{cls.__name__}"
    source = _TEMPLATE.format(
        build=build,
        names=", ".join(names),
        assignments="\n    ".join(f"draft.{name} = {name}" for name in names),
        values=", ".join(f"value.{name}" for name in names),
    )
    namespace: dict[str, Any] = {"__name__": __name__, "Draft": model.plan_of(cls).draft, "cls": cls}
    exec(source, namespace)
    globals()[build] = namespace[build]
    return namespace["reduce"]  # type: ignore[no-any-return]


_PARTS: list[type[Any]] = [cls for cls in (getattr(model, name) for name in model.__all__) if attrs.has(cls)]
_REDUCERS: dict[type[Any], Callable[[Any], Any]] = {
    **{cls: _reducer(cls) for cls in _PARTS},
    FrozenList: lambda value: (FrozenList, (tuple(value),)),
}
