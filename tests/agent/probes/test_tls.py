"""Probe `tls`, for real, and the certificates it makes, against RFC vectors and OpenSSL's own opinion."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.agent.probes.tls import curve, store
from hostproof.agent.probes.tls.certificate import DAY, Authority, der, moment, whole

from .conftest import Run
from .inside import CANNOT, inside

needs_namespace = pytest.mark.skipif(bool(CANNOT), reason=CANNOT)
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
ROOTS = Path("/etc/ssl/certs/ca-certificates.crt")
# RFC 6979, appendix A.2.5: the key, and the nonce and signature of "sample" with SHA-256.
KEY = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
PUBLIC = (
    0x60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6,
    0x7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299,
)
NONCE = 0xA6E3C57DD01ABE90086538398355DD4C3B17AA873382B0F24D6129493D8AAD60
SIGNATURE = (
    0xEFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716,
    0xF7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8,
)
POLICY = "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMaxProtocol = TLSv1.2\n"


def test_both_versions_shake_hands_and_resume(probe: Run) -> None:
    """An ordinary OpenSSL speaks TLS 1.2 and 1.3 and resumes sessions of both."""
    said = probe("tls", "tls12", "tls13", "resumed12", "resumed13", "errors", "library")
    version = said.pop("library")
    assert said == {"tls12": True, "tls13": True, "resumed12": True, "resumed13": True, "errors": {}}
    assert str(version).startswith(("OpenSSL ", "LibreSSL "))


def test_what_does_not_do_is_refused(probe: Run) -> None:
    """A wrong name, an expired certificate and an unknown authority are refused."""
    said = probe("tls", "wrong_name_refused", "expired_refused", "stranger_refused")
    assert set(said.values()) == {True}


def test_a_silent_server_costs_a_time_out(probe: Run) -> None:
    """A handshake with a server that says nothing ends by its time-out, and not before."""
    said = probe("tls", "timeout", "waits", "ends", effort="usual")
    assert isinstance(said["waits"], list)
    assert isinstance(said["timeout"], int)
    assert said["ends"] == {"timeout": 3}
    assert min(map(int, said["waits"])) >= said["timeout"]  # type: ignore[arg-type]


def test_handshakes_have_their_overhead_apart(probe: Run) -> None:
    """Each sample has a whole handshake's arithmetic in it, which is told as a fact of its own."""
    said = probe("tls", "handshakes", "overhead", effort="usual")
    assert isinstance(said["handshakes"], list)
    assert len(said["handshakes"]) == 20
    assert isinstance(said["overhead"], int)
    assert 0 < said["overhead"] < max(map(int, said["handshakes"]))  # type: ignore[arg-type]


@pytest.mark.skipif(not ROOTS.exists(), reason=f"{ROOTS} is not there")
def test_the_machines_roots_are_counted(probe: Run) -> None:
    """As many roots are found as the bundle has certificates that OpenSSL calls authorities, at least."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ROOTS)
    said = probe("tls", "roots", "roots_valid", "roots_file")
    assert said["roots_file"] == str(ROOTS)
    assert isinstance(said["roots"], int)
    assert isinstance(said["roots_valid"], int)
    assert len(context.get_ca_certs()) <= said["roots"]
    assert 0 < said["roots_valid"] <= said["roots"]


def test_go_s_variables_choose_the_roots(tmp_path: Path) -> None:
    """SSL_CERT_FILE and SSL_CERT_DIR stand for the machine's own; a root of 1999 is not valid; no base64 is no root."""
    folder = tmp_path / "roots"
    folder.mkdir()
    (folder / "now.pem").write_text(Authority().root, "ascii")
    (folder / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n", "ascii")
    old = tmp_path / "old.pem"
    old.write_text(Authority(now=29 * 365 * DAY).root, "ascii")
    chosen = {"SSL_CERT_FILE": str(old), "SSL_CERT_DIR": str(folder)}
    said = inside((), "tls", "roots", "roots_valid", "roots_file", namespace=False, environment=chosen)
    assert said == {"roots": 2, "roots_valid": 1, "roots_file": str(old)}
    missing = {"SSL_CERT_FILE": str(tmp_path / "none"), "SSL_CERT_DIR": str(tmp_path / "none")}
    said = inside((), "tls", "roots", "roots_file", namespace=False, environment=missing)
    assert said == {"roots": 0, "roots_file": None}


def test_openssl_s_configuration_is_obeyed(tmp_path: Path) -> None:
    """A version that openssl.cnf forbids fails, with OpenSSL's reason; resuming it could not be tried."""
    path = tmp_path / "openssl.cnf"
    path.write_text(POLICY, "ascii")
    wanted = ("tls12", "tls13", "resumed13", "errors")
    said = inside((), "tls", *wanted, namespace=False, environment={"OPENSSL_CONF": str(path)})
    resumed = said.pop("resumed13")
    assert said == {"tls12": True, "tls13": False, "errors": {"NO_PROTOCOLS_AVAILABLE": 1}}
    assert isinstance(resumed, dict)
    assert resumed["cause"] == "inconclusive"


@needs_namespace
def test_without_a_loopback_no_handshake_fails() -> None:
    """That the loopback is down is told by others: no handshake could be tried, so none is false."""
    said = inside((), "tls", "tls13", "expired_refused", "ends", "handshakes")
    assert [value["cause"] for value in said.values() if isinstance(value, dict)] == ["failed"] * 4


def test_nothing_can_be_tried_without_a_folder_to_write_to() -> None:
    """OpenSSL takes a key from a file only; where none can be written, the facts are unknown and say what helps."""
    said = inside((), "tls", "tls13", "roots", namespace=False, environment={"TMPDIR": "/proc"})
    assert isinstance(said["tls13"], dict)
    assert "TMPDIR" in str(said["tls13"]["cure"])
    assert isinstance(said["roots"], int)


def test_no_key_is_left_behind(tmp_path: Path) -> None:
    """The folder in which the keys were for a moment is gone."""
    inside((), "tls", "tls13", namespace=False, environment={"TMPDIR": str(tmp_path)})
    assert list(tmp_path.iterdir()) == []


def test_the_curve_agrees_with_rfc_6979() -> None:
    """The public key and the signature of the RFC's example come out."""
    assert curve.multiplied(KEY) == PUBLIC
    assert curve.sign(KEY, b"sample", NONCE) == SIGNATURE


@given(st.integers(1, curve.N - 1))
def test_points_lie_on_the_curve(factor: int) -> None:
    """y² = x³ - 3x + b for every multiple of the base point."""
    x, y = curve.multiplied(factor)
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    assert (y * y - x * x * x + 3 * x - b) % curve.P == 0


def test_the_last_multiple_is_the_base_point_mirrored() -> None:
    """(N - 1) times the base point is its negative, so that N times is nothing."""
    assert curve.multiplied(curve.N - 1) == (curve.G[0], curve.P - curve.G[1])


@needs_openssl
def test_openssl_takes_the_certificates(tmp_path: Path) -> None:
    """`openssl verify` takes a leaf by the strict rules of RFC 5280, and finds the expired one expired."""
    authority = Authority()
    for name, text in (
        ("root", authority.root),
        ("leaf", authority.leaf("a.test")),
        ("old", authority.leaf("a.test", -9 * DAY, -DAY)),
    ):
        (tmp_path / name).write_text(text, "ascii")
    words = ["openssl", "verify", "-x509_strict", "-verify_hostname", "a.test", "-CAfile", str(tmp_path / "root")]
    assert subprocess.run([*words, tmp_path / "leaf"], capture_output=True, check=False).returncode == 0
    refused = subprocess.run([*words, tmp_path / "old"], capture_output=True, check=False)
    assert b"certificate has expired" in refused.stderr


@needs_openssl
def test_a_certificate_ends_when_it_says(tmp_path: Path) -> None:
    """Times before and after the year 2050 are spelled as RFC 5280 wants them, and read back."""
    for year in (1970, 2049, 2050, 2120):
        now = datetime(year, 6, 1, tzinfo=UTC).timestamp()
        path = tmp_path / str(year)
        path.write_text(Authority(now=now).root, "ascii")
        told = subprocess.run(
            ["openssl", "x509", "-in", path, "-noout", "-enddate"], capture_output=True, text=True, check=True
        )
        assert ssl.cert_time_to_seconds(told.stdout.strip().partition("=")[2]) == now + DAY
    assert moment(0)[0] == 0x17
    assert moment(datetime(2050, 1, 1, tzinfo=UTC).timestamp())[0] == 0x18


@given(st.integers(0, 2**300), st.binary(max_size=300))
def test_der_is_read_back(number: int, content: bytes) -> None:
    """Tag, length and content can be told apart again, and a whole number never looks negative."""
    text = der(0x04, content)
    size = text[1] if text[1] < 0x80 else int.from_bytes(text[2 : 2 + (text[1] & 0x7F)], "big")
    assert text[-size:] == content if size else content == b""
    coded = whole(number)
    body = coded[2:] if coded[1] < 0x80 else coded[2 + (coded[1] & 0x7F) :]
    assert int.from_bytes(body, "big", signed=True) == number


def test_two_keys_differ() -> None:
    """A key is made anew each time: no private key stands in the sources."""
    assert Authority().key != Authority().key
    assert "PRIVATE" not in Path(str(store.__file__)).with_name("handshake.py").read_text("utf-8")


def test_what_is_no_certificate_is_left_out() -> None:
    """Among the roots only what OpenSSL reads counts."""
    root = Authority().root.encode("ascii")
    junk = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert len(store.periods(store.certificates(root + junk + root))) == 1
