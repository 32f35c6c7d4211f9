"""Mistakes planted into the texts of specs, each with the place where it has to be found.

A text is edited between indices and stays as it is otherwise, with its comments, anchors and styles. PyYAML's composer
sees where the fields are, and what they may hold stands in a table here: nothing of what is tested takes part.
"""

from __future__ import annotations

import json
import random
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import permutations
from typing import TypeVar

import attrs
import yaml

__all__ = ["MISTAKES", "Mutation", "SpecText", "Wanted", "planted"]

T = TypeVar("T")

#: For each mapping of the format its fields, and what these hold. Brackets stand for a list.
FORMAT: dict[str, dict[str, str]] = {
    "experiment": {
        "version": "version",
        "description": "text",
        "budget": "text",
        "groups": "texts",
        "retry": "retry",
        "tasks": "[task]",
    },
    "retry": {"allowedTaskRetries": "integer"},
    "task": {
        "name": "text",
        "image": "image",
        "result": "result",
        "context": "context",
        "constraints": "constraints",
        "command": "words",
        "arguments": "words",
        "envVars": "[variable]",
        "datasets": "[mount]",
        "resources": "resources",
        "hostNetworking": "boolean",
        "replicas": "integer",
        "leaderSelection": "boolean",
        "propagateFailure": "boolean",
        "propagatePreemption": "boolean",
        "synchronizedStartTimeout": "duration",
        "timeout": "duration",
    },
    "image": {"beaker": "text", "docker": "text"},
    "variable": {"name": "text", "value": "text", "secret": "text"},
    "mount": {"mountPath": "text", "subPath": "text", "mode": "mode", "source": "source"},
    "source": dict.fromkeys(("beaker", "hostPath", "weka", "result", "secret", "volume"), "text"),
    "result": {"path": "text"},
    "resources": {"cpuCount": "number", "gpuCount": "integer", "memory": "size", "sharedMemory": "size"},
    "context": {
        "cluster": "text",
        "priority": "priority",
        "preemptible": "boolean",
        "minRuntime": "duration",
        "autoResume": "boolean",
    },
    "constraints": {"cluster": "texts or one", "hostname": "texts"},
}
ENUMS = {
    "version": ("v2", "v2-alpha"),
    "priority": ("low", "normal", "high", "urgent", "immediate", "preemptible"),
    "mode": ("readonly", "readwrite"),
}

#: What fields are called in Kubernetes, Docker, SkyPilot, Slurm and GitHub Actions.
SYNONYMS = {
    "experiment.tasks": ("jobs",),
    "retry.allowedTaskRetries": ("retries", "maxRetries", "backoffLimit"),
    "task.image": ("dockerImage", "container"),
    "task.command": ("entrypoint", "cmd", "run"),
    "task.arguments": ("args",),
    "task.envVars": ("env", "environment", "envs"),
    "task.datasets": ("volumes", "mounts", "volumeMounts", "file_mounts"),
    "task.replicas": ("nodes", "num_nodes", "parallelism"),
    "task.timeout": ("timeLimit", "time-limit"),
    "task.constraints": ("nodeSelector",),
    "resources.gpuCount": ("gpus", "gpu", "num_gpus"),
    "resources.cpuCount": ("cpus", "cpu"),
    "resources.memory": ("mem", "ram"),
    "resources.sharedMemory": ("shm_size", "shm"),
}

#: Stands in an edited text before whatever has to be found, and is taken out again.
MARK = "‸"

_NO_TEXT = ('["a", "b"]', '{"a": "b"}')
_NO_TEXTS = ("3", '{"a": "b"}', '[‸["a"]]', '[‸{"a": "b"}]')
#: For each kind of field, values of another type. JSON is YAML as well, and words are put in quotes for it.
_OF_ANOTHER_TYPE: dict[str, tuple[str, ...]] = {
    "text": _NO_TEXT,
    "size": _NO_TEXT,
    "texts": ("word", *_NO_TEXTS),
    "texts or one": _NO_TEXTS[1:],
    "words": ("word", *_NO_TEXTS),
    "integer": ("two", "1.5", '"2"', "true", "[1]", '{"a": 1}'),
    "number": ("two", '"0.5"', "true", "[1]", '{"a": 1}'),
    "boolean": ("maybe", "1", '"true"', "[true]", '{"a": true}'),
    "list": ("word", "3", '{"a": "b"}'),
    "mapping": ("word", "3", '["a", "b"]'),
}
#: What stands in quotes and should not is a rule of its own.
_QUOTED = {'"2"': "quoted-number", '"0.5"': "quoted-number", '"true"': "quoted-boolean"}
_NO_SIZES = (
    *("10Gi", "1e9", "+1GiB", "-5GiB", "10  GiB", "ten GiB", "GiB", "10 GiB or more", "10GiBs", "12 gigs", '"1,5GiB"'),
    *('" 10GiB"', '""', "0", "0GiB", "9EiB", "0x10"),
)
_NO_DURATIONS = (
    *("1d", "5s!!", "h", "90 minuets", "1h30", "2 days", "12h:30m", "one hour", "1.5", "true", '""', "99999999h"),
    *('["1h"]', '{"hours": 1}'),
)
#: Durations that can be read, and that no task may have, with the rules that say so.
_OUT_OF_BOUNDS = {
    "timeout": (("0s", "timeout"), ("-5m", "timeout")),
    "synchronizedStartTimeout": (("0s", "start-timeout"), ("72h", "start-timeout")),
    "minRuntime": (("-1s", "min-runtime"),),
}
_NULLS = ("", "~", "null", "Null", "NULL")
#: In so many specs a place is looked for: nearly every one has some for every kind of mistake.
_MOST_ATTEMPTS = 1000

#: Two indices of a text, the end exclusive.
Span = tuple[int, int]


@attrs.frozen
class Edit:
    """Puts `new` into the place of what stands between two indices of a text."""

    start: int
    end: int
    new: str
    #: The mapping or list to which it adds something, by its index, and the key or item that it adds.
    into: tuple[int, str] | None = None

    @property
    def growth(self) -> int:
        return len(self.new.replace(MARK, "")) - (self.end - self.start)

    def collides(self, other: Edit) -> bool:
        """Whether the two cannot be made both."""
        if self.into is not None and other.into is not None and self.into[0] == other.into[0]:
            return self.into == other.into
        return _meet((self.start, self.end), (other.start, other.end))


@attrs.frozen
class Mistake:
    """What has to be edited to make a mistake, and the rule that has to find it at each mark."""

    rule: str
    #: Where it is, such as ``task.image``.
    field: str
    edits: Sequence[Edit]
    #: The parts of the text without which it would be another mistake, or none.
    needed: Sequence[Span] = ()
    #: The parts that cannot be read any more.
    lost: Sequence[Span] = ()
    #: The index of another place that the problem has to name.
    elsewhere: int | None = None

    def spoils(self, other: Mistake) -> bool:
        """Whether it hides another mistake, or makes it another one."""
        edited, others = ([(edit.start, edit.end) for edit in each.edits] for each in (self, other))
        return (
            any(one.collides(another) for one in self.edits for another in other.edits)
            or any(_meet(one, another) for one in self.lost for another in (*others, *other.needed))
            or any(_meet(one, another) for one in edited for another in other.needed)
        )


def _meet(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


@attrs.frozen
class Wanted:
    """A problem that has to be found."""

    rule: str
    line: int
    column: int
    #: What its message has to contain.
    text: str = ""


class Mutation:
    """A spec with mistakes planted into its text."""

    def __init__(self, spec: SpecText, mistakes: Sequence[Mistake]) -> None:
        self.spec = spec
        self.mistakes = mistakes
        by_place = sorted(
            ((edit, mistake) for mistake in mistakes for edit in mistake.edits),
            key=lambda pair: (pair[0].start, pair[0].end),
        )
        self._edits = [edit for edit, _ in by_place]
        self._found = [mistake for edit, mistake in by_place if MARK in edit.new]
        marked, end = "", 0
        for edit in self._edits:
            marked += spec.text[end : edit.start] + edit.new
            end = edit.end
        before, *self._behind_marks = (marked + spec.text[end:]).split(MARK)
        self.text = "".join((before, *self._behind_marks))

    @cached_property
    def wanted(self) -> list[Wanted]:
        """The problems that have to be found in it, in the order of their places."""
        wanted: list[Wanted] = []
        index = len(self.text) - sum(map(len, self._behind_marks))
        for mistake, behind in zip(self._found, self._behind_marks, strict=True):
            text = ""
            if mistake.elsewhere is not None:
                text = "{}:{}".format(*_place(self.text, self._index(mistake.elsewhere)))
            wanted.append(Wanted(mistake.rule, *_place(self.text, index), text))
            index += len(behind)
        return wanted

    def line(self, line: int, column: int) -> int:
        """The line of what has this line and column in the text without the mistakes."""
        start = 0
        for _ in range(line - 1):
            start = self.spec.text.index("\n", start) + 1
        return _place(self.text, self._index(start + column - 1))[0]

    def _index(self, index: int) -> int:
        """The index of what has this index in the text without the mistakes."""
        return index + sum(edit.growth for edit in self._edits if edit.end <= index)


def _place(text: str, index: int) -> tuple[int, int]:
    """The line and column of an index, counted from 1."""
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


# What stands in a text.


@attrs.frozen(eq=False)
class Field:
    """A field that a text gives, or an item of a list."""

    #: The mapping of the format that it belongs to, its name there, and what it holds.
    part: str
    name: str
    kind: str
    mapping: yaml.MappingNode
    value: yaml.Node
    #: None for an item.
    key: yaml.ScalarNode | None = None

    @property
    def label(self) -> str:
        return f"{self.part}.{self.name}"

    @property
    def is_given(self) -> bool:
        """Whether it is not null, which is to leave it out."""
        return not isinstance(self.value, yaml.ScalarNode) or bool(self.value.style) or self.value.value not in _NULLS

    @property
    def nodes(self) -> list[yaml.Node]:
        return [self.value] if self.key is None else [self.key, self.value]


@attrs.define(eq=False)
class SpecText:
    """The text of a spec without errors, and what stands where in it."""

    name: str
    text: str
    is_json: bool = attrs.field(default=False, kw_only=True)
    _fields: list[Field] | None = attrs.field(default=None, init=False, repr=False)

    @property
    def fields(self) -> list[Field]:
        """All known fields, and the items of those that are lists, each one once."""
        if self._fields is None:
            root = yaml.compose(self.text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            assert isinstance(root, yaml.MappingNode)
            self._fields = list(_all_fields(root))
        return self._fields

    def mappings(self, part: str) -> list[yaml.MappingNode]:
        """All mappings that are such a part of the format."""
        values = [field.value for field in self.fields if field.kind == part]
        return [value for value in values if isinstance(value, yaml.MappingNode)]

    def start(self, node: yaml.Node) -> int:
        """Where a value starts, its anchor and tag left out."""
        start = node.start_mark.index
        if isinstance(node, yaml.MappingNode) and node.value and node.value[0][0].start_mark.index == start:
            return start  # the anchor or tag is that of the first key
        match = re.compile(r"(?:[&!]\S*\s+)*").match(self.text, start)
        assert match is not None
        return match.end()

    def end(self, node: yaml.Node) -> int:
        """Where a value ends, empty lines and comments behind it left out."""
        is_literal = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
        if not is_literal and not _is_block(node):
            return node.end_mark.index
        start = self.start(node)
        lines = self.text[start : node.end_mark.index].rstrip().split("\n")
        while len(lines) > 1 and re.match(r"\s*(?:#|$)", lines[-1]):
            lines.pop()
        return start + len("\n".join(lines).rstrip())

    def end_of_pair(self, key: yaml.Node, value: yaml.Node) -> int:
        """Where the value of a key ends, or the alias that stands for it."""
        alias = re.compile(r"[ \t]*:\s*\*[^\s,\]}]+").match(self.text, key.end_mark.index)
        return self.end(value) if alias is None else alias.end()

    def end_of_line(self, index: int) -> int:
        end = self.text.find("\n", index)
        return end if end >= 0 else len(self.text)

    def indent(self, index: int) -> str:
        return " " * (_place(self.text, index)[1] - 1)

    def pairs(self, mapping: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
        """The keys and values of a mapping that are written as nearly all are: a word, a colon, and something."""
        return [
            (key, value)
            for key, value in mapping.value
            if self.is_ordinary(key) and value.start_mark.index < value.end_mark.index
        ]

    def is_ordinary(self, key: yaml.Node) -> bool:
        """Whether it is a word with a colon behind it."""
        colon = re.compile(r"[ \t]*:").match(self.text, key.end_mark.index)
        return isinstance(key, yaml.ScalarNode) and colon is not None

    def has_dependents(self, node: yaml.Node) -> bool:
        """Whether an alias of it is a key or merged, or there are aliases of what stands inside of it."""
        start, end = self.start(node), self.end(node)
        inside = re.findall(r"&([\w-]+)", self.text[start:end])
        is_merged = start != node.start_mark.index and re.search(r"<<\s*:", self.text) is not None
        return self.is_ordinary(node) or is_merged or any(f"*{anchor}" in self.text[end:] for anchor in inside)

    def spans(self, nodes: Sequence[yaml.Node]) -> list[Span]:
        """The parts of the text that values are made of: their own, and those that aliases in them stand for."""
        found: list[Span] = []
        pending = list(nodes)
        while pending:
            node = pending.pop()
            start, end = node.start_mark.index, self.end(node)
            if not any(outer_start <= start and end <= outer_end for outer_start, outer_end in found):
                found.append((start, end))
            pending += _inside(node)
        return found

    def written(self, value: str) -> str:
        """A value of the tables above in the language of the text."""
        if self.is_json:
            plain = value.replace(MARK, "")
            try:
                json.loads(plain)
            except ValueError:
                return value.replace(plain, json.dumps(plain, ensure_ascii=False))
        return value


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _inside(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _all_fields(root: yaml.MappingNode) -> Iterator[Field]:
    yield Field("", "", "experiment", root, root)
    pending: list[tuple[str, yaml.MappingNode]] = [("experiment", root)]
    seen: set[tuple[int, str]] = set()
    while pending:
        part, mapping = pending.pop()
        for field in _fields_of(part, mapping):
            if (id(field.key), part) in seen:
                continue
            seen.add((id(field.key), part))
            yield field
            values, kind = [field.value], field.kind
            if kind in ("words", "texts", "texts or one") or kind[0] == "[":
                values = _inside(field.value) if isinstance(field.value, yaml.SequenceNode) else []
                kind = kind[1:-1] if kind[0] == "[" else "text"
                values = [value for value in values if (id(value), kind) not in seen]
                seen.update((id(value), kind) for value in values)
                yield from (Field(part, f"{field.name}[]", kind, mapping, value) for value in values)
            pending += [(kind, value) for value in values if kind in FORMAT and isinstance(value, yaml.MappingNode)]


def _fields_of(part: str, mapping: yaml.MappingNode) -> Iterator[Field]:
    """The fields of a mapping, those that are merged into it included."""
    given: set[str] = set()
    sources = [mapping]
    for source in sources:
        fields: list[Field] = []
        for key, value in source.value:
            name = _file_name(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if name == "<<":
                sources += value.value if isinstance(value, yaml.SequenceNode) else [value]
            elif name in FORMAT[part] and name not in given:
                fields.append(Field(part, name, FORMAT[part][name], source, value, key))
        yield from fields
        given.update(field.name for field in fields)


def _file_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _python_name(name: str) -> str:
    return re.sub("[A-Z]", lambda capital: "_" + capital[0].lower(), name)


# The mistakes.


class NoPlace(Exception):
    """A spec has no place for a mistake."""


class Planter:
    """Makes mistakes for one spec."""

    def __init__(self, spec: SpecText, chance: random.Random) -> None:
        self.spec = spec
        self.chance = chance

    def typo(self) -> Mistake:
        """A typo in the key of a field.

        Under `constraints` any key may stand, so that those alone count which resemble a known one.
        """
        field = self._field(lambda each: each.key is not None)
        assert field.key is not None
        known = FORMAT[field.part]
        # A task with `spec` would be one of the old format.
        taken = {*known, *map(_python_name, known), *(key.value for key, _ in field.mapping.value), "spec", "<<"}
        rule = "unknown-constraint" if field.part == "constraints" else "unknown-field"
        edits = self._reworded(field.key, self._misspelt(field.key.value, taken))
        return Mistake(rule, field.label, edits, lost=self.spec.spans(field.nodes))

    def synonym(self) -> Mistake:
        """A field under the name that it has in another format."""
        field = self._field(lambda each: each.key is not None and each.label in SYNONYMS)
        assert field.key is not None
        edits = self._reworded(field.key, self._any(SYNONYMS[field.label]))
        return Mistake("unknown-field", field.label, edits, lost=self.spec.spans(field.nodes))

    def misplaced(self) -> Mistake:
        """A field of one line in another mapping of its task, or of the experiment, than the one that it belongs to."""
        spec = self.spec
        owners = [name for kinds in FORMAT.values() for name in kinds]
        parts = {id(field.value): field.kind for field in spec.fields if field.kind in FORMAT}

        def can_move(field: Field) -> bool:
            return (
                field.key is not None
                and isinstance(field.value, yaml.ScalarNode)
                and owners.count(field.name) == 1
                and field.key in [key for key, _ in field.mapping.value[1:]]
                and spec.start(field.mapping) == field.mapping.start_mark.index
                and spec.text[field.key.end_mark.index : field.value.start_mark.index].strip(" ") == ":"
                and field.value.start_mark.line == field.value.end_mark.line
                and spec.start(field.value) == field.value.start_mark.index
            )

        field = self._field(can_move)
        assert field.key is not None
        task = next((each for each in spec.mappings("task") if _holds(each, field.mapping)), None)
        around = [spec.fields[0].value, *([] if task is None else [task, *(value for _, value in task.value)])]
        targets = [
            each
            for each in around
            if isinstance(each, yaml.MappingNode)
            and each is not field.mapping
            and parts.get(id(each)) not in (None, field.part, "constraints")
            and spec.start(each) == each.start_mark.index
            and spec.pairs(each)
        ]
        index = [key for key, _ in field.mapping.value].index(field.key)
        before, here = (spec.end_of_pair(*field.mapping.value[each]) for each in (index - 1, index))
        if _is_block(field.mapping):
            before, here = spec.end_of_line(before), spec.end_of_line(here)
        entry = f"{MARK}{spec.text[field.key.start_mark.index : field.value.end_mark.index]}"
        target = self._any(targets)
        edits = [Edit(before, here, ""), self._entry(target, self._any(spec.pairs(target)), field.name, entry)]
        if edits[0].collides(edits[1]):
            raise NoPlace
        return Mistake("unknown-field", field.label, edits, lost=spec.spans(field.nodes))

    def wrong_type(self) -> Mistake:
        """A value of another type than its field."""

        def others(field: Field) -> tuple[str, ...]:
            kind = "list" if field.kind[0] == "[" else "mapping" if field.kind in FORMAT else field.kind
            return _OF_ANOTHER_TYPE.get(kind, ()) if field.kind != "experiment" else ()

        field = self._field(lambda each: bool(others(each)))
        if self.spec.has_dependents(field.value):
            raise NoPlace
        value = self._any(others(field))
        return self._replaced(field, value, _QUOTED.get(value, "invalid-type"))

    def duplicate_key(self) -> Mistake:
        """A key that stands twice in its mapping, be it that of a field or any other."""
        spec, mappings, seen = self.spec, list[yaml.MappingNode](), set[int]()
        pending: list[yaml.Node] = [spec.fields[0].value]
        while pending:
            node = pending.pop()
            if id(node) not in seen:
                seen.add(id(node))
                pending += _inside(node)
                mappings += [node] if isinstance(node, yaml.MappingNode) else []
        mapping = self._any(mappings)
        pairs = spec.pairs(mapping)
        first = self.chance.randrange(len(pairs)) if pairs else 0
        key, value = self._any(pairs[first : first + 1])
        again = spec.written("again")
        if isinstance(value, yaml.ScalarNode) and value.start_mark.index > key.end_mark.index:
            same = spec.text[spec.start(value) : value.end_mark.index]
            again = self._any([again, same if same and "\n" not in same else again])
        written = spec.text[spec.start(key) : key.end_mark.index]
        edit = self._entry(mapping, self._any(pairs[first:]), key.value, f"{MARK}{written}: {again}")
        needed, elsewhere = spec.spans([key]), key.start_mark.index
        return Mistake("duplicate-key", key.value, [edit], needed=needed, elsewhere=elsewhere)

    def bad_enum(self) -> Mistake:
        """A priority, a version or a mode that does not exist."""
        kind = self._any(tuple(ENUMS))
        word = self._any(ENUMS[kind])
        made = self._misspelt(word, ENUMS[kind])
        value = self._any((made, made, made, word.upper(), "other", "3", '""', '["low"]', '{"a": "low"}'))
        return self._changed_or_added(kind, lambda _: (value, "invalid-value"))

    def bad_size(self) -> Mistake:
        """A size that cannot be read, or is not above 0."""
        size = self._any(_NO_SIZES)
        if self.spec.is_json and not size.startswith('"'):
            size = json.dumps(size)  # a number would be of another type
        return self._changed_or_added("size", lambda _: (size, "size"))

    def bad_duration(self) -> Mistake:
        """A duration that cannot be read, or that no task may have."""

        def duration(field: Field | None) -> tuple[str, str]:
            # A further one that can be read could be at odds with other fields.
            if field is not None and self.chance.random() < 0.25:
                return self._any(_OUT_OF_BOUNDS[field.name])
            return self._any(_NO_DURATIONS), "duration"

        return self._changed_or_added("duration", duration)

    def dangling_result(self) -> Mistake:
        """A mounted result of a task that is not there: a misspelt one, one that is renamed, or a further mount."""
        spec = self.spec
        results = [field for field in spec.fields if field.label == "source.result" and field.is_given]
        names = [field for field in spec.fields if field.label == "task.name"]
        taken = {field.value.value for field in names}
        # A name that cannot be read could be the one that is missing.
        decisive = spec.spans([node for field in names for node in field.nodes])
        decisive += [(task.start_mark.index, task.start_mark.index) for task in spec.mappings("task")]
        way = self._any(("misspelt", "renamed", "mounted") if results else ("mounted",))
        edits: list[Edit]
        if way == "mounted":
            edits = [self._mount(f"/planted/{self.chance.randrange(10**6)}", f'{{"result": {MARK}"no-such-task"}}')]
            return Mistake("unknown-result", "source.result", edits, needed=decisive)
        # One that is an alias of the name is changed together with it.
        result = self._any([each for each in results if all(each.value is not name.value for name in names)])
        text = result.value.value
        if way == "misspelt":
            edits = self._reworded(result.value, self._misspelt(text, taken))
            return Mistake("unknown-result", "source.result", edits, needed=decisive)
        named = [field.value for field in names if field.value.value == text]
        dangling = {id(field.value): field.value for field in results if field.value.value == text}
        if len(named) != 1 or id(named[0]) in dangling:
            raise NoPlace
        edits = [_mark(node) for node in dangling.values()]
        edits += self._reworded(named[0], self._misspelt(text, taken), mark="")
        return Mistake("unknown-result", "task.name", edits, needed=decisive)

    def mount_overlap(self) -> Mistake:
        """A mount at, inside or around the path of another one, or at one that differs in case alone."""
        spec = self.spec
        lists = [field.value for field in spec.fields if field.label == "task.datasets"]
        mounts = {
            id(each): [
                field
                for item in each.value
                if isinstance(item, yaml.MappingNode)
                for field in _fields_of("mount", item)
                if field.name == "mountPath"
            ]
            for each in lists
            if isinstance(each, yaml.SequenceNode)
        }
        # A path that several lists share could be in order in one and not in another.
        shared = [id(field.value) for fields in mounts.values() for field in fields]
        beside = self._any([each for each in lists if mounts.get(id(each))])
        fields = mounts[id(beside)]
        if any(shared.count(id(field.value)) > 1 for field in fields):
            raise NoPlace
        number = self.chance.randrange(len(fields))
        path = fields[number].value.value.rstrip("/")
        relation, made = self._any(
            (
                ("same", path),
                ("same", f"{path}/"),
                ("same", path.upper() if path != path.upper() else path.lower()),
                ("inside", f"{path}/planted"),
                ("around", path.rpartition("/")[0]),
            )
        )
        changed = self._any((number, self.chance.randrange(len(fields))))
        rest = [field.value.value for index, field in enumerate(fields) if index not in (number, changed)]
        if not made.strip("/") or any(_do_overlap(made, each) for each in rest):
            raise NoPlace
        nodes = list(fields[number].nodes)
        # Of two that are the same the later one is wrong, else the one that is inside.
        if changed != number:
            nodes += fields[changed].nodes
            is_planted = relation == "inside" or (relation == "same" and changed > number)
            edits = self._reworded(fields[changed].value, made, mark=MARK if is_planted else "")
        else:
            is_first = self.chance.random() < 0.5
            is_planted = relation == "inside" or (relation == "same" and not is_first)
            mark = MARK if is_planted else ""
            item = f'{{"mountPath": {mark}{json.dumps(made)}, "source": {{"beaker": "planted"}}}}'
            edits = [self._item(beside, item, is_first=is_first)]
        if not is_planted:
            edits.append(_mark(fields[number].value))
        return Mistake("mount-overlap", "mount.mountPath", edits, needed=spec.spans(nodes))

    def _any(self, choices: Sequence[T]) -> T:
        if not choices:
            raise NoPlace
        return self.chance.choice(choices)

    def _field(self, is_meant: Callable[[Field], bool]) -> Field:
        """One of the fields: each name is as likely as any other, however often it stands in the text."""
        fields = [field for field in self.spec.fields if field.is_given and is_meant(field)]
        label = self._any(sorted({field.label for field in fields}))
        return self._any([field for field in fields if field.label == label])

    def _misspelt(self, word: str, taken: Sequence[str] | set[str]) -> str:
        """The word with one letter dropped, doubled, swapped with the next or replaced, and none that is taken."""
        while True:
            place = self.chance.randrange(len(word))
            before, letter, after = word[:place], word[place], word[place + 1 :]
            made = before + self._any(
                (after, letter * 2 + after, after[:1] + letter + after[1:], self._any(string.ascii_lowercase) + after)
            )
            if made and made != word and made not in taken:
                return made

    def _changed_or_added(self, kind: str, wrong: Callable[[Field | None], tuple[str, str]]) -> Mistake:
        """A wrong value, which is given with its rule, for a field of a kind or for a further field."""
        spec = self.spec
        if self.chance.random() < 0.75 and any(field.kind == kind and field.is_given for field in spec.fields):
            field = self._field(lambda each: each.kind == kind)
            return self._replaced(field, *wrong(field))
        part, name = self._any(
            [(part, name) for part, kinds in FORMAT.items() for name in kinds if kinds[name] == kind]
        )
        mapping = self._any([each for each in spec.mappings(part) if name not in _names(part, each)])
        value, rule = wrong(None)
        return Mistake(rule, f"{part}.{name}", [self._added(mapping, name, MARK + value)])

    def _replaced(self, field: Field, value: str, rule: str) -> Mistake:
        """Another value in the place of one. What is wrong with it is found at its anchor, if it has one."""
        spec, node = self.spec, field.value
        start = spec.start(node)
        value = spec.written(value)
        edits: list[Edit] = []
        if MARK not in value and node.start_mark.index < start:
            edits.append(_mark(node))
        elif MARK not in value:
            value = MARK + value
        # What has several lines may stand as far left as its key, and a scalar may not.
        space = " " if _is_block(node) else ""
        edits.append(Edit(start, spec.end(node), space + value))
        return Mistake(rule, field.label, edits, lost=spec.spans([node]))

    def _reworded(self, node: yaml.Node, text: str, *, mark: str = MARK) -> list[Edit]:
        """Another text in the place of one, in quotes if that is. It is found at its anchor, if it has one."""
        start = self.spec.start(node)
        quote = self.spec.text[start]
        if quote == '"':
            text = json.dumps(text, ensure_ascii=False)
        elif quote == "'":
            text = "'" + text.replace("'", "''") + "'"
        if mark and node.start_mark.index < start:
            return [_mark(node), Edit(start, node.end_mark.index, text)]
        return [Edit(start, node.end_mark.index, mark + text)]

    def _added(self, mapping: yaml.MappingNode, key: str, value: str) -> Edit:
        """A further key of a mapping."""
        pairs = self.spec.pairs(mapping)
        entry = f"{self.spec.written(key)}: {self.spec.written(value)}"
        return self._entry(mapping, self._any(pairs), key, entry)

    def _entry(self, mapping: yaml.MappingNode, pair: tuple[yaml.Node, yaml.Node], key: str, entry: str) -> Edit:
        """A further entry of a mapping, behind the given one."""
        end, before = self.spec.end_of_pair(*pair), ", "
        if _is_block(mapping):
            end, before = self.spec.end_of_line(end), "\n" + self.spec.indent(self.spec.start(mapping))
        return Edit(end, end, before + entry, (mapping.start_mark.index, key))

    def _item(self, items: yaml.Node, item: str, *, is_first: bool) -> Edit:
        """A further item of a list, the first or the last."""
        spec, into = self.spec, (items.start_mark.index, item)
        start, end = spec.start(items), spec.end(items)
        if not _is_block(items):
            start, end = start + 1, len(spec.text[: end - 1].rstrip().removesuffix(","))
            return Edit(start, start, f"{item}, ", into) if is_first else Edit(end, end, f", {item}", into)
        indent, end = spec.indent(start), spec.end_of_line(end)
        return (
            Edit(start, start, f"- {item}\n{indent}", into) if is_first else Edit(end, end, f"\n{indent}- {item}", into)
        )

    def _mount(self, path: str, source: str) -> Edit:
        """A further mount of any task."""
        mount = f'{{"mountPath": "{path}", "source": {source}}}'
        task = self._any(self.spec.mappings("task"))
        for field in _fields_of("task", task):
            if field.name == "datasets":
                if not isinstance(field.value, yaml.SequenceNode) or not field.value.value:
                    raise NoPlace
                return self._item(field.value, mount, is_first=self.chance.random() < 0.5)
        return self._added(task, "datasets", f"[{mount}]")


def _mark(node: yaml.Node) -> Edit:
    """Nothing is changed, and something is found here."""
    return Edit(node.start_mark.index, node.start_mark.index, MARK)


def _holds(outer: yaml.Node, inner: yaml.Node) -> bool:
    """Whether a node stands in another one, not by an alias."""
    return outer.start_mark.index <= inner.start_mark.index and inner.end_mark.index <= outer.end_mark.index


def _names(part: str, mapping: yaml.MappingNode) -> set[str]:
    return {field.name for field in _fields_of(part, mapping)}


def _do_overlap(one: str, other: str) -> bool:
    one, other = one.rstrip("/").lower() + "/", other.rstrip("/").lower() + "/"
    return one.startswith(other) or other.startswith(one)


#: What plants each kind of mistake.
MISTAKES: Mapping[str, Callable[[Planter], Mistake]] = {
    "typo": Planter.typo,
    "synonym": Planter.synonym,
    "misplaced": Planter.misplaced,
    "wrong-type": Planter.wrong_type,
    "duplicate-key": Planter.duplicate_key,
    "bad-enum": Planter.bad_enum,
    "bad-size": Planter.bad_size,
    "bad-duration": Planter.bad_duration,
    "dangling-result": Planter.dangling_result,
    "mount-overlap": Planter.mount_overlap,
}


def planted(kinds: Sequence[str], specs: Sequence[SpecText], chance: random.Random) -> Mutation:
    """Any of the specs with mistakes of these kinds, at places where none changes what another one is."""
    for _ in range(_MOST_ATTEMPTS):
        planter = Planter(chance.choice(specs), chance)
        try:
            mistakes = [MISTAKES[kind](planter) for kind in kinds]
        except NoPlace:
            continue
        if not any(one.spoils(other) for one, other in permutations(mistakes, 2)):
            return Mutation(planter.spec, mistakes)
    raise NoPlace(kinds)
