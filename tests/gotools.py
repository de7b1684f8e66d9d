"""Go toolchains for tests: those that set-up put below build/go, each a whole GOROOT that must not be changed."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "build" / "go"


def toolchains() -> dict[str, Path]:
    """Return GOROOT by version, oldest first; empty where set-up could not get any."""
    found = {path.parents[2].name: path.parents[1] for path in FOLDER.glob("*/go/bin/go")}
    return {version: found[version] for version in sorted(found, key=lambda text: [*map(int, text.split("."))])}


def each_toolchain() -> pytest.MarkDecorator:
    """Return the mark that runs a test with each toolchain, as its argument `goroot`; skipped where there is none."""
    found = [pytest.param(path, id=version) for version, path in toolchains().items()]
    none = pytest.param(
        None, id="none", marks=pytest.mark.skip(reason="no Go toolchain below build/go: run `make test`")
    )
    return pytest.mark.parametrize("goroot", found or [none])
