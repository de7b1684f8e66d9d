"""The Snapshot: everything learnt about one target at one time, frozen; all that evaluation ever sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from hostproof.facts.catalog import Owner
from hostproof.facts.types import Type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import field, record

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"


@record
class Evidence:
    """How something was learnt: a file read, a command run, a probe; `took` is in nanoseconds.

    `head` and `tail` are the first and last characters of its output, already made harmless and redacted.
    `status` is the exit status or errno, None where there is none. `size` is the output's whole length in bytes.
    """

    kind: str
    what: str
    status: int | None = None
    took: int = 0
    size: int = 0
    head: str = ""
    tail: str = ""


@record
class FactInfo:
    """What is known about a fact besides its value; `evidence` are indices into `Snapshot.evidence`."""

    type: Type
    owner: Owner
    evidence: tuple[int, ...] = ()


@record
class Host:
    """The fingerprint: enough to tell hosts and kernels apart, nothing secret. Empty where not known."""

    name: str = ""
    machine_id: str = ""  # SHA-256 of /etc/machine-id, first 16 hex digits
    kernel: str = ""
    arch: str = ""
    cpu: str = ""
    virtualisation: str = ""
    cgroup: str = ""
    distribution: str = ""
    go: str = ""


@record
class PackRef:
    """Which pack asked for the facts, by name and SHA-256 of its files."""

    name: str
    digest: str


@record
class Snapshot:
    """`values` holds the known facts by name, erased to JSON values; `unknown` holds the others.

    A name stands in exactly one of the two, and `facts` has a row for each. `created` is in nanoseconds
    since the epoch. `target` is the target as the user named it. `digest` is filled in by the codec that read it.
    """

    created: int
    target: str
    host: Host
    values: Mapping[str, Value]
    unknown: Mapping[str, Unknown] = field(default_factory=lambda: MappingProxyType({}))
    facts: Mapping[str, FactInfo] = field(default_factory=lambda: MappingProxyType({}))
    evidence: Sequence[Evidence] = ()
    packs: tuple[PackRef, ...] = ()
    took: int = 0
    digest: str = field(default_factory=str, init=False, compare=False, shown=False)

    def get(self, name: str) -> Value | Unknown:
        """Return a fact's value, or Unknown with its cause; `not-collected` if the snapshot lacks it."""
        if name in self.values:
            return self.values[name]
        return self.unknown.get(name) or not_collected(name)


def not_collected(name: str) -> Unknown:
    """Return the Unknown of a fact that nobody asked for when the snapshot was taken."""
    return Unknown(
        Cause.NOT_COLLECTED,
        "the snapshot does not hold it",
        "take the snapshot again with the pack that needs it",
        name,
    )
