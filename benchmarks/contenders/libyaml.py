"""libyaml's parser and nothing after it: how long a file takes of which nothing is kept."""

from __future__ import annotations

__all__ = ["from_file"]


def from_file(path: str) -> None:
    """Parse a file to its end."""
    from yaml._yaml import CParser  # some builds of PyYAML have none

    with open(path, "rb") as file:
        CParser(file).raw_parse()
