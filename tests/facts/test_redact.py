"""Secrets are taken out of texts, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostproof.facts.redact import redact

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----"
WEB_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        (f"a\n{KEY}\nb", "a\n[redacted: key]\nb"),
        (KEY[:60], "[redacted: key]"),
        ("-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n-----END PGP PRIVATE KEY BLOCK-----.", "[redacted: key]."),
        (f"{KEY}{KEY}", "[redacted: key][redacted: key]"),
        ("id AKIAIOSFODNN7EXAMPLE.", "id [redacted: token]."),
        ("ghp_" + "a1B2" * 9, "[redacted: token]"),
        ("github_pat_11ABCDEFG0aaaaaaaaaaaaa_b", "[redacted: token]"),
        ("glpat-aaaaaaaaaaaaaaaaaaaa", "[redacted: token]"),
        ("xoxb-123456789012-abc", "[redacted: token]"),
        ("sk_live_" + "a" * 24, "[redacted: token]"),
        ("AIza" + "b" * 35, "[redacted: token]"),
        ("npm_" + "c" * 36, "[redacted: token]"),
        ("sk-api03-" + "d" * 40, "[redacted: token]"),
        ("hf_" + "f" * 34, "[redacted: token]"),
        ("dop_v1_" + "a0" * 32, "[redacted: token]"),
        ("SG." + "g" * 22 + "." + "h" * 43, "[redacted: token]"),
        ("hvs." + "i" * 30, "[redacted: token]"),
        ("glrt-" + "j" * 20, "[redacted: token]"),
        ("dckr_pat_" + "k" * 27, "[redacted: token]"),
        ("shpat_" + "0a" * 16, "[redacted: token]"),
        ("whsec_" + "l" * 32, "[redacted: token]"),
        ("AGE-SECRET-KEY-1" + "M" * 58, "[redacted: token]"),
        ("AccountName=x;AccountKey=bm9w;E=y", "AccountName=x;AccountKey=[redacted: secret];E=y"),
        ("SIGNING_KEY: abc", "SIGNING_KEY: [redacted: secret]"),
        (f"jwt {WEB_TOKEN}", "jwt [redacted: token]"),
        ("root:$6$saltsalt$0123456789abcdef/.:19000:", "root:[redacted: hash]:19000:"),
        ("$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7", "[redacted: hash]"),
        ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic [redacted: authorization]"),
        ('{"authorization": "Bearer abcdef0123"}', '{"authorization": "Bearer [redacted: authorization]"}'),
        ("curl -H 'bearer abcdef0123'", "curl -H 'bearer [redacted: authorization]'"),
        ("postgres://app:hunter2@db:5432/x", "postgres://app:[redacted: password]@db:5432/x"),
        ("https://:tok@host/", "https://:[redacted: password]@host/"),
        ("DB_PASSWORD=hunter2 LANG=C", "DB_PASSWORD=[redacted: secret] LANG=C"),
        ("password: 'a b'\nx: 1", "password: '[redacted: secret]'\nx: 1"),
        (r'"client_secret": "x \"y z", "n": 1', '"client_secret": "[redacted: secret]", "n": 1'),
        ("password = 'never closed", "password = '[redacted: secret]"),
        ("mysqld --password hunter2 --port 1", "mysqld --password [redacted: secret] --port 1"),
        ("api-key=abc&x=1", "api-key=[redacted: secret]&x=1"),
        ("net.ipv6.conf.all.stable_secret = 2001::1", "net.ipv6.conf.all.stable_secret = [redacted: secret]"),
        ("passwd=hunter2", "passwd=[redacted: secret]"),
        ("a\ud800b", "a?b"),
    ],
)
def test_secrets_are_replaced(text: str, redacted: str) -> None:
    """What is known to be a secret becomes its kind; the text around it stays."""
    assert redact(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "passwd:         files systemd",
        "sk-buff-cache  1234 slab",
        "hf_transfer",
        "PasswordAuthentication no",
        "password required pam_unix.so",
        "CONFIG_TRUSTED_TOKEN=y",
        "token: none",
        "max_token = 100",
        "cat: /run/secrets/token: Permission denied",
        "/etc/passwd: No such file",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----",
        "http://host:8080/path@1",
        "2026-11-23T14:38:30 kernel: x",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH host",
        "Grüße, 世界",
    ],
)
def test_other_text_stays(text: str) -> None:
    """Settings that merely mention passwords, messages about files, public keys and plain text stay as they are."""
    assert redact(text) == text


def test_thousands_of_secrets_do_not_take_quadratic_time() -> None:
    """A text made to be slow, token upon token without a blank, is done while one waits: linear work, not quadratic."""
    text = f"{WEB_TOKEN}=" * 3000
    assert redact(text) == "[redacted: token]=" * 3000


PIECES = (
    *("password=", "token: ", "--secret ", "://a:", "@", '"', "'", "\\", "[redacted: ", "]", " ", "\n", "/", "Bearer "),
    *(KEY, KEY[:40], WEB_TOKEN, "AKIAIOSFODNN7EXAMPLE", "$6$abcdefgh$abcdefghijkl", "Permission", "none", "ä", "x" * 9),
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join))
def test_redacting_twice_changes_nothing(text: str) -> None:
    """Redaction is idempotent, whatever secrets stand side by side."""
    once = redact(text)
    assert redact(once) == once
