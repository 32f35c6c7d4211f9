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

_MODULES = {
    "converter": ("get_converter",),
    "frozen": ("FrozenDict", "FrozenList"),
    "model": (
        "Constraints",
        "DataMount",
        "DataSource",
        "EnvVar",
        "ExperimentSpec",
        "FrozenConstraintsError",
        "ImageSource",
        "MountMode",
        "Priority",
        "ResultSpec",
        "RetrySpec",
        "SpecVersion",
        "TaskContext",
        "TaskResources",
        "TaskSpec",
    ),
    "problems": ("BeakerSpecError", "ExperimentSpecError", "Problem", "UnknownFieldWarning", "ValidationError"),
    "quantities": ("format_duration", "parse_duration", "parse_size"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [  # noqa: PLE0604
    "__version__",
    *sorted(_HOMES),
]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: a name costs only what it needs."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
