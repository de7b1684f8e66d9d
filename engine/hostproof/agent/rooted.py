"""A root directory that is not running: only its files can tell, and no link of theirs leads out of it.

Paths are walked part by part as that system would walk them, each part opened behind the folder that is held open
already. So whoever changes links meanwhile can't lead us out either, and it needs no kernel (openat2(2) with
RESOLVE_IN_ROOT, which does the same, came with Linux 5.6, and many filters refuse it).
"""

import errno
import os
import stat

from . import accounts, calls, files, listing, rpms
from .lines import AskError, ask_error, to_bytes, to_text
from .spawn import FOLDERS

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

MOST_LINKS = 40  # of one path, as the kernel has it: MAXSYMLINKS in include/linux/namei.h
RUNTIME = frozenset(
    [b"dev", b"proc", b"run", b"sys"]
)  # what a running system mounts there (hier(7)); in an image: debris
PLACE = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC


def not_running(what: str) -> AskError:
    """Return the error of an ask that only a running system answers."""
    return AskError("not-running", what + ": this root directory is not running", "take the snapshot where it runs")


class Root(files.Door):
    """The way to the files of a root directory; `chroot`: its programs may be run."""

    def __init__(self, folder: str, chroot: bool) -> None:
        self.folder = folder
        self.chroot = chroot
        self.top = os.open(to_bytes(folder), os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)

    @property
    def kinds(self) -> "dict[str, Callable[[dict[str, object]], dict[str, object]]]":
        """Return what answers the asks for files and calls."""
        return {
            "file": lambda ask: files.read_file(ask, self),
            "glob": lambda ask: files.read_glob(ask, self),
            "call": self.call,
        }

    def walk(self, path: bytes, follow: bool = True) -> int:
        """Return a descriptor (O_PATH) of what a path names inside; without `follow` a link at its end is meant itself.

        Raises OSError as open(2) would there, AskError for what is there only while the system runs.
        """
        way = [os.dup(self.top)]  # the folders from the root to here, all held open: `..` goes back
        parts = path.split(b"/")[::-1]
        links = 0
        try:
            while parts:
                part = parts.pop()
                handle = self.step(way, part, path)
                if handle and stat.S_ISLNK(os.fstat(handle).st_mode) and (parts or follow):
                    links += 1
                    parts += self.turn(handle, way, links)[::-1]
                elif handle:
                    way.append(handle)
            return way.pop()
        finally:
            for handle in way:
                os.close(handle)

    def step(self, way: "list[int]", part: bytes, path: bytes) -> int:
        """Open one part of a path; 0 where that needs no opening, having gone back for `..`."""
        if not stat.S_ISDIR(os.fstat(way[-1]).st_mode):
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if part in (b"", b"."):
            return 0
        if part == b"..":
            if len(way) > 1:
                os.close(way.pop())
            return 0
        if len(way) == 1 and part in RUNTIME:
            raise not_running(to_text(path))
        return os.open(part, PLACE, dir_fd=way[-1])

    def turn(self, link: int, way: "list[int]", links: int) -> "list[bytes]":
        """Close a link and return the parts of what it names, having gone back to the root if that begins there."""
        try:
            target = os.readlink(b"", dir_fd=link)
        finally:
            os.close(link)
        if links > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        if target.startswith(b"/"):
            while len(way) > 1:
                os.close(way.pop())
        return target.split(b"/")

    def look(self, path: bytes) -> "os.stat_result":
        """Return what os.stat would."""
        handle = self.walk(path)
        try:
            return os.fstat(handle)
        finally:
            os.close(handle)

    def open(self, path: bytes) -> int:
        """Return a descriptor to read a regular file from; nothing else is opened, as that may act. Raises AskError."""
        return self.opened(path, 0)

    def names(self, folder: bytes) -> "list[bytes]":
        """Return the names in a folder."""
        handle = self.opened(folder, os.O_DIRECTORY)
        try:
            return [os.fsencode(name) for name in os.listdir(handle)]
        finally:
            os.close(handle)

    def opened(self, path: bytes, more: int) -> int:
        """Open what the walk has found: that very file or folder, wherever the path may lead by now."""
        handle = self.walk(path)
        try:
            if not more & os.O_DIRECTORY:
                files.check_kind(path, os.fstat(handle))
            return os.open("/proc/self/fd/{}".format(handle), files.READING | more)
        finally:
            os.close(handle)

    def look_at(self, path: bytes) -> "os.stat_result":
        """Return what os.lstat would."""
        handle = self.walk(path, follow=False)
        try:
            return os.fstat(handle)
        finally:
            os.close(handle)

    def text(self, path: bytes) -> bytes:
        """Return what os.readlink would."""
        handle = self.walk(path, follow=False)
        try:
            return os.readlink(b"", dir_fd=handle)
        finally:
            os.close(handle)

    def call(self, ask: "dict[str, object]") -> "dict[str, object]":
        """Answer a `call` ask where files can. Raises AskError, OSError."""
        table: "dict[str, Callable[..., object]]" = {
            "listdir": lambda folder: sorted(map(to_text, self.names(to_bytes(folder)))),
            "readlink": lambda *paths: {path: self.link(path) for path in paths},
            "which": lambda *names: {name: self.program(name) for name in names},
            "listing": lambda *patterns: listing.listing(*patterns, door=self),
            "accounts": lambda: accounts.accounts(self),
            "passwords": lambda: accounts.passwords(self),
            "rpms": lambda: rpms.rpms(self),
        }
        if ask["name"] in calls.CALLS and ask["name"] not in table:
            raise not_running("call {}".format(ask["name"]))
        return calls.call(ask, table)

    def link(self, path: str) -> "str | None":
        """Return where one symbolic link points; None for what is no link."""
        try:
            handle = self.walk(to_bytes(path), follow=False)
        except OSError as problem:
            if problem.errno in (errno.ENOENT, errno.ENOTDIR):
                return None
            raise
        try:
            is_link = stat.S_ISLNK(os.fstat(handle).st_mode)
            return to_text(os.readlink(b"", dir_fd=handle)) if is_link else None
        finally:
            os.close(handle)

    def program(self, name: str) -> "str | None":
        """Return where a program is on the standard PATH, or None."""
        for path in [name] if "/" in name else ["{}/{}".format(folder, name) for folder in FOLDERS]:
            try:
                mode = self.look(to_bytes(path)).st_mode
            except OSError:
                continue
            if stat.S_ISREG(mode) and mode & 0o111:
                return path
        return None

    def command(self, argv: "list[str]") -> "list[str]":
        """Return the words that run a program inside. Raises AskError where that is not allowed, or there is none."""
        if not self.chroot:
            why = not_running("run {}".format(argv[0]))
            why.cure = "take the snapshot where it runs, or allow its programs to be run with --chroot"
            raise why
        path = self.program(argv[0])
        if path is None:
            raise AskError("no-tool", "{} is not there ({})".format(argv[0], ":".join(FOLDERS)), "install " + argv[0])
        if os.geteuid() != 0:
            raise ask_error(PermissionError(errno.EPERM, ""), "chroot")
        return ["chroot", self.folder, path, *argv[1:]]
