"""Reads dpkg's status file, or the parts of it that images without a package manager keep in status.d."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hostproof.collect.builtin.packages.package import Package, Unreadable, paragraphs, plain

_FIELD = re.compile(r"([!-9;-~]+):[ \t]*(.*)")
_SOURCE = re.compile(r"(\S+)(?: \((\S+)\))?")
# dpkg(1), PACKAGE STATES: nothing of these is there, or only its configuration.
_GONE = frozenset({"not-installed", "config-files"})
_WANTED = frozenset({"Package", "Status", "Version", "Architecture", "Source"})


def parse_status(text: str, file: str) -> Iterator[Package | Unreadable]:
    r"""Yield each package that has files in place; a paragraph that is none costs itself only.

    The flag `reinstreq` (dpkg(1), PACKAGE FLAGS) counts as a state of its own, reinst-required.

    >>> text = "Package: tzdata\nStatus: install ok installed\nArchitecture: all\nVersion: 2024a-0+deb12u1\n"
    >>> [one] = parse_status(text, "status")
    >>> one.name, one.version, one.status
    ('tzdata', '2024a-0+deb12u1', 'installed')
    """
    for line, block in paragraphs(text):
        fields: dict[str, str] = {}
        strange = 0
        for number, row in enumerate(block, line):
            if row[0] in " \t":
                continue
            found = _FIELD.fullmatch(row)
            if found is None:
                strange = strange or number
            elif found[1] in _WANTED:
                fields[found[1]] = found[2].strip()
        if strange:
            yield Unreadable(file, strange, "it is no field with a colon")
        yield from _package(fields, file, line)


def _package(fields: dict[str, str], file: str, line: int) -> Iterator[Package | Unreadable]:
    name, version = fields.get("Package", ""), fields.get("Version", "")
    words = fields.get("Status", "install ok installed").split()
    if len(words) != 3:
        yield Unreadable(file, line, "its status has not three words")
    elif not plain(name):
        yield Unreadable(file, line, "it names no package")
    elif words[2] in _GONE:
        return
    elif not plain(version):
        yield Unreadable(file, line, f"{name} has no version")
    else:
        source = _SOURCE.fullmatch(fields.get("Source", ""))
        origin, other = (source[1], source[2] or "") if source else ("", "")
        state = "reinst-required" if words[1] == "reinstreq" else words[2]
        yield Package(name, version, fields.get("Architecture", ""), "dpkg", state, origin, other)
