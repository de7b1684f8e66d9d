"""The `dist` tool of a toolchain: shipped, built by Go when asked for, or built by us; and how to run its tests."""

import contextlib
import hashlib
import os
import re
import signal
import subprocess
import tempfile
import time

from ...lines import AskError
from ...probing import gotool
from ...probing.step import Context

MOST_TEXT = 64 * 1024 * 1024
BUILD = 240.0  # seconds: a cold build of what cmd/dist needs, on a busy machine
OLDEST = (1, 20)  # before, dist writes what it builds into GOROOT, whatever GOCACHE says
WITH_JSON = (1, 21)
NO_DIST = "no such tool"
TOO_OLD = "use Go 1.20 or later, or run `go tool dist test` on a copy of GOROOT and name its output: --param results="


class Dist:
    """The tool, ready to be run: the words that call it, and its environment."""

    def __init__(self, context: Context) -> None:
        self.go = gotool.command_of(context)
        self.environment = gotool.hermetic(context, GO_BUILDER_NAME="hostproof")  # so that it leaves GOROOT alone
        self.env = gotool.go_env(self.go, self.environment)
        self.words = [self.go, "tool", "dist"]
        self.how = "go tool dist"

    @property
    def version(self) -> "tuple[int, ...]":
        """The version of Go, as far as it has numbers; one that is being developed is newer than all others."""
        found = re.match(r"go(\d+)\.(\d+)", self.env.get("GOVERSION", ""))
        return (int(found.group(1)), int(found.group(2))) if found else (99, 0)

    def listed(self) -> "list[str]":
        """Return the names of all tests; builds the tool where the toolchain has none. Raises AskError."""
        if self.version < OLDEST:
            what = "dist of {} writes into GOROOT".format(self.env.get("GOVERSION"))
            raise AskError("unsupported", what, TOO_OLD)
        done = gotool.run([*self.words, "test", "-list"], self.environment, most=BUILD)
        if done.status and NO_DIST in done.err:
            self.build()
            done = gotool.run([*self.words, "test", "-list"], self.environment, most=BUILD)
        if done.status:
            raise done.error("see whether GOROOT/src is whole: `go vet std`")
        return [line.strip() for line in done.out.splitlines() if line.strip() and not line.startswith(("#", " "))]

    def build(self) -> None:
        """Build the tool outside GOROOT: releases before 1.25 come without it (cmd/distpack)."""
        goroot = self.env.get("GOROOT", "")
        mark = hashlib.sha256("{} {}".format(self.env.get("GOVERSION"), goroot).encode()).hexdigest()[:12]
        folder = os.path.join(os.path.dirname(self.environment["GOCACHE"]), "go-dist")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        path = os.path.join(folder, "dist-" + mark)
        if not (os.access(path, os.X_OK) and os.stat(path).st_uid == os.geteuid()):
            fresh = "{}.{}".format(path, os.getpid())
            done = gotool.run([self.go, "build", "-o", fresh, "cmd/dist"], self.environment, most=BUILD)
            if done.status:
                raise done.error("see whether GOROOT/src/cmd/dist is there")
            os.rename(fresh, path)
        self.words, self.how = [path], "built from GOROOT/src/cmd/dist"
        self.environment["GOROOT"] = goroot
        self.environment["PATH"] = os.path.join(goroot, "bin") + ":" + self.environment.get("PATH", "")

    def test(self, expression: str, budget: float) -> "tuple[str, bool]":
        """Run the tests whose names an expression matches; return what they said, and whether the time sufficed."""
        words = [*self.words, "test", "-k", "-no-rebuild", "-run", expression]
        return run_for(words + (["-json"] if self.version >= WITH_JSON else []), self.environment, budget)


def run_for(words: "list[str]", environment: "dict[str, str]", budget: float) -> "tuple[str, bool]":
    """Run a program for some seconds at most; return what it said until then, and whether it came to its end."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment, cwd="/",
            start_new_session=True,
        )  # fmt: skip
        due, ended = time.monotonic() + budget, True
        try:
            process.wait(max(1.0, due - time.monotonic()))
        except subprocess.TimeoutExpired:
            ended = False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return os.pread(out.fileno(), MOST_TEXT, 0).decode("utf-8", "replace"), ended
