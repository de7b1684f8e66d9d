"""Faults of logs: where something may be denied, and nobody may read what."""

from __future__ import annotations

import shlex

from faults.fault import Fault
from faults.inject.prefixes import nobody, seccomp, shell


def confined(*rules: str) -> tuple[str, ...]:
    """Return the words for an AppArmor profile that allows files, signals and mounts, and besides only these rules."""
    allowed = ("file", "signal", "ptrace", "mount", "umount", "pivot_root", "unix", "dbus", *rules)
    profile = "profile narrow flags=(attach_disconnected) {" + "".join(f" {rule}," for rule in allowed) + " }"
    load = f"echo {shlex.quote(profile)} | apparmor_parser --replace --skip-cache --quiet"
    return shell(load, "echo 'exec narrow' > /proc/self/attr/apparmor/exec")


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
    Fault(
        id="denials.apparmor-file",
        title="an AppArmor profile forbids /etc/hosts",
        how="AppArmor: audit deny /etc/hosts r",
        prefix=confined("network", "capability", "audit deny /etc/hosts r"),
        took=("sh", "-c", "! cat /etc/hosts 2>/dev/null"),
        red={"denials.none", "dns.localhost-lookup"},
        unknown={"dns.hosts-file": "denied", "dns.hosts-first": "denied"},
        says={"denials.none": "to allow it: owner /etc/hosts r,"},
        needs=("guest",),
        areas=("dns", "denials"),
    ),
    Fault(
        id="denials.apparmor-capability",
        title="an AppArmor profile leaves root without CAP_SYS_ADMIN",
        how="AppArmor: capability rules for net_admin and syslog only",
        prefix=confined("network", "capability net_admin", "capability syslog"),
        took=("grep", "-qx", r"narrow (enforce)", "/proc/self/attr/current"),
        red={"denials.none"},
        says={"denials.none": "to allow it: capability sys_admin,"},
        needs=("guest",),
        areas=("syscalls", "denials"),
    ),
)
