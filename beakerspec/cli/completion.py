"""``beakerspec completion``: print what makes a shell complete the command line."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from .streams import fail

#: The line of a shell's start-up file, and the file.
_START_UP = {
    "bash": ('eval "$(beakerspec completion bash)"', "~/.bashrc"),
    "zsh": ('eval "$(beakerspec completion zsh)"', "~/.zshrc, after compinit"),
    "fish": ("beakerspec completion fish | source", "~/.config/fish/config.fish"),
}
_DESCRIPTION = """\
Print a script that makes a shell complete commands, options and names of rules.
"""
_EPILOG = """\
Add the line for your shell to its start-up file. The script runs the beakerspec
that is on the PATH, however that was installed. It needs beakerspec[cli].

{lines}

exit codes:
  0  success
  2  wrong usage, or argcomplete is not installed
""".format(lines="\n".join(f"  {line:38}  # {file}" for line, file in _START_UP.values()))


def add_parser(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "completion",
        help="print the script for completion in a shell",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=tuple(_START_UP), metavar="SHELL", help=", ".join(_START_UP))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the script. Returns the exit code."""
    try:
        argcomplete: Any = import_module("argcomplete")
    except ImportError:
        return fail('completion requires argcomplete: pip install "beakerspec[cli]"')
    print(argcomplete.shellcode(["beakerspec"], shell=options.shell), end="")
    return 0
