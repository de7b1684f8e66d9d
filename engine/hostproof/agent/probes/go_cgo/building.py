"""A cgo program, built by Go with the user's compiler and options, and run where it is for this machine."""

import json
import os

from ...lines import AskError
from ...probing import gotool
from ...probing.step import Context
from .compiler import WORKS, complaint, machine_of
from .programs import CGO_FILES
from .settings import PASSED, Settings

MOST = 150.0  # a cold build of the standard library's part takes half a minute
SHOWN = (
    "memory.trips", "memory.failures", "memory.kept", "call_cost", "callback", "errno",
    "libc.name", "libc.running", "libc.headers",
)  # fmt: skip


def build(context: Context) -> "dict[str, object]":
    """Build the program and run it."""
    settings = Settings(context)
    if settings.cross and not settings.enabled:
        raise AskError("unsupported", "cgo is off for {}".format(settings.target), OFF_CURE)
    folder = written(context)
    given = {name: settings.env.get(name, "") for name in PASSED}
    environment = dict(with_own(settings), **gotool.hermetic(context, CGO_ENABLED="1", **given))
    done = gotool.run([settings.go, "build", "-o", "program", "."], environment, folder, MOST)
    program = os.path.join(folder, "program")
    none = AskError("inconclusive", "no program was built", "see the rule cgo.builds")
    if done.status:
        return dict(dict.fromkeys(("build.runs", "build.goarch", *SHOWN), none), **{"build.says": complaint(done)})
    found: "dict[str, object]" = {"build.says": WORKS, "build.goarch": machine_of(program)}
    found.update(run(program) if not settings.cross else elsewhere(settings))
    return found


OFF_CURE = "set CGO_ENABLED=1, and CC to a compiler for it"


def with_own(settings: Settings) -> "dict[str, str]":
    """Return what compilers read of the environment, as the user has it."""
    names = ("CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH", "COMPILER_PATH", "GCC_EXEC_PREFIX")
    return {name: settings.environment[name] for name in (*names, "LD_LIBRARY_PATH") if name in settings.environment}


def written(context: Context) -> str:
    """Write the program's sources into a folder of their own, and return that."""
    folder = os.path.join(context.scratch(), "cgo")
    os.makedirs(folder, exist_ok=True)
    for name, text in CGO_FILES.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return folder


def run(program: str) -> "dict[str, object]":
    """Run the program; return what it says."""
    done = gotool.run([program], most=30.0)
    none = AskError("failed", "the program ended: " + done.trouble(), "see the rule cgo.runs")
    if done.status:
        return dict(dict.fromkeys(SHOWN, none), **{"build.runs": done.trouble()})
    said = json.loads(done.out)
    other = AskError("unsupported", "this C library does not tell", "nothing to do: it is known of glibc 2.33 or later")
    if "memory.kept" in said:
        said["memory.kept"] = max(0, said["memory.kept"])
    return dict({fact: said.get(fact, other) for fact in SHOWN}, **{"build.runs": WORKS})


def elsewhere(settings: Settings) -> "dict[str, object]":
    """Return why nothing is known of running a program that is for another machine."""
    what = AskError("unsupported", "a program for {} can't be run here".format(settings.target), "run it there")
    return dict.fromkeys(("build.runs", *SHOWN), what)
