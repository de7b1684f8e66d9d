"""Evaluation touches no machine: it runs where the kernel kills whoever starts a program, opens a socket or a file."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from hostproof.cli import workers
from hostproof.cli.main import run
from hostproof.evaluate.run import evaluate_packs
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.snapshot import Snapshot
from hostproof.report.jsonfile import render_json
from hostproof.report.junit import render_junit
from hostproof.report.markdown import render_markdown
from hostproof.report.terminal import render_terminal
from hostproof.rulepack.model import RulePack
from hostproof.source.records import replace

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64" or platform.system() != "Linux", reason="the filter is written for Linux on x86_64"
)

# Numbers of arch/x86/entry/syscalls/syscall_64.tbl.
PROGRAMS_AND_SOCKETS = (
    41,
    42,
    49,
    50,
    53,
    56,
    57,
    58,
    59,
    322,
    435,
)  # socket connect bind listen socketpair, clones, execs
# The same but clone, clone3, fork and vfork, by which all cores are used; and ptrace, by which others are looked into.
SEALED_COMMAND = (*sorted({*PROGRAMS_AND_SOCKETS} - {56, 57, 58, 435}), 101)
FILES = (2, 4, 6, 21, 83, 85, 257, 262, 263, 332, 437, 439)  # open stat access mkdir creat, their *at forms, openat2

# linux/prctl.h, linux/seccomp.h, linux/bpf_common.h, linux/audit.h
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
ALLOW, KILL = 0x7FFF0000, 0x80000000
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
AUDIT_ARCH_X86_64, ARCH_OFFSET, NUMBER_OFFSET = 0xC000003E, 4, 0


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def kill_on(numbers: tuple[int, ...]) -> None:
    """Have the kernel kill this process at any of these system calls, for good."""
    last = len(numbers)
    rows = [
        (LOAD, 0, 0, ARCH_OFFSET),
        (JUMP_IF_EQUAL, 0, last + 1, AUDIT_ARCH_X86_64),  # another ABI: to the end, killed
        (LOAD, 0, 0, NUMBER_OFFSET),
        *((JUMP_IF_EQUAL, last - at, 0, number) for at, number in enumerate(numbers)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, KILL),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
    program = _Program(len(rows), ctypes.cast(code, ctypes.c_void_p))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "the filter was not taken")


def sealed(numbers: tuple[int, ...], work: Callable[[], object]) -> int:
    """Do `work` in a child behind the filter: 0 if it ended well, 1 if it raised, minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            kill_on(numbers)
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def judge_and_report(pack: RulePack, snapshot: Snapshot) -> None:
    """Do all that `eval` does between reading and writing."""
    evaluation = evaluate_packs([pack], snapshot)
    assert len(evaluation.results()) == 3
    for render in (render_junit, render_markdown, render_json, render_terminal):
        assert render(evaluation)  # type: ignore[operator]


def test_no_program_and_no_socket(pack: RulePack, snapshot: Callable[..., Snapshot]) -> None:
    """Judging and reporting, with whatever they import on the way, start nothing and connect to nothing."""
    taken = snapshot({"sysctl.net.core.somaxconn": 128})
    assert sealed(PROGRAMS_AND_SOCKETS, lambda: judge_and_report(pack, taken)) == 0


def test_no_file(pack: RulePack, snapshot: Callable[..., Snapshot]) -> None:
    """Once its modules are loaded, judging and reporting don't look at a single file either."""
    taken = snapshot({"sysctl.net.core.somaxconn": 128})
    judge_and_report(pack, taken)
    assert sealed((*PROGRAMS_AND_SOCKETS, *FILES), lambda: judge_and_report(pack, taken)) == 0


def test_many_snapshots(
    pack: RulePack, snapshot: Callable[..., Snapshot], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`eval` of a folder on two cores, from the command line to the written reports, starts and reaches nothing."""
    infos = snapshot().facts
    for number in range(40):
        taken = snapshot({"sysctl.net.core.somaxconn": 4000 + number * 10})
        (tmp_path / f"{number}.hpsnap").write_bytes(encode_snapshot(replace(taken, facts=infos)))
    monkeypatch.setattr(workers, "cores", lambda: 2)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    reports = [
        word for name in ("junit", "markdown", "json", "terminal") for word in ("-f", f"{name}={tmp_path}/{name}")
    ]
    words = ["eval", "-q", "--pack", pack.path, str(tmp_path), *reports]

    def work() -> None:
        assert run(words) == 1

    assert sealed(SEALED_COMMAND, work) == 0
    assert "40 hosts: 30 fit, 10 unfit" in (tmp_path / "terminal").read_text()


@pytest.mark.parametrize(
    "work",
    [
        socket.socket,
        lambda: os.execv("/bin/true", ["true"]),
        lambda: os.posix_spawn("/bin/true", ["true"], {}),
        os.fork,
        lambda: open("/etc/hostname"),  # noqa: PTH123, SIM115
        lambda: os.stat("/"),  # noqa: PTH116
    ],
)
def test_the_seal_holds(work: Callable[[], object]) -> None:
    """Whatever touches the machine is killed, so that the tests above can fail."""
    assert sealed((*PROGRAMS_AND_SOCKETS, *FILES), work) == -signal.SIGSYS
