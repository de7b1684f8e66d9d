"""Asking outside of rules: packs in, the names that an expression from a command line may use out."""

from __future__ import annotations

from collections.abc import Sequence

from hostproof.expr.scope import Scope
from hostproof.facts.catalog import Catalog
from hostproof.facts.types import Type
from hostproof.rulepack.model import RulePack
from hostproof.rulepack.sections.collectors import own_rows


def scope_of(packs: Sequence[RulePack], catalog: Catalog) -> Scope:
    """Return the built-in facts, and what rules of these packs could name: own facts and parameters.

    Where two packs have a name in common it is the first one's.
    """
    aliases: dict[str, str] = {}
    params: dict[str, Type] = {}
    for pack in reversed(packs):
        catalog = catalog.with_rows(own_rows(pack.requests, pack.name, catalog))
        aliases |= {request.name.partition(":")[2]: request.name for request in pack.requests}
        params |= {name: param.type for name, param in pack.params.items()}
    return Scope(catalog, aliases, params)
