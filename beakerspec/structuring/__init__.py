"""Plain data to specs and back, by a cattrs converter."""
