"""Files of which only parts are known: what the agent sent in, objects that a parser may read out."""

from __future__ import annotations

import binascii
import zlib
from bisect import bisect_right
from typing import IO, TYPE_CHECKING, cast

from hostproof.facts.snapshot import Value

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile

MOST_PART = 64 * 1024 * 1024
MOST_SIZE = 2**62


class GapError(ValueError):
    """Raised when a part is read that was not sent: the file claims to have it, and does not, or it is too large."""


class SparseFile:
    """A binary file to read: as much as was sent, and nothing that was not.

    `parts` are `[offset, length, zlib data as base64]`. Raises ValueError for parts that are not what they should be.
    """

    def __init__(self, size: int, parts: Value) -> None:
        self.size = size
        self.name = "program"
        self._at = 0
        self._parts = sorted(_unpacked(part) for part in (parts if isinstance(parts, list) else []))
        self._starts = [offset for offset, _ in self._parts]

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move as `io` does."""
        self._at = max(0, (0, self._at, self.size)[whence] + offset)
        return self._at

    def tell(self) -> int:
        """Return where reading goes on."""
        return self._at

    def read(self, length: int = -1) -> bytes:
        """Read up to the end of what was sent there. Raises GapError where nothing was."""
        if length == 0 or self._at >= self.size:
            return b""
        for index in range(bisect_right(self._starts, self._at) - 1, -1, -1):
            offset, data = self._parts[index]
            if self._at < offset + len(data):
                start = self._at - offset
                found = data[start:] if length < 0 else data[start : start + length]
                self._at += len(found)
                return found
        raise GapError(f"what should stand at byte {self._at} is not there, or too large to be read")

    def close(self) -> None:
        """There is nothing to close."""


def open_elf(file: SparseFile) -> ELFFile:
    """Return pyelftools' view of a file. Raises what that raises."""
    from elftools.elf.elffile import ELFFile

    return ELFFile(cast("IO[bytes]", file))


def _unpacked(part: Value) -> tuple[int, bytes]:
    if not isinstance(part, list) or len(part) != 3:
        raise ValueError("a part of a file is an offset, a length and data")
    offset, length, text = part
    if not (isinstance(offset, int) and isinstance(length, int) and 0 <= offset < MOST_SIZE):
        raise ValueError("a part of a file has no place")
    return offset, unsqueezed(text, length)


def unsqueezed(text: Value, length: int = MOST_PART) -> bytes:
    """Return the bytes that zlib and base64 made a text of, `length` at most. Raises ValueError."""
    if not isinstance(text, str) or not 0 <= length <= MOST_PART:
        raise ValueError("data of a file is no text, or too long")
    try:
        return zlib.decompressobj().decompress(binascii.a2b_base64(text), max(1, length))[:length]
    except zlib.error as problem:
        raise ValueError(f"data of a file can't be unpacked: {problem}") from None
