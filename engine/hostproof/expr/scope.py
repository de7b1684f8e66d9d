"""What an expression may name (`Scope`, when it is checked) and what those names hold (`Env`, when it runs)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from hostproof.facts.catalog import Catalog
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.facts.types import Type
from hostproof.source.records import field, record

if TYPE_CHECKING:
    from hostproof.expr.model import Expr


@record
class Scope:
    """The names an expression is checked against.

    A path is resolved in this order: a comprehension's variable, a `let`, `params`, a pack's own fact
    (`aliases` maps `disk` to `linux-network:disk`, rows of which are in `catalog`), a built-in fact.
    None stands for a parameter or let that has a problem of its own: what reads it is refused without another word.
    `given` is what is true wherever the expression is looked at (a rule's `when`): what it rules out to be null is not.
    """

    catalog: Catalog
    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    params: Mapping[str, Type | None] = field(default_factory=lambda: MappingProxyType({}))
    lets: Mapping[str, Expr | None] = field(default_factory=lambda: MappingProxyType({}))
    given: Expr | None = None


@record
class Env:
    """What an expression is evaluated over. "Now" is `snapshot.created`: evaluation reads no clock."""

    snapshot: Snapshot
    params: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
