"""Units: `5ms`, `64KiB`, `95%` in, an erased value and its type out, and the way back for people to read."""

from __future__ import annotations

import re
from math import isfinite
from typing import TYPE_CHECKING

from hostproof.facts.types import ANY, BYTES, DURATION, FLOAT, INT, RATE, RATIO, Kind, Type

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction

    from hostproof.facts.snapshot import Value

MOST_CHARACTERS = 64
MOST_SHOWN = 400  # characters of one value
_LARGEST = 2**63 - 1  # what every reader of our JSON can hold exactly
_MOST_TEXT, _MOST_ITEMS, _DEEPEST = 200, 8, 4

# Largest first. Days have 24 hours: a duration knows no calendar.
DURATION_UNITS = {
    "d": 86_400_000_000_000,
    "h": 3_600_000_000_000,
    "min": 60_000_000_000,
    "s": 1_000_000_000,
    "ms": 1_000_000,
    "us": 1_000,
    "ns": 1,
}
# SI (decimal) and IEC 80000-13 (binary) prefixes.
BYTE_UNITS = {
    "TiB": 2**40,
    "TB": 10**12,
    "GiB": 2**30,
    "GB": 10**9,
    "MiB": 2**20,
    "MB": 10**6,
    "KiB": 2**10,
    "kB": 10**3,
    "B": 1,
}

_QUANTITY = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,3}))?([A-Za-z%/]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9A-Fa-f]+")


def unit_words() -> tuple[str, ...]:
    """Return every unit a quantity may carry, for hints."""
    return (*DURATION_UNITS, *BYTE_UNITS, *(f"{unit}/s" for unit in BYTE_UNITS), "%")


def parse_quantity(text: str) -> tuple[int | float, Type]:
    """Read a number with or without a unit, as nanoseconds, bytes, bytes per second or a ratio (0.95 for 95%).

    A bare number is `int` or `float`; `0o755` and `0x1f` are `int`. The arithmetic is exact. Raises ValueError for an
    unknown unit, for what is not a whole number of nanoseconds or bytes, and outside 64 bits.

    >>> parse_quantity("1.5s")[0], parse_quantity("64KiB")[0], parse_quantity("95%")[0]
    (1500000000, 65536, 0.95)
    """
    if _BASED.fullmatch(text) and len(text) <= MOST_CHARACTERS:
        return _bounded(int(text, 0), text), INT
    match = _QUANTITY.fullmatch(text) if len(text) <= MOST_CHARACTERS else None
    if match is None:
        raise ValueError(f"{text[:MOST_CHARACTERS]!r} is not a number with a unit")
    sign, whole, part, exponent, unit = match.groups()
    if part is None and exponent is None:
        return _measured(int(sign + whole), unit, text)
    from fractions import Fraction

    amount = Fraction(int(sign + whole + (part or "")), 10 ** len(part or ""))
    return _measured(amount * Fraction(10) ** int(exponent or 0), unit, text)


def _measured(amount: int | Fraction, unit: str, text: str) -> tuple[int | float, Type]:
    if unit in DURATION_UNITS:
        return _whole(amount * DURATION_UNITS[unit], text, "nanoseconds"), DURATION
    if unit in BYTE_UNITS:
        return _whole(amount * BYTE_UNITS[unit], text, "bytes"), BYTES
    if unit == "%":
        return _float(amount, 100, text), RATIO
    if unit.endswith("/s") and unit[:-2] in BYTE_UNITS:
        return _float(amount * BYTE_UNITS[unit[:-2]], 1, text), RATE
    if unit:
        raise ValueError(f"{unit!r} is not a unit")
    return (_bounded(amount, text), INT) if isinstance(amount, int) else (_float(amount, 1, text), FLOAT)


def _whole(amount: int | Fraction, text: str, unit: str) -> int:
    if amount.denominator != 1:
        raise ValueError(f"{text} is not a whole number of {unit}")
    return _bounded(amount.numerator, text)


def _bounded(number: int, text: str) -> int:
    if abs(number) > _LARGEST:
        raise ValueError(f"{text} does not fit into 64 bits")
    return number


def _float(amount: int | Fraction, parts: int, text: str) -> float:
    """Return the float nearest to `amount` divided by `parts`: dividing integers rounds once, and rightly."""
    try:
        return amount.numerator / (amount.denominator * parts)
    except OverflowError:
        raise ValueError(f"{text} is too large") from None


def format_duration(nanoseconds: int) -> str:
    """Return `1.5s`, `90s`, `2min`: whole minutes, hours and days as such, else seconds or less, always exact."""
    from decimal import Decimal

    for unit in ("d", "h", "min"):
        if nanoseconds and nanoseconds % DURATION_UNITS[unit] == 0:
            return f"{nanoseconds // DURATION_UNITS[unit]}{unit}"
    unit = next((u for u in ("s", "ms", "us") if abs(nanoseconds) >= DURATION_UNITS[u]), "ns" if nanoseconds else "s")
    return plain(Decimal(nanoseconds) / DURATION_UNITS[unit]) + unit


def format_bytes(size: int) -> str:
    """Return `4KiB`, `10MB`, `1500B`: the shortest exact spelling with two decimals at most."""
    from fractions import Fraction

    amounts = ((Fraction(size, scale), unit) for unit, scale in BYTE_UNITS.items() if scale <= abs(size) or unit == "B")
    texts = [(plain(_exact(a)), unit) for a, unit in amounts if (a * 100).denominator == 1]
    number, unit = min(texts, key=lambda text: (len(text[0] + text[1]), "." in text[0]))
    return number + unit


def format_rate(rate: float) -> str:
    """Return `10MB/s`; rounded like `format_number`."""
    from decimal import Decimal

    unit = next((u for u in ("TB", "GB", "MB", "kB") if abs(rate) >= BYTE_UNITS[u]), "B")
    return f"{plain(_rounded(Decimal(repr(rate)) / BYTE_UNITS[unit]))}{unit}/s"


def format_ratio(ratio: float) -> str:
    """Return `95%`; rounded like `format_number`."""
    from decimal import Decimal

    return plain(_rounded(Decimal(repr(ratio)) * 100)) + "%"


def format_number(number: float) -> str:
    """Return an integer as it is and a float exactly if nine digits say it, else rounded to six digits."""
    from decimal import Decimal

    if isinstance(number, int):
        return str(number)
    if number and not 1e-6 <= abs(number) < 1e15:
        return repr(number)
    return plain(_rounded(Decimal(repr(number))))


def plain(number: Decimal) -> str:
    """Return a decimal number without exponent and without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _exact(amount: Fraction) -> Decimal:
    from decimal import Decimal

    return Decimal(amount.numerator) / Decimal(amount.denominator)


def _rounded(number: Decimal) -> Decimal:
    """Return the number itself if it has nine digits at most, else to six: measurements carry noise beyond that."""
    from decimal import Decimal

    if len(number.normalize().as_tuple().digits) <= 9:
        return number
    return Decimal(f"{number:.6g}")


def format_time(nanoseconds: int) -> str:
    """Return a point in time as ISO 8601 in UTC, with as many decimals as it has."""
    from datetime import UTC, datetime

    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    decimals = f".{rest:09d}".rstrip("0") if rest else ""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}{decimals}Z"
    except (ValueError, OverflowError, OSError):
        return f"{nanoseconds}ns after 1970"


def show_text(text: str, most: int = _MOST_TEXT) -> str:
    """Return a text of at most `most` characters on one line; anything a terminal might obey is escaped."""
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return cut if cut.isprintable() else "".join(c if c.isprintable() else _escaped(c) for c in cut)


def quote_text(text: str) -> str:
    """Return a text as a quoted literal that is safe to print, cut when long."""
    return '"' + show_text(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def format_value(value: Value, type: Type) -> str:  # noqa: A002 - the word of the catalog
    """Return a value as a person writes it: `5ms`, `64KiB`, `95%`, `"eth0"`, `none`, `[1, 2]`, `{mtu: 1500B}`.

    Integers, sizes and durations read back exactly; ratios, rates and floats to six digits at least. Lists and
    records are cut after eight items, a text after 200 characters, the whole after 400. A value that isn't of its type
    (untyped data) is shown as what it is.
    """
    shown = _format(value, type, 1)
    return shown if len(shown) <= MOST_SHOWN else shown[: MOST_SHOWN - 1] + "…"


def _format(value: Value, of: Type, depth: int) -> str:
    if value is None or isinstance(value, bool):
        return {None: "none", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return show_text(value) if of.kind in {Kind.VERSION, Kind.DEBIAN} and value else quote_text(value)
    if isinstance(value, (int, float)):
        return _format_amount(value, of.kind)
    return _format_list(value, of, depth) if isinstance(value, list) else _format_map(value, of, depth)


def _format_list(items: list[Value], of: Type, depth: int) -> str:
    if depth > _DEEPEST:
        return "[…]"
    return "[" + _listed([_format(item, of.item or ANY, depth + 1) for item in items[:_MOST_ITEMS]], len(items)) + "]"


def _format_map(entries: dict[str, Value], of: Type, depth: int) -> str:
    if depth > _DEEPEST:
        return "{…}"
    parts = [_format_field(name, entries[name], of, depth) for name in list(entries)[:_MOST_ITEMS]]
    return "{" + _listed(parts, len(entries)) + "}"


def _format_field(name: str, value: Value, of: Type, depth: int) -> str:
    return f"{show_text(name)}: {_format(value, of.item or of.field(name) or ANY, depth + 1)}"


def _listed(parts: list[str], length: int) -> str:
    more = [f"… {length - len(parts)} more"] if length > len(parts) else []
    return ", ".join(parts + more)


def _format_amount(value: int | float, kind: Kind) -> str:
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    if kind is Kind.RATIO:
        return format_ratio(float(value))
    if kind is Kind.RATE:
        return format_rate(float(value))
    whole = {Kind.DURATION: format_duration, Kind.BYTES: format_bytes, Kind.TIME: format_time}.get(kind)
    if whole is not None and value == int(value):
        return whole(int(value))
    return format_number(value)


def _escaped(character: str) -> str:
    known = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character)
    number = ord(character)
    return known or (
        f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    )
