"""Silence: how an agent or its connection ended in, why answers did not come, and what would help, out."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from hostproof.collect.target import CONNECT_TIME, NO_CONTAINER, NO_ENGINE, Target
from hostproof.facts.unknown import Cause, Unknown
from hostproof.source.harmless import one_line
from hostproof.source.records import record

REPORT = "report this as a bug of hostproof, with the evidence"
_ENDED = "see what ended it (a command of a pack, an operator, the kernel short of memory), and run again"
_SCARCE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)
_SSH_FAILED = 255  # ssh(1), EXIT STATUS: an error of its own
_MOST = 200  # characters of what was said

# Never `absent`, which says of a file that it isn't there, and that may mean something.
# What ssh says (sshconnect.c, sshconnect2.c, packet.c and strerror of connect(2)), what it means, what would help.
_SSH: tuple[tuple[str, Cause, str, str], ...] = (
    ("Could not resolve hostname", Cause.FAILED, "ssh knows no such host", "see that its name is right, and in DNS"),
    ("Host key verification failed", Cause.DENIED, "ssh doesn't trust its key", "connect once by hand: ssh {host}"),
    ("Permission denied", Cause.DENIED, "it let nobody in", "have a key with which `ssh {host}` asks no password"),
    ("Too many authentication", Cause.DENIED, "it let nobody in", "name one key: IdentityFile and IdentitiesOnly=yes"),
    ("Connection refused", Cause.FAILED, "nothing listens there", "start sshd on it, or give its port"),
    ("timed out", Cause.TIMEOUT, f"it did not answer within {CONNECT_TIME} s", "see that it runs and can be reached"),
    ("No route to host", Cause.FAILED, "no way leads there", "see that it runs and can be reached"),
    ("unreachable", Cause.FAILED, "no way leads there", "see that it runs and can be reached"),
    ("not responding", Cause.TIMEOUT, "the connection went dead", "see that it still runs, and run again"),
)

_STOPPED = ("is not running", "container state improper", "is paused")  # docker and podman of one that doesn't run


@record
class Ending:
    """How far it came: whether it `ended`, with which `status`, had `greeted`, and what was said beside answers."""

    ended: bool
    status: int | None
    greeted: bool
    stderr: str = ""
    noise: str = ""


def why_silent(target: Target, ending: Ending, deadline: int) -> Unknown:
    """Return why some answers did not come; `deadline` in nanoseconds was the time for all."""
    if not ending.ended:
        from hostproof.facts.units import format_duration

        detail = f"the time for the whole run, {format_duration(deadline)}, was over first"
        return Unknown(Cause.TIMEOUT, detail, "allow more time for the run")
    return _of_carrier(target, ending) or _of_agent(target, ending)


def _of_agent(target: Target, ending: Ending) -> Unknown:
    """Return why an agent ended, or could not begin, where nobody else says so."""
    said = _said(ending)
    status = ending.status
    if not ending.greeted and status in {126, 127}:
        return Unknown(Cause.NO_TOOL, f"Python could not be started{said}", "install python3 (3.6 or later) there")
    if not ending.greeted and target.foreign:
        detail = f"no agent could be started there (status {status}){said}"
        return Unknown(Cause.FAILED, detail, "see that its user has a shell, and that its start-up files let it go on")
    if status is None or status <= 0 or status > 128:
        how = "" if status is None else f" (status {status})"
        return Unknown(Cause.FAILED, f"something ended the agent before it was done{how}{said}", _ENDED)
    return Unknown(Cause.FAILED, f"the agent ended early, with status {status}{said}", REPORT)


def _said(ending: Ending) -> str:
    """Return the last line of what was said, on standard error rather than on standard output."""
    words = one_line((ending.stderr.strip() or ending.noise.strip()).rpartition("\n")[2], _MOST)
    return f": {words}" if words else ""


def _of_carrier(target: Target, ending: Ending) -> Unknown | None:
    """Return what the program that carries the agent there has to say, None where it is not at fault."""
    if target.kind == "ssh" and ending.status == _SSH_FAILED:
        return _of_ssh(target, ending)
    if target.kind == "container" and not ending.greeted:
        return _of_container(target, ending)
    return None


def _of_container(target: Target, ending: Ending) -> Unknown | None:
    """Return why a container could not be entered, None where it was not the engine that refused."""
    if ending.status == NO_ENGINE:
        return Unknown(Cause.NO_TOOL, "neither podman nor docker is on PATH", "install what runs the container")
    if ending.status == NO_CONTAINER:
        cure = "see `podman ps` or `docker ps`, as the user who started it, and that the engine itself runs"
        return Unknown(Cause.FAILED, f"no engine knows the container {target.place}{_said(ending)}", cure)
    if any(words in ending.stderr for words in _STOPPED):
        return Unknown(Cause.NOT_RUNNING, f"the container does not run{_said(ending)}", "start it")
    return None


def _of_ssh(target: Target, ending: Ending) -> Unknown:
    """Return what an error of ssh amounts to: it is in the last line that is one we know."""
    for line in reversed(ending.stderr.splitlines()):
        for words, cause, meaning, cure in _SSH:
            if words in line:
                return Unknown(cause, f"{meaning}: {one_line(line, _MOST)}", cure.format(host=target.place))
    what = "the connection broke" if ending.greeted else "ssh could not connect"
    return Unknown(Cause.FAILED, f"{what}{_said(ending)}", f"see what `ssh {target.place} true` says")


def why_not_started(program: str, problem: Exception) -> Unknown:
    """Return why the agent, or what was to carry it, could not be started."""
    import sh

    if not Path("/proc/self/fd").is_dir():  # sh looks there, and so does the agent
        detail = "/proc is not mounted; no agent can be started without it, and most facts are read from there"
        return Unknown(Cause.FAILED, detail, "mount -t proc proc /proc")
    if isinstance(problem, sh.CommandNotFound):
        detail = f"{program} is not there, or this user may not run it"
        needed = "the OpenSSH client" if program == "ssh" else "python3"
        return Unknown(Cause.NO_TOOL, detail, f"install {needed} where this user may run it")
    why = one_line(str(problem).strip().rpartition("\n")[2], _MOST)
    detail = f"{program} could not be started: {why}"
    if any(os.strerror(number) in why for number in _SCARCE):
        return Unknown(Cause.FAILED, detail, "raise the limit that is met: `ulimit -a` shows them")
    return Unknown(Cause.NO_TOOL, detail, f"install {program}" if program == "ssh" else "install python3")
