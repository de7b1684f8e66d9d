"""Waivers of a profile: the node of its `waivers` in, checked waivers out, or problems with their places."""

from __future__ import annotations

import re
from datetime import date

from hostproof.rulepack.model import Waiver
from hostproof.rulepack.sections.shape import Shape, beginning
from hostproof.source.nodes import Mapping, Node, Scalar, Sequence
from hostproof.source.spans import Span

KEYS = ("rule", "hosts", "reason", "owner", "ticket", "starts", "expires", "accepted", "fingerprint")
# What of a host's fingerprint a waiver can be bound to: all but its name, which `hosts` is for.
FINGERPRINT_KEYS = ("machine_id", "kernel", "arch", "cpu", "virtualisation", "cgroup", "distribution", "go")
MOST_RULES = 10_000  # that overrides and waivers are about
MOST_PATTERNS = 1_000
_PATTERN = re.compile(r"(?:[\w.*?-]|\[!?[\w.-]+\])+")  # a host's name, with *, ? and sets like [0-9]


def waivers_of(node: Node | None, shape: Shape, named: list[tuple[str, Span]]) -> tuple[Waiver, ...]:
    """Return the waivers that are right; the rules that they name are added to `named`, with their places."""
    items = (shape.sequence(node, "`waivers`") if node else None) or ()
    if len(items) > MOST_RULES:
        message = f"`waivers` may be {MOST_RULES:,}, and are {len(items):,}"
        shape.problems.add("HP-E317", message, items[MOST_RULES].where)
    found = [_waiver(item, shape, named) for item in items[:MOST_RULES] if not shape.enough]
    return tuple(one for one in found if one is not None)


def _waiver(item: Node, shape: Shape, named: list[tuple[str, Span]]) -> Waiver | None:
    node = shape.mapping(item, "a waiver", "{rule: ..., reason: ..., owner: ..., expires: 2026-12-31}")
    if node is None:
        return None
    before = shape.problems.errors
    shape.keys(node, KEYS, ("rule", "reason", "owner", "expires"), "a waiver")
    rule = shape.text(node.get("rule"), "`rule`")
    if rule:
        named.append((rule.text, rule.where))
    reason, owner = (shape.line(node.get(name), f"`{name}`") for name in ("reason", "owner"))
    starts, expires = _day(node, "starts", shape), _day(node, "expires", shape)
    if starts and expires and starts > expires:
        shape.problems.add("HP-E324", f"the waiver ends on {expires}, before it starts", beginning(node))
    accepted = _accepted(node.get("accepted"), shape)
    hosts = _hosts(node.get("hosts"), shape)
    ticket = shape.written(node.get("ticket"), "`ticket`")
    fingerprint = _fingerprint(node.get("fingerprint"), shape)
    if rule is None or shape.problems.errors > before:
        return None
    said = " ".join(ticket.text.split()) if ticket else ""
    return Waiver(rule.text, reason, owner, expires, starts, accepted, hosts, said, fingerprint)


def _day(node: Mapping, name: str, shape: Shape) -> str:
    """Return an ISO day as it is written, or an empty text."""
    scalar = shape.written(node.get(name), f"`{name}`")
    if scalar is None:
        return ""
    try:
        day = date.fromisoformat(scalar.text).isoformat()
    except ValueError:
        day = ""
    if day != scalar.text:  # 20261231 and 2026-W53-4 are days too, but not as anybody writes them here
        message = f"{scalar.text[:40]!r} is not a day"
        shape.problems.add("HP-E323", message, scalar.where, "write year, month and day: 2026-12-31")
        return ""
    return day


def _accepted(node: Node | None, shape: Shape) -> tuple[tuple[str, str], ...]:
    """Return the accepted values as written, by the subjects they belong to; the subject of a bare one is empty."""
    if node is None:
        return ()
    if isinstance(node, Scalar):
        value = shape.written(node, "`accepted`")
        return (("", value.text),) if value else ()
    entries = [
        (key.text, shape.written(value, "an accepted value")) for key, value in shape.entries(node, "`accepted`")
    ]
    return tuple((subject, value.text) for subject, value in entries if value)


def _hosts(node: Node | None, shape: Shape) -> tuple[str, ...]:
    """Return the patterns, which a bare text is one of."""
    if node is None:
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    if not items:
        shape.problems.add("HP-E315", "`hosts` names no host", node.where, "leave it out, and it is for every host")
    if len(items) > MOST_PATTERNS:
        message = f"`hosts` may be {MOST_PATTERNS:,} patterns, and are {len(items):,}"
        shape.problems.add("HP-E317", message, items[MOST_PATTERNS].where)
    found = [_pattern(item, shape) for item in items[:MOST_PATTERNS] if not shape.enough]
    return tuple(pattern for pattern in found if pattern)


def _pattern(node: Node, shape: Shape) -> str:
    scalar = shape.written(node, "a pattern of host names")
    if scalar is None or _PATTERN.fullmatch(scalar.text):
        return scalar.text if scalar else ""
    message = f"{scalar.text!r} is not a pattern of host names"
    hint = "write a name with *, ? or a set, such as db-*.example.org or web-[0-9]; of several patterns a list"
    shape.problems.add("HP-E327", message, scalar.where, hint)
    return ""


def _fingerprint(node: Node | None, shape: Shape) -> tuple[tuple[str, str], ...]:
    """Return the fields as they were, as written: 6.1 is a version here, and no number."""
    found = shape.mapping(node, "`fingerprint`", '{kernel: "6.1"}') if node is not None else None
    if found is None:
        return ()
    shape.keys(found, FINGERPRINT_KEYS, (), "`fingerprint`")
    if not found.entries:
        hint = "leave it out, or name fields of the host: kernel, distribution"
        shape.problems.add("HP-E315", "`fingerprint` names no field", found.where, hint)
    fields = [
        (key.text, shape.written(value, f"`{key.text}`")) for key, value in found.entries[: len(FINGERPRINT_KEYS)]
    ]
    return tuple((name, value.text) for name, value in fields if value)
