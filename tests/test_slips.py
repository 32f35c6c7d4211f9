"""Slips that make a text invalid YAML: each is reported on its line, and its hint, followed to the letter, mends it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from conftest import EXAMPLES, ROOT

from beakerspec import Problem
from beakerspec.checking.check import check
from beakerspec.checking.settings import Settings

#: A line of a text, and the text after the slip; None where the line cannot have it.
Plant = Callable[[list[str], int], str | None]

_FIELD = re.compile(r"(?P<before> *(?:- +)*)(?P<key>[a-zA-Z]+): (?P<value>[^ #].*)")
_SHARE = 0.95


def _without_space(lines: list[str], index: int) -> str | None:
    """``key:value``: a value that starts with a sign would be another slip."""
    match = _FIELD.fullmatch(lines[index])
    if match is None or match["value"][0] in "\"'[{|>&*!":
        return None
    return f"{match['before']}{match['key']}:{match['value']}"


def _without_space_after_dash(lines: list[str], index: int) -> str | None:
    match = re.fullmatch(r"( *)- ([a-zA-Z]+: .*)", lines[index])
    return None if match is None else f"{match[1]}-{match[2]}"


def _without_dash(lines: list[str], index: int) -> str | None:
    """An item behind another one without its dash."""
    match = re.fullmatch(r"( *)- ([^-\[{\"'].*)", lines[index])
    if match is None or not re.match(rf"{match[1]}(?:- |  )", lines[index - 1]):
        return None
    return f"{match[1]}{match[2]}"


def _indented_by_one_more(lines: list[str], index: int) -> str | None:
    return f" {lines[index]}" if _FIELD.fullmatch(lines[index]) and "- " not in lines[index] else None


def _indented_by_one_less(lines: list[str], index: int) -> str | None:
    is_inside = lines[index].startswith(" ") and _FIELD.fullmatch(lines[index]) and "- " not in lines[index]
    return lines[index][1:] if is_inside else None


def _unclosed_bracket(lines: list[str], index: int) -> str | None:
    match = re.fullmatch(r"( *(?:- )*[a-zA-Z]+: \[[^\]]*)\]", lines[index])
    return None if match is None else match[1]


def _unclosed_brace(lines: list[str], index: int) -> str | None:
    match = re.fullmatch(r"( *(?:- )*[a-zA-Z]+: \{[^{}]*)\}", lines[index])
    return None if match is None else match[1]


def _unclosed_quote(lines: list[str], index: int) -> str | None:
    match = re.fullmatch(r"( *(?:- )*[a-zA-Z]+: ([\"'])[^\"'\\]*)\2", lines[index])
    return None if match is None else match[1]


def _odd_space(lines: list[str], index: int) -> str | None:
    return lines[index].replace(": ", ":\u00a0", 1) if _without_space(lines, index) is not None else None


def _backslash(lines: list[str], index: int) -> str | None:
    match = re.fullmatch(r"( *(?:- )*[a-zA-Z]+: )[a-z0-9A-Z/-]+", lines[index])
    return None if match is None else f'{match[1]}"C:\\data\\.d"'


PLANTS: dict[str, Plant] = {
    "missing space behind a colon": _without_space,
    "missing space behind a dash": _without_space_after_dash,
    "missing dash": _without_dash,
    "indentation one more": _indented_by_one_more,
    "indentation one less": _indented_by_one_less,
    "unclosed bracket": _unclosed_bracket,
    "unclosed brace": _unclosed_brace,
    "unclosed quote": _unclosed_quote,
    "no-break space": _odd_space,
    "backslash in double quotes": _backslash,
}


def followed(text: str, problem: Problem) -> str | None:
    """The text after its hint was followed to the letter."""
    lines = text.split("\n")
    assert problem.line is not None
    assert problem.column is not None
    line = lines[problem.line - 1]
    at = problem.column - 1
    hint = problem.hint or ""
    if match := re.fullmatch(r"write a space after (\w+):", hint):
        line = line.replace(f"{match[1]}:", f"{match[1]}: ", 1)
    elif match := re.fullmatch(r"write - (\w+)", hint):
        line = line.replace(f"-{match[1]}", f"- {match[1]}", 1)
    elif hint == 'start this line with "- "':
        line = f"{line[:at]}- {line[at:]}"
    elif match := re.fullmatch(r"indent it by (\d+)", hint):
        line = " " * int(match[1]) + line.lstrip(" ")
    elif match := re.fullmatch(r"(?:add|close the string with) (.) (?:at the end of the|on this) line", hint):
        line += match[1]
    elif hint == "replace it with a space":
        line = line.replace("\u00a0", " ")
    elif hint == "use single quotes for a string with backslashes":
        line = line.replace('"', "'")
    else:
        return None
    lines[problem.line - 1] = line
    return "\n".join(lines)


def specs() -> list[str]:
    """Texts in block style, each read as a mapping."""
    paths = [*(ROOT / EXAMPLES).glob("*.yaml"), *(Path(__file__).parent / "golden_rules").glob("*/good.yaml")]
    return [path.read_text("utf-8") for path in sorted(paths)]


def planted(plant: Plant, texts: list[str], most: int) -> Iterator[tuple[str, int]]:
    """Texts with one slip each, and its line. Those that are still YAML have none."""
    chosen = random.Random(0)
    places = [(text, index) for text in texts for index in range(1, text.count("\n"))]
    chosen.shuffle(places)
    for text, index in places:
        lines = text.split("\n")
        changed = plant(lines, index)
        if changed is None or lines[index].lstrip().startswith("#"):
            continue
        lines[index] = changed
        try:
            yaml.compose("\n".join(lines), yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)
        except yaml.YAMLError:
            yield "\n".join(lines), index + 1
            most -= 1
        if most == 0:
            return


def shares(plant: Plant, texts: list[str], most: int) -> tuple[int, float, float]:
    """How many slips were planted, and of these the shares that are reported on their line and mended by the hint."""
    number = placed = mended = 0
    for text, line in planted(plant, texts, most):
        number += 1
        [problem, *_] = [each for each in check(text, settings=Settings()) if each.rule == "yaml-syntax"]
        placed += problem.line == line
        after = followed(text, problem)
        mended += after is not None and not any(
            each.rule == "yaml-syntax" for each in check(after, settings=Settings())
        )
    return number, placed / number, mended / number


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANTS)
def test_a_slip_is_reported_on_its_line_and_its_hint_mends_it(name: str) -> None:
    number, placed, mended = shares(PLANTS[name], specs(), 60)
    assert number >= 10
    assert (placed >= _SHARE, mended >= _SHARE) == (True, True), (number, placed, mended)


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ('tasks:\n- image: {docker: x}\n  command: [grep, "\\d+"]\n', (3, 20), "use single quotes"),
        ('tasks:\n- image: {docker: x}\n  name: "C:\\Users"\n', (3, 12), "use single quotes"),
        ("tasks:\n- image: {docker: x}\n  command: [ls, *.txt]\n", (3, 17), "starts with *"),
        ("tasks:\n- image: {docker: x}\n  name: *.txt\n", (3, 9), "starts with *"),
        ("tasks:\n- image: {docker: x}\n  command: [a, |, tee]\n", (3, 16), "starts with |"),
        ("tasks:\n- image: {docker: x}\n  command: ['it's', b]\n", (3, 16), "use double quotes"),
        ("tasks:\n- image: {docker: x}\n  name: 'it's'\n", (3, 12), "use double quotes"),
        ("description: seeds: 1 to 5\n", (1, 19), 'contains ": "'),
    ],
)
def test_a_string_that_needs_other_quotes_is_named(text: str, place: tuple[int, int], hint: str) -> None:
    [problem] = [each for each in check(text, settings=Settings()) if each.rule == "yaml-syntax"]
    assert (problem.line, problem.column) == place
    assert hint in (problem.hint or "")


def test_a_missing_space_that_leaves_a_string_is_named_too() -> None:
    found = check("tasks:\n- image: {docker: x}\n  resources:\n    gpuCount:8\n", settings=Settings())
    [problem] = [each for each in found if each.rule == "invalid-type"]
    assert (problem.message, problem.hint) == ("missing space after the colon", "write a space after gpuCount:")


@pytest.mark.slow
def test_the_repairs_of_a_large_text_are_few() -> None:
    text = "tasks:\n" + "- image: {docker: x}\n  name: a\n" * 20_000
    assert [each.line for each in check(text + " name: b\n", settings=Settings()) if each.rule == "yaml-syntax"] == [
        40002
    ]
