"""ld.so.cache: its bytes in, the paths it has for each library out.

Two formats, the newer one often behind the older (glibc, sysdeps/generic/dl-cache.h): `glibc-ld.so.cache1.1` with
entries of 24 bytes, `ld.so-1.7.0` with entries of 12. Places of texts count from the newer header, or from the end of
the older one's entries.
"""

from __future__ import annotations

import struct

OLD, NEW = b"ld.so-1.7.0\0", b"glibc-ld.so.cache1.1"
MOST = 65536


def read_cache(data: bytes, order: str = "<") -> dict[str, tuple[str, ...]]:
    """Return the paths by the name they serve, those for any processor first. Raises ValueError."""
    if data.startswith(OLD):
        count = _number(data, 12, order)
        end = 16 + 12 * count
        aligned = (end + 7) & ~7
        if data[aligned : aligned + len(NEW)] == NEW:
            return _new(data[aligned:], order)
        return _sorted(data, end, [struct.unpack_from(order + "iII", data, at) for at in _places(data, 16, 12, count)])
    if not data.startswith(NEW):
        raise ValueError("it does not begin as ld.so.cache does")
    return _new(data, order)


def _new(data: bytes, order: str) -> dict[str, tuple[str, ...]]:
    places = _places(data, 48, 24, _number(data, 20, order))
    rows = [struct.unpack_from(order + "iIIIQ", data, at) for at in places]
    return _sorted(data, 0, sorted(rows, key=lambda row: bool(row[4])))


def _places(data: bytes, start: int, each: int, count: int) -> range:
    if count > MOST or start + each * count > len(data):
        raise ValueError(f"it ends before its {count} entries do")
    return range(start, start + each * count, each)


def _number(data: bytes, at: int, order: str) -> int:
    if at + 4 > len(data):
        raise ValueError("it ends in its header")
    return int(struct.unpack_from(order + "I", data, at)[0])


def _sorted(data: bytes, base: int, rows: list[tuple[int, ...]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(_text(data, base + row[1]), []).append(_text(data, base + row[2]))
    return {name: tuple(dict.fromkeys(paths)) for name, paths in found.items()}


def _text(data: bytes, at: int) -> str:
    end = data.find(b"\0", at, at + 4096)
    if end < 0:
        raise ValueError("a text in it has no end")
    return data[at:end].decode("utf-8", "backslashreplace")
