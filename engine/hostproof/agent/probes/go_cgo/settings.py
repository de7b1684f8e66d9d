"""How cgo is set up: what the user's own environment says, what Go makes of it, and for which machine it builds."""

import os
import re
import shlex
import shutil

from ...lines import AskError
from ...probing import gotool
from ...probing.step import Context

FLAGS = ("CGO_CPPFLAGS", "CGO_CFLAGS", "CGO_CXXFLAGS", "CGO_FFLAGS", "CGO_LDFLAGS")
USUAL_FLAGS = {name: "" if name == "CGO_CPPFLAGS" else "-O2 -g" for name in FLAGS}  # cmd/go/internal/work/exec.go
PASSED = ("CC", "CXX", "PKG_CONFIG", "GOOS", "GOARCH", *FLAGS)
# Compilers read these by themselves; Go knows nothing of them, so its build cache doesn't either (gcc(1), clang(1)).
HIDDEN = (
    "CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH", "COMPILER_PATH", "GCC_EXEC_PREFIX",
    "CCC_OVERRIDE_OPTIONS",
)  # fmt: skip
FOR_PKG_CONFIG = ("PKG_CONFIG_PATH", "PKG_CONFIG_LIBDIR", "PKG_CONFIG_SYSROOT_DIR")
# Options that run somebody's code in the build: cmd/go refuses them unless a variable CGO_..._ALLOW says otherwise.
HARMFUL = ("-fplugin=/tmp/x.so", "-B/tmp/x", "-specs=/tmp/x", "-Wl,-plugin,/tmp/x.so", "@/tmp/x")
OFF = "set CGO_ENABLED=1 and name a compiler for it, CC=aarch64-linux-gnu-gcc say"


class Settings:
    """What `go env` says in the user's own environment, for the target that the arguments name."""

    def __init__(self, context: Context) -> None:
        self.go = gotool.command_of(context)
        self.environment = dict(os.environ, GOTOOLCHAIN="local")
        for name in ("goos", "goarch"):
            if context.arguments.get(name):
                self.environment[name.upper()] = str(context.arguments[name])
        self.env = gotool.go_env(self.go, self.environment)

    @property
    def target(self) -> str:
        """What is built for: linux/amd64."""
        return "{}/{}".format(self.env.get("GOOS", ""), self.env.get("GOARCH", ""))

    @property
    def host(self) -> str:
        """What the toolchain itself runs on."""
        return "{}/{}".format(self.env.get("GOHOSTOS", ""), self.env.get("GOHOSTARCH", ""))

    @property
    def cross(self) -> bool:
        """Whether the target is another machine than this one."""
        return self.target != self.host

    @property
    def enabled(self) -> bool:
        """Whether Go would use cgo."""
        return self.env.get("CGO_ENABLED") == "1"

    def words(self, *names: str) -> "list[str]":
        """Return the words of some variables together. Raises AskError where quotes don't match."""
        try:
            return [word for name in names for word in shlex.split(self.env.get(name, ""))]
        except ValueError as problem:
            raise AskError("parse-error", "{}: {}".format(" ".join(names), problem), "mend its quotes") from None

    def chosen(self, name: str) -> str:
        """Return what somebody set a variable to: in the environment, the user's file or the toolchain's; "" if not."""
        files = (self.env.get("GOENV", ""), os.path.join(self.env.get("GOROOT", ""), "go.env"))
        return self.environment.get(name) or next(
            (found for found in (kept(file, name) for file in files) if found), ""
        )

    def machine_words(self) -> "list[str]":
        """Return the options by which Go tells a compiler the machine: -m64."""
        return [word for word in self.words("GOGCCFLAGS") if word.startswith("-m") and word != "-mthreads"]

    def compiler(self, *flags: str, plus: bool = False) -> "list[str]":
        """Return the words that call the compiler as Go does for the target, with the user's `flags` variables."""
        return self.words("CXX" if plus else "CC") + self.machine_words() + self.words(*flags)

    def found(self, variable: str) -> str:
        """Return the program that a variable names, as a path; "" where there is none."""
        words = self.words(variable)
        return shutil.which(words[0]) or "" if words else ""

    def need(self, variable: str) -> str:
        """Return the program that a variable names. Raises AskError (no-tool) where there is none."""
        path = self.found(variable)
        if not path:
            what = "{} is {}, and there is no such program".format(variable, self.env.get(variable) or "empty")
            raise AskError("no-tool", what, "install it, or set {} to one that is there".format(variable))
        return path


def kept(file: str, name: str) -> str:
    """Return what a file of settings says of a variable; empty where it doesn't, or there is no such file."""
    try:
        with open(file, encoding="utf-8", errors="replace") as lines:
            found = [line.partition("=")[2].strip() for line in lines if line.partition("=")[0].strip() == name]
    except OSError:
        return ""
    return found[-1] if found else ""


def look(context: Context) -> "dict[str, object]":
    """Tell how cgo is set up."""
    settings = Settings(context)
    env = settings.env
    own = {name: env.get(name, "") for name in FLAGS if env.get(name, "") != USUAL_FLAGS.get(name, "")}
    return {
        "go": settings.go,
        "version": env.get("GOVERSION") or AskError("absent", "go env has no GOVERSION", "use Go 1.16 or later"),
        "host": settings.host,
        "target": settings.target,
        "cross": settings.cross,
        "enabled.now": settings.enabled,
        "enabled.set": settings.chosen("CGO_ENABLED"),
        "flags.own": own,
        "flags.allowed": allowed(env),
        "cc.command": env.get("CC", ""),
        "cxx.command": env.get("CXX", ""),
        "cxx.chosen": bool(settings.chosen("CXX")),
        "pkg_config.command": env.get("PKG_CONFIG", ""),
        "pkg_config.chosen": bool(settings.chosen("PKG_CONFIG")),
        "hidden": [name for name in HIDDEN if os.environ.get(name)],
        "libdir": [name for name in FOR_PKG_CONFIG if os.environ.get(name)],
    }


def allowed(env: "dict[str, str]") -> "list[str]":
    """Return the variables CGO_..._ALLOW that let a package pass options which run code in the build."""
    names = [flags + "_ALLOW" for flags in FLAGS]
    found = {name: os.environ.get(name) or kept(env.get("GOENV", ""), name) for name in names}
    return [name for name, pattern in found.items() if pattern and any(fits(pattern, one) for one in HARMFUL)]


def fits(pattern: str, word: str) -> bool:
    """Say whether a pattern matches a whole word, as cmd/go/internal/work/security.go looks at it."""
    try:
        return re.fullmatch(pattern, word) is not None
    except re.error:
        return False
