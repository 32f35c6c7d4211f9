"""The text of a document as it stands in its file: places, snippets, and what neither may show.

This serves the failure path only. The text need not be YAML: that is mostly why it is asked for. So nothing
here parses. Line ends are counted, a window around a place is cut, and one tolerant scan finds what may be
the value of an environment variable. Where the scan is in doubt, it masks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import NamedTuple

__all__ = ["Source"]

#: Columns of a snippet, and characters of a slice.
_SNIPPET_WIDTH = 120
_SLICE_LENGTH = 60
#: A long line is cut so that this many columns follow the place, where there are so many.
_WIDTH_BEHIND = 80
#: Line ends are counted once for each stretch of this many characters.
_STRETCH = 1 << 10
#: A longer text is masked as a whole. No spec has so many characters, and the scan would take seconds.
_LONGEST_SCANNED = 2_000_000

_LINE_END = re.compile(r"[\r\n]")
_NO_BLANK = re.compile(r"\S")


class Source:
    """The text of one document, and its file if it has one. Indices count characters from 0.

    Lines count from `first_line`, that of the file on which the document starts, and columns from 1, in characters.
    As in editors, a line ends with a line feed, a carriage return, or both; the other line breaks of YAML 1.1 are
    characters like any other.
    """

    __slots__ = ("_line_starts", "_lines", "_mask", "file", "first_line", "text")

    def __init__(self, text: str, file: str | None = None, first_line: int = 1) -> None:
        self.text = text
        self.file = file
        self.first_line = first_line
        # For the start of each stretch: how many lines end before it, and where its line starts.
        self._lines: list[int] = []
        self._line_starts: list[int] = []
        self._mask: bytearray | None = None

    def __repr__(self) -> str:
        return f"<Source {self.file!r} of {len(self.text)} characters>"

    def place(self, index: int) -> tuple[int, int]:
        """The line and column of an index; ``len(text)`` is the place behind the last character."""
        index = min(max(index, 0), len(self.text))
        if not self._lines:
            self._count_lines()
        stretch = min(index // _STRETCH, len(self._lines) - 1)
        start = stretch * _STRETCH
        line_start = self._line_start(start, index)
        if line_start < 0:
            line_start = self._line_starts[stretch]
        return self.first_line + self._lines[stretch] + self._line_ends(start, index), 1 + index - line_start

    def slice(self, start: int, end: int) -> str:
        """The first line between two indices, masked, in at most 60 characters; an ellipsis marks a cut."""
        start, end = self._clamped(start, end)
        line_end = _LINE_END.search(self.text, start, min(end, start + _SLICE_LENGTH + 1))
        stop = line_end.start() if line_end else min(end, start + _SLICE_LENGTH + 1)
        text = "".join(cell for cell, _ in map(self._cell, range(start, stop)))
        if len(text) > _SLICE_LENGTH or _NO_BLANK.search(self.text, stop, end):
            return text[: _SLICE_LENGTH - 1] + "…"
        return text

    def snippet(self, start: int, end: int, *, is_public: bool = False) -> str:
        """Two lines: the line that holds `start`, masked, and a marker under ``[start, end)``, ``^~~~``.

        They line up in a terminal. A long line is cut to about 120 columns around `start`, with an ellipsis
        at each cut. The marker ends with the line and is never empty. Of a line that `is_public` nothing is masked.
        """
        start, end = self._clamped(start, end)
        if self._inside_line_end(start):
            start -= 1
        first = max(0, start - _SNIPPET_WIDTH - 1)
        line_start = self._line_start(first, start)
        if line_start >= 0:
            first = line_start
        last = min(len(self.text), start + _SNIPPET_WIDTH + 1)
        line_end = _LINE_END.search(self.text, start, last)
        if line_end:
            last = line_end.start()

        behind, room = self._cells(range(start, last), _WIDTH_BEHIND, is_public)
        before, room = self._cells(range(start - 1, first - 1, -1), room + _SNIPPET_WIDTH - _WIDTH_BEHIND, is_public)
        more, _ = self._cells(range(start + len(behind), last), room, is_public)
        behind += more
        before.reverse()
        left = "…" if start - len(before) > first else ""
        right = "…" if start + len(behind) < last else ""
        line = left + "".join(cell for cell, _ in before + behind) + right
        margin = len(left) + sum(width for _, width in before)
        marked = sum(width for _, width in behind[: end - start])
        return f"{line}\n{' ' * margin}^{'~' * (marked - 1)}"

    def is_masked(self, start: int, end: int) -> bool:
        """Whether the range touches a character that is masked. Blanks never are."""
        start, end = self._clamped(start, end)
        if len(self.text) > _LONGEST_SCANNED:
            return _NO_BLANK.search(self.text, start, end) is not None
        mask = self._masks()
        while (start := mask.find(1, start, end)) >= 0:
            sign = _NO_BLANK.search(self.text, start, end)
            if sign is None or mask[sign.start()]:
                return sign is not None
            start = sign.end()
        return False

    def _clamped(self, start: int, end: int) -> tuple[int, int]:
        start = min(max(start, 0), len(self.text))
        return start, min(max(end, start), len(self.text))

    def _inside_line_end(self, index: int) -> bool:
        return index > 0 and self.text.startswith("\n", index) and self.text[index - 1] == "\r"

    def _line_start(self, first: int, index: int) -> int:
        """Where the line that holds `index` starts; -1 if that is not behind `first`."""
        stop = index - 1 if self._inside_line_end(index) else index
        found = max(self.text.rfind("\n", first, index), self.text.rfind("\r", first, max(first, stop)))
        return found + 1 if found >= 0 else -1

    def _line_ends(self, start: int, end: int) -> int:
        """How many lines end in the range; where two characters end one, the second of them counts."""
        text = self.text
        ends = text.count("\n", start, end) + text.count("\r", start, end)
        return ends - text.count("\r\n", start, end + 1) if end > start else 0

    def _count_lines(self) -> None:
        lines, line_start = 0, 0
        counts, line_starts = [0], [0]
        for end in range(_STRETCH, len(self.text), _STRETCH):
            lines += self._line_ends(end - _STRETCH, end)
            found = self._line_start(end - _STRETCH, end)
            line_start = found if found >= 0 else line_start
            counts.append(lines)
            line_starts.append(line_start)
        self._line_starts = line_starts
        self._lines = counts  # last: `place` in another thread looks at it

    def _masks(self) -> bytearray:
        if self._mask is None:
            self._mask = _Masking(self.text).run()
        return self._mask

    def _cells(self, indices: Iterable[int], room: int, is_public: bool) -> tuple[list[tuple[str, int]], int]:
        """The cells that fit into `room` columns, and the columns left.

        A cell without width counts as one column, so that the room bounds the characters too.
        """
        cells: list[tuple[str, int]] = []
        for index in indices:
            cell = self._cell(index, is_public)
            cost = max(1, cell[1])
            if cost > room:
                break
            room -= cost
            cells.append(cell)
        return cells, room

    def _cell(self, index: int, is_public: bool = False) -> tuple[str, int]:
        """What a terminal shows for one character, and the columns that it takes there."""
        char = self.text[index]
        masked = not (is_public or char.isspace()) and (len(self.text) > _LONGEST_SCANNED or self._masks()[index])
        if " " <= char <= "~":
            return ("*" if masked else char), 1
        category = unicodedata.category(char)
        if char == "\t":
            char, width = " ", 1
        elif category in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            # Format characters too: one that turns the direction of writing makes a line read as another.
            char, width = "\N{REPLACEMENT CHARACTER}", 1
        elif category in ("Mn", "Me"):
            width = 0
        else:
            width = 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
        return ("*" * width if masked else char), width


def _letter(letter: str) -> str:
    """A pattern for a letter in either case, spelt as it is or as an escape of YAML or JSON."""
    lower, upper = ord(letter), ord(letter.upper())
    return rf"(?:{letter}|\\(?:x|u00|U000000)(?:{lower:x}|{upper:x}))"


_ENV = "".join(map(_letter, "env"))
_ANY_OF_VALUE = "|".join(map(_letter, "value"))
# A key that may lead to values. Misspelt keys are what a report is often about, so anything that starts like
# `env` counts, and whatever has no other letters than `envVars` or `value`. So does a key whose colon was
# forgotten, where quotes, brackets or the end of the line show that it is one.
_ENV_KEY = rf"{_ENV}[^\s:,\[\]{{}}]{{0,20}}|[env]{{3}}|[envars_-]{{5,9}}"
_VALUE_KEY = rf"(?:{_ANY_OF_VALUE}){{4,7}}s?|val"
_KEY_END = r"""["']{0,2}(?:\s*:|\s*(?=[\[{])|(?<=["'])\s*(?=["'])|(?<=vars)[ \t]*(?=[\r\n]))"""
# The rest is for a key that was damaged: something was inserted before it, or between it and its colon. Signs
# and anchors, or closing brackets before a value, stand there in hardly any text that parses.
_ENV_WORD = rf"{_ENV}(?:_?vars)?"
_SIGNS = r"""(?:[ \t]|[^\w\s:="'#]|[&*!]\w{1,20}){0,20}?"""
_DAMAGED_END = (
    rf"""["']{{0,2}}(?:(?<=["'])\w{{1,20}})?{_SIGNS}["']{{0,2}}[ \t]*:(?=[\s"'\[{{]|\Z)|"""
    r"""(?<=vars)["']{0,2}[ \t]*[\]}][ \t\]}]{0,20}(?=["'\[{])"""
)
# A key that begins its line, too, if its colon is gone: only signs follow, or what can be nothing but a value.
_NO_COLON = (
    r"""[ \t]*(?:[-;?%@~|>^$/=+]|[&*!]\w{0,20})(?:[ \t]|[-;?%@~|>^$/=+]|[&*!]\w{0,20}){0,20}(?![^\r\n])|"""
    r"""[ \t]+(?:-[ \t]+)?(?=["']|[a-z_]\w{0,60}=)"""
)
_TRIGGER = re.compile(
    rf"(?<![0-9a-z_])(?:(?P<env>{_ENV_KEY})|{_VALUE_KEY}){_KEY_END}|"
    rf"(?<![0-9a-z_])(?P<damaged>{_ENV_WORD})(?:{_DAMAGED_END})|"
    rf"""(?:(?<=[0-9a-z_])(?P<glued>env_?vars)|[&*!]\w{{1,20}}?(?P<env_glued>{_ENV}))["']{{0,2}}[ \t]*:|"""
    rf"(?<![^\r\n])\ufeff?[ \t]*(?:-[ \t]+){{0,20}}(?P<bare>env_?vars)(?:{_NO_COLON})",
    re.IGNORECASE,
)
# Keys of a variable, or slips of them, that stay readable in a list of variables.
_SHOWN_KEY = re.compile(r"n[ame]{2,4}s?|v[alue]{2,6}s?|s[ecrt]{3,7}s?", re.IGNORECASE)
# What a name may be to stay readable; a name with `.` or `-` breaks a rule, and a report should show it.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")

_BLANKS = re.compile(r"[ \t]*")
# Bounded, as each repetition takes memory: what nests deeper is refused anyway.
_DASHES = re.compile(r"(?:-[ \t]+){0,200}")
_INDICATORS = re.compile(r"(?:[-?:](?:[ \t]+|(?=[\r\n]|\Z))){0,200}")
_DASH = re.compile("-")
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_NEXT_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_PROPERTY = re.compile(r"[&!*][^\s,\[\]{}]*")
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|\Z)")
_BLOCK_KEY = re.compile(
    r"(?P<word>[A-Za-z_][\w.-]*)[ \t]*:(?=[ \t\r\n]|\Z)|"
    r"""(?P<quote>["'])(?P<quoted>[A-Za-z_][\w.-]*)(?P=quote)[ \t]*:"""
)
# Where a plain scalar ends on its line: with the line, before a comment, or at `: `. In a text that parses,
# the last follows a key; in one that does not, what follows is looked at as a value: a quote may open there.
_PLAIN_END = re.compile(r"""[\r\n]|:(?=[ \t\r\n"']|\Z)|(?<=[ \t])#""")
_FLOW_PLAIN_END = re.compile(r"""[,\[\]{}\r\n]|:(?=[\s,\[\]{}"']|\Z)|(?<=[ \t])#""")
_FLOW_BLANKS = re.compile(r"\s+")
_FLOW_COLON = re.compile(r"\s*:")
_FLOW_END = re.compile(r"\s*[,\]}]")
_FLOW_SIGN = re.compile(r"[\[{,]")
_DOUBLE_QUOTED = re.compile(r'\\.|"', re.DOTALL)
_SINGLE_QUOTED = re.compile("''?")
# What follows a closing quote. A quote before anything else opens a scalar: one before it was left open.
_BEHIND_QUOTE = re.compile(r"[ \t]*(?:[\r\n,\]}:#]|\Z)")

# The start of a line that clearly belongs to something else, if it is not deeper than a key.
_DOCUMENT = r"(?:---|\.\.\.)(?=\s|\Z)"
_OUTSIDE = re.compile(rf"(?P<dash>-(?=\s|\Z))|{_DOCUMENT}|[\]}}]|(?:\?[ \t]+)?(?:[A-Za-z_][\w.-]*|<<)[ \t]*:(?=\s|\Z)")
# The same among quoted keys, as in JSON. Elsewhere a quoted key may belong to JSON pasted as a value.
_OUTSIDE_AS_JSON = re.compile(rf"""{_OUTSIDE.pattern}|(?:"[^"\r\n]*"|'[^'\r\n]*')[ \t]*:""")
# The same where a value was pasted without indentation or escapes (a private key with its headers, or JSON in
# double quotes): there only the fields of the format are clear, as they are mostly written.
_FIELDS = (
    "version description budget groups retry tasks name image result context constraints command arguments "
    "envVars datasets resources hostNetworking replicas leaderSelection propagateFailure propagatePreemption "
    "synchronizedStartTimeout timeout spec args resultPath datasetMounts requirements"
)
_OUTSIDE_IN_DOUBT = re.compile(
    rf"{_DOCUMENT}|(?P<dash>-[ \t]+)?(?:-[ \t]+){{0,200}}(?:{'|'.join(_FIELDS.split())})[ \t]*:(?=\s|\Z)"
)

# The same behind `- envVars:` without a value, or at a dash that seems to be inserted. An item of a list of variables
# may have a name as a task does, so there the next line has to tell.
_NOT_NAME = "|".join(field for field in _FIELDS.split() if field != "name")
_OUTSIDE_TASK = re.compile(
    rf"{_DOCUMENT}|(?P<dash>-[ \t]+)?(?:-[ \t]+){{0,200}}(?:name[ \t]*:(?=\s)[^\r\n]*(?:\r\n|\r|\n)[ \t]*)?"
    rf"(?:{_NOT_NAME})[ \t]*:(?=\s|\Z)"
)
_WIDE_DASH = re.compile(r"-[ \t]{2,}[^ \t\r\n#]")
# Brackets that close too early: in a text that parses, no value follows them on their line.
_STRAY = re.compile(r"[\]}][ \t\]}:]{0,20}[^\s\]}:,#]")
# In a flow collection: a field of the format, and a key that is none, behind a comma.
_FIELD_KEY = re.compile(rf"""(?<![\w.\\"'-])["']?(?:{_NOT_NAME})["']?[ \t]*:(?=[\s"'\[{{])""")
_OTHER_KEY = re.compile(rf"""\s*,\s*"(?!(?:{_NOT_NAME})")[^"\r\n]*"\s*:""")
_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
_ENV_FIELD = re.compile(r"env(?:_?vars)?", re.IGNORECASE)

# The characters of a name are those that PyYAML takes.
_ALIAS = re.compile(r"(?<![^\s,\[{:-])\*([\w-]+)")
_ANCHOR = re.compile(r"(?<![^\s,\[{:-])&([\w-]+)")


class _Masking:
    """One scan of a text for everything that may be the value of an environment variable."""

    def __init__(self, text: str) -> None:
        self.text = text
        #: One byte for each character, 1 where it is masked.
        self.mask = bytearray(len(text))
        #: Whether this is JSON whose brackets do not fit; None until that is asked for.
        self._damaged: bool | None = None

    def run(self) -> bytearray:
        text = self.text
        position = seen = 0
        head: _Head | None = None
        aliased: set[str] = set()
        while trigger := _TRIGGER.search(text, position):
            key = trigger.lastgroup
            start = trigger.start(key) if key else trigger.start()
            # A text may be one line, so it is searched from the last trigger on, and its head is cut once.
            line = _line_start(text, seen, start)
            if head is None or line > seen:
                head = _Head.of(text, line)
            seen = start
            position = self._region(head, start, trigger.end(), values_only=key is None)
            aliased.update(_ALIAS.findall(text, start, position))
        if aliased:
            self._mask_anchored(aliased)
        return self.mask

    def _is_damaged_json(self) -> bool:
        """Whether the text begins as JSON does and its brackets do not fit."""
        if self._damaged is None:
            stack: list[str] = []
            fits = True
            brackets = _BRACKET.finditer(self.text) if self.text.lstrip("\ufeff \t\r\n")[:1] in ("[", "{") else ()
            for bracket in brackets:
                char = bracket[0]
                if char in "[{":
                    stack.append(char)
                elif char in "]}":
                    fits = bool(stack) and stack.pop() == ("[" if char == "]" else "{") and fits
            self._damaged = not fits or stack != []
        return self._damaged

    def _mask_anchored(self, aliased: set[str]) -> None:
        """Mask what stands at each anchor that a variable refers to, and what that refers to in turn."""
        text = self.text
        anchors: dict[str, list[re.Match[str]]] = {}
        for anchor in _ANCHOR.finditer(text):
            anchors.setdefault(anchor[1], []).append(anchor)
        work = 16 * len(text)
        waiting = sorted(aliased)
        while waiting:
            for anchor in anchors.pop(waiting.pop(), ()):
                start, end = anchor.span()
                if self.mask[start]:
                    continue
                line = _line_start(text, 0, start)
                stop = self._region(_Head.of(text, line), start, end)
                work -= stop - line
                if work < 0:
                    # Anchors inside one another that are referred to from the inside out. No spec does that.
                    self.mask[:] = b"\1" * len(text)
                    return
                waiting += _ALIAS.findall(text, end, stop)

    def _region(self, head: _Head, start: int, end: int, *, values_only: bool = False) -> int:
        """Mask what belongs to the key or anchor from `start` to `end`, on a line with that head.

        Returns where that stops.
        """
        text = self.text
        blanks = head.blanks
        is_quoted = start > 0 and text[start - 1] in "\"'"
        if " \t" in blanks and not is_quoted:
            # No tab indents a key, so this one was inserted before it.
            blanks = blanks[: blanks.index(" \t") + 1]
        if _FLOW_SIGN.search(text, head.end, start):
            # The bracket may be inserted: then dashes below a key without one are its items.
            region = _Region(text, blanks, values_only=values_only, takes_items=not values_only and not head.dashes)
            region.is_damaged = self._is_damaged_json()
            stop = region.inside_flow(end)
        else:
            indent = blanks + " " * len(head.dashes)
            # `- &anchor` is an item itself: the next dash below this one starts another.
            is_item = head.dashes != "" and head.end == start and text[start] == "&"
            if is_item:
                indent = indent[: len(blanks) + head.dashes.rindex("-")]
            region = _Region(text, indent, values_only=values_only, takes_items=not is_item, is_quoted=is_quoted)
            if not is_item and not values_only:
                region.dashes = [len(blanks) + dash.start() for dash in _DASH.finditer(head.dashes)]
            stop = region.block(end)
        # Where a comma ends the region, a bracket may have been closed too early. The line is searched, too.
        masked = _end(_REST_OF_LINE, text, stop) if region.ended else stop
        self.mask[end:masked] = b"\1" * (masked - end)
        for shown, shown_end in region.shown:
            self.mask[shown:shown_end] = bytes(shown_end - shown)
        return stop


class _Head(NamedTuple):
    """How a line starts: blanks, dashes of a block sequence, and where they end."""

    blanks: str
    dashes: str
    end: int

    @classmethod
    def of(cls, text: str, line: int) -> _Head:
        dashes = _end(_BLANKS, text, line)
        end = _end(_DASHES, text, dashes)
        return cls(text[line:dashes], text[dashes:end], end)


class _Region:
    """The part of a text that belongs to one key, as far as a scan that expects mistakes can tell.

    `shown` collects what stays readable in it: indicators, the names of variables, and the keys of a
    variable. With `values_only` that is nothing but what stands beside a value in the same flow mapping.
    `takes_items` says whether dashes as deep as the key belong to it, `is_quoted` whether the key is quoted.
    """

    def __init__(
        self, text: str, indent: str, *, values_only: bool, takes_items: bool = True, is_quoted: bool = False
    ) -> None:
        self.text = text
        self.indent = indent
        self.values_only = values_only
        self.takes_items = takes_items
        self.shown: list[tuple[int, int]] = []
        #: The names of variables, shown in the end unless something says that they are none.
        self._names: list[tuple[int, int]] = []
        self._hides_names = False
        #: The column of the first dash.
        self._list_at: int | None = None
        self._outside = _OUTSIDE_AS_JSON if is_quoted else _OUTSIDE
        self._hides_all = values_only
        #: The key's own value has begun, or has ended for sure.
        self._begun = self.ended = False
        #: A dash was seen: this is a list of variables. Else the column of the keys that name variables.
        self._is_list = False
        self._names_at: int | None = None
        #: The columns of the dashes before the key, if they may be inserted; whether the text is JSON whose brackets
        #: do not fit.
        self.dashes: list[int] = []
        self.is_damaged = False
        #: Something stands where it cannot: from now on only a field of the format ends the region.
        self._in_doubt = False
        #: A block scalar has no lines that are deeper, so what looks like a key below may belong to it.
        self._hides_keys = False

    def block(self, position: int) -> int:
        """Scan from behind the key to the first line that clearly belongs outside; return its start."""
        position = self._block(position)
        if not self._hides_names:
            for start, end in self._names:
                self._show(start, end)
        return position

    def _block(self, position: int) -> int:
        text = self.text
        position = self._block_value(position, self.indent)
        while position < len(text) and not self.ended:
            start = _end(_BLANKS, text, position)
            indent = text[position:start]
            char = text[start : start + 1]
            if char in ("", "\r", "\n"):
                position = _end(_NEXT_LINE, text, start)
            elif char == "#":
                self._show(start, start + 1)
                position = _end(_NEXT_LINE, text, start)
            elif self._is_outside(start, indent):
                break
            else:
                position = self._block_line(start, indent)
        return position

    def inside_flow(self, position: int) -> int:
        """The same for a key inside a flow collection: the bracket that closes it ends the region too."""
        self._hides_all = False
        opened = "[{" if self.values_only else ""
        flow = _Flow(self.text, opened, self._show, takes_items=self.takes_items, is_damaged=self.is_damaged)
        return flow.run(position, self.indent)

    def _show(self, start: int, end: int) -> None:
        if self._hides_all:
            return
        if self.shown and self.shown[-1][1] == start:
            start = self.shown.pop()[0]
        self.shown.append((start, end))

    def _is_outside(self, start: int, indent: str) -> bool:
        # Tabs and spaces do not compare, so a line with other blanks than the key's counts as deeper.
        if not self.indent.startswith(indent):
            return False
        match = (_OUTSIDE_IN_DOUBT if self._in_doubt else self._outside).match(self.text, start)
        if match is None:
            self._in_doubt = self._in_doubt or self._begun
            return False
        if match["dash"] and self.takes_items and indent == self.indent:
            return False
        return not (self._is_misplaced(start, len(indent)) and _OUTSIDE_TASK.match(self.text, start) is None)

    def _is_misplaced(self, start: int, column: int) -> bool:
        """Whether the line may belong here though it is not deeper than the key, as a dash was inserted."""
        if self.values_only:
            return False
        if self.dashes and not self._begun and column >= self.dashes[-1]:
            self._outside = _OUTSIDE_TASK
        is_between = self.dashes != [] and self.dashes[0] < column < len(self.indent) and column not in self.dashes
        return is_between or self._outside is _OUTSIDE_TASK or _WIDE_DASH.match(self.text, start) is not None

    def _block_line(self, start: int, indent: str) -> int:
        text = self.text
        content = _end(_INDICATORS, text, start)
        self._show(start, content)
        if "-" in text[start:content]:
            self._is_list = True
            if self._list_at is None:
                self._list_at = len(indent)
        column = indent + " " * (content - start)
        key = _BLOCK_KEY.match(text, content)
        if key is None:
            if content == start and text[start] not in "[{":
                self._in_doubt = True  # the rest of a plain scalar, or of anything else
            # In a list, a block scalar is deeper than its dash; elsewhere, than the key of the region.
            return self._block_value(content, indent if content > start else self.indent)
        self._begun = True
        word: str = key["word"] or key["quoted"]
        if not self._is_list and self._names_at is None:
            self._names_at = len(column)
        is_expected = _SHOWN_KEY.fullmatch(word) if self._is_list else len(column) == self._names_at
        if is_expected and not self._hides_keys:
            self._show(content, key.end())
        # A dash among the keys of a mapping was inserted, and one above another list of variables is no item of this.
        is_beside_list = content == start and len(indent) == self._list_at
        self._hides_names = self._hides_names or is_beside_list or _ENV_FIELD.fullmatch(word) is not None
        is_name = self._is_list and word.lower() == "name" and not self._hides_keys
        return self._block_value(key.end(), column, is_name=is_name, is_keyed=True)

    def _block_value(self, position: int, parent: str, *, is_name: bool = False, is_keyed: bool = False) -> int:
        """Scan a value, the rest of its line, and whatever begins there; return the start of a later line."""
        text = self.text
        while True:
            position = _end(_BLANKS, text, position)
            char = text[position : position + 1]
            if char in ("", "\r", "\n"):
                return _end(_NEXT_LINE, text, position)
            if char == "#" and text[position - 1] in " \t\r\n":
                self._show(position, position + 1)
                return _end(_NEXT_LINE, text, position)
            if char in "&!*":
                position = _end(_PROPERTY, text, position)
                continue
            if char in "|>" and _BLOCK_HEADER.match(text, position):
                self._begun = True
                return self._block_scalar(_end(_NEXT_LINE, text, position), parent)
            if char in "[{":
                position = self._block_flow(position, is_keyed=is_keyed)
                if self.ended:
                    return position
            else:
                position = self._block_text(position, is_name=is_name)
            is_name = False

    def _block_flow(self, position: int, *, is_keyed: bool) -> int:
        """Scan a flow collection. Readable is only the value of the region itself, and an item of it."""
        opened = "{" if is_keyed else "[" if self._is_list else "{" if self._begun else ""
        self._begun = True
        position = _Flow(self.text, opened, self._show).run(position)
        if not opened and not self.values_only:
            # A comma: this is inside a flow collection after all, as in JSON, and its next key follows.
            comma = _end(_BLANKS, self.text, position)
            if self.text.startswith(",", comma):
                self.ended = True
                self._show(comma, comma + 1)
                return comma + 1
        return position

    def _block_text(self, position: int, *, is_name: bool) -> int:
        """Scan a quoted scalar, or a plain one up to the end of its line or to what may be a value again."""
        text = self.text
        self._begun = True
        if text[position] in "\"'":
            end = _quoted_end(text, position)
            if is_name and _NAME.fullmatch(text, position + 1, end - 1):
                self._names.append((position, end))
            # Nothing but a key is quoted before a colon, and keys are looked for before values.
            self._in_doubt = self._in_doubt or text.startswith(":", _end(_BLANKS, text, end))
            return end
        end = _start(_PLAIN_END, text, position + 1)
        name = text[position:end].rstrip() if is_name else ""
        if _NAME.fullmatch(name) and not text.startswith(":", end):
            self._names.append((position, position + len(name)))
        return end

    def _block_scalar(self, position: int, parent: str) -> int:
        """Scan the lines of a block scalar, which are deeper than its parent."""
        text = self.text
        is_empty = True
        while position < len(text):
            start = _end(_BLANKS, text, position)
            if text[start : start + 1] not in ("", "\r", "\n"):
                if parent.startswith(text[position:start]):
                    if is_empty:
                        self._in_doubt = True
                        self._hides_keys = _end(_INDICATORS, text, start) == start
                    break
                is_empty = False
            position = _end(_NEXT_LINE, text, start)
        return position


class _Flow:
    """The scan of one flow collection: which brackets are open, and what the next scalar is.

    `opened` holds the brackets that are open before it starts. The readable parts are told to `show`: those
    of a list of variables (the outermost bracket), of each variable in it, and of a mapping of names to
    values.
    """

    def __init__(
        self,
        text: str,
        opened: str,
        show: Callable[[int, int], None],
        *,
        takes_items: bool = False,
        is_damaged: bool = False,
    ) -> None:
        self.text = text
        self._stack = list(opened)
        self._opened = len(opened)
        self._show = show
        self._takes_items = takes_items
        self._is_damaged = is_damaged
        #: The names seen so far, and whether all brackets fit.
        self._names: list[tuple[int, int]] = []
        self._fits = True
        self._at_key = self._is_name = False

    def run(self, position: int, line_indent: str | None = None) -> int:
        """Scan from `position`; return the end of the collection.

        With `line_indent` the scan starts at a value inside a collection. Then it ends with that value if it
        is a collection of variables, else with the collection around it, or at a line that is no deeper and
        clearly belongs outside.
        """
        position = self._run(position, line_indent)
        if self._fits and len(self._stack) == self._opened:
            for start, end in self._names:
                self._show(start, end)
        return position

    def _run(self, position: int, line_indent: str | None) -> int:
        text = self.text
        is_inside = line_indent is not None
        is_region = is_inside and not self._opened
        first = _end(_FLOW_BLANKS, text, position) if is_region else -1
        while position < len(text):
            char = text[position]
            if char.isspace():
                end = _end(_FLOW_BLANKS, text, position)
                if line_indent is not None and len(self._stack) == self._opened:
                    line = _line_start(text, position, end)
                    is_no_deeper = line > position and line_indent.startswith(text[line:end])
                    outside = _OUTSIDE_AS_JSON.match(text, end) if is_no_deeper else None
                    is_item = self._takes_items and outside and outside["dash"] and text[line:end] == line_indent
                    if outside and not is_item:
                        return line
                position = end
            elif char in "[{":
                self._open(position, char)
                position += 1
            elif char in "]}":
                is_stray = is_region and _STRAY.match(text, position) is not None
                if len(self._stack) == self._opened:
                    if not is_stray:
                        return position
                else:
                    self._close(position, char)
                position += 1
                if len(self._stack) == self._opened and not (is_inside and self._opened) and not is_stray:
                    if is_region and self._is_damaged and _OTHER_KEY.match(text, position):
                        return _start(_FIELD_KEY, text, position)
                    return position
            elif char in ",:#&!*":
                position = self._mark(position, char)
            else:
                end = self._scalar(position)
                if position == first and char in "\"'" and _is_odd(text, position, end):
                    # This quote was inserted, and which brackets are quoted is not clear.
                    return _start(_FIELD_KEY, text, end)
                position = end
        return position

    def _is_variable(self) -> bool:
        return self._stack == ["[", "{"]

    def _is_readable(self) -> bool:
        return len(self._stack) == 1 or self._is_variable()

    def _open(self, position: int, char: str) -> None:
        self._stack.append(char)
        self._at_key = True
        if self._is_readable():
            self._show(position, position + 1)

    def _close(self, position: int, char: str) -> None:
        # A bracket of the other kind closes nothing: where one is missing, it is safer to read on.
        if self._stack[-1] == ("[" if char == "]" else "{"):
            if self._is_readable():
                self._show(position, position + 1)
            self._stack.pop()
            self._at_key = False
        else:
            self._fits = False

    def _mark(self, position: int, char: str) -> int:
        text = self.text
        if char in "&!*":
            return _end(_PROPERTY, text, position)
        if char == "#" and text[position - 1].isspace():
            self._show(position, position + 1)
            return _end(_REST_OF_LINE, text, position)
        if char == "," and self._is_readable():
            self._show(position, position + 1)
        self._at_key = char == ","
        self._is_name = self._is_name and char == ":"
        return position + 1

    def _scalar(self, position: int) -> int:
        text = self.text
        if text[position] in "\"'":
            end = _quoted_end(text, position)
            first, last = position + 1, end - 1
        else:
            end = _start(_FLOW_PLAIN_END, text, position + 1)
            first, last = position, position + len(text[position:end].rstrip())
        is_word = _NAME.fullmatch(text, first, last) is not None
        colon = _FLOW_COLON.match(text, end) if self._at_key else None
        self._at_key = False
        if colon:
            # The keys of a mapping are the names of variables; those of a variable are known.
            is_variable = self._is_variable()
            is_expected = _SHOWN_KEY.fullmatch(text, first, last) if is_variable else self._stack == ["{"]
            if is_word and is_expected:
                self._show(position, colon.end())
            self._is_name = is_variable and text[first:last].lower() == "name"
            return colon.end()
        if self._is_name and is_word and _FLOW_END.match(text, end):
            self._names.append((position, last if first == position else end))
        self._is_name = False
        return end


def _quoted_end(text: str, position: int) -> int:
    """The end of the quoted scalar that opens here, over as many lines as it takes."""
    quote = text[position]
    pattern = _DOUBLE_QUOTED if quote == '"' else _SINGLE_QUOTED
    position += 1
    while match := pattern.search(text, position):
        position = match.end()
        if match[0] == quote and _BEHIND_QUOTE.match(text, position):
            return position
    return len(text)


def _is_odd(text: str, start: int, end: int) -> bool:
    """Whether a quoted scalar cannot be the value of a key: it has its quote inside, or is a key itself."""
    pattern = _DOUBLE_QUOTED if text[start] == '"' else _SINGLE_QUOTED
    inside = (quote.end() for quote in pattern.finditer(text, start + 1, end) if quote[0] == text[start])
    return next(inside, end) < end or _FLOW_COLON.match(text, end) is not None


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _start(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.search(text, position)
    return match.start() if match else len(text)


def _line_start(text: str, first: int, index: int) -> int:
    """Where the line of `index` starts, or `first` if that is behind it."""
    newline = text.rfind("\n", first, index)
    return max(newline, text.rfind("\r", max(newline, first), index), first - 1) + 1
