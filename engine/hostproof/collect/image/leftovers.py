"""What a build left in a root file system: entries in, those that differ from build to build out, with the reason.

Sources: machine-id(5), random-seed in systemd-random-seed.service(8), hier(7), PEP 552 (.pyc files), and
https://reproducible-builds.org/docs/system-images/.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

from hostproof.collect.image.entries import FILE, FOLDER, SOCKET, Entry, quoted
from hostproof.source.records import record

MOST_OF_A_KIND = 1000
_HOME = rb"(?:root|home/[^/]+)"


@record
class Leftover:
    """`path` is as in a manifest, from the root; `kind` is one of `KINDS`, `why` says what is wrong with it."""

    path: str
    kind: str
    why: str


@record
class Row:
    """Paths of one kind, by a pattern of the whole path; `holds` tells whether such an entry is a leftover.

    Where the pattern has a group, that is what is named, once: a folder of which each file is one, say.
    """

    kind: str
    pattern: bytes
    why: str
    holds: Callable[[Entry], bool] = lambda entry: entry.kind == FILE


def _filled(entry: Entry) -> bool:
    return entry.kind == FILE and entry.size > 0


def _anything(_entry: Entry) -> bool:
    return True


def _no_folder(entry: Entry) -> bool:
    return entry.kind != FOLDER


def _identified(entry: Entry) -> bool:
    """Tell whether a machine-id is set: machine-id(5), "First Boot Semantics"."""
    return _filled(entry) and entry.head.strip() != b"uninitialized"


def _resolves(entry: Entry) -> bool:
    return entry.kind == FILE and re.search(rb"^[ \t]*nameserver[ \t]", entry.head, re.MULTILINE) is not None


def _named(entry: Entry) -> bool:
    return entry.kind == FILE and entry.head.strip() not in (b"", b"localhost", b"localhost.localdomain")


def _stamped(entry: Entry) -> bool:
    """Tell whether byte code is valid by the time of its source, not by its hash: PEP 552."""
    return entry.kind == FILE and entry.head[4:8] == bytes(4)


ROWS = (
    Row(
        "identity",
        rb"etc/machine-id|var/lib/dbus/machine-id",
        "every machine made of it would be the same",
        _identified,
    ),
    Row("identity", rb"etc/(?:iscsi/initiatorname\.iscsi|nvme/host(?:id|nqn))", "it names one machine", _filled),
    Row(
        "seed", rb"var/lib/(?:systemd|urandom)?/?(?:random-seed|credential\.secret)", "it is not random twice", _filled
    ),
    Row(
        "host-key",
        rb"etc/(?:ssh/ssh_host_.+_key(?:\.pub)?|dropbear/dropbear_.+_host_key)",
        "all machines would share it",
    ),
    Row(
        "private-key",
        rb"etc/ssl/private/[^/]+|" + _HOME + rb"/\.ssh/id_(?:[^/.]|\.(?!pub$))+",
        "whoever has the image has it",
    ),
    Row("package-lists", rb"var/lib/apt/lists/(?!lock$|partial$|auxfiles$).+", "it is as old as the build"),
    Row("package-lists", rb"(var/(?:cache/(?:dnf|yum|libdnf5|zypp)|lib/pacman/sync))/.+", "it is as old as the build"),
    Row("package-lists", rb"(?:var/cache/apk|etc/apk/cache)/.+|var/cache/apt/[^/]+\.bin", "it is as old as the build"),
    Row("package-archives", rb"var/cache/(?:apt/archives/.+\.deb|pacman/pkg/.+)", "it is installed already"),
    Row("log", rb"var/log/.+", "it tells when the image was built", _filled),
    Row("crash", rb"var/(?:crash|lib/systemd/coredump)/.+", "a program of the build failed"),
    Row("temporary", rb"((?:tmp|var/tmp|dev/shm)/[^/]+)(?:/.*)?", "the build put it there", _anything),
    Row("runtime", rb"run/.+", "it is of a system that ran", _no_folder),
    Row("history", _HOME + rb"/\.(?:[a-z]+_history|lesshst|viminfo|wget-hsts|history)", "somebody worked in it"),
    Row(
        "home-cache",
        rb"(" + _HOME + rb"/\.(?:cache|npm/_cacache|local/share/Trash)/[^/]+)(?:/.*)?",
        "nobody needs it",
        _anything,
    ),
    Row("builder", rb"etc/resolv\.conf", "it names servers of where the image was built", _resolves),
    Row("builder", rb"etc/hostname", "it may be the name of what built it", _named),
    Row(
        "builder",
        rb"\.dockerenv|etc/mtab|etc/apt/apt\.conf\.d/[^/]*proxy[^/]*|" + _HOME + rb"/\.ssh/known_hosts",
        "it is of what built it",
    ),
    Row(
        "lease",
        rb"var/lib/(?:dhcp|dhclient|NetworkManager|systemd/network)/.*lease.*",
        "it is of the network of the build",
        _filled,
    ),
    Row(
        "cloud-init", rb"(var/lib/cloud/(?:instances?|data|sem))(?:/.*)?", "the first boot seems to be over", _anything
    ),
    Row(
        "cache",
        rb"var/cache/(?:ldconfig/aux-cache|(?:fontconfig|man|fwupd|PackageKit)/.+|debconf/.+-old)",
        "it holds times or numbers of files",
    ),
    Row(
        "backup",
        rb"etc/(?:passwd|group|shadow|gshadow|subuid|subgid)-|var/lib/dpkg/[a-z]+-old|var/backups/.+",
        "it tells how the build went",
    ),
    Row("bytecode", rb"(.*)/[^/]+\.pyc", "it holds the times of its sources", _stamped),
)
KINDS = tuple(dict.fromkeys([*(row.kind for row in ROWS), "socket"]))


def leftovers_of(entries: Iterable[Entry]) -> tuple[list[Leftover], int]:
    """Return what is left over, by kind and path, and how many there are in all.

    Of a kind at most `MOST_OF_A_KIND` are named; then one more record says how many others there are.
    """
    found = sorted(set(_all(entries)))
    order = sorted(found, key=lambda one: (KINDS.index(one[0]), one))
    shown: list[Leftover] = []
    for kind, group in groupby(order, key=lambda one: one[0]):
        mine = [Leftover("/" + quoted(path), kind, why) for _, path, why in group]
        shown += mine[:MOST_OF_A_KIND]
        if len(mine) > MOST_OF_A_KIND:
            shown.append(Leftover("...", kind, f"and {len(mine) - MOST_OF_A_KIND} more"))
    return shown, len(found)


def _all(entries: Iterable[Entry]) -> Iterator[tuple[str, bytes, str]]:
    rows = [(row, re.compile(row.pattern, re.DOTALL)) for row in ROWS]
    any_row = re.compile(b"|".join(b"(?:%b)" % row.pattern for row in ROWS), re.DOTALL)
    for entry in entries:
        if entry.kind == SOCKET:
            yield "socket", entry.path, "a program of the build listened there"
        if not any_row.fullmatch(entry.path):
            continue
        for row, pattern in rows:
            match = pattern.fullmatch(entry.path)
            if match and row.holds(entry):
                yield row.kind, (match[1] if match.re.groups else None) or entry.path, row.why
                break
