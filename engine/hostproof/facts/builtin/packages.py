"""Rows about installed packages, by the databases of dpkg, apk and rpm: read as files, so of any root file system.

Sources: dpkg(1) (package states), deb-control(5), apk-package(5), rpm's lib/header.c and include/rpm/rpmtag.h.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.types import COUNT, STRING, Type, list_of, record

PACKAGE = record(
    name=STRING,
    version=STRING,
    arch=STRING,
    manager=STRING,
    status=STRING,
    source=STRING,
    source_version=STRING,
)
UNREADABLE = list_of(record(file=STRING, line=COUNT, why=STRING))


def _packages(name: str, kind: Type, meaning: str) -> FactSpec:
    return FactSpec(f"packages.{name}", kind, Owner.FILES, meaning, "packages")


ROWS: tuple[FactSpec, ...] = (
    _packages(
        "installed",
        list_of(PACKAGE),
        "Packages with files in place, sorted; status is dpkg's state (installed, unpacked, half-configured...), "
        "apk's or rpm's is installed, or broken",
    ),
    _packages("managers", list_of(STRING), "Whose databases are there: dpkg, apk, rpm"),
    _packages(
        "incomplete",
        list_of(PACKAGE),
        "Those of them not wholly installed: half-installed, unpacked, half-configured, reinst-required, broken",
    ),
    _packages("unreadable", UNREADABLE, "Places of these databases that make no sense; what stands there is left out"),
)
