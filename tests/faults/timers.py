"""Faults of timers."""

from __future__ import annotations

from faults.clock import OTHER_BOOT
from faults.fault import Fault
from faults.inject.clocks import timer_slack
from faults.inject.prefixes import seccomp

NO_EPOLL = """
import select, sys
try:
    select.epoll().poll(0)
except PermissionError:
    sys.exit(0)
sys.exit(1)
"""


def returns(result: int, call: str) -> tuple[str, ...]:
    """Return the words that succeed if a call of the C library returns `result`."""
    return ("python3", "-c", f"import ctypes, sys; libc = ctypes.CDLL(None); sys.exit(libc.{call} != {result})")


FAULTS = (
    Fault(
        id="timers.slack",
        title="the kernel may delay every wait by a millisecond",
        how="prctl(PR_SET_TIMERSLACK, 1 ms), which is inherited",
        prefix=timer_slack(1_000_000),
        took=("grep", "-qx", "1000000", "/proc/self/timerslack_ns"),
        red={"timers.slack"},
        says={"timers.slack": "1ms"},
        needs=("/proc/self/timerslack_ns",),
    ),
    Fault(
        id="timers.no-timerfd",
        title="timerfd_create(2) is refused",
        how="seccomp: EPERM for timerfd_create",
        prefix=seccomp("EPERM", "timerfd_create"),
        took=returns(-1, "timerfd_create(1, 0)"),
        red={"timers.available", "syscalls.families"},
        unknown={"timers.early": "denied", "timers.periodic": "denied"},
        says={"timers.available": "timerfd by EPERM", "timers.early": "timerfd"},
        needs=("python3",),
    ),
    Fault(
        id="timers.old-timerfd",
        title="timerfd_settime(2) is not there",
        how="seccomp: ENOSYS for timerfd_settime",
        prefix=seccomp("ENOSYS", "timerfd_settime"),
        took=returns(-1, "timerfd_settime(libc.timerfd_create(1, 0), 0, bytes(32), 0)"),
        red={"timers.available", "syscalls.families"},
        unknown={"timers.early": "unsupported", "timers.periodic": "unsupported"},
        says={"timers.available": "timerfd by ENOSYS"},
        needs=("python3",),
    ),
    Fault(
        id="timers.no-epoll",
        title="waiting by epoll is refused",
        how="seccomp: EPERM for epoll_wait and epoll_pwait",
        prefix=seccomp("EPERM", "epoll_wait,epoll_pwait"),
        took=("python3", "-c", NO_EPOLL),
        red={"timers.available", "syscalls.go", "syscalls.families"},
        unknown={"timers.early": "denied"},
        may_be_unknown={"timers.sleep"},  # skipped on a busy machine
        says={"timers.available": "epoll by EPERM"},
        needs=("python3",),
    ),
    Fault(
        id="timers.low-resolution",
        title="the kernel's timers wait for the next tick",
        how=f"a kernel booted with {OTHER_BOOT}",
        took=("grep", "-qw", "highres=off", "/proc/cmdline"),
        boot=OTHER_BOOT,
        red={"timers.high-resolution", "timers.sleep"},
        says={"timers.high-resolution": "the resolution of timers is 4ms"},
        needs=("guest",),
        areas=("timers",),
    ),
)
