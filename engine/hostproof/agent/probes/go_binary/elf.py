"""The few parts of an ELF file that say what it is: headers, and sections by their names; nothing is judged here.

Offsets and lengths come from the file and may be anything: what lies outside of it, or is too large, is left out.
Layout: elf(5). Function names: Go's `runtime/symtab.go` (pcHeader), since Go 1.16.
"""

import os
import struct

PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
SHT_DYNAMIC, SHT_HASH, SHT_NOBITS, SHT_GNU_HASH = 6, 5, 8, 0x6FFFFFF6
SHF_COMPRESSED = 0x800
DT_NEEDED, DT_STRTAB, DT_STRSZ, DT_SONAME, DT_RPATH, DT_RUNPATH = 1, 5, 10, 14, 15, 29
MOST_PART = 4 * 1024 * 1024
MOST_NAMES = 48 * 1024 * 1024  # of functions; Kubernetes' largest programs have 6 MiB
MOST_HEADERS = 65535
OF_LIBRARY = (b".shstrtab", b".dynstr", b".gnu.version_r", b".gnu.version_d")
OF_PROGRAM = (*OF_LIBRARY, b".interp", b".dynsym", b".gnu.version", b".go.buildinfo")
FUNCTIONS = (b".gopclntab", b".data.rel.ro.gopclntab")
PCLNTABS = (0xFFFFFFFA, 0xFFFFFFF0, 0xFFFFFFF1)  # Go 1.16, 1.18, 1.20

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    Segment = tuple[int, int, int, int]  # type, offset, address, size in the file
    Section = tuple[bytes, int, int, int, int]  # name, type, flags, offset, size


class Elf:
    """An open file; `parts` maps offsets to what was read there."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        self.size = os.fstat(handle).st_size
        self.parts: "dict[int, bytes]" = {}
        self.segments: "list[Segment]" = []
        self.sections: "list[Section]" = []
        self.needed: "list[str]" = []
        self.paths: "list[str]" = []  # of RPATH and RUNPATH
        head = self.take(0, 64)
        known = head[:4] == b"\x7fELF" and len(head) > 51
        self.order, self.wide = ("<>"[head[5] == 2], head[4] == 2) if known else ("", False)
        if self.order:
            self.read_headers(head)

    def take(self, offset: int, length: int, most: int = MOST_PART) -> bytes:
        """Read a part and keep it; what is not there, or more than `most`, is empty."""
        if length <= 0 or length > most or offset < 0 or offset >= self.size:
            return b""
        found = read(self.handle, offset, min(length, self.size - offset))
        if len(found) > len(self.parts.get(offset, b"")):
            self.parts[offset] = found
        return found

    def words(self, data: bytes, at: int, layout: str) -> "tuple[int, ...]":
        """Unpack integers; zeros where the data ends before."""
        wanted = struct.Struct(self.order + layout)
        piece = data[at : at + wanted.size]
        return wanted.unpack(piece + bytes(wanted.size - len(piece)))

    def read_headers(self, head: bytes) -> None:
        """Read the tables of segments and sections, and the names of sections."""
        if self.wide:
            _, segments, sections, _, _, each, number, each_section, count, names = self.words(head, 24, "QQQIHHHHHH")
        else:
            _, segments, sections, _, _, each, number, each_section, count, names = self.words(head, 24, "IIIIHHHHHH")
        table = self.take(segments, each * min(number, MOST_HEADERS))
        self.segments = [self.segment(table, at) for at in range(0, len(table), each or 64)]
        first = self.take(sections, each_section)
        if not count and first:  # more than fit into the header
            count = self.words(first, 32 if self.wide else 20, "Q" if self.wide else "I")[0]
        table = self.take(sections, each_section * min(count, MOST_HEADERS))
        raw = [self.section(table, at) for at in range(0, len(table), each_section or 64)]
        texts = self.take(*raw[names][3:]) if names < len(raw) else b""
        self.sections = [(until_nul(texts, one[0]), *one[1:]) for one in raw]

    def segment(self, table: bytes, at: int) -> "Segment":
        """Return one entry of the table of segments."""
        if self.wide:
            kind, _, offset, address, _, size = self.words(table, at, "IIQQQQ")
        else:
            kind, offset, address, _, size = self.words(table, at, "IIIII")
        return kind, offset, address, size

    def section(self, table: bytes, at: int) -> "tuple[int, int, int, int, int]":
        """Return one entry of the table of sections, its name as a place in the texts."""
        name, kind, flags, _, offset, size = self.words(table, at, "IIQQQQ" if self.wide else "IIIIII")
        return name, kind, flags, offset, size

    def read_sections(self, names: "tuple[bytes, ...]") -> None:
        """Read sections of these names, hash tables, and what segments say of loading."""
        for name, kind, flags, offset, size in self.sections:
            if kind != SHT_NOBITS and (name in names or kind in (SHT_DYNAMIC, SHT_HASH, SHT_GNU_HASH)):
                self.take(offset, size)
            elif flags & SHF_COMPRESSED:  # a header that parsers read at once
                self.take(offset, min(size, 24))
        for kind, offset, _, size in self.segments:
            if kind == PT_INTERP:
                self.take(offset, size, 4096)
            elif kind == PT_DYNAMIC:
                self.read_dynamic(self.take(offset, size))

    def read_dynamic(self, table: bytes) -> None:
        """Read which libraries are needed, and the paths they are looked for in."""
        each, layout = (16, "qQ") if self.wide else (8, "iI")
        tags = []
        for at in range(0, len(table), each):
            tag, value = self.words(table, at, layout)
            if not tag:
                break
            tags.append((tag, value))
        where = dict(tags)
        texts = self.take(self.offset_of(where.get(DT_STRTAB, 0)), where.get(DT_STRSZ, 0))
        said = [(tag, to_path(until_nul(texts, value))) for tag, value in tags]
        self.needed = [text for tag, text in said if tag == DT_NEEDED and text]
        self.paths = [part for tag, text in said if tag in (DT_RPATH, DT_RUNPATH) for part in text.split(":")]

    def offset_of(self, address: int) -> int:
        """Return where in the file an address comes from; -1 if from nowhere."""
        for kind, offset, start, size in self.segments:
            if kind == PT_LOAD and start <= address < start + size:
                return address - start + offset
        return -1

    def read_functions(self) -> None:
        """Read the header of Go's table of functions, and their names."""
        for name, _, _, offset, size in self.sections:
            if name in FUNCTIONS:
                header = self.take(offset, min(size, 72))
                if len(header) < 24 or self.words(header, 0, "I")[0] not in PCLNTABS or header[7] not in (4, 8):
                    return
                # nfunc, nfiles and, since 1.18, textStart stand before the offsets of names and of what follows them.
                at = 8 + header[7] * (2 if self.words(header, 0, "I")[0] == PCLNTABS[0] else 3)
                names, after = self.words(header, at, "QQ" if header[7] == 8 else "II")
                self.take(offset + names, min(after, size) - names, MOST_NAMES)


def read(handle: int, offset: int, length: int) -> bytes:
    """Read from a place in a file; less than `length` where it ends."""
    found = bytearray()
    while len(found) < length:
        part = os.pread(handle, min(length - len(found), 1024 * 1024), offset + len(found))
        if not part:
            break
        found += part
    return bytes(found)


def until_nul(texts: bytes, at: int) -> bytes:
    """Return the text that begins at a place, without its NUL; no name is longer than a path may be."""
    return texts[at : at + 4096].split(b"\0", 1)[0] if at < len(texts) else b""


def to_path(raw: bytes) -> str:
    """Return a path that Python's own calls take back as the same bytes."""
    return os.fsdecode(raw)
