"""Rows about configuration as it stands in files: accounts, services, sysctl.d, limits.d; of any root file system.

Sources: passwd(5), shadow(5), group(5), crypt(5), systemd.unit(5), systemd.preset(5), sysctl.d(5),
limits.conf(5), sysctl.conf(5) of procps.
"""

from __future__ import annotations

from hostproof.facts.builtin.packages import UNREADABLE
from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.types import ANY, BOOL, COUNT, INT, STRING, Type, list_of, record

_PLACE = {"file": STRING, "line": COUNT}
_BY = {"by_value": STRING, "by_file": STRING, "by_line": COUNT}
_LIMIT = {"domain": STRING, "type": STRING, "item": STRING, "value": STRING, "limit": INT.optional(), **_PLACE}
_SERVICE = record(name=STRING, manager=STRING, by=STRING, file=STRING, unit=STRING.optional(), masked=BOOL)
_NO_SENSE = "Lines of these files that make no sense; each is left out"


def _row(collector: str, name: str, kind: Type, meaning: str, owner: Owner = Owner.FILES) -> FactSpec:
    return FactSpec(name, kind, owner, meaning, collector)


_ACCOUNTS: tuple[FactSpec, ...] = (
    _row(
        "accounts",
        "accounts.users",
        list_of(record(name=STRING, uid=COUNT, gid=COUNT, home=STRING, shell=STRING)),
        "Users of /etc/passwd, in its order; an empty shell is /bin/sh",
    ),
    _row(
        "accounts",
        "accounts.groups",
        list_of(record(name=STRING, gid=COUNT, members=list_of(STRING))),
        "Groups of /etc/group, in its order",
    ),
    _row(
        "accounts",
        "accounts.repeated",
        list_of(record(what=STRING, value=STRING, names=list_of(STRING))),
        "Names and numbers that several have: what is user, uid, group or gid; names are whose it is",
    ),
    _row("accounts", "accounts.groupless", list_of(STRING), "Users whose primary group is not in /etc/group"),
    _row("accounts", "accounts.unreadable", UNREADABLE, "Lines of passwd and group that make no sense; left out"),
    _row(
        "passwords",
        "accounts.passwords",
        list_of(record(name=STRING, state=STRING, hash=STRING.optional(), shadowed=BOOL)),
        "State of each user's password: empty, set, locked, none (nothing matches), missing (not in shadow), and the "
        "method of its hash: yescrypt, sha512, md5, des...; never the hash",
    ),
    _row("passwords", "accounts.shadow_unreadable", UNREADABLE, "Lines of shadow that make no sense, by number only"),
)
_SERVICES: tuple[FactSpec, ...] = (
    _row("services", "services.managers", list_of(STRING), "What could start services: systemd, openrc, sysv"),
    _row(
        "services",
        "services.enabled",
        list_of(_SERVICE),
        "Units and scripts that are started, each by a target or runlevel and a link; unit is their file, generated "
        "where systemd makes it, null where there is none",
    ),
    _row("services", "services.masked", list_of(STRING), "Units that are links to /dev/null, which nobody can start"),
    _row(
        "services",
        "services.dangling",
        list_of(record(file=STRING, link=STRING, name=STRING, unit=STRING.optional())),
        "Links of these folders that lead nowhere; unit is the file that counts all the same, null where none does",
    ),
    _row(
        "services",
        "services.presets",
        list_of(record(action=STRING, unit=STRING, **_PLACE)),
        "What presets say of units, of which the first that matches counts: enable, disable, ignore",
    ),
    _row("services", "services.unreadable", UNREADABLE, "Lines of presets that make no sense; left out"),
)
_SYSCTLS: tuple[FactSpec, ...] = (
    _row(
        "sysctl-conf",
        "sysctl_conf.reader",
        STRING,
        "Who sets parameters at start: systemd, where systemd-sysctl is there (it doesn't read /etc/sysctl.conf), "
        "else procps",
    ),
    _row(
        "sysctl-conf",
        "sysctl_conf.settings",
        list_of(record(name=STRING, value=STRING, **_PLACE, wild=BOOL, optional=BOOL)),
        "Parameters as files set them in the end, by name; wild with wildcards, optional with - before it",
    ),
    _row(
        "sysctl-conf",
        "sysctl_conf.value.*",
        ANY,
        "What files set a parameter to, in the units of sysctl.*; null where none does, and where only a wildcard does",
    ),
    _row(
        "sysctl-conf",
        "sysctl_conf.overridden",
        list_of(record(name=STRING, value=STRING, **_PLACE, **_BY)),
        "Settings that a later line undoes with another value",
    ),
    _row(
        "sysctl-conf",
        "sysctl_conf.masked",
        list_of(record(file=STRING, by=STRING, lost=list_of(STRING))),
        "Files hidden by one of the same name in a folder that goes before; lost are parameters nobody sets now",
    ),
    _row(
        "sysctl-conf",
        "sysctl_conf.disputed",
        list_of(record(name=STRING, systemd=STRING.optional(), procps=STRING.optional(), **_PLACE)),
        "Parameters that systemd-sysctl and `sysctl --system` of procps set otherwise; null where one sets nothing",
    ),
    _row(
        "sysctl-conf", "sysctl_conf.unreadable", UNREADABLE, _NO_SENSE.replace("these files", "sysctl.d, sysctl.conf")
    ),
    _row(
        "sysctl-conf",
        "sysctl_conf.drift",
        list_of(record(name=STRING, configured=STRING, now=STRING, **_PLACE)),
        "Parameters whose value is another than what files set",
        Owner.NAMESPACE,
    ),
    _row(
        "sysctl-conf",
        "sysctl_conf.unverified",
        list_of(STRING),
        "Parameters that files set and whose value could not be compared: not there, not readable, of one interface",
        Owner.NAMESPACE,
    ),
)
_LIMITS: tuple[FactSpec, ...] = (
    _row(
        "limits-conf",
        "limits_conf.entries",
        list_of(record(**_LIMIT)),
        "Lines of limits.conf and limits.d in their order; limit is null for none, else in their units (KB, minutes)",
    ),
    _row(
        "limits-conf",
        "limits_conf.overridden",
        list_of(record(**_LIMIT, **_BY)),
        "Lines that a later one for the same domain and item undoes with another value",
    ),
    _row(
        "limits-conf",
        "limits_conf.contradictions",
        list_of(
            record(domain=STRING, item=STRING, soft=STRING, hard=STRING, **_PLACE, hard_file=STRING, hard_line=COUNT)
        ),
        "Soft limits above the hard one of the same domain and item, which then counts for both",
    ),
    _row(
        "limits-conf", "limits_conf.unreadable", UNREADABLE, _NO_SENSE.replace("these files", "limits.conf, limits.d")
    ),
)

ROWS = (*_ACCOUNTS, *_SERVICES, *_SYSCTLS, *_LIMITS)
