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
- After ``<<:`` an alias of a mapping, or a flow list of such.
- Comments and blank lines, Windows line ends, tabs in comments and in literal and folded scalars, and ``---`` in a line
  of its own before the first key.

Not read here are, among others: other tabs, tags, directives, further documents, lists directly in lists (``- - a``),
``? a``, null keys, duplicate keys, anchors at keys, and comments inside of a plain scalar.
"""

from __future__ import annotations

import re
from operator import length_hint
from typing import Any, TypeAlias

from ..limits import DEFAULT_LIMITS, Limits
from ..model import field_names
from ..scalars import AMBIGUOUS_STARTS, NULLS, PlainScalar, reads_as_text
from .anchors import SharedList, SharedMapping
from .excerpts import Entry

__all__ = ["Unusual", "read_block"]

#: Of what libyaml refuses or takes for a line end, all is found through these. One set of them all as a regular
#: expression would take 3 ms to compile.
_USUAL_BYTES = bytes([0x09, 0x0A, *range(0x20, 0x7F), *range(0x80, 0x100)])
_CONTROLS = re.compile("[\x80-\x9f]")
_STRANGE = "\u2028\u2029\ufeff\ufffe\uffff"
_START = re.compile(r"(?: *(?:#.*)?\n)*(?:---(?: +#.*| *)\n)?")
#: Indentation, dash, key, and what stands behind them.
_LINE = re.compile(
    r"""( *)(- +|-\Z|)(?:(?:([^\W\d][\w-]*|<<)|"([^"\\]+)"|'([^']+)'):(?: +|\Z)|)(.*)""",
)
_BLOCK_HEADER = re.compile(r"([|>])(?:([1-9])([-+]?)|([-+]?)([1-9]?))(?: +#.*)?")
_ANCHOR = re.compile(r"&([A-Za-z0-9_-]+)(?: +|\Z)")
_ALIAS = re.compile(r"\*([A-Za-z0-9_-]+)(?=[ ,\]}]|\Z)")

#: Well below the 1024 characters within which libyaml looks for the colon.
_LONGEST_KEY = 200
_MERGE = "<<"
#: What no plain scalar starts with, but for three signs that may with something behind them.
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@` ")
_DASHED = frozenset("-" + chr(code) for code in range(0x21, 0x7F))
#: What a value starts with that may not be simply the text that it looks like.
_SPECIAL = _INDICATORS | {start[:1] for start in AMBIGUOUS_STARTS}
_COMMON = {text: PlainScalar(text) for text in ["true", "false", *map(str, range(65))]}

_BREAKS = re.compile(r"\n+")
#: In a text with double quotes: an escape, or line ends.
_ESCAPE = re.compile(r"\n+|\\(?:(\n+)|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([0abtnvfre \"/\\N_LP])|)")
_ESCAPED = dict(zip('0abtnvfre "/\\N_LP', '\0\a\b\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029', strict=True))
_FLOW_SCALAR = re.compile(
    r"""(?:[A-Za-z0-9_./$<(=~^+;\\]|-(?=[A-Za-z0-9_./-]))
    [^:,[\]{}\#\ ?]*(?:(?::(?=[A-Za-z0-9/_.-])|\ +(?=[A-Za-z0-9/_.$-]))[^:,[\]{}\#\ ?]*)*""",
    re.VERBOSE,
)
_TOKEN = re.compile(r" *([^ #])")
_FLOW_KEY = re.compile(
    rf"""([^\W\d]\w{{0,{_LONGEST_KEY}}}):(?:\ |\Z)|(?:"([^"\\]{{1,200}})"|'([^'\\]{{1,200}})'):""", re.VERBOSE
)
#: How deep flow collections may be in each other.
_FLOW_LEVELS = 8

_FIELDS = field_names()
#: The level of a dash or 0, and the level and name of a key. A level is twice a column, and one more for a list, so a
#: list at the column of the key above it is inside of the mapping of that key.
_Layout: TypeAlias = "tuple[int, int, str]"
#: Layouts by what stands before a colon, for the fields of the format. They are the same few in all files, and to find
#: one takes as long as all else about a line.
_LAYOUTS: dict[str, _Layout] = {}
_MOST_COLUMNS = 32
#: From so many characters on, equal lines are taken apart once. The tasks of a sweep differ little: reading real ones
#: takes a third less.
_LONG = 8_000
#: The layouts of the items of lists, by the spaces before the dash.
_ITEMS: dict[str, _Layout] = {" " * column: (2 * column + 1, 0, "") for column in range(_MOST_COLUMNS)}


class Unusual(Exception):
    """The text does not follow the rules of the fast reader. It may be right or wrong."""


class _Later:
    """Stands for a value that begins in a later line, if there is one."""

    __slots__ = ("anchor",)

    def __init__(self, anchor: str = "") -> None:
        self.anchor = anchor


#: Also the value of an anchor until it is read.
_LATER: Any = _Later()


def read_block(text: str, limits: Limits = DEFAULT_LIMITS, entries: list[Entry] | None = None) -> dict[str, Any]:
    """Return the plain data of a document that follows the rules above, as the complete reader does.

    Of a document in block style, where each key and dash stands is added to `entries`.

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
    is_ended = text.endswith("\n")
    if not is_ended:
        text += "\n"
    match = _START.match(text)
    assert match is not None
    start = match.end()
    if text.find("\n---", start) >= 0 or text.find("\n...", start) >= 0:
        raise Unusual
    has_hash = "#" in text
    has_tab = "\t" in text
    lines = _Lines(text[start:-1].split("\n"), is_ended, has_tab, limits.values - len(text))
    root: dict[str, Any]

    if text.startswith("{", start):
        root = lines.value(next(lines.remaining), 0)
        for line in lines.remaining:
            if line.lstrip(" ")[:1] not in ("", "#"):
                raise Unusual
        lines.count([], root)
        return root

    here = 0  # the level of the innermost collection
    root = {}
    node: Any = root
    stack: list[tuple[int, Any]] = []
    used = lines.used
    aliases = lines.aliases
    max_stack = limits.depth - _FLOW_LEVELS - 2
    later: Any = None  # the key, or the index -1, whose value may begin in a later line
    pending = ""  # the anchor of that value
    layouts: dict[str, _Layout] = {}
    read_value = lines.value
    is_long = len(text) > _LONG
    known: dict[str, tuple[int, int, str, Any]] = {}  # what lines say that have all of their value in them
    value: Any
    for line in lines.remaining:
        if is_long and line in known:
            dash, level, key, value = known[line]
        else:
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
                        later, value = lines.continued(node, here)
                    elif level <= here | 1:
                        raise Unusual
                    else:
                        value = lines.alone(rest, here >> 1)
                        if pending:
                            value = lines.anchored(_shared(value), pending)
                        lines.count(stack, node)
                    node[later] = value
                    later = None
                    if entries is not None:
                        entries[-1] = (length_hint(lines.remaining), *entries[-1][1:])
                    continue
                value = read_value(rest, (level or dash) >> 1)
                if key == _MERGE:
                    lines.merge(value)
            else:
                dash, level, key = layout
                is_whole = True
                if not value:
                    value = _LATER
                elif value[-1] in " :" or (has_hash and "#" in value) or (has_tab and "\t" in value):
                    value = read_value(value, (level or dash) >> 1)
                    is_whole = False
                elif value[0] in _SPECIAL:
                    if value[:2] in AMBIGUOUS_STARTS:
                        value = _COMMON.get(value) or _plain(value)
                    elif value[0] in _INDICATORS and value[:2] not in _DASHED:
                        quote = value[0]
                        if value in aliases:
                            value, size = aliases[value]
                            lines.room -= size
                            if lines.room <= 0:
                                raise Unusual
                            is_whole = False
                        elif quote in {"'", '"'} and value.find(quote, 1) == len(value) - 1 and "\\" not in value:
                            value = value[1:-1]
                        else:
                            value = read_value(value, (level or dash) >> 1)
                            is_whole = False
                if is_long and is_whole:
                    known[line] = dash, level, key, value

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
                node[later] = node = lines.anchored(SharedList(), pending) if pending else []
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
                    node[later] = node = lines.anchored(SharedMapping(), pending) if pending else {}
                here = level
        if entries is not None:
            entries.append((length_hint(lines.remaining), dash, level, key))
        if used:
            lines.count(stack, node)
        later = None
        if value.__class__ is _Later:
            pending = value.anchor
            if pending:
                lines.open_anchor(pending)
            value = None
            later = key or -1
        if not key:
            node.append(value)
        elif key in node:
            raise Unusual
        else:
            node[key] = value
    if not root:
        raise Unusual
    if lines.has_merge:
        _merge(root, set())
    return root


class _Lines:
    """The lines of a document, and what its anchors stand for."""

    def __init__(self, lines: list[str], is_ended: bool, has_tab: bool, room: int) -> None:
        self.all = lines
        #: An iterator over the lines that are not read yet.
        self.remaining: Any = iter(lines)
        #: Whether the last line has an end.
        self.is_ended = is_ended
        self.has_tab = has_tab
        #: How many values aliases may still stand for.
        self.room = room
        self.anchors: dict[str, Any] = {}
        #: The aliases of the line, with what they stand for.
        self.used: list[tuple[str, Any]] = []
        #: What the aliases stand for that were used and may be used again, with the number of values in it. Files that
        #: a program has written have thousands: this saves a fifth of the time of large real files.
        self.aliases: dict[str, tuple[Any, int]] = {}
        self.has_merge = False
        self.sizes: dict[int, int] = {}

    def number(self) -> int:
        """The index of the next line."""
        return len(self.all) - length_hint(self.remaining)

    def give_back(self) -> None:
        """Let the last line be read once more."""
        # What pickle does with a list's iterator, and the loop over it goes on.
        self.remaining.__setstate__(self.number() - 1)

    def value(self, rest: str, column: int) -> Any:
        """What stands behind a key or dash: a scalar or a flow collection, which may go on in further lines."""
        rest = rest.lstrip(" ")
        if not rest or rest[0] == "#":
            return _LATER
        if self.has_tab and "\t" in rest:
            raise Unusual
        first = rest[0]
        if first == "&":
            anchor = _ANCHOR.match(rest)
            rest = rest[anchor.end() :] if anchor is not None else ""
            if anchor is None or rest[:1] in {"&", "*"}:
                raise Unusual
            if not rest or rest[0] == "#":
                return _Later(anchor[1])
            self.open_anchor(anchor[1])
            return self.anchored(_shared(self.value(rest, column)), anchor[1])
        if first in {"|", ">"}:
            return self.block_scalar(rest.rstrip(" "), column)
        if first not in {"'", '"', "[", "{", "*"}:
            return _plain(_checked_plain(rest))
        value, line, end = self.flow_value(rest, 0, _FLOW_LEVELS + 1)
        if end < len(line):
            after = line[end:].lstrip(" ")
            if after and (after[0] != "#" or line[end] != " "):
                raise Unusual
        return value

    def alone(self, rest: str, column: int) -> Any:
        """A value that stands in a line below its key or dash."""
        if rest[0] in {"&", "*", "|", ">"}:
            raise Unusual
        if rest[0] in _INDICATORS or " #" in rest:
            return self.value(rest, column)
        return self.more(_checked_plain(rest), column, 0)

    def continued(self, node: Any, here: int) -> tuple[Any, str | None]:
        """The key or index of the last value, and the whole of it: a plain scalar that goes on in this line."""
        number = self.number() - 1
        before = number - 1
        while before >= 0 and not self.all[before].strip(" "):
            before -= 1
        if before < 0:
            raise Unusual
        dash, level, key, rest = _parts(self.all[before])
        if (level if key else dash) != here or not (key or dash) or " #" in rest:
            raise Unusual
        if not node or (key and next(reversed(node)) != key):
            raise Unusual
        text = _checked_plain(rest)
        # Else that line was the last of a value in several.
        if node[key or -1] != _plain(text):
            raise Unusual
        line = self.all[number]
        if len(line) - len(line.lstrip(" ")) <= here >> 1:
            raise Unusual
        self.give_back()
        return key or -1, self.more(text, here >> 1, number - before - 1)

    def more(self, text: str, column: int, breaks: int) -> str | None:
        """A plain scalar with the lines that continue it: all that are indented more than its key or dash."""
        for line in self.remaining:
            part = line.lstrip(" ")
            if not part:
                breaks += 1
                continue
            if len(line) - len(part) <= column:
                self.give_back()
                break
            part = part.rstrip(" ")
            if part[0] == "#" or " #" in part or ": " in part or part[-1] == ":" or "\t" in part:
                raise Unusual
            text += ("\n" * breaks or " ") + part
            breaks = 0
        if "\t" in text:
            raise Unusual
        return _plain(text)

    def quoted(self, line: str, start: int) -> tuple[str, str, int]:
        """A quoted scalar, its last line and the index behind it in that."""
        quote = line[start]
        start += 1
        end = _closing(line, quote, start)
        if end >= 0:
            text = line[start:end]
            if quote == '"':
                return (_ESCAPE.sub(_unescaped, text) if "\\" in text else text), line, end + 1
            return text.replace("''", "'"), line, end + 1
        number = self.number()
        last = ""
        for last in self.remaining:
            if quote in last:
                end = _closing(last, quote, 0)
                if end >= 0:
                    break
        else:
            raise Unusual
        parts = [line[start:], *self.all[number : self.number() - 1]]
        line, last = last, last[:end].lstrip(" ")
        text = "\n".join(parts)
        if "\t" in text or "\t" in last:
            raise Unusual
        has_escapes = quote == '"' and ("\\" in text or "\\" in last)
        if not has_escapes:
            # Most have one indentation and no blank line: this takes a third of the time.
            second = parts[-1] if len(parts) > 1 else ""
            indent = second[: len(second) - len(second.lstrip(" "))]
            folded = text.replace("\n" + indent, " ") + " " + last
            if "\n" not in folded and "  " not in folded:
                return (folded.replace("''", "'") if quote == "'" else folded), line, end + 1
        stripped = [parts[0].rstrip(" "), *[part.strip(" ") for part in parts[1:]]]
        if has_escapes and any(
            part.endswith("\\") and part is not whole and whole[-1] == " "
            for part, whole in zip(stripped, parts, strict=True)
        ):
            raise Unusual  # is it the space that is escaped, or the line end?
        text = "\n".join([*stripped, last])
        if has_escapes:
            return _ESCAPE.sub(_unescaped, text), line, end + 1
        text = _BREAKS.sub(lambda breaks: breaks[0][1:] or " ", text)
        return (text.replace("''", "'") if quote == "'" else text), line, end + 1

    def flow_value(self, line: str, at: int, levels: int) -> tuple[Any, str, int]:
        """A value in a flow collection, with so many levels inside, its last line and the index behind it in that."""
        first = line[at]
        if first in {"'", '"'}:
            return self.quoted(line, at)
        if first in {"[", "{"}:
            if not levels:
                raise Unusual
            return self.flow(line, at, levels - 1)
        value: Any
        if first == "*":
            alias = _ALIAS.match(line, at)
            value = _LATER if alias is None else self.anchors.get(alias[1], _LATER)
            if alias is None or value is _LATER:
                raise Unusual
            self.used.append((alias[0], value))
            return value, line, alias.end()
        if first == "&":
            anchor = _ANCHOR.match(line, at)
            if anchor is None:
                raise Unusual
            self.open_anchor(anchor[1])
            line, at = self.token(line, anchor.end())
            if line[at] in {"&", "*"}:
                raise Unusual
            value, line, at = self.flow_value(line, at, levels)
            return self.anchored(_shared(value), anchor[1]), line, at
        match = _FLOW_SCALAR.match(line, at)
        if match is None:
            raise Unusual
        return _plain(match[0]), line, match.end()

    def flow(self, line: str, at: int, levels: int) -> tuple[Any, str, int]:
        """A flow list or mapping, with so many levels inside, its last line and the index behind it in that."""
        nodes: Any
        key = ""
        close, nodes = ("]", []) if line[at] == "[" else ("}", {})
        line, at = self.token(line, at + 1)
        while line[at] != close:
            if close == "}":
                match = _FLOW_KEY.match(line, at)
                if match is None:
                    raise Unusual
                key = match[1] or match[2] or match[3]
                if key in nodes or key in NULLS or key == _MERGE:
                    raise Unusual
                line, at = self.token(line, match.end())
            value, line, at = self.flow_value(line, at, levels)
            if key:
                nodes[key] = value
            else:
                nodes.append(value)
            line, at = self.token(line, at)
            if line[at] == ",":
                line, at = self.token(line, at + 1)
            elif line[at] != close:
                raise Unusual
        return nodes, line, at + 1

    def token(self, line: str, at: int) -> tuple[str, int]:
        """The line and the index at which the next token begins."""
        while True:
            match = _TOKEN.match(line, at)
            if match is not None:
                return line, match.start(1)
            if line.startswith("#", at) and at and line[at - 1] != " ":
                raise Unusual
            line, at = next(self.remaining, ""), 0
            if not line and not length_hint(self.remaining):
                raise Unusual
            if self.has_tab and "\t" in line and line.lstrip(" ")[0] != "#":
                raise Unusual

    def block_scalar(self, header: str, column: int) -> str:
        """A literal or folded scalar of a mapping or list that begins at a column."""
        match = _BLOCK_HEADER.fullmatch(header)
        if match is None:
            raise Unusual
        increment = match[2] or match[5]
        chomping = match[3] or match[4]
        blanks = ""
        widest = 0
        width = column + int(increment or 0)
        for line in self.remaining:
            if (line[:width].strip(" ") or len(line) > width) if increment else line.strip(" "):
                break
            widest = max(widest, len(line))
            blanks += "\n"
        else:
            raise Unusual
        if not increment:
            content = line.lstrip(" ")
            width = len(line) - len(content)
            if width <= column or widest > width or content[0] == "\t":
                raise Unusual
        indent = " " * width
        if line[:width] != indent:
            raise Unusual
        parts = [line]
        is_ended = True
        for line in self.remaining:
            if line[:width] == indent:
                parts.append(line)
            elif not line.strip(" "):
                parts.append("")
            else:
                self.give_back()
                break
        else:
            is_ended = self.is_ended
            if not is_ended and not line.strip(" "):
                raise Unusual
        text = "\n".join(parts)[width:].replace("\n" + indent, "\n")
        end = len(text.rstrip("\n"))
        text, ends = text[:end], text[end:]
        if match[1] == ">":
            text = _folded(text)
        if chomping == "-" or not is_ended:
            return f"{blanks}{text}"
        return f"{blanks}{text}\n{ends}" if chomping == "+" else f"{blanks}{text}\n"

    def open_anchor(self, anchor: str) -> None:
        """Give an anchor's name to a value that is still to be read."""
        self.anchors[anchor] = _LATER
        self.aliases.pop(f"*{anchor}", None)

    def anchored(self, value: Any, anchor: str) -> Any:
        """A value that is that of an anchor, unless what is inside of it has given the name anew."""
        if self.anchors[anchor] is _LATER:
            self.anchors[anchor] = value
        return value

    def merge(self, value: Any) -> None:
        """Take note of a merge key."""
        sources = value if value.__class__ is list else [value]
        if not sources or any(source.__class__ is not SharedMapping for source in sources):
            raise Unusual
        self.used += [("", source) for source in sources]  # once more: they are read and then copied
        self.has_merge = True

    def count(self, stack: list[tuple[int, Any]], node: Any) -> None:
        """Count the values of collections that aliases stand for, none of which may be around its alias."""
        for alias, value in self.used:
            size = 0
            if value.__class__ is SharedMapping or value.__class__ is SharedList:
                if value is node or any(value is each for _, each in stack):
                    raise Unusual
                size = _size(value, self.sizes)
            self.room -= size
            if self.anchors.get(alias[1:]) is value:  # else the name was given anew behind it
                self.aliases[alias] = value, size
        if self.room <= 0:
            raise Unusual
        self.used.clear()


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
    if key in NULLS or len(key) > _LONGEST_KEY or (key == _MERGE and not plain):
        raise Unusual
    return dash, 2 * (column + len(dashes)), key, rest


def _merge(value: Any, done: set[int]) -> None:
    """Copy what merge keys name into their mappings, the inner ones first: a source stands before its alias."""
    if id(value) in done:
        return
    done.add(id(value))
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, (dict, list)):
            _merge(part, done)
    if isinstance(value, dict) and _MERGE in value:
        sources = value.pop(_MERGE)
        for source in sources if sources.__class__ is list else [sources]:
            for key, part in source.items():
                value.setdefault(key, part)


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
    """The number of values in a collection, with aliases written out, those of merge keys twice."""
    size = known.get(id(value))
    if size is None:
        parts = value.values() if isinstance(value, dict) else value
        size = len(value) + sum(_size(part, known) for part in parts if isinstance(part, (dict, list)))
        if isinstance(value, dict) and _MERGE in value:
            size += _size(value[_MERGE], known)
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


def _plain(text: str) -> str | None:
    if text[:2] not in AMBIGUOUS_STARTS or reads_as_text(text):
        return text
    return None if text in NULLS else PlainScalar(text)


def _closing(line: str, quote: str, start: int) -> int:
    """The index of the quote that closes a scalar, -1 where it goes on in the next line."""
    end = line.find(quote, start)
    while end >= 0:
        if quote == "'":
            if line[end + 1 : end + 2] != "'":
                break
            end = line.find(quote, end + 2)
        else:
            first = end
            while first > start and line[first - 1] == "\\":
                first -= 1
            if (end - first) % 2 == 0:
                break
            end = line.find(quote, end + 1)
    return end


def _unescaped(match: re.Match[str]) -> str:
    """What an escape stands for, or what line ends become."""
    breaks, *codes, sign = match.groups()
    if sign:
        return _ESCAPED[sign]
    if breaks:
        return breaks[1:]
    for code in codes:
        if code:
            number = int(code, 16)
            if 0xD800 <= number < 0xE000 or number > 0x10FFFF:
                raise Unusual
            return chr(number)
    if match[0] == "\\":
        raise Unusual
    return match[0][1:] or " "


def _folded(text: str) -> str:
    """The lines of a folded scalar: a line end between two that start with no blank becomes a space."""
    lines = text.split("\n")
    folded = lines[0]
    is_indented = folded[:1] in {" ", "\t"}
    breaks = 0
    for line in lines[1:]:
        if not line:
            breaks += 1
            continue
        was_indented, is_indented = is_indented, line[0] in {" ", "\t"}
        if was_indented or is_indented:
            folded += "\n"
        elif not breaks:
            folded += " "
        folded += "\n" * breaks + line
        breaks = 0
    return folded
