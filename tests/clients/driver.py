"""Runs where beaker-py is installed: specs on stdin, and on stdout what arrives, comes back and goes wrong.

`test_clients` starts it as ``python driver.py LIBRARIES``, where the folder holds beaker-py and what it needs.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))
if len(sys.argv) > 1:
    sys.path.append(sys.argv[1])  # behind the libraries of this interpreter, beakerspec among them

import beaker
from beaker import Beaker
from beaker.config import Config

from beakerspec import DataMount, ExperimentSpec
from beakerspec.clients import LossError, create, fetch, from_client, to_client
from clients.server import TOKEN, Server, remote_procedures, serving

#: JSON-compatible data.
Json = Any

IS_LINE_2 = hasattr(beaker, "BeakerExperimentSpec")
THEIRS = beaker.BeakerExperimentSpec if IS_LINE_2 else beaker.ExperimentSpec


@contextlib.contextmanager
def client_of(server: Server) -> Iterator[Any]:
    """A client of the installed line that talks to the server."""
    config = Config(user_token=TOKEN, agent_address=server.address, default_org=None)
    client: Any = Beaker(config, check_for_upgrades=False)
    if not IS_LINE_2:
        client.experiment._validate_spec = lambda spec, workspace: None  # it looks for images and secrets on the server
        yield client
        return
    with remote_procedures(server) as stub, client:
        client._service = stub
        yield client


def attempt(make: Callable[[], Json]) -> Json:
    """What the function gives, or the name of its exception as a list of one."""
    try:
        return make()
    except Exception as error:
        return [type(error).__name__]


def failure(make: Callable[[], object]) -> Json:
    """The class of the exception of a call, its bases, and all that a log would hold of it."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logger = logging.getLogger("beaker")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        make()
    except Exception as error:
        bases = [base.__name__ for base in type(error).__mro__]
        return {"bases": bases, "message": f"{error}\n{error!r}\n{log.getvalue()}\n{traceback.format_exc()}"}
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    return None


class Ways:
    """The ways of a spec into a client and out of it. Each gives the data that come out at the other end."""

    def __init__(self, server: Server, client: Any) -> None:
        self.server = server
        self.client = client

    def _arrived(self, send: Callable[[], object]) -> Json:
        self.server.requests.clear()
        send()
        return next(data for method, _, _, data in self.server.requests if method == "POST")

    def create(self, data: Json) -> Json:
        """What arrives when `create` submits the spec."""
        spec = ExperimentSpec.from_json(data)
        return self._arrived(lambda: create(self.client, spec, workspace="w1", validate=False))

    def own_create(self, data: Json) -> Json:
        """What arrives when the client reads the spec into its own class and submits it."""
        spec = THEIRS.from_json(data)
        return self._arrived(lambda: self.client.experiment.create(spec=spec, workspace="w1"))

    def fetch(self, data: Json) -> Json:
        """What `fetch` makes of a spec on the server."""
        self.server.spec = data
        return fetch(self.client, "e1").to_json()

    def own_fetch(self, data: Json) -> Json:
        """What the client makes of a spec on the server."""
        self.server.spec = data
        experiments = self.client.experiment
        return (experiments.get_spec if IS_LINE_2 else experiments.spec)("e1").to_json()

    def to_client(self, data: Json) -> Json:
        """What the client would send of what `to_client` makes."""
        return to_client(ExperimentSpec.from_json(data), allow_loss=True).to_json()

    def from_client(self, data: Json) -> Json:
        """What `from_client` makes of what `to_client` makes."""
        return from_client(to_client(ExperimentSpec.from_json(data), allow_loss=True)).to_json()

    def losses(self, data: Json) -> Json:
        """What `to_client` says that is lost."""
        try:
            to_client(ExperimentSpec.from_json(data))
        except LossError as error:
            return [problem.path for problem in error.problems]
        return []


def refusals(server: Server, client: Any) -> Json:
    """How calls fail: those that the server refuses, and those that never reach it."""
    spec = ExperimentSpec.new("b", docker_image="d")
    found = {}
    for name, status, message in (
        ("conflict", 409, "name taken"),
        ("forbidden", 403, "not yours"),
        ("bad request", 400, "no such image"),
    ):
        server.refusal = status, message
        found[name] = failure(lambda: create(client, spec, name="x", workspace="w1"))
    server.refusal = None
    found["no such experiment"] = failure(lambda: fetch(client, "unknown"))
    server.requests.clear()
    found["a spec with errors"] = failure(lambda: create(client, ExperimentSpec.new("b"), workspace="w1"))
    found["a bad name"] = failure(lambda: create(client, spec, name="a/b", workspace="w1"))
    found["no workspace"] = failure(lambda: create(client, spec))
    found["sent in vain"] = [request[:2] for request in server.requests]
    return found


def main() -> None:
    """Answer one request."""
    request = json.load(sys.stdin)
    warnings.simplefilter("ignore")
    with serving() as server, client_of(server) as client:
        ways = Ways(server, client)
        created = create(client, ExperimentSpec.new("b", docker_image="d"), name="n", workspace="w1")
        posted = next(each for each in server.requests if each[0] == "POST")
        own = client.experiment.create(spec=to_client(ExperimentSpec.new("b", docker_image="d")), workspace="w1")
        logging.disable()  # 1.x logs each document that it refuses
        answer = {
            name: {key: attempt(lambda way=way, data=data: way(data)) for key, data in request.items()}
            for name in ("create", "own_create", "fetch", "own_fetch", "to_client", "from_client", "losses")
            for way in [getattr(ways, name)]
        }
        logging.disable(logging.NOTSET)
        answer["posted"] = {"path": posted[1], "is_authorized": posted[2] == f"Bearer {TOKEN}"}
        answer["returns what the client returns"] = type(created) is type(own) and created == own
        part = to_client(DataMount.new("/m", beaker="b"))
        answer["part"] = from_client(part, DataMount).to_json()
        answer["other classes"] = [attempt(lambda each=each: from_client(each)) for each in (part, ExperimentSpec())]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            to_client(ExperimentSpec(extra={"unknownField": 1}), allow_loss=True)
        answer["warnings"] = [warning.category.__name__ for warning in caught]
        answer["refusals"] = refusals(server, client)
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
