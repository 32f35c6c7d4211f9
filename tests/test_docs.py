"""The documentation is true: README.md and the docstrings run here, and the generated pages are in step."""

from __future__ import annotations

import configparser
import doctest
import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable
from difflib import unified_diff
from pathlib import Path
from typing import Any

import attrs
import pytest
import yaml
from conftest import ROOT

import beakerspec
from beakerspec import Problem, check
from beakerspec.checking.rules import RULES, Rule
from beakerspec.checking.settings import read_settings
from beakerspec.cli import main
from beakerspec.cli.reports import Tally
from beakerspec.docstrings import attribute_docs, docstring_of
from beakerspec.reported_fix import FixEdit, ReportedFix

README = ROOT / "README.md"
RULES_PAGE = ROOT / "beakerspec" / "checking" / "rules" / "README.md"
BENCHMARKS_PAGE = ROOT / "benchmarks" / "README.md"
PAGES = (RULES_PAGE, BENCHMARKS_PAGE, ROOT / "tests" / "parity" / "README.md", ROOT / "CHANGELOG.md")
FENCED = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
#: The first line of a block that is to be saved.
FILE_NAME = re.compile(r"# (\S+)\n")
OPTIONS = doctest.ELLIPSIS | doctest.REPORT_NDIFF

#: The tests of the installed package run beside some files of the project only.
in_checkout = pytest.mark.skipif(not (ROOT / "setup.cfg").exists(), reason="needs all files of the project")

#: Fails with the differences if a page is not this text.
InStep = Callable[[Path, str], None]

MODULES = [
    "beakerspec",
    *(
        module.name
        for module in pkgutil.walk_packages(beakerspec.__path__, "beakerspec.")
        if not module.name.endswith("__main__")
    ),
]


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


@pytest.fixture
def in_step(matches_golden: Callable[[Path, str], bool]) -> InStep:
    def fail_if_not(page: Path, text: str) -> None:
        before = text_of(page)
        if not matches_golden(page, text):
            difference = unified_diff(before.splitlines(), text.splitlines(), "as it is", "renewed", n=1, lineterm="")
            pytest.fail("\n".join(["run pytest --update-golden", str(page), *difference]), pytrace=False)

    return fail_if_not


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


class Recorder(doctest.DocTestRunner):
    """Runs examples, and keeps what those print that do not print what the documentation says."""

    def __init__(self) -> None:
        super().__init__(optionflags=OPTIONS)
        self.printed: dict[doctest.Example, str] = {}

    def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        self.printed[example] = got

    def report_unexpected_exception(
        self, out: Any, test: doctest.DocTest, example: doctest.Example, exc_info: Any
    ) -> None:
        self.report_failure(out, test, example, "".join(traceback.format_exception(*exc_info)))


def with_python_run(body: str, names: dict[str, Any]) -> str:
    """A block of Python with what its examples print. They use and change the names of the blocks before."""
    examples = doctest.DocTestParser().get_doctest(body, {}, "README.md", None, 0)
    examples.globs = names
    recorder = Recorder()
    recorder.run(examples, clear_globs=False)
    lines = body.splitlines(keepends=True)
    for example, printed in reversed(recorder.printed.items()):
        start = example.lineno + example.source.count("\n")
        shown = re.sub(r"(?m)^$(?=\n)", "<BLANKLINE>", printed)
        lines[start : start + example.want.count("\n")] = [shown]
    return "".join(lines)


def with_commands_run(body: str) -> str:
    """A console block with what its commands print. A command continues after a backslash at the end of its line."""
    shown = ""
    for command, expected in re.findall(r"^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
        # The command of this Python, also where the scripts of its environment are not on the path.
        script = f'beakerspec() {{ "$PYTHON" -m beakerspec "$@"; }}\n{command}'
        printed = subprocess.run(
            ["sh", "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHON": sys.executable},
            text=True,
            encoding="utf-8",
            check=False,
        ).stdout
        is_as_shown = doctest.OutputChecker().check_output(expected, printed, OPTIONS)
        shown += f"$ {command}{expected if is_as_shown else printed}"
    return shown


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the examples are for a POSIX shell")
def test_the_readme_works_from_an_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_step: InStep
) -> None:
    # Block by block, as a reader goes through it: files are saved, commands and Python run.
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}

    def run(block: re.Match[str]) -> str:
        language, body = block["language"], block["body"]
        if language == "python":
            body = with_python_run(body, names)
        elif language == "console":
            body = with_commands_run(body)
        elif language != "sh":
            file_name = FILE_NAME.match(body)
            assert file_name, f"a first line that names the file, as in `# train.yaml`:\n{body}"
            Path(file_name[1]).write_text(body, encoding="utf-8")
        return f"```{language}\n{body}```"

    in_step(README, FENCED.sub(run, text_of(README)))


def test_the_only_shell_commands_without_output_are_the_two_that_ci_runs() -> None:
    marked = re.findall(r"^<!-- (\S+)-command -->\n```sh\n", text_of(README), re.MULTILINE)
    assert marked == ["main", "test"]
    assert text_of(README).count("```sh\n") == 2


def test_the_readme_names_commands_and_options_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    commands = re.findall(r"^    (\w+)  ", capsys.readouterr().out, re.MULTILINE)
    for line in re.findall(r"(?:^\$ |`)((?:beakerspec |-)[^`|\n]*)", text_of(README), re.MULTILINE):
        # Options that stand alone are those of `check`.
        command, *words = line.split()[1:] if line.startswith("beakerspec") else ["check", *line.split()]
        assert command in commands, line
        assert main([command, "--help"]) == 0
        assert options(words) <= options(re.split(r"[\s,]+", capsys.readouterr().out)), line


@pytest.mark.slow
@pytest.mark.parametrize("page", [README, BENCHMARKS_PAGE], ids=["the project", "benchmarks"])
def test_the_commands_for_benchmarks_have_the_options_that_a_page_names(page: Path) -> None:
    named = re.findall(r"`python -m (benchmarks[.\w]*)([^`]*)`", text_of(page))
    assert named
    for module, words in named:
        command = [sys.executable, "-m", module, "--help"]
        shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        assert options(words.split()) <= options(re.split(r"[\s,]+", shown)), words


def options(words: list[str]) -> set[str]:
    return {word.strip("[]") for word in words if word.startswith(("-", "[-")) and word != "-"}


def source_address() -> str:
    """The address of the repository: the setting that all links into it derive from."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    addresses = dict(re.findall(r"^(\w+) = (\S+)$", config["metadata"]["project_urls"], re.MULTILINE))
    return str(addresses["Source"])


#: A link to a file of the newest commit: to its page, or to the file itself. ``tree`` is for folders.
INTO_REPOSITORY = re.compile(r"https?://[^\s()<>\"]+?(?=/(?:blob|raw|tree)/HEAD/)")


@in_checkout
def test_links_of_the_readme_into_the_repository_have_its_address(in_step: InStep) -> None:
    # Absolute, so that they lead there from the package index, too.
    linked = INTO_REPOSITORY.sub(source_address(), text_of(README))
    linked = re.sub(r"(?<=- repo: )\S+", source_address(), linked)
    in_step(README, linked)


@in_checkout
def test_links_of_the_readme_lead_to_files_that_exist() -> None:
    paths = re.findall(INTO_REPOSITORY.pattern + r"/(?:blob|raw|tree)/HEAD/([^\s()<>\"#]+)", text_of(README))
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_readme_has_no_relative_link() -> None:
    targets = re.findall(r"\]\(([^)]*)\)|(?:src|href)=\"([^\"]*)\"", text_of(README))
    relative = [target for pair in targets for target in pair if target and not re.match(r"https?://", target)]
    assert relative == []


@in_checkout
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_relative_links_of_a_page_lead_to_files_and_headings_that_exist(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)]*)\)", text_of(page)):
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        headings = re.findall(r"^#+ (.*)$", text_of(linked), re.MULTILINE)
        assert not anchor or anchor in {heading.lower().replace(" ", "-") for heading in headings}, target


@in_checkout
def test_the_hook_of_the_readme_exists() -> None:
    [config] = re.findall(r"^# .pre-commit-config.yaml\n.*?(?=^```$)", text_of(README), re.MULTILINE | re.DOTALL)
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    [repository] = yaml.safe_load(config)["repos"]
    assert repository["hooks"] == [{"id": hook["id"]} for hook in hooks]


RULES_HEAD = """\
# The rules

`beakerspec check` reports what breaks these rules. `beakerspec rules` prints the list, and `beakerspec rules NAME` one
rule.

Nothing turns off a rule that is marked *always*: a file that breaks it gives no spec. A rule that is marked *site*
needs facts about a site, which [settings](../../../README.md#settings) give. `beakerspec check --fix` fixes what a rule
with a *safe fix* finds: the spec means the same afterwards. An *unsafe fix* may change that, and needs
`--unsafe-fixes`. Below the list, each rule has an example that breaks it, what `beakerspec check` prints about the rule
there, and an example that does not break it.

[The JSON report](#the-json-report) is described at the end.

`python -m pytest tests/test_docs.py --update-golden` writes this page from the rules in this folder.

"""

JSON_HEAD = """
# The JSON report

`beakerspec check --format json` prints one object. `problems` is a list of objects, and the other fields count:

"""
PROBLEM_HEAD = """
Each problem has all these fields. `--format jsonl` prints such an object on each line, and nothing else. `to_json()` of
a problem returns it in Python. Messages and hints may change in any version; `rule` and `path` are for programs.

"""

FIX_HEAD = """
`fix` of a problem has these fields:

"""
EDIT_HEAD = """
Each of its `edits` has these:

"""

#: What JSON calls the types of the fields.
JSON_TYPES = {
    "str": "string",
    "Severity": "string",
    "int": "number",
    "bool": "boolean",
    "tuple[FixEdit, ...]": "list of objects",
    "str | None": "string or null",
    "int | None": "number or null",
    "ReportedFix | None": "object or null",
}
#: What Python reads them as.
OF_JSON: dict[str, tuple[type[Any], ...]] = {
    "string": (str,),
    "number": (int,),
    "boolean": (bool,),
    "list of objects": (list,),
    "string or null": (str, type(None)),
    "number or null": (int, type(None)),
    "object or null": (dict, type(None)),
}


def json_fields(cls: type[Any], names: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The type and the meaning of each field of a report."""
    fields = {field.alias: field for field in attrs.fields(cls)}
    docs = attribute_docs(cls)
    found = {}
    for name in names:
        about = docs[name] if name in docs else docstring_of(getattr(cls, name).fget)
        meaning = re.sub(r"\bNone\b", "Null", " ".join(about.replace("``", "`").split()))
        found[name] = (JSON_TYPES[str(fields[name].type)], meaning)
    return found


def table_of(fields: dict[str, tuple[str, str]]) -> str:
    rows = [f"| `{name}` | {kind} | {meaning} |\n" for name, (kind, meaning) in fields.items()]
    return "".join(["| field | type | meaning |\n", "|---|---|---|\n", *rows])


def test_the_json_report_has_the_fields_that_are_described(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("tasks:\n- {image: {docker: a}, replicas: 0, resources: {gpuCount: '8'}}\n")
    main(["check", "--no-config", "--format", "json", str(spec), str(tmp_path / "missing")])
    report = json.loads(capsys.readouterr().out)
    problems = report.pop("problems")
    fixes = [each["fix"] for each in problems if each["fix"] is not None]
    edits = [edit for fix in fixes for edit in fix["edits"]]
    assert edits
    for cls, objects in ((Tally, [report]), (Problem, problems), (ReportedFix, fixes), (FixEdit, edits)):
        for values in objects:
            described = json_fields(cls, fields_of_report(cls))
            assert values.keys() == described.keys()
            assert all(isinstance(value, OF_JSON[described[name][0]]) for name, value in values.items())


def fields_of_report(cls: type[Any]) -> list[str]:
    return list(Problem(rule="").to_json()) if cls is Problem else [field.name for field in attrs.fields(cls)]


def printed_about_bad_example(rule: Rule, folder: Path) -> str:
    """The report on the example that breaks a rule, without what other rules find."""
    config, spec = folder / "settings.toml", Path("spec.json" if rule.bad.startswith("{") else "spec.yaml")
    config.write_text(rule.settings, encoding="utf-8")
    spec.write_bytes(rule.bad.encode())
    problems = check(spec, settings=read_settings(config))
    return "\n\n".join(str(problem) for problem in problems if problem.rule == rule.name)


@in_checkout
def test_the_page_of_the_rules_is_in_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], in_step: InStep
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["rules", "--format", "markdown"]) == 0
    page = RULES_HEAD + re.sub(r"(?m)^\| `([\w-]+)`", r"| [`\1`](#\1)", capsys.readouterr().out)
    for rule in RULES:
        assert main(["rules", rule.name, "--format", "markdown"]) == 0
        section = capsys.readouterr().out
        if rule.bad:
            printed = f"Printed:\n\n```text\n{printed_about_bad_example(rule, tmp_path)}\n```\n"
            section = section.replace("\nRight:\n", f"\n{printed}\nRight:\n")
        page += f"\n#{section}"
    for head, cls in (JSON_HEAD, Tally), (PROBLEM_HEAD, Problem), (FIX_HEAD, ReportedFix), (EDIT_HEAD, FixEdit):
        page += head + table_of(json_fields(cls, fields_of_report(cls)))
    in_step(RULES_PAGE, page)


def test_the_figures_of_the_readme_are_those_of_the_benchmarks(in_step: InStep) -> None:
    lines = text_of(ROOT / "benchmarks" / "results.md").splitlines()
    medians: dict[str, list[str]] = {}
    for line in lines:
        step, *values = cells(line)
        medians.setdefault(step, [value.partition(" ±")[0] for value in values])
    before, start, rest = text_of(README).partition("<!-- figures -->\n")
    shown, end, after = rest.partition("<!-- end of figures -->")
    head, rule, *rows = [line for line in shown.splitlines() if line.startswith("|")]
    columns = [medians["step"].index(title) for title in cells(head)[1:]]
    renewed = [head, rule]
    for row in rows:
        step = cells(row)[0]
        renewed.append(f"| {' | '.join([step, *(medians[step][column] for column in columns)])} |")
    renewed += ["", *(line for line in lines if line.startswith(("- Machine:", "- Corpus:"))), ""]
    in_step(README, before + start + "\n".join(renewed) + end + after)


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_the_settings_of_the_readme_have_the_effect_that_it_names(tmp_path: Path) -> None:
    for block in FENCED.finditer(text_of(README)):
        if (name := FILE_NAME.match(block["body"])) and name[1] in ("train.yaml", ".beakerspec.toml"):
            (tmp_path / name[1]).write_text(block["body"], encoding="utf-8")
    assert [problem.rule for problem in check(tmp_path / "train.yaml")] == ["timeout-bounds"]


def test_the_changelog_names_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == beakerspec.__version__
