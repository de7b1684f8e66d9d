"""mmap(2) and its kin through the C library: addresses as numbers, errors as OSError."""

import ctypes
import os

from ...probing.system import error_name, libc

PAGE = os.sysconf("SC_PAGE_SIZE")
MIB, GIB = 1 << 20, 1 << 30
# include/uapi/asm-generic/mman-common.h; the same on x86 and Arm.
NONE, READ, WRITE, EXECUTE = 0, 1, 2, 4
SHARED, PRIVATE, ANONYMOUS, NORESERVE, HUGETLB = 0x01, 0x02, 0x20, 0x4000, 0x40000
ADVICE = {
    "dontneed": 4, "free": 8, "hugepage": 14, "nohugepage": 15, "cold": 20, "pageout": 21, "populate_write": 23,
    "collapse": 25,
}  # fmt: skip

libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [
    *(ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long),
]
for name in ("munmap", "mlock"):
    getattr(libc, name).argtypes = [ctypes.c_void_p, ctypes.c_size_t]
for name in ("mprotect", "madvise"):
    getattr(libc, name).argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
FAILED = ctypes.c_void_p(-1).value


def demand(result: int) -> None:
    """Raise OSError for a result that says that a call has failed."""
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def take(size: int, access: int = READ | WRITE, flags: int = PRIVATE | ANONYMOUS, hint: int = 0, file: int = -1) -> int:
    """Map memory and return its address. Raises OSError."""
    address = libc.mmap(hint or None, size, access, flags, file, 0)
    if address == FAILED:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(address)


def give(address: int, size: int) -> None:
    """Unmap memory. Raises OSError."""
    demand(libc.munmap(address, size))


def set_access(address: int, size: int, access: int) -> None:
    """Change what may be done with mapped memory. Raises OSError."""
    demand(libc.mprotect(address, size, access))


def advise_of(address: int, size: int, advice: str) -> str:
    """Give an advice; return "ok" or the name of the errno."""
    return "ok" if libc.madvise(address, size, ADVICE[advice]) == 0 else error_name(ctypes.get_errno())


def possible(size: int, access: int = READ | WRITE, flags: int = PRIVATE | ANONYMOUS) -> str:
    """Map memory and unmap it, untouched; return "ok" or the name of the errno."""
    try:
        give(take(size, access, flags), size)
    except OSError as problem:
        return error_name(problem.errno or 0)
    return "ok"


def readable(address: int) -> bool:
    """Say whether a byte can be read; the kernel tries, so that nothing is raised where it can't."""
    end, writer = os.pipe()
    try:
        return int(libc.write(writer, ctypes.c_void_p(address), ctypes.c_size_t(1))) == 1
    finally:
        os.close(end)
        os.close(writer)


def writable(address: int) -> bool:
    """Say whether a byte can be written; the kernel tries."""
    end, writer = os.pipe()
    try:
        os.write(writer, b"x")
        return int(libc.read(end, ctypes.c_void_p(address), ctypes.c_size_t(1))) == 1
    finally:
        os.close(end)
        os.close(writer)
