"""`Problem`, the exceptions that carry problems, and the warning about unknown fields.

Problems are data. The sentences that people read are made here, from the fields of a problem: a field that must not be
shown is left out, and the sentence says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import attrs

from .scalars import PlainScalar, parse_boolean, parse_float, parse_int

if TYPE_CHECKING:
    from typing_extensions import Self

    from .reported_fix import ReportedFix

__all__ = [
    "BeakerSpecError",
    "ExperimentSpecError",
    "Problem",
    "Severity",
    "UnknownFieldWarning",
    "ValidationError",
]

Severity = Literal["error", "warning"]


class ValueText(str):
    """How a message shows a value of the spec, and the paths where the value stands: none for that of the problem.

    A document replaces what must not be shown (see `privacy`). So that a value cannot slip into a sentence unnoticed,
    it cannot be formatted into another text: it is a field of a problem, and sentences name fields.
    """

    __slots__ = ("paths",)
    paths: tuple[str, ...]

    def __new__(cls, text: str, *paths: str) -> Self:
        made = super().__new__(cls, text)
        made.paths = paths
        return made

    def __format__(self, spec: str) -> str:
        raise TypeError("a value of the spec is a field of a Problem, and no part of another text")

    def __reduce__(self) -> tuple[type[ValueText], tuple[str, ...]]:
        return ValueText, (str.__str__(self), *self.paths)


class Sentence(str):
    """A sentence in which fields of its problem stand in braces. Any other text is taken as it is."""

    __slots__ = ()


#: The sentence of most problems: what was expected, then what stands there.
EXPECTED_GOT = Sentence("expected {expected}, got {found}")
#: The hint of a slip in a name.
DID_YOU_MEAN = Sentence("did you mean {suggestion}?")

#: Problems of one document that are kept. Of further ones there is the number alone, as a problem of a rule of its own.
MOST_PROBLEMS = 1000
TOO_MANY = "too-many-problems"

#: The fields that a sentence can name.
_SLOT = re.compile(r"\{(expected|found|suggestion|other|other_place|other_line)\}")
_NOT_SHOWN = "(not shown)"


def _reported_fix(fix: ReportedFix | Mapping[str, Any] | None) -> ReportedFix | None:
    if not isinstance(fix, Mapping):
        return fix
    from .reported_fix import ReportedFix

    return ReportedFix(**fix)


@attrs.frozen(kw_only=True, eq=False, repr=False, getstate_setstate=False)
class Problem:
    """One finding about a spec. Problems are ordered by place, those without a place first.

    Lines and columns count from 1, in characters, and the end is exclusive. Where a `Sentence` is given for `message`
    or `hint`, it is made of the other fields.
    """

    rule: str
    """The rule that found it, in kebab-case: stable, and what a suppression names."""
    severity: Severity = "error"
    """``"error"`` or ``"warning"``."""
    _message: str = attrs.field(default=EXPECTED_GOT, alias="message")
    path: str = ""
    """Where in the data, in the names that the data itself uses: ``tasks[0].image``."""
    _hint: str | None = attrs.field(default=None, alias="hint")
    expected: str | None = None
    """What was expected, in words."""
    found: str | None = None
    """What was found: the value as messages show it, or its kind. None where it must not be shown."""
    suggestion: str | None = None
    """What to write instead, where that is known."""
    other: str | None = None
    """The path of another place that the problem is about, such as the first of two tasks with one name."""
    other_line: int | None = None
    """The line of that place."""
    other_column: int | None = None
    """The column of that place."""
    file: str | None = None
    """The file it was read from."""
    line: int | None = None
    """The line where it starts, from 1 on. None for what has no place in a file."""
    column: int | None = None
    """The column where it starts, from 1 on, in characters."""
    end_line: int | None = None
    """The line where it ends."""
    end_column: int | None = None
    """The column behind its last character."""
    fix: ReportedFix | None = attrs.field(default=None, converter=_reported_fix)
    """How `beakerspec check --fix` fixes it, if it can."""
    snippet: str | None = None
    """The source line and a line of markers below it. It takes no part in comparisons."""
    at_key: bool = False
    """Whether the place is that of a key, and not of what stands behind it. It takes no part in comparisons."""
    inner: tuple[Problem, ...] | None = None
    """The problems of a value that a document uses several times, seen from there, for which this one stands at each
    use until `written_out` tells them at the first."""
    in_python: str | None = None
    """The hint where the value is given to a constructor, if it is another one than for a file."""

    @property
    def message(self) -> str:
        """What was expected and what stands there."""
        if not isinstance(self._message, Sentence):
            return self._message
        return _SLOT.sub(lambda slot: self._slot(slot[1]) or _NOT_SHOWN, self._message)

    @property
    def hint(self) -> str | None:
        """How to fix it. None where there is nothing to say, or nothing that may be shown."""
        if not isinstance(self._hint, Sentence):
            return self._hint
        if any(self._slot(name) is None for name in _SLOT.findall(self._hint)):
            return None
        return _SLOT.sub(lambda slot: self._slot(slot[1]) or "", self._hint)

    def _slot(self, name: str) -> str | None:
        if name == "other_place":
            return None if self.other_line is None else f"{self.other_line}:{self.other_column}"
        text: str | int | None = getattr(self, name)
        return str.__str__(text) if isinstance(text, str) else None if text is None else str(text)

    @property
    def place(self) -> tuple[str | None, int | None, int | None, int | None, int | None]:
        """The file, line, column, end line and end column."""
        return self.file, self.line, self.column, self.end_line, self.end_column

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in attrs.fields(Problem)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # The pickle may be of an earlier version, which did not know all fields.
        for field in attrs.fields(Problem):
            object.__setattr__(self, field.name, state.get(field.name, field.default))

    def to_json(self) -> dict[str, Any]:
        """Plain data with all that programs may want to know. ``Problem(**data)`` gives an equal problem."""
        data = {name: getattr(self, name) for name in _PUBLIC}
        if self.fix is not None:
            data["fix"] = attrs.asdict(self.fix)
        return data

    def _order(self) -> tuple[Any, ...]:
        return (
            self.rule == TOO_MANY,
            self.file or "",
            self.line or 0,
            self.column or 0,
            self.end_line or 0,
            self.end_column or 0,
            [(isinstance(part, str), part) for part in path_parts(self.path)],
            self.rule,
            self.message,
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Problem):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in _PUBLIC)

    def __hash__(self) -> int:
        return hash((self.rule, self.path, self.place))

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

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.to_json().items() if value is not None)
        return f"Problem({given})"

    def __str__(self) -> str:
        return rendered(self)


#: The public attributes, in the order in which they are told.
_PRIVATE = {"snippet", "at_key", "inner", "in_python"}
_PUBLIC = tuple(name for name in (field.alias or field.name for field in attrs.fields(Problem)) if name not in _PRIVATE)

#: A part of a rendered problem.
Part = Literal["place", "level", "rule", "margin", "markers", "hint"]


def rendered(problem: Problem, paint: Callable[[str, Part], str] = lambda text, part: text) -> str:
    """A problem as text for people, in several lines. `paint` may lay colours over its parts."""
    if problem.line is not None:
        place = f"{printable_text(problem.file or '<text>')}:{problem.line}:{problem.column}: "
    else:
        place = "".join(f"{printable_text(part)}: " for part in (problem.file, problem.path) if part)
    level = "warning: " if problem.severity == "warning" else ""
    lines = [f"{paint(place, 'place')}{paint(level, 'level')}{problem.message} {paint(f'[{problem.rule}]', 'rule')}"]
    if problem.snippet is not None:
        source, _, markers = problem.snippet.partition("\n")
        source = _COMMAND_ANYWHERE.sub("*", source)  # an escape would move what the markers point to
        indent = " " * (len(markers) - len(markers.lstrip(" ")))
        gutter = len(str(problem.line))
        lines.append(f"{paint(f'  {problem.line} |', 'margin')} {source}")
        lines.append(f"{paint(f'  {chr(32) * gutter} |', 'margin')} {indent}{paint(markers.lstrip(' '), 'markers')}")
    if problem.line is not None and problem.path:
        path = problem.path if len(problem.path) <= 200 else problem.path[:200] + "…"
        lines.append(f"{paint('  in:', 'margin')} {path}")
    if problem.hint is not None:
        lines.append(f"{paint('  hint:', 'hint')} " + problem.hint.replace("\n", "\n        "))
    return without_commands("\n".join(lines))


class BeakerSpecError(Exception):
    """The base of beakerspec's exceptions. `problems` says everything that is wrong, in order."""

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(in_order(problems))
        super().__init__(self.problems)  # `args` is what a pickled exception is rebuilt from

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class ValidationError(BeakerSpecError, ValueError):
    """Data cannot become a spec: wrong types, unknown values, missing fields, or invalid YAML."""


class ExperimentSpecError(BeakerSpecError, ValueError):
    """A spec breaks a rule."""


class UnknownFieldWarning(RuntimeWarning):
    """A mapping holds a field that this version does not know. It is kept in `extra` and written back."""


_PLAIN_KEY = re.compile(r"[A-Za-z_][\w-]*")
_PATH_PART = re.compile(r'\[(?P<index>\d+)\]|\["(?P<quoted>(?:[^"\\]|\\.)*)"\]|\.?(?P<key>[A-Za-z_][\w-]*)')
#: Reports ask for the same few paths many times. A longer one is not kept: a key may have the size of a file.
_LONGEST_KEPT = 200


def path_text(*parts: str | int) -> str:
    """The text of a path: ``path_text("tasks", 0, "image")`` is ``tasks[0].image``."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part) or part == "…":
            text += f".{part}" if text else part
        else:
            text += f"[{quoted(part)}]"
    return text


def path_parts(path: str) -> tuple[str | int, ...]:
    """The keys and indices of a path that `path_text` made."""
    return _path_parts(path) if len(path) <= _LONGEST_KEPT else _path_parts.__wrapped__(path)


@lru_cache(maxsize=1024)
def _path_parts(path: str) -> tuple[str | int, ...]:
    return tuple(
        int(match["index"]) if match["index"] is not None else match["key"] or json.loads(f'"{match["quoted"]}"')
        for match in _PATH_PART.finditer(path)
    )


def join_paths(outer: str, inner: str) -> str:
    """The path `inner` as seen from the mapping or list that `outer` leads into."""
    if outer and inner and not inner.startswith("["):
        return f"{outer}.{inner}"
    return outer + inner


def within(problems: Iterable[Problem], *parts: str | int) -> Iterator[Problem]:
    """The problems of a part, with their paths as seen from the whole."""
    yield from _under(path_text(*parts), problems)


def _under(outer: str, problems: Iterable[Problem]) -> Iterator[Problem]:
    for problem in problems:
        if problem.rule == TOO_MANY:
            yield problem
            continue
        changes: dict[str, Any] = {"path": join_paths(outer, problem.path)}
        if problem.other is not None:
            changes["other"] = join_paths(outer, problem.other)
        for name, text in value_texts(problem):
            if text.paths:
                changes[name] = ValueText(text, *(join_paths(outer, path) for path in text.paths))
        yield attrs.evolve(problem, **changes)


def written_out(problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems, with those of a value that is used several times at its first use."""
    told: set[int] = set()
    pending = list(problems)[::-1]
    while pending:
        problem = pending.pop()
        if problem.inner is None:
            yield problem
        elif id(problem.inner) not in told:
            told.add(id(problem.inner))
            pending += list(_under(problem.path, problem.inner))[::-1]


def capped(problems: Iterable[Problem]) -> list[Problem]:
    """The first problems, and one more that tells how many there are beside them, if there are."""
    kept: list[Problem] = []
    more = 0
    severity: Severity = "warning"
    uses: set[int] = set()
    for problem in problems:
        if problem.inner is not None:  # one for all uses of a value
            if id(problem.inner) in uses:
                continue
            uses.add(id(problem.inner))
        is_number = problem.rule == TOO_MANY
        if len(kept) < MOST_PROBLEMS and not is_number:
            kept.append(problem)
        else:
            more += int(problem.found or 0) if is_number else 1
            severity = "error" if problem.severity == "error" else severity
    if more:
        message = Sentence("and {found} more problems")
        kept.append(Problem(rule=TOO_MANY, severity=severity, message=message, found=str(more)))
    return kept


def value_texts(problem: Problem) -> Iterator[tuple[str, ValueText]]:
    """The fields of a problem that show values of the spec."""
    for name in ("expected", "found", "suggestion"):
        text = getattr(problem, name)
        if isinstance(text, ValueText):
            yield name, text


def joined(texts: Iterable[ValueText], separator: str, path: str = "") -> ValueText:
    """Several values in one text. Those without a path stand at `path`."""
    texts = list(texts)
    paths = dict.fromkeys(each for text in texts for each in text.paths or (path,))
    return ValueText(separator.join(map(str.__str__, texts)), *paths)


def quoted(text: str) -> str:
    """A text in double quotes as JSON writes it, with every character escaped that a terminal may not show."""
    return printable_text(json.dumps(text, ensure_ascii=False))


def printable_text(text: str) -> str:
    """The text with an escape for every character that a terminal may not show, or act on."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)


#: What CI systems run as a command where a log shows it. GitHub: ``::name::`` at the start of a line, behind blanks.
#: Codes of colours may stand there, too.
_COMMAND_AT_START = re.compile(r"^((?:[^\S\n]|\x1b\[[\d;]*m)*):(?=:)", re.MULTILINE)
#: GitHub ``##[name]``, Azure ``##vso[name]`` and TeamCity ``##teamcity[name]``, anywhere in a line.
_COMMAND_ANYWHERE = re.compile(r"#(?=#\w*\[)")


def without_commands(text: str) -> str:
    """Text for people with an escape in whatever a CI system would run as a command, such as the name of a file."""
    return _COMMAND_ANYWHERE.sub(r"\\u0023", _COMMAND_AT_START.sub(r"\1\\u003a", text))


def show(value: object, *paths: str) -> str:
    """How a message names a value that stands where it should not: briefly, on one line. A collection by its kind.

    `paths` are where the value stands, if that is not at the path of the problem.
    """
    if isinstance(value, str):
        text = quoted(str.__str__(value[:61]))
        text = text if len(value) <= 60 else f'{text[:-1]}…"'
        return ValueText(text[1:-1] if isinstance(value, PlainScalar) else text, *paths)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return ValueText(json.dumps(value), *paths)
    if isinstance(value, int) and abs(value) >= 10**60:
        return "an integer of more than 60 digits"
    if isinstance(value, (int, float)):
        return ValueText(repr(value), *paths)
    return kind_of(value)


def unquoted(text: str, *paths: str) -> ValueText:
    """How a hint says what to write: a text as it stands in a file without quotes."""
    return ValueText(quoted(text[:100])[1:-1], *paths)


def name_text(name: str) -> ValueText:
    """How a message names a field: in quotes."""
    return ValueText(str.__str__(show(str.__str__(name))))


def kind_of(value: object) -> str:
    """The kind of a value in the words of the format, for messages that must not show it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, PlainScalar):
        is_number = parse_float(value) is not None or parse_int(value) is not None
        return "a boolean" if parse_boolean(value) is not None else "a number" if is_number else "a string"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, Mapping):
        return "a mapping"
    cls = type(value)
    module = "" if cls.__module__ == "builtins" else f"{cls.__module__}."
    return f"an object of the type {module}{cls.__qualname__}"


def refuse(
    rule: str,
    message: str = EXPECTED_GOT,
    *,
    path: str = "",
    expected: str | None = None,
    found: str | None = None,
    suggestion: str | None = None,
    hint: str | None = None,
    in_python: str | None = None,
    at_key: bool = False,
    other: str | None = None,
) -> NoReturn:
    """Raise a `ValidationError` of one problem; the caller that knows the outer path adds it (see `within`)."""
    problem = Problem(
        rule=rule,
        message=Sentence(message),
        path=path,
        expected=expected,
        found=found,
        suggestion=suggestion,
        hint=None if hint is None else Sentence(hint),
        in_python=None if in_python is None else Sentence(in_python),
        at_key=at_key,
        other=other,
    )
    raise ValidationError([problem]) from None


def two_spellings(name: str, other: str) -> Problem:
    """The problem that a mapping has a name in two spellings."""
    return Problem(
        rule="two-spellings",
        message=Sentence("{found} and {other} are the same field"),
        path=path_text(name),
        found=name_text(name),
        other=path_text(other),
        hint="remove one of them",
        at_key=True,
    )


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems by place. To sort them by themselves would make the key of each again for every comparison."""
    return sorted(problems, key=Problem._order)  # pyright: ignore[reportPrivateUsage]


def unique(problems: Iterable[Problem]) -> list[Problem]:
    """In order of place, one for each place, rule and message: two parts may have one place, as an alias has."""
    seen: dict[tuple[Any, ...], Problem] = {}
    for problem in in_order(problems):
        place = (problem.file, problem.line, problem.column, problem.rule, problem.message)
        seen.setdefault(place if problem.line is not None else (*place, problem.path), problem)
    return list(seen.values())
