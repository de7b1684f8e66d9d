"""Rows about processors, memory, load and what virtualises them.

Sources: Documentation/admin-guide/cputopology.rst, Documentation/filesystems/proc.rst (meminfo, loadavg),
Documentation/accounting/psi.rst, Documentation/admin-guide/mm/transhuge.rst,
Documentation/ABI/testing/sysfs-devices-system-cpu.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.types import BYTES, COUNT, FLOAT, RATIO, STRING, Type, list_of, map_of

_HOST, _PROCESS = Owner.HOST_KERNEL, Owner.PROCESS

_CPU: tuple[FactSpec, ...] = (
    FactSpec("cpu.online", COUNT, _HOST, "Processors the kernel schedules on", "cpu"),
    FactSpec(
        "cpu.usable", COUNT, _PROCESS, "Online processors the agent may run on: its affinity, cpusets included", "cpu"
    ),
    FactSpec("cpu.model", STRING, _HOST, "Model name of the first processor; empty where the kernel gives none", "cpu"),
    FactSpec(
        "cpu.flags", list_of(STRING), _HOST, "Features every online processor has (flags, on Arm Features)", "cpu"
    ),
    FactSpec(
        "cpu.governors", list_of(STRING), _HOST, "Frequency governors in use, each once; empty without cpufreq", "cpu"
    ),
    FactSpec(
        "cpu.vulnerabilities",
        map_of(STRING),
        _HOST,
        "Hardware weakness by name, and what the kernel does about it: Not affected, Vulnerable..., Mitigation: ...",
        "cpu",
    ),
)


def _memory(name: str, kind: Type, meaning: str) -> FactSpec:
    return FactSpec(f"memory.{name}", kind, _HOST, meaning, "memory")


_MEMORY: tuple[FactSpec, ...] = (
    _memory("total", BYTES, "Usable memory of the machine (MemTotal); a control group may allow far less"),
    _memory(
        "available", BYTES, "Memory new programs can have without swapping, as the kernel estimates it (MemAvailable)"
    ),
    _memory("free", BYTES, "Memory nobody uses, not even as cache (MemFree)"),
    _memory("swap.total", BYTES, "Size of all swap space; 0 when there is none"),
    _memory("swap.free", BYTES, "Unused swap space"),
    _memory("committed", BYTES, "Memory promised to programs (Committed_AS)"),
    _memory("commit_limit", BYTES, "What may be promised when vm.overcommit_memory is 2 (CommitLimit)"),
    _memory("hugepages.total", COUNT, "Huge pages of the default size set aside in the pool"),
    _memory("hugepages.free", COUNT, "Huge pages of the pool not yet in use"),
    _memory("hugepages.size", BYTES, "Default size of a huge page; 0 where the kernel has none"),
    _memory("thp", STRING, "Transparent huge pages: always, madvise or never (also where the kernel has none)"),
    _memory(
        "thp_defrag", STRING, "When the kernel stalls to make a huge page: always, defer, defer+madvise, madvise, never"
    ),
)

_LOAD: tuple[FactSpec, ...] = (
    FactSpec(
        "load.avg1", FLOAT, _HOST, "Tasks running, runnable or in uninterruptible sleep, mean of 1 minute", "load"
    ),
    FactSpec("load.avg5", FLOAT, _HOST, "The same over 5 minutes", "load"),
    FactSpec("load.avg15", FLOAT, _HOST, "The same over 15 minutes", "load"),
    FactSpec("processes.threads", COUNT, _HOST, "Threads that exist on the machine, kernel threads included", "load"),
    FactSpec(
        "processes.count", COUNT, Owner.NAMESPACE, "Processes that /proc shows: those of the PID namespace", "load"
    ),
)

PRESSURES = (("cpu", "some"), ("memory", "some"), ("memory", "full"), ("io", "some"), ("io", "full"))
WINDOWS = (("avg10", "10 seconds"), ("avg60", "minute"), ("avg300", "5 minutes"))

_WAITING = {"some": "some task", "full": "every busy task"}

_PSI: tuple[FactSpec, ...] = tuple(
    FactSpec(
        f"psi.{resource}.{who}.{window}",
        RATIO,
        _HOST,
        f"Share of the last {span} in which {_WAITING[who]} waited for {resource}",
        "psi",
    )
    for resource, who in PRESSURES
    for window, span in WINDOWS
)

_VIRTUAL: tuple[FactSpec, ...] = (
    FactSpec(
        "virtualisation.kind",
        STRING.optional(),
        _HOST,
        "Hypervisor: kvm, qemu, vmware, xen, hyperv, virtualbox, amazon..., other; null on bare metal",
        "virtualisation",
    ),
    FactSpec(
        "virtualisation.markers",
        list_of(STRING),
        _HOST,
        "What speaks for a hypervisor, one sign each",
        "virtualisation",
    ),
)

ROWS = (*_CPU, *_MEMORY, *_LOAD, *_PSI, *_VIRTUAL)
