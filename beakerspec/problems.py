"""What can be wrong with a spec: `Problem`, the exceptions that carry problems, and the one warning.

Problems are data. The prose that a person reads is made here, at the edge, by `Problem.__str__`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, NoReturn

import attrs

from .scalars import PlainScalar, parse_boolean, parse_float, parse_int

__all__ = [
    "BeakerSpecError",
    "ExperimentSpecError",
    "Problem",
    "Severity",
    "UnknownFieldWarning",
    "ValidationError",
]

Severity = Literal["error", "warning"]


@attrs.frozen(kw_only=True, order=False)
class Problem:
    """One finding about a spec. Problems are ordered by place, those without a place first.

    Lines and columns count from 1, in characters, and the end is exclusive.
    """

    #: The rule that found it, in kebab-case: stable, and what a suppression names.
    rule: str
    #: ``"error"`` or ``"warning"``.
    severity: Severity = "error"
    #: What was expected and what stands there.
    message: str
    #: Where in the data, in the names that the data itself uses: ``tasks[0].image``.
    path: str = ""
    #: How to mend it.
    hint: str | None = None
    #: The file it was read from.
    file: str | None = None
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None
    #: The source line and a line of markers below it. It takes no part in comparisons.
    snippet: str | None = attrs.field(default=None, eq=False, repr=False)

    @property
    def place(self) -> tuple[str | None, int | None, int | None, int | None, int | None]:
        """The file, line, column, end line and end column."""
        return self.file, self.line, self.column, self.end_line, self.end_column

    def _order(self) -> tuple[Any, ...]:
        return (
            self.file or "",
            self.line or 0,
            self.column or 0,
            self.end_line or 0,
            self.end_column or 0,
            [(isinstance(part, str), part) for part in path_parts(self.path)],
            self.rule,
            self.message,
        )

    def __lt__(self, other: Problem) -> bool:
        if other.__class__ is not Problem:
            return NotImplemented
        return self._order() < other._order()

    def __le__(self, other: Problem) -> bool:
        if other.__class__ is not Problem:
            return NotImplemented
        return self._order() <= other._order()

    def __gt__(self, other: Problem) -> bool:
        if other.__class__ is not Problem:
            return NotImplemented
        return self._order() > other._order()

    def __ge__(self, other: Problem) -> bool:
        if other.__class__ is not Problem:
            return NotImplemented
        return self._order() >= other._order()

    def __str__(self) -> str:
        if self.line is not None:
            place = f"{printable_text(self.file or '<text>')}:{self.line}:{self.column}: "
        else:
            place = "".join(f"{printable_text(part)}: " for part in (self.file, self.path) if part)
        level = "warning: " if self.severity == "warning" else ""
        lines = [f"{place}{level}{self.message} [{self.rule}]"]
        if self.snippet is not None:
            source, _, markers = self.snippet.partition("\n")
            gutter = len(str(self.line))
            lines.append(f"  {self.line} | {source}")
            lines.append(f"  {' ' * gutter} | {markers}")
        if self.line is not None and self.path:
            lines.append(f"  in: {self.path if len(self.path) <= 200 else self.path[:200] + '…'}")
        if self.hint is not None:
            lines.append("  hint: " + self.hint.replace("\n", "\n        "))
        return "\n".join(lines)


class BeakerSpecError(Exception):
    """The base of beakerspec's exceptions. `problems` says everything that is wrong, in order."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(in_order(problems))
        super().__init__(self.problems)  # `args` is what a pickled exception is rebuilt from

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class ValidationError(BeakerSpecError, ValueError):
    """Data cannot become a spec: wrong types, unknown values, missing fields, or text that is no YAML."""


class ExperimentSpecError(BeakerSpecError, ValueError):
    """A spec breaks a rule."""


class UnknownFieldWarning(RuntimeWarning):
    """A mapping holds a field that this version does not know. It is kept in `extra` and written back."""


_PLAIN_KEY = re.compile(r"[A-Za-z_][\w-]*")
_PATH_PART = re.compile(r'\[(?P<index>\d+)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]|\.?(?P<key>[A-Za-z_][\w-]*)')


def path_text(*parts: str | int) -> str:
    """The text of a path: ``path_text("tasks", 0, "image")`` is ``tasks[0].image``."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}" if text else part
        else:
            text += f"[{quoted(part)}]"
    return text


def path_parts(path: str) -> Iterator[str | int]:
    """The keys and indices of a path that `path_text` made."""
    for match in _PATH_PART.finditer(path):
        if match["index"] is not None:
            yield int(match["index"])
        elif match["quoted"] is not None:
            yield json.loads(f'"{match["quoted"]}"')
        else:
            yield match["key"]


def join_paths(outer: str, inner: str) -> str:
    """The path `inner` as seen from the mapping or list that `outer` leads into."""
    if outer and inner and not inner.startswith("["):
        return f"{outer}.{inner}"
    return outer + inner


def within(problems: Iterable[Problem], *parts: str | int) -> Iterator[Problem]:
    """The problems of a part, with their paths as seen from the whole."""
    outer = path_text(*parts)
    for problem in problems:
        yield attrs.evolve(problem, path=join_paths(outer, problem.path))


def quoted(text: str) -> str:
    """A text in double quotes as JSON writes it, with every character escaped that a terminal may not show."""
    return printable_text(json.dumps(text, ensure_ascii=False))


def printable_text(text: str) -> str:
    """The text with an escape for every character that a terminal may not show, or act on."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)


def show(value: object) -> str:
    """How a message names a value that stands where it should not: briefly, on one line."""
    if isinstance(value, str):
        text = quoted(str.__str__(value[:61]))
        text = text if len(value) <= 60 else f'{text[:-1]}…"'
        return text[1:-1] if isinstance(value, PlainScalar) else text
    if isinstance(value, (bool, type(None))):
        return json.dumps(value)
    if isinstance(value, int) and abs(value) >= 10**60:
        return "an integer of more than 60 digits"
    if isinstance(value, (int, float)):
        return repr(value)
    return kind_of(value)


def name_text(name: str) -> str:
    """How a message names a field: as it is, or in quotes where it is no plain word."""
    return name if _PLAIN_KEY.fullmatch(name) and len(name) <= 60 else show(name)


def kind_of(value: object) -> str:
    """The kind of a value in the words of the format, for messages that must not show it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, PlainScalar):
        is_number = parse_float(value) is not None or parse_int(value) is not None
        return "a boolean" if parse_boolean(value) is not None else "a number" if is_number else "text"
    if isinstance(value, str):
        return "text"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    return f"a value of the type {type(value).__name__}"


#: What messages say of a value without showing it: mostly what `kind_of` calls the kinds that plain data has.
KINDS = frozenset(
    ("null", "a boolean", "text", "a number", "a list", "an empty list", "a mapping", "none", "both", "another one")
)

#: Between what was expected and what stands there, in every message that says both.
GOT = ", got "


def expected(what: str, got: str) -> str:
    """The grammar of messages: what was expected, then what stands there."""
    return f"expected {what}{GOT}{got}"


def refuse(rule: str, message: str, *, hint: str | None = None, path: str = "") -> NoReturn:
    """Raise a `ValidationError` of one problem; whoever knows the outer path adds it (see `within`)."""
    raise ValidationError([Problem(rule=rule, message=message, path=path, hint=hint)]) from None


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems by place. To sort them by themselves would make the key of each again for every comparison."""
    return sorted(problems, key=Problem._order)  # pyright: ignore[reportPrivateUsage]


def unique(problems: Iterable[Problem]) -> list[Problem]:
    """In order of place, one for each place, rule and message: an alias shows a problem once for each use."""
    seen: dict[tuple[Any, ...], Problem] = {}
    for problem in in_order(problems):
        place = (problem.file, problem.line, problem.column, problem.rule, problem.message)
        seen.setdefault(place if problem.line is not None else (*place, problem.path), problem)
    return list(seen.values())
