"""The terminal report of a Difference: what blocks first, then what else changed, and what means nothing as counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hostproof.evaluate.difference.model import Decision, Difference, Side
from hostproof.facts.units import format_time
from hostproof.report.difference import wording
from hostproof.report.difference.wording import Change
from hostproof.report.layout import Line, coloured_text, labelled, plain_text, wrapped
from hostproof.source.harmless import one_line, shortened

NARROWEST, WIDEST = 40, 100
INDENT = 10
MOST_CHANGES = {Decision.BLOCK: 200, Decision.SHOW: 60}
MOST_DIFF = {Decision.BLOCK: 40, Decision.SHOW: 12}
_CHAPTERS = ((Decision.BLOCK, "BLOCKS", "bold red"), (Decision.SHOW, "CHANGED", "bold yellow"))
_MARKS = {"+": "green", "-": "red", "@": "cyan"}


def render_difference(difference: Difference, width: int = 80, colour: bool = False) -> str:
    """Return the report for a terminal of `width` columns; without `colour` it is plain text, fit for a log."""
    lines = [*_head(difference, _bounded(width)), *change_lines(difference, width)]
    return coloured_text(lines) if colour else plain_text(lines)


def change_lines(difference: Difference, width: int) -> Iterator[Line]:
    """Yield the chapters alone, for a report that has a head of its own."""
    width = _bounded(width)
    for decision, title, style in _CHAPTERS:
        changes = wording.of_decision(difference, decision)
        yield from _chapter(title, changes, decision, style, width)
    yield from _allowed(wording.of_decision(difference, Decision.ALLOW), width)
    for problem in difference.problems:
        yield ()
        hint = f" ({problem.hint})" if problem.hint else ""
        yield from labelled("note: ", wrapped(one_line(f"{problem.message}{hint}"), width - 6), 0, "yellow")


def _bounded(width: int) -> int:
    return min(max(width, NARROWEST), WIDEST)


def _head(difference: Difference, width: int) -> Iterator[Line]:
    word, style = ("BLOCKED", "bold red") if difference.blocked() else ("OK", "bold green")
    label = f"{word}  "
    for number, line in enumerate(wrapped(wording.headline(difference), width - len(label))):
        yield ((label if number == 0 else " " * len(label), style), (line, "bold"))
    pad = len(label)
    for name, side in (("before  ", difference.before), ("after   ", difference.after)):
        yield from labelled(name, wrapped(_side(side), width - pad - len(name)), pad, "dim")
    policy = f"policy  {one_line(difference.policy)}"
    yield from labelled("", [policy], pad, "dim")
    for what, before, after in wording.host_changes(difference):
        text = one_line(f"{what}: {before or 'not known'} {wording.ARROW} {after or 'not known'}")
        yield from labelled("host    ", wrapped(text, width - pad - 8), pad, "yellow")


def _side(side: Side) -> str:
    return one_line(", ".join(text for text in (side.name, _moment(side), wording.host_words(side.host)) if text))


def _moment(side: Side) -> str:
    return format_time(side.created // 1_000_000_000 * 1_000_000_000) if side.created else ""


def _chapter(title: str, changes: Sequence[Change], decision: Decision, style: str, width: int) -> Iterator[Line]:
    if not changes:
        return
    yield ()
    yield ((title, style),)
    most = MOST_CHANGES[decision]
    for change in changes[:most]:
        yield from _change(change, MOST_DIFF[decision], style if decision is Decision.BLOCK else "", width)
    if len(changes) > most:
        yield (("  ", ""), (f"and {len(changes) - most} more: -f json has all", "dim"))


def _change(change: Change, most: int, style: str, width: int) -> Iterator[Line]:
    kind = wording.kind_of(change)
    for number, line in enumerate(wrapped(one_line(wording.title_of(change)), width - INDENT)):
        yield ((f"  {kind:<{INDENT - 2}}" if number == 0 else " " * INDENT, style), (line, "bold"))
    for text in wording.words_of(change):
        yield from labelled("", wrapped(one_line(text), width - INDENT), INDENT)
    diff = wording.diff_of(change)
    for text in diff[:most]:
        # As it is: blanks may be what differs. It is harmless already.
        line = shortened(text.expandtabs(4), width - INDENT)
        yield ((" " * INDENT, ""), (line, _MARKS.get(text[:1], "dim")))
    if len(diff) > most:
        yield ((" " * INDENT, ""), (f"and {len(diff) - most} more lines: -f patch has all", "dim"))
    yield from labelled("by  ", wrapped(one_line(wording.ruled_by(change)), width - INDENT - 4), INDENT, "magenta")


def _allowed(changes: Sequence[Change], width: int) -> Iterator[Line]:
    if not changes:
        return
    yield ()
    yield (("ALLOWED", "bold cyan"),)
    for rule, number, message in wording.allowed_counts(changes):
        names = ", ".join(wording.title_of(change) for change in changes if change.ruling.rule == rule)
        text = one_line(f"{rule}{': ' if message else ''}{message}")
        yield from labelled(f"  {number:>5}  ", wrapped(text, width - 9), 0)
        for line in list(wrapped(one_line(names, 2 * (width - 9)), width - 9))[:2]:
            yield ((" " * 9, ""), (shortened(line, width - 9), "dim"))
