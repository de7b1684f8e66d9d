"""The gate as JSON: an Outcome in, a document of the published schema gate-1 out, the same bytes each time."""

from __future__ import annotations

from hostproof import __version__
from hostproof.evaluate.baseline.gate import Change, Known, Outcome, undecided
from hostproof.evaluate.baseline.nearness import Near
from hostproof.evaluate.difference.model import OutputChange, VerdictChange
from hostproof.facts.codec import snapshot_digest
from hostproof.facts.units import format_time
from hostproof.report.gate import wording
from hostproof.report.jsontext import Json, json_text
from hostproof.source.records import as_mapping


def render_json(outcome: Outcome) -> str:
    """Return the document, indented, every key always there; values of facts as text with units."""
    snapshot = outcome.now.snapshot
    document: dict[str, Json] = {
        "format": "hostproof-gate-1",
        "hostproof": __version__,
        "verdict": wording.verdict_word(outcome),
        "exit_code": outcome.exit_code,
        "headline": wording.headline(outcome),
        "next_step": wording.next_step(outcome),
        "name": outcome.now.name,
        "near": str(outcome.reach),
        "policy": outcome.difference.policy if outcome.difference else "",
        "now": {
            "host": snapshot.host.name,
            "target": snapshot.target,
            "created": format_time(snapshot.created),
            "snapshot": snapshot_digest(snapshot),
            "fingerprint": _plain(outcome.now.fingerprint),
        },
        "baseline": _baseline(outcome.nearest) if outcome.nearest else None,
        "others": [_baseline(one) for one in outcome.ranked if one is not outcome.nearest],
        "changes": [_change(one) for one in (outcome.difference.changes() if outcome.difference else ())],
        "known": [_known(one) for one in outcome.known],
        "unread": [{"code": one.code, "message": one.message} for one in outcome.unread],
    }
    return json_text(document)


def _plain(one: object) -> Json:
    return {name: str(value) for name, value in as_mapping(one).items()}


def _baseline(near: Near) -> Json:
    newest = near.baseline.newest.snapshot
    return {
        "folder": near.baseline.folder,
        "level": str(near.level),
        "fingerprint": _plain(near.baseline.fingerprint),
        "differs": {part.name: {"there": part.there, "here": part.here} for part in near.differing},
        "runs": len(near.baseline.runs),
        "newest": format_time(newest.created),
        "snapshot": snapshot_digest(newest),
    }


def _change(change: Change) -> Json:
    ruling = change.ruling
    return {
        **_what(change),
        "said": wording.said_of(change),
        "decision": str(ruling.decision),
        "undecided": undecided(change) if ruling.decision == "block" else False,
        "rule": ruling.rule,
        "message": ruling.message,
    }


def _what(change: Change) -> dict[str, Json]:
    if isinstance(change, VerdictChange):
        return {
            "kind": "verdict",
            "name": f"{change.pack}:{change.id}",
            "object": change.object,
            "before": str(change.before) if change.before else None,
            "after": str(change.after) if change.after else None,
            "turn": str(change.turn),
            "diff": [],
        }
    diff: list[Json] = list(change.diff)
    if isinstance(change, OutputChange):
        status = {"before": change.before_status, "after": change.after_status}
        return {"kind": "output", "name": change.name, "object": "", **status, "turn": "", "diff": diff}
    return {
        "kind": "fact",
        "name": change.name,
        "object": "",
        "before": wording.value_text(change.before, change.type),
        "after": wording.value_text(change.after, change.type),
        "turn": "",
        "diff": diff,
    }


def _known(one: Known) -> Json:
    row = one.now
    return {
        "name": f"{row.pack}:{row.id}",
        "object": row.object,
        "title": row.title,
        "severity": str(row.severity),
        "verdict": str(row.verdict),
        "since": one.then.since,
        "detail": row.detail,
        "worse": one.worse,
    }
