"""Evaluation: a checked expression and an `Env` in, its value or Unknown out."""

from __future__ import annotations

from hostproof.expr.model import Expr, Run
from hostproof.expr.scope import Env
from hostproof.expr.undecided import UndecidedError
from hostproof.expr.walk import Walk
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Unknown

# What compiled code raises where something is not plain. It decides nothing then: the walk does.
SLOW = (LookupError, TypeError, ValueError, ArithmeticError, UndecidedError, RecursionError)


def evaluate(expr: Expr, env: Env) -> Value | Unknown:
    """Return the value of an expression, or Unknown with the cause and, as far as can be said, the fact.

    Never raises for what a snapshot holds. That facts are of the types they were checked as is taken for granted here:
    a snapshot from elsewhere is looked over once, when it is read.
    """
    run = expr.run or _compiled(expr)
    try:
        return run(env.snapshot.values, env)
    except SLOW:
        return Walk(env).value(expr.root)


def _compiled(expr: Expr) -> Run:
    from hostproof.expr.compile import compiled  # what comes from the cache is compiled already

    return compiled(expr)
