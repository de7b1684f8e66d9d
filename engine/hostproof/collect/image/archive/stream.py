"""A file in, maybe packed by gzip, xz, zstd or bzip2; its bytes out, one after the other, in bounded pieces."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from typing import BinaryIO, cast

from hostproof.collect.image.archive.store import Readable
from hostproof.collect.image.limits import MIB, ImageError, Limits, damaged, too_large

MOST_READ = 8 * MIB  # at once
MOST_HEADERS = 32 * MIB  # of one member: its long names and attributes
MOST_WINDOW = 128 * MIB  # memory for unpacking: what `zstd --long=27` and `xz -9` need
_CHUNK = 262144
_BLOCK = 512
BROKEN = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)


class Stream:
    """The unpacked bytes of a file, as tarfile reads them: forward only. Raises ImageError for whatever is wrong."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self.limits = limits
        self.at = 0
        self.last = b""  # the last block that was read alone: a header, or the end's zeros
        self._source = _unpacked(file)
        self._left = MOST_HEADERS

    def header(self) -> None:
        """Say that what is read next is a header, which is kept in memory."""
        self._left = MOST_HEADERS

    def content(self) -> None:
        """Say that what is read next goes to a file."""
        self._left = self.limits.bytes

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes, fewer only at the end."""
        self._left -= size
        if not 0 <= size <= MOST_READ or self._left < 0:
            raise damaged("a header in it is larger than any honest one")
        self.limits.tick()
        found = self._take(size)
        self.at += len(found)
        if self.at > self.limits.bytes:
            raise too_large(f"unpacked it has more than {self.limits.bytes} bytes")
        if size == _BLOCK:
            self.last = found
        return found

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self.at

    def seek(self, place: int, _whence: int = 0) -> int:
        """Skip to a place further on."""
        if place < self.at:
            raise damaged("its members lie one over the other")
        while self.at < place and self.read(min(_CHUNK, place - self.at)):
            self._left = max(self._left, MOST_HEADERS)
        return self.at

    def require_end(self) -> None:
        """See that the archive has its end, of zeros, and that nothing comes after it."""
        if self.last != bytes(_BLOCK):
            raise damaged(f"it is cut, or damaged, after {self.at} bytes", "make it anew, or copy it again")
        while rest := self.read(_CHUNK):
            self._left = MOST_HEADERS
            if rest.count(0) != len(rest):
                raise damaged(f"something follows its end, before byte {self.at}", "make it anew, of one piece")

    def _take(self, size: int) -> bytes:
        parts = []
        try:
            while size:
                part = self._source.read(size)
                if not part:
                    break
                parts.append(part)
                size -= len(part)
        except ImageError:
            raise
        except BROKEN as error:
            raise damaged(f"it can't be unpacked: {error}", "make it anew, or copy it again") from None
        except Exception as error:
            if type(error).__module__.startswith("zstandard"):
                raise damaged(f"it can't be unpacked: {error}", "make it anew, or copy it again") from None
            raise
        return parts[0] if len(parts) == 1 else b"".join(parts)


def _unpacked(file: BinaryIO) -> Readable:
    """Return what unpacks a file, by its first bytes; the file itself if nothing packed it."""
    first = file.read(6)
    file.seek(0)
    if first.startswith(b"\x1f\x8b"):
        return cast("Readable", gzip.GzipFile(fileobj=file))
    if first.startswith(b"\xfd7zXZ\x00"):
        return _Xz(file)
    if first.startswith(b"BZh"):
        return cast("Readable", bz2.BZ2File(file))
    if first.startswith(b"\x28\xb5\x2f\xfd"):
        import zstandard

        unpacker = zstandard.ZstdDecompressor(max_window_size=MOST_WINDOW)
        return cast("Readable", unpacker.stream_reader(file, read_across_frames=True, closefd=False))
    return file


class _Xz:
    """Unpacks xz in bounded memory, which lzma.LZMAFile doesn't."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.unpacker = self._fresh()

    @staticmethod
    def _fresh() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MOST_WINDOW)

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, none at the end. Raises LZMAError, EOFError."""
        while True:
            if self.unpacker.eof:
                rest = self.unpacker.unused_data.lstrip(b"\0") or self.file.read(_CHUNK).lstrip(b"\0")
                if not rest:
                    return b""
                self.unpacker = self._fresh()
            else:
                rest = self.file.read(_CHUNK) if self.unpacker.needs_input else b""
                if not rest and self.unpacker.needs_input:
                    raise EOFError("it ends in the middle")
            found = self.unpacker.decompress(rest, size)
            if found:
                return found
