"""What is kept once: collections that a document uses again through aliases, and words that specs have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..problems import Problem, ValidationError

__all__ = ["LONGEST_WORD", "WORDS", "SharedList", "SharedMapping", "trim_words"]

#: Short texts that occur again and again, such as names of environment variables, each by itself: of 828 names in 122
#: real specs, 76 are different. `sys.intern` would keep them for ever in some versions of Python.
WORDS: dict[str, str] = {}
_MOST_WORDS = 4_096
#: Characters that one of them may have.
LONGEST_WORD = 100


def trim_words() -> None:
    """Forget the words if there are many."""
    if len(WORDS) > _MOST_WORDS:
        WORDS.clear()


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
