"""JSON of a Difference: all its changes with what the policy says of each, the same bytes each time."""

from __future__ import annotations

from hostproof import __version__
from hostproof.evaluate.difference.model import (
    Difference,
    FactChange,
    OutputChange,
    Ruling,
    SampleTest,
    Side,
    VerdictChange,
)
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Unknown
from hostproof.report.difference import wording
from hostproof.report.jsontext import Json, json_text
from hostproof.source.records import as_mapping


def render_difference_json(difference: Difference) -> str:
    """Return the document, indented; times in nanoseconds, values erased as in snapshots."""
    return json_text(difference_data(difference))


def difference_data(difference: Difference) -> dict[str, Json]:
    """Return the document as data, its texts not made harmless yet."""
    return {
        "format": "hostproof-diff-1",
        "hostproof": __version__,
        "blocked": difference.blocked(),
        "headline": wording.headline(difference),
        "policy": difference.policy,
        "before": _side(difference.before),
        "after": _side(difference.after),
        "verdicts": [_verdict(change) for change in difference.verdicts],
        "facts": [_fact(change) for change in difference.facts],
        "outputs": [_output(change) for change in difference.outputs],
        "notes": [f"{one.code}: {one.message}{f' ({one.hint})' if one.hint else ''}" for one in difference.problems],
    }


def _side(side: Side) -> Json:
    host: dict[str, Json] = {name: str(text) for name, text in as_mapping(side.host).items()}
    return {"name": side.name, "snapshot": side.digest, "created": side.created, "host": host}


def _ruling(ruling: Ruling) -> Json:
    return {"decision": str(ruling.decision), "rule": ruling.rule, "message": ruling.message}


def _verdict(change: VerdictChange) -> Json:
    return {
        "pack": change.pack,
        "rule": change.id,
        "title": change.title,
        "object": change.object,
        "severity": str(change.severity),
        "before": None if change.before is None else str(change.before),
        "after": None if change.after is None else str(change.after),
        "turn": str(change.turn),
        "gated": change.gated,
        "detail": change.detail,
        "ruling": _ruling(change.ruling),
    }


def _fact(change: FactChange) -> Json:
    return {
        "name": change.name,
        "type": str(change.type),
        "owner": str(change.owner),
        "before": _value(change.before),
        "after": _value(change.after),
        "change": change.ratio,
        "noise": change.noise,
        "test": None if change.test is None else _test(change.test),
        "diff": [*change.diff],
        "ruling": _ruling(change.ruling),
    }


def _value(value: Value | Unknown) -> Json:
    """Return a value, or why there is none: they can be told apart, as a value stands under its own key."""
    if isinstance(value, Unknown):
        return {"unknown": str(value.cause), "detail": value.detail}
    return {"value": _plain(value)}


def _plain(value: Value) -> Json:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {name: _plain(item) for name, item in value.items()} if isinstance(value, dict) else value


def _test(test: SampleTest) -> Json:
    return {
        "before": {"size": test.before_size, "median": test.before_median},
        "after": {"size": test.after_size, "median": test.after_median},
        "shift": test.shift,
        "low": test.low,
        "high": test.high,
        "p": test.p,
        "effect": test.effect,
        "noise": test.noise,
        "differs": test.differs,
    }


def _output(change: OutputChange) -> Json:
    return {
        "name": change.name,
        "before_status": change.before_status,
        "after_status": change.after_status,
        "appeared": change.appeared > 0,
        "gone": change.appeared < 0,
        "diff": [*change.diff],
        "ruling": _ruling(change.ruling),
    }
