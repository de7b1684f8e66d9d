"""The shape of a case and of what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hostproof.evaluate.model import Result, Verdict
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.facts.unknown import Cause
from hostproof.source.nodes import Scalar
from hostproof.source.records import field, record
from hostproof.source.spans import Span


@record
class Case:
    """One checked case: names of facts as a snapshot has them, values erased; `created` in nanoseconds.

    `snapshot` holds further facts, where the case names a file of them. `message_at` is where its message is written.
    """

    rule: str
    expect: Verdict
    where: Span
    created: int
    title: str = ""
    values: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    unknown: Mapping[str, Cause] = field(default_factory=lambda: MappingProxyType({}))
    params: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    message: str = ""
    cause: Cause | None = None
    snapshot: Snapshot | None = None
    message_at: Scalar | None = None


@record
class CaseOutcome:
    """What a case came to: `wrong` says in what it differs from what was expected, empty if in nothing.

    `message_differs`: the verdict is right, and what is said is not what the case expects.
    """

    case: Case
    result: Result
    wrong: str = ""
    message_differs: bool = False
