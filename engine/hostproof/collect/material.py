"""What was captured elsewhere, by paths: folders, tars, `sysctl -a`, kernel configurations in; files of a root out.

Nothing is unpacked, no link is followed out of a folder, and only what was asked for is kept.
"""

from __future__ import annotations

import gzip
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from glob import escape, glob
from pathlib import Path, PurePosixPath

from hostproof.source.files import read_bytes
from hostproof.source.problems import Problem, ProblemError
from hostproof.source.records import record

MOST_TEXT = 16 * 2**20  # bytes of a text that stands for many files
MOST_MEMBER = 4 * 2**20
MOST_KEPT = 256 * 2**20  # bytes of all that is kept of a tar
_TOPS = frozenset({"proc", "sys", "etc", "boot"})
_SOS = "sos_commands/kernel/sysctl_-a"
_SYSCTL = re.compile(r"^([\w.:/@+,-]+)[ \t]*=[ \t]?(.*)$", re.MULTILINE | re.ASCII)
_CONFIG = re.compile(rb"^(?:CONFIG_\w+=|# CONFIG_\w+ is not set$)", re.MULTILINE)
_GZIP = b"\x1f\x8b"


@record
class Wanted:
    """The files that are asked for: absolute paths, and shell patterns of them."""

    paths: frozenset[str]
    patterns: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Tell whether a path is asked for."""
        return name in self.paths or any(matches(name, pattern) for pattern in self.patterns)


def matches(name: str, pattern: str) -> bool:
    """Tell whether a path matches, part by part, as the agent matches.

    >>> matches("/sys/class/net/lo/mtu", "/sys/class/net/*/mtu"), matches("/sys/a/b", "/sys/*")
    (True, False)
    """
    parts, wild = name.split("/"), pattern.split("/")
    return len(parts) == len(wild) and all(map(fnmatchcase, parts, wild))


def read_material(path: Path, wanted: Wanted) -> dict[str, bytes]:
    """Return the captured files by the absolute paths that they had, those that are wanted; what isn't there is not.

    `path` is a folder or a tar with `proc`, `sys` or `etc` in it, maybe below one more folder (a sosreport, a copied
    /proc and /sys), the output of `sysctl -a`, or a kernel's configuration. Raises ProblemError (HP-E516).
    """
    if path.is_dir():
        found = _folder(path, wanted)
    elif path.is_file() and _is_tar(path):
        found = _tar(path, wanted)
    else:
        found = _text(read_bytes(path, MOST_TEXT), str(path))
    sysctls = found.pop("/" + _SOS, b"")
    return {**{name: data for name, data in sysctl_files(sysctls).items() if wanted.has(name)}, **found}


def sysctl_files(said: bytes) -> dict[str, bytes]:
    r"""Return what `sysctl -a` (procps) said as the files of /proc/sys; it writes a dot within a name as a slash.

    >>> sysctl_files(b"vm.swappiness = 60\nnet.ipv4.conf.eth0/7.mtu = 1\n")
    {'/proc/sys/vm/swappiness': b'60\n', '/proc/sys/net/ipv4/conf/eth0.7/mtu': b'1\n'}
    """
    swapped = str.maketrans("./", "/.")
    rows: dict[str, list[str]] = {}
    for name, value in _SYSCTL.findall(said.decode("utf-8", "replace")):
        rows.setdefault("/proc/sys/" + name.translate(swapped), []).append(value)
    return {path: "".join(f"{line}\n" for line in lines).encode() for path, lines in rows.items()}


def _text(data: bytes, name: str) -> dict[str, bytes]:
    plain = data
    if data.startswith(_GZIP):
        try:
            with gzip.open(Path(name)) as file:
                plain = file.read(MOST_TEXT)
        except (OSError, EOFError, zlib.error) as error:
            raise _refused(f"{name}: it can't be unpacked: {error}") from None
    if _CONFIG.search(plain):
        return {"/proc/config.gz": gzip.compress(plain, mtime=0)}
    found = sysctl_files(plain) if b"\0" not in plain else {}
    if not found:
        raise _refused(f"{name} is no folder, no tar, no output of sysctl -a, and no kernel configuration")
    return found


def _folder(folder: Path, wanted: Wanted) -> dict[str, bytes]:
    root = _root(folder, lambda place: {entry.name for entry in place.iterdir()})
    if root is None:
        raise _refused(f"{folder} holds no proc, sys, etc or boot")
    real = os.path.realpath(root)
    found = {}
    for name in sorted({*wanted.paths, f"/{_SOS}", *_matching(real, wanted.patterns)}):
        path = Path(real + name)
        data = _bounded(path) if _stays(path, real) else None
        if data is not None:
            found[name] = data
    return found


def _matching(root: str, patterns: tuple[str, ...]) -> Iterator[str]:
    for pattern in patterns:
        for path in glob(escape(root) + pattern):  # noqa: PTH207 - pathlib's leaves out what links lead to
            yield path.removeprefix(root)


def _stays(path: Path, root: str) -> bool:
    """Tell whether a regular file is below the root, wherever links lead."""
    try:
        return path.is_file() and os.path.realpath(path).startswith(root.rstrip("/") + "/")
    except (OSError, ValueError):
        return False


def _bounded(path: Path) -> bytes | None:
    """Return a file's beginning, a byte more than may be read; None for what can't be read."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_MEMBER + 1)
    except OSError:
        return None


def _root(folder: Path, names: Callable[[Path], set[str]]) -> Path | None:
    """Return the folder with the tops of a root, itself or the only one in it that has them."""
    if _TOPS & names(folder):
        return folder
    below = [place for place in folder.iterdir() if place.is_dir() and _TOPS & names(place)]
    return below[0] if len(below) == 1 else None


def _is_tar(path: Path) -> bool:
    try:
        return tarfile.is_tarfile(path)
    except (EOFError, OSError, ValueError, zlib.error):  # compressed, and cut
        return False


def _tar(path: Path, wanted: Wanted) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    links: dict[str, str] = {}
    kept = 0
    try:
        with tarfile.open(path) as archive:
            for name, member in _members(archive):
                if member.issym() and wanted.has(name):
                    links[name] = _target(name, member.linkname)
                file = archive.extractfile(member) if member.isreg() and _is_wanted(name, wanted) else None
                if file is not None:
                    found[name] = file.read(MOST_MEMBER + 1)
                    kept += len(found[name])
                if kept > MOST_KEPT:
                    raise _refused(f"{path} holds more than {MOST_KEPT} bytes of what is asked for")
    except (tarfile.TarError, OSError, EOFError, ValueError, zlib.error) as error:
        raise _refused(f"{path}: the tar can't be read: {error}") from None
    return found | {name: found[target] for name, target in links.items() if target in found}


def _is_wanted(name: str, wanted: Wanted) -> bool:
    return name == f"/{_SOS}" or wanted.has(name) or name == "/usr/lib/os-release"


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    """Yield the members of a tar with the paths they had; a first folder that is none of a root's is left out."""
    for member in archive:
        parts = [part for part in PurePosixPath(member.name).parts if part not in {"/", "."}]
        if ".." not in parts and parts:
            yield "/" + "/".join(parts if parts[0] in _TOPS or parts[0] == "usr" else parts[1:]), member


def _target(name: str, link: str) -> str:
    return os.path.normpath(os.path.join(os.path.dirname(name), link))  # noqa: PTH118, PTH120 - no path of this machine


def merged(parts: Iterator[Mapping[str, bytes]]) -> dict[str, bytes]:
    """Return all files together; of two for one path the last counts."""
    found: dict[str, bytes] = {}
    for part in parts:
        found |= part
    return found


def _refused(message: str) -> ProblemError:
    hint = (
        "a sosreport, a copied /proc and /sys, the output of `sysctl -a`, or a kernel's configuration can be imported"
    )
    return ProblemError((Problem("HP-E516", message, hint=hint),))
