"""The narrowest permission that would have allowed what was denied, as text for a person to judge; never applied.

Sources: apparmor.d(5); the SELinux policy language's allow rule; the seccomp section of the OCI runtime specification.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

# What each letter of denied_mask takes in a profile (apparmor.d(5), "Access Modes"); creating and deleting is writing.
_MODES = {"r": "r", "w": "w", "a": "a", "c": "w", "d": "w", "x": "ix", "m": "m", "k": "k", "l": "l"}
_ORDER = ("r", "w", "a", "m", "k", "l", "ix")
_PLAIN = re.compile(r"[A-Za-z0-9_./@:+-]+")
_WORD = re.compile(r"[A-Za-z0-9_.-]+")


def seccomp_entry(call: str) -> str:
    """Return the entry of a profile's `syscalls` that allows one call; empty where the call has no known name.

    >>> seccomp_entry("io_uring_setup")
    '{"names": ["io_uring_setup"], "action": "SCMP_ACT_ALLOW"}'
    """
    return json.dumps({"names": [call], "action": "SCMP_ACT_ALLOW"}) if _WORD.fullmatch(call) else ""


def selinux_rule(subject: str, target: str, kind: str, permissions: list[str]) -> str:
    """Return the allow rule between the types of two contexts; empty where a part is missing.

    >>> selinux_rule("system_u:system_r:httpd_t:s0", "system_u:object_r:tmp_t:s0", "file", ["read", "open"])
    'allow httpd_t tmp_t:file { read open };'
    """
    source, other = _type_of(subject), _type_of(target)
    words = [source, other, kind, *permissions]
    if not permissions or not all(_WORD.fullmatch(word) for word in words):
        return ""
    wanted = permissions[0] if len(permissions) == 1 else f"{{ {' '.join(permissions)} }}"
    return f"allow {source} {'self' if source == other else other}:{kind} {wanted};"


def _type_of(context: str) -> str:
    parts = context.split(":")
    return parts[2] if len(parts) >= 3 else ""


def apparmor_rule(fields: Mapping[str, str]) -> str:
    """Return the line of a profile that would allow what a record's fields describe; empty where it isn't known.

    >>> apparmor_rule({"operation": "create", "class": "net", "family": "inet", "sock_type": "stream"})
    'network inet stream,'
    """
    operation = fields.get("operation", "")
    if fields.get("family") == "unix":
        return _unix(fields)
    if fields.get("family"):
        return _network(fields)
    for words, rule in _RULES:
        if operation in words or fields.get("class") in words:
            return rule(fields)
    return _file(fields) if fields.get("name", "").startswith("/") else ""


def _network(fields: Mapping[str, str]) -> str:
    words = [fields[part] for part in ("family", "sock_type") if _WORD.fullmatch(fields.get(part, ""))]
    return f"network {' '.join(words)}," if words else ""


def _unix(fields: Mapping[str, str]) -> str:
    parts = [f"({_mask(fields)})" if _mask(fields) else ""]
    parts += [f"type={fields['sock_type']}" if _WORD.fullmatch(fields.get("sock_type", "")) else ""]
    address = fields.get("addr", "")
    parts += [f"addr={_quoted(address)}" if address and address != "none" else ""]
    return f"unix {' '.join(filter(None, parts))},"


def _capability(fields: Mapping[str, str]) -> str:
    name = fields.get("capname", "")
    return f"capability {name}," if _WORD.fullmatch(name) else ""


def _signal(fields: Mapping[str, str]) -> str:
    which = f" set=({fields['signal']})" if _WORD.fullmatch(fields.get("signal", "")) else ""
    return f"signal ({_mask(fields)}){which}{_peer(fields)}," if _mask(fields) else ""


def _ptrace(fields: Mapping[str, str]) -> str:
    return f"ptrace ({_mask(fields)}){_peer(fields)}," if _mask(fields) else ""


def _mount(fields: Mapping[str, str]) -> str:
    kind = f" fstype={fields['fstype']}" if _WORD.fullmatch(fields.get("fstype", "")) else ""
    flags = ", ".join(_WORD.findall(fields.get("flags", "")))
    source = f" {_quoted(fields['srcname'])}" if fields.get("srcname") else ""
    return f"mount{kind}{f' options=({flags})' if flags else ''}{source} -> {_quoted(fields.get('name', '/'))},"


def _umount(fields: Mapping[str, str]) -> str:
    return f"umount {_quoted(fields.get('name', '/'))},"


def _pivot_root(fields: Mapping[str, str]) -> str:
    return f"pivot_root {_quoted(fields.get('name', '/'))},"


def _user_namespace(fields: Mapping[str, str]) -> str:  # noqa: ARG001 - all rules are called alike
    return "userns create,"


def _ring(fields: Mapping[str, str]) -> str:
    return f"io_uring ({_mask(fields)})," if _mask(fields) else "io_uring,"


def _queue(fields: Mapping[str, str]) -> str:
    mask = f" ({_mask(fields)})" if _mask(fields) else ""
    return f"mqueue{mask} {_quoted(fields['name'])}," if fields.get("name") else f"mqueue{mask},"


def _change(fields: Mapping[str, str]) -> str:
    return f"change_profile -> {_quoted(fields['target'])}," if fields.get("target") else ""


# By the operation or the class of a record.
_RULES: tuple[tuple[tuple[str, ...], Callable[[Mapping[str, str]], str]], ...] = (
    (("capable", "cap"), _capability),
    (("signal",), _signal),
    (("ptrace",), _ptrace),
    (("umount",), _umount),
    (("pivotroot",), _pivot_root),
    (("mount",), _mount),
    (("userns_create", "namespace"), _user_namespace),
    (("uring_override", "uring_sqpoll", "io_uring"), _ring),
    (("posix_mqueue", "sysv_mqueue"), _queue),
    (("change_profile", "change_onexec"), _change),
)


def _file(fields: Mapping[str, str]) -> str:
    letters = fields.get("denied_mask", "") or fields.get("requested_mask", "")
    modes = {_MODES[letter] for letter in letters.partition("::")[0] if letter in _MODES}
    if "w" in modes:
        modes.discard("a")  # a profile can't have both
    if not modes:
        return ""
    own = fields.get("fsuid") is not None and fields.get("fsuid") == fields.get("ouid")
    return f"{'owner ' if own else ''}{_quoted(fields['name'])} {''.join(mode for mode in _ORDER if mode in modes)},"


def _mask(fields: Mapping[str, str]) -> str:
    """Return the permissions wanted, as a rule lists them."""
    words = _WORD.findall(fields.get("denied_mask") or fields.get("denied") or fields.get("requested_mask", ""))
    return ", ".join(words)


def _peer(fields: Mapping[str, str]) -> str:
    return f" peer={_quoted(fields['peer'])}" if fields.get("peer") else ""


def _quoted(text: str) -> str:
    """Return a path or name as a profile spells it: its pattern signs taken literally, in quotes where need be."""
    literal = re.sub(r"([\\*?\[\]{}^\"])", r"\\\1", text)
    return literal if _PLAIN.fullmatch(text) else f'"{literal}"'
