"""``beakerspec summary``: the total of what many specs ask for."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from typing import Any

import attrs

from ..bulk import MAX_ARCHIVE_MEMBERS, MAX_ARCHIVE_SIZE, Mapped, map_specs
from ..bulk.inputs import Item, Scope, items_of, unreadable
from ..bulk.summary import GROUPINGS, Figures, Summary, summary_of
from ..checking.settings import SettingsError
from ..files import replace_file
from ..limits import MAX_SIZE
from ..problems import Problem, printable_text, without_commands
from .exclusion import add_exclusion_options, exclusion_of
from .progress import Bar, bar
from .reports.wording import count
from .selection import STANDARD_INPUT, Found, files
from .streams import COULD_NOT_RUN, fail, input_stream, require_writable, say
from .workers import add_options, executor_of

_DESCRIPTION = """\
Add up what experiment specs ask for: experiments, tasks, replicas, GPUs and the
GPU-hours that their timeouts bound, by cluster, priority, image and budget, and
the problems of their rules.
"""
_EPILOG = """\
paths:
  A path is a file, a folder, a pattern such as 'runs/**/*.yaml', an archive
  (.tar, .tar.gz, .zip, ...), a file with a spec on each line (.jsonl), or - for
  standard input. YAML files may hold several documents. A folder means all
  .yaml, .yml and .json files below it. Files that are found in a folder, by a
  pattern or in an archive are skipped if they are not experiment specs. So is
  what .gitignore files ignore in a git repository, and what exclude in the
  settings and --exclude match. A file that several paths mean counts once.

figures:
  A task that names several clusters counts for each of them. GPU-hours are GPUs
  times the timeout of their task, and do not include retries; GPUs of tasks
  without a timeout are counted separately, under "no timeout". Each file of an
  archive counts. In csv, figures that do not apply to a row are empty.

exit codes:
  0  all specs were read
  1  some were not, and the figures leave them out
  2  wrong usage, invalid settings, or a file that cannot be read or written
"""


def add_parser(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "summary",
        help="add up what specs ask for",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="specs to add up: see below")
    parser.add_argument(
        "--format",
        choices=tuple(_FORMATS),
        default="text",
        help="text for people (the default), json, or csv with a row for the total, each group and each rule",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to FILE, in one step at the end")
    add_exclusion_options(parser)
    add_options(parser)
    parser.set_defaults(run=run)


@attrs.define
class _Report:
    summary: Summary = attrs.field(factory=Summary)
    #: Files and members of archives that were read.
    files: int = 0
    #: How many of these files hold no experiment spec.
    skipped: int = 0
    #: Specs that could not be loaded, and files and folders that could not be read.
    failed: int = 0
    #: Whether a file or folder could not be read.
    is_unreadable: bool = False

    def add(self, result: Mapped[Summary]) -> None:
        """Add the result of one spec."""
        if result.value is None:
            self.fail(result.problems)
        else:  # its warnings are in the summary already
            self.summary.add(result.value)

    def fail(self, problems: Sequence[Problem]) -> None:
        """Count a failure, and print its reason."""
        self.failed += 1
        self.summary.problems.update(problem.rule for problem in problems)
        first = next(problem for problem in problems if problem.severity == "error")
        self.is_unreadable |= first.rule == "unreadable"
        say(str(first).partition("\n")[0])


def run(options: argparse.Namespace) -> int:
    """Add up the paths and print the figures. Returns the exit code."""
    if options.output is not None:
        require_writable(options.output)
    try:
        return _run(options)
    except SettingsError as error:
        return fail(str(error))


def _run(options: argparse.Namespace) -> int:
    report = _Report()

    def report_failure(path: str, error: OSError | str) -> None:
        report.fail([unreadable(path, error)])

    files_with_specs = 0
    with executor_of(options) as (executor, workers), bar() as progress:
        found: Iterable[Found] = files(options.paths, report_failure, exclusion=exclusion_of(options))
        if progress is not None:
            found = list(found)
            progress.start(len(found))
        items = _items(found, report, progress)
        with closing(map_specs(summary_of, items, executor=executor, workers=workers)) as results:
            for _, of_file in groupby(results, lambda result: result.source.path):
                files_with_specs += 1
                for result in of_file:
                    report.add(result)
                    if progress is not None:
                        progress.show(specs=1)
    report.skipped = report.files - files_with_specs
    text = _FORMATS[options.format](report)
    if options.output is None:
        sys.stdout.write(text)
    else:
        replace_file(options.output, text.encode(errors="backslashreplace"))
    return COULD_NOT_RUN if report.is_unreadable else 1 if report.failed else 0


def _items(found: Iterable[Found], report: _Report, progress: Bar | None) -> Iterator[Item]:
    """The items of the files, which are counted when they are started."""
    scope = Scope("", MAX_SIZE, MAX_ARCHIVE_MEMBERS, MAX_ARCHIVE_SIZE)
    for path, is_named in found:
        source: Any = path
        if path == STANDARD_INPUT:
            try:
                source = input_stream()
            except OSError as error:
                report.fail([unreadable("<stdin>", error)])
                continue
        last = None
        for item in items_of(source, scope):
            if item.origin.path != last:
                last = item.origin.path
                report.files += 1
            yield item if is_named else item._replace(is_found=True)
        if last is None:  # an empty file or archive
            report.files += 1
        if progress is not None:
            progress.show(files=1)


#: The most groups that text shows: there may be thousands of images.
_MOST_ROWS = 20
_FIGURES = tuple(attrs.fields_dict(Figures))
#: The heads of the columns, short enough for 80 columns.
_HEADS = [name.replace("gpus_without", "no").replace("_", " ") for name in _FIGURES]


def _text(report: _Report) -> str:
    total = report.summary.total
    lines = [
        (
            f"{count(report.files, 'file')}, {count(total.experiments, 'experiment')}, {count(total.tasks, 'task')}, "
            f"{count(total.replicas, 'replica')}"
        ),
        (
            f"{count(total.gpus, 'GPU')}, {total.gpu_hours:,.1f} GPU-hours at most; "
            f"{count(total.gpus_without_timeout, 'GPU')} without a timeout"
        ),
    ]
    if report.failed:
        lines.append(f"{count(report.failed, 'spec')} could not be read")
    if report.skipped:
        lines.append(f"{count(report.skipped, 'file')} skipped: not an experiment spec")
    for grouping in GROUPINGS:
        ordered = _ordered(report, grouping)
        if not ordered:
            continue
        rows = [[printable_text(name), *_row(figures)] for name, figures in ordered[:_MOST_ROWS]]
        lines += ["", *_table([grouping, *_HEADS], rows)]
        if len(ordered) > len(rows):
            lines.append(f"and {len(ordered) - len(rows):,} more: see --format json or csv")
    if report.summary.problems:
        rows = [[rule, f"{number:,}"] for rule, number in _by_number(report)]
        lines += ["", *_table(["rule", "problems"], rows)]
    return without_commands("\n".join(lines) + "\n")


def _row(figures: Figures) -> list[str]:
    return [f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" for value in attrs.astuple(figures)]


def _ordered(report: _Report, grouping: str) -> list[tuple[str, Figures]]:
    """The groups, those with the most GPUs first."""
    return sorted(report.summary.groups[grouping].items(), key=lambda item: (-item[1].gpus, -item[1].replicas, item[0]))


def _by_number(report: _Report) -> list[tuple[str, int]]:
    """The rules, those with the most problems first."""
    return sorted(report.summary.problems.items(), key=lambda item: (-item[1], item[0]))


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    """The lines of a table whose first column is text and whose others are numbers."""
    widths = [max(map(_width, column)) for column in zip(head, *rows, strict=True)]
    for first, *rest in (head, *rows):
        numbers = [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield "  ".join([first + " " * (widths[0] - _width(first)), *numbers])


def _width(text: str) -> int:
    """The number of columns of a text on a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
        for char in text
    )


def _json(report: _Report) -> str:
    figures = {
        "files": report.files,
        "skipped": report.skipped,
        "failed": report.failed,
        **attrs.asdict(report.summary.total),
    }
    groups = {
        f"by_{grouping}": {name: attrs.asdict(figures) for name, figures in _ordered(report, grouping)}
        for grouping in GROUPINGS
    }
    problems = dict(sorted(report.summary.problems.items()))
    return json.dumps({**figures, **groups, "problems": problems}, indent=2) + "\n"


def _csv(report: _Report) -> str:
    summary = report.summary
    files = {name: getattr(report, name) for name in ("files", "skipped", "failed")}
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, ["grouping", "name", *_FIGURES, *files, "problems"], lineterminator="\n")
    writer.writeheader()
    writer.writerow({"grouping": "total", **attrs.asdict(summary.total), **files, "problems": summary.problems.total()})
    for grouping in GROUPINGS:
        for name, figures in _ordered(report, grouping):
            writer.writerow({"grouping": grouping, "name": printable_text(name), **attrs.asdict(figures)})
    for rule, number in _by_number(report):
        writer.writerow({"grouping": "rule", "name": rule, "problems": number})
    return written.getvalue()


_FORMATS: dict[str, Callable[[_Report], str]] = {"text": _text, "json": _json, "csv": _csv}
