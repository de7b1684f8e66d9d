"""Learns limits_conf.*: what pam_limits would set at a login, by limits.conf and limits.d."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hostproof.collect.asks import Ask, Call
from hostproof.collect.builtin.answers import Answers, decoded, good, joint, missing, text_file
from hostproof.collect.builtin.configured.dropins import CURE, entries_of, patterns, texts_of, told
from hostproof.facts.snapshot import Value
from hostproof.source.records import record

CONF = text_file("/etc/security/limits.conf")
FILES = patterns(("/etc/security/limits.d",), "*.conf")
LISTING = Call("listing", (FILES[0].pattern,))
ASKS: tuple[Ask, ...] = (LISTING, CONF, *FILES)
# limits.conf(5)
ITEMS = frozenset(
    (
        *("core", "data", "fsize", "memlock", "nofile", "rss", "stack", "cpu", "nproc", "as", "maxlogins"),
        *("maxsyslogins", "nonewprivs", "priority", "locks", "sigpending", "msgqueue", "nice", "rtprio"),
    )
)
TYPES = ("soft", "hard", "-")
_UNLIMITED = frozenset({"-1", "unlimited", "infinity"})
_SIGNED = frozenset({"nice", "priority"})  # where -1 is a number
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")


@record
class Limit:
    """One line; `limit` is None where there is none. Its units are those of limits.conf(5): KB, minutes, numbers."""

    domain: str
    type: str
    item: str
    value: str
    limit: int | None
    file: str
    line: int

    def told(self) -> dict[str, Value]:
        """Return it as a snapshot holds it."""
        about = {"domain": self.domain, "type": self.type, "item": self.item, "value": self.value}
        return {**about, "limit": self.limit, "file": self.file, "line": self.line}

    @property
    def sides(self) -> tuple[str, ...]:
        """Return soft, hard or both."""
        return ("soft", "hard") if self.type == "-" else (self.type,)


@record
class Limits:
    """All lines in the order they are read in, limits.conf first, then limits.d by name."""

    lines: tuple[Limit, ...]
    unreadable: tuple[tuple[str, int, str], ...]


def parse_limits(text: str, file: str) -> Iterator[Limit | tuple[str, int, str]]:
    r"""Yield each limit, and of a line that is none its place and what is wrong with it.

    `domain -` alone, which exempts a domain from all limits, is one of type and item `-`.

    >>> [one.told()["limit"] for one in parse_limits("* soft nofile 1024 # a\n@db - memlock unlimited\n", "f")]
    [1024, None]
    """
    for number, line in enumerate(text.split("\n"), 1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        if len(words) == 2 and words[1] == "-":
            yield Limit(words[0], "-", "-", "", None, file, number)
        elif len(words) != 4:
            yield file, number, f"it has {len(words)} words, not domain, type, item and value"
        elif words[1] not in TYPES:
            yield file, number, "its type is none of soft, hard and -"
        elif words[2] not in ITEMS:
            yield file, number, "its item is none that pam_limits knows"
        else:
            yield from _limit(words, file, number)


def _limit(words: list[str], file: str, number: int) -> Iterator[Limit | tuple[str, int, str]]:
    domain, kind, item, value = words
    if value in _UNLIMITED and not (item in _SIGNED and value == "-1"):
        yield Limit(domain, kind, item, value, None, file, number)
    elif _NUMBER.fullmatch(value) and (item in _SIGNED or int(value) >= 0):
        yield Limit(domain, kind, item, value, int(value), file, number)
    else:
        yield file, number, "its value is no number"


def limits(answers: Answers) -> Limits:
    """Return all lines. Raises NotLearntError, ValueError."""
    masks = frozenset(entry.path for entry in entries_of(answers, LISTING) if entry.masks or entry.dangles)
    texts = texts_of(answers, FILES, masks)
    first = "" if missing(answers, CONF) else decoded(good(answers, CONF, CURE).data)
    rows = list(parse_limits(first, CONF.path))
    for path in sorted(texts):
        rows += parse_limits(texts[path], path)
    lines = tuple(row for row in rows if isinstance(row, Limit))
    return Limits(lines, tuple(row for row in rows if not isinstance(row, Limit)))


def _last(found: Limits) -> dict[tuple[str, str, str], Limit]:
    """Return the line that counts for each domain, item and side: the last."""
    return {(line.domain, line.item, side): line for line in found.lines for side in line.sides}


def _overridden(found: Limits) -> list[Value]:
    """Return each line that a later one for the same domain and item undoes with another value."""
    last = _last(found)
    rows: list[Value] = []
    for line in found.lines:
        by = next((by for side in line.sides if (by := last[line.domain, line.item, side]).limit != line.limit), None)
        if by is not None:
            rows.append({**line.told(), "by_value": by.value, "by_file": by.file, "by_line": by.line})
    return rows


def _contradictions(found: Limits) -> list[Value]:
    """Return where a domain's soft limit is above its hard one; pam_limits then takes the hard one for both."""
    last = _last(found)
    rows: list[Value] = []
    for (domain, item, side), soft in sorted(last.items(), key=lambda one: one[0]):
        hard = last.get((domain, item, "hard"))
        if side == "soft" and hard is not None and _above(soft.limit, hard.limit):
            about = {"domain": domain, "item": item, "soft": soft.value, "hard": hard.value}
            rows.append({**about, "file": soft.file, "line": soft.line, "hard_file": hard.file, "hard_line": hard.line})
    return rows


def _above(soft: int | None, hard: int | None) -> bool:
    return hard is not None and (soft is None or soft > hard)


COLLECTOR = joint(
    "limits-conf",
    ASKS,
    limits,
    {
        "limits_conf.entries": lambda found: [line.told() for line in found.lines],
        "limits_conf.overridden": _overridden,
        "limits_conf.contradictions": _contradictions,
        "limits_conf.unreadable": lambda found: told(found.unreadable),
    },
)
