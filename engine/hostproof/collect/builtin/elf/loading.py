"""Loading, as ld.so would do it: a program and the files around it in, what it is made of and what is wrong out."""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.collect.builtin.elf.image import Image
from hostproof.collect.builtin.elf.program import Program
from hostproof.collect.builtin.elf.search import Mapped, Search
from hostproof.source.records import record

MOST = 512
MOST_FOLDERS = 12  # that a message names


@record
class Missing:
    """A library that is needed and not found; `why` says where it was looked for, or what is wrong with it."""

    name: str
    needed_by: str
    why: str


@record
class WrongVersion:
    """A version of symbols that a library does not have: the loader refuses to start the program."""

    library: str
    path: str
    version: str
    needed_by: str
    newest: str


@record
class Loaded:
    """The program first, then libraries in the order they are loaded; `loader` says `ok`, or what is wrong with it."""

    objects: tuple[Mapped, ...]
    missing: tuple[Missing, ...]
    loader: str
    search: Search

    @property
    def wrong_versions(self) -> tuple[WrongVersion, ...]:
        """The versions that are wanted of a library, that has some and not these."""
        return () if self.search.musl else tuple(_wrong(self.objects))  # musl doesn't look at versions


def load(image: Image, program: Program) -> Loaded:
    """Return what a loader would make of a program."""
    main = Mapped(image.place, image.place, image.place, program)
    real = image.real(program.interpreter) if program.interpreter else ""
    search = Search(image, main, real)
    objects, missing = [main, *_own(image, main, real)], list[Missing]()
    waiting = [main]
    while waiting and len(objects) < MOST:
        by = waiting.pop(0)
        for name in by.program.needed:
            if search.is_loader(name) or any(name in (one.name, one.program.soname) for one in objects):
                continue
            found = _find(name, by, search)
            if isinstance(found, Missing):
                missing += [found] if all(one.name != name for one in missing) else []
            elif all(one.real != found.real for one in objects):
                objects.append(found)
                waiting.append(found)
    return Loaded(tuple(objects), tuple(missing), _loader(image, program, real), search)


def _own(image: Image, main: Mapped, real: str) -> tuple[Mapped, ...]:
    """Return the loader, which is in the process before all libraries, and is one itself."""
    path = main.program.interpreter
    program = image.program(real) if real else ""
    if isinstance(program, str) or not program.fits(main.program):
        return ()
    return (Mapped(program.soname, path, real, program, main, "interpreter"),)


def _loader(image: Image, program: Program, real: str) -> str:
    if not program.interpreter:
        return "none" if not program.needed else "none is named, but libraries are needed"
    if not real:
        return "there is no such file"
    found = image.program(real)
    if isinstance(found, str):
        return found
    if not found.fits(program):
        return f"it is for {found.machine.removeprefix('EM_')}, {found.bits} bits"
    return found.damage or ("ok" if image.mode(real) & 0o111 else "it may not be executed")


def _find(name: str, by: Mapped, search: Search) -> Mapped | Missing:
    """Return the first file that fits. What is for another machine is passed over; what is no library is the end."""
    others = []
    for way, path in search.places(name, by):
        real = search.image.real(path)
        if not real:
            continue
        found = search.image.program(real)
        if isinstance(found, str) or found.damage:
            why = found if isinstance(found, str) else found.damage
            return Missing(name, by.path, f"{path}: {why}")
        if found.fits(search.main.program):
            return Mapped(name, path, real, found, by, way)
        others.append(f"{path} is for {found.machine.removeprefix('EM_')}, {found.bits} bits")
    return Missing(name, by.path, "; ".join(others) or _nowhere(name, by, search))


def _nowhere(name: str, by: Mapped, search: Search) -> str:
    """Say where a library was looked for; one that is only in a folder of ld.so.conf is not in ld.so.cache."""
    for folder in configured(search.image):
        if not search.musl and search.image.real(f"{folder.rstrip('/')}/{name}"):
            return f"it is in {folder}, which ld.so.conf names, but not in ld.so.cache: run ldconfig"
    folders = search.folders(name, by)
    more = f" and {len(folders) - MOST_FOLDERS} more" if len(folders) > MOST_FOLDERS else ""
    cache = f"; ld.so.cache: {search.cache_trouble}" if search.cache_trouble else ""
    return f"not in {', '.join(folders[:MOST_FOLDERS]) or 'any folder'}{more}{cache}"


def configured(image: Image) -> Iterator[str]:
    """Yield the folders of ld.so.conf and of the files it includes (ldconfig(8))."""
    for path, text in image.texts.items():
        if not path.startswith("/etc/ld-musl-"):
            lines = (line.partition("#")[0].split() for line in text.splitlines())
            yield from (words[0] for words in lines if words and words[0].startswith("/"))


def _wrong(objects: tuple[Mapped, ...]) -> Iterator[WrongVersion]:
    """Yield each version that is wanted and not given, as `_dl_check_map_versions` of glibc's elf/dl-version.c does."""
    for one in objects:
        for library, version, weak in one.program.symbols.wants:
            by_name = (other for other in objects if library in (other.name, other.program.soname))
            other = next(by_name, None)
            gives = other.program.symbols.gives if other else None
            if other is not None and gives is not None and version not in gives and not weak:
                yield WrongVersion(library, other.path, version, one.path, _newest(version, gives))


def _newest(version: str, gives: frozenset[str]) -> str:
    """Return the highest version of the same kind, GLIBC_2.34 say."""
    from hostproof.facts.versions import version_key

    kind = version.rpartition("_")[0]
    same = [one.rpartition("_")[2] for one in gives if one.rpartition("_")[0] == kind and one[-1:].isdigit()]
    return f"{kind}_{max(same, key=version_key)}" if same else ""
