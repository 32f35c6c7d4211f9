"""The performance budget: how much faster or smaller beakerspec has to be, and wants to be."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CHECKED", "FLAT_WITHIN", "GOALS", "TAKEN_FAST", "Goal"]


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
    #: The ratio is the other way round, and bounded from above.
    is_most: bool = False


GOALS = (
    Goal("from_file", "beaker-py-1", 30, 45),
    Goal("from_file", "beaker-py-2", 30, 45),
    Goal("from_file", "pyyaml", 3.3, 4.5),
    Goal("from_file", "libyaml", 4.0, 3.2, is_most=True),
    Goal("from_json", "beaker-py-1", 3.8, 5),
    Goal("to_json", "beaker-py-1", 12, 18),
    Goal("to_file", "beaker-py-1", 8, 11),
    Goal("with_env_var", "beaker-py-1", 5, 10),
    Goal("with_name", "beaker-py-1", 5, 10),
    Goal("with_description", "beaker-py-1", 5, 10),
    Goal("new_task", "beaker-py-1", 1.8, 2.5),
    Goal("import", "beaker-py-1", 6, 9),
    Goal("memory", "beaker-py-1", 5.5, 7),
    Goal("bulk", "alone", 1.6, 1.9, of="mapped"),
)

#: The share of the files that the fast reader takes: what must hold, and what is wanted.
TAKEN_FAST = (0.98, 0.995)

#: Real files that one process checks in a second, reports included: what must hold, and what is wanted.
CHECKED = (900, 2000)

#: From a thousand files up, the time for a file and the peak memory grow by this share at most.
FLAT_WITHIN = 0.1
