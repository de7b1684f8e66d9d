"""Learns services.*: what systemd, OpenRC or sysvinit would start, by links; what is masked or leads nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import dirname

from hostproof.collect.asks import Ask, Call
from hostproof.collect.builtin.answers import Answers, joint
from hostproof.collect.builtin.configured.dropins import Entry, chosen, entries_of, patterns, texts_of, told
from hostproof.collect.builtin.configured.units import FOLDERS, WAYS, Units
from hostproof.facts.snapshot import Value
from hostproof.source.records import record

PRESET_FOLDERS = tuple(f"{top}/systemd/system-preset" for top in ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"))
PRESETS = patterns(PRESET_FOLDERS, "*.preset")
MANAGERS = {
    "systemd": ("/usr/lib/systemd/systemd", "/lib/systemd/systemd"),
    "openrc": ("/sbin/openrc", "/usr/sbin/openrc", "/usr/bin/openrc", "/bin/openrc"),
    "sysv": ("/etc/inittab",),
}
_PATTERNS = (
    "/lib",
    *(path for paths in MANAGERS.values() for path in paths),
    *(f"{folder}/*" for folder in FOLDERS),
    *(f"{folder}/*.{way}/*" for folder in FOLDERS for way in WAYS),
    *("/etc/init.d/*", "/etc/rc[0-6S].d/[SK]*", "/etc/runlevels/*/*"),
    *(preset.pattern for preset in PRESETS),
)
LISTING = Call("listing", _PATTERNS)
ASKS: tuple[Ask, ...] = (LISTING, *PRESETS)
_RC = re.compile(r"/etc/rc([0-6S])\.d/S[0-9]{2}(.+)")
_RUNLEVEL = re.compile(r"/etc/runlevels/([^/]+)/([^/]+)")
_ACTIONS = ("enable", "disable", "ignore")


@record
class Service:
    """One service that would be started: `by` names the target or runlevel, `file` the link that says so."""

    name: str
    manager: str
    by: str
    file: str
    unit: str | None
    masked: bool = False

    def told(self) -> dict[str, Value]:
        """Return it as a snapshot holds it."""
        about: dict[str, Value] = {"name": self.name, "manager": self.manager, "by": self.by, "file": self.file}
        return {**about, "unit": self.unit, "masked": self.masked}


@record
class Services:
    """All that is known of services; of presets the first that matches counts."""

    managers: tuple[str, ...]
    enabled: tuple[Service, ...]
    masked: tuple[str, ...]
    dangling: tuple[Entry, ...]
    units: Units
    presets: tuple[tuple[str, str, str, int], ...]
    unreadable: tuple[tuple[str, int, str], ...]


def services(answers: Answers) -> Services:
    """Return what is known of services. Raises NotLearntError, ValueError."""
    entries = entries_of(answers, LISTING)
    merged = any(entry.path == "/lib" and entry.kind == "link" for entry in entries)
    own = [entry for entry in entries if not (merged and entry.path.startswith("/lib/"))]
    scripts = frozenset(entry.path.rpartition("/")[2] for entry in own if dirname(entry.path) == "/etc/init.d")
    units = Units(own, scripts)
    paths = {entry.path for entry in entries}
    managers = tuple(name for name, places in MANAGERS.items() if paths & {*places})
    masks = frozenset(entry.path for entry in own if entry.masks or entry.dangles)
    rows = [
        row
        for file in chosen(PRESET_FOLDERS, texts_of(answers, PRESETS, masks), entries)
        for row in parse_presets(file.text, file.path)
    ]
    return Services(
        managers,
        tuple(sorted((*_wanted(units), *_started(own)), key=lambda one: (one.name, one.by, one.file))),
        tuple(sorted(name for name in units.places if units.masked(name))),
        tuple(sorted(units.links(), key=lambda entry: entry.path)),
        units,
        tuple(row for row in rows if len(row) == 4),
        tuple(row for row in rows if len(row) == 3),
    )


def _wanted(units: Units) -> Iterator[Service]:
    for name, by, _, entry in units.wanted():
        yield Service(name, "systemd", by, entry.path, units.unit(name), units.masked(name))


def _started(entries: list[Entry]) -> Iterator[Service]:
    """Yield what OpenRC's runlevels and sysvinit's rc folders start; the script must be there."""
    for entry in entries:
        script = None if entry.dangles else entry.target or entry.path
        runlevel, rc = _RUNLEVEL.fullmatch(entry.path), _RC.fullmatch(entry.path)
        if runlevel and entry.leads != "folder" and entry.kind != "folder":
            yield Service(runlevel[2], "openrc", runlevel[1], entry.path, script)
        elif rc:
            yield Service(rc[2], "sysv", f"rc{rc[1]}", entry.path, script)


def parse_presets(text: str, file: str) -> Iterator[tuple[str, str, str, int] | tuple[str, int, str]]:
    r"""Yield action, unit, file and line of each, and of a line that is none its place and what is wrong with it.

    Source: systemd.preset(5).

    >>> list(parse_presets("# x\nenable ssh.service\ndisable *\n", "f"))
    [('enable', 'ssh.service', 'f', 2), ('disable', '*', 'f', 3)]
    """
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        if not words or words[0][0] in "#;":
            continue
        if words[0] in _ACTIONS and len(words) > 1:
            yield words[0], words[1], file, number
        else:
            yield file, number, "it says neither enable, disable nor ignore, and of what"


def _dangling(found: Services) -> list[Value]:
    """Return links that lead nowhere, with the unit that counts instead, if there is one."""
    rows: list[Value] = []
    for entry in found.dangling:
        name = entry.path.rpartition("/")[2]
        rows.append({"file": entry.path, "link": entry.link, "name": name, "unit": found.units.unit(name)})
    return rows


COLLECTOR = joint(
    "services",
    ASKS,
    services,
    {
        "services.managers": lambda found: [*found.managers],
        "services.enabled": lambda found: [one.told() for one in found.enabled],
        "services.masked": lambda found: [*found.masked],
        "services.dangling": _dangling,
        "services.presets": lambda found: [
            {"action": action, "unit": unit, "file": file, "line": line} for action, unit, file, line in found.presets
        ],
        "services.unreadable": lambda found: told(found.unreadable),
    },
)
