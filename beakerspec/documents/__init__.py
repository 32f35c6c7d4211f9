"""Text to plain data and back: readers, templates, the writer, and what of a text may be shown."""
