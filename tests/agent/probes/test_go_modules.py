"""Probe `go_modules`, for real: proxies of our own on the loopback, whole and broken, asked by the go command."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from gofaults.proxy import proxy
from gotools import toolchains
from hostproof.agent.probes.go_modules.ask import outcome_of
from hostproof.agent.probes.go_modules.proxylist import hidden, parsed
from hostproof.agent.probes.go_modules.sumdb import fault_of

from .conftest import Run

pytestmark = pytest.mark.xdist_group("go")
needs_go = pytest.mark.skipif(not toolchains(), reason="no Go toolchain below build/go: run `make test`")
SECOND = 1_000_000_000
GO = str(list(toolchains().values())[-1] / "bin" / "go") if toolchains() else ""
SETTINGS = ("GOENV", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOSUMDB", "GOINSECURE", "GOFLAGS", "GOROOT", "NETRC")
# Of entries of GOPROXY what each comes to, and whether the whole list gives the module.
LISTS = [
    ("serves", ["serves"], True),
    ("404", ["not found"], False),
    ("410,serves", ["not found", "serves"], True),
    ("500,serves", ["error", "serves"], False),
    ("500|serves", ["error", "serves"], True),
    ("401", ["error"], False),
    ("page|serves", ["no protocol", "serves"], False),
    ("page,serves", ["no protocol", "serves"], False),
    ("404,off", ["not found"], False),
]


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give a home without settings."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def spelled(modes: str, url: str) -> str:
    """Return GOPROXY for a list of the modes of a proxy."""
    with_signs = modes.replace(",", " , ").replace("|", " | ").split()
    return "".join(one if one in {",", "|", "off", "direct"} else f"{url}/{one}" for one in with_signs)


def outcomes(said: Mapping[str, object]) -> list[object]:
    """Return what came of asking each proxy."""
    assert isinstance(said["answers"], list), said
    return [one["outcome"] for one in said["answers"]]


@needs_go
@pytest.mark.parametrize(("modes", "wanted", "served"), LISTS)
def test_a_list_is_gone_through_as_go_does(
    probe: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, modes: str, wanted: list[str], *, served: bool
) -> None:
    """What is said of the whole list is what the go command does with it."""
    with proxy() as url:
        monkeypatch.setenv("GOPROXY", spelled(modes, url))
        said = probe("go_modules", "answers", "broken", "served", go=GO)
        environment = os.environ | {"GOSUMDB": "off", "GOFLAGS": "-modcacherw", "GOTOOLCHAIN": "local"}
        words = (GO, "mod", "download", "golang.org/x/sync@v0.7.0")
        really = subprocess.run(words, env=environment, cwd=tmp_path, check=False, capture_output=True, timeout=60)
    assert (outcomes(said), said["served"], really.returncode == 0) == (wanted, served, served)
    assert isinstance(said["broken"], list)
    assert len(said["broken"]) == len([one for one in wanted if one not in {"serves", "not found"}])


@needs_go
def test_a_silent_proxy_is_not_waited_for(probe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go waits for ever; the probe as long as it is told, and says so. No sign leads on from there."""
    with proxy() as url:
        monkeypatch.setenv("GOPROXY", spelled("hangs|serves", url))
        said = probe("go_modules", "answers", "broken", "served", go=GO, patience=2 * SECOND)
    assert (outcomes(said), said["served"]) == (["silent", "serves"], False)
    assert "after 2 s" in str(said["broken"])


@needs_go
def test_a_certificate_nobody_vouches_for_is_told(probe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go doesn't take it, whatever the proxy would serve."""
    with proxy(tls=True) as url:
        monkeypatch.setenv("GOPROXY", f"{url}/serves")
        said = probe("go_modules", "answers", "broken", "served", go=GO)
    assert (outcomes(said), said["served"]) == (["certificate"], False)
    assert "x509" in str(said["broken"])


@needs_go
def test_nobody_listening_is_not_a_missing_network(probe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that refuses is a broken proxy; a name that can't be looked up may be a missing network: unknown."""
    monkeypatch.setenv("GOPROXY", "http://127.0.0.1:1")
    assert outcomes(probe("go_modules", "answers", go=GO)) == ["refused"]
    monkeypatch.setenv("GOPROXY", "https://me:secret@proxy.invalid,direct")
    said = probe("go_modules", go=GO)
    assert outcomes(said) == ["no network"]
    for fact in ("broken", "served"):
        found = said[fact]
        assert isinstance(found, dict)
        assert (found["cause"], bool(found["cure"])) == ("failed", True)
    assert "secret" not in str(said)
    assert said["goproxy"] == "https://***@proxy.invalid,direct"


@needs_go
def test_settings_are_read_as_go_reads_them(probe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """GOPRIVATE stands for the other two, and off stays off."""
    monkeypatch.setenv("GOPROXY", "off")
    monkeypatch.setenv("GOPRIVATE", "*.corp.example,example.com/x")
    monkeypatch.setenv("GOSUMDB", "off")
    monkeypatch.setenv("GOFLAGS", "-mod=vendor")
    said = probe("go_modules", go=GO)
    private = ["*.corp.example", "example.com/x"]
    assert [said[name] for name in ("goprivate", "gonoproxy", "gonosumdb")] == [private] * 3
    assert (said["gosumdb"], said["sumdb_fault"], said["vendored"]) == ("off", "", True)
    assert (said["answers"], said["broken"], said["served"]) == ([], [], False)


def test_who_may_read_the_passwords(probe: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The file that NETRC names counts, else .netrc in the home; none at all is fine."""
    assert probe("go_modules", "netrc", "netrc_private") == {"netrc": None, "netrc_private": True}
    file = tmp_path / ".netrc"
    file.write_text("machine a.example login me password secret\n")
    for mode, private in ((0o600, True), (0o640, False), (0o604, False)):
        file.chmod(mode)
        said = probe("go_modules", "netrc", "netrc_mode", "netrc_private")
        assert said == {"netrc": str(file), "netrc_mode": f"{mode:04o}", "netrc_private": private}
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    assert probe("go_modules", "netrc")["netrc"] is None


@pytest.mark.parametrize(
    "text", ["", ",", " | ", "goproxy", "/srv/proxy", "ftp://a.example", "file://a.example/x", "off", "direct,x",
             "a.example", "https://a.example,,direct", "https://a.example|off,b", "b.example,goproxy"]
)  # fmt: skip
@needs_go
def test_a_list_is_refused_when_go_refuses_it(tmp_path: Path, text: str) -> None:
    """Whether GOPROXY can be read is what the go command says of it."""
    settings = {"GOPROXY": text or ",", "GOFLAGS": "-modcacherw", "GOTOOLCHAIN": "local", "GOSUMDB": "off"}
    really = subprocess.run(
        (GO, "mod", "download", "a.invalid/x@v1.0.0"), env=os.environ | settings, cwd=tmp_path, capture_output=True,
        check=False, timeout=60, text=True,
    )  # fmt: skip
    refused = any(words in really.stderr for words in ("invalid proxy URL", "invalid file://", "contains no entries"))
    assert bool(parsed(text or ",")[1]) == refused, really.stderr


def test_passwords_are_hidden() -> None:
    """Each URL of a list loses its user; what has none stays."""
    assert (
        hidden("https://a:b@c.example|http://d@e.example,direct") == "https://***@c.example|http://***@e.example,direct"
    )
    assert hidden("https://c.example/@v") == "https://c.example/@v"


def test_a_key_of_a_checksum_database_is_checked() -> None:
    """The hash has to be that of name and key, and the key one of Ed25519."""
    raw = b"\x01" + bytes(range(32))
    mark = hashlib.sha256(b"sum.corp.example\n" + raw).hexdigest()[:8]
    key = base64.b64encode(raw).decode()
    assert fault_of(f"sum.corp.example+{mark}+{key} https://sum.corp.example") == ""
    wrong = {
        "": "empty",
        "a b c": "more than",
        "sum.corp.example": "no key",
        f"sum.corp.example+{mark}": "not name+hash+key",
        f"sum.corp.example+zzzzzzzz+{key}": "not name+hash+key",
        f"sum.other.example+{mark}+{key}": "another one",
    }
    assert {text: part for text, part in wrong.items() if part not in fault_of(text)} == {}
    short = hashlib.sha256(b"a\n\x01").hexdigest()[:8]
    assert "no known kind" in fault_of(f"a+{short}+AQ==")


def test_what_go_says_is_told_apart() -> None:
    """Errors of the network, of the certificate and of the protocol are different things."""
    said = {
        "dial tcp: lookup a.example: no such host": "no network",
        "dial tcp 192.0.2.1:443: connect: network is unreachable": "no network",
        "dial tcp 192.0.2.1:443: i/o timeout": "no network",
        "dial tcp 127.0.0.1:1: connect: connection refused": "refused",
        "x509: certificate has expired or is not yet valid": "certificate",
        "reading https://a.example/x: 503 Service Unavailable": "error",
        "reading https://a.example/x: 404 Not Found": "not found",
        "open /srv/x.info: no such file or directory": "not found",
        "http: server gave HTTP response to HTTPS client": "refused",
    }
    assert {text: outcome_of(text) for text in said} == said
