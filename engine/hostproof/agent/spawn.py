"""Starts programs: a clean environment, a session of their own, pipes; one call and under a millisecond each.

The environment of every command is only this: PATH (the agent's own absolute folders, then the standard ones), HOME,
USER, LOGNAME where they are set, LC_ALL=C, TERM=dumb and HOSTPROOF_ASK, by which what it leaves behind is recognised.
Its working folder is /, its standard input is empty, its signals are as a fresh login has them.
"""

import errno
import os
import signal

from .lines import AskError, ask_error, to_bytes, to_text
from .offspring import MARK

FOLDERS = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
KEPT = ("HOME", "USER", "LOGNAME")
GLIBC = {32, 33}  # signals that it keeps for itself
SIGNALS = tuple(set(range(1, signal.NSIG)) - {signal.SIGKILL, signal.SIGSTOP} - GLIBC)
SHORTAGES = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE)
CURES = {errno.ENOEXEC: "give it a first line that names its interpreter, as in #!/bin/sh"}


def search_path(environ: "dict[str, str]") -> "list[str]":
    """Return the folders in which programs are looked for: those of PATH that are absolute, then the standard ones."""
    own = [folder for folder in environ.get("PATH", "").split(":") if folder.startswith("/")]
    return list(dict.fromkeys(own + list(FOLDERS)))


def clean_environment(environ: "dict[str, str]") -> "dict[bytes, bytes]":
    """Return the environment of every command, without its mark."""
    kept = {name: environ[name] for name in KEPT if name in environ}
    kept.update(PATH=":".join(search_path(environ)), LC_ALL="C", TERM="dumb")
    return {to_bytes(name): to_bytes(value) for name, value in kept.items()}


def find_program(name: str, folders: "list[str]") -> "str | None":
    """Return the path of a program, or None. A name with a slash is one already."""
    if "/" in name:
        return name
    for folder in folders:
        path = folder + "/" + name
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


class Starter:
    """What all commands of one run share: environment, where programs were found, /dev/null."""

    def __init__(self, environ: "dict[str, str]") -> None:
        self.folders = search_path(environ)
        self.environment = clean_environment(environ)
        self.found: "dict[str, str | None]" = {}
        self.empty = empty_input()

    def program(self, name: str) -> str:
        """Return where a program is. Raises AskError (no-tool)."""
        if name not in self.found:
            self.found[name] = find_program(name, self.folders)
        path = self.found[name]
        if path is None:
            raise AskError("no-tool", "{} is not on PATH ({})".format(name, ":".join(self.folders)), "install " + name)
        return path

    def start(self, argv: "list[str]", mark: str) -> "tuple[int, int, int]":
        """Start a program; return its pid (its group's and session's too) and the ends to read its outputs from.

        Raises AskError; BlockingIOError where no process or pipe can be had just now.
        """
        environment = dict(self.environment)
        environment[MARK] = mark.encode("ascii")
        path = argv[0]
        ends: "list[int]" = []
        try:
            path = self.program(path)
            ends += os.pipe()
            ends += os.pipe()
            out, out_end, err, err_end = ends
            pid = spawn(to_bytes(path), [to_bytes(word) for word in argv], environment, (self.empty, out_end, err_end))
        except (OSError, ValueError) as problem:
            close_all(ends)
            raise not_started(problem, path) from None
        close_all([out_end, err_end])
        os.set_blocking(out, False)
        os.set_blocking(err, False)
        return pid, out, err


def close_all(ends: "list[int]") -> None:
    """Close descriptors."""
    for end in ends:
        os.close(end)


def empty_input() -> int:
    """Return a descriptor that reads as empty: /dev/null, or a pipe without a writer where there is none."""
    try:
        return os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        end, writer = os.pipe()
        os.close(writer)
        return end


def not_started(problem: "OSError | ValueError", path: str) -> Exception:
    """Return why a program could not be started; BlockingIOError if it may be when others have ended."""
    if not isinstance(problem, OSError):  # an argument with a NUL, or one that can't be encoded
        return AskError("failed", "{}: {}".format(path, problem))
    if problem.errno in SHORTAGES:
        return BlockingIOError(problem.errno, "{}: {}".format(path, os.strerror(problem.errno)))
    if problem.errno == errno.ENOENT and os.path.exists(path):
        return AskError("no-tool", path + ": the interpreter it names does not exist", "", problem.errno)
    if problem.errno in (errno.ENOENT, errno.ENOTDIR):
        return AskError("no-tool", path + " does not exist", "install it", problem.errno)
    refused = ask_error(problem, path)
    refused.cure = CURES.get(problem.errno or 0, refused.cure)
    return refused


def spawn(path: bytes, argv: "list[bytes]", environment: "dict[bytes, bytes]", ends: "tuple[int, int, int]") -> int:
    """Start a program in a session of its own, with these as its descriptors 0, 1 and 2; return its pid."""
    try:
        # vfork inside (glibc 2.24 and later): no page tables are copied, so it stays quick however large we are.
        return os.posix_spawn(
            path,
            argv,
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, end, number) for number, end in enumerate(ends)],
            setsid=True,
            setsigmask=(),
            setsigdef=SIGNALS,
        )
    except (AttributeError, NotImplementedError):  # Python before 3.8, glibc before 2.26
        return fork_spawn(path, argv, environment, ends)


def fork_spawn(
    path: bytes, argv: "list[bytes]", environment: "dict[bytes, bytes]", ends: "tuple[int, int, int]"
) -> int:
    """Do the same as `spawn` by fork and exec; an error of exec comes back through a pipe that exec closes."""
    report, report_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        become(path, argv, environment, ends, report_end)
    os.close(report_end)
    number = os.read(report, 16)
    os.close(report)
    if number:
        os.waitpid(pid, 0)
        raise OSError(int(number), os.strerror(int(number)), to_text(path))
    return pid


def become(
    path: bytes, argv: "list[bytes]", environment: "dict[bytes, bytes]", ends: "tuple[int, int, int]", report: int
) -> None:
    """Turn this forked child into the program; never returns."""
    try:
        os.setsid()
        for number, end in enumerate(ends):
            os.dup2(end, number)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.execve(path, argv, environment)
    except OSError as problem:
        os.write(report, str(problem.errno).encode("ascii"))
    finally:
        os._exit(127)
