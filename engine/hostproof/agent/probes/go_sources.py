"""Probe `go_sources`: what a program's sources hold, for the very settings that it was built with; nothing is built."""

import os

from ..lines import AskError
from ..probing.gotool import as_user, command_of, run
from ..probing.step import Context, Step

# A package each: its path, whether it is of the standard library, how many of its files use cgo, what it imports.
FORM = '{{.ImportPath}}\t{{.Standard}}\t{{len .CgoFiles}}\t{{join .Imports " "}}'
SETTINGS = ("CGO_ENABLED", "GOARCH", "GOOS")
NO_SOURCES = "name the folder of the module it was built from: --param sources=/path/to/module"


def sources(context: Context) -> "dict[str, object]":
    """List the packages a program is made of."""
    folder = str(context.arguments.get("folder") or "")
    if not folder:
        raise AskError("not-collected", "no sources were named", NO_SOURCES)
    if not os.path.isdir(folder):
        raise AskError("absent", "there is no folder " + folder, NO_SOURCES)
    command = command_of(context)
    path, settings = built_with(command, str(context.arguments.get("binary") or ""))
    tags = ["-tags", settings["-tags"]] if settings.get("-tags") else []
    environment = as_user(GOPROXY="off", GOTOOLCHAIN="local", GOFLAGS="-mod=readonly", LC_ALL="C")
    environment.update({name: settings[name] for name in SETTINGS if name in settings})
    done = run([command, "list", "-deps", *tags, "-f", FORM, path], environment, folder, 120.0)
    if done.status:
        raise done.error("run `go list -deps ./...` in {}, and mend what it says".format(folder))
    rows = [line.split("\t") for line in done.out.splitlines() if line.count("\t") == 3]
    own = [row for row in rows if row[1] == "false"]
    return {
        "packages": sorted(row[0] for row in rows),
        "cgo": sorted(row[0] for row in rows if row[2] != "0"),
        "unsafe": sorted(row[0] for row in own if "unsafe" in row[3].split()),
    }


def built_with(command: str, binary: str) -> "tuple[str, dict[str, str]]":
    """Return the path of a program's main package, and the settings it was built with; of all packages without one."""
    if not binary:
        return "./...", {}
    done = run([command, "version", "-m", binary], as_user(GOTOOLCHAIN="local", LC_ALL="C"))
    if done.status:
        raise done.error("see whether {} is a program that Go built".format(binary))
    lines = [line.split("\t")[1:] for line in done.out.splitlines() if line.startswith("\t")]
    path = next((words[1] for words in lines if words[0] == "path" and len(words) > 1), "")
    settings = [words[1].partition("=") for words in lines if words[0] == "build" and len(words) > 1]
    known = "." if path in ("", "command-line-arguments") else path
    return known, {name: value.strip('"') for name, _, value in settings}


STEPS = (Step(("packages", "cgo", "unsafe"), sources, most=150.0),)
