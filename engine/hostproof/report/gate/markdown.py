"""The gate as a Markdown page: an Outcome in, what blocks first and in full, the rest folded, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hostproof.evaluate.baseline.gate import Change, Outcome, undecided
from hostproof.evaluate.difference.model import Decision, FactChange, OutputChange
from hostproof.report.gate import wording
from hostproof.report.markdown import MARKS
from hostproof.report.markdowntext import block, code, prose
from hostproof.source.harmless import bounded

MOST_ROWS = 200
MOST_DIFF = 6_000  # characters of one diff


def render_markdown(outcome: Outcome) -> str:
    """Return the page; texts from hosts, packs and outputs cannot add markup to it."""
    blocking = outcome.changes(Decision.BLOCK)
    parts = [
        f"# {MARKS[outcome.exit_code]} {prose(wording.subject(outcome))}: {wording.verdict_word(outcome)}",
        f"{prose(wording.headline(outcome))}.",
        *(f"**Next:** {prose(step)}" for step in (wording.next_step(outcome),) if step),
        *_baseline(outcome),
        *_chapter("New or worse", [one for one in blocking if not undecided(one)]),
        *_worse(outcome),
        *_chapter("Undecided", [one for one in blocking if undecided(one)]),
        *_table("Changed, blocks nothing", outcome.changes(Decision.SHOW), opened=True),
        *_known(outcome),
        *_fixed(outcome),
        *_table("Allowed by the policy", outcome.changes(Decision.ALLOW), opened=False),
    ]
    return "\n\n".join(parts) + "\n"


def _baseline(outcome: Outcome) -> Iterator[str]:
    if outcome.nearest is not None:
        yield f"Baseline: {code(wording.origin(outcome))}, {prose(wording.nearness(outcome))}."
        return
    rows = [f"- {prose(one)}" for one in wording.others(outcome)]
    if rows:
        yield "Not near enough:\n\n" + "\n".join(rows)


def _chapter(title: str, changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    yield f"## {title} ({len(changes)})"
    for change in changes:
        yield f"### {prose(wording.name_of(change))}"
        said = wording.said_of(change)
        yield f"{prose(said)}" if said else "changed"
        ruled = wording.ruled(change.ruling)
        if ruled:
            yield f"**Policy:** {prose(ruled)}"
        if isinstance(change, (FactChange, OutputChange)) and change.diff:
            yield _diff(change.diff)


def _diff(lines: Sequence[str]) -> str:
    """Return a diff as a block that viewers colour; nothing in it can end the block."""
    fenced = block(bounded("\n".join(lines), MOST_DIFF))
    fence, _, rest = fenced.partition("\n")
    return f"{fence}diff\n{rest}"


def _worse(outcome: Outcome) -> Iterator[str]:
    if outcome.worse:
        yield f"## Known, and worse ({len(outcome.worse)})"
        rows = (f"{one.now.id}: {one.now.object or one.now.title}: {wording.known_line(one)}" for one in outcome.worse)
        yield "\n".join(f"- {prose(row)}" for row in rows)


def _known(outcome: Outcome) -> Iterator[str]:
    rows = [one for one in outcome.known if not one.worse and not one.now.object]
    if not rows:
        return
    lines = ["| rule | title | verdict | |", "|---|---|---|---|"]
    for one in rows[:MOST_ROWS]:
        row = one.now
        lines.append(f"| {prose(row.id)} | {prose(row.title)} | {row.verdict} | {prose(wording.known_line(one))} |")
    yield _folded(f"Known ({len(rows)})", "\n".join(lines), opened=False)


def _fixed(outcome: Outcome) -> Iterator[str]:
    fixed = wording.renewal(outcome)
    if fixed:
        yield f"**Fixed:** {prose(fixed)}. Record the baseline anew, so that it can't come back unseen."


def _table(title: str, changes: Sequence[Change], *, opened: bool) -> Iterator[str]:
    if not changes:
        return
    lines = ["| what | before and now | policy |", "|---|---|---|"]
    for change in changes[:MOST_ROWS]:
        cells = (wording.name_of(change), wording.said_of(change), wording.ruled(change.ruling))
        lines.append("| " + " | ".join(prose(cell) if cell else "" for cell in cells) + " |")
    left = len(changes) - MOST_ROWS
    more = f"\n\nand {left} more" if left > 0 else ""
    yield _folded(f"{title} ({len(changes)})", "\n".join(lines) + more, opened=opened)


def _folded(title: str, body: str, *, opened: bool) -> str:
    return f"<details{' open' if opened else ''}><summary>{title}</summary>\n\n{body}\n\n</details>"
