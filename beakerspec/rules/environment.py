"""The rules of environment variables. No message of theirs shows a value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..model import EnvVar
from ..problems import Problem, expected, show
from .rule import Subject, broken, rule

__all__ = ["duplicate_env_var", "empty_env_var", "env_name", "env_source", "literal_secret"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LIKE_A_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_SECRET_NAME = re.compile(r"(?:.*_)?(?:TOKEN|API_?KEY|SECRET|SECRET_(?:ACCESS_)?KEY)|.*PASSWORD.*", re.IGNORECASE)
# The tokens that say what they are: GitHub, GitLab, Hugging Face, OpenAI and Anthropic, Slack, AWS, PyPI.
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9])(?:gh[opsu]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|hf_[A-Za-z0-9]{30,}|sk-[\w-]{20,}"
    r"|xox[abp]-[\w-]{20,}|AKIA[A-Z0-9]{16}|pypi-[\w-]{30,})"
)
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
    "env-name",
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
                expected("a name of letters, digits and underscores, no digit first", show(name)),
                f"write {plain}" if plain.strip("_") else "give the variable a name",
            )


@rule(
    "duplicate-env-var",
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
                    expected("a name of its own for each variable", f"{show(variable.name)}, as envVars[{earlier}]"),
                    "keep one of them",
                )


@rule(
    "env-source",
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
            yield broken(_path(place), expected("one of value, secret", "both"), "keep one of them")


@rule(
    "empty-env-var",
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
            message = f"{_shown(variable)} has neither a value nor a secret"
            yield broken(_path(place), message, 'add value: "" if it is to be empty')


@rule(
    "literal-secret",
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
        if is_named or _TOKEN.search(value) is not None:
            yield broken(
                f"{_path(place)}.value",
                f"the value of {_shown(variable)} looks like a secret, and stands in the file for all to read",
                f"store it as a secret of the workspace and write secret: {_secret_name(variable.name)}",
            )


def _shown(variable: EnvVar) -> str:
    """How a message names a variable: what is no name may be a value that was written in its place."""
    is_name = _LIKE_A_NAME.fullmatch(variable.name) is not None and _TOKEN.search(variable.name) is None
    return show(variable.name) if is_name else "a variable"


def _secret_name(name: str) -> str:
    return name if _NAME.fullmatch(name) else "NAME"
