"""Probe `syscalls`, for real: what a healthy kernel answers, and what filters, rights and namespaces change."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostproof.agent.probes.syscalls.circumstances import Circumstances, circumstances
from hostproof.agent.probes.syscalls.classify import STATES, classify
from hostproof.agent.probes.syscalls.table import CALLS, FAMILIES, Call
from hostproof.agent.probes.syscalls.tries import KILLED, STUCK, answers_of, enter_user_namespace, numbers
from hostproof.collect.builtin.denials.numbers import AUDIT_AARCH64, AUDIT_X86_64
from hostproof.collect.builtin.denials.numbers import numbers as all_numbers
from hostproof.facts.snapshot import Value

from .conftest import Run
from .inside import inside

SECCOMP = (sys.executable, str(Path(__file__).parents[2] / "faults" / "seccomp.py"))
BY_NAME = {call.name: call for call in CALLS}
HEADERS = {
    AUDIT_X86_64: "#include <asm/unistd_64.h>\n",
    AUDIT_AARCH64: "#define __ARCH_WANT_RENAMEAT\n#define __ARCH_WANT_NEW_STAT\n#define __ARCH_WANT_SET_GET_RLIMIT\n"
    "#define __ARCH_WANT_TIME32_SYSCALLS\n#define __ARCH_WANT_SYS_CLONE3\n#define __ARCH_WANT_MEMFD_SECRET\n"
    "#include <asm-generic/unistd.h>\n",
}
HEALTHY = circumstances().filter == 0 and bool(circumstances().may("sys_admin"))
healthy = pytest.mark.skipif(not HEALTHY, reason="this process is confined: nobody knows what it should get")


def at(facts: dict[str, Value], *names: str) -> Value:
    """Return a value inside of the facts."""
    found: Value = facts
    for name in names:
        assert isinstance(found, dict), found
        found = found[name]
    return found


def defined(header: str) -> dict[int, str]:
    """Return the calls that the kernel's headers define, by number; skips the test where they aren't there."""
    try:
        done = subprocess.run(["gcc", "-E", "-dM", "-"], input=header, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        pytest.skip(f"the kernel's headers can't be read: {problem}")
    found = dict(re.findall(r"^#define (__NR\w+) (\w+)$", done.stdout, re.MULTILINE))
    named = {name.removeprefix("__NR_"): found.get(value, value) for name, value in found.items() if "3264" not in name}
    other = {"syscalls", "arch_specific_syscall"}
    return {int(value): str(name) for name, value in named.items() if str(value).isdecimal() and name not in other}


@pytest.mark.parametrize("architecture", [AUDIT_X86_64, AUDIT_AARCH64])
def test_numbers_are_those_of_the_kernels_headers(architecture: int) -> None:
    """Every number that the headers here define has its name in our table; newer ones are only in ours."""
    ours = all_numbers(architecture)
    theirs = defined(HEADERS[architecture])
    assert {number: ours.get(number) for number in theirs} == theirs
    assert len(theirs) > 250


@pytest.mark.parametrize(("column", "architecture"), [(0, AUDIT_X86_64), (1, AUDIT_AARCH64)])
def test_the_agents_numbers_are_the_engines(column: int, architecture: int) -> None:
    """The agent calls by the numbers by which the engine reads records."""
    ours = {name: number for number, name in all_numbers(architecture).items()}
    assert {call.name: call.numbers[column] for call in CALLS} == {call.name: ours.get(call.name, 0) for call in CALLS}


def test_families_are_of_known_calls() -> None:
    """Each call is once in the table, and families name calls of it."""
    assert len(BY_NAME) == len(CALLS) >= 130
    assert {name for names in FAMILIES.values() for name in names} <= BY_NAME.keys()


@healthy
def test_a_healthy_machine_has_what_servers_need(probe: Run) -> None:
    """No call is refused without an explanation, none kills, families are whole, an unused number is ENOSYS."""
    facts = probe("syscalls")
    calls = at(facts, "calls")
    assert isinstance(calls, dict)
    states = {name: at(facts, "calls", name, "state") for name in calls}
    assert set(states.values()) <= {"available", "unsupported", "absent", "capability", "sysctl"}
    assert facts["killing"] == []
    assert facts["unknown_number"] == "ENOSYS"
    assert [at(family, "missing") for family in facts["families"]] == [[]] * len(FAMILIES)
    assert {"futex", "epoll_pwait", "statx", "clone3"} <= set(facts["available"])
    assert set(at(facts, "namespaces", "net")) == {"state", "why"}


@healthy
def test_trying_changes_nothing(probe: Run) -> None:
    """No queue, segment or mount is left, and the host keeps its name."""

    def seen() -> Iterator[str]:
        for path in ("/proc/sysvipc/msg", "/proc/sysvipc/shm", "/proc/self/mounts", "/proc/sys/kernel/hostname"):
            yield Path(path).read_text("utf-8")

    before = [*seen()]
    probe("syscalls")
    assert [*seen()] == before


@healthy
@pytest.mark.parametrize("call", [pytest.param(call, id=call.name) for call in CALLS if call.again])
def test_other_arguments_give_another_answer(call: Call) -> None:
    """The controlled re-try tells a kernel from a filter: the kernel answers otherwise, and refuses neither."""
    number = numbers().get(call.name)
    if number is None:
        pytest.skip("this machine has no such call")
    first, again = answers_of([(number, call.arguments), (number, call.again)])
    if first == "ENOSYS":
        pytest.skip("this kernel has no such call")
    assert first in call.answers
    assert again not in {first, "EPERM", "EACCES", "ENOSYS"}


@healthy
@pytest.mark.parametrize(
    ("words", "call", "state", "answer"),
    [
        (("EPERM", "io_uring_setup"), "io_uring_setup", "seccomp", "EPERM"),
        (("EACCES", "statx"), "statx", "seccomp", "EACCES"),
        (("ENOSYS", "openat2"), "openat2", "seccomp", "ENOSYS"),
        (("kill", "membarrier"), "membarrier", "seccomp", "SIGSYS"),
        (("trap", "bpf"), "bpf", "seccomp", "SIGSYS"),
        (("EIO", "mseal"), "mseal", "seccomp", "EIO"),
    ],
)
def test_a_filter_is_recognised(words: tuple[str, str], call: str, state: str, answer: str) -> None:
    """Whatever a filter does, it is named, and no other call is put down to it."""
    facts = inside((*SECCOMP, *words, "--"), "syscalls", "calls", "killing", namespace=False)
    if at(facts, "calls", call, "answer") == "ENOSYS" != answer:
        pytest.skip("this kernel has no such call")
    assert (at(facts, "calls", call, "state"), at(facts, "calls", call, "answer")) == (state, answer)
    assert facts["killing"] == ([call] if answer == "SIGSYS" else [])
    calls = at(facts, "calls")
    assert isinstance(calls, dict)
    assert [name for name in calls if at(facts, "calls", name, "state") == "seccomp"] == [call]


@healthy
def test_a_missing_right_is_recognised() -> None:
    """Without CAP_SYS_ADMIN mounting is refused for want of it: a user namespace that has it proves so."""
    words = ("setpriv", "--bounding-set=-sys_admin,-bpf,-perfmon", "--inh-caps=-all")
    facts = inside(words, "syscalls", "calls", "families", "namespaces", namespace=False)
    assert at(facts, "calls", "fsopen", "state") == "capability"
    assert "Linux answered" in str(at(facts, "calls", "fsopen", "why"))
    assert at(facts, "namespaces", "uts") == {"state": "available", "why": "made, inside a user namespace of its own"}
    assert all(at(family, "missing") == [] for family in facts["families"])


@healthy
def test_without_proc_a_filter_is_seen_as_well() -> None:
    """Where there is no /proc the kernel is asked by prctl and capget."""
    code = (
        "from hostproof.agent.probes.syscalls.circumstances import *; here = circumstances(); "
        "print(os.path.exists('/proc/self'), here.filter, here.no_new_privs, here.may('sys_admin'))"
    )
    words = ("unshare", "--mount", "--propagation", "private", "sh", "-c", 'umount -l /proc; exec "$@"', "sh")
    command = (*words, *SECCOMP, "EPERM", "statx", "--", sys.executable, "-c", code)
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == [
        *("False", "2", "True", "True")
    ]


def test_a_call_that_does_not_come_back_is_left() -> None:
    """What hangs is ended and named, and the next call is tried."""
    forever = (numbers()["nanosleep"], ("buffer", 0))
    wait = (numbers()["futex"], ("buffer", 0x80, 0, 0, 0, 0))  # FUTEX_WAIT_PRIVATE while it is 0
    assert answers_of([forever, wait, forever]) == ["OK", STUCK, "OK"]


def test_where_no_child_can_prepare_nothing_is_said() -> None:
    """A try that could not be made is no answer."""

    def refuse() -> None:
        raise PermissionError

    assert answers_of([(numbers()["gettid"], ()), (numbers()["gettid"], ())], refuse) == ["", ""]


@healthy
def test_a_user_namespace_of_its_own_has_rights() -> None:
    """The controlled re-try of what was refused for want of rights gets as far as its arguments."""
    assert answers_of([(numbers()["fsopen"], (0, 0x7FFFFFFF))], enter_user_namespace) == ["EINVAL"]


FILTERED = Circumstances(filter=2, capabilities=0, modules=[], release=(6, 1), sysctls={}, config={"NET": "y"})
BARE = Circumstances(filter=0, capabilities=0, modules=[], release=(6, 1), sysctls={}, config={})
ROOT = Circumstances(filter=0, capabilities=-1, modules=[], release=(6, 1), sysctls={}, config={})
CONFINED = Circumstances(0, False, -1, ["capability", "apparmor"], "docker-default (enforce)", (6, 1), {}, {})
UNCONFINED = Circumstances(0, False, -1, ["capability", "apparmor"], "unconfined", (6, 1), {}, {})
NOTHING_KNOWN = Circumstances(sysctls={}, config={})


def with_sysctl(name: str, value: int, capabilities: int = 0) -> Circumstances:
    """Return the circumstances of an unfiltered process with one sysctl."""
    return Circumstances(0, False, capabilities, [], None, (6, 1), {name: value}, {})


@pytest.mark.parametrize(
    ("call", "answers", "here", "state"),
    [
        ("statx", ("EINVAL", "", ""), FILTERED, "available"),
        ("statx", ("ENOSYS", "", ""), FILTERED, "seccomp"),
        ("statx", ("ENOSYS", "", ""), BARE, "absent"),
        ("statx", ("ENOSYS", "", ""), NOTHING_KNOWN, "absent-or-filtered"),
        ("mseal", ("ENOSYS", "", ""), FILTERED, "unsupported"),  # it came with 6.10
        ("accept4", ("ENOSYS", "", ""), FILTERED, "seccomp"),  # CONFIG_NET is on
        ("io_uring_setup", ("ENOSYS", "", ""), FILTERED, "absent"),  # and CONFIG_IO_URING is not
        ("landlock_create_ruleset", ("EOPNOTSUPP", "", ""), BARE, "absent"),
        ("statx", ("EPERM", "EPERM", ""), FILTERED, "seccomp"),
        ("io_uring_enter", ("EPERM", "EPERM", ""), ROOT, "refused"),  # a sandbox that imitates Linux
        ("io_uring_enter", ("EPERM", "EPERM", ""), UNCONFINED, "refused"),
        ("io_uring_enter", ("EPERM", "EPERM", ""), CONFINED, "lsm"),
        ("io_uring_enter", ("EPERM", "EBADF", ""), FILTERED, "refused"),  # its answer depends on the arguments
        ("fsopen", ("EPERM", "", "EINVAL"), FILTERED, "capability"),
        ("fsopen", ("EPERM", "", "EPERM"), FILTERED, "capability-or-seccomp"),
        ("fsopen", ("EPERM", "", "EPERM"), BARE, "capability"),
        ("fsopen", ("EPERM", "", "EPERM"), ROOT, "refused"),
        ("fsopen", ("EPERM", "", "EINVAL"), Circumstances(0, False, -1, [], sysctls={}, contained=True), "capability"),
        ("io_uring_setup", ("EPERM", "", ""), with_sysctl("kernel/io_uring_disabled", 2, -1), "sysctl"),
        ("io_uring_setup", ("EPERM", "", ""), with_sysctl("kernel/io_uring_disabled", 1), "sysctl"),
        ("io_uring_setup", ("EPERM", "", ""), with_sysctl("kernel/io_uring_disabled", 1, -1), "refused"),
        ("bpf", ("EPERM", "", ""), with_sysctl("kernel/unprivileged_bpf_disabled", 2), "sysctl"),
        ("bpf", ("EPERM", "", ""), with_sysctl("kernel/unprivileged_bpf_disabled", 0), "capability"),
        ("perf_event_open", ("EACCES", "", ""), with_sysctl("kernel/perf_event_paranoid", 3), "sysctl"),
        ("perf_event_open", ("EACCES", "", ""), with_sysctl("kernel/perf_event_paranoid", 2), "capability"),
        ("statx", ("EIO", "", ""), FILTERED, "available"),  # nobody knows what a future kernel says
        ("mseal", ("EIO", "EIO", ""), FILTERED, "seccomp"),
        ("statx", (KILLED, "", ""), FILTERED, "seccomp"),
        ("statx", (STUCK, "", ""), FILTERED, "refused"),
        ("statx", ("", "", ""), FILTERED, "refused"),
    ],
)
def test_who_refused(call: str, answers: tuple[str, str, str], here: Circumstances, state: str) -> None:
    """An answer is put down to what explains it; what nothing explains is said to be so."""
    verdict = classify(BY_NAME[call], *answers, here)
    assert verdict.state == state
    assert state in STATES
    assert verdict.why
