"""Faults of clocks."""

from __future__ import annotations

from faults.fault import Fault
from faults.inject.clocks import lying_library
from faults.inject.prefixes import seccomp, shell, shifted_clocks

REFUSED = """
import sys, time
time.monotonic()  # by the vDSO
try:
    time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID)
except PermissionError:
    sys.exit(0)
sys.exit(1)
"""
# Makes each tick of the clock 1 % shorter by adjtimex(2) as long as a command runs; the offsets are struct timex's.
STEER = """
import ctypes, struct, subprocess, sys
def set_tick(microseconds):
    timex = bytearray(208)
    struct.pack_into("I", timex, 0, 0x4000)
    struct.pack_into("q", timex, 88, microseconds)
    assert ctypes.CDLL(None).adjtimex((ctypes.c_char * 208).from_buffer(timex)) >= 0
set_tick(9900)
try:
    sys.exit(subprocess.call(sys.argv[1:]))
finally:
    set_tick(10000)
"""
STEERED = """
import sys, time
def ahead():
    return time.clock_gettime(time.CLOCK_MONOTONIC) - time.clock_gettime(time.CLOCK_MONOTONIC_RAW)
first = ahead()
time.sleep(1)
sys.exit(not -0.02 < ahead() - first < -0.005)
"""

# One for all that is to be wrong from the start: a boot takes ten seconds.
OTHER_BOOT = "vdso=0 highres=off nohz=off"

FAULTS = (
    Fault(
        id="clock.time-namespace",
        title="the monotonic clocks are not the machine's",
        how="a time namespace: monotonic 100,000 s ahead, boottime 200,000 s",
        prefix=shifted_clocks(monotonic=100_000, boottime=200_000),
        took=("grep", "-Eq", "^monotonic +100000 ", "/proc/self/timens_offsets"),
        red={"clock.namespace"},
        says={"clock.namespace": "100000s"},
        needs=("root", "timens"),
    ),
    Fault(
        id="clock.lying-library",
        title="the C library's time is an hour behind",
        how="LD_PRELOAD of a library that takes an hour off CLOCK_REALTIME",
        setup=lying_library("realtime", -3600),
        took=("python3", "-c", "import sys, time; sys.exit(time.time() > time.clock_gettime(5) - 3000)"),
        red={"clock.library"},
        says={"clock.library": "realtime by -3"},
        needs=("gcc", "python3"),
    ),
    Fault(
        id="clock.lying-monotonic",
        title="the C library's monotonic clock is a second behind",
        how="LD_PRELOAD of a library that takes a second off CLOCK_MONOTONIC",
        setup=lying_library("monotonic", -1),
        took=("python3", "-c", "import sys, time; sys.exit(time.monotonic() > time.clock_gettime(6) - 0.9)"),
        red={"clock.library", "timers.early"},  # a sleep until a point in time ends at once
        says={"clock.library": "monotonic by -"},
        needs=("gcc", "python3"),
    ),
    Fault(
        id="clock.no-system-call",
        title="clock_gettime(2) is refused, so that only the vDSO tells the time",
        how="seccomp: EPERM for clock_gettime",
        prefix=seccomp("EPERM", "clock_gettime"),
        took=("python3", "-c", REFUSED),
        red={"syscalls.go"},
        unknown={"clock.library": "denied"},
        needs=("python3",),
    ),
    Fault(
        id="clock.no-seccomp",
        title="a process may not set a seccomp filter",
        how="seccomp: EPERM for prctl(PR_SET_SECCOMP)",
        prefix=seccomp("EPERM", "prctl:0=22"),
        took=("python3", "-c", "import ctypes, sys; sys.exit(ctypes.CDLL(None).prctl(22, 2, None, 0, 0) == 0)"),
        unknown={"clock.vdso": "denied"},
        says={"clock.vdso": "PR_SET_SECCOMP"},
        needs=("python3",),
    ),
    Fault(
        id="clock.steered",
        title="the clock is made 1 % slower to correct it",
        how="adjtimex(2) with a tick of 9,900 us",
        prefix=("python3", "-c", STEER),
        took=("python3", "-c", STEERED),
        red={"clock.drift"},
        says={"clock.drift": "at most 500"},
        needs=("guest",),
        areas=("clock",),  # emulated, all of them would take minutes
        quick=False,
    ),
    Fault(
        id="clock.no-vdso",
        title="the kernel gives programs no vDSO",
        how=f"a kernel booted with {OTHER_BOOT}",
        took=("grep", "-qw", "vdso=0", "/proc/cmdline"),
        boot=OTHER_BOOT,
        red={"clock.vdso"},
        says={"clock.vdso": "monotonic false"},
        needs=("guest",),
        areas=("clock",),
    ),
    Fault(
        id="clock.jiffies",
        title="the kernel knows the time to a tick",
        how=f"a kernel booted with {OTHER_BOOT}, and the clocksource jiffies",
        prefix=shell("echo jiffies > /sys/devices/system/clocksource/clocksource0/current_clocksource"),
        took=("grep", "-qx", "jiffies", "/sys/devices/system/clocksource/clocksource0/current_clocksource"),
        boot=OTHER_BOOT,
        red={"clock.grain", "clock.vdso"},
        says={"clock.grain": "a tick is 4ms"},
        needs=("guest",),
        areas=("clock",),
    ),
)
