"""The format `sbom` of `check`: what Go programs are made of, written beside the reports."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from hostproof.cli.outputs import Output
from hostproof.facts.snapshot import Snapshot
from hostproof.rulepack.model import RulePack
from hostproof.source.problems import Problems

SBOM = "sbom"
MODULES = "build.modules"


def require_materials(outputs: Sequence[Output], packs: Sequence[RulePack], problems: Problems) -> None:
    """Refuse an SBOM that could not be made: before anything is collected."""
    if all(output.format != SBOM for output in outputs):
        return
    if find_spec("cyclonedx") is None:
        message = f"--format {SBOM}: CycloneDX's library is not installed"
        problems.add("HP-E501", message, hint="pip install 'hostproof[sbom]'")
    if not any(need.endswith(f".{MODULES}") for pack in packs for rule in pack.rules for need in rule.needs):
        message = f"--format {SBOM}: none of these packs looks into a Go program"
        problems.add("HP-E501", message, hint="add --pack go-binary --param go-binary.binary=/path/to/program")


def split_materials(outputs: Sequence[Output]) -> tuple[list[Output], list[Output]]:
    """Return the reports, and the SBOMs."""
    return [one for one in outputs if one.format != SBOM], [one for one in outputs if one.format == SBOM]


def render_materials(outputs: Sequence[Output], snapshot: Snapshot) -> list[tuple[str, bytes]]:
    """Return path and content of each SBOM."""
    if not outputs:
        return []
    from hostproof.report.sbom import render_sbom

    content = render_sbom(snapshot).encode()
    return [(output.path, content) for output in outputs]
