"""The same mixed checks by hand, as short as can be: what any checker in Python has to pay at least."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path


def main(folder: Path, number: int, port: int) -> None:
    """Do the checks of `packs.mixed_checks`; an assertion says if one does not hold."""
    names = sysctls()
    for n in range(number):
        if n % 10 < 3:
            assert int((folder / f"file{n}.conf").read_text()) == n
        elif n % 10 < 6:
            assert int(names[n % len(names)].read_text()) >= 0
        elif n % 10 < 9:
            assert int(output("/usr/bin/printf", "%s", str(n))) == n
        else:
            pattern = f":{port + n // 10 % 2:04X} [0-9A-F]+:0000 0A "
            found = re.search(pattern, Path("/proc/net/tcp").read_text())
            assert (found is None) == (n // 10 % 2 == 1)


def sysctls() -> list[Path]:
    """Return some parameters that every kernel has and anybody may read."""
    folder = Path("/proc/sys/vm")
    return [folder / name for name in ("swappiness", "overcommit_memory", "max_map_count", "dirty_ratio")]


def output(*command: str) -> bytes:
    """Run a program by the cheapest call there is and return what it printed."""
    ours, theirs = os.pipe()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, theirs, 1)])
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
