"""SBOM: a Snapshot in, a CycloneDX 1.6 document of its packages and Go programs out, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from posixpath import basename
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from hostproof.facts.builtin.probes.go_binary import PROBE, ROWS
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.report.sbompackages import has_packages, packages_of, why_unknown
from hostproof.source.harmless import one_line

if TYPE_CHECKING:
    from cyclonedx.model import Property
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component

MODULES = "build.modules"
LIBRARY = "cyclonedx"
MOST = 2000  # characters of a setting


def programs_of(snapshot: Snapshot) -> tuple[str, ...]:
    """Return what the names of each program's facts begin with: `go.binary.`, `go-binary:binary.`, a team's own."""
    kind = next(row.type for row in ROWS if row.name == PROBE.before + MODULES)
    found = (name for name, info in snapshot.facts.items() if name.endswith(f".{MODULES}") and info.type == kind)
    return tuple(name.removesuffix(MODULES) for name in sorted(found))


def is_material(snapshot: Snapshot) -> bool:
    """Tell whether a snapshot has anything an SBOM is made of: packages, or Go programs."""
    return has_packages(snapshot) or bool(programs_of(snapshot))


def render_sbom(snapshot: Snapshot) -> str:
    """Return the document. One program alone is its subject; with packages, or several of them, the host is.

    A program whose modules could not be learnt is in it with the reason, so that nobody takes it for one without any;
    so is a host whose packages could not be learnt.
    """
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.output.json import JsonV1Dot6

    programs = [_Program(snapshot, before) for before in programs_of(snapshot)]
    packages = list(packages_of(snapshot)) if has_packages(snapshot) else []
    moment = datetime.fromtimestamp(snapshot.created // 1_000_000_000, UTC)
    whole = len(programs) == 1 and not has_packages(snapshot)
    host = _host(snapshot)
    bom = Bom(metadata=BomMetaData(component=programs[0].component if whole else host, timestamp=moment))
    said = "".join(f"{one.before} {one.path} {one.modules}" for one in programs)
    said += " ".join(str(one.bom_ref) for one in packages)
    bom.serial_number = uuid5(NAMESPACE_URL, f"{snapshot.created} {snapshot.host.machine_id} {said}")
    _add_tool(bom)
    bom.components.update(packages)
    for one in programs:
        if not whole:
            bom.components.add(one.component)
        parts = list(one.parts())
        bom.components.update(parts)
        bom.register_dependency(one.component, parts)
    if not whole:
        bom.register_dependency(host, [*packages, *(one.component for one in programs)])
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _host(snapshot: Snapshot) -> Component:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component, ComponentType

    why = why_unknown(snapshot)
    return Component(
        name=one_line(snapshot.host.name or snapshot.target, MOST),
        type=ComponentType.DEVICE,
        bom_ref="host",
        properties=[Property(name="hostproof:packages:unknown", value=why)] if why else [],
    )


def _add_tool(bom: Bom) -> None:
    from cyclonedx.model.component import Component, ComponentType

    from hostproof import __version__

    bom.metadata.tools.components.add(Component(name="hostproof", version=__version__, type=ComponentType.APPLICATION))


class _Program:
    """One program, by its facts."""

    def __init__(self, snapshot: Snapshot, before: str) -> None:
        self._snapshot = snapshot
        self.before = before
        self.path = str(self._known("file.path") or "")
        modules = self._known(MODULES)
        self.modules = [one for one in modules if isinstance(one, dict)] if isinstance(modules, list) else []
        self.component = self._component()

    def _known(self, short: str) -> Value:
        return self._snapshot.values.get(self.before + short)

    def _component(self) -> Component:
        from cyclonedx.model.component import Component, ComponentType

        main = self.modules[0] if self.modules else {}
        version = _version(main)
        return Component(
            name=basename(self.path) or self.before.rstrip("."),
            version=version or None,
            type=ComponentType.APPLICATION,
            bom_ref=f"program:{self.before}{self.path}",
            purl=_purl(str(main.get("path", "")), version) if version else None,
            properties=list(self._properties(str(main.get("path", "")))),
        )

    def _properties(self, module: str) -> Iterator[Property]:
        from cyclonedx.model import Property

        settings = self._known("build.settings")
        said = {"path": self.path, "module": module}
        said |= {f"build:{name}": str(value) for name, value in settings.items()} if isinstance(settings, dict) else {}
        unknown = self._snapshot.unknown.get(self.before + MODULES)
        said |= {"modules:unknown": str(unknown)} if unknown is not None else {}
        yield from (
            Property(name=f"hostproof:{name}", value=one_line(text, MOST)) for name, text in said.items() if text
        )

    def parts(self) -> Iterator[Component]:
        """Yield its modules but the main one, and the standard library."""
        from cyclonedx.model.component import Component

        go = self._known("build.go")
        if isinstance(go, str):
            yield Component(name="stdlib", version=f"go{go}", bom_ref=f"stdlib@{go}", purl=_purl("stdlib", go))
        for module in self.modules[1:]:
            yield _module(module)


def _module(said: dict[str, Value]) -> Component:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component

    path, version = one_line(str(said.get("path", "")), MOST), _version(said)
    purl = None if said.get("local") else _purl(path, version)
    told = {"go.sum": str(said.get("sum", "")), "replaces": str(said.get("replaces", ""))}
    told |= {"local": "true"} if said.get("local") else {}
    return Component(
        name=path,
        version=version or None,
        bom_ref=purl.to_string() if purl else f"folder:{path}",
        purl=purl,
        properties=[Property(name=f"hostproof:{name}", value=text) for name, text in told.items() if text],
    )


def _version(module: dict[str, Value]) -> str:
    """Return a module's version; a main module that was built in its own folder has none."""
    version = one_line(str(module.get("version", "")), MOST)
    return "" if version == "(devel)" else version


def _purl(path: str, version: str):  # type: ignore[no-untyped-def]
    """Return a package URL: `pkg:golang/github.com/pkg/errors@v0.9.1`."""
    from packageurl import PackageURL

    namespace, _, name = path.rpartition("/")
    return PackageURL("golang", namespace or None, name, version or None) if name else None
