"""Strict reading of small texts: numbers, lines and words, refused with ValueError where Python would be lenient."""

from __future__ import annotations

import re

from hostproof.facts.snapshot import Value

LARGEST = 2**63 - 1  # what a snapshot holds exactly; see `facts.fits`
_MOST_WORDS = 10_000
_WHOLE = re.compile(r"-?[0-9]{1,20}")
_RANGE = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9}))?")
_DECIMAL = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")


def whole(text: str) -> int:
    r"""Return the integer a text is, ASCII digits only. Raises ValueError, also beyond 64 bits.

    >>> whole(" 42\n"), whole("-1")
    (42, -1)
    """
    word = text.strip()
    if not _WHOLE.fullmatch(word) or not -LARGEST - 1 <= int(word) <= LARGEST:
        raise ValueError(f"{short(word)} is not a whole number of 64 bits")
    return int(word)


def natural(text: str) -> int:
    """Return the integer a text is, when it is not negative. Raises ValueError.

    >>> natural("42")
    42
    """
    number = whole(text)
    if number < 0:
        raise ValueError(f"{number} is negative")
    return number


def decimal(text: str) -> float:
    """Return the number a text like 0.42 is. Raises ValueError.

    >>> decimal("0.42")
    0.42
    """
    if not _DECIMAL.fullmatch(text.strip()):
        raise ValueError(f"{short(text)} is not a number")
    return float(text)


def ranges(text: str, highest: int) -> set[int]:
    r"""Return the numbers that a list of numbers and ranges names. Raises ValueError beyond `highest`.

    >>> sorted(ranges("0-2,7\n", 65535))
    [0, 1, 2, 7]
    """
    found: set[int] = set()
    seen = 0
    for part in filter(None, text.strip().split(",")):
        match = _RANGE.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, -1)
        seen += last - first + 1
        if not 0 <= first <= last <= highest or seen > highest + 1:  # the kernel names no number twice
            raise ValueError(f"{short(part)} is no range of numbers up to {highest}")
        found.update(range(first, last + 1))
    return found


def capped(number: int) -> int:
    """Return a number, or the largest that a snapshot can hold.

    >>> capped(2**64) == LARGEST
    True
    """
    return min(number, LARGEST)


def line(text: str) -> str:
    r"""Return the first line without its end. Raises ValueError when it is empty.

    >>> line("6.1.0-30-amd64\n")
    '6.1.0-30-amd64'
    """
    first = text.split("\n", 1)[0].strip()
    if not first:
        raise ValueError("it is empty")
    return first


def words(text: str) -> list[Value]:
    r"""Return the words of a text. Raises ValueError when there are more than 10,000.

    >>> words("tsc kvm-clock \n")
    ['tsc', 'kvm-clock']
    """
    found = text.split()
    if len(found) > _MOST_WORDS:
        raise ValueError(f"it has {len(found)} words, the bound is {_MOST_WORDS}")
    return [*found]


def strings(value: Value) -> list[str]:
    """Return the texts of a list, which is what a call returned. Raises ValueError.

    >>> strings(["a", "b"])
    ['a', 'b']
    """
    if not isinstance(value, list):
        raise ValueError("it is no list")  # noqa: TRY004 - the data is wrong, not the call
    return [item for item in value if isinstance(item, str)]


def fields(value: Value) -> dict[str, Value]:
    """Return the fields of a record, which is what a call returned. Raises ValueError.

    >>> fields({"machine": "x86_64"})
    {'machine': 'x86_64'}
    """
    if not isinstance(value, dict):
        raise ValueError("it is no record")  # noqa: TRY004 - as above
    return value


def number(value: Value) -> int:
    """Return a number of what a call returned, when it is a count, capped. Raises ValueError.

    >>> number(61)
    61
    """
    if type(value) is not int or value < 0:
        raise ValueError(f"{short(repr(value))} is no count")
    return capped(value)


def short(text: str) -> str:
    """Quote the beginning of a text, for messages.

    >>> short("eth0")
    "'eth0'"
    """
    return repr(text if len(text) <= 40 else text[:37] + "...")
