"""The agent's beginning and end: a guard that only waits, and a worker that does everything.

If the worker dies, however it dies, all that stems from it is handed to the guard, which ends it; if the guard dies,
the kernel tells the worker. Only somebody who kills both at one moment can leave a command running.
"""

import os
import signal
import sys

from . import offspring
from .loop import Loop
from .pipes import open_descriptors
from .rooted import Root
from .scratch import SCRATCH, remove, scratch_base

WATCHED = (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
PATIENCE = 60.0  # seconds between looks when nothing happens
GRACE = 1.5  # seconds that the worker has to end after it was asked to; it needs one at most


def main(root: str = "", chroot: bool = False) -> None:
    """Run the agent on descriptors 0 and 1, for a `root` directory that is not running if one is named; never returns.

    `chroot`: programs in it may be run.
    """
    parent = os.getppid()
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    for number in WATCHED:
        signal.signal(number, signal.SIG_DFL)  # nohup and others leave some ignored
    os.chdir("/")
    keep_to_ourselves()
    offspring.adopt_orphans()
    guard = os.getpid()
    worker = os.fork()
    if worker == 0:
        work(guard, root, chroot)
    offspring.die_with_parent(parent, signal.SIGTERM)
    os._exit(watch(worker))


def remove_left(worker: int) -> None:
    """Remove the scratch folders of probes that a worker left, which was killed; those below TMPDIR or /tmp."""
    base = scratch_base()
    try:
        left = [name for name in os.listdir(base) if name.startswith("{}{}-".format(SCRATCH, worker))]
    except OSError:
        return
    for name in left:
        remove(os.path.join(base, name))


def keep_to_ourselves() -> None:
    """See that no command inherits a descriptor that we were given by mistake."""
    for end in open_descriptors():
        try:
            os.set_inheritable(end, False)
        except OSError:
            continue


def work(guard: int, root: str, chroot: bool) -> None:
    """Be the worker; never returns."""
    try:
        os.setpgid(0, 0)  # so that killing the guard's group leaves us to clean up
        offspring.adopt_orphans()
        loop = Loop(0, 1, Root(root, chroot) if root else None)
        offspring.die_with_parent(guard, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        loop.run()
        os._exit(0)
    except Exception:  # noqa: BLE001 - told on standard error, which the engine keeps
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
        os._exit(70)


def watch(worker: int) -> int:
    """Wait for the worker, pass on what signals ask of it, end what it left; return its exit status."""
    for end in (0, 1):
        os.close(end)
    patience = PATIENCE
    while True:
        found = signal.sigtimedwait(WATCHED, patience)
        if found is not None and found.si_signo != signal.SIGCHLD:
            offspring.send(worker, signal.SIGTERM)
            patience = GRACE
        elif found is None and patience == GRACE:
            offspring.send(worker, signal.SIGKILL)
        pid, status = os.waitpid(worker, os.WNOHANG)
        if pid:
            break
    offspring.end_all([])
    remove_left(worker)
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
