"""Probe `denials`, for real: what the kernel's log says of a process with a probe's name, and what it must not say."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hostproof.agent.lines import AskError
from hostproof.agent.probes import denials
from hostproof.agent.probing.apart import apart
from hostproof.agent.probing.runner import set_name
from hostproof.agent.probing.step import Context
from hostproof.collect.builtin.denials.records import parse_records

from .conftest import Run
from .inside import inside

SECCOMP = (sys.executable, str(Path(__file__).parents[2] / "faults" / "seccomp.py"))
REFUSED = """
import ctypes
libc = ctypes.CDLL(None)
libc.prctl(15, b"NAME", 0, 0, 0)
libc.syscall(ctypes.c_long(425), ctypes.c_long(0), ctypes.c_long(0))  # io_uring_setup on every architecture
"""
MARK = "0a7"
LINE = 'audit: type=1326 audit(1700000000.500:7): pid=1 comm="hp-tcp.0a7" arch=c000003e syscall=1 code=0x0'


def told() -> list[str]:
    """Return the records that the probe finds when it runs in a child of this process, of a run with our mark."""

    def found() -> object:
        set_name(f"hp-denials.{MARK}")
        records = denials.denials(Context("quick", frozenset({"records"}), {}, "/nonexistent"))["records"]
        if isinstance(records, AskError):
            raise records
        return records

    try:
        records = apart(found)
    except AskError as problem:
        pytest.skip(f"the kernel's log can't be read: {problem}")
    assert isinstance(records, list)
    return records


def killed(name: str) -> None:
    """Have the kernel end a process of that name for a call that its filter doesn't allow."""
    code = REFUSED.replace("NAME", name)
    done = subprocess.run((*SECCOMP, "kill", "io_uring_setup", "--", sys.executable, "-c", code), check=False)
    assert done.returncode == -31


def test_a_killed_probe_is_found() -> None:
    """The record of a process that a filter ended is picked by its name, and says which call it was."""
    before = len(told())
    killed(f"hp-probing.{MARK}")
    lines = told()[before:]
    if not lines:
        pytest.skip("this kernel records no seccomp actions")
    ((denial, count),) = parse_records(line for line in lines if "hp-probing" in line)
    assert (denial.probe, denial.module, denial.action, denial.call, count) == (
        *("probing", "seccomp", "killed", "io_uring_setup", 1),
    )


def test_other_processes_are_left_out() -> None:
    """What is denied to others is not ours to tell."""
    killed("somebody")
    assert [line for line in told() if "somebody" in line] == []


def test_what_happened_before_the_run_is_left_out(probe: Run) -> None:
    """Records of an earlier run don't count for this one."""
    killed(f"hp-old.{MARK}")
    killed("hp-unmarked")
    time.sleep(0.1)
    facts = probe("denials")
    assert facts["records"] == []
    assert facts["logs"]


def test_a_filter_is_named() -> None:
    """Where a filter is active, something could be denied, so the log matters."""
    facts = inside((*SECCOMP, "ENOSYS", "io_uring_setup", "--"), "denials", "confined_by", namespace=False)
    assert facts["confined_by"] == "a seccomp filter is active"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may take its own rights away")
def test_an_unread_log_matters_only_to_who_is_confined() -> None:
    """Without a filter or policy there can be no denial, and nobody needs the log; with one it is unknown."""
    if Path("/proc/sys/kernel/dmesg_restrict").read_text("ascii").strip() == "0":
        pytest.skip("everybody may read this kernel's log")
    words = ("setpriv", "--bounding-set=-syslog,-sys_admin", "--inh-caps=-all")
    facts = inside(words, "denials", "records", "confined_by", namespace=False)
    if facts["confined_by"] == "":
        assert facts["records"] == []
    confined = inside((*SECCOMP, "ENOSYS", "io_uring_setup", "--", *words), "denials", "records", namespace=False)
    assert isinstance(confined["records"], (dict, list))
    if isinstance(confined["records"], dict):
        assert (confined["records"]["cause"], bool(confined["records"]["cure"])) == ("denied", True)


@pytest.mark.parametrize(
    ("line", "ours"),
    [
        (LINE, True),
        (LINE.replace("hp-tcp", "hp-go_toolc"), True),
        (LINE.replace(".0a7", ".0a8"), False),  # another run's
        (LINE.replace(".0a7", ""), False),  # no run's
        (LINE.replace("hp-tcp", "tcp"), False),
        (LINE.replace("500:7", "400:7"), False),  # before
        (LINE.replace("audit(", "("), False),
        (LINE + " " * denials.MOST_LINE, False),
        ("", False),
    ],
)
def test_a_line_is_ours(line: str, ours: bool) -> None:
    """By its name, its time and its length."""
    assert denials.is_ours(line, 1700000000.45, MARK) == ours
