"""What a user calls a target in, how to start the agent there out: the only thing in which targets differ."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from hostproof.source.near import nearest
from hostproof.source.problems import Problem, ProblemError
from hostproof.source.records import record

KINDS = ("local", "ssh:HOST", "root:DIR", "tar:FILE", "oci:DIR", "container:ID")
CONNECT_TIME = 10  # seconds until a host that doesn't answer is given up

# Python reads what it is to run from the first line of its standard input. In single quotes this is one word to every
# shell that a user may have, csh and fish too: no quote, no newline, none of !, $ and backslash.
READ_START = "import sys; exec(sys.stdin.buffer.raw.readline())"
_OPTIONS = "-I -S -B -c"
# Red Hat's systems may have a Python for their own tools only (RHEL 8, "Introduction to Python").
_PYTHONS = "python3 /usr/libexec/platform-python"
NO_PYTHON = b"hostproof-finds-no-python"  # said there where a shell waits for a program instead, see collect.link.shell
# Run by /bin/sh: no quote that would end its word. Without Python it passes over what was meant for that.
START = (
    f'for p in {_PYTHONS}; do [ "$(command -v $p)" ] && '
    f'exec $p {_OPTIONS} "{READ_START}"; done; echo no python3 on PATH >&2; echo {NO_PYTHON.decode()}; '
    'while IFS= read -r line; do case $line in hostproof_sh=*) eval "${line#*=}"; exit;; esac; done; exit 127'
)
_THERE = f"exec /bin/sh -c '{START}'"
# What the user's configuration says counts, but for what would ask somebody, print, forward, or outlive us.
_SSH = (
    *("ssh", "-T", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={CONNECT_TIME}"),
    *("-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=4", "-o", "EscapeChar=none"),
    *("-o", "ClearAllForwardings=yes", "-o", "ForwardAgent=no", "-o", "ForwardX11=no", "-o", "PermitLocalCommand=no"),
    *("-o", "RemoteCommand=none", "-o", "ControlMaster=no", "-o", "LogLevel=ERROR"),
)
# Whichever engine knows the container carries the agent; what it says of one that it doesn't know helps nobody.
# Without a shell in it there may still be a Python.
_CARRY = """\
start=$1 asked=
shift
for engine in podman docker; do
    command -v $engine >/dev/null 2>&1 || continue
    if $engine container inspect "$1" >/dev/null 2>&1; then
        $engine exec "$1" /bin/sh -c : </dev/null >/dev/null 2>&1 && exec $engine exec -i "$1" /bin/sh -c "$start"
        exec $engine exec -i "$@"
    fi
    asked="$asked $engine"
done
[ "$asked" ] || exit 253
echo "asked were:$asked" >&2
exit 254
"""
NO_ENGINE, NO_CONTAINER = 253, 254  # its exit status
_CONTAINER = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_HOST = re.compile(r"[^-\s\x00-\x1f\x7f][^\s\x00-\x1f\x7f]*")


@record
class Target:
    """`python` is the command line that starts Python there; `same_python`: it is the interpreter that runs us.

    `foreign`: it is whole, and Python reads what to run from its standard input; what is printed before the agent
    speaks is not ours. `kind` is the word before the colon of `name`, `place` what follows it. `chroot`: its programs
    may be run. `image` is the name of one in an OCI layout.
    """

    name: str
    python: tuple[str, ...]
    same_python: bool = False
    foreign: bool = False
    kind: str = "local"
    place: str = ""
    chroot: bool = False
    image: str = ""


def parse_target(text: str, *, chroot: bool = False) -> Target:
    """Return the target that a word names: `local`, `ssh:HOST`, `container:ID`, `root:DIR`, `tar:FILE`, `oci:DIR`.

    `chroot` allows programs of a root directory to be run. Raises ProblemError (HP-E507, HP-E514).
    """
    word = text.strip()
    kind, colon, place = word.partition(":")
    if word == "local":
        return Target("local", *_own_python())
    if kind == "root" and colon:
        return _root(word, place, chroot)
    if kind in ("tar", "oci") and colon:
        return _image(word, place, kind, chroot)
    if kind == "ssh" and colon:
        return _ssh(word, word if place.startswith("//") else place)
    if kind == "container" and colon:
        return _container(word, place)
    near = nearest(kind, [name.partition(":")[0] for name in KINDS])
    said = f"did you mean {near + word[len(kind) :]!r}? " if near and near != kind else ""
    hint = f"{said}There are {', '.join(KINDS)}"
    raise ProblemError((Problem("HP-E507", f"{text!r} is not a kind of target", None, hint),))


def _own_python() -> tuple[tuple[str, ...], bool]:
    """Return how to start our own Python, and whether that is known: an embedded one doesn't know its program."""
    return (sys.executable or "python3",), bool(sys.executable)


def _root(word: str, place: str, chroot: bool) -> Target:
    """Return a root directory, read by an agent here."""
    folder = Path(place).absolute()
    if not place or "\0" in place or not folder.is_dir():
        hint = "name the folder that holds the etc and usr of a system: root:/mnt/image"
        raise ProblemError((Problem("HP-E514", f"{word!r} is not a folder", None, hint),))
    return Target(word, *_own_python(), kind="root", place=str(folder), chroot=chroot)


def _image(word: str, place: str, kind: str, chroot: bool) -> Target:
    """Return a root file system in a tar or an OCI layout, which is unpacked and read by an agent here."""
    from hostproof.collect.image.archive.place import require_image
    from hostproof.collect.image.limits import ImageError

    path, name = place, ""
    if kind == "oci" and not Path(place).is_dir():
        path, _, name = place.partition(":")  # as skopeo has it: a name may have colons, docker.io/library/app:1.0
    try:
        require_image(kind, path, name)
    except (ImageError, OSError, ValueError) as error:
        hint = error.unknown.cure if isinstance(error, ImageError) else ""
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ProblemError((Problem("HP-E514", f"{word!r} can't be read: {why}", None, hint),)) from None
    where = str(Path(path).absolute())
    return Target(word, *_own_python(), kind=kind, place=where, chroot=chroot, image=name)


def _container(word: str, place: str) -> Target:
    """Return a running container, by name or number."""
    if not _CONTAINER.fullmatch(place):
        hint = "write its name or number: container:web1"
        raise ProblemError((Problem("HP-E507", f"{word!r} names no container", None, hint),))
    python = ("/bin/sh", "-c", _CARRY, "sh", START, place, "python3", *_OPTIONS.split(), READ_START)
    return Target(word, python, foreign=True, kind="container", place=place)


def _ssh(word: str, host: str) -> Target:
    """Return a host as ssh(1) takes it: a name, user@name, an alias of its configuration, ssh://user@name:port."""
    if not _HOST.fullmatch(host):
        hint = "write ssh:web1, ssh:user@web1 or ssh://user@web1:2222"
        raise ProblemError((Problem("HP-E507", f"{word!r} names no host that ssh could take", None, hint),))
    return Target(word, (*_SSH, "--", host, _THERE), foreign=True, kind="ssh", place=host)
