"""Reads the package database of rpm: a file in SQLite's format in, names and versions out, a broken entry left out.

SQLite's library was not made for files of strangers, and the format is small: sqlite.org/fileformat2.html.
The table `Packages` holds headers: an index of 16 bytes an entry, and the data behind it (lib/header.c of rpm).
"""

import os
import struct

from .files import HERE, Door, check_kind
from .lines import AskError, ask_error, to_text

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = ("/usr/lib/sysimage/rpm", "/var/lib/rpm", "/usr/share/rpm")
OLD = (("Packages.db", "ndb"), ("Packages", "Berkeley DB"))
MAGIC = b"SQLite format 3\0"
INTERIOR, LEAF = 5, 13  # pages of a table
MOST_PACKAGES = 65536
MOST_PAGES = 262144  # 1 GiB in pages of 4 KiB
MOST_HEADER = 64 * 1024 * 1024
MOST_TAGS = 65536  # HEADER_TAGS_MAX
MOST_TEXT = 1024
MOST_TOLD = 100
DEEPEST = 16

# include/rpm/rpmtag.h
TAGS = {1000: "name", 1001: "version", 1002: "release", 1003: "epoch", 1022: "arch", 1044: "source"}
INT32, STRING = 4, 6


class BrokenError(Exception):
    """A part of the database that makes no sense."""


def rpms(door: Door = HERE) -> "dict[str, object]":
    """Return `path`, `packages` and what is `unreadable`; an empty path where there is no database. Raises AskError."""
    for folder in FOLDERS:
        path = folder + "/rpmdb.sqlite"
        if is_there(path, door):
            return read(path, door)
        for name, kind in OLD:
            if is_there(folder + "/" + name, door):
                detail = "{}/{} is a database of the kind {}, which is not read".format(folder, name, kind)
                cure = (
                    "have rpm convert it: rpmdb --rebuilddb --define '_db_backend sqlite'; or ask `rpm -qa` in a pack"
                )
                raise AskError("unsupported", detail, cure)
    return {"path": "", "packages": [], "unreadable": []}


def is_there(path: str, door: Door) -> bool:
    """Tell whether a file is there. Raises AskError where that may not be known."""
    return size_of(path, door) >= 0


def size_of(path: str, door: Door) -> int:
    """Return a file's size, -1 where there is none. Raises AskError."""
    try:
        return door.look(path.encode()).st_size
    except OSError as problem:
        why = ask_error(problem, path)
        if why.cause == "absent":
            return -1
        raise why from None


def read(path: str, door: Door) -> "dict[str, object]":
    """Return the packages of one database. Raises AskError."""
    if size_of(path + "-wal", door) > 0:
        cure = "run `rpm -q rpm` as root on the system itself, which takes them in"
        raise AskError("unsupported", path + " has changes beside it that are not in it yet (-wal)", cure)
    try:
        handle = door.open(path.encode())
    except OSError as problem:
        raise ask_error(problem, path) from None
    try:
        check_kind(path.encode(), os.fstat(handle))
        return everything(path, Database(handle))
    except BrokenError as problem:
        raise AskError("parse-error", "{}: {}".format(path, problem), "run `rpmdb --verifydb` there") from None
    finally:
        os.close(handle)


def everything(path: str, database: "Database") -> "dict[str, object]":
    """Return all headers of the table Packages. Raises BrokenError where it can't be found."""
    packages: "list[dict[str, str]]" = []
    unreadable: "list[dict[str, object]]" = []
    table = database.table(b"Packages")
    for number, cell in database.cells(table):
        if len(packages) >= MOST_PACKAGES:
            raise AskError("too-large", "{} has more than {} packages".format(path, MOST_PACKAGES))
        try:
            packages.append(header(database.column(cell, 1)))
        except (BrokenError, struct.error, IndexError) as problem:
            if len(unreadable) < MOST_TOLD:
                unreadable.append({"file": path, "line": number, "why": str(problem)[:200]})
    return {"path": path, "packages": packages, "unreadable": unreadable}


class Database:
    """A file of SQLite's format, looked at page by page."""

    def __init__(self, handle: int) -> None:
        self.handle = handle
        head = os.pread(handle, 100, 0)
        if len(head) < 100 or not head.startswith(MAGIC):
            raise BrokenError("it is no database of SQLite")
        self.size = struct.unpack(">H", head[16:18])[0]
        self.size = 65536 if self.size == 1 else self.size
        self.usable = self.size - head[20]
        if self.size < 512 or self.size & (self.size - 1) or self.usable < 480:
            raise BrokenError("its pages have a size that cannot be")
        self.seen: "set[int]" = set()

    def page(self, number: int) -> bytes:
        """Return a page; none is looked at twice, as a tree has no cycles."""
        if number in self.seen or len(self.seen) >= MOST_PAGES:
            raise BrokenError("page {} is met twice, or there are too many".format(number))
        self.seen.add(number)
        data = os.pread(self.handle, self.size, (number - 1) * self.size) if number > 0 else b""
        if len(data) < self.size:
            raise BrokenError("it has no page {}".format(number))
        return data

    def table(self, name: bytes) -> int:
        """Return the first page of a table, by the schema on page 1: type, name, tbl_name, rootpage, sql."""
        for _, cell in self.cells(1):
            if self.column(cell, 0) == b"table" and self.column(cell, 1) == name:
                return int.from_bytes(self.column(cell, 3), "big")
        raise BrokenError("it has no table {}".format(to_text(name)))

    def cells(self, root: int, depth: int = 0) -> "Iterator[tuple[int, bytes]]":
        """Yield the number and the record of each row. Raises BrokenError."""
        if depth > DEEPEST:
            raise BrokenError("its tree is deeper than can be")
        page = self.page(root)
        start = 100 if root == 1 else 0
        kind, count = page[start], struct.unpack(">H", page[start + 3 : start + 5])[0]
        first = start + (12 if kind == INTERIOR else 8)
        if kind not in (INTERIOR, LEAF) or first + 2 * count > self.size:
            raise BrokenError("page {} is no page of a table".format(root))
        places = struct.unpack(">{}H".format(count), page[first : first + 2 * count])
        if kind == LEAF:
            yield from (self.row(page, place) for place in places)
            return
        for place in places:
            yield from self.cells(int.from_bytes(page[place : place + 4], "big"), depth + 1)
        yield from self.cells(int.from_bytes(page[start + 8 : start + 12], "big"), depth + 1)

    def row(self, page: bytes, place: int) -> "tuple[int, bytes]":
        """Return a row's number and its record, what overflows the page included; empty where that is broken."""
        number = 0
        try:
            length, place = varint(page, place)
            number, place = varint(page, place)
            return number, self.payload(page, place, length)
        except BrokenError:
            return number, b""

    def payload(self, page: bytes, place: int, length: int) -> bytes:
        """Return a record of this length, of which a part may lie on other pages. Raises BrokenError."""
        most, least = self.usable - 35, (self.usable - 12) * 32 // 255 - 23
        if length <= most:
            return page[place : place + length]
        if length > MOST_HEADER:
            raise BrokenError("it is longer than {} bytes".format(MOST_HEADER))
        here = least + (length - least) % (self.usable - 4)
        here = here if here <= most else least
        parts, left = [page[place : place + here]], length - here
        following = int.from_bytes(page[place + here : place + here + 4], "big")
        while left > 0:
            more = self.page(following)
            parts.append(more[4 : 4 + min(left, self.usable - 4)])
            left -= self.usable - 4
            following = int.from_bytes(more[:4], "big")
        return b"".join(parts)

    def column(self, record: bytes, wanted: int) -> bytes:
        """Return one value of a record, numbers as their bytes. Raises BrokenError."""
        end, place = varint(record, 0)
        start = end
        for number in range(wanted + 1):
            if place >= end:
                raise BrokenError("it has {} columns".format(number))
            kind, place = varint(record, place)
            length = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)[kind] if kind < 12 else (kind - 12) // 2
            if number == wanted:
                if start + length > len(record):
                    raise BrokenError("it is cut short")
                return record[start : start + length]
            start += length
        raise BrokenError("it has no such column")


def varint(data: bytes, place: int) -> "tuple[int, int]":
    """Return a number of 1 to 9 bytes, and where it ends. Raises BrokenError."""
    number = 0
    for count in range(9):
        if place >= len(data):
            raise BrokenError("it is cut short")
        byte = data[place]
        place += 1
        if count == 8:
            return number << 8 | byte, place
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return number, place


def header(blob: bytes) -> "dict[str, str]":
    """Return the wanted tags of a header as texts; those it lacks are empty. Raises BrokenError."""
    if len(blob) < 8:
        raise BrokenError("its header is cut short")
    tags, size = struct.unpack(">II", blob[:8])
    data = 8 + 16 * tags
    if not 0 < tags <= MOST_TAGS or data + size > len(blob):
        raise BrokenError("its header is cut short, or no header")
    found = dict.fromkeys(TAGS.values(), "")
    for tag, kind, offset, count in struct.iter_unpack(">IIII", blob[8:data]):
        if tag in TAGS and count == 1 and kind in (INT32, STRING):
            found[TAGS[tag]] = value(blob, data + offset, kind)
    if not found["name"] or not found["version"]:
        raise BrokenError("its header names no package")
    return found


def value(blob: bytes, place: int, kind: int) -> str:
    """Return a text or a number of a header as a text."""
    if kind == INT32:
        return str(struct.unpack(">I", blob[place : place + 4])[0])
    end = blob.find(b"\0", place, place + MOST_TEXT)
    if end < 0:
        raise BrokenError("a text in its header has no end")
    return to_text(blob[place:end])
