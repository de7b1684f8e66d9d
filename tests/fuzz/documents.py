"""Packs and snapshots from a seed, and a blind mutation of real texts for where no coverage guides."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random

import grammar
import world

from hostproof.facts.catalog import Owner
from hostproof.facts.codec import encode_snapshot
from hostproof.facts.codec.frame import unpack_frame
from hostproof.facts.snapshot import Evidence, FactInfo, PackRef, Snapshot
from hostproof.facts.typetext import parse_type

_PARAMS = """params:
  limit: {type: count, default: 3}
  wait: {type: duration, default: 5ms}
  names: {type: list<string>, default: [a]}
"""
_FACTS = """facts:
  disk:
    run: [df, -B1, --output=avail, /var]
    timeout: 5s
    read: {regex: '(?m)^\\s*(?P<avail>\\d+)$'}
    gives: {avail: bytes}
  ports: {file: /proc/net/tcp, read: lines, gives: list<string>}
  sale: {probe: tcp, with: {backlog: params.limit, connections: 20}}
"""
# What gives a YAML text another shape, and the words of a pack.
_ODD = ("- ", "&a ", "*a", "!t ", "|", ">-", "'", '"', "{", "}", "[", "]", "#", "? ", ": ", "%YAML 1.1\n")
_ODD += ("\t", "\n", "\r\n", "\ufeff", "\x00")
_NAMES = ("rules:", "assert:", "when:", "params:", "facts:", "let:", "severity:", "id:", "message:", "gives:", "read:")
_NAMES += ("include: [a.yaml]\n", "include:", "probe:", "with:", "params.limit", "~", "null", "1e3")


def pack(random: Random) -> bytes:
    """Return a pack of some rules over the fuzzed world; every other one has flaws."""
    head = "hostproof: 1\npack: fuzzed\ntitle: A fuzzed pack\n"
    rules = "".join(_rule(random, at) for at in range(random.randint(1, 3)))
    text = head + _PARAMS + (_FACTS if random.random() < 0.7 else "") + "rules:\n" + rules
    for _ in range(random.randint(1, 3) if random.random() < 0.5 else 0):
        at = random.randint(0, len(text))
        text = text[:at] + random.choice(_ODD + _NAMES) + text[at + random.choice((0, 0, 1, 4, 40)) :]
    return text.encode()


def _rule(random: Random, at: int) -> str:
    lines = [f"id: r.n{at}", "title: A rule", f"severity: {random.choice(('high', 'low', 'info'))}"]
    if random.random() < 0.4:
        lines.append(f"when: {_styled(random)}")
    if random.random() < 0.3:
        lines.append(f"let:\n      mine: {_styled(random)}")
    lines.append(f"assert: {_styled(random)}")
    if random.random() < 0.5:
        lines.append('message: "held {n1} of {params.limit}"')
    lines += ["rationale: Because.", "remediation: Change it."]
    return "  - " + "\n    ".join(lines) + "\n"


def _styled(random: Random) -> str:
    """Return an expression as YAML may hold it: plain, quoted, literal or folded."""
    text = grammar.expression(random).decode() if random.random() < 0.5 else "n1 >= 3 and b1"
    style = random.randint(0, 3)
    if style == 0:
        return text
    if style == 1:
        return "'" + text.replace("'", "''") + "'"
    if style == 2:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return random.choice(("|", ">", ">-", "|+")) + "\n        " + text.replace(" ", "\n        ", random.randint(0, 3))


@cache
def snapshots() -> list[bytes]:
    """Return some snapshot files, and the JSON inside them."""
    found = []
    for seed in range(20):
        random = Random(seed)
        env = world.environment(random, random.sample([*world.FACTS], seed))
        facts = {
            name: FactInfo(parse_type(world.FACTS[name]), random.choice([*Owner]), (0,) if seed % 2 else ())
            for name in (*env.snapshot.values, *env.snapshot.unknown)
        }
        evidence = (Evidence("file", "/proc/meminfo", None, 5, 100, "MemTotal: 4 kB"),)
        taken = Snapshot(
            world.NOW, "local", env.snapshot.host, env.snapshot.values, env.snapshot.unknown, facts, evidence,
            (PackRef("linux", "0" * 64),),
        )  # fmt: skip
        file = encode_snapshot(taken)
        body = unpack_frame(file, "made")
        found += [file, body[: body.rindex(b',"digest"')] + b"}"]
    return [data for data in found if len(data) <= 4_000]


def mutated(seeds: Callable[[], list[bytes]]) -> Callable[[Random], bytes]:
    """Return what makes an input from a real one: bytes are changed, cut, doubled, or taken from another."""

    def make(random: Random) -> bytes:
        data = random.choice(_known(seeds))
        for _ in range(random.randint(1, 4)):
            start = random.randint(0, len(data))
            end = min(len(data), start + random.choice((0, 1, 2, 8, 60)))
            other = random.choice(_known(seeds))
            at = random.randint(0, len(other))
            new = random.choice(
                (b"", bytes([random.randrange(256)]), data[start:end] * 2, other[at : at + 20], random.choice(_WORDS))
            )
            data = data[:start] + new + data[end:]
        return data

    return make


_WORDS = [word.encode() for word in (*_ODD, *_NAMES, *grammar.tokens())]


@cache
def _known(seeds: Callable[[], list[bytes]]) -> list[bytes]:
    return seeds()
