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
List the rules of `beakerspec check`, each with its severity and a summary. With
a name, explain that rule: why it matters, which fields it reads, and examples.
"""
_EPILOG = """\
Rules marked "always" report what keeps a file from being read, and cannot be
turned off. Rules marked "site" need facts about the site from the settings.

exit codes:
  0  success
  2  unknown rule
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
        help="text (the default), json or markdown",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the rules, or the one that was named. Returns the exit code."""
    rules = RULES
    if options.name is not None:
        rules = tuple(rule for rule in RULES if rule.name == options.name)
        if not rules:
            near = nearest(options.name, [rule.name for rule in RULES])
            hint = f"did you mean {near}?" if near else "`beakerspec rules` lists the rules"
            return fail(f"unknown rule {printable_text(options.name)}: {hint}")
    if options.format == "json":
        described = [rule.to_json() for rule in rules]
        print(json.dumps(described if options.name is None else described[0], indent=2))
    elif options.name is None:
        print(_table(rules) if options.format == "markdown" else _list(rules), end="")
    else:
        print(_markdown(rules[0]) if options.format == "markdown" else _text(rules[0]), end="")
    return 0


def _mark(rule: Rule) -> str:
    """Whether a rule can simply be turned off, and whether `check --fix` fixes what it finds: in a few words."""
    switch = "always" if rule.is_fatal else "site" if rule.settings else ""
    return ", ".join(filter(None, (switch, rule.fix and f"{rule.fix} fix")))


def _list(rules: tuple[Rule, ...]) -> str:
    width = max(len(rule.name) for rule in rules)
    lines = []
    for rule in rules:
        start = f"{rule.name:{width}}  {rule.severity:7}  "
        text = f"{rule.summary} ({_mark(rule)})" if _mark(rule) else rule.summary
        # Programs get a line for each rule, and a terminal whole words.
        room = shutil.get_terminal_size().columns - len(start) if sys.stdout.isatty() else len(text)
        lines.append(
            f"\n{' ' * len(start)}".join(
                [start + each if not index else each for index, each in enumerate(_wrapped(text, max(room, 20)))]
            )
            + "\n"
        )
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
        lines += ["", *_wrapped(f"Reads: {', '.join(rule.reads)}", width)]
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
