"""Docstrings read from the source: Python keeps none for fields, and none at all under ``-OO``.

The source of a module is parsed once, when one of its docstrings is first needed.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

__all__ = ["attribute_docs", "docstring_of"]


class _Docs(NamedTuple):
    """The docstring of a class or a function, and those of a class's attributes."""

    own: str
    attributes: dict[str, str]


_NONE = _Docs("", {})


def attribute_docs(cls: type[Any]) -> dict[str, str]:
    """The docstrings below the attributes of a class, inherited ones included, by the attributes' names.

    Fields and members of enums are attributes too. Those without a docstring are left out, and so are those of Python's
    own classes. Where there is no source, as in a distribution of compiled modules only, the result is empty.
    """
    docs: dict[str, str] = {}
    for each in reversed([each for each in cls.__mro__ if each.__module__ not in sys.stdlib_module_names]):
        docs |= _docs_in(each.__module__).get(each.__qualname__, _NONE).attributes
    return docs


def docstring_of(definition: type[Any] | Callable[..., Any]) -> str:
    """The docstring of a class or a function without its indentation, under ``-OO`` too.

    Empty where it has none, and where Python has dropped it and there is no source.
    """
    if definition.__doc__ is None:
        return _docs_in(definition.__module__).get(definition.__qualname__, _NONE).own
    return inspect.cleandoc(definition.__doc__)


@cache
def _docs_in(module: str) -> dict[str, _Docs]:
    """What a module's source documents, by qualified names such as ``TaskSpec`` or ``TaskSpec.new``."""
    try:
        source = inspect.getsource(sys.modules[module])
    except (KeyError, OSError, TypeError):  # not imported, only compiled, or built in
        return {}
    return dict(_definitions(ast.parse(source).body, ""))


def _definitions(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, _Docs]]:
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            name = prefix + statement.name
            yield name, _Docs(ast.get_docstring(statement) or "", dict(_attributes(statement.body)))
            yield from _definitions(statement.body, f"{name}.")
        elif isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            name = prefix + statement.name
            yield name, _Docs(ast.get_docstring(statement) or "", {})
            yield from _definitions(statement.body, f"{name}.<locals>.")


def _attributes(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for statement, below in pairwise(body):
        match statement, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, inspect.cleandoc(text)
            case _:
                pass
