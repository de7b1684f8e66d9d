"""Formats of snapshots: yesterday's files are read for ever, and older ones are led to today's format."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from hostproof.facts.catalog import Owner
from hostproof.facts.codec import FORMAT, decode_snapshot, encode_snapshot, read_snapshot
from hostproof.facts.codec.columns import Document
from hostproof.facts.codec.frame import pack_frame, unpack_frame
from hostproof.facts.codec.upgrade import STEPS, Step
from hostproof.facts.snapshot import Evidence, FactInfo, Host, PackRef, Snapshot
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.problems import ProblemError

STORED = Path(__file__).parents[1] / "golden" / "snapshot-1.hpsnap"
KEPT = Snapshot(
    created=1_795_444_724_123_456_789,
    target="local",
    host=Host("web-1", "0123456789abcdef", "6.1.0", "x86_64", "A processor", "kvm", "v2", "Debian 12", "go1.23.4"),
    values={"memory.total": 2**34, "net.interfaces": [{"name": "lo", "mtu": 65536}], "team:slow": [1, 2, 3]},
    unknown={
        "probe.tcp.backlog.held": Unknown(Cause.TIMEOUT, "5s passed", "give it more time", "probe.tcp.backlog.held")
    },
    facts={
        "memory.total": FactInfo(parse_type("bytes"), Owner.HOST_KERNEL, (0,)),
        "net.interfaces": FactInfo(parse_type("list<{name: string, mtu: bytes}>"), Owner.NAMESPACE),
        "team:slow": FactInfo(parse_type("samples<duration>"), Owner.PROCESS),
        "probe.tcp.backlog.held": FactInfo(parse_type("count"), Owner.NAMESPACE),
    },
    evidence=(Evidence("file", "/proc/meminfo", None, 41_000, 1400, "MemTotal: 16777216 kB", ""),),
    packs=(PackRef("linux", "ab" * 32),),
    took=1_234_567,
)


def test_a_stored_file_is_read_for_ever() -> None:
    """A file of snapshot-1, as the first release wrote it, is today what it was."""
    taken = read_snapshot(STORED)
    assert taken == KEPT
    assert taken.digest == "sha256:ebca7e0f19ac38e8755ddf56261b2837e2bd8f450b9fe01daf08a14eb53371a4"


def older(change: dict[str, object]) -> bytes:
    """Return the bytes of a snapshot as a format before the first one might have been."""
    document = json.loads(unpack_frame(encode_snapshot(KEPT), "here"))
    del document["digest"]
    body = json.dumps({**document, **change}, separators=(",", ":"), ensure_ascii=False).encode()
    return pack_frame(body[:-1] + b',"digest":"sha256:' + sha256(body).hexdigest().encode() + b'"}')


def named_target(document: Document) -> Document:
    """Change what `snapshot-0` had otherwise: the target stood in a list."""
    return {**document, "target": document["target"][0]}


STEPS_THERE = {"snapshot-00": Step("snapshot-0", lambda document: document), "snapshot-0": Step(FORMAT, named_target)}


@pytest.mark.parametrize("made", STEPS_THERE)
def test_steps_lead_to_todays_format(made: str) -> None:
    """Every step is taken, one after the other, and the snapshot keeps the digest of its file."""
    data = older({"hostproof": made, "target": ["local"]})
    taken = decode_snapshot(data, "here", STEPS_THERE)
    assert taken == KEPT
    assert taken.digest != KEPT.digest
    assert unpack_frame(data, "here").endswith(f'"digest":"{taken.digest}"}}'.encode())


@pytest.mark.parametrize(("target", "code"), [(7, "HP-E408"), ([7], "HP-E408"), ([], "HP-E408")])
def test_what_a_step_gives_is_checked(target: object, code: str) -> None:
    """A file that isn't what its format says is refused, before or after the step."""
    with pytest.raises(ProblemError, match=code):
        decode_snapshot(older({"hostproof": "snapshot-0", "target": target}), "here", STEPS_THERE)


def test_a_format_that_no_step_leads_from() -> None:
    """It is no snapshot that this hostproof knows."""
    with pytest.raises(ProblemError, match="HP-E401"):
        decode_snapshot(older({"hostproof": "snapshot-0"}), "here")


def test_every_step_leads_somewhere() -> None:
    """From each format in the table there is a way to today's."""
    for made in STEPS:
        seen = {made}
        while made != FORMAT:
            made = STEPS[made].to
            assert made not in seen
            seen.add(made)
