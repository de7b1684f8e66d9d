"""Takes records of the kernel's log apart: lines as the kernel and the audit daemon write them in, denials out.

Sources: audit_seccomp of kernel/auditsc.c, security/apparmor/lsm.c and its audit.c, security/selinux/avc.c; the names
of types and fields as the audit project lists them (linux/audit.h, lib/msg_typetab.h).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from hostproof.collect.builtin.denials.allow import apparmor_rule, seccomp_entry, selinux_rule
from hostproof.collect.builtin.denials.numbers import name_of
from hostproof.facts.snapshot import Value
from hostproof.source.harmless import one_line
from hostproof.source.records import record

_STAMP = re.compile(r"\baudit\((\d+\.\d+):(\d+)\):?")
_FIELD = re.compile(r'\b([a-zA-Z_]+)=("[^"]*"|\S+)')
_AVC = re.compile(r"avc:\s+denied\s+\{([^}]*)\}")
_HEX = re.compile(r"(?:[0-9A-F]{2})+")
_MOST_TEXT = 400
PREFIX = "hp-"  # of the names probes run under

# By the upper half of `code`: SECCOMP_RET_* of linux/seccomp.h. The lower half is the errno.
_ACTIONS = {
    0x8000: "killed",
    0x0000: "killed",
    0x0003: "trapped",
    0x0005: "denied",
    0x7FC0: "notified",
    0x7FF0: "traced",
    0x7FFC: "logged",
}


@record
class Denial:
    """What one record says; a part that its kind doesn't have is empty.

    `probe` is the one that was denied, `module` who did (seccomp, apparmor, selinux), `action` how (denied, killed,
    trapped, or only logged or allowed), `profile` under which policy, `kind` the class of the object, `permission` what
    was wanted, `object` of what, `call` the system call, `allow` the narrowest permission that would allow it.
    """

    probe: str
    module: str
    action: str
    profile: str = ""
    kind: str = ""
    permission: str = ""
    object: str = ""
    call: str = ""
    allow: str = ""


def parse_records(lines: Iterable[str]) -> tuple[tuple[Denial, int], ...]:
    """Return the denials in some lines and how often each came, in their order; a line that is no such record is none.

    A record that stands in the kernel's log and in the daemon's counts once.
    """
    seen: set[tuple[str, str]] = set()
    counts: dict[Denial, int] = {}
    for line in lines:
        stamp = _STAMP.search(line)
        denial = parse_record(line)
        if stamp is None or denial is None or (stamp[1], stamp[2]) in seen:
            continue
        seen.add((stamp[1], stamp[2]))
        counts[denial] = counts.get(denial, 0) + 1
    return tuple(counts.items())


def parse_record(line: str) -> Denial | None:
    """Return what a record about a probe says, None where it is no denial or not about a probe.

    >>> parse_record('audit: type=1326 audit(1.2:3): pid=7 comm="hp-tcp" sig=0 arch=c000003e syscall=41 code=0x50001')
    ... # doctest: +ELLIPSIS
    Denial(probe='tcp', module='seccomp', action='denied', ... permission='EPERM', object='', call='socket', allow=...)
    """
    stamp = _STAMP.search(line)
    if stamp is None:
        return None
    body = line[stamp.end() :]
    fields = {name: unquoted(value) for name, value in _FIELD.findall(body)}
    if not fields.get("comm", "").startswith(PREFIX):
        return None
    avc = _AVC.search(body)
    if avc:
        return _selinux(avc[1].split(), fields)
    if "apparmor" in fields:
        return _apparmor(fields)
    return _seccomp(fields) if {"syscall", "code", "arch"} <= fields.keys() else None


def unquoted(text: str) -> str:
    """Return a field's value: without quotes, or from the hexadecimal in which the kernel writes odd names."""
    if text.startswith('"'):
        return text.strip('"')
    if len(text) > 8 and _HEX.fullmatch(text) and not text.isdecimal():
        return one_line(bytes.fromhex(text).decode("utf-8", "backslashreplace"), _MOST_TEXT)
    return text


def typed_records(lines: Iterable[Value]) -> list[Value]:
    """Return the fact `probe.denials.records` of the lines that the probe picked from the logs."""
    return [shown(denial, count) for denial, count in parse_records(map(str, lines))]


def shown(denial: Denial, count: int) -> dict[str, Value]:
    """Return a denial as a snapshot keeps it."""
    texts = ("probe", "module", "action", "profile", "kind", "permission", "object", "call", "allow")
    return {**{name: one_line(getattr(denial, name), _MOST_TEXT) for name in texts}, "count": count}


def _probe(fields: Mapping[str, str]) -> str:
    return fields["comm"].removeprefix(PREFIX).partition(".")[0]  # behind it is the mark of the run


def _seccomp(fields: Mapping[str, str]) -> Denial | None:
    arch, number, code = (_number(fields[name], base) for name, base in (("arch", 16), ("syscall", 10), ("code", 16)))
    if arch is None or number is None or code is None or code >> 16 not in _ACTIONS:
        return None
    call, action = name_of(arch, number), _ACTIONS[code >> 16]
    return Denial(
        probe=_probe(fields),
        module="seccomp",
        action=action,
        profile=fields.get("subj", ""),
        kind="system call",
        permission=_errno(code & 0xFFFF) if action == "denied" else "",
        call=call,
        allow=seccomp_entry(call),
    )


def _apparmor(fields: Mapping[str, str]) -> Denial | None:
    action = {"DENIED": "denied", "ALLOWED": "allowed", "KILLED": "killed"}.get(fields["apparmor"])
    if action is None:  # STATUS and AUDIT are no denials
        return None
    operation = fields.get("operation", "")
    return Denial(
        probe=_probe(fields),
        module="apparmor",
        action=action,
        profile=fields.get("profile", ""),
        kind=fields.get("class", "") or operation,
        permission=fields.get("denied_mask") or fields.get("denied") or fields.get("capname") or operation,
        object=_object(fields),
        call="",
        allow=apparmor_rule(fields),
    )


def _object(fields: Mapping[str, str]) -> str:
    """Return what a record of AppArmor's is about: a path, a socket's family and type, a peer."""
    if fields.get("name"):
        return fields["name"]
    if fields.get("family"):
        return " ".join(fields[part] for part in ("family", "sock_type") if fields.get(part))
    return fields.get("peer", "") or fields.get("target", "")


def _selinux(permissions: list[str], fields: Mapping[str, str]) -> Denial:
    return Denial(
        probe=_probe(fields),
        module="selinux",
        action="allowed" if fields.get("permissive") == "1" else "denied",
        profile=fields.get("scontext", ""),
        kind=fields.get("tclass", ""),
        permission=" ".join(permissions),
        object=fields.get("path") or fields.get("name") or fields.get("tcontext", ""),
        allow=selinux_rule(
            fields.get("scontext", ""), fields.get("tcontext", ""), fields.get("tclass", ""), permissions
        ),
    )


def _number(text: str, base: int) -> int | None:
    try:
        found = int(text, base)
    except ValueError:
        return None
    return found if 0 <= found < 1 << 32 else None


def _errno(number: int) -> str:
    import errno

    name = errno.errorcode.get(number, f"errno {number}")
    return "EOPNOTSUPP" if name == "ENOTSUP" else name
