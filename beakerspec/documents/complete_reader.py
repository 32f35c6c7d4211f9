"""Text to plain data with the place of everything, and with every mistake that the text itself holds.

This is the slow and complete reading. It serves where the quick one (`fast_reader`, `json.loads`) gives up, and
whenever problems have to be placed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, NoReturn

import attrs
import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from ..fields.names import spelling_in
from ..limits import DEFAULT_LIMITS, Limits
from ..model import field_names
from ..problems import EXPECTED_GOT, MOST_PROBLEMS, Problem, Sentence, kind_of, name_text, path_parts, path_text
from ..scalars import AMBIGUOUS_STARTS, NULLS, PlainScalar, reads_as_text
from .anchors import SharedList, SharedMapping
from .parsers import parser_of
from .slips import find_slip

__all__ = ["Finding", "Located", "Node", "Step", "locate_json", "locate_yaml"]

_STR_TAG = "tag:yaml.org,2002:str"
_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


_FILE_NAME = re.compile(r"\S+\.(?:ya?ml|json)")


@attrs.frozen
class Finding:
    """A mistake of the text itself, between two indices of it."""

    start: int
    end: int
    problem: Problem
    #: The index of the other place that the problem is about.
    other: int | None = None


#: The parts of a scalar, one for all: a large document has a million of them.
_NONE: Any = MappingProxyType({})


class Node:
    """A value and its place: `start` and `end` are indices of the text, the end exclusive."""

    # Most nodes are scalars, and to give them nothing but their own three attributes takes a third of the time.
    #: The parts of a collection: of a mapping by key, of a list by index.
    parts: dict[str | int, Node] = _NONE
    #: The keys of a mapping.
    keys: dict[str | int, Node] = _NONE
    #: The number of values inside, aliases written out.
    size: int = 0
    is_block: bool = False
    #: Whether a collection is still being read.
    is_open: bool = False
    #: Whether a key stands here as an alias, so that its text is that of another place.
    is_alias: bool = False
    #: What stands in a mapping and is no part of it: a second value of a key, and what belongs to a key that is none.
    left_out: tuple[Node, ...] = ()
    #: The parts of merged mappings in whose place it has its own.
    overridden: tuple[Node, ...] = ()
    #: Where the parts stand that are written as aliases.
    aliases: dict[str | int, tuple[int, int]] = _NONE
    #: The parts of a mapping that it has from others, and the merge key with its value.
    inherited: frozenset[str | int] = frozenset()
    merge: tuple[Node, Node] | None = None

    def __init__(self, start: int, end: int, data: Any = None) -> None:
        self.start = start
        self.end = end
        self.data = data

    def part_named(self, part: str | int) -> str | int | None:
        """Return the key or index in `parts` for a part of a path in either spelling, or None if it is not there."""
        if isinstance(part, str):
            return spelling_in(self.parts, part)
        return part if part in self.parts else None

    def token(self) -> tuple[int, int]:
        """The part to point at: of a block collection its first key or dash, else all of it."""
        if self.is_block:
            for key in self.keys.values():
                if key.start == self.start:
                    return key.start, key.end
            return self.start, self.start + 1
        return self.start, self.end


@attrs.frozen
class Step:
    """One part of a path, and what it leads to: None where there is nothing."""

    part: str | int
    key: Node | None
    node: Node | None


@attrs.frozen
class Located:
    """What a text was read into, as far as it could be read."""

    root: Node | None
    findings: Sequence[Finding]
    #: Whether the text was read to its end, or to that of its first document.
    is_whole: bool = True
    #: The keys and scalars in the order of the text, those that were left out included.
    scalars: Sequence[Node] = ()
    _steps: dict[str, Sequence[Step]] = attrs.field(init=False, factory=dict, repr=False, eq=False)

    def steps(self, path: str) -> Sequence[Step]:
        """The parts of a path, each with the node that it leads to."""
        if path in self._steps:
            return self._steps[path]
        steps: list[Step] = []
        node = self.root
        for part in path_parts(path):
            key: Node | None = None
            if node is not None:
                found = node.part_named(part)
                key, node = (None, None) if found is None else (node.keys.get(found), node.parts[found])
            steps.append(Step(part, key, node))
        self._steps[path] = steps
        return steps

    def place(self, steps: Sequence[Step], *, at_key: bool = False) -> tuple[int, int] | None:
        """The start and end of what a path leads to, or of the nearest thing around it that is there."""
        node = self.root
        if node is None:
            return None
        key: Node | None = None
        for step in steps:
            if step.node is None:  # something is missing in this collection: its start is enough
                return (
                    node.token()
                    if node.is_block or not isinstance(node.data, (dict, list))
                    else (node.start, node.start + 1)
                )
            key, node = step.key, step.node
        if key is not None and (at_key or (node.data is None and node.start == node.end)):
            return key.start, key.end
        return node.token()


class _Stop(Exception):
    """Nothing that follows can be read."""


def locate_yaml(text: str, limits: Limits = DEFAULT_LIMITS) -> Located:
    """Read a YAML document, and go on after every mistake that allows it."""
    builder = _YamlBuilder(text, limits)
    root = builder.read()
    return Located(root, builder.findings, builder.is_whole, builder.scalars)


class _Builder:
    """What reading YAML and reading JSON have in common."""

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.findings: list[Finding] = []
        self.scalars: list[Node] = []
        self.places: set[tuple[int, int]] = set()
        self.path: list[str | int] = []
        self.values = 0
        self.is_whole = False

    def note(
        self,
        start: int,
        end: int,
        rule: str,
        message: str = EXPECTED_GOT,
        *,
        expected: str | None = None,
        found: str | None = None,
        hint: str | None = None,
        suggestion: str | None = None,
        other: int | None = None,
    ) -> None:
        if (start, end) in self.places:
            return
        self.places.add((start, end))
        problem = Problem(
            rule=rule,
            message=Sentence(message),
            path=path_text(*self.path),
            expected=expected,
            found=found,
            hint=None if hint is None else Sentence(hint),
            suggestion=suggestion,
            at_key=True,
        )
        self.findings.append(Finding(start, end, problem, other))
        if len(self.findings) >= MOST_PROBLEMS:  # the rest of the text is not looked at
            raise _Stop

    def leaf(self, start: int, end: int, data: Any = None) -> Node:
        """The node of a scalar, or of what stands in the place of one."""
        node = Node(start, end, data)
        self.scalars.append(node)
        return node

    def duplicate(self, key: Node, first: Node, name: str) -> None:
        self.note(
            key.start,
            key.end,
            "duplicate-key",
            "duplicate key {found}, first at {other_place}",
            found=name_text(name),
            hint="remove one of them",
            other=first.start,
        )

    def too_deep(self, start: int, end: int) -> NoReturn:
        self.note(start, end, "too-deep", f"nested more than {self.limits.depth} levels deep")
        raise _Stop

    def too_many(self, start: int, end: int, with_aliases: str = "") -> NoReturn:
        self.note(start, end, "too-many-values", f"more than {self.limits.values:,} values{with_aliases}")
        raise _Stop

    def no_mapping(self, root: Node) -> None:
        found = "an empty document" if root.data is None else kind_of(root.data)
        hint = None
        if isinstance(root.data, str) and _FILE_NAME.fullmatch(root.data):
            hint = "this is the name of a file and not its text: in Python, use from_file(path) or check(Path(path))"
        self.note(*root.token(), "invalid-type", expected="a mapping with the fields of a spec", found=found, hint=hint)


class _YamlBuilder(_Builder):
    def __init__(self, text: str, limits: Limits) -> None:
        super().__init__(text, limits)
        self.anchors: dict[str, Node] = {}

    def read(self) -> Node | None:
        strange = _NOT_ALLOWED.search(self.text)
        if strange is not None:
            code = ord(strange[0])
            if 0xDC80 <= code <= 0xDCFF:  # a byte that is none of UTF-8, as "surrogateescape" keeps it
                found = f"the byte 0x{code - 0xDC00:02X}"
                self.note(*strange.span(), "encoding", expected="UTF-8", found=found, hint="save the file as UTF-8")
                return None
            self.note(
                *strange.span(),
                "encoding",
                f"YAML does not allow the character U+{code:04X}",
                hint="remove it, or write it as an escape in a double-quoted string",
            )
            return None
        root = None
        with suppress(_Stop):
            try:
                root = self.document()
                self.is_whole = True
            except yaml.MarkedYAMLError as error:
                self.path.clear()
                mark = error.problem_mark or error.context_mark
                index = min(mark.index if mark is not None else 0, len(self.text))
                # A parser may look ahead, and have a limit of its own that ends it before it says what comes first.
                self.refuse_excess(self.text[:index])
                self.note_syntax(index, None if error.context_mark is None else error.context_mark.index)
            except (ValueError, yaml.YAMLError):  # PyYAML's own parser, of an escape that names no character
                self.path.clear()
                self.note(0, 0, "yaml-syntax", "invalid YAML")
        return root

    def document(self) -> Node:
        if len(self.text) // 2 > self.limits.values:  # each value takes two characters of the text
            self.refuse_excess(self.text)
        self.get_event = parser_of(self.text).get_event
        self.get_event()
        event = self.get_event()
        if not isinstance(event, DocumentStartEvent):
            self.note(0, 0, "empty-document", expected="a mapping with the fields of a spec", found="an empty document")
            raise _Stop
        root = self.node(self.get_event(), 1)
        self.get_event()
        event = self.get_event()
        if not isinstance(event, StreamEndEvent) and not self.is_empty_to_the_end():
            self.note(
                *_marks(event),
                "multiple-documents",
                expected="one document",
                found="a second one",
                hint="put each spec into its own file",
            )
        if not isinstance(root.data, dict):
            self.no_mapping(root)
        return root

    def is_empty_to_the_end(self) -> bool:
        """Whether nothing is in the document that starts here, and in those after it."""
        nothing = (DocumentStartEvent, DocumentEndEvent, StreamEndEvent)
        while (event := self.get_event()) is not None:
            if not isinstance(event, nothing) and not (isinstance(event, ScalarEvent) and _is_absent(event)):
                return False
        return True

    def note_syntax(self, index: int, context: int | None) -> None:
        """Note a syntax error, from the places that the parser tells: its words differ from release to release."""
        text = self.text
        here = text[index : index + 1]
        opening = "" if context is None else text[context : context + 1]
        message, hint = "invalid YAML", None
        slip = find_slip(text, index, context)
        if slip is not None:
            self.note(slip.start, slip.end, "yaml-syntax", slip.message, hint=slip.hint)
            return
        if here == "\t":
            message, hint = "indented with a tab", "indent with spaces"
        elif opening in ("'", '"'):
            message = "unclosed quotes, opened on line {other_line}"
            hint = "close the quotes"
            if opening == '"' and "\\" in text[max(index - 1, 0) : index + 1]:
                message, hint = (
                    "invalid escape in a double-quoted string",
                    "use single quotes for a string with backslashes",
                )
        elif not here:
            message, hint = "unexpected end of the file", "close each bracket, and give each key a value"
            if context is not None:
                message = "unexpected end of the file: what starts on line {other_line} is not complete"
        elif opening in ("[", "{"):
            close = "]" if opening == "[" else "}"
            message = f"expected a comma or {close}: the {opening} of line {{other_line}} is not closed"
            hint = f"add the comma or the {close}, or quote a string that has brackets, quotes or commas"
        elif here == ":":
            message, hint = "unexpected colon in a value", 'quote a string that contains ": "'
        elif here in ("@", "`", "%"):
            message, hint = (
                f"an unquoted string cannot start with {here}",
                f"quote a string that starts with {here}",
            )
        elif opening in ("&", "*"):
            message, hint = f"expected a name after {opening}", f"quote a string that starts with {opening}"
        elif context is not None and ":" not in text[context:].partition("\n")[0] and opening != "-":
            message, hint = "expected a colon after the key on line {other_line}", "write it as key: value"
        elif opening == "-":
            message = "unexpected content in the list that starts on line {other_line}"
            hint = "indent all items of a list equally, each with a dash"
        elif context is not None:
            message = "unexpected content in the mapping that starts on line {other_line}"
            hint = "indent all keys of a mapping equally, and quote a string that starts with a special character"
        self.note(index, index + 1, "yaml-syntax", message, hint=hint, other=context)

    def refuse_excess(self, text: str) -> None:
        """Stop at what is too deep or too much, before any of it is kept. Mistakes are left for the reading."""
        get_event = parser_of(text).get_event
        in_mappings: list[bool] = []  # of the open collections, whether each is a mapping
        at_keys: list[bool] = [False]  # and whether the next thing in it is a key
        values = 0
        with suppress(yaml.YAMLError, ValueError):
            while (event := get_event()) is not None:
                kind = event.__class__
                if kind is MappingEndEvent or kind is SequenceEndEvent:
                    in_mappings.pop()
                    at_keys.pop()
                    continue
                if kind not in (ScalarEvent, AliasEvent, MappingStartEvent, SequenceStartEvent):
                    continue
                if not at_keys[-1]:
                    values += 1
                    if values > self.limits.values:
                        self.too_many(*_marks(event))
                if in_mappings and in_mappings[-1]:
                    at_keys[-1] = not at_keys[-1]
                if kind is MappingStartEvent or kind is SequenceStartEvent:
                    in_mappings.append(kind is MappingStartEvent)
                    at_keys.append(kind is MappingStartEvent)
                    if len(in_mappings) > self.limits.depth:
                        self.too_deep(*_marks(event))

    def node(self, event: Any, depth: int) -> Node:
        kind = event.__class__
        start, end = event.start_mark.index, event.end_mark.index
        self.values += 1
        if kind is ScalarEvent:
            value = event.value
            if value[:2] in AMBIGUOUS_STARTS or event.tag is not None or not value.isascii():
                value = self.scalar(event)
            node = Node(start, end, value)
            self.scalars.append(node)
            if event.anchor is not None:
                self.anchors[event.anchor] = node
            return node
        if kind is AliasEvent:
            return self.alias(event.anchor, start, end)
        node = Node(start, end)
        if depth > self.limits.depth:
            self.too_deep(start, end)
        if event.tag is not None and event.tag != "!":
            self.note_tag(event)
        node.is_block = not event.flow_style
        node.is_open = True
        node.parts, node.keys = {}, {}
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        before = self.values
        if kind is SequenceStartEvent:
            node.data = [] if event.anchor is None else SharedList()
            self.fill_list(node, depth)
        else:
            node.data = {} if event.anchor is None else SharedMapping()
            self.fill_mapping(node, depth)
        node.size = self.values - before
        node.is_open = False
        self.count(start, end)
        return node

    def count(self, start: int, end: int) -> None:
        if self.values > self.limits.values:
            self.too_many(start, end, ", with aliases expanded")

    def alias(self, anchor: str | None, start: int, end: int) -> Node:
        node = None if anchor is None else self.anchors.get(anchor)
        if node is None:
            self.note(
                start,
                end,
                "undefined-alias",
                "alias without an anchor of this name before it",
                hint="quote a string that starts with *",
            )
            return self.leaf(start, end)
        if node.is_open:
            self.note(start, end, "recursive-alias", "alias inside its own anchor")
            return self.leaf(start, end)
        self.values += node.size
        self.count(start, end)
        return node

    def scalar(self, event: Any) -> Any:
        value: str = event.value
        if event.tag is not None and (event.tag != "!" or not (value or event.style)):
            if event.tag != _STR_TAG:
                self.note_tag(event)
            return self.checked(value, event)
        if value[:2] in AMBIGUOUS_STARTS and event.implicit[0] and not reads_as_text(value):
            return None if value in NULLS else PlainScalar(value)
        return value if value.isascii() else self.checked(value, event)

    def checked(self, value: str, event: Any) -> str:
        """The pure parser reads half of a surrogate pair in an escape where libyaml refuses it."""
        try:
            value.encode()
        except UnicodeEncodeError:
            self.note(*_marks(event), "encoding", "a lone surrogate is not a character")
            return ""
        return value

    def note_tag(self, event: Any) -> None:
        start, _ = _marks(event)
        written = re.compile(r"&\S+\s+").match(self.text, start)
        start = written.end() if written is not None else start
        match = re.compile(r"[^\s,\[\]{}]+").match(self.text, start)
        end = match.end() if match is not None else start + 1
        self.note(
            start,
            end,
            "unknown-tag",
            "YAML tags other than !!str are not supported",
            hint="remove the tag, or quote a string that starts with !",
        )

    def fill_list(self, node: Node, depth: int) -> None:
        get_event, path, parts, data = self.get_event, self.path, node.parts, node.data
        while (event := get_event()).__class__ is not SequenceEndEvent:
            index = len(data)
            path.append(index)
            part = self.node(event, depth + 1)
            path.pop()
            if event.__class__ is AliasEvent:
                self.note_alias(node, index, event)
            parts[index] = part
            data.append(part.data)
        if not node.is_block:
            node.end = _marks(event)[1]

    def fill_mapping(self, node: Node, depth: int) -> None:
        merge_key: Node | None = None
        merged: list[Node] = []
        fields = field_names()
        get_event, keys, parts, data = self.get_event, node.keys, node.parts, node.data
        while (event := get_event()).__class__ is not MappingEndEvent:
            key = Node(event.start_mark.index, event.end_mark.index)
            name: str
            is_merge = False
            # Most keys are fields of the format, which are what they look like.
            if event.__class__ is ScalarEvent and event.value in fields and event.anchor is None and event.tag is None:
                name = event.value
                self.scalars.append(key)
            else:
                if event.__class__ is AliasEvent:
                    key.is_alias = True
                found = self.key(event, key, node, depth)
                if found is None:
                    node.left_out += (self.node(get_event(), depth + 1),)
                    continue
                name = found
                is_merge = name == "<<" and event.__class__ is ScalarEvent and event.implicit[0]
            if is_merge:
                first = merge_key
            else:
                first = keys.get(name)
                self.path.append(name)
            if first is not None:
                self.duplicate(key, first, name)
            value_event = get_event()
            part = self.node(value_event, depth + 1)
            if first is not None:
                node.left_out += (part,)
            else:
                if value_event.__class__ is AliasEvent:
                    self.note_alias(node, name, value_event)
                if is_merge:
                    merge_key = key
                    node.merge = merge_key, part
                    merged = list(self.merged(part, node))
                else:
                    keys[name] = key
                    parts[name] = part
                    data[name] = part.data
            if not is_merge:
                self.path.pop()
        if not node.is_block:
            node.end = _marks(event)[1]
        own = set(node.parts) if merged else set()
        for source in merged:
            for inherited, part in source.parts.items():
                if inherited in node.parts:
                    node.overridden += (part,)
                else:
                    node.keys[inherited] = source.keys[inherited]
                    node.parts[inherited] = part
                    node.data[inherited] = part.data
                    self.values += 1 + part.size
            self.count(node.start, node.end)
        if merged:
            node.inherited = frozenset(node.parts.keys() - own)

    def key(self, event: Any, key: Node, mapping: Node, depth: int) -> str | None:
        """The text of a key, or None where it is none and what it stands for is to be left out."""
        start, end = key.start, key.end
        if event.__class__ is AliasEvent:
            target = self.alias(event.anchor, start, end)
            mapping.left_out += (target,)
            if isinstance(target.data, str) and target.data:
                self.scalars.append(key)
                return str.__str__(target.data)
            self.note(start, end, "key-type", expected="a string as a key", found=kind_of(target.data))
            return None
        if event.__class__ is not ScalarEvent:
            node = self.node(event, depth + 1)
            mapping.left_out += (node,)
            self.note(
                start, max(node.end, start + 1), "key-type", expected="a string as a key", found=kind_of(node.data)
            )
            return None
        self.scalars.append(key)
        value = self.scalar(event)
        if value is None or value == "":
            got = "an empty string" if value == "" else "null"
            self.note(
                start,
                end,
                "key-type",
                expected="a string as a key",
                found=got,
                hint="name the field, or remove the line",
            )
            return None
        if event.anchor is not None:
            key.data = value
            self.anchors[event.anchor] = key
        return str.__str__(value)

    def note_alias(self, node: Node, part: str | int, event: Any) -> None:
        """Note where a part stands that is written as an alias."""
        if node.aliases is _NONE:
            node.aliases = {}
        node.aliases[part] = _marks(event)

    def merged(self, node: Node, mapping: Node) -> Iterator[Node]:
        """The mappings that a merge key names."""
        sources = list(node.parts.values()) if isinstance(node.data, list) else [node]
        for source in sources:
            if isinstance(source.data, dict):
                yield source
            else:
                mapping.left_out += (source,)
                self.note(
                    *source.token(),
                    "merge-key",
                    expected="a mapping or a list of mappings to merge",
                    found=kind_of(source.data),
                )


def _is_absent(event: Any) -> bool:
    return event.start_mark.index == event.end_mark.index and event.anchor is None and event.tag is None


def _marks(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def locate_json(text: str, limits: Limits = DEFAULT_LIMITS) -> Located:
    """Read a JSON document, and go on after a key that is given twice or a number that is none."""
    scanner = _JsonScanner(text, limits)
    root = scanner.read()
    return Located(root, scanner.findings, scanner.is_whole, scanner.scalars)


class _JsonScanner(_Builder):
    # Behind a comma and behind an opening bracket stands one more value, texts left out.
    _NEXT_VALUE = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<next>,|[\[{](?=[ \t\n\r]*[^\]} \t\n\r]))')
    _SPACE = re.compile(r"[ \t\n\r]*")
    _NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
    _WORD = re.compile(r"-?[A-Za-z]+")
    _TOKEN = re.compile(r"[^\s,:\[\]{}]+|.", re.DOTALL)

    def read(self) -> Node | None:
        root = None
        with suppress(_Stop):
            root = self.document()
            self.is_whole = True
        return root

    def document(self) -> Node:
        self.refuse_excess()
        root = self.value(self.space(0), 1)
        after = self.space(root.end)
        if after < len(self.text):
            self.stop(after, "the end of the document")
        if not isinstance(root.data, dict):
            self.no_mapping(root)
        return root

    def refuse_excess(self) -> None:
        """Stop at what is too much, before any of it is kept."""
        values = 1
        for match in self._NEXT_VALUE.finditer(self.text):
            if match["next"] is not None:
                values += 1
                if values > self.limits.values:
                    self.too_many(*match.span())

    def space(self, index: int) -> int:
        match = self._SPACE.match(self.text, index)
        return match.end() if match is not None else index

    def stop(self, index: int, what: str, hint: str | None = None) -> NoReturn:
        match = self._TOKEN.match(self.text, index)
        token = match[0] if match is not None else ""
        if token.startswith(("//", "/*", "#")):
            self.note(index, index + len(token), "json-syntax", "JSON has no comments", hint="remove the comment")
            raise _Stop
        # Of a text that is no JSON nothing but its signs is shown.
        found = f'"{token}"' if token in tuple(",:[]{}") else "something else" if token else "the end of the file"
        self.note(index, index + len(token), "json-syntax", expected=what, found=found, hint=hint)
        raise _Stop

    def value(self, index: int, depth: int) -> Node:
        character = self.text[index : index + 1]
        self.values += 1
        if self.values > self.limits.values:
            self.too_many(index, index + 1)
        if character in ("{", "["):
            if depth > self.limits.depth:
                self.too_deep(index, index + 1)
            return self.mapping(index, depth) if character == "{" else self.list(index, depth)
        if character == '"':
            return self.string(index)
        number = self._NUMBER.match(self.text, index)
        if number is not None:
            return self.number(number)
        word = self._WORD.match(self.text, index)
        if word is not None:
            if word[0] in ("true", "false", "null"):
                return self.leaf(index, word.end(), {"true": True, "false": False, "null": None}[word[0]])
            if word[0] in ("NaN", "Infinity", "-Infinity"):
                self.note(index, word.end(), "invalid-value", expected="a finite number", found=word[0])
                return self.leaf(index, word.end())
        return self.stop(index, "a value")

    def number(self, match: re.Match[str]) -> Node:
        try:
            value = json.loads(match[0])
        except ValueError:  # more digits than Python converts
            self.note(*match.span(), "invalid-value", expected="a number of 64 bits", found="a longer one")
            value = None
        return self.leaf(match.start(), match.end(), value)

    def string(self, index: int) -> Node:
        try:
            value, end = json.decoder.scanstring(self.text, index + 1, True)  # type: ignore[attr-defined]
        except json.JSONDecodeError as error:
            place = min(max(error.pos, index), len(self.text))
            if self.text.startswith('"', place):
                message, hint = "unclosed quotes", "close the quotes"
            elif self.text[place : place + 1] < " ":
                message, hint = (
                    "a string has a line end, a tab or another control character",
                    "write it as an escape: \\n",
                )
            else:
                message, hint = "invalid escape in a string", "write a backslash as two: \\\\"
            self.note(place, place + 1, "json-syntax", message, hint=hint)
            raise _Stop from None
        return self.leaf(index, end, value)

    def list(self, index: int, depth: int) -> Node:
        node = Node(index, index + 1, [])
        node.parts = {}
        index = self.space(index + 1)
        while self.text[index : index + 1] != "]":
            if node.data:
                index = self.comma(index, "]")
            self.path.append(len(node.data))
            part = self.value(index, depth + 1)
            self.path.pop()
            node.parts[len(node.data)] = part
            node.data.append(part.data)
            index = self.space(part.end)
        node.end = index + 1
        return node

    def mapping(self, index: int, depth: int) -> Node:
        node = Node(index, index + 1, {})
        node.parts, node.keys = {}, {}
        index = self.space(index + 1)
        is_first = True
        while self.text[index : index + 1] != "}":
            if not is_first:
                index = self.comma(index, "}")
            is_first = False
            if self.text[index : index + 1] != '"':
                self.stop(index, "a key in double quotes")
            key = self.string(index)
            index = self.space(key.end)
            if self.text[index : index + 1] != ":":
                self.stop(index, "a colon")
            name = key.data
            self.path.append(name)
            if name in node.keys:
                self.duplicate(key, node.keys[name], name)
            part = self.value(self.space(index + 1), depth + 1)
            self.path.pop()
            index = self.space(part.end)
            if name in node.keys:
                node.left_out += (part,)
                continue
            node.keys[name] = key
            node.parts[name] = part
            node.data[name] = part.data
        node.end = index + 1
        return node

    def comma(self, index: int, close: str) -> int:
        if self.text[index : index + 1] != ",":
            self.stop(index, f"a comma or {close}")
        after = self.space(index + 1)
        if self.text[after : after + 1] == close:
            self.stop(after, "a value", "remove the comma before this")
        return after
