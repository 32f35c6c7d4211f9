"""``beakerspec schema``: print the JSON Schema of experiment specs."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..files import replace_file

_DESCRIPTION = """\
Print a JSON Schema (2020-12) of experiment specs. Editors use it to complete
and explain fields and to mark mistakes. For yaml-language-server, such as in
VS Code with the YAML extension, put this line at the top of a spec:

  # yaml-language-server: $schema=FILE
"""
_EPILOG = """\
exit codes:
  0  success
  2  wrong usage, or the file cannot be written
"""


def add_parser(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "schema",
        help="print the JSON Schema of specs, for editors",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "-o",
        "--output",
        default="-",
        metavar="FILE",
        help="the file to write (default: - for standard output)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the schema, or write it to a file. Returns the exit code."""
    from ..schema import json_schema  # here: the other commands start sooner without it

    # Standard output may have any encoding, so that all of it is ASCII.
    text = json.dumps(json_schema(), indent=2) + "\n"
    if options.output == "-":
        print(text, end="")
    else:
        replace_file(options.output, text.encode())
    return 0
