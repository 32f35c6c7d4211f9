"""``beakerspec set``: change values of spec files and leave every other byte as it is."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from functools import partial
from typing import Any

from ..checking.check import check_data
from ..checking.fixes import new_errors
from ..checking.settings import Settings, SettingsError, SettingsFinder
from ..documents.complete_reader import Node
from ..documents.document import decode
from ..editing.assignments import Assignment, completions, parse_assignment
from ..editing.text import change_text
from ..fields.paths import EditError
from ..files import contents, read
from ..limits import MAX_SIZE
from ..model import ExperimentSpec
from ..problems import Problem, printable_text, rendered
from .rewriting import write_out
from .selection import STANDARD_INPUT
from .streams import COULD_NOT_RUN, complain, fail, read_input, say

_DESCRIPTION = """\
Change values of experiment specs and leave every other byte as it is: comments,
quotes, order and line ends. A change that would add an error is refused, and
the file stays as it was.
"""
_EPILOG = """\
paths, in quotes so that the shell leaves the brackets alone:
  budget                              a field
  tasks[train].resources.gpuCount     of the task of that name
  tasks[0].context.priority           of the first task
  tasks[*].constraints.cluster        of all tasks
  tasks[train].envVars[SEED].value    the variable of that name, new or not
  tasks[train].datasets[/data].source.beaker
                                      the dataset with that mount path
  tasks[*].arguments[--lr]            the value of an option, also in a line for
                                      a shell
  tasks[train].arguments[+]           a new item at the end

values:
  A list or a mapping is YAML: [a, b] or {docker: alpine}. All else is taken as
  it is, and is quoted where the file needs it.

exit codes:
  0  the files are changed, or were as they are meant to be
  1  a change was refused: standard error says why
  2  could not run: wrong usage, or a file that cannot be read or written

examples:
  beakerspec set launch.yaml 'tasks[train].resources.gpuCount=8'
  beakerspec set specs/*.yaml 'tasks[*].constraints.cluster=[ai2/jupiter]'
  beakerspec set launch.yaml 'tasks[*].arguments[--lr]=1e-4' --env SEED=3 --diff
  cat launch.yaml | beakerspec set - budget=ai2/lab | beaker experiment create -
"""


def add_parser(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "set",
        help="change values of experiment specs in place",
        usage="beakerspec set [OPTION ...] FILE ... PATH=VALUE ...",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words: Any = parser.add_argument(
        "words",
        nargs="*",
        metavar="FILE ... PATH=VALUE ...",
        help="files, or - for standard input, and changes of them",
    )
    words.completer = _complete
    parser.add_argument(
        "--delete",
        metavar="PATH",
        action=_Change,
        dest="changes",
        const=lambda text: [Assignment(text, None)],
        help="remove what stands at PATH; can be repeated",
    )
    for option, value, what in (("--env", "value", "VALUE"), ("--secret", "secret", "the secret SECRET")):
        parser.add_argument(
            option,
            metavar=f"NAME={value.upper()}",
            action=_Change,
            dest="changes",
            const=partial(_variable, value),
            help=f"set an environment variable of all tasks to {what}; can be repeated",
        )
    parser.add_argument(
        "--expand-aliases",
        action="store_true",
        help="write out what an alias or a merge key stands for where it is to differ",
    )
    parser.add_argument("--diff", action="store_true", help="show the changes and write nothing")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the changed spec to FILE")
    parser.set_defaults(run=run, parser=parser)


class _Change(argparse.Action):
    """An option that adds changes."""

    def __call__(self, parser: Any, namespace: Any, text: Any, option_string: str | None = None) -> None:
        try:
            changes = self.const(text)
        except ValueError as error:
            raise argparse.ArgumentError(self, str(error)) from None
        namespace.changes = [*(namespace.changes or ()), *changes]


def _variable(field: str, text: str) -> list[Assignment]:
    """The changes that set a variable of all tasks. No message shows the text: it may be the value."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise ValueError("expected NAME=VALUE, with letters, digits and underscores in the name")
    other = "secret" if field == "value" else "value"
    place = f"tasks[*].envVars[{name}]"
    return [Assignment(f"{place}.{field}", value), Assignment(f"{place}.{other}", None, is_optional=True)]


def _complete(prefix: str, parsed_args: Any, **_: Any) -> list[str]:
    """What the shell may go on with: files, and the paths of the first file."""
    from argcomplete.completers import FilesCompleter

    files = [word for word in parsed_args.words or () if parse_assignment(word) is None]
    found = list(FilesCompleter()(prefix)) if not files or not prefix else []
    if not files:
        return found
    try:
        reading = read(ExperimentSpec, contents(files[0], MAX_SIZE), file=None, is_json=files[0].endswith(".json"))
    except OSError:
        return found
    data = reading.data or {}
    return [*found, *completions(data, prefix)]


def run(options: argparse.Namespace) -> int:
    """Change the files. Returns the exit code."""
    files: list[str] = []
    changes: list[Assignment] = []
    for word in options.words:
        assignment = parse_assignment(word)
        if assignment is None:
            files.append(word)
        else:
            changes.append(assignment)
    changes += options.changes or ()
    if not files:
        options.parser.error("expected FILE")
    if not changes:
        options.parser.error("expected PATH=VALUE, as in 'tasks[train].resources.gpuCount=8'")
    if options.output is not None and len(files) > 1:
        options.parser.error("--output takes the changes of one file")
    code = 0
    finder = SettingsFinder()
    for file in files:
        try:
            code = max(code, _set(file, changes, options, finder))
        except OSError as error:
            complain(error.filename or ("<stdin>" if file == STANDARD_INPUT else file), error)
            code = COULD_NOT_RUN
        except SettingsError as error:
            return fail(str(error))
    return code


def _set(file: str, changes: list[Assignment], options: argparse.Namespace, finder: SettingsFinder) -> int:
    """Change a file. Returns the exit code."""
    name = "<stdin>" if file == STANDARD_INPUT else file
    is_json = file.endswith(".json")
    data = read_input() if file == STANDARD_INPUT else contents(file, MAX_SIZE)
    _, problems = decode(data, name)
    if len(data) > MAX_SIZE:
        problems = list(check_data(data, file=name, is_json=is_json, env=None, settings=Settings()).problems)
    if problems:
        return _refuse(name, "it cannot be read", problems)
    text = data.decode()

    def change(root: Node) -> tuple[Any, list[Any]]:
        spec = root.data
        given: list[Any] = []
        for each in changes:
            spec, values = each.apply(spec, is_json=is_json)
            given += values
        return spec, given

    try:
        edited = change_text(text, change, is_json=is_json, expand_aliases=options.expand_aliases)
    except EditError as error:
        return _refuse(name, str(error), ())
    settings = finder.settings_for(file)

    def check(text: str) -> tuple[Problem, ...]:
        return check_data(text, file=name, is_json=is_json, env=None, settings=settings).problems

    after = check(edited)
    has_errors = any(problem.severity == "error" for problem in after)
    added = new_errors(check(text), after) if has_errors else []
    if added:
        return _refuse(name, "the change adds an error", added)
    write_out(file, data, edited.encode(), diff=options.diff, output=options.output)
    return 0


def _refuse(name: str, why: str, problems: Iterable[Problem]) -> int:
    say(f"{printable_text(name)}: nothing is changed: {why}")
    for problem in problems:
        print(rendered(problem), file=sys.stderr)
    return 1
