"""Facts: two snapshots in, each place in them that differs out, by the type of what stands there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from hostproof.evaluate.difference.elements import Known, Place, met, places
from hostproof.evaluate.difference.model import FactChange
from hostproof.evaluate.difference.samples import SampleTests
from hostproof.evaluate.difference.texts import Lines, Patience, unified
from hostproof.facts.catalog import Owner
from hostproof.facts.snapshot import FactInfo, Snapshot, Value
from hostproof.facts.types import ANY, Kind
from hostproof.facts.units import format_value

NUMBERS = frozenset({Kind.INT, Kind.COUNT, Kind.FLOAT, Kind.RATIO, Kind.DURATION, Kind.BYTES, Kind.RATE})
_BARE = FactInfo(ANY, Owner.FILES)
_NOTHING = Lines((), whole=False)


def fact_changes(
    before: Snapshot, after: Snapshot, repeats: Sequence[Snapshot], tests: SampleTests, patience: Patience
) -> tuple[FactChange, ...]:
    """Return what changed, in the order of names; what is unknown on both sides has not changed."""
    names = sorted({*before.values, *before.unknown, *after.values, *after.unknown})
    return tuple(change for name in names for change in _changes(name, before, after, repeats, tests, patience))


def _changes(  # noqa: PLR0913, PLR0917 (two snapshots, and what is used up or learnt on the way)
    name: str,
    before: Snapshot,
    after: Snapshot,
    repeats: Sequence[Snapshot],
    tests: SampleTests,
    patience: Patience,
) -> Iterator[FactChange]:
    rows = [one.facts[name] for one in (after, before) if name in one.facts]
    row = rows[0] if rows else _BARE
    of = row.type if all(one.type.required() == row.type.required() for one in rows) else ANY
    whole = Place(name, of, before.get(name), after.get(name), tuple(one.get(name) for one in repeats))
    for place in places(whole):
        yield _change(place, row.owner, tests, patience)


def _change(place: Place, owner: Owner, tests: SampleTests, patience: Patience) -> FactChange:
    of = met(place.type, place.before, place.after)
    lines = _diff(place.before, place.after, of.kind, patience)
    number = of.kind in NUMBERS
    return FactChange(
        name=place.name,
        type=of,
        owner=owner,
        before=place.before,
        after=place.after,
        ratio=relative(place.before, place.after) if number else None,
        test=tests.of(place.before, place.after, place.repeats) if of.kind is Kind.SAMPLES else None,
        diff=lines.lines,
        noise=_noise(place.before, place.repeats) if number else None,
        whole=lines.whole,
    )


def is_number(value: Known) -> bool:
    """Tell whether a value is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def relative(before: Known, after: Known) -> float | None:
    """Return by what share of itself a number grew: 0.1 from 10 to 11; None from 0, or where one is no number."""
    if isinstance(before, bool) or isinstance(after, bool):
        return None
    if not isinstance(before, (int, float)) or not isinstance(after, (int, float)) or not before:
        return None
    grown = (after - before) / abs(before)
    return grown if isfinite(grown) else None


def _noise(before: Known, repeats: Sequence[Known]) -> float | None:
    """Return how far the earlier values lie from the value before; None without any."""
    apart = [relative(before, one) for one in repeats if is_number(one)]
    return max((abs(one) for one in apart if one is not None), default=None)


def _diff(before: Known, after: Known, kind: Kind, patience: Patience) -> Lines:
    if isinstance(before, str) and isinstance(after, str) and kind is Kind.STRING:
        return unified(before, after, patience)
    if isinstance(before, list) and isinstance(after, list) and kind is not Kind.SAMPLES:
        found = unified(_text(before), _text(after), patience)
        return Lines(found.lines, whole=False)  # nobody has these lines in a file
    return _NOTHING


def _text(items: Sequence[Value]) -> str:
    return "".join(f"{line}\n" for line in listed(items))


def listed(items: Sequence[Value]) -> list[str]:
    """Return the items of a list as lines: texts as they are, anything else as people write it."""
    return [item if isinstance(item, str) else format_value(item, ANY) for item in items]
