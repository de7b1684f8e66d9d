"""A baseline: the runs that were recorded under one name and one fingerprint, with facts, verdicts and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hostproof.evaluate.baseline.fingerprint import Fingerprint
from hostproof.evaluate.difference.model import Text
from hostproof.evaluate.gate import FIT
from hostproof.evaluate.model import Evaluation, Gate, ObjectResult, PackResults, Result, Verdict
from hostproof.expr.findings import Finding
from hostproof.facts.codec import snapshot_digest
from hostproof.facts.snapshot import Snapshot
from hostproof.facts.units import format_time
from hostproof.rulepack.model import Severity
from hostproof.source.records import field, record

MOST_DETAIL = 1_000
MOST_FINDINGS = 8


@record
class VerdictRow:
    """What became of a rule, or of one object of it (`object` is empty for the rule itself).

    `detail` is the message of a failure or why it is unknown, `findings` what decided the failure. `since` is the ISO
    day of the first run of the baseline from which on it has been failing, or unknown; empty for other verdicts.
    """

    pack: str
    id: str
    object: str
    title: str
    severity: Severity
    verdict: Verdict
    gated: bool
    detail: str = ""
    findings: tuple[Finding, ...] = ()
    since: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is about: pack, rule, object."""
        return self.pack, self.id, self.object


@record
class PackUsed:
    """A pack that judged a run: its name and digest, and the parameters that were not left at their defaults."""

    name: str
    digest: str
    params: tuple[tuple[str, str], ...] = ()


@record
class Run:
    """One recorded run. A run of outputs alone has no verdicts, and a snapshot without facts."""

    name: str
    fingerprint: Fingerprint
    snapshot: Snapshot
    verdicts: tuple[VerdictRow, ...] = ()
    packs: tuple[PackUsed, ...] = ()
    gate: Gate = field(default_factory=Gate)
    outputs: Mapping[str, Text] = field(default_factory=lambda: MappingProxyType({}))
    version: str = ""

    def of_verdict(self, verdict: Verdict) -> tuple[VerdictRow, ...]:
        """Return the rows of a verdict that are about whole rules."""
        return tuple(row for row in self.verdicts if row.verdict is verdict and not row.object)


@record
class Baseline:
    """All runs of one name and fingerprint, the newest first, and the folder they lie in."""

    folder: str
    fingerprint: Fingerprint
    runs: tuple[Run, ...]

    @property
    def newest(self) -> Run:
        """The run that others are compared with."""
        return self.runs[0]


def rows_of(evaluation: Evaluation) -> tuple[VerdictRow, ...]:
    """Return the rows of all rules, each followed by those of the objects it was judged over."""
    return tuple(
        row
        for result in evaluation.results()
        for row in (_row(result), *(_object_row(result, one) for one in result.objects))
    )


def packs_of(evaluation: Evaluation) -> tuple[PackUsed, ...]:
    """Return the packs of an evaluation as a run keeps them."""
    return tuple(PackUsed(pack.name, pack.digest, pack.params) for pack in evaluation.packs)


def _row(result: Result) -> VerdictRow:
    told = result.verdict in (Verdict.FAIL, Verdict.UNKNOWN)
    said = result.message or "; ".join(map(str, result.findings or result.unknowns))
    return VerdictRow(
        result.pack,
        result.id,
        "",
        result.title,
        result.severity,
        result.verdict,
        result.gated,
        said[:MOST_DETAIL] if told else "",
        result.findings[:MOST_FINDINGS] if result.verdict is Verdict.FAIL else (),
    )


def _object_row(result: Result, one: ObjectResult) -> VerdictRow:
    told = one.verdict in (Verdict.FAIL, Verdict.UNKNOWN)
    said = "; ".join(map(str, one.findings or one.unknowns))[:MOST_DETAIL] if told else ""
    findings = one.findings[:MOST_FINDINGS] if one.verdict is Verdict.FAIL else ()
    gated = result.gated and told
    return VerdictRow(
        result.pack, result.id, one.name, result.title, result.severity, one.verdict, gated, said, findings
    )


def evaluation_of(run: Run) -> Evaluation:
    """Return what was judged of a run as far as a baseline keeps it: enough to see which verdicts changed."""
    rows: dict[str, list[VerdictRow]] = {used.name: [] for used in run.packs}
    for row in run.verdicts:
        rows.setdefault(row.pack, []).append(row)
    digests = {used.name: used for used in run.packs}
    packs = tuple(
        PackResults(name, name, digests[name].digest, _results(own), params=digests[name].params)
        for name, own in rows.items()
        if name in digests
    )
    snapshot = run.snapshot
    day = format_time(snapshot.created)[:10]
    digest = snapshot_digest(snapshot)
    return Evaluation(snapshot.host, snapshot.target, snapshot.created, day, digest, packs, run.gate, FIT, run.version)


def _results(rows: list[VerdictRow]) -> tuple[Result, ...]:
    objects: dict[str, list[ObjectResult]] = {}
    for row in rows:
        if row.object:
            objects.setdefault(row.id, []).append(ObjectResult(row.object, row.verdict, row.findings))
    return tuple(_result(row, objects.get(row.id, [])) for row in rows if not row.object)


def _result(row: VerdictRow, objects: list[ObjectResult]) -> Result:
    return Result(
        pack=row.pack,
        id=row.id,
        title=row.title,
        group=row.id.partition(".")[0],
        severity=row.severity,
        verdict=row.verdict,
        expression="",
        message=row.detail,
        findings=row.findings,
        gated=row.gated,
        objects=tuple(objects),
    )
