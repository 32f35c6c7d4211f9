"""The values of Python of the comparison: each kind of value for each kind of field, given to a constructor.

Each has a readable id: ``python:task.replicas=decimal`` is a task whose `replicas` are given as a `Decimal`.
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections import ChainMap, OrderedDict, UserDict, UserList, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import make_dataclass
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from pathlib import PurePosixPath
from types import MappingProxyType, SimpleNamespace
from typing import Any, NamedTuple

from .behaviour import Behaviour
from .calls.samples import Api, Json

__all__ = ["VALUES"]


class Word(str, Enum):
    """An enum of texts that are numbers and priorities."""

    two = "2"
    high = "high"


class Plain(Enum):
    """The same values in an enum that is no text."""

    two = "2"
    high = "high"


class Number(IntEnum):
    """An enum of numbers."""

    two = 2


class Text(str):
    """A text of a class of its own."""

    __slots__ = ()


class One(NamedTuple):
    """A tuple with a name for its item."""

    docker: Any


def with_method(name: str, result: object) -> Any:
    """An object whose method of that name gives the result."""
    return type("Own", (), {name: lambda _: result})()


class OldSequence:
    """A sequence by its `__getitem__` alone."""

    def __init__(self, item: object) -> None:
        self.items = [item]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> object:
        return self.items[index]


class OldMapping:
    """A mapping by its `keys` and `__getitem__` alone."""

    def __init__(self, key: str, value: object) -> None:
        self.pairs = {key: value}

    def keys(self) -> list[str]:
        return list(self.pairs)

    def __getitem__(self, key: str) -> object:
        return self.pairs[key]


class OwnMapping(Mapping[str, object]):
    """A mapping of a class of its own."""

    def __init__(self, key: str, value: object) -> None:
        self.pairs = {key: value}

    def __len__(self) -> int:
        return len(self.pairs)

    def __iter__(self) -> Iterator[str]:
        return iter(self.pairs)

    def __getitem__(self, key: str) -> object:
        return self.pairs[key]


#: What may be given for one text, number or boolean.
SCALARS: dict[str, Any] = {
    "bytes": b"2",
    "bytes-of-a-word": b"high",
    "bytes-of-no-text": b"\xff",
    "bytearray": bytearray(b"2"),
    "memoryview": memoryview(b"2"),
    "decimal": Decimal(2),
    "decimal-fraction": Decimal("2.5"),
    "decimal-nan": Decimal("nan"),
    "fraction": Fraction(2),
    "fraction-of-two-fifths": Fraction(2, 5),
    "complex": 2 + 0j,
    "datetime": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc),
    "date": datetime.date(2024, 1, 1),
    "time": datetime.time(1),
    "timedelta": datetime.timedelta(hours=1),
    "timedelta-of-a-microsecond": datetime.timedelta(microseconds=1),
    "path": PurePosixPath("/a"),
    "uuid": uuid.UUID(int=1),
    "pattern": re.compile("a"),
    "enum-of-texts": Word.two,
    "enum-of-texts-of-a-word": Word.high,
    "plain-enum": Plain.two,
    "plain-enum-of-a-word": Plain.high,
    "enum-of-numbers": Number.two,
    "class-of-text": Text("2"),
    "index": with_method("__index__", 2),
    "to-be-float": with_method("__float__", 2.0),
    "to-be-int": with_method("__int__", 2),
    "to-be-text": with_method("__str__", "2"),
    "ellipsis": ...,
    "object": object(),
    "class": str,
    "function": len,
    "minus-zero": -0.0,
    "negative": -2,
    "int-of-5000-digits": 10**5000,
    "float-of-20-digits": 1e19,
    "text-with-spaces": " 2 ",
    "text-with-a-plus": "+2",
    "text-with-an-underscore": "2_0",
    "text-of-a-fraction": "2.0",
    "text-of-an-exponent": "1e3",
    "text-of-base-16": "0x10",
    "text-of-other-digits": "\u0662",
    "text-of-a-nan": "nan",
    "text-of-5000-digits": "1" * 5000,
    "text-true": "True",
    "text-on": "ON",
    "text-t": "t",
    "text-n": "n",
    "text-high": "high",
    "text-in-capitals": "HIGH",
}

#: What may be given for a list, made of one item.
SEQUENCES: dict[str, Callable[[Any], Any]] = {
    "list": lambda item: [item],
    "tuple": lambda item: (item,),
    "set": lambda item: {item},
    "frozenset": lambda item: frozenset((item,)),
    "dict": lambda item: {item: item},
    "keys": lambda item: {item: 1}.keys(),
    "values": lambda item: {1: item}.values(),
    "items": lambda item: {item: item}.items(),
    "generator": lambda item: (each for each in [item]),
    "iterator": lambda item: iter([item]),
    "map": lambda item: map({0: item}.get, [0]),
    "range": lambda _: range(2),
    "deque": lambda item: deque([item]),
    "user-list": lambda item: UserList([item]),
    "class-of-list": lambda item: type("Own", (list,), {})([item]),
    "namedtuple": One,
    "sequence-of-old": OldSequence,
    "iterable": lambda item: with_method("__iter__", iter([item])),
    "user-dict": lambda item: UserDict({item: item}),
    "bytes": lambda _: b"a",
    "bytearray": lambda _: bytearray(b"a"),
    "memoryview": lambda _: memoryview(b"a"),
    "text": lambda _: "a",
    "enum-of-texts": lambda _: Word.two,
    "object": lambda _: object(),
}

#: What may be given for a mapping, made of one key and its value.
MAPPINGS: dict[str, Callable[[str, Any], Any]] = {
    "dict": lambda key, value: {key: value},
    "ordered-dict": lambda key, value: OrderedDict({key: value}),
    "default-dict": lambda key, value: defaultdict(list, {key: value}),
    "class-of-dict": lambda key, value: type("Own", (dict,), {})({key: value}),
    "proxy": lambda key, value: MappingProxyType({key: value}),
    "user-dict": lambda key, value: UserDict({key: value}),
    "chain-map": lambda key, value: ChainMap({key: value}),
    "mapping": OwnMapping,
    "mapping-of-old": OldMapping,
    "dataclass": lambda key, value: make_dataclass("Own", [key])(value),
    "namespace": lambda key, value: SimpleNamespace(**{key: value}),
    "namedtuple": lambda _, value: One(value),
    "pairs": lambda key, value: [(key, value)],
    "items": lambda key, value: {key: value}.items(),
    "text": lambda _, value: value,
    "empty-list": lambda *_: [],
    "key-of-int": lambda key, value: {key: value, 1: value},
    "key-of-null": lambda key, value: {key: value, None: value},
    "key-of-bool": lambda key, value: {key: value, True: value},
    "key-of-bytes": lambda key, value: {key: value, b"a": value},
    "key-of-tuple": lambda key, value: {key: value, ("a",): value},
    "key-of-nothing": lambda key, value: {key: value, "": value},
    "key-of-enum": lambda key, value: {key: value, Word.two: value},
    "key-of-class-of-text": lambda key, value: {Text(key): value},
}

#: For each kind of field what makes data of a value.
OF_SCALARS: dict[str, Callable[[Api, Any], Json]] = {
    "experiment.description": lambda api, value: api.ExperimentSpec(description=value).to_json(),
    "task.replicas": lambda api, value: api.TaskSpec.new("t", replicas=value).to_json(),
    "resources.cpuCount": lambda api, value: api.TaskResources(cpu_count=value).to_json(),
    "context.preemptible": lambda api, value: api.TaskContext(preemptible=value).to_json(),
    "task.timeout": lambda api, value: api.TaskSpec.new("t", timeout=value).to_json(),
    "context.priority": lambda api, value: api.TaskContext(priority=value).to_json(),
    "task.command": lambda api, value: api.TaskSpec.new("t", command=[value]).to_json(),
    "constraints.cluster": lambda api, value: api.Constraints(cluster=[value]).to_json(),
    "constraints.gpu": lambda api, value: api.Constraints(gpu=value).to_json(),
}
OF_SEQUENCES: dict[str, Callable[[Api, Callable[[Any], Any]], Json]] = {
    "task.command": lambda api, make: api.TaskSpec.new("t", command=make("a")).to_json(),
    "task.envVars": lambda api, make: api.TaskSpec.new("t", env_vars=make(api.EnvVar(name="A"))).to_json(),
    "experiment.tasks": lambda api, make: api.ExperimentSpec(tasks=make(api.TaskSpec.new("t"))).to_json(),
    "constraints.cluster": lambda api, make: api.Constraints(cluster=make("a")).to_json(),
    "constraints.gpu": lambda api, make: api.Constraints(gpu=make("a")).to_json(),
    "new.cluster": lambda api, make: api.TaskSpec.new("t", cluster=make("a")).to_json(),
}
OF_MAPPINGS: dict[str, Callable[[Api, Callable[[str, Any], Any]], Json]] = {
    "task.image": lambda api, make: api.TaskSpec(
        image=make("docker", "d"), result={"path": "/r"}, context={}
    ).to_json(),
    "image.from_json": lambda api, make: api.ImageSource.from_json(make("docker", "d")).to_json(),
    "constraints.from_json": lambda api, make: api.Constraints.from_json(make("gpu", ["g"])).to_json(),
    "new.constraints": lambda api, make: api.TaskSpec.new("t", constraints=make("gpu", ["g"])).to_json(),
    "constraints.gpu": lambda api, make: api.Constraints(gpu=make("a", "b")).to_json(),
}


def call(make: Callable[[Api, Any], Json], value: Any) -> Behaviour:
    """What makes data of that value with the classes of either library."""
    return lambda api: make(api, value)


def collect() -> dict[str, Behaviour]:
    """All calls by id, sorted by it."""
    calls: dict[str, Behaviour] = {}
    for kind, fields, values in (
        ("", OF_SCALARS, SCALARS),
        ("list-", OF_SEQUENCES, SEQUENCES),
        ("mapping-", OF_MAPPINGS, MAPPINGS),
    ):
        for place, make in fields.items():
            for name, value in values.items():
                calls[f"python:{place}={kind}{name}"] = call(make, value)
    return dict(sorted(calls.items()))


#: For each id the call that gives a value to a constructor.
VALUES: dict[str, Behaviour] = collect()
