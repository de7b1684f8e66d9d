"""Names of tests as cmd/dist has them, and which of them show what a host can do.

They differ between versions: `go_test:os/signal` up to Go 1.20 is `os/signal` later, `runtime:cpu124` became three.
"""

import re

CAPABILITIES = {
    "network": ("net", "internal/poll", "net/netip"),
    "signals": ("os/signal", "os/exec"),
    "time": ("time", "context"),
    "cgo": ("runtime/cgo", "cmd/cgo/internal/teststdio", "cmd/cgo/internal/testlife", "cmd/cgo/internal/testtls",
            "cgo_stdio", "cgo_life"),
    "runtime": ("sync", "sync/atomic", "runtime/debug", "runtime/metrics", "syscall"),
}  # fmt: skip
OLD_PREFIX = "go_test:"
# What is said of a skip, most telling first.
KINDS = (
    ("short", r"-short|short (mode|testing)"),
    ("chosen", r"known flaky|test disabled|external network|avoiding time|to enable"),
    (
        "elsewhere",
        (
            r"(windows|darwin|plan9|bsd|aix|solaris|32.?bit|android|ios)|with privileges|with cgo|on (linux|unix)"
            r"|not testable|ing (udp|tcp)"
        ),
    ),
    (
        "host",
        (
            r"(?i)ipv4 (is )?(not|required|unavail)|unix\w* (sockets? )?(is |are )?not supp|operation not permitted"
            r"|permission denied|function not implemented|too many open files|cannot allocate|no space left"
            r"|(exec|fork)\w* (is )?not (supp|avail|permit)|resource temporarily unavailable"
        ),
    ),
    ("lacking", r"(?i)not (available|supported|found)|required?|n't open|unable|cannot|no such|does not support"),
)


def canonical(name: str) -> str:
    """Return a name as newer versions have it."""
    return name[len(OLD_PREFIX) :] if name.startswith(OLD_PREFIX) else name


def package_of(name: str) -> str:
    """Return the package that a test is about: `net` of `net:race`."""
    return canonical(name).partition(":")[0]


def capability_of(package: str) -> str:
    """Return the capability that a package shows, `more` if it is none of ours."""
    base = package_of(package)
    return next((name for name, packages in CAPABILITIES.items() if base in packages), "more")


def choose(listed: "list[str]", wanted: "tuple[str, ...]") -> "list[str]":
    """Return those of the listed names that are wanted, as they are listed."""
    return [name for name in listed if canonical(name) in wanted or name in wanted]


def pattern(names: "list[str]") -> str:
    """Return the regular expression for exactly these names."""
    return "^({})$".format("|".join(re.escape(name).replace("\\/", "/") for name in names))


def kind_of(reason: str) -> str:
    """Return why a test was skipped: short, chosen, elsewhere, host (it refuses), lacking (it has none), or other."""
    return next((kind for kind, found in KINDS if re.search(found, reason)), "other")
