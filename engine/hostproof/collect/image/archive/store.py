"""Files of an image on their way into a scratch folder: contents in, as they come; a private copy of the tree out."""

from __future__ import annotations

import hashlib
import os
from typing import Protocol

from hostproof.collect.image.entries import head_size
from hostproof.collect.image.limits import MIB, ImageError, Limits, too_large
from hostproof.facts.unknown import Cause
from hostproof.source.records import record

CHUNK = MIB
_ZEROS = bytes(CHUNK)
_LOOK = 64 * MIB  # bytes written between two looks at the room that is left


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most so many bytes, none at the end."""


@record
class Content:
    """What is in a file: `number` is its name in the store, `digest` the SHA-256 in hex."""

    number: int
    size: int
    digest: str
    head: bytes = b""


class Store:
    """Contents by number, in a new folder of ours. Nothing is written under a name that an image has chosen.

    Without a folder, contents are told and not kept.
    """

    def __init__(self, folder: str, limits: Limits) -> None:
        self.place = -1
        if folder:
            os.mkdir(folder, 0o700)  # noqa: PTH102 - bytes and descriptors, as below
            self.place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self.limits = limits
        self.count = 0
        self.size = 0
        self._looked = -_LOOK

    def close(self) -> None:
        """Let go of the folder."""
        if self.place >= 0:
            os.close(self.place)

    def put(self, path: bytes, source: Readable, size: int) -> Content:
        """Keep what can be read, `size` bytes that a member says to have. Raises ImageError."""
        self._require_room(size)
        self.count += 1
        if self.place < 0:
            return self._copied(-1, path, source, size)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        handle = os.open(str(self.count), flags, 0o600, dir_fd=self.place)
        try:
            return self._copied(handle, path, source, size)
        except OSError as error:
            why = f"no room to unpack it: {error.strerror}"
            raise ImageError(Cause.FAILED, why, "set TMPDIR to a folder with more") from None
        finally:
            os.close(handle)

    def _copied(self, handle: int, path: bytes, source: Readable, size: int) -> Content:
        """Copy the content; long runs of zeros are left out of the file, which reads the same then."""
        found = hashlib.sha256()
        done, head, most = 0, b"", head_size(path)
        while done < size:
            self.limits.tick()
            chunk = source.read(min(CHUNK, size - done))
            if not chunk:
                raise ImageError(Cause.PARSE_ERROR, "it ends in the middle of a file", "make it anew: it is cut")
            found.update(chunk)
            head = head or chunk[:most]
            if handle >= 0 and (len(chunk) < CHUNK or chunk != _ZEROS):
                os.pwrite(handle, chunk, done)
                self._require_room(0)
            done += len(chunk)
        if handle >= 0 and size >= CHUNK:
            os.ftruncate(handle, size)
        self.size += size
        return Content(self.count, size, found.hexdigest(), head)

    def _require_room(self, more: int) -> None:
        if self.size + more > self.limits.bytes:
            raise too_large(f"its files have more than {self.limits.bytes} bytes")
        if self.place < 0 or (self.size - self._looked < _LOOK and more < _LOOK):
            return
        self._looked = self.size
        there = os.fstatvfs(self.place)
        if there.f_bavail * there.f_frsize < self.limits.room:
            why = f"less than {self.limits.room // MIB} MiB would be free where it is unpacked"
            raise ImageError(Cause.FAILED, why, "set TMPDIR to a folder with more room")
