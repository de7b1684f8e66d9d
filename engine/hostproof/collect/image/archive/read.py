"""A tar, or an OCI layout in; its entries, and a scratch folder with its files, out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from hostproof.collect.image.archive.layout import blob_file, layers_of
from hostproof.collect.image.archive.store import Store
from hostproof.collect.image.archive.stream import Stream
from hostproof.collect.image.archive.tarred import read_tar
from hostproof.collect.image.archive.tree import Tree
from hostproof.collect.image.archive.unpack import unpack
from hostproof.collect.image.entries import Entry
from hostproof.collect.image.limits import ImageError, Limits
from hostproof.facts.unknown import Cause

_HOLDS = (b"oci-layout", b"manifest.json")


def unpack_tar(path: str, folder: str, limits: Limits) -> list[Entry]:
    """Unpack a tar into the new folder `root` of a private `folder`, and return its entries. Raises ImageError.

    Without a folder it is only read.
    """
    tree = Tree(limits)

    def fill(store: Store) -> None:
        with Path(path).open("rb") as file:
            read_tar(Stream(file, limits), tree, store)

    entries = _unpacked(tree, fill, folder)
    if any(tree.find([name]) for name in _HOLDS) and tree.find([b"etc"]) is None:
        why = "this tar holds an image with its layers, not its files"
        raise ImageError(Cause.UNSUPPORTED, why, "unpack it, and name the folder: oci:DIR")
    return entries


def unpack_layout(path: str, name: str, folder: str, limits: Limits) -> list[Entry]:
    """Do the same for an image of an OCI layout."""
    tree = Tree(limits)

    def fill(store: Store) -> None:
        for blob in layers_of(path, name):
            tree.layer += 1
            with blob_file(path, blob, limits) as file:
                read_tar(Stream(file, limits), tree, store, layer=True)

    return _unpacked(tree, fill, folder)


def _unpacked(tree: Tree, fill: Callable[[Store], None], folder: str) -> list[Entry]:
    store = Store(folder and os.path.join(folder, "store"), tree.limits)  # noqa: PTH118 - as os takes it
    try:
        fill(store)
        if folder:
            unpack(tree, store, os.path.join(folder, "root"))  # noqa: PTH118
    except OSError as error:
        raise ImageError(Cause.FAILED, f"it can't be read: {error.strerror}", "see that it can be read") from None
    finally:
        store.close()
    return list(tree.entries())
