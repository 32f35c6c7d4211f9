"""The calls that are compared, by their names, and the methods whose positional parameters are."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from inspect import isfunction
from types import ModuleType

from .calls import editing, errors, files, making, objects, upstream
from .calls.samples import Api, Json

__all__ = ["BEHAVIOURS", "SIGNATURES", "Behaviour", "outcome"]

Behaviour = Callable[[Api], Json]

#: The methods whose positional parameters are compared.
SIGNATURES = [
    *("ExperimentSpec.new", "ExperimentSpec.from_json", "ExperimentSpec.to_json", "ExperimentSpec.from_file"),
    *("ExperimentSpec.to_file", "ExperimentSpec.with_task", "ExperimentSpec.with_description"),
    *("ExperimentSpec.with_retries", "ExperimentSpec.validate"),
    *("TaskSpec.new", "TaskSpec.from_json", "TaskSpec.to_json", "TaskSpec.with_image", "TaskSpec.with_result"),
    *("TaskSpec.with_context", "TaskSpec.with_name", "TaskSpec.with_command", "TaskSpec.with_arguments"),
    *("TaskSpec.with_resources", "TaskSpec.with_dataset", "TaskSpec.with_env_var", "TaskSpec.with_constraint"),
    "DataMount.new",
]


def outcome(behaviour: Behaviour, api: Api) -> Json:
    """``{"returns": value}``, or ``{"raises": name}`` with the nearest class that both libraries have."""
    try:
        return {"returns": behaviour(api)}
    except Exception as error:
        known = {*vars(builtins), "ExperimentSpecError"}
        return {"raises": next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in known)}


def calls_of(module: ModuleType) -> dict[str, Behaviour]:
    """The public functions that a module defines."""
    return {
        name: function
        for name, function in vars(module).items()
        if isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
    }


BEHAVIOURS: dict[str, Behaviour] = {
    name: call
    for module in (making, editing, objects, errors, files, upstream)
    for name, call in calls_of(module).items()
}
