"""Faults that need another kernel than this machine's: they run in a guest that qemu boots once for all of them.

Their `prefix` runs inside the guest, as root; the guest ends what is left and sets back clock, clocksource and groups.
"""

from __future__ import annotations

from collections.abc import Mapping

from faults.fault import NOTHING, Fault
from faults.inject.prefixes import network, shell

CLOCKSOURCE = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
GROUP = "/sys/fs/cgroup/guest"
# What a lost packet may touch besides: which one gets lost is up to chance.
CONNECTING = {
    *("tcp.ipv4", "tcp.ipv6", "tcp.errors", "tcp.small-writes", "tcp.refused", "tcp.rebind", "tcp.backlog"),
    *("tcp.backlog-limit", "tcp.connections", "tcp.reuseport", "tcp.fastopen", "tcp.options"),
}
STEP_BACK = "import time\nwhile 1: time.clock_settime(time.CLOCK_REALTIME, time.time() - 9); time.sleep(0.002)"


def clocksource(name: str) -> tuple[str, ...]:
    """Return the words for a kernel that reads its time from that device."""
    return shell(f"echo {name} > {CLOCKSOURCE}")


def group(own: Mapping[str, str], above: Mapping[str, str] = NOTHING) -> tuple[str, ...]:
    """Return the words for a group of cgroup v2 with these files, below one with those."""
    write = [f"echo '{value}' > {GROUP}/{name}" for name, value in above.items()]
    write += [f"echo '{value}' > {GROUP}/leaf/{name}" for name, value in own.items()]
    grant = f"echo '+cpu +memory +pids +cpuset' > {GROUP}/cgroup.subtree_control"
    return shell(f"mkdir -p {GROUP}", grant, f"mkdir -p {GROUP}/leaf", *write, f"echo $$ > {GROUP}/leaf/cgroup.procs")


def holds(name: str, value: str, where: str = f"{GROUP}/leaf") -> tuple[str, ...]:
    """Return the command that sees the file of a group with this value, from inside that group."""
    return ("sh", "-c", f"grep -qx 0::/guest/leaf /proc/self/cgroup && grep -qx '{value}' {where}/{name}")


FAULTS = (
    Fault(
        id="kernel.hpet",
        title="the kernel reads its time from the HPET",
        how="clocksource hpet",
        prefix=clocksource("hpet"),
        took=("grep", "-qx", "hpet", CLOCKSOURCE),
        red={"clock.vdso"},
        says={"clock.vdso": "hpet"},
        needs=("guest",),
        areas=("clock",),
    ),
    Fault(
        id="kernel.clock-steps",
        title="something sets the clock back again and again",
        how="clock_settime, 9 s back every 2 ms",
        prefix=("sh", "-c", f'python3 -c "{STEP_BACK}" >/dev/null 2>&1 & exec "$@"', "sh"),
        took=("sh", "-c", 'first=$(date +%s); sleep 1; test "$(date +%s)" -lt "$first"'),
        red={"clock.jump"},
        needs=("guest",),
        areas=("clock",),
    ),
    Fault(
        id="kernel.cpu-max-above",
        title="the group above that of cgroup v2 has less of the processors than its own says",
        how="cgroup v2 cpu.max = 40000 100000 of the parent, none of the own group",
        prefix=group({}, {"cpu.max": "40000 100000"}),
        took=holds("cpu.max", "40000 100000", GROUP),
        red={"cpu.held-back", "cpu.throttled", "cpu.quota-own"},
        needs=("guest",),
        areas=("cpu",),
    ),
    Fault(
        id="kernel.cpuset",
        title="a group of cgroup v2 may use one processor of two",
        how="cgroup v2 cpuset.cpus = 0",
        prefix=group({"cpuset.cpus": "0"}),
        took=holds("cpuset.cpus", "0"),
        red={"cpu.affinity"},
        needs=("guest",),
        areas=("cpu",),
    ),
    Fault(
        id="kernel.memory-max-above",
        title="the group above that of cgroup v2 has less memory than its own says",
        how="cgroup v2 memory.max = 400 MiB of the parent, none of the own group",
        prefix=group({}, {"memory.max": "419430400"}),
        took=holds("memory.max", "419430400", GROUP),
        red={"memory.enough", "memory.limit-own"},
        params={"min_memory": "512MiB"},
        may_be_unknown={"memory.memfd", "memory.lock"},  # the guest is slow, and there is a time limit
        needs=("guest",),
        areas=("memory",),
    ),
    Fault(
        id="kernel.pids-max",
        title="a group of cgroup v2 may have 40 tasks",
        how="cgroup v2 pids.max = 40",
        prefix=group({"pids.max": "40"}),
        took=holds("pids.max", "40"),
        red={"threads.made"},
        says={"threads.made": "pids-cgroup"},
        may_be_unknown={
            "threads.stack",
            "threads.wake",
            "threads.program",
        },  # the guest is slow, and there is a time limit
        needs=("guest",),
        areas=("threads",),
    ),
    Fault(
        id="kernel.netem-delay",
        title="the loopback delays every packet by 50 ms",
        how="a network namespace with tc netem delay 50ms on lo",
        prefix=network("tc qdisc add dev lo root netem delay 50ms"),
        took=("sh", "-c", "tc qdisc show dev lo | grep -q 'netem.*delay 50'"),
        red={"tcp.queue", "tcp.small-writes"},
        may_be_unknown={"tcp.connections", "tcp.reuseport"},  # hundreds of connections may take longer than they have
        needs=("guest", "tc"),
        areas=("tcp",),
    ),
    Fault(
        id="kernel.netem-loss",
        title="the loopback loses every tenth packet",
        how="a network namespace with tc netem loss 10% on lo",
        prefix=network("tc qdisc add dev lo root netem loss 10%"),
        took=("sh", "-c", "tc qdisc show dev lo | grep -q 'netem.*loss 10%'"),
        red={"tcp.queue", "tcp.retransmitted"},
        may_be_red=CONNECTING,
        may_be_unknown=CONNECTING,
        needs=("guest", "tc"),
        areas=("tcp",),
    ),
)
