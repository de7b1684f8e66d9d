"""Faults of a toolchain, of the settings it is used with, and of the folders it writes to."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.fault import Fault, Setup
from faults.inject.prefixes import tmpfs
from gofaults.goroot import (
    NEEDS,
    SYSTEM,
    broken_goroot,
    chmodded,
    newest,
    oldest,
    removed,
    tool,
    with_env,
    with_go,
    without_env,
    written,
)

PACKS = ("go-toolchain",)
BASE = with_go(newest())
# Nothing is built, so nothing is known of what would have been.
NOT_BUILT = {"trial.run": "failed", "trial.version": "failed"}
BUILDS = {"trial.build", "trial.vet", "trial.test", "settings.build"}


def sh(text: str) -> tuple[str, ...]:
    """Return the words of a shell command."""
    return ("sh", "-c", text)


def settings_file(text: str) -> Setup:
    """Return the set-up of another file of `go env -w`."""

    @contextmanager
    def set_up(folder: Path) -> Iterator[tuple[str, ...]]:
        (folder / "env").write_text(text)
        yield ("env", f"GOENV={folder / 'env'}")

    return set_up


def other_machine(program: bytes) -> bytes:
    """Return a program whose header says that it is for another machine: the s390x, 22."""
    return program[:18] + b"\x16\x00" + program[20:]


def lying_vet(real: Path) -> bytes:
    """Return a vet that says who it is, as the real one does, and then finds nothing."""
    name = shlex.quote(str(real))
    return f'#!/bin/sh\ncase $1 in -V*|-flags) exec {name} "$@";; esac\nexit 0\n'.encode()


def without_race(goroot: Path) -> None:
    """Remove what is linked into programs that detect races."""
    for library in goroot.glob("src/runtime/race/**/*.syso"):
        library.unlink()


FAULTS = (
    Fault(
        id="go-toolchain.no-asm",
        title="the assembler is missing",
        how="pkg/tool/*/asm removed from a copy of GOROOT",
        base=BASE,
        setup=broken_goroot(newest(), removed(tool("asm"))),
        took=sh('test ! -e "$(go env GOTOOLDIR)/asm"'),
        red={"goroot.tools", *BUILDS},
        unknown=NOT_BUILT,
        says={"goroot.tools": "No such file"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.asm-mode",
        title="the assembler may not be run",
        how="pkg/tool/*/asm with mode 0644 in a copy of GOROOT",
        base=BASE,
        setup=broken_goroot(newest(), chmodded(tool("asm"), 0o644)),
        took=sh('test ! -x "$(go env GOTOOLDIR)/asm"'),
        red={"goroot.tools", *BUILDS},
        unknown=NOT_BUILT,
        says={"goroot.tools": "Permission denied", "trial.build": "permission denied"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.version-changed",
        title="GOROOT/VERSION is that of another release",
        how="VERSION says go1.21.0 in a copy of GOROOT",
        base=BASE,
        setup=broken_goroot(newest(), written("VERSION", lambda _: b"go1.21.0\n")),
        took=sh('grep -qx go1.21.0 "$(go env GOROOT)/VERSION"'),
        red={"goroot.version"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.no-version",
        title="GOROOT/VERSION is missing",
        how="VERSION removed from a copy of GOROOT",
        base=BASE,
        setup=broken_goroot(newest(), removed("VERSION")),
        took=sh('test ! -e "$(go env GOROOT)/VERSION"'),
        red={"goroot.version"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.other-compiler",
        title="the compiler is of another release",
        how="pkg/tool/*/compile of the oldest toolchain in a copy of the newest",
        base=BASE,
        setup=broken_goroot(newest(), written(tool("compile"), lambda _: (oldest() / tool("compile")).read_bytes())),
        took=sh('! "$(go env GOTOOLDIR)/compile" -V | grep -q "$(cat "$(go env GOROOT)/VERSION" | head -n 1)"'),
        red={"goroot.tools-agree", *BUILDS},
        unknown=NOT_BUILT,
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.no-package",
        title="a package of the standard library is missing",
        how="src/encoding/json removed from a copy of GOROOT",
        base=BASE,
        setup=broken_goroot(newest(), removed("src/encoding/json")),
        took=sh('test ! -e "$(go env GOROOT)/src/encoding/json"'),
        red={"goroot.std", *BUILDS},
        unknown=NOT_BUILT,
        says={"goroot.std": "encoding/json"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.cut-source",
        title="a source file of the standard library is cut off",
        how="src/strings/strings.go without its end in a copy of GOROOT",
        base=BASE,
        setup=broken_goroot(newest(), written("src/strings/strings.go", lambda text: text[: text.rindex(b"return")])),
        took=sh('! gofmt -e "$(go env GOROOT)/src/strings/strings.go" >/dev/null 2>&1'),
        red=BUILDS,
        unknown=NOT_BUILT,
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.no-header",
        title="the assembler's header is missing",
        how="pkg/include removed from a copy of GOROOT",
        base=BASE,
        setup=broken_goroot(newest(), removed("pkg/include")),
        took=sh('test ! -e "$(go env GOROOT)/pkg/include"'),
        red=BUILDS,
        unknown=NOT_BUILT,
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.writable",
        title="anybody may change the tools",
        how="pkg/tool with mode 0777 in a copy of GOROOT",
        base=BASE,
        setup=broken_goroot(newest(), lambda goroot: (goroot / "pkg/tool").chmod(0o777)),
        took=sh('test "$(stat -c %a "$(go env GOROOT)/pkg/tool")" = 777'),
        red={"goroot.protected"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.other-machine",
        title="the go command is for another machine",
        how="e_machine of bin/go changed in a copy of GOROOT",
        base=BASE,
        setup=broken_goroot(newest(), written("bin/go", other_machine)),
        took=sh("! go version"),
        red={"command.runs", "command.agree"},
        says={"command.runs": "Exec format error"},
        unknown={"goroot.version": "failed", "trial.build": "failed", "places.build-cache": "failed"},
        may_be_unknown={  # nothing can be asked
            *("goroot.tools", "goroot.tools-agree", "goroot.std", "goroot.protected", "settings.goroot"),
            *("settings.apart", "settings.toolchain", "settings.env-file", "settings.build", "places.modules"),
            *("places.temporary", "places.owned", "places.room", "places.exec", "trial.run", "trial.version"),
            *("trial.list", "trial.vet", "trial.test"),
        },
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.lying-vet",
        title="vet finds nothing",
        how="pkg/tool/*/vet is a script in a copy of GOROOT that says its version and no more",
        base=BASE,
        setup=broken_goroot(newest(), written(tool("vet"), lambda _: lying_vet(newest() / tool("vet")))),
        took=sh('head -n 1 "$(go env GOTOOLDIR)/vet" | grep -qx "#!/bin/sh"'),
        red={"trial.vet"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.no-race",
        title="the race detector's library is missing",
        how="src/runtime/race/**/*.syso removed from a copy of GOROOT",
        base=BASE,
        setup=broken_goroot(
            newest(), lambda goroot: [one.unlink() for one in goroot.glob("src/runtime/race/**/*.syso")][:0]
        ),
        took=sh('test -z "$(find "$(go env GOROOT)/src/runtime/race" -name "*.syso")"'),
        red={"trial.race"},
        packs=PACKS,
        needs=(*NEEDS, "gcc"),
        quick=False,
        patience=300.0,
    ),
    Fault(
        id="go-toolchain.goroot-nowhere",
        title="GOROOT of the environment is not there",
        how="GOROOT=/nonexistent",
        base=BASE,
        prefix=with_env(GOROOT="/nonexistent"),
        took=sh("! go version"),
        red={"command.runs", "settings.goroot"},
        says={"command.runs": "cannot find GOROOT"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.goroot-other",
        title="GOROOT of the environment is that of another release",
        how="GOROOT of the oldest toolchain for the newest go",
        base=BASE,
        prefix=with_env(GOROOT=oldest()),
        took=sh('test "$(go env GOROOT)/bin/go" != "$(command -v go)"'),
        red={"settings.goroot"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.second-go",
        title="there is a second go on PATH, of another release",
        how="both toolchains on PATH",
        base=BASE,
        prefix=with_env(PATH=f"{newest() / 'bin'}:{oldest() / 'bin'}:{SYSTEM}"),
        took=sh('test "$(echo $PATH | tr : "\\n" | grep -c "go/bin")" = 2'),
        red={"command.agree"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.no-home",
        title="HOME is not set",
        how="env -u HOME, as a service without User= has it",
        base=BASE,
        prefix=without_env("HOME"),
        took=sh('test -z "$HOME"'),
        red={"places.modules", "settings.apart"},
        says={"places.modules": "not set"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.cache-off",
        title="the build cache is turned off",
        how="GOCACHE=off",
        base=BASE,
        prefix=with_env(GOCACHE="off"),
        took=sh('test "$(go env GOCACHE)" = off'),
        red={"places.build-cache"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.cache-read-only",
        title="the build cache can't be written to",
        how="GOCACHE on a file system that is mounted read-only",
        base=BASE,
        prefix=(*tmpfs("/mnt", "ro"), *with_env(GOCACHE="/mnt/go-build")),
        took=sh("! mkdir /mnt/go-build"),
        red={"places.build-cache"},
        says={"places.build-cache": "Read-only file system"},
        packs=PACKS,
        needs=(*NEEDS, "mntns"),
    ),
    Fault(
        id="go-toolchain.cache-of-another",
        title="the build cache is another user's",
        how="GOCACHE is a folder of user 65534, as `sudo go build` leaves one of root's",
        base=BASE,
        prefix=(*tmpfs("/mnt", "uid=65534,mode=755"), *with_env(GOCACHE="/mnt")),
        took=sh('test "$(stat -c %u /mnt)" = 65534'),
        red={"places.owned"},
        packs=PACKS,
        needs=(*NEEDS, "mntns"),
    ),
    Fault(
        id="go-toolchain.gobin-nowhere",
        title="programs can't be installed",
        how="GOBIN below a file",
        base=BASE,
        prefix=with_env(GOBIN="/etc/passwd/bin"),
        took=sh("! mkdir -p /etc/passwd/bin"),
        red={"places.modules"},
        says={"places.modules": "is no folder"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.tmp-noexec",
        title="programs can't be run from the temporary folder",
        how="TMPDIR on a file system that is mounted noexec",
        base=BASE,
        prefix=(*tmpfs("/mnt", "noexec,size=3g"), *with_env(TMPDIR="/mnt")),
        took=sh("cp /bin/true /mnt && ! /mnt/true"),
        red={"places.exec", "trial.run", "trial.test", "settings.build"},
        unknown={"trial.version": "failed"},
        packs=PACKS,
        needs=(*NEEDS, "mntns"),
    ),
    Fault(
        id="go-toolchain.tmp-small",
        title="the temporary folder is nearly full",
        how="TMPDIR on a file system of 300 MB",
        base=BASE,
        prefix=(*tmpfs("/mnt", "size=300m"), *with_env(TMPDIR="/mnt")),
        took=sh('test "$(df --output=size /mnt | tail -n 1)" -lt 400000'),
        red={"places.room"},
        packs=PACKS,
        needs=(*NEEDS, "mntns"),
    ),
    Fault(
        id="go-toolchain.tmp-missing",
        title="the temporary folder is not there",
        how="GOTMPDIR=/nonexistent",
        base=BASE,
        prefix=with_env(GOTMPDIR="/nonexistent"),
        took=sh("test ! -e /nonexistent"),
        red={"places.temporary"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.flags",
        title="GOFLAGS has an option that the linker doesn't know",
        how="GOFLAGS=-ldflags=-nosuchflag",
        base=BASE,
        prefix=with_env(GOFLAGS="-ldflags=-nosuchflag"),
        took=sh('test -n "$GOFLAGS"'),
        red={"settings.build"},
        says={"settings.build": "nosuchflag"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.experiment",
        title="GOEXPERIMENT names none of this release",
        how="GOEXPERIMENT=nosuchexperiment",
        base=BASE,
        prefix=with_env(GOEXPERIMENT="nosuchexperiment"),
        took=sh("! go env GOVERSION"),
        red={"command.runs", "settings.build"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.toolchain",
        title="GOTOOLCHAIN names a release that is not here",
        how="GOTOOLCHAIN=go1.99.1",
        base=BASE,
        prefix=with_env(GOTOOLCHAIN="go1.99.1"),
        took=sh("! GOPROXY=off go version"),
        red={"settings.toolchain"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.gopath-goroot",
        title="GOPATH is GOROOT",
        how="GOPATH set to GOROOT, as where Go is unpacked into ~/go",
        base=BASE,
        prefix=with_env(GOPATH=newest()),
        took=sh('test "$GOPATH/bin/go" -ef "$(command -v go)"'),
        red={"settings.apart"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-toolchain.mistyped",
        title="a setting is mistyped in the file of `go env -w`",
        how="GOENV names a file with GOPRIVTE=...",
        base=BASE,
        setup=settings_file("GOPRIVTE=*.corp.example\n"),
        took=sh('grep -q GOPRIVTE "$GOENV" && test -z "$(go env GOPRIVATE)"'),
        red={"settings.env-file"},
        says={"settings.env-file": "GOPRIVTE"},
        packs=PACKS,
        needs=NEEDS,
    ),
)
