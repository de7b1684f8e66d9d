"""Rows of the probe `go_cgo`: how cgo is set up, and what comes of using it.

Sources: pkg.go.dev/cmd/cgo, `go help environment`, gcc(1), elf(5).
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import BOOL, BYTES, COUNT, DURATION, STRING, VERSION, Type, list_of, map_of

PROBE = ProbeSpec(
    "go_cgo",
    "cgo",
    "reads `go env` as the user has it; compiles, links and runs small C and C++ programs, without and with the user's"
    " options; has Go build a program that calls C and is called back, apart from the user's other settings, and runs"
    " it",
    "builds small programs in a folder of its own; keeps what Go compiled in ~/.cache/hostproof/go-build; 2 s, and up"
    " to a minute the first time",
    params=(
        ProbeParam("go", STRING, "", "The go command; empty for the first on PATH"),
        ProbeParam("goos", STRING, "", "System to build for; empty for what GOOS says"),
        ProbeParam("goarch", STRING, "", "Machine to build for; empty for what GOARCH says"),
    ),
    timeout=400 * SECOND,
    prefix="go.cgo",
)

_TEXTS = list_of(STRING)


def _row(name: str, kind: Type, meaning: str, owner: Owner = Owner.FILES) -> FactSpec:
    return FactSpec(f"{PROBE.before}{name}", kind, owner, meaning, PROBE.collector)


def _set(name: str, kind: Type, meaning: str) -> FactSpec:
    return _row(name, kind, meaning, Owner.PROCESS)


ROWS: tuple[FactSpec, ...] = (
    _set("go", STRING, "The go command that was asked"),
    _set("version", VERSION, "Its version"),
    _set("host", STRING, "What the toolchain itself runs on: linux/amd64"),
    _set("target", STRING, "What is built for, by the arguments or by GOOS and GOARCH: linux/arm64"),
    _set("cross", BOOL, "Whether that is another system or machine than this one"),
    _set("enabled.now", BOOL, "Whether Go uses cgo for the target (go env CGO_ENABLED)"),
    _set(
        "enabled.set",
        STRING,
        "What somebody set CGO_ENABLED to, in the environment, by go env -w or in GOROOT/go.env; empty if nobody did",
    ),
    _set("flags.own", map_of(STRING), "The variables CGO_CFLAGS, CGO_LDFLAGS... that are not as Go has them by itself"),
    _set(
        "flags.allowed",
        _TEXTS,
        "The variables CGO_CFLAGS_ALLOW... that let any package pass options which run code in the build (-fplugin=)",
    ),
    _set(
        "hidden", _TEXTS, "Variables set that compilers read and Go's build cache does not know of: CPATH, LIBRARY_PATH"
    ),
    _set("libdir", _TEXTS, "Variables set that tell pkg-config where to look: PKG_CONFIG_LIBDIR..."),
    _set("cc.command", STRING, "The C compiler as Go calls it (go env CC)"),
    _row("cc.path", STRING, "Where that program is; empty if there is none"),
    _row("cc.version", STRING, "The first line of what it says of its version"),
    _row("cc.machine", STRING, "The machine it says it compiles for (-dumpmachine)"),
    _row(
        "cc.goarch",
        STRING,
        'The machine its code really is for, with the options of Go and of the user, by Go\'s name; "none" if no ELF',
    ),
    _row(
        "cc.compiles",
        STRING,
        'Compiling a program that includes nothing, without the user\'s options: "ok", or why not',
    ),
    _row("cc.headers", STRING, 'The same with the headers that runtime/cgo and net include: "ok", or why not'),
    _row("cc.links", STRING, 'Linking a program with threads: "ok", or why not'),
    _row("cc.runs", STRING, 'Running it: "ok", or how it ended'),
    _row("flags.compile", STRING, 'Compiling with the user\'s CGO_CPPFLAGS and CGO_CFLAGS: "ok", or why not'),
    _row("flags.link", STRING, 'Linking with the user\'s CGO_LDFLAGS: "ok", or why not'),
    _row(
        "flags.altered",
        _TEXTS,
        "Types that are of another size or sign with the user's options than without: enum, struct, wchar_t...",
    ),
    _set("cxx.command", STRING, "The C++ compiler as Go calls it (go env CXX)"),
    _set("cxx.chosen", BOOL, "Whether somebody set CXX"),
    _row("cxx.path", STRING, "Where that program is; empty if there is none"),
    _row("cxx.works", STRING, 'Building a program with an exception, and running it: "ok", or why not'),
    _set("pkg_config.command", STRING, "The pkg-config as Go calls it (go env PKG_CONFIG)"),
    _set("pkg_config.chosen", BOOL, "Whether somebody set PKG_CONFIG"),
    _row("pkg_config.path", STRING, "Where that program is; empty if there is none"),
    _row("pkg_config.works", STRING, 'Whether it answers: "ok", or why not'),
    _row(
        "build.says",
        STRING,
        'Building a cgo program for the target with CGO_ENABLED=1: "ok", or the line that says why',
    ),
    _row("build.goarch", STRING, "The machine that program is for, by Go's name"),
    _row("build.runs", STRING, 'Running it: "ok", or how it ended'),
    _row("memory.trips", COUNT, "Blocks of 1 B to 64 KiB that C allocated and filled, Go read and C freed, one by one"),
    _row("memory.failures", COUNT, "How many of them could not be had, or did not hold what was written"),
    _row("memory.kept", BYTES, "By how much C's memory in use grew meanwhile (mallinfo2(3)); 0 if it shrank"),
    _row("call_cost", DURATION, "Time of a call from Go into C, the best of 5 rounds"),
    _row("callback", BOOL, "Whether a thread that C made could call Go"),
    _row("errno", BOOL, "Whether errno came over from C"),
    _row("libc.name", STRING, 'The C library, by its headers: "glibc" or "other"'),
    _row("libc.running", VERSION, "The version of the glibc that the program ran with (gnu_get_libc_version(3))"),
    _row("libc.headers", VERSION, "The version of the glibc whose headers it was compiled with"),
    _set(
        "cross.paths", _TEXTS, "For another machine: options of CC, CXX and the flags that name this machine's folders"
    ),
    _set(
        "cross.variables", _TEXTS, "For another machine: variables compilers and pkg-config read that name such folders"
    ),
    _row(
        "cross.headers", _TEXTS, "For another machine: folders of this machine's headers that were really read (gcc -M)"
    ),
)
