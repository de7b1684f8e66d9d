"""Tables of bounds, from the constants that hold them, and of problem codes."""

from __future__ import annotations

from markdown import code, table

from hostproof.expr import template
from hostproof.expr.arithmetic import LARGEST, MOST_ITEMS, MOST_TEXT, SMALLEST
from hostproof.expr.functions import patterns
from hostproof.expr.syntax import limits as bounds
from hostproof.facts.unknown import Cause
from hostproof.source.codes.expr import ROWS

MOST_SHOWN = 60


def limits() -> str:
    """Return all bounds of checking and evaluating, and what is said beyond each."""
    rows = [
        ("characters of an expression", f"{bounds.MOST_CHARACTERS:,}", "HP-E202"),
        ("nesting; a chain such as `a and b and c` is one level", f"{bounds.DEEPEST}", "HP-E203"),
        ("nesting, with its `let`s written out", f"{2 * bounds.DEEPEST}", "HP-E203"),
        ("parts (names, literals, operators, calls), with its `let`s written out", f"{bounds.MOST_NODES:,}", "HP-E204"),
        ("comprehensions inside each other", f"{bounds.DEEPEST_COMPREHENSION}", "HP-E240"),
        ("characters of a pattern", f"{patterns.MOST_CHARACTERS:,}", "HP-E239"),
        ("whole numbers", f"{SMALLEST} to {LARGEST}", f"HP-E211, or Unknown `{Cause.ARITHMETIC}`"),
        ("steps of one evaluation", f"{bounds.MOST_STEPS:,}", f"Unknown `{Cause.BUDGET}`"),
        ("characters of a text that is put together", f"{MOST_TEXT:,}", f"Unknown `{Cause.TOO_LARGE}`"),
        ("items of a list that is put together", f"{MOST_ITEMS:,}", f"Unknown `{Cause.TOO_LARGE}`"),
        ("characters of a filled-in message", f"{template.MOST_RENDERED:,}", "cut, with `…`"),
    ]
    return table(("bound", "at most", "beyond it"), rows)


def codes() -> str:
    """Return every code of expressions with its title and an example."""
    rows = [(row.code, row.title, code(_shown(row.example))) for row in ROWS]
    return table(("code", "what is wrong", "for example"), rows)


def _shown(example: str) -> str:
    if len(example) <= MOST_SHOWN:
        return example
    return f"{example[: MOST_SHOWN - 20].rstrip()} … ({len(example):,} characters)"
