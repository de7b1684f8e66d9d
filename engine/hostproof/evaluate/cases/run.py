"""A case and its pack in, its outcome out: the rule is judged over a snapshot made of the case's own facts."""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.evaluate.cases.case import Case, CaseOutcome
from hostproof.evaluate.judge import Policy, judge
from hostproof.evaluate.model import Gate, Result, Verdict
from hostproof.expr.scope import Env
from hostproof.facts.snapshot import Host, Snapshot
from hostproof.facts.units import format_time
from hostproof.facts.unknown import Unknown
from hostproof.rulepack.model import RulePack


def run_case(case: Case, pack: RulePack) -> CaseOutcome:
    """Judge one case of `pack`; pure."""
    rule = next(rule for rule in pack.rules if rule.id == case.rule)
    unknown = {name: Unknown(cause, "as the case says", fact=name) for name, cause in case.unknown.items()}
    snapshot = Snapshot(case.created, "case", Host(), case.values, unknown)
    params = {name: case.params.get(name, param.default) for name, param in pack.params.items()}
    policy = Policy(format_time(case.created)[:10], Gate())
    result = judge(rule, pack, Env(snapshot, params), policy)
    return CaseOutcome(case, result, "; ".join(_differences(case, result)))


def _differences(case: Case, result: Result) -> Iterator[str]:
    if result.verdict is not case.expect:
        why = "; ".join(map(str, result.unknowns or result.findings)) or result.reason
        yield f"expected {case.expect}, got {result.verdict}" + (f" ({why})" if why else "")
        return
    said = result.reason if case.expect is Verdict.SKIPPED else result.message
    if case.message not in " ".join(said.split()):
        yield f"expected {case.message!r} in the message, got {said!r}"
    causes = [unknown.cause for unknown in result.unknowns]
    if case.cause is not None and case.cause not in causes:
        yield f"expected the cause {case.cause}, got {', '.join(causes)}"
