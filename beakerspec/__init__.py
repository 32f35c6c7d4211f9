"""Load, check, edit and write experiment specs for Beaker, AI2's cluster scheduler."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .converter import get_converter
    from .frozen import FrozenDict, FrozenList
    from .model import (
        Constraints,
        DataMount,
        DataSource,
        EnvVar,
        ExperimentSpec,
        FrozenConstraintsError,
        ImageSource,
        MountMode,
        Priority,
        ResultSpec,
        RetrySpec,
        SpecVersion,
        TaskContext,
        TaskResources,
        TaskSpec,
    )
    from .problems import (
        BeakerSpecError,
        ExperimentSpecError,
        Problem,
        UnknownFieldWarning,
        ValidationError,
    )
    from .quantities import format_duration, parse_duration, parse_size

__version__ = "0.1.0"

__all__ = [
    "BeakerSpecError",
    "Constraints",
    "DataMount",
    "DataSource",
    "EnvVar",
    "ExperimentSpec",
    "ExperimentSpecError",
    "FrozenConstraintsError",
    "FrozenDict",
    "FrozenList",
    "ImageSource",
    "MountMode",
    "Priority",
    "Problem",
    "ResultSpec",
    "RetrySpec",
    "SpecVersion",
    "TaskContext",
    "TaskResources",
    "TaskSpec",
    "UnknownFieldWarning",
    "ValidationError",
    "__version__",
    "format_duration",
    "get_converter",
    "parse_duration",
    "parse_size",
]

#: Where the names come from that are no classes of the model.
_HOMES = {
    "BeakerSpecError": "problems",
    "ExperimentSpecError": "problems",
    "FrozenDict": "frozen",
    "FrozenList": "frozen",
    "Problem": "problems",
    "UnknownFieldWarning": "problems",
    "ValidationError": "problems",
    "format_duration": "quantities",
    "get_converter": "converter",
    "parse_duration": "quantities",
    "parse_size": "quantities",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: a name costs only what it needs."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES.get(name, 'model')}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
