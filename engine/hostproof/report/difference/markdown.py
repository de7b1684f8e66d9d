"""GitHub-flavoured Markdown of a Difference: what blocks, what else changed, and what means nothing folded away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hostproof.evaluate.difference.model import Decision, Difference
from hostproof.facts.units import format_time
from hostproof.report.difference import wording
from hostproof.report.difference.wording import Change
from hostproof.report.markdowntext import block, code, prose

MOST_BLOCKS, MOST_ROWS = 200, 200
MOST_DIFF = 100


def render_difference_markdown(difference: Difference, level: int = 1) -> str:
    """Return the page; texts from hosts cannot add markup to it. `level` is that of its first heading."""
    mark, word = ("❌", "blocked") if difference.blocked() else ("✅", "nothing blocks")
    names = f"{prose(difference.before.name)} to {prose(difference.after.name)}"
    parts = [
        f"{'#' * level} {mark} {names}: {word}",
        f"{prose(wording.headline(difference))}.",
        *changes_markdown(difference, level + 1),
        _origin(difference),
    ]
    return "\n\n".join(parts) + "\n"


def changes_markdown(difference: Difference, level: int = 2) -> Iterator[str]:
    """Yield the parts that tell of changes alone, for a page that has a head of its own."""
    blocks = wording.of_decision(difference, Decision.BLOCK)
    if blocks:
        yield f"{'#' * level} Blocks ({len(blocks)})"
        for change in blocks[:MOST_BLOCKS]:
            yield from _in_full(change, level + 1)
        if len(blocks) > MOST_BLOCKS:
            yield f"and {len(blocks) - MOST_BLOCKS} more"
    shown = wording.of_decision(difference, Decision.SHOW)
    if shown:
        yield f"{'#' * level} Changed ({len(shown)})"
        yield _table(shown)
        yield from _diffs(shown)
    allowed = wording.of_decision(difference, Decision.ALLOW)
    if allowed:
        yield _folded(f"Allowed ({len(allowed)})", _table(allowed, ruled=True))
    for problem in difference.problems:
        yield f"**Note:** {prose(problem.message)}" + (f" ({prose(problem.hint)})" if problem.hint else "")


def _in_full(change: Change, level: int) -> Iterator[str]:
    yield f"{'#' * level} {wording.kind_of(change)}: {prose(wording.title_of(change))}"
    lines = [f"- {prose(text)}" for text in wording.words_of(change)]
    if wording.ruled_by(change):
        lines.append(f"- by {prose(wording.ruled_by(change))}")
    if lines:
        yield "\n".join(lines)
    if wording.diff_of(change):
        yield _diff(wording.diff_of(change))


def _table(changes: Sequence[Change], *, ruled: bool = False) -> str:
    lines = ["| what | name | change |", "|---|---|---|"]
    if ruled:
        lines = ["| what | name | change | allowed by |", "|---|---|---|---|"]
    for change in changes[:MOST_ROWS]:
        said = "; ".join(wording.words_of(change)) or f"{_changed_lines(change)}"
        by = f" {prose(wording.ruled_by(change))} |" if ruled else ""
        lines.append(f"| {wording.kind_of(change)} | {prose(wording.title_of(change))} | {prose(said)} |{by}")
    more = f"\n\nand {len(changes) - MOST_ROWS} more" if len(changes) > MOST_ROWS else ""
    return "\n".join(lines) + more


def _changed_lines(change: Change) -> str:
    diff = wording.diff_of(change)
    came, went = (sum(line.startswith(sign) for line in diff) for sign in "+-")
    return f"{came} lines added, {went} removed"


def _diffs(changes: Sequence[Change]) -> Iterator[str]:
    """Yield the diffs of texts, folded."""
    for change in changes[:MOST_ROWS]:
        if wording.diff_of(change):
            name = code(wording.title_of(change)).strip("`")
            yield _folded(f"{wording.kind_of(change)} {_html(name)}", _diff(wording.diff_of(change)))


def _diff(lines: Sequence[str]) -> str:
    more = [f"... {len(lines) - MOST_DIFF} more lines"] if len(lines) > MOST_DIFF else []
    fenced = block("\n".join((*lines[:MOST_DIFF], *more)))
    fence = fenced[: len(fenced) - len(fenced.lstrip("`"))]
    return f"{fence}diff{fenced[len(fence) :]}"


def _origin(difference: Difference) -> str:
    lines = ["| | before | after |", "|---|---|---|"]
    before, after = difference.before, difference.after
    rows = [
        ("name", before.name, after.name),
        ("host", wording.host_words(before.host), wording.host_words(after.host)),
        ("taken", format_time(before.created), format_time(after.created)),
        ("snapshot", before.digest, after.digest),
        ("policy", difference.policy, ""),
    ]
    rows += [
        (name, one, other) for name, one, other in wording.host_changes(difference) if name not in ("name", "kernel")
    ]
    lines += [f"| {prose(name)} | {prose(one)} | {prose(other)} |" for name, one, other in rows]
    return _folded("Sides and origin", "\n".join(lines))


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
