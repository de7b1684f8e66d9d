"""The order of Debian packages' versions: a text such as `1:2.36-9+deb12u4` in, a sort key out, as dpkg compares them.

A version is `[epoch:]upstream[-revision]`; `~` comes before anything, even the end (deb-version(7)). The comparing is
left to debian-inspector. The text is cut here, because that library refuses a `~` or `+` at the end, which
people write on purpose: `2.36~` is below every backport of 2.36.
"""

from __future__ import annotations

import re
from functools import lru_cache

MOST_CHARACTERS = 256

_SHAPE = re.compile(r"(?:([0-9]{1,9}):)?([0-9][A-Za-z0-9.+~-]*?)(?:-([A-Za-z0-9.+~]+))?")


class DebianKey:
    """A version as dpkg orders it: equal where dpkg says so (1.0 and 1.00), and to nothing else."""

    __slots__ = ("_version",)

    def __init__(self, epoch: int, upstream: str, revision: str) -> None:
        from debian_inspector.version import Version

        self._version = Version(epoch, upstream, revision)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DebianKey) and self._against(other) == 0

    def __lt__(self, other: DebianKey) -> bool:
        return self._against(other) < 0

    def __le__(self, other: DebianKey) -> bool:
        return self._against(other) <= 0

    def __gt__(self, other: DebianKey) -> bool:
        return self._against(other) > 0

    def __ge__(self, other: DebianKey) -> bool:
        return self._against(other) >= 0

    __hash__ = None  # type: ignore[assignment]  # equal ones may look different

    def _against(self, other: DebianKey) -> int:
        from debian_inspector.version import compare_version_objects

        found: int = compare_version_objects(self._version, other._version)
        return found


def debian_parts(text: str) -> tuple[int, str, str]:
    """Return epoch, upstream version and revision ("0" for none). Raises ValueError for what is no such version.

    >>> debian_parts("1:2.36-9+deb12u4"), debian_parts("1.0-rc1-1")
    ((1, '2.36', '9+deb12u4'), (0, '1.0-rc1', '1'))
    """
    match = _SHAPE.fullmatch(text) if len(text) <= MOST_CHARACTERS else None
    if match is None or (match[3] is None and "-" in match[2]):
        raise ValueError(f"{text[:60]!r} is not the version of a Debian package, such as 1:2.36-9+deb12u4")
    return int(match[1] or 0), match[2], match[3] or "0"


@lru_cache(maxsize=4096)
def debian_key(text: str) -> DebianKey:
    """Return a key that sorts like the version it was made from; raises ValueError for what is none.

    >>> sorted(["2.36-9+deb12u10", "2.36~rc1-1", "1:1.0", "2.36-9+deb12u4", "2.36"], key=debian_key)
    ['2.36~rc1-1', '2.36', '2.36-9+deb12u4', '2.36-9+deb12u10', '1:1.0']
    """
    return DebianKey(*debian_parts(text))
