"""The rules of environment variables. No message of theirs shows a value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...documents.privacy import TOKEN, is_variable_name
from ...model import EnvVar
from ...problems import Problem, ValueText, show
from .rule import Subject, broken, rule

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SECRET_NAME = re.compile(r"(?:.*_)?(?:TOKEN|API_?KEY|SECRET|SECRET_(?:ACCESS_)?KEY)|.*PASSWORD.*", re.IGNORECASE)
# What stands where a secret would, and is none: a short word or number, a path, a variable or a placeholder.
_NO_SECRET = re.compile(
    r"[A-Za-z]{0,5}|[0-9]{0,5}|(?:~|\.{1,2})?/.*|\$\w+|\$\{.*\}|<.*>|\[.*\]|\{\{.*\}\}|(.)\1*"
    r"|(?i:your|change|replace)[-_ ].*|(?i:changeme|replaceme|dummy|placeholder)"
)


def _variables(subject: Subject) -> Iterator[tuple[tuple[int, int], EnvVar]]:
    """Each variable with its place: there are dozens in a spec, and few whose path is wanted."""
    for index, task in enumerate(subject.spec.tasks):
        for number, variable in enumerate(task.env_vars or ()):
            yield (index, number), variable


def _path(place: tuple[int, int]) -> str:
    return "tasks[{}].envVars[{}]".format(*place)


@rule(
    "error",
    reads=("tasks[].envVars[].name",),
    bad="""
        tasks:
        - image: {docker: alpine}
          envVars:
          - name: log-level
            value: debug
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          envVars:
          - name: LOG_LEVEL
            value: debug
    """,
)
def env_name(subject: Subject) -> Iterator[Problem]:
    """The name of an environment variable has other characters than letters, digits and underscores.

    It starts with a letter or an underscore. No shell can read a variable of another name. (Source: the format's
    documentation.)
    """
    for place, variable in _variables(subject):
        name = variable.name
        if _NAME.fullmatch(name) is None:
            plain = re.sub(r"[^A-Za-z0-9_]", "_", name[:100])
            plain = f"_{plain}" if plain[:1].isdigit() else plain
            yield broken(
                f"{_path(place)}.name",
                expected="a name of letters, digits and underscores, no digit first",
                found=_shown(variable),
                hint="write {suggestion}" if plain.strip("_") else "give the variable a name",
                suggestion=ValueText(plain) if is_variable_name(name) else None,
            )


@rule(
    "error",
    reads=("tasks[].envVars[].name",),
    bad="""
        tasks:
        - image: {docker: alpine}
          envVars:
          - {name: SEED, value: 1}
          - {name: SEED, value: 2}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          envVars:
          - {name: SEED, value: 1}
    """,
)
def duplicate_env_var(subject: Subject) -> Iterator[Problem]:
    """A task has two environment variables of one name.

    Which of the values the container gets is not said anywhere. (Source: the format's documentation.)
    """
    for index, task in enumerate(subject.spec.tasks):
        if task.env_vars is None:
            continue
        first: dict[str, int] = {}
        for number, variable in enumerate(task.env_vars):
            earlier = first.setdefault(variable.name, number)
            if earlier != number:
                yield broken(
                    f"tasks[{index}].envVars[{number}].name",
                    "duplicate variable {found}, first defined at {other}",
                    found=_shown(variable),
                    other=f"tasks[{index}].envVars[{earlier}].name",
                    hint="keep one of them",
                )


@rule(
    "error",
    reads=("tasks[].envVars[].value", "tasks[].envVars[].secret"),
    bad="""
        tasks:
        - image: {docker: alpine}
          envVars:
          - {name: API_URL, value: localhost, secret: api-url}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          envVars:
          - {name: API_URL, secret: api-url}
    """,
)
def env_source(subject: Subject) -> Iterator[Problem]:
    """An environment variable has both a value and a secret.

    Its text comes from one of them. (Source: the format's documentation.)
    """
    for place, variable in _variables(subject):
        if variable.value and variable.secret:
            yield broken(_path(place), expected="one of value, secret", found="both", hint="keep one of them")


@rule(
    "warning",
    reads=("tasks[].envVars[].value", "tasks[].envVars[].secret"),
    bad="""
        tasks:
        - image: {docker: alpine}
          envVars:
          - name: EXTRA_FLAGS
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          envVars:
          - name: EXTRA_FLAGS
            value: ""
    """,
)
def empty_env_var(subject: Subject) -> Iterator[Problem]:
    """An environment variable has neither a value nor a secret.

    The container gets it with an empty text. Where that is meant, `value: ""` says so. (Source: the format's
    documentation.)
    """
    for place, variable in _variables(subject):
        if variable.value is None and not variable.secret and not variable.extra:
            yield broken(
                _path(place),
                "{found} has neither a value nor a secret",
                found=_shown(variable, f"{_path(place)}.name") or "a variable",
                hint='add value: "" if it is to be empty',
            )


@rule(
    "warning",
    reads=("tasks[].envVars[].name", "tasks[].envVars[].value"),
    bad="""
        tasks:
        - image: {docker: alpine}
          envVars:
          - {name: SERVICE_API_KEY, value: 5a1f09c3d2e8}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          envVars:
          - {name: SERVICE_API_KEY, secret: service-api-key}
    """,
)
def literal_secret(subject: Subject) -> Iterator[Problem]:
    """A secret stands in the file.

    The name says that the value is one (`*_TOKEN`, `*_API_KEY`, `*_SECRET`, `*PASSWORD*`), or the value has the form
    of a known kind of token. Whoever sees the file or the experiment can read it. Store it as a secret of the
    workspace, and name that: `secret: NAME`. (Source: the format's documentation.)
    """
    for place, variable in _variables(subject):
        value = variable.value
        if not value:
            continue
        is_named = _SECRET_NAME.fullmatch(variable.name) is not None and _NO_SECRET.fullmatch(value) is None
        if is_named or TOKEN.search(value) is not None:
            yield broken(
                f"{_path(place)}.value",
                "the value of {found} looks like a secret, and stands in the file for all to read",
                found=_shown(variable, f"{_path(place)}.name") or "a variable",
                hint="store it as a secret of the workspace and write secret: {suggestion}",
                suggestion=ValueText(variable.name, f"{_path(place)}.name")
                if _NAME.fullmatch(variable.name)
                else "NAME",
            )


def _shown(variable: EnvVar, *paths: str) -> str | None:
    """How a message names a variable. What is no name may be a value that was written in its place."""
    return show(variable.name, *paths) if is_variable_name(variable.name) else None
