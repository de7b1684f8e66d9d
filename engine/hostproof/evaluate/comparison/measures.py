"""What of a snapshot can be compared: a Snapshot in, numbers, samples and short texts by name out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from hostproof.evaluate.comparison.model import Measure, Run
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.facts.types import ANY, FLOAT, INT, Kind, Type
from hostproof.facts.units import format_value

NUMBERS = frozenset([Kind.INT, Kind.COUNT, Kind.FLOAT, Kind.RATIO, Kind.DURATION, Kind.BYTES, Kind.RATE])
# Points in time are another one in each run, and say nothing.
LEFT_OUT = frozenset([Kind.TIME, Kind.NULL])


def run_of(name: str, snapshot: Snapshot, patterns: Sequence[str]) -> Run:
    """Return what is compared of a snapshot: the facts that match one of the patterns, all if there are none."""
    found: dict[str, Measure] = {}
    for fact, value in snapshot.values.items():
        if not patterns or any(fnmatchcase(fact, pattern) for pattern in patterns):
            info = snapshot.facts.get(fact)
            found.update(_measures(fact, value, info.type if info else ANY))
    return Run(name, snapshot.digest, snapshot.host, found)


def _measures(name: str, value: Value, of: Type) -> Iterator[tuple[str, Measure]]:
    """Yield the measures in one value: itself, or those of a record's or a map's parts."""
    kind = of.kind
    if isinstance(value, dict):
        for part in sorted(value):
            yield from _measures(f"{name}.{part}", value[part], of.item or of.field(part) or ANY)
    elif kind is Kind.SAMPLES and isinstance(value, list):
        numbers = tuple(map(float, filter(_is_number, value)))  # type: ignore[arg-type]
        if numbers and len(numbers) == len(value):
            yield name, Measure(of.item or FLOAT, numbers, sampled=True)
    elif _is_number(value) and (kind in NUMBERS or kind is Kind.ANY):
        assert isinstance(value, (int, float))
        yield name, Measure(_number_type(value) if kind is Kind.ANY else of.required(), (float(value),))
    elif kind not in LEFT_OUT:
        yield name, Measure(of, text=format_value(value, of))


def _number_type(value: float) -> Type:
    return INT if isinstance(value, int) else FLOAT


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
