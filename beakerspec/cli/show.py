"""``beakerspec show``: print a spec as beakerspec understands it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import attrs

from ..documents.writer import write_yaml
from ..fields.names import json_name
from ..files import contents, read, replace_file
from ..limits import MAX_SIZE
from ..model import ExperimentSpec, TaskSpec
from ..problems import rendered
from ..structuring.converter import unstructure_for_yaml
from .selection import STANDARD_INPUT, add_template_options, environment_of
from .streams import COULD_NOT_RUN, complain, read_input

_DESCRIPTION = """\
Print an experiment spec as beakerspec understands it: templates expanded,
aliases and merge keys replaced by what they stand for, names and durations in
one spelling, fields in one order. Top-level fields whose names start with x-,
which hold anchors for other places, are left out, and unknown fields are kept.
Values of environment variables are shown.

What is printed can be submitted:

  beakerspec show launch.yaml --expand-env | beaker experiment create -
"""
_EPILOG = """\
exit codes:
  0  the spec is printed, or written
  1  the file is no spec: standard error says why
  2  could not run: wrong usage, or a file that cannot be read or written
"""


def add_parser(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "show",
        help="print a spec as beakerspec understands it",
        usage="beakerspec show [OPTION ...] FILE",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", help="the spec; a dash is standard input")
    parser.add_argument("--format", choices=("yaml", "json"), default="yaml", help="what to print (default: yaml)")
    parser.add_argument(
        "--defaults", action="store_true", help="also print the settings of a task that are off, which is their default"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write it to a file, in one step")
    add_template_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the spec. Returns the exit code."""
    is_input = options.file == STANDARD_INPUT
    try:
        data = read_input() if is_input else contents(options.file, MAX_SIZE)
    except OSError as error:
        complain("<stdin>" if is_input else options.file, error)
        return COULD_NOT_RUN
    reading = read(
        ExperimentSpec,
        data,
        file="<stdin>" if is_input else options.file,
        is_json=options.file.endswith(".json"),
        env=environment_of(options),
    )
    if reading.value is None:
        for problem in reading.problems:
            print(rendered(problem), file=sys.stderr)
        return 1
    shown = _shown(reading.value, with_defaults=options.defaults)
    # Durations are text in JSON as well: Beaker's command line reads both as YAML, and takes no number for one.
    text = write_yaml(shown) if options.format == "yaml" else json.dumps(shown, indent=2, ensure_ascii=False) + "\n"
    if options.output is not None:
        replace_file(options.output, text.encode())
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())  # a spec is UTF-8, whatever standard output is set to
    return 0


_OFF = [json_name(field.name) for field in attrs.fields(TaskSpec) if field.default is False]


def _shown(spec: ExperimentSpec, *, with_defaults: bool) -> dict[str, Any]:
    data = {name: value for name, value in unstructure_for_yaml(spec).items() if not name.startswith("x-")}
    if not with_defaults:
        for task in data["tasks"]:
            for name in _OFF:
                if task[name] is False:
                    del task[name]
    return data
