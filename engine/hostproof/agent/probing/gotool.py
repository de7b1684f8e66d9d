"""The Go command of a machine: where it is, how to run it without touching anybody's settings, what its failures mean.

Two environments: the user's own, to learn how it is set up, and a hermetic one, to learn what the toolchain can do:
no network, no workspace, no settings but ours, a build cache of our own (`go help environment`).
"""

import json
import os
import subprocess
import tempfile
import time

from ..lines import AskError
from .step import Context

USUAL_PLACES = ("/usr/local/go/bin/go",)  # https://go.dev/doc/install
MOST_OUTPUT = 4 * 1024 * 1024
NO_GO = "install Go (https://go.dev/doc/install), or name its command: --param go=/usr/local/go/bin/go"
# What a build must not depend on. GOROOT is left out: a wrong one is found otherwise.
HERMETIC = {
    "GOENV": "off",
    "GOFLAGS": "",
    "GOPROXY": "off",
    "GOSUMDB": "off",
    "GOTELEMETRY": "off",
    "GOTOOLCHAIN": "local",
    "GOWORK": "off",
    "LC_ALL": "C",
}
UNSET = {"GOROOT": "", "GOEXPERIMENT": ""}  # settings with which a go command may not even say its version
# What `go env` says without trying the C compiler.
CHEAP = (
    *("GOROOT", "GOTOOLDIR", "GOOS", "GOARCH", "GOHOSTOS", "GOHOSTARCH", "GOVERSION", "CC", "CGO_ENABLED"),
    *("GOENV", "GOFLAGS", "GOPATH", "GOBIN", "GOCACHE", "GOMODCACHE", "GOTMPDIR"),
    *("GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE"),
)
KEPT = ("HOME", "PATH", "TMPDIR", "USER", "LOGNAME", "XDG_CACHE_HOME")

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Done:
    """What came of a program: its exit status (negative: the signal that ended it), outputs, seconds it took."""

    def __init__(self, words: "Sequence[str]", status: int, out: str, err: str, took: float) -> None:
        self.words = words
        self.status = status
        self.out = out
        self.err = err
        self.took = took

    def trouble(self) -> str:
        """Return the line of its outputs that says best why it failed; how it ended where it said nothing."""
        said = [line.strip() for line in (self.err or self.out).splitlines() if line.strip()]
        telling = [line for line in said if not line.startswith(("#", "go: downloading"))] or said
        ended = "signal {}".format(-self.status) if self.status < 0 else "status {}".format(self.status)
        return telling[0][:400] if telling else "it ended with {} and said nothing".format(ended)

    def error(self, cure: str) -> AskError:
        """Return the reason for a fact that could not be learnt because this failed."""
        return AskError("failed", "{}: {}".format(" ".join(self.words)[:200], self.trouble()), cure)


def commands(chosen: str = "") -> "list[str]":
    """Return the go commands there are, that of PATH first; the `chosen` one alone where it is given."""
    if chosen:
        return [chosen]
    folders = [folder for folder in os.environ.get("PATH", "").split(":") if folder.startswith("/")]
    places = [os.path.join(folder, "go") for folder in folders] + list(USUAL_PLACES)
    return list(dict.fromkeys(path for path in places if os.path.isfile(path) and os.access(path, os.X_OK)))


def command_of(context: Context) -> str:
    """Return the go command that a probe is about: its argument `go`, else the first on PATH. Raises AskError."""
    chosen = str(context.arguments.get("go") or "")
    found = commands(chosen)
    if not found:
        raise AskError("no-tool", "there is no go command on PATH, nor in /usr/local/go", NO_GO)
    if chosen and not (os.path.isfile(chosen) and os.access(chosen, os.X_OK)):
        raise AskError("no-tool", "{} is no program that this user may run".format(chosen), NO_GO)
    return found[0]


def own_cache(context: Context) -> str:
    """Return a build cache of ours that is kept between runs where it can be; if not, one in the scratch folder."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ.get("HOME") or "/nonexistent", ".cache")
    path = os.path.join(base, "hostproof", "go-build")
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        if os.stat(path).st_uid == os.geteuid() and os.access(path, os.W_OK):
            return path
    except OSError:
        return os.path.join(context.scratch(), "go-build")
    return os.path.join(context.scratch(), "go-build")


def hermetic(context: Context, **more: str) -> "dict[str, str]":
    """Return the environment in which a toolchain shows what it can do by itself; `more` comes on top."""
    found = {name: os.environ[name] for name in KEPT if name in os.environ}
    found.update(HERMETIC)
    found["GOCACHE"] = own_cache(context)
    found["GOPATH"] = os.path.join(context.scratch(), "gopath")
    found["GOMODCACHE"] = os.path.join(found["GOPATH"], "pkg", "mod")
    found["GOTMPDIR"] = found["XDG_CONFIG_HOME"] = context.scratch()  # the latter for what Go counts of its own use
    found.update(more)
    return found


def as_user(**more: str) -> "dict[str, str]":
    """Return the user's own environment, but that no other toolchain takes over; `more` comes on top, "" unsets."""
    found = dict(os.environ, GOTOOLCHAIN="local")
    found.update(more)
    return {name: value for name, value in found.items() if value or name not in more}


def run(
    words: "Sequence[str]", environment: "Mapping[str, str] | None" = None, folder: str = "/", most: float = 60.0
) -> Done:
    """Run a program to its end; the user's environment where none is given. Raises AskError (timeout, failed, no-tool).

    Its outputs go through files, so that what it leaves running can't keep us, and are cut at 4 MiB.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.monotonic()
        try:
            process = subprocess.Popen(
                list(words), stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, cwd=folder
            )
        except OSError as problem:
            cause = "no-tool" if isinstance(problem, FileNotFoundError) else "failed"
            raise AskError(cause, "{}: {}".format(words[0], problem.strerror), "see whether it can be run") from None
        try:
            status = process.wait(most)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            what = "{} was not finished after {:g} s".format(" ".join(words)[:200], most)
            raise AskError("timeout", what, "see what it waits for, or try when the machine is less busy") from None
        return Done(words, status, text_of(out.fileno()), text_of(err.fileno()), time.monotonic() - started)


def text_of(end: int) -> str:
    """Return the beginning of a file as text."""
    return os.pread(end, MOST_OUTPUT, 0).decode("utf-8", "replace")


def go_env(
    command: str, environment: "Mapping[str, str] | None" = None, folder: str = "/", names: "Sequence[str]" = ()
) -> "dict[str, str]":
    """Return `go env -json`: its keys differ between versions, so none is to be relied on. Raises AskError.

    Without `names` Go tries the C compiler, for which its cache and its temporary folder must be there.
    """
    done = run([command, "env", "-json", *names], environment, folder, 30.0)
    if done.status:
        raise done.error("run `go env` by hand, and mend what it says")
    try:
        found = json.loads(done.out)
    except ValueError:
        raise AskError("parse-error", "go env -json printed no JSON", "see whether {} is Go".format(command)) from None
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def effective(command: str) -> "dict[str, str]":
    """Return what of `go env` the user has set or inherits; without settings with which Go does not answer at all."""
    try:
        return go_env(command, as_user(), names=CHEAP)
    except AskError:
        return go_env(command, as_user(**UNSET), names=CHEAP)
