"""The steps that are timed: what each one calls, and with what.

Both sides use this module: the one that runs the benchmark takes the names and titles, the worker in the
contender's environment takes the functions. So it imports nothing but the standard library until a step is
prepared.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["STEPS", "Call", "Inputs", "Step"]

#: A function, and the items that one pass calls it with, one after the other.
Call = tuple[Callable[[Any], Any], Sequence[Any]]


class Inputs:
    """The files of a corpus, as one contender gets them.

    What is kept between two steps is text, which the garbage collector does not look through: a step pays for
    no objects but its own.
    """

    def __init__(self, contender: ModuleType, files: Sequence[str], target: str) -> None:
        #: The contender's functions.
        self.contender: Any = contender
        self.files = files
        #: A file to write to, the same each time.
        self.target = target

    @cached_property
    def _documents(self) -> list[str]:
        from yaml import CSafeLoader, load

        # A date becomes a text: JSON has none.
        return [json.dumps(load(Path(file).read_bytes(), CSafeLoader), default=str) for file in self.files]

    def data(self) -> list[Any]:
        """The files as plain data, new at each call, as a program has them that got JSON."""
        return [json.loads(document) for document in self._documents]

    def specs(self) -> list[Any]:
        """The files as the contender's own objects, new at each call."""
        return [self.contender.from_json(data) for data in self.data()]

    def tasks(self) -> list[Any]:
        """The first task of each spec."""
        return [spec.tasks[0] for spec in self.specs()]

    def names(self) -> list[str]:
        """A name for each file."""
        return [f"task-{number}" for number in range(len(self.files))]


@dataclass(frozen=True)
class Step:
    """Something that a contender does once for each file of the corpus."""

    #: What the JSON calls it, and the function in the contender's module.
    name: str
    #: What the tables call it.
    title: str
    #: The items of one pass.
    items: Callable[[Inputs], Sequence[Any]]
    #: The step that says which files it takes: those that the contender loads so.
    reads: str = "from_json"
    #: How many passes a process measures, each on new objects. Where it is one, each file is seen once only by
    #: each process, so that nothing which a contender remembers of a file can help it.
    passes: int = 3

    def prepare(self, inputs: Inputs) -> Call:
        """Make ready for one pass. This is not timed."""
        function = getattr(inputs.contender, self.name)
        if self.name == "to_file":
            function = partial(_into, function, inputs.target)
        return function, self.items(inputs)


def _into(to_file: Callable[[Any, str], None], target: str, spec: Any) -> None:
    to_file(spec, target)


STEPS = (
    Step("from_file", "`from_file`", lambda inputs: inputs.files, "from_file", passes=1),
    Step("from_json", "`from_json`", Inputs.data, passes=1),
    Step("to_json", "`to_json`", Inputs.specs),
    Step("to_file", "`to_file`", Inputs.specs, passes=1),
    Step("new_task", "a new task from keywords", Inputs.names),
    Step("with_env_var", "`task.with_env_var`", Inputs.tasks),
    Step("with_name", "`task.with_name`", Inputs.tasks),
    Step("with_description", "`with_description`", Inputs.specs),
    Step("validate", "`validate`", Inputs.specs),
    Step("check", "`check`, with its report", lambda inputs: inputs.files, "from_file", passes=1),
)
