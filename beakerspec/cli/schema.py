"""``beakerspec schema``: print the JSON Schema of experiment specs."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..checking.settings import SettingsError, SettingsFinder, read_settings
from ..files import replace_file
from .streams import fail

_DESCRIPTION = """\
Print a JSON Schema (2020-12) of experiment specs. Editors use it to complete
and explain fields and to mark mistakes. For yaml-language-server, such as in
VS Code with the YAML extension, put this line at the top of a spec:

  # yaml-language-server: $schema=FILE

With --settings, editors offer the clusters, budgets and priorities that the
settings of `beakerspec check` list under [site], and mark others as mistakes.
"""
_EPILOG = """\
exit codes:
  0  success
  2  wrong usage, invalid settings, or the file cannot be written

example:
  beakerspec schema --settings -o beakerspec.schema.json
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
    parser.add_argument(
        "--settings",
        nargs="?",
        const="",
        metavar="FILE",
        help="with the names of the site in FILE (default: in the settings that apply in the working directory)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the schema, or write it to a file. Returns the exit code."""
    from ..schema import json_schema  # here: the other commands start sooner without it

    names: dict[str, Any] = {}
    if options.settings is not None:
        try:
            names = _names(options.settings)
        except SettingsError as error:
            return fail(str(error))
        if not names:
            return fail(
                "the settings list no clusters, budgets or priorities: add them under [site], or leave --settings out"
            )
    # Standard output may have any encoding, so that all of it is ASCII.
    text = json.dumps(json_schema(**names), indent=2) + "\n"
    if options.output == "-":
        print(text, end="")
    else:
        replace_file(options.output, text.encode())
    return 0


def _names(path: str) -> dict[str, Any]:
    """What the settings list, by the names of the schema's arguments. Raises `SettingsError`."""
    site = (read_settings(path) if path else SettingsFinder().settings_for(None)).site
    names: dict[str, Any] = {"budgets": site.budgets, "priorities": site.priorities}
    if site.clusters is not None:
        names["clusters"] = [cluster.name for cluster in site.clusters]
        names["aliases"] = [alias for cluster in site.clusters for alias in cluster.aliases]
    return {name: values for name, values in names.items() if values is not None}
