"""Programs: many checked expressions in, one Python function out that evaluates them all over one `Env`.

It pays where the same rules are evaluated again and again: making it takes as long as compiling each expression anew,
and what one expression costs beside its own work is gone after that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import TypeAlias, cast

from hostproof.expr.compile import is_held, written
from hostproof.expr.evaluate import SLOW
from hostproof.expr.kleene import Result
from hostproof.expr.link import run_of
from hostproof.expr.model import Expr
from hostproof.expr.scope import Env
from hostproof.expr.walk import Walk
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

WALK = Unknown(Cause.NOT_COLLECTED, "not evaluated yet")  # stands where the walk must decide; compared by identity

_Fill: TypeAlias = Callable[[Mapping[str, Value], Env, list[Result], tuple[type, ...]], None]


@dataclass(frozen=True, slots=True)
class Program:
    """Several expressions and the function that evaluates all of them; see `program`."""

    exprs: tuple[Expr, ...]
    fill: _Fill

    def evaluate(self, env: Env) -> list[Result]:
        """Return the value of each expression, or Unknown, as `evaluate` does for each."""
        results = self.quick(env)
        for at, result in enumerate(results):
            if result is WALK:
                results[at] = self.walked(at, env)
        return results

    def quick(self, env: Env) -> list[Result]:
        """Return the value of each expression, or `WALK` where the walk must decide: for who needs not all of them."""
        results: list[Result] = [WALK] * len(self.exprs)
        self.fill(env.snapshot.values, env, results, SLOW)
        return results

    def walked(self, at: int, env: Env) -> Result:
        """Return the value of one expression by the walk."""
        return Walk(env).value(self.exprs[at].root)


def program(exprs: Sequence[Expr]) -> Program:
    """Return the program of some expressions; what has no compiled form in it is walked each time."""
    text = "def fill(v, e, results, slow):\n" + ("".join(_lines(exprs)) or " pass\n")
    code = compile(text, "<program>", "exec")  # written here, from checked nodes
    (inner,) = (const for const in code.co_consts if isinstance(const, CodeType))
    return Program(tuple(exprs), cast("_Fill", run_of(inner)))


def _lines(exprs: Sequence[Expr]) -> Iterator[str]:
    for at, expr in enumerate(exprs):
        text = written(expr.root)
        if text is not None and is_held(text):
            yield f" try: results[{at}] = {text}\n except slow: pass\n"
