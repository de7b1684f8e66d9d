"""The agent's language: asks and answers as JSON lines, bytes as base64, errors as a cause with detail and cure."""

import binascii
import errno
import json
import os
import sys
import time

PROTOCOL = 1
SECOND = 1000000000
LONGEST_LINE = 4 * 1024 * 1024  # of an ask
SPELLER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False)

# Errors of the kernel by the cause that a rule's author knows; all others are `failed`.
CAUSES = {
    errno.ENOENT: "absent",
    errno.ENOTDIR: "absent",
    errno.ENODEV: "absent",
    errno.ENXIO: "absent",
    errno.ESRCH: "absent",  # /proc/PID of a process that has ended
    errno.EACCES: "denied",
    errno.EPERM: "denied",
    errno.ENOSYS: "unsupported",
    errno.EOPNOTSUPP: "unsupported",
    errno.EINVAL: "unsupported",  # sysfs says so where a device lacks the property
    errno.ENOTTY: "unsupported",
    errno.ETIMEDOUT: "timeout",
    errno.EFBIG: "too-large",
    errno.EOVERFLOW: "too-large",
}


class AskError(Exception):
    """An ask that could not be done: a cause of `facts.unknown.Cause`, what happened, what would help."""

    def __init__(self, cause: str, detail: str, cure: str = "", number: "int | None" = None) -> None:
        super().__init__(detail)
        self.cause = cause
        self.detail = detail
        self.cure = cure
        self.number = number

    def fields(self) -> "dict[str, object]":
        """Return what the error is in an answer; `status` is the errno, where the kernel gave one."""
        said: "dict[str, object]" = {"error": {"cause": self.cause, "detail": self.detail, "cure": self.cure}}
        if self.number is not None:
            said["status"] = self.number
        return said


def ask_error(problem: OSError, what: str) -> AskError:
    """Return what an error of the kernel amounts to; `what` names the file, program or call."""
    number = problem.errno or 0
    cause = CAUSES.get(number, "failed")
    cure = cure_of_denial() if cause == "denied" else ""
    return AskError(cause, "{}: {}".format(what, os.strerror(number) if number else problem), cure, number)


def cure_of_denial() -> str:
    """Return what would help somebody who may not do something; root is held back by something else than its rights."""
    if os.geteuid() != 0:
        return "run it as root, or give user {} the right to it".format(os.geteuid())
    return "allow it to root: a capability is missing, or a filter, a security module or a namespace forbids it"


def now() -> int:
    """Return the monotonic clock in nanoseconds (time.monotonic_ns needs Python 3.7)."""
    return int(time.monotonic() * SECOND)


def to_bytes(text: str) -> bytes:
    """Return a text of an ask as the kernel takes it, whatever the locale (Python 3.6 in LANG=C assumes ASCII)."""
    return text.encode("utf-8", "surrogateescape")


def to_text(raw: bytes) -> str:
    """Return bytes of the kernel as a text; what isn't UTF-8 shows as escapes."""
    return raw.decode("utf-8", "backslashreplace")


def base64(data: "bytes | bytearray") -> str:
    """Return bytes as an answer carries them."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def hello(running: bool = True) -> bytes:
    """Return the first line: protocol, and on what and as whom the agent runs; the clock in nanoseconds since 1970.

    What kernel it is says nothing of a target that is not `running`.
    """
    return spell(
        {
            "hello": PROTOCOL,
            "uname": list(os.uname()) if running else [],
            "uid": os.geteuid(),
            "python": sys.version.split()[0],
            "pid": os.getpid(),
            "clock": int(time.time() * SECOND),
        }
    )


def answer(ask: object, fields: "dict[str, object]", started: int) -> bytes:
    """Return the line that answers the ask with this number; `took` is in nanoseconds."""
    said = {"id": ask, "took": now() - started}
    said.update(fields)
    return spell(said)


def spell(said: "dict[str, object]") -> bytes:
    """Return one JSON line, pure ASCII and strict (no NaN)."""
    return SPELLER.encode(said).encode("ascii") + b"\n"


def whole(ask: "dict[str, object]", name: str, usual: int, most: int) -> int:
    """Return a number of an ask, from 1 to `most`; `usual` where the ask doesn't say."""
    number = ask.get(name, usual)
    return max(1, min(number, most)) if isinstance(number, int) else usual
