"""Really uses what servers and sandboxes are built on: io_uring, Landlock, BPF, userfaultfd, perf events, ptrace.

Each is tried in a child of its own, so that what a filter kills is told from what it refuses, and ends with it. A use
gives OK, or the name of the errno and at which of its parts it came.
"""

import ctypes
import errno
import mmap
import os
import select
import signal
import struct

from ...probing.system import error_name, libc
from .circumstances import Circumstances
from .classify import (
    ABSENT,
    AVAILABLE,
    CAPABILITY,
    DENIALS,
    REFUSED,
    RLIMIT,
    SECCOMP,
    SYSCTL,
    Verdict,
    by_module,
    forbidding,
    missing,
    names_of,
)
from .table import CALLS
from .tries import ask, demand

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

MOST_WAIT = 1.0
PR_SET_NO_NEW_PRIVS = 38


class Outcome:
    """What a use came to: the errno's name (OK, SIGSYS, STUCK besides) and the part that gave it."""

    def __init__(self, answer: str, part: str = "") -> None:
        self.answer = answer
        self.part = part


def outcome_of(use: "Callable[[], None]") -> Outcome:
    """Run a use in a child; what it raises as OSError is its answer, the text before the colon its part."""
    end, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        be_user(use, writer)
    os.close(writer)
    poll = select.poll()
    poll.register(end, select.POLLIN)
    said = os.read(end, 4096).decode("ascii", "replace") if poll.poll(MOST_WAIT * 1000) else "STUCK "
    os.close(end)
    os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    if not said:
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS
        return Outcome("SIGSYS" if killed else "DIED")
    answer, _, part = said.partition(" ")
    return Outcome(answer, part)


def be_user(use: "Callable[[], None]", out: int) -> None:
    """Be the child that uses something; never returns."""
    try:
        use()
        os.write(out, b"OK ")
        os._exit(0)
    except OSError as problem:
        part = str(problem.strerror).rpartition(": ")[0]
        os.write(out, "{} {}".format(error_name(problem.errno or 0), part).encode("ascii", "replace"))
    finally:
        os._exit(1)


def io_uring() -> None:
    """Make a ring, submit one NOP and take its completion (io_uring(7))."""
    parameters = ctypes.create_string_buffer(120)
    ring = demand("io_uring_setup", 1, ctypes.byref(parameters))
    words = struct.unpack("30I", parameters.raw)
    sq_tail, sq_array, cq_head, cq_tail = words[11], words[16], words[20], words[21]
    cqes = words[25]
    submissions = mmap.mmap(ring, sq_array + 4 * words[0], offset=0)
    completions = mmap.mmap(ring, cqes + 16 * words[1], offset=0x8000000)
    entries = mmap.mmap(ring, 64 * words[0], offset=0x10000000)
    entries[:64] = struct.pack("BBHiQQIIQ", 0, 0, 0, -1, 0, 0, 0, 0, 77).ljust(64, b"\0")
    submissions[sq_array : sq_array + 4] = struct.pack("I", 0)
    submissions[sq_tail : sq_tail + 4] = struct.pack("I", 1)
    demand("io_uring_enter", ring, 1, 1, 1, 0, 0)
    head, tail = (struct.unpack_from("I", completions, at)[0] for at in (cq_head, cq_tail))
    data, result = struct.unpack_from("Qi", completions, cqes)
    if tail - head != 1 or data != 77 or result:
        raise OSError(errno.EIO, "completion: not what was submitted")


def landlock() -> None:
    """Forbid this process to list folders, and see that it can't any more (landlock(7))."""
    os.listdir("/")
    rules = ctypes.create_string_buffer(struct.pack("Q", 1 << 3))  # LANDLOCK_ACCESS_FS_READ_DIR
    ruleset = demand("landlock_create_ruleset", ctypes.byref(rules), 8, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    quiet = 1 if ask("landlock_create_ruleset", 0, 0, 1)[0] >= 7 else 0  # LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF
    demand("landlock_restrict_self", ruleset, quiet)
    try:
        os.listdir("/")
    except PermissionError:
        return
    raise OSError(errno.EIO, "listdir: allowed, though the ruleset forbids it")


def bpf_map() -> None:
    """Make a BPF array of one number, set it and read it back (bpf(2))."""
    array = ctypes.create_string_buffer(struct.pack("4I", 2, 4, 8, 1).ljust(72, b"\0"))
    made = demand("bpf", 0, ctypes.byref(array), 72)
    key, value = ctypes.c_uint32(0), ctypes.c_uint64(77)
    words = struct.pack("IxxxxQQQ", made, ctypes.addressof(key), ctypes.addressof(value), 0)
    demand("bpf", 2, ctypes.byref(ctypes.create_string_buffer(words, 32)), 32)
    value.value = 0
    demand("bpf", 1, ctypes.byref(ctypes.create_string_buffer(words, 32)), 32)
    if value.value != 77:
        raise OSError(errno.EIO, "bpf: another value came back")


def perf_event(flags: int) -> None:
    """Count this task's time with a software event and see it grow (perf_event_open(2))."""
    attributes = ctypes.create_string_buffer(struct.pack("IIQQQQQ", 1, 64, 1, 0, 0, 0, flags).ljust(64, b"\0"))
    counter = demand("perf_event_open", ctypes.byref(attributes), 0, -1, -1, 8)
    sum(range(1000))
    if not struct.unpack("Q", os.read(counter, 8))[0]:
        raise OSError(errno.EIO, "counter: it stayed at zero")


def perf_user() -> None:
    """Count what this task does outside the kernel."""
    perf_event(3 << 5)  # exclude_kernel, exclude_hv


def perf_kernel() -> None:
    """Count what this task does, in the kernel as well."""
    perf_event(0)


def userfault(flags: int) -> None:
    """Open a userfaultfd and agree on its protocol (userfaultfd(2), ioctl_userfaultfd(2))."""
    import fcntl

    opened = demand("userfaultfd", flags | os.O_CLOEXEC)
    fcntl.ioctl(opened, 0xC018AA3F, bytearray(struct.pack("QQQ", 0xAA, 0, 0)))


def userfaultfd() -> None:
    """Handle page faults of the kernel as well."""
    userfault(0)


def userfaultfd_user() -> None:
    """Handle page faults of this program only, which needs no rights since Linux 5.11."""
    userfault(1)


def trace_child() -> None:
    """Attach to a child of our own, as a debugger does (ptrace(2))."""
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        demand("ptrace", 0x4206, child, 0, 0)  # PTRACE_SEIZE
    finally:
        os.kill(child, signal.SIGKILL)


def secret_memory() -> None:
    """Map a page that not even the kernel sees (memfd_secret(2)); it counts as locked memory."""
    opened = demand("memfd_secret", 0)
    os.ftruncate(opened, mmap.PAGESIZE)
    with mmap.mmap(opened, mmap.PAGESIZE) as page:
        page[:6] = b"secret"


def locked_memory() -> None:
    """Lock one page (mlock2(2))."""
    with mmap.mmap(-1, mmap.PAGESIZE) as page:
        demand("mlock2", ctypes.addressof(ctypes.c_char.from_buffer(page)), mmap.PAGESIZE, 0)


def realtime() -> None:
    """Ask for the scheduling of real-time programs (sched(7))."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))


# By name: what is done, the call whose sysctls count, the capabilities that are needed or help.
USES: "dict[str, tuple[Callable[[], None], str, tuple[str, ...]]]" = {
    "bpf": (bpf_map, "bpf", ("bpf", "sys_admin")),
    "io_uring": (io_uring, "io_uring_setup", ()),
    "landlock": (landlock, "landlock_create_ruleset", ()),
    "memfd_secret": (secret_memory, "memfd_secret", ("ipc_lock",)),
    "mlock": (locked_memory, "mlock2", ("ipc_lock",)),
    "perf": (perf_user, "perf_event_open", ("perfmon", "sys_admin")),
    "perf_kernel": (perf_kernel, "perf_event_open", ("perfmon", "sys_admin")),
    "ptrace": (trace_child, "ptrace", ("sys_ptrace",)),
    "realtime": (realtime, "sched_setscheduler", ("sys_nice",)),
    "userfaultfd": (userfaultfd, "userfaultfd", ("sys_ptrace",)),
    "userfaultfd_user": (userfaultfd_user, "userfaultfd", ()),
}
# Uses that a resource limit refuses to those without the capability, and with which errno (getrlimit(2)).
LIMITS = {
    "memfd_secret": ("EAGAIN", "RLIMIT_MEMLOCK"),
    "mlock": ("ENOMEM EPERM", "RLIMIT_MEMLOCK"),
    "realtime": ("EPERM", "RLIMIT_RTPRIO"),
}


BY_NAME = {call.name: call for call in CALLS}


def verdict_of(name: str, outcome: Outcome, here: Circumstances) -> Verdict:
    """Return the state of a use, and why."""
    at = "{} of {}".format(outcome.answer, outcome.part) if outcome.part else outcome.answer
    call = USES[name][1]
    if outcome.answer == "OK":
        return Verdict(AVAILABLE, "used, and it did what it should")
    if outcome.answer == "SIGSYS":
        return Verdict(SECCOMP, "the process that used it was ended by SIGSYS")
    if outcome.answer == "ENOSYS" and call in BY_NAME:
        return missing(BY_NAME[call], here)
    if outcome.answer in ("EOPNOTSUPP", "ENODEV"):
        return Verdict(ABSENT, at)
    return refused(name, outcome.answer, at, here)


def refused(name: str, answer: str, at: str, here: Circumstances) -> Verdict:
    """Return who refused a use that the kernel knows."""
    _, call, rights = USES[name]
    lacking = here.lacks(list(rights))
    errnos, limit = LIMITS.get(name, ("", ""))
    if lacking and answer in errnos.split():
        return Verdict(RLIMIT, "{}, beyond {} and without CAP_{}".format(at, limit, rights[0].upper()))
    if answer not in DENIALS:
        return Verdict(REFUSED, at)
    setting = "" if name == "userfaultfd_user" else forbidding(call, here) or kernel_events(name, here)
    if setting:
        return Verdict(SYSCTL, "{}, and {}".format(at, setting))
    if lacking:
        return Verdict(CAPABILITY, "{}, without {}".format(at, names_of(rights)))
    if here.filter:
        return Verdict(SECCOMP, at + ", and a filter is active")
    return by_module(here) or Verdict(REFUSED, at + ", and nothing explains it")


def kernel_events(name: str, here: Circumstances) -> str:
    """Return why events of the kernel are refused: from perf_event_paranoid 2 on, only one's own program is counted."""
    paranoid = here.sysctl("kernel/perf_event_paranoid")
    if name != "perf_kernel" or paranoid is None or paranoid < 2 or not here.lacks(["perfmon", "sys_admin"]):
        return ""
    return "kernel.perf_event_paranoid is {}".format(paranoid)
