"""Many snapshots: packs made ready once, then of each snapshot only the verdicts, a letter for every rule.

All conditions of a pack become one generated function, and what a report would say of a rule is left out: that is most
of the work of judging. What it says is what `evaluate_packs` says, which decides wherever more than a condition counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hostproof.evaluate.gate import exit_code_of_letters, is_gated, require_judged
from hostproof.evaluate.guard import Guard
from hostproof.evaluate.hosts import HostRow, letter
from hostproof.evaluate.judge import Policy, judge
from hostproof.evaluate.lacking import lacking, needs_of
from hostproof.evaluate.model import Gate, Verdict
from hostproof.evaluate.model import Result as Judged
from hostproof.expr.kleene import Result
from hostproof.expr.program import WALK, program
from hostproof.expr.scope import Env
from hostproof.facts.codec import snapshot_digest
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.facts.units import format_time
from hostproof.facts.unknown import Unknown
from hostproof.rulepack.model import Override, Rule, RulePack, Waiver
from hostproof.source.records import replace

_NONE: Mapping[str, Mapping[str, Value]] = MappingProxyType({})


class Tally:
    """Packs, parameters and policy, ready for any number of snapshots."""

    __slots__ = ("_guard", "_needs", "_packs", "_policy")

    def __init__(  # noqa: PLR0913, PLR0917 - what `evaluate_packs` takes, but the snapshot
        self,
        packs: Sequence[RulePack],
        params: Mapping[str, Mapping[str, Value]] = _NONE,
        gate: Gate = Gate(),  # noqa: B008 (frozen)
        waivers: Sequence[Waiver] = (),
        date: str = "",
        overrides: Sequence[Override] = (),
    ) -> None:
        self._policy = Policy(date, gate, tuple(waivers), tuple(overrides), explain_passes=False)
        self._packs = tuple(_Ready(pack, params.get(pack.name, {}), self._policy) for pack in packs)
        self._guard = Guard(packs)
        self._needs = needs_of(packs)

    def row(self, snapshot: Snapshot, source: str = "") -> HostRow:
        """Judge a snapshot; `source` is its path. Raises ProblemError (HP-E351) if no rule was judged at all."""
        sound = self._guard.look(snapshot)
        policy = replace(self._policy, date=self._policy.date or format_time(snapshot.created)[:10])
        verdicts = "".join([ready.letters(sound, policy) for ready in self._packs])
        if verdicts.count("s") == len(verdicts):
            require_judged([result for ready in self._packs for result in ready.results(sound, policy)])
        return HostRow(
            name=snapshot.host.name or snapshot.target or "localhost",
            target=snapshot.target,
            source=source,
            created=snapshot.created,
            digest=snapshot_digest(snapshot),
            exit_code=exit_code_of_letters(verdicts),
            verdicts=verdicts,
            lacks=lacking(snapshot, self._needs),
        )


class _Ready:
    """One pack made ready."""

    __slots__ = ("_all_pass", "_letters", "_long", "_pack", "_params", "_program", "_rules")

    def __init__(self, pack: RulePack, params: Mapping[str, Value], policy: Policy) -> None:
        self._pack = pack
        self._params = {name: params.get(name, param.default) for name, param in pack.params.items()}
        special = {*(one.rule for one in policy.overrides), *(one.rule for one in policy.waivers)}
        self._rules = pack.rules
        # Every rule has two places in the program; where there is no `when`, what holds stands in both.
        self._program = program([expr for rule in pack.rules for expr in (rule.applies or rule.holds, rule.holds)])
        self._all_pass: list[Result] = [True] * (2 * len(pack.rules))
        self._long = [rule.id in special or f"{pack.name}:{rule.id}" in special for rule in pack.rules]
        self._letters = [
            {verdict: letter(verdict, gated=is_gated(verdict, rule.severity, policy.gate)) for verdict in Verdict}
            for rule in pack.rules
        ]

    def letters(self, snapshot: Snapshot, policy: Policy) -> str:
        """Return the letters of all rules over a snapshot that the guard has looked at."""
        env = Env(snapshot, self._params)
        found = self._program.quick(env)
        if found == self._all_pass and not any(self._long):
            return "p" * len(self._rules)
        return "".join([self._letter(at, rule, found, env, policy) for at, rule in enumerate(self._rules)])

    def results(self, snapshot: Snapshot, policy: Policy) -> list[Judged]:
        """Return the whole results, with their reasons."""
        env = Env(snapshot, self._params)
        return [judge(rule, self._pack, env, policy) for rule in self._rules]

    def _letter(self, at: int, rule: Rule, found: list[Result], env: Env, policy: Policy) -> str:
        if self._long[at]:
            result = judge(rule, self._pack, env, policy)
            return letter(result.verdict, gated=result.gated)
        if rule.applies is None:
            return self._letters[at][self._verdict(2 * at + 1, found, env)]
        applies = self._verdict(2 * at, found, env)
        if applies is Verdict.PASS:
            return self._letters[at][self._verdict(2 * at + 1, found, env)]
        return self._letters[at][Verdict.SKIPPED if applies is Verdict.FAIL else applies]

    def _verdict(self, place: int, found: list[Result], env: Env) -> Verdict:
        """Return what a condition says: pass, fail or unknown."""
        value = found[place]
        if value is WALK:
            value = self._program.walked(place, env)
        if isinstance(value, Unknown):
            return Verdict.UNKNOWN
        return Verdict.PASS if value else Verdict.FAIL
