"""Notices: a profile's waivers and the results of one host in, those that somebody should look at out.

A waiver is removable if it holds and its rule passes, dead if it has ended, whatever became of the rule, and expiring
if its last day is at most `SOON` days after the day of judging. One that is about other hosts, or that starts later,
is no notice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hostproof.evaluate.model import Result, Verdict, WaiverNotice, WaiverState
from hostproof.evaluate.waive import is_about, lapsed, worse
from hostproof.facts.snapshot import Host
from hostproof.rulepack.model import Waiver
from hostproof.source.records import replace

SOON = 14  # days


def notices_of(waivers: Sequence[Waiver], results: Sequence[Result], date: str, host: Host) -> tuple[WaiverNotice, ...]:
    """Return the notices, in the order of the waivers; `date` is the ISO day of judging."""
    return tuple(_notices(waivers, results, date, host)) if waivers else ()


def _notices(waivers: Sequence[Waiver], results: Sequence[Result], date: str, host: Host) -> Iterator[WaiverNotice]:
    by_rule: dict[str, list[Result]] = {}
    for result in results:
        for name in (result.id, f"{result.pack}:{result.id}"):
            by_rule.setdefault(name, []).append(result)
    for waiver in waivers:
        if is_about(waiver, host) and not (waiver.starts and date < waiver.starts):
            for result in by_rule.get(waiver.rule, ()):
                notice = _notice(waiver, result, date, host)
                if notice:
                    yield notice


def _notice(waiver: Waiver, result: Result, date: str, host: Host) -> WaiverNotice | None:
    said = WaiverNotice(f"{result.pack}:{result.id}", WaiverState.DEAD, "", waiver.owner, waiver.expires, waiver.ticket)
    over = lapsed(waiver, date, host)
    if result.verdict is Verdict.PASS:
        why = "the rule passes now" + (f", and the waiver {over}" if over else "")
        return replace(said, state=WaiverState.REMOVABLE, why=f"{why}: remove it from the profile")
    if not over and result.verdict in (Verdict.FAIL, Verdict.WAIVED):
        over = worse(waiver, result.findings)
    if over:
        return replace(said, why=over)
    days = days_left(waiver.expires, date)
    if days is None or days > SOON:
        return None
    when = "expires today" if not days else f"expires in {days} day{'s' * (days != 1)}"
    return replace(said, state=WaiverState.EXPIRING, why=when, days=days)


def days_left(expires: str, today: str) -> int | None:
    """Return how many days lie between two ISO days, None where `today` is none: snapshots may be of any year."""
    from datetime import date

    try:
        return (date.fromisoformat(expires) - date.fromisoformat(today)).days
    except ValueError:
        return None
