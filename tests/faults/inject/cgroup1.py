"""A cgroup v1 child group around one command: limits in, words that start a command inside the group out."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from faults.fault import Setup
from faults.needs import CGROUPS

MARK = "hostproof-fault-"
PATIENCE = 10.0
# The shell joins the groups itself, then becomes the command: nobody is left outside.
JOIN = 'while [ "$1" != -- ]; do echo 0 > "$1/cgroup.procs" || exit 97; shift; done; shift; exec "$@"'


def cgroup1(limits: Mapping[str, Mapping[str, str]], *, below: Mapping[str, Mapping[str, str]] | None = None) -> Setup:
    """Return the set-up of a group in each controller of `limits`, with these files written in this order.

    With `below`, the command runs one group deeper, whose files are those: for limits that only an ancestor has.
    """

    @contextmanager
    def set_up(folder: Path) -> Iterator[tuple[str, ...]]:
        sweep()
        made: list[Path] = []
        homes: list[Path] = []
        try:
            for controller, files in limits.items():
                group = _make(_own(controller) / f"{MARK}{os.getpid()}-{folder.name}", files, made)
                if below is not None:
                    group = _make(group / "below", below.get(controller, {}), made)
                homes.append(group)
            yield ("sh", "-c", JOIN, "sh", *map(str, homes), "--")
        finally:
            for group in reversed(made):
                remove(group)

    return set_up


def _own(controller: str) -> Path:
    """Return the group that this process is in, so that its limits hold for the new group, too."""
    for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(","):
            return CGROUPS / controller / path.lstrip("/")
    return CGROUPS / controller


def _make(group: Path, files: Mapping[str, str], made: list[Path]) -> Path:
    group.mkdir()
    made.append(group)
    if (group / "cpuset.cpus").exists():  # a new one is empty and takes no process
        for name in ("cpuset.cpus", "cpuset.mems"):
            (group / name).write_text((group.parent / name).read_text("utf-8"), "utf-8")
    for name, value in files.items():
        (group / name).write_text(value, "utf-8")
    return group


def remove(group: Path) -> None:
    """Kill all in the group and remove it; raises OSError if it can't be done within the patience."""
    end = time.monotonic() + PATIENCE
    while True:
        for pid in map(int, (group / "cgroup.procs").read_text("utf-8").split()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            group.rmdir()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return


def sweep() -> None:
    """Remove what a test that was itself killed has left."""
    for group in sorted(CGROUPS.glob(f"*/**/{MARK}*"), reverse=True):
        maker = group.name.removeprefix(MARK).partition("-")[0]
        if maker.isdigit() and not Path("/proc", maker).exists():
            for one in (*group.glob("*/"), group):
                with suppress(OSError):
                    remove(one)
