"""Reserving addresses as Go's heap does, how much the kernel promises, and locking.

Go: src/runtime/malloc.go (arena hints, arenas of 64 MiB), src/runtime/mpagealloc_64bit.go (page summaries).
Overcommit: Documentation/mm/overcommit-accounting.rst. Locking: mlock(2), getrlimit(2).
"""

import ctypes
import platform
import resource

from ...lines import AskError
from ...probing.step import Context
from ...probing.system import error_name, libc
from .mapping import ANONYMOUS, GIB, MIB, NONE, NORESERVE, PAGE, PRIVATE, READ, WRITE, give, possible, take

ARENA = 64 * MIB
# The first hint; on arm64 it is lower, for kernels with addresses of 39 bits. Others have too few bits, some of them.
HINTS = {"x86_64": 0x00C0 << 32, "aarch64": 0x0040 << 32}
# One summary of 8 bytes for 4 MiB of the 48 bits of addresses, and for each eight of these one on the level above.
SUMMARIES = tuple(8 << (48 - shift) for shift in (22, 25, 28, 31, 34))
RESERVE, PROMISE = PRIVATE | ANONYMOUS, PRIVATE | ANONYMOUS | NORESERVE
KINDS = {
    "none_1GiB": (GIB, NONE, RESERVE),
    "none_64GiB": (64 * GIB, NONE, RESERVE),
    "none_1TiB": (1024 * GIB, NONE, RESERVE),
    "private_1GiB": (GIB, READ | WRITE, RESERVE),
    "private_64GiB": (64 * GIB, READ | WRITE, RESERVE),
    "noreserve_64GiB": (64 * GIB, READ | WRITE, PROMISE),
    "noreserve_1TiB": (1024 * GIB, READ | WRITE, PROMISE),
}
MOST = 1 << 46
# Up to 8 MiB: what unprivileged processes may lock since Linux 5.16 (include/uapi/linux/resource.h).
LOCKED = (PAGE, 16384, *(65536 << step for step in range(8)))


def reserve(context: Context) -> "dict[str, object]":
    """Reserve what Go reserves; find the largest mappings that are granted. Nothing is touched."""
    if ctypes.sizeof(ctypes.c_void_p) != 8:
        raise AskError("unsupported", "this is a 32-bit process, whose addresses are few", "run a 64-bit Python")
    arena, hinted = first_arena(HINTS.get(platform.machine(), 0))
    return {
        "heap": heap(),
        "arena": arena,
        "arena.hinted": hinted,
        "reserve": {kind: possible(*what) for kind, what in KINDS.items()},
        "largest.private": largest(RESERVE),
        "largest.noreserve": largest(PROMISE),
    }


def heap() -> str:
    """Reserve all that Go's heap does at start, at once; return "ok" or the name of the errno."""
    held = []
    try:
        for size in (*SUMMARIES, ARENA):
            held.append((take(size, NONE), size))
    except OSError as problem:
        return error_name(problem.errno or 0)
    finally:
        for address, size in held:
            give(address, size)
    return "ok"


def first_arena(hint: int) -> "tuple[str, bool | AskError]":
    """Reserve an arena where Go would have it; return "ok" or the errno's name, and whether it came to lie there."""
    try:
        address = take(ARENA, NONE, hint=hint)
    except OSError as problem:
        return error_name(problem.errno or 0), False
    give(address, ARENA)
    if not hint:
        unknown = "where Go asks for it is only known of x86_64 and arm64"
        return "ok", AskError("unsupported", unknown, "see arenaHints in src/runtime/malloc.go")
    return "ok", address == hint


def largest(flags: int) -> int:
    """Return the size of the largest writable mapping that is granted, to 1 MiB, 64 TiB at most."""
    low, high = 0, MOST
    while high - low > MIB:
        middle = (low + high) // 2 // MIB * MIB
        if possible(middle, READ | WRITE, flags) == "ok":
            low = middle
        else:
            high = middle
    return low


def lock(context: Context) -> "dict[str, object]":
    """Lock ever more memory, up to 8 MiB, and unlock it."""
    soft = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
    held, error = 0, None
    for size in LOCKED:
        error = locked(size)
        if error:
            break
        held = size
    return {"lock.limit": None if soft == resource.RLIM_INFINITY else soft, "lock.held": held, "lock.error": error}


def locked(size: int) -> "str | None":
    """Lock so much memory for a moment; return the name of the errno that refused it."""
    address = take(size)
    result, number = libc.mlock(address, size), ctypes.get_errno()
    give(address, size)
    return error_name(number) if result else None
