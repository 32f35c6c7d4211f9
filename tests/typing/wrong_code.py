"""One line is wrong, and type checkers must find exactly that one (test_typing.py)."""

from __future__ import annotations

from beakerspec import TaskSpec

task = TaskSpec.new("t", docker_image="alpine", command=["echo"])
task = task.with_name("u").with_arguments(["hello", 1])
task = TaskSpec.new("t", replicas="two")  # the wrong line
task = task.with_resources(gpu_count=8)
