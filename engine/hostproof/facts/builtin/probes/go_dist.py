"""Rows of the probe `go_dist`: Go's own tests, by the capability of the host that they show.

Sources: https://go.dev/src/cmd/dist/test.go, https://pkg.go.dev/cmd/test2json.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import DURATION, STRING, VERSION, Kind, Type, list_of

PROBE = ProbeSpec(
    "go_dist",
    "Go's own tests",
    "asks `go tool dist test -list` what there is, and builds that tool, outside GOROOT, for the releases that come"
    " without it; a full run then runs a subset for each capability of the host, each with a budget of its own, as a"
    " builder does, so that GOROOT is left alone; text and test2json are read, and what did not report is told",
    "lists tests in 2 s, a minute the first time; keeps what Go compiled in ~/.cache/hostproof; a full run runs Go's"
    " tests of net, os/signal, time, cgo and others for some minutes: they use the loopback, signals, files in TMPDIR",
    params=(
        ProbeParam("go", STRING, "", "The go command; empty for the first on PATH"),
        ProbeParam("more", STRING, "", "Names of other tests to run, as dist lists them, with blanks between"),
        ProbeParam("budget", DURATION, 300 * SECOND, "Time for the tests of one capability", SECOND, 3600 * SECOND),
        ProbeParam("results", STRING, "", "A file with the output of a run (text or -json) to read instead of running"),
        ProbeParam("before", STRING, "", "A file with the output of an earlier run, to compare outcomes with"),
    ),
    timeout=6 * 3600 * SECOND,
    prefix="go.dist",
)

_TEXTS = list_of(STRING)
_TEST = Type(
    Kind.RECORD,
    fields=(
        ("name", STRING),
        ("package", STRING),
        ("test", STRING),
        ("outcome", STRING),
        ("elapsed", DURATION),
        ("output", STRING),
        ("reason", STRING),
    ),
)
_CHANGE = Type(Kind.RECORD, fields=(("name", STRING), ("before", STRING), ("now", STRING)))
_ABOUT = (
    "; each with `outcome` (pass, fail, skip, or missing if it did not report), `elapsed`, `output` and for a skip its"
    " `reason`; only in a full run"
)


def _row(name: str, kind: Type, meaning: str) -> FactSpec:
    return FactSpec(f"{PROBE.before}{name}", kind, Owner.PROCESS, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("version", VERSION, "The version of Go"),
    _row("how", STRING, "How its tool was had: go tool dist, or built from GOROOT/src/cmd/dist"),
    _row("listed", _TEXTS, "The names of all tests, as Go 1.21 and later have them"),
    _row("chosen", _TEXTS, "Those that a full run runs"),
    _row("absent", _TEXTS, "Capabilities for which this version lists no test; cgo only where that is on"),
    _row("tests.network", list_of(_TEST), "Tests of net and what it stands on" + _ABOUT),
    _row("tests.signals", list_of(_TEST), "Tests of os/signal and os/exec" + _ABOUT),
    _row("tests.time", list_of(_TEST), "Tests of time and context" + _ABOUT),
    _row("tests.cgo", list_of(_TEST), "Tests of runtime/cgo and programs with C" + _ABOUT),
    _row("tests.runtime", list_of(_TEST), "Tests of sync, syscall and parts of runtime" + _ABOUT),
    _row("tests.more", list_of(_TEST), "The tests of `more`, or others found in `results`" + _ABOUT),
    _row("changed", list_of(_CHANGE), "Tests that came to something else than in the run of the argument `before`"),
)
