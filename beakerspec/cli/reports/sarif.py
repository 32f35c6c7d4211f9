"""SARIF 2.1.0, the format of OASIS for the results of analyses, as GitHub's code scanning takes it.

Messages hold braces as they are. The standard wants them doubled, for the sake of placeholders such as ``{0}``, but
viewers replace placeholders only where there are arguments for them, and would show YAML with every brace twice.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from textwrap import indent
from typing import Any
from urllib.parse import quote_from_bytes

from ... import __version__
from ...checking.rules import RULES
from ...checking.rules.rule import Rule
from ...problems import Problem, printable_text
from ...reported_fix import ReportedFix
from . import Report, Tally, Write
from .wording import explanation, path_in_repository, printable_lines

__all__ = ["SarifReport"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
#: What relative paths start from. GitHub takes this name for the top of the repository.
_ROOT = "%SRCROOT%"


class SarifReport(Report):
    """One run, which begins with the rules that were broken and is therefore written at the end."""

    def __init__(self, write: Write, *, color: bool = False) -> None:
        super().__init__(write, color=color)
        self._results: list[dict[str, Any]] = []
        #: The place of each broken rule in the list of them.
        self._rules: dict[str, int] = {}

    def add(self, file: str, problems: Sequence[Problem]) -> None:
        """Keep a result for each problem."""
        artifact = _artifact(file)
        for problem in problems:
            index = self._rules.setdefault(problem.rule, len(self._rules))
            self._results.append(_result(artifact, problem, index))

    def end(self, tally: Tally) -> None:
        """Write the run."""
        known = {rule.name: rule for rule in RULES}
        driver = {
            "name": "beakerspec",
            "version": __version__,
            "rules": [_descriptor(name, known) for name in self._rules],
        }
        run = {
            "tool": {"driver": driver},
            "invocations": [{"executionSuccessful": not tally.unreadable}],
            "originalUriBaseIds": {
                _ROOT: {"description": {"text": "The top folder of the repository, or the working directory."}}
            },
            "columnKind": "unicodeCodePoints",
            "results": self._results,
        }
        self._write(json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n")


def _artifact(file: str) -> dict[str, str]:
    path = path_in_repository(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote_from_bytes(os.fsencode(path.as_posix())), "uriBaseId": _ROOT}


def _result(artifact: Mapping[str, str], problem: Problem, rule_index: int) -> dict[str, Any]:
    # Code scanning shows only what has a line.
    region = {
        "startLine": problem.line or 1,
        "startColumn": problem.column,
        "endLine": problem.end_line,
        "endColumn": problem.end_column,
    }
    given = {name: value for name, value in region.items() if value is not None}
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact, "region": given}}
    result: dict[str, Any] = {
        "ruleId": problem.rule,
        "ruleIndex": rule_index,
        "level": problem.severity,
        "message": {"text": printable_lines(explanation(problem))},
        "locations": [location],
    }
    if problem.fix is not None and problem.fix.edits:
        result["fixes"] = [_fix(artifact, problem.fix)]
    if problem.path:
        path = printable_text(problem.path)
        location["logicalLocations"] = [{"fullyQualifiedName": path}]
        # The same when lines above are added or removed. GitHub adds a fingerprint of its own, from the line's text.
        result["partialFingerprints"] = {"path/v1": path}
    return result


def _fix(artifact: Mapping[str, str], fix: ReportedFix) -> dict[str, Any]:
    replacements = [
        {
            "deletedRegion": {
                "startLine": edit.line,
                "startColumn": edit.column,
                "endLine": edit.end_line,
                "endColumn": edit.end_column,
            },
            "insertedContent": {"text": edit.text},
        }
        for edit in fix.edits
    ]
    safety = "The spec means the same." if fix.is_safe else "The spec may mean something else."
    return {
        "description": {"text": safety},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }


def _descriptor(name: str, known: Mapping[str, Rule]) -> dict[str, Any]:
    """What there is to say about a rule; of one that is not known, its name."""
    rule = known.get(name)
    if rule is None:
        return {"id": name}
    return {
        "id": name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": " ".join(f"{rule.summary} {rule.why}".split())},
        "defaultConfiguration": {"level": rule.severity},
        "help": _help(rule),
    }


def _help(rule: Rule) -> dict[str, str]:
    """Why the rule matters, and its examples."""
    codes = [(title, language, code.rstrip("\n")) for title, language, code in rule.examples]
    return {
        "text": "\n\n".join([rule.why, *(f"{title}\n\n{indent(code, '    ')}" for title, _, code in codes)]),
        "markdown": "\n\n".join([rule.why, *(f"{title}\n\n```{kind}\n{code}\n```" for title, kind, code in codes)]),
    }
