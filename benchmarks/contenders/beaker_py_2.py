# mypy: disable-error-code="import-not-found"
"""beaker-py 2, whose specs are dataclasses. It has no `validate`."""

from __future__ import annotations

from operator import methodcaller

import beaker
from beaker import BeakerExperimentSpec

from benchmarks.contenders.common import VARIABLE
from benchmarks.contenders.common import new_task as task_maker

from_file = BeakerExperimentSpec.from_file
from_json = BeakerExperimentSpec.from_json
to_json = methodcaller("to_json")
to_file = BeakerExperimentSpec.to_file
new_task = task_maker(beaker, prefix="Beaker")
with_env_var = methodcaller("with_env_var", *VARIABLE)
with_name = methodcaller("with_name", "renamed")
with_description = methodcaller("with_description", "described anew")
