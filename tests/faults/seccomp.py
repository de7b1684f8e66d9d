"""Runs a command under a seccomp filter of its own: a real refusal of single system calls, for real faults.

    python seccomp.py ACTION NAME[,NAME...] [ACTION NAME[,NAME...]]... -- COMMAND [ARGUMENT...]

NAME is a call, or a number for one that has no name. ACTION is the name of an errno (EPERM, ENOSYS, EAGAIN...), or
`kill` (the process, by SIGSYS), `trap` (the thread gets SIGSYS and may handle it), `log` (allowed, with a record in the
kernel's log), or `lie` (not done, and said to be). A condition on an argument may follow the name: `clone:0&0x7c020000`
for a bit of the first argument that is set, `fcntl:1=1033` for a value of the second (its lower 32 bits). All other
calls are allowed. Linux of x86_64 and aarch64; it needs no privilege, as it sets no_new_privs. execve itself can only
be given to `log`.

Source: seccomp(2), Documentation/userspace-api/seccomp_filter.rst, linux/filter.h.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "engine"))

from hostproof.collect.builtin.denials.numbers import MACHINES, numbers

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
LOAD, JUMP_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x45, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JSET|K, BPF_RET|K
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
ACTIONS = {"kill": 0x80000000, "trap": 0x00030000, "log": 0x7FFC0000, "lie": ERRNO}
NUMBER_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16  # struct seccomp_data


def instruction(code: int, equal: int, other: int, value: int) -> bytes:
    """Return one BPF instruction; `equal` and `other` say how many to jump over."""
    return struct.pack("HBBI", code, equal, other, value)


def action_of(word: str) -> int:
    """Return what a filter returns for an action's word."""
    return ACTIONS[word] if word in ACTIONS else ERRNO | int(getattr(errno, word))


def refusal(call: str, action: int, known: dict[str, int]) -> bytes:
    """Return the instructions that end a filter for one call, and go on for all others; the number is loaded."""
    name, _, condition = call.partition(":")
    number = int(name) if name.isdecimal() else known[name]
    done = instruction(RETURN, 0, 0, action)
    if not condition:
        return instruction(JUMP_EQUAL, 0, 1, number) + done
    sign = "&" if "&" in condition else "="
    place, _, value = condition.partition(sign)
    test = instruction(JUMP_SET if sign == "&" else JUMP_EQUAL, 0, 1, int(value, 0))
    look = instruction(LOAD, 0, 0, ARGUMENTS_AT + 8 * int(place))  # the lower half of a little-endian argument
    return instruction(JUMP_EQUAL, 0, 4, number) + look + test + done + instruction(LOAD, 0, 0, NUMBER_AT)


def program(refused: Sequence[tuple[str, str]], machine: str) -> bytes:
    """Return the filter: pairs of an action's word and a call; programs of another architecture are let through."""
    known = {name: number for number, name in numbers(MACHINES[machine]).items()}
    head = instruction(LOAD, 0, 0, ARCHITECTURE_AT) + instruction(JUMP_EQUAL, 1, 0, MACHINES[machine])
    head += instruction(RETURN, 0, 0, ALLOW) + instruction(LOAD, 0, 0, NUMBER_AT)
    body = b"".join(refusal(call, action_of(word), known) for word, call in refused)
    return head + body + instruction(RETURN, 0, 0, ALLOW)


def install(refused: Sequence[tuple[str, str]]) -> None:
    """Put this process, and all that it starts, under the filter for good. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    code = program(refused, platform.machine())
    kept = ctypes.create_string_buffer(code, len(code))
    given = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(kept))  # struct sock_fprog
    pointer = ctypes.create_string_buffer(given, len(given))
    for words in ((PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, pointer, 0, 0)):
        if libc.prctl(*words):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main(words: Sequence[str]) -> None:
    """Install what the words say and become the command behind `--`."""
    end = words.index("--")
    pairs = zip(words[:end:2], words[1:end:2], strict=True)
    command = words[end + 1 :]
    install([(action, call) for action, calls in pairs for call in calls.split(",")])
    os.execvp(command[0], list(command))


if __name__ == "__main__":
    main(sys.argv[1:])
