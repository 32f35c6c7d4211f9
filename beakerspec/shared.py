"""Collections that a YAML document names with an anchor and uses again through aliases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .problems import ValidationError

__all__ = ["SharedList", "SharedMapping"]


class _Shared:
    """Remembers what a collection was structured into, for each type it serves."""

    __slots__ = ()
    built: dict[Any, Any]

    def once(self, key: Any, build: Callable[[], Any]) -> Any:
        """What `build` gives, or raises, the first time it is asked for that key."""
        if key not in self.built:
            try:
                self.built[key] = build()
            except ValidationError as error:
                self.built[key] = error
        result = self.built[key]
        if isinstance(result, ValidationError):
            raise ValidationError(result.problems) from None
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
