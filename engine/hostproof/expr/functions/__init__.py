"""The one table of functions: name in, its forms, meaning, example and implementation out."""

from __future__ import annotations

from functools import cache

from hostproof.expr.functions.row import Form, Function

__all__ = ["Form", "Function", "functions"]


@cache
def functions() -> dict[str, Function]:
    """Return all rows by name; always the same table. Its modules are imported when a function is first needed."""
    from hostproof.expr.functions import addresses, lists, numbers, samples, texts, times, versions

    modules = (numbers, samples, lists, texts, versions, times, addresses)
    return {row.name: row for module in modules for row in module.ROWS}
