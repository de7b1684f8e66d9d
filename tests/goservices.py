"""A real Go service for tests: built by a toolchain of `gotools`, run with a debug endpoint on the loopback."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

SOURCE = Path(__file__).parent / "gofaults" / "service"
KEPT = Path(__file__).parents[1] / "build"


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: where its debug endpoint listens (127.0.0.1:port), and the file its log goes to."""

    address: str
    log: Path
    process: subprocess.Popen[bytes]


def program_of(goroot: Path) -> Path:
    """Return where the service's program is once a toolchain has built it."""
    texts = "\0".join(path.read_text() for path in sorted(SOURCE.iterdir()))
    return KEPT / "services" / sha256(f"{goroot}\0{texts}".encode()).hexdigest()[:16]


@cache
def built(goroot: Path) -> Path:
    """Return the service's program, built by a toolchain unless that was done before."""
    program = program_of(goroot)
    if not program.exists():
        program.parent.mkdir(parents=True, exist_ok=True)
        draft = program.with_suffix(f".{os.getpid()}")
        command = [str(goroot / "bin" / "go"), "build", "-p=1", "-trimpath", "-o", str(draft), "."]
        subprocess.run(command, cwd=SOURCE, env=environment(), check=True)
        draft.rename(program)
    return program


def environment() -> dict[str, str]:
    """Return what a build may depend on."""
    settings = {"GOENV": "off", "GOFLAGS": "", "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    cache = KEPT / "cache" / "hostproof" / "go-build"  # the one that faults of toolchains use too
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(KEPT / "home"),
        "GOCACHE": str(cache),
        "CGO_ENABLED": "0",
        **settings,
    }


@contextmanager
def running(goroot: Path, folder: Path, *flags: str, **variables: str) -> Iterator[Service]:
    """Run the service with flags and variables of its environment; its log lies in `folder`. It is ended afterwards."""
    log = folder / "service.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [str(built(goroot)), *flags],
            env={"PATH": os.environ["PATH"], **variables},
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().decode().strip()
        assert address.startswith("127.0.0.1:"), log.read_text()
        yield Service(address, log, process)
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
