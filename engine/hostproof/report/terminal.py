"""The terminal report: an Evaluation in, what is wrong, why, and what to do about it out, worst first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from hostproof.evaluate.model import Evaluation, Result, Verdict
from hostproof.report import wording
from hostproof.report.layout import Line, coloured_text, labelled, plain_text, wrapped
from hostproof.source.harmless import harmless, one_line

NARROWEST, WIDEST = 40, 100  # longer lines are hard to read, whatever the terminal's width
MOST_LINES = 8  # of findings or unknowns of one rule
MOST_NOTICES = 20  # of waivers
INDENT = 8
_NAMED = {"kernel": "Linux ", "cgroup": "cgroup "}  # what a bare value would not say
_STYLES = {
    "fit": "bold green",
    "unfit": "bold red",
    "undecided": "bold yellow",
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "info": "blue",
}


def render_terminal(evaluation: Evaluation, width: int = 80, colour: bool = False) -> str:
    """Return the report for a terminal of `width` columns; without `colour` it is plain text, fit for a log.

    Commands and addresses are never broken, so that they can be copied.
    """
    width = min(max(width, NARROWEST), WIDEST)
    lines = [
        *_head(evaluation, width),
        *_failures(evaluation, width),
        *_undecided(evaluation, width),
        *_waived(evaluation, width),
        *_notices(evaluation, width),
        *_foot(evaluation, width),
    ]
    return coloured_text(lines) if colour else plain_text(lines)


def _head(evaluation: Evaluation, width: int) -> Iterator[Line]:
    verdict = wording.verdict_word(evaluation)
    label = f"{verdict.upper()}  "
    text = one_line(f"{wording.host_name(evaluation)}: {wording.headline(evaluation)}")
    for number, line in enumerate(wrapped(text, width - len(label))):
        yield ((label if number == 0 else " " * len(label), _STYLES[verdict]), (line, "bold"))
    known = [row for row in wording.host_facts(evaluation) if row[0] not in ("cpu", "go")]
    facts = one_line(", ".join(f"{_NAMED.get(name, '')}{value}" for name, value in known))
    yield from labelled(" " * len(label), wrapped(facts, width - len(label)), 0, "dim")


def _failures(evaluation: Evaluation, width: int) -> Iterator[Line]:
    failed = wording.of_verdict(evaluation, Verdict.FAIL)
    for severity, results in groupby(failed, key=lambda result: result.severity):
        style = _STYLES[severity]
        yield from _heading(str(severity).upper(), style)
        for result in results:
            yield from _title(result, "FAIL", style, width)
            yield from _found(result, evaluation, width)
            yield from _advice(result, width)


def _undecided(evaluation: Evaluation, width: int) -> Iterator[Line]:
    results = wording.of_verdict(evaluation, Verdict.UNKNOWN)
    if results:
        yield from _heading("UNDECIDED", _STYLES["undecided"])
    for result in results:
        yield from _title(result, "?", _STYLES["undecided"], width)
        for unknown in result.unknowns[:MOST_LINES]:
            yield from _text("", str(unknown), width)
            yield from _text("cure  ", unknown.cure, width, "green")
        yield from _more(len(result.unknowns))
        yield from _text("", wording.ungated_note(result, evaluation), width, "dim")


def _waived(evaluation: Evaluation, width: int) -> Iterator[Line]:
    results = wording.of_verdict(evaluation, Verdict.WAIVED)
    if results:
        yield from _heading("WAIVED", "cyan")
    for result in results:
        yield from _title(result, "~", "cyan", width)
        yield from _text("", wording.waived_by(result), width)


def _notices(evaluation: Evaluation, width: int) -> Iterator[Line]:
    if evaluation.notices:
        yield from _heading("WAIVERS TO LOOK AT", "yellow")
    for notice in evaluation.notices[:MOST_NOTICES]:
        yield from labelled("  !     ", wrapped(one_line(wording.noticed(notice)), width - INDENT), 0)
    if len(evaluation.notices) > MOST_NOTICES:
        yield ((" " * INDENT, ""), (f"and {len(evaluation.notices) - MOST_NOTICES} more", "dim"))


def _foot(evaluation: Evaluation, width: int) -> Iterator[Line]:
    yield ()
    for line in wrapped(wording.counts(evaluation), width):
        yield ((line, "bold"),)
    step = one_line(wording.next_step(evaluation))
    yield from labelled("next: ", wrapped(step, width - 6), 0)


def _heading(text: str, style: str) -> Iterator[Line]:
    yield ()
    yield ((text, style),)


def _title(result: Result, mark: str, style: str, width: int) -> Iterator[Line]:
    severity = "" if result.verdict is Verdict.FAIL else f" ({result.severity})"
    text = one_line(f"{result.id}: {result.title}{severity}")
    for number, line in enumerate(wrapped(text, width - INDENT)):
        yield ((f"  {mark:<{INDENT - 2}}" if number == 0 else " " * INDENT, style), (line, "bold"))


def _found(result: Result, evaluation: Evaluation, width: int) -> Iterator[Line]:
    yield from _text("", result.message, width)
    for finding in result.findings[:MOST_LINES]:
        yield from _text("", str(finding), width, "magenta")
    yield from _more(len(result.findings))
    yield from _text("", result.reason, width)
    yield from _text("", wording.ungated_note(result, evaluation), width, "dim")


def _advice(result: Result, width: int) -> Iterator[Line]:
    yield from _text("why  ", result.rationale, width)
    yield from labelled("fix  ", _fix(result.remediation, width - INDENT - 5), INDENT, "green")
    yield from labelled("see  ", map(one_line, result.references), INDENT, "dim")
    if result.file:
        yield from labelled("at   ", [one_line(f"{result.file}:{result.line}")], INDENT, "dim")


def _fix(text: str, width: int) -> Iterator[str]:
    """Keep short lines as they are, so that they can be copied; wrap a paragraph."""
    for line in harmless(text).strip("\n").splitlines():
        yield from [line.expandtabs(4).rstrip()] if wording.is_commands(line) else wrapped(line, width)


def _text(label: str, text: str, width: int, style: str = "") -> Iterator[Line]:
    yield from labelled(label, wrapped(one_line(text), width - INDENT - len(label)), INDENT, style)


def _more(number: int) -> Iterator[Line]:
    if number > MOST_LINES:
        yield ((" " * INDENT, ""), (f"and {number - MOST_LINES} more", "dim"))
