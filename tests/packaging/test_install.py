"""The package as users get it: wheel from sdist, installed for real, run from another folder; and editable."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
# Both installs share one build, so they stay in one process of a parallel run.
pytestmark = pytest.mark.xdist_group("packaging")


def run(*words: str | Path, cwd: Path, codes: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
    """Run a program and return what it said; an exit code that is not among `codes` shows all of it."""
    done = subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode in codes, f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def install(what: Path, venv: Path, *options: str) -> Path:
    """Install `what` into a new environment that borrows the dependencies of this one; return the command."""
    run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=venv.parent)
    site = next(venv.glob("lib/python*/site-packages"))
    site.joinpath("borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    python = venv / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed", *options, what, cwd=venv.parent)
    return venv / "bin" / "hostproof"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and the wheel from that sdist, with the real build backend."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, CHECKOUT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel."""
    return install(next(built.glob("*.whl")), tmp_path_factory.mktemp("wheel") / "venv")


@pytest.fixture(scope="module")
def editable(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the unpacked sdist in place, as a developer would a checkout."""
    folder = tmp_path_factory.mktemp("editable")
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return install(next(folder.glob("hostproof-*")), folder / "venv", "--editable")


def test_the_wheel_carries_everything(built: Path) -> None:
    """Code, grammar, type marker, licence, packs and schemas are all inside, and no tests."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    code = {p.relative_to(CHECKOUT / "engine") for p in (CHECKOUT / "engine").rglob("*") if p.is_file()}
    data = {
        Path("hostproof/_data") / p.relative_to(CHECKOUT)
        for k in ("rules", "schema")
        for p in (CHECKOUT / k).rglob("*.*")
    }
    expected = {str(path) for path in code | data if "__pycache__" not in path.parts}
    assert expected <= names
    assert {"hostproof/_data/rules/linux/pack.yaml", "hostproof/_data/schema/pack-1.schema.json"} <= names
    assert not any(name.startswith("tests/") for name in names)
    assert any(name.endswith("/LICENSE") for name in names)


@pytest.mark.parametrize("how", ["installed", "editable"])
def test_the_command_works_from_any_folder(how: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """The version, the built-in pack and a plan are there, wherever the command is called."""
    from hostproof import __version__

    command = request.getfixturevalue(how)
    assert run(command, "--version", cwd=tmp_path).stdout == f"hostproof {__version__}\n"
    assert "linux" in run(command, "lint", "linux", cwd=tmp_path).stdout
    assert "linux-probes: 1" in run(command, "lint", "linux-probes", cwd=tmp_path).stdout  # a pack of many files
    assert "/proc/" in run(command, "plan", cwd=tmp_path).stdout
    assert list(tmp_path.iterdir()) == []


def test_the_wheel_uses_its_own_files(installed: Path, tmp_path: Path) -> None:
    """What is installed runs from its own folder, not from a checkout that happens to be near."""
    python = installed.parent / "python"
    where = "import hostproof, hostproof.source.builtin as b; print(hostproof.__file__, b.data_folder('rules'))"
    for place in run(python, "-c", where, cwd=tmp_path).stdout.split():
        assert Path(place).is_relative_to(installed.parents[1])


def test_the_wheel_judges_this_machine(installed: Path, tmp_path: Path) -> None:
    """A check by the installed command leaves its report where it was told to."""
    run(installed, "check", "--quiet", "-f", "junit=out/junit.xml", cwd=tmp_path, codes=(0, 1, 3))
    assert (tmp_path / "out" / "junit.xml").read_bytes().startswith(b"<?xml")
