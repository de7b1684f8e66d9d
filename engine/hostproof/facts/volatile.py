"""Volatile facts: a fact's name in, why it differs each time somebody looks, or an empty text, out."""

from __future__ import annotations

import re
from functools import cache

_USE = "how much is in use changes all the time"
_LOAD = "how busy the machine is changes all the time"
_RUN = "it is another one in each run, or after each boot"
_COUNTER = "the kernel counts it up"
_MEASURED = "it is measured once, and never comes out the same"

# Names, with * for anything but the end of a fact in front of which a pack's name may stand; and why.
PATTERNS: tuple[tuple[str, str], ...] = (
    ("uptime", "time goes on"),
    ("boot.id", _RUN),
    ("load.*", _LOAD),
    ("psi.*", _LOAD),
    ("processes.*", _LOAD),
    ("memory.available", _USE),
    ("memory.free", _USE),
    ("memory.committed", _USE),
    ("memory.swap.free", _USE),
    ("memory.hugepages.free", _USE),
    ("filesystems[*].available", _USE),
    ("filesystems[*].used", _USE),
    ("filesystems[*].inodes_available", _USE),
    ("temp.free", _USE),
    ("temp.inodes_free", _USE),
    ("net.conntrack.count", _USE),
    ("cgroup.pids.current", _USE),
    ("cgroup.pids.room", _USE),
    ("cgroup.memory.current", _USE),
    ("cgroup.cpu.throttled", _COUNTER),
    ("cgroup.cpu.throttled_time", _COUNTER),
    ("clock.max_error", "it grows until the clock is set right again"),
    ("clock.estimated_error", "it is estimated anew each second or so"),
    ("entropy.available", _USE),
    ("namespaces.*", _RUN),
    ("sysctl.fs.dentry-state", _COUNTER),
    ("sysctl.fs.file-nr", _COUNTER),
    ("sysctl.fs.inode-nr", _COUNTER),
    ("sysctl.fs.inode-state", _COUNTER),
    ("sysctl.fs.aio-nr", _COUNTER),
    ("sysctl.kernel.ns_last_pid", _COUNTER),
    ("sysctl.kernel.pty.nr", _USE),
    ("sysctl.kernel.random.boot_id", _RUN),
    ("sysctl.kernel.random.entropy_avail", _USE),
    ("sysctl.kernel.random.uuid", _RUN),
    ("sysctl.net.netfilter.nf_conntrack_count", _USE),
    ("probe.clock.back.looks", _MEASURED),
    ("probe.clock.drift.*", _MEASURED),
    ("probe.clock.jump.*", _MEASURED),
    ("probe.clock.step.*", _MEASURED),
    ("probe.tcp.reuseport", "the kernel spreads connections by chance"),
    ("probe.*.overhead", _MEASURED),
    ("probe.*.own", _MEASURED),
    ("probe.*.pressure", _LOAD),
    ("probe.*.steal", _LOAD),
)


def why_volatile(name: str) -> str:
    """Return why a fact, or a place in one (`filesystems[/].available`), always differs; empty if it means something.

    >>> why_volatile("load.avg1")
    'how busy the machine is changes all the time'
    """
    return next((reason for pattern, reason in _compiled() if pattern.fullmatch(name)), "")


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the patterns; facts that a pack gets of a probe with arguments are named after the pack."""
    return tuple((re.compile(_regular(pattern)), reason) for pattern, reason in PATTERNS)


def _regular(pattern: str) -> str:
    head, _, rest = pattern.partition("probe.")
    inner = ".*".join(map(re.escape, (rest if not head else pattern).split("*")))
    return rf"(?:probe\.|[a-z0-9-]+:){inner}" if pattern.startswith("probe.") else inner
