"""Learns dns.*, hosts.localhost and nsswitch.hosts from /etc/resolv.conf, /etc/hosts and /etc/nsswitch.conf."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from hostproof.collect.builtin.answers import Absent, collector, from_text
from hostproof.facts.snapshot import Value

_READABLE = "make the file readable for the user"
_MOST = 1000  # lines that count: far more than any resolver takes


def parse_resolv(text: str, keyword: str) -> Value:
    r"""Return the words of a keyword of resolv.conf: `nameserver`, `search` (or `domain`) or `options`.

    As resolv.conf(5) says: a comment begins a line with # or ;, keywords begin in the first column, each `nameserver`
    line adds one, the last of all `search` and `domain` lines counts, options add up.

    >>> text = "; note\nnameserver 10.0.0.53\nnameserver ::1\nsearch example.org lan\noptions ndots:2 edns0\n"
    >>> parse_resolv(text, "nameserver"), parse_resolv(text, "search"), parse_resolv(text, "options")
    (['10.0.0.53', '::1'], ['example.org', 'lan'], ['ndots:2', 'edns0'])
    """
    lines = text.split("\n")[:_MOST]
    rows = [row.split() for row in lines if row[:1] not in {"#", ";"} and not row[:1].isspace() and row.strip()]
    if keyword == "search":
        last = next((row[1:] for row in reversed(rows) if row[0] in {"search", "domain"}), [])
        return [*last[:_MOST]]
    found = [row[1:2] if keyword == "nameserver" else row[1:] for row in rows if row[0] == keyword]
    return [*islice((word for words in found for word in words), _MOST)]


def parse_hosts(text: str, name: str) -> Value:
    r"""Return the addresses that a hosts file gives to a name, in order, each once.

    Source: hosts(5).

    >>> parse_hosts("127.0.0.1 localhost # loop\n::1 ip6-localhost LOCALHOST\n", "localhost")
    ['127.0.0.1', '::1']
    """
    rows = (row.partition("#")[0].split() for row in text.split("\n"))
    found = dict.fromkeys(row[0] for row in rows if name in map(str.lower, row[1:]))
    return [*islice(found, _MOST)]


def parse_sources(text: str, database: str) -> Value:
    r"""Return the sources of a database in nsswitch.conf, without actions in brackets.

    Source: nsswitch.conf(5).

    >>> parse_sources("passwd: files\nhosts:  files mymachines [!UNAVAIL=return] dns # as usual\n", "hosts")
    ['files', 'mymachines', 'dns']
    """
    return [*islice(_sources(text, database), _MOST)]


def _sources(text: str, database: str) -> Iterator[str]:
    for row in text.split("\n"):
        name, _, sources = row.partition("#")[0].partition(":")
        if name.strip() == database:
            yield from re.sub(r"\[[^\]]*\]", " ", sources).split()


RESOLVER = collector(
    "resolver",
    {
        "dns.servers": from_text(
            "/etc/resolv.conf", lambda text: parse_resolv(text, "nameserver"), _READABLE, Absent([])
        ),
        "dns.search": from_text("/etc/resolv.conf", lambda text: parse_resolv(text, "search"), _READABLE, Absent([])),
        "dns.options": from_text("/etc/resolv.conf", lambda text: parse_resolv(text, "options"), _READABLE, Absent([])),
    },
)

HOSTS = collector(
    "hosts",
    {
        "hosts.localhost": from_text("/etc/hosts", lambda text: parse_hosts(text, "localhost"), _READABLE, Absent([])),
        "nsswitch.hosts": from_text(
            "/etc/nsswitch.conf", lambda text: parse_sources(text, "hosts"), _READABLE, Absent([])
        ),
    },
)
