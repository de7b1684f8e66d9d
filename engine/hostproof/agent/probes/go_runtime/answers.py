"""What the programs say: one JSON object each, whose names and types are checked, and errno numbers are named."""

import json

from ...lines import AskError
from ...probing.system import error_name

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

SOCKET = {"errors": "counts", "connect": "ints", "rtt": "ints"}
KINDS = ("tcp", "udp", "unix", "packet", "datagram", "abstract")
# By program: each name it must say, and what that must be.
SAID = {
    "settings": {"cpus": "int", "procs": "int", "gogc": "int?", "limit": "int?"},
    "clock": {"now": "ints", "syscall": "ints", "backwards": "int", "excursion": "int", "drift": "float"},
    "timers": {"sleep": "ints", "jitter": "ints", "earliest": "int", "missed": "int"},
    "signals": {"sent": "int", "lost": "int", "latency": "ints", "burst": "int", "stray": "int", "arrived": "int"},
    "sockets": dict({"closed": "text"}, **dict.fromkeys(KINDS, "socket")),
    "web": {
        "errors": "counts", "requests": "int", "reused": "int", "handshake": "ints", "latency": "ints",
        "h2errors": "counts", "h2protocol": "text", "silent": "text", "waited": "int",
    },
    "names": {"cgo": "bool", "addresses": "texts", "error": "text?", "took": "ints"},
    "collector": {
        "growth": "floats by name", "trigger": "floats", "pauses": "ints", "limit": "int", "highest": "int",
        "limited": "int", "made": "int",
    },
    "memory": {"before": "int", "peak": "int", "after": "int"},
    "threads": {"made": "int", "took": "int", "procs": "int"},
    "calls": {"call": "ints", "wrong": "int", "threads": "int", "callbacks": "int"},
}  # fmt: skip
MOST_ITEMS = 20000


def is_int(value: object) -> bool:
    """Say whether it is a whole number that fits 64 bits."""
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


def is_float(value: object) -> bool:
    """Say whether it is a number; JSON has no infinity."""
    return is_int(value) or isinstance(value, float)


def is_text(value: object) -> bool:
    """Say whether it is a text of bounded length."""
    return isinstance(value, str) and len(value) <= 1000


def each(value: object, fits: "Callable[[object], bool]") -> bool:
    """Say whether it is a list whose items all fit."""
    return isinstance(value, list) and len(value) <= MOST_ITEMS and all(map(fits, value))


def by_name(value: object, fits: "Callable[[object], bool]") -> bool:
    """Say whether it is an object whose values all fit."""
    return isinstance(value, dict) and len(value) <= 100 and all(map(fits, value.values()))


FITS = {
    "int": is_int,
    "int?": lambda value: value is None or is_int(value),
    "ints": lambda value: each(value, is_int),
    "float": is_float,
    "floats": lambda value: each(value, is_float),
    "floats by name": lambda value: by_name(value, is_float),
    "counts": lambda value: by_name(value, is_int),
    "text": is_text,
    "text?": lambda value: value is None or is_text(value),
    "texts": lambda value: each(value, is_text),
    "bool": lambda value: isinstance(value, bool),
    "socket": lambda value: isinstance(value, dict) and fault(value, SOCKET) == "",
}  # type: dict[str, Callable[[object], bool]]


def fault(found: "dict[str, object]", wanted: "dict[str, str]") -> str:
    """Return what is wrong with an object; empty if it has the names that are wanted, and nothing else."""
    if sorted(found) != sorted(wanted):
        return "it says {} instead of {}".format(", ".join(sorted(found))[:200], ", ".join(sorted(wanted)))
    return next(("{} is no {}".format(name, kind) for name, kind in wanted.items() if not FITS[kind](found[name])), "")


def answer(program: str, out: str) -> "dict[str, object]":
    """Return what a program said. Raises AskError (parse-error)."""
    try:
        found = json.loads(out)
    except ValueError:
        found = None
    wrong = fault(found, SAID[program]) if isinstance(found, dict) else "it printed no JSON object"
    if wrong or not isinstance(found, dict):
        raise AskError("parse-error", "the program {}: {}".format(program, wrong), "report this as a bug")
    return found


def named(counts: object) -> "dict[str, object]":
    """Return counts by what was tried and the errno's name: `{"connect ENETUNREACH": 3}`."""
    return {errno_named(what): count for what, count in counts.items()} if isinstance(counts, dict) else {}


def errno_named(what: object) -> str:
    """Return `connect ECONNREFUSED` for `connect 111`."""
    tried, _, number = str(what).partition(" ")
    return "{} {}".format(tried, error_name(int(number))) if number.isdigit() else str(what)
