"""Probe `go_toolchain`, for real: with each toolchain, and where something of one is missing or set otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gotools import FOLDER, each_toolchain, toolchains
from hostproof.agent.probes.go_toolchain.command import release_of
from hostproof.agent.probes.go_toolchain.goroot import is_loose
from hostproof.agent.probes.go_toolchain.places import place
from hostproof.agent.probes.go_toolchain.settings import faults_of

from .conftest import Run

pytestmark = pytest.mark.xdist_group("go")  # they share a build cache, and each uses all processors
SETTINGS = ("GOROOT", "GOFLAGS", "GOENV", "GOPATH", "GOBIN", "GOTOOLCHAIN", "GOCACHE", "GOMODCACHE", "GOTMPDIR")
TRIED = ("builds", "runs_built", "lists", "vet", "vet_finds", "test", "test_finds", "own_settings", "runs")
LOOKED = ("goroot_foreign", "std_broken", "loose", "goenv_faults")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give a home without settings, and a build cache that is kept between runs."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(FOLDER.parent / "cache"))


def first(goroot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a toolchain in front of PATH."""
    monkeypatch.setenv("PATH", f"{goroot / 'bin'}:/usr/bin:/bin")


def newest() -> Path:
    """Return the newest toolchain; skips the test without one."""
    if not toolchains():
        pytest.skip("no Go toolchain below build/go: run `make test`")
    return list(toolchains().values())[-1]


def cause(value: object) -> str:
    """Return why a fact could not be learnt."""
    assert isinstance(value, Mapping), value
    assert value["cure"]
    return str(value["cause"])


@each_toolchain()
def test_a_whole_toolchain_can_do_everything(probe: Run, goroot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its version, it says what it is, all its tools agree, and everything tried with it works."""
    first(goroot, monkeypatch)
    said = probe("go_toolchain")
    release = (goroot / "VERSION").read_text().split("\n")[0]
    assert {name: said[name] for name in TRIED} == dict.fromkeys(TRIED, True), said
    assert [said[name] for name in LOOKED] == [False, [], [], []]
    assert (said["release"], said["version_file"], said["built_with"]) == (release, release, release)
    assert said["version"] == release[2:]
    assert isinstance(said["tools"], list)
    assert {tool["release"] for tool in said["tools"] if isinstance(tool, dict)} == {release}
    assert said["said"] == {}
    assert isinstance(said["std_packages"], int)
    assert said["std_packages"] > 250
    assert cause(said["std_builds"]) == "not-collected"


def test_nothing_is_left_but_the_cache(probe: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The user's home stays as it was, and so does the folder of temporary files."""
    first(newest(), monkeypatch)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    assert probe("go_toolchain", "builds", "own_settings") == {"builds": True, "own_settings": True}
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "go").exists()


def test_without_go_nothing_is_known(probe: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No go command is no failure: each fact is unknown, with a cure."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    said = probe("go_toolchain", go=str(tmp_path / "go"))
    assert {cause(value) for name, value in said.items() if not name.startswith("module_")} <= {
        "no-tool",
        "not-collected",
    }


def test_a_bad_goroot_is_told(probe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With GOROOT set to nowhere the command does not answer, in its own words; all else is still learnt."""
    first(newest(), monkeypatch)
    monkeypatch.setenv("GOROOT", "/nonexistent")
    said = probe("go_toolchain", "runs", "trouble", "goroot_foreign", "release", "std_broken", "gopath")
    assert (said["runs"], said["goroot_foreign"], said["std_broken"]) == (False, True, [])
    assert "cannot find GOROOT" in str(said["trouble"])


def test_the_users_settings_are_tried(probe: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """GOFLAGS that break builds break the build with the user's settings, and not the hermetic one."""
    first(newest(), monkeypatch)
    monkeypatch.setenv("GOFLAGS", "-ldflags=-nosuchflag")
    said = probe("go_toolchain", "own_settings", "own_settings_said", "goflags", "builds")
    assert (said["own_settings"], said["goflags"], said["builds"]) == (False, "-ldflags=-nosuchflag", True)
    assert "nosuchflag" in str(said["own_settings_said"])


def test_another_toolchain_is_never_fetched(probe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """GOTOOLCHAIN that names another release is told, and this one is judged all the same."""
    first(newest(), monkeypatch)
    monkeypatch.setenv("GOTOOLCHAIN", "go1.99.1")
    said = probe("go_toolchain", "gotoolchain", "runs", "release")
    assert (said["gotoolchain"], said["runs"]) == ("go1.99.1", True)


def test_several_commands_are_all_told(probe: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each go on PATH is listed with what it says, a broken one too; links to one file count once."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "go").write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    (tmp_path / "bin" / "go").chmod(0o755)
    (tmp_path / "link").symlink_to(newest() / "bin")
    monkeypatch.setenv("PATH", f"{newest() / 'bin'}:{tmp_path / 'link'}:{tmp_path / 'bin'}:/usr/bin:/bin")
    commands = probe("go_toolchain", "commands")["commands"]
    assert isinstance(commands, list)
    told = [(one["path"], one["runs"], one["said"]) for one in commands if isinstance(one, dict)]
    assert told[:2] == [(f"{newest()}/bin/go", True, ""), (f"{tmp_path}/bin/go", False, "no")]


def test_a_module_can_be_named(probe: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One without dependencies is listed and verified; one whose dependencies are not there can't be judged."""
    first(newest(), monkeypatch)
    module = tmp_path / "module"
    module.mkdir()
    (module / "go.mod").write_text("module example.com/m\n\ngo 1.20\n")
    said = probe("go_toolchain", "module_lists", "module_verified", "module_said", module=str(module))
    assert said == {"module_lists": True, "module_verified": True, "module_said": {}}
    (module / "go.mod").write_text("module example.com/m\n\ngo 1.20\n\nrequire golang.org/x/sync v0.7.0\n")
    assert cause(probe("go_toolchain", "module_verified", module=str(module))["module_verified"]) == "absent"
    (module / "go.mod").write_text("nonsense\n")
    assert probe("go_toolchain", "module_lists", module=str(module)) == {"module_lists": False}
    assert cause(probe("go_toolchain", "module_lists", module=str(tmp_path))["module_lists"]) == "absent"
    assert cause(probe("go_toolchain", "module_lists")["module_lists"]) == "not-collected"


def test_a_place_is_tried(tmp_path: Path) -> None:
    """A folder that can be made is absent, one below a file can't be; what is not set is told as that."""
    (tmp_path / "file").write_text("")
    states = [place("GOCACHE", str(tmp_path / path))["state"] for path in ("", "new/deep", "file", "file/deep")]
    assert states == ["usable", "absent", "no folder", f"can't be made: {tmp_path}/file is no folder"]
    assert [place("GOCACHE", path)["state"] for path in ("off", "", "some")] == [
        "not set",
        "not set",
        "not an absolute path",
    ]


def test_lines_that_go_passes_over_are_found(tmp_path: Path) -> None:
    """What is no setting is told with its line; comments, blank lines and known names are not."""
    file = tmp_path / "env"
    file.write_text("# mine\nGOFLAGS=-mod=mod\n\nGOPRIVTE=x\nexport CC=gcc\nCGO_CFLAGS_ALLOW=.*\n")
    assert faults_of(str(file), {"GOFLAGS"}) == ["line 4: Go knows no GOPRIVTE", "line 5: not NAME=value"]
    assert faults_of(str(tmp_path / "none"), {"GOFLAGS"}) == []


def test_rights_of_others_are_seen(tmp_path: Path) -> None:
    """A folder that anybody may write to counts, unless it has the sticky bit."""
    found = []
    for mode in (0o755, 0o777, 0o1777):
        tmp_path.chmod(mode)
        found.append(is_loose(str(tmp_path)))
    assert found == [False, True, False]
    assert not is_loose(str(tmp_path / "none"))


def test_a_release_is_read_from_what_go_says() -> None:
    """Releases, candidates and development versions have one; other output has none."""
    lines = [
        "go version go1.27.3 linux/amd64",
        "go version go1.28rc1 linux/arm64",
        "go version devel go1.28-1a2b linux",
    ]
    assert [release_of(line) for line in (*lines, "gccgo 12")] == ["go1.27.3", "go1.28rc1", "go1.28-1a2b", ""]
