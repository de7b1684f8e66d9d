"""Tunable: a catalog row of one kernel parameter, and how the number in its file becomes a value of that type."""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.types import Type
from hostproof.source.records import record

SECOND, MILLISECOND, MICROSECOND, CENTISECOND = 1_000_000_000, 1_000_000, 1_000, 10_000_000
KIB = 1024


@record
class Tunable:
    """A parameter `name` (kernel.threads-max). `scale` is what one unit of its file is worth: 1024 bytes, 10 ms.

    A ratio stands as whole percents in its file. `null_from` is the number that, like everything above it and
    everything negative, means "no limit"; only nullable types have one.
    """

    name: str
    type: Type
    owner: Owner
    meaning: str
    scale: int = 1
    null_from: int | None = None

    def row(self) -> FactSpec:
        """Return its row of the catalog."""
        return FactSpec(f"sysctl.{self.name}", self.type, self.owner, self.meaning, "sysctl")
