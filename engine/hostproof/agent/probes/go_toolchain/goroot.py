"""What GOROOT holds: the release it names itself, its tools, the standard library; and who may change it."""

import os
import stat

from ...lines import AskError
from ...probing import gotool
from ...probing.step import Context

# Without these there is no build, no vet, no coverage; others are built when they are first used, since Go 1.25.
TOOLS = ("asm", "cgo", "compile", "cover", "link", "vet")
PARTS = ("", "bin", "bin/go", "lib", "pkg", "pkg/include", "pkg/tool", "src", "src/runtime", "src/net")
MOST_TOLD = 20
MEND = "see what `go list -e std` says, and install Go anew"


def whole_environment(context: Context) -> "dict[str, str]":
    """Return the environment in which GOROOT is the toolchain's own."""
    return gotool.hermetic(context, CGO_ENABLED="0")


def look(context: Context) -> "dict[str, object]":
    """Learn what GOROOT says of itself, whether its tools run and say the same, and who else may write to it."""
    known = gotool.go_env(gotool.command_of(context), whole_environment(context), names=gotool.CHEAP)
    root, folder = known.get("GOROOT", ""), known.get("GOTOOLDIR", "")
    places = [os.path.join(root, part) for part in PARTS] + [folder] + [os.path.join(folder, name) for name in TOOLS]
    return {
        "version_file": first_line(os.path.join(root, "VERSION")),
        "tools": [tool(os.path.join(folder, name)) for name in TOOLS],
        "loose": [place.rstrip("/") for place in places if is_loose(place)],
    }


def first_line(path: str) -> "str | None":
    """Return the first line of a file, None where there is no such file. Raises OSError."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline(200).strip()
    except FileNotFoundError:
        return None


def tool(path: str) -> "dict[str, object]":
    """Return whether a tool of the toolchain runs, and the release it says to be of: `asm version go1.27.3`."""
    name = os.path.basename(path)
    try:
        done = gotool.run([path, "-V"], {"LC_ALL": "C", "PATH": os.environ.get("PATH", "")}, "/", 20.0)
    except AskError as problem:
        return {"name": name, "runs": False, "said": problem.detail, "release": ""}
    words = done.out.split()
    runs = done.status == 0 and len(words) >= 3 and words[1] == "version"
    return {
        "name": name,
        "runs": runs,
        "said": "" if runs else "{}: {}".format(path, done.trouble()),
        "release": (words[3] if words[2] == "devel" and len(words) > 3 else words[2]) if runs else "",
    }


def is_loose(path: str) -> bool:
    """Return whether anybody may write to a file, or to a folder without the sticky bit."""
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return False
    return bool(mode & stat.S_IWOTH) and not (stat.S_ISDIR(mode) and mode & stat.S_ISVTX)


def std(context: Context) -> "dict[str, object]":
    """Learn which packages of the standard library can't be loaded: sources that are missing or no Go."""
    shape = "{{.ImportPath}}\t{{.Standard}}\t{{if .Error}}{{.Error.Err}}{{end}}"
    command = [gotool.command_of(context), "list", "-e", "-deps", "-f", shape, "std", "cmd/compile", "cmd/link"]
    done = gotool.run(command, whole_environment(context), context.scratch(), 80.0)
    lines = [line.split("\t") for line in done.out.split("\n") if line.count("\t") >= 2]
    broken = ["{}: {}".format(line[0], line[2])[:300] for line in lines if line[2]]
    if done.status and not broken:
        raise done.error(MEND)
    return {"std_packages": len(lines), "std_broken": broken[:MOST_TOLD]}


def std_builds(context: Context) -> "dict[str, object]":
    """Build the whole standard library."""
    context.needs_full("a build of the whole standard library")
    command = [gotool.command_of(context), "build", "-trimpath", "std"]
    done = gotool.run(command, whole_environment(context), context.scratch(), 880.0)
    return {"std_builds": done.status == 0, "std_said": "" if done.status == 0 else done.trouble()}
