"""Reads apk's database of installed packages: lines of a letter, a colon and a value, an empty line behind each one."""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.collect.builtin.packages.package import Package, Unreadable, paragraphs, plain


def parse_installed(text: str, file: str) -> Iterator[Package | Unreadable]:
    r"""Yield each package; a block that is none costs itself only.

    P is the name, V the version, A the architecture, o the origin (the source package); f names what of it is broken
    (f files, s scripts, x extended attributes). Source: apk-package(5), apk-tools' src/database.c.

    >>> [one] = parse_installed("P:musl-utils\nV:1.2.5-r0\nA:x86_64\no:musl\nF:usr\nM:0:0:1777\n", "installed")
    >>> one.name, one.version, one.source
    ('musl-utils', '1.2.5-r0', 'musl')
    """
    for line, block in paragraphs(text):
        fields: dict[str, str] = {}
        strange = 0
        for number, row in enumerate(block, line):
            if row[1:2] != ":" or not row[0].isalpha():
                strange = strange or number
            else:
                fields.setdefault(row[0], row[2:].strip())
        if strange:
            yield Unreadable(file, strange, "it is no letter with a colon")
        name, version = fields.get("P", ""), fields.get("V", "")
        if not plain(name) or not plain(version):
            yield Unreadable(file, line, f"{name} has no version" if plain(name) else "it names no package")
            continue
        status = "broken" if set(fields.get("f", "")) & set("fsx") else "installed"
        yield Package(name, version, fields.get("A", ""), "apk", status, fields.get("o", ""))
