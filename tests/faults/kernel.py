"""Faults that need another kernel than this machine's: they run in a guest that qemu boots once for all of them.

Their `prefix` runs inside the guest, as root; the guest ends what is left and sets back clock, clocksource and groups.
"""

from __future__ import annotations

from faults.fault import Fault
from faults.inject.prefixes import shell

CLOCKSOURCE = "/sys/devices/system/clocksource/clocksource0/current_clocksource"
GROUP = "/sys/fs/cgroup/guest"
OWN_GROUP = "/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)"
STEP_BACK = "(while :; do date -s '-1 hour' >/dev/null; sleep 0.05; done) &"


def clocksource(name: str) -> tuple[str, ...]:
    """Return the words for a kernel that reads its time from that device."""
    return shell(f"echo {name} > {CLOCKSOURCE}")


def group(*settings: str) -> tuple[str, ...]:
    """Return the words for a group of cgroup v2 with `file=value` settings; a leading `../` sets the parent's."""
    write = [f"echo '{value}' > {GROUP}/leaf/{name}" for name, value in (one.split("=", 1) for one in settings)]
    parent = f"echo '+cpu +memory +pids' > {GROUP}/cgroup.subtree_control"
    return shell(f"mkdir -p {GROUP}", parent, f"mkdir -p {GROUP}/leaf", *write, f"echo $$ > {GROUP}/leaf/cgroup.procs")


FAULTS = (
    Fault(
        id="kernel.hpet",
        title="the kernel reads its time from the HPET",
        how="clocksource hpet",
        prefix=clocksource("hpet"),
        took=("grep", "-qx", "hpet", CLOCKSOURCE),
        red={"clock.vdso"},
        says={"clock.vdso": "hpet"},
        needs=("guest",),
        areas=("clock",),
    ),
    Fault(
        id="kernel.acpi-pm",
        title="the kernel reads its time from the ACPI power management timer",
        how="clocksource acpi_pm",
        prefix=clocksource("acpi_pm"),
        took=("grep", "-qx", "acpi_pm", CLOCKSOURCE),
        red={"clock.vdso"},
        says={"clock.vdso": "acpi_pm"},
        needs=("guest",),
        areas=("clock",),
    ),
    Fault(
        id="kernel.clock-steps",
        title="something sets the clock back again and again",
        how="date -s '-1 hour', twenty times a second",
        prefix=("sh", "-c", f'{STEP_BACK} exec "$@"', "sh"),
        took=("sh", "-c", 'first=$(date +%s); sleep 1; test "$(date +%s)" -lt "$first"'),
        red={"clock.jump"},
        needs=("guest",),
        areas=("clock",),
    ),
)
