"""A report read back, JSON or JUnit: what it says it was made of, and where it differs from what comes out now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias
from xml.etree import ElementTree

from hostproof.evaluate.model import Evaluation
from hostproof.report.jsonfile import render_json
from hostproof.report.junit import render_junit
from hostproof.source.records import record

Data: TypeAlias = "str | int | float | bool | list[Data] | dict[str, Data] | None"
_PROPERTY = "hostproof.param."
_OWN = {"id", "name", "hostname"}  # of a suite: differ in a report over several hosts


class ClaimError(ValueError):
    """Raised for a text that is no report of ours that can be checked."""


@record
class Claim:
    """What a report says of one snapshot: the inputs it names, and all of it as `body`, without layout.

    `packs` gives digests by name, `params` texts by pack and parameter, `gate` is its two words.
    """

    form: str
    version: str
    snapshot: str
    date: str
    gate: tuple[str, str]
    packs: Mapping[str, str]
    params: Mapping[str, Mapping[str, str]]
    body: Data


def read_claims(text: bytes) -> tuple[Claim, ...]:
    """Return what a JSON or JUnit report claims, one for each of its hosts. Raises ClaimError for what is neither."""
    try:
        return _of_junit(text) if text.lstrip().startswith(b"<") else _of_json(text)
    except (KeyError, TypeError, AttributeError, ValueError, ElementTree.ParseError, RecursionError) as error:
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise ClaimError(str(error) if isinstance(error, ClaimError) else f"it can't be read: {said}") from None


def differences(claim: Claim, evaluation: Evaluation) -> list[str]:
    """Return where a report differs from the one of an evaluation: what it says, and what it should say."""
    if claim.form == "json":
        return list(_differ("", claim.body, json.loads(render_json(evaluation))))
    suites = ElementTree.fromstring(render_junit(evaluation))  # noqa: S314 - our own
    return list(_differ("", claim.body, _suites(list(suites))))


def _of_json(text: bytes) -> tuple[Claim, ...]:
    document = json.loads(text)
    made = document.get("format") if isinstance(document, dict) else None
    if made not in ("hostproof-report-1", "hostproof-reports-1"):
        raise ClaimError("its JSON has no format that is a report's: hostproof-report-1 or hostproof-reports-1")
    claims = tuple(map(_json_claim, [document] if made == "hostproof-report-1" else document["reports"]))
    if not claims:
        raise ClaimError("it holds no host")
    return claims


def _json_claim(document: dict[str, Data]) -> Claim:
    packs = _rows(document["packs"])
    gate = document["gate"]
    if not isinstance(gate, dict):
        raise ClaimError("its gate is none")
    return Claim(
        form="json",
        version=str(document["hostproof"]),
        snapshot=str(document["snapshot"]),
        date=str(document["date"]),
        gate=(str(gate["fail_on"]), str(gate["unknown"])),
        packs={str(pack["name"]): str(pack["digest"]) for pack in packs},
        params={str(pack["name"]): _texts(pack.get("params")) for pack in packs},
        body=document,
    )


def _rows(value: Data) -> list[dict[str, Data]]:
    if not isinstance(value, list):
        raise ClaimError("its packs are no list")
    return [row for row in value if isinstance(row, dict)]


def _texts(value: Data) -> dict[str, str]:
    return {name: str(text) for name, text in value.items()} if isinstance(value, dict) else {}


def _of_junit(text: bytes) -> tuple[Claim, ...]:
    root = ElementTree.fromstring(text)  # noqa: S314 - expat bounds what entities may grow to
    hosts: dict[str, list[ElementTree.Element]] = {}
    for suite in root.iter("testsuite"):
        # Snapshots without a digest of their own, and hosts judged twice, are told apart by what stands before " @ ".
        hosts.setdefault(_properties(suite).get("hostproof.snapshot", ""), []).append(suite)
    if not hosts or "" in hosts:
        raise ClaimError("it is XML without the properties of a report by hostproof")
    return tuple(_junit_claim(snapshot, suites) for snapshot, suites in hosts.items())


def _junit_claim(snapshot: str, suites: Sequence[ElementTree.Element]) -> Claim:
    about = _properties(suites[0])
    fail_on, _, unknown = about["hostproof.gate"].removeprefix("fail_on ").partition(", unknown ")
    own = {suite.get("package", ""): _properties(suite) for suite in suites}
    return Claim(
        form="junit",
        version=about["hostproof.version"],
        snapshot=snapshot,
        date=about["hostproof.date"],
        gate=(fail_on, unknown),
        packs={pack: rows["hostproof.pack"] for pack, rows in own.items()},
        params={
            pack: {name.removeprefix(_PROPERTY): text for name, text in rows.items() if name.startswith(_PROPERTY)}
            for pack, rows in own.items()
        },
        body=_suites(suites),
    )


def _properties(suite: ElementTree.Element) -> dict[str, str]:
    return {row.get("name", ""): row.get("value", "") for row in suite.iterfind("properties/property")}


def _suites(suites: Sequence[ElementTree.Element]) -> Data:
    return {suite.get("package", ""): _suite(suite) for suite in suites}


def _suite(suite: ElementTree.Element) -> Data:
    numbers: dict[str, Data] = {name: text for name, text in suite.attrib.items() if name not in _OWN}
    properties: dict[str, Data] = dict(_properties(suite))
    cases: dict[str, Data] = {case.get("name", ""): _element(case) for case in suite.iterfind("testcase")}
    said = suite.findtext("system-out")
    return {"suite": numbers, "properties": properties, "cases": cases, "system-out": said or ""}


def _element(element: ElementTree.Element) -> Data:
    inside: list[Data] = [{child.tag: _element(child)} for child in element]
    attributes: dict[str, Data] = dict(element.attrib)
    return {**attributes, "text": (element.text or "").strip(), "inside": inside}


def _differ(place: str, said: Data, now: Data) -> Iterator[str]:
    """Yield the places at which two documents differ, the shallow ones of lists and records by their parts."""
    if isinstance(said, dict) and isinstance(now, dict):
        for name in dict.fromkeys([*said, *now]):
            here = f"{place}.{name}" if place else name
            if name not in said or name not in now:
                yield f"{here}: {'the report leaves it out' if name in now else 'only the report has it'}"
            else:
                yield from _differ(here, said[name], now[name])
    elif isinstance(said, list) and isinstance(now, list) and len(said) == len(now):
        for at, (one, other) in enumerate(zip(said, now, strict=True)):
            yield from _differ(f"{place}{_numbered(other, at)}", one, other)
    elif type(said) is not type(now) or said != now:
        yield f"{place}: the report says {_short(said)}, it comes out as {_short(now)}"


def _numbered(row: Data, at: int) -> str:
    """Return how a part of a list is called: by its rule or name where it has one."""
    name = row.get("rule") or row.get("name") if isinstance(row, dict) else None
    return f"[{name if isinstance(name, str) else at}]"


def _short(value: Data) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else f"{text[:100]}..."
