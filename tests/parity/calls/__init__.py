"""Calls that mean something in beaker-py and in beakerspec, by what they are about.

Each public function of the modules takes the module that holds the classes, of either library, and returns
JSON-compatible data: `parity.behaviour` collects them, and what each returns or raises is compared.
"""
