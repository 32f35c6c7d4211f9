"""The inputs of the comparison: one spec for each field, spelling and kind of value.

Each input has a readable id: ``task.replicas=number-text`` is a spec that is right but for the text ``"2"``
in the `replicas` of its task. Ids are in JSON's names; a snake_case name in an id is the other spelling.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

__all__ = ["FIELDS", "INPUTS"]

#: JSON-compatible data, with NaN and the infinities as Python's floats.
Json = Any
Fields = Mapping[str, Json]


class Field(NamedTuple):
    """One row of the table of fields: the class that it belongs to, its name in JSON, and its kind."""

    owner: str
    name: str
    kind: str

    @property
    def python_name(self) -> str:
        return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in self.name)


FIELDS = [
    Field(owner, name, kind)
    for owner, kinds in {
        "experiment": {
            "version": "version",
            "description": "text",
            "budget": "text",
            "groups": "texts",
            "retry": "retry",
            "tasks": "tasks",
        },
        "retry": {"allowedTaskRetries": "int"},
        "task": {
            "name": "text",
            "image": "image",
            "result": "result",
            "context": "context",
            "constraints": "constraints",
            "command": "words",
            "arguments": "words",
            "envVars": "env-vars",
            "datasets": "datasets",
            "resources": "resources",
            "hostNetworking": "bool",
            "replicas": "int",
            "leaderSelection": "bool",
            "propagateFailure": "bool",
            "propagatePreemption": "bool",
            "synchronizedStartTimeout": "duration",
            "timeout": "duration",
        },
        "image": {"beaker": "text", "docker": "text"},
        "result": {"path": "text"},
        "env-var": {"name": "text", "value": "text", "secret": "text"},
        "mount": {"mountPath": "text", "subPath": "text", "mode": "mode", "source": "source"},
        "source": {
            "beaker": "text",
            "hostPath": "text",
            "weka": "text",
            "result": "text",
            "secret": "text",
            "volume": "text",
        },
        "resources": {"cpuCount": "float", "gpuCount": "int", "memory": "text", "sharedMemory": "text"},
        "context": {
            "cluster": "text",
            "priority": "priority",
            "preemptible": "bool",
            "minRuntime": "duration",
            "autoResume": "bool",
        },
        "constraints": {"cluster": "texts", "hostname": "texts"},
    }.items()
    for name, kind in kinds.items()
]

#: Fields without which beaker-py 1.38.1 or beakerspec might refuse a spec.
NEEDED = [
    *("task.image", "task.result", "task.context", "env-var.name", "mount.mountPath", "mount.source"),
    "result.path",
]

#: For each class, fields that make it right where the input does not set them.
BASE: dict[str, Fields] = {
    "task": {"image": {"docker": "d"}, "result": {"path": "/r"}, "context": {}},
    "env-var": {"name": "A"},
    "mount": {"mountPath": "/m", "source": {"beaker": "b"}},
}


def task(**fields: Json) -> dict[str, Json]:
    """A task that is right but for `fields`."""
    return {**BASE["task"], **fields}


def spec(*tasks: Fields, **fields: Json) -> dict[str, Json]:
    """A spec of these tasks."""
    return {"tasks": list(tasks), **fields}


#: For each class, what makes a whole spec of one value of it.
AROUND: dict[str, Callable[[Fields], Json]] = {
    "experiment": lambda fields: {"tasks": [task()], **fields},
    "retry": lambda fields: spec(task(), retry=fields),
    "task": spec,
    "image": lambda fields: spec(task(image=fields)),
    "result": lambda fields: spec(task(result=fields)),
    "env-var": lambda fields: spec(task(envVars=[fields])),
    "mount": lambda fields: spec(task(datasets=[fields])),
    "source": lambda fields: spec(task(datasets=[{"mountPath": "/m", "source": fields}])),
    "resources": lambda fields: spec(task(resources=fields)),
    "context": lambda fields: spec(task(context=fields)),
    "constraints": lambda fields: spec(task(constraints=fields)),
}


def around(owner: str, fields: Fields) -> Json:
    """A whole spec with one value of the class `owner`, which has these fields beside the needed ones."""
    given = {name.replace("_", "").lower() for name in fields}
    base = {name: value for name, value in BASE.get(owner, {}).items() if name.lower() not in given}
    return AROUND[owner]({**base, **fields})


WRONG_FOR_ALL: Fields = {"null": None, "list": ["x"], "mapping": {"a": "x"}}

NUMBERS: Fields = {
    "int": 2,
    "zero": 0,
    "negative": -1,
    "integral-float": 2.0,
    "fraction": 2.5,
    "nan": math.nan,
    "infinity": math.inf,
    "minus-infinity": -math.inf,
    "most-of-64-bits": 2**63 - 1,
    "least-of-64-bits": -(2**63),
    "over-64-bits": 2**63,
    "under-64-bits": -(2**63) - 1,
    "huge": 10**30,
    "float-over-64-bits": 1e19,
    "true": True,
    "false": False,
    "text": "x",
    "empty-text": "",
    "number-text": "2",
    **WRONG_FOR_ALL,
}

OBJECTS: Fields = {
    "null": None,
    "empty-mapping": {},
    "empty-list": [],
    "list": ["x"],
    "pairs": [["docker", "d"]],
    "text": "x",
    "empty-text": "",
    "int": 1,
    "true": True,
}

SEQUENCES: Fields = {
    "null": None,
    "empty-list": [],
    "empty-mapping": {},
    "mapping": {"a": "x"},
    "text": "x",
    "empty-text": "",
    "int": 1,
    "false": False,
    "item-null": [None],
    "item-text": ["x"],
    "item-empty-text": [""],
    "item-int": [1],
    "item-fraction": [0.5],
    "item-true": [True],
    "item-list": [["x"]],
    "item-empty-list": [[]],
    "item-empty-mapping": [{}],
}


def choices(*known: str) -> Fields:
    """The values for a field that takes one of a few words."""
    return {
        **{f'"{word}"': word for word in known},
        f'"{known[0].upper()}"': known[0].upper(),
        f'" {known[0]}"': f" {known[0]}",
        "unknown": "something",
        "empty-text": "",
        "int": 1,
        "true": True,
        **WRONG_FOR_ALL,
    }


#: For each kind of field, its values by name.
VALUES: dict[str, Fields] = {
    "text": {
        "text": "x",
        "empty-text": "",
        "int": 2,
        "fraction": 2.5,
        "true": True,
        **WRONG_FOR_ALL,
    },
    "int": NUMBERS,
    "float": {**NUMBERS, "tiny": 5e-324, "exponent": 1e16, "small": 1e-7, "fraction-text": "0.5"},
    "duration": NUMBERS,
    "bool": {
        "true": True,
        "false": False,
        "int": 2,
        "zero": 0,
        "one": 1,
        "one-as-float": 1.0,
        "word-true": "true",
        "word-false": "false",
        "word-yes": "yes",
        "number-text": "1",
        "text": "x",
        "empty-text": "",
        **WRONG_FOR_ALL,
    },
    "version": choices("v2", "v2-alpha", "v1"),
    "mode": choices("readonly", "readwrite"),
    "priority": choices("low", "normal", "high", "urgent", "immediate", "preemptible"),
    "texts": {**SEQUENCES, "two-items": ["x", "y"], "twice-the-same": ["x", "x"]},
    "words": {
        **SEQUENCES,
        "item-zero": [0],
        "item-negative": [-1],
        "item-integral-float": [2.0],
        "item-minus-zero": [-0.0],
        "item-exponent": [1e16],
        "item-small": [1e-7],
        "item-long-fraction": [0.1 + 0.2],
        "item-over-64-bits": [2**63],
        "item-huge": [10**30],
        "item-nan": [math.nan],
        "item-infinity": [math.inf],
        "item-false": [False],
        "item-number-text": ["1"],
        "item-word-yes": ["yes"],
        "item-octal-text": ["0123"],
        "item-lines": ["set -e\necho 'a'\n"],
        "items-mixed": ["python", "-u", "x.py", "--lr", 0.5, "--n", 3],
    },
    "tasks": {**SEQUENCES, "two-items": [task(), task()]},
    "env-vars": {**SEQUENCES, "two-items": [{"name": "A"}, {"name": "B"}], "pairs": {"A": "x", "B": "y"}},
    "datasets": {
        **SEQUENCES,
        "two-items": [
            {"mountPath": "/a", "source": {"beaker": "b"}},
            {"mountPath": "/b", "source": {"weka": "w"}},
        ],
    },
    "retry": OBJECTS,
    "image": OBJECTS,
    "result": OBJECTS,
    "context": OBJECTS,
    "constraints": OBJECTS,
    "resources": OBJECTS,
    "source": OBJECTS,
}

#: Values that are tried on the first field of a kind only: what they show is no matter of the field.
ONCE = {
    *("nan", "infinity", "minus-infinity", "huge", "float-over-64-bits"),
    *("most-of-64-bits", "least-of-64-bits", "over-64-bits", "under-64-bits"),
    *("one", "one-as-float", "word-false", "pairs", "twice-the-same"),
    *("item-zero", "item-negative", "item-minus-zero", "item-fraction", "item-integral-float"),
    *("item-exponent", "item-small", "item-long-fraction", "item-over-64-bits", "item-huge"),
    *("item-nan", "item-infinity", "item-false", "item-number-text", "item-word-yes", "item-octal-text"),
    *("item-lines", "item-list", "item-empty-list", "item-empty-mapping"),
}

#: A right value for each kind of field, and a second one.
RIGHT: dict[str, tuple[Json, Json]] = {
    "text": ("x", "y"),
    "texts": (["x"], ["y"]),
    "words": (["x", 1], ["y"]),
    "int": (2, 3),
    "float": (0.5, 1.5),
    "duration": ("90m", 60_000_000_000),
    "bool": (True, False),
    "mode": ("readonly", "readwrite"),
    "env-vars": ([{"name": "A", "value": "x"}], [{"name": "B", "value": "y"}]),
}

#: Texts for durations, read or refused by one or the other.
DURATIONS = [
    *("1h30m", "48h0m0s", "1.5h", "300ms", "5us", "-5s", "+5s", "0", "0s", "90", "-90", "1.5", "30min"),
    *(".5h", "5.h", "1hr", "10milliseconds", "10nanoseconds", "10microseconds", "1e3s", "1E-3s", "1e3"),
    *("5s!!", "1d", "s", "h30", "1h-30m", "-1h30m", "--5s", "1..5s", "1_000s", "0x10s", "1,5h", "infs"),
    *("nan", "1.5ns", "4.35s", "9007199254740993ns", "2562047h", "2562048h", "1:30:00", "PT1H", "1h30"),
    *("1s1s", "1m1h", "5\u00b5s", "5\u03bcs", "2 hours", "1 H", "2 MS", "90m ", " 90m", "9 0m", "7 ns"),
    *("1h 30m", "1m\n", "\u0663s"),
]

#: Texts that YAML may misread where a writer does not quote them.
TEXTS = [
    *("0123", "1.10", "yes", "No", "12:30:45", "1e-4", "1e4", "false", "null", "~", "2024-01-01"),
    *("0x1F", "0o17", "1_000", ".inf", "=", "<<", "-", "---", "...", "? a", "- a", ": a", "a: b", "a:"),
    *("#a", "a #b", "a#b", "{a}", "[a]", "{{.Env.A}}", ",a", "&a", "*a", "!a", "!!str a", "|", ">"),
    *("%a", "@a", "`a`", "it's", '"a"', "\\n", " a", "a ", "\ta", "a\tb", "a\n", "a\nb", "a\n\nb\n\n"),
    *("\na", "  a\nb", "a\r\nb", "a\rb", "\n", "a \nb", "a\u0085b", "a\u2028b", "\ufeffa", "\u00e9"),
    *("\u65e5\u672c", "\U0001f642", "a\u0000b", "a\u0007b", "\u007f", "\ud800"),
    "word " * 40,
    "x" * 200,
]

#: Names of constraints that are not in the table of fields.
CONSTRAINTS = [
    *("gpuType", "gpu_type", "GPUType", "clusterID", "cluster_id", "type", "extra", "self", "to_json"),
    *("toJson", "model_config", "class", "Cluster", "clusters", "hostName", "host_name", "cluster_"),
    *("_private", "a-b", "a b", "a.b", "a__b", "1", "on", "null", "~", ""),
]

CONSTRAINT_VALUES: Fields = {
    "text": "x",
    "empty-text": "",
    "number-text": "2",
    "int": 2,
    "fraction": 2.5,
    "integral-float": 2.0,
    "huge": 10**30,
    "true": True,
    "null": None,
    "nan": math.nan,
    "infinity": math.inf,
    "empty-list": [],
    "list": ["x", "y"],
    "list-mixed": ["x", 1, 0.5, True, None, ["y"]],
    "empty-mapping": {},
    "mapping": {"aB": {"c_d": ["x"]}, "c_d": None, "1": 1},
    "mapping-with-nan": {"a": [math.nan]},
}


def fields_one_by_one() -> Iterator[tuple[str, Json]]:
    """Each field with each value of its kind, everything else being right."""
    kinds_seen = set()
    for owner, name, kind in FIELDS:
        for value_name, value in VALUES[kind].items():
            if kind not in kinds_seen or value_name not in ONCE:
                yield f"{owner}.{name}={value_name}", around(owner, {name: value})
        kinds_seen.add(kind)
    for place in NEEDED:
        owner, name = place.split(".")
        fields = {key: value for key, value in BASE.get(owner, {}).items() if key != name}
        yield f"{place}=missing", AROUND[owner](fields)


def spellings() -> Iterator[tuple[str, Json]]:
    """Each field with two words in its name in snake_case, alone and beside the other spelling."""
    for field in FIELDS:
        owner, name, kind = field
        other = field.python_name
        if other == name:
            continue
        first, second = RIGHT[kind]
        yield f"{owner}.{other}=right", around(owner, {other: first})
        yield f"{owner}.{other}=null", around(owner, {other: None})
        yield f"{owner}.{name}+{other}=same", around(owner, {name: first, other: first})
        yield f"{owner}.{name}+{other}=different", around(owner, {name: first, other: second})
    for name in (
        "HostNetworking",
        "hostnetworking",
        "host-networking",
        "host_Networking",
        "host__networking",
    ):
        yield f"task.{name}=true", around("task", {name: True})


def unknown_fields() -> Iterator[tuple[str, Json]]:
    """A field that is in no table, at each place that takes fields."""
    for owner in AROUND:
        if owner == "constraints":
            continue
        beside = {"beaker": "b"} if owner in ("image", "source") else {"path": "/r"} if owner == "result" else {}
        for value_name, value in {"text": "x", "null": None, "mapping": {"aB": 1, "c_d": None}}.items():
            yield f"{owner}.unknown={value_name}", around(owner, {**beside, "unknown": value})
        yield f"{owner}.un_known=nan", around(owner, {**beside, "un_known": math.nan})
    yield "task.spec=mapping", spec({"spec": {"image": "d", "resultPath": "/r"}, "cluster": "c"})
    yield "task.command_=list", around("task", {"command_": ["x"]})
    yield "experiment.self=text", around("experiment", {"self": "x"})
    yield "experiment.extra=mapping", around("experiment", {"extra": {"a": 1}})
    yield "task.unknown=huge", around("task", {"unknown": 10**30})


def sources() -> Iterator[tuple[str, Json]]:
    """Data sources with several fields, or none that counts."""
    several: dict[str, Fields] = {
        "two-fields": {"beaker": "b", "weka": "w"},
        "one-and-null": {"beaker": "b", "weka": None},
        "one-and-empty-text": {"beaker": "b", "weka": ""},
        "all-null": {"beaker": None, "weka": None},
        "one-and-volume": {"beaker": "b", "volume": "v"},
        "url-alone": {"url": "https://example.com"},
        "url-null": {"url": None},
        "hostPath-and-host_path-null": {"hostPath": "/net/a", "host_path": None},
        "all-fields": {"beaker": "b", "hostPath": "h", "weka": "w", "result": "r", "secret": "s"},
    }
    for name, fields in several.items():
        yield f"source={name}", around("source", fields)


def names() -> Iterator[tuple[str, Json]]:
    """Tasks whose names agree, and tasks that have none."""
    for name, pair in {
        "equal": ("a", "a"),
        "equal-but-for-case": ("a", "A"),
        "both-empty": ("", ""),
        "both-null": (None, None),
        "one-null": ("a", None),
        "equal-but-for-a-space": ("a", "a "),
    }.items():
        yield f"task-names={name}", spec(*(task(name=one) for one in pair))
    yield "task-names=first-and-third", spec(task(name="a"), task(), task(name="a"))


def texts() -> Iterator[tuple[str, Json]]:
    """Texts in fields that take them, each as the text that it is; its id is the text as JSON."""

    def short(text: str) -> str:
        shown = json.dumps(text)
        return shown if len(shown) < 60 else f"{shown[:20]}...{len(text)}"

    for text in TEXTS:
        yield f"env-var.value={short(text)}", around("env-var", {"value": text})
    for text in DURATIONS:
        yield f"task.timeout={short(text)}", around("task", {"timeout": text})
    for text in ("1h30m", "90", "5us", "1 H", "x!!"):
        yield (
            f"task.synchronizedStartTimeout={short(text)}",
            around("task", {"synchronizedStartTimeout": text}),
        )
        yield f"context.minRuntime={short(text)}", around("context", {"minRuntime": text})
    for number in (1, 1_000, 1_500_000, 90_000_000_000, 5_400_000_000_000, 1_234_567_890_123_456_789):
        yield f"task.timeout={number}", around("task", {"timeout": number})


def constraints() -> Iterator[tuple[str, Json]]:
    """Constraints that are in no table: their names, their values, and two spellings of one name."""
    for name in CONSTRAINTS:
        yield f"constraints.{json.dumps(name)}=list", around("constraints", {name: ["x"]})
    for value_name, value in CONSTRAINT_VALUES.items():
        yield f"constraints.gpus={value_name}", around("constraints", {"gpus": value})
    yield (
        "constraints.gpuType+gpu_type=different",
        around("constraints", {"gpuType": ["x"], "gpu_type": ["y"]}),
    )
    yield "constraints.gpuType+gpu_type=same", around("constraints", {"gpuType": ["x"], "gpu_type": ["x"]})
    deep: Json = "x"
    for _ in range(120):
        deep = [deep]
    yield "constraints.gpus=120-deep", around("constraints", {"gpus": deep})


def whole_specs() -> Iterator[tuple[str, Json]]:
    """Roots of every kind, and specs that use many fields at once."""
    roots: dict[str, Json] = {"null": None, "text": "x", "int": 1, "list": [], "empty": {}}
    roots["pairs"] = [["budget", "b"]]
    for name, root in roots.items():
        yield f"root={name}", root
    every_field_of_a_task = task(
        name="train",
        image={"beaker": "team/image"},
        result={"path": "/results"},
        context={"cluster": "c", "priority": "high", "preemptible": True},
        constraints={"cluster": ["a", "b"], "hostname": ["h"], "gpuType": ["t"]},
        command=["bash", "-c", "python train.py\n"],
        arguments=["--lr", 0.001, "--epochs", 3],
        envVars=[{"name": "A", "value": "0123"}, {"name": "B", "secret": "token"}, {"name": "C"}],
        datasets=[
            {"mountPath": "/a", "subPath": "x", "source": {"beaker": "d"}},
            {"mountPath": "/b", "source": {"hostPath": "/net/b"}},
            {"mountPath": "/c", "source": {"result": "prepare"}},
        ],
        resources={"cpuCount": 4, "gpuCount": 2, "memory": "2.5GiB", "sharedMemory": "10 GiB"},
        hostNetworking=True,
        replicas=2,
        leaderSelection=True,
        propagateFailure=True,
        propagatePreemption=False,
        synchronizedStartTimeout="30m",
        timeout="24h",
    )
    whole = spec(
        task(name="prepare"),
        every_field_of_a_task,
        version="v2-alpha",
        description="two\nlines",
        budget="team/budget",
        retry={"allowedTaskRetries": 3},
    )
    yield "whole=every-field", whole
    later_task = task(
        context={"priority": "normal", "minRuntime": "10m", "autoResume": True},
        datasets=[{"mountPath": "/a", "mode": "readwrite", "source": {"volume": "v"}}],
    )
    yield "whole=fields-of-2", spec(later_task, groups=["a", "b"])
    yield "whole=preemptible-beside-autoResume", spec(task(context={"preemptible": True, "autoResume": True}))
    yield "whole=many-problems", spec(task(replicas="x", image=None), {"image": 1}, version="v3")
    yield (
        "whole=repeated-variable",
        spec(task(envVars=[{"name": "A", "value": "x"}, {"name": "A", "value": "y"}])),
    )
    yield "whole=both-images", spec(task(image={"beaker": "b", "docker": "d"}))
    yield "whole=no-result-in-the-second-task", spec(task(), {"image": {"docker": "d"}, "context": {}})
    yield "whole=image-alone", spec({"image": {"docker": "d"}})


def collect() -> dict[str, Json]:
    """All inputs by id, sorted by it."""
    inputs: dict[str, Json] = {}
    for group in (
        fields_one_by_one,
        spellings,
        unknown_fields,
        sources,
        names,
        texts,
        constraints,
        whole_specs,
    ):
        for name, data in group():
            if name in inputs:
                raise ValueError(f"two inputs have the id {name}")
            inputs[name] = data
    return dict(sorted(inputs.items()))


INPUTS: dict[str, Json] = collect()
