"""Type checkers must find the lines that are marked as wrong, and no other (test_typing.py)."""

from __future__ import annotations

from beakerspec import ExperimentSpc as Misspelt  # wrong
from beakerspec import TaskSpec

task = TaskSpec.new("t", docker_image="alpine", command=["echo"])
task = task.with_name("u").with_arguments(["hello", 1])
task = TaskSpec.new("t", replicas="two")  # wrong
task = task.with_resources(gpu_count=8)
task.timeout = 5  # wrong
task["name"] = Misspelt  # wrong
assert task.command is not None
task.command.append("x")  # wrong
task.command[0] = "x"  # wrong
