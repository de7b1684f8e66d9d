"""The shape of a case and of what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hostproof.evaluate.model import Result, Verdict
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause
from hostproof.source.records import field, record
from hostproof.source.spans import Span


@record
class Case:
    """One checked case: names of facts as a snapshot has them, values erased; `created` in nanoseconds."""

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


@record
class CaseOutcome:
    """What a case came to: `wrong` says in what it differs from what was expected, empty if in nothing."""

    case: Case
    result: Result
    wrong: str = ""
