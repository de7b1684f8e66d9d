"""One rule over one snapshot in, its Explanation out: the verdict, every sub-value, and what would turn it round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hostproof.evaluate.guard import guarded
from hostproof.evaluate.judge import Policy, judge
from hostproof.evaluate.model import Gate, Result, Verdict
from hostproof.expr.evaluate import evaluate
from hostproof.expr.explain import Explained, explain
from hostproof.expr.flips import Flips, flips
from hostproof.expr.model import Expr
from hostproof.expr.scope import Env
from hostproof.facts.snapshot import Host, Snapshot, Value
from hostproof.facts.units import format_time
from hostproof.rulepack.model import Override, Rule, RulePack, Waiver
from hostproof.source.records import record

__all__ = ["Explained", "Explanation", "Flips", "Outlook", "explain_rule"]


@record
class Outlook:
    """What the rule does (`passes`, `fails`, `applies`) if one of the ways of `flips` is gone."""

    verb: str
    flips: Flips


@record
class Explanation:
    """A rule's Result and the trees behind it: `when`, and `holds` (the pack's `assert`) unless that was not reached.

    `created` is the snapshot's time in nanoseconds.
    """

    result: Result
    host: Host
    target: str
    created: int
    when: Explained | None
    holds: Explained | None
    outlooks: tuple[Outlook, ...]


def explain_rule(  # noqa: PLR0913, PLR0917 (each is an input of its own, as the command line has it)
    rule: Rule,
    pack: RulePack,
    snapshot: Snapshot,
    params: Mapping[str, Value],
    waivers: Sequence[Waiver] = (),
    date: str = "",
    overrides: Sequence[Override] = (),
) -> Explanation:
    """Judge one rule as `evaluate_packs` does, and say all there is to say about it.

    `params` are the pack's; what they lack has its default. A rule that is switched off is looked at nevertheless.
    """
    day = date or format_time(snapshot.created)[:10]
    policy = Policy(day, Gate(), tuple(waivers), tuple(overrides))
    sound = guarded(snapshot, (pack,))
    env = Env(sound, {name: params.get(name, param.default) for name, param in pack.params.items()})
    result = judge(rule, pack, env, policy)
    applies = rule.applies is None or evaluate(rule.applies, env) is True
    return Explanation(
        result,
        snapshot.host,
        snapshot.target,
        snapshot.created,
        None if rule.applies is None else explain(rule.applies, env),
        explain(rule.holds, env) if applies else None,
        _outlooks(rule, result.verdict, env),
    )


def _outlooks(rule: Rule, verdict: Verdict, env: Env) -> tuple[Outlook, ...]:
    """Return what would make the rule pass, and fail where it does not yet."""
    when: tuple[tuple[Expr, bool], ...] = () if rule.applies is None else ((rule.applies, True),)
    passes = Outlook("passes", flips((*when, (rule.holds, True)), env))
    fails = Outlook("fails", flips((*when, (rule.holds, False)), env))
    match verdict:
        case Verdict.PASS:
            return (fails,)
        case Verdict.UNKNOWN:
            return (passes, fails)
        case Verdict.SKIPPED:
            return (Outlook("applies", flips(when, env)),) if _does_not_apply(rule, env) else ()
    return (passes,)


def _does_not_apply(rule: Rule, env: Env) -> bool:
    """Say whether the rule does not apply; another reason to skip it is that it is switched off."""
    return rule.applies is not None and evaluate(rule.applies, env) is False
