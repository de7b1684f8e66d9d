"""Package databases: real ones of dpkg and rpm, a documented one of apk, broken and hostile ones."""

from __future__ import annotations

import lzma
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from hostproof.agent import rpms
from hostproof.agent.lines import AskError
from hostproof.agent.rooted import Root
from hostproof.collect.asks import Answer, Ask
from hostproof.collect.builtin.answers import NotLearntError
from hostproof.collect.builtin.packages import facts
from hostproof.collect.builtin.packages.apk import parse_installed
from hostproof.collect.builtin.packages.dpkg import parse_status
from hostproof.collect.builtin.packages.package import Package, Unreadable
from hostproof.collect.run import collect
from hostproof.collect.target import parse_target
from hostproof.facts.requests import SECOND, FactRequest
from hostproof.facts.snapshot import Snapshot, Value
from hostproof.facts.unknown import Cause, Unknown

RPMDB = lzma.decompress((Path(__file__).parents[2] / "roots" / "rpmdb.sqlite.xz").read_bytes())
NAMES = ("packages.installed", "packages.managers", "packages.incomplete", "packages.unreadable")

# A package of each state that dpkg(1) knows, and lines that make no sense.
STATUS = """\
Package: whole
Status: install ok installed
Architecture: amd64
Source: origin (1.0-2)
Version: 1.0-2+b1
Description: text
 over lines
 .
 with a colon: in it

Package: gone
Status: deinstall ok config-files
Version: 1.0

Package: half
Status: install ok half-configured
Architecture: all
Version: 2:3.4

Package: waiting
Status: install ok triggers-awaited
Architecture: all
Version: 5

Package: again
Status: install reinstreq installed
Architecture: all
Version: 6

this is no field
Package: after
Status: install ok installed
Architecture: all
Version: 7

Package: no version
Status: install ok installed

Package: wordless
Status: installed
Version: 8
"""
# After apk-package(5): a block of an origin of its own, with files; one that is broken; one without a version.
APK = """\
C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=
P:musl-utils
V:1.2.5-r0
A:x86_64
S:36000
o:musl
F:usr/bin
R:ldconfig
a:0:0:755

P:busybox
V:1.36.1-r28
A:x86_64
o:busybox
f:s

P:nothing
A:x86_64

no letter
P:zlib
V:1.3.1-r1
A:x86_64
o:zlib
"""


def taken(root: Path) -> Snapshot:
    """Return what is learnt of packages in a root directory."""
    return collect([FactRequest(name) for name in NAMES], parse_target(f"root:{root}"), 30 * SECOND)


def written(root: Path, path: str, data: str | bytes) -> Path:
    """Write a file of a root directory."""
    place = root / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data.encode() if isinstance(data, str) else data)
    return root


def brief(value: Value | Unknown) -> list[str]:
    """Return name, version and status of each package."""
    assert isinstance(value, list), value
    return [f"{row['name']} {row['version']} {row['status']}" for row in value if isinstance(row, dict)]


def test_states_of_dpkg_are_told_apart(tmp_path: Path) -> None:
    """What is gone is left out, what is half done is incomplete, and a bad paragraph costs itself only."""
    found = taken(written(tmp_path, "var/lib/dpkg/status", STATUS))
    assert brief(found.get("packages.installed")) == [
        "after 7 installed",
        "again 6 reinst-required",
        "half 2:3.4 half-configured",
        "waiting 5 triggers-awaited",
        "whole 1.0-2+b1 installed",
    ]
    assert brief(found.get("packages.incomplete")) == ["again 6 reinst-required", "half 2:3.4 half-configured"]
    assert found.get("packages.managers") == ["dpkg"]
    unreadable = found.get("packages.unreadable")
    assert isinstance(unreadable, list)
    assert [(row["line"], row["why"]) for row in unreadable if isinstance(row, dict)] == [
        (30, "it is no field with a colon"),
        (36, "it names no package"),
        (39, "its status has not three words"),
    ]


def test_a_source_package_has_its_own_version() -> None:
    """Name and version of the source are taken where they differ from the package's."""
    [whole, *_] = parse_status(STATUS, "status")
    assert isinstance(whole, Package)
    assert (whole.source, whole.source_version) == ("origin", "1.0-2")
    assert Package("a", "1", "all", "dpkg").value()["source_version"] == "1"


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="no dpkg here")
def test_this_machines_database_is_what_dpkg_says() -> None:
    """The real database gives the packages, versions and sources that dpkg-query shows."""
    form = "${Package} ${Architecture} ${Version} ${db:Status-Status} ${source:Package} ${source:Version}\n"
    said = subprocess.run(["dpkg-query", "-W", "-f", form], capture_output=True, text=True, check=True).stdout
    wanted = sorted(line for line in said.splitlines() if line.split()[3] not in {"config-files", "not-installed"})
    found = parse_status(Path("/var/lib/dpkg/status").read_text(encoding="utf-8"), "status")
    keys = ("name", "arch", "version", "status", "source", "source_version")
    assert (
        sorted(" ".join(str(one.value()[key]) for key in keys) for one in found if isinstance(one, Package)) == wanted
    )


def test_distroless_images_have_a_file_for_each_package(tmp_path: Path) -> None:
    """status.d has files without a Status line, and sums beside them."""
    written(tmp_path, "var/lib/dpkg/status.d/base-files", "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n")
    written(tmp_path, "var/lib/dpkg/status.d/base-files.md5sums", "d41d8cd98f00b204e9800998ecf8427e  etc/motd\n")
    found = taken(tmp_path)
    assert brief(found.get("packages.installed")) == ["base-files 12.4 installed"]
    assert found.get("packages.unreadable") == []


@pytest.mark.parametrize("folder", ["lib/apk/db", "usr/lib/apk/db"])
def test_apk(tmp_path: Path, folder: str) -> None:
    """Names, versions, origins and broken ones are found, in the old and the new place."""
    found = taken(written(tmp_path, f"{folder}/installed", APK))
    assert brief(found.get("packages.installed")) == [
        "busybox 1.36.1-r28 broken",
        "musl-utils 1.2.5-r0 installed",
        "zlib 1.3.1-r1 installed",
    ]
    assert brief(found.get("packages.incomplete")) == ["busybox 1.36.1-r28 broken"]
    whys = [one.why for one in parse_installed(APK, "x") if isinstance(one, Unreadable)]
    assert whys == ["nothing has no version", "it is no letter with a colon"]


def test_rpm(tmp_path: Path) -> None:
    """A real database gives names, epochs, releases and source packages, headers over several pages included."""
    found = taken(written(tmp_path, "usr/lib/sysimage/rpm/rpmdb.sqlite", RPMDB))
    assert brief(found.get("packages.installed")) == [
        "bash 5.2.26-3.fc40 installed",
        "kernel 6.8.5-301.fc40 installed",
        "toy-libs 1:1.0~rc1-2 installed",
    ]
    value = found.get("packages.installed")
    assert isinstance(value, list)
    assert isinstance(value[2], dict)
    assert (value[2]["source"], value[2]["source_version"]) == ("toy-libs", "1.0~rc1-2")
    assert found.get("packages.unreadable") == []


@pytest.mark.parametrize("name", ["Packages", "Packages.db"])
def test_older_databases_of_rpm_are_unknown(tmp_path: Path, name: str) -> None:
    """Nobody takes a host whose database can't be read for one without packages."""
    found = taken(written(tmp_path, f"var/lib/rpm/{name}", b"\0" * 512)).get("packages.installed")
    assert isinstance(found, Unknown)
    assert found.cause is Cause.UNSUPPORTED
    assert "rebuilddb" in found.cure


def test_changes_beside_the_database_are_not_overlooked(tmp_path: Path) -> None:
    """With a write-ahead log that is not empty the database alone would be old."""
    written(tmp_path, "var/lib/rpm/rpmdb.sqlite", RPMDB)
    assert not isinstance(taken(written(tmp_path, "var/lib/rpm/rpmdb.sqlite-wal", b"")).get(NAMES[0]), Unknown)
    found = taken(written(tmp_path, "var/lib/rpm/rpmdb.sqlite-wal", b"more")).get(NAMES[0])
    assert isinstance(found, Unknown)
    assert found.cause is Cause.UNSUPPORTED


def test_no_database_at_all_is_unknown(tmp_path: Path) -> None:
    """It is not an empty list: that would pass."""
    found = taken(tmp_path).get("packages.incomplete")
    assert isinstance(found, Unknown)
    assert found.cause is Cause.ABSENT


def test_without_python_dpkg_and_apk_are_read_all_the_same() -> None:
    """Where the call can't be made, files say that there is no database of rpm, or that there is one."""
    gone = Unknown(Cause.ABSENT, "no such file")
    refused = {facts.RPM: Answer(error=Unknown(Cause.NO_TOOL, "there is no Python", "install python3"))}
    answers: dict[Ask, Answer] = {ask: Answer(error=gone) for ask in facts.ASKS} | refused
    answers[facts.STATUS] = Answer(STATUS.encode())
    assert facts.found(answers).managers == ("dpkg",)
    answers[facts.RPM_FILES[3]] = Answer(b"SQLite format 3\0")
    with pytest.raises(NotLearntError) as caught:
        facts.found(answers)
    assert caught.value.unknown.cause is Cause.NO_TOOL


def test_spoilt_databases_of_rpm_are_survived(tmp_path: Path) -> None:
    """Whatever bytes are altered, packages come out or an error does; nothing else is raised, and it ends."""
    chance = random.Random(7)
    root = written(tmp_path, "var/lib/rpm/rpmdb.sqlite", RPMDB)
    place = root / "var/lib/rpm/rpmdb.sqlite"
    used = [number for number, byte in enumerate(RPMDB) if byte]
    outcomes = set()
    for _ in range(150):
        spoilt = bytearray(RPMDB)
        for number in chance.sample([*used[:400], *chance.sample(used, 400)], 4):
            spoilt[number] = chance.randrange(256)
        place.write_bytes(spoilt[: chance.choice([len(spoilt), chance.randrange(len(spoilt))])])
        try:
            outcomes.add("packages" if rpms.rpms(Root(str(root), chroot=False))["packages"] else "none")
        except AskError as problem:
            outcomes.add(problem.cause)
    assert outcomes >= {"packages", "parse-error"}
    assert outcomes <= {"packages", "none", "parse-error"}


def test_a_header_that_is_broken_costs_itself_only(tmp_path: Path) -> None:
    """The other packages are told, and the broken one's row is."""
    spoilt = RPMDB.replace(b"bash\x005.2.26\x00", b"\0\0\0\0\x005.2.26\x00")
    found = taken(written(tmp_path, "var/lib/rpm/rpmdb.sqlite", spoilt))
    assert len(brief(found.get("packages.installed"))) == 2
    assert found.get("packages.unreadable") == [
        {"file": "/var/lib/rpm/rpmdb.sqlite", "line": 1, "why": "its header names no package"}
    ]


def test_links_out_of_the_root_are_not_followed(tmp_path: Path) -> None:
    """A database that is a link to this machine's own is looked for inside, and is not there."""
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").symlink_to(f"{'../' * 20}var/lib/dpkg/status-old")
    found = taken(tmp_path).get("packages.installed")
    assert isinstance(found, Unknown)
    assert found.cause is Cause.ABSENT
