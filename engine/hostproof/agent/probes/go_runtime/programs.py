"""Go programs that came along as sources: built by the target's toolchain, kept, and run with a deadline.

They are kept by the toolchain and by their sources, in a private folder beside the build cache, so that a second run
builds nothing. Where that folder can't be made, or holds no programs that may be run, the scratch folder serves.
"""

import hashlib
import json
import os
import re
import shutil
import stat

from ...lines import AskError
from ...probing import gotool
from ...probing.step import Context

TYPE_CHECKING = False  # typing costs 5 ms to import
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MODULE = "hostproof.invalid/probes"
PURE = (
    "clock", "collector", "memory", "names", "settings", "signals", "sockets", "threads", "timers", "web",
)  # fmt: skip
WITH_C = ("calls", "names")
TOOLS = ("asm", "cgo", "compile", "link")
BUILD = 240.0  # seconds for the first build, of the standard library as well
MOST_KEPT = 8  # sets of programs: of toolchains, and of sources before an update
RUNTIME = ("runtime: ", "runtime/cgo: ")
TRACE = ("runtime: g ", "runtime: goroutine", "runtime: unexpected return")
FATAL = ("fatal error:", "panic:", "unexpected fault", "SIG")


class Toolchain:
    """A Go command with what it says of itself; `key` changes when its tools do."""

    def __init__(self, said: "dict[str, str]") -> None:
        self.command = said["command"]
        self.version = said["version"]
        self.key = said["key"]
        self.cgo = said["cgo"] == "1"


def toolchain(context: Context) -> Toolchain:
    """Return the toolchain this probe is about; what it says is asked once for all steps. Raises AskError."""
    place = os.path.join(context.scratch(), "toolchain.json")
    said = told_in(place)
    if not said:
        said = asked(context)
        with open(place, "w", encoding="utf-8") as file:
            json.dump(said, file)
    return Toolchain(said)


def asked(context: Context) -> "dict[str, str]":
    """Ask the toolchain what it is. Raises AskError."""
    command = gotool.command_of(context)
    found = gotool.go_env(command, gotool.hermetic(context), context.scratch())
    version = found.get("GOVERSION", "")
    if re.search(r"go\d+\.\d+", version) is None:
        raise AskError("unsupported", "{} says it is version {!r}".format(command, version), "use Go 1.19 or later")
    tools = found.get("GOTOOLDIR", "")
    paths = [os.path.realpath(command), *(os.path.join(tools, name) for name in TOOLS)]
    marks = [version, found.get("GOROOT", ""), found.get("GOARCH", ""), found.get("CC", ""), *map(mark_of, paths)]
    key = hashlib.sha256(json.dumps(marks).encode("utf-8")).hexdigest()
    return {"command": command, "version": version, "key": key, "cgo": found.get("CGO_ENABLED", "")}


def mark_of(path: str) -> str:
    """Return what tells a file from its successor: its path, size and time; empty where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return ""
    return "{} {} {}".format(path, status.st_size, int(status.st_mtime * 1000))


def home_of(context: Context, go: Toolchain, cgo: bool) -> str:
    """Return the folder of the programs that this toolchain builds of these sources; it is made."""
    sources = json.dumps([go.key, cgo, sorted(context.files.items())])
    name = hashlib.sha256(sources.encode("utf-8")).hexdigest()[:32]
    base = os.path.join(os.path.dirname(gotool.own_cache(context)), "go-programs")
    for folder in (base, os.path.join(context.scratch(), "go-programs")):
        path = os.path.join(folder, name)
        try:
            os.makedirs(path, mode=0o700, exist_ok=True)
            os.utime(path)
        except OSError:
            continue
        if all(is_private(one) for one in (folder, path)) and os.access(path, os.W_OK):
            return path
    raise AskError("denied", "no folder can be made for programs", "set TMPDIR to a folder that can be written to")


def is_private(path: str) -> bool:
    """Return whether nobody else can have changed it."""
    status = os.lstat(path)
    return status.st_uid == os.geteuid() and not stat.S_ISLNK(status.st_mode) and not status.st_mode & 0o022


def build(context: Context, names: "Sequence[str]", cgo: bool) -> "dict[str, str]":
    """Build those of some programs that are not there yet; return by name why one could not be. Raises AskError."""
    go = toolchain(context)
    home = home_of(context, go, cgo)
    missing = [name for name in names if not os.path.exists(os.path.join(home, name))]
    if not missing:
        return {}
    place = os.path.join(context.scratch(), "failed-{}.json".format(int(cgo)))  # not tried again by the next step
    failed = told_in(place)
    new = [name for name in missing if name not in failed]
    if new and compiled(context, new, cgo):
        failed.update((name, error) for name in new for error in [compiled(context, [name], cgo)] if error)
        with open(place, "w", encoding="utf-8") as file:
            json.dump(failed, file)
    return {name: failed[name] for name in missing if name in failed}


def told_in(place: str) -> "dict[str, str]":
    """Return what an earlier step has told in a file of the scratch folder; nothing if it is not there."""
    try:
        with open(place, encoding="utf-8") as file:
            return {str(name): str(value) for name, value in json.load(file).items()}
    except FileNotFoundError:
        return {}


def unpacked(context: Context, go: Toolchain) -> str:
    """Write the sources to the scratch folder, as a module of the toolchain's own version of the language."""
    module = os.path.join(context.scratch(), "module")
    language = re.search(r"go(\d+\.\d+)", go.version)
    files = dict(context.files)
    files["go.mod"] = "module {}\n\ngo {}\n".format(MODULE, language.group(1) if language else "1.19")
    for path, text in files.items():
        place = os.path.join(module, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "w", encoding="utf-8") as file:
            file.write(text)
    return module


def compiled(context: Context, names: "Sequence[str]", cgo: bool) -> str:
    """Build programs and put them into their place; return why they could not be, empty if they are there."""
    go = toolchain(context)
    home, module = home_of(context, go, cgo), unpacked(context, go)
    new = os.path.join(context.scratch(), "new-{}".format(int(cgo)))
    os.makedirs(new, exist_ok=True)
    words = [go.command, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", new + "/"]
    words += ["./" + name for name in names]
    done = gotool.run(words, gotool.hermetic(context, CGO_ENABLED=str(int(cgo))), module, BUILD)
    if done.status:
        return done.trouble()
    for name in names:
        part = os.path.join(home, "{}.{}".format(name, os.getpid()))  # beside it: a rename takes its place at once
        shutil.move(os.path.join(new, name), part)
        os.rename(part, os.path.join(home, name))
    return ""


def tidy(context: Context) -> None:
    """Remove all but the latest sets of programs."""
    base = os.path.join(os.path.dirname(gotool.own_cache(context)), "go-programs")
    if os.path.isdir(base) and is_private(base):
        paths = [os.path.join(base, name) for name in os.listdir(base)]
        for path in sorted(paths, key=os.path.getmtime)[:-MOST_KEPT]:
            shutil.rmtree(path, ignore_errors=True)


def program(context: Context, name: str, cgo: bool = False) -> str:
    """Return the path of a program that can be run; it is built if need be. Raises AskError."""
    failed = build(context, [name], cgo)
    if failed:
        raise AskError("failed", "go build: " + failed[name], "see the rule build.programs")
    path = os.path.join(home_of(context, toolchain(context), cgo), name)
    if os.access(path, os.X_OK):
        return path
    other = os.path.join(context.scratch(), "{}-{}".format(name, int(cgo)))
    if not os.path.exists(other):
        shutil.copy(path, other)
    if os.access(other, os.X_OK):
        return other
    detail = "neither {} nor {} may be run: noexec".format(path, other)
    raise AskError("denied", detail, "set TMPDIR to a folder on a file system that is mounted without noexec")


class Ran:
    """What came of a program: its output, or how it ended without one."""

    def __init__(self, out: str, ended: "str | None") -> None:
        self.out = out
        self.ended = ended


def ran(
    context: Context,
    words: "Sequence[object]",
    cgo: bool = False,
    environment: "Mapping[str, str] | None" = None,
    most: float = 40.0,
) -> Ran:
    """Run a program with its arguments; hermetically, unless an environment is given. Raises AskError."""
    path = program(context, str(words[0]), cgo)
    given = gotool.hermetic(context) if environment is None else environment
    done = gotool.run([path, *map(str, words[1:])], given, context.scratch(), most)
    return Ran(done.out, None if done.status == 0 else last_words(done))


def last_words(done: "gotool.Done") -> str:
    """Return what a program of Go said before it ended: what the runtime says of it, and the fatal error."""
    lines = [line.strip() for line in done.err.splitlines()]
    told = [line for line in lines if line.startswith(RUNTIME) and not line.startswith(TRACE)][:1]
    told += [line for line in lines if line.startswith(FATAL)][:1]
    return "; ".join(told)[:300] or done.trouble()[:300]
