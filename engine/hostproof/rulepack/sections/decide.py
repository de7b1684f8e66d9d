"""The key `decide` of a rule: whether quantiles are compared by their intervals, and whether those can be followed."""

from __future__ import annotations

from hostproof.expr.confidence.quantiles import astray, is_confident
from hostproof.expr.model import Expr
from hostproof.rulepack.sections.shape import Shape
from hostproof.source.nodes import Node
from hostproof.source.problems import Problems

WAYS = ("confident",)


def read_decide(node: Node | None, shape: Shape) -> bool:
    """Say whether a rule is to be decided with confidence; without the key the values themselves decide."""
    return bool(node and shape.word(node, WAYS, "HP-E123", "a way to decide"))


def check_decidable(exprs: tuple[Expr | None, ...], node: Node, problems: Problems) -> None:
    """Tell of quantiles whose interval reaches no comparison, and advise where there is none; `node` is the key's."""
    found = [expr for expr in exprs if expr is not None]
    lost = [(expr, part) for expr in found for part in astray(expr.root)]
    for expr, part in lost:
        shown = " ".join(expr.text[part.start : part.end].split())[:60]
        span = expr.source.span(part.start, part.end) if expr.source else node.where
        hint = "compare the quantile itself, or what + - * / abs, min, max and ratio make of it"
        problems.add(
            "HP-E124", f"the interval of {shown} reaches no comparison, as `decide: confident` needs", span, hint
        )
    if not lost and found and not any(map(is_confident, found)):
        hint = "leave it out, or compare a quantile, as in p99(x) < 5ms"
        problems.add("HP-W103", "no quantile is compared here: `decide: confident` changes nothing", node.where, hint)
