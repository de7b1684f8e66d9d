"""Programs as a loader would see them: real files against ld.so's own word, and files that are broken on purpose."""

from __future__ import annotations

import os
import random
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gofaults.programs import LIBRARY, built
from gotools import each_toolchain, toolchains
from hostproof.collect.builtin.elf.buildinfo import read_build_info
from hostproof.collect.builtin.elf.ldcache import read_cache
from hostproof.collect.builtin.elf.packages import packages_of
from hostproof.collect.builtin.probes import ask_of, outcomes_of
from hostproof.collect.link.session import hold_session
from hostproof.collect.target import parse_target
from hostproof.facts.builtin.probes import PROBES, ROWS
from hostproof.facts.fits import fits
from hostproof.facts.requests import SECOND
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Unknown

SPEC = PROBES["go_binary"]
TYPES = {row.name.removeprefix(SPEC.before): row.type for row in ROWS if row.collector == SPEC.collector}
NEWEST = list(toolchains().values())[-1] if toolchains() else None
with_go = pytest.mark.skipif(NEWEST is None, reason="no Go toolchain below build/go: run `make test`")
with_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc")
pytestmark = pytest.mark.xdist_group("go")


def facts_of(*paths: Path | str, **arguments: Value) -> list[dict[str, Value | Unknown]]:
    """Return all facts of programs, as an agent and the engine learn them together."""
    asks = tuple(ask_of(SPEC, {"path": str(path), **arguments}, []) for path in paths)
    session = hold_session(parse_target("local"), asks, 300 * SECOND)
    answers = {ask: session.answer(number) for number, ask in enumerate(asks)}
    return [dict(outcomes_of(ask, TYPES, answers)) for ask in asks]


def known(facts: dict[str, Value | Unknown]) -> dict[str, Value]:
    """Return the facts, all of them known and of their types."""
    assert {name: value for name, value in facts.items() if isinstance(value, Unknown)} == {}
    assert [name for name, value in facts.items() if not fits(value, TYPES[name])] == []  # type: ignore[arg-type]
    return facts  # type: ignore[return-value]


def rows(value: Value | Unknown, *keys: str) -> list[tuple[Value, ...]]:
    """Return some fields of each record of a list."""
    assert isinstance(value, list)
    return [tuple(one[key] for key in keys) for one in value if isinstance(one, dict)]


@each_toolchain()
def test_programs_of_each_go_are_understood(goroot: Path) -> None:
    """Version, settings, linkage and packages are told of what every toolchain builds, with C and without."""
    folder = built(goroot, ("cgo", "pure"))
    cgo, pure = map(known, facts_of(folder / "cgo", folder / "pure"))
    version = goroot.parent.name
    assert (cgo["build.go"], pure["build.go"]) == (version, version)
    assert (cgo["elf.linkage"], pure["elf.linkage"]) == ("dynamic", "static")
    assert (cgo["build.cgo"], pure["build.cgo"]) == (True, False)
    assert (cgo["loader.state"], pure["loader.state"]) == ("ok", "none")
    assert (cgo["libraries.missing"], cgo["libraries.wrong"]) == ([], [])
    assert rows(cgo["build.modules"], "path") == [("example.invalid/app",)]
    assert {"main", "fmt", "reflect", "runtime"} <= set(map(str, pure["packages"]))  # type: ignore[arg-type]
    assert "runtime/cgo" in cgo["packages"]  # type: ignore[operator]
    assert "runtime/cgo" not in pure["packages"]  # type: ignore[operator]
    assert "unsafe" not in cgo["packages"]  # type: ignore[operator]


@with_go
def test_ways_of_linking_are_told_apart() -> None:
    """A stripped program still tells its packages; a PIE and one for another machine are what they are."""
    folder = built(NEWEST)  # type: ignore[arg-type]
    stripped, pie, arm = map(known, facts_of(folder / "stripped", folder / "pie", folder / "arm64"))
    assert (stripped["elf.stripped"], stripped["elf.debug"], pie["elf.stripped"]) == (True, False, False)
    assert "main" in stripped["packages"]  # type: ignore[operator]
    assert pie["elf.linkage"] == "dynamic-pie"
    assert (arm["elf.goarch"], arm["elf.machines"]) == ("arm64", ["aarch64"])


@with_go
def test_a_library_beside_the_program_is_found(tmp_path: Path) -> None:
    """$ORIGIN is where the program lies, or will lie; what is in no folder is missing, with all folders named."""
    folder = built(NEWEST)  # type: ignore[arg-type]
    shutil.copy(folder / "gone", tmp_path / "app")
    before = known(facts_of(tmp_path / "app")[0])
    assert rows(before["libraries.missing"], "name") == [(LIBRARY,)]
    assert f"{tmp_path}/libs" in str(before["libraries.missing"])
    (tmp_path / "libs").mkdir()
    shutil.copy(folder / LIBRARY, tmp_path / "libs")
    after = known(facts_of(tmp_path / "app")[0])
    assert (LIBRARY, f"{tmp_path}/libs/{LIBRARY}", "runpath") in rows(after["libraries.found"], "name", "path", "way")
    elsewhere = known(facts_of(folder / "gone", place=str(tmp_path / "installed"))[0])
    assert elsewhere["libraries.missing"] == []
    (tmp_path / "libs" / LIBRARY).write_bytes((folder / "arm64").read_bytes())
    assert "AARCH64" in str(known(facts_of(tmp_path / "app")[0])["libraries.missing"])
    (tmp_path / "libs" / LIBRARY).write_bytes(b"\x7fELF")
    assert "can't be read" in str(known(facts_of(tmp_path / "app")[0])["libraries.missing"])


@with_go
def test_only_the_root_counts(tmp_path: Path) -> None:
    """In another root the loader of this machine is of no use; links in it don't lead out."""
    app = built(NEWEST) / "cgo"  # type: ignore[arg-type]
    empty = known(facts_of(app, root=str(tmp_path))[0])
    assert empty["loader.state"] == "there is no such file"
    assert rows(empty["libraries.missing"], "name") == [("libc.so.6",)]
    (tmp_path / "lib64").symlink_to("/usr/lib64")
    (tmp_path / "usr/lib64").mkdir(parents=True)
    for path in ("/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/libc.so.6"):
        if Path(path).exists():
            shutil.copy(path, tmp_path / "usr/lib64")
    filled = known(facts_of(app, root=str(tmp_path))[0])
    assert (filled["loader.state"], filled["libraries.missing"]) == ("ok", [])
    assert ("/lib64/libc.so.6", "default") in rows(filled["libraries.found"], "path", "way")


@pytest.mark.skipif(shutil.which("ldd") is None, reason="no ldd to compare with")
def test_the_loader_itself_finds_the_same() -> None:
    """For programs of this machine, which may be trusted, ldd finds the same files."""
    found = [path for path in sorted(Path("/usr/bin").iterdir()) if is_elf(path)]
    programs = found[:: max(1, len(found) // 8)]
    for path, facts in zip(programs, facts_of(*programs), strict=True):
        said = subprocess.run(("ldd", os.path.realpath(path)), capture_output=True, text=True, check=False).stdout
        theirs = {os.path.realpath(found) for found in re.findall(r"=> (/\S+)", said)}
        ours = {os.path.realpath(str(found)) for (found,) in rows(facts["libraries.found"], "path")}
        assert {one for one in ours if "/ld-" not in one} == {one for one in theirs if "/ld-" not in one}, path


def is_elf(path: Path) -> bool:
    """Say whether a file can be read and is ELF."""
    return path.is_file() and os.access(path, os.R_OK) and path.read_bytes()[:4] == b"\x7fELF"


@with_go
def test_a_broken_file_is_never_more_than_unknown(tmp_path: Path) -> None:
    """Whatever bytes are changed or cut off, each fact is of its type or Unknown, and nothing is raised."""
    chance = random.Random(5)
    whole = (built(NEWEST) / "cgo").read_bytes()  # type: ignore[arg-type]
    paths = []
    heads = [*range(64), *range(64, 64 + 13 * 56)]
    table = struct.unpack_from("<Q", whole, 40)[0]
    for number in range(40):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            place = chance.choice(
                [chance.choice(heads), table + chance.randrange(40 * 64), chance.randrange(len(data))]
            )
            data[min(place, len(data) - 1)] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])
        path = tmp_path / f"{number}"
        path.write_bytes(data[: chance.choice([len(data)] * 3 + [chance.randrange(len(data))])])
        paths.append(path)
    for path, facts in zip(paths, facts_of(*paths), strict=True):
        wrong = {
            name: one for name, one in facts.items() if not isinstance(one, Unknown) and not fits(one, TYPES[name])
        }
        assert wrong == {}, path


@given(st.binary(max_size=300))
def test_build_information_may_be_anything(data: bytes) -> None:
    """Bytes that are no build information are refused as such."""
    for begin in (b"", b"\xff Go buildinf:\x08\x02" + bytes(16)):
        try:
            read_build_info(begin + data)
        except ValueError:
            continue


@given(st.binary(max_size=400))
def test_a_cache_may_be_anything(data: bytes) -> None:
    """Bytes that are no ld.so.cache are refused as such."""
    for begin in (b"", b"glibc-ld.so.cache1.1", b"ld.so-1.7.0\0"):
        try:
            read_cache(begin + data)
        except ValueError:
            continue


@pytest.mark.skipif(shutil.which("ldconfig") is None, reason="no ldconfig to compare with")
@pytest.mark.parametrize("form", ["new", "compat", "old"])
def test_caches_of_every_format_are_read(tmp_path: Path, form: str) -> None:
    """What ldconfig wrote in any of its formats is read as it prints it itself."""
    cache = tmp_path / "cache"
    subprocess.run(("ldconfig", "-X", "-c", form, "-C", str(cache)), check=True, capture_output=True)
    said = subprocess.run(("ldconfig", "-p", "-C", str(cache)), check=True, capture_output=True, text=True).stdout
    found = read_cache(cache.read_bytes())
    printed = re.findall(r"^\t(\S+) .* => (\S+)$", said, re.MULTILINE)
    assert {(name, path) for name, paths in found.items() for path in paths} == set(printed)


def test_packages_of_names() -> None:
    """Closures, methods, type arguments with paths in them, and what the compiler makes up, are told apart."""
    names = (
        b"a/b.(*T[c/d.E]).F\0main.main.func1\0type:.eq.a/x.T\0go:buildid\0memcpy\0vendor/golang.org/x/net/idna.f\0\0"
    )
    assert packages_of(names) == ["a/b", "main", "vendor/golang.org/x/net/idna"]


def test_settings_are_unquoted() -> None:
    """Keys and values that Go quoted are given as they were."""
    text = (
        'path\tm\nmod\tm\tv1.0.0\th1:x=\ndep\ta\tv1\n=>\t../a\t(devel)\t\nbuild\t-ldflags="-s -w"\nbuild\tGOOS=linux\n'
    )
    told = b"x" * 16 + text.encode() + b"y" * 16
    info = read_build_info(b"\xff Go buildinf:\x08\x02" + bytes(16) + b"\x08go1.27.3" + varint(len(told)) + told)
    assert (info.go, info.path) == ("go1.27.3", "m")
    assert dict(info.settings) == {"-ldflags": "-s -w", "GOOS": "linux"}
    assert [(one.path, one.replaces, one.local) for one in info.modules] == [("m", "", False), ("../a", "a", True)]


def varint(number: int) -> bytes:
    """Return a number as protobuf and Go write it."""
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)
