"""Where a loader looks for a library: the paths it would try, in its order, with what made it look there.

For glibc that is elf/dl-load.c (`_dl_map_object`) and ld.so(8); for musl ldso/dynlink.c (`load_library`).
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename, dirname

from hostproof.collect.builtin.elf.image import Image
from hostproof.collect.builtin.elf.ldcache import read_cache
from hostproof.collect.builtin.elf.program import NODEFLIB, Program
from hostproof.source.records import record

# $PLATFORM by machine (glibc's AT_PLATFORM); on x86-64 newer ones say haswell or xeon_phi where the processor is one.
PLATFORMS = {"EM_X86_64": "x86_64", "EM_386": "i686", "EM_AARCH64": "aarch64", "EM_RISCV": "riscv64"}
VARIANTS = ("", "glibc-hwcaps/x86-64-v2/", "glibc-hwcaps/x86-64-v3/", "glibc-hwcaps/x86-64-v4/")
MUSL_USUAL = ("/lib", "/usr/local/lib", "/usr/lib")
MUSL_OWN = ("c", "pthread", "rt", "m", "dl", "util", "xnet")  # musl's loader is all of these


@record
class Mapped:
    """A file in the process: the name it was asked for by, where it was found, whose need brought it, and how."""

    name: str
    path: str
    real: str
    program: Program
    parent: Mapped | None = None
    way: str = ""


@record
class Entry:
    """One folder of an RPATH or RUNPATH, as written and as it is taken."""

    kind: str
    text: str
    folder: str


def entries_of(one: Mapped, lib: str) -> tuple[Entry, ...]:
    """Return the folders a file itself adds; RUNPATH does away with its RPATH (ld.so(8))."""
    program = one.program
    kind, text = ("RPATH", program.rpath) if program.runpath is None else ("RUNPATH", program.runpath)
    if text is None:
        return ()
    return tuple(Entry(kind, entry, _expanded(entry, one, lib)) for entry in text.split(":"))


def _expanded(entry: str, one: Mapped, lib: str) -> str:
    platform = PLATFORMS.get(one.program.machine, "")
    for word, value in (("ORIGIN", dirname(one.path)), ("LIB", lib), ("PLATFORM", platform)):
        entry = entry.replace("${" + word + "}", value).replace("$" + word, value)
    return entry


class Search:
    """The places of one process, whose program has `interpreter`, loaded from the real path `loader`."""

    def __init__(self, image: Image, main: Mapped, loader: str) -> None:
        self.image = image
        self.main = main
        self.musl = basename(main.program.interpreter).startswith("ld-musl-")
        self.loader = loader
        self.lib = _lib_of(dirname(loader or main.program.interpreter))
        self.cache_trouble = ""
        self.cache = self._cache()

    def _cache(self) -> dict[str, tuple[str, ...]]:
        if self.musl or not self.image.cache:
            return {}
        try:
            return read_cache(self.image.cache, self.main.program.order)
        except ValueError as problem:
            self.cache_trouble = str(problem)
            return {}

    def is_loader(self, name: str) -> bool:
        """Whether a name means the loader itself, which is there already: all parts of musl's C library do."""
        stem = name.removeprefix("lib").partition(".")[0]
        return self.musl and name.startswith("lib") and stem in MUSL_OWN

    def places(self, name: str, by: Mapped) -> Iterator[tuple[str, str]]:
        """Yield the way and the path of each place, in order."""
        if "/" in name:
            yield "path", _expanded(name, by, self.lib)
            return
        for way, folder in self._musl(by) if self.musl else self._before_cache(by):
            for variant in VARIANTS[:1] if self.musl else VARIANTS:
                yield way, f"{folder.rstrip('/')}/{variant}{name}"
        if self.musl:
            return
        usual = self._usual()
        bare = by.program.flags & NODEFLIB
        for path in self.cache.get(name, ()):
            if not (bare and dirname(path) in usual):
                yield "cache", path
        for folder in () if bare else usual:
            for variant in VARIANTS:
                yield "default", f"{folder}/{variant}{name}"

    def _before_cache(self, by: Mapped) -> Iterator[tuple[str, str]]:
        own = entries_of(by, self.lib)
        if by.program.runpath is None:
            chain: list[Mapped] = []
            one: Mapped | None = by
            while one is not None:
                chain.append(one)
                one = one.parent
            for one in chain if self.main in chain else [*chain, self.main]:
                yield from (("rpath", entry.folder) for entry in entries_of(one, self.lib) if entry.kind == "RPATH")
        yield from (("LD_LIBRARY_PATH", folder) for folder in self._given())
        yield from (("runpath", entry.folder) for entry in own if entry.kind == "RUNPATH")

    def _musl(self, by: Mapped) -> Iterator[tuple[str, str]]:
        yield from (("LD_LIBRARY_PATH", folder) for folder in self._given())
        one: Mapped | None = by
        while one is not None:
            yield from ((entry.kind.lower(), entry.folder) for entry in entries_of(one, self.lib))
            one = one.parent
        said = next((text for path, text in self.image.texts.items() if path.startswith("/etc/ld-musl-")), None)
        folders = MUSL_USUAL if said is None else tuple(said.replace("\n", ":").split(":"))
        yield from (("default", folder) for folder in folders if folder)

    def _given(self) -> tuple[str, ...]:
        return tuple(folder for folder in self.image.library_path.split(":") if folder)

    def _usual(self) -> tuple[str, ...]:
        """Return the folders that are compiled in; Debian's glibc looks into those without the triplet as well."""
        first = (f"/{self.lib}", f"/usr/{self.lib}")
        return first if self.lib.count("/") == 0 else (*first, "/lib", "/usr/lib")

    def folders(self, name: str, by: Mapped) -> list[str]:
        """Return the folders that were looked into, for a message."""
        return list(dict.fromkeys(dirname(path) for _, path in self.places(name, by) if "glibc-hwcaps" not in path))


def _lib_of(folder: str) -> str:
    """Return what $LIB is, by the folder that the loader lies in: lib64, or lib/x86_64-linux-gnu on Debian.

    >>> _lib_of("/usr/lib/x86_64-linux-gnu"), _lib_of("/lib64"), _lib_of("/lib")
    ('lib/x86_64-linux-gnu', 'lib64', 'lib')
    """
    found = folder.removeprefix("/usr").strip("/")
    return found if found.startswith("lib") else "lib"
