"""Move a program from beaker-py's classes for specs to beakerspec: ``python -m beakerspec.move FILE ...``.

It rewrites imports, the calls that submit and fetch a spec, and assignments in place where a local variable is known to
be a spec or a part of one, and nothing else holds its value. Whatever else has to change is listed with its line and
what to write.
Needs LibCST: ``pip install beakerspec[move]``.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from typing import Any

import attrs

try:
    import libcst as cst
    from libcst import matchers as m
    from libcst.helpers import parse_template_expression
    from libcst.metadata import MetadataWrapper, PositionProvider
except ImportError:
    if __name__ != "__main__":
        raise
    print('beakerspec.move requires LibCST: pip install "beakerspec[move]"', file=sys.stderr)
    sys.exit(2)

from . import model
from .cli.streams import exit_code_of
from .files import replace_file
from .model import SpecPart, parts_of
from .problems import printable_text

__all__ = ["Moved", "main", "moved"]

_CLASSES: dict[str, type[SpecPart]] = {
    name: value
    for name in model.__all__
    if isinstance(value := getattr(model, name), type) and issubclass(value, SpecPart) and value is not SpecPart
}
#: The names that a program imports from beaker-py and finds in beakerspec, with their names there.
_NAMES = {
    **{name: name for name in (*_CLASSES, "Priority", "SpecVersion")},
    **{f"Beaker{name}": name for name in (*_CLASSES, "SpecVersion", "MountMode")},
}
_MODULES = {"beaker", "beaker.types", "beaker.data_model", "beaker.data_model.experiment_spec"}
_MAKERS = {"new", "from_json", "from_file"}
_PYDANTIC = {"copy", "dict", "json", "model_copy", "model_dump", "model_dump_json", "parse_obj", "model_validate"}
_LIST_METHODS = {"append", "extend", "insert", "remove", "pop", "sort", "clear"}
_ITERATORS = {"enumerate", "list", "reversed", "sorted", "tuple"}
_PRIORITY = "Priority of beakerspec takes its place: its members are texts"
_DESCRIPTION = """\
Move programs from beaker-py's classes for specs to beakerspec: rewrite imports,
the calls that submit and fetch a spec, and assignments to specs where that is
safe, and list the lines that are left to change, each with what to write.
"""
_EVOLVE = "specs are frozen: build the changed copy with attrs.evolve or a with_... method, and use what it returns"


@attrs.frozen
class Moved:
    """What became of a program."""

    code: str
    """The code, rewritten where that can be done."""
    rewritten: tuple[int, ...]
    """The lines of the old code that were rewritten."""
    left: tuple[tuple[int, str], ...]
    """The lines of the old code that are left to the reader, with what to do about each."""


def moved(code: str) -> Moved:
    """Move the code of a program. Raises `libcst.ParserSyntaxError` if it is no Python."""
    mover = _Mover()
    module = MetadataWrapper(cst.parse_module(code)).visit(mover)
    return Moved(module.code, tuple(sorted({*mover.rewritten})), tuple(sorted({*mover.left})))


def _dotted(node: cst.CSTNode | None) -> str:
    """The name or the dotted name of a node, or an empty text."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute) and (before := _dotted(node.value)):
        return f"{before}.{node.attr.value}"
    return ""


def _ends_with_verb(call: cst.Call) -> bool:
    return isinstance(call.func, cst.Attribute) and call.func.attr.value.startswith("with_")


def _expression(code: str, **parts: cst.BaseExpression) -> Any:
    return parse_template_expression(code, cst.PartialParserConfig(), **parts)


class _Mover(cst.CSTTransformer):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.rewritten: list[int] = []
        self.left: list[tuple[int, str]] = []
        #: What has to be imported in addition.
        self.needed: set[str] = set()
        #: The classes by the names that the program gives them.
        self.classes: dict[str, type[SpecPart]] = {}
        #: The modules of beaker-py by the names that the program gives them.
        self.modules: set[str] = set()
        #: For each scope, the variables that are specs or parts of one, and whether anything else holds their value: a
        #: change in place would be seen there, and a changed copy is not.
        self.scopes: list[dict[str, tuple[type[SpecPart], bool]]] = [{}]
        self.owners: set[cst.CSTNode] = set()
        #: What the functions of the program say that they return, or else the calls whose values they return.
        self.returns: dict[str, list[cst.BaseExpression]] = {}

    def visit_Module(self, node: cst.Module) -> None:
        for function in m.findall(node, m.FunctionDef()):
            assert isinstance(function, cst.FunctionDef)
            if function.returns is not None:
                self.returns[function.name.value] = [function.returns.annotation]
                continue
            values = [each.value for each in m.findall(function, m.Return()) if isinstance(each, cst.Return)]
            if calls := [value.func for value in values if isinstance(value, cst.Call)]:
                self.returns[function.name.value] = calls if len(calls) == len(values) else []

    def _line(self, node: cst.CSTNode) -> int:
        place: Any = self.get_metadata(PositionProvider, node)
        return int(place.start.line)

    def _leave(self, node: cst.CSTNode, advice: str) -> None:
        self.left.append((self._line(node), advice))

    # Names

    def leave_ImportFrom(
        self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom
    ) -> cst.ImportFrom | cst.FlattenSentinel[cst.BaseSmallStatement]:
        if original_node.relative or _dotted(original_node.module).partition(".")[0] != "beaker":
            self._leave_reexports(original_node)
            return updated_node
        if isinstance(original_node.names, cst.ImportStar):
            self._leave(original_node, "import the names of specs from beakerspec, one by one")
            return updated_node
        ours: list[cst.ImportAlias] = []
        theirs: list[cst.ImportAlias] = []
        for alias in original_node.names:
            name = alias.evaluated_name
            if name not in _NAMES:
                theirs.append(alias)
                if name == "BeakerJobPriority":
                    self._leave(original_node, _PRIORITY)
                continue
            local = alias.evaluated_alias or name
            if _NAMES[name] in _CLASSES:
                self.classes[local] = _CLASSES[_NAMES[name]]
            as_name = None if local == _NAMES[name] else cst.AsName(cst.Name(local))
            ours.append(cst.ImportAlias(cst.Name(_NAMES[name]), as_name))
        if not ours:
            return updated_node
        self.rewritten.append(self._line(original_node))
        moved = cst.ImportFrom(cst.Name("beakerspec"), ours)
        if not theirs:
            return updated_node.with_changes(module=cst.Name("beakerspec"), names=ours, lpar=None, rpar=None)
        theirs[-1] = theirs[-1].with_changes(comma=original_node.names[-1].comma)
        return cst.FlattenSentinel([updated_node.with_changes(names=theirs), moved])

    def _leave_reexports(self, node: cst.ImportFrom) -> None:
        """Know the specs that another module hands on, whose names nothing else has."""
        if _dotted(node.module) == "beakerspec" or isinstance(node.names, cst.ImportStar):
            return
        for alias in node.names:
            name = alias.evaluated_name
            if name.removeprefix("Beaker") in ("ExperimentSpec", "TaskSpec"):
                self.classes[alias.evaluated_alias or name] = _CLASSES[_NAMES[name]]
                self._leave(node, f"if this {name} is that of beaker-py, move the module that it comes from, too")

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
        if len(original_node.body) == 1 and len(updated_node.body) == 2:  # an import that became two
            first, second = updated_node.body
            return cst.FlattenSentinel([updated_node.with_changes(body=[first]), cst.SimpleStatementLine([second])])
        return updated_node

    def visit_Import(self, node: cst.Import) -> None:
        for alias in node.names:
            if alias.evaluated_name in _MODULES:
                self.modules.add(alias.evaluated_alias or alias.evaluated_name)

    def leave_Attribute(self, original_node: cst.Attribute, updated_node: cst.Attribute) -> cst.BaseExpression:
        if _dotted(original_node.value) in self.modules and original_node.attr.value == "BeakerJobPriority":
            self._leave(original_node, _PRIORITY)
        if _dotted(original_node.value) in self.modules and original_node.attr.value in _NAMES:
            self.rewritten.append(self._line(original_node))
            self.needed.add("beakerspec")
            return updated_node.with_changes(
                value=cst.Name("beakerspec"), attr=cst.Name(_NAMES[original_node.attr.value])
            )
        return updated_node

    # What a variable holds

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.owners.add(node.value)

    def visit_Name(self, node: cst.Name) -> None:
        if node not in self.owners and node.value in self.scopes[-1]:
            self.scopes[-1][node.value] = self.scopes[-1][node.value][0], True

    def _class_named(self, node: cst.CSTNode | None) -> type[SpecPart] | None:
        name = _dotted(node)
        module, _, last = name.rpartition(".")
        return _CLASSES.get(_NAMES.get(last, "")) if module in self.modules else self.classes.get(name)

    def _class_of(self, node: cst.CSTNode) -> type[SpecPart] | None:
        """The class of an expression, as far as it is known."""
        if isinstance(node, cst.Name):
            return self.scopes[-1].get(node.value, (None, False))[0]
        if isinstance(node, cst.Attribute):
            owner = self._class_of(node.value)
            part, is_list = parts_of(owner).get(node.attr.value, (None, False)) if owner else (None, False)
            return None if is_list else part
        if isinstance(node, cst.Subscript):
            return self._class_of_items(node.value)
        if isinstance(node, cst.Call):
            if (named := self._class_named(node.func)) is not None:
                return named
            if (made := self._class_made_by(node.func)) is not None:
                return made
            if isinstance(node.func, cst.Attribute):
                if node.func.attr.value.startswith("with_"):
                    return self._class_of(node.func.value)
                if node.func.attr.value == "pop":
                    return self._class_of_items(node.func.value)
            name = node.func.attr.value if isinstance(node.func, cst.Attribute) else _dotted(node.func)
            if name == "deepcopy" and len(node.args) == 1:
                return self._class_of(node.args[0].value)
            returned = {self._class_named(each) or self._class_made_by(each) for each in self.returns.get(name, ())}
            return returned.pop() if len(returned) == 1 else None
        return None

    def _class_made_by(self, function: cst.CSTNode) -> type[SpecPart] | None:
        """The class whose ``new``, ``from_json`` or ``from_file`` a function is."""
        if isinstance(function, cst.Attribute) and function.attr.value in _MAKERS:
            return self._class_named(function.value)
        return None

    def _class_of_items(self, node: cst.CSTNode) -> type[SpecPart] | None:
        """The class of the items of a list of a spec."""
        owner = self._class_of(node.value) if isinstance(node, cst.Attribute) else None
        if owner is None or not isinstance(node, cst.Attribute):
            return None
        part, is_list = parts_of(owner).get(node.attr.value, (None, False))
        return part if is_list else None

    def _is_new(self, node: cst.CSTNode) -> bool:
        """Whether nothing else holds the value of an expression whose class is known."""
        name = _dotted(node.func).rpartition(".")[2] if isinstance(node, cst.Call) else ""
        is_made = isinstance(node, cst.Call) and self._class_named(node.func) is not None
        return is_made or name in {*_MAKERS, "deepcopy"} or (isinstance(node, cst.Call) and _ends_with_verb(node))

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.scopes.append({})
        for parameter in (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params):
            annotation = None if parameter.annotation is None else self._class_named(parameter.annotation.annotation)
            if annotation is not None:
                self.scopes[-1][parameter.name.value] = annotation, True

    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        self.scopes.pop()
        return updated_node

    def visit_For(self, node: cst.For) -> None:
        items: cst.BaseExpression = node.iter
        target: cst.BaseExpression = node.target
        while isinstance(items, cst.Call) and _dotted(items.func) in _ITERATORS and items.args:
            if _dotted(items.func) == "enumerate" and isinstance(target, cst.Tuple) and len(target.elements) == 2:
                target = target.elements[1].value
            items = items.args[0].value
        part = self._class_of_items(items)
        if isinstance(target, cst.Name) and part is not None:
            self.scopes[-1][target.value] = part, True  # its list holds the old value

    # Changes in place

    def _changed(self, place: cst.BaseExpression, value: cst.BaseExpression) -> tuple[str, cst.BaseExpression] | None:
        """The variable, and the expression for its changed copy, for an assignment to a field of it or of a part."""
        while isinstance(place, (cst.Attribute, cst.Subscript)):
            if isinstance(place, cst.Subscript):
                index = place.slice[0].slice
                if not isinstance(index, cst.Index) or not isinstance(index.value, cst.Integer):
                    return None
                number = index.value.evaluated_value
                before = f"*{{items}}[:{number}], " if number else ""
                code = f"[{before}{{value}}, *{{items}}[{number + 1}:]]"
                value = _expression(code, items=place.value, value=value)
            elif self._class_of(place.value) is None:
                return None
            else:
                code = f"attrs.evolve({{owner}}, {place.attr.value}={{value}})"
                value = _expression(code, owner=place.value, value=value)
            place = place.value
        if not isinstance(place, cst.Name):
            return None
        known, is_shared = self.scopes[-1].get(place.value, (None, True))
        return None if known is None or is_shared else (place.value, value)

    def _share(self, part: cst.CSTNode) -> None:
        """Know that something else holds a part of a variable."""
        while isinstance(part, (cst.Attribute, cst.Subscript)):
            part = part.value
        if isinstance(part, cst.Name) and part.value in self.scopes[-1]:
            self.scopes[-1][part.value] = self.scopes[-1][part.value][0], True

    def _root(self, node: cst.CSTNode) -> type[SpecPart] | None:
        """The class of the variable that a chain of attributes, items and calls starts from."""
        while isinstance(node, (cst.Attribute, cst.Subscript)):
            node = node.value
        return self._class_of(node)

    def leave_Assign(self, original_node: cst.Assign, updated_node: cst.Assign) -> cst.Assign:
        target = original_node.targets[0].target
        known = self._class_of(original_node.value)
        if isinstance(target, cst.Name):
            self.scopes[-1].pop(target.value, None)
            if known is not None:
                self._share(original_node.value)
                self.scopes[-1][target.value] = known, not self._is_new(original_node.value)
            call = original_node.value
            if isinstance(call, cst.Call) and self._changes_a_list(call):
                self._leave(original_node, _EVOLVE)
            return updated_node
        if not isinstance(target, (cst.Attribute, cst.Subscript)) or self._root(target) is None:
            return updated_node
        change = None
        if isinstance(target, cst.Attribute) and len(original_node.targets) == 1:
            change = self._changed(target, updated_node.value)
        elif isinstance(target, cst.Subscript) and self._class_of(target.value) is model.Constraints:
            index = target.slice[0].slice
            key = (
                index.value.evaluated_value
                if (isinstance(index, cst.Index) and isinstance(index.value, cst.SimpleString))
                else None
            )
            if isinstance(key, str) and key.isidentifier():
                change = self._changed(cst.Attribute(target.value, cst.Name(key)), updated_node.value)
        if change is None:
            self._leave(original_node, _EVOLVE)
            return updated_node
        return self._rewrite(original_node, change)

    def _rewrite(self, node: cst.CSTNode, change: tuple[str, cst.BaseExpression]) -> cst.Assign:
        name, value = change
        self.rewritten.append(self._line(node))
        self.needed.add("attrs")
        return cst.Assign([cst.AssignTarget(cst.Name(name))], value)

    def leave_AugAssign(self, original_node: cst.AugAssign, updated_node: cst.AugAssign) -> cst.AugAssign:
        target = original_node.target
        if isinstance(target, (cst.Attribute, cst.Subscript)) and self._root(target) is not None:
            self._leave(original_node, _EVOLVE)
        return updated_node

    def _changes_a_list(self, call: cst.Call) -> bool:
        if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in _LIST_METHODS:
            return False
        return isinstance(call.func.value, cst.Attribute) and self._root(call.func.value) is not None

    def leave_Expr(self, original_node: cst.Expr, updated_node: cst.Expr) -> cst.BaseSmallStatement:
        call = original_node.value
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
            return updated_node
        place, method = call.func.value, call.func.attr.value
        if not self._changes_a_list(call):
            return updated_node
        assert isinstance(updated_node.value, cst.Call)
        if method in ("append", "extend") and len(call.args) == 1:
            star = "*" if method == "extend" else ""
            items = _expression(f"[*({{old}} or ()), {star}{{new}}]", old=place, new=updated_node.value.args[0].value)
            change = self._changed(place, items)
            if change is not None:
                return self._rewrite(original_node, change)
        self._leave(original_node, _EVOLVE)
        return updated_node

    # Calls

    def leave_Call(self, original_node: cst.Call, updated_node: cst.Call) -> cst.BaseExpression:
        function = original_node.func
        arguments = updated_node.args
        if self._class_named(function) is not None and len(arguments) == 1 and arguments[0].star == "**":
            self.rewritten.append(self._line(original_node))
            return updated_node.with_changes(
                func=cst.Attribute(updated_node.func, cst.Name("from_json")), args=[cst.Arg(arguments[0].value)]
            )
        if not isinstance(function, cst.Attribute):
            return updated_node
        method = function.attr.value
        if method in _PYDANTIC and self._class_of(function.value) is not None:
            self._leave(original_node, f"there is no {method}(): use to_json, from_json or attrs.evolve")
        if not _dotted(function.value).endswith(".experiment") or not isinstance(updated_node.func, cst.Attribute):
            return updated_node
        experiments = updated_node.func.value
        assert isinstance(experiments, cst.Attribute)
        if method in ("spec", "get_spec") and len(arguments) == 1:
            return self._call(original_node, "fetch", [cst.Arg(experiments.value), *arguments])
        if method == "create":
            specs = [
                index
                for index, argument in enumerate(original_node.args)
                if (argument.keyword is not None and argument.keyword.value == "spec")
                or self._class_of(argument.value) is model.ExperimentSpec
            ]
            positional = [index for index, argument in enumerate(arguments) if argument.keyword is None]
            if len(specs) == 1 and len(positional) <= 2 and not any(argument.star for argument in arguments):
                others = [index for index in range(len(arguments)) if index not in specs]
                named = [
                    arguments[index]
                    if index not in positional
                    else arguments[index].with_changes(
                        keyword=cst.Name("name"),
                        equal=cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace("")),
                    )
                    for index in others
                ]
                return self._call(
                    original_node, "create", [cst.Arg(experiments.value), cst.Arg(arguments[specs[0]].value), *named]
                )
            self._leave(
                original_node, "beakerspec.clients.create(client, spec, name=..., workspace=...) submits a spec"
            )
        return updated_node

    def _call(self, node: cst.CSTNode, name: str, arguments: Sequence[cst.Arg]) -> cst.Call:
        self.rewritten.append(self._line(node))
        self.needed.add("beakerspec.clients")
        *first, last = arguments
        return cst.Call(
            cst.parse_expression(f"beakerspec.clients.{name}"),
            [*first, last.with_changes(comma=cst.MaybeSentinel.DEFAULT)],
        )

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:
        body = list(updated_node.body)
        place = 0
        for index, statement in enumerate(body):
            if not isinstance(statement, cst.SimpleStatementLine):
                break
            first = statement.body[0]
            is_docstring = index == 0 and isinstance(first, cst.Expr) and isinstance(first.value, cst.SimpleString)
            if not is_docstring and not isinstance(first, (cst.Import, cst.ImportFrom)):
                break
            place = index + 1
        there = {line.strip() for line in original_node.code.splitlines()}
        new = [cst.parse_statement(f"import {name}") for name in sorted(self.needed) if f"import {name}" not in there]
        return updated_node.with_changes(body=[*body[:place], *new, *body[place:]])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: 0 all is moved, 1 something is left to the reader, 2 could not run."""
    parser = argparse.ArgumentParser(prog="python -m beakerspec.move", description=_DESCRIPTION)
    parser.add_argument("files", nargs="+", metavar="FILE", help="a program in Python")
    parser.add_argument("--write", action="store_true", help="change the files; without it, the changes are printed")
    return exit_code_of(lambda: _run(parser.parse_args(arguments)))


def _run(options: argparse.Namespace) -> int:
    is_left = has_failed = False
    for file in options.files:
        name = printable_text(file)
        try:
            with open(file, encoding="utf-8", newline="") as opened:
                code = opened.read()
            mark = code[: code.startswith("\ufeff")]
            result = moved(code)
            new = mark + result.code.removeprefix(mark)
            if options.write and new != code:
                replace_file(file, new.encode())
        except (OSError, UnicodeDecodeError, RecursionError, cst.ParserSyntaxError) as error:
            has_failed = True
            if isinstance(error, OSError):
                reason = error.strerror or str(error)
            elif isinstance(error, RecursionError):
                reason = "nested too deeply"
            else:
                reason = "expected Python in UTF-8"
            print(f"{name}: {reason}", file=sys.stderr)
            continue
        if not options.write:
            before, after = (text.splitlines(keepends=True) for text in (code, new))
            sys.stdout.writelines(difflib.unified_diff(before, after, name, name))
        for line, advice in result.left:
            is_left = True
            print(f"{name}:{line}: {advice}")
    return 2 if has_failed else 1 if is_left else 0


if __name__ == "__main__":
    sys.exit(main())
