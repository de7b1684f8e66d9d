"""The last look at a snapshot before it is judged: a fact that isn't what the rules were checked for is Unknown.

A snapshot may come from another version of hostproof, from a pack whose facts have changed, or from an enemy. Samples
leave as lists that remember their order, so that each is sorted once however many rules ask for quantiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from hostproof.expr.model import Expr
from hostproof.expr.template import Template
from hostproof.facts.codec.columns import FactColumns
from hostproof.facts.fits import fits
from hostproof.facts.samples import has_samples, remembering
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.facts.types import Kind, Type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.rulepack.model import Rule, RulePack
from hostproof.source.records import replace

CURE = "take the snapshot again with this hostproof and this pack"


class Guard:
    """What some packs, and maybe others, expect of a snapshot, found out once for however many snapshots."""

    __slots__ = ("_expected", "_sampled", "_spelled")

    def __init__(self, packs: Sequence[RulePack], also: Mapping[str, Type] = MappingProxyType({})) -> None:
        self._expected = {**expected_types(packs), **also}
        self._spelled = {name: str(of) for name, of in self._expected.items()}
        self._sampled = {name: of for name, of in self._expected.items() if has_samples(of)}

    def look(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot itself, or one in which facts of another type than the rules expect are Unknown(type)."""
        misfits = {name: Unknown(Cause.TYPE, detail, CURE, name) for name, detail in self._misfits(snapshot)}
        prepared = {
            name: remembering(snapshot.values[name], of)
            for name, of in self._sampled.items()
            if name in snapshot.values and name not in misfits
        }
        changed: dict[str, Value] = {n: value for n, value in prepared.items() if value is not snapshot.values[n]}
        if not misfits and not changed:
            return snapshot
        values = {name: value for name, value in snapshot.values.items() if name not in misfits}
        return replace(snapshot, values=values | changed, unknown={**snapshot.unknown, **misfits})

    def _misfits(self, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
        # What was read from a file has been held against the types that stand in it.
        checked = snapshot.facts.spelled() if snapshot.digest and isinstance(snapshot.facts, FactColumns) else {}
        for name, wanted in self._expected.items():
            if name not in snapshot.values or checked.get(name) == self._spelled[name]:
                continue
            detail = _misfit(snapshot, name, wanted)
            if detail:
                yield name, detail


def guarded(snapshot: Snapshot, packs: Sequence[RulePack]) -> Snapshot:
    """Return the snapshot itself, or one in which facts of another type than the rules expect are Unknown(type)."""
    return Guard(packs).look(snapshot)


def expected_types(packs: Sequence[RulePack]) -> Mapping[str, Type]:
    """Return the type that each fact was checked as, for all facts that any rule reads."""
    return {
        name: wanted
        for pack in packs
        for rule in pack.rules
        for expr in _expressions(rule)
        for name, wanted in expr.types.items()
    }


def _misfit(snapshot: Snapshot, name: str, wanted: Type) -> str:
    """Return what is wrong with a known fact; empty if nothing is."""
    row = snapshot.facts.get(name)
    if row is not None and not _same(row.type, wanted):
        return f"the snapshot has it as {row.type}, the rules expect {wanted}"
    return "" if fits(snapshot.values[name], wanted) else f"its value is not of type {wanted}"


def _same(declared: Type, wanted: Type) -> bool:
    """Tell whether two types are the same but for null, which the value itself is asked about."""
    return declared == wanted or wanted.kind is Kind.ANY or declared.required() == wanted.required()


def _expressions(rule: Rule) -> Iterator[Expr]:
    yield rule.holds
    if rule.applies is not None:
        yield rule.applies
    for template in (rule.message, rule.remediation):
        if isinstance(template, Template):
            yield from (part for part in template.parts if isinstance(part, Expr))
