"""``beakerspec rules``: list the rules, or explain one."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import textwrap
from typing import Any

from ..checking.rules import RULES, Rule
from ..fields.names import nearest
from ..problems import printable_text
from .streams import fail

_DESCRIPTION = """\
List the rules that `beakerspec check` knows: the name of each, how grave it is to break it, and what is wrong then.
With a name, explain that rule: why it matters, which fields it reads, and an example of each kind.
"""
_EPILOG = """\
Rules marked "always" keep a file from being read, and cannot be turned off. Those marked "site" need facts of the
site, which the settings give.

exit codes:
  0  the rules are listed
  2  there is no rule of that name
"""


def add_parser(commands: Any) -> None:
    """Add the command to the parser's."""
    parser = commands.add_parser(
        "rules",
        help="list the rules, or explain one",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    name = parser.add_argument("name", nargs="?", metavar="NAME", help="the rule to explain")
    name.completer = lambda **_: [rule.name for rule in RULES]
    parser.add_argument(
        "--format",
        choices=("text", "json", "markdown"),
        default="text",
        help="text for people (the default), json for programs, or markdown for documents",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the rules, or the one that was named. Returns the exit code."""
    rules = RULES
    if options.name is not None:
        rules = tuple(rule for rule in RULES if rule.name == options.name)
        if not rules:
            near = nearest(options.name, [rule.name for rule in RULES])
            hint = f"did you mean {near}?" if near else "beakerspec rules lists them all"
            return fail(f"there is no rule {printable_text(options.name)}: {hint}")
    if options.format == "json":
        described = [rule.to_json() for rule in rules]
        print(json.dumps(described if options.name is None else described[0], indent=2))
    elif options.name is None:
        print(_table(rules) if options.format == "markdown" else _list(rules), end="")
    else:
        print(_markdown(rules[0]) if options.format == "markdown" else _text(rules[0]), end="")
    return 0


def _mark(rule: Rule) -> str:
    """In a word, when a rule is not one that can simply be turned off."""
    return "always" if rule.is_fatal else "site" if rule.settings else ""


def _list(rules: tuple[Rule, ...]) -> str:
    width = max(len(rule.name) for rule in rules)
    lines = []
    for rule in rules:
        mark = f" ({_mark(rule)})" if _mark(rule) else ""
        lines.append(f"{rule.name:{width}}  {rule.severity:7}  {rule.summary}{mark}\n")
    return "".join(lines)


def _table(rules: tuple[Rule, ...]) -> str:
    lines = ["| rule | severity | what is wrong | |\n", "|---|---|---|---|\n"]
    lines += [f"| `{rule.name}` | {rule.severity} | {rule.summary} | {_mark(rule)} |\n" for rule in rules]
    return "".join(lines)


def _text(rule: Rule) -> str:
    width = min(shutil.get_terminal_size().columns, 100) if sys.stdout.isatty() else 100
    lines = [f"{rule.name} ({', '.join(filter(None, (rule.severity, _mark(rule))))})", ""]
    lines += [*_wrapped(rule.summary, width), "", *_wrapped(rule.why, width)]
    if rule.reads:
        lines += ["", *_wrapped(f"It reads {', '.join(rule.reads)}.", width)]
    for title, _, example in rule.examples:
        lines += ["", title, *(f"  {printable_text(line)}" for line in example.splitlines())]
    return "\n".join(lines) + "\n"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)


def _markdown(rule: Rule) -> str:
    text = f"# {rule.name}\n\n{rule.summary}\n\n{rule.why}\n"
    for title, language, example in rule.examples:
        lines = "".join(f"{printable_text(line)}\n" for line in example.splitlines())
        text += f"\n{title}\n\n```{language}\n{lines}```\n"
    return text
