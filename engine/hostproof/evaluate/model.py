"""Evaluation: what was judged of one snapshot; renderers need nothing else."""

from __future__ import annotations

from enum import StrEnum

from hostproof.expr.findings import Finding
from hostproof.facts.snapshot import Evidence, Host
from hostproof.facts.unknown import Unknown
from hostproof.rulepack.model import Severity
from hostproof.source.records import record


class Verdict(StrEnum):
    """What became of a rule."""

    PASS = "pass"  # noqa: S105 (a verdict, not a password)
    FAIL = "fail"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    WAIVED = "waived"


class OnUnknown(StrEnum):
    """What the gate makes of a rule that could not be decided."""

    FAIL = "fail"
    WARN = "warn"
    IGNORE = "ignore"


@record
class Gate:
    """What turns a run red: failures at or above `fail_on`, and unknowns of those severities as `unknown` says."""

    fail_on: Severity = Severity.MEDIUM
    unknown: OnUnknown = OnUnknown.FAIL


@record
class WaiverNote:
    """The waiver that covers a failed rule; `expires` is an ISO day, the last on which it holds."""

    reason: str
    owner: str
    expires: str
    ticket: str = ""


class WaiverState(StrEnum):
    """Why somebody should look at a waiver of the profile: its rule passes, it ends soon, it holds no more."""

    REMOVABLE = "removable"
    EXPIRING = "expiring"
    DEAD = "dead"


@record
class WaiverNotice:
    """What is to be said of one waiver about this host. `rule` is `pack:id`, `why` a sentence without its subject.

    `days` are how many are left until its last one, 0 on that day itself, and None where it doesn't expire soon.
    """

    rule: str
    state: WaiverState
    why: str
    owner: str
    expires: str
    ticket: str = ""
    days: int | None = None


@record
class ObjectResult:
    """One of the objects that a rule is judged over: pass, fail or unknown; `took` in nanoseconds, `output` its own."""

    name: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    took: int = 0
    output: str = ""


@record
class Result:
    """One rule's verdict. Texts are as the pack says, with values filled in, not yet escaped for any format.

    `findings` are the operands that decided a pass, a fail or what is waived; `unknowns` name fact, cause and cure when
    it could not be decided; `reason` says why it was skipped, or why a failure's waivers don't hold. `line` is 1-based
    in `file`. `gated`: it turns the run red. `took` is how long its facts took to learn, in nanoseconds.
    `objects` are what a rule with `each` was judged over, one by one.
    """

    pack: str
    id: str
    title: str
    group: str
    severity: Severity
    verdict: Verdict
    expression: str
    message: str = ""
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    rationale: str = ""
    remediation: str = ""
    references: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    file: str = ""
    line: int = 0
    gated: bool = False
    waiver: WaiverNote | None = None
    took: int = 0
    objects: tuple[ObjectResult, ...] = ()


@record
class TableResult:
    """A table of a report: the fields' names, and the values of each record as texts."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@record
class PackResults:
    """The results of one pack, in the pack's order, and its tables; one that could not be filled is left out.

    `params` are those that were not left at their defaults, as texts with unit.
    """

    name: str
    title: str
    digest: str
    results: tuple[Result, ...]
    tables: tuple[TableResult, ...] = ()
    params: tuple[tuple[str, str], ...] = ()


@record
class Evaluation:
    """All packs over one snapshot. `created` is the snapshot's time in nanoseconds, `date` the ISO day of waivers.

    `exit_code` is 0 fit, 1 unfit, 3 undecided (DESIGN: exit codes).
    """

    host: Host
    target: str
    created: int
    date: str
    snapshot_digest: str
    packs: tuple[PackResults, ...]
    gate: Gate
    exit_code: int
    version: str
    unredacted: bool = False  # the snapshot keeps secrets as they were found
    notices: tuple[WaiverNotice, ...] = ()

    def results(self) -> tuple[Result, ...]:
        """Return all results in order."""
        return tuple(result for pack in self.packs for result in pack.results)

    def count(self, verdict: Verdict) -> int:
        """Return how many rules got this verdict."""
        return sum(result.verdict is verdict for result in self.results())
