"""Faults of the root directory: what a container or chroot that was put together by hand leaves out."""

from __future__ import annotations

from faults.fault import Fault
from faults.inject.prefixes import mounts

# All of this machine's folders below /mnt, but a /dev with a few devices only.
EACH = (
    "if test -L $one; then cp -P $one /mnt; elif test -d $one; then mkdir /mnt$one && mount --rbind $one /mnt$one; fi"
)
SAME_ROOT = (
    "mount -t tmpfs tmpfs /mnt",
    f"for one in /*; do case $one in /dev|/mnt) ;; *) {EACH};; esac; done",
    "mkdir /mnt/dev",
)
CHROOT = ("chroot", "/mnt")


def with_devices(*names: str) -> tuple[str, ...]:
    """Return the words for a root directory whose /dev has only these devices."""
    devices = [f"touch /mnt/dev/{name} && mount --bind /dev/{name} /mnt/dev/{name}" for name in names]
    return (*mounts(*SAME_ROOT, *devices), *CHROOT)


FAULTS = (
    Fault(
        id="root.bare-dev",
        title="the root directory has no /dev/shm and no /dev/urandom",
        how="a chroot whose /dev holds null, zero and full only",
        prefix=with_devices("null", "zero", "full"),
        took=("sh", "-c", "test -c /dev/null && test ! -e /dev/shm && test ! -e /dev/urandom"),
        red={"memory.shm"},
        needs=("root", "mntns", "chroot"),
    ),
)
