"""Evaluation itself: checked packs and a snapshot in, an Evaluation out; touches no host, reads no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hostproof import __version__
from hostproof.evaluate.gate import exit_code, require_judged
from hostproof.evaluate.guard import Guard
from hostproof.evaluate.judge import Policy, judge
from hostproof.evaluate.model import Evaluation, Gate, PackResults
from hostproof.evaluate.notices import notices_of
from hostproof.evaluate.tables import filled
from hostproof.expr.scope import Env
from hostproof.facts.codec import snapshot_digest
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.facts.types import Type
from hostproof.facts.units import format_time, format_value
from hostproof.rulepack.model import Override, RulePack, Waiver

_NONE: Mapping[str, Mapping[str, Value]] = MappingProxyType({})


def evaluate_packs(  # noqa: PLR0913, PLR0917 (each is an input of its own, as the command line has it)
    packs: Sequence[RulePack],
    snapshot: Snapshot,
    params: Mapping[str, Mapping[str, Value]] = _NONE,
    gate: Gate = Gate(),  # noqa: B008 (frozen)
    waivers: Sequence[Waiver] = (),
    date: str = "",
    overrides: Sequence[Override] = (),
    *,
    explain_passes: bool = True,
    guard: Guard | None = None,
) -> Evaluation:
    """Judge every rule of `packs` over `snapshot`; the same input gives the same Evaluation.

    `params` maps a pack's name to the values of its parameters; what it lacks has its default. `date` is the ISO day
    (UTC) on which waivers are judged, the snapshot's own if empty. Where overrides or waivers of one rule compete, the
    last override counts, and the first waiver that holds. `explain_passes` may be off where no report shows what
    passes found (terminal and JUnit don't); `guard` is that of the packs, where many snapshots share one. Raises
    ProblemError (HP-E351) if no rule was judged at all.
    """
    day = date or format_time(snapshot.created)[:10]
    policy = Policy(day, gate, tuple(waivers), tuple(overrides), explain_passes)
    sound = (guard or Guard(packs)).look(snapshot)
    judged = tuple(_judge_pack(pack, sound, params.get(pack.name, {}), policy) for pack in packs)
    results = [result for pack in judged for result in pack.results]
    require_judged(results)
    return Evaluation(
        host=snapshot.host,
        target=snapshot.target,
        created=snapshot.created,
        date=policy.date,
        snapshot_digest=snapshot_digest(snapshot),
        packs=judged,
        gate=gate,
        exit_code=exit_code(results),
        version=__version__,
        unredacted=snapshot.values.get("run.redacted") is False,
        notices=notices_of(policy.waivers, results, policy.date, snapshot.host),
    )


def _judge_pack(pack: RulePack, snapshot: Snapshot, params: Mapping[str, Value], policy: Policy) -> PackResults:
    values = {name: params.get(name, param.default) for name, param in pack.params.items()}
    env = Env(snapshot, values)
    results = tuple(judge(rule, pack, env, policy) for rule in pack.rules)
    tables = filled(pack, env) if pack.tables else ()
    return PackResults(pack.name, pack.title, pack.digest, results, tables, _changed(pack, values))


def _changed(pack: RulePack, values: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    rows = ((param, values[name]) for name, param in pack.params.items() if values[name] != param.default)
    return tuple((param.name, _written(value, param.type)) for param, value in rows)


def _written(value: Value, of: Type) -> str:
    """Return a parameter's value as a command line has it."""
    return value if isinstance(value, str) else format_value(value, of)
