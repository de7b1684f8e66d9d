"""Probe `dns`: how names are looked up: localhost, the hosts file, what a server is asked, who waits how long."""

import os
import socket

from ...lines import AskError
from ...probing.companion import companion
from ...probing.measure import SECOND, ticks
from ...probing.step import Context, Step
from . import settings
from .resolver import NSCD, Resolver, addresses, outcome, state

MOST_NAMES = 50  # of the hosts file
ZONE = "hostproof.test"  # a top-level domain that no network has: RFC 6761, 6.2
DOMAIN_ROOT = "."
PATIENT = {"seconds": 2, "tries": 2}  # a machine that is busy may keep our own server waiting
LATE = 200  # milliseconds until our server has surely told what it was asked


def localhost(context: Context) -> "dict[str, object]":
    """Look localhost up in each family."""
    ask_nobody_else()
    return {
        "localhost4": learnt("localhost", socket.AF_INET),
        "localhost6": learnt("localhost", socket.AF_INET6),
    }


def ask_nobody_else() -> "Resolver | None":
    """Turn the C library to a server of ours that knows no name; None where it can't be and reads the hosts file."""
    try:
        return Resolver(**PATIENT)
    except (AskError, OSError):
        return None


def learnt(name: str, family: int = socket.AF_UNSPEC) -> "list[str] | AskError":
    """Return the addresses of a name, or why they could not be learnt."""
    try:
        return addresses(name, family)
    except AskError as problem:
        return problem


def hosts(context: Context) -> "dict[str, object]":
    """Look names of the hosts file up; note those that don't get its address, and whether a server was asked first."""
    resolver = ask_nobody_else()
    entries = settings.host_names(settings.content(settings.HOSTS))
    chosen = sorted(entries)[:MOST_NAMES]
    missed = []
    for name in chosen:
        found = learnt(name)
        if isinstance(found, AskError):
            raise found
        if not any(settings.same(one, other) for one in found for other in entries[name]):
            missed.append(name)
    return {"hosts_names": len(chosen), "hosts_missed": missed, "hosts_first": first(resolver, chosen)}


def first(resolver: "Resolver | None", chosen: "list[str]") -> "bool | AskError":
    """Return whether no name server was asked for names of the hosts file."""
    if not chosen:
        return AskError("absent", "{} has no name".format(settings.HOSTS), "write 127.0.0.1 localhost to it")
    if resolver is None:
        return AskError("unsupported", "there is no seeing what this C library asks", "run it on a host with glibc")
    heard = [line.split()[1] for line in resolver.heard()]
    return not any(asked == name or asked.startswith(name + ".") for asked in heard for name in chosen)


def reading(context: Context) -> "dict[str, object]":
    """Say what the resolver has made of its configuration and environment."""
    servers = settings.name_servers(settings.content(settings.SETTINGS))
    found: "dict[str, object]" = {"servers": servers, "unreachable": settings.unreachable(servers)}
    try:
        read = state()
    except AskError as problem:
        return dict(found, timeout=problem, attempts=problem, longest_wait=problem)
    longest = read.seconds * read.tries * max(1, len(servers)) * SECOND
    return dict(found, timeout=read.seconds * SECOND, attempts=read.tries, longest_wait=longest)


def questions(context: Context) -> "dict[str, object]":
    """Look names up at our own server; see what it is asked, and whether its answers arrive."""
    resolver = Resolver(**PATIENT)
    found: "dict[str, object]" = {"asked": asked(resolver)}
    if found["asked"] is not True:
        none = AskError("inconclusive", "our name server is asked nothing", "see why names are not looked up by DNS")
        return dict(found, questions=none, dual=none, first_usable=none, tcp_fallback=none)
    resolver.heard()
    outcome("hp-short")
    found["questions"] = [" ".join(line.split()[:2]) for line in resolver.heard()]
    found["dual"] = dual = learnt("dual." + ZONE + DOMAIN_ROOT)
    if isinstance(dual, AskError) or not dual:
        found["first_usable"] = AskError("failed", "a name with two addresses was not found", "see what is asked")
    else:
        found["first_usable"] = can_send(dual[0])
    found["tcp_fallback"] = outcome("large." + ZONE + DOMAIN_ROOT, socket.AF_INET) == "answer"
    return found


def asked(resolver: Resolver) -> "bool | AskError":
    """Return whether a name that no file has is asked of a name server, and the answer is obeyed."""
    name = "dual." + ZONE
    answered = outcome(name + DOMAIN_ROOT) == "answer"
    if any(line.split()[1] == name for line in resolver.heard(0 if answered else LATE)):
        return answered
    if os.path.exists(NSCD):
        return AskError("inconclusive", "nscd answers for the C library", "stop nscd and try again")
    return False


def can_send(address: str) -> bool:
    """Return whether there is a way to an address; connecting a UDP socket sends nothing."""
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as door:
            door.connect((address, 9))
    except OSError:
        return False
    return True


def silence(context: Context) -> "dict[str, object]":
    """Ask a server that never answers, and at the same time one that answers the second question only."""
    if context.effort == "quick":
        raise AskError("not-collected", "waiting for a silent name server takes a second", "run it without --quick")
    end, writer = os.pipe()
    companion(ask_twice, writer)
    os.close(writer)
    resolver = Resolver(seconds=1, tries=1)
    started = ticks()
    how = outcome("silent." + ZONE + DOMAIN_ROOT, socket.AF_INET)
    took = ticks() - started
    if not resolver.heard(LATE):
        raise AskError("inconclusive", "our name server is asked nothing", "see why names are not looked up by DNS")
    return {"silence": took, "silence_ends": how, "second_try": os.read(end, 64) == b"answer"}


def ask_twice(report: int) -> None:
    """Tell how the look-up of a name ends that is answered when asked for again."""
    Resolver(seconds=1, tries=4)  # on a busy machine the second may be late, too
    os.write(report, outcome("second." + ZONE + DOMAIN_ROOT, socket.AF_INET).encode("ascii"))


def named(context: Context) -> "dict[str, object]":
    """Look a name up that the probe was given, as any program does: this asks the host's own name servers."""
    name = str(context.arguments.get("name") or "")
    if not name:
        raise AskError("not-collected", "no name was given", "give the probe an argument `name` to look up")
    started = ticks()
    how = outcome(name)
    took = ticks() - started
    found = learnt(name) if how == "answer" else []
    return {"name_ends": how, "name_took": took, "name_addresses": found}


STEPS = (
    Step(("localhost4", "localhost6"), localhost, 10.0),
    Step(("hosts_names", "hosts_missed", "hosts_first"), hosts, 10.0),
    Step(("servers", "timeout", "attempts", "longest_wait", "unreachable"), reading),
    Step(("asked", "questions", "dual", "first_usable", "tcp_fallback"), questions, 15.0),
    Step(("silence", "silence_ends", "second_try"), silence, 10.0),
    Step(("name_ends", "name_took", "name_addresses"), named, 40.0),
)
