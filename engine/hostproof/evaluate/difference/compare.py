"""The comparison: two snapshots, their verdicts and outputs, and a policy in, a Difference out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hostproof.evaluate.difference.facts import fact_changes
from hostproof.evaluate.difference.model import Difference, Side, Text
from hostproof.evaluate.difference.outputs import output_changes, outputs_of
from hostproof.evaluate.difference.samples import SampleTests
from hostproof.evaluate.difference.texts import Patience
from hostproof.evaluate.difference.verdicts import verdict_changes
from hostproof.evaluate.model import Evaluation
from hostproof.facts.codec import snapshot_digest
from hostproof.facts.snapshot import Snapshot
from hostproof.rulepack.policy.model import Policy


def differ(  # noqa: PLR0913 (each is an input of its own)
    before: Snapshot,
    after: Snapshot,
    policy: Policy,
    *,
    names: tuple[str, str] = ("before", "after"),
    evaluations: tuple[Evaluation, Evaluation] | None = None,
    repeats: Sequence[Snapshot] = (),
    outputs: tuple[Mapping[str, Text], Mapping[str, Text]] | None = None,
) -> Difference:
    """Return all that differs between two snapshots, and what the policy says of each change; pure.

    `names` is how the two are called; `evaluations` are what was judged of them, by the same packs, and give the
    changes of verdicts. `repeats` are earlier snapshots like the one before, which show how far its numbers and
    samples vary anyhow. `outputs` are texts by name to be compared besides what the commands of both snapshots said.
    """
    patience, tests = Patience(), SampleTests()
    given = outputs or ({}, {})
    old, new = outputs_of(before), outputs_of(after)
    both = old.keys() & new.keys()
    texts = tuple(
        {name: found[name] for name in both} | dict(own) for found, own in zip((old, new), given, strict=True)
    )
    return Difference(
        before=_side(before, names[0]),
        after=_side(after, names[1]),
        policy=policy.name,
        verdicts=verdict_changes(*evaluations) if evaluations else (),
        facts=fact_changes(before, after, repeats, tests, patience),
        outputs=output_changes(texts[0], texts[1], patience),
        problems=tuple(tests.problems),
    )


def _side(snapshot: Snapshot, name: str) -> Side:
    return Side(name, snapshot.digest or snapshot_digest(snapshot), snapshot.created, snapshot.host)
