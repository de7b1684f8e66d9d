"""Texts: two of them in, the lines that came and went, a unified diff, and whether they differ in looks only, out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from hostproof.source.harmless import harmless, shortened
from hostproof.source.records import record

MOST_LINES = 2_000  # of a diff that is kept
MOST_LINE = 2_000  # characters of a line that is kept
# difflib looks at each line once for each line like it, and again for each block that it has found.
MOST_COMPARED, MOST_ALIKE = 2_000, 8_000
CONTEXT = 3
NO_NEWLINE = "\\ No newline at end of file"

# What a text has at one run and not at the next, without meaning anything: each becomes the same mark.
_LOOKS = re.compile(
    r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?"  # 2026-01-31T12:00:00Z
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d(?: \d{4})?"  # of syslog
    r"|\b\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\b"
    r"|\b0x[0-9a-fA-F]{4,16}\b"  # addresses
    r"|\b(?:\d{1,6}[hm]){0,2}\d{1,9}\.\d{1,9} ?(?:ns|us|µs|ms|s|secs?|seconds)\b"  # 0.01s: only with a fraction, as 5s
    r"|\b(?:pid|PID|tid|goroutine)[ =:]{0,2}\d{1,9}\b|(?<=\w)\[\d{1,9}\](?=:)"  # may be a setting; daemon[123]:
)


@record
class Lines:
    """A unified diff without its two head lines; `whole` if patch(1) can apply it to the texts as they are."""

    lines: tuple[str, ...]
    whole: bool


class Patience:
    """How much more work may go into comparing lines, for all texts of one difference together."""

    __slots__ = ("left",)

    def __init__(self, left: int = 100_000_000) -> None:
        self.left = left

    def spend(self, cost: int) -> bool:
        """Tell whether that much is left, and take it."""
        if cost > self.left:
            return False
        self.left -= cost
        return True


def unified(before: str, after: str, patience: Patience, *, whole: bool = True) -> Lines:
    """Return how one text becomes the other, in bounded time: where too much differs, as one block.

    Lines are told apart by line feeds alone, as diff(1) does. `whole` says whether the texts are all there.
    """
    hunks = list(_hunks(_lines(before), _lines(after), patience))
    shown = [_shown(line) for line in hunks[:MOST_LINES]]
    complete = whole and len(hunks) <= MOST_LINES and shown == hunks
    return Lines(tuple(shown), complete)


def came_and_went(before: str, after: str) -> tuple[list[str], list[str]]:
    r"""Return the lines that only the text after has, and those only the text before has; a line that moved is neither.

    >>> came_and_went("a\nb\n", "b\nc\n")
    (['c'], ['a'])
    """
    return more_in(after.splitlines(), before.splitlines()), more_in(before.splitlines(), after.splitlines())


def more_in(these: Sequence[str], those: Sequence[str]) -> list[str]:
    """Return the lines of `these`, in their order, as far as `those` has fewer of them."""
    left = Counter(those)
    found = []
    for line in these:
        left[line] -= 1
        if left[line] < 0:
            found.append(line)
    return found


def looks_alike(before: str, after: str) -> bool:
    r"""Tell whether two texts differ in looks only: white space, time stamps, times like 0.01s, addresses, pids.

    >>> looks_alike("ok  pkg 0.01s\n", "ok pkg 0.13s")
    True
    """
    return _looks(before) == _looks(after)


def _looks(text: str) -> list[str]:
    lines = (" ".join(_LOOKS.sub("~", line).split()) for line in text.splitlines())
    return [line for line in lines if line]


def _lines(text: str) -> list[str]:
    """Return the lines, without their ends; one that has no end has a mark that no line can have."""
    lines = text.split("\n")
    return lines[:-1] if not lines[-1] else [*lines[:-1], lines[-1] + "\n"]


def _hunks(old: list[str], new: list[str], patience: Patience) -> Iterator[str]:
    for group in _grouped(_opcodes(old, new, patience)):
        (_, first, _, start, _), (_, _, last, _, end) = group[0], group[-1]
        yield f"@@ -{_range(first, last)} +{_range(start, end)} @@"
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from _marked(" ", old[i1:i2])
            else:
                yield from _marked("-", old[i1:i2])
                yield from _marked("+", new[j1:j2])


def _marked(mark: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line.removesuffix("\n")
        if line.endswith("\n"):
            yield NO_NEWLINE


def _range(start: int, end: int) -> str:
    """Return a range as POSIX has it: an empty one begins at the line before it."""
    length = end - start
    if length == 1:
        return f"{start + 1}"
    return f"{start + 1 if length else start},{length}"


_Code = tuple[str, int, int, int, int]


def _opcodes(old: list[str], new: list[str], patience: Patience) -> list[_Code]:
    """Return what is equal, and what is put in place of what, from the first line to the last."""
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    middle = _middle(old[head : len(old) - tail], new[head : len(new) - tail], patience)
    codes = [(tag, i1 + head, i2 + head, j1 + head, j2 + head) for tag, i1, i2, j1, j2 in middle]
    first = [("equal", 0, head, 0, head)] if head else []
    last = [("equal", len(old) - tail, len(old), len(new) - tail, len(new))] if tail else []
    return [*first, *codes, *last]


def _middle(old: list[str], new: list[str], patience: Patience) -> list[_Code]:
    if not old and not new:
        return []
    at_once: list[_Code] = [("replace", 0, len(old), 0, len(new))]
    if not old or not new or len(old) + len(new) > 2 * MOST_COMPARED:
        return at_once
    counted = Counter(new)
    alike = sum(counted[line] for line in old)
    if not alike or alike > MOST_ALIKE or not patience.spend(alike * min(len(old), len(new))):
        return at_once
    from difflib import SequenceMatcher

    return list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many lines both begin with."""
    most = min(len(old), len(new))
    return next((at for at in range(most) if old[at] != new[at]), most)


def _grouped(codes: list[_Code]) -> Iterator[list[_Code]]:
    """Yield the codes of each hunk: what differs, with as many equal lines around it as a diff shows."""
    group: list[_Code] = []
    for at, (tag, i1, i2, j1, j2) in enumerate(codes):
        if tag != "equal":
            group.append((tag, i1, i2, j1, j2))
            continue
        if at == 0:
            group.append((tag, max(i1, i2 - CONTEXT), i2, max(j1, j2 - CONTEXT), j2))
        elif at == len(codes) - 1 or i2 - i1 > 2 * CONTEXT:
            yield [*group, (tag, i1, min(i2, i1 + CONTEXT), j1, min(j2, j1 + CONTEXT))]
            group = [(tag, i2 - CONTEXT, i2, j2 - CONTEXT, j2)]
        else:
            group.append((tag, i1, i2, j1, j2))
    if any(tag != "equal" for tag, *_ in group):
        yield group


def _shown(line: str) -> str:
    return shortened(harmless(line), MOST_LINE)
