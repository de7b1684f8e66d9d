"""The race detector, where Go has one: it needs cgo, a C compiler, and an address space it knows."""

import os
import shutil

from ...lines import AskError
from ...probing import gotool
from ...probing.step import Context

MACHINES = (
    "amd64",
    "arm64",
    "ppc64le",
    "s390x",
)  # of all releases since 1.18: internal/platform, RaceDetectorSupported
RACING = """package main

import "sync"

var counted int

func main() {
	var both sync.WaitGroup
	for turn := 0; turn < 2; turn++ {
		both.Add(1)
		go func() {
			defer both.Done()
			for step := 0; step < 1000; step++ {
				counted++
			}
		}()
	}
	both.Wait()
}
"""


def race(context: Context) -> "dict[str, object]":
    """Build a program with a race in it, by `-race`, and see whether it is told."""
    command = gotool.command_of(context)
    environment = gotool.hermetic(context, CGO_ENABLED="1")
    known = gotool.go_env(command, environment)
    compiler = known.get("CC", "").split(" ")[0]
    supported = known.get("GOARCH") in MACHINES and bool(compiler) and shutil.which(compiler) is not None
    if not supported or context.effort == "quick":
        cure = "run it without --quick" if supported else "install gcc"
        detail = "it is not tried in a quick run" if supported else "it needs a C compiler, and has none here"
        none = AskError("not-collected" if supported else "no-tool", detail, cure)
        return {"race_supported": supported, "race": none, "race_said": none}
    folder = os.path.join(context.scratch(), "race")
    os.mkdir(folder)
    for name, text in (("main.go", RACING), ("go.mod", "module example.com/hostproof/race\n\ngo 1.17\n")):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    done = gotool.run([command, "build", "-race", "-trimpath", "-o", "program", "."], environment, folder, 240.0)
    if done.status == 0:
        done = gotool.run([os.path.join(folder, "program")], dict(environment, GORACE="exitcode=66"), folder, 30.0)
    told = done.status == 66 and "DATA RACE" in done.err
    return {"race_supported": True, "race": told, "race_said": "" if told else done.trouble()}
