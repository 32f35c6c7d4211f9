"""``beakerspec init``: write a spec to start from."""

from __future__ import annotations

import argparse
import json
import os
import re
from contextlib import suppress
from typing import Any

import attrs

from ..checking.settings import SettingsError, SettingsFinder
from ..checking.site import Site
from ..fields.quantities import format_duration, parse_duration
from ..problems import printable_text
from .streams import fail, say

_SMALL = """\
# One task that prints a line. `beakerspec check FILE` checks it.
version: v2
description: Say hello
budget: {budget}
tasks:
- name: hello
  image:
    docker: alpine:3.20  # from a registry; beaker: NAME for an image in Beaker
  command: [echo, "Hello, Beaker!"]
  result:
    path: /output  # what the task writes there is kept as its result
  resources:
    cpuCount: 1
    memory: 512MiB
  context:
    priority: {priority}
  constraints:
    cluster: [{cluster}]
  timeout: {timeout}
"""
_GPU = """\
# One task on GPUs of one machine. `beakerspec check FILE` checks it.
version: v2
description: Train on one machine
budget: {budget}
tasks:
- name: train
  image:
    beaker: demo/trainer  # an image in Beaker; docker: TAG for one from a registry
  command: [python, train.py]
  arguments: [--data, /data, --save-to, /output]
  envVars:
  - name: OMP_NUM_THREADS
    value: 8
  - name: WANDB_API_KEY
    secret: WANDB_API_KEY  # a secret of the workspace: never write a key into the file
  datasets:
  - mountPath: /data
    source:
      beaker: demo/trainer-config  # a dataset in Beaker; weka: BUCKET for a bucket
  result:
    path: /output
  resources:
    gpuCount: {gpus}
    sharedMemory: 10GiB  # for the workers of a data loader
  context:
    priority: {priority}
  constraints:
    cluster: [{cluster}]  # any of these
  timeout: {timeout}
"""
_MULTI_NODE = """\
# Several machines that work as one. The first replica leads, the others find it by
# its host name. `beakerspec check FILE` checks it.
version: v2
description: Train on two machines
budget: {budget}
retry:
  allowedTaskRetries: 2
tasks:
- name: train
  replicas: 2
  leaderSelection: true
  hostNetworking: true  # replicas reach each other
  propagateFailure: true  # one failure stops them all
  propagatePreemption: true
  synchronizedStartTimeout: 30m  # they start together, or fail after this time
  timeout: {timeout}
  image:
    beaker: demo/trainer
  command: [/bin/bash, -c]
  arguments:
  - |
    torchrun --nnodes "$BEAKER_REPLICA_COUNT" --nproc-per-node {gpus} \\
      --node-rank "$BEAKER_REPLICA_RANK" \\
      --rdzv-backend static --rdzv-endpoint "$BEAKER_LEADER_REPLICA_HOSTNAME:29400" \\
      train.py --save-to /output
  envVars:
  - name: NCCL_DEBUG
    value: INFO
  result:
    path: /output
  resources:
    gpuCount: {gpus}  # of each replica
    sharedMemory: 10GiB
  context:
    priority: {priority}
  constraints:
    cluster: [{cluster}]
"""
_PIPELINE = """\
# Two tasks: the second starts when the first has finished, with its result mounted.
# `beakerspec check FILE` checks it.
version: v2
description: Extract features, then score them
budget: {budget}
tasks:
- name: extract
  image:
    beaker: demo/features
  command: [python, -m, features.extract]
  arguments: [--output, /output]
  result:
    path: /output
  resources: &resources  # an anchor: the other task uses the same
    gpuCount: 1
  context: &context
    priority: {priority}
  constraints: &constraints
    cluster: [{cluster}]
  timeout: {timeout}

- name: score
  image:
    beaker: demo/features
  command: [python, -m, features.score]
  arguments: [--input, /features, --output, /output]
  datasets:
  - mountPath: /features
    source:
      result: extract  # the name of the task above
  result:
    path: /output
  resources: *resources
  context: *context
  constraints: *constraints
  timeout: {timeout}
"""


@attrs.frozen
class _Kind:
    """A spec to start from."""

    summary: str
    text: str
    #: GPUs of a machine.
    gpus: int = 0


_KINDS = {
    "small": _Kind("one task that prints a line", _SMALL),
    "gpu": _Kind("one task on GPUs of one machine", _GPU, 1),
    "multi-node": _Kind("several machines that work as one", _MULTI_NODE, 8),
    "pipeline": _Kind("two tasks, the second with the result of the first", _PIPELINE, 1),
}

_DESCRIPTION = """\
Write an experiment spec to start from, with comments. Its budget, cluster,
priority and timeout are ones that the settings of `beakerspec check` allow.
"""
_EPILOG = """\
kinds:
{kinds}

exit codes:
  0  the spec is written
  2  wrong usage, invalid settings, or a file that is there or cannot be written
""".format(kinds="\n".join(f"  {name:10}  {kind.summary}" for name, kind in _KINDS.items()))


def add_parser(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "init",
        help="write a spec to start from",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "kind", nargs="?", choices=tuple(_KINDS), default="small", metavar="KIND", help="see below (default: small)"
    )
    parser.add_argument(
        "-o",
        "--output",
        default="experiment.yaml",
        metavar="FILE",
        help="the file to write (default: experiment.yaml; - for standard output)",
    )
    parser.set_defaults(run=run, parser=parser)


def run(options: argparse.Namespace) -> int:
    """Write the spec. Returns the exit code."""
    path: str = options.output
    if path.endswith(".json"):
        options.parser.error("the spec is YAML, with comments: expected a name that ends in .yaml")
    try:
        settings = SettingsFinder().settings_for(None if path == "-" else path)
    except SettingsError as error:
        return fail(str(error))
    text = _spec(_KINDS[options.kind], settings.site)
    if path == "-":
        print(text, end="")
        return 0
    try:
        with open(path, "xb") as file:
            try:
                file.write(text.encode())
                file.flush()
            except BaseException:
                with suppress(OSError):
                    os.unlink(path)
                raise
    except FileExistsError:
        return fail(f"{printable_text(path)}: already exists: choose another name with -o FILE")
    say(f"wrote {printable_text(path)}")
    return 0


def _spec(kind: _Kind, site: Site) -> str:
    """The text of a spec that the site allows."""
    cluster, gpus = "ai2/gpu-east" if kind.gpus else "ai2/shared-cpu", kind.gpus
    if site.clusters:
        largest = max(site.clusters, key=lambda each: 0 if each.gpus_per_node is None else each.gpus_per_node)
        cluster = largest.name if kind.gpus else site.clusters[0].name
        if kind.gpus and largest.gpus_per_node is not None:
            gpus = min(gpus, largest.gpus_per_node)
    timeout = parse_duration("24h" if kind.gpus else "10m")
    timeout = min(max(timeout, site.min_timeout or 0), site.max_timeout or timeout)
    priorities = site.priorities or ("normal",)
    return kind.text.format(
        budget=_word((site.budgets or ("ai2/demo",))[0]),
        cluster=_word(cluster),
        priority="normal" if "normal" in priorities else priorities[0],
        timeout=format_duration(timeout),
        gpus=gpus,
    )


def _word(text: str) -> str:
    """A name as YAML."""
    return text if re.fullmatch(r"[A-Za-z][\w./-]*", text) else json.dumps(text)
