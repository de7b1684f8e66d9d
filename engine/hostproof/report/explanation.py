"""One rule explained for a terminal: an Explanation in, its verdict, values, what would turn it, and evidence out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from hostproof.evaluate.explain import Explained, Explanation, Outlook
from hostproof.evaluate.model import Verdict
from hostproof.facts.snapshot import Evidence, Value
from hostproof.facts.units import format_duration
from hostproof.report import wording
from hostproof.report.layout import Line, cells, coloured_text, labelled, plain_text, wrapped
from hostproof.source.harmless import bounded, harmless, one_line, shortened

NARROWEST, WIDEST = 40, 120
LABEL = 10  # columns of the words on the left: "passes if "
MARK = "* "
MOST_WAYS, MOST_EVIDENCE, MOST_LINES, MOST_LINE = 6, 4, 12, 400
_LEAST_VALUE = 50  # characters of a value that are always shown
_STYLES = {"pass": "bold green", "fail": "bold red", "unknown": "bold yellow", "skipped": "bold cyan", "waived": "cyan"}


def render_explanation(explanation: Explanation, width: int = 80, colour: bool = False) -> str:
    """Return the text for a terminal of `width` columns; without `colour` it is plain text.

    Parts of the conditions stand with their values in a column beside them; a star marks those that decided.
    """
    width = min(max(width, NARROWEST), WIDEST)
    lines = [
        *_head(explanation, width),
        *_trees(explanation, width),
        *_outlooks(explanation, width),
        *_undecided(explanation, width),
        *_advice(explanation, width),
        *_evidence(explanation, width),
    ]
    return coloured_text(lines) if colour else plain_text(lines)


def explanation_data(explanation: Explanation) -> dict[str, Value]:
    """Return the same for programs, made of plain JSON values; `took` is in nanoseconds, `when` may be null."""
    result = explanation.result
    return {
        "pack": result.pack,
        "rule": result.id,
        "title": result.title,
        "severity": str(result.severity),
        "verdict": str(result.verdict),
        "message": result.message,
        "reason": result.reason,
        "host": explanation.host.name,
        "target": explanation.target,
        "created": f"{wording.moment(explanation.created)}Z",
        "when": None if explanation.when is None else _tree_data(explanation.when),
        "assert": None if explanation.holds is None else _tree_data(explanation.holds),
        "flips": [_outlook_data(outlook) for outlook in explanation.outlooks],
        "unknowns": [
            {"fact": one.fact, "cause": str(one.cause), "detail": one.detail, "cure": one.cure}
            for one in result.unknowns
        ],
        "rationale": result.rationale,
        "remediation": result.remediation,
        "references": [*result.references],
        "file": result.file,
        "line": result.line,
        "evidence": [
            {
                "kind": one.kind,
                "what": one.what,
                "status": one.status,
                "took": one.took,
                "head": one.head,
                "tail": one.tail,
            }
            for one in result.evidence
        ],
    }


def _tree_data(tree: Explained) -> dict[str, Value]:
    return {
        "label": tree.label,
        "text": tree.text,
        "value": tree.value,
        "decided": tree.decided,
        "left_out": tree.left_out,
        "parts": [_tree_data(part) for part in tree.parts],
    }


def _outlook_data(outlook: Outlook) -> dict[str, Value]:
    ways: list[Value] = [
        [{"wanted": change.wanted, "now": change.now, "stays": change.stays} for change in way]
        for way in outlook.flips.ways
    ]
    return {"verdict": outlook.verb, "ways": ways, "untold": [*outlook.flips.untold]}


def _head(explanation: Explanation, width: int) -> Iterator[Line]:
    result, host = explanation.result, explanation.host
    verdict = str(result.verdict)
    label = f"{verdict.upper()}  "
    for number, line in enumerate(wrapped(one_line(f"{result.id}: {result.title}"), width - len(label))):
        yield ((label if number == 0 else " " * len(label), _STYLES[verdict]), (line, "bold"))
    where = one_line(host.name or explanation.target or "localhost")
    about = f"{result.severity}, pack {result.pack}, on {where} at {wording.moment(explanation.created)} UTC"
    yield from labelled(" " * len(label), wrapped(about, width - len(label)), 0, "dim")
    for text in (result.message, result.reason, wording.waived_by(result)):
        yield from labelled(" " * len(label), wrapped(one_line(text), width - len(label)), 0)


def _trees(explanation: Explanation, width: int) -> Iterator[Line]:
    trees = [("when", explanation.when), ("assert", explanation.holds)]
    rows = [(word, row) for word, tree in trees if tree for row in (("", "", False), *_rows(tree, 0))]
    room = width - len(MARK) - 2
    longest = max((cells(text) for _, (text, _, _) in rows), default=0)
    column = min(longest, room * 5 // 8)
    seen = ""
    for word, (text, value, decided) in rows:
        if word != seen:
            yield ()
            yield ((word, "bold cyan"),)
            seen = word
        elif text:
            yield from _row(text, value, decided, (column, room - column))


def _rows(tree: Explained, depth: int) -> Iterator[tuple[str, str, bool]]:
    """Yield each part with its value, and whether it decided; deeper parts are further in."""
    texts = [tree.label] if tree.is_item else dict.fromkeys(filter(None, (tree.label, tree.text)))
    yield "  " * depth + one_line(": ".join(texts)), one_line(tree.value), tree.decided
    for part in tree.parts:
        yield from _rows(part, depth + 1)
    if tree.left_out:
        some = "more item" if len(tree.parts) > 1 else "item"
        yield "  " * (depth + 1) + f"and {tree.left_out} {some}{'s' * (tree.left_out > 1)}", "", False


def _row(text: str, value: str, decided: bool, columns: tuple[int, int]) -> Iterator[Line]:
    """Yield the lines of one part: both cells are wrapped; where a word is too wide the value follows below it."""
    indent = len(text) - len(text.lstrip())
    left = [
        " " * (indent + 4 * (number > 0)) + line for number, line in enumerate(wrapped(text, columns[0] - indent - 4))
    ]
    if cells(text) <= columns[0]:
        left = [text]
    right = list(wrapped(shortened(value, max(2 * columns[1] - 10, _LEAST_VALUE)), columns[1]))
    gap = next((at for at, line in enumerate(left) if cells(line) <= columns[0]), len(left))
    right = [""] * gap + right
    text_style, value_style = ("bold", "bold magenta") if decided else ("dim", "dim")
    for number, (one, other) in enumerate(zip_longest(left, right, fillvalue="")):
        blanks = " " * max(columns[0] - cells(one), 0)
        mark = MARK if decided and number == 0 else " " * len(MARK)
        yield (mark, "bold magenta"), (one + blanks + "  ", text_style), (other, value_style)


def _outlooks(explanation: Explanation, width: int) -> Iterator[Line]:
    if explanation.outlooks:
        yield ()
    for outlook in explanation.outlooks:
        yield from _outlook(outlook, width)


def _outlook(outlook: Outlook, width: int) -> Iterator[Line]:
    found = outlook.flips
    label, room = f"{outlook.verb} if ".ljust(LABEL), width - LABEL
    for number, way in enumerate(found.ways[:MOST_WAYS]):
        for step, change in enumerate(way):
            word = label if number == step == 0 else ("and " if step else "or if ").rjust(LABEL)
            comma = "," if step < len(way) - 1 or number < min(len(found.ways), MOST_WAYS) - 1 else ""
            yield from _said(word, one_line(str(change)) + comma, room, "green" if outlook.verb == "passes" else "")
    if len(found.ways) > MOST_WAYS:
        yield from _said(" " * LABEL, f"and {len(found.ways) - MOST_WAYS} ways more", room, "dim")
    for number, reason in enumerate(found.untold):
        word = f"{outlook.verb}?" if number == 0 and not found.ways else ""
        first = f"{'what else would do it ' if found.ways else ''}can't be told: " if number == 0 else ""
        yield from _said(word, first + one_line(reason), room, "yellow")
    if not found.ways and not found.untold:
        yield from _said(label, "nothing on the host can change that", room, "yellow")


def _undecided(explanation: Explanation, width: int) -> Iterator[Line]:
    if explanation.result.unknowns:
        yield ()
    for unknown in explanation.result.unknowns:
        yield from _said("unknown", str(unknown), width - LABEL, "yellow")
        yield from _said("  cure", unknown.cure, width - LABEL, "green")


def _advice(explanation: Explanation, width: int) -> Iterator[Line]:
    result, room = explanation.result, width - LABEL
    yield ()
    yield from _said("why", result.rationale, room)
    if result.verdict in {Verdict.FAIL, Verdict.WAIVED}:
        for number, line in enumerate(harmless(result.remediation).strip("\n").splitlines()):
            lines = [line.expandtabs(4).rstrip()] if wording.is_commands(line) else wrapped(line, room)
            yield from labelled(("fix" if number == 0 else "").ljust(LABEL), lines, 0, "green")
    for number, reference in enumerate(result.references):
        yield from labelled(("see" if number == 0 else "").ljust(LABEL), [one_line(reference)], 0, "dim")
    if result.file:
        yield from labelled("at".ljust(LABEL), [one_line(f"{result.file}:{result.line}")], 0, "dim")


def _evidence(explanation: Explanation, width: int) -> Iterator[Line]:
    pieces = explanation.result.evidence
    if pieces:
        yield ()
        yield (("evidence", "bold cyan"),)
    for piece in pieces[:MOST_EVIDENCE]:
        yield from _piece(piece, width)
    if len(pieces) > MOST_EVIDENCE:
        yield (("  ", ""), (f"and {len(pieces) - MOST_EVIDENCE} more", "dim"))


def _piece(piece: Evidence, width: int) -> Iterator[Line]:
    took = f", took {format_duration(piece.took // 1000 * 1000)}" if piece.took >= 1000 else ""
    yield from labelled("  ", wrapped(one_line(wording.evidence_title(piece)) + took, width - 2), 0)
    output = bounded(wording.evidence_output(piece), MOST_LINES * MOST_LINE)
    lines = harmless(output).strip("\n").splitlines()
    for line in lines[:MOST_LINES]:
        yield ("    | ", "dim"), (shortened(line.expandtabs(8).rstrip(), max(width - 6, 20)), "dim")
    if len(lines) > MOST_LINES:
        yield (("    | ", "dim"), (f"[... {len(lines) - MOST_LINES} lines left out ...]", "dim"))


def _said(label: str, text: str, room: int, style: str = "") -> Iterator[Line]:
    yield from labelled(label.ljust(LABEL), wrapped(one_line(text), room), 0, style)
