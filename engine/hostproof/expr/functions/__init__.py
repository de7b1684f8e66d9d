"""The one table of functions: name in, its forms, meaning, example and implementation out."""

from __future__ import annotations

from hostproof.expr.functions import addresses, lists, numbers, samples, texts, times
from hostproof.expr.functions.row import Form, Function

__all__ = ["FUNCTIONS", "Form", "Function"]

ROWS: tuple[Function, ...] = (
    *numbers.ROWS,
    *samples.ROWS,
    *lists.ROWS,
    *texts.ROWS,
    *times.ROWS,
    *addresses.ROWS,
)
FUNCTIONS: dict[str, Function] = {row.name: row for row in ROWS}
