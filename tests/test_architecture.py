"""The package is as its docstring lists it, and its parts import only from parts below them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import beakerspec
from beakerspec import model

PACKAGE = Path(beakerspec.__file__).parent

#: The parts in the order of the docstring, each with `/` or `.py` behind its name.
LISTED = re.findall(r"^ {4}(\w+(?:/|\.py)) ", beakerspec.__doc__ or "", re.MULTILINE)
HEIGHTS = {re.sub(r"/|\.py", "", part): height for height, part in enumerate(reversed(LISTED))}


class Import(NamedTuple):
    """One import of another part of the package."""

    by: str
    of: str
    #: The innermost function that holds it; None at the top of a module.
    function: str | None


def imports() -> Iterator[Import]:
    """Every import of one part of the package by another, those for type checkers only included."""
    for path in PACKAGE.rglob("*.py"):
        package = ["beakerspec", *path.relative_to(PACKAGE).parent.parts]
        by = (*package, path.stem)[1]
        if by != "__init__":  # it stands above all parts
            for node, function in nodes(ast.parse(path.read_bytes())):
                for of in parts_imported(node, package):
                    if of != by:
                        yield Import(by, of, function)


def upward_imports() -> set[Import]:
    """The imports of a part that the docstring does not list below the one that imports it."""
    return {each for each in imports() if HEIGHTS.get(each.of, len(HEIGHTS)) >= HEIGHTS[each.by]}


def nodes(tree: ast.AST, function: str | None = None) -> Iterator[tuple[ast.AST, str | None]]:
    """All nodes below one, each with the innermost function around it."""
    for node in ast.iter_child_nodes(tree):
        yield node, function
        is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        yield from nodes(node, node.name if is_function else function)


def parts_imported(node: ast.AST, package: list[str]) -> Iterator[str]:
    """The parts that a statement imports from. `__version__` is of no part: the package has it."""
    names: list[list[str]] = []
    if isinstance(node, ast.Import):
        names = [alias.name.split(".") for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else []
        base += node.module.split(".") if node.module else []
        names = [[*base, alias.name] for alias in node.names]
    yield from (name[1] for name in names if name[0] == "beakerspec" and name[1:] not in ([], ["__version__"]))


def test_the_docstring_of_the_package_lists_its_parts() -> None:
    packages = [f"{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")]
    modules = [path.name for path in PACKAGE.glob("*.py") if path.name != "__init__.py"]
    assert sorted(LISTED) == sorted(packages + modules), "list each part in the docstring of beakerspec/__init__.py"


def test_a_part_imports_only_from_parts_below_it_but_for_functions_of_the_model() -> None:
    assert {each for each in upward_imports() if each.by != "model" or each.function is None} == set()


def test_the_docstring_of_the_model_lists_the_functions_that_call_parts_above_it() -> None:
    listed = {
        Import("model", part, function)
        for part, functions in re.findall(r"^- `(\w+)`: (.+)$", model.__doc__ or "", re.MULTILINE)
        for function in re.findall(r"`(\w+)`", functions)
    }
    assert listed == {each for each in upward_imports() if each.by == "model"}
