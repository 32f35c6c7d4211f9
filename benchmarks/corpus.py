"""A seeded corpus of experiment specs in the shape of real ones: ``python -m benchmarks.corpus FOLDER``.

The shape follows what public repositories hold: a median of 1.7 KB and one task, a few files of 10 to 100
tasks that raise the mean to 7.9 KB and the largest to 156 KB, 9 environment variables to a task and often 20,
shell lines as quoted scalars over several lines, command lists in flow style, scripts as literal blocks,
comments, text that is not ASCII in one file of eight, folded scalars and plain scalars over several lines in
one of thirty each, and now and then a file that is one flow-style document. One file in fifteen has anchors.
These are large: they hold two fifths of all characters, and the largest has thousands of aliases. The tasks of
a large file differ little, as those of a sweep do.

Of the values of environment variables 6 % are booleans without quotes and 1 % integers. In 5 % of the files
tasks have no result or no context, in 5 % `constraints.cluster` is a single text, in 6 % the priority is
`preemptible`, and in 18 % there are host paths. Not every contender loads all that. All names are invented.

Tame files are loaded by every contender and mean the same to all: they are to measure memory, and many files in
bulk. Nothing of the last paragraph is in them.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

#: As many files as the performance budget was measured on.
FILES = 281
#: One of those whose corpus comes near to the figures also in what is left to chance, such as 12 % with
#: foreign text.
SEED = 2024

#: Shares of the files, and the size in bytes that so many stay below. Between two points sizes grow evenly in
#: logarithm.
_SIZES = (
    (0.0, 330),
    (0.25, 1_050),
    (0.5, 1_700),
    (0.75, 3_000),
    (0.88, 10_000),
    (0.95, 42_000),
    (0.99, 120_000),
    (1.0, 156_000),
)
_MOST_TASKS = 100
#: How many specs `write_many` puts into a folder.
_BLOCK = 100
#: From this size on a file is a sweep of several tasks.
_SWEEP = 4_500

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class SpecText:
    """One generated file: its name, and its text, which ends in a newline."""

    name: str
    text: str


def generate(count: int = FILES, seed: int = SEED, *, is_tame: bool = False) -> Iterator[SpecText]:
    """`count` specs.

    The same seed gives the same bytes on every Python; each seed gives about the same sizes.
    """
    chance = _Chance(f"{seed}")
    shuffled = sorted(range(count), key=[chance.share() for _ in range(count)].__getitem__)
    for index, rank in enumerate(shuffled):
        largest = rank == count - 1
        size = _SIZES[-1][1] if largest else _size((rank + 0.5) / count)
        text = _spec_text(_Chance(f"{seed}/{index}"), size, is_largest=largest, is_tame=is_tame)
        yield SpecText(name=f"{index:04}.yaml", text=text)


def write(folder: Path, count: int = FILES, seed: int = SEED, *, is_tame: bool = False) -> list[Path]:
    """Write the corpus into `folder`, which is made where it is missing, and return the paths in order."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for spec in generate(count, seed, is_tame=is_tame):
        path = folder / spec.name
        path.write_bytes(spec.text.encode())
        paths.append(path)
    return paths


def write_many(folder: Path, count: int) -> Iterator[Path]:
    """Write `count` tame specs into folders of a hundred, and give the path of each.

    Each folder is written from another seed and has the whole shape, so that a spec of ten thousand is as large
    on average as one of a hundred, and none is there twice.
    """
    for block in range(0, count, _BLOCK):
        paths = write(folder / f"{block // _BLOCK:04}", _BLOCK, SEED + 2 + block // _BLOCK, is_tame=True)
        yield from paths[: count - block]


def _size(share: float) -> int:
    for (left, low), (right, high) in pairwise(_SIZES):
        if share <= right:
            return round(math.exp(math.log(low) + math.log(high / low) * (share - left) / (right - left)))
    return _SIZES[-1][1]


class _Chance:
    """Seeded choices out of `random.random` alone, whose sequence is the same in every Python version."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def share(self) -> float:
        return self._random.random()

    def often(self, share: float) -> bool:
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, items: Sequence[_Item]) -> _Item:
        return items[int(self._random.random() * len(items))]

    def some(self, items: Sequence[_Item], count: int) -> list[_Item]:
        """Up to `count` different items, in the order in which they stand."""
        weights = [self._random.random() for _ in items]
        chosen = sorted(range(len(items)), key=weights.__getitem__)[:count]
        return [items[index] for index in sorted(chosen)]


# What a spec says: plain data.

_TEAMS = ("meadow", "otter-lab", "lantern", "north-pier", "quillworks", "saltmarsh", "tern")
_MODELS = (
    "heron-7b",
    "heron-13b-chat",
    "wren-1b",
    "plover-70b",
    "curlew-base",
    "dunlin-vision-2",
    "siskin-moe",
)
_DATA = ("tidepool", "orchard-v3", "barnacle-mix", "ledger-qa", "skylark-web", "copperfield", "moss-code")
_JOBS = ("train", "finetune", "eval", "tokenize", "distill", "sweep", "export", "rescore")
_CLUSTERS = ("fjord-h100", "basalt-a100", "gneiss-l40s", "tundra-b200", "scree-a6000", "moraine-cpu")
_WORDS = (
    "main",
    "stable",
    "nightly",
    "debug",
    "baseline",
    "ablation",
    "long-context",
    "warm-start",
    "rerun",
    "pilot",
)
_FOREIGN = (
    "größere Läufe",
    "naïve Grundlinie",
    "学習率を下げた",
    "проверка данных",
    "μ = 0,1 → 0,3",
    "tâche d'été ☀",
)
_REMARKS = (
    "as in the run of last week, but for the seed",
    "two nodes were too slow here",
    "keep in step with the training image",
    "gpuCount: 4",
    "preemptible: true",
    "- name: TRACE_LEVEL",
    "value: verbose",
    "written to the results dataset when the task ends",
    "the larger cluster is reserved until the end of the month",
    "mountPath: /scratch",
)
#: How often such values stand without quotes.
_UNQUOTED = {"true": 1.0, "false": 1.0, "0": 0.15, "1": 0.15, "8": 0.15, "17": 0.15, "4242": 0.15}
_SECRETS = ("HUB_TOKEN", "TRACKER_API_KEY", "BUCKET_ACCESS_KEY", "BUCKET_SECRET_KEY", "GIT_TOKEN", "MAIL_KEY")
_VARIABLES = (
    ("CUDA_DEVICE_ORDER", ("PCI_BUS_ID",)),
    ("NCCL_DEBUG", ("INFO", "WARN")),
    ("NCCL_IB_HCA", ("^mlx5_bond_0", "mlx5_2")),
    ("NCCL_SOCKET_IFNAME", ("ib", "eth0")),
    ("TRACKER_PROJECT", _DATA),
    ("TRACKER_ENTITY", _TEAMS),
    ("TRACKER_MODE", ("online", "offline", "disabled")),
    ("TRACKER_DISABLED", ("true", "false")),
    ("TRACKER_LOG_MODEL", ("false",)),
    ("HUB_DISABLE_PROGRESS_BARS", ("true",)),
    ("TRACKER_WATCH", ("false", "gradients")),
    ("TOKENIZERS_PARALLELISM", ("false", "true")),
    ("PYTHONUNBUFFERED", ("1",)),
    ("PYTHONPATH", ("/workspace/src:/workspace/third_party/plugins", "/stage:/workspace/lib")),
    ("OMP_NUM_THREADS", ("1", "4", "8", "16")),
    ("HUB_CACHE", ("/data/cache/hub", "./cache/")),
    ("HUB_DATASETS_OFFLINE", ("0", "1")),
    ("DATA_ROOT", ("/data/tidepool/train", "/mnt/shared/orchard-v3/tokens")),
    ("OUTPUT_ROOT", ("/results", "/output/checkpoints")),
    ("MASTER_PORT", ("29400", "29501")),
    ("LEARNING_RATE", ("1e-4", "2e-5", "0.0003")),
    ("WARMUP_RATIO", ("0.03", "0.1")),
    ("BATCH_SIZE", ("8", "32", "256")),
    ("SEQUENCE_LENGTH", ("2048", "4096", "8192")),
    ("GIT_REF", ("a41c09e7d2b85f6300e1c7b9d4f28a6057be13cd", "main")),
    ("REPO_URL", ("https://git.example.org/otter-lab/heron.git", "ssh://git@git.example.org/tern/wren")),
    ("MODEL_NAME", _MODELS),
    ("SWEEP_POINT", ("optimizer.lr=1e-4,optimizer.weight_decay=0.1,model.dropout=0.05", "lr=3e-4,wd=0.0")),
    (
        "RUN_NOTES",
        (
            "second half of the grid, see the shared notes",
            "same data as before: no filtering, but long documents are cut into pieces of 8192 tokens",
        ),
    ),
    ("LOG_LEVEL", ("info", "debug")),
    ("SEED", ("1", "17", "4242")),
    ("STORAGE_ENDPOINT", ("https://objects.example.org:9000",)),
)
_OPTIONS: tuple[tuple[str, tuple[str | int | float, ...]], ...] = (
    (
        "model_name_or_path",
        ("/models/heron-7b", "/mnt/shared/weights/plover-70b/step_90000-hf", "quillworks/wren-1b"),
    ),
    ("tokenizer_name", ("/models/heron-7b", "quillworks/wren-1b")),
    (
        "train_file",
        ("/data/barnacle-mix/processed/train_deduplicated.jsonl", "/data/orchard-v3/part-0004.jsonl.gz"),
    ),
    ("mixed_precision", ("bf16", "fp16")),
    ("num_processes", (1, 4, 8)),
    ("max_seq_length", (2048, 4096)),
    ("per_device_train_batch_size", (1, 2, 8, 16)),
    ("gradient_accumulation_steps", (1, 4, 16)),
    ("learning_rate", ("2e-5", "1e-4", "3e-4")),
    ("lr_scheduler_type", ("linear", "cosine")),
    ("warmup_ratio", (0.03, 0.1)),
    ("weight_decay", (0.1, 0.01)),
    ("num_train_epochs", (1, 2, 3, 5)),
    ("output_dir", ("/output/", "/results/$BEAKER_WORKLOAD_ID/run")),
    ("checkpointing_steps", ("epoch", "1000")),
    ("logging_steps", (1, 10)),
    ("report_to", ("tensorboard", "tracker")),
    ("eval_suite", ("ledger-qa", "copperfield-hard")),
    ("few_shot", (0, 5)),
    ("dtype", ("bfloat16", "float32")),
    ("data_mix", ("orchard-v3:0.7,moss-code:0.3", "skylark-web:1.0")),
    ("save_folder", ("/mnt/shared/checkpoints/heron-7b", "/results/checkpoints")),
    ("load_path", ("/mnt/shared/checkpoints/heron-7b/step1000",)),
    ("compile", ("reduce-overhead", "default")),
)
_ENTRY_POINTS = (
    "scripts/train.py",
    "open_meadow/finetune.py",
    "-m otter.eval.run",
    "tools/rescore.py",
    "-m wren.export",
)
_SCRIPT: tuple[str, ...] = (
    "set -euo pipefail",
    "cd /workspace/src && git fetch --depth 1 origin main",
    'pip install --no-deps -e ".[train]" > /tmp/install.log',
    "nvidia-smi --query-gpu=name,memory.total --format=csv",
    "mkdir -p /results/logs  # the tracker wants it to exist",
    "export MASTER_ADDR=$BEAKER_LEADER_REPLICA_HOSTNAME",
    'if [ "$BEAKER_REPLICA_RANK" = "0" ]; then\n  python -m wren.export --to /results/export\nfi',
    "python -c \"import torch; print('devices:', torch.cuda.device_count())\"",
    "cp -r /results/logs /mnt/shared/logs/$BEAKER_JOB_ID",
    "\necho 'finished'",
)


@dataclass(frozen=True)
class _Anchored:
    """A mapping that is given an anchor, or a list of such things."""

    anchor: str
    value: Mapping[str, _Value] | Sequence[_Value]


@dataclass(frozen=True)
class _Alias:
    """Refers to what was given the anchor."""

    anchor: str


class _Unquoted(str):
    """A text that is written without quotes although YAML reads something else in it."""

    __slots__ = ()


#: What a spec is made of.
_Value: TypeAlias = "str | int | float | Mapping[str, _Value] | Sequence[_Value] | _Anchored | _Alias"


def _spec_text(chance: _Chance, size: int, *, is_largest: bool, is_tame: bool) -> str:
    style = _Style.draw(chance, size, is_largest=is_largest, is_tame=is_tame)
    tasks = _MOST_TASKS
    if not is_largest:
        tasks = 1
        if size >= _SWEEP and not chance.often(0.1):
            # An alias takes less room than what it stands for.
            shortest, longest = (600, 1_200) if style.anchors else (1_300, 2_800)
            tasks = min(_MOST_TASKS, max(2, round(size / chance.between(shortest, longest))))
        elif chance.often(0.05):
            tasks = 2
    # How long a spec gets is only known once it is written, and depends on its style. So the part that is
    # made to measure is corrected until the length is about right.
    bulk = size / tasks
    seed = f"{chance.share()}"
    best = ""
    for _ in range(8):
        drawn = _Chance(seed)
        text = _Writer(style, drawn).document(_spec(drawn, style, bulk, tasks))
        excess = len(text) - size
        if not best or abs(excess) < abs(len(best) - size):
            best = text
        if abs(excess) < 0.04 * size:
            break
        bulk = max(120.0, bulk - excess / tasks)
    return best


def _spec(chance: _Chance, style: _Style, bulk: float, count: int) -> dict[str, Any]:
    """A whole spec with `count` tasks of about `bulk` bytes each."""
    model, data, job = chance.pick(_MODELS), chance.pick(_DATA), chance.pick(_JOBS)
    spec: dict[str, Any] = {"version": "v2-alpha" if chance.often(0.06) else "v2"}
    if chance.often(0.85):
        note = chance.pick(_FOREIGN) if style.foreign else chance.pick(_WORDS)
        spec["description"] = chance.pick((f"{job} {model} on {data} ({note})", f"{job}-{model}-{data}", note))
    if chance.often(0.6):
        spec["budget"] = f"ai2/{chance.pick(_TEAMS)}"
    if chance.often(0.15):
        spec["retry"] = {"allowedTaskRetries": chance.between(0, 5)}
    first = _task(chance, style, bulk)
    spec["tasks"] = [
        {
            **_variant(chance, style, first, number),
            "name": f"{job}-{model}-{number:03}" if count > 1 else f"{job}-{model}",
        }
        for number in range(count)
    ]
    if style.anchors and count > 1:
        _share(spec["tasks"])
    return spec


def _task(chance: _Chance, style: _Style, bulk: float) -> dict[str, Any]:
    task: dict[str, Any] = {"name": ""}
    if chance.often(0.12):
        task |= {"replicas": chance.pick((2, 4, 8)), "leaderSelection": True, "hostNetworking": True}
        task |= {"propagateFailure": True, "propagatePreemption": True, "synchronizedStartTimeout": "90m"}
    image = f"{chance.pick(_TEAMS)}/{chance.pick(_MODELS)}-{chance.pick(_WORDS)}"
    task["image"] = (
        {"beaker": image} if chance.often(0.85) else {"docker": f"registry.example.org/{image}:1.{bulk:.0f}"}
    )

    # What a task needs in any case takes some 330 bytes. Of the rest, half are options of the command.
    left = max(0.0, bulk - 330)
    task |= _command(chance, style, bulk=0.5 * left)
    chosen = chance.some(_VARIABLES, min(len(_VARIABLES), round(left * 0.4 / 48)))
    variables: list[dict[str, Any]] = [{"name": name, "value": chance.pick(values)} for name, values in chosen]
    if variables and style.foreign:
        variables.append({"name": "RUN_TITLE", "value": chance.pick(_FOREIGN)})
    if chance.often(0.6):
        secrets = chance.some(_SECRETS, min(3, round(left / 500)))
        variables += [{"name": it, "secret": it if chance.often(0.5) else it.lower()} for it in secrets]
    more = min(40, round((left * 0.4 - 48 * len(_VARIABLES)) / 60))
    variables += [
        {"name": f"STAGE_{number}_WEIGHT", "value": f"0.{chance.between(1, 99):02}"} for number in range(more)
    ]
    if not style.is_tame:
        for variable in variables:
            if chance.often(_UNQUOTED.get(variable.get("value", ""), 0.0)):
                variable["value"] = _Unquoted(variable["value"])
    if variables:
        task["envVars"] = variables

    datasets: list[dict[str, Any]] = []
    for data in chance.some(_DATA, min(3, round(left * chance.share() / 500))):
        if chance.often(0.4):
            datasets.append(
                {"mountPath": f"/mnt/{data}", "subPath": f"{data}/v2", "source": {"weka": "shared-default"}}
            )
        else:
            datasets.append({"mountPath": f"/data/{data}", "source": {"beaker": f"{chance.pick(_TEAMS)}/{data}"}})
    if style.host_path:
        datasets.append({"mountPath": "/net/shared", "source": {"hostPath": "/net/shared"}})
    if datasets:
        task["datasets"] = datasets

    task["result"] = {"path": chance.pick(("/output", "/results", "/unused"))}
    resources: dict[str, Any] = {"gpuCount": chance.pick((1, 1, 2, 4, 8))}
    if chance.often(0.2):
        resources |= {"cpuCount": chance.pick((4, 7.5, 16)), "memory": "64 GiB"}
    if chance.often(0.3):
        resources["sharedMemory"] = chance.pick(("10 GiB", "64 GiB", "10GiB"))
    task["resources"] = resources
    clusters = [f"ai2/{name}" for name in chance.some(_CLUSTERS, chance.pick((1, 1, 2, 3)))]
    context: dict[str, Any] = {"priority": chance.pick(("low", "normal", "normal", "high", "urgent"))}
    if chance.often(0.5):
        context["preemptible"] = chance.often(0.7)
    if style.preemptible:
        context = {"priority": "preemptible"}
    if chance.often(0.3):
        task["context"] = {"cluster": clusters[0], **context}
    else:
        task |= {"context": context, "constraints": {"cluster": clusters[0] if style.bare_cluster else clusters}}
    if style.bare_task:
        del task["result"]
        if "constraints" in task:
            del task["context"]
    if chance.often(0.12):
        task["timeout"] = chance.pick(("24h", "8h", "90m"))
    return task


def _command(chance: _Chance, style: _Style, bulk: float) -> dict[str, Any]:
    """The `command` and `arguments` of a task, with options of about `bulk` bytes."""
    entry = chance.pick(_ENTRY_POINTS)
    if style.command == "script":
        shards = range(round((bulk - 60 * len(_SCRIPT)) / 80))
        lines = [
            *chance.some(_SCRIPT, round(bulk / 60)),
            *(f"python -m wren.export --shard {it} --to /results/export/{it:05}.parquet" for it in shards),
            f"python {entry} --config configs/base.yaml",
        ]
        return {"command": ["bash", "-c", "\n".join(lines) + "\n"]}
    options = chance.some(_OPTIONS, min(len(_OPTIONS), max(1, round(bulk / 30))))
    layers = range(round((bulk - 30 * len(_OPTIONS)) / 52))
    pairs = [
        *((f"--{name}", chance.pick(values)) for name, values in options),
        *((f"--override_{layer}", f"model.layers.{layer}.attention.dropout=0.05") for layer in layers),
    ]
    if style.command == "shell":
        line = " ".join(f"{name} {value}" for name, value in pairs)
        return {"command": ["/bin/sh", "-c"], "arguments": [f"python {entry} {line} "]}
    flat: list[str | int | float] = []
    for name, value in pairs:
        flat += [name, str(value) if style.texts else value]
    return {"command": ["python", *entry.split()], "arguments": flat}


def _variant(chance: _Chance, style: _Style, first: dict[str, Any], number: int) -> dict[str, Any]:
    """A task like the `first` one but for a seed, a learning rate and one variable."""
    if number == 0:
        return first
    task = dict(first)
    rate = f"{chance.between(1, 9)}e-{chance.between(3, 6)}"
    if style.command == "shell":
        task["arguments"] = [f"{first['arguments'][0]}--seed {number} --rate {rate} "]
    elif style.command == "list":
        task["arguments"] = [
            *first["arguments"],
            "--seed",
            str(number) if style.texts else number,
            f"--rate={rate}",
        ]
    if "envVars" in first:
        place = chance.between(0, len(first["envVars"]) - 1)
        task["envVars"] = list(first["envVars"])
        task["envVars"][place] = {"name": first["envVars"][place]["name"], "value": f"point-{number}"}
    return task


def _share(tasks: list[dict[str, Any]]) -> None:
    """Give parts of the first task an anchor, and let the others refer to them."""
    first = tasks[0]
    variables = first.get("envVars", [])
    for task in tasks[1:]:
        for field in ("image", "datasets", "resources", "context", "constraints"):
            if field in first:
                task[field] = _Alias(field)
        if "envVars" in first:
            task["envVars"] = [
                _Alias(f"var{place}") if variable is variables[place] else variable
                for place, variable in enumerate(task["envVars"])
            ]
    for field in ("image", "datasets", "resources", "context", "constraints"):
        if field in first:
            first[field] = _Anchored(field, first[field])
    if "envVars" in first:
        first["envVars"] = [_Anchored(f"var{place}", variable) for place, variable in enumerate(variables)]


# How a spec is written: text.

#: Text that may stand without quotes, in a list in brackets too: it starts as no number does, and means
#: nothing else.
_PLAIN = re.compile(r"(?:[^\W\d]|[/$]|\./|--?[A-Za-z])(?:[^\s:#,\[\]{}'\"]|:(?=\S)| (?=[^\s#]))*|[0-9]+ ?(?:GiB|[hm])")
#: The words that YAML 1.1 reads as something else than text.
_WORDS_WITH_MEANING = re.compile(r"true|false|yes|no|on|off|null", re.IGNORECASE)


@dataclass(frozen=True)
class _Style:
    """The habits of whoever wrote a file."""

    command: str
    quote: str
    list_indent: str
    flow_lists: bool
    flow_document: bool
    remarks: float
    foreign: bool
    anchors: bool
    texts: bool
    folded: bool
    plain_lines: bool
    is_tame: bool
    host_path: bool
    preemptible: bool
    bare_cluster: bool
    bare_task: bool

    @classmethod
    def draw(cls, chance: _Chance, size: int, *, is_largest: bool, is_tame: bool) -> _Style:
        def wild(share: float) -> bool:
            return chance.often(share) and not is_tame

        plain_lines = chance.often(0.08)
        return cls(
            command=_command_style(chance.share(), size),
            quote=chance.pick("''\""),
            list_indent=chance.pick(("", "  ", "  ")),
            flow_lists=chance.often(0.6) and not plain_lines,
            flow_document=chance.often(0.03),
            remarks=chance.pick((0.0, 0.0, 0.06, 0.2)),
            foreign=chance.often(0.126),
            # Only a file with several tasks has what to share.
            anchors=is_largest or (size >= _SWEEP and chance.often(0.2 if size < 30_000 else 0.6)),
            texts=chance.often(0.7),
            folded=chance.often(0.05),
            plain_lines=plain_lines,
            is_tame=is_tame,
            host_path=wild(0.18),
            preemptible=wild(0.06),
            bare_cluster=wild(0.07),
            bare_task=wild(0.05),
        )


def _command_style(share: float, size: int) -> str:
    # With these shares a shell line over several lines stands in half of the files.
    if share < (0.66 if size < _SWEEP else 0.76):
        return "shell"
    return "list" if share < 0.9 else "script"


class _Writer:
    """Writes one spec in the style of its author."""

    def __init__(self, style: _Style, chance: _Chance) -> None:
        self._style = style
        self._chance = chance

    def document(self, spec: Mapping[str, _Value]) -> str:
        lines: list[str] = []
        if self._style.remarks:
            remark = self._chance.pick(_FOREIGN) if self._style.foreign else self._chance.pick(_REMARKS)
            lines.append(f"# {remark}")
        if self._style.flow_document and not self._style.anchors:
            lines += json.dumps(spec, indent=2, ensure_ascii=False).splitlines()
        else:
            lines += self._mapping(spec)
        return "\n".join(line.rstrip() for line in lines) + "\n"

    def _mapping(self, mapping: Mapping[str, _Value]) -> list[str]:
        lines: list[str] = []
        for key, value in mapping.items():
            if lines and self._chance.often(self._style.remarks):
                lines.append(f"# {self._chance.pick(_REMARKS)}")
            lines += self._entry(f"{key}:", value)
        return lines

    def _entry(self, key: str, value: _Value) -> list[str]:
        """The lines of one key and its value, or of one item of a list, whose key is the dash."""
        if isinstance(value, _Alias):
            return [f"{key} *{value.anchor}"]
        if isinstance(value, _Anchored):
            key, value = f"{key} &{value.anchor}", value.value
        if isinstance(value, Mapping):
            return [key, *_indented(self._mapping(value), "  ")]
        if not isinstance(value, (str, int, float)):
            scalars = [item for item in value if isinstance(item, (str, int, float)) and "\n" not in str(item)]
            if self._style.flow_lists and len(scalars) == len(value):
                return self._flow(key, scalars)
            return [key, *_indented(self._items(value), self._style.list_indent)]
        first, *rest = self._scalar(value)
        if self._style.folded and key == "description:":
            first, *rest = [">", *textwrap.wrap(str(value), 30, break_long_words=False, break_on_hyphens=False)]
        elif self._style.plain_lines and rest and str(value).startswith("python ") and ": " not in str(value):
            first, *rest = textwrap.wrap(str(value), 80, break_long_words=False, break_on_hyphens=False)
        return [f"{key} {first}", *_indented(rest, "  ")]

    def _items(self, items: Sequence[_Value]) -> list[str]:
        lines: list[str] = []
        for item in items:
            if isinstance(item, Mapping):
                first, *rest = self._mapping(item)
                lines += [f"- {first}", *_indented(rest, "  ")]
            else:
                lines += self._entry("-", item)
        return lines

    def _flow(self, key: str, items: Sequence[str | float]) -> list[str]:
        """A list in brackets, filled up to a usual width, with long text over lines of its own."""
        lines = [f"{key} ["]
        for number, item in enumerate(items):
            first, *rest = self._scalar(item)
            if number and (rest or len(lines[-1]) + len(first) > 90):
                lines.append(f"  {first}")
            else:
                lines[-1] += f" {first}" if number else first
            lines += _indented(rest, "  ")
            if number + 1 < len(items):
                lines[-1] += ","
        lines[-1] += "]"
        return lines

    def _scalar(self, value: str | float) -> list[str]:
        if isinstance(value, bool):
            return [str(value).lower()]
        if not isinstance(value, str):
            return [repr(value)]
        if isinstance(value, _Unquoted):
            return [value]
        if "\n" in value:
            return ["|", *value.splitlines()]
        # A line break inside quotes reads as one space.
        if len(value) > 100:
            return self._quoted(value).replace(" --", "\n--").split("\n")
        if _PLAIN.fullmatch(value) and not _WORDS_WITH_MEANING.fullmatch(value):
            return [value]
        return [self._quoted(value)]

    def _quoted(self, value: str) -> str:
        if self._style.quote == "'":
            return "'" + value.replace("'", "''") + "'"
        return json.dumps(value, ensure_ascii=False)


def _indented(lines: Sequence[str], indent: str) -> list[str]:
    return [indent + line if line else line for line in lines]


def main() -> None:
    """Write the corpus to a folder named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpus", description="Write the generated specs.")
    parser.add_argument("folder", type=Path, help="where to write them")
    parser.add_argument("--files", type=int, default=FILES, help=f"how many (default: {FILES})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"another seed gives other specs (default: {SEED})")
    arguments = parser.parse_args()
    paths = write(arguments.folder, arguments.files, arguments.seed)
    size = sum(path.stat().st_size for path in paths)
    print(f"{len(paths)} specs, {size:,} bytes, in {arguments.folder}")


if __name__ == "__main__":
    main()
