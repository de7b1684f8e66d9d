"""System calls by name or number, through the C library's syscall(2), where Python has no function for them."""

import ctypes
import errno
import os
import platform

from ..lines import AskError, ask_error

# Numbers by architecture: x86_64 from arch/x86/entry/syscalls/syscall_64.tbl; the others share include/uapi/
# asm-generic/unistd.h. Calls since Linux 5.1 have one number everywhere (424 and up).
NUMBERS = {
    "x86_64": {
        "clock_gettime": 228, "clock_nanosleep": 230, "gettid": 186, "tgkill": 234, "futex": 202, "timerfd_create": 283,
        "timerfd_settime": 286, "signalfd4": 289, "rt_sigqueueinfo": 129, "memfd_create": 319, "getcpu": 309,
        "getrandom": 318, "copy_file_range": 326, "renameat2": 316, "membarrier": 324, "rt_tgsigqueueinfo": 297,
        "timer_create": 222, "timer_settime": 223,
    },
    "aarch64": {
        "clock_gettime": 113, "clock_nanosleep": 115, "gettid": 178, "tgkill": 131, "futex": 98, "timerfd_create": 85,
        "timerfd_settime": 86, "signalfd4": 74, "rt_sigqueueinfo": 138, "memfd_create": 279, "getcpu": 168,
        "getrandom": 278, "copy_file_range": 285, "renameat2": 276, "membarrier": 283, "rt_tgsigqueueinfo": 240,
        "timer_create": 107, "timer_settime": 110,
    },
}  # fmt: skip
COMMON = {"pidfd_send_signal": 424, "pidfd_open": 434, "clone3": 435, "close_range": 436, "openat2": 437}
ALIASES = {"arm64": "aarch64", "amd64": "x86_64", "riscv64": "aarch64", "loongarch64": "aarch64"}

FILTER_CURE = "allow it in the filter of system calls, if there is one (Seccomp: 2 in /proc/self/status)"

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def architecture() -> str:
    """Return whose table of numbers holds for this process; empty where we have none (a 32-bit one, say)."""
    found = platform.machine()
    found = ALIASES.get(found, found)
    return found if found in NUMBERS and ctypes.sizeof(ctypes.c_void_p) == 8 else ""


def number_of(name: str) -> int:
    """Return a system call's number. Raises OSError (ENOSYS) where we don't know it for this machine."""
    number = COMMON.get(name) or NUMBERS.get(architecture(), {}).get(name)
    if number is None:
        raise OSError(errno.ENOSYS, "{} has no known number on {}".format(name, platform.machine()))
    return number


def syscall(name: "str | int", *arguments: object) -> "tuple[int, int]":
    """Make a system call; return its result, and the errno if that is -1, else 0."""
    number = name if isinstance(name, int) else number_of(name)
    given = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *given)
    return result, ctypes.get_errno() if result == -1 else 0


def demand(name: "str | int", *arguments: object) -> int:
    """Make a system call and return its result. Raises OSError."""
    result, number = syscall(name, *arguments)
    if number:
        raise OSError(number, "{}: {}".format(name, os.strerror(number)))
    return result


def refusal(call: str, number: int) -> AskError:
    """Return why a call could not be made that needs no privilege and that every kernel has: a filter, mostly."""
    cause = ask_error(OSError(number, ""), call).cause
    return AskError(cause, "{} gave {}".format(call, error_name(number)), FILTER_CURE, number)


def error_name(number: int) -> str:
    """Return the name of an errno as the kernel has it; empty for 0. Python calls 95 ENOTSUP, the kernel EOPNOTSUPP."""
    if number == errno.EOPNOTSUPP:
        return "EOPNOTSUPP"
    return errno.errorcode.get(number, "E{}".format(number)) if number else ""
