"""Collections with an anchor, which a document uses again through aliases: structured once for each type they serve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..problems import Problem, ValidationError

__all__ = ["SharedList", "SharedMapping"]


class _Shared:
    """Remembers what a collection was structured into, for each type it serves."""

    __slots__ = ()
    built: dict[Any, Any]

    def once(self, key: Any, build: Callable[[], Any]) -> Any:
        """What `build` gives, or raises, the first time it is asked for that key.

        The problems that it raises are one for all uses: see `Problem.inner`.
        """
        if key not in self.built:
            try:
                self.built[key] = build()
            except ValidationError as error:
                self.built[key] = Problem(rule="", inner=error.problems)
        result = self.built[key]
        if result.__class__ is Problem:
            raise ValidationError((result,))
        return result


class SharedMapping(dict[Any, Any], _Shared):
    """A mapping with an anchor."""

    __slots__ = ("built",)

    def __init__(self) -> None:
        self.built = {}


class SharedList(list[Any], _Shared):
    """A list with an anchor."""

    __slots__ = ("built",)

    def __init__(self) -> None:
        self.built = {}
