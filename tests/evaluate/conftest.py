"""A small pack with every kind of rule, and snapshots to judge it over."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingABC
from pathlib import Path

import pytest

from hostproof.facts.builtin import builtin_catalog
from hostproof.facts.catalog import Owner
from hostproof.facts.snapshot import Evidence, FactInfo, Host, Snapshot, Value
from hostproof.facts.types import BYTES, COUNT, STRING, VERSION
from hostproof.facts.unknown import Cause, Unknown
from hostproof.rulepack.load import load_pack
from hostproof.rulepack.model import RulePack
from hostproof.source.nodes import Mapping, Node, Sequence
from hostproof.source.problems import Problems
from hostproof.source.spans import SourceFile
from hostproof.source.yaml import load_yaml

PACK = """\
hostproof: 1
pack: web
title: A web server
params:
  min_backlog: {type: count, default: 4096}
facts:
  disk:
    run: [df, -B1, --output=avail, /var]
    read: {regex: '(?m)^\\s*(?P<avail>\\d+)$'}
    gives: {avail: bytes}
rules:
  - id: net.backlog
    title: A full backlog is held
    severity: high
    assert: sysctl.net.core.somaxconn >= params.min_backlog
    message: "somaxconn is {sysctl.net.core.somaxconn}, not {params.min_backlog}"
    rationale: A burst is dropped.
    remediation: sysctl -w net.core.somaxconn={params.min_backlog}
    references: [https://docs.kernel.org/admin-guide/sysctl/net.html]
    tags: [network]
  - id: disk.room
    title: There is room for logs
    severity: medium
    assert: disk.avail >= 1GiB
    message: "{disk.avail} left"
  - id: kernel.new
    title: New kernels have it
    severity: low
    when: kernel.release >= version("6.0")
    assert: kernel.arch == "x86_64"
"""


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], RulePack]:
    """Load a pack from its text."""

    def loaded(text: str) -> RulePack:
        path = tmp_path / "pack.yaml"
        path.write_text(text)
        return load_pack(path, builtin_catalog())

    return loaded


@pytest.fixture
def pack(load: Callable[[str], RulePack]) -> RulePack:
    """Load the pack above."""
    return load(PACK)


GOOD: MappingABC[str, Value] = {
    "sysctl.net.core.somaxconn": 4096,
    "web:disk.avail": 2 * 1024**3,
    "kernel.release": "6.1.0",
    "kernel.arch": "x86_64",
}


def host(values: MappingABC[str, Value], unknown: MappingABC[str, Cause]) -> Snapshot:
    """Return a snapshot of `GOOD` with other values; what is unknown has no value."""
    return Snapshot(
        created=1_795_444_724_123_456_789,  # 2026-11-23
        target="local",
        host=Host("web-1", kernel="6.1.0"),
        values={name: value for name, value in {**GOOD, **values}.items() if name not in unknown},
        unknown={name: Unknown(cause, "as the test says", fact=name) for name, cause in unknown.items()},
        facts={
            "sysctl.net.core.somaxconn": FactInfo(COUNT, Owner.NAMESPACE, (0,)),
            "web:disk.avail": FactInfo(BYTES, Owner.PROCESS, (1,)),
            "kernel.release": FactInfo(VERSION, Owner.HOST_KERNEL),
            "kernel.arch": FactInfo(STRING, Owner.HOST_KERNEL),
        },
        evidence=(
            Evidence("file", "/proc/sys/net/core/somaxconn", took=40_000, size=5, head="4096\n"),
            Evidence("command", "df -B1 --output=avail /var", 0, 3_000_000, 22, "     Avail\n2147483648\n"),
        ),
    )


@pytest.fixture
def snapshot() -> Callable[..., Snapshot]:
    """Make snapshots of a host that is fit but for what is given."""

    def made(values: MappingABC[str, Value] | None = None, unknown: MappingABC[str, Cause] | None = None) -> Snapshot:
        return host(values or {}, unknown or {})

    return made


@pytest.fixture(scope="session")
def as_json() -> Callable[[str], object]:
    """Read a YAML text as the JSON values that a schema is for."""

    def read(text: str) -> object:
        problems = Problems()
        node = load_yaml(SourceFile("some.yaml", text), problems)
        problems.refuse()
        assert node is not None
        return _plain(node)

    return read


def _plain(node: Node) -> object:
    if isinstance(node, Mapping):
        return {key.text: _plain(value) for key, value in node.entries}
    return [_plain(item) for item in node.items] if isinstance(node, Sequence) else node.value
