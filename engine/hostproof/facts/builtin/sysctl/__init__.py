"""Rows of kernel parameters: typed ones that tuning guides name, and families that take in the rest of /proc/sys."""

from __future__ import annotations

from hostproof.facts.builtin.sysctl import kernel, memory, network, tcp
from hostproof.facts.builtin.sysctl.tunable import Tunable
from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.types import ANY

TUNABLES: tuple[Tunable, ...] = (*kernel.TUNABLES, *memory.TUNABLES, *network.TUNABLES, *tcp.TUNABLES)

_REST = "Any parameter of /proc/sys{where}: an integer, or else text as it stands there"

_FAMILIES: tuple[FactSpec, ...] = (
    FactSpec("sysctl.*", ANY, Owner.HOST_KERNEL, _REST.format(where=""), "sysctl"),
    FactSpec(
        "sysctl.net.*", ANY, Owner.NAMESPACE, _REST.format(where="/net, as the network namespace has it"), "sysctl"
    ),
    FactSpec(
        "sysctl.user.*", ANY, Owner.NAMESPACE, _REST.format(where="/user, as the user namespace has it"), "sysctl"
    ),
    FactSpec(
        "sysctl.fs.mqueue.*",
        ANY,
        Owner.NAMESPACE,
        _REST.format(where="/fs/mqueue, as the IPC namespace has it"),
        "sysctl",
    ),
)

ROWS: tuple[FactSpec, ...] = (*(tunable.row() for tunable in TUNABLES), *_FAMILIES)
