"""Rules as SARIF describes them: an Evaluation in, what each of its rules is about, the same for every host, out."""

from __future__ import annotations

from hostproof.evaluate.model import Evaluation, Result
from hostproof.report.jsontext import Json
from hostproof.report.markdowntext import block, link, paragraph, prose
from hostproof.source.harmless import harmless, one_line

LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}
MOST_TAGS = 10  # GitHub shows that many
MOST_TEXT = 1_000  # of a description: GitHub shows 1,024 characters


def rules_of(evaluation: Evaluation) -> dict[str, Json]:
    """Return all rules by id, in the order of the results."""
    found: dict[str, Json] = {}
    for result in evaluation.results():
        found.setdefault(rule_of(result), _rule(result))
    return found


def rule_of(result: Result) -> str:
    """Return a rule's id, which no other pack's rule has."""
    return one_line(f"{result.pack}/{result.id}", 200)


def _rule(result: Result) -> Json:
    level = LEVELS[str(result.severity)]
    title = one_line(result.title, MOST_TEXT) or one_line(result.id) or "rule"
    tags: list[Json] = [one_line(tag, 100) for tag in dict.fromkeys(("hostproof", result.group, *result.tags)) if tag]
    made: dict[str, Json] = {
        "id": rule_of(result),
        "shortDescription": {"text": title},
        "fullDescription": {"text": one_line(result.rationale, MOST_TEXT) or title},
        "help": {"text": _text(result, title), "markdown": _markdown(result)},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": tags[:MOST_TAGS], "precision": "very-high", "problem.severity": _PROBLEMS[level]},
    }
    pages = [page for page in result.references if link(page).startswith("<")]
    if pages:
        made["helpUri"] = pages[0]
    return made


def _text(result: Result, title: str) -> str:
    lines = [
        title,
        one_line(result.rationale, 4_000),
        f"assert: {one_line(result.expression)}",
        *(f"see: {harmless(page)}" for page in result.references),
    ]
    return "\n".join(line for line in lines if line)


def _markdown(result: Result) -> str:
    parts = [prose(result.title), paragraph(result.rationale), block(result.expression)]
    if result.references:
        parts.append("\n".join(f"- {link(page)}" for page in result.references))
    return "\n\n".join(part for part in parts if part)
