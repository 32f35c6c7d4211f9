"""How PyYAML's dumpers write values of beakerspec: an immutable list as a list, a priority as its text.

PyYAML looks a type up in tables of its dumpers. To fill these, it has to be imported, which `import beakerspec` does
not do: where PyYAML is not yet imported, the tables are filled at the end of its import.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__all__ = ["dump_as"]

_MODULE = "yaml.representer"

_plain_values: dict[type[Any], Callable[[Any], Any]] = {}


def dump_as(cls: type[Any], plain: Callable[[Any], Any]) -> None:
    """Have PyYAML's dumpers write instances of a class and its subclasses as the value that `plain` makes of them."""
    _plain_values[cls] = plain
    module = sys.modules.get(_MODULE)
    if module is not None:
        _register(module, cls)
    elif _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)


def _register(module: ModuleType, cls: type[Any]) -> None:
    plain = _plain_values[cls]

    def represent(dumper: Any, value: Any) -> Any:
        return dumper.represent_data(plain(value))

    pending = [module.SafeRepresenter]
    while pending:
        dumper = pending.pop()
        pending += dumper.__subclasses__()
        # A dumper that was given a representer of its own no longer looks into the table of its base.
        if dumper is module.SafeRepresenter or "yaml_multi_representers" in vars(dumper):
            dumper.add_multi_representer(cls, represent)


class _Finder:
    """Finds PyYAML's module of representers as the others do, and fills its tables once it is imported."""

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _MODULE:
            return None
        sys.meta_path.remove(cls)
        from importlib.util import find_spec

        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_register(module: ModuleType) -> None:
                execute(module)
                for each in _plain_values:
                    _register(module, each)

            spec.loader.exec_module = execute_and_register  # type: ignore[method-assign]
        return spec
