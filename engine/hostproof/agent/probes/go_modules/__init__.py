"""Probe `go_modules`: where Go would get modules from, whether it does, and what vouches for them."""

import os
import shutil
import stat

from ...probing import gotool
from ...probing.step import Context, Step
from .ask import ask_proxies
from .proxylist import hidden, parsed
from .sumdb import fault_of


def settings(context: Context) -> "dict[str, object]":
    """Learn what Go goes by: proxies, the checksum database, and what is left out of both."""
    known = gotool.effective(gotool.command_of(context))
    proxies, fault = parsed(known.get("GOPROXY", ""))
    flags = known.get("GOFLAGS", "").split()
    return {
        "goproxy": hidden(known.get("GOPROXY", "")),
        "proxies": [proxy.fields() for proxy in proxies],
        "proxies_fault": fault,
        "gosumdb": hidden(known.get("GOSUMDB", "")),
        "sumdb_fault": fault_of(known.get("GOSUMDB", "")),
        "goprivate": patterns(known.get("GOPRIVATE", "")),
        "gonoproxy": patterns(known.get("GONOPROXY", "")),
        "gonosumdb": patterns(known.get("GONOSUMDB", "")),
        "goinsecure": patterns(known.get("GOINSECURE", "")),
        "vendored": "-mod=vendor" in flags or "--mod=vendor" in flags,
        "git": shutil.which("git") is not None,
    }


def patterns(text: str) -> "list[str]":
    """Return the patterns of GOPRIVATE and its like.

    >>> patterns("*.corp.example, ,example.com/secret")
    ['*.corp.example', 'example.com/secret']
    """
    return [part.strip() for part in text.split(",") if part.strip()]


def netrc(context: Context) -> "dict[str, object]":
    """Learn who may read the file of passwords that Go takes credentials from: NETRC, or .netrc in the home."""
    home = os.environ.get("HOME", "")
    path = os.environ.get("NETRC") or (os.path.join(home, ".netrc") if home else "")
    try:
        found = os.stat(path) if path else None
    except FileNotFoundError:
        found = None
    if found is None:
        return {"netrc": None, "netrc_mode": "", "netrc_private": True}
    others = stat.S_IMODE(found.st_mode) & (stat.S_IRWXG | stat.S_IRWXO)
    private = not others and found.st_uid in (0, os.geteuid())
    return {"netrc": path, "netrc_mode": "{:04o}".format(stat.S_IMODE(found.st_mode)), "netrc_private": private}


STEPS = (
    Step(
        (
            *("goproxy", "proxies", "proxies_fault", "gosumdb", "sumdb_fault", "vendored", "git"),
            *("goprivate", "gonoproxy", "gonosumdb", "goinsecure"),
        ),
        settings,
        60.0,
    ),
    Step(("netrc", "netrc_mode", "netrc_private"), netrc),
    Step(("answers", "broken", "served"), ask_proxies, 300.0),
)
