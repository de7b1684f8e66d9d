"""Users and groups: passwd(5), group(5) and shadow(5) in; names, numbers and words for passwords out, never a hash.

It is done on the target so that no hash ever leaves it.
"""

import re

from .files import HERE, Door, read_bounded, too_large
from .lines import to_text

PASSWD, GROUP, SHADOW = "/etc/passwd", "/etc/group", "/etc/shadow"
MOST = 4 * 1024 * 1024  # bytes of one of the files
MOST_TOLD = 100  # lines that make no sense
DIGITS = re.compile("[0-9]{1,10}")
LARGEST_ID = 2**32 - 1  # uid_t and gid_t

# Beginnings of hashes: crypt(5) of libxcrypt.
KINDS = (
    ("$y$", "yescrypt"),
    ("$gy$", "gost-yescrypt"),
    ("$7$", "scrypt"),
    ("$2", "bcrypt"),
    ("$6$", "sha512"),
    ("$5$", "sha256"),
    ("$sha1$", "sha1"),
    ("$md5", "sunmd5"),
    ("$1$", "md5"),
    ("$3$", "nt"),
    ("_", "bsdi"),
)
DES = re.compile("[./0-9A-Za-z]{13}")


def accounts(door: Door = HERE) -> "dict[str, object]":
    """Return `users`, `groups` and the lines that make no sense (`unreadable`). Raises AskError."""
    unreadable: "list[dict[str, object]]" = []
    users = [user(row) for row in rows(PASSWD, 7, (2, 3), unreadable, door)]
    groups = [group(row) for row in rows(GROUP, 4, (2,), unreadable, door)]
    return {"users": users, "groups": groups, "unreadable": unreadable}


def passwords(door: Door = HERE) -> "dict[str, object]":
    """Return for each user in passwd what its password is like, and lines that make no sense. Raises AskError."""
    unreadable: "list[dict[str, object]]" = []
    told = rows(PASSWD, 7, (2, 3), [], door)
    shadowed = any(row[1] == "x" for row in told)
    secrets = {row[0]: row[1] for row in rows(SHADOW, 9, (), unreadable, door)} if shadowed else {}
    found = []
    for row in told:
        state, kind = judged(secrets.get(row[0]) if row[1] == "x" else row[1])
        found.append({"name": row[0], "state": state, "hash": kind, "shadowed": row[1] == "x"})
    return {"passwords": found, "unreadable": unreadable}


def judged(secret: "str | None") -> "tuple[str, str | None]":
    """Return the state of a password, and the kind of its hash if it has one.

    `empty`: anybody may log in. `locked`: it has a hash, and `!` before it. `none`: nothing can match it.
    `missing`: shadow has no line for it. Source: shadow(5), crypt(5).
    """
    if secret is None:
        return "missing", None
    if not secret:
        return "empty", None
    kind = kind_of(secret.lstrip("!"))
    if kind is None:
        return ("locked" if secret.startswith("!") else "none"), None
    return ("locked" if secret.startswith("!") else "set"), kind


def kind_of(secret: str) -> "str | None":
    """Return the method of a hash, None for what is none."""
    for beginning, kind in KINDS:
        if secret.startswith(beginning) and len(secret) > 8:
            return kind
    if DES.fullmatch(secret):
        return "des"
    return "other" if secret.startswith("$") else None


def rows(
    path: str, parts: int, numbers: "tuple[int, ...]", unreadable: "list[dict[str, object]]", door: Door
) -> "list[list[str]]":
    """Return the lines of a file as their parts; those that make no sense are told without what they hold."""
    data, size = read_bounded(path.encode(), MOST, door)
    if size > MOST:
        raise too_large(path, size, MOST)
    found = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line or line[:1] in (b"+", b"-", b"#"):  # `+` and `-` are for NIS: nsswitch.conf(5), compat
            continue
        row = to_text(line).split(":")
        why = trouble(row, parts, numbers)
        if not why:
            found.append(row)
        elif len(unreadable) < MOST_TOLD:
            unreadable.append({"file": path, "line": number, "why": why})
    return found


def trouble(row: "list[str]", parts: int, numbers: "tuple[int, ...]") -> str:
    """Return what is wrong with a line, nothing if it is right."""
    if len(row) != parts:
        return "it has {} parts, not {}".format(len(row), parts)
    if not row[0]:
        return "it names nobody"
    for place in numbers:
        if not DIGITS.fullmatch(row[place]) or int(row[place]) > LARGEST_ID:
            return "part {} is no number of a user or group".format(place + 1)
    return ""


def user(row: "list[str]") -> "dict[str, object]":
    """Return a user; the comment, which is about a person, is left out."""
    return {"name": row[0], "uid": int(row[2]), "gid": int(row[3]), "home": row[5], "shell": row[6]}


def group(row: "list[str]") -> "dict[str, object]":
    """Return a group."""
    return {"name": row[0], "gid": int(row[2]), "members": [name for name in row[3].split(",") if name]}
