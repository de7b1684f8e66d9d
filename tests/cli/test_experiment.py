"""`hostproof experiment`: real kernel parameters, in a namespace and on the machine; skipped where it may not be."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostproof.collect.experiment.holder import hold
from hostproof.collect.experiment.runs import order_of
from hostproof.collect.experiment.settings import Setting, read_settings
from hostproof.source.problems import ProblemError

from .conftest import Run, Told

BURST = Path("/proc/sys/kernel/printk_ratelimit_burst")
BACKLOG = Path("/proc/sys/net/core/somaxconn")
MAY_UNSHARE = os.geteuid() == 0 and subprocess.run(["unshare", "-n", "true"], check=False).returncode == 0
namespaces = pytest.mark.skipif(not MAY_UNSHARE, reason="network namespaces take CAP_SYS_ADMIN")
machine = pytest.mark.skipif(
    not os.access(BURST, os.W_OK) or os.geteuid() != 0, reason="kernel.printk_ratelimit_burst can't be set here"
)
PATIENCE = 15.0
pytestmark = pytest.mark.xdist_group("experiment")  # two at once are refused


@pytest.fixture
def burst() -> Iterator[str]:
    """Give the value, and put it back if the test's subject did not."""
    before = BURST.read_text("ascii").strip()
    yield before
    if BURST.read_text("ascii").strip() != before:
        BURST.write_text(before, "ascii")


@pytest.fixture
def lock(tmp_path: Path) -> str:
    """Give a lock of the test's own, so that it waits for nobody."""
    return str(tmp_path / "lock")


def becomes(path: Path, value: str) -> bool:
    """Wait for a file to hold a value."""
    due = time.monotonic() + PATIENCE
    while path.read_text("ascii").strip() != value:
        if time.monotonic() > due:
            return False
        time.sleep(0.005)
    return True


@namespaces
def test_a_definite_effect_is_found(run: Run, tmp_path: Path) -> None:
    """A smaller backlog is found in a namespace, the machine's own is never touched, and snapshots are kept."""
    before = BACKLOG.read_text("ascii")
    words = ("--set", "sysctl.net.core.somaxconn=64", "--probe", "tcp", "--quick", "--rounds", "2", "-o", "kept")
    done = run("experiment", *words)
    if "another experiment" in done.stderr:
        pytest.skip("another experiment is at work on this machine")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^probe\.tcp\.backlog\.held +129 +65 +-50% +always$", done.stdout, re.MULTILINE), done.stdout
    assert BACKLOG.read_text("ascii") == before
    assert not Path("/run/hostproof-experiment").exists()
    assert len([*tmp_path.glob("kept/*/*.hpsnap")]) == 4
    assert run("experiment", *words[:-2], "-q", "-f", "json=out.json").stdout == ""
    again = run("compare", "kept/before", "kept/after", "--facts", "sysctl.*")
    assert "sysctl.net.core.somaxconn" in again.stdout


@namespaces
def test_a_namespace_has_what_the_kernel_gives_it(lock: str) -> None:
    """What a namespace lacks is told apart by trying; what is the machine's takes --host."""
    with hold([Setting("net.ipv4.tcp_fin_timeout", "17")], host=False, lock=lock) as held:
        assert held.after == {"net.ipv4.tcp_fin_timeout": "17"}
        held.put(after=True)
    assert held.restored == held.before
    for name, value, said in (
        ("net.core.netdev_max_backlog", "2000", "has none of its own"),
        ("net.core.no_such", "1", "No such file"),
        ("net.core.somaxconn", "many", "Invalid argument"),
        ("net.core.somaxconn", BACKLOG.read_text("ascii").strip(), "already"),
    ):
        with pytest.raises(ProblemError, match=said), hold([Setting(name, value)], host=False, lock=lock):
            pytest.fail("it was held")


@machine
def test_two_at_once_are_refused(lock: str, burst: str) -> None:
    """The second one is told that there is a first; when that has ended it may."""
    wanted = [Setting("kernel.printk_ratelimit_burst", str(int(burst) // 2 + 1))]
    with hold(wanted, host=True, lock=lock) as held:
        with pytest.raises(ProblemError, match="another experiment is at work"), hold(wanted, host=True, lock=lock):
            pytest.fail("it was held")
        held.put(after=True)
        assert BURST.read_text("ascii").strip() == wanted[0].value
    assert (BURST.read_text("ascii").strip(), held.restored) == (burst, {"kernel.printk_ratelimit_burst": burst})
    with hold(wanted, host=True, lock=lock):
        pass


@machine
def test_an_exception_restores(lock: str, burst: str) -> None:
    """Whatever is raised between, the value is back when it arrives."""

    def fail() -> None:
        with hold([Setting("kernel.printk_ratelimit_burst", str(int(burst) // 2 + 1))], host=True, lock=lock) as held:
            held.put(after=True)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert BURST.read_text("ascii").strip() == burst


HOLD = """\
import sys, time
from hostproof.collect.experiment.holder import hold
from hostproof.collect.experiment.settings import Setting
with hold([Setting("kernel.printk_ratelimit_burst", sys.argv[1])], host=True, lock=sys.argv[2]) as held:
    held.put(after=True)
    time.sleep(60)
"""


def children(pid: int) -> list[int]:
    """Return the children of a process."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def living(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@machine
@pytest.mark.parametrize("victims", ["engine", "guard", "keeper", "engine guard", "engine keeper", "all"])
def test_kill_9_restores(victims: str, lock: str, burst: str) -> None:
    """Whoever is killed, the others put it back and end; if all are killed at once, the next experiment does."""
    wanted = str(int(burst) // 2 + 1)
    engine = subprocess.Popen([sys.executable, "-c", HOLD, wanted, lock], stderr=subprocess.DEVNULL)
    pids = {"engine": engine.pid}
    try:
        assert becomes(BURST, wanted)
        [pids["guard"]] = children(engine.pid)
        [pids["keeper"]] = children(pids["guard"])
        struck = [pids[name] for name in (pids if victims == "all" else victims.split())]
        for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped first, so that none sees another one go
            for pid in struck:
                os.kill(pid, number)
        if victims == "all":
            assert BURST.read_text("ascii").strip() == wanted
            with hold([Setting("kernel.printk_ratelimit_burst", wanted)], host=True, lock=lock) as held:
                assert held.recovered == (f"kernel.printk_ratelimit_burst = {burst}",)
        assert becomes(BURST, burst)
        due = time.monotonic() + PATIENCE
        while any(living(pid) for name, pid in pids.items() if name != "engine") and time.monotonic() < due:
            time.sleep(0.01)
        assert not any(living(pid) for name, pid in pids.items() if name != "engine")
    finally:
        engine.kill()
        engine.wait(PATIENCE)


@machine
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_restores(number: signal.Signals, burst: str, tmp_path: Path) -> None:
    """Ctrl-C and SIGTERM end the run with exit code 130, and the value is back by then."""
    wanted = str(int(burst) // 2 + 1)
    words = ("--set", f"kernel.printk_ratelimit_burst={wanted}", "--probe", "memory", "--host", "--rounds", "50", "-q")
    command = [sys.executable, "-m", "hostproof", "experiment", *words]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    try:
        if not becomes(BURST, wanted):
            process.kill()
            pytest.skip(f"it did not begin: {process.communicate()[1]}")
        process.send_signal(number)
        said = process.communicate(timeout=PATIENCE)[1]
        assert (process.returncode, BURST.read_text("ascii").strip()) == (130, burst)
        assert f"everything was put back: kernel.printk_ratelimit_burst = {burst}" in said
    finally:
        process.kill()
        process.wait(PATIENCE)


@pytest.mark.parametrize(
    ("text", "host", "said"),
    [
        ("vm.swappiness=1", False, "whole machine's"),
        ("sysctl.kernel.timer_migration=0", False, "whole machine's"),
        ("vm.drop_caches=3", True, "can't be put back"),
        ("vm/drop_caches=3", True, "can't be put back"),
        ("kernel.panic_on_oops=1", True, "panic"),
        ("kernel.softlockup_panic=1", True, "panic"),
        ("kernel.sysrq=1", True, "keys"),
        ("net.ipv4.route.flush=1", False, "action"),
        ("net.ipv4.ip_forward=1", True, "resets"),
        ("net.core.somaxconn", False, "not name=value"),
        ("net.core.somaxconn=", False, "not name=value"),
        ("net/../vm/drop_caches=1", False, "not name=value"),
        ("/etc/passwd=1", True, "not name=value"),
    ],
)
def test_what_is_refused(text: str, host: bool, said: str) -> None:
    """Parameters that can't be put back, or aren't a namespace's, are refused with the reason."""
    with pytest.raises(ProblemError, match=said):
        read_settings([text], host=host)


def test_what_is_taken() -> None:
    """Names with and without `sysctl.`, interfaces with dots, values of several parts."""
    found = read_settings(
        ["sysctl.net.ipv4.tcp_rmem=4096 131072\t6291456", "net/ipv4/conf/eth0.1/forwarding=1"], host=False
    )
    assert [(one.name, one.value) for one in found] == [
        ("net.ipv4.tcp_rmem", "4096 131072 6291456"),
        ("net/ipv4/conf/eth0.1/forwarding", "1"),
    ]


@pytest.mark.parametrize("rounds", [1, 2, 5, 6, 9])
def test_orders_are_balanced(rounds: int) -> None:
    """Each pair has both sides, half of the pairs begin with A, and another seed is another order."""
    orders = {order_of(rounds, seed) for seed in range(40)}
    for order in orders:
        pairs = [order[at : at + 2] for at in range(0, len(order), 2)]
        assert len(pairs) == rounds
        assert set(pairs) <= {"AB", "BA"}
        assert abs(pairs.count("AB") - pairs.count("BA")) <= rounds % 2
    assert len(orders) > 1


def test_what_the_command_refuses(told: Told) -> None:
    """Nothing to set, no probe, one that there isn't, and numbers that are none, all at once."""
    code, said, warned = told("experiment", "--probe", "tpc", "--rounds", "many")
    assert (code, said) == (2, "")
    assert all(part in warned for part in ("something to set", "did you mean tcp?", "--rounds many")), warned


def test_a_dry_run_sets_nothing(told: Told) -> None:
    """It says what would be set, in which order, by which probes, and what is put back."""
    words = (
        "experiment",
        "--set",
        "kernel.printk_ratelimit_burst=1",
        "--probe",
        "memory",
        "--host",
        "--dry-run",
        "--rounds",
        "4",
    )
    code, said, _ = told(*words)
    assert code == 0
    assert [line.split()[0] for line in said.splitlines()] == ["set", "order", "probe", "restore"]
    assert f"A {BURST.read_text('ascii').strip()}, B 1" in said
