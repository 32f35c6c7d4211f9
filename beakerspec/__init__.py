"""Load, check, edit and write experiment specs for Beaker, AI2's cluster scheduler.

The public names are those in `__all__`. The parts of the package, where each imports only from parts below it:

    __main__.py    `python -m beakerspec`
    move.py        programs from beaker-py's classes to these: `python -m beakerspec.move`
    cli/           the command line: one module for each command, and one for each format of a report
    clients.py     specs into and out of beaker-py's clients, where one is installed
    bulk/          many sources to results: what a source holds, and the processes that share the work
    checking/      all problems of one source, the settings, the comments that suppress a rule, specs inside other
                   files, and `rules/`
    editing/       texts of specs with other values, every other character as it is
    schema.py      the JSON Schema, derived from the fields and docstrings of the model
    files.py       specs from text and files, and back
    structuring/   plain data to specs and back: the cattrs converter with all its hooks, and all generated code
    documents/     text to plain data: a fast reader for ordinary files, a complete one that knows the place of
                   everything, Go templates, the writer, and what a report may show
    model.py       the frozen attrs classes; its docstring lists the functions that call a part above it
    fields/        the values of fields: converters, validators, durations and sizes, names, paths
    frozen.py      immutable lists and mappings
    problems.py    `Problem`, the exceptions, and how a problem is put into words
    reported_fix.py  how a problem can be fixed, as reports tell it
    scalars.py     unquoted YAML scalars: which of them are numbers, booleans or null
    limits.py      how large a document may be
    dumping.py     what PyYAML's own dumpers write for values of the model
    docstrings.py  the docstrings of fields and rules, read from the source
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bulk import Loaded, Mapped, Origin, load_many, map_specs
    from .checking.check import check
    from .checking.fixes import Fixed, fix_text
    from .checking.settings import Settings as Settings
    from .checking.settings import SettingsError
    from .checking.site import Cluster as Cluster
    from .checking.site import Site as Site
    from .editing import edit_text
    from .fields.paths import EditError
    from .fields.quantities import format_duration, parse_duration, parse_size
    from .frozen import FrozenDict, FrozenList
    from .model import (
        CommandItem,
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
    from .problems import BeakerSpecError, ExperimentSpecError, Problem, UnknownFieldWarning, ValidationError
    from .schema import json_schema
    from .structuring.converter import get_converter

__version__ = "0.1.0"

__all__ = [
    "BeakerSpecError",
    "CommandItem",
    "Constraints",
    "DataMount",
    "DataSource",
    "EditError",
    "EnvVar",
    "ExperimentSpec",
    "ExperimentSpecError",
    "Fixed",
    "FrozenConstraintsError",
    "FrozenDict",
    "FrozenList",
    "ImageSource",
    "Loaded",
    "Mapped",
    "MountMode",
    "Origin",
    "Priority",
    "Problem",
    "ResultSpec",
    "RetrySpec",
    "SettingsError",
    "SpecVersion",
    "TaskContext",
    "TaskResources",
    "TaskSpec",
    "UnknownFieldWarning",
    "ValidationError",
    "__version__",
    "check",
    "edit_text",
    "fix_text",
    "format_duration",
    "get_converter",
    "json_schema",
    "load_many",
    "map_specs",
    "parse_duration",
    "parse_size",
]

#: Where the names come from that are no classes of the model.
_HOMES = {
    "BeakerSpecError": "problems",
    "Cluster": "checking.site",
    "EditError": "fields.paths",
    "ExperimentSpecError": "problems",
    "Fixed": "checking.fixes",
    "FrozenDict": "frozen",
    "FrozenList": "frozen",
    "Loaded": "bulk",
    "Mapped": "bulk",
    "Origin": "bulk",
    "Problem": "problems",
    "Settings": "checking.settings",
    "SettingsError": "checking.settings",
    "Site": "checking.site",
    "UnknownFieldWarning": "problems",
    "ValidationError": "problems",
    "check": "checking.check",
    "edit_text": "editing",
    "fix_text": "checking.fixes",
    "format_duration": "fields.quantities",
    "get_converter": "structuring.converter",
    "json_schema": "schema",
    "load_many": "bulk",
    "map_specs": "bulk",
    "parse_duration": "fields.quantities",
    "parse_size": "fields.quantities",
}


if not TYPE_CHECKING:  # a type checker knows each name by its import, and says that there is no other

    def __getattr__(name: str) -> Any:
        """Import what is asked for when it is asked for: a name costs only what it needs."""
        if name not in __all__ and name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{_HOMES.get(name, 'model')}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
