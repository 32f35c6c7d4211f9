"""``python -m beakerspec.move``: programs that are moved from beaker-py's classes."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("libcst", reason="LibCST is not installed")

from beakerspec.move import main, moved

HEAD = "from beaker import ExperimentSpec, TaskSpec\n"
MOVED_HEAD = "from beakerspec import ExperimentSpec, TaskSpec\n"

#: Lines of a program, and what they become.
REWRITTEN = {
    "imports of specs alone": (HEAD, MOVED_HEAD),
    "imports beside the client": (
        "from beaker import Beaker, TaskSpec\n",
        "from beaker import Beaker\nfrom beakerspec import TaskSpec\n",
    ),
    "imports under other names": (
        "from beaker.data_model.experiment_spec import EnvVar as Variable\n",
        "from beakerspec import EnvVar as Variable\n",
    ),
    "names of 2.x": (
        "from beaker.types import BeakerTaskSpec\n",
        "from beakerspec import TaskSpec as BeakerTaskSpec\n",
    ),
    "names of a module": (
        "import beaker\ntask = beaker.TaskSpec.new('t')\n",
        "import beaker\nimport beakerspec\ntask = beakerspec.TaskSpec.new('t')\n",
    ),
    "a field": (
        f"{HEAD}spec = ExperimentSpec.new('b')\nspec.budget = 'c'\n",
        f"{MOVED_HEAD}import attrs\nspec = ExperimentSpec.new('b')\nspec = attrs.evolve(spec, budget='c')\n",
    ),
    "a field of a part": (
        f"{HEAD}task = TaskSpec.new('t').with_name('u')\ntask.context.priority = 'low'\n",
        (
            f"{MOVED_HEAD}import attrs\ntask = TaskSpec.new('t').with_name('u')\n"
            "task = attrs.evolve(task, context=attrs.evolve(task.context, priority='low'))\n"
        ),
    ),
    "a constraint": (
        f"{HEAD}task = TaskSpec.new('t', cluster='c')\ntask.constraints['hostname'] = ['h']\n",
        (
            f"{MOVED_HEAD}import attrs\ntask = TaskSpec.new('t', cluster='c')\n"
            "task = attrs.evolve(task, constraints=attrs.evolve(task.constraints, hostname=['h']))\n"
        ),
    ),
    "an item that is appended": (
        f"{HEAD}task = TaskSpec.new('t')\ntask.arguments.append('x')\n",
        (
            f"{MOVED_HEAD}import attrs\ntask = TaskSpec.new('t')\n"
            "task = attrs.evolve(task, arguments=[*(task.arguments or ()), 'x'])\n"
        ),
    ),
    "keywords from a mapping": (f"{HEAD}task = TaskSpec(**data)\n", f"{MOVED_HEAD}task = TaskSpec.from_json(data)\n"),
    "a spec that is submitted": (
        f"{HEAD}spec = ExperimentSpec.new('b')\nclient.experiment.create('n', spec, workspace='w')\n",
        (
            f"{MOVED_HEAD}import beakerspec.clients\nspec = ExperimentSpec.new('b')\n"
            "beakerspec.clients.create(client, spec, name='n', workspace='w')\n"
        ),
    ),
    "a spec that is submitted by keyword": (
        "client.experiment.create(name='n', spec=spec)\n",
        "import beakerspec.clients\nbeakerspec.clients.create(client, spec, name='n')\n",
    ),
    "a spec that is fetched": (
        "spec = client.experiment.spec(experiment)\n",
        "import beakerspec.clients\nspec = beakerspec.clients.fetch(client, experiment)\n",
    ),
    "a spec of a function": (
        f"{HEAD}def make() -> ExperimentSpec: ...\nspec = make()\nclient.experiment.create(spec)\n",
        (
            f"{MOVED_HEAD}import beakerspec.clients\ndef make() -> ExperimentSpec: ...\nspec = make()\n"
            "beakerspec.clients.create(client, spec)\n"
        ),
    ),
    "a copy of an item": (
        (
            f"{HEAD}from copy import deepcopy\nspec = ExperimentSpec.new('b')\n"
            "task = deepcopy(spec.tasks[0])\ntask.name = 'u'\n"
        ),
        (
            f"{MOVED_HEAD}from copy import deepcopy\nimport attrs\nspec = ExperimentSpec.new('b')\n"
            "task = deepcopy(spec.tasks[0])\ntask = attrs.evolve(task, name='u')\n"
        ),
    ),
    "an item of a list": (
        f"{HEAD}spec = ExperimentSpec.from_file('f')\nspec.tasks[0].image.beaker = 'i'\n",
        (
            f"{MOVED_HEAD}import attrs\nspec = ExperimentSpec.from_file('f')\n"
            "spec = attrs.evolve(spec, tasks=[attrs.evolve(spec.tasks[0], "
            "image=attrs.evolve(spec.tasks[0].image, beaker='i')), *spec.tasks[1:]])\n"
        ),
    ),
    "a constraint of a later item": (
        f"{HEAD}spec = ExperimentSpec.from_file('f')\nspec.tasks[2].constraints['cluster'] = ['c']\n",
        (
            f"{MOVED_HEAD}import attrs\nspec = ExperimentSpec.from_file('f')\n"
            "spec = attrs.evolve(spec, tasks=[*spec.tasks[:2], attrs.evolve(spec.tasks[2], "
            "constraints=attrs.evolve(spec.tasks[2].constraints, cluster=['c'])), *spec.tasks[3:]])\n"
        ),
    ),
    "a spec of a function without annotations": (
        f"{HEAD}client.experiment.create('n', make())\ndef make():\n    return ExperimentSpec.new('b')\n",
        (
            f"{MOVED_HEAD}import beakerspec.clients\nbeakerspec.clients.create(client, make(), name='n')\n"
            "def make():\n    return ExperimentSpec.new('b')\n"
        ),
    ),
    "nothing": (
        "from beaker import Beaker\nx.y = 1\nitems.append(2)\n",
        "from beaker import Beaker\nx.y = 1\nitems.append(2)\n",
    ),
}

#: Lines of a program that are left to the reader, all of them the last.
LEFT = {
    "a parameter": f"{HEAD}def edit(task: TaskSpec):\n    task.name = 'u'\n",
    "an item that is chosen at run time": f"{HEAD}spec = ExperimentSpec.new('b')\nspec.tasks[i].name = 'u'\n",
    "the last item of a list": f"{HEAD}spec = ExperimentSpec.new('b')\nspec.tasks[-1].name = 'u'\n",
    "a part with a name": f"{HEAD}task = TaskSpec.new('t')\na = task.context\ntask.context.cluster = 'c'\n",
    "a task of a loop with numbers": (
        f"{HEAD}spec = ExperimentSpec.new('b')\nfor i, task in enumerate(spec.tasks):\n    task.name = 'u'\n"
    ),
    "a task of a loop over a copy": (
        f"{HEAD}spec = ExperimentSpec.new('b')\nfor task in reversed(list(spec.tasks)):\n    task.name = 'u'\n"
    ),
    "a spec of a method": (
        f"{HEAD}class A(B):\n  def spec(self) -> ExperimentSpec:\n    spec = super().spec()\n    spec.budget = 'b'\n"
    ),
    "a task of a loop": f"{HEAD}spec = ExperimentSpec.new('b')\nfor task in spec.tasks:\n    task.name = 'u'\n",
    "a value that a list holds, too": f"{HEAD}task = TaskSpec.new('t')\ntasks = [task]\ntask.name = 'u'\n",
    "an addition in place": f"{HEAD}spec = ExperimentSpec.new('b')\nspec.tasks += [x]\n",
    "another name of a value": f"{HEAD}task = TaskSpec.new('t')\nother = task\nother.name = 'u'\n",
    "an item that is taken out": f"{HEAD}spec = ExperimentSpec.new('b')\ntask = spec.tasks.pop(0)\n",
    "an item that is removed": f"{HEAD}spec = ExperimentSpec.new('b')\nspec.tasks.pop()\n",
    "a method of pydantic": f"{HEAD}spec = ExperimentSpec.new('b')\nspec.model_dump()\n",
    "a spec that may be a path": "client.experiment.create('n', make())\n",
    "a priority of 2.x": "from beaker.types import BeakerJobPriority\n",
    "a priority of a module of 2.x": "import beaker\nx = beaker.BeakerJobPriority.low\n",
    "all names": "from beaker import *\n",
}


@pytest.mark.parametrize(("code", "expected"), REWRITTEN.values(), ids=REWRITTEN)
def test_what_can_be_moved_is_rewritten(code: str, expected: str) -> None:
    result = moved(code)
    assert (result.code, result.left) == (expected, ())


@pytest.mark.parametrize("code", LEFT.values(), ids=LEFT)
def test_what_cannot_be_moved_is_listed_and_kept(code: str) -> None:
    result = moved(code)
    assert [line for line, _ in result.left] == [code.count("\n")]
    assert result.code.splitlines()[-1] == code.splitlines()[-1]


def test_specs_that_another_module_hands_on_are_known() -> None:
    code = "from launchers.beaker import ExperimentSpec\ndef edit(spec: ExperimentSpec):\n    spec.budget = 'b'\n"
    result = moved(code)
    assert (result.code, [line for line, _ in result.left]) == (code, [1, 3])


@pytest.mark.parametrize("code", [code for code, _ in REWRITTEN.values() if "create" not in code])
def test_moving_twice_changes_nothing(code: str) -> None:
    once = moved(code).code
    assert moved(once).code == once


def test_a_moved_program_makes_the_spec_that_was_meant() -> None:
    code = (
        f"{HEAD}task = TaskSpec.new('t', docker_image='a', cluster='c')\ntask.constraints['hostname'] = ['h']\n"
        "task.context.priority = 'low'\nspec = ExperimentSpec(budget='b', tasks=[task])\nspec.description = 'd'\n"
    )
    names: dict[str, object] = {}
    exec(moved(code).code, names)
    data = names["spec"].to_json()  # type: ignore[attr-defined]
    assert (data["description"], data["tasks"][0]["context"]) == ("d", {"priority": "low"})
    assert data["tasks"][0]["constraints"] == {"cluster": ["c"], "hostname": ["h"]}


def test_files_change_on_request_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "launch.py"
    path.write_text(HEAD)
    assert main([str(path)]) == 0
    assert path.read_text() == HEAD
    assert f"+{MOVED_HEAD}" in capsys.readouterr().out
    assert main([str(path), "--write"]) == 0
    assert path.read_text() == MOVED_HEAD


def test_what_is_left_is_listed_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "launch.py"
    path.write_text(LEFT["a parameter"])
    assert main([str(path), "--write"]) == 1
    assert capsys.readouterr().out.startswith(f"{path}:3: ")


def test_a_file_keeps_its_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "launch.py"
    path.write_text(HEAD, encoding="utf-8-sig")
    assert main([str(path), "--write"]) == 0
    assert path.read_text(encoding="utf-8") == f"\ufeff{MOVED_HEAD}"


@pytest.mark.parametrize("option", [[], ["--write"]])
def test_a_closed_output_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: list[str]) -> None:
    path = tmp_path / "launch.py"
    path.write_text(HEAD)
    monkeypatch.setattr("sys.stdout", None)
    assert main([str(path), *option]) == 2
    assert path.read_text() == HEAD


@pytest.mark.parametrize(
    "data",
    [b"def (", b"\xff", f"{HEAD}x = {'1 + ' * 5000}1\n".encode()],
    ids=["no Python", "no UTF-8", "nested too deeply"],
)
def test_a_file_that_is_no_python_is_an_error_and_stays(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "launch.py"
    path.write_bytes(data)
    assert main([str(path), "--write"]) == 2
    assert path.read_bytes() == data
