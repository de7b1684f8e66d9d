"""The host's fingerprint: facts and two answers in, a `Host` out that tells hosts and kernels apart."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from hostproof.collect.asks import Answer, Ask, ReadFile, RunCommand
from hostproof.collect.link.wire import Hello
from hostproof.facts.requests import SECOND, FactRequest
from hostproof.facts.snapshot import Host, Value
from hostproof.source.harmless import one_line

# Field of `Host` by the fact it comes from.
FACTS = {
    "host.name": "name",
    "kernel.release": "kernel",
    "kernel.arch": "arch",
    "cpu.model": "cpu",
    "virtualisation.kind": "virtualisation",
    "cgroup.mode": "cgroup",
    "os.name": "distribution",
}
REQUESTS = tuple(FactRequest(name) for name in FACTS)
MACHINE_ID = ReadFile("/etc/machine-id", 256)
# Without GOTOOLCHAIN=local, `go version` may download another toolchain (go.dev/doc/toolchain).
GO = RunCommand(("env", "GOTOOLCHAIN=local", "go", "version"), timeout=5 * SECOND)
ASKS: tuple[Ask, ...] = (MACHINE_ID, GO)
MOST = 200  # characters of a field


def host_of(values: Mapping[str, Value], answers: Mapping[Ask, Answer], hello: Hello | None) -> Host:
    """Return the fingerprint; fields that could not be learnt are empty, no hypervisor is `none`."""
    said = dict(zip(("", "host.name", "kernel.release", "", "kernel.arch"), hello.uname if hello else (), strict=False))
    fields = {FACTS[name]: _text(values.get(name, said.get(name, ""))) for name in FACTS}
    identity = answers.get(MACHINE_ID, Answer()).data.strip()
    go = answers.get(GO, Answer())
    version = go.data.decode("utf-8", "replace").split()
    return Host(
        **fields,
        machine_id=sha256(identity).hexdigest()[:16] if identity else "",
        go=one_line(version[2], MOST) if go.status == 0 and len(version) > 2 else "",
    )


def _text(value: Value) -> str:
    return "none" if value is None else one_line(str(value), MOST)
