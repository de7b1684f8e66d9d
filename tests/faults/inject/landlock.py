"""Runs a command under a Landlock domain that forbids some kinds of access everywhere, and nothing else.

    python landlock.py KIND[,KIND...] -- COMMAND [ARGUMENT...]

It needs no privilege, as it sets no_new_privs. Source: landlock(7), include/uapi/linux/landlock.h.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Sequence

FILES = {"make-socket": 1 << 9, "make-fifo": 1 << 10, "make-link": 1 << 12, "truncate": 1 << 14}  # LANDLOCK_ACCESS_FS_*
NETWORK = {"bind-tcp": 1 << 0, "connect-tcp": 1 << 1}  # LANDLOCK_ACCESS_NET_*, since version 4 (Linux 6.7)
CREATE_RULESET, RESTRICT_SELF, PR_SET_NO_NEW_PRIVS = 444, 446, 38


def restrict(kinds: Sequence[str]) -> None:
    """Forbid these kinds of access to this process and all that it starts. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    handled = struct.pack(
        "QQ", sum(FILES.get(kind, 0) for kind in kinds), sum(NETWORK[kind] for kind in kinds if kind not in FILES)
    )
    ruleset = libc.syscall(CREATE_RULESET, ctypes.create_string_buffer(handled, 16), ctypes.c_size_t(16), 0)
    if ruleset < 0 or libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.syscall(RESTRICT_SELF, ruleset, 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main(words: Sequence[str]) -> None:
    """Restrict this process and become the command behind `--`."""
    restrict(words[0].split(","))
    os.execvp(words[2], list(words[2:]))


if __name__ == "__main__":
    main(sys.argv[1:])
