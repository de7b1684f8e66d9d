"""A host, what is found on it, and runs made of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from hostproof.evaluate.baseline.fingerprint import fingerprint_of
from hostproof.evaluate.baseline.gate import Now
from hostproof.evaluate.baseline.model import Run, packs_of, rows_of
from hostproof.evaluate.difference.model import Text
from hostproof.evaluate.model import Evaluation, Gate, PackResults, Result, Verdict
from hostproof.expr.findings import Finding
from hostproof.facts.catalog import Owner
from hostproof.facts.codec import snapshot_digest
from hostproof.facts.snapshot import FactInfo, Host, Snapshot
from hostproof.facts.types import COUNT
from hostproof.facts.unknown import Cause, Unknown
from hostproof.rulepack.model import Severity

HOST = Host("web-1", "0a1b", "6.1.0-18-amd64", "x86_64", "AMD EPYC 7B13", "kvm", "v2", "Debian GNU/Linux 12 (bookworm)")
DAY = 86_400_000_000_000
START = 1_795_444_724_123_456_789

MakeNow = Callable[..., Now]
MakeRun = Callable[..., Run]


def result(name: str, verdict: Verdict, value: int = 1) -> Result:
    """Return what became of a rule that wants an amount of 100."""
    told = verdict is Verdict.FAIL
    return Result(
        "team",
        name,
        f"About {name}",
        name.partition(".")[0],
        Severity.HIGH,
        verdict,
        f"{name} >= 100",
        message=f"{value} of 100" if told else "",
        findings=(Finding(name, str(value), ">= 100"),) if told else (),
        unknowns=(Unknown(Cause.DENIED, "no", "be root", name),) if verdict is Verdict.UNKNOWN else (),
        gated=told or verdict is Verdict.UNKNOWN,
        remediation="raise it",
    )


@pytest.fixture
def make_now() -> MakeNow:
    """Return a way to make what is compared: verdicts by rule (with a value for a failure), on a day, on a host."""

    def make(
        verdicts: Mapping[str, Verdict] | None = None,
        day: int = 0,
        host: Host = HOST,
        value: int = 1,
        outputs: Mapping[str, Text] | None = None,
        backlog: int = 4096,
    ) -> Now:
        facts = {"sysctl.net.core.somaxconn": FactInfo(COUNT, Owner.NAMESPACE)}
        values = {"sysctl.net.core.somaxconn": backlog}
        snapshot = Snapshot(START + day * DAY, "local", host, values, facts=facts)
        if outputs is not None:
            return Now("tests", fingerprint_of(host), Snapshot(START + day * DAY, "local", host, {}), None, outputs)
        results = tuple(result(name, verdict, value) for name, verdict in (verdicts or {}).items())
        packs = (PackResults("team", "Team", "sha256:" + "ab" * 32, results),)
        digest = snapshot_digest(snapshot)
        found = Evaluation(host, "local", snapshot.created, "2026-11-23", digest, packs, Gate(), 0, "0.1.0")
        return Now("team", fingerprint_of(host), snapshot, found)

    return make


@pytest.fixture
def make_run(make_now: MakeNow) -> MakeRun:
    """Return a way to make what would be recorded of the same."""

    def make(*words: object, **named: object) -> Run:
        now = make_now(*words, **named)
        found = now.evaluation
        rows, packs = (rows_of(found), packs_of(found)) if found else ((), ())
        return Run(now.name, now.fingerprint, now.snapshot, rows, packs, Gate(), now.outputs, "0.1.0")

    return make
