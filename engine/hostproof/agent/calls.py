"""The table of calls: tiny questions to the kernel or the C library, each a function of texts that returns plain data.

A row raises OSError or AskError where there is no answer. Numbers and structures cite where they come from.
"""

import errno
import os
import time
from itertools import islice

from .lines import AskError, now, to_bytes, to_text
from .spawn import find_program, search_path

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

MOST_NAMES = 65536  # of one folder


def call(ask: "dict[str, object]", table: "dict[str, Callable[..., object]] | None" = None) -> "dict[str, object]":
    """Answer a `call` ask: `value`. Raises AskError, OSError."""
    name = str(ask["name"])
    table = CALLS if table is None else table
    if name not in table:
        raise AskError("unsupported", "this agent knows no call {}".format(name))
    given = ask.get("arguments")
    arguments = [str(word) for word in given] if isinstance(given, list) else []
    return {"value": table[name](*arguments)}


def rlimits() -> "dict[str, dict[str, int | None]]":
    """Return soft and hard limit by name as in getrlimit(2), without RLIMIT_; None is no limit."""
    import resource

    names = [name for name in dir(resource) if name.startswith("RLIMIT_") and name != "RLIMIT_OFILE"]
    return {name[7:].lower(): limits(getattr(resource, name)) for name in names}


def limits(number: int) -> "dict[str, int | None]":
    """Return one soft and hard limit."""
    import resource

    soft, hard = resource.getrlimit(number)
    return {name: None if n == resource.RLIM_INFINITY else n for name, n in (("soft", soft), ("hard", hard))}


def affinity() -> "list[int]":
    """Return the processors this process may run on."""
    return sorted(os.sched_getaffinity(0))


def statvfs(path: str) -> "dict[str, int]":
    """Return what a file system says of itself (man page 3 statvfs); sizes in units of `frsize` bytes."""
    found = os.statvfs(to_bytes(path))
    names = ("bsize", "frsize", "blocks", "bfree", "bavail", "files", "ffree", "favail", "flag", "namemax")
    return {name: getattr(found, "f_" + name) for name in names}


def adjtimex() -> "dict[str, int]":
    """Return the kernel's clock discipline: adjtimex with modes=0, man page 2; `state` 5 is TIME_ERROR."""
    import ctypes

    longs = ("offset", "freq", "maxerror", "esterror")
    more = ("constant", "precision", "tolerance", "seconds", "microseconds", "tick", "ppsfreq", "jitter")
    counts = ("stabil", "jitcnt", "calcnt", "errcnt", "stbcnt")

    class Timex(ctypes.Structure):
        _fields_ = (
            ("modes", ctypes.c_int),
            *((name, ctypes.c_long) for name in longs),
            ("status", ctypes.c_int),
            *((name, ctypes.c_long) for name in more),
            ("shift", ctypes.c_int),
            *((name, ctypes.c_long) for name in counts),
            ("tai", ctypes.c_int),
            ("padding", ctypes.c_int * 11),
        )

    timex = Timex()
    state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    if state < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    found = {name: getattr(timex, name) for name in (*longs, "status", "tick", "tai")}
    found["state"] = state
    return found


def getrandom() -> bool:
    """Return whether the kernel's random numbers are ready (getrandom(2) with GRND_NONBLOCK)."""
    try:
        return len(os.getrandom(1, os.GRND_NONBLOCK)) == 1
    except BlockingIOError:
        return False


def access(path: str) -> "dict[str, bool]":
    """Return whether a path exists, and what we may do with it; raises nothing."""
    modes = (("exists", os.F_OK), ("read", os.R_OK), ("write", os.W_OK), ("execute", os.X_OK))
    return {name: os.access(to_bytes(path), mode) for name, mode in modes}


LSM_LIST_MODULES = 461  # the same on every architecture but Alpha; since Linux 6.8
LSM_NAMES = {  # include/uapi/linux/lsm.h
    100: "capability",
    101: "selinux",
    102: "smack",
    103: "tomoyo",
    104: "apparmor",
    105: "yama",
    106: "loadpin",
    107: "safesetid",
    108: "lockdown",
    109: "bpf",
    110: "landlock",
    111: "ima",
    112: "evm",
    113: "ipe",
}


def lsm_list_modules() -> "list[str]":
    """Return the security modules in force, in order; one without a name here is called by its number."""
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    ids = (ctypes.c_uint64 * 64)()
    size = ctypes.c_uint32(ctypes.sizeof(ids))
    count = libc.syscall(ctypes.c_long(LSM_LIST_MODULES), ids, ctypes.byref(size), ctypes.c_long(0))
    if count < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return [LSM_NAMES.get(number, "lsm{}".format(number)) for number in ids[:count]]


def write_and_execute(folder: str) -> "dict[str, object]":
    """Return whether a program can be written into a folder and then run from it; `error` names what refused it."""
    path = os.path.join(to_bytes(folder), ".hostproof-{}-{:x}".format(os.getpid(), now()).encode("ascii"))
    said: "dict[str, object]" = {"written": False, "executed": False, "error": ""}
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o700)
    except OSError as problem:
        said["error"] = name_of(problem)
        return said
    try:
        os.write(handle, b"#!/bin/sh\nexit 0\n")
        os.close(handle)
        said["written"] = True
        said["error"] = executed(path)
        said["executed"] = not said["error"]
    except OSError as problem:
        said["error"] = name_of(problem)
    finally:
        os.unlink(path)
    return said


def executed(path: bytes) -> str:
    """Run a program; return the name of the error that refused it, empty if it ran."""
    report, report_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.execve(path, [path], {})
        except OSError as problem:
            os.write(report_end, name_of(problem).encode("ascii"))
        finally:
            os._exit(1)
    os.close(report_end)
    error = os.read(report, 64).decode("ascii")
    os.close(report)
    status = os.waitpid(pid, 0)[1]
    return error or ("" if status == 0 else "status {}".format(status))


def name_of(problem: OSError) -> str:
    """Return the name of an errno, as EACCES."""
    return errno.errorcode.get(problem.errno or 0, str(problem.errno))


def uname() -> "list[str]":
    """Return system, node, release, version, machine."""
    return list(os.uname())


def sysconf(name: str) -> "int | None":
    """Return a value of the system by its name (SC_PAGE_SIZE); None is no limit."""
    if name not in os.sysconf_names:
        raise AskError("unsupported", "this system knows no {}".format(name))
    found = os.sysconf(name)
    return None if found == -1 else found


def which(*names: str) -> "dict[str, str | None]":
    """Return where programs are, by name; None where there is none."""
    folders = search_path(dict(os.environ))
    return {name: find_program(name, folders) for name in names}


def clocks() -> "dict[str, int]":
    """Return the clocks in nanoseconds."""
    names = ("realtime", "monotonic", "boottime")
    return {name: int(time.clock_gettime(getattr(time, "CLOCK_" + name.upper())) * 1e9) for name in names}


def readlink(*paths: str) -> "dict[str, str | None]":
    """Return where symbolic links point, by path; None where there is none."""
    return {path: link(path) for path in paths}


def link(path: str) -> "str | None":
    """Return where one symbolic link points."""
    try:
        return to_text(os.readlink(to_bytes(path)))
    except OSError as problem:
        if problem.errno in (
            errno.ENOENT,
            errno.ENOTDIR,
            errno.EINVAL,
        ):  # the last is readlink(2)'s for what is no link
            return None
        raise


def listdir(folder: str) -> "list[str]":
    """Return the sorted names in a folder."""
    with os.scandir(to_bytes(folder)) as entries:
        names = [to_text(entry.name) for entry in islice(entries, MOST_NAMES + 1)]
    if len(names) > MOST_NAMES:
        raise AskError("too-large", "{} has more than {} entries".format(folder, MOST_NAMES))
    return sorted(names)


def resolution() -> int:
    """Return the resolution of CLOCK_MONOTONIC in nanoseconds."""
    return round(time.clock_getres(time.CLOCK_MONOTONIC) * 1e9)


def cgroups(*names: str) -> "list[dict[str, object]]":
    """Return the control groups of this process with chosen files of each."""
    from . import groups

    return groups.cgroups(*names)


def filesystems() -> "list[dict[str, object]]":
    """Return the room on local file systems."""
    from . import places

    return places.filesystems()


def temp() -> "dict[str, object]":
    """Return what the folder for temporary files is good for."""
    from . import places

    return places.temp()


def interfaces() -> "list[dict[str, object]]":
    """Return the network interfaces."""
    from . import network

    return network.interfaces()


def loopback() -> "dict[str, str]":
    """Return whether the loopback works, as the errors it gave."""
    from . import network

    return network.loopback()


def listing(*patterns: str) -> "list[dict[str, str | None]]":
    """Return what stands at paths, links as links."""
    from . import listing as places

    return places.listing(*patterns)


def accounts() -> "dict[str, object]":
    """Return users and groups."""
    from . import accounts as files

    return files.accounts()


def passwords() -> "dict[str, object]":
    """Return what passwords are like, never a hash."""
    from . import accounts as files

    return files.passwords()


def rpms() -> "dict[str, object]":
    """Return the packages of rpm's database."""
    from . import rpms as database

    return database.rpms()


CALLS: "dict[str, Callable[..., object]]" = {
    "access": access,
    "accounts": accounts,
    "adjtimex": adjtimex,
    "affinity": affinity,
    "cgroups": cgroups,
    "filesystems": filesystems,
    "getrandom": getrandom,
    "interfaces": interfaces,
    "listdir": listdir,
    "listing": listing,
    "loopback": loopback,
    "lsm_list_modules": lsm_list_modules,
    "now": clocks,
    "passwords": passwords,
    "readlink": readlink,
    "resolution": resolution,
    "rlimits": rlimits,
    "rpms": rpms,
    "statvfs": statvfs,
    "sysconf": sysconf,
    "temp": temp,
    "uname": uname,
    "which": which,
    "write_and_execute": write_and_execute,
}
