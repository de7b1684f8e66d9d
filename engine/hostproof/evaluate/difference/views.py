"""Views: a change in, what the names of a policy's expressions hold for it out, by the kinds that it counts as."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

from hostproof.evaluate.difference.elements import Known
from hostproof.evaluate.difference.facts import NUMBERS, is_number, listed
from hostproof.evaluate.difference.model import FactChange, OutputChange, SampleTest, Text, VerdictChange
from hostproof.evaluate.difference.rulings import Names, Views
from hostproof.evaluate.difference.samples import numbers
from hostproof.evaluate.difference.texts import came_and_went, looks_alike, more_in
from hostproof.facts.types import Kind
from hostproof.facts.unknown import Cause, Unknown
from hostproof.facts.volatile import why_volatile
from hostproof.rulepack.policy.model import Over

_NO_CHANGE = Unknown(Cause.ARITHMETIC, "nothing grows from 0 by a share", "compare `before` and `after` themselves")
_NO_NOISE = Unknown(Cause.NOT_COLLECTED, "there are no earlier baselines", "record more baselines of this host")
_NO_TEST = Unknown(Cause.NO_TOOL, "they were not tested", "pip install 'hostproof[stats]'")
_NO_BOUND = Unknown(Cause.INCONCLUSIVE, "nothing bounds it", "take more samples")
_TOO_FEW = Unknown(Cause.INCONCLUSIVE, "there are too few samples", "take more samples")


def views_of_fact(change: FactChange) -> Views:
    """Return what a fact's change counts as: always a fact, besides a number, samples or a text if both sides are."""
    views: dict[Over, Callable[[], Names]] = {Over.FACTS: lambda: _fact(change)}
    before, after = change.before, change.after
    if change.type.kind in NUMBERS and is_number(before) and is_number(after):
        views[Over.NUMBERS] = lambda: _number(change)
    elif change.type.kind is Kind.SAMPLES and numbers(before) and numbers(after):
        views[Over.SAMPLES] = lambda: _samples(change)
    elif change.type.kind is Kind.STRING and isinstance(before, str) and isinstance(after, str):
        views[Over.TEXTS] = lambda: _values(change) | _text(before, after)
    return views


def views_of_verdict(change: VerdictChange) -> Views:
    """Return what a verdict's change is to a policy."""
    return {
        Over.VERDICTS: lambda: {
            "pack": change.pack,
            "rule": change.id,
            "object": change.object,
            "severity": str(change.severity),
            "before": str(change.before or "none"),
            "after": str(change.after or "none"),
            "turn": str(change.turn),
            "gated": change.gated,
        }
    }


def views_of_output(change: OutputChange, before: Text, after: Text) -> Views:
    """Return what an output's change is to a policy."""
    return {
        Over.OUTPUTS: lambda: {
            "name": change.name,
            "before": before.text,
            "after": after.text,
            **_text(before.text, after.text),
            "status_before": before.status,
            "status_after": after.status,
            "appeared": change.appeared > 0,
            "gone": change.appeared < 0,
        }
    }


def _values(change: FactChange) -> dict[str, Known]:
    volatile = bool(why_volatile(change.name))
    return {"name": change.name, "before": change.before, "after": change.after, "volatile": volatile}


def _fact(change: FactChange) -> Names:
    before, after = change.before, change.after
    added, removed = list[str](), list[str]()
    if isinstance(before, str) and isinstance(after, str):
        added, removed = came_and_went(before, after)
    elif isinstance(before, list) and isinstance(after, list) and change.type.kind is not Kind.SAMPLES:
        added, removed = more_in(listed(after), listed(before)), more_in(listed(before), listed(after))
    return {**_values(change), "added": [*added], "removed": [*removed]}


def _number(change: FactChange) -> Names:
    return {
        **_values(change),
        "change": _NO_CHANGE if change.ratio is None else change.ratio,
        "noise": _NO_NOISE if change.noise is None else change.noise,
    }


def _samples(change: FactChange) -> Names:
    test = change.test
    found: dict[str, Known] = dict.fromkeys(("change", "low", "high", "p", "effect", "noise", "differs"), _NO_TEST)
    return {**_values(change), **(found if test is None else _tested(test))}


def _tested(test: SampleTest) -> dict[str, Known]:
    return {
        "change": test.shift if isfinite(test.shift) else _NO_CHANGE,
        "low": test.low if isfinite(test.low) else _NO_BOUND,
        "high": test.high if isfinite(test.high) else _NO_BOUND,
        "p": test.p,
        "effect": test.effect,
        "noise": _NO_NOISE if test.noise is None or not isfinite(test.noise) else test.noise,
        "differs": _TOO_FEW if test.differs is None else test.differs,
    }


def _text(before: str, after: str) -> dict[str, Known]:
    added, removed = came_and_went(before, after)
    return {"added": [*added], "removed": [*removed], "cosmetic": looks_alike(before, after)}
