"""The probe `go_service`: what real Go services tell of themselves, and what hostile ones may not do."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from goservices import running
from gotools import each_toolchain
from hostproof.agent.probes.go_service.logs import facts_of_log
from hostproof.agent.probes.go_service.metrics import MOST_SAMPLES, spread
from hostproof.collect.builtin.goprofile import profile_of
from hostproof.facts.snapshot import Value

Run = Callable[..., "dict[str, Value]"]
MIB = 1 << 20
# As Go 1.19.8, 1.22.10 and 1.27.3 wrote them; the last is what the source of 1.27 adds.
COLLECTIONS = (
    (
        "gc 1 @0.000s 16%: 0.10+0.64+0.093 ms clock, 0.20+0/0.11/0.084+0.18 ms cpu, 3->4->3 MB, 4 MB goal, 0 MB stacks,"
        " 0 MB globals, 2 P"
    ),
    (
        "gc 2 @0.004s 12%: 0.009+0.11+0.001 ms clock, 0.019+0/0.029/0.10+0.002 ms cpu, 64->66->65 MB, 128 MB goal,"
        " 1 MB stacks, 0 MB globals, 2 P (forced)"
    ),
    (
        "gc 3 @1.004s 13% (checking for goroutine leaks): 12+0.30+0.082 ms clock, 0.097+0.040/0.057/0+0.16 ms cpu,"
        " 125->130->66 MB, 131 MB goal, 0 MB stacks, 0 MB globals, 4 P"
    ),
)
MOMENTS = {
    "1.19": "SCHED {at}ms: gomaxprocs=2 idleprocs=0 threads=5 spinningthreads=0 idlethreads=1 runqueue=1 [2 0]",
    "1.22": "SCHED {at}ms: gomaxprocs=2 idleprocs=0 threads=4 spinningthreads=0 needspinning=0 idlethreads=0 runqueue=1"
    " [2 0]",
    "1.27": "SCHED {at}ms: gomaxprocs=2 idleprocs=0 threads=4 spinningthreads=0 needspinning=1 idlethreads=0 runqueue=1"
    " [ 2 0 ] schedticks=[ 22750 28259 ]",
    "scheddetail": "SCHED {at}ms: gomaxprocs=2 idleprocs=0 threads=4 spinningthreads=0 needspinning=0 idlethreads=0"
    " runqueue=1 gcwaiting=false nmidlelocked=1 stopwait=0 sysmonwait=false\n"
    "  P0: status=1 schedtick=2 syscalltick=0 m=3 runqsize=2 gfreecnt=0 timerslen=0\n"
    "  P1: status=1 schedtick=2 syscalltick=0 m=0 runqsize=0 gfreecnt=0 timerslen=0",
}


@each_toolchain()
def test_a_real_service_is_read_from_all_sources(goroot: Path, probe: Run, tmp_path: Path) -> None:
    """Log, metrics and profiles of a service say what it was told to do."""
    flags = ("-garbage", "100", "-live", "40", "-leak", "50")
    settings = {"GODEBUG": "gctrace=1,schedtrace=50", "METRICS": "1", "GOGC": "50"}
    with running(goroot, tmp_path, *flags, **settings) as service:
        time.sleep(1.5)
        found = probe("go_service", effort="usual", address=service.address, log=str(service.log))
        kept = profile_of("goroutines", found["goroutines"])
        heap, cpu = profile_of("heap", found["heap"]), profile_of("cpu", found["cpu"])
    assert found["answers"] == "ok"
    assert found["log.unread"] == 0
    assert found["log.collections"] > 2  # type: ignore[operator]
    assert found["log.growth"] == pytest.approx(0.5, abs=0.1)
    assert found["metrics.gogc"] == 50
    assert found["metrics.limit"] is None
    assert found["metrics.allocation"] > 10 * MIB  # type: ignore[operator]
    assert found["log.allocation"] > 10 * MIB  # type: ignore[operator]
    assert all(number >= 52 for number in found["metrics.goroutines"])  # type: ignore[union-attr, operator]
    assert isinstance(kept, dict)
    assert kept["total"] >= 52  # type: ignore[operator]
    assert kept["sites"][0] == {"function": "main.wait", "count": 50, "share": 50 / kept["total"]}  # type: ignore[index, operator]
    assert isinstance(heap, dict)
    assert heap["inuse"] > 20 * MIB  # type: ignore[operator]
    assert heap["sites"][0]["function"] == "main.main"  # type: ignore[index, call-overload]
    assert isinstance(cpu, dict)
    assert cpu["took"] > 0  # type: ignore[operator]
    assert 0 <= cpu["gc"] <= 1  # type: ignore[operator]


@each_toolchain()
def test_pure_expvar_tells_what_it_can(goroot: Path, probe: Run, tmp_path: Path) -> None:
    """Memstats have pauses and rates; what they lack is unknown, with what to publish."""
    with running(goroot, tmp_path, "-garbage", "50") as service:
        time.sleep(0.5)
        found = probe("go_service", "metrics.pauses", "metrics.allocation", "metrics.gogc", "metrics.goroutines",
                      metrics=f"http://{service.address}/debug/vars")  # fmt: skip
    assert found["metrics.allocation"] > 0  # type: ignore[operator]
    assert len(found["metrics.pauses"]) <= 256  # type: ignore[arg-type]
    for name in ("metrics.gogc", "metrics.goroutines"):
        assert "/sched/goroutines" in str(found[name]) or "/gc/gogc" in str(found[name])
        assert found[name]["cause"] == "absent"  # type: ignore[index, call-overload]


def test_lines_of_gctrace_are_read() -> None:
    """Both pauses of each collection, sizes, shares and the growth of the goal come from the lines, prefixed or not."""
    found = facts_of_log("\n".join(["2026-05-01 svc: " + COLLECTIONS[0], *COLLECTIONS[1:], "hello gc 4 you"]))
    assert found["log.pauses"] == [100_000, 93_000, 9_000, 1_000, 12_000_000, 82_000]
    assert found["log.live"] == [3 * MIB, 65 * MIB, 66 * MIB]
    assert found["log.goal"] == [4 * MIB, 128 * MIB, 131 * MIB]
    assert (found["log.gc_cpu"], found["log.procs"], found["log.unread"]) == (0.13, 4, 0)
    assert found["log.growth"] == (131 - 65) / 66
    assert found["log.allocation"] == pytest.approx(((66 - 3) + (130 - 65)) * MIB / 1.004)
    assert found["log.queued"].cause == "absent"  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", MOMENTS)
def test_lines_of_schedtrace_are_read(form: str) -> None:
    """In all forms the goroutines of the global queue and of the processors' own are added up, without the start."""
    text = "\n".join(MOMENTS[form].format(at=at) for at in range(0, 1200, 200))
    found = facts_of_log(text)
    assert found["log.unread"] == 0
    assert found["log.moments"] == 6
    assert found["log.queued"] == [3] * 5
    assert found["log.idle"] == [0] * 5
    assert found["log.queue_empty"] == 0.0


def test_only_the_last_process_counts() -> None:
    """After a restart numbers begin anew, and what the process before said is no part of any fact."""
    moments = [MOMENTS["1.27"].format(at=at) for at in (0, 900, 0, 300)]
    found = facts_of_log("\n".join([*COLLECTIONS, COLLECTIONS[0], *moments]))
    assert found["log.collections"] == 1
    assert found["log.pauses"] == [100_000, 93_000]
    assert found["log.queued"] == [3]
    assert found["log.queue_empty"].cause == "inconclusive"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "line",
    [
        "gc 7 @1.2s 3%: 0.1 ms clock",
        "gc 7 @1.2s: garbage collection took 3 ms",
        "SCHED 200ms: procs=2 idle=0",
        COLLECTIONS[0][:90],
        MOMENTS["1.22"].format(at=5)[:-6],
    ],
)
def test_a_line_in_another_form_is_counted(line: str) -> None:
    """What begins like a known line and goes on otherwise, or is torn, is not passed over in silence."""
    assert facts_of_log("\n".join([*COLLECTIONS, line]))["log.unread"] == 1


@contextmanager
def listening(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """Listen on the loopback, and let `answer` have each connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def serve() -> None:
            for _ in range(3):
                try:
                    peer = server.accept()[0]
                except OSError:
                    return
                with peer:
                    answer(peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def drop_by_drop(peer: socket.socket) -> None:
    """Begin an answer, and never come to its end."""
    peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n{")
    for _ in range(200):
        try:
            peer.sendall(b" ")
        except OSError:
            return
        time.sleep(0.05)


def silent(peer: socket.socket) -> None:
    """Take the request, and say nothing."""
    peer.recv(65536)
    peer.settimeout(10)
    peer.recv(1)


@pytest.mark.parametrize(
    ("answer", "said", "cause"),
    [
        (silent, "timeout", "timeout"),
        (drop_by_drop, "timeout", "timeout"),
        (lambda peer: peer.sendall(b"SSH-2.0-x\r\n"), "not HTTP", "failed"),
        (lambda peer: peer.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), "status 404", "failed"),
        (
            lambda peer: peer.sendall(
                b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"
            ),
            "status 302",
            "failed",
        ),
    ],
    ids=["silent", "drops", "other protocol", "404", "redirect"],
)
def test_an_endpoint_that_gives_no_answer(
    answer: Callable[[socket.socket], None], said: str, cause: str, probe: Run
) -> None:
    """It is said how it answers, within the time it may take; nothing is followed; what it would tell is unknown."""
    with listening(answer) as address:
        found = probe("go_service", "answers", "metrics.pauses", address=address, patience=400_000_000)
    assert found["answers"] == said
    assert found["metrics.pauses"]["cause"] == cause  # type: ignore[index, call-overload]
    assert found["metrics.pauses"]["cure"]  # type: ignore[index, call-overload]


def test_a_closed_port_is_told_by_its_errno(probe: Run) -> None:
    """Nobody listening is an answer of the kernel's."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    assert probe("go_service", "answers", address=address)["answers"] == "ECONNREFUSED"


@pytest.mark.parametrize(
    "address",
    ["10.0.0.1:6060", "example.org:80", "https://127.0.0.1:6060", "127.0.0.1", "127.0.0.1.nip.io:80", "[::2]:80"],
)
def test_only_the_loopback_is_asked(address: str, probe: Run) -> None:
    """Other addresses are refused before anything is sent or looked up."""
    found = probe("go_service", "answers", "goroutines", address=address)
    assert {found[name]["cause"] for name in found} == {"unsupported"}  # type: ignore[index, call-overload]


def test_files_are_read_with_bounds(probe: Run, tmp_path: Path) -> None:
    """A pipe, a relative path, a missing file and a huge one are told apart; none of them keeps the probe."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "huge").write_bytes(b" " * (9 * MIB))
    causes = {
        str(tmp_path / "pipe"): "unsupported",
        str(tmp_path / "none"): "absent",
        str(tmp_path / "huge"): "too-large",
    }
    for path, cause in causes.items():
        assert probe("go_service", "metrics.heap", metrics=path)["metrics.heap"]["cause"] == cause  # type: ignore[index, call-overload]
    assert probe("go_service", "log.lines", log="a.log")["log.lines"]["cause"] == "unsupported"  # type: ignore[index, call-overload]


def test_of_a_long_log_the_end_counts(probe: Run, tmp_path: Path) -> None:
    """A log of more than 32 MiB is read from its end."""
    log = tmp_path / "service.log"
    log.write_text(COLLECTIONS[0] + "\n" + "x" * 33 * MIB + "\n" + COLLECTIONS[2] + "\n")
    assert probe("go_service", "log.pauses", log=str(log))["log.pauses"] == [12_000_000, 82_000]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"memstats": 5}', "[" * 100_000, '{"a": {"b": 1}}', "\xff"])
def test_what_are_no_metrics_is_told(text: str, probe: Run, tmp_path: Path) -> None:
    """Other JSON, and what is none, is a parse-error with a cure."""
    path = tmp_path / "vars.json"
    path.write_text(text, encoding="latin-1")
    found = probe("go_service", "metrics.heap", metrics=str(path))["metrics.heap"]
    assert found["cause"] == "parse-error"  # type: ignore[index, call-overload]


def test_a_file_of_runtime_metrics_has_no_rate(probe: Run, tmp_path: Path) -> None:
    """Histograms with infinite edges are read; one reading is no rate; GOGC=off is null."""
    path = tmp_path / "metrics.json"
    pauses = {"Counts": [0, 3, 1], "Buckets": [None, 0.001, 0.005, "+Inf"]}
    values = {"/sched/pauses/total/gc:seconds": pauses, "/gc/gogc:percent": 2**64 - 1, "/gc/heap/allocs:bytes": 5}
    path.write_text(json.dumps(values))
    found = probe("go_service", "metrics.pauses", "metrics.gogc", "metrics.allocation", metrics=str(path))
    assert found["metrics.pauses"] == [5_000_000] * 4
    assert found["metrics.gogc"] is None
    assert found["metrics.allocation"]["cause"] == "inconclusive"  # type: ignore[index, call-overload]


def test_large_histograms_keep_every_bucket() -> None:
    """Billions of samples become some thousands, and the one that took longest is still among them."""
    found = spread([10**12, 10**9, 1], [0.0, 0.001, 0.002, 9.0])
    assert len(found) <= MOST_SAMPLES + 3
    assert found[-1] == 9_000_000_000


def test_without_a_source_nothing_is_asked(probe: Run) -> None:
    """Every fact says what to name; nothing is guessed."""
    found = probe("go_service")
    assert found.pop("sources") == []
    assert {str(one["cause"]) for one in found.values()} == {"not-collected"}  # type: ignore[index, call-overload]
