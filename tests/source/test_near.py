"""The nearest name is the one a person would have meant."""

from __future__ import annotations

import pytest

from hostproof.source.near import nearest

KEYS = ["id", "title", "severity", "when", "let", "assert", "message", "rationale", "remediation", "references", "tags"]
FACTS = ["sysctl.net.core.somaxconn", "sysctl.net.core.rmem_max", "sysctl.vm.swappiness", "memory.free", "cpu.count"]


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("tilte", KEYS, "title"),
        ("Severity", KEYS, "severity"),
        ("reference", KEYS, "references"),
        ("asert", KEYS, "assert"),
        ("tag", KEYS, "tags"),
        ("description", KEYS, None),
        ("", KEYS, None),
        ("x", [], None),
        ("sysctl.vm.swapiness", FACTS, "sysctl.vm.swappiness"),
        ("sysctl.net.core.xyz", FACTS, None),
        ("mem.free", FACTS, "memory.free"),
        ("somaxconn", FACTS, "sysctl.net.core.somaxconn"),
        ("cpus.count", FACTS, "cpu.count"),
        ("count", ["cpu.count", "disk.count"], None),
        ("x" * 100_000, ["x" * 99_999], None),
        ("bat", ["rat", "cat"], "cat"),
        ("title", ["title"], None),
    ],
)
def test_nearest(name: str, known: list[str], meant: str | None) -> None:
    """A slip gives the name that was meant, anything else nothing."""
    assert nearest(name, known) == meant
