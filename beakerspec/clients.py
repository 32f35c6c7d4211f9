"""Specs into and out of the clients of beaker-py 1.x and 2.x, whichever is installed. It is no dependency.

A client reads a spec into classes of its own and drops what these do not know. `create` and `fetch` do not use them:
they send and read the plain data of a spec through the client's requests, with its token, retries and exceptions.
"""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from importlib import import_module
from typing import Any, TypeVar, overload

import attrs

from .model import Constraints, ExperimentSpec, Priority, SpecPart, TaskSpec
from .problems import BeakerSpecError, Problem, path_text

__all__ = ["LossError", "LossWarning", "create", "fetch", "from_client", "to_client"]

P = TypeVar("P", bound=SpecPart)


class LossError(BeakerSpecError, ValueError):
    """The installed beaker-py has no place for a part of a spec."""


class LossWarning(UserWarning):
    """The installed beaker-py has no place for a part of a spec, which is left out."""


def create(
    client: Any,
    spec: ExperimentSpec,
    *,
    name: str | None = None,
    workspace: Any = None,
    validate: bool = True,
) -> Any:
    """Submit a spec through a client of beaker-py, and return what the client's own ``experiment.create`` returns.

    That is an ``Experiment`` in 1.x and a ``BeakerWorkload`` in 2.x. What is sent is `spec.to_json()`. `workspace` is a
    name or an object of the client, by default the client's default workspace. Raises `ExperimentSpecError` before
    anything is sent if the spec breaks a rule, unless `validate` is false, and the client's own exceptions. Whether
    images, datasets and secrets exist is checked by the server alone.
    """
    if validate:
        spec.validate()
    experiments = client.experiment
    exceptions = import_module("beaker.exceptions")
    if _is_line_2(client):
        check_name, conflict, request = (
            experiments._validate_beaker_name,
            exceptions.BeakerExperimentConflict,
            experiments.http_request,
        )
    else:
        check_name, conflict, request = (
            experiments.validate_beaker_name,
            exceptions.ExperimentConflict,
            experiments.request,
        )
    if name is not None:
        check_name(name)
    if _is_line_2(client):
        workspace_id = experiments.resolve_workspace_id(workspace)
    else:
        workspace_id = experiments.resolve_workspace(workspace).id
    answer = request(
        f"workspaces/{workspace_id}/experiments",
        method="POST",
        query=None if name is None else {"name": name},
        data=spec.to_json(),
        exceptions_for_status=None if name is None else {409: conflict(name)},
    ).json()
    return (client.workload if _is_line_2(client) else experiments).get(answer["id"])


def fetch(client: Any, experiment: Any) -> ExperimentSpec:
    """The spec of an experiment, as the server has it.

    `experiment` is an ID, a name or an object of the client: in 1.x an ``Experiment``, in 2.x a ``BeakerExperiment`` or
    a ``BeakerWorkload``. Unknown fields are kept in `extra`, with an `UnknownFieldWarning`. Raises the client's own
    exceptions, and `ValidationError` if the answer is no spec.
    """
    experiments = client.experiment
    if not _is_line_2(client):
        identity = experiments.url_quote(experiments.resolve_experiment(experiment).id)
        answer = experiments.request(
            f"experiments/{identity}/spec", query={"version": "v2"}, headers={"Accept": "application/json"}
        )
        return ExperimentSpec.from_json(answer.json())
    # The client's own `get_spec` makes the same request, and gives no access to the text.
    messages = import_module("beaker.beaker_pb2")
    method = import_module("beaker._service_client").RpcMethod(experiments.service.GetExperimentYamlSpec)
    not_found = import_module("grpc").StatusCode.NOT_FOUND
    answer = experiments.rpc_request(
        method,
        messages.GetExperimentYamlSpecRequest(experiment_id=experiments.resolve_experiment_id(experiment)),
        exceptions_for_status={not_found: import_module("beaker.exceptions").BeakerExperimentNotFound(experiment)},
    )
    return ExperimentSpec.from_yaml(answer.experiment_spec)


@overload
def from_client(value: object) -> ExperimentSpec: ...
@overload
def from_client(value: object, cls: type[P]) -> P: ...
def from_client(value: object, cls: type[SpecPart] = ExperimentSpec) -> SpecPart:
    """The value of a class of either line of beaker-py, as a value of the class `cls` of the same meaning.

    ``from_client(experiment_spec)``, and ``from_client(mount, DataMount)`` for a part. Raises `TypeError` for an object
    of another class, and `ValidationError` if the object holds what no spec can hold.
    """
    names = [base.__name__.removeprefix("Beaker") for base in type(value).__mro__]
    if isinstance(value, SpecPart) or cls.__name__ not in names:
        raise TypeError(f"expected a {cls.__name__} of beaker-py, got {type(value).__module__}.{type(value).__name__}")
    return cls.from_json(_fields_of(value) if dataclasses.is_dataclass(value) else _sent(value))


def to_client(spec: SpecPart, *, allow_loss: bool = False) -> Any:
    """The value of the class of the installed beaker-py that means the same as `spec`, which may be any part of a spec.

    Raises `LossError`, with one problem for each part that beaker-py would not send, or would send as something else.
    With `allow_loss` one `LossWarning` lists them. Numbers in commands become text in 2.x, which is no loss: a program
    gets text. Raises `ImportError` where beaker-py is not installed.
    """
    try:
        module = import_module("beaker")
    except ModuleNotFoundError as error:
        if error.name != "beaker":
            raise
        raise ImportError("beaker-py is not installed", name="beaker") from None
    prefix = "Beaker" if hasattr(module, "BeakerExperimentSpec") else ""
    if not hasattr(module, f"{prefix}ExperimentSpec"):  # another package has the same name
        raise ImportError("beaker-py is not installed: the package 'beaker' is another one", name="beaker")
    value = _made(spec, module, prefix)
    given, sent = spec.to_json(), {} if value is None else _sent(value)
    line = f"beaker-py {'2' if prefix else '1'}.x"
    losses = [
        Problem(rule="client-loss", path=path_text(*path), message=f"{line} {what}")
        for path, what in _differences(given, sent)
    ]
    if losses and (not allow_loss or value is None):
        raise LossError(losses)
    if losses:
        lines = "\n".join(map(str, losses))
        warnings.warn(f"lost on the way to {line}:\n{lines}", LossWarning, stacklevel=2)
    return value


def _is_line_2(client: Any) -> bool:
    return hasattr(client, "workload")


def _sent(value: Any) -> Any:
    """The plain data that a client sends for a value of its own class."""
    return value.to_json()


def _fields_of(value: Any) -> Any:
    """The plain data of a value of 2.x, whose own `to_json` alters versions and drops `preemptible`."""
    if dataclasses.is_dataclass(value):
        items = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: _fields_of(item) for name, item in items if item is not None}
    if isinstance(value, Enum):
        return value.value if isinstance(value, str) else value.name  # priorities are numbers there
    if isinstance(value, Mapping):
        return {name: _fields_of(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_fields_of(item) for item in value]
    return value


def _made(part: SpecPart, module: Any, prefix: str) -> Any:
    """The value of the client's class for a part of a spec, with all that the class has a place for.

    None where the class has no place for what makes the part: a source that 1.x does not know.
    """
    cls: Any = getattr(module, prefix + type(part).__name__)
    if prefix:  # its classes are dataclasses
        known = {field.name for field in dataclasses.fields(cls)}
    else:
        known = {*(getattr(cls, "model_fields", None) or cls.__fields__)}  # pydantic 2 or 1
    values: dict[str, Any] = {}
    for field in attrs.fields(type(part)):
        value = getattr(part, field.name)
        if field.name not in known or (value == field.default and not isinstance(value, SpecPart)):
            continue
        if prefix and isinstance(value, Priority) and value.value not in module.BeakerJobPriority.__members__:
            continue
        values[field.name] = _made_value(value, module, prefix)
    if isinstance(part, Constraints) and not prefix:
        values |= {name: value for name, value in part.to_json().items() if name not in known}
    if isinstance(part, TaskSpec) and not prefix and part.result is None:
        values["result"] = {"path": "/unused"}  # it must have one; this is the default of its `new`
    if any(value is None for value in values.values()) or (type(part).__name__ == "DataSource" and not values):
        return None
    return cls(**values)


def _made_value(value: Any, module: Any, prefix: str) -> Any:
    if isinstance(value, SpecPart):
        return _made(value, module, prefix)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = (_made_value(item, module, prefix) for item in value)
        return [item for item in items if item is not None]
    return value


def _differences(
    given: Any, sent: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where the data of a spec and what a client sends for it differ, and how."""
    if isinstance(given, Mapping) and isinstance(sent, Mapping):
        for name, value in given.items():
            if name in sent:
                yield from _differences(value, sent[name], (*path, name))
            else:
                yield (*path, name), "leaves it out"
        for name in sent:
            if name not in given:
                yield (*path, name), "adds it"
    elif isinstance(given, list) and isinstance(sent, list):
        if len(given) != len(sent):
            for index, value in enumerate(given):
                if value not in sent:
                    yield (*path, index), "leaves it out"
        else:
            for index, (value, other) in enumerate(zip(given, sent, strict=True)):
                yield from _differences(value, other, (*path, index))
    elif given != sent and str(given) != str(sent):
        yield path, "changes it"
