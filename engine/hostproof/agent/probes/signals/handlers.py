"""Handlers: on a stack of their own after a real overflow, in the middle of a system call, and driven by timers."""

import ctypes
import errno
import faulthandler
import os
import resource
import signal
import struct
import time

from ...lines import AskError
from ...probing.measure import pause
from ...probing.step import Context
from ...probing.system import architecture, error_name, libc, refusal, syscall

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

AT_MINSIGSTKSZ = 51  # include/uapi/linux/auxvec.h
SA_ONSTACK = 0x08000000  # include/uapi/asm-generic/signal-defs.h
PR_SET_DUMPABLE = 4  # include/uapi/linux/prctl.h
GO_STACK = 32768  # runtime/os_linux.go, mpreinit: every thread of a Go program handles signals on 32 KiB
STACK_LIMIT = 1024 * 1024
LEAST = {"x86_64": 2048, "aarch64": 5120}  # MINSIGSTKSZ, below which sigaltstack(2) refuses whatever is needed
ENDLESS, REFUSED = 99, 100  # how the child ends that did not overflow; or, with the errno added, was not armed
TICK = 0.005
PATIENT = 0.02  # seconds until a read that goes on is given its byte
CLOCK_THREAD_CPUTIME_ID, SIGEV_THREAD_ID = 3, 4
PROFILE_HZ = 100  # runtime/pprof
PROFILE_TIME = 0.5


class Stack(ctypes.Structure):
    """stack_t."""

    _fields_ = (("base", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t))


class Action(ctypes.Structure):
    """struct sigaction of glibc and musl on x86-64, arm64, riscv64 and loongarch64."""

    _fields_ = (
        ("handler", ctypes.c_void_p),
        ("mask", ctypes.c_ulong * 16),
        ("flags", ctypes.c_int),
        ("restorer", ctypes.c_void_p),
    )


def alternate_stack(_: Context) -> "dict[str, object]":
    """Overflow the stack of a child for real; its handler, on an alternate stack, must still be run."""
    libc.getauxval.restype = ctypes.c_ulong
    least = int(libc.getauxval(ctypes.c_ulong(AT_MINSIGSTKSZ)))
    code = overflow(GO_STACK)
    error = error_name(code - REFUSED) if code > REFUSED else None
    found: "dict[str, object]" = {"altstack.error": error, "altstack.caught": code == signal.SIGSEGV}
    if not least:
        why = AskError("unsupported", "the kernel gives no AT_MINSIGSTKSZ", "Linux 5.14 gives it on x86-64")
        return dict(found, **{"altstack.minimum": why, "altstack.at_minimum": why})
    found["altstack.minimum"] = least
    found["altstack.at_minimum"] = overflow(max(least, LEAST[architecture()])) == signal.SIGSEGV
    return found


def overflow(size: int) -> int:
    """Return how a child ends that overflows its stack with an alternate one of this size: SIGSEGV if it was caught.

    Raises AskError where it can't be tried.
    """
    if not architecture() or not hasattr(faulthandler, "_stack_overflow"):
        raise AskError("unsupported", "this Python or processor has no way to it", "use CPython on x86-64 or arm64")
    child = os.fork()
    if child == 0:
        try:
            arm(size)
            faulthandler._stack_overflow()
        finally:
            os._exit(ENDLESS)
    status = os.waitpid(child, 0)[1]
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 0
    if code == ENDLESS:
        raise AskError("inconclusive", "the stack did not overflow within 100 MiB", "limit the stack (ulimit -s)")
    return code


def arm(size: int) -> None:
    """Have SIGSEGV handled by _exit(2), whose status is then the signal's number; leave no core, and little stack."""
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    most = STACK_LIMIT if hard == resource.RLIM_INFINITY else min(STACK_LIMIT, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (most, hard))
    room = ctypes.create_string_buffer(size + 65536)  # what _exit needs of it beyond the kernel's part does no harm
    stack = Stack(ctypes.addressof(room) + 65536, 0, size)
    action = Action(ctypes.cast(libc._exit, ctypes.c_void_p).value, (ctypes.c_ulong * 16)(), SA_ONSTACK, None)
    if libc.sigaltstack(ctypes.byref(stack), None) or libc.sigaction(signal.SIGSEGV, ctypes.byref(action), None):
        os._exit(REFUSED + ctypes.get_errno())


def restart(_: Context) -> "dict[str, object]":
    """Interrupt a read that waits, without and with SA_RESTART: it must give EINTR, then go on."""
    interrupted = blocked_read(False)
    resumed = blocked_read(True)
    return {"restart.interrupted": interrupted == (-1, errno.EINTR, True), "restart.resumed": resumed == (1, 0, True)}


def blocked_read(resume: bool) -> "tuple[int, int, bool]":
    """Return result and errno of a read under a ticking timer, and whether that ticked.

    If the read is to `resume`, it gets its byte later, when several ticks have passed.
    """
    ticked: "list[int]" = []
    end, writer = os.pipe()
    signal.signal(signal.SIGALRM, lambda number, _: ticked.append(number))
    signal.siginterrupt(signal.SIGALRM, not resume)
    try:
        signal.setitimer(signal.ITIMER_REAL, TICK, TICK)
    except OSError as problem:
        raise refusal("setitimer", problem.errno or 0) from None
    if resume and os.fork() == 0:  # who has no such timer
        pause(PATIENT)
        os.write(writer, b"x")
        os._exit(0)
    byte = ctypes.create_string_buffer(1)
    ctypes.set_errno(0)
    result = libc.read(end, byte, ctypes.c_size_t(1))
    number = ctypes.get_errno() if result < 0 else 0
    signal.setitimer(signal.ITIMER_REAL, 0)
    return int(result), number, bool(ticked)


def profile_timer(_: Context) -> "dict[str, object]":
    """Make a timer of this thread's processor time that sends it SIGPROF, as Go's profiler does; wait for one."""
    ticked: "list[int]" = []
    signal.signal(signal.SIGPROF, lambda number, _: ticked.append(number))
    # struct sigevent: value, signal, kind, thread; 64 bytes in all (include/uapi/asm-generic/siginfo.h)
    event = struct.pack("qiii44x", 0, signal.SIGPROF, SIGEV_THREAD_ID, syscall("gettid")[0])
    timer = ctypes.c_int()
    error = syscall("timer_create", CLOCK_THREAD_CPUTIME_ID, event, ctypes.byref(timer))[1]
    if not error:
        every = struct.pack("qqqq", 0, 1000000, 0, 1000000)
        error = syscall("timer_settime", timer.value, 0, every, 0)[1]
    if error:
        return {"profile.error": error_name(error)}
    busy_until(lambda: bool(ticked), PROFILE_TIME)
    return {"profile.error": None if ticked else "silent"}


def profile_rate(context: Context) -> "dict[str, object]":
    """Count the SIGPROF of a timer of this process's processor time (setitimer(2)) at Go's rate."""
    context.needs_full("the rate of a profile")
    ticked: "list[int]" = []
    signal.signal(signal.SIGPROF, lambda number, _: ticked.append(number))
    signal.setitimer(signal.ITIMER_PROF, 1 / PROFILE_HZ, 1 / PROFILE_HZ)
    busy_until(lambda: False, PROFILE_TIME)
    signal.setitimer(signal.ITIMER_PROF, 0)
    return {"profile.rate": len(ticked) / (PROFILE_TIME * PROFILE_HZ)}


def busy_until(done: "Callable[[], bool]", most: float) -> None:
    """Use the processor until it is done, for at most so many seconds of processor time."""
    end = time.process_time() + most
    while not done() and time.process_time() < end:
        pass
