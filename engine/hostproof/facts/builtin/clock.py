"""Rows about clocks, time synchronisation, time zone and randomness.

Sources: Documentation/timers/timekeeping.rst, adjtimex(2), clock_getres(2), localtime(5), getrandom(2), random(4).
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.types import BOOL, COUNT, DURATION, STRING, list_of

_HOST, _FILES = Owner.HOST_KERNEL, Owner.FILES

ROWS: tuple[FactSpec, ...] = (
    FactSpec("clock.source", STRING, _HOST, "Clocksource in use: tsc, kvm-clock, arch_sys_counter, hpet...", "clock"),
    FactSpec("clock.available", list_of(STRING), _HOST, "Clocksources the kernel could use, best first", "clock"),
    FactSpec(
        "clock.resolution", DURATION, _HOST, "Resolution of CLOCK_MONOTONIC: 1ns with high-resolution timers", "clock"
    ),
    FactSpec(
        "clock.synchronised", BOOL, _HOST, "Whether something disciplines the clock (STA_UNSYNC is clear)", "timex"
    ),
    FactSpec(
        "clock.max_error", DURATION, _HOST, "Upper bound of the clock's error; it grows while unsynchronised", "timex"
    ),
    FactSpec("clock.estimated_error", DURATION, _HOST, "Error of the clock as its discipline estimates it", "timex"),
    FactSpec(
        "timezone.name",
        STRING.optional(),
        _FILES,
        "Zone /etc/localtime names, Etc/UTC; null when unset (UTC)",
        "timezone",
    ),
    FactSpec("timezone.database", BOOL, _FILES, "Whether /usr/share/zoneinfo can be read", "timezone"),
    FactSpec(
        "entropy.ready", BOOL, _HOST, "Whether getrandom(2) answers without waiting for the first seed", "entropy"
    ),
    FactSpec(
        "entropy.available",
        COUNT,
        _HOST,
        "Bits of entropy the kernel counts; 256 always on kernels since 5.18",
        "entropy",
    ),
)
