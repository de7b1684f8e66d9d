"""Rows of the probe `cpu`: how many processors this process really has.

Sources: sched_setaffinity(2), Documentation/admin-guide/cgroup-v2.rst, Documentation/accounting/psi.rst.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeSpec
from hostproof.facts.types import RATIO

PROBE = ProbeSpec(
    "cpu",
    "Processors",
    "a busy loop on one processor: the time it was given of the time that went by",
    "keeps one processor busy for 0.6 s (0.1 s when quick)",
)

ROWS: tuple[FactSpec, ...] = (
    FactSpec(
        "probe.cpu.share",
        RATIO,
        Owner.PROCESS,
        "Share of one processor that a busy loop is given: 100% on an idle machine without a quota",
        PROBE.collector,
    ),
)
