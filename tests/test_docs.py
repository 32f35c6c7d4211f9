"""What the documentation shows is what happens: README.md and the docstrings run here."""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT

import beakerspec
from beakerspec.checking.settings import read_settings
from beakerspec.cli import main

README = (ROOT / "README.md").read_text(encoding="utf-8")
FENCED = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
OPTIONS = doctest.ELLIPSIS | doctest.REPORT_NDIFF

MODULES = [
    "beakerspec",
    *(
        module.name
        for module in pkgutil.walk_packages(beakerspec.__path__, "beakerspec.")
        if not module.name.endswith("__main__")
    ),
]


def blocks(language: str) -> list[re.Match[str]]:
    """The fenced blocks of README.md in one language."""
    return [block for block in FENCED.finditer(README) if block["language"] == language]


def line_of(block: re.Match[str]) -> int:
    """The line of README.md that a block opens at."""
    return README.count("\n", 0, block.start()) + 1


def fail_if_different(example: doctest.DocTest) -> None:
    """Run the examples; the report of the first difference is the reason of failure."""
    report: list[str] = []
    doctest.DocTestRunner(optionflags=OPTIONS).run(example, out=report.append)
    if report:
        pytest.fail("".join(report), pytrace=False)


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.usefixtures("with_examples")
def test_examples_in_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    # The names of the module and the public ones, without `from __future__ import annotations`, as at a prompt.
    public = {name: getattr(beakerspec, name) for name in beakerspec.__all__}
    names = {**vars(module), **public, "annotations": None}
    for example in doctest.DocTestFinder(exclude_empty=True).find(module, globs=names):
        fail_if_different(example)


@pytest.mark.usefixtures("with_examples")
def test_python_in_the_readme() -> None:
    # One after the other, as they are read; all other lines are blanked, so that reports name the right ones.
    python, end = "", 0
    for block in blocks("python"):
        python += re.sub(r".+", "", README[end : block.start("body")]) + block["body"]
        end = block.end("body")
    fail_if_different(doctest.DocTestParser().get_doctest(python, {}, "README.md", "README.md", 0))


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: f"line {line_of(block)}")
def test_python_in_the_readme_shows_what_comes_out(block: re.Match[str]) -> None:
    assert doctest.DocTestParser().get_examples(block["body"])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the examples are for a POSIX shell")
@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: f"line {line_of(block)}")
@pytest.mark.usefixtures("with_examples")
def test_commands_in_the_readme(block: re.Match[str]) -> None:
    # A command goes on after a backslash at the end of its line.
    commands = re.findall(r"^\$ ((?:.*\\\n)*.*)\n", block["body"], re.MULTILINE)
    expected = re.sub(r"^\$ (?:.*\\\n)*.*\n", "", block["body"], flags=re.MULTILINE)
    # The command of this Python, also where the scripts of its environment are not on the path.
    script = "\n".join(['beakerspec() { "$PYTHON" -m beakerspec "$@"; }', *commands])
    got = subprocess.run(
        ["sh", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHON": sys.executable},
        text=True,
        encoding="utf-8",
        check=False,
    ).stdout
    checker = doctest.OutputChecker()
    if not checker.check_output(expected, got, OPTIONS):
        example = doctest.Example("\n".join(commands), expected)
        pytest.fail(checker.output_difference(example, got, OPTIONS), pytrace=False)


def test_the_changelog_names_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == beakerspec.__version__


def test_the_readme_lists_the_rules(
    capsys: pytest.CaptureFixture[str], matches_golden: Callable[[Path, str], bool]
) -> None:
    assert main(["rules", "--format", "markdown"]) == 0
    before, start, listed = README.partition("<!-- rules -->\n")
    _, end, after = listed.partition("<!-- end of rules -->")
    assert matches_golden(ROOT / "README.md", before + start + capsys.readouterr().out + end + after)


def test_the_settings_in_the_readme_can_be_read(tmp_path: Path) -> None:
    [block] = blocks("toml")
    settings_file = tmp_path / ".beakerspec.toml"
    settings_file.write_text(block["body"], encoding="utf-8")
    assert read_settings(settings_file).site.clusters
