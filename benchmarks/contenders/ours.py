"""The package that these benchmarks belong to."""

from __future__ import annotations

from operator import methodcaller
from pathlib import Path

import beakerspec
from beakerspec import ExperimentSpec
from benchmarks.contenders.common import VARIABLE
from benchmarks.contenders.common import new_task as task_maker

from_file = ExperimentSpec.from_file
from_json = ExperimentSpec.from_json
to_json = methodcaller("to_json")
to_file = ExperimentSpec.to_file
new_task = task_maker(beakerspec)
with_env_var = methodcaller("with_env_var", *VARIABLE)
with_name = methodcaller("with_name", "renamed")
with_description = methodcaller("with_description", "described anew")
validate = methodcaller("validate")


def check(file: str) -> str:
    """What the command line prints about a file."""
    settings = beakerspec.Settings()
    return "\n\n".join(map(str, beakerspec.check(Path(file), settings=settings)))
