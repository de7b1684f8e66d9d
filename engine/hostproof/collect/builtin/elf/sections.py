"""Contents of a section: a file and names in, the bytes of the first section so called out."""

from __future__ import annotations

from itertools import islice

from hostproof.collect.builtin.elf.sparse import SparseFile, open_elf

MOST = 4096


def section_data(file: SparseFile, names: tuple[str, ...], most: int | None = None) -> bytes:
    """Return the bytes of a section, the first `most` of them. Raises ValueError where there is none."""
    offset, size = section_place(file, names)
    file.seek(offset)
    return file.read(size if most is None else min(size, most))


def section_place(file: SparseFile, names: tuple[str, ...]) -> tuple[int, int]:
    """Return where a section begins in the file, and its size. Raises ValueError where there is none."""
    for section in islice(open_elf(file).iter_sections(), MOST):
        if section.name in names:
            return int(section["sh_offset"]), int(section["sh_size"])
    raise ValueError(f"it has no section {names[0]}")
