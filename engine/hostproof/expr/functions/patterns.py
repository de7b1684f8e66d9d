"""Patterns over texts: regular expressions in RE2's linear time, and shell globs on top of them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Protocol, cast

MOST_CHARACTERS = 1_000
# RE2 keeps what it learns of a text beside each pattern. An expression has room for a hundred patterns.
_MOST_MEMORY = 2 * 1024 * 1024
_MOST_KEPT = 32


class Match(Protocol):
    """What a pattern found."""

    def group(self, number: int) -> str | None:
        """Return the text of a group; 0 is the whole match."""
        ...


class Pattern(Protocol):
    """A compiled pattern."""

    groups: int

    def search(self, text: str) -> Match | None:
        """Find the pattern anywhere in a text."""
        ...

    def fullmatch(self, text: str) -> Match | None:
        """Find the pattern as the whole text."""
        ...


@lru_cache(maxsize=_MOST_KEPT)
def pattern(source: str) -> Pattern:
    """Compile a regular expression; raises ValueError that says what is wrong with it.

    The syntax is RE2's (https://github.com/google/re2/wiki/Syntax): no back references, no look-around.
    """
    if len(source) > MOST_CHARACTERS:
        raise ValueError(f"a pattern may have {MOST_CHARACTERS} characters at most")
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    try:
        return cast("Pattern", re2.compile(source, options))
    except re2.error as problem:
        raise ValueError(_reason(problem)) from None


def _reason(problem: Exception) -> str:
    said = problem.args[0] if problem.args else "it is malformed"
    reason = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    what, _, where = reason.partition(": ")
    if what == "invalid perl operator" and where[:2] == "(?":
        return f"the pattern is malformed: RE2 has no {where}...)"
    if what == "invalid escape sequence" and where[1:].isdigit():
        return f"the pattern is malformed: RE2 has no back references such as {where}"
    return f"the pattern is malformed: {what} in {where}" if where else f"the pattern is malformed: {what}"


def glob_pattern(source: str) -> Pattern:
    """Compile a shell glob: `*` any text, `?` one character, `[a-z]` and `[!a-z]` sets; the whole text must match."""
    return pattern(_glob_source(source))


@lru_cache(maxsize=512)
def _glob_source(source: str) -> str:
    parts = re.split(r"(\*|\?|\[!?\]?[^\]]*\])", source)
    return "(?s)" + "".join(_glob_part(part) for part in parts)


def _glob_part(part: str) -> str:
    if part in {"*", "?"}:
        return {"*": ".*", "?": "."}[part]
    if len(part) > 2 and part.startswith("[") and part.endswith("]"):
        inside = part[1:-1].replace("\\", "\\\\").replace("[", "\\[")
        negated = inside.startswith("!")
        inside = inside.removeprefix("!").replace("]", "\\]").replace("^", "\\^")
        return f"[{'^' if negated else ''}{inside}]"
    return re.escape(part)
