"""One rule over one snapshot in, its Result out: the verdict, what decided it, or what would decide it."""

from __future__ import annotations

from hostproof.evaluate.gate import is_gated
from hostproof.evaluate.model import Gate, ObjectResult, Result, Verdict, WaiverNote
from hostproof.evaluate.waive import waive
from hostproof.expr.evaluate import evaluate
from hostproof.expr.findings import Finding, find
from hostproof.expr.model import Expr
from hostproof.expr.scope import Env
from hostproof.expr.template import render_template
from hostproof.expr.unknowns import undecided
from hostproof.facts.snapshot import Evidence, Snapshot
from hostproof.facts.unknown import Cause, Unknown
from hostproof.rulepack.model import Override, Rule, RulePack, Waiver
from hostproof.source.records import record, replace

# What to do about an Unknown whose maker had nothing more exact to say.
_CURES = {
    Cause.NOT_COLLECTED: "take the snapshot again with the pack that needs it",
    Cause.ABSENT: "provide it on the host, or let the rule ask `known(...)` first",
    Cause.NO_TOOL: "install the program on the host",
    Cause.DENIED: "run with the privileges that reading it needs",
    Cause.TIMEOUT: "give it more time, or run it when the host is less busy",
    Cause.FAILED: "run the command on the host and see what it says",
    Cause.UNSUPPORTED: "limit the rule with `when` to hosts that have it",
    Cause.NOT_RUNNING: "take the snapshot where the system runs",
    Cause.PARSE_ERROR: "compare the reader in the pack with the output kept as evidence",
    Cause.TOO_LARGE: "ask for less of it",
    Cause.REDACTED: "let the rule ask for something that is no secret",
    Cause.INCONCLUSIVE: "measure again on an idle host, or take more samples",
    Cause.TYPE: "correct the rule, or declare what the fact gives",
    Cause.ARITHMETIC: "guard the division or the range in the rule",
    Cause.BUDGET: "make the rule look at fewer items",
}


@record
class Policy:
    """What a team adds to its packs; `date` is the ISO day (UTC) on which waivers are judged.

    Without `explain_passes` a pass has no findings: two thirds of the time go into them.
    """

    date: str
    gate: Gate
    waivers: tuple[Waiver, ...] = ()
    overrides: tuple[Override, ...] = ()
    explain_passes: bool = True


@record
class _Outcome:
    verdict: Verdict
    message: str = ""
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    remediation: str = ""
    waiver: WaiverNote | None = None


def judge(rule: Rule, pack: RulePack, env: Env, policy: Policy) -> Result:
    """Return the rule's Result; pure, never raises for anything a host can say."""
    names = (rule.id, f"{pack.name}:{rule.id}")
    override = next((o for o in reversed(policy.overrides) if o.rule in names), Override(rule.id))
    if override.off:
        outcome = _Outcome(Verdict.SKIPPED, reason=f"switched off: {override.off}")
    else:
        outcome = _decide(rule, env, policy, names)
    severity = override.severity or rule.severity
    evidence = () if override.off else _evidence(rule, env.snapshot)
    return Result(
        pack=pack.name,
        id=rule.id,
        title=rule.title,
        group=rule.group,
        severity=severity,
        verdict=outcome.verdict,
        expression=rule.holds.text,
        message=outcome.message,
        reason=outcome.reason,
        findings=outcome.findings,
        unknowns=outcome.unknowns,
        evidence=evidence,
        rationale=rule.rationale,
        remediation=outcome.remediation,
        references=rule.references,
        tags=rule.tags,
        file=rule.span.file.path,
        line=rule.span.line,
        gated=is_gated(outcome.verdict, severity, policy.gate),
        waiver=outcome.waiver,
        took=sum(piece.took for piece in evidence),
        objects=_objects(rule, env, outcome.verdict),
    )


def _decide(rule: Rule, env: Env, policy: Policy, names: tuple[str, str]) -> _Outcome:
    if rule.applies is not None:
        applies = evaluate(rule.applies, env)
        if isinstance(applies, Unknown):
            return _unknown(rule.applies, applies, env)
        if not applies:
            return _Outcome(Verdict.SKIPPED, reason=_does_not_apply(rule.applies, env))
    holds = evaluate(rule.holds, env)
    if isinstance(holds, Unknown):
        return _unknown(rule.holds, holds, env)
    if holds:
        return _Outcome(Verdict.PASS, findings=find(rule.holds, env) if policy.explain_passes else ())
    return _failed(rule, env, tuple(w for w in policy.waivers if w.rule in names), policy.date)


def _failed(rule: Rule, env: Env, waivers: tuple[Waiver, ...], date: str) -> _Outcome:
    findings = find(rule.holds, env)
    note, reason = waive(findings, waivers, date, env.snapshot.host)
    return _Outcome(
        Verdict.FAIL if note is None else Verdict.WAIVED,
        message="" if rule.message is None else render_template(rule.message, env),
        reason=reason,
        findings=findings,
        remediation="" if rule.remediation is None else render_template(rule.remediation, env),
        waiver=note,
    )


def _objects(rule: Rule, env: Env, verdict: Verdict) -> tuple[ObjectResult, ...]:
    """Return the objects that a rule with `each` was judged over, where it was judged at all."""
    if rule.each is None or verdict in (Verdict.SKIPPED, Verdict.WAIVED):
        return ()
    from hostproof.expr.objects import objects_of  # few rules ask for it

    found = []
    for one in objects_of(rule.holds, rule.each, env):
        unknowns = (one.holds,) if isinstance(one.holds, Unknown) else ()
        said = Verdict.UNKNOWN if unknowns else Verdict.PASS if one.holds else Verdict.FAIL
        found.append(ObjectResult(one.name, said, one.findings, unknowns, one.took, one.output))
    return tuple(found)


def _unknown(expr: Expr, value: Unknown, env: Env) -> _Outcome:
    unknowns = undecided(expr, env) or (value,)
    return _Outcome(
        Verdict.UNKNOWN, unknowns=tuple(u if u.cure else replace(u, cure=_CURES[u.cause]) for u in unknowns)
    )


def _does_not_apply(applies: Expr, env: Env) -> str:
    operands = "; ".join(map(str, find(applies, env)))
    return f"does not apply: {operands or f'{applies.text} is false'}"


def _evidence(rule: Rule, snapshot: Snapshot) -> tuple[Evidence, ...]:
    rows = (snapshot.facts.get(name) for name in rule.needs)
    return tuple(snapshot.evidence[at] for at in sorted({at for row in rows if row for at in row.evidence}))
