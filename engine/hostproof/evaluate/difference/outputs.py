"""Outputs: commands' texts and exit statuses of both sides in, those that differ out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hostproof.evaluate.difference.model import OutputChange, Text
from hostproof.evaluate.difference.texts import Patience, unified
from hostproof.facts.snapshot import Snapshot

COMMAND = "command"
NOTHING = Text("")


def outputs_of(snapshot: Snapshot) -> dict[str, Text]:
    """Return what the commands said by which facts were learnt, as far as a snapshot keeps it, by command.

    It keeps the beginning and the end of a long one. Of a command that ran more than once, the second is `... #2`.
    """
    found: dict[str, Text] = {}
    for evidence in snapshot.evidence:
        if evidence.kind == COMMAND:
            name, number = evidence.what, 1
            while name in found:
                number += 1
                name = f"{evidence.what} #{number}"
            found[name] = Text(evidence.head + evidence.tail, evidence.status, whole=not evidence.tail)
    return found


def output_changes(
    before: Mapping[str, Text], after: Mapping[str, Text], patience: Patience
) -> tuple[OutputChange, ...]:
    """Return what changed, in the order of names."""
    return tuple(_changes(before, after, patience))


def _changes(before: Mapping[str, Text], after: Mapping[str, Text], patience: Patience) -> Iterator[OutputChange]:
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name, NOTHING), after.get(name, NOTHING)
        appeared = (name in after) - (name in before)
        if appeared or (old.text, old.status) != (new.text, new.status):
            found = unified(old.text, new.text, patience, whole=old.whole and new.whole)
            yield OutputChange(name, old.status, new.status, found.lines, appeared=appeared, whole=found.whole)
