"""Snapshot files: a `Snapshot` in, zstd-compressed canonical JSON out, and back with distrust.

The text is JSON as orjson writes it: no blanks, no escapes that aren't needed, shortest numbers. Its keys stand in a
fixed order, facts are sorted by name, and records and maps keep the order they were collected in. The rows of facts and
of evidence are stored as columns, which take a third of the time to read and to check. The last key is the digest:
SHA-256 over the text without it. Reading accepts only what writing gives, byte for byte, so a duplicate key, a NaN, a
second spelling of a number or a reader's own idea of JSON can't come between what was kept and what is judged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from hostproof.facts.codec.columns import (
    EVIDENCE_COLUMNS,
    FACT_COLUMNS,
    Document,
    EvidenceColumns,
    FactColumns,
    UnknownRows,
)
from hostproof.facts.codec.frame import MOST_BYTES, pack_frame, refusal, unpack_frame
from hostproof.facts.codec.structure import structure_fault
from hostproof.facts.codec.text import TextError, dumps, loads
from hostproof.facts.codec.upgrade import FORMAT, STEPS, Step, upgraded
from hostproof.facts.fits import DEEPEST, not_storable
from hostproof.facts.snapshot import Host, PackRef, Snapshot
from hostproof.facts.unknown import Unknown
from hostproof.source.files import read_bytes
from hostproof.source.records import as_mapping

_NEWER = re.compile(r"snapshot-(?:[2-9]|[1-9][0-9]{1,5})")
_BEFORE_DIGEST = b',"digest":"sha256:'
_TAIL = len(_BEFORE_DIGEST) + 64 + len(b'"}')
_MOST_EXPLAINED = 2**20


def encode_snapshot(snapshot: Snapshot) -> bytes:
    """Return the bytes of a snapshot file. Raises ValueError for what no snapshot can hold, naming it."""
    return pack_frame(encode_text(snapshot))


def encode_text(snapshot: Snapshot) -> bytes:
    """Return the canonical text that a snapshot file holds, packed. Raises ValueError like `encode_snapshot`."""
    body = _body(snapshot)
    fault = structure_fault(_reread(body))
    if fault:
        raise ValueError(f"not a snapshot: {fault}")
    return body[:-1] + _BEFORE_DIGEST + sha256(body).hexdigest().encode() + b'"}'


def decode_snapshot(data: bytes, name: str, steps: Mapping[str, Step] = STEPS) -> Snapshot:
    """Read the bytes of a snapshot file; `name` is the file's, for messages, `steps` lead from older formats to ours.

    Raises ProblemError (HP-E401 to HP-E408) for anything that `encode_snapshot` would not have written.
    """
    return decode_text(unpack_frame(data, name), name, steps)


def decode_text(text: bytes, name: str, steps: Mapping[str, Step] = STEPS) -> Snapshot:
    """Read the text of a snapshot. Raises ProblemError (HP-E401, HP-E405 to HP-E408) like `decode_snapshot`."""
    body = text[:-_TAIL] + b"}"
    document = _parse(text, name, steps)
    digest = sha256(body).hexdigest()
    if text[-_TAIL:-66] != _BEFORE_DIGEST or document.pop("digest") != f"sha256:{digest}":
        hint = "only what hostproof wrote can be judged: take the snapshot again"
        raise refusal("HP-E405", f"{name} was altered: its content and its digest don't agree", hint)
    if dumps(document) != body:
        hint = "a key that stands twice, blanks, or another spelling of a number or text"
        raise refusal("HP-E406", f"{name} was not written by hostproof: its JSON is not in canonical form", hint)
    made = document["hostproof"]
    if made != FORMAT:
        try:
            document = upgraded(document, steps)
        except (LookupError, TypeError) as error:
            raise refusal("HP-E408", f"{name} is not a {made}: {type(error).__name__} {error}") from None
    fault = structure_fault(document)
    if fault:
        raise refusal("HP-E408", f"{name} is not a {FORMAT}: {_explained(document, len(text)) or fault}")
    return _snapshot(document, f"sha256:{digest}")


def read_snapshot(path: Path) -> Snapshot:
    """Read a snapshot file. Raises ProblemError: what `decode_snapshot` refuses, and files that can't be read."""
    return decode_snapshot(read_bytes(path, MOST_BYTES), str(path))


def snapshot_digest(snapshot: Snapshot) -> str:
    """Return `sha256:` and the SHA-256 of the snapshot's canonical form, in hexadecimal."""
    return snapshot.digest or f"sha256:{sha256(_body(snapshot)).hexdigest()}"


def _body(snapshot: Snapshot) -> bytes:
    document = _document(snapshot)
    why = not_storable(document, DEEPEST + 2)  # values lie two levels deep
    if why:
        raise ValueError(f"{_culprit(document)} holds {why}, which no snapshot can keep")
    return dumps(document)


def _reread(body: bytes) -> Document:
    document = loads(body)
    assert isinstance(document, dict)
    return document


def _document(snapshot: Snapshot) -> Document:
    return {
        "hostproof": FORMAT,
        "created": snapshot.created,
        "target": snapshot.target,
        "took": snapshot.took,
        "host": as_mapping(snapshot.host),
        "values": _sorted(snapshot.values),
        "unknown": {name: _unknown_row(name, why) for name, why in sorted(snapshot.unknown.items())},
        "facts": _columns(FACT_COLUMNS, [_fact_row(name, snapshot) for name in _names(snapshot)]),
        "evidence": _columns(EVIDENCE_COLUMNS, [tuple(as_mapping(one).values()) for one in snapshot.evidence]),
        "packs": [as_mapping(pack) for pack in snapshot.packs],
    }


def _snapshot(document: Document, digest: str) -> Snapshot:
    snapshot = Snapshot(
        created=document["created"],
        target=document["target"],
        host=Host(**document["host"]),
        values=document["values"],
        unknown=UnknownRows(document["unknown"]),
        facts=FactColumns(document["facts"]),
        evidence=EvidenceColumns(document["evidence"]),
        packs=tuple(PackRef(**row) for row in document["packs"]),
        took=document["took"],
    )
    object.__setattr__(snapshot, "digest", digest)  # not an argument: a copy with other facts must not inherit it
    return snapshot


def _unknown_row(name: str, why: Unknown) -> Document:
    row = {"cause": str(why.cause), "detail": why.detail, "cure": why.cure}
    return row if why.fact in ("", name) else {**row, "fact": why.fact}


def _names(snapshot: Snapshot) -> list[str]:
    """Return the facts in the order of the columns: the known ones sorted, then the unknown ones sorted."""
    return [*sorted(snapshot.values), *sorted(snapshot.unknown)]


def _fact_row(name: str, snapshot: Snapshot) -> tuple[Any, ...]:
    info = snapshot.facts.get(name)
    if info is None:
        raise ValueError(f"fact {name} has no row in the snapshot's facts")
    return name, str(info.type), str(info.owner), list(info.evidence)


def _columns(names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> Document:
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def _sorted(values: Mapping[str, Any]) -> Document:
    return dict(sorted(values.items()))


def _culprit(document: Document) -> str:
    """Return the name of the first part that no snapshot can hold: a fact, or a key of the document."""
    named = ((f"fact {name}", value) for name, value in document["values"].items())
    return next((name for name, value in (*named, *document.items()) if not_storable(value)), "the snapshot")


def _parse(text: bytes, name: str, steps: Mapping[str, Step]) -> Document:
    """Read the JSON, and turn away what is no snapshot of this format, or of one that steps lead from."""
    try:
        document = loads(text)
    except TextError as error:
        raise refusal("HP-E406", f"{name} does not hold JSON as hostproof writes it: {error}") from None
    made = document.get("hostproof", "") if isinstance(document, dict) else ""
    known = type(made) is str and (made == FORMAT or made in steps)
    newer = type(made) is str and _NEWER.fullmatch(made)
    if not known and not newer:
        raise refusal(
            "HP-E401", f"{name} holds JSON that is not a snapshot", 'one begins with {"hostproof":"snapshot-1"'
        )
    if not known:
        hint = f"this hostproof reads {FORMAT}: read it with the version that wrote it, or a later one"
        raise refusal("HP-E407", f"{name} was made by a newer hostproof: its format is {made}", hint)
    assert isinstance(document, dict)
    return {"digest": "", **document}


def _explained(document: Document, size: int) -> str:
    """Return what the published schema says about a document that is refused; empty if it finds nothing wrong."""
    if size > _MOST_EXPLAINED:
        return ""  # jsonschema takes minutes over the largest documents
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    from hostproof.source.builtin import data_folder

    schema = json.loads((data_folder("schema") / "snapshot-1.schema.json").read_bytes())
    error = best_match(Draft202012Validator(schema).iter_errors({**document, "digest": "sha256:" + "0" * 64}))
    return f"{error.message[:300]} (at {error.json_path[:300]})" if error else ""
