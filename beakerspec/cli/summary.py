"""``beakerspec summary``: what many specs ask for, in figures."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import attrs

from ..bulk import Mapped, map_specs
from ..files import replace_file
from ..problems import printable_text
from ..summary import GROUPINGS, Figures, Summary, summary_of
from .crews import add_options, executor_of
from .progress import bar
from .reports.wording import count
from .selection import files
from .streams import COULD_NOT_RUN, say

_DESCRIPTION = """\
Add up what experiment specs ask for: experiments, tasks, replicas, GPUs and the GPU-hours that their timeouts bound,
by cluster, priority, image and budget, and the problems of their rules.
"""
_EPILOG = """\
paths:
  A path is a file, a folder, a pattern such as 'runs/**/*.yaml', an archive (.tar, .tar.gz, .zip, ...), or a file with
  a spec on each line (.jsonl). YAML files may hold several documents.

figures:
  A task that names several clusters counts for each of them. GPU-hours are GPUs times the timeout of their task, and
  do not count retries; GPUs of tasks without a timeout are counted apart.

exit codes:
  0  all specs were read
  1  some were not, and the figures are those of the others
  2  could not run: wrong usage, or a file that cannot be read or written
"""


def add_parser(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "summary",
        help="add up what specs ask for",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="what to add up: see below")
    parser.add_argument(
        "--format",
        choices=tuple(_FORMATS),
        default="text",
        help="text for people (the default), json, or csv with a line for each group",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file, in one step at the end")
    add_options(parser)
    parser.set_defaults(run=run)


@attrs.define
class _Report:
    summary: Summary = attrs.field(factory=Summary)
    #: Files and members of archives that were looked at.
    files: int = 0
    #: Specs of which there is none to add up.
    failed: int = 0


def run(options: argparse.Namespace) -> int:
    """Add up the paths and print the figures. Returns the exit code."""
    report = _Report()
    unreadable = 0
    with (
        executor_of(options.scheduler) as executor,
        closing(map_specs(summary_of, options.paths, executor=executor, workers=options.workers)) as results,
        bar(lambda: _count_files(options.paths)) as advance,
    ):
        last: tuple[str, str | None] | None = None
        for result in results:
            source = result.source.file, result.source.member
            if source != last:
                last = source
                report.files += 1
                advance()
            unreadable += _add(report, result)
    text = _FORMATS[options.format](report)
    if options.output is None:
        sys.stdout.write(text)
    else:
        replace_file(options.output, text.encode(errors="backslashreplace"))
    return COULD_NOT_RUN if unreadable else 1 if report.failed else 0


def _add(report: _Report, result: Mapped[Summary]) -> bool:
    """Add one result; whether it is a file that could not be read."""
    if result.value is not None:  # what is only a warning, the rules have found as well
        report.summary.add(result.value)
        return False
    report.failed += 1
    report.summary.problems.update(problem.rule for problem in result.problems)
    first = next(problem for problem in result.problems if problem.severity == "error")
    say(str(first).partition("\n")[0])
    return first.rule == "unreadable"


def _count_files(paths: list[str]) -> int:
    """How many there are to look at: as near as the bar needs."""
    return sum(1 for _ in files(paths, lambda *_: None))


#: Groups that are shown as text: there may be thousands of images.
_MOST_ROWS = 20
_FIGURES = tuple(attrs.fields_dict(Figures))


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
    for grouping in GROUPINGS:
        ordered = _ordered(report, grouping)
        rows = [[printable_text(name), *_row(figures)] for name, figures in ordered[:_MOST_ROWS]]
        lines += ["", *_table([grouping, *(name.replace("_", " ") for name in _FIGURES)], rows)]
        if len(ordered) > len(rows):
            lines.append(f"and {len(ordered) - len(rows):,} more, which --format json and csv list")
    if report.summary.problems:
        by_count = sorted(report.summary.problems.items(), key=lambda item: (-item[1], item[0]))
        lines += ["", *_table(["rule", "problems"], [[rule, f"{number:,}"] for rule, number in by_count])]
    return "\n".join(lines) + "\n"


def _row(figures: Figures) -> list[str]:
    return [f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" for value in attrs.astuple(figures)]


def _ordered(report: _Report, grouping: str) -> list[tuple[str, Figures]]:
    """The groups that ask for most first."""
    return sorted(report.summary.groups[grouping].items(), key=lambda item: (-item[1].gpus, -item[1].replicas, item[0]))


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    """The lines of a table whose first column is text and whose others are numbers."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        first, *rest = row
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()


def _json(report: _Report) -> str:
    figures = {"files": report.files, "failed": report.failed, **attrs.asdict(report.summary.total)}
    groups = {
        f"by_{grouping}": {name: attrs.asdict(figures) for name, figures in _ordered(report, grouping)}
        for grouping in GROUPINGS
    }
    problems = dict(sorted(report.summary.problems.items()))
    return json.dumps({**figures, **groups, "problems": problems}, indent=2) + "\n"


def _csv(report: _Report) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(["grouping", "name", *_FIGURES])
    writer.writerow(["total", "", *attrs.astuple(report.summary.total)])
    for grouping in GROUPINGS:
        for name, figures in _ordered(report, grouping):
            writer.writerow([grouping, name, *attrs.astuple(figures)])
    return written.getvalue()


_FORMATS: dict[str, Callable[[_Report], str]] = {"text": _text, "json": _json, "csv": _csv}
