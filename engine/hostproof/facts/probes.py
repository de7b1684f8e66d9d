"""Probes as the engine knows them: what one is called, takes, does to a machine, and how long it may be at it."""

from __future__ import annotations

from hostproof.facts.requests import SECOND
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Type
from hostproof.source.records import record


@record
class ProbeParam:
    """An argument of a probe. `default` is erased like any value; `least` and `most` bound it where not None."""

    name: str
    type: Type
    default: Value
    description: str
    least: Value = None
    most: Value = None


@record
class ProbeSpec:
    """A probe of the agent: `agent/probes/<name>.py`. Its facts are the rows that name the collector `probe.<name>`.

    Their names begin with `prefix`, or else with the collector's. `ships` is a folder of the built-in packs whose files
    are sent along, for the probe to build or run.

    `method` says how it measures, `effects` what that does to the machine, for `hostproof plan`. `timeout` is the time
    for all its steps in nanoseconds. Those of a higher `order` run after all others. With `told`, the agent is asked
    for that alone, and `collect.builtin` makes all facts of what it says.
    """

    name: str
    title: str
    method: str
    effects: str
    params: tuple[ProbeParam, ...] = ()
    timeout: int = 60 * SECOND
    order: int = 1
    prefix: str = ""
    ships: str = ""
    told: str = ""

    @property
    def collector(self) -> str:
        """The name of its collector."""
        return f"probe.{self.name}"

    @property
    def before(self) -> str:
        """What stands before the short names of its facts."""
        return f"{self.prefix or self.collector}."
