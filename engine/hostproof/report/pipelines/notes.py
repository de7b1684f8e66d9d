"""Notes beside code: an Evaluation in, what is to be told at lines of packs, worst first and few enough to be read."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator

from hostproof.evaluate.model import Evaluation, Result, Verdict
from hostproof.report import wording
from hostproof.source.harmless import bounded, harmless, one_line
from hostproof.source.records import record

LEVELS = ("error", "warning", "notice")
MOST = 10  # of each level: GitHub shows that many a step (docs.github.com, workflow commands)
MOST_TEXT = 2_000
MOST_TITLE = 200


@record
class Note:
    """What is told of one result. `file` is relative, empty where it can't be; `line` is 1-based."""

    level: str
    rank: int
    title: str
    text: str
    file: str
    line: int


def notes_of(evaluation: Evaluation) -> Iterator[Note]:
    """Yield a note for each failure and each undecided rule: an error if it turns the run red."""
    for result in evaluation.results():
        if result.verdict not in (Verdict.FAIL, Verdict.UNKNOWN):
            continue
        level = "error" if result.gated else "warning" if result.verdict is Verdict.FAIL else "notice"
        what = "undecided" if result.verdict is Verdict.UNKNOWN else str(result.severity)
        yield Note(
            level,
            result.severity.rank,
            one_line(f"{result.id} ({what}) on {wording.host_name(evaluation)}: {result.title}", MOST_TITLE),
            said_of(result),
            relative(result.file) if result.line > 0 else "",
            result.line,
        )


def said_of(result: Result) -> str:
    """Return what was found, and what to do about it, as harmless lines."""
    lines = [result.message.strip(), *map(str, result.findings)]
    for unknown in result.unknowns:
        lines += [str(unknown), f"to decide: {unknown.cure}" if unknown.cure else ""]
    lines.append(f"fix: {result.remediation.strip()}" if result.remediation.strip() else "")
    text = harmless("\n".join(line for line in lines if line))
    return bounded(text or f"{one_line(result.expression)} does not hold", MOST_TEXT)


def relative(path: str) -> str:
    """Return a path as it stands from the folder the run began in; empty if it leads elsewhere.

    >>> relative("./team/pack.yaml"), relative("/srv/pack.yaml"), relative("../pack.yaml")
    ('team/pack.yaml', '', '')
    """
    short = posixpath.normpath(one_line(path)) if path else ""
    return "" if short.startswith(("/", "../")) or short in ("", ".", "..") else short


def part_of(evaluation: Evaluation, command: Callable[[Note], str]) -> str:
    """Return the commands of one host, each on a line that begins with its place in the order of all."""
    return "".join(
        f"{LEVELS.index(note.level)}{note.rank} {command(note)}\n" for note in notes_of(evaluation)
    )  # fmt: skip


def worst_of(parts: Iterable[str]) -> Iterator[str]:
    """Yield the commands of several hosts, the worst of each level, and a line that says how many were left out."""
    kept: dict[str, list[str]] = {str(at): [] for at in range(len(LEVELS))}
    left = dict.fromkeys(kept, 0)
    for part in parts:
        for line in part.split("\n")[:-1]:
            lines = kept[line[0]]
            lines.append(line)
            lines.sort(key=lambda one: one[1])
            left[line[0]] += len(lines) > MOST
            del lines[MOST:]
    for lines in kept.values():
        yield from (line[3:] + "\n" for line in lines)
    more = ", ".join(
        f"{number} more {LEVELS[int(at)]}{'s' if number > 1 else ''}" for at, number in left.items() if number
    )
    if more:
        yield f"hostproof: {more}; the report has them all\n"
