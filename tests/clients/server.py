"""A server on the loopback address that answers what both lines of the client ask when they create and fetch specs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: The token of the clients. It appears in no message.
TOKEN = "token-that-nobody-may-see"

ACCOUNT = {"id": "u1", "name": "user", "displayName": "User"}
NOW = "2026-01-01T00:00:00Z"


class Server(ThreadingHTTPServer):
    """Keeps the specs that arrive, and gives the one that it was told to give."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        #: The requests that came: the method, the path with its query, the token and the data.
        self.requests: list[tuple[str, str, str | None, Any]] = []
        #: The spec that `fetch` gets.
        self.spec: Any = None
        #: Where it is set, the status and the message that a submitted spec is refused with.
        self.refusal: tuple[int, str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def _answer(self, status: int, data: Any) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _keep(self, data: Any = None) -> None:
        self.server.requests.append((self.command, self.path, self.headers.get("Authorization"), data))

    def do_GET(self) -> None:
        self._keep()
        path = self.path.partition("?")[0].removeprefix("/api/v3/")
        if path == "workspaces/w1":
            workspace = {
                "id": "w1",
                "name": "w",
                "fullName": "org/w",
                "author": ACCOUNT,
                "created": NOW,
                "modified": NOW,
            }
            self._answer(200, workspace)
        elif path == "user":
            self._answer(200, ACCOUNT)
        elif path == "experiments/e1":
            reference = {"id": "w1", "name": "w", "fullName": "org/w"}
            self._answer(200, {"id": "e1", "author": ACCOUNT, "created": NOW, "workspaceRef": reference, "jobs": []})
        elif path == "experiments/e1/spec":
            self._answer(200, self.server.spec)
        else:
            self._answer(404, {"message": f"{path} not found"})

    def do_POST(self) -> None:
        self._keep(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if self.server.refusal is not None:
            self._answer(self.server.refusal[0], {"message": self.server.refusal[1]})
        else:
            self._answer(200, {"id": "e1"})

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def serving() -> Iterator[Server]:
    """A server that runs until the block ends."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def remote_procedures(server: Server) -> Iterator[Any]:
    """The other half of the server for 2.x: a stub whose calls it answers."""
    from concurrent.futures import ThreadPoolExecutor

    import grpc
    import yaml
    from beaker import beaker_pb2, beaker_pb2_grpc

    class Servicer(beaker_pb2_grpc.BeakerServicer):  # type: ignore[misc]
        def GetWorkload(self, request: Any, context: Any) -> Any:  # noqa: N802
            found = beaker_pb2.Workload(experiment=beaker_pb2.Experiment(id=request.workload_id))
            return beaker_pb2.GetWorkloadResponse(workload=found)

        def GetExperimentYamlSpec(self, request: Any, context: Any) -> Any:  # noqa: N802
            if request.experiment_id != "e1":
                context.abort(grpc.StatusCode.NOT_FOUND, "no such experiment")
            text = yaml.safe_dump(server.spec, sort_keys=False)
            return beaker_pb2.GetExperimentYamlSpecResponse(experiment_spec=text)

    with ThreadPoolExecutor(2) as pool:
        procedures = grpc.server(pool)
        beaker_pb2_grpc.add_BeakerServicer_to_server(Servicer(), procedures)
        port = procedures.add_insecure_port("127.0.0.1:0")
        procedures.start()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield beaker_pb2_grpc.BeakerStub(channel)
        procedures.stop(None).wait()
