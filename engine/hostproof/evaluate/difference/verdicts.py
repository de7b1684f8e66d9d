"""Verdicts: two evaluations in, the rules, and objects of rules, that turned out differently out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hostproof.evaluate.difference.model import Turn, VerdictChange
from hostproof.evaluate.gate import is_gated
from hostproof.evaluate.model import Evaluation, Gate, ObjectResult, Result, Verdict

_BAD = {Verdict.FAIL: Turn.NEW_FAILURE, Verdict.UNKNOWN: Turn.NEWLY_UNKNOWN}
# Of several objects of one name the worst stands for all.
_WORST = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WAIVED, Verdict.SKIPPED, Verdict.PASS)


def verdict_changes(before: Evaluation, after: Evaluation) -> tuple[VerdictChange, ...]:
    """Return what changed of each rule, by pack and id, and of each object where a rule is judged over objects."""
    olds, news = _results(before), _results(after)
    pairs = ((olds.get(key), news.get(key)) for key in dict.fromkeys([*news, *olds]))
    return tuple(change for old, new in pairs for change in _changes(old, new, after.gate))


def turn_of(before: Verdict | None, after: Verdict | None) -> Turn:
    """Return what became of a verdict that changed; None is a side that was not judged by the rule."""
    if after is None:
        return Turn.GONE
    if after in _BAD:
        return _BAD[after]
    if before is None:
        return Turn.APPEARED
    if before is Verdict.UNKNOWN:
        return Turn.DECIDED
    return Turn.FIXED if before is Verdict.FAIL and after is Verdict.PASS else Turn.OTHER


def _results(evaluation: Evaluation) -> dict[tuple[str, str], Result]:
    return {(result.pack, result.id): result for result in evaluation.results()}


def _changes(old: Result | None, new: Result | None, gate: Gate) -> Iterator[VerdictChange]:
    told = new or old
    if told is None:
        return
    objects = list(_object_changes(old, new, gate)) if old and new and old.objects and new.objects else []
    yield from objects
    before, after = _verdict(old), _verdict(new)
    told_of = any(change.before is before and change.after is after for change in objects)
    if before is not after and not told_of:
        yield _change(told, "", (before, after), gate, _detail(told) if new else "")


def _object_changes(old: Result, new: Result, gate: Gate) -> Iterator[VerdictChange]:
    olds, news = _objects(old), _objects(new)
    for name in dict.fromkeys([*news, *olds]):
        one, other = olds.get(name), news.get(name)
        if _verdict(one) is not _verdict(other):
            yield _change(new, name, (_verdict(one), _verdict(other)), gate, _object_detail(other))


def _objects(result: Result) -> Mapping[str, ObjectResult]:
    return {one.name: one for one in sorted(result.objects, key=lambda one: -_WORST.index(one.verdict))}


def _verdict(one: Result | ObjectResult | None) -> Verdict | None:
    return None if one is None else one.verdict


def _change(
    told: Result, name: str, verdicts: tuple[Verdict | None, Verdict | None], gate: Gate, detail: str
) -> VerdictChange:
    before, after = verdicts
    gated = after is not None and is_gated(after, told.severity, gate)
    turn = turn_of(before, after)
    return VerdictChange(told.pack, told.id, told.title, name, told.severity, before, after, turn, gated, detail)


def _detail(result: Result) -> str:
    if result.verdict is Verdict.UNKNOWN:
        return "; ".join(map(str, result.unknowns[:3]))
    findings = "; ".join(map(str, result.findings[:3])) if result.verdict is Verdict.FAIL else ""
    return result.message or findings or result.reason


def _object_detail(result: ObjectResult | None) -> str:
    if result is None or result.verdict is Verdict.PASS:
        return ""
    return "; ".join(map(str, result.unknowns[:3] or result.findings[:3]))
