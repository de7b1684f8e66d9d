"""The built-in collectors by name: each turns the facts it is asked for into asks, and the answers into values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from hostproof.collect.asks import Collector
from hostproof.facts.builtin.probes import ALL_PROBES


class _ByNeed(Mapping[str, Collector]):
    """Collectors by name; a module is imported when its collector is asked for: few runs need them all."""

    def __init__(self, places: Mapping[str, tuple[str, str]]) -> None:
        self._places = places

    def __getitem__(self, name: str) -> Collector:
        module, constant = self._places[name]
        if module == "probes":
            from hostproof.collect.builtin.probes import probe_collector

            return probe_collector(name)
        found = getattr(import_module(f"{__name__}.{module}"), constant)
        if not isinstance(found, Collector):
            raise TypeError(f"{constant} of {module} is no collector")
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


COLLECTORS: Mapping[str, Collector] = _ByNeed(
    {
        "kernel": ("host.kernel", "COLLECTOR"),
        "kernel-config": ("host.kconfig", "COLLECTOR"),
        "os-release": ("host.osrelease", "COLLECTOR"),
        "cpu": ("host.cpu", "COLLECTOR"),
        "memory": ("host.memory", "COLLECTOR"),
        "load": ("host.load", "LOAD"),
        "psi": ("host.load", "PSI"),
        "virtualisation": ("host.virtualisation", "COLLECTOR"),
        "clock": ("host.clock", "CLOCK"),
        "timex": ("host.clock", "TIMEX"),
        "timezone": ("host.clock", "TIMEZONE"),
        "entropy": ("host.clock", "ENTROPY"),
        "limits": ("process.limits", "COLLECTOR"),
        "process": ("process.status", "PROCESS"),
        "namespaces": ("process.status", "NAMESPACES"),
        "lsm": ("process.lsm", "COLLECTOR"),
        "container": ("process.container", "COLLECTOR"),
        "cgroup": ("cgroup.facts", "COLLECTOR"),
        "mounts": ("files.mounts", "COLLECTOR"),
        "filesystems": ("files.room", "FILESYSTEMS"),
        "temp": ("files.room", "TEMP"),
        "tools": ("files.tools", "COLLECTOR"),
        "interfaces": ("net.interfaces", "INTERFACES"),
        "loopback": ("net.interfaces", "LOOPBACK"),
        "conntrack": ("net.ports", "CONNTRACK"),
        "ephemeral": ("net.ports", "EPHEMERAL"),
        "resolver": ("net.names", "RESOLVER"),
        "hosts": ("net.names", "HOSTS"),
        "accounts": ("configured.accounts", "ACCOUNTS"),
        "passwords": ("configured.accounts", "PASSWORDS"),
        "services": ("configured.services", "COLLECTOR"),
        "sysctl-conf": ("configured.sysctls", "COLLECTOR"),
        "limits-conf": ("configured.limits", "COLLECTOR"),
        "packages": ("packages.facts", "COLLECTOR"),
        "sysctl": ("sysctl", "COLLECTOR"),
        **{probe.collector: ("probes", "") for probe in ALL_PROBES.values()},
    }
)
