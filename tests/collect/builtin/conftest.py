"""Hosts of tests/hosts as answers to asks, so that collectors can be tried on machines that are not here."""

from __future__ import annotations

import fnmatch
import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from hostproof.agent import groups, rooted
from hostproof.agent.lines import AskError
from hostproof.collect.asks import Answer, Ask, Call, ReadFile, ReadGlob
from hostproof.collect.builtin import COLLECTORS
from hostproof.facts.builtin import BUILTIN, builtin_catalog
from hostproof.facts.snapshot import Value
from hostproof.facts.unknown import Cause, Unknown

HOSTS = Path(__file__).parents[2] / "hosts"
ROOTED = ("accounts", "listing", "passwords", "rpms")  # calls that files answer
# Members of families, so that these are tried as well.
MEMBERS = (
    "kernel.config.CONFIG_SECCOMP",
    "kernel.config.CONFIG_NF_CONNTRACK",
    "kernel.config.CONFIG_NO_SUCH_THING",
    "kernel.config.SECCOMP",
    "tools.git",
    "tools.dig",
    "sysctl.net.ipv4.conf.eth0.100.rp_filter",
)
# Probes read nothing: they are tried for real, in tests/agent/probes.
READING = tuple(name for name in COLLECTORS if not name.startswith("probe."))
NAMES = frozenset(row.name for row in BUILTIN if not row.family and row.collector in READING) | set(MEMBERS)


@dataclass(frozen=True, slots=True)
class Host:
    """One folder of tests/hosts; see the README there."""

    folder: Path

    def answers(self, asks: Iterable[Ask]) -> dict[Ask, Answer]:
        """Answer everything as the agent would have there."""
        return {ask: self.answer(ask) for ask in asks}

    def answer(self, ask: Ask) -> Answer:
        """Answer one ask."""
        if isinstance(ask, ReadFile):
            data = self.file(ask.path)
            return absent(ask.path) if data is None else Answer(data=data, size=len(data))
        if isinstance(ask, ReadGlob):
            return Answer(
                files={path: data for path in self.paths(ask.pattern) if (data := self.file(path)) is not None}
            )
        assert isinstance(ask, Call)
        return self.call(ask)

    def file(self, path: str) -> bytes | None:
        """Return the content of one of its files."""
        if path.startswith("/proc/sys/"):
            text = self.parameters().get(path.removeprefix("/proc/sys/"))
            return None if text is None else text.encode() + b"\n"
        if path == "/proc/config.gz":
            plain = self.file("/proc/config")
            return None if plain is None else gzip.compress(plain)
        place = self.folder / path.lstrip("/")
        return place.read_bytes() if place.is_file() else None

    def parameters(self) -> dict[str, str]:
        """Return the parameters of /proc/sys by path."""
        rows = (row.partition(" =") for row in (self.folder / "sysctl.txt").read_text().splitlines())
        return {path: text.removeprefix(" ") for path, _, text in rows}

    def paths(self, pattern: str) -> list[str]:
        """Return what matches a shell pattern."""
        places = ("/" + str(place.relative_to(self.folder)) for place in sorted(self.folder.rglob("*")))
        return [path for path in places if fnmatch.fnmatch(path, pattern) and path.count("/") == pattern.count("/")]

    def call(self, ask: Call) -> Answer:
        """Return what a call would have returned; control groups are really looked up, in the host's files."""
        if ask.name == "cgroups":
            return Answer(value=self.groups(ask.arguments))
        if ask.name in ROOTED:
            return self.rooted(ask)
        said: dict[str, Value] = json.loads((self.folder / "calls.json").read_text())
        if ask.name not in said:
            return Answer(error=Unknown(Cause.UNSUPPORTED, f"{ask.name}: Function not implemented"))
        value = said[ask.name]
        if ask.name in {"readlink", "which"} and isinstance(value, dict):
            value = {name: value.get(name) for name in ask.arguments}
        return Answer(value=value)

    def rooted(self, ask: Call) -> Answer:
        """Look things up in the host's files, as in a root directory; links can't be captured otherwise."""
        try:
            root = rooted.Root(str(self.folder), chroot=False)
            value: Value = json.loads(json.dumps(root.call({"name": ask.name, "arguments": [*ask.arguments]})["value"]))
        except AskError as problem:
            return Answer(error=Unknown(Cause(problem.cause), problem.detail, problem.cure))
        return Answer(value=value)

    def groups(self, names: tuple[str, ...]) -> Value:
        """Do what the agent's call does, with the host's mounts below its folder."""
        rows = map(groups.mount_of, (self.folder / "proc/self/mountinfo").read_text().splitlines())
        mounts = [row | {"folder": str(self.folder) + row["folder"]} for row in rows if row]
        lines = (self.folder / "proc/self/cgroup").read_text().splitlines()
        found = [groups.hierarchy(line, mounts, names) for line in lines]
        value: Value = json.loads(json.dumps(found))
        return value


def absent(path: str) -> Answer:
    """Return the agent's answer about a file that does not exist."""
    return Answer(error=Unknown(Cause.ABSENT, f"{path}: No such file or directory"), status=2)


def wanted(names: Iterable[str] = NAMES) -> dict[str, frozenset[str]]:
    """Return fact names by the collector that learns them."""
    catalog = builtin_catalog()
    found: dict[str, set[str]] = {}
    for name in names:
        row = catalog.get(name)
        assert row is not None, name
        found.setdefault(row.collector, set()).add(name)
    return {collector: frozenset(group) for collector, group in found.items()}


def all_asks() -> tuple[Ask, ...]:
    """Return every ask of every built-in fact."""
    asks = (ask for collector, names in wanted().items() for ask in COLLECTORS[collector].asks(names))
    return tuple(dict.fromkeys(asks))


def parse_all(answers: Mapping[Ask, Answer]) -> dict[str, Value | Unknown]:
    """Return every built-in fact that collectors make of answers."""
    return {
        name: outcome
        for collector, names in sorted(wanted().items())
        for name, outcome in COLLECTORS[collector].parse(names, answers).items()
    }


@pytest.fixture(params=sorted(path.name for path in HOSTS.iterdir() if path.is_dir()))
def host(request: pytest.FixtureRequest) -> Host:
    """Each host of tests/hosts in turn."""
    return Host(HOSTS / str(request.param))
