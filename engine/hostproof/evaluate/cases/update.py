"""Expected messages brought up to date: outcomes in, the texts of their files with new messages out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from hostproof.evaluate.cases.case import CaseOutcome
from hostproof.evaluate.cases.run import said_by
from hostproof.source.spans import SourceFile


def updated(outcomes: Sequence[CaseOutcome]) -> Mapping[str, str]:
    """Return, by their paths, the new texts of the files in which a message differs while the verdict is right.

    What stands in the place of a message is the whole of what the rule says now, in quotes; verdicts and causes are
    never changed, nor any other character.
    """
    texts: dict[str, str] = {}
    for file, found in _by_file(outcomes).items():
        text = file.text
        for start, end, message in sorted(found, reverse=True):
            text = text[:start] + message + text[end:]
        texts[file.path] = text
    return texts


def _by_file(outcomes: Sequence[CaseOutcome]) -> dict[SourceFile, list[tuple[int, int, str]]]:
    found: dict[SourceFile, list[tuple[int, int, str]]] = {}
    for outcome in outcomes:
        at, said = outcome.case.message_at, " ".join(said_by(outcome.result).split())
        if outcome.message_differs and at is not None and said:
            found.setdefault(at.file, []).append((at.where.start, at.where.end, json.dumps(said, ensure_ascii=False)))
    return found
