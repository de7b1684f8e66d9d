"""How long does `check` take with 50 and 1,000 live checks: 30% files, 30% sysctls, 30% commands, 10% ports?"""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import measure
import packs


def main(folder: Path) -> None:
    """Print times as ratios to the plainest Python program that does the same reading and spawning."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for number in (50, 1000):
            pack = packs.mixed_checks(folder / str(number), number, port)
            command = (measure.HOSTPROOF, "check", "--pack", pack, "-q", "-f", "junit=/dev/null")
            env = {"XDG_CACHE_HOME": str(folder / "cache")}
            require_fit(pack)
            floor = (sys.executable, "-I", Path(__file__).with_name("plainfloor.py"), pack, number, port)
            jobs = {
                "plain Python: read, spawn, compare; nothing else": measure.program(*floor, codes=(0,)),
                "hostproof check, pack cached": measure.program(*command, codes=(0,), **env),
            }
            measure.compare(f"check with {number} mixed live checks", jobs, 7 if number > 100 else 15)


def require_fit(pack: Path) -> None:
    """End the benchmark if the checks do not all pass: it would measure something else."""
    done = subprocess.run([measure.HOSTPROOF, "check", "--pack", pack], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the checks do not pass:\n{done.stdout}{done.stderr}")
