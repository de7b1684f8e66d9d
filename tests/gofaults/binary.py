"""Go programs that would not start, or are not what they should be: real ones, built so or broken afterwards."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.fault import Fault, Setup
from gofaults import programs
from gofaults.goroot import NEEDS, newest, with_go
from gofaults.programs import APP, FOLDER

Change = Callable[[bytes], bytes]
PROGRAMS = FOLDER / newest().parent.name
BASE = (*with_go(newest()), sys.executable, programs.__file__, str(newest()))
NEEDED = (*NEEDS, "gcc", "readelf", "grep", "cmp")
GLIBC = "/lib64/ld-linux-x86-64.so.2"
START = {"machine.arch", "machine.level", "loader.present"}
LIBRARIES = {"libraries.found", "libraries.versions", "path.absolute", "path.temporary", "path.trusted", "link.pure"}
BUILD = {"build.go", "build.committed", "build.published", "packages.unwanted"}


def put(name: str, change: Change = bytes, mode: int = 0o755) -> Setup:
    """Return the set-up that puts another program, changed, into the place of the whole one."""

    @contextmanager
    def set_up(folder: Path) -> Iterator[tuple[str, ...]]:
        other, whole = folder / "app", folder / "whole"
        APP.rename(whole)
        try:
            other.write_bytes(change((PROGRAMS / name if "/" not in name else Path(name)).read_bytes()))
            other.chmod(mode)
            other.rename(APP)
            yield ()
        finally:
            whole.replace(APP)

    return set_up


def replaced(old: bytes, new: bytes) -> Change:
    """Return the change of a text in a file into another of the same length."""
    assert len(old) == len(new)
    return lambda data: data.replace(old, new)


def written(at: int, data: bytes) -> Change:
    """Return the change that writes bytes at a place."""
    return lambda before: before[:at] + data + before[at + len(data) :]


def fault(name: str, title: str, how: str, setup: Setup, took: str, red: set[str], **more: object) -> Fault:
    """Return the row of one broken program."""
    words = ("sh", "-c", took.replace("APP", str(APP)))
    return Fault(
        id=f"go-binary.{name}",
        title=title,
        how=how,
        base=BASE,
        setup=setup,
        took=words,
        red=red,
        params={"go-binary.binary": str(APP)},
        packs=("go-binary",),
        needs=NEEDED,
        patience=400.0,
        **more,  # type: ignore[arg-type]
    )


ALL = START | LIBRARIES | BUILD
FAULTS: tuple[Fault, ...] = (
    fault(
        "truncated",
        "the program's copy broke off",
        "the first megabyte of a program",
        put("cgo", lambda data: data[:1_000_000]),
        "test $(stat -c %s APP) = 1000000",
        {"file.whole"},
        unknown=dict.fromkeys(ALL, "parse-error"),
        says={"file.whole": "it should have"},
    ),
    fault(
        "page",
        "the download is an error page",
        "HTML in the program's place",
        put("cgo", lambda _: b"<!DOCTYPE html><title>404</title>\n"),
        "grep -q 404 APP",
        {"file.whole"},
        unknown=dict.fromkeys(ALL, "parse-error"),
    ),
    fault(
        "hostile",
        "the program's headers point nowhere",
        "e_shoff = 2^63 - 1",
        put("cgo", written(40, b"\xff" * 7 + b"\x7f")),
        "! readelf -S APP 2>&1 | grep -q gopclntab",
        {"file.whole"},
        unknown=dict.fromkeys(ALL, "parse-error"),
    ),
    fault(
        "mode",
        "the program lost its mode",
        "mode 0644",
        put("cgo", mode=0o644),
        "! test -x APP",
        {"file.executable"},
    ),
    fault(
        "arch",
        "the program is for another machine",
        "built with GOARCH=arm64",
        put("arm64"),
        "readelf -h APP | grep -q AArch64",
        {"machine.arch"},
    ),
    fault(
        "level",
        "the program wants a newer processor than there is",
        "GOAMD64=v1 in its build information made v9, which wants AVX-512 and more",
        put("cgo", replaced(b"GOAMD64=v1", b"GOAMD64=v9")),
        "grep -q GOAMD64=v9 APP",
        set() if "avx512vl" in Path("/proc/cpuinfo").read_text() else {"machine.level"},
    ),
    fault(
        "loader",
        "the loader that the program names is not there",
        "PT_INTERP changed to /lib64/ld-linux-x86-64.so.9",
        put("cgo", replaced(GLIBC.encode(), GLIBC.replace("so.2", "so.9").encode())),
        "readelf -l APP | grep -q so.9",
        {"loader.present"},
        says={"loader.present": "no such file"},
    ),
    fault(
        "library",
        "a library that the program needs is not installed",
        "linked with a library that is then not there",
        put("gone"),
        f"readelf -d APP | grep -q {programs.LIBRARY}",
        {"libraries.found"},
        says={"libraries.found": programs.LIBRARY},
    ),
    fault(
        "glibc",
        "the program was built on a newer distribution",
        "it asks for GLIBC_9.34",
        put("cgo", replaced(b"GLIBC_2.34", b"GLIBC_9.34")),
        "readelf -V APP | grep -q GLIBC_9.34",
        {"libraries.versions"},
        says={"libraries.versions": "GLIBC_9.34"},
    ),
    fault(
        "temporary",
        "libraries are looked for in /tmp",
        "built with -ldflags -r=/tmp/hostproof-none",
        put("temporary"),
        "readelf -d APP | grep -q /tmp/hostproof-none",
        {"path.temporary", "path.trusted"},
    ),
    fault(
        "relative",
        "libraries are looked for wherever the program is started",
        "built with -ldflags -r=lib",
        put("relative"),
        r"readelf -d APP | grep -q '\[lib\]'",
        {"path.absolute"},
    ),
    fault(
        "foreign",
        "the program was not built by Go",
        "/bin/true in its place",
        put(os.path.realpath("/bin/true")),
        "cmp -s APP /bin/true",
        set(),
        unknown=dict.fromkeys(BUILD | {"machine.level", "link.pure"}, "absent"),
    ),
)
