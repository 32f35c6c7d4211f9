"""A text with other values at some of its places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ..documents.complete_reader import Node
from ..documents.document import Document
from ..documents.templates import find_templates
from ..fields.paths import EditError, put, remove, resolve
from ..limits import DEFAULT_LIMITS
from ..problems import Problem, path_text
from .layout import Layout
from .rewriting import applied, edits_for, is_same
from .written import as_read

__all__ = ["change_text", "edit_text"]

_MARK = "\ufeff"


def edit_text(text: str, changes: Mapping[str, Any], *, is_json: bool = False, expand_aliases: bool = False) -> str:
    r"""Return the text of a spec with other values at some of its places, and every other character as it is.

    `changes` gives for each path (see `beakerspec.fields.paths`) a value: plain data, or a part of a spec. None removes
    what stands there. They are made in order. The text is YAML, or JSON if `is_json`.

    A value that an alias or a merge key brings from elsewhere is changed there, by its own path. With `expand_aliases`
    a copy of it is written out, and changed.

    Raises `EditError` where a path leads to nothing, where the text cannot be read, and where the change would change
    more than is meant, and `ValidationError` for a value that is no plain data. What comes out is not checked: `check`
    does that.

    >>> text = "tasks:\n- name: a  # first\n  image: {docker: alpine}\n"
    >>> print(edit_text(text, {"tasks[a].image.docker": "ubuntu"}), end="")
    tasks:
    - name: a  # first
      image: {docker: ubuntu}
    """

    def change(root: Node) -> tuple[Any, list[Any]]:
        data = root.data
        given: list[Any] = []
        for path, value in changes.items():
            if value is None:
                data = remove(data, path)
                continue
            given.append(as_read(value, is_json=is_json))
            for place in resolve(data, path):
                data = put(data, place, given[-1])
        return data, given

    return change_text(text, change, is_json=is_json, expand_aliases=expand_aliases)


def change_text(
    text: str,
    change: Callable[[Node], tuple[Any, list[Any]]],
    *,
    is_json: bool,
    expand_aliases: bool = False,
    keep_comments: bool = False,
) -> str:
    """Return the text that reads as what `change` makes of it. It is `edit_text` with any change.

    `change` gets the root of what was read. It returns a changed copy of its data, in which all that is not changed is
    the same object, and the values that are new in it. With `keep_comments` the comment behind what is removed stays,
    and a change that would lose one raises `EditError`.
    """
    if text.startswith(_MARK):
        return _MARK + change_text(
            text[1:], change, is_json=is_json, expand_aliases=expand_aliases, keep_comments=keep_comments
        )
    hidden = _without_templates(text)
    document = _document(hidden, is_json)
    root = document.located.root
    for problem in document.problems(()):
        raise EditError(f"line {problem.line} has to be fixed first: {problem.message}")
    if root is None or not isinstance(root.data, dict) or not root.data:
        raise EditError("there is no mapping with the fields of a spec in it")
    layout = Layout(hidden, root, is_json=is_json)
    wanted, given = change(root)
    edits = edits_for(
        layout,
        wanted,
        expands=expand_aliases,
        keeps_comments=keep_comments,
        given={id(value) for value in given},
    )
    edited = applied(hidden, edits)
    after = _document(edited, is_json).located
    if after.findings or after.root is None:
        raise EditError("the text cannot be changed there without more changes around it: make this change by hand")
    if not is_same(after.root.data, wanted):
        other = Problem(rule="edit", path=path_text(*_first_difference(after.root.data, wanted)))
        placed = document.placed(other) or other
        raise EditError(f"{placed.path or 'more of the spec'} would change, too: make this change by hand")
    if keep_comments and Counter(layout.comments()) - Counter(Layout(edited, after.root, is_json=is_json).comments()):
        raise EditError("a comment would be lost")
    return applied(text, edits)


def _without_templates(text: str) -> str:
    """The text with a word of the same length in place of each template."""
    parts: list[str] = []
    end = 0
    for template in find_templates(text):
        parts += text[end : template.start], "T" * (template.end - template.start)
        end = template.end
    return "".join([*parts, text[end:]])


def _first_difference(one: Any, other: Any) -> Iterator[str | int]:
    """The path to the first value that is not the same in both."""
    while any(isinstance(one, kind) and isinstance(other, kind) for kind in (dict, list)):
        pairs: Iterable[tuple[Any, Any]] = one.items() if isinstance(one, dict) else enumerate(one)
        read = dict(other.items() if isinstance(other, dict) else enumerate(other))
        part = next((part for part, value in pairs if part not in read or not is_same(value, read[part])), None)
        if part is None:
            return
        yield part
        one, other = one[part], read.get(part)


def _document(text: str, is_json: bool) -> Document:
    return Document(text, file=None, first_line=1, is_json=is_json, expansion=None, limits=DEFAULT_LIMITS)
