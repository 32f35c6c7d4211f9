"""The rules of an experiment as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from ...fields.names import nearest
from ...fields.validators import unique_task_names
from ...problems import DID_YOU_MEAN, Problem, show
from ...structuring.converter import unknown_fields
from .rule import Subject, broken, by_constructor, rule

_MOST_RETRIES = 10


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
    """An experiment names no budget.

    Beaker refuses an experiment without a budget unless its workspace has one by default. Which it is, the file does
    not say. (Source: beaker-py 1.24, and 1.37 where it became optional.)
    """
    if not subject.spec.budget and not subject.site.require_budget:
        yield broken("budget", "no budget is named", hint="name one, budget: NAME, unless the workspace has a default")


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
    """An experiment names no budget, and the site requires one.

    The settings of the site say so: `require-budget`. Then this takes the place of `missing-budget`.
    """
    if subject.site.require_budget and not subject.spec.budget:
        budgets = subject.site.budgets
        yield broken(
            "budget", expected="a budget", found="none", hint=f"add budget: {budgets[0] if budgets else 'NAME'}"
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
    """An experiment names a budget that is none of the site's.

    The settings of the site list the budgets that there are: `budgets`.
    """
    budget, budgets = subject.spec.budget, subject.site.budgets
    if budget and budgets is not None and budget not in budgets:
        near = nearest(budget, budgets)
        hint = DID_YOU_MEAN if near else f"the site's budgets are {', '.join(budgets) or 'none'}"
        yield broken("budget", expected="a budget of the site", found=show(budget), hint=hint, suggestion=near)


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
    """The retries of failed tasks are fewer than none or more than 10.

    Beaker takes 0 to 10 and refuses the experiment otherwise. (Source: beaker-py 1.32.)
    """
    retry = subject.spec.retry
    number = None if retry is None else retry.allowed_task_retries
    if number is not None and not 0 <= number <= _MOST_RETRIES:
        hint = "0 turns retries off" if number < 0 else f"write {_MOST_RETRIES}, the most that is allowed"
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
    """An experiment has no tasks.

    Nothing runs. Where the tasks are missing, their key is most often misspelt or indented too far.
    """
    if not subject.spec.tasks:
        yield broken("tasks", "there are no tasks, so nothing runs", hint="write:\ntasks:\n- image:\n    docker: TAG")


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
    """Two tasks have the same name.

    A task is found by its name, by `source.result` of another one as well, so that one name must mean one task. Such
    a spec cannot be loaded. (Source: beaker-py 1.38.1.)
    """
    return by_constructor(unique_task_names, subject.spec, subject.spec.tasks)


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
)
def unknown_field(subject: Subject) -> Iterator[Problem]:
    """A field is none that beakerspec knows.

    It is misspelt, stands in the wrong place, or is newer than this version of beakerspec. Beaker ignores what it
    does not know, so that a misspelt setting is lost without a word. When a spec is loaded, an unknown field is kept
    with a warning, and `validate()` does not mind it.
    """
    return unknown_fields(subject.spec, subject.data)
