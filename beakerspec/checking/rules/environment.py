"""The rules of environment variables. No message of theirs shows a value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ...documents.privacy import has_token, is_variable_name
from ...editing.changes import Change, Put
from ...model import EnvVar
from ...problems import Problem, ValueText, show
from .fix import Mistake, fixer
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
    """Invalid environment variable name.

    A name has letters, digits and underscores only and does not start with a digit. Shells cannot read a variable with
    another name. (Source: the format's
    documentation.)
    """
    for place, variable in _variables(subject):
        name = variable.name
        if _NAME.fullmatch(name) is None:
            plain = re.sub(r"[^A-Za-z0-9_]", "_", name[:100])
            plain = f"_{plain}" if plain[:1].isdigit() else plain
            yield broken(
                f"{_path(place)}.name",
                "invalid environment variable name {found}: use letters, digits and underscores, no digit first",
                found=_shown(variable),
                hint="write {suggestion}" if plain.strip("_") else "rename the variable",
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
    """Duplicate environment variable.

    Beaker does not define which of the values the container gets. (Source: the format's documentation.)
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
                    hint="remove one of them",
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
    """Environment variable has both a value and a secret.

    It takes only one of them. (Source: the format's documentation.)
    """
    for place, variable in _variables(subject):
        if variable.value and variable.secret:
            yield broken(_path(place), expected="only one of value, secret", found="both", hint="remove one of them")


@fixer()
def _empty_value(mistake: Mistake) -> Iterable[Change]:
    """The empty text that the variable has now."""
    return [Put((*mistake.path, "value"), "")]


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
    fixer=_empty_value,
)
def empty_env_var(subject: Subject) -> Iterator[Problem]:
    """Environment variable has neither a value nor a secret.

    The container gets an empty string. If you mean that, write `value: ""`. (Source: the format's
    documentation.)
    """
    for place, variable in _variables(subject):
        if variable.value is None and not variable.secret and not variable.extra:
            yield broken(
                _path(place),
                "{found} has neither a value nor a secret",
                found=_shown(variable, f"{_path(place)}.name") or "a variable",
                hint='add value: or secret:; for an empty string, value: ""',
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
    """Secret in plain text.

    The variable's name suggests a secret (`*_TOKEN`, `*_API_KEY`, `*_SECRET`, `*PASSWORD*`), or the value looks like a
    known kind of token. Everyone who sees the file or the experiment can read it. Store it as a secret of the
    workspace and refer to it: `secret: NAME`. (Source: the format's documentation.)
    """
    for place, variable in _variables(subject):
        value = variable.value
        if not value:
            continue
        is_named = _SECRET_NAME.fullmatch(variable.name) is not None and _NO_SECRET.fullmatch(value) is None
        if is_named or has_token(value):
            yield broken(
                f"{_path(place)}.value",
                "the value of {found} looks like a secret in plain text",
                found=_shown(variable, f"{_path(place)}.name") or "a variable",
                hint="store it as a secret of the workspace and replace value with secret: {suggestion}",
                suggestion=ValueText(variable.name, f"{_path(place)}.name")
                if _NAME.fullmatch(variable.name)
                else "NAME",
            )


def _shown(variable: EnvVar, *paths: str) -> str | None:
    """How a message names a variable. What is no name may be a value that was written in its place."""
    return show(variable.name, *paths) if is_variable_name(variable.name) else None
