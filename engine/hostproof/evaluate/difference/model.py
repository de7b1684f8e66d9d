"""A Difference: what changed from one snapshot to another, by meaning, and what a policy made of each change."""

from __future__ import annotations

from enum import StrEnum

from hostproof.evaluate.model import Verdict
from hostproof.facts.catalog import Owner
from hostproof.facts.snapshot import Host, Value
from hostproof.facts.types import Type
from hostproof.facts.unknown import Unknown
from hostproof.rulepack.model import Severity
from hostproof.source.problems import Problem
from hostproof.source.records import record


class Turn(StrEnum):
    """What became of a verdict: only the first two are news that can be bad."""

    NEW_FAILURE = "new failure"
    NEWLY_UNKNOWN = "newly unknown"
    FIXED = "fixed"
    DECIDED = "decided"  # was unknown, passes or was waived or skipped now
    APPEARED = "appeared"  # a rule that the other side was not judged by, and that doesn't fail
    GONE = "gone"
    OTHER = "other"


class Decision(StrEnum):
    """What a policy makes of a change: blocks the run, allows it as cosmetic, or says nothing of it."""

    BLOCK = "block"
    ALLOW = "allow"
    SHOW = "show"


@record
class Ruling:
    """A policy's word on one change: `rule` is the id of the policy's rule that spoke, empty where none did.

    `unknowns` are why a rule of the policy could not be decided; the ruling is then BLOCK, as unknown is never pass.
    """

    decision: Decision = Decision.SHOW
    rule: str = ""
    message: str = ""
    unknowns: tuple[Unknown, ...] = ()


@record
class VerdictChange:
    """A rule, or one object of it, that turned out differently; a verdict is None on a side not judged by it.

    `gated`: by its severity it would turn a run red. `detail` is the message of the failure, or the unknown's cause.
    """

    pack: str
    id: str
    title: str
    object: str
    severity: Severity
    before: Verdict | None
    after: Verdict | None
    turn: Turn
    gated: bool
    detail: str = ""
    ruling: Ruling = Ruling()


@record
class SampleTest:
    """Two sets of samples compared; numbers are erased as in the snapshot (durations in nanoseconds).

    `shift` is the median after over the median before, less 1 (0.1: a tenth more), `low` and `high` its 95% interval.
    `p` is the two-sided probability of such a difference by chance, `effect` Cliff's delta (-1 to 1: how much more
    often a sample after is larger than one before than the other way round). `noise` is the band of `shift` that
    repeated baselines show among themselves, None where there is no repetition. `differs` says whether the difference
    is beyond chance, beyond the least effect and beyond that band; None where the samples are too few to say.
    """

    before_size: int
    after_size: int
    before_median: float
    after_median: float
    shift: float
    low: float
    high: float
    p: float
    effect: float
    noise: float | None
    differs: bool | None


@record
class FactChange:
    """A fact whose value, or whose being known, changed; a side without it has an Unknown, `not-collected`.

    `name` is the fact's, with the place inside it where only a part changed: `net.interfaces[eth0].mtu`. `ratio` is
    after over before less 1 for numbers, None where before is 0 or it is no number; `noise` is how far repeated
    baselines lie from before, as a ratio, None without any. `test` is there for samples, `diff` for texts and lists:
    lines of a unified diff, bounded and made harmless; it is `whole` where neither had anything to do, so that
    patch(1) can apply it.
    """

    name: str
    type: Type
    owner: Owner
    before: Value | Unknown
    after: Value | Unknown
    ratio: float | None = None
    test: SampleTest | None = None
    diff: tuple[str, ...] = ()
    ruling: Ruling = Ruling()
    noise: float | None = None
    whole: bool = False


@record
class Text:
    """A command's output, or any text: its exit status where it has one, and whether it is all there."""

    text: str
    status: int | None = None
    whole: bool = True


@record
class OutputChange:
    """A command's output, or a text given by name, that changed, with the exit statuses where they are known.

    `appeared` is 1 where the side before has no such output, -1 where the side after has none, else 0. `whole` as in
    `FactChange`.
    """

    name: str
    before_status: int | None
    after_status: int | None
    diff: tuple[str, ...]
    ruling: Ruling = Ruling()
    appeared: int = 0
    whole: bool = False


@record
class Side:
    """One of the two that are compared: a snapshot's digest and time, and its host; `name` is how it was called."""

    name: str
    digest: str
    created: int
    host: Host


@record
class Difference:
    """All that differs between two sides, each change with the policy's word on it, in the order of names.

    `problems` are advice about the comparison itself: what it could not do, and what would let it.
    """

    before: Side
    after: Side
    policy: str
    verdicts: tuple[VerdictChange, ...] = ()
    facts: tuple[FactChange, ...] = ()
    outputs: tuple[OutputChange, ...] = ()
    problems: tuple[Problem, ...] = ()

    def changes(self) -> tuple[VerdictChange | FactChange | OutputChange, ...]:
        """Return all changes: verdicts first, then facts, then outputs."""
        return (*self.verdicts, *self.facts, *self.outputs)

    def blocked(self) -> bool:
        """Tell whether any change blocks."""
        return any(change.ruling.decision is Decision.BLOCK for change in self.changes())
