"""Specs inside other files: in the steps of GitHub workflows, in the fences of Markdown, in the heredocs of shells.

A file is taken apart into blocks of lines that know where they stand in it, and a block into smaller ones: a fence of
Markdown may hold a script, a step of a workflow may run one, and a heredoc in it holds the spec.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from ..documents.complete_reader import Node, locate_yaml
from ..documents.templates import GITHUB_EXPRESSION, SHELL_EXPANSION, SHELL_OR_GITHUB
from ..limits import MAX_SIZE
from ..problems import Problem
from .check import looks_like_a_spec

__all__ = ["SUFFIXES", "Embedded", "embedded_in", "holds_others"]

_MARKDOWN = (".md", ".markdown")
_SHELL = (".sh", ".bash")
_YAML = (".yaml", ".yml")
#: The endings of files that are not specs but may have specs in them.
SUFFIXES = (*_MARKDOWN, *_SHELL)
_SHEBANG = re.compile(rb"#![^\n]*\b(?:ba|da|k|z)?sh\b")
#: Without one of these, no text holds a spec: most files are not looked at any further. To look for the words first
#: takes a thirtieth of the time.
_SIGNS = {
    b"beaker-run-action": re.compile(rb""),
    b"tasks": re.compile(rb"""tasks\\?["']?\s*:"""),
    b"version": re.compile(rb"""version\\?["']?\s*:\s*\\?["']?v2"""),
}

_ACTION = re.compile(r"[^@]*\bbeaker-run-action\b")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
# What stands before a block scalar: its tag and anchor, its sign, and a comment.
_HEADER = re.compile(r"(?:[&!]\S*[ \t]+)*[|>][-+0-9]*[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n)")
# https://spec.commonmark.org/0.31.2/#fenced-code-blocks, in list items and block quotes, too.
_FENCE = re.compile(
    r"(?P<quotes>(?: {0,3}>)*)(?P<indent>[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)"
    r"(?P<fence>`{3,}(?=[^`]*\Z)|~{3,})(?P<info>.*)",
    re.DOTALL,
)
_QUOTE = re.compile(r" {0,3}>")
_LANGUAGE = re.compile(r"[A-Za-z-]+")
_YAML_LANGUAGES = ("yaml", "yml", "json")
_SHELL_LANGUAGES = ("bash", "console", "sh", "shell", "shell-session", "zsh")
# https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_07_04
_HEREDOC = re.compile(r"""(?<!<)<<(?P<dash>-?)[ \t]*(?P<word>\\?[A-Za-z_][\w.-]*|'[^'\r\n]+'|"[^"\r\n]+")""")


@attrs.frozen
class Embedded:
    """A spec in a file of another kind."""

    text: str
    #: The line and column of the file at which each line of the text starts, and the place behind the last one. If the
    #: text is written in another way, only the two places between which it stands.
    places: Sequence[tuple[int, int]]
    has_lines: bool = True
    is_json: bool = False
    #: What the file's own program replaces before Beaker gets the text.
    expansions: re.Pattern[str] | None = None

    def moved(self, problem: Problem) -> Problem:
        """A problem of the text, at its place in the file, without its fix: the fix is for the text alone."""
        if problem.line is None:
            return attrs.evolve(problem, fix=None)
        line, column = self.place(problem.line, problem.column)
        end_line, end_column = self.place(problem.end_line, problem.end_column, is_end=True)
        problem = attrs.evolve(problem, line=line, column=column, end_line=end_line, end_column=end_column, fix=None)
        if problem.other_line is not None:
            line, column = self.place(problem.other_line, problem.other_column)
            problem = attrs.evolve(problem, other_line=line, other_column=column)
        return problem

    def place(self, line: int | None, column: int | None, *, is_end: bool = False) -> tuple[int, int]:
        """The line and the column of the file of a line and a column of the text."""
        if not self.has_lines:
            return self.places[-1 if is_end else 0]
        first_line, first_column = self.places[(line or 1) - 1]
        return first_line, first_column + (column or 1) - 1


@attrs.frozen
class _Block:
    """Some lines of a file, each from a column on."""

    lines: Sequence[str]
    #: Where each line starts in the file, and the place behind the last one.
    places: Sequence[tuple[int, int]]

    def part(self, first: int, widths: Sequence[int]) -> _Block:
        """The lines from `first` on, so many as there are widths, each without as many characters at its start."""
        last = first + len(widths)
        lines = [line[width:] for line, width in zip(self.lines[first:last], widths, strict=True)]
        moved = [(line, column + width) for (line, column), width in zip(self.places[first:last], widths, strict=True)]
        return _Block(lines, [*moved, self.places[last]])

    def dedented(self) -> _Block:
        """The lines without the blanks with which all of them start."""
        indents = [_indent(line) for line in self.lines if line.strip()]
        width = min(indents, default=0)
        return self.part(0, [min(width, _indent(line)) for line in self.lines]) if width else self

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def spec(self, language: str = "yaml", expansions: re.Pattern[str] | None = None) -> Embedded:
        return Embedded(self.text, self.places, is_json=language == "json", expansions=expansions)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def holds_others(path: str, data: bytes = b"") -> bool:
    """Whether specs may stand inside a file: Markdown, or a shell script by its name or its first line."""
    return path.endswith(SUFFIXES) or ("." not in os.path.basename(path) and _SHEBANG.match(data) is not None)


def embedded_in(data: bytes, path: str, max_size: int = MAX_SIZE) -> list[Embedded]:
    """The specs in a file of another kind, in their order. Its name, or its first line, says what kind it is.

    In a larger file none are found: only its start may be here.

    A text is a spec if it looks like one. The ``spec`` that a step of a workflow gives to beaker-run-action always is.
    """
    finds = next((finds for suffixes, finds in _FINDERS.items() if path.endswith(suffixes)), None)
    if finds is None and holds_others(path, data):
        finds = _in_script
    if finds is None or len(data) > max_size or not _may_hold_a_spec(data):
        return []
    text = data.decode(errors="surrogateescape").removeprefix("\ufeff")
    lines = _LINE.findall(text)
    return list(finds(_Block(lines, [(number, 1) for number in range(1, len(lines) + 2)])))


def _may_hold_a_spec(data: bytes) -> bool:
    return any(word in data and sign.search(data) is not None for word, sign in _SIGNS.items())


def _looks_like_a_spec(block: _Block) -> bool:
    return looks_like_a_spec(block.text.encode(errors="surrogateescape"))


def _in_markdown(block: _Block) -> Iterator[Embedded]:
    for language, lines in _fences(block):
        content = lines.dedented()
        if language in _SHELL_LANGUAGES:
            yield from _in_script(content)
        elif language in _YAML_LANGUAGES:
            if _looks_like_a_spec(content):
                yield content.spec(language)
            else:
                yield from _in_workflow(content)


def _fences(block: _Block) -> Iterator[tuple[str, _Block]]:
    """The fenced code blocks of Markdown, each with the first word of its info string in lower case."""
    opening: re.Match[str] | None = None
    first, widths = 0, list[int]()
    for number, line in enumerate([*block.lines, ""]):
        if opening is None:
            opening = _FENCE.match(line)
            first, widths = number + 1, []
            continue
        start = _content_start(line, opening)
        if start is None or _closes(line[start:], opening["fence"]) or number == len(block.lines):
            language = _LANGUAGE.search(opening["info"])
            yield "" if language is None else language[0].lower(), block.part(first, widths)
            opening = None if start is not None else _FENCE.match(line)
            first, widths = number + 1, []
        else:
            widths.append(start)


def _content_start(line: str, opening: re.Match[str]) -> int | None:
    """Where the content starts in a line behind the opening of a fence; None where the block quote around it ends."""
    start = 0
    for _ in range(opening["quotes"].count(">")):
        quote = _QUOTE.match(line, start)
        if quote is None:
            return None
        start = quote.end()
    return start + min(len(line) - start - len(line[start:].lstrip(" \t")), len(opening["indent"]))


def _closes(line: str, fence: str) -> bool:
    line = line.strip()
    return len(line) >= len(fence) and line == fence[0] * len(line)


def _in_script(block: _Block, around: re.Pattern[str] | None = None) -> Iterator[Embedded]:
    """The heredocs of a script that look like a spec. `around` is what is replaced before the script runs."""
    for is_expanded, lines in _heredocs(block):
        content = lines.dedented()
        if _looks_like_a_spec(content):
            inside = SHELL_EXPANSION if around is None else SHELL_OR_GITHUB
            yield content.spec(expansions=inside if is_expanded else around)


def _heredocs(block: _Block) -> Iterator[tuple[bool, _Block]]:
    """The heredocs of a script, and of each whether the shell expands what is in it."""
    ends: dict[str, list[int]] = {}
    ends_behind_tabs: dict[str, list[int]] = {}
    for number, line in enumerate(block.lines):
        word = line.rstrip("\r\n")
        ends.setdefault(word, []).append(number)
        ends_behind_tabs.setdefault(word.lstrip("\t"), []).append(number)
    first = 0
    while first < len(block.lines):
        line = block.lines[first]
        first += 1
        if line.lstrip().startswith("#"):
            continue
        for start in _HEREDOC.finditer(line):
            word = start["word"].strip("\\'\"")
            numbers = (ends_behind_tabs if start["dash"] else ends).get(word, [])
            found = bisect_left(numbers, first)
            if found == len(numbers):  # it is none, such as a shift
                continue
            lines = block.lines[first : numbers[found]]
            widths = [len(each) - len(each.lstrip("\t")) if start["dash"] else 0 for each in lines]
            yield word == start["word"], block.part(first, widths)
            first = numbers[found] + 1


def _in_workflow(block: _Block) -> Iterator[Embedded]:
    text = block.text
    if ("spec" not in text and "<<" not in text) or _looks_like_a_spec(block):
        return
    starts = [0]
    for line in block.lines:
        starts.append(starts[-1] + len(line))
    seen: set[int] = set()

    def first_use(scalar: Node | None) -> Node | None:
        """A scalar, unless an alias repeats it: then its problems are reported already."""
        if scalar is None or id(scalar) in seen:
            return None
        seen.add(id(scalar))
        return scalar

    for step in _mappings(locate_yaml(text).root):
        uses, given, script = step.data.get("uses"), step.parts.get("with"), first_use(step.parts.get("run"))
        if script is not None and (content := _literal(block, text, starts, script)) is not None:
            yield from _in_script(content, GITHUB_EXPRESSION)
        spec = None if given is None or not isinstance(uses, str) else first_use(given.parts.get("spec"))
        if spec is None or not isinstance(spec.data, str) or GITHUB_EXPRESSION.fullmatch(spec.data.strip()):
            continue  # where it is one expression, it comes from somewhere else
        value = str.__str__(spec.data)
        if _ACTION.match(uses) is None and not looks_like_a_spec(value.encode(errors="surrogateescape")):
            continue
        content = _literal(block, text, starts, spec)
        if content is None:
            ends = [_place(block, starts, index) for index in (spec.start, spec.end)]
            yield Embedded(value, ends, has_lines=False, expansions=GITHUB_EXPRESSION)
        else:
            yield content.spec(expansions=GITHUB_EXPRESSION)


def _mappings(root: Node | None) -> Iterator[Node]:
    """The mappings of a document, each once and in their order."""
    pending = [] if root is None else [root]
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if id(node) not in seen and node.parts:
            seen.add(id(node))
            if isinstance(node.data, dict):
                yield node
            pending += reversed(node.parts.values())


def _literal(block: _Block, text: str, starts: Sequence[int], scalar: Node) -> _Block | None:
    """The lines of a block scalar, if its value is these lines without their indentation; None for another scalar."""
    header = _HEADER.match(text, scalar.start)
    if header is None or not isinstance(scalar.data, str):
        return None
    first, last = bisect_left(starts, header.end()), bisect_left(starts, scalar.end)
    values = _LINE.findall(str.__str__(scalar.data))
    lines = block.lines[first:last]
    filled = next((number for number, line in enumerate(lines) if line.strip()), None)
    if filled is None or filled >= len(values):
        return None
    width = _indent(lines[filled]) - _indent(values[filled])
    content = block.part(first, [min(width, _indent(line)) for line in lines])
    written = [line.rstrip("\r\n") for line in content.lines]
    if "\n".join(written).rstrip("\n") != "".join(values).rstrip("\n"):  # it is folded
        return None
    return content


def _place(block: _Block, starts: Sequence[int], index: int) -> tuple[int, int]:
    """The line and the column of the file of an index of the text of a block."""
    number = bisect_left(starts, index + 1) - 1
    line, column = block.places[number]
    return line, column + index - starts[number]


_FINDERS: Mapping[tuple[str, ...], Callable[[_Block], Iterator[Embedded]]] = {
    _MARKDOWN: _in_markdown,
    _SHELL: _in_script,
    _YAML: _in_workflow,
}
