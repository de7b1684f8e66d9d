"""The gate: what is known of a machine now, and the baselines there are, in; what is new or worse, and a code, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from hostproof.evaluate.baseline.fingerprint import Fingerprint
from hostproof.evaluate.baseline.model import Baseline, Run, VerdictRow, evaluation_of, rows_of
from hostproof.evaluate.baseline.nearness import Near, Reach, rank
from hostproof.evaluate.difference.compare import differ
from hostproof.evaluate.difference.model import (
    Decision,
    Difference,
    FactChange,
    OutputChange,
    Text,
    Turn,
    VerdictChange,
)
from hostproof.evaluate.gate import FIT, UNDECIDED, UNFIT
from hostproof.evaluate.model import Evaluation, Verdict
from hostproof.expr.findings import Finding
from hostproof.facts.snapshot import Snapshot
from hostproof.facts.units import parse_quantity
from hostproof.rulepack.policy.model import Policy
from hostproof.source.problems import Problem
from hostproof.source.records import field, record

Change = VerdictChange | FactChange | OutputChange
MARGIN = 0.1  # by how much of itself a known failure's value may be worse: measurements are never the same twice
_SIGNS = {">=": -1, ">": -1, "<=": 1, "<": 1}


@record
class Now:
    """What is compared with a baseline: a snapshot, what was judged of it, and outputs by name."""

    name: str
    fingerprint: Fingerprint
    snapshot: Snapshot
    evaluation: Evaluation | None = None
    outputs: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}))


@record
class Known:
    """A failure, or an unknown, that the baseline has as well: `now` and `then`; `worse` says so if it got worse."""

    now: VerdictRow
    then: VerdictRow
    worse: str = ""


@record
class Outcome:
    """What the gate found. Without a `nearest` baseline, or a `difference`, `reason` says why it is undecided.

    `ranked` are all baselines of the name, the nearest first; `exit_code` is 0, 1 (something is new or worse) or 3.
    `unread` are the problems of baseline files that could not be read.
    """

    now: Now
    reach: Reach
    ranked: tuple[Near, ...]
    exit_code: int
    reason: str = ""
    nearest: Near | None = None
    difference: Difference | None = None
    known: tuple[Known, ...] = ()
    unread: tuple[Problem, ...] = ()

    def changes(self, decision: Decision) -> tuple[Change, ...]:
        """Return the changes that the policy so decided on."""
        found = self.difference.changes() if self.difference else ()
        return tuple(change for change in found if change.ruling.decision is decision)

    @property
    def worse(self) -> tuple[Known, ...]:
        """The known failures that got worse."""
        return tuple(one for one in self.known if one.worse)

    @property
    def fixed(self) -> tuple[VerdictChange, ...]:
        """What the baseline has as failing or unknown, and holds now: reason to record it anew."""
        verdicts = self.difference.verdicts if self.difference else ()
        return tuple(change for change in verdicts if change.turn in (Turn.FIXED, Turn.DECIDED))


def gate(
    now: Now, baselines: Sequence[Baseline], policy: Policy, reach: Reach, unread: tuple[Problem, ...] = ()
) -> Outcome:
    """Compare with the newest run of the nearest baseline; `reach` is how far off that may be. Pure."""
    ranked = rank(baselines, now.fingerprint)
    nearest = choose(ranked, reach)
    if nearest is None:
        return Outcome(now, reach, ranked, UNDECIDED, _why_none(now, ranked, reach), unread=unread)
    then = nearest.baseline.newest
    difference = differ(
        then.snapshot,
        now.snapshot,
        policy,
        names=("baseline", "now"),
        evaluations=(evaluation_of(then), now.evaluation) if now.evaluation else None,
        repeats=[run.snapshot for run in nearest.baseline.runs[1:]],
        outputs=(then.outputs, now.outputs) if now.outputs else None,
    )
    known = tuple(_known(then, now))
    code, reason = _code(difference, known, now)
    return Outcome(now, reach, ranked, code, reason, nearest, difference, known, unread)


def choose(ranked: Sequence[Near], reach: Reach) -> Near | None:
    """Return the nearest of ranked baselines that is near enough."""
    return next((one for one in ranked if one.within(reach)), None)


def undecided(change: Change) -> bool:
    """Tell whether a change that blocks does so because something is not known, and not because it is bad."""
    return bool(change.ruling.unknowns) or (isinstance(change, VerdictChange) and change.after is Verdict.UNKNOWN)


def _why_none(now: Now, ranked: Sequence[Near], reach: Reach) -> str:
    if not ranked:
        return f"there is no baseline of {now.name}"
    if not (now.fingerprint.known or now.fingerprint.for_any):
        return "which machine this is about is not known: there is no kernel release, or no architecture"
    what = {
        Reach.SERIES: "kernel series and architecture",
        Reach.MAJOR: "major version of the kernel, and architecture",
    }
    return f"no baseline of {now.name} is near enough: of the same {what.get(reach, 'kind')}"


def _code(difference: Difference, known: Sequence[Known], now: Now) -> tuple[int, str]:
    blocking = [change for change in difference.changes() if change.ruling.decision is Decision.BLOCK]
    if any(one.worse for one in known) or not all(map(undecided, blocking)):
        return UNFIT, ""
    if blocking:
        return UNDECIDED, "something that was known is unknown now"
    judged = now.evaluation.results() if now.evaluation else ()
    if judged and all(result.verdict in (Verdict.UNKNOWN, Verdict.SKIPPED) for result in judged):
        return UNDECIDED, "not one rule could be decided"
    return FIT, ""


def _known(then: Run, now: Now) -> Iterator[Known]:
    olds = {row.key: row for row in then.verdicts}
    for row in rows_of(now.evaluation) if now.evaluation else ():
        old = olds.get(row.key)
        if old and old.verdict is row.verdict and row.verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            yield Known(row, old, "; ".join(_worse(old.findings, row.findings)) if row.gated else "")


def _worse(then: Sequence[Finding], now: Sequence[Finding]) -> Iterator[str]:
    """Yield which amounts are farther from what is wanted than the baseline's, by more than the margin."""
    before = {finding.subject: finding.value for finding in then}
    for finding in now:
        operator, _, _ = finding.wanted.partition(" ")
        sign, old = _SIGNS.get(operator, 0), before.get(finding.subject)
        if sign and old is not None and _farther(old, finding.value, sign):
            yield f"{finding.subject} was {old}, and is {finding.value} now, wanted {finding.wanted}"


def _farther(old: str, new: str, sign: int) -> bool:
    try:
        (one, of), (other, to) = (parse_quantity(text.partition(" (")[0]) for text in (old, new))
    except ValueError:
        return False
    return of.kind is to.kind and sign * (other - one) > MARGIN * abs(one)
