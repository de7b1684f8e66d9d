"""RulePack: a checked pack: nothing in it can be malformed, mistyped or unresolved any more."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from hostproof.expr.each import Each
from hostproof.expr.model import Expr
from hostproof.expr.template import Template
from hostproof.facts.requests import FactRequest
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Type
from hostproof.source.records import field, record
from hostproof.source.spans import SourceFile, Span


class Severity(StrEnum):
    """How bad a failure is, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for critical to 4 for info."""
        return list(Severity).index(self)


@record
class Param:
    """A typed value that a team may set; `default` is erased like any value (5ms is 5000000).

    `least` and `most` bound it where they are not None, `choices` lists what it may be if it isn't empty.
    """

    name: str
    type: Type
    default: Value
    description: str = ""
    least: Value = None
    most: Value = None
    choices: tuple[Value, ...] = ()


@record
class Rule:
    """One check. `holds` is the pack's `assert`, `applies` its `when` (None: always).

    `group` is the id's first dotted part; `needs` are the names of all facts that any expression reads. Where it is
    `confident` (`decide: confident`), quantiles are compared by their intervals, and `holds` may be inconclusive.
    With `each`, the items that `holds` walks over are reported one by one.
    """

    id: str
    title: str
    severity: Severity
    holds: Expr
    span: Span
    applies: Expr | None = None
    message: Template | None = None
    rationale: str = ""
    remediation: Template | None = None
    references: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    needs: frozenset[str] = frozenset()
    confident: bool = False
    each: Each | None = None

    @property
    def group(self) -> str:
        """The id's first dotted part."""
        return self.id.split(".", 1)[0]


@record
class Table:
    """What a report shows as a table: `rows` comes to a list of records, whose fields are the columns."""

    title: Template
    rows: Expr

    @property
    def needs(self) -> frozenset[str]:
        """The facts that it reads."""
        return self.title.needs | self.rows.needs


@record
class Override:
    """A team's word about one rule: another severity, or `off` with the reason why it is not judged.

    `rule` is an id, or `pack:id` where only that pack's rule is meant.
    """

    rule: str
    severity: Severity | None = None
    off: str = ""


@record
class Waiver:
    """A failure that somebody answers for, from the UTC day `starts` to the last one `expires` (ISO, inclusive).

    `rule` is an id or `pack:id`; an empty `starts` is always. `accepted` holds the values as they were waived, as text
    with unit (`128`, `5ms`), by the subject of the finding (`sysctl.net.core.somaxconn`); the subject is empty where
    one value stands for the rule. `evaluate.waive` says when a value is worse, which ends the waiver. `hosts` are glob
    patterns of host names, empty for every host; `ticket` is where it was agreed. `fingerprint` holds fields of the
    host's fingerprint as they were (`kernel`, `6.1`); another value ends the waiver.
    """

    rule: str
    reason: str
    owner: str
    expires: str
    starts: str = ""
    accepted: tuple[tuple[str, str], ...] = ()
    hosts: tuple[str, ...] = ()
    ticket: str = ""
    fingerprint: tuple[tuple[str, str], ...] = ()


@record
class RulePack:
    """A pack ready to be judged. `digest` is the SHA-256 of its texts; `requests` are its own facts.

    `fragments` are the files that its own file, at `path`, includes; `redact` are patterns of secrets.
    """

    name: str
    title: str
    path: str
    digest: str
    rules: tuple[Rule, ...]
    params: Mapping[str, Param] = field(default_factory=lambda: MappingProxyType({}))
    requests: tuple[FactRequest, ...] = ()
    fragments: tuple[SourceFile, ...] = ()
    tables: tuple[Table, ...] = ()
    redact: tuple[str, ...] = ()

    def needed(self, params: Mapping[str, Value] | None = None) -> tuple[FactRequest, ...]:
        """Return the requests its rules and tables need: built-in facts by name, and its own facts that are read.

        `params` are the settled values of its parameters, by which its own facts may be learnt; None for the defaults.
        """
        settled = {name: param.default for name, param in self.params.items()} | dict(params or {})
        needs = frozenset[str]().union(*(r.needs for r in self.rules), *(table.needs for table in self.tables))
        names = sorted(needs)
        own = {request.name: request for request in self.requests}
        read = [own[o] for o in own if any(n == o or n.startswith(o + ".") for n in names)]
        wanted = [request.settled(settled, needs) for request in read]
        return (*(FactRequest(name) for name in names if ":" not in name), *wanted)
