"""How much of an image is read at most, and for how long; what goes beyond is refused with a reason."""

from __future__ import annotations

import time

from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import record

GIB, MIB = 2**30, 2**20
_LARGE = "see that it is what you mean; an image as large as that can be unpacked and read as root:DIR"


class ImageError(Exception):
    """Raised where an image can't be read, with the Unknown that all facts of it become."""

    def __init__(self, cause: Cause, detail: str, cure: str = "") -> None:
        super().__init__(detail)
        self.unknown = Unknown(cause, detail, cure)

    @classmethod
    def of(cls, why: Unknown) -> ImageError:
        """Return the error of a reason that is known already."""
        return cls(why.cause, why.detail, why.cure)


@record
class Limits:
    """`entries` and `bytes` (of files, unpacked) of all layers; `path` bytes and `depth` folders of one name.

    `room` bytes stay free where files are unpacked. `due` is when to give up, on the monotonic clock in nanoseconds.
    """

    entries: int = 500_000
    bytes: int = 32 * GIB
    path: int = 3500  # PATH_MAX less than what comes before it
    depth: int = 200  # folders that are held open together
    room: int = 256 * MIB
    due: int = 2**63

    def tick(self) -> None:
        """Raise ImageError (timeout) once the time is over."""
        if time.monotonic_ns() > self.due:
            raise ImageError(Cause.TIMEOUT, "the image was not read to its end in time", "give it more: --timeout 1h")


def too_large(detail: str) -> ImageError:
    """Return the error of what goes beyond a limit."""
    return ImageError(Cause.TOO_LARGE, detail, _LARGE)


def damaged(detail: str, cure: str = "make it anew: it is damaged, or made to do harm") -> ImageError:
    """Return the error of what no honest tool writes."""
    return ImageError(Cause.PARSE_ERROR, detail, cure)
