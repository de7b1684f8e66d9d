"""Archives made to do harm: they are refused with a reason, or what they say stays inside their tree."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard

import images
from hostproof.collect.image.limits import ImageError, Limits
from hostproof.collect.image.opened import opened
from hostproof.collect.target import parse_target
from hostproof.facts.unknown import Cause

SMALL = Limits(entries=50, bytes=100_000, path=300, depth=10)


def refused(data: bytes, place: Path, limits: Limits = SMALL) -> tuple[str, str]:
    """Return cause and detail of why a tar is refused."""
    path = place / "hostile.tar"
    path.write_bytes(data)
    with pytest.raises(ImageError) as caught:
        images.manifest(f"tar:{path}", limits)
    assert caught.value.unknown.cure
    return str(caught.value.unknown.cause), caught.value.unknown.detail


MANY = [images.file_of(f"f{number}") for number in range(60)]
BAD: list[tuple[bytes, str]] = [
    (images.tar_of([images.file_of("../x")]), "'../x' leads out of where it is to lie"),
    (images.tar_of([images.file_of("a/../../x")]), "'a/../../x' leads out of where it is to lie"),
    (images.tar_of([images.other_of("h", tarfile.LNKTYPE, "../x")]), "'../x' leads out"),
    (
        images.tar_of([images.other_of("h", tarfile.LNKTYPE, "nowhere")]),
        "'h' is a hard link to 'nowhere', which is not",
    ),
    (images.tar_of([images.other_of("d", tarfile.DIRTYPE), images.other_of("h", tarfile.LNKTYPE, "d")]), "is a folder"),
    (images.tar_of([images.file_of("f"), images.file_of("f/x")]), "'f' is no folder, but something is to lie in it"),
    (images.tar_of([images.link_of("l", "l"), images.file_of("l/x")]), "'l': too many links lead on from there"),
    (images.tar_of([images.link_of("l", "")]), "'l' is a link to nothing"),
    (images.tar_of([images.file_of(".")]), "it has a file in the place of the root folder"),
    (images.tar_of([images.other_of("x", b"D")]), "'x' is a member of the type b'D'"),
    (images.tar_of(MANY), "there are more than 50 entries"),
    (images.tar_of([images.file_of("/".join("d" * 11))]), "folders lie deeper than 10: 'd/d/d"),
    (images.tar_of([images.file_of("n" * 256)]), "a path is longer than a system would take"),
    (images.tar_of([images.file_of("/".join(["n" * 99] * 4))]), "a path is longer than a system would take"),
    (images.tar_of([images.file_of("big", b"x" * 100_001)]), "its files have more than 100000 bytes"),
    (images.tar_of([images.file_of("a", b"x" * 60_000), images.file_of("b", b"x" * 60_000)]), "more than 100000 bytes"),
    (images.tar_of([images.file_of("f", b"x" * 2000)])[:1024], "unexpected end of data"),
    (images.tar_of([images.file_of("f", b"x" * 100)])[:1024], "it is cut, or damaged, after 1024 bytes"),
    (images.tar_of([images.file_of("f"), images.file_of("g")])[:1024], "it is cut, or damaged"),
    (images.tar_of([images.file_of("f")]) + images.tar_of([images.file_of("g")]), "something follows its end"),
    (images.tar_of([images.file_of("f")]).replace(b"0000644", b"999x644"), "can't be read as a tar"),
    (gzip.compress(images.tar_of([images.file_of("f", os.urandom(900))]))[:-300], "it can't be unpacked"),
    (images.tar_of([images.file_of("oci-layout"), images.file_of("index.json")]), "holds an image with its layers"),
]


@pytest.mark.parametrize(("data", "why"), BAD, ids=[why for _, why in BAD])
def test_it_is_refused_with_a_reason(tmp_path: Path, data: bytes, why: str) -> None:
    """Names that lead out, links that lead nowhere, more than is allowed, and tars that are cut."""
    if "can't be read as a tar" in why:  # refused when it is named
        (tmp_path / "x.tar").write_bytes(data)
        with pytest.raises(Exception, match="no tar"):
            parse_target(f"tar:{tmp_path / 'x.tar'}")
        return
    _, detail = refused(data, tmp_path)
    assert why in detail


def test_nothing_is_written_outside_through_a_link(tmp_path: Path) -> None:
    """A file below a link lies where the link leads inside the tree; outside nothing appears."""
    outside = tmp_path / "outside"
    outside.mkdir()
    members = [
        images.link_of("evil", str(outside)),
        images.file_of("evil/dropped", b"x"),
        images.link_of("up", "../../../../.."),
        images.file_of("up/at-the-top", b"y"),
        images.file_of("/absolute", b"z"),
        images.link_of("etc", "/usr/etc"),
        images.file_of("etc/made", b"w"),
    ]
    (tmp_path / "t.tar").write_bytes(images.tar_of(members))
    with opened(parse_target(f"tar:{tmp_path / 't.tar'}"), images.DUE) as there:
        paths = {entry.path.decode() for entry in there.entries() if entry.kind == "file"}
        scratch = Path(there.target.place)
        assert (scratch / "at-the-top").read_bytes() == b"y"
        assert (scratch / "usr" / "etc" / "made").read_bytes() == b"w"
    assert paths == {f"{outside}/dropped"[1:], "at-the-top", "absolute", "usr/etc/made"}
    assert list(outside.iterdir()) == []
    assert not scratch.exists()


def test_what_is_unpacked_is_private_and_harmless(tmp_path: Path) -> None:
    """Folders and files are ours alone, nothing is set-user-ID, and there is no device; the manifest has them all."""
    device = images.other_of("null", tarfile.CHRTYPE)
    device[0].devmajor, device[0].devminor = 1, 3
    members = [images.file_of("su", b"x", 0o4777), images.file_of("plain", b"", 0o666), device]
    (tmp_path / "t.tar").write_bytes(images.tar_of(members))
    with opened(parse_target(f"tar:{tmp_path / 't.tar'}"), images.DUE) as there:
        scratch = Path(there.target.place)
        assert {path.name: oct(path.stat().st_mode) for path in [scratch, *scratch.iterdir()]} == {
            "root": "0o40700",
            "su": "0o100700",
            "plain": "0o100600",
        }
        assert (scratch.parent.stat().st_mode & 0o777) == 0o700
        lines = [line.decode() for line in there.manifest().lines]
    assert [line.split(" uid")[0] for line in lines] == [
        "./null type=char mode=0755",
        "./plain type=file mode=0666",
        "./su type=file mode=4777",
    ]


BOMBS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("xz", lzma.compress),
    ("zstd", zstandard.ZstdCompressor().compress),
]


@pytest.mark.parametrize(("name", "pack"), BOMBS, ids=[name for name, _ in BOMBS])
def test_a_bomb_is_given_up(tmp_path: Path, name: str, pack: Callable[[bytes], bytes]) -> None:  # noqa: ARG001
    """What unpacks to far more than is allowed is left, wherever the bytes hide: in a file, or after the end."""
    hidden = images.tar_of([images.file_of("f", bytes(4_000_000))])
    trailing = images.tar_of([images.file_of("f")]) + bytes(4_000_000)
    assert refused(pack(hidden), tmp_path)[0] == "too-large"
    assert refused(pack(trailing), tmp_path)[0] == "too-large"


def test_a_header_of_gigabytes_is_not_read_into_memory(tmp_path: Path) -> None:
    """A long name that says to be of 4 GiB."""
    member = tarfile.TarInfo("././@LongLink")
    member.type, member.size = tarfile.GNUTYPE_LONGNAME, 2**32
    assert "larger than any honest one" in refused(member.tobuf() + bytes(4096), tmp_path, Limits())[1]


def test_a_sparse_file_of_a_terabyte_is_refused_at_once(tmp_path: Path) -> None:
    """A tiny tar may say that it is that large; nobody writes it out."""
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(2**40)
    path = images.gnu_tar(tmp_path, tmp_path.parent / f"{tmp_path.name}.tar", "--sparse", "--format=posix")
    with pytest.raises(ImageError) as caught:
        images.manifest(f"tar:{path}")
    assert caught.value.unknown.cause is Cause.TOO_LARGE
    path.unlink()


@pytest.mark.parametrize("parts", ["0,10,5,10", "0,10,90,20", "50,10,0,10", "0,10,20,-5", "0,-1"])
def test_a_sparse_file_in_disorder_is_refused(tmp_path: Path, parts: str) -> None:
    """Parts that lie over one another, or outside of the file: they have been known to make readers loop."""
    member, data = images.file_of("f", b"x" * 20)
    member.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": parts}
    member.pax_headers |= {"GNU.sparse.size": "100", "GNU.sparse.numblocks": "2"}
    cause, detail = refused(images.tar_of([(member, data)]), tmp_path)
    assert (cause, "lie one over the other" in detail or "ends" in detail) == ("parse-error", True), detail


def test_a_million_tiny_entries_are_too_many(tmp_path: Path) -> None:
    """They are counted as they come, and none is unpacked after the last that is allowed."""

    def blocks() -> Iterator[bytes]:
        header = tarfile.TarInfo("name-00000000")
        raw = header.tobuf(tarfile.USTAR_FORMAT)
        for number in range(20_000):
            name = f"name-{number:08d}".encode()
            summed = bytearray(raw.replace(b"name-00000000", name))
            summed[148:156] = b"        "
            summed[148:156] = b"%06o\0 " % sum(summed)
            yield bytes(summed)

    data = io.BytesIO()
    with gzip.GzipFile(fileobj=data, mode="wb", compresslevel=1) as packed:
        packed.writelines(blocks())
    cause, detail = refused(data.getvalue(), tmp_path, Limits(entries=5_000))
    assert (cause, detail) == ("too-large", "there are more than 5000 entries")


def test_time_that_is_over_ends_it(tmp_path: Path) -> None:
    """Reading is given up between two pieces, and the scratch folder is gone."""
    (tmp_path / "t.tar").write_bytes(images.tar_of([images.file_of("f", bytes(1000))]))
    with opened(parse_target(f"tar:{tmp_path / 't.tar'}"), 1) as there:
        assert there.trouble is not None
        assert there.trouble.cause is Cause.TIMEOUT


def test_too_little_room_is_told(tmp_path: Path) -> None:
    """A disk is never filled up: it is left before."""
    (tmp_path / "t.tar").write_bytes(images.tar_of([images.file_of("f", bytes(1000))]))
    with pytest.raises(ImageError, match="MiB would be free where it is unpacked"):
        images.manifest(f"tar:{tmp_path / 't.tar'}", Limits(room=2**60))


def test_access_lists_as_text_are_refused(tmp_path: Path) -> None:
    """They could not be compared with those of a folder, and leaving them out would hide a difference."""
    member, data = images.file_of("f")
    member.pax_headers = {"SCHILY.acl.access": "user::rw-\n"}
    cause, detail = refused(images.tar_of([(member, data)]), tmp_path)
    assert (cause, "access list" in detail) == ("unsupported", True)


def test_attributes_of_bsdtar_are_read_too(tmp_path: Path) -> None:
    """As base64, under names that are quoted as in a URL; those of the system where it was made are left out."""
    member, data = images.file_of("f")
    member.pax_headers = {"LIBARCHIVE.xattr.user.a%20b": "AAE", "SCHILY.xattr.security.selinux": "label"}
    (tmp_path / "t.tar").write_bytes(images.tar_of([(member, data)]))
    text = images.text(f"tar:{tmp_path / 't.tar'}")
    assert text.endswith(" xattr.user.a\\040b=AAE=\n")
    assert "selinux" not in text
