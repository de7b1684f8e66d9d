"""TAP 13: an Evaluation in, a test point for each rule out, with a YAML block under what is not as it should be.

See testanything.org/tap-version-13-specification.html. A harness comes to the gate's verdict: what failed or was
undecided without turning the run red, and what is waived, is a `# TODO`, which counts for nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from hostproof.evaluate.model import Evaluation, ObjectResult, Result, Verdict
from hostproof.report import wording
from hostproof.source.harmless import one_line

MOST_TEXT = 500
MOST_FINDINGS = 20
VERSION = "TAP version 13\n"
_POINTS = ("ok - ", "not ok - ")


def render_tap(evaluation: Evaluation) -> str:
    """Return the stream; its plan stands at the end."""
    return "".join(whole([part(evaluation)]))


def part(evaluation: Evaluation) -> str:
    """Return the points of one host, not yet numbered."""
    return "".join(line + "\n" for line in _lines(evaluation))


def whole(parts: Iterable[str]) -> Iterator[str]:
    """Yield the stream of all hosts: version, points numbered through, plan."""
    number = 0
    yield VERSION
    for text in parts:
        lines = text.splitlines(keepends=True)
        for at, line in enumerate(lines):
            if line.startswith(_POINTS):
                number += 1
                lines[at] = line.replace(" - ", f" {number} - ", 1)
        yield "".join(lines)
    yield f"1..{number}\n"


def _lines(evaluation: Evaluation) -> Iterator[str]:
    said = f"{wording.verdict_word(evaluation)}: {wording.headline(evaluation)}"
    yield f"# {one_line(wording.host_name(evaluation))} is {one_line(said)}"
    yield from (f"# {one_line(wording.noticed(notice))}" for notice in evaluation.notices)
    host = wording.host_name(evaluation)
    for result in evaluation.results():
        if result.objects:
            for one in result.objects:
                yield from _object(result, one, host, evaluation)
        else:
            yield from _point(result, host, evaluation)


def _point(result: Result, host: str, evaluation: Evaluation) -> Iterator[str]:
    title = f"{result.pack} @ {host}: {result.id}: {result.title}"
    match result.verdict:
        case Verdict.PASS:
            yield f"ok - {_name(title)}"
        case Verdict.SKIPPED:
            yield f"ok - {_name(title)} # SKIP {_remark(result.reason or 'does not apply')}"
        case _:
            note = wording.waived_by(result) or wording.ungated_note(result, evaluation)
            yield f"not ok - {_name(title)}" + (f" # TODO {_remark(note)}" if note else "")
            yield from _block(result, result.message, [*map(str, result.findings), *map(str, result.unknowns)])


def _object(result: Result, one: ObjectResult, host: str, evaluation: Evaluation) -> Iterator[str]:
    title = _name(f"{result.pack} @ {host}: {result.id}: {one.name}")
    if one.verdict is Verdict.PASS:
        yield f"ok - {title}"
        return
    note = wording.ungated_note(result, evaluation)
    yield f"not ok - {title}" + (f" # TODO {_remark(note)}" if note else "")
    yield from _block(result, "", [*map(str, one.findings), *map(str, one.unknowns)])


def _block(result: Result, message: str, found: list[str]) -> Iterator[str]:
    """Give the diagnostics; JSON's strings are YAML's."""
    yield "  ---"
    if message.strip():
        yield f"  message: {_text(message)}"
    yield f"  severity: {result.severity}"
    yield f"  verdict: {result.verdict}"
    if found:
        yield "  found:"
        yield from (f"    - {_text(line)}" for line in found[:MOST_FINDINGS])
    for name, text in (("why", result.rationale), ("fix", result.remediation), ("cause", _causes(result))):
        if text.strip():
            yield f"  {name}: {_text(text)}"
    if result.file:
        yield f"  at: {_text(f'{result.file}:{result.line}')}"
    yield "  ..."


def _causes(result: Result) -> str:
    return ", ".join(dict.fromkeys(str(unknown.cause) for unknown in result.unknowns))


def _text(text: str) -> str:
    return json.dumps(one_line(text, MOST_TEXT), ensure_ascii=False)


def _name(text: str) -> str:
    """Return a description in which nothing begins a directive: readers don't agree on how `#` is escaped."""
    return one_line(text, MOST_TEXT).replace("#", "\N{FULLWIDTH NUMBER SIGN}")


def _remark(text: str) -> str:
    return one_line(text, MOST_TEXT)
