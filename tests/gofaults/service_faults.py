"""Faults of services: a real one, healthy in one run and not in the other, under the same gates."""

from __future__ import annotations

import sys
from pathlib import Path

from faults.fault import Fault
from gofaults.goroot import KEPT, NEEDS, newest

ADDRESS = "127.0.0.1:47361"
LOG = str(KEPT / "services" / "service.log")
TRACED = "GODEBUG=gctrace=1,schedtrace=100"
PARAMS = {
    "go-service.address": ADDRESS,
    "go-service.log": LOG,
    "go-service.class": "interactive",
    "go-service.baseline_goroutines": "20",
    "go-service.baseline_heap": "30MiB",
    "go-service.baseline_allocation": "60MB/s",
}


def serving(*words: str) -> tuple[str, ...]:
    """Return the words that run a command beside a service with these settings and flags."""
    script = str(Path(__file__).with_name("serving.py"))
    return (sys.executable, script, str(newest()), ADDRESS, LOG, *words, "--")


def asks(path: str, condition: str) -> tuple[str, ...]:
    """Return the command that succeeds if a condition holds of `text`, what the service answers."""
    code = f"import urllib.request as u; text = u.urlopen('http://{ADDRESS}{path}', timeout=5).read().decode()"
    return (sys.executable, "-c", f"{code}; assert {condition}, text[:99]")


def fault(name: str, title: str, how: str, *words: str, took: tuple[str, ...], red: set[str], **more: object) -> Fault:
    """Return the row of a service with other settings and flags than the healthy one's."""
    return Fault(
        id=f"go-service.{name}",
        title=title,
        how=how,
        base=serving(TRACED, "GOGC=50", "-garbage", "10", "-live", "20"),
        prefix=serving(*words),
        took=took,
        red=red,
        # A pause takes as long as a thread has to wait for a processor: on a busy machine longer than any gate.
        may_be_red={"gc.pause", *more.pop("may_be_red", ())},  # type: ignore[misc]
        packs=("go-service",),
        params=PARAMS,
        needs=NEEDS,
        patience=120.0,
        **more,  # type: ignore[arg-type]
    )


FAULTS = (
    fault(
        "leak",
        "goroutines leak",
        "500 goroutines that wait for ever",
        TRACED, "GOGC=50", "-garbage", "10", "-live", "20", "-leak", "500",
        took=asks("/debug/pprof/goroutine?debug=1", "int(text.split()[3]) > 500"),
        red={"goroutines.growth"},
    ),
    fault(
        "gc-pressure",
        "the collector works all the time",
        "GOGC=1 with 2 million linked nodes and 400 MiB of garbage a second",
        TRACED, "GOGC=1", "-garbage", "400", "-nodes", "2000",
        took=asks("/debug/vars", "'\"/gc/gogc:percent\":1,' in text"),
        red={"gc.cpu", "gc.gogc", "memory.heap"},
        # How much is allocated then depends on how much of a processor the collector leaves.
        may_be_red={"memory.allocation", "sched.queue", "service.answers"},
        may_be_unknown={"memory.heap", "sched.queue"},
    ),
    fault(
        "gogc-lost",
        "the tenant's GOGC is not passed on",
        "the service of a class with GOGC=50 is started without it",
        TRACED, "-garbage", "10", "-live", "20",
        took=asks("/debug/vars", "'\"/gc/gogc:percent\":100,' in text"),
        red={"gc.gogc"},
    ),
    fault(
        "allocation",
        "every request allocates more than it did",
        "400 MiB of garbage a second where 60 MB were accepted",
        TRACED, "GOGC=50", "-garbage", "400", "-live", "20",
        took=asks("/debug/vars", "'memstats' in text"),
        red={"memory.allocation"},
    ),
    fault(
        "heap",
        "the service holds more than it did",
        "120 MiB are held where 30 were accepted",
        TRACED, "GOGC=50", "-garbage", "10", "-live", "120",
        took=asks("/debug/vars", "'memstats' in text"),
        red={"memory.heap"},
        # All of it is allocated at the start, which counts.
        may_be_red={"memory.allocation"},
    ),
    fault(
        "starved",
        "goroutines wait for a processor all the time",
        "GOMAXPROCS=1 and 20 goroutines that never stop working",
        TRACED, "GOGC=50", "GOMAXPROCS=1", "-garbage", "10", "-live", "20", "-spin", "20",
        took=("grep", "-q", "gomaxprocs=1 ", LOG),
        red={"sched.queue"},
        # What answers has to wait behind twenty others, 10 ms each, at each step: it may take too long.
        may_be_red={"service.answers", "goroutines.growth", "memory.allocation"},
        may_be_unknown={"goroutines.growth", "memory.heap", "gc.gogc", "memory.allocation"},
    ),
    fault(
        "foreign-log",
        "the log has a form that is not known",
        "in the lines of gctrace another word for milliseconds",
        TRACED, "GOGC=50", "-garbage", "10", "-live", "20", "EDIT= ms clock: msec clock",
        took=("grep", "-q", "msec clock", LOG),
        red={"log.lines"},
    ),
    fault(
        "no-trace",
        "the log is not one of the Go runtime",
        "the service is started without GODEBUG",
        "GOGC=50", "-garbage", "10", "-live", "20",
        took=("sh", "-c", f"! grep -q 'gc 1 @' {LOG}"),
        red={"log.lines"},
        # It is skipped, as there is nothing to judge it by.
        may_be_red={"sched.queue"},
    ),
    fault(
        "hang",
        "the debug endpoint never answers",
        "its handlers wait for ever",
        TRACED, "GOGC=50", "-garbage", "10", "-live", "20", "-hang",
        took=("sh", "-c", f"! timeout 3 {sys.executable} -c \"import urllib.request as u; u.urlopen('http://{ADDRESS}/debug/vars')\""),
        red={"service.answers"},
        unknown={"goroutines.growth": "timeout", "memory.heap": "timeout"},
    ),
)  # fmt: skip
