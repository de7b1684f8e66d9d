"""Ways in which Go's own tests tell of a broken host or toolchain: real runs of a few of them, read from their output.

Each run is made twice, healthy and broken, into one file, which the pack is told to judge.
"""

from __future__ import annotations

from faults.fault import Fault
from faults.inject.prefixes import network, shell
from gofaults.goroot import KEPT, NEEDS, broken_goroot, newest, oldest, removed, with_go, written

PACKS = ("go-dist",)
FOLDER = KEPT / "dist"
FAILING = b'\nfunc TestBroken(t *testing.T) { t.Fatal("broken on purpose") }\n'
ENDLESS = b"\nfunc TestBroken(t *testing.T) { select {} }\n"
SKIPPED = b'\nfunc TestBroken(t *testing.T) { t.Skip("socket: operation not permitted") }\n'
GOOD = b"\nfunc TestBroken(t *testing.T) {}\n"
VALUE_TEST = "src/sync/atomic/value_test.go"
BROKEN = "-run '^(TestValue|TestBroken)$' sync/atomic"
DIALS = "-run '^(TestConnAndListener|TestDialLocal|TestUnixConnLocalAndRemoteNames)$' net"


def into(name: str, command: str) -> tuple[str, ...]:
    """Return the words before which a command's output, standard error too, goes into the file of that name."""
    return shell(f"mkdir -p {FOLDER}; {{ {command}; }} > {FOLDER / name} 2>&1 || true")


def test(arguments: str) -> str:
    """Return the command that runs tests as dist does, with the go command on PATH."""
    return f"go test -json -short -count=1 {arguments}"


def file(name: str) -> dict[str, str]:
    """Return the parameters by which the pack judges that file."""
    return {"go-dist.results": str(FOLDER / name)}


def holds(name: str, text: str) -> tuple[str, ...]:
    """Return the command that succeeds if the file holds a text."""
    return ("grep", "-q", text, str(FOLDER / name))


FAULTS = (
    Fault(
        id="go-dist.no-network",
        title="tests of the network fail where the loopback is down",
        how="tests of net in an empty network namespace",
        base=(*with_go(newest()), *into("net.json", test(DIALS))),
        prefix=(*network(loopback=False), *into("net.json", test(DIALS))),
        took=holds("net.json", "network is unreachable"),
        red={"network.tests"},
        says={"network.tests": "net.TestConnAndListener"},
        packs=PACKS,
        params=file("net.json"),
        needs=(*NEEDS, "netns", "ip"),
        patience=240.0,
    ),
    Fault(
        id="go-dist.no-zones",
        title="the toolchain's zone database is missing",
        how="lib/time/zoneinfo.zip removed from a copy of GOROOT, and tests of time run",
        base=(*with_go(newest()), *into("time.json", test("-run '^TestZoneData$' time"))),
        setup=broken_goroot(newest(), removed("lib/time/zoneinfo.zip")),
        prefix=into("time.json", test("-run '^TestZoneData$' time")),
        took=("sh", "-c", '! test -e "$(go env GOROOT)/lib/time/zoneinfo.zip"'),
        red={"time.tests"},
        packs=PACKS,
        params=file("time.json"),
        needs=NEEDS,
        patience=240.0,
    ),
    Fault(
        id="go-dist.failing",
        title="a test fails",
        how="a failing test added to sync/atomic in a copy of GOROOT",
        base=(*with_go(newest()), *into("failing.json", test(BROKEN))),
        setup=broken_goroot(newest(), written(VALUE_TEST, lambda text: text + FAILING)),
        prefix=into("failing.json", test(BROKEN)),
        took=holds("failing.json", "broken on purpose"),
        red={"runtime.tests"},
        says={"runtime.tests": "sync/atomic.TestBroken"},
        packs=PACKS,
        params=file("failing.json"),
        needs=NEEDS,
        patience=240.0,
    ),
    Fault(
        id="go-dist.worse",
        title="a test that passed fails now",
        how="a failing test in a copy of GOROOT, compared with a run in which it passed",
        base=(*with_go(newest()), *into("before.json", test(BROKEN)), *into("after.json", test(BROKEN))),
        setup=broken_goroot(newest(), written(VALUE_TEST, lambda text: text + FAILING)),
        prefix=into("after.json", test(BROKEN)),
        took=holds("after.json", "broken on purpose"),
        red={"runtime.tests", "dist.same"},
        says={"dist.same": "sync/atomic.TestBroken absent -> fail"},
        packs=PACKS,
        params={**file("after.json"), "go-dist.before": str(FOLDER / "before.json")},
        needs=NEEDS,
        patience=240.0,
    ),
    Fault(
        id="go-dist.hanging",
        title="a test hangs, and is ended by Go",
        how="a test without an end added to sync/atomic in a copy of GOROOT, run with -timeout 2s",
        base=(*with_go(newest()), *into("hanging.json", test(BROKEN))),
        setup=broken_goroot(newest(), written(VALUE_TEST, lambda text: text + ENDLESS)),
        prefix=into("hanging.json", test("-timeout 2s " + BROKEN)),
        took=holds("hanging.json", "test timed out"),
        red={"runtime.tests"},
        packs=PACKS,
        params=file("hanging.json"),
        needs=NEEDS,
        patience=240.0,
    ),
    Fault(
        id="go-dist.cut-off",
        title="a run is killed in the middle of a test",
        how="a test without an end in a copy of GOROOT, and a run that is killed after 20 s",
        base=(*with_go(newest()), *into("cut.json", test(BROKEN))),
        setup=broken_goroot(newest(), written(VALUE_TEST, lambda text: text + ENDLESS)),
        prefix=into("cut.json", "timeout -s KILL 20 " + test(BROKEN)),
        took=("sh", "-c", f'! grep -q \'"Action":"fail"\' {FOLDER / "cut.json"}'),
        red={"runtime.tests"},
        says={"runtime.tests": "did not report"},
        packs=PACKS,
        params=file("cut.json"),
        needs=NEEDS,
        patience=240.0,
    ),
    Fault(
        id="go-dist.skipping",
        title="a test is skipped because a call is refused, and its package passes",
        how="a test that skips so added to sync/atomic in a copy of GOROOT",
        base=(*with_go(newest()), *into("skipping.json", test(BROKEN))),
        setup=broken_goroot(newest(), written(VALUE_TEST, lambda text: text + SKIPPED)),
        prefix=into("skipping.json", test(BROKEN)),
        took=holds("skipping.json", "operation not permitted"),
        red={"skips.host"},
        says={"skips.host": "sync/atomic.TestBroken"},
        packs=PACKS,
        params=file("skipping.json"),
        needs=NEEDS,
        patience=240.0,
    ),
    Fault(
        id="go-dist.nothing",
        title="a pattern matches no test, and dist ends with status 0",
        how="go tool dist test -run '^nothing$'",
        base=(*with_go(newest()), *into("nothing.txt", test(BROKEN))),
        prefix=into("nothing.txt", "GO_BUILDER_NAME=hostproof go tool dist test -run '^nothing$'"),
        took=holds("nothing.txt", "NO TESTS TO RUN"),
        red={"dist.reported"},
        packs=PACKS,
        params=file("nothing.txt"),
        needs=NEEDS,
        patience=240.0,
    ),
    Fault(
        id="go-dist.other-name",
        title="a test is asked for and does not report",
        how="results of sync/atomic, and more=runtime/debug, which did not run",
        base=(*with_go(newest()), *into("name.json", test(BROKEN + " runtime/debug"))),
        prefix=into("name.json", test(BROKEN)),
        took=("sh", "-c", f"! grep -q runtime/debug {FOLDER / 'name.json'}"),
        red={"runtime.tests"},
        says={"runtime.tests": "runtime/debug"},
        packs=PACKS,
        params={**file("name.json"), "go-dist.more": "runtime/debug"},
        needs=NEEDS,
        patience=240.0,
    ),
    Fault(
        id="go-dist.no-compile",
        title="a test of the toolchain does not compile",
        how="a syntax error in a test of sync/atomic in a copy of GOROOT",
        base=(*with_go(newest()), *into("compile.json", test(BROKEN))),
        setup=broken_goroot(newest(), written(VALUE_TEST, lambda text: text + b"\nfunc {\n")),
        prefix=into("compile.json", test(BROKEN)),
        took=holds("compile.json", "setup failed"),
        red={"runtime.tests"},
        packs=PACKS,
        params=file("compile.json"),
        needs=NEEDS,
        patience=240.0,
    ),
    Fault(
        id="go-dist.no-tool",
        title="the dist tool is neither there nor can be built",
        how="src/cmd/dist removed from a copy of GOROOT of a release that comes without the tool",
        base=with_go(oldest()),
        setup=broken_goroot(oldest(), removed("src/cmd/dist")),
        took=("sh", "-c", '! test -e "$(go env GOROOT)/src/cmd/dist"'),
        unknown={"dist.listed": "failed", "dist.known": "failed"},
        says={"dist.listed": "dist"},
        packs=PACKS,
        needs=NEEDS,
        patience=240.0,
    ),
    Fault(
        id="go-dist.no-sources",
        title="sources of tests are missing from GOROOT",
        how="the tests of os/signal and of os/exec, and these packages, removed from a copy of GOROOT",
        base=with_go(newest()),
        setup=broken_goroot(newest(), removed("src/os/signal"), removed("src/internal/poll")),
        took=("sh", "-c", '! test -e "$(go env GOROOT)/src/os/signal"'),
        unknown={"dist.listed": "failed", "dist.known": "failed"},
        packs=PACKS,
        needs=NEEDS,
        patience=240.0,
    ),
)
