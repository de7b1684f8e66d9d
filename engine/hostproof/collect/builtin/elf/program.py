"""One ELF file by pyelftools: parts of it in, what a loader needs to know of it out, and whether it is whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from hostproof.collect.builtin.elf.sparse import SparseFile, open_elf
from hostproof.source.harmless import one_line
from hostproof.source.records import record

if TYPE_CHECKING:
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import Section, SymbolTableSection
    from elftools.elf.segments import Segment

MOST = 4096  # libraries, versions; of symbols 16 times that
WEAK = 2  # VER_FLG_WEAK: a version that need not be there
NODEFLIB, PIE = 0x800, 0x08000000  # DF_1_*


@record
class Symbols:
    """What a file asks of others and offers: (library, version, weak) wanted; versions given, None without any."""

    wants: tuple[tuple[str, str, bool], ...] = ()
    gives: frozenset[str] | None = None
    imports: tuple[str, ...] = ()


@record
class Program:
    """An ELF file: a program, or a library. `damage` says what is missing of it; `order` is `<` or `>`."""

    machine: str
    bits: int
    order: str
    shared: bool  # ET_DYN: a library, or a program that can be placed anywhere
    interpreter: str = ""
    needed: tuple[str, ...] = ()
    rpath: str | None = None
    runpath: str | None = None
    soname: str = ""
    flags: int = 0
    sections: frozenset[str] = frozenset()
    symbols: Symbols = Symbols()
    damage: str = ""

    @property
    def dynamic(self) -> bool:
        """Whether a loader has a part in starting it."""
        return bool(self.interpreter or self.needed)

    def fits(self, other: Program) -> bool:
        """Whether both can be in one process."""
        return (self.machine, self.bits, self.order) == (other.machine, other.bits, other.order)


def read_program(file: SparseFile) -> Program:
    """Return what a file is. Raises ValueError that says why it is no ELF file, or too broken to say."""
    if file.size < 4:
        raise ValueError(f"it has {file.size} bytes, and so is no program")
    file.seek(0)
    if file.read(4) != b"\x7fELF":
        raise ValueError("it does not begin as an ELF file does")
    try:
        return _read(file)
    except ValueError:
        raise
    except Exception as problem:  # a file may hold anything, and its parser may raise anything  # noqa: BLE001
        raise ValueError(f"it can't be read as ELF: {type(problem).__name__}: {one_line(str(problem), 100)}") from None


def _read(file: SparseFile) -> Program:
    from elftools.elf.segments import InterpSegment

    elf = open_elf(file)
    order, shared = "<" if elf.little_endian else ">", elf.header["e_type"] == "ET_DYN"
    plain = Program(str(elf.header["e_machine"]), elf.elfclass, order, shared, damage=_cut(elf, file.size))
    if plain.damage:
        return plain
    tags = _tags(elf)
    first = {name: values[0] for name, values in tags.items()}
    sections = list(elf.iter_sections()) if elf.num_sections() <= MOST else []
    return Program(
        plain.machine,
        plain.bits,
        order,
        shared,
        next((segment.get_interp_name() for segment in _segments(elf) if isinstance(segment, InterpSegment)), ""),
        tuple(map(str, tags.get("DT_NEEDED", ()))),
        _text(first, "DT_RPATH"),
        _text(first, "DT_RUNPATH"),
        _text(first, "DT_SONAME") or "",
        int(str(first.get("DT_FLAGS_1", 0))),
        frozenset(section.name for section in sections),
        _symbols(sections),
    )


def _segments(elf: ELFFile) -> Iterator[Segment]:
    return islice(elf.iter_segments(), MOST)


def _text(tags: dict[str, str | int], name: str) -> str | None:
    return str(tags[name]) if name in tags else None


def _cut(elf: ELFFile, size: int) -> str:
    """Return how much of a file is missing, by its own tables; empty if nothing is."""
    header = elf.header
    ends = [header["e_phoff"] + header["e_phnum"] * header["e_phentsize"]]
    ends.append(header["e_shoff"] + header["e_shnum"] * header["e_shentsize"])
    if max(ends) <= size:
        ends += [segment["p_offset"] + segment["p_filesz"] for segment in _segments(elf)]
    if max(ends) <= size and header["e_shnum"] <= MOST:
        wanted = (section for section in elf.iter_sections() if section["sh_type"] != "SHT_NOBITS")
        ends += [section["sh_offset"] + section["sh_size"] for section in wanted]
    return f"it should have {max(ends)} bytes, and has {size}" if max(ends) > size else ""


def _tags(elf: ELFFile) -> dict[str, list[str | int]]:
    """Return the values of the dynamic segment by their tags, texts as texts."""
    from elftools.elf.dynamic import DynamicSegment

    found: dict[str, list[str | int]] = {}
    for segment in _segments(elf):
        if isinstance(segment, DynamicSegment):
            for tag in islice(segment.iter_tags(), MOST):
                name = str(tag.entry.d_tag)
                text = getattr(tag, name.removeprefix("DT_").lower(), None)
                found.setdefault(name, []).append(tag.entry.d_val if text is None else str(text))
    return found


def _symbols(sections: list[Section]) -> Symbols:
    """Return the versions and symbols that sections speak of."""
    from elftools.elf.gnuversions import GNUVerDefSection, GNUVerNeedSection
    from elftools.elf.sections import SymbolTableSection

    wants: list[tuple[str, str, bool]] = []
    imports: list[str] = []
    gives = None
    for section in sections:
        if isinstance(section, GNUVerNeedSection):
            for need, versions in islice(section.iter_versions(), MOST):
                wants += [(need.name or "", one.name, bool(one["vna_flags"] & WEAK)) for one in islice(versions, MOST)]
        elif isinstance(section, GNUVerDefSection):
            pairs = islice(section.iter_versions(), MOST)
            gives = frozenset(next(names).name for definition, names in pairs if definition["vd_cnt"])
        elif isinstance(section, SymbolTableSection) and section.name == ".dynsym":
            imports += _imported(section)
    return Symbols(tuple(wants), gives, tuple(imports))


def _imported(section: SymbolTableSection) -> list[str]:
    """Return the names of symbols that others are to give; a library's were not sent."""
    from elftools.common.exceptions import ELFError

    from hostproof.collect.builtin.elf.sparse import GapError

    try:
        symbols = islice(section.iter_symbols(), MOST * 16)
        return [symbol.name for symbol in symbols if symbol["st_shndx"] == "SHN_UNDEF" and symbol.name]
    except (GapError, ELFError):
        return []
