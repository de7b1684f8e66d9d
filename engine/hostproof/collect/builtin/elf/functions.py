"""Names of functions of a Go program, as its own table for stack traces has them; stripping leaves that in place.

The table's header is pcHeader of Go's runtime/symtab.go: a magic number, two zeros, least size of an instruction, size
of a pointer; then, as pointers, the numbers of functions and of files, since 1.18 the start of the text, and offsets,
the first of which is that of names, the second of what follows them.
"""

from __future__ import annotations

import struct

from hostproof.collect.builtin.elf.sections import section_place
from hostproof.collect.builtin.elf.sparse import SparseFile

SECTIONS = (".gopclntab", ".data.rel.ro.gopclntab")
BEFORE_NAMES = {0xFFFFFFFA: 2, 0xFFFFFFF0: 3, 0xFFFFFFF1: 3}  # Go 1.16, 1.18, 1.20


def function_names(file: SparseFile) -> bytes:
    """Return all names, a NUL behind each. Raises ValueError where there are none that can be read."""
    offset, size = section_place(file, SECTIONS)
    file.seek(offset)
    header = file.read(min(size, 72))
    if len(header) < 24:
        raise ValueError("the table of functions ends in its header")
    order = next((order for order in "<>" if struct.unpack_from(order + "I", header)[0] in BEFORE_NAMES), "")
    if not order or header[7] not in (4, 8):
        raise ValueError("the table of functions has a form that is not known")
    at = 8 + header[7] * BEFORE_NAMES[struct.unpack_from(order + "I", header)[0]]
    names, after = struct.unpack_from(order + ("QQ" if header[7] == 8 else "II"), header, at)
    if not names <= after <= size:
        raise ValueError("the table of functions ends before its names do")
    file.seek(offset + names)
    return file.read(after - names)
