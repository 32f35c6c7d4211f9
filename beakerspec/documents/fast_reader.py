"""The YAML of an ordinary spec to plain data, without a parser's events.

Making PyYAML's event objects takes most of the time of reading a spec: 290 µs of 400 for a file of 7.7 KB, of which
libyaml itself needs 80. So a text is first read here, line by line, as long as it keeps to the rules below. The first
line that does not ends it, and `event_reader` reads the text. This takes 0.35 to 0.45 of its time for a file of 2 KB,
and 0.2 to 0.3 of it for one of 100 KB.

- The outermost mapping is in block style and at the first column, or it is in flow style.
- Keys in block style are words of letters, digits, ``_`` and ``-``, and the colon stands directly behind them. Lists in
  block style have one ``- `` in a line, and may stand at the column of the key above them.
- Behind a key or dash, or alone in the line below it: a plain scalar in one line, a quoted scalar in one line or
  several, a flow list or mapping in one line or several. Unquoted scalars in these hold no brackets and no commas.
- Behind a key or dash: a literal scalar (``|``, ``|-``, ``|+``).
- Comments and blank lines, and ``---`` in a line of its own before the first key.

Not read here are, among others: tabs and Windows line ends, anchors, aliases, tags, merge keys, directives, further
documents, folded scalars (``>``), plain scalars in several lines, lists directly in lists (``- - a``), ``? a``, null
keys and keys given twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any, TypeAlias

import yaml

from ..limits import DEFAULT_LIMITS, Limits
from ..model import field_names
from ..scalars import AMBIGUOUS_STARTS, NULLS, PlainScalar, reads_as_text
from . import event_reader
from .event_reader import Unusual, read_events

__all__ = ["read_block", "read_yaml"]

#: Of what libyaml refuses or takes for a line end, all is found through these. One set of them all as a regular
#: expression would take 3 ms to compile.
_USUAL_BYTES = bytes([0x0A, *range(0x20, 0x7F), *range(0x80, 0x100)])
_CONTROLS = re.compile("[\x80-\x9f]")
_STRANGE = "\u2028\u2029\ufeff\ufffe\uffff"
_START = re.compile(r"(?: *(?:#.*)?\n)*(?:--- *\n)?")
#: What may mark the end of the document, or the start of another.
_MARKER = re.compile(r"\n(?:---|\.\.\.)")
#: Added to a text whose last line has no end: a comment in a line of its own.
_UNENDED = "\n#\n"
#: Indentation, dash, key, and what stands behind them.
_LINE = re.compile(r"( *)(- +|-\Z|)(?:([^\W\d][\w-]*):(?: +|\Z)|)(.*)")

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
#: Stands for a value that begins in a later line, if it is there at all.
_LATER: Any = object()


def read_yaml(text: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The plain data of a document, as `event_reader.read_events` gives or refuses it."""
    try:
        return read_block(text, limits)
    except Unusual:
        return read_events(text, limits)


def read_block(text: str, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The plain data of a document that keeps to the rules above: what `event_reader.read_events` gives for it.

    Raises `Unusual` for every other document, be it right or wrong.
    """
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
    remaining = iter(text[start.end() : -1].split("\n"))
    lines: Iterator[str] = remaining
    root: dict[str, Any]
    following: list[str] = []  # the line behind a literal scalar

    if text.startswith("{", start.end()):
        root = _value(next(lines), lines, 0, following)
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
                value = _value(rest, lines, (level or dash) >> 1, following)
                if not dash and not key:
                    if later is None or level <= here | 1 or following:
                        raise Unusual
                    node[later] = value
                    later = None
                    continue
            else:
                dash, level, key = layout
                if not value:
                    value = _LATER
                elif value[-1] in " :" or (has_hash and "#" in value):
                    value = _value(value, lines, (level or dash) >> 1, following)
                elif value[0] in _SPECIAL:
                    quote = value[0]
                    if quote in {"'", '"'}:
                        if value.find(quote, 1) == len(value) - 1 and "\\" not in value:
                            value = value[1:-1]
                        else:
                            value = _value(value, lines, (level or dash) >> 1, following)
                    elif value[:2] in AMBIGUOUS_STARTS:
                        value = _COMMON.get(value) or _plain(value)
                    elif quote in _INDICATORS and value[:2] not in _DASHED:
                        value = _value(value, lines, (level or dash) >> 1, following)

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
                    node[later] = node = []
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
                        node[later] = node = {}
                    here = level
            later = None
            if value is _LATER:
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
        return None
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
    indent, dashes, key, rest = match.groups()
    column = len(indent)
    dash = 2 * column + 1 if dashes else 0
    if key is None:
        return dash, 0 if dashes else 2 * column, "", rest
    if key in NULLS or len(key) > _LONGEST_KEY:
        raise Unusual
    return dash, 2 * (column + len(dashes)), key, rest


def _value(rest: str, lines: Iterator[str], column: int, following: list[str]) -> Any:
    """What stands behind a key or dash, or alone: a scalar or a flow list, which may go on in further lines."""
    rest = rest.lstrip(" ")
    if not rest or rest[0] == "#":
        return _LATER
    first = rest[0]
    value: Any
    if first in {"'", '"'}:
        value, rest = _quoted(rest, lines)
    elif first in {"[", "{"}:
        value, rest = _flow(rest, lines, _FLOW_LEVELS)
    elif first == "|":
        return _literal(rest.rstrip(" "), lines, column, following)
    else:
        comment = rest.find(" #")
        if comment >= 0:
            rest = rest[:comment]
        rest = rest.rstrip(" ")
        if ": " in rest or rest[-1] == ":" or (first in _INDICATORS and (first != "-" or rest[1:2] in ("", " "))):
            raise Unusual
        return _plain(rest)
    if rest:
        text = rest.lstrip(" ")
        if text and (text[0] != "#" or text == rest):
            raise Unusual
    return value


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
    if event_reader.CParser is None:
        raise Unusual
    get_event = event_reader.parser_of(f'"{text}"').get_event
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


def _literal(header: str, lines: Iterator[str], column: int, following: list[str]) -> str:
    """A literal scalar of a mapping or list that begins at a column."""
    if header not in ("|", "|-", "|+"):
        raise Unusual
    blanks = ""
    for line in lines:
        if line:
            break
        blanks += "\n"
    else:
        raise Unusual
    width = len(line) - len(line.lstrip(" "))
    if width <= column or width == len(line):  # spaces alone may decide about the indentation
        raise Unusual
    indent = line[:width]
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
    if header == "|+":
        return f"{blanks}{text}\n"
    text = text.rstrip("\n")
    return f"{blanks}{text}" if header == "|-" else f"{blanks}{text}\n"
