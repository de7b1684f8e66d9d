"""Faults of the machine as a whole, which the rules on what it says of itself notice."""

from __future__ import annotations

from faults.fault import Fault
from faults.inject.cgroup1 import cgroup1
from faults.inject.prefixes import limits, network

FAULTS = (
    Fault(
        id="machine.few-files",
        title="a process may open 64 files",
        how="prlimit --nofile=64",
        prefix=limits(nofile=64),
        took=("sh", "-c", 'test "$(ulimit -n)" = 64'),
        red={"limits.files", "limits.files-hard"},
        needs=("prlimit",),
        packs=("linux",),
    ),
    Fault(
        id="machine.somaxconn",
        title="the sysctl of listen backlogs is 8",
        how="a network namespace with net.core.somaxconn = 8",
        prefix=network("sysctl -qw net.core.somaxconn=8"),
        took=("grep", "-qx", "8", "/proc/sys/net/core/somaxconn"),
        red={"net.backlog"},
        needs=("netns", "ip"),
        packs=("linux",),
    ),
    Fault(
        id="machine.few-pids",
        title="a group of tasks may have 40 of them",
        how="cgroup v1 pids.max = 40",
        setup=cgroup1({"pids": {"pids.max": "40"}}),
        took=("sh", "-c", 'test "$(cat /sys/fs/cgroup/pids$(sed -n s/.*:pids://p /proc/self/cgroup)/pids.max)" = 40'),
        red={"threads.cgroup"},
        needs=("cgroup1:pids",),
        packs=("linux",),
    ),
)
