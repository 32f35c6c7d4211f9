"""The parsers of PyYAML: libyaml's, and where that is missing PyYAML's own, made to read what libyaml reads."""

from __future__ import annotations

import re
from typing import Any

from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

CParser: Any
try:
    from yaml.cyaml import CParser  # type: ignore[attr-defined]
except ImportError:  # PyYAML was built without libyaml
    CParser = None

__all__ = ["CParser", "parser_of"]


class _PureParser(Reader, Scanner, Parser):
    """PyYAML's own parser, for where it was built without libyaml, reading what libyaml reads.

    The one place that relies on how PyYAML's scanner is divided into methods, since it has no options for these.
    """

    _BLOCK_HEADER = re.compile(r"([+-]?)([1-9]?)([+-]?)")

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def scan_to_next_token(self) -> None:
        """Go to the next token: over tabs as well, where libyaml allows them between tokens."""
        while True:
            while self.peek() == " " or (self.peek() == "\t" and (self.flow_level > 0 or not self.allow_simple_key)):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in "\0\r\n\x85\u2028\u2029":
                    self.forward()
            if not self.scan_line_break():  # type: ignore[no-untyped-call]
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> Any:
        """Go over the blanks in or behind a plain scalar: over tabs, too."""
        length = 0
        while self.peek(length) in (" ", "\t"):
            length += 1
        blanks = self.prefix(length)
        if "\t" in blanks:
            self.forward(length)
            if self.peek() not in "\r\n\x85\u2028\u2029":
                return [blanks]
        return super().scan_plain_spaces(indent, start_mark)

    def scan_block_scalar_indicators(self, start_mark: Any) -> tuple[bool | None, int | None]:
        """Read what follows ``|`` and ``>``: a comment may stand directly behind it, and so may a tab."""
        match = self._BLOCK_HEADER.match(self.buffer, self.pointer)
        assert match is not None
        before, increment, after = match.groups()
        if before and after:
            return super().scan_block_scalar_indicators(start_mark)
        self.forward(match.end() - match.start())
        while self.peek() == "\t":
            self.forward()
        chomping = before or after
        return chomping == "+" if chomping else None, int(increment) if increment else None


def parser_of(text: str) -> Any:
    """Return a parser of the text. Its `get_event` gives the events with their marks."""
    return _PureParser(text) if CParser is None else CParser(text)
