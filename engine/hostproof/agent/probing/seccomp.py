"""A seccomp filter for this process, by which the kernel itself tells who enters it: seccomp(2)."""

import ctypes
import errno
import os
import platform
import struct

from ..lines import AskError, ask_error
from .system import architecture, libc, number_of

PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
PR_SET_NO_NEW_PRIVS = 38
RET_ALLOW = 0x7FFF0000
RET_ERRNO = 0x00050000
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
AUDIT_ARCHS = {  # include/uapi/linux/audit.h
    "x86_64": 0xC000003E,
    "amd64": 0xC000003E,
    "aarch64": 0xC00000B7,
    "arm64": 0xC00000B7,
    "riscv64": 0xC00000F3,
    "loongarch64": 0xC0000102,
}


def refuse(names: "tuple[str, ...]", number: int) -> None:
    """Let these system calls fail with an errno from now on, in this process and all it starts.

    An older filter that refuses more sternly, by a signal, still does. Raises AskError where no filter can be set.
    """
    arch = AUDIT_ARCHS.get(platform.machine())
    if not architecture() or arch is None:
        raise AskError("unsupported", "no table of system calls for " + platform.machine(), "use a 64-bit machine")
    code = program(arch, [number_of(name) for name in names], RET_ERRNO | number)
    room = ctypes.create_string_buffer(code, len(code))
    filled = struct.pack("HP", len(code) // 8, ctypes.addressof(room))  # struct sock_fprog
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filled, 0, 0):
        raise no_filter(ctypes.get_errno())


def no_filter(number: int) -> AskError:
    """Return why there is no filter: a kernel without them says EINVAL, a sandbox EPERM or ENOSYS."""
    problem = ask_error(OSError(number, os.strerror(number)), "prctl(PR_SET_SECCOMP)")
    if problem.cause == "denied":
        problem.cure = "let the sandbox allow prctl(PR_SET_SECCOMP), which needs no privilege"
    elif number in {errno.EINVAL, errno.ENOSYS}:
        problem.cure = "use a kernel with CONFIG_SECCOMP_FILTER; a sandbox that imitates Linux may have none"
    return problem


def program(arch: int, numbers: "list[int]", action: int) -> bytes:
    """Return the filter: system calls with these numbers get the action, all others and all other ABIs pass."""
    lines = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, arch), (RETURN, 0, 0, RET_ALLOW), (LOAD, 0, 0, 0)]
    for number in numbers:
        lines += [(EQUAL, 0, 1, number), (RETURN, 0, 0, action)]
    lines.append((RETURN, 0, 0, RET_ALLOW))
    return b"".join(struct.pack("HBBI", *line) for line in lines)
