"""Specs into and out of the real clients of beaker-py, and a server on the loopback address: see ``tests/clients/``.

Each release is installed once into a folder in the user's cache, or in ``BEAKERSPEC_CLIENTS`` where that is set.
Where it cannot be installed, the tests are skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from clients.server import TOKEN
from conftest import ROOT
from parity.inputs import FIELDS, around

from beakerspec import ExperimentSpec, UnknownFieldWarning

pytestmark = pytest.mark.slow

#: JSON-compatible data.
Json = Any

HERE = ROOT / "tests" / "clients"
RELEASES = ("1.38.1", "2.8.1")
#: The ways, and what the matrix calls them.
WAYS = {
    "create": "`create`",
    "own_create": "its own `create`",
    "fetch": "`fetch`",
    "own_fetch": "its own `spec`",
    "to_client": "`to_client`",
    "from_client": "and `from_client`",
}

#: A value for a field of each kind.
VALUES: dict[str, Json] = {
    "version": "v2-alpha",
    "text": "x",
    "texts": ["x"],
    "words": ["x", 1, 0.5],
    "int": 2,
    "float": 1.5,
    "bool": True,
    "duration": 90_000_000_000,
    "mode": "readonly",
    "priority": "low",
    "retry": {"allowedTaskRetries": 1},
    "image": {"docker": "d"},
    "result": {"path": "/r"},
    "context": {"cluster": "c"},
    "constraints": {"cluster": ["c"]},
    "env-vars": [{"name": "A", "value": "x"}],
    "datasets": [{"mountPath": "/m", "source": {"beaker": "b"}}],
    "resources": {"gpuCount": 1},
    "source": {"beaker": "b"},
}


def specs() -> Iterator[tuple[str, Json]]:
    """A spec for each field of the format, and one for each field and constraint that nobody knows."""
    yield "a spec without a budget", {"tasks": []}
    for name, data in _specs():
        yield name, {"budget": "b", **data}


def _specs() -> Iterator[tuple[str, Json]]:
    for owner, name, kind in FIELDS:
        if kind != "tasks":
            yield f"{owner}.{name}", around(owner, {name: VALUES[kind]})
    yield "context.priority, preemptible", around("context", {"priority": "preemptible"})
    yield "a task without a result", {"tasks": [{"image": {"docker": "d"}, "context": {}}]}
    yield "constraints.gpuType", around("constraints", {"gpuType": ["h100"]})
    yield "constraints.gpu_type", around("constraints", {"gpu_type": ["h100"]})
    for owner in dict.fromkeys(field.owner for field in FIELDS):
        if owner != "constraints":  # it takes any name
            needed = {"image": {"docker": "d"}, "result": {"path": "/r"}}.get(owner, {})
            yield f"{owner}, an unknown field", around(owner, {**needed, "unknownField": "x"})


SPECS = dict(specs())


def whole(data: Json) -> Json:
    """The data as beakerspec writes them: with the defaults that it writes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnknownFieldWarning)
        return ExperimentSpec.from_json(data).to_json()


def libraries(release: str) -> Path:
    """The folder with this release of beaker-py and all that it needs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache")
    cache = Path(os.environ.get("BEAKERSPEC_CLIENTS") or cache / "beakerspec-clients")
    folder = cache / f"beaker-py-{release}-{sys.implementation.cache_tag}"
    if not folder.exists():
        new = folder.with_name(f"{folder.name}-{os.getpid()}")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--target", str(new)]
        done = subprocess.run([*pip, f"beaker-py=={release}"], capture_output=True, text=True, check=False)
        if done.returncode == 0 and not folder.exists():
            new.rename(folder)
        shutil.rmtree(new, ignore_errors=True)
        if not folder.exists():
            pytest.skip(f"beaker-py {release} cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
    return folder


@pytest.fixture(scope="module", params=RELEASES)
def facts(request: pytest.FixtureRequest) -> Json:
    """What the driver finds with a release, and the name of the release."""
    command = [sys.executable, "-X", "utf8", str(HERE / "driver.py"), str(libraries(request.param))]
    variables = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    done = subprocess.run(
        command, input=json.dumps(SPECS), capture_output=True, text=True, env=variables, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {"release": request.param, **json.loads(done.stdout)}


def paths(data: Json, *path: str | int) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """The values of data that are no mappings and lists, with their paths."""
    if isinstance(data, (dict, list)):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from paths(value, *path, key)
    else:
        yield path, data


def verdict(given: Json, found: Json) -> str:
    """How the data came out at the other end."""
    if isinstance(found, list):
        return f"`{found[0]}`"
    if found == given:
        return "carried"
    before, after = dict(paths(given)), dict(paths(found))
    return "changed" if all(path in after for path in before) else "lost"


def matrix(facts: Json) -> str:
    """The table of each spec and way."""
    lines = [f"| | {' | '.join(WAYS.values())} |", f"|---|{'---|' * len(WAYS)}"]
    for name, data in SPECS.items():
        cells = [verdict(whole(data), facts[way][name]) for way in WAYS]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join([f"beaker-py {facts['release']}", "", *lines, ""])


def test_what_each_way_carries_is_known(facts: Json, matches_golden: Callable[[Path, str], bool]) -> None:
    assert matches_golden(HERE / f"beaker-py-{facts['release']}.md", matrix(facts))


@pytest.mark.parametrize("way", ["create", "fetch"])
def test_all_is_carried(facts: Json, way: str) -> None:
    assert facts[way] == {name: whole(data) for name, data in SPECS.items()}


def test_a_loss_is_listed_for_each_spec_that_the_client_does_not_carry(facts: Json) -> None:
    sent = {name: facts["to_client"][name] for name in SPECS}
    silent = [
        name
        for name, data in SPECS.items()
        if not facts["losses"][name]
        and [(path, str(value)) for path, value in sorted_paths(whole(data))]
        != [(path, str(value)) for path, value in sorted_paths(sent[name])]
    ]
    assert silent == []


def sorted_paths(data: Json) -> list[tuple[tuple[str | int, ...], Json]]:
    return sorted(paths(data), key=str)


def test_no_loss_is_listed_for_a_spec_that_the_client_carries(facts: Json) -> None:
    loud = [name for name, data in SPECS.items() if facts["losses"][name] and facts["to_client"][name] == whole(data)]
    assert loud == []


def test_what_the_client_holds_comes_back_as_it_would_send_it(facts: Json) -> None:
    for name in SPECS:
        assert sorted_paths(facts["from_client"][name]) == sorted_paths(facts["to_client"][name]), name


def test_a_spec_is_sent_to_the_workspace_under_its_name_with_the_clients_token(facts: Json) -> None:
    assert facts["posted"] == {"path": "/api/v3/workspaces/w1/experiments?name=n", "is_authorized": True}


def test_create_returns_what_the_clients_own_returns(facts: Json) -> None:
    assert facts["returns what the client returns"]


@pytest.mark.parametrize(
    ("case", "base"),
    [
        ("conflict", "ExperimentConflict"),
        ("forbidden", "BeakerPermissionsError"),
        ("bad request", "BeakerError"),
        ("no such experiment", "ExperimentNotFound"),
        ("no workspace", "WorkspaceNotSet"),
    ],
)
def test_an_error_of_the_server_is_the_clients_own_exception(facts: Json, case: str, base: str) -> None:
    assert {base, f"Beaker{base}"} & {*facts["refusals"][case]["bases"]}


def test_a_spec_with_errors_is_refused_before_anything_is_sent(facts: Json) -> None:
    found = facts["refusals"]
    assert "ExperimentSpecError" in found["a spec with errors"]["bases"]
    assert "ValueError" in found["a bad name"]["bases"]
    assert found["sent in vain"] == []


def test_a_loss_is_a_warning_where_it_is_allowed(facts: Json) -> None:
    assert facts["warnings"] == ["LossWarning"]


def test_a_part_is_read_as_the_class_that_is_asked_for(facts: Json) -> None:
    assert facts["part"] == {"mountPath": "/m", "source": {"beaker": "b"}}


def test_an_object_of_another_class_is_a_type_error(facts: Json) -> None:
    assert facts["other classes"] == [["TypeError"], ["TypeError"]]


def test_no_message_and_no_log_shows_the_token(facts: Json) -> None:
    messages = [found["message"] for found in facts["refusals"].values() if isinstance(found, dict)]
    assert len(messages) == 7
    assert TOKEN not in "".join(messages)


def test_without_beaker_py_the_error_names_it(tmp_path: Path) -> None:
    code = "import beakerspec.clients as c, beakerspec; c.to_client(beakerspec.ExperimentSpec())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "beaker-py is not installed" in done.stderr.splitlines()[-1]
