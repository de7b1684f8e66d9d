"""Did you mean: the known name that a mistyped one comes closest to."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

CLOSE_ENOUGH = 0.6  # of difflib's ratio, its own default: one letter wrong in three, two in six
MOST_CHARACTERS = 200  # difflib takes quadratic time, and nobody mistypes a longer name


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most like `name`, or None if none is close; case does not count.

    Of dotted names only the parts that differ are compared, so `net.core.foo` is not like `net.core.bar`. The end
    of a dotted name stands for the whole if it can mean only one.

    >>> nearest("tilte", ["title", "tags"]), nearest("somaxconn", ["net.core.somaxconn", "net.core.rmem_max"])
    ('title', 'net.core.somaxconn')
    """
    if len(name) > MOST_CHARACTERS:
        return None
    known = sorted(set(candidates) - {name})
    ends = [candidate for candidate in known if candidate.endswith("." + name)]
    return ends[0] if len(ends) == 1 else _closest(name, known)


def _closest(name: str, known: list[str]) -> str | None:
    from difflib import SequenceMatcher

    best, best_ratio = None, CLOSE_ENOUGH
    for candidate in known:
        one, other = _differing(name.casefold().split("."), candidate.casefold().split("."))
        matcher = SequenceMatcher(None, one, other, autojunk=False)
        ratio = matcher.ratio() if matcher.real_quick_ratio() >= best_ratio else 0
        if ratio > best_ratio or (best is None and ratio == best_ratio):
            best, best_ratio = candidate, ratio
    return best


def _differing(one: list[str], other: list[str]) -> tuple[str, str]:
    """Return both names without the parts that they begin or end with alike."""
    head = _alike(one, other)
    one, other = one[head:], other[head:]
    tail = _alike(one[::-1], other[::-1])
    return ".".join(one[: len(one) - tail]), ".".join(other[: len(other) - tail])


def _alike(one: list[str], other: list[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
