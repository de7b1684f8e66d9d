"""Rows of the probe `go_binary`: what a Go program's file says of itself, and what a loader would make of it.

Sources: elf(5), ld.so(8), Go's debug/buildinfo, runtime/debug and runtime/symtab.go.
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import BOOL, BYTES, STRING, VERSION, Type, list_of
from hostproof.facts.typetext import parse_type

PROBE = ProbeSpec(
    "go_binary",
    "A Go program's file",
    "reads the headers and a few sections of a program, of its loader, and of each library that RPATH, RUNPATH,"
    " ld.so.cache or the loader's own folders may hold; what a loader would do with them is worked out from that."
    " Nothing is run, not even ldd",
    "reads the program and libraries it may be loaded with; leaves nothing",
    params=(
        ProbeParam("path", STRING, "", "The program, by its whole path on this machine"),
        ProbeParam("root", STRING, "/", "The root directory whose libraries it is to be loaded with"),
        ProbeParam("place", STRING, "", "Where in that root it will lie, for $ORIGIN; by default where it is"),
        ProbeParam("library_path", STRING, "", "The LD_LIBRARY_PATH it will be started with"),
    ),
    timeout=90 * SECOND,
    prefix="go.binary",
    told="image",
)

_FILES = Owner.FILES
_STRINGS = list_of(STRING)
_MODULES = parse_type("list<{path: string, version: string, sum: string, replaces: string, local: bool}>")
_ENTRIES = parse_type(
    "list<{object: string, kind: string, entry: string, folder: string, absolute: bool, temporary: bool, exists: bool,"
    " anyone: bool}>"
)
_FOUND = parse_type("list<{name: string, path: string, needed_by: string, way: string}>")
_MISSING = parse_type("list<{name: string, needed_by: string, why: string}>")
_VERSIONS = parse_type("list<{library: string, version: string, weak: bool}>")
_WRONG = parse_type("list<{library: string, path: string, version: string, needed_by: string, newest: string}>")


def _row(name: str, kind: Type, meaning: str) -> FactSpec:
    return FactSpec(PROBE.before + name, kind, _FILES, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("file.path", STRING, "The file that was read"),
    _row("file.size", BYTES, "Its size"),
    _row("file.whole", STRING, '"ok" where it is a whole ELF file, else what is missing or wrong'),
    _row("file.executable", BOOL, "Whether anybody may execute it, by its mode"),
    _row("elf.goarch", STRING, "Machine it is for, as GOARCH spells it: amd64; ELF's own word where Go has none"),
    _row("elf.machines", _STRINGS, "What `uname -m` says on machines that can run it"),
    _row("elf.linkage", STRING, "How it is linked: static, static-pie, dynamic or dynamic-pie"),
    _row("elf.interpreter", STRING, "The loader it names (PT_INTERP), empty without one"),
    _row("elf.needed", _STRINGS, "Libraries it names itself (DT_NEEDED)"),
    _row("elf.versions", _VERSIONS, "Versions of symbols it wants of libraries (.gnu.version_r)"),
    _row("elf.imports", _STRINGS, "Symbols it wants of libraries"),
    _row("elf.resolver", _STRINGS, "Those of them that are the C library's resolver: getaddrinfo, res_*, __res_*"),
    _row("elf.stripped", BOOL, "Whether it lacks a symbol table (.symtab)"),
    _row("elf.debug", BOOL, "Whether it has DWARF, for debuggers"),
    _row("elf.paths", _ENTRIES, "Folders of RPATH and RUNPATH, of the program and of each library it is loaded with"),
    _row("loader.state", STRING, '"ok" where the loader is there, "none" where none is needed, else what is wrong'),
    _row("libraries.found", _FOUND, "Libraries in the order they are loaded, and what led to each"),
    _row("libraries.missing", _MISSING, "Libraries that are not found, or are none; also those that libraries need"),
    _row("libraries.wrong", _WRONG, "Versions of symbols that the library found does not have"),
    _row("build.go", VERSION, "Version of Go that built it: 1.27.3"),
    _row("build.path", STRING, "Path of its main package"),
    _row("build.modules", _MODULES, "Modules in it, the main one first; `replaces` is whose place one took"),
    _row(
        "build.settings", parse_type("map<string>"), "Settings it was built with: -trimpath, CGO_ENABLED, vcs.revision"
    ),
    _row("build.tags", _STRINGS, "Build tags (-tags)"),
    _row("build.cgo", BOOL, "Whether CGO_ENABLED was 1; alone, that does not make it use C"),
    _row("packages", _STRINGS, "Packages of which a function is linked in; unsafe has none, and is never among them"),
)
