"""What is measured: each contender's packages, its class for an experiment, and the steps it takes part in.

A further contender is one more entry. One that brings no class of its own gets a module in this folder that
defines one, as `plain` does, with the methods of `ExperimentSpec` that its steps call.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.steps import STEPS

__all__ = ["CONTENDERS", "OURS", "THIS_CHECKOUT", "Contender"]

#: Stands among the requirements for the package that this file belongs to.
THIS_CHECKOUT = "this checkout"

_EVERY_STEP = frozenset(step.name for step in STEPS)


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One way to read experiment specs."""

    #: What the command line and the JSON call it.
    name: str
    #: What the tables call it.
    title: str
    #: What pip installs.
    requirements: tuple[str, ...]
    #: The distributions whose versions the report gives.
    packages: tuple[str, ...]
    #: Where its class for an experiment is: ``module:name``.
    experiment: str
    #: What a program has to say to have that class.
    import_statement: str
    #: The names of the steps that it can do.
    steps: frozenset[str] = _EVERY_STEP


#: The contender that the others are compared with.
OURS = "beakerspec"

CONTENDERS = (
    Contender(
        name=OURS,
        title="beakerspec",
        requirements=(THIS_CHECKOUT,),
        packages=("beakerspec", "attrs", "cattrs", "PyYAML"),
        experiment="beakerspec:ExperimentSpec",
        import_statement="from beakerspec import ExperimentSpec",
    ),
    Contender(
        name="beaker-py-1",
        title="beaker-py 1.38.1 (pydantic)",
        requirements=("beaker-py==1.38.1",),
        packages=("beaker-py", "pydantic", "pydantic_core", "PyYAML"),
        experiment="beaker:ExperimentSpec",
        import_statement="from beaker import ExperimentSpec",
    ),
    Contender(
        name="beaker-py-2",
        title="beaker-py 2.8.1 (dataclasses)",
        requirements=("beaker-py==2.8.1",),
        packages=("beaker-py", "PyYAML"),
        experiment="beaker:BeakerExperimentSpec",
        import_statement="from beaker import BeakerExperimentSpec",
    ),
    Contender(
        name="pyyaml",
        title="PyYAML CSafeLoader (plain dicts)",
        requirements=("PyYAML>=6.0.2",),
        packages=("PyYAML",),
        experiment="benchmarks.contenders.plain:PlainSpec",
        import_statement="from yaml import CSafeLoader, load",
        steps=frozenset({"from_file"}),
    ),
)
