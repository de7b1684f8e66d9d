"""Several hosts: what is kept of each once it was judged, a letter for every rule, small enough to hold thousands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from hostproof.evaluate.gate import FIT, UNDECIDED, UNFIT
from hostproof.evaluate.model import Evaluation, Verdict
from hostproof.rulepack.model import Override, RulePack, Severity
from hostproof.source.records import record

LETTERS = {Verdict.PASS: "p", Verdict.FAIL: "f", Verdict.UNKNOWN: "u", Verdict.SKIPPED: "s", Verdict.WAIVED: "w"}


@record
class RuleRow:
    """A rule as all hosts were judged by it; `severity` is the team's, where a profile changes it."""

    pack: str
    id: str
    title: str
    severity: Severity


@record
class HostRow:
    """One host of several. `source` is its snapshot's path, empty where it was taken just now; `created` as there.

    `verdicts` has a letter for every rule, in the order of the packs: pass, fail, unknown, skipped, waived by their
    first letters, in upper case where the rule turns the run red. `lacks` are the facts that its rules need and nobody
    collected.
    """

    name: str
    target: str
    source: str
    created: int
    digest: str
    exit_code: int
    verdicts: str
    lacks: tuple[str, ...] = ()

    def count(self, verdict: Verdict) -> int:
        """Return how many rules got this verdict."""
        letter = LETTERS[verdict]
        return self.verdicts.count(letter) + self.verdicts.count(letter.upper())

    def gated(self, verdict: Verdict) -> int:
        """Return how many of them turn the run red."""
        return self.verdicts.count(LETTERS[verdict].upper())


def letter(verdict: Verdict, *, gated: bool) -> str:
    """Return the letter of a verdict, as `HostRow.verdicts` has it."""
    return LETTERS[verdict].upper() if gated else LETTERS[verdict]


def row_of(evaluation: Evaluation, source: str = "", lacks: Iterable[str] = ()) -> HostRow:
    """Return what is kept of an evaluation."""
    return HostRow(
        name=evaluation.host.name or evaluation.target or "localhost",
        target=evaluation.target,
        source=source,
        created=evaluation.created,
        digest=evaluation.snapshot_digest,
        exit_code=evaluation.exit_code,
        verdicts="".join(letter(result.verdict, gated=result.gated) for result in evaluation.results()),
        lacks=tuple(lacks),
    )


def rule_rows(packs: Sequence[RulePack], overrides: Sequence[Override] = ()) -> tuple[RuleRow, ...]:
    """Return a row for each rule, in the order of the letters of `HostRow.verdicts`."""
    changed = {override.rule: override.severity for override in overrides}
    return tuple(
        RuleRow(
            pack.name,
            rule.id,
            rule.title,
            _last(changed, overrides, (rule.id, f"{pack.name}:{rule.id}")) or rule.severity,
        )
        for pack in packs
        for rule in pack.rules
    )


def _last(
    changed: dict[str, Severity | None], overrides: Sequence[Override], names: tuple[str, str]
) -> Severity | None:
    if names[0] not in changed and names[1] not in changed:
        return None
    return next(override.severity for override in reversed(overrides) if override.rule in names)


def exit_code_of(hosts: Iterable[HostRow]) -> int:
    """Return the gravest exit code of all hosts: unfit, then undecided; none at all is undecided."""
    codes = {host.exit_code for host in hosts}
    return next((code for code in (UNFIT, UNDECIDED, FIT) if code in codes), UNDECIDED)


def hosts_by_rule(hosts: Iterable[HostRow], verdict: Verdict) -> Counter[int]:
    """Return for each rule, by its place in `HostRow.verdicts`, on how many hosts it got this verdict."""
    found: Counter[int] = Counter()
    wanted = {LETTERS[verdict], LETTERS[verdict].upper()}
    for host in hosts:
        if not wanted.isdisjoint(host.verdicts):
            found.update(at for at, one in enumerate(host.verdicts) if one in wanted)
    return found
