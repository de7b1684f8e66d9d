"""Baseline files: a Run in, JSON text that people and git can read out, and back with distrust.

A line for each fact, verdict and line of output; keys in a fixed order; the last key is the digest, SHA-256 over the
text without it. Reading accepts only what writing gives, byte for byte, but for line ends, which git
may have changed. The snapshot inside is that of a snapshot file, its own digest included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import TypeAlias

from hostproof.evaluate.baseline.fingerprint import Fingerprint
from hostproof.evaluate.baseline.model import PackUsed, Run, VerdictRow
from hostproof.evaluate.difference.model import Text
from hostproof.evaluate.model import Gate, OnUnknown, Verdict
from hostproof.expr.findings import Finding
from hostproof.facts.codec import decode_text, encode_text
from hostproof.facts.codec.text import TextError, dumps, loads
from hostproof.rulepack.model import Severity
from hostproof.source.problems import Problem, ProblemError
from hostproof.source.records import as_mapping, names_of

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

FORMAT = "baseline-1"
MOST_BYTES = 64 * 2**20
_DEEPEST = 3  # levels whose items have a line of their own
_DEEPEST_BY_KEY = {"outputs": 4}  # whose lines have
_ALWAYS = frozenset({"pack", "rule"})
_NEWER = re.compile(r"baseline-(?:[2-9]|[1-9][0-9]{1,5})")
_CONFLICT = re.compile(rb"^(?:<{7}|={7}|>{7})", re.MULTILINE)
_TAIL = re.compile(rb',\n"digest":"sha256:([0-9a-f]{64})"\n\}\n\Z')


def encode_run(run: Run) -> bytes:
    """Return the text of a baseline file. Raises ValueError for a snapshot that holds what none can hold."""
    document = {**_document(run), "snapshot": loads(encode_text(run.snapshot))}
    body = "".join(_lines(document, 0)).encode()  # type: ignore[arg-type]
    digest = sha256(body).hexdigest()
    return body[:-2] + f',\n"digest":"sha256:{digest}"\n}}\n'.encode()


def decode_run(data: bytes, name: str) -> Run:
    """Read the bytes of a baseline file, whose name is for messages. Raises ProblemError: HP-E409 to HP-E413."""
    text = data.replace(b"\r\n", b"\n")
    document = _parse(text, name)
    tail = _TAIL.search(text)
    body = text[: tail.start()] + b"\n}" if tail else b""
    if tail is None or tail[1].decode() != sha256(body).hexdigest():
        hint = "take it back from version control, or record it again"
        raise _refusal("HP-E411", f"{name} was altered: its content and its digest don't agree", hint)
    document.pop("digest", None)
    if "".join(_lines(document, 0)).encode() != body:
        raise _refusal("HP-E413", f"{name} is not a {FORMAT}: its text is not in canonical form")
    try:
        return _run(document, name)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise _refusal("HP-E413", f"{name} is not a {FORMAT}: {type(error).__name__} {error}"[:300]) from None


def _parse(text: bytes, name: str) -> dict[str, Json]:
    try:
        document = loads(text)
    except TextError as error:
        if _CONFLICT.search(text):
            hint = "take one side as a whole: two recorded runs can't be merged"
            raise _refusal("HP-E410", f"{name} has the marks of a merge conflict in it", hint) from None
        cut = bool(text) and text.startswith(b'{\n"hostproof":"baseline-') and not text.endswith(b"}\n")
        why = "ends before its data does" if cut or not text else f"does not hold JSON as hostproof writes it: {error}"
        hint = "take it back from version control, or record it again"
        raise _refusal("HP-E410" if cut or not text else "HP-E409", f"{name} {why}", hint) from None
    made = document.get("hostproof", "") if isinstance(document, dict) else ""
    if isinstance(made, str) and _NEWER.fullmatch(made):
        hint = f"this hostproof reads {FORMAT}: use the version that wrote it, or a later one"
        raise _refusal("HP-E412", f"{name} was recorded by a newer hostproof: its format is {made}", hint)
    if made != FORMAT or not isinstance(document, dict):
        hint = "only what `hostproof baseline record` writes belongs there"
        raise _refusal("HP-E409", f"{name} is not a baseline", hint)
    return document


def _refusal(code: str, message: str, hint: str = "") -> ProblemError:
    return ProblemError((Problem(code, message, None, hint),))


def _lines(value: Json, level: int, deepest: int = _DEEPEST) -> Iterator[str]:
    """Yield a value's text: items of the upper levels on lines of their own, the rest as compact as snapshots."""
    if not value or level == deepest or not isinstance(value, dict | list):
        yield dumps({"": value}).decode()[4:-1]
        return
    pairs = isinstance(value, dict)
    yield "{\n" if pairs else "[\n"
    items = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for at, (key, item) in enumerate(items):
        yield ",\n" if at else ""
        yield f"{dumps({str(key): 0}).decode()[1:-3]}:" if pairs else ""
        yield from _lines(item, level + 1, _DEEPEST_BY_KEY.get(str(key), deepest) if level == 0 else deepest)
    yield "\n}" if pairs else "\n]"


def _document(run: Run) -> dict[str, Json]:
    return {
        "hostproof": FORMAT,
        "name": run.name,
        "version": run.version,
        "fingerprint": {name: str(value) for name, value in as_mapping(run.fingerprint).items()},
        "gate": {"fail_on": str(run.gate.fail_on), "unknown": str(run.gate.unknown)},
        "packs": [{"name": p.name, "digest": p.digest, "params": dict(p.params)} for p in run.packs],
        "verdicts": [_row(row) for row in run.verdicts],
        "outputs": {
            name: {"status": one.status, "whole": one.whole, "text": one.text.split("\n")}  # type: ignore[dict-item]
            for name, one in sorted(run.outputs.items())
        },
    }


def _row(row: VerdictRow) -> Json:
    """Return a row without the fields that say nothing."""
    findings: list[Json] = [[one.subject, one.value, one.wanted] for one in row.findings]
    said: dict[str, Json] = {
        "pack": row.pack,
        "rule": row.id,
        "object": row.object,
        "title": row.title,
        "severity": str(row.severity),
        "verdict": str(row.verdict),
        "gated": row.gated,
        "since": row.since,
        "detail": row.detail,
        "findings": findings,
    }
    return {name: value for name, value in said.items() if name in _ALWAYS or value not in ("", False, [])}


def _run(document: dict[str, Json], name: str) -> Run:
    fingerprint, gate, outputs = (_mapping(document[key]) for key in ("fingerprint", "gate", "outputs"))
    if set(fingerprint) != set(names_of(Fingerprint)):
        raise ValueError("its fingerprint has other parts")
    snapshot = _mapping(document["snapshot"])
    return Run(
        name=_text(document["name"]),
        fingerprint=Fingerprint(**{part: _text(value) for part, value in fingerprint.items()}),
        snapshot=decode_text(dumps(snapshot), name),
        verdicts=tuple(_verdict(_mapping(row)) for row in _list(document["verdicts"])),
        packs=tuple(_pack(_mapping(row)) for row in _list(document["packs"])),
        gate=Gate(Severity(_text(gate["fail_on"])), OnUnknown(_text(gate["unknown"]))),
        outputs={key: _output(_mapping(row)) for key, row in outputs.items()},
        version=_text(document["version"]),
    )


def _verdict(row: dict[str, Json]) -> VerdictRow:
    findings = [[_text(part) for part in _list(one)] for one in _list(row.get("findings", []))]
    return VerdictRow(
        pack=_text(row["pack"]),
        id=_text(row["rule"]),
        object=_text(row.get("object", "")),
        title=_text(row.get("title", "")),
        severity=Severity(_text(row["severity"])),
        verdict=Verdict(_text(row["verdict"])),
        gated=row.get("gated", False) is True,
        detail=_text(row.get("detail", "")),
        findings=tuple(Finding(subject, value, wanted) for subject, value, wanted in findings),
        since=_text(row.get("since", "")),
    )


def _pack(row: dict[str, Json]) -> PackUsed:
    params = tuple((name, _text(value)) for name, value in _mapping(row["params"]).items())
    return PackUsed(_text(row["name"]), _text(row["digest"]), params)


def _output(row: dict[str, Json]) -> Text:
    status = row["status"]
    if status is not None and type(status) is not int:
        raise TypeError("a status that is no number")
    return Text("\n".join(_text(line) for line in _list(row["text"])), status, row["whole"] is True)


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is expected, and this is {type(value).__name__}")
    return value


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise TypeError(f"a list is expected, and this is {type(value).__name__}")
    return value


def _mapping(value: Json) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise TypeError(f"an object is expected, and this is {type(value).__name__}")
    return value
