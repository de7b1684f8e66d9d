"""Kernel parameters held open: read, written, put back; and what is kept on disk for who comes after a hard end."""

import json
import os

from ..lines import AskError, ask_error

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Iterable

PLACE = "/proc/sys/"
BOOT = "/proc/sys/kernel/random/boot_id"
MOST = 65536


class Parameter:
    """One parameter. It stays open, so that it can be put back when no file can be opened any more."""

    def __init__(self, name: str) -> None:
        self.name = name
        path = PLACE + (name if "/" in name else name.replace(".", "/"))
        try:
            self.end = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            self.before = self.read()
        except OSError as problem:
            raise ask_error(problem, name) from None

    def read(self) -> str:
        """Return the value, blanks between its parts made one. Raises OSError."""
        return " ".join(os.pread(self.end, MOST, 0).decode("utf-8", "replace").split())

    def write(self, value: str) -> None:
        """Set the value. Raises OSError."""
        os.pwrite(self.end, (value + "\n").encode("utf-8"), 0)

    def put(self, value: str) -> str:
        """Set the value and return what the kernel made of it. Raises AskError."""
        try:
            self.write(value)
            return self.read()
        except OSError as problem:
            raise ask_error(problem, "{} = {}".format(self.name, value)) from None

    def restore(self) -> bool:
        """Put back what it was at first; False if that can't be done."""
        try:
            if self.read() != self.before:
                self.write(self.before)
            return self.read() == self.before
        except OSError:
            return False


class Record:
    """The lock of experiments, and in it what would have to be put back if everybody who could is killed at once."""

    def __init__(self, place: str) -> None:
        import fcntl

        self.place = place
        try:
            while True:
                self.end = os.open(place, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
                fcntl.flock(self.end, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self.is_there():
                    break
                os.close(self.end)  # whoever held it has removed it meanwhile
        except BlockingIOError:
            raise AskError("failed", "another experiment is at work", "wait until it has ended") from None
        except OSError as problem:
            raise ask_error(problem, place) from None

    def write(self, parameters: "Iterable[Parameter]", wanted: "dict[str, str]") -> None:
        """Keep what the parameters were, and what they are going to be."""
        rows = [[one.name, one.before, wanted[one.name]] for one in parameters]
        os.pwrite(self.end, json.dumps({"boot": boot(), "rows": rows}).encode("ascii"), 0)

    def is_there(self) -> bool:
        """Whether the file still stands where it was made."""
        try:
            return os.path.samestat(os.fstat(self.end), os.stat(self.place))
        except OSError:
            return False

    def clear(self) -> None:
        """Forget what was kept: everything is as it was."""
        os.ftruncate(self.end, 0)

    def remove_unless_needed(self) -> None:
        """Remove the file if nothing is left to be put back."""
        if os.fstat(self.end).st_size == 0:
            self.remove()

    def remove(self) -> None:
        """Remove the file; the lock on it holds until we end."""
        try:
            self.clear()
            if self.is_there():
                os.unlink(self.place)
        except OSError:
            return

    def recover(self) -> "list[str]":
        """Put back what an experiment left that was killed altogether; return what that was."""
        try:
            kept = json.loads(os.pread(self.end, MOST, 0).decode("ascii") or "{}")
        except ValueError:
            kept = {}
        done = []
        for name, before, wanted in kept.get("rows", ()) if kept.get("boot") == boot() else ():
            left = Parameter(name)
            if left.before == wanted != before:
                left.before = before
                if not left.restore():
                    raise AskError("failed", "an earlier experiment left {}; it was {}".format(name, before))
                done.append("{} = {}".format(name, before))
        self.clear()
        return done


def boot() -> str:
    """Return the number of this boot; what was kept before it counts no more."""
    with open(BOOT, encoding="ascii") as file:
        return file.read().strip()
