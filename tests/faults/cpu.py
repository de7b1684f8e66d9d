"""Faults of processors: quotas in one's own control group and above it, affinity, placement."""

from __future__ import annotations

from faults.fault import Fault
from faults.inject.cgroup1 import cgroup1
from faults.inject.prefixes import mounts, seccomp
from faults.kernel import group

OWN = "/sys/fs/cgroup/{0}$(sed -n s/.*:{0}://p /proc/self/cgroup)"
FILTERED = ("grep", "-q", "^Seccomp:.*2", "/proc/self/status")
# The guest has no mount(8).
COVER = """\
import ctypes, os, sys
if ctypes.CDLL(None).mount(b"tmpfs", b"/sys/fs/cgroup", b"tmpfs", 0, None):
    sys.exit(98)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def quota(microseconds: int) -> dict[str, dict[str, str]]:
    """Return the files of a quota in periods of 100 ms."""
    return {"cpu": {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": str(microseconds)}}


FAULTS = (
    Fault(
        id="cpu.quota",
        title="the control group may use a fifth of a processor",
        how="cgroup v1: cpu.cfs_quota_us = 20000",
        setup=cgroup1(quota(20000)),
        took=("sh", "-c", f'test "$(cat {OWN.format("cpu")}/cpu.cfs_quota_us)" = 20000'),
        red={"cpu.throttled"},
        may_be_red={"cpu.held-back"},  # not on a busy machine, whose processors are never idle: see cpu.hidden-quota
        says={"cpu.throttled": "is 0.2"},
        needs=("cgroup1:cpu",),
        around="agent",
        areas=("cpu",),
    ),
    Fault(
        id="cpu.parent-quota",
        title="the parent of the control group may use a fifth of a processor, the group itself has no quota",
        how="cgroup v1: cpu.cfs_quota_us = 20000, the command one group deeper",
        setup=cgroup1(quota(20000), below={}),
        took=("sh", "-c", f'test "$(cat {OWN.format("cpu")}/cpu.cfs_quota_us)" = -1'),
        red={"cpu.throttled", "cpu.quota-own"},
        may_be_red={"cpu.held-back"},  # not on a busy machine
        says={"cpu.quota-own": "has 0.2"},
        needs=("cgroup1:cpu",),
        around="agent",
        areas=("cpu",),
    ),
    Fault(
        id="cpu.slice-quota",
        title="a slice above the control group may use one and a half processors",
        how="cgroup v1: cpu.cfs_quota_us = 150000, the command one group deeper",
        setup=cgroup1(quota(150000), below={}),
        took=("sh", "-c", f'test "$(cat {OWN.format("cpu")}/cpu.cfs_quota_us)" = -1 && test "$(nproc)" -gt 1'),
        red={"cpu.quota-own"},
        says={"cpu.quota-own": "has 1.5"},
        needs=("cgroup1:cpu",),
        areas=("cpu",),
    ),
    Fault(
        id="cpu.hidden-quota",
        title="a quota that the container can't see holds programs back",
        how="cgroup v2: cpu.max = 40000 100000; a mount namespace with an empty file system over /sys/fs/cgroup",
        prefix=(*group({"cpu.max": "40000 100000"}), "unshare", "--mount", "python3", "-I", "-S", "-c", COVER),
        took=("sh", "-c", "test ! -e /sys/fs/cgroup/guest && grep -qx 0::/guest/leaf /proc/self/cgroup"),
        red={"cpu.held-back"},
        unknown={"cpu.throttled": "absent", "cpu.quota-own": "absent"},
        needs=("guest",),  # whose processors nobody else keeps busy
        areas=("cpu",),
    ),
    Fault(
        id="cpu.one-processor",
        title="programs may run on the first processor only",
        how="cgroup v1: cpuset.cpus = 0",
        setup=cgroup1({"cpuset": {"cpuset.cpus": "0"}}),
        took=("sh", "-c", 'test "$(nproc)" = 1 && test "$(getconf _NPROCESSORS_ONLN)" -gt 1'),
        red={"cpu.affinity"},
        says={"cpu.affinity": "1 of"},
        needs=("cgroup1:cpuset",),
        areas=("cpu",),
    ),
    Fault(
        id="cpu.no-placement",
        title="a filter refuses to place threads on processors",
        how="seccomp: sched_setaffinity gives EPERM",
        prefix=seccomp("EPERM", "sched_setaffinity"),
        took=FILTERED,
        red={"cpu.placement"},
        unknown={"cpu.held-back": "denied"},
        says={"cpu.placement": "EPERM"},
        areas=("cpu",),
    ),
    Fault(
        id="cpu.placement-ignored",
        title="placing a thread on a processor does nothing and says that it did",
        how="seccomp: sched_setaffinity does nothing and gives 0",
        prefix=seccomp("lie", "sched_setaffinity"),
        took=("sh", "-c", 'grep -q "^Seccomp:.*2" /proc/self/status && test "$(nproc)" -gt 1'),
        red={"cpu.placement"},
        may_be_unknown={"cpu.held-back"},  # unless it happens to run on the processor it looks at
        areas=("cpu",),
    ),
    Fault(
        id="cpu.no-stat",
        title="the times of processors can't be read",
        how="a mount namespace with an empty file over /proc/stat",
        prefix=mounts("mount --bind /dev/null /proc/stat"),
        took=("sh", "-c", "! grep -q cpu /proc/stat"),
        unknown={"cpu.held-back": "absent"},
        needs=("mntns",),
        areas=("cpu",),
    ),
)
