"""A slice of the fuzz, the same inputs each time: it is kept alive, and what it once found stays found."""

from __future__ import annotations

from pathlib import Path
from random import Random

import bounds
import pytest
from kinds import KINDS

COUNTS = {"expression": 500, "template": 100, "pack": 60}
MOST_BYTES = 400


@pytest.mark.parametrize("name", KINDS)
def test_no_input_breaks_a_law(name: str) -> None:
    """Inputs from seeds keep the laws of their kind; some are accepted and some are refused."""
    kind = KINDS[name]
    accepted = [kind.check(kind.make(Random(f"slice {name} {at}"))) for at in range(COUNTS.get(name, MOST_BYTES))]
    assert {*accepted} == {True, False}


def test_what_takes_too_long_is_stopped() -> None:
    """The watch on an input ends it when its processor time is over."""

    def endless(_: bytes) -> bool:
        while True:
            pass

    with pytest.raises(bounds.BoundError, match=r"more than 0\.05 s"):
        bounds.bounded(endless, 0.05)(b"")


def test_what_takes_too_much_memory_is_told() -> None:
    """The watch on an input tells how far the memory grew."""

    def greedy(_: bytes) -> bool:
        return len(bytearray(bounds.MOST_GROWTH) * 2) > 0

    with pytest.raises(bounds.BoundError, match="MiB"):
        bounds.bounded(greedy)(b"")


def test_a_diary_outlives_its_writer(tmp_path: Path) -> None:
    """What was counted, and the input that was worked on last, are read by whoever opens the file next."""
    diary = bounds.Diary(tmp_path / "diary")
    for data, accepted, broken in ((b"first", True, False), (b"second one", False, True), (b"last", True, False)):
        diary.begin(data)
        diary.end(accepted=accepted, broken=broken)
    diary.begin(b"deadly")
    again = bounds.Diary(tmp_path / "diary")
    assert (again.counts(), again.last()) == (bounds.Counts(3, 2, 1), b"deadly")
