"""Everything about a spec that is wrong or doubtful: the checks, their settings, and comments that suppress them."""
