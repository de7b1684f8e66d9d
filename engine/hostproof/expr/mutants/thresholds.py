"""Other thresholds: a literal in, the same one step lower and one higher, or another text, out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hostproof.expr import model
from hostproof.expr.model import Node
from hostproof.expr.mutants.change import Change
from hostproof.expr.mutants.signs import changed
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type
from hostproof.facts.units import parse_quantity

ALTERED = "altered"  # no name of anything, and a good pattern
_AMOUNT = re.compile(r"([0-9]+)(\.[0-9]+)?([A-Za-z%/]*)")
_LAST_NUMBER = re.compile(r"[0-9]+(?=[^0-9]*$)")
_WRITTEN = re.compile(r"[^()\s](?:.*[^()\s])?", re.DOTALL)


def threshold_changes(node: Node, text: str) -> Iterator[Change]:
    """Yield a literal's neighbours; none for another node, and for null."""
    if not isinstance(node, model.Literal) or node.value is None:
        return
    for new, value in _neighbours(node, text):
        start, end = _place(node, text)
        said = f"`{text[start:end]}` became `{new}`"
        yield Change("threshold", node, changed(node, value=value), start, end, new, said)


def stepped_text(text: str) -> tuple[str, ...]:
    """Return an amount with its last digit one lower and one higher: `4ms` and `6ms` of `5ms`.

    None is below zero, and what isn't a plain amount has no neighbours.
    """
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return ()
    whole, fraction, unit = found[1], found[2] or "", found[3]
    number, digits = int(whole + fraction[1:]), len(fraction[1:])
    return tuple(f"{_pointed(near, digits)}{unit}" for near in (number - 1, number + 1) if near >= 0)


def stepped_version(text: str) -> tuple[str, ...]:
    """Return a version with its last number one lower and one higher: `6.1` is `6.0` and `6.2`."""
    found = _LAST_NUMBER.search(text)
    if found is None:
        return ()
    near = (int(found[0]) - 1, int(found[0]) + 1)
    return tuple(f"{text[: found.start()]}{number}{text[found.end() :]}" for number in near if number >= 0)


def _neighbours(node: model.Literal, text: str) -> Iterator[tuple[str, Value]]:
    """Yield how each neighbour is written, and its value."""
    start, end = _place(node, text)
    match node.value:
        case bool(value):
            yield ("false" if value else "true"), not value
        case str(value) if node.type.kind in {Kind.VERSION, Kind.DEBIAN}:
            for new in stepped_version(value):
                yield text[start:end].replace(value, new), new
        case str():
            yield f'"{ALTERED}"', ALTERED
        case int() | float():
            for new in stepped_text(text[start:end]):
                yield from _amount(new, node.type)


def _amount(text: str, of: Type) -> Iterator[tuple[str, Value]]:
    value, _ = parse_quantity(text)
    yield text, float(value) if of.kind in {Kind.FLOAT, Kind.RATIO, Kind.RATE} else value


def _pointed(number: int, digits: int) -> str:
    """Write a number with so many digits behind its point."""
    if not digits:
        return str(number)
    padded = str(number).zfill(digits + 1)
    return f"{padded[:-digits]}.{padded[-digits:]}"


def _place(node: Node, text: str) -> tuple[int, int]:
    """Return where a literal stands, without brackets around it; `version("6.1")` keeps its own."""
    shown = text[node.start : node.end]
    while shown.startswith("(") and shown.endswith(")"):
        shown = shown[1:-1].strip()
    start = text.index(shown, node.start)
    return start, start + len(shown)
