"""SBOMs: modules of a Go program as CycloneDX has them, valid by its own schema, the same bytes each time."""

from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from hostproof.facts.builtin.probes.go_binary import PROBE, ROWS
from hostproof.facts.snapshot import FactInfo, Host, Snapshot, Value
from hostproof.facts.unknown import Cause, Unknown
from hostproof.report.sbom import programs_of, render_sbom

TYPES = {row.name.removeprefix(PROBE.before): row.type for row in ROWS}
MODULES: list[Value] = [
    {"path": "example.com/app", "version": "v1.4.0", "sum": "", "replaces": "", "local": False},
    {"path": "github.com/pkg/errors", "version": "v0.9.1", "sum": "h1:FEBLx1=", "replaces": "", "local": False},
    {"path": "../lib", "version": "", "sum": "", "replaces": "example.com/lib", "local": True},
]
FACTS: dict[str, Value] = {
    "file.path": "/srv/app",
    "build.go": "1.27.3",
    "build.modules": MODULES,
    "build.settings": {"CGO_ENABLED": "0", "-ldflags": "-X main.v=\x1b[31m"},
}


def snapshot(*programs: str, unknown: dict[str, Unknown] | None = None) -> Snapshot:
    """Return a snapshot that saw programs, by what their facts begin with."""
    values = {before + name: value for before in programs for name, value in FACTS.items()}
    unknown = unknown or {}
    owner = ROWS[0].owner
    infos = {name: FactInfo(TYPES[name[name.index(".") + 1 :]], owner) for name in [*values, *unknown]}
    kept = {name: value for name, value in values.items() if name not in unknown}
    return Snapshot(
        1_780_000_000_000_000_000,
        "local",
        Host(name="web1"),
        MappingProxyType(kept),
        MappingProxyType(unknown),
        MappingProxyType(infos),
    )


def test_a_programs_modules_are_its_components() -> None:
    """The program is the subject; modules and the standard library have package URLs, a folder has none."""
    said = json.loads(render_sbom(snapshot("p:app.")))
    subject = said["metadata"]["component"]
    assert (subject["name"], subject["version"], subject["purl"]) == (
        "app",
        "v1.4.0",
        "pkg:golang/example.com/app@v1.4.0",
    )
    purls = {one["name"]: one.get("purl") for one in said["components"]}
    assert purls == {
        "stdlib": "pkg:golang/stdlib@1.27.3",
        "github.com/pkg/errors": "pkg:golang/github.com/pkg/errors@v0.9.1",
        "../lib": None,
    }
    depends = {one["ref"]: one.get("dependsOn", []) for one in said["dependencies"]}
    assert len(depends[subject["bom-ref"]]) == 3
    assert "\x1b" not in render_sbom(snapshot("p:app."))


@pytest.mark.parametrize("programs", [("p:app.",), ("p:app.", "p:other.")])
def test_the_document_is_valid(programs: tuple[str, ...]) -> None:
    """CycloneDX's own schema finds nothing wrong with it, strictly, and it is the same each time."""
    document = render_sbom(snapshot(*programs))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(document) is None
    assert document == render_sbom(snapshot(*programs))


def test_two_programs_are_parts_of_the_host() -> None:
    """With several programs the host is the subject."""
    said = json.loads(render_sbom(snapshot("p:app.", "p:other.")))
    assert said["metadata"]["component"]["name"] == "web1"
    assert sum(one["type"] == "application" for one in said["components"]) == 2


def test_what_could_not_be_learnt_is_said() -> None:
    """A program whose modules are unknown is no program without modules."""
    why = Unknown(Cause.UNSUPPORTED, "built by Go 1.17", "build it anew")
    said = json.loads(render_sbom(snapshot("p:app.", unknown={"p:app.build.modules": why})))
    told = {one["name"]: one["value"] for one in said["metadata"]["component"]["properties"]}
    assert told["hostproof:modules:unknown"] == "unsupported: built by Go 1.17"


def test_only_programs_are_meant() -> None:
    """A team's fact of the same name and another type is none."""
    other = Snapshot(0, "local", Host(), {}, facts={"x.build.modules": FactInfo(TYPES["file.path"], ROWS[0].owner)})
    assert programs_of(other) == ()
    assert programs_of(snapshot("p:app.")) == ("p:app.",)
