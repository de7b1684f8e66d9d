"""GitLab's code quality report: an Evaluation in, a JSON list of what is wrong at which line of a pack out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator

from hostproof.evaluate.model import Evaluation, Result, Verdict
from hostproof.report import wording
from hostproof.report.pipelines.notes import relative
from hostproof.source.harmless import one_line

MOST_TEXT = 500
SEVERITIES = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor", "info": "info"}


def render_codequality(evaluation: Evaluation) -> str:
    """Return the list: failures, and undecided rules that turn the run red."""
    return "".join(whole([part(evaluation)]))


def part(evaluation: Evaluation) -> str:
    """Return what one host adds: objects, with commas between them."""
    return ",\n".join(json.dumps(row, ensure_ascii=False) for row in _rows(evaluation))


def whole(parts: Iterable[str]) -> Iterator[str]:
    """Yield the list over all hosts."""
    before = "[\n"
    for text in filter(None, parts):
        yield before + text
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _rows(evaluation: Evaluation) -> Iterator[dict[str, object]]:
    host = wording.host_name(evaluation)
    for result in evaluation.results():
        if result.verdict is Verdict.FAIL or (result.verdict is Verdict.UNKNOWN and result.gated):
            yield {
                "description": one_line(f"{host}: {result.title}: {_said(result)}", MOST_TEXT),
                "check_name": one_line(f"{result.pack}/{result.id}"),
                "fingerprint": identity(result, host),
                "severity": SEVERITIES[str(result.severity)],
                "location": {"path": _path(result), "lines": {"begin": max(result.line, 1)}},
            }


def identity(result: Result, host: str) -> str:
    """Return what stays the same as long as it is this rule on this host: 64 hexadecimal digits."""
    words = "\0".join((result.pack, result.id, host))
    return hashlib.sha256(words.encode("utf-8", "backslashreplace")).hexdigest()


def _said(result: Result) -> str:
    if result.verdict is Verdict.UNKNOWN:
        return "undecided: " + "; ".join(map(str, result.unknowns))
    return result.message.strip() or "; ".join(map(str, result.findings)) or result.expression


def _path(result: Result) -> str:
    return relative(result.file) or one_line(result.file).lstrip("/.") or "pack.yaml"
