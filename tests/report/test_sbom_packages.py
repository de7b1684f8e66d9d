"""SBOMs of packages: package URLs as their specification has them, documents valid by CycloneDX's own schema."""

from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.snapshot import FactInfo, Host, Snapshot, Value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.report.sbom import is_material, render_sbom

INSTALLED = "packages.installed"


def package(name: str, version: str, arch: str, manager: str, status: str = "installed") -> Value:
    """Return a package as a snapshot holds it."""
    about: dict[str, Value] = {"name": name, "version": version, "arch": arch, "manager": manager, "status": status}
    return {**about, "source": f"{name}-source", "source_version": version}


def snapshot(packages: list[Value] | Unknown, system: str = "", release: str = "") -> Snapshot:
    """Return a snapshot that knows packages, or why not, and what distribution it is."""
    values: dict[str, Value] = {"os.id": system, "os.version": release} if system else {}
    unknown = {INSTALLED: packages.of(INSTALLED)} if isinstance(packages, Unknown) else {}
    values |= {} if isinstance(packages, Unknown) else {INSTALLED: packages}
    catalog = builtin_catalog()
    rows = {name: row for name in [*values, *unknown] if (row := catalog.get(name))}
    infos = {name: FactInfo(row.type, row.owner) for name, row in rows.items()}
    host = Host(name="web1")
    return Snapshot(1_780_000_000_000_000_000, "local", host, values, unknown, MappingProxyType(infos))


# Name, version, architecture, manager, ID and VERSION_ID, and the URL that they make.
URLS = """
bash 5.2.15-2+b7 amd64 dpkg debian 12             pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64&distro=debian-12
libc6 2:2.39-0ubuntu8 arm64 dpkg ubuntu 24.04     pkg:deb/ubuntu/libc6@2:2.39-0ubuntu8?arch=arm64&distro=ubuntu-24.04
musl 1.2.5-r0 x86_64 apk alpine 3.20.1            pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.1
toy 1:1.0~rc1-2 noarch rpm rhel 9.4               pkg:rpm/redhat/toy@1.0~rc1-2?arch=noarch&distro=rhel-9.4&epoch=1
bash 5.2.26-3.fc40 x86_64 rpm - -                 pkg:rpm/bash@5.2.26-3.fc40?arch=x86_64
"""


@pytest.mark.parametrize("row", URLS.strip().splitlines())
def test_package_urls(row: str) -> None:
    """Each manager has its type; vendor and distribution come from os-release, an epoch of rpm is a qualifier."""
    name, version, arch, manager, system, release, wanted = row.replace(" -", " ").split(" ", 6)
    wanted = wanted.strip()
    said = json.loads(render_sbom(snapshot([package(name, version, arch, manager)], system, release)))
    [found] = [row for row in said["components"] if row["type"] == "library"]
    assert PackageURL.from_string(found["purl"]) == PackageURL.from_string(wanted)
    assert (found["name"], found["version"]) == (name, version)


def test_the_host_consists_of_its_packages() -> None:
    """The host is the subject and depends on all; the system is named; the document is valid and always the same."""
    packages = [
        package("a", "1", "all", "dpkg"),
        package("a", "1", "i386", "dpkg"),
        package("b", "2", "", "dpkg", "unpacked"),
    ]
    found = snapshot(packages, "debian", "12")
    document = render_sbom(found)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(document) is None
    assert document == render_sbom(found)
    said = json.loads(document)
    assert said["metadata"]["component"]["name"] == "web1"
    assert len({row["bom-ref"] for row in said["components"]}) == len(said["components"]) == 4
    depends = {row["ref"]: row.get("dependsOn", []) for row in said["dependencies"]}
    assert len(depends["host"]) == 4
    [half] = [row for row in said["components"] if row["name"] == "b"]
    assert {"name": "hostproof:status", "value": "unpacked"} in half["properties"]


def test_hostile_names_are_harmless() -> None:
    """Names with escapes, slashes and question marks stay names, and the document stays valid."""
    document = render_sbom(snapshot([package("../a?b#c\x1b[31m", "1\n2", "all", "dpkg")] * 2, "x/y", "\x07"))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(document) is None
    assert "\\u001b" not in document
    assert "\x1b" not in document


def test_unknown_packages_are_said_to_be() -> None:
    """A host whose packages could not be learnt is none without any."""
    said = json.loads(render_sbom(snapshot(Unknown(Cause.UNSUPPORTED, "a database of the kind ndb", "convert it"))))
    told = {row["name"]: row["value"] for row in said["metadata"]["component"]["properties"]}
    assert "a database of the kind ndb" in told["hostproof:packages:unknown"]


def test_a_snapshot_without_material_is_told() -> None:
    """One that was taken for something else has nothing an SBOM is made of."""
    assert not is_material(Snapshot(0, "local", Host(), {}))
    assert is_material(snapshot([]))
