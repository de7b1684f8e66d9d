"""`check -f sbom=FILE`: what a Go program is made of, beside the reports; refused where it could not be made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gofaults.programs import built
from gotools import toolchains

from .conftest import Run


@pytest.mark.xdist_group("go")
@pytest.mark.skipif(not toolchains(), reason="no Go toolchain below build/go: run `make test`")
def test_an_sbom_is_written(run: Run, tmp_path: Path) -> None:
    """It lies where it was asked for, and is about the program that was judged."""
    program = built(list(toolchains().values())[-1], ("pure",)) / "pure"
    words = ("--param", f"binary={program}", "--pack", "go-binary", "-q", "-f", "sbom=out/app.cdx.json")
    assert run("check", *words).returncode == 0
    said = json.loads((tmp_path / "out/app.cdx.json").read_text(encoding="utf-8"))
    assert (said["bomFormat"], said["metadata"]["component"]["name"]) == ("CycloneDX", "pure")
    assert [one["name"] for one in said["components"]] == ["stdlib"]


def test_an_sbom_needs_a_program(run: Run, tmp_path: Path) -> None:
    """Packs that look into no program are told before anything is collected."""
    done = run("check", "--pack", "linux", "-f", "sbom=app.json")
    assert done.returncode == 2
    assert "HP-E501" in done.stderr
    assert "--pack go-binary" in done.stderr
    assert not (tmp_path / "app.json").exists()
