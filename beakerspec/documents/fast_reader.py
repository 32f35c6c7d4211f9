"""The fast reader: the YAML of ordinary specs to plain data, without a parser's events.

Making PyYAML's event objects takes most of the time of reading a spec: 290 µs of 400 for a file of 7.7 KB, of which
libyaml itself needs 80. So a text is first read here, line by line, as long as it follows these rules. At the first
line that does not, the complete reader takes over and reads the text from its start.

- The outermost mapping is in block style and at the first column, or it is in flow style.
- Keys in block style are words of letters, digits, ``_`` and ``-``, with or without quotes, and the colon follows
  directly. Lists in block style have one ``- `` in a line, and may start at the column of the key above them.
- After a key or dash, or alone in the line below it: a plain or quoted scalar in one line or several, a flow list or
  mapping in one line or several. Unquoted scalars in these have no brackets and no commas.
- After a key or dash: a literal or folded scalar (``|``, ``>``), an anchor and one of the above, or an alias.
- Comments and blank lines, Windows line ends, and ``---`` in a line of its own before the first key.

Not read here are, among others: tabs, tags, merge keys, anchors and aliases inside of flow collections, directives,
further documents, lists directly in lists (``- - a``), ``? a``, null keys, duplicate keys, and blank lines or comments
inside of a plain scalar that starts behind its key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from operator import length_hint
from typing import Any, TypeAlias

import yaml

from ..limits import DEFAULT_LIMITS, Limits
from ..model import field_names
from ..scalars import AMBIGUOUS_STARTS, NULLS, PlainScalar, reads_as_text
from . import parsers
from .anchors import SharedList, SharedMapping

__all__ = ["Unusual", "read_block"]

#: Of what libyaml refuses or takes for a line end, all is found through these. One set of them all as a regular
#: expression would take 3 ms to compile.
_USUAL_BYTES = bytes([0x0A, *range(0x20, 0x7F), *range(0x80, 0x100)])
_CONTROLS = re.compile("[\x80-\x9f]")
_STRANGE = "\u2028\u2029\ufeff\ufffe\uffff"
_START = re.compile(r"(?: *(?:#.*)?\n)*(?:---(?: +#.*| *)\n)?")
#: What may mark the end of the document, or the start of another.
_MARKER = re.compile(r"\n(?:---|\.\.\.)")
#: Added to a text whose last line has no end: a comment in a line of its own.
_UNENDED = "\n#\n"
#: Indentation, dash, key, and what stands behind them.
_LINE = re.compile(
    r"""( *)(- +|-\Z|)(?:(?:([^\W\d][\w-]*)|"([^"\\]+)"|'([^']+)'):(?: +|\Z)|)(.*)""",
)
_BLOCK_HEADER = re.compile(r"([|>])(?:([1-9])([-+]?)|([-+]?)([1-9]?))")
_ANCHOR = re.compile(r"&([A-Za-z0-9_-]+)(?: +|\Z)")
_ALIAS = re.compile(r"\*([A-Za-z0-9_-]+)(?= |\Z)")

#: Well below the 1024 characters within which libyaml looks for the colon.
_LONGEST_KEY = 200
_NO_KEYS = NULLS | {"<<"}
#: The longest text that is no number and yet may be something else than text: ``false``.
_LONGEST_WORD = 5
#: What no plain scalar starts with, but for three signs that may with something behind them.
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@` ")
_DASHED = frozenset("-" + chr(code) for code in range(0x21, 0x7F))
#: What a value starts with that may not be simply the text that it looks like.
_SPECIAL = _INDICATORS | {start[:1] for start in AMBIGUOUS_STARTS}
_COMMON = {text: PlainScalar(text) for text in ["true", "false", *map(str, range(65))]}

_TO_QUOTE = {
    "'": re.compile(r"([^']*(?:''[^']*)*)'(?!')"),
    '"': re.compile(r'([^"\\]*(?:\\.[^"\\]*)*)"'),
}
_BREAKS = re.compile(r"\n+")
_FLOW_SCALAR = re.compile(
    r"""(?:[A-Za-z0-9_./$<(=~^+;\\]|-(?=[A-Za-z0-9_./-]))
    [^:,[\]{}\#\ ?]*(?:(?::(?=[A-Za-z0-9/_.-])|\ +(?=[A-Za-z0-9/_.$-]))[^:,[\]{}\#\ ?]*)*""",
    re.VERBOSE,
)
_FLOW_ITEM = re.compile(rf"""\ *(?:'([^']+)'|"([^"\\]+)"|({_FLOW_SCALAR.pattern}))\ *([,\]])""", re.VERBOSE)
_FLOW_KEY = re.compile(rf"""(?:([^\W\d]\w{{0,{_LONGEST_KEY}}})|"([^"\\]{{1,200}})"|'([^'\\]{{1,200}})'):(?: |\Z)""")
#: How deep flow collections may be in each other.
_FLOW_LEVELS = 8
#: What is left of a line is copied at each token of a flow collection, so no line may be long.
_LONGEST_FLOW = 10_000

_FIELDS = field_names()
#: The level of a dash or 0, and the level and name of a key. A level is twice a column, and one more for a list, so a
#: list at the column of the key above it is inside of the mapping of that key.
_Layout: TypeAlias = "tuple[int, int, str]"
#: Layouts by what stands before a colon, for the fields of the format. They are the same few in all files, and to find
#: one takes as long as all else about a line.
_LAYOUTS: dict[str, _Layout] = {}
_MOST_COLUMNS = 32
#: The layouts of the items of lists, by the spaces before the dash.
_ITEMS: dict[str, _Layout] = {" " * column: (2 * column + 1, 0, "") for column in range(_MOST_COLUMNS)}


class Unusual(Exception):
    """The text does not follow the rules of the fast reader. It may be right or wrong."""


class _Mark:
    """Stands for a value that begins in a later line, if there is one, or for that of an alias."""

    __slots__ = ("alias", "anchor")

    def __init__(self, anchor: str = "", alias: str = "") -> None:
        self.anchor = anchor
        self.alias = alias


_LATER: Any = _Mark()


def read_block(text: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """Return the plain data of a document that follows the rules above, as the complete reader does.

    A scalar is a `str`, a `PlainScalar` where it has no quotes and YAML may read something else than text in it, or
    None. A collection with an anchor is a `SharedMapping` or a `SharedList`, one object wherever it is used.

    Raises `Unusual` for every other document.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if len(text) >= limits.values or limits.depth < _FLOW_LEVELS + 2:
        raise Unusual  # each value has a character of its own
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise Unusual from None
    if data.translate(None, _USUAL_BYTES):
        raise Unusual
    if not text.isascii() and (_CONTROLS.search(text) is not None or any(sign in text for sign in _STRANGE)):
        raise Unusual
    if not text.endswith("\n"):
        text += _UNENDED
    start = _START.match(text)
    assert start is not None
    has_hash = "#" in text
    if _MARKER.search(text, start.end()) is not None:
        raise Unusual
    all_lines = text[start.end() : -1].split("\n")
    remaining = iter(all_lines)
    lines: Iterator[str] = remaining
    root: dict[str, Any]
    following: list[str] = []  # the line behind a literal scalar

    if text.startswith("{", start.end()):
        root = _value(next(lines), lines, 0, following, {})
        for line in lines:
            if line.lstrip(" ")[:1] not in ("", "#"):
                raise Unusual
        return root

    here = 0  # the level of the innermost collection
    root = {}
    node: Any = root
    stack: list[tuple[int, Any]] = []
    max_stack = limits.depth - _FLOW_LEVELS - 2
    later: Any = None  # the key, or the index -1, whose value may begin in a later line
    layouts: dict[str, _Layout] = {}
    anchors: dict[str, Any] = {}
    pending = ""  # the anchor of that value
    room = limits.values - len(text)  # for the values of aliases
    sizes: dict[int, int] = {}
    value: Any
    while True:
        for line in lines:
            head, mark, value = line.rpartition(": ")
            if mark:
                layout = _LAYOUTS.get(head)
            elif line[-1:] == ":":
                head = line[:-1]
                value = ""
                layout = _LAYOUTS.get(head)
            else:
                head, mark, value = line.partition("- ")
                layout = _ITEMS.get(head) if mark else None
                head = ""
            if layout is None:
                rest = line.lstrip(" ")
                if not rest or rest[0] == "#":
                    continue
                layout = layouts.get(head) or _layout(head, layouts)
            if layout is None:
                dash, level, key, rest = _parts(line)
                if not dash and not key:
                    if later is None:
                        # It continues a plain scalar, if anything.
                        before = length_hint(remaining) + 2
                        later, column, text_before = _last(all_lines[-before] if before <= len(all_lines) else "", here)
                        if level >> 1 <= column or not node or (later != -1 and next(reversed(node)) != later):
                            raise Unusual
                        if node[later] != _plain(text_before):
                            raise Unusual
                        value = _continued(text_before, chain((line,), lines), column, following)
                    elif level <= here | 1:
                        raise Unusual
                    else:
                        value = _value(rest, lines, here >> 1, following, anchors)
                        if following or value.__class__ is _Mark or (pending and rest[0] == "&"):
                            raise Unusual
                        if rest[0] not in _INDICATORS and " #" not in rest:
                            value = _continued(_checked_plain(rest), lines, here >> 1, following)
                        if pending:
                            anchors[pending] = value = _shared(value)
                    node[later] = value
                    later = None
                    if following:
                        lines = chain((following.pop(),), remaining)
                        break
                    continue
                value = _value(rest, lines, (level or dash) >> 1, following, anchors)
            else:
                dash, level, key = layout
                if not value:
                    value = _LATER
                elif value[-1] in " :" or (has_hash and "#" in value):
                    value = _value(value, lines, (level or dash) >> 1, following, anchors)
                elif value[0] in _SPECIAL:
                    quote = value[0]
                    if quote in {"'", '"'}:
                        if value.find(quote, 1) == len(value) - 1 and "\\" not in value:
                            value = value[1:-1]
                        else:
                            value = _value(value, lines, (level or dash) >> 1, following, anchors)
                    elif value[:2] in AMBIGUOUS_STARTS:
                        value = _COMMON.get(value) or _plain(value)
                    elif quote in _INDICATORS and value[:2] not in _DASHED:
                        value = _value(value, lines, (level or dash) >> 1, following, anchors)

            # Where it stands.
            if dash and dash != here:
                if dash < here:
                    while dash < here:
                        here, node = stack.pop()
                    if dash != here:
                        raise Unusual
                else:
                    if later is None:
                        raise Unusual
                    stack.append((here, node))
                    if len(stack) > max_stack:
                        raise Unusual
                    node[later] = node = _anchored(SharedList(), pending, anchors) if pending else []
                    here = dash
            if level != here and key:
                if level < here:
                    while level < here:
                        here, node = stack.pop()
                    if level != here:
                        raise Unusual
                else:
                    stack.append((here, node))
                    if len(stack) > max_stack:
                        raise Unusual
                    if dash:
                        new: dict[str, Any] = {}
                        node.append(new)
                        node = new
                    elif later is None:
                        raise Unusual
                    else:
                        node[later] = node = _anchored(SharedMapping(), pending, anchors) if pending else {}
                    here = level
            later = None
            if value.__class__ is _Mark:
                if value.alias:
                    if value.alias not in anchors:
                        raise Unusual
                    value = anchors[value.alias]
                    if value is _LATER:
                        value = None
                    if value.__class__ is SharedMapping or value.__class__ is SharedList:
                        if value is node or any(value is each for _, each in stack):
                            raise Unusual
                        room -= _size(value, sizes)
                        if room <= 0:
                            raise Unusual
                else:
                    pending = value.anchor
                    if pending:
                        anchors[pending] = _LATER
                    value = None
                    later = key or -1
            if not key:
                node.append(value)
            elif key in node:
                raise Unusual
            else:
                node[key] = value
            if following:
                lines = chain((following.pop(),), remaining)
                break
        else:
            break
    if not root:
        raise Unusual
    return root


def _layout(head: str, layouts: dict[str, _Layout]) -> _Layout | None:
    """The layout of a line from all that stands before its colon, None where that is not all of it."""
    key = head.lstrip(" ")
    column = len(head) - len(key)
    dash = 0
    if key[:2] == "- ":
        dash = 2 * column + 1
        key = key[2:].lstrip(" ")
        column = len(head) - len(key)
    if not key.isidentifier() or key in NULLS or len(key) > _LONGEST_KEY:
        return None  # a key in quotes, or none
    layout = dash, 2 * column, key
    if key in _FIELDS and column < _MOST_COLUMNS and (not dash or key == head[dash // 2 + 2 :]):
        _LAYOUTS[head] = layout
    else:
        layouts[head] = layout
    return layout


def _parts(line: str) -> tuple[int, int, str, str]:
    """The level of a dash, the level of a key or value, the key, and what stands behind them."""
    match = _LINE.fullmatch(line)
    assert match is not None
    indent, dashes, plain, double, single, rest = match.groups()
    key = plain or double or single
    column = len(indent)
    dash = 2 * column + 1 if dashes else 0
    if key is None:
        return dash, 0 if dashes else 2 * column, "", rest
    if key in _NO_KEYS or len(key) > _LONGEST_KEY:
        raise Unusual
    return dash, 2 * (column + len(dashes)), key, rest


def _last(line: str, here: int) -> tuple[Any, int, str]:
    """The key or the index -1, the column and the text of a line whose plain scalar may go on in the next line."""
    dash, level, key, rest = _parts(line)
    if (level if key else dash) != here or not (key or dash) or " #" in rest:
        raise Unusual
    return key or -1, here >> 1, _checked_plain(rest)


def _value(rest: str, lines: Iterator[str], column: int, following: list[str], anchors: dict[str, Any]) -> Any:
    """What stands behind a key or dash, or alone: a scalar or a flow collection, which may go on in further lines."""
    rest = rest.lstrip(" ")
    if not rest or rest[0] == "#":
        return _LATER
    first = rest[0]
    value: Any
    if first in {"'", '"'}:
        value, rest = _quoted(rest, lines)
    elif first in {"[", "{"}:
        value, rest = _flow(rest, lines, _FLOW_LEVELS)
    elif first in {"|", ">"}:
        return _block_scalar(rest.rstrip(" "), lines, column, following)
    elif first == "*":
        alias = _ALIAS.match(rest)
        if alias is None:
            raise Unusual
        value, rest = _Mark(alias=alias[1]), rest[alias.end() :]
    elif first == "&":
        anchor = _ANCHOR.match(rest)
        if anchor is None or rest[anchor.end() :][:1] == "&":
            raise Unusual
        value = _value(rest[anchor.end() :], lines, column, following, anchors)
        if value is _LATER:
            return _Mark(anchor=anchor[1])
        if value.__class__ is _Mark:
            raise Unusual
        anchors[anchor[1]] = value = _shared(value)
        return value
    else:
        return _plain(_checked_plain(rest))
    if rest:
        text = rest.lstrip(" ")
        if text and (text[0] != "#" or text == rest):
            raise Unusual
    return value


def _anchored(collection: Any, anchor: str, anchors: dict[str, Any]) -> Any:
    """A collection that is the value of an anchor, unless the line of its first part has given the name anew."""
    if anchors[anchor] is _LATER:
        anchors[anchor] = collection
    return collection


def _shared(value: Any) -> Any:
    """A value with an anchor."""
    shared: Any = value
    if value.__class__ is dict:
        shared = SharedMapping()
        shared.update(value)
    elif value.__class__ is list:
        shared = SharedList()
        shared.extend(value)
    return shared


def _size(value: Any, known: dict[int, int]) -> int:
    """The number of values in a collection, with aliases written out."""
    size = known.get(id(value))
    if size is None:
        parts = value.values() if isinstance(value, dict) else value
        size = len(value) + sum(_size(part, known) for part in parts if isinstance(part, (dict, list)))
        known[id(value)] = size
    return size


def _checked_plain(rest: str) -> str:
    """A plain scalar, without a comment behind it."""
    comment = rest.find(" #")
    if comment >= 0:
        rest = rest[:comment]
    rest = rest.rstrip(" ")
    first = rest[:1]
    if (
        not first
        or ": " in rest
        or rest[-1] == ":"
        or (first in _INDICATORS and (first != "-" or rest[1:2] in ("", " ")))
    ):
        raise Unusual
    return rest


def _continued(text: str, lines: Iterator[str], column: int, following: list[str]) -> str | None:
    """A plain scalar with the lines that continue it: all that are indented more than its key or dash."""
    breaks = 0
    for line in lines:
        part = line.lstrip(" ")
        if not part:
            breaks += 1
            continue
        if len(line) - len(part) <= column:
            following.append(line)
            break
        part = part.rstrip(" ")
        if part[0] == "#" or " #" in part or ": " in part or part[-1] == ":":
            raise Unusual
        text += ("\n" * breaks or " ") + part
        breaks = 0
    return _plain(text)


def _plain(text: str) -> str | None:
    if text[:2] not in AMBIGUOUS_STARTS or (len(text) > _LONGEST_WORD and text[0] > "9") or reads_as_text(text):
        return text
    return None if text in NULLS else PlainScalar(text)


def _quoted(rest: str, lines: Iterator[str]) -> tuple[str, str]:
    """A quoted scalar, and what stands behind it in its last line."""
    quote = rest[0]
    to_quote = _TO_QUOTE[quote]
    match = to_quote.match(rest, 1)
    if match is not None:
        text = match[1]
        rest = rest[match.end() :]
        if quote == '"' and "\\" in text:
            return _unescaped(text), rest
    else:
        parts = [rest[1:]]
        for line in lines:
            if quote in line:
                match = to_quote.match(line)
                if match is not None:
                    break
            parts.append(line)
        else:
            raise Unusual
        assert match is not None
        parts.append(match[1])
        rest = line[match.end() :]
        if quote == '"' and any("\\" in part for part in parts):
            return _unescaped("\n".join(parts)), rest
        last = len(parts) - 1
        parts = [parts[0].rstrip(" "), *[part.strip(" ") for part in parts[1:last]], parts[last].lstrip(" ")]
        text = " ".join(parts) if all(parts) else _BREAKS.sub(lambda breaks: breaks[0][1:] or " ", "\n".join(parts))
    return (text.replace("''", "'") if quote == "'" else text), rest


def _unescaped(text: str) -> str:
    """What stands between double quotes, with escapes in it, is left to libyaml."""
    if parsers.CParser is None:
        raise Unusual
    get_event = parsers.parser_of(f'"{text}"').get_event
    try:
        get_event()
        get_event()
        value: str = get_event().value
    except yaml.YAMLError:
        raise Unusual from None
    return value


def _flow(rest: str, lines: Iterator[str], levels: int) -> tuple[Any, str]:
    """A flow list or mapping, with so many levels inside, and what stands behind it in its last line."""
    key: str | None = None
    nodes: Any
    end = 1
    if rest[0] == "[":
        close = "]"
        nodes = []
        while (match := _FLOW_ITEM.match(rest, end)) is not None:
            single, double, plain, after = match.groups()
            nodes.append(single or double or _plain(plain))
            end = match.end()
            if after == close:
                return nodes, rest[end:]
    else:
        close = "}"
        nodes = {}
    rest = _token(rest[end:], lines)
    while rest[0] != close:
        if close == "}":
            match = _FLOW_KEY.match(rest)
            if match is None:
                raise Unusual
            key = match[1] or match[2] or match[3]
            if key in nodes or key in _NO_KEYS:
                raise Unusual
            rest = _token(rest[match.end() :], lines)
        first = rest[0]
        value: Any
        if first in {"'", '"'}:
            value, rest = _quoted(rest, lines)
        elif first in {"[", "{"}:
            if not levels:
                raise Unusual
            value, rest = _flow(rest, lines, levels - 1)
        else:
            match = _FLOW_SCALAR.match(rest)
            if match is None:
                raise Unusual
            value = _plain(match[0])
            rest = rest[match.end() :]
        if key is None:
            nodes.append(value)
        else:
            nodes[key] = value
        rest = _token(rest, lines)
        if rest[0] == ",":
            rest = _token(rest[1:], lines)
        elif rest[0] != close:
            raise Unusual
    return nodes, rest[1:]


def _token(rest: str, lines: Iterator[str]) -> str:
    """The rest of a line, or what further lines hold, from where the next token begins."""
    if len(rest) > _LONGEST_FLOW:
        raise Unusual
    text = rest.lstrip(" ")
    if text[:1] == "#" and text != rest:
        text = ""
    while not text:
        line = next(lines, None)
        if line is None:
            raise Unusual
        text = line.lstrip(" ")
        if text[:1] == "#":
            text = ""
    return text


def _block_scalar(header: str, lines: Iterator[str], column: int, following: list[str]) -> str:
    """A literal or folded scalar of a mapping or list that begins at a column."""
    match = _BLOCK_HEADER.fullmatch(header)
    if match is None:
        raise Unusual
    increment = match[2] or match[5]
    chomping = match[3] or match[4]
    blanks = ""
    width = column + int(increment or 0)
    for line in lines:
        if (line[:width].strip(" ") or len(line) > width) if increment else line:
            break
        blanks += "\n"
    else:
        raise Unusual
    if not increment:
        width = len(line) - len(line.lstrip(" "))
        if width <= column or width == len(line):  # spaces alone may decide about the indentation
            raise Unusual
    indent = " " * width
    if line[:width] != indent:
        raise Unusual
    parts = [line]
    for line in lines:
        if line[:width] == indent:
            parts.append(line)
        elif not line.strip(" "):
            parts.append("")
        elif line == "#":  # the text may have ended without a newline
            raise Unusual
        else:
            following.append(line)
            break
    text = "\n".join(parts)[width:].replace("\n" + indent, "\n")
    end = len(text.rstrip("\n"))
    text, ends = text[:end], text[end:]
    if match[1] == ">":
        text = _folded(text)
    if chomping == "-":
        return f"{blanks}{text}"
    return f"{blanks}{text}\n{ends}" if chomping == "+" else f"{blanks}{text}\n"


def _folded(text: str) -> str:
    """The lines of a folded scalar: a line end between two that start with no space becomes a space."""
    lines = text.split("\n")
    folded = lines[0]
    is_indented = folded[:1] == " "
    breaks = 0
    for line in lines[1:]:
        if not line:
            breaks += 1
            continue
        was_indented, is_indented = is_indented, line[0] == " "
        if was_indented or is_indented:
            folded += "\n"
        elif not breaks:
            folded += " "
        folded += "\n" * breaks + line
        breaks = 0
    return folded
