"""JUnit's XML, which most services for continuous integration show: a test case for each file.

All errors of a file are one failure. Jenkins, GitLab and Azure show the first failure of a test case and drop the
others, and some parsers refuse a second one. Warnings fail nothing: they are the test case's output. The attributes
are those that Jenkins' schema has, which knows no ``file`` of a test case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

from ...problems import Problem, printable_text
from . import Report, Tally, Write
from .wording import path_from_here, printable_lines

__all__ = ["JUnitReport"]

_NAME = "beakerspec"


class JUnitReport(Report):
    """One suite, which begins with the number of its test cases and is therefore written at the end."""

    def __init__(self, write: Write, *, color: bool = False) -> None:
        super().__init__(write, color=color)
        self._cases: list[ElementTree.Element] = []

    def add(self, file: str, problems: Sequence[Problem]) -> None:
        """Keep a test case for the file."""
        name = printable_text(path_from_here(file).as_posix())
        case = ElementTree.Element("testcase", classname=_NAME, name=name)
        errors = [problem for problem in problems if problem.severity == "error"]
        if errors:
            more = f" (and {len(errors) - 1:,} more)" if len(errors) > 1 else ""
            message = printable_text(errors[0].message) + more
            ElementTree.SubElement(case, "failure", type=errors[0].rule, message=message).text = _texts(errors)
        warnings = [problem for problem in problems if problem.severity == "warning"]
        if warnings:
            ElementTree.SubElement(case, "system-out").text = _texts(warnings)
        self._cases.append(case)

    def end(self, tally: Tally) -> None:
        """Write the suite."""
        failures = sum(case.find("failure") is not None for case in self._cases)
        counts = {"name": _NAME, "tests": str(len(self._cases)), "failures": str(failures), "errors": "0"}
        suites = ElementTree.Element("testsuites", counts)
        ElementTree.SubElement(suites, "testsuite", counts).extend(self._cases)
        ElementTree.indent(suites)
        # All but ASCII is written as references to characters, so that the encoding of the output does not matter.
        text = ElementTree.tostring(suites, encoding="unicode").encode("ascii", "xmlcharrefreplace").decode("ascii")
        self._write(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n')


def _texts(problems: Iterable[Problem]) -> str:
    return "\n\n".join(printable_lines(str(problem)) for problem in problems)
