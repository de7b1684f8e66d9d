"""Rows of what probes learn, by exercising the machine; `probe.<name>.<fact>` is a fact of the probe `<name>`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hostproof.facts.builtin import rootfs
from hostproof.facts.builtin.probes import (
    clock,
    cpu,
    denials,
    dns,
    files,
    go_binary,
    go_cgo,
    go_dist,
    go_modules,
    go_runtime,
    go_service,
    go_sources,
    go_toolchain,
    http,
    memory,
    signals,
    syscalls,
    tcp,
    threads,
    timers,
    tls,
    udp,
    unix,
)
from hostproof.facts.catalog import FactSpec
from hostproof.facts.probes import ProbeSpec

_MODULES = (
    clock,
    cpu,
    denials,
    dns,
    files,
    go_binary,
    go_modules,
    go_sources,
    go_runtime,
    go_service,
    go_cgo,
    go_dist,
    go_toolchain,
    http,
    memory,
    signals,
    syscalls,
    tcp,
    threads,
    timers,
    tls,
    udp,
    unix,
)

PROBES: Mapping[str, ProbeSpec] = MappingProxyType({module.PROBE.name: module.PROBE for module in _MODULES})
# With what the engine answers itself, of root file systems, and packs ask for in the same way.
ALL_PROBES: Mapping[str, ProbeSpec] = MappingProxyType({**PROBES, rootfs.PROBE.name: rootfs.PROBE})
ROWS: tuple[FactSpec, ...] = tuple(row for module in _MODULES for row in module.ROWS)
