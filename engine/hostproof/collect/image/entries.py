"""One entry of a root file system, whichever way it came; and its line in the manifest.

The line is one of mtree(5), in full-path form: `./etc/passwd type=file mode=0644 uid=0 gid=0 size=6 sha256digest=...`.
"""

from __future__ import annotations

import re
from base64 import b64encode

from hostproof.source.records import record

FOLDER, FILE, LINK, FIFO, SOCKET, CHAR, BLOCK = "dir", "file", "link", "fifo", "socket", "char", "block"
# What belongs to the tree, wherever it lies; others are put there by the system it is unpacked on (security.selinux),
# or by the file system (trusted.overlay.*). See xattr(7), capabilities(7), acl(5).
_ATTRIBUTES = (b"security.capability", b"system.posix_acl_access", b"system.posix_acl_default")
_PLAIN = re.compile(rb"[!-~]*")
_SPECIAL = b"\\#=*?["  # what means something to readers of mtree(5), or to vis(3)
_QUOTED = {byte: chr(byte) if 0x21 <= byte <= 0x7E and byte not in _SPECIAL else f"\\{byte:03o}" for byte in range(256)}
_HEADS = {b"machine-id": 4096, b"hostname": 4096, b"resolv.conf": 4096}
_BYTECODE = 16  # the head of a .pyc file: see PEP 552


@record
class Entry:
    """`path` is without a slash before it; `digest` the SHA-256 of a file in hex; `link` what a symbolic link says.

    `head` is the beginning of a file that leftovers are known by, empty for others. It is no part of the manifest.
    """

    path: bytes
    kind: str
    mode: int = 0o755
    uid: int = 0
    gid: int = 0
    size: int = 0
    digest: str = ""
    link: bytes = b""
    device: tuple[int, int] = (0, 0)
    xattrs: tuple[tuple[bytes, bytes], ...] = ()
    head: bytes = b""


def counts(xattr: bytes) -> bool:
    """Tell whether an extended attribute is part of the tree."""
    return xattr in _ATTRIBUTES or xattr.startswith(b"user.")


def head_size(path: bytes) -> int:
    """Return how many bytes of a file's beginning are kept to tell whether it is a leftover."""
    name = path.rpartition(b"/")[2]
    return _HEADS.get(name, _BYTECODE if name.endswith(b".pyc") else 0)


def quoted(raw: bytes) -> str:
    r"""Return bytes as mtree(5) writes them: printable ASCII as it is, anything else as three octal digits.

    >>> quoted(b"a b"), quoted("ü".encode()), quoted(b"usr/bin/[")
    ('a\\040b', '\\303\\274', 'usr/bin/\\133')
    """
    if _PLAIN.fullmatch(raw) and not any(byte in raw for byte in _SPECIAL):
        return raw.decode("ascii")
    return "".join(map(_QUOTED.__getitem__, raw))


def line_of(entry: Entry) -> bytes:
    r"""Return an entry's line in the manifest, without its end. Its fields come in one order, whatever wrote them.

    >>> line_of(Entry(b"bin", LINK, link=b"usr/bin"))
    b'./bin type=link uid=0 gid=0 link=usr/bin'
    """
    words = ["./" + quoted(entry.path), f"type={entry.kind}"]
    if entry.kind != LINK:  # whose mode means nothing: symlink(7)
        words.append(f"mode={entry.mode:04o}")
    words += [f"uid={entry.uid}", f"gid={entry.gid}"]
    if entry.kind == FILE:
        words += [f"size={entry.size}", f"sha256digest={entry.digest}"]
    elif entry.kind == LINK:
        words.append(f"link={quoted(entry.link)}")
    elif entry.kind in (CHAR, BLOCK):
        words.append("device=linux,{},{}".format(*entry.device))
    words += [f"xattr.{quoted(name)}={b64encode(value).decode('ascii')}" for name, value in sorted(entry.xattrs)]
    return " ".join(words).encode("ascii")
