"""Runs a command while a Go service runs: GOROOT ADDRESS LOG [NAME=VALUE...] [-FLAG VALUE...] -- COMMAND...

The service is given some seconds first; then what it has logged so far is copied to LOG, with what EDIT=old:new says
put into the place of a text. A service that an outer one of these started is ended before.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from goservices import built

SECONDS = 3.0
OUTER = "GOFAULTS_SERVICE"


def main(words: list[str]) -> int:
    """Start the service, run the command, end the service, return the command's status."""
    at = words.index("--")
    goroot, address, log, *rest = words[:at]
    settings = dict(word.split("=", 1) for word in rest if "=" in word)
    flags = [word for word in rest if "=" not in word]
    if OUTER in os.environ:
        os.kill(int(os.environ[OUTER]), signal.SIGKILL)
    raw = Path(f"{log}.{os.getpid()}")
    with raw.open("wb") as errors:
        service = start(
            [str(built(Path(goroot))), "-listen", address, *flags], {"METRICS": "1", **settings}, errors.fileno()
        )
    try:
        time.sleep(SECONDS)
        old, _, new = settings.get("EDIT", ":").partition(":")
        Path(log).write_text(raw.read_text().replace(old, new) if old else raw.read_text())
        return subprocess.call(words[at + 1 :], env={**os.environ, OUTER: str(service.pid)})
    finally:
        service.kill()
        service.wait()
        raw.unlink()


def start(command: list[str], settings: dict[str, str], errors: int) -> subprocess.Popen[bytes]:
    """Return the service once it listens; its address may be in use for a moment yet."""
    for _ in range(50):
        service = subprocess.Popen(command, env=settings, stdout=subprocess.PIPE, stderr=errors)
        assert service.stdout is not None
        if service.stdout.readline():
            return service
        service.wait()
        time.sleep(0.1)
    raise RuntimeError(f"the service does not start: {command}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
