"""Notices of waivers: which are removable, end soon or are dead on a host and a day, and which nobody need see."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hostproof.evaluate.model import WaiverNotice, WaiverState
from hostproof.evaluate.run import evaluate_packs
from hostproof.facts.snapshot import Snapshot
from hostproof.facts.unknown import Cause
from hostproof.rulepack.model import RulePack, Waiver

SOMAXCONN, AVAIL = "sysctl.net.core.somaxconn", "web:disk.avail"
Made = Callable[..., Snapshot]


def noticed(pack: RulePack, snapshot: Snapshot, date: str, waiver: Waiver) -> list[tuple[str, str, int | None]]:
    """Return state, reason and days left of the notices on a day."""
    found = evaluate_packs([pack], snapshot, waivers=(waiver,), date=date).notices
    return [(str(notice.state), notice.why, notice.days) for notice in found]


@pytest.mark.parametrize(
    ("date", "found"),
    [
        ("2026-11-30", []),  # not started
        ("2026-12-01", []),
        ("2026-12-16", []),
        ("2026-12-17", [("expiring", "expires in 14 days", 14)]),
        ("2026-12-30", [("expiring", "expires in 1 day", 1)]),
        ("2026-12-31", [("expiring", "expires today", 0)]),
        ("2027-01-01", [("dead", "expired on 2026-12-31", None)]),
    ],
)
@pytest.mark.parametrize("rule", ["net.backlog", "disk.room"])
def test_days(pack: RulePack, snapshot: Made, rule: str, date: str, found: list[object]) -> None:
    """A waiver of what fails or can't be decided is announced for 14 days and its last one, and then it is dead."""
    waiver = Waiver(rule, "r", "ops", "2026-12-31", "2026-12-01")
    assert noticed(pack, snapshot({SOMAXCONN: 128}, unknown={AVAIL: Cause.TIMEOUT}), date, waiver) == found


@pytest.mark.parametrize(
    ("date", "why"),
    [
        ("2026-06-01", ["the rule passes now: remove it from the profile"]),
        ("2026-12-31", ["the rule passes now: remove it from the profile"]),
        ("2027-01-01", ["the rule passes now, and the waiver expired on 2026-12-31: remove it from the profile"]),
        ("2025-12-31", []),
    ],
)
def test_removable(pack: RulePack, snapshot: Made, date: str, why: list[str]) -> None:
    """A waiver whose rule passes can be removed, unless it has not begun yet."""
    waiver = Waiver("web:net.backlog", "r", "ops", "2026-12-31", "2026-01-01", ticket="OPS-1")
    found = evaluate_packs([pack], snapshot(), waivers=(waiver,), date=date).notices
    assert found == tuple(
        WaiverNotice("web:net.backlog", WaiverState.REMOVABLE, one, "ops", "2026-12-31", "OPS-1") for one in why
    )


@pytest.mark.parametrize(
    ("waiver", "found"),
    [
        (Waiver("net.backlog", "r", "ops", "2099-01-01", accepted=(("", "128"),)), []),
        (
            Waiver("net.backlog", "r", "ops", "2099-01-01", accepted=(("", "256"),)),
            [("dead", f"accepted {SOMAXCONN} = 256, and it is 128 now", None)],
        ),
        (
            Waiver("net.backlog", "r", "ops", "2099-01-01", fingerprint=(("go", "go1.1"),)),
            [("dead", "is for go go1.1, and this host's is not known", None)],
        ),
        (Waiver("net.backlog", "r", "ops", "2000-01-01", hosts=("db-*",)), []),  # about other hosts
        (Waiver("net.backlog", "r", "ops", "2000-01-01", hosts=("web-*",)), [("dead", "expired on 2000-01-01", None)]),
    ],
)
def test_dead(pack: RulePack, snapshot: Made, waiver: Waiver, found: list[object]) -> None:
    """A waiver that holds no more is told with why, on the hosts that it is about."""
    assert noticed(pack, snapshot({SOMAXCONN: 128}), "2026-11-23", waiver) == found


def test_no_day_is_no_announcement(pack: RulePack, snapshot: Made) -> None:
    """A snapshot of the year 20000 has no day; judging it announces nothing, and does not crash."""
    assert (
        noticed(pack, snapshot({SOMAXCONN: 128}), "1ns after 1970", Waiver("net.backlog", "r", "o", "2026-12-31")) == []
    )
