"""How Go is set up for this user: by the environment, by the file of `go env -w`, by the toolchain's own defaults."""

import os
import re

from ...lines import AskError
from ...probing import gotool
from ...probing.step import Context
from .trial import Trial

NAME = re.compile(r"[A-Z][A-Z0-9_]*\Z")
# What `go env -w` takes besides what `go env` prints (cmd/go/internal/envcmd, internal/cfg.KnownEnv).
ALSO_KNOWN = frozenset(
    {
        *("CC", "CXX", "AR", "FC", "PKG_CONFIG", "GCCGO", "GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS", "GOMIPS64"),
        *("GOPPC64", "GORISCV64", "GOWASM", "GO111MODULE", "GOEXPERIMENT", "GODEBUG", "GOCACHEPROG", "GOAUTH", "GOVCS"),
        *("GOCOVERDIR", "GOFIPS140", "GOTMPDIR", "GOSUMDB", "GONOSUMDB"),
    }
)


def settings(context: Context) -> "dict[str, object]":
    """Learn what is set, and whether the file of `go env -w` is as Go reads it."""
    command = gotool.command_of(context)
    known = gotool.effective(command)
    file = known.get("GOENV", "")
    return {
        "goroot_set": os.environ.get("GOROOT", ""),
        "goroot_foreign": is_other(os.environ.get("GOROOT", ""), command),
        "goroot": known.get("GOROOT", ""),
        "gopath": known.get("GOPATH", ""),
        "goflags": known.get("GOFLAGS", ""),
        "gotoolchain": toolchain(command),
        "goenv": file,
        "goenv_faults": faults_of(file, gotool.go_env(command, gotool.hermetic(context)).keys() | ALSO_KNOWN),
        "cgo_enabled": known.get("CGO_ENABLED", "") == "1",
    }


def is_other(root: str, command: str) -> bool:
    """Return whether GOROOT of the environment is another one than that in which the go command lies."""
    own = (
        gotool.go_env(command, gotool.as_user(GOFLAGS="", **gotool.UNSET), names=("GOROOT",)).get("GOROOT", "")
        if root
        else ""
    )
    return bool(root) and os.path.realpath(root) != os.path.realpath(own)


def toolchain(command: str) -> str:
    """Return GOTOOLCHAIN as the user has it: Go before 1.21 has none, and says nothing."""
    environment = gotool.as_user(**gotool.UNSET)
    environment.pop("GOTOOLCHAIN")
    if "GOTOOLCHAIN" in os.environ:
        environment["GOTOOLCHAIN"] = os.environ["GOTOOLCHAIN"]
    done = gotool.run([command, "env", "GOTOOLCHAIN"], environment, "/", 20.0)  # no other toolchain is asked for this
    return done.out.strip()


def faults_of(path: str, known: "set[str] | frozenset[str]") -> "list[str] | AskError":
    """Return what of a file of settings Go passes over in silence: lines that are none, names it doesn't know."""
    if path in ("", "off") or not os.path.lexists(path):
        return []
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read(1 << 20).split("\n")
    except OSError as problem:
        return ["{}: {}".format(path, problem.strerror)]
    faults = []
    for number, line in enumerate(lines, 1):
        name, sign, _ = line.partition("=")
        if not line.strip() or line.startswith("#"):
            continue
        if not sign or not NAME.match(name):
            faults.append("line {}: not NAME=value".format(number))
        elif name not in known and not name.startswith("CGO_"):
            faults.append("line {}: Go knows no {}".format(number, name[:80]))
    return faults


def own_settings(context: Context) -> "dict[str, object]":
    """Build and run a program with all of the user's settings but proxy and cache: these have rules of their own."""
    command = gotool.command_of(context)
    trial = Trial(context, command, "own")
    environment = gotool.as_user(
        GOROOT="",
        GOPROXY="off",
        GOSUMDB="off",
        GOWORK="off",
        GOCACHE=gotool.own_cache(context),
        GOTMPDIR="",
    )
    environment.update(
        GOMODCACHE=os.path.join(context.scratch(), "mod"), GOPATH=os.path.join(context.scratch(), "path")
    )
    done = gotool.run([command, "build", "-trimpath", "-o", trial.program, "."], environment, trial.folder, 240.0)
    if done.status == 0 and is_foreign(command):
        return {"own_settings": True, "own_settings_said": ""}
    if done.status == 0:
        try:
            done = gotool.run([trial.program], environment, trial.folder, 20.0)
        except AskError as problem:
            if problem.cause == "timeout":
                raise
            return {"own_settings": False, "own_settings_said": problem.detail}
    said = "" if done.status == 0 else done.trouble()
    return {"own_settings": done.status == 0, "own_settings_said": said}


def is_foreign(command: str) -> bool:
    """Return whether the user's settings build for another machine than this one."""
    known = gotool.effective(command)
    return (known.get("GOOS"), known.get("GOARCH")) != (known.get("GOHOSTOS"), known.get("GOHOSTARCH"))
