"""How large a document may be."""

from __future__ import annotations

import attrs

__all__ = ["DEFAULT_LIMITS", "MAX_DEPTH", "MAX_SIZE", "MAX_VALUES", "Limits"]

#: Characters, of a file bytes. The largest real spec has 156 thousand.
MAX_SIZE = 10_000_000
#: Levels of nesting. Real specs have 7; a parser that recurses crashes at about 30,000.
MAX_DEPTH = 100
#: Values, with each alias counted as all that it stands for. The largest real spec has about 5,000.
MAX_VALUES = 1_000_000


@attrs.frozen
class Limits:
    """The bounds of one document."""

    size: int = MAX_SIZE
    depth: int = MAX_DEPTH
    values: int = MAX_VALUES


DEFAULT_LIMITS = Limits()
