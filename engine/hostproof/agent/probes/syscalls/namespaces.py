"""Really makes a namespace of each kind in a child, with the rights we have or in a user namespace of its own.

Sources: namespaces(7), user_namespaces(7), unshare(2).
"""

import errno
import os

from ...probing.system import libc
from .circumstances import Circumstances
from .classify import (
    ABSENT,
    AVAILABLE,
    CAPABILITY,
    DENIALS,
    LSM,
    REFUSED,
    SECCOMP,
    SYSCTL,
    Verdict,
    by_module,
    forbidding,
)
from .tries import CLONE_NEWUSER, demand
from .uses import Outcome, outcome_of

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

# By kind: the flag of unshare(2), and the sysctl that limits how many a user may have (namespaces(7)).
KINDS = {
    "cgroup": (0x02000000, "user/max_cgroup_namespaces"),
    "ipc": (0x08000000, "user/max_ipc_namespaces"),
    "mnt": (0x00020000, "user/max_mnt_namespaces"),
    "net": (0x40000000, "user/max_net_namespaces"),
    "pid": (0x20000000, "user/max_pid_namespaces"),
    "time": (0x00000080, "user/max_time_namespaces"),
    "user": (CLONE_NEWUSER, "user/max_user_namespaces"),
    "uts": (0x04000000, "user/max_uts_namespaces"),
}
HOST_NAME = b"hostproof"


def making(kind: str, inside: bool) -> "Callable[[], None]":
    """Return what makes a namespace of a kind, `inside` a new user namespace; one of users is tried for its rights."""

    def make() -> None:
        if inside:
            demand("unshare", CLONE_NEWUSER)
        demand("unshare", KINDS[kind][0])
        if kind == "user":  # without rights in it there is little it can be used for
            demand("unshare", KINDS["uts"][0])
            if libc.sethostname(HOST_NAME, len(HOST_NAME)):
                raise OSError(errno.EACCES, "sethostname: refused")

    return make


def namespace(kind: str, here: Circumstances) -> Verdict:
    """Make a namespace of a kind; return whether that could be, or who refused."""
    first = outcome_of(making(kind, inside=False))
    if first.answer == "OK":
        return Verdict(AVAILABLE, "made, in a child")
    if first.answer in DENIALS and kind != "user" and outcome_of(making(kind, inside=True)).answer == "OK":
        return Verdict(AVAILABLE, "made, inside a user namespace of its own")
    return verdict_of(kind, first, here)


def verdict_of(kind: str, outcome: Outcome, here: Circumstances) -> Verdict:
    """Return who refused a namespace."""
    answer = outcome.answer
    most = here.sysctl(KINDS[kind][1])
    if answer == "SIGSYS":
        return Verdict(SECCOMP, "the process that made it was ended by SIGSYS")
    if answer in ("EINVAL", "ENOSYS"):
        return Verdict(ABSENT, "{}: the kernel has no such namespaces".format(answer))
    if answer == "ENOSPC":
        return Verdict(SYSCTL, "ENOSPC: {} is {}".format(KINDS[kind][1].replace("/", "."), most))
    if answer not in DENIALS:
        return Verdict(REFUSED, answer)
    return denied(kind, outcome, here)


def denied(kind: str, outcome: Outcome, here: Circumstances) -> Verdict:
    """Return who is behind EPERM or EACCES."""
    if kind == "user" and (outcome.part == "sethostname" or restricted(here)):
        return Verdict(LSM, "made, but without rights in it: kernel.apparmor_restrict_unprivileged_userns")
    setting = forbidding("user", here)
    if setting:
        return Verdict(SYSCTL, "{}: {}".format(outcome.answer, setting))
    if here.filter:
        return Verdict(SECCOMP, outcome.answer + ", and a filter is active")
    if kind == "user" and chrooted():
        return Verdict(REFUSED, "EPERM: there can be no user namespaces in a chroot")
    if kind != "user" and here.lacks(["sys_admin"]):
        return Verdict(CAPABILITY, "{}, without CAP_SYS_ADMIN, and no user namespace would help".format(outcome.answer))
    return by_module(here) or Verdict(REFUSED, outcome.answer + ", and nothing explains it")


def restricted(here: Circumstances) -> bool:
    """Tell whether AppArmor leaves a user namespace without rights (Ubuntu since 23.10)."""
    return bool(here.sysctl("kernel/apparmor_restrict_unprivileged_userns")) and not here.may("sys_admin")


def chrooted() -> bool:
    """Tell whether our root is another than that of the first process, as far as that can be seen."""
    try:
        ours, first = os.stat("/"), os.stat("/proc/1/root/")
    except OSError:
        return False
    return (ours.st_dev, ours.st_ino) != (first.st_dev, first.st_ino)
