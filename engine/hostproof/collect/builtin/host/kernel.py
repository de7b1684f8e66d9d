"""Learns kernel.*, boot.id, uptime and host.name from one-line files of /proc."""

from __future__ import annotations

import re

from hostproof.collect.asks import Call
from hostproof.collect.builtin.answers import MOUNT_PROC, PROC, Absent, collector, from_call, from_text
from hostproof.collect.builtin.words import capped, decimal, line, natural, strings
from hostproof.facts.snapshot import Value

_SECOND = 1_000_000_000
_PARAMETER = re.compile(r'(?:[^\s"]|"[^"]*"?)+')

# Bits of /proc/sys/kernel/tainted: Documentation/admin-guide/tainted-kernels.rst and enum names of linux/panic.h.
TAINTS = (
    "proprietary-module",
    "forced-module",
    "cpu-out-of-spec",
    "forced-unload",
    "machine-check",
    "bad-page",
    "user",
    "die",
    "overridden-acpi-table",
    "warn",
    "staging-driver",
    "firmware-workaround",
    "out-of-tree-module",
    "unsigned-module",
    "soft-lockup",
    "livepatch",
    "auxiliary",
    "randstruct",
    "in-kernel-test",
    "fwctl",
)


def parse_cmdline(text: str) -> Value:
    r"""Split boot parameters as the kernel does: at blanks that do not stand between double quotes.

    Source: Documentation/admin-guide/kernel-parameters.rst.

    >>> parse_cmdline('BOOT_IMAGE=/vmlinuz-6.1 root=/dev/sda1 dyndbg="file a.c +p" quiet\n')
    ['BOOT_IMAGE=/vmlinuz-6.1', 'root=/dev/sda1', 'dyndbg="file a.c +p"', 'quiet']
    """
    return [*_PARAMETER.findall(text)]


def parse_tainted(text: str) -> Value:
    r"""Return the words of the bits that are set.

    >>> parse_tainted("4097\n")
    ['proprietary-module', 'out-of-tree-module']
    """
    mask = natural(text)
    return [TAINTS[bit] if bit < len(TAINTS) else f"bit-{bit}" for bit in range(mask.bit_length()) if mask >> bit & 1]


def parse_uptime(text: str) -> Value:
    r"""Return nanoseconds since boot (CLOCK_BOOTTIME) from seconds with two decimals.

    >>> parse_uptime("975.32 1831.53\n")
    975320000000
    """
    return capped(round(decimal(line(text).split()[0]) * 100) * (_SECOND // 100))


def parse_modules(text: str) -> Value:
    r"""Return the names of modules, sorted.

    >>> parse_modules("nf_nat 57344 0 - Live 0x0000000000000000\next4 983040 1 - Live 0x0000000000000000\n")
    ['ext4', 'nf_nat']
    """
    return [*sorted(row.split()[0] for row in text.split("\n") if row.strip())]


def parse_machine(value: Value) -> Value:
    """Return the machine word of a `uname` call: system, node, release, version, machine. Raises ValueError.

    >>> parse_machine(["Linux", "web1", "6.1.0-30-amd64", "#1 SMP Debian 6.1.124-1", "x86_64"])
    'x86_64'
    """
    parts = strings(value)
    if len(parts) != 5:
        raise ValueError(f"it has {len(parts)} parts, not 5")
    return parts[4]


COLLECTOR = collector(
    "kernel",
    {
        "kernel.release": from_text(PROC.path, line, MOUNT_PROC),
        "kernel.version": from_text("/proc/sys/kernel/version", line, MOUNT_PROC),
        "kernel.arch": from_call(Call("uname"), parse_machine, "install python3 on the target"),
        "kernel.cmdline": from_text("/proc/cmdline", parse_cmdline, MOUNT_PROC),
        "kernel.tainted": from_text("/proc/sys/kernel/tainted", parse_tainted, MOUNT_PROC),
        "kernel.modules": from_text("/proc/modules", parse_modules, MOUNT_PROC, Absent([], PROC)),
        "boot.id": from_text("/proc/sys/kernel/random/boot_id", line, MOUNT_PROC),
        "uptime": from_text("/proc/uptime", parse_uptime, MOUNT_PROC),
        "host.name": from_text("/proc/sys/kernel/hostname", line, MOUNT_PROC),
    },
)
