"""Learns accounts.*: users, groups, and what their passwords are like, by words that the agent makes of hashes."""

from __future__ import annotations

from hostproof.collect.asks import Call
from hostproof.collect.builtin.answers import Answers, joint, value_of
from hostproof.collect.builtin.words import fields
from hostproof.facts.builtin.configured import ROWS
from hostproof.facts.fits import fits
from hostproof.facts.snapshot import Value

_ACCOUNTS, _PASSWORDS = Call("accounts"), Call("passwords")
_TYPES = {row.name.rpartition(".")[2]: row.type for row in ROWS if row.name.startswith("accounts.")}
_CURE = "collect where /etc/passwd and /etc/group are, and python3 can run"
_SHADOW = "run it as root: /etc/shadow is for root alone"


def _listed(said: dict[str, Value], name: str) -> list[Value]:
    found = said.get(name)
    if not isinstance(found, list) or not fits(found, _TYPES[name]):
        raise ValueError(f"it has no list of {name}")
    return found


def _accounts(answers: Answers) -> dict[str, list[Value]]:
    said = fields(value_of(answers, _ACCOUNTS, _CURE))
    return {name: _listed(said, name) for name in ("users", "groups", "unreadable")}


def _passwords(answers: Answers) -> dict[str, list[Value]]:
    said = fields(value_of(answers, _PASSWORDS, _SHADOW))
    return {name: _listed(said, name) for name in ("passwords", "unreadable")}


def _repeated(found: dict[str, list[Value]]) -> list[Value]:
    """Return names and numbers that more than one user, or group, has; for them the first line counts."""
    rows: list[Value] = []
    for what, listed, field in (
        ("user", "users", "name"),
        ("uid", "users", "uid"),
        ("group", "groups", "name"),
        ("gid", "groups", "gid"),
    ):
        names: dict[str, list[Value]] = {}
        for row in map(fields, found[listed]):
            names.setdefault(str(row.get(field)), []).append(str(row.get("name")))
        rows += [{"what": what, "value": value, "names": who} for value, who in sorted(names.items()) if len(who) > 1]
    return rows


def _groupless(found: dict[str, list[Value]]) -> list[Value]:
    """Return the users whose primary group is none."""
    groups = {fields(row).get("gid") for row in found["groups"]}
    return [user.get("name", "") for user in map(fields, found["users"]) if user.get("gid") not in groups]


ACCOUNTS = joint(
    "accounts",
    (_ACCOUNTS,),
    _accounts,
    {
        "accounts.users": lambda found: found["users"],
        "accounts.groups": lambda found: found["groups"],
        "accounts.repeated": _repeated,
        "accounts.groupless": _groupless,
        "accounts.unreadable": lambda found: found["unreadable"],
    },
)
PASSWORDS = joint(
    "passwords",
    (_PASSWORDS,),
    _passwords,
    {
        "accounts.passwords": lambda found: found["passwords"],
        "accounts.shadow_unreadable": lambda found: found["unreadable"],
    },
)
