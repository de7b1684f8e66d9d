"""A module that was named: whether its modules can be listed, and are in the module cache as they were published."""

import os

from ...lines import AskError
from ...probing import gotool
from ...probing.step import Context

OFFLINE = ("GOPROXY=off", "GOPROXY list is not", "module lookup disabled")
DOWNLOAD = "run `go mod download` in it first: hostproof downloads nothing"


def check_module(context: Context) -> "dict[str, object]":
    """Run `go list -m all` and `go mod verify` in the folder of the argument `module`."""
    folder = str(context.arguments.get("module") or "")
    if not folder:
        raise AskError("not-collected", "no module was named", "name its folder: --param module=/srv/app")
    if not os.path.isfile(os.path.join(folder, "go.mod")):
        raise AskError("absent", "there is no go.mod in {}".format(folder), "name the folder in which go.mod lies")
    command = gotool.command_of(context)
    environment = gotool.as_user(GOPROXY="off", GOSUMDB="off", GOWORK="off")
    said = {}
    found: "dict[str, object]" = {}
    for fact, words in (("module_lists", ("list", "-m", "all")), ("module_verified", ("mod", "verify"))):
        done = gotool.run([command, *words], environment, folder, 50.0)
        found[fact] = done.status == 0
        if done.status and any(mark in done.err for mark in OFFLINE):
            found[fact] = AskError("absent", "not all of its modules are in the cache: " + done.trouble(), DOWNLOAD)
        elif done.status:
            said[fact] = done.trouble()
    return dict(found, module_said=said)
