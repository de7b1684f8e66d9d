"""The built-in catalog: every fact hostproof can learn by itself, as rows; `collect.builtin` has the collectors."""

from __future__ import annotations

from functools import cache

from hostproof.facts.builtin import (
    cgroup,
    clock,
    configured,
    files,
    kernel,
    machine,
    network,
    packages,
    probes,
    process,
    rootfs,
    sysctl,
)
from hostproof.facts.catalog import Catalog, FactSpec

BUILTIN: tuple[FactSpec, ...] = (
    *kernel.ROWS,
    *machine.ROWS,
    *clock.ROWS,
    *process.ROWS,
    *cgroup.ROWS,
    *files.ROWS,
    *network.ROWS,
    *packages.ROWS,
    *configured.ROWS,
    *sysctl.ROWS,
    *rootfs.ROWS,
    *probes.ROWS,
)


@cache
def builtin_catalog() -> Catalog:
    """Return the catalog of `BUILTIN`; always the same immutable object."""
    return Catalog(BUILTIN)
