"""Words that start a command inside a fault which ends with the command: namespaces, mounts, limits, users."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

Words = tuple[str, ...]
SECCOMP = Path(__file__).parents[1] / "seccomp.py"


def network(*commands: str, loopback: bool = True) -> Words:
    """Return the words for a new network namespace, with shell commands run inside before; `loopback` is set up."""
    up = ("ip link set lo up",) if loopback else ()
    return ("unshare", "--net", *_after(*up, *commands))


def mounts(*commands: str) -> Words:
    """Return the words for a new mount namespace, unseen outside, with shell commands run inside before."""
    return ("unshare", "--mount", "--propagation", "private", *_after(*commands))


def tmpfs(where: str, options: str, *commands: str) -> Words:
    """Return the words for an empty tmpfs over a folder, with mount options (`size=64k,noexec`)."""
    return mounts(f"mount -t tmpfs -o {shlex.quote(options)} tmpfs {shlex.quote(where)}", *commands)


def limits(**soft_and_hard: int | str) -> Words:
    """Return the words for resource limits: `limits(nofile=64)`, or `nofile="64:128"`."""
    return ("prlimit", *(f"--{name}={value}" for name, value in soft_and_hard.items()))


def nobody(*options: str) -> Words:
    """Return the words for the user and group 65534, without other groups and capabilities; more options of setpriv."""
    return ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", *options)


def without(*capabilities: str) -> Words:
    """Return the words for root without some capabilities: `without("sys_admin")`."""
    less = ",".join(f"-{name}" for name in capabilities)
    return ("setpriv", f"--bounding-set={less}", f"--inh-caps={less}")


def shell(*commands: str) -> Words:
    """Return the words for shell commands run before, in the same process."""
    return _after(*commands)


def seccomp(*words: str) -> Words:
    """Return the words for a seccomp filter: `seccomp("EPERM", "io_uring_setup,bpf", "ENOSYS", "futex_waitv")`."""
    return (sys.executable, str(SECCOMP), *words, "--")


def shifted_clocks(monotonic: int = 0, boottime: int = 0) -> Words:
    """Return the words for a time namespace whose clocks run that many seconds ahead."""
    return ("unshare", "--time", "--fork", f"--monotonic={monotonic}", f"--boottime={boottime}")


def _after(*commands: str) -> Words:
    return ("sh", "-c", " && ".join((*commands, 'exec "$@"')), "sh") if commands else ()
