"""PyYAML's C loader and nothing after it: how long a file takes that becomes no more than plain dicts."""

from __future__ import annotations

from benchmarks.contenders.common import read_yaml

from_file = read_yaml
