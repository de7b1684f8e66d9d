"""Snapshot files: what is written reads back, and nothing else is taken for a snapshot."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from hostproof.facts.catalog import Owner
from hostproof.facts.codec import decode_snapshot, encode_snapshot, read_snapshot, snapshot_digest
from hostproof.facts.codec.frame import MOST_BYTES, pack_frame, unpack_frame
from hostproof.facts.fits import DEEPEST
from hostproof.facts.snapshot import Evidence, FactInfo, Host, PackRef, Snapshot, Value
from hostproof.facts.types import ANY, BYTES, COUNT
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.codes import snapshot as codes
from hostproof.source.problems import ProblemError
from hostproof.source.render import render_problems

SNAPSHOT = Snapshot(
    created=1_795_444_710_000_000_000,
    target="local",
    host=Host(name="db1", kernel="6.1.0-18-amd64"),
    values={"memory.total": 4096, "net.interfaces": [{"name": "eth0", "mtu": 1500}]},
    unknown={"limits.nofile": Unknown(Cause.DENIED, "open: EACCES", "run it as root", "limits.nofile")},
    facts={
        "memory.total": FactInfo(BYTES, Owner.HOST_KERNEL, (0,)),
        "net.interfaces": FactInfo(ANY, Owner.NAMESPACE),
        "limits.nofile": FactInfo(COUNT.optional(), Owner.PROCESS, (0, 1)),
    },
    evidence=(Evidence("file", "/proc/meminfo", None, 5, 100, "MemTotal: 4 kB"), Evidence("command", "df -B1", 1)),
    packs=(PackRef("linux", "0" * 64),),
    took=7,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def text_of(snapshot: Snapshot) -> bytes:
    """Return the JSON inside a snapshot's file."""
    return unpack_frame(encode_snapshot(snapshot), "file")


def sealed(body: bytes) -> bytes:
    """Return a file around any JSON object, with the digest that belongs to it."""
    return pack_frame(body[:-1] + b',"digest":"sha256:' + sha256(body).hexdigest().encode() + b'"}')


def edited(edit: Callable[[dict[str, object]], object]) -> bytes:
    """Return a file whose document was changed by `edit`, and its digest with it."""
    document = orjson.loads(text_of(SNAPSHOT))
    del document["digest"]
    edit(document)
    return sealed(orjson.dumps(document))


def refused(data: bytes) -> tuple[str, str]:
    """Return code and message of the one problem with a file."""
    with pytest.raises(ProblemError) as error:
        decode_snapshot(data, "host.snapshot")
    (problem,) = error.value.problems
    return problem.code, problem.message


def test_a_snapshot_reads_back() -> None:
    """Every part of a snapshot survives the file."""
    read = decode_snapshot(encode_snapshot(SNAPSHOT), "file")
    assert read == SNAPSHOT
    assert read.facts["limits.nofile"] == SNAPSHOT.facts["limits.nofile"]
    assert read.evidence[-1] == SNAPSHOT.evidence[-1]
    assert read.evidence[:1] == SNAPSHOT.evidence[:1]
    assert list(read.facts) == ["memory.total", "net.interfaces", "limits.nofile"]
    assert read.get("limits.nofile") == SNAPSHOT.unknown["limits.nofile"]
    with pytest.raises(KeyError):
        read.facts["other"]


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_any_json_value_reads_back(values: dict[str, Value]) -> None:
    """Values come back as they were, the order of their keys and the difference of 1 and 1.0 included."""
    facts = dict.fromkeys(values, FactInfo(ANY, Owner.FILES))
    snapshot = replace(SNAPSHOT, values=values, unknown={}, facts=facts)
    read = decode_snapshot(encode_snapshot(snapshot), "file")
    assert repr(read.values) == repr(dict(sorted(values.items())))
    assert encode_snapshot(read) == encode_snapshot(snapshot)


def test_the_digest_is_of_the_content() -> None:
    """The same facts have the same digest, read or made; other facts have another."""
    read = decode_snapshot(encode_snapshot(SNAPSHOT), "file")
    assert snapshot_digest(read) == snapshot_digest(SNAPSHOT) == read.digest
    changed = replace(read, values={**read.values, "memory.total": 4097})
    assert snapshot_digest(changed) != read.digest
    assert text_of(SNAPSHOT).endswith(f'"digest":"{read.digest}"}}'.encode())


def test_the_deepest_value_reads_back() -> None:
    """What a collector may find a value, a snapshot can hold: both have the same bound."""
    snapshot = replace(SNAPSHOT, values={**SNAPSHOT.values, "net.interfaces": deep(DEEPEST)})
    assert decode_snapshot(encode_snapshot(snapshot), "file").values == snapshot.values


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (float("nan"), "fact memory.total holds the number nan, which no snapshot can keep"),
        (2**63, "fact memory.total holds a number beyond 64 bits, which no snapshot can keep"),
        ("\ud800", "fact memory.total holds a text that is not Unicode, which no snapshot can keep"),
        ("4096", "not a snapshot: the value of 'memory.total' is not of its type, bytes"),
    ],
)
def test_what_would_not_read_back_is_not_written(value: Value, why: str) -> None:
    """A value that JSON would change, or that isn't of its type, is the collector's fault and named."""
    with pytest.raises(ValueError, match=r"\A") as error:
        encode_snapshot(replace(SNAPSHOT, values={**SNAPSHOT.values, "memory.total": value}))
    assert str(error.value) == why


def test_a_fact_without_a_row_is_not_written() -> None:
    """Values and rows must agree before a file is made of them."""
    with pytest.raises(ValueError, match=r"fact memory\.total has no row"):
        encode_snapshot(replace(SNAPSHOT, facts={}))


GOOD = encode_snapshot(SNAPSHOT)
TEXT = text_of(SNAPSHOT)
BODY = TEXT[: TEXT.rindex(b',"digest"')] + b"}"


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"", "HP-E402", "host.snapshot is empty"),
        (b"\x89PNG", "HP-E401", "is not compressed with zstd"),
        (TEXT, "HP-E401", "is not compressed with zstd"),
        (GOOD[:3], "HP-E402", "ends within its header"),
        (GOOD[:60], "HP-E402", "ends before its data does"),
        (GOOD[:-1], "HP-E402", "ends before its data does"),
        (GOOD + b"x", "HP-E403", "unused data"),
        (GOOD + GOOD, "HP-E403", "unused data"),
        (GOOD[:-1] + bytes([GOOD[-1] ^ 1]), "HP-E403", "checksum"),
        (zstandard.ZstdCompressor(write_content_size=False).compress(TEXT), "HP-E401", "does not tell its length"),
        (pack_frame(b"\0" * (MOST_BYTES + 1)), "HP-E404", f"would unpack to {MOST_BYTES + 1} bytes"),
        (pack_frame(TEXT.replace(b"4096", b"4097")), "HP-E405", "was altered"),
        (pack_frame(BODY), "HP-E405", "was altered"),
        (pack_frame(TEXT.replace(b'"took"', b' "took"')), "HP-E405", "was altered"),
        (pack_frame(b""), "HP-E406", "does not hold JSON"),
        (pack_frame(b"<html>"), "HP-E406", "does not hold JSON"),
        (sealed(BODY.replace(b"4096", b"NaN")), "HP-E406", "does not hold JSON"),
        (sealed(BODY.replace(b"4096", b"Infinity")), "HP-E406", "does not hold JSON"),
        (sealed(BODY.replace(b"4096", b'"\\ud800"')), "HP-E406", "does not hold JSON"),
        (sealed(BODY.replace(b"4096", b"\xff")), "HP-E406", "does not hold JSON"),
        (sealed(BODY.replace(b"4096", b"[" * 2000 + b"]" * 2000)), "HP-E406", "does not hold JSON"),
        (sealed(BODY.replace(b"4096", b"4096 ")), "HP-E406", "canonical"),
        (sealed(BODY.replace(b"4096", b"40960e-1")), "HP-E406", "canonical"),
        (sealed(BODY.replace(b"4096", b"1" * 30)), "HP-E406", "canonical"),
        (sealed(BODY.replace(b'"took":7', b'"took":6,"took":7')), "HP-E406", "canonical"),
        (sealed(BODY.replace(b'"eth0"', b'"\\u0065th0"')), "HP-E406", "canonical"),
        (sealed(BODY.replace(b'{"name":"eth0"', b'{"name":"a","name":"eth0"')), "HP-E406", "canonical"),
        (sealed(b'{"a":1}'), "HP-E401", "JSON that is not a snapshot"),
        (sealed(b'{"hostproof":1}'), "HP-E401", "JSON that is not a snapshot"),
        (pack_frame(b"[]"), "HP-E401", "JSON that is not a snapshot"),
        (sealed(b'{"hostproof":"snapshot-0"}'), "HP-E401", "JSON that is not a snapshot"),
        (sealed(b'{"hostproof":"snapshot-' + b"9" * 9000 + b'"}'), "HP-E401", "JSON that is not a snapshot"),
        (
            sealed(b'{"hostproof":"snapshot-2","more":true}'),
            "HP-E407",
            "made by a newer hostproof: its format is snapshot-2",
        ),
    ],
)
def test_what_is_no_snapshot_file_is_refused(data: bytes, code: str, said: str) -> None:
    """Foreign, cut, damaged, oversized, altered and oddly spelled files each have their own message."""
    found, message = refused(data)
    assert (found, said) == (code, said if said in message else message)


EXAMPLES = {
    "HP-E401": TEXT,
    "HP-E402": GOOD[:-1],
    "HP-E403": GOOD + b"x",
    "HP-E404": pack_frame(b"\0" * (MOST_BYTES + 1)),
    "HP-E405": pack_frame(TEXT.replace(b"4096", b"4097")),
    "HP-E406": sealed(BODY.replace(b'"took":7', b'"took":6,"took":7')),
    "HP-E407": sealed(b'{"hostproof":"snapshot-2","more":true}'),
    "HP-E408": sealed(BODY.replace(b'"took":7', b'"took":"7"')),
}


def test_every_code_of_snapshots_has_an_example() -> None:
    """The table of codes and the examples below don't drift apart."""
    assert [row.code for row in codes.ROWS] == list(EXAMPLES)


@pytest.mark.parametrize("code", EXAMPLES)
def test_what_is_told_of_a_wrong_file(code: str, golden: Callable[[str], Callable[[str], None]]) -> None:
    """Each code's message and hint are as people see them."""
    with pytest.raises(ProblemError) as error:
        decode_snapshot(EXAMPLES[code], "host.snapshot")
    golden(f"facts/{code}.txt")(render_problems(error.value.problems))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda d: d.pop("took"), "'took' is a required property (at $)"),
        (lambda d: d.update(extra=1), "'extra' was unexpected"),
        (lambda d: d.update(created="now"), "'now' is not of type 'integer' (at $.created)"),
        (lambda d: d.update(created=True), "True is not of type 'integer' (at $.created)"),
        (lambda d: d.update(hostproof=d.pop("hostproof")), "its keys must be hostproof, created, target"),
        (lambda d: d["host"].pop("go"), "'go' is a required property (at $.host)"),
        (lambda d: d["host"].update(go=1), "1 is not of type 'string' (at $.host.go)"),
        (lambda d: d["values"].update(zz=1), "'facts' must name each fact once"),
        (lambda d: d["values"].update({"limits.nofile": 1}), "'facts' must name each fact once"),
        (lambda d: d["unknown"].clear(), "'facts' must name each fact once"),
        (lambda d: d["values"].update({"memory.total": d["values"].pop("memory.total")}), "'unknown' are not sorted"),
        (lambda d: d["values"].update({"memory.total": "x"}), "the value of 'memory.total' is not of its type, bytes"),
        (
            lambda d: d["values"].update({"net.interfaces": deep(70)}),
            "the value of 'net.interfaces' is not of its type, any",
        ),
        (lambda d: d["unknown"]["limits.nofile"].update(cause="bored"), "'bored' is not one of"),
        (lambda d: d["unknown"]["limits.nofile"].pop("cure"), "'cure' is a required property"),
        (lambda d: d["unknown"].update({"limits.nofile": 1}), "1 is not of type 'object'"),
        (
            lambda d: d["unknown"].update({"limits.nofile": {"cure": "", "cause": "denied", "detail": ""}}),
            "must hold the texts",
        ),
        (lambda d: d["facts"].pop("type"), "'type' is a required property (at $.facts)"),
        (lambda d: d["facts"]["type"].pop(), "the columns of 'facts' have different lengths"),
        (
            lambda d: d["facts"]["type"].__setitem__(0, "byte"),
            "the type of 'memory.total': expected a type, found 'byte'",
        ),
        (lambda d: d["facts"]["type"].__setitem__(0, 1), "1 is not of type 'string'"),
        (lambda d: d["facts"]["name"].__setitem__(0, "x"), "'facts' must name each fact once"),
        (lambda d: d["facts"]["owner"].__setitem__(0, "me"), "'me' is not one of"),
        (lambda d: d["facts"]["owner"].__setitem__(0, []), "[] is not one of"),
        (lambda d: d["facts"]["evidence"][0].append(2), "a fact names evidence that there is not"),
        (lambda d: d["facts"]["evidence"][0].append(-1), "-1 is less than the minimum of 0"),
        (lambda d: d["facts"]["evidence"][0].append(True), "True is not of type 'integer'"),
        (lambda d: d["facts"]["evidence"].__setitem__(0, 0), "0 is not of type 'array'"),
        (lambda d: d["evidence"].update(head=[]), "the columns of 'evidence' have different lengths"),
        (lambda d: d["evidence"].update(head="x"), "'x' is not of type 'array' (at $.evidence.head)"),
        (lambda d: d["evidence"]["status"].__setitem__(0, "0"), "'0' is not of type 'integer', 'null'"),
        (lambda d: d.update(created=2**63), "a number is beyond 64 bits"),
        (lambda d: d["evidence"]["size"].__setitem__(1, 2**63), "a number is beyond 64 bits"),
        (
            lambda d: d["values"].update({"memory.total": 2**63}),
            "the value of 'memory.total' is not of its type, bytes",
        ),
        (lambda d: d["packs"].append({"name": "x"}), "'digest' is a required property (at $.packs[1])"),
    ],
)
def test_a_document_of_another_shape_is_refused(edit: Callable[[dict[str, object]], object], said: str) -> None:
    """A file with a right digest and a wrong shape is explained by the schema, or by what the schema can't say."""
    code, message = refused(edited(edit))
    assert (code, said) == ("HP-E408", said if said in message else message)


def deep(levels: int) -> Value:
    """Return lists in lists."""
    return [deep(levels - 1)] if levels else 0


def test_a_document_too_large_for_the_schema_is_explained_by_hand() -> None:
    """The largest documents are refused without jsonschema, which would take minutes over them."""
    code, message = refused(edited(lambda d: d.update(created="x" * 2**20)))
    assert (code, message) == ("HP-E408", "host.snapshot is not a snapshot-1: 'created' is not an integer")


def test_a_bomb_takes_no_memory() -> None:
    """A frame whose header promises little and whose blocks hold much is stopped at what it promised."""
    bomb = bytearray(zstandard.ZstdCompressor(level=1).compress(b"a" * 60_000_000))
    assert bomb[4] & 0xC0 == 0x80  # the content size takes four bytes, after a window byte
    bomb[6:10] = (100).to_bytes(4, "little")
    tracemalloc.start()
    code, _ = refused(bytes(bomb))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert code == "HP-E403"
    assert peak < 5_000_000


def test_files_that_cannot_be_read_are_problems(tmp_path: Path) -> None:
    """A missing file, an impossible name and an oversized file are refused with the path."""
    (tmp_path / "good").write_bytes(GOOD)
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(MOST_BYTES + 1)
    assert read_snapshot(tmp_path / "good") == SNAPSHOT
    codes = {}
    for name in ("missing", "huge", "a\0b"):
        with pytest.raises(ProblemError) as error:
            read_snapshot(tmp_path / name)
        codes[name] = error.value.problems[0].code
    assert codes == {"missing": "HP-E001", "huge": "HP-E004", "a\0b": "HP-E002"}


@given(st.data())
def test_a_damaged_file_never_passes(data: st.DataObject) -> None:
    """One changed byte anywhere, and the file is refused as a problem: never read, never a crash."""
    at = data.draw(st.integers(0, len(GOOD) - 1))
    damaged = bytearray(GOOD)
    damaged[at] ^= data.draw(st.integers(1, 255))
    found = outcome(bytes(damaged))
    # Reserved bits of the header are zstd's to ignore.
    assert found == SNAPSHOT or str(found).startswith("HP-E40")


def outcome(data: bytes) -> Snapshot | str:
    """Return the snapshot, or the code of the problem."""
    try:
        return decode_snapshot(data, "file")
    except ProblemError as error:
        return error.problems[0].code
