"""The state of one call of a converter."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

from ..frozen import MAX_LEVELS
from ..model import SpecPart

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Session", "current_session", "key_of"]


class Session:
    """One call of a converter: its options, and the unknown fields that it has found."""

    __slots__ = ("_token", "is_yaml", "levels", "outer", "shares", "strict", "unknown")

    def __init__(
        self, *, strict: bool = False, shares: bool = False, is_yaml: bool = False, levels: int = MAX_LEVELS
    ) -> None:
        self.strict = strict
        #: Whether all hooks are the library's own, which know `Siblings`.
        self.shares = shares
        #: How deep the value of an unknown field may be nested.
        self.levels = levels
        #: Whether the data is from the YAML reader. Its scalars are equal only where they are the same.
        self.is_yaml = is_yaml
        self.unknown: list[tuple[type[SpecPart], str]] = []

    def __enter__(self) -> Self:
        #: The outer call, if a hook of the caller makes this one.
        self.outer = _current.get()
        self._token = _current.set(self)
        return self

    def __exit__(self, *failure: object) -> None:
        _current.reset(self._token)


_current: ContextVar[Session | None] = ContextVar("beakerspec_session", default=None)


def key_of(cls: type[SpecPart]) -> tuple[type[SpecPart], bool]:
    """Return the key of what a value with an anchor was made into: a strict call may refuse what another one keeps."""
    current = _current.get()
    return cls, current is not None and current.strict


def current_session() -> Session | None:
    """Return the call that a hook is part of, if a converter of beakerspec made it."""
    return _current.get()
