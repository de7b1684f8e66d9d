"""Asking each proxy for one small module, by the go command itself, and what its answers mean for the whole list."""

import json
import os
import re
import socket
import threading
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from ...lines import AskError
from ...probing import gotool
from ...probing.measure import SECOND
from ...probing.step import Context
from .proxylist import Proxy, hidden, parsed

MOST_PROXIES = 10
STATUS = re.compile(r": (\d{3}) [A-Z]")
# By what the go command says, the first that fits.
OUTCOMES = (
    ("certificate", ("x509:", "tls: ", "certificate")),
    ("refused", ("connection refused", "connection reset", "EOF", "broken pipe", "HTTP response to HTTPS client")),
    (
        "no network",
        (
            *("no such host", "server misbehaving", "Temporary failure", "network is unreachable", "network is down"),
            *("no route to host", "i/o timeout", "cannot assign requested address"),
        ),
    ),
)
CURE = "run it where the proxies can be reached, or set GOPROXY to one that can"


class Answer:
    """What came of asking one proxy: "serves", "not found", "error", "no protocol", "silent" or one of OUTCOMES."""

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.outcome = "silent"
        self.said = ""
        self.took = 0.0

    def fields(self) -> "dict[str, object]":
        """Return it as a fact."""
        took = int(self.took * SECOND)
        return {"url": hidden(self.proxy.url), "outcome": self.outcome, "said": self.said, "took": took}


def ask_proxies(context: Context) -> "dict[str, object]":
    """Ask each proxy of GOPROXY, all at once."""
    command = gotool.command_of(context)
    proxies, fault = parsed(gotool.effective(command).get("GOPROXY", ""))
    if fault:
        raise AskError("failed", "GOPROXY can't be read: " + fault, "mend GOPROXY")
    answers = [Answer(proxy) for proxy in proxies if proxy.kind == "proxy"][:MOST_PROXIES]
    askers = [
        threading.Thread(target=ask, args=(answer, command, context, str(number)))
        for number, answer in enumerate(answers)
    ]
    context.scratch()
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    return {"answers": [one.fields() for one in answers], "broken": broken(answers), "served": served(proxies, answers)}


def ask(answer: Answer, command: str, context: Context, name: str) -> None:
    """Have the go command download the module from one proxy, into a module cache of its own."""
    folder = os.path.join(context.scratch(), name)
    environment = gotool.as_user(GOPROXY=answer.proxy.url, GONOPROXY="none", GOSUMDB="off", GOWORK="off")
    environment.update(GOFLAGS="-mod=mod -modcacherw", GOMODCACHE=folder, GOTMPDIR=context.scratch())
    patience = int(str(context.arguments["patience"])) / SECOND
    words = [command, "mod", "download", "-json", str(context.arguments["known"])]
    try:
        done = gotool.run(words, environment, context.scratch(), patience)
    except AskError as problem:
        answer.took = patience
        answer.said = problem.detail
        if not accepts(answer.proxy.url, patience):
            answer.outcome = "no network"
        return
    answer.took = done.took
    answer.said = "" if done.status == 0 else hidden(error_of(done))[:400]
    answer.outcome = "serves" if done.status == 0 else outcome_of(answer.said)


def error_of(done: "gotool.Done") -> str:
    """Return the error in what `go mod download -json` says."""
    try:
        found = json.loads(done.out)
        return str(found["Error"])
    except (ValueError, KeyError, TypeError):
        return done.trouble()


def outcome_of(said: str) -> str:
    """Return what an error of the go command amounts to.

    >>> outcome_of("golang.org/x/sync@v0.7.0: reading http://127.0.0.1/x.info: 410 Gone")
    'not found'
    """
    status = STATUS.search(said)
    if status:
        return "not found" if status.group(1) in ("404", "410") else "error"
    if "no such file or directory" in said:  # of a proxy that is a folder
        return "not found"
    return next((name for name, marks in OUTCOMES if any(mark in said for mark in marks)), "no protocol")


def accepts(url: str, patience: float) -> bool:
    """Return whether somebody accepts connections where Go would connect to: the proxy, or the way out to it."""
    parts = urlsplit(url)
    way = getproxies().get(parts.scheme, "")
    if way and not proxy_bypass(parts.hostname or ""):
        parts = urlsplit(way if "://" in way else "http://" + way)
    try:
        place = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        with socket.create_connection(place, min(patience, 5.0)):
            return True
    except (OSError, ValueError):
        return False


def broken(answers: "list[Answer]") -> "list[str] | AskError":
    """Return the proxies that are no use; unknown where none is known to be, and some can't be reached."""
    bad = [one for one in answers if one.outcome not in ("serves", "not found", "no network")]
    lost = [one for one in answers if one.outcome == "no network"]
    if lost and not bad:
        return AskError("failed", "{} can't be reached: {}".format(hidden(lost[0].proxy.url), lost[0].said), CURE)
    return ["{} ({}): {}".format(hidden(one.proxy.url), one.outcome, one.said) for one in bad]


def served(proxies: "list[Proxy]", answers: "list[Answer]") -> "bool | AskError":
    """Return whether the module would be had by the whole list: the next one is asked only after what its sign says."""
    outcomes = {id(one.proxy): one for one in answers}
    for proxy in proxies:
        if proxy.kind == "direct":
            return AskError("inconclusive", "no proxy has it, and `direct` is not tried", "name a module a proxy has")
        answer = outcomes.get(id(proxy))
        if answer is None:  # off
            break
        if answer.outcome == "no network":
            return AskError("failed", "{} can't be reached: {}".format(hidden(proxy.url), answer.said), CURE)
        if not leads_on(answer):
            return answer.outcome == "serves"
    return False


def leads_on(answer: Answer) -> bool:
    """Return whether Go asks the next one: it waits for a silent one, and takes a page for the module's zip."""
    if answer.outcome == "not found":
        return True
    return answer.proxy.after == "any error" and answer.outcome not in ("serves", "silent", "no protocol")
