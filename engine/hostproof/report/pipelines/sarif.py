"""SARIF 2.1.0: an Evaluation in, a log of what is wrong at which line of a pack out, for code scanning and editors.

Only failures, undecided rules and waived ones are results: readers such as GitHub take every result for an alert,
whatever its kind (3.27.9). Undecided is the kind `open`, waived a suppression. One run holds all hosts: GitHub takes
20 runs at most, and one of a category.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from hostproof import __version__
from hostproof.evaluate.model import Evaluation, Result, Verdict
from hostproof.report import wording
from hostproof.report.jsontext import Json
from hostproof.report.pipelines.codequality import identity
from hostproof.report.pipelines.notes import relative, said_of
from hostproof.report.pipelines.sarifrules import LEVELS, rule_of, rules_of
from hostproof.source.harmless import one_line

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
MOST_RESULTS = 5_000  # GitHub shows that many, and refuses 25,000
_KINDS = ("error", "warning", "note", "none")


def render_sarif(evaluation: Evaluation) -> str:
    """Return the log of one host."""
    return "".join(whole([part(evaluation)], f"hostproof/{one_line(wording.host_name(evaluation), 200)}/"))


def part(evaluation: Evaluation) -> str:
    """Return what one host adds: rules and results as JSON."""
    rules = rules_of(evaluation)
    places = {name: at for at, name in enumerate(rules)}
    results = [_result(evaluation, one, places[rule_of(one)]) for one in evaluation.results() if _counts(one)]
    return json.dumps({"rules": list(rules.values()), "results": results}, ensure_ascii=False)


def whole(parts: Iterable[str], category: str = "hostproof/") -> Iterator[str]:
    """Yield the log over all hosts, judged by the same rules; of too many results the gravest are kept."""
    rules: Json = []
    kept: dict[str, list[Json]] = {level: [] for level in _KINDS}
    total = 0
    for text in parts:
        found = json.loads(text)
        rules = rules or found["rules"]
        for result in found["results"]:
            total += 1
            kept[result["level"]].append(result)
        _cut(kept)
    results = [result for level in _KINDS for result in kept[level]]
    yield json.dumps(_log(rules, results, total - len(results), category), ensure_ascii=False, indent=1) + "\n"


def _counts(result: Result) -> bool:
    return result.verdict in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WAIVED)


def _cut(kept: dict[str, list[Json]]) -> None:
    room = MOST_RESULTS
    for level in _KINDS:
        del kept[level][room:]
        room -= len(kept[level])


def _log(rules: Json, results: list[Json], left: int, category: str) -> Json:
    notes: list[Json] = [_notification(f"{left} more results were left out", "warning")] if left else []
    run: Json = {
        "tool": {"driver": {"name": "hostproof", "version": __version__, "rules": rules}},
        "automationDetails": {"id": category},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder in which hostproof was run."}}},
        "columnKind": "unicodeCodePoints",
        "results": list(results),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _notification(text: str, level: str) -> Json:
    return {"level": level, "message": {"text": text}}


def _result(evaluation: Evaluation, result: Result, index: int) -> Json:
    host = wording.host_name(evaluation)
    key = identity(result, host)
    said = said_of(result)
    made: dict[str, Json] = {
        "ruleId": rule_of(result),
        "ruleIndex": index,
        "kind": "open" if result.verdict is Verdict.UNKNOWN else "fail",
        "level": _level(result),
        "message": {"text": f"{one_line(host)}: {_undecided(result)}{said}"},
        "locations": [_location(result, host)],
        # GitHub takes the first one for its own, else all hosts would be one alert at the rule's line.
        "partialFingerprints": {"primaryLocationLineHash": f"{key[:16]}:1", "hostproof/v1": key},
        "properties": {
            "verdict": str(result.verdict),
            "severity": str(result.severity),
            "gated": result.gated,
            "host": one_line(host),
            "target": one_line(evaluation.target),
            "snapshot": one_line(evaluation.snapshot_digest),
        },
    }
    if result.waiver:
        why = one_line(wording.waived_by(result))
        made["suppressions"] = [{"kind": "external", "status": "accepted", "justification": why}]
    return made


def _level(result: Result) -> str:
    """Return the level; the standard wants `none` for what is no failure (3.27.10)."""
    if result.verdict is Verdict.UNKNOWN:
        return "none"
    return "note" if result.verdict is Verdict.WAIVED else LEVELS[str(result.severity)]


def _undecided(result: Result) -> str:
    return "could not be decided: " if result.verdict is Verdict.UNKNOWN else ""


def _location(result: Result, host: str) -> Json:
    """Return the rule's line in its pack, and the host as a logical place; GitHub wants a physical one."""
    from urllib.parse import quote

    path = relative(result.file)
    uri = quote(path or one_line(result.file) or "pack.yaml", safe="/.-_~")
    place: dict[str, Json] = (
        {"uri": uri, "uriBaseId": ROOT} if path or not uri.startswith("/") else {"uri": f"file://{uri}"}
    )
    return {
        "physicalLocation": {"artifactLocation": place, "region": {"startLine": max(result.line, 1)}},
        "logicalLocations": [{"name": one_line(host), "kind": "resource"}],
    }
