"""Specs inside workflows, Markdown and scripts: the same findings as alone, at their places in the file around them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beakerspec import Problem, Settings, check, load_many
from beakerspec.checking.check import looks_like_a_spec
from beakerspec.checking.embedded import embedded_in
from beakerspec.cli import main

HERE = Path(__file__).parent
GOLDEN = HERE / "golden_embedded"
FILES = sorted(path for path in GOLDEN.iterdir() if path.suffix != ".txt")

SPEC = "version: v2\nbudget: a\ntasks:\n- image: {docker: a}\n  context: {minRuntime: 0s}\n  timeout: 1h\n"
BAD = SPEC + "  imagee: b\n"
#: Where the mistake of `BAD` is.
LINE, COLUMN = 7, 3


class Checked(list[tuple[str, int | None, int | None]]):
    """The rules that a report names, with their lines and columns; and the whole report."""

    def __init__(self, code: int, report: dict[str, Any]) -> None:
        super().__init__((each["rule"], each["line"], each["column"]) for each in report["problems"])
        self.code = code
        self.report = report


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Write a file into an empty folder and check it, or the folder."""
    monkeypatch.chdir(tmp_path)

    def run(name: str, text: str | bytes, *options: str, path: str | None = None) -> Checked:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        code = main(["check", "--format", "json", *(options or ("--embedded",)), path or name])
        return Checked(code, json.loads(capsys.readouterr().out))

    return run


def indented(text: str, by: str) -> str:
    return "".join(by + line if line.strip() else line for line in text.splitlines(keepends=True))


def step(spec: str, header: str = "|") -> str:
    return f"steps:\n- uses: allenai/beaker-run-action@v1\n  with:\n    spec: {header}\n{indented(spec, '      ')}"


# Whole files


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_gives_its_report(
    path: Path,
    matches_golden: Callable[[Path, str], bool],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(GOLDEN)
    main(["check", "--no-config", "--embedded", path.name])
    report = capsys.readouterr().out
    assert "hunter2" not in report
    assert matches_golden(path.with_suffix(".txt"), report)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_specs_inside_are_loaded_as_they_are_checked(path: Path) -> None:
    found = embedded_in(path.read_bytes(), path.name)
    loaded = list(load_many(path, embedded=True))
    assert [each.source.line for each in loaded] == [each.places[0][0] for each in found]
    assert [str(each.source) for each in loaded] == [f"{path}:{each.places[0][0]}" for each in found]


# The same findings as alone

_ALONE = [path.read_bytes() for path in sorted(HERE.glob("golden*/**/*.yaml"))]


def _texts() -> list[str]:
    texts: list[str] = []
    for data in _ALONE:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            continue
        is_plain = all(each.isprintable() or each == "\n" for each in text)
        if is_plain and looks_like_a_spec(data) and not any(sign in text for sign in ("${", "```", "~~~")):
            texts.append(text.rstrip("\n") + "\n")
    return texts


TEXTS = st.sampled_from(_texts())
INDENTS = st.sampled_from(["", "  ", "     "])
FILLERS = st.lists(st.sampled_from(["", "# a title", "text with `code`", "- a: b"]), max_size=4)


def _placed(text: str, before: int, width: int) -> list[Problem]:
    """The problems of a text alone, moved by so many lines and columns."""
    problems = [attrs.evolve(problem, fix=None).to_json() for problem in check(text, settings=Settings())]
    lines = text.count("\n")
    for each in problems:
        for line, column in (("line", "column"), ("end_line", "end_column"), ("other_line", "other_column")):
            if each[line] is not None:
                each[column] += width if each[line] <= lines else 0
                each[line] += before
    return sorted(Problem(**each) for each in problems)


def _found(outer: str, name: str) -> list[Problem]:
    (embedded,) = embedded_in(outer.encode(), name)
    problems = check(embedded.text, settings=Settings())
    return sorted(Problem(**{**embedded.moved(each).to_json(), "message": each.message}) for each in problems)


def _without_messages(problems: list[Problem]) -> list[dict[str, Any]]:
    # Where a message names a line, it is that of the file around.
    hidden = ("message", "hint")
    return [{name: value for name, value in each.to_json().items() if name not in hidden} for each in problems]


same_as_alone = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.slow
@same_as_alone
@given(TEXTS, INDENTS, FILLERS, st.sampled_from(["```", "~~~~"]), st.sampled_from(["yaml", "yml title=x", " YAML"]))
def test_a_fence_has_the_findings_of_its_text(text: str, indent: str, before: list[str], fence: str, info: str) -> None:
    head = [*before, "", f"{indent}{fence}{info}"]
    outer = "\n".join(head) + "\n" + indented(text, indent) + f"{indent}{fence}\nend\n"
    wanted = _placed(text, len(head), len(indent))
    assert _without_messages(_found(outer, "a.md")) == _without_messages(wanted)


@pytest.mark.slow
@same_as_alone
@given(TEXTS, FILLERS)
def test_a_heredoc_has_the_findings_of_its_text(text: str, before: list[str]) -> None:
    outer = "\n".join([*before, "cat <<'EOF' | beaker experiment create -"]) + f"\n{text}EOF\necho done\n"
    assert _without_messages(_found(outer, "a.sh")) == _without_messages(_placed(text, len(before) + 1, 0))


@pytest.mark.slow
@same_as_alone
@given(TEXTS, st.sampled_from(["|", "|-", "|+", "|2", "|2-  # why"]), st.booleans())
def test_a_block_scalar_has_the_findings_of_its_text(text: str, header: str, is_last: bool) -> None:
    width = 6
    if text.startswith(" ") and "2" not in header:
        header = "|2"
    outer = step(text, header) + ("" if is_last else "    token: a\n- run: b\n")
    assert _without_messages(_found(outer, "a.yml")) == _without_messages(_placed(text, 4, width))


# Workflows


def test_a_step_is_checked_whatever_its_spec_looks_like(checked: Callable[..., Checked]) -> None:
    assert checked("a.yml", step("taks: []\n")) == [("missing-budget", 5, 7), ("unknown-field", 5, 7)]


def test_a_spec_of_another_action_is_one_if_it_looks_like_one(checked: Callable[..., Checked]) -> None:
    for text, count in ((BAD, 1), ("spec: of something else\n", 0)):
        outer = step(text).replace("allenai/beaker-run-action@v1", "./")
        assert checked("a.yml", outer, path=".").report["checked"] == count


@pytest.mark.parametrize("header", ["|", "|-", ">2", "&a |", "!!str |+  # why"])
def test_the_header_of_a_block_scalar_may_be(checked: Callable[..., Checked], header: str) -> None:
    text = indented(BAD, "  ") if ">" in header else BAD  # what is indented more is not folded
    width = 8 if ">" in header else 6
    assert checked("a.yml", step(text, header)) == [("unknown-field", LINE + 4, COLUMN + width)]


@pytest.mark.parametrize("spec", [json.dumps(BAD), "'{tasks: [{image: {docker: a}, imagee: b}]}'"])
def test_a_spec_in_quotes_has_its_problems_at_the_quotes(checked: Callable[..., Checked], spec: str) -> None:
    problems = checked("a.yml", f"- uses: allenai/beaker-run-action@v1\n  with:\n    spec: {spec}\n")
    assert {(line, column) for _, line, column in problems} == {(3, 11)}
    assert {each["end_column"] for each in problems.report["problems"]} == {11 + len(spec)}


def test_a_folded_spec_is_read_as_folded(checked: Callable[..., Checked]) -> None:
    problems = checked("a.yml", step(BAD, ">"))
    assert [(rule, line) for rule, line, _ in problems] == [("yaml-syntax", 4)]


@pytest.mark.parametrize(
    "steps",
    [
        f"{step(BAD, '&spec |')}- uses: allenai/beaker-run-action@v1\n  with: {{spec: *spec}}\n",
        f"steps:\n- run: &run |\n    cat <<EOF\n{indented(BAD, '    ')}    EOF\n- run: *run\n",
    ],
    ids=["spec", "script"],
)
def test_a_spec_that_an_alias_repeats_is_reported_once(checked: Callable[..., Checked], steps: str) -> None:
    assert len(checked("a.yml", steps)) == 1


def test_a_workflow_that_is_no_yaml_is_left_to_github(checked: Callable[..., Checked]) -> None:
    assert checked("a.yml", "a: b: c\n" + step(BAD), path=".").report["skipped"] == 1


def test_a_spec_that_comes_from_an_expression_is_left_alone(checked: Callable[..., Checked]) -> None:
    outer = "- uses: allenai/beaker-run-action@v1\n  with: {spec: '${{ inputs.spec }}'}\n"
    assert checked("a.yml", outer, path=".").report["skipped"] == 1


@pytest.mark.parametrize(
    "field",
    [
        "replicas: ${{ inputs.n }}",
        "resources: {gpuCount: ${{ a }}, memory: ${{ b }}GiB}",
        "context: {priority: '${{ a }}', minRuntime: ${{ a || '1h' }}}",
        "timeout: ${{ a }}",
        "datasets: [{mountPath: '${{ a }}', source: {beaker: a}}, {mountPath: '${{ b }}', source: {secret: a}}]",
        "datasets: [{mountPath: /a, source: {result: '${{ a }}'}}]",
        "datasets: [{mountPath: /a, source: ${{ a }}}]",
        "envVars: [{name: ${{ a }}, value: b}, {name: ${{ b }}, value: b}]",
        "${{ a }}: b",
        "  ${{ a }}",
    ],
)
def test_what_github_replaces_is_not_judged(checked: Callable[..., Checked], field: str) -> None:
    spec = SPEC.replace("  context: {minRuntime: 0s}\n", "").replace("  timeout: 1h\n", "")
    constraints = "  constraints: {cluster: [a]}\n"
    problems = checked("a.yml", step(f"{spec}{constraints}  {field}\n"), "--embedded", "--ignore", "timeout")
    assert problems == []


def test_two_expressions_of_one_length_are_not_the_same(checked: Callable[..., Checked]) -> None:
    names = [f"- name: ${{{{ {name} }}}}\n  image: {{docker: a}}\n" for name in "ab"]
    spec = "budget: a\ntasks:\n" + "".join(names)
    assert "duplicate-task-name" not in {rule for rule, _, _ in checked("a.yml", step(spec))}


def test_templates_are_expanded_beside_expressions(checked: Callable[..., Checked]) -> None:
    spec = SPEC.replace("docker: a", "docker: '${{ a }}/{{.Env.LONGER}}', imagee: b") + "  replicas: {{.Env.N}}\n"
    options = ("--embedded", "--env", "N=0", "--env", "LONGER=" + 100 * "x")
    assert checked("a.yml", step(spec), *options) == [("unknown-field", 8, 53), ("replicas", 11, 19)]


# Markdown


@pytest.mark.parametrize(
    ("outer", "places"),
    [
        ("```yaml\n{}```\n", [(LINE + 1, COLUMN)]),
        ("```yaml\n{}", [(LINE + 1, COLUMN)]),
        ("````yaml\n{}```\n````\n", None),
        ("~~~yaml\n{}```\n", None),
        ("``` yaml\n{}````\n", [(LINE + 1, COLUMN)]),
        ("```yaml\n{0}```\n```yaml\n{0}```\n", [(LINE + 1, COLUMN), (2 * LINE + 3, COLUMN)]),
        ("- ```yaml\n{2}  ```\n", [(LINE + 1, COLUMN + 2)]),
        ("1.  a\n\n    ```yaml\n{4}    ```\n", [(LINE + 3, COLUMN + 4)]),
        ("-\ta\n\n\t```yaml\n{t}\t```\n", [(LINE + 3, COLUMN + 1)]),
        ("> ```yaml\n{>}> ```\n", [(LINE + 1, COLUMN + 2)]),
        ("> ```yaml\n{>}```yaml\n{0}```\n", [(LINE + 1, COLUMN + 2), (2 * LINE + 2, COLUMN)]),
        ("```yaml\n{4}```\n", [(LINE + 1, COLUMN + 4)]),
        ("```python\n{}```\n", []),
        ("```\n{}```\n", []),
        ("`yaml`\n{}", []),
        ("```yaml `a`\n{}```\n", []),
        ("```bash\nbeaker experiment create - <<X\n{}X\n```\n", [(LINE + 2, COLUMN)]),
    ],
)
def test_a_fence_is_one_as_commonmark_has_it(
    checked: Callable[..., Checked], outer: str, places: list[tuple[int, int]] | None
) -> None:
    for sign, by in (("{}", ""), ("{0}", ""), ("{2}", "  "), ("{4}", "    "), ("{t}", "\t"), ("{>}", "> ")):
        outer = outer.replace(sign, indented(BAD, by))
    problems = checked("a.md", outer)
    if places is None:  # the fence ends elsewhere, and holds more than the spec
        assert [rule for rule, _, _ in problems] == ["yaml-syntax"]
    else:
        assert problems == [("unknown-field", *place) for place in places]


def test_line_ends_of_windows_are_counted_alike(checked: Callable[..., Checked]) -> None:
    text = f"# a\n\n```yaml\n{BAD}```\n".replace("\n", "\r\n")
    assert checked("a.md", text) == [("unknown-field", LINE + 3, COLUMN)]


def test_a_workflow_in_a_fence_is_one(checked: Callable[..., Checked]) -> None:
    assert checked("a.md", f"```yaml\n{step(BAD)}```\n") == [("unknown-field", LINE + 5, COLUMN + 6)]


# Scripts


@pytest.mark.parametrize(
    ("outer", "places"),
    [
        ("cat <<EOF\n{}EOF\n", [(LINE + 1, COLUMN)]),
        ("cat << 'E F'>a\n{}E F\n", [(LINE + 1, COLUMN)]),
        ('cat <<-"EOF"\n{t}\tEOF\n', [(LINE + 1, COLUMN + 1)]),
        ("cat <<\\EOF | a\n{}EOF\n", [(LINE + 1, COLUMN)]),
        ("cat <<A <<B\nc\nA\n{}B\n", [(LINE + 3, COLUMN)]),
        ("cat <<A\n{0}A\ncat <<A\n{0}A\n", [(LINE + 1, COLUMN), (2 * LINE + 3, COLUMN)]),
        ("x=$((1 << b))\ncat <<EOF\n{}EOF\n", [(LINE + 2, COLUMN)]),
        ("  cat <<EOF\n{2}EOF\n", [(LINE + 1, COLUMN + 2)]),
        ("cat <<EOF\n{}", []),
        ("# cat <<EOF\n{}EOF\n", []),
        ("cat <<<EOF\n{}EOF\n", []),
    ],
)
def test_a_heredoc_is_one_as_the_shell_has_it(
    checked: Callable[..., Checked], outer: str, places: list[tuple[int, int]]
) -> None:
    for sign, by in (("{}", ""), ("{0}", ""), ("{2}", "  "), ("{t}", "\t")):
        outer = outer.replace(sign, indented(BAD, by))
    assert checked("a.sh", outer) == [("unknown-field", *place) for place in places]


@pytest.mark.parametrize("value", ["$N", "${N}", "${N:-1}", "$(cat n)", "$((2 * $(nproc)))", "`cat n`", "1$N", "$1"])
def test_what_the_shell_replaces_is_not_judged(checked: Callable[..., Checked], value: str) -> None:
    text = f"{SPEC}  replicas: {value}\n"
    assert checked("a.sh", f"cat <<EOF\n{text}EOF\n") == []
    assert [line for _, line, _ in checked("a.sh", f"cat <<'EOF'\n{text}EOF\n")] == [8]


def test_what_stands_in_lines_that_the_shell_inserts_is_not_missing(checked: Callable[..., Checked]) -> None:
    text = "$HEAD\ntasks:\n- name: a\n  $IMAGE\n  $CLUSTER\n- name: b\n  image: {docker: c}\n"
    assert checked("a.sh", f"cat <<EOF\n{text}EOF\n") == [("no-cluster", 7, 3)]


def test_a_file_with_a_shebang_is_a_script(checked: Callable[..., Checked]) -> None:
    outer = f"#!/usr/bin/env bash\ncat <<EOF\n{BAD}EOF\n"
    assert checked("launch", outer) == [("unknown-field", LINE + 2, COLUMN)]


# What holds for all of them


def test_without_the_option_nothing_is_found(checked: Callable[..., Checked]) -> None:
    for name, text in (("a.md", f"```yaml\n{BAD}```\n"), ("a.sh", f"<<E\n{BAD}E\n"), ("a.yml", step(BAD))):
        checked(name, text, "--no-config", path=".")
    report = checked("b.yaml", SPEC, "--no-config", path=".").report
    assert (report["checked"], report["skipped"], report["problems"]) == (1, 1, [])


def test_a_folder_is_searched_for_such_files(checked: Callable[..., Checked]) -> None:
    checked("docs/a.md", f"```yaml\n{BAD}```\n")
    checked("a.sh", f"<<E\n{BAD}E\n")
    checked("b.yaml", SPEC)
    checked("none.md", "# nothing\n")
    problems = checked(".github/workflows/a.yml", step(BAD), path=".")
    assert [each["file"].replace("\\", "/") for each in problems.report["problems"]] == [
        "./a.sh",
        "./.github/workflows/a.yml",
        "./docs/a.md",
    ]
    assert (problems.report["checked"], problems.report["skipped"]) == (4, 1)


def test_each_spec_inside_counts(checked: Callable[..., Checked]) -> None:
    assert checked("a.md", f"```yaml\n{SPEC}```\n```yaml\n{BAD}```\n").report["checked"] == 2


def test_a_named_file_without_specs_is_skipped(checked: Callable[..., Checked]) -> None:
    problems = checked("a.md", "# nothing\n")
    assert (problems.code, problems.report["skipped"]) == (0, 1)


def test_a_spec_is_checked_itself_whatever_its_arguments_hold(checked: Callable[..., Checked]) -> None:
    spec = f"{BAD}  arguments:\n  - |\n    cat <<EOF\n{indented(SPEC, '    ')}    EOF\n"
    problems = checked("a.yaml", spec, "--embedded", "--severity", "error")
    assert problems == [("unknown-field", LINE, COLUMN)]


def test_a_comment_suppresses_inside_of_its_spec(checked: Callable[..., Checked]) -> None:
    quiet = BAD.replace("imagee: b", "imagee: b  # beakerspec: ignore[unknown-field]")
    problems = checked("a.md", f"# a\n```yaml\n{quiet}```\n```yaml\n{BAD}```\n")
    assert problems == [("unknown-field", 2 * LINE + 4, COLUMN)]
    assert problems.report["suppressed"] == 1


def test_a_comment_that_suppresses_nothing_has_its_place(checked: Callable[..., Checked]) -> None:
    problems = checked("a.yml", step(f"# beakerspec: ignore[no-cluster]\n{SPEC}"))
    assert problems == [("unused-suppression", 5, 28)]


def test_the_earlier_place_of_a_key_is_that_in_the_file(checked: Callable[..., Checked]) -> None:
    problems = checked("a.yml", step(f"{SPEC}  timeout: 2h\n")).report["problems"]
    assert [(each["line"], each["message"]) for each in problems] == [(11, 'duplicate key "timeout", first at 10:9')]


def test_a_byte_that_is_not_utf_8_has_its_place(checked: Callable[..., Checked]) -> None:
    outer = f"é\n```yaml\n{SPEC}  # \xe9\n```\n".encode("latin-1")
    assert checked("a.md", outer) == [("encoding", LINE + 2, COLUMN + 2)]


@pytest.mark.parametrize("name", [".beakerspec.toml", "pyproject.toml"])
def test_settings_may_ask_for_it(checked: Callable[..., Checked], name: str) -> None:
    table = "[tool.beakerspec]\n" if name == "pyproject.toml" else ""
    Path(name).write_text(f"{table}embedded = true\n")
    outer = f"```yaml\n{BAD}```\n"
    assert checked("docs/a.md", outer, "--exit-zero", path=".") == [("unknown-field", LINE + 1, COLUMN)]
    assert checked("docs/a.md", outer, "--no-embedded", path=".") == []


def test_annotations_name_the_lines_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yml").write_text(step(BAD))
    main(["check", "--embedded", "--format", "github", "a.yml"])
    assert "file=a.yml,line=11,endLine=11,col=9,endColumn=15" in capsys.readouterr().out
    main(["check", "--embedded", "--format", "sarif", "a.yml"])
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    assert (region["startLine"], region["startColumn"], region["endColumn"]) == (11, 9, 15)


# Many sources


def test_specs_of_an_archive_are_loaded(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("docs/a.md", f"```yaml\n{SPEC}---\n{SPEC}```\n```yaml\n{BAD}```\n")
    loaded = list(load_many(tmp_path / "a.zip", embedded=True))
    assert [(each.source.index, each.source.line) for each in loaded] == [(0, 2), (1, 8), (2, 17)]
    assert all(each.spec is not None for each in loaded)
    assert [(problem.rule, problem.line) for each in loaded for problem in each.problems] == [("unknown-field", 23)]


def test_without_the_option_no_other_file_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"```yaml\n{SPEC}```\n")
    (tmp_path / "a.yml").write_text(step(SPEC))
    assert list(load_many(tmp_path)) == []
    assert len(list(load_many(tmp_path, embedded=True))) == 2


def test_a_large_file_is_searched_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("text\n---\n" * 50_000 + f"```yaml\n{SPEC}```\n")
    assert [each.source.line for each in load_many(tmp_path, embedded=True)] == [100_002]


def test_a_file_that_is_too_large_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"```yaml\n{SPEC}```\n" + 100 * "text\n")
    (loaded,) = load_many(tmp_path, embedded=True, max_size=200)
    assert [problem.rule for problem in loaded.problems] == ["too-large"]


def test_what_github_replaces_stays_as_it_is_written() -> None:
    text = step(SPEC.replace("docker: a", "docker: '${{ inputs.image }}'"))
    (loaded,) = load_many(("a.yml", text.encode()), embedded=True)
    assert loaded.spec is not None
    assert loaded.spec.tasks[0].image is not None
    assert loaded.spec.tasks[0].image.docker == "${{ inputs.image }}"


def test_specs_inside_are_not_fixed(checked: Callable[..., Checked]) -> None:
    outer = f"```yaml\n{SPEC}  replicas: 1\n  context: {{}}\n```\n".replace("tasks:", "retry: {}\ntasks:")
    outer = outer.replace("docker: a", "docker: a, imagee: b")
    problems = checked("a.md", outer, "--embedded", "--fix")
    assert Path("a.md").read_text() == outer
    assert problems != []
    assert {each["fix"] for each in problems.report["problems"]} == {None}
    assert (problems.report["fixable"], problems.report["unsafe"]) == (0, 0)
