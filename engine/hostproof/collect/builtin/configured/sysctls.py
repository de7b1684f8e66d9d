"""Learns sysctl_conf.*: what sysctl.d and sysctl.conf set, whose file it is, what is lost, and what is really so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hostproof.collect.asks import Answer, Ask, Call, Collector, ReadGlob
from hostproof.collect.builtin.answers import (
    UNANSWERED,
    Answers,
    Outcome,
    Reading,
    decoded,
    good,
    joint,
    learn,
    missing,
    text_file,
)
from hostproof.collect.builtin.configured.dropins import CURE, DropIn, chosen, entries_of, patterns, texts_of, told
from hostproof.collect.builtin.configured.settings import Setting, effective, matching, parse_settings, same
from hostproof.collect.builtin.sysctl import parse_any, parse_typed
from hostproof.facts.builtin.sysctl import TUNABLES
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.records import record

# sysctl.d(5) and sysctl.conf(5) of procps 4 name them in this order; procps 3 had /run first.
FOLDERS = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d", "/lib/sysctl.d")
CONF = text_file("/etc/sysctl.conf")
SYSTEMD = ("/usr/lib/systemd/systemd-sysctl", "/lib/systemd/systemd-sysctl")
FILES = patterns(FOLDERS, "*.conf")
LISTING = Call("listing", ("/lib", *SYSTEMD, *(glob.pattern for glob in FILES)))
ASKS: tuple[Ask, ...] = (LISTING, CONF, *FILES)

# Everything but single interfaces; below fs not */*, as looking into binfmt_misc mounts it.
_NOW = tuple(
    ReadGlob(f"/proc/sys/{place}", 8192, 4096)
    for place in (
        *("kernel/*", "kernel/*/*", "vm/*", "fs/*", "fs/inotify/*", "fs/epoll/*", "fs/mqueue/*", "user/*", "dev/*/*"),
        *("net/*/*", "net/ipv4/conf/all/*", "net/ipv4/conf/default/*", "net/ipv4/neigh/default/*"),
        *("net/ipv6/conf/all/*", "net/ipv6/conf/default/*", "net/ipv6/neigh/default/*"),
    )
)
_VALUE = "sysctl_conf.value."
_TYPED = {tunable.name: tunable for tunable in TUNABLES}


@record
class Configured:
    """What files set: in force by the `reader` of this system, and by either."""

    reader: str
    found: dict[str, Setting]
    systemd: dict[str, Setting]
    procps: dict[str, Setting]
    settings: tuple[Setting, ...]
    files: tuple[DropIn, ...]
    unreadable: tuple[tuple[str, int, str], ...]


def configured(answers: Answers) -> Configured:
    """Return what files set. Raises NotLearntError, ValueError."""
    entries = entries_of(answers, LISTING)
    masks = frozenset(entry.path for entry in entries if entry.masks or entry.dangles)
    files = chosen(FOLDERS, texts_of(answers, FILES, masks), entries)
    conf = "" if missing(answers, CONF) else decoded(good(answers, CONF, CURE).data)
    rows = [row for file in files for row in parse_settings(file.text, file.path)]
    last = list(parse_settings(conf, CONF.path))
    linked = any(file.target == CONF.path for file in files)
    reader = "systemd" if any(entry.path in SYSTEMD for entry in entries) else "procps"
    dropped, own = _settings(rows), _settings(last)
    systemd, procps = effective(dropped), effective([*dropped, *own])
    return Configured(
        reader,
        systemd if reader == "systemd" else procps,
        systemd,
        procps,
        tuple(dropped if reader == "systemd" else [*dropped, *own]),
        tuple(files),
        tuple(row for row in (*rows, *(() if linked else last)) if isinstance(row, tuple)),
    )


def _settings(rows: Sequence[Setting | tuple[str, int, str]]) -> list[Setting]:
    return [row for row in rows if isinstance(row, Setting)]


def _told(found: Configured) -> list[Value]:
    """Return what holds in the end, sorted by name; what only exempts is left out."""
    rows = sorted(found.found.values(), key=lambda setting: setting.name)
    return [
        {
            "name": row.name,
            "value": row.value,
            "file": row.file,
            "line": row.line,
            "wild": row.wild,
            "optional": row.optional,
        }
        for row in rows
        if row.value is not None
    ]


def _overridden(found: Configured) -> list[Value]:
    """Return each setting that a later one of the same name undoes with another value."""
    rows: list[Value] = []
    for setting in found.settings:
        by = found.found[setting.path]
        if setting.value is not None and by.value is not None and not same(setting.value, by.value):
            about: dict[str, Value] = {
                "name": setting.name,
                "value": setting.value,
                "file": setting.file,
                "line": setting.line,
            }
            rows.append({**about, "by_value": by.value, "by_file": by.file, "by_line": by.line})
    return rows


def _masked(found: Configured) -> list[Value]:
    """Return each file that another of its name hides, and the parameters that nobody sets because of that."""
    rows: list[Value] = []
    for file in found.files:
        for path, text in file.hides:
            names = {row.name for row in parse_settings(text, path) if isinstance(row, Setting)}
            lost = sorted(names - {setting.name for setting in found.found.values()})
            rows.append({"file": path, "by": file.path, "lost": [*lost]})
    return rows


def _disputed(found: Configured) -> list[Value]:
    """Return what systemd-sysctl and `sysctl --system` of procps would set otherwise; null where one sets nothing."""
    rows: list[Value] = []
    for path in sorted(found.procps):  # which reads all that systemd reads, and more
        one, other = found.procps[path], found.systemd.get(path)
        systemd, procps = other.value if other else None, one.value
        if (systemd is None) != (procps is None) or not (systemd == procps or same(systemd or "", procps or "")):
            about: dict[str, Value] = {"name": one.name, "systemd": systemd, "procps": procps}
            rows.append({**about, "file": one.file, "line": one.line})
    return rows


def _drift(answers: Answers) -> Value:
    """Return the parameters whose value is another than what is configured. Raises NotLearntError, ValueError."""
    found, now = configured(answers), dict(_now(answers))
    rows: list[Value] = []
    for path, value in sorted(now.items()):
        setting = matching(found.found, path)
        if setting is not None and setting.value is not None and not same(setting.value, value):
            about = {"name": path.replace("/", "."), "configured": setting.value, "now": " ".join(value.split())}
            rows.append({**about, "file": setting.file, "line": setting.line})
    return rows


def _unverified(answers: Answers) -> Value:
    """Return the names that are set and can't be compared: not there, not readable, or of a single interface."""
    found, now = configured(answers), dict(_now(answers))
    rest = (one for path, one in found.found.items() if path not in now and not one.wild and one.value is not None)
    return [*sorted(setting.name for setting in rest if not setting.optional)]


def _now(answers: Answers) -> Iterator[tuple[str, str]]:
    for glob in _NOW:
        if not missing(answers, glob):
            answer: Answer = good(answers, glob, "mount /proc")
            for path, data in (answer.files or {}).items():
                yield path.removeprefix("/proc/sys/"), decoded(data)


def _live(answers: Answers) -> None:
    """Raise NotLearntError where no value of the kernel can be read at all."""
    if answers.get(_NOW[0], UNANSWERED).error is not None:
        good(answers, _NOW[0], "mount /proc")


def _reading(name: str) -> Reading:
    def read(answers: Answers) -> Value:
        _live(answers)
        return _drift(answers) if name.endswith("drift") else _unverified(answers)

    return Reading((*ASKS, *_NOW), read)


def value_of(found: Configured, name: str) -> Value:
    """Return what files set a parameter to, of the type that `sysctl.` has; null if none does. Raises ValueError."""
    setting = next((one for one in found.found.values() if one.name == name), None)
    if setting is None or setting.value is None:
        return None
    text = "\t".join(setting.value.split())
    return parse_typed(text, _TYPED[name]) if name in _TYPED else parse_any(text)


def _value(name: str, answers: Answers) -> Outcome:
    short = name.removeprefix(_VALUE)
    if "." not in short:
        return Unknown(Cause.UNSUPPORTED, f"{short[:40]!r} is no parameter", f"write it like {_VALUE}vm.swappiness")
    return learn(Reading(ASKS, lambda said: value_of(configured(said), short)), answers)


_PARTS = joint(
    "sysctl-conf",
    ASKS,
    configured,
    {
        "sysctl_conf.reader": lambda found: found.reader,
        "sysctl_conf.settings": _told,
        "sysctl_conf.overridden": _overridden,
        "sysctl_conf.masked": _masked,
        "sysctl_conf.disputed": _disputed,
        "sysctl_conf.unreadable": lambda found: told(found.unreadable),
    },
)
_COMPARED = {name: _reading(name) for name in ("sysctl_conf.drift", "sysctl_conf.unverified")}


def _asks(names: frozenset[str]) -> tuple[Ask, ...]:
    compared = _NOW if names & _COMPARED.keys() else ()
    return (*ASKS, *compared) if names else ()


def _parse(names: frozenset[str], answers: Answers) -> dict[str, Outcome]:
    values = frozenset(name for name in names if name.startswith(_VALUE))
    others = {name: learn(_COMPARED[name], answers) for name in names & _COMPARED.keys()}
    others |= {name: _value(name, answers) for name in values}
    return {**_PARTS.parse(names - others.keys(), answers), **others}


COLLECTOR = Collector("sysctl-conf", _asks, _parse)
