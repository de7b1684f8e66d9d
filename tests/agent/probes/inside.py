"""Runs a probe in a process of its own below other words (unshare, prlimit...), where something is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from .conftest import Facts, run_probe

PATIENCE = 100.0
TESTS = Path(__file__).parents[3]


def _why_not() -> str:
    try:
        done = subprocess.run(["unshare", "--net", "ip", "link", "set", "lo", "up"], capture_output=True, check=False)
    except OSError as problem:
        return str(problem)
    return "" if done.returncode == 0 else f"no network namespace: {done.stderr.decode().strip()}"


CANNOT = _why_not()


def loopback_up(*commands: str) -> tuple[str, ...]:
    """Return the words that set lo up and run shell commands, before what follows."""
    return ("sh", "-ec", "; ".join(("ip link set lo up", *commands, 'exec "$@"')), "sh")


def number_of(sysctl: str) -> int:
    """Return the number that is the value of a sysctl."""
    return int(Path("/proc/sys", *sysctl.split(".")).read_text(encoding="ascii"))


def inside(
    words: tuple[str, ...],
    name: str,
    *wanted: str,
    effort: str = "quick",
    namespace: bool = True,
    environment: dict[str, str] | None = None,
    look: str = "",
) -> Facts:
    """Run a probe below other words, by default in a new network namespace; return its facts as `probe` does.

    With `look` there is `left` besides: what that file holds, there, afterwards.
    """
    asked = json.dumps([name, list(wanted), effort, look])
    before = ("unshare", "--net") if namespace else ()
    done = subprocess.run(
        [*before, *words, sys.executable, "-m", "tests.agent.probes.inside", asked],
        cwd=TESTS,
        env=os.environ | {"PYTHONPATH": str(TESTS)} | (environment or {}),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    said = json.loads(done.stdout)
    assert isinstance(said, dict)
    return said


if __name__ == "__main__":
    probe, facts, thoroughness, file = json.loads(sys.argv[1])
    found = run_probe(probe, *facts, effort=thoroughness)
    if file:
        found["left"] = Path(file).read_text(encoding="ascii")
    sys.stdout.write(json.dumps(found))
