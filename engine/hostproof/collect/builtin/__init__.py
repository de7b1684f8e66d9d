"""The built-in collectors by name: each turns the facts it is asked for into asks, and the answers into values."""

from __future__ import annotations

from hostproof.collect.asks import Collector
from hostproof.collect.builtin import sysctl
from hostproof.collect.builtin.cgroup import facts as cgroup
from hostproof.collect.builtin.files import mounts, room, tools
from hostproof.collect.builtin.host import clock, cpu, kconfig, kernel, load, memory, osrelease, virtualisation
from hostproof.collect.builtin.net import interfaces, names, ports
from hostproof.collect.builtin.process import container, limits, lsm, status

COLLECTORS: dict[str, Collector] = {
    row.name: row
    for row in (
        kernel.COLLECTOR,
        kconfig.COLLECTOR,
        osrelease.COLLECTOR,
        cpu.COLLECTOR,
        memory.COLLECTOR,
        load.LOAD,
        load.PSI,
        virtualisation.COLLECTOR,
        clock.CLOCK,
        clock.TIMEX,
        clock.TIMEZONE,
        clock.ENTROPY,
        limits.COLLECTOR,
        status.PROCESS,
        status.NAMESPACES,
        lsm.COLLECTOR,
        container.COLLECTOR,
        cgroup.COLLECTOR,
        mounts.COLLECTOR,
        room.FILESYSTEMS,
        room.TEMP,
        tools.COLLECTOR,
        interfaces.INTERFACES,
        interfaces.LOOPBACK,
        ports.CONNTRACK,
        ports.EPHEMERAL,
        names.RESOLVER,
        names.HOSTS,
        sysctl.COLLECTOR,
    )
}
