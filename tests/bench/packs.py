"""Packs for benchmarks, written as a team would write them: many rules, and the mix of live checks."""

from __future__ import annotations

from pathlib import Path

HEAD = """\
hostproof: 1
pack: {name}
title: Generated for a benchmark
"""
RULE = """\
  - id: group{group}.rule{number}
    title: The kernel holds backlog number {number}
    severity: {severity}
    when: kernel.release >= version("3.{group}")
    let: {{limit: params.min_backlog}}
    assert: sysctl.net.core.somaxconn >= limit and memory.total > {number}KiB
    message: "{{sysctl.net.core.somaxconn}} of {{limit}}, memory {{memory.total}}"
    rationale: A burst above the backlog is dropped or reset, and looks like a slow server.
    remediation: sysctl -w net.core.somaxconn={{limit}}
    references: ["https://docs.kernel.org/admin-guide/sysctl/net.html"]
    tags: [network, group{group}]
"""


def many_rules(folder: Path, number: int) -> Path:
    """Write a pack of `number` rules over a handful of facts and return its folder."""
    severities = ("critical", "high", "medium", "low", "info")
    rules = [RULE.format(number=n, group=n % 20, severity=severities[n % 5]) for n in range(number)]
    params = "params:\n  min_backlog: {type: count, default: 128, description: Burst of connections}\nrules:\n"
    return _write(folder, HEAD.format(name="bench-many") + params + "".join(rules))


def mixed_checks(folder: Path, number: int, port: int) -> Path:
    """Write a pack of `number` live checks: 30% files, 30% sysctls, 30% commands, 10% ports; return its folder.

    A port check reads the kernel's table of sockets and looks for a listener (state 0A of /proc/net/tcp).
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = sysctl_names()
    facts = ["  tcp: {file: /proc/net/tcp, read: text, gives: string}"]
    rules = []
    for n in range(number):
        kind = "fffsssccc"[n % 10] if n % 10 < 9 else "p"
        if kind == "f":
            path = folder / f"file{n}.conf"
            path.write_text(f"{n}\n")
            facts.append(f"  f{n}: {{file: {path}, read: number, gives: int}}")
            rules.append((n, f"f{n} == {n}"))
        elif kind == "s":
            rules.append((n, f"known(sysctl.{names[n % len(names)]})"))
        elif kind == "c":
            facts.append(f"  c{n}: {{run: [printf, '%s', '{n}'], read: number, gives: int}}")
            rules.append((n, f"c{n} == {n}"))
        else:
            listening = f'tcp matches ":{port + n // 10 % 2:04X} [0-9A-F]+:0000 0A "'
            rules.append((n, f"not ({listening})" if n // 10 % 2 else listening))
    lines = [f"  - {{id: mixed.r{n}, title: check {n}, severity: medium, assert: '{text}'}}" for n, text in rules]
    return _write(folder, HEAD.format(name="bench-mixed") + "\n".join(["facts:", *facts, "rules:", *lines, ""]))


def sysctl_names() -> list[str]:
    """Return the names under /proc/sys that anybody can read and that hold a number, in order."""
    found = []
    for path in sorted(Path("/proc/sys").rglob("*")):
        name = ".".join(path.parts[3:])
        if path.is_file() and all(part.replace("_", "").isalnum() for part in path.parts[3:]) and _number(path):
            found.append(name)
    return found


def _number(path: Path) -> bool:
    try:
        return path.read_text().strip().isdecimal()
    except OSError:
        return False


def _write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(text)
    return folder
