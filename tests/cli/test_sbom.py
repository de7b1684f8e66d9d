"""`-f sbom=FILE`: what a host or a Go program is made of, beside the reports; refused where it could not be made."""

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


def small_root(top: Path) -> Path:
    """Return a root directory with one package of dpkg."""
    (top / "var/lib/dpkg").mkdir(parents=True)
    status = "Package: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12.4\n"
    (top / "var/lib/dpkg/status").write_text(status)
    (top / "etc").mkdir()
    (top / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
    return top


def urls(path: Path) -> list[str]:
    """Return the package URLs of an SBOM."""
    said = json.loads(path.read_text(encoding="utf-8"))
    return [one["purl"] for one in said["components"] if "purl" in one]


def test_an_sbom_of_packages_whatever_the_pack(run: Run, tmp_path: Path) -> None:
    """The packages are learnt besides what the pack needs, and a stored snapshot gives the same bytes."""
    root = small_root(tmp_path / "root")
    wanted = ["pkg:deb/debian/base-files@12.4?arch=amd64&distro=debian-12"]
    words = ("--pack", "linux-config", "-q", "--unknown", "ignore")
    run("check", *words, "--target", f"root:{root}", "-f", "sbom=a.json", "-f", "snapshot=host.hpsnap")
    assert urls(tmp_path / "a.json") == wanted
    run("eval", "host.hpsnap", *words, "-f", "sbom=b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    run("check", "--pack", "linux", "-q", "--target", f"root:{root}", "-f", "sbom=c.json")
    assert urls(tmp_path / "c.json") == wanted


def test_several_hosts_have_one_each(run: Run, tmp_path: Path) -> None:
    """With {name} in the path each has its own; without, it is refused before anything is collected."""
    roots = [word for name in ("one", "two") for word in ("--target", f"root:{small_root(tmp_path / name)}")]
    words = ("--pack", "linux-config", "-q", *roots)
    run("check", *words, "-f", "sbom={name}.json")
    assert len(list(tmp_path.glob("*.json"))) == 2
    assert all(urls(path) for path in tmp_path.glob("*.json"))
    done = run("check", *words, "-f", "sbom=all.cdx.json")
    assert (done.returncode, "HP-E506" in done.stderr) == (2, True)
    run("collect", *roots, "--pack", "linux-config", "-q", "-o", "snaps")
    done = run("eval", "snaps", "--pack", "linux-config", "-q", "-f", "sbom=all.cdx.json")
    assert (done.returncode, "HP-E506" in done.stderr) == (2, True)
    assert not (tmp_path / "all.cdx.json").exists()


def test_a_snapshot_without_packages_gives_no_sbom(run: Run, tmp_path: Path) -> None:
    """What was collected for something else is refused, with what to do."""
    root = small_root(tmp_path / "root")
    run("collect", "--pack", "linux", "--target", f"root:{root}", "-q", "-o", "host.hpsnap")
    done = run("eval", "host.hpsnap", "--pack", "linux", "-q", "-f", "sbom=app.json")
    assert done.returncode == 2
    assert "HP-E501" in done.stderr
    assert "--pack linux-config" in done.stderr
    assert not (tmp_path / "app.json").exists()
