"""The manifest of a root file system: entries in, a canonical text and its digest out; of two, what differs."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from hostproof.collect.image.entries import FILE, Entry, line_of
from hostproof.collect.image.limits import MIB, ImageError
from hostproof.facts.unknown import Cause
from hostproof.source.records import record

FIRST = b"#mtree\n"
MOST_MANIFEST = 512 * MIB
_LINE = re.compile(rb"\.(/[!-~]+) (type=[!-~]+(?: [a-z][!-<>-~]*=[!-~]*)*)")
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})(?:\s.*)?", re.DOTALL | re.IGNORECASE)
_WRITE = "write one with hostproof manifest"
_PUBLIC = ("xattr.security.", "xattr.system.")


@record
class Manifest:
    """`lines` hold each entry, sorted; `digest` is the SHA-256 of the text they make; `size` is that of all files."""

    lines: tuple[bytes, ...]
    digest: str
    size: int

    @property
    def pieces(self) -> Iterator[bytes]:
        """The text, piece by piece."""
        yield FIRST
        for line in self.lines:
            yield line + b"\n"


@record
class Difference:
    """`path` is as in the manifest, from the root; `what` is added, removed or changed, which has a `field`."""

    path: str
    what: str
    field: str = ""
    expected: str = ""
    found: str = ""


def manifest_of(entries: Iterable[Entry]) -> Manifest:
    """Return the manifest of all entries of a root file system, whatever order they come in."""
    lines = []
    size = 0
    for entry in entries:
        lines.append(line_of(entry))
        size += entry.size if entry.kind == FILE else 0
    lines.sort()
    return Manifest(tuple(lines), digest_of(lines), size)


def digest_of(lines: Iterable[bytes]) -> str:
    """Return the digest that sha256sum gives of the manifest's file."""
    found = hashlib.sha256(FIRST)
    for line in lines:
        found.update(line + b"\n")
    return f"sha256:{found.hexdigest()}"


def read_manifest(path: str) -> tuple[bytes, ...]:
    """Return the lines of a manifest that was kept; raises ImageError for what is none, as `manifest_of` writes it."""
    first, *lines = _read(path, MOST_MANIFEST).split(b"\n")
    if first + b"\n" != FIRST or (lines or [b"-"])[-1]:
        raise ImageError(Cause.PARSE_ERROR, f"{path} is no manifest, or it is cut", _WRITE)
    before = b""
    for number, line in enumerate(lines[:-1], 2):
        if line <= before or not _LINE.fullmatch(line):
            why = f"{path}:{number}: this is no line of a manifest, or not the next one"
            raise ImageError(Cause.PARSE_ERROR, why, _WRITE)
        before = line
    return tuple(lines[:-1])


def read_digest(path: str) -> str:
    """Return the digest that a file begins with, alone or as sha256sum writes it. Raises ImageError."""
    found = _DIGEST.fullmatch(_read(path, 4096).decode("utf-8", "replace").strip())
    if found is None:
        raise ImageError(Cause.PARSE_ERROR, f"{path} does not begin with a SHA-256", "write 64 hex digits into it")
    return f"sha256:{found[1].lower()}"


def _read(path: str, most: int) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        cause = Cause.ABSENT if isinstance(error, FileNotFoundError) else Cause.FAILED
        raise ImageError(cause, f"{os.fspath(path)} can't be read: {why}", "name a file that can be read") from None
    if len(data) > most:
        raise ImageError(Cause.TOO_LARGE, f"{path} has more than {most} bytes", _WRITE)
    return data


def differences(expected: Iterable[bytes], found: Iterable[bytes]) -> Iterator[Difference]:
    """Yield what differs between the lines of two manifests, by path."""
    wanted, there = dict(map(_split, expected)), dict(map(_split, found))
    for path in sorted(wanted.keys() | there.keys()):
        name = path.decode("ascii")
        if path not in there:
            yield Difference(name, "removed")
        elif path not in wanted:
            yield Difference(name, "added")
        elif wanted[path] != there[path]:
            yield from _changes(name, _fields(wanted[path]), _fields(there[path]))


def _split(line: bytes) -> tuple[bytes, bytes]:
    path, _, fields = line.partition(b" ")
    return path[1:], fields


def _fields(text: bytes) -> dict[str, str]:
    words = (word.partition("=") for word in text.decode("ascii").split(" "))
    return {name: value for name, _, value in words}


def _changes(path: str, expected: Mapping[str, str], found: Mapping[str, str]) -> Iterator[Difference]:
    """Yield what differs of one entry; of another kind of entry, only that."""
    names = ["type"] if expected["type"] != found["type"] else sorted(expected.keys() | found.keys())
    for name in names:
        if expected.get(name) != found.get(name):
            yield Difference(path, "changed", name, _shown(name, expected.get(name)), _shown(name, found.get(name)))


def _shown(name: str, value: str | None) -> str:
    """Return a value as it may be shown: what users keep in attributes of files is theirs."""
    if value is None:
        return ""
    hidden = name.startswith("xattr.") and not name.startswith(_PUBLIC)
    return f"sha256:{hashlib.sha256(value.encode('ascii')).hexdigest()}" if hidden else value
