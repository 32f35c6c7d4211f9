"""Changes of a text that leave every other byte as it is."""

from __future__ import annotations

from .text import edit_text

__all__ = ["edit_text"]
