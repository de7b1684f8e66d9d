"""Waivers: the days on which they hold, and the values that end them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.evaluate.waive import waive
from hostproof.expr.findings import Finding
from hostproof.facts.snapshot import Host
from hostproof.facts.types import BYTES, COUNT, DURATION, Type
from hostproof.facts.units import format_value
from hostproof.rulepack.model import Waiver


def waiver(starts: str = "", expires: str = "2026-12-31", **accepted: str) -> Waiver:
    """Return a waiver of one rule."""
    return Waiver("a.b", "why", "ops", expires, starts, tuple(accepted.items()))


@pytest.mark.parametrize(
    ("date", "holds", "reason"),
    [
        ("2026-11-30", False, "the waiver by ops starts on 2026-12-01"),
        ("2026-12-01", True, ""),
        ("2026-12-31", True, ""),  # the last day is part of it
        ("2027-01-01", False, "the waiver by ops expired on 2026-12-31"),
    ],
)
def test_days(date: str, holds: bool, reason: str) -> None:
    """Both days belong to a waiver."""
    note, why = waive([Finding("x", "1", ">= 2")], [waiver("2026-12-01")], date)
    assert (note is not None, why) == (holds, reason)


@pytest.mark.parametrize(
    ("value", "wanted", "accepted", "holds"),
    [
        ("128", ">= 4096", "128", True),
        ("200", ">= 4096", "128", True),
        ("127", ">= 4096", "128", False),
        ("127", "> 4096 (params.min_backlog)", "128", False),
        ("6ms", "< 5ms", "6ms", True),
        ("5500us", "<= 5ms", "6ms", True),
        ("7ms", "<= 5ms", "6ms", False),
        ("1GiB", ">= 2GiB", "1024MiB", True),
        ("96%", "< 80%", "95%", False),
        ("94% (used 94, size 100)", "< 80%", "95%", True),
        ("5.10.0", ">= 6.0", "5.4.0", True),
        ("5.10.0", ">= 6.0", "5.11.0", False),
        ("1:1.5-1", ">= 1:2.0", "1:1.0-1", True),
        ("1:0.9-1", ">= 1:2.0", "1:1.0-1", False),
        ("2.36-9", ">= 1:2.0", "1:1.0-1", False),  # a Debian version without an epoch is below those with one
        ("6.9", ">= 6.12", "6.10", False),  # as numbers better, as versions worse: not accepted
        ('"always"', 'in ["madvise", "never"]', "always", True),
        ('"always"', 'in ["madvise", "never"]', "madvise", False),
        ("3", "== 1", "2", False),
        ("2", "== 1", "2", True),
        ("7ms", ">= 5ms and < 6ms", "8ms", False),  # no one direction is worse
        ("5ms", "<= 1ms", "4KiB", False),
        ("none", "< 5", "6", False),
        ("none", "< 5", "none", True),
        ("unknown (denied)", ">= 5", "4", False),
        ('"x"', 'to match "a"', "", False),
    ],
)
def test_worse(value: str, wanted: str, accepted: str, holds: bool) -> None:
    """A waiver ends when the value is worse than what was accepted, or can't be compared with it."""
    note, why = waive(
        [Finding("x", value, wanted)], [Waiver("a.b", "why", "ops", "2026-12-31", "", (("", accepted),))], "2026-12-31"
    )
    assert (note is not None) == holds
    assert why == ("" if holds else f"the waiver by ops accepted x = {accepted}, and it is {value} now")


def test_each_subject_has_its_value() -> None:
    """Where a rule looks at several things, each has its own accepted value; a new one has none."""
    accepted = Waiver("a.b", "why", "ops", "2026-12-31", "", (("a", "5"), ("b", "7")))
    cases = {
        "": [Finding("a", "5", ">= 9"), Finding("b", "8", ">= 9")],
        "the waiver by ops accepted b = 7, and it is 6 now": [Finding("a", "5", ">= 9"), Finding("b", "6", ">= 9")],
        "the waiver by ops accepted no value of c": [Finding("a", "5", ">= 9"), Finding("c", "1", ">= 9")],
        "the waiver by ops accepted a value, and none was found to compare it with": [],
    }
    assert {waive(findings, [accepted], "2026-01-01")[1] for findings in cases.values()} == {*cases}


def test_first_that_holds() -> None:
    """Of several waivers the first that holds counts; if none does, each says why."""
    old, later, live = waiver(expires="2026-01-01"), waiver(starts="2026-06-01"), waiver()
    findings = [Finding("x", "1", ">= 2")]
    note, _ = waive(findings, [old, later, live], "2026-03-01")
    assert note is not None
    assert note.expires == "2026-12-31"
    assert waive(findings, [old, later], "2026-03-01") == (
        None,
        "the waiver by ops expired on 2026-01-01; the waiver by ops starts on 2026-06-01",
    )


@pytest.mark.parametrize(
    ("name", "hosts", "about"),
    [
        ("web-1", (), True),
        ("", (), True),
        ("", ("*",), True),
        ("web-1", ("*",), True),
        ("web-1", ("web-[0-9]",), True),
        ("Web-1", ("wEB-?",), True),  # host names have no case
        ("web-10", ("web-[0-9]",), False),
        ("web-1", ("db-*", "web-*"), True),
        ("web-1", ("db-*",), False),
        ("web-1", ("web",), False),
        ("", ("web-*",), False),
    ],
)
def test_hosts(name: str, hosts: tuple[str, ...], about: bool) -> None:
    """A waiver is about the hosts that one of its patterns matches; on others it is not even mentioned."""
    made = Waiver("a.b", "why", "ops", "2026-12-31", hosts=hosts, ticket="OPS-1")
    note, why = waive([Finding("x", "1", ">= 2")], [made], "2026-01-01", Host(name))
    assert (note.ticket if note else None, why) == ("OPS-1" if about else None, "")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"kernel": "6.1"}, ""),
        ({"kernel": "6.1.0-18-amd64"}, ""),
        ({"kernel": "6.1.0-"}, ""),
        ({"kernel": "6"}, ""),
        ({"distribution": "Debian GNU/Linux 12", "arch": "x86_64"}, ""),
        ({"kernel": "6.10"}, "is for kernel 6.10, and this host's is 6.1.0-18-amd64"),
        ({"kernel": "6.1.0-1"}, "is for kernel 6.1.0-1, and this host's is 6.1.0-18-amd64"),
        ({"arch": "x86_64", "kernel": "5.15"}, "is for kernel 5.15, and this host's is 6.1.0-18-amd64"),
        (
            {"distribution": "Debian GNU/Linux 1"},
            "is for distribution Debian GNU/Linux 1, and this host's is Debian GNU/",
        ),
        ({"go": "go1.22"}, "is for go go1.22, and this host's is not known"),
    ],
)
def test_fingerprint(fields: dict[str, str], why: str) -> None:
    """A waiver ends when the host is not what it was any more; a series goes on, another number does not."""
    host = Host("web-1", kernel="6.1.0-18-amd64", arch="x86_64", distribution="Debian GNU/Linux 12 (bookworm)")
    made = Waiver("a.b", "why", "ops", "2026-12-31", fingerprint=tuple(fields.items()))
    note, said = waive([Finding("x", "1", ">= 2")], [made], "2026-01-01", host)
    assert (note is None) == bool(why)
    assert said.removeprefix("the waiver by ops ").startswith(why)
    assert bool(said) == bool(why)


@given(
    kind=st.sampled_from([COUNT, BYTES, DURATION]),
    accepted=st.integers(0, 2**50),
    value=st.integers(0, 2**50),
    sign=st.sampled_from([">=", ">", "<=", "<"]),
)
def test_worse_is_the_order_of_values(kind: Type, accepted: int, value: int, sign: str) -> None:
    """Whatever the spelling of two values, the waiver holds exactly if the value is not on the worse side."""
    finding = Finding("x", format_value(value, kind), f"{sign} {format_value(5, kind)}")
    made = Waiver("a.b", "why", "ops", "2026-12-31", "", (("x", format_value(accepted, kind)),))
    note, _ = waive([finding], [made], "2026-01-01")
    assert (note is not None) == (value >= accepted if sign[0] == ">" else value <= accepted)
