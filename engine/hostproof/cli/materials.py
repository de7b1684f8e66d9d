"""The format `sbom`: what a host or its Go programs are made of: what it takes, and when it can't be made."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from hostproof.cli.outputs import NAME, Output
from hostproof.facts.requests import FactRequest
from hostproof.facts.snapshot import Snapshot
from hostproof.rulepack.model import RulePack
from hostproof.source.problems import Problem, ProblemError, Problems

SBOM = "sbom"
MODULES = "build.modules"
PACKAGES = ("packages.installed", "os.id", "os.version")


def wants_sbom(outputs: Sequence[Output]) -> bool:
    """Return whether an SBOM is among the reports that are wanted."""
    return any(output.format == SBOM for output in outputs)


def require_materials(outputs: Sequence[Output], problems: Problems, number: int = 1) -> None:
    """Refuse an SBOM that could not be made, or of several hosts in one: before anything is collected or judged."""
    if not wants_sbom(outputs):
        return
    if find_spec("cyclonedx") is None:
        message = f"--format {SBOM}: CycloneDX's library is not installed"
        problems.add("HP-E501", message, hint="pip install 'hostproof[sbom]'")
    if number > 1 and any(output.format == SBOM and NAME not in output.path for output in outputs):
        message = f"--format {SBOM}: several hosts have one each"
        problems.add("HP-E506", message, hint=f"write {SBOM}={NAME}.cdx.json")


def requests_for(outputs: Sequence[Output], packs: Sequence[RulePack]) -> tuple[FactRequest, ...]:
    """Return what is to be learnt besides for an SBOM: the packages, unless a pack looks into Go programs."""
    if not wants_sbom(outputs) or looks_into_programs(packs):
        return ()
    return tuple(FactRequest(name) for name in PACKAGES)


def looks_into_programs(packs: Sequence[RulePack]) -> bool:
    """Return whether a rule of the packs needs the modules of a Go program."""
    return any(need.endswith(f".{MODULES}") for pack in packs for rule in pack.rules for need in rule.needs)


def render_material(snapshot: Snapshot) -> bytes:
    """Return an SBOM. Raises ProblemError where the snapshot has nothing that one is made of."""
    from hostproof.report.sbom import is_material, render_sbom

    if not is_material(snapshot):
        message = f"--format {SBOM}: the snapshot holds neither packages nor Go programs"
        hint = "take it again with --pack linux-config, or --pack go-binary"
        raise ProblemError((Problem("HP-E501", message, hint=hint),))
    return render_sbom(snapshot).encode()
