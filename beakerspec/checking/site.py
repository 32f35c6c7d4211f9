"""What a site knows about itself, for the rules that need it. Nothing here has a value unless a site gives it."""

from __future__ import annotations

import attrs

__all__ = ["NO_FACTS", "Cluster", "Site"]


@attrs.frozen(kw_only=True)
class Cluster:
    """A cluster that experiments may name."""

    name: str
    #: Other names of it.
    aliases: tuple[str, ...] = ()
    #: The GPUs of its largest node, None where that is not known.
    gpus_per_node: int | None = None
    #: The bytes of memory and the CPU cores of its nodes for each GPU, None where that is not known.
    memory_per_gpu: int | None = None
    cpus_per_gpu: float | None = None


@attrs.frozen(kw_only=True)
class Site:
    """The facts of a site. Of what is None, nothing is known, and no rule speaks."""

    #: All clusters.
    clusters: tuple[Cluster, ...] | None = None
    #: The priorities that a task may have.
    priorities: tuple[str, ...] | None = None
    #: The shortest and the longest timeout of a task, in nanoseconds.
    min_timeout: int | None = None
    max_timeout: int | None = None
    #: The directories of a host, with what is below them, that a task may mount.
    host_paths: tuple[str, ...] | None = None
    #: Whether an experiment has to name a budget.
    require_budget: bool = False
    #: The budgets that an experiment may name.
    budgets: tuple[str, ...] | None = None


#: The facts of a site that gives none.
NO_FACTS = Site()
