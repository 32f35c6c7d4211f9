"""The performance budget: how much faster or smaller beakerspec has to be, and wants to be."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FLAT_WITHIN", "GOALS", "Goal"]


@dataclass(frozen=True)
class Goal:
    """A ratio: what `against` takes, over what `of` takes."""

    measure: str
    #: A contender or, of the measure ``bulk``, a way.
    against: str
    #: What must hold.
    floor: float
    #: What is wanted.
    aim: float
    of: str = "beakerspec"


GOALS = (
    Goal("from_file", "beaker-py-1", 18, 25),
    Goal("from_file", "beaker-py-2", 18, 25),
    Goal("from_file", "pyyaml", 2.5, 4),
    Goal("from_json", "beaker-py-1", 3.5, 5),
    Goal("to_json", "beaker-py-1", 10, 14),
    Goal("to_file", "beaker-py-1", 6, 10),
    Goal("with_env_var", "beaker-py-1", 5, 10),
    Goal("with_name", "beaker-py-1", 5, 10),
    Goal("with_description", "beaker-py-1", 5, 10),
    Goal("import", "beaker-py-1", 6, 9),
    Goal("memory", "beaker-py-1", 5, 7),
    Goal("bulk", "alone", 1.6, 1.9, of="processes"),
)

#: From a thousand files up, the time for a file and the peak memory grow by this share at most.
FLAT_WITHIN = 0.1
