"""An OCI image layout on disk in, the layers of one of its images out; every blob is compared with its digest first.

Sources: https://github.com/opencontainers/image-spec/blob/main/image-layout.md, and beside it descriptor.md,
image-index.md, manifest.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TypeAlias

from hostproof.collect.image.limits import MIB, ImageError, Limits, damaged
from hostproof.facts.unknown import Cause
from hostproof.source.records import record

MOST_JSON = 8 * MIB
MOST_NESTED = 4
MOST_LAYERS = 500
_CHUNK = MIB
_NAME = "org.opencontainers.image.ref.name"
_DIGEST = re.compile(r"(sha256):([0-9a-f]{64})|(sha512):([0-9a-f]{128})")
_INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
_LAYERS = ("application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs.")
# What the specification calls an architecture (Go's GOARCH) of uname(2)'s machine.
_ARCHITECTURES = {
    "x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "armv6l": "arm", "i686": "386", "ppc64le": "ppc64le",
    "s390x": "s390x", "riscv64": "riscv64", "loongarch64": "loong64",
}  # fmt: skip
Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


@record
class Blob:
    """A descriptor: what a blob holds (`media`), its digest and size, the name of an image, and what it runs on."""

    media: str
    digest: str
    size: int
    name: str = ""
    platform: str = ""


def is_layout(folder: str) -> bool:
    """Tell whether a folder is an OCI layout."""
    return Path(folder, "oci-layout").is_file() and Path(folder, "index.json").is_file()


def layers_of(folder: str, name: str = "", machine: str = "") -> tuple[Blob, ...]:
    """Return the layers of an image, the lowest first: of the one with that name or digest, or else the only one.

    Of several for different platforms it is the one for `machine`, this one's unless said. Raises ImageError.
    """
    version = _json(_read(Path(folder, "oci-layout")), "oci-layout").get("imageLayoutVersion")
    if not str(version).startswith("1."):
        raise ImageError(Cause.UNSUPPORTED, f"its oci-layout is of the version {version}", "make one of version 1.0.0")
    index = _json(_read(Path(folder, "index.json")), "index.json")
    chosen = _chosen(folder, _blobs(index, "manifests"), name, machine or os.uname().machine, 0)
    manifest = _json(_whole(folder, chosen), chosen.digest)
    layers = _blobs(manifest, "layers")
    if "layers" not in manifest or len(layers) > MOST_LAYERS:
        raise damaged(f"the manifest {chosen.digest} lists no layers, or more than {MOST_LAYERS}")
    for layer in layers:
        if not layer.media.startswith(_LAYERS) or layer.media.endswith("+encrypted"):
            raise ImageError(Cause.UNSUPPORTED, f"a layer of the type {layer.media!r} can't be read", "name an image")
    return tuple(layers)


def _chosen(folder: str, blobs: list[Blob], name: str, machine: str, nested: int) -> Blob:
    """Return the manifest of one image. Raises ImageError."""
    known = [blob for blob in blobs if not name or name in (blob.name, blob.digest)]
    if len(known) > 1:
        wanted = f"linux/{_ARCHITECTURES.get(machine, machine)}"
        known = (
            [blob for blob in known if blob.platform == wanted]
            or [blob for blob in known if blob.platform not in ("", "unknown/unknown")]
            or known
        )
    if len(known) != 1:
        names = ", ".join(sorted({blob.name or blob.platform or blob.digest for blob in blobs})[:20])
        why = f"it has {len(known) or 'no'} images" + (f" called {name!r}" if name else "")
        raise ImageError(Cause.INCONCLUSIVE, f"{why}; there are {names or 'none'}", "name one: oci:DIR:NAME")
    found = known[0]
    if found.media not in _INDEXES:
        return found
    if nested >= MOST_NESTED:
        raise damaged("its indexes lie one in the other")
    inner = _json(_whole(folder, found), found.digest)
    return _chosen(folder, _blobs(inner, "manifests"), "", machine, nested + 1)


def _blobs(of: dict[str, Json], key: str) -> list[Blob]:
    listed = of.get(key)
    return [_blob(one) for one in listed] if isinstance(listed, list) else []


def _blob(said: Json) -> Blob:
    """Return a descriptor. Raises ImageError for what is none."""
    if not isinstance(said, dict):
        raise damaged("a descriptor in it is none")
    notes, platform = said.get("annotations"), said.get("platform")
    name = notes.get(_NAME) if isinstance(notes, dict) else ""
    runs = f"{platform.get('os')}/{platform.get('architecture')}" if isinstance(platform, dict) else ""
    media, digest, size = said.get("mediaType"), said.get("digest"), said.get("size")
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest) or not isinstance(size, int) or size < 0:
        raise damaged(f"a descriptor has no digest that is known, or no size: {str(digest)[:100]!r}")
    return Blob(str(media), digest, size, str(name or ""), runs)


def blob_file(folder: str, blob: Blob, limits: Limits) -> BinaryIO:
    """Return a blob's file, open at its beginning, once it was compared with its digest. Raises ImageError."""
    kind, _, digest = blob.digest.partition(":")
    file = _open(Path(folder, "blobs", kind, digest), blob.digest)
    found, size = hashlib.new(kind), 0
    for chunk in _chunks(file):
        limits.tick()
        found.update(chunk)
        size += len(chunk)
    if (found.hexdigest(), size) != (digest, blob.size):
        file.close()
        raise damaged(f"the blob {blob.digest} is not what its name says", "copy the layout again: it is damaged")
    file.seek(0)
    return file


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _open(path: Path, what: str) -> BinaryIO:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        if stat.S_ISREG(os.fstat(handle).st_mode):
            return os.fdopen(handle, "rb")
        os.close(handle)
        raise FileNotFoundError(0, "it is no file")
    except OSError as error:
        cause = Cause.ABSENT if isinstance(error, FileNotFoundError) else Cause.FAILED
        raise ImageError(cause, f"{what} can't be read: {error.strerror}", "copy the layout again, all of it") from None


def _read(path: Path) -> bytes:
    with _open(path, path.name) as file:
        return file.read(MOST_JSON + 1)


def _whole(folder: str, blob: Blob) -> bytes:
    with blob_file(folder, blob, Limits()) as file:
        return file.read(MOST_JSON + 1)


def _json(data: bytes, what: str) -> dict[str, Json]:
    try:
        found = json.loads(data) if len(data) <= MOST_JSON else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise damaged(f"{what} is not the JSON that it should be", "copy the layout again: it is damaged")
    return found
