"""GitHub-flavoured Markdown: an Evaluation in, a page out that says what is wrong first and folds what is well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hostproof.evaluate.model import Evaluation, Result, Verdict
from hostproof.report import wording
from hostproof.report.markdowntext import block, code, link, paragraph, prose
from hostproof.source.harmless import bounded

MOST_FINDINGS = 20
MOST_EVIDENCE = 2_000
MOST_ROWS = 50
MARKS = {0: "✅", 1: "❌", 3: "⚠️"}


def render_markdown(evaluation: Evaluation, level: int = 1) -> str:
    """Return the page; texts from hosts and packs cannot add markup to it. `level` is that of its first heading."""
    name, verdict = prose(wording.host_name(evaluation)), wording.verdict_word(evaluation)
    parts = [
        f"{'#' * level} {MARKS[evaluation.exit_code]} {name} is {verdict}",
        f"{prose(wording.headline(evaluation))}.",
        *_next_step(evaluation),
        *_summary(evaluation),
        *_chapter("Failures", wording.of_verdict(evaluation, Verdict.FAIL), evaluation, level),
        *_chapter("Undecided", wording.of_verdict(evaluation, Verdict.UNKNOWN), evaluation, level),
        *_chapter("Waived", wording.of_verdict(evaluation, Verdict.WAIVED), evaluation, level),
        *_notices(evaluation, level),
        *_tables(evaluation, level),
        *_table("Skipped", wording.of_verdict(evaluation, Verdict.SKIPPED), "reason"),
        *_table("Passed", wording.of_verdict(evaluation, Verdict.PASS), "found"),
        *_origin(evaluation),
    ]
    return "\n\n".join(parts) + "\n"


def _next_step(evaluation: Evaluation) -> Iterator[str]:
    step = wording.next_step(evaluation)
    if step:
        yield f"**Next:** {prose(step)}"


def _summary(evaluation: Evaluation) -> Iterator[str]:
    lines = ["| pack | rules | " + " | ".join(Verdict) + " |", "|---|" + "---:|" * (1 + len(Verdict))]
    for pack in evaluation.packs:
        numbers = [len(pack.results), *(sum(r.verdict is verdict for r in pack.results) for verdict in Verdict)]
        lines.append(f"| {prose(pack.name)} | " + " | ".join(map(str, numbers)) + " |")
    yield "\n".join(lines)


def _chapter(title: str, results: Sequence[Result], evaluation: Evaluation, level: int) -> Iterator[str]:
    if not results:
        return
    yield f"#{'#' * level} {title} ({len(results)})"
    for result in results:
        yield f"##{'#' * level} {result.severity}: {prose(result.id)}: {prose(result.title)}"
        if result.message.strip():
            yield prose(result.message)
        yield from _decided_by(result)
        yield from _what_to_know(result, evaluation)
        yield from _what_to_do(result)
        yield from _evidence(result)


def _notices(evaluation: Evaluation, level: int) -> Iterator[str]:
    """Give the waivers that somebody should look at."""
    if not evaluation.notices:
        return
    yield f"#{'#' * level} Waivers to look at ({len(evaluation.notices)})"
    lines = ["| rule | owner | ticket | until | state | why |", "|---|---|---|---|---|---|"]
    for one in evaluation.notices[:MOST_ROWS]:
        cells = (one.rule, one.owner, one.ticket, one.expires, str(one.state), one.why)
        lines.append(f"| {' | '.join(map(prose, cells))} |")
    left_out = len(evaluation.notices) - MOST_ROWS
    yield "\n".join(lines) + (f"\n\nand {left_out} more" if left_out > 0 else "")


def _decided_by(result: Result) -> Iterator[str]:
    """Give the list of what was found, or of what was missing."""
    lines = [f"- {code(str(finding))}" for finding in result.findings[:MOST_FINDINGS]]
    for unknown in result.unknowns[:MOST_FINDINGS]:
        cure = f"; to decide: {prose(unknown.cure)}" if unknown.cure else ""
        detail = f": {prose(unknown.detail)}" if unknown.detail else ""
        lines.append(f"- {code(unknown.fact or result.expression)} is unknown ({unknown.cause}){detail}{cure}")
    left_out = max(len(result.findings) - MOST_FINDINGS, 0) + max(len(result.unknowns) - MOST_FINDINGS, 0)
    if left_out:
        lines.append(f"- and {left_out} more")
    if lines:
        yield "\n".join(lines)


def _what_to_know(result: Result, evaluation: Evaluation) -> Iterator[str]:
    for text in (wording.waived_by(result), result.reason, wording.ungated_note(result, evaluation)):
        if text.strip():
            yield prose(text)
    if result.rationale.strip():
        yield f"**Why:** {paragraph(result.rationale)}"


def _what_to_do(result: Result) -> Iterator[str]:
    fix = result.remediation
    if fix.strip() and wording.is_commands(fix):
        yield f"**Fix:**\n\n{block(fix)}"
    elif fix.strip():
        yield f"**Fix:** {paragraph(fix)}"
    sources = [link(reference) for reference in result.references]
    if result.file:
        sources.append(code(f"{result.file}:{result.line}"))
    if sources:
        yield f"**Source:** {', '.join(sources)}"


def _evidence(result: Result) -> Iterator[str]:
    if not result.evidence:
        return
    texts = [f"assert: {result.expression}"]
    for evidence in result.evidence:
        output = bounded(wording.evidence_output(evidence), MOST_EVIDENCE)
        texts.append(f"{wording.evidence_title(evidence)}\n{output}".rstrip("\n"))
    yield _folded("Evidence", block("\n\n".join(texts)))


def _tables(evaluation: Evaluation, level: int) -> Iterator[str]:
    """Give the tables of packs."""
    for table in (table for pack in evaluation.packs for table in pack.tables):
        lines = [table.columns, ("---",) * len(table.columns), *table.rows[:MOST_ROWS]]
        left_out = len(table.rows) - MOST_ROWS
        cells = (" | ".join("---" if cell == "---" else prose(cell) for cell in line) for line in lines)
        yield f"#{'#' * level} {prose(table.title)}"
        yield "\n".join(f"| {line} |" for line in cells) + (f"\n\nand {left_out} more" if left_out > 0 else "")


def _table(title: str, results: Sequence[Result], column: str) -> Iterator[str]:
    if not results:
        return
    lines = [f"| rule | title | severity | {column} |", "|---|---|---|---|"]
    for result in results:
        found = result.reason or "; ".join(str(finding) for finding in result.findings[:3])
        lines.append(f"| {prose(result.id)} | {prose(result.title)} | {result.severity} | {prose(found)} |")
    yield _folded(f"{title} ({len(results)})", "\n".join(lines))


def _origin(evaluation: Evaluation) -> Iterator[str]:
    rows = [*wording.host_facts(evaluation), ("taken", wording.moment(evaluation.created) + "Z")]
    rows += [("waivers judged on", evaluation.date), ("snapshot", evaluation.snapshot_digest)]
    rows += [(f"pack {pack.name}", pack.digest) for pack in evaluation.packs]
    rows.append(("hostproof", evaluation.version))
    lines = ["| about this report | |", "|---|---|", *(f"| {prose(name)} | {prose(value)} |" for name, value in rows)]
    yield _folded("Host and origin", "\n".join(lines))


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
