"""``beakerspec check``: report every problem of the given specs."""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import sys
from collections import Counter as Counted
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from typing import Any

import attrs

from ..bulk.inputs import SUFFIXES, working_folder
from ..bulk.workers import Failure, apply_to_each
from ..checking.adoption import adopted
from ..checking.check import Checked, check_data, looks_like_a_spec
from ..checking.embedded import SUFFIXES as OTHER_SUFFIXES
from ..checking.embedded import embedded_in, holds_others
from ..checking.fixes import fix_text
from ..checking.rules import RULES
from ..checking.settings import (
    OWN_FILE,
    Settings,
    SettingsError,
    SettingsFinder,
    is_shared,
    per_file_ignores_in,
    read_settings,
    rule_names,
)
from ..checking.suppressions import SUPPRESSIBLE
from ..files import contents, replace_file
from ..limits import MAX_SIZE
from ..problems import Problem, in_order, printable_text, quoted
from .exclusion import add_exclusion_options, exclusion_of
from .progress import Counter
from .reports import CLOSING_LINE, REPORTS, Tally
from .reports.wording import count
from .rewriting import write_out
from .selection import STANDARD_INPUT, Found, add_template_options, environment_of, files
from .streams import COULD_NOT_RUN, fail, read_input, require_writable, say
from .workers import add_options, executor_of

_DESCRIPTION = """\
Report every problem of experiment specs: invalid YAML, wrong types, unknown
fields and broken rules, each with its line, its column and how to fix it.
"""
_EPILOG = """\
paths:
  A path is a file, a folder, a pattern such as 'specs/**/*.yaml', or - for
  standard input. A folder means all .yaml, .yml and .json files below it, with
  --embedded also all .md, .markdown, .sh and .bash files; those that are not
  experiment specs and contain none are skipped. So is what .gitignore files
  ignore in a git repository, and what exclude in the settings and --exclude
  match. Files that are named are always checked, unless --force-exclude is
  given.

settings:
  For each file the nearest .beakerspec.toml, or pyproject.toml with
  [tool.beakerspec], applies, searched from its folder up to the folder that
  contains .git. It sets select, ignore, severity, warnings-as-errors and
  embedded, as the options do, exclude, per-file-ignores, the severities of
  rules, and the facts of the site, such as its clusters. Options override it;
  --exclude adds to it. Settings that another user left in a shared folder such
  as /tmp are ignored. --verbose shows which file applies.

comments:
  # beakerspec: ignore[RULE, ...]       suppress rules on this or the next line
  # beakerspec: ignore-file[RULE, ...]  suppress rules in this file

environment:
  NO_COLOR, FORCE_COLOR  turn colors off or on, unless --color is given

exit codes:
  0  no errors; there may be warnings
  1  errors
  2  wrong usage, invalid settings, or a file that cannot be read

examples:
  beakerspec check launch.yaml
  beakerspec check specs/ --ignore missing-budget --format github
  git diff --name-only main | beakerspec check --files-from -
  cat launch.yaml | beakerspec check --env SEED=1 -
"""


def add_parser(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "check",
        help="report the problems of experiment specs",
        usage="beakerspec check [OPTION ...] PATH ...",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="file, folder, pattern or -, see below")
    parser.add_argument(
        "--files-from", metavar="FILE", help="also check the paths listed in FILE, one a line; - for standard input"
    )

    parser.add_argument(
        "--stdin-filename",
        metavar="FILE",
        help="the name of standard input, for its settings, its format and the report",
    )
    parser.add_argument(
        "--skip-others",
        action="store_true",
        help="skip named files that are not experiment specs, too, for callers such as pre-commit",
    )
    parser.add_argument(
        "--embedded",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="also check specs inside GitHub workflows, Markdown (.md) and shell scripts (.sh, .bash)",
    )

    fixes = parser.add_argument_group("fixes")
    fixes.add_argument("--fix", action="store_true", help="fix what can be fixed without changing what the spec means")
    fixes.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: fix what may change it, too")
    fixes.add_argument(
        "--diff",
        action="store_true",
        help="show what --fix or --add-ignores would change, values of environment variables included, and write "
        "nothing",
    )

    output = parser.add_argument_group("output")
    output.add_argument(
        "--format",
        choices=tuple(REPORTS),
        default="text",
        help="text (the default); concise, one line a problem; json, or jsonl with one problem a line; github for "
        "annotations in GitHub Actions; sarif for code scanning; junit for test reports",
    )
    output.add_argument("-o", "--output", metavar="FILE", help="write the report to FILE")
    output.add_argument(
        "--statistics", action="store_true", help="also write how many problems each rule has found, to standard error"
    )
    output.add_argument("-q", "--quiet", action="store_true", help="write the problems alone, without the closing line")
    output.add_argument("--exit-zero", action="store_true", help="exit with 0 where there are errors, too")
    output.add_argument(
        "--show-source",
        action="store_true",
        help="do not mask source lines: shows values of environment variables",
    )
    output.add_argument(
        "--show-files", action="store_true", help="list on standard error which files are checked, skipped and why"
    )
    output.add_argument(
        "-v", "--verbose", action="store_true", help="show on standard error which settings apply to which files"
    )
    output.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="color the text (default: on a terminal)"
    )

    rules = parser.add_argument_group("rules")
    for option, help_text in (
        ("--select", 'report only these rules, and those marked "always"; can be repeated'),
        ("--ignore", "do not report these rules; can be repeated"),
    ):
        argument: Any = rules.add_argument(
            option, metavar="RULE,...", action="append", type=_names, help=help_text, default=None
        )
        argument.completer = lambda **_: [rule.name for rule in RULES if not rule.is_fatal]
    rules.add_argument(
        "--severity", choices=("error", "warning"), help="report only problems of this severity or above"
    )
    rules.add_argument(
        "--warnings-as-errors", action=argparse.BooleanOptionalAction, default=None, help="treat warnings as errors"
    )
    rules.add_argument(
        "--add-ignores",
        action="store_true",
        help="suppress each problem with a comment at the end of its line, and report the rest",
    )
    settings = rules.add_mutually_exclusive_group()
    settings.add_argument("--config", metavar="FILE", help="use the settings in FILE for all files")
    settings.add_argument("--no-config", action="store_true", help="ignore all settings files")

    add_exclusion_options(parser)
    add_template_options(parser)
    add_options(parser)
    parser.set_defaults(run=run, parser=parser)


def _names(text: str) -> tuple[str, ...]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise argparse.ArgumentTypeError("expected rule names, separated by commas")
    try:
        return rule_names(names)
    except SettingsError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


@attrs.frozen
class _Source:
    """What is to be checked. Standard input is read by the process that has it."""

    found: Found
    data: bytes | None = None


@attrs.frozen
class _Outcome:
    """What came of one file."""

    file: str
    problems: tuple[Problem, ...] = ()
    suppressed: int = 0
    #: How many specs are in it.
    specs: int = 1
    #: How many problems new comments suppress, and whether there can be any.
    added: int = 0
    takes_comments: bool = True
    is_skipped: bool = False
    #: Why it could not be read, or its settings could not.
    error: OSError | SettingsError | None = None
    #: The file with its settings.
    settings_file: str | None = None
    #: Files with settings that were ignored on the way, each in the first outcome after that.
    ignored: tuple[str, ...] = ()
    #: How many problems were fixed, what stood in the file, and what stands there with them fixed.
    fixed: int = 0
    before: bytes = b""
    after: bytes | None = None
    #: Whether it is standard input.
    is_input: bool = False


@attrs.define
class _Check:
    """What is done about each file."""

    env: Mapping[str, str] | None
    #: The options that come before the settings of a file.
    options: dict[str, Any]
    #: The settings for all files; None for those that stand nearest to each.
    settings: Settings | None
    #: Whether a file that is named may be no experiment spec.
    skips_named: bool
    #: The folder from which relative paths lead, whoever reads the files.
    folder: str
    #: Whether source lines are shown as they are.
    shows_source: bool
    #: What standard input is called.
    stdin_name: str | None
    #: Whether specs inside other files are checked; None for what the settings say.
    embedded: bool | None
    #: Whether safe fixes are made, and others; whether the file is written.
    fixes: bool
    unsafe: bool
    writes: bool
    #: Whether the report says what fixes would write.
    with_edits: bool
    #: Whether comments that suppress the problems are written into the files.
    adds_ignores: bool
    _finder: SettingsFinder = attrs.field(factory=SettingsFinder, init=False)

    def __call__(self, source: _Source) -> _Outcome:
        path, is_named = source.found
        file = path
        if path == STANDARD_INPUT:
            file = self.stdin_name or "<stdin>"
            path = self.stdin_name or path
        try:
            location = os.path.join(self.folder, path)
            data = contents(location, MAX_SIZE) if source.data is None else source.data
            looks_inside = self.looks_inside(location)
            embedded = embedded_in(data, path) if looks_inside else []
            if not embedded and looks_inside and holds_others(path, data) and len(data) <= MAX_SIZE:
                return _Outcome(file, is_skipped=True)
            if not embedded and (self.skips_named or not is_named) and not looks_like_a_spec(data):
                return _Outcome(file, is_skipped=True)
            settings = self.settings
            if settings is None:
                settings = self._finder.settings_for(location)
            ignored = tuple(self._finder.ignored)
            self._finder.ignored.clear()
        except (OSError, SettingsError) as error:
            return _Outcome(file, error=error)
        options: dict[str, Any] = {
            "file": file,
            "is_json": path.endswith(".json"),
            "env": self.env,
            "settings": settings.overridden(**self.options).at(location),
            "shows_source": self.shows_source,
        }
        if embedded:
            problems: list[Problem] = []
            suppressed = 0
            for each in embedded:
                options["is_json"] = each.is_json
                checked = check_data(each.text, expansions=each.expansions, **options)
                problems += map(each.moved, checked.problems)
                suppressed += checked.suppressed
            return _Outcome(
                file,
                tuple(in_order(problems)),
                suppressed,
                takes_comments=False,
                specs=len(embedded),
                settings_file=settings.file,
                ignored=ignored,
                after=source.data if self.writes else None,
                is_input=source.data is not None,
            )
        after, fixed = (data, 0) if not self.fixes else self._fixed(data, options)

        def check(data: bytes) -> Checked:
            return check_data(data, with_edits=self.with_edits, **options)

        if self.adds_ignores and not path.endswith(".json"):
            result = adopted(after, check, self.env)
            after, checked, added = result.data, result.checked, result.added
        else:
            checked, added = check(after), 0
        if after != data and self.writes and source.data is None:
            try:
                replace_file(location, after, expected=data)
            except OSError as error:
                return _Outcome(file, error=error)
        return _Outcome(
            file,
            checked.problems,
            checked.suppressed,
            added=added,
            takes_comments=not path.endswith(".json"),
            settings_file=settings.file,
            ignored=ignored,
            fixed=fixed,
            before=data if after != data else b"",
            after=after if after != data or source.data is not None else None,
            is_input=source.data is not None,
        )

    def looks_inside(self, location: str) -> bool:
        """Whether specs inside a file are checked."""
        if self.embedded is None:
            with suppress(SettingsError):  # it is raised where a spec needs the settings
                return (self.settings or self._finder.settings_for(location)).embedded
        return bool(self.embedded)

    def _fixed(self, data: bytes, options: dict[str, Any]) -> tuple[bytes, int]:
        """The file with problems fixed, and how many they are. What cannot be read is returned as it is."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            return data, 0
        fixed = fix_text(text, unsafe=self.unsafe, **options)
        return fixed.text.encode(), len(fixed.fixed)


class _SettingsLog:
    """Which settings applied to which files."""

    def __init__(self) -> None:
        self._files: Counted[str | None] = Counted()
        self._folders: dict[str | None, set[str]] = {}
        self._ignored: set[str] = set()

    def add(self, outcome: _Outcome) -> None:
        """Keep the settings of a file that was checked."""
        self._files[outcome.settings_file] += 1
        folder = os.path.dirname(outcome.file)
        self._folders.setdefault(outcome.settings_file, set()).add("" if folder == os.curdir else folder)
        self._ignored.update(outcome.ignored)

    def lines(self) -> Iterator[str]:
        """A line for each file with settings, for the files that have none, and for each file that was ignored."""
        for settings, number in self._files.items():
            folders = self._folders[settings]
            where = printable_text(min(folders)) or "the working directory"
            if len(folders) > 1:
                where += f" and {count(len(folders) - 1, 'other folder')}"
            name = "none" if settings is None else printable_text(settings)
            yield f"settings for {count(number, 'file')} in {where}: {name}"
        for path in sorted(self._ignored):
            yield f"{printable_text(path)}: ignored: it belongs to another user, in a folder that others can write to"


class _Adoption:
    """What --add-ignores did, and what it could not do."""

    def __init__(self) -> None:
        self._files = self.problems = 0
        #: For each settings file, there or not, the rules that are broken in files which get no comments.
        self._others: dict[str, dict[str, list[str]]] = {}

    def add(self, outcome: _Outcome) -> None:
        """Keep what came of a file that was checked."""
        self._files += bool(outcome.added)
        self.problems += outcome.added
        rules = sorted({problem.rule for problem in outcome.problems} & SUPPRESSIBLE)
        if rules and not outcome.takes_comments:
            settings = outcome.settings_file
            if settings is None:
                folder, inside = working_folder(), os.path.dirname(os.path.abspath(outcome.file))
                # Settings hold for what is below them.
                is_below = folder and os.path.join(inside, "").startswith(os.path.join(folder, ""))
                settings = os.path.join(folder if is_below else inside, OWN_FILE)
            path = os.path.relpath(outcome.file, os.path.dirname(settings)).replace(os.sep, "/")
            pattern = re.sub(r"([\\*?\[])", r"\\\1", path)
            self._others.setdefault(settings, {})[f"/{pattern}"] = rules

    def lines(self, *, is_done: bool) -> Iterator[str]:
        """What there is to say."""
        what = "added" if is_done else "would add"
        yield f"{what} comments for {count(self.problems, 'problem')} in {count(self._files, 'file')}"
        for settings, ignores in self._others.items():
            table = "tool.beakerspec.per-file-ignores" if is_shared(settings) else "per-file-ignores"
            written = None
            with suppress(SettingsError):  # of a file that --no-config ignores
                written = per_file_ignores_in(settings)
            what, place, header = "this", printable_text(settings), [f"[{table}]"]
            if written is not None:  # TOML allows each table and each key once
                what, place, header = "these lines", f"the table {table} in {place}", []
                if written.keys() & ignores.keys():
                    place += ", in place of those with the same pattern,"
            lines = [
                f"{quoted(pattern)} = {json.dumps(sorted({*rules, *(written or {}).get(pattern, ())}))}"
                for pattern, rules in ignores.items()
            ]
            first = f"for JSON and specs inside other files, add {what} to {place} instead of comments:"
            yield "\n".join([first, *header, *lines])


def run(options: argparse.Namespace) -> int:
    """Check the paths and report what was found. Returns the exit code."""
    if not options.paths and options.files_from is None:
        options.parser.error("expected PATH or --files-from")
    if options.show_source and (options.format != "text" or options.output is not None):
        options.parser.error("--show-source cannot be used with --format or --output")
    if options.unsafe_fixes and not (options.fix or options.diff):
        options.parser.error("--unsafe-fixes requires --fix or --diff")
    if options.diff and (options.format != "text" or options.output is not None):
        options.parser.error("--diff cannot be used with --format or --output")
    if options.add_ignores and STANDARD_INPUT in options.paths:
        options.parser.error("--add-ignores changes files: it cannot be used with standard input")
    if options.output is not None:
        require_writable(options.output)
    settings = Settings() if options.no_config else None
    try:
        if options.config is not None:
            settings = read_settings(options.config)
        return _run(options, settings)
    except SettingsError as error:
        return fail(str(error))


def _run(options: argparse.Namespace, settings: Settings | None) -> int:
    check = _Check(
        environment_of(options),
        {
            "select": _joined(options.select),
            "ignore": _joined(options.ignore),
            "severity": options.severity,
            "warnings_as_errors": options.warnings_as_errors,
        },
        settings,
        options.skip_others,
        working_folder(),
        options.show_source,
        options.stdin_filename,
        options.embedded,
        fixes=options.fix or (options.diff and not options.add_ignores),
        unsafe=options.unsafe_fixes,
        writes=(options.fix or options.add_ignores) and not options.diff,
        with_edits=options.format in ("json", "jsonl", "sarif"),
        adds_ignores=options.add_ignores,
    )
    tally = Tally()
    log = _SettingsLog()
    adoption = _Adoption()
    by_rule: Counted[str] = Counted()
    kept = io.StringIO()
    with ExitStack() as work:
        executor, workers = work.enter_context(executor_of(options))
        progress = work.enter_context(Counter())

        def report_unreadable(path: str, error: OSError | str) -> None:
            tally.unreadable += 1
            progress.hide()
            message = error.strerror or str(error) if isinstance(error, OSError) else error
            say(f"{printable_text(path)}: {message}")
            if options.format != "text":  # whoever reads it is not at the terminal
                report.add(path, [Problem(rule="unreadable", message=message, file=path)])

        def show_skipped(path: str, reason: str) -> None:
            progress.hide()
            say(f"{printable_text(path)}: skipped: {reason}")

        # Then standard output takes the fixed text of standard input.
        gives_text = options.fix and STANDARD_INPUT in options.paths

        def write(text: str) -> None:
            progress.hide()
            (kept if options.output is not None else sys.stderr if gives_text else sys.stdout).write(text)

        report = REPORTS[options.format](write, color=options.output is None and _is_colored(options.color))

        def sources() -> Iterator[_Source]:
            exclusion = exclusion_of(options, settings, show_skipped if options.show_files else None)
            for found in files(
                options.paths,
                report_unreadable,
                files_from=options.files_from,
                suffixes=(*SUFFIXES, *OTHER_SUFFIXES),
                exclusion=exclusion,
                stdin_name=options.stdin_filename,
            ):
                is_other = not found.is_named and found.path.endswith(OTHER_SUFFIXES)
                if is_other and not check.looks_inside(os.path.join(check.folder, found.path)):
                    continue
                if found.path != STANDARD_INPUT:
                    yield _Source(found)
                    continue
                try:
                    yield _Source(found, read_input())
                except OSError as error:
                    report_unreadable("<stdin>", error)

        outcomes = work.enter_context(closing(apply_to_each(check, sources(), executor=executor, workers=workers)))
        for source, outcome in outcomes:
            progress.step()
            if options.show_files:
                progress.hide()
                say(_fate(source, outcome))
            if isinstance(outcome, Failure):
                report_unreadable(source.found.path, outcome.message)
            elif isinstance(outcome.error, SettingsError):
                raise outcome.error
            elif outcome.error is not None:
                report_unreadable(outcome.file, outcome.error)
            elif outcome.is_skipped:
                tally.skipped += 1
            else:
                tally.fixed += outcome.fixed
                adoption.add(outcome)
                is_changed = outcome.fixed or outcome.added
                if outcome.after is not None and (is_changed if options.diff else options.fix and outcome.is_input):
                    progress.hide()
                    target = outcome.file if options.diff else STANDARD_INPUT
                    write_out(target, outcome.before, outcome.after, diff=options.diff)
                if options.diff:
                    continue
                tally.checked += outcome.specs
                tally.suppressed += outcome.suppressed
                errors = sum(problem.severity == "error" for problem in outcome.problems)
                tally.errors += errors
                tally.warnings += len(outcome.problems) - errors
                tally.fixable += sum(problem.fix is not None and problem.fix.is_safe for problem in outcome.problems)
                tally.unsafe += sum(problem.fix is not None and not problem.fix.is_safe for problem in outcome.problems)
                log.add(outcome)
                by_rule.update(problem.rule for problem in outcome.problems)
                report.add(outcome.file, outcome.problems)
        if options.diff:
            progress.hide()
            if not options.add_ignores:
                say(f"{count(tally.fixed, 'problem')} would be fixed")
        elif not (options.quiet and options.format in CLOSING_LINE):
            report.end(tally)
        if options.statistics:
            progress.hide()
            for rule, number in by_rule.most_common():
                say(f"{number:6,} {rule}")
        if options.add_ignores:
            progress.hide()
            for line in adoption.lines(is_done=not options.diff):
                say(line)
        if options.verbose:
            progress.hide()
            for line in log.lines():
                say(line)
    if options.output is not None:
        replace_file(options.output, kept.getvalue().encode(errors="backslashreplace"))
    if tally.unreadable:
        return COULD_NOT_RUN
    is_wrong = tally.fixed + adoption.problems if options.diff else tally.errors
    return 1 if is_wrong and not options.exit_zero else 0


def _fate(source: _Source, outcome: _Outcome | Failure) -> str:
    """What became of a file, in one line."""
    path = printable_text("<stdin>" if source.found.path == STANDARD_INPUT else source.found.path)
    if isinstance(outcome, Failure) or outcome.error is not None:
        return f"{path}: could not be read"
    if outcome.is_skipped and path.endswith(OTHER_SUFFIXES):
        return f"{path}: skipped: contains no experiment spec"
    if outcome.is_skipped:
        return f"{path}: skipped: not an experiment spec: no task has an image, and the version is not v2"
    return f"{path}: checked"


def _joined(lists: Iterable[tuple[str, ...]] | None) -> tuple[str, ...] | None:
    """What an option that was repeated names in all; None where it was not given."""
    return None if lists is None else tuple(name for names in lists for name in names)


def _is_colored(choice: str) -> bool:
    """Whether the report is in colours. See https://no-color.org."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (sys.stdout.isatty() and os.environ.get("TERM") != "dumb")
