"""Collecting: on this very machine, and with collectors that go wrong in every way."""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from hostproof.collect.asks import Answer, Ask, Collector, ReadFile
from hostproof.collect.learn.jobs import jobs_of, run_jobs
from hostproof.collect.plan import plan
from hostproof.collect.run import Progress, collect, collect_jobs
from hostproof.collect.target import Target, parse_target
from hostproof.facts.builtin import BUILTIN, builtin_catalog
from hostproof.facts.catalog import Catalog, FactSpec, Owner
from hostproof.facts.codec import decode_snapshot, encode_snapshot
from hostproof.facts.requests import SECOND, FactRequest, FileSource, Reader, RunSource
from hostproof.facts.snapshot import PackRef, Snapshot, Value
from hostproof.facts.types import COUNT, STRING, Type, list_of, map_of, record
from hostproof.facts.typetext import parse_type
from hostproof.facts.unknown import Cause, Unknown

LOCAL = parse_target("local")
OSTYPE = ReadFile("/proc/sys/kernel/ostype")
Parse: TypeAlias = "Callable[[frozenset[str], Mapping[Ask, Answer]], Mapping[str, Value | Unknown]]"


@pytest.fixture(scope="module")
def everything() -> Snapshot:
    """Return a snapshot with every built-in fact of this machine, and some of a pack."""
    requests = [FactRequest(row.name) for row in BUILTIN if not row.family]
    requests += [FactRequest("sysctl.net.core.somaxconn"), FactRequest("kernel.config.CONFIG_NET")]
    df = RunSource(("df", "-B1", "--output=avail", "/"))
    avail = Reader("regex", r"(?m)^\s*(?P<avail>\d+)$")
    requests.append(FactRequest("p:disk", df, avail, parse_type("{avail: bytes, more: bytes}")))
    requests.append(FactRequest("p:host", FileSource("/proc/sys/kernel/hostname")))
    return collect(requests, LOCAL, 60 * SECOND, (PackRef("p", "sha256:0"),), effort="quick")


def test_every_fact_has_a_value_or_a_reason(everything: Snapshot) -> None:
    """No fact is lost, none is in both places, and each unknown names itself, its cause and what happened."""
    assert set(everything.facts) == set(everything.values) | set(everything.unknown)
    assert not set(everything.values) & set(everything.unknown)
    for name, why in everything.unknown.items():
        assert why.fact == name
        assert why.detail
        assert why.cause is not Cause.PARSE_ERROR, str(why)


def test_the_values_are_this_machine_s(everything: Snapshot) -> None:
    """Facts of the kernel, a sysctl, and facts of a pack."""
    assert everything.get("kernel.release") == platform.release()
    assert everything.get("sysctl.net.core.somaxconn") == int(Path("/proc/sys/net/core/somaxconn").read_text())
    assert everything.get("p:host") == platform.node()
    avail = everything.get("p:disk.avail")
    assert isinstance(avail, int)
    assert avail > 0
    more = everything.get("p:disk.more")
    assert isinstance(more, Unknown)
    assert more.cause is Cause.ABSENT


def test_each_fact_has_type_owner_and_evidence(everything: Snapshot) -> None:
    """Rows say what the catalog says, and evidence what was read for them."""
    info = everything.facts["kernel.release"]
    row = builtin_catalog().get("kernel.release")
    assert row is not None
    assert (info.type, info.owner) == (row.type, row.owner)
    assert [everything.evidence[number].what for number in info.evidence] == ["/proc/sys/kernel/osrelease"]
    disk = everything.facts["p:disk.avail"]
    assert [everything.evidence[number].kind for number in disk.evidence] == ["command"]
    assert {name for name, info in everything.facts.items() if not info.evidence} == {"run.effort", "run.redacted"}


def test_the_host_is_fingerprinted(everything: Snapshot) -> None:
    """Who and what it is, without anything confidential."""
    host = everything.host
    assert (host.name, host.kernel, host.arch) == (platform.node(), platform.release(), platform.machine())
    assert host.cgroup in {"v1", "v2", "hybrid", "none"}
    identity = Path("/etc/machine-id")
    if identity.exists() and (text := identity.read_text().strip()):
        assert host.machine_id == hashlib.sha256(text.encode()).hexdigest()[:16]
        assert text not in repr(everything)


def test_a_snapshot_can_be_kept(everything: Snapshot) -> None:
    """It passes through its file format and comes back the same."""
    back = decode_snapshot(encode_snapshot(everything), "s")
    assert dict(back.values) == dict(everything.values)
    assert dict(back.unknown) == dict(everything.unknown)
    assert tuple(back.evidence) == everything.evidence
    assert back.packs == (PackRef("p", "sha256:0"),)


def test_the_plan_is_what_is_done() -> None:
    """Each step of the plan is in the evidence, and nothing else."""
    requests = [FactRequest("kernel.release"), FactRequest("net.interfaces"), FactRequest("cgroup.memory.limit")]
    requests.append(FactRequest("p:x", RunSource(shell="echo x")))
    done = collect(requests, LOCAL, 60 * SECOND)
    steps = plan(requests)
    assert [(step.kind, step.what) for step in steps] == [(e.kind, e.what) for e in done.evidence]
    served = {step.what: step.facts for step in steps}
    assert "kernel.release" in served["/proc/sys/kernel/osrelease"]
    assert served["echo x"] == ("p:x",)
    assert all(step.facts for step in steps)


def test_what_several_facts_need_is_asked_once(tmp_path: Path) -> None:
    """The same file and the same command, for as many facts as there are."""
    log = tmp_path / "log"
    source = RunSource(shell=f"echo x >> {log}; echo 1")
    requests = [FactRequest(f"p:{n}", source, Reader("text"), COUNT) for n in range(3)]
    found = collect([*requests, *requests], LOCAL, 60 * SECOND)
    assert [found.get(f"p:{n}") for n in range(3)] == [1, 1, 1]
    assert log.read_text() == "x\n"


def test_progress_reaches_the_end() -> None:
    """Told as answers come, until all asks are answered."""
    told: list[Progress] = []
    collect([FactRequest("kernel.release")], LOCAL, 60 * SECOND, progress=told.append)
    assert told[-1].done == told[-1].total == len(plan([FactRequest("kernel.release")]))


def test_a_name_that_nobody_collects_is_unknown() -> None:
    """A rule's check rules it out; a snapshot says so all the same."""
    found = collect([FactRequest("no.such.fact")], LOCAL, 60 * SECOND).get("no.such.fact")
    assert isinstance(found, Unknown)
    assert found.cause is Cause.NOT_COLLECTED


def test_a_target_without_python_gives_a_snapshot_all_the_same() -> None:
    """Every fact is unknown, with the cause; nothing is raised."""
    found = collect([FactRequest("kernel.release")], Target("x", ("/no/such/python",)), SECOND)
    why = found.get("kernel.release")
    assert isinstance(why, Unknown)
    assert why.cause is Cause.NO_TOOL
    assert found.host.kernel == ""
    assert found.created > 0
    assert encode_snapshot(found)


def snapshot_with(parse: Parse, **types: Type) -> Snapshot:
    """Take a snapshot of facts `x.NAME` through one collector that parses as told."""
    catalog = Catalog(FactSpec(f"x.{name}", of, Owner.FILES, "a test", "x") for name, of in types.items())
    collector = Collector("x", lambda names: (OSTYPE,) if names else (), parse)
    jobs = jobs_of([FactRequest(row.name) for row in catalog], catalog, {"x": collector})
    return collect_jobs((*jobs, *run_jobs([])), LOCAL, 60 * SECOND)


def why(snapshot: Snapshot, name: str) -> Unknown:
    """Return why a fact is unknown."""
    found = snapshot.get(name)
    assert isinstance(found, Unknown)
    return found


def test_a_parser_that_raises_costs_its_own_facts_only() -> None:
    """One name makes it raise: the others, asked alone, are learnt, and so are those of other collectors."""

    def parse(names: frozenset[str], answers: Mapping[Ask, Answer]) -> Mapping[str, Value | Unknown]:
        if "x.bad" in names:
            raise KeyError("no\x1bsuch key, password=hunter2")
        return dict.fromkeys(names, answers[OSTYPE].data.decode().strip())

    found = snapshot_with(parse, good=STRING, bad=STRING)
    assert found.get("x.good") == "Linux"
    assert why(found, "x.bad").cause is Cause.PARSE_ERROR
    assert "KeyError" in why(found, "x.bad").detail
    assert "\x1b" not in why(found, "x.bad").detail
    assert "hunter2" not in why(found, "x.bad").detail
    assert found.get("kernel.release") == platform.release()


@pytest.mark.parametrize(
    ("value", "of", "says"),
    [
        ("many", COUNT, "not count"),
        (-1, COUNT, "not count"),
        (None, COUNT, "not count"),
        (float("nan"), parse_type("float"), "the number nan"),
        (2**63, parse_type("int"), "beyond 64 bits"),
        ("\ud800", STRING, "not Unicode"),
        (b"bytes", STRING, "a bytes"),
        ([1, "x"], list_of(COUNT), "not list<count>"),
    ],
)
def test_a_value_that_is_not_of_its_type_is_unknown(value: Value, of: Type, says: str) -> None:
    """The snapshot holds only what rules were checked against."""
    found = why(snapshot_with(lambda names, _: dict.fromkeys(names, value), v=of), "x.v")
    assert found.cause is Cause.PARSE_ERROR
    assert says in found.detail


def test_a_fact_that_a_collector_forgets_is_unknown() -> None:
    """Nothing said is no value."""
    assert why(snapshot_with(lambda *_: {}, v=STRING), "x.v").cause is Cause.PARSE_ERROR


def test_secrets_are_kept_out_of_values() -> None:
    """A secret text is unknown; in a list or map it is replaced; a record lacks the field that held it."""
    secret = "token=abcdefgh12345"
    rows = list_of(record(name=STRING, key=STRING))
    values: dict[str, Value] = {
        "x.text": secret,
        "x.items": ["quiet", secret],
        "x.map": {"a": "b", "c": secret},
        "x.rows": [{"name": "n", "key": secret}, {"name": "m", "key": "k"}],
    }
    found = snapshot_with(lambda names, _: {n: values[n] for n in names}, text=STRING, items=list_of(STRING),
                          map=map_of(STRING), rows=rows)  # fmt: skip
    assert why(found, "x.text").cause is Cause.REDACTED
    assert found.get("x.items") == ["quiet", "token=[redacted: secret]"]
    assert found.get("x.map") == {"a": "b", "c": "token=[redacted: secret]"}
    assert found.get("x.rows") == [{"name": "n"}, {"name": "m", "key": "k"}]
    assert "abcdefgh12345" not in repr(found)


def test_a_secret_that_a_command_prints_is_nowhere_in_the_snapshot() -> None:
    """Not in the value, the evidence, nor the reason."""
    word = secrets.token_hex(12)
    lines = RunSource(shell=f"echo DB_PASSWORD={word}; echo SECRET_KEY={word} >&2; exit 1")
    both = RunSource(shell=f"echo DB_PASSWORD={word}")
    found = collect([FactRequest("p:a", lines), FactRequest("p:b", both)], LOCAL, 60 * SECOND)
    assert word not in repr(found)
    assert why(found, "p:b").cause is Cause.REDACTED


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a file that it can't read by becoming another user")
def test_a_run_without_privileges_goes_on(tmp_path: Path) -> None:
    """What may not be read is denied, with a cure; the rest is there."""
    hidden = tmp_path / "hidden"
    hidden.write_text("x")
    hidden.chmod(0o600)
    nobody = Target("nobody", ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *LOCAL.python), True)
    found = collect([FactRequest("p:h", FileSource(str(hidden))), FactRequest("kernel.release")], nobody, 60 * SECOND)
    assert why(found, "p:h").cause is Cause.DENIED
    assert why(found, "p:h").cure
    assert found.get("kernel.release") == platform.release()
