"""What decided: findings name the operands, with their values and what was wanted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hostproof.expr.evaluate import evaluate
from hostproof.expr.findings import MOST_FINDINGS, MOST_ITEMS, find

FACTS = {
    "sysctl.net.core.somaxconn": {"type": "count", "value": 128},
    "a.b": {"type": "count", "value": 4096},
    "a.c": {"type": "count", "value": 90},
    "lat": {"type": "samples<duration>", "value": [7_000_000, 9_000_000]},
    "size": {"type": "bytes", "value": 65536},
    "used": {"type": "count", "value": 95},
    "most": {"type": "count", "value": 100},
    "limit": {"type": "count?", "value": None},
    "ok": {"type": "bool", "value": False},
    "id": {"type": "string", "value": "debian"},
    "release": {"type": "version", "value": "4.19.0"},
    "flags": {"type": "list<string>", "value": ["ro", "nodev"]},
    "json": {"type": "any", "value": {"port": 80}},
    "u": {"type": "count", "unknown": "denied"},
    "nets": {
        "type": "list<{name: string, mtu: bytes, queues: list<count>}>",
        "value": [
            {"name": "lo", "mtu": 65536, "queues": [1]},
            {"name": "eth0", "mtu": 1400, "queues": [1, 9]},
            {"name": "eth1", "mtu": 1280, "queues": []},
        ],
    },
    "bugs": {"type": "map<string>", "value": {"meltdown": "Vulnerable", "spectre": "Mitigation"}},
}
PARAMS = {"min_backlog": {"type": "count", "value": 4096}}
LETS = {
    "want": "params.min_backlog",
    "held": "sysctl.net.core.somaxconn",
    "enough": "held >= want",
    "twice": "held * 2",
}

CASES = {
    "sysctl.net.core.somaxconn >= 4096": ["sysctl.net.core.somaxconn = 128, wanted >= 4096"],
    "sysctl.net.core.somaxconn >= params.min_backlog": [
        "sysctl.net.core.somaxconn = 128, wanted >= 4096 (params.min_backlog)"
    ],
    "held >= want": ["sysctl.net.core.somaxconn = 128, wanted >= 4096 (want)"],
    "enough": ["sysctl.net.core.somaxconn = 128, wanted >= 4096 (want)"],
    "twice >= want": ["twice = 256, wanted >= 4096 (want)"],
    "a.b >= 4096 and a.c < 80": ["a.c = 90, wanted < 80"],
    "a.b > 9000 and a.c < 80": ["a.b = 4096, wanted > 9000", "a.c = 90, wanted < 80"],
    "a.b > 9000 or a.c < 80": ["a.b = 4096, wanted > 9000", "a.c = 90, wanted < 80"],
    "a.b >= 4096 or a.c < 80": ["a.b = 4096, wanted >= 4096"],
    "not (a.c > 80)": ["a.c = 90, wanted <= 80"],
    "not (a.b >= 4096 and a.c == 90)": ["a.b = 4096, wanted < 4096", "a.c = 90, wanted != 90"],
    "100 < a.c": ["a.c = 90, wanted > 100"],
    "100 < a.c < 200": ["a.c = 90, wanted > 100"],
    "10 < a.c < 80": ["a.c = 90, wanted < 80"],
    "10 < a.c < 200": ["a.c = 90, wanted > 10 and < 200"],
    "a.c > a.b": ["a.c = 90, wanted > 4096 (a.b)"],
    "p99(lat) < 5ms": ["p99(lat) = 9ms (95%: 9ms.. of 2, too few for an upper bound), wanted < 5ms"],
    "size >= 128KiB": ["size = 64KiB, wanted >= 128KiB"],
    "used / most < 80%": ["used / most = 0.95 (used 95, most 100), wanted < 80%"],
    "ratio(used, most) < 80%": ["ratio(used, most) = 95% (used 95, most 100), wanted < 80%"],
    "limit != null": ["limit = null, wanted != null"],
    "limit != null and limit > 5": ["limit = null, wanted != null"],
    "ok": ["ok = false, wanted true"],
    "not ok": ["ok = false, wanted false"],
    "ok == true": ["ok = false, wanted == true"],
    'id == "alpine"': ['id = "debian", wanted == "alpine"'],
    'id in ["alpine", "fedora"]': ['id = "debian", wanted in ["alpine", "fedora"]'],
    'id not in ["debian"]': ['id = "debian", wanted not in ["debian"]'],
    '"nosuid" in flags': ['flags = ["ro", "nodev"], wanted with "nosuid"'],
    '"ro" not in flags': ['flags = ["ro", "nodev"], wanted without "ro"'],
    'id matches "^al"': ['id = "debian", wanted to match "^al"'],
    'not (id matches "^deb")': ['id = "debian", wanted not to match "^deb"'],
    'startswith(id, "al")': ['id = "debian", wanted startswith(id, "al")'],
    'release >= version("5.4")': ["release = 4.19.0, wanted >= 5.4"],
    "json.port == 443": ["json.port = 80, wanted == 443"],
    "known(u)": ["known(u) = false (u unknown: denied), wanted true"],
    "(u ?? 5) > 9": ["u ?? 5 = 5 (u unknown: denied), wanted > 9"],
    "a.b > 9000 if id == 'debian' else true": ["a.b = 4096, wanted > 9000"],
    "false if u > 1 else ok": ["false = false, wanted true"],
    "all(n in nets: n.mtu >= 1500)": [
        "nets[1].mtu (eth0) = 1400B, wanted >= 1500B",
        "nets[2].mtu (eth1) = 1280B, wanted >= 1500B",
    ],
    "all(n in nets: n.mtu >= 1000B)": ["nets = 3 items, wanted each with n.mtu >= 1000B"],
    "any(n in nets: n.mtu > 9000B)": ["nets[0].mtu (lo) = 64KiB, wanted > 9kB"],
    "none(n in nets: n.mtu < 1300B)": ["nets[2].mtu (eth1) = 1280B, wanted >= 1300B"],
    "none(n in nets: n.mtu < 1000B)": ["nets = 3 items, wanted none with n.mtu < 1000B"],
    "one(n in nets: n.mtu < 1500B)": ["nets = 2 of 3 items, wanted exactly one with n.mtu < 1500B"],
    "any(n in filter(n in nets: n.mtu > 1MiB): true)": [
        "filter(n in nets: n.mtu > 1MiB) = no items, wanted one with true"
    ],
    "all(n in filter(n in nets: n.mtu > 1300B): n.mtu > 9kB)": [
        "item 1 of filter(n in nets: n.mtu > 1300B).mtu (eth0) = 1400B, wanted > 9kB"
    ],
    "count(n in nets: n.mtu < 1500B) == 0": ["count(n in nets: n.mtu < 1500B) = 2, wanted == 0"],
    "all(n in nets: all(q in n.queues: q < 5))": ["nets[1].queues[1] (eth0) = 9, wanted < 5"],
    "all(n in nets: len(n.queues) > 0)": ["len(n.queues) for nets[2] (eth1) = 0, wanted > 0"],
    'all(b in bugs: bugs[b] != "Vulnerable")': ['bugs["meltdown"] = "Vulnerable", wanted != "Vulnerable"'],
    "all(f in flags: f == 'ro')": ['flags[1] = "nodev", wanted == "ro"'],
    "u > 3": [],
    "a.b + 1": [],
}


@pytest.mark.parametrize(("text", "wanted"), CASES.items(), ids=CASES)
def test_findings(text: str, wanted: list[str], world: Callable[..., object]) -> None:
    """A condition's findings read as a person would say what decided it."""
    made = world(FACTS, PARAMS, LETS)
    text = text.replace("1500)", "1500B)")
    assert [str(finding) for finding in find(made.expr(text), made.env)] == wanted


def test_findings_are_few(world: Callable[..., object]) -> None:
    """Of a long list four items are told and the others counted; of many conditions the first twelve."""
    made = world({"xs": {"type": "list<count>", "value": list(range(100))}, "n": {"type": "count", "value": 1}})
    found = find(made.expr("all(x in xs: x < 50)"), made.env)
    assert len(found) == MOST_ITEMS + 1
    assert str(found[-1]) == "xs = 46 more of its 100 items"
    many = " and ".join(f"n > {number}" for number in range(2, 40))
    assert len(find(made.expr(many), made.env)) == MOST_FINDINGS


def test_hostile_texts_are_harmless(world: Callable[..., object]) -> None:
    """Control characters of a host's text do not reach a finding."""
    made = world({"s": {"type": "string", "value": "a\x1b[31m\nb"}})
    (found,) = find(made.expr('s == "b"'), made.env)
    assert found.value.isprintable()


@pytest.mark.parametrize(
    "text", ["is_ip('\x1b[31m')", "known(j['\x1b'])", "all(i in js: i['\x1b'] and i\n.\n n > 3)", "odd"]
)
def test_hostile_expressions_are_harmless(text: str, world: Callable[..., object]) -> None:
    """Control characters and line ends inside an expression do not reach a finding either."""
    facts = {"j": {"type": "any", "value": {}}, "js": {"type": "any", "value": [{"\x1b": False, "n": 1}]}}
    made = world(facts, {}, {"odd": "j\n['\u202e']\n == 3 or not known(j['\x07'])"})
    found = find(made.expr(text), made.env)
    assert found
    assert all(str(finding).isprintable() for finding in found)


def test_findings_agree_with_the_verdict(world: Callable[..., object]) -> None:
    """Every case is a condition that is true, false or Unknown, and only decided ones have findings."""
    made = world(FACTS, PARAMS, LETS)
    for text, wanted in CASES.items():
        result = evaluate(made.expr(text.replace("1500)", "1500B)")), made.env)
        assert bool(wanted) <= isinstance(result, bool)
