"""Root file systems for tests: trees of all kinds of entries, tars by GNU tar or by hand, OCI layouts of tars."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import socket
import subprocess
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from hostproof.collect.image.limits import ImageError, Limits
from hostproof.collect.image.manifest import Manifest
from hostproof.collect.image.opened import Opened, opened
from hostproof.collect.target import parse_target

LAYER = "application/vnd.oci.image.layer.v1.tar"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CAPABILITY = bytes.fromhex(
    "0100000200040000000000000000000000000000"
)  # cap_net_bind_service=ep, see <linux/capability.h>
NAME = "org.opencontainers.image.ref.name"
DUE = 2**62


def manifest(word: str, limits: Limits | None = None) -> Manifest:
    """Return the manifest of a target. Raises ImageError."""
    with opened(parse_target(word), DUE, limits) as there, opened(parse_target(word), DUE, limits, files=False) as read:
        unpacked = manifest_in(there)
        assert there.target.kind != "root" or unpacked == manifest_in(read)
        return unpacked


def manifest_in(there: Opened) -> Manifest:
    """Return the manifest of what was opened. Raises ImageError."""
    if there.trouble is not None:
        raise ImageError.of(there.trouble)
    return there.manifest()


def text(word: str) -> str:
    """Return the manifest of a target as text."""
    return b"".join(manifest(word).pieces).decode("ascii")


def fill(root: Path) -> Path:
    """Make a root file system with every kind of entry that this user may make, and names of all sorts."""
    for folder in ("etc/ssh", "usr/bin", "usr/lib", "var/empty", "tmp"):
        (root / folder).mkdir(parents=True)
    (root / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (root / "usr" / "bin" / "tool").write_bytes(b"#!/bin/sh\n")
    (root / "usr" / "bin" / "tool").chmod(0o4755)
    (root / "tmp").chmod(0o1777)
    os.link(root / "usr" / "bin" / "tool", root / "usr" / "bin" / "tool-again")
    (root / "bin").symlink_to("usr/bin")
    (root / "etc" / "out").symlink_to("/../../etc/shadow")
    (root / "etc" / "loop").symlink_to("loop")
    (root / "a b\t#=*?[\\").write_text("blanks and signs")
    (root / "größe-\N{SNOWMAN}").write_text("")
    Path(os.fsdecode(os.fsencode(root) + b"/not-\xff\xfe-utf8")).write_bytes(b"\0\xff")
    (root / ("n" * 255)).mkdir()
    (root / "n" / "n").mkdir(parents=True)
    (root / "n" / "n" / ("m" * 200)).write_text("long")
    with (root / "sparse").open("wb") as file:
        file.truncate(3 * 2**20)
        file.seek(2**20 + 5)
        file.write(b"island")
    os.mkfifo(root / "fifo", 0o600)
    if os.geteuid() == 0:
        os.mknod(root / "null", 0o20600, os.makedev(1, 3))
        (root / "null").chmod(0o666)
        os.chown(root / "etc" / "passwd", 7, 2**31 + 3)
        os.setxattr(root / "usr" / "bin" / "tool", "security.capability", CAPABILITY)
    return root


def gnu_tar(root: Path, path: Path, *options: str) -> Path:
    """Pack a root file system by GNU tar, as posix unless options say otherwise."""
    usual = ("--format=posix", "--xattrs", "--xattrs-include=*", "--sparse", "--numeric-owner")
    subprocess.run(["tar", *(options or usual), "-C", str(root), "-cf", str(path), "."], check=True, timeout=60)
    return path


def tar_of(members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    """Return a tar of members, written by hand."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def file_of(name: str, data: bytes = b"", mode: int = 0o644) -> tuple[tarfile.TarInfo, bytes]:
    """Return a member that is a file."""
    member = tarfile.TarInfo(name)
    member.mode = mode
    return member, data


def other_of(name: str, kind: bytes, link: str = "") -> tuple[tarfile.TarInfo, bytes]:
    """Return a member that is a folder, a link or a device."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.mode = kind, link, 0o755
    return member, b""


def link_of(name: str, link: str) -> tuple[tarfile.TarInfo, bytes]:
    """Return a member that is a symbolic link."""
    return other_of(name, tarfile.SYMTYPE, link)


def put_blob(layout: Path, data: bytes) -> dict[str, object]:
    """Put a blob into a layout, and return what a descriptor says of it."""
    digest = hashlib.sha256(data).hexdigest()
    place = layout / "blobs" / "sha256"
    place.mkdir(parents=True, exist_ok=True)
    (place / digest).write_bytes(data)
    return {"digest": f"sha256:{digest}", "size": len(data)}


def put_image(layout: Path, layers: Sequence[bytes], *, packed: bool = True, **more: object) -> dict[str, object]:
    """Put an image of layers (tars) into a layout, and return the descriptor of its manifest."""
    blobs = [put_blob(layout, gzip.compress(layer, 1) if packed else layer) for layer in layers]
    described = [{"mediaType": LAYER + ("+gzip" if packed else ""), **blob} for blob in blobs]
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", **put_blob(layout, b"{}")}
    said = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": described}
    return {"mediaType": MANIFEST, **put_blob(layout, json.dumps(said).encode()), **more}


def write_index(layout: Path, images: Sequence[dict[str, object]]) -> Path:
    """Write what makes a folder with blobs a layout."""
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": list(images)}))
    return layout


def layout_of(layout: Path, *layers: bytes, packed: bool = True) -> Path:
    """Make a layout with one image."""
    return write_index(layout, [put_image(layout, layers, packed=packed)])


def listen(path: Path) -> None:
    """Leave a socket where a program listened."""
    with socket.socket(socket.AF_UNIX) as there:
        there.bind(str(path))
