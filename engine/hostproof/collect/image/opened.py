"""A target in, what its files are read from out: a folder for the agent, and the list of entries, read once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hostproof.collect.asks import Ask, Probe
from hostproof.collect.image.entries import Entry
from hostproof.collect.image.folder import Reading, read_folder
from hostproof.collect.image.limits import ImageError, Limits
from hostproof.collect.image.manifest import Manifest, manifest_of
from hostproof.collect.target import Target
from hostproof.facts.builtin.rootfs import PROBE
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import field, record, replace

_NO_ROOT = "this is learnt of a root file system that is not running only: others change while they are read"
_SHOWN = 3


def is_of_image(ask: Ask) -> bool:
    """Tell whether an ask is answered here, not by an agent."""
    return isinstance(ask, Probe) and ask.name == PROBE.name


@record(frozen=False, eq=False)
class Opened:
    """`target` is what an agent is started for; `trouble` is why it can't be, and all facts are unknown.

    `unpacked` are the entries of an archive; those of a folder are read when they are asked for.
    """

    target: Target
    limits: Limits
    trouble: Unknown | None = None
    unpacked: list[Entry] | None = None
    reading: Reading | None = None
    made: list[Manifest] = field(default_factory=list)

    def entries(self) -> list[Entry]:
        """Return all entries, of which some may have changed meanwhile. Raises ImageError."""
        if self.unpacked is not None:
            return self.unpacked
        if self.target.kind != "root":
            raise ImageError(Cause.UNSUPPORTED, _NO_ROOT, "take root:DIR, tar:FILE or oci:DIR")
        self.reading = self.reading or read_folder(self.target.place, self.limits)
        if self.reading.refused:
            raise ImageError(Cause.DENIED, f"{_some(self.reading.refused)} can't be read", "run as root")
        return self.reading.entries

    def manifest(self) -> Manifest:
        """Return the manifest of all entries. Raises ImageError where it is not that of one moment."""
        if not self.made:
            entries = self.entries()
            if self.reading is not None and self.reading.changed:
                why = f"{_some(self.reading.changed)} changed while it was read"
                raise ImageError(Cause.INCONCLUSIVE, why, "end what writes there, or read a copy")
            self.made.append(manifest_of(entries))
        return self.made[0]


def _some(paths: list[bytes]) -> str:
    """Name some of the paths."""
    names = ["/" + path.decode("utf-8", "backslashreplace") for path in sorted(set(paths))]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


@contextmanager
def opened(target: Target, due: int, limits: Limits | None = None, *, files: bool = True) -> Iterator[Opened]:
    """Give what a target's files are read from; an archive is unpacked into a scratch folder, which is removed.

    `due` is when to give up, on the monotonic clock in nanoseconds. What can't be read is its `trouble`. Without
    `files`, an archive is only read: there are its entries, and no folder.
    """
    bounds = replace(limits or Limits(), due=due)
    if target.kind not in ("tar", "oci"):
        yield Opened(target, bounds)
        return
    if not files:
        yield _unpacked(target, "", bounds)
        return
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="hostproof-image-") as folder:
        yield _unpacked(target, folder, bounds)


def _unpacked(target: Target, folder: str, limits: Limits) -> Opened:
    from hostproof.collect.image.archive.read import unpack_layout, unpack_tar

    try:
        if target.kind == "tar":
            entries = unpack_tar(target.place, folder, limits)
        else:
            entries = unpack_layout(target.place, target.image, folder, limits)
    except ImageError as error:
        return Opened(target, limits, error.unknown)
    return Opened(replace(target, kind="root", place=f"{folder}/root"), limits, unpacked=entries)
