"""Manifests as texts: what is read back, what is refused, and what differs between two."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.collect.image.entries import Entry, line_of, quoted
from hostproof.collect.image.limits import ImageError
from hostproof.collect.image.manifest import Difference, differences, manifest_of, read_digest, read_manifest
from hostproof.facts.unknown import Cause

SUM = "ab" * 32
ENTRIES = [
    Entry(b"etc", "dir"),
    Entry(b"etc/passwd", "file", 0o644, size=3, digest=SUM),
    Entry(b"bin", "link", link=b"usr/bin"),
    Entry(b"null", "char", 0o666, device=(1, 3)),
    Entry(b"ping", "file", 0o755, size=1, digest=SUM, xattrs=((b"user.b", b"1"), (b"security.capability", b"\1"))),
]


def lines_with(changed: Entry) -> tuple[bytes, ...]:
    """Return the lines of all entries, of which one is another."""
    return manifest_of([changed if entry.path == changed.path else entry for entry in ENTRIES]).lines


def test_it_is_read_back(tmp_path: Path) -> None:
    """Whatever order the entries came in: the same lines, and the size of all files."""
    made = manifest_of(ENTRIES[::-1])
    (tmp_path / "m").write_bytes(b"".join(made.pieces))
    assert read_manifest(str(tmp_path / "m")) == made.lines == manifest_of(ENTRIES).lines
    assert made.size == 4
    assert made.lines[-1].endswith(b" xattr.security.capability=AQ== xattr.user.b=MQ==")


@given(st.binary(min_size=1, max_size=30))
def test_quoting_leaves_nothing_that_splits_a_line(raw: bytes) -> None:
    """Printable ASCII without blanks and signs, and each name has a quoted form of its own."""
    text = quoted(raw)
    assert not set(text) & set(" \t\n#=*?[")
    assert text.isascii()
    assert text.isprintable()
    parts = text.split("\\")
    assert parts[0].encode() + b"".join(bytes([int(part[:3], 8)]) + part[3:].encode() for part in parts[1:]) == raw


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "is no manifest, or it is cut"),
        (b"#mtree", "is no manifest, or it is cut"),
        (b"#mtree v2.0\n./a type=dir\n", "is no manifest"),
        (b"#mtree\n./a type=dir mode=0755 uid=0 gid=0", "or it is cut"),
        (b"#mtree\n/set type=dir\n", "m:2: this is no line of a manifest"),
        (b"#mtree\n./b type=dir\n./a type=dir\n", "m:3: this is no line"),
        (b"#mtree\n./a type=dir\n./a type=dir\n", "m:3: this is no line"),
        (b"#mtree\n./a mode=0755\n", "m:2: this is no line"),
        (b"#mtree\n./a type=dir  mode=0755\n", "m:2: this is no line"),
        (b"#mtree\n./\xff type=dir\n", "m:2: this is no line"),
    ],
)
def test_what_is_none_is_refused(tmp_path: Path, text: bytes, why: str) -> None:
    """With the line, if it is one: a manifest that isn't whole would let differences pass."""
    (tmp_path / "m").write_bytes(text)
    with pytest.raises(ImageError) as caught:
        read_manifest(str(tmp_path / "m"))
    assert caught.value.unknown.cause is Cause.PARSE_ERROR
    assert why in caught.value.unknown.detail


def test_an_empty_root_has_a_manifest(tmp_path: Path) -> None:
    """Its digest is that of the first line."""
    (tmp_path / "m").write_bytes(b"#mtree\n")
    assert read_manifest(str(tmp_path / "m")) == ()


def test_a_file_that_is_not_there_is_absent() -> None:
    """With its path."""
    with pytest.raises(ImageError, match="/no/such/manifest can't be read") as caught:
        read_manifest("/no/such/manifest")
    assert caught.value.unknown.cause is Cause.ABSENT


@pytest.mark.parametrize(
    ("changed", "field", "expected", "found"),
    [
        (Entry(b"etc/passwd", "file", 0o600, size=3, digest=SUM), "mode", "0644", "0600"),
        (Entry(b"etc/passwd", "file", 0o644, uid=7, size=3, digest=SUM), "uid", "0", "7"),
        (Entry(b"etc/passwd", "file", 0o644, gid=7, size=3, digest=SUM), "gid", "0", "7"),
        (Entry(b"etc/passwd", "file", 0o644, size=3, digest="cd" * 32), "sha256digest", SUM, "cd" * 32),
        (Entry(b"etc/passwd", "fifo", 0o600), "type", "file", "fifo"),
        (Entry(b"bin", "link", link=b"usr/bi n"), "link", "usr/bin", "usr/bi\\040n"),
        (Entry(b"null", "char", 0o666, device=(1, 5)), "device", "linux,1,3", "linux,1,5"),
        (Entry(b"ping", "file", 0o755, size=1, digest=SUM, xattrs=((b"user.b", b"1"),)),
         "xattr.security.capability", "AQ==", ""),
    ],
)  # fmt: skip
def test_one_difference_is_told_by_its_field(changed: Entry, field: str, expected: str, found: str) -> None:
    """With both values; of another kind of entry nothing but that."""
    told = list(differences(manifest_of(ENTRIES).lines, lines_with(changed)))
    assert told == [Difference("/" + changed.path.decode(), "changed", field, expected, found)]


def test_what_is_added_or_removed_is_told() -> None:
    """By path, in order."""
    more = manifest_of([*ENTRIES[1:], Entry(b"a b", "dir")]).lines
    assert list(differences(manifest_of(ENTRIES).lines, more)) == [
        Difference("/a\\040b", "added"),
        Difference("/etc", "removed"),
    ]
    assert list(differences(more, more)) == []


def test_what_users_keep_in_attributes_is_not_shown() -> None:
    """A sum is shown instead; the manifest itself has it, which is a file of the user's own."""
    secret = Entry(b"ping", "file", 0o755, size=1, digest=SUM, xattrs=((b"user.b", b"secret"), ENTRIES[4].xattrs[1]))
    (told,) = differences(manifest_of(ENTRIES).lines, lines_with(secret))
    assert told.field == "xattr.user.b"
    assert told.found.startswith("sha256:")
    assert b"c2VjcmV0" in line_of(secret)


@pytest.mark.parametrize("text", [SUM, f"sha256:{SUM}\n", f"{SUM.upper()}  image.mtree\n", f"  {SUM}\nmore"])
def test_a_digest_is_read_from_a_file(tmp_path: Path, text: str) -> None:
    """Alone, with its name, or as sha256sum writes it."""
    (tmp_path / "d").write_text(text)
    assert read_digest(str(tmp_path / "d")) == f"sha256:{SUM}"


@pytest.mark.parametrize("text", ["", "sha256:", SUM[:-1], SUM + "0", f"md5:{SUM}", f"image {SUM}"])
def test_another_text_is_no_digest(tmp_path: Path, text: str) -> None:
    """Nothing is guessed."""
    (tmp_path / "d").write_text(text)
    with pytest.raises(ImageError, match="does not begin with a SHA-256"):
        read_digest(str(tmp_path / "d"))
