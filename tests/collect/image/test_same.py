"""One root file system as a folder, as tars of all formats, as an OCI layout: one digest."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import images


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a root file system of all kinds of entries."""
    return images.fill(tmp_path_factory.mktemp("image") / "root")


def test_the_digest_is_that_of_the_manifests_file(root: Path) -> None:
    """Whoever has the manifest can check the digest by sha256sum, and its order by sort."""
    text = images.text(f"root:{root}")
    assert images.manifest(f"root:{root}").digest == "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()
    lines = text.splitlines()
    assert lines[0] == "#mtree"
    assert lines == sorted(lines, key=str.encode)


def test_every_entry_has_its_line(root: Path) -> None:
    """Names are quoted, modes whole, links as they are, and the content of several names is told by each."""
    text = images.text(f"root:{root}")
    tool = hashlib.sha256(b"#!/bin/sh\n").hexdigest()
    own = f"uid={os.geteuid()} gid={os.getegid()}"
    assert f"./usr/bin/tool type=file mode=4755 {own} size=10 sha256digest={tool}" in text
    assert f"./usr/bin/tool-again type=file mode=4755 {own} size=10 sha256digest={tool}" in text
    assert f"./etc/out type=link {own} link=/../../etc/shadow\n" in text
    assert f"./var/empty type=dir mode=0755 {own}\n" in text
    assert "./tmp type=dir mode=1777" in text
    assert "./a\\040b\\011\\043\\075\\052\\077\\133\\134 type=file" in text
    assert "./not-\\377\\376-utf8 type=file" in text
    assert f"./fifo type=fifo mode=0600 {own}\n" in text
    assert "\n. " not in text


@pytest.mark.skipif(os.geteuid() != 0, reason="devices, owners and capabilities are for root")
def test_what_only_root_can_make_is_listed(root: Path) -> None:
    """Device numbers, other owners, and the capabilities of a program."""
    text = images.text(f"root:{root}")
    assert "./null type=char mode=0666 uid=0 gid=0 device=linux,1,3\n" in text
    assert "./etc/passwd type=file mode=0644 uid=7 gid=2147483651 size=26 " in text
    assert " xattr.security.capability=AQAAAgAEAAAAAAAAAAAAAAAAAAA=\n" in text


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"])
def test_a_tar_has_the_same_digest(root: Path, tmp_path: Path, ending: str) -> None:
    """However it is packed; devices, sparse files, long names and attributes included."""
    packer = {".gz": "-z", ".xz": "-J", ".bz2": "-j", ".zst": "--zstd"}.get(Path(ending).suffix)
    usual = ("--format=posix", "--xattrs", "--xattrs-include=*", "--sparse")
    path = images.gnu_tar(root, tmp_path / f"image{ending}", *usual, *([packer] if packer else []))
    assert images.text(f"tar:{path}") == images.text(f"root:{root}")


def test_an_old_gnu_tar_has_the_same_digest(root: Path, tmp_path: Path) -> None:
    """But for attributes, which that format lacks: long names, sparse files and bytes that are no UTF-8."""
    path = images.gnu_tar(root, tmp_path / "image.tar", "--format=gnu", "--sparse")
    expected = [line.split(" xattr.")[0] for line in images.text(f"root:{root}").splitlines()]
    assert images.text(f"tar:{path}").splitlines() == expected


def test_a_layout_has_the_same_digest(root: Path, tmp_path: Path) -> None:
    """Of one layer, packed or not, and of two of which the upper one puts all right."""
    whole = images.gnu_tar(root, tmp_path / "image.tar").read_bytes()
    expected = images.text(f"root:{root}")
    below = images.tar_of(
        [images.file_of("etc/passwd/old"), images.file_of("gone"), images.file_of("usr/bin/tool", b"old", 0o600)]
    )
    above = images.tar_of([images.file_of("etc/.wh.passwd"), images.file_of(".wh.gone")])
    layouts = [
        images.layout_of(tmp_path / "one", whole),
        images.layout_of(tmp_path / "plain", whole, packed=False),
        images.layout_of(tmp_path / "more", below, above, whole),
        images.layout_of(tmp_path / "again", whole, whole),
    ]
    assert [images.text(f"oci:{layout}") == expected for layout in layouts] == [True] * len(layouts)


@pytest.mark.skipif(os.geteuid() != 0, reason="owners and devices can only be unpacked by root")
def test_what_tar_unpacks_has_the_same_digest(root: Path, tmp_path: Path) -> None:
    """There and back again, and times are nothing to it."""
    path = images.gnu_tar(root, tmp_path / "image.tar")
    again = tmp_path / "again"
    again.mkdir()
    extract = ["tar", "--xattrs", "--xattrs-include=*", "--touch", "-C", str(again), "-xpf", str(path)]
    subprocess.run(extract, check=True, timeout=60)
    assert images.manifest(f"root:{again}").digest == images.manifest(f"root:{root}").digest


def test_anything_that_changes_changes_the_digest(root: Path, tmp_path: Path) -> None:
    """Content, mode, a link's words, a name, an entry more; but not a time."""
    copy = tmp_path / "copy"
    shutil.copytree(root, copy, symlinks=True, ignore=shutil.ignore_patterns("fifo", "null"))
    before = images.manifest(f"root:{copy}").digest
    os.utime(copy / "etc" / "passwd", ns=(1, 1))
    assert images.manifest(f"root:{copy}").digest == before
    seen = {before}
    for change in (
        lambda: (copy / "etc" / "passwd").write_text("root:x:0:0::/root:/bin/sH\n"),
        lambda: (copy / "etc" / "passwd").chmod(0o640),
        lambda: (copy / "usr" / "link").symlink_to("lib"),
        lambda: (copy / "n").rename(copy / "N"),
        lambda: (copy / "var" / "empty" / "x").mkdir(),
        lambda: os.setxattr(copy / "etc" / "passwd", "user.note", b"1"),
    ):
        change()
        seen.add(images.manifest(f"root:{copy}").digest)
    assert len(seen) == 7


NAMES = st.sampled_from([b"a", b"b", b"c.d", b".wh", b"-", b"\xff", "ü".encode(), b"a b", b"=", b"x" * 120])
FOLDERS = st.recursive(
    st.one_of(
        st.binary(max_size=20),
        st.tuples(st.sampled_from([b"a", b"../a", b"/", b"/b/a", b"\xff"]), st.just("link")),
    ),
    lambda inner: st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def grow(folder: Path, tree: object, modes: list[int]) -> None:
    """Make files, links and folders of a drawn tree."""
    assert isinstance(tree, dict)
    for name, what in tree.items():
        path = folder / os.fsdecode(name)
        if isinstance(what, dict):
            path.mkdir()
            grow(path, what, modes)
            path.chmod(0o700 | modes.pop())
        elif isinstance(what, tuple):
            path.symlink_to(os.fsdecode(what[0]))
        else:
            path.write_bytes(what)
            path.chmod(0o400 | modes.pop())


@settings(max_examples=25)
@given(
    tree=st.dictionaries(NAMES, FOLDERS, max_size=5),
    modes=st.lists(st.integers(0, 0o7777), min_size=40, max_size=40),
    packing=st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
    cut=st.integers(0, 10),
)
def test_folder_tar_and_layers_agree(tree: object, modes: list[int], packing: int, cut: int) -> None:
    """Whatever is in it, and wherever it is cut into layers: the same manifest."""
    with TemporaryDirectory() as place:
        root = Path(place, "root")
        root.mkdir()
        grow(root, tree, modes)
        members = sorted(path.relative_to(root) for path in root.rglob("*"))
        tars = []
        for number, part in enumerate((members, members[:cut], members[cut:])):
            tars.append(Path(place, f"{number}.tar"))
            with tarfile.open(tars[-1], "w", format=packing) as archive:
                for path in part:
                    archive.add(root / path, arcname=str(path), recursive=False)
        layers = [path.read_bytes() for path in tars[1:]]
        layout = images.layout_of(Path(place, "layout"), *layers, packed=False)
        texts = {images.text(word) for word in (f"root:{root}", f"tar:{tars[0]}", f"oci:{layout}")}
        assert len(texts) == 1
