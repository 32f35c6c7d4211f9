"""What of a text may be shown: no value of an environment variable, none of an unknown field, and no comment.

In a text that parses, the tree of its values decides (see `Located`). A scalar is shown where the model has a field of
its kind, a key where it is a name. What is not known to be harmless is masked: so is all that an alias brings into a
variable, wherever it stands, and what the reading left out. In a text that does not parse, nothing is shown but the
format's own field names, dashes, colons and brackets. Names of templates are shown everywhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import attrs

from ..fields.names import nearest
from ..model import EnvVar, ExperimentSpec, field_names, part_names, parts_of
from ..problems import path_text
from .complete_reader import Located, Node, Step
from .source_lines import Source
from .templates import REFERENCE, Expansion

__all__ = ["SHORTEST_VALUE", "ShownInDamaged", "ShownInTree", "has_token", "is_variable_name"]

#: The tokens that say what they are: GitHub, GitLab, Hugging Face, OpenAI and Anthropic, Slack, AWS, PyPI.
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:gh[opsu]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|hf_[A-Za-z0-9]{30,}|sk-[\w-]{20,}"
    r"|xox[abp]-[\w-]{20,}|AKIA[A-Z0-9]{16}|pypi-[\w-]{30,})"
)
#: The characters of the shortest token, one of AWS. Most texts are shorter, and need no search.
_SHORTEST_TOKEN = 20
#: A secret that is given in a command line, such as ``HF_TOKEN=…`` or ``--api-key=…``; or a token.
_GIVEN_SECRET = re.compile(
    r"""(?:TOKEN|API[_-]?KEY|SECRET|SECRET[_-](?:ACCESS[_-])?KEY|PASSWORD\w{0,100})["']?[ \t]{0,9}="""
    rf"|{_TOKEN.pattern}",
    re.IGNORECASE,
)
_VARIABLE_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_KEY = re.compile(r"[A-Za-z_][\w.-]*")
_COLON = re.compile(r"""["']?\s*:""")
#: Signs that structure a text, outside of its scalars.
_STRUCTURE = re.compile(r"[-:,?\[\]{}\s]+")
#: A comment, and in it a directive for beakerspec, whose words are shown.
_COMMENT = re.compile(r"(?:(?<=\s)|^)#[^\r\n]*", re.MULTILINE)
_DIRECTIVE = re.compile(r"#[ \t]*beakerspec:[ \t]*[a-z_-]*(?:\[[a-z, \t_-]*(?:\]|(?=[\r\n])|\Z))?")
_LINE_END = re.compile(r"[\r\n]")
_WORD = re.compile(r"""(?<![^\s\[\]{},:"'-])[A-Za-z_]+(?=["']?[ \t]*(?:[:\[{\s]|\Z))""")
_SIGNS = re.compile("[\\[\\]{}:\\s\N{REPLACEMENT CHARACTER}]")
_DASHES = re.compile(r"^(?:[ \t]*-(?=\s|\Z))+|^[ \t]*-(?=[A-Za-z_])", re.MULTILINE)
#: No shorter text holds the name of a secret and its value, such as ``TOKEN=a``.
_SHORTEST_SECRET = 7
#: Shorter values are words such as `true`, which may well stand elsewhere, too.
SHORTEST_VALUE = 5
#: The longest field name and the quotes and blanks around it, by far.
_LONGEST_WORD = 100


def has_token(text: str) -> bool:
    """Whether a text has a token in it that says what it is."""
    return len(text) >= _SHORTEST_TOKEN and _TOKEN.search(text) is not None


def is_variable_name(name: str) -> bool:
    """Whether a text is, or resembles, the name of an environment variable, and no value that stands in its place."""
    return _VARIABLE_NAME.fullmatch(name) is not None and not has_token(name)


def _path(steps: Sequence[Step], shows: Callable[[Step], bool]) -> str:
    known = field_names()
    return path_text(
        *(step.part if isinstance(step.part, int) or step.part in known or shows(step) else "…" for step in steps)
    )


@attrs.frozen
class ShownInDamaged:
    """What is shown of a text that does not parse."""

    text: str

    def may_show(self, text: str, values: Sequence[Any]) -> bool:
        """Whether a text may be shown that is made of values of the document."""
        return False

    def path(self, steps: Sequence[Step]) -> str:
        """A path in which keys other than field names are left out."""
        return _path(steps, lambda step: False)

    def mask(self, start: int, end: int) -> bytearray:
        """One byte for each character between two indices of one line, 1 where it is masked."""
        text = self.text
        first = max(start - _LONGEST_WORD, _line_start(text, start))
        line = text[first : end + _LONGEST_WORD]
        mask = _Mask(start - first, end - first)
        names = field_names()
        for pattern in (_SIGNS, _DASHES, REFERENCE, _DIRECTIVE):
            for match in pattern.finditer(line):
                mask.show(*match.span())
        for word in _WORD.finditer(line):
            if word[0] in names:
                mask.show(*word.span())
        return mask.bytes


def _line_start(text: str, index: int) -> int:
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def _holds_secret(node: Node, length: int | None = None) -> bool:
    """Whether a scalar gives a secret in its first characters."""
    data = node.data
    if not isinstance(data, str) or len(data) < (_SHORTEST_SECRET if "=" in data else _SHORTEST_TOKEN):
        return False
    return _GIVEN_SECRET.search(data[:length]) is not None


#: What stands at a node: one of these, or a class of the model and whether it is a list of it.
_SCALAR: Any = "scalar"
_SCALARS: Any = "scalars"
_NAME: Any = "name"
_HIDDEN: Any = "hidden"
_kinds_of: dict[type[Any], dict[str | int, Any]] = {}


def _kinds(cls: type[Any]) -> dict[str | int, Any]:
    """What stands in each field of a class, by the names that a file may give it."""
    if cls not in _kinds_of:
        _kinds_of[cls] = {name: _kind(cls, attribute) for name, attribute in part_names(cls).items()}
    return _kinds_of[cls]


def _kind(cls: type[Any], attribute: str) -> Any:
    if cls is EnvVar:
        return _NAME if attribute == "name" else _HIDDEN
    part, is_list = parts_of(cls)[attribute]
    return (_SCALARS if is_list else _SCALAR) if part is None else (part, is_list)


class ShownInTree:
    """What is shown of a text that parses, from the tree of its values and the model."""

    def __init__(self, source: Source, located: Located, expansion: Expansion | None) -> None:
        #: The text as it stands in the file, its templates not expanded.
        self.written = source.text
        self._source = source
        self._scalars = located.scalars
        self._has_templates = "{{" in source.text
        self._text = source.text if expansion is None else expansion.text
        self._expansion = expansion
        self._seen: set[tuple[int, Any]] = set()
        self._shown: dict[int, Node] = {}
        self._hidden: dict[int, Node] = {}
        if located.root is not None:
            self._value(located.root, (ExperimentSpec, False))
        for each in self._hidden:
            self._shown.pop(each, None)
        for finding in located.findings:
            # Of a key that is given twice the tree has the first.
            steps = located.steps(finding.problem.path)
            if finding.other is not None and steps and self.shows(steps[-1].key):
                index = bisect_left(self._scalars, finding.start, key=attrgetter("start"))
                while index < len(self._scalars) and self._scalars[index].start == finding.start:
                    self._shown[id(self._scalars[index])] = self._scalars[index]
                    index += 1

    def may_show(self, text: str, values: Sequence[Any]) -> bool:
        """Whether a text may be shown that is made of values of the document: none that is hidden is among them."""
        hidden = [node.data for node in self._hidden.values() if node.data is not None]
        known = set(map(id, hidden))
        pending = list(values)
        while pending:
            value = pending.pop()
            if id(value) in known:
                return False
            if isinstance(value, (dict, list)):
                pending += value.values() if isinstance(value, dict) else value
        texts = (str(value) for value in hidden if not isinstance(value, (dict, list)))
        return not any(len(value) >= SHORTEST_VALUE and value in text for value in texts)

    def shows(self, node: Node | None) -> bool:
        """Whether a message may show a key or a scalar: it stands on one line, and is not of a template."""
        return node is not None and not self._is_expanded(node) and self.shows_as_written(node)

    def shows_as_written(self, node: Node) -> bool:
        """Whether a message may show a key or a scalar as it is written, its templates not expanded."""
        if id(node) not in self._shown:
            return False
        # Messages show less of a text than this.
        text = self._text[node.start : min(node.end, node.start + 4 * _LONGEST_WORD)].rstrip()
        return _LINE_END.search(text) is None and not _holds_secret(node, 4 * _LONGEST_WORD)

    def path(self, steps: Sequence[Step]) -> str:
        """A path in which keys that are not shown are left out."""
        return _path(steps, lambda step: self.shows(step.key))

    def _is_expanded(self, node: Node) -> bool:
        return self._expansion is not None and bool(self._expansion.templates_in(node.start, node.end))

    # The walk. Each node is looked at once for each kind of place that it stands in.

    def _part(self, node: Node, cls: type[Any]) -> None:
        """A node where a mapping with the fields of a class belongs."""
        if not node.keys:
            self._hide(node)
            return
        kinds = _kinds(cls)
        shown = self._shown
        for part in (*node.left_out, *(node.overridden if cls is EnvVar else ())):
            self._hide(part)
        for name, part in node.parts.items():
            key = node.keys[name]
            kind = kinds.get(name)
            if kind is not None or self._is_name(str(name), key, kinds):
                shown[id(key)] = key
            if kind is None or kind is _HIDDEN:
                self._hide(part)
            elif (kind is _SCALAR or kind is _SCALARS) and not isinstance(part.data, (dict, list)):
                shown[id(part)] = part
            else:
                self._value(part, kind)

    def _value(self, node: Node, kind: Any) -> None:
        """The value of a known field."""
        is_list = isinstance(node.data, list)
        if is_list or isinstance(node.data, dict):
            if not node.parts or (id(node), kind) in self._seen:
                return
            self._seen.add((id(node), kind))
        if kind is _NAME:
            if isinstance(node.data, str) and is_variable_name(node.data):
                self._shown[id(node)] = node
            else:
                self._hide(node)
        elif kind is _SCALAR and not node.parts:
            self._shown[id(node)] = node
        elif kind is _SCALARS and is_list:
            for item in node.parts.values():
                self._value(item, _SCALAR)
        elif kind is _SCALAR or kind is _SCALARS:
            self._hide(node)
        elif is_list and kind[1]:
            for item in node.parts.values():
                self._value(item, (kind[0], False))
        elif node.keys and kind == (EnvVar, True):
            # An old form: the names of variables, each with its value.
            for part in (*node.left_out, *node.overridden):
                self._hide(part)
            for name, part in node.parts.items():
                if self._is_name(str(name), node.keys[name], {}):
                    self._shown[id(node.keys[name])] = node.keys[name]
                self._hide(part)
        elif node.keys:
            self._part(node, kind[0])
        else:
            self._hide(node)

    def _is_name(self, name: str, key: Node, fields: dict[str | int, Any]) -> bool:
        """Whether a key that is not known is the name of something, and no value that slipped into its place."""
        if key.is_alias or len(name) > _LONGEST_WORD or _COLON.match(self._text, key.end) is None:
            return False
        return _KEY.fullmatch(name) is not None or nearest(name, map(str, fields)) is not None

    def _hide(self, node: Node) -> None:
        """Hide a value and all that is in it."""
        pending = [node]
        while pending:
            node = pending.pop()
            if id(node) not in self._hidden:
                self._hidden[id(node)] = node
                pending += node.keys.values()
                pending += node.parts.values()
                pending += node.left_out
                pending += node.overridden

    # Masks.

    def _written(self, node: Node) -> tuple[int, int]:
        """The start and end of a node in the text as written."""
        if self._expansion is None:
            return node.start, node.end
        return self._expansion.original(node.start), self._expansion.original(node.end, end=True)

    def mask(self, start: int, end: int) -> bytearray:
        """One byte for each character between two indices of one line, 1 where it is masked."""
        text = self.written
        line = self._source.line_start(start)
        mask = _Mask(start, end)
        scalars = self._scalars
        index = bisect_right(scalars, start, key=lambda node: self._written(node)[1])
        gap = max(line, self._written(scalars[index - 1])[1]) if index else line
        while index < len(scalars):
            node = scalars[index]
            first, last = self._written(node)
            if first >= end:
                break
            self._show_gap(mask, gap, first)
            mask.hide(first, last)
            if id(node) in self._shown and first >= line:  # of a text in several lines the first is shown
                mask.show(first, self._shown_end(first, last) if _holds_secret(node) else last)
                # Behind a tag, an anchor or the sign of a block scalar a comment may stand.
                comment = None if text[first] in "\"'" else _COMMENT.search(text, first, min(last, end))
                if comment is not None:
                    mask.hide(comment.start(), last)
            gap = max(gap, last)
            index += 1
        self._show_gap(mask, gap, end)
        if self._has_templates:
            for reference in REFERENCE.finditer(text, max(line, start - _LONGEST_WORD), end):
                mask.show(*reference.span())
        return mask.bytes

    def _shown_end(self, start: int, end: int) -> int:
        """Up to where a scalar with a secret is shown: nothing of it where the secret is written with escapes."""
        secret = _GIVEN_SECRET.search(self.written, start, end)
        if secret is None:
            return start
        return secret.end() if secret[0].endswith("=") else secret.start()

    def _show_gap(self, mask: _Mask, start: int, end: int) -> None:
        """Show the signs between two scalars, and of a comment what is for beakerspec."""
        comment = _COMMENT.search(self.written, start, end) if start < end else None
        if comment is not None:
            for directive in _DIRECTIVE.finditer(self.written, comment.start(), end):
                mask.show(*directive.span())
            end = comment.start()
        for sign in _STRUCTURE.finditer(self.written, max(start, mask.start), end):
            mask.show(*sign.span())


class _Mask:
    """What is masked between two indices of a text: at first everything."""

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.bytes = bytearray(b"\1" * (end - start))

    def show(self, start: int, end: int) -> None:
        self._set(start, end, b"\0")

    def hide(self, start: int, end: int) -> None:
        self._set(start, end, b"\1")

    def _set(self, start: int, end: int, value: bytes) -> None:
        first = max(start - self.start, 0)
        last = min(end - self.start, len(self.bytes))
        if first < last:
            self.bytes[first:last] = value * (last - first)
