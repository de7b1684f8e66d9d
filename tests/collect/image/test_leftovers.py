"""Leftovers: each kind by what real builds leave, and beside each what is meant to be there."""

from __future__ import annotations

import py_compile
from pathlib import Path

import pytest

import images
from hostproof.collect.image.entries import Entry
from hostproof.collect.image.leftovers import KINDS, MOST_OF_A_KIND, leftovers_of
from hostproof.collect.image.opened import opened
from hostproof.collect.target import parse_target
from hostproof.source.builtin import data_folder

LEFT = [
    ("etc/machine-id", "identity", b"0123456789abcdef0123456789abcdef\n"),
    ("var/lib/dbus/machine-id", "identity", b"0123456789abcdef0123456789abcdef\n"),
    ("etc/iscsi/initiatorname.iscsi", "identity", b"InitiatorName=iqn.1993-08.org.debian:01:abc\n"),
    ("var/lib/systemd/random-seed", "seed", b"\1\2"),
    ("etc/ssh/ssh_host_ed25519_key", "host-key", b""),
    ("etc/ssh/ssh_host_ed25519_key.pub", "host-key", b""),
    ("root/.ssh/id_rsa", "private-key", b""),
    ("home/me/.ssh/id_work.old", "private-key", b""),
    ("etc/ssl/private/ssl-cert-snakeoil.key", "private-key", b""),
    ("var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_InRelease", "package-lists", b""),
    ("var/cache/apt/pkgcache.bin", "package-lists", b""),
    ("var/cache/apk/APKINDEX.tar.gz", "package-lists", b""),
    ("var/cache/apt/archives/bash_5_amd64.deb", "package-archives", b""),
    ("var/log/dpkg.log", "log", b"2024-01-01\n"),
    ("var/log/apt/term.log", "log", b"x"),
    ("var/crash/_usr_bin_x.0.crash", "crash", b""),
    ("tmp/x", "temporary", b""),
    ("run/lock/x", "runtime", b""),
    ("root/.bash_history", "history", b""),
    ("home/me/.python_history", "history", b""),
    ("etc/resolv.conf", "builder", b"# made by\nnameserver 10.0.0.1\n"),
    ("etc/hostname", "builder", b"buildd-7\n"),
    (".dockerenv", "builder", b""),
    ("var/lib/dhcp/dhclient.eth0.leases", "lease", b"lease {}"),
    ("var/cache/ldconfig/aux-cache", "cache", b""),
    ("etc/passwd-", "backup", b""),
    ("var/lib/dpkg/status-old", "backup", b""),
]
MEANT = [
    ("etc/machine-id", b""),
    ("etc/machine-id", b"uninitialized\n"),
    ("etc/ssh/ssh_config", b"x"),
    ("etc/ssh/sshd_config", b"x"),
    ("root/.ssh/id_rsa.pub", b"x"),
    ("root/.ssh/authorized_keys", b"x"),
    ("var/lib/apt/lists/lock", b""),
    ("var/log/lastlog", b""),
    ("etc/resolv.conf", b"# nothing here\n"),
    ("etc/hostname", b"localhost\n"),
    ("etc/passwd", b"x"),
    ("usr/share/tmp/x", b"x"),
    ("home/me/notes_history", b"x"),
    ("opt/var/log/x", b"x"),
]


def leftovers(root: Path) -> list[tuple[str, str]]:
    """Return path and kind of what is left in a folder."""
    with opened(parse_target(f"root:{root}"), images.DUE) as there:
        return [(one.path, one.kind) for one in leftovers_of(there.entries())[0]]


def put(root: Path, path: str, data: bytes) -> None:
    """Write a file, and folders as needed."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(data)


@pytest.mark.parametrize(("path", "kind", "data"), LEFT, ids=[path for path, _, _ in LEFT])
def test_a_leftover_is_known(tmp_path: Path, path: str, kind: str, data: bytes) -> None:
    """By its path, and where that is not enough by how it begins."""
    put(tmp_path, path, data)
    assert leftovers(tmp_path) == [(f"/{path}", kind)]


@pytest.mark.parametrize(("path", "data"), MEANT, ids=range(len(MEANT)))
def test_what_is_meant_to_be_there_is_none(tmp_path: Path, path: str, data: bytes) -> None:
    """Empty files of logs, folders, public keys, links, and what lies elsewhere under such a name."""
    put(tmp_path, path, data)
    for folder in ("tmp", "var/tmp", "var/log", "run/lock", "var/lib/apt/lists/partial"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / "var" / "lib" / "dbus").mkdir(parents=True)
    (tmp_path / "var" / "lib" / "dbus" / "machine-id").symlink_to("/etc/machine-id")
    assert leftovers(tmp_path) == []


def test_what_lies_in_a_folder_is_told_once(tmp_path: Path) -> None:
    """A folder in /tmp, a cache, the byte code of a package: each by its name."""
    for path in ("tmp/a/b/c", "tmp/a/d", "root/.cache/pip/x/y", "root/.cache/pip/z", "var/cache/dnf/a/b"):
        put(tmp_path, path, b"x")
    assert leftovers(tmp_path) == [
        ("/var/cache/dnf", "package-lists"),
        ("/tmp/a", "temporary"),
        ("/root/.cache/pip", "home-cache"),
    ]


def test_byte_code_is_told_if_it_holds_times(tmp_path: Path) -> None:
    """Not if it is checked by the hash of its source: PEP 552."""
    for folder in ("timed", "hashed"):
        put(tmp_path, f"{folder}/m.py", b"x = 1\n")
    timed, hashed = py_compile.PycInvalidationMode.TIMESTAMP, py_compile.PycInvalidationMode.CHECKED_HASH
    py_compile.compile(str(tmp_path / "timed" / "m.py"), invalidation_mode=timed)
    py_compile.compile(str(tmp_path / "hashed" / "m.py"), invalidation_mode=hashed)
    assert leftovers(tmp_path) == [("/timed/__pycache__", "bytecode")]


def test_a_socket_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it lies."""
    monkeypatch.chdir(tmp_path)  # paths of sockets are short
    images.listen(Path("s"))
    assert leftovers(tmp_path) == [("/s", "socket")]


def test_so_many_are_named_of_each_kind() -> None:
    """One kind doesn't hide another, and one more record says how many there are."""
    entries = [Entry(f"tmp/{number:04d}".encode(), "file") for number in range(MOST_OF_A_KIND + 5)]
    shown, count = leftovers_of([*entries, Entry(b"etc/passwd-", "file")])
    assert count == MOST_OF_A_KIND + 6
    assert len(shown) == MOST_OF_A_KIND + 2
    assert [(one.path, one.why) for one in shown if one.path == "..."] == [("...", "and 5 more")]
    assert shown[-1].path == "/etc/passwd-"


def test_the_page_and_the_pack_name_all_kinds() -> None:
    """A kind that no rule of the pack asks for would be found for nothing."""
    page = Path(__file__).parents[3] / "docs" / "rootfs.md"
    pack = (data_folder("rules") / "rootfs" / "pack.yaml").read_text("utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in page.read_text("utf-8")] == []
    assert [kind for kind in KINDS if f'"{kind}"' not in pack] == []
