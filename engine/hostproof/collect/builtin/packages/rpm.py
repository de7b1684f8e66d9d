"""Reads what the agent found in rpm's database."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hostproof.collect.builtin.packages.package import Package, Unreadable, plain
from hostproof.collect.builtin.words import fields
from hostproof.facts.snapshot import Value

_SOURCE = re.compile(r"(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm")
_KEY = "gpg-pubkey"  # rpm keeps the keys it trusts as if they were packages


def parse_rpms(said: Value) -> Iterator[Package | Unreadable]:
    """Yield each package; its version is epoch:version-release, as rpm writes it. Raises ValueError.

    >>> bash = {"name": "bash", "epoch": "", "version": "5.2.26", "release": "3.fc40", "arch": "x86_64",
    ...         "source": "bash-5.2.26-3.fc40.src.rpm"}
    >>> [one] = parse_rpms({"path": "/var/lib/rpm/rpmdb.sqlite", "packages": [bash], "unreadable": []})
    >>> one.version, one.source, one.source_version
    ('5.2.26-3.fc40', 'bash', '5.2.26-3.fc40')
    """
    whole = fields(said)
    packages, unreadable = whole.get("packages"), whole.get("unreadable")
    if not isinstance(packages, list) or not isinstance(unreadable, list):
        raise ValueError("it has no list of packages")  # noqa: TRY004 - the data is wrong, not the call
    for row in map(fields, unreadable):
        line = row.get("line")
        yield Unreadable(str(row.get("file")), line if type(line) is int and line >= 0 else 0, str(row.get("why")))
    for number, row in enumerate(map(fields, packages), 1):
        yield from _package({name: str(value) for name, value in row.items()}, str(whole.get("path")), number)


def _package(row: dict[str, str], file: str, number: int) -> Iterator[Package | Unreadable]:
    name = row.get("name", "")
    if name == _KEY:
        return
    version = "-".join(part for part in (row.get("version", ""), row.get("release", "")) if part)
    version = f"{row['epoch']}:{version}" if row.get("epoch") else version
    if not plain(name) or not plain(version):
        yield Unreadable(file, number, "its name or version is none")
        return
    source = _SOURCE.fullmatch(row.get("source", ""))
    origin, other = (source[1], source[2]) if source else ("", "")
    yield Package(name, version, row.get("arch", ""), "rpm", "installed", origin, other)
