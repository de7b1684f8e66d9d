"""The gate on a terminal: an Outcome in, what blocks first, then what is shown, known, fixed and allowed, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hostproof.evaluate.baseline.gate import Change, Outcome, undecided
from hostproof.evaluate.difference.model import Decision, FactChange, OutputChange, Turn, VerdictChange
from hostproof.evaluate.model import Verdict
from hostproof.report.gate import wording
from hostproof.report.layout import Line, coloured_text, labelled, plain_text, wrapped
from hostproof.source.harmless import one_line

NARROWEST, WIDEST = 40, 100
INDENT = 8
MOST_DIFF = 30  # lines of one diff
MOST_SHOWN = 40  # changes that don't block
_STYLES = {"fit": "bold green", "unfit": "bold red", "undecided": "bold yellow"}


def render_terminal(outcome: Outcome, width: int = 80, colour: bool = False) -> str:
    """Return the report for a terminal of `width` columns, with or without colours."""
    width = min(max(width, NARROWEST), WIDEST)
    lines = [*_head(outcome, width), *_body(outcome, width), *_foot(outcome, width)]
    return coloured_text(lines) if colour else plain_text(lines)


def _head(outcome: Outcome, width: int) -> Iterator[Line]:
    word = wording.verdict_word(outcome)
    label = f"{word.upper()}  "
    text = one_line(f"{wording.subject(outcome)}: {wording.headline(outcome)}")
    for number, line in enumerate(wrapped(text, width - len(label))):
        yield ((label if number == 0 else " " * len(label), _STYLES[word]), (line, "bold"))
    for told in (wording.nearness(outcome), wording.origin(outcome), *wording.others(outcome)):
        yield from labelled(" " * len(label), wrapped(told, width - len(label)), 0, "dim")
    if outcome.unread:
        told = f"{len(outcome.unread)} files of baselines could not be read and don't count"
        yield from labelled(" " * len(label), [told], 0, "yellow")


def _body(outcome: Outcome, width: int) -> Iterator[Line]:
    blocking = outcome.changes(Decision.BLOCK)
    bad = [one for one in blocking if not undecided(one)]
    yield from _chapter("NEW OR WORSE", "bold red", bad, outcome, width)
    for one in outcome.worse:
        name = one_line(f"{one.now.id}: {one.now.object or one.now.title}")
        yield from _item("WORSE", name, wording.known_line(one), "red", width)
    yield from _chapter("UNDECIDED", "bold yellow", [one for one in blocking if undecided(one)], outcome, width)
    shown = outcome.changes(Decision.SHOW)
    yield from _chapter("CHANGED, BLOCKS NOTHING", "bold", shown[:MOST_SHOWN], outcome, width)
    if len(shown) > MOST_SHOWN:
        yield ((" " * INDENT, ""), (f"and {len(shown) - MOST_SHOWN} more", "dim"))
    yield from _known(outcome, width)


def _chapter(title: str, style: str, changes: Sequence[Change], outcome: Outcome, width: int) -> Iterator[Line]:
    worse = title.startswith("NEW") and bool(outcome.worse)
    if changes or worse:
        yield ()
        yield ((title, style),)
    for change in changes:
        yield from _item(_label(change), one_line(wording.name_of(change)), wording.said_of(change), style, width)
        yield from _text("rule ", wording.ruled(change.ruling), width, "dim")
        if isinstance(change, (FactChange, OutputChange)):
            yield from _diff(change.diff)


def _label(change: Change) -> str:
    if isinstance(change, VerdictChange):
        if change.turn is Turn.FIXED:
            return "FIXED"
        return "?" if change.after is Verdict.UNKNOWN else str(change.after or "gone").upper()[:5]
    return "FACT" if isinstance(change, FactChange) else "TEXT"


def _item(label: str, name: str, said: str, style: str, width: int) -> Iterator[Line]:
    for number, line in enumerate(wrapped(name, width - INDENT)):
        yield ((f"  {label:<{INDENT - 2}}" if number == 0 else " " * INDENT, style), (line, "bold"))
    yield from _text("", said, width)


def _diff(lines: Sequence[str]) -> Iterator[Line]:
    styles = {"+": "green", "-": "red", "@": "cyan"}
    for line in lines[:MOST_DIFF]:
        yield ((" " * INDENT, ""), (line.expandtabs(4), styles.get(line[:1], "dim")))
    if len(lines) > MOST_DIFF:
        yield ((" " * INDENT, ""), (f"and {len(lines) - MOST_DIFF} lines more: -f patch=diff.patch has them", "dim"))


def _known(outcome: Outcome, width: int) -> Iterator[Line]:
    rows = [one for one in outcome.known if not one.worse and not one.now.object]
    if rows:
        yield ()
        yield (("KNOWN", "bold cyan"),)
    for one in rows:
        yield from _item(
            "FAIL" if one.now.verdict is Verdict.FAIL else "?",
            one_line(f"{one.now.id}: {one.now.title}"),
            "",
            "cyan",
            width,
        )
        yield from _text("", wording.known_line(one), width, "dim")


def _foot(outcome: Outcome, width: int) -> Iterator[Line]:
    yield ()
    fixed = wording.renewal(outcome)
    if fixed:
        yield from labelled("fixed: ", wrapped(fixed, width - 7), 0, "green")
    yield from labelled("", [told] if (told := wording.allowed(outcome)) else [], 0, "dim")
    for problem in outcome.difference.problems if outcome.difference else ():
        yield from labelled("note: ", wrapped(one_line(f"{problem.message}; {problem.hint}"), width - 6), 0)
    yield from labelled("next: ", wrapped(one_line(wording.next_step(outcome)), width - 6), 0)


def _text(label: str, text: str, width: int, style: str = "") -> Iterator[Line]:
    yield from labelled(label, wrapped(one_line(text), width - INDENT - len(label)), INDENT, style)
