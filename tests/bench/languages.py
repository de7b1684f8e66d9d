"""How long does one evaluation take beside a lambda written by hand and other languages, and how long a check?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from statistics import median
from time import process_time
from timeit import Timer

import measure

from hostproof.expr.check import check_expression
from hostproof.expr.evaluate import evaluate
from hostproof.expr.model import Expr
from hostproof.expr.parse import parse
from hostproof.expr.scope import Env, Scope
from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.catalog import Catalog, FactSpec, Owner
from hostproof.facts.snapshot import Host, Snapshot
from hostproof.facts.types import COUNT
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile

ROUNDS = 9
TEXT = "a.b >= 4096 and a.c < 80"
CEL = TEXT.replace("and", "&&")
DATA = {"a": {"b": 4096, "c": 60}}
LONGER = "sysctl.net.core.somaxconn >= 4096 and sysctl.vm.swappiness < 80 * 1"
TARGET = 400_000  # nanoseconds to parse and check those characters

# What is timed, by name: a statement, the names it needs, and how often it is run in one round.
Row = tuple[str, dict[str, object], int]


def main(_folder: Path) -> None:
    """Print one evaluation as ratios to the lambda's, then what it takes to parse and check an expression."""
    rows = dict(_ours())
    for name, peer in PEERS.items():
        try:
            rows |= peer()
        except ImportError as missing:
            print(f"\n{name} is left out: {missing} (`make bench` installs it where it can be had)")
    _show(f"One evaluation of `{TEXT}`", rows)
    checks = dict(_checks())
    _show(f"Reading the {len(LONGER)} characters `{LONGER}`; the target is {TARGET / 1e6} ms", checks)


def _ours() -> Iterator[tuple[str, Row]]:
    rows = [FactSpec(name, COUNT, Owner.PROCESS, "a fact of a benchmark", "bench") for name in ("a.b", "a.c")]
    expr, values = _checked(TEXT, Catalog(rows)), {"a.b": 4096, "a.c": 60}
    known, lacking = (Env(Snapshot(0, "local", Host(), held)) for held in (values, {"a.c": 60}))
    evaluate(expr, known)
    ask = eval('lambda v: v["a.b"] >= 4096 and v["a.c"] < 80')
    yield "a lambda written by hand, on a dict", ("ask(values)", {"ask": ask, "values": values}, 50_000)
    names = {"evaluate": evaluate, "expr": expr, "known": known, "lacking": lacking}
    yield "hostproof", ("evaluate(expr, known)", names, 50_000)
    yield "hostproof, a fact is unknown", ("evaluate(expr, lacking)", names, 5_000)


def _simpleeval() -> dict[str, Row]:
    module = import_module("simpleeval")
    names = {"it": module.SimpleEval(names=DATA), "text": TEXT}
    names["tree"] = names["it"].parse(TEXT)
    return {
        "simpleeval, parsed beforehand": ("it.eval(text, previously_parsed=tree)", names, 2_000),
        "simpleeval, as usually called": ("it.eval(text)", names, 1_000),
    }


def _common_expression_language() -> dict[str, Row]:
    module = import_module("cel")
    names = {"program": module.compile(CEL), "context": module.Context(DATA), "data": DATA, "text": CEL, "cel": module}
    return {
        "common-expression-language (Rust), context made beforehand": ("program.execute(context)", names, 20_000),
        "common-expression-language (Rust), compiled beforehand": ("program.execute(data)", names, 5_000),
        "common-expression-language (Rust), as usually called": ("cel.evaluate(text, data)", names, 1_000),
    }


def _cel_python() -> dict[str, Row]:
    module = import_module("celpy")
    environment = module.Environment()
    names = {
        "program": environment.program(environment.compile(CEL)),
        "data": {"a": module.json_to_cel(DATA["a"])},
    }
    return {"cel-python, compiled and converted beforehand": ("program.evaluate(data)", names, 100)}


PEERS: dict[str, Callable[[], dict[str, Row]]] = {
    "simpleeval": _simpleeval,
    "common-expression-language": _common_expression_language,
    "cel-python": _cel_python,
}


def _checks() -> Iterator[tuple[str, Row]]:
    names = {"parse": parse, "checked": _checked, "text": LONGER, "catalog": builtin_catalog()}
    yield "parsing and checking", ("checked(text, catalog)", names, 200)
    yield "parsing alone", ("parse(text)", names, 200)


def _checked(text: str, catalog: Catalog) -> Expr:
    problems = Problems()
    expr = check_expression(SourceFile("bench", text), Scope(catalog), problems)
    assert expr is not None, problems.found
    return expr


def _show(title: str, rows: dict[str, Row]) -> None:
    """Take the processor time of all rows in turns, so that noise meets all alike and a busy machine little."""
    spent: dict[str, list[float]] = {name: [] for name in rows}
    for _ in range(ROUNDS + 1):
        for name, (job, names, turns) in rows.items():
            spent[name].append(Timer(job, timer=process_time, globals=names).timeit(turns) / turns * 1e9)
    measure.show(title, [(name, median(times[1:])) for name, times in spent.items()], ROUNDS)
