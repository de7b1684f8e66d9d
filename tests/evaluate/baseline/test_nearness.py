"""Which baseline is nearest is explained by the parts of the fingerprint, in their order."""

from __future__ import annotations

import pytest

from hostproof.evaluate.baseline.fingerprint import Fingerprint, folder_of, series_of
from hostproof.evaluate.baseline.gate import choose
from hostproof.evaluate.baseline.model import Baseline, Run
from hostproof.evaluate.baseline.nearness import Level, Reach, rank
from hostproof.facts.snapshot import Host, Snapshot

HERE = Fingerprint("x86_64", "6.1", "Debian GNU/Linux 12 (bookworm)", "kvm", "v2", "AMD EPYC 7B13", "go1.22.1")


def but(**parts: str) -> Fingerprint:
    """Return the fingerprint here, but for some parts."""
    names = ("arch", "series", "distribution", "virtualisation", "cgroup", "cpu", "go")
    return Fingerprint(**{name: parts.get(name, getattr(HERE, name)) for name in names})


def baseline(fingerprint: Fingerprint, created: int = 0) -> Baseline:
    """Return a baseline of one run."""
    run = Run("linux", fingerprint, Snapshot(created, "local", Host(), {}))
    return Baseline(folder_of(fingerprint), fingerprint, (run,))


@pytest.mark.parametrize(
    ("release", "series"),
    [
        ("6.1.0-18-amd64", "6.1"),
        ("6.1.76", "6.1"),
        ("6.12-rc3", "6.12"),
        ("6.12.0-0.rc3.fc42", "6.12"),
        ("5.14.0-362.8.1.el9_3.x86_64", "5.14"),
        ("4.19.112+", "4.19"),
        ("6", "6.0"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_series(release: str, series: str) -> None:
    """What a distribution writes behind the first two numbers does not count."""
    assert series_of(release) == series


# The nearest first; of each two neighbours the first is ahead in the first part where they are not alike.
ORDER = (
    HERE,
    but(go="go1.22.9"),
    but(go=""),
    but(go="go1.27.0"),
    but(cpu="AMD EPYC 9B14"),
    but(cpu="Intel Xeon"),
    but(cgroup="v1", cpu="AMD EPYC 9B14"),
    but(virtualisation="none"),
    but(distribution="Debian GNU/Linux 11 (bullseye)", virtualisation="none"),
    but(distribution="Ubuntu 22.04.4 LTS"),
    Fingerprint(),
    but(series="6.2", distribution="Alpine"),
    but(series="6.12"),
    but(series="5.1"),
    but(series="4.19"),
    but(arch="aarch64"),
    but(arch="aarch64", series="6.12"),
)


def test_order() -> None:
    """Parts are compared in their order, whatever else agrees."""
    ranked = rank([baseline(one) for one in reversed(ORDER)], HERE)
    assert [one.baseline.fingerprint for one in ranked] == list(ORDER)


def test_the_newer_of_two_alike() -> None:
    """Where all is alike the newer baseline is first."""
    assert [one.baseline.newest.snapshot.created for one in rank([baseline(HERE, 1), baseline(HERE, 2)], HERE)] == [
        2,
        1,
    ]


@pytest.mark.parametrize(
    ("there", "level", "reaches"),
    [
        (HERE, Level.IDENTICAL, {"series", "major", "any"}),
        (but(cpu="Intel Xeon", distribution="Alpine"), Level.EXACT, {"series", "major", "any"}),
        (Fingerprint(), Level.EXACT, {"series", "major", "any"}),
        (but(series="6.12"), Level.MAJOR, {"major", "any"}),
        (but(series="5.10"), Level.FAR, {"any"}),
        (but(arch="aarch64"), Level.FAR, {"any"}),
        (but(series=""), Level.FAR, {"any"}),
        (but(arch=""), Level.FAR, {"any"}),
    ],
)
def test_levels(there: Fingerprint, level: Level, reaches: set[str]) -> None:
    """Exact is the same kernel series and architecture; what isn't known is never near."""
    ranked = rank([baseline(there)], HERE)
    assert ranked[0].level is level
    assert {str(reach) for reach in Reach if choose(ranked, reach)} == reaches


def test_nothing_is_near_to_what_is_not_known() -> None:
    """A machine of which neither kernel nor architecture is known is near to nothing but what is for any host."""
    ranked = rank([baseline(but(series="", arch="")), baseline(HERE)], but(series="", arch=""))
    assert choose(ranked, Reach.MAJOR) is None
    assert choose(rank([baseline(Fingerprint())], Fingerprint()), Reach.SERIES) is not None


def test_what_is_said() -> None:
    """It is said what agrees, and each part that does not."""
    (one,) = rank([baseline(but(cpu="Intel Xeon", go=""))], HERE)
    assert str(one) == (
        "exact: the same kernel series and architecture; processor Intel Xeon there, AMD EPYC 7B13 here; "
        "Go not known there, go1.22.1 here"
    )


def test_folders_differ_with_every_part() -> None:
    """Each fingerprint has a folder of its own, whose name any file system takes."""
    names = [folder_of(one) for one in ORDER]
    assert len(set(names)) == len(ORDER)
    assert all(name.isascii() and "/" not in name and not name.startswith(".") and len(name) < 120 for name in names)
