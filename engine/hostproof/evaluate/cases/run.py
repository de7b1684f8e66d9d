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
from hostproof.rulepack.model import Rule, RulePack
from hostproof.source.records import replace


def run_case(case: Case, pack: RulePack) -> CaseOutcome:
    """Judge one case of `pack`; pure."""
    rule = next(rule for rule in pack.rules if rule.id == case.rule)
    result = judge_case(case, rule, pack, env_of(case, pack), explain_passes=True)
    return CaseOutcome(case, result, "; ".join(differences(case, result)), message_differs(case, result))


def env_of(case: Case, pack: RulePack) -> Env:
    """Return what a case says a host is like: its own facts and unknowns over those of its snapshot, if it has one."""
    unknown = {name: Unknown(cause, "as the case says", fact=name) for name, cause in case.unknown.items()}
    params = {name: case.params.get(name, param.default) for name, param in pack.params.items()}
    base = case.snapshot
    if base is None:
        return Env(Snapshot(case.created, "case", Host(), case.values, unknown), params)
    values = {name: value for name, value in base.values.items() if name not in unknown} | dict(case.values)
    others = {name: why for name, why in base.unknown.items() if name not in values}
    return Env(replace(base, created=case.created, values=values, unknown=others | unknown), params)


def judge_case(case: Case, rule: Rule, pack: RulePack, env: Env, *, explain_passes: bool = False) -> Result:
    """Judge a rule, that of the case or an altered one, over what the case says."""
    policy = Policy(format_time(case.created)[:10], Gate(), explain_passes=explain_passes)
    return judge(rule, pack, env, policy)


def differences(case: Case, result: Result) -> Iterator[str]:
    """Yield in what a result differs from what a case expects."""
    if result.verdict is not case.expect:
        why = "; ".join(map(str, result.unknowns or result.findings)) or result.reason
        yield f"expected {case.expect}, got {result.verdict}" + (f" ({why})" if why else "")
        return
    if message_differs(case, result):
        yield f"expected {case.message!r} in the message, got {said_by(result)!r}"
    causes = [unknown.cause for unknown in result.unknowns]
    if case.cause is not None and case.cause not in causes:
        yield f"expected the cause {case.cause}, got {', '.join(causes)}"


def message_differs(case: Case, result: Result) -> bool:
    """Say whether the verdict is right and the message is not."""
    return result.verdict is case.expect and case.message not in " ".join(said_by(result).split())


def said_by(result: Result) -> str:
    """Return the text that a case's `message` is looked for in."""
    return result.reason if result.verdict is Verdict.SKIPPED else result.message
