"""Whether this machine can be broken in a given way: a need's name in, what is missing out."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from hostproof.facts.versions import version_key

CGROUPS = Path("/sys/fs/cgroup")
NAMESPACES = {"netns": "--net", "mntns": "--mount", "userns": "--user", "timens": "--time", "pidns": "--pid --fork"}
PATIENCE = 20.0


@cache
def missing(need: str) -> str:
    """Return why this machine does not offer it, empty if it does.

    `root`; `netns mntns userns timens pidns`: the right to make such a namespace; `cgroup1:pids`: the right to make a
    child group of that controller's own hierarchy; `module:NAME` of Python; `/a/path` that must exist; `sysctl:a.b`;
    `landlock:4`: that version of its interface; `linux:6.14` or later; any other word is a program on PATH.
    """
    kind, _, name = need.partition(":")
    if need == "root":
        return "" if os.geteuid() == 0 else "this is not root"
    if need in NAMESPACES:
        return _no_namespace(need)
    if kind == "landlock":
        return _no_landlock(int(name))
    if kind == "cgroup1":
        return _no_group(name)
    if kind == "linux":
        return "" if version_key(os.uname().release) >= version_key(name) else f"this is Linux {os.uname().release}"
    if kind == "sysctl":
        path = Path("/proc/sys") / name.replace(".", "/")
        return "" if path.exists() else f"this kernel has no sysctl {name}"
    if need.startswith("/"):
        return "" if Path(need).exists() else f"{need} is not there"
    return "" if shutil.which(need) else f"{need} is not installed"


def unmet(needs: tuple[str, ...]) -> str:
    """Return the first reason why these needs are not met, empty if they are."""
    return next((reason for need in needs if (reason := missing(need))), "")


def _no_namespace(need: str) -> str:
    command = ["unshare", *NAMESPACES[need].split(), "true"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        return f"{command[0]}: {problem}"
    return "" if done.returncode == 0 else done.stderr.strip() or f"{' '.join(command)} failed"


def _no_group(controller: str) -> str:
    group = CGROUPS / controller / f"hostproof-fault-{os.getpid()}-may"
    try:
        group.mkdir()
    except OSError as problem:
        return f"no group of the cgroup v1 controller {controller} can be made: {problem.strerror}"
    group.rmdir()
    return ""


def _no_landlock(version: int) -> str:
    import ctypes

    found = ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1)  # landlock_create_ruleset, for the version
    return "" if found >= version else f"Landlock's version is {found}, not {version}"
