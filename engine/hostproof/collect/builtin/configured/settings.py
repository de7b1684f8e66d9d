"""The format of sysctl.d(5): a file's text in, settings with their places out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from hostproof.source.records import record

_WILD = re.compile(r"[*?\[]")
_PATH = re.compile(r"[^\s/=]+(?:/[^\s/=]+)+")
LONGEST = 4096  # characters of a value: what one write to /proc/sys takes (sysctl.conf(5), BUGS)


@record
class Setting:
    """One line: `path` below /proc/sys, maybe with wildcards; `value` is None for one that only exempts from those.

    `optional`: with `-` before it, so that nobody minds if it can't be set.
    """

    path: str
    value: str | None
    file: str
    line: int
    optional: bool = False

    @property
    def name(self) -> str:
        """The name with dots, as facts have it."""
        return self.path.replace("/", ".")

    @property
    def wild(self) -> bool:
        """Whether it stands for several parameters."""
        return _WILD.search(self.path) is not None


def path_of(name: str) -> str:
    """Return the path of a parameter: where the first separator is a dot, dots and slashes change places.

    >>> path_of("net.ipv4.conf.eth0/100.rp_filter"), path_of("net/ipv4/conf/eth0.100/rp_filter")
    ('net/ipv4/conf/eth0.100/rp_filter', 'net/ipv4/conf/eth0.100/rp_filter')
    """
    first = next((sign for sign in name if sign in "./"), "/")
    return name.translate(str.maketrans("./", "/.")) if first == "." else name


def parse_settings(text: str, file: str) -> Iterator[Setting | tuple[str, int, str]]:
    r"""Yield each setting, and of a line that is none its place and what is wrong with it.

    >>> [(one.name, one.value, one.optional) for one in parse_settings("# x\n-vm.swappiness = 10\n", "f")]
    [('vm.swappiness', '10', True)]
    """
    for number, line in enumerate(text.split("\n"), 1):
        plain = line.strip()
        if not plain or plain[0] in "#;":
            continue
        name, equals, value = plain.partition("=")
        optional = name.startswith("-")
        path = path_of(name.lstrip("-").strip())
        if not equals and not optional:
            yield file, number, "it has no ="
        elif not _PATH.fullmatch(path) or ".." in path.split("/"):
            yield file, number, "it names no parameter"
        elif len(value) > LONGEST:
            yield file, number, f"its value is longer than {LONGEST} characters"
        else:
            yield Setting(path, value.strip() if equals else None, file, number, optional)


def effective(settings: Iterable[Setting]) -> dict[str, Setting]:
    """Return what holds in the end by path: the last of each; one that exempts is not among them.

    Wildcards stay as they are, in their order: what they stand for only a running kernel knows.
    """
    found: dict[str, Setting] = {}
    for setting in settings:
        found.pop(setting.path, None)
        found[setting.path] = setting
    return found


def matching(found: dict[str, Setting], path: str) -> Setting | None:
    """Return the setting that holds for a parameter: its own, else the last wildcard that stands for it.

    One that is exempt has none (sysctl.d(5): explicit names go before wildcards, whatever their order).
    """
    own = found.get(path)
    if own is not None:
        return own if own.value is not None else None
    parts = path.split("/")
    for setting in reversed(found.values()):
        wild = setting.path.split("/")
        if setting.wild and len(wild) == len(parts) and all(map(fnmatchcase, parts, wild)):
            return setting
    return None


def same(wanted: str, now: str) -> bool:
    r"""Tell whether a parameter has the value that was set: blanks don't count, nor how a number is written.

    Of several columns fewer may be set, then the others stay (kernel.printk).

    >>> same("4096 131072 6291456", "4096\t131072\t6291456\n"), same("0x10", "16"), same("4", "4 4 1 7"), same("1", "0")
    (True, True, True, False)
    """
    ours, theirs = wanted.split(), now.split()
    if ours == theirs:
        return True
    numbers = [(_number(a), _number(b)) for a, b in zip(ours, theirs, strict=False)]
    return 0 < len(ours) <= len(theirs) and all(a is not None and a == b for a, b in numbers)


def _number(word: str) -> int | None:
    if len(word) > 24:
        return None
    try:
        return int(word, 0)
    except ValueError:
        return int(word) if word.isascii() and word.isdigit() else None
