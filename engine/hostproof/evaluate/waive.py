"""Waivers: a failed rule's findings and the team's waivers in, the one that covers it or why none does out.

A waiver holds from `starts` to `expires`, both UTC days and inclusive, as long as no finding is worse than what it
accepted. Worse is read off what the rule wants: where it wants `>=` or `>`, a smaller value is worse; where it wants
`<=` or `<`, a larger one; where it wants anything else (`==`, `in`, `matches`), any other value is. What was not
accepted at all, or can't be compared with it (5ms with 4KiB), is worse too: a waiver never hides what nobody looked at.
A waiver without `accepted` holds whatever the value. One with `hosts` is about hosts whose names match, whatever the
case of letters; one with a `fingerprint` ends when the host has another kernel, distribution or whatever it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from hostproof.evaluate.model import WaiverNote
from hostproof.expr.findings import Finding
from hostproof.facts.snapshot import Host
from hostproof.facts.types import Kind, Type
from hostproof.facts.units import parse_quantity
from hostproof.facts.versions import version_key
from hostproof.rulepack.model import Waiver

# How a value may compare with the accepted one, by what is wanted: not at all, or as much, or better.
_ALLOWED = {">=": (0, 1), ">": (0, 1), "<=": (0, -1), "<": (0, -1)}
_PLAIN_NUMBERS = (Kind.INT, Kind.COUNT, Kind.FLOAT)
_NO_HOST = Host()


def waive(
    findings: Sequence[Finding], waivers: Iterable[Waiver], date: str, host: Host = _NO_HOST
) -> tuple[WaiverNote | None, str]:
    """Return the note of the first waiver that holds on the ISO day `date`, or None and why the others don't."""
    reasons = []
    for waiver in waivers:
        if not is_about(waiver, host):
            continue
        reason = lapsed(waiver, date, host) or worse(waiver, findings)
        if not reason:
            return WaiverNote(waiver.reason, waiver.owner, waiver.expires, waiver.ticket), ""
        reasons.append(f"the waiver by {waiver.owner} {reason}")
    return None, "; ".join(reasons)


def is_about(waiver: Waiver, host: Host) -> bool:
    """Tell whether a waiver is about this host at all; the case of letters in host names means nothing (RFC 4343)."""
    if not waiver.hosts:
        return True
    from fnmatch import fnmatchcase  # few waivers have patterns

    return any(fnmatchcase(host.name.lower(), pattern.lower()) for pattern in waiver.hosts)


def lapsed(waiver: Waiver, date: str, host: Host) -> str:
    """Return why a waiver doesn't hold, whatever the rule found; empty if it does. ISO days sort as texts."""
    if waiver.starts and date < waiver.starts:
        return f"starts on {waiver.starts}"
    if date > waiver.expires:
        return f"expired on {waiver.expires}"
    for name, was in waiver.fingerprint:
        now = str(getattr(host, name))
        if not _of_series(now, was):
            return f"is for {name} {was}, and this host's {f'is {now}' if now else 'is not known'}"
    return ""


def worse(waiver: Waiver, findings: Sequence[Finding]) -> str:
    """Return which value is worse than what a waiver accepted, empty if none is."""
    return next(_worse(dict(waiver.accepted), findings), "") if waiver.accepted else ""


def _of_series(now: str, was: str) -> bool:
    """Tell whether a field is what it was, or goes on where that ends: `6.1` is also 6.1.0-18, and is not 6.10."""
    return now == was or (now.startswith(was) and not (now[len(was)].isalnum() and was[-1].isalnum()))


def _worse(accepted: dict[str, str], findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        yield "accepted a value, and none was found to compare it with"
    for finding in findings:
        value = accepted.get(finding.subject, accepted.get(""))
        if value is None:
            yield f"accepted no value of {finding.subject}"
        elif not _no_worse(finding, value):
            yield f"accepted {finding.subject} = {value}, and it is {finding.value} now"


def _no_worse(finding: Finding, accepted: str) -> bool:
    value = _bare(finding.value)
    if value == _bare(accepted):
        return True
    allowed = _ALLOWED.get(finding.wanted.split(" ", 1)[0], (0,)) if " and " not in finding.wanted else (0,)
    signs = _signs(value, accepted)
    return bool(signs) and all(sign in allowed for sign in signs)


def _signs(value: str, accepted: str) -> list[int]:
    """Return how `value` compares with `accepted` (-1, 0, 1) in each way they can be read; empty if in none.

    `6.9` and `6.10` may be numbers or versions, and their order differs: both ways are given.
    """
    left, right = _quantity(value), _quantity(accepted)
    signs = []
    if left and right:
        if not _comparable(left[1], right[1]):
            return []
        signs.append((left[0] > right[0]) - (left[0] < right[0]))
    if all(_may_be_version(text, quantity) for text, quantity in ((value, left), (accepted, right))):
        one, other = version_key(value), version_key(accepted)
        signs.append((one > other) - (one < other))
    return signs + _debian_signs(value, accepted)


def _debian_signs(value: str, accepted: str) -> list[int]:
    """Return how two versions compare as dpkg sees them, where one has an epoch: nothing else reads those rightly."""
    if not any(text.partition(":")[0].isdigit() and ":" in text for text in (value, accepted)):
        return []
    from hostproof.facts.debian import debian_key  # few waivers are about packages

    try:
        one, other = debian_key(value), debian_key(accepted)
    except ValueError:
        return []
    return [(one > other) - (one < other)]


def _quantity(text: str) -> tuple[int | float, Type] | None:
    try:
        return parse_quantity(text)
    except ValueError:
        return None


def _comparable(left: Type, right: Type) -> bool:
    return left.kind is right.kind or (left.kind in _PLAIN_NUMBERS and right.kind in _PLAIN_NUMBERS)


def _may_be_version(text: str, quantity: tuple[int | float, Type] | None) -> bool:
    return text[:1].isdigit() and "." in text and (quantity is None or quantity[1].kind in _PLAIN_NUMBERS)


def _bare(text: str) -> str:
    """Return a text without its quotes, an amount without what it was computed from: `96% (used 96, size 100)`."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1]
    return text.partition(" (")[0]
