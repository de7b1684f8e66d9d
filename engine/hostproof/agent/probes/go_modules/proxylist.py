"""GOPROXY as Go reads it: entries with what makes it go on to the next one (cmd/go/internal/modfetch/proxy.go)."""

import re
from urllib.parse import urlsplit

SECRET = re.compile(r"(://)[^/@\s,|]*@")


class Proxy:
    """One entry: its URL, its kind ("proxy", "direct" or "off"), and after what the next one is asked."""

    def __init__(self, url: str, kind: str, after: str) -> None:
        self.url = url
        self.kind = kind
        self.after = after

    def fields(self) -> "dict[str, object]":
        """Return it as a fact, without a password."""
        shown = hidden(self.url)
        return {
            "url": shown,
            "kind": self.kind,
            "after": self.after,
            "credentials": shown != self.url,
            "plain": self.url.startswith("http://") and not is_here(self.url),
        }


def hidden(text: str) -> str:
    """Return a text whose URLs have no users and passwords.

    >>> hidden("https://me:secret@a.example/go,direct")
    'https://***@a.example/go,direct'
    """
    return SECRET.sub(r"\1***@", text)


def is_here(url: str) -> bool:
    """Return whether a URL leads to this very machine."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def parsed(text: str) -> "tuple[list[Proxy], str]":
    """Return the entries of GOPROXY, and what is wrong with it; empty if nothing is.

    >>> [(one.url, one.kind, one.after) for one in parsed("a.example | file:///srv, direct, b.example")[0]]
    [('https://a.example', 'proxy', 'any error'), ('file:///srv', 'proxy', 'not found'), ('direct', 'direct', 'never')]
    >>> parsed("ftp://a.example")[1], parsed("goproxy")[1], parsed(" ,")[1]
    ('ftp://a.example is no https, http or file', 'goproxy has no scheme', 'GOPROXY has no entries')
    """
    found: "list[Proxy]" = []
    rest = text
    while rest:
        end = min([rest.find(sign) for sign in ",|" if sign in rest] or [len(rest)])
        url, after, rest = rest[:end].strip(), rest[end : end + 1], rest[end + 1 :]
        if url in ("off", "direct"):  # what comes after it is never asked
            return [*found, Proxy(url, url, "never")], ""
        if not url:
            continue
        if re.search("[.:/]", url) and ":/" not in url and not url.startswith("/"):
            url = "https://" + url
        fault = fault_of(url)
        if fault:
            return found, hidden(fault)
        found.append(Proxy(url, "proxy", {",": "not found", "|": "any error"}.get(after, "never")))
    return found, "" if found else "GOPROXY has no entries"


def fault_of(url: str) -> str:
    """Return what Go has against a URL of a proxy; empty if nothing."""
    try:
        parts = urlsplit(url)
    except ValueError as problem:
        return "{}: {}".format(url, problem)
    if not parts.scheme:
        return url + " has no scheme"
    if parts.scheme not in ("https", "http", "file"):
        return url + " is no https, http or file"
    if parts.scheme == "file" and (parts.netloc or parts.query or parts.fragment):
        return url + " has more than a path"
    return ""
