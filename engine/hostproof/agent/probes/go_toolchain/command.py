"""The go commands of a machine, and what they say of themselves."""

import os
import re

from ...lines import AskError
from ...probing import gotool
from ...probing.step import Context

CURE = "run `go version` by hand, and mend what it says"


def find(context: Context) -> "dict[str, object]":
    """Learn which go is used, whether it answers with the user's GOROOT, and which others there are."""
    chosen = gotool.command_of(context)
    found = [described(path) for path in distinct(gotool.commands(str(context.arguments.get("go") or "")))]
    version, release = first_of(found, "version"), first_of(found, "release")
    said: "dict[str, object]" = {"command": chosen, "commands": found, "version": version, "release": release}
    try:
        done = gotool.run([chosen, "version"], gotool.as_user(GOFLAGS=""), "/", 20.0)
    except AskError as problem:
        return dict(said, runs=False, trouble=problem.detail)
    runs = done.status == 0 and bool(release_of(done.out))
    return dict(said, runs=runs, trouble="" if runs else done.trouble())


def distinct(paths: "list[str]") -> "list[str]":
    """Return the paths without those that lead to the same file as an earlier one."""
    by_file: "dict[str, str]" = {}
    for path in paths:
        by_file.setdefault(os.path.realpath(path), path)
    return list(by_file.values())


def described(path: str) -> "dict[str, object]":
    """Return a go command with what it says of its version; without `version` where it says nothing."""
    try:
        done = gotool.run([path, "version"], gotool.as_user(GOFLAGS="", **gotool.UNSET), "/", 20.0)
    except AskError as problem:
        return {"path": path, "runs": False, "said": problem.detail}
    release = release_of(done.out) if done.status == 0 else ""
    if not release:
        return {"path": path, "runs": False, "said": done.trouble()}
    return {"path": path, "runs": True, "said": "", "version": release[2:], "release": release}


def release_of(line: str) -> str:
    """Return the release in a line of `go version`, empty if there is none.

    >>> release_of("go version go1.27.3 linux/amd64"), release_of("go version devel go1.28-1234 linux/amd64")
    ('go1.27.3', 'go1.28-1234')
    """
    found = re.search(r"^go version (?:devel )?(go\d\S*)", line)
    return found.group(1) if found else ""


def first_of(found: "list[dict[str, object]]", field: str) -> object:
    """Return what the first command says, or why it says nothing."""
    if field in found[0]:
        return found[0][field]
    return AskError("failed", "{}: {}".format(found[0]["path"], found[0]["said"]), CURE)
