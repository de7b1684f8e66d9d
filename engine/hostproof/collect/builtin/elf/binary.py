"""The facts of the probe `go_binary`: what the agent sent of a program in, values and reasons by short names out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from hostproof.collect.builtin.elf.buildinfo import BuildInfo, read_build_info
from hostproof.collect.builtin.elf.functions import function_names
from hostproof.collect.builtin.elf.image import Image
from hostproof.collect.builtin.elf.loading import Loaded, load
from hostproof.collect.builtin.elf.packages import packages_of
from hostproof.collect.builtin.elf.program import Program
from hostproof.collect.builtin.elf.search import Entry, Mapped, entries_of
from hostproof.collect.builtin.elf.sections import section_data
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

Outcome: TypeAlias = "Value | Unknown"

# GOARCH, and what uname(2) calls machines that can run it, by e_machine, word length and order (Go's internal/syslist).
MACHINES: Mapping[tuple[str, int, str], tuple[str, tuple[str, ...]]] = {
    ("EM_X86_64", 64, "<"): ("amd64", ("x86_64",)),
    ("EM_386", 32, "<"): ("386", ("i386", "i486", "i586", "i686", "x86_64")),
    ("EM_AARCH64", 64, "<"): ("arm64", ("aarch64",)),
    ("EM_ARM", 32, "<"): ("arm", ("armv5tel", "armv5tejl", "armv6l", "armv7l", "armv8l", "aarch64")),
    ("EM_RISCV", 64, "<"): ("riscv64", ("riscv64",)),
    ("EM_LOONGARCH", 64, "<"): ("loong64", ("loongarch64",)),
    ("EM_PPC64", 64, "<"): ("ppc64le", ("ppc64le",)),
    ("EM_PPC64", 64, ">"): ("ppc64", ("ppc64",)),
    ("EM_S390", 64, ">"): ("s390x", ("s390x",)),
    ("EM_MIPS", 32, "<"): ("mipsle", ("mips", "mips64")),
    ("EM_MIPS", 32, ">"): ("mips", ("mips", "mips64")),
    ("EM_MIPS", 64, "<"): ("mips64le", ("mips64",)),
    ("EM_MIPS", 64, ">"): ("mips64", ("mips64",)),
}
# What runs programs that are not to be (hier(7)): anybody may make a folder there.
TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm", "/run/user", "/run/lock")  # noqa: S108 - places to be wary of
RESOLVER = re.compile(
    r"(__)?(res_\w+|ns_\w+|dn_expand|dn_comp|getaddrinfo|freeaddrinfo|gai_strerror|getnameinfo|gethostby\w+|h_errno)"
)
OF_BUILD = ("build.go", "build.path", "build.modules", "build.settings", "build.tags", "build.cgo")
_REBUILD = "build it anew, and copy it as a whole"
_TOO_OLD = "build it with Go 1.18 or later"


def binary_facts(said: Value) -> dict[str, Outcome]:
    """Return all facts, by their short names. Raises ValueError for what the agent would never send."""
    image = Image(said)
    found: dict[str, Outcome] = {
        "file.path": image.path,
        "file.size": image.file(image.place).size,
        "file.executable": bool(image.mode(image.place) & 0o111),
    }
    program = image.program(image.place)
    if isinstance(program, str) or program.damage:
        why = program if isinstance(program, str) else program.damage
        return _Otherwise(found | {"file.whole": why}, Unknown(Cause.PARSE_ERROR, f"{image.path}: {why}", _REBUILD))
    found |= {"file.whole": "ok", **_elf(program), **_build(image), **_around(image, program)}
    found["packages"] = _tried(lambda: list[Value](packages_of(function_names(image.file(image.place)))), image)
    return found


class _Otherwise(dict[str, Outcome]):
    """Facts, and one reason for all the others."""

    def __init__(self, found: dict[str, Outcome], why: Unknown) -> None:
        super().__init__(found)
        self._why = why

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Unknown:
        return self._why


def _elf(program: Program) -> dict[str, Outcome]:
    word = program.machine.removeprefix("EM_").lower()
    goarch, machines = MACHINES.get((program.machine, program.bits, program.order), (word, (word,)))
    kind = "dynamic" if program.dynamic else "static"
    imports = program.symbols.imports
    wants = program.symbols.wants
    return {
        "elf.goarch": goarch,
        "elf.machines": _texts(machines),
        "elf.linkage": f"{kind}-pie" if program.shared else kind,
        "elf.interpreter": program.interpreter,
        "elf.needed": _texts(program.needed),
        "elf.versions": [{"library": name, "version": version, "weak": weak} for name, version, weak in wants],
        "elf.imports": _texts(tuple(sorted(imports))),
        "elf.resolver": _texts(tuple(name for name in sorted(imports) if RESOLVER.fullmatch(name))),
        "elf.stripped": ".symtab" not in program.sections,
        "elf.debug": any(name.startswith((".debug_info", ".zdebug_info")) for name in program.sections),
    }


def _texts(texts: tuple[str, ...]) -> list[Value]:
    return list(texts)


def _build(image: Image) -> dict[str, Outcome]:
    """Return what its linker says of how it was built, or why that can't be told of all of it."""
    try:
        info = read_build_info(section_data(image.file(image.place), (".go.buildinfo",)))
    except ValueError as problem:
        old = "older" in str(problem)
        cause = Cause.UNSUPPORTED if old else Cause.ABSENT
        why = Unknown(cause, f"{image.path}: build information: {problem}", _TOO_OLD if old else "build it with Go")
        return dict.fromkeys(OF_BUILD, why)
    settings = dict(info.settings)
    return {
        "build.go": _version(info),
        "build.path": info.path,
        "build.modules": [
            {"path": one.path, "version": one.version, "sum": one.sum, "replaces": one.replaces, "local": one.local}
            for one in info.modules
        ],
        "build.settings": dict[str, Value](settings),
        "build.tags": [tag for tag in settings.get("-tags", "").split(",") if tag],
        "build.cgo": settings["CGO_ENABLED"] == "1" if "CGO_ENABLED" in settings else _unsaid("CGO_ENABLED"),
    }


def _version(info: BuildInfo) -> Outcome:
    """Return the number in `go1.27.3 X:nocoverageredesign`; a development version has none."""
    found = re.match(r"go(\d[\w.]*)", info.go)
    why = Unknown(Cause.INCONCLUSIVE, f"it was built by {info.go}", "build it with a release of Go")
    return found[1] if found else why


def _unsaid(name: str) -> Unknown:
    return Unknown(
        Cause.ABSENT, f"its build information has no {name}", "build it from a module, with -buildvcs or not"
    )


def _around(image: Image, program: Program) -> dict[str, Outcome]:
    """Return what a loader would make of it."""
    loaded = load(image, program)
    found: dict[str, Outcome] = {
        "loader.state": loaded.loader,
        "libraries.found": [
            {"name": one.name, "path": one.path, "needed_by": one.parent.path if one.parent else "", "way": one.way}
            for one in loaded.objects[1:]
        ],
        "libraries.missing": [{"name": one.name, "needed_by": one.needed_by, "why": one.why} for one in loaded.missing],
        "libraries.wrong": [
            {
                "library": one.library,
                "path": one.path,
                "version": one.version,
                "needed_by": one.needed_by,
                "newest": one.newest,
            }
            for one in loaded.wrong_versions
        ],
        "elf.paths": _paths(image, loaded),
    }
    if image.left_out:
        why = Unknown(
            Cause.TOO_LARGE, f"{len(image.left_out)} files are too many or too large: {image.left_out[0]}", ""
        )
        found |= dict.fromkeys(("libraries.found", "libraries.missing", "libraries.wrong"), why)
    return found


def _paths(image: Image, loaded: Loaded) -> list[Value]:
    lib = loaded.search.lib
    return [_entry(image, one, entry) for one in loaded.objects for entry in entries_of(one, lib)]


def _entry(image: Image, one: Mapped, entry: Entry) -> Value:
    """Return what is to be known of a folder; an empty entry is the folder a program is started in (ld.so(8))."""
    folder, placed = entry.folder, entry.text.startswith("$")
    return {
        "object": one.path,
        "kind": entry.kind,
        "entry": entry.text,
        "folder": folder,
        "absolute": folder.startswith("/"),
        "temporary": not placed and any(f"{folder}/".startswith(f"{place}/") for place in TEMPORARY),
        "exists": image.exists(folder),
        "anyone": bool(image.anyone_may_write(folder)),
    }


def _tried(learn: Callable[[], Value], image: Image) -> Outcome:
    try:
        return learn()
    except ValueError as problem:
        why = Unknown(Cause.ABSENT, f"{image.path}: names of functions: {problem}", "build it with Go 1.16 or later")
        return replace(why, cause=Cause.TOO_LARGE, cure="") if image.left_out else why
