"""The comparison: two snapshots, their verdicts and outputs, and a policy in, a Difference out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hostproof.evaluate.difference.facts import fact_changes
from hostproof.evaluate.difference.model import Difference, FactChange, OutputChange, Side, Text, VerdictChange
from hostproof.evaluate.difference.outputs import NOTHING, output_changes, outputs_of
from hostproof.evaluate.difference.rulings import rule_on
from hostproof.evaluate.difference.samples import SampleTests
from hostproof.evaluate.difference.texts import Patience
from hostproof.evaluate.difference.verdicts import verdict_changes
from hostproof.evaluate.difference.views import views_of_fact, views_of_output, views_of_verdict
from hostproof.evaluate.model import Evaluation
from hostproof.facts.codec import snapshot_digest
from hostproof.facts.snapshot import Snapshot
from hostproof.facts.types import Kind
from hostproof.rulepack.policy.model import Policy
from hostproof.source.records import replace


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
    old, new = _texts(before, after, outputs or ({}, {}))
    verdicts = verdict_changes(*evaluations) if evaluations else ()
    facts = fact_changes(before, after, repeats, tests, patience)
    return Difference(
        before=_side(before, names[0]),
        after=_side(after, names[1]),
        policy=policy.name,
        verdicts=tuple(_verdict_ruled(change, policy) for change in verdicts),
        facts=tuple(_fact_ruled(change, policy) for change in facts),
        outputs=tuple(_output_ruled(change, policy, old, new) for change in output_changes(old, new, patience)),
        problems=tests.problems,
    )


def _texts(
    before: Snapshot, after: Snapshot, given: tuple[Mapping[str, Text], Mapping[str, Text]]
) -> tuple[dict[str, Text], dict[str, Text]]:
    """Return the outputs of both sides: commands that both ran, and what is given besides."""
    old, new = outputs_of(before), outputs_of(after)
    both = old.keys() & new.keys()
    return {name: old[name] for name in both} | dict(given[0]), {name: new[name] for name in both} | dict(given[1])


def _verdict_ruled(change: VerdictChange, policy: Policy) -> VerdictChange:
    return replace(change, ruling=rule_on(policy, views_of_verdict(change), change.id))


def _fact_ruled(change: FactChange, policy: Policy) -> FactChange:
    of = change.type.item if change.type.kind is Kind.SAMPLES else change.type
    return replace(change, ruling=rule_on(policy, views_of_fact(change), change.name, of))


def _output_ruled(
    change: OutputChange, policy: Policy, before: Mapping[str, Text], after: Mapping[str, Text]
) -> OutputChange:
    name = change.name
    views = views_of_output(change, before.get(name, NOTHING), after.get(name, NOTHING))
    return replace(change, ruling=rule_on(policy, views, name))


def _side(snapshot: Snapshot, name: str) -> Side:
    return Side(name, snapshot.digest or snapshot_digest(snapshot), snapshot.created, snapshot.host)
