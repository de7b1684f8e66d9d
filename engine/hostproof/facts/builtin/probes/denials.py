"""Rows of the probe `denials`: what the kernel's logs say that this run's probes were denied.

Sources: seccomp(2), Documentation/admin-guide/LSM/apparmor.rst and SELinux.rst, syslog(2).
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeSpec
from hostproof.facts.types import COUNT, STRING, Type, list_of, map_of, record

PROBE = ProbeSpec(
    "denials",
    "Denials",
    "reads the kernel's log, /var/log/audit/audit.log and, where the first can't be read, what journalctl shows of it,"
    " for records of seccomp, AppArmor and SELinux since the run began about processes called hp-<probe>.<mark>",
    "reads at most 1 MiB of each log",
    order=2,
)

_RECORD = record(
    probe=STRING,
    module=STRING,
    action=STRING,
    profile=STRING,
    kind=STRING,
    permission=STRING,
    object=STRING,
    call=STRING,
    allow=STRING,
    count=COUNT,
)


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"probe.denials.{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row(
        "records",
        list_of(_RECORD),
        Owner.HOST_KERNEL,
        "What was denied to which probe of this run, by which policy, and the narrowest permission that would allow it;"
        " a part that a kind of record lacks is empty; seccomp need not log an errno",
    ),
    _row("logs", map_of(STRING), Owner.HOST_KERNEL, "Each log with `read`, or why it could not be read"),
    _row(
        "confined_by",
        STRING,
        Owner.PROCESS,
        "Filter or policy that may deny this process something; empty where there is none, so that no record is needed",
    ),
)
