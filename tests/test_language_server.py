"""The schema in a real editor's server: what it offers, explains and marks while a spec is written.

The server is yaml-language-server, which VS Code and other editors run. npm installs the one that
``language_server/package-lock.json`` names into the user's cache, once for all runs of these tests.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import queue
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import attrs
import pytest
from conftest import EXAMPLES, ROOT

from beakerspec import (
    Constraints,
    DataMount,
    DataSource,
    EnvVar,
    ExperimentSpec,
    ImageSource,
    Priority,
    ResultSpec,
    RetrySpec,
    TaskContext,
    TaskResources,
    TaskSpec,
)
from beakerspec.docstrings import attribute_docs
from beakerspec.fields.names import json_name
from beakerspec.schema import FIELDS, json_schema

PACKAGES = Path(__file__).parent / "language_server"
SCHEMA = "beakerspec.schema.json"
OLDEST_NODE = 18
#: Seconds after which an answer no longer comes.
PATIENCE = 60
#: What npm says where there is no way to the registry.
UNREACHABLE = re.compile(
    r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED)\b"
)


def installed() -> list[str]:
    """The command that starts the server, installed if it is not yet. Skips where that cannot be."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node and npm are not installed")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.strip().lstrip("v").partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"Node {version.strip()} is too old")
    lock = (PACKAGES / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "beakerspec-tests"
    folder = cache / f"language-server-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not folder.exists():
        try:
            cache.mkdir(parents=True, exist_ok=True)
            scratch = Path(tempfile.mkdtemp(dir=cache))
        except OSError as error:
            pytest.skip(f"the user's cache cannot be written to: {error}")
        try:
            install(npm, scratch)
            scratch.rename(folder)
        except OSError:  # another run was faster
            if not folder.exists():
                raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return [node, str(folder / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"), "--stdio"]


def install(npm: str, folder: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(PACKAGES / name, folder / name)
    quick = ("--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000")
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    run = subprocess.run([npm, "ci", *quick, *quiet], cwd=folder, capture_output=True, text=True, check=False)
    if run.returncode:
        unreachable = UNREACHABLE.search(run.stderr)
        if unreachable is not None:
            pytest.skip(f"npm has no way to its registry: {unreachable[0]}")
        pytest.fail(f"npm could not install the server:\n{run.stderr.strip()}", pytrace=False)


#: For each file, the lines that are marked, and the messages.
Marks = dict[str, list[tuple[int, str]]]


class Editor:
    """An editor that speaks with the server: messages of JSON-RPC over the server's standard streams."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._is_configured = False
        self._log = (folder / "server.log").open("wb")
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._input: IO[bytes] = self._server.stdin
        self._output: IO[bytes] = self._server.stdout
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        markdown = ["markdown", "plaintext"]
        capabilities = {
            "workspace": {"configuration": True},
            "textDocument": {
                "completion": {"completionItem": {"documentationFormat": markdown, "snippetSupport": True}},
                "hover": {"contentFormat": markdown},
                "publishDiagnostics": {},
            },
        }
        self._request("initialize", processId=os.getpid(), rootUri=None, capabilities=capabilities)
        self._notify("initialized")
        while not self._is_configured:
            self._receive()

    def close(self) -> None:
        self._server.kill()
        self._server.wait()
        self._reader.join()
        for stream in (self._input, self._output, self._log):
            stream.close()

    def marks(self, texts: list[str]) -> Marks:
        """What is marked in each of these files: the lines and the messages.

        The server lets a file rest before it looks at it, so that all of them are given to it at once.
        """
        uris = {text: self._open(text) for text in texts}
        while not self._diagnostics.keys() >= set(uris.values()):
            self._receive()
        # The comment that names the schema is line 0.
        return {
            text: sorted((each["range"]["start"]["line"], each["message"]) for each in self._diagnostics[uri])
            for text, uri in uris.items()
        }

    def completions(self, text: str) -> dict[str, dict[str, Any]]:
        """What is offered at the sign ¦, by its label."""
        return {item["label"]: item for item in self._at_cursor("textDocument/completion", text)["items"]}

    def names(self, text: str) -> set[str]:
        """The keys that are offered at the sign ¦."""
        key = 10
        return {label for label, item in self.completions(text).items() if item["kind"] == key}

    def hover(self, text: str) -> str:
        """The explanation of what stands at the sign ¦."""
        found = self._at_cursor("textDocument/hover", text)
        return "" if found is None else found["contents"]["value"]

    def _open(self, text: str) -> str:
        uri = (self.folder / f"{next(self._numbers)}.yaml").as_uri()
        text = f"# yaml-language-server: $schema={SCHEMA}\n{text}"
        self._notify(
            "textDocument/didOpen", textDocument={"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        )
        return uri

    def _at_cursor(self, method: str, text: str) -> Any:
        before, after = text.split("¦")
        uri = self._open(before + after)
        position = {"line": before.count("\n") + 1, "character": len(before) - before.rfind("\n") - 1}
        return self._request(method, textDocument={"uri": uri}, position=position)

    def _request(self, method: str, **params: Any) -> Any:
        number = next(self._numbers)
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]

    def _notify(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._input.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._input.flush()

    def _receive(self) -> dict[str, Any]:
        """The next message. A request is answered, and diagnostics are noted."""
        message = self._messages.get(timeout=PATIENCE)
        assert message is not None, f"the server has ended: {(self.folder / 'server.log').read_text()}"
        params: Any = message.get("params")
        if message.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics[params["uri"]] = params["diagnostics"]
        elif "method" in message and "id" in message:
            result = None
            if message["method"] == "workspace/configuration":
                self._is_configured = True
                # Without the store, the server asks no network for schemas.
                settings = {
                    "yaml": {"completion": True, "hover": True, "validate": True, "schemaStore": {"enable": False}}
                }
                result = [settings.get(item.get("section"), {}) for item in params["items"]]
            self._send({"id": message["id"], "result": result})
        return message

    def _read(self) -> None:
        """Pass on what the server writes, and None at its end. A thread does this, so that waiting has an end."""
        while header := self._output.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                header = self._output.readline()
            self._messages.put(json.loads(self._output.read(length)))
        self._messages.put(None)


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    command = installed()
    folder = tmp_path_factory.mktemp("specs")
    (folder / SCHEMA).write_text(json.dumps(json_schema()), encoding="utf-8")
    editor = Editor(command, folder)
    yield editor
    editor.close()


def file_names(cls: type[Any], *without: str) -> set[str]:
    """The file's names of a class's fields."""
    names = [field.name for field in attrs.fields(cls) if field.name.strip("_") not in ("extra", "extras")]
    deprecated = [name for name, field in FIELDS.get(cls, {}).items() if field.is_deprecated]
    return {json_name(name) for name in names if name not in deprecated} - set(without)


def explanation(cls: type[Any], name: str) -> str:
    """What an editor says of a field, or of a member of an enum."""
    return " ".join(attribute_docs(cls)[name].replace("`", "").split())


def unescaped(markdown: str) -> str:
    return re.sub(r"\\(?=[\W_])", "", markdown)


TASK = "tasks:\n  - name: train\n    image:\n      docker: alpine\n"
MOUNT = f"{TASK}    datasets:\n      - mountPath: /data\n        source:\n          beaker: team/corpus\n"


# What is offered.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("¦\n", file_names(ExperimentSpec)),
        ("retry:\n  ¦\n", file_names(RetrySpec)),
        ("tasks:\n  - ¦\n", file_names(TaskSpec)),
        (f"{TASK}    ¦\n", file_names(TaskSpec, "name", "image")),
        (f"{TASK}    time¦\n", file_names(TaskSpec, "name", "image")),
        ("tasks:\n  - image:\n      ¦\n", file_names(ImageSource)),
        (f"{TASK}    envVars:\n      - ¦\n", file_names(EnvVar)),
        (f"{TASK}    envVars:\n      - name: SEED\n        ¦\n", file_names(EnvVar, "name")),
        (f"{TASK}    datasets:\n      - ¦\n", file_names(DataMount)),
        (f"{TASK}    datasets:\n      - mountPath: /data\n        source:\n          ¦\n", file_names(DataSource)),
        (f"{TASK}    result:\n      ¦\n", file_names(ResultSpec)),
        (f"{TASK}    resources:\n      ¦\n", file_names(TaskResources)),
        (f"{TASK}    context:\n      ¦\n", file_names(TaskContext)),
        (f"{TASK}    constraints:\n      ¦\n", file_names(Constraints)),
    ],
)
def test_the_names_that_belong_to_a_place_are_offered_there_and_no_others(
    editor: Editor, text: str, names: set[str]
) -> None:
    assert editor.names(text) == names


@pytest.mark.slow
def test_no_name_is_offered_that_something_else_has_taken_the_place_of(editor: Editor) -> None:
    assert editor.names(f"{TASK}    context:\n      ¦\n").isdisjoint({"cluster", "preemptible"})


def test_an_offered_name_comes_with_its_description(editor: Editor) -> None:
    offered = editor.completions(f"{TASK}    ¦\n")
    assert offered["timeout"]["documentation"] == explanation(TaskSpec, "timeout")


@pytest.mark.parametrize(
    ("text", "inserted"),
    [
        ("retr¦\n", "retry:\n  "),
        ("task¦\n", "tasks:\n  - image:\n      "),
        (f"{TASK}    env¦\n", "envVars:\n  - name: "),
        (f"{TASK}    host¦\n", "hostNetworking: ${1:false}"),
        (f"{TASK}    time¦\n", "timeout: "),
    ],
)
def test_an_offered_name_brings_what_its_value_starts_with(editor: Editor, text: str, inserted: str) -> None:
    assert inserted in {item["insertText"] for item in editor.completions(text).values()}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (f"{TASK}    context:\n      priority: ¦\n", {"low", "normal", "high", "urgent", "immediate"}),
        (f"{MOUNT}        mode: ¦\n", {"readonly", "readwrite"}),
        (f"{TASK}    hostNetworking: ¦\n", {"true", "false"}),
        (f"{TASK}    timeout: ¦\n", {"90m", "48h"}),
        (f"{TASK}    resources:\n      memory: ¦\n", {"16GiB", "1.5TiB"}),
        ("version: ¦\n", {"v2", "v2-alpha"}),
        ("description: ¦\n", set()),
        (f"{TASK}    replicas: ¦\n", set()),
        (f"{TASK}    envVars:\n      - name: SEED\n        value: ¦\n", set()),
        (f"{TASK}    command:\n      - ¦\n", set()),
    ],
)
def test_the_values_that_a_field_is_likely_to_have_are_offered(editor: Editor, text: str, values: set[str]) -> None:
    assert set(editor.completions(text)) == values


# What is explained.


@pytest.mark.parametrize(
    ("text", "cls", "field"),
    [
        ("ta¦sks: []\n", ExperimentSpec, "tasks"),
        (f"{TASK}    time¦out: 48h\n", TaskSpec, "timeout"),
        (f"{TASK}    timeout: 4¦8h\n", TaskSpec, "timeout"),
        (f"{TASK}    env¦Vars:\n      - name: SEED\n", TaskSpec, "env_vars"),
        (f"{TASK}    env_¦vars:\n      - name: SEED\n", TaskSpec, "env_vars"),
        (f"{TASK}    envVars:\n      - na¦me: SEED\n", EnvVar, "name"),
        (f"{TASK}    envVars:\n      - name: SEED\n        val¦ue: text\n", EnvVar, "value"),
        (f"{TASK}    envVars:\n      - name: SEED\n        val¦ue: 0123\n", EnvVar, "value"),
        (f"{TASK}    context:\n      prio¦rity: low\n", TaskContext, "priority"),
        (f"{TASK}    context:\n      preempt¦ible: true\n", TaskContext, "preemptible"),
        (f"{TASK}    resources:\n      gpu¦Count: 1\n", TaskResources, "gpu_count"),
        (f"{TASK}    constraints:\n      clus¦ter: [a]\n", Constraints, "cluster"),
        (MOUNT.replace("source", "so¦urce"), DataMount, "source"),
        (MOUNT.replace("beaker", "bea¦ker"), DataSource, "beaker"),
    ],
)
def test_a_field_is_explained(editor: Editor, text: str, cls: type[Any], field: str) -> None:
    words = unescaped(editor.hover(text))
    assert explanation(cls, field) in words
    assert "||" not in words


def test_the_values_of_an_enum_are_explained_with_it(editor: Editor) -> None:
    words = unescaped(editor.hover(f"{TASK}    context:\n      prio¦rity: low\n"))
    assert f"* `urgent`: {explanation(Priority, 'urgent')}\n" in words


def test_an_offered_value_of_an_enum_comes_with_its_description(editor: Editor) -> None:
    offered = editor.completions(f"{TASK}    context:\n      priority: ¦\n")
    assert offered["immediate"]["documentation"] == explanation(Priority, "immediate")


def test_a_deprecated_value_of_an_enum_is_explained(editor: Editor) -> None:
    words = unescaped(editor.hover(f"{TASK}    context:\n      priority: preempt¦ible\n"))
    assert explanation(Priority, "preemptible") in words


# What is marked.

#: Fields of a task.
READ = (
    *(f"envVars: [{{name: A, value: {value}}}]" for value in ("true", "0123", "1e3", "~", "", "2024-01-01", "no")),
    *("name: 12", "name: yes", "name:", "command: [run, 1, 0.5, true, 0x1F]"),
    *(f"replicas: {value}" for value in ("0x1F", "8.0", "1_000", "010", "+2", "0b1", "")),
    *(f"hostNetworking: {value}" for value in ("yes", "No", "on", "OFF", "True", "")),
    *(f"timeout: {value}" for value in ("90m", "1h30m", "2 Hours", "5400000000000", '"90"', "5µs", "")),
    *(f"resources: {{memory: {value}}}" for value in ("512 MiB", "1.5tib", "1024", "10g")),
    *("result: {path: }", "result: {}", "context:", "constraints: {cluster: one, zone: [a]}"),
    *("env_vars: [{name: A}]", "datasets: [{mount_path: /a, source: {host_path: /net/a}}]"),
    *('timeout: "{{.Env.TIME}}"', 'context: {priority: "{{.Env.PRIORITY}}"}', "context: {priority: preemptible}"),
)
MISTAKES = (
    ("tusks: []\n", 1, "Property tusks is not allowed."),
    (f"{TASK}    comand: [run]\n", 5, "Property comand is not allowed."),
    ("tasks:\n  - image:\n      dokcer: alpine\n", 3, "Property dokcer is not allowed."),
    ("tasks:\n  - name: train\n", 2, 'Missing property "image".'),
    ("tasks:\n  - image: {}\n", 2, "Expected exactly one of beaker, docker."),
    ("tasks:\n  - image: alpine\n", 2, 'Incorrect type. Expected "Image".'),
    (TASK.replace("docker: alpine", "docker:"), 4, "Expected exactly one of beaker, docker."),
    (f"{TASK}      beaker: team/image\n", 4, "Expected exactly one of beaker, docker."),
    (f"{TASK}    command: run\n", 5, "Expected a list."),
    (f"{TASK}    envVars:\n      SEED: 1\n", 6, "write a list:\nenvVars:\n- name: NAME\n  value: text"),
    (f"{TASK}    constraints:\n      cluster: {{a: b}}\n", 6, "Expected a list."),
    (f"{TASK}    command:\n      - run\n      - ~\n", 7, 'Incorrect type. Expected "string".'),
    (f"{TASK}    replicas: 0\n", 5, "Value is below the minimum of 1."),
    (f'{TASK}    replicas: "2"\n', 5, 'Incorrect type. Expected "integer".'),
    (f"{TASK}    hostNetworking: maybe\n", 5, 'Incorrect type. Expected "boolean".'),
    (f"{TASK}    timeout: 1d\n", 5, "Expected a duration above 0, such as 90m, 1h30m or 300ms."),
    (f"{TASK}    timeout: 0\n", 5, "Expected a duration above 0, such as 90m, 1h30m or 300ms."),
    (
        f"{TASK}    context:\n      priority: hihg\n",
        6,
        'Value is not accepted. Valid values: "low", "normal", "high", "urgent", "immediate".',
    ),
    (
        f"{TASK}    context:\n      preemptible: true\n      minRuntime: 1h\n",
        6,
        "Expected no preemptible beside minRuntime.",
    ),
    (
        f"{TASK}    resources:\n      gpuCount: 1\n      memory: 10Gi\n",
        7,
        "Expected a size above 0: a number and a unit, such as 16GiB, 512 MiB or 1.5TB.",
    ),
    (
        f"{TASK}    envVars:\n      - name: LOG-LEVEL\n",
        6,
        "Expected a name of letters, digits and underscores, no digit first.",
    ),
    (
        f"{TASK}    envVars:\n      - name: A\n        value: b\n        secret: c\n",
        7,
        "Expected one of value, secret, got both.",
    ),
    (f"{MOUNT}          weka: bucket\n", 9, "Expected exactly one source."),
    (MOUNT.replace("/data", "data"), 6, "Expected an absolute path, such as /data."),
    (MOUNT.replace("mountPath: /data", "subPath: a"), 6, 'Missing property "mountPath".'),
    (f"{MOUNT}        mode: readwrite\n", 9, "Expected readonly, the one mode of beaker."),
    (f"{MOUNT}        mount_path: /data\n", 6, "mountPath and mount_path are two spellings of one field."),
)
GOOD = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / EXAMPLES).glob("*.yaml"))}
SEVERAL = f"{TASK}    replicas: 0\n    timeout: soon\n    resources:\n      gpus: 1\n"


@pytest.fixture(scope="module")
def marks(editor: Editor) -> Marks:
    return editor.marks([*GOOD.values(), *map(with_field, READ), *(text for text, _, _ in MISTAKES), SEVERAL])


def with_field(line: str) -> str:
    """A spec whose task has that field too."""
    return f"tasks:\n  - image: {{docker: alpine}}\n    {line}\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", GOOD)
def test_nothing_is_marked_in_a_good_file(marks: Marks, name: str) -> None:
    assert marks[GOOD[name]] == []


@pytest.mark.parametrize("line", READ)
def test_nothing_is_marked_in_what_beakerspec_reads(marks: Marks, line: str) -> None:
    assert marks[with_field(line)] == []


@pytest.mark.parametrize(("text", "line", "message"), MISTAKES)
def test_a_mistake_is_marked_once_at_its_line(marks: Marks, text: str, line: int, message: str) -> None:
    assert marks[text] == [(line, message)]


def test_each_of_several_mistakes_is_marked(marks: Marks) -> None:
    assert [line for line, _ in marks[SEVERAL]] == [5, 6, 8]
