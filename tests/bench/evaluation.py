"""How long does one evaluation of a typical rule take, with Unknown handled, against a lambda written by hand?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import measure
import packs

from hostproof.expr.check import check_expression
from hostproof.expr.evaluate import evaluate
from hostproof.expr.model import Expr
from hostproof.expr.program import program
from hostproof.expr.scope import Env, Scope
from hostproof.expr.walk import Walk
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.snapshot import Host, Snapshot, Value
from hostproof.rulepack.load import load_pack
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile

TURNS = 20_000
TEXT = "sysctl.net.core.somaxconn >= 4096 and sysctl.vm.swappiness < 80"


def main(folder: Path) -> None:
    """Print the time of one evaluation as a ratio to the lambda's, and of parsing and checking one."""
    known = Env(_snapshot({"sysctl.net.core.somaxconn": 4096, "sysctl.vm.swappiness": 60}))
    unknown = Env(_snapshot({"sysctl.vm.swappiness": 60}))
    expr = _checked(TEXT)
    values = known.snapshot.values
    lam = lambda v: v["sysctl.net.core.somaxconn"] >= 4096 and v["sysctl.vm.swappiness"] < 80  # noqa: E731 - the peer
    jobs = {
        "a lambda written by hand": _repeat(lambda: lam(values)),
        "evaluate, all known": _repeat(lambda: evaluate(expr, known)),
        "evaluate, one fact unknown": _repeat(lambda: evaluate(expr, unknown)),
        "the three-valued walk, all known": _repeat(lambda: Walk(known).value(expr.root)),
    }
    measure.compare(f"One evaluation of `{TEXT}`", jobs, 9, TURNS)
    measure.compare(f"Parse, check and compile those {len(TEXT)} characters", {"once": lambda: _checked(TEXT)}, 99)
    values_of_rules = {"sysctl.net.core.somaxconn": 4096, "memory.total": 2**34, "kernel.release": "6.1.0"}
    _together(folder, Env(_snapshot(values_of_rules)))


def _together(folder: Path, env: Env) -> None:
    """Print what one generated function for the conditions of a whole pack saves, and what making it takes."""
    pack = load_pack(packs.many_rules(folder / "pack", 200), builtin_catalog())
    exprs = [expr for rule in pack.rules for expr in (rule.applies, rule.holds) if expr is not None]
    params = {name: param.default for name, param in pack.params.items()}
    env, whole = Env(env.snapshot, params), program(exprs)
    jobs = {
        "one generated function": lambda: [whole.evaluate(env) for _ in range(20)],
        "each by itself": lambda: [[evaluate(expr, env) for expr in exprs] for _ in range(20)],
    }
    measure.compare(f"All {len(exprs)} conditions of {len(pack.rules)} rules", jobs, 9, 20)
    measure.compare("Making that function", {"once": lambda: program(exprs)}, 3)


def _repeat(job: Callable[[], object]) -> Callable[[], None]:
    def repeated() -> None:
        for _ in range(TURNS):
            job()

    return repeated


def _checked(text: str) -> Expr:
    problems = Problems()
    expr = check_expression(SourceFile("bench", text), Scope(builtin_catalog()), problems)
    assert expr is not None, problems.found
    return expr


def _snapshot(values: dict[str, Value]) -> Snapshot:
    return Snapshot(0, "local", Host(), values)
