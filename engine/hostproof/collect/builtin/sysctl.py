"""Learns sysctl.*: one file of /proc/sys for each name that is wanted, typed as `facts.builtin.sysctl` says."""

from __future__ import annotations

import re

from hostproof.collect.asks import Collector, ReadFile
from hostproof.collect.builtin.answers import Answers, NotLearntError, Outcome, Reading, learn, text_file, text_of
from hostproof.collect.builtin.words import capped, short, whole
from hostproof.facts.builtin.sysctl import TUNABLES
from hostproof.facts.builtin.sysctl.tunable import Tunable
from hostproof.facts.snapshot import Value
from hostproof.facts.types import Kind, Type
from hostproof.facts.unknown import Cause, Unknown

_PREFIX = "sysctl."
_TYPED = {tunable.name: tunable for tunable in TUNABLES}
_NAME = re.compile(r"[\w:@+,-]+(\.[\w:@+,-]+)+", re.ASCII)
# An interface's name may have dots (eth0.100); the parameter below it never has.
_INTERFACE = re.compile(r"(net\.(?:ipv4|ipv6)\.(?:conf|neigh))\.(.+)\.([^.]+)")
_ABSENT = "boot a kernel that has it, or load the module it comes with; in a container, ask the host"


def path_of(name: str) -> str | None:
    """Return the file of a parameter, None for what cannot be one.

    >>> path_of("kernel.threads-max"), path_of("net.ipv4.conf.eth0.100.rp_filter"), path_of("kernel/../x")
    ('/proc/sys/kernel/threads-max', '/proc/sys/net/ipv4/conf/eth0.100/rp_filter', None)
    """
    if not _NAME.fullmatch(name):
        return None
    found = _INTERFACE.fullmatch(name)
    parts = [*found[1].split("."), found[2], found[3]] if found else name.split(".")
    return "/proc/sys/" + "/".join(parts)


def parse_any(text: str) -> Value:
    r"""Return an integer of 64 bits as such, anything else as text; columns keep their tabs.

    >>> parse_any("60\n"), parse_any("32768\t60999\n"), parse_any("18446744073692774399\n")
    (60, '32768\t60999', '18446744073692774399')
    """
    try:
        return whole(text)
    except ValueError:
        return text.strip()


def parse_typed(text: str, tunable: Tunable) -> Value:
    r"""Return a value of the tunable's type. Raises ValueError.

    >>> by_name = {tunable.name: tunable for tunable in TUNABLES}
    >>> parse_typed("67584\n", by_name["vm.min_free_kbytes"]), parse_typed("20\n", by_name["vm.dirty_ratio"])
    (69206016, 0.2)
    >>> parse_typed("4096\t131072\t6291456\n", by_name["net.ipv4.tcp_rmem"])
    [4096, 131072, 6291456]
    """
    if tunable.type.item is not None:
        return [_scalar(word, tunable.type.item, tunable) for word in text.split()]
    return _scalar(text.strip(), tunable.type, tunable)


def _scalar(word: str, kind: Type, tunable: Tunable) -> Value:
    if kind.kind is Kind.STRING:
        return word
    if tunable.null_from is not None and _beyond(word, tunable.null_from):
        return None
    number = whole(word)
    if number < 0 and kind.kind is not Kind.INT:
        raise ValueError(f"{number} is negative")
    if kind.kind is Kind.RATIO:
        return number / 100
    return capped(number * tunable.scale)


def _beyond(word: str, limit: int) -> bool:
    """Tell whether a number stands for no limit; the greatest of the kernel's have no place in 64 bits with a sign."""
    return re.fullmatch(r"-?[0-9]{1,20}", word) is not None and not 0 <= int(word) < limit


def _file(name: str) -> ReadFile | None:
    path = path_of(name.removeprefix(_PREFIX))
    return text_file(path) if path else None


def _reading(name: str) -> Reading:
    file = _file(name)
    tunable = _TYPED.get(name.removeprefix(_PREFIX))

    def read(answers: Answers) -> Value:
        if file is None:
            raise NotLearntError(
                Unknown(Cause.UNSUPPORTED, f"{short(name)} is no parameter", "write it like sysctl.vm.swappiness")
            )
        text = text_of(answers, file, _ABSENT)
        return parse_any(text) if tunable is None else parse_typed(text, tunable)

    return Reading((file,) if file else (), read)


def _asks(names: frozenset[str]) -> tuple[ReadFile, ...]:
    return tuple(dict.fromkeys(file for file in map(_file, sorted(names)) if file))


def _parse(names: frozenset[str], answers: Answers) -> dict[str, Outcome]:
    return {name: learn(_reading(name), answers) for name in names}


COLLECTOR = Collector("sysctl", _asks, _parse)
