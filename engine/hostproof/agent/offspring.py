"""Every process that stems from the agent: finds them, ends them, and sees to it that none gets away.

A process that daemonises is handed to the nearest ancestor that is a child subreaper (prctl(2), since Linux 3.4), so
with `adopt_orphans` whatever a command leaves behind, in whatever session, turns up among our own children.
"""

import os
import signal
import time

PR_SET_PDEATHSIG = 1  # include/uapi/linux/prctl.h
PR_SET_CHILD_SUBREAPER = 36

MARK = b"HOSTPROOF_ASK"  # in the environment of every command: the number of its ask

CHILDREN_LISTED = os.path.exists("/proc/{0}/task/{0}/children".format(os.getpid()))

TERM_TIME = 0.15  # seconds that a process has to clean up after itself between SIGTERM and SIGKILL
LAST_TIME = 1.0  # seconds after which what survives SIGKILL (uninterruptible sleep) is given up


def set_process(option: int, value: int) -> bool:
    """Call prctl(2); False where there is no way to (no ctypes, a filter)."""
    try:
        import ctypes

        return ctypes.CDLL(None).prctl(option, value, 0, 0, 0) == 0  # type: ignore[no-any-return]
    except (ImportError, OSError, AttributeError):
        return False


def adopt_orphans() -> bool:
    """Make this process the parent of whatever descendant loses its own."""
    return set_process(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int, number: int) -> None:
    """Have the kernel send us signal `number` when `parent` ends, now if it has ended already."""
    set_process(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os.kill(os.getpid(), number)


def children(pid: int) -> "list[int]":
    """Return the children of a process, whichever of its threads started them, zombies included."""
    if not CHILDREN_LISTED:
        return scanned_children(pid)
    found: "list[int]" = []
    try:
        for thread in os.listdir("/proc/{}/task".format(pid)):
            with open("/proc/{}/task/{}/children".format(pid, thread), "rb") as file:
                found += map(int, file.read().split())
    except OSError:  # it has ended, and its children are somebody else's
        return found
    return found


def scanned_children(pid: int) -> "list[int]":
    """Return the same the slow way, for a kernel without CONFIG_PROC_CHILDREN; nothing where /proc isn't mounted."""
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit() and parent_of(name) == pid]
    except OSError:
        return []


def parent_of(pid: str) -> int:
    """Return a process's parent, 0 if it has ended. The name in proc_pid_stat(5) may hold blanks and brackets."""
    try:
        with open("/proc/{}/stat".format(pid), "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def descendants(pid: int) -> "list[int]":
    """Return all that stem from a process, as they stand now."""
    found = children(pid)
    for child in found:
        found.extend(children(child))
        if len(found) > 100000:
            break
    return found


def orphans(leader: int, mark: str) -> "list[int]":
    """Return what a command left to us: children of ours of its session or with its mark, and what stems from them."""
    found = []
    for pid in children(os.getpid()):
        if pid != leader and (session_of(pid) == leader or mark_of(pid) == mark):
            found += [pid, *descendants(pid)]
    return found


def session_of(pid: int) -> int:
    """Return a process's session, 0 if it has ended."""
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def mark_of(pid: int) -> str:
    """Return the number of the ask whose command a process stems from; empty if it can't be told."""
    try:
        with open("/proc/{}/environ".format(pid), "rb") as file:
            found = [entry for entry in file.read(1 << 20).split(b"\0") if entry.startswith(MARK + b"=")]
    except OSError:
        return ""
    return found[0][len(MARK) + 1 :].decode("ascii", "replace") if found else ""


def send(pid: int, number: int) -> None:
    """Signal a process that may have ended."""
    try:
        os.kill(pid, number)
    except OSError:  # ended, or another user's: nothing more can be done about it
        return


def send_group(pid: int, number: int) -> None:
    """Signal a process group that may have ended."""
    try:
        os.killpg(pid, number)
    except OSError:
        return


def reap(pid: int) -> bool:
    """Take the status of a child if it has ended; True also if it isn't our child."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def end_all(leaders: "list[int]") -> None:
    """End everything that stems from this process: SIGTERM, a little time, SIGKILL until nothing is left.

    `leaders` are the groups that we know of, all that can be reached where /proc isn't mounted.
    """
    send_all(leaders, signal.SIGTERM)
    send_all(leaders, signal.SIGCONT)  # a stopped process hears nothing
    started = time.monotonic()
    pause = 0.001
    while not none_left():
        past = time.monotonic() - started
        if past > LAST_TIME:
            return
        if past > TERM_TIME:
            send_all(leaders, signal.SIGKILL)
            leaders = []  # their numbers may be another's soon
        time.sleep(pause)
        pause = min(pause * 2, 0.02)


def send_all(leaders: "list[int]", number: int) -> None:
    """Signal groups, and all that stems from this process."""
    for pid in leaders:
        send_group(pid, number)
    for pid in descendants(os.getpid()):
        send(pid, number)


def none_left() -> bool:
    """Reap what has ended; True if no child is left, not even one that the ended ones left us."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return True
    return False
