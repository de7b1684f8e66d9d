"""Ways in which cgo is broken: the compiler, its headers, options and variables, and cross builds with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.fault import Fault, Setup
from faults.inject.prefixes import mounts
from gofaults.goroot import NEEDS, broken_goroot, newest, removed, tool, with_env, with_go

PACKS = ("go-cgo",)
BASE = with_go(newest())
COMPILER = (*NEEDS, "gcc")
NOTHING_RUNS = dict.fromkeys(("cgo.memory", "cgo.kept", "cgo.calls", "libc.headers"), "inconclusive")


def wrapper(name: str, text: str, **variables: str) -> Setup:
    """Return the set-up of a program `name` that is a shell script, alone in a folder first on PATH.

    `variables` are set as well; {folder} in them is where it lies.
    """

    @contextmanager
    def set_up(folder: Path) -> Iterator[tuple[str, ...]]:
        program = folder / name
        program.write_text("#!/bin/sh\n" + text + "\n")
        program.chmod(0o755)
        set_ones = [f"{variable}={value.format(folder=folder)}" for variable, value in variables.items()]
        yield ("env", *set_ones)

    return set_up


def says(variable: str, text: str) -> tuple[str, ...]:
    """Return the command that succeeds if `go env` says so."""
    return ("sh", "-c", f'test "$(go env {variable})" = "{text}"')


FAULTS = (
    Fault(
        id="go-cgo.cc-nowhere",
        title="CC names a compiler that is not there",
        how="CC=/nowhere/cc, CGO_ENABLED=1",
        base=BASE,
        prefix=with_env(CC="/nowhere/cc", CGO_ENABLED="1"),
        took=says("CC", "/nowhere/cc"),
        red={"cc.found", "cgo.builds"},
        unknown={
            "cc.compiles": "no-tool", "cc.headers": "no-tool", "cc.links": "no-tool", "cc.runs": "no-tool",
            "cc.target": "no-tool", "flags.compile": "no-tool", "flags.link": "no-tool", "flags.altered": "no-tool",
            **NOTHING_RUNS,
        },
        says={"cc.found": "/nowhere/cc", "cgo.builds": "/nowhere/cc"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-cgo.silently-off",
        title="the compiler is gone, and nobody says that cgo is off",
        how="a PATH without any C compiler",
        base=BASE,
        setup=wrapper("true", "exit 0", PATH=f"{newest() / 'bin'}:{{folder}}"),
        took=("/bin/sh", "-c", '! command -v gcc && test "$(go env CGO_ENABLED)" = 0'),
        red={"cgo.chosen"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-cgo.forced",
        title="cgo is forced on where there is no compiler",
        how="CGO_ENABLED=1 and a PATH without any C compiler",
        base=BASE,
        setup=wrapper("true", "exit 0", PATH=f"{newest() / 'bin'}:{{folder}}", CGO_ENABLED="1"),
        took=("/bin/sh", "-c", '! command -v gcc && test "$(go env CGO_ENABLED)" = 1'),
        red={"cc.found", "cgo.builds"},
        unknown={
            "cc.compiles": "no-tool", "cc.headers": "no-tool", "cc.links": "no-tool", "cc.runs": "no-tool",
            "cc.target": "no-tool", "flags.compile": "no-tool", "flags.link": "no-tool", "flags.altered": "no-tool",
            **NOTHING_RUNS,
        },
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-cgo.wanted",
        title="cgo is off where the team needs it",
        how="CGO_ENABLED=0, and the parameter need_cgo",
        base=BASE,
        prefix=with_env(CGO_ENABLED="0"),
        took=says("CGO_ENABLED", "0"),
        red={"cgo.on"},
        params={"go-cgo.need_cgo": "true"},
        packs=PACKS,
        needs=COMPILER,
    ),
    Fault(
        id="go-cgo.poisoned",
        title="CGO_CFLAGS holds an option no compiler knows",
        how="CGO_CFLAGS=-fno-such-thing=1",
        base=BASE,
        prefix=with_env(CGO_CFLAGS="-fno-such-thing=1"),
        took=says("CGO_CFLAGS", "-fno-such-thing=1"),
        red={"flags.compile", "cgo.builds"},
        unknown={
            "flags.link": "inconclusive", "flags.altered": "inconclusive", "cc.target": "inconclusive",
            **NOTHING_RUNS,
        },
        says={"flags.compile": "-fno-such-thing"},
        packs=PACKS,
        needs=COMPILER,
    ),
    Fault(
        id="go-cgo.packed",
        title="CGO_CFLAGS alters where fields of a struct lie",
        how="CGO_CFLAGS='-O2 -fpack-struct -fshort-enums'",
        base=BASE,
        prefix=with_env(CGO_CFLAGS="-O2 -fpack-struct -fshort-enums"),
        took=says("CGO_CFLAGS", "-O2 -fpack-struct -fshort-enums"),
        red={"flags.altered"},
        says={"flags.altered": "enum, struct"},
        may_be_red={"cgo.builds", "cgo.runs", "cgo.memory", "cgo.calls", "cgo.kept"},  # it is undefined what happens
        may_be_unknown={"cgo.runs", *NOTHING_RUNS},
        packs=PACKS,
        needs=COMPILER,
    ),
    Fault(
        id="go-cgo.broken-library",
        title="CGO_LDFLAGS names a library that is not there",
        how="CGO_LDFLAGS=-lnowhere",
        base=BASE,
        prefix=with_env(CGO_LDFLAGS="-lnowhere"),
        took=says("CGO_LDFLAGS", "-lnowhere"),
        red={"flags.link", "cgo.builds"},
        unknown=NOTHING_RUNS,
        says={"flags.link": "nowhere"},
        packs=PACKS,
        needs=COMPILER,
    ),
    Fault(
        id="go-cgo.plugins",
        title="any package may bring options that run code in the build",
        how="CGO_CFLAGS_ALLOW=.*",
        base=BASE,
        prefix=with_env(CGO_CFLAGS_ALLOW=".*"),
        took=("sh", "-c", 'test "$CGO_CFLAGS_ALLOW" = ".*"'),
        red={"flags.allowed"},
        says={"flags.allowed": "CGO_CFLAGS_ALLOW"},
        packs=PACKS,
        needs=COMPILER,
    ),
    Fault(
        id="go-cgo.hidden",
        title="a variable gives the compiler headers of which Go knows nothing",
        how="C_INCLUDE_PATH=/opt/include",
        base=BASE,
        prefix=with_env(C_INCLUDE_PATH="/opt/include"),
        took=("sh", "-c", 'test -n "$C_INCLUDE_PATH"'),
        red={"flags.hidden"},
        says={"flags.hidden": "C_INCLUDE_PATH"},
        packs=PACKS,
        needs=COMPILER,
    ),
    Fault(
        id="go-cgo.no-headers",
        title="the C library's headers are not there",
        how="an empty tmpfs over /usr/include",
        base=BASE,
        prefix=mounts("mount -t tmpfs none /usr/include"),
        took=("sh", "-c", "! test -e /usr/include/stdlib.h"),
        red={"cc.headers", "cgo.builds"},
        unknown={"flags.altered": "inconclusive", **NOTHING_RUNS},
        says={"cc.headers": ".h: No such file"},
        packs=PACKS,
        needs=(*COMPILER, "mntns"),
    ),
    Fault(
        id="go-cgo.other-machine",
        title="CC compiles for another machine",
        how="a wrapper around gcc that adds -m32",
        base=BASE,
        setup=wrapper("cc32", 'exec gcc "$@" -m32', CC="{folder}/cc32"),
        took=("sh", "-c", 'case "$(go env CC)" in */cc32) ;; *) exit 1 ;; esac'),
        red={"cc.target", "cgo.builds"},
        # What else of a 32 bit program works depends on the 32 bit libraries and headers that are installed.
        may_be_red={"cc.headers", "cc.links", "flags.link"},
        may_be_unknown={"flags.altered", "flags.link", "cc.runs", "cgo.runs", *NOTHING_RUNS},
        says={"cc.target": "386"},
        packs=PACKS,
        needs=COMPILER,
    ),
    Fault(
        id="go-cgo.crashing",
        title="the compiler is killed by a signal",
        how="CC is a program that kills itself",
        base=BASE,
        setup=wrapper("cc", "kill -SEGV $$", CC="{folder}/cc"),
        took=("sh", "-c", 'case "$(go env CC)" in */cc) ;; *) exit 1 ;; esac'),
        red={"cc.compiles", "cgo.builds"},
        unknown={"cc.target": "inconclusive", "flags.altered": "inconclusive"},
        may_be_unknown={"cc.headers", "cc.links", "cc.runs", "flags.link", "flags.compile", "cgo.runs", *NOTHING_RUNS},
        may_be_red={"flags.compile", "flags.link"},
        packs=PACKS,
        needs=COMPILER,
    ),
    Fault(
        id="go-cgo.no-tool",
        title="the toolchain's own cgo is missing",
        how="pkg/tool/.../cgo removed from a copy of GOROOT",
        base=BASE,
        setup=broken_goroot(newest(), removed(tool("cgo"))),
        took=("sh", "-c", '! test -e "$(go env GOTOOLDIR)/cgo"'),
        red={"cgo.builds"},
        unknown=NOTHING_RUNS,
        packs=PACKS,
        needs=COMPILER,
    ),
    Fault(
        id="go-cgo.cross-host-compiler",
        title="a cross build with the host's compiler",
        how="GOARCH=arm64 CGO_ENABLED=1, CC left as gcc",
        base=BASE,
        prefix=with_env(GOARCH="arm64", CGO_ENABLED="1"),
        took=says("GOARCH", "arm64"),
        red={"cc.target", "cross.headers", "cgo.builds"},
        says={"cc.target": "linux/arm64", "cross.headers": "x86_64-linux-gnu"},
        may_be_unknown={"cgo.target"},
        packs=PACKS,
        needs=(*COMPILER, "/usr/include/x86_64-linux-gnu"),
    ),
    Fault(
        id="go-cgo.cross-sysroot",
        title="a cross build that is given the host's root and variables",
        how="GOARCH=arm64 CGO_ENABLED=1 CGO_CFLAGS='--sysroot=/ -I/usr/include' PKG_CONFIG_LIBDIR=/usr/lib/pkgconfig",
        base=BASE,
        prefix=with_env(
            GOARCH="arm64",
            CGO_ENABLED="1",
            CGO_CFLAGS="--sysroot=/ -I/usr/include",
            PKG_CONFIG_LIBDIR="/usr/lib/pkgconfig",
        ),
        took=says("CGO_CFLAGS", "--sysroot=/ -I/usr/include"),
        red={"cross.paths", "cross.variables", "cross.headers", "cc.target", "cgo.builds"},
        says={"cross.paths": "--sysroot=/", "cross.variables": "PKG_CONFIG_LIBDIR"},
        may_be_unknown={"cgo.target"},
        packs=PACKS,
        needs=(*COMPILER, "/usr/include/x86_64-linux-gnu"),
    ),
)  # fmt: skip
