"""Mutants: a checked expression in, the same with one small slip out, again and again; cases should notice each.

The slips are made in the tree, so that each mutant is well typed:

- another sign: `>=` for `>`, the other direction, `==` for `!=`, `in` for `not in`, `+` for `-`;
- another threshold: the last digit of a number one lower and one higher, with its unit (`5ms`: `4ms`, `6ms`), the last
  number of a version, another text, `true` for `false`;
- another logic: `and` for `or`, an operand left out, `not` left out, a condition of `if` turned round, a way of `??`
  left out, `all` for `any`, `min` for `max`, another quantile;
- another reading: a fact that is never known, an amount in another unit (a thousand times too large or too small).

Left out is what can be proved to make no difference: the unit of what is compared with 0 or null, the boundary of what
is compared by confidence intervals (which never touch it), thresholds below 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.expr import model
from hostproof.expr.model import Expr, Node
from hostproof.expr.mutants.change import Change, applied, lets_of, params_read, with_let, written
from hostproof.expr.mutants.logic import logic_changes
from hostproof.expr.mutants.readings import reading_changes
from hostproof.expr.mutants.signs import sign_changes
from hostproof.expr.mutants.thresholds import stepped_text, threshold_changes

__all__ = ["Change", "applied", "changes", "lets_of", "params_read", "stepped_text", "with_let", "written"]


def changes(expr: Expr) -> Iterator[Change]:
    """Yield every slip of an expression, in the order of its text; those of its lets are not among them."""
    yield from _changes(expr.root, expr.text, None, 0)


def _changes(node: Node, text: str, above: Node | None, slots: int) -> Iterator[Change]:
    """Yield the slips of a node and all below it; `slots` counts the walks over lists around it."""
    yield from sign_changes(node, text)
    yield from logic_changes(node, text)
    yield from threshold_changes(node, text)
    yield from reading_changes(node, text, above, slots)
    for inner in model.below(node):
        within = slots + (isinstance(node, model.Comprehension) and inner is node.body)
        yield from _changes(inner, text, node, within)
