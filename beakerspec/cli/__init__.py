"""The command line: `main` and its parser. Each command is a module with `add_parser` and `run`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .. import __version__
from ..fields.names import nearest
from ..problems import printable_text
from . import streams

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 no errors, 1 errors, 2 could not run."""
    return streams.exit_code_of(lambda: _run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    parser = _parser()
    if "_ARGCOMPLETE" in os.environ:  # a shell wants to know how the line may go on
        _complete(parser)
    given = sys.argv[1:] if arguments is None else list(arguments)
    if not given:
        parser.print_help(sys.stderr)
        return streams.COULD_NOT_RUN
    options = _parsed(parser, given)
    code: int = options.run(options)
    return code


def _parsed(parser: argparse.ArgumentParser, arguments: list[str]) -> argparse.Namespace:
    """The options, or argparse's way to leave with what is wrong with them and with what may be meant."""
    name = arguments[0]
    commands = _commands_of(parser)
    if not name.startswith("-") and name not in commands:
        near = nearest(name, commands)
        hint = f"did you mean {near}?" if near else f"the commands are {', '.join(commands)}"
        parser.error(f"unknown command {printable_text(name)}: {hint}")
    options, unknown = parser.parse_known_args(arguments)
    command = commands[name] if unknown else parser
    if unknown and not any(each.startswith("-") for each in unknown):
        for action in command._get_positional_actions():
            if action.nargs == "*":  # the rest of them, behind an option
                setattr(options, action.dest, [*getattr(options, action.dest), *unknown])
                unknown = []
    if unknown:
        option = unknown[0].partition("=")[0]
        known = command._option_string_actions  # pyright: ignore[reportPrivateUsage]
        near = nearest(option, [each for each in known if each.startswith("--")])
        hint = f": did you mean {near}?" if near and option.startswith("-") else ""
        command.error(f"unknown argument {printable_text(option)}{hint}")
    return options


def _commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parsers of the commands by their names."""
    actions = parser._actions  # pyright: ignore[reportPrivateUsage]  # argparse has no public way to them
    return next(each.choices for each in actions if isinstance(each.choices, dict))


def _complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell, and leave. Without argcomplete there is no answer."""
    try:
        from argcomplete import autocomplete
    except ImportError:
        return
    autocomplete(parser)


_DESCRIPTION = """\
Check experiment specs for Beaker, AI2's cluster scheduler.
"""
_EPILOG = """\
`beakerspec COMMAND --help` describes a command. `beakerspec completion --help`
says how bash, zsh and fish complete what you type.
"""


def _parser() -> argparse.ArgumentParser:
    # Here: this takes most of the time of a start, in which Ctrl-C ends the program as later.
    from . import check, completion, init, rules, schema, set, show, summary

    parser = argparse.ArgumentParser(
        prog="beakerspec",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("-V", "--version", action="version", version=f"beakerspec {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (init, check, set, show, summary, rules, schema, completion):
        command.add_parser(commands)
    return parser
