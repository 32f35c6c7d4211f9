"""What is measured: each contender's packages, the module that knows what it can do, and what a program imports.

A further contender is one more entry here, and a module in `benchmarks.contenders`.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BULK", "CONTENDERS", "OURS", "THIS_CHECKOUT", "Contender"]

#: Stands among the requirements for the package that this file belongs to.
THIS_CHECKOUT = "this checkout"

#: What takes the times, in the environment of each contender.
SAMPLER = "pyperf==2.10.0"
_YAML = "PyYAML==6.0.3"


@dataclass(frozen=True, kw_only=True)
class Contender:
    """One way to read experiment specs."""

    #: What the command line and the JSON call it.
    name: str
    #: What the tables call it.
    title: str
    #: What pip installs beside `SAMPLER`.
    requirements: tuple[str, ...]
    #: The distributions whose versions the report gives.
    packages: tuple[str, ...]
    #: The module in `benchmarks.contenders` that offers its functions.
    module: str
    #: What a program has to say to have its class for an experiment.
    import_statement: str
    #: Whether what it loads is something to keep, whose memory can be measured.
    has_result: bool = True


def _model(library: str, *requirements: str) -> Contender:
    """A library in which `benchmarks.contenders` writes the model."""
    module = f"{library}_model"
    return Contender(
        name=library,
        title=library,
        requirements=(*requirements, _YAML),
        packages=(*(requirement.partition("==")[0] for requirement in requirements), "PyYAML"),
        module=module,
        import_statement=f"from benchmarks.contenders.{module} import ExperimentSpec",
    )


#: The contender that the others are compared with.
OURS = "beakerspec"

CONTENDERS = (
    Contender(
        name=OURS,
        title="beakerspec",
        requirements=(THIS_CHECKOUT,),
        packages=("beakerspec", "attrs", "cattrs", "PyYAML"),
        module="ours",
        import_statement="from beakerspec import ExperimentSpec",
    ),
    Contender(
        name="beaker-py-1",
        title="beaker-py 1.38.1",
        requirements=("beaker-py==1.38.1",),
        packages=("beaker-py", "pydantic", "pydantic_core", "PyYAML"),
        module="beaker_py_1",
        import_statement="from beaker import ExperimentSpec",
    ),
    Contender(
        name="beaker-py-2",
        title="beaker-py 2.8.1",
        requirements=("beaker-py==2.8.1",),
        packages=("beaker-py", "PyYAML"),
        module="beaker_py_2",
        import_statement="from beaker import BeakerExperimentSpec",
    ),
    Contender(
        name="libyaml",
        title="libyaml alone",
        requirements=(_YAML,),
        packages=("PyYAML",),
        module="libyaml",
        import_statement="from yaml._yaml import CParser",
        has_result=False,
    ),
    Contender(
        name="pyyaml",
        title="CSafeLoader to dicts",
        requirements=(_YAML,),
        packages=("PyYAML",),
        module="plain",
        import_statement="from yaml import CSafeLoader, load",
    ),
    _model("msgspec", "msgspec==0.22.0"),
    _model("pydantic", "pydantic==2.14.3"),
    _model("mashumaro", "mashumaro==3.23"),
    _model("adaptix", "adaptix==3.0.0b12"),
    _model("cattrs", "cattrs==26.2.1", "attrs==26.1.0"),
)

#: beakerspec with all that loads specs in bulk.
BULK = Contender(
    name="beakerspec-bulk",
    title="beakerspec in bulk",
    requirements=(THIS_CHECKOUT, "distributed==2026.8.0"),
    packages=("beakerspec", "distributed"),
    module="ours",
    import_statement="from beakerspec.bulk import load_many",
)
