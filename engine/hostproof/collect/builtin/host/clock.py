"""Learns clock.*, timezone.* and entropy.* from /sys, adjtimex(2), getrandom(2) and the files of the time zone."""

from __future__ import annotations

from hostproof.collect.asks import Call
from hostproof.collect.builtin.answers import (
    MOUNT_PROC,
    MOUNT_SYS,
    Absent,
    Answers,
    NotLearntError,
    Reading,
    collector,
    from_call,
    from_text,
    missing,
    text_file,
    text_of,
    value_of,
)
from hostproof.collect.builtin.words import capped, fields, line, natural, number, words
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

_SOURCES = "/sys/devices/system/clocksource/clocksource0"
_NEEDS_PYTHON = "install python3 on the target"
_UNSYNCHRONISED = 0x0040  # STA_UNSYNC of linux/timex.h
_MICROSECOND = 1_000
_LOCALTIME, _TIMEZONE = text_file("/etc/localtime"), text_file("/etc/timezone")
_LINK = Call("readlink", ("/etc/localtime",))


def parse_synchronised(value: Value) -> bool:
    """Tell whether the kernel's clock is disciplined, from the `status` that adjtimex(2) gives.

    >>> parse_synchronised({"status": 0x2001}), parse_synchronised({"status": 0x40})
    (True, False)
    """
    return not number(fields(value).get("status")) & _UNSYNCHRONISED


def parse_error(value: Value, name: str) -> int:
    """Return `maxerror` or `esterror` of adjtimex(2), which are microseconds, in nanoseconds.

    >>> parse_error({"maxerror": 16000000}, "maxerror")
    16000000000
    """
    return capped(number(fields(value).get(name)) * _MICROSECOND)


def parse_ready(value: Value) -> bool:
    """Return whether getrandom(2) was ready. Raises ValueError.

    >>> parse_ready(True)
    True
    """
    if not isinstance(value, bool):
        raise ValueError("it is neither true nor false")  # noqa: TRY004 - the data is wrong, not the call
    return value


def zone_of(target: str) -> str | None:
    """Return the zone a link of /etc/localtime leads to, None when it does not lead into a zone database.

    >>> zone_of("/usr/share/zoneinfo/Europe/Berlin")
    'Europe/Berlin'
    """
    _, found, name = target.partition("zoneinfo/")
    return name if found and name else None


def _zone(answers: Answers) -> Value:
    links = fields(value_of(answers, _LINK, _NEEDS_PYTHON))
    target = links.get(_LOCALTIME.path)
    name = zone_of(target) if isinstance(target, str) else None
    if name is None and not missing(answers, _TIMEZONE):  # Debian writes the name beside a copied file
        name = line(text_of(answers, _TIMEZONE, ""))
    if name is None and not missing(answers, _LOCALTIME):
        detail = f"{_LOCALTIME.path} is a copy, and {_TIMEZONE.path} does not name its zone"
        raise NotLearntError(Unknown(Cause.INCONCLUSIVE, detail, "link /etc/localtime into /usr/share/zoneinfo"))
    return name


CLOCK = collector(
    "clock",
    {
        "clock.source": from_text(f"{_SOURCES}/current_clocksource", line, MOUNT_SYS),
        "clock.available": from_text(f"{_SOURCES}/available_clocksource", words, MOUNT_SYS),
        "clock.resolution": from_call(Call("resolution"), number, _NEEDS_PYTHON),
    },
)

TIMEX = collector(
    "timex",
    {
        "clock.synchronised": from_call(Call("adjtimex"), parse_synchronised, _NEEDS_PYTHON),
        "clock.max_error": from_call(Call("adjtimex"), lambda v: parse_error(v, "maxerror"), _NEEDS_PYTHON),
        "clock.estimated_error": from_call(Call("adjtimex"), lambda v: parse_error(v, "esterror"), _NEEDS_PYTHON),
    },
)

TIMEZONE = collector(
    "timezone",
    {
        "timezone.name": Reading((_LINK, _LOCALTIME, _TIMEZONE), _zone),
        "timezone.database": from_text(
            "/usr/share/zoneinfo/Etc/UTC", lambda text: text.startswith("TZif"), "install tzdata", Absent(False)
        ),
    },
)

ENTROPY = collector(
    "entropy",
    {
        "entropy.ready": from_call(
            Call("getrandom"), parse_ready, "use a kernel since 3.17, with python3 on the target"
        ),
        "entropy.available": from_text("/proc/sys/kernel/random/entropy_avail", natural, MOUNT_PROC),
    },
)
