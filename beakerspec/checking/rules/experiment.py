"""The rules of an experiment as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...editing.changes import Change, Put, Remove, Rename
from ...fields.names import nearest
from ...fields.validators import unique_task_names
from ...model import ExperimentSpec, SpecVersion, TaskSpec, class_at, part_names
from ...problems import DID_YOU_MEAN, Problem, name_text, path_parts, path_text, show
from ...structuring.converter import unknown_fields
from ...structuring.mistakes import is_extension, meant_path, nearest_field
from .fix import Mistake, fixer, suggested
from .rule import Subject, broken, by_constructor, rule

_MOST_RETRIES = 10
#: The least that a spec has.
_LEAST = "tasks:\n- image:\n    docker: TAG"


@rule(
    "warning",
    reads=("budget",),
    bad="""
        tasks:
        - image: {docker: alpine}
    """,
    good="""
        budget: team/project
        tasks:
        - image: {docker: alpine}
    """,
)
def missing_budget(subject: Subject) -> Iterator[Problem]:
    """No budget.

    Beaker refuses an experiment without a budget unless its workspace has a default one, which the file alone does
    not tell. (Source: beaker-py 1.24, and 1.37 where it became optional.)
    """
    if not subject.spec.budget and not subject.site.require_budget and not _stray_fields(subject.spec):
        yield broken("budget", "no budget", hint="add budget: NAME, unless the workspace has a default budget")


@rule(
    "error",
    reads=("budget",),
    settings="[site]\nrequire-budget = true",
    bad="""
        tasks:
        - image: {docker: alpine}
    """,
    good="""
        budget: team/project
        tasks:
        - image: {docker: alpine}
    """,
)
def required_budget(subject: Subject) -> Iterator[Problem]:
    """No budget, but the site requires one.

    The site's settings say so: `require-budget`. Then this rule replaces `missing-budget`.
    """
    if subject.site.require_budget and not subject.spec.budget:
        budgets = subject.site.budgets
        yield broken(
            "budget", "no budget, but the site requires one", hint=f"add budget: {budgets[0] if budgets else 'NAME'}"
        )


@rule(
    "error",
    reads=("budget",),
    settings='[site]\nbudgets = ["team/project"]',
    bad="""
        budget: team/porject
        tasks:
        - image: {docker: alpine}
    """,
    good="""
        budget: team/project
        tasks:
        - image: {docker: alpine}
    """,
)
def disallowed_budget(subject: Subject) -> Iterator[Problem]:
    """Budget is not one of the site's.

    The site's settings list the budgets: `budgets`.
    """
    budget, budgets = subject.spec.budget, subject.site.budgets
    if budget and budgets is not None and budget not in budgets:
        near = nearest(budget, budgets)
        hint = DID_YOU_MEAN if near else f"the site's budgets are {', '.join(budgets) or 'none'}"
        yield broken("budget", "unknown budget {found}", found=show(budget), hint=hint, suggestion=near)


@rule(
    "error",
    reads=("retry.allowedTaskRetries",),
    bad="""
        retry: {allowedTaskRetries: 11}
        tasks:
        - image: {docker: alpine}
    """,
    good="""
        retry: {allowedTaskRetries: 10}
        tasks:
        - image: {docker: alpine}
    """,
)
def retry_limit(subject: Subject) -> Iterator[Problem]:
    """Number of retries is not between 0 and 10.

    Beaker refuses the experiment otherwise. (Source: beaker-py 1.32.)
    """
    retry = subject.spec.retry
    number = None if retry is None else retry.allowed_task_retries
    if number is not None and not 0 <= number <= _MOST_RETRIES:
        hint = "write 0 for no retries" if number < 0 else f"write {_MOST_RETRIES}, the maximum"
        yield broken(
            "retry.allowedTaskRetries", expected=f"a number from 0 to {_MOST_RETRIES}", found=show(number), hint=hint
        )


@rule(
    "warning",
    reads=("tasks",),
    bad="""
        budget: team/project
        tasks: []
    """,
    good="""
        budget: team/project
        tasks:
        - image: {docker: alpine}
    """,
)
def no_tasks(subject: Subject) -> Iterator[Problem]:
    """No tasks.

    Nothing runs. If the file does have tasks, their key is probably misspelled or indented too far.
    """
    if not subject.spec.tasks and not _stray_fields(subject.spec):
        yield broken("tasks", "no tasks: nothing will run", hint="add:\n" + _LEAST)


@rule(
    "error",
    reads=("tasks[*].name",),
    is_fatal=True,
    bad="""
        tasks:
        - name: train
          image: {docker: alpine}
        - name: train
          image: {docker: alpine}
    """,
    good="""
        tasks:
        - name: train
          image: {docker: alpine}
        - name: evaluate
          image: {docker: alpine}
    """,
)
def duplicate_task_name(subject: Subject) -> Iterator[Problem]:
    """Duplicate task name.

    Other tasks refer to a task by its name, in `source.result`, so names must be unique. A spec with a duplicate
    name cannot be loaded. (Source: beaker-py 1.38.1.)
    """
    return by_constructor(unique_task_names, subject.spec, subject.spec.tasks)


@fixer()
def _right_place(mistake: Mistake) -> Iterable[Change] | None:
    """The field under the name that it resembles, or in the part where it belongs."""
    *around, name = mistake.path
    cls = class_at(around)
    if cls is None or not isinstance(name, str):
        return None
    if around[-2:-1] == ["envVars"] and nearest_field(cls, name) is None:  # the name of the variable stands for `name`
        is_alone = len(mistake.at(*around)) == 1
        return [Put(tuple(around), {"name": name, "value": mistake.value})] if is_alone else None
    if mistake.problem.suggestion is not None:
        return [Rename(mistake.path, str(mistake.problem.suggestion))]
    target = meant_path(cls, *mistake.path)
    if target is None or None in target:
        return None
    place = tuple(part for part in target if part is not None)
    return None if mistake.at(*place) is not None else [Remove(mistake.path), Put(place, mistake.value)]


@rule(
    "error",
    reads=(),
    at_key=True,
    bad="""
        tasks:
        - image: {docker: alpine}
          resources: {gpuCuont: 1}
    """,
    good="""
        tasks:
        - image: {docker: alpine}
          resources: {gpuCount: 1}
    """,
    fixer=_right_place,
)
def unknown_field(subject: Subject) -> Iterator[Problem]:
    """Unknown field.

    It is misspelled, in the wrong place, or newer than this version of beakerspec. Beaker ignores unknown fields, so
    a misspelled setting has no effect, and nothing reports it. Loading a spec keeps an unknown field and warns;
    `validate()` allows it.
    """
    if not subject.has_unknown_fields:
        return
    found = unknown_fields(subject.spec, subject.data)
    stray = _stray_fields(subject.spec)
    if not stray:
        yield from found
        return
    # One slip is behind all that stands at the top.
    message, hint = "unknown field {found}: none of the fields is one of an experiment", "write:\n" + _LEAST
    if any(name in part_names(TaskSpec) for name in stray):
        message, hint = "tasks: is missing before {found}, a field of a task", "write:\n" + _LEAST
    yield broken(path_text(stray[0]), message, found=name_text(stray[0]), hint=hint)
    yield from (each for each in found if len(path_parts(each.path)) > 1)


def _stray_fields(spec: ExperimentSpec) -> list[str]:
    """The fields at the top of a spec without tasks that are those of a task, or of something else than a spec."""
    if spec.tasks:
        return []
    names = [name for name in spec.extra if not is_extension(ExperimentSpec, name)]
    of_tasks = [name for name in names if name in part_names(TaskSpec)]
    is_other = len(names) > 1 and spec == ExperimentSpec(version=spec.version, extra=spec.extra)
    return of_tasks or (names if is_other else [])


@rule(
    "warning",
    reads=("version",),
    bad="""
        version: v2-alpha
        tasks:
        - image: {docker: alpine}
    """,
    good="""
        version: v2
        tasks:
        - image: {docker: alpine}
    """,
    fixer=suggested(),
)
def old_version(subject: Subject) -> Iterator[Problem]:
    """Old version `v2-alpha`.

    Beaker wants `v2` since April 2022. (Source: the format's documentation of 2022.)
    """
    if subject.spec.version is SpecVersion.v2_alpha:
        yield broken("version", "version v2-alpha is no longer supported", hint="write {suggestion}", suggestion="v2")


@rule(
    "warning",
    reads=(),
    at_key=True,
    bad="""
        x-image: &image {docker: alpine}
        tasks:
        - image: *image
    """,
    good="""
        tasks:
        - image: &image {docker: alpine}
        - image: *image
    """,
)
def extension_field(subject: Subject) -> Iterator[Problem]:
    """Extension field, such as one that holds anchors.

    A field of the experiment whose name starts with `x-` holds values for other places, as in docker compose, and is
    no unknown field. It is not known whether Beaker accepts it.
    """
    for name in subject.spec.extra:
        if is_extension(ExperimentSpec, name):
            yield broken(
                path_text(name),
                "it is not known whether Beaker accepts the extension field {found}",
                found=name_text(name),
                hint="define the anchors where they are first used",
            )
