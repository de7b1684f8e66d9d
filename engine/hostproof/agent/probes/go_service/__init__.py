"""Probe `go_service`: what a running Go service tells of itself, in its log, its metrics and its profiles.

Profiles come as they are, in base64; the engine reads them (`collect.builtin.goprofile`).
"""

import base64
import time

from ...lines import AskError
from ...probing.measure import ticks
from ...probing.step import Context, Step
from .logs import facts_of_log
from .metrics import Reading, facts_of
from .sources import MOST_JSON, MOST_LOG, MOST_PROFILE, SECOND, Address, RefusedError, fetch, get, is_address, read_file

VARIABLES = "/debug/vars"  # expvar's
PROFILES = "/debug/pprof/"  # net/http/pprof's
SOURCES = ("address", "log", "metrics", "goroutines", "heap", "cpu")
NOT_NAMED = "name it: --param {}"
LOG = (
    "log.lines",
    "log.unread",
    "log.collections",
    "log.moments",
    "log.pauses",
    "log.gc_cpu",
    "log.live",
    "log.goal",
    "log.procs",
    "log.allocation",
    "log.growth",
    "log.queued",
    "log.idle",
    "log.threads",
    "log.queue_empty",
)
METRICS = (
    "metrics.goroutines",
    "metrics.pauses",
    "metrics.waits",
    "metrics.gc_cpu",
    "metrics.heap",
    "metrics.goal",
    "metrics.gogc",
    "metrics.limit",
    "metrics.procs",
    "metrics.allocation",
)


def text(context: Context, name: str) -> str:
    """Return an argument that is a text; empty where it isn't given."""
    return str(context.arguments.get(name) or "")


def sources(context: Context) -> "dict[str, object]":
    """Say which of its sources the probe was given."""
    return {"sources": [name for name in SOURCES if text(context, name)]}


def patience(context: Context) -> int:
    """Return how long an endpoint may take, in nanoseconds."""
    return int(str(context.arguments.get("patience") or 2 * SECOND))


def log(context: Context) -> "dict[str, object]":
    """Read the service's log, the end of a long one."""
    path = text(context, "log")
    if not path:
        raise AskError("not-collected", "no log was named", NOT_NAMED.format("log=/var/log/service.log"))
    return facts_of_log(read_file(path, MOST_LOG, end=True).decode("utf-8", "replace"))


def answers(context: Context) -> "dict[str, object]":
    """Ask the service for anything at all."""
    where = place(context, "metrics", VARIABLES)
    if not is_address(where):
        raise AskError("not-collected", "no address was named", NOT_NAMED.format("address=127.0.0.1:6060"))
    try:
        fetch(Address(where), patience(context), MOST_JSON)
    except RefusedError as problem:
        return {"answers": problem.said}
    return {"answers": "ok"}


def place(context: Context, argument: str, path: str) -> str:
    """Return where something is to be had: as its argument says, or else below the service's address."""
    where, address = text(context, argument), text(context, "address")
    if not where and not address:
        words = "address=127.0.0.1:6060, or {}=/path/of/a/file".format(argument)
        raise AskError("not-collected", "neither {} nor address was named".format(argument), NOT_NAMED.format(words))
    return where or str(Address(address).below(path))


def metrics(context: Context) -> "dict[str, object]":
    """Read the metrics; those of an address twice, with some time in between, for rates."""
    where = place(context, "metrics", VARIABLES)
    readings = [reading(context, where)]
    if is_address(where):
        time.sleep(context.pick(200, 1000, 5000) / 1000)
        readings.append(reading(context, where))
    return facts_of(readings)


def reading(context: Context, where: str) -> Reading:
    """Return one reading of the metrics."""
    return Reading(get(where, patience(context), MOST_JSON), ticks())


def goroutines(context: Context) -> "dict[str, object]":
    """Take the profile of goroutines."""
    where = place(context, "goroutines", PROFILES + "goroutine")
    return {"goroutines": profile(where, patience(context))}


def heap(context: Context) -> "dict[str, object]":
    """Take the profile of the heap."""
    return {"heap": profile(place(context, "heap", PROFILES + "heap"), patience(context))}


def cpu(context: Context) -> "dict[str, object]":
    """Take the profile of processor time, which takes its time; not when quick."""
    if not text(context, "cpu") and context.effort == "quick":
        raise AskError("not-collected", "a profile of processor time takes a second", "run it without --quick")
    seconds = context.pick(1, 1, 10)
    where = place(context, "cpu", "{}profile?seconds={}".format(PROFILES, seconds))
    return {"cpu": profile(where, patience(context) + 10 * SECOND)}


def profile(where: str, patience: int) -> str:
    """Return a profile's bytes in base64."""
    return base64.b64encode(get(where, patience, MOST_PROFILE)).decode("ascii")


STEPS = (
    Step(("sources",), sources),
    Step(LOG, log, 20.0),
    Step(("answers",), answers, 15.0),
    Step(METRICS, metrics, 30.0),
    Step(("goroutines",), goroutines, 15.0),
    Step(("heap",), heap, 15.0),
    Step(("cpu",), cpu, 40.0),
)
