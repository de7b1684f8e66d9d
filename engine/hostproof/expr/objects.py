"""Objects: a condition that walks over a list, one outcome for each of its items, so that each can be reported."""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.expr import model
from hostproof.expr.each import Each
from hostproof.expr.findings import MOST_FINDINGS, Finding, here_of
from hostproof.expr.model import Expr
from hostproof.expr.scope import Env
from hostproof.expr.walk import Turn, Walk
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type
from hostproof.facts.unknown import Unknown
from hostproof.source.records import record, replace

MOST_OBJECTS = 20_000


@record
class Object:
    """One item: `holds` is what the condition came to for it, `findings` why it failed; `took` is in nanoseconds."""

    name: str
    holds: bool | Unknown
    findings: tuple[Finding, ...] = ()
    took: int = 0
    output: str = ""


def walked(expr: Expr) -> model.Comprehension | None:
    """Return the `all(...)` or `none(...)` that a condition is, None if it is something else."""
    node = expr.root
    return node if isinstance(node, model.Comprehension) and node.kind in {"all", "none"} else None


def fields_of(expr: Expr) -> dict[str, Type]:
    """Return the fields of the items that a condition walks over, with their types; none where it doesn't."""
    node = walked(expr)
    item = node.source.type.item if node else None
    return dict(item.fields) if item is not None and item.kind is Kind.RECORD else {}


def objects_of(expr: Expr, each: Each, env: Env) -> tuple[Object, ...]:
    """Return the items of the list, in its order; none where the list is not known, or the steps don't suffice."""
    node = walked(expr)
    walk = Walk(env, memory={})
    turns = walk.turns(node, ()) if node else iter(())
    if node is None or isinstance(turns, Unknown):
        return ()
    return tuple(_object(walk, node, turn, each, expr.text) for turn in _first(turns))


def _object(walk: Walk, node: model.Comprehension, turn: Turn, each: Each, text: str) -> Object:
    outcome = walk.value(node.body, (turn,))
    wanted = node.kind == "all"
    holds = outcome if isinstance(outcome, Unknown) else outcome is wanted
    item = turn.item if isinstance(turn.item, dict) else {}
    findings = () if holds is not False else _findings(walk, node, turn, text, wanted=wanted)
    took = item.get(each.took)
    return Object(
        _text(item.get(each.name)) or f"item {turn.index}",
        holds,
        findings,
        took if isinstance(took, int) else 0,
        _text(item.get(each.output)),
    )


def _findings(walk: Walk, node: model.Comprehension, turn: Turn, text: str, *, wanted: bool) -> tuple[Finding, ...]:
    """Return what made one item fail."""
    here = replace(here_of(walk, text), frame=(turn,))
    found = dict.fromkeys(here.decided(node.body, not wanted, positive=wanted))
    return tuple(found)[:MOST_FINDINGS]


def _first(turns: Iterator[Turn]) -> Iterator[Turn]:
    for _, turn in zip(range(MOST_OBJECTS), turns, strict=False):
        yield turn


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
