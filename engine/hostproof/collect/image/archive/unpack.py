"""A tree and its store in, a private folder with its files out: owned by us, without devices, closed to others.

Folders come first, then files, and links last, so that nothing is ever written through a link.
"""

from __future__ import annotations

import os

from hostproof.collect.image.archive.store import Store
from hostproof.collect.image.archive.tree import Tree
from hostproof.collect.image.entries import FILE, FOLDER, LINK
from hostproof.collect.image.limits import ImageError
from hostproof.facts.unknown import Cause

_RUN = 0o111


def unpack(tree: Tree, store: Store, folder: str) -> None:
    """Make the tree's folders, files and links in a new folder; the store has none of the files then.

    Raises ImageError if that can't be done.
    """
    os.mkdir(folder, 0o700)  # noqa: PTH102 - a descriptor is needed
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _make(tree, store, top)
    except OSError as error:
        why = f"it can't be unpacked: {error.strerror}"
        raise ImageError(Cause.FAILED, why, "set TMPDIR to a folder with more room") from None
    finally:
        os.close(top)


def _make(tree: Tree, store: Store, top: int) -> None:
    placed: dict[int, bytes] = {}
    links = []
    for path, node in tree.nodes():
        tree.limits.tick()
        if node.kind == FOLDER:
            os.mkdir(path, 0o700, dir_fd=top)
        elif node.kind == LINK:
            links.append((path, node.link))
        elif node.kind == FILE and node.content.number in placed:
            os.link(placed[node.content.number], path, src_dir_fd=top, dst_dir_fd=top)
        elif node.kind == FILE:
            os.rename(str(node.content.number), path, src_dir_fd=store.place, dst_dir_fd=top)
            placed[node.content.number] = path
            if node.mode & _RUN:
                os.chmod(path, 0o700, dir_fd=top)
    for path, target in links:
        os.symlink(target, path, dir_fd=top)
