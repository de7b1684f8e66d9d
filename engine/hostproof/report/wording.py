"""What every report says in the same words: an Evaluation in, its headline, order, counts and next step out."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hostproof.evaluate.model import Evaluation, OnUnknown, Result, Verdict, WaiverNotice
from hostproof.facts.snapshot import Evidence

MOST_COMMAND = 90  # characters of a line that still is shown as something to copy
_WORDS = {0: "fit", 1: "unfit", 3: "undecided"}


def verdict_word(evaluation: Evaluation) -> str:
    """Return fit, unfit or undecided, as the exit code says."""
    return _WORDS[evaluation.exit_code]


def host_name(evaluation: Evaluation) -> str:
    """Return the host's name, or the target where it has none."""
    return evaluation.host.name or evaluation.target or "localhost"


def headline(evaluation: Evaluation) -> str:
    """Return the verdict's reason in a sentence: `2 of 28 rules fail, 1 is undecided (at or above medium)`."""
    judged = len(evaluation.results()) - evaluation.count(Verdict.SKIPPED)
    failed, unknown = (gated(evaluation, verdict) for verdict in (Verdict.FAIL, Verdict.UNKNOWN))
    parts = []
    if failed:
        parts.append(f"{failed} of {_things(judged, 'rule')} {_verb(failed, 'fail')}")
    if unknown:
        of_all = "" if failed else f" of {_things(judged, 'rule')}"
        parts.append(f"{unknown}{of_all} {'is' if unknown == 1 else 'are'} undecided")
    if parts:
        return f"{', '.join(parts)} (at or above {evaluation.gate.fail_on})"
    if evaluation.exit_code == 3:
        return f"not one of {_things(judged, 'rule')} could be decided"
    return _fit(evaluation, judged)


def gated(evaluation: Evaluation, verdict: Verdict) -> int:
    """Return how many results of this verdict turn the run red."""
    return sum(result.gated and result.verdict is verdict for result in evaluation.results())


def of_verdict(evaluation: Evaluation, verdict: Verdict) -> tuple[Result, ...]:
    """Return the results of this verdict, the most severe first, else in the order of their packs."""
    found = (result for result in evaluation.results() if result.verdict is verdict)
    return tuple(sorted(found, key=lambda result: result.severity.rank))


def counts(evaluation: Evaluation) -> str:
    """Return `28 rules: 20 pass, 2 fail, 3 unknown, 2 skipped, 1 waived`, leaving out what did not occur."""
    numbers = Counter(result.verdict for result in evaluation.results())
    parts = [f"{numbers[v]} {v}" for v in Verdict if numbers[v]]
    return f"{_things(numbers.total(), 'rule')}: {', '.join(parts) or 'none judged'}"


def next_step(evaluation: Evaluation) -> str:
    """Return the one thing to do next, empty if there is none.

    The fix of the worst failure that turns the run red; else the cure that decides most of the unknown rules.
    """
    for result in of_verdict(evaluation, Verdict.FAIL):
        if result.gated and result.remediation.strip():
            return f"{result.id}: {first_line(result.remediation)}"
    unknown = [result for result in evaluation.results() if result.verdict is Verdict.UNKNOWN]
    cures = Counter(cure for result in unknown for cure in sorted({u.cure for u in result.unknowns if u.cure}))
    if not cures:
        return ""
    cure, number = cures.most_common(1)[0]
    return f"{cure} (would decide {_things(number, 'rule')})" if number > 1 else cure


def first_line(text: str) -> str:
    """Return the first line that says something."""
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def is_commands(text: str) -> bool:
    """Tell whether a fix is short lines to type, and not sentences to read: those end with a full stop."""
    return all(len(line) <= MOST_COMMAND and not line.rstrip().endswith(".") for line in text.strip().splitlines())


def waived_by(result: Result) -> str:
    """Return who waived a failure, why, until when, and by which ticket."""
    note = result.waiver
    if note is None:
        return ""
    return f"waived by {note.owner} until {note.expires}: {note.reason}{_ticket(note.ticket)}"


def noticed(notice: WaiverNotice) -> str:
    """Return what is to be said of a waiver: `linux:net.backlog: the waiver by ops (OPS-12) is dead: ...`."""
    return f"{notice.rule}: the waiver by {notice.owner}{_ticket(notice.ticket)} is {notice.state}: {notice.why}"


def _ticket(text: str) -> str:
    return f" ({text})" if text else ""


def evidence_title(evidence: Evidence) -> str:
    """Return how something was learnt: `command df -B1 /var (status 1)`."""
    status = "" if evidence.status is None else f" (status {evidence.status})"
    return f"{evidence.kind} {evidence.what}{status}"


def evidence_output(evidence: Evidence) -> str:
    """Return the kept output, with a line that says that, and if known how much, lies between its two ends."""
    if not evidence.tail:
        return evidence.head
    kept = len(evidence.head.encode("utf-8", "replace")) + len(evidence.tail.encode("utf-8", "replace"))
    gap = f"[... {evidence.size - kept} bytes left out ...]" if evidence.size > kept else "[...]"
    return f"{evidence.head}\n{gap}\n{evidence.tail}"


def ungated_note(result: Result, evaluation: Evaluation) -> str:
    """Return why a failure or an unknown does not turn the run red; empty if it does, or is neither."""
    if result.gated or result.verdict not in (Verdict.FAIL, Verdict.UNKNOWN):
        return ""
    gate = evaluation.gate
    if result.severity.rank > gate.fail_on.rank:
        return f"below the gate ({gate.fail_on}): does not turn the run red"
    return f"the gate is set to {gate.unknown} unknowns: does not turn the run red"


def moment(nanoseconds: int) -> str:
    """Return a time since the epoch as `2026-11-23T14:38:44` (UTC), without its fraction."""
    seconds = min(max(nanoseconds // 1_000_000_000, -62_135_596_800), 253_402_300_799)  # years 1 to 9999
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).isoformat()[:19]


def host_facts(evaluation: Evaluation) -> tuple[tuple[str, str], ...]:
    """Return what is known about the host as (name, value), leaving out what is not."""
    host = evaluation.host
    rows = (
        ("target", evaluation.target),
        ("distribution", host.distribution),
        ("kernel", host.kernel),
        ("arch", host.arch),
        ("cpu", host.cpu),
        ("virtualisation", host.virtualisation),
        ("cgroup", host.cgroup),
        ("go", host.go),
        ("unredacted", "secrets are kept as they were found" if evaluation.unredacted else ""),
    )
    return tuple(row for row in rows if row[1])


def _fit(evaluation: Evaluation, judged: int) -> str:
    passed = evaluation.count(Verdict.PASS)
    notes = [
        f"{number} {word}"
        for number, word in (
            (evaluation.count(Verdict.WAIVED), "waived"),
            (evaluation.count(Verdict.FAIL), f"failed below the gate ({evaluation.gate.fail_on})"),
            (evaluation.count(Verdict.UNKNOWN), _unknown_note(evaluation)),
        )
        if number
    ]
    return f"{passed} of {_things(judged, 'rule')} {_verb(passed, 'hold')}" + "".join(f", {note}" for note in notes)


def _unknown_note(evaluation: Evaluation) -> str:
    if evaluation.gate.unknown is OnUnknown.FAIL:
        return "undecided below the gate"
    return f"undecided (gate: {evaluation.gate.unknown})"


def _things(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _verb(number: int, verb: str) -> str:
    return f"{verb}s" if number == 1 else verb
