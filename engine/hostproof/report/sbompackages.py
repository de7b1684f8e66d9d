"""Packages of an SBOM: the facts packages.installed and os.* in, CycloneDX components with package URLs out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from hostproof.facts.snapshot import Snapshot, Value
from hostproof.source.harmless import one_line

if TYPE_CHECKING:
    from cyclonedx.model.component import Component
    from packageurl import PackageURL

INSTALLED = "packages.installed"
MOST = 500  # characters of a name or a version
_TYPES = {"dpkg": "deb", "apk": "apk", "rpm": "rpm"}
# Vendors whose ID in os-release is another than the one that package URLs have (purl-spec, types/rpm-definition).
_VENDORS = {"rhel": "redhat", "opensuse-leap": "opensuse", "opensuse-tumbleweed": "opensuse", "ol": "oracle"}


def has_packages(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot was to learn what is installed, whatever came of it."""
    return INSTALLED in snapshot.values or INSTALLED in snapshot.unknown


def why_unknown(snapshot: Snapshot) -> str:
    """Return why packages are unknown, nothing where they are known or nobody asked for them."""
    why = snapshot.unknown.get(INSTALLED)
    return one_line(str(why), MOST) if why else ""


def packages_of(snapshot: Snapshot) -> Iterator[Component]:
    """Yield a component for each package, and one for the operating system where that has a name."""
    from cyclonedx.model.component import Component, ComponentType

    name, version = (_text(snapshot.values.get(fact)) for fact in ("os.id", "os.version"))
    if name:
        kind = ComponentType.OPERATING_SYSTEM
        yield Component(name=name, version=version or None, type=kind, bom_ref=f"os:{name}@{version}")
    rows = snapshot.values.get(INSTALLED)
    seen: set[str] = set()
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            one = _component(row, name, version)
            if str(one.bom_ref) not in seen:  # of the same name, version and architecture one is enough
                seen.add(str(one.bom_ref))
                yield one


def _component(row: Mapping[str, Value], system: str, release: str) -> Component:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component

    words = {name: _text(value) for name, value in row.items()}
    url = purl_of(words, system, release)
    told = {name: words.get(name, "") for name in ("manager", "source", "source_version")}
    told |= {"status": words["status"]} if words.get("status") != "installed" else {}
    return Component(
        name=words["name"],
        version=words["version"],
        bom_ref=url.to_string(),
        purl=url,
        properties=[Property(name=f"hostproof:{name}", value=value) for name, value in told.items() if value],
    )


def purl_of(package: Mapping[str, str], system: str, release: str) -> PackageURL:
    """Return a package's URL: its qualifiers are architecture, distribution and the epoch of rpm.

    `system` and `release` are ID and VERSION_ID of os-release; without them it has no vendor. Source: purl-spec.

    >>> bash = {"name": "bash", "version": "5.2-1", "arch": "amd64", "manager": "dpkg"}
    >>> purl_of(bash, "debian", "12").to_string()
    'pkg:deb/debian/bash@5.2-1?arch=amd64&distro=debian-12'
    """
    from packageurl import PackageURL

    manager, version = package.get("manager", ""), package.get("version", "")
    qualifiers = {"arch": package.get("arch", "")}
    if system:
        qualifiers["distro"] = f"{system}-{release}" if release else system
    if manager == "rpm":
        epoch, colon, rest = version.partition(":")
        qualifiers, version = (qualifiers | {"epoch": epoch}, rest) if colon else (qualifiers, version)
    kept = {name: value for name, value in qualifiers.items() if value}
    vendor = _VENDORS.get(system, system) or None
    return PackageURL(_TYPES.get(manager, "generic"), vendor, package.get("name", ""), version or None, kept)


def _text(value: Value) -> str:
    return one_line(str(value), MOST) if value is not None else ""
