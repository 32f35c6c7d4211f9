"""Benchmarks of beakerspec against what else reads experiment specs: ``python -m benchmarks``.

Only the standard library is needed: each contender is installed in a virtual environment of its own and
measured in processes of its own, where pyperf takes the times. `benchmarks.corpus` makes the specs,
`benchmarks.profile` says where the time of `from_file` goes, and `benchmarks.instructions` counts what it executes.
"""
