"""The ask for a root file system in, what is to be said of it out: as an agent answers the ask for a probe."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from hostproof.collect.asks import Answer, Ask, Probe
from hostproof.collect.image.leftovers import Leftover, leftovers_of
from hostproof.collect.image.limits import ImageError
from hostproof.collect.image.manifest import Difference, differences, read_digest, read_manifest
from hostproof.collect.image.opened import Opened
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

MOST_SHOWN = 500  # differences; there may be as many as entries
_GIVE = {"manifest": "--param rootfs.manifest=FILE", "expected": "--param rootfs.expected_file=FILE"}


def answer(ask: Ask, there: Opened) -> Answer:
    """Answer an ask for facts of a root file system; what can't be said is unknown, with its reason."""
    if there.trouble is not None or not isinstance(ask, Probe):
        return Answer(error=there.trouble)
    begun = time.monotonic_ns()
    look = _Look(there, {name: str(value) for name, value in ask.arguments})
    values: dict[str, Value] = {}
    unknown: dict[str, Value] = {}
    for fact in ask.wanted:
        try:
            values[fact] = _LEARN[fact](look)
        except ImageError as error:
            unknown[fact] = _told(error.unknown)
    return Answer(value={"values": values, "unknown": unknown}, took=time.monotonic_ns() - begun)


def _told(why: Unknown) -> Value:
    return {"cause": str(why.cause), "detail": why.detail, "cure": why.cure}


class _Look:
    """What was found so far for one ask: nothing is found twice."""

    def __init__(self, there: Opened, arguments: Mapping[str, str]) -> None:
        self.there = there
        self.arguments = arguments
        self._leftovers: tuple[list[Leftover], int] | None = None
        self._differences: list[Difference] | None = None

    def given(self, name: str) -> str:
        """Return the path in an argument. Raises ImageError where there is none."""
        if not self.arguments[name]:
            why = f"no file was named that says what is expected ({name})"
            raise ImageError(Cause.NOT_COLLECTED, why, f"name one: --pack rootfs {_GIVE[name]}")
        return self.arguments[name]

    def leftovers(self) -> tuple[list[Leftover], int]:
        """Return what is left over, and how many there are in all. Raises ImageError."""
        if self._leftovers is None:
            self._leftovers = leftovers_of(self.there.entries())
        return self._leftovers

    def differences(self) -> list[Difference]:
        """Return what differs from the manifest that is expected. Raises ImageError."""
        if self._differences is None:
            expected = read_manifest(self.given("manifest"))
            self._differences = list(differences(expected, self.there.manifest().lines))
        return self._differences


def _difference(one: Difference) -> Value:
    return {"path": one.path, "what": one.what, "field": one.field, "expected": one.expected, "found": one.found}


def _leftover(one: Leftover) -> Value:
    return {"path": one.path, "kind": one.kind, "why": one.why}


_LEARN: Mapping[str, Callable[[_Look], Value]] = {
    "digest": lambda look: look.there.manifest().digest,
    "entries": lambda look: len(look.there.manifest().lines),
    "bytes": lambda look: look.there.manifest().size,
    "expected": lambda look: read_digest(look.given("expected")),
    "differences": lambda look: [_difference(one) for one in look.differences()[:MOST_SHOWN]],
    "difference_count": lambda look: len(look.differences()),
    "leftovers": lambda look: [_leftover(one) for one in look.leftovers()[0]],
    "leftover_count": lambda look: look.leftovers()[1],
}
