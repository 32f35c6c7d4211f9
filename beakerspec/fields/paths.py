"""Paths into a spec, such as ``tasks[train].envVars[SEED].value``: what they lead to, and values changed there.

They serve specs and the plain data of files alike. A part behind a dot is a field, under its name in files or in
Python. A part in brackets chooses from a list:

- ``[0]`` the item with that index,
- ``[*]`` all items,
- ``[+]`` a new item behind the last,
- ``[train]`` the task or variable of that name, the dataset with that mount path; in quotes, ``["0"]``, where the name
  looks like one of the others,
- ``[--lr]`` behind ``command`` or ``arguments`` the value of an option: the item behind ``--lr``, the rest of
  ``--lr=1``, or the word behind it in a line for a shell.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from ..limits import MAX_DEPTH
from ..problems import ValidationError, within
from .names import json_name, nearest, spelling_in

__all__ = ["ITEM_NAMES", "EditError", "Path", "get", "place_text", "put", "remove", "resolve"]


class EditError(ValueError):
    """A change that cannot be made: its path leads to nothing, or more of the text or the spec would change."""


@attrs.frozen
class Named:
    """An item of a list by its name, and the field that holds the name."""

    field: str
    name: str
    #: Where it is in the list; None for a new one.
    index: int | None = None


@attrs.frozen
class Option:
    """An option of a command line."""

    name: str


@attrs.frozen
class _Chosen:
    """What stands in brackets, before it is looked up."""

    text: str
    is_quoted: bool = False


#: The place behind the last item of a list.
_END = _Chosen("+")
_EVERY = _Chosen("*")

Part: TypeAlias = "str | int | Named | Option | _Chosen"
#: The parts of one place: fields, indices, and at most one of the other kinds.
Path: TypeAlias = tuple[Part, ...]

#: The field that tells the items of a list apart.
ITEM_NAMES = {"tasks": "name", "envVars": "name", "datasets": "mountPath"}
#: What messages call an item of these lists.
_KINDS = {"tasks": "task", "envVars": "variable", "datasets": "dataset"}
_COMMAND_LINES = ("command", "arguments")

_PART = re.compile(
    r"""\.?(?P<field>[A-Za-z_][\w-]*)
    |\[(?:
        (?P<quoted>"(?:[^"\\]|\\.)*"|'[^']*')
        |(?P<chosen>[^\[\]"']+)
    )\]""",
    re.VERBOSE,
)


def _parsed(path: str) -> Iterator[Part]:
    index = 0
    while index < len(path):
        match = _PART.match(path, index)
        if match is None or path.startswith(".", index) != (index > 0 and match["field"] is not None):
            raise EditError(
                f"{path!r} is not a path: expected a field or [...] at character {index + 1}, "
                "as in tasks[train].resources.gpuCount"
            )
        if match["field"] is not None:
            yield match["field"]
        elif match["quoted"] is not None:
            yield _Chosen(re.sub(r"\\(.)", r"\1", match["quoted"][1:-1]), is_quoted=True)
        else:
            yield _Chosen(match["chosen"].strip())
        index = match.end()
    if index == 0:
        raise EditError("expected a path, as in tasks[train].resources.gpuCount")


def resolve(value: Any, path: str) -> list[Path]:
    """Return the places that a path leads to in a spec or in the plain data of one.

    What it names need not be there, but for a task, an index, and the list of an option. Raises `EditError` where the
    path is none, and where it leads to nothing.
    """
    parts = list(_parsed(path))
    if len(parts) > MAX_DEPTH:
        raise EditError(f"a path has at most {MAX_DEPTH} parts, and this one has {len(parts)}")
    return list(_resolved(value, (), parts, path))


def has_every(path: str) -> bool:
    """Whether a path leads to all items of a list."""
    return _EVERY in _parsed(path)


def option_in(task: Any, option: str) -> tuple[str, Option]:
    """Return the place of an option in the arguments of a task, or in its command if it is given there only.

    An option that is not given belongs to a line for a shell, if there is one.
    """
    lines = {name: _child(task, name) or () for name in ("arguments", "command")}
    found = [name for name, items in lines.items() if _use_of(items, option) is not None]
    with_line = [name for name, items in lines.items() if any(map(_is_line, items))]
    return [*found, *with_line, "arguments"][0], Option(option)


def _is_line(item: Any) -> bool:
    """Whether an item of a command line is a line for a shell itself."""
    return isinstance(item, str) and re.search(r"\s", item) is not None


def _resolved(value: Any, before: Path, parts: list[Part], path: str) -> Iterator[Path]:
    if not parts:
        yield before
        return
    part, *rest = parts
    if isinstance(part, str):
        if isinstance(value, (str, int, float)):
            raise EditError(f"{path}: {place_text(before)} is one value, and has no fields")
        if isinstance(value, Sequence):
            raise EditError(f"{path}: {place_text(before)} is a list: choose an item, as in [0] or [*]")
        name = _spelled(value, part)
        following = rest[0] if rest else None
        if name == "arguments" and isinstance(following, _Chosen) and following.text.startswith("-"):
            name, _ = option_in(value, following.text)  # it may stand in the command
        yield from _resolved(None if value is None else _child(value, name), (*before, name), rest, path)
        return
    assert isinstance(part, _Chosen)
    if isinstance(value, Mapping):
        name = _spelled(value, part.text)
        yield from _resolved(value.get(name), (*before, name), rest, path)
        return
    if value is not None and (isinstance(value, str) or not isinstance(value, Sequence)):
        raise EditError(f"{path}: {place_text(before)} is no list")
    items: Sequence[Any] = value or ()
    field = json_name(before[-1]) if before and isinstance(before[-1], str) else ""
    if part == _EVERY:
        for number, item in enumerate(items):
            yield from _resolved(item, (*before, number), rest, path)
    elif part == _END:
        yield from _resolved(None, (*before, _END), rest, path)
    elif field in _COMMAND_LINES and not part.text.isdecimal():
        if rest:
            raise EditError(f"{path}: nothing can follow the value of an option")
        yield (*before, Option(part.text))
    else:
        found = _index(items, part, field, path, before)
        index = found if isinstance(found, int) else found.index
        item = None if index is None else items[index]
        # What is put in the place of an item has its name.
        yield from _resolved(item, (*before, index if rest and index is not None else found), rest, path)


def _index(items: Sequence[Any], part: _Chosen, field: str, path: str, before: Path) -> int | Named:
    """Where in a list the item is that a part in brackets chooses."""
    if not part.is_quoted and part.text.isdecimal():
        if int(part.text) >= len(items):
            many = f"{len(items)} items, and the first is [0]" if items else "no items"
            raise EditError(f"{path}: {place_text(before)} has {many}")
        return int(part.text)
    if field not in ITEM_NAMES:
        raise EditError(f"{path}: expected an index or * in the brackets behind {place_text(before)}")
    names = [None if item is None else _child(item, _spelled(item, ITEM_NAMES[field])) for item in items]
    found = [index for index, name in enumerate(names) if name is not None and str(name) == part.text]
    if len(found) == 1:
        return Named(ITEM_NAMES[field], part.text, found[0])
    kind = _KINDS[field]
    if found:
        raise EditError(f"{path}: {len(found)} {kind}s are called {part.text}: give the index of one")
    if field == "tasks":
        known = [str(name) for name in names if name]
        near = nearest(part.text, known)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(known)}" if known else "none has a name"
        raise EditError(f"{path}: no task is called {part.text}: {hint}")
    return Named(ITEM_NAMES[field], part.text)


def _child(value: Any, part: str | int) -> Any:
    """Return a field or an item, or None where there is none."""
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


def _spelled(value: Any, name: str) -> str:
    """The spelling of a field that a mapping has, or the one for files."""
    if isinstance(value, Mapping):
        return spelling_in(value, name) or json_name(name)
    spelling: Callable[[str], str] = getattr(value, "_spelling", json_name)
    return spelling(name)


def get(value: Any, path: Path) -> Any:
    """Return what stands at a place, or None where there is nothing."""
    for part in path:
        if value is None:
            return None
        value = _option_value(value, part.name) if isinstance(part, Option) else _child(value, _key(part))
    return value


def _key(part: Part) -> Any:
    """What a field or an item has in a mapping or list; None for a new item."""
    return part.index if isinstance(part, Named) else part if isinstance(part, (str, int)) else None


def put(value: Any, path: Path, new: Any) -> Any:
    """Return a copy with another value at a place, and with what has to be around it where that is missing.

    What lies beside the path is the same object in the copy. Raises `EditError` where an option takes no value.
    """
    if not path:
        return new
    part, *others = path
    rest = tuple(others)
    if isinstance(part, str):
        changed = _put_inside(None if value is None else _child(value, part), part, rest, new)
        if value is None or isinstance(value, Mapping):
            return {**(value or {}), part: changed}
        return value._with_item(part, changed)
    items: list[Any] = list(value or ())
    if isinstance(part, int):
        items[part] = _put_inside(items[part], part, rest, new)
    elif isinstance(part, Option):
        _put_option(items, part.name, new)
    else:
        made = put(None, rest, new)
        if isinstance(part, Named) and isinstance(made, Mapping) and spelling_in(made, part.field) is None:
            made = {part.field: part.name, **made}
        if isinstance(part, Named) and part.index is not None:
            items[part.index] = made
        else:
            items.append(made)
    return items


def _put_inside(value: Any, part: str | int, rest: Path, new: Any) -> Any:
    """`put` in a part, whose problems are told with their whole path."""
    try:
        return put(value, rest, new)
    except ValidationError as error:
        raise ValidationError(within(error.problems, part)) from None


def remove(value: Any, path: str, *, is_optional: bool = False) -> Any:
    """Return a copy without what stands at the places that a path leads to.

    Raises `EditError` where nothing stands at any of them, unless it `is_optional`.
    """
    places = [place for place in resolve(value, path) if _is_there(value, place)]
    if not places and not is_optional:
        raise EditError(f"there is nothing at {path}")
    for place in reversed(places):  # the last first, so that indices stay what they are
        value = _removed(value, place)
    return value


def _is_there(value: Any, path: Path) -> bool:
    *parents, last = path
    holder = get(value, tuple(parents))
    if isinstance(last, Option):
        return holder is not None and _use_of(holder, last.name) is not None
    # An empty value of a file is one, and can be removed.
    return _key(last) in holder if isinstance(holder, Mapping) else _child(holder, _key(last)) is not None


def _removed(value: Any, path: Path) -> Any:
    *parents, last = path
    around = tuple(parents)
    holder = get(value, around)
    if isinstance(last, Option):
        items = list(holder)
        _drop_option(items, last.name)
        return put(value, around, items)
    key = _key(last)
    if isinstance(key, int):
        return put(value, around, [item for index, item in enumerate(holder) if index != key])
    if isinstance(holder, Mapping):
        return put(value, around, {name: each for name, each in holder.items() if name != key})
    return put(value, path, None)


def place_text(path: Path) -> str:
    """Return the text of a place, for messages."""
    text = ""
    for part in path:
        if isinstance(part, str):
            text += f".{part}" if text else part
        else:
            text += f"[{part if isinstance(part, int) else getattr(part, 'name', '+')}]"
    return text or "the spec"


@attrs.frozen
class _Use:
    """Where an option stands in a list of items."""

    #: The first item that belongs to it, and the one with its value.
    first: int
    index: int
    #: Where the value stands in the text of that item, if it has one; all of it for an item of its own.
    start: int | None = None
    end: int | None = None
    #: Where the option starts in the text of a line for a shell.
    line_start: int | None = None


#: An option in a line for a shell, with the value behind it if there is one. What starts with a dash and a letter is
#: another option.
_IN_LINE = r"""
    (?<![^\s"'(]){}(?![^\s=;&|()<>"'`])
    (?:(?:=|[ \t]+(?:\\\n[ \t]*)?)(?P<value>"(?:[^"\\]|\\.)*"|'[^']*'(?:"'"'[^']*')*|(?!-[A-Za-z-])[^\s;&|()<>"'`]+))?
"""


def _use_of(items: Sequence[Any], option: str) -> _Use | None:
    """Find an option. Raises `EditError` where it is given twice."""
    in_line = re.compile(_IN_LINE.format(re.escape(option)), re.VERBOSE)
    uses: list[_Use] = []
    for index, item in enumerate(items):
        text = str(item)
        if text == option:
            following = str(items[index + 1]) if index + 1 < len(items) else "--"
            has_value = re.match(r"-[A-Za-z-]", following) is None
            uses.append(_Use(index, index + 1, 0, len(following)) if has_value else _Use(index, index))
        elif text.startswith(f"{option}=") and not re.search(r"\s", text.partition("=")[0]):
            uses.append(_Use(index, index, len(option) + 1, len(text)))
        elif _is_line(item):
            for match in in_line.finditer(text):
                start, end = match.span("value")
                has_value = match["value"] is not None
                if not _is_whole(text, match):
                    raise EditError(f"the value of {option} is not one plain word: change the line for a shell by hand")
                uses.append(_Use(index, index, start if has_value else None, end if has_value else None, match.start()))
    if len(uses) > 1:
        raise EditError(f"{option} is given {len(uses)} times: give the index of the item")
    return uses[0] if uses else None


def _option_value(items: Sequence[Any], option: str) -> Any:
    use = _use_of(items, option)
    if use is None or use.start is None:
        return None
    if use.index != use.first:
        return items[use.index]
    value = str(items[use.index])[use.start : use.end]
    return "".join(shlex.split(value)) if use.line_start is not None else value


def _put_option(items: list[Any], option: str, new: Any) -> None:
    use = _use_of(items, option)
    if use is None:
        if any(map(_is_line, items)):
            raise EditError(f"{option} is not given: add it to the line for a shell by hand")
        joined = any(re.match(r"--[\w.-]+=", str(item)) for item in items)
        items += [f"{option}={new}"] if joined else [option, new]
    elif use.start is None:
        raise EditError(f"{option} is given without a value")
    elif use.index != use.first:
        items[use.index] = new
    else:
        text = str(items[use.index])
        value = shlex.quote(str(new)) if use.line_start is not None else str(new)
        items[use.index] = text[: use.start] + value + text[use.end :]
        is_quoted = value != str(new)
        quote = _open_quote(text[: use.line_start]) if is_quoted else ""
        is_lost = quote == "'" or (quote == '"' and re.search(r'["$`\\]', value) is not None)
        if is_quoted and (is_lost or _option_value(items, option) != str(new)):
            raise EditError(
                f"the value for {option} needs quotes inside of quotes: change the line for a shell by hand"
            )


def _is_whole(text: str, match: re.Match[str]) -> bool:
    """Whether a shell takes no more for the value of an option than was found."""
    value, end = match["value"], match.end()
    if value is None:
        return re.compile(r"[ \t=]*`").match(text, end) is None
    following = text[end : end + 1]
    has_quotes = value[0] in ("'", '"')
    quote = _open_quote(text[: match.start()]) if has_quotes or following in ("'", '"') else ""
    is_plain = value.count("{") == value.count("}") and not value.endswith("\\")
    is_end = following in ("", quote, *";&|)<>") or following.isspace()
    return is_end and (value[0] != quote if has_quotes else is_plain)


def _open_quote(text: str) -> str:
    """The quote that is still open at the end of the start of a line for a shell, or an empty text."""
    quote = ""
    for sign in re.findall(r"""\\.|['"]""", text, re.DOTALL):
        if not quote and len(sign) == 1:
            quote = sign
        elif sign == quote or (quote == "'" and sign.endswith("'")):
            quote = ""
    return quote


def _drop_option(items: list[Any], option: str) -> None:
    use = _use_of(items, option)
    assert use is not None
    if use.line_start is None:
        del items[use.first : use.index + 1]
        return
    text = str(items[use.index])
    end = use.end or use.line_start + len(option)
    items[use.index] = text[: use.line_start] + text[end:].lstrip(" ")
