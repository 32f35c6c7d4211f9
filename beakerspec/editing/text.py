"""A text with other values at some of its places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ..documents.complete_reader import Located, Node, locate_json, locate_yaml
from ..documents.templates import find_templates
from ..fields.paths import EditError, put, remove, resolve
from .layout import Layout
from .rewriting import applied, edits_for, is_same
from .written import as_read

__all__ = ["change_text", "edit_text"]


def edit_text(text: str, changes: Mapping[str, Any], *, is_json: bool = False, expand_aliases: bool = False) -> str:
    r"""Return the text of a spec with other values at some of its places, and every other character as it is.

    `changes` gives for each path (see `beakerspec.fields.paths`) a value: plain data, or a part of a spec. None removes
    what stands there. They are made in order. The text is YAML, or JSON if `is_json`.

    A value that an alias or a merge key brings from elsewhere is changed there, by its own path. With `expand_aliases`
    a copy of it is written out, and changed.

    Raises `EditError` where a path leads to nothing, where the text cannot be read, and where the change would change
    more than is meant. What comes out is not checked: `check` does that.

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
            if value is not None:
                given.append(as_read(value, is_json=is_json))
            for place in resolve(data, path):
                data = remove(data, place) if value is None else put(data, place, given[-1])
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
    # A template is a text of the same length for the time being.
    hidden = text
    for template in find_templates(text):
        written = text[template.start : template.end]
        if "\n" not in written:
            hidden = f"{hidden[: template.start]}{'T' * len(written)}{hidden[template.end :]}"
    located = _located(hidden, is_json)
    root = located.root
    for finding in located.findings:
        line = text.count("\n", 0, finding.start) + 1
        raise EditError(f"line {line} has to be mended first: {finding.problem.message}")
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
    after = _located(edited, is_json)
    if after.findings or after.root is None or not is_same(after.root.data, wanted):
        raise EditError("the text cannot be changed there without changing more of it: make this change by hand")
    if keep_comments and Counter(layout.comments()) - Counter(Layout(edited, after.root, is_json=is_json).comments()):
        raise EditError("a comment would be lost")
    return applied(text, edits)


def _located(text: str, is_json: bool) -> Located:
    return (locate_json if is_json else locate_yaml)(text)
