"""Loading a pack through a cache: an unchanged pack is taken, checked and compiled, from a folder the user owns.

A cached pack is code, so it is trusted only as far as its folder is, which must belong to this user and be writable by
nobody else. Where that isn't so, or there is no folder, packs are simply loaded anew. What is cached is good for one
text with what it includes, one hostproof (down to its source files) and one Python; anything else, whole or torn, is
ignored and replaced.
"""

from __future__ import annotations

import marshal
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from hostproof import __version__
from hostproof.rulepack.find import pack_file
from hostproof.rulepack.frozen import freeze_pack, thaw_pack
from hostproof.rulepack.model import RulePack
from hostproof.rulepack.uncollected import uncollected
from hostproof.source.files import read_source
from hostproof.source.problems import ProblemError
from hostproof.source.spans import SourceFile

MOST_BYTES = 256 * 2**20
_DIGEST = 32
_FLOORS = ("source", "facts", "expr", "rulepack")  # what a checked pack depends on


def load_cached(path: Path, folder: Path | None) -> RulePack:
    """Return the pack in a file, or in the `pack.yaml` of a folder, checked against the built-in facts.

    `folder` is where cached packs are kept (`cache_folder`), None for no cache. Raises ProblemError like `load_pack`.
    """
    file = read_source(pack_file(path))
    with _opened(folder) as handle:
        if handle is None:
            return _loaded(file)
        name, key = sha256(os.fsencode(Path(file.path).absolute())).hexdigest(), _key(file)
        kept = _kept(handle, name, key, file)
        if kept is None:
            kept = _loaded(file)
            _keep(handle, name, key, kept)
        return kept


def cache_folder() -> Path | None:
    """Return where this user's cached packs belong (XDG base directories), or None if there is no such place."""
    base, home = Path(os.environ.get("XDG_CACHE_HOME", "")), Path(os.environ.get("HOME", ""))
    if base.is_absolute():
        return base / "hostproof"
    return home / ".cache" / "hostproof" if home.is_absolute() else None


def _loaded(file: SourceFile) -> RulePack:
    from hostproof.facts.builtin import builtin_catalog
    from hostproof.rulepack.load import pack_of

    return pack_of(file, builtin_catalog())


@contextmanager
def _opened(folder: Path | None) -> Iterator[int | None]:
    """Open the folder if it is safe, making it if need be; files are reached through it, wherever its name may lead."""
    handle = None
    try:
        with suppress(OSError):
            handle = _safe(folder) if folder else None
        yield handle
    finally:
        if handle is not None:
            os.close(handle)


def _safe(folder: Path) -> int | None:
    if not folder.is_dir():
        _make(folder)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    about = os.fstat(handle)
    if about.st_uid == os.geteuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return handle
    os.close(handle)
    return None


def _make(folder: Path) -> None:
    """Make the folder, unless it would be another user's home that gets it (as under sudo)."""
    home = folder
    while not home.exists():
        home = home.parent
    if home.stat().st_uid == os.geteuid():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _key(file: SourceFile) -> bytes:
    """Return what a cached pack must have been made of: the text, this hostproof, this Python."""
    made_of = sha256(f"{__version__}\0{sys.version}\0{sys.implementation.cache_tag}\0".encode())
    for path, size, changed in sorted(_sources(Path(__file__).parents[1])):
        made_of.update(f"{path}\0{size}\0{changed}\0".encode())
    made_of.update(file.text.encode())
    return made_of.digest()


def _sources(package: Path) -> Iterator[tuple[str, int, int]]:
    """Yield path, size and time of every source file that has a say in what a checked pack is."""
    folders = [str(package / floor) for floor in _FLOORS]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".json")):
                    about = entry.stat()
                    yield entry.path, about.st_size, about.st_mtime_ns
                elif entry.is_dir() and not entry.name.startswith("__"):
                    folders.append(entry.path)


def _kept(handle: int, name: str, key: bytes, file: SourceFile) -> RulePack | None:
    """Return the pack if it is there, whole, and made of just this."""
    try:
        with open(name, "rb", opener=_within(handle, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)) as kept:
            # As much as there is, not as there may be: room for all that is asked for is taken first.
            data = kept.read(min(os.fstat(kept.fileno()).st_size, MOST_BYTES))
    except OSError:
        return None
    made_of, digest, frozen = data[:_DIGEST], data[_DIGEST : 2 * _DIGEST], data[2 * _DIGEST :]
    if made_of != key or sha256(frozen).digest() != digest:
        return None
    with uncollected():
        try:
            return thaw_pack(marshal.loads(frozen), file)  # noqa: S302 - our own file, in a folder only we may write to
        except (ValueError, EOFError, TypeError, ProblemError):
            return None  # torn, or an included file is another one: what is wrong with it, loading it tells


def _keep(handle: int, name: str, key: bytes, pack: RulePack) -> None:
    """Write the pack beside its place and move it there; a cache that can't be written is no one's problem."""
    frozen = marshal.dumps(freeze_pack(pack))  # type: ignore[arg-type]  # nested tuples of what marshal knows
    draft = f".{os.urandom(8).hex()}"
    try:
        with open(draft, "wb", opener=_within(handle, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW)) as made:
            made.write(key + sha256(frozen).digest() + frozen)
        os.rename(draft, name, src_dir_fd=handle, dst_dir_fd=handle)
    except OSError:
        with suppress(OSError):
            os.unlink(draft, dir_fd=handle)


def _within(handle: int, flags: int) -> Callable[[str, int], int]:
    """Return how to open a file of the folder, by the folder's handle."""
    return lambda name, _: os.open(name, flags | os.O_CLOEXEC, 0o600, dir_fd=handle)
