"""Probe `cpu`, for real."""

from __future__ import annotations

from .conftest import Run


def test_a_busy_loop_gets_a_share(probe: Run) -> None:
    """The share of a processor is more than nothing and not more than all of it, but for the clocks' grain."""
    share = probe("cpu", "share")["share"]
    assert isinstance(share, float)
    assert 0 < share <= 1.05
