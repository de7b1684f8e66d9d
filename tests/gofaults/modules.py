"""Faults of where modules come from: proxies of our own on the loopback, and settings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faults.fault import Fault, Setup
from faults.inject.prefixes import network
from gofaults.goroot import NEEDS, newest, with_env, with_go

PACKS = ("go-modules",)
PROXY = Path(__file__).with_name("proxy.py")
PATIENCE = {"patience": "3s"}


def served_by(modes: str) -> tuple[str, ...]:
    """Return the words that run a command with GOPROXY set to proxies of our own: see proxy.py."""
    return (sys.executable, str(PROXY), modes, "--")


def asking(status: str) -> tuple[str, ...]:
    """Return the command that succeeds if the first proxy answers with this status."""
    text = 'test "$(curl -sko /dev/null -w "%{http_code}" "${GOPROXY%%[,|]*}/x")" = "$0"'
    return ("sh", "-c", text, status)


def more(text: str) -> tuple[str, ...]:
    """Return the words that set GOPROXY to another text, of what it is now."""
    return ("sh", "-c", f'GOPROXY="{text}" exec "$@"', "sh")


def is_set(name: str, value: str) -> tuple[str, ...]:
    """Return the command that succeeds if Go has a setting so."""
    return ("sh", "-c", 'test "$(go env "$0")" = "$1"', name, value)


def passwords(mode: int) -> Setup:
    """Return the set-up of a file of passwords with this mode."""

    @contextmanager
    def set_up(folder: Path) -> Iterator[tuple[str, ...]]:
        (folder / "netrc").write_text("machine proxy.example login me password not-a-real-one\n")
        (folder / "netrc").chmod(mode)
        yield ("env", f"NETRC={folder / 'netrc'}")

    return set_up


BASE = (*with_go(newest()), *served_by("serves"))
CURL = (*NEEDS, "curl")
BROKEN = {"proxy.answers", "proxy.serves"}

FAULTS = (
    Fault(
        id="go-modules.404",
        title="the only proxy has no module",
        how="a proxy of our own answers 404",
        base=BASE,
        prefix=served_by("404"),
        took=asking("404"),
        red={"proxy.serves"},
        packs=PACKS,
        params=PATIENCE,
        needs=CURL,
    ),
    Fault(
        id="go-modules.410",
        title="the only proxy has given modules up",
        how="a proxy of our own answers 410",
        base=BASE,
        prefix=served_by("410"),
        took=asking("410"),
        red={"proxy.serves"},
        packs=PACKS,
        params=PATIENCE,
        needs=CURL,
    ),
    Fault(
        id="go-modules.500",
        title="the first proxy fails, and `,` does not lead on",
        how="GOPROXY=.../500,.../serves with proxies of our own",
        base=BASE,
        prefix=served_by("500,serves"),
        took=asking("500"),
        red=BROKEN,
        says={"proxy.answers": "500 Internal Server Error"},
        packs=PACKS,
        params=PATIENCE,
        needs=CURL,
    ),
    Fault(
        id="go-modules.500-or",
        title="the first proxy fails, and `|` leads on",
        how="GOPROXY=.../500|.../serves with proxies of our own",
        base=BASE,
        prefix=served_by("500|serves"),
        took=asking("500"),
        red={"proxy.answers"},
        packs=PACKS,
        params=PATIENCE,
        needs=CURL,
    ),
    Fault(
        id="go-modules.401",
        title="the proxy wants a password",
        how="a proxy of our own answers 401",
        base=BASE,
        prefix=served_by("401,direct"),
        took=asking("401"),
        red=BROKEN,
        says={"proxy.answers": "401 Unauthorized"},
        packs=PACKS,
        params=PATIENCE,
        needs=CURL,
    ),
    Fault(
        id="go-modules.hangs",
        title="the proxy never answers",
        how="a proxy of our own takes the request and is silent",
        base=BASE,
        prefix=served_by("hangs|serves"),
        took=("sh", "-c", '! curl -s --max-time 1 "${GOPROXY%%|*}/x"'),
        red=BROKEN,
        says={"proxy.answers": "silent"},
        packs=PACKS,
        params=PATIENCE,
        needs=CURL,
    ),
    Fault(
        id="go-modules.page",
        title="a login page answers in the proxy's place",
        how="a proxy of our own answers 200 with a page",
        base=BASE,
        prefix=served_by("page|serves"),
        took=("sh", "-c", 'curl -s "${GOPROXY%%|*}/x" | grep -q "log in"'),
        red=BROKEN,
        says={"proxy.answers": "no protocol"},
        packs=PACKS,
        params=PATIENCE,
        needs=CURL,
    ),
    Fault(
        id="go-modules.certificate",
        title="nobody vouches for the proxy's certificate",
        how="a proxy of our own with a certificate signed by itself",
        base=BASE,
        prefix=served_by("https:serves"),
        took=("sh", "-c", '! curl -s "$GOPROXY" && curl -sk "$GOPROXY"'),
        red=BROKEN,
        says={"proxy.answers": "x509"},
        packs=PACKS,
        params=PATIENCE,
        needs=(*CURL, "openssl"),
    ),
    Fault(
        id="go-modules.refused",
        title="nobody listens where the proxy should be",
        how="GOPROXY=http://127.0.0.1:1",
        base=BASE,
        prefix=with_env(GOPROXY="http://127.0.0.1:1"),
        took=("sh", "-c", "! curl -s http://127.0.0.1:1"),
        red=BROKEN,
        says={"proxy.answers": "connection refused"},
        packs=PACKS,
        params=PATIENCE,
        needs=CURL,
    ),
    Fault(
        id="go-modules.no-network",
        title="there is no network",
        how="a network namespace with nothing but its loopback, and a proxy outside of it",
        base=BASE,
        prefix=(*network(), *with_env(GOPROXY="https://proxy.example.org,direct")),
        took=("sh", "-c", 'test -z "$(ip route)"'),
        unknown={"proxy.answers": "failed", "proxy.serves": "failed"},
        packs=PACKS,
        params=PATIENCE,
        needs=(*NEEDS, "netns", "ip"),
    ),
    Fault(
        id="go-modules.in-the-clear",
        title="a proxy on another machine is asked without TLS",
        how="GOPROXY=...,http://198.51.100.1 in a network namespace",
        base=BASE,
        prefix=(*network(), *served_by("serves"), *more("$GOPROXY,http://198.51.100.1")),
        took=("sh", "-c", 'test -n "$GOPROXY" -a -z "$(ip route)"'),
        red={"proxy.encrypted"},
        unknown={"proxy.answers": "failed"},
        packs=PACKS,
        params=PATIENCE,
        needs=(*NEEDS, "netns", "ip"),
    ),
    Fault(
        id="go-modules.no-url",
        title="GOPROXY can't be read",
        how="GOPROXY=ftp://proxy.example",
        base=BASE,
        prefix=with_env(GOPROXY="ftp://proxy.example"),
        took=is_set("GOPROXY", "ftp://proxy.example"),
        red={"proxy.list"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-modules.password",
        title="there is a password in GOPROXY",
        how="GOPROXY=http://me:secret@127.0.0.1:...",
        base=BASE,
        prefix=more("http://me:secret@${GOPROXY#http://}"),
        took=("sh", "-c", "go env GOPROXY | grep -q me:secret@"),
        red={"proxy.credentials", *BROKEN},  # Go keeps it to itself where it would be seen
        says={"proxy.credentials": "***@", "proxy.answers": "refusing to pass credentials"},
        packs=PACKS,
        params=PATIENCE,
        needs=NEEDS,
    ),
    Fault(
        id="go-modules.no-git",
        title="GOPROXY ends with `direct`, and there is no git",
        how="PATH has only the toolchain",
        base=BASE,
        prefix=(*served_by("serves,direct"), *with_env(PATH=newest() / "bin")),
        took=("/bin/sh", "-c", "! command -v git"),
        red={"direct.git"},
        packs=PACKS,
        params=PATIENCE,
        needs=NEEDS,
    ),
    Fault(
        id="go-modules.sumdb-off",
        title="the checksum database is turned off",
        how="GOSUMDB=off",
        base=BASE,
        prefix=with_env(GOSUMDB="off"),
        took=is_set("GOSUMDB", "off"),
        red={"sumdb.on"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-modules.sumdb-unknown",
        title="the checksum database has no key",
        how="GOSUMDB=sum.corp.example",
        base=BASE,
        prefix=with_env(GOSUMDB="sum.corp.example"),
        took=is_set("GOSUMDB", "sum.corp.example"),
        red={"sumdb.valid"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-modules.all-private",
        title="all modules count as private",
        how="GOPRIVATE=*",
        base=BASE,
        prefix=with_env(GOPRIVATE="*"),
        took=is_set("GONOSUMDB", "*"),
        red={"sumdb.scope"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-modules.insecure",
        title="modules may be fetched insecurely",
        how="GOINSECURE=*.corp.example",
        base=BASE,
        prefix=with_env(GOINSECURE="*.corp.example"),
        took=is_set("GOINSECURE", "*.corp.example"),
        red={"insecure.none"},
        packs=PACKS,
        needs=NEEDS,
    ),
    Fault(
        id="go-modules.netrc",
        title="others can read the file of passwords",
        how="NETRC names a file with mode 0644",
        base=BASE,
        setup=passwords(0o644),
        took=("sh", "-c", 'test "$(stat -c %a "$NETRC")" = 644'),
        red={"netrc.private"},
        packs=PACKS,
        needs=NEEDS,
    ),
)
