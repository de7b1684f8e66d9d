"""What a snapshot lacks: the facts that rules need and nobody collected when it was taken."""

from __future__ import annotations

from collections.abc import Sequence

from hostproof.facts.snapshot import Snapshot
from hostproof.facts.unknown import Cause, Unknown
from hostproof.rulepack.model import RulePack


def needs_of(packs: Sequence[RulePack]) -> frozenset[str]:
    """Return the names of all facts that rules of these packs read."""
    return frozenset[str]().union(*(rule.needs for pack in packs for rule in pack.rules))


def lacking(snapshot: Snapshot, needs: frozenset[str]) -> tuple[str, ...]:
    """Return, sorted, those of the facts that nobody collected when the snapshot was taken."""
    left = needs.difference(snapshot.values)
    return tuple(sorted(name for name in left if _uncollected(snapshot.unknown.get(name))))


def _uncollected(why: Unknown | None) -> bool:
    return why is None or why.cause is Cause.NOT_COLLECTED
