"""Nearness: baselines and a fingerprint in, which is nearest and in what it agrees and differs out.

No number says how near: the parts of a fingerprint are compared one by one in the order of `PARTS`, and of two
baselines that one is nearer which is ahead in the first part where they are not alike. So a baseline of the same kernel
series beats any of another, whatever else agrees; among those of one series the same distribution counts first, then
the virtualisation, the cgroup mode, the processor, and Go. In each part the same is nearest; then comes what begins
alike (Debian 11 beside 12, another AMD processor, go1.22.1 beside go1.22.3), then where one side doesn't say, then
another. Kernel series are the nearer the fewer majors, then minors lie between them. Where all is alike the newer
baseline wins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import IntEnum, StrEnum

from hostproof.evaluate.baseline.fingerprint import Fingerprint, numbers_of
from hostproof.evaluate.baseline.model import Baseline
from hostproof.source.records import record

PARTS = ("arch", "series", "distribution", "virtualisation", "cgroup", "cpu", "go")
_NAMES = {"arch": "architecture", "series": "kernel series", "cgroup": "cgroup mode", "cpu": "processor", "go": "Go"}
_STEMS = {"distribution": re.compile(r"[^0-9]*"), "cpu": re.compile(r"\w*"), "go": re.compile(r"go[0-9]+\.[0-9]+")}


class Grade(IntEnum):
    """How one part of two fingerprints compares; the smaller the nearer."""

    SAME = 0
    ALIKE = 1
    UNSAID = 2
    OTHER = 3


class Level(StrEnum):
    """How near a baseline is."""

    IDENTICAL = "identical"  # all parts agree
    EXACT = "exact"  # the same kernel series and architecture
    MAJOR = "major"  # the same major number of the kernel, and architecture
    FAR = "far"


class Reach(StrEnum):
    """How far off a baseline may be to be compared with: `--near`."""

    SERIES = "series"
    MAJOR = "major"
    ANY = "any"


_WITHIN = {
    Reach.SERIES: (Level.IDENTICAL, Level.EXACT),
    Reach.MAJOR: (Level.IDENTICAL, Level.EXACT, Level.MAJOR),
    Reach.ANY: tuple(Level),
}


@record
class Part:
    """One part of a fingerprint: as the baseline has it, as it is here, and how the two compare."""

    name: str
    there: str
    here: str
    grade: Grade

    def __str__(self) -> str:
        return f"{_NAMES.get(self.name, self.name)} {self.there or 'not known'} there, {self.here or 'not known'} here"


@record
class Near:
    """A baseline, and how near it is to a fingerprint."""

    baseline: Baseline
    level: Level
    parts: tuple[Part, ...]

    def within(self, reach: Reach) -> bool:
        """Tell whether it is near enough."""
        return self.level in _WITHIN[reach]

    @property
    def differing(self) -> tuple[Part, ...]:
        """The parts that are not the same."""
        return tuple(part for part in self.parts if part.grade is not Grade.SAME)

    def __str__(self) -> str:
        if self.baseline.fingerprint.for_any:
            return "recorded for any host"
        if self.level is Level.IDENTICAL:
            return "identical: the same fingerprint"
        agrees = {
            Level.EXACT: "exact: the same kernel series and architecture",
            Level.MAJOR: "the same major version of the kernel, another series",
            Level.FAR: "far: another architecture, or another major version of the kernel",
        }[self.level]
        return f"{agrees}; {'; '.join(map(str, self.differing))}"


def rank(baselines: Sequence[Baseline], here: Fingerprint) -> tuple[Near, ...]:
    """Return all baselines, the nearest first."""
    newest_first = sorted(baselines, key=lambda one: (-one.newest.snapshot.created, one.folder))
    return tuple(sorted((near(one, here) for one in newest_first), key=_order))


def near(baseline: Baseline, here: Fingerprint) -> Near:
    """Return how near a baseline is; one for any host is near to all, but less so than one of an exact fingerprint."""
    there = baseline.fingerprint
    parts = tuple(_part(name, getattr(there, name), getattr(here, name)) for name in PARTS)
    return Near(baseline, _level(there, here, parts), parts)


def _level(there: Fingerprint, here: Fingerprint, parts: Sequence[Part]) -> Level:
    if there.for_any:
        return Level.EXACT
    if not (there.known and here.known) or there.arch != here.arch:
        return Level.FAR
    if there.series == here.series:
        return Level.IDENTICAL if all(part.grade is Grade.SAME for part in parts) else Level.EXACT
    return Level.MAJOR if numbers_of(there.series)[0] == numbers_of(here.series)[0] else Level.FAR


def _order(one: Near) -> tuple[object, ...]:
    arch, series, *others = one.parts
    there, here = numbers_of(series.there), numbers_of(series.here)
    far = one.level not in _WITHIN[Reach.SERIES]
    between = (abs(there[0] - here[0]), abs(there[1] - here[1]))
    return far, one.baseline.fingerprint.for_any, arch.grade, between, *(part.grade for part in others)


def _part(name: str, there: str, here: str) -> Part:
    if there == here:
        return Part(name, there, here, Grade.SAME)
    if not (there and here):
        return Part(name, there, here, Grade.UNSAID)
    stem = _STEMS.get(name)
    stems = [match[0] if (match := stem.match(text)) else "" for text in (there, here)] if stem else []
    alike = bool(stems) and stems[0] == stems[1] != ""
    return Part(name, there, here, Grade.ALIKE if alike else Grade.OTHER)
