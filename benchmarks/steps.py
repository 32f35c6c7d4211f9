"""The steps that are timed: what each one calls, and with what.

Both sides use this module: the one that runs the benchmark takes the names and titles, the worker in the
contender's environment takes the functions. So it imports nothing but the standard library until a step is
prepared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import methodcaller
from pathlib import Path
from typing import Any

__all__ = ["STEPS", "Call", "Inputs", "Step"]

#: A function, and the items that one pass calls it with, one after the other.
Call = tuple[Callable[[Any], Any], Sequence[Any]]


class Inputs:
    """The files of a corpus, as one contender gets them.

    What is kept between two steps is text, which the garbage collector does not look through: a step pays for
    no objects but its own.
    """

    def __init__(self, experiment: Any, files: Sequence[str], target: str) -> None:
        #: The contender's class.
        self.experiment = experiment
        self.files = files
        #: A file to write to, the same each time.
        self.target = target

    @cached_property
    def _documents(self) -> list[str]:
        from yaml import CSafeLoader, load

        return [json.dumps(load(Path(file).read_bytes(), CSafeLoader)) for file in self.files]

    def data(self) -> list[Any]:
        """The files as plain data, new at each call, as a program has them that got JSON."""
        return [json.loads(document) for document in self._documents]

    def specs(self) -> list[Any]:
        """The files as the contender's own objects, new at each call."""
        return [self.experiment.from_json(data) for data in self.data()]

    def tasks(self) -> list[Any]:
        """The first task of each spec."""
        return [spec.tasks[0] for spec in self.specs()]


@dataclass(frozen=True)
class Step:
    """Something that a contender does once for each file of the corpus."""

    #: What the JSON and `Contender.steps` call it.
    name: str
    #: What the tables call it.
    title: str
    #: Makes ready for one pass. This is not timed.
    prepare: Callable[[Inputs], Call]
    #: Whether a worker may do several passes, each on new objects. Without it each file is seen once only by
    #: each process, so that nothing which a contender remembers of a file can help it.
    repeat: bool = True


STEPS = (
    Step("from_file", "`from_file`", lambda inputs: (inputs.experiment.from_file, inputs.files), repeat=False),
    Step("from_json", "`from_json`", lambda inputs: (inputs.experiment.from_json, inputs.data()), repeat=False),
    Step("to_json", "`to_json`", lambda inputs: (methodcaller("to_json"), inputs.specs())),
    Step("to_file", "`to_file`", lambda inputs: (methodcaller("to_file", inputs.target), inputs.specs())),
    Step(
        "with_env_var",
        "`task.with_env_var`",
        lambda inputs: (methodcaller("with_env_var", "BENCHMARK_POINT", value="7"), inputs.tasks()),
    ),
    Step("with_name", "`task.with_name`", lambda inputs: (methodcaller("with_name", "renamed"), inputs.tasks())),
    Step(
        "with_description",
        "`with_description`",
        lambda inputs: (methodcaller("with_description", "described anew"), inputs.specs()),
    ),
)
