"""Learns seccomp.*, process.* and namespaces from the agent's own files in /proc/self."""

from __future__ import annotations

import re
from collections.abc import Callable

from hostproof.collect.asks import Call
from hostproof.collect.builtin.answers import (
    MOUNT_PROC,
    NotLearntError,
    Reading,
    collector,
    from_call,
    from_text,
)
from hostproof.collect.builtin.words import fields, natural, whole
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

# By bit number: linux/capability.h.
CAPABILITIES = (
    *("chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap"),
    *("linux_immutable", "net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner"),
    *("sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice"),
    *("sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap"),
    *("mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf"),
    "checkpoint_restore",
)
_MODES = ("disabled", "strict", "filter")  # SECCOMP_MODE_* of linux/seccomp.h
NAMESPACE_LINKS = Call(
    "readlink", tuple(f"/proc/self/ns/{kind}" for kind in ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"))
)
_NAMESPACE = re.compile(r"[a-z_]+:\[([0-9]{1,20})\]")


def parse_status(text: str) -> dict[str, str]:
    r"""Return the fields of a status file by name.

    Source: proc_pid_status(5).

    >>> parse_status("Name:\tpython3\nSeccomp:\t2\nNoNewPrivs:\t1\n")
    {'Name': 'python3', 'Seccomp': '2', 'NoNewPrivs': '1'}
    """
    pairs = (row.partition(":") for row in text.split("\n"))
    return {name: value.strip() for name, colon, value in pairs if colon}


def parse_capabilities(mask: str) -> list[Value]:
    """Return the names of a capability mask in hexadecimal. Raises ValueError.

    >>> parse_capabilities("0000000000001400")
    ['cap_net_bind_service', 'cap_net_admin']
    """
    if not re.fullmatch(r"[0-9a-f]{1,16}", mask):
        raise ValueError(f"{mask[:40]!r} is no capability mask")
    bits = [bit for bit in range(64) if int(mask, 16) >> bit & 1]
    return [f"cap_{CAPABILITIES[bit]}" if bit < len(CAPABILITIES) else f"cap_{bit}" for bit in bits]


def parse_namespaces(value: Value) -> dict[str, Value]:
    """Return inode numbers by kind of namespace, from links by path. Raises ValueError.

    Source: namespaces(7).

    >>> parse_namespaces({"/proc/self/ns/pid": "pid:[4026531836]"})
    {'pid': '4026531836'}
    """
    links = {path.rpartition("/")[2]: target for path, target in fields(value).items()}
    found = {kind: _NAMESPACE.fullmatch(target) for kind, target in links.items() if isinstance(target, str)}
    if not any(found.values()):
        raise ValueError("there is no link to a namespace")
    return {kind: match[1] for kind, match in found.items() if match}


def seccomp_mode(status: dict[str, str]) -> Value:
    """Return the mode; a kernel without seccomp has no such field, and so no filter.

    >>> seccomp_mode({"Seccomp": "2"})
    'filter'
    """
    number = natural(status.get("Seccomp", "0"))
    if number >= len(_MODES):
        raise ValueError(f"Seccomp is {number}, which is no known mode")
    return _MODES[number]


def seccomp_filters(status: dict[str, str]) -> Value:
    """Return how many filters there are; kernels before 5.9 tell only when there are none.

    >>> seccomp_filters({"Seccomp": "0"})
    0
    """
    if "Seccomp_filters" in status:
        return natural(status["Seccomp_filters"])
    if seccomp_mode(status) == "disabled":
        return 0
    raise _lacking("Seccomp_filters", "use a kernel since 5.9")


def _effective_user(status: dict[str, str]) -> Value:
    users = status.get("Uid", "").split()
    return natural(users[1] if len(users) > 1 else "")


def _no_new_privileges(status: dict[str, str]) -> Value:
    if "NoNewPrivs" not in status:
        raise _lacking("NoNewPrivs", "use a kernel since 4.10")
    return natural(status["NoNewPrivs"]) == 1


def _lacking(field: str, cure: str) -> NotLearntError:
    return NotLearntError(Unknown(Cause.UNSUPPORTED, f"/proc/self/status has no field {field}", cure))


def _status(learn: Callable[[dict[str, str]], Value]) -> Reading:
    def parse(text: str) -> Value:
        status = parse_status(text)
        if "Pid" not in status:
            raise ValueError("it has no field Pid")
        return learn(status)

    return from_text("/proc/self/status", parse, MOUNT_PROC)


PROCESS = collector(
    "process",
    {
        "seccomp.mode": _status(seccomp_mode),
        "seccomp.filters": _status(seccomp_filters),
        "process.uid": _status(_effective_user),
        "process.no_new_privileges": _status(_no_new_privileges),
        "process.capabilities": _status(lambda status: [*parse_capabilities(status.get("CapEff", ""))]),
        "process.capabilities_bounding": _status(lambda status: [*parse_capabilities(status.get("CapBnd", ""))]),
        "process.oom_score_adj": from_text("/proc/self/oom_score_adj", whole, MOUNT_PROC),
        "process.timer_slack": from_text("/proc/self/timerslack_ns", natural, "mount /proc, with a kernel since 4.6"),
    },
)

NAMESPACES = collector(
    "namespaces",
    {"namespaces": from_call(NAMESPACE_LINKS, parse_namespaces, "mount /proc; install python3 there")},
)
