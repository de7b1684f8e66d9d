"""The words of a comparison: rows in, the cells of tables and the lines around them out."""

from __future__ import annotations

from math import floor, isfinite, log10

from hostproof.evaluate.comparison.model import Comparison, Row, Sureness
from hostproof.facts.types import Kind, Type
from hostproof.facts.units import format_value
from hostproof.source.harmless import one_line

HEAD = ("fact", "before", "after", "change", "95% interval", "p", "difference")
MOST_TEXT = 28
EXACT = frozenset([Kind.INT, Kind.COUNT])


def cells_of(row: Row) -> tuple[str, ...]:
    """Return the cells of one row."""
    test = row.test
    if test is None:
        return (row.name, _counted(row.before), _counted(row.after), "", "", "", str(row.sureness))
    values = (shown(value, row.type) for value in (test.before_median, test.after_median))
    interval = "" if row.p is None or row.sureness is Sureness.ALWAYS else f"{change(test.low)} .. {change(test.high)}"
    return (row.name, *values, change(test.shift), interval, chance(row.p), str(row.sureness))


def _counted(texts: tuple[tuple[str, int], ...]) -> str:
    """Return texts with how many runs have each, the first two."""
    if len(texts) == 1:
        return one_line(texts[0][0], MOST_TEXT)
    parts = [f"{one_line(text, MOST_TEXT)} x{count}" for text, count in texts[:2]]
    return ", ".join([*parts, *(["..."] if len(texts) > 2 else [])])


def shown(value: float, of: Type) -> str:
    """Return a median as people read it: counts as they are, measurements with four digits."""
    if of.kind in EXACT:
        return format_value(int(value) if value == int(value) else value, of)
    if value and isfinite(value):
        value = round(value, 3 - floor(log10(abs(value))))
    return format_value(round(value) if of.kind in (Kind.DURATION, Kind.BYTES) else value, of)


def change(shift: float) -> str:
    """Return a shift as `+28%`, `-0.4%`, `x16`, `none`.

    >>> change(0.2841), change(-0.004), change(15.0), change(0.0), change(float("inf"))
    ('+28%', '-0.4%', 'x16', 'none', 'any')
    """
    if not isfinite(shift):
        return "any"
    if shift >= 9:
        return f"x{shift + 1:.3g}"
    text = f"{shift * 100:+.2g}" if abs(shift) < 0.1 else f"{shift * 100:+.0f}"
    return "none" if abs(shift) < 0.0005 else text + "%"


def chance(p: float | None) -> str:
    """Return a probability: `0.03`, `<0.001`; empty for none."""
    return "" if p is None else "<0.001" if p < 0.001 else f"{p:.2g}"


def headline(found: Comparison) -> str:
    """Return what came out, in a sentence."""
    sure = sum(row.sureness in (Sureness.ALWAYS, Sureness.DIFFERS) for row in found.rows)
    perhaps = sum(row.sureness is Sureness.PERHAPS for row in found.rows)
    few = sum(row.sureness is Sureness.TOO_FEW for row in found.rows)
    parts = [f"{_facts(sure)} {'differs' if sure == 1 else 'differ'} for sure" if sure else "no fact differs for sure"]
    parts += [f"{perhaps} perhaps"] if perhaps else []
    parts += [f"of {few} nothing can be said"] if few else []
    sides = f"{_runs(len(found.before))} before, {_runs(len(found.after))} after"
    return f"{sides}: {', '.join(parts)}"


def remarks(found: Comparison) -> list[str]:
    """Return what a reader must know of the two sets: other machines, too few runs, facts that one side lacks."""
    said = []
    for part, here, there in found.hosts:
        sides = " and ".join(", ".join(one_line(text or "unknown", 80) for text in side) for side in (here, there))
        said.append(f"not the same {part.replace('_', ' ')}: {sides}; what differs may be due to that")
    if found.wanted and not found.tests:
        said.append(
            "so few runs can't tell a change from how runs differ by themselves; 4 before and 4 after can, for one"
            " fact, or 5 before and one after if they scatter as most measurements do"
        )
    elif found.wanted:
        said.append(
            f"so few runs can be sure of no number among {found.tests} that vary: take {found.wanted} before and"
            f" {found.wanted} after, or choose fewer by --facts"
        )
    if found.tests > 1:
        said.append(f"p is adjusted for the {found.tests} numbers that were tested (Holm)")
    for side in ("before", "after"):
        names = [name for name, knows in found.lost if knows == side]
        more = ", ..." if len(names) > 3 else ""
        if names:
            said.append(f"known {side} only: {_facts(len(names))} ({', '.join(map(one_line, names[:3]))}{more})")
    if found.same:
        said.append(f"the same in all runs: {_facts(found.same)}")
    return said


def _facts(number: int) -> str:
    return f"{number} fact" + "s" * (number != 1)


def _runs(number: int) -> str:
    return f"{number} run" + "s" * (number != 1)
