"""Faults of logs: where something may be denied, and nobody may read what."""

from __future__ import annotations

from faults.fault import Fault
from faults.inject.prefixes import nobody, seccomp

FAULTS = (
    Fault(
        id="denials.unreadable",
        title="a filter is active, and its user may not read the kernel's log",
        how="seccomp: ENOSYS for io_uring_setup, as user 65534 with kernel.dmesg_restrict set",
        prefix=(*seccomp("ENOSYS", "io_uring_setup"), *nobody()),
        took=("sh", "-c", 'test "$(id -u)" = 65534 && grep -q "^Seccomp:.2" /proc/self/status && ! dmesg 2>/dev/null'),
        unknown={"denials.none": "denied"},
        says={"denials.none": "a seccomp filter is active"},
        areas=("syscalls", "denials"),
        may_be_red={"syscalls.families"},  # io_uring without its first call
        needs=("root", "setpriv", "python3", "dmesg"),
        around="agent",
    ),
)
