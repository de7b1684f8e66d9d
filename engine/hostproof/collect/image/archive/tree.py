"""A tree made of the members of archives, layer upon layer: the last counts, and no name leads out of it.

A member's folder is looked up as a system would that runs in the tree: links are followed inside it, `..` of the top is
the top. What lies in the way, but is no folder, refuses the archive.
"""

from __future__ import annotations

from collections.abc import Iterator

from hostproof.collect.image.archive.store import Content
from hostproof.collect.image.entries import FOLDER, LINK, Entry
from hostproof.collect.image.limits import Limits, damaged, too_large
from hostproof.source.records import record, replace

MOST_LINKS = 40  # of one path, as the kernel has it: MAXSYMLINKS in include/linux/namei.h
MOST_NAME = 255  # NAME_MAX in include/uapi/linux/limits.h
_NOTHING = Content(0, 0, "")


@record(frozen=False, eq=False)
class Node:
    """What a member says of an entry; `children` are those of a folder, `layer` is the one that put it there."""

    kind: str
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    link: bytes = b""
    device: tuple[int, int] = (0, 0)
    xattrs: tuple[tuple[bytes, bytes], ...] = ()
    content: Content = _NOTHING
    children: dict[bytes, Node] | None = None
    layer: int = 0
    reach: int = 0  # bytes of its path


class Tree:
    """The entries so far. A folder that no member speaks of is root's, with the mode 0755."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.top = Node(FOLDER, children={})
        self.layer = 0
        self.made = 0

    def put(self, name: bytes, node: Node) -> None:
        """Put an entry where its name says, in the place of what was there; a folder keeps what is in it."""
        parts = parts_of(name)
        if not parts:
            if node.kind != FOLDER:
                raise damaged(f"it has a {node.kind} in the place of the root folder")
            return
        folder = self._folder(parts[:-1])
        there = (folder.children or {}).get(parts[-1])
        if there is not None and there.kind == node.kind == FOLDER:
            there.mode, there.uid, there.gid, there.xattrs = node.mode, node.uid, node.gid, node.xattrs
            there.layer = self.layer
        else:
            self._add(folder, parts[-1], node)

    def put_again(self, name: bytes, other: bytes) -> None:
        """Put what has one name under another name too: a hard link."""
        found = self.find(parts_of(other))
        if found is None or found.kind == FOLDER:
            raise damaged(f"{shown(name)} is a hard link to {shown(other)}, which is not there or is a folder")
        self.put(name, replace(found))

    def hide(self, name: bytes) -> None:
        """Remove what lower layers have under a name: a whiteout."""
        *before, last = parts_of(name)
        folder = self.find(before)
        node = folder.children.get(last) if folder is not None and folder.children is not None else None
        if folder is not None and folder.children is not None and node is not None and not self._kept(node):
            del folder.children[last]

    def empty(self, name: bytes) -> None:
        """Remove all that lower layers have in a folder: an opaque whiteout."""
        folder = self.find(parts_of(name))
        if folder is not None and folder.children is not None:
            self._kept(folder)

    def entries(self) -> Iterator[Entry]:
        """Yield all entries."""
        for path, node in self.nodes():
            of = node.content
            told = (node.mode, node.uid, node.gid, of.size, of.digest, node.link, node.device, node.xattrs, of.head)
            yield Entry(path, node.kind, *told)

    def nodes(self) -> Iterator[tuple[bytes, Node]]:
        """Yield all nodes with their paths, a folder before what is in it."""
        waiting = [(b"", self.top)]
        while waiting:
            before, folder = waiting.pop()
            for name, node in (folder.children or {}).items():
                yield before + name, node
                if node.children is not None:
                    waiting.append((before + name + b"/", node))

    def find(self, parts: list[bytes]) -> Node | None:
        """Return what a path names, a link at its end itself; None if it isn't there."""
        if not parts:
            return self.top
        folder = self._way(parts[:-1], make=False)
        return folder.children.get(parts[-1]) if folder is not None and folder.children is not None else None

    def _folder(self, parts: list[bytes]) -> Node:
        found = self._way(parts, make=True)
        if found is None or found.children is None:
            raise damaged(f"{shown(b'/'.join(parts))} is no folder, but something is to lie in it")
        return found

    def _way(self, parts: list[bytes], *, make: bool) -> Node | None:
        """Return the folder that a path leads to; None where it leads to none."""
        way, left, links = [self.top], parts[::-1], 0
        while left:
            part = left.pop()
            if part == b"..":
                del way[max(1, len(way) - 1) :]
                continue
            if part in (b"", b"."):
                continue
            child = (way[-1].children or {}).get(part)
            if child is None:
                if not make:
                    return None
                child = self._add(way[-1], part, Node(FOLDER))
            if child.kind == LINK:
                links += 1
                if links > MOST_LINKS:
                    raise damaged(f"{shown(b'/'.join(parts))}: too many links lead on from there")
                del way[1 if child.link.startswith(b"/") else len(way) :]
                left += child.link.split(b"/")[::-1]
            elif child.children is None:
                return None
            else:
                way.append(child)
            if len(way) > self.limits.depth:
                raise too_large(f"folders lie deeper than {self.limits.depth}: {shown(b'/'.join(parts))}")
        return way[-1]

    def _add(self, folder: Node, name: bytes, node: Node) -> Node:
        if folder.children is None:
            raise damaged(f"{shown(name)} is to lie in what is no folder")
        self.made += 1
        if self.made > self.limits.entries:
            raise too_large(f"there are more than {self.limits.entries} entries")
        reach = folder.reach + len(name) + 1
        if len(name) > MOST_NAME or reach > self.limits.path:
            raise too_large(f"a path is longer than a system would take: {shown(name)}")
        if node.kind == FOLDER and node.children is None:
            node.children = {}
        node.layer, node.reach = self.layer, reach
        folder.children[name] = node
        return node

    def _kept(self, node: Node) -> bool:
        """Remove what lower layers have of a node, and tell whether anything of this layer is left."""
        if node.children is None:
            return node.layer == self.layer
        for name, child in list(node.children.items()):
            if not self._kept(child):
                del node.children[name]
        return node.layer == self.layer or bool(node.children)


def parts_of(name: bytes) -> list[bytes]:
    """Return the parts of a member's name. Raises ImageError where it leads upwards, or can't be a name."""
    parts = [part for part in name.split(b"/") if part not in (b"", b".")]
    if b".." in parts or b"\0" in name:
        raise damaged(f"{shown(name)} leads out of where it is to lie")
    return parts


def shown(name: bytes) -> str:
    """Return a name as a message shows it."""
    return repr(name.decode("utf-8", "backslashreplace")[:200])
