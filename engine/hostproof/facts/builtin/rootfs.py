"""Rows about a root file system that is not running: its digest, what differs from a manifest, what a build left in it.

The engine learns them itself, of the targets `root:`, `tar:` and `oci:`; packs ask for them as for a probe, with files
to compare with. Sources: mtree(5), https://reproducible-builds.org/docs/system-images/, machine-id(5).
"""

from __future__ import annotations

from hostproof.facts.catalog import FactSpec, Owner
from hostproof.facts.probes import ProbeParam, ProbeSpec
from hostproof.facts.requests import SECOND
from hostproof.facts.types import BYTES, COUNT, STRING, Type, list_of, record

PROBE = ProbeSpec(
    "rootfs",
    "A root file system, entry by entry",
    "every file, folder, link and device of a root directory, a tar or an OCI layout is listed with mode, owner and the"
    " SHA-256 of what is in it, without times; the digest is that of the list",
    "reads every file of the root file system, whatever it holds; none of it is kept, but for the digest and names",
    params=(
        ProbeParam("manifest", STRING, "", "A manifest to compare with, a file where hostproof runs; empty for none"),
        ProbeParam("expected", STRING, "", "A file that begins with the SHA-256 that is expected; empty for none"),
    ),
    timeout=3600 * SECOND,
    prefix="rootfs",
)

_DIFFERENCE = record(path=STRING, what=STRING, field=STRING, expected=STRING, found=STRING)
_LEFTOVER = record(path=STRING, kind=STRING, why=STRING)


def _row(name: str, kind: Type, meaning: str) -> FactSpec:
    return FactSpec(f"{PROBE.before}{name}", kind, Owner.FILES, meaning, PROBE.collector)


ROWS: tuple[FactSpec, ...] = (
    _row("digest", STRING, "SHA-256 of the manifest of root:, tar: or oci:, as sha256:HEX; times are no part of it"),
    _row("entries", COUNT, "Entries of the manifest: files, folders, links and devices, without the root folder"),
    _row("bytes", BYTES, "What all files hold together, those with several names counted by each"),
    _row("expected", STRING, "The digest in the file of the argument `expected`, as sha256:HEX"),
    _row(
        "differences",
        list_of(_DIFFERENCE),
        "What differs from the manifest of the argument `manifest`, by path, the first 500: `what` is added, removed or"
        " changed, and then `field` says in what",
    ),
    _row("difference_count", COUNT, "How many differences there are in all"),
    _row(
        "leftovers",
        list_of(_LEFTOVER),
        "What a build left there, by kind and path: machine-id, host keys, logs, package lists and others; 1,000 of"
        " a kind, and then a record `...`",
    ),
    _row("leftover_count", COUNT, "How many leftovers there are in all"),
)
