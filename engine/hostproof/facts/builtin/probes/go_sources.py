"""Rows of the probe `go_sources`: the packages that a program's sources bring in, with the settings of its build.

Source: `go help list`.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import STRING, list_of

PROBE = ProbeSpec(
    "go_sources",
    "A Go program's sources",
    "`go list -deps` in a module, for the package, GOOS, GOARCH, CGO_ENABLED and tags that `go version -m` reads from a"
    " program; without a program, for all packages there",
    "runs `go version -m` and `go list`, with GOPROXY=off; may add to Go's build cache; nothing is built or downloaded",
    params=(
        ProbeParam("go", STRING, "", "The go command; by default the first on PATH, or /usr/local/go/bin/go"),
        ProbeParam("folder", STRING, "", "The folder of the module"),
        ProbeParam("binary", STRING, "", "The program that was built from it"),
    ),
    timeout=180 * SECOND,
    prefix="go.sources",
)


def _row(name: str, meaning: str) -> FactSpec:
    return FactSpec(PROBE.before + name, list_of(STRING), Owner.FILES, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("packages", "Packages that the sources bring in, those of the standard library included"),
    _row("cgo", "Those of them that have files which use cgo, as they would be built"),
    _row("unsafe", "Those of them outside the standard library that import unsafe"),
)
