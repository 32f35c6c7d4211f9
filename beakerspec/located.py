"""Text to plain data with the place of everything, and with every mistake that the text itself holds.

This is the slow and complete reading. It serves where the quick one (`yaml_reader`, `json.loads`) gives up, and
whenever problems have to be placed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Any, NoReturn

import attrs
import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from .limits import MAX_DEPTH, MAX_VALUES
from .names import json_name, python_name
from .problems import expected, name_text, path_parts, path_text, show
from .scalars import NULLS, PlainScalar, reads_as_text
from .shared import SharedList, SharedMapping
from .yaml_reader import Unusual, parser_of

__all__ = ["Finding", "Located", "Node", "locate_json", "locate_some", "locate_yaml"]

#: After so many mistakes the rest of a text is not looked at.
_MOST_FINDINGS = 1000
_STR_TAG = "tag:yaml.org,2002:str"
_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


@attrs.frozen
class Finding:
    """A mistake of the text itself, between two indices of it."""

    start: int
    end: int
    rule: str
    message: str
    hint: str | None = None
    path: str = ""
    #: The index of another place, which the message names as ``{elsewhere}``, or its line.
    elsewhere: int | None = None


#: The parts of a scalar, one for all: a large document has a million of them.
_NONE: Any = MappingProxyType({})


@attrs.define(eq=False)
class Node:
    """A value and its place: `start` and `end` are indices of the text, the end exclusive."""

    start: int
    end: int
    data: Any = None
    #: The parts of a collection: of a mapping by key, of a list by index.
    parts: dict[str | int, Node] = _NONE
    #: The keys of a mapping.
    keys: dict[str | int, Node] = _NONE
    #: The number of values inside, aliases written out.
    size: int = 0
    is_block: bool = False
    is_open: bool = True

    def token(self) -> tuple[int, int]:
        """The part to point at: of a block collection its first key or dash, else all of it."""
        if self.is_block:
            for key in self.keys.values():
                if key.start == self.start:
                    return key.start, key.end
            return self.start, self.start + 1
        return self.start, self.end


@attrs.frozen
class Located:
    """What a text was read into, as far as it could be read."""

    root: Node | None
    findings: Sequence[Finding]

    def place(self, path: str, *, at_key: bool = False) -> tuple[int, int] | None:
        """The start and end of what a path leads to, or of the nearest thing around it that is there."""
        node = self.root
        if node is None:
            return None
        key: Node | None = None
        for part in path_parts(path):
            found = next((name for name in _spellings(part) if name in node.parts), None)
            if found is None:
                return node.token()
            key, node = node.keys.get(found), node.parts[found]
        if key is not None and (at_key or (node.data is None and node.start == node.end)):
            return key.start, key.end
        return node.token()

    def is_in_blocks(self, path: str) -> bool:
        """Whether all around what a path leads to is in block style, where each key starts a line or follows a dash."""
        node = self.root
        for part in path_parts(path):
            if node is None:  # the place is that of what is around it
                return True
            if not node.is_block:
                return False
            node = next((node.parts[name] for name in _spellings(part) if name in node.parts), None)
        return True


def _spellings(part: str | int) -> tuple[str | int, ...]:
    return (part,) if isinstance(part, int) else (part, json_name(part), python_name(part))


class _Stop(Exception):
    """Nothing that follows can be read."""


def locate_yaml(text: str, max_depth: int = MAX_DEPTH, max_values: int = MAX_VALUES) -> Located:
    """Read a YAML document, and go on after every mistake that allows it."""
    builder = _YamlBuilder(text, max_depth, max_values)
    return Located(builder.read(), builder.findings)


def locate_some(text: str, paths: Iterable[str]) -> Located:
    """The places of some paths in a YAML text in which nothing is wrong. What leads to none of them is passed over.

    Raises `Unusual` where an alias or a merge key is on the way to one.
    """
    wanted = _Wanted()
    for path in paths:
        inner = wanted
        for part in path_parts(path):
            inner = inner.setdefault(json_name(part) if isinstance(part, str) else part, _Wanted())
    get_event = parser_of(text).get_event
    get_event()  # the start of the stream
    get_event()  # and of the document
    return Located(_some_of(get_event, get_event(), wanted), ())


class _Wanted(dict["str | int", "_Wanted"]):
    """The parts of a value whose places are wanted, each with those of its own."""


def _some_of(get_event: Callable[[], Any], event: Any, wanted: Mapping[str | int, _Wanted]) -> Node:
    """A value whose place is wanted."""
    kind = event.__class__
    node = Node(*_marks(event), parts={}, keys={})
    if kind is AliasEvent:
        raise Unusual
    if kind is ScalarEvent:
        node.data = event.value or None
        return node
    node.is_block = not event.flow_style
    node.data = ()  # it is not null, and what it holds does not matter
    if kind is SequenceStartEvent:
        index = 0
        while (event := get_event()).__class__ is not SequenceEndEvent:
            if index in wanted:
                node.parts[index] = _some_of(get_event, event, wanted[index])
            else:
                _pass_over(get_event, event)
            index += 1
    else:
        while (event := get_event()).__class__ is not MappingEndEvent:
            if event.__class__ is not ScalarEvent or (event.value == "<<" and event.implicit[0]):
                raise Unusual
            name = event.value
            inner = wanted.get(json_name(name))
            if inner is not None or not node.keys:
                node.keys[name] = Node(*_marks(event))
            event = get_event()
            if inner is not None:
                node.parts[name] = _some_of(get_event, event, inner)
            else:
                _pass_over(get_event, event)
    if not node.is_block:
        node.end = _marks(event)[1]
    return node


def _pass_over(get_event: Callable[[], Any], event: Any) -> None:
    """Read to the end of a value."""
    depth = 0
    while True:
        kind = event.__class__
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            depth += 1
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            depth -= 1
        if not depth:
            return
        event = get_event()


class _YamlBuilder:
    def __init__(self, text: str, max_depth: int, max_values: int) -> None:
        self.text = text
        self.max_depth = max_depth
        self.max_values = max_values
        self.findings: list[Finding] = []
        self.places: set[tuple[int, int]] = set()
        self.anchors: dict[str, Node] = {}
        self.path: list[str | int] = []
        self.values = 0

    def read(self) -> Node | None:
        strange = _NOT_ALLOWED.search(self.text)
        if strange is not None:
            name = f"U+{ord(strange[0]):04X}"
            self.findings.append(
                Finding(
                    strange.start(),
                    strange.end(),
                    "encoding",
                    f"the character {name} cannot stand in YAML",
                    "write it as an escape in a text with double quotes, or remove it",
                )
            )
            return None
        root = None
        try:
            self.refuse_excess()
            self.get_event = parser_of(self.text).get_event
            self.get_event()
            event = self.get_event()
            if not isinstance(event, DocumentStartEvent):
                self.stop(
                    0,
                    0,
                    "empty-document",
                    expected("a mapping with the fields of a spec", "an empty document"),
                )
            root = self.node(self.get_event(), 1)
            if not isinstance(root.data, dict):
                got = "an empty document" if root.data is None else _kind(root.data)
                self.note(*root.token(), "invalid-type", expected("a mapping with the fields of a spec", got))
            self.get_event()
            event = self.get_event()
            if not isinstance(event, StreamEndEvent):
                self.stop(
                    *_marks(event),
                    "multiple-documents",
                    expected("one document", "a second one"),
                    "put each spec into a file of its own",
                )
        except RecursionError:  # the caller's limit is beyond what this reading can do
            self.path.clear()
            self.note(0, 0, "too-deep", "nested too deeply")
        except yaml.MarkedYAMLError as error:
            self.note_syntax(error)
        except ValueError:  # PyYAML's own parser, of an escape
            self.path.clear()
            self.note(0, 0, "yaml-syntax", "an escape in a text with double quotes names no character")
        except yaml.YAMLError as error:  # a ReaderError has no mark, and no character caused it that we know
            self.note(0, 0, "yaml-syntax", str(error).splitlines()[0])
        except _Stop:
            pass
        return root

    def note(
        self,
        start: int,
        end: int,
        rule: str,
        message: str,
        hint: str | None = None,
        elsewhere: int | None = None,
    ) -> None:
        if (start, end) not in self.places:
            self.places.add((start, end))
            self.findings.append(Finding(start, end, rule, message, hint, path_text(*self.path), elsewhere))
            if len(self.findings) >= _MOST_FINDINGS:
                raise _Stop

    def stop(self, start: int, end: int, rule: str, message: str, hint: str | None = None) -> NoReturn:
        self.note(start, end, rule, message, hint)
        raise _Stop

    def note_syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        index = min(mark.index if mark is not None else 0, len(self.text))
        message = error.problem or "this cannot be read"
        character = self.text[index : index + 1]
        hint = None
        if character == "\t":
            message, hint = "a tab stands where only spaces indent", "indent with spaces"
        elif "mapping values are not allowed" in message:
            hint = 'put a text that contains ": " in quotes'
        elif character in tuple("@`%"):
            hint = f"put a text that starts with {character} in quotes"
        elif "end of stream" in message and "quoted" in (error.context or ""):
            hint = "close the quotes"
        elsewhere = None
        if error.context and error.context_mark is not None and character != "\t":
            elsewhere = error.context_mark.index
            message = f"{message} ({error.context} that starts on line {{elsewhere_line}})"
        with suppress(_Stop):  # nothing follows a syntax error anyway
            self.note(index, index + 1, "yaml-syntax", message, hint, elsewhere)

    def refuse_excess(self) -> None:
        """Stop at what is too deep or too much, before any of it is kept. Mistakes are left for the reading."""
        get_event = parser_of(self.text).get_event
        in_mappings: list[bool] = []  # of the open collections, whether each is a mapping
        at_keys: list[bool] = [False]  # and whether the next thing in it is a key
        values = 0
        with suppress(yaml.YAMLError):
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
                    if values > self.max_values:
                        self.stop(*_marks(event), "too-many-values", f"more than {self.max_values:,} values")
                if in_mappings and in_mappings[-1]:
                    at_keys[-1] = not at_keys[-1]
                if kind is MappingStartEvent or kind is SequenceStartEvent:
                    in_mappings.append(kind is MappingStartEvent)
                    at_keys.append(kind is MappingStartEvent)
                    if len(in_mappings) > self.max_depth:
                        self.stop(*_marks(event), "too-deep", f"nested deeper than {self.max_depth} levels")

    def node(self, event: Any, depth: int) -> Node:
        kind = event.__class__
        start, end = _marks(event)
        self.values += 1
        if kind is AliasEvent:
            return self.alias(event.anchor, start, end)
        node = Node(start, end)
        if kind is ScalarEvent:
            node.data = self.scalar(event)
            node.is_open = False
            if event.anchor is not None:
                self.anchors[event.anchor] = node
            self.count(start, end)
            return node
        if depth > self.max_depth:
            self.stop(start, end, "too-deep", f"nested deeper than {self.max_depth} levels")
        if event.tag is not None and event.tag != "!":
            self.note_tag(event)
        node.is_block = not event.flow_style
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
        if self.values > self.max_values:
            self.stop(
                start,
                end,
                "too-many-values",
                f"more than {self.max_values:,} values, with aliases written out",
            )

    def alias(self, anchor: str | None, start: int, end: int) -> Node:
        node = None if anchor is None else self.anchors.get(anchor)
        if node is None:
            self.note(
                start,
                end,
                "undefined-alias",
                "no anchor of this name stands before this alias",
                "put a text that starts with * in quotes",
            )
            return Node(start, end)
        if node.is_open:
            self.note(start, end, "recursive-alias", "this alias stands inside of what it stands for")
            return Node(start, end)
        self.values += node.size
        self.count(start, end)
        return node

    def scalar(self, event: Any) -> Any:
        value: str = event.value
        if event.tag is not None and (event.tag != "!" or not (value or event.style)):
            if event.tag != _STR_TAG:
                self.note_tag(event)
            return self.checked(value, event)
        if event.implicit[0] and not reads_as_text(value):
            return None if value in NULLS else PlainScalar(value)
        return self.checked(value, event)

    def checked(self, value: str, event: Any) -> str:
        """The pure parser reads half of a surrogate pair in an escape where libyaml refuses it."""
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                self.note(*_marks(event), "encoding", "half of a surrogate pair is no character")
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
            expected("no tag, or !!str", "another one"),
            "remove the tag, or put a text that starts with ! in quotes",
        )

    def fill_list(self, node: Node, depth: int) -> None:
        while True:
            event = self.get_event()
            if event.__class__ is SequenceEndEvent:
                break
            self.path.append(len(node.data))
            part = self.node(event, depth + 1)
            self.path.pop()
            node.parts[len(node.data)] = part
            node.data.append(part.data)
        if not node.is_block:
            node.end = _marks(event)[1]

    def fill_mapping(self, node: Node, depth: int) -> None:
        merge_key: Node | None = None
        merged: list[Node] = []
        while True:
            event = self.get_event()
            if event.__class__ is MappingEndEvent:
                break
            key = Node(*_marks(event))
            name = self.key(event, depth)
            if name is None:
                self.node(self.get_event(), depth + 1)
                continue
            is_merge = name == "<<" and event.__class__ is ScalarEvent and event.implicit[0]
            first = merge_key if is_merge else node.keys.get(name)
            if not is_merge:
                self.path.append(name)
            if first is not None:
                self.note(key.start, key.end, *_duplicate(name), elsewhere=first.start)
                self.node(self.get_event(), depth + 1)
            elif is_merge:
                merge_key = key
                merged = list(self.merged(self.get_event(), depth))
            else:
                node.keys[name] = key
                part = self.node(self.get_event(), depth + 1)
                node.parts[name] = part
                node.data[name] = part.data
            if not is_merge:
                self.path.pop()
        if not node.is_block:
            node.end = _marks(event)[1]
        for source in merged:
            for inherited, part in source.parts.items():
                if inherited not in node.parts:
                    node.keys[inherited] = source.keys[inherited]
                    node.parts[inherited] = part
                    node.data[inherited] = part.data
                    self.values += 1 + part.size
            self.count(node.start, node.end)

    def key(self, event: Any, depth: int) -> str | None:
        """The text of a key, or None where it is none and what it stands for is to be left out."""
        start, end = _marks(event)
        if event.__class__ is AliasEvent:
            target = self.alias(event.anchor, start, end)
            if isinstance(target.data, str) and target.data:
                return str.__str__(target.data)
            self.note(start, end, "key-type", expected("text as a key", _kind(target.data)))
            return None
        if event.__class__ is not ScalarEvent:
            node = self.node(event, depth + 1)
            self.note(start, max(node.end, start + 1), "key-type", expected("text as a key", _kind(node.data)))
            return None
        value = self.scalar(event)
        if value is None or value == "":
            got = "an empty text" if value == "" else "null"
            self.note(start, end, "key-type", expected("text as a key", got), "name the field, or remove the line")
            return None
        if event.anchor is not None:
            self.anchors[event.anchor] = Node(start, end, data=value, is_open=False)
        return str.__str__(value)

    def merged(self, event: Any, depth: int) -> Iterator[Node]:
        """The mappings that a merge key names."""
        node = self.node(event, depth + 1)
        sources = list(node.parts.values()) if isinstance(node.data, list) else [node]
        for source in sources:
            if isinstance(source.data, dict):
                yield source
            else:
                self.note(
                    *source.token(),
                    "merge-key",
                    expected("a mapping, or a list of mappings, to merge", _kind(source.data)),
                )


def _duplicate(name: str) -> tuple[str, str, str]:
    """The rule, message and hint about a key that stood elsewhere already."""
    return "duplicate-key", f"{name_text(name)} is given twice, first at {{elsewhere}}", "keep one of them"


def _marks(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _kind(data: Any) -> str:
    if isinstance(data, dict):
        return "a mapping"
    if isinstance(data, list):
        return "a list"
    return "null" if data is None else "text"


def locate_json(text: str, max_depth: int = MAX_DEPTH, max_values: int = MAX_VALUES) -> Located:
    """Read a JSON document, and go on after a key that is given twice or a number that is none."""
    scanner = _JsonScanner(text, max_depth, max_values)
    return Located(scanner.read(), scanner.findings)


class _JsonScanner:
    # Behind a comma and behind an opening bracket stands one more value, texts left out.
    _NEXT_VALUE = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<next>,|[\[{](?=[ \t\n\r]*[^\]} \t\n\r]))')
    _SPACE = re.compile(r"[ \t\n\r]*")
    _NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
    _WORD = re.compile(r"-?[A-Za-z]+")
    _TOKEN = re.compile(r"[^\s,:\[\]{}]+|.", re.DOTALL)

    def __init__(self, text: str, max_depth: int, max_values: int) -> None:
        self.text = text
        self.max_depth = max_depth
        self.max_values = max_values
        self.findings: list[Finding] = []
        self.path: list[str | int] = []
        self.values = 0

    def read(self) -> Node | None:
        root = None
        try:
            self.refuse_excess()
            root = self.value(self.space(0), 1)
            after = self.space(root.end)
            if after < len(self.text):
                self.stop(after, "the end of the document")
            if not isinstance(root.data, dict):
                self.note(
                    *root.token(),
                    "invalid-type",
                    expected("a mapping with the fields of a spec", show(root.data)),
                )
        except RecursionError:  # the caller's limit is beyond what this reading can do
            self.path.clear()
            self.note(0, 0, "too-deep", "nested too deeply")
        except _Stop:
            pass
        return root

    def note(
        self,
        start: int,
        end: int,
        rule: str,
        message: str,
        hint: str | None = None,
        elsewhere: int | None = None,
    ) -> None:
        self.findings.append(Finding(start, end, rule, message, hint, path_text(*self.path), elsewhere))
        if len(self.findings) >= _MOST_FINDINGS:
            raise _Stop

    def refuse_excess(self) -> None:
        """Stop at what is too much, before any of it is kept."""
        values = 1
        for match in self._NEXT_VALUE.finditer(self.text):
            if match["next"] is not None:
                values += 1
                if values > self.max_values:
                    self.note(match.start(), match.end(), "too-many-values", f"more than {self.max_values:,} values")
                    raise _Stop

    def space(self, index: int) -> int:
        match = self._SPACE.match(self.text, index)
        return match.end() if match is not None else index

    def stop(self, index: int, what: str, hint: str | None = None) -> NoReturn:
        match = self._TOKEN.match(self.text, index)
        end = match.end() if match is not None else index
        got = show(self.text[index : min(end, index + 20)]) if end > index else "the end of the file"
        self.note(index, end, "json-syntax", expected(what, got), hint)
        raise _Stop

    def value(self, index: int, depth: int) -> Node:
        character = self.text[index : index + 1]
        self.values += 1
        if self.values > self.max_values:
            self.note(index, index + 1, "too-many-values", f"more than {self.max_values:,} values")
            raise _Stop
        if character in ("{", "["):
            if depth > self.max_depth:
                self.note(index, index + 1, "too-deep", f"nested deeper than {self.max_depth} levels")
                raise _Stop
            return self.mapping(index, depth) if character == "{" else self.list(index, depth)
        if character == '"':
            return self.string(index)
        number = self._NUMBER.match(self.text, index)
        if number is not None:
            return self.number(number)
        word = self._WORD.match(self.text, index)
        if word is not None:
            if word[0] in ("true", "false", "null"):
                return Node(index, word.end(), {"true": True, "false": False, "null": None}[word[0]])
            if word[0] in ("NaN", "Infinity", "-Infinity"):
                self.note(index, word.end(), "invalid-value", expected("a finite number", word[0]))
                return Node(index, word.end())
        return self.stop(index, "a value")

    def number(self, match: re.Match[str]) -> Node:
        try:
            value = json.loads(match[0])
        except ValueError:  # more digits than Python converts
            self.note(*match.span(), "invalid-value", expected("a number of 64 bits", "a longer one"))
            value = None
        return Node(match.start(), match.end(), value)

    def string(self, index: int) -> Node:
        try:
            value, end = json.decoder.scanstring(self.text, index + 1, True)  # type: ignore[attr-defined]
        except json.JSONDecodeError as error:
            place = min(max(error.pos, index), len(self.text))
            self.note(place, place + 1, "json-syntax", error.msg)
            raise _Stop from None
        return Node(index, end, value)

    def list(self, index: int, depth: int) -> Node:
        node = Node(index, index + 1, [], parts={})
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
        node = Node(index, index + 1, {}, parts={}, keys={})
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
                self.note(key.start, key.end, *_duplicate(name), elsewhere=node.keys[name].start)
            part = self.value(self.space(index + 1), depth + 1)
            self.path.pop()
            index = self.space(part.end)
            if name in node.keys:
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
            self.stop(after, "a value", "remove the comma before it")
        return after
