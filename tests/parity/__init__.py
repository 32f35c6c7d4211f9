"""What beaker-py 1.38.1 does, as a record that beakerspec is held against.

`inputs` makes data, `documents` files, `values` values of Python, and `behaviour` collects the calls of `calls`;
`differences` lists what is meant to differ, and ``python tests/parity/record.py`` writes ``record.json``.
"""
