"""The members of a tar in, entries of a tree out: names, owners, modes, links, devices, attributes and contents.

GNU, POSIX (pax) and old tars are read by tarfile; what it would pass over in silence, such as a cut one, is refused.
"""

from __future__ import annotations

import base64
import binascii
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, cast
from urllib.parse import unquote_to_bytes

from hostproof.collect.image.archive.store import Readable, Store
from hostproof.collect.image.archive.stream import Stream
from hostproof.collect.image.archive.tree import Node, Tree, shown
from hostproof.collect.image.entries import BLOCK, CHAR, FIFO, FILE, FOLDER, LINK, counts
from hostproof.collect.image.limits import ImageError, damaged
from hostproof.facts.unknown import Cause
from hostproof.source.records import record

_KINDS = {
    tarfile.REGTYPE: FILE,
    tarfile.AREGTYPE: FILE,
    tarfile.CONTTYPE: FILE,
    tarfile.GNUTYPE_SPARSE: FILE,
    tarfile.DIRTYPE: FOLDER,
    tarfile.SYMTYPE: LINK,
    tarfile.CHRTYPE: CHAR,
    tarfile.BLKTYPE: BLOCK,
    tarfile.FIFOTYPE: FIFO,
}
# Two ways of writing extended attributes: star(1), GNU tar and Go have the one, libarchive has both.
_STAR, _LIBARCHIVE, _LISTS = "SCHILY.xattr.", "LIBARCHIVE.xattr.", "SCHILY.acl."
_LARGEST = 2**32  # of numbers of users
# A layer's marks for what of lower ones is gone: https://github.com/opencontainers/image-spec/blob/main/layer.md
_GONE, _EMPTY, _ABOUT = b".wh.", b".wh..wh..opq", b".wh..wh."


def read_tar(stream: Stream, tree: Tree, store: Store, *, layer: bool = False) -> None:
    """Put all members of a tar into a tree, and their contents into a store; of a `layer`, marks remove entries.

    Raises ImageError.
    """
    into = _Into(stream, tree, store)
    try:
        for archive, member in _members(stream):
            name = raw(member.name)
            if not (layer and _marks(name, tree)):
                _put(archive, member, name, into)
    except tarfile.TarError as error:
        raise damaged(f"it can't be read as a tar: {error}", "make it anew, or copy it again") from None
    except (ValueError, OverflowError, IndexError) as error:
        raise damaged(f"a header in it makes no sense: {error}") from None


def _marks(name: bytes, tree: Tree) -> bool:
    """Remove what a layer's mark says is gone; tell whether it was one."""
    before, slash, last = name.rstrip(b"/").rpartition(b"/")
    if last == _EMPTY:
        tree.empty(before)
    elif last.startswith(_GONE) and not last.startswith(_ABOUT):
        tree.hide(before + slash + last.removeprefix(_GONE))
    return last.startswith(_GONE)


def _members(stream: Stream) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
    """Yield the members of a tar, one after the other, without keeping them. Raises what tarfile does, ImageError."""
    source = cast("IO[bytes]", stream)
    with tarfile.open(fileobj=source, mode="r:", encoding="utf-8", errors="surrogateescape") as archive:
        while True:
            stream.header()
            member = archive.next()
            archive.members.clear()  # type: ignore[attr-defined]
            if member is None:
                break
            yield archive, member
    stream.header()
    stream.require_end()


@record
class _Into:
    """Where a tar comes from and its members go to."""

    stream: Stream
    tree: Tree
    store: Store


def _put(archive: tarfile.TarFile, member: tarfile.TarInfo, name: bytes, into: _Into) -> None:
    if member.type == tarfile.LNKTYPE:
        into.tree.put_again(name, raw(member.linkname))
        return
    node = _node(member, name)
    if node.kind == FILE:
        file = archive.extractfile(member)
        if file is not None:
            into.stream.content()
            node.content = into.store.put(name, cast("Readable", file), member.size)
    into.tree.put(name, node)


def _node(member: tarfile.TarInfo, name: bytes) -> Node:
    """Return what a member says of an entry, but for its content. Raises ImageError."""
    kind = _KINDS.get(member.type)
    if kind is None:
        why = f"{shown(name)} is a member of the type {member.type!r}, which no root file system has"
        raise ImageError(Cause.UNSUPPORTED, why, "make the tar with --format=posix, and of all files")
    if not (0 <= member.uid < _LARGEST and 0 <= member.gid < _LARGEST and member.size >= 0):
        raise damaged(f"{shown(name)} has numbers that no file has")
    if member.sparse is not None:
        _require_order(cast("Sequence[tuple[int, int]]", member.sparse), member.size, name)
    if kind == LINK and not member.linkname:
        raise damaged(f"{shown(name)} is a link to nothing")
    link = raw(member.linkname) if kind == LINK else b""
    device = (member.devmajor, member.devminor) if kind in (CHAR, BLOCK) else (0, 0)
    attributes = () if kind not in (FILE, FOLDER) else _attributes(member.pax_headers, name)
    return Node(kind, member.mode & 0o7777, member.uid, member.gid, link, device, attributes)


def _require_order(parts: Sequence[tuple[int, int]], size: int, name: bytes) -> None:
    """See that the parts of a sparse file follow one another inside of it: in others tarfile would look for ever."""
    end = 0
    for start, length in parts:
        if length == 0:  # what is left of a header of the old format
            continue
        if start < end or length < 0 or start + length > size:
            raise damaged(f"the parts of {shown(name)}, a sparse file, lie one over the other")
        end = start + length


def _attributes(headers: Mapping[str, str], name: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """Return the extended attributes of a member that are part of the tree."""
    found: dict[bytes, bytes] = {}
    for key, value in headers.items():
        if key.startswith(_LISTS):
            why = f"{shown(name)} has an access list as text, which can't be compared with others"
            raise ImageError(Cause.UNSUPPORTED, why, "make the tar with --xattrs --xattrs-include='*', without --acls")
        if key.startswith(_STAR):
            found[raw(key.removeprefix(_STAR))] = raw(value)
        elif key.startswith(_LIBARCHIVE):
            found.setdefault(unquote_to_bytes(key.removeprefix(_LIBARCHIVE)), _decoded(value, name))
    return tuple(sorted((attribute, value) for attribute, value in found.items() if counts(attribute)))


def _decoded(value: str, name: bytes) -> bytes:
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise damaged(f"{shown(name)} has an attribute that can't be read") from None


def raw(text: str) -> bytes:
    """Return the bytes that a name or value in a tar was made of."""
    return text.encode("utf-8", "surrogateescape")
