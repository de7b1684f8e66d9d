"""The probe go_cgo with real toolchains and the compiler of this machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agent.probes.conftest import Run
from gotools import FOLDER, each_toolchain
from hostproof.agent.probes.go_cgo import crossing, settings
from hostproof.agent.probes.go_cgo.compiler import machine_of

BUILDS = ("build.says", "build.runs", "build.goarch", "memory.trips", "memory.failures", "callback", "errno")
compiler = pytest.mark.skipif(not shutil.which("gcc"), reason="gcc is not installed")
group = pytest.mark.xdist_group("go")


@pytest.fixture(autouse=True)
def warm(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what Go compiles between runs, and no settings of whoever runs the tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(FOLDER.parent / "cache"))
    monkeypatch.setenv("GOENV", "off")
    for name in ("CC", "CXX", "CGO_ENABLED", "CGO_CFLAGS", "CGO_LDFLAGS", "GOOS", "GOARCH"):
        monkeypatch.delenv(name, raising=False)


@group
@compiler
@each_toolchain()
def test_a_program_that_uses_c_is_built_and_run(goroot: Path, probe: Run) -> None:
    """It is for this machine, memory and calls go to and fro, and the C library is as new as its headers."""
    found = probe("go_cgo", *BUILDS, "cc.goarch", "target", "flags.own", "call_cost", go=str(goroot / "bin" / "go"))
    assert (found["build.says"], found["build.runs"]) == ("ok", "ok")
    assert found["target"] == f"linux/{found['build.goarch']}" == f"linux/{found['cc.goarch']}"
    assert (found["memory.trips"], found["memory.failures"]) == (2000, 0)
    assert (found["callback"], found["errno"]) == (True, True)
    assert found["flags.own"] == {}
    assert isinstance(found["call_cost"], int)
    assert found["call_cost"] > 0


@group
@compiler
@each_toolchain()
def test_flags_of_the_user_reach_the_build(goroot: Path, probe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An option that no compiler knows is told, by the compiler alone and by the build; nothing is said of running."""
    monkeypatch.setenv("CGO_CFLAGS", "-fno-such-thing=1")
    wanted = ("cc.compiles", "flags.compile", "build.says", "build.runs", "flags.own")
    found = probe("go_cgo", *wanted, go=str(goroot / "bin" / "go"))
    assert found["cc.compiles"] == "ok"
    assert "-fno-such-thing" in str(found["flags.compile"])
    assert "-fno-such-thing" in str(found["build.says"])
    assert found["flags.own"] == {"CGO_CFLAGS": "-fno-such-thing=1"}
    assert isinstance(found["build.runs"], dict)
    assert found["build.runs"]["cause"] == "inconclusive"


@compiler
@each_toolchain()
def test_a_build_for_another_machine_is_a_cross_build(
    goroot: Path, probe: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the host's compiler its headers are read, and its paths and variables are told."""
    monkeypatch.setenv("CGO_CFLAGS", "-isystem /usr/include")
    monkeypatch.setenv("LIBRARY_PATH", "/opt/lib:/usr/lib")
    wanted = ("cross", "target", "enabled.now", "cross.paths", "cross.variables", "cross.headers", "build.says")
    found = probe("go_cgo", *wanted, go=str(goroot / "bin" / "go"), goarch="s390x")
    assert (found["cross"], found["target"], found["enabled.now"]) == (True, "linux/s390x", False)
    assert found["cross.paths"] == ["CGO_CFLAGS: -isystem /usr/include"]
    assert found["cross.variables"] == ["LIBRARY_PATH"]
    assert "unsupported" in str(found["build.says"])


@each_toolchain()
def test_without_a_compiler_cgo_is_off(goroot: Path, probe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a compiler would tell is unknown then, with a cure; where CC is found is known."""
    monkeypatch.setenv("PATH", str(goroot / "bin"))
    found = probe("go_cgo", "enabled.now", "enabled.set", "cc.path", "cc.compiles", "cxx.path", "pkg_config.works")
    assert (found["enabled.now"], found["enabled.set"], found["cc.path"], found["cxx.path"]) == (False, "", "", "")
    for fact in ("cc.compiles", "pkg_config.works"):
        assert "no-tool" in str(found[fact])
        assert "install" in str(found[fact])


def test_there_may_be_no_go(probe: Run, tmp_path: Path) -> None:
    """Then all of it is unknown, and says how to name one."""
    found = probe("go_cgo", "version", "cc.path", "build.says", go=str(tmp_path / "go"))
    assert [value["cause"] for value in found.values() if isinstance(value, dict)] == ["no-tool"] * 3


@pytest.mark.parametrize(
    ("path", "goarch", "here"),
    [
        ("/", "arm64", True),
        ("/usr/include", "arm64", True),
        ("/usr/lib/", "arm64", True),
        ("/usr/include/x86_64-linux-gnu", "arm64", True),
        ("/usr/include/aarch64-linux-gnu", "arm64", False),
        ("/usr/aarch64-linux-gnu/include", "arm64", False),
        ("/opt/sysroot/usr/include", "arm64", False),
        ("include", "arm64", False),
    ],
)
def test_folders_of_this_machine(path: str, goarch: str, here: bool) -> None:
    """The system's own folders are this machine's, but for those that bear the target's name."""
    assert crossing.is_here(path, goarch, "linux") is here


def test_options_that_name_folders() -> None:
    """They are found glued, with a sign, or as two words."""
    words = ["-O2", "-I/usr/include", "-isystem", "/a", "--sysroot=/b", "-isysroot", "/c", "-L", "/d", "-lm", "x.c"]
    assert [path for _, path in crossing.named(words)] == ["/usr/include", "/a", "/b", "/c", "/d"]


def test_what_a_pattern_allows() -> None:
    """A pattern counts for whole words only, as Go looks at it; a broken one allows nothing."""
    assert settings.fits(".*", "-fplugin=/tmp/x.so")
    assert not settings.fits("-fplugin", "-fplugin=/tmp/x.so")
    assert not settings.fits("(", "-fplugin=/tmp/x.so")


def test_settings_of_a_file(tmp_path: Path) -> None:
    """The last line counts; there may be no such file."""
    (tmp_path / "env").write_text("GOFLAGS=-v\nCC=gcc\nCC=clang -v=1\n")
    assert settings.kept(str(tmp_path / "env"), "CC") == "clang -v=1"
    assert settings.kept(str(tmp_path / "env"), "CXX") == ""
    assert settings.kept(str(tmp_path / "none"), "CC") == ""


@pytest.mark.parametrize(
    ("head", "machine"),
    [
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x01\x00\xb7\x00", "arm64"),
        (b"\x7fELF\x02\x02\x01" + bytes(9) + b"\x00\x01\x00\x16", "s390x"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x01\x00\xff\x7f", "elf-32767"),
        (b"MZ" + bytes(30), "none"),
        (b"\x7fELF", "none"),
    ],
)
def test_the_machine_of_an_object(tmp_path: Path, head: bytes, machine: str) -> None:
    """It stands in the file's header, in the file's own byte order."""
    (tmp_path / "x.o").write_bytes(head)
    assert machine_of(str(tmp_path / "x.o")) == machine
