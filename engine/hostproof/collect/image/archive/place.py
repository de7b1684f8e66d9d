"""A path that a user calls a tar or an OCI layout in; nothing out, or the reason why it is none."""

from __future__ import annotations

import tarfile
from pathlib import Path

from hostproof.collect.image.archive.layout import is_layout, layers_of
from hostproof.collect.image.archive.stream import Stream
from hostproof.collect.image.limits import ImageError, Limits
from hostproof.facts.unknown import Cause

_BLOCK = 512


def require_image(kind: str, path: str, name: str) -> None:
    """See that there is a `tar`, by its first header, or an `oci` layout with the image of that name.

    Raises ImageError, OSError, ValueError.
    """
    if kind == "tar":
        _require_tar(Path(path))
    elif not is_layout(path):
        why = "there is no OCI layout (oci-layout, index.json)"
        raise ImageError(Cause.ABSENT, why, "name the folder of one: oci:DIR or oci:DIR:NAME")
    else:
        layers_of(path, name)


def _require_tar(path: Path) -> None:
    if path.is_dir():
        raise ImageError(Cause.ABSENT, "it is a folder", f"take root:{path}")
    if not path.is_file():
        raise ImageError(Cause.ABSENT, "there is no such file", "name a tar, packed or not")
    with path.open("rb") as file:
        block = Stream(file, Limits()).read(_BLOCK)
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.TarError:
        if block != bytes(_BLOCK):  # an empty one has its end at once
            raise ImageError(Cause.PARSE_ERROR, "it is no tar", "gz, xz, zst and bz2 are unpacked") from None
