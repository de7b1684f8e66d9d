"""Tables of three-valued logic, made by evaluating each cell, and the causes of Unknown."""

from __future__ import annotations

import inspect
import re
from itertools import combinations_with_replacement

from markdown import code, table

from hostproof.expr.check import check_expression
from hostproof.expr.evaluate import evaluate
from hostproof.expr.scope import Env, Scope
from hostproof.facts.catalog import Catalog, FactSpec, Owner
from hostproof.facts.snapshot import Host, Snapshot, Value
from hostproof.facts.types import BOOL, COUNT, Type, list_of, record
from hostproof.facts.units import format_value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.problems import ProblemError, Problems
from hostproof.source.spans import SourceFile

_TRUTHS: dict[str, Value | Unknown] = {"true": True, "false": False, "unknown": Unknown(Cause.DENIED)}
# A record that lacks its field stands for an item of which the field could not be learnt.
_ITEMS: dict[str, dict[str, Value]] = {"true": {"ok": True}, "false": {"ok": False}, "unknown": {}}
_TYPES: dict[str, Type] = {"a": BOOL, "b": BOOL, "xs": list_of(record(ok=BOOL)), "n": COUNT}


def _evaluated(text: str, facts: dict[str, Value | Unknown]) -> str:
    """Return what an expression over the given facts comes to."""
    catalog = Catalog(FactSpec(name, of, Owner.FILES, "", "the page") for name, of in _TYPES.items())
    problems = Problems()
    expr = check_expression(SourceFile(text, text), Scope(catalog), problems)
    if expr is None:
        raise ProblemError(problems.ordered())
    known = {name: value for name, value in facts.items() if not isinstance(value, Unknown)}
    unknown = {name: value for name, value in facts.items() if isinstance(value, Unknown)}
    value = evaluate(expr, Env(Snapshot(0, "the page", Host(), known, unknown)))
    return "unknown" if isinstance(value, Unknown) else format_value(value, expr.type)


def _of_two(sign: str) -> str:
    rows = []
    for left, one in _TRUTHS.items():
        cells = [_evaluated(f"a {sign} b", {"a": one, "b": other}) for other in _TRUTHS.values()]
        rows.append((f"**{left}**", *cells))
    return table((f"a {sign} b", *(f"b: {name}" for name in _TRUTHS)), rows)


def truth_tables() -> str:
    """Return the tables of `and`, `or` and `not`."""
    negations = [(name, _evaluated("not a", {"a": value})) for name, value in _TRUTHS.items()]
    return "\n\n".join([_of_two("and"), _of_two("or"), table(("a", "not a"), negations)])


def comprehension_tables() -> str:
    """Return what each comprehension makes of bodies that are true, false and Unknown."""
    kinds = ("all", "any", "none", "one", "count")
    rows = []
    for length in range(3):
        for names in combinations_with_replacement(_ITEMS, length):
            facts: dict[str, Value | Unknown] = {"xs": [_ITEMS[name] for name in names]}
            cells = [_evaluated(f"{kind}(x in xs: x.ok)", facts) for kind in kinds]
            rows.append((", ".join(names) or "no items", *cells))
    return table(("the conditions are", *(code(kind) for kind in kinds)), rows)


def causes() -> str:
    """Return the words of causes with what each means, as the code says it."""
    said = dict(re.findall(r'= "([a-z-]+)"  # (.*)', inspect.getsource(Cause)))
    return table(("cause", "what happened"), [(code(cause), said[cause]) for cause in Cause])
