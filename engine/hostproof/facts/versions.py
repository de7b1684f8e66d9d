"""The order of versions: the text of a kernel, Go, semantic or dotted version in, a sort key out.

One order has to serve all of them, because a rule compares whatever a host reports with what a person wrote.

1. Whatever stands before the first digit is dropped (`go1.22`, `v1.2`, `OpenSSH_9.2p1`), so is `+` and all after
   it (build metadata, https://semver.org/#spec-item-10). A text without a digit comes before all versions.
2. The numbers up to the first character that is neither digit nor dot are compared as integers; trailing zeros
   don't count: `6.1` is `6.1.0`.
3. The rest is cut into numbers and words. If its first word is alpha, beta, dev, pre, preview or rc, or if it
   begins with `~` (deb-version(7)), the version is a pre-release and comes before the release: `6.12-rc3`,
   `1.25rc1`, `1.0.0-alpha.1`, `6.12.0-0.rc3.fc42`. Anything else comes after it:
   `6.1` < `6.1.0-9-amd64` < `6.1.0-18-amd64`. (Semantic versions call every suffix a pre-release; a kernel's
   never is one unless it says so.)
4. Parts of the rest are compared one by one: numbers as integers and before words, words without case, and a
   shorter rest before a longer one (https://semver.org/#spec-item-11). Unlike there, `rc10` comes after `rc2`.
5. A `go` prefix brings in two rules of https://pkg.go.dev/go/version#Compare: from 1.21 on a version without a
   patch number is the language version and comes before its own candidates (`go1.25` < `go1.25rc1` <
   `go1.25.0`; before 1.21 `go1.20` is `go1.20.0`), and a toolchain's own suffix doesn't count
   (`go1.21.0-bigcorp` is `go1.21.0`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

MOST_CHARACTERS = 256

VersionKey: TypeAlias = "tuple[int, tuple[int, ...], int, tuple[tuple[int, int, str], ...]]"

_NONE, _VERSION = 0, 1
_LANGUAGE, _EARLY, _FINAL = 0, 1, 2
_EARLY_WORDS = frozenset({"alpha", "beta", "dev", "pre", "preview", "rc"})
_SHAPE = re.compile(r"(?P<prefix>[^0-9]*)(?P<numbers>[0-9]+(?:\.[0-9]+)*)?(?P<rest>[^+]*)", re.DOTALL)
_PART = re.compile(r"([0-9]+)|([^\W\d_]+)")
_GO_PREFIX = re.compile(r"(?:.*[^a-z])?go\Z", re.DOTALL)


@lru_cache(maxsize=4096)
def version_key(text: str) -> VersionKey:
    """Return a key that sorts like the version it was made from; the rules are the module's.

    Any text has a key; characters beyond 256 are ignored.

    >>> sorted(["6.1.0-18-amd64", "6.12-rc3", "6.1", "go1.25rc1", "6.1.0-9-amd64", "6.12"], key=version_key)
    ['go1.25rc1', '6.1', '6.1.0-9-amd64', '6.1.0-18-amd64', '6.12-rc3', '6.12']
    """
    match = _SHAPE.match(text[:MOST_CHARACTERS].lower())
    if match is None or match["numbers"] is None:
        return _NONE, (), _FINAL, ()
    numbers = [int(number) for number in match["numbers"].split(".")]
    rest = match["rest"]
    if _GO_PREFIX.match(match["prefix"]):
        rest = rest.partition("-")[0].partition(" ")[0]
        if not rest and len(numbers) == 2 and numbers >= [1, 21]:
            return _VERSION, tuple(numbers), _LANGUAGE, ()
    stage, parts = _suffix(rest)
    return _VERSION, _without_zeros(numbers), stage, parts


def _without_zeros(numbers: list[int]) -> tuple[int, ...]:
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _suffix(rest: str) -> tuple[int, tuple[tuple[int, int, str], ...]]:
    """Cut the rest into parts; for a pre-release the numbers before its word are left out."""
    parts = tuple((0, int(number), "") if number else (1, 0, word) for number, word in _PART.findall(rest))
    first = next((at for at, part in enumerate(parts) if part[0] == 1), None)
    if first is not None and parts[first][2] in _EARLY_WORDS:
        return _EARLY, parts[first:]
    return (_EARLY if rest.startswith("~") else _FINAL), parts
