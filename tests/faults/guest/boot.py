"""Boots the guest in qemu and gives the socket by which commands are run in it; everything ends with the `with`."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from faults.guest.image import image
from faults.running import SYSTEM_PYTHON

FETCHED = Path(__file__).parents[3] / "build" / "guest"
INSIDE = Path(__file__).with_name("inside.py")
QEMU = "qemu-system-x86_64"
LIBRARIES = ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")
PATIENCE = 300.0  # seconds until the guest is there; most take ten
PR_SET_PDEATHSIG = 1
# A time stamp counter that qemu makes up is never unstable, whatever the kernel thinks of it.
KERNEL = "console=ttyS0 loglevel=4 panic=-1 tsc=reliable clocksource=tsc mitigations=off"


@dataclass(frozen=True, slots=True)
class Guest:
    """A running guest: the socket of its port, and where its console's words are."""

    socket: Path
    console: Path

    @property
    def start(self) -> tuple[str, ...]:
        """The words before a command that is to run in the guest."""
        return (sys.executable, "-I", str(INSIDE), str(self.socket), "--")


def lacking() -> str:
    """Return why no guest can be booted here, empty if one can."""
    if os.uname().machine != "x86_64":
        return "the guest is for x86_64"
    if not (FETCHED / "boot").is_dir():
        return "no kernel is fetched: `make guest` does that on Debian"
    if _qemu() is None:
        return f"{QEMU} is neither installed nor fetched: `make guest` does that on Debian"
    return ""


def _qemu() -> tuple[str, ...] | None:
    """Return the words that start qemu: the installed one, or the fetched one with its own libraries and firmware."""
    installed = shutil.which(QEMU)
    if installed:
        return (installed,)
    fetched = FETCHED / "usr" / "bin" / QEMU
    share = FETCHED / "usr" / "share"
    return (str(fetched), "-L", str(share / "qemu"), "-L", str(share / "seabios")) if fetched.exists() else None


@contextmanager
def booted(options: str = "") -> Iterator[Guest]:
    """Boot a guest, with more words for its kernel, and wait until it takes commands; AssertionError if it does not."""
    folder = Path(tempfile.mkdtemp(prefix="hostproof-guest-"))
    guest = Guest(folder / "port", folder / "console")
    program = None
    try:
        (folder / "initrd").write_bytes(image(FETCHED, SYSTEM_PYTHON))
        program = _start(folder, guest, options)
        _wait(program, guest)
        yield guest
    finally:
        if program is not None:
            program.kill()
            program.wait()
        shutil.rmtree(folder)


@contextmanager
def guests() -> Iterator[Callable[[str], Guest]]:
    """Give the function that returns the guest with more words for its kernel; those with the same share one."""
    with ExitStack() as stack:
        yield cache(lambda options: stack.enter_context(booted(options)))


def _start(folder: Path, guest: Guest, options: str) -> subprocess.Popen[bytes]:
    words = _qemu()
    assert words is not None
    libraries = os.pathsep.join(str(FETCHED / name) for name in LIBRARIES)
    return subprocess.Popen(
        (
            *words,
            *("-machine", "pc", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "768"),
            *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
            *("-kernel", str(next((FETCHED / "boot").glob("vmlinuz-*"))), "-initrd", str(folder / "initrd")),
            *("-append", f"{KERNEL} {options}", "-serial", f"file:{guest.console}", "-device", "virtio-serial-pci"),
            *("-chardev", f"socket,id=port,path={guest.socket},server=on,wait=off"),
            *("-device", "virtserialport,chardev=port,name=hostproof"),
        ),
        env=os.environ | ({} if len(words) == 1 else {"LD_LIBRARY_PATH": libraries}),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent,
    )


def _end_with_parent() -> None:
    """Have the kernel end qemu when the tests are killed and can't."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _wait(program: subprocess.Popen[bytes], guest: Guest) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        said = guest.console.read_text("utf-8", "replace") if guest.console.exists() else ""
        if "guest: ready" in said:
            return
        assert program.poll() is None, f"qemu ended with {program.returncode}: {said[-2000:]}"
        assert time.monotonic() < end, f"the guest did not start within {PATIENCE:.0f} s: {said[-2000:]}"
        time.sleep(0.1)
