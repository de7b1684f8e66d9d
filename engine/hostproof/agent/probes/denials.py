"""Probe `denials`: what the kernel's logs say that it denied this run's probes; runs after all others.

Probes run under the names hp-<probe>.<mark of the run>, which such records give as `comm`. They are handed over as they
stand; the engine takes them apart.

Sources: audit.rules(7), Documentation/admin-guide/sysctl/kernel.rst (seccomp), syslog(2).
"""

import ctypes
import os
import re
import shutil
import subprocess
import time

from ..lines import AskError, ask_error, to_text
from ..probing.step import Context, Step
from ..probing.system import libc
from .syscalls.circumstances import circumstances
from .syscalls.classify import CONFINED

AUDIT_LOG = "/var/log/audit/audit.log"
MOST_LOG = 1024 * 1024  # bytes of each log, its end
MOST_LINES, MOST_LINE = 500, 4000
JOURNAL_TIME = 3.0  # seconds
READ_ALL = 3  # SYSLOG_ACTION_READ_ALL of syslog(2)
MARGIN = 0.05  # seconds before our start that still count: both clocks are coarse
LONGEST_RUN = 600.0  # seconds back to look where our start isn't known

OURS = re.compile(r'\bcomm="hp-[a-z0-9_-]{1,8}\.([0-9a-f]{3})"')
CLOCK_REALTIME_COARSE = 5  # what records are stamped with: audit_log_start of kernel/audit.c
PR_GET_NAME = 16
STAMP = re.compile(r"\baudit\((\d{1,12}\.\d{1,9}):\d+\)")


def denials(context: Context) -> "dict[str, object]":
    """Read the logs; return the records of this run, which logs could be read, and whether there can be any records."""
    since = time.clock_gettime(CLOCK_REALTIME_COARSE) - age_of_run() - MARGIN
    mark = own_mark()
    reasons: "dict[str, AskError]" = {}
    lines: "list[str]" = []
    for name, read in (("kernel", kernel_log), ("audit", audit_log), ("journal", journal)):
        if name == "journal" and "kernel" not in reasons:
            continue  # it only repeats what the kernel's log says
        try:
            lines += [line for line in read().splitlines() if is_ours(line, since, mark)]
        except AskError as problem:
            reasons[name] = problem
        except OSError as problem:
            reasons[name] = ask_error(problem, "read the {} log".format(name))
    possible = why_possible()
    logs = {name: reasons[name].detail if name in reasons else "read" for name in ("kernel", "audit")}
    if "kernel" in reasons:
        logs["journal"] = reasons["journal"].detail if "journal" in reasons else "read"
    read_any = "read" in logs.values()
    found: object = lines[-MOST_LINES:] if read_any or not possible else unreadable(possible, logs)
    return {"records": found, "logs": logs, "confined_by": possible}


def own_mark() -> str:
    """Return the mark of this run: how our own name ends. Two runs at once on a machine share its log."""
    name = ctypes.create_string_buffer(16)
    libc.prctl(PR_GET_NAME, name, 0, 0, 0)
    return to_text(name.value).rpartition(".")[2]


def is_ours(line: str, since: float, mark: str) -> bool:
    """Tell whether a line is a record about one of our probes, from this run."""
    stamp, name = STAMP.search(line), OURS.search(line)
    if len(line) > MOST_LINE or stamp is None or name is None:
        return False
    return float(stamp.group(1)) >= since and name.group(1) == mark


def unreadable(possible: str, logs: "dict[str, str]") -> AskError:
    """Return why it isn't known what was denied."""
    tried = "; ".join("{}: {}".format(name, why) for name, why in sorted(logs.items()))
    return AskError(
        "denied",
        "{}, and no log can be read that would tell what it denied ({})".format(possible, tried),
        "run it as root or with CAP_SYSLOG, or as a member of the group systemd-journal",
    )


def why_possible() -> str:
    """Return what could deny this process something by a policy of its own; empty where nothing could."""
    here = circumstances()
    if here.filter:
        return "a seccomp filter is active"
    modules = [module for module in here.modules or () if module in CONFINED]
    if here.label and "unconfined" not in here.label and (modules or here.modules is None):
        return "{} confines this process as {}".format(modules[0] if modules else "a security module", here.label)
    return ""


def age_of_run() -> float:
    """Return for how many seconds the agent has been running: our process's grandparent."""
    try:
        agent = stat_field(stat_field(os.getpid(), 4), 4)
        started = stat_field(agent, 22) / os.sysconf("SC_CLK_TCK")
        return max(0.0, time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", 7)) - started)
    except (OSError, ValueError, IndexError):
        return LONGEST_RUN


def stat_field(pid: int, number: int) -> int:
    """Return a field of a process's stat file, counted from 1 (proc_pid_stat(5)). Raises OSError."""
    with open("/proc/{}/stat".format(pid), "rb") as file:
        return int(file.read().rpartition(b")")[2].split()[number - 3])


def kernel_log() -> str:
    """Return the end of the kernel's log. Raises OSError."""
    buffer = ctypes.create_string_buffer(MOST_LOG)
    length = libc.klogctl(READ_ALL, buffer, MOST_LOG)
    if length < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return to_text(buffer.raw[:length])


def audit_log() -> str:
    """Return the end of the audit daemon's log. Raises OSError."""
    with open(AUDIT_LOG, "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - MOST_LOG))
        return to_text(file.read(MOST_LOG))


def journal() -> str:
    """Return what the journal has of the kernel's log. Raises AskError, OSError."""
    program = shutil.which("journalctl")
    if program is None:
        raise AskError("no-tool", "no journalctl", "install systemd")
    command = [program, "--quiet", "--no-pager", "--dmesg", "--lines=5000", "--output=cat", "--grep=comm=.hp-"]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        said = process.communicate(timeout=JOURNAL_TIME)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AskError("timeout", "journalctl took longer than {:g} s".format(JOURNAL_TIME)) from None
    if process.returncode not in (0, 1) or not can_see_kernel(program):
        raise AskError("denied", "journalctl shows nothing of the kernel", "join the group systemd-journal")
    return to_text(said[-MOST_LOG:])


def can_see_kernel(program: str) -> bool:
    """Tell whether we are shown anything of the kernel's at all: others than the group's members are not."""
    command = [program, "--quiet", "--no-pager", "--dmesg", "--lines=1", "--output=cat"]
    said = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return bool(said.stdout.strip())


STEPS = (Step(("records", "logs", "confined_by"), denials, most=15.0),)
