"""Everything about one source: what keeps it from being read, what its spec does not know, what breaks a rule."""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from .converter import unknown_fields
from .files import read
from .limits import MAX_DEPTH, MAX_VALUES
from .model import ExperimentSpec
from .problems import Problem
from .rules import findings

__all__ = ["check_data", "looks_like_a_spec"]

# The one key that every spec has, where the root is a block mapping or a flow mapping (or JSON).
_IN_BLOCK = re.compile(rb"""^(?:\xef\xbb\xbf)?["']?tasks["']?[ \t]*:""", re.MULTILINE)
_IN_FLOW = re.compile(
    rb"""\A(?:\xef\xbb\xbf)?(?:\s*(?:\#.*|---[ \t]*)$)*\s*(?=\{)(?s:.*?)["'\s{,]tasks["']?\s*:""", re.MULTILINE
)


def check_data(
    data: bytes,
    *,
    file: str | None = None,
    is_json: bool = False,
    env: Mapping[str, str] | None = None,
    max_depth: int = MAX_DEPTH,
    max_values: int = MAX_VALUES,
) -> list[Problem]:
    """All problems of a source, placed and in order. An unknown field is an error here."""
    reading = read(
        ExperimentSpec,
        data,
        file=file,
        is_json=is_json,
        env=env,
        max_depth=max_depth,
        max_values=max_values,
    )
    if reading.value is None or reading.document is None:
        return [attrs.evolve(problem, severity="error") for problem in reading.problems]
    found = list(findings(reading.value))
    if reading.has_unknown_fields:
        found += unknown_fields(reading.value)
    return reading.document().problems(found) if found else []


def looks_like_a_spec(data: bytes) -> bool:
    """Whether a file that was not named, only found, is an experiment spec: it has tasks."""
    return _IN_BLOCK.search(data) is not None or _IN_FLOW.match(data) is not None
