"""Rows of the probe `go_toolchain`: which Go there is, whether it is whole, and what it can do.

Sources: `go help environment`, `go help build`, cmd/go/internal/cfg, cmd/go/internal/work (Go 1.19 to 1.27).
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import BOOL, BYTES, COUNT, DURATION, STRING, VERSION, Type, list_of, map_of, record

PROBE = ProbeSpec(
    "go_toolchain",
    "The Go toolchain",
    "the go command is asked what it is and how it is set up; its tools are run, the standard library is listed, and a"
    " module of hostproof's own is initialised, built, run, listed, vetted and tested without a network",
    "runs the go command: 4 s when quick, 15 s else with a warm build cache, up to a minute with a cold one; keeps a"
    " build cache of its own in ~/.cache/hostproof/go-build; else nothing left; no network",
    params=(
        ProbeParam("go", STRING, "", "Path of the go command; the first on PATH if empty"),
        ProbeParam("module", STRING, "", "Folder of a module to list and to verify; none if empty"),
    ),
    timeout=1500 * SECOND,
    prefix="go.toolchain",
)

_PROCESS, _FILES = Owner.PROCESS, Owner.FILES
_SAID = map_of(STRING)
_COMMANDS = list_of(record(path=STRING, runs=BOOL, said=STRING, version=VERSION, release=STRING))
_TOOLS = list_of(record(name=STRING, runs=BOOL, said=STRING, release=STRING))
_PLACES = list_of(record(name=STRING, path=STRING, state=STRING, owned=BOOL, free=BYTES, exec=BOOL))


def _row(name: str, kind: Type, owner: Owner, meaning: str) -> FactSpec:
    return FactSpec(f"{PROBE.before}{name}", kind, owner, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("command", STRING, _PROCESS, "Path of the go command that is used"),
    _row("version", VERSION, _FILES, "Its version, as 1.27.3"),
    _row("release", STRING, _FILES, "Its release as it names it itself, as go1.27.3"),
    _row("runs", BOOL, _PROCESS, "Whether `go version` answers with the user's GOROOT"),
    _row("trouble", STRING, _PROCESS, "Why not, in its own words; empty if it does"),
    _row("commands", _COMMANDS, _FILES, "Each go command on PATH and in /usr/local/go, the used one first"),
    _row("goroot_set", STRING, _PROCESS, "GOROOT of the environment; empty if it is not set"),
    _row("goroot_foreign", BOOL, _PROCESS, "Whether that is another one than the go command's own"),
    _row("goroot", STRING, _PROCESS, "GOROOT as Go has it for this user"),
    _row("gopath", STRING, _PROCESS, "GOPATH as Go has it for this user; empty if it has none"),
    _row("goflags", STRING, _PROCESS, "GOFLAGS of the environment or of the file of `go env -w`"),
    _row("gotoolchain", STRING, _PROCESS, "GOTOOLCHAIN; empty with a Go before 1.21, which has none"),
    _row("goenv", STRING, _PROCESS, "Path of the file of `go env -w`, whether it is there or not"),
    _row("goenv_faults", list_of(STRING), _FILES, "Lines of that file that Go passes over in silence"),
    _row("cgo_enabled", BOOL, _PROCESS, "Whether cgo is used by builds for this machine"),
    _row("version_file", STRING.optional(), _FILES, "First line of GOROOT/VERSION; null if there is no such file"),
    _row("tools", _TOOLS, _FILES, "Its asm, cgo, compile, cover, link and vet: whether each runs, and its release"),
    _row("loose", list_of(STRING), _FILES, "Main files and folders of GOROOT that anybody may write to"),
    _row("std_packages", COUNT, _FILES, "Packages of the standard library, compiler and linker that `go list` finds"),
    _row("std_broken", list_of(STRING), _FILES, "Those of them that can't be loaded, with the reason, 20 at most"),
    _row("std_builds", BOOL, _FILES, "Whether `go build std` succeeds (only with --full)"),
    _row("std_said", STRING, _FILES, "What it said if not"),
    _row(
        "places",
        _PLACES,
        _FILES,
        'GOCACHE, GOPATH, GOMODCACHE, GOBIN and GOTMPDIR: state ("usable", "absent" if it can be made, else what is'
        " wrong), whether the user's own, bytes free, whether programs run from there",
    ),
    _row("builds", BOOL, _PROCESS, "Whether a new module with assembly and two packages builds"),
    _row("build_time", DURATION, _PROCESS, "How long that took"),
    _row("runs_built", BOOL, _PROCESS, "Whether the program runs and computes what it should"),
    _row("built_with", STRING, _PROCESS, "The release that the program says it was built with"),
    _row("lists", BOOL, _PROCESS, "Whether `go list -m all` lists the module"),
    _row("vet", BOOL, _PROCESS, "Whether `go vet` passes what is right"),
    _row("vet_finds", BOOL, _PROCESS, "Whether `go vet` tells a wrong format of fmt.Printf"),
    _row("test", BOOL, _PROCESS, "Whether `go test` passes a right test"),
    _row("test_finds", BOOL, _PROCESS, "Whether `go test` fails a wrong test"),
    _row("said", _SAID, _PROCESS, "What was said by each of these that failed, by its name"),
    _row("own_settings", BOOL, _PROCESS, "Whether the module builds and runs with the user's own settings"),
    _row("own_settings_said", STRING, _PROCESS, "What was said if not"),
    _row("race_supported", BOOL, _PROCESS, "Whether the race detector can be used: machine and C compiler"),
    _row("race", BOOL, _PROCESS, "Whether `go build -race` builds, and its program tells a race (not with --quick)"),
    _row("race_said", STRING, _PROCESS, "What was said if not"),
    _row("module_lists", BOOL, _FILES, "Whether `go list -m all` works in the module that was named"),
    _row("module_verified", BOOL, _FILES, "Whether `go mod verify` finds its modules as they were published"),
    _row("module_said", _SAID, _FILES, "What was said by each of these two that failed, by its name"),
)
